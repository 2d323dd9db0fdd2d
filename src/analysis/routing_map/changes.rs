//! What two routing tables do differently: for each destination the next hop and the cost before and after, and the objects
//! that came, went or changed.
//!
//! Objects are joined by their identifiers, so a renamed one is one object, and what names it is not changed by that. Where a table of 2007 or 2010 is one of the two,
//! ways are not worked out and objects alone are compared.

mod pair;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::places::WayTo;
use super::{Capture, Chosen, captures};
use crate::analysis::tables::{Cell, Row};
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::databases::local_name;
use crate::model::routing::entry::{DatabaseRoute, reference_key};
use crate::model::routing::{ObjectRef, RoutingDatabase, RoutingSendConnector, RoutingSite, RoutingTable};
use crate::model::server::server_key;
use crate::report::grouped;
use crate::tools::route_calculator::external::{ConnectorChoice, Outcome};
use crate::tools::route_calculator::{GroupRoute, NextHop, RouteCalculator};
use pair::{organizations, pair};

/// Words of the column that says what changed.
pub const LOST: &str = "Lost its route";
const GAINED: &str = "Got a route";
const ANOTHER: &str = "Takes another way";
const SAME_WAY: &str = "Same way, another cost";
const ADDED: &str = "Added";
const REMOVED: &str = "Removed";
const CHANGED: &str = "Changed";
const RENAMED: &str = "Renamed";
const OTHER_NAMES: &str = "Names renamed objects";

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
    /// Objects that were added, removed, changed, and those that are renamed or name renamed ones.
    pub objects: (u32, u32, u32, u32),
    /// The organizations, when they are different ones.
    pub organizations: Option<(String, String)>,
    /// Destinations that were compared.
    pub destinations: u32,
    /// Links of both whose cost could not be read; what may lie behind them is not compared.
    pub unread: u32,
}

/// What two tables do differently, kept for the headline and the rows.
pub struct Differences {
    rows: Vec<Row>,
    /// Destinations that were compared.
    destinations: u32,
}

/// The differences of the two tables that were asked for last.
pub type Kept = RefCell<Option<((u32, u32), Rc<Differences>)>>;

fn differences(facts: &Facts, chosen: &Chosen, kept: &Kept) -> Option<Rc<Differences>> {
    let (before_at, before, after_at, after) = pair(facts, chosen)?;
    let mut kept = kept.borrow_mut();
    if let Some((_, known)) = kept.as_ref().filter(|(of, _)| *of == (before_at, after_at)) {
        return Some(Rc::clone(known));
    }
    let (rows, destinations) = between(before, after);
    let made = Rc::new(Differences { rows, destinations });
    *kept = Some(((before_at, after_at), Rc::clone(&made)));
    Some(made)
}

/// What the view says above the rows.
pub(super) fn compared(facts: &Facts, chosen: &Chosen, kept: &Kept) -> Option<Compared> {
    let (before_at, before, after_at, after) = pair(facts, chosen)?;
    let all = captures(facts);
    let find = |at: u32| all.iter().find(|capture| capture.table == at).cloned();
    let differences = differences(facts, chosen, kept)?;
    let count = |what: &str| {
        let is = |row: &&Row| matches!(row.cells.get(2), Some(Cell::Text(text)) if text == what);
        u32::try_from(differences.rows.iter().filter(is).count()).unwrap_or(u32::MAX)
    };
    Some(Compared {
        before: find(before_at)?,
        after: find(after_at)?,
        is_cut: !(before.complete && after.complete),
        is_same_server: local_name(before).is_some()
            && local_name(before).map(server_key) == local_name(after).map(server_key),
        is_worked_out: before.exact && after.exact,
        routes: (count(LOST), count(GAINED), count(ANOTHER).saturating_add(count(SAME_WAY))),
        objects: (count(ADDED), count(REMOVED), count(CHANGED), count(RENAMED).saturating_add(count(OTHER_NAMES))),
        organizations: organizations(before, after),
        destinations: differences.destinations,
        unread: unread(before).saturating_add(unread(after)),
    })
}

/// Links whose cost could not be read.
fn unread(table: &RoutingTable) -> u32 {
    let connectors = table.routing_group_connectors.iter().filter(|connector| connector.cost.is_none());
    let links = table.site_links.iter().filter(|link| link.cost().is_none());
    u32::try_from(links.count() + connectors.count()).unwrap_or(u32::MAX)
}

