//! Outlook messages (`.msg`): a non-delivery report as Outlook saves it when it is dragged into a folder.
//!
//! Documented by Microsoft: the compound file in MS-CFB, the message in it in MS-OXMSG
//! (<https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxmsg/b046868c-9fbf-41ae-9ffb-8de2bd4eec82>),
//! what a report holds in MS-OXCMAIL 2.2.3.7.
//!
//! Traps:
//! - Texts are UTF-16 or in a code page that only one property of the message names.
//! - The status is a number of three digits: 510 is 5.1.0, and 5.1.10, too, because a detail above 9 is stored as 0.
//!   The text beside it (`<server #5.1.10 smtp;550 ...>`) has the status in full.
//! - The recipients of a report are those it is about, not those it was sent to.
//! - Older Office documents are compound files, too.
//! - The names in the file may stand behind what a recognizer sees.

mod properties;
mod report;

use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Probe};
use crate::base::ledger::{Bytes, NoteKind};
use crate::base::shown_records::{Around, ShownRecord, ShownRecords};
use crate::base::source::{Place, Span};
use crate::model::Record;
use properties::{Failure, Message};

/// Messages saved by Outlook.
pub static FORMAT: Format = Format {
    id: "outlook-message",
    title: "Outlook message (.msg)",
    how_to_collect: "Save the non-delivery report from Outlook as .msg, or drag it out of Outlook into a folder",
    extensions: &["msg"],
    probe,
    parse: Parse::Log(READER),
};

/// What a message holds lies all over the file, so it is read in one part.
const READER: LogReader = LogReader {
    grid: Grid::whole,
    read: |log, _, out| {
        read(log, out);
        Vec::new()
    },
    again: |_, _| None,
    skip: |before, _| before,
    join: |_, own| own,
    finish: |_, _, _| {},
    show,
};

/// How a compound file begins.
const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// The class of a message, in the root of its compound file.
const CLASS: &[u8] = b"\x0B\x0D\x02\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46";

fn probe(head: &Head<'_>) -> Probe {
    if !head.bytes.starts_with(MAGIC) {
        return Probe::No;
    }
    let root = root(head.bytes);
    if root.and_then(|root| head.bytes.get(root.checked_add(80)?..root.checked_add(96)?)) == Some(CLASS) {
        return Probe::Yes(95, "a compound file of the class of messages".to_owned());
    }
    let named = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(head.bytes, &name).is_some()
    };
    if named("__properties_version1.0") || named("__substg1.0_") {
        return Probe::Yes(90, "a compound file with properties of a message".to_owned());
    }
    match root {
        // What the file is stands behind the part that is seen here.
        Some(root) if root.saturating_add(128) > head.bytes.len() && (head.bytes.len() as u64) < head.size => {
            Probe::Yes(20, "a compound file; whether it is a message is seen only further on".to_owned())
        }
        _ => Probe::No,
    }
}

/// Where the directory of a compound file begins, with its root.
fn root(bytes: &[u8]) -> Option<usize> {
    let shift = bytes.get(30..32)?.try_into().ok().map(u16::from_le_bytes)?;
    let first = bytes.get(48..52)?.try_into().ok().map(u32::from_le_bytes)?;
    let sector = usize::try_from(first).ok()?.checked_add(1)?;
    sector.checked_mul(1_usize.checked_shl(u32::from(shift)).filter(|_| shift <= 16)?)
}

fn read(log: &Log<'_>, out: &mut Output<'_>) {
    let size = log.bytes.size();
    let damage = |out: &mut Output<'_>, text: String| {
        out.ledger.damaged += 1;
        out.ledger.bytes = Bytes { damaged: size, ..Bytes::default() };
        out.note(NoteKind::Damaged, None, text);
    };
    let message = match Message::read(log.bytes, &mut |at| out.progress(at)) {
        Ok(Some(message)) => message,
        Ok(None) => return,
        Err(Failure::TooLarge) => {
            out.ledger.skipped += 1;
            out.ledger.bytes = Bytes { other: size, ..Bytes::default() };
            let text = "The message is larger than 64 MB and was not read. Save the report without its attachments, or as \
                        plain text.";
            return out.note(NoteKind::Skipped, None, text);
        }
        Err(Failure::Unreadable(reason)) => {
            return damage(out, format!("The file could not be read ({reason}). Copy it again."));
        }
        Err(Failure::Broken(reason)) => {
            let text = format!(
                "The file is cut or damaged, and nothing in it can be read. Save the report again, as .msg or .eml. The \
                 compound file says: {reason}"
            );
            return damage(out, text);
        }
    };
    out.ledger.bytes = message.bytes(size);
    if !message.is_message() {
        out.ledger.skipped += 1;
        out.taken_for = Some("Older Office document".to_owned());
        let text = "This is an older Office document, not an Outlook message. Save the output as plain text instead.";
        return out.note(NoteKind::Skipped, None, text);
    }
    note_file(&message, out);
    let place = |record: u64| Span { source: log.id, place: Place::Record(record) };
    match report::read(&message, &place, out) {
        Some(report) => {
            out.taken_for = Some("Non-delivery report (Outlook message)".to_owned());
            out.record(Record::NonDeliveryReport(Box::new(report)));
        }
        None => note_other(&message, out),
    }
}

/// What is missing or was left out, whatever the message is.
fn note_file(message: &Message, out: &mut Output<'_>) {
    for text in &message.damaged {
        out.ledger.damaged += 1;
        out.note(NoteKind::Damaged, None, text.clone());
    }
    for text in &message.skipped {
        out.ledger.skipped += 1;
        out.note(NoteKind::Skipped, None, text.clone());
    }
    if message.guessed_code_page {
        let text = "The message does not say in which code page its texts are; they were read as UTF-8 or Windows-1252. \
                    Letters beyond ASCII may be wrong.";
        out.note(NoteKind::Ambiguous, None, text);
    }
    let attachments = message.attachments();
    if !attachments.is_empty() {
        let text = format!("Attachments are not read; save them beside the message if they matter: {attachments}.");
        out.note(NoteKind::Info, None, text);
    }
}

/// A message that is no report.
fn note_other(message: &Message, out: &mut Output<'_>) {
    out.ledger.skipped += 1;
    let what = match message.message_class() {
        Some(class) => {
            format!("The message is of the class {class}, not a non-delivery report; nothing in it was used.")
        }
        None => "The message does not say of which class it is; nothing in it was used.".to_owned(),
    };
    let subject = message.subject().map(|subject| format!(" Its subject: {subject}")).unwrap_or_default();
    let text = format!(
        "{what} Bring the non-delivery report itself, as .msg or .eml; paste output that was sent as a message into a text \
         file.{subject}"
    );
    out.note(NoteKind::Skipped, None, text);
}

fn show(log: &Log<'_>, record: u64, around: Around) -> Option<ShownRecords> {
    let message = Message::read(log.bytes, &mut |_| std::ops::ControlFlow::Continue(())).ok()??;
    message.lines(record)?;
    let (before, after) = (around.before as u64, around.after as u64);
    let first = record.saturating_sub(before).max(1);
    let end = record.saturating_add(after);
    let part = |number: u64| {
        let brief = message.kind(number).to_owned();
        Some(ShownRecord { number: number.to_string(), brief, lines: message.lines(number)?, xml: None })
    };
    let records = (first..=end).map_while(part).collect();
    Some(ShownRecords { records, has_earlier: first > 1, has_later: message.lines(end.saturating_add(1)).is_some() })
}

#[cfg(test)]
mod tests;
