//! `Format-List`: blocks of `Name : value`, one property per line, the colons of a block aligned.
//!
//! Documented as the behavior of PowerShell's `Format-List` (`about_Format.ps1xml`, list control):
//! names are padded to the longest one, values longer than the console go on at the value column.
//!
//! Traps:
//! - Windows PowerShell 3 and later break values at blanks and keep the blank at the end of the
//!   line; editors and mail programs strip it; older ones break anywhere, at the exact width. A word
//!   longer than the line is always broken at the exact width. A line break inside a value looks
//!   like a wrap.
//! - Event text (`Log Name:      Application`) has no blank before the colon; a whole console is often
//!   pasted. That blank and equal colon columns decide.
//! - Typed or recognized text has small faults: `Status:      : Retry`, tabs, a missing blank.

use std::collections::BTreeSet;

use super::{Note, NoteKind, Object, Property, Text, note, value_of};

/// Names are looked for in this much of a line only: a line may be a megabyte.
const HEAD: usize = 200;
/// Lines looked ahead, or at the start of the file, before a block counts as none.
const AHEAD: u32 = 12;
const SNIFF_LINES: u32 = 400;
/// No console is narrower; below it a "full" line is chance.
const MIN_WIDTH: usize = 60;
/// Lines of this length may have been wrapped without indentation, by the console itself.
const OUTER_WIDTH: usize = 79;
/// Words of delivery errors, the values that are wrapped most; a break inside one is no blank.
const WORDS: &str = "primary target address responded cannot achieve exchange server authentication attempted failover \
    alternate host hosts that succeed either there delivery failed endpoint error route mailbox database temporary";

/// One physical line of a record.
struct Row<'a> {
    /// Empty for a continuation.
    name: &'a str,
    text: &'a str,
    line: u32,
    /// Characters in the whole line.
    chars: usize,
    starts_record: bool,
}

pub(super) fn sniff(text: &Text) -> bool {
    let mut before: Option<(&str, usize)> = None;
    let mut blank = false;
    for number in 1..=text.line_count().min(SNIFF_LINES) {
        let line = text.line(number);
        if line.trim().is_empty() {
            blank = true;
            continue;
        }
        if before.is_some_and(|(_, column)| indent_of(line) > column) {
            continue;
        }
        let found = strict(line).filter(|_| !is_console(line)).map(|(name, _, column)| (name, column));
        // Across a blank line only the same property: otherwise it is a form somebody filled in.
        if found.zip(before).is_some_and(|(a, b)| a.1 == b.1 && (!blank || a.0 == b.0)) {
            return true;
        }
        (before, blank) = (found, false);
    }
    false
}

pub(super) fn read(text: &Text, notes: &mut Vec<Note>) -> Vec<Object> {
    read_except(text, &[], notes)
}

/// Reads the lines outside some ascending ranges; those hold tables.
pub(super) fn read_except(text: &Text, ranges: &[(u32, u32)], notes: &mut Vec<Note>) -> Vec<Object> {
    let mut left_out = LeftOut::default();
    let rows = scan(text, ranges, &mut left_out, notes);
    let joiner = Joiner::new(&rows);
    let mut objects: Vec<Object> = Vec::new();
    let mut rows = rows.iter().peekable();
    while let Some(row) = rows.next() {
        let (mut value, mut last) = (row.text.to_owned(), row);
        while let Some(next) = rows.next_if(|r| r.name.is_empty()) {
            if joiner.needs_blank(last, next) {
                value.push(' ');
            }
            value.push_str(next.text);
            last = next;
        }
        let lines = (row.line, last.line);
        let property = Property { name: row.name.to_owned(), value: value_of(&value), lines };
        match objects.last_mut().filter(|_| !row.starts_record) {
            Some(object) => {
                object.lines.1 = lines.1;
                object.properties.push(property);
            }
            None => objects.push(Object { class: None, properties: vec![property], lines }),
        }
    }
    left_out.into_notes(notes);
    objects
}

/// The open record.
#[derive(Default)]
struct State<'a> {
    open: bool,
    /// Blank lines since the last row.
    blank: bool,
    first: &'a str,
    colon: usize,
    indent: usize,
    /// Length of the line before, when it belongs to the record.
    length: usize,
    after_prompt: bool,
    /// Lines a transcript header may still have.
    transcript: u32,
}

