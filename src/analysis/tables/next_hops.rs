//! What waits, by next hop: over all servers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cell, Column, Order, Row, Table, no_notes};
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::facts::Facts;

/// The table.
pub static TABLE: Table = Table {
    id: "next-hops",
    title: "By next hop",
    about: "Where the waiting mail wants to go, over all servers; copies in shadow queues are left out.",
    columns: &[
        Column::printed("Next hop"),
        Column::words("Delivery type").facet(),
        Column::number("Queues").summed(),
        Column::number("Servers"),
        Column::number("Messages").summed(),
        Column::number("In retry"),
        Column::printed("Reply"),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| row.cells.get(5).is_some_and(|retry| *retry != Cell::Number(0)),
    bring: "A list of queues: Get-Queue | Export-Clixml queues.xml.",
};

#[derive(Default)]
struct Hop {
    name: String,
    queues: u64,
    servers: BTreeSet<String>,
    messages: u64,
    retry: u64,
    reply: Option<String>,
    span: Option<Span>,
}

fn rows(facts: &Facts) -> Vec<Row> {
    let mut hops: BTreeMap<(String, &str), Hop> = BTreeMap::new();
    for waiting in facts.queues.waiting_queues() {
        let kind = waiting.queue.as_ref().and_then(|q| Some(q.delivery_type.as_ref()?.value.name())).unwrap_or("");
        let name = waiting.next_hop().map_or_else(|| waiting.label(), str::to_owned);
        let hop = hops.entry((name.to_lowercase(), kind)).or_default();
        if hop.queues == 0 {
            hop.name = name;
        }
        hop.queues += 1;
        hop.servers.extend(waiting.server().map(crate::model::server::server_key));
        hop.messages = hop.messages.saturating_add(waiting.count());
        let is_retry = waiting.status() == Some(crate::model::queue::QueueStatus::Retry);
        hop.retry += u64::from(is_retry);
        hop.span = hop.span.or_else(|| waiting.span());
        if hop.reply.is_none() {
            hop.reply = waiting.errors().next().map(|error| super::queues::reply(&error.error));
        }
    }
    let mut rows: Vec<Row> = hops
        .into_iter()
        .map(|((_, kind), hop)| Row {
            cells: vec![
                hop.name.into(),
                kind.into(),
                hop.queues.into(),
                (hop.servers.len() as u64).into(),
                hop.messages.into(),
                hop.retry.into(),
                hop.reply.into(),
            ],
            span: hop.span,
        })
        .collect();
    rows.order_by_key(|row| match row.cells.get(4) {
        Some(Cell::Number(number)) => std::cmp::Reverse(*number),
        _ => std::cmp::Reverse(0),
    });
    rows
}
