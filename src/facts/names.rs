//! The names that the records of a case hold: servers, domains, people, connectors, databases, sites, subjects. A report
//! that is to be redacted is searched for them, because a bare name such as `EX1` has no shape of its own.
//!
//! Names of a weak kind come from places that hold other things as well, such as the strings of events; who uses them
//! leaves out what consists of ordinary words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Facts;
use super::transport::Question;
use crate::base::distinguished_name::DistinguishedName;
use crate::model::directory::AttributeValue;
use crate::model::event::Event;
use crate::model::queue::QueueName;
use crate::model::routing::ObjectRef;
use crate::model::{Listed, Located};

/// Names that are kept at most. A report quotes a few hundred.
const MOST: usize = 20_000;

/// The longest name, in bytes; subjects are the longest.
const LONGEST: usize = 400;

/// What a name is the name of. Where a text is several, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameKind {
    /// A computer.
    Server,
    /// A domain, of mail or of a directory.
    Domain,
    /// A person, a group, an account.
    Person,
    /// A connector.
    Connector,
    /// A database or store.
    Database,
    /// A site, a routing group, a link.
    Site,
    /// The subject of a message.
    Subject,
    /// A file that was read.
    File,
    /// A mail address.
    Address,
    /// An address of a computer.
    Ip,
    /// A GUID.
    Guid,
    /// A security identifier.
    Sid,
    /// The fingerprint of a certificate.
    Thumbprint,
    /// Something else; weak.
    Object,
    /// A word of a quoted line that nothing explains; weak.
    Word,
}

impl NameKind {
    /// What readers call it.
    pub fn word(self) -> &'static str {
        match self {
            NameKind::Server => "server",
            NameKind::Domain => "domain",
            NameKind::Person => "person",
            NameKind::Connector => "connector",
            NameKind::Database => "database",
            NameKind::Site => "site",
            NameKind::Subject => "subject",
            NameKind::File => "file",
            NameKind::Address => "mail address",
            NameKind::Ip => "IP address",
            NameKind::Guid => "GUID",
            NameKind::Sid => "SID",
            NameKind::Thumbprint => "thumbprint",
            NameKind::Object => "object",
            NameKind::Word => "unknown word",
        }
    }
}

/// A name of the case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Name {
    /// As the files write it.
    pub text: String,
    /// What it is the name of.
    pub kind: NameKind,
}

/// Collects names, each once.
pub struct Names<'a> {
    seen: &'a dyn Fn(&str) -> bool,
    kinds: BTreeMap<String, NameKind>,
}

