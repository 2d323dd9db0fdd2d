//! `Get-NetworkConnectionInfo` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-networkconnectioninfo>
//!
//! Trap: the output does not say which server the cards belong to.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ip_range::parse_address;
use crate::model::Record;
use crate::model::network_connection::NetworkConnection;

/// `Get-NetworkConnectionInfo`.
pub static FORMAT: Format = Format {
    id: "get-network-connection-info",
    title: "Get-NetworkConnectionInfo",
    how_to_collect: "Get-NetworkConnectionInfo EX1 | Export-Clixml network-ex1.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-NetworkConnectionInfo",
    name: "Get-NetworkConnectionInfo EX1",
    classes: &["NetworkConnectionInfo"],
    own: &["Name", "DnsServers", "IPAddresses", "AdapterGuid", "MacAddress"],
    sets: &[&["DnsServers", "AdapterGuid"], &["DnsServers", "IPAddresses"], &["Name", "DnsServers"]],
    never: &["ServerRole", "InternalDNSServers"],
    marks: &["DnsServers", "AdapterGuid", "MacAddress", "IPAddresses"],
    near: "Looks like Get-NetworkConnectionInfo, but has no DnsServers. Export with Get-NetworkConnectionInfo EX1 | Export-Clixml network-ex1.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| connection(row).map(Record::NetworkConnection).into_iter().collect());
}

fn connection(row: &mut Row<'_>) -> Option<NetworkConnection> {
    let address = |text: &str| parse_address(text).ok();
    let connection = NetworkConnection {
        span: row.span(),
        name: row.text("Name"),
        adapter: row.text("AdapterGuid"),
        dns_servers: row.listed("DnsServers", address),
        addresses: row.listed("IPAddresses", address),
    };
    (connection.dns_servers.is_some() || connection.addresses.is_some()).then_some(connection)
}
