//! `Format-Table`: a header line, a row of dashes under it, one line per object.
//!
//! Documented as the behavior of PowerShell's `Format-Table` (`about_Format.ps1xml`, table control):
//! each header is underlined by exactly its own length, cells that do not fit end in `...` (`…` since
//! PowerShell 7), unless `-Wrap` continues them on the next line.
//!
//! Traps:
//! - Only the dashes tell where columns start; values have blanks in them (`hub version 15`).
//!   Numbers are right-aligned, so they end where the dashes end.
//! - Columns that do not fit are left out entirely, with a warning at most.
//! - A cut cell is no value. `{a, b...}` is a list cut after whole elements; `{a, b...` is cut
//!   anywhere, so its last element is not known.
//! - `-GroupBy` repeats the header for each group, below a line with the value of the group.
//! - A console session holds tables and lists: lists outside the tables are read as lists.

use std::mem::take;

use unicode_width::UnicodeWidthChar;

use super::list::{self, LeftOut};
use super::{Note, Object, Property, Text, Value, list_of, value_of};
use crate::base::order::Order as _;

/// The table has to begin here to be recognized.
const SNIFF_LINES: u32 = 400;

/// One column: its name, and where its dashes start and end, in characters.
struct Column {
    name: String,
    start: usize,
    end: usize,
}

/// One cell of a physical line.
#[derive(Clone, Default)]
struct Cell {
    text: String,
    /// Where the text ends, in characters.
    end: usize,
}

/// One object that is being read.
struct Row {
    /// The cells, joined.
    texts: Vec<String>,
    /// The cells of the last physical line.
    last: Vec<Cell>,
    lines: (u32, u32),
}

pub(super) fn sniff(text: &Text) -> bool {
    let mut is_first = true;
    for number in 1..=text.line_count().min(SNIFF_LINES) {
        // One word with a line under it, further down, is more likely a heading.
        if header_at(text, number).is_some_and(|columns| is_first || columns.len() > 1) {
            return true;
        }
        let line = text.line(number);
        is_first &= line.trim().is_empty() || list::is_console(line);
    }
    false
}

pub(super) fn read(text: &Text, notes: &mut Vec<Note>) -> Vec<Object> {
    let mut left_out = LeftOut::default();
    let mut objects = Vec::new();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    // Without a list in the file, the lines outside the tables are counted here.
    let has_lists = list::sniff(text);
    let mut number = 1;
    let mut after_prompt = false;
    while number <= text.line_count() {
        if let Some(columns) = header_at(text, number) {
            let end = read_rows(text, number + 2, &columns, &mut objects, &mut left_out);
            ranges.push((number, end - 1));
            number = end;
            after_prompt = false;
            continue;
        }
        let line = text.line(number);
        let is_heading = is_group_heading(text, number);
        if is_heading {
            ranges.push((number, number));
        } else if line.trim().is_empty() {
            after_prompt = false;
        } else if !has_lists {
            let is_console = after_prompt || list::is_console(line);
            left_out.add(number, is_console);
            after_prompt = is_console;
        }
        number += 1;
    }
    left_out.into_notes(notes);
    if has_lists {
        objects.extend(list::read_except(text, &ranges, notes));
        objects.order_by_key(|o| o.lines);
    }
    objects
}

/// The columns, when this line is a header with its dashes below.
fn header_at(text: &Text, number: u32) -> Option<Vec<Column>> {
    let dashes = text.line(number.checked_add(1)?);
    if !dashes.trim_start().starts_with('-') || !dashes.chars().all(|c| c == '-' || c.is_whitespace()) {
        return None;
    }
    let header: Vec<char> = text.line(number).chars().collect();
    let mut columns: Vec<Column> = Vec::new();
    let (mut start, mut at) = (None, 0);
    let mut previous_end = 0;
    for c in dashes.trim_end().chars().chain([' ']) {
        if c == '-' {
            start.get_or_insert(at);
        } else if let Some(start) = start.take() {
            // The header fills its dashes, and there is nothing between two headers.
            let name: String = header.get(start..at)?.iter().collect();
            let between = header.get(previous_end..start)?;
            if name.trim().chars().count() != at - start || !between.iter().all(|c| c.is_whitespace()) {
                return None;
            }
            columns.push(Column { name, start, end: at });
            previous_end = at;
        }
        at += 1;
    }
    let rest_is_blank = header.get(previous_end..)?.iter().all(|c| c.is_whitespace());
    let is_table = match columns.as_slice() {
        [] => false,
        // One word with a line under it may be a heading in a text.
        [only] => {
            let is_block = text.line(number.saturating_sub(1)).trim().is_empty();
            let has_rows = !text.line(number.saturating_add(2)).trim().is_empty();
            let is_name = only.name.chars().count() >= 4 && only.name.chars().all(char::is_alphanumeric);
            is_block && has_rows && is_name
        }
        _ => columns.iter().all(|c| c.name.starts_with(|c: char| c.is_alphabetic() || c == '$' || c == '_')),
    };
    (rest_is_blank && is_table).then_some(columns)
}

