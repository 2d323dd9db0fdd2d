//! Layer 1: records in Exchange's own terms. Plain data; each value knows where it was read.
//!
//! A format hands every record to a [`Sink`] as it is read and keeps nothing, so that a log of any
//! size is folded, never stored.

pub mod database;
pub mod event;
pub mod message;
pub mod queue;
pub mod receive_connector;
pub mod routing;
pub mod server;
pub mod smtp_reply;
pub mod version;

use crate::base::source::Span;

/// A value and the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Located<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Located<T> {
        Located { value, span }
    }
}

/// A list as an export shows it. PowerShell cuts lists after four elements (`{a, b, c, d...}`), and
/// CSV replaces them by a type name; what cannot be seen must not be taken for absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed<T> {
    /// The elements that could be read.
    pub items: Vec<T>,
    /// Whether the export shows all elements.
    pub complete: bool,
    /// Elements that are not of the expected form, as printed.
    pub unread: Vec<String>,
}

/// One record of any kind.
#[derive(Clone, Debug)]
pub enum Record {
    /// A queue, from `Get-Queue`.
    Queue(queue::Queue),
    /// A queued message, from `Get-Message`.
    Message(message::Message),
    /// A receive connector, from `Get-ReceiveConnector`.
    ReceiveConnector(receive_connector::ReceiveConnector),
    /// An Exchange server, from `Get-ExchangeServer`.
    Server(server::ExchangeServer),
    /// An address of a server.
    ServerAddress(server::ServerAddress),
    /// A mailbox database, from `Get-MailboxDatabase`.
    MailboxDatabase(database::MailboxDatabase),
    /// A mailbox and its database, from `Get-Mailbox`.
    Mailbox(database::Mailbox),
    /// A routing table, from a RoutingConfig file.
    RoutingTable(Box<routing::RoutingTable>),
    /// An event of a Windows event log.
    Event(event::Event),
}

/// Takes records one at a time.
pub trait Sink {
    /// Takes a record.
    fn record(&mut self, record: Record);
}

impl Sink for Vec<Record> {
    fn record(&mut self, record: Record) {
        self.push(record);
    }
}
