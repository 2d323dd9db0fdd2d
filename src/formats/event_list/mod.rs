//! Event lists: what Event Viewer saves as CSV (comma) or TXT (tab), without headings on Windows 2003
//! and earlier (`Date, Time, Source, Type, Category, Event, User, Computer, Description`, documented as
//! <https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2003/cc780824(v=ws.10)>),
//! with headings from `Export List` and since Windows 2008, in the languages of `model::event::columns`.
//!
//! Traps:
//! - Since 2008 each row has one cell more than there are headings: the description.
//! - Windows 2003 does not quote: descriptions hold commas, quotes and line ends as they are.
//! - There is no computer in lists of 2008 and later, and no time zone and no UTC in any.
//! - Dates are in the order of whoever saved the list; what the file does not decide is left out.
//! - ANSI, UTF-16 and UTF-8 occur; several lists in one file repeat the headings.

mod rows;

use std::ops::ControlFlow;

use self::rows::{Layout, Parts, event_id};
use super::{Document, Format, Head, Output, Parse, Probe, joined};
use crate::base::ledger::NoteKind;
use crate::base::timestamp::{DateOrder, parse_decided};
use crate::model::Record;
use crate::model::event::labels::{Field, category};
use crate::model::event::message::{insertion_strings, without_help};
use crate::model::event::{Event, Level};

/// Event lists.
pub static FORMAT: Format = Format {
    id: "event-list",
    title: "Event list (CSV or TXT)",
    how_to_collect: "Event Viewer, Action, Save All Events As, type CSV; better: wevtutil epl Application Application.evtx",
    extensions: &["csv", "txt"],
    probe,
    parse: Parse::Document(parse),
};

/// Lines that may stand before the list.
const PREAMBLE: usize = 12;

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let lines = || head.text.lines().map(|(_, line)| line).filter(|line| !line.trim().is_empty());
    for line in lines().take(PREAMBLE) {
        if let Some(layout) = Layout::of_headings(line) {
            let begun = lines().any(|line| layout.begins(line));
            return if begun {
                Probe::Yes(92, "headings and rows of Event Viewer".to_owned())
            } else {
                Probe::Near(
                    "Headings of an event list without any event below them. Save the events again in Event Viewer, as .evtx."
                        .to_owned(),
                )
            };
        }
    }
    // Without headings, the first line has to be an event; it may be the only one.
    match lines().next().and_then(Layout::of_row) {
        Some(_) => Probe::Yes(88, "rows of Event Viewer on Windows 2003 or earlier".to_owned()),
        None => Probe::No,
    }
}

/// The lines of one event.
struct Row {
    first: u32,
    last: u32,
    layout: usize,
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let text = document.text;
    let Found { layouts, rows, strays, others } = find_rows(document);
    let parts = |row: &Row, last: u32| -> Option<Parts> {
        let lines: Vec<&str> = (row.first..=last).map(|n| text.line(n)).collect();
        Some(layouts.get(row.layout)?.read(&lines.join("\n")))
    };
    let date = |row: &Row| parts(row, row.first).map(|parts| when(&parts.fields)).unwrap_or_default();
    let dates: Vec<String> = rows.iter().map(date).collect();
    let order = DateOrder::infer(dates.iter().map(String::as_str));
    let mut notes = Notes::default();
    for (index, (row, date)) in rows.iter().zip(&dates).enumerate() {
        let Some(parts) = parts(row, row.last) else { continue };
        let lines = (row.first, row.last);
        let (time, undecided) = parse_decided(date, order);
        if time.is_none() {
            let dates = if undecided { &mut notes.undecided } else { &mut notes.undated };
            dates.push(lines);
        }
        let open = parts.open;
        let Some(mut event) = event(document, lines, parts) else { continue };
        event.time = time;
        out.record(Record::Event(event));
        if open && index + 1 == rows.len() {
            notes.cut = Some(lines);
        }
        if index % 1024 == 1023 {
            let share = text.as_str().len() as u64 * u64::from(row.last) / u64::from(text.line_count().max(1));
            if out.progress(share) == ControlFlow::Break(()) {
                return;
            }
        }
    }
    notes.write(&strays, out);
    joined::note(&others, out);
    out.taken_for = layouts.first().map(|layout| {
        let shape = if layout.delimiter == '\t' { "TXT" } else { "CSV" };
        let headings = if layout.headings { "" } else { " without headings" };
        format!("Event list, {shape}{headings}")
    });
}

