//! `Get-RemoteDomain` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-remotedomain>
//!
//! Trap: an empty `TNEFEnabled` means that each user decides.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::domain::RemoteDomain;

/// `Get-RemoteDomain`.
pub static FORMAT: Format = Format {
    id: "get-remote-domain",
    title: "Get-RemoteDomain",
    how_to_collect: "Get-RemoteDomain | Export-Clixml remote-domains.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-RemoteDomain",
    name: "Get-RemoteDomain",
    classes: &["DomainContentConfig"],
    own: &[
        "Name",
        "Identity",
        "DomainName",
        "IsInternal",
        "TargetDeliveryDomain",
        "AllowedOOFType",
        "AutoReplyEnabled",
        "AutoForwardEnabled",
        "NDREnabled",
        "TNEFEnabled",
        "DeliveryReportEnabled",
    ],
    sets: &[
        &["DomainName", "AllowedOOFType"],
        &["DomainName", "TargetDeliveryDomain"],
        &["DomainName", "IsInternal"],
        &["DomainName", "AutoReplyEnabled"],
        &["DomainName", "AutoForwardEnabled"],
        &["DomainName", "NDREnabled"],
        &["DomainName", "TNEFEnabled"],
        &["DomainName", "DeliveryReportEnabled"],
    ],
    never: &["DomainType", "PrimarySmtpAddress", "AddressSpaces"],
    marks: &["AllowedOOFType", "TargetDeliveryDomain", "AutoForwardEnabled", "TNEFEnabled", "NDREnabled"],
    near: "Looks like Get-RemoteDomain, but has no DomainName. Export with Get-RemoteDomain | Export-Clixml remote-domains.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| domain(row).map(Record::RemoteDomain).into_iter().collect());
}

fn domain(row: &mut Row<'_>) -> Option<RemoteDomain> {
    Some(RemoteDomain {
        span: row.span(),
        name: row.any_text(&["Name", "Identity"]).map(|name| name.value),
        domain: row.text("DomainName")?,
        internal: row.truth("IsInternal"),
        target_delivery: row.truth("TargetDeliveryDomain"),
        auto_reply: row.truth("AutoReplyEnabled"),
        auto_forward: row.truth("AutoForwardEnabled"),
        ndr: row.truth("NDREnabled"),
        tnef: match row.text_or_empty("TNEFEnabled") {
            Some(text) if !text.value.is_empty() => row.truth("TNEFEnabled"),
            _ => None,
        },
    })
}
