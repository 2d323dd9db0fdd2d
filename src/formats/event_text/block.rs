//! The reader of blocks: collects labels until an event is complete.

use super::line::{self, Context, Segment, dump_row, segments, text_start};
use crate::base::ledger::NoteKind;
use crate::base::markup::Scanner;
use crate::base::timestamp::{DateOrder, parse_decided, parse_moment};
use crate::formats::{Document, Output, joined};
use crate::model::Record;
use crate::model::event::assembly::Assembly;
use crate::model::event::labels::{Field, category};
use crate::model::event::message::{insertion_strings, without_help};
use crate::model::event::{Event, Level};

/// Lines without a label after which a block that is not complete is given up.
const PATIENCE: u32 = 2;

/// Lines further down in which a header must be complete to end a message.
const HEADER: u32 = 10;

/// Reads a document line by line.
pub(super) struct Reader<'a> {
    document: &'a Document<'a>,
    order: DateOrder,
    block: Block,
    state: State,
    /// Dates of which day and month could be exchanged.
    ambiguous: bool,
    /// Whether a blank line came last.
    blank: bool,
    /// Where other exports begin.
    others: Vec<u32>,
    unlabelled: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Among labels, or outside of any event.
    Header,
    /// Inside the message.
    Message,
    /// Inside the hex dump.
    Data,
    /// Inside the XML form.
    Xml,
}

/// What is known of an event so far.
#[derive(Debug, Default)]
struct Block {
    first: u32,
    last: u32,
    /// Labels met, to know when one comes again.
    filled: Vec<Field>,
    /// Whether a label was met that is said of events only.
    strong: bool,
    source: String,
    id: Option<u16>,
    date: String,
    time: String,
    level: String,
    category: String,
    computer: String,
    log: String,
    message: Vec<String>,
    data: Vec<u8>,
    xml: String,
    xml_done: bool,
    message_done: bool,
}

