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
pub mod transport;

use serde::{Deserialize, Serialize};

use crate::base::source::SourceId;
use crate::base::timestamp::Moment;
use crate::model::link_state::LinkStateTable;
use crate::model::log_row::LogRow;
use crate::model::{Documents, Record, Sink};

/// Takes records and keeps what the rules need of them.
#[derive(Default, Serialize, Deserialize)]
pub struct Fold {
    documents: Documents,
    events: events::EventFold,
    transport: transport::TransportFold,
}

impl Sink for Fold {
    fn record(&mut self, record: Record) {
        if let Some(Record::Event(event)) = self.documents.add(record) {
            self.events.add(event);
        }
    }

    fn row(&mut self, row: &LogRow<'_>) {
        self.transport.add(row);
    }
}

impl Fold {
    /// Joins two folds; associative, and the finished facts do not depend on the order.
    pub fn merge(mut self, other: Fold) -> Fold {
        self.documents.merge(other.documents);
        self.events.merge(other.events);
        self.transport.merge(other.transport);
        self
    }

    /// First and last time among the records of a source, for its row in the list of files.
    pub fn time_span(&self, source: SourceId) -> Option<(Moment, Moment)> {
        let mut all = self.documents.times(source);
        all.extend(self.events.time_span(source).into_iter().flat_map(|(a, b)| [a, b]));
        all.extend(self.transport.time_span(source).into_iter().flat_map(|(a, b)| [a, b]));
        Some((*all.iter().min_by_key(|m| m.at)?, *all.iter().max_by_key(|m| m.at)?))
    }

    /// Removes duplicates, joins, and puts everything into its order.
    pub fn finish(self) -> Facts {
        let mut documents = self.documents;
        documents.sort();
        let servers = servers::Servers::new(documents.servers, documents.server_addresses, &documents.queues);
        Facts {
            queues: queues::Queues::new(documents.queues, documents.messages),
            connectors: connectors::Connectors::new(documents.receive_connectors),
            databases: databases::Databases {
                databases: documents.databases,
                mailboxes: documents.mailboxes,
                tables: documents.routing_tables.into_iter().map(|table| *table).collect(),
            },
            link_states: documents.link_state_tables,
            events: self.events.finish(),
            transport: self.transport.finish(),
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
    /// Link state tables of Exchange 2000 and 2003.
    pub link_states: Vec<LinkStateTable>,
    /// What transport logs show.
    pub transport: transport::Transport,
    /// Events, grouped.
    pub events: Vec<events::EventGroup>,
}
