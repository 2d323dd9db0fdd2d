//! The way of mail, asked from the page: from a server or a site to a recipient, a database, a server or a site.
//!
//! A routing table is written on one server. From another one the same table is read as if that server had written it: the
//! objects are those of the whole organization. The answer says so, since the other server can have an older copy.

use crate::base::order::Order as _;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::places::server_in;
use super::{Question, Row, Rows, exit_key, group_key, link_key, place_of, server_of, site_key};
use crate::facts::Facts;
use crate::model::routing::entry::reference_key;
use crate::model::routing::{ObjectRef, RoutingGroupConnector, RoutingServer, RoutingTable, ServerRole};
use crate::model::server::server_key;
use crate::tools::route_calculator::answer::{Answer, Destination};
use crate::tools::route_calculator::connectors::ConnectorUse;
use crate::tools::route_calculator::external::ConnectorChoice;
use crate::tools::route_calculator::{GroupRoute, RouteCalculator};

/// Other servers that are asked for comparison.
const MOST_OTHERS: usize = 4;

/// Servers of a site beside its name.
const MOST_SERVERS: usize = 3;

/// What was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Nothing that the table or the other files know.
    #[default]
    Unknown,
    /// A mailbox database.
    Database,
    /// A recipient whose mailbox is in a database.
    Mailbox,
    /// A server.
    Server,
    /// A site or a routing group.
    Place,
    /// A domain outside of the organization.
    Domain,
}

/// What becomes of the mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// That cannot be told.
    #[default]
    Unknown,
    /// It goes on.
    Goes,
    /// It waits as unreachable.
    NoRoute,
    /// It is returned.
    Returned,
}

/// A step of the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Where it leads.
    pub name: String,
    /// Servers there, or what stands for it.
    pub about: String,
    /// What it adds to the cost.
    pub added: Option<u64>,
    /// The link or connector that leads there.
    pub by: String,
    /// Whether it is a hub site, where mail stops.
    pub is_hub: bool,
    /// Whether mail does not get there.
    pub is_broken: bool,
    /// The key of its place.
    pub key: String,
    /// Its row in a table, and that of the link.
    pub row: Option<Row>,
    /// The row of the link.
    pub by_row: Option<Row>,
}

/// The same from another server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherWay {
    /// The server.
    pub from: String,
    /// Its site.
    pub place: String,
    /// What becomes of the mail.
    pub end: End,
    /// The queue it waits in.
    pub queue: String,
    /// The cost.
    pub cost: Option<u64>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTold {
    /// What was asked.
    pub asked: Question,
    /// The server it starts from; empty when the table has no such server or site.
    pub from: String,
    /// Whether that is the server that wrote the table.
    pub is_local: bool,
    /// What was asked for.
    pub target: Target,
    /// Its name.
    pub to: String,
    /// What becomes of the mail.
    pub end: End,
    /// Whether the table lists the database.
    pub is_listed: bool,
    /// Whether it is a server without a database or a site without a transport server, which take no mail themselves.
    pub is_empty: bool,
    /// How it is sent, in Exchange's word.
    pub delivery: String,
    /// The queue it waits in.
    pub queue: String,
    /// The reason of the queue Unreachable, or the reply in the returned message.
    pub reply: String,
    /// Cost of the way.
    pub cost: Option<u64>,
    /// The steps, the server it starts from first.
    pub hops: Vec<Hop>,
    /// Keys of the places on the map that the way passes, those of links of many sites included.
    pub trail: Vec<String>,
    /// The key of the place where it breaks.
    pub broken: String,
    /// Why, in the order of the choices.
    pub why: Vec<String>,
    /// Other connectors, and why they were not chosen.
    pub others: Vec<String>,
    /// The same from other servers.
    pub from_elsewhere: Vec<OtherWay>,
    /// Whether the table follows the published schema; only then ways are worked out.
    pub is_exact: bool,
}

/// Works it out.
pub(super) fn route(facts: &Facts, table: &RoutingTable, asked: Question, rows: Rows<'_>) -> RouteTold {
    let mut told = RouteTold { is_exact: table.exact, ..RouteTold::default() };
    let from = starting(table, &asked.from);
    told.asked = asked;
    let Some(from) = from else { return told };
    let local = table.local_server.as_ref().and_then(|local| server_of(table, local));
    told.is_local = local.is_some_and(|local| std::ptr::eq(local, from));
    if told.is_local {
        work_out(facts, table, from, &mut told, rows);
    } else {
        work_out(facts, &seen_from(table, from), from, &mut told, rows);
    }
    if told.target != Target::Unknown && table.exact {
        elsewhere(facts, table, from, &mut told);
    }
    told
}

/// The table as if another server had written it.
fn seen_from(table: &RoutingTable, from: &RoutingServer) -> RoutingTable {
    RoutingTable { local_server: Some(from.object.clone()), ..table.clone() }
}

/// The server that is meant; of a site the first one that carries mail.
fn starting<'t>(table: &'t RoutingTable, text: &str) -> Option<&'t RoutingServer> {
    let text = text.trim();
    if text.is_empty() {
        return server_of(table, table.local_server.as_ref()?);
    }
    let carries =
        |server: &&RoutingServer| server.has_role(&[ServerRole::HubTransport, ServerRole::Edge]) != Some(false);
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

