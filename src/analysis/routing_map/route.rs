//! The way of mail, asked from the page: from a server or a site to a recipient, a database, a server or a site.
//!
//! A routing table is written on one server. From another one the same table is read as if that server had written it: the
//! objects are those of the whole organization. The answer says so, since the other server can have an older copy.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::accepted_domains;
use crate::base::gather::Gather as _;
use crate::base::order::Order as _;

pub use told::{End, Hop, OtherWay, RouteTold, Target};

use super::places::server_in;
use super::{Question, Rows, exit_key, group_key, link_key, place_of, places_of, server_of, site_key};
use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::domain::{AcceptedDomain, AcceptedDomainKind};
use crate::model::routing::entry::reference_key;
use crate::model::routing::{ObjectRef, RoutingGroupConnector, RoutingServer, RoutingTable, ServerRole};
use crate::model::server::server_key;
use crate::tools::route_calculator::answer::{Answer, Destination};
use crate::tools::route_calculator::connectors::ConnectorUse;
use crate::tools::route_calculator::external::ConnectorChoice;
use crate::tools::route_calculator::{GroupRoute, NextHop, RouteCalculator};

/// Other servers that are asked for comparison.
const MOST_OTHERS: usize = 4;

/// Servers of a site beside its name.
const MOST_SERVERS: usize = 3;

/// Works it out.
pub(super) fn route(facts: &Facts, table: &RoutingTable, asked: Question, rows: Rows<'_>) -> RouteTold {
    let mut told = RouteTold { is_exact: table.exact, is_cut: !table.complete, ..RouteTold::default() };
    let from = starting(table, &asked);
    told.asked = asked;
    let Some(from) = from else { return told };
    let local = table.local_server.as_ref().and_then(|local| server_of(table, local));
    told.is_local = local.is_some_and(|local| std::ptr::eq(local, from));
    let seen;
    let table = if told.is_local {
        table
    } else if let Some(reason) = not_seen(table, local, from) {
        sought(facts, table, &told.asked).say(&mut told);
        told.from = from.object.to_string();
        told.hops.push(start(table, from, rows));
        told.trail.extend(place_of(from));
        told.why.push(reason);
        return told;
    } else {
        seen = seen_from(table, from);
        &seen
    };
    work_out(facts, table, from, &mut told, (rows, Some(&names(table))));
    if told.target != Target::Unknown && table.exact && table.process.as_deref() != Some("Edge") {
        elsewhere(facts, table, from, &mut told);
    }
    if told.is_cut {
        told.doubt();
        for other in told.from_elsewhere.iter_mut().filter(|other| other.end != End::Goes) {
            *other = OtherWay { end: End::Unknown, queue: String::new(), cost: None, ..std::mem::take(other) };
        }
    }
    told
}

/// Why the table cannot be read as if another server had written it.
fn not_seen(table: &RoutingTable, local: Option<&RoutingServer>, from: &RoutingServer) -> Option<String> {
    let name = &from.object;
    let group = |server: &RoutingServer| server.routing_group.as_ref().map(reference_key);
    let in_group = from.site.is_none() && from.routing_group.is_some() && group(from) != local.and_then(group);
    let is_edge =
        from.has_role(&[ServerRole::Edge]) == Some(true) && from.has_role(&[ServerRole::HubTransport]) != Some(true);
    if table.process.as_deref() == Some("Edge") {
        return Some("An Edge server wrote the table: it does not show the ways of other servers.".to_owned());
    }
    if from.is_legacy() == Some(true) || in_group {
        return Some(format!(
            "{name} is an older server or in another routing group: the table does not show how it routes."
        ));
    }
    is_edge.then(|| format!("{name} is an Edge server: it has a routing table of its own."))
}

/// Where a way begins.
fn start(table: &RoutingTable, from: &RoutingServer, rows: Rows<'_>) -> Hop {
    let site = from.site.as_ref().map(reference_key);
    let listed = table.sites.iter().find(|own| Some(reference_key(&own.object)) == site);
    Hop {
        name: from.object.to_string(),
        about: from.site.as_ref().or(from.routing_group.as_ref()).map(ToString::to_string).unwrap_or_default(),
        key: place_of(from).unwrap_or_default(),
        row: rows("routing-places", listed.map_or(from.span, |own| own.span)),
        ..Hop::default()
    }
}

