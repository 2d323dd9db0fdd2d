//! `Get-FrontendTransportService` (2013 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-frontendtransportservice>
//!
//! Trap: it has no queues, so it has no expiration and no retry of messages; what an export shows of them belongs to
//! the Transport service.

use super::cmdlet::{self, Cmdlet, named};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::transport_service::TransportServiceKind;

/// `Get-FrontendTransportService`.
pub static FORMAT: Format = Format {
    id: "get-frontend-transport-service",
    title: "Get-FrontendTransportService",
    how_to_collect: "Get-FrontendTransportService | Export-Clixml frontend-transport-services.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-FrontendTransportService",
    name: "Get-FrontendTransportService",
    classes: &["FrontendTransportServer", "FrontendTransportServerPresentationObject"],
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
        "TransientFailureRetryInterval",
        "TransientFailureRetryCount",
        "AttributionLogEnabled",
        "AttributionLogPath",
        "AttributionLogMaxAge",
        "MaxReceiveTlsRatePerMinute",
        "RoutingTableLogPath",
    ],
    sets: named!["AttributionLogEnabled", "AttributionLogPath", "AttributionLogMaxAge", "MaxReceiveTlsRatePerMinute"],
    never: &[
        "Bindings",
        "RemoteIPRanges",
        "PermissionGroups",
        "NextHopDomain",
        "EdbFilePath",
        "PrimarySmtpAddress",
        "AddressSpaces",
        "AutoDatabaseMountDial",
        "MaxConcurrentMailboxDeliveries",
        "MaxConcurrentMailboxSubmissions",
        "MailboxDeliveryAgentLogEnabled",
        "MailboxDeliveryAgentLogPath",
        "MailboxSubmissionAgentLogEnabled",
        "MailboxSubmissionAgentLogPath",
        "MailboxDeliveryThrottlingLogEnabled",
        "MailboxDeliveryThrottlingLogPath",
        "MessageExpirationTimeout",
        "DelayNotificationTimeout",
        "MessageRetryInterval",
        "OutboundConnectionFailureRetryInterval",
    ],
    marks: &["AttributionLogEnabled", "AttributionLogPath", "MaxReceiveTlsRatePerMinute"],
    near: "Looks like Get-FrontendTransportService, but has neither Name nor Identity, so the servers have no names. Export with Get-FrontendTransportService | Export-Clixml frontend-transport-services.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| cmdlet::transport_service(row, Some(TransportServiceKind::FrontEnd)));
}
