//! Connectors that mail leaves through, a row for each address space.

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes, shown};
use crate::facts::Facts;
use crate::model::limit::Limit;
use crate::model::outbound_connector::{ConnectorKind, OutboundConnector};
use crate::report::grouped;

/// The table.
pub static TABLE: Table = Table {
    id: "send-connectors",
    title: "Send",
    about: "A row for each address space of a connector; the most specific one takes a domain, and among equals the lowest cost.",
    columns: &[
        Column::printed("Connector"),
        Column::words("Kind").facet().extra(),
        Column::printed("Address space"),
        Column::words("Type").facet().extra(),
        Column::number("Cost"),
        Column::words("Enabled").facet(),
        Column::words("Own site only").facet(),
        Column::printed("Next hop"),
        Column::printed("Source servers"),
        Column::words("TLS").facet(),
        Column::printed("Largest message"),
        Column::number("Port").extra(),
        Column::printed("Greets as").extra(),
        Column::words("Through the front end").facet().extra(),
        Column::printed("Authentication").extra(),
        Column::printed("Certificate of the next hop").extra(),
        Column::printed("Its domain").extra(),
        Column::printed("Own certificate").extra(),
        Column::printed("Protocol log").facet().extra(),
        Column::printed("Changed").extra(),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 5, &["No"]),
    bring: "The send connectors: Get-SendConnector | Export-Clixml send-connectors.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows = Vec::new();
    for connector in &facts.settings.outbound_connectors {
        let Some(spaces) = connector.address_spaces.as_ref().map(|spaces| &spaces.value) else {
            let cost = connector.cost.as_ref().map(|cost| cost.value);
            rows.push(row(connector, Cell::Unknown, Cell::Unknown, cost.into()));
            continue;
        };
        for space in &spaces.items {
            let (address, kind) = (space.address.as_str().into(), space.kind.as_str().into());
            rows.push(row(connector, address, kind, u64::from(space.cost).into()));
        }
        for unread in &spaces.unread {
            rows.push(row(connector, unread.as_str().into(), Cell::Unknown, Cell::Unknown));
        }
        if !spaces.complete {
            rows.push(row(connector, shown::MORE.into(), Cell::Unknown, Cell::Unknown));
        } else if spaces.items.is_empty() && spaces.unread.is_empty() {
            rows.push(row(connector, "none".into(), Cell::Unknown, Cell::Unknown));
        }
    }
    rows
}

fn row(connector: &OutboundConnector, space: Cell, kind: Cell, cost: Cell) -> Row {
    let smtp = &connector.smtp;
    Row {
        cells: vec![
            connector.name.value.clone().into(),
            connector.kind.map(kind_name).into(),
            space,
            kind,
            cost,
            shown::yes(connector.enabled.as_ref()),
            shown::yes(connector.scoped.as_ref()),
            next_hop(connector),
            shown::list(connector.source_servers.as_ref()),
            tls(connector),
            connector.max_message_size.as_ref().map(|limit| size(limit.value)).into(),
            smtp.port.as_ref().map_or(Cell::Unknown, |port| Cell::Name(port.value)),
            shown::text(smtp.fqdn.as_ref()),
            shown::yes(smtp.frontend_proxy.as_ref()),
            shown::text(smtp.smart_host_auth.as_ref()),
            shown::text(smtp.tls_auth_level.as_ref()),
            shown::text(smtp.tls_domain.as_ref()),
            shown::text(smtp.tls_certificate.as_ref()),
            shown::text(smtp.protocol_logging.as_ref()),
            shown::text(connector.when_changed.as_ref()),
        ],
        span: Some(connector.span),
    }
}

fn kind_name(kind: ConnectorKind) -> &'static str {
    match kind {
        ConnectorKind::Send => "Send",
        ConnectorKind::Foreign => "Foreign",
        ConnectorKind::DeliveryAgent => "Delivery agent",
        ConnectorKind::RoutingGroup => "Routing group",
    }
}

/// Where it leads: servers, a folder, smart hosts or the DNS.
fn next_hop(connector: &OutboundConnector) -> Cell {
    if connector.target_servers.is_some() {
        return shown::list(connector.target_servers.as_ref());
    }
    if connector.drop_directory.is_some() {
        return shown::text(connector.drop_directory.as_ref());
    }
    match &connector.smtp.dns_routing {
        Some(dns) if dns.value => "by DNS".into(),
        _ => shown::list(connector.smtp.smart_hosts.as_ref()),
    }
}

fn tls(connector: &OutboundConnector) -> Cell {
    let is = |value: &Option<crate::model::Located<bool>>| value.as_ref().map(|value| value.value);
    match (is(&connector.smtp.require_tls), is(&connector.smtp.ignore_starttls)) {
        (Some(true), _) => "Required".into(),
        (_, Some(true)) => "Not used".into(),
        (Some(false), Some(false)) => "When offered".into(),
        _ => Cell::Unknown,
    }
}

fn size(limit: Limit) -> String {
    match limit {
        Limit::Unlimited => "Unlimited".to_owned(),
        Limit::Bytes(bytes) => format!("{} bytes", grouped(bytes)),
    }
}