impl<'a> Reader<'a> {
    /// A reader for a document. Dates of the whole document decide the order of day and month.
    pub(super) fn new(document: &'a Document<'a>) -> Reader<'a> {
        let (mut dates, mut half_days) = (Vec::new(), false);
        for (_, text) in document.text.lines() {
            for segment in segments(text, Context::Header) {
                let value = segment.value(text);
                match segment.field {
                    Field::Date | Field::Data if value.starts_with(|c: char| c.is_ascii_digit()) => dates.push(value),
                    // Windows 2003 prints the time of day, which can end in AM or PM, for itself.
                    Field::Time => half_days |= value.ends_with('M'),
                    _ => {}
                }
            }
        }
        let order = match DateOrder::infer(dates.iter().copied()) {
            // The format of the United States, as in `DateOrder::infer`.
            DateOrder::Unknown if half_days => DateOrder::MonthFirst,
            order => order,
        };
        Reader {
            document,
            order,
            block: Block::default(),
            state: State::Header,
            ambiguous: false,
            blank: false,
            others: Vec::new(),
            unlabelled: 0,
        }
    }

    /// Takes the next line.
    pub(super) fn line(&mut self, number: u32, text: &str, out: &mut Output<'_>) {
        let text = text.trim_end();
        if text.trim().is_empty() {
            self.blank_line();
            return;
        }
        match self.state {
            State::Data => match dump_row(text) {
                Some(mut bytes) => {
                    self.block.data.append(&mut bytes);
                    self.block.last = number;
                    return;
                }
                None => self.leave(),
            },
            State::Xml if !self.block.xml_done && !self.event_follows(number, text) => {
                self.xml_line(number, text);
                return;
            }
            State::Xml => self.leave(),
            _ => {}
        }
        // `Event[0]:` of wevtutil
        let trimmed = text.get(text_start(text)..).unwrap_or("");
        if trimmed.starts_with("Event[") && (trimmed.ends_with("]:") || trimmed.ends_with(']')) {
            self.finish(out);
            return;
        }
        let found = self.labels(number, text);
        if found.is_empty() {
            self.plain(number, text, out);
        } else {
            self.labelled(number, text, &found, out);
        }
        self.blank = false;
    }

    /// The labels that count in this line.
    fn labels(&self, number: u32, text: &str) -> Vec<Segment> {
        if self.state != State::Message {
            return segments(text, Context::Header);
        }
        let any = segments(text, Context::Header);
        let at_start = any.first().is_some_and(|s| s.start == text_start(text));
        let behind = any.first().is_some_and(|s| matches!(s.field, Field::Data | Field::Xml)) && at_start;
        let dump =
            behind && (self.dump_follows(number, text) || text.contains('<') || any.first().is_some_and(|s| s.strong));
        if at_start && (dump || self.header_follows(number)) {
            return any;
        }
        // A label in the middle of a message is only believed when the header of an event follows.
        let strong = segments(text, Context::Message);
        let fields = |wanted: Field| strong.iter().any(|s| s.field == wanted);
        let here = fields(Field::Id) && fields(Field::Source) || fields(Field::Xml);
        if !strong.is_empty() && (here || self.header_follows(number)) { strong } else { Vec::new() }
    }

    /// Whether this and the next lines hold a source and an id, one label per line or all in one.
    fn header_follows(&self, number: u32) -> bool {
        let (mut source, mut id) = (false, false);
        for n in number..number.saturating_add(HEADER) {
            let text = clip(self.document.text.line(n));
            if text.trim().is_empty() {
                continue;
            }
            let found = segments(text, Context::Header);
            if found.is_empty() {
                break;
            }
            for segment in found {
                source |= segment.field == Field::Source && !segment.value(text).is_empty();
                id |= segment.field == Field::Id && line::id(segment.value(text)).is_some();
            }
            if source && id {
                return true;
            }
        }
        false
    }

    /// Whether a new event starts here although the XML of the last one has not ended: it was cut.
    fn event_follows(&self, number: u32, text: &str) -> bool {
        let first = segments(clip(text), Context::Header).into_iter().next();
        first.is_some_and(|s| s.start == text_start(text)) && self.header_follows(number)
    }

    fn dump_follows(&self, number: u32, text: &str) -> bool {
        let here = text.split_once(':').map_or("", |(_, rest)| rest);
        dump_row(here).is_some() || dump_row(clip(self.document.text.line(number.saturating_add(1)))).is_some()
    }

    fn blank_line(&mut self) {
        // An event with a real date is from Event Viewer, whose messages have paragraphs.
        if self.state == State::Message && !self.block.message.is_empty() {
            if self.block_has_date() {
                self.block.message.push(String::new());
            } else {
                self.leave();
                self.block.message_done = true;
            }
        }
        self.blank = true;
    }

    fn block_has_date(&self) -> bool {
        parse_moment(&self.block.when(), self.order).is_some()
    }

    /// A line without labels.
    fn plain(&mut self, number: u32, text: &str, out: &mut Output<'_>) {
        let complete = self.block.is_complete();
        match self.state {
            State::Message if is_heading(text) && self.blank => {
                self.leave();
                self.block.message_done = true;
            }
            State::Message if self.blank && joined::begins_another(text) => {
                self.others.push(number);
                self.finish(out);
            }
            State::Message => {
                self.block.message.push(text.trim().to_owned());
                self.block.last = number;
            }
            // A label that is not known, or lost its letters: others follow it.
            State::Header if complete && self.is_unknown_label(number, text) => self.block.last = number,
            // A message without its label, right behind the others.
            State::Header if complete && !self.block.message_done && self.block.message.is_empty() && !self.blank => {
                self.state = State::Message;
                self.block.message.push(text.trim().to_owned());
                self.block.last = number;
            }
            _ => {
                self.unlabelled += 1;
                if complete || self.unlabelled >= PATIENCE {
                    self.finish(out);
                }
            }
        }
    }

    /// Whether a line is `word:` or `word: value`, and the computer or the message of the event comes right behind it.
    fn is_unknown_label(&self, number: u32, text: &str) -> bool {
        let name = text.trim().split_once(':').map_or("", |(name, _)| name);
        let is_word = !name.is_empty() && name.chars().count() <= 20 && !name.contains(char::is_whitespace);
        let follows = |field: Field| matches!(field, Field::Computer | Field::Message);
        is_word
            && !self.blank
            && (number + 1..number + 4).any(|next| {
                let line = clip(self.document.text.line(next));
                let first = segments(line, Context::Header).into_iter().next();
                first.is_some_and(|label| label.start == text_start(line) && follows(label.field))
            })
    }

    fn labelled(&mut self, number: u32, text: &str, found: &[Segment], out: &mut Output<'_>) {
        self.unlabelled = 0;
        let head = found.first().map_or("", |s| text.get(..s.start).unwrap_or(""));
        if self.state == State::Message && !head.trim().is_empty() {
            self.block.message.push(head.trim().to_owned());
        }
        self.leave();
        for segment in found {
            let value = segment.value(text);
            let field = match segment.field {
                // In Italian and Portuguese the date is called `Data`.
                Field::Data if value.starts_with(|c: char| c.is_ascii_digit()) && dump_row(value).is_none() => {
                    Field::Date
                }
                field => field,
            };
            // A sentence that ends in `event:` or `ID:` is no label.
            if field == Field::Id && line::id(value).is_none() {
                continue;
            }
            if self.block.filled.contains(&field) && field != Field::Other {
                self.finish(out);
            }
            if self.block.filled.is_empty() {
                self.block.first = number;
            }
            self.block.last = number;
            self.block.strong |= segment.strong;
            self.block.filled.push(field);
            self.fill(field, value, segment.glued(text));
        }
    }

    fn fill(&mut self, field: Field, value: &str, glued: &str) {
        let block = &mut self.block;
        let slot = match field {
            Field::Source => {
                // The other half of a word that the line broke in two.
                if !glued.is_empty() && !block.category.is_empty() {
                    block.category.push_str(glued);
                }
                &mut block.source
            }
            Field::Date => &mut block.date,
            Field::Time => &mut block.time,
            Field::Level => &mut block.level,
            Field::Category => &mut block.category,
            Field::Computer => &mut block.computer,
            Field::Log => &mut block.log,
            Field::Id => {
                block.id = line::id(value);
                return;
            }
            Field::Message => {
                self.state = State::Message;
                if !value.is_empty() {
                    block.message.push(value.to_owned());
                }
                return;
            }
            Field::Data => {
                self.state = State::Data;
                block.message_done = true;
                block.data.extend(dump_row(value).unwrap_or_default());
                return;
            }
            Field::Xml => {
                self.state = State::Xml;
                block.message_done = true;
                let last = block.last;
                if !value.is_empty() {
                    self.xml_line(last, value);
                }
                return;
            }
            Field::Other => return,
        };
        value.clone_into(slot);
    }

    fn xml_line(&mut self, number: u32, text: &str) {
        self.block.xml.push_str(text);
        self.block.xml.push('\n');
        self.block.last = number;
        self.block.xml_done = text.contains("</Event>");
    }

    fn leave(&mut self) {
        self.state = State::Header;
    }

    /// Hands on the last block.
    pub(super) fn end(mut self, out: &mut Output<'_>) {
        self.finish(out);
        joined::note(&self.others, out);
        if self.ambiguous {
            out.note(
                NoteKind::Ambiguous,
                None,
                "Day and month could be exchanged in the dates of these events, so they have no time here. Save the log \
                 itself: wevtutil epl Application Application.evtx",
            );
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let block = std::mem::take(&mut self.block);
        self.state = State::Header;
        self.unlabelled = 0;
        let lines = Some((block.first, block.last));
        if !block.is_complete() {
            if block.strong && (block.id.is_some() || !block.source.is_empty()) {
                let missing = if block.id.is_some() { "source" } else { "event id" };
                out.ledger.skipped += 1;
                out.note(NoteKind::Skipped, lines, format!("An event without its {missing} was left out."));
            }
            return;
        }
        let when = block.when();
        let (time, undecided) = parse_decided(&when, self.order);
        let span = self.document.span(block.first, block.last);
        let some = |text: String| Some(text).filter(|t| !t.is_empty() && t != "N/A");
        // Web pages set no-break spaces where Exchange prints spaces.
        let joined = block.message.join("\n").replace('\u{A0}', " ");
        let message = without_help(joined.trim());
        let strings = insertion_strings(message);
        let mut event = Event {
            span,
            time,
            source: block.source,
            id: block.id.unwrap_or(0),
            level: Level::from_name(&block.level),
            computer: some(block.computer),
            channel: some(block.log),
            category: category(&block.category),
            record: None,
            message: some(message.to_owned()).filter(|_| strings.is_none()),
            strings: strings.unwrap_or_default(),
            data: block.data,
            recovered: false,
        };
        complete_from_xml(&mut event, &block.xml);
        self.ambiguous |= undecided && event.time.is_none();
        out.record(Record::Event(event));
    }
}

