//! Queues joined with the messages in them, each queue once.
//!
//! The same queue can be in several exports: as a table and as a list, or at two times. Row numbers
//! do not survive a restart of the transport service, so across files a queue is known by its next
//! hop as well. The newest snapshot counts; how many messages the others held is kept beside it.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::order::Order as _;

pub use super::queue_errors::QueueError;
use super::queue_errors::QueueErrors;
use super::queue_lists::{self, Absence, Lists};
use crate::base::source::{SourceId, Span};
use crate::base::timestamp::{Clock, Moment};
use crate::model::message::Message;
use crate::model::queue::{DeliveryType, Queue, QueueIdentity, QueueName, QueueStatus};
use crate::model::server::{ServerNames, server_key};
use crate::model::smtp_reply::{UNREACHABLE_REASONS, UnreachableReason};

/// All queues of the case.
pub struct Queues {
    /// Queues and the messages seen in them, by server and name.
    pub queues: Vec<WaitingQueue>,
    /// Number of queue exports that showed the same queue again and were set aside.
    pub repeated: usize,
    /// Queues whose exports disagree on the number of messages, in words, where no time says which is newer.
    pub conflicts: Vec<String>,
    /// Queues with mail that a newer list of their server no longer shows; they are not among `queues`.
    pub gone: Vec<Gone>,
    /// Queues with mail that a newer list of their server does not show either, but that list may not show all; they are among
    /// `queues`.
    pub unseen: Vec<Gone>,
    /// The newest time in the queues of each server, by each clock.
    newest: BTreeMap<(String, Clock), Moment>,
}

/// A queue of an older list that is missing from a newer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The queue as the older list names it.
    pub label: String,
    /// How many messages it held there.
    pub count: u64,
    /// Newest time of the older list.
    pub older: Moment,
    /// Newest time of the newer list.
    pub newer: Moment,
}

/// One queue.
#[derive(Clone, Debug)]
pub struct WaitingQueue {
    /// The queue as `Get-Queue` shows it; `None` when only its messages were exported.
    pub queue: Option<Queue>,
    /// Its identity, when known.
    pub identity: Option<QueueIdentity>,
    /// Its messages, when they were exported.
    pub messages: Vec<Message>,
    /// How many messages it held in each export, by time; of many the first and the last ones.
    pub snapshots: Vec<Snapshot>,
    /// Its errors, read when first asked for.
    errors: OnceCell<QueueErrors>,
}

/// How many messages a queue held in one export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Messages.
    pub count: u64,
    /// The newest time in the export, which is not older than that.
    pub at: Option<Moment>,
    /// Where the number stands.
    pub span: Span,
}

