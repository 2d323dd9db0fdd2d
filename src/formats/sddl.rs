//! Security descriptors as SDDL text, one or several, as `(Get-Acl ...).Sddl` prints them.
//!
//! Described in [MS-DTYP] 2.5.1. Traps: a console breaks the long line anywhere; the name of the object is not
//! in it, unless somebody wrote it on a line above.
//!
//! [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/4f4251cc-23b6-44b6-93ba-69688422cb06

use super::directory::note_unread;
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::ledger::NoteKind;
use crate::base::security_descriptor::SecurityDescriptor;
use crate::model::access::AccessControlList;
use crate::model::{Located, Record};

/// SDDL.
pub static FORMAT: Format = Format {
    id: "sddl",
    title: "Security descriptor (SDDL)",
    how_to_collect: "(Get-Acl \"AD:CN=EX1,CN=Servers,...\").Sddl > EX1-sddl.txt",
    extensions: &["txt"],
    probe,
    parse: Parse::Document(parse),
};

/// Whether a line begins a descriptor.
fn begins(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches('"');
    let principal = |rest: &str| {
        rest.starts_with("S-1-") || rest.get(..2).is_some_and(|a| a.chars().all(|c| c.is_ascii_uppercase()))
    };
    ["O:", "G:"].iter().any(|part| line.strip_prefix(part).is_some_and(principal)) && line.contains(":")
        || line.strip_prefix("D:").is_some_and(|rest| {
            let rest = rest.trim_start_matches(['P', 'A', 'I', 'R']);
            rest.starts_with('(') || rest.starts_with("NO_ACCESS_CONTROL")
        })
}

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    // Only what stands at the beginning; SDDL inside another export belongs to that.
    let first = head.text.lines().map(|(_, line)| line).filter(|line| !line.trim().is_empty()).take(4);
    for line in first {
        if begins(line) && head.text.as_str().contains('(') {
            return Probe::Yes(80, "a security descriptor in SDDL".to_owned());
        }
        if object(line).is_none() {
            return Probe::No;
        }
    }
    Probe::No
}

fn object(line: &str) -> Option<&str> {
    let line = line.trim().trim_matches('"').trim_end_matches(':').trim();
    DistinguishedName::parse(line).filter(DistinguishedName::is_in_domain).map(|_| line)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut named: Option<Located<String>> = None;
    let mut open: Option<(String, (u32, u32))> = None;
    for (number, line) in document.text.lines() {
        if begins(line) {
            finish(document, &mut open, &mut named, out);
            open = Some((line.trim().to_owned(), (number, number)));
        } else if line.trim().is_empty() {
            finish(document, &mut open, &mut named, out);
        } else if let Some(name) = object(line) {
            finish(document, &mut open, &mut named, out);
            named = Some(Located::new(name.to_owned(), document.span(number, number)));
        } else if let Some((text, lines)) = &mut open {
            text.push_str(line.trim());
            lines.1 = number;
        } else {
            out.note(NoteKind::Skipped, Some((number, number)), "Lines that are no security descriptor are left out.");
        }
    }
    finish(document, &mut open, &mut named, out);
}

fn finish(
    document: &Document<'_>,
    open: &mut Option<(String, (u32, u32))>,
    named: &mut Option<Located<String>>,
    out: &mut Output<'_>,
) {
    let Some((text, lines)) = open.take() else { return };
    match SecurityDescriptor::from_sddl(text.trim_matches('"')) {
        Ok(descriptor) => {
            note_unread(&descriptor.unread, lines, out);
            match AccessControlList::from_descriptor(&descriptor, document.span(lines.0, lines.1)) {
                Some(mut list) => {
                    list.object = named.take();
                    if list.object.is_none() {
                        let text = "SDDL does not say which object it belongs to. Write the distinguished name on a line above it.";
                        out.note(NoteKind::Info, Some(lines), text);
                    }
                    out.record(Record::AccessControlList(Box::new(list)));
                }
                None => {
                    out.ledger.skipped += 1;
                    let text = "A security descriptor without its part D: says nothing about rights and is left out.";
                    out.note(NoteKind::Skipped, Some(lines), text);
                }
            }
        }
        Err(reason) => {
            out.ledger.damaged += 1;
            let text = format!("A security descriptor is damaged or cut and left out. Copy it whole. {reason}");
            out.note(NoteKind::Damaged, Some(lines), text);
        }
    }
}
