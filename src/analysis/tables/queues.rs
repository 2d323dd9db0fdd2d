//! Queues of every version, with what waits in them.

use super::{Cell, Column, Order, Row, Table, is_one_of};
use crate::base::order::Order as _;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::legacy_queue::LegacyQueue;
use crate::model::smtp_reply::LastError;

/// The table.
pub static TABLE: Table = Table {
    id: "queues",
    title: "Queues",
    about: "Every queue in the files, once; of several lists the newest. Shadow queues hold copies and are not waiting mail.",
    columns: &[
        Column::printed("Queue"),
        Column::printed("Server").facet().extra(),
        Column::printed("Next hop"),
        Column::words("Delivery type").facet(),
        Column::words("Status").facet(),
        Column::number("Messages").summed(),
        Column::printed("Reply"),
        Column::printed("Last error").extra(),
        Column::time("Last try"),
        Column::time("Next try").extra(),
        Column::words("Mail").facet().extra(),
        Column::words("Change").extra(),
        Column::time("Listed").extra().axis(),
        Column::time("First listed").extra().other_end(),
    ],
    rows,
    order: Order::Rows,
    notes: |_, row| row.cells.get(7).map(|error| super::codes(&error.text())).unwrap_or_default(),
    stands_out: |row| is_one_of(row, 10, &["Waiting"]),
    bring: "A list of queues: Get-Queue | Export-Clixml queues.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows: Vec<Row> = facts.queues.queues.iter().map(row).collect();
    rows.extend(facts.legacy_queues.iter().map(legacy));
    // What holds most comes first; the rest keeps its order.
    rows.order_by_key(|row| match row.cells.get(5) {
        Some(Cell::Number(number)) => std::cmp::Reverse(*number),
        _ => std::cmp::Reverse(0),
    });
    rows
}

fn row(waiting: &WaitingQueue) -> Row {
    let queue = waiting.queue.as_ref();
    let error = waiting.errors().next();
    let kind = if waiting.is_shadow() {
        "Copies"
    } else if !waiting.may_hold_mail() {
        "Empty"
    } else if waiting.is_moving() {
        "Moving"
    } else {
        "Waiting"
    };
    let change = waiting.change().map(|(first, last)| format!("{} to {}", first.count, last.count));
    Row {
        cells: vec![
            waiting.label().into(),
            waiting.server().into(),
            waiting.next_hop().into(),
            queue.and_then(|queue| Some(queue.delivery_type.as_ref()?.value.name())).into(),
            waiting.status().map(|status| status.to_string()).into(),
            if waiting.is_counted() { waiting.count().into() } else { Cell::Unknown },
            error.map(|error| reply(&error.error)).into(),
            error.map(|error| error.text.clone()).into(),
            queue.and_then(|queue| Some(queue.last_retry.as_ref()?.value)).into(),
            queue.and_then(|queue| Some(queue.next_retry.as_ref()?.value)).into(),
            kind.into(),
            change.into(),
            listed(waiting).into(),
            first_listed(waiting).into(),
        ],
        span: waiting.span(),
    }
}

fn legacy(queue: &LegacyQueue) -> Row {
    let state = queue.state.as_ref().map(|state| state.value.name());
    Row {
        cells: vec![
            queue.label().into(),
            queue.server.as_ref().map(|server| server.value.clone()).into(),
            Cell::Unknown,
            queue.protocol.clone().into(),
            state.into(),
            queue.messages.as_ref().map(|messages| messages.value).into(),
            Cell::Unknown,
            Cell::Unknown,
            Cell::Unknown,
            queue.next_retry.as_ref().map(|next| next.value).into(),
            if queue.count() == 0 {
                "Empty"
            } else if queue.is_moving() {
                "Moving"
            } else {
                "Waiting"
            }
            .into(),
            Cell::Unknown,
            Cell::Unknown,
            Cell::Unknown,
        ],
        span: Some(queue.span),
    }
}

/// When the list was made that tells of the queue, as far as times in it show; else the newest time that the queue itself has.
fn listed(waiting: &WaitingQueue) -> Option<Moment> {
    let source = waiting.queue.as_ref().map(|queue| queue.span.source);
    let own = waiting.snapshots.iter().rev().find(|snapshot| Some(snapshot.span.source) == source);
    own.and_then(|snapshot| snapshot.at).or_else(|| waiting.seen_at())
}

/// When the first list was made that shows the queue: it was there from then on.
fn first_listed(waiting: &WaitingQueue) -> Option<Moment> {
    waiting.snapshots.iter().find_map(|snapshot| snapshot.at).filter(|_| waiting.snapshots.len() > 1)
}

/// The innermost reply, without what Exchange puts around it.
pub(super) fn reply(error: &LastError) -> String {
    let code = error.reply.code.map(|code| code.to_string());
    let text = Some(error.reply.text.clone()).filter(|text| !text.is_empty());
    [code, error.reply.enhanced.clone(), text].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