fn scan<'a>(text: &'a Text, ranges: &[(u32, u32)], left_out: &mut LeftOut, notes: &mut Vec<Note>) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    let mut ranges = ranges.iter().copied().peekable();
    let mut state = State::default();
    for (number, line) in text.lines() {
        while ranges.next_if(|r| r.1 < number).is_some() {}
        if ranges.peek().is_some_and(|r| r.0 <= number) {
            (state.open, state.after_prompt) = (false, false);
            continue;
        }
        if line.trim().is_empty() {
            (state.blank, state.after_prompt) = (true, false);
            continue;
        }
        if in_transcript_header(&mut state, line, text.line(number.saturating_add(1))) {
            left_out.add(number, true);
            continue;
        }
        if is_console(line) {
            left_out.add(number, true);
            // A warning can come in the middle of a record, a prompt cannot.
            state.after_prompt = is_prompt(line);
            state.open &= !state.after_prompt;
            continue;
        }
        match classify(&mut state, text, number, line) {
            Some((name, value)) => {
                let starts_record = !name.is_empty()
                    && (!state.open || state.blank || rows.is_empty() || name.eq_ignore_ascii_case(state.first));
                if starts_record {
                    (state.first, state.indent) = (name, indent_of(line));
                }
                state.length = line.chars().count();
                (state.open, state.blank, state.after_prompt) = (true, false, false);
                rows.push(Row { name, text: value, line: number, chars: state.length, starts_record });
            }
            // The second line of a long command.
            None if state.after_prompt => left_out.add(number, true),
            None => {
                if state.open && !state.blank && number == text.line_count() {
                    let what = "The text ends in the middle of a line; the last record is not complete.";
                    note(notes, NoteKind::Damaged, Some((number, number)), what);
                } else {
                    left_out.add(number, false);
                }
                state.length = 0;
            }
        }
    }
    rows
}

/// Name and value of a property line, an empty name for a continuation, `None` for anything else.
fn classify<'a>(state: &mut State<'a>, text: &'a Text, number: u32, line: &'a str) -> Option<(&'a str, &'a str)> {
    let indent = indent_of(line);
    let found = aligned(line, state.colon);
    if found.is_some() {
        return found;
    }
    let value_column = state.colon.saturating_add(2);
    // Also after a blank line: the value has one itself.
    if state.open && indent >= value_column {
        return Some(("", skip_columns(line, value_column)));
    }
    let within = state.open && !state.blank;
    if within && indent > state.indent {
        return Some(("", line.trim_start()));
    }
    if !within {
        let (name, value, column) = strict(line)?;
        if !is_confirmed(text, number, column) {
            return None;
        }
        state.colon = column;
        return Some((name, value));
    }
    loose(line).or_else(|| (state.length >= OUTER_WIDTH).then_some(("", line)))
}

/// Whether the lines after the first one of a record look like its others: one colon in the same
/// column, or two colons anywhere when the alignment was lost.
fn is_confirmed(text: &Text, number: u32, column: usize) -> bool {
    let mut misaligned = 0;
    for next in 1..=AHEAD {
        let line = text.line(number.saturating_add(next));
        if line.trim().is_empty() || indent_of(line) > column {
            continue;
        }
        match strict(line) {
            Some((.., other)) if other == column => return true,
            Some(_) if misaligned > 0 => return true,
            Some(_) => misaligned += 1,
            None => return false,
        }
    }
    false
}

/// Characters with their byte offset and column, tabs to the next multiple of eight.
fn columns(line: &str) -> impl Iterator<Item = (usize, usize, char)> {
    let mut column = 0;
    line.char_indices().take(HEAD).map(move |(at, c)| {
        let here = column;
        column = if c == '\t' { (column / 8 + 1) * 8 } else { column + 1 };
        (at, here, c)
    })
}

fn indent_of(line: &str) -> usize {
    columns(line).find(|(.., c)| !c.is_whitespace()).map_or(0, |(_, column, _)| column)
}

fn skip_columns(line: &str, wanted: usize) -> &str {
    let at = columns(line).find(|(_, column, c)| *column >= wanted || !c.is_whitespace());
    at.and_then(|(at, ..)| line.get(at..)).unwrap_or("")
}

