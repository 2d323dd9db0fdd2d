//! The text of non-delivery reports, as people read and paste it: Exchange 5.5 to Exchange Online.
//!
//! Prose is in the language of the server; the line with the code is not, so only that counts, and the address above it.
//! The forms of that line:
//!
//! - 4.0 and 5.5: `MSEXCH:IMS:CONTOSO:SITE:EX1 0 (000C05A6) Unknown Recipient`, or without what follows the server; the
//!   MTA names itself, its site and its server: `MSEXCH:MSExchangeMTA:SITE:EX1` (KB193321, KB201058);
//! - 2000 and 2003: `<ex1.contoso.com #5.7.1 smtp;550 5.7.1 Unable to relay>`, without brackets, or with a
//!   blank behind the first, when Outlook shows it;
//! - 2007 and 2010: `#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##`, or `mx.fabrikam.example #550 5.7.1 ... ##`;
//! - 2010 to Online: `Remote Server at mx.fabrikam.example (198.51.100.7) returned '550 5.1.1 ...'`.
//!
//! Traps: the code wraps over several lines; quoting puts `>` before each of them; a recipient is named a second time in
//! the text for people, where no code follows.

use std::sync::LazyLock;

use regex::Regex;

use super::Fields;
use crate::base::source::{Place, Span};
use crate::model::Located;
use crate::model::ndr::{NdrRecipient, OriginalMessage};

/// Lines over which a code may wrap.
const WRAPPED: usize = 12;

/// Lines between an address and its code.
const NEAR: usize = 8;

/// What a text tells.
#[derive(Default)]
pub struct ReportText {
    /// Recipients that have a code.
    pub recipients: Vec<NdrRecipient>,
    /// The server that the text for administrators names.
    pub generating_server: Option<Located<String>>,
    /// The message the report is about.
    pub original: OriginalMessage,
    /// Codes whose end is missing.
    pub cut: usize,
}

/// A line with a code, whole.
struct Code {
    server: Option<String>,
    status: Option<String>,
    text: String,
}

static BRACKETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:<\s*)?(?P<host>[A-Za-z0-9_][\w.-]*) #(?P<status>[245]\.\d{1,3}\.\d{1,3})(?P<text>(?:\s.*|>)?)$")
        .ok()
});
static HASH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:(?:<\s*)?(?P<host>[A-Za-z0-9_][\w.-]*) )?#\s*<?\s*#?(?P<text>(?:\d{3}[ -])?(?P<status>[245]\.\d{1,3}\.\d{1,3})?.*)$").ok()
});
static RETURNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b[Ss]erver\s+(?:at (?P<host>[\w.-]+)\s*(?:\([^)]*\)\s*)?)?returned '(?P<text>.*)$").ok()
});
static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[245]\.\d{1,3}\.\d{1,3}\b").ok());
static MSEXCH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^MSEXCH:[^:\s][^:]*(?::[^:]*){1,2}:\S+(?: \d+ \([0-9A-Fa-f]{8}\).*)?$").ok());
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:(?P<name>[^<>@]*)<)?(?:mailto:)?(?P<address>[^\s<>@'()\[\]]+@[A-Za-z0-9.-]+[A-Za-z0-9])>?(?:\s*<mailto:[^>]*>)?(?: on .*)?$").ok()
});
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:'(?P<quoted>[^']+)' \w+ .*\d|(?P<name>\S.{0,100}?) on (?:\d{1,4}[./-]\d{1,2}[./-]\d|\w{3}, \d{1,2} \w{3} \d{4}).*)").ok()
});
static ATTEMPT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\d[\d./: ]+(?:[AP]M)? - ").ok());

/// Whether a line begins a code.
pub fn is_code(line: &str) -> bool {
    begins(unquoted(line)).is_some()
}

/// A line without the marks of quoting and the blanks around it.
fn unquoted(line: &str) -> &str {
    let mut line = line.trim();
    // `>` before a line is a quote; `<host #5.1.1>` has it at the end.
    while let Some(rest) = line.strip_prefix('>') {
        line = rest.trim_start();
    }
    line
}

