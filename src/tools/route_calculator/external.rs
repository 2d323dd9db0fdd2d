//! Which connector takes a recipient outside of the organization, and where mail for it goes next.
//!
//! The most specific address space wins whatever it costs: the domain itself, then `*.` with the domain
//! and its parents, then `*`. Between connectors of one address space the sum of its cost and of the path
//! decides, then how near the source server is, then the name; connectors of older routing groups come
//! last. A connector that is too small for the message is passed over, and then less specific address
//! spaces count. Limits of the path are looked at afterwards and are final. "Connector selection in
//! external message routing" describes the outline.
//!
//! Absent: X.400 addresses, which are compared component by component, and the accepted domains that an
//! automatic address space (`--`) of an Edge server stands for, since the table does not list them.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::connectors::{ConnectorUse, Proximity};
use super::{GroupRoute, NextHop, RouteCalculator, hop};
use crate::base::order::Order as _;
use crate::model::queue::DeliveryType;
use crate::model::routing::{AddressSpace, ObjectRef, RoutingSendConnector, RoutingServer, ServerRole};

/// Sentences about the connectors of one address space.
const MOST_REASONS: usize = 10;

/// What becomes of mail for a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on.
    Next(NextHop),
    /// It waits as unreachable: no connector matches.
    NoConnector,
    /// It is returned: no connector has the type of the address.
    NoConnectorForType,
    /// It is returned: connectors match, and it is larger than each of them or than the way lets pass.
    TooLarge,
    /// It is returned: the address has no domain.
    InvalidAddress,
    /// That cannot be told.
    NotChecked(&'static str),
}

impl Outcome {
    /// The reply in the returned message, or the reason of the queue Unreachable.
    pub fn reply(&self) -> Option<&'static str> {
        match self {
            Outcome::Next(_) | Outcome::NotChecked(_) => None,
            Outcome::NoConnector => Some("A matching connector cannot be found to route the external recipient"),
            Outcome::NoConnectorForType => {
                Some("550 5.4.4 ROUTING.NoConnectorForAddressType; unable to route for address type")
            }
            Outcome::TooLarge => Some("550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route"),
            Outcome::InvalidAddress => Some("550 5.1.2 ROUTING.InvalidAddress; invalid address domain"),
        }
    }
}

/// The answer for one recipient, with the reason for each choice.
#[derive(Clone, Debug)]
pub struct ExternalRoute<'a> {
    /// The connector that was chosen.
    pub connector: Option<&'a RoutingSendConnector>,
    /// The address space by which it was chosen.
    pub space: Option<&'a AddressSpace>,
    /// What becomes of the mail.
    pub outcome: Outcome,
    /// Sentences, in the order of the choices.
    pub reasons: Vec<String>,
}

/// A connector at an address space, as the choice sees it.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The connector.
    pub connector: &'a RoutingSendConnector,
    /// Its address space.
    pub space: &'a AddressSpace,
    /// How far away its nearest source server is.
    pub proximity: Proximity,
    /// Cost of the path there.
    pub path_cost: u64,
    /// The nearest source server; none on an Edge server.
    pub source: Option<&'a RoutingServer>,
}

impl Candidate<'_> {
    /// Cost of the address space and of the path.
    pub fn cost(&self) -> u64 {
        u64::from(self.space.cost).saturating_add(self.path_cost)
    }

    /// The order of the choice: connectors of older routing groups last, then cost, nearness and name.
    fn key(&self) -> (bool, u64, Proximity, String) {
        let name = self.connector.object.to_string().to_lowercase();
        (self.proximity == Proximity::RemoteGroup, self.cost(), self.proximity, name)
    }

    fn arithmetic(&self) -> String {
        if self.path_cost == 0 {
            return format!("cost {}", self.cost());
        }
        let place = match self.proximity {
            Proximity::RemoteGroup => {
                self.source.and_then(|s| s.routing_group.as_ref()).map(|g| format!("routing group {g}"))
            }
            _ => self.source.and_then(|s| s.site.as_ref()).map(|s| format!("site {s}")),
        };
        let place = place.unwrap_or_else(|| "the source server".to_owned());
        format!("cost {} ({} + {} to {place})", self.cost(), self.space.cost, self.path_cost)
    }
}

/// The connectors of one address space.
#[derive(Default)]
struct Node<'a> {
    /// Those that can be used, in the order of the choice.
    usable: Vec<Candidate<'a>>,
    /// The others, by their position in the table.
    others: Vec<usize>,
    /// Why it cannot be told of one of them.
    not_checked: Option<&'static str>,
}