/// Names of the servers that carry mail, by place.
type Names = BTreeMap<String, Vec<String>>;

fn names(table: &RoutingTable) -> Names {
    let mut names = Names::new();
    for server in &table.servers {
        let Some(site) = server.site.as_ref().filter(|_| server.has_role(&[ServerRole::HubTransport]) != Some(false))
        else {
            continue;
        };
        let own = names.entry(site_key(site)).or_default();
        if own.len() <= MOST_SERVERS {
            own.push(server.object.to_string());
        }
    }
    names
}

/// The table as if another server had written it.
fn seen_from(table: &RoutingTable, from: &RoutingServer) -> RoutingTable {
    RoutingTable { local_server: Some(from.object.clone()), ..table.clone() }
}

/// The server that is meant; of a site the first one that carries mail.
fn starting<'t>(table: &'t RoutingTable, asked: &Question) -> Option<&'t RoutingServer> {
    let (text, key) = (asked.from.trim(), asked.from_key.as_str());
    if text.is_empty() && key.is_empty() {
        return server_of(table, table.local_server.as_ref()?);
    }
    let carries =
        |server: &&RoutingServer| server.has_role(&[ServerRole::HubTransport, ServerRole::Edge]) != Some(false);
    if !key.is_empty() {
        let mut inside = table.servers.iter().filter(|server| place_of(server).as_deref() == Some(key));
        return inside.find(carries);
    }
    let in_site = |server: &&RoutingServer| {
        let place = server.site.as_ref().or(server.routing_group.as_ref());
        place.is_some_and(|place| place.to_string().to_lowercase() == text.to_lowercase())
    };
    named_server(table, text).or_else(|| table.servers.iter().filter(in_site).find(carries))
}

fn named_server<'t>(table: &'t RoutingTable, text: &str) -> Option<&'t RoutingServer> {
    let (key, full) = (server_key(text), text.contains('.'));
    table.servers.iter().find(|server| {
        let is_named = server_key(&server.object.to_string()) == key;
        is_named && (!full || server.fqdn.as_deref().is_none_or(|fqdn| fqdn.eq_ignore_ascii_case(text)))
    })
}

/// What a text means.
enum Sought<'t> {
    Nothing,
    Database(Target, String),
    Server(&'t RoutingServer),
    Place(Place<'t>),
    Domain(String),
}

/// A site or a routing group.
#[derive(Clone)]
struct Place<'t> {
    key: String,
    object: &'t ObjectRef,
    is_site: bool,
    /// Whether it is in the table's list of them, or servers alone name it.
    is_listed: bool,
    /// Where its entry, or that of the first server that names it, stands.
    span: Option<Span>,
    /// Others of the same name.
    namesakes: usize,
}

impl Sought<'_> {
    fn say(&self, told: &mut RouteTold) {
        let text = told.asked.to.trim().to_owned();
        (told.target, told.to) = match self {
            Sought::Nothing => (Target::Unknown, text),
            Sought::Database(target, _) => (*target, text),
            Sought::Server(server) => (Target::Server, server.object.to_string()),
            Sought::Place(place) => (Target::Place, place.object.to_string()),
            Sought::Domain(domain) => (Target::Domain, domain.clone()),
        };
    }
}

