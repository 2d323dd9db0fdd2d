//! The history of a message as Message Tracking Center of Exchange 2000 and 2003 shows it.

use serde::{Deserialize, Serialize};

use super::Located;
use crate::base::{source::Span, timestamp::Moment};

/// One entry of a history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Where it stands.
    pub span: Span,
    /// When; local to the server in text.
    pub time: Option<Located<Moment>>,
    /// Number of the event in the log, when the text or the number is known.
    pub event: Option<Located<u16>>,
    /// The event, as written, without the recipient.
    pub text: Option<String>,
    /// The recipient, or in XML the recipients as written.
    pub recipient: Option<String>,
    /// The server a message was handed to.
    pub partner: Option<String>,
    /// The server that logged the entry.
    pub server: Option<String>,
    /// Message identifier.
    pub message_id: Option<String>,
    /// Identifier of the message it belongs to, of copies and reports.
    pub linked_message_id: Option<String>,
    /// Sender.
    pub sender: Option<String>,
    /// Subject.
    pub subject: Option<String>,
}

impl HistoryEntry {
    /// An entry of which nothing is known.
    pub fn new(span: Span) -> HistoryEntry {
        HistoryEntry {
            span,
            time: None,
            event: None,
            text: None,
            recipient: None,
            partner: None,
            server: None,
            message_id: None,
            linked_message_id: None,
            sender: None,
            subject: None,
        }
    }
}

/// Number in the log and text in Message Tracking Center, without the protocol in front. A text that begins like another
/// stands before it.
const TEXTS: [(u16, &str); 19] = [
    (1019, "Message Submitted to Advanced Queuing"),
    (1020, "Started Outbound Transfer of Message"),
    (1028, "Store Driver: Message Delivered Locally to Store"),
    (1023, "Message Delivered Locally"),
    (1024, "Message Submitted to Categorizer"),
    (1025, "Started Message Submission to Advanced Queue"),
    (1027, "Store Driver: Message Submitted from Store"),
    (1027, "Message Submitted from Store"),
    (1029, "Store Driver: Message Delivered to MTA"),
    (1030, "Non-Delivered Report (NDR) Generated"),
    (1030, "Non-Delivery Report (NDR) Generated"),
    (1031, "Message transferred out"),
    (1032, "Message Scheduled to Retry Categorization"),
    (1033, "Message Categorized and Queued for Routing"),
    (1034, "Message Routed and Queued for Remote Delivery"),
    (1035, "Message Scheduled to Retry Routing"),
    (1036, "Message Queued for Local Delivery"),
    (1037, "Message Scheduled to Retry Local Delivery"),
    (1038, "Message Routed and Queued for Gateway Delivery"),
];

/// The event that a text begins with, and what follows: `to anna@contoso.com`.
pub fn event_of(text: &str) -> Option<(u16, &str)> {
    let mut text = text.trim();
    if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("SMTP:")) {
        text = text.get(5..)?.trim_start();
    }
    TEXTS.iter().find_map(|(event, known)| {
        let start = text.get(..known.len())?;
        let rest = text.get(known.len()..)?;
        let ends = rest.chars().next().is_none_or(|c| !c.is_alphanumeric());
        (ends && start.eq_ignore_ascii_case(known)).then_some((*event, rest.trim()))
    })
}

impl super::Entry for HistoryEntry {
    fn span(&self) -> Span {
        self.span
    }

    fn times(&self) -> Vec<Moment> {
        self.time.as_ref().map(|time| time.value).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::event_of;

    #[test]
    fn knows_events_by_their_texts() {
        for (text, event, rest) in [
            ("SMTP: Message Delivered Locally to anna@contoso.com", 1023, "to anna@contoso.com"),
            ("SMTP: Store Driver: Message Delivered Locally to Store to anna@contoso.com", 1028, "to anna@contoso.com"),
            ("SMTP: Message Submitted to Advanced Queuing", 1019, ""),
            (
                "Message transferred out to FAB1.fabrikam.example through SMTP",
                1031,
                "to FAB1.fabrikam.example through SMTP",
            ),
        ] {
            assert_eq!(event_of(text), Some((event, rest)), "{text}");
        }
        assert_eq!(event_of("SMTP: Message Delivered Locallyish"), None);
        assert_eq!(event_of("Message Ünbekannt"), None);
    }
}
