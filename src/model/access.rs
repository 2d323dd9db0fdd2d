//! Who may do what with an object: access control lists as dsacls, SDDL, security descriptors of LDIF,
//! `Get-Acl` and `Get-ADPermission` show them.
//!
//! Traps: a right is shown by its GUID, its schema name or its display name; some exports do not keep the
//! order of the entries, or leave entries out, and then an entry that is not seen is not absent.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Located;
use crate::base::security_descriptor::{Ace, Principal, SecurityDescriptor};
use crate::base::sid::Sid;
use crate::base::source::Span;

/// An access control list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessControlList {
    /// The whole record.
    pub span: Span,
    /// The object it belongs to, as printed; some tools do not print it.
    pub object: Option<Located<String>>,
    /// The attribute, when it is another than `nTSecurityDescriptor`: its rights mean something else.
    pub attribute: Option<String>,
    /// Owner.
    pub owner: Option<Located<Trustee>>,
    /// Whether the object is protected from inheriting entries of its parent, when shown.
    pub protected: Option<Located<bool>>,
    /// The entries; see `order`.
    pub entries: Vec<AccessEntry>,
    /// What the order of the entries says.
    pub order: EntryOrder,
    /// Whether there is no list at all, so that everybody may do everything.
    pub open_to_all: bool,
    /// Whether the export shows all entries, as far as the export itself tells.
    pub complete: bool,
}

/// What the order of entries says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryOrder {
    /// The order in which the system looks at them.
    Stored,
    /// Nothing: the export sorts or filters them.
    Unknown,
}

/// An access control entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessEntry {
    /// Where it stands.
    pub span: Span,
    /// Allow or deny.
    pub effect: Effect,
    /// For whom.
    pub trustee: Trustee,
    /// What.
    pub rights: Rights,
    /// Only for this extended right, property, set of properties, or class of children.
    pub object_type: Option<ObjectType>,
    /// Inherited or explicit, when shown.
    pub inherited: Option<bool>,
    /// The class of objects that inherit it.
    pub applies_to: Option<ObjectType>,
    /// Whether it counts only for objects below.
    pub inherit_only: bool,
    /// Whether it holds only under a condition that cannot be evaluated here.
    pub conditional: bool,
}

/// The effect of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Allow.
    Allow,
    /// Deny.
    Deny,
}

/// A user, group or computer: by name, by identifier, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trustee {
    /// Name as printed: `CONTOSO\Exchange Servers`.
    pub name: Option<String>,
    /// Identifier.
    pub sid: Option<Sid>,
}

/// An extended right, property, set of properties or class: by GUID, by name, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectType {
    /// Its GUID.
    pub guid: Option<Uuid>,
    /// Its name as printed: schema name or display name.
    pub name: Option<String>,
}

/// Rights on a directory object, [MS-ADTS] 5.1.3.2.
///
/// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/990fb975-ab31-4bc1-8b75-5da132cd4584
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights(pub u32);

impl Rights {
    /// Create a child.
    pub const CREATE_CHILD: Rights = Rights(0x1);
    /// Delete a child.
    pub const DELETE_CHILD: Rights = Rights(0x2);
    /// List the children.
    pub const LIST_CONTENTS: Rights = Rights(0x4);
    /// Validated write.
    pub const WRITE_SELF: Rights = Rights(0x8);
    /// Read properties.
    pub const READ_PROPERTY: Rights = Rights(0x10);
    /// Write properties.
    pub const WRITE_PROPERTY: Rights = Rights(0x20);
    /// Delete with all children.
    pub const DELETE_TREE: Rights = Rights(0x40);
    /// See the object where its container is hidden.
    pub const LIST_OBJECT: Rights = Rights(0x80);
    /// Extended rights.
    pub const CONTROL_ACCESS: Rights = Rights(0x100);
    /// Delete.
    pub const DELETE: Rights = Rights(0x1_0000);
    /// Read the permissions.
    pub const READ_PERMISSIONS: Rights = Rights(0x2_0000);
    /// Write the permissions.
    pub const WRITE_PERMISSIONS: Rights = Rights(0x4_0000);
    /// Change the owner.
    pub const CHANGE_OWNERSHIP: Rights = Rights(0x8_0000);
    /// What `Read` means in a list of permissions.
    pub const READ: Rights = Rights(0x2_0094);
    /// What generic write means.
    pub const WRITE: Rights = Rights(0x2_0028);
    /// What generic execute means.
    pub const EXECUTE: Rights = Rights(0x2_0004);
    /// Everything.
    pub const FULL_CONTROL: Rights = Rights(0xF_01FF);

