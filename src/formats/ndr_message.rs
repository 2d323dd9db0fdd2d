//! Non-delivery reports saved as messages (`.eml`): `multipart/report` with a `message/delivery-status` part.
//!
//! The format is RFC 3464 (<https://www.rfc-editor.org/rfc/rfc3464>) in MIME (RFC 2045, 2046, 2047).
//!
//! Traps: the text for people is often `multipart/alternative` in quoted-printable or base64; fields of the status
//! part are folded; attachments of the original repeat fields of other reports, so only the first level of status
//! and original counts; groups of the status part are divided by blank lines, the first is about the message; an mbox file
//! holds several messages, not all of them reports.

use std::ops::ControlFlow;

use super::mail::report_text;
use super::mail::{Fields, decode, messages, original_message, parameter, words};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::text::Text;
use crate::model::ndr::{NdrRecipient, NonDeliveryReport, OriginalMessage};
use crate::model::{Located, Record};

/// Non-delivery reports as messages.
pub static FORMAT: Format = Format {
    id: "ndr-message",
    title: "Non-delivery report (.eml)",
    how_to_collect: "Save the non-delivery report from the mail program as .eml",
    extensions: &["eml"],
    probe,
    parse: Parse::Document(parse),
};

/// Parts within parts beyond this depth are not followed.
const DEPTH: usize = 16;
/// Messages of an mbox file that are looked at to recognize it.
const MESSAGES: usize = 50;
/// Longest text for people that is kept, in bytes.
const TEXT: usize = 64 * 1024;

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let kinds =
        messages(&head.text).into_iter().take(MESSAGES).filter_map(|(first, last)| kind(&head.text, first, last));
    let Some(kind) = kinds.into_iter().find(|kind| kind.starts_with("multipart/report")) else { return Probe::No };
    let status = |line: &str| {
        let line = line.to_ascii_lowercase();
        line.starts_with("content-type:") && line.contains("message/delivery-status")
    };
    if kind.contains("delivery-status") || head.text.lines().any(|(_, line)| status(line)) {
        Probe::Yes(95, "a multipart/report with a delivery status".to_owned())
    } else {
        Probe::Near(
            "Looks like a report about a message, but not about its delivery (a read receipt, for example). Save the \
             non-delivery report itself as .eml."
                .to_owned(),
        )
    }
}

/// The content type of the message between two lines.
fn kind(text: &Text, first: u32, last: u32) -> Option<String> {
    let mut fields = Fields::default();
    for number in first..=last {
        let line = text.line(number);
        if line.trim().is_empty() {
            break;
        }
        fields.line(number, line);
    }
    Some(fields.get("content-type")?.value.to_ascii_lowercase())
}

/// What the lines of a part are.
enum Part {
    Header { original: bool, fields: Fields },
    Status { group: Fields },
    Text { first: u32, encoding: String, charset: String, lines: Vec<String>, bytes: usize, cut: bool },
    Other,
}

struct Reader<'a, 'b> {
    document: &'a Document<'b>,
    report: NonDeliveryReport,
    boundaries: Vec<String>,
    status_seen: bool,
    original_seen: bool,
    html: bool,
    top: bool,
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let messages = messages(document.text);
    let several = messages.len() > 1;
    let (mut others, mut done) = ((0_u64, 0), 0);
    for (first, last) in messages {
        let report = kind(document.text, first, last).is_some_and(|kind| kind.starts_with("multipart/report"));
        if several && !report {
            others = (others.0 + 1, if others.0 == 0 { first } else { others.1 });
        } else if message(document, (first, last), &mut done, out) == ControlFlow::Break(()) {
            return;
        }
    }
    if others.0 > 0 {
        out.ledger.skipped += others.0;
        let text = format!(
            "Messages that are no report with a delivery status are left out: {}. Save those that matter as .eml, each alone.",
            others.0
        );
        out.note(NoteKind::Skipped, Some((others.1, others.1)), text);
    }
}