fn work_out(facts: &Facts, table: &RoutingTable, from: &RoutingServer, told: &mut RouteTold, rows: Rows<'_>) {
    let calculator = RouteCalculator::new(table);
    told.from = from.object.to_string();
    let way = Way { table, calculator: &calculator, rows };
    told.hops.push(Hop {
        name: told.from.clone(),
        about: from.site.as_ref().or(from.routing_group.as_ref()).map(ToString::to_string).unwrap_or_default(),
        key: place_of(from).unwrap_or_default(),
        ..Hop::default()
    });
    told.trail.extend(place_of(from));
    let text = told.asked.to.trim().to_owned();
    told.to = text.clone();
    let mailbox = facts.databases.mailbox(&text).and_then(|m| m.database.as_ref()).filter(|d| !d.value.is_empty());
    let own = facts.databases.database(&text);
    if text.is_empty() {
    } else if let Some(database) = mailbox {
        told.target = Target::Mailbox;
        way.to_database(facts, &database.value, told);
    } else if text.contains('@') {
        way.to_domain(&text, told);
    } else if !table.database(&text).is_empty() {
        told.target = Target::Database;
        way.to_database(facts, &text, told);
    } else if let Some(server) = named_server(table, &text) {
        way.to_server(server, told);
    } else if let Some(place) = named_place(table, &text) {
        way.to_place(&place, told);
    } else if own.is_some() {
        told.target = Target::Database;
        way.to_database(facts, &text, told);
    } else if text.contains('.') && super::super::domain_route::read_domain(&text).is_some() {
        way.to_domain(&text, told);
    }
    if told.end == End::NoRoute {
        let broken = told.hops.last().map(|hop| hop.key.clone()).unwrap_or_default();
        told.broken = broken;
    }
}

/// A site (true) or a routing group.
fn named_place(table: &RoutingTable, text: &str) -> Option<(bool, ObjectRef)> {
    let is = |object: &&ObjectRef| object.to_string().to_lowercase() == text.to_lowercase();
    let site = table.sites.iter().map(|site| &site.object).find(is).map(|object| (true, object));
    let group = || table.routing_groups.iter().map(|group| &group.object).find(is).map(|object| (false, object));
    site.or_else(group).map(|(is_site, object)| (is_site, object.clone()))
}

struct Way<'w, 'a> {
    table: &'a RoutingTable,
    calculator: &'w RouteCalculator<'a>,
    rows: Rows<'w>,
}