impl<'a> Names<'a> {
    /// `seen` says whether a text may stand in the report; names that do not are not kept.
    pub fn new(seen: &'a dyn Fn(&str) -> bool) -> Names<'a> {
        Names { seen, kinds: BTreeMap::new() }
    }

    /// All names, in their order.
    pub fn finish(self) -> Vec<Name> {
        self.kinds.into_iter().map(|(text, kind)| Name { text, kind }).collect()
    }

    /// Takes a text that is a name, or a known form that holds names.
    pub fn add(&mut self, kind: NameKind, text: &str) {
        let text = text.trim().trim_matches(['"', '\'', '<', '>', '{', '}', '[', ']']).trim();
        if text.len() < 2 || text.len() > LONGEST || !text.chars().any(char::is_alphabetic) || text.starts_with("S-1-")
        {
            return;
        }
        let text = text.trim_start_matches("*.");
        if kind != NameKind::Subject {
            // `bounce+anna=contoso.com@...` is an address and no distinguished name.
            let is_address = text.contains('@') && !text.contains([' ', '/', ',', ';']);
            if text.contains('=') && !is_address {
                return self.add_parts(kind, text);
            }
            if let Some((server, rest)) = text.split_once('\\') {
                self.add(if kind == NameKind::Person { NameKind::Domain } else { NameKind::Server }, server);
                return self.add(kind, rest);
            }
            if let Some((local, domain)) = text.rsplit_once('@') {
                let (shown, local) = local.rsplit_once('<').unwrap_or(("", local));
                self.add(NameKind::Person, shown);
                self.keep(NameKind::Person, local.rsplit_once(':').map_or(local, |(_, own)| own));
                return self.keep(NameKind::Domain, domain.trim_end_matches('>'));
            }
        }
        // `contoso.com/Configuration/Servers/EX1`.
        if text.contains('/') && kind != NameKind::Subject {
            return text.split('/').for_each(|part| self.keep(NameKind::Object, part));
        }
        self.keep(kind, text);
        // `Anna Berg` is also written `Berg, Anna`.
        let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        if let (NameKind::Person, [one, other]) = (kind, words.as_slice()) {
            self.keep(kind, &format!("{other}, {one}"));
            self.keep(kind, &format!("{other} {one}"));
            self.keep(kind, &format!("{one} {other}"));
        }
    }

    /// The values of a distinguished name, or of one with slashes.
    fn add_parts(&mut self, kind: NameKind, text: &str) {
        if let Some(name) = DistinguishedName::parse(text) {
            let mut level = 0;
            while let Some(value) = name.above(level) {
                self.keep(if level == 0 { kind } else { NameKind::Object }, value);
                level += 1;
            }
            return;
        }
        for part in text.split(['/', ';', ',']) {
            if let Some((_, value)) = part.split_once('=') {
                self.keep(NameKind::Object, value);
            }
        }
    }

    fn keep(&mut self, kind: NameKind, text: &str) {
        let text = text.trim();
        if self.kinds.len() >= MOST || text.len() < 2 || text.len() > LONGEST || !(self.seen)(text) {
            return;
        }
        match self.kinds.get_mut(text) {
            Some(known) => *known = (*known).min(kind),
            None => {
                self.kinds.insert(text.to_owned(), kind);
            }
        }
    }

    fn may(&mut self, kind: NameKind, text: Option<&String>) {
        text.into_iter().for_each(|text| self.add(kind, text));
    }

    fn at(&mut self, kind: NameKind, text: Option<&Located<String>>) {
        text.into_iter().for_each(|text| self.add(kind, &text.value));
    }

    fn list(&mut self, kind: NameKind, list: Option<&Located<Listed<String>>>) {
        list.into_iter().flat_map(|list| &list.value.items).for_each(|text| self.add(kind, text));
    }

    /// The domain or the hosts that a queue is named after; other queues have names of objects.
    fn next_hops(&mut self, hop: &str) {
        self.add(NameKind::Object, hop);
        for own in hop.split([',', ';']).map(str::trim) {
            if own.contains('.') && !own.contains([' ', '@', '\\', '/', ':']) {
                self.add(NameKind::Server, own);
            }
        }
    }

    /// `contoso.com`, and what other systems call theirs: `a=contoso;p=x`.
    fn address_space(&mut self, address: &str) {
        match address.contains('=') {
            true => self.add_parts(NameKind::Domain, address),
            false => self.add(NameKind::Domain, address.trim_start_matches('@')),
        }
    }

    fn reference<'r>(&mut self, kind: NameKind, objects: impl IntoIterator<Item = &'r ObjectRef>) {
        for object in objects {
            self.may(kind, object.name.as_ref());
            self.may(kind, object.dn.as_ref());
        }
    }

    fn event(&mut self, event: &Event) {
        self.may(NameKind::Server, event.computer.as_ref());
        // Longer strings are sentences.
        for text in event.strings.iter().filter(|text| text.split_whitespace().count() <= 6) {
            // Of commands only what they quote.
            match text.contains('"') {
                true => text.split('"').skip(1).step_by(2).for_each(|quoted| self.add(NameKind::Object, quoted)),
                false => self.add(NameKind::Object, text),
            }
        }
    }
}

/// Attributes of directory objects that name people.
const OF_PEOPLE: [&str; 7] =
    ["displayname", "givenname", "sn", "samaccountname", "mailnickname", "userprincipalname", "rdn"];