    const GENERIC: [(u32, Rights); 4] = [
        (0x8000_0000, Rights::READ),
        (0x4000_0000, Rights::WRITE),
        (0x2000_0000, Rights::EXECUTE),
        (0x1000_0000, Rights::FULL_CONTROL),
    ];

    /// The rights with generic ones replaced by what they mean for a directory object.
    #[must_use]
    pub fn mapped(self) -> Rights {
        let generic: u32 =
            Rights::GENERIC.iter().filter(|(bit, _)| self.0 & bit != 0).fold(0, |all, (_, rights)| all | rights.0);
        Rights((self.0 & 0x0FFF_FFFF) | generic)
    }

    /// Both together.
    #[must_use]
    pub fn with(self, other: Rights) -> Rights {
        Rights(self.0 | other.0)
    }

    /// The names dsacls prints, and the words of PowerShell.
    pub fn named(text: &str) -> Option<Rights> {
        let mut key = String::new();
        key.extend(text.chars().filter(|c| c.is_alphanumeric()).take(40).flat_map(char::to_uppercase));
        Some(match key.as_str() {
            "CREATECHILD" => Rights::CREATE_CHILD,
            "DELETECHILD" => Rights::DELETE_CHILD,
            "LISTCONTENTS" | "LISTCHILDREN" => Rights::LIST_CONTENTS,
            "WRITESELF" | "SELF" => Rights::WRITE_SELF,
            "READPROPERTY" => Rights::READ_PROPERTY,
            "WRITEPROPERTY" => Rights::WRITE_PROPERTY,
            "DELETETREE" => Rights::DELETE_TREE,
            "LISTOBJECT" => Rights::LIST_OBJECT,
            "CONTROLACCESS" | "EXTENDEDRIGHT" => Rights::CONTROL_ACCESS,
            "DELETE" => Rights::DELETE,
            // Older builds of dsacls misspell it.
            "READPERMISSIONS" | "READPERMISSONS" | "READCONTROL" => Rights::READ_PERMISSIONS,
            "WRITEPERMISSIONS" | "WRITEDACL" => Rights::WRITE_PERMISSIONS,
            "CHANGEOWNERSHIP" | "CHANGEOWNER" | "WRITEOWNER" => Rights::CHANGE_OWNERSHIP,
            "FULLCONTROL" | "GENERICALL" => Rights::FULL_CONTROL,
            "GENERICREAD" => Rights::READ,
            "GENERICWRITE" => Rights::WRITE,
            "GENERICEXECUTE" => Rights::EXECUTE,
            // These rights say nothing about objects of a directory, but they are no unknown words.
            "SYNCHRONIZE" => Rights(0x10_0000),
            "ACCESSSYSTEMSECURITY" => Rights(0x100_0000),
            _ => return None,
        })
    }
}

impl std::fmt::Debug for Rights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::fmt::Display for Rights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const NAMES: [(Rights, &str); 13] = [
            (Rights::CREATE_CHILD, "CreateChild"),
            (Rights::DELETE_CHILD, "DeleteChild"),
            (Rights::LIST_CONTENTS, "ListContents"),
            (Rights::WRITE_SELF, "WriteSelf"),
            (Rights::READ_PROPERTY, "ReadProperty"),
            (Rights::WRITE_PROPERTY, "WriteProperty"),
            (Rights::DELETE_TREE, "DeleteTree"),
            (Rights::LIST_OBJECT, "ListObject"),
            (Rights::CONTROL_ACCESS, "ControlAccess"),
            (Rights::DELETE, "Delete"),
            (Rights::READ_PERMISSIONS, "ReadPermissions"),
            (Rights::WRITE_PERMISSIONS, "WritePermissions"),
            (Rights::CHANGE_OWNERSHIP, "ChangeOwnership"),
        ];
        if self.0 == Rights::FULL_CONTROL.0 {
            return f.write_str("FullControl");
        }
        let mut names: Vec<String> =
            NAMES.iter().filter(|(r, _)| self.0 & r.0 != 0).map(|(_, name)| (*name).to_owned()).collect();
        let rest = self.0 & !Rights::FULL_CONTROL.0;
        if rest != 0 || names.is_empty() {
            names.push(format!("{rest:#x}"));
        }
        f.write_str(&names.join("+"))
    }
}

