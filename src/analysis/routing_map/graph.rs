//! The map of a table: its places, what joins them, and where they are drawn.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    Counts, EDGE_KEY, Edge, EdgeKind, LeftOut, MOST_TABLES, Node, PlaceKind, RoutingMap, captures, exit_key, exits_key,
    group_key, link_key, place_of, places_of, placing, server_of, site_key,
};
use crate::base::gather::Gather as _;
use crate::facts::Facts;
use crate::model::routing::entry::ServerIndex;
use crate::model::routing::{ObjectRef, RoutingSendConnector, RoutingServer, RoutingTable, ServerRole};
use crate::tools::route_calculator::{GroupRoute, RouteCalculator};

/// Signs that are drawn at most.
const MOST_NODES: usize = 600;

/// Lines that are drawn at most.
const MOST_EDGES: usize = 2_000;

/// Places, links and servers that are looked at.
const MOST_READ: usize = 20_000;

/// From more signs than this on, sites that hang on one place are drawn as one.
const MOST_APART: usize = 60;

/// Fewer sites than this are not drawn as one.
const FEWEST_TOGETHER: usize = 3;

/// More connectors than this are drawn by where they leave.
const MOST_EXITS: usize = 8;

/// Address spaces beside an exit, and places that a connector is drawn from.
const MOST_SPACES: usize = 2;
const MOST_ENDS: usize = 4;

/// Draws a table.
pub(super) fn map(facts: &Facts, at: u32, table: &RoutingTable, one_by_one: bool) -> RoutingMap {
    let mut captures = captures(facts);
    let more_captures = small(captures.len().saturating_sub(MOST_TABLES));
    captures.truncate(MOST_TABLES);
    let drawn = draw(table, one_by_one);
    RoutingMap {
        captures,
        more_captures,
        table: at,
        from: table.local_server.as_ref().map(ToString::to_string).unwrap_or_default(),
        is_exact: table.exact,
        is_complete: table.complete,
        ..drawn
    }
}

fn draw(table: &RoutingTable, one_by_one: bool) -> RoutingMap {
    let mut draft = Draft::new(table);
    let counts = Counts {
        sites: small(table.sites.len()),
        groups: small(table.routing_groups.iter().filter(|group| !group.is_of_2007()).count()),
        servers: small(table.servers.len()),
        databases: small(table.databases.len()),
        connectors: small(table.send_connectors.len()),
    };
    let can_group = draft.nodes.len() > MOST_APART;
    let is_grouped = can_group && !one_by_one && draft.group();
    draft.keep_near();
    let mut map = RoutingMap { counts, can_group, is_grouped, left_out: draft.left_out, ..RoutingMap::default() };
    placing::place(draft.nodes, draft.edges, draft.start, &mut map);
    map
}

/// The connectors that a sign of several stands for.
pub(super) fn members<'t>(table: &'t RoutingTable, key: &str) -> Option<Vec<&'t RoutingSendConnector>> {
    if !key.starts_with("exits:") {
        return None;
    }
    let draft = Draft::new(table);
    let node = draft.nodes.get(*draft.position.get(key)?)?;
    let keys: BTreeSet<&str> = node.members.iter().map(|(key, _)| key.as_str()).gather();
    let all = table.send_connectors.iter().enumerate();
    Some(all.filter(|(at, _)| keys.contains(exit_key(*at).as_str())).map(|(_, connector)| connector).collect())
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Draft {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    position: BTreeMap<String, usize>,
    joined: BTreeMap<(usize, usize, bool), usize>,
    start: usize,
    left_out: LeftOut,
}

impl Draft {
    fn new(table: &RoutingTable) -> Draft {
        let mut draft = Draft::default();
        let calculator = RouteCalculator::new(table);
        for site in table.sites.iter().take(MOST_READ) {
            let kind = if site.hub == Some(true) { PlaceKind::Hub } else { PlaceKind::Site };
            draft.node(site_key(&site.object), || site.object.to_string(), kind);
        }
        draft.left_out.places += small(table.sites.len().saturating_sub(MOST_READ));
        for group in table.routing_groups.iter().take(MOST_READ).filter(|group| !group.is_of_2007()) {
            draft.node(group_key(&group.object), || group.object.to_string(), PlaceKind::Group);
        }
        for server in table.servers.iter().take(MOST_READ) {
            draft.server(server);
        }
        let local = table.local_server.as_ref().and_then(|local| server_of(table, local)).and_then(place_of);
        // Without it the layout begins with the first place, which is not said to be the one.
        if let Some(at) = local.and_then(|key| draft.position.get(&key).copied()) {
            draft.begin(at);
        }
        draft.reach(table, &calculator);
        draft.site_links(table);
        draft.group_connectors(table, calculator.servers());
        draft.exits(table, calculator.servers());
        draft
    }

