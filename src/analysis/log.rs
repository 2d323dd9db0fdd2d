//! Reading a log part by part, and joining what the parts gave.
//!
//! Parts are read with an assumption about what came before them, and in the order of the file it is seen whether it
//! held; the few parts for which it did not are read again. So parts can be read in any order and by several workers,
//! and the result is that of reading the log in one piece.

use std::cell::Cell;
use std::ops::{ControlFlow, Range};

use serde::{Deserialize, Serialize};

use super::job::guard;
use crate::base::ledger::{Ledger, NoteKind};
use crate::base::log_lines::{Line, Lines, Unit};
use crate::base::row_index::RowIndex;
use crate::base::source::ReadAt;
use crate::base::text::Text;
use crate::facts::{Facts, Fold};
use crate::formats::{Format, Log, LogReader, Output, Part};
use crate::model::log_row::LogRow;
use crate::model::{Record, Sink};

/// Bytes of a part. Large enough that starting one costs nothing, small enough that several workers share a log.
pub const PART: u64 = 8 << 20;

/// What reading a part gave. It travels between workers as bytes.
#[derive(Default, Serialize, Deserialize)]
pub struct PartRead {
    fold: Fold,
    ledger: Ledger,
    state: Vec<u8>,
    rows: RowIndex,
    /// Where this part ends, when nothing else is known of it.
    lost: Option<u64>,
}

impl PartRead {
    /// Stands for a part that could not be read.
    pub fn lost(range: &Range<u64>, why: &str) -> PartRead {
        let mut ledger = Ledger { damaged: 1, ..Ledger::default() };
        ledger.bytes.damaged = range.end - range.start;
        ledger.note(
            NoteKind::Damaged,
            None,
            format!(
                "Bytes {} to {} ended the program that read them and were left out ({why}). The lines after them are numbered \
                 as if these were not there. Please report the kind of this log.",
                range.start, range.end
            ),
        );
        PartRead { ledger, lost: Some(range.end), ..PartRead::default() }
    }

    /// Adds a remark about the whole part.
    pub(super) fn note(&mut self, kind: NoteKind, text: String) {
        self.ledger.note(kind, None, text);
    }

    /// Records in it.
    pub fn counts(&self) -> u64 {
        self.ledger.records
    }
}

/// What reading a log gave.
pub(super) struct Content {
    /// The records.
    pub fold: Fold,
    /// What happened.
    pub ledger: Ledger,
    /// Where the lines are, for logs of text.
    pub rows: RowIndex,
}

/// The parts of a log.
pub fn parts(log: &Log<'_>, reader: LogReader, length: u64) -> Vec<Range<u64>> {
    (reader.grid)(log).parts(log.bytes.size(), length)
}

