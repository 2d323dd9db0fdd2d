//! Headers of messages: the path of a message, and what Exchange wrote about it.

use serde::{Deserialize, Serialize};

use super::Located;
use super::latency::Latency;
use crate::base::source::Span;
use crate::base::timestamp::Moment;

/// The header of a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessageHeader {
    /// The whole header.
    pub span: Span,
    /// `Message-ID`, with its angle brackets.
    pub message_id: Option<Located<String>>,
    /// Subject.
    pub subject: Option<Located<String>>,
    /// `From`.
    pub from: Option<Located<String>>,
    /// `Date`, as printed.
    pub date: Option<Located<String>>,
    /// The path, first hop first.
    pub hops: Vec<Hop>,
    /// Fields whose names begin with `X-MS-Exchange-`: name as printed, value.
    pub exchange: Vec<(String, Located<String>)>,
    /// What servers found out about the sender: `Authentication-Results`, `Received-SPF` and the like; name, value.
    pub authentication: Vec<(String, Located<String>)>,
    /// Where the message spent its time, as Exchange stamped it.
    pub latency: Option<Located<Latency>>,
    /// What pipeline tracing wrote above the header.
    pub snapshot: Option<Snapshot>,
}

/// A hop: one `Received` field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hop {
    /// The field.
    pub span: Span,
    /// Who handed the message over, as printed behind `from`.
    pub from: Option<String>,
    /// Who took it.
    pub by: Option<String>,
    /// How: what stands behind `with`.
    pub with: Option<String>,
    /// Behind `id`: for servers of 2007 and later their version.
    pub id: Option<String>,
    /// Behind `via`: for servers of 2013 and later the service.
    pub via: Option<String>,
    /// When; local when the field names a zone that is not known.
    pub at: Option<Moment>,
}

/// A snapshot of pipeline tracing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// Number in the series.
    pub record_id: Option<String>,
    /// Event, and agent when one changed the message.
    pub source: Option<String>,
    /// When.
    pub at: Option<Moment>,
    /// Sender of the envelope.
    pub sender: Option<String>,
    /// Recipients of the envelope.
    pub receivers: Vec<String>,
}

impl super::Entry for MessageHeader {
    fn span(&self) -> Span {
        self.span
    }

    fn times(&self) -> Vec<Moment> {
        self.hops.iter().filter_map(|hop| hop.at).collect()
    }
}
