//! SDDL, the text form of security descriptors: `O:DAG:DAD:PAI(OA;CI;CR;<guid>;;S-1-5-21-...)`.
//!
//! Described in [MS-DTYP] 2.5.1. Traps: `D:NO_ACCESS_CONTROL` is no list at all; conditions hold brackets and
//! quotes of their own; `CR` is a right in one place and a flag in another; abbreviations such as `DA` name a
//! group of a domain that the text does not tell, so those have a name and no identifier.
//!
//! [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/4f4251cc-23b6-44b6-93ba-69688422cb06

use uuid::Uuid;

use super::{Ace, Principal, SecurityDescriptor};
use crate::base::sid::Sid;

/// Abbreviations: identifier, or nothing for a group of the domain, and name.
const ALIASES: &[(&str, &str, &str)] = &[
    ("AA", "S-1-5-32-579", "Access Control Assistance Operators"),
    ("AC", "S-1-15-2-1", "ALL APPLICATION PACKAGES"),
    ("AN", "S-1-5-7", "ANONYMOUS LOGON"),
    ("AO", "S-1-5-32-548", "Account Operators"),
    ("AP", "", "Protected Users"),
    ("AS", "S-1-18-1", "Authentication authority asserted identity"),
    ("AU", "S-1-5-11", "Authenticated Users"),
    ("BA", "S-1-5-32-544", "Administrators"),
    ("BG", "S-1-5-32-546", "Guests"),
    ("BO", "S-1-5-32-551", "Backup Operators"),
    ("BU", "S-1-5-32-545", "Users"),
    ("CA", "", "Cert Publishers"),
    ("CD", "S-1-5-32-574", "Certificate Service DCOM Access"),
    ("CG", "S-1-3-1", "CREATOR GROUP"),
    ("CN", "", "Cloneable Domain Controllers"),
    ("CO", "S-1-3-0", "CREATOR OWNER"),
    ("CY", "S-1-5-32-569", "Cryptographic Operators"),
    ("DA", "", "Domain Admins"),
    ("DC", "", "Domain Computers"),
    ("DD", "", "Domain Controllers"),
    ("DG", "", "Domain Guests"),
    ("DU", "", "Domain Users"),
    ("EA", "", "Enterprise Admins"),
    ("ED", "S-1-5-9", "ENTERPRISE DOMAIN CONTROLLERS"),
    ("EK", "", "Enterprise Key Admins"),
    ("ER", "S-1-5-32-573", "Event Log Readers"),
    ("ES", "S-1-5-32-576", "RDS Endpoint Servers"),
    ("HA", "S-1-5-32-578", "Hyper-V Administrators"),
    ("HI", "S-1-16-12288", "High Mandatory Level"),
    ("IS", "S-1-5-32-568", "IIS_IUSRS"),
    ("IU", "S-1-5-4", "INTERACTIVE"),
    ("KA", "", "Key Admins"),
    ("LA", "", "Administrator"),
    ("LG", "", "Guest"),
    ("LS", "S-1-5-19", "LOCAL SERVICE"),
    ("LU", "S-1-5-32-559", "Performance Log Users"),
    ("LW", "S-1-16-4096", "Low Mandatory Level"),
    ("ME", "S-1-16-8192", "Medium Mandatory Level"),
    ("MP", "S-1-16-8448", "Medium Plus Mandatory Level"),
    ("MS", "S-1-5-32-577", "RDS Management Servers"),
    ("MU", "S-1-5-32-558", "Performance Monitor Users"),
    ("NO", "S-1-5-32-556", "Network Configuration Operators"),
    ("NS", "S-1-5-20", "NETWORK SERVICE"),
    ("NU", "S-1-5-2", "NETWORK"),
    ("OW", "S-1-3-4", "OWNER RIGHTS"),
    ("PA", "", "Group Policy Creator Owners"),
    ("PO", "S-1-5-32-550", "Print Operators"),
    ("PS", "S-1-5-10", "SELF"),
    ("PU", "S-1-5-32-547", "Power Users"),
    ("RA", "S-1-5-32-575", "RDS Remote Access Servers"),
    ("RC", "S-1-5-12", "RESTRICTED"),
    ("RD", "S-1-5-32-555", "Remote Desktop Users"),
    ("RE", "S-1-5-32-552", "Replicator"),
    ("RM", "S-1-5-32-580", "Remote Management Users"),
    ("RO", "", "Enterprise Read-only Domain Controllers"),
    ("RS", "", "RAS and IAS Servers"),
    ("RU", "S-1-5-32-554", "Pre-Windows 2000 Compatible Access"),
    ("SA", "", "Schema Admins"),
    ("SI", "S-1-16-16384", "System Mandatory Level"),
    ("SO", "S-1-5-32-549", "Server Operators"),
    ("SS", "S-1-18-2", "Service asserted identity"),
    ("SU", "S-1-5-6", "SERVICE"),
    ("SY", "S-1-5-18", "SYSTEM"),
    ("UD", "S-1-5-84-0-0-0-0-0", "User mode drivers"),
    ("WD", "S-1-1-0", "Everyone"),
    ("WR", "S-1-5-33", "WRITE RESTRICTED"),
];

