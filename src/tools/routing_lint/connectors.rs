//! Connectors out of the organization.

use std::collections::{BTreeMap, BTreeSet};

use super::{Hit, Subject, Weight, listed, names_of};
use crate::model::routing::{ObjectRef, RoutingSendConnector};
use crate::tools::route_calculator::connectors::{ConnectorFault, ConnectorUse, Proximity, is_smart_host, smart_hosts};
use crate::tools::route_calculator::external::{Candidate, Outcome, size_text};

/// Address spaces of one connector whose fallback is looked for, and address spaces that are compared: a
/// bound on hostile tables.
const MAX_SPACES: usize = 200;

fn ignored<'a>(on: &Subject<'a>) -> impl Iterator<Item = (&'a RoutingSendConnector, &'a ConnectorFault<'a>)> {
    on.choice.uses().iter().filter_map(|(connector, how)| match how {
        ConnectorUse::Ignored(why) => Some((*connector, why)),
        _ => None,
    })
}

/// What takes the SMTP domains of a connector that is passed over.
fn caught<'a>(on: &Subject<'a>, connector: &RoutingSendConnector) -> Vec<(String, Option<&'a ObjectRef>)> {
    let mut found = Vec::new();
    for space in connector.address_spaces.iter().map(|space| &space.value).take(MAX_SPACES) {
        if !space.kind.eq_ignore_ascii_case("smtp") || space.address == "*" || space.address == "--" {
            continue;
        }
        let domain = space.address.strip_prefix("*.").unwrap_or(&space.address);
        let route = on.choice.route("SMTP", domain, 0);
        if !matches!(route.outcome, Outcome::NotChecked(_)) {
            found.push((space.address.clone(), route.connector.map(|connector| &connector.object)));
        }
    }
    found
}

fn caught_text(caught: &[(String, Option<&ObjectRef>)]) -> String {
    let each = caught.iter().map(|(space, by)| match by {
        Some(by) => format!("mail for {space} goes to {by}"),
        None => format!("mail for {space} has no connector"),
    });
    match listed(each) {
        text if text.is_empty() => text,
        text => format!("; {text}"),
    }
}

pub fn disabled(on: &Subject<'_>) -> Vec<Hit> {
    let disabled = ignored(on).filter(|(_, why)| matches!(why, ConnectorFault::Disabled));
    disabled
        .map(|(connector, _)| {
            let detail = format!("Connector {} is disabled{}.", connector.object, caught_text(&caught(on, connector)));
            Hit::new(connector.span, [&connector.object], detail)
        })
        .collect()
}

pub fn without_spaces_or_source(on: &Subject<'_>) -> Vec<Hit> {
    let bare = ignored(on).filter(|(_, why)| matches!(why, ConnectorFault::NoAddressSpaces | ConnectorFault::NoSource));
    bare.map(|(connector, why)| {
        Hit::new(connector.span, [&connector.object], format!("Connector {} is passed over: {why}.", connector.object))
    })
    .collect()
}

pub fn source_lost(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for (connector, how) in on.choice.uses() {
        let (lost, all) = match how {
            ConnectorUse::Ignored(ConnectorFault::NoUsableSource(lost)) => (lost, true),
            ConnectorUse::Usable(how) if !how.lost.is_empty() => (&how.lost, false),
            _ => continue,
        };
        let shown = listed(lost.iter().map(|(server, fault)| format!("{server} {fault}")));
        let tail = if all { "; no other source server is left, so it is not used" } else { "" };
        let detail = format!("Connector {}: source server {shown}{tail}.", connector.object);
        let names = names_of([&connector.object].into_iter().chain(lost.iter().map(|(server, _)| server)));
        let hit = Hit::new(connector.span, names, detail);
        found.push(if all { hit } else { hit.weighs(Weight::Low) });
    }
    found
}

