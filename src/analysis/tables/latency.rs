//! How long mail takes: percentiles of the whole way, of servers and of their components.

use super::{Cell, Column, Order, Row, Table};
use crate::analysis::latency as told;
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::facts::latency::{Of, Spread};
use crate::tools::latency_codes::meaning;

/// The table.
pub static TABLE: Table = Table {
    id: "latency",
    title: "Latency",
    about: "How long mail took, from message tracking: the whole way, each server, each component. Percentiles are told within 4 percent, the longest exactly.",
    columns: &[
        Column::words("What").facet(),
        Column::printed("Server").facet(),
        Column::printed("Component"),
        Column::words("Meaning"),
        Column::number("Measured"),
        Column::duration("Median"),
        Column::duration("90 of 100"),
        Column::duration("95 of 100"),
        Column::duration("99 of 100"),
        Column::duration("Longest"),
        Column::words("Clocks of").facet().extra(),
    ],
    rows,
    order: Order::Rows,
    notes: |facts, row| {
        let mut notes = vec![("Percentiles".to_owned(), told::EXACT.to_owned())];
        let latencies = &facts.transport.latency;
        let spread =
            latencies.spreads.iter().find(|spread| row.span == Some(spread.longest.1) && cells(spread) == row.cells);
        let of = spread.map(|spread| &spread.of);
        if let Some(Of::Way(_, clocks)) = of {
            notes.extend(told::limit(*clocks).map(|text| ("Clocks".to_owned(), text.to_owned())));
        }
        if matches!(of, Some(Of::Way(..) | Of::Stay(_))) && latencies.is_sample && latencies.joined > 0 {
            notes.push((
                "Sample".to_owned(),
                "Rows were joined for a fair sample of the messages, not for all.".to_owned(),
            ));
        }
        if latencies.lacks_parts {
            let text = "The logs name more servers and components than are counted apart; some have no row here.";
            notes.push(("Left out".to_owned(), text.to_owned()));
        }
        if latencies.backwards > 0 {
            let text = "times are left out because they would end before they begin: the clocks of the servers differ.";
            notes.push(("Left out".to_owned(), format!("{} {text}", latencies.backwards)));
        }
        notes
    },
    stands_out: |row| matches!(row.cells.get(7), Some(Cell::Duration(most)) if *most >= 60_000),
    bring: "Message tracking logs of all servers, best with the logs of mailbox delivery (MSGTRKMD): how long each server and component took stands in them.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let mut spreads: Vec<&Spread> = facts.transport.latency.spreads.iter().collect();
    let kind = |spread: &Spread| match &spread.of {
        Of::Way(..) => 0,
        Of::Server(_, _, None) => 1,
        Of::Stay(_) => 2,
        Of::Server(..) => 3,
    };
    // Of each kind what is slow for the most first.
    spreads.order_by_key(|spread| (kind(spread), std::cmp::Reverse(spread.times.percentile(95))));
    spreads.into_iter().map(|spread| Row { cells: cells(spread), span: Some(spread.longest.1) }).collect()
}

fn cells(spread: &Spread) -> Vec<Cell> {
    let (what, server, component, text, clocks) = match &spread.of {
        Of::Way(end, clocks) => {
            let text = format!("From the arrival until {}", told::end(*end).to_lowercase());
            ("Whole way", Cell::Unknown, Cell::Unknown, text.into(), told::clocks(*clocks))
        }
        Of::Stay(server) => {
            let text = "From the row that takes the message in to the last one that hands it on";
            ("Stay", server.as_ref().into(), Cell::Unknown, text.into(), "One server")
        }
        Of::Server(server, part, None) => {
            ("Server", server.as_ref().into(), part.as_ref().into(), meaning(part).map(sentence).into(), "One server")
        }
        Of::Server(server, part, Some(component)) => {
            let code = match component.split_once('-') {
                Some(("X", _)) | None => component.as_ref(),
                Some((code, _)) => code,
            };
            let name = if part.is_empty() { component.to_string() } else { format!("{part} {component}") };
            ("Component", server.as_ref().into(), name.into(), meaning(code).map(sentence).into(), "One server")
        }
    };
    let percentile = |of_hundred| spread.times.percentile(of_hundred).map_or(Cell::Unknown, Cell::Duration);
    vec![
        what.into(),
        server,
        component,
        text,
        spread.times.total().into(),
        percentile(50),
        percentile(90),
        percentile(95),
        percentile(99),
        Cell::Duration(spread.times.longest()),
        clocks.into(),
    ]
}

/// With a capital.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
