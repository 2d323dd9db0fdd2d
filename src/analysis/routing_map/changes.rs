//! What two routing tables do differently: for each destination the next hop and the cost before and after, and the objects
//! that came, went or changed.
//!
//! Objects are joined by their identifiers, so a renamed one is one object. Where a table of 2007 or 2010 is one of the two,
//! ways are not worked out and objects alone are compared.

use crate::base::order::Order as _;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Capture, Chosen, captures, shown};
use crate::analysis::tables::{Cell, Row};
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::databases::local_name;
use crate::model::routing::entry::{DatabaseRoute, reference_key};
use crate::model::routing::{RoutingDatabase, RoutingSendConnector, RoutingSite, RoutingTable};
use crate::model::server::server_key;
use crate::tools::route_calculator::external::{ConnectorChoice, Outcome};
use crate::tools::route_calculator::{GroupRoute, NextHop, RouteCalculator};

/// Words of the column that says what changed.
pub const LOST: &str = "Lost its route";
const GAINED: &str = "Got a route";
const ANOTHER: &str = "Takes another way";
const SAME_WAY: &str = "Same way, another cost";
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
    /// Whether one of them was cut off.
    pub is_cut: bool,
    /// Destinations that lost their route, got one, and take another way or have another cost.
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
            // Of a table without a date nobody can say whether it is the earlier one.
            let same = |t: &RoutingTable| own(t) && t.process == table.process && t.written.is_some();
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
    let (rows, destinations) = between(before, after);
    let count = |what: &str| {
        u32::try_from(
            rows.iter().filter(|row| matches!(row.cells.get(2), Some(Cell::Text(text)) if text == what)).count(),
        )
        .unwrap_or(u32::MAX)
    };
    Some(Compared {
        before: find(before_at)?,
        after: find(after_at)?,
        is_cut: !(before.complete && after.complete),
        is_same_server: local_name(before).is_some()
            && local_name(before).map(server_key) == local_name(after).map(server_key),
        is_worked_out: before.exact && after.exact,
        routes: (count(LOST), count(GAINED), count(ANOTHER).saturating_add(count(SAME_WAY))),
        objects: (count(ADDED), count(REMOVED), count(CHANGED)),
        destinations,
    })
}

/// Rows of the table of changes.
pub(in crate::analysis) fn rows(facts: &Facts, chosen: &Chosen) -> Vec<Row> {
    pair(facts, chosen).map(|(_, before, _, after)| between(before, after).0).unwrap_or_default()
}

/// An object or a destination, as both tables can show it.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    name: String,
    /// What it is or where mail for it goes.
    text: String,
    /// The same by identifiers, so that a new name is no other way.
    way: String,
    cost: Option<u64>,
    has_route: bool,
    span: Span,
}