pub fn smart_host_unreadable(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for connector in on.table.send_connectors.iter().filter(|connector| connector.dns_routing == Some(false)) {
        let list = connector.smart_hosts.as_ref().map_or("", |hosts| hosts.value.as_str());
        let automatic = on.routes.is_edge() && list.trim() == "--";
        let bad: Vec<&str> = smart_hosts(list).filter(|host| !is_smart_host(host)).collect();
        let any = smart_hosts(list).any(is_smart_host);
        if automatic || any && bad.is_empty() {
            continue;
        }
        let span = connector.smart_hosts.as_ref().map_or(connector.span, |hosts| hosts.span);
        let detail = if bad.is_empty() {
            format!("Connector {} sends to smart hosts and has none.", connector.object)
        } else {
            format!("Connector {}: {} is neither a name nor an address in brackets.", connector.object, listed(bad))
        };
        let hit = Hit::new(span, [&connector.object], detail);
        let off = connector.enabled == Some(false);
        found.push(if any || off { hit.weighs(Weight::Low) } else { hit });
    }
    found
}

pub fn scoped_elsewhere(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for (connector, why) in ignored(on) {
        let ConnectorFault::Scoped(source) = why else { continue };
        let site = source.site.as_ref().map(|site| format!(" in site {site}")).unwrap_or_default();
        let caught = caught_text(&caught(on, connector));
        let detail =
            format!("Connector {} is only for servers near {}{site}{caught}.", connector.object, source.object);
        found.push(Hit::new(connector.span, [&connector.object, &source.object], detail));
    }
    found
}

pub fn nothing_for_the_internet(on: &Subject<'_>) -> Vec<Hit> {
    let star = |connector: &RoutingSendConnector| {
        connector
            .address_spaces
            .iter()
            .any(|space| space.value.kind.eq_ignore_ascii_case("smtp") && space.value.address == "*")
    };
    let not_checked = on.choice.uses().iter().any(|(_, how)| matches!(how, ConnectorUse::NotChecked(_)));
    if not_checked || !on.choice.candidates("SMTP", "*").is_empty() {
        return Vec::new();
    }
    let rejected: Vec<(&RoutingSendConnector, &ConnectorFault<'_>)> =
        ignored(on).filter(|(connector, _)| star(connector)).collect();
    let span = rejected.first().map_or(on.table.span, |(connector, _)| connector.span);
    let detail = if rejected.is_empty() {
        "No connector has the address space SMTP:*.".to_owned()
    } else {
        let each = rejected.iter().map(|(connector, why)| format!("{}: {why}", connector.object));
        format!("No connector with the address space SMTP:* can be used ({}).", listed(each))
    };
    let names = rejected.iter().map(|(connector, _)| connector.object.to_string());
    let names: Vec<String> = names.collect();
    let names = if names.is_empty() { vec!["SMTP:*".to_owned()] } else { names };
    vec![Hit::new(span, names, detail)]
}

/// The address spaces that two or more usable connectors have, with the connectors in the order of the
/// choice.
fn contested<'s, 'a>(on: &'s Subject<'a>) -> Vec<(String, &'s [Candidate<'a>])> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for space in on.table.send_connectors.iter().flat_map(|connector| &connector.address_spaces) {
        let key = (space.value.kind.to_lowercase(), space.value.address.to_lowercase());
        *counts.entry(key).or_default() += 1;
    }
    let several = counts.into_iter().filter(|(_, count)| *count > 1).take(MAX_SPACES);
    several
        .map(|((kind, address), _)| {
            (format!("{}:{address}", kind.to_uppercase()), on.choice.candidates(&kind, &address))
        })
        .filter(|(_, candidates)| candidates.len() > 1)
        .collect()
}

pub fn equal_choice(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for (space, candidates) in contested(on) {
        let Some(first) = candidates.first() else { continue };
        let equal = |c: &&Candidate<'_>| (c.cost(), c.proximity) == (first.cost(), first.proximity);
        let names: Vec<String> = candidates.iter().filter(equal).map(|c| c.connector.object.to_string()).collect();
        if names.len() > 1 {
            let detail = format!(
                "{} all serve {space} at cost {}; {} takes all mail because its name comes first.",
                listed(&names),
                first.cost(),
                first.connector.object
            );
            found.push(Hit::new(first.connector.span, names, detail));
        }
    }
    found
}

