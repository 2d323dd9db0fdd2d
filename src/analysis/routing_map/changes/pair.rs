//! Which two tables are compared, and whether they are of one organization.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::super::{Chosen, shown};
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::facts::databases::local_name;
use crate::model::routing::RoutingTable;
use crate::model::server::server_key;

/// A table with its position.
type Numbered<'f> = (u32, &'f RoutingTable);

/// The two tables: those that were chosen; else the oldest and the newest of the server that the map is about; else that one
/// and the one nearest to it: of the same organization, process and server if there is such a one, and the newest.
pub(super) fn pair<'f>(facts: &'f Facts, chosen: &Chosen) -> Option<(u32, &'f RoutingTable, u32, &'f RoutingTable)> {
    let tables = &facts.databases.tables;
    let get = |at: u32| tables.get(at as usize).map(|table| (at, table));
    let (before, after) = match chosen.pair.and_then(|(a, b)| Some((get(a)?, get(b)?))) {
        Some(pair) => pair,
        None => {
            let (shown_at, table) = shown(facts, chosen)?;
            let own = |t: &RoutingTable| local_name(t).map(server_key) == local_name(table).map(server_key);
            // Of a table without a date nobody can say whether it is the earlier one.
            let same = |t: &RoutingTable| own(t) && t.process == table.process && t.written.is_some();
            let mut all: Vec<(u32, &RoutingTable)> = (0_u32..).zip(tables).filter(|(_, own)| same(own)).collect();
            all.order_by_key(|(at, table)| (table.written.map(|written| written.at), table.sequence, *at));
            match all.as_slice() {
                [first, .., last] => (*first, *last),
                _ => beside(facts, (shown_at, table))?,
            }
        }
    };
    Some((before.0, before.1, after.0, after.1))
}

/// A table that has none of its own server to compare with, and another one; the earlier one first where that is known.
fn beside<'f>(facts: &'f Facts, own: Numbered<'f>) -> Option<(Numbered<'f>, Numbered<'f>)> {
    let organization = Organization::of(own.1);
    let mut others: Vec<(u32, &RoutingTable)> =
        (0_u32..).zip(&facts.databases.tables).filter(|(at, _)| *at != own.0).collect();
    others.order_by_cached_key(|(at, other)| {
        let differs = Organization::of(other).differs(&organization);
        let server = local_name(other).map(server_key) != local_name(own.1).map(server_key);
        let written = Reverse(other.written.map(|written| written.at));
        (differs, other.process != own.1.process, server, written, Reverse(other.sequence), *at)
    });
    let other = *others.first()?;
    let time = |table: &RoutingTable| table.written.map(|written| written.at);
    let is_later = time(other.1).is_some() && time(own.1).is_some_and(|own| time(other.1) > Some(own));
    Some(if is_later { (own, other) } else { (other, own) })
}

/// The organization of a table, as far as names in the directory show it.
#[derive(Default)]
struct Organization {
    name: Option<String>,
    forest: Option<String>,
}

impl Organization {
    fn of(table: &RoutingTable) -> Organization {
        let servers = table.servers.iter().map(|server| &server.object);
        let objects = servers.chain(table.sites.iter().map(|site| &site.object));
        let objects = objects.chain(table.routing_groups.iter().map(|group| &group.object));
        let objects = objects.chain(table.send_connectors.iter().map(|connector| &connector.object));
        let mut own = Organization::default();
        for dn in objects.filter_map(|object| object.dn.as_deref()) {
            let parts: Vec<(&str, &str)> = dn.split(',').filter_map(|part| part.trim().split_once('=')).collect();
            let is = |part: &(&str, &str), kind: &str| part.0.eq_ignore_ascii_case(kind);
            let domain: Vec<&str> = parts.iter().filter(|part| is(part, "DC")).map(|part| part.1).collect();
            if own.forest.is_none() && !domain.is_empty() {
                own.forest = Some(domain.join("."));
            }
            let exchange = parts.iter().position(|part| part.1.eq_ignore_ascii_case("Microsoft Exchange"));
            if let Some((_, name)) = exchange.and_then(|at| parts.get(at.checked_sub(1)?)) {
                own.name = Some((*name).to_owned());
            }
            if own.name.is_some() && own.forest.is_some() {
                break;
            }
        }
        let legacy = table.servers.iter().filter_map(|server| server.legacy_dn.as_deref()?.strip_prefix("/o="));
        own.name = own.name.or_else(|| legacy.filter_map(|rest| rest.split('/').next()).map(str::to_owned).next());
        own
    }

    /// Whether they are certainly different ones: a forest has one organization.
    fn differs(&self, other: &Organization) -> bool {
        let differ =
            |a: &Option<String>, b: &Option<String>| Some(a.as_ref()?.to_lowercase() != b.as_ref()?.to_lowercase());
        differ(&self.forest, &other.forest).or_else(|| differ(&self.name, &other.name)).unwrap_or(false)
    }

    fn label(self) -> String {
        match (self.name, self.forest) {
            (Some(name), Some(forest)) => format!("{name} ({forest})"),
            (name, forest) => name.or(forest).unwrap_or_default(),
        }
    }
}

/// The two organizations when they are different ones. Tables that share an object are of one, whatever its names are.
pub(super) fn organizations(before: &RoutingTable, after: &RoutingTable) -> Option<(String, String)> {
    let (one, other) = (Organization::of(before), Organization::of(after));
    if !one.differs(&other) {
        return None;
    }
    let guids = |table: &RoutingTable| -> BTreeSet<uuid::Uuid> {
        let servers = table.servers.iter().filter_map(|server| server.object.guid);
        let sites = table.sites.iter().filter_map(|site| site.object.guid);
        servers.chain(sites).chain(table.databases.iter().filter_map(|database| database.object.guid)).collect()
    };
    guids(before).is_disjoint(&guids(after)).then(|| (one.label(), other.label()))
}
