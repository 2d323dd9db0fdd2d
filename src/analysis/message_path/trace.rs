//! The search of the logs for one message, piece by piece, so that whoever runs it stays free to answer and to stop.

use std::collections::BTreeMap;

use super::{LogsSearched, MessagePath, Origin, Seen, bare, exports, join, rows};
use crate::analysis::Analysis;
use crate::analysis::log::row_of;
use crate::analysis::search::{Found, Search};
use crate::base::clocks::Clocks;
use crate::base::source::SourceId;
use crate::base::timestamp::Moment;
use crate::formats::{Log, by_id};
use crate::report::{Evidence, Missing, excerpt};

/// Different steps that are kept of a message; of others it is counted how many there are.
const STEPS: usize = 500;

/// Formats of logs with a row for what happens to a message.
pub(super) const LOGS: &[&str] = &[
    "agent-log",
    "message-tracking-log",
    "message-tracking-log-2003",
    "message-tracking-log-55",
    "smtp-protocol-log",
    "smtp-w3c-log",
];

/// Logs and exports of message tracking.
pub(super) const TRACKING: &[&str] = &[
    "get-message-tracking-log",
    "message-tracking-center",
    "message-tracking-log",
    "message-tracking-log-2003",
    "message-tracking-log-55",
];

/// What is the same in rows for several recipients of one event in one file.
type Same = (SourceId, Option<Moment>, Origin, String, String);

/// What was found of a message so far.
pub struct Trace {
    id: String,
    seen: Vec<Seen>,
    /// Where rows stand that can be one with others of their file.
    same: BTreeMap<Same, usize>,
    search: Option<Search>,
    /// Bytes of logs that are done.
    before: u64,
    logs: LogsSearched,
    beyond: u64,
    missing: Vec<Missing>,
}

/// What a piece of a search brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// Whether there are more steps now.
    pub has_found: bool,
    /// Whether all is searched.
    pub is_done: bool,
}

impl Trace {
    /// Takes what exports show of a message, and prepares the search of the logs.
    pub fn new(analysis: &Analysis, message_id: &str) -> Trace {
        let id = bare(message_id).to_owned();
        let mut trace = Trace {
            id,
            seen: Vec::new(),
            same: BTreeMap::new(),
            search: None,
            before: 0,
            logs: LogsSearched { is_done: true, ..LogsSearched::default() },
            beyond: 0,
            missing: Vec::new(),
        };
        if trace.id.is_empty() {
            return trace;
        }
        let id = trace.id.clone();
        exports::each(analysis, &id, &mut |seen| {
            trace.take(seen);
        });
        let logs: Vec<u32> = of_formats(analysis, LOGS).collect();
        if let Some(search) = Search::for_text(analysis, &id, logs.iter().copied()) {
            let size = |log: &u32| analysis.sources.get(*log as usize).map_or(0, |read| read.source.bytes.size());
            let left: Vec<u32> = search.left().collect();
            trace.logs.of = left.iter().map(size).sum();
            trace.logs.files = u32::try_from(left.len()).unwrap_or(u32::MAX);
            trace.logs.is_done = left.is_empty();
            trace.search = (!left.is_empty()).then_some(search);
        }
        if of_formats(analysis, TRACKING).next().is_none() {
            trace.missing.push(missing_tracking());
        }
        trace
    }

    /// Whether it is the trace of this message.
    pub fn is_about(&self, message_id: &str) -> bool {
        self.id == bare(message_id)
    }

    /// Whether all is searched.
    pub fn is_done(&self) -> bool {
        self.logs.is_done
    }

    /// Searches the next piece.
    pub fn step(&mut self, analysis: &Analysis) -> Stepped {
        let Some(mut search) = self.search.take() else {
            self.logs.is_done = true;
            return Stepped { has_found: false, is_done: true };
        };
        let mut has_found = false;
        let piece = search.advance(analysis, &mut |found| has_found |= self.line(analysis, found));
        match piece {
            Some(piece) => {
                self.logs.bytes = self.before + piece.searched;
                if !piece.goes_on {
                    self.before = self.logs.bytes;
                    self.logs.done += 1;
                    self.logs.broken += u32::from(!piece.complete);
                }
                self.logs.is_done = !piece.goes_on && search.left().next().is_none();
            }
            None => self.logs.is_done = true,
        }
        if !self.logs.is_done {
            self.search = Some(search);
        }
        Stepped { has_found, is_done: self.logs.is_done }
    }

    /// What is known so far, in the order of time as the reader's clocks have it.
    pub fn path(&self, clocks: &Clocks) -> MessagePath {
        MessagePath {
            message_id: self.id.clone(),
            beyond: self.beyond,
            logs: self.logs.clone(),
            missing: self.missing.clone(),
            ..join::join(&self.seen, clocks)
        }
    }

