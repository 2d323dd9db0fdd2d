//! Layer 1: records in Exchange's own terms. Plain data; each value knows where it was read.
//!
//! A format hands every record to a [`Sink`] as it is read and keeps nothing, so that a log of any
//! size is folded, never stored.

pub mod access;
pub mod certificate;
pub mod database;
pub mod diagnostic_context;
pub mod directory;
pub mod domain;
pub mod event;
pub mod health;
pub mod known_row;
pub mod latency;
pub mod legacy_queue;
pub mod limit;
pub mod link_state;
pub mod log_row;
pub mod message;
pub mod message_header;
pub mod message_history;
pub mod message_shape;
pub mod ndr;
pub mod network_connection;
pub mod outbound_connector;
pub mod pressure;
pub mod queue;
pub mod queue_digest;
pub mod receive_connector;
pub mod routing;
pub mod server;
pub mod smtp_reply;
pub mod store_mailbox;
pub mod trace;
pub mod tracking_event;
pub mod transport_agent;
pub mod transport_service;
pub mod version;

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::order::Order as _;
use crate::base::source::{SourceId, Span};
use crate::base::timestamp::Moment;

/// A value and the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed<T> {
    /// The elements that could be read.
    pub items: Vec<T>,
    /// Whether the export shows all elements.
    pub complete: bool,
    /// Elements that are not of the expected form, as printed.
    pub unread: Vec<String>,
}

/// What every record of a document can tell about itself.
pub trait Entry {
    /// The whole record.
    fn span(&self) -> Span;

    /// Times in the record that say when the export was made or what it covers.
    fn times(&self) -> Vec<Moment> {
        Vec::new()
    }
}

