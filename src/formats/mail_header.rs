//! Headers of messages, pasted or at the beginning of a saved message; also the snapshots of pipeline tracing.
//!
//! `Received` fields are described in RFC 5321 4.4 (<https://www.rfc-editor.org/rfc/rfc5321#section-4.4>), pipeline tracing
//! at <https://learn.microsoft.com/exchange/mail-flow/transport-logs/pipeline-tracing>. Traps: the last hop stands first;
//! text pasted from a window may have lost the blanks before folded lines; a snapshot may lack the line end before
//! `X-Sender:`.

use std::ops::ControlFlow;

use super::mail::{Field, Fields, messages, words};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::mail_date;
use crate::base::timestamp::{DateOrder, parse_moment};
use crate::model::latency::Latency;
use crate::model::message_header::{Hop, MessageHeader, Snapshot};
use crate::model::{Located, Record};

/// Message headers.
pub static FORMAT: Format = Format {
    id: "mail-header",
    title: "Message header",
    how_to_collect: "In Outlook: open the message, File, Properties, Internet headers; or save the message as .eml",
    extensions: &["txt", "eml"],
    probe,
    parse: Parse::Document(parse),
};

/// Fields that tell the header of a message from other text with colons.
const MARKS: &[&str] = &["received", "message-id", "from", "to", "subject", "date", "return-path", "mime-version"];

/// Fields in which a server says what it found out about the sender.
const AUTHENTICATION: &[&str] = &[
    "authentication-results",
    "authentication-results-original",
    "arc-authentication-results",
    "x-ms-exchange-authentication-results",
    "received-spf",
];

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let (fields, _) = header(&head.text);
    let has = |name: &str| fields.0.iter().any(|field| field.name == name);
    let marks = MARKS.iter().filter(|name| has(name)).count();
    let path = fields.0.iter().any(|field| field.name == "received" && hop_of(field).by.is_some());
    let exchange = fields.0.iter().any(|field| field.name.starts_with("x-ms-exchange-"));
    let snapshot = has("x-createdby") && has("x-endofinjectedxheaders");
    if snapshot {
        return Probe::Yes(66, "a snapshot of pipeline tracing".to_owned());
    }
    if (path || exchange) && marks >= 2 {
        return Probe::Yes(60, "the header of a message".to_owned());
    }
    Probe::No
}

/// The fields up to the first blank line behind them, and the number of that line.
fn header(text: &crate::base::text::Text) -> (Fields, u32) {
    let mut fields = Fields::default();
    for (number, line) in text.lines() {
        if line.trim().is_empty() {
            if fields.0.is_empty() {
                continue;
            }
            return (fields, number);
        }
        fields.line(number, line);
    }
    (fields, text.line_count())
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let (fields, end) = header(document.text);
    if out.progress(0) == ControlFlow::Break(()) {
        return;
    }
    let (Some(first), Some(last)) = (fields.0.first(), fields.0.last()) else { return };
    let span = document.span(first.first, last.last);
    let mut hops = Vec::new();
    for field in fields.0.iter().filter(|field| field.name == "received") {
        let mut hop = hop_of(field);
        hop.span = document.span(field.first, field.last);
        if hop.at.is_none() {
            let text = "A Received field shows no time that can be read, so the delay of this hop stays unknown.";
            out.note(NoteKind::Ambiguous, Some((field.first, field.last)), text);
        }
        hops.push(hop);
    }
    hops.reverse();
    let pick = |wanted: fn(&str) -> bool| -> Vec<(String, Located<String>)> {
        let fields = fields.0.iter().filter(|field| wanted(&field.name));
        let place = |field: &Field| Located::new(field.value.clone(), document.span(field.first, field.last));
        fields.map(|field| (field.name.clone(), place(field))).collect()
    };
    let exchange = pick(|name| name.starts_with("x-ms-exchange-") && !AUTHENTICATION.contains(&name));
    let latency = exchange.iter().find(|(name, _)| name == "x-ms-exchange-organization-messagelatency");
    let latency = latency.and_then(|(_, value)| Some(Located::new(Latency::parse(&value.value)?, value.span)));
    let snapshot = fields.get("x-createdby").map(|_| snapshot(&fields));
    if snapshot.is_some() {
        out.taken_for = Some("Snapshot of pipeline tracing".to_owned());
    }
    out.record(Record::MessageHeader(Box::new(MessageHeader {
        span,
        message_id: fields.located(document, "message-id", str::to_owned),
        subject: fields.located(document, "subject", words),
        from: fields.located(document, "from", words),
        date: fields.located(document, "date", str::to_owned),
        hops,
        exchange,
        authentication: pick(|name| AUTHENTICATION.contains(&name)),
        latency,
        snapshot,
    })));
    let others = messages(document.text).len().saturating_sub(1);
    if others > 0 {
        out.ledger.skipped += others as u64;
        let text =
            format!("Only the first message of the file was read; {others} more are left out. Save each as .eml.");
        out.note(NoteKind::Skipped, None, text);
    }
    if end < document.text.line_count() {
        out.note(
            NoteKind::Info,
            None,
            "Only the header was read; the text of the message and what is attached are not.",
        );
    }
}

