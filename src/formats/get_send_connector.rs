//! `Get-SendConnector` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-sendconnector>
//!
//! Traps: the short table has the same columns as the one of foreign and delivery agent connectors, so its
//! connectors are of an unknown kind; `SmartHosts` is a list, `SmartHostsString` the same as one text.

use super::cmdlet::{self, Cmdlet, named};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::outbound_connector::ConnectorKind;

/// `Get-SendConnector`.
pub static FORMAT: Format = Format {
    id: "get-send-connector",
    title: "Get-SendConnector",
    how_to_collect: "Get-SendConnector | Export-Clixml send-connectors.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-SendConnector",
    name: "Get-SendConnector",
    classes: &["SmtpSendConnectorConfig"],
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
        "DNSRoutingEnabled",
        "UseExternalDNSServersEnabled",
        "SmartHosts",
        "SmartHostsString",
        "SmartHostAuthMechanism",
        "Port",
        "Fqdn",
        "FrontendProxyEnabled",
        "RequireTLS",
        "IgnoreSTARTTLS",
        "TlsAuthLevel",
        "TlsDomain",
        "TlsCertificateName",
        "ForceHELO",
        "CloudServicesMailEnabled",
        "DomainSecureEnabled",
        "ProtocolLoggingLevel",
    ],
    sets: named![
        "AddressSpaces",
        "SmartHosts",
        "SmartHostsString",
        "DNSRoutingEnabled",
        "SmartHostAuthMechanism",
        "TlsAuthLevel",
        "CloudServicesMailEnabled",
        "FrontendProxyEnabled",
        "SourceTransportServers"
    ],
    never: &[
        "Bindings",
        "RemoteIPRanges",
        "PermissionGroups",
        "NextHopDomain",
        "ServerRole",
        "EdbFilePath",
        "PrimarySmtpAddress",
        "DropDirectory",
        "DropDirectoryQuota",
        "RelayDsnRequired",
        "DeliveryProtocol",
        "TargetTransportServers",
        "TargetRoutingGroup",
        "RecipientDomains",
    ],
    marks: &[
        "AddressSpaces",
        "SmartHosts",
        "SmartHostAuthMechanism",
        "SourceTransportServers",
        "DNSRoutingEnabled",
        "SmartHostsString",
    ],
    near: "Looks like Get-SendConnector, but has neither Identity nor Name, so the connectors have no names. Export with Get-SendConnector | Export-Clixml send-connectors.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

/// Properties that only send connectors have.
const SMTP: &[&str] = &[
    "DNSRoutingEnabled",
    "SmartHosts",
    "SmartHostsString",
    "SmartHostAuthMechanism",
    "RequireTLS",
    "TlsAuthLevel",
    "FrontendProxyEnabled",
    "CloudServicesMailEnabled",
    "Port",
    "ForceHELO",
];

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| {
        let is_certain = row.is("SmtpSendConnectorConfig", SMTP);
        cmdlet::connector(row, is_certain.then_some(ConnectorKind::Send))
    });
}
