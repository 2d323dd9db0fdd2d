//! Non-delivery reports as text: pasted from Outlook or a ticket, or saved as a message without a delivery status, as
//! Exchange 5.5 sent them.
//!
//! What the text says and how it is read stands in [`super::mail::report_text`]. Traps: a message may be in
//! quoted-printable, and then lines of the file are not lines of the text; several reports may follow each other in one
//! file; event texts and queue exports quote the same codes, but name no recipient above them.

use std::ops::ControlFlow;

use super::mail::report_text::{self, is_code};
use super::mail::{Fields, parameter, quoted_printable, words};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::source::{Place, SourceId, Span};
use crate::base::text::Text;
use crate::model::ndr::NonDeliveryReport;
use crate::model::{Located, Record};

/// Text of non-delivery reports.
pub static FORMAT: Format = Format {
    id: "ndr-text",
    title: "Non-delivery report (text)",
    how_to_collect: "Open the report in Outlook, select all, copy, and paste it into a text file; better save it as .eml or .msg",
    extensions: &["txt", "eml"],
    probe,
    parse: Parse::Document(parse),
};

/// Longest text that is kept with a report, in bytes.
const TEXT: usize = 16 * 1024;

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    // Most files hold no code at all, so that is looked at first.
    if !head.text.lines().any(|(_, line)| is_code(line)) {
        return Probe::No;
    }
    let lines = logical_lines(&head.text, 0);
    let read = report_text::read(&lines.iter().map(|(span, line)| (*span, line.as_str())).collect::<Vec<_>>());
    let with_address = read.recipients.iter().filter(|r| r.address.is_some()).count();
    if with_address > 0 {
        return Probe::Yes(72, "a recipient and the code why mail did not reach it".to_owned());
    }
    if read.generating_server.is_some() && !read.recipients.is_empty() {
        return Probe::Yes(70, "diagnostic information of a non-delivery report".to_owned());
    }
    Probe::No
}

/// The lines of the text; of a message in quoted-printable those that it stands for.
fn logical_lines(text: &Text, source: u32) -> Vec<(Span, String)> {
    let source = SourceId(source);
    let span = |first, last| Span::lines(source, first, last);
    let mut fields = Fields::default();
    for (number, line) in text.lines().take_while(|(_, line)| !line.trim().is_empty()) {
        fields.line(number, line);
    }
    let quoted = fields
        .get("content-transfer-encoding")
        .is_some_and(|field| field.value.trim().eq_ignore_ascii_case("quoted-printable"));
    if !quoted {
        return text.lines().map(|(number, line)| (span(number, number), line.to_owned())).collect();
    }
    let charset = fields.get("content-type").and_then(|field| parameter(&field.value, "charset"));
    let charset = charset.unwrap_or_default();
    let mut all: Vec<(Span, String)> = Vec::new();
    let mut open: Option<(u32, String)> = None;
    let mut body = false;
    for (number, line) in text.lines() {
        if !body {
            body = line.trim().is_empty();
            all.push((span(number, number), line.to_owned()));
            continue;
        }
        let (first, mut joined) = open.take().unwrap_or((number, String::new()));
        match line.strip_suffix('=') {
            // A line of megabytes is no text.
            Some(soft) if joined.len() < TEXT => {
                joined.push_str(soft);
                open = Some((first, joined));
            }
            _ => {
                joined.push_str(line);
                all.push((span(first, number), super::mail::charset_text(&quoted_printable(&joined), &charset)));
            }
        }
    }
    if let Some((first, joined)) = open {
        all.push((span(first, text.line_count()), super::mail::charset_text(&quoted_printable(&joined), &charset)));
    }
    all
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let lines = logical_lines(document.text, document.id.0);
    let starts = reports(&lines);
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(lines.len());
        let Some(part) = lines.get(*start..end) else { continue };
        report(document, part, n == 0, out);
        if out.progress(0) == ControlFlow::Break(()) {
            return;
        }
    }
    if out.ledger.records == 0 {
        let text = "No recipient with a code was found. Copy the report whole, with the diagnostic information.";
        out.note(NoteKind::Skipped, None, text);
    }
}

/// Where reports begin: at the beginning, and where a head of a message stands behind a code.
fn reports(lines: &[(Span, String)]) -> Vec<usize> {
    let (mut starts, mut code, mut headers) = (vec![0], false, false);
    for (n, (_, line)) in lines.iter().enumerate() {
        let line = line.trim();
        headers |= line == "Original message headers:";
        if is_code(line) {
            code = true;
        } else if code && super::mail::is_separator(line) {
            starts.push(n);
            (code, headers) = (false, false);
        } else if code && !headers && (line.starts_with("From: ") || line.eq_ignore_ascii_case("your message")) {
            starts.push(n);
            code = false;
        } else if code && headers && (line.starts_with("Delivery has failed") || line.starts_with("-----Original")) {
            starts.push(n);
            (code, headers) = (false, false);
        }
    }
    starts
}

fn report(document: &Document<'_>, lines: &[(Span, String)], first: bool, out: &mut Output<'_>) {
    let read = report_text::read(&lines.iter().map(|(span, line)| (*span, line.as_str())).collect::<Vec<_>>());
    let (Some((begin, _)), Some((end, _))) = (lines.first(), lines.last()) else { return };
    if read.recipients.is_empty() {
        if first {
            return;
        }
        // The original message follows its report as well, with a head of its own: nothing of the report is lost then.
        let is_head = lines
            .iter()
            .find(|(_, line)| !line.trim().is_empty())
            .is_some_and(|(_, line)| line.trim().starts_with("From: "));
        let (kind, text) = if is_head {
            (
                NoteKind::Ambiguous,
                "A message without a code begins here: the original one, or a report that was not copied whole.",
            )
        } else {
            out.ledger.skipped += 1;
            (
                NoteKind::Skipped,
                "A report begins here, and no recipient with a code follows. Copy it whole, with the diagnostic information.",
            )
        };
        let line = match begin.place {
            Place::Lines { first, .. } => Some((first, first)),
            _ => None,
        };
        out.note(kind, line, text);
        return;
    }
    let mut fields = Fields::default();
    for (span, line) in lines.iter().take_while(|(_, line)| !line.trim().is_empty()).take(200) {
        if let Place::Lines { first, .. } = span.place {
            fields.line(first, line);
        }
    }
    let nameless = read.recipients.iter().filter(|recipient| recipient.address.is_none()).count();
    if nameless > 0 {
        let text = format!(
            "Codes without a recipient above them: {nameless}. What they are about stays unknown; save the report as .eml."
        );
        out.note(NoteKind::Ambiguous, None, text);
    }
    if read.cut > 0 {
        let text = format!("Codes that end in the middle: {}. The report was not copied whole.", read.cut);
        out.note(NoteKind::Truncated, None, text);
    }
    let span = match (begin.place, end.place) {
        (Place::Lines { first, .. }, Place::Lines { last, .. }) => document.span(first, last),
        _ => *begin,
    };
    let mut text = String::new();
    for (_, line) in lines {
        if text.len() + line.len() > TEXT {
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    out.record(Record::NonDeliveryReport(Box::new(NonDeliveryReport {
        span,
        reporting_mta: None,
        generating_server: read.generating_server,
        subject: fields.located(document, "subject", words),
        date: fields
            .located(document, "date", str::to_owned)
            .or_else(|| fields.located(document, "sent", str::to_owned)),
        recipients: read.recipients,
        text: Some(Located::new(text.trim_end().to_owned(), span)),
        original: read.original,
    })));
}
