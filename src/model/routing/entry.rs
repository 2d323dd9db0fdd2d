//! What a routing table proves about one database without computing a route: whether its owner is
//! listed, whether routing may use that server, and whether any server is there to deliver to it.
//!
//! The conditions are those of Exchange 2013, each with the event that the transport service logs
//! (source MSExchangeTransport, category Routing). They hold for exact tables only; a table of 2007 or
//! 2010 answers [`DatabaseRoute::NotChecked`].

use std::collections::HashMap;
use std::fmt;

use uuid::Uuid;

use super::{ObjectRef, RoutingDatabase, RoutingServer, RoutingTable, ServerRole};

/// What becomes of a database in a routing table.
#[derive(Clone, Debug)]
pub enum DatabaseRoute<'a> {
    /// Nothing in the table speaks against it.
    Listed,
    /// The entry names no owner.
    NoOwner,
    /// The owner is not in the list of servers: deleted, or its object cannot be read.
    OwnerUnknown {
        /// The owner, as the entry names it.
        owner: &'a ObjectRef,
    },
    /// The owner is listed and there is no next hop for its databases.
    OwnerUnusable {
        /// The owner.
        server: &'a RoutingServer,
        /// Why.
        why: Unusable<'a>,
    },
    /// The table does not hold what it takes to tell.
    NotChecked {
        /// What is missing.
        why: &'static str,
    },
}

/// Why a listed server is no way to its databases.
#[derive(Clone, Copy, Debug)]
pub enum Unusable<'a> {
    /// It has no full name (event 5004).
    NoFqdn,
    /// It is of 2007 or later and has no Active Directory site (event 5005).
    NoSite,
    /// It is of 2003 or earlier and has no routing group (event 5013).
    NoRoutingGroup,
    /// It is of 2007 or later and has no role that routing knows; it is passed over without an event.
    NoRole,
    /// Another server has the same identity, so neither is used (event 5045).
    Duplicate {
        /// What they share: `ObjectGuid`, `DN`, `FQDN` or `LegacyDN`.
        field: &'static str,
        /// The other one.
        other: &'a RoutingServer,
    },
    /// No transport server of its version is in its site (event 5035).
    NoTransportServer {
        /// Its site.
        site: &'a ObjectRef,
        /// Its major version.
        version: u32,
    },
    /// No transport server of its database availability group can be used (event 5037).
    NoDagServer {
        /// The group.
        dag: &'a ObjectRef,
    },
    /// No site links lead to its site (events 5007 and 5035).
    SiteUnreachable {
        /// Its site.
        site: &'a ObjectRef,
    },
    /// Its group is not addressed across a hub site, and no site links lead to its own site (events 5007
    /// and 5008).
    OwnSiteUnreachable {
        /// Its site.
        site: &'a ObjectRef,
    },
    /// No site links lead to any server of its database availability group (events 5007 and 5037).
    DagUnreachable {
        /// The group.
        dag: &'a ObjectRef,
    },
    /// No routing group connectors lead to its routing group (event 5036).
    RoutingGroupUnreachable {
        /// Its group.
        group: &'a ObjectRef,
    },
}

impl DatabaseRoute<'_> {
    /// Whether mail for the database has no route, as far as the table proves it.
    pub fn is_without_route(&self) -> bool {
        !matches!(self, DatabaseRoute::Listed | DatabaseRoute::NotChecked { .. })
    }

    /// The events that the transport service logs for it, the more exact first.
    pub fn events(&self) -> &'static [u32] {
        match self {
            DatabaseRoute::Listed | DatabaseRoute::NotChecked { .. } => &[],
            DatabaseRoute::NoOwner | DatabaseRoute::OwnerUnknown { .. } => &[5006],
            DatabaseRoute::OwnerUnusable { why, .. } => match why {
                Unusable::NoFqdn => &[5004, 5006],
                Unusable::NoSite => &[5005, 5006],
                Unusable::NoRoutingGroup => &[5013, 5006],
                Unusable::NoRole => &[5006],
                Unusable::Duplicate { .. } => &[5045, 5006],
                Unusable::NoTransportServer { .. } => &[5035],
                Unusable::NoDagServer { .. } => &[5037],
                Unusable::SiteUnreachable { .. } => &[5007, 5035],
                Unusable::OwnSiteUnreachable { .. } => &[5007, 5008],
                Unusable::DagUnreachable { .. } => &[5007, 5037],
                Unusable::RoutingGroupUnreachable { .. } => &[5036],
            },
        }
    }
}

