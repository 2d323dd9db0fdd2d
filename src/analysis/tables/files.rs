//! The files of the case: what each was taken for, what of it was used, what is lost.
//!
//! Its rows are those of the report, in their order, and not made from facts. What there is to know about a file beyond its
//! cells stands in the notes of its row.

use super::{Cell, Column, Order, Row, Table, no_notes};
use crate::base::source::{SourceId, Span};
use crate::report::{FileState, Input, InputState};

/// Its identifier.
pub const ID: &str = "files";

/// The column of the state.
pub const STATE: usize = 2;

/// The table.
pub static TABLE: Table = Table {
    id: ID,
    title: "Files",
    about: "Each file with what was read of it; its row says what is lost and what to do.",
    columns: &[
        Column::path("File"),
        Column::printed("Taken for").facet(),
        Column::state("State").facet(),
        Column::number("Records").summed(),
        Column::number("Lost").summed(),
        Column::printed("Time span"),
        Column::words("Text").facet(),
        Column::size("Size"),
        Column::printed("Remarks"),
    ],
    rows: |_| Vec::new(),
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| {
        let state = row.cells.get(STATE).map(Cell::text).unwrap_or_default();
        state != FileState::Read.word()
    },
    bring: "Any file that the page reads.",
};

/// The rows.
pub fn rows_of(inputs: &[Input]) -> Vec<Row> {
    (0..).zip(inputs).map(|(at, input)| row(SourceId(at), input)).collect()
}

fn row(source: SourceId, input: &Input) -> Row {
    let is_read = input.state != InputState::NotRead;
    let some = |number: u64| if number > 0 { Cell::Number(number) } else { Cell::Unknown };
    let span = input.time_span.as_ref().map(|(first, last)| {
        let day = |text: &str| text.split([' ', 'T']).next().unwrap_or("").to_owned();
        match last.split_once([' ', 'T']) {
            _ if first == last => first.clone(),
            Some((_, time)) if day(first) == day(last) => format!("{first} to {time}"),
            _ => format!("{first} to {last}"),
        }
    });
    let remarks: Vec<String> = notes_of(input).into_iter().map(|(_, text)| text).collect();
    Row {
        cells: vec![
            input.path.as_str().into(),
            input.taken_for.as_str().into(),
            input.file_state().word().into(),
            if is_read { Cell::Number(input.records) } else { Cell::Unknown },
            some(input.damaged),
            span.into(),
            input.encoding.clone().into(),
            Cell::Size(input.size),
            remarks.join(" ").into(),
        ],
        span: Some(Span { source, place: crate::base::source::Place::File }),
    }
}

/// What there is to know about a file, or about lines of it: where, and what.
pub fn notes_of(input: &Input) -> Vec<(String, String)> {
    let mut notes = Vec::new();
    if input.state == InputState::NotRead && !input.reason.is_empty() {
        notes.push(("What to do".to_owned(), input.reason.clone()));
    }
    notes.extend(input.notes.iter().map(|note| {
        let place = match note.lines {
            Some((first, last)) if first == last => format!("Line {first}"),
            Some((first, last)) => format!("Lines {first} to {last}"),
            None if note.loss => "Lost or cut".to_owned(),
            None => "Remark".to_owned(),
        };
        (place, note.text.clone())
    }));
    notes
}

/// Why a file was taken for what it is.
pub fn reason_of(input: &Input) -> Option<(String, String)> {
    let is_said = input.state != InputState::NotRead && !input.reason.is_empty();
    is_said.then(|| ("Recognized by".to_owned(), input.reason.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{InputNote, LEFT_OUT};

    #[test]
    fn a_row_says_what_became_of_its_file() {
        let input = |state: InputState, kind: Option<&str>, reason: &str| Input {
            path: "EX1/get-queue.txt".to_owned(),
            kind: kind.map(str::to_owned),
            near: None,
            taken_for: "Get-Queue, list".to_owned(),
            reason: reason.to_owned(),
            state,
            size: 41_984,
            encoding: Some("UTF-16 LE".to_owned()),
            time_span: Some(("2024-05-14 08:00:00".to_owned(), "2024-05-14 09:00:00".to_owned())),
            records: 14,
            skipped: 0,
            damaged: 2,
            notes: vec![InputNote { lines: Some((5, 9)), loss: true, text: "Cut.".to_owned() }],
        };
        let inputs = [
            input(InputState::Incomplete, Some("get-queue"), "its labels"),
            input(InputState::NotRead, None, "Save it as text."),
            input(InputState::NotRead, Some("evtx"), "It is damaged."),
            input(InputState::NotRead, None, LEFT_OUT),
        ];
        let rows = rows_of(&inputs);
        let cells: Vec<String> = rows[0].cells.iter().map(Cell::text).collect();
        let span = "2024-05-14 08:00:00 to 09:00:00";
        let expected =
            ["EX1/get-queue.txt", "Get-Queue, list", "Incomplete", "14", "2", span, "UTF-16 LE", "41984", "Cut."];
        assert_eq!(cells, expected);
        let states: Vec<String> = rows.iter().map(|row| row.cells[STATE].text()).collect();
        assert_eq!(states, ["Incomplete", "Not recognized", "Not read", "Left out"]);
        assert_eq!(notes_of(&inputs[0]), [("Lines 5 to 9".to_owned(), "Cut.".to_owned())]);
        assert_eq!(notes_of(&inputs[1])[0], ("What to do".to_owned(), "Save it as text.".to_owned()));
        assert!(rows.iter().all(|row| (TABLE.stands_out)(row)));
        assert_eq!(rows[1].cells[3], Cell::Unknown, "nothing is counted of what was not read");
    }
}