/// The property whose colon is in this column; none in column 0, before any record.
fn aligned(line: &str, wanted: usize) -> Option<(&str, &str)> {
    let (at, ..) = columns(line).find(|(_, column, _)| *column >= wanted).filter(|f| f.1 == wanted && f.2 == ':')?;
    split_at_colon(line, at)
}

/// The property in `Name   : value`, with the column of the colon.
fn strict(line: &str) -> Option<(&str, &str, usize)> {
    let mut before = 'x';
    for (at, column, c) in columns(line) {
        if c == ':' && before.is_whitespace() {
            return split_at_colon(line, at).map(|(name, value)| (name, value, column));
        }
        before = c;
    }
    None
}

/// The property in `Name: value`; only for lines inside a record, and without blanks in the name.
fn loose(line: &str) -> Option<(&str, &str)> {
    let (at, ..) = columns(line).find(|(.., c)| *c == ':')?;
    let (name, value) = split_at_colon(line, at)?;
    let value = value.trim_start().strip_prefix(": ").unwrap_or(value);
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some((name, value))
}

fn split_at_colon(line: &str, at: usize) -> Option<(&str, &str)> {
    let name = line.get(..at)?.trim().trim_end_matches(':').trim_end();
    let rest = line.get(at..)?.strip_prefix(':')?;
    let is_value = rest.is_empty() || rest.starts_with(char::is_whitespace);
    // One blank belongs to the colon; any other tells how the value was wrapped.
    let value = rest.strip_prefix(char::is_whitespace).unwrap_or(rest);
    (is_value && is_name(name)).then_some((name, value))
}

fn is_name(name: &str) -> bool {
    name.chars().count() <= 60
        && name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '(' | ')' | '-'))
        && !name.contains("  ")
        && name.matches(' ').count() <= 4
}

/// How the values of a file were wrapped, and so how to join them.
struct Joiner {
    /// The longest line of a record.
    width: usize,
    /// A line of that length was broken at the exact width.
    exact: bool,
}

impl Joiner {
    fn new(rows: &[Row<'_>]) -> Joiner {
        let width = rows.iter().map(|r| r.chars).max().unwrap_or(0);
        let (mut kept, mut led) = (false, false);
        let (mut full, mut short) = (0_usize, 0_usize);
        // The same error in many queues is wrapped in the same places: only different ones count.
        let mut places = BTreeSet::new();
        for (row, next) in rows.iter().zip(rows.iter().skip(1)).filter(|(_, next)| next.name.is_empty()) {
            kept |= row.text.ends_with(' ');
            let at_end = row.chars + 1 >= width;
            led |= at_end && next.text.starts_with(' ');
            if row.chars == width {
                full += 1;
                let place = (row.text.rsplit(' ').next().unwrap_or(""), first_word(next.text));
                led |= is_broken_word(place);
                places.extend((places.len() < 3).then_some(place));
            } else if !at_end && row.chars + 1 + first_word(next.text).len() > width {
                // The next word had no room: broken at a blank.
                short += 1;
            }
        }
        // Blanks at the end of lines are still there, so a full line without one is a broken word.
        // Otherwise a blank at the start of a continuation, or many full lines, give exact breaks away.
        let usual = matches!(width % 10, 0 | 9) || matches!(width, 131 | 132);
        let mostly_full = short * 4 <= full && (places.len() >= 3 || (usual && places.len() == 2));
        Joiner { width, exact: width >= MIN_WIDTH && (kept || led || mostly_full) }
    }

    fn needs_blank(&self, row: &Row<'_>, next: &Row<'_>) -> bool {
        let has_blank = row.text.ends_with(char::is_whitespace) || next.text.starts_with(char::is_whitespace);
        let is_one_word = self.width >= MIN_WIDTH && !row.text.contains(' ');
        let is_broken = row.chars == self.width && (self.exact || is_one_word);
        !(row.text.is_empty() || has_blank || is_broken)
    }
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or("")
}

fn is_broken_word((end, start): (&str, &str)) -> bool {
    let joined = if end.len() + start.len() < 20 { format!("{end}{start}") } else { String::new() };
    !end.is_empty() && WORDS.split(' ').any(|w| w.eq_ignore_ascii_case(joined.trim_matches(['"', '.', ',', ';'])))
}

/// `[PS] C:\>`, `PS C:\>`, `C:\>`, `>>`.
pub(super) fn is_prompt(line: &str) -> bool {
    let line = line.trim_start();
    let has_path = |rest: &str| columns(rest).any(|(.., c)| c == '>') && rest.contains(":\\");
    line.starts_with("[PS]")
        || line.starts_with(">>")
        || line.starts_with("PS>")
        || line.strip_prefix("PS ").is_some_and(has_path)
        || (line.get(1..3) == Some(":\\") && has_path(line))
}

/// Lines of the console that belong to no record.
pub(super) fn is_console(line: &str) -> bool {
    let start = line.trim_start();
    let other = ["WARNING:", "VERBOSE:", "ERROR:", "Creating a new session", "Creating a new Remote", "+ ", "At line:"];
    is_prompt(line) || other.iter().any(|o| start.starts_with(o)) || is_stars(start)
}

fn is_stars(line: &str) -> bool {
    line.starts_with("*****") && line.trim_end().chars().all(|c| c == '*')
}

/// The header and footer that `Start-Transcript` writes between two lines of asterisks; in old
/// versions two of its lines look like a record (`Username  : ...`, `Machine   : ...`).
fn in_transcript_header(state: &mut State<'_>, line: &str, next: &str) -> bool {
    if is_stars(line.trim_start()) {
        let starts = state.transcript == 0 && next.contains("ranscript");
        state.transcript = if starts { 30 } else { 0 };
        state.open = false;
        return true;
    }
    state.transcript = state.transcript.saturating_sub(1);
    state.transcript > 0
}

/// Lines that were left out, for two notes at most: first, last, number.
#[derive(Default)]
pub(super) struct LeftOut {
    console: Option<(u32, u32, u32)>,
    other: Option<(u32, u32, u32)>,
}

impl LeftOut {
    pub(super) fn add(&mut self, line: u32, is_console: bool) {
        let seen = if is_console { &mut self.console } else { &mut self.other };
        let (first, _, count) = seen.unwrap_or((line, line, 0));
        *seen = Some((first, line, count + 1));
    }

