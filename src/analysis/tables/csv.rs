//! A table as CSV, for a spreadsheet: UTF-8 with a byte order mark, comma, times as printed.
//!
//! Trap: a spreadsheet runs what begins with `=`, `+`, `-` or `@` as a formula, and subjects of mail are written by strangers.
//! Such texts get an apostrophe in front.

use super::{Built, Cell, Query};

/// The rows that a query wants, all columns.
pub(super) fn print(built: &Built, query: &Query) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail, and every record has the length of the first.
    let _ = writer.write_record(built.table.columns.iter().map(|column| column.title));
    let order = built.order(&Query { is_marking: false, ..query.clone() });
    for row in order.iter().filter_map(|at| built.rows.get(*at as usize)) {
        let _ = writer.write_record(row.cells.iter().map(safe));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8(bytes).unwrap_or_default())
}

fn safe(cell: &Cell) -> String {
    let text = cell.text();
    let is_formula = matches!(cell, Cell::Text(_)) && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text }
}
