//! Security descriptors: who owns an object and who may do what with it. Two forms give the same
//! [`SecurityDescriptor`]: the binary one of `nTSecurityDescriptor` (here) and SDDL text (`sddl`).
//!
//! Described in [MS-DTYP] 2.4.4 to 2.4.6. Traps: no access control list at all lets everybody in, an empty
//! one nobody; entries for auditing, and types of entries that are not known, may stand between the others;
//! an entry with a condition holds only sometimes.
//!
//! [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/7d4dac05-9cef-4563-a058-f108abecce1d

mod sddl;

use uuid::Uuid;

use super::guid;
use super::sid::Sid;

/// A security descriptor without its part about auditing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityDescriptor {
    /// Owner.
    pub owner: Option<Principal>,
    /// Primary group.
    pub group: Option<Principal>,
    /// Whether entries of the parent are kept off.
    pub protected: bool,
    /// The entries; `None` when there is no list, and then everybody may do everything.
    pub entries: Option<Vec<Ace>>,
    /// Entries that are not understood, in a few words each.
    pub unread: Vec<String>,
    /// Whether the descriptor shows its list. SDDL of an owner alone does not.
    pub shows_list: bool,
}

/// A security principal: by its identifier, or by a name when SDDL abbreviates a group of the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Identifier.
    pub sid: Option<Sid>,
    /// Name of the abbreviation.
    pub name: Option<&'static str>,
}

/// An access control entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ace {
    /// Whether it allows; else it denies.
    pub allows: bool,
    /// Inheritance flags, [MS-DTYP] 2.4.4.1.
    pub flags: u8,
    /// Access mask.
    pub mask: u32,
    /// Extended right, property, set of properties, or class.
    pub object_type: Option<Uuid>,
    /// Class of the objects that inherit it.
    pub inherited_object_type: Option<Uuid>,
    /// For whom.
    pub principal: Principal,
    /// Whether it holds only under a condition.
    pub conditional: bool,
}

impl Ace {
    /// Containers inherit it; in a directory every object is one.
    pub const CONTAINER_INHERIT: u8 = 0x02;
    /// It does not go further than the children.
    pub const NO_PROPAGATE: u8 = 0x04;
    /// It does not count for the object itself.
    pub const INHERIT_ONLY: u8 = 0x08;
    /// It came from a parent.
    pub const INHERITED: u8 = 0x10;

    /// Whether a flag is set.
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

const DACL_PRESENT: u16 = 0x0004;
const DACL_PROTECTED: u16 = 0x1000;
const SELF_RELATIVE: u16 = 0x8000;

/// Reads little-endian values by position.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        self.0.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.0.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
    }

    fn guid(&self, at: usize) -> Option<Uuid> {
        guid::from_octets(self.0.get(at..at.checked_add(16)?)?)
    }
}

impl SecurityDescriptor {
    /// Reads the binary, self-relative form.
    ///
    /// # Errors
    /// When it is cut or none; says which part.
    pub fn from_bytes(bytes: &[u8]) -> Result<SecurityDescriptor, &'static str> {
        let read = Bytes(bytes);
        let control = read.u16(2).ok_or("shorter than its header")?;
        if bytes.first() != Some(&1) || control & SELF_RELATIVE == 0 {
            return Err("not a security descriptor of revision 1");
        }
        let principal = |at: usize| -> Result<Option<Principal>, &'static str> {
            match read.u32(at).ok_or("shorter than its header")? as usize {
                0 => Ok(None),
                from => {
                    let sid = bytes.get(from..).and_then(Sid::from_bytes).ok_or("cut in the owner or the group")?;
                    Ok(Some(Principal { sid: Some(sid), name: None }))
                }
            }
        };
        let mut descriptor = SecurityDescriptor {
            owner: principal(4)?,
            group: principal(8)?,
            protected: control & DACL_PROTECTED != 0,
            entries: None,
            unread: Vec::new(),
            // A domain controller leaves the list out for those who ask only for the owner; objects of a
            // directory always have one.
            shows_list: control & DACL_PRESENT != 0,
        };
        let at = read.u32(16).ok_or("shorter than its header")? as usize;
        if control & DACL_PRESENT != 0 && at != 0 {
            let list = bytes.get(at..).ok_or("cut before the access control list")?;
            descriptor.entries = Some(entries(list, &mut descriptor.unread)?);
        }
        Ok(descriptor)
    }

    /// Reads SDDL: `O:DAG:DAD:PAI(A;;GA;;;SY)`.
    ///
    /// # Errors
    /// When it is none; says why.
    pub fn from_sddl(text: &str) -> Result<SecurityDescriptor, String> {
        sddl::read(text)
    }
}

