//! Queues of Exchange 5.5, 2000 and 2003, each once.
//!
//! Trap: these lists carry no time, so of two lists of the same queue nothing says which is newer. The fuller one counts,
//! so that no waiting mail is overlooked.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::order::Order as _;
use crate::base::source::SourceId;
use crate::model::legacy_queue::LegacyQueue;

/// Of lists that show the same queue, the one with more messages.
pub fn each_once(queues: Vec<LegacyQueue>) -> Vec<LegacyQueue> {
    let mut kept: BTreeMap<(String, Option<SourceId>), LegacyQueue> = BTreeMap::new();
    let messages = |queue: &LegacyQueue| queue.messages.as_ref().map(|messages| messages.value);
    let same = same_lists(&queues);
    for queue in queues.into_iter().filter(|queue| !same.contains(&queue.span.source)) {
        // A list that does not name its server may be of any: two files are two servers then.
        let place = if queue.server.is_none() { Some(queue.span.source) } else { None };
        let key = (queue.label().to_lowercase(), place);
        match kept.get(&key) {
            Some(known) if messages(known) >= messages(&queue) => {}
            _ => {
                kept.insert(key, queue);
            }
        }
    }
    let mut queues: Vec<LegacyQueue> = kept.into_values().collect();
    queues.order_by_key(|queue| queue.span);
    queues
}

/// Files with a list that does not name its server and that another file shows just the same: it was saved twice, or in two
/// formats. One number that is equal may be so by chance.
fn same_lists(queues: &[LegacyQueue]) -> BTreeSet<SourceId> {
    let mut lists: BTreeMap<SourceId, Option<Vec<(String, u64)>>> = BTreeMap::new();
    for queue in queues {
        let row = queue.messages.as_ref().filter(|_| queue.server.is_none());
        let row = row.map(|messages| (queue.label().to_lowercase(), messages.value));
        let list = lists.entry(queue.span.source).or_insert_with(|| Some(Vec::new()));
        match (list.as_mut(), row) {
            (Some(list), Some(row)) => list.push(row),
            _ => *list = None,
        }
    }
    let mut known: BTreeSet<Vec<(String, u64)>> = BTreeSet::new();
    let mut same = BTreeSet::new();
    for (id, list) in lists {
        let Some(mut list) = list else { continue };
        list.order();
        let telling = list.iter().filter(|(_, messages)| *messages > 0).count() > 1;
        if telling && !known.insert(list) {
            same.insert(id);
        }
    }
    same
}
