//! Lists of servers and their addresses, made with `Resolve-DnsName`, `Select-Object` or by hand.
//!
//! Two columns are enough: one that names the server, one that holds addresses. Loopback and link-local
//! addresses are left out, because no other server sees them.

use super::cmdlet::{self, Cmdlet};
use super::{Document, Format, Head, Output, Parse, Probe};

/// A list of addresses.
pub static FORMAT: Format = Format {
    id: "server-addresses",
    title: "Addresses of servers",
    how_to_collect: "Get-ExchangeServer | Select-Object Name, @{n='IPAddress';e={[Net.Dns]::GetHostAddresses($_.Fqdn)}} | \
                     Export-Clixml server-addresses.xml",
    extensions: &["csv", "xml", "txt", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Addresses of servers",
    name: "Get-ExchangeServer | Select-Object Name, @{n='IPAddress';e={[Net.Dns]::GetHostAddresses($_.Fqdn)}}",
    // Any class: such lists are made by `Select-Object` from objects of all kinds.
    classes: &[],
    own: &[
        "Name",
        "Server",
        "ServerName",
        "ComputerName",
        "PSComputerName",
        "HostName",
        "IPAddress",
        "IPAddressToString",
        "IPAddresses",
        "IPv4Address",
        "IPAddressV4",
        "IPv6Address",
        "Address",
    ],
    sets: &[
        &["Name", "IPAddress"],
        &["Name", "IPAddressToString"],
        &["Name", "IPAddresses"],
        &["Name", "IPv4Address"],
        &["Name", "IPAddressV4"],
        &["Name", "IPv6Address"],
        &["Name", "Address"],
        &["Server", "IPAddress"],
        &["Server", "IPAddressToString"],
        &["Server", "IPAddresses"],
        &["Server", "IPv4Address"],
        &["Server", "IPAddressV4"],
        &["Server", "Address"],
        &["ServerName", "IPAddress"],
        &["ServerName", "IPAddresses"],
        &["ServerName", "IPv4Address"],
        &["ServerName", "Address"],
        &["ComputerName", "IPAddress"],
        &["ComputerName", "IPAddresses"],
        &["ComputerName", "IPv4Address"],
        &["ComputerName", "Address"],
        &["PSComputerName", "IPAddress"],
        &["PSComputerName", "IPv4Address"],
        &["PSComputerName", "IPAddressToString"],
        &["HostName", "IPAddress"],
        &["HostName", "IPAddresses"],
        &["HostName", "IPv4Address"],
        &["HostName", "Address"],
    ],
    // With these it is Get-ExchangeServer, which hands on addresses as well.
    never: &[
        "ServerRole",
        "AdminDisplayVersion",
        "Site",
        "Bindings",
        "RemoteIPRanges",
        "NextHopDomain",
        "FromAddress",
        "EventId",
        "PrimarySmtpAddress",
        "AddressSpaces",
        "EdbFilePath",
    ],
    marks: &["IPAddress", "IPAddressToString", "IPAddresses", "IPv4Address", "Address"],
    near: "Shows addresses, but not of which server. Add a column Name, for example with Select-Object Name, IPAddress",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    match cmdlet::probe(head, &CMDLET) {
        // Addresses selected beside the name of an Exchange server carry the class of the server.
        Probe::Yes(score, reason) if has_class(head) => Probe::Yes(score.max(98), reason),
        verdict => verdict,
    }
}

fn has_class(head: &Head<'_>) -> bool {
    let is_server = |parsed: &crate::base::powershell::Parsed| {
        parsed.objects.iter().any(|object| object.is_class("ExchangeServer"))
    };
    head.powershell().is_some_and(is_server)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| {
        // The column PSComputerName names the session, so a name of its own comes first.
        match row.any_text(cmdlet::NAMES) {
            Some(server) => cmdlet::addresses(row, &server.value),
            None => Vec::new(),
        }
    });
}
