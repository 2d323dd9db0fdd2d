//! Servers, databases and public folder trees.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Hit, Subject, Weight, listed, names_of};
use crate::base::gather::Gather as _;
use crate::model::routing::entry::{DatabaseRoute, Unusable, reference_key};
use crate::model::routing::{ObjectRef, RoutingDatabase, RoutingServer};

/// Databases without a next hop for which `wanted` holds.
fn databases<'a>(
    on: &Subject<'a>,
    wanted: fn(&DatabaseRoute<'_>) -> bool,
) -> Vec<(&'a RoutingDatabase, DatabaseRoute<'a>)> {
    let routes = on.table.databases.iter().filter_map(|database| Some((database, on.routes.database(database).err()?)));
    routes.filter(|(_, route)| wanted(route)).collect()
}

fn database_hits(on: &Subject<'_>, wanted: fn(&DatabaseRoute<'_>) -> bool) -> Vec<Hit> {
    let hit = |(database, route): (&RoutingDatabase, DatabaseRoute<'_>)| {
        let owner = database.owner.as_ref().map(ToString::to_string);
        let names = [database.object.to_string()].into_iter().chain(owner);
        let span = database.owner_span.unwrap_or(database.span);
        Hit::new(span, names, format!("Database {}: {route}.", database.object))
    };
    databases(on, wanted).into_iter().map(hit).collect()
}

pub fn database_without_owner(on: &Subject<'_>) -> Vec<Hit> {
    database_hits(on, |route| matches!(route, DatabaseRoute::NoOwner | DatabaseRoute::OwnerUnknown { .. }))
}

pub fn database_without_transport(on: &Subject<'_>) -> Vec<Hit> {
    database_hits(on, |route| {
        matches!(route, DatabaseRoute::OwnerUnusable { why: Unusable::NoTransportServer { .. }, .. })
    })
}

pub fn database_without_dag(on: &Subject<'_>) -> Vec<Hit> {
    database_hits(on, |route| {
        matches!(
            route,
            DatabaseRoute::OwnerUnusable { why: Unusable::NoDagServer { .. } | Unusable::DagUnreachable { .. }, .. }
        )
    })
}

/// Servers that routing refuses, with the databases that vanish with them.
fn refused(on: &Subject<'_>, wanted: fn(&Unusable<'_>) -> bool) -> Vec<Hit> {
    let mut owned: HashMap<String, usize> = HashMap::new();
    for owner in on.table.databases.iter().filter_map(|database| database.owner.as_ref()) {
        *owned.entry(reference_key(owner)).or_default() += 1;
    }
    let mut found = Vec::new();
    for server in &on.table.servers {
        let Some(why) = on.routes.servers().refused(server).filter(wanted) else { continue };
        let lost = match owned.get(&reference_key(&server.object)) {
            None => "",
            Some(1) => " One database has no route with it.",
            Some(_) => " Its databases have no route with it.",
        };
        let hit = Hit::new(server.span, [&server.object], format!("Server {} {why}.{lost}", server.object));
        found.push(if lost.is_empty() { hit.weighs(Weight::Medium) } else { hit });
    }
    found
}

pub fn server_without_site(on: &Subject<'_>) -> Vec<Hit> {
    refused(on, |why| matches!(why, Unusable::NoSite))
}

pub fn server_without_identity(on: &Subject<'_>) -> Vec<Hit> {
    refused(on, |why| matches!(why, Unusable::NoFqdn | Unusable::Duplicate { .. }))
}

pub fn component_inactive(on: &Subject<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    for server in &on.table.servers {
        let parts: Vec<&str> = [("HubTransport", server.hub_active), ("FrontendTransport", server.frontend_active)]
            .into_iter()
            .filter(|(_, active)| *active == Some(false))
            .map(|(name, _)| name)
            .collect();
        if !parts.is_empty() {
            let detail = format!("Server {} has {} inactive.", server.object, listed(parts));
            found.push(Hit::new(server.span, [&server.object], detail));
        }
    }
    found
}

