//! Active Directory sites and the links between them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Hit, Subject, names_of};
use crate::model::routing::entry::reference_key;
use crate::model::routing::{ObjectRef, RoutingSite, ServerRole, SiteLink};
use crate::tools::route_calculator::connectors::ConnectorUse;
use crate::tools::route_calculator::external::size_text;

/// Bounds on computing paths from every site: how many sites, and how many steps between neighbors.
const MAX_STARTS: usize = 200;
const MAX_STEPS: usize = 200_000_000;

pub fn site_unreachable(on: &Subject<'_>) -> Vec<Hit> {
    let Some((graph, _)) = on.routes.sites() else { return Vec::new() };
    let mut found = Vec::new();
    for site in on.table.sites.iter().filter(|site| graph.has_transport(&site.object)) {
        if on.routes.site_cost(&site.object).is_some() || on.routes.site_doubt(&site.object).is_some() {
            continue;
        }
        let links: Vec<&ObjectRef> = on
            .table
            .site_links
            .iter()
            .filter(|link| link.sites.iter().any(|member| reference_key(member) == reference_key(&site.object)))
            .map(|link| &link.object)
            .collect();
        let why = match links.as_slice() {
            [] => "is in no site link".to_owned(),
            links => {
                let home = on.routes.servers().local().and_then(|local| local.site.as_ref());
                let home = home.map_or_else(|| "the local site".to_owned(), ToString::to_string);
                format!("cannot be reached from {home}: its only links are {}", super::listed(links))
            }
        };
        let names = names_of([&site.object].into_iter().chain(links));
        found.push(Hit::new(site.span, names, format!("Site {} {why}.", site.object)));
    }
    found
}

pub fn unknown_sites(on: &Subject<'_>) -> Vec<Hit> {
    let table = on.table;
    let known: HashSet<String> = table.sites.iter().map(|site| reference_key(&site.object)).collect();
    let mut found = Vec::new();
    for link in &table.site_links {
        let lost: Vec<&ObjectRef> = link.sites.iter().filter(|site| !known.contains(&reference_key(site))).collect();
        if !lost.is_empty() {
            let detail = format!("Site link {} names {}, not in the list of sites.", link.object, super::listed(&lost));
            found.push(Hit::new(link.span, names_of([&link.object].into_iter().chain(lost)), detail));
        } else if link.sites.len() < 2 && table.sites.len() > 1 {
            let to = link.sites.first().map_or_else(|| "no site".to_owned(), |site| format!("only {site}"));
            let detail = format!("Site link {} joins {to}.", link.object);
            found.push(Hit::new(link.span, [&link.object], detail).weighs(super::Weight::Info));
        }
    }
    for server in &table.servers {
        if let Some(site) = server.site.as_ref().filter(|site| !known.contains(&reference_key(site))) {
            let detail = format!("Server {} is in site {site}, which is not in the list of sites.", server.object);
            found.push(Hit::new(server.span, [&server.object, site], detail));
        }
    }
    found
}

fn hubs<'a>(on: &Subject<'a>) -> impl Iterator<Item = &'a RoutingSite> {
    on.table.sites.iter().filter(|site| site.hub == Some(true))
}

pub fn hub_without_transport(on: &Subject<'_>) -> Vec<Hit> {
    let Some((graph, _)) = on.routes.sites() else { return Vec::new() };
    hubs(on)
        .filter(|site| !graph.has_transport(&site.object))
        .map(|site| {
            let detail = format!("Hub site {} has no transport servers that routing uses.", site.object);
            Hit::new(site.span, [&site.object], detail)
        })
        .collect()
}

