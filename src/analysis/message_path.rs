//! The way of one message over all servers: what tracking, protocol logs, histories and queues show of it, in the order of time.
//!
//! Exports have their records in the facts ([`exports`]). Rows of logs are counted while they are read and not kept, so the logs
//! are searched again for the identifier when somebody opens a message ([`trace`]), and each line that names it is read under the
//! header of its log ([`rows`]). Both give [`Seen`]s, and [`join`] makes steps of them: the same event in an export and in a log is
//! one step with two places.
//!
//! Traps: logs are in UTC, exports in UTC or in the local time of whoever exported them, queues in local time. What the reader says
//! about clocks puts them into one order; without it steps of two clocks stay apart, and no delay is told between them. The clocks
//! of two servers may differ, so a step can seem to come before the one that caused it.

mod exports;
mod join;
mod rows;
#[cfg(test)]
mod tests;
mod trace;

use serde::{Deserialize, Serialize};

pub(super) use trace::missing_id;
pub use trace::{Stepped, Trace};

use crate::base::source::SourceId;
use crate::base::timestamp::Moment;
use crate::report::{Evidence, Missing};

/// What is known of the way of a message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MessagePath {
    /// Its identifier without brackets; empty when the row shows none.
    pub message_id: String,
    /// The steps: those that share an axis first, then those of local clocks as printed, then those without a time.
    pub steps: Vec<PathStep>,
    /// The servers that the steps name, in the order in which they come.
    pub hops: Vec<Hop>,
    /// Milliseconds from the first step to the last one, when all share a clock.
    pub total: Option<i64>,
    /// Whether there are steps of clocks that are not aligned.
    pub is_apart: bool,
    /// Different steps beyond those that are listed.
    pub beyond: u64,
    /// How far the logs are searched.
    pub logs: LogsSearched,
    /// What would show more.
    pub missing: Vec<Missing>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathStep {
    /// When, as times are shown; as printed when it cannot be read, empty when nothing is shown.
    pub time: String,
    /// By which clock.
    pub clock: StepClock,
    /// What kind of record says so.
    pub origin: Origin,
    /// Where it happened; empty when the record does not say.
    pub server: String,
    /// What happened, in the words of the record.
    pub event: String,
    /// What else the record says.
    pub aspects: Vec<(Aspect, String)>,
    /// Milliseconds since the step before, when both are of one clock.
    pub after: Option<i64>,
    /// Whether that is the longest of all.
    pub is_longest: bool,
    /// Whether it is a step of another message that refers to this one.
    pub is_other: bool,
    /// Rows that say the same, one for each recipient.
    pub rows: u32,
    /// Where it stands, the place that was found first first.
    pub places: Vec<StepPlace>,
}

/// A place that shows a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepPlace {
    /// Its number among the places of the path, from 1. It stays what it is while more are found.
    pub number: u32,
    /// The place.
    pub evidence: Evidence,
}

/// How the time of a step lies to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StepClock {
    /// On the axis: in UTC, or local with a known offset.
    Axis,
    /// Local, and nobody said how far ahead of UTC.
    Printed,
    /// There is no time that can be read.
    Unknown,
}

/// What kind of record shows a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// Message tracking: a log, or what Get-MessageTrackingLog shows of it.
    Tracking,
    /// The history of Message Tracking Center.
    History,
    /// A message in a queue.
    Queue,
    /// A protocol log of a server that receives.
    Receive,
    /// A protocol log of a server that sends.
    Send,
    /// An agent log.
    Agent,
    /// An SMTP log of Internet Information Services.
    Service,
}

/// What a record says beside time, server and event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Aspect {
    /// The part of transport.
    Part,
    /// Who handed the message over.
    From,
    /// Who took it.
    To,
    /// The connector.
    Connector,
    /// The queue.
    Queue,
    /// For whom.
    Recipients,
    /// The session.
    Session,
    /// The other end of the connection.
    Remote,
    /// The own end of the connection, where the server is not named.
    Local,
    /// Status, reply or reason.
    Says,
}