fn sought<'t>(facts: &Facts, table: &'t RoutingTable, asked: &Question) -> Sought<'t> {
    let text = asked.to.trim();
    if !asked.to_key.is_empty() {
        return place_at(table, |key, _| key == asked.to_key).map_or(Sought::Nothing, Sought::Place);
    }
    let mailbox = facts.databases.mailbox(text).and_then(|m| m.database.as_ref()).filter(|d| !d.value.is_empty());
    let domain = super::super::domain_route::read_domain(text);
    if text.is_empty() {
        Sought::Nothing
    } else if let Some(database) = mailbox {
        Sought::Database(Target::Mailbox, database.value.clone())
    } else if text.contains('@') {
        Sought::Domain(domain.unwrap_or_else(|| text.to_owned()))
    } else if !table.database(text).is_empty() {
        Sought::Database(Target::Database, text.to_owned())
    } else if let Some(server) = named_server(table, text) {
        Sought::Server(server)
    } else if let Some(place) = named_place(table, text) {
        Sought::Place(place)
    } else if facts.databases.database(text).is_some() {
        Sought::Database(Target::Database, text.to_owned())
    } else {
        domain.filter(|_| text.contains('.')).map_or(Sought::Nothing, Sought::Domain)
    }
}

fn work_out(
    facts: &Facts,
    table: &RoutingTable,
    from: &RoutingServer,
    told: &mut RouteTold,
    (rows, names): (Rows<'_>, Option<&Names>),
) {
    let calculator = RouteCalculator::new(table);
    told.from = from.object.to_string();
    let way = Way { table, calculator: &calculator, rows, names };
    told.hops.push(start(table, from, rows));
    told.trail.extend(place_of(from));
    let sought = sought(facts, table, &told.asked);
    sought.say(told);
    match &sought {
        Sought::Nothing => {}
        Sought::Database(_, database) => way.to_database(facts, database, told),
        Sought::Server(server) => way.to_server(server, told),
        Sought::Place(place) => way.to_place(place, told),
        Sought::Domain(_) => way.to_domain(facts, told),
    }
    if told.end == End::NoRoute {
        let broken = told.hops.last().map(|hop| hop.key.clone()).unwrap_or_default();
        told.broken = broken;
    }
}

fn named_place<'t>(table: &'t RoutingTable, text: &str) -> Option<Place<'t>> {
    let text = text.to_lowercase();
    place_at(table, |_, object| object.to_string().to_lowercase() == text)
}

/// The first place that is meant, and how many others are.
fn place_at(table: &RoutingTable, is_meant: impl Fn(&str, &ObjectRef) -> bool) -> Option<Place<'_>> {
    let mut meant = places_of(table).into_iter().filter(|(key, object, ..)| is_meant(key, object));
    let (key, object, is_site, is_listed) = meant.next()?;
    let namesakes = meant.count();
    let site = table.sites.iter().find(|own| std::ptr::eq(&own.object, object)).map(|own| own.span);
    let group = || table.routing_groups.iter().find(|own| std::ptr::eq(&own.object, object)).map(|own| own.span);
    let server = || table.servers.iter().find(|own| place_of(own).as_deref() == Some(&key)).map(|own| own.span);
    let span = site.or_else(group).or_else(server);
    Some(Place { key, object, is_site, is_listed, span, namesakes })
}

struct Way<'w, 'a> {
    table: &'a RoutingTable,
    calculator: &'w RouteCalculator<'a>,
    rows: Rows<'w>,
    /// None where nobody looks at the steps.
    names: Option<&'w Names>,
}

