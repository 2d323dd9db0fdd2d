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

use std::cmp::Ordering;
use std::collections::HashMap;

use super::connectors::{ConnectorUse, Proximity, Usable};
use super::{GroupRoute, NextHop, RouteCalculator, hop};
use crate::model::queue::DeliveryType;
use crate::model::routing::{AddressSpace, ObjectRef, RoutingSendConnector, ServerRole};

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
    /// How it is reached.
    pub how: Usable<'a>,
}

impl Candidate<'_> {
    /// Cost of the address space and of the path.
    pub fn cost(&self) -> u64 {
        u64::from(self.space.cost).saturating_add(self.how.cost)
    }

    /// The order of the choice: connectors of older routing groups last, then cost, nearness and name.
    pub fn compare(&self, other: &Candidate<'_>) -> Ordering {
        let key = |c: &Candidate<'_>| {
            (
                c.how.proximity == Proximity::RemoteGroup,
                c.cost(),
                c.how.proximity,
                c.connector.object.to_string().to_lowercase(),
            )
        };
        key(self).cmp(&key(other))
    }

    fn arithmetic(&self) -> String {
        if self.how.cost == 0 {
            return format!("cost {}", self.cost());
        }
        let to = match (self.how.proximity, self.how.source) {
            (Proximity::RemoteGroup, Some(source)) => source
                .routing_group
                .as_ref()
                .map_or_else(|| "routing group".to_owned(), |g| format!("routing group {g}")),
            (_, Some(source)) => source.site.as_ref().map_or_else(|| "site".to_owned(), |s| format!("site {s}")),
            (_, None) => "source server".to_owned(),
        };
        format!("cost {} ({} + {} to {to})", self.cost(), self.space.cost, self.how.cost)
    }
}

/// The connectors of a table by address space.
pub struct ConnectorChoice<'a, 'c> {
    calculator: &'c RouteCalculator<'a>,
    uses: Vec<(&'a RoutingSendConnector, ConnectorUse<'a>)>,
    /// By type and address in lower case: connector by position, and address space.
    spaces: HashMap<(String, String), Vec<(usize, &'a AddressSpace)>>,
}

impl<'a, 'c> ConnectorChoice<'a, 'c> {
    /// Works out which connectors can be used.
    pub fn new(calculator: &'c RouteCalculator<'a>) -> ConnectorChoice<'a, 'c> {
        let connectors = &calculator.table().send_connectors;
        let uses: Vec<_> = connectors.iter().map(|connector| (connector, calculator.connector(connector))).collect();
        let mut spaces: HashMap<(String, String), Vec<(usize, &'a AddressSpace)>> = HashMap::new();
        for (at, connector) in connectors.iter().enumerate() {
            for space in &connector.address_spaces {
                let space = &space.value;
                spaces.entry((space.kind.to_lowercase(), space.address.to_lowercase())).or_default().push((at, space));
            }
        }
        ConnectorChoice { calculator, uses, spaces }
    }

    /// What routing does with each connector, in the order of the table.
    pub fn uses(&self) -> &[(&'a RoutingSendConnector, ConnectorUse<'a>)] {
        &self.uses
    }

    /// The usable connectors of an address space, in the order of the choice.
    pub fn candidates(&self, kind: &str, address: &str) -> Vec<Candidate<'a>> {
        let mut found: Vec<Candidate<'a>> = self
            .at(kind, address)
            .filter_map(|(connector, how, space)| match how {
                ConnectorUse::Usable(how) => Some(Candidate { connector, space, how: how.clone() }),
                _ => None,
            })
            .collect();
        found.sort_by(Candidate::compare);
        found
    }

    fn at(
        &self,
        kind: &str,
        address: &str,
    ) -> impl Iterator<Item = (&'a RoutingSendConnector, &ConnectorUse<'a>, &'a AddressSpace)> {
        let found = self.spaces.get(&(kind.to_lowercase(), address.to_lowercase()));
        found.into_iter().flatten().filter_map(|(at, space)| {
            let (connector, how) = self.uses.get(*at)?;
            Some((*connector, how, *space))
        })
    }

    /// The address spaces that take a recipient, the most specific first.
    fn nodes(&self, kind: &str, address: &str) -> Vec<String> {
        if kind.eq_ignore_ascii_case("smtp") {
            return smtp_spaces(address);
        }
        let mut found: Vec<String> = self
            .spaces
            .keys()
            .filter(|(k, pattern)| k.eq_ignore_ascii_case(kind) && matches_pattern(pattern, &address.to_lowercase()))
            .map(|(_, pattern)| pattern.clone())
            .collect();
        found.sort_by_key(|pattern| (std::cmp::Reverse(pattern.len()), pattern.clone()));
        found
    }