/// Rows of the table of changes.
pub(in crate::analysis) fn rows(facts: &Facts, chosen: &Chosen, kept: &Kept) -> Vec<Row> {
    differences(facts, chosen, kept).map(|all| all.rows.clone()).unwrap_or_default()
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
            Some(new) if new.way != old.way => rows.push((5, row(key.0, CHANGED, Some(old), Some(new)))),
            Some(new) if new.name != old.name => rows.push((6, row(key.0, RENAMED, Some(old), Some(new)))),
            Some(new) if new.text != old.text => rows.push((7, row(key.0, OTHER_NAMES, Some(old), Some(new)))),
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
    // Where the cost of a link could not be read, another way may be the one that is taken.
    let doubtful = |database: &RoutingDatabase| {
        let server = database.owner.as_ref().and_then(|owner| calculator.servers().server(owner));
        server.and_then(|server| calculator.site_doubt(server.site.as_ref()?)).is_some()
    };
    for database in table.databases.iter().filter(|database| !doubtful(database)) {
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
    let mut known = super::places::ways(calculator);
    let mut ways: Vec<(&RoutingSite, WayTo)> = Vec::new();
    for site in &table.sites {
        ways.push((site, known.remove(&reference_key(&site.object)).unwrap_or_default()));
    }
    ways.order_by_key(|(_, way)| way.length);
    let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
    for (site, WayTo { length, previous, names }) in ways {
        let key = reference_key(&site.object);
        let start = previous.and_then(|previous| numbers.get(&previous).copied()).unwrap_or(FNV_START);
        // The separator keeps `a`, `bc` apart from `ab`, `c`.
        let number =
            key.bytes().chain([0]).fold(start, |number, byte| (number ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
        numbers.insert(key.clone(), number);
        let cost = calculator.site_cost(&site.object);
        if calculator.site_doubt(&site.object).is_some() {
            continue;
        }
        let text = match cost {
            None if calculator.is_cut_off(&site.object) => "no way leads there".to_owned(),
            None => continue,
            Some(_) if length == 0 => "the own site".to_owned(),
            Some(_) => format!("through {}", names.join(", ")),
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

/// How an object is named in a text.
type Naming<'n> = &'n dyn Fn(&ObjectRef) -> String;

/// What a table lists. Each text is made twice: with names, and with the identifiers of what they stand for.
fn objects(table: &RoutingTable) -> All {
    let mut all = All::new();
    let mut add = |kind, object: &ObjectRef, text: &dyn Fn(Naming<'_>) -> String, cost, span| {
        let cost: Option<u32> = cost;
        let (way, text) = (text(&reference_key), text(&ToString::to_string));
        let shown = Shown { name: object.to_string(), text, way, cost: cost.map(u64::from), has_route: true, span };
        all.entry((kind, reference_key(object))).or_insert(shown);
    };
    let list = |objects: &[ObjectRef], name: Naming<'_>| {
        let mut names: Vec<String> = objects.iter().map(name).collect();
        names.order();
        names.join(", ")
    };
    let size = |limit: Option<u64>| {
        limit
            .map(|limit| format!("; at most {}", crate::tools::route_calculator::external::size_text(limit)))
            .unwrap_or_default()
    };
    let costs = |cost: Option<u32>| {
        cost.map_or_else(|| "cost not read".to_owned(), |cost| format!("cost {}", grouped(cost.into())))
    };
    for site in &table.sites {
        let hub = if site.hub == Some(true) { "hub site" } else { "" };
        add("Site", &site.object, &|_| hub.to_owned(), None, site.span);
    }
    for link in &table.site_links {
        let (cost, size) = (costs(link.cost()), size(link.max_message_size));
        let text = |name: Naming<'_>| format!("{cost}; {}{size}", list(&link.sites, name));
        add("Site link", &link.object, &text, link.cost(), link.span);
    }
    for server in &table.servers {
        let place = server.site.as_ref().or(server.routing_group.as_ref());
        let version = server.major_version.map(|version| format!("; version {version}")).unwrap_or_default();
        let roles = server.roles.as_ref().map(|roles| format!("; {roles}")).unwrap_or_default();
        let off = if server.hub_active == Some(false) { "; transport inactive" } else { "" };
        let text = |name: Naming<'_>| {
            format!("{}{version}{roles}{off}", place.map(name).unwrap_or_else(|| "no site".to_owned()))
        };
        add("Server", &server.object, &text, None, server.span);
    }
    for database in &table.databases {
        let text =
            |name: Naming<'_>| database.owner.as_ref().map(|owner| format!("of {}", name(owner))).unwrap_or_default();
        add("Database", &database.object, &text, None, database.span);
    }
    for group in &table.routing_groups {
        add("Routing group", &group.object, &|_| String::new(), None, group.span);
    }
    for connector in &table.routing_group_connectors {
        let (cost, size) = (costs(connector.cost), size(connector.max_message_size));
        let text = |name: Naming<'_>| {
            let target = connector.target_group.as_ref().map(|group| format!("to {}; ", name(group)));
            let sources = list(&connector.source_servers, name);
            format!("{}{cost}; sent by {sources}{size}", target.unwrap_or_default())
        };
        add("Routing group connector", &connector.object, &text, connector.cost, connector.span);
    }
    for connector in &table.send_connectors {
        let spaces: Vec<String> = connector.address_spaces.iter().map(|space| space.value.to_string()).collect();
        let (spaces, size) = (spaces.join(", "), size(connector.max_message_size));
        let off = if connector.enabled == Some(false) { "; disabled" } else { "" };
        let hosts = connector.smart_hosts.as_ref().map(|hosts| format!("; to {}", hosts.value)).unwrap_or_default();
        let text =
            |name: Naming<'_>| format!("{spaces}; sent by {}{hosts}{size}{off}", list(&connector.source_servers, name));
        add("Send connector", &connector.object, &text, None, connector.span);
    }
    all
}

#[cfg(test)]
mod tests;