    /// Paths begin here.
    fn begin(&mut self, at: usize) {
        self.start = at;
        if let Some(node) = self.nodes.get_mut(at) {
            node.is_start = true;
        }
    }

    fn node(&mut self, key: String, name: impl FnOnce() -> String, kind: PlaceKind) -> usize {
        if let Some(known) = self.position.get(&key) {
            return *known;
        }
        self.position.insert(key.clone(), self.nodes.len());
        self.nodes.push(Node {
            key,
            name: name(),
            kind,
            number: 0,
            cost: None,
            is_start: false,
            is_cut_off: false,
            members: Vec::new(),
            spaces: String::new(),
            at: (0, 0),
            side: 0,
            level: 0,
        });
        self.nodes.len() - 1
    }

    fn server(&mut self, server: &RoutingServer) {
        let Some(key) = place_of(server) else { return };
        let (kind, name) = match (&server.site, &server.routing_group) {
            (Some(site), _) => (PlaceKind::Site, site),
            (None, Some(group)) => (PlaceKind::Group, group),
            (None, None) => return,
        };
        let at = self.node(key, || name.to_string(), kind);
        let carries = server.is_legacy() == Some(true) || server.has_role(&[ServerRole::HubTransport]) != Some(false);
        if let Some(node) = self.nodes.get_mut(at).filter(|_| carries) {
            node.number += 1;
        }
    }

    /// What the way to each place costs, and where none leads.
    fn reach(&mut self, table: &RoutingTable, calculator: &RouteCalculator<'_>) {
        for (key, object, is_site, _) in places_of(table) {
            let Some(node) = self.position.get(&key).and_then(|at| self.nodes.get_mut(*at)) else { continue };
            if is_site {
                node.cost = calculator.site_cost(object);
                node.is_cut_off = calculator.is_cut_off(object);
                continue;
            }
            match calculator.group_route(object) {
                GroupRoute::Reached { hop, .. } => node.cost = Some(hop.cost),
                GroupRoute::Unreachable => node.is_cut_off = table.exact && node.number > 0,
                GroupRoute::NotChecked(_) => {}
            }
        }
    }

    /// Draws a line; its position, unless there is one already or there are too many.
    fn join(&mut self, ends: (usize, usize), name: &str, cost: Option<u32>, kind: EdgeKind) -> Option<usize> {
        let (low, high) = (ends.0.min(ends.1), ends.0.max(ends.1));
        let groups = kind == EdgeKind::GroupConnector;
        if let Some(edge) = self.joined.get(&(low, high, groups)).and_then(|at| self.edges.get_mut(*at)) {
            if groups && edge.ends != (small(ends.0), small(ends.1)) {
                (edge.has_back, edge.back) = (true, edge.back.or(cost));
                return None;
            }
            // Of several links between two places the cheapest counts, and one of unknown cost says nothing.
            if let Some(cost) = cost
                && edge.cost.is_none_or(|known| cost < known.0)
            {
                edge.name = name.to_owned();
                (edge.cost, edge.is_unread) = (Some((cost, cost)), false);
            }
            edge.more += 1;
            return None;
        }
        if self.edges.len() >= MOST_READ {
            self.left_out.links += 1;
            return None;
        }
        self.joined.insert((low, high, groups), self.edges.len());
        self.edges.push(Edge {
            ends: (small(ends.0), small(ends.1)),
            name: name.to_owned(),
            kind,
            cost: cost.map(|cost| (cost, cost)),
            has_back: false,
            is_unread: false,
            back: None,
            more: 0,
            label: (0, 0),
            level: 0,
        });
        Some(self.edges.len() - 1)
    }

