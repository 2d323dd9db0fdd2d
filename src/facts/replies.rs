//! What servers answered: every reply, error and status in the evidence, wherever it stands, in one list.
//!
//! A queue shows the last error of the queue and of each message, a report the status of each recipient, a log every
//! answer of class 4 and 5. They are grouped by place and shape, so that a queue of ten thousand messages with one
//! error is one entry. Rules ask [`Replies`] for what they know and get the places back.
//!
//! Traps: a reply in a receive log is one that the own server gave, mostly to strangers; a failure in a log may be one
//! of many attempts that worked a minute later. [`Reply::is_history`] tells those from errors that stand.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::queue_errors::cut;
use super::queues::{Queues, WaitingQueue};
use super::shape::long_shape;
use super::transport::{Lifecycle, Origin, Question, Transport};
use crate::base::gather::Gather as _;
use crate::base::once::once_per_text;
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::knowledge::known;
use crate::model::Located;
use crate::model::known_row::{KnownKind, KnownRow};
use crate::model::ndr::NonDeliveryReport;
use crate::model::smtp_reply::{LastError, SmtpReply, squeeze};
use crate::model::tracking_event::TrackingEvent;

/// Different texts that are kept per queue.
const PER_QUEUE: usize = 64;

/// All replies of a case.
#[derive(Debug, Default)]
pub struct Replies {
    /// By place: queues, reports, logs.
    pub all: Vec<Reply>,
    /// The same by kind, each with the indexes of all: a row is asked once per kind, not once per queue.
    kinds: BTreeMap<Kind, Vec<usize>>,
    signs: Signs,
}

/// What makes two texts one failure: the shape, and which phrases of known rows are in them. A shape alone would not do, since it masks
/// what stands in quotes and brackets, and that may be what a phrase is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    shape: Vec<u8>,
    signs: Vec<u32>,
    /// The enhanced status, where only that is known.
    enhanced: Option<String>,
}

/// The phrases of all rows, looked for in one pass.
#[derive(Debug, Default)]
struct Signs {
    numbers: BTreeMap<String, u32>,
    finder: Option<AhoCorasick>,
}

impl Signs {
    fn new<'a>(rows: impl Iterator<Item = &'a KnownRow>) -> Signs {
        let replies = rows.filter(|row| row.kind == KnownKind::Reply);
        let phrases: BTreeSet<String> = replies.flat_map(|row| &row.phrases).map(|phrase| squeeze(phrase)).gather();
        // Too many or too long phrases of a site leave it without; then the rows find nothing, which their own test would show.
        let finder = AhoCorasick::new(&phrases).ok();
        Signs { numbers: phrases.into_iter().zip(0..).collect(), finder }
    }

    /// The numbers of the phrases in a text, which is in small letters and without white space.
    fn of(&self, plain: &str) -> Vec<u32> {
        let found = self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(plain));
        let signs: BTreeSet<u32> = found.map(|hit| hit.pattern().as_u32()).gather();
        signs.into_iter().collect()
    }
}

/// A text, and where it stands.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The text: as printed for queues and reports, as a shape for logs.
    pub text: String,
    /// The innermost reply.
    pub reply: SmtpReply,
    /// Where it stands.
    pub at: ReplyPlace,
    /// The first place.
    pub span: Span,
    /// How often; for queues, how many errors have this shape.
    pub count: u64,
    /// First and last time, for logs.
    pub times: Option<(Moment, Moment)>,
    /// The text in small letters without white space.
    plain: String,
    kind: Kind,
}

/// Where a reply stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyPlace {
    /// In a queue or one of its messages: the index in [`Queues::queues`].
    Queue(usize),
    /// In a non-delivery report: its index, and whether the report speaks of a delay.
    Report(usize, bool),
    /// Event and reason in message tracking.
    Tracking(String),
    /// A reply of the own server in a receive log.
    Receive {
        /// The connector that answered.
        connector: String,
        /// Whether a client of a private network got it.
        inside: bool,
    },
    /// A reply to the own server in a send log, by connector.
    Send(String),
    /// The outcome of a connection, by source and destination.
    Connection {
        /// What opened it.
        source: String,
        /// Where to.
        destination: String,
    },
    /// What a transport agent answered: the agent.
    Agent(String),
}