/// The reason as the end of a sentence about the database: "... because its owner EX1 has no ...".
impl fmt::Display for DatabaseRoute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseRoute::Listed => f.write_str("it is listed with a usable owner"),
            DatabaseRoute::NoOwner => f.write_str("its entry names no owning server"),
            DatabaseRoute::OwnerUnknown { owner } => {
                write!(f, "its owner {owner} is not in the list of servers")
            }
            DatabaseRoute::OwnerUnusable { server, why } => write!(f, "its owner {} {why}", server.object),
            DatabaseRoute::NotChecked { why } => write!(f, "not checked: {why}"),
        }
    }
}

impl fmt::Display for Unusable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::NoFqdn => f.write_str("has no full name (FQDN)"),
            Unusable::NoSite => f.write_str("has no Active Directory site"),
            Unusable::NoRoutingGroup => f.write_str("has no routing group"),
            Unusable::NoRole => f.write_str("has neither a mailbox nor a transport role"),
            Unusable::Duplicate { field, other } => {
                write!(f, "has the same {field} as {}, so neither is used", other.object)
            }
            Unusable::NoTransportServer { site, version } => {
                write!(f, "is in site {site}, which has no transport server of its version ({version})")
            }
            Unusable::NoDagServer { dag } => {
                write!(f, "is in database availability group {dag}, which has no usable transport server")
            }
            Unusable::SiteUnreachable { site } | Unusable::OwnSiteUnreachable { site } => {
                write!(f, "is in site {site}, to which no site links lead")
            }
            Unusable::DagUnreachable { dag } => {
                write!(f, "is in database availability group {dag}, to none of whose servers site links lead")
            }
            Unusable::RoutingGroupUnreachable { group } => {
                write!(f, "is in routing group {group}, to which no routing group connectors lead")
            }
        }
    }
}

impl RoutingTable {
    /// What the table proves about a database, without sites and costs. For many databases keep a
    /// [`ServerIndex`].
    pub fn database_route<'a>(&'a self, database: &'a RoutingDatabase) -> DatabaseRoute<'a> {
        ServerIndex::new(self).database_route(database)
    }
}

/// The servers of a table, found by reference, with those that routing refuses.
pub struct ServerIndex<'a> {
    table: &'a RoutingTable,
    by_guid: HashMap<Uuid, usize>,
    by_dn: HashMap<String, usize>,
    /// `None` for a name that several servers have.
    by_name: HashMap<String, Option<usize>>,
    /// By position: the field and the position of the other server.
    duplicates: HashMap<usize, (&'static str, usize)>,
    /// Transport servers by site and version.
    groups: HashMap<(String, u32), Vec<usize>>,
    /// Transport servers by database availability group.
    dags: HashMap<String, Vec<usize>>,
    local: Option<usize>,
}

impl<'a> ServerIndex<'a> {
    /// Indexes a table; linear in its size.
    pub fn new(table: &'a RoutingTable) -> ServerIndex<'a> {
        let mut index = ServerIndex {
            table,
            by_guid: HashMap::new(),
            by_dn: HashMap::new(),
            by_name: HashMap::new(),
            duplicates: HashMap::new(),
            groups: HashMap::new(),
            dags: HashMap::new(),
            local: None,
        };
        let mut seen: HashMap<(&'static str, String), usize> = HashMap::new();
        for (at, server) in table.servers.iter().enumerate() {
            if let Some(guid) = server.object.guid {
                index.by_guid.entry(guid).or_insert(at);
            }
            if let Some(dn) = server.object.dn_key() {
                index.by_dn.entry(dn).or_insert(at);
            }
            if let Some(name) = server.object.own_name() {
                index.by_name.entry(name.to_lowercase()).and_modify(|other| *other = None).or_insert(Some(at));
            }
            if own_defect(server).is_some() {
                continue;
            }
            let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
            for (field, value) in [
                ("ObjectGuid", server.object.guid.map(|guid| guid.to_string())),
                ("DN", server.object.dn_key()),
                ("FQDN", lower(&server.fqdn)),
                ("LegacyDN", lower(&server.legacy_dn)),
            ] {
                let Some(value) = value else { continue };
                if let Some(&other) = seen.get(&(field, value.clone())) {
                    index.duplicates.entry(at).or_insert((field, other));
                    index.duplicates.entry(other).or_insert((field, at));
                } else {
                    seen.insert((field, value), at);
                }
            }
        }
        for (at, server) in table.servers.iter().enumerate() {
            if index.refused_at(at).is_some() || server.has_role(&[ServerRole::HubTransport]) != Some(true) {
                continue;
            }
            if let (Some(site), Some(version)) = (&server.site, server.major_version) {
                index.groups.entry((reference_key(site), version)).or_default().push(at);
            }
            if let Some(dag) = &server.dag {
                index.dags.entry(reference_key(dag)).or_default().push(at);
            }
        }
        index.local = table.local_server.as_ref().and_then(|local| index.position(local));
        index
    }

    /// The table.
    pub fn table(&self) -> &'a RoutingTable {
        self.table
    }

    /// The server that the table was written on, when it is in the list.
    pub fn local(&self) -> Option<&'a RoutingServer> {
        self.table.servers.get(self.local?)
    }

