//! Least-cost paths between Active Directory sites over the site links.
//!
//! Of equal costs the fewer hops win, then the path whose last site before the target has the lower name.
//! Sites without transport servers are passed: they are no targets and no hubs, but what their links cost
//! and limit counts. "Route mail between Active Directory sites" describes the outline.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::MAX_PLACES;
use crate::base::order::Order as _;
use crate::model::routing::entry::{ServerIndex, reference_key};
use crate::model::routing::{ObjectRef, RoutingSite, RoutingTable, ServerRole, SiteLink};

/// The sites of a table and what joins them.
pub struct SiteGraph<'a> {
    table: &'a RoutingTable,
    position: HashMap<String, usize>,
    /// Cost, members, and position of the link in the table. Without a cost that could be read a link is not followed.
    links: Vec<(Option<u64>, Vec<usize>, usize)>,
    links_of: Vec<Vec<usize>>,
    transport: HashSet<String>,
}

/// Least-cost paths from one site.
pub struct SitePaths {
    start: Option<usize>,
    labels: Vec<Label>,
    /// By site: the first hub on the way, or the site itself when it is one.
    hubs: Vec<Option<usize>>,
    /// The same with links of unknown cost as cheap as a link can be; none when all costs are known.
    cheapest: Option<Vec<Label>>,
}

/// What routing needs of the way to a site.
#[derive(Clone, Copy, Debug)]
pub struct SitePath<'a> {
    /// Sum of the costs of the links.
    pub cost: u64,
    /// Whether it is another site than that where paths begin.
    pub remote: bool,
    /// The first hub site on the way, or the target when it is one.
    pub hub: Option<&'a ObjectRef>,
}

/// The way to a site, step by step.
#[derive(Clone, Debug, Default)]
pub struct SiteWay<'a> {
    /// All sites after the first, those without transport servers too.
    pub through: Vec<&'a RoutingSite>,
    /// The links to them.
    pub links: Vec<&'a SiteLink>,
    /// Largest message that all links on the way let pass, with the link that sets it.
    pub limit: Option<(u64, &'a SiteLink)>,
}

/// A choice between paths of equal cost.
#[derive(Clone, Debug)]
pub struct Tie<'a> {
    /// The site that both lead to.
    pub site: &'a RoutingSite,
    /// The last site before it on the path that is used.
    pub used: &'a RoutingSite,
    /// The last site before it on the other.
    pub other: &'a RoutingSite,
    /// Whether the number of hops decides; otherwise the name does.
    pub by_hops: bool,
}

/// What is kept of a site while paths are searched.
#[derive(Clone, Debug, Default)]
struct Label {
    cost: u64,
    hops: u32,
    previous: Option<usize>,
    /// The link from the previous site.
    link: Option<usize>,
    /// Another last site before this one, of equal cost, and whether hops decided against it.
    tie: Option<(usize, bool)>,
    settled: bool,
    reached: bool,
}

