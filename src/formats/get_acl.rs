//! `Get-Acl` of an object in Active Directory, and the rules in its property `Access`, in every shape that
//! PowerShell prints.
//!
//! Described at <https://learn.microsoft.com/dotnet/api/system.directoryservices.activedirectoryaccessrule>.
//! Traps: rules do not say which object they belong to, unless a column was added; the empty GUID stands for
//! all; files and registry keys have the same cmdlet, and their rights mean something else; a list breaks the
//! long line of SDDL anywhere.

use super::cmdlet::{self, Cmdlet, Row};
use super::directory::parse_permissions;
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::security_descriptor::SecurityDescriptor;
use crate::model::access::{AccessControlList, AccessEntry, Effect, EntryOrder, ObjectType, Rights, Trustee};
use crate::model::{Located, Record};

/// `Get-Acl`.
pub static FORMAT: Format = Format {
    id: "get-acl",
    title: "Get-Acl",
    how_to_collect: "Get-Acl \"AD:CN=EX1,CN=Servers,...\" | Format-List Path, Owner, Sddl > acl-EX1.txt",
    extensions: &["txt", "csv", "xml", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-Acl",
    name: "Get-Acl",
    classes: &["ActiveDirectoryAccessRule", "ActiveDirectorySecurity"],
    own: &[
        "ActiveDirectoryRights",
        "InheritanceType",
        "ObjectType",
        "InheritedObjectType",
        "ObjectFlags",
        "AccessControlType",
        "IdentityReference",
        "IsInherited",
        "InheritanceFlags",
        "PropagationFlags",
        "Path",
        "PSPath",
        "DistinguishedName",
        "Owner",
        "Sddl",
        "AreAccessRulesProtected",
    ],
    sets: &[
        &["ActiveDirectoryRights", "AccessControlType", "IdentityReference"],
        &["Path", "Sddl"],
        &["PSPath", "Sddl"],
        &["Owner", "Sddl"],
        &["DistinguishedName", "Sddl"],
    ],
    never: &["FileSystemRights", "RegistryRights", "ExtendedRights"],
    marks: &["ActiveDirectoryRights", "AccessControlType", "IdentityReference", "IsInherited"],
    near: "Looks like Get-Acl, but has no rights, no effect or no names. Export with Get-Acl \"AD:CN=...\" | Format-List \
           Path, Owner, Sddl",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    parse_permissions(document, out, &CMDLET, |row| list(row).into_iter().map(Record::AccessControlList).collect());
}

/// The distinguished name at the end of a path of PowerShell.
fn object(path: Located<String>) -> Located<String> {
    // A name may hold colons and slashes of its own, so its beginning decides.
    let starts = ["CN=", "OU=", "DC="].iter().filter_map(|start| path.value.find(start));
    let name = starts.min().and_then(|at| path.value.get(at..)).unwrap_or(&path.value);
    Located::new(name.trim().to_owned(), path.span)
}

fn list(row: &mut Row<'_>) -> Option<Box<AccessControlList>> {
    let path = row.any_text(&["DistinguishedName", "Path", "PSPath"]);
    if path.as_ref().is_some_and(|path| path.value.contains("FileSystem::") || path.value.contains("Registry::")) {
        return None;
    }
    let object = path.map(object);
    let sddl = row.parsed("Sddl", |text| {
        // A list breaks the line inside of identifiers too. Blanks matter only in conditions, which nobody evaluates.
        let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        SecurityDescriptor::from_sddl(&joined).or_else(|_| SecurityDescriptor::from_sddl(text)).ok()
    });
    if let Some(sddl) = sddl {
        let lines = row.get("Sddl").map(|property| property.lines);
        for (text, lines) in sddl.value.unread.iter().take(8).zip(lines.into_iter().cycle()) {
            row.unknown("Sddl", text, lines);
        }
        let mut list = AccessControlList::from_descriptor(&sddl.value, sddl.span)?;
        list.span = row.span();
        list.object = object;
        if let Some(owner) = row.text("Owner") {
            let sid = list.owner.and_then(|owner| owner.value.sid);
            let named = Trustee::from_text(&owner.value);
            list.owner = Some(Located::new(Trustee { sid: sid.or(named.sid), ..named }, owner.span));
        }
        return Some(Box::new(list));
    }
    let trustee = Trustee::from_text(&row.text("IdentityReference")?.value);
    let effect = row.parsed("AccessControlType", effect)?.value;
    let rights = row.parsed("ActiveDirectoryRights", rights)?.value;
    let mut kind = |name| row.text(name).and_then(|text| ObjectType::from_text(&text.value));
    let (object_type, applies_to) = (kind("ObjectType"), kind("InheritedObjectType"));
    // JSON prints the numbers of the two enumerations.
    let inherit_only = row
        .text("InheritanceType")
        .is_some_and(|text| matches!(text.value.as_str(), "Descendents" | "Children" | "2" | "4"))
        || row
            .text("PropagationFlags")
            .is_some_and(|text| text.value.contains("InheritOnly") || matches!(text.value.as_str(), "2" | "3"));
    let mut list = AccessControlList::new(row.span(), EntryOrder::Stored);
    list.object = object;
    list.entries.push(AccessEntry {
        span: row.span(),
        effect,
        trustee,
        rights,
        object_type,
        inherited: row.truth("IsInherited").map(|inherited| inherited.value),
        applies_to,
        inherit_only,
        conditional: false,
    });
    Some(Box::new(list))
}

fn effect(text: &str) -> Option<Effect> {
    match text {
        "Allow" | "0" => Some(Effect::Allow),
        "Deny" | "1" => Some(Effect::Deny),
        _ => None,
    }
}

fn rights(text: &str) -> Option<Rights> {
    if let Ok(number) = text.parse::<i64>() {
        return u32::try_from(number & 0xFFFF_FFFF).ok().map(Rights);
    }
    text.split(',').map(Rights::named).try_fold(Rights::default(), |all, right| Some(all.with(right?)))
}
