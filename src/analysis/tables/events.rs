//! Events, grouped by text: source, id and computer, how often, and from when to when.
//!
//! A log of millions of events has some hundred texts; what a group kept is counted exactly, and events with texts that were
//! not kept are one row of the group.

use super::{Cell, Column, Order, Row, Table, is_one_of};
use crate::base::order::Order as _;
use crate::base::text::cut;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::events::EventGroup;
use crate::model::event::{Event, Level};
use crate::tools::event_lookup;

/// The table.
pub static TABLE: Table = Table {
    id: "events",
    title: "Events",
    about: "Events of all logs, those with the same text in one row.",
    columns: &[
        Column::time("Last").axis(),
        Column::words("Level").facet(),
        Column::printed("Source").facet(),
        Column::number("Event ID").facet(),
        Column::printed("Computer").facet(),
        Column::number("Events").summed(),
        Column::time("First").extra().other_end(),
        Column::words("What it is"),
        Column::printed("Text"),
        Column::words("Known").facet().extra(),
        Column::printed("Log").facet().extra(),
    ],
    rows,
    order: Order::NewestFirst,
    notes,
    stands_out: |row| is_one_of(row, 1, &["Critical", "Error"]),
    bring: "The event logs: wevtutil epl Application application.evtx, and System.",
};

/// Position of the text.
const TEXT_AT: usize = 8;

/// Characters of a text that are kept in a row.
const TEXT: usize = 4_000;

fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows = Vec::new();
    for group in &facts.events {
        let known = titles(group);
        let mut counted = 0_u64;
        for variant in group.variants.values() {
            counted = counted.saturating_add(variant.count);
            rows.push(row(group, &known, &variant.event, variant.count, (variant.first, variant.last)));
        }
        let rest = group.count.saturating_sub(counted);
        if rest > 0
            && let Some(example) = group.exemplars.first()
        {
            let mut row = row(group, &known, example, rest, (group.first, group.last));
            if let Some(text) = row.cells.get_mut(TEXT_AT) {
                *text = "Other texts of this event; the raw log has them.".into();
            }
            rows.push(row);
        }
    }
    // The newest first; two clocks are not compared, and what has no time comes last.
    rows.order_by_key(|row| match row.cells.first() {
        Some(Cell::Time(moment)) => (0, Some((moment.clock, std::cmp::Reverse(moment.at)))),
        _ => (1, None),
    });
    rows
}

fn row(
    group: &EventGroup,
    known: &str,
    event: &Event,
    count: u64,
    (first, last): (Option<Moment>, Option<Moment>),
) -> Row {
    let level = match event.level {
        Some(Level::Critical) => "Critical",
        Some(Level::Error) => "Error",
        Some(Level::Warning) => "Warning",
        Some(Level::Information) => "Information",
        Some(Level::Verbose) => "Verbose",
        None => "",
    };
    let text = event.text();
    Row {
        cells: vec![
            last.into(),
            level.into(),
            group.source.as_str().into(),
            Cell::Name(group.id.into()),
            group.computer.clone().into(),
            count.into(),
            first.into(),
            known.into(),
            start_of(&text).into(),
            (if known.is_empty() { "" } else { "Explained" }).into(),
            event.channel.clone().into(),
        ],
        span: Some(event.span),
    }
}

/// The text in one line, and as much of it as a cell holds.
fn start_of(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match cut::beginning(&line, TEXT) {
        Some(shown) => format!("{shown} …"),
        None => line,
    }
}

/// What the explanations call it; a source may use an id for more than one thing.
fn titles(group: &EventGroup) -> String {
    let mut titles: Vec<&str> = known_rows(&group.source, group.id).iter().map(|row| row.title.as_str()).collect();
    titles.dedup();
    titles.join(", or: ")
}

fn known_rows(source: &str, id: u16) -> Vec<&'static crate::model::known_row::KnownRow> {
    event_lookup::events(&format!("{source} {id}"))
}

fn notes(_: &Facts, row: &Row) -> Vec<(String, String)> {
    let text = |at: usize| row.cells.get(at).map(Cell::text).unwrap_or_default();
    let mut notes = Vec::new();
    if let Ok(id) = text(3).parse() {
        for known in known_rows(&text(2), id) {
            notes.push(("What it is".to_owned(), format!("{}.", known.title)));
            if !known.cause.is_empty() {
                notes.push(("Why".to_owned(), known.cause.clone()));
            }
        }
    }
    notes.extend(super::codes(&text(TEXT_AT)));
    notes
}