/// How a line that begins a code goes on: what must be met for it to be whole.
fn begins(line: &str) -> Option<fn(&str) -> bool> {
    let found = |regex: &LazyLock<Option<Regex>>| regex.as_ref().is_some_and(|regex| regex.is_match(line));
    if found(&RETURNED) {
        return Some(|text| text.trim_end().ends_with('\''));
    }
    if found(&MSEXCH) {
        return Some(|_| false);
    }
    if found(&BRACKETS) {
        return Some(if line.starts_with('<') { |text| text.trim_end().ends_with('>') } else { |_| true });
    }
    let hash = HASH.as_ref()?.captures(line)?;
    let text = hash.name("text").map_or("", |text| text.as_str());
    let reply = |text: &str| {
        let (number, rest) = text.as_bytes().split_at_checked(3)?;
        (number.iter().all(u8::is_ascii_digit) && matches!(rest.first(), Some(b' ' | b'-'))).then_some(())
    };
    let numbered = hash.name("status").is_some() || reply(text).is_some();
    numbered.then_some(|text: &str| text.trim_end().ends_with('#'))
}

fn code(text: &str) -> Option<Code> {
    let name = |found: &regex::Captures<'_>, name: &str| found.name(name).map(|m| m.as_str().trim().to_owned());
    let status_in = |text: &str| STATUS.as_ref()?.find(text).map(|found| found.as_str().to_owned());
    let tidy = |text: &str| text.trim().trim_end_matches(['#', '>']).trim().trim_matches('\'').trim().to_owned();
    if let Some(found) = RETURNED.as_ref()?.captures(text) {
        let text = name(&found, "text").map(|text| tidy(&text)).unwrap_or_default();
        return Some(Code { server: name(&found, "host"), status: status_in(&text), text });
    }
    if MSEXCH.as_ref()?.is_match(text) {
        return Some(Code { server: None, status: None, text: text.trim().to_owned() });
    }
    if let Some(found) = BRACKETS.as_ref()?.captures(text) {
        let own = name(&found, "text").map(|text| tidy(&text)).unwrap_or_default();
        let own = own
            .split_once(';')
            .filter(|(kind, _)| kind.eq_ignore_ascii_case("smtp"))
            .map_or(own.clone(), |(_, t)| t.trim().to_owned());
        return Some(Code { server: name(&found, "host"), status: name(&found, "status"), text: own });
    }
    let found = HASH.as_ref()?.captures(text)?;
    let text = name(&found, "text").map(|text| tidy(&text)).unwrap_or_default();
    Some(Code { server: name(&found, "host"), status: name(&found, "status").or_else(|| status_in(&text)), text })
}

/// The address or the name of a recipient that stands alone on a line.
fn recipient(line: &str) -> Option<String> {
    if let Some(found) = ADDRESS.as_ref()?.captures(line) {
        return found.name("address").map(|address| address.as_str().to_owned());
    }
    let found = NAMED.as_ref()?.captures(line)?;
    found.name("quoted").or_else(|| found.name("name")).map(|name| name.as_str().to_owned())
}

