//! The places of a routing table: sites and routing groups with their servers and the way there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes};
use crate::analysis::routing_map::{self, Chosen, OnRoute};
use crate::base::gather::Gather as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::routing::entry::reference_key;
use crate::model::routing::{ObjectRef, RoutingServer, RoutingTable};
use crate::tools::route_calculator::{GroupRoute, RouteCalculator};

/// Its identifier.
pub const ID: &str = "routing-places";

/// Names in a cell at most.
const MOST_NAMES: usize = 40;

/// The table.
pub static TABLE: Table = Table {
    id: ID,
    title: "Sites and groups",
    about: "All places of the map with the way there from the server that wrote the table.",
    columns: &[
        Column::printed("Place"),
        Column::words("On the route").mark(),
        Column::words("Kind").facet(),
        Column::number("Servers").summed(),
        Column::number("Databases").summed(),
        Column::words("Way there").facet(),
        Column::number("Cost"),
        Column::printed("Through"),
        Column::printed("Names of servers"),
    ],
    rows: |facts| rows_of(facts, &Chosen::default(), &OnRoute::default()),
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 5, &["None"]),
    bring: "A routing table: the newest RoutingConfig file of a transport server.",
};

/// The rows of the table that was chosen.
pub fn rows_of(facts: &Facts, chosen: &Chosen, on_route: &OnRoute) -> Vec<Row> {
    routing_map::shown(facts, chosen).map(|(_, table)| rows(table, on_route)).unwrap_or_default()
}

#[derive(Default)]
struct Inside {
    servers: Vec<String>,
    number: u64,
    databases: u64,
}

fn rows(table: &RoutingTable, on_route: &OnRoute) -> Vec<Row> {
    let calculator = RouteCalculator::new(table);
    let mut inside: BTreeMap<String, Inside> = BTreeMap::new();
    let place = |server: &RoutingServer| server.site.as_ref().or(server.routing_group.as_ref()).map(reference_key);
    for server in &table.servers {
        let Some(key) = place(server) else { continue };
        let own = inside.entry(key).or_default();
        own.number += 1;
        if own.servers.len() < MOST_NAMES {
            own.servers.push(server.object.to_string());
        }
    }
    for owner in table.databases.iter().filter_map(|database| database.owner.as_ref()) {
        if let Some(own) = calculator.servers().server(owner).and_then(place).and_then(|key| inside.get_mut(&key)) {
            own.databases += 1;
        }
    }
    let empty = Inside::default();
    let row = |object: &ObjectRef, kind: &str, way: (Cell, Option<u64>, String), span: Span| {
        let own = inside.get(&reference_key(object)).unwrap_or(&empty);
        Row {
            cells: vec![
                object.to_string().into(),
                on_route.cell(ID, span),
                kind.into(),
                own.number.into(),
                own.databases.into(),
                way.0,
                way.1.into(),
                way.2.into(),
                own.servers.join(", ").into(),
            ],
            span: Some(span),
        }
    };
    let mut rows = Vec::new();
    let mut listed: BTreeSet<(bool, String)> =
        table.sites.iter().map(|site| (true, reference_key(&site.object))).gather();
    listed.extend(table.routing_groups.iter().map(|group| (false, reference_key(&group.object))));
    let ways = routing_map::ways(&calculator);
    for site in &table.sites {
        let cost = calculator.site_cost(&site.object);
        let path = ways.get(&reference_key(&site.object)).map_or(&[][..], |way| &way.names);
        let way: Cell = match cost {
            Some(0) if path.is_empty() => "Own site".into(),
            Some(_) => "Known".into(),
            None if calculator.is_cut_off(&site.object) => "None".into(),
            None if calculator.site_doubt(&site.object).is_some() => "Not checked".into(),
            None => Cell::Unknown,
        };
        let kind = if site.hub == Some(true) { "Hub site" } else { "Site" };
        rows.push(row(&site.object, kind, (way, cost, path.join(", ")), site.span));
    }
    for group in &table.routing_groups {
        let (way, cost): (Cell, Option<u64>) = match calculator.group_route(&group.object) {
            GroupRoute::Reached { hop, .. } => ("Known".into(), Some(hop.cost)),
            GroupRoute::Unreachable if table.exact => ("None".into(), None),
            GroupRoute::Unreachable | GroupRoute::NotChecked(_) => (Cell::Unknown, None),
        };
        let by: Vec<String> = calculator.group_way(&group.object).iter().map(|c| c.object.to_string()).collect();
        rows.push(row(&group.object, "Routing group", (way, cost, by.join(", ")), group.span));
    }
    // What only servers name is on the map as well.
    for server in &table.servers {
        let Some(object) = server.site.as_ref().or(server.routing_group.as_ref()) else { continue };
        if !listed.insert((server.site.is_some(), reference_key(object))) {
            continue;
        }
        let is_own = server.site.is_some() && calculator.site_cost(object) == Some(0);
        let way = if is_own { "Own site".into() } else { Cell::Unknown };
        let way = if calculator.is_cut_off(object) && server.site.is_some() { "None".into() } else { way };
        rows.push(row(object, "Named by servers only", (way, is_own.then_some(0), String::new()), server.span));
    }
    rows
}
