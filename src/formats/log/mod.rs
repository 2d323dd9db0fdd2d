//! What the row-by-row logs of transport share; not a format. A log is described by a [`LineLog`], and this
//! reads any part of it.
//!
//! Traps, from logs in the field:
//! - The header block is written again whenever a service opens the file anew, sometimes with other columns. A part
//!   that begins in the middle is told which header was in force ([`Header`]); if that was assumed wrongly the part is
//!   read again.
//! - The mark of UTF-8 stands at the beginning of the file only.
//! - The last line of a log that is being written is half a line.
//! - Rows are shorter than the header when blanks at the end were trimmed. A row that is longer is damaged.

use super::{Head, Log, Output, Part, Probe};
use crate::base::ledger::NoteKind;
use crate::base::log_lines::{Cells, Line, Lines, Unit};
use crate::base::shown_records::{Around, ShownRecords};
use crate::base::source::{Place, Span};
use crate::model::log_row::{ABSENT, LogKind, LogRow};

/// A row-by-row log.
pub(super) struct LineLog {
    /// What a person calls it.
    pub title: &'static str,
    /// Which rows it has, from its header and for a row without one.
    pub kind: fn(&Header, &[u8]) -> LogKind,
    /// What the header calls such a log; empty for logs whose header does not say.
    pub log_types: &'static [&'static str],
    /// Names of the columns, in lower case, in the order of the columns of the kind.
    pub names: &'static [&'static str],
    /// What stands between cells.
    pub delimiter: u8,
    /// Columns of a log without header, by the number of cells of its rows.
    pub columns_by_count: fn(usize) -> Option<&'static [&'static str]>,
    /// The time of a row, in milliseconds since 1970.
    pub time: fn(&LogRow<'_>, &Header) -> Option<i64>,
    /// Whether a row must have a time to be one.
    pub needs_time: bool,
    /// Lines that belong to the record before them.
    pub continues: fn(&Cells) -> bool,
}

/// The header in force: what the lines beginning with `#` said last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Names of the columns, in lower case.
    pub fields: Vec<String>,
    /// `#Log-type`
    pub log_type: String,
    /// `#Date`, kept only for logs whose rows have no date of their own.
    pub date: String,
}

impl Header {
    /// Takes a line that begins with `#`. Returns whether the columns changed.
    pub fn line(&mut self, line: &str, delimiter: u8) -> bool {
        let text = line.trim_start_matches('#').trim();
        let (name, value) = text.split_once(':').unwrap_or(("", text));
        match name.to_ascii_lowercase().as_str() {
            "fields" => {
                let list = value.trim();
                let names = match delimiter {
                    b' ' => list.split_whitespace().map(str::to_ascii_lowercase).collect(),
                    _ => list.split(char::from(delimiter)).map(|n| n.trim().to_ascii_lowercase()).collect(),
                };
                let changed = self.fields != names;
                self.fields = names;
                if self.rows_are_dated() {
                    self.date.clear();
                }
                changed
            }
            "log-type" => {
                value.trim().clone_into(&mut self.log_type);
                false
            }
            "date" => {
                // IIS writes the date before the columns.
                if !self.rows_are_dated() {
                    value.trim().clone_into(&mut self.date);
                }
                false
            }
            // `# Date<TAB>Time<TAB>client-ip...` of 2000 and 2003.
            _ if delimiter == b'\t' && text.contains('\t') => {
                let names = text.split('\t').map(|n| n.trim().to_ascii_lowercase()).collect();
                let changed = self.fields != names;
                self.fields = names;
                changed
            }
            _ => false,
        }
    }

    fn rows_are_dated(&self) -> bool {
        self.fields.iter().any(|field| field == "date" || field.starts_with("date-"))
    }

    fn pack(&self) -> Vec<u8> {
        format!("{}\n{}\n{}", self.log_type, self.date, self.fields.join("\n")).into_bytes()
    }

    fn unpack(bytes: &[u8]) -> Header {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.split('\n').map(str::to_owned);
        Header {
            log_type: lines.next().unwrap_or_default(),
            date: lines.next().unwrap_or_default(),
            // A name may be empty, but a header of one empty name is none.
            fields: Some(lines.collect::<Vec<_>>()).filter(|fields| *fields != [""]).unwrap_or_default(),
        }
    }

    /// The first header of a file.
    fn first_of(head: &[u8], delimiter: u8) -> Header {
        let mut header = Header::default();
        let unit = Unit::of(head);
        let head = head.to_vec();
        let ended = std::cell::Cell::new(false);
        let _ = Lines::new(&head, unit, 0..head.len() as u64).each(
            |line| {
                if line.text.starts_with(b"#") && !ended.get() {
                    header.line(&String::from_utf8_lossy(line.text), delimiter);
                } else if !line.text.iter().all(u8::is_ascii_whitespace) {
                    ended.set(true);
                }
            },
            |_| true,
        );
        header
    }

