//! Layer 3: what is known about the case. Records of all files, merged and joined; no opinions.
//!
//! [`Fold`] takes records one at a time and keeps bounded facts: documents as records, logs as
//! counted groups with a few exemplars. Folds merge, and the result does not depend on how the input
//! was cut or in which order the files came. [`Facts`] is the finished fold: duplicates removed, every
//! list in a stable order.
//!
//! Facts cannot tell which format a record came from; they see only its [`Span`].

pub mod connectors;
pub mod databases;
pub mod events;
pub mod queues;
pub mod servers;

use crate::base::source::{SourceId, Span};
use crate::base::timestamp::Moment;
use crate::model::database::{Mailbox, MailboxDatabase};
use crate::model::message::Message;
use crate::model::queue::Queue;
use crate::model::receive_connector::ReceiveConnector;
use crate::model::routing::RoutingTable;
use crate::model::server::{ExchangeServer, ServerAddress};
use crate::model::{Record, Sink};

/// Takes records and keeps what the rules need of them.
#[derive(Default)]
pub struct Fold {
    queues: Vec<Queue>,
    messages: Vec<Message>,
    connectors: Vec<ReceiveConnector>,
    servers: Vec<ExchangeServer>,
    addresses: Vec<ServerAddress>,
    databases: Vec<MailboxDatabase>,
    mailboxes: Vec<Mailbox>,
    tables: Vec<RoutingTable>,
    events: events::EventFold,
}

impl Sink for Fold {
    fn record(&mut self, record: Record) {
        match record {
            Record::Queue(r) => self.queues.push(r),
            Record::Message(r) => self.messages.push(r),
            Record::ReceiveConnector(r) => self.connectors.push(r),
            Record::Server(r) => self.servers.push(r),
            Record::ServerAddress(r) => self.addresses.push(r),
            Record::MailboxDatabase(r) => self.databases.push(r),
            Record::Mailbox(r) => self.mailboxes.push(r),
            Record::RoutingTable(r) => self.tables.push(*r),
            Record::Event(r) => self.events.add(r),
        }
    }
}

impl Fold {
    /// Joins two folds; associative, and the finished facts do not depend on the order.
    pub fn merge(mut self, other: Fold) -> Fold {
        self.queues.extend(other.queues);
        self.messages.extend(other.messages);
        self.connectors.extend(other.connectors);
        self.servers.extend(other.servers);
        self.addresses.extend(other.addresses);
        self.databases.extend(other.databases);
        self.mailboxes.extend(other.mailboxes);
        self.tables.extend(other.tables);
        self.events.merge(other.events);
        self
    }

    /// First and last time among the records of a source, for its row in the list of files.
    pub fn time_span(&self, source: SourceId) -> Option<(Moment, Moment)> {
        let here = |span: &Span| span.source == source;
        let queues =
            self.queues.iter().filter(|q| here(&q.span)).filter_map(|q| q.last_retry.as_ref().map(|t| t.value));
        let messages =
            self.messages.iter().filter(|m| here(&m.span)).filter_map(|m| m.date_received.as_ref().map(|t| t.value));
        let tables = self.tables.iter().filter(|t| here(&t.span)).filter_map(|t| t.written);
        let documents = queues.chain(messages).chain(tables);
        let events = self.events.time_span(source).into_iter().flat_map(|(a, b)| [a, b]);
        let all: Vec<Moment> = documents.chain(events).collect();
        Some((*all.iter().min_by_key(|m| m.at)?, *all.iter().max_by_key(|m| m.at)?))
    }

    /// Removes duplicates, joins, and puts everything into its order.
    pub fn finish(mut self) -> Facts {
        self.servers.sort_by_key(|s| s.span);
        self.addresses.sort_by_key(|a| a.span);
        self.databases.sort_by_key(|d| d.span);
        self.mailboxes.sort_by_key(|m| m.span);
        self.tables.sort_by_key(|t| t.span);
        let servers = servers::Servers::new(self.servers, self.addresses, &self.queues);
        Facts {
            queues: queues::Queues::new(self.queues, self.messages),
            connectors: connectors::Connectors::new(self.connectors),
            databases: databases::Databases {
                databases: self.databases,
                mailboxes: self.mailboxes,
                tables: self.tables,
            },
            events: self.events.finish(),
            servers,
        }
    }
}

/// Everything known about a case.
pub struct Facts {
    /// Queues with their messages.
    pub queues: queues::Queues,
    /// Receive connectors by server.
    pub connectors: connectors::Connectors,
    /// Servers, their versions and addresses.
    pub servers: servers::Servers,
    /// Databases, mailboxes and routing tables.
    pub databases: databases::Databases,
    /// Events, grouped.
    pub events: Vec<events::EventGroup>,
}
