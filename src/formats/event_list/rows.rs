//! Rows of an event list: where one begins, and its cells.
//!
//! Neither quotes nor line ends can be relied on: Windows 2003 prints descriptions with both as they
//! are. What can be relied on is how a row begins, with a date (or, where that is damaged, a level) and
//! an event id in their columns, so every line that does not begin so belongs to the row before.

use crate::model::event::Level;
use crate::model::event::columns::column;
use crate::model::event::labels::Field;

/// Separators that Windows writes.
const DELIMITERS: [char; 3] = [',', '\t', ';'];

/// The columns that Windows 2003 and earlier write without headings; the description follows.
const CLASSIC: [Field; 9] = [
    Field::Date,
    Field::Time,
    Field::Source,
    Field::Level,
    Field::Category,
    Field::Id,
    Field::Other,
    Field::Computer,
    Field::Message,
];

/// More columns than any list has.
const MOST_COLUMNS: usize = 40;

/// How rows are laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// What separates cells.
    pub delimiter: char,
    /// The field of each column.
    pub columns: Vec<Field>,
    /// Whether there is a row of headings.
    pub headings: bool,
}

/// One event, cut into its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// The fields in the order of their columns, without the description.
    pub fields: Vec<(Field, String)>,
    /// The description.
    pub description: String,
    /// Whether a quote is never closed.
    pub open: bool,
}

/// A cell: its bytes with the quotes, and whether those are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    from: usize,
    to: usize,
    /// Whether the cell begins with a quote that nothing closes.
    pub open: bool,
}

impl Layout {
    /// The layout that a row of headings states.
    pub(super) fn of_headings(line: &str) -> Option<Layout> {
        DELIMITERS.iter().find_map(|&delimiter| {
            let names = cells(line, delimiter, MOST_COLUMNS);
            let found: Vec<Option<Field>> = names.iter().map(|cell| column(&cell.text(line))).collect();
            let known = found.iter().flatten().count();
            let has = |field: Field| found.contains(&Some(field));
            let usable = has(Field::Source) && has(Field::Id) && has(Field::Date);
            (usable && known * 4 >= found.len() * 3).then(|| Layout {
                delimiter,
                columns: found.into_iter().map(|field| field.unwrap_or(Field::Other)).collect(),
                headings: true,
            })
        })
    }

    /// The layout of a line that is an event of Windows 2003 without headings above it.
    pub(super) fn of_row(line: &str) -> Option<Layout> {
        DELIMITERS.iter().find_map(|&delimiter| {
            let layout = Layout { delimiter, columns: CLASSIC.to_vec(), headings: false };
            let row = cells(line, delimiter, CLASSIC.len());
            let get = |field: Field| Some(row.get(layout.place(field)?)?.text(line));
            let level = Level::from_name(&get(Field::Level)?).is_some();
            let time = get(Field::Time)?;
            (level && layout.begins(line) && is_time(&time) && row.len() >= 8).then_some(layout)
        })
    }

    /// Where a field stands.
    pub(super) fn place(&self, field: Field) -> Option<usize> {
        self.columns.iter().position(|other| *other == field)
    }

    /// Whether a line begins an event: by its date, or where that is damaged by its level and all its cells.
    pub(super) fn begins(&self, line: &str) -> bool {
        let (Some(date), Some(id), Some(source)) =
            (self.place(Field::Date), self.place(Field::Id), self.place(Field::Source))
        else {
            return false;
        };
        let level = self.place(Field::Level);
        let last = date.max(id).max(source).max(level.unwrap_or(0));
        let row = cells(line, self.delimiter, last.max(self.columns.len()) + 1);
        let get = |at: usize| row.get(at).map(|cell| cell.text(line)).unwrap_or_default();
        let has_level = || level.is_some_and(|level| Level::from_name(&get(level)).is_some());
        let is_row = || is_date(&get(date)) || (row.len() >= self.columns.len() && has_level());
        event_id(&get(id)).is_some() && !get(source).is_empty() && is_row()
    }

    /// The cells of an event, and the description: what stands under its heading, or behind all
    /// columns. Commas in a description that is not quoted count to it.
    pub(super) fn read(&self, row: &str) -> Parts {
        let mut found = cells(row, self.delimiter, usize::MAX);
        let columns = self.columns.len();
        // Spreadsheets pad rows.
        while found.len() > columns && found.last().is_some_and(|cell| cell.text(row).is_empty()) {
            found.pop();
        }
        let open = found.last().is_some_and(|cell| cell.open);
        let at = self.place(Field::Message).unwrap_or(columns);
        let wide = if self.place(Field::Message).is_some() {
            (found.len() + 1).saturating_sub(columns).max(1)
        } else {
            found.len().saturating_sub(columns)
        };
        let description = match (found.get(at), wide) {
            (Some(cell), 1) => cell.text(row),
            (Some(first), wide) if wide > 1 => {
                let last = found.get(at + wide - 1).unwrap_or(first);
                row.get(first.from..last.to).unwrap_or("").trim().to_owned()
            }
            _ => String::new(),
        };
        let fields = self.columns.iter().enumerate().filter(|(index, _)| *index != at).filter_map(|(index, field)| {
            let index = if index > at { index + wide - 1 } else { index };
            Some((*field, found.get(index)?.text(row)))
        });
        Parts { fields: fields.collect(), description, open }
    }
}