    fn of_head(head: &[u8], delimiter: u8) -> Header {
        let mut header = Header::default();
        let unit = Unit::of(head);
        let head = head.to_vec();
        let _ = Lines::new(&head, unit, 0..head.len() as u64).each(
            |line| {
                if line.text.starts_with(b"#") {
                    header.line(&String::from_utf8_lossy(line.text), delimiter);
                }
            },
            |_| true,
        );
        header
    }
}

/// What a part assumed and what it left: both headers.
fn state(entered: &Header, left: &Header) -> Vec<u8> {
    let entered = entered.pack();
    let mut bytes = (entered.len() as u64).to_le_bytes().to_vec();
    bytes.extend(entered);
    bytes.extend(left.pack());
    bytes
}

fn state_parts(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else { return (b"", b"") };
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    rest.split_at_checked(length).unwrap_or((b"", b""))
}

/// What to tell a part when the one before left another header than it assumed.
pub(super) fn again(before: &[u8], own: &[u8]) -> Option<Vec<u8>> {
    let (assumed, left) = (state_parts(own).0, state_parts(before).1);
    (assumed != left).then(|| left.to_vec())
}

/// What a lost part said about columns is not known; those before it still hold.
pub(super) fn skip(before: Vec<u8>, _: u64) -> Vec<u8> {
    before
}

/// The later state counts.
pub(super) fn join(_: Vec<u8>, own: Vec<u8>) -> Vec<u8> {
    own
}

/// Reads the rows that begin in a part.
pub(super) fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>, format: &LineLog) -> Vec<u8> {
    let head = log.bytes.read_range(0, Head::BYTES).unwrap_or_default();
    let entered = match (&part.carry, part.range.start) {
        (Some(carry), _) => Header::unpack(carry),
        (None, 0) => Header::default(),
        (None, _) => Header::of_head(&head, format.delimiter),
    };
    let mut reader = Reader {
        log,
        format,
        columns: Vec::new(),
        header: entered.clone(),
        cells: Cells::default(),
        number: 0,
        guessed: false,
        long: false,
    };
    reader.map_columns();
    let stop = std::cell::Cell::new(false);
    let account = |out: &Output<'_>| {
        let bytes = out.ledger.bytes;
        bytes.records + bytes.other + bytes.damaged
    };
    let before = account(out);
    let rows = std::cell::RefCell::new(out);
    let read = Lines::new(log.bytes, Unit::of(&head), part.range.clone()).each(
        |line| reader.line(line, *rows.borrow_mut()),
        |offset| {
            stop.set(rows.borrow_mut().progress(offset).is_break());
            !stop.get()
        },
    );
    if let Err(error) = read {
        let text = format!("The rest of the log could not be read. Drop the file again. ({error})");
        let mut out = rows.borrow_mut();
        let done = account(&out) - before;
        out.ledger.bytes.damaged += (part.range.end - part.range.start).saturating_sub(done);
        out.note(NoteKind::Damaged, None, text);
    }
    state(&entered, &reader.header)
}

