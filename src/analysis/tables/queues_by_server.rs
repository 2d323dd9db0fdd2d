//! What waits, by server: over all next hops.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Cell, Column, Order, Row, Table, no_notes};
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::legacy_queue::LegacyQueueState;
use crate::model::queue::QueueStatus;
use crate::model::server::server_key;

/// The table.
pub static TABLE: Table = Table {
    id: "queues-by-server",
    title: "By server",
    about: "What waits on each server, over all next hops; copies in shadow queues are left out. The reply is the one that most messages wait for.",
    columns: &[
        Column::printed("Server"),
        Column::number("Queues").summed(),
        Column::number("Messages").summed(),
        Column::number("In retry").summed(),
        Column::printed("Reply"),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| row.cells.get(3).is_some_and(|retry| *retry != Cell::Number(0)),
    bring: "A list of the queues of each server: Get-Queue -Server <name> | Export-Clixml queues.xml.",
};

#[derive(Default)]
struct Server {
    name: Option<String>,
    queues: u64,
    messages: u64,
    retry: u64,
    /// Replies with the messages that wait for them.
    replies: BTreeMap<String, u64>,
    span: Option<Span>,
}

impl Server {
    fn queue(&mut self, name: Option<&str>, messages: u64, is_retry: bool, span: Option<Span>) {
        if self.name.is_none() {
            self.name = name.map(str::to_owned);
        }
        self.queues += 1;
        self.messages = self.messages.saturating_add(messages);
        self.retry += u64::from(is_retry);
        self.span = self.span.or(span);
    }
}

fn rows(facts: &Facts) -> Vec<Row> {
    // Queues of lists that do not name their server are one row without a name: nothing tells whose they are.
    let mut servers: BTreeMap<String, Server> = BTreeMap::new();
    let key = |name: Option<&str>| name.map(server_key).unwrap_or_default();
    for waiting in facts.queues.waiting_queues() {
        let server = servers.entry(key(waiting.server())).or_default();
        let is_retry = waiting.status() == Some(QueueStatus::Retry);
        server.queue(waiting.server(), waiting.count(), is_retry, waiting.span());
        for error in waiting.errors() {
            let messages = server.replies.entry(super::queues::reply(&error.error)).or_default();
            *messages = messages.saturating_add(waiting.share(|text| text == error.text));
        }
    }
    for queue in &facts.legacy_queues {
        let name = queue.server.as_ref().map(|server| server.value.as_str());
        let is_retry = queue.state.as_ref().is_some_and(|state| state.value == LegacyQueueState::Retry);
        servers.entry(key(name)).or_default().queue(name, queue.count(), is_retry, Some(queue.span));
    }
    let mut servers: Vec<Server> = servers.into_values().collect();
    // What holds most comes first; the rest is in the order of names.
    servers.order_by_key(|server| Reverse(server.messages));
    let row = |server: Server| {
        let reply = server.replies.into_iter().min_by_key(|(_, messages)| Reverse(*messages));
        Row {
            cells: vec![
                server.name.into(),
                server.queues.into(),
                server.messages.into(),
                server.retry.into(),
                reply.map(|(text, _)| text).into(),
            ],
            span: server.span,
        }
    };
    servers.into_iter().map(row).collect()
}