/// The connectors of a table by address space.
pub struct ConnectorChoice<'a, 'c> {
    calculator: &'c RouteCalculator<'a>,
    uses: Vec<(&'a RoutingSendConnector, ConnectorUse<'a>)>,
    /// By type and address in lower case.
    nodes: HashMap<(String, String), Node<'a>>,
}

impl<'a, 'c> ConnectorChoice<'a, 'c> {
    /// Works out which connectors can be used.
    pub fn new(calculator: &'c RouteCalculator<'a>) -> ConnectorChoice<'a, 'c> {
        let connectors = &calculator.table().send_connectors;
        let uses: Vec<_> = connectors.iter().map(|connector| (connector, calculator.connector(connector))).collect();
        let mut nodes: HashMap<(String, String), Node<'a>> = HashMap::new();
        for (at, (connector, how)) in uses.iter().enumerate() {
            for space in connector.address_spaces.iter().map(|space| &space.value) {
                let node = nodes.entry((space.kind.to_lowercase(), space.address.to_lowercase())).or_default();
                match how {
                    ConnectorUse::Usable(how) => node.usable.push(Candidate {
                        connector,
                        space,
                        proximity: how.proximity,
                        path_cost: how.cost,
                        source: how.source,
                    }),
                    ConnectorUse::Ignored(_) => node.others.push(at),
                    ConnectorUse::NotChecked(why) => node.not_checked = Some(why),
                }
            }
        }
        for node in nodes.values_mut() {
            node.usable.order_by_cached_key(Candidate::key);
        }
        ConnectorChoice { calculator, uses, nodes }
    }

    /// What routing does with each connector, in the order of the table.
    pub fn uses(&self) -> &[(&'a RoutingSendConnector, ConnectorUse<'a>)] {
        &self.uses
    }

    /// The usable connectors of an address space, in the order of the choice.
    pub fn candidates(&self, kind: &str, address: &str) -> &[Candidate<'a>] {
        self.node(kind, address).map_or(&[][..], |node| &node.usable)
    }