const RIGHTS: &[(&str, u32)] = &[
    ("CC", 0x1),
    ("DC", 0x2),
    ("LC", 0x4),
    ("SW", 0x8),
    ("RP", 0x10),
    ("WP", 0x20),
    ("DT", 0x40),
    ("LO", 0x80),
    ("CR", 0x100),
    ("SD", 0x1_0000),
    ("RC", 0x2_0000),
    ("WD", 0x4_0000),
    ("WO", 0x8_0000),
    ("GA", 0x1000_0000),
    ("GX", 0x2000_0000),
    ("GW", 0x4000_0000),
    ("GR", 0x8000_0000),
    ("FA", 0x1F_01FF),
    ("FR", 0x12_0089),
    ("FW", 0x12_0116),
    ("FX", 0x12_00A0),
    ("KA", 0xF_003F),
    ("KR", 0x2_0019),
    ("KW", 0x2_0006),
    ("KX", 0x2_0019),
];

const FLAGS: &[(&str, u8)] = &[
    ("OI", 0x01),
    ("CI", 0x02),
    ("NP", 0x04),
    ("IO", 0x08),
    ("ID", 0x10),
    ("CR", 0x20),
    ("SA", 0x40),
    ("FA", 0x80),
    ("TP", 0x40),
];

/// Reads a descriptor.
pub fn read(text: &str) -> Result<SecurityDescriptor, String> {
    let mut rest = text.trim();
    let mut descriptor = SecurityDescriptor::default();
    let mut parts = 0;
    while !rest.is_empty() {
        let (letter, after) =
            part(rest).ok_or_else(|| format!("a part that is not O:, G:, D: or S: at {}", short(rest)))?;
        let next = end_of_part(after);
        let (body, following) = after.split_at_checked(next).unwrap_or((after, ""));
        rest = following.trim_start();
        parts += 1;
        match letter {
            'O' => descriptor.owner = Some(principal(body).ok_or_else(|| format!("an unknown owner {}", short(body)))?),
            'G' => descriptor.group = Some(principal(body).ok_or_else(|| format!("an unknown group {}", short(body)))?),
            'D' => list(body, &mut descriptor)?,
            // Auditing decides nothing.
            _ => {}
        }
    }
    if parts == 0 { Err("empty".to_owned()) } else { Ok(descriptor) }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn part(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    let letter = chars.next()?.to_ascii_uppercase();
    (matches!(letter, 'O' | 'G' | 'D' | 'S') && chars.next() == Some(':')).then_some((letter, chars.as_str()))
}

/// Where the next part begins: outside brackets and quotes, a letter of a part and a colon.
fn end_of_part(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut quoted) = (0_u32, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            b'O' | b'G' | b'D' | b'S' if !quoted && depth == 0 && bytes.get(at + 1) == Some(&b':') => return at,
            _ => {}
        }
    }
    text.len()
}

fn principal(text: &str) -> Option<Principal> {
    let text = text.trim();
    if let Some(sid) = Sid::parse(text) {
        return Some(Principal { sid: Some(sid), name: None });
    }
    let (_, sid, name) = ALIASES.iter().find(|(alias, ..)| alias.eq_ignore_ascii_case(text))?;
    let sid = Sid::parse(sid);
    // One form for one principal: with an identifier no name is needed.
    let name = if sid.is_some() { None } else { Some(*name) };
    Some(Principal { sid, name })
}

