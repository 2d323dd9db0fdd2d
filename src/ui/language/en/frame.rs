//! The frame: top bar, rail, drag and drop, notices, and what is only said to screen readers. English.

use crate::ui::language::count;

/// The frame: top bar, rail, drag and drop, notices, and what is only said to screen readers.
pub struct FrameWords {
    pub skip: &'static str,
    pub no_case: &'static str,
    pub nothing_leaves: &'static str,
    pub add_files: &'static str,
    pub compare: &'static str,
    pub compare_about: &'static str,
    pub export: &'static str,
    pub keyboard: &'static str,
    pub keyboard_about: &'static str,
    pub language: &'static str,
    pub reading: &'static str,
    pub cancelled: &'static str,
    pub as_of: fn(&str) -> String,
    pub files: fn(u64) -> String,
    pub views: &'static str,
    pub close_notice: &'static str,
    pub release: &'static str,
    pub release_items: fn(u64) -> String,
    pub listing: &'static str,
    pub to_case: fn(&str) -> String,
    pub to_new: &'static str,
    pub not_handed_over: &'static str,
    pub later_files: &'static str,
    pub gone_since: fn(u64, &str) -> String,
    pub compare_instead: &'static str,
    pub worker_lost: fn(&str) -> String,
    pub refused: fn(u64, &str) -> String,
    pub no_files: &'static str,
    pub said_reading: &'static str,
    pub said_closed: &'static str,
    pub said_cancelled: &'static str,
    pub said_done: fn(u64) -> String,
    pub said_aside: fn(u32) -> String,
    pub said_back: fn(u32) -> String,
    pub said_compare: &'static str,
    pub said_evidence: fn(u32, &str) -> String,
    pub said_language: &'static str,
    pub saved: fn(&str) -> String,
    pub not_saved: &'static str,
    pub no_further_row: &'static str,
}

pub static WORDS: FrameWords = FrameWords {
    skip: "Skip to the content",
    no_case: "No case open",
    nothing_leaves: "Nothing leaves this computer",
    add_files: "Add files",
    compare: "Compare",
    compare_about: "Keep this report, and drop later files to compare them with it",
    export: "Export",
    keyboard: "Keyboard",
    keyboard_about: "Keyboard (?)",
    language: "Language",
    reading: "reading",
    cancelled: "cancelled",
    as_of: |time| format!("as of {time}"),
    files: |files| count(files, "file", "files"),
    views: "Views",
    close_notice: "Close this message",
    release: "Release to add what you hold",
    release_items: |items| format!("Release to add {}", count(items, "item", "items")),
    listing: "Looking through the folders",
    to_case: |name| format!("to the open case {name}"),
    to_new: "Files and folders, as many as you like",
    later_files: "Some of these files have the names of others that are open, so all were read together. If they are later ones of the same site, compare them instead.",
    compare_instead: "Compare instead",
    gone_since: |number, first| {
        if number == 1 {
            format!(
                "A file that was read before was changed or removed since, so this report is without it. Drop it again: {first}"
            )
        } else {
            format!(
                "{number} files that were read before were changed or removed since, so this report is without them. Drop them again: {first}, and others"
            )
        }
    },
    worker_lost: |message| {
        format!(
            "The part of the page that reads files stopped. The diagnosis stays as it is; for tables, raw lines and reports the files have to be read again. The browser says: {message}"
        )
    },
    not_handed_over: "The browser did not hand over what was dropped. Use Choose files instead.",
    refused: |number, first| {
        let entries = count(number, "entry", "entries");
        format!("{entries} could not be opened and are not read, the first is {first}.")
    },
    no_files: "There are no files in what was dropped.",
    said_reading: "Reading",
    said_closed: "Files are added and everything is read again; what was open is closed",
    said_cancelled: "Reading was cancelled",
    said_done: |problems| format!("All files are read. {} found.", count(problems, "problem", "problems")),
    said_aside: |problem| format!("Problem {problem} is set aside"),
    said_back: |problem| format!("Problem {problem} is back"),
    said_compare: "Drop the later files to compare them",
    said_evidence: |number, place| format!("Evidence {number}: {place}"),
    said_language: "The page is in English",
    saved: |name| format!("Saved {name}"),
    not_saved: "The browser refused to save",
    no_further_row: "No further row of this kind",
};
