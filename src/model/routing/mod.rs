//! Routing tables, as RoutingConfig files log them.
//!
//! Exchange 2013 and later log the directory objects that routing starts from, exactly; 2007 and
//! 2010 log computed tables whose schema is not published, read by name and place
//! (`formats/routing_config` says how). Checks that need an exact table look at
//! [`RoutingTable::exact`].
//!
//! [`entry`] answers what the file itself proves about a database: whether it is listed, and whether
//! its owner can be used. Costs and paths are in `tools/route_calculator`.

pub mod entry;

use serde::{Deserialize, Serialize};
use std::fmt;

use uuid::Uuid;

use super::{Located, database::database_name, server::server_key};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::{source::Span, timestamp::Moment};

/// One routing table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoutingTable {
    /// The file; the lines of this table when the file holds several.
    pub span: Span,
    /// Whether the schema is the published one of 2013 and later.
    pub exact: bool,
    /// Whether the file was read to its end; a table may be copied while it is written.
    pub complete: bool,
    /// When it was written (UTC), from the name of the file.
    pub written: Option<Moment>,
    /// Number in the name of the file, counted from the start of the service.
    pub sequence: Option<u32>,
    /// The process that wrote it: `Hub`, `Edge`, `FrontEnd`, `MailboxSubmission` or `MailboxDelivery`.
    pub process: Option<String>,
    /// Version of the schema, as written (2013 and later).
    pub schema_version: Option<String>,
    /// The server it was written on.
    pub local_server: Option<ObjectRef>,
    /// Whether the file has a list of servers and the list was read whole.
    pub lists_servers: bool,
    /// Servers known to routing.
    pub servers: Vec<RoutingServer>,
    /// Whether the file has a list of databases at all (`Databases`, `HomeMdbRouting`).
    pub lists_databases: bool,
    /// Databases known to routing.
    pub databases: Vec<RoutingDatabase>,
    /// Entries of the list of databases that could not be read. While there are any, a database that
    /// is not found may be one of them.
    pub unread_databases: u32,
    /// Active Directory sites.
    pub sites: Vec<RoutingSite>,
    /// Links between sites.
    pub site_links: Vec<SiteLink>,
    /// Routing groups.
    pub routing_groups: Vec<RoutingGroup>,
    /// Connectors between routing groups.
    pub routing_group_connectors: Vec<RoutingGroupConnector>,
    /// Send connectors of all kinds.
    pub send_connectors: Vec<RoutingSendConnector>,
    /// Public folder trees.
    pub public_folder_trees: Vec<PublicFolderTree>,
    /// Settings of the transport service that bear on routing.
    pub settings: Vec<Setting>,
}

/// A reference to a directory object, or its identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Name.
    pub name: Option<String>,
    /// `objectGUID`.
    pub guid: Option<Uuid>,
    /// Distinguished name.
    pub dn: Option<String>,
}

/// A server in a routing table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoutingServer {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// Full name.
    pub fqdn: Option<String>,
    /// 6 for 2000 and 2003, 8 for 2007, 14 for 2010, 15 for 2013 and later.
    pub major_version: Option<u32>,
    /// Roles as printed.
    pub roles: Option<String>,
    /// Active Directory site (2007 and later).
    pub site: Option<ObjectRef>,
    /// Database availability group.
    pub dag: Option<ObjectRef>,
    /// Routing group (2003 and earlier).
    pub routing_group: Option<ObjectRef>,
    /// `legacyExchangeDN`.
    pub legacy_dn: Option<String>,
    /// Whether the component `HubTransport` is active; shown for servers with that role only.
    pub hub_active: Option<bool>,
    /// Whether the component `FrontendTransport` is active; shown for servers with that role only.
    pub frontend_active: Option<bool>,
}

/// A database in a routing table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoutingDatabase {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// The server that owns it; `None` when the entry names none.
    pub owner: Option<ObjectRef>,
    /// Where the owner stands.
    pub owner_span: Option<Span>,
}

/// An Active Directory site.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoutingSite {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// Whether mail between other sites must pass through it.
    pub hub: Option<bool>,
    /// Whether mail for it is accepted; `False` defers it.
    pub inbound_mail: Option<bool>,
}

/// A link that joins Active Directory sites, each with each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SiteLink {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// Cost in Active Directory.
    pub ad_cost: Option<u32>,
    /// Cost that Exchange uses instead.
    pub exchange_cost: Option<u32>,
    /// Largest message in bytes; `None` for no limit.
    pub max_message_size: Option<u64>,
    /// The sites it joins.
    pub sites: Vec<ObjectRef>,
}

