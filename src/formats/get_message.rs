//! `Get-Message` (2007 to SE), in every shape that PowerShell prints.
//!
//! Traps: recipients are printed as fields joined by `;`, and the error in their middle may hold `;`
//! and `, ` itself; they are there only with `-IncludeRecipientInfo`. The size is `12.3 KB (12,595
//! bytes)`, grouped as the culture does it.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ip_range::parse_address;
use crate::base::source::{Place, Span};
use crate::model::message::{Message, Recipient};
use crate::model::{Located, Record};

/// `Get-Message`.
pub static FORMAT: Format = Format {
    id: "get-message",
    title: "Get-Message",
    how_to_collect: "Get-Message -Server SERVER -IncludeRecipientInfo -ResultSize Unlimited | Export-Clixml \
                     messages-SERVER.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-Message",
    name: "Get-Message -IncludeRecipientInfo",
    classes: &["MessageInfo", "ExtensibleMessageInfo", "PropertyBagBasedMessageInfo", "MessageInfoPresentationObject"],
    own: &[
        "Identity",
        "MessageIdentity",
        "Subject",
        "InternetMessageId",
        "FromAddress",
        "Status",
        "Size",
        "MessageSourceName",
        "SourceIP",
        "SCL",
        "DateReceived",
        "ExpirationTime",
        "LastError",
        "RetryCount",
        "Queue",
        "Recipients",
        "MessageLatency",
        "DeferReason",
    ],
    sets: &[
        &["InternetMessageId", "Status"],
        &["InternetMessageId", "Queue"],
        &["InternetMessageId", "LastError"],
        &["InternetMessageId", "FromAddress"],
        &["Identity", "InternetMessageId"],
        &["Identity", "FromAddress"],
        &["Identity", "MessageSourceName"],
        &["FromAddress", "Status"],
        &["FromAddress", "Queue"],
        &["FromAddress", "LastError"],
        &["FromAddress", "Subject"],
        &["Queue", "LastError"],
        &["Queue", "Subject"],
        &["Queue", "Recipients"],
        &["Identity", "Subject", "Status"],
        &["Identity", "Recipients"],
    ],
    never: &["EventId", "NextHopDomain", "NextHopConnector", "MessageCount", "Bindings", "RemoteIPRanges", "ItemCount"],
    marks: &["Subject", "Status", "Size", "LastError", "DateReceived", "Recipients", "FromAddress"],
    near: "Looks like Get-Message, but has neither Identity nor Queue, so nothing says where the messages wait. Export \
           with Get-Message -IncludeRecipientInfo | Export-Clixml messages.xml",
    dates: &["DateReceived", "ExpirationTime"],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| message(row).map(Record::Message).into_iter().collect());
}

fn message(row: &mut Row<'_>) -> Option<Message> {
    let identity = row.any_text(&["Identity", "MessageIdentity"]);
    let queue = row.text("Queue").or_else(|| {
        let identity = identity.as_ref()?;
        let (queue, number) = identity.value.rsplit_once('\\')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| Located::new(queue.to_owned(), identity.span))
    });
    let (recipients, recipients_complete) = recipients(row);
    let defer_reason = row.text("DeferReason").filter(|reason| !reason.value.eq_ignore_ascii_case("none"));
    // An enumeration, whose number says nothing by itself; 0 is none.
    let (numbers, defer_reason): (Vec<_>, Vec<_>) =
        defer_reason.into_iter().partition(|reason| reason.value.bytes().all(|b| b.is_ascii_digit()));
    for number in numbers.iter().filter(|number| number.value != "0") {
        if let Place::Lines { first, last } = number.span.place {
            row.unknown("DeferReason", &number.value, (first, last));
        }
    }
    let defer_reason = defer_reason.into_iter().next();
    let message = Message {
        span: row.span(),
        identity,
        queue,
        subject: row.plain("Subject"),
        internet_message_id: row.plain("InternetMessageId"),
        from: row.plain("FromAddress"),
        status: row.text("Status").map(|s| Located::new(status_name(s.value), s.span)),
        size: row.parsed("Size", size).map(|size| size.value),
        source_name: row.plain("MessageSourceName"),
        source_ip: row.parsed("SourceIP", |text| parse_address(text).ok()),
        date_received: row.moment("DateReceived"),
        last_error: row.text("LastError"),
        defer_reason,
        retry_count: row.number("RetryCount"),
        recipients,
        recipients_complete,
    };
    let usable = message.identity.is_some()
        || message.queue.is_some()
        || message.internet_message_id.is_some()
        || message.last_error.is_some()
        || !message.recipients.is_empty();
    usable.then_some(message)
}

