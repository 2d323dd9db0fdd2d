//! A table as CSV, for a spreadsheet: UTF-8 with a byte order mark, comma, times as printed.
//!
//! Trap: a spreadsheet runs what begins with `=`, `+`, `-` or `@` as a formula, and subjects of mail are written by strangers.
//! Such texts get an apostrophe in front.

use super::{Built, Cell, Kind, Query};
use crate::report::redaction::Beside;

/// The rows that a query wants, all columns.
pub(super) fn print(built: &Built, query: &Query) -> String {
    let order = built.order(&Query { is_marking: false, ..query.clone() });
    let rows = order.iter().filter_map(|at| built.rows.get(*at as usize));
    write(built, rows.map(|row| row.cells.iter().map(safe).collect()))
}

/// All cells, row by row, to be redacted. A column of words holds ours.
pub(super) fn cells(built: &Built) -> Vec<Beside> {
    let kinds = || built.table.columns.iter().map(|column| column.kind);
    let cells = built.rows.iter().flat_map(|row| row.cells.iter().zip(kinds()));
    cells.map(|(cell, kind)| Beside { text: safe(cell), is_quoted: kind == Kind::Printed }).collect()
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