impl Replies {
    /// Collects them.
    pub fn new(
        queues: &Queues,
        reports: &[NonDeliveryReport],
        transport: &Transport,
        tracked: &[TrackingEvent],
        site_rows: &[Located<KnownRow>],
    ) -> Replies {
        let signs = Signs::new(known::all().iter().chain(site_rows.iter().map(|row| &row.value)));
        let mut all = Vec::new();
        for (index, queue) in queues.queues.iter().enumerate().filter(|(_, queue)| !queue.is_shadow()) {
            of_queue(index, queue, &signs, &mut all);
        }
        for (index, report) in reports.iter().enumerate() {
            of_report(index, report, &mut all);
        }
        of_logs(transport, &mut all);
        of_tracked(tracked, &mut all);
        let mut kinds: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
        for (index, reply) in all.iter_mut().enumerate() {
            reply.kind.signs = signs.of(&reply.plain);
            // Where only a status is known the shape does not tell the code.
            reply.kind.enhanced = reply.reply.enhanced.clone();
            kinds.entry(reply.kind.clone()).or_default().push(index);
        }
        Replies { all, kinds, signs }
    }

    /// Those that a row is about, by place.
    pub fn of_row(&self, row: &KnownRow) -> impl Iterator<Item = &Reply> {
        let phrases: Vec<u32> =
            row.phrases.iter().filter_map(|phrase| self.signs.numbers.get(&squeeze(phrase)).copied()).collect();
        let fits = |reply: &Reply| {
            let is_code = row.replies.is_empty()
                || row.replies.iter().any(|code| code.is(reply.reply.code, reply.reply.enhanced.as_deref()));
            is_code && (row.phrases.is_empty() || phrases.iter().any(|phrase| reply.kind.signs.contains(phrase)))
        };
        let is_one = |members: &&Vec<usize>| members.first().and_then(|first| self.all.get(*first)).is_some_and(fits);
        let mut found: Vec<usize> = self.kinds.values().filter(is_one).flatten().copied().collect();
        found.order();
        found.into_iter().filter_map(|index| self.all.get(index))
    }

    /// Those whose text contains one of these, ignoring case, white space and typographic quotes.
    pub fn saying(&self, texts: &[&str]) -> impl Iterator<Item = &Reply> {
        let texts: Vec<String> = texts.iter().map(|text| squeeze(text)).collect();
        self.all.iter().filter(move |reply| texts.iter().any(|text| reply.plain.contains(text)))
    }

    /// Whether an error text is of the same kind as one of these replies. Most messages of a queue have one text, so each is asked about once.
    pub fn alike<'a>(&'a self, replies: &[&'a Reply]) -> impl Fn(&str) -> bool + use<'a> {
        let kinds: BTreeSet<(&[u8], &[u32])> =
            replies.iter().map(|reply| (reply.kind.shape.as_slice(), reply.kind.signs.as_slice())).gather();
        once_per_text(move |text| {
            let text = cut(text);
            let (shape, signs) = (long_shape(text.as_bytes()), self.signs.of(&squeeze(text)));
            kinds.contains(&(shape.as_slice(), signs.as_slice()))
        })
    }
}

impl Reply {
    fn new(text: &str, at: ReplyPlace, span: Span) -> Reply {
        let text = cut(text);
        let reply = LastError::read(text).reply;
        let kind = Kind { shape: long_shape(text.as_bytes()), ..Kind::default() };
        Reply { text: text.to_owned(), reply, at, span, count: 1, times: None, plain: squeeze(text), kind }
    }

    /// Whether the text contains this, ignoring case, white space and typographic quotes.
    pub fn says(&self, text: &str) -> bool {
        self.plain.contains(&squeeze(text))
    }

