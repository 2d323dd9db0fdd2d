//! Certificates of Exchange servers.

use super::{Column, Order, Row, Table, is_one_of, no_notes, shown};
use crate::facts::Facts;

/// The table.
pub static TABLE: Table = Table {
    id: "certificates",
    title: "Certificates",
    about: "Certificates of the servers, as the files show them; compare the dates with the time of the export.",
    columns: &[
        Column::printed("Server").facet(),
        Column::printed("Subject"),
        Column::words("Services").facet(),
        Column::words("Status").facet(),
        Column::time("Valid until"),
        Column::time("Valid from").extra(),
        Column::printed("Names"),
        Column::printed("Issuer").extra(),
        Column::words("Self-signed").facet().extra(),
        Column::words("Private key").facet().extra(),
        Column::printed("Thumbprint"),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| !is_one_of(row, 3, &["Valid", ""]),
    bring: "The certificates: Get-ExchangeCertificate | Export-Clixml certificates.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let row = |certificate: &crate::model::certificate::Certificate| {
        let services = certificate
            .services
            .as_ref()
            .map(|services| if services.value.0.is_empty() { "none".to_owned() } else { services.value.0.join(", ") });
        Row {
            cells: vec![
                shown::text(certificate.server.as_ref()),
                shown::text(certificate.subject.as_ref()),
                services.into(),
                shown::text(certificate.status.as_ref()),
                certificate.not_after.as_ref().map(|time| time.value).into(),
                certificate.not_before.as_ref().map(|time| time.value).into(),
                shown::list(certificate.domains.as_ref()),
                shown::text(certificate.issuer.as_ref()),
                shown::yes(certificate.self_signed.as_ref()),
                shown::yes(certificate.has_private_key.as_ref()),
                certificate.thumbprint.value.clone().into(),
            ],
            span: Some(certificate.span),
        }
    };
    facts.settings.certificates.iter().map(row).collect()
}
