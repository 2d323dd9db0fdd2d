//! How servers and connectors are set up, and whether their parts run, as the cmdlets of 2007 and later show it.
//!
//! Records are kept as exported: what two exports say about one object may differ, and the rules that
//! compare them decide what that means.

use crate::model::certificate::Certificate;
use crate::model::database::PublicFolderDatabase;
use crate::model::domain::{AcceptedDomain, RemoteDomain};
use crate::model::health::{ComponentState, ServiceHealth, WindowsService};
use crate::model::network_connection::NetworkConnection;
use crate::model::outbound_connector::OutboundConnector;
use crate::model::pressure::BackPressure;
use crate::model::queue_digest::QueueDigest;
use crate::model::server::server_key;
use crate::model::transport_agent::TransportAgent;
use crate::model::transport_service::TransportService;

/// Settings and states, each list in the order of files and places.
#[derive(Debug, Default)]
pub struct Settings {
    /// Send connectors and the other connectors that mail leaves through.
    pub outbound_connectors: Vec<OutboundConnector>,
    /// Settings of transport services.
    pub transport_services: Vec<TransportService>,
    /// Accepted domains.
    pub accepted_domains: Vec<AcceptedDomain>,
    /// Remote domains.
    pub remote_domains: Vec<RemoteDomain>,
    /// Transport agents.
    pub agents: Vec<TransportAgent>,
    /// Network cards.
    pub network_connections: Vec<NetworkConnection>,
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// Components of servers.
    pub components: Vec<ComponentState>,
    /// Windows services.
    pub windows_services: Vec<WindowsService>,
    /// Services of roles.
    pub service_health: Vec<ServiceHealth>,
    /// Resources of the Transport service.
    pub back_pressure: Vec<BackPressure>,
    /// Queues of many servers summed up.
    pub queue_digests: Vec<QueueDigest>,
    /// Public folder databases.
    pub public_folder_databases: Vec<PublicFolderDatabase>,
}

impl Settings {
    /// The settings of the transport services of a server.
    pub fn transport_of<'a>(&'a self, server: &'a str) -> impl Iterator<Item = &'a TransportService> {
        self.transport_services.iter().filter(move |service| server_key(&service.server.value) == server_key(server))
    }

    /// The connector that a name or identifier stands for, as queues and logs give it.
    pub fn outbound_connector(&self, name: &str) -> Option<&OutboundConnector> {
        let guid = uuid::Uuid::try_parse(name.trim()).ok();
        self.outbound_connectors.iter().find(|connector| {
            connector.name.value.eq_ignore_ascii_case(name) || (guid.is_some() && connector.guid == guid)
        })
    }
}