fn entries(list: &[u8], unread: &mut Vec<String>) -> Result<Vec<Ace>, &'static str> {
    const CUT: &str = "cut in the access control list";
    let header = Bytes(list);
    if !matches!(list.first(), Some(2 | 4)) {
        return Err("an access control list of an unknown revision");
    }
    let size = usize::from(header.u16(2).ok_or(CUT)?);
    let count = header.u16(4).ok_or(CUT)?;
    let mut rest = list.get(8..size).ok_or(CUT)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let size = usize::from(Bytes(rest).u16(2).ok_or(CUT)?);
        let (one, next) = rest.split_at_checked(size).filter(|_| size >= 4).ok_or(CUT)?;
        rest = next;
        match entry(one) {
            Some(ace) => entries.push(ace),
            None => unread.push(format!("entry of type {}", one.first().copied().unwrap_or(0))),
        }
    }
    Ok(entries)
}

/// One entry; `None` for types that neither allow nor deny, and for damaged ones.
fn entry(bytes: &[u8]) -> Option<Ace> {
    let read = Bytes(bytes);
    let (&kind, &flags) = (bytes.first()?, bytes.get(1)?);
    let (allows, of_object, conditional) = match kind {
        0 => (true, false, false),
        1 => (false, false, false),
        5 => (true, true, false),
        6 => (false, true, false),
        9 => (true, false, true),
        10 => (false, false, true),
        11 => (true, true, true),
        12 => (false, true, true),
        _ => return None,
    };
    let mask = read.u32(4)?;
    let (mut at, mut object_type, mut inherited_object_type) = (8, None, None);
    if of_object {
        let present = read.u32(8)?;
        at = 12;
        if present & 1 != 0 {
            object_type = Some(read.guid(at)?);
            at += 16;
        }
        if present & 2 != 0 {
            inherited_object_type = Some(read.guid(at)?);
            at += 16;
        }
    }
    let sid = Sid::from_bytes(bytes.get(at..)?)?;
    let principal = Principal { sid: Some(sid), name: None };
    Some(Ace { allows, flags, mask, object_type, inherited_object_type, principal, conditional })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A descriptor with an owner and the given entries.
    fn binary(control: u16, aces: &[Vec<u8>]) -> Vec<u8> {
        let owner = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
        let mut bytes = vec![1, 0];
        bytes.extend((control | SELF_RELATIVE | DACL_PRESENT).to_le_bytes());
        for offset in [20_u32, 0, 0, 32] {
            bytes.extend(offset.to_le_bytes());
        }
        bytes.extend(owner);
        let body: Vec<u8> = aces.concat();
        bytes.extend([4, 0]);
        bytes.extend(u16::try_from(8 + body.len()).unwrap().to_le_bytes());
        bytes.extend(u16::try_from(aces.len()).unwrap().to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(body);
        bytes
    }

    fn object_ace(kind: u8, flags: u8, guid: Uuid) -> Vec<u8> {
        let sid = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        let mut ace = vec![kind, flags, 40, 0, 0, 1, 0, 0, 1, 0, 0, 0];
        ace.extend(guid::octets(guid));
        ace.extend(sid);
        ace
    }

    #[test]
    fn binary_and_sddl_agree() {
        let right = Uuid::try_parse("9fbec2a2-f761-11d9-963d-00065bbd3175").unwrap();
        let bytes = binary(DACL_PROTECTED, &[object_ace(6, 0, right), object_ace(5, Ace::INHERITED, right)]);
        let from_bytes = SecurityDescriptor::from_bytes(&bytes).unwrap();
        let text = format!("O:SYD:P(OD;;CR;{right};;WD)(OA;ID;CR;{right};;S-1-1-0)");
        assert_eq!(from_bytes, SecurityDescriptor::from_sddl(&text).unwrap());
        assert!(from_bytes.protected);
    }

    #[test]
    fn an_unknown_entry_is_counted_and_the_next_is_read() {
        let right = Uuid::from_u128(1);
        let audit = vec![2, 0, 8, 0, 0, 0, 0, 0];
        let descriptor = SecurityDescriptor::from_bytes(&binary(0, &[audit, object_ace(5, 0, right)])).unwrap();
        assert_eq!(descriptor.unread, ["entry of type 2"]);
        assert_eq!(descriptor.entries.unwrap().len(), 1);
    }

    #[test]
    fn no_list_is_not_an_empty_list() {
        let mut none = binary(0, &[]);
        assert_eq!(SecurityDescriptor::from_bytes(&none).unwrap().entries, Some(Vec::new()));
        none[16] = 0;
        let open = SecurityDescriptor::from_bytes(&none).unwrap();
        assert_eq!((open.entries, open.shows_list), (None, true));
        none[2] &= !4;
        let not_shown = SecurityDescriptor::from_bytes(&none).unwrap();
        assert_eq!((not_shown.entries, not_shown.shows_list), (None, false));
    }

    #[test]
    fn cut_anywhere_it_fails_calmly() {
        let whole = binary(0, &[object_ace(5, 0, Uuid::from_u128(7))]);
        for end in 0..whole.len() {
            assert!(SecurityDescriptor::from_bytes(&whole[..end]).is_err(), "{end}");
        }
    }
}
