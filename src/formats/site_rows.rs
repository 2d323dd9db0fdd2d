//! Rows of known events and replies that a site brings with its evidence: `*.queuescope.tsv`.
//!
//! The columns are those of the program's own tables, see [`crate::model::known_row`] and `docs/rules/tables.md`. The rows
//! are used for this case only, and findings that rest on them say so.
//!
//! Traps: spreadsheet programs save with quotes around cells and may turn tabs into other separators; a row that cannot be
//! read is named with its line and column, and the others are used.

use std::collections::BTreeMap;

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::model::known_row::{COLUMNS, KnownRow};
use crate::model::{Located, Record};

/// A table of rows.
pub static FORMAT: Format = Format {
    id: "site-rows",
    title: "Known events and replies of the site",
    how_to_collect: "Write rows for events and replies that the site knows, in the columns that docs/rules/tables.md lists, and save \
                     them as contoso.queuescope.tsv",
    extensions: &["tsv"],
    probe,
    parse: Parse::Document(parse),
};

/// What the identifiers of a site's rows begin with, so that they never meet those of the program.
const OWN: &str = "site-";

fn is_named(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".queuescope.tsv")
}

/// A line of a table, with the quotes taken off that a spreadsheet program puts around it.
fn unquoted(line: &str) -> String {
    let cell = |cell: &str| match cell.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => cell.to_owned(),
    };
    line.trim_start_matches('\u{FEFF}').split('\t').map(cell).collect::<Vec<_>>().join("\t")
}

fn is_comment(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#') || line.starts_with("\"#")
}

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let first = head.text.lines().map(|(_, line)| line).find(|line| !is_comment(line));
    let Some(first) = first.map(unquoted) else { return Probe::No };
    if KnownRow::is_header(&first) {
        return Probe::Yes(99, "a table of known events and replies".to_owned());
    }
    let known = first.split('\t').filter(|name| COLUMNS.contains(&name.trim())).count();
    if is_named(head.path) || known > COLUMNS.len() / 2 {
        let text = format!(
            "Looks like a table of known events and replies, but its first line is not the header. It has {} columns, \
             separated by tabs: {}",
            COLUMNS.len(),
            COLUMNS.join(", ")
        );
        return Probe::Near(text);
    }
    Probe::No
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (number, line) in document.text.lines() {
        let line = unquoted(line);
        if is_comment(&line) || KnownRow::is_header(&line) {
            continue;
        }
        let faults = match KnownRow::parse(&line) {
            Ok(row) if !row.id.starts_with(OWN) => {
                vec![format!("id: It begins with {OWN}, so that it is never taken for a rule of the program")]
            }
            Ok(row) => match seen.insert(row.id.clone(), number) {
                Some(before) => vec![format!("id: It is that of line {before} as well")],
                None => {
                    let row = Located::new(row, document.span(number, number));
                    out.record(Record::SiteRow(Box::new(row)));
                    Vec::new()
                }
            },
            Err(faults) => faults
                .iter()
                .map(|f| if f.column.is_empty() { f.text.clone() } else { format!("{}: {}", f.column, f.text) })
                .collect(),
        };
        if !faults.is_empty() {
            out.ledger.damaged += 1;
            let text = format!("The row of line {number} is not used. {}.", faults.join(". "));
            out.note(NoteKind::Damaged, Some((number, number)), text);
        }
    }
}
