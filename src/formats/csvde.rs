//! CSV of directory objects, as `csvde` writes it: the first column is `DN`.
//!
//! Described at <https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/cc732101(v=ws.11)>.
//! Traps: several values of an attribute stand in one cell, joined by `;` (`\;` inside a value); bytes are
//! `X'81c6...'`; an empty cell is an attribute that the object does not have.

use std::ops::ControlFlow;

use super::directory::{Building, value_of_text};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::ledger::NoteKind;

/// csvde.
pub static FORMAT: Format = Format {
    id: "csvde",
    title: "csvde",
    how_to_collect: "csvde -f exchange.csv -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com\"",
    extensions: &["csv", "txt"],
    probe,
    parse: Parse::Document(parse),
};

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() {
        return Probe::No;
    }
    let header = head.text.line(1);
    let name = |cell: &str| cell.trim().trim_matches('"').eq_ignore_ascii_case("dn");
    let cells: Vec<&str> = header.split(',').collect();
    if cells.first().is_some_and(|first| name(first)) && cells.len() > 1 {
        return Probe::Yes(90, "the column DN, then attributes".to_owned());
    }
    if header.split(';').next().is_some_and(name) && header.contains(';') {
        return Probe::Near(
            "Looks like csvde, but a spreadsheet saved it with semicolons, which also join values. Bring the file as \
             csvde wrote it."
                .to_owned(),
        );
    }
    Probe::No
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let text = document.text.as_str();
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).has_headers(false).double_quote(true).from_reader(text.as_bytes());
    let mut header: Vec<String> = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut count = 0_u64;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => {
                out.ledger.damaged += 1;
                out.note(NoteKind::Damaged, None, "A row could not be read and is left out.");
                continue;
            }
        }
        if header.is_empty() {
            header = record.iter().map(|name| name.trim().to_owned()).collect();
            continue;
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let end = reader.position().byte().saturating_sub(1).max(start);
        let line = |byte: u64| document.text.line_of(usize::try_from(byte).unwrap_or(usize::MAX));
        let lines = (first_line(text, start, &line), line(end));
        let name = record.get(0).unwrap_or("");
        if DistinguishedName::parse(name).is_none() {
            out.ledger.skipped += 1;
            let text = "Rows that do not begin with a distinguished name are left out.";
            out.note(NoteKind::Skipped, Some(lines), text);
            continue;
        }
        if record.len() != header.len() {
            out.ledger.damaged += 1;
            let text = format!(
                "A row has {} cells under {} columns, so its last cells are uncertain and left out. Export again without \
                 editing the file.",
                record.len(),
                header.len()
            );
            out.note(NoteKind::Damaged, Some(lines), text);
        }
        let mut building = Building::new(document.id, lines.0);
        building.name(name, lines);
        // A row with too many cells has shifted somewhere; only its name is certain.
        let certain = if record.len() > header.len() {
            1
        } else if record.len() < header.len() {
            record.len().saturating_sub(1)
        } else {
            record.len()
        };
        for (name, cell) in header.iter().zip(record.iter()).take(certain).skip(1) {
            for value in values(cell).filter(|value| !value.is_empty()) {
                building.value(name, value_of_text(name, &value), lines);
            }
        }
        building.finish(out);
        count += 1;
        if count.is_multiple_of(1024) && out.progress(end) == ControlFlow::Break(()) {
            return;
        }
    }
}

/// The line of a row: the reader counts the line end before it.
fn first_line(text: &str, start: u64, line: &impl Fn(u64) -> u32) -> u32 {
    let at = usize::try_from(start).unwrap_or(usize::MAX);
    let blanks = text.as_bytes().iter().skip(at).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    line(start + blanks as u64)
}

/// The values of a cell.
fn values(cell: &str) -> impl Iterator<Item = String> {
    let mut values = vec![String::new()];
    let mut escaped = false;
    for c in cell.chars() {
        let last = values.last_mut();
        match (c, last) {
            (';', Some(last)) if escaped => {
                last.pop();
                last.push(';');
            }
            (';', _) => values.push(String::new()),
            (c, Some(last)) => last.push(c),
            (_, None) => {}
        }
        escaped = c == '\\' && !escaped;
    }
    values.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_joined_by_semicolons() {
        assert_eq!(values("top;mail\\;Gateway;").collect::<Vec<_>>(), ["top", "mail;Gateway", ""]);
        assert_eq!(values("CN=a\\, b,DC=x").collect::<Vec<_>>(), ["CN=a\\, b,DC=x"]);
    }
}
