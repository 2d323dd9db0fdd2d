//! `Get-ExchangeServer` (2007 to SE), in every shape that PowerShell prints.
//!
//! Traps: the site is a path (`contoso.com/Configuration/Sites/Ghent`) or a distinguished name. People add
//! columns with addresses; those are handed on as well.

use super::cmdlet::{self, Cmdlet, Row, last_part};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::server::ExchangeServer;
use crate::model::version::ExchangeVersion;

/// `Get-ExchangeServer`.
pub static FORMAT: Format = Format {
    id: "get-exchange-server",
    title: "Get-ExchangeServer",
    how_to_collect: "Get-ExchangeServer | Export-Clixml exchange-servers.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-ExchangeServer",
    name: "Get-ExchangeServer",
    classes: &["ExchangeServer", "ExchangeServerPresentationObject"],
    own: &[
        "Name",
        "Identity",
        "Fqdn",
        "Site",
        "ServerRole",
        "AdminDisplayVersion",
        "Edition",
        "IsHubTransportServer",
        "IsFrontendTransportServer",
        "IsEdgeServer",
        "NetworkAddress",
    ],
    sets: &[
        &["Name", "ServerRole"],
        &["Identity", "ServerRole"],
        &["Fqdn", "ServerRole"],
        &["Fqdn", "AdminDisplayVersion"],
        &["Fqdn", "Site"],
        &["Name", "Site"],
        &["Name", "AdminDisplayVersion", "Edition"],
        &["Name", "AdminDisplayVersion"],
        &["Name", "IsHubTransportServer"],
        &["Identity", "AdminDisplayVersion"],
    ],
    never: &[
        "AutoDatabaseMountDial",
        "SubmissionServerOverrideList",
        "EdbFilePath",
        "Mounted",
        "MountedOnServer",
        "Recovery",
        "Bindings",
        "PrimarySmtpAddress",
        "NextHopDomain",
        "InternalDNSServers",
        "MessageExpirationTimeout",
        "InternalUrl",
        "ExternalUrl",
    ],
    marks: &["ServerRole", "AdminDisplayVersion", "Site", "Edition"],
    near: "Looks like Get-ExchangeServer, but has no names of servers. Export with Get-ExchangeServer | Export-Clixml \
           exchange-servers.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| {
        let Some(server) = server(row) else { return Vec::new() };
        let addresses = cmdlet::addresses(row, &server.name);
        std::iter::once(Record::Server(server)).chain(addresses).collect()
    });
}

fn server(row: &mut Row<'_>) -> Option<ExchangeServer> {
    let fqdn = row.plain("Fqdn");
    let short = |fqdn: &String| fqdn.split('.').next().unwrap_or("").to_owned();
    let name = row
        .any_text(&["Name", "Identity"])
        .map(|name| last_part(&name.value))
        .or_else(|| fqdn.as_ref().map(short))
        .filter(|name| !name.is_empty())?;
    Some(ExchangeServer {
        span: row.span(),
        name,
        fqdn,
        site: row.plain("Site").map(|site| last_part(&site)).filter(|site| !site.is_empty()),
        roles: row.plain("ServerRole").map(roles),
        version: row.parsed("AdminDisplayVersion", ExchangeVersion::parse),
    })
}

/// JSON prints the sum of the bits.
fn roles(text: String) -> String {
    let bits = [(1, "Cafe"), (2, "Mailbox"), (4, "ClientAccess"), (16, "UnifiedMessaging"), (32, "HubTransport")];
    let bits = bits.into_iter().chain([(64, "Edge"), (16384, "FrontendTransport")]);
    let Ok(sum) = text.parse::<u32>() else { return text };
    let names: Vec<&str> = bits.filter(|(bit, _)| sum & bit != 0).map(|(_, name)| name).collect();
    if names.is_empty() { text } else { names.join(", ") }
}