/// Whether this line gives the value of a group: alone between blank lines, a header follows.
fn is_group_heading(text: &Text, number: u32) -> bool {
    let line = text.line(number);
    line.starts_with("   ")
        && line.contains(": ")
        && text.line(number + 1).trim().is_empty()
        && (number + 2..=number + 3).any(|n| header_at(text, n).is_some())
}

/// Reads rows until the table ends; gives the line after it.
fn read_rows(text: &Text, first: u32, columns: &[Column], objects: &mut Vec<Object>, left_out: &mut LeftOut) -> u32 {
    let second = columns.get(1).map_or(0, |c| c.start);
    let starts_blank = |line: &str| second > 0 && line.chars().take(second).all(char::is_whitespace);
    // The next heading ends the table, also without a blank line before it.
    let own = (first..=text.line_count()).take_while(|n| header_at(text, *n).is_none());
    let lines = own.map(|n| text.line(n)).take_while(|l| !l.trim().is_empty());
    let is_wrapped = lines.into_iter().any(starts_blank);
    let mut open: Option<Row> = None;
    let mut number = first;
    let mut end = first;
    let mut blank = false;
    while number <= text.line_count() {
        let line = text.line(number);
        if line.trim().is_empty() {
            (blank, number) = (true, number + 1);
            continue;
        }
        if list::is_prompt(line) || header_at(text, number).is_some() || (blank && is_group_heading(text, number)) {
            break;
        }
        if list::is_console(line) {
            left_out.add(number, true);
            number += 1;
            continue;
        }
        let characters = by_display_width(line, columns);
        // A table ends at a blank line; mail programs put one after each row, though.
        if blank && !fits(&characters, columns) {
            break;
        }
        let cells = collapsed(&characters, columns).unwrap_or_else(|| cut(&characters, columns));
        match &mut open {
            Some(row) if !blank && continues(&row.last, &cells, columns, is_wrapped) => {
                append(row, cells, columns);
                row.lines.1 = number;
            }
            _ => {
                objects.extend(open.take().map(|row| row.into_object(columns)));
                let texts = cells.iter().map(|c| c.text.clone()).collect();
                open = Some(Row { texts, last: cells, lines: (number, number) });
            }
        }
        blank = false;
        number += 1;
        end = number;
    }
    objects.extend(open.map(|row| row.into_object(columns)));
    end
}

/// Stands behind a character that takes two places on the screen.
const SECOND_HALF: char = '\u{FFFF}';

/// The characters of a line by their places on the screen. East Asian characters take two; PowerShell counts so when it
/// pads, but copies of its output need not. The line is widened when only that keeps the starts of the columns free.
fn by_display_width(line: &str, columns: &[Column]) -> Vec<char> {
    let narrow: Vec<char> = line.chars().collect();
    let is_wide = |c: &char| c.width().is_some_and(|w| w > 1);
    if !narrow.iter().any(is_wide) {
        return narrow;
    }
    let wide: Vec<char> = narrow.iter().flat_map(|c| [Some(*c), is_wide(c).then_some(SECOND_HALF)]).flatten().collect();
    let free = |line: &[char]| columns.iter().skip(1).filter(|c| is_blank_at(line, c.start.saturating_sub(1))).count();
    if free(&wide) > free(&narrow) { wide } else { narrow }
}

fn is_blank_at(line: &[char], at: usize) -> bool {
    line.get(at).is_none_or(|c| c.is_whitespace())
}

/// Whether a line after a blank one can only be a row: enough cells, each within its column.
fn fits(line: &[char], columns: &[Column]) -> bool {
    let filled = |c: &&Column| !is_blank_at(line, c.start) || !is_blank_at(line, c.end.saturating_sub(1));
    columns.len() >= 3
        && columns.first().is_some_and(|c| !is_blank_at(line, c.start))
        && columns.iter().skip(1).all(|c| is_blank_at(line, c.start.saturating_sub(1)) || is_blank_at(line, c.end))
        && columns.iter().filter(filled).count() >= 3
}