impl<'a> Way<'_, 'a> {
    fn take(&self, answer: Answer, told: &mut RouteTold) {
        told.end = match (&answer.next_hop, &answer.queue, answer.reply) {
            (Some(_), ..) => End::Goes,
            (None, Some(_), _) => End::NoRoute,
            (None, None, Some(_)) => End::Returned,
            (None, None, None) => End::Unknown,
        };
        if let Some(hop) = answer.next_hop {
            told.delivery = hop.delivery_type.name().to_owned();
            told.cost = Some(hop.cost);
        }
        told.queue = answer.queue.unwrap_or_default();
        told.reply = answer.reply.unwrap_or_default().to_owned();
        told.why = answer.reasons;
    }

    fn to_database(&self, facts: &Facts, reference: &str, told: &mut RouteTold) {
        self.take(self.calculator.ask(Destination::Database(reference)), told);
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
        if let Some(owner) = owner {
            self.walk(owner, told);
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

    fn to_server(&self, server: &RoutingServer, told: &mut RouteTold) {
        told.target = Target::Server;
        told.to = server.object.to_string();
        self.take(self.calculator.ask(Destination::Server(&told.to)), told);
        self.walk(server, told);
        let owns = |owner: &ObjectRef| reference_key(owner) == reference_key(&server.object);
        told.is_empty = !self.table.databases.iter().filter_map(|database| database.owner.as_ref()).any(owns);
        // The way to a server is known all the same.
        if told.is_empty {
            told.cost = server.site.as_ref().and_then(|site| self.calculator.site_cost(site));
        }
        told.hops.push(Hop {
            name: told.to.clone(),
            is_broken: told.end == End::NoRoute,
            key: place_of(server).unwrap_or_default(),
            ..Hop::default()
        });
    }

    fn to_place(&self, (is_site, place): &(bool, ObjectRef), told: &mut RouteTold) {
        told.target = Target::Place;
        told.to = place.to_string();
        if *is_site {
            told.cost = self.calculator.site_cost(place);
            self.walk(&server_in(place), told);
            let carries = self.calculator.sites().map(|(graph, _)| graph.has_transport(place));
            told.is_empty = carries == Some(false);
            told.end = match (told.cost, carries) {
                (Some(_), _) => End::Goes,
                (None, Some(true)) if self.table.exact => End::NoRoute,
                (None, _) => End::Unknown,
            };
        } else {
            self.by_groups(place, told);
            match self.calculator.group_route(place) {
                GroupRoute::Reached { hop, .. } => {
                    (told.end, told.cost, told.queue) = (End::Goes, Some(hop.cost), hop.domain);
                    told.delivery = hop.delivery_type.name().to_owned();
                }
                GroupRoute::Unreachable if self.table.exact => told.end = End::NoRoute,
                GroupRoute::Unreachable => {}
                GroupRoute::NotChecked(why) => told.why.push(format!("It cannot be told: {why}.")),
            }
        }
        if told.end == End::NoRoute {
            told.hops.push(Hop {
                name: told.to.clone(),
                is_broken: true,
                key: if *is_site { site_key(place) } else { group_key(place) },
                ..Hop::default()
            });
        }
    }

    /// The steps to a server, by site links or by connectors between routing groups.
    fn walk(&self, server: &RoutingServer, told: &mut RouteTold) {
        if let Some(group) = server.routing_group.as_ref().filter(|_| server.is_legacy() == Some(true)) {
            return self.by_groups(group, told);
        }
        let way = self.calculator.way(server);
        for (site, link) in way.through.iter().zip(&way.links) {
            if let Some(at) = self.table.site_links.iter().position(|own| std::ptr::eq(own, *link)) {
                told.trail.push(link_key(at));
            }
            told.trail.push(site_key(&site.object));
            let servers: Vec<String> = self
                .table
                .servers
                .iter()
                .filter(|server| {
                    server.site.as_ref().is_some_and(|own| reference_key(own) == reference_key(&site.object))
                })
                .filter(|server| server.has_role(&[ServerRole::HubTransport]) != Some(false))
                .take(MOST_SERVERS + 1)
                .map(|server| server.object.to_string())
                .collect();
            let mut about = servers.iter().take(MOST_SERVERS).cloned().collect::<Vec<_>>().join(", ");
            if servers.len() > MOST_SERVERS {
                about.push_str(", ...");
            }
            told.hops.push(Hop {
                name: site.object.to_string(),
                about,
                added: link.cost().map(u64::from),
                by: link.object.to_string(),
                is_hub: site.hub == Some(true),
                key: site_key(&site.object),
                row: (self.rows)("routing-places", site.span),
                by_row: (self.rows)("routing-links", link.span),
                ..Hop::default()
            });
        }
    }

    fn by_groups(&self, group: &ObjectRef, told: &mut RouteTold) {
        let way = self.calculator.group_way(group);
        if let Some(server) = way.first().and_then(|first| self.nearest_source(first)) {
            self.walk(server, told);
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
                added: Some(u64::from(connector.cost.unwrap_or(1))),
                by: connector.object.to_string(),
                key: group_key(target),
                by_row: (self.rows)("routing-links", connector.span),
                ..Hop::default()
            });
        }
    }

    /// The source of a connector between routing groups that is nearest, unless mail is there already.
    fn nearest_source(&self, connector: &RoutingGroupConnector) -> Option<&'a RoutingServer> {
        let servers = self.calculator.servers();
        let sources = connector.source_servers.iter().chain(&connector.home_mta).filter_map(|own| servers.server(own));
        sources.min_by_key(|server| {
            server.site.as_ref().and_then(|site| self.calculator.site_cost(site)).unwrap_or(u64::MAX)
        })
    }

    fn to_domain(&self, text: &str, told: &mut RouteTold) {
        told.target = Target::Domain;
        told.to = super::super::domain_route::read_domain(text).unwrap_or_else(|| text.to_owned());
        self.take(self.calculator.ask(Destination::Recipient { address: &told.to, size: 0 }), told);
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
        let space = connector.address_spaces.iter().find(|space| {
            choice
                .candidates(&space.value.kind, &space.value.address)
                .first()
                .is_some_and(|c| c.connector.object == connector.object)
                && (space.value.address == "*"
                    || told.to.ends_with(space.value.address.trim_start_matches("*.").to_lowercase().as_str()))
        });
        let added = space.map(|space| u64::from(space.value.cost));
        told.cost = told.cost.map(|cost| cost + added.unwrap_or(0));
        let smart_hosts = connector.smart_hosts.as_ref().filter(|_| connector.dns_routing == Some(false));
        told.hops.push(Hop {
            name: connector.object.to_string(),
            about: smart_hosts.map(|hosts| hosts.value.clone()).unwrap_or_default(),
            added,
            by: space.map(|space| space.value.to_string()).unwrap_or_default(),
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

/// Asks the same from servers of other sites, the nearest first.
fn elsewhere(facts: &Facts, table: &RoutingTable, from: &RoutingServer, told: &mut RouteTold) {
    let calculator = RouteCalculator::new(table);
    let own = place_of(from);
    let mut others: Vec<(u64, String, &RoutingServer)> = Vec::new();
    let mut seen: BTreeSet<String> = own.into_iter().collect();
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
        work_out(facts, &seen_from(table, server), server, &mut other, &|_, _| None);
        told.from_elsewhere.push(OtherWay {
            from: other.from,
            place: server.site.as_ref().map(ToString::to_string).unwrap_or_default(),
            end: other.end,
            queue: other.queue,
            cost: other.cost,
        });
    }
}
