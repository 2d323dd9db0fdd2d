//! Settings of the transport services of a server (2007 to SE).

use serde::{Deserialize, Serialize};
use std::fmt;

use super::{Listed, Located};
use crate::base::source::Span;

/// A transport service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TransportServiceKind {
    /// The Transport service, which has the queues; in 2007 and 2010 the Hub Transport and Edge Transport server.
    Transport,
    /// The Front End Transport service (2013 and later).
    FrontEnd,
    /// The Mailbox Transport services (2013 and later).
    Mailbox,
}

impl fmt::Display for TransportServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TransportServiceKind::Transport => "Transport service",
            TransportServiceKind::FrontEnd => "Front End Transport service",
            TransportServiceKind::Mailbox => "Mailbox Transport service",
        })
    }
}

/// The settings of one service on one server. What the service does not have is `None`, as is what the export does not
/// show. Durations are in seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransportService {
    /// The whole record.
    pub span: Span,
    /// Which service; `None` when the export has only properties that several services share.
    pub kind: Option<TransportServiceKind>,
    /// Name of the server.
    pub server: Located<String>,
    /// How messages are sent again and when they expire.
    pub delivery: DeliverySettings,
    /// How names are resolved.
    pub dns: DnsSettings,
    /// Which logs are written, and where.
    pub logs: Vec<LogSettings>,
    /// Folder into which programs drop messages; empty when it is not used.
    pub pickup_directory: Option<Located<String>>,
    /// Folder for messages of gateways; empty when it is not used.
    pub replay_directory: Option<Located<String>>,
}

/// Times and limits of delivery.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DeliverySettings {
    /// After how long a message is returned.
    pub message_expiration: Option<Located<u64>>,
    /// After how long its sender is told that it is late.
    pub delay_notification: Option<Located<u64>>,
    /// How long a message waits that was put back into its queue.
    pub message_retry: Option<Located<u64>>,
    /// How long a queue waits after a failed connection when the short attempts are used up.
    pub outbound_failure_retry: Option<Located<u64>>,
    /// How long the short attempts are apart.
    pub transient_failure_retry: Option<Located<u64>>,
    /// How many of them.
    pub transient_failure_count: Option<Located<u64>>,
    /// After how long an empty queue goes away.
    pub queue_idle: Option<Located<u64>>,
    /// How many connections at once, as printed (`unlimited`).
    pub outbound_connections: Option<Located<String>>,
    /// How many of them to one domain, as printed.
    pub outbound_connections_per_domain: Option<Located<String>>,
    /// How many deliveries to mailboxes at once (Mailbox Transport).
    pub mailbox_deliveries: Option<Located<u64>>,
    /// Whether mail to Exchange 2007 is authenticated without TLS over an accelerated line.
    pub downgraded_exchange_auth: Option<Located<bool>>,
}

/// How a service resolves names.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DnsSettings {
    /// Whether internal names are resolved with the settings of a network card.
    pub internal_adapter_enabled: Option<Located<bool>>,
    /// Which one; zeros for any.
    pub internal_adapter: Option<Located<String>>,
    /// Servers for internal names, when no network card is used.
    pub internal_servers: Option<Located<Listed<String>>>,
    /// Whether external names are resolved with the settings of a network card.
    pub external_adapter_enabled: Option<Located<bool>>,
    /// Which one; zeros for any.
    pub external_adapter: Option<Located<String>>,
    /// Servers for external names, when no network card is used.
    pub external_servers: Option<Located<Listed<String>>>,
}

/// The settings of one log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LogSettings {
    /// Beginning of the names of its properties: `ConnectivityLog`, `MessageTrackingLog` ...
    pub log: String,
    /// Whether it is written. Protocol logs are switched on by connectors.
    pub enabled: Option<Located<bool>>,
    /// Folder.
    pub path: Option<Located<String>>,
    /// For how long files are kept.
    pub max_age: Option<Located<u64>>,
}

impl super::Entry for TransportService {
    fn span(&self) -> Span {
        self.span
    }
}
