//! Routing groups and the connectors between them.

use std::collections::{HashMap, HashSet};

use super::{Hit, Subject, Weight, listed, names_of};
use crate::model::routing::entry::reference_key;
use crate::model::routing::{ObjectRef, RoutingGroup, RoutingGroupConnector, RoutingServer};
use crate::tools::route_calculator::GroupRoute;

fn own_group<'a>(on: &Subject<'a>) -> Option<&'a RoutingGroup> {
    on.table.routing_groups.iter().find(|group| group.is_of_2007())
}

fn legacy<'a>(on: &Subject<'a>) -> Vec<&'a RoutingServer> {
    on.table.servers.iter().filter(|server| server.is_legacy() == Some(true)).collect()
}

fn is_at(reference: Option<&ObjectRef>, group: &RoutingGroup) -> bool {
    reference.is_some_and(|reference| reference_key(reference) == reference_key(&group.object))
}

/// Connectors of 2000 may join groups by a text that names them; then what is missing proves nothing.
fn joined_by_text(on: &Subject<'_>) -> bool {
    on.table.send_connectors.iter().any(|connector| !connector.connected_domains.is_empty())
}

pub fn no_way_between_versions(on: &Subject<'_>) -> Vec<Hit> {
    let old = legacy(on);
    let (Some(own), Some(first)) = (own_group(on), old.first()) else { return Vec::new() };
    let in_own = |server: &&RoutingServer| is_at(server.routing_group.as_ref(), own);
    if joined_by_text(on) || old.iter().all(in_own) {
        return Vec::new();
    }
    let connectors = &on.table.routing_group_connectors;
    let out = connectors.iter().any(|connector| is_at(connector.source_group.as_ref(), own));
    let back = connectors.iter().any(|connector| is_at(connector.target_group.as_ref(), own));
    let servers = listed(old.iter().map(|server| &server.object));
    let detail = match (out, back) {
        (true, true) => return Vec::new(),
        (false, false) => format!("No routing group connector joins {} with the groups of {servers}.", own.object),
        (false, true) => format!("No routing group connector leads from {} to the groups of {servers}.", own.object),
        (true, false) => {
            format!("No routing group connector leads from the groups of {servers} back to {}.", own.object)
        }
    };
    let names = names_of([&own.object].into_iter().chain(old.iter().map(|server| &server.object)));
    let hit = Hit::new(first.span, names, detail);
    vec![if out { hit.weighs(Weight::Medium) } else { hit }]
}

pub fn unreachable_or_incomplete(on: &Subject<'_>) -> Vec<Hit> {
    let table = on.table;
    let known: HashSet<String> = table.routing_groups.iter().map(|group| reference_key(&group.object)).collect();
    let mut members: HashMap<String, Vec<&ObjectRef>> = HashMap::new();
    for server in legacy(on) {
        if let Some(group) = &server.routing_group {
            members.entry(reference_key(group)).or_default().push(&server.object);
        }
    }
    let mut found = Vec::new();
    for group in table.routing_groups.iter().filter(|group| !group.is_of_2007()) {
        let Some(servers) = members.get(&reference_key(&group.object)) else { continue };
        if matches!(on.routes.group_route(&group.object), GroupRoute::Unreachable) {
            let detail =
                format!("No routing group connectors lead to {}, the group of {}.", group.object, listed(servers));
            let names = names_of([&group.object].into_iter().chain(servers.iter().copied()));
            found.push(Hit::new(group.span, names, detail).weighs(Weight::High));
        }
    }
    for connector in &table.routing_group_connectors {
        let fault = |end: &str, group: &Option<ObjectRef>| match group {
            None => Some(format!("names no {end} group")),
            Some(group) if !known.contains(&reference_key(group)) => {
                Some(format!("names {end} group {group}, which is not in the list of routing groups"))
            }
            Some(_) => None,
        };
        let mut faults: Vec<String> = Vec::new();
        faults.extend(fault("source", &connector.source_group));
        faults.extend(fault("target", &connector.target_group));
        if connector.source_servers.is_empty() && connector.home_mta.is_none() {
            faults.push("has no source bridgehead".to_owned());
        }
        if connector.target_servers.is_empty() {
            faults.push("has no target bridgehead".to_owned());
        }
        if !faults.is_empty() {
            let detail = format!("Routing group connector {} {}.", connector.object, listed(faults));
            found.push(Hit::new(connector.span, [&connector.object], detail));
        }
    }
    found
}

