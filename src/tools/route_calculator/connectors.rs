//! Which connectors out of the organization routing uses, seen from the server that wrote the table, and
//! why it passes over the others.

use std::fmt;

use super::{GroupRoute, RouteCalculator};
use crate::model::routing::entry::Unusable;
use crate::model::routing::{ObjectRef, RoutingSendConnector, RoutingServer, ServerRole};

/// Why a source server cannot send through a connector.
#[derive(Clone, Copy, Debug)]
pub enum SourceFault<'a> {
    /// It is not in the list of servers (event 5015).
    Unknown,
    /// Routing does not use it at all (event 5015).
    Refused(Unusable<'a>),
    /// It is no transport server.
    NoTransportRole,
    /// Its component `HubTransport` is not active (counted in event 5016).
    Inactive,
    /// No site links or routing group connectors lead to it (event 5015).
    NoRoute,
}

impl fmt::Display for SourceFault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceFault::Unknown => f.write_str("is not in the list of servers"),
            SourceFault::Refused(why) => write!(f, "{why}"),
            SourceFault::NoTransportRole => f.write_str("is no transport server"),
            SourceFault::Inactive => f.write_str("has its component HubTransport inactive"),
            SourceFault::NoRoute => f.write_str("cannot be reached"),
        }
    }
}

/// How far away a source server is; the nearer wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proximity {
    /// It is the server that wrote the table.
    LocalServer,
    /// It is in the same site.
    LocalSite,
    /// It is in another site.
    RemoteSite,
    /// It is of 2003 or earlier, in another routing group.
    RemoteGroup,
}

/// A connector that routing uses.
#[derive(Clone, Debug)]
pub struct Usable<'a> {
    /// How far away its nearest source server is.
    pub proximity: Proximity,
    /// Cost of the path there; 0 in the own site.
    pub cost: u64,
    /// The nearest source server; none on an Edge server, which is always the source itself.
    pub source: Option<&'a RoutingServer>,
    /// Source servers that cannot be used.
    pub lost: Vec<(ObjectRef, SourceFault<'a>)>,
}