    /// Where mail of a size goes for an address: `SMTP` with a domain, or another type with an address.
    pub fn route(&self, kind: &str, address: &str, size: u64) -> ExternalRoute<'a> {
        let mut route = ExternalRoute { connector: None, outcome: Outcome::NoConnector, reasons: Vec::new() };
        let domain = address.rsplit('@').next().unwrap_or(address).trim().trim_end_matches('.');
        let is_smtp = kind.eq_ignore_ascii_case("smtp");
        let address = if is_smtp { domain } else { address.trim() };
        if let Some(outcome) = self.not_computed(kind, address) {
            route.outcome = outcome;
            return route;
        }
        let mut too_small = false;
        let mut winner: Option<Candidate<'a>> = None;
        for node in self.nodes(kind, address) {
            if node == format!("*.{}", address.to_lowercase())
                && self.at(kind, address).any(|(_, how, _)| is_usable(how))
            {
                continue;
            }
            for (connector, how, _) in self.at(kind, &node) {
                match how {
                    ConnectorUse::Usable(_) => {}
                    ConnectorUse::Ignored(why) if winner.is_none() => route
                        .reasons
                        .push(format!("Connector {} with address space {node} is not used: {why}.", connector.object)),
                    ConnectorUse::NotChecked(why) if winner.is_none() => {
                        route.outcome = Outcome::NotChecked(why);
                        return route;
                    }
                    _ => {}
                }
            }
            let mut candidates = self.candidates(kind, &node).into_iter();
            if let Some(winner) = &winner {
                // One line is enough to say that the more specific address space came first.
                if let Some(other) = candidates.next() {
                    route.reasons.push(format!(
                        "Address space {} cost {} of {} beats {} cost {} of {}: it is more specific.",
                        winner.space.address,
                        winner.space.cost,
                        winner.connector.object,
                        other.space.address,
                        other.space.cost,
                        other.connector.object,
                    ));
                    break;
                }
                continue;
            }
            for candidate in candidates {
                if let Some(limit) = candidate.connector.max_message_size.filter(|limit| size > *limit) {
                    too_small = true;
                    route.reasons.push(format!(
                        "Connector {} is passed over: it takes at most {}.",
                        candidate.connector.object,
                        size_text(limit)
                    ));
                    continue;
                }
                match &winner {
                    None => winner = Some(candidate),
                    Some(winner) => route.reasons.push(beats(winner, &candidate)),
                }
            }
        }
        let Some(winner) = winner else {
            route.outcome = match (too_small, is_smtp) {
                (true, _) => Outcome::TooLarge,
                (false, true) => Outcome::NoConnector,
                (false, false) => Outcome::NoConnectorForType,
            };
            return route;
        };
        route.connector = Some(winner.connector);
        route.reasons.insert(
            0,
            format!(
                "Connector {} takes it: address space {}, {}.",
                winner.connector.object,
                winner.space,
                winner.arithmetic()
            ),
        );
        route.outcome = self.next(&winner, address, size, &mut route.reasons);
        if is_smtp && self.calculator.is_edge() {
            for inward in self.candidates("SMTP", "--").into_iter().take(1) {
                route.reasons.push(format!(
                    "If {address} is an accepted domain of the organization, connector {} takes it instead.",
                    inward.connector.object
                ));
            }
        }
        route
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
        let (Some(source), true) = (winner.how.source, winner.how.proximity != Proximity::LocalServer) else {
            return Outcome::Next(own_hop(connector, address));
        };
        let way = self.calculator.way(source);
        let mut limit = way.limit.map(|(limit, link)| (limit, format!("site link {}", link.object)));
        let at_edge = source.has_role(&[ServerRole::Edge]) == Some(true);
        let cost = winner.how.cost;
        let next = match winner.how.proximity {
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

fn is_usable(how: &ConnectorUse<'_>) -> bool {
    matches!(how, ConnectorUse::Usable(_))
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
    let (near, far) = (winner.how.proximity, other.how.proximity);
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
        if bytes >= unit && bytes % unit == 0 {
            return format!("{} {name}", bytes / unit);
        }
    }
    format!("{bytes} bytes")
}