pub fn several_ways(on: &Subject<'_>) -> Vec<Hit> {
    let Some(own) = own_group(on) else { return Vec::new() };
    let inward: Vec<&RoutingGroupConnector> = on
        .table
        .routing_group_connectors
        .iter()
        .filter(|connector| is_at(connector.target_group.as_ref(), own) && !is_at(connector.source_group.as_ref(), own))
        .collect();
    let Some(first) = inward.first().filter(|_| inward.len() > 1) else { return Vec::new() };
    let names = names_of(inward.iter().map(|connector| &connector.object));
    let detail = format!("{} lead from older routing groups to {}.", listed(&names), own.object);
    vec![Hit::new(first.span, names, detail)]
}

pub fn faulty_bridgeheads(on: &Subject<'_>) -> Vec<Hit> {
    let Some(own) = own_group(on) else { return Vec::new() };
    let mut found = Vec::new();
    for connector in &on.table.routing_group_connectors {
        // Of a connector, only the bridgeheads on the side of 2007 and later are judged by their role.
        let (ends, end) = if is_at(connector.source_group.as_ref(), own) {
            (&connector.source_servers, "source")
        } else if is_at(connector.target_group.as_ref(), own) {
            (&connector.target_servers, "target")
        } else {
            continue;
        };
        let faulty: Vec<(&ObjectRef, String)> =
            ends.iter().filter_map(|server| Some((server, on.routes.bridgehead_fault(server)?.to_string()))).collect();
        if faulty.is_empty() {
            continue;
        }
        let shown: Vec<String> = faulty.iter().map(|(server, fault)| format!("{server} {fault}")).collect();
        let all = faulty.len() == ends.len();
        let detail = format!(
            "Routing group connector {}: {end} bridgehead {}{}.",
            connector.object,
            listed(shown),
            if all { ", and there is no other" } else { "" }
        );
        let names = names_of([&connector.object].into_iter().chain(faulty.iter().map(|(server, _)| *server)));
        let hit = Hit::new(connector.span, names, detail);
        found.push(if all { hit } else { hit.weighs(Weight::Low) });
    }
    found
}

pub fn connected_domains(on: &Subject<'_>) -> Vec<Hit> {
    let Some(own) = own_group(on) else { return Vec::new() };
    on.table
        .send_connectors
        .iter()
        .filter(|connector| !connector.connected_domains.is_empty() && is_at(connector.source_group.as_ref(), own))
        .map(|connector| {
            let detail = format!("Connector {} of {} has connected domains.", connector.object, own.object);
            Hit::new(connector.span, [&connector.object], detail)
        })
        .collect()
}

pub fn leftovers(on: &Subject<'_>) -> Vec<Hit> {
    // A version that is not shown may be an old one.
    if on.table.servers.iter().any(|server| server.is_legacy() != Some(false)) {
        return Vec::new();
    }
    let groups = on.table.routing_groups.iter().filter(|group| !group.is_of_2007());
    let groups = groups.map(|group| (&group.object, group.span, "Routing group"));
    let connectors = on.table.routing_group_connectors.iter();
    let connectors = connectors.map(|connector| (&connector.object, connector.span, "Routing group connector"));
    groups
        .chain(connectors)
        .map(|(object, span, kind)| {
            Hit::new(span, [object], format!("{kind} {object} is left, and no server of 2003 or earlier is."))
        })
        .collect()
}