impl SiteLink {
    /// The cost that counts.
    pub fn cost(&self) -> Option<u32> {
        self.exchange_cost.or(self.ad_cost)
    }
}

/// A routing group of 2000 and 2003; servers of 2007 and later are in one of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoutingGroup {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
}

impl RoutingGroup {
    /// How the name of the group of all servers of 2007 and later begins.
    const OF_2007: &'static str = "Exchange Routing Group (DWBGZMFD01QNBJR)";

    /// Whether it is the group of the servers of 2007 and later. Their own entries do not name it.
    pub fn is_of_2007(&self) -> bool {
        self.object.name.as_deref().and_then(|name| name.get(..Self::OF_2007.len())) == Some(Self::OF_2007)
    }
}

/// A connector between routing groups.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoutingGroupConnector {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// Where it starts.
    pub source_group: Option<ObjectRef>,
    /// Servers that send through it.
    pub source_servers: Vec<ObjectRef>,
    /// Sends through it when no source server is named.
    pub home_mta: Option<ObjectRef>,
    /// Cost.
    pub cost: Option<u32>,
    /// Where it leads.
    pub target_group: Option<ObjectRef>,
    /// Servers it delivers to.
    pub target_servers: Vec<ObjectRef>,
    /// Largest message in bytes; `None` for no limit.
    pub max_message_size: Option<u64>,
}

/// A connector out of the organization, of any kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoutingSendConnector {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// Routing group it belongs to.
    pub source_group: Option<ObjectRef>,
    /// Servers that send through it.
    pub source_servers: Vec<ObjectRef>,
    /// Sends through it when no source server is named.
    pub home_mta: Option<ObjectRef>,
    /// `SmtpSendConnectorConfig`, `ForeignConnector`, `DeliveryAgentConnector`, `LegacyGatewayConnector`
    /// or `MailGateway`.
    pub kind: Option<String>,
    /// Whether it is enabled.
    pub enabled: Option<bool>,
    /// Whether only servers of its own site may use it.
    pub scoped: Option<bool>,
    /// Recipients it serves.
    pub address_spaces: Vec<Located<AddressSpace>>,
    /// Whether it finds its next hop by DNS (SMTP only).
    pub dns_routing: Option<bool>,
    /// Smart hosts as printed, when it does not.
    pub smart_hosts: Option<Located<String>>,
    /// Routing groups it leads to, as printed; replaced by routing group connectors in 2000.
    pub connected_domains: Vec<String>,
    /// Largest message in bytes; `None` for no limit.
    pub max_message_size: Option<u64>,
}

/// What a connector serves: `SMTP:*.contoso.com;1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressSpace {
    /// `SMTP`, `X400`, `FAX` ...
    pub kind: String,
    /// Domain or pattern.
    pub address: String,
    /// Cost.
    pub cost: u32,
}

impl AddressSpace {
    /// Parses `type:address;cost`. The type defaults to SMTP and the cost to 1.
    pub fn parse(text: &str) -> Option<AddressSpace> {
        let text = text.trim();
        let (kind, rest) = match text.split_once(':') {
            Some((kind, rest)) if !kind.is_empty() => (kind, rest),
            _ => ("SMTP", text),
        };
        // An X.400 address has semicolons of its own; only the last part can be a cost.
        let (address, cost) = match rest.rsplit_once(';') {
            Some((address, cost)) => match cost.trim().parse() {
                Ok(cost) => (address, cost),
                Err(_) => (rest, 1),
            },
            None => (rest, 1),
        };
        (!address.is_empty()).then(|| AddressSpace { kind: kind.to_owned(), address: address.to_owned(), cost })
    }
}

impl fmt::Display for AddressSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{};{}", self.kind, self.address, self.cost)
    }
}

/// A public folder tree and the databases that hold it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublicFolderTree {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// Databases that hold it.
    pub databases: Vec<ObjectRef>,
}

/// A setting, as written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setting {
    /// Name.
    pub name: String,
    /// Value and where it stands.
    pub value: Located<String>,
}