/// What routing does with a connector.
#[derive(Clone, Debug)]
pub enum ConnectorUse<'a> {
    /// It takes part in the choice.
    Usable(Usable<'a>),
    /// It is passed over.
    Ignored(ConnectorFault<'a>),
    /// That cannot be told.
    NotChecked(&'static str),
}

/// Why a connector is passed over.
#[derive(Clone, Debug)]
pub enum ConnectorFault<'a> {
    /// `Enabled` is `False`.
    Disabled,
    /// It has no address spaces.
    NoAddressSpaces,
    /// It names no source server (event 5014).
    NoSource,
    /// None of its source servers can be used (events 5015, 5016).
    NoUsableSource(Vec<(ObjectRef, SourceFault<'a>)>),
    /// It sends to smart hosts and none of them is a name or an address (event 5019).
    SmartHosts,
    /// It is for the servers of its own site only, and its nearest source is in another.
    Scoped(&'a RoutingServer),
    /// It sends to the servers of an Edge Subscription, and there are none.
    NoSyncedServers,
}

/// The reason as the end of a sentence about the connector.
impl fmt::Display for ConnectorFault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectorFault::Disabled => f.write_str("it is disabled"),
            ConnectorFault::NoAddressSpaces => f.write_str("it has no address spaces"),
            ConnectorFault::NoSource => f.write_str("it has no source server"),
            ConnectorFault::NoUsableSource(lost) => {
                f.write_str("none of its source servers can be used: ")?;
                for (i, (server, fault)) in lost.iter().take(5).enumerate() {
                    write!(f, "{}{server} {fault}", if i == 0 { "" } else { ", " })?;
                }
                if lost.len() > 5 {
                    write!(f, " and {} more", lost.len() - 5)?;
                }
                Ok(())
            }
            ConnectorFault::SmartHosts => f.write_str("no smart host is a name or an address"),
            ConnectorFault::Scoped(source) => {
                write!(f, "it is scoped to its site and its nearest source server {} is elsewhere", source.object)
            }
            ConnectorFault::NoSyncedServers => f.write_str("the table has no servers of an Edge Subscription"),
        }
    }
}

impl<'a> RouteCalculator<'a> {
    /// Why a server with one of these roles cannot be the source of a connector.
    pub(super) fn source_fault(&self, source: &ObjectRef, roles: &[ServerRole]) -> Option<SourceFault<'a>> {
        let Some(server) = self.servers.server(source) else { return Some(SourceFault::Unknown) };
        if let Some(why) = self.servers.refused(server) {
            return Some(SourceFault::Refused(why));
        }
        if server.has_role(roles) == Some(false) {
            return Some(SourceFault::NoTransportRole);
        }
        let any_state = self.table().flag("RoutingToNonActiveServersEnabled", false);
        if !any_state && server.hub_active == Some(false) {
            return Some(SourceFault::Inactive);
        }
        let reached = match (&server.routing_group, server.is_legacy()) {
            (Some(group), Some(true)) => !matches!(self.group_route(group), GroupRoute::Unreachable),
            _ => self.paths.is_none() || self.path(server).is_some() || self.doubt(server).is_some(),
        };
        (!reached).then_some(SourceFault::NoRoute)
    }

    /// Whether the table was written on an Edge server, whose connectors are its own.
    pub fn is_edge(&self) -> bool {
        self.table().process.as_deref() == Some("Edge")
    }

    /// What routing does with a connector.
    pub fn connector(&self, connector: &'a RoutingSendConnector) -> ConnectorUse<'a> {
        use ConnectorUse::{Ignored, NotChecked};
        if !self.table().exact {
            return NotChecked("tables of Exchange 2007 and 2010 are read by best effort");
        }
        if connector.enabled == Some(false) {
            return Ignored(ConnectorFault::Disabled);
        }
        if connector.address_spaces.is_empty() {
            return Ignored(ConnectorFault::NoAddressSpaces);
        }
        if connector.dns_routing == Some(false) {
            let hosts = connector.smart_hosts.as_ref().map_or("", |hosts| hosts.value.as_str());
            if self.is_edge() && hosts.trim() == "--" {
                if self.table().servers.is_empty() {
                    return Ignored(ConnectorFault::NoSyncedServers);
                }
            } else if !smart_hosts(hosts).any(is_smart_host) {
                return Ignored(ConnectorFault::SmartHosts);
            }
        }
        if self.is_edge() {
            let here = Usable { proximity: Proximity::LocalServer, cost: 0, source: None, lost: Vec::new() };
            return ConnectorUse::Usable(here);
        }
        self.by_sources(connector)
    }

    fn by_sources(&self, connector: &'a RoutingSendConnector) -> ConnectorUse<'a> {
        use ConnectorUse::{Ignored, NotChecked};
        if !self.table().lists_servers {
            return NotChecked("the list of servers is missing or was not read whole");
        }
        if self.paths.is_none() {
            return NotChecked("the site of the server that wrote the table is not known, or there are too many sites");
        }
        let home = connector.home_mta.as_ref().filter(|_| connector.source_servers.is_empty());
        let sources: Vec<&ObjectRef> = connector.source_servers.iter().chain(home).collect();
        if sources.is_empty() {
            return Ignored(ConnectorFault::NoSource);
        }
        let mut lost = Vec::new();
        let mut nearest: Option<(Proximity, u64, &'a RoutingServer)> = None;
        for source in sources {
            if let Some(fault) = self.source_fault(source, &[ServerRole::HubTransport, ServerRole::Edge]) {
                lost.push((source.clone(), fault));
                continue;
            }
            let Some(server) = self.servers.server(source) else { continue };
            let Some((proximity, cost)) = self.distance(server) else {
                return NotChecked("the way to a source server is not known");
            };
            if nearest.is_none_or(|(p, c, _)| (proximity, cost) < (p, c)) {
                nearest = Some((proximity, cost, server));
            }
        }
        let Some((proximity, cost, source)) = nearest else { return Ignored(ConnectorFault::NoUsableSource(lost)) };
        if connector.scoped == Some(true) && proximity > Proximity::LocalSite {
            return Ignored(ConnectorFault::Scoped(source));
        }
        ConnectorUse::Usable(Usable { proximity, cost, source: Some(source), lost })
    }

    fn distance(&self, server: &'a RoutingServer) -> Option<(Proximity, u64)> {
        if server.is_legacy() == Some(true) {
            return match self.group_route(server.routing_group.as_ref()?) {
                GroupRoute::Reached { hop, .. } => Some((Proximity::RemoteGroup, hop.cost)),
                _ => None,
            };
        }
        if self.servers.local().is_some_and(|local| local.span == server.span && local.object == server.object) {
            return Some((Proximity::LocalServer, 0));
        }
        let path = self.path(server)?;
        Some((if path.remote { Proximity::RemoteSite } else { Proximity::LocalSite }, path.cost))
    }
}

/// The smart hosts of a list.
pub fn smart_hosts(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ';']).map(str::trim).filter(|host| !host.is_empty())
}

/// Whether a smart host is a name or an address in brackets.
pub fn is_smart_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::IpAddr>().is_ok();
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    host.len() <= 255 && host.trim_end_matches('.').split('.').all(label)
}
