//! Events of message tracking, as `Get-MessageTrackingLog` shows them (2007 to SE).

use serde::{Deserialize, Serialize};

use super::{Listed, Located};
use crate::base::source::Span;
use crate::base::timestamp::Moment;

/// One event of one message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrackingEvent {
    /// The whole record.
    pub span: Span,
    /// When.
    pub at: Option<Located<Moment>>,
    /// `RECEIVE`, `SEND`, `DEFER`, `FAIL` ...
    pub event: Located<String>,
    /// Part of transport: `SMTP`, `STOREDRIVER`, `ROUTING` ...
    pub source: Option<Located<String>>,
    /// What the part says about itself.
    pub source_context: Option<Located<String>>,
    /// Server that handed the message over.
    pub client: Option<Located<String>>,
    /// Server that took it.
    pub server: Option<Located<String>>,
    /// Connector.
    pub connector: Option<Located<String>>,
    /// Message-ID.
    pub message_id: Option<Located<String>>,
    /// Number of the message on its server.
    pub internal_message_id: Option<Located<String>>,
    /// Recipients.
    pub recipients: Option<Located<Listed<String>>>,
    /// What became of each recipient, as printed.
    pub recipient_status: Option<Located<Listed<String>>>,
    /// Sender.
    pub sender: Option<Located<String>>,
    /// Messages it refers to, as printed.
    pub reference: Option<Located<Listed<String>>>,
    /// Times and details, depending on the event.
    pub message_info: Option<Located<String>>,
}

impl super::Entry for TrackingEvent {
    fn span(&self) -> Span {
        self.span
    }

    fn times(&self) -> Vec<Moment> {
        self.at.iter().map(|at| at.value).collect()
    }
}