impl RoutingTable {
    /// An empty table.
    pub fn new(span: Span) -> RoutingTable {
        RoutingTable {
            span,
            exact: false,
            complete: true,
            written: None,
            sequence: None,
            process: None,
            schema_version: None,
            local_server: None,
            lists_servers: false,
            servers: Vec::new(),
            lists_databases: false,
            databases: Vec::new(),
            unread_databases: 0,
            sites: Vec::new(),
            site_links: Vec::new(),
            routing_groups: Vec::new(),
            routing_group_connectors: Vec::new(),
            send_connectors: Vec::new(),
            public_folder_trees: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// The databases that a reference can mean: none, one, or several when a name is used twice. Takes
    /// a distinguished name, a GUID, `SERVER\Group\Name`, or a name. A distinguished name is never
    /// matched by its name alone: a store of the same name elsewhere is another store.
    pub fn database(&self, reference: &str) -> Vec<&RoutingDatabase> {
        let reference = reference.trim();
        if let Ok(guid) = Uuid::parse_str(reference) {
            return self.databases.iter().filter(|db| db.object.guid == Some(guid)).collect();
        }
        if let Some(key) = DistinguishedName::parse(reference).map(|dn| dn.key()) {
            return self.databases.iter().filter(|db| db.object.dn_key().as_ref() == Some(&key)).collect();
        }
        let name = database_name(reference);
        let named: Vec<&RoutingDatabase> = self
            .databases
            .iter()
            .filter(|db| db.object.own_name().is_some_and(|own| equal_text(&own, name)) && !name.is_empty())
            .collect();
        let Some((server, rest)) = reference.split_once('\\') else { return named };
        let key = server_key(server);
        let elsewhere = |db: &&RoutingDatabase| {
            db.owner.as_ref().and_then(ObjectRef::own_name).is_some_and(|name| server_key(&name) != key)
        };
        let here: Vec<&RoutingDatabase> = named.iter().copied().filter(|db| !elsewhere(db)).collect();
        // With a storage group the first part is the one server the store can be on. `Server\Name` may
        // show a former owner of a database that moves between servers.
        if here.is_empty() && !rest.contains('\\') { named } else { here }
    }

    /// The server that owns a database, when the table lists it.
    pub fn server_of(&self, database: &RoutingDatabase) -> Option<&RoutingServer> {
        let owner = database.owner.as_ref()?;
        self.servers.iter().find(|server| server.is(owner))
    }

    /// The setting with this name.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// A setting that is true or false; `default` when it is not in the file.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.setting(name).map(|setting| setting.value.value.to_ascii_lowercase()).as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => default,
        }
    }
}

impl ObjectRef {
    /// A reference by name only.
    pub fn named(name: impl Into<String>) -> ObjectRef {
        ObjectRef { name: Some(name.into()), guid: None, dn: None }
    }

    /// Whether two references mean the same object: by GUID when both have one, else by distinguished
    /// name when both have one, else by name.
    pub fn is(&self, other: &ObjectRef) -> bool {
        if let (Some(a), Some(b)) = (self.guid, other.guid) {
            return a == b;
        }
        if let (Some(a), Some(b)) = (self.dn_key(), other.dn_key()) {
            return a == b;
        }
        matches!((self.own_name(), other.own_name()), (Some(a), Some(b)) if equal_text(&a, &b))
    }

    /// The name, or the one in the distinguished name.
    pub fn own_name(&self) -> Option<String> {
        self.name.clone().or_else(|| Some(DistinguishedName::parse(self.dn.as_deref()?)?.name().to_owned()))
    }

    /// The form of the distinguished name that compares equal.
    pub fn dn_key(&self) -> Option<String> {
        Some(DistinguishedName::parse(self.dn.as_deref()?)?.key())
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.own_name(), self.guid, &self.dn) {
            (Some(name), ..) => f.write_str(&name),
            (None, Some(guid), _) => write!(f, "{guid}"),
            (None, None, Some(dn)) => f.write_str(dn),
            (None, None, None) => f.write_str("without a name"),
        }
    }
}

impl RoutingServer {
    /// A server of which only the identity is known.
    pub fn new(span: Span, object: ObjectRef) -> RoutingServer {
        RoutingServer {
            span,
            object,
            fqdn: None,
            major_version: None,
            roles: None,
            site: None,
            dag: None,
            routing_group: None,
            legacy_dn: None,
            hub_active: None,
            frontend_active: None,
        }
    }

    /// Whether a reference means this server; its full name counts as a name.
    pub fn is(&self, reference: &ObjectRef) -> bool {
        self.object.is(reference)
            || self.object.guid.is_none()
                && matches!((&self.fqdn, reference.own_name()),
                    (Some(fqdn), Some(name)) if server_key(fqdn) == server_key(&name))
    }

    /// Whether it is an Exchange 2000 or 2003 server; `None` when its version is not shown.
    pub fn is_legacy(&self) -> Option<bool> {
        self.major_version.map(|version| version < 8)
    }

    /// Whether it has any of these roles; `None` when its roles are not shown.
    pub fn has_role(&self, roles: &[ServerRole]) -> Option<bool> {
        let printed = self.roles.as_deref()?;
        Some(match printed.trim().parse::<u32>() {
            Ok(bits) => roles.iter().any(|role| bits & role.bit() != 0),
            Err(_) => printed.split([',', ' ']).any(|word| roles.iter().any(|role| equal_text(word, role.name()))),
        })
    }
}

