//! Receive connectors of every server, with what decides who is answered by them and how.

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes, shown};
use crate::facts::Facts;
use crate::model::receive_connector::ReceiveConnector;

/// The table.
pub static TABLE: Table = Table {
    id: "receive-connectors",
    title: "Receive",
    about: "Every receive connector once, as the newest or fullest export shows it. The smallest range that holds an address decides who answers it.",
    columns: &[
        Column::printed("Server").facet(),
        Column::printed("Connector"),
        Column::words("Role").facet(),
        Column::words("Enabled").facet(),
        Column::printed("Bindings"),
        Column::printed("Remote IP ranges"),
        Column::words("Exchange servers").facet(),
        Column::printed("Authentication").extra(),
        Column::printed("Permission groups"),
        Column::words("Made by setup").facet().extra(),
        Column::printed("Greets as").extra(),
        Column::words("Hides X-ANONYMOUSTLS").facet().extra(),
        Column::printed("Rights by certificate").extra(),
        Column::printed("Changed").extra(),
        Column::words("Exports differ").facet().extra(),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 6, &["Not authenticated"]) && !is_one_of(row, 3, &["No"]),
    bring: "The receive connectors: Get-ReceiveConnector | Export-Clixml receive-connectors.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let connectors = facts.connectors.servers().flat_map(|server| facts.connectors.of(server));
    connectors.map(|connector| row(facts, connector)).collect()
}

fn row(facts: &Facts, connector: &ReceiveConnector) -> Row {
    let exchange =
        connector.offers_exchange_auth().map(|able| if able { "Authenticated" } else { "Not authenticated" });
    let differs = facts.connectors.conflicts.contains(&connector.identity.value);
    let role = connector.role.as_ref().map(|role| role.value.to_string());
    Row {
        cells: vec![
            connector.server().into(),
            connector.name().into(),
            role.into(),
            shown::yes(connector.enabled.as_ref()),
            shown::list(connector.bindings.as_ref()),
            shown::list(connector.remote_ip_ranges.as_ref()),
            exchange.into(),
            connector.auth_mechanism.as_ref().map(|auth| auth.value.to_string()).into(),
            connector.permission_groups.as_ref().map(|groups| groups.value.to_string()).into(),
            if connector.has_default_name() { "Yes" } else { "No" }.into(),
            shown::text(connector.fqdn.as_ref()),
            shown::yes(connector.suppress_x_anonymous_tls.as_ref()),
            shown::list(connector.tls_domain_capabilities.as_ref()),
            shown::text(connector.when_changed.as_ref()),
            if differs { Cell::from("Yes") } else { Cell::Unknown },
        ],
        span: Some(connector.span),
    }
}
