//! `Get-PublicFolderDatabase` (2007 and 2010), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-publicfolderdatabase>
//!
//! Traps: `Mounted` is there only with `-Status`; a short table has no column that tells it from a mailbox database, and is
//! read as one.

use super::cmdlet::{self, Cmdlet, Row, last_part, named};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::database::PublicFolderDatabase;
use crate::model::{Located, Record};

/// `Get-PublicFolderDatabase`.
pub static FORMAT: Format = Format {
    id: "get-public-folder-database",
    title: "Get-PublicFolderDatabase",
    how_to_collect: "Get-PublicFolderDatabase -Status | Export-Clixml public-folder-databases.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-PublicFolderDatabase",
    name: "Get-PublicFolderDatabase -Status",
    classes: &["PublicFolderDatabase"],
    own: &[
        "Name",
        "Identity",
        "Guid",
        "Server",
        "ServerName",
        "DistinguishedName",
        "Mounted",
        "PublicFolderHierarchy",
        "AdministrativeGroup",
        "EdbFilePath",
        "StorageGroup",
        "ReplicationPeriod",
        "ReplicationMessageSize",
        "UseCustomReferralServerList",
        "CustomReferralServerList",
    ],
    sets: named![
        "PublicFolderHierarchy",
        "ReplicationMessageSize",
        "UseCustomReferralServerList",
        "CustomReferralServerList"
    ],
    never: &["ServerRole", "PrimarySmtpAddress", "NextHopDomain", "RecoveryDatabase", "JournalRecipient"],
    marks: &["PublicFolderHierarchy", "ReplicationMessageSize", "UseCustomReferralServerList"],
    near: "Looks like Get-PublicFolderDatabase, but has no names of databases. Export with Get-PublicFolderDatabase -Status | Export-Clixml public-folder-databases.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| database(row).map(Record::PublicFolderDatabase).into_iter().collect());
}

fn database(row: &mut Row<'_>) -> Option<PublicFolderDatabase> {
    let identity = |text: Located<String>| Located::new(last_part(&text.value), text.span);
    Some(PublicFolderDatabase {
        span: row.span(),
        name: row.text("Name").or_else(|| row.text("Identity").map(identity)).filter(|name| !name.value.is_empty())?,
        guid: row.guid("Guid"),
        server: row.any_text(&["Server", "ServerName"]).map(|server| server.value),
        distinguished_name: row.plain("DistinguishedName"),
        hierarchy: row.last_part("PublicFolderHierarchy"),
        mounted: row.truth("Mounted"),
    })
}
