//! The table as a whole, and tables beside each other.

use std::collections::BTreeSet;

use super::{Hit, Subject, Weight, listed};
use crate::base::gather::Gather as _;
use crate::model::routing::entry::reference_key;
use crate::model::routing::{ObjectRef, RoutingTable};

/// What Exchange sets by itself.
const DEFAULTS: &[(&str, &str)] = &[
    ("ConfigReloadInterval", "12:00:00"),
    ("DeferredReloadTimeout", "00:00:05"),
    ("MaxDeferredNotifications", "20"),
    ("MinConfigReloadInterval", "00:05:00"),
    ("PFReplicaAgeThreshold", "2.00:00:00"),
    ("DestinationRoutingToRemoteSitesEnabled", "True"),
    ("DagRoutingEnabled", "True"),
    ("RoutingToNonActiveServersEnabled", "False"),
    ("SmtpDeliveryToMailboxEnabled", "True"),
    ("ProxyRoutingMaxTotalHubCount", "10"),
    ("ProxyRoutingMaxRemoteSiteHubCount", "4"),
    ("OutboundProxyRoutingXVersionEnabled", "True"),
    ("ExternalOutboundFrontendProxyEnabled", "False"),
];

/// Tables that one table is compared with.
const MAX_TABLES: usize = 50;

/// Starts of the service within a day that are more than maintenance.
const MANY_STARTS: usize = 4;

pub fn local_server_unknown(on: &Subject<'_>) -> Vec<Hit> {
    if on.routes.servers().local().is_some() {
        return Vec::new();
    }
    let (name, detail) = match &on.table.local_server {
        Some(local) => {
            (local.to_string(), format!("The table was written on {local}, which is not in its list of servers."))
        }
        None => ("Local server".to_owned(), "The table does not say on which server it was written.".to_owned()),
    };
    vec![Hit::new(on.table.span, [name], detail)]
}

pub fn settings_changed(on: &Subject<'_>) -> Vec<Hit> {
    let changed = on.table.settings.iter().filter_map(|setting| {
        let value = setting.value.value.trim();
        let usual = DEFAULTS.iter().find(|(name, _)| *name == setting.name).map(|(_, usual)| *usual);
        let usual = match (usual, setting.name.as_str()) {
            (Some(usual), _) if !usual.eq_ignore_ascii_case(value) => format!("by itself {usual}"),
            (None, "OutboundFrontendServers" | "ProxyRoutingAllowedTargetVersions") if !value.is_empty() => {
                "by itself not set".to_owned()
            }
            _ => return None,
        };
        let detail = format!("{} is {value}, {usual}.", setting.name);
        Some(Hit::new(setting.value.span, [&setting.name], detail))
    });
    changed.collect()
}

fn local_key(table: &RoutingTable) -> Option<String> {
    table.local_server.as_ref().map(reference_key)
}

/// Objects of one list that the other table does not have.
fn lacks<'a>(here: impl Iterator<Item = &'a ObjectRef>, there: impl Iterator<Item = &'a ObjectRef>) -> Vec<String> {
    let there: BTreeSet<String> = there.map(reference_key).gather();
    here.filter(|object| !there.contains(&reference_key(object))).map(ToString::to_string).collect()
}

pub fn servers_disagree(on: &Subject<'_>) -> Vec<Hit> {
    let table = on.table;
    let mut found = Vec::new();
    // Each pair is shown once, with the table of the earlier place.
    let others = on.others.iter().filter(|other| {
        other.exact
            && other.complete
            && other.lists_servers
            && other.process == table.process
            && table.span < other.span
            && matches!((local_key(table), local_key(other)), (Some(a), Some(b)) if a != b)
            && table.servers.iter().any(|server| local_key(other) == Some(reference_key(&server.object)))
    });
    for other in others.take(MAX_TABLES) {
        let mut faults = Vec::new();
        let mut names = Vec::new();
        macro_rules! compare {
            ($list:ident, $what:literal) => {
                let (a, b) = (|| table.$list.iter().map(|o| &o.object), || other.$list.iter().map(|o| &o.object));
                let mut differ = lacks(a(), b());
                differ.extend(lacks(b(), a()));
                if !differ.is_empty() {
                    faults.push(format!(concat!($what, " {}"), listed(&differ)));
                    names.extend(differ);
                }
            };
        }
        compare!(servers, "server");
        compare!(sites, "site");
        compare!(site_links, "site link");
        compare!(send_connectors, "connector");
        if faults.is_empty() {
            continue;
        }
        let time = |table: &RoutingTable| table.written.map_or_else(String::new, |written| format!(" of {written}"));
        let name = |table: &RoutingTable| table.local_server.as_ref().map(ToString::to_string).unwrap_or_default();
        let detail = format!(
            "The tables of {}{} and {}{} differ: only one has {}.",
            name(table),
            time(table),
            name(other),
            time(other),
            listed(faults)
        );
        found.push(Hit::new(table.span, names, detail));
    }
    found
}

pub fn many_starts(on: &Subject<'_>) -> Vec<Hit> {
    let table = on.table;
    let is_start = |table: &RoutingTable| table.sequence == Some(1) && table.written.is_some();
    // Shown with the last start only.
    let Some(last) = table.written.filter(|_| is_start(table)) else { return Vec::new() };
    let same = |other: &&&RoutingTable| {
        local_key(other).is_some()
            && local_key(other) == local_key(table)
            && other.process == table.process
            && is_start(other)
    };
    let times: Vec<_> = on.others.iter().filter(same).filter_map(|other| other.written).collect();
    let span = jiff::Span::new().hours(24);
    if times.iter().any(|time| (time.at, Some(false)) > (last.at, Some(false))) {
        return Vec::new();
    }
    let recent = times.iter().filter(|time| time.at.checked_add(span).is_ok_and(|end| end >= last.at)).count();
    let name = table.local_server.as_ref().map(ToString::to_string).unwrap_or_default();
    if recent + 1 < MANY_STARTS {
        return Vec::new();
    }
    let detail = format!("On {name} the service started {} times within 24 hours before {last}.", recent + 1);
    vec![Hit::new(table.span, [name], detail).weighs(Weight::Low)]
}
