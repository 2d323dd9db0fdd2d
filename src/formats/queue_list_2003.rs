//! Lists of queues of Exchange 2000 and 2003: "Export List" of the node Queues in System Manager, and the same pasted
//! from a window or an article, with headings or without.
//!
//! Microsoft documents the queue of unreachable destinations (TechNet bb219041) and the classes behind the node
//! (`Exchange_Link`, `Exchange_Queue`: aa143698, aa143720).
//!
//! Traps:
//! - The console never quotes; see `base::console_list`.
//! - Without headings only the queues that every server has can be told from prose, and a number is the number of
//!   messages only when it is the only one.
//! - Times are local, in the order of whoever saved the list.

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::console_list::rows::{self, Found, Kind, Row};
use crate::base::console_list::{
    Column, Delimiter, always, any_text, is_number, is_number_or_blank, is_time, never, whole_number,
};
use crate::base::ledger::NoteKind;
use crate::base::source::Span;
use crate::model::legacy_queue::{LegacyQueue, LegacyQueueKind, LegacyQueueState};
use crate::model::{Located, Record};

/// Lists of queues of 2000 and 2003.
pub static FORMAT: Format = Format {
    id: "queue-list-2003",
    title: "Queue list (Exchange 2000, 2003)",
    how_to_collect: "System Manager, the server, Queues, Action, Export List, type Unicode Text (Tab Delimited)",
    extensions: &["txt", "csv"],
    probe,
    parse: Parse::Document(parse),
};

const BETTER: &str = "Export the list again in System Manager, tab delimited.";

const NAME: usize = 0;
const PROTOCOL: usize = 1;
const SOURCE: usize = 2;
const STATE: usize = 3;
const COUNT: usize = 4;
const SIZE: usize = 5;
const OLDEST: usize = 6;
const NEXT_RETRY: usize = 7;

static KINDS: [Kind; 1] = [Kind { columns: &COLUMNS, needed: &[NAME, STATE, COUNT], times: &[OLDEST, NEXT_RETRY] }];

static COLUMNS: [Column; 8] = [
    Column { headings: &["Name", "Queue", "Queue name"], check: any_text, goes_on: any_text, grouped: false },
    Column { headings: &["Protocol"], check: is_protocol, goes_on: never, grouped: false },
    Column { headings: &["Source"], check: always, goes_on: any_text, grouped: false },
    Column { headings: &["State"], check: is_state, goes_on: never, grouped: false },
    Column { headings: &["Number of messages", "Messages"], check: is_number, goes_on: never, grouped: true },
    Column {
        headings: &["Total message size (KB)", "Total size (KB)", "Total message size"],
        check: is_number_or_blank,
        goes_on: never,
        grouped: true,
    },
    Column { headings: &["Time oldest message submitted"], check: is_time, goes_on: never, grouped: false },
    Column { headings: &["Time next connection retry"], check: is_time, goes_on: never, grouped: false },
];

fn is_state(text: &str) -> bool {
    LegacyQueueState::parse(text).is_some()
}

