//! What stands around a table; its titles are in `tables`. English.

use crate::ui::language::{count, grouped};

/// What stands around a table; its titles are in `tables`.
pub struct GridWords {
    pub reading: &'static str,
    pub rows: fn(u64) -> String,
    pub rows_of: fn(u64, u64) -> String,
    pub table: &'static str,
    pub hint: &'static str,
    pub filter: &'static str,
    pub mark: &'static str,
    pub mark_about: &'static str,
    pub csv: &'static str,
    pub all: fn(&str) -> String,
    pub columns: &'static str,
    pub nothing: &'static str,
    pub none_left: fn(u64) -> String,
    pub clear: &'static str,
    pub all_times: &'static str,
    pub range: fn(&str, &str, &str) -> String,
    pub row_copied: &'static str,
}

pub static WORDS: GridWords = GridWords {
    reading: "reading",
    rows: |rows| count(rows, "row", "rows"),
    rows_of: |shown, all| format!("{} of {}", grouped(shown), count(all, "row", "rows")),
    table: "Table",
    hint: "Filter: words, \"several words\", -without",
    filter: "Filter the rows",
    mark: "Mark",
    mark_about: "Keep all rows and mark those that the filter hits",
    csv: "CSV",
    all: |title| format!("{title}: all"),
    columns: "Columns",
    nothing: "The files show nothing of this kind. Bring:",
    none_left: |all| format!("No row has all of this. Without the filter there are {}.", count(all, "row", "rows")),
    clear: "Clear the filter",
    all_times: "Show all times",
    range: |title, from, to| format!("{title}: {from} to {to}"),
    row_copied: "Row copied",
};
