//! What queues and messages complain about: each text once, with how much mail has it.

use std::collections::BTreeMap;

use super::{Cell, Column, Order, Row, Table};
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::facts::Facts;

/// The table.
pub static TABLE: Table = Table {
    id: "errors",
    title: "By error",
    about: "Each last error once, with the queues and the messages that have it.",
    columns: &[
        Column::printed("Reply"),
        Column::number("Queues"),
        Column::number("Messages"),
        Column::printed("Host"),
        Column::printed("Address"),
        Column::printed("Queue").extra(),
        Column::printed("Whole text").extra(),
    ],
    rows,
    order: Order::Rows,
    notes: |_, row| row.cells.get(6).map(|error| super::codes(&error.text())).unwrap_or_default(),
    stands_out: |_| true,
    bring: "A list of queues: Get-Queue | Export-Clixml queues.xml.",
};

struct Known {
    cells: Vec<Cell>,
    queues: u64,
    messages: u64,
    span: Span,
}

fn rows(facts: &Facts) -> Vec<Row> {
    // One text in a thousand queues is one row, and so are texts that differ only around the reply.
    let mut all: BTreeMap<(String, Option<String>), Known> = BTreeMap::new();
    for waiting in facts.queues.waiting_queues() {
        for error in waiting.errors() {
            let reply = super::queues::reply(&error.error);
            let key = (reply.clone(), error.error.host.as_ref().map(|host| host.to_lowercase()));
            let messages = waiting.share(|text| text == error.text);
            let known = all.entry(key).or_insert_with(|| Known {
                cells: vec![
                    reply.into(),
                    error.error.host.clone().into(),
                    error.error.address.map(|address| address.to_string()).into(),
                    waiting.label().into(),
                    error.text.clone().into(),
                ],
                queues: 0,
                messages: 0,
                span: error.span,
            });
            known.queues += 1;
            known.messages = known.messages.saturating_add(messages);
        }
    }
    let mut all: Vec<Known> = all.into_values().collect();
    all.order_by_key(|known| std::cmp::Reverse(known.messages));
    all.into_iter()
        .map(|known| {
            let mut cells = known.cells;
            cells.splice(1..1, [Cell::Number(known.queues), Cell::Number(known.messages)]);
            Row { cells, span: Some(known.span) }
        })
        .collect()
}
