//! `Get-TransportService` (2013 to SE) and `Get-TransportServer` (2007 and 2010), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-transportservice>
//!
//! Traps: the Front End and Mailbox Transport services have logs and DNS settings of the same names; without a
//! property of one service, the folders of the logs tell which it is.

use super::cmdlet::{self, Cmdlet, named};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::transport_service::TransportServiceKind;

/// `Get-TransportService`.
pub static FORMAT: Format = Format {
    id: "get-transport-service",
    title: "Get-TransportService",
    how_to_collect: "Get-TransportService | Export-Clixml transport-services.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-TransportService",
    name: "Get-TransportService",
    classes: &["TransportServer", "TransportServerPresentationObject"],
    own: &[
        "Name",
        "Identity",
        "ConnectivityLogEnabled",
        "ConnectivityLogPath",
        "ConnectivityLogMaxAge",
        "ReceiveProtocolLogPath",
        "ReceiveProtocolLogMaxAge",
        "SendProtocolLogPath",
        "SendProtocolLogMaxAge",
        "AgentLogEnabled",
        "AgentLogPath",
        "AgentLogMaxAge",
        "InternalDNSAdapterEnabled",
        "InternalDNSAdapterGuid",
        "InternalDNSServers",
        "ExternalDNSAdapterEnabled",
        "ExternalDNSAdapterGuid",
        "ExternalDNSServers",
        "MessageExpirationTimeout",
        "DelayNotificationTimeout",
        "MessageRetryInterval",
        "OutboundConnectionFailureRetryInterval",
        "QueueMaxIdleTime",
        "MaxOutboundConnections",
        "MaxPerDomainOutboundConnections",
        "UseDowngradedExchangeServerAuth",
        "PickupDirectoryPath",
        "ReplayDirectoryPath",
        "MessageTrackingLogEnabled",
        "MessageTrackingLogPath",
        "MessageTrackingLogMaxAge",
        "RoutingTableLogPath",
        "RoutingTableLogMaxAge",
        "PoisonThreshold",
        "TransientFailureRetryInterval",
        "TransientFailureRetryCount",
        "PipelineTracingEnabled",
        "PipelineTracingPath",
    ],
    sets: named![
        "MessageExpirationTimeout",
        "DelayNotificationTimeout",
        "MessageRetryInterval",
        "OutboundConnectionFailureRetryInterval",
        "QueueMaxIdleTime",
        "MaxOutboundConnections",
        "MaxPerDomainOutboundConnections",
        "UseDowngradedExchangeServerAuth",
        "PickupDirectoryPath",
        "ReplayDirectoryPath",
        "MessageTrackingLogEnabled",
        "MessageTrackingLogMaxAge",
        "MessageTrackingLogPath",
        "InternalDNSAdapterEnabled",
        "InternalDNSServers",
        "ExternalDNSServers",
        "ConnectivityLogEnabled",
        "ConnectivityLogPath",
        "ReceiveProtocolLogPath",
        "SendProtocolLogPath",
        "TransientFailureRetryInterval",
        "TransientFailureRetryCount"
    ],
    never: &[
        "Bindings",
        "RemoteIPRanges",
        "PermissionGroups",
        "NextHopDomain",
        "EdbFilePath",
        "PrimarySmtpAddress",
        "AddressSpaces",
        "AutoDatabaseMountDial",
        "AttributionLogEnabled",
        "AttributionLogPath",
        "AttributionLogMaxAge",
        "MaxReceiveTlsRatePerMinute",
        "MaxConcurrentMailboxDeliveries",
        "MaxConcurrentMailboxSubmissions",
        "MailboxDeliveryAgentLogEnabled",
        "MailboxDeliveryAgentLogPath",
        "MailboxSubmissionAgentLogEnabled",
        "MailboxSubmissionAgentLogPath",
        "MailboxDeliveryThrottlingLogEnabled",
        "MailboxDeliveryThrottlingLogPath",
    ],
    marks: &[
        "MessageExpirationTimeout",
        "MessageRetryInterval",
        "ConnectivityLogPath",
        "InternalDNSServers",
        "MaxPerDomainOutboundConnections",
        "ReceiveProtocolLogPath",
        "MessageTrackingLogPath",
    ],
    near: "Looks like Get-TransportService, but has neither Name nor Identity, so the servers have no names. Export with Get-TransportService | Export-Clixml transport-services.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

/// Properties that only the Transport service has.
const OWN: &[&str] = &[
    "MessageExpirationTimeout",
    "DelayNotificationTimeout",
    "MessageRetryInterval",
    "OutboundConnectionFailureRetryInterval",
    "QueueMaxIdleTime",
    "MaxPerDomainOutboundConnections",
    "PickupDirectoryPath",
    "MessageTrackingLogPath",
    "MessageTrackingLogEnabled",
];

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| {
        let is_certain = row.is("TransportServer", OWN);
        cmdlet::transport_service(row, is_certain.then_some(TransportServiceKind::Transport))
    });
}