    fn node(&self, kind: &str, address: &str) -> Option<&Node<'a>> {
        self.nodes.get(&(kind.to_lowercase(), address.to_lowercase()))
    }

    /// The address spaces that take a recipient, the most specific first.
    fn matching(&self, kind: &str, address: &str) -> Vec<String> {
        let address = address.to_lowercase();
        if kind.eq_ignore_ascii_case("smtp") {
            let mut found = smtp_spaces(&address);
            if !self.candidates(kind, &address).is_empty() {
                // `*.contoso.com` takes contoso.com only where no address space has it alone.
                found.retain(|space| *space != format!("*.{address}"));
            }
            return found;
        }
        let mut found: Vec<String> = self
            .nodes
            .keys()
            .filter(|(k, pattern)| k.eq_ignore_ascii_case(kind) && matches_pattern(pattern, &address))
            .map(|(_, pattern)| pattern.clone())
            .collect();
        found.order_by_key(|pattern| (Reverse(pattern.len()), pattern.clone()));
        found
    }

    /// Where mail of a size goes for an address: `SMTP` with a domain, or another type with an address.
    pub fn route(&self, kind: &str, address: &str, size: u64) -> ExternalRoute<'a> {
        let mut route =
            ExternalRoute { connector: None, space: None, outcome: Outcome::NoConnector, reasons: Vec::new() };
        let domain = address.rsplit('@').next().unwrap_or(address).trim().trim_end_matches('.');
        let is_smtp = kind.eq_ignore_ascii_case("smtp");
        let address = if is_smtp { domain } else { address.trim() };
        if let Some(outcome) = self.not_computed(kind, address) {
            route.outcome = outcome;
            return route;
        }
        let mut too_small = false;
        let mut winner: Option<&Candidate<'a>> = None;
        for space in self.matching(kind, address) {
            let Some(node) = self.node(kind, &space) else { continue };
            if let Some(winner) = winner {
                // One line is enough to say that the more specific address space came first.
                let Some(other) = node.usable.first() else { continue };
                route.reasons.push(more_specific(winner, other));
                break;
            }
            if let Some(why) = node.not_checked {
                route.outcome = Outcome::NotChecked(why);
                return route;
            }
            self.passed_over(node, &space, &mut route.reasons);
            winner = fitting(&node.usable, size, &mut too_small, &mut route.reasons);
        }
        let Some(winner) = winner else {
            route.outcome = match (too_small, is_smtp) {
                (true, _) => Outcome::TooLarge,
                (false, true) => Outcome::NoConnector,
                (false, false) => Outcome::NoConnectorForType,
            };
            return route;
        };
        (route.connector, route.space) = (Some(winner.connector), Some(winner.space));
        let how = winner.arithmetic();
        let first = format!("Connector {} takes it: address space {}, {how}.", winner.connector.object, winner.space);
        route.reasons.insert(0, first);
        route.outcome = self.next(winner, address, size, &mut route.reasons);
        if let Some(inward) = self.candidates("SMTP", "--").first().filter(|_| is_smtp && self.calculator.is_edge()) {
            route.reasons.push(format!(
                "If {address} is an accepted domain of the organization, connector {} takes it instead.",
                inward.connector.object
            ));
        }
        route
    }

    /// Says which connectors of an address space are not used.
    fn passed_over(&self, node: &Node<'a>, space: &str, reasons: &mut Vec<String>) {
        for (connector, how) in node.others.iter().take(MOST_REASONS).filter_map(|at| self.uses.get(*at)) {
            if let ConnectorUse::Ignored(why) = how {
                reasons.push(format!("Connector {} with address space {space} is not used: {why}.", connector.object));
            }
        }
    }

    fn not_computed(&self, kind: &str, address: &str) -> Option<Outcome> {
        let table = self.calculator.table();
        if address.is_empty() || kind.eq_ignore_ascii_case("smtp") && address.contains(char::is_whitespace) {
            return Some(Outcome::InvalidAddress);
        }
        if !table.exact {
            return Some(Outcome::NotChecked("tables of Exchange 2007 and 2010 are read by best effort"));
        }
        if !table.complete {
            return Some(Outcome::NotChecked("the table was cut off, so connectors may be missing"));
        }
        if table.process.as_deref().is_some_and(|process| process != "Hub" && process != "Edge") {
            return Some(Outcome::NotChecked(
                "this process hands mail on to the transport service and chooses no connector",
            ));
        }
        let has_x400 = || {
            table
                .send_connectors
                .iter()
                .flat_map(|c| &c.address_spaces)
                .any(|s| s.value.kind.eq_ignore_ascii_case("x400"))
        };
        (kind.eq_ignore_ascii_case("x400") && has_x400())
            .then_some(Outcome::NotChecked("X.400 addresses are not compared here"))
    }

    /// The next hop by way of a connector, after a look at the limits of the way.
    fn next(&self, winner: &Candidate<'a>, address: &str, size: u64, reasons: &mut Vec<String>) -> Outcome {
        let connector = winner.connector;
        let to = &connector.object;
        let (Some(source), true) = (winner.source, winner.proximity != Proximity::LocalServer) else {
            return Outcome::Next(own_hop(connector, address));
        };
        let way = self.calculator.way(source);
        let mut limit = way.limit.map(|(limit, link)| (limit, format!("site link {}", link.object)));
        let at_edge = source.has_role(&[ServerRole::Edge]) == Some(true);
        let cost = winner.path_cost;
        let next = match winner.proximity {
            Proximity::LocalServer => own_hop(connector, address),
            Proximity::LocalSite if at_edge => hop(DeliveryType::SmtpRelayWithinAdSiteToEdge, to, cost),
            Proximity::LocalSite => hop(DeliveryType::SmtpRelayToConnectorSourceServers, to, cost),
            Proximity::RemoteSite => {
                let hub = self.calculator.path(source).and_then(|path| path.hub);
                if let Some(hub) = hub {
                    reasons.push(format!("The way to {} leads through hub site {hub}.", source.object));
                }
                let direct = self.calculator.table().flag("DestinationRoutingToRemoteSitesEnabled", true);
                match (hub, &source.site) {
                    (Some(hub), _) => hop(DeliveryType::SmtpRelayToRemoteAdSite, hub, cost),
                    (None, Some(site)) if at_edge || !direct => hop(DeliveryType::SmtpRelayToRemoteAdSite, site, cost),
                    _ => hop(DeliveryType::SmtpRelayToConnectorSourceServers, to, cost),
                }
            }
            Proximity::RemoteGroup => {
                let group = source.routing_group.as_ref().map(|group| self.calculator.group_route(group));
                let Some(GroupRoute::Reached { hop, first, limit: on_the_way }) = group else {
                    return Outcome::NotChecked("the way to the routing group of the source server is not known");
                };
                reasons.push(format!(
                    "Its source server {} is in another routing group; routing group connector {} leads there.",
                    source.object, first.object
                ));
                limit = on_the_way.map(|(limit, by)| (limit, format!("routing group connector {}", by.object)));
                hop
            }
        };
        if let Some((limit, by)) = limit.filter(|(limit, _)| size > *limit) {
            reasons.push(format!(
                "On the way to {} the {by} lets at most {} pass; no other connector is looked for.",
                source.object,
                size_text(limit)
            ));
            return Outcome::TooLarge;
        }
        Outcome::Next(next)
    }
}