impl Facts {
    /// Hands all names of the case to `names`.
    pub fn collect_names(&self, names: &mut Names<'_>) {
        use NameKind::{Connector, Database, Domain, Object, Person, Server, Site, Subject};
        self.collect_mail_names(names);
        self.collect_settings(names);
        for server in &self.servers.servers {
            names.add(Server, &server.name);
            names.may(Server, server.fqdn.as_ref());
            names.may(Site, server.site.as_ref());
        }
        self.servers.addressed().for_each(|server| names.add(Server, server));
        for connector in self.connectors.all() {
            names.add(Connector, &connector.identity.value);
            names.at(Server, connector.fqdn.as_ref());
            // `mail.contoso.com:AcceptCloudServicesMail`
            let capabilities = connector.tls_domain_capabilities.iter().flat_map(|list| &list.value.items);
            let domains = capabilities.filter_map(|text| text.split(':').next());
            domains.for_each(|domain| names.add(Domain, domain));
        }
        for database in &self.databases.databases {
            names.add(Database, &database.name.value);
            names.may(Server, database.server.as_ref());
            names.may(Database, database.distinguished_name.as_ref());
        }
        for mailbox in &self.databases.mailboxes {
            names.may(Person, mailbox.name.as_ref());
            mailbox.addresses.iter().for_each(|address| names.add(Person, address));
            names.at(Database, mailbox.database.as_ref());
        }
        for table in &self.databases.tables {
            names.reference(Server, &table.local_server);
            for server in &table.servers {
                names.reference(Server, [&server.object]);
                names.may(Server, server.fqdn.as_ref());
                names.reference(Site, server.site.iter().chain(&server.dag).chain(&server.routing_group));
                names.may(Object, server.legacy_dn.as_ref());
            }
            for database in &table.databases {
                names.reference(Database, [&database.object]);
                names.reference(Server, &database.owner);
            }
            names.reference(Site, table.sites.iter().map(|site| &site.object));
            names.reference(Site, table.site_links.iter().map(|link| &link.object));
            names.reference(Site, table.routing_groups.iter().map(|group| &group.object));
            names.reference(Connector, table.routing_group_connectors.iter().map(|connector| &connector.object));
            for connector in &table.send_connectors {
                names.reference(Connector, [&connector.object]);
                names.reference(Server, &connector.source_servers);
                connector.address_spaces.iter().for_each(|space| names.address_space(&space.value.address));
                // A list in one value, each host a name of its own.
                let hosts = connector.smart_hosts.iter().flat_map(|hosts| hosts.value.split([',', ';']));
                hosts.for_each(|host| names.add(Server, host));
            }
            for tree in &table.public_folder_trees {
                names.reference(Object, [&tree.object]);
                names.reference(Database, &tree.databases);
            }
        }
        for group in self.link_states.iter().flat_map(|table| &table.groups) {
            names.may(Domain, group.smtp_address.as_ref());
            for connector in &group.connectors {
                names.may(Connector, connector.legacy_dn.as_ref());
                names.may(Site, connector.target_group.as_ref());
                connector.address_spaces.iter().for_each(|space| names.address_space(&space.address));
                for host in connector.bridgeheads.iter().chain(&connector.target_bridgeheads) {
                    names.may(Server, host.fqdn.as_ref());
                }
            }
        }
        for group in &self.events {
            names.may(Server, group.computer.as_ref());
            group.exemplars.iter().for_each(|event| names.event(event));
            group.variants.values().for_each(|variant| names.event(&variant.event));
        }
        self.changes.iter().for_each(|change| names.may(Server, change.computer.as_ref()));
        for object in self.directory.objects() {
            names.at(Object, object.distinguished_name.as_ref());
            for attribute in &object.attributes {
                let person = OF_PEOPLE.iter().any(|name| attribute.name.eq_ignore_ascii_case(name));
                for value in &attribute.values {
                    if let AttributeValue::Text(text) = &value.value {
                        names.add(if person { Person } else { Object }, text);
                    }
                }
            }
        }
        for list in self
            .permissions
            .lists
            .iter()
            .map(|object| &object.list)
            .chain(self.connector_rights.all().map(|(_, _, list)| list))
        {
            names.at(Object, list.object.as_ref());
            let owner = list.owner.iter().map(|owner| &owner.value);
            for trustee in owner.chain(list.entries.iter().map(|entry| &entry.trustee)) {
                names.may(Person, trustee.name.as_ref());
            }
        }
        for mailbox in &self.store_mailboxes {
            names.add(Person, &mailbox.name.value);
            names.at(Server, mailbox.server.as_ref());
            names.at(Database, mailbox.store.as_ref());
            names.at(Person, mailbox.last_logged_on_by.as_ref());
        }
        for entry in &self.traces {
            names.at(Person, entry.mailbox.as_ref());
            names.at(Database, entry.database.as_ref());
            names.at(Server, entry.server.as_ref());
        }
        for entry in &self.history {
            names.may(Subject, entry.subject.as_ref());
            names.may(Server, entry.server.as_ref());
            names.may(Server, entry.partner.as_ref());
            names.may(Person, entry.sender.as_ref());
            names.may(Person, entry.recipient.as_ref());
        }
    }

