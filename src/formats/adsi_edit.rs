//! Attributes as people write them down from ADSI Edit: `attribute = value`, or attribute, tab, value.
//!
//! Traps: the name of the object may stand alone on a line above its attributes, or be missing; octets are
//! shown in another order than the text of a GUID (KB322308); `<Not Set>` is an attribute without a value.

use super::directory::{Building, value_of_text};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::ledger::NoteKind;

/// ADSI Edit.
pub static FORMAT: Format = Format {
    id: "adsi-edit",
    title: "Attributes from ADSI Edit",
    how_to_collect: "ldifde -f object.ldf -d \"CN=...\" -p base gives the same without typing",
    extensions: &["txt"],
    probe,
    parse: Parse::Document(parse),
};

/// Attributes that tell an object of a directory from a file of settings.
const MARKS: &[&str] = &[
    "adminDisplayName",
    "deliveryMechanism",
    "distinguishedName",
    "homeMDB",
    "homeMTA",
    "legacyExchangeDN",
    "mailNickname",
    "objectCategory",
    "objectClass",
    "objectGUID",
    "proxyAddresses",
    "showInAdvancedViewOnly",
    "systemFlags",
    "whenChanged",
    "whenCreated",
];

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let names = head.text.lines().filter_map(|(_, line)| attribute(line)).map(|(name, _)| name);
    let is_mark = |name: &str| name.starts_with("msExch") || MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(name));
    let mut found: Vec<&str> = Vec::new();
    for name in names.filter(|name| is_mark(name)) {
        if !found.contains(&name) {
            found.push(name);
        }
        if found.len() >= 3 {
            return Probe::Yes(64, "attributes and values of a directory object".to_owned());
        }
    }
    Probe::No
}

/// Name and value.
fn attribute(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(" = ").or_else(|| line.trim_start().split_once('\t'))?;
    let name = name.trim();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    // The heads of the columns in the window.
    let is_head = name == "Attribute" && (value.starts_with("Syntax") || value.starts_with("Value"));
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word) && !is_head;
    is_name.then_some((name, value.trim()))
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut open: Option<Building> = None;
    let mut nameless = 0;
    for (number, line) in document.text.lines() {
        let lines = (number, number);
        if let Some((name, value)) = attribute(line) {
            // A name for the second time belongs to the next object.
            let again = ["distinguishedName", "cn", "name"].iter().any(|one| one.eq_ignore_ascii_case(name));
            if again && open.as_ref().is_some_and(|building| building.has(name)) {
                nameless += close(&mut open, out);
            }
            let building = open.get_or_insert_with(|| Building::new(document.id, number));
            if value.eq_ignore_ascii_case("<not set>") {
                building.without_value(name, lines);
                continue;
            }
            if value.is_empty() {
                continue;
            }
            for value in value.split("; ").map(|value| value.trim_end_matches(';')) {
                building.value(name, value_of_text(name, value), lines);
            }
            continue;
        }
        let text = line.trim();
        if text.is_empty() || text.starts_with("Attribute\t") {
            continue;
        }
        if DistinguishedName::parse(text).is_some_and(|name| name.is_in_domain()) {
            nameless += close(&mut open, out);
            let mut building = Building::new(document.id, number);
            building.name(text, lines);
            open = Some(building);
        } else {
            out.note(NoteKind::Skipped, Some(lines), "Lines that are no attribute are left out.");
        }
    }
    nameless += close(&mut open, out);
    if nameless > 0 {
        let text =
            "Objects without a distinguished name cannot be tied to others. Add the attribute distinguishedName.";
        out.note(NoteKind::Info, None, text);
    }
}

/// Hands on an object; 1 when it has no name.
fn close(open: &mut Option<Building>, out: &mut Output<'_>) -> u32 {
    let Some(building) = open.take() else { return 0 };
    let nameless = u32::from(!building.is_named());
    building.finish(out);
    nameless
}
