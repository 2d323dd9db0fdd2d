//! Whole lists of queues compared: the same list twice, and queues that a newer list no longer shows.
//!
//! Traps: a list can be filtered, cut off at 1,000 queues or read in part, so that a queue is missing from it does not mean that it
//! is gone. And the newest time in a list is only the earliest at which it can have been made.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::queues::{fullness, identity_key};
use crate::base::order::Order as _;
use crate::base::source::SourceId;
use crate::base::timestamp::Moment;
use crate::model::queue::{DeliveryType, Queue, QueueName, QueueStatus};
use crate::model::server::ServerNames;

/// `Get-Queue` shows no more queues than these by itself.
const CUT_OFF: usize = 1000;

/// Lists of so few queues are compared again each time; what is known of a pair takes more room than they do.
const SHORT: usize = 8;

/// What newer lists of its server say about a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// Nothing: there is none, or it is not certain which list is newer.
    Not,
    /// A whole list does not show it.
    Gone {
        /// Newest time of the lists that show it.
        older: Moment,
        /// Newest time of the list that does not.
        newer: Moment,
    },
    /// A list that may not be whole does not show it.
    Unknown {
        /// Newest time of the lists that show it.
        older: Moment,
        /// Newest time of the list that does not.
        newer: Moment,
    },
}

/// The queues of one server in one file.
#[derive(Default)]
struct List {
    /// The newest time in it.
    time: Option<Moment>,
    /// When each queue was tried last.
    tried: BTreeMap<String, Moment>,
    rows: usize,
    /// Whether it shows the Submission queue, which every server has.
    has_submission: bool,
    statuses: BTreeSet<QueueStatus>,
    types: BTreeSet<DeliveryType>,
    next_hops: BTreeSet<String>,
    /// The fewest messages; nothing when a queue has no number.
    fewest: Option<u64>,
    /// Whether every row says how many messages and which next hop.
    is_told: bool,
    is_complete: bool,
}

/// All lists that name their server.
pub(super) struct Lists<'a> {
    servers: BTreeMap<String, ServerLists>,
    names: &'a ServerNames,
}

/// The lists of one server. There can be thousands, one in each file.
#[derive(Default)]
struct ServerLists {
    lists: BTreeMap<SourceId, List>,
    /// Pairs of long lists, and whether the second is newer for certain.
    newer: RefCell<BTreeMap<(SourceId, SourceId), bool>>,
}

