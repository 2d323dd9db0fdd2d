//! The next hop of a mailbox database, computed from a routing table of Exchange 2013 or later.
//!
//! The table logs what routing starts from, so the routes are worked out again here, by the steps that
//! Exchange 2013 takes: which servers it uses ([`ServerIndex`]), the least-cost path between Active
//! Directory sites, the least-cost path between routing groups, then the delivery group of the owner.
//! "Route mail between Active Directory sites" and "Mail routing" describe the outline.
//!
//! Absent so far: external recipients and connectors, size limits, public folders, and the ways round a
//! failed server, which do not decide whether there is a route.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::model::queue::DeliveryType;
use crate::model::routing::entry::{DatabaseRoute, ServerIndex, Unusable, reference_key};
use crate::model::routing::{
    ObjectRef, RoutingDatabase, RoutingGroupConnector, RoutingServer, RoutingTable, ServerRole,
};

/// Sites or routing groups of the largest table for which paths are computed. Links that join many
/// sites at equal cost make the search quadratic.
const MAX_PLACES: usize = 5_000;

/// Where mail for a database goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextHop {
    /// How it is sent.
    pub delivery_type: DeliveryType,
    /// The name of the queue, as Exchange shows it.
    pub domain: String,
    /// Cost of the path between sites or routing groups; 0 within the own one.
    pub cost: u64,
}

/// Computes routes from the server that wrote a table.
pub struct RouteCalculator<'a> {
    servers: ServerIndex<'a>,
    sites: Option<Paths<'a>>,
    groups: Option<GroupPaths<'a>>,
}

/// Least-cost paths from the local site.
struct Paths<'a> {
    names: HashMap<String, &'a ObjectRef>,
    found: HashMap<String, SitePath>,
}

#[derive(Clone, Debug)]
struct SitePath {
    cost: u64,
    /// Not the local site.
    remote: bool,
    /// The first hub site on the way, or the target when it is one.
    hub: Option<String>,
}

/// Least-cost paths from the routing group of the servers of 2007 and later.
struct GroupPaths<'a> {
    local: String,
    found: HashMap<String, (u64, &'a RoutingGroupConnector)>,
}

impl<'a> RouteCalculator<'a> {
    /// Prepares a table.
    pub fn new(table: &'a RoutingTable) -> RouteCalculator<'a> {
        let servers = ServerIndex::new(table);
        let sites = site_paths(table, &servers);
        let mut calculator = RouteCalculator { servers, sites, groups: None };
        calculator.groups = calculator.group_paths();
        calculator
    }

    /// The servers of the table.
    pub fn servers(&self) -> &ServerIndex<'a> {
        &self.servers
    }

