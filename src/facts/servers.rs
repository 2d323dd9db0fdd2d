//! Servers, their versions, and the addresses under which they connect.
//!
//! Addresses come from lists made by resolving names, from queue errors that name a host and its address together, and from
//! SMTP sessions in which a known server greets. Nothing else ties an address to a server.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::transport::{Question, Transport};
use crate::base::source::Span;
use crate::model::queue::Queue;
use crate::model::server::{ExchangeServer, ServerAddress, ServerNames, is_full, server_key};
use crate::model::smtp_reply::LastError;
use crate::model::version::ExchangeVersion;

/// All servers of the case.
pub struct Servers {
    /// Servers as `Get-ExchangeServer` shows them.
    pub servers: Vec<ExchangeServer>,
    /// The full names that servers call themselves.
    pub names: ServerNames,
    addresses: BTreeMap<String, Vec<ServerAddress>>,
    /// Places of addresses that come from SMTP sessions.
    learned: BTreeSet<Span>,
    /// Places of addresses that come from errors of queues.
    tried: BTreeSet<Span>,
}

impl Servers {
    /// Joins servers and addresses.
    pub fn new(servers: Vec<ExchangeServer>, listed: Vec<ServerAddress>, queues: &[Queue]) -> Servers {
        let holders = queues.iter().filter_map(Queue::server);
        let names = ServerNames::new(servers.iter().filter_map(|server| server.fqdn.as_deref()).chain(holders));
        let mut addresses: BTreeMap<String, Vec<ServerAddress>> = BTreeMap::new();
        // The hosts of external next hops are not servers of the organization.
        let internal = |q: &&Queue| q.delivery_type.as_ref().is_some_and(|d| !d.value.is_external());
        let from_errors = queues.iter().filter(internal).filter_map(|queue| {
            let error = queue.last_error.as_ref()?;
            let read = LastError::read(&error.value);
            Some(ServerAddress { span: error.span, server: read.host?, address: read.address? })
        });
        let mut tried = BTreeSet::new();
        let from_errors = from_errors.inspect(|address| {
            tried.insert(address.span);
        });
        for mut address in listed.into_iter().chain(from_errors) {
            // `::ffff:192.0.2.11` is an IPv4 address in other clothes.
            address.address = address.address.to_canonical();
            let known = addresses.entry(names.key(&address.server)).or_default();
            if !known.iter().any(|a| a.address == address.address) {
                known.push(address);
            }
        }
        Servers { servers, names, addresses, learned: BTreeSet::new(), tried }
    }

    /// Takes the addresses from which servers greet in SMTP sessions, for servers whose address is not known otherwise. Anybody can greet
    /// with any name, so the name must be the full one of a listed Exchange server.
    pub fn learn(&mut self, transport: &Transport) {
        for (key, tally) in transport.counts(Question::SmtpGreetings) {
            let [name, address] = key.as_slice() else { continue };
            let is_listed =
                self.servers.iter().any(|s| s.fqdn.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name)));
            let address =
                address.trim_matches(['[', ']']).split('%').next().and_then(|text| text.parse::<IpAddr>().ok());
            let (Some(address), Some((_, span)), true) = (address, tally.examples.first(), is_listed) else { continue };
            let address = address.to_canonical();
            if address.is_loopback() {
                continue;
            }
            let known = self.addresses.entry(self.names.key(name)).or_default();
            let listed = known.iter().any(|own| !self.learned.contains(&own.span));
            if !listed && !known.iter().any(|own| own.address == address) {
                known.push(ServerAddress { span: *span, server: name.clone(), address });
                self.learned.insert(*span);
            }
        }
    }

    /// The names of servers whose addresses are known.
    pub fn addressed(&self) -> impl Iterator<Item = &str> {
        self.addresses.values().flatten().map(|address| address.server.as_str())
    }

    /// The server with this name, short or full. None where several servers have the short name, or the one that has it is
    /// another one by its full name.
    pub fn server(&self, name: &str) -> Option<&ExchangeServer> {
        let key = server_key(name);
        let mut same = self.servers.iter().filter(|s| server_key(&s.name) == key);
        if is_full(name) {
            let own = |s: &&ExchangeServer| s.fqdn.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(name.trim()));
            return same.find(own);
        }
        same.next().filter(|_| !self.names.is_shared(name))
    }

    /// Version of a server.
    pub fn version(&self, name: &str) -> Option<ExchangeVersion> {
        Some(self.server(name)?.version.as_ref()?.value)
    }

    /// Known addresses of a server.
    pub fn addresses(&self, name: &str) -> &[ServerAddress] {
        self.addresses.get(&self.names.key(name)).map_or(&[], Vec::as_slice)
    }

    /// Whether an address is known only because a queue tried it, which does not make it that of the server.
    pub fn is_only_tried(&self, address: &ServerAddress) -> bool {
        self.tried.contains(&address.span)
    }

    /// All servers with a known address that are Exchange servers for certain: they are in the list
    /// of servers, or no list was brought.
    pub fn exchange_addresses(&self) -> impl Iterator<Item = &ServerAddress> {
        self.addresses.iter().filter(|(key, _)| self.servers.is_empty() || self.is_exchange(key)).flat_map(|(_, a)| a)
    }

    fn is_exchange(&self, key: &str) -> bool {
        self.servers
            .iter()
            .any(|s| [&s.name, s.fqdn.as_ref().unwrap_or(&s.name)].iter().any(|own| self.names.key(own) == key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{Place, SourceId};

    const SPAN: Span = Span { source: SourceId(0), place: Place::File };

    fn server(name: &str, fqdn: Option<&str>, site: &str) -> ExchangeServer {
        ExchangeServer {
            span: SPAN,
            name: name.to_owned(),
            fqdn: fqdn.map(str::to_owned),
            site: Some(site.to_owned()),
            roles: None,
            version: None,
        }
    }

    fn address(server: &str, address: &str) -> ServerAddress {
        ServerAddress { span: SPAN, server: server.to_owned(), address: address.parse().unwrap() }
    }

    #[test]
    fn servers_of_two_organizations_stay_apart() {
        let listed = vec![
            server("EX1", Some("EX1.contoso.com"), "Lyon"),
            server("EX1", Some("EX1.fabrikam.example"), "Ulm"),
            server("EX2", Some("EX2.contoso.com"), "Lyon"),
        ];
        let addresses = vec![
            address("ex1.contoso.com", "192.0.2.1"),
            address("ex1.fabrikam.example", "198.51.100.1"),
            address("EX2", "192.0.2.2"),
        ];
        let servers = Servers::new(listed, addresses, &[]);
        let site = |name: &str| servers.server(name).and_then(|server| server.site.clone());
        assert_eq!(site("ex1.contoso.com").as_deref(), Some("Lyon"));
        assert_eq!(site("EX1.fabrikam.example").as_deref(), Some("Ulm"));
        assert_eq!(site("EX1"), None);
        assert_eq!(site("EX1.adatum.example"), None);
        assert_eq!(site("EX2").as_deref(), Some("Lyon"));
        assert_eq!(servers.addresses("EX1.contoso.com").len(), 1);
        assert_eq!(servers.addresses("EX1").len(), 0);
        assert_eq!(servers.addresses("EX2.contoso.com").len(), 1);
        assert_eq!(servers.exchange_addresses().count(), 3);
    }
}
