//! A message as a report about a delivery.

use super::properties::{Message, Object, id};
use crate::base::ledger::NoteKind;
use crate::base::source::Span;
use crate::formats::Output;
use crate::model::Located;
use crate::model::ndr::{NdrRecipient, NonDeliveryReport, OriginalMessage};

/// Longest text for people that is kept, in bytes; as for reports in other formats.
const TEXT: usize = 64 * 1024;

/// The report, when the message is one.
pub(super) fn read(message: &Message, place: &dyn Fn(u64) -> Span, out: &mut Output<'_>) -> Option<NonDeliveryReport> {
    let action = action(message.message_class()?)?;
    let span = place(1);
    let located = |text: Option<&str>| text.map(|text| Located::new(text.to_owned(), span));
    let own = &message.own;
    let mut report = NonDeliveryReport {
        span,
        reporting_mta: located(own.text(id::REPORTING_MTA).map(untyped)),
        generating_server: None,
        subject: located(message.subject()),
        date: [id::CLIENT_SUBMIT_TIME, id::REPORT_TIME, id::MESSAGE_DELIVERY_TIME]
            .into_iter()
            .find_map(|id| own.time(id))
            .map(|time| Located::new(time.to_string(), span)),
        recipients: Vec::new(),
        text: None,
        original: OriginalMessage {
            message_id: None,
            subject: located(own.text(id::ORIGINAL_SUBJECT)),
            from: located(own.text(id::ORIGINAL_SENDER_EMAIL_ADDRESS).or(own.text(id::ORIGINAL_SENDER_NAME))),
            received: Vec::new(),
        },
    };
    let mut doubtful = Vec::new();
    for (index, object) in message.recipients.iter().enumerate() {
        let recipient = recipient(object, place(index as u64 + 2), action, &mut doubtful);
        report.recipients.push(recipient);
    }
    if !doubtful.is_empty() {
        doubtful.dedup();
        let text = format!(
            "The status of a recipient is stored as a number only, {}, in which every detail above 9 is 0. It was left \
             unknown; save the report as .eml, or paste its text.",
            doubtful.join(", ")
        );
        out.note(NoteKind::Ambiguous, None, text);
    }
    if report.recipients.is_empty() {
        out.ledger.skipped += 1;
        let text = "The report names no recipient. Save the whole report again, as .msg or .eml.";
        out.note(NoteKind::Skipped, None, text);
    }
    report.text = text(message, span, out);
    // English; what other languages print is not guessed.
    let server = report.text.iter().flat_map(|text| text.value.lines());
    let server = server.filter_map(|line| line.trim().strip_prefix("Generating server:")).map(str::trim);
    report.generating_server = located(server.into_iter().find(|server| !server.is_empty()));
    Some(report)
}

/// What became of the recipients, by the class of the message (MS-OXCMAIL 2.2.3.7.1).
fn action(class: &str) -> Option<&'static str> {
    let class = class.to_ascii_uppercase();
    let kind = class.strip_prefix("REPORT.")?;
    [
        (".NDR", "failed"),
        (".DELAYED.DR", "delayed"),
        (".RELAYED.DR", "relayed"),
        (".EXPANDED.DR", "expanded"),
        (".DR", "delivered"),
    ]
    .into_iter()
    .find(|(end, _)| kind.ends_with(end))
    .map(|(_, action)| action)
}

