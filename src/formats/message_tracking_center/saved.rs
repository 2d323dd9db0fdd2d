//! The saved history: `TrackHistory` with one `Exchange_MessageTrackingEntry` for each entry.
//!
//! Of the properties, five are known from an example and the rest from the class; all are optional here.

use super::super::{Document, Output};
use crate::base::ledger::NoteKind;
use crate::base::source::Span;
use crate::base::timestamp::{DateOrder, Moment};
use crate::base::xml::{Item, Node, Xml};
use crate::model::message_history::HistoryEntry;
use crate::model::{Located, Record};

/// The root element.
pub const ROOT: &str = "TrackHistory";

const ENTRY: &str = "Exchange_MessageTrackingEntry";

pub fn read(document: &Document<'_>, out: &mut Output<'_>) {
    let mut xml = Xml::new(document.text);
    let mut waiting: Vec<(HistoryEntry, String)> = Vec::new();
    let mut other = None;
    while let Some(item) = xml.next() {
        let Item::Open(open) = item else { continue };
        if open.name == ENTRY {
            let node = xml.subtree(open);
            if node.cut {
                out.ledger.damaged += 1;
                let text = "This entry has no end and was left out. Save the history again.";
                out.note(NoteKind::Damaged, Some((node.first, node.last)), text);
                continue;
            }
            waiting.push(entry(&node, document.span(node.first, node.last)));
        } else if open.name != ROOT {
            // Wrappers are looked into; what they are is said once.
            other.get_or_insert((open.line, open.name.to_owned()));
        }
    }
    let order = DateOrder::infer(waiting.iter().map(|(_, when)| when.as_str()));
    let mut undated: Vec<(Span, String)> = Vec::new();
    for (mut entry, when) in waiting {
        let time = when_logged(&when, order);
        if time.is_none() && !when.is_empty() {
            undated.push((entry.span, when));
        }
        let span = entry.span;
        entry.time = time.map(|time| Located::new(time, span));
        out.record(Record::HistoryEntry(entry));
    }
    if let Some((_, when)) = undated.first() {
        let text = format!(
            "Times that are not understood, or could be read in two ways, are left out: {}. For example: {when}",
            undated.len()
        );
        out.note(NoteKind::Ambiguous, None, text);
    }
    if let Some((line, name)) = other {
        let text = format!("Elements outside the entries of the history; the first is {name}.");
        out.note(NoteKind::Info, Some((line, line)), text);
    }
    let faults = xml.faults();
    if let Some(line) = faults.entities {
        out.ledger.skipped += 1;
        let text = "The file declares entities in a document type definition; nothing was read from there on.";
        out.note(NoteKind::Skipped, Some((line, line)), text);
    } else if !faults.is_clear() {
        let line = faults.cut.or(faults.mismatched_line);
        let text = "The file is cut or its tags do not match; entries may be missing. Save the history again.";
        out.note(NoteKind::Damaged, line.map(|line| (line, line)), text);
    }
}

/// What an entry says; its time is left as text.
fn entry(node: &Node<'_>, span: Span) -> (HistoryEntry, String) {
    let value = |names: &[&str]| {
        let found =
            node.children.iter().find(|child| names.iter().any(|name| name.eq_ignore_ascii_case(child.name)))?;
        let mut text: Vec<String> = vec![found.text.trim().to_owned()];
        text.extend(found.children.iter().map(|child| child.text.trim().to_owned()));
        text.retain(|part| !part.is_empty());
        Some(text.join("; ")).filter(|text| !text.is_empty() && text != "-")
    };
    let key = value(&["KeyID"]);
    let mut entry = HistoryEntry::new(span);
    let event = value(&["EntryType", "EventID"]).and_then(|text| text.parse().ok());
    entry.event = event.map(|event| Located::new(event, span));
    entry.recipient = value(&["RecipientAddress", "Recipients", "RecipientAddresses"]);
    entry.partner = value(&["PartnerServer", "AttemptedPartnerServer"]);
    // `\\server\SRV.log\20020206.log,338`
    let of_key = || key.as_deref().and_then(|key| key.strip_prefix("\\\\")?.split('\\').next().map(str::to_owned));
    entry.server = value(&["ServerName"]).or_else(of_key);
    entry.message_id = value(&["MessageID"]);
    entry.linked_message_id = value(&["LinkedMessageID"]);
    entry.sender = value(&["SenderAddress", "Sender"]);
    entry.subject = value(&["Subject", "MessageSubject"]);
    (entry, value(&["TimeLogged"]).unwrap_or_default())
}

/// `20020206165023.000000+000` with minutes from UTC, or one of the forms of the text.
fn when_logged(when: &str, order: DateOrder) -> Option<Moment> {
    let digits = when.get(..14).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let Some(digits) = digits else {
        let zoned = when.get(10..11) == Some("T");
        return if zoned { crate::base::timestamp::parse_moment(when, order) } else { super::moment(when, order).0 };
    };
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("");
    let text =
        format!("{}-{}-{}T{}:{}:{}", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14));
    let Some(zone) = when.get(when.len().saturating_sub(4)..).filter(|zone| zone.starts_with(['+', '-'])) else {
        return crate::base::timestamp::parse_moment(&text, order);
    };
    let minutes: u32 = zone.get(1..)?.parse().ok()?;
    let text = format!("{text}{}{:02}:{:02}", zone.get(..1)?, minutes / 60, minutes % 60);
    crate::base::timestamp::parse_moment(&text, order)
}