/// JSON prints the number of the enumeration.
fn status_name(text: String) -> String {
    let names = ["None", "Active", "PendingRemove", "PendingSuspend", "Ready", "Retry", "Suspended", "Locked"];
    match text.parse::<usize>().ok().and_then(|n| names.get(n)) {
        Some(name) => (*name).to_owned(),
        None => text,
    }
}

/// Bytes: the digits in the last parentheses, or a bare number.
fn size(text: &str) -> Option<u64> {
    let exact = text.rsplit_once('(').map_or(text, |(_, inside)| inside);
    if exact.len() == text.len() && !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    exact.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()
}

fn recipients(row: &mut Row<'_>) -> (Vec<Recipient>, bool) {
    let Some((items, mut complete, property)) = row.items("Recipients") else { return (Vec::new(), false) };
    // Elements are separated by `, `, which may also stand inside an error: join what does not begin
    // like a recipient to the one before it.
    let mut whole: Vec<String> = Vec::new();
    let items = items.iter().flat_map(|item| apart(item)).filter(|item| !item.trim().is_empty());
    for item in items.map(str::to_owned) {
        match whole.last_mut() {
            Some(last) if !begins_recipient(&item) && begins_recipient(last) && !ends_recipient(last) => {
                last.push_str(", ");
                last.push_str(&item);
            }
            _ => whole.push(item),
        }
    }
    let span = row.span_of(property);
    let mut recipients = Vec::new();
    for text in &whole {
        match recipient(text, span) {
            Some(recipient) => recipients.push(recipient),
            None => {
                complete = false;
                row.unknown("Recipients", text, property.lines);
            }
        }
    }
    // Every message has a recipient, so an empty list means that none is shown.
    let complete = complete && !recipients.is_empty();
    (recipients, complete)
}

/// Recipients that `-join` put into one text: an address and two numbers behind all fields of the one before.
fn apart(text: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let (mut at, mut fields) = (0, 0);
    let parts: Vec<&str> = text.split(';').collect();
    for (n, part) in parts.iter().enumerate() {
        let blank = |c: char| c.is_whitespace() || matches!(c, ',' | '|');
        let begins = part.rfind(blank).map_or(0, |before| before + 1);
        let is_address = part.get(begins..).is_some_and(|word| word.contains('@'));
        let number = |ahead: usize| parts.get(n + ahead).is_some_and(|part| is_count(part.trim()));
        if fields >= 5 && is_address && number(1) && number(2) {
            starts.push(at + begins);
            fields = 0;
        }
        fields += 1;
        at += part.len() + 1;
    }
    starts.push(text.len());
    let between = starts.windows(2).filter_map(|pair| text.get(*pair.first()?..*pair.last()?));
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '|');
    between.map(|part| if part.len() == text.len() { part } else { part.trim_end_matches(ends) }).collect()
}

/// `address;status;type;`
fn begins_recipient(text: &str) -> bool {
    let mut fields = text.splitn(4, ';');
    let is_number = |field: Option<&str>| field.is_some_and(|f| f.trim().parse::<u32>().is_ok());
    fields.next().is_some_and(|address| !address.trim().is_empty())
        && is_number(fields.next())
        && is_number(fields.next())
        && fields.next().is_some()
}

