//! Which servers a queue delivers to, as far as the evidence shows. A next hop that cannot be tied to a server is
//! unknown; the servers whose connectors happen to be there are not taken for it.

use super::exchange_auth::version_of;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::queue::DeliveryType;
use crate::model::server::server_key;
use crate::model::version::ExchangeVersion;

/// The servers that answer a queue.
#[derive(Debug, Default)]
pub struct Targets<'a> {
    /// Those with connectors in the evidence, by name.
    pub servers: Vec<&'a str>,
    /// Whether the next hop names them, or their site and version.
    pub certain: bool,
    /// When there are none: why.
    pub unknown: String,
    /// Servers that the next hop names and whose connectors were not brought.
    pub wanted: Vec<String>,
}

/// Servers that a queue delivers to.
pub fn targets<'a>(facts: &'a Facts, queue: &WaitingQueue) -> Targets<'a> {
    let own = queue.server().map(server_key);
    let next_hop = queue.next_hop().unwrap_or("").trim().to_ascii_lowercase();
    let others = || facts.connectors.servers().filter(|s| Some(server_key(s)) != own);
    if let Some((site, version)) = site_and_version(facts, queue, &next_hop) {
        return of_site(facts, others(), site, version, &next_hop);
    }
    let hosts: Vec<&str> = next_hop.split([';', ',', ' ']).filter(|part| is_host(facts, part)).collect();
    if !hosts.is_empty() {
        let named = |server: &&str| hosts.iter().any(|host| server_key(host) == server_key(server));
        let servers: Vec<&str> = others().filter(named).collect();
        let missing = |host: &&&str| !servers.iter().any(|s| server_key(s) == server_key(host));
        let wanted: Vec<String> = hosts.iter().filter(missing).map(|host| (*host).to_owned()).collect();
        let unknown = format!("the connectors of {} were not brought", wanted.join(", "));
        return Targets { certain: wanted.is_empty(), servers, unknown, wanted };
    }
    let unknown = if next_hop.is_empty() {
        format!("the export does not show the next hop of queue {}", queue.label())
    } else {
        format!("the files do not tell which servers are behind the next hop of queue {}, {next_hop}", queue.label())
    };
    Targets { unknown, ..Targets::default() }
}

/// Servers of a site and version. A server whose site or version is not known may be one of them.
fn of_site<'a>(
    facts: &'a Facts,
    others: impl Iterator<Item = &'a str>,
    site: Option<String>,
    version: Option<u32>,
    next_hop: &str,
) -> Targets<'a> {
    let mut certain = true;
    let mut servers = Vec::new();
    for server in others {
        let its_site = facts.servers.server(server).and_then(|s| s.site.as_deref());
        let its_version = version_of(facts, server).map(major);
        let same = |known: bool, equal: bool| if known { Some(equal) } else { None };
        let matches = [
            site.as_deref()
                .and_then(|wanted| same(its_site.is_some(), its_site.is_some_and(|s| s.eq_ignore_ascii_case(wanted)))),
            version.and_then(|wanted| same(its_version.is_some(), its_version == Some(wanted))),
        ];
        if matches.contains(&Some(false)) {
            continue;
        }
        certain &= site.is_some() && its_site.is_some() && (version.is_none() || its_version.is_some());
        servers.push((server, matches.contains(&Some(true))));
    }
    // Where nothing at all ties a server to the next hop, it is not one of its servers.
    let servers: Vec<&str> = servers.into_iter().filter(|(_, tied)| *tied).map(|(server, _)| server).collect();
    let unknown = format!("none of the servers whose connectors were brought is known to belong to {next_hop}");
    Targets { certain: certain && !servers.is_empty(), servers, unknown, wanted: Vec::new() }
}

/// The Active Directory site and the version that a next hop stands for, when it is of that kind.
fn site_and_version(facts: &Facts, queue: &WaitingQueue, next_hop: &str) -> Option<(Option<String>, Option<u32>)> {
    let version = next_hop.split_once("version").and_then(|(_, rest)| {
        rest.trim_start_matches([':', ' ']).split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()
    });
    if let Some(rest) = next_hop.strip_prefix("site:") {
        return Some((Some(rest.split(';').next().unwrap_or(rest).trim().to_owned()), version));
    }
    if next_hop.starts_with("hub version") {
        return Some((queue.server().and_then(|s| facts.servers.server(s)).and_then(|s| s.site.clone()), version));
    }
    let kind = queue.queue.as_ref()?.delivery_type.as_ref()?.value;
    (kind == DeliveryType::SmtpRelayToRemoteAdSite && !next_hop.is_empty())
        .then(|| (Some(next_hop.to_owned()), version))
}

/// Whether a part of a next hop is the name of an Exchange server: one that is known by its full name, or of which
/// connectors were brought.
fn is_host(facts: &Facts, part: &str) -> bool {
    let key = server_key(part);
    part.contains('.')
        && (facts.servers.server(part).is_some() || facts.connectors.servers().any(|s| server_key(s) == key))
}

/// Whether the mail of a queue goes to other Exchange servers of the organization. Without a delivery type the next hop
/// must say so.
pub fn is_internal(facts: &Facts, queue: &WaitingQueue) -> bool {
    match queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|d| d.value) {
        Some(kind) => !kind.is_external(),
        None => {
            let next_hop = queue.next_hop().unwrap_or("").trim().to_ascii_lowercase();
            next_hop.starts_with("site:") || next_hop.starts_with("hub version") || is_host(facts, &next_hop)
        }
    }
}

fn major(version: ExchangeVersion) -> u32 {
    match version {
        ExchangeVersion::V55 => 5,
        ExchangeVersion::V2000 | ExchangeVersion::V2003 => 6,
        ExchangeVersion::V2007 => 8,
        ExchangeVersion::V2010 => 14,
        ExchangeVersion::V2013 | ExchangeVersion::V2016 | ExchangeVersion::V2019 | ExchangeVersion::Se => 15,
    }
}
