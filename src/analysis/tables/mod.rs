//! Tables: what the case knows, as rows to sort, filter, read and save.
//!
//! A table is a file in this folder: its columns, and a function that makes its rows from the facts. Everything else is the
//! same for all and stands here and in [`built`]: the filter, the order, windows for virtual scrolling, totals, CSV. A row
//! knows where it was read from, so that it opens in its raw context.

mod built;
#[cfg(test)]
pub(super) mod cases;
mod csv;
mod filter;
mod shown;

use serde::{Deserialize, Serialize};

pub use built::{Built, Page, PageRow};
pub use files::{ID as FILES, STATE as FILE_STATE};
pub(super) use files::{notes_of as file_notes, reason_of as file_reason, rows_of as files_rows};
pub(super) use routing_changes::{ID as ROUTING_CHANGES, rows_of as routing_changes_rows};
pub(super) use routing_databases::{ID as ROUTING_DATABASES, rows_of as routing_databases_rows};
pub(super) use routing_links::{ID as ROUTING_LINKS, rows_of as routing_links_rows};
pub(super) use routing_places::{ID as ROUTING_PLACES, rows_of as routing_places_rows};
pub(super) use timeline::{ID as TIMELINE, rows_of as timeline_rows};

use crate::base::clocks::Clocks;
use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::facts::Facts;

// registry:begin (UPDATE=1 cargo test --test tidy)
mod certificates;
mod databases;
mod domains;
mod errors;
mod events;
mod files;
mod latency;
mod messages;
mod next_hops;
mod permissions;
mod queues;
mod queues_by_server;
mod receive_connectors;
mod required_rights;
mod routing_changes;
mod routing_databases;
mod routing_links;
mod routing_places;
mod send_connectors;
mod servers;
mod services;
mod slow_messages;
mod timeline;
mod tracking;

/// Every table, by file name.
pub static TABLES: &[&Table] = &[
    &certificates::TABLE,
    &databases::TABLE,
    &domains::TABLE,
    &errors::TABLE,
    &events::TABLE,
    &files::TABLE,
    &latency::TABLE,
    &messages::TABLE,
    &next_hops::TABLE,
    &permissions::TABLE,
    &queues::TABLE,
    &queues_by_server::TABLE,
    &receive_connectors::TABLE,
    &required_rights::TABLE,
    &routing_changes::TABLE,
    &routing_databases::TABLE,
    &routing_links::TABLE,
    &routing_places::TABLE,
    &send_connectors::TABLE,
    &servers::TABLE,
    &services::TABLE,
    &slow_messages::TABLE,
    &timeline::TABLE,
    &tracking::TABLE,
];
// registry:end

/// A kind of table.
pub struct Table {
    /// Identifier, for the command line and the page.
    pub id: &'static str,
    /// Title.
    pub title: &'static str,
    /// What a row is, one sentence.
    pub about: &'static str,
    /// Columns.
    pub columns: &'static [Column],
    /// Makes the rows, in the order in which they are shown first.
    pub rows: fn(&Facts) -> Vec<Row>,
    /// What that order is.
    pub order: Order,
    /// What is known about a row beyond its cells: title and text.
    pub notes: fn(&Facts, &Row) -> Vec<(String, String)>,
    /// Whether a row is one of those that a reader looks for first; keys jump from one to the next.
    pub stands_out: fn(&Row) -> bool,
    /// What to bring when there are no rows.
    pub bring: &'static str,
}

/// The order in which rows are shown first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they are made.
    Rows,
    /// By the axis. The rows are made in that order as far as the files tell it; when the reader says how the
    /// clocks lie to each other, it is theirs.
    OldestFirst,
    /// The same, the other way round.
    NewestFirst,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Title.
    pub title: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether few different values are expected, so that one of them can be picked.
    pub is_facet: bool,
    /// Whether the numbers add up to something.
    pub is_summed: bool,
    /// Whether it is shown only when asked for.
    pub is_extra: bool,
    /// Whether it marks some rows at times: it is shown while it does.
    pub is_mark: bool,
    /// Of a time: whether it says when the row was, so that a range of time asks for it. A table has one at most, and none
    /// when its times are of something else, as how long a certificate is valid.
    pub is_axis: bool,
    /// Of a time: whether a row reaches from the axis to this one, or the other way round.
    pub is_other_end: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Words,
    /// What came out of a file: names, addresses, replies.
    Printed,
    /// Subjects of messages.
    Subject,
    /// Numbers.
    Number,
    /// Times.
    Time,
    /// How long something took.
    Duration,
    /// Sizes in bytes.
    Size,
    /// Paths of files.
    Path,
    /// What became of a file.
    State,
}

impl Column {
    /// A column of words.
    pub const fn words(title: &'static str) -> Column {
        Column {
            title,
            kind: Kind::Words,
            is_facet: false,
            is_summed: false,
            is_extra: false,
            is_mark: false,
            is_axis: false,
            is_other_end: false,
        }
    }

    /// A column of what came out of a file.
    pub const fn printed(title: &'static str) -> Column {
        Column { kind: Kind::Printed, ..Column::words(title) }
    }

    /// A column of the subjects of messages.
    pub const fn subject(title: &'static str) -> Column {
        Column { kind: Kind::Subject, ..Column::words(title) }
    }

    /// A column of numbers.
    pub const fn number(title: &'static str) -> Column {
        Column { kind: Kind::Number, ..Column::words(title) }
    }

    /// A column of times.
    pub const fn time(title: &'static str) -> Column {
        Column { kind: Kind::Time, ..Column::words(title) }
    }

