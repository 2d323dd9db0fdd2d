//! What two routing tables do differently: for each destination the next hop and the cost before and after, and the objects
//! that came, went or changed.
//!
//! Objects are joined by their identifiers, so a renamed one is one object. Where a table of 2007 or 2010 is one of the two,
//! ways are not worked out and objects alone are compared.

use crate::base::order::Order as _;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Capture, Chosen, captures, shown};
use crate::analysis::tables::{Cell, Row};
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::databases::local_name;
use crate::model::routing::RoutingTable;
use crate::model::routing::entry::{DatabaseRoute, reference_key};
use crate::model::server::server_key;
use crate::tools::route_calculator::connectors::ConnectorUse;
use crate::tools::route_calculator::external::ConnectorChoice;
use crate::tools::route_calculator::{GroupRoute, RouteCalculator};

/// Words of the column that says what changed.
pub const LOST: &str = "Lost its route";
const GAINED: &str = "Got a route";
const ANOTHER: &str = "Takes another way";
const ADDED: &str = "Added";
const REMOVED: &str = "Removed";
const CHANGED: &str = "Changed";

/// What the view says above the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The earlier table.
    pub before: Capture,
    /// The later one.
    pub after: Capture,
    /// Whether both were written on the same server.
    pub is_same_server: bool,
    /// Whether ways were worked out for both.
    pub is_worked_out: bool,
    /// Destinations that lost their route, got one, and take another way.
    pub routes: (u32, u32, u32),
    /// Objects that were added, removed, and changed.
    pub objects: (u32, u32, u32),
    /// Destinations that were compared.
    pub destinations: u32,
}

/// The two tables: those that were chosen, or the oldest and the newest of the server that the map is about.
fn pair<'f>(facts: &'f Facts, chosen: &Chosen) -> Option<(u32, &'f RoutingTable, u32, &'f RoutingTable)> {
    let tables = &facts.databases.tables;
    let get = |at: u32| tables.get(at as usize).map(|table| (at, table));
    let (before, after) = match chosen.pair.and_then(|(a, b)| Some((get(a)?, get(b)?))) {
        Some(pair) => pair,
        None => {
            let (_, table) = shown(facts, chosen)?;
            let own = |t: &RoutingTable| local_name(t).map(server_key) == local_name(table).map(server_key);
            let same = |t: &RoutingTable| own(t) && t.process == table.process;
            let mut all: Vec<(u32, &RoutingTable)> = (0_u32..).zip(tables).filter(|(_, own)| same(own)).collect();
            all.order_by_key(|(at, table)| (table.written.map(|written| written.at), table.sequence, *at));
            let (first, last) = (*all.first()?, *all.last()?);
            if all.len() < 2 {
                return None;
            }
            (first, last)
        }
    };
    Some((before.0, before.1, after.0, after.1))
}

/// What the view says above the rows.
pub(super) fn compared(facts: &Facts, chosen: &Chosen) -> Option<Compared> {
    let (before_at, before, after_at, after) = pair(facts, chosen)?;
    let all = captures(facts);
    let find = |at: u32| all.iter().find(|capture| capture.table == at).cloned();
    let rows = between(before, after);
    let count = |what: &str| {
        u32::try_from(
            rows.iter().filter(|row| matches!(row.cells.get(2), Some(Cell::Text(text)) if text == what)).count(),
        )
        .unwrap_or(u32::MAX)
    };
    Some(Compared {
        before: find(before_at)?,
        after: find(after_at)?,
        is_same_server: local_name(before).map(server_key) == local_name(after).map(server_key),
        is_worked_out: before.exact && after.exact,
        routes: (count(LOST), count(GAINED), count(ANOTHER)),
        objects: (count(ADDED), count(REMOVED), count(CHANGED)),
        destinations: u32::try_from(destinations(before).len().max(destinations(after).len())).unwrap_or(u32::MAX),
    })
}

/// Rows of the table of changes.
pub(in crate::analysis) fn rows(facts: &Facts, chosen: &Chosen) -> Vec<Row> {
    pair(facts, chosen).map(|(_, before, _, after)| between(before, after)).unwrap_or_default()
}

/// An object or a destination, as both tables can show it.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    name: String,
    /// What it is or where mail for it goes, in words that compare.
    text: String,
    cost: Option<u64>,
    has_route: bool,
    span: Span,
}

