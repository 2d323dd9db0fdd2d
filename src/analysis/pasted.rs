//! Reads a pasted text, or one file, as mail: a report about a message or the header of one. For the tool that shows what it
//! says; no case is needed, and nothing of it goes into one.
//!
//! Traps: what is pasted often begins or ends elsewhere than the mail does; a report carries the header of the message it
//! is about, as a part of its own or within its text, quoted or encoded.

use std::ops::ControlFlow;

use crate::base::ledger::Ledger;
use crate::base::source::SourceId;
use crate::base::text::Text;
use crate::formats::{self, Document, Format, Head, Log, Output, Parse, Probe};
use crate::model::Record;
use crate::model::message_header::MessageHeader;
use crate::model::ndr::NonDeliveryReport;
use crate::tools::mail_reader::{Answer, answer};

/// Longest text that is read, in bytes.
pub const MOST: usize = 512 * 1024;

/// What is accepted, for those who brought something else.
pub const ACCEPTED: &str = "Accepted are a non-delivery report, as text copied from Outlook or as the source of the message (.eml), \
                            and the header of a message (Outlook: File, Properties, Internet headers).";

/// Formats of mail, by id.
const FORMATS: &[&str] = &["mail-header", "ndr-message", "ndr-text", "outlook-message"];

/// What a text or a file says as mail.
pub fn read_mail(bytes: &[u8]) -> Answer {
    let cut = bytes.len() > MOST;
    let bytes = bytes.get(..MOST).unwrap_or(bytes);
    let head = Head::new("pasted", bytes.len() as u64, bytes.get(..Head::BYTES).unwrap_or(bytes));
    let mut best: Option<(u8, &'static Format)> = None;
    for format in FORMATS.iter().filter_map(|id| formats::by_id(id)) {
        if let Probe::Yes(score, _) = (format.probe)(&head)
            && best.is_none_or(|(other, _)| score > other)
        {
            best = Some((score, format));
        }
    }
    let text = Text::decode(bytes);
    let mut read = match best {
        Some((_, format)) => parse(format, &text, bytes),
        None => Read::default(),
    };
    if read.header.is_none() {
        read.header = match read.reports.first() {
            Some(report) => original(report, &text),
            None => lines_from(&text, first_hop(&text)).and_then(header),
        };
    }
    let title = best.map_or("Message header", |(_, format)| format.title);
    let mut remarks = read.remarks;
    if cut {
        remarks.push(format!("Only the first {} KB are read.", MOST / 1024));
    }
    answer(title, read.header.as_ref(), &read.reports, remarks)
}

/// What a format made of a text.
#[derive(Default)]
struct Read {
    header: Option<MessageHeader>,
    reports: Vec<NonDeliveryReport>,
    remarks: Vec<String>,
}

fn parse(format: &Format, text: &Text, bytes: &[u8]) -> Read {
    let mut records: Vec<Record> = Vec::new();
    let mut ledger = Ledger::default();
    let mut on = |_, _| ControlFlow::Continue(());
    let mut out = Output::new(&mut records, &mut ledger, &mut on);
    let own = bytes.to_vec();
    match format.parse {
        Parse::Document(parse) => parse(&Document { id: SourceId(0), path: "pasted", text }, &mut out),
        Parse::Log(reader) => reader.read_in_one(&Log { id: SourceId(0), path: "pasted", bytes: &own }, &mut out),
    }
    let mut read = Read::default();
    for record in records {
        match record {
            Record::NonDeliveryReport(report) => read.reports.push(*report),
            Record::MessageHeader(header) => {
                read.header.get_or_insert(*header);
            }
            _ => {}
        }
    }
    // What is left out on purpose is expected here; what is lost is not.
    let lost = ledger.notes.into_iter().filter(|note| note.kind.is_loss());
    read.remarks = lost.map(|note| note.text).collect();
    read
}

/// The header of the message that a report is about.
fn original(report: &NonDeliveryReport, text: &Text) -> Option<MessageHeader> {
    use crate::base::source::Place;
    let original = &report.original;
    let hops = original.received.len();
    let spans =
        [&original.message_id, &original.subject, &original.from].into_iter().flatten().chain(&original.received);
    let first = spans.filter_map(|located| match located.span.place {
        Place::Lines { first, .. } => Some(first),
        _ => None,
    });
    // In place, where all its fields are; else what the report has of it.
    let whole = lines_from(text, first.min()).and_then(header).filter(|header| header.hops.len() >= hops && hops > 0);
    whole.or_else(|| {
        let fields = original.received.iter().map(|hop| format!("Received: {}\n", hop.value));
        header(fields.collect()).filter(|header| !header.hops.is_empty())
    })
}

/// The text from a line on, up to the next blank line, without the marks of a quote.
fn lines_from(text: &Text, first: Option<u32>) -> Option<String> {
    let mut first = first?;
    let is_field =
        |line: &str| !line.trim().is_empty() && line.split_once(':').is_some_and(|(name, _)| !name.contains(' '));
    while first > 1 && is_field(unquoted(text.line(first - 1))) {
        first -= 1;
    }
    let mut own = String::new();
    for number in first..=text.line_count() {
        let line = unquoted(text.line(number));
        if line.trim().is_empty() {
            break;
        }
        own.push_str(line);
        own.push('\n');
    }
    Some(own)
}

fn unquoted(line: &str) -> &str {
    match line.strip_prefix("> ") {
        Some(rest) => rest,
        None => line.strip_prefix('>').unwrap_or(line),
    }
}

/// The first line that is a hop.
fn first_hop(text: &Text) -> Option<u32> {
    let is_hop = |line: &str| line.get(..9).is_some_and(|name| name.eq_ignore_ascii_case("received:"));
    text.lines().find(|(_, line)| is_hop(unquoted(line))).map(|(number, _)| number)
}

fn header(text: String) -> Option<MessageHeader> {
    let text = Text::from_string(text);
    parse(formats::by_id("mail-header")?, &text, &[]).header
}

#[cfg(test)]
mod tests;