impl<'a> SiteGraph<'a> {
    /// Prepares a table. `None` when it has too many sites.
    pub fn new(table: &'a RoutingTable, servers: &ServerIndex<'a>) -> Option<SiteGraph<'a>> {
        if table.sites.len() > MAX_PLACES {
            return None;
        }
        let mut position: HashMap<String, usize> = HashMap::new();
        for (at, site) in table.sites.iter().enumerate() {
            position.entry(reference_key(&site.object)).or_insert(at);
        }
        let links: Vec<(Option<u64>, Vec<usize>, usize)> = table
            .site_links
            .iter()
            .enumerate()
            .map(|(at, link)| {
                let sites = link.sites.iter().filter_map(|site| position.get(&reference_key(site)).copied());
                (link.cost().map(u64::from), sites.collect(), at)
            })
            .collect();
        let mut links_of: Vec<Vec<usize>> = vec![Vec::new(); table.sites.len()];
        for (link, (_, sites, _)) in links.iter().enumerate() {
            for site in sites {
                if let Some(links) = links_of.get_mut(*site) {
                    links.push(link);
                }
            }
        }
        Some(SiteGraph { table, position, links, links_of, transport: transport_sites(table, servers) })
    }

    /// Whether a transport server that routing uses is in a site.
    pub fn has_transport(&self, site: &ObjectRef) -> bool {
        self.transport.contains(&reference_key(site))
    }

    /// How many sites have transport servers.
    pub fn transport_sites(&self) -> usize {
        self.transport.len()
    }

    /// The entry of a site in the list of sites.
    pub fn site(&self, site: &ObjectRef) -> Option<&'a RoutingSite> {
        self.table.sites.get(self.position.get(&reference_key(site)).copied()?)
    }

    /// Whether mail between other sites must pass through a site, and can.
    fn is_hub(&self, at: usize) -> bool {
        self.table.sites.get(at).is_some_and(|site| site.hub == Some(true) && self.has_transport(&site.object))
    }

    /// Least-cost paths from a site.
    pub fn paths(&self, from: &ObjectRef) -> SitePaths {
        let start = self.position.get(&reference_key(from)).copied();
        let labels = self.labels(start, None);
        let is_unread = |link: &(Option<u64>, Vec<usize>, usize)| link.0.is_none() && link.1.len() > 1;
        let cheapest = self.links.iter().any(is_unread).then(|| self.labels(start, Some(1)));
        // The first hub of a path: that of its beginning, else the site itself. Previous sites are settled
        // before those behind them, so sorting by cost and hops meets them first.
        let mut order: Vec<usize> = (0..labels.len()).filter(|at| labels.get(*at).is_some_and(|l| l.settled)).collect();
        order.order_by_key(|at| labels.get(*at).map(|label| (label.cost, label.hops)));
        let mut hubs: Vec<Option<usize>> = vec![None; labels.len()];
        for at in order {
            let before = labels.get(at).and_then(|label| label.previous);
            let hub = before.and_then(|before| hubs.get(before).copied().flatten());
            let own = (Some(at) != start && self.is_hub(at)).then_some(at);
            if let Some(slot) = hubs.get_mut(at) {
                *slot = hub.or(own);
            }
        }
        SitePaths { start, labels, hubs, cheapest }
    }

    /// `unread` is what a link costs whose cost could not be read.
    fn labels(&self, start: Option<usize>, unread: Option<u64>) -> Vec<Label> {
        let name =
            |at: usize| self.table.sites.get(at).map(|s| s.object.to_string().to_lowercase()).unwrap_or_default();
        let mut labels = vec![Label::default(); self.table.sites.len()];
        // The cost at which a link was first followed: from a later member it leads nowhere cheaper.
        let mut followed: Vec<Option<u64>> = vec![None; self.links.len()];
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
            for &link in self.links_of.get(at).map_or(&[][..], Vec::as_slice) {
                let (Some((more, sites, place)), Some(first)) = (self.links.get(link), followed.get_mut(link)) else {
                    continue;
                };
                let Some(more) = more.or(unread) else { continue };
                if *first.get_or_insert(cost) < cost {
                    continue;
                }
                for &to in sites {
                    let total = (cost.saturating_add(more), hops + 1);
                    let Some(label) = labels.get_mut(to).filter(|label| !label.settled) else { continue };
                    let known = (label.cost, label.hops);
                    let by_name = total == known
                        && total.1 > 1
                        && label.previous.is_none_or(|previous| name(at) < name(previous));
                    if !label.reached || total < known || by_name {
                        let moved = !label.reached || total != known;
                        let tie = (label.reached && total.0 == known.0)
                            .then(|| label.previous.map(|other| (other, total.1 != known.1)))
                            .flatten();
                        *label = Label {
                            cost: total.0,
                            hops: total.1,
                            previous: Some(at),
                            link: Some(*place),
                            tie,
                            settled: false,
                            reached: true,
                        };
                        if moved {
                            heap.push(Reverse((total.0, total.1, to)));
                        }
                    } else if total.0 == known.0 && label.previous.is_some_and(|previous| previous != at) {
                        label.tie = Some((at, total.1 != known.1));
                    }
                }
            }
        }
        labels
    }

    /// The path to a site, and nothing when no links lead there or no transport server is there.
    pub fn path(&self, paths: &SitePaths, to: &ObjectRef) -> Option<SitePath<'a>> {
        let at = self.position.get(&reference_key(to)).copied()?;
        if Some(at) == paths.start {
            return Some(SitePath { cost: 0, remote: false, hub: None });
        }
        let label = paths.labels.get(at).filter(|label| label.settled && self.has_transport(to))?;
        let hub = paths.hubs.get(at).copied().flatten().and_then(|hub| self.table.sites.get(hub));
        Some(SitePath { cost: label.cost, remote: true, hub: hub.map(|site| &site.object) })
    }

    /// A link whose cost could not be read and that the least-cost path to a site may lead over.
    pub fn doubt(&self, paths: &SitePaths, to: &ObjectRef) -> Option<&'a SiteLink> {
        let at = self.position.get(&reference_key(to)).copied().filter(|at| Some(*at) != paths.start)?;
        let cheapest = paths.cheapest.as_ref()?;
        let (known, least) = (paths.labels.get(at)?, cheapest.get(at).filter(|label| label.settled)?);
        if known.settled && known.cost < least.cost {
            return None;
        }
        let mut here = Some(at);
        for _ in 0..cheapest.len() {
            let label = here.and_then(|here| cheapest.get(here))?;
            let link = self.table.site_links.get(label.link?)?;
            if link.cost().is_none() {
                return Some(link);
            }
            here = label.previous;
        }
        None
    }

    /// The sites and the size limit on the path to a site; empty where no links lead.
    pub fn way(&self, paths: &SitePaths, to: &ObjectRef) -> SiteWay<'a> {
        let mut way = SiteWay::default();
        let mut here = self.position.get(&reference_key(to)).copied();
        // A path is no longer than the list of sites.
        while let Some(at) = here.filter(|at| Some(*at) != paths.start && way.through.len() < self.table.sites.len()) {
            let Some(label) = paths.labels.get(at).filter(|label| label.settled) else { break };
            way.through.extend(self.table.sites.get(at));
            let link = label.link.and_then(|link| self.table.site_links.get(link));
            way.links.extend(link);
            if let Some((limit, link)) = link.and_then(|link| Some((link.max_message_size?, link)))
                && way.limit.is_none_or(|(known, _)| limit < known)
            {
                way.limit = Some((limit, link));
            }
            here = label.previous;
        }
        way.through.reverse();
        way.links.reverse();
        way
    }

    /// The sites that links lead to, each with the last one before it; what is nearer comes first.
    pub fn steps(&self, paths: &SitePaths) -> Vec<(&'a RoutingSite, Option<&'a RoutingSite>)> {
        let mut found: Vec<(u64, u32, usize, &Label)> = (0_usize..)
            .zip(&paths.labels)
            .filter(|(_, label)| label.settled)
            .map(|(at, label)| (label.cost, label.hops, at, label))
            .collect();
        found.order_by_key(|(cost, hops, at, _)| (*cost, *hops, *at));
        let site = |at: usize| self.table.sites.get(at);
        found.into_iter().filter_map(|(.., at, label)| Some((site(at)?, label.previous.and_then(site)))).collect()
    }

    /// Keys of the sites that lie between the beginning and other sites with transport servers.
    pub fn between(&self, paths: &SitePaths) -> HashSet<String> {
        let mut found = HashSet::new();
        for site in self.table.sites.iter().filter(|site| self.has_transport(&site.object)) {
            let mut here = self.position.get(&reference_key(&site.object)).copied();
            loop {
                here = here.and_then(|at| paths.labels.get(at)?.previous).filter(|at| Some(*at) != paths.start);
                let Some(site) = here.and_then(|at| self.table.sites.get(at)) else { break };
                if !found.insert(reference_key(&site.object)) {
                    break;
                }
            }
        }
        found
    }

    /// Choices between equal costs on the ways to sites with transport servers, each once.
    pub fn ties(&self, paths: &SitePaths) -> Vec<Tie<'a>> {
        let mut on_a_way = vec![false; paths.labels.len()];
        for (at, site) in self.table.sites.iter().enumerate() {
            let mut here = self.has_transport(&site.object).then_some(at);
            while let Some(slot) = here.and_then(|here| on_a_way.get_mut(here)).filter(|seen| !**seen) {
                *slot = true;
                here = here.and_then(|here| paths.labels.get(here)?.previous);
            }
        }
        let site = |at: usize| self.table.sites.get(at);
        let labels = paths.labels.iter().enumerate().filter(|(at, _)| on_a_way.get(*at) == Some(&true));
        labels
            .filter_map(|(at, label)| {
                let (other, by_hops) = label.tie.filter(|_| label.settled)?;
                Some(Tie { site: site(at)?, used: site(label.previous?)?, other: site(other)?, by_hops })
            })
            .collect()
    }
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