struct Reader<'a> {
    log: &'a Log<'a>,
    format: &'a LineLog,
    /// Position of each column of the kind in the rows.
    columns: Vec<u8>,
    header: Header,
    cells: Cells,
    /// Number of the line in this part, from 1.
    number: u64,
    /// Whether the columns were told by the number of cells.
    guessed: bool,
    /// Whether a line that is too long is being passed over.
    long: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: &Line<'_>, out: &mut Output<'_>) {
        if !self.long {
            self.number += 1;
            out.rows.line(line.offset);
        }
        if line.cut || self.long {
            if !self.long {
                out.ledger.damaged += 1;
                out.note(NoteKind::Damaged, Some(self.at()), "The line is longer than 1 MB and was left out.");
            }
            out.ledger.bytes.damaged += line.size;
            self.long = line.cut && !line.ended;
            return;
        }
        if line.text.starts_with(b"#") {
            out.ledger.bytes.other += line.size;
            if self.header.line(&String::from_utf8_lossy(line.text), self.format.delimiter) {
                self.guessed = false;
                self.map_columns();
            }
            return;
        }
        if line.text.iter().all(u8::is_ascii_whitespace) {
            out.ledger.bytes.other += line.size;
            return;
        }
        let foreign = !self.format.log_types.is_empty()
            && !self.header.log_type.is_empty()
            && !self.format.log_types.iter().any(|own| own.eq_ignore_ascii_case(&self.header.log_type));
        if foreign {
            out.ledger.skipped += 1;
            out.ledger.bytes.other += line.size;
            let text = format!(
                "The file holds another kind of log, too, whose rows were left out. Drop each log as a file of its own. {}",
                self.header.log_type
            );
            return out.note(NoteKind::Skipped, None, text);
        }
        self.cells.split(line.text, self.format.delimiter);
        if (self.format.continues)(&self.cells) {
            out.ledger.bytes.records += line.size;
            return;
        }
        if self.columns.is_empty() || self.guessed {
            self.guess_columns(out);
        }
        let kind = (self.format.kind)(&self.header, line.text);
        let span = Span { source: self.log.id, place: Place::Row(line.offset) };
        let mut row = LogRow { kind, span, time: None, line: line.text, cells: &self.cells, columns: &self.columns };
        row.time = (self.format.time)(&row, &self.header);
        let too_wide = self.cells.len() > self.header.fields.len() && !self.guessed;
        // A line that is being written may end anywhere; its last cell would be taken for whole.
        let half = !line.ended && self.cells.len() < self.header.fields.len();
        if self.columns.is_empty() || too_wide || half || (self.format.needs_time && row.time.is_none()) {
            out.ledger.damaged += 1;
            out.ledger.bytes.damaged += line.size;
            let at = Some(self.at());
            if !line.ended {
                out.note(
                    NoteKind::Damaged,
                    at,
                    "The last line is cut, as happens when a log is copied while it is written. It was left out.",
                );
            } else {
                let what =
                    if too_wide { "has more cells than the header has columns" } else { "does not begin with a time" };
                out.note(NoteKind::Damaged, at, format!("The row {what} and was left out."));
            }
            return;
        }
        out.ledger.bytes.records += line.size;
        out.row(&row);
    }

    fn at(&self) -> (u32, u32) {
        let line = u32::try_from(self.number).unwrap_or(u32::MAX);
        (line, line)
    }

    fn map_columns(&mut self) {
        if self.header.fields.is_empty() {
            self.columns.clear();
            return;
        }
        let fields = &self.header.fields;
        self.columns = positions(self.format.names, |name| fields.iter().position(|f| f == name));
    }

    fn guess_columns(&mut self, out: &mut Output<'_>) {
        let Some(names) = (self.format.columns_by_count)(self.cells.len()) else { return };
        if !self.guessed {
            out.note(
                NoteKind::Info,
                None,
                format!(
                    "The file has no header. The columns were told by their number, {}, as {} has them.",
                    self.cells.len(),
                    self.format.title
                ),
            );
        }
        self.guessed = true;
        self.columns = positions(self.format.names, |name| names.iter().position(|f| *f == name));
    }
}

fn positions(names: &[&str], find: impl Fn(&str) -> Option<usize>) -> Vec<u8> {
    let position = |name: &&str| find(name).and_then(|p| u8::try_from(p).ok()).unwrap_or(ABSENT);
    names.iter().map(position).collect()
}

/// Recognizes a log by its `#Log-type`, by its columns, or without a header by its first rows.
pub(super) fn probe(head: &Head<'_>, format: &LineLog, columns: &[&str], is_row: fn(&Cells, &[u8]) -> bool) -> Probe {
    let header = Header::first_of(head.bytes, format.delimiter);
    if format.log_types.iter().any(|t| t.eq_ignore_ascii_case(&header.log_type)) {
        return Probe::Yes(98, format!("the log type in the header, {}", header.log_type));
    }
    if !header.log_type.is_empty() {
        return Probe::No;
    }
    if !header.fields.is_empty() {
        let has = columns.iter().all(|c| header.fields.iter().any(|f| f == c));
        return if has { Probe::Yes(90, "the columns in the header".to_owned()) } else { Probe::No };
    }
    let (mut rows, mut hits) = (0, 0);
    let mut cells = Cells::default();
    for line in head.text.as_str().lines().filter(|l| !l.trim().is_empty()).take(5) {
        cells.split(line.as_bytes(), format.delimiter);
        rows += 1;
        hits += usize::from(is_row(&cells, line.as_bytes()));
    }
    // The first line may be cut.
    if hits > 0 && hits + 1 >= rows {
        Probe::Yes(70, "rows of such a log, without a header".to_owned())
    } else {
        Probe::No
    }
}

/// Shows nothing: rows of text logs are shown as lines.
pub(super) fn show(_: &Log<'_>, _: u64, _: Around) -> Option<ShownRecords> {
    None
}

/// Nothing is left to say at the end.
pub(super) fn finish(_: &Log<'_>, _: &[u8], _: &mut Output<'_>) {}

/// No columns without a header.
pub(super) fn no_guess(_: usize) -> Option<&'static [&'static str]> {
    None
}

/// Every line is a row of its own.
pub(super) fn never_continues(_: &Cells) -> bool {
    false
}
