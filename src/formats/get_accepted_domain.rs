//! `Get-AcceptedDomain` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-accepteddomain>
//!
//! Traps: the name of the object need not be the domain; JSON prints the type as a number.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::domain::{AcceptedDomain, AcceptedDomainKind};

/// `Get-AcceptedDomain`.
pub static FORMAT: Format = Format {
    id: "get-accepted-domain",
    title: "Get-AcceptedDomain",
    how_to_collect: "Get-AcceptedDomain | Export-Clixml accepted-domains.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-AcceptedDomain",
    name: "Get-AcceptedDomain",
    classes: &["AcceptedDomain"],
    own: &["Name", "Identity", "DomainName", "DomainType", "Default", "MatchSubDomains", "AddressBookEnabled"],
    sets: &[&["DomainName", "DomainType"], &["DomainName", "Default"], &["DomainName", "MatchSubDomains"]],
    never: &["AllowedOOFType", "TargetDeliveryDomain", "PrimarySmtpAddress", "AddressSpaces"],
    marks: &["DomainType", "MatchSubDomains", "AddressBookEnabled", "Default"],
    near: "Looks like Get-AcceptedDomain, but has no DomainName, and the name of the object need not be the domain. Export with Get-AcceptedDomain | Export-Clixml accepted-domains.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| domain(row).map(Record::AcceptedDomain).into_iter().collect());
}

fn domain(row: &mut Row<'_>) -> Option<AcceptedDomain> {
    Some(AcceptedDomain {
        span: row.span(),
        name: row.any_text(&["Name", "Identity"]).map(|name| name.value),
        domain: row.text("DomainName")?,
        kind: row.parsed("DomainType", AcceptedDomainKind::parse),
        default: row.truth("Default"),
        subdomains: row.truth("MatchSubDomains"),
    })
}
