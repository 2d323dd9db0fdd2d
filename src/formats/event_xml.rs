//! Events as XML: Event Viewer's `Save as XML`, `wevtutil qe` and `Get-WinEvent ... ToXml()`, and the
//! XML view of a single event. Schema: `http://schemas.microsoft.com/win/2004/08/events/event`.
//!
//! Traps:
//! - `wevtutil` writes events one after another without a root; concatenated files have several
//!   roots and several declarations. Everything outside `<Event>` is passed over.
//! - Message, level and category in `<RenderingInfo>` are in the language of the machine that saved
//!   the file, and missing when it did not have the provider.
//! - Copies from the XML view carry `- ` marks, copies from the web typographic quotes, and some lost
//!   `<System>` or `<EventData>`; raw control characters occur. Hence `base::markup`, which forgives,
//!   instead of a conforming parser.
//! - Windows itself loses events when it converts a damaged log to XML. Prefer the EVTX.

use super::{Document, Format, Head, Output, Parse, Probe, joined};
use crate::base::ledger::NoteKind;
use crate::base::markup::{Scanner, Token, attribute};
use crate::model::Record;
use crate::model::event::assembly::Assembly;

/// Events as XML.
pub static FORMAT: Format = Format {
    id: "event-xml",
    title: "Event log (XML)",
    how_to_collect: "wevtutil qe Application /f:RenderedXml /e:Events > Application.xml",
    extensions: &["xml"],
    probe,
    parse: Parse::Document(parse),
};

const NAMESPACE: &str = "schemas.microsoft.com/win/2004/08/events/event";

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() {
        return Probe::No;
    }
    let rooted = match head.xml_root.as_deref() {
        Some("Events" | "Event") => true,
        Some(_) => return Probe::No,
        None => false,
    };
    // Text that a label starts is a text block with its XML behind it, which the text format reads.
    let text = head.text.as_str();
    let Some(at) = text.find("<Event") else { return Probe::No };
    let body = text.get(at..).unwrap_or("");
    let schema = body.contains(NAMESPACE);
    let elements = body.contains("<EventID") && body.contains("<Provider");
    match (rooted, schema, elements) {
        (true, true, true) => Probe::Yes(95, "events with the schema of Event Viewer".to_owned()),
        (true, _, true) => Probe::Yes(80, "events with provider and event id".to_owned()),
        (false, true, true) => Probe::Yes(60, "events of Event Viewer amid other text".to_owned()),
        (true, true, false) => Probe::Near(
            "XML of an event log without a provider and an event id. Save the events again with Event Viewer, as .evtx."
                .to_owned(),
        ),
        _ => Probe::No,
    }
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let text = document.text;
    let mut scanner = Scanner::new(text.as_str());
    // The event being read, and the line it starts in.
    let mut open: Option<(Assembly, u32)> = None;
    let mut others = Vec::new();
    while let Some((at, token)) = scanner.next() {
        match token {
            Token::Doctype => {
                let line = text.line_of(at);
                out.note(
                    NoteKind::Skipped,
                    Some((line, line)),
                    "A document type declaration was passed over; entities it declares are not expanded.",
                );
            }
            Token::Open { name: "Event", attributes, empty } if starts_event(open.as_ref(), attributes) => {
                let line = text.line_of(at);
                if let Some(unfinished) = open.take() {
                    finish(document, out, unfinished, line.saturating_sub(1), true);
                }
                if !empty {
                    open = Some((Assembly::default(), line));
                }
            }
            Token::Close { name: "Event" } if open.as_ref().is_some_and(|(event, _)| !event.is_nested()) => {
                if let Some(event) = open.take() {
                    let last = text.line_of(scanner.offset().saturating_sub(1));
                    finish(document, out, event, last, false);
                }
                if out.progress(at as u64).is_break() {
                    return;
                }
            }
            Token::Text(words) if open.is_none() => {
                let first = words.lines().find(|line| joined::begins_another(line));
                if let Some(line) = first {
                    others.push(text.line_of(at + words.find(line).unwrap_or(0)));
                }
            }
            token => {
                if let Some((event, _)) = &mut open {
                    event.token(&token);
                }
            }
        }
    }
    if let Some(unfinished) = open {
        finish(document, out, unfinished, text.line_count(), true);
    }
    joined::note(&others, out);
}

/// Whether `<Event>` starts an event: inside the payload of one it is an ordinary element, unless it
/// carries the schema, which means that the end of the event before was lost.
fn starts_event(open: Option<&(Assembly, u32)>, attributes: &str) -> bool {
    open.is_none_or(|(event, _)| !event.in_payload())
        || attribute(attributes, "xmlns").is_some_and(|schema| schema.contains(NAMESPACE))
}

fn finish(document: &Document<'_>, out: &mut Output<'_>, event: (Assembly, u32), last: u32, cut: bool) {
    let (event, first) = event;
    let lines = Some((first, last.max(first)));
    match event.finish(document.span(first, last)) {
        Some(event) => {
            out.record(Record::Event(event));
            if cut {
                out.note(NoteKind::Damaged, lines, "The event is cut before its end; what is there was read.");
            }
        }
        None => {
            out.ledger.damaged += 1;
            let text = if cut {
                "The event is cut before its source and id; it was not read."
            } else {
                "An event without a source or an id was not read."
            };
            out.note(NoteKind::Damaged, lines, text);
        }
    }
}

#[cfg(test)]
mod tests;
