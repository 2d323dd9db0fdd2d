//! What joins the places of a routing table: site links, connectors between routing groups, connectors out of the organization.

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes};
use crate::analysis::routing_map::{self, Chosen, OnRoute};
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
        Column::words("On the route").mark(),
        Column::words("Kind").facet(),
        Column::printed("From"),
        Column::printed("To"),
        Column::number("Cost"),
        Column::number("Cost in Active Directory").extra(),
        Column::words("Size limit"),
        Column::words("In use").facet(),
        Column::words("Why not"),
    ],
    rows: |facts| rows_of(facts, &Chosen::default(), &OnRoute::default()),
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 8, &["No"]),
    bring: "A routing table: the newest RoutingConfig file of a transport server.",
};

/// The rows of the table that was chosen.
pub fn rows_of(facts: &Facts, chosen: &Chosen, on_route: &OnRoute) -> Vec<Row> {
    routing_map::shown(facts, chosen).map(|(_, table)| rows(table, on_route)).unwrap_or_default()
}

fn names(list: &[ObjectRef]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn size(limit: Option<u64>) -> Cell {
    limit.map_or_else(|| Cell::Text("none".to_owned()), |limit| size_text(limit).into())
}

/// What is said of a line whose cost could not be read.
fn unread(cost: Option<u32>) -> (Cell, Cell) {
    match cost {
        Some(_) => (Cell::Unknown, Cell::Unknown),
        None => ("Not checked".into(), "its cost cannot be read, so no way is worked out over it".into()),
    }
}

fn rows(table: &RoutingTable, on_route: &OnRoute) -> Vec<Row> {
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
                on_route.cell(ID, link.span),
                "Site link".into(),
                from.into(),
                to.into(),
                link.cost().map(u64::from).into(),
                link.ad_cost.map(u64::from).into(),
                size(link.max_message_size),
                unread(link.cost()).0,
                unread(link.cost()).1,
            ],
            span: Some(link.span),
        });
    }
    for connector in &table.routing_group_connectors {
        let group = |end: &Option<ObjectRef>| -> Cell { end.as_ref().map(ToString::to_string).into() };
        rows.push(Row {
            cells: vec![
                connector.object.to_string().into(),
                on_route.cell(ID, connector.span),
                "Routing group connector".into(),
                group(&connector.source_group),
                group(&connector.target_group),
                connector.cost.map(u64::from).into(),
                Cell::Unknown,
                size(connector.max_message_size),
                unread(connector.cost).0,
                unread(connector.cost).1,
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
        let mut push = |to: &str, cost: Option<u32>, is_used: bool| {
            let sources: Vec<ObjectRef> = connector.source_servers.iter().chain(&connector.home_mta).cloned().collect();
            rows.push(Row {
                cells: vec![
                    connector.object.to_string().into(),
                    if is_used { on_route.cell(ID, connector.span) } else { Cell::Unknown },
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
            push(
                &format!("{}:{}", space.value.kind, space.value.address),
                Some(space.value.cost),
                on_route.space == space.value.to_string(),
            );
        }
        if connector.address_spaces.is_empty() {
            push("", None, false);
        }
    }
    rows
}
