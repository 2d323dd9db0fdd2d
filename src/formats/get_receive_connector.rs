//! `Get-ReceiveConnector` (2007 to SE), in every shape that PowerShell prints.
//!
//! Traps: bindings and remote ranges are lists, cut after four elements by Format-List and replaced by
//! a type name in CSV; what is not shown must not be taken for absent. JSON prints flags as numbers.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::receive_connector::{AuthMechanism, PermissionGroups, ReceiveConnector, TransportRole};
use crate::model::{Located, Record};

/// `Get-ReceiveConnector`.
pub static FORMAT: Format = Format {
    id: "get-receive-connector",
    title: "Get-ReceiveConnector",
    how_to_collect: "Get-ReceiveConnector | Export-Clixml receive-connectors.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-ReceiveConnector",
    name: "Get-ReceiveConnector",
    classes: &["ReceiveConnector", "ReceiveConnectorPresentationObject"],
    own: &[
        "Identity",
        "Name",
        "Server",
        "Enabled",
        "TransportRole",
        "Bindings",
        "RemoteIPRanges",
        "AuthMechanism",
        "PermissionGroups",
        "Fqdn",
        "WhenChanged",
        "SuppressXAnonymousTls",
        "TlsDomainCapabilities",
    ],
    sets: &[
        &["Identity", "Bindings"],
        &["Identity", "RemoteIPRanges"],
        &["Identity", "AuthMechanism"],
        &["Identity", "PermissionGroups"],
        &["Identity", "TransportRole"],
        &["Name", "Bindings"],
        &["Name", "RemoteIPRanges"],
        &["Name", "PermissionGroups"],
        &["Name", "TransportRole"],
    ],
    never: &[
        "AddressSpaces",
        "NextHopDomain",
        "ServerRole",
        "EdbFilePath",
        "MessageCount",
        "PrimarySmtpAddress",
        "IPAddress",
    ],
    marks: &["Bindings", "RemoteIPRanges", "AuthMechanism", "PermissionGroups", "TransportRole"],
    near: "Looks like Get-ReceiveConnector, but has neither Identity nor Name, so the connectors have no names. Export \
           with Get-ReceiveConnector | Export-Clixml receive-connectors.xml",
    // The only date is shown as it is printed.
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| connector(row).map(Record::ReceiveConnector).into_iter().collect());
}

fn connector(row: &mut Row<'_>) -> Option<ReceiveConnector> {
    let connector = ReceiveConnector {
        span: row.span(),
        identity: identity(row)?,
        enabled: row.truth("Enabled"),
        role: row.parsed("TransportRole", TransportRole::parse),
        bindings: row.listed("Bindings", |text| text.parse().ok()),
        remote_ip_ranges: row.listed("RemoteIPRanges", |text| text.parse().ok()),
        auth_mechanism: row.parsed("AuthMechanism", AuthMechanism::parse),
        permission_groups: row.parsed("PermissionGroups", PermissionGroups::parse),
        suppress_x_anonymous_tls: row.truth("SuppressXAnonymousTls"),
        tls_domain_capabilities: row.listed("TlsDomainCapabilities", |text| Some(text.to_owned())),
        fqdn: row.text("Fqdn"),
        when_changed: row.text("WhenChanged"),
    };
    Some(connector)
}

/// `Server\Name`; put together when the export has the two apart.
fn identity(row: &mut Row<'_>) -> Option<Located<String>> {
    let identity = row.text("Identity");
    if let Some(whole) = identity.as_ref().filter(|i| i.value.contains('\\')) {
        return Some(whole.clone());
    }
    let name = row.text("Name").or(identity)?;
    match row.plain("Server") {
        Some(server) if !name.value.contains('\\') => {
            // `contoso.com/.../Servers/EX1` or a name.
            let server = server.rsplit('/').next().unwrap_or(&server).to_owned();
            Some(Located::new(format!("{server}\\{}", name.value), name.span))
        }
        _ => Some(name),
    }
}