impl Queues {
    /// Joins queues and messages. `names` tells servers apart; `incomplete` are the files that were not read in full.
    pub fn new(
        mut queues: Vec<Queue>,
        mut messages: Vec<Message>,
        names: &ServerNames,
        incomplete: &BTreeSet<SourceId>,
    ) -> Queues {
        queues.order_by_key(|q| q.span);
        messages.order_by_key(|m| m.span);
        let seen = queues.len();
        let queues = queue_lists::each_once(queues);
        let lists = Lists::new(&queues, names, incomplete);
        let mut kept = Kept { exported: exported(&queues), names: names.clone(), ..Kept::default() };
        for queue in queues {
            kept.add(queue);
        }
        let conflicts = kept.conflicts;
        let repeated = seen - kept.queues.len();
        let mut absent: Vec<Absence> =
            kept.queues.iter().zip(&kept.sources).map(|(queue, sources)| lists.absence(queue, sources)).collect();
        let mut waiting: Vec<WaitingQueue> = kept
            .queues
            .into_iter()
            .zip(kept.snapshots)
            .map(|(queue, snapshots)| WaitingQueue {
                identity: queue.identity.as_ref().map(|i| i.value.clone()),
                queue: Some(queue),
                messages: Vec::new(),
                snapshots,
                errors: OnceCell::new(),
            })
            .collect();
        let mut homes: BTreeMap<Option<String>, usize> = BTreeMap::new();
        for (i, home) in waiting.iter().enumerate() {
            if let Some(identity) = &home.identity {
                homes.entry(Some(identity_key(identity, names))).or_insert(i);
            }
        }
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for message in messages {
            // The same message in two exports of one queue is one message.
            if let Some(identity) = &message.identity
                && !taken.insert(identity.value.to_ascii_lowercase())
            {
                continue;
            }
            let identity = message.queue_identity();
            match homes.entry(identity.as_ref().map(|identity| identity_key(identity, names))) {
                Entry::Occupied(home) => {
                    if let Some(queue) = waiting.get_mut(*home.get()) {
                        queue.messages.push(message);
                    }
                }
                Entry::Vacant(home) => {
                    home.insert(waiting.len());
                    waiting.push(WaitingQueue {
                        queue: None,
                        identity,
                        messages: vec![message],
                        snapshots: Vec::new(),
                        errors: OnceCell::new(),
                    });
                }
            }
        }
        absent.resize(waiting.len(), Absence::Not);
        let (mut gone, mut unseen) = (Vec::new(), Vec::new());
        let mut absent = absent.into_iter();
        waiting.retain(|queue| {
            let absence = absent.next().unwrap_or(Absence::Not);
            let tell = |older, newer| Gone { label: queue.label(), count: queue.count(), older, newer };
            let worth = queue.may_hold_mail() && !queue.is_shadow();
            match absence {
                Absence::Not => true,
                Absence::Gone { older, newer } if queue.messages.iter().all(|message| is_before(message, newer)) => {
                    gone.extend(worth.then(|| tell(older, newer)));
                    false
                }
                Absence::Gone { older, newer } | Absence::Unknown { older, newer } => {
                    unseen.extend(worth.then(|| tell(older, newer)));
                    true
                }
            }
        });
        waiting.order_by_cached_key(|w| (w.server().map(server_key), w.identity.clone(), w.span()));
        let mut newest: BTreeMap<(String, Clock), Moment> = BTreeMap::new();
        for (server, at) in waiting.iter().filter_map(|queue| Some((queue.server()?, queue.seen_at()?))) {
            let known = newest.entry((server_key(server), at.clock)).or_insert(at);
            *known = (*known).max(at);
        }
        Queues { queues: waiting, repeated, conflicts, gone, unseen, newest }
    }

    /// The newest time in the queues of a server, by its key and by a clock.
    pub fn newest(&self, key: &str, clock: Clock) -> Option<Moment> {
        self.newest.get(&(key.to_owned(), clock)).copied()
    }

    /// Messages that wait, over all queues but shadow queues.
    pub fn waiting(&self) -> u64 {
        self.waiting_queues().fold(0, |sum, queue| sum.saturating_add(queue.count()))
    }

    /// All queues but shadow queues: their messages are copies, not waiting mail.
    pub fn waiting_queues(&self) -> impl Iterator<Item = &WaitingQueue> {
        self.queues.iter().filter(|w| !w.is_shadow())
    }

    /// The newest time in any queue or message export.
    pub fn as_of(&self) -> Option<Moment> {
        let queues = self.queues.iter().filter_map(|w| w.queue.as_ref()?.last_retry.as_ref());
        let messages = self.queues.iter().flat_map(|w| &w.messages).filter_map(|m| m.date_received.as_ref());
        queues.chain(messages).map(|t| t.value).max_by_key(|m| m.at)
    }
}

impl WaitingQueue {
    /// The first place that shows the queue.
    pub fn span(&self) -> Option<Span> {
        self.queue.as_ref().map(|q| q.span).or_else(|| self.messages.first().map(|m| m.span))
    }

    /// How to name it.
    pub fn label(&self) -> String {
        match (&self.identity, &self.queue) {
            (Some(identity), _) => identity.to_string(),
            (None, Some(queue)) => queue.label(),
            (None, None) => "unnamed queue".to_owned(),
        }
    }

    /// The server that holds it.
    pub fn server(&self) -> Option<&str> {
        self.identity.as_ref()?.server.as_deref()
    }

