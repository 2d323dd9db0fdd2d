//! The error texts of one queue, each once.
//!
//! A queue of thousands of messages has a handful of texts, and every rule that knows a reply asks about them: so each is
//! taken apart once, and the messages are counted by the set of texts they carry.

use std::collections::{BTreeMap, HashMap};

use crate::base::source::Span;
use crate::base::text;
use crate::model::message::Message;
use crate::model::queue::Queue;
use crate::model::smtp_reply::LastError;

/// An error text in a queue, with the first place that shows it and how often it is there.
#[derive(Clone, Debug)]
pub struct QueueError {
    /// The text as printed.
    pub text: String,
    /// Taken apart.
    pub error: LastError,
    /// Where it stands.
    pub span: Span,
    /// Whether it is the error of the whole queue, not of single messages.
    pub of_queue: bool,
    /// How often the queue, its messages and their recipients carry it.
    pub times: u64,
}

/// The errors of one queue.
#[derive(Clone, Debug, Default)]
pub struct QueueErrors {
    /// That of the queue first, then those of its messages and recipients in their order.
    pub all: Vec<QueueError>,
    /// Messages by the errors they carry, as positions in `all`.
    carried: Vec<(Vec<usize>, u64)>,
}

impl QueueErrors {
    /// Collects the errors of a queue and of its messages.
    pub fn new(queue: Option<&Queue>, messages: &[Message]) -> QueueErrors {
        let mut all: Vec<QueueError> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut note = |text: &str, span: Span, of_queue: bool| {
            if let Some(at) = known.get(text) {
                all.get_mut(*at).into_iter().for_each(|error| error.times += 1);
                return *at;
            }
            known.insert(text.to_owned(), all.len());
            all.push(QueueError { text: text.to_owned(), error: LastError::read(cut(text)), span, of_queue, times: 1 });
            all.len() - 1
        };
        let is_text = |text: &str| !text.trim().is_empty();
        if let Some(own) = queue.and_then(|queue| queue.last_error.as_ref()).filter(|own| is_text(&own.value)) {
            note(&own.value, own.span, true);
        }
        let mut carried: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
        for message in messages {
            let mut texts: Vec<usize> = Vec::new();
            for (text, span) in message.errors().filter(|(text, _)| is_text(text)) {
                let at = note(text, span, false);
                if !texts.contains(&at) {
                    texts.push(at);
                }
            }
            *carried.entry(texts).or_default() += 1;
        }
        QueueErrors { all, carried: carried.into_iter().collect() }
    }

    /// How many of the messages that were exported carry an error that matches.
    pub fn messages(&self, matches: &dyn Fn(&str) -> bool) -> u64 {
        let matching: Vec<bool> = self.all.iter().map(|error| matches(&error.text)).collect();
        let is_one = |texts: &Vec<usize>| texts.iter().any(|at| matching.get(*at).copied().unwrap_or(false));
        self.carried.iter().filter(|(texts, _)| is_one(texts)).map(|(_, messages)| messages).sum()
    }
}

/// Bytes of an error that are looked at; Exchange prints some hundreds.
const ERROR: usize = 4096;

/// The beginning of an error text, so that a cell of megabytes costs no more than any other.
pub fn cut(text: &str) -> &str {
    let end = (0..=ERROR.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..text::cut::back(text, end)).unwrap_or(text)
}
