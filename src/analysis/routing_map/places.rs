//! What is known of a place on the map: its servers, what joins it, and the way there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{EDGE_KEY, Row, Rows, exit_key, group_key, link_key, place_of, site_key};
use crate::base::source::Span;
use crate::model::routing::entry::reference_key;
use crate::model::routing::{ObjectRef, RoutingSendConnector, RoutingServer, RoutingTable};
use crate::tools::route_calculator::{GroupRoute, RouteCalculator};

/// Servers, links and connectors that are listed at most; the tables have all.
const MOST: usize = 60;

/// Sites of a way that are named before the last one.
const MOST_HOPS: usize = 30;

/// Connectors that the name of a sign of several holds.
const MOST_NAMED: usize = 3;

/// What is known of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceTold {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Cost of the way there.
    pub cost: Option<u64>,
    /// The places on the way, the last one included.
    pub path: Vec<String>,
    /// Whether no way leads there, and whether servers alone name it.
    pub is_cut_off: bool,
    /// Whether servers alone name it.
    pub is_unlisted: bool,
    /// A link whose cost could not be read and that the way there may lead over.
    pub unread: String,
    /// Its servers.
    pub servers: Vec<ServerTold>,
    /// Links from here: their names, where they lead, what they cost.
    pub links: Vec<(String, String, Option<u32>)>,
    /// Connectors out of the organization that start here, with what they take.
    pub connectors: Vec<(String, String)>,
    /// How many of these are not listed.
    pub more: u32,
    /// Its row in a table.
    pub row: Option<Row>,
}

/// A server of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTold {
    /// Its name.
    pub name: String,
    /// Its major version.
    pub version: Option<u32>,
    /// Its roles, as printed.
    pub roles: String,
    /// Databases that it owns.
    pub databases: u32,
    /// Whether its component `HubTransport` is inactive.
    pub is_inactive: bool,
    /// Why routing does not use it.
    pub refused: String,
}

/// A place by its key.
pub(super) fn place(table: &RoutingTable, key: &str, rows: Rows<'_>) -> Option<PlaceTold> {
    let mut told = PlaceTold { key: key.to_owned(), ..PlaceTold::default() };
    if let Some((_, connector)) = table.send_connectors.iter().enumerate().find(|(at, _)| exit_key(*at) == key) {
        told.name = connector.object.to_string();
        leaving(&mut told, &[connector]);
        told.row = rows("routing-links", connector.span);
        return Some(cut(told));
    }
    if let Some(members) = super::graph::members(table, key) {
        let names: Vec<String> = members.iter().take(MOST_NAMED).map(|own| own.object.to_string()).collect();
        told.name = names.join(", ");
        if members.len() > MOST_NAMED {
            told.name.push_str(", ...");
        }
        leaving(&mut told, &members);
        return Some(cut(told));
    }
    if key == EDGE_KEY {
        told.name = table.local_server.as_ref().map(ToString::to_string).unwrap_or_default();
        let all: Vec<&RoutingSendConnector> = table.send_connectors.iter().collect();
        leaving(&mut told, &all);
        return Some(cut(told));
    }
    if let Some((_, link)) = table.site_links.iter().enumerate().find(|(at, _)| link_key(*at) == key) {
        told.name = link.object.to_string();
        told.cost = link.cost().map(u64::from);
        told.links = link.sites.iter().map(|site| (told.name.clone(), site.to_string(), link.cost())).collect();
        told.row = rows("routing-links", link.span);
        return Some(cut(told));
    }
    let calculator = RouteCalculator::new(table);
    let site = table.sites.iter().find(|site| site_key(&site.object) == key);
    let group = table.routing_groups.iter().find(|group| group_key(&group.object) == key);
    let servers: Vec<&RoutingServer> =
        table.servers.iter().filter(|server| place_of(server).as_deref() == Some(key)).collect();
    let in_servers = || servers.first().and_then(|server| server.site.as_ref().or(server.routing_group.as_ref()));
    let object: &ObjectRef = site.map(|site| &site.object).or(group.map(|group| &group.object)).or_else(in_servers)?;
    told.name = object.to_string();
    told.row = site
        .map(|s| s.span)
        .or(group.map(|g| g.span))
        .or(servers.first().map(|server| server.span))
        .and_then(|span| rows("routing-places", span));
    told.is_unlisted = site.is_none() && group.is_none();
    if site.is_some() || key.starts_with("site:") {
        told.cost = calculator.site_cost(object);
        told.path = site_path(&calculator, object);
        told.is_cut_off = calculator.is_cut_off(object);
        told.unread = calculator.site_doubt(object).map(|link| link.object.to_string()).unwrap_or_default();
    } else {
        told.is_cut_off = table.exact && matches!(calculator.group_route(object), GroupRoute::Unreachable);
        let way = calculator.group_way(object);
        told.cost = way.iter().map(|c| c.cost.map(u64::from)).sum::<Option<u64>>().filter(|_| !way.is_empty());
        told.path = way.iter().filter_map(|c| c.target_group.as_ref()).map(ToString::to_string).collect();
    }
    let mut owned: BTreeMap<String, u32> = BTreeMap::new();
    for owner in table.databases.iter().filter_map(|database| database.owner.as_ref()) {
        *owned.entry(reference_key(owner)).or_default() += 1;
    }
    told.servers = servers
        .iter()
        .map(|server| {
            let refused = calculator.servers().refused(server).map(|why| why.to_string());
            ServerTold {
                name: server.object.to_string(),
                version: server.major_version,
                roles: server.roles.clone().unwrap_or_default(),
                databases: owned.get(&reference_key(&server.object)).copied().unwrap_or(0),
                is_inactive: server.hub_active == Some(false),
                refused: refused.filter(|_| table.exact).unwrap_or_default(),
            }
        })
        .collect();
    for link in table.site_links.iter().filter(|link| link.sites.iter().any(|site| site_key(site) == key)) {
        let others = link.sites.iter().filter(|site| site_key(site) != key);
        told.links.extend(others.map(|site| (link.object.to_string(), site.to_string(), link.cost())));
    }
    for connector in &table.routing_group_connectors {
        let is_here = |end: &Option<ObjectRef>| end.as_ref().is_some_and(|group| group_key(group) == key);
        let sends = connector.source_servers.iter().any(|source| servers.iter().any(|server| server.is(source)));
        if let Some(target) = connector.target_group.as_ref().filter(|_| is_here(&connector.source_group) || sends) {
            told.links.push((connector.object.to_string(), target.to_string(), connector.cost));
        }
    }
    for connector in &table.send_connectors {
        let mut sources = connector.source_servers.iter().chain(&connector.home_mta);
        if sources.any(|source| servers.iter().any(|server| server.is(source))) {
            let spaces: Vec<String> = connector.address_spaces.iter().map(|space| space.value.to_string()).collect();
            told.connectors.push((connector.object.to_string(), spaces.join(", ")));
        }
    }
    Some(cut(told))
}

