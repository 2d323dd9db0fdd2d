//! The export dialog. English.

use crate::report::redaction::NameKind;
use crate::ui::language::count;

/// The export dialog.
pub struct ExportWords {
    pub title: &'static str,
    pub format: &'static str,
    pub html: &'static str,
    pub markdown: &'static str,
    pub json: &'static str,
    pub redact: &'static str,
    pub as_is: &'static str,
    pub in_english: Option<&'static str>,
    pub save: &'static str,
    pub cancel: &'static str,
    pub looking: &'static str,
    pub checked: fn(u64, &str) -> String,
    pub leaks: fn(u64) -> String,
    pub limits: &'static str,
    pub found: &'static str,
    pub times: fn(u64) -> String,
    pub nothing: &'static str,
    pub replacements: &'static str,
    pub in_files: &'static str,
    pub in_report: &'static str,
    pub what: &'static str,
    pub how_often: &'static str,
    pub fewer: &'static str,
    pub all: fn(u64) -> String,
    pub kind: fn(NameKind) -> &'static str,
}

pub static WORDS: ExportWords = ExportWords {
    title: "Export the report",
    format: "Format",
    html: "One page to read, print or send.",
    markdown: "For a ticket or a wiki.",
    json: "For other tools.",
    redact: "Redact: replace names, addresses, domains, IP addresses, GUIDs and subjects",
    as_is: "The report quotes your files. Names and addresses stay in it as they are.",
    in_english: None,
    save: "Save",
    cancel: "Cancel",
    looking: "Looking for names",
    checked: |originals, format| {
        let originals = count(originals, "original", "originals");
        format!(
            "Checked: none of the {originals}, no other known name and no other address was found in the {format} file."
        )
    },
    leaks: |leaks| match leaks {
        1 => "The check found a text that must not be in the report. It is not saved.".to_owned(),
        many => format!("The check found {many} texts that must not be in the report. It is not saved."),
    },
    limits: "The check compares names that the files show and forms of addresses. A name in running text that is in no list can escape it: read the file before you send it.",
    found: "Found in the report",
    times: |times| count(times, "time", "times"),
    nothing: "Nothing in the report has to be replaced.",
    replacements: "Replacements",
    in_files: "In your files",
    in_report: "In the report",
    what: "What it is",
    how_often: "Times",
    fewer: "Show fewer",
    all: |all| format!("Show all {all} replacements"),
    kind: NameKind::word,
};