    /// Whether it is what a log tells of the past, not an error that stands.
    pub fn is_history(&self) -> bool {
        !matches!(self.at, ReplyPlace::Queue(_) | ReplyPlace::Report(..))
    }
}

fn of_queue(index: usize, queue: &WaitingQueue, signs: &Signs, all: &mut Vec<Reply>) {
    let mut known: BTreeMap<(Vec<u8>, Vec<u32>), usize> = BTreeMap::new();
    for error in queue.errors() {
        let shown = cut(&error.text);
        let kind = (long_shape(shown.as_bytes()), signs.of(&squeeze(shown)));
        match known.get(&kind) {
            Some(at) => all.get_mut(*at).into_iter().for_each(|reply| reply.count += error.times),
            None if known.len() < PER_QUEUE => {
                known.insert(kind, all.len());
                let reply = Reply::new(&error.text, ReplyPlace::Queue(index), error.span);
                all.push(Reply { count: error.times, ..reply });
            }
            None => {}
        }
    }
}

fn of_report(index: usize, report: &NonDeliveryReport, all: &mut Vec<Reply>) {
    let mut seen = BTreeSet::new();
    for recipient in &report.recipients {
        let delayed = recipient.action.as_ref().is_some_and(|action| action.value.eq_ignore_ascii_case("delayed"));
        let status = recipient.status.as_ref().map(|status| status.value.as_str());
        let Some(text) = recipient.diagnostic_code.as_ref().or(recipient.status.as_ref()) else { continue };
        if !seen.insert(long_shape(text.value.as_bytes())) {
            continue;
        }
        let mut reply = Reply::new(&text.value, ReplyPlace::Report(index, delayed), text.span);
        // A status stands alone, or beside a reply that has none of its own.
        if reply.reply.enhanced.is_none() {
            reply.reply.enhanced = status.map(str::to_owned);
        }
        all.push(reply);
    }
}

fn of_logs(transport: &Transport, all: &mut Vec<Reply>) {
    let questions = [
        Question::TrackingFailures,
        Question::SmtpReplies,
        Question::SmtpRemarks,
        Question::Connections,
        Question::AgentActions,
    ];
    for question in questions {
        for (key, tally) in transport.counts(question) {
            let Some((_, span)) = tally.examples.first() else { continue };
            let (at, text) = match (question, key.as_slice()) {
                (Question::TrackingFailures, [_, event, text]) => (ReplyPlace::Tracking(event.clone()), text),
                (Question::SmtpReplies | Question::SmtpRemarks, [kind, connector, text]) if kind == "receive" => {
                    let inside = tally.marks & Origin::INSIDE != 0;
                    (ReplyPlace::Receive { connector: connector.clone(), inside }, text)
                }
                (Question::SmtpReplies | Question::SmtpRemarks, [_, connector, text]) => {
                    (ReplyPlace::Send(connector.clone()), text)
                }
                (Question::Connections, [source, destination, text]) => {
                    (ReplyPlace::Connection { source: source.clone(), destination: destination.clone() }, text)
                }
                (Question::AgentActions, [agent, _, text]) => (ReplyPlace::Agent(agent.clone()), text),
                _ => continue,
            };
            if text.is_empty() {
                continue;
            }
            let mut reply = Reply::new(text, at, *span);
            reply.count = tally.count;
            reply.times = tally
                .times
                .and_then(|(first, last)| Some((Moment::from_unix_millis(first)?, Moment::from_unix_millis(last)?)));
            all.push(reply);
        }
    }
}

/// What `Get-MessageTrackingLog` shows of messages that failed or were put off.
fn of_tracked(tracked: &[TrackingEvent], all: &mut Vec<Reply>) {
    let mut known: BTreeMap<(String, Vec<u8>), usize> = BTreeMap::new();
    for event in tracked {
        let failed = super::transport::marks_of(event.event.value.as_bytes());
        if failed != Lifecycle::FAILED && failed != Lifecycle::PUT_OFF {
            continue;
        }
        let status =
            event.recipient_status.as_ref().and_then(|list| Some((list.value.items.first()?.as_str(), list.span)));
        let context = || event.source_context.as_ref().map(|context| (context.value.as_str(), context.span));
        let Some((text, span)) = status.filter(|(text, _)| !text.trim().is_empty()).or_else(context) else { continue };
        let key = (event.event.value.clone(), long_shape(text.as_bytes()));
        let at = event.at.as_ref().map(|at| at.value);
        match known.get(&key).and_then(|index| all.get_mut(*index)) {
            Some(reply) => {
                reply.count += 1;
                if let Some(at) = at {
                    let (first, last) = reply.times.unwrap_or((at, at));
                    reply.times = Some((first.min(at), last.max(at)));
                }
            }
            None => {
                known.insert(key, all.len());
                let mut reply = Reply::new(text, ReplyPlace::Tracking(event.event.value.clone()), span);
                reply.times = at.map(|at| (at, at));
                all.push(reply);
            }
        }
    }
}