impl<'a> Way<'_, 'a> {
    fn take(&self, answer: Answer, told: &mut RouteTold) -> Option<NextHop> {
        told.end = match (&answer.next_hop, &answer.queue, answer.reply) {
            (Some(_), ..) => End::Goes,
            (None, Some(_), _) => End::NoRoute,
            (None, None, Some(_)) => End::Returned,
            (None, None, None) => End::Unknown,
        };
        if let Some(hop) = &answer.next_hop {
            told.delivery = hop.delivery_type.name().to_owned();
            told.cost = Some(hop.cost);
        }
        told.queue = answer.queue.unwrap_or_default();
        told.reply = answer.reply.unwrap_or_default().to_owned();
        told.why = answer.reasons;
        answer.next_hop
    }

    fn to_database(&self, facts: &Facts, reference: &str, told: &mut RouteTold) {
        let next = self.take(self.calculator.ask(Destination::Database(reference)), told);
        let listed = self.table.database(reference);
        told.is_listed = !listed.is_empty();
        let own = facts.databases.database(reference);
        if told.target == Target::Database {
            let name = listed.first().map(|d| d.object.to_string());
            told.to = name.or_else(|| own.map(|d| d.name.value.clone())).unwrap_or_else(|| told.to.clone());
        }
        let owner = match listed.as_slice() {
            [database] => database.owner.as_ref().and_then(|owner| self.calculator.servers().server(owner)),
            _ => own.and_then(|database| named_server(self.table, database.server.as_deref()?)),
        };
        if let Some(server) = owner.and_then(|owner| self.calculator.toward(owner, next.as_ref())) {
            self.walk(server, told);
        }
        told.hops.push(Hop {
            name: listed.first().map_or_else(|| database_of(reference), |database| database.object.to_string()),
            about: owner.map(|owner| owner.object.to_string()).unwrap_or_default(),
            is_broken: told.end == End::NoRoute,
            key: owner.and_then(place_of).unwrap_or_default(),
            row: listed.first().and_then(|database| (self.rows)("routing-databases", database.span)),
            ..Hop::default()
        });
    }

    fn to_server(&self, server: &'a RoutingServer, told: &mut RouteTold) {
        let next = self.take(self.calculator.ask(Destination::Server(&told.to)), told);
        if let Some(server) = self.calculator.toward(server, next.as_ref()) {
            self.walk(server, told);
        }
        let owns = |owner: &ObjectRef| reference_key(owner) == reference_key(&server.object);
        told.is_empty = !self.table.databases.iter().filter_map(|database| database.owner.as_ref()).any(owns);
        // The way to a server is known all the same.
        if told.is_empty {
            let site = server.site.as_ref().filter(|_| self.table.exact);
            told.cost = site.and_then(|site| self.calculator.site_cost(site));
        }
        told.hops.push(Hop {
            name: told.to.clone(),
            is_broken: told.end == End::NoRoute,
            key: place_of(server).unwrap_or_default(),
            ..Hop::default()
        });
    }

    fn to_place(&self, meant: &Place<'_>, told: &mut RouteTold) {
        let (is_site, place) = (meant.is_site, meant.object);
        // Of another table than an exact one the steps are shown and nothing is concluded from them.
        if is_site {
            told.cost = self.calculator.site_cost(place).filter(|_| self.table.exact);
            self.walk(&server_in(place), told);
            told.is_empty = self.calculator.sites().is_some_and(|(graph, _)| !graph.has_transport(place));
            told.end = match told.cost {
                Some(_) => End::Goes,
                None if self.calculator.is_cut_off(place) => End::NoRoute,
                None => End::Unknown,
            };
            if let Some(link) = self.calculator.site_doubt(place) {
                let name = &link.object;
                told.why.push(match told.end {
                    End::Goes => format!("The cost of site link {name} cannot be read: a way over it may cost less."),
                    _ => format!("The cost of site link {name} cannot be read, so the way over it cannot be compared."),
                });
            }
        } else {
            self.by_groups(place, told);
            match self.calculator.group_route(place) {
                GroupRoute::Reached { hop, .. } if self.table.exact => {
                    (told.end, told.cost, told.queue) = (End::Goes, Some(hop.cost), hop.domain);
                    told.delivery = hop.delivery_type.name().to_owned();
                }
                GroupRoute::Unreachable if self.table.exact => told.end = End::NoRoute,
                GroupRoute::Reached { .. } | GroupRoute::Unreachable => {}
                GroupRoute::NotChecked(why) => told.why.push(format!("It cannot be told: {why}.")),
            }
        }
        if told.end == End::NoRoute {
            let row = meant.span.and_then(|span| (self.rows)("routing-places", span));
            let (name, key) = (told.to.clone(), meant.key.clone());
            told.hops.push(Hop { name, is_broken: true, key, row, ..Hop::default() });
        }
        let kind = if is_site { "site" } else { "routing group" };
        if !meant.is_listed && told.end != End::Goes {
            told.why.push(format!(
                "The table does not list a {kind} {place}: only its servers name it. Without an entry of its own nothing joins it to the others."
            ));
        }
        if meant.namesakes > 0 {
            told.why.push(format!(
                "The table has {} places of the name {place}; this answer is about a {kind}. Open another one on the map to ask for it.",
                meant.namesakes + 1
            ));
        }
    }

    /// The steps to a server, by site links or by connectors between routing groups.
    fn walk(&self, server: &RoutingServer, told: &mut RouteTold) {
        if let Some(group) = server.routing_group.as_ref().filter(|_| server.is_legacy() == Some(true)) {
            return self.by_groups(group, told);
        }
        self.by_sites(server, told);
    }

    fn by_sites(&self, server: &RoutingServer, told: &mut RouteTold) {
        let way = self.calculator.way(server);
        for (site, link) in way.through.iter().zip(&way.links) {
            if let Some(at) = self.table.site_links.iter().position(|own| std::ptr::eq(own, *link)) {
                told.trail.push(link_key(at));
            }
            told.trail.push(site_key(&site.object));
            let key = site_key(&site.object);
            let servers = self.names.and_then(|names| names.get(&key)).map_or(&[][..], Vec::as_slice);
            let stops = self.calculator.sites().is_some_and(|(graph, _)| graph.has_transport(&site.object));
            let mut about = servers.iter().take(MOST_SERVERS).cloned().collect::<Vec<_>>().join(", ");
            if servers.len() > MOST_SERVERS {
                about.push_str(", ...");
            }
            told.hops.push(Hop {
                name: site.object.to_string(),
                about,
                added: link.cost().map(u64::from),
                by: link.object.to_string(),
                is_hub: site.hub == Some(true) && stops,
                key,
                row: (self.rows)("routing-places", site.span),
                by_row: (self.rows)("routing-links", link.span),
                ..Hop::default()
            });
        }
    }

    fn by_groups(&self, group: &ObjectRef, told: &mut RouteTold) {
        let way = self.calculator.group_way(group);
        let unread = self.table.routing_group_connectors.iter().filter(|connector| connector.cost.is_none());
        told.why.extend(unread.take(MOST_OTHERS).map(|connector| {
            format!("The cost of connector {} cannot be read: a way over it may cost less.", connector.object)
        }));
        if let Some(server) = way.first().and_then(|first| self.nearest_source(first)) {
            self.by_sites(server, told);
        }
        for connector in way {
            let Some(target) = &connector.target_group else { continue };
            told.trail.push(group_key(target));
            told.hops.push(Hop {
                name: target.to_string(),
                about: connector
                    .target_servers
                    .iter()
                    .take(MOST_SERVERS)
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", "),
                added: connector.cost.map(u64::from),
                by: connector.object.to_string(),
                key: group_key(target),
                row: self
                    .table
                    .routing_groups
                    .iter()
                    .find(|own| group_key(&own.object) == group_key(target))
                    .and_then(|own| (self.rows)("routing-places", own.span)),
                by_row: (self.rows)("routing-links", connector.span),
                ..Hop::default()
            });
        }
    }

    /// The source of a connector between routing groups that is nearest. Only servers that are in sites count: the way to
    /// any other one leads by connectors again.
    fn nearest_source(&self, connector: &RoutingGroupConnector) -> Option<&'a RoutingServer> {
        let servers = self.calculator.servers();
        let home = connector.home_mta.as_ref().filter(|_| connector.source_servers.is_empty());
        let usable = connector.source_servers.iter().chain(home);
        let usable = usable.filter(|own| self.calculator.bridgehead_fault(own).is_none());
        let sources = usable.filter_map(|own| servers.server(own)).filter(|server| server.is_legacy() != Some(true));
        sources.min_by_key(|server| {
            server.site.as_ref().and_then(|site| self.calculator.site_cost(site)).unwrap_or(u64::MAX)
        })
    }

    fn to_domain(&self, facts: &Facts, told: &mut RouteTold) {
        let (accepted, remark) = accepted(facts, &told.to);
        if accepted == Some(AcceptedDomainKind::Authoritative) {
            // Where a recipient's mailbox is decides, and the files do not show it.
            told.why.extend(remark);
            return;
        }
        self.take(self.calculator.ask(Destination::Recipient { address: &told.to, size: 0 }), told);
        told.why.extend(remark);
        let choice = ConnectorChoice::new(self.calculator);
        let route = choice.route("SMTP", &told.to, 0);
        let Some(connector) = route.connector else {
            // The last hop is where the search for a connector ended: here.
            told.hops.push(Hop {
                name: told.to.clone(),
                is_broken: told.end == End::NoRoute,
                key: told.trail.first().cloned().unwrap_or_default(),
                ..Hop::default()
            });
            return;
        };
        // The first sentence is about the choice; what follows is about the others.
        let (why, others) = std::mem::take(&mut told.why)
            .into_iter()
            .partition(|reason| !(reason.contains(" is not used: ") || reason.contains(" is passed over: ")));
        (told.why, told.others) = (why, others);
        let source =
            choice.uses().iter().find(|(own, _)| std::ptr::eq(*own, connector)).and_then(|(_, how)| match how {
                ConnectorUse::Usable(usable) => usable.source,
                _ => None,
            });
        if let Some(source) = source {
            self.walk(source, told);
        }
        let at = self.table.send_connectors.iter().position(|own| std::ptr::eq(own, connector));
        let key = at.map(exit_key).unwrap_or_default();
        told.trail.push(key.clone());
        let added = route.space.map(|space| u64::from(space.cost));
        told.cost = told.cost.map(|cost| cost.saturating_add(added.unwrap_or(0)));
        let smart_hosts = connector.smart_hosts.as_ref().filter(|_| connector.dns_routing != Some(true));
        told.hops.push(Hop {
            name: connector.object.to_string(),
            about: smart_hosts.map(|hosts| hosts.value.clone()).unwrap_or_default(),
            added,
            by: route.space.map(ToString::to_string).unwrap_or_default(),
            is_broken: told.end == End::Returned,
            key,
            row: (self.rows)("routing-links", connector.span),
            ..Hop::default()
        });
    }
}

