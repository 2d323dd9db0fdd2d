//! Layer 3: what is known about the case. Records of all files, merged and joined; no opinions.
//!
//! [`Fold`] takes records one at a time and keeps bounded facts: documents as records, logs as
//! counted groups with a few exemplars. Folds merge, and the result does not depend on how the input
//! was cut or in which order the files came. [`Facts`] is the finished fold: duplicates removed, every
//! list in a stable order.
//!
//! Facts cannot tell which format a record came from; they see only its [`Span`].

pub mod changes;
pub mod connector_rights;
pub mod connectors;
pub mod databases;
pub mod directory;
pub mod events;
pub mod latency;
pub mod legacy_queues;
pub mod names;
pub mod permissions;
pub mod queue_errors;
mod queue_lists;
pub mod queues;
pub mod replies;
pub mod servers;
pub mod services;
pub mod settings;
mod shape;
pub mod transport;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::source::SourceId;
use crate::base::timestamp::Moment;
use crate::model::known_row::KnownRow;
use crate::model::legacy_queue::LegacyQueue;
use crate::model::link_state::LinkStateTable;
use crate::model::log_row::LogRow;
use crate::model::message_header::MessageHeader;
use crate::model::message_history::HistoryEntry;
use crate::model::ndr::NonDeliveryReport;
use crate::model::queue::DeliveryType;
use crate::model::server::server_key;
use crate::model::store_mailbox::StoreMailbox;
use crate::model::trace::TraceEntry;
use crate::model::tracking_event::TrackingEvent;
use crate::model::{Documents, Located, Record, Sink};

/// Takes records and keeps what the rules need of them.
#[derive(Default, Serialize, Deserialize)]
pub struct Fold {
    documents: Documents,
    events: events::EventFold,
    changes: changes::ChangeFold,
    transport: transport::TransportFold,
}

