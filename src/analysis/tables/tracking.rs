//! Message tracking, as cmdlets and histories show it: one row per event of a message.

use super::{Cell, Column, Order, Row, Table, is_one_of};
use crate::base::order::Order as _;
use crate::facts::Facts;

/// The table.
pub static TABLE: Table = Table {
    id: "tracking",
    title: "Tracking",
    about: "Events of message tracking from Get-MessageTrackingLog and Message Tracking Center; logs are counted and not kept row by row, and searched for the path of a message that is opened.",
    columns: &[
        Column::time("Time").axis(),
        Column::words("Event").facet(),
        Column::words("Part").facet(),
        Column::printed("Server").facet(),
        Column::printed("From server"),
        Column::printed("Sender"),
        Column::printed("Recipients"),
        Column::printed("Connector").extra(),
        Column::printed("Message ID").extra(),
        Column::printed("Status").extra(),
    ],
    rows,
    order: Order::OldestFirst,
    notes: |_, row| row.cells.get(9).map(|status| super::codes(&status.text())).unwrap_or_default(),
    stands_out: |row| is_one_of(row, 1, &["FAIL", "DEFER", "DSN", "BADMAIL"]),
    bring: "The way of a message: Get-MessageTrackingLog -MessageId <id> -ResultSize Unlimited | Export-Clixml tracking.xml.",
};

/// Recipients that are named.
const NAMED: usize = 5;

fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for event in &facts.tracked {
        let text = |value: &Option<crate::model::Located<String>>| value.as_ref().map(|value| value.value.clone());
        let recipients = event.recipients.as_ref().map(|list| {
            let named: Vec<&str> = list.value.items.iter().take(NAMED).map(String::as_str).collect();
            let more = list.value.items.len().saturating_sub(NAMED);
            if more > 0 { format!("{} and {more} more", named.join("; ")) } else { named.join("; ") }
        });
        rows.push(Row {
            cells: vec![
                event.at.as_ref().map(|at| at.value).into(),
                event.event.value.clone().into(),
                text(&event.source).into(),
                text(&event.server).into(),
                text(&event.client).into(),
                text(&event.sender).into(),
                recipients.into(),
                text(&event.connector).into(),
                text(&event.message_id).into(),
                event.recipient_status.as_ref().map(|list| list.value.items.join("; ")).into(),
            ],
            span: Some(event.span),
        });
    }
    for entry in &facts.history {
        rows.push(Row {
            cells: vec![
                entry.time.as_ref().map(|time| time.value).into(),
                entry.text.clone().into(),
                Cell::Unknown,
                entry.server.clone().into(),
                entry.partner.clone().into(),
                entry.sender.clone().into(),
                entry.recipient.clone().into(),
                Cell::Unknown,
                entry.message_id.clone().into(),
                Cell::Unknown,
            ],
            span: Some(entry.span),
        });
    }
    rows.order_by_key(|row| match row.cells.first() {
        Some(Cell::Time(moment)) => (0, Some((moment.clock, moment.at))),
        _ => (1, None),
    });
    rows
}
