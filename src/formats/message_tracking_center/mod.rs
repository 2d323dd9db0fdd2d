//! Message Tracking Center of Exchange 2000 and 2003: the history of a message as pasted text, and the XML it saves.
//!
//! The XML is that of `TrackHistory` (ms987640) with the properties of `Exchange_MessageTrackingEntry` (aa143739); the
//! events are those of the log (KB821905).
//!
//! Traps:
//! - Copies from web pages put several entries into one line: an entry begins at each date with a time behind it, not at
//!   the line. Long entries go on in the next line.
//! - Months and days may be without zeros; times are those of the server that showed them.
//! - "Message Delivered Locally" is written before the store has accepted the message.

mod saved;

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::timestamp::{DateOrder, Moment, parse_decided};
use crate::model::message_history::{HistoryEntry, event_of};
use crate::model::{Located, Record};

/// Message Tracking Center.
pub static FORMAT: Format = Format {
    id: "message-tracking-center",
    title: "Message Tracking Center (Exchange 2000, 2003)",
    how_to_collect: "System Manager, Tools, Message Tracking Center, the message, Save; or copy its history as text",
    extensions: &["xml", "txt"],
    probe,
    parse: Parse::Document(parse),
};

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() {
        return Probe::No;
    }
    if let Some(root) = &head.xml_root {
        let near = root == "Exchange_MessageTrackingEntry";
        return match root.as_str() {
            saved::ROOT => Probe::Yes(95, "the root element of a saved message history".to_owned()),
            _ if near => Probe::Near(
                "Looks like entries of a saved message history without its beginning. Bring the whole file.".to_owned(),
            ),
            _ => Probe::No,
        };
    }
    let known = starts(&head.text).iter().filter(|start| event_of(start.text).is_some()).count();
    if known > 0 {
        return Probe::Yes(50, format!("dated events of Message Tracking Center: {known}"));
    }
    if head.text.lines().any(|(_, line)| line.trim_start().starts_with("SMTP:") && event_of(line).is_some()) {
        return Probe::Near(
            "Looks like the history of a message, but without dates. Copy it with the date and time of each entry."
                .to_owned(),
        );
    }
    Probe::No
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let begins_xml = document.text.as_str().trim_start_matches('\u{FEFF}').trim_start().starts_with('<');
    if begins_xml && document.text.as_str().contains(saved::ROOT) {
        out.taken_for = Some("Message Tracking Center, saved history (XML)".to_owned());
        saved::read(document, out);
    } else {
        out.taken_for = Some("Message Tracking Center, pasted history".to_owned());
        pasted(document, out);
    }
}

/// The beginning of an entry in a line.
struct Start<'a> {
    line: u32,
    when: String,
    text: &'a str,
}

/// A date of three numbers.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.trim_end_matches(',').split(['-', '/', '.']).collect();
    parts.len() == 3
        && parts.iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}

fn is_clock(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The words of a line and where they stand.
fn words(line: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut words = Vec::new();
    for word in line.split([' ', '\t', '\u{A0}', '\u{202F}', '|']) {
        if let Some(start) = line.get(at..).and_then(|rest| rest.find(word)).filter(|_| !word.is_empty()) {
            words.push((at + start, word));
            at += start + word.len();
        }
    }
    words
}

/// All beginnings of entries.
fn starts(text: &crate::base::text::Text) -> Vec<Start<'_>> {
    let mut starts = Vec::new();
    for (number, line) in text.lines() {
        let words = words(line);
        let mut found: Vec<(usize, usize, String)> = Vec::new();
        for (index, pair) in words.windows(2).enumerate() {
            let [(from, date), (clock_at, clock)] = pair else { continue };
            if !is_date(date) || !is_clock(clock) {
                continue;
            }
            let mut end = clock_at + clock.len();
            let mut when = format!("{} {clock}", date.trim_end_matches(','));
            if let Some((at, half)) = words.get(index + 2)
                && ["AM", "PM", "A.M.", "P.M."].iter().any(|name| name.eq_ignore_ascii_case(half))
            {
                when = format!("{when} {}", half.replace('.', "").to_ascii_uppercase());
                end = at + half.len();
            }
            found.push((*from, end, when));
        }
        let ends: Vec<usize> = found.iter().skip(1).map(|(from, ..)| *from).chain([line.len()]).collect();
        for ((_, from, when), end) in found.into_iter().zip(ends) {
            let text = line.get(from..end).unwrap_or("").trim_matches([' ', '\t', '|', '\u{A0}', '-', ',']);
            starts.push(Start { line: number, when, text });
        }
    }
    starts
}