pub fn public_folders_unroutable(on: &Subject<'_>) -> Vec<Hit> {
    let table = on.table;
    let is_old = |server: &&RoutingServer| server.major_version.is_some_and(|version| version <= 14);
    let has_old_database = table
        .databases
        .iter()
        .filter_map(|database| on.routes.servers().server(database.owner.as_ref()?))
        .any(|server| is_old(&server));
    let mut found = Vec::new();
    if table.public_folder_trees.is_empty() {
        // Where public folders were never set up there is no tree either, so this alone is no fault.
        if has_old_database {
            let old = table.servers.iter().filter(is_old).map(|server| &server.object);
            let detail = format!("No public folder tree is listed, and {} may hold public folders.", listed(old));
            found.push(Hit::new(table.span, ["Public folder trees"], detail).weighs(Weight::Info));
        }
        return found;
    }
    let known: BTreeSet<String> = table.databases.iter().map(|database| reference_key(&database.object)).gather();
    for tree in &table.public_folder_trees {
        let lost: Vec<&ObjectRef> =
            tree.databases.iter().filter(|database| !known.contains(&reference_key(database))).collect();
        let name = &tree.object;
        let weight = if has_old_database { Weight::Medium } else { Weight::Info };
        if tree.databases.is_empty() {
            let detail = format!("Public folder tree {name} has no databases.");
            found.push(Hit::new(tree.span, [name], detail).weighs(weight));
        } else if table.lists_databases && table.unread_databases == 0 && !lost.is_empty() {
            let all = lost.len() == tree.databases.len();
            let detail = format!(
                "Public folder tree {name} names {}, {} in the list of databases.",
                listed(lost.iter()),
                if lost.len() == 1 { "which is not" } else { "which are not" }
            );
            let names = names_of([name].into_iter().chain(lost));
            found.push(Hit::new(tree.span, names, detail).weighs(if all { weight } else { Weight::Low }));
        }
    }
    found
}

pub fn spoiled_names(on: &Subject<'_>) -> Vec<Hit> {
    let table = on.table;
    let objects = (table.servers.iter().map(|o| (&o.object, o.span)))
        .chain(table.databases.iter().map(|o| (&o.object, o.span)))
        .chain(table.sites.iter().map(|o| (&o.object, o.span)))
        .chain(table.site_links.iter().map(|o| (&o.object, o.span)))
        .chain(table.routing_groups.iter().map(|o| (&o.object, o.span)))
        .chain(table.routing_group_connectors.iter().map(|o| (&o.object, o.span)))
        .chain(table.send_connectors.iter().map(|o| (&o.object, o.span)))
        .chain(table.public_folder_trees.iter().map(|o| (&o.object, o.span)));
    let mut found = Vec::new();
    for (object, span) in objects {
        let texts = || object.name.iter().chain(&object.dn);
        let what = if texts().any(|text| text.contains("CNF:")) {
            "is a conflict object, left over when two were created at once"
        } else if texts().any(|text| text.contains("\\0ADEL:") || text.contains("\nDEL:")) {
            "is a deleted object"
        } else if object.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
            "has a blank name"
        } else {
            continue;
        };
        // The name holds a line break before `CNF:`.
        let shown: String = object.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        found.push(Hit::new(span, [shown.clone()], format!("{shown} {what}.")));
    }
    found
}

pub fn mixed_versions(on: &Subject<'_>) -> Vec<Hit> {
    let mut sites: BTreeMap<String, (&ObjectRef, BTreeMap<u32, Vec<&RoutingServer>>)> = BTreeMap::new();
    for server in &on.table.servers {
        if let (Some(site), Some(version)) = (&server.site, server.major_version.filter(|version| *version >= 8)) {
            let (_, versions) = sites.entry(reference_key(site)).or_insert((site, BTreeMap::new()));
            versions.entry(version).or_default().push(server);
        }
    }
    let mixed = sites.into_values().filter(|(_, versions)| versions.len() > 1);
    mixed
        .filter_map(|(site, versions)| {
            let first = versions.values().flatten().next()?;
            let shown: Vec<String> = versions
                .iter()
                .map(|(version, servers)| format!("version {version}: {}", listed(servers.iter().map(|s| &s.object))))
                .collect();
            let detail = format!("Site {site} has servers of several versions ({}).", shown.join("; "));
            Some(Hit::new(first.span, [site], detail))
        })
        .collect()
}
