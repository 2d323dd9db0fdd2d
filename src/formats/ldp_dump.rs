//! What LDP prints of an object: `Dn: CN=...`, then `1> cn: Name;` or `objectClass (2): top; container;`.
//!
//! Described at <https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/cc772839(v=ws.11)>.
//! Traps: values are joined by `; ` and may hold it themselves, so the number in front decides; bytes are
//! `<ldp: Binary blob>` and lost; the text of the window around the objects is copied with them.

use std::ops::ControlFlow;

use super::directory::{Building, value_of_text};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::model::directory::AttributeValue;

/// LDP.
pub static FORMAT: Format = Format {
    id: "ldp-dump",
    title: "LDP",
    how_to_collect: "In LDP: View, Tree, double-click the object, then Connection, Save As",
    extensions: &["txt"],
    probe,
    parse: Parse::Document(parse),
};

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() {
        return Probe::No;
    }
    let mut named = false;
    for (_, line) in head.text.lines() {
        if name(line).is_some() {
            named = true;
        } else if named && attribute(line).is_some_and(|(_, count, values)| count.is_some() || values.ends_with(';')) {
            return Probe::Yes(86, "objects of LDP: Dn, then attributes".to_owned());
        }
    }
    Probe::No
}

/// The name of an object that begins.
fn name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix(">>").map_or(line, str::trim_start);
    line.strip_prefix("Dn:").map(str::trim).filter(|name| name.contains('='))
}

/// Name, number of values when it is shown, and values.
fn attribute(line: &str) -> Option<(&str, Option<usize>, &str)> {
    let text = line.trim();
    let (count, text) = match text.split_once('>') {
        Some((number, rest)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            (number.parse().ok(), rest.trim_start())
        }
        _ => (None, text),
    };
    let (name, values) = text.split_once(':')?;
    let (name, count) = match name.split_once(" (").and_then(|(n, c)| Some((n, c.strip_suffix(')')?))) {
        Some((name, number)) => (name, number.parse().ok().or(count)),
        None => (name, count),
    };
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ';' | '=');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word);
    is_name.then_some((name, count, values.trim()))
}

fn values(count: Option<usize>, text: &str) -> Vec<&str> {
    let text = text.trim_end().strip_suffix(';').unwrap_or(text).trim();
    if count == Some(1) {
        return vec![text];
    }
    text.split("; ").map(str::trim).filter(|value| !value.is_empty()).collect()
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut open: Option<Building> = None;
    // Whether the last value is whole: LDP ends each with a semicolon.
    let mut whole = true;
    let mut done = 0;
    for (number, line) in document.text.lines() {
        done += line.len() as u64 + 1;
        if number % 4096 == 0 && out.progress(done) == ControlFlow::Break(()) {
            return;
        }
        let lines = (number, number);
        if let Some(name) = name(line) {
            if let Some(building) = open.as_mut().filter(|_| !whole) {
                building.cut_last();
            }
            close(&mut open, out);
            let mut building = Building::new(document.id, number);
            building.name(name, lines);
            open = Some(building);
            whole = true;
            continue;
        }
        if line.starts_with("Error:") {
            close(&mut open, out);
            let text =
                "LDP reports an error, so objects may be missing. Search again, in pages if a limit was reached.";
            out.note(NoteKind::Truncated, Some(lines), text);
            continue;
        }
        let Some(building) = &mut open else { continue };
        if let Some((name, count, text)) = attribute(line).filter(|(_, count, _)| whole || count.is_some()) {
            whole = text.ends_with(';');
            let values = values(count, text);
            if count.is_some_and(|count| count != values.len()) {
                let text = format!("The values of {name} hold semicolons of their own and could not be told apart.");
                out.note(NoteKind::Ambiguous, Some(lines), text);
            }
            for value in values {
                let value = value_of_text(name, value);
                if matches!(value, AttributeValue::Hidden(_)) {
                    let text = format!("LDP does not print bytes; use ldifde for them: {name}");
                    out.note(NoteKind::Truncated, Some(lines), text);
                }
                building.value(name, value, lines);
            }
        } else if line.starts_with("---") || whole && (line.trim().is_empty() || line.ends_with("...")) {
            if !whole {
                building.cut_last();
            }
            whole = true;
            close(&mut open, out);
        } else if whole {
            out.ledger.skipped += 1;
            out.note(NoteKind::Skipped, Some(lines), "Lines of LDP that are no attribute are left out.");
        } else {
            // A value of several lines.
            whole = line.trim_end().ends_with(';');
            if let Some(last) = building.last_text() {
                last.push('\n');
                last.push_str(line.trim().trim_end_matches(';'));
            }
        }
    }
    if let Some(building) = open.as_mut().filter(|_| !whole) {
        building.cut_last();
    }
    close(&mut open, out);
}

fn close(open: &mut Option<Building>, out: &mut Output<'_>) {
    if let Some(building) = open.take() {
        building.finish(out);
    }
}