    /// A column of how long something took.
    pub const fn duration(title: &'static str) -> Column {
        Column { kind: Kind::Duration, ..Column::words(title) }
    }

    /// A column of sizes.
    pub const fn size(title: &'static str) -> Column {
        Column { kind: Kind::Size, ..Column::words(title) }
    }

    /// A column of paths. A table with one is seen whole in the narrowest window: its texts give way.
    pub const fn path(title: &'static str) -> Column {
        Column { kind: Kind::Path, ..Column::words(title) }
    }

    /// A column of what became of a file.
    pub const fn state(title: &'static str) -> Column {
        Column { kind: Kind::State, ..Column::words(title) }
    }

    /// With values to pick from.
    pub const fn facet(self) -> Column {
        Column { is_facet: true, ..self }
    }

    /// With a total.
    pub const fn summed(self) -> Column {
        Column { is_summed: true, ..self }
    }

    /// Shown only when asked for.
    pub const fn extra(self) -> Column {
        Column { is_extra: true, ..self }
    }

    /// With a mark for some rows at times, which can be picked.
    pub const fn mark(self) -> Column {
        Column { is_mark: true, is_facet: true, ..self }
    }

    /// With the time of the row: what a range of time asks for.
    pub const fn axis(self) -> Column {
        Column { is_axis: true, ..self }
    }

    /// The other end of the time that the axis begins or ends.
    pub const fn other_end(self) -> Column {
        Column { is_other_end: true, ..self }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// One cell per column.
    pub cells: Vec<Cell>,
    /// Where it was read from.
    pub span: Option<Span>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Not shown by the files.
    Unknown,
    /// Text.
    Text(String),
    /// A number.
    Number(u64),
    /// A number that names something, as of an event or a port: people search for it as it is printed, without commas.
    Name(u64),
    /// A time.
    Time(Moment),
    /// How long something took, in milliseconds.
    Duration(u64),
    /// A size in bytes.
    Size(u64),
}

impl Cell {
    /// As text, numbers without grouping, how long something took in seconds; empty when unknown.
    pub fn text(&self) -> String {
        match self {
            Cell::Unknown => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) | Cell::Name(number) | Cell::Size(number) => number.to_string(),
            Cell::Time(moment) => moment.to_string(),
            Cell::Duration(milliseconds) => format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        if text.is_empty() { Cell::Unknown } else { Cell::Text(text) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::from(text.to_owned())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        Cell::Number(number)
    }
}

impl From<Moment> for Cell {
    fn from(moment: Moment) -> Cell {
        Cell::Time(moment)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Unknown, Into::into)
    }
}

/// Which rows of a table, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Words that a row has to hold, `"several words"` as one, `-word` for what it must not hold.
    pub filter: String,
    /// Values picked, by column.
    pub picked: Vec<(u32, String)>,
    /// Columns to sort by, the first one first; whether downwards.
    pub sort: Vec<(u32, bool)>,
    /// Whether rows that the filter misses stay, and those that it hits are marked.
    pub is_marking: bool,
    /// From and to on the axis of [`Clocks`]: rows whose time lies in it, or that reach into it. Rows without a time are left out
    /// and counted; a table without an axis, or without any time on it, stays whole.
    pub range: Option<(i64, i64)>,
    /// How times of two clocks are compared and shown.
    pub clocks: Clocks,
}

impl Table {
    /// Positions of the axis and of its other end.
    pub fn times(&self) -> Option<(usize, Option<usize>)> {
        let first = self.columns.iter().position(|column| column.is_axis)?;
        Some((first, self.columns.iter().position(|column| column.is_other_end)))
    }
}

/// The table with this identifier.
pub fn by_id(id: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|table| table.id == id)
}

/// No notes.
fn no_notes(_: &Facts, _: &Row) -> Vec<(String, String)> {
    Vec::new()
}

/// Whether the cell of a column is one of these texts.
fn is_one_of(row: &Row, column: usize, texts: &[&str]) -> bool {
    matches!(row.cells.get(column), Some(Cell::Text(text)) if texts.contains(&text.as_str()))
}

/// The codes in a text with what they mean.
fn codes(text: &str) -> Vec<(String, String)> {
    let mut notes: Vec<(String, String)> = Vec::new();
    for code in crate::tools::code_lookup::codes_in(text) {
        let printed = text.get(code.range).unwrap_or("").to_owned();
        if notes.len() < 8 && !notes.iter().any(|(known, _)| *known == printed) {
            notes.push((printed, code.text));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn identifiers_are_unique_and_columns_are_named() {
        let ids: BTreeSet<&str> = TABLES.iter().map(|table| table.id).collect();
        assert_eq!(ids.len(), TABLES.len());
        for table in TABLES {
            assert!(table.about.ends_with('.') && table.bring.ends_with('.'), "{}", table.id);
            let titles: BTreeSet<&str> = table.columns.iter().map(|column| column.title).collect();
            assert_eq!(titles.len(), table.columns.len(), "{}", table.id);
            assert!(table.columns.iter().any(|column| !column.is_extra), "{}", table.id);
            assert!(table.columns.iter().all(|c| !c.is_summed || c.kind == Kind::Number), "{}", table.id);
            let axes = table.columns.iter().filter(|column| column.is_axis);
            assert!(axes.clone().all(|column| column.kind == Kind::Time) && axes.clone().count() <= 1, "{}", table.id);
            let needs_axis = table.order != Order::Rows || table.columns.iter().any(|column| column.is_other_end);
            assert!(!needs_axis || axes.count() == 1, "{}", table.id);
        }
    }
}