type All = BTreeMap<(&'static str, String), Shown>;

fn between(before: &RoutingTable, after: &RoutingTable) -> Vec<Row> {
    let mut rows: Vec<(u8, Row)> = Vec::new();
    if before.exact && after.exact {
        let (one, other) = (destinations(before), destinations(after));
        for (key, old) in &one {
            // What is gone is among the objects below.
            let Some(new) = other.get(key).filter(|new| (&new.text, new.cost) != (&old.text, old.cost)) else {
                continue;
            };
            let (rank, what) = match (old.has_route, new.has_route) {
                (true, false) => (0, LOST),
                (false, true) => (1, GAINED),
                _ => (2, ANOTHER),
            };
            rows.push((rank, row(key.0, what, Some(old), Some(new))));
        }
        for (key, new) in other.iter().filter(|(key, new)| !one.contains_key(*key) && key.0 == SPACE && new.has_route) {
            rows.push((1, row(key.0, GAINED, None, Some(new))));
        }
        for (key, old) in one.iter().filter(|(key, old)| !other.contains_key(*key) && key.0 == SPACE && old.has_route) {
            rows.push((0, row(key.0, LOST, Some(old), None)));
        }
    }
    let (one, other) = (objects(before), objects(after));
    for (key, old) in &one {
        match other.get(key) {
            None => rows.push((3, row(key.0, REMOVED, Some(old), None))),
            Some(new) if (&new.text, &new.name) != (&old.text, &old.name) => {
                rows.push((5, row(key.0, CHANGED, Some(old), Some(new))));
            }
            Some(_) => {}
        }
    }
    for (key, new) in other.iter().filter(|(key, _)| !one.contains_key(*key)) {
        rows.push((4, row(key.0, ADDED, None, Some(new))));
    }
    rows.order_by_key(|(rank, _)| *rank);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(kind: &str, what: &str, old: Option<&Shown>, new: Option<&Shown>) -> Row {
    let text = |side: Option<&Shown>| -> Cell {
        let renamed = matches!((old, new), (Some(old), Some(new)) if old.name != new.name);
        match side {
            Some(side) if renamed && side.text.is_empty() => side.name.as_str().into(),
            Some(side) if renamed => format!("{}: {}", side.name, side.text).into(),
            Some(side) => side.text.as_str().into(),
            None => Cell::Unknown,
        }
    };
    let either = new.or(old);
    Row {
        cells: vec![
            kind.into(),
            either.map(|side| side.name.clone()).into(),
            what.into(),
            text(old),
            text(new),
            old.and_then(|side| side.cost).into(),
            new.and_then(|side| side.cost).into(),
        ],
        span: either.map(|side| side.span),
    }
}

const SPACE: &str = "Address space";

/// Where mail goes: each database, each site, each routing group, each address space.
fn destinations(table: &RoutingTable) -> All {
    let mut all = All::new();
    let calculator = RouteCalculator::new(table);
    for database in &table.databases {
        let (text, cost, has_route) = match calculator.database(database) {
            Ok(hop) => (format!("{}: {}", hop.delivery_type.name(), hop.domain), Some(hop.cost), true),
            Err(DatabaseRoute::NotChecked { .. }) => continue,
            Err(route) => (format!("Unreachable: {route}"), None, false),
        };
        let name = database.object.to_string();
        let shown = Shown { name, text, cost, has_route, span: database.span };
        all.entry(("Database", reference_key(&database.object))).or_insert(shown);
    }
    for site in table.sites.iter().filter(|_| calculator.sites().is_some()) {
        let path = super::places::site_path(&calculator, &site.object);
        let cost = calculator.site_cost(&site.object);
        let carries = calculator.sites().is_some_and(|(graph, _)| graph.has_transport(&site.object));
        let text = match (cost, path.is_empty()) {
            (None, _) if carries => "no way leads there".to_owned(),
            (None, _) => continue,
            (Some(_), true) => "the own site".to_owned(),
            (Some(_), false) => format!("through {}", path.join(", ")),
        };
        let shown = Shown { name: site.object.to_string(), text, cost, has_route: cost.is_some(), span: site.span };
        all.entry(("Site", reference_key(&site.object))).or_insert(shown);
    }
    for group in table.routing_groups.iter().filter(|group| !group.is_of_2007()) {
        let (text, cost) = match calculator.group_route(&group.object) {
            GroupRoute::Reached { hop, .. } => {
                (format!("{}: {}", hop.delivery_type.name(), hop.domain), Some(hop.cost))
            }
            GroupRoute::Unreachable => ("no connector leads there".to_owned(), None),
            GroupRoute::NotChecked(_) => continue,
        };
        let shown = Shown { name: group.object.to_string(), text, cost, has_route: cost.is_some(), span: group.span };
        all.entry(("Routing group", reference_key(&group.object))).or_insert(shown);
    }
    let choice = ConnectorChoice::new(&calculator);
    for (connector, how) in choice.uses() {
        if matches!(how, ConnectorUse::NotChecked(_)) {
            continue;
        }
        for space in &connector.address_spaces {
            let name = format!("{}:{}", space.value.kind, space.value.address).to_lowercase();
            let first = choice.candidates(&space.value.kind, &space.value.address).first();
            let shown = match first {
                Some(first) => Shown {
                    name: name.clone(),
                    text: format!("connector {}", first.connector.object),
                    cost: Some(first.cost()),
                    has_route: true,
                    span: space.span,
                },
                None => Shown {
                    name: name.clone(),
                    text: "no connector can be used".to_owned(),
                    cost: None,
                    has_route: false,
                    span: space.span,
                },
            };
            all.entry((SPACE, name)).or_insert(shown);
        }
    }
    all
}

/// What a table lists.
fn objects(table: &RoutingTable) -> All {
    let mut all = All::new();
    let mut add = |kind, object: &crate::model::routing::ObjectRef, text: String, cost: Option<u32>, span| {
        let shown = Shown { name: object.to_string(), text, cost: cost.map(u64::from), has_route: true, span };
        all.entry((kind, reference_key(object))).or_insert(shown);
    };
    let names = |list: &[crate::model::routing::ObjectRef]| {
        let mut names: Vec<String> = list.iter().map(ToString::to_string).collect();
        names.order();
        names.join(", ")
    };
    let size = |limit: Option<u64>| {
        limit
            .map(|limit| format!("; at most {}", crate::tools::route_calculator::external::size_text(limit)))
            .unwrap_or_default()
    };
    for site in &table.sites {
        add("Site", &site.object, if site.hub == Some(true) { "hub site" } else { "" }.to_owned(), None, site.span);
    }
    for link in &table.site_links {
        let cost = link.cost().map(|cost| format!("cost {cost}; ")).unwrap_or_default();
        add(
            "Site link",
            &link.object,
            format!("{cost}{}{}", names(&link.sites), size(link.max_message_size)),
            link.cost(),
            link.span,
        );
    }
    for server in &table.servers {
        let place = server.site.as_ref().or(server.routing_group.as_ref()).map(ToString::to_string).unwrap_or_default();
        let roles = server.roles.clone().unwrap_or_default();
        let off = if server.hub_active == Some(false) { "; transport inactive" } else { "" };
        let text = format!("{place}; version {}; {roles}{off}", server.major_version.unwrap_or(0));
        add("Server", &server.object, text, None, server.span);
    }
    for database in &table.databases {
        let owner = database.owner.as_ref().map(|owner| format!("of {owner}")).unwrap_or_default();
        add("Database", &database.object, owner, None, database.span);
    }
    for group in &table.routing_groups {
        add("Routing group", &group.object, String::new(), None, group.span);
    }
    for connector in &table.routing_group_connectors {
        let target = connector.target_group.as_ref().map(|group| format!("to {group}; ")).unwrap_or_default();
        let cost = connector.cost.unwrap_or(1);
        let text = format!(
            "{target}cost {cost}; sent by {}{}",
            names(&connector.source_servers),
            size(connector.max_message_size)
        );
        add("Routing group connector", &connector.object, text, connector.cost, connector.span);
    }
    for connector in &table.send_connectors {
        let spaces: Vec<String> = connector.address_spaces.iter().map(|space| space.value.to_string()).collect();
        let off = if connector.enabled == Some(false) { "; disabled" } else { "" };
        let hosts = connector.smart_hosts.as_ref().map(|hosts| format!("; to {}", hosts.value)).unwrap_or_default();
        let text = format!(
            "{}; sent by {}{hosts}{}{off}",
            spaces.join(", "),
            names(&connector.source_servers),
            size(connector.max_message_size)
        );
        add("Send connector", &connector.object, text, None, connector.span);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::route_calculator::tests::table;

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| row.cells.iter().map(Cell::text).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn equal_tables_have_no_difference() {
        let one = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
        assert!(between(&one, &one.clone()).is_empty());
    }

    #[test]
    fn a_dearer_link_moves_the_way_and_is_itself_a_change() {
        let servers = ["EX1 15 a", "EX2 15 b", "EX3 15 c"];
        let (before, after) =
            (table(&servers, &["a-b 20", "a-c 30", "c-b 30"]), table(&servers, &["a-b 90", "a-c 30", "c-b 30"]));
        let rows = texts(&between(&before, &after));
        assert!(rows.contains(&"Site|b|Takes another way|through b|through c, b|20|60".to_owned()), "{rows:?}");
        assert!(
            rows.iter().any(|row| row.starts_with("Site link|a-b|Changed|cost 20; a, b|cost 90; a, b|20|90")),
            "{rows:?}"
        );
        assert!(rows[0].starts_with("Database|DB-EX2|Takes another way"), "{rows:?}");
        assert_eq!(rows.len(), 3, "{rows:?}");
    }

    #[test]
    fn a_link_that_is_gone_takes_the_route_with_it() {
        let mut before = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
        before.databases.push(crate::model::routing::RoutingDatabase {
            span: before.span,
            object: crate::model::routing::ObjectRef::named("DB2"),
            owner: Some(crate::model::routing::ObjectRef::named("EX2")),
            owner_span: None,
        });
        let mut after = before.clone();
        after.site_links.clear();
        let rows = texts(&between(&before, &after));
        assert!(rows[1].starts_with("Database|DB2|Lost its route|SmtpRelayToMailboxDeliveryGroup"), "{rows:?}");
        assert!(
            rows.iter().any(|row| row.starts_with("Site|b|Lost its route|through b|no way leads there|20|")),
            "{rows:?}"
        );
        assert!(rows.iter().any(|row| row.starts_with("Site link|a-b|Removed")), "{rows:?}");
        // And the other way round.
        let back = texts(&between(&after, &before));
        assert!(back.iter().any(|row| row.starts_with("Database|DB2|Got a route")), "{back:?}");
    }
}
