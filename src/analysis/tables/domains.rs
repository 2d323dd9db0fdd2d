//! Domains: those that the organization accepts mail for, and those with settings of their own.

use super::{Cell, Column, Order, Row, Table, no_notes, shown};
use crate::facts::Facts;

/// The table.
pub static TABLE: Table = Table {
    id: "domains",
    title: "Domains",
    about: "Accepted domains, which the organization takes mail for, and remote domains, which decide how mail to others is sent.",
    columns: &[
        Column::printed("Domain"),
        Column::words("List").facet(),
        Column::words("Type").facet(),
        Column::words("Default").facet(),
        Column::words("With subdomains").facet().extra(),
        Column::words("Of the own organization").facet().extra(),
        Column::words("To Exchange Online").facet().extra(),
        Column::words("Non-delivery reports").facet().extra(),
        Column::printed("Name"),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| row.cells.first() == Some(&Cell::Text("*".to_owned())),
    bring: "The accepted domains: Get-AcceptedDomain | Export-Clixml accepted-domains.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let accepted = facts.settings.accepted_domains.iter().map(|domain| Row {
        cells: vec![
            domain.domain.value.clone().into(),
            "Accepted".into(),
            domain.kind.as_ref().map(|kind| kind.value.to_string()).into(),
            shown::yes(domain.default.as_ref()),
            shown::yes(domain.subdomains.as_ref()),
            Cell::Unknown,
            Cell::Unknown,
            Cell::Unknown,
            domain.name.clone().into(),
        ],
        span: Some(domain.span),
    });
    let remote = facts.settings.remote_domains.iter().map(|domain| Row {
        cells: vec![
            domain.domain.value.clone().into(),
            "Remote".into(),
            Cell::Unknown,
            Cell::Unknown,
            Cell::Unknown,
            shown::yes(domain.internal.as_ref()),
            shown::yes(domain.target_delivery.as_ref()),
            shown::yes(domain.ndr.as_ref()),
            domain.name.clone().into(),
        ],
        span: Some(domain.span),
    });
    accepted.chain(remote).collect()
}
