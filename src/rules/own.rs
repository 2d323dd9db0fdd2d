//! Whose a server is: one of the organization, one of somebody else, or not known.
//!
//! Traps: lists of servers are often of some servers only, and a public address can be that of an own server. So a server counts as
//! foreign only when its name speaks for another organization, or when neither name nor address is among those that are known.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::base::gather::Gather as _;
use crate::base::ip_range::is_private;
use crate::facts::Facts;
use crate::model::server::server_key;

/// What is known of the own servers.
pub(in crate::rules) struct Own {
    servers: BTreeSet<String>,
    /// Ends of names, the last two parts of each.
    domains: BTreeSet<String>,
    addresses: BTreeSet<IpAddr>,
    /// How many servers a list names.
    listed: usize,
}

/// The last two parts of a name: servers of one organization have them in common, whatever domain of the forest they are in.
fn end(name: &str) -> Option<String> {
    let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
    let mut parts = name.rsplit('.').filter(|part| !part.is_empty());
    let (last, before) = (parts.next()?, parts.next()?);
    let is_address = name.parse::<IpAddr>().is_ok();
    (!is_address).then(|| format!("{before}.{last}"))
}

impl Own {
    /// From lists of servers, queues, accepted domains, and the computers whose Exchange wrote events.
    pub fn of(facts: &Facts) -> Own {
        let writes = facts.events.iter().filter(|group| group.source.to_ascii_lowercase().starts_with("msexchange"));
        let mut names: Vec<&str> = writes.filter_map(|group| group.computer.as_deref()).collect();
        for server in &facts.servers.servers {
            names.push(&server.name);
            names.extend(server.fqdn.as_deref());
        }
        names.extend(facts.queues.queues.iter().filter_map(|queue| queue.server()));
        names.extend(facts.settings.components.iter().filter_map(|part| Some(part.server.as_ref()?.value.as_str())));
        let mut domains: BTreeSet<String> =
            names.iter().filter_map(|name| end(name.split_once('.')?.1).or_else(|| end(name))).gather();
        domains.extend(facts.settings.accepted_domains.iter().filter_map(|own| end(&own.domain.value)));
        Own {
            servers: names.iter().map(|name| server_key(name)).collect(),
            domains,
            addresses: facts.servers.exchange_addresses().map(|known| known.address.to_canonical()).collect(),
            listed: facts.servers.servers.len(),
        }
    }

    /// Whether a name is that of an own server.
    pub fn has_name(&self, name: &str) -> bool {
        self.servers.contains(&server_key(name)) && end(name).is_none_or(|end| self.domains.contains(&end))
    }

    /// Whether the end of a name is one of the organization.
    fn is_of_domain(&self, name: &str) -> bool {
        end(name).is_some_and(|end| self.domains.contains(&end))
    }

    /// Whether a name in full is one of another organization.
    pub fn is_foreign_name(&self, name: &str) -> bool {
        !self.domains.is_empty() && end(name).is_some() && !self.is_of_domain(name) && !self.has_name(name)
    }

    /// Whether the other side of a session is certainly none of the own servers.
    pub fn is_foreign(&self, name: Option<&str>, address: Option<IpAddr>) -> bool {
        let address = address.map(|address| address.to_canonical());
        if address.is_some_and(|address| self.addresses.contains(&address)) {
            return false;
        }
        if name.is_some_and(|name| self.has_name(name) || self.is_of_domain(name)) {
            return false;
        }
        if name.is_some_and(|name| self.is_foreign_name(name)) {
            return true;
        }
        // A name without its domain, or none: a list must have been brought, and the address must not be one of the own network.
        let known = self.listed > 0 && (name.is_some() || !self.addresses.is_empty());
        known && address.is_some_and(|address| !is_private(address))
    }
}

#[cfg(test)]
mod tests {
    use super::{Own, end};

    #[test]
    fn names_in_full_tell_their_organization() {
        let own = Own {
            servers: ["ex1".to_owned(), "edge1".to_owned()].into(),
            domains: ["contoso.com".to_owned()].into(),
            addresses: [].into(),
            listed: 2,
        };
        assert_eq!(end("ex1.corp.contoso.com").as_deref(), Some("contoso.com"));
        assert_eq!((end("EX1"), end("192.0.2.1")), (None, None));
        let outside = "203.0.113.9".parse().ok();
        let inside = "10.0.0.9".parse().ok();
        assert!(own.is_foreign(Some("mail.fabrikam.example"), outside));
        assert!(own.is_foreign(Some("mail.fabrikam.example"), inside));
        assert!(!own.is_foreign(Some("ex7.emea.contoso.com"), outside));
        assert!(!own.is_foreign(Some("EDGE1"), outside));
        assert!(own.is_foreign(Some("MAIL"), outside));
        assert!(!own.is_foreign(Some("MAIL"), inside));
    }
}
