//! `Get-RoutingGroupConnector` (2007 and 2010), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-routinggroupconnector>
//!
//! Trap: there is one connector for each direction; the other one has source and target exchanged.

use super::cmdlet::{self, Cmdlet, named};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::outbound_connector::ConnectorKind;

/// `Get-RoutingGroupConnector`.
pub static FORMAT: Format = Format {
    id: "get-routing-group-connector",
    title: "Get-RoutingGroupConnector",
    how_to_collect: "Get-RoutingGroupConnector | Export-Clixml routing-group-connectors.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-RoutingGroupConnector",
    name: "Get-RoutingGroupConnector",
    classes: &["RoutingGroupConnector"],
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
        "TargetTransportServers",
        "TargetRoutingGroup",
        "Cost",
        "PublicFolderReferralsEnabled",
    ],
    sets: named!["TargetTransportServers", "TargetRoutingGroup", "PublicFolderReferralsEnabled"],
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
        "AddressSpaces",
    ],
    marks: &[
        "TargetTransportServers",
        "TargetRoutingGroup",
        "Cost",
        "PublicFolderReferralsEnabled",
        "SourceTransportServers",
        "SourceRoutingGroup",
    ],
    near: "Looks like Get-RoutingGroupConnector, but has neither Identity nor Name, so the connectors have no names. Export with Get-RoutingGroupConnector | Export-Clixml routing-group-connectors.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| cmdlet::connector(row, Some(ConnectorKind::RoutingGroup)));
}
