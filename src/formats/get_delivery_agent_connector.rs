//! `Get-DeliveryAgentConnector` (2010 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-deliveryagentconnector>
//!
//! Trap: without `DeliveryProtocol` nothing tells it from the other connectors.

use super::cmdlet::{self, Cmdlet, named};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::outbound_connector::ConnectorKind;

/// `Get-DeliveryAgentConnector`.
pub static FORMAT: Format = Format {
    id: "get-delivery-agent-connector",
    title: "Get-DeliveryAgentConnector",
    how_to_collect: "Get-DeliveryAgentConnector | Export-Clixml delivery-agent-connectors.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-DeliveryAgentConnector",
    name: "Get-DeliveryAgentConnector",
    classes: &["DeliveryAgentConnector"],
    own: &[
        "Identity",
        "Name",
        "Guid",
        "Enabled",
        "AddressSpaces",
        "IsScopedConnector",
        "SourceTransportServers",
        "HomeMtaServerId",
        "SourceRoutingGroup",
        "MaxMessageSize",
        "WhenChanged",
        "DeliveryProtocol",
        "MaxConcurrentConnections",
        "MaxMessagesPerConnection",
    ],
    sets: named!["DeliveryProtocol"],
    never: &[
        "Bindings",
        "RemoteIPRanges",
        "PermissionGroups",
        "NextHopDomain",
        "ServerRole",
        "EdbFilePath",
        "PrimarySmtpAddress",
        "SmartHosts",
        "DNSRoutingEnabled",
        "DropDirectory",
    ],
    marks: &["DeliveryProtocol", "MaxConcurrentConnections", "MaxMessagesPerConnection", "AddressSpaces"],
    near: "Looks like Get-DeliveryAgentConnector, but has neither Identity nor Name, so the connectors have no names. Export with Get-DeliveryAgentConnector | Export-Clixml delivery-agent-connectors.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| cmdlet::connector(row, Some(ConnectorKind::DeliveryAgent)));
}