    /// Its next hop as printed.
    pub fn next_hop(&self) -> Option<&str> {
        Some(self.queue.as_ref()?.next_hop_domain.as_ref()?.value.as_str())
    }

    /// Its status.
    pub fn status(&self) -> Option<QueueStatus> {
        Some(self.queue.as_ref()?.status.as_ref()?.value)
    }

    /// Whether it holds copies only.
    pub fn is_shadow(&self) -> bool {
        self.queue.as_ref().is_some_and(Queue::is_shadow)
            || matches!(self.identity.as_ref().map(|i| &i.name), Some(QueueName::Shadow(_)))
    }

    /// Whether it holds messages without a route.
    pub fn is_unreachable(&self) -> bool {
        self.queue.as_ref().is_some_and(Queue::is_unreachable)
            || matches!(self.identity.as_ref().map(|i| &i.name), Some(QueueName::Unreachable))
    }

    /// Number of messages: as the queue says, else as many as were exported.
    pub fn count(&self) -> u64 {
        let said = self.queue.as_ref().and_then(|q| q.message_count.as_ref()).map(|c| c.value);
        // A list of messages that was made later can be longer than what the queue said.
        let listed = self.messages.len() as u64;
        said.map_or(listed, |said| said.max(listed))
    }

    /// The newest time that the export shows of the queue.
    pub fn seen_at(&self) -> Option<Moment> {
        let retry = self.queue.iter().filter_map(|q| q.last_retry.as_ref());
        let messages = self.messages.iter().filter_map(|m| m.date_received.as_ref());
        retry.chain(messages).map(|time| time.value).max_by_key(|time| time.at)
    }

    /// The first and the last export that show how many messages it holds, where it is certain which is which.
    pub fn change(&self) -> Option<(&Snapshot, &Snapshot)> {
        let timed = || self.snapshots.iter().filter(|snapshot| snapshot.at.is_some());
        let (first, last) = (timed().next()?, timed().next_back()?);
        first.at?.compare(last.at?).is_some_and(Ordering::is_lt).then_some((first, last))
    }

    /// Whether the exports tell how many messages it holds.
    pub fn is_counted(&self) -> bool {
        self.queue.as_ref().is_some_and(|q| q.message_count.is_some()) || !self.messages.is_empty()
    }

    /// Whether messages wait in it, as far as is known.
    pub fn may_hold_mail(&self) -> bool {
        self.count() > 0 || !self.is_counted()
    }

    /// Whether nothing in the queue reports an error.
    pub fn is_moving(&self) -> bool {
        !matches!(self.status(), Some(QueueStatus::Retry | QueueStatus::Suspended))
            && !self.is_unreachable()
            && !matches!(self.identity.as_ref().map(|i| &i.name), Some(QueueName::Poison))
            && self.errors().next().is_none()
    }

    /// Every error text once: of the queue, then of its messages and recipients.
    pub fn errors(&self) -> impl Iterator<Item = &QueueError> {
        self.read_errors().all.iter()
    }

    fn read_errors(&self) -> &QueueErrors {
        self.errors.get_or_init(|| QueueErrors::new(self.queue.as_ref(), &self.messages))
    }

    /// How many messages of the queue an error accounts for, given which of its texts match.
    /// An error of the queue is that of all its messages. Otherwise the matching messages count, or
    /// all of the queue when every message that was exported matches.
    pub fn share(&self, matches: impl Fn(&str) -> bool) -> u64 {
        let own = self.queue.as_ref().and_then(|q| q.last_error.as_ref());
        let hit = self.read_errors().messages(&matches);
        let listed = self.messages.len() as u64;
        // An unreachable queue holds messages with different reasons; its own text names only some.
        if listed > 0 && (self.is_unreachable() || !own.is_some_and(|e| matches(&e.value))) {
            return self.whole_or(hit, listed);
        }
        if own.is_some_and(|e| matches(&e.value)) { self.count() } else { 0 }
    }