/// Reads one part.
pub fn read_part(
    log: &Log<'_>,
    format: &Format,
    reader: LogReader,
    part: &Part,
    tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> PartRead {
    let mut read = PartRead::default();
    let mut output = Output::new(&mut read.fold, &mut read.ledger, tell);
    let mut state = Vec::new();
    guard(format, &mut output, |output| state = (reader.read)(log, part, output));
    let rows = std::mem::take(&mut output.rows);
    PartRead { state, rows, ..read }
}

/// The parts before, joined.
#[derive(Default)]
pub struct Joined {
    all: PartRead,
    any: bool,
}

impl Joined {
    /// Appends the next part, or gives back what it has to be told first. `told`: what it was told when it was read.
    ///
    /// # Errors
    /// The carry with which the part must be read again. It is never what the part was told already.
    pub fn append(&mut self, reader: LogReader, next: PartRead, told: Option<&[u8]>) -> Result<(), Vec<u8>> {
        if let Some(end) = next.lost {
            if self.any {
                self.all.state = (reader.skip)(std::mem::take(&mut self.all.state), end);
            }
            self.all.ledger.append(next.ledger, self.all.rows.lines());
            return Ok(());
        }
        if !self.any {
            let lines = self.all.rows.lines();
            let before = std::mem::replace(&mut self.all, next);
            let own = std::mem::replace(&mut self.all.ledger, before.ledger);
            self.all.ledger.append(own, lines);
            self.any = true;
            return Ok(());
        }
        // A part that disagrees with what it was told can't be read better: its reader failed in the middle of it.
        if let Some(carry) = (reader.again)(&self.all.state, &next.state).filter(|carry| told != Some(carry)) {
            return Err(carry);
        }
        self.all.state = (reader.join)(std::mem::take(&mut self.all.state), next.state);
        self.all.fold = std::mem::take(&mut self.all.fold).merge(next.fold);
        self.all.ledger.append(next.ledger, self.all.rows.lines());
        self.all.rows.append(next.rows);
        Ok(())
    }

    /// Says what can be said only of the whole.
    pub(super) fn finish(self, log: &Log<'_>, reader: LogReader) -> Content {
        let PartRead { mut fold, mut ledger, state, rows, .. } = self.all;
        let mut tell = |_, _| ControlFlow::Continue(());
        (reader.finish)(log, &state, &mut Output::new(&mut fold, &mut ledger, &mut tell));
        Content { fold, ledger, rows }
    }
}

impl Joined {
    /// The facts, the ledger and the number of lines, for tests and measurements.
    pub fn finish_as_facts(self, log: &Log<'_>, reader: LogReader) -> (Facts, Ledger, u64) {
        let content = self.finish(log, reader);
        (content.fold.finish(&std::collections::BTreeSet::new()), content.ledger, content.rows.lines())
    }
}

/// Reads one line under the header that is in force there, as the log was read: hands on its row. Answers whether the line is
/// damaged.
pub(super) fn row_of(
    log: &Log<'_>,
    reader: LogReader,
    header: &[u8],
    line: &[u8],
    is_ended: bool,
    take: Take<'_>,
) -> bool {
    let mut bytes = header.to_vec();
    let start = bytes.len() as u64;
    bytes.extend_from_slice(line);
    if is_ended {
        bytes.push(b'\n');
    }
    let part = Part { range: start..bytes.len() as u64, carry: None };
    let alone = Log { id: log.id, path: log.path, bytes: &bytes };
    let (mut sink, mut ledger) = (OneRow(take), Ledger::default());
    let mut tell = |_, _| ControlFlow::Continue(());
    (reader.read)(&alone, &part, &mut Output::new(&mut sink, &mut ledger, &mut tell));
    ledger.damaged > 0
}

/// Takes a row.
pub(super) type Take<'a> = &'a mut dyn FnMut(&LogRow<'_>);

struct OneRow<'a>(Take<'a>);

impl Sink for OneRow<'_> {
    fn record(&mut self, _: Record) {}

    fn row(&mut self, row: &LogRow<'_>) {
        (self.0)(row);
    }
}

/// Lines from number `first` (from 0) on, at most `count`, each cut after 64 KB.
pub(super) fn lines(bytes: &dyn ReadAt, rows: &RowIndex, first: u64, count: usize) -> Vec<String> {
    let (known, offset) = rows.before_line(first);
    let skip = first - known.min(first);
    let mut all = Vec::new();
    walk(bytes, offset, |number, line| {
        if number >= skip {
            all.push(shown(line));
        }
        all.len() < count
    });
    all.truncate(count);
    all
}

/// The number (from 1) and the text of the line at an offset.
pub(super) fn line_at(bytes: &dyn ReadAt, rows: &RowIndex, offset: u64) -> Option<(u32, String)> {
    let (known, start) = rows.before_offset(offset);
    let mut found = None;
    walk(bytes, start, |number, line| {
        if line.offset >= offset && found.is_none() {
            found = Some((u32::try_from(known + number + 1).unwrap_or(u32::MAX), shown(line)));
        }
        found.is_none()
    });
    found
}

/// Hands on lines from an offset at which one begins, until `take` answers `false`.
fn walk(bytes: &dyn ReadAt, start: u64, mut take: impl FnMut(u64, &Line<'_>) -> bool) {
    let unit = Unit::of(&bytes.read_range(0, 4).unwrap_or_default());
    let (mut number, mut long) = (0, false);
    let go_on = Cell::new(true);
    let lines = Lines::new(bytes, unit, start..bytes.size()).in_blocks_of(64 << 10);
    // What can no longer be read is shown as far as it goes.
    let _ = { lines }.each(
        |line| {
            // The pieces of a line that is too long are one line.
            if !long && go_on.get() {
                go_on.set(take(number, line));
                number += 1;
            }
            long = line.cut && !line.ended;
        },
        |_| go_on.get(),
    );
}

fn shown(line: &Line<'_>) -> String {
    let text = line.text.get(..64 << 10).unwrap_or(line.text);
    Text::decode(text).as_str().to_owned()
}
