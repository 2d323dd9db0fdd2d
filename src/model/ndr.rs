//! Non-delivery reports, in the terms of RFC 3464.

use serde::{Deserialize, Serialize};

use super::Located;
use crate::base::source::Span;

/// A report about the delivery of one message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NonDeliveryReport {
    /// The whole report.
    pub span: Span,
    /// The server that wrote the report.
    pub reporting_mta: Option<Located<String>>,
    /// The server that the text for administrators names; it gave up the message.
    pub generating_server: Option<Located<String>>,
    /// Subject of the report.
    pub subject: Option<Located<String>>,
    /// When the report was sent, as printed.
    pub date: Option<Located<String>>,
    /// The recipients it is about.
    pub recipients: Vec<NdrRecipient>,
    /// The part written for people, decoded.
    pub text: Option<Located<String>>,
    /// What it carries of the message it is about.
    pub original: OriginalMessage,
}

/// A recipient of a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NdrRecipient {
    /// All fields about this recipient.
    pub span: Span,
    /// Address, without its type.
    pub address: Option<Located<String>>,
    /// Address before it was rewritten, without its type.
    pub original_address: Option<Located<String>>,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`, as printed.
    pub action: Option<Located<String>>,
    /// Enhanced status code, for example `5.1.1`.
    pub status: Option<Located<String>>,
    /// Reply of the server that refused, without its type.
    pub diagnostic_code: Option<Located<String>>,
    /// The server that refused, without its type.
    pub remote_mta: Option<Located<String>>,
}

/// The headers of the message a report is about.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OriginalMessage {
    /// `Message-ID`, with its angle brackets.
    pub message_id: Option<Located<String>>,
    /// Subject.
    pub subject: Option<Located<String>>,
    /// `From`.
    pub from: Option<Located<String>>,
    /// `Received` fields as printed, the last hop first.
    pub received: Vec<Located<String>>,
}

impl super::Entry for NonDeliveryReport {
    fn span(&self) -> Span {
        self.span
    }
}
