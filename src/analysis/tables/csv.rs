//! A table as CSV, for a spreadsheet: UTF-8 with a byte order mark, comma, times as printed; and as text to paste.
//!
//! Trap: a spreadsheet runs what begins with `=`, `+`, `-` or `@` as a formula, and subjects of mail are written by strangers.
//! Such texts get an apostrophe in front.

use super::{Built, Cell, Kind, Query, Row};
use crate::report::redaction::{Beside, Voice};

/// As many rows are copied; a clipboard is no place for more.
const MOST_COPIED: usize = 10_000;

/// The rows that a query wants, all columns.
pub(super) fn print(built: &Built, query: &Query) -> String {
    write(built, wanted(built, query).into_iter().map(|row| row.cells.iter().map(safe).collect()))
}

/// The rows that a query wants, or the first of them, with these columns under these titles, tab-separated; and how many of how
/// many rows that are.
pub(super) fn text(built: &Built, query: &Query, columns: &[(u32, String)]) -> (String, u32, u32) {
    let rows = wanted(built, query);
    let titles: Vec<&str> = columns.iter().map(|(_, title)| title.as_str()).collect();
    let mut text = titles.join("\t");
    for row in rows.iter().take(MOST_COPIED) {
        let cells = columns.iter().map(|(at, _)| row.cells.get(*at as usize).map(safe).unwrap_or_default());
        // A cell of several lines stays one cell.
        let cells: Vec<String> = cells.map(|cell| cell.replace(['\t', '\r', '\n'], " ")).collect();
        text.push_str("\r\n");
        text.push_str(&cells.join("\t"));
    }
    let number = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    (text, number(rows.len().min(MOST_COPIED)), number(rows.len()))
}

/// The rows that a query wants; of marked ones and others, the marked.
fn wanted<'b>(built: &'b Built, query: &Query) -> Vec<&'b Row> {
    let order = built.order(&Query { is_marking: false, ..query.clone() });
    order.iter().filter_map(|at| built.rows.get(*at as usize)).collect()
}

/// The cells of the rows that a query wants, row by row, to be redacted. A column of words holds ours.
pub(super) fn cells(built: &Built, query: &Query) -> Vec<Beside> {
    let kinds = || built.table.columns.iter().map(|column| column.kind);
    let cells = wanted(built, query).into_iter().flat_map(|row| row.cells.iter().zip(kinds()));
    cells.map(|(cell, kind)| Beside { text: safe(cell), voice: voice(kind) }).collect()
}

fn voice(kind: Kind) -> Voice {
    match kind {
        Kind::Printed => Voice::Quoted,
        Kind::Subject => Voice::Subject,
        Kind::Path => Voice::Path,
        Kind::Words | Kind::Number | Kind::Time | Kind::Duration | Kind::Size | Kind::State => Voice::Ours,
    }
}

/// The table with other cells.
pub(super) fn print_cells(built: &Built, cells: &[Beside]) -> String {
    let rows = cells.chunks(built.table.columns.len().max(1));
    write(built, rows.map(|row| row.iter().map(|cell| cell.text.clone()).collect()))
}

fn write(built: &Built, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail, and every record has the length of the first.
    let _ = writer.write_record(built.table.columns.iter().map(|column| column.title));
    for row in rows {
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8(bytes).unwrap_or_default())
}

fn safe(cell: &Cell) -> String {
    let text = cell.text();
    let is_formula = matches!(cell, Cell::Text(_)) && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Order, Row, Table, no_notes};
    use super::*;

    static TABLE: Table = Table {
        id: "test",
        title: "Test",
        about: "A row of the test.",
        columns: &[Column::printed("Queue"), Column::words("Error"), Column::number("Messages")],
        rows: |_| Vec::new(),
        order: Order::Rows,
        notes: no_notes,
        stands_out: |_| false,
        bring: "Nothing.",
    };

    fn built(rows: u64) -> Built {
        let text = |text: &str| Cell::Text(text.to_owned());
        let row =
            |at| Row { cells: vec![text(&format!("EX1\\{at}")), text("=1\t+\r\n1"), Cell::Number(at)], span: None };
        Built::of(&TABLE, (0..rows).map(row).collect())
    }

    #[test]
    fn text_to_paste_has_the_columns_asked_for_and_a_line_for_each_row() {
        let query = Query { filter: "ex1\\1".to_owned(), is_marking: true, ..Query::default() };
        let columns = [(2, "Nachrichten".to_owned()), (1, "Fehler".to_owned())];
        let pasted = text(&built(3), &query, &columns);
        assert_eq!(pasted, ("Nachrichten\tFehler\r\n1\t'=1 +  1".to_owned(), 1, 1));
    }

    #[test]
    fn so_many_rows_are_copied_and_no_more() {
        let (pasted, rows, all) = text(&built(10_005), &Query::default(), &[(0, "Queue".to_owned())]);
        assert_eq!((pasted.lines().count(), rows, all), (10_001, 10_000, 10_005));
    }

    #[test]
    fn cells_to_redact_are_those_of_the_rows_that_are_wanted() {
        let query = Query { filter: "ex1\\1".to_owned(), ..Query::default() };
        assert_eq!(cells(&built(3), &query).len(), 3);
        assert_eq!(cells(&built(3), &Query::default()).len(), 9);
    }
}
