//! Non-delivery reports saved as messages (`.eml`): `multipart/report` with a `message/delivery-status` part.
//!
//! The format is RFC 3464 (<https://www.rfc-editor.org/rfc/rfc3464>) in MIME (RFC 2045, 2046, 2047).
//!
//! Traps: the text for people is often `multipart/alternative` in quoted-printable or base64; fields of the status
//! part are folded; attachments of the original repeat fields of other reports, so only the first level of status
//! and original counts; groups of the status part are divided by blank lines, the first is about the message.

use base64::Engine as _;
use std::ops::ControlFlow;

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
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
/// Longest text for people that is kept, in bytes.
const TEXT: usize = 64 * 1024;

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let lines = head.text.lines().take_while(|(_, line)| !line.trim().is_empty());
    let mut fields = Fields::default();
    for (number, line) in lines {
        fields.line(number, line);
    }
    let Some(kind) = fields.get("content-type").map(|field| field.value.to_ascii_lowercase()) else { return Probe::No };
    if !kind.starts_with("multipart/report") {
        return Probe::No;
    }
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

/// A field of a header, unfolded.
struct Field {
    name: String,
    value: String,
    first: u32,
    last: u32,
}

#[derive(Default)]
struct Fields(Vec<Field>);

impl Fields {
    fn line(&mut self, number: u32, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some(field) = self.0.last_mut() {
                field.value.push(' ');
                field.value.push_str(line.trim());
                field.last = number;
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
            self.0.push(Field { name, value, first: number, last: number });
        }
    }

    fn get(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|field| field.name == name && !field.value.is_empty())
    }

    fn located(&self, document: &Document<'_>, name: &str, read: fn(&str) -> String) -> Option<Located<String>> {
        let field = self.get(name)?;
        Some(Located::new(read(&field.value), document.span(field.first, field.last)))
    }
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
    top: bool,
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let last = document.text.line_count().max(1);
    let report = NonDeliveryReport {
        span: document.span(1, last),
        reporting_mta: None,
        generating_server: None,
        subject: None,
        date: None,
        recipients: Vec::new(),
        text: None,
        original: OriginalMessage::default(),
    };
    let mut reader =
        Reader { document, report, boundaries: Vec::new(), status_seen: false, original_seen: false, top: true };
    let mut part = Part::Header { original: false, fields: Fields::default() };
    let mut done = 0;
    for (number, line) in document.text.lines() {
        done += line.len() as u64 + 1;
        if number % 4096 == 0 && out.progress(done) == ControlFlow::Break(()) {
            return;
        }
        part = reader.line(part, number, line, out);
    }
    let closed = reader.boundaries.is_empty();
    reader.end(part, last, out);
    if !closed {
        out.ledger.damaged += 1;
        let text = "The report ends before its last boundary; it was cut. Save it again as .eml.";
        out.note(NoteKind::Damaged, Some((last, last)), text);
    }
    if reader.report.recipients.is_empty() {
        out.ledger.skipped += 1;
        let text = "The report names no recipient in a delivery status. Save the whole report as .eml.";
        out.note(NoteKind::Skipped, None, text);
    }
    out.record(Record::NonDeliveryReport(Box::new(reader.report)));
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
            return Part::Text { first: number + 1, encoding, charset, lines: Vec::new(), bytes: 0, cut: false };
        }
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
        let document = self.document;
        let place = |field: &Field| Located::new(field.value.clone(), document.span(field.first, field.last));
        self.report.original = OriginalMessage {
            message_id: fields.located(document, "message-id", str::to_owned),
            subject: fields.located(document, "subject", words),
            from: fields.located(document, "from", words),
            received: fields.0.iter().filter(|field| field.name == "received").map(place).collect(),
        };
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

/// A parameter of a content type.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn decode(lines: &[String], encoding: &str, charset: &str) -> Option<String> {
    let text = lines.join("\n");
    let bytes = match encoding {
        "quoted-printable" => quoted_printable(&text.replace("=\n", "")),
        "base64" => base64_bytes(&text)?,
        _ => return Some(text),
    };
    Some(charset_text(&bytes, charset))
}

fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(packed).ok()
}

fn charset_text(bytes: &[u8], charset: &str) -> String {
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    encoding.decode(bytes).0.into_owned()
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let value = code.filter(|_| byte == b'=').and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(value.unwrap_or(byte));
        rest = if value.is_some() { tail.get(2..).unwrap_or(&[]) } else { tail };
    }
    bytes
}

/// Encoded words of RFC 2047 as text.
fn words(value: &str) -> String {
    let (mut text, mut rest) = (String::new(), value);
    let mut after_word = false;
    while let Some((before, tail)) = rest.split_once("=?") {
        let mut pieces = tail.splitn(4, '?');
        let (charset, kind, data, end) = (pieces.next(), pieces.next(), pieces.next(), pieces.next());
        let bytes = match (kind, data) {
            (Some("Q" | "q"), Some(data)) => Some(quoted_printable(&data.replace('_', " "))),
            (Some("B" | "b"), Some(data)) => base64_bytes(data),
            _ => None,
        };
        // Blanks between two encoded words belong to neither.
        if !(after_word && before.trim().is_empty()) {
            text.push_str(before);
        }
        match (bytes, end.and_then(|end| end.strip_prefix('='))) {
            (Some(bytes), Some(end)) => {
                text.push_str(&charset_text(&bytes, charset.unwrap_or_default()));
                rest = end;
                after_word = true;
            }
            _ => {
                text.push_str("=?");
                rest = tail;
                after_word = false;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::{quoted_printable, untyped, words};

    #[test]
    fn encoded_words_and_types_are_taken_off() {
        assert_eq!(words("=?utf-8?B?VW56dXN0ZWxsYmFy?= =?iso-8859-1?Q?:_Gr=FC=DFe?= x"), "Unzustellbar: Grüße x");
        assert_eq!(words("a =?x b"), "a =?x b");
        assert_eq!(untyped("rfc822; a@contoso.com"), "a@contoso.com");
        assert_eq!(untyped("550 5.1.1 no; sorry"), "550 5.1.1 no; sorry");
        assert_eq!(quoted_printable("a=3Db=G"), b"a=b=G");
    }
}
