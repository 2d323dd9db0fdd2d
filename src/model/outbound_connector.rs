//! Connectors through which mail leaves a routing group or the organization: send, foreign, delivery agent and
//! routing group connectors (2007 to SE).

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

use super::routing::AddressSpace;
use super::{Listed, Located, limit::Limit};
use crate::base::source::Span;

/// The kind of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ConnectorKind {
    /// Send connector, SMTP.
    Send,
    /// Foreign connector: writes files into a drop directory.
    Foreign,
    /// Delivery agent connector (2010 and later).
    DeliveryAgent,
    /// Routing group connector to Exchange 2000 and 2003 (2007 and 2010).
    RoutingGroup,
}

impl fmt::Display for ConnectorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConnectorKind::Send => "send connector",
            ConnectorKind::Foreign => "foreign connector",
            ConnectorKind::DeliveryAgent => "delivery agent connector",
            ConnectorKind::RoutingGroup => "routing group connector",
        })
    }
}

/// One connector. What its kind does not have is `None`, as is what the export does not show.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OutboundConnector {
    /// The whole record.
    pub span: Span,
    /// Its kind; `None` when the export has only properties that several kinds share.
    pub kind: Option<ConnectorKind>,
    /// Name.
    pub name: Located<String>,
    /// Identifier of the directory object; queues name it as their next hop connector.
    pub guid: Option<Uuid>,
    /// Whether it is used. Routing group connectors have no such switch.
    pub enabled: Option<Located<bool>>,
    /// Recipients it serves.
    pub address_spaces: Option<Located<Listed<AddressSpace>>>,
    /// Whether only servers of its own site may use it.
    pub scoped: Option<Located<bool>>,
    /// Servers that send through it.
    pub source_servers: Option<Located<Listed<String>>>,
    /// Server of the message transfer agent it belongs to.
    pub home_server: Option<Located<String>>,
    /// Servers it leads to (routing group connector).
    pub target_servers: Option<Located<Listed<String>>>,
    /// Routing group it belongs to.
    pub source_routing_group: Option<Located<String>>,
    /// Routing group it leads to (routing group connector).
    pub target_routing_group: Option<Located<String>>,
    /// Cost (routing group connector).
    pub cost: Option<Located<u64>>,
    /// Largest message.
    pub max_message_size: Option<Located<Limit>>,
    /// What only a send connector has.
    pub smtp: SmtpSettings,
    /// Protocol of the agent (delivery agent connector).
    pub delivery_protocol: Option<Located<String>>,
    /// Where files are written to (foreign connector).
    pub drop_directory: Option<Located<String>>,
    /// When it was last changed, as printed.
    pub when_changed: Option<Located<String>>,
}

/// How a send connector finds and speaks to its next hop.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SmtpSettings {
    /// Whether the next hop is found by DNS.
    pub dns_routing: Option<Located<bool>>,
    /// Whether the DNS servers for external names are asked.
    pub external_dns_servers: Option<Located<bool>>,
    /// Smart hosts.
    pub smart_hosts: Option<Located<Listed<String>>>,
    /// Authentication against the smart hosts, as printed.
    pub smart_host_auth: Option<Located<String>>,
    /// Port.
    pub port: Option<Located<u64>>,
    /// Name in EHLO.
    pub fqdn: Option<Located<String>>,
    /// Whether the Front End Transport service sends on its behalf.
    pub frontend_proxy: Option<Located<bool>>,
    /// Whether TLS is required.
    pub require_tls: Option<Located<bool>>,
    /// Whether STARTTLS of the next hop is ignored.
    pub ignore_starttls: Option<Located<bool>>,
    /// How the certificate of the next hop is checked, as printed.
    pub tls_auth_level: Option<Located<String>>,
    /// Domain that the certificate of the next hop must have.
    pub tls_domain: Option<Located<String>>,
    /// Own certificate, `<I>issuer<S>subject`.
    pub tls_certificate: Option<Located<String>>,
    /// Whether HELO is sent instead of EHLO.
    pub force_helo: Option<Located<bool>>,
    /// Whether it carries mail of the own organization to Exchange Online.
    pub cloud_services_mail: Option<Located<bool>>,
    /// Whether it requires domain security.
    pub domain_secure: Option<Located<bool>>,
    /// How much the protocol log shows, as printed.
    pub protocol_logging: Option<Located<String>>,
}

impl super::Entry for OutboundConnector {
    fn span(&self) -> Span {
        self.span
    }
}