/// A time; `true` when day and month could be exchanged.
fn moment(when: &str, order: DateOrder) -> (Option<Moment>, bool) {
    // The log writes year first and without zeros.
    let mut parts = when.split(['-', '/', '.', ' ']);
    if let (Some(year), Some(month), Some(day), Some(clock), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        && year.len() == 4
    {
        let padded: Vec<String> = clock.split(':').map(|part| format!("{part:0>2}")).collect();
        let time = format!("{year}-{month:0>2}-{day:0>2}T{}", padded.join(":"));
        return parse_decided(&time, order);
    }
    parse_decided(when, order)
}

fn pasted(document: &Document<'_>, out: &mut Output<'_>) {
    let starts = starts(document.text);
    let order = DateOrder::infer(starts.iter().map(|start| start.when.as_str()));
    let mut reader = Pasted { document, order, strays: Vec::new(), undecided: Vec::new() };
    let mut starts = starts.into_iter().peekable();
    let mut message_id: Option<String> = None;
    let mut open: Option<(String, String, (u32, u32))> = None;
    for (number, line) in document.text.lines() {
        let mut begins = false;
        while let Some(start) = starts.next_if(|start| start.line == number) {
            begins = true;
            reader.close(open.take(), message_id.as_ref(), out);
            open = Some((start.when, start.text.to_owned(), (number, number)));
        }
        if begins {
            continue;
        }
        let line = line.trim();
        if line.is_empty() {
            reader.close(open.take(), message_id.as_ref(), out);
        } else if let Some(id) = named(line, "Message ID").or_else(|| named(line, "Message-ID")) {
            reader.close(open.take(), message_id.as_ref(), out);
            message_id = Some(id.to_owned());
        } else if let Some((_, text, lines)) = open.as_mut().filter(|(_, text, _)| text.len() < 2000) {
            text.push(' ');
            text.push_str(line);
            lines.1 = number;
        } else {
            reader.strays.push(number);
        }
    }
    reader.close(open.take(), message_id.as_ref(), out);
    reader.write(out);
}

/// The value of a line `Name: value`.
fn named<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).and(line.get(name.len()..))?;
    Some(rest.trim_start().strip_prefix(':')?.trim()).filter(|value| !value.is_empty())
}

struct Pasted<'a> {
    document: &'a Document<'a>,
    order: DateOrder,
    strays: Vec<u32>,
    undecided: Vec<(u32, u32)>,
}

impl Pasted<'_> {
    fn close(&mut self, open: Option<(String, String, (u32, u32))>, id: Option<&String>, out: &mut Output<'_>) {
        let Some((when, text, lines)) = open else { return };
        let known = event_of(&text);
        // Events that are not known here begin like the others; anything else that is dated is no entry.
        let alike = ["SMTP:", "Message ", "MTA", "Store Driver", "Routing"].iter().any(|start| text.starts_with(start));
        if known.is_none() && !alike {
            self.strays.push(lines.0);
            return;
        }
        let span = self.document.span(lines.0, lines.1);
        let mut entry = HistoryEntry::new(span);
        let (time, undecided) = moment(&when, self.order);
        if undecided || time.is_none() {
            self.undecided.push(lines);
        }
        entry.time = time.map(|time| Located::new(time, span));
        entry.event = known.map(|(event, _)| Located::new(event, span));
        entry.message_id = id.cloned();
        if known.is_none() {
            let note = format!("This event is not known by its text and kept as it is: {text}");
            out.note(NoteKind::Info, Some(lines), note);
        }
        let rest = known.map_or("", |(_, rest)| rest);
        let target = rest.strip_prefix("to ").map(str::trim).filter(|target| !target.is_empty());
        match target.map(|target| target.split_once(" through ").map_or((target, false), |(to, _)| (to, true))) {
            Some((target, true)) => entry.partner = Some(target.to_owned()),
            Some((target, false)) => entry.recipient = Some(target.to_owned()),
            None => {}
        }
        let shown = text.get(..text.len() - rest.len()).unwrap_or(&text).trim_end();
        entry.text = Some(if target.is_some() { shown } else { text.as_str() }.to_owned());
        out.record(Record::HistoryEntry(entry));
    }

    fn write(&self, out: &mut Output<'_>) {
        if let Some(lines) = self.undecided.first() {
            let text = format!(
                "Times that are not understood, or whose day and month could be exchanged, are left out: {}. Copy the \
                 history with the year first, or bring the tracking log.",
                self.undecided.len()
            );
            out.note(NoteKind::Ambiguous, Some(*lines), text);
        }
        if let Some(&line) = self.strays.first() {
            out.ledger.skipped += self.strays.len() as u64;
            let text = format!("Lines that are no entries of the history were left out: {}.", self.strays.len());
            out.note(NoteKind::Skipped, Some((line, line)), text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Text;

    #[test]
    fn an_entry_begins_at_its_date_wherever_it_stands() {
        let text = Text::from_string(
            "2003-9-12 22:53:18 SMTP: Message Scheduled to Retry Local Delivery 2003-9-12 22:58:18 SMTP: Message Delivered \
             Locally to anna@contoso.com"
                .to_owned(),
        );
        let found: Vec<(String, &str)> = starts(&text).into_iter().map(|s| (s.when, s.text)).collect();
        assert_eq!(
            found,
            [
                ("2003-9-12 22:53:18".to_owned(), "SMTP: Message Scheduled to Retry Local Delivery"),
                ("2003-9-12 22:58:18".to_owned(), "SMTP: Message Delivered Locally to anna@contoso.com"),
            ]
        );
        let (time, undecided) = moment("2003-9-12 22:53:18", DateOrder::Unknown);
        assert_eq!((time.unwrap().to_string(), undecided), ("2003-09-12 22:53:18".to_owned(), false));
    }
}