impl Block {
    fn is_complete(&self) -> bool {
        self.id.is_some() && !self.source.is_empty()
    }

    fn when(&self) -> String {
        format!("{} {}", self.date, self.time).trim().to_owned()
    }
}

/// Takes from the XML form what the text does not say: the strings, and the time in UTC.
fn complete_from_xml(event: &mut Event, xml: &str) {
    if xml.is_empty() {
        return;
    }
    let mut assembly = Assembly::default();
    for (_, token) in Scanner::new(xml) {
        assembly.token(&token);
    }
    let Some(stored) = assembly.finish(event.span) else { return };
    if stored.id != event.id {
        return;
    }
    event.time = stored.time.or(event.time);
    event.record = stored.record;
    event.level = event.level.or(stored.level);
    event.channel = event.channel.take().or(stored.channel);
    event.computer = event.computer.take().or(stored.computer);
    if !stored.strings.is_empty() {
        event.strings = stored.strings;
    }
    if !stored.data.is_empty() {
        event.data = stored.data;
    }
}

/// A heading of an article: `CAUSE`, `MORE INFORMATION`.
fn is_heading(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 40
        && text.chars().any(char::is_alphabetic)
        && (text.chars().all(|c| c.is_uppercase() || c.is_whitespace())
            || ["Cause", "Resolution", "Symptoms", "Workaround", "Status", "More information"].contains(&text))
}

/// Enough of a line to look for labels in.
fn clip(line: &str) -> &str {
    let mut end = line.len().min(400);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line.get(..end).unwrap_or("")
}
