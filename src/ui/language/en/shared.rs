//! What several views say: severity, confidence, states of files, copying, amounts. English.

use crate::report::{Confidence, InputState, Severity};
use crate::ui::language::count;

/// What several views say: severity, confidence, states of files, copying, amounts.
pub struct SharedWords {
    pub severity: fn(Severity) -> &'static str,
    pub severity_means: fn(Severity) -> &'static str,
    pub confidence: fn(Confidence) -> &'static str,
    pub state: fn(InputState) -> &'static str,
    pub problem: fn(bool, u32) -> String,
    pub evidence: fn(u32, &str) -> String,
    pub copy: &'static str,
    pub copied: &'static str,
    pub failed: &'static str,
    pub copy_refused: &'static str,
    pub command: &'static str,
    pub codes: &'static str,
    pub look_up: &'static str,
    pub close: &'static str,
    pub see_files: &'static str,
    pub bytes: fn(u64) -> String,
    pub size_of: fn(&str, &str, &str) -> String,
    pub from_to: fn(&str, &str) -> String,
    pub messages: fn(u64) -> String,
}

pub static WORDS: SharedWords = SharedWords {
    severity: Severity::word,
    severity_means: Severity::meaning,
    confidence: Confidence::word,
    state: InputState::word,
    problem: |is_remark, number| format!("{} {number}", if is_remark { "Remark" } else { "Problem" }),
    evidence: |number, place| format!("Evidence {number}, {place}"),
    copy: "Copy",
    copied: "Copied",
    failed: "Failed",
    copy_refused: "The browser refused to copy",
    command: "Command",
    codes: "Codes",
    look_up: "Look this code up",
    close: "Close",
    see_files: "See what was read",
    bytes: |bytes| count(bytes, "byte", "bytes"),
    size_of: |done, all, unit| format!("{done} of {all} {unit}"),
    from_to: |first, last| format!("{first} to {last}"),
    messages: |messages| count(messages, "message", "messages"),
};
