//! The files of the case. English.

use crate::report::InputState;
use crate::ui::language::{count, grouped};
use crate::ui::text::size;

/// The files of the case.
pub struct FilesWords {
    pub how_many: fn(u64, u64) -> String,
    pub tally: fn(InputState, u64) -> String,
    pub lost: &'static str,
    pub show_all: &'static str,
    pub time_span: &'static str,
    pub text: &'static str,
    pub size: &'static str,
    pub line: fn(u32) -> String,
    pub lines: fn(u32, u32) -> String,
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
    tally: |state, files| {
        let words = match state {
            InputState::Read => "read in full",
            InputState::Incomplete => "incomplete",
            InputState::NotRead => "not read",
        };
        format!("{} {words}", grouped(files))
    },
    lost: "Lost or cut",
    show_all: "Show all",
    time_span: "Time span",
    text: "Text",
    size: "Size",
    line: |line| format!("Line {}:", grouped(line.into())),
    lines: |first, last| format!("Lines {} to {}:", grouped(first.into()), grouped(last.into())),
    missing_title: "Still missing",
    missing_about: "These inputs would settle what is open, best first.",
    gather: "Gather them all at once",
    bring: "Bring",
    settles: "Settles",
    command: "Command",
    checks: |checks| count(checks, "check", "checks"),
};