/// Reads a text; each line with its place.
pub fn read(lines: &[(Span, &str)]) -> ReportText {
    let mut report = ReportText::default();
    let mut last: Option<(usize, Located<String>)> = None;
    let mut head: Option<bool> = None;
    let mut at = 0;
    while let Some((span, line)) = lines.get(at) {
        let text = unquoted(line);
        if let Some(server) = text.strip_prefix("Generating server:").map(str::trim).filter(|server| !server.is_empty())
        {
            report.generating_server.get_or_insert_with(|| Located::new(server.to_owned(), *span));
        } else if text == "Original message headers:"
            || (!report.recipients.is_empty() && text.starts_with("Received: "))
        {
            let from = if text.starts_with("Received: ") { at } else { at + 1 };
            original(lines.get(from..).unwrap_or_default(), &mut report.original);
            break;
        } else if let Some(whole) = begins(text) {
            let (joined, used) = join(lines.get(at..).unwrap_or_default(), whole);
            // Only a quoted reply shows where it ends.
            report.cut += usize::from(joined.contains("returned '") && !whole(&joined));
            if let Some(code) = code(&joined) {
                let end = lines.get(at + used - 1).map_or(*span, |(span, _)| *span);
                // An address that stands too far away belongs to something else.
                let mut address = last.take().filter(|(n, _)| at - n <= NEAR).map(|(_, address)| address);
                // A list of attempts names the recipient once.
                if address.is_none() && ATTEMPT.as_ref().is_some_and(|regex| regex.is_match(text)) {
                    address = report.recipients.last().and_then(|recipient| recipient.address.clone());
                }
                report.recipients.push(finish(code, address, *span, end));
            }
            at += used;
            continue;
        } else if let Some(name) = recipient(text) {
            last = Some((at, Located::new(name, *span)));
        } else if head.is_none() && text.starts_with("Your message") {
            head = Some(true);
        } else if head == Some(true)
            && let Some(subject) = text.strip_prefix("Subject:").map(str::trim).filter(|subject| !subject.is_empty())
        {
            report.original.subject = Some(Located::new(subject.to_owned(), *span));
            head = Some(false);
        }
        at += 1;
    }
    report
}

fn finish(code: Code, address: Option<Located<String>>, first: Span, last: Span) -> NdrRecipient {
    let span = joined(first, last);
    let whole = address.as_ref().map_or(span, |address| joined(address.span, span));
    NdrRecipient {
        span: whole,
        address,
        original_address: None,
        action: None,
        status: code.status.map(|status| Located::new(status, span)),
        diagnostic_code: Some(code.text).filter(|text| !text.is_empty()).map(|text| Located::new(text, span)),
        remote_mta: code.server.map(|server| Located::new(server, span)),
    }
}

fn joined(first: Span, last: Span) -> Span {
    match (first.place, last.place) {
        (Place::Lines { first: a, .. }, Place::Lines { last: b, .. }) => Span::lines(first.source, a, b),
        _ => first,
    }
}

/// A code with the lines over which it wraps, and how many lines these are.
fn join(lines: &[(Span, &str)], whole: fn(&str) -> bool) -> (String, usize) {
    let mut text = String::new();
    for (n, (_, line)) in lines.iter().take(WRAPPED).enumerate() {
        let line = unquoted(line);
        // A blank line ends a code, and so does the next recipient or code.
        if n > 0 && (line.is_empty() || begins(line).is_some() || recipient(line).is_some()) {
            return (text, n);
        }
        if n > 0 {
            text.push(' ');
        }
        text.push_str(line);
        if whole(&text) {
            return (text, n + 1);
        }
    }
    // Nothing ends it: the first line is what is sure.
    match lines.first() {
        Some((_, line)) if lines.len() > WRAPPED => (unquoted(line).to_owned(), 1),
        _ => (text, lines.len().min(WRAPPED)),
    }
}

