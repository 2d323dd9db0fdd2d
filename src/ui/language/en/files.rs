//! The files of the case. English.

use crate::report::FileState;
use crate::ui::language::{count, grouped};
use crate::ui::text::size;

/// The files of the case.
pub struct FilesWords {
    pub how_many: fn(u64, u64) -> String,
    pub state: fn(FileState) -> &'static str,
    pub tally: fn(FileState, u64) -> String,
    pub still_missing: fn(u64) -> String,
    pub missing_title: &'static str,
    pub missing_about: &'static str,
    pub gather: &'static str,
    pub bring: &'static str,
    pub settles: &'static str,
    pub command: &'static str,
    pub checks: fn(u64) -> String,
}

pub static WORDS: FilesWords = FilesWords {
    how_many: |files, bytes| format!("{}, {}", count(files, "file", "files"), size(bytes)),
    state: FileState::word,
    tally: |state, files| {
        let words = match state {
            FileState::Read => "read in full",
            FileState::Incomplete => "incomplete",
            FileState::NotRecognized => "not recognized",
            FileState::NotRead => "not read",
            FileState::LeftOut => "left out",
        };
        format!("{} {words}", grouped(files))
    },
    still_missing: |missing| format!("{} still missing", grouped(missing)),
    missing_title: "Still missing",
    missing_about: "These inputs would settle what is open, best first.",
    gather: "Gather them all at once",
    bring: "Bring",
    settles: "Settles",
    command: "Command",
    checks: |checks| count(checks, "check", "checks"),
};
