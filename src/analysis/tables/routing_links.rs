//! What joins the places of a routing table: site links, connectors between routing groups, connectors out of the organization.

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes};
use crate::analysis::routing_map::{self, Chosen};
use crate::facts::Facts;
use crate::model::routing::{ObjectRef, RoutingTable};
use crate::tools::route_calculator::RouteCalculator;
use crate::tools::route_calculator::connectors::ConnectorUse;
use crate::tools::route_calculator::external::size_text;

/// Its identifier.
pub const ID: &str = "routing-links";

/// The table.
pub static TABLE: Table = Table {
    id: ID,
    title: "Links and connectors",
    about: "All lines of the map. A connector out of the organization has a row for each address space.",
    columns: &[
        Column::printed("Name"),
        Column::words("Kind").facet(),
        Column::printed("From"),
        Column::printed("To"),
        Column::number("Cost"),
        Column::number("Cost in Active Directory").extra(),
        Column::words("Size limit"),
        Column::words("In use").facet(),
        Column::words("Why not"),
    ],
    rows: |facts| rows_of(facts, &Chosen::default()),
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 7, &["No"]),
    bring: "A routing table: the newest RoutingConfig file of a transport server.",
};

/// The rows of the table that was chosen.
pub fn rows_of(facts: &Facts, chosen: &Chosen) -> Vec<Row> {
    routing_map::shown(facts, chosen).map(|(_, table)| rows(table)).unwrap_or_default()
}

fn names(list: &[ObjectRef]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn size(limit: Option<u64>) -> Cell {
    limit.map_or_else(|| Cell::Text("none".to_owned()), |limit| size_text(limit).into())
}

fn rows(table: &RoutingTable) -> Vec<Row> {
    let mut rows = Vec::new();
    let calculator = RouteCalculator::new(table);
    for link in &table.site_links {
        let (from, to) = match link.sites.split_first() {
            Some((from, to)) if to.len() == 1 => (from.to_string(), names(to)),
            _ => ("each of".to_owned(), names(&link.sites)),
        };
        rows.push(Row {
            cells: vec![
                link.object.to_string().into(),
                "Site link".into(),
                from.into(),
                to.into(),
                link.cost().map(u64::from).into(),
                link.ad_cost.map(u64::from).into(),
                size(link.max_message_size),
                Cell::Unknown,
                Cell::Unknown,
            ],
            span: Some(link.span),
        });
    }
    for connector in &table.routing_group_connectors {
        let group = |end: &Option<ObjectRef>| -> Cell { end.as_ref().map(ToString::to_string).into() };
        rows.push(Row {
            cells: vec![
                connector.object.to_string().into(),
                "Routing group connector".into(),
                group(&connector.source_group),
                group(&connector.target_group),
                connector.cost.map(u64::from).into(),
                Cell::Unknown,
                size(connector.max_message_size),
                Cell::Unknown,
                Cell::Unknown,
            ],
            span: Some(connector.span),
        });
    }
    for connector in &table.send_connectors {
        let (used, why): (Cell, Cell) = match calculator.connector(connector) {
            ConnectorUse::Usable(_) => ("Yes".into(), Cell::Unknown),
            ConnectorUse::Ignored(why) => ("No".into(), why.to_string().into()),
            ConnectorUse::NotChecked(why) => ("Not checked".into(), why.into()),
        };
        let mut push = |to: &str, cost: Option<u32>| {
            let sources: Vec<ObjectRef> = connector.source_servers.iter().chain(&connector.home_mta).cloned().collect();
            rows.push(Row {
                cells: vec![
                    connector.object.to_string().into(),
                    "Send connector".into(),
                    names(&sources).into(),
                    to.into(),
                    cost.map(u64::from).into(),
                    Cell::Unknown,
                    size(connector.max_message_size),
                    used.clone(),
                    why.clone(),
                ],
                span: Some(connector.span),
            });
        };
        for space in &connector.address_spaces {
            push(&format!("{}:{}", space.value.kind, space.value.address), Some(space.value.cost));
        }
        if connector.address_spaces.is_empty() {
            push("", None);
        }
    }
    rows
}