/// The text for people: that of the message, or those of its recipients.
fn text(message: &Message, span: Span, out: &mut Output<'_>) -> Option<Located<String>> {
    let own = message.own.text(id::BODY).or(message.own.text(id::REPORT_TEXT)).map(str::to_owned);
    let text = own.or_else(|| {
        let mut texts: Vec<&str> = message.recipients.iter().filter_map(|r| r.text(id::REPORT_TEXT)).collect();
        texts.dedup();
        Some(texts.join("\n\n")).filter(|text| !text.is_empty())
    });
    let Some(mut text) = text else {
        if message.own.has(id::HTML) || message.own.has(id::RTF_COMPRESSED) {
            out.ledger.skipped += 1;
            let text = "The text of the report is stored only with its formatting, which is not read. Copy it from Outlook \
                        into a text file.";
            out.note(NoteKind::Skipped, None, text);
        }
        return None;
    };
    if text.len() > TEXT {
        let end = (0..=TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        out.ledger.skipped += 1;
        out.note(NoteKind::Skipped, None, "The text of the report is longer than 64 KB; the rest was left out.");
    }
    // Outlook writes lines that end like those of Windows.
    Some(Located::new(text.replace("\r\n", "\n"), span))
}

fn recipient(object: &Object, span: Span, action: &str, doubtful: &mut Vec<String>) -> NdrRecipient {
    let located = |text: &str| Located::new(text.to_owned(), span);
    let info = object.text(id::SUPPLEMENTARY_INFO).and_then(supplementary);
    let is_smtp = object.text(id::ADDRTYPE).is_none_or(|kind| kind.eq_ignore_ascii_case("SMTP"));
    let address = object.text(id::SMTP_ADDRESS).or_else(|| {
        let shown = object.text(id::DISPLAY_NAME).filter(|name| is_smtp && name.contains('@'));
        object.text(id::EMAIL_ADDRESS).or(shown)
    });
    let number = object.number(id::NDR_STATUS_CODE);
    let status = match (info.as_ref().map(|info| info.status), number) {
        (Some(status), _) => Some(located(status)),
        (None, Some(number @ 200..=599)) if number % 10 != 0 => {
            Some(located(&format!("{}.{}.{}", number / 100, number / 10 % 10, number % 10)))
        }
        (None, Some(number)) => {
            doubtful.push(number.to_string());
            None
        }
        (None, None) => None,
    };
    let remote = object.text(id::REMOTE_MTA).map(untyped);
    NdrRecipient {
        span,
        address: address.map(located),
        original_address: None,
        action: Some(located(action)),
        status,
        diagnostic_code: info.as_ref().and_then(|info| info.reply).map(located),
        remote_mta: remote.map(located),
    }
}

/// What the supplementary information says: `<server #5.1.1 smtp;550 5.1.1 ...>` (MS-OXCMAIL 2.2.3.7.1.2).
#[derive(Debug, PartialEq, Eq)]
struct Supplementary<'a> {
    status: &'a str,
    reply: Option<&'a str>,
}

fn supplementary(text: &str) -> Option<Supplementary<'_>> {
    let inner = text.trim().strip_prefix('<').unwrap_or(text.trim());
    let inner = inner.strip_suffix('>').unwrap_or(inner);
    // The server in front is the one that refused or, in reports of Exchange 2003, the one that reports.
    let (_, rest) = inner.split_once('#')?;
    let (status, reply) = rest.split_once(' ').unwrap_or((rest, ""));
    let digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = status.split('.').collect();
    if parts.len() != 3 || !parts.iter().all(|part| digits(part)) {
        return None;
    }
    Some(Supplementary { status, reply: Some(untyped(reply.trim())).filter(|reply| !reply.is_empty()) })
}

/// `dns;mail.contoso.com` without its type.
fn untyped(value: &str) -> &str {
    let is_type = |kind: &str| !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match value.split_once(';') {
        Some((kind, rest)) if is_type(kind.trim()) => rest.trim(),
        _ => value.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Supplementary, action, supplementary};

    #[test]
    fn supplementary_information_is_read_whole_or_not_at_all() {
        let full = supplementary("<ex1.contoso.com #5.1.10 smtp;550 5.1.10 not found; #1>").unwrap();
        let reply = Some("550 5.1.10 not found; #1");
        assert_eq!(full, Supplementary { status: "5.1.10", reply });
        assert_eq!(supplementary("< #5.7.1>").unwrap(), Supplementary { status: "5.7.1", reply: None });
        for text in ["", "<>", "ex1 5.1.1", "<ex1 #5.1>", "<ex1 #5.x.1>", "<ex1 #5.1.1000>"] {
            assert_eq!(supplementary(text), None, "{text}");
        }
    }

    #[test]
    fn the_class_says_what_became_of_the_message() {
        assert_eq!(action("REPORT.IPM.Note.NDR"), Some("failed"));
        assert_eq!(action("report.ipm.schedule.meeting.request.ndr"), Some("failed"));
        assert_eq!(action("REPORT.IPM.Note.Delayed.DR"), Some("delayed"));
        assert_eq!(action("REPORT.IPM.Note.DR"), Some("delivered"));
        assert_eq!(action("REPORT.IPM.Note.IPNRN"), None);
        assert_eq!(action("IPM.Note.NDR"), None);
    }
}