fn is_protocol(text: &str) -> bool {
    ["", "SMTP", "X400", "X.400", "MAPI", "MTA", "RPC", "Notes", "GroupWise"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(text.trim()))
}

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let found = rows::find(&head.text, &KINDS);
    if !found.rows.is_empty() && found.before.len() <= 12 {
        return Probe::Yes(90, "headings and rows of the queues in System Manager".to_owned());
    }
    if !found.lists.is_empty() {
        return Probe::Near(
            "Headings of a list of queues of Exchange 2003 without any queue below them. Export the list again in System \
             Manager while it shows the queues."
                .to_owned(),
        );
    }
    let lines: Vec<&str> = head.text.lines().map(|(_, line)| line).filter(|line| !line.trim().is_empty()).collect();
    let bare = lines.iter().filter(|line| Bare::read(line).is_some()).count();
    if bare > 0 && bare * 2 >= lines.len() {
        return Probe::Yes(45, "queues that every server of Exchange 2000 and 2003 has".to_owned());
    }
    Probe::No
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut found = rows::find(document.text, &KINDS);
    let rows = found.take_rows();
    out.taken_for = match found.lists.first().map(|list| list.layout.delimiter) {
        Some(Delimiter::Tab) => Some("Queue list of System Manager, tab delimited".to_owned()),
        Some(Delimiter::Comma | Delimiter::Semicolon) => {
            Some("Queue list of System Manager, comma delimited".to_owned())
        }
        Some(Delimiter::Spaces) => Some("Queue list of System Manager, pasted".to_owned()),
        None => Some("Queue list of System Manager, pasted without headings".to_owned()),
    };
    for row in rows {
        let span = document.span(row.first, row.last);
        found.remember_unknown(&row, &KINDS);
        match queue(&mut found, &row, span) {
            Some(queue) => out.record(Record::LegacyQueue(queue)),
            None => out.ledger.damaged += 1,
        }
    }
    found.write(out.ledger, BETTER);
    let mut strays = Vec::new();
    for line in &found.before {
        match Bare::read(document.text.line(*line)) {
            Some(bare) => bare.record(document.span(*line, *line), *line, out),
            None => strays.push(*line),
        }
    }
    if let Some(&line) = strays.first() {
        let text = format!("Lines that name no queue were left out: {}. {BETTER}", strays.len());
        // Before the headings stands what someone wrote above the list.
        let above = !found.lists.is_empty();
        let kind = if above { NoteKind::Info } else { NoteKind::Skipped };
        out.ledger.skipped += if above { 0 } else { strays.len() as u64 };
        out.note(kind, Some((line, line)), text);
    }
}

fn queue(found: &mut Found, row: &Row, span: Span) -> Option<LegacyQueue> {
    let name = found.value(row, NAME)?;
    let mut queue = LegacyQueue::new(span, &name, LegacyQueueKind::of_name(&name));
    queue.protocol = found.value(row, PROTOCOL);
    queue.source = found.value(row, SOURCE).map(|value| Located::new(value, span));
    let state = found.value(row, STATE).and_then(|text| LegacyQueueState::parse(&text));
    queue.state = state.map(|value| Located::new(value, span));
    let count = found.value(row, COUNT).and_then(|text| whole_number(&text));
    queue.messages = count.map(|value| Located::new(value, span));
    queue.size_kb = found.value(row, SIZE).and_then(|text| whole_number(&text));
    queue.oldest = found.time(row, OLDEST).map(|value| Located::new(value, span));
    queue.next_retry = found.time(row, NEXT_RETRY).map(|value| Located::new(value, span));
    Some(queue)
}

/// A line without headings: the name of a queue that every server has, a number, perhaps a state.
struct Bare<'a> {
    name: &'a str,
    kind: LegacyQueueKind,
    state: Option<LegacyQueueState>,
    numbers: Vec<u64>,
}

impl Bare<'_> {
    fn read(line: &str) -> Option<Bare<'_>> {
        let line = line.trim().trim_start_matches(['\u{FEFF}', '-', '*', '•']).trim_start();
        // A sentence is longer than a row.
        if line.len() > 200 || line.ends_with('.') {
            return None;
        }
        let (kind, rest) = LegacyQueueKind::of_start(line)?;
        // What stands in parentheses behind the name belongs to it.
        let inside = rest.trim_start().strip_prefix('(').and_then(|inside| inside.split_once(')'));
        let rest = inside.map_or(rest, |(_, behind)| behind);
        let name = line.get(..line.len() - rest.len())?.trim();
        let words = || rest.split(|c: char| c.is_whitespace() || matches!(c, ':' | ';' | '=' | '(' | ')' | '|'));
        let state = words().find_map(|word| LegacyQueueState::parse(word.trim_matches(',')));
        let numbers: Vec<u64> = words().filter_map(|word| whole_number(word.trim_matches(','))).collect();
        (!numbers.is_empty() || state.is_some()).then_some(Bare { name, kind, state, numbers })
    }

    fn record(&self, span: Span, line: u32, out: &mut Output<'_>) {
        let mut queue = LegacyQueue::new(span, self.name, self.kind);
        queue.state = self.state.map(|value| Located::new(value, span));
        match self.numbers.as_slice() {
            [only] => queue.messages = Some(Located::new(*only, span)),
            [] => {}
            _ => {
                let text = format!(
                    "Without headings it is not known which number is that of the messages, so it is left out. {BETTER}"
                );
                out.note(NoteKind::Ambiguous, Some((line, line)), text);
            }
        }
        out.record(Record::LegacyQueue(queue));
    }
}
