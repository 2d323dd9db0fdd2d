//! Events as text: what Event Viewer copies to the clipboard, `wevtutil /f:text`, MOM alerts, and what
//! knowledge base articles and tickets have made of them.
//!
//! Layouts: Windows 2000 and 2003 (`Event Type:`, `Event Source:` ...), 2008 and later (`Log Name:`,
//! `Source:` ...), MOM (`Machine :`, `Message :`), in the languages of `model::event::labels`. No
//! order is relied on: labels are a set, and a block starts at any label that is already filled.
//!
//! Traps, all met in articles and tickets:
//! - Everything on one line, labels glued to the text before them, two events in one line.
//! - `Category : MSExchangeMail` / `SubmissionSource : MSExchangeMailSubmission`: a line broken inside
//!   a word pair, so that the label `Source` hides behind half a word.
//! - Message texts hold lines such as `Source: x` or `User: y`. Inside a message only labels that are
//!   said of events alone, or a whole header further down, start a new block.
//! - Where a message ends is not marked. In pasted articles a blank line ends it; an event with a
//!   real date comes from Event Viewer, where messages have several paragraphs.
//! - Without the provider's library Event Viewer prints a placeholder and then the insertion strings;
//!   those are taken back out of it (`model::event::message`).
//! - Times are local times of whoever looked, in the order of day and month of that machine.

mod block;
mod line;

use std::ops::ControlFlow;

use self::block::Reader;
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::model::event::labels::Field;

/// Events as text.
pub static FORMAT: Format = Format {
    id: "event-text",
    title: "Events as text",
    how_to_collect: "wevtutil qe Application /f:text > Application.txt",
    extensions: &["txt"],
    probe,
    parse: Parse::Document(parse),
};

/// Properties of events that only cmdlets print; an object that has two of them is of `Get-EventLog` or
/// `Get-WinEvent`.
const CMDLET: &[&str] = &[
    "InstanceId",
    "EntryType",
    "TimeGenerated",
    "ReplacementStrings",
    "ProviderName",
    "TimeCreated",
    "LevelDisplayName",
];

/// Whether the file is output of these cmdlets, which is read by its properties, or a copy of it whose
/// columns were lost.
fn is_of_cmdlet(head: &Head<'_>) -> bool {
    let several = |has: &dyn Fn(&str) -> bool| CMDLET.iter().filter(|name| has(name)).count() >= 2;
    if head.powershell().is_some_and(|p| p.objects.iter().any(|object| several(&|name| object.get(name).is_some()))) {
        return true;
    }
    let lines = head.text.lines().filter_map(|(_, line)| Some(line.split_once(':')?.0.trim()));
    let names: Vec<&str> = lines.filter(|name| CMDLET.contains(name)).collect();
    several(&|name| names.contains(&name))
}

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() || is_of_cmdlet(head) {
        return Probe::No;
    }
    // How near to each other a source and an id must stand to belong to one event.
    const NEAR: u32 = 16;
    let (mut source, mut id) = (None, None);
    let mut best = 0;
    for (number, text) in head.text.lines() {
        for segment in line::segments(text, line::Context::Header) {
            match segment.field {
                Field::Source if !segment.value(text).is_empty() => source = Some((number, segment.strong)),
                Field::Id if line::id(segment.value(text)).is_some() => id = Some((number, segment.strong)),
                _ => continue,
            }
            if let (Some((a, strong_a)), Some((b, strong_b))) = (source, id)
                && a.abs_diff(b) <= NEAR
            {
                best = best.max(55 + if strong_a { 15 } else { 0 } + if strong_b { 15 } else { 0 });
            }
        }
    }
    match best {
        0 => Probe::No,
        score => Probe::Yes(score, "labels of an event: source and event id".to_owned()),
    }
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut reader = Reader::new(document);
    let mut done = 0;
    for (number, text) in document.text.lines() {
        reader.line(number, text, out);
        done += text.len() as u64 + 1;
        if number % 4096 == 0 && out.progress(done) == ControlFlow::Break(()) {
            return;
        }
    }
    reader.end(out);
    if out.ledger.records == 0 && out.ledger.skipped == 0 {
        out.note(
            NoteKind::Info,
            None,
            "Labels of events stand here, but no event with its source and its id. Copy the whole event from Event Viewer.",
        );
    }
}

#[cfg(test)]
mod tests;