/// `from A by B with C id D; date`.
fn hop_of(field: &Field) -> Hop {
    let (path, date) = field.value.rsplit_once(';').unwrap_or((&field.value, ""));
    // Words in parentheses are remarks: they may hold `by` and `with`.
    let mut depth = 0_u32;
    let mut words: Vec<(usize, &str)> = Vec::new();
    for word in path.split_whitespace() {
        let before = depth;
        depth = depth.saturating_add(word.matches('(').count() as u32);
        depth = depth.saturating_sub(word.matches(')').count() as u32);
        words.push((before as usize, word));
    }
    let keys = ["from", "by", "with", "id", "via", "for"];
    let value = |key: &str| {
        let at = words.iter().position(|(depth, word)| *depth == 0 && word.eq_ignore_ascii_case(key))?;
        let rest = words.get(at + 1..)?;
        let end =
            rest.iter().position(|(depth, word)| *depth == 0 && keys.contains(&word.to_ascii_lowercase().as_str()));
        let value = rest.get(..end.unwrap_or(rest.len()))?.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(" ");
        (!value.is_empty()).then_some(value)
    };
    let span = crate::base::source::Span::lines(crate::base::source::SourceId(0), field.first, field.last);
    Hop {
        span,
        from: value("from"),
        by: value("by"),
        with: value("with"),
        id: value("id"),
        via: value("via"),
        at: mail_date::of_header(date),
    }
}

fn snapshot(fields: &Fields) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for field in &fields.0 {
        let mut value = field.value.trim();
        // The line end before the next field may be missing.
        if field.name.starts_with("x-messagesnapshot")
            && let Some((own, sender)) = value.split_once("X-Sender:")
        {
            value = own.trim();
            snapshot.sender = Some(sender.trim().to_owned());
        }
        match field.name.as_str() {
            "x-messagesnapshot-record-id" => snapshot.record_id = Some(value.to_owned()),
            "x-messagesnapshot-source" => snapshot.source = Some(value.to_owned()),
            "x-messagesnapshot-utc-time" => snapshot.at = parse_moment(value, DateOrder::Unknown),
            "x-sender" => snapshot.sender = Some(value.to_owned()),
            "x-receiver" => snapshot.receivers.push(value.to_owned()),
            "x-endofinjectedxheaders" => break,
            _ => {}
        }
    }
    snapshot
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(text: &str) -> Hop {
        hop_of(&Field { name: "received".to_owned(), value: text.to_owned(), first: 1, last: 1 })
    }

    #[test]
    fn hops_of_all_versions_are_read() {
        let new = hop(
            "from EX1.contoso.com (192.0.2.21) by EX2.contoso.com (192.0.2.22) with Microsoft SMTP Server (version=TLS1_2, \
             cipher=TLS_ECDHE by id) id 15.1.2507.39 via Frontend Transport; Thu, 14 Mar 2019 09:58:58 +0100",
        );
        assert_eq!(new.from.as_deref(), Some("EX1.contoso.com (192.0.2.21)"));
        assert_eq!(new.by.as_deref(), Some("EX2.contoso.com (192.0.2.22)"));
        assert_eq!(new.id.as_deref(), Some("15.1.2507.39"));
        assert_eq!(new.at.map(|at| at.to_string()).as_deref(), Some("2019-03-14 08:58:58 UTC"));
        let old = hop(
            "from mail.fabrikam.example ([198.51.100.9]) by ex03.contoso.com with Microsoft SMTPSVC(6.0.3790.3959); Thu, 8 Feb 2007 07:41:07 -0600 (CST)",
        );
        assert_eq!(old.with.as_deref(), Some("Microsoft SMTPSVC(6.0.3790.3959)"));
        assert_eq!(old.at.map(|at| at.to_string()).as_deref(), Some("2007-02-08 13:41:07 UTC"));
        assert_eq!(new.via.as_deref(), Some("Frontend Transport"));
        for (zone, shown) in [("CET", ""), ("", ""), ("GMT", " UTC"), ("-0000", " UTC"), ("(CET)", "")] {
            let hop = hop(&format!("by x with y; Thu, 8 Feb 2007 07:41:07 {zone}"));
            assert_eq!(hop.at.map(|at| at.to_string()), Some(format!("2007-02-08 07:41:07{shown}")), "{zone}");
        }
        let no_time = hop("by x with y");
        assert!(no_time.at.is_none() && no_time.by.as_deref() == Some("x"));
    }
}