    fn site_links(&mut self, table: &RoutingTable) {
        for (at, link) in table.site_links.iter().enumerate().take(MOST_READ) {
            let known = link.sites.iter().filter_map(|site| self.position.get(&site_key(site)).copied());
            let ends: BTreeSet<usize> = known.gather();
            let ends: Vec<usize> = ends.into_iter().collect();
            let name = link.object.to_string();
            match ends.as_slice() {
                [] | [_] => self.left_out.links += 1,
                [one, other] => {
                    let line = self.join((*one, *other), &name, link.cost(), EdgeKind::SiteLink);
                    if let Some(edge) = line.and_then(|at| self.edges.get_mut(at)) {
                        edge.is_unread = link.cost().is_none();
                    }
                }
                several => {
                    // Each with each would be a thicket: the link is a sign of its own.
                    let own = self.node(link_key(at), || name.clone(), PlaceKind::Link);
                    if let Some(node) = self.nodes.get_mut(own) {
                        node.cost = link.cost().map(u64::from);
                        node.number = small(several.len());
                    }
                    for site in several {
                        self.join((*site, own), &name, None, EdgeKind::SiteLink);
                    }
                }
            }
        }
        self.left_out.links += small(table.site_links.len().saturating_sub(MOST_READ));
    }

    /// The places of servers, each once.
    fn places<'s>(&self, index: &ServerIndex<'_>, servers: impl Iterator<Item = &'s ObjectRef>) -> Vec<usize> {
        let found = servers.filter_map(|server| self.position.get(&place_of(index.server(server)?)?).copied());
        let found: BTreeSet<usize> = found.take(MOST_READ).gather();
        found.into_iter().take(MOST_ENDS).collect()
    }

    fn group_connectors(&mut self, table: &RoutingTable, index: &ServerIndex<'_>) {
        let of_2007: BTreeSet<String> = table
            .routing_groups
            .iter()
            .filter(|group| group.is_of_2007())
            .map(|group| group_key(&group.object))
            .gather();
        for connector in table.routing_group_connectors.iter().take(MOST_READ) {
            let (Some(source), Some(target)) = (&connector.source_group, &connector.target_group) else {
                self.left_out.links += 1;
                continue;
            };
            let from = connector.source_servers.iter().chain(&connector.home_mta);
            let mut ends = Vec::new();
            for (group, servers) in
                [(source, self.places(index, from)), (target, self.places(index, connector.target_servers.iter()))]
            {
                // The servers of 2007 and later stand in their sites; their routing group is not on the map.
                let key = group_key(group);
                let known = if of_2007.contains(&key) { servers } else { Vec::new() };
                ends.push(if known.is_empty() {
                    vec![self.node(key, || group.to_string(), PlaceKind::Group)]
                } else {
                    known
                });
            }
            if let [from, to] = ends.as_slice() {
                for (one, other) in from.iter().flat_map(|one| to.iter().map(move |other| (*one, *other))) {
                    let name = connector.object.to_string();
                    let line = self.join((one, other), &name, connector.cost, EdgeKind::GroupConnector);
                    if let Some(edge) = line.and_then(|at| self.edges.get_mut(at)) {
                        edge.is_unread = connector.cost.is_none();
                    }
                }
            }
        }
    }

    /// Connectors out of the organization: each a sign, or one sign for those that leave at the same places.
    fn exits(&mut self, table: &RoutingTable, index: &ServerIndex<'_>) {
        let is_edge = table.process.as_deref() == Some("Edge");
        let mut by_places: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (at, connector) in table.send_connectors.iter().enumerate().take(MOST_READ) {
            let sources = connector.source_servers.iter().chain(&connector.home_mta);
            let mut places = self.places(index, sources);
            if places.is_empty() && is_edge {
                // An Edge server sends by itself and is in no site.
                let name = || table.local_server.as_ref().map(ToString::to_string).unwrap_or_default();
                let at = self.node(EDGE_KEY.to_owned(), name, PlaceKind::Site);
                if self.nodes.iter().all(|node| !node.is_start) {
                    self.begin(at);
                }
                places = vec![at];
            }
            if places.is_empty() {
                self.left_out.connectors += 1;
            } else {
                by_places.entry(places).or_default().push(at);
            }
        }
        let together = by_places.values().map(Vec::len).sum::<usize>() > MOST_EXITS;
        for (places, connectors) in by_places {
            let size = if together { connectors.len() } else { 1 };
            for part in connectors.chunks(size.max(1)) {
                let all: Vec<_> = part.iter().filter_map(|at| Some((*at, table.send_connectors.get(*at)?))).collect();
                let Some((first, connector)) = all.first() else { continue };
                let spaces: Vec<String> =
                    all.iter().flat_map(|(_, c)| &c.address_spaces).map(|s| s.value.address.clone()).collect();
                let (key, name) = match all.as_slice() {
                    [_] => (exit_key(*first), connector.object.to_string()),
                    _ => (exits_key(*first), String::new()),
                };
                let at = self.node(key, || name, PlaceKind::Exit);
                if let Some(node) = self.nodes.get_mut(at) {
                    node.number = small(all.len());
                    node.members = all.iter().map(|(at, c)| (exit_key(*at), c.object.to_string())).collect();
                    node.spaces = spaces.iter().take(MOST_SPACES).cloned().collect::<Vec<_>>().join(", ");
                    if spaces.len() > MOST_SPACES {
                        node.spaces.push_str(" ...");
                    }
                }
                for place in &places {
                    self.join((*place, at), "", None, EdgeKind::Exit);
                }
            }
        }
    }

    /// Neighbors of each sign.
    fn neighbors(&self) -> Vec<Vec<usize>> {
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            let (a, b) = (edge.ends.0 as usize, edge.ends.1 as usize);
            for (from, to) in [(a, b), (b, a)] {
                if let Some(list) = next.get_mut(from) {
                    list.push(to);
                }
            }
        }
        next
    }

    /// Draws sites that hang on the same place as one. Whether there were any.
    fn group(&mut self) -> bool {
        let next = self.neighbors();
        let mut hanging: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let neighbors = next.get(at).map_or(&[][..], Vec::as_slice);
            if node.kind != PlaceKind::Site || node.is_start || node.is_cut_off && !neighbors.is_empty() {
                continue;
            }
            match neighbors {
                [] => hanging.entry(None).or_default().push(at),
                [one] => hanging.entry(Some(*one)).or_default().push(at),
                _ => {}
            }
        }
        hanging.retain(|_, sites| sites.len() >= FEWEST_TOGETHER);
        if hanging.is_empty() {
            return false;
        }
        let mut gone: BTreeMap<usize, usize> = BTreeMap::new();
        // Each of these sites has one line at most.
        let costs_of: BTreeMap<usize, u32> = self
            .edges
            .iter()
            .filter_map(|edge| Some((edge.ends, edge.cost?.0)))
            .flat_map(|((a, b), cost)| [(a as usize, cost), (b as usize, cost)])
            .gather();
        for (parent, sites) in &hanging {
            let members: Vec<(String, String)> =
                sites.iter().filter_map(|at| self.nodes.get(*at)).map(|n| (n.key.clone(), n.name.clone())).collect();
            let cut_off = sites.iter().filter_map(|at| self.nodes.get(*at)).any(|node| node.is_cut_off);
            let key = format!("several:{}", members.first().map_or("", |(key, _)| key));
            let own = self.node(key, String::new, PlaceKind::Several);
            let costs: Vec<u32> = sites.iter().filter_map(|site| costs_of.get(site).copied()).collect();
            if let Some(node) = self.nodes.get_mut(own) {
                (node.number, node.members, node.is_cut_off) = (small(sites.len()), members, cut_off);
            }
            if let Some(parent) = parent {
                let line = self.join((*parent, own), "", None, EdgeKind::SiteLink);
                if let Some(edge) = line.and_then(|at| self.edges.get_mut(at)) {
                    edge.cost = costs.iter().min().copied().zip(costs.iter().max().copied());
                }
            }
            gone.extend(sites.iter().map(|site| (*site, own)));
        }
        let kept: Vec<usize> = (0..self.nodes.len()).filter(|at| !gone.contains_key(at)).collect();
        self.keep(&kept);
        true
    }

    /// Leaves out what is far from the beginning when there is too much.
    fn keep_near(&mut self) {
        if self.nodes.len() > MOST_NODES {
            let next = self.neighbors();
            let mut seen = vec![false; self.nodes.len()];
            let mut kept = Vec::new();
            let mut queue: VecDeque<usize> = VecDeque::new();
            for root in std::iter::once(self.start).chain(0..self.nodes.len()) {
                queue.push_back(root);
                while let Some(at) = queue.pop_front().filter(|_| kept.len() < MOST_NODES) {
                    let Some(known) = seen.get_mut(at).filter(|known| !**known) else { continue };
                    *known = true;
                    kept.push(at);
                    queue.extend(next.get(at).into_iter().flatten());
                }
                queue.clear();
            }
            self.left_out.places += small(self.nodes.len() - kept.len());
            self.keep(&kept);
        }
        if self.edges.len() > MOST_EDGES {
            self.left_out.links += small(self.edges.len() - MOST_EDGES);
            self.edges.truncate(MOST_EDGES);
        }
    }

    /// Keeps some signs, in this order, and the lines between them.
    fn keep(&mut self, kept: &[usize]) {
        let mut to: Vec<Option<u32>> = vec![None; self.nodes.len()];
        for (new, old) in kept.iter().enumerate() {
            if let Some(slot) = to.get_mut(*old) {
                *slot = Some(small(new));
            }
        }
        let place = |at: u32| to.get(at as usize).copied().flatten();
        self.edges.retain_mut(|edge| match (place(edge.ends.0), place(edge.ends.1)) {
            (Some(a), Some(b)) => {
                edge.ends = (a, b);
                true
            }
            _ => false,
        });
        self.start = place(small(self.start)).unwrap_or(0) as usize;
        self.nodes = kept.iter().filter_map(|at| self.nodes.get(*at).cloned()).collect();
        self.position = self.nodes.iter().enumerate().map(|(at, node)| (node.key.clone(), at)).collect();
        self.joined.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::routing::{RoutingSite, SiteLink};
    use crate::tools::route_calculator::tests::{send, span, table};

    fn named<'m>(map: &'m RoutingMap, name: &str) -> &'m Node {
        map.nodes.iter().find(|node| node.name == name).unwrap_or_else(|| panic!("{name} is not on the map"))
    }

    /// So many sites around a few hubs.
    fn star(sites: usize) -> RoutingTable {
        let links: Vec<String> = (0..sites)
            .map(|at| match at {
                0 => "hub0-hub1 5".to_owned(),
                1..10 => format!("hub{}-hub{} 10", at - 1, at),
                _ => format!("hub{}-site{at} {}", at % 10, 10 + at % 3),
            })
            .collect();
        table(&["EX0 15 hub0", "EX7 15 site77"], &links.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn places_links_and_costs_are_on_the_map() {
        let map =
            draw(&table(&["EX1 15 a", "EX2 15 b", "EX3 15 h1"], &["a-h1 20", "h1-b 10", "h1-c 5", "c-b 40"]), false);
        assert_eq!((named(&map, "a").is_start, named(&map, "a").number), (true, 1));
        assert_eq!((named(&map, "b").cost, named(&map, "h1").kind), (Some(30), PlaceKind::Hub));
        assert_eq!((named(&map, "c").number, named(&map, "c").cost, named(&map, "c").is_cut_off), (0, None, false));
        assert_eq!(map.edges.len(), 4);
        assert!(map.nodes.iter().all(|node| super::super::LEVELS[usize::from(node.level)] <= 1.0), "{:?}", map.nodes);
    }

    #[test]
    fn paths_begin_nowhere_when_the_server_is_not_listed() {
        let mut table = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
        table.local_server = Some(ObjectRef::named("EX9"));
        assert!(draw(&table, false).nodes.iter().all(|node| !node.is_start));
    }

    #[test]
    fn connectors_that_are_drawn_as_one_are_all_told_and_so_are_those_of_an_edge_server() {
        let mut table = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
        table.send_connectors =
            (0..9).map(|at| send(&format!("Out {at}"), "SMTP:*;1", if at < 5 { "EX1" } else { "EX2" })).collect();
        let map = draw(&table, false);
        let exits: Vec<&Node> = map.nodes.iter().filter(|node| node.kind == PlaceKind::Exit).collect();
        assert_eq!(exits.iter().map(|node| node.number).collect::<Vec<_>>(), [5, 4]);
        let place = |table: &RoutingTable, key: &str| super::super::places::place(table, key, &|_, _| None).unwrap();
        let told = place(&table, &exits[0].key);
        assert_eq!((told.connectors.len(), told.servers.len()), (5, 1), "{told:?}");
        assert_eq!(place(&table, "exit:0").name, "Out 0");
        table.process = Some("Edge".to_owned());
        (table.servers, table.sites, table.site_links) = (Vec::new(), Vec::new(), Vec::new());
        let map = draw(&table, false);
        let start = map.nodes.iter().find(|node| node.is_start).unwrap();
        assert_eq!((start.key.as_str(), place(&table, &start.key).connectors.len()), ("edge", 9));
    }

    #[test]
    fn a_site_that_no_link_reaches_is_cut_off() {
        let map = draw(&table(&["EX1 15 a", "EX2 15 z"], &["a-b 20", "z-y 10"]), false);
        assert!(named(&map, "z").is_cut_off && !named(&map, "a").is_cut_off);
    }

    #[test]
    fn a_link_of_many_sites_is_a_sign_of_its_own() {
        let map = draw(&table(&["EX1 15 a"], &["a-b-c-d-e 20", "a-b 10", "a-b 30"]), false);
        let link = map.nodes.iter().find(|node| node.kind == PlaceKind::Link).unwrap();
        assert_eq!((link.number, link.cost, map.edges.len()), (5, Some(20), 6));
        let double = map.edges.iter().find(|edge| edge.more == 1).unwrap();
        assert_eq!((double.cost, double.name.as_str()), (Some((10, 10)), "a-b"));
    }

    #[test]
    fn many_sites_are_drawn_together_unless_asked_otherwise() {
        let table = star(500);
        let map = draw(&table, false);
        assert!(map.is_grouped && map.nodes.len() < 40, "{} signs", map.nodes.len());
        let several: u32 = map.nodes.iter().filter(|n| n.kind == PlaceKind::Several).map(|n| n.number).sum();
        let apart = map.nodes.iter().filter(|n| matches!(n.kind, PlaceKind::Site | PlaceKind::Hub)).count();
        assert_eq!(several as usize + apart, 500);
        assert!(
            map.nodes.iter().filter(|n| n.kind == PlaceKind::Several).all(|n| n.members.len() == n.number as usize)
        );
        let all = draw(&table, true);
        assert!(all.nodes.len() >= 500 && !all.is_grouped && all.can_group);
        assert_eq!(all, draw(&table, true));
    }

    #[test]
    fn absurd_tables_are_bounded_and_say_so() {
        let mut table = star(3_000);
        let site = |name: Option<String>| RoutingSite {
            span: span(),
            object: ObjectRef { name, guid: None, dn: None },
            hub: None,
            inbound_mail: None,
        };
        table.sites.extend((0..30_000).map(|at| site((at % 2 == 0).then(|| format!("lone {}", at / 3)))));
        let link = |sites: &[&str]| SiteLink {
            span: span(),
            object: ObjectRef::default(),
            ad_cost: None,
            exchange_cost: Some(u32::MAX),
            max_message_size: None,
            sites: sites.iter().map(|name| ObjectRef::named(*name)).collect(),
        };
        table.site_links.extend([
            link(&["hub1", "hub1"]),
            link(&["nowhere", "hub2"]),
            link(&[]),
            link(&["hub1", "hub2", "HUB3", "hub3"]),
        ]);
        for one_by_one in [false, true] {
            let map = draw(&table, one_by_one);
            assert!(map.nodes.len() <= MOST_NODES && map.edges.len() <= MOST_EDGES);
            assert!(map.left_out.links >= 3, "{:?}", map.left_out);
            assert!(map.left_out.places > 0, "{:?}", map.left_out);
            assert!(map.edges.iter().all(|edge| (edge.ends.0.max(edge.ends.1) as usize) < map.nodes.len()));
        }
        assert_eq!(draw(&RoutingTable::new(span()), false), RoutingMap::default());
    }
}