/// The sites on the way to a site: the first ones and the last one where there are many.
fn site_path(calculator: &RouteCalculator<'_>, site: &ObjectRef) -> Vec<String> {
    let names: Vec<String> = calculator.way(&server_in(site)).through.iter().map(|s| s.object.to_string()).collect();
    let last = names.last().cloned().unwrap_or_default();
    shortened(names.len(), &names, last)
}

fn shortened(length: usize, first: &[String], last: String) -> Vec<String> {
    let names = first.iter().take(MOST_HOPS).cloned();
    match length {
        ..=MOST_HOPS => names.collect(),
        _ if length == MOST_HOPS + 1 => names.chain([last]).collect(),
        _ => names.chain(["...".to_owned(), last]).collect(),
    }
}

/// The way to a site, as it is shown.
#[derive(Default)]
pub struct WayTo {
    /// How many sites it passes, the last one included.
    pub length: usize,
    /// The key of the site before it.
    pub previous: Option<String>,
    /// Names of the sites: the first ones and the last one where there are many.
    pub names: Vec<String>,
}

/// The ways to all sites that links lead to, by their keys. Each goes on from that of the site before it: walked one by one,
/// those of a long chain would be millions of steps.
pub fn ways(calculator: &RouteCalculator<'_>) -> HashMap<String, WayTo> {
    let mut first: HashMap<String, (usize, Vec<String>)> = HashMap::new();
    let mut found = HashMap::new();
    for (site, previous) in calculator.sites().map(|(graph, paths)| graph.steps(paths)).unwrap_or_default() {
        let (key, name) = (reference_key(&site.object), site.object.to_string());
        let previous = previous.map(|previous| reference_key(&previous.object));
        let before = previous.as_ref().and_then(|previous| first.get(previous));
        let (length, names) = match before {
            Some((length, names)) => {
                let mut names = names.clone();
                names.extend((names.len() < MOST_HOPS).then(|| name.clone()));
                (length + 1, names)
            }
            None => (0, Vec::new()),
        };
        let shown = if length == 0 { Vec::new() } else { shortened(length, &names, name) };
        found.insert(key.clone(), WayTo { length, previous, names: shown });
        first.insert(key, (length, names));
    }
    found
}

/// A server of which only the site is known, to ask for the way there.
pub(super) fn server_in(site: &ObjectRef) -> RoutingServer {
    let nowhere = Span::file(crate::base::source::SourceId(0));
    RoutingServer { site: Some(site.clone()), ..RoutingServer::new(nowhere, ObjectRef::default()) }
}

/// What connectors take, and the servers that send by them, each once.
fn leaving(told: &mut PlaceTold, connectors: &[&RoutingSendConnector]) {
    let mut seen = BTreeSet::new();
    for connector in connectors {
        let name = connector.object.to_string();
        if let [_] = connectors {
            told.connectors = connector.address_spaces.iter().map(|s| (name.clone(), s.value.to_string())).collect();
        } else {
            let spaces: Vec<String> = connector.address_spaces.iter().map(|space| space.value.to_string()).collect();
            told.connectors.push((name, spaces.join(", ")));
        }
        let sources = connector.source_servers.iter().chain(&connector.home_mta);
        told.servers.extend(sources.filter(|source| seen.insert(reference_key(source))).map(unknown));
    }
}

fn unknown(server: &ObjectRef) -> ServerTold {
    ServerTold { name: server.to_string(), ..ServerTold::default() }
}

fn cut(mut told: PlaceTold) -> PlaceTold {
    let all = [told.servers.len(), told.links.len(), told.connectors.len()];
    told.more = all.iter().map(|own| u32::try_from(own.saturating_sub(MOST)).unwrap_or(u32::MAX)).sum();
    told.servers.truncate(MOST);
    told.links.truncate(MOST);
    told.connectors.truncate(MOST);
    told
}
