//! SMTP replies and the envelopes Exchange wraps them in.
//!
//! `LastError` rarely holds the reply that matters. It holds an envelope: "Primary target IP address
//! responded with", "Target host responded with error. ->", or the bracketed form of 2013 and later
//! `[{LRT=..};{LED=..};{FQDN=..};{IP=..}]`, one inside the other. [`LastError::read`] peels them all.
//!
//! Traps: typographic quotes and no-break spaces from mail and web copies; console wrapping that
//! splits words; `5.7.3` that the text says the remote host "responded with" although the sender
//! made it itself.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use crate::base::ip_range::parse_address;

/// One reply: `451 5.7.3 Cannot achieve Exchange Server authentication`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmtpReply {
    /// Three-digit code.
    pub code: Option<u16>,
    /// Enhanced status code, for example `5.7.3`.
    pub enhanced: Option<String>,
    /// What follows.
    pub text: String,
}

/// A `LastError` taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastError {
    /// The innermost reply.
    pub reply: SmtpReply,
    /// The envelopes around it, outermost first.
    pub envelopes: Vec<Envelope>,
    /// Host the error is about, when the text names one.
    pub host: Option<String>,
    /// Address the error is about, when the text names one.
    pub address: Option<IpAddr>,
}

/// A text that Exchange puts around a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `451 4.4.0 Primary target IP address responded with: "..." Attempted failover ...`
    FailoverExhausted,
    /// `451 4.4.395 Target host responded with error. -> ...`
    TargetHostResponded,
    /// `441 4.4.1 Error encountered while communicating with primary target IP address: "..."`
    CommunicationError,
    /// `[{LRT=..};{LED=..};{FQDN=..};{IP=..}]`
    Bracketed,
}

static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:(primary target IP address|primary outbound frontend IP address) responded with|(error encountered while communicating with primary target IP address)): *"(.*?)"(?: *(?:attempted|$)|$)"#,
    )
    .ok()
});
static LED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[{<\[]LED=(.*?)(?:[}\]]|>?;[{<\[](?:FQDN|IP)=|$)").ok());
static FQDN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)[{<\[]FQDN=([^};>\]]+)").ok());
static IP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)[{<\[]IP=([^};>\]]+)").ok());
static ENDPOINT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)last endpoint attempted was \[?([0-9a-f.:]+?)\]?:\d+").ok());
static REPLY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?s)^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3}))?[ -]?(.*)$").ok());

impl LastError {
    /// Takes a `LastError` apart.
    pub fn read(text: &str) -> LastError {
        let normal = normalize(text);
        let mut rest = normal.as_str();
        let mut error = LastError {
            host: capture(&FQDN, rest).map(str::to_owned),
            address: capture(&IP, rest).or_else(|| capture(&ENDPOINT, rest)).and_then(|a| parse_address(a).ok()),
            ..LastError::default()
        };
        // Each round peels one envelope; four are more than Exchange ever nests.
        for _ in 0..4 {
            let (envelope, inner) = if let Some(led) = capture(&LED, rest) {
                (Envelope::Bracketed, led)
            } else if let Some(found) = QUOTED.as_ref().and_then(|r| r.captures(rest)) {
                let envelope =
                    if found.get(2).is_some() { Envelope::CommunicationError } else { Envelope::FailoverExhausted };
                (envelope, found.get(3).map_or("", |m| m.as_str()))
            } else if let Some((before, after)) = rest.split_once("->")
                && before.to_ascii_lowercase().contains("responded with error")
            {
                (Envelope::TargetHostResponded, after)
            } else {
                break;
            };
            error.envelopes.push(envelope);
            rest = inner.trim();
        }
        error.reply = SmtpReply::read(rest);
        error
    }

    /// Whether the innermost reply says that Exchange Server authentication was not possible.
    pub fn is_exchange_auth_failure(&self) -> bool {
        self.reply.enhanced.as_deref() == Some("5.7.3")
            && squeeze(&self.reply.text).contains("cannotachieveexchangeserverauthentication")
            || squeeze(&self.reply.text).contains("5.7.3cannotachieveexchangeserverauthentication")
    }
}

impl SmtpReply {
    /// Reads code, enhanced code and text.
    pub fn read(text: &str) -> SmtpReply {
        let text = text.trim().trim_matches('"').trim();
        let Some(found) = REPLY.as_ref().and_then(|r| r.captures(text)) else {
            return SmtpReply { text: text.to_owned(), ..SmtpReply::default() };
        };
        let part = |i: usize| found.get(i).map(|m| m.as_str());
        SmtpReply {
            code: part(1).and_then(|c| c.parse().ok()),
            enhanced: part(2).map(str::to_owned),
            text: part(3).unwrap_or("").trim().to_owned(),
        }
    }
}

/// The reasons for which mail is in the unreachable queue: bit, and the English text of Exchange.
pub const UNREACHABLE_REASONS: [(UnreachableReason, &str); 6] = [
    (UnreachableReason::NoMdb, "The mailbox recipient does not have a mailbox database"),
    (UnreachableReason::NoRouteToMdb, "There is currently no route to the mailbox database."),
    (UnreachableReason::NoRouteToMta, "There is currently no route to the distribution group expansion server"),
    (
        UnreachableReason::NonBridgeheadExpansionServer,
        "The distribution group expansion server is not configured for the Hub Transport server role.",
    ),
    (UnreachableReason::NoMatchingConnector, "A matching connector cannot be found to route the external recipient"),
    (
        UnreachableReason::IncompatibleDeliveryDomain,
        "The delivery domain isn't an SMTP domain; therefore, it isn't compatible with the DNS-enabled SMTP Send connector.",
    ),
];