fn database_of(reference: &str) -> String {
    crate::model::database::database_name(reference).to_owned()
}

/// What the organization does with mail for a domain that it accepts, by the entry that fits most closely, and a sentence on it.
fn accepted(facts: &Facts, domain: &str) -> (Option<AcceptedDomainKind>, Option<String>) {
    let fits = |own: &&AcceptedDomain| accepted_domains::covers(own, domain);
    let closest = facts.settings.accepted_domains.iter().filter(fits).max_by_key(|own| {
        let pattern = own.domain.value.trim().to_lowercase();
        (pattern == domain, pattern.len(), accepted_domains::kind(own) == Some(AcceptedDomainKind::Authoritative))
    });
    (closest.and_then(accepted_domains::kind), closest.map(accepted_domains::remark))
}

/// Asks the same from servers of other sites, the nearest first.
fn elsewhere(facts: &Facts, table: &RoutingTable, from: &RoutingServer, told: &mut RouteTold) {
    let calculator = RouteCalculator::new(table);
    let own = place_of(from);
    let mut others: Vec<(u64, String, &RoutingServer)> = Vec::new();
    let mut seen: BTreeSet<String> = own.into_iter().gather();
    for server in &table.servers {
        let (Some(site), Some(key)) = (&server.site, place_of(server)) else { continue };
        let carries = server.has_role(&[ServerRole::HubTransport]) == Some(true);
        if !carries || !seen.insert(key.clone()) {
            continue;
        }
        others.push((calculator.site_cost(site).unwrap_or(u64::MAX), key, server));
    }
    others.order_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    for (_, _, server) in others.into_iter().take(MOST_OTHERS) {
        let mut other = RouteTold { asked: told.asked.clone(), ..RouteTold::default() };
        work_out(facts, &seen_from(table, server), server, &mut other, (&|_, _| None, None));
        told.from_elsewhere.push(OtherWay {
            from: other.from,
            place: server.site.as_ref().map(ToString::to_string).unwrap_or_default(),
            end: other.end,
            queue: other.queue,
            cost: other.cost,
        });
    }
}

#[cfg(test)]
mod tests;
