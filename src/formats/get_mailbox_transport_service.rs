//! `Get-MailboxTransportService` (2013 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-mailboxtransportservice>
//!
//! Trap: one object stands for two services, Mailbox Transport Delivery and Mailbox Transport Submission.

use super::cmdlet::{self, Cmdlet, named};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::transport_service::TransportServiceKind;

/// `Get-MailboxTransportService`.
pub static FORMAT: Format = Format {
    id: "get-mailbox-transport-service",
    title: "Get-MailboxTransportService",
    how_to_collect: "Get-MailboxTransportService | Export-Clixml mailbox-transport-services.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-MailboxTransportService",
    name: "Get-MailboxTransportService",
    classes: &["MailboxTransportServer", "MailboxTransportServerPresentationObject"],
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
        "MaxConcurrentMailboxDeliveries",
        "MaxConcurrentMailboxSubmissions",
        "MailboxDeliveryAgentLogEnabled",
        "MailboxDeliveryAgentLogPath",
        "MailboxSubmissionAgentLogEnabled",
        "MailboxSubmissionAgentLogPath",
        "MailboxDeliveryThrottlingLogEnabled",
        "MailboxDeliveryThrottlingLogPath",
        "PipelineTracingEnabled",
        "PipelineTracingPath",
    ],
    sets: named![
        "MaxConcurrentMailboxDeliveries",
        "MaxConcurrentMailboxSubmissions",
        "MailboxDeliveryAgentLogEnabled",
        "MailboxDeliveryAgentLogPath",
        "MailboxSubmissionAgentLogEnabled",
        "MailboxSubmissionAgentLogPath",
        "MailboxDeliveryThrottlingLogEnabled",
        "MailboxDeliveryThrottlingLogPath"
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
        "MessageExpirationTimeout",
        "DelayNotificationTimeout",
        "MessageRetryInterval",
        "OutboundConnectionFailureRetryInterval",
    ],
    marks: &["MaxConcurrentMailboxDeliveries", "MaxConcurrentMailboxSubmissions", "MailboxDeliveryAgentLogEnabled"],
    near: "Looks like Get-MailboxTransportService, but has neither Name nor Identity, so the servers have no names. Export with Get-MailboxTransportService | Export-Clixml mailbox-transport-services.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| cmdlet::transport_service(row, Some(TransportServiceKind::Mailbox)));
}