    /// The server that a reference means.
    pub fn server(&self, reference: &ObjectRef) -> Option<&'a RoutingServer> {
        self.table.servers.get(self.position(reference)?)
    }

    /// Why routing refuses a server altogether; `None` for one that it uses.
    pub fn refused(&self, server: &RoutingServer) -> Option<Unusable<'a>> {
        self.refused_at(self.position(&server.object)?)
    }

    /// The usable transport servers of a site and version.
    pub fn transport_servers(&self, site: &ObjectRef, version: u32) -> impl Iterator<Item = &'a RoutingServer> {
        let found = self.groups.get(&(reference_key(site), version)).cloned().unwrap_or_default();
        found.into_iter().filter_map(|at| self.table.servers.get(at))
    }

    /// The usable transport servers of a database availability group.
    pub fn dag_servers(&self, dag: &ObjectRef) -> impl Iterator<Item = &'a RoutingServer> {
        let found = self.dags.get(&reference_key(dag)).cloned().unwrap_or_default();
        found.into_iter().filter_map(|at| self.table.servers.get(at))
    }

    /// Whether the local server delivers to this server's databases itself.
    pub fn is_local_group(&self, owner: &RoutingServer) -> bool {
        // The other processes hand mail on to the transport service and are in no group.
        if self.table.process.as_deref().is_some_and(|process| process != "Hub") {
            return false;
        }
        let Some(local) = self.local() else { return false };
        let key = |reference: &Option<ObjectRef>| reference.as_ref().map(reference_key);
        match (key(&local.dag), key(&owner.dag)) {
            (Some(a), Some(b)) => a == b,
            (None, None) => {
                owner.site.is_some()
                    && key(&local.site) == key(&owner.site)
                    && local.major_version == owner.major_version
            }
            _ => false,
        }
    }

    /// Whether routing takes the way by database availability group to this server's databases.
    pub fn is_routed_by_dag(&self, owner: &RoutingServer) -> bool {
        owner.dag.is_some()
            && owner.major_version.is_some_and(|version| version >= 15)
            && self.table.flag("DagRoutingEnabled", true)
    }

    /// What the table proves about a database, without sites and costs.
    pub fn database_route(&self, database: &'a RoutingDatabase) -> DatabaseRoute<'a> {
        let table = self.table;
        if !table.exact {
            return DatabaseRoute::NotChecked { why: "tables of Exchange 2007 and 2010 are read by best effort" };
        }
        let Some(owner) = &database.owner else { return DatabaseRoute::NoOwner };
        if !table.lists_servers {
            return DatabaseRoute::NotChecked { why: "the list of servers is missing or was not read whole" };
        }
        let Some(at) = self.position(owner) else { return DatabaseRoute::OwnerUnknown { owner } };
        let Some(server) = table.servers.get(at) else { return DatabaseRoute::OwnerUnknown { owner } };
        if let Some(why) = self.refused_at(at) {
            return DatabaseRoute::OwnerUnusable { server, why };
        }
        let Some(version) = server.major_version else {
            return DatabaseRoute::NotChecked { why: "the version of the owner is not shown" };
        };
        if self.local.is_none() {
            return DatabaseRoute::NotChecked { why: "the server that wrote the table is not in its list of servers" };
        }
        if version < 8 || self.is_local_group(server) {
            return DatabaseRoute::Listed;
        }
        match (&server.dag, &server.site) {
            (Some(dag), _) if self.is_routed_by_dag(server) => {
                if self.dags.contains_key(&reference_key(dag)) {
                    DatabaseRoute::Listed
                } else {
                    DatabaseRoute::OwnerUnusable { server, why: Unusable::NoDagServer { dag } }
                }
            }
            (_, Some(site)) => {
                if self.groups.contains_key(&(reference_key(site), version)) {
                    DatabaseRoute::Listed
                } else {
                    DatabaseRoute::OwnerUnusable { server, why: Unusable::NoTransportServer { site, version } }
                }
            }
            (_, None) => DatabaseRoute::OwnerUnusable { server, why: Unusable::NoSite },
        }
    }

    fn refused_at(&self, at: usize) -> Option<Unusable<'a>> {
        let server = self.table.servers.get(at)?;
        if let Some(why) = own_defect(server) {
            return Some(why);
        }
        let &(field, other) = self.duplicates.get(&at)?;
        Some(Unusable::Duplicate { field, other: self.table.servers.get(other)? })
    }

    fn position(&self, reference: &ObjectRef) -> Option<usize> {
        if let Some(guid) = reference.guid {
            return self.by_guid.get(&guid).copied();
        }
        if let Some(dn) = reference.dn_key() {
            return self.by_dn.get(&dn).copied();
        }
        self.by_name.get(&reference.own_name()?.to_lowercase()).copied().flatten()
    }
}