pub fn hub_off_every_path(on: &Subject<'_>) -> Vec<Hit> {
    let Some((graph, _)) = on.routes.sites() else { return Vec::new() };
    let hubs: Vec<&RoutingSite> = hubs(on).filter(|site| graph.has_transport(&site.object)).collect();
    let starts: Vec<&RoutingSite> =
        on.table.sites.iter().filter(|site| graph.has_transport(&site.object)).take(MAX_STARTS + 1).collect();
    // Between two sites nothing lies.
    let square = |link: &SiteLink| link.sites.len().saturating_mul(link.sites.len());
    let steps = on.table.site_links.iter().map(square).fold(on.table.sites.len(), usize::saturating_add);
    let too_many = starts.len() > MAX_STARTS || steps.saturating_mul(starts.len()) > MAX_STEPS;
    if hubs.is_empty() || starts.len() < 3 || too_many {
        return Vec::new();
    }
    let mut used: HashSet<String> = HashSet::new();
    for start in starts {
        used.extend(graph.between(&graph.paths(&start.object)));
    }
    hubs.into_iter()
        .filter(|site| !used.contains(&reference_key(&site.object)))
        .map(|site| {
            let detail = format!("Hub site {} lies on no least-cost path between other sites.", site.object);
            Hit::new(site.span, [&site.object], detail)
        })
        .collect()
}

pub fn hub_with_one_server(on: &Subject<'_>) -> Vec<Hit> {
    let Some((graph, paths)) = on.routes.sites() else { return Vec::new() };
    let between = graph.between(paths);
    let mut active: BTreeMap<String, Vec<&ObjectRef>> = BTreeMap::new();
    for server in &on.table.servers {
        let transport = server.has_role(&[ServerRole::HubTransport]) == Some(true) && server.hub_active != Some(false);
        if let Some(site) = server.site.as_ref().filter(|_| transport && on.routes.servers().refused(server).is_none())
        {
            active.entry(reference_key(site)).or_default().push(&server.object);
        }
    }
    let mut found = Vec::new();
    for site in hubs(on) {
        let key = reference_key(&site.object);
        if let Some([only]) = active.get(&key).map(Vec::as_slice).filter(|_| between.contains(&key)) {
            let detail = format!("Mail to sites behind hub site {} depends on {only} alone.", site.object);
            found.push(Hit::new(site.span, [&site.object, only], detail));
        }
    }
    found
}

pub fn equal_costs(on: &Subject<'_>) -> Vec<Hit> {
    let Some((graph, paths)) = on.routes.sites() else { return Vec::new() };
    graph
        .ties(paths)
        .into_iter()
        .map(|tie| {
            let (used, other) = (&tie.used.object, &tie.other.object);
            let detail = format!(
                "Site {} is as near by way of {used} as of {other}; {used} is taken because {}.",
                tie.site.object,
                if tie.by_hops { "there are fewer hops" } else { "its name comes first" }
            );
            Hit::new(tie.site.span, [&tie.site.object, used, other], detail)
        })
        .collect()
}

pub fn exchange_cost(on: &Subject<'_>) -> Vec<Hit> {
    let links = on.table.site_links.iter().filter_map(|link| Some((link, link.exchange_cost?)));
    links
        .map(|(link, cost)| {
            let instead = link.ad_cost.map_or_else(String::new, |ad| format!(" instead of {ad}"));
            let detail = format!("Site link {} costs {cost} for Exchange{instead}.", link.object);
            Hit::new(link.span, [&link.object], detail)
        })
        .collect()
}

pub fn link_smaller_than_connector(on: &Subject<'_>) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut limits: HashMap<Option<String>, Option<(u64, &SiteLink)>> = HashMap::new();
    for (connector, how) in on.choice.uses() {
        let ConnectorUse::Usable(how) = how else { continue };
        let Some(source) = how.source else { continue };
        let key = source.site.as_ref().map(reference_key);
        let limit = *limits.entry(key).or_insert_with(|| on.routes.way(source).limit);
        let Some((limit, link)) = limit else { continue };
        if connector.max_message_size.is_some_and(|own| own <= limit) {
            continue;
        }
        if seen.insert((link.object.to_string(), connector.object.to_string())) {
            let own = connector.max_message_size.map_or_else(|| "messages of any size".to_owned(), size_text);
            let detail = format!(
                "Connector {} takes {own}, but site link {} on the way to it lets {} pass.",
                connector.object,
                link.object,
                size_text(limit)
            );
            found.push(Hit::new(link.span, [&link.object, &connector.object], detail));
        }
    }
    found
}

pub fn inbound_off(on: &Subject<'_>) -> Vec<Hit> {
    on.table
        .sites
        .iter()
        .filter(|site| site.inbound_mail == Some(false))
        .map(|site| Hit::new(site.span, [&site.object], format!("Site {} takes no mail in.", site.object)))
        .collect()
}
