//! Queued messages, as `Get-Message` shows them (2007 to SE).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Located;
use crate::base::{source::Span, timestamp::Moment};

/// One message in a queue at the time of the export.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// The whole record.
    pub span: Span,
    /// `Server\Queue\Number`.
    pub identity: Option<Located<String>>,
    /// The queue it is in: the property `Queue`, or the identity without its last part.
    pub queue: Option<Located<String>>,
    /// Subject line.
    pub subject: Option<String>,
    /// Internet message identifier.
    pub internet_message_id: Option<String>,
    /// Sender.
    pub from: Option<String>,
    /// Active, Ready, Retry, Suspended ... as printed.
    pub status: Option<Located<String>>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Where it came from: `SMTP:Default EX1`, `FromLocal`.
    pub source_name: Option<String>,
    /// The address it came from.
    pub source_ip: Option<Located<IpAddr>>,
    /// When this server received it.
    pub date_received: Option<Located<Moment>>,
    /// The last error, as printed; lines joined.
    pub last_error: Option<Located<String>>,
    /// Why it is put off (2013 and later), as printed: a short name or a sentence.
    pub defer_reason: Option<Located<String>>,
    /// How often it was sent again.
    pub retry_count: Option<Located<u64>>,
    /// Recipients; filled only with `-IncludeRecipientInfo`.
    pub recipients: Vec<Recipient>,
    /// Whether all recipients are shown.
    pub recipients_complete: bool,
}

/// One recipient of a queued message, from the seven fields joined by `;`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Where it stands.
    pub span: Span,
    /// Address.
    pub address: String,
    /// 0 none, 1 complete, 2 ready, 3 retry, 4 locked.
    pub status: Option<u32>,
    /// 0 unknown, 1 distribution group, 2 external, 3 mailbox.
    pub kind: Option<u32>,
    /// The error of this recipient.
    pub last_error: Option<String>,
    /// Bits of the reasons why it is unreachable.
    pub last_error_code: Option<u32>,
    /// Where routing wanted to send it.
    pub final_destination: Option<String>,
}

impl Message {
    /// The queue in the form `Server\Queue`, without the number of the message.
    pub fn queue_identity(&self) -> Option<super::queue::QueueIdentity> {
        self.queue.as_ref().and_then(|q| super::queue::QueueIdentity::parse(&q.value))
    }

    /// All error texts with their places: of the message, then of its recipients.
    pub fn errors(&self) -> impl Iterator<Item = (&str, Span)> {
        let own = self.last_error.iter().map(|e| (e.value.as_str(), e.span));
        own.chain(self.recipients.iter().filter_map(|r| Some((r.last_error.as_deref()?, r.span))))
    }
}

impl super::Entry for Message {
    fn span(&self) -> Span {
        self.span
    }

    fn times(&self) -> Vec<Moment> {
        self.date_received.as_ref().map(|t| t.value).into_iter().collect()
    }
}
