//! The ledger while files are read. English.

use crate::ui::language::{count, grouped};
use crate::ui::text::seconds_or_minutes;

/// The ledger while files are read.
pub struct ReadingWords {
    pub cancelled: &'static str,
    pub stopped: &'static str,
    pub opening: &'static str,
    pub reading: fn(u64) -> String,
    pub cancel: &'static str,
    pub all_files: &'static str,
    pub file: &'static str,
    pub taken_for: &'static str,
    pub state: &'static str,
    pub progress: &'static str,
    pub read: &'static str,
    pub records: &'static str,
    pub per_second: fn(&str) -> String,
    pub time_left: fn(f64) -> String,
    pub some_records: fn(u64) -> String,
    pub read_of: fn(u64, u64) -> String,
    pub again: &'static str,
    pub only_these: &'static str,
    pub close: &'static str,
    pub file_stopped: &'static str,
    pub worker_stopped: &'static str,
    pub could_not_handle: &'static str,
    pub without: &'static str,
    pub start_again: &'static str,
    pub stalled: &'static str,
    pub wait: &'static str,
    pub then: &'static str,
    pub waiting: &'static str,
    pub not_begun: &'static str,
    pub stopped_at: &'static str,
    pub in_work: &'static str,
    pub not_finished: &'static str,
}

pub static WORDS: ReadingWords = ReadingWords {
    cancelled: "Reading was cancelled",
    stopped: "Reading stopped",
    opening: "Opening",
    reading: |files| format!("Reading {}", count(files, "file", "files")),
    cancel: "Cancel",
    all_files: "All files",
    file: "File",
    taken_for: "Taken for",
    state: "State",
    progress: "Progress",
    read: "Read",
    records: "Records",
    per_second: |size| format!("{size}/s"),
    time_left: |seconds| match seconds_or_minutes(seconds) {
        (number, false) => format!("about {number} s left"),
        (number, true) => format!("about {number} min left"),
    },
    some_records: |records| count(records, "record", "records"),
    read_of: |read, all| {
        format!(
            "{} of {} were read in full. What was read is listed below.",
            grouped(read),
            count(all, "file", "files")
        )
    },
    again: "Read all again",
    only_these: "Diagnose only these",
    close: "Close the case",
    file_stopped: "reading stopped.",
    worker_stopped: "Queuescope's worker stopped.",
    could_not_handle: "The reader met something it could not handle; your files were not changed. The browser says:",
    without: "Go on without this file",
    start_again: "Start again",
    stalled: "No progress for 20 seconds",
    wait: "Keep waiting",
    then: "The diagnosis opens when the last file is read.",
    waiting: "Waiting",
    not_begun: "Not begun",
    stopped_at: "Stopped",
    in_work: "Reading",
    not_finished: "Not finished",
};
