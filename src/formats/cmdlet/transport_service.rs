//! Settings of transport services: the properties that their cmdlets share.
//!
//! Traps: connection limits print `unlimited`; a log that nobody switched off may have no path, and is then not
//! written; DNS servers are a list, empty when a network card is used.

use super::row::{Remark, Row};
use crate::model::transport_service::{
    DeliverySettings, DnsSettings, LogSettings, TransportService, TransportServiceKind,
};
use crate::model::{Located, Record};

/// Logs: the beginning of the names of their properties, and the properties whether, where and how long.
const LOGS: &[(&str, &str, &str, &str)] = &[
    ("ConnectivityLog", "ConnectivityLogEnabled", "ConnectivityLogPath", "ConnectivityLogMaxAge"),
    ("MessageTrackingLog", "MessageTrackingLogEnabled", "MessageTrackingLogPath", "MessageTrackingLogMaxAge"),
    ("ReceiveProtocolLog", "", "ReceiveProtocolLogPath", "ReceiveProtocolLogMaxAge"),
    ("SendProtocolLog", "", "SendProtocolLogPath", "SendProtocolLogMaxAge"),
    ("AgentLog", "AgentLogEnabled", "AgentLogPath", "AgentLogMaxAge"),
    ("RoutingTableLog", "", "RoutingTableLogPath", "RoutingTableLogMaxAge"),
    ("PipelineTracing", "PipelineTracingEnabled", "PipelineTracingPath", ""),
];

/// The settings of one object; none when it has no name.
pub fn transport_service(row: &mut Row<'_>, kind: Option<TransportServiceKind>) -> Vec<Record> {
    let Some(server) = server(row) else { return Vec::new() };
    let logs = LOGS.iter().filter_map(|(log, enabled, path, age)| {
        let settings = LogSettings {
            log: (*log).to_owned(),
            enabled: row.truth(enabled),
            path: row.text_or_empty(path),
            max_age: row.seconds(age),
        };
        let is_shown = settings.enabled.is_some() || settings.path.is_some() || settings.max_age.is_some();
        is_shown.then_some(settings)
    });
    let logs: Vec<LogSettings> = logs.collect();
    // The folders of setup are `TransportRoles\Logs\Hub`, `...\FrontEnd` and `...\Mailbox`.
    let kind = kind.or_else(|| {
        let mut kinds = logs.iter().filter_map(|log| kind_of(&log.path.as_ref()?.value));
        let first = kinds.next()?;
        kinds.all(|kind| kind == first).then_some(first)
    });
    if kind.is_none() {
        let what = "Nothing in the export tells the Transport service from Front End and Mailbox Transport. \
                    Get-TransportService | Export-Clixml keeps it";
        row.remark(Remark::Open, what, row.lines());
    }
    let service = TransportService {
        span: row.span(),
        kind,
        server,
        delivery: DeliverySettings {
            message_expiration: row.seconds("MessageExpirationTimeout"),
            delay_notification: row.seconds("DelayNotificationTimeout"),
            message_retry: row.seconds("MessageRetryInterval"),
            outbound_failure_retry: row.seconds("OutboundConnectionFailureRetryInterval"),
            transient_failure_retry: row.seconds("TransientFailureRetryInterval"),
            transient_failure_count: row.number("TransientFailureRetryCount"),
            queue_idle: row.seconds("QueueMaxIdleTime"),
            outbound_connections: row.text("MaxOutboundConnections"),
            outbound_connections_per_domain: row.text("MaxPerDomainOutboundConnections"),
            mailbox_deliveries: row.number("MaxConcurrentMailboxDeliveries"),
            downgraded_exchange_auth: row.truth("UseDowngradedExchangeServerAuth"),
        },
        dns: DnsSettings {
            internal_adapter_enabled: row.truth("InternalDNSAdapterEnabled"),
            internal_adapter: row.text("InternalDNSAdapterGuid"),
            internal_servers: row.listed("InternalDNSServers", |text| Some(text.to_owned())),
            external_adapter_enabled: row.truth("ExternalDNSAdapterEnabled"),
            external_adapter: row.text("ExternalDNSAdapterGuid"),
            external_servers: row.listed("ExternalDNSServers", |text| Some(text.to_owned())),
        },
        logs,
        pickup_directory: row.text_or_empty("PickupDirectoryPath"),
        replay_directory: row.text_or_empty("ReplayDirectoryPath"),
    };
    vec![Record::TransportService(Box::new(service))]
}

/// `EX1\Frontend` is the identity of a service of the server EX1.
fn server(row: &mut Row<'_>) -> Option<Located<String>> {
    let identity = row.text("Identity");
    if let Some((identity, (server, _))) = identity.as_ref().and_then(|i| Some((i, i.value.split_once('\\')?))) {
        return Some(Located::new(server.to_owned(), identity.span)).filter(|server| !server.value.is_empty());
    }
    row.last_part("Name").or_else(|| row.last_part("Identity"))
}

fn kind_of(path: &str) -> Option<TransportServiceKind> {
    let path = path.to_ascii_lowercase();
    let (_, below) = path.split_once("transportroles\\logs\\")?;
    match below.split('\\').next()? {
        "hub" | "edge" => Some(TransportServiceKind::Transport),
        "frontend" => Some(TransportServiceKind::FrontEnd),
        "mailbox" => Some(TransportServiceKind::Mailbox),
        _ => None,
    }
}
