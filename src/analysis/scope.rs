//! What a capture is about: the servers and the domains of its organization, by which it is told whether two are of one site.
//!
//! Trap: hosts that mail goes to and addresses of strangers are no part of it. Only what the files name as its own counts:
//! holders of queues, connectors and databases, computers that wrote an event, accepted domains, and the domains that the full
//! names of servers end in.

use std::collections::BTreeMap;

use crate::facts::Facts;
use crate::model::server::server_key;
use crate::report::Scope;

/// Names that are kept at most, of each kind.
const MOST: usize = 2_000;

/// What the files of a case are about.
pub(super) fn of_case(facts: &Facts) -> Scope {
    let mut names = Names::default();
    for server in &facts.servers.servers {
        names.server(&server.name);
        names.maybe(server.fqdn.as_deref());
    }
    facts.connectors.servers().for_each(|server| names.server(server));
    facts.queues.queues.iter().for_each(|queue| names.maybe(queue.server()));
    facts.legacy_queues.iter().for_each(|queue| names.maybe(queue.server.as_ref().map(|server| server.value.as_str())));
    facts.databases.databases.iter().for_each(|database| names.maybe(database.server.as_deref()));
    for table in &facts.databases.tables {
        for server in &table.servers {
            names.maybe(server.object.name.as_deref());
            names.maybe(server.fqdn.as_deref());
        }
    }
    facts.events.iter().for_each(|group| names.maybe(group.computer.as_deref()));
    for accepted in &facts.settings.accepted_domains {
        names.domain(accepted.domain.value.trim_start_matches("*."));
    }
    Scope { servers: names.servers.into_values().collect(), domains: names.domains.into_values().collect() }
}

/// Names by the form in which they compare.
#[derive(Default)]
struct Names {
    servers: BTreeMap<String, String>,
    domains: BTreeMap<String, String>,
}

impl Names {
    fn maybe(&mut self, name: Option<&str>) {
        name.into_iter().for_each(|name| self.server(name));
    }

    fn server(&mut self, name: &str) {
        let name = name.trim();
        let key = server_key(name);
        let is_name = key.chars().any(char::is_alphabetic) && key != "localhost";
        if !is_name || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            return;
        }
        if let Some((_, domain)) = name.split_once('.') {
            self.domain(domain);
        }
        let short = name.split('.').next().unwrap_or(name).to_owned();
        keep(&mut self.servers, key, short);
    }

    fn domain(&mut self, name: &str) {
        if name.contains('.') && name.chars().any(char::is_alphabetic) {
            keep(&mut self.domains, name.to_lowercase(), name.to_owned());
        }
    }
}

/// Of several spellings the first in their order, whatever came first.
fn keep(names: &mut BTreeMap<String, String>, key: String, name: String) {
    if names.len() < MOST || names.contains_key(&key) {
        let known = names.entry(key).or_insert_with(|| name.clone());
        if name < *known {
            *known = name;
        }
    }
}