/// `;lastErrorCode;finalDestination;outboundIPPool` behind the three fields of the beginning.
fn ends_recipient(text: &str) -> bool {
    let fields: Vec<&str> = text.rsplitn(4, ';').map(str::trim).collect();
    text.matches(';').count() >= 6
        && matches!(fields.as_slice(), [pool, _, code, _] if is_count(pool) && is_count(code))
}

/// `address;status;type;lastError;lastErrorCode;finalDestination;outboundIPPool`. The error may hold
/// `;`, so three fields are taken from the left and three from the right.
fn recipient(text: &str, span: Span) -> Option<Recipient> {
    if !begins_recipient(text) {
        return None;
    }
    let mut left = text.splitn(4, ';').map(str::trim);
    let (address, status, kind) = (left.next()?, left.next()?, left.next()?);
    let rest = left.next()?;
    let right: Vec<&str> = rest.rsplitn(4, ';').map(str::trim).collect();
    let (error, code, destination) = match right.as_slice() {
        [pool, destination, code, error] if is_count(pool) && is_count(code) => (*error, *code, *destination),
        // Without the pool, as earlier versions may print it.
        [destination, code, ..] if is_count(code) => {
            (rest.rsplitn(3, ';').nth(2).unwrap_or("").trim(), *code, *destination)
        }
        _ => (rest.trim(), "", ""),
    };
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    Some(Recipient {
        span,
        address: address.to_owned(),
        status: status.parse().ok(),
        kind: kind.parse().ok(),
        last_error: some(error),
        last_error_code: code.parse().ok(),
        final_destination: some(destination),
    })
}

fn is_count(text: &str) -> bool {
    text.parse::<u32>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceId;

    #[test]
    fn an_error_with_semicolons_stays_whole() {
        let span = Span::file(SourceId(0));
        let r =
            recipient("a@contoso.com;2;3;430 4.2.0 STOREDRV; mailbox logon failure;2;Store (MAIL2);0", span).unwrap();
        assert_eq!(r.last_error.as_deref(), Some("430 4.2.0 STOREDRV; mailbox logon failure"));
        assert_eq!((r.status, r.kind, r.last_error_code), (Some(2), Some(3), Some(2)));
        assert_eq!(r.final_destination.as_deref(), Some("Store (MAIL2)"));
        let r = recipient("b@contoso.com;2;2;;0;<No Matching Connector>;0", span).unwrap();
        assert_eq!((r.last_error, r.last_error_code), (None, Some(0)));
        let r = recipient("c@contoso.com;3;2;451 4.4.0; x;16;<No Matching Connector>", span).unwrap();
        assert_eq!((r.last_error.as_deref(), r.last_error_code), (Some("451 4.4.0; x"), Some(16)));
        assert_eq!(recipient("Mailbox Store", span), None);
        assert_eq!(recipient(";;;", span), None);
    }

    #[test]
    fn joined_recipients_come_apart() {
        let (a, b) =
            ("a@contoso.com;3;2;451 4.4.0 DNS, failed for x@y;0;fabrikam.example;0", "b@contoso.com;2;2;;0;;0");
        for joint in [", ", ",", " ", "\r\n", " | ", ";"] {
            let text = format!("{a}{joint}{b}{joint}{a}");
            let parts: Vec<&str> = apart(&text).iter().map(|part| part.trim_end_matches(';')).collect();
            assert_eq!(parts, [a, b, a], "{joint}");
        }
        for one in [a, b, "", "x", "Mailbox Store; 2; 3"] {
            assert_eq!(apart(one), [one]);
        }
        assert_eq!(apart(&"a@b;1;1;".repeat(50_000)).len(), 25_000);
    }

    #[test]
    fn reads_sizes_of_all_cultures() {
        for text in ["12.3 KB (12,595 bytes)", "12,3 KB (12.595 Bytes)", "12.3 KB (12 595 bytes)", "12595"] {
            assert_eq!(size(text), Some(12595), "{text}");
        }
        assert_eq!(size("12.3 KB"), None);
    }
}
