//! Queues of Exchange 5.5, 2000 and 2003, each once.
//!
//! Trap: these lists carry no time, so of two lists of the same queue nothing says which is newer. The fuller one counts,
//! so that no waiting mail is overlooked.

use std::collections::BTreeMap;

use crate::base::source::SourceId;
use crate::model::legacy_queue::LegacyQueue;

/// Of lists that show the same queue, the one with more messages.
pub fn each_once(queues: Vec<LegacyQueue>) -> Vec<LegacyQueue> {
    let mut kept: BTreeMap<(String, Option<SourceId>), LegacyQueue> = BTreeMap::new();
    let messages = |queue: &LegacyQueue| queue.messages.as_ref().map(|messages| messages.value);
    for queue in queues {
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
    queues.sort_by_key(|queue| queue.span);
    queues
}
