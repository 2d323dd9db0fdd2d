//! What stands around a table; its titles are in `tables`. English.

use crate::ui::language::{count, grouped};

/// What stands around a table; its titles are in `tables`.
pub struct GridWords {
    pub reading: &'static str,
    pub printed: &'static str,
    pub rows: fn(u64) -> String,
    pub rows_of: fn(u64, u64) -> String,
    pub table: &'static str,
    pub hint: &'static str,
    pub filter: &'static str,
    pub mark: &'static str,
    pub mark_about: &'static str,
    pub ways_out: &'static str,
    pub csv: &'static str,
    pub csv_about: &'static str,
    pub csv_redacted: &'static str,
    pub csv_redacted_about: &'static str,
    pub not_redacted: fn(u64, &str) -> String,
    pub copy_rows: &'static str,
    pub copy_rows_about: &'static str,
    pub rows_copied: fn(u64, u64) -> String,
    pub all: fn(&str) -> String,
    pub columns: &'static str,
    pub nothing: &'static str,
    pub counted: &'static str,
    pub gather: &'static str,
    pub none_left: fn(u64) -> String,
    pub clear: &'static str,
    pub all_times: &'static str,
    pub range: fn(&str, &str, &str) -> String,
    pub not_narrowed: &'static str,
    pub not_narrowed_about: &'static str,
    pub untimed: fn(u64) -> String,
    pub row_copied: &'static str,
    pub filters: &'static str,
    pub filters_about: &'static str,
    pub keep_filter: &'static str,
    pub nothing_to_keep: &'static str,
    pub remove_filter: fn(&str) -> String,
    pub filter_kept: &'static str,
    pub filter_removed: &'static str,
    pub filters_taken: fn(u64) -> String,
    pub save_filters: &'static str,
    pub open_filters: &'static str,
    pub no_filters: &'static str,
    pub some_filters: fn(u64, u64, u64) -> String,
}

pub static WORDS: GridWords = GridWords {
    reading: "reading",
    printed: "Printed are the rows that were on the screen; CSV has all.",
    rows: |rows| count(rows, "row", "rows"),
    rows_of: |shown, all| format!("{} of {}", grouped(shown), count(all, "row", "rows")),
    table: "Table",
    hint: "Filter: words, \"several words\", -without",
    filter: "Filter the rows",
    mark: "Mark",
    mark_about: "Keep all rows and mark those that the filter hits",
    ways_out: "CSV, copy",
    csv: "CSV",
    csv_about: "The rows shown with all columns, for a spreadsheet",
    csv_redacted: "CSV, redacted",
    csv_redacted_about: "Names and addresses replaced as in the report, and checked",
    not_redacted: |leaks, first| {
        let found = if leaks == 1 { "a text" } else { "texts" };
        format!("The check of the redacted table found {found} that must not be in it: {first}. It is not saved.")
    },
    copy_rows: "Copy as text",
    copy_rows_about: "The rows and columns shown, to paste; 10,000 rows at most",
    rows_copied: |rows, all| {
        if rows == all {
            format!("{} copied", count(rows, "row", "rows"))
        } else {
            format!("{} of {} copied. Save as CSV to have all.", grouped(rows), count(all, "row", "rows"))
        }
    },
    all: |title| format!("{title}: all"),
    columns: "Columns",
    nothing: "The files show nothing of this kind. Bring:",
    counted: "Tracking logs were read. They are counted and not kept row by row: how long mail took is in Latency and Slowest messages, when what happened is in Timeline, and a row there opens at its line in the log. A message that is opened there or in Messages shows its path from all logs. Its rows come here with Get-MessageTrackingLog -MessageId <id>.",
    gather: "A script that gathers it",
    none_left: |all| format!("No row has all of this. Without the filter there are {}.", count(all, "row", "rows")),
    clear: "Clear the filter",
    all_times: "Show all times",
    range: |title, from, to| format!("{title}: {from} to {to}"),
    not_narrowed: "Not narrowed by time",
    not_narrowed_about: "The rows of this table have no time that the range of the timeline could be compared with, so all of them are shown.",
    untimed: |rows| match rows {
        1 => "1 row without a time is left out".to_owned(),
        _ => format!("{} rows without a time are left out", grouped(rows)),
    },
    row_copied: "Row copied",
    filters: "Filters",
    filters_about: "Kept filters stay while this page is open, for other cases too. As a file you have them at the next site.",
    keep_filter: "Keep this filter",
    nothing_to_keep: "Type a filter or pick a value first",
    remove_filter: |filter| format!("Remove the filter {filter}"),
    filter_kept: "Filter kept",
    filter_removed: "Filter removed",
    filters_taken: |taken| format!("{} opened", count(taken, "filter", "filters")),
    save_filters: "Save all as a file",
    open_filters: "Open a file",
    no_filters: "That file holds no filters of Queuescope, so none were taken. Choose one that was saved here with Filters, Save all as a file.",
    some_filters: |taken, unknown, beyond| {
        let were = |number: u64| if number == 1 { "1 was".to_owned() } else { format!("{} were", grouped(number)) };
        let mut said = format!("{} opened.", count(taken, "filter", "filters"));
        if unknown > 0 {
            said += &format!(
                " {} left out: this version has no such table or column. Queuescope of the version that saved them takes all.",
                were(unknown)
            );
        }
        if beyond > 0 {
            said += &format!(" {} left out: no more than these are kept.", were(beyond));
        }
        said
    },
};
