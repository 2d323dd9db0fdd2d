//! `Get-ForeignConnector` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-foreignconnector>
//!
//! Trap: the short table has no column of its own; it is read as connectors of an unknown kind.

use super::cmdlet::{self, Cmdlet, named};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::outbound_connector::ConnectorKind;

/// `Get-ForeignConnector`.
pub static FORMAT: Format = Format {
    id: "get-foreign-connector",
    title: "Get-ForeignConnector",
    how_to_collect: "Get-ForeignConnector | Export-Clixml foreign-connectors.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-ForeignConnector",
    name: "Get-ForeignConnector",
    classes: &["ForeignConnector"],
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
        "DropDirectory",
        "DropDirectoryQuota",
        "RelayDsnRequired",
    ],
    sets: named!["DropDirectory", "DropDirectoryQuota", "RelayDsnRequired"],
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
        "DeliveryProtocol",
    ],
    marks: &["DropDirectory", "DropDirectoryQuota", "RelayDsnRequired", "AddressSpaces"],
    near: "Looks like Get-ForeignConnector, but has neither Identity nor Name, so the connectors have no names. Export with Get-ForeignConnector | Export-Clixml foreign-connectors.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| cmdlet::connector(row, Some(ConnectorKind::Foreign)));
}
