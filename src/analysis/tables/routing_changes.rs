//! What two routing tables do differently, worst first.

use super::{Column, Order, Row, Table, is_one_of, no_notes};
use crate::analysis::routing_map::{Chosen, changes};
use crate::facts::Facts;

/// Its identifier.
pub const ID: &str = "routing-changes";

/// The table.
pub static TABLE: Table = Table {
    id: ID,
    title: "Changes",
    about: "Where mail goes by the later of two routing tables and did not by the earlier one, then the objects that differ.",
    columns: &[
        Column::words("Kind").facet(),
        Column::printed("Name"),
        Column::words("Change").facet(),
        Column::printed("Before"),
        Column::printed("After"),
        Column::number("Cost before"),
        Column::number("Cost after"),
    ],
    rows: |facts| rows_of(facts, &Chosen::default(), &changes::Kept::default()),
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 2, &[changes::LOST]),
    bring: "Two routing tables of one server, written before and after.",
};

/// The rows of the two tables that were chosen.
pub fn rows_of(facts: &Facts, chosen: &Chosen, kept: &changes::Kept) -> Vec<Row> {
    changes::rows(facts, chosen, kept)
}
