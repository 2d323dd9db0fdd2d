//! `Get-MailboxDatabase` (2007 to SE), in every shape that PowerShell prints.
//!
//! Traps: `Mounted` is there only with `-Status`; the name of a database contains its server and storage
//! group in 2007 (`SRV\Group\Name` as identity).

use uuid::Uuid;

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::distinguished_name::DistinguishedName;
use crate::model::database::{MailboxDatabase, database_name};
use crate::model::{Located, Record};

/// `Get-MailboxDatabase`.
pub static FORMAT: Format = Format {
    id: "get-mailbox-database",
    title: "Get-MailboxDatabase",
    how_to_collect: "Get-MailboxDatabase -Status | Export-Clixml mailbox-databases.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-MailboxDatabase",
    name: "Get-MailboxDatabase -Status",
    classes: &["MailboxDatabase", "MailboxDatabasePresentationObject"],
    own: &[
        "Name",
        "Identity",
        "Guid",
        "Server",
        "ServerName",
        "DistinguishedName",
        "Mounted",
        "MountedOnServer",
        "Recovery",
        "StorageGroup",
        "StorageGroupName",
        "EdbFilePath",
        "PublicFolderDatabase",
        "ExchangeLegacyDN",
        "ReplicationType",
        "MasterServerOrAvailabilityGroup",
        "LogFolderPath",
    ],
    sets: &[
        &["Name", "Mounted"],
        &["Identity", "Mounted"],
        &["Name", "EdbFilePath"],
        &["Identity", "EdbFilePath"],
        &["Name", "MountedOnServer"],
        &["Name", "PublicFolderDatabase"],
        &["Name", "Server", "Guid"],
        &["Name", "Server", "Recovery"],
        &["Name", "Server", "StorageGroup"],
        &["Name", "Server", "DistinguishedName"],
        &["Name", "Guid", "DistinguishedName"],
        &["Name", "MasterServerOrAvailabilityGroup"],
    ],
    never: &[
        "ServerRole",
        "RecipientTypeDetails",
        "PrimarySmtpAddress",
        "Bindings",
        "RemoteIPRanges",
        "Database",
        "AddressSpaces",
        "NextHopDomain",
        "CopyQueueLength",
        "AuthMechanism",
        "InternalUrl",
        "DomainType",
        "DomainName",
        "SourceTransportServers",
        "TargetTransportServers",
        "SmartHosts",
        "ConnectivityLogPath",
        "ConnectivityLogEnabled",
        "MessageExpirationTimeout",
        "TargetRoutingGroup",
        "PublicFolderHierarchy",
        "UseCustomReferralServerList",
        "ReplicationMessageSize",
    ],
    marks: &["Mounted", "EdbFilePath", "StorageGroup", "Recovery", "MountedOnServer"],
    near: "Looks like Get-MailboxDatabase, but has no names of databases. Export with Get-MailboxDatabase -Status | \
           Export-Clixml mailbox-databases.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| database(row).map(Record::MailboxDatabase).into_iter().collect());
}

fn database(row: &mut Row<'_>) -> Option<MailboxDatabase> {
    let distinguished_name = row.plain("DistinguishedName");
    let name = row.text("Name").or_else(|| {
        let identity = row.text("Identity")?;
        let name = match DistinguishedName::parse(&identity.value) {
            Some(dn) => dn.name().to_owned(),
            None => database_name(&identity.value).to_owned(),
        };
        Some(Located::new(name, identity.span)).filter(|name| !name.value.is_empty())
    })?;
    Some(MailboxDatabase {
        span: row.span(),
        name,
        guid: row
            .parsed("Guid", |text| Uuid::try_parse(text).ok())
            .map(|guid| guid.value)
            .filter(|guid| !guid.is_nil()),
        server: row.any_text(&["Server", "ServerName"]).map(|server| server.value),
        distinguished_name,
        mounted: row.truth("Mounted"),
        recovery: row.truth("Recovery"),
    })
}
