//! All that has a time, in its order: the twin of the picture, for those who do not see it and for the details.
//!
//! Equal records of a log are one row, with the first and the last time.

use super::{Cell, Column, Order, Row, Table, is_one_of};
use crate::analysis::timeline::Timeline;
use crate::base::source::file_name;

/// Its identifier.
pub const ID: &str = "timeline";

/// The table.
pub static TABLE: Table = Table {
    id: ID,
    title: "Timeline",
    about: "All that has a time, in its order. What happened several times is one row, by its first time.",
    columns: &[
        Column::time("Time").axis(),
        Column::printed("Server").facet(),
        Column::words("Kind").facet(),
        Column::words("Severity").facet(),
        Column::printed("Record"),
        Column::number("Times"),
        Column::time("Until").extra().other_end(),
        Column::printed("File").facet(),
    ],
    rows: |facts| rows_of(&Timeline::of_facts(facts), &[]),
    order: Order::OldestFirst,
    notes: |_, row| row.cells.get(4).map(|text| super::codes(&text.text())).unwrap_or_default(),
    stands_out: |row| is_one_of(row, 3, &["Critical", "Error"]),
    bring: "Event logs, transport logs, or lists of queues and messages.",
};

/// The rows, with the names of files by their paths.
pub fn rows_of(timeline: &Timeline, paths: &[&str]) -> Vec<Row> {
    let row = |mark: &crate::analysis::timeline::Mark| {
        let lane = timeline.lanes.get(mark.lane as usize);
        let file = mark.span.and_then(|span| paths.get(span.source.0 as usize)).map(|path| file_name(path));
        Row {
            cells: vec![
                mark.at.into(),
                lane.map_or("", |lane| &lane.server).into(),
                lane.map_or("", |lane| lane.kind.word()).into(),
                mark.weight.word().into(),
                mark.text.as_str().into(),
                if mark.problem.is_some() { Cell::Unknown } else { mark.count.into() },
                mark.until.into(),
                file.into(),
            ],
            span: mark.span,
        }
    };
    timeline.marks.iter().map(row).collect()
}