impl Sink for Fold {
    fn record(&mut self, record: Record) {
        if let Some(Record::Event(event)) = self.documents.add(record) {
            self.changes.add(&event);
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
        self.changes.merge(other.changes);
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

    /// Removes duplicates, joins, and puts everything into its order. `incomplete` are the files that were not read in full: what
    /// they do not show may be there.
    pub fn finish(self, incomplete: &BTreeSet<SourceId>) -> Facts {
        let mut documents = self.documents;
        documents.sort();
        let tracked: Vec<TrackingEvent> = documents.tracking_events.into_iter().map(|event| *event).collect();
        let mut transport = self.transport;
        transport.latency.events(&tracked);
        let transport = transport.finish();
        let mut servers = servers::Servers::new(documents.servers, documents.server_addresses, &documents.queues);
        servers.learn(&transport);
        let directory =
            directory::Directory::new(documents.directory_objects.into_iter().map(|object| *object).collect());
        let mut names: Vec<String> = servers.servers.iter().map(|server| server.name.clone()).collect();
        names.extend(documents.databases.iter().filter_map(|database| database.server.clone()));
        // Queues are held by servers, and those of type MapiDelivery lead to servers.
        for queue in &documents.queues {
            names.extend(queue.identity.as_ref().and_then(|identity| identity.value.server.clone()));
            let mapi = queue.delivery_type.as_ref().is_some_and(|kind| kind.value == DeliveryType::MapiDelivery);
            names.extend(queue.next_hop_domain.as_ref().filter(|_| mapi).map(|hop| hop.value.clone()));
        }
        let stores: Vec<(String, Option<String>)> =
            documents.databases.iter().map(|database| (database.name.value.clone(), database.server.clone())).collect();
        let connectors = connectors::Connectors::new(documents.receive_connectors);
        let lists = documents.access_control_lists.into_iter().map(|list| *list).collect();
        let (connector_rights, lists) = connector_rights::ConnectorRights::take(lists, &connectors);
        let reports: Vec<NonDeliveryReport> = documents.ndrs.into_iter().map(|report| *report).collect();
        let queues = queues::Queues::new(documents.queues, documents.messages, &servers.names, incomplete);
        let events = self.events.finish();
        let site_rows: Vec<Located<KnownRow>> = documents.site_rows.into_iter().map(|row| *row).collect();
        Facts {
            replies: replies::Replies::new(&queues, &reports, &transport, &tracked, &site_rows),
            tracked,
            settings: settings::Settings {
                outbound_connectors: documents.outbound_connectors.into_iter().map(|connector| *connector).collect(),
                transport_services: documents.transport_services.into_iter().map(|service| *service).collect(),
                accepted_domains: documents.accepted_domains,
                remote_domains: documents.remote_domains,
                agents: documents.transport_agents,
                network_connections: documents.network_connections,
                certificates: documents.certificates.into_iter().map(|certificate| *certificate).collect(),
                components: documents.component_states,
                windows_services: documents.windows_services,
                service_health: documents.service_health,
                back_pressure: documents.back_pressure.into_iter().map(|pressure| *pressure).collect(),
                queue_digests: documents.queue_digests,
                public_folder_databases: documents.public_folder_databases,
            },
            headers: documents.message_headers.into_iter().map(|header| *header).collect(),
            site_rows,
            permissions: permissions::Permissions::new(lists, &directory, &names, &stores),
            directory,
            legacy_queues: legacy_queues::each_once(documents.legacy_queues),
            history: documents.history,
            store_mailboxes: documents.store_mailboxes,
            reports,
            traces: documents.trace_entries.into_iter().map(|entry| *entry).collect(),
            queues,
            connectors,
            connector_rights,
            databases: databases::Databases {
                databases: documents.databases,
                mailboxes: documents.mailboxes,
                tables: documents.routing_tables.into_iter().map(|table| *table).collect(),
            },
            link_states: documents.link_state_tables,
            by_computer: events::ByComputer::new(&events),
            events,
            changes: self.changes.finish(),
            transport,
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
    /// Permissions of receive connectors.
    pub connector_rights: connector_rights::ConnectorRights,
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
    /// The same by computer.
    pub by_computer: events::ByComputer,
    /// What was changed, oldest first.
    pub changes: Vec<changes::Change>,
    /// Objects of the directory.
    pub directory: directory::Directory,
    /// Permissions of servers and stores.
    pub permissions: permissions::Permissions,
    /// Queues of Exchange 5.5, 2000 and 2003, each once.
    pub legacy_queues: Vec<LegacyQueue>,
    /// Mailboxes as stores of Exchange 2000 and 2003 list them.
    pub store_mailboxes: Vec<StoreMailbox>,
    /// Histories of messages, by place.
    pub history: Vec<HistoryEntry>,
    /// Non-delivery reports.
    pub reports: Vec<NonDeliveryReport>,
    /// Lines of traces.
    pub traces: Vec<TraceEntry>,
    /// Settings and states of servers and connectors.
    pub settings: settings::Settings,
    /// Every reply and error, wherever it stands.
    pub replies: replies::Replies,
    /// Events of message tracking from `Get-MessageTrackingLog`.
    pub tracked: Vec<TrackingEvent>,
    /// Headers of messages.
    pub headers: Vec<MessageHeader>,
    /// Rows of known events and replies that the site brought.
    pub site_rows: Vec<Located<KnownRow>>,
}

/// A queue with waiting mail, of whatever version.
#[derive(Clone, Debug)]
pub struct WaitingMail {
    /// How to name it.
    pub label: String,
    /// Number of messages.
    pub count: u64,
    /// Whether the exports tell that number.
    pub is_counted: bool,
    /// Whether nothing in the queue reports an error.
    pub is_moving: bool,
}

impl Facts {
    /// Every queue that mail waits in.
    pub fn waiting_mail(&self) -> Vec<WaitingMail> {
        let queues = self.queues.waiting_queues().map(|queue| WaitingMail {
            label: queue.label(),
            count: queue.count(),
            is_counted: queue.is_counted(),
            is_moving: queue.is_moving(),
        });
        let legacy = self.legacy_queues.iter().map(|queue| WaitingMail {
            label: queue.label(),
            count: queue.messages.as_ref().map_or(0, |messages| messages.value),
            is_counted: queue.messages.is_some(),
            is_moving: queue.is_moving(),
        });
        queues.chain(legacy).collect()
    }

    /// Groups of events of a computer, by its short or full name.
    pub fn events_on(&self, computer: &str) -> impl Iterator<Item = &events::EventGroup> {
        let places = self.by_computer.places(&server_key(computer));
        places.iter().filter_map(|at| self.events.get(*at))
    }

    /// Groups of events with one of these ids from a source. What was overwritten or cleared long ago is left out: it says
    /// nothing about today.
    pub fn events_of<'a>(&'a self, source: &'a str, ids: &'a [u16]) -> impl Iterator<Item = &'a events::EventGroup> {
        self.events.iter().filter(move |group| ids.contains(&group.id) && !group.recovered && group.is_of(source))
    }
}