impl<'a> RouteCalculator<'a> {
    /// Where mail of a size goes for an address: `SMTP` with a domain or address, or another type. For
    /// many recipients keep a [`ConnectorChoice`].
    pub fn external(&self, kind: &str, address: &str, size: u64) -> ExternalRoute<'a> {
        ConnectorChoice::new(self).route(kind, address, size)
    }
}

/// The first connector that takes the size, with the reasons for it and against the others.
fn fitting<'n, 'a>(
    usable: &'n [Candidate<'a>],
    size: u64,
    too_small: &mut bool,
    reasons: &mut Vec<String>,
) -> Option<&'n Candidate<'a>> {
    let mut winner: Option<&Candidate<'a>> = None;
    let mut said = 0;
    for candidate in usable {
        let limit = candidate.connector.max_message_size.filter(|limit| size > *limit);
        if said == MOST_REASONS && winner.is_some() {
            reasons.push("Further connectors of this address space come after these.".to_owned());
            break;
        }
        match (limit, winner) {
            (Some(limit), _) => {
                *too_small = true;
                if said < MOST_REASONS {
                    let (name, limit) = (&candidate.connector.object, size_text(limit));
                    reasons.push(format!("Connector {name} is passed over: it takes at most {limit}."));
                    said += 1;
                }
            }
            (None, None) => winner = Some(candidate),
            (None, Some(winner)) => {
                reasons.push(beats(winner, candidate));
                said += 1;
            }
        }
    }
    winner
}

fn more_specific(winner: &Candidate<'_>, other: &Candidate<'_>) -> String {
    format!(
        "Address space {} cost {} of {} beats {} cost {} of {}: it is more specific.",
        winner.space.address,
        winner.space.cost,
        winner.connector.object,
        other.space.address,
        other.space.cost,
        other.connector.object
    )
}

/// The next hop from a server that is the source itself.
fn own_hop(connector: &RoutingSendConnector, address: &str) -> NextHop {
    let named = |domain: &str| ObjectRef::named(domain);
    match connector.kind.as_deref() {
        Some("ForeignConnector") => hop(DeliveryType::NonSmtpGatewayDelivery, &connector.object, 0),
        Some("DeliveryAgentConnector") => hop(DeliveryType::DeliveryAgent, &named(address), 0),
        _ => match &connector.smart_hosts {
            Some(hosts) if connector.dns_routing != Some(true) => {
                hop(DeliveryType::SmartHostConnectorDelivery, &named(&hosts.value), 0)
            }
            _ => hop(DeliveryType::DnsConnectorDelivery, &named(address), 0),
        },
    }
}

/// Why one connector comes before another of the same address space.
fn beats(winner: &Candidate<'_>, other: &Candidate<'_>) -> String {
    let (a, b) = (&winner.connector.object, &other.connector.object);
    let (near, far) = (winner.proximity, other.proximity);
    if near != far && far == Proximity::RemoteGroup {
        return format!("Connector {a} beats {b}: servers of older routing groups come last, whatever they cost.");
    }
    if winner.cost() != other.cost() {
        return format!("Connector {a}, {}, beats {b}, {}.", winner.arithmetic(), other.arithmetic());
    }
    if near != far {
        return format!("Connector {a} beats {b} at equal cost {}: its source server is nearer.", winner.cost());
    }
    format!("Connector {a} beats {b} at equal cost {}: its name comes first.", winner.cost())
}

/// `a.b.example`, `*.a.b.example`, `*.b.example`, `*.example`, `*`.
fn smtp_spaces(domain: &str) -> Vec<String> {
    let domain = domain.to_lowercase();
    let mut found = vec![domain.clone()];
    let mut rest = domain.as_str();
    // A name has at most 127 labels.
    for _ in 0..127 {
        found.push(format!("*.{rest}"));
        match rest.split_once('.') {
            Some((_, parent)) if !parent.is_empty() => rest = parent,
            _ => break,
        }
    }
    found.push("*".to_owned());
    found
}

/// Whether a pattern with `*` for any text matches.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    false
}

/// `35 MB`, or the number of bytes where it is no round number.
pub fn size_text(bytes: u64) -> String {
    for (unit, name) in [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")] {
        if bytes >= unit && bytes.is_multiple_of(unit) {
            return format!("{} {name}", bytes / unit);
        }
    }
    format!("{bytes} bytes")
}