/// The server roles that bear on routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerRole {
    /// `Mailbox`
    Mailbox,
    /// `HubTransport`
    HubTransport,
    /// `Edge`
    Edge,
    /// `FrontendTransport`
    FrontendTransport,
}

impl ServerRole {
    fn bit(self) -> u32 {
        match self {
            ServerRole::Mailbox => 2,
            ServerRole::HubTransport => 32,
            ServerRole::Edge => 64,
            ServerRole::FrontendTransport => 16384,
        }
    }

    fn name(self) -> &'static str {
        match self {
            ServerRole::Mailbox => "Mailbox",
            ServerRole::HubTransport => "HubTransport",
            ServerRole::Edge => "Edge",
            ServerRole::FrontendTransport => "FrontendTransport",
        }
    }
}

/// Compares names as the directory does, without case.
fn equal_text(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase())
}

impl super::Entry for RoutingTable {
    fn span(&self) -> Span {
        self.span
    }

    fn times(&self) -> Vec<Moment> {
        self.written.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceId;

    fn database(name: &str, dn: &str, guid: u128, owner: &str) -> RoutingDatabase {
        let object = ObjectRef {
            name: Some(name.to_owned()),
            guid: Some(Uuid::from_u128(guid)),
            dn: Some(dn.to_owned()).filter(|dn| !dn.is_empty()),
        };
        let span = Span::file(SourceId(0));
        RoutingDatabase { span, object, owner: Some(ObjectRef::named(owner)), owner_span: None }
    }

    #[test]
    fn a_database_is_found_by_any_reference() {
        let mut table = RoutingTable::new(Span::file(SourceId(0)));
        table.databases = vec![
            database("Store", "CN=Store,CN=SG1,CN=InformationStore,CN=EX1,CN=Servers,DC=x", 1, "EX1"),
            database("Store", "CN=Store,CN=SG1,CN=InformationStore,CN=EX2,CN=Servers,DC=x", 2, "EX2"),
            database("DB1", "CN=DB1,CN=Databases,DC=x", 3, "EX2"),
        ];
        let found = |reference: &str| table.database(reference).iter().map(|db| db.object.guid).collect::<Vec<_>>();
        let guids = |ids: &[u128]| ids.iter().map(|id| Some(Uuid::from_u128(*id))).collect::<Vec<_>>();
        assert_eq!(found("cn=store, cn=sg1,CN=InformationStore,CN=EX2,CN=Servers,dc=x"), guids(&[2]));
        assert_eq!(found("CN=Store,CN=SG1,CN=InformationStore,CN=EX3,CN=Servers,DC=x"), guids(&[]));
        assert_eq!(found("{00000000-0000-0000-0000-000000000003}"), guids(&[3]));
        assert_eq!(found("store"), guids(&[1, 2]));
        assert_eq!(found("EX2\\SG1\\Store"), guids(&[2]));
        assert_eq!(found("EX9\\SG1\\Store"), guids(&[]));
        assert_eq!(found("EX9\\DB1"), guids(&[3]));
        assert_eq!(found("db1"), guids(&[3]));
        assert_eq!(found(""), guids(&[]));
    }

    #[test]
    fn address_spaces_are_read_as_connectors_print_them() {
        for (text, shown) in [
            ("SMTP:*;1", Some("SMTP:*;1")),
            ("smtp:*.contoso.com;5", Some("smtp:*.contoso.com;5")),
            ("X400:c=us;a=att;p=x;;1", Some("X400:c=us;a=att;p=x;;1")),
            ("smtp:--;100", Some("smtp:--;100")),
            ("contoso.com", Some("SMTP:contoso.com;1")),
            ("", None),
        ] {
            assert_eq!(AddressSpace::parse(text).map(|s| s.to_string()).as_deref(), shown, "{text}");
        }
        assert_eq!(AddressSpace::parse("X400:c=us;a=att;p=x;;1").unwrap().address, "c=us;a=att;p=x;");
    }

    #[test]
    fn roles_are_names_or_a_number() {
        let mut server = RoutingServer::new(Span::file(SourceId(0)), ObjectRef::named("EX1"));
        assert_eq!(server.has_role(&[ServerRole::Mailbox]), None);
        for (roles, hub) in [("Mailbox, HubTransport", true), ("16439", true), ("2", false), ("Mailbox", false)] {
            server.roles = Some(roles.to_owned());
            assert_eq!(server.has_role(&[ServerRole::HubTransport]), Some(hub), "{roles}");
        }
    }
}
