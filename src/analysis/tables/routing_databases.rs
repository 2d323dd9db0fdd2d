//! The databases of a routing table with the next hop of their mail.

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes};
use crate::analysis::routing_map::{self, Chosen, OnRoute};
use crate::facts::Facts;
use crate::model::routing::entry::DatabaseRoute;
use crate::tools::route_calculator::RouteCalculator;

/// Its identifier.
pub const ID: &str = "routing-databases";

/// The table.
pub static TABLE: Table = Table {
    id: ID,
    title: "Databases",
    about: "The databases that the routing table lists, and where mail for them goes next from the server that wrote it.",
    columns: &[
        Column::printed("Database"),
        Column::words("On the route").mark(),
        Column::printed("Server").facet(),
        Column::printed("Place").facet(),
        Column::words("Route").facet(),
        Column::printed("Next hop"),
        Column::words("Sent by").facet(),
        Column::number("Cost"),
        Column::words("Why not"),
    ],
    rows: |facts| rows_of(facts, &Chosen::default(), &OnRoute::default()),
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 4, &["None"]),
    bring: "A routing table: the newest RoutingConfig file of a transport server.",
};

/// The rows of the table that was chosen.
pub fn rows_of(facts: &Facts, chosen: &Chosen, on_route: &OnRoute) -> Vec<Row> {
    let Some((_, table)) = routing_map::shown(facts, chosen) else { return Vec::new() };
    let calculator = RouteCalculator::new(table);
    let row = |database| {
        let database: &crate::model::routing::RoutingDatabase = database;
        let owner = database.owner.as_ref();
        let server = owner.and_then(|owner| calculator.servers().server(owner));
        let place =
            server.and_then(|server| server.dag.as_ref().or(server.site.as_ref()).or(server.routing_group.as_ref()));
        let (route, hop, how, cost, why): (Cell, Cell, Cell, Cell, Cell) = match calculator.database(database) {
            Ok(hop) => {
                let cost = hop.cost.into();
                ("Known".into(), hop.domain.into(), hop.delivery_type.name().into(), cost, Cell::Unknown)
            }
            Err(route @ DatabaseRoute::NotChecked { .. }) => {
                ("Not checked".into(), Cell::Unknown, Cell::Unknown, Cell::Unknown, route.to_string().into())
            }
            Err(route) => ("None".into(), "Unreachable".into(), Cell::Unknown, Cell::Unknown, route.to_string().into()),
        };
        Row {
            cells: vec![
                database.object.to_string().into(),
                on_route.cell(ID, database.span),
                owner.map(ToString::to_string).into(),
                place.map(ToString::to_string).into(),
                route,
                hop,
                how,
                cost,
                why,
            ],
            span: Some(database.span),
        }
    };
    table.databases.iter().map(row).collect()
}