impl<'a> Lists<'a> {
    pub(super) fn new(queues: &[Queue], names: &'a ServerNames, incomplete: &BTreeSet<SourceId>) -> Lists<'a> {
        let mut servers: BTreeMap<String, ServerLists> = BTreeMap::new();
        for queue in queues {
            let (Some(server), Some(identity)) = (queue.server(), &queue.identity) else { continue };
            let new =
                || List { is_told: true, is_complete: !incomplete.contains(&queue.span.source), ..List::default() };
            let lists = &mut servers.entry(names.key(server)).or_default().lists;
            let list = lists.entry(queue.span.source).or_insert_with(new);
            list.add(queue, identity_key(&identity.value, names));
        }
        Lists { servers, names }
    }

    /// What the lists of its server that are newer say about a queue, which `sources` show.
    pub(super) fn absence(&self, queue: &Queue, sources: &BTreeSet<SourceId>) -> Absence {
        let server = queue.server().and_then(|server| self.servers.get(&self.names.key(server)));
        let Some(server) = server else { return Absence::Not };
        let own: Vec<(SourceId, &List)> =
            sources.iter().filter_map(|own| Some((*own, server.lists.get(own)?))).collect();
        let Some(older) = own.iter().filter_map(|(_, list)| list.time).max_by_key(|time| time.at) else {
            return Absence::Not;
        };
        let newer_than_own = |(id, list): &(&SourceId, &List)| {
            !sources.contains(id) && own.iter().all(|(own, older)| server.is_newer((*own, older), (**id, list)))
        };
        let has_submission = own.iter().any(|(_, list)| list.has_submission);
        let mut whole = server.lists.iter().filter(|(_, list)| list.is_whole());
        let gone = whole.find(|one| one.1.would_show(queue, has_submission) && newer_than_own(one));
        if let Some(newer) = gone.and_then(|(_, list)| list.time) {
            return Absence::Gone { older, newer };
        }
        let last = server.lists.iter().rev().find(newer_than_own);
        last.and_then(|(_, list)| list.time).map_or(Absence::Not, |newer| Absence::Unknown { older, newer })
    }
}

impl ServerLists {
    /// Whether a list is newer than another one, by its newest time and by every queue that both show.
    fn is_newer(&self, older: (SourceId, &List), newer: (SourceId, &List)) -> bool {
        let (old, new) = (older.1, newer.1);
        if !old.time.zip(new.time).and_then(|(a, b)| a.compare(b)).is_some_and(Ordering::is_lt) {
            return false;
        }
        let agrees = |(queue, tried): (&String, &Moment)| new.tried.get(queue).is_none_or(|again| tried.at <= again.at);
        let look = || old.tried.iter().all(agrees);
        if old.tried.len() <= SHORT {
            return look();
        }
        *self.newer.borrow_mut().entry((older.0, newer.0)).or_insert_with(look)
    }
}

impl List {
    fn add(&mut self, queue: &Queue, key: String) {
        let messages = queue.message_count.as_ref().map(|count| count.value);
        self.fewest = if self.rows == 0 { messages } else { self.fewest.min(messages) };
        self.rows += 1;
        if let Some(tried) = queue.last_retry.as_ref().map(|time| time.value) {
            self.time = self.time.into_iter().chain([tried]).max_by_key(|time| time.at);
            self.tried.insert(key, tried);
        }
        self.has_submission |= queue.identity.as_ref().is_some_and(|own| own.value.name == QueueName::Submission);
        self.statuses.extend(queue.status.as_ref().map(|status| status.value));
        self.types.extend(queue.delivery_type.as_ref().map(|kind| kind.value));
        self.next_hops.extend(queue.next_hop_domain.as_ref().map(|hop| domain(&hop.value)));
        let is_row = queue.identity.as_ref().is_some_and(|own| matches!(own.value.name, QueueName::Row(_)));
        self.is_told &= messages.is_some() && (!is_row || queue.next_hop_domain.is_some());
    }

    /// Whether it can be all that the server had.
    fn is_whole(&self) -> bool {
        self.is_complete && self.is_told && (2..CUT_OFF).contains(&self.rows)
    }