fn list(body: &str, descriptor: &mut SecurityDescriptor) -> Result<(), String> {
    let (flags, mut rest) = body.split_at_checked(body.find('(').unwrap_or(body.len())).unwrap_or((body, ""));
    let flags = flags.trim();
    descriptor.shows_list = true;
    if flags.contains("NO_ACCESS_CONTROL") {
        return Ok(());
    }
    let known = |flag: &str| flags.replace(flag, "");
    if !known("AI").replace("AR", "").replace('P', "").trim().is_empty() {
        return Err(format!("unknown flags of the list: {}", short(flags)));
    }
    descriptor.protected = flags.contains('P');
    let mut entries = Vec::new();
    while let Some(inner) = rest.trim_start().strip_prefix('(') {
        let end = closing(inner).ok_or("cut in the middle of an entry")?;
        let (one, after) = inner.split_at_checked(end).unwrap_or((inner, ""));
        rest = after.strip_prefix(')').unwrap_or(after);
        match entry(one) {
            Some(ace) => entries.push(ace),
            None => descriptor.unread.push(format!("entry ({})", short(one))),
        }
    }
    if !rest.trim().is_empty() {
        return Err(format!("text between entries: {}", short(rest)));
    }
    descriptor.entries = Some(entries);
    Ok(())
}

fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_u32, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted && depth == 0 => return Some(at),
            b')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

fn entry(text: &str) -> Option<Ace> {
    let mut fields = text.splitn(7, ';').map(str::trim);
    let (allows, conditional) = match fields.next()?.to_ascii_uppercase().as_str() {
        "A" | "OA" => (true, false),
        "D" | "OD" => (false, false),
        "XA" | "ZA" => (true, true),
        "XD" => (false, true),
        _ => return None,
    };
    let flags = pairs(fields.next()?, FLAGS)?.fold(0, |all, flag| all | flag);
    let mask = mask(fields.next()?)?;
    let mut guid = || {
        let text = fields.next()?;
        if text.is_empty() { Some(None) } else { Uuid::try_parse(text).ok().map(Some) }
    };
    let (object_type, inherited_object_type) = (guid()?, guid()?);
    let principal = principal(fields.next()?)?;
    Some(Ace { allows, flags, mask, object_type, inherited_object_type, principal, conditional })
}

/// Two letters each.
fn pairs<T: Copy>(text: &str, table: &'static [(&str, T)]) -> Option<std::vec::IntoIter<T>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) || text.len() > 64 {
        return None;
    }
    let one = |at: usize| {
        let word = text.get(at..at + 2)?;
        table.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, value)| *value)
    };
    Some((0..text.len()).step_by(2).map(one).collect::<Option<Vec<T>>>()?.into_iter())
}

fn mask(text: &str) -> Option<u32> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u32::from_str_radix(digits, 16).ok();
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.parse().ok();
    }
    Some(pairs(text, RIGHTS)?.fold(0, |all, right| all | right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_windows_prints() {
        let text = "O:DAG:S-1-5-21-1-2-3-513D:PAI(A;CIIO;0x000f01ff;;;SY)(OA;CIID;RPWPCR;\
                    ab721a54-1e2f-11d0-9819-00aa0040529b;;EA)(XA;;GR;;;WD;(@User.Title==\"a)b\"))S:AI(AU;SA;WD;;;WD)";
        let descriptor = read(text).unwrap();
        assert_eq!(descriptor.owner.unwrap().name, Some("Domain Admins"));
        assert!(descriptor.protected && descriptor.unread.is_empty());
        let entries = descriptor.entries.unwrap();
        assert_eq!(entries.len(), 3);
        assert!(entries[0].has(Ace::INHERIT_ONLY) && entries[0].mask == 0xF01FF);
        assert_eq!((entries[1].mask, entries[1].has(Ace::INHERITED)), (0x130, true));
        assert!(entries[2].conditional);
    }

    #[test]
    fn no_list_an_empty_list_and_none_shown() {
        let of = |text: &str| read(text).unwrap();
        assert_eq!((of("D:NO_ACCESS_CONTROL").entries, of("D:").entries), (None, Some(Vec::new())));
        assert!(!of("O:BA").shows_list && of("D:P").protected && !of("D:AI").protected);
    }

    #[test]
    fn other_text_fails_calmly() {
        for text in ["", "x", "O:", "O:XX", "D:(A;;GA;;;SY", "D:(A;;GA;;;SY)x", "D:Q(A;;GA;;;SY)", "Description: x"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(read("D:(A;;QQ;;;SY)(A;;GA;;;SY)").unwrap().unread.len(), 1);
        assert!(read(&"D:(".repeat(9000)).is_err());
    }
}