pub fn path_outweighs(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for (space, candidates) in contested(on) {
        let Some((first, rest)) = candidates.split_first() else { continue };
        let cheaper = rest.iter().find(|c| c.space.cost < first.space.cost && c.proximity != Proximity::RemoteGroup);
        if let Some(other) = cheaper {
            let detail = format!(
                "For {space} connector {} (cost {} + {} for the path = {}) comes before {} ({} + {} = {}).",
                first.connector.object,
                first.space.cost,
                first.path_cost,
                first.cost(),
                other.connector.object,
                other.space.cost,
                other.path_cost,
                other.cost()
            );
            found.push(Hit::new(first.connector.span, [&first.connector.object, &other.connector.object], detail));
        }
    }
    found
}

pub fn falls_back(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for (connector, why) in ignored(on) {
        // Switching off and scoping are meant; the checks for them say who catches the mail.
        if matches!(why, ConnectorFault::Disabled | ConnectorFault::Scoped(_) | ConnectorFault::NoAddressSpaces) {
            continue;
        }
        let caught: Vec<_> = caught(on, connector).into_iter().filter(|(_, by)| by.is_some()).collect();
        if caught.is_empty() {
            continue;
        }
        let detail = format!("Connector {} is not used ({why}){}.", connector.object, caught_text(&caught));
        let by = caught.iter().filter_map(|(_, by)| *by);
        found.push(Hit::new(connector.span, names_of([&connector.object].into_iter().chain(by)), detail));
    }
    found
}

pub fn smaller_than_another(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (space, candidates) in contested(on) {
        for pair in candidates.windows(2) {
            let [a, b] = pair else { continue };
            let limit = |c: &Candidate<'_>| c.connector.max_message_size.unwrap_or(u64::MAX);
            if limit(a) == limit(b) || !seen.insert((a.connector.object.to_string(), b.connector.object.to_string())) {
                continue;
            }
            let (small, large) = if limit(a) < limit(b) { (a, b) } else { (b, a) };
            let then = if limit(a) < limit(b) {
                "larger mail takes the other"
            } else {
                "larger mail has no other connector where the other fails"
            };
            let other = large.connector.max_message_size.map_or_else(|| "any size".to_owned(), size_text);
            let detail = format!(
                "For {space} connector {} takes at most {}, {} {other}; {then}.",
                small.connector.object,
                size_text(limit(small)),
                large.connector.object
            );
            found.push(Hit::new(small.connector.span, [&small.connector.object, &large.connector.object], detail));
        }
    }
    found
}

pub fn older_group_never_used(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for (space, candidates) in contested(on) {
        let is_older = |c: &&Candidate<'_>| c.proximity == Proximity::RemoteGroup;
        let (Some(first), Some(older)) =
            (candidates.first().filter(|c| !is_older(c)), candidates.iter().find(is_older))
        else {
            continue;
        };
        let detail = format!(
            "For {space} connector {} of an older routing group comes after {}, whatever it costs.",
            older.connector.object, first.connector.object
        );
        found.push(Hit::new(older.connector.span, [&older.connector.object, &first.connector.object], detail));
    }
    found
}

pub fn edge_subscription(on: &Subject<'_>) -> Vec<Hit> {
    // An Edge server may be there for mail that comes in only.
    let mut found: Vec<Hit> = nothing_for_the_internet(on).into_iter().map(|hit| hit.weighs(Weight::Low)).collect();
    for connector in &on.table.send_connectors {
        let spaces = || connector.address_spaces.iter().map(|space| &space.value);
        let automatic = spaces().any(|space| space.address == "--");
        let hosts = connector.smart_hosts.as_ref().map_or("", |hosts| hosts.value.as_str());
        let to_synced = smart_hosts(hosts).any(|host| host == "--");
        let name = &connector.object;
        if (automatic || to_synced) && on.table.servers.is_empty() {
            let detail = format!("Connector {name} sends to the servers of the organization, and the table has none.");
            found.push(Hit::new(connector.span, [name], detail));
        } else if automatic && spaces().any(|space| space.address != "--") || to_synced && hosts.trim() != "--" {
            let detail = format!("Connector {name} mixes the automatic entry -- with others, so -- is ignored.");
            found.push(Hit::new(connector.span, [name], detail));
        }
    }
    found
}