    /// Reads a line that names the message; whether that gave a step.
    fn line(&mut self, analysis: &Analysis, found: &Found<'_>) -> bool {
        let Some(read) = analysis.sources.get(found.source as usize) else { return false };
        let Some(reader) = read.format.and_then(|format| format.log_reader()) else { return false };
        if !found.is_whole {
            self.logs.damaged += 1;
            return false;
        }
        let log = Log { id: read.id, path: &read.input.path, bytes: &*read.source.bytes };
        let mut step = None;
        let is_damaged = row_of(&log, reader, found.header, found.text, found.is_ended, &mut |row| {
            let place = place(&read.input.path, found, &self.id);
            step = rows::step(row, &self.id, &analysis.facts.servers, place);
        });
        self.logs.damaged += u64::from(is_damaged);
        step.is_some_and(|step| self.take(step))
    }

    /// Takes a step, unless there are too many. Rows of one file that say the same are one.
    fn take(&mut self, seen: Seen) -> bool {
        let rest = seen.aspects.iter().filter(|(aspect, _)| *aspect != super::Aspect::Recipients);
        let rest = rest.map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n");
        let what = format!("{}\n{}\n{}", seen.server, seen.event, seen.is_other);
        let same = (seen.source, seen.at, seen.origin, what, rest);
        if let Some(known) = self.same.get(&same).and_then(|at| self.seen.get_mut(*at)) {
            known.rows = known.rows.saturating_add(1);
            if known.said(super::Aspect::Recipients) != seen.said(super::Aspect::Recipients) {
                known.aspects.retain(|(aspect, _)| *aspect != super::Aspect::Recipients);
            }
            return true;
        }
        if self.seen.len() >= STEPS {
            self.beyond += 1;
            return true;
        }
        self.same.insert(same, self.seen.len());
        self.seen.push(seen);
        true
    }
}

/// Files of these formats.
fn of_formats(analysis: &Analysis, formats: &'static [&'static str]) -> impl Iterator<Item = u32> {
    let is_one = |n: &u32| {
        let format = analysis.sources.get(*n as usize).and_then(|read| read.format);
        format.is_some_and(|format| formats.contains(&format.id))
    };
    (0..u32::try_from(analysis.sources.len()).unwrap_or(u32::MAX)).filter(is_one).collect::<Vec<_>>().into_iter()
}

fn place(path: &str, found: &Found<'_>, id: &str) -> Evidence {
    let line = String::from_utf8_lossy(found.text);
    let (excerpt, marks) = excerpt::cut(&[&line], &[id.to_owned()]);
    Evidence {
        input: path.to_owned(),
        source: found.source,
        locator: format!("line {}", found.line),
        lines: Some((found.line, found.line)),
        record: None,
        note: String::new(),
        why: String::new(),
        excerpt,
        marks,
        marked_texts: vec![id.to_owned()],
        absent: false,
        codes: Vec::new(),
    }
}

fn how_to_collect(format: &str) -> String {
    by_id(format).map(|format| format.how_to_collect.to_owned()).unwrap_or_default()
}

fn missing_tracking() -> Missing {
    Missing {
        what: "The message tracking logs of every server on the way".to_owned(),
        settles: "when each server took the message in and handed it on".to_owned(),
        command: how_to_collect("message-tracking-log"),
    }
}

/// What shows the identifier of a message that a file does not have.
pub(in crate::analysis) fn missing_id(analysis: &Analysis, source: Option<SourceId>) -> Missing {
    let read = source.and_then(|source| analysis.sources.get(source.0 as usize));
    let format = read.and_then(|read| read.format).map_or("", |format| format.id);
    let settles = "which rows of tracking and of logs are about this message".to_owned();
    match format {
        "message-tracking-center" | "queue-list-2003" | "mta-queue-list" => Missing {
            what: "The message tracking logs, which have the identifier in the column MSGID: search them for sender and time".to_owned(),
            settles,
            command: how_to_collect("message-tracking-log-2003"),
        },
        "get-message-tracking-log" => Missing {
            what: "The tracking events with the property MessageId".to_owned(),
            settles,
            command: how_to_collect(format),
        },
        format if format.starts_with("message-tracking-log") => Missing {
            what: "The message tracking logs with all columns".to_owned(),
            settles,
            command: how_to_collect(format),
        },
        _ => Missing {
            what: "The messages of the queues with the property InternetMessageId".to_owned(),
            settles,
            command: "Get-Message -ResultSize Unlimited -IncludeRecipientInfo | Export-Clixml messages.xml".to_owned(),
        },
    }
}