/// Reads the message between two lines. `done` counts the bytes read so far.
fn message(
    document: &Document<'_>,
    (first, last): (u32, u32),
    done: &mut u64,
    out: &mut Output<'_>,
) -> ControlFlow<()> {
    let report = NonDeliveryReport {
        span: document.span(first, last),
        reporting_mta: None,
        generating_server: None,
        subject: None,
        date: None,
        recipients: Vec::new(),
        text: None,
        original: OriginalMessage::default(),
    };
    let mut reader = Reader {
        document,
        report,
        boundaries: Vec::new(),
        status_seen: false,
        original_seen: false,
        html: false,
        top: true,
    };
    let mut part = Part::Header { original: false, fields: Fields::default() };
    for number in first..=last {
        let line = document.text.line(number);
        *done += line.len() as u64 + 1;
        if number % 4096 == 0 && out.progress(*done) == ControlFlow::Break(()) {
            return ControlFlow::Break(());
        }
        part = reader.line(part, number, line, out);
    }
    let closed = reader.boundaries.is_empty();
    reader.end(part, last, out);
    if !closed {
        out.ledger.damaged += 1;
        let text = "The last boundary of the report is missing, so its end may be cut. Save it again as .eml.";
        out.note(NoteKind::Damaged, Some((last, last)), text);
    }
    if reader.report.recipients.is_empty()
        && let Some(text) = &reader.report.text
    {
        // Without a delivery status, the text for people says the same.
        let lines: Vec<_> = text.value.lines().map(|line| (text.span, line)).collect();
        let read = report_text::read(&lines);
        reader.report.recipients = read.recipients;
        if reader.report.original.message_id.is_none() {
            reader.report.original = read.original;
        }
    }
    if reader.report.text.is_none() && reader.html {
        let text = "The report has its text for people only as HTML, which is not read; the delivery status is.";
        out.note(NoteKind::Skipped, None, text);
    }
    if reader.report.recipients.is_empty() {
        out.ledger.skipped += 1;
        let text = "The report names no recipient in a delivery status. Save the whole report as .eml.";
        out.note(NoteKind::Skipped, None, text);
    }
    out.record(Record::NonDeliveryReport(Box::new(reader.report)));
    ControlFlow::Continue(())
}

impl Reader<'_, '_> {
    fn line(&mut self, part: Part, number: u32, line: &str, out: &mut Output<'_>) -> Part {
        if let Some(mark) = line.strip_prefix("--") {
            let mark = mark.trim_end();
            let is = |boundary: &String, mark: &str| boundary.as_str() == mark;
            if let Some(at) = self.boundaries.iter().rposition(|b| is(b, mark)) {
                self.boundaries.truncate(at + 1);
                self.end(part, number, out);
                return Part::Header { original: false, fields: Fields::default() };
            }
            let closing = mark.strip_suffix("--");
            if let Some(at) = closing.and_then(|mark| self.boundaries.iter().rposition(|b| is(b, mark))) {
                self.boundaries.truncate(at);
                self.end(part, number, out);
                return Part::Other;
            }
        }
        match part {
            Part::Header { original, mut fields } => {
                if !line.trim().is_empty() {
                    fields.line(number, line);
                    return Part::Header { original, fields };
                }
                if original {
                    self.original(&fields);
                    return Part::Other;
                }
                self.body(&fields, number, out)
            }
            Part::Status { mut group } => {
                if line.trim().is_empty() {
                    self.group(&group);
                    group = Fields::default();
                } else {
                    group.line(number, line);
                }
                Part::Status { group }
            }
            Part::Text { first, encoding, charset, mut lines, mut bytes, mut cut } => {
                bytes += line.len() + 1;
                if bytes <= TEXT {
                    lines.push(line.to_owned());
                } else {
                    cut = true;
                }
                Part::Text { first, encoding, charset, lines, bytes, cut }
            }
            Part::Other => Part::Other,
        }
    }