/// A reason for which mail is unreachable. The discriminants are the bits Exchange prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum UnreachableReason {
    /// The recipient has no database.
    NoMdb = 1,
    /// The database is not in the routing table.
    NoRouteToMdb = 2,
    /// The expansion server of a group is not in the routing table.
    NoRouteToMta = 4,
    /// The expansion server of a group has no transport role.
    NonBridgeheadExpansionServer = 8,
    /// No connector for an external address.
    NoMatchingConnector = 16,
    /// A connector override that a DNS connector cannot serve.
    IncompatibleDeliveryDomain = 32,
}

impl UnreachableReason {
    /// The text that Exchange prints, in English.
    pub fn text(self) -> &'static str {
        UNREACHABLE_REASONS.iter().find(|(r, _)| *r == self).map_or("", |(_, text)| *text)
    }

    /// Whether `text` states this reason; blind to wrapping, case, quotes and the final full stop.
    pub fn is_in(self, text: &str) -> bool {
        squeeze(text).contains(squeeze(self.text()).trim_end_matches('.'))
    }

    /// Whether the bits of `code` include this reason.
    pub fn is_in_code(self, code: u32) -> bool {
        code & (self as u32) != 0
    }
}

/// Typographic quotes, dashes and spaces made plain, and runs of white space made one blank.
pub fn normalize(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace()).filter(|word| !word.is_empty()) {
        if !plain.is_empty() {
            plain.push(' ');
        }
        if word.is_ascii() {
            plain.push_str(word);
        } else {
            plain.extend(word.chars().map(plain_char));
        }
    }
    plain
}

/// Normalized, in lower case and without any white space: how texts compare that a console wrapped
/// in the middle of words.
pub fn squeeze(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace()).filter(|word| !word.is_empty()) {
        if word.is_ascii() {
            plain.extend(word.bytes().map(|b| char::from(b.to_ascii_lowercase())));
        } else {
            plain.extend(word.chars().map(plain_char).flat_map(char::to_lowercase));
        }
    }
    plain
}

/// Quotes and dashes as a keyboard has them. (The blanks that do not break are white space already.)
fn plain_char(c: char) -> char {
    match c {
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{AB}' | '\u{BB}' => '"',
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{2010}'..='\u{2014}' => '-',
        c => c,
    }
}

fn capture<'t>(regex: &LazyLock<Option<Regex>>, text: &'t str) -> Option<&'t str> {
    Some(regex.as_ref()?.captures(text)?.get(1)?.as_str().trim()).filter(|t| !t.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peels_the_failover_envelope_with_any_quotes() {
        for (open, close) in [('"', '"'), ('\u{201C}', '\u{201D}')] {
            let text = format!(
                "451 4.4.0 Primary target IP address responded with: {open}451 5.7.3 Cannot achieve Exchange Server \
                 authentication.{close} Attempted failover to alternate host, but that did not succeed. Either there are no \
                 alternate hosts, or delivery failed to all alternate hosts. The last endpoint attempted was 192.0.2.21:25"
            );
            let error = LastError::read(&text);
            assert_eq!(error.envelopes, [Envelope::FailoverExhausted]);
            assert_eq!(error.reply.code, Some(451));
            assert_eq!(error.reply.enhanced.as_deref(), Some("5.7.3"));
            assert_eq!(error.address, "192.0.2.21".parse().ok());
            assert!(error.is_exchange_auth_failure());
        }
    }

    #[test]
    fn peels_brackets_and_arrows() {
        let text = "[{LRT=3/12/2019 2:06:11 PM};{LED=451 4.4.395 Target host responded with error. -> 451 5.7.3 Cannot \
                    achieve Exchange Server authentication};{FQDN=ex16-01.contoso.com};{IP=192.0.2.21}]";
        let error = LastError::read(text);
        assert_eq!(error.envelopes, [Envelope::Bracketed, Envelope::TargetHostResponded]);
        assert_eq!(error.host.as_deref(), Some("ex16-01.contoso.com"));
        assert!(error.is_exchange_auth_failure());
    }

    #[test]
    fn reads_plain_replies_and_free_text() {
        let error = LastError::read("430 4.2.0 STOREDRV; mailbox logon failure");
        assert_eq!((error.reply.code, error.reply.enhanced.as_deref()), (Some(430), Some("4.2.0")));
        assert_eq!(error.reply.text, "STOREDRV; mailbox logon failure");
        assert_eq!(LastError::read("A matching connector cannot be found").reply.code, None);
        assert_eq!(LastError::read("").reply, SmtpReply::default());
        assert!(!LastError::read("451 4.7.0 Temporary server error").is_exchange_auth_failure());
    }

    #[test]
    fn a_text_wrapped_in_the_middle_of_a_word_still_matches() {
        assert!(UnreachableReason::NoRouteToMdb.is_in("There is currently no ro\n    ute to the mailbox database"));
        assert!(!UnreachableReason::NoRouteToMdb.is_in("There is currently no route"));
        assert!(LastError::read("451 5.7.3 Cannot achieve Exchan ge Server authentication").is_exchange_auth_failure());
    }
}
