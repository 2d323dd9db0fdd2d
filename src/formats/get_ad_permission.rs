//! `Get-ADPermission` (2007 to SE), in every shape that PowerShell prints.
//!
//! Described at <https://learn.microsoft.com/powershell/module/exchange/get-adpermission>. Traps: the table that it
//! prints by itself shows no rights; one object stands for several entries, one per extended right, property
//! or class; without the column `Deny` nobody knows what an entry does; the order of entries is not the order
//! in which they count.

use super::cmdlet::{self, Cmdlet, Row};
use super::directory::parse_permissions;
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::access::{AccessControlList, AccessEntry, Effect, EntryOrder, ObjectType, Rights, Trustee};

/// `Get-ADPermission`.
pub static FORMAT: Format = Format {
    id: "get-ad-permission",
    title: "Get-ADPermission",
    how_to_collect: "Get-ADPermission -Identity \"EX1\" | Export-Clixml ad-permissions-EX1.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-ADPermission",
    name: "Get-ADPermission",
    classes: &["ADAcePresentationObject"],
    own: &[
        "Identity",
        "User",
        "Deny",
        "Inherited",
        "IsInherited",
        "AccessRights",
        "ExtendedRights",
        "Properties",
        "ChildObjectTypes",
        "InheritedObjectType",
        "InheritanceType",
    ],
    sets: &[
        &["User", "Deny", "ExtendedRights"],
        &["User", "AccessRights", "ExtendedRights"],
        &["User", "AccessRights", "ChildObjectTypes"],
        &["User", "AccessRights", "InheritedObjectType"],
        &["Identity", "User", "ExtendedRights"],
        &["Identity", "User", "Deny", "Inherited"],
    ],
    never: &["FolderName", "ActiveDirectoryRights", "Trustee"],
    marks: &["User", "AccessRights", "IsInherited", "ExtendedRights"],
    near: "Looks like Get-MailboxPermission, or like Get-ADPermission without its extended rights. Rights in the directory \
           come with Get-ADPermission -Identity EX1 | Export-Clixml ad-permissions.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    parse_permissions(document, out, &CMDLET, |row| list(row).into_iter().map(Record::AccessControlList).collect());
}

/// One row: an entry for each extended right, property and class, and one for the other rights.
fn list(row: &mut Row<'_>) -> Option<Box<AccessControlList>> {
    let mut list = AccessControlList::new(row.span(), EntryOrder::Unknown);
    list.object = row.text("Identity");
    let trustee = Trustee::from_text(&row.text("User")?.value);
    let effect = if row.truth("Deny")?.value { Effect::Deny } else { Effect::Allow };
    let inherited = row.truth("IsInherited").or_else(|| row.truth("Inherited")).map(|inherited| inherited.value);
    let applies_to = row.text("InheritedObjectType").and_then(|text| ObjectType::from_text(&text.value));
    let below = row.text("InheritanceType");
    let inherit_only =
        below.is_some_and(|below| matches!(below.value.as_str(), "Descendents" | "Children" | "2" | "4"));
    let shown = row.listed("AccessRights", Rights::named);
    let extended = names(row, "ExtendedRights", &mut list.complete);
    let properties = names(row, "Properties", &mut list.complete);
    let classes = names(row, "ChildObjectTypes", &mut list.complete);
    let mut rights = Rights::default();
    if let Some(shown) = &shown {
        list.complete &= shown.value.complete && shown.value.unread.is_empty();
        rights = shown.value.items.iter().fold(rights, |all, right| all.with(*right));
    } else if extended.as_ref().is_some_and(|names| !names.is_empty()) {
        rights = Rights::CONTROL_ACCESS;
    }
    let entry = |rights, object_type| AccessEntry {
        span: row.span(),
        effect,
        trustee: trustee.clone(),
        rights,
        object_type,
        inherited,
        applies_to: applies_to.clone(),
        inherit_only,
        conditional: false,
    };
    // A right in its own column is about what that column names; all of them stay in the rest otherwise.
    let parts = [
        (extended, Rights::CONTROL_ACCESS.0),
        (properties, Rights::READ_PROPERTY.with(Rights::WRITE_PROPERTY).with(Rights::WRITE_SELF).0),
        (classes, Rights::CREATE_CHILD.with(Rights::DELETE_CHILD).0),
    ];
    let mut rest = rights.0;
    // Full control is about the whole object.
    if rights != Rights::FULL_CONTROL {
        for (names, bits) in parts {
            let own = rights.0 & bits;
            if own == 0 {
                continue;
            }
            match names {
                Some(names) if names.is_empty() => {}
                Some(names) => {
                    rest &= !bits;
                    let types = names.iter().filter_map(|name| ObjectType::from_text(name));
                    list.entries.extend(types.map(|kind| entry(Rights(own), Some(kind))));
                }
                // The column is not shown, so the right may be about one thing or about all.
                None => {
                    rest &= !bits;
                    list.entries.push(entry(Rights(own), Some(ObjectType { guid: None, name: None })));
                }
            }
        }
    }
    if rest != 0 {
        list.entries.push(entry(Rights(rest), None));
    }
    (!list.entries.is_empty()).then(|| Box::new(list))
}

/// The names in a column; `None` when the column is not there or hides them.
fn names(row: &mut Row<'_>, column: &'static str, complete: &mut bool) -> Option<Vec<String>> {
    let (items, whole, property) = row.items(column)?;
    // A list that somebody joined.
    let mut names = Vec::new();
    for item in items {
        names.extend(item.split([',', ';', '{', '}']).map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()));
    }
    *complete &= whole && !property.is_hidden();
    Some(names)
}