type All = BTreeMap<(&'static str, String), Shown>;

/// The rows, and how many destinations were compared.
fn between(before: &RoutingTable, after: &RoutingTable) -> (Vec<Row>, u32) {
    let mut rows: Vec<(u8, Row)> = Vec::new();
    let mut compared = 0;
    if before.exact && after.exact {
        let spaces = spaces_of(before).into_keys().chain(spaces_of(after).into_keys()).collect();
        let (one, other) = (destinations(before, &spaces), destinations(after, &spaces));
        compared = one.len() + other.keys().filter(|key| !one.contains_key(*key)).count();
        for (key, old) in &one {
            // What is gone is among the objects below; what cannot be told on one side is no change.
            let Some(new) = other.get(key) else { continue };
            let (rank, what) = match (old.has_route, new.has_route) {
                // What a table that was cut off lacks may stand behind the cut.
                (true, false) if !after.complete => continue,
                (false, true) if !before.complete => continue,
                (true, false) => (0, LOST),
                (false, true) => (1, GAINED),
                (true, true) if old.way != new.way => (2, ANOTHER),
                (true, true) if old.cost != new.cost => (2, SAME_WAY),
                _ => continue,
            };
            rows.push((rank, row(key.0, what, Some(old), Some(new))));
        }
    }
    let (one, other) = (objects(before), objects(after));
    for (key, old) in &one {
        match other.get(key) {
            None if !after.complete => {}
            None => rows.push((3, row(key.0, REMOVED, Some(old), None))),
            Some(new) if (&new.text, &new.name) != (&old.text, &old.name) => {
                rows.push((5, row(key.0, CHANGED, Some(old), Some(new))));
            }
            Some(_) => {}
        }
    }
    for (key, new) in other.iter().filter(|(key, _)| before.complete && !one.contains_key(*key)) {
        rows.push((4, row(key.0, ADDED, None, Some(new))));
    }
    rows.order_by_key(|(rank, _)| *rank);
    (rows.into_iter().map(|(_, row)| row).collect(), u32::try_from(compared).unwrap_or(u32::MAX))
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

/// Identifiers of what a next hop can name, by names in lower case.
fn keys_of(table: &RoutingTable) -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    let owners = table.databases.iter().filter_map(|database| database.owner.as_ref());
    let all = table.sites.iter().map(|site| &site.object);
    let all = all.chain(table.servers.iter().map(|server| &server.object)).chain(owners);
    let all = all.chain(table.routing_groups.iter().map(|group| &group.object));
    let all = all.chain(table.send_connectors.iter().map(|connector| &connector.object));
    for object in all.chain(table.databases.iter().map(|database| &database.object)) {
        keys.entry(object.to_string().to_lowercase()).or_insert_with(|| reference_key(object));
    }
    keys
}

/// Where mail goes: each database, each site, each routing group, each of these address spaces.
fn destinations(table: &RoutingTable, spaces: &BTreeSet<Space>) -> All {
    let mut all = All::new();
    let calculator = RouteCalculator::new(table);
    let keys = keys_of(table);
    let hop_way = |hop: &NextHop| {
        let name = hop.domain.to_lowercase();
        // A group of servers is called `site:NAME; version:15`.
        let (name, rest) = match name.strip_prefix("site:").and_then(|text| text.rsplit_once(';')) {
            Some((site, rest)) => (site.trim(), rest),
            None => (name.as_str(), ""),
        };
        format!("{}: {}{rest}", hop.delivery_type.name(), keys.get(name).map_or(name, String::as_str))
    };
    let mut sites = All::new();
    if calculator.sites().is_some() {
        site_ways(table, &calculator, &mut sites);
    }
    // The same next hop can be reached over other sites.
    let over = |database: &RoutingDatabase| {
        let site = calculator.servers().server(database.owner.as_ref()?)?.site.as_ref()?;
        sites.get(&("Site", reference_key(site))).map(|shown| shown.way.clone())
    };
    for database in &table.databases {
        let (text, way, cost, has_route) = match calculator.database(database) {
            Ok(hop) => (
                format!("{}: {}", hop.delivery_type.name(), hop.domain),
                format!("{} {}", hop_way(&hop), over(database).unwrap_or_default()),
                Some(hop.cost),
                true,
            ),
            Err(DatabaseRoute::NotChecked { .. }) => continue,
            Err(route) => (format!("Unreachable: {route}"), String::new(), None, false),
        };
        let name = database.object.to_string();
        let shown = Shown { name, text, way, cost, has_route, span: database.span };
        all.entry(("Database", reference_key(&database.object))).or_insert(shown);
    }
    for group in table.routing_groups.iter().filter(|group| !group.is_of_2007()) {
        let (text, way, cost) = match calculator.group_route(&group.object) {
            GroupRoute::Reached { hop, .. } => {
                (format!("{}: {}", hop.delivery_type.name(), hop.domain), hop_way(&hop), Some(hop.cost))
            }
            GroupRoute::Unreachable => ("no connector leads there".to_owned(), String::new(), None),
            GroupRoute::NotChecked(_) => continue,
        };
        let name = group.object.to_string();
        let shown = Shown { name, text, way, cost, has_route: cost.is_some(), span: group.span };
        all.entry(("Routing group", reference_key(&group.object))).or_insert(shown);
    }
    space_ways(table, &calculator, spaces, &mut all);
    all.extend(sites);
    all
}

/// The ways to the sites. A way is known by a number that is worked out from that of the site before the last one: the names
/// of all sites on all ways would be millions where sites form a chain.
fn site_ways(table: &RoutingTable, calculator: &RouteCalculator<'_>, all: &mut All) {
    let mut ways: Vec<(usize, &RoutingSite, Option<String>, String)> = Vec::new();
    for site in &table.sites {
        let through = calculator.way(&super::places::server_in(&site.object)).through;
        let previous = through.iter().rev().nth(1).map(|before| reference_key(&before.object));
        ways.push((through.len(), site, previous, super::places::hops(&through).join(", ")));
    }
    ways.order_by_key(|(length, ..)| *length);
    let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
    for (length, site, previous, path) in ways {
        let key = reference_key(&site.object);
        let start = previous.and_then(|previous| numbers.get(&previous).copied()).unwrap_or(FNV_START);
        // The separator keeps `a`, `bc` apart from `ab`, `c`.
        let number =
            key.bytes().chain([0]).fold(start, |number, byte| (number ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
        numbers.insert(key.clone(), number);
        let cost = calculator.site_cost(&site.object);
        let carries = calculator.sites().is_some_and(|(graph, _)| graph.has_transport(&site.object));
        let text = match cost {
            None if carries => "no way leads there".to_owned(),
            None => continue,
            Some(_) if length == 0 => "the own site".to_owned(),
            Some(_) => format!("through {path}"),
        };
        let way = if length == 0 { String::new() } else { number.to_string() };
        let name = site.object.to_string();
        let shown = Shown { name, text, way, cost, has_route: cost.is_some(), span: site.span };
        all.entry(("Site", key)).or_insert(shown);
    }
}

/// Of the sum by Fowler, Noll and Vo, 64 bits.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Type and address of an address space, in lower case.
type Space = (String, String);

/// The address spaces of a table, and where each is first listed.
fn spaces_of(table: &RoutingTable) -> BTreeMap<Space, Span> {
    let mut all = BTreeMap::new();
    for space in table.send_connectors.iter().flat_map(|connector| &connector.address_spaces) {
        let key = (space.value.kind.to_lowercase(), space.value.address.to_lowercase());
        all.entry(key).or_insert(space.span);
    }
    all
}

/// Which connector takes mail for each address space. One that the table does not list can still be within `*` or a space of
/// the parent domain, so the way is worked out and not looked up.
fn space_ways(table: &RoutingTable, calculator: &RouteCalculator<'_>, spaces: &BTreeSet<Space>, all: &mut All) {
    let choice = ConnectorChoice::new(calculator);
    let listed = spaces_of(table);
    for space in spaces {
        let (kind, address) = space;
        let route = choice.route(kind, address, 0);
        if matches!(route.outcome, Outcome::NotChecked(_) | Outcome::InvalidAddress) {
            continue;
        }
        let name = format!("{kind}:{address}");
        let span = listed.get(space).copied();
        let shown = match route.connector {
            Some(connector) => Shown {
                name: name.clone(),
                text: format!("connector {}", connector.object),
                way: reference_key(&connector.object),
                cost: space_cost(&choice, connector, space),
                has_route: true,
                span: span.unwrap_or(connector.span),
            },
            None => Shown {
                name: name.clone(),
                text: "no connector can be used".to_owned(),
                way: String::new(),
                cost: None,
                has_route: false,
                span: span.unwrap_or(table.span),
            },
        };
        all.entry((SPACE, name)).or_insert(shown);
    }
}

/// Cost of the address space of a connector that takes mail for a space, with that of the path.
fn space_cost(choice: &ConnectorChoice<'_, '_>, connector: &RoutingSendConnector, space: &Space) -> Option<u64> {
    let (kind, address) = space;
    let cost = |address: &str| {
        let first = choice.candidates(kind, address).first()?;
        std::ptr::eq(first.connector, connector).then(|| first.cost())
    };
    let parents = std::iter::successors(Some(address.as_str()), |rest| rest.split_once('.').map(|(_, parent)| parent));
    cost(address)
        .or_else(|| parents.take(MOST_LABELS).find_map(|parent| cost(&format!("*.{parent}"))))
        .or_else(|| cost("*"))
}

/// Labels of a name at most.
const MOST_LABELS: usize = 127;

/// What a table lists.
fn objects(table: &RoutingTable) -> All {
    let mut all = All::new();
    let mut add = |kind, object: &crate::model::routing::ObjectRef, text: String, cost: Option<u32>, span| {
        let way = String::new();
        let shown = Shown { name: object.to_string(), text, way, cost: cost.map(u64::from), has_route: true, span };
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
    use crate::tools::route_calculator::tests::{send, table};

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| row.cells.iter().map(Cell::text).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn equal_tables_have_no_difference() {
        let one = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
        assert!(between(&one, &one.clone()).0.is_empty());
    }

    #[test]
    fn a_dearer_link_moves_the_way_and_is_itself_a_change() {
        let servers = ["EX1 15 a", "EX2 15 b", "EX3 15 c"];
        let (before, after) =
            (table(&servers, &["a-b 20", "a-c 30", "c-b 30"]), table(&servers, &["a-b 90", "a-c 30", "c-b 30"]));
        let rows = texts(&between(&before, &after).0);
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
        before.databases.push(RoutingDatabase {
            span: before.span,
            object: crate::model::routing::ObjectRef::named("DB2"),
            owner: Some(crate::model::routing::ObjectRef::named("EX2")),
            owner_span: None,
        });
        let mut after = before.clone();
        after.site_links.clear();
        let rows = texts(&between(&before, &after).0);
        assert!(rows[1].starts_with("Database|DB2|Lost its route|SmtpRelayToMailboxDeliveryGroup"), "{rows:?}");
        assert!(
            rows.iter().any(|row| row.starts_with("Site|b|Lost its route|through b|no way leads there|20|")),
            "{rows:?}"
        );
        assert!(rows.iter().any(|row| row.starts_with("Site link|a-b|Removed")), "{rows:?}");
        // And the other way round.
        let back = texts(&between(&after, &before).0);
        assert!(back.iter().any(|row| row.starts_with("Database|DB2|Got a route")), "{back:?}");
    }

    #[test]
    fn an_address_space_that_is_gone_leaves_by_what_is_less_specific() {
        let empty = table(&["EX1 15 a"], &["a-b 20"]);
        let (mut before, mut after) = (empty.clone(), empty.clone());
        before.send_connectors.push(send("Partner", "SMTP:contoso.com;5", "EX1"));
        before.send_connectors.push(send("Internet", "SMTP:*;1", "EX1"));
        after.send_connectors.push(send("Internet", "SMTP:*;1", "EX1"));
        let rows = texts(&between(&before, &after).0);
        assert!(
            rows.contains(
                &"Address space|smtp:contoso.com|Takes another way|connector Partner|connector Internet|5|1".to_owned()
            ),
            "{rows:?}"
        );
        let rows = texts(&between(&after, &empty).0);
        assert!(rows[0].starts_with("Address space|smtp:*|Lost its route|connector Internet"), "{rows:?}");
        let back = texts(&between(&empty, &after).0);
        assert!(back[0].starts_with("Address space|smtp:*|Got a route"), "{back:?}");
    }

    #[test]
    fn another_cost_alone_and_another_name_alone_are_no_other_way() {
        let servers = ["EX1 15 a", "EX2 15 b"];
        let (before, after) = (table(&servers, &["a-b 20"]), table(&servers, &["a-b 30"]));
        let rows = texts(&between(&before, &after).0);
        assert!(rows.contains(&"Site|b|Same way, another cost|through b|through b|20|30".to_owned()), "{rows:?}");
        let named = |name: &str| {
            let mut table = before.clone();
            let guid = uuid::Uuid::from_u128(7);
            let own = |object: &mut crate::model::routing::ObjectRef| {
                if object.name.as_deref() == Some("b") {
                    (object.name, object.guid) = (Some(name.to_owned()), Some(guid));
                }
            };
            table.sites.iter_mut().for_each(|site| own(&mut site.object));
            table.site_links.iter_mut().flat_map(|link| &mut link.sites).for_each(own);
            table.servers.iter_mut().filter_map(|server| server.site.as_mut()).for_each(own);
            table
        };
        let rows = texts(&between(&named("Berlin"), &named("Potsdam")).0);
        assert!(!rows.iter().any(|row| row.contains(" way")) && !rows.is_empty(), "{rows:?}");
    }
}