    /// What follows a header.
    fn body(&mut self, fields: &Fields, number: u32, out: &mut Output<'_>) -> Part {
        if std::mem::take(&mut self.top) {
            self.report.subject = fields.located(self.document, "subject", words);
            self.report.date = fields.located(self.document, "date", str::to_owned);
        }
        let kind = fields.get("content-type").map_or("text/plain", |field| field.value.as_str());
        let lower = kind.to_ascii_lowercase();
        let encoding = fields.get("content-transfer-encoding").map_or("", |f| f.value.as_str()).to_ascii_lowercase();
        if lower.starts_with("multipart/") {
            match parameter(kind, "boundary") {
                Some(boundary) if self.boundaries.len() < DEPTH => self.boundaries.push(boundary),
                _ => {
                    out.ledger.skipped += 1;
                    let text = "A part of the report has no boundary or lies too deep; it was left out.";
                    out.note(NoteKind::Skipped, Some((number, number)), text);
                }
            }
            return Part::Other;
        }
        if lower.starts_with("message/delivery-status") && !self.status_seen {
            if encoding == "base64" {
                out.ledger.skipped += 1;
                let text = "The delivery status is in base64, which is not read. Save the report from Outlook as text.";
                out.note(NoteKind::Skipped, Some((number, number)), text);
                return Part::Other;
            }
            self.status_seen = true;
            return Part::Status { group: Fields::default() };
        }
        let original = lower.starts_with("message/rfc822") || lower.starts_with("text/rfc822-headers");
        if original && !self.original_seen {
            self.original_seen = true;
            return Part::Header { original: true, fields: Fields::default() };
        }
        if lower.starts_with("text/plain") && self.report.text.is_none() && !self.original_seen && !self.status_seen {
            let charset = parameter(kind, "charset").unwrap_or_default();
            self.html = false;
            return Part::Text { first: number + 1, encoding, charset, lines: Vec::new(), bytes: 0, cut: false };
        }
        self.html |= lower.starts_with("text/html") && !self.original_seen && !self.status_seen;
        Part::Other
    }

    fn end(&mut self, part: Part, number: u32, out: &mut Output<'_>) {
        match part {
            Part::Header { original: true, fields } => self.original(&fields),
            Part::Status { group } => self.group(&group),
            Part::Text { first, encoding, charset, lines, cut, .. } => {
                let span = self.document.span(first, number.saturating_sub(1));
                if cut {
                    let text = "The text of the report is longer than 64 KB; the rest was left out.";
                    out.note(NoteKind::Skipped, Some((first, number)), text);
                }
                let Some(text) = decode(&lines, &encoding, &charset) else {
                    out.ledger.damaged += 1;
                    let text = "The text of the report is damaged base64. Save the report again as .eml.";
                    return out.note(NoteKind::Damaged, Some((first, number)), text);
                };
                // English; what other languages print is not guessed.
                let server = text.lines().find_map(|line| line.trim().strip_prefix("Generating server:"));
                let server = server.map(str::trim).filter(|server| !server.is_empty());
                self.report.generating_server = server.map(|server| Located::new(server.to_owned(), span));
                self.report.text = Some(Located::new(text, span));
            }
            Part::Header { .. } | Part::Other => {}
        }
    }

    fn original(&mut self, fields: &Fields) {
        self.report.original = original_message(self.document, fields);
    }

    /// A group of fields of the delivery status.
    fn group(&mut self, group: &Fields) {
        let (Some(first), Some(last)) = (group.0.first(), group.0.last()) else { return };
        let get = |name| group.located(self.document, name, untyped);
        if let Some(mta) = get("reporting-mta") {
            self.report.reporting_mta = Some(mta);
        }
        let recipient = NdrRecipient {
            span: self.document.span(first.first, last.last),
            address: get("final-recipient"),
            original_address: get("original-recipient"),
            action: get("action"),
            status: get("status"),
            diagnostic_code: get("diagnostic-code"),
            remote_mta: get("remote-mta"),
        };
        if recipient.address.is_some() || recipient.original_address.is_some() {
            self.report.recipients.push(recipient);
        }
    }
}

/// `rfc822;a@contoso.com` without its type.
fn untyped(value: &str) -> String {
    let is_type = |kind: &str| !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match value.split_once(';') {
        Some((kind, rest)) if is_type(kind.trim()) => rest.trim().to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::untyped;

    #[test]
    fn types_are_taken_off() {
        assert_eq!(untyped("rfc822; a@contoso.com"), "a@contoso.com");
        assert_eq!(untyped("550 5.1.1 no; sorry"), "550 5.1.1 no; sorry");
    }
}