    /// Whether the list would show a queue if the server still had it: it is not cut off, and no filter that lets its queues
    /// through would hold that one back.
    fn would_show(&self, queue: &Queue, older_has_submission: bool) -> bool {
        use QueueStatus::{Retry, Suspended};
        let is_row = queue.identity.as_ref().is_some_and(|own| matches!(own.value.name, QueueName::Row(_)));
        if !self.is_whole() {
            return false;
        }
        if is_row && queue.next_hop_domain.is_none() {
            return false;
        }
        // A list of queues with at least so many messages, or of the longest ones.
        let messages = queue.message_count.as_ref().map(|count| count.value);
        let by_count = self.fewest.is_some_and(|fewest| fewest == 0 || messages.is_some_and(|own| own >= fewest));
        // A list of queues in trouble.
        let status = queue.status.as_ref().map(|status| status.value);
        let by_status = status.is_some_and(|own| self.statuses.contains(&own))
            || self.statuses.iter().any(|other| !matches!(other, Retry | Suspended));
        if !by_count || !by_status {
            return false;
        }
        if self.has_submission {
            return true;
        }
        // A list of one kind of queues, or of those to one domain. Every server has a Submission queue, so a list without it
        // was filtered when the older one has it.
        let kind = queue.delivery_type.as_ref().map(|kind| kind.value);
        let by_kind = self.types.len() > 1 || kind.is_some_and(|own| self.types.contains(&own));
        let hop = queue.next_hop_domain.as_ref().map(|hop| domain(&hop.value));
        let by_hop = self.next_hops.len() > 1 || hop.is_some_and(|own| self.next_hops.contains(&own));
        !older_has_submission && by_kind && by_hop
    }
}

/// The last two labels of a next hop.
fn domain(hop: &str) -> String {
    let hop = hop.trim().trim_end_matches('.').to_lowercase();
    let start = hop.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
    hop.get(start..).unwrap_or("").to_owned()
}

/// Leaves out lists without names of servers that another file shows just the same: the list was saved twice, or in two formats.
/// Queues of two files whose lists differ can be of two servers.
pub(super) fn each_once(queues: Vec<Queue>) -> Vec<Queue> {
    let mut lists: BTreeMap<SourceId, Vec<&Queue>> = BTreeMap::new();
    for queue in &queues {
        lists.entry(queue.span.source).or_default().push(queue);
    }
    // Lists can be equal only where the numbers of messages are, so only those are compared.
    let mut alike: BTreeMap<Vec<(String, u64)>, Vec<SourceId>> = BTreeMap::new();
    for (id, list) in &mut lists {
        if list.iter().any(|queue| queue.server().is_some()) {
            continue;
        }
        list.order_by_cached_key(|queue| (signature(queue), queue.last_retry.as_ref().map(|time| time.value)));
        let key: Option<Vec<(String, u64)>> = list.iter().map(|queue| signature(queue)).collect();
        if let Some(key) = key.filter(|key| key.iter().any(|(_, messages)| *messages > 0)) {
            alike.entry(key).or_default().push(*id);
        }
    }
    let shown = |list: &[&Queue]| list.iter().map(|queue| fullness(queue)).sum::<usize>();
    let mut left_out: BTreeSet<SourceId> = BTreeSet::new();
    for ids in alike.values().filter(|ids| ids.len() > 1) {
        let mut kept: Vec<SourceId> = Vec::new();
        for id in ids {
            let Some(list) = lists.get(id) else { continue };
            let twin = kept.iter_mut().find(|other| lists.get(other).is_some_and(|other| are_one(other, list)));
            match twin {
                // The one that shows more stays.
                Some(other) if lists.get(other).is_some_and(|other| shown(other) < shown(list)) => {
                    left_out.insert(*other);
                    *other = *id;
                }
                Some(_) => {
                    left_out.insert(*id);
                }
                None => kept.push(*id),
            }
        }
    }
    queues.into_iter().filter(|queue| !left_out.contains(&queue.span.source)).collect()
}

/// How two formats name the same queue, and its messages.
fn signature(queue: &Queue) -> Option<(String, u64)> {
    let name = match (&queue.next_hop_domain, &queue.identity) {
        (Some(hop), _) => hop.value.trim().to_lowercase(),
        (None, Some(identity)) => identity.value.to_string().to_lowercase(),
        (None, None) => return None,
    };
    Some((name, queue.message_count.as_ref()?.value))
}

/// Whether two lists with the same queues and numbers are one list: nothing in them differs, and they agree on more than one number.
fn are_one(a: &[&Queue], b: &[&Queue]) -> bool {
    let mut agreed = 0;
    for (x, y) in a.iter().zip(b) {
        let mut same = |equal: Option<bool>, weight: usize| {
            agreed += if equal == Some(true) { weight } else { 0 };
            equal != Some(false)
        };
        let messages = x.message_count.as_ref().is_some_and(|count| count.value > 0);
        let times = x.last_retry.as_ref().zip(y.last_retry.as_ref()).map(|(x, y)| within_a_minute(x.value, y.value));
        let errors = x.last_error.as_ref().zip(y.last_error.as_ref()).map(|(x, y)| begin_alike(&x.value, &y.value));
        let has_error = x.last_error.as_ref().is_some_and(|error| !error.value.trim().is_empty());
        let status = x.status.as_ref().zip(y.status.as_ref()).map(|(x, y)| x.value == y.value);
        let kinds = x.delivery_type.as_ref().zip(y.delivery_type.as_ref()).map(|(x, y)| x.value == y.value);
        let is_one = same(times, 2)
            && same(errors, if has_error { 2 } else { 0 })
            && same(status, 0)
            && same(kinds, 0)
            && same(Some(true), usize::from(messages));
        if !is_one {
            return false;
        }
    }
    agreed >= 2
}

/// A console shows no seconds where a cmdlet does.
fn within_a_minute(a: Moment, b: Moment) -> bool {
    a.clock != b.clock || (a.at.duration_until(b.at).as_secs()).abs() < 60
}

/// Some formats cut an error, and some break its lines.
fn begin_alike(a: &str, b: &str) -> bool {
    let plain = |text: &str| -> String {
        let text = text.trim().trim_end_matches('…').trim_end_matches("...");
        text.chars().filter(|c| !c.is_whitespace()).take(40).flat_map(char::to_lowercase).collect()
    };
    let (a, b) = (plain(a), plain(b));
    a.starts_with(&b) && !b.is_empty() || b.starts_with(&a) && !a.is_empty() || a == b
}
