//! `Get-ExchangeCertificate` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-exchangecertificate>
//!
//! Traps: Export-Clixml of the objects themselves keeps nothing but the bytes of the certificate, and not the
//! services; the table shows services as letters (`IP.WS..`); dates are in the local time of the reader, and
//! left out when nothing decides their order.

use super::cmdlet::{self, Cmdlet, Row, Undecided};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::powershell::{Object, Parsed};
use crate::model::Record;
use crate::model::certificate::{Certificate, Services};

/// `Get-ExchangeCertificate`.
pub static FORMAT: Format = Format {
    id: "get-exchange-certificate",
    title: "Get-ExchangeCertificate",
    how_to_collect: "Get-ExchangeCertificate | Select-Object Thumbprint, Services, Status, NotBefore, NotAfter, Subject, Issuer, CertificateDomains, HasPrivateKey, IsSelfSigned | Export-Clixml certificates.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-ExchangeCertificate",
    name: "Get-ExchangeCertificate | Select-Object Thumbprint, Services, Status, NotAfter, Subject, CertificateDomains",
    classes: &["ExchangeCertificate"],
    own: &[
        "Thumbprint",
        "Services",
        "Status",
        "Subject",
        "Issuer",
        "CertificateDomains",
        "NotBefore",
        "NotAfter",
        "HasPrivateKey",
        "IsSelfSigned",
        "PSComputerName",
    ],
    sets: &[
        &["Thumbprint", "Services"],
        &["Thumbprint", "CertificateDomains"],
        &["Thumbprint", "NotAfter", "Status"],
        &["Thumbprint", "NotAfter", "Subject"],
    ],
    never: &["NextHopDomain", "EventId"],
    marks: &["Services", "CertificateDomains", "NotAfter", "Subject"],
    near: "Looks like Get-ExchangeCertificate, but has no Thumbprint. Export with Get-ExchangeCertificate | Format-List > certificates.txt",
    dates: &["NotBefore", "NotAfter"],
};

/// What to say of certificates without properties.
const RAW: &str = "Get-ExchangeCertificate, but Export-Clixml keeps only the bytes of each certificate and not its \
                   services. Export with Get-ExchangeCertificate | Format-List > certificates.txt";

fn probe(head: &Head<'_>) -> Probe {
    let is_raw = |object: &Object| object.is_class("ExchangeCertificate") && object.get("Thumbprint").is_none();
    let is_bare = |parsed: &Parsed| !parsed.objects.is_empty() && parsed.objects.iter().all(is_raw);
    match cmdlet::probe(head, &CMDLET) {
        Probe::Yes(..) | Probe::No if head.powershell().is_some_and(is_bare) => Probe::Near(RAW.to_owned()),
        probe => probe,
    }
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse_with(document, out, &CMDLET, Undecided::LeftOut, |row| {
        certificate(row).map(Box::new).map(Record::Certificate).into_iter().collect()
    });
}

fn certificate(row: &mut Row<'_>) -> Option<Certificate> {
    Some(Certificate {
        span: row.span(),
        server: row.text("PSComputerName"),
        thumbprint: row.parsed("Thumbprint", thumbprint)?,
        services: row.parsed("Services", Services::parse),
        status: row.text("Status"),
        subject: row.text("Subject"),
        issuer: row.text("Issuer"),
        domains: row.listed("CertificateDomains", |name| Some(name.to_owned())),
        not_before: row.moment("NotBefore"),
        not_after: row.moment("NotAfter"),
        has_private_key: row.truth("HasPrivateKey"),
        self_signed: row.truth("IsSelfSigned"),
    })
}

/// Forty hexadecimal digits; dialogs put blanks and a mark in front of them.
fn thumbprint(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    (digits.len() == 40 && digits.chars().all(|c| c.is_ascii_hexdigit())).then(|| digits.to_ascii_uppercase())
}