fn original(lines: &[(Span, &str)], into: &mut OriginalMessage) {
    let mut fields = Fields::default();
    let mut begun = false;
    let quoted = lines.iter().all(|(_, line)| line.starts_with('>') || line.trim().is_empty());
    for (span, line) in lines {
        let line = line.trim_start_matches('>');
        let line = line.strip_prefix(' ').filter(|rest| quoted && !rest.is_empty()).unwrap_or(line);
        if line.trim().is_empty() {
            if begun {
                break;
            }
            continue;
        }
        begun = true;
        let Place::Lines { first, .. } = span.place else { continue };
        fields.line(first, line);
    }
    let Some((source, _)) = lines.first().map(|(span, _)| (span.source, ())) else { return };
    let place = |first, last| Span::lines(source, first, last);
    let get = |name: &str| {
        fields.get(name).map(|field| Located::new(super::words(&field.value), place(field.first, field.last)))
    };
    into.message_id = get("message-id");
    into.subject = get("subject").or_else(|| into.subject.take());
    into.from = get("from");
    let received = fields.0.iter().filter(|field| field.name == "received");
    into.received = received.map(|f| Located::new(f.value.clone(), place(f.first, f.last))).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceId;

    fn codes(text: &str) -> Vec<[String; 4]> {
        let lines: Vec<_> = (1..).zip(text.lines()).map(|(n, l)| (Span::lines(SourceId(0), n, n), l)).collect();
        let shown = |value: &Option<Located<String>>| value.as_ref().map_or("-".to_owned(), |v| v.value.clone());
        let recipients = read(&lines).recipients;
        recipients.iter().map(|r| [&r.address, &r.remote_mta, &r.status, &r.diagnostic_code].map(shown)).collect()
    }

    #[test]
    fn every_era_names_recipient_server_and_code() {
        for (text, wanted) in [
            (
                "a@contoso.com on Thu, 29 Apr 2004 10:00:00 -0000\n    The recipient name is not recognized\n    MSEXCH:IMS:CONTOSO:SITE:EX1 0 (000C05A6)\nUnknown Recipient\n\nmore",
                ["a@contoso.com", "-", "-", "MSEXCH:IMS:CONTOSO:SITE:EX1 0 (000C05A6) Unknown Recipient"],
            ),
            (
                "Berg, Anna on 3/4/2005 9:12 AM\n    The recipient name is not recognized\n    MSEXCH:MSExchangeMTA:SITE:EX1",
                ["Berg, Anna", "-", "-", "MSEXCH:MSExchangeMTA:SITE:EX1"],
            ),
            (
                "'Anna Berg' on 2/8/2007 7:41 AM\n  There was a problem.\n  < ex1.contoso.com #5.0.0>",
                ["Anna Berg", "ex1.contoso.com", "5.0.0", "-"],
            ),
            (
                "'Anna Berg' on 2/8/2007 7:41 AM\n  There was a problem.\n  ex1.contoso.com #5.0.0",
                ["Anna Berg", "ex1.contoso.com", "5.0.0", "-"],
            ),
            (
                "> a@fabrikam.example on 3/4/2005 1:00 PM\n>   <ex1.contoso.com #5.7.1 smtp;550 5.7.1 Unable to\n>   relay for a@fabrikam.example>",
                ["a@fabrikam.example", "ex1.contoso.com", "5.7.1", "550 5.7.1 Unable to relay for a@fabrikam.example"],
            ),
            (
                "a@contoso.com\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##",
                ["a@contoso.com", "-", "5.1.1", "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"],
            ),
            (
                "a@fabrikam.example\nmx.fabrikam.example #550 5.7.1 Message refused,\nspam ##",
                ["a@fabrikam.example", "mx.fabrikam.example", "5.7.1", "550 5.7.1 Message refused, spam"],
            ),
            (
                "a@fabrikam.example<mailto:a@fabrikam.example>\nRemote Server at mx.fabrikam.example (198.51.100.7) returned '554 5.4.7 SMTP;421 4.4.2\nConnection dropped'",
                ["a@fabrikam.example", "mx.fabrikam.example", "5.4.7", "554 5.4.7 SMTP;421 4.4.2 Connection dropped"],
            ),
            (
                "a@contoso.com\r\n4/5/2016 9:01:02 AM - Server at EX1.contoso.com returned '450 4.7.320 Certificate validation failed'",
                ["a@contoso.com", "EX1.contoso.com", "4.7.320", "450 4.7.320 Certificate validation failed"],
            ),
        ] {
            assert_eq!(codes(text), [wanted.map(str::to_owned)], "{text}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for line in [
            "see #5 of the list",
            "Remote Server returned nothing",
            "# 5",
            "Ticket #12345",
            "EX1 #ok",
            "MSEXCH: the service",
            "MSEXCH:MSExchangeMTA:EX1",
            "Offer on hold",
            "",
        ] {
            assert!(!is_code(line), "{line}");
        }
    }
}
