//! Least-cost paths between routing groups, for servers of Exchange 2003 and earlier.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::connectors::SourceFault;
use super::{MAX_PLACES, NextHop, RouteCalculator, hop, sources};
use crate::model::queue::DeliveryType;
use crate::model::routing::entry::{DatabaseRoute, Unusable, reference_key};
use crate::model::routing::{ObjectRef, RoutingGroupConnector, RoutingServer, ServerRole};

/// Least-cost paths from the routing group of the servers of 2007 and later.
pub(super) struct GroupPaths<'a> {
    local: String,
    found: HashMap<String, GroupPath<'a>>,
    /// Connectors of 2000 may join groups by a text that names them; it is not followed here.
    joined_by_text: bool,
    /// The cost of a connector could not be read; it is not followed.
    has_unread: bool,
}

#[derive(Clone, Copy)]
struct GroupPath<'a> {
    cost: u64,
    /// The connector that leads out of the own group.
    first: &'a RoutingGroupConnector,
    /// The connector that leads into the group.
    last: &'a RoutingGroupConnector,
    limit: Option<(u64, &'a RoutingGroupConnector)>,
}

/// The way to a routing group.
#[derive(Clone, Debug)]
pub enum GroupRoute<'a> {
    /// Mail goes there.
    Reached {
        /// Where it goes next.
        hop: NextHop,
        /// The connector that leads out of the own group.
        first: &'a RoutingGroupConnector,
        /// Largest message on the way, and the connector that sets it.
        limit: Option<(u64, &'a RoutingGroupConnector)>,
    },
    /// No connectors lead there.
    Unreachable,
    /// That cannot be told.
    NotChecked(&'static str),
}

impl<'a> RouteCalculator<'a> {
    pub(super) fn legacy(&self, owner: &'a RoutingServer) -> Result<NextHop, DatabaseRoute<'a>> {
        let Some(group) = &owner.routing_group else {
            return Err(DatabaseRoute::OwnerUnusable { server: owner, why: Unusable::NoRoutingGroup });
        };
        match self.group_route(group) {
            GroupRoute::Reached { hop, .. } => Ok(hop),
            GroupRoute::Unreachable => {
                Err(DatabaseRoute::OwnerUnusable { server: owner, why: Unusable::RoutingGroupUnreachable { group } })
            }
            GroupRoute::NotChecked(why) => Err(DatabaseRoute::NotChecked { why }),
        }
    }

    /// The way to a routing group of 2003 and earlier.
    pub fn group_route(&self, group: &ObjectRef) -> GroupRoute<'a> {
        let Some(paths) = &self.groups else {
            return GroupRoute::NotChecked("the routing group of the servers of 2007 and later is not in the table");
        };
        let key = reference_key(group);
        if key == paths.local {
            return GroupRoute::NotChecked("the owner is of 2003 or earlier and in the routing group of later servers");
        }
        let Some(&GroupPath { cost, first, limit, .. }) = paths.found.get(&key) else {
            if paths.joined_by_text {
                return GroupRoute::NotChecked(
                    "connectors with connected domains may lead to the owner's routing group",
                );
            }
            if paths.has_unread {
                return GroupRoute::NotChecked("the cost of a routing group connector cannot be read");
            }
            return GroupRoute::Unreachable;
        };
        let local = self.servers.local().map(|server| &server.object);
        let is_source = local.is_some_and(|local| sources(first).any(|source| source.is(local)));
        let hop = if is_source {
            hop(DeliveryType::SmtpRelayToTiRg, &first.object, cost)
        } else {
            let paths = sources(first).filter_map(|source| self.path(self.servers.server(source)?));
            match paths.min_by_key(|path| path.cost).and_then(|path| path.hub) {
                Some(hub) => hop(DeliveryType::SmtpRelayToRemoteAdSite, hub, cost),
                None => hop(DeliveryType::SmtpRelayToConnectorSourceServers, &first.object, cost),
            }
        };
        GroupRoute::Reached { hop, first, limit }
    }

    /// The connectors on the way to a routing group; empty where none lead.
    pub fn group_way(&self, group: &ObjectRef) -> Vec<&'a RoutingGroupConnector> {
        let mut way = Vec::new();
        let Some(paths) = &self.groups else { return way };
        let mut here = reference_key(group);
        while let Some(path) = paths.found.get(&here).filter(|_| way.len() < paths.found.len()) {
            way.push(path.last);
            here = path.last.source_group.as_ref().map(reference_key).unwrap_or_default();
        }
        way.reverse();
        way
    }

    /// Least-cost paths between routing groups. `None` when the own group is not known.
    pub(super) fn group_paths(&self) -> Option<GroupPaths<'a>> {
        let table = self.servers.table();
        let local = table.routing_groups.iter().find(|group| group.is_of_2007()).map(|group| &group.object)?;
        let local = reference_key(local);
        if table.routing_groups.len() > MAX_PLACES {
            return None;
        }
        let known: HashSet<String> = table.routing_groups.iter().map(|group| reference_key(&group.object)).collect();
        let mut from: HashMap<String, Vec<(String, u64, &'a RoutingGroupConnector)>> = HashMap::new();
        let mut has_unread = false;
        for connector in &table.routing_group_connectors {
            // Without a known source or target group the connector is passed over (events 5011, 5012).
            let (Some(source), Some(target)) = (&connector.source_group, &connector.target_group) else { continue };
            let (source, target) = (reference_key(source), reference_key(target));
            if !known.contains(&source) || !known.contains(&target) {
                continue;
            }
            if source == local && !self.leads_out(connector) {
                continue;
            }
            let Some(cost) = connector.cost.map(u64::from) else {
                has_unread = true;
                continue;
            };
            from.entry(source).or_default().push((target, cost, connector));
        }
        let mut found: HashMap<String, GroupPath<'a>> = HashMap::new();
        let mut heap = BinaryHeap::from([Reverse((0_u64, 0_usize, String::new(), local.clone()))]);
        let mut settled: HashSet<String> = HashSet::new();
        while let Some(Reverse((cost, hops, _, group))) = heap.pop() {
            if !settled.insert(group.clone()) {
                continue;
            }
            let before = found.get(&group).copied();
            for (target, more, connector) in from.get(&group).map_or(&[][..], Vec::as_slice) {
                let total = cost.saturating_add(*more);
                if settled.contains(target) || found.get(target).is_some_and(|known| known.cost <= total) {
                    continue;
                }
                let first = before.map_or(*connector, |before| before.first);
                let own = connector.max_message_size.map(|limit| (limit, *connector));
                let limit = before.and_then(|before| before.limit).into_iter().chain(own).min_by_key(|limit| limit.0);
                found.insert(target.clone(), GroupPath { cost: total, first, last: connector, limit });
                heap.push(Reverse((total, hops + 1, first.object.to_string(), target.clone())));
            }
        }
        let joined_by_text = table.send_connectors.iter().any(|connector| !connector.connected_domains.is_empty());
        Some(GroupPaths { local, found, joined_by_text, has_unread })
    }

    /// Whether a connector of the own routing group can be used: a source server that has a route
    /// (events 5014 to 5016) and, when the local server is one, a known target (5017, 5018).
    pub fn leads_out(&self, connector: &RoutingGroupConnector) -> bool {
        let table = self.servers.table();
        let local = table.local_server.as_ref();
        let is_local = local.is_some_and(|local| sources(connector).any(|source| source.is(local)));
        let has_target = connector.target_servers.iter().any(|target| self.servers.server(target).is_some());
        sources(connector).any(|source| self.bridgehead_fault(source).is_none()) && (!is_local || has_target)
    }

    /// Why a server of 2007 or later cannot send through a routing group connector.
    pub fn bridgehead_fault(&self, source: &ObjectRef) -> Option<SourceFault<'a>> {
        self.source_fault(source, &[ServerRole::HubTransport])
    }
}