/// Under which objects are joined: GUID, or the name when there is none.
pub fn reference_key(reference: &ObjectRef) -> String {
    match (reference.guid, reference.own_name()) {
        (Some(guid), _) => guid.to_string(),
        (None, Some(name)) => name.to_lowercase(),
        (None, None) => String::new(),
    }
}

/// Why a server is refused for what its own entry lacks. What the entry does not show proves nothing.
fn own_defect<'a>(server: &RoutingServer) -> Option<Unusable<'a>> {
    use ServerRole::{Edge, FrontendTransport, HubTransport, Mailbox};
    let legacy = server.is_legacy();
    if legacy == Some(false) && server.has_role(&[FrontendTransport, HubTransport, Mailbox, Edge]) == Some(false) {
        return Some(Unusable::NoRole);
    }
    if server.fqdn.is_none() {
        return Some(Unusable::NoFqdn);
    }
    match legacy {
        Some(false) if server.site.is_none() => Some(Unusable::NoSite),
        Some(true) if server.routing_group.is_none() => Some(Unusable::NoRoutingGroup),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{SourceId, Span};

    fn span() -> Span {
        Span::file(SourceId(0))
    }

    fn server(name: &str, version: u32, site: &str, dag: &str) -> RoutingServer {
        let named = |name: &str| (!name.is_empty()).then(|| ObjectRef::named(name));
        RoutingServer {
            fqdn: Some(format!("{name}.contoso.test")),
            major_version: Some(version),
            roles: (version >= 8).then(|| "Mailbox, HubTransport".to_owned()),
            site: named(site),
            dag: named(dag),
            ..RoutingServer::new(span(), ObjectRef::named(name))
        }
    }

    fn table() -> RoutingTable {
        let mailbox_only = RoutingServer { roles: Some("Mailbox".to_owned()), ..server("EX3", 14, "B", "") };
        let mut table = RoutingTable::new(span());
        table.exact = true;
        table.lists_servers = true;
        table.process = Some("Hub".to_owned());
        table.local_server = Some(ObjectRef::named("EX1"));
        table.servers = vec![
            server("EX1", 15, "A", "DAG1"),
            RoutingServer { roles: Some("Mailbox".to_owned()), ..server("EX2", 15, "B", "DAG1") },
            mailbox_only,
            server("EX4", 15, "", ""),
            RoutingServer { fqdn: None, ..server("EX5", 15, "A", "") },
            server("EX6", 6, "", ""),
            RoutingServer { fqdn: Some("ex1.contoso.test".to_owned()), ..server("EX7", 14, "A", "") },
            RoutingServer { roles: Some("ClientAccess".to_owned()), ..server("EX8", 14, "A", "") },
            RoutingServer { roles: Some("Mailbox".to_owned()), ..server("EX9", 15, "C", "DAG2") },
        ];
        table
    }

    fn events(table: &RoutingTable, owner: &str) -> Vec<u32> {
        let owner = (!owner.is_empty()).then(|| ObjectRef::named(owner));
        let database = RoutingDatabase { span: span(), object: ObjectRef::named("DB"), owner, owner_span: None };
        table.database_route(&database).events().to_vec()
    }

    #[test]
    fn each_defect_of_an_owner_has_its_event() {
        let mut whole = table();
        for (owner, expected) in [
            ("", &[5006][..]),
            ("GONE", &[5006]),
            ("EX3", &[5035]),
            ("EX4", &[5005, 5006]),
            ("EX5", &[5004, 5006]),
            ("EX6", &[5013, 5006]),
            ("EX7", &[5045, 5006]),
            ("EX8", &[5006]),
            ("EX9", &[5037]),
        ] {
            assert_eq!(events(&whole, owner), expected, "{owner}");
        }
        // The local server shares its full name with EX7 and is refused; without EX7 both DAG members
        // are in the local delivery group.
        whole.servers.retain(|server| server.object.name.as_deref() != Some("EX7"));
        assert!(events(&whole, "EX1").is_empty());
        assert!(events(&whole, "EX2").is_empty());
    }

    #[test]
    fn without_its_premises_nothing_is_proven() {
        let mut whole = table();
        whole.lists_servers = false;
        assert!(events(&whole, "GONE").is_empty());
        whole.lists_servers = true;
        whole.exact = false;
        assert!(events(&whole, "GONE").is_empty());
        whole.exact = true;
        whole.local_server = None;
        assert!(events(&whole, "EX3").is_empty());
        assert_eq!(events(&whole, "EX4"), [5005, 5006]);
    }
}