    /// All of the queue when all of its messages are in the export and have the error, else those that do: `Get-Message` stops
    /// at 1,000 by itself, and nothing is known of the rest.
    fn whole_or(&self, hit: u64, listed: u64) -> u64 {
        if hit == listed && listed >= self.count() { self.count().max(hit) } else { hit }
    }

    /// Whether the own error of the queue names several reasons, so that it is not known which messages have which.
    pub fn has_mixed_reasons(&self) -> bool {
        let own = self.queue.as_ref().and_then(|q| q.last_error.as_ref());
        let named = own.map_or(0, |e| UNREACHABLE_REASONS.iter().filter(|(reason, _)| reason.is_in(&e.value)).count());
        named > 1 && self.messages.is_empty()
    }

    /// Messages for which the queue states a reason, by text or by the code of a recipient.
    pub fn unreachable_share(&self, reason: UnreachableReason) -> u64 {
        let listed = self.messages.len() as u64;
        let hit = self.messages.iter().filter(|m| has_reason(m, reason)).count() as u64;
        if listed > 0 {
            return self.whole_or(hit, listed);
        }
        self.share(|text| reason.is_in(text))
    }
}

/// Whether a message states a reason for being unreachable.
pub fn has_reason(message: &Message, reason: UnreachableReason) -> bool {
    message.errors().any(|(text, _)| reason.is_in(text))
        || message.recipients.iter().any(|r| r.last_error_code.is_some_and(|code| reason.is_in_code(code)))
}

/// Queues with one next hop that are compared with a further one. A server has one queue per next hop;
/// the bound keeps an export that was made up from costing the square of its length.
const SAME_NEXT_HOP: usize = 64;

/// Exports of one queue whose numbers are kept.
const SNAPSHOTS: usize = 16;

/// Whether a message came before a time; one without a time may have come later.
fn is_before(message: &Message, time: Moment) -> bool {
    message.date_received.as_ref().is_some_and(|received| received.value.compare(time).is_some_and(Ordering::is_lt))
}

/// Each queue once, the newest snapshot of it.
#[derive(Default)]
struct Kept {
    queues: Vec<Queue>,
    names: ServerNames,
    /// For each queue the files that show it.
    sources: Vec<BTreeSet<SourceId>>,
    /// For each queue what its exports show.
    snapshots: Vec<Vec<Snapshot>>,
    /// The newest time in each export.
    exported: BTreeMap<SourceId, Moment>,
    by_identity: BTreeMap<String, Vec<usize>>,
    by_next_hop: BTreeMap<NextHopKey, Vec<usize>>,
    conflicts: Vec<String>,
}

/// Server, next hop, delivery type and connector: what makes a queue, whatever its row number.
type NextHopKey = (Option<String>, String, Option<DeliveryType>, Option<uuid::Uuid>);

impl Kept {
    fn add(&mut self, queue: Queue) {
        let identity = queue.identity.as_ref().map(|i| identity_key(&i.value, &self.names));
        let next_hop = next_hop_key(&queue, &self.names);
        let empty = Vec::new();
        let same = identity.as_ref().and_then(|key| self.by_identity.get(key)).unwrap_or(&empty).iter();
        let twins = next_hop.as_ref().and_then(|key| self.by_next_hop.get(key)).unwrap_or(&empty).iter();
        let same =
            same.filter(|i| self.queues.get(**i).is_some_and(|k| is_same_row(k, &queue) && is_one_server(k, &queue)));
        // One file never shows one queue under two row numbers; two files may.
        let twins = twins.take(SAME_NEXT_HOP).filter(|i| {
            self.queues.get(**i).is_some_and(|known| {
                known.span.source != queue.span.source
                    && known.identity.as_ref().map(|k| identity_key(&k.value, &self.names)) != identity
            })
        });
        match same.chain(twins).min().copied() {
            Some(index) => {
                self.note(index, &queue);
                let order = |known: &Queue| self.order(&queue, known);
                let (order, conflict) = match self.queues.get(index) {
                    Some(known) => (order(known), conflict(&queue, known)),
                    None => (Ordering::Equal, None),
                };
                self.conflicts.extend(conflict.filter(|_| order.is_eq()));
                if let Some(known) = self.queues.get_mut(index).filter(|known| is_newer(&queue, known, order)) {
                    *known = queue;
                    self.index(index, identity, next_hop);
                }
            }
            None => {
                self.snapshots.push(Vec::new());
                self.sources.push(BTreeSet::new());
                self.note(self.queues.len(), &queue);
                self.queues.push(queue);
                self.index(self.queues.len() - 1, identity, next_hop);
            }
        }
    }