    pub(super) fn into_notes(self, notes: &mut Vec<Note>) {
        let console = "Console text around the output (prompts, headers, warnings) was left out";
        let other = "Lines that belong to no record were left out";
        for (seen, kind, what) in [(self.console, NoteKind::Info, console), (self.other, NoteKind::Skipped, other)] {
            if let Some((first, last, count)) = seen {
                note(notes, kind, Some((first, last)), format!("{what}; lines: {count}."));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::*;

    fn parse(text: &str) -> (Vec<Object>, Vec<Note>) {
        let mut notes = Vec::new();
        let objects = read(&Text::from_string(text.to_owned()), &mut notes);
        (objects, notes)
    }

    fn sniffs(text: &str) -> bool {
        sniff(&Text::from_string(text.to_owned()))
    }
    fn value(object: &Object, name: &str) -> String {
        object.get(name).and_then(Property::text).unwrap_or_default()
    }

    const ERROR: &str = "451 4.4.0 Primary target IP address responded with: \"451 5.7.3 Cannot achieve Exchange Server \
        authentication.\" Attempted failover to alternate host, but that did not succeed. Either there are no alternate \
        hosts, or delivery failed to all alternate hosts.";

    #[test]
    fn reads_blanks_kept_at_the_end_of_wrapped_lines() {
        let text = "\r\n\r\nIdentity      : EX1\\7\r\nLastError     : 451 4.4.0 Primary target IP address \r\n                \
            responded with: \"451 5.7.3 Cannot \r\n                achieve Exchange\"\r\nNextRetryTime : \r\n\r\nIdentity      \
            : EX1\\8\r\nLastError     :\r\nNextRetryTime :\r\n";
        assert!(sniffs(text));
        let (objects, notes) = parse(text);
        assert_eq!((objects.len(), notes.len()), (2, 0));
        let error = "451 4.4.0 Primary target IP address responded with: \"451 5.7.3 Cannot achieve Exchange\"";
        assert_eq!(value(&objects[0], "LastError"), error);
        assert_eq!(objects[0].get("LastError").unwrap().lines, (4, 6));
        assert_eq!((objects[0].lines, objects[1].lines), ((3, 7), (9, 11)));
        assert_eq!(objects[1].get("LastError").unwrap().value, Value::Empty);
    }

    #[test]
    fn joins_exact_breaks_and_stripped_blanks() {
        for (width, by_word) in [(100, false), (120, false), (120, true), (93, true), (87, false), (113, false)] {
            let mut text = String::from("Identity  : EX1\\7\nLastError : ");
            let (mut piece, mut used) = (String::new(), 12);
            for word in ERROR.split_inclusive(' ') {
                for part in if by_word { vec![word.to_owned()] } else { word.chars().map(String::from).collect() } {
                    if used + part.trim_end().len() > width || (!by_word && used == width) {
                        text.push_str(if by_word { piece.trim_end() } else { &piece });
                        text.push_str("\n            ");
                        (piece, used) = (String::new(), 12);
                    }
                    used += part.len();
                    piece.push_str(&part);
                }
            }
            text.push_str(&piece);
            text.push_str("\nStatus    : Retry\n");
            let (objects, _) = parse(&text);
            assert_eq!(value(&objects[0], "LastError"), ERROR, "{width} {by_word}\n{text}");
            assert_eq!(value(&objects[0], "Status"), "Retry");
        }
    }

    #[test]
    fn leaves_the_console_out() {
        let text = "**********************\nWindows PowerShell Transcript Start\nStart time: 20100312084703\nUsername  : \
            CONTOSO\\admin\nMachine   : EX1\n**********************\n[PS] C:\\>Get-ReceiveConnector | fl Identity,\nBindings\n\n\n\
            Identity : EX1\\Default EX1\nBindings : {0.0.0.0:25,\n           [::]:25...}\n\nWARNING: The object is \
            corrupted.\n[PS] C:\\>";
        let (objects, notes) = parse(text);
        assert_eq!(objects.len(), 1);
        assert_eq!(
            objects[0].properties[1].items(),
            Some((vec!["0.0.0.0:25".to_owned(), "[::]:25".to_owned()], false))
        );
        assert_eq!((notes.len(), notes[0].kind, notes[0].lines), (1, NoteKind::Info, Some((1, 16))));
    }

    #[test]
    fn reads_small_faults_and_repeated_names() {
        let text = "RunspaceId   : 5585d8f5\nStatus:      : Retry\nMessageCount: 12481\nLastError\t: none\nRunspaceId   : 5585d8f5\n\
            Status       : Ready\nMessageCo";
        let (objects, notes) = parse(text);
        assert_eq!(objects.len(), 2);
        assert_eq!(["Status", "MessageCount", "LastError"].map(|n| value(&objects[0], n)), ["Retry", "12481", "none"]);
        assert_eq!((notes.len(), notes[0].kind), (1, NoteKind::Damaged));
    }

    #[test]
    fn line_breaks_inside_values_become_blanks() {
        let (objects, _) = parse("Identity : 1\nReason   : a: b\n           \n           Name : c\nStatus   : Ready\n");
        assert_eq!((objects.len(), value(&objects[0], "Reason").as_str()), (1, "a: b Name : c"));
    }

    #[test]
    fn event_text_is_no_list() {
        assert!(!sniffs(
            "Log Name:      Application\nSource:        ESE\nEvent ID:      102\nTask Category: General\n"
        ));
        assert!(!sniffs("Event Type:\tError\nEvent Source:\tMSExchangeTransport\nEvent ID:\t1009\n"));
        assert!(!sniffs("Event ID : 1009\nThe service cannot contact a server: retry.\n"));
        assert!(!sniffs("Event ID : 1009\n\nCategory : MSExchangeMail\n\nMachine : LON-MBX1\n"));
        assert!(sniffs("Identity : EX1\\7\n\nIdentity : EX1\\8\n"));
        assert!(!sniffs(""));
    }

    #[test]
    fn huge_inputs_are_read_in_linear_time() {
        let (objects, _) = parse(&format!("Name : a\nText : {}\n", "x y:".repeat(300_000)));
        assert_eq!(objects[0].properties.len(), 2);
        assert!(parse(&" ".repeat(1_000_000)).0.is_empty());
        assert!(parse(&"a : ".repeat(300_000)).0.is_empty());
        assert_eq!(parse(&"Identity : EX1\\7\nStatus   : Ready\n\n".repeat(100_000)).0.len(), 100_000);
    }
}