/// The words of a line as cells, when a web page or a mail left one blank of each run of blanks: the
/// header shows it, the line does not fit the columns, and it has as many words as there are columns.
fn collapsed(line: &[char], columns: &[Column]) -> Option<Vec<Cell>> {
    let is_collapsed = columns.windows(2).all(|pair| matches!(pair, [a, b] if b.start == a.end + 1));
    let misfits = columns.iter().skip(1).any(|c| !is_blank_at(line, c.start.saturating_sub(1)));
    if !is_collapsed || !misfits {
        return None;
    }
    let mut cells: Vec<Cell> = Vec::new();
    let mut is_inside = false;
    for (at, &c) in line.iter().enumerate() {
        if c.is_whitespace() {
            is_inside = false;
            continue;
        }
        if !is_inside {
            cells.push(Cell::default());
        }
        if let Some(cell) = cells.last_mut() {
            cell.text.push(c);
            cell.end = at + 1;
        }
        is_inside = true;
    }
    (cells.len() == columns.len()).then_some(cells)
}

/// Cuts a line into cells at the starts of the columns. A word across a start belongs to the right
/// column when it ends with its dashes, as numbers do, else to the left one.
fn cut(line: &[char], columns: &[Column]) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(columns.len());
    let mut from = 0;
    for (index, column) in columns.iter().enumerate() {
        let mut to = line.len();
        if let Some(next) = columns.get(index + 1) {
            to = next.start.max(from);
            if to > from && !is_blank_at(line, to) && !is_blank_at(line, to - 1) {
                // Another column has its own word there: look no further than its start.
                let limit = columns.get(index + 2).map_or(line.len(), |c| c.start).max(to);
                let word_end = (to..limit).find(|&at| is_blank_at(line, at)).unwrap_or(limit);
                let word_start = (from..to).rev().find(|&at| is_blank_at(line, at)).map(|at| at + 1);
                let is_number = word_end == next.end && word_start.is_some_and(|at| at >= column.end);
                to = word_start.filter(|_| is_number).unwrap_or(word_end);
            }
        }
        let raw = line.get(from..to.min(line.len())).unwrap_or(&[]);
        let end = raw.iter().rposition(|c| !c.is_whitespace()).map_or(from, |at| from + at + 1);
        let text: String = raw.iter().filter(|c| **c != SECOND_HALF).collect();
        cells.push(Cell { text: text.trim().to_owned(), end });
        from = to;
    }
    cells
}

/// Whether a line continues the cells of the row above, as `-Wrap` prints it: each cell goes on where
/// the one above had no room left for the next word.
fn continues(above: &[Cell], cells: &[Cell], columns: &[Column], is_wrapped: bool) -> bool {
    let filled = |cells: &[Cell]| cells.iter().filter(|c| !c.text.is_empty()).count();
    let count = filled(cells);
    let first_is_blank = cells.first().is_none_or(|c| c.text.is_empty());
    // The first column is the name of an object; only a broken word of it goes on, in a table that
    // has wrapped lines for certain.
    let is_broken = || is_full(above, columns, 0) && above.first().is_some_and(|c| !c.text.contains(' '));
    if count == 0 || !(first_is_blank || is_wrapped && count < filled(above) && is_broken()) {
        return false;
    }
    let goes_on = |index: usize, cell: &Cell| {
        let Some(before) = above.get(index).filter(|c| !c.text.is_empty()) else { return false };
        let Some(next) = columns.get(index + 1) else { return true };
        let word = cell.text.split(' ').next().map_or(0, |w| w.chars().count());
        let is_number = cell.text.bytes().all(|b| b.is_ascii_digit());
        // A line break inside a value ends a cell early; then it is the only one that goes on.
        (before.end + word + 1 >= next.start && !(is_number && count > 1)) || (first_is_blank && count == 1)
    };
    cells.iter().enumerate().filter(|(_, c)| !c.text.is_empty()).all(|(index, cell)| goes_on(index, cell))
}

/// Whether a cell uses all of its column.
fn is_full(cells: &[Cell], columns: &[Column], index: usize) -> bool {
    cells.get(index).zip(columns.get(index + 1)).is_some_and(|(cell, next)| cell.end + 1 >= next.start)
}