impl Cell {
    /// The value: without quotes around it, and with single ones inside.
    pub(super) fn text(&self, row: &str) -> String {
        let raw = row.get(self.from..self.to).unwrap_or("").trim();
        match raw.strip_prefix('"') {
            Some(inner) => inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"").trim().to_owned(),
            None => raw.to_owned(),
        }
    }
}

/// The cells of a row, at most so many. A quote counts only at the start of a cell, and closes only
/// before a separator or at the end.
fn cells(row: &str, delimiter: char, most: usize) -> Vec<Cell> {
    let mut found = Vec::new();
    let mut from = 0;
    let solid = row.trim_end().len();
    while found.len() < most {
        let rest = row.get(from..).unwrap_or("");
        let (len, open) = cell_length(rest, solid.saturating_sub(from), delimiter);
        found.push(Cell { from, to: from + len, open });
        from += len + delimiter.len_utf8();
        if from > row.len() {
            break;
        }
    }
    found
}

/// The length of the cell that `rest` begins with, and whether its quote is never closed. Behind `solid` bytes are only blanks:
/// looked at once per row, because there may be many of them and of quotes.
fn cell_length(rest: &str, solid: usize, delimiter: char) -> (usize, bool) {
    let plain = || rest.find(delimiter).unwrap_or(rest.len());
    let Some(inner) = rest.strip_prefix('"') else { return (plain(), false) };
    let mut quotes = inner.match_indices('"').map(|(at, _)| at).peekable();
    while let Some(at) = quotes.next() {
        if quotes.next_if_eq(&(at + 1)).is_some() {
            continue;
        }
        let behind = inner.get(at + 1..).unwrap_or("");
        if behind.starts_with(delimiter) {
            return (at + 2, false);
        }
        if at + 2 >= solid {
            return (rest.len(), false);
        }
    }
    (rest.len(), true)
}

/// Whether a text begins like a date with a year.
pub(super) fn is_date(text: &str) -> bool {
    let date = text.split([' ', 'T', '\u{A0}']).next().unwrap_or("").trim_end_matches([',', '.']);
    let parts: Vec<&str> = date.split(['/', '.', '-']).collect();
    let number = |part: &&str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(number)
}

fn is_time(text: &str) -> bool {
    let digits = |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    let mut parts = text.split([':', '.']);
    digits(parts.next()) && digits(parts.next())
}

/// An event id, of which tools may print all 32 bits.
pub(super) fn event_id(text: &str) -> Option<u16> {
    let number: u32 = text.trim().parse().ok()?;
    u16::try_from(number & 0xFFFF).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(row: &str, delimiter: char) -> Vec<String> {
        cells(row, delimiter, usize::MAX).iter().map(|cell| cell.text(row)).collect()
    }

    #[test]
    fn quotes_count_where_a_cell_begins_and_ends() {
        assert_eq!(texts("a,\"b, \"\"c\"\"\",d", ','), ["a", "b, \"c\"", "d"]);
        assert_eq!(texts("a,b \"c, d\" e,", ','), ["a", "b \"c", "d\" e", ""]);
        assert_eq!(texts("a,\"b \"c\" d\",e", ','), ["a", "b \"c\" d", "e"]);
        assert_eq!(texts("a\t\"b\nc\"", '\t'), ["a", "b\nc"]);
        assert!(cells("a,\"b, c", ',', 9)[1].open);
    }

    #[test]
    fn quotes_before_many_blanks_take_linear_time() {
        let row = format!("a,\"{}{}", "\"x".repeat(20_000), " ".repeat(20_000));
        assert!(cells(&row, ',', 9)[1].open);
        assert_eq!(texts("a\t\"b\"\t\t", '\t'), ["a", "b", "", ""]);
        assert_eq!(texts("a,\"b\"  ", ','), ["a", "b"]);
    }

    #[test]
    fn descriptions_keep_their_commas() {
        let layout = Layout::of_row("3/12/2006,2:10:05 PM,ESE,Error,General,474,N/A,EX1,one").unwrap();
        let parts = layout.read("3/12/2006,2:10:05 PM,ESE,Error,General,474,N/A,EX1,one, \"two\", three");
        assert_eq!(parts.description, "one, \"two\", three");
        assert_eq!(parts.fields.last(), Some(&(Field::Computer, "EX1".to_owned())));
        let layout = Layout::of_headings("Level,Date and Time,Source,Event ID,Description,Computer").unwrap();
        let parts = layout.read("Error,1/2/2019 1:00:00 PM,ESE,474,a, b, c,EX1");
        assert_eq!(parts.description, "a, b, c");
        assert_eq!(parts.fields.last(), Some(&(Field::Computer, "EX1".to_owned())));
        assert_eq!(layout.read("Error,1/2/2019 1:00:00 PM,ESE,474").description, "");
    }

    #[test]
    fn only_lists_of_events_have_a_layout() {
        for line in [
            "TimeCreated,ProviderName,Id,Message",
            "Identity,Source,Date,Status",
            "date-time,source,event-id,recipient-address",
            "Dear all, the source, the date and the event id are missing",
        ] {
            assert_eq!(Layout::of_headings(line), None, "{line}");
        }
        assert_eq!(Layout::of_row("3/12/2006,2:10:05 PM,EX1,Retry,3,4,a,b,c"), None);
        assert_eq!(Layout::of_row("a,b,c,Error,d,5,e,f"), None);
    }
}
