//! The rows of a console list in a text, with the lines they stand on and what could not be read.
//!
//! Texts with line ends in them continue on the next line; a file may hold several lists, each with its headings.

use super::super::ledger::{Ledger, NoteKind};
use super::super::text::Text;
use super::super::timestamp::{DateOrder, Moment, parse_decided};
use super::{Cells, Column, Layout, any_text};

/// A kind of list.
pub struct Kind {
    /// The columns it can have.
    pub columns: &'static [Column],
    /// The columns without which it is not this list.
    pub needed: &'static [usize],
    /// The columns that hold times.
    pub times: &'static [usize],
}

/// A list in a file.
pub struct List {
    /// Position in the kinds.
    pub kind: usize,
    /// Its columns.
    pub layout: Layout,
    /// The line of its headings.
    pub line: u32,
}

/// A row of a list.
pub struct Row {
    /// First line.
    pub first: u32,
    /// Last line.
    pub last: u32,
    /// Position in the lists.
    pub list: usize,
    cells: Cells,
}

/// All lists of a text.
#[derive(Default)]
pub struct Found {
    /// The lists.
    pub lists: Vec<List>,
    /// Their rows.
    pub rows: Vec<Row>,
    /// Lines behind headings that are no rows.
    pub strays: Vec<u32>,
    /// Lines before the first headings.
    pub before: Vec<u32>,
    order: DateOrder,
    ambiguous: Vec<(String, (u32, u32))>,
    undecided: Vec<(u32, u32)>,
}

/// Lines that a row may go on for.
const MOST_LINES: u32 = 8;

/// The list that a line of headings begins.
pub fn headings(line: &str, kinds: &[Kind]) -> Option<(usize, Layout)> {
    kinds.iter().enumerate().find_map(|(index, kind)| {
        let layout = Layout::of_headings(line.trim_start_matches('\u{FEFF}'), kind.columns)?;
        kind.needed.iter().all(|column| layout.has(*column)).then_some((index, layout))
    })
}

/// Finds all lists.
pub fn find(text: &Text, kinds: &[Kind]) -> Found {
    let mut found = Found::default();
    for (number, line) in text.lines() {
        if line.trim().is_empty() || line.trim().chars().all(|c| matches!(c, '-' | '=' | ' ' | '\t')) {
            continue;
        }
        if let Some((kind, layout)) = headings(line, kinds) {
            found.lists.push(List { kind, layout, line: number });
            continue;
        }
        let Some(list) = found.lists.last() else {
            found.before.push(number);
            continue;
        };
        let columns = kinds.get(list.kind).map_or(&[] as &[Column], |kind| kind.columns);
        if let Some(cells) = list.layout.read(line, columns) {
            found.rows.push(Row { first: number, last: number, list: found.lists.len() - 1, cells });
            continue;
        }
        let here = found.lists.len() - 1;
        let joined = found.rows.last().filter(|row| row.list == here).and_then(|row| {
            // A damaged row has about as many cells as a row; what goes on has few.
            let goes_on = row.last + 1 == number
                && number - row.first < MOST_LINES
                && row.cells.last().is_some_and(|cell| cell.as_deref().is_none_or(any_text))
                && list.layout.split(line).len() * 2 <= list.layout.columns.len() + 1;
            let lines: Vec<&str> = (row.first..=number).map(|n| text.line(n)).collect();
            goes_on.then(|| list.layout.read(&lines.join("\n"), columns))?
        });
        match (joined, found.rows.last_mut()) {
            (Some(cells), Some(row)) => {
                row.cells = cells;
                row.last = number;
            }
            _ => found.strays.push(number),
        }
    }
    found.order = found.dates(kinds);
    found
}

impl Found {
    fn dates(&self, kinds: &[Kind]) -> DateOrder {
        let times = self.rows.iter().flat_map(|row| {
            let kind = self.lists.get(row.list).and_then(|list| kinds.get(list.kind));
            kind.into_iter().flat_map(|kind| kind.times).filter_map(|column| self.cell(row, *column))
        });
        DateOrder::infer(times)
    }

    fn cell<'a>(&self, row: &'a Row, column: usize) -> Option<&'a str> {
        let list = self.lists.get(row.list)?;
        let at = list.layout.columns.iter().position(|c| *c == Some(column))?;
        row.cells.get(at)?.as_deref()
    }

    /// The value of a cell; `None` when it is blank, not shown, or not known.
    pub fn value(&self, row: &Row, column: usize) -> Option<String> {
        let text = self.cell(row, column)?.trim();
        (!text.is_empty()).then(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The time in a cell. One that could be read in two ways is left out.
    pub fn time(&mut self, row: &Row, column: usize) -> Option<Moment> {
        let text = self.value(row, column)?;
        let (time, undecided) = parse_decided(&text, self.order);
        if undecided {
            self.undecided.push((row.first, row.last));
        }
        time
    }

    /// Takes the rows out, to read them one by one.
    pub fn take_rows(&mut self) -> Vec<Row> {
        std::mem::take(&mut self.rows)
    }

    /// Keeps in mind which cells of a row are not known.
    pub fn remember_unknown(&mut self, row: &Row, kinds: &[Kind]) {
        let Some(list) = self.lists.get(row.list) else { return };
        let columns = kinds.get(list.kind).map_or(&[] as &[Column], |kind| kind.columns);
        let mut unknown = list.layout.unknown.iter();
        let mut names: Vec<&str> = Vec::new();
        for (column, cell) in list.layout.columns.iter().zip(&row.cells) {
            let name = match column.and_then(|c| columns.get(c)) {
                Some(column) => column.headings.first().copied(),
                None => unknown.next().map(String::as_str),
            };
            if cell.is_none() {
                names.extend(name);
            }
        }
        if !names.is_empty() {
            self.ambiguous.push((names.join(", "), (row.first, row.last)));
        }
    }

    /// Writes into the ledger what was not read. `better` says how to get a list without these losses.
    pub fn write(&self, ledger: &mut Ledger, better: &str) {
        let mut columns: Vec<&String> = self.ambiguous.iter().map(|(columns, _)| columns).collect();
        columns.sort_unstable();
        columns.dedup();
        for names in columns {
            let mut rows = self.ambiguous.iter().filter(|(other, _)| other == names);
            let lines = rows.next().map(|(_, lines)| *lines);
            let count = 1 + rows.count();
            let text = format!(
                "Delimiters in texts leave more than one reading of {names}, which stay unknown in rows: {count}. {better}"
            );
            ledger.note(NoteKind::Ambiguous, lines, text);
        }
        if let Some(lines) = self.undecided.first() {
            let text = format!(
                "Day and month could be exchanged in the times of this list, which are left out: {}. {better}",
                self.undecided.len()
            );
            ledger.note(NoteKind::Ambiguous, Some(*lines), text);
        }
        if let Some(line) = self.strays.first() {
            ledger.damaged += self.strays.len() as u64;
            let text = format!("Lines that fit the headings in no way were left out: {}. {better}", self.strays.len());
            ledger.note(NoteKind::Damaged, Some((*line, *line)), text);
        }
        for list in self.lists.iter().filter(|list| !list.layout.unknown.is_empty()) {
            let text = format!("Columns that are not read here: {}.", list.layout.unknown.join(", "));
            ledger.note(NoteKind::Info, Some((list.line, list.line)), text);
        }
    }
}