fn append(row: &mut Row, cells: Vec<Cell>, columns: &[Column]) {
    for (index, cell) in cells.into_iter().enumerate().filter(|(_, c)| !c.text.is_empty()) {
        let is_full = is_full(&row.last, columns, index);
        let (Some(text), Some(last)) = (row.texts.get_mut(index), row.last.get_mut(index)) else { continue };
        // Only a word longer than its column is broken inside.
        if !is_full || last.text.contains(' ') {
            text.push(' ');
        }
        text.push_str(&cell.text);
        *last = cell;
    }
}

impl Row {
    fn into_object(mut self, columns: &[Column]) -> Object {
        let texts = take(&mut self.texts).into_iter().zip(columns);
        let properties = texts
            .map(|(text, c)| Property { name: c.name.clone(), value: cell_value(&text), lines: self.lines })
            .collect();
        Object { class: None, properties, lines: self.lines }
    }
}

fn cell_value(text: &str) -> Value {
    let Some(kept) = text.strip_suffix("...").or_else(|| text.strip_suffix('…')) else { return value_of(text) };
    let Some(inner) = kept.strip_prefix('{') else { return Value::Cut(kept.trim_end().to_owned()) };
    // The last element is cut as well.
    let whole = inner.rsplit_once(", ").map_or("", |(whole, _)| whole);
    match list_of(whole) {
        Value::List { items, .. } => Value::List { items, complete: false },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::NoteKind;
    use super::*;

    fn parse(text: &str) -> (Vec<Object>, Vec<Note>) {
        let text = Text::from_string(text.to_owned());
        assert!(sniff(&text));
        let mut notes = Vec::new();
        let objects = read(&text, &mut notes);
        (objects, notes)
    }

    fn values(object: &Object) -> Vec<String> {
        let show = |p: &Property| match &p.value {
            Value::Cut(text) => format!("{text}|cut"),
            Value::Empty => "-".to_owned(),
            _ => p.text().unwrap_or_else(|| format!("{:?}", p.items())),
        };
        object.properties.iter().map(show).collect()
    }

    const QUEUES: &str = "
Identity            DeliveryType        Status                     MessageCount NextHopDomain       LastError          
--------            ------------        ------                     ------------ -------------       ---------          
GNT10-01\\5125       MapiDelivery        Active                                2 gnt10-01.contoso...                    
GNT10-02\\4871       SmtpRelayWithinA... Retry                                64 hub version 15      451 4.4.0 Primar...
GNT10-02\\Shadow\\... ShadowRedundancy    Ready                 12345678901234567 gnt10-01.contoso...
GNT10-02\\Submission Undefined           Ready                                 0 Submission          
";

    #[test]
    fn wide_characters_take_two_places() {
        let table = "Identity   Status Name\n--------   ------ ----\nEX1\\\u{6771}\u{4EAC}   Retry  \u{6A5F}\u{5BC6}\n";
        let (objects, _) = parse(table);
        assert_eq!(values(&objects[0]), ["EX1\\\u{6771}\u{4EAC}", "Retry", "\u{6A5F}\u{5BC6}"]);
    }

    #[test]
    fn cuts_cells_by_the_dashes() {
        let (objects, notes) = parse(QUEUES);
        assert_eq!((objects.len(), notes.len()), (4, 0));
        assert_eq!(values(&objects[0]), ["GNT10-01\\5125", "MapiDelivery", "Active", "2", "gnt10-01.contoso|cut", "-"]);
        let second =
            ["GNT10-02\\4871", "SmtpRelayWithinA|cut", "Retry", "64", "hub version 15", "451 4.4.0 Primar|cut"];
        assert_eq!(values(&objects[1]), second);
        assert_eq!(
            values(&objects[2])[..4],
            ["GNT10-02\\Shadow\\|cut", "ShadowRedundancy", "Ready", "12345678901234567"]
        );
        assert_eq!((objects[1].lines, objects[3].properties[4].text()), ((5, 5), Some("Submission".to_owned())));
    }

    #[test]
    fn double_spaced_rows_and_several_tables_are_read() {
        let spaced = QUEUES.replace('\n', "\n\n").replace("          \n\n---", "          \n---");
        assert_eq!(parse(&spaced).0.len(), 4);
        let (objects, notes) =
            parse(&format!("[PS] C:\\>Get-Queue\n{QUEUES}\n\n[PS] C:\\>Get-Queue\n{QUEUES}\nBye now\n"));
        assert_eq!(objects.len(), 8);
        assert_eq!(notes.iter().map(|n| n.kind).collect::<Vec<_>>(), [NoteKind::Info, NoteKind::Skipped]);
    }

    #[test]
    fn groups_and_lists_between_tables_are_read() {
        let text = "\n   Status: Retry\n\nIdentity MessageCount\n-------- ------------\nEX1\\7              12\n\n\n   Status: \
            Ready\n\nIdentity MessageCount\n-------- ------------\nEX1\\8               0\n\n[PS] C:\\>Get-Queue EX1\\9 | fl\n\n\
            Identity : EX1\\9\nStatus   : Ready\n\n";
        let (objects, notes) = parse(text);
        let all: Vec<_> = objects.iter().map(values).collect();
        assert_eq!(all, [["EX1\\7", "12"], ["EX1\\8", "0"], ["EX1\\9", "Ready"]]);
        assert_eq!((notes.len(), notes[0].kind), (1, NoteKind::Info));
    }

    #[test]
    fn wrapped_cells_are_joined() {
        let text = "Identity   LastError            Status\n--------   ---------            ------\nEX1\\Shadow 451 4.4.0 Primary    \
            Retry\n\\12        target IP address\n           responded\nEX1\\8      a broken             Ready\n           line\n\
            EX1\\9                           Ready\n";
        let (objects, _) = parse(text);
        let all: Vec<_> = objects.iter().map(values).collect();
        assert_eq!(all[0], ["EX1\\Shadow\\12", "451 4.4.0 Primary target IP address responded", "Retry"]);
        assert_eq!(all[1..], [["EX1\\8", "a broken line", "Ready"], ["EX1\\9", "-", "Ready"]]);
        assert_eq!(objects[0].lines, (3, 5));
    }

    #[test]
    fn cut_lists_keep_whole_elements_only() {
        let list =
            |items: &[&str], complete| Value::List { items: items.iter().map(|i| (*i).to_owned()).collect(), complete };
        assert_eq!(cell_value("{0.0.0.0:25, [::]:25...}"), list(&["0.0.0.0:25", "[::]:25"], false));
        assert_eq!(cell_value("{192.0.2.1, 192.0...."), list(&["192.0.2.1"], false));
        assert_eq!(cell_value("{192.0…"), list(&[], false));
        assert_eq!(cell_value("{}"), list(&[], true));
        assert_eq!(cell_value("Smtp…"), Value::Cut("Smtp".to_owned()));
    }

    #[test]
    fn other_lines_of_dashes_are_no_table() {
        for text in
            ["Dear all,\n---------\nmail", "a b\n---\n", "----\n----", "-", "\n--", "Hello\n\nSummary\n-------\nall"]
        {
            assert!(!sniff(&Text::from_string(text.to_owned())), "{text}");
        }
        let (objects, _) = parse("\nIdentity\n--------\nEX1\\7\nEX1\\Submission\n");
        assert_eq!(objects.iter().flat_map(values).collect::<Vec<_>>(), ["EX1\\7", "EX1\\Submission"]);
    }

    #[test]
    fn huge_inputs_are_read_in_linear_time() {
        let head = "Identity Status\n-------- ------\n";
        assert_eq!(parse(&format!("{head}{}", "EX1\\7    Ready\n".repeat(100_000))).0.len(), 100_000);
        assert_eq!(parse(&format!("{head}EX1\\7    {}\n", "x ".repeat(500_000))).0.len(), 1);
        assert_eq!(parse(&format!("{head}{}\n", "x".repeat(1_000_000))).0.len(), 1);
        assert!(!sniff(&Text::from_string("- ".repeat(500_000))));
        parse(&format!("{head}EX1\\7    Ready\n{}", "         more\n".repeat(100_000)));
        let wide = "ab ".repeat(100_000);
        assert_eq!(parse(&format!("{wide}\n{}\n{}\n", "-- ".repeat(100_000), "x".repeat(300_000))).0.len(), 1);
    }

    #[test]
    fn a_web_page_leaves_one_blank_of_each_run() {
        let text = "Identity Status Count\n-------- ------ -----\nEX1\\Unreachable Ready 4\n";
        let (objects, _) = parse(text);
        let values: Vec<_> = objects.iter().flat_map(|o| &o.properties).filter_map(Property::text).collect();
        assert_eq!(values, ["EX1\\Unreachable", "Ready", "4"]);
    }
}