impl Trustee {
    /// From text: a name, or an identifier that could not be resolved.
    pub fn from_text(text: &str) -> Trustee {
        let text = text.trim();
        match Sid::parse(text) {
            Some(sid) => Trustee { name: None, sid: Some(sid) },
            None => Trustee { name: Some(text.to_owned()), sid: None },
        }
    }

    fn from_principal(principal: &Principal) -> Trustee {
        Trustee { name: principal.name.map(str::to_owned), sid: principal.sid.clone() }
    }

    /// How it is called: its name, else its identifier.
    pub fn label(&self) -> String {
        self.name.clone().or_else(|| self.sid.as_ref().map(ToString::to_string)).unwrap_or_default()
    }
}

impl ObjectType {
    /// From text: a GUID or a name. Nothing for the empty GUID, `All` and the like.
    pub fn from_text(text: &str) -> Option<ObjectType> {
        let text = text.trim();
        match Uuid::try_parse(text) {
            Ok(guid) => ObjectType::from_guid(Some(guid)),
            Err(_) if text.is_empty() || text.eq_ignore_ascii_case("All") => None,
            Err(_) => Some(ObjectType { guid: None, name: Some(text.to_owned()) }),
        }
    }

    fn from_guid(guid: Option<Uuid>) -> Option<ObjectType> {
        guid.filter(|guid| !guid.is_nil()).map(|guid| ObjectType { guid: Some(guid), name: None })
    }
}

impl AccessControlList {
    /// An empty list at a place.
    pub fn new(span: Span, order: EntryOrder) -> AccessControlList {
        AccessControlList {
            span,
            object: None,
            attribute: None,
            owner: None,
            protected: None,
            entries: Vec::new(),
            order,
            open_to_all: false,
            complete: true,
        }
    }

    /// The list of a security descriptor at a place; `None` when the descriptor does not show its list.
    pub fn from_descriptor(descriptor: &SecurityDescriptor, span: Span) -> Option<AccessControlList> {
        if !descriptor.shows_list {
            return None;
        }
        let mut list = AccessControlList::new(span, EntryOrder::Stored);
        list.owner = descriptor.owner.as_ref().map(|owner| Located::new(Trustee::from_principal(owner), span));
        list.protected = Some(Located::new(descriptor.protected, span));
        list.open_to_all = descriptor.entries.is_none();
        list.complete = descriptor.unread.is_empty();
        list.entries = descriptor.entries.iter().flatten().map(|ace| AccessEntry::from_ace(ace, span)).collect();
        Some(list)
    }
}

impl AccessEntry {
    fn from_ace(ace: &Ace, span: Span) -> AccessEntry {
        AccessEntry {
            span,
            effect: if ace.allows { Effect::Allow } else { Effect::Deny },
            trustee: Trustee::from_principal(&ace.principal),
            rights: Rights(ace.mask),
            object_type: ObjectType::from_guid(ace.object_type),
            inherited: Some(ace.has(Ace::INHERITED)),
            applies_to: ObjectType::from_guid(ace.inherited_object_type),
            inherit_only: ace.has(Ace::INHERIT_ONLY),
            conditional: ace.conditional,
        }
    }
}

impl super::Entry for AccessControlList {
    fn span(&self) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generic_rights_become_what_they_mean() {
        assert_eq!(Rights(0x1000_0000).mapped(), Rights::FULL_CONTROL);
        assert_eq!(Rights(0x8000_0000).mapped(), Rights::READ);
        assert_eq!(Rights(0x8000_0100).mapped(), Rights::READ.with(Rights::CONTROL_ACCESS));
        assert_eq!(Rights::named("READ PERMISSONS"), Rights::named("ReadControl"));
        assert_eq!(Rights::named("Store Transport Access"), None);
        assert_eq!(format!("{:?}", Rights(0x110)), "ReadProperty+ControlAccess");
    }
}