    fn collect_mail_names(&self, names: &mut Names<'_>) {
        use NameKind::{Connector, Domain, Object, Person, Server, Subject};
        for waiting in &self.queues.queues {
            let identity = waiting.identity.iter();
            for identity in identity.chain(waiting.queue.iter().filter_map(|q| Some(&q.identity.as_ref()?.value))) {
                names.may(Server, identity.server.as_ref());
                if let QueueName::NextHop(hop) | QueueName::Shadow(hop) = &identity.name {
                    names.next_hops(hop);
                }
            }
            let hop = waiting.queue.as_ref().and_then(|queue| queue.next_hop_domain.as_ref());
            hop.into_iter().for_each(|hop| names.next_hops(&hop.value));
            for message in &waiting.messages {
                names.may(Subject, message.subject.as_ref());
                names.may(Person, message.from.as_ref());
                names.may(Object, message.source_name.as_ref());
                message.recipients.iter().for_each(|recipient| names.add(Person, &recipient.address));
            }
        }
        for queue in &self.legacy_queues {
            names.add(Object, &queue.name.value);
            names.at(Server, queue.server.as_ref());
            names.at(Server, queue.source.as_ref());
        }
        for report in &self.reports {
            names.at(Subject, report.subject.as_ref());
            names.at(Subject, report.original.subject.as_ref());
            names.at(Person, report.original.from.as_ref());
            names.at(Server, report.reporting_mta.as_ref());
            names.at(Server, report.generating_server.as_ref());
            report.recipients.iter().for_each(|recipient| names.at(Person, recipient.address.as_ref()));
        }
        for event in &self.tracked {
            names.at(Server, event.client.as_ref());
            names.at(Server, event.server.as_ref());
            names.at(Connector, event.connector.as_ref());
            names.list(Person, event.recipients.as_ref());
            names.at(Person, event.sender.as_ref());
        }
        for header in &self.headers {
            names.at(Subject, header.subject.as_ref());
            names.at(Person, header.from.as_ref());
            for hop in &header.hops {
                names.may(Server, hop.from.as_ref());
                names.may(Server, hop.by.as_ref());
            }
        }
        for (key, _) in self.transport.counts(Question::TrackingHops) {
            if let [_, connector, client, server] = key.as_slice() {
                names.add(Connector, connector);
                names.add(Server, client);
                names.add(Server, server);
            }
        }
        for (key, _) in self.transport.counts(Question::SmtpEndpoints) {
            key.get(1).into_iter().for_each(|connector| names.add(Connector, connector));
        }
        for (key, _) in self.transport.counts(Question::SmtpGreetings) {
            key.first().into_iter().for_each(|name| names.add(Server, name));
        }
        for (key, _) in self.transport.counts(Question::Connections) {
            key.get(1).into_iter().for_each(|destination| names.add(Domain, destination));
        }
    }

    fn collect_settings(&self, names: &mut Names<'_>) {
        use NameKind::{Connector, Database, Domain, Object, Server, Site};
        let settings = &self.settings;
        for connector in &settings.outbound_connectors {
            names.add(Connector, &connector.name.value);
            names.list(Server, connector.source_servers.as_ref());
            names.list(Server, connector.target_servers.as_ref());
            names.at(Server, connector.home_server.as_ref());
            names.at(Site, connector.source_routing_group.as_ref());
            names.at(Site, connector.target_routing_group.as_ref());
            names.list(Server, connector.smtp.smart_hosts.as_ref());
            names.at(Server, connector.smtp.fqdn.as_ref());
            names.at(Domain, connector.smtp.tls_domain.as_ref());
            let spaces = connector.address_spaces.iter().flat_map(|list| &list.value.items);
            spaces.for_each(|space| names.address_space(&space.address));
        }
        settings.transport_services.iter().for_each(|service| names.add(Server, &service.server.value));
        for domain in &settings.accepted_domains {
            names.may(Object, domain.name.as_ref());
            names.add(Domain, &domain.domain.value);
        }
        for domain in &settings.remote_domains {
            names.may(Object, domain.name.as_ref());
            names.add(Domain, &domain.domain.value);
        }
        settings.agents.iter().for_each(|agent| names.add(Object, &agent.name.value));
        for card in &settings.network_connections {
            names.at(Object, card.name.as_ref());
        }
        for certificate in &settings.certificates {
            names.at(Server, certificate.server.as_ref());
            names.at(Object, certificate.subject.as_ref());
            names.at(Object, certificate.issuer.as_ref());
            names.list(Domain, certificate.domains.as_ref());
        }
        settings.components.iter().for_each(|component| names.at(Server, component.server.as_ref()));
        settings.windows_services.iter().for_each(|service| names.at(Server, service.server.as_ref()));
        settings.service_health.iter().for_each(|health| names.at(Server, health.server.as_ref()));
        settings.queue_digests.iter().for_each(|digest| names.add(Object, &digest.value.value));
        for database in &settings.public_folder_databases {
            names.add(Database, &database.name.value);
            names.may(Server, database.server.as_ref());
            names.may(Database, database.distinguished_name.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_taken_apart() {
        let all = |_: &str| true;
        let mut names = Names::new(&all);
        names.add(NameKind::Connector, "EX1\\Relay Berlin");
        names.add(NameKind::Person, "Anna Berg <anna.berg@contoso.com>");
        names.add(NameKind::Database, "CN=DB-Sales,CN=Databases,CN=Contoso");
        names.add(NameKind::Object, "12345");
        let texts: Vec<String> =
            names.finish().into_iter().map(|name| format!("{} {}", name.kind.word(), name.text)).collect();
        assert_eq!(
            texts,
            [
                "person Anna Berg",
                "person Berg Anna",
                "person Berg, Anna",
                "object Contoso",
                "database DB-Sales",
                "object Databases",
                "server EX1",
                "connector Relay Berlin",
                "person anna.berg",
                "domain contoso.com"
            ]
        );
    }
}
