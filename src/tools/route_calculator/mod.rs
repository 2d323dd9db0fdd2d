//! Where mail goes next, computed from a routing table of Exchange 2013 or later: for a mailbox database
//! here, for a recipient outside of the organization in [`external`].
//!
//! The table logs what routing starts from, so the routes are worked out again here, by the steps that
//! Exchange 2013 takes: which servers it uses ([`ServerIndex`]), the least-cost path between Active
//! Directory sites ([`sites`]), the least-cost path between routing groups (`groups`), which connectors it
//! uses ([`connectors`]), then the delivery group of the owner or the choice of a connector. "Route mail
//! between Active Directory sites" and "Mail routing" describe the outline.
//!
//! Absent: the ways round a failed server, which do not decide whether there is a route, and public
//! folders.

pub mod answer;
pub mod connectors;
pub mod external;
mod groups;
pub mod sites;
#[cfg(test)]
pub(crate) mod tests;

use std::cell::RefCell;
use std::collections::HashMap;

use crate::model::queue::DeliveryType;
use crate::model::routing::entry::{DatabaseRoute, ServerIndex, Unusable, reference_key};
use crate::model::routing::{ObjectRef, RoutingDatabase, RoutingGroupConnector, RoutingServer, RoutingTable, SiteLink};
use groups::GroupPaths;
pub use groups::GroupRoute;
use sites::{SiteGraph, SitePath, SitePaths, SiteWay};

/// Sites or routing groups of the largest table for which paths are computed. Links that join many
/// sites at equal cost make the search quadratic.
const MAX_PLACES: usize = 5_000;

/// Why a way is not known, as the end of a sentence.
const UNREAD: &str = "the cost of a site link that may lead there cannot be read";

/// Where mail goes next.
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
    graph: Option<SiteGraph<'a>>,
    /// Least-cost paths from the local site.
    paths: Option<SitePaths>,
    groups: Option<GroupPaths<'a>>,
    /// The path to the nearest server of each database availability group; thousands of databases ask for the same.
    nearest: RefCell<HashMap<String, Option<SitePath<'a>>>>,
}

impl<'a> RouteCalculator<'a> {
    /// Prepares a table.
    pub fn new(table: &'a RoutingTable) -> RouteCalculator<'a> {
        let servers = ServerIndex::new(table);
        let graph = SiteGraph::new(table, &servers);
        let local = servers.local().and_then(|server| server.site.as_ref());
        let paths = graph.as_ref().zip(local).map(|(graph, local)| graph.paths(local));
        let mut calculator = RouteCalculator { servers, graph, paths, groups: None, nearest: RefCell::default() };
        calculator.groups = calculator.group_paths();
        calculator
    }

    /// The table.
    pub fn table(&self) -> &'a RoutingTable {
        self.servers.table()
    }

    /// The servers of the table.
    pub fn servers(&self) -> &ServerIndex<'a> {
        &self.servers
    }

    /// The sites with the paths from the local one. `None` when the local site is not known, or there are
    /// too many.
    pub fn sites(&self) -> Option<(&SiteGraph<'a>, &SitePaths)> {
        self.graph.as_ref().zip(self.paths.as_ref())
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
        if self.paths.is_none() {
            return not_checked(
                "the site of the server that wrote the table is not known, or there are too many sites",
            );
        }
        let table = self.servers.table();
        let (Some(site), Some(version)) = (&owner.site, owner.major_version) else { return Err(entry) };
        let unusable = |why| Err(DatabaseRoute::OwnerUnusable { server: owner, why });
        let to_site = |path: &SitePath<'_>, fallback: &ObjectRef| {
            hop(DeliveryType::SmtpRelayToRemoteAdSite, path.hub.unwrap_or(fallback), path.cost)
        };
        let direct = table.flag("DestinationRoutingToRemoteSitesEnabled", true);
        if let Some(dag) = owner.dag.as_ref().filter(|_| self.servers.is_routed_by_dag(owner)) {
            let Some(nearest) = self.nearest(dag) else {
                if self.servers.dag_servers(dag).any(|server| self.doubt(server).is_some()) {
                    return not_checked(UNREAD);
                }
                return unusable(Unusable::DagUnreachable { dag });
            };
            if !nearest.remote || direct && nearest.hub.is_none() {
                return Ok(hop(DeliveryType::SmtpRelayToDag, dag, nearest.cost));
            }
            // The group is not addressed across a hub site; then the owner's own site counts.
            return match self.path(owner) {
                Some(path) => Ok(to_site(&path, site)),
                None if self.doubt(owner).is_some() => not_checked(UNREAD),
                None => unusable(Unusable::OwnSiteUnreachable { site }),
            };
        }
        let Some(path) = self.path(owner) else {
            let is_unread = self.doubt(owner).is_some();
            return if is_unread { not_checked(UNREAD) } else { unusable(Unusable::SiteUnreachable { site }) };
        };
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
        self.site_path(site).map(|path| path.cost)
    }

    fn nearest(&self, dag: &ObjectRef) -> Option<SitePath<'a>> {
        let find = || self.servers.dag_servers(dag).filter_map(|server| self.path(server)).min_by_key(|p| p.cost);
        *self.nearest.borrow_mut().entry(reference_key(dag)).or_insert_with(find)
    }

    /// Whether the table proves that no links lead to a site that has transport servers.
    pub fn is_cut_off(&self, site: &ObjectRef) -> bool {
        let carries = self.sites().is_some_and(|(graph, _)| graph.has_transport(site));
        self.table().exact && carries && self.site_path(site).is_none() && self.site_doubt(site).is_none()
    }

    /// A link whose cost could not be read and that the least-cost path to a site may lead over.
    pub fn site_doubt(&self, site: &ObjectRef) -> Option<&'a SiteLink> {
        let (graph, paths) = self.sites()?;
        graph.doubt(paths, site)
    }

    fn doubt(&self, server: &RoutingServer) -> Option<&'a SiteLink> {
        self.site_doubt(server.site.as_ref()?)
    }

    fn local_site(&self) -> Option<&'a ObjectRef> {
        self.servers.local()?.site.as_ref()
    }

    fn site_path(&self, site: &ObjectRef) -> Option<SitePath<'a>> {
        let (graph, paths) = self.sites()?;
        // The local site is at hand even when the list of sites does not have it.
        if self.local_site().is_some_and(|local| reference_key(local) == reference_key(site)) {
            return Some(SitePath { cost: 0, remote: false, hub: None });
        }
        graph.path(paths, site)
    }

    fn path(&self, server: &RoutingServer) -> Option<SitePath<'a>> {
        self.site_path(server.site.as_ref()?)
    }

    /// The sites and the size limit on the path to a server.
    pub fn way(&self, server: &RoutingServer) -> SiteWay<'a> {
        match (self.sites(), &server.site) {
            (Some((graph, paths)), Some(site)) => graph.way(paths, site),
            _ => SiteWay::default(),
        }
    }
}

fn hop(delivery_type: DeliveryType, to: &ObjectRef, cost: u64) -> NextHop {
    NextHop { delivery_type, domain: to.to_string(), cost }
}

fn sources(connector: &RoutingGroupConnector) -> impl Iterator<Item = &ObjectRef> {
    let home = connector.home_mta.as_ref().filter(|_| connector.source_servers.is_empty());
    connector.source_servers.iter().chain(home)
}