    /// Notes how many messages an export shows.
    fn note(&mut self, index: usize, queue: &Queue) {
        if let Some(sources) = self.sources.get_mut(index) {
            sources.insert(queue.span.source);
        }
        let (Some(count), Some(list)) = (&queue.message_count, self.snapshots.get_mut(index)) else { return };
        let at = self.exported.get(&queue.span.source).copied();
        let key = |snapshot: &Snapshot| (snapshot.at, snapshot.span);
        let place = list.partition_point(|known| key(known) < (at, count.span));
        list.insert(place, Snapshot { count: count.value, at, span: count.span });
        // What is left out lies between others, whatever the order in which they came.
        if list.len() > SNAPSHOTS {
            list.remove(SNAPSHOTS / 2);
        }
    }

    /// Which snapshot is newer: by the last attempt, else by the newest time in the exports.
    fn order(&self, a: &Queue, b: &Queue) -> Ordering {
        let own = |q: &Queue| q.last_retry.as_ref().map(|t| t.value);
        let exported = |q: &Queue| self.exported.get(&q.span.source).copied();
        let compare = |a: Option<Moment>, b: Option<Moment>| match (a, b) {
            (Some(a), Some(b)) => a.at.cmp(&b.at),
            _ => Ordering::Equal,
        };
        compare(own(a), own(b)).then_with(|| compare(exported(a), exported(b)))
    }

    fn index(&mut self, at: usize, identity: Option<String>, next_hop: Option<NextHopKey>) {
        let note = |list: &mut Vec<usize>| {
            if !list.contains(&at) {
                list.push(at);
            }
        };
        if let Some(key) = identity {
            note(self.by_identity.entry(key).or_default());
        }
        if let Some(key) = next_hop {
            let list = self.by_next_hop.entry(key).or_default();
            if list.len() < SAME_NEXT_HOP {
                note(list);
            }
        }
    }
}

/// What makes two identities the same: short and full names of a server, any case.
pub(super) fn identity_key(identity: &QueueIdentity, names: &ServerNames) -> String {
    let server = identity.server.as_deref().map(|name| names.key(name)).unwrap_or_default();
    let name = match &identity.name {
        QueueName::Shadow(hop) => format!("shadow {}", hop.to_ascii_lowercase()),
        QueueName::NextHop(hop) => format!("next hop {}", hop.to_ascii_lowercase()),
        other => format!("{other:?}"),
    };
    format!("{server}\\{name}")
}

fn next_hop_key(queue: &Queue, names: &ServerNames) -> Option<NextHopKey> {
    let identity = queue.identity.as_ref().filter(|i| matches!(i.value.name, QueueName::Row(_)))?;
    Some((
        identity.value.server.as_deref().map(|name| names.key(name)),
        queue.next_hop_domain.as_ref()?.value.to_ascii_lowercase(),
        queue.delivery_type.as_ref().map(|d| d.value),
        queue.next_hop_connector.as_ref().map(|c| c.value),
    ))
}

/// Without the name of the server, queues of two files may be of two servers.
fn is_one_server(a: &Queue, b: &Queue) -> bool {
    a.span.source == b.span.source || a.identity.as_ref().is_some_and(|i| i.value.server.is_some())
}

/// Whether two queues of the same identity are the same queue. A row number can be given again after a
/// restart, then to another next hop.
fn is_same_row(a: &Queue, b: &Queue) -> bool {
    let is_row = a.identity.as_ref().is_some_and(|i| matches!(i.value.name, QueueName::Row(_)));
    let text = |q: &Queue| q.next_hop_domain.as_ref().map(|l| l.value.to_ascii_lowercase());
    let (x, y) = (text(a), text(b));
    a.span.source == b.span.source || !is_row || x.is_none() || y.is_none() || x == y
}

