//! LDIF, as `ldifde` and `ldapsearch` write it.
//!
//! Described in RFC 2849 (<https://www.rfc-editor.org/rfc/rfc2849>). Traps: a line that begins with a blank goes
//! on with the line before it, comments included; a value behind `::` is base64, of bytes or of text with
//! umlauts; a value behind `:<` lies in a file beside this one and is not read; `ldifde` writes
//! `changetype: add` into exports, but other changes say nothing about what is in the directory.

use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::directory::Building;
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::text::Text;
use crate::model::directory::{AttributeValue, value_of_bytes};

/// LDIF.
pub static FORMAT: Format = Format {
    id: "ldif",
    title: "LDIF",
    how_to_collect: "ldifde -f exchange.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com\"",
    extensions: &["ldf", "ldif", "txt"],
    probe,
    parse: Parse::Document(parse),
};

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let mut named = false;
    let mut changes = false;
    for line in lines(&head.text) {
        let Some((name, value, _)) = split(&line.text) else {
            named = false;
            continue;
        };
        if name.eq_ignore_ascii_case("dn") && name != "Dn" && (value.contains('=') || line.text.contains("::")) {
            named = true;
        } else if named && name.eq_ignore_ascii_case("changetype") && !value.eq_ignore_ascii_case("add") {
            (named, changes) = (false, true);
        } else if named && !name.eq_ignore_ascii_case("changetype") {
            return Probe::Yes(88, "records of LDIF: dn, then attributes".to_owned());
        }
    }
    if changes {
        return Probe::Near(
            "LDIF with changes to import, not an export. Export the objects themselves with ldifde -f exchange.ldf -d \
             and the distinguished name."
                .to_owned(),
        );
    }
    Probe::No
}

/// A line with those that go on with it.
struct Logical {
    text: String,
    lines: (u32, u32),
}

/// All logical lines; comments are left out, blank lines are kept.
///
/// Trap: an editor or a mail may have padded the lines. A value that is folded would have the blanks in its midst, so where most
/// lines end in one, none of those counts.
fn lines(text: &Text) -> impl Iterator<Item = Logical> {
    let (mut all, mut padded) = (0_u32, 0_u32);
    for (_, line) in text.lines().filter(|(_, line)| !line.trim().is_empty()).take(1000) {
        (all, padded) = (all + 1, padded + u32::from(line.ends_with(' ')));
    }
    let is_padded = padded * 2 > all;
    let mut rest = text.lines().map(move |(n, line)| (n, if is_padded { line.trim_end() } else { line })).peekable();
    std::iter::from_fn(move || {
        loop {
            let (number, line) = rest.next()?;
            let mut logical = Logical { text: line.to_owned(), lines: (number, number) };
            while !logical.text.trim().is_empty()
                && let Some((number, more)) = rest.next_if(|(_, next)| next.starts_with(' ') && next.trim() != "")
            {
                logical.text.push_str(more.strip_prefix(' ').unwrap_or(more));
                logical.lines.1 = number;
            }
            if !logical.text.starts_with('#') {
                return Some(logical);
            }
        }
    })
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Plain,
    Base64,
    Elsewhere,
}

/// Name, value and how it is written; `None` when the line is no attribute.
fn split(line: &str) -> Option<(&str, &str, Written)> {
    let (name, value) = line.split_once(':')?;
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ';' | '=' | '*');
    if name.is_empty() || !name.chars().all(word) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    Some(match (value.strip_prefix(':'), value.strip_prefix('<')) {
        (Some(value), _) => (name, value.trim(), Written::Base64),
        (_, Some(value)) => (name, value.trim(), Written::Elsewhere),
        _ => (name, value.trim_start_matches(' '), Written::Plain),
    })
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut open: Option<Building> = None;
    let mut changed = false;
    let mut done = 0;
    for (count, line) in lines(document.text).enumerate() {
        done += line.text.len() as u64 + 1;
        if count % 4096 == 4095 && out.progress(done) == ControlFlow::Break(()) {
            return;
        }
        if line.text.trim().is_empty() {
            close(&mut open, &mut changed, out);
            continue;
        }
        let Some((name, value, written)) = split(&line.text) else {
            if line.text != "-" && !changed {
                out.ledger.damaged += 1;
                let text = "A line is no attribute; perhaps the file was wrapped by an editor. It is left out, with the \
                            value above it.";
                out.note(NoteKind::Damaged, Some(line.lines), text);
                if let Some(building) = &mut open {
                    building.cut_last();
                }
            }
            continue;
        };
        let value = read(name, value, written, line.lines, out);
        if name.eq_ignore_ascii_case("dn") {
            // The blank line between records may be lost.
            close(&mut open, &mut changed, out);
            let mut building = Building::new(document.id, line.lines.0);
            match &value {
                AttributeValue::Text(text) => building.name(text, line.lines),
                _ => {
                    out.ledger.damaged += 1;
                    let text =
                        "The name of an object could not be read, so it cannot be tied to others. Export it again.";
                    out.note(NoteKind::Damaged, Some(line.lines), text);
                }
            }
            open = Some(building);
            continue;
        }
        let Some(building) = &mut open else {
            if name.eq_ignore_ascii_case("result") && !value_is_success(&value) {
                let text =
                    "The search ended early, so objects are missing. Export again with a larger limit or in pages.";
                out.note(NoteKind::Truncated, Some(line.lines), text);
            }
            // What stands between records: the version, and how a search ended.
            if !["version", "search", "result", "ref", "control"].iter().any(|word| name.eq_ignore_ascii_case(word)) {
                out.ledger.skipped += 1;
                let text = "Attributes without the line dn: above them are left out. Export the object again.";
                out.note(NoteKind::Skipped, Some(line.lines), text);
            }
            continue;
        };
        match &value {
            AttributeValue::Text(text) if name.eq_ignore_ascii_case("changetype") => {
                if !text.trim().eq_ignore_ascii_case("add") {
                    building.change(text.trim());
                    changed = true;
                    out.ledger.skipped += 1;
                    let text = "Changes to import are left out, because they do not show what is in the directory.";
                    out.note(NoteKind::Skipped, Some(line.lines), text);
                }
            }
            _ => building.value(name, value, line.lines),
        }
    }
    close(&mut open, &mut changed, out);
}

/// `result: 0 Success`, the last line of `ldapsearch`.
fn value_is_success(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::Text(text) if text.split_whitespace().next() == Some("0"))
}

fn close(open: &mut Option<Building>, changed: &mut bool, out: &mut Output<'_>) {
    if let Some(building) = open.take()
        && !*changed
    {
        building.finish(out);
    }
    *changed = false;
}

fn read(name: &str, value: &str, written: Written, lines: (u32, u32), out: &mut Output<'_>) -> AttributeValue {
    match written {
        Written::Plain => AttributeValue::Text(value.to_owned()),
        Written::Elsewhere => {
            let text = format!("Values in files of their own are not read: {name}");
            out.note(NoteKind::Skipped, Some(lines), text);
            AttributeValue::Hidden(value.to_owned())
        }
        Written::Base64 => {
            let text: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            match STANDARD.decode(text) {
                Ok(bytes) => value_of_bytes(name.split(';').next().unwrap_or(name), bytes),
                Err(_) => {
                    out.ledger.damaged += 1;
                    let text = format!("A value in base64 is damaged or cut and left out: {name}");
                    out.note(NoteKind::Damaged, Some(lines), text);
                    AttributeValue::Hidden("damaged base64".to_owned())
                }
            }
        }
    }
}