    /// The next hop of a database.
    ///
    /// # Errors
    /// Why there is none, or why that cannot be told; never [`DatabaseRoute::Listed`].
    pub fn database(&self, database: &'a RoutingDatabase) -> Result<NextHop, DatabaseRoute<'a>> {
        let entry = self.servers.database_route(database);
        if !matches!(entry, DatabaseRoute::Listed) {
            return Err(entry);
        }
        let not_checked = |why| Err(DatabaseRoute::NotChecked { why });
        let Some(owner) = database.owner.as_ref().and_then(|owner| self.servers.server(owner)) else {
            return Err(entry);
        };
        if self.servers.is_local_group(owner) {
            return Ok(hop(DeliveryType::SmtpDeliveryToMailbox, &database.object, 0));
        }
        if owner.is_legacy() == Some(true) {
            return self.legacy(owner);
        }
        if self.sites.is_none() {
            return not_checked(
                "the site of the server that wrote the table is not known, or there are too many sites",
            );
        }
        let table = self.servers.table();
        let (Some(site), Some(version)) = (&owner.site, owner.major_version) else { return Err(entry) };
        let unusable = |why| Err(DatabaseRoute::OwnerUnusable { server: owner, why });
        let to_site = |path: &SitePath, fallback: &ObjectRef| NextHop {
            delivery_type: DeliveryType::SmtpRelayToRemoteAdSite,
            domain: path.hub.clone().unwrap_or_else(|| fallback.to_string()),
            cost: path.cost,
        };
        let direct = table.flag("DestinationRoutingToRemoteSitesEnabled", true);
        if let Some(dag) = owner.dag.as_ref().filter(|_| self.servers.is_routed_by_dag(owner)) {
            let nearest = self.servers.dag_servers(dag).filter_map(|server| self.path(server)).min_by_key(|p| p.cost);
            let Some(nearest) = nearest else { return unusable(Unusable::DagUnreachable { dag }) };
            if !nearest.remote || direct && nearest.hub.is_none() {
                return Ok(hop(DeliveryType::SmtpRelayToDag, dag, nearest.cost));
            }
            // The group is not addressed across a hub site; then the owner's own site counts.
            return match self.path(owner) {
                Some(path) => Ok(to_site(&path, site)),
                None => unusable(Unusable::OwnSiteUnreachable { site }),
            };
        }
        let Some(path) = self.path(owner) else { return unusable(Unusable::SiteUnreachable { site }) };
        if path.remote && (path.hub.is_some() || !direct) {
            return Ok(to_site(&path, site));
        }
        Ok(NextHop {
            delivery_type: DeliveryType::SmtpRelayToMailboxDeliveryGroup,
            domain: format!("site:{}; version:{version}", site.to_string().to_lowercase()),
            cost: path.cost,
        })
    }

    /// The cost of the least-cost path to a site, and nothing when no links lead there or no transport
    /// server is there.
    pub fn site_cost(&self, site: &ObjectRef) -> Option<u64> {
        let paths = self.sites.as_ref()?;
        paths.found.get(&reference_key(site)).map(|path| path.cost)
    }

    fn path(&self, server: &RoutingServer) -> Option<SitePath> {
        let paths = self.sites.as_ref()?;
        let mut path = paths.found.get(&reference_key(server.site.as_ref()?))?.clone();
        if let Some(name) = path.hub.as_ref().and_then(|hub| paths.names.get(hub)) {
            path.hub = Some(name.to_string());
        }
        Some(path)
    }

    fn legacy(&self, owner: &'a RoutingServer) -> Result<NextHop, DatabaseRoute<'a>> {
        let Some(group) = &owner.routing_group else {
            return Err(DatabaseRoute::OwnerUnusable { server: owner, why: Unusable::NoRoutingGroup });
        };
        let not_checked = |why| Err(DatabaseRoute::NotChecked { why });
        let Some(paths) = &self.groups else {
            return not_checked("the routing group of the servers of 2007 and later is not in the table");
        };
        let key = reference_key(group);
        if key == paths.local {
            return not_checked("the owner is of 2003 or earlier and in the routing group of later servers");
        }
        let Some(&(cost, connector)) = paths.found.get(&key) else {
            let table = self.servers.table();
            // Connectors of 2000 may join groups by a text that names them; it is not followed here.
            if table.send_connectors.iter().any(|connector| !connector.connected_domains.is_empty()) {
                return not_checked("connectors with connected domains may lead to the owner's routing group");
            }
            return Err(DatabaseRoute::OwnerUnusable {
                server: owner,
                why: Unusable::RoutingGroupUnreachable { group },
            });
        };
        let local = self.servers.local().map(|server| &server.object);
        let is_source = local.is_some_and(|local| sources(connector).any(|source| source.is(local)));
        let kind = if is_source {
            DeliveryType::SmtpRelayToTiRg
        } else {
            let paths = sources(connector).filter_map(|source| self.path(self.servers.server(source)?));
            match paths.min_by_key(|path| path.cost).and_then(|path| path.hub.map(|hub| (hub, path.cost))) {
                Some((hub, _)) => {
                    return Ok(NextHop { delivery_type: DeliveryType::SmtpRelayToRemoteAdSite, domain: hub, cost });
                }
                None => DeliveryType::SmtpRelayToConnectorSourceServers,
            }
        };
        Ok(hop(kind, &connector.object, cost))
    }

    /// Least-cost paths between routing groups. `None` when the own group is not known.
    fn group_paths(&self) -> Option<GroupPaths<'a>> {
        let table = self.servers.table();
        let local = table.routing_groups.iter().find(|group| group.is_of_2007()).map(|group| &group.object)?;
        let local = reference_key(local);
        if table.routing_groups.len() > MAX_PLACES {
            return None;
        }
        let known: HashSet<String> = table.routing_groups.iter().map(|group| reference_key(&group.object)).collect();
        let mut from: HashMap<String, Vec<(String, u64, &'a RoutingGroupConnector)>> = HashMap::new();
        for connector in &table.routing_group_connectors {
            // Without a known source or target group the connector is passed over (events 5011, 5012).
            let (Some(source), Some(target)) = (&connector.source_group, &connector.target_group) else { continue };
            let (source, target) = (reference_key(source), reference_key(target));
            if !known.contains(&source) || !known.contains(&target) {
                continue;
            }
            if source == local && !self.is_usable(connector) {
                continue;
            }
            let cost = u64::from(connector.cost.unwrap_or(1));
            from.entry(source).or_default().push((target, cost, connector));
        }
        let mut found: HashMap<String, (u64, &'a RoutingGroupConnector)> = HashMap::new();
        let mut heap = BinaryHeap::from([Reverse((0_u64, 0_usize, String::new(), local.clone()))]);
        let mut settled: HashSet<String> = HashSet::new();
        while let Some(Reverse((cost, hops, _, group))) = heap.pop() {
            if !settled.insert(group.clone()) {
                continue;
            }
            let first = found.get(&group).map(|(_, connector)| *connector);
            for (target, more, connector) in from.get(&group).map_or(&[][..], Vec::as_slice) {
                let total = cost.saturating_add(*more);
                if settled.contains(target) || found.get(target).is_some_and(|(known, _)| *known <= total) {
                    continue;
                }
                let first = first.unwrap_or(connector);
                found.insert(target.clone(), (total, first));
                heap.push(Reverse((total, hops + 1, first.object.to_string(), target.clone())));
            }
        }
        Some(GroupPaths { local, found })
    }

    /// Whether a connector of the own routing group can be used: a source server that has a route
    /// (events 5014 to 5016) and, when the local server is one, a known target (5017, 5018).
    fn is_usable(&self, connector: &RoutingGroupConnector) -> bool {
        let table = self.servers.table();
        let any_state = table.flag("RoutingToNonActiveServersEnabled", false);
        let usable = |source: &ObjectRef| {
            self.servers.server(source).is_some_and(|server| {
                self.servers.refused(server).is_none()
                    && server.has_role(&[ServerRole::HubTransport]) != Some(false)
                    && (any_state || server.hub_active != Some(false))
                    && (self.sites.is_none() || self.path(server).is_some())
            })
        };
        let local = table.local_server.as_ref();
        let is_local = local.is_some_and(|local| sources(connector).any(|source| source.is(local)));
        let has_target = connector.target_servers.iter().any(|target| self.servers.server(target).is_some());
        sources(connector).any(usable) && (!is_local || has_target)
    }
}

fn hop(delivery_type: DeliveryType, to: &ObjectRef, cost: u64) -> NextHop {
    NextHop { delivery_type, domain: to.to_string(), cost }
}

fn sources(connector: &RoutingGroupConnector) -> impl Iterator<Item = &ObjectRef> {
    let home = connector.home_mta.as_ref().filter(|_| connector.source_servers.is_empty());
    connector.source_servers.iter().chain(home)
}

/// What is kept of a site while paths are searched.
#[derive(Clone, Debug, Default)]
struct Label {
    cost: u64,
    hops: u32,
    previous: Option<usize>,
    settled: bool,
    reached: bool,
}

/// Least-cost paths from the local site over the site links. Of equal costs the fewer hops win, then
/// the path whose last site before the target has the lower name. Sites without transport servers are
/// no targets and no hubs. `None` when the local site is not known.
fn site_paths<'a>(table: &'a RoutingTable, servers: &ServerIndex<'a>) -> Option<Paths<'a>> {
    let local = reference_key(servers.local()?.site.as_ref()?);
    if table.sites.len() > MAX_PLACES {
        return None;
    }
    let mut position: HashMap<String, usize> = HashMap::new();
    for (at, site) in table.sites.iter().enumerate() {
        position.entry(reference_key(&site.object)).or_insert(at);
    }
    let members: Vec<(u64, Vec<usize>)> = table
        .site_links
        .iter()
        .filter_map(|link| {
            let sites = link.sites.iter().filter_map(|site| position.get(&reference_key(site)).copied());
            Some((u64::from(link.cost()?), sites.collect()))
        })
        .collect();
    let mut links_of: Vec<Vec<usize>> = vec![Vec::new(); table.sites.len()];
    for (link, (_, sites)) in members.iter().enumerate() {
        for site in sites {
            if let Some(links) = links_of.get_mut(*site) {
                links.push(link);
            }
        }
    }
    let mut labels = vec![Label::default(); table.sites.len()];
    // The cost at which a link was first followed: from a later member it leads nowhere cheaper.
    let mut followed: Vec<Option<u64>> = vec![None; members.len()];
    let name = |at: usize| table.sites.get(at).map(|site| site.object.to_string().to_lowercase()).unwrap_or_default();
    let start = position.get(&local).copied();
    let mut heap = BinaryHeap::new();
    if let Some(label) = start.and_then(|start| labels.get_mut(start)) {
        label.reached = true;
        heap.extend(start.map(|start| Reverse((0_u64, 0_u32, start))));
    }
    while let Some(Reverse((cost, hops, at))) = heap.pop() {
        match labels.get_mut(at) {
            Some(label) if !label.settled && (label.cost, label.hops) == (cost, hops) => label.settled = true,
            _ => continue,
        }
        for &link in links_of.get(at).map_or(&[][..], Vec::as_slice) {
            let (Some((more, sites)), Some(first)) = (members.get(link), followed.get_mut(link)) else { continue };
            if *first.get_or_insert(cost) < cost {
                continue;
            }
            for &to in sites {
                let total = (cost.saturating_add(*more), hops + 1);
                let Some(label) = labels.get_mut(to).filter(|label| !label.settled) else { continue };
                let known = (label.cost, label.hops);
                let better = !label.reached
                    || total < known
                    || total == known && total.1 > 1 && label.previous.is_none_or(|previous| name(at) < name(previous));
                if better {
                    let moved = !label.reached || total != known;
                    *label = Label { cost: total.0, hops: total.1, previous: Some(at), settled: false, reached: true };
                    if moved {
                        heap.push(Reverse((total.0, total.1, to)));
                    }
                }
            }
        }
    }
    let with_transport = transport_sites(table, servers);
    let key_of = |at: usize| table.sites.get(at).map(|site| reference_key(&site.object)).unwrap_or_default();
    let is_hub = |at: usize| {
        table.sites.get(at).is_some_and(|site| site.hub == Some(true)) && with_transport.contains(&key_of(at))
    };
    // The first hub of a path: that of its beginning, else the site itself. Previous sites are settled
    // before those behind them, so sorting by cost and hops meets them first.
    let mut order: Vec<usize> = (0..labels.len()).filter(|at| labels.get(*at).is_some_and(|l| l.settled)).collect();
    order.sort_by_key(|at| labels.get(*at).map(|label| (label.cost, label.hops)));
    let mut hub_of: Vec<Option<usize>> = vec![None; labels.len()];
    for &at in &order {
        let before = labels.get(at).and_then(|label| label.previous);
        let hub = before.and_then(|before| hub_of.get(before).copied().flatten());
        let own = (Some(at) != start && is_hub(at)).then_some(at);
        if let Some(slot) = hub_of.get_mut(at) {
            *slot = hub.or(own);
        }
    }
    let mut found: HashMap<String, SitePath> = HashMap::new();
    for at in order {
        let key = key_of(at);
        if let Some(label) = labels.get(at).filter(|_| with_transport.contains(&key)) {
            let hub = hub_of.get(at).copied().flatten().map(key_of);
            found.insert(key, SitePath { cost: label.cost, remote: true, hub });
        }
    }
    // The local site is at hand even when the list of sites does not have it.
    found.insert(local, SitePath { cost: 0, remote: false, hub: None });
    let names = table.sites.iter().map(|site| (reference_key(&site.object), &site.object)).collect();
    Some(Paths { names, found })
}

/// Sites with a usable transport server.
fn transport_sites(table: &RoutingTable, servers: &ServerIndex<'_>) -> HashSet<String> {
    table
        .servers
        .iter()
        .filter(|server| {
            server.has_role(&[ServerRole::HubTransport]) == Some(true) && servers.refused(server).is_none()
        })
        .filter_map(|server| Some(reference_key(server.site.as_ref()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{SourceId, Span};
    use crate::model::routing::{RoutingGroup, RoutingSite, SiteLink};

    fn span() -> Span {
        Span::file(SourceId(0))
    }

    /// `name version site [dag]`; a server of 2003 has its routing group in place of the site.
    fn server(text: &str) -> RoutingServer {
        let words: Vec<&str> = text.split(' ').collect();
        let version: u32 = words[1].parse().unwrap();
        let place = Some(ObjectRef::named(words[2]));
        let mut server = RoutingServer::new(span(), ObjectRef::named(words[0]));
        server.fqdn = Some(format!("{}.contoso.test", words[0]));
        server.major_version = Some(version);
        if version >= 8 {
            server.roles = Some("Mailbox, HubTransport".to_owned());
            server.site = place;
        } else {
            server.routing_group = place;
        }
        server.dag = words.get(3).map(|dag| ObjectRef::named(*dag));
        server
    }

    /// A table written on the first server. Sites that begin with `h` are hubs; links are `a-b cost`.
    fn table(servers: &[&str], links: &[&str]) -> RoutingTable {
        let mut table = RoutingTable::new(span());
        (table.exact, table.lists_servers, table.lists_databases) = (true, true, true);
        table.servers = servers.iter().map(|text| server(text)).collect();
        table.local_server = Some(table.servers[0].object.clone());
        let mut names: Vec<&str> = Vec::new();
        for link in links {
            let (sites, cost) = link.split_once(' ').unwrap();
            names.extend(sites.split('-'));
            table.site_links.push(SiteLink {
                span: span(),
                object: ObjectRef::named(sites),
                ad_cost: Some(1_000),
                exchange_cost: Some(cost.parse().unwrap()),
                max_message_size: None,
                sites: sites.split('-').map(ObjectRef::named).collect(),
            });
        }
        names.sort_unstable();
        names.dedup();
        let site = |name: &&str| RoutingSite {
            span: span(),
            object: ObjectRef::named(*name),
            hub: Some(name.starts_with('h')),
            inbound_mail: Some(true),
        };
        table.sites = names.iter().map(site).collect();
        table.routing_groups = ["Exchange Routing Group (DWBGZMFD01QNBJR)", "RG1", "RG2"]
            .map(|name| RoutingGroup { span: span(), object: ObjectRef::named(name) })
            .to_vec();
        table.databases = table
            .servers
            .iter()
            .map(|server| RoutingDatabase {
                span: span(),
                object: ObjectRef::named(format!("DB-{}", server.object)),
                owner: Some(server.object.clone()),
                owner_span: None,
            })
            .collect();
        table
    }

    fn connector(source: &str, target: &str, server: &str) -> RoutingGroupConnector {
        RoutingGroupConnector {
            span: span(),
            object: ObjectRef::named(format!("{source} to {target}")),
            source_group: Some(ObjectRef::named(source)),
            source_servers: vec![ObjectRef::named(server)],
            home_mta: None,
            cost: Some(1),
            target_group: Some(ObjectRef::named(target)),
            target_servers: vec![ObjectRef::named("OLD1")],
            max_message_size: None,
        }
    }

    fn hops(table: &RoutingTable) -> Vec<String> {
        let calculator = RouteCalculator::new(table);
        let shown = |database| match calculator.database(database) {
            Ok(hop) => format!("{:?} {} {}", hop.delivery_type, hop.domain, hop.cost),
            Err(why) => format!("{:?}", why.events()),
        };
        table.databases.iter().map(shown).collect()
    }

    #[test]
    fn each_owner_has_the_next_hop_of_its_group() {
        let servers = ["A 15 s1 D1", "B 15 s2 D1", "C 15 s2 D2", "D 14 s3", "E 14 s4", "F 15 h5", "G 15 s6"];
        let table = table(&servers, &["s1-s2 10", "s2-s3 10", "s1-h5 3", "h5-s6 3", "s4-s7 1"]);
        assert_eq!(
            hops(&table),
            [
                "SmtpDeliveryToMailbox DB-A 0",
                "SmtpDeliveryToMailbox DB-B 0",
                "SmtpRelayToDag D2 10",
                "SmtpRelayToMailboxDeliveryGroup site:s3; version:14 20",
                "[5007, 5035]",
                "SmtpRelayToRemoteAdSite h5 3",
                "SmtpRelayToRemoteAdSite h5 6",
            ]
        );
    }

    #[test]
    fn of_equal_costs_the_fewer_hops_win_and_then_the_lower_name() {
        let servers = ["A 15 s1", "H1 15 h1", "H2 15 h2", "T 15 t"];
        let by_name = table(&servers, &["s1-h2 5", "s1-h1 5", "h2-t 5", "h1-t 5"]);
        assert_eq!(hops(&by_name)[3], "SmtpRelayToRemoteAdSite h1 10");
        let by_hops = table(&servers, &["s1-h2 5", "s1-h1 5", "h2-t 5", "h1-t 5", "s1-t 10"]);
        assert_eq!(hops(&by_hops)[3], "SmtpRelayToMailboxDeliveryGroup site:t; version:15 10");
    }

    #[test]
    fn a_hub_site_without_transport_servers_is_passed() {
        let table = table(&["A 15 s1", "T 15 t"], &["s1-h1 5", "h1-t 5"]);
        assert_eq!(hops(&table)[1], "SmtpRelayToMailboxDeliveryGroup site:t; version:15 10");
    }

    #[test]
    fn old_servers_are_reached_over_routing_group_connectors() {
        let mut table = table(&["A 15 s1", "B 14 s2", "OLD1 6 RG1", "OLD2 6 RG2"], &["s1-s2 5"]);
        let own = "Exchange Routing Group (DWBGZMFD01QNBJR)";
        assert_eq!(hops(&table)[2..], ["[5036]", "[5036]"]);
        table.routing_group_connectors = vec![connector(own, "RG1", "B"), connector("RG1", "RG2", "OLD1")];
        let by_b = format!("SmtpRelayToConnectorSourceServers {own} to RG1");
        assert_eq!(hops(&table)[2..], [format!("{by_b} 1"), format!("{by_b} 2")]);
        // A source server that is gone, or that is set inactive, leaves the connector without a source.
        table.routing_group_connectors[0].source_servers = vec![ObjectRef::named("GONE")];
        assert_eq!(hops(&table)[2..], ["[5036]", "[5036]"]);
        table.routing_group_connectors[0].source_servers = vec![ObjectRef::named("A")];
        assert_eq!(hops(&table)[2], format!("SmtpRelayToTiRg {own} to RG1 1"));
        table.servers[0].hub_active = Some(false);
        assert_eq!(hops(&table)[2], "[5036]");
    }
}