/// What the ledger is told at the end.
#[derive(Default)]
struct Notes {
    /// Events whose day and month could be exchanged.
    undecided: Vec<(u32, u32)>,
    /// Events whose date was not understood.
    undated: Vec<(u32, u32)>,
    /// The event in which the file ends.
    cut: Option<(u32, u32)>,
}

impl Notes {
    fn write(&self, strays: &[u32], out: &mut Output<'_>) {
        if self.cut.is_some() {
            let text = "The list ends inside a description; what follows is missing. Save or copy it again.";
            out.note(NoteKind::Damaged, self.cut, text);
        }
        if let (Some(&lines), count) = (self.undecided.first(), self.undecided.len()) {
            let text = format!(
                "Day and month could be exchanged in the dates of this list, so its events have no time here: {count}. Save \
                 the log itself: wevtutil epl Application Application.evtx"
            );
            out.note(NoteKind::Ambiguous, Some(lines), text);
        }
        if let (Some(&lines), count) = (self.undated.first(), self.undated.len()) {
            let text = format!("Dates that were not understood are left out: {count}.");
            out.note(NoteKind::Skipped, Some(lines), text);
        }
        if let (Some(&line), count) = (strays.first(), strays.len()) {
            out.ledger.skipped += count as u64;
            let text = format!("Lines that belong to no event were left out: {count}.");
            out.note(NoteKind::Skipped, Some((line, line)), text);
        }
    }
}

/// Where the events are, and lines that belong to none.
#[derive(Default)]
struct Found {
    layouts: Vec<Layout>,
    rows: Vec<Row>,
    strays: Vec<u32>,
    /// Where other exports begin.
    others: Vec<u32>,
}

fn find_rows(document: &Document<'_>) -> Found {
    let Found { mut layouts, mut rows, mut strays, mut others } = Found::default();
    let mut inside = false;
    for (number, line) in document.text.lines() {
        if line.trim().is_empty() {
            continue;
        }
        if joined::begins_another(line) && Layout::of_headings(line.get(..400).unwrap_or(line)).is_none() {
            others.push(number);
            inside = false;
            continue;
        }
        if let Some(found) = Layout::of_headings(line.get(..400).unwrap_or(line)) {
            if layouts.last() != Some(&found) {
                layouts.push(found);
            }
            inside = false;
            continue;
        }
        let stated = layouts.last().is_some_and(|layout| layout.begins(line));
        let begins = stated || {
            let found = if layouts.last().is_some_and(|layout| layout.headings) { None } else { Layout::of_row(line) };
            layouts.extend(found.iter().cloned());
            found.is_some()
        };
        if begins {
            rows.push(Row { first: number, last: number, layout: layouts.len().saturating_sub(1) });
            inside = true;
        } else if let Some(row) = rows.last_mut().filter(|_| inside) {
            row.last = number;
        } else if !line.to_ascii_lowercase().trim_start_matches('\u{FEFF}').starts_with("sep=") {
            strays.push(number);
        }
    }
    Found { layouts, rows, strays, others }
}

/// Date and time of day, which have one column or two.
fn when(fields: &[(Field, String)]) -> String {
    let get = |wanted: Field| fields.iter().find(|(field, _)| *field == wanted).map_or("", |(_, text)| text.as_str());
    format!("{} {}", get(Field::Date), get(Field::Time)).trim().to_owned()
}

fn event(document: &Document<'_>, lines: (u32, u32), parts: Parts) -> Option<Event> {
    let mut event = Event::new(document.span(lines.0, lines.1), "", 0);
    let mut id = None;
    for (field, text) in parts.fields {
        if text.is_empty() || text == "N/A" {
            continue;
        }
        match field {
            Field::Source => event.source = text,
            Field::Id => id = event_id(&text),
            Field::Level => event.level = Level::from_name(&text),
            Field::Category => event.category = category(&text),
            Field::Computer => event.computer = Some(text),
            Field::Log => event.channel = Some(text),
            _ => {}
        }
    }
    event.id = id?;
    // Web pages set no-break spaces where Exchange prints spaces.
    let text = parts.description.replace('\u{A0}', " ");
    let text = without_help(&text);
    match insertion_strings(text) {
        Some(strings) => event.strings = strings,
        None => event.message = Some(text.to_owned()).filter(|text| !text.is_empty()),
    }
    Some(event)
}

#[cfg(test)]
mod tests;