/// Lists the kinds of records that documents hold: a variant of [`Record`], a list in [`Documents`],
/// and the type, which is an [`Entry`].
macro_rules! documents {
    ($($(#[doc = $doc:literal])+ $variant:ident => $list:ident: $type:ty,)+) => {
        /// One record of any kind.
        #[derive(Clone, Debug)]
        pub enum Record {
            $($(#[doc = $doc])+ $variant($type),)+
            /// An event of a Windows event log.
            Event(event::Event),
        }

        /// The records of documents, by kind. Logs are folded instead, see `facts`.
        #[derive(Clone, Debug, Default, Serialize)]
        pub struct Documents {
            $($(#[doc = $doc])+ pub $list: Vec<$type>,)+
        }

        /// List by list into one value. What `derive` makes drops, after each list, all lists before it: 100 KB of code.
        impl<'de> Deserialize<'de> for Documents {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Documents, D::Error> {
                struct Lists;

                impl<'de> Visitor<'de> for Lists {
                    type Value = Documents;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("all lists of documents in their order")
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut lists: A) -> Result<Documents, A::Error> {
                        let mut all = Documents::default();
                        let missing = || de::Error::custom("a list of documents is missing");
                        $(all.$list = lists.next_element()?.ok_or_else(missing)?;)+
                        Ok(all)
                    }
                }

                deserializer.deserialize_struct("Documents", &[$(stringify!($list)),+], Lists)
            }
        }

        impl Documents {
            /// Takes a record; gives it back when it is one of a log.
            pub fn add(&mut self, record: Record) -> Option<Record> {
                match record {
                    $(Record::$variant(record) => self.$list.push(record),)+
                    Record::Event(_) => return Some(record),
                }
                None
            }

            /// Joins the records of another part of the case.
            pub fn merge(&mut self, other: Documents) {
                $(self.$list.extend(other.$list);)+
            }

            /// Puts every list into the order of files and places.
            pub fn sort(&mut self) {
                $(self.$list.order_by_key(|record| record.span());)+
            }

            /// The times in the records of a source.
            pub fn times(&self, source: SourceId) -> Vec<Moment> {
                let mut times = Vec::new();
                $(times.extend(self.$list.iter().filter(|r| r.span().source == source).flat_map(|r| r.times()));)+
                times
            }
        }
    };
}

documents! {
    /// Queues, from `Get-Queue`.
    Queue => queues: queue::Queue,
    /// Queued messages, from `Get-Message`.
    Message => messages: message::Message,
    /// Queues of Exchange 5.5, 2000 and 2003.
    LegacyQueue => legacy_queues: legacy_queue::LegacyQueue,
    /// Mailboxes in stores of Exchange 2000 and 2003.
    StoreMailbox => store_mailboxes: store_mailbox::StoreMailbox,
    /// Link state tables of Exchange 2000 and 2003.
    LinkStateTable => link_state_tables: link_state::LinkStateTable,
    /// Entries of message histories, from Message Tracking Center of Exchange 2000 and 2003.
    HistoryEntry => history: message_history::HistoryEntry,
    /// Receive connectors, from `Get-ReceiveConnector`.
    ReceiveConnector => receive_connectors: receive_connector::ReceiveConnector,
    /// Connectors that mail leaves through.
    OutboundConnector => outbound_connectors: Box<outbound_connector::OutboundConnector>,
    /// Settings of transport services.
    TransportService => transport_services: Box<transport_service::TransportService>,
    /// Accepted domains, from `Get-AcceptedDomain`.
    AcceptedDomain => accepted_domains: domain::AcceptedDomain,
    /// Remote domains, from `Get-RemoteDomain`.
    RemoteDomain => remote_domains: domain::RemoteDomain,
    /// Components of servers, from `Get-ServerComponentState`.
    ComponentState => component_states: health::ComponentState,
    /// Services of roles, from `Test-ServiceHealth`.
    ServiceHealth => service_health: health::ServiceHealth,
    /// Windows services, from `Get-Service`.
    WindowsService => windows_services: health::WindowsService,
    /// Certificates, from `Get-ExchangeCertificate`.
    Certificate => certificates: Box<certificate::Certificate>,
    /// Resources of the Transport service, from `Get-ExchangeDiagnosticInfo`.
    BackPressure => back_pressure: Box<pressure::BackPressure>,
    /// Queues of many servers summed up, from `Get-QueueDigest`.
    QueueDigest => queue_digests: queue_digest::QueueDigest,
    /// Transport agents, from `Get-TransportAgent`.
    TransportAgent => transport_agents: transport_agent::TransportAgent,
    /// Network cards, from `Get-NetworkConnectionInfo`.
    NetworkConnection => network_connections: network_connection::NetworkConnection,
    /// Events of message tracking, from `Get-MessageTrackingLog`.
    TrackingEvent => tracking_events: Box<tracking_event::TrackingEvent>,
    /// Public folder databases, from `Get-PublicFolderDatabase`.
    PublicFolderDatabase => public_folder_databases: database::PublicFolderDatabase,
    /// Exchange servers, from `Get-ExchangeServer`.
    Server => servers: server::ExchangeServer,
    /// Addresses of servers.
    ServerAddress => server_addresses: server::ServerAddress,
    /// Mailbox databases, from `Get-MailboxDatabase`.
    MailboxDatabase => databases: database::MailboxDatabase,
    /// Mailboxes and their databases, from `Get-Mailbox`.
    Mailbox => mailboxes: database::Mailbox,
    /// Objects of the directory, from LDIF, csvde, LDP and ADSI Edit.
    DirectoryObject => directory_objects: Box<directory::DirectoryObject>,
    /// Access control lists.
    AccessControlList => access_control_lists: Box<access::AccessControlList>,
    /// Headers of messages.
    MessageHeader => message_headers: Box<message_header::MessageHeader>,
    /// Routing tables, from RoutingConfig files.
    RoutingTable => routing_tables: Box<routing::RoutingTable>,
    /// Non-delivery reports.
    NonDeliveryReport => ndrs: Box<ndr::NonDeliveryReport>,
    /// Steps and exceptions of traces, from ExTRA.
    TraceEntry => trace_entries: Box<trace::TraceEntry>,
    /// Rows of known events and replies that a site brought with its evidence.
    SiteRow => site_rows: Box<Located<known_row::KnownRow>>,
}

impl<T> Entry for Located<T> {
    fn span(&self) -> Span {
        self.span
    }
}

impl<T: Entry> Entry for Box<T> {
    fn span(&self) -> Span {
        (**self).span()
    }

    fn times(&self) -> Vec<Moment> {
        (**self).times()
    }
}

/// Takes records one at a time.
pub trait Sink {
    /// Takes a record.
    fn record(&mut self, record: Record);

    /// Takes a row of a transport log.
    fn row(&mut self, row: &log_row::LogRow<'_>);
}

impl Sink for Vec<Record> {
    fn record(&mut self, record: Record) {
        self.push(record);
    }

    fn row(&mut self, _: &log_row::LogRow<'_>) {}
}
