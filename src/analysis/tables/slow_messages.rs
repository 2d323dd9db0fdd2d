//! The messages that took longest, each once.

use super::{Cell, Column, Order, Row, Table, is_one_of};
use crate::analysis::latency;
use crate::facts::Facts;

/// The table.
pub static TABLE: Table = Table {
    id: "slow-messages",
    title: "Slowest messages",
    about: "The 200 messages that took longest, each once. An outlier took longer than 95 of 100 of its kind and ten times their median. Where the rows carry no times of servers, it is the time of the last recipient.",
    columns: &[
        Column::duration("Took"),
        Column::words("Outlier").facet(),
        Column::time("Ended").axis(),
        Column::words("End").facet(),
        Column::printed("Server").facet(),
        Column::printed("Longest component"),
        Column::printed("From"),
        Column::printed("Recipients"),
        Column::words("Clocks of").facet().extra(),
        Column::printed("Message ID").extra(),
    ],
    rows,
    order: Order::Rows,
    notes: |facts, row| {
        let slow = facts.transport.latency.slow.iter().find(|slow| Some(slow.span) == row.span);
        let mut notes = slow.map(latency::breakdown).unwrap_or_default();
        notes.extend(slow.and_then(latency::joined).map(|text| ("Time".to_owned(), text.to_owned())));
        notes.extend(
            slow.and_then(|slow| latency::limit(slow.clocks)).map(|text| ("Clocks".to_owned(), text.to_owned())),
        );
        notes
    },
    stands_out: |row| is_one_of(row, 1, &["Yes"]),
    bring: "Message tracking logs of all servers, best with the logs of mailbox delivery (MSGTRKMD).",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let latencies = &facts.transport.latency;
    let row = |slow: &crate::facts::latency::Slow| Row {
        cells: vec![
            Cell::Duration(slow.took),
            if latency::is_outlier(latencies, slow) { "Yes" } else { "No" }.into(),
            latency::ended(slow).into(),
            latency::end(slow.end).into(),
            slow.server.as_ref().into(),
            latency::longest(slow).into(),
            slow.sender.as_ref().into(),
            slow.recipients.replace(';', "; ").into(),
            latency::clocks(slow.clocks).into(),
            slow.message.as_ref().into(),
        ],
        span: Some(slow.span),
    };
    latencies.slow.iter().map(row).collect()
}