/// A server on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Its name, as the first step has it.
    pub server: String,
    /// Milliseconds from the first step here to the first step at the next server; of the last one to its last step.
    pub took: i64,
    /// Whether there is no next one.
    pub is_last: bool,
}

/// How far the logs of a case are searched for a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogsSearched {
    /// Logs to search.
    pub files: u32,
    /// Those that were searched.
    pub done: u32,
    /// Bytes to search.
    pub of: u64,
    /// Those that were searched.
    pub bytes: u64,
    /// Lines that name the message and are damaged or cut.
    pub damaged: u64,
    /// Logs that could not be read to their end.
    pub broken: u32,
    /// Whether all is searched.
    pub is_done: bool,
}

/// A step as one record shows it.
struct Seen {
    at: Option<Moment>,
    /// A time that is printed and cannot be read.
    printed: String,
    origin: Origin,
    server: String,
    event: String,
    /// What tells the event from others, in lower case.
    key: String,
    aspects: Vec<(Aspect, String)>,
    is_other: bool,
    /// Rows that say the same, and of how many recipients they are.
    rows: u32,
    source: SourceId,
    evidence: Evidence,
}

impl Seen {
    fn new(origin: Origin, event: &str, evidence: Evidence) -> Seen {
        Seen {
            at: None,
            printed: String::new(),
            origin,
            server: String::new(),
            event: event.to_owned(),
            key: event.to_ascii_lowercase(),
            aspects: Vec::new(),
            is_other: false,
            rows: 1,
            source: SourceId(evidence.source),
            evidence,
        }
    }

    /// Adds what a record says, unless it is nothing.
    fn say(&mut self, aspect: Aspect, text: impl AsRef<str>) {
        let text = text.as_ref().trim();
        if text.is_empty() || text == "-" {
            return;
        }
        let cut = text.char_indices().nth(LONGEST).map(|(at, _)| at);
        let told = cut.and_then(|at| text.get(..at)).map_or_else(|| text.to_owned(), |start| format!("{start}..."));
        self.aspects.push((aspect, told));
    }

    fn said(&self, aspect: Aspect) -> Option<&str> {
        self.aspects.iter().find(|(own, _)| *own == aspect).map(|(_, text)| text.as_str())
    }
}

/// Characters that are shown of what a record says; the whole text is in its lines.
const LONGEST: usize = 300;

/// The title of the columns with identifiers of messages.
const COLUMN: &str = "Message ID";

/// The identifier of the message that a row of a table is about, without brackets; empty when it is not shown, and `None` for rows
/// of tables that are not about messages.
pub(super) fn message_of(table: &super::tables::Table, row: &super::tables::Row) -> Option<String> {
    let at = table.columns.iter().position(|column| column.title == COLUMN)?;
    let text = row.cells.get(at).map(super::tables::Cell::text).unwrap_or_default();
    Some(bare(&text).to_owned())
}

/// An identifier without its brackets: not every record has them.
fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>').trim()
}

fn is_same(one: &str, other: &str) -> bool {
    bare(one).eq_ignore_ascii_case(bare(other))
}

/// Whether a text names an identifier, and not only a longer one that ends or begins like it.
fn names(text: &str, id: &str) -> bool {
    let (text, id) = (text.to_ascii_lowercase(), id.to_ascii_lowercase());
    let belongs = |c: char| c.is_alphanumeric() || "@.!#$%&'*+-/=?^_`{|}~".contains(c);
    !id.is_empty()
        && text.match_indices(&id).any(|(at, found)| {
            let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + found.len()..).unwrap_or(""));
            !before.ends_with(belongs) && !after.starts_with(belongs)
        })
}

/// Recipients: some by name, the others as a number.
fn people<'a>(all: impl Iterator<Item = &'a str>) -> String {
    const NAMED: usize = 2;
    let all: Vec<&str> = all.map(str::trim).filter(|one| !one.is_empty()).collect();
    let named = all.iter().take(NAMED).copied().collect::<Vec<_>>().join("; ");
    match all.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