/// The newest time in each export.
fn exported(queues: &[Queue]) -> BTreeMap<SourceId, Moment> {
    let mut exported: BTreeMap<SourceId, Moment> = BTreeMap::new();
    for queue in queues {
        let Some(at) = queue.last_retry.as_ref().map(|time| time.value) else { continue };
        let newest = exported.entry(queue.span.source).or_insert(at);
        if newest.at < at.at {
            *newest = at;
        }
    }
    exported
}

/// Two exports of a queue that show different numbers; matters where no time decides.
fn conflict(a: &Queue, b: &Queue) -> Option<String> {
    let (x, y) = (a.message_count.as_ref()?.value, b.message_count.as_ref()?.value);
    (x != y)
        .then(|| format!("Queue {} holds {} messages in one export and {} in another", a.label(), y.min(x), y.max(x)))
}

/// Whether `a` is the better snapshot: later, or just as late (or of unknown time) and fuller.
fn is_newer(a: &Queue, b: &Queue, order: Ordering) -> bool {
    match order {
        Ordering::Equal => fullness(a) > fullness(b),
        decided => decided.is_gt(),
    }
}

/// How much an export shows of a queue.
pub(super) fn fullness(queue: &Queue) -> usize {
    [
        queue.delivery_type.is_some(),
        queue.next_hop_domain.is_some(),
        queue.status.is_some(),
        queue.message_count.is_some(),
        queue.last_error.is_some(),
        queue.last_retry.is_some(),
    ]
    .iter()
    .filter(|x| **x)
    .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Place;
    use crate::base::timestamp::{DateOrder, parse_moment};
    use crate::model::Located;

    fn queue(source: u32, record: u64, name: &str, count: u64, retry: Option<&str>) -> Queue {
        let span = Span { source: SourceId(source), place: Place::Record(record) };
        let time = retry.and_then(|text| parse_moment(text, DateOrder::Unknown));
        Queue {
            span,
            identity: QueueIdentity::parse(name).map(|name| Located::new(name, span)),
            delivery_type: None,
            next_hop_domain: None,
            next_hop_connector: None,
            status: None,
            message_count: Some(Located::new(count, span)),
            last_error: None,
            last_retry: time.map(|time| Located::new(time, span)),
            next_retry: None,
            velocity: None,
        }
    }

    #[test]
    fn what_earlier_exports_show_is_kept_in_their_order() {
        // The later export is the first file.
        let all = vec![
            queue(0, 1, "EX1\\Submission", 900, None),
            queue(0, 2, "EX1\\7", 3, Some("2019-03-12 08:30:00")),
            queue(1, 1, "EX1\\Submission", 40, None),
            queue(1, 2, "EX1\\7", 5, Some("2019-03-12 08:00:00")),
        ];
        let mut turned = all.clone();
        turned.reverse();
        for queues in [all, turned] {
            let queues = Queues::new(queues, Vec::new(), &ServerNames::default(), &BTreeSet::new());
            let submission = queues.queues.iter().find(|queue| queue.label().ends_with("Submission")).unwrap();
            let (first, last) = submission.change().unwrap();
            assert_eq!((first.count, last.count, submission.count()), (40, 900, 900));
            assert!(queues.conflicts.is_empty());
        }
    }

    #[test]
    fn of_many_exports_the_first_and_the_last_are_kept() {
        let all = (0..50).map(|n| queue(n, 1, "EX1\\7", u64::from(n), Some(&format!("2019-03-12 08:{n:02}:00"))));
        let queues = Queues::new(all.collect(), Vec::new(), &ServerNames::default(), &BTreeSet::new());
        let kept = &queues.queues.first().unwrap().snapshots;
        assert_eq!(kept.len(), SNAPSHOTS);
        let (first, last) = queues.queues.first().unwrap().change().unwrap();
        assert_eq!((first.count, last.count), (0, 49));
    }
}
