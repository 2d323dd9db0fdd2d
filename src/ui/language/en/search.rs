//! The search in the lines of all files. English.

use crate::ui::language::{count, grouped};

/// The search in the lines of all files.
pub struct SearchWords {
    pub scope: &'static str,
    pub field: &'static str,
    pub is_regex: &'static str,
    pub case_sensitive: &'static str,
    pub stop: &'static str,
    pub hint: &'static str,
    pub progress: fn(u64, u64) -> String,
    pub found: fn(u64, u64) -> String,
    pub stopped: fn(u64, u64, u64) -> String,
    pub nothing: fn(u64) -> String,
    pub case_counted: &'static str,
    pub wrong_pattern: &'static str,
    pub no_lines: &'static str,
    pub lines: fn(u64) -> String,
    pub more: fn(u64) -> String,
    pub first_only: fn(u64, u64) -> String,
    pub beyond: fn(u64, u64) -> String,
    pub not_searched: fn(u64) -> String,
    pub not_searched_about: &'static str,
    pub broken: fn(u64) -> String,
    pub others: fn(u64) -> String,
    pub open_line: fn(u32) -> String,
    pub found_line: &'static str,
    pub for_message: &'static str,
}

pub static WORDS: SearchWords = SearchWords {
    scope: "in the lines of all files",
    field: "Search for",
    is_regex: "Regular expression",
    case_sensitive: "Match case",
    stop: "Stop",
    hint: "A queue, an address, a message ID, a reply: every line of the text files and logs of this case is searched.",
    progress: |done, all| format!("{} of {} searched", grouped(done), count(all, "file", "files")),
    found: |lines, files| format!("{} in {}", count(lines, "line", "lines"), count(files, "file", "files")),
    stopped: |lines, done, all| {
        format!(
            "Stopped: {} so far, {} of {} searched",
            count(lines, "line", "lines"),
            grouped(done),
            count(all, "file", "files")
        )
    },
    nothing: |files| {
        if files == 1 {
            "No line of the 1 file that was searched has this.".to_owned()
        } else {
            format!("No line of the {} files that were searched has this.", grouped(files))
        }
    },
    case_counted: "Upper and lower case were told apart.",
    wrong_pattern: "This pattern cannot be used",
    no_lines: "There are no lines to search: no text file or log of this case was read.",
    lines: |lines| count(lines, "line", "lines"),
    more: |lines| format!("Show {}", count(lines, "more line", "more lines")),
    first_only: |shown, all| {
        format!("The first {} of {}; all are counted.", grouped(shown), count(all, "line", "lines"))
    },
    beyond: |files, lines| {
        format!(
            "{} more with {}. A narrower search shows them.",
            count(files, "file", "files"),
            count(lines, "line", "lines")
        )
    },
    not_searched: |files| {
        if files == 1 {
            "1 file was not searched".to_owned()
        } else {
            format!("{} files were not searched", grouped(files))
        }
    },
    not_searched_about: "Binary logs have records instead of lines; their records are in the tables of events. Files inside archives are searched by themselves. What was not recognized or not read is not searched.",
    broken: |files| format!("{} could not be searched to the end:", count(files, "file", "files")),
    others: |files| format!("and {}", count(files, "other", "others")),
    open_line: |line| format!("Open line {}", grouped(line.into())),
    found_line: "Line found",
    for_message: "Search for this message in all lines",
};
