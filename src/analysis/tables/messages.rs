//! Messages in queues.

use super::{Cell, Column, Order, Row, Table};
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::model::smtp_reply::LastError;

/// The table.
pub static TABLE: Table = Table {
    id: "messages",
    title: "Messages",
    about: "Messages that were exported from queues, each once.",
    columns: &[
        Column::time("Received").axis(),
        Column::printed("From"),
        Column::printed("Recipients"),
        Column::subject("Subject"),
        Column::printed("Queue"),
        Column::printed("Server").facet().extra(),
        Column::words("Status").facet(),
        Column::number("Size (KB)").summed().extra(),
        Column::number("Tries"),
        Column::printed("Reply"),
        Column::printed("Last error").extra(),
        Column::printed("Message ID").extra(),
        Column::printed("Came from").extra(),
    ],
    rows,
    order: Order::OldestFirst,
    notes: |_, row| row.cells.get(10).map(|error| super::codes(&error.text())).unwrap_or_default(),
    stands_out: |row| row.cells.get(9).is_some_and(|reply| *reply != Cell::Unknown),
    bring: "The messages of the queues: Get-Message -ResultSize Unlimited -IncludeRecipientInfo | Export-Clixml messages.xml.",
};

/// Recipients that are named; the others are counted.
const NAMED: usize = 5;

fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows = Vec::new();
    for queue in &facts.queues.queues {
        for message in &queue.messages {
            let error = message.errors().next().map(|(text, _)| text.to_owned());
            let named: Vec<&str> = message.recipients.iter().take(NAMED).map(|r| r.address.as_str()).collect();
            let more = message.recipients.len().saturating_sub(NAMED);
            let mut to = named.join("; ");
            if more > 0 {
                to += &format!(" and {more} more");
            } else if !message.recipients_complete && !to.is_empty() {
                to += " and others";
            }
            let ip = message.source_ip.as_ref().map(|ip| ip.value.to_string());
            let from = [message.source_name.clone(), ip].into_iter().flatten().collect::<Vec<_>>().join(" ");
            rows.push(Row {
                cells: vec![
                    message.date_received.as_ref().map(|received| received.value).into(),
                    message.from.clone().into(),
                    to.into(),
                    message.subject.clone().into(),
                    queue.label().into(),
                    queue.server().into(),
                    message.status.as_ref().map(|status| status.value.clone()).into(),
                    message.size.map(|bytes| bytes.div_ceil(1024)).into(),
                    message.retry_count.as_ref().map(|count| count.value).into(),
                    error.as_deref().map(|text| super::queues::reply(&LastError::read(text))).into(),
                    error.into(),
                    message.internet_message_id.clone().into(),
                    from.into(),
                ],
                span: Some(message.span),
            });
        }
    }
    // The oldest first: it has waited longest. Two clocks are not compared; what has no time comes last.
    rows.order_by_key(|row| match row.cells.first() {
        Some(Cell::Time(moment)) => (0, Some((moment.clock, moment.at))),
        _ => (1, None),
    });
    rows
}
