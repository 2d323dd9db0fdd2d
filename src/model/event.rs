//! Events of Windows event logs. One shape for EVTX, EVT, XML, lists and text.
//!
//! Traps: the message text is not stored in EVTX, so insertion strings are what rules can rely on;
//! text forms have the message and no strings. The same id means different things under different
//! sources, so the key is always source and id.

pub mod assembly;
pub mod columns;
pub mod fields;
pub mod labels;
pub mod message;

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::base::{source::Span, timestamp::Moment};

/// One event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Where it stands.
    pub span: Span,
    /// When it was written.
    pub time: Option<Moment>,
    /// Event source (provider).
    pub source: String,
    /// Event id without qualifiers.
    pub id: u16,
    /// Level as the log itself gives it.
    pub level: Option<Level>,
    /// Computer that wrote it.
    pub computer: Option<String>,
    /// Log it comes from.
    pub channel: Option<String>,
    /// Category, number or text.
    pub category: Option<String>,
    /// Record number.
    pub record: Option<u64>,
    /// Insertion strings in their order.
    pub strings: Vec<String>,
    /// Data bytes.
    pub data: Vec<u8>,
    /// The rendered message, when the export holds it.
    pub message: Option<String>,
    /// Whether it is a remnant: found in the log file, but no longer part of the log, which was
    /// cleared or has overwritten its index.
    pub recovered: bool,
}

/// Severity of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// 1
    Critical,
    /// 2
    Error,
    /// 3
    Warning,
    /// 4, and 0 in classic logs
    Information,
    /// 5
    Verbose,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Critical => "Critical",
            Level::Error => "Error",
            Level::Warning => "Warning",
            Level::Information => "Information",
            Level::Verbose => "Verbose",
        })
    }
}

/// Whether two spellings are of one source: copies of texts print it with blanks, in another case, or with punctuation.
pub fn is_source(own: &str, printed: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    own.eq_ignore_ascii_case(printed) || letters(own) == letters(printed)
}

impl Event {
    /// An event of which only source and id are known.
    pub fn new(span: Span, source: impl Into<String>, id: u16) -> Event {
        Event {
            span,
            time: None,
            source: source.into(),
            id,
            level: None,
            computer: None,
            channel: None,
            category: None,
            record: None,
            strings: Vec::new(),
            data: Vec::new(),
            message: None,
            recovered: false,
        }
    }

    /// What it says: the message with the width at which it was wrapped taken out, or the insertion strings where the export
    /// holds no message.
    pub fn text(&self) -> String {
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        match self.message.as_deref().filter(|message| !message.trim().is_empty()) {
            Some(message) => squeeze(message),
            None => self.strings.iter().map(|text| squeeze(text)).collect::<Vec<_>>().join(" | "),
        }
    }

    /// Whether any text of the event contains `fragment`, ignoring case and the width at which the
    /// text was wrapped.
    pub fn says(&self, fragment: &str) -> bool {
        let fold = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let fragment = fold(fragment);
        self.message.iter().chain(&self.strings).any(|text| fold(text).contains(&fragment))
    }
}
