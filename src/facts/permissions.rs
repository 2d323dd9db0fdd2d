//! Permissions of server and store objects, and what they give the group Exchange Servers.
//!
//! Traps: a list can show identifiers instead of names, so the group is known by its identifier when the directory was
//! brought; a dump of the same object can be there twice, and then each is judged by itself.

use uuid::Uuid;

use super::directory::{Directory, name_of, server_in};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::gather::Gather as _;
use crate::base::order::Order as _;
use crate::knowledge::extended_rights;
use crate::knowledge::well_known_sids::{self, Members};
use crate::model::access::{AccessControlList, AccessEntry, Effect, Rights, Trustee};
use crate::model::server::server_key;
use crate::tools::access_check::{Answer, Wanted, Who, check, guid_of, same};

/// All lists whose object is known to be a server or a store.
#[derive(Default)]
pub struct Permissions {
    /// The lists, servers first.
    pub lists: Vec<ObjectPermissions>,
    /// The group Exchange Servers and the groups it is in.
    pub exchange_servers: Vec<Trustee>,
    /// Number of lists that do not say which object they belong to.
    pub nameless: usize,
}

/// The list of one object.
pub struct ObjectPermissions {
    /// What the object is.
    pub target: Target,
    /// Its distinguished name, when shown.
    pub dn: Option<String>,
    /// The list.
    pub list: AccessControlList,
}

/// What a list belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A server.
    Server {
        /// Its name.
        server: String,
    },
    /// A store of a server.
    Store {
        /// The server, when the name of the object shows it.
        server: Option<String>,
        /// The store.
        store: String,
    },
}

/// What a list says about a right of Exchange Servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// Allowed.
    Yes,
    /// Denied, by the entry of this number.
    Denied(usize),
    /// Not given by any entry.
    Missing,
    /// The list does not tell.
    Unknown,
}

impl Permissions {
    /// Sorts lists by their objects.
    pub fn new(
        lists: Vec<AccessControlList>,
        directory: &Directory,
        servers: &[String],
        databases: &[(String, Option<String>)],
    ) -> Permissions {
        let mut permissions = Permissions { exchange_servers: exchange_servers(directory), ..Permissions::default() };
        for list in lists {
            // Rights of a mailbox mean something else.
            if list.attribute.is_some() {
                continue;
            }
            let Some(object) = list.object.as_ref().map(|object| object.value.clone()) else {
                permissions.nameless += 1;
                continue;
            };
            let database = databases.iter().find(|(name, _)| name.eq_ignore_ascii_case(&object));
            let own = database.map(|(store, server)| Target::Store { server: server.clone(), store: store.clone() });
            let found =
                own.map(|target| (target, None)).or_else(|| target(&object, directory, servers)).or_else(|| {
                    // A name alone, of an object whose list speaks of rights that only servers and stores have.
                    let is_plain = !object.contains([' ', '\\', '/', '=', '@']);
                    (is_plain && speaks_of_stores(&list)).then(|| (Target::Server { server: object.clone() }, None))
                });
            if let Some((target, dn)) = found {
                permissions.lists.push(ObjectPermissions { target, dn, list });
            }
        }
        permissions.lists.order_by(|a, b| (&a.target, a.list.span).cmp(&(&b.target, b.list.span)));
        permissions
    }

    /// What a list gives Exchange Servers.
    pub fn of_exchange_servers(&self, list: &AccessControlList, wanted: &Wanted) -> Granted {
        let who = Who { trustees: &self.exchange_servers, authenticated: true };
        match check(list, &who, wanted).answer {
            Answer::Allowed(_) => Granted::Yes,
            // Groups of the same name in two domains: which one is meant is not known.
            Answer::Denied(_) if self.is_ambiguous(list) => Granted::Unknown,
            Answer::Denied(entry) => Granted::Denied(entry),
            Answer::Unknown(_) => Granted::Unknown,
            // An identifier without a name may be the group.
            Answer::NotGranted if self.may_be_meant(list) => Granted::Unknown,
            Answer::NotGranted => Granted::Missing,
        }
    }

    /// Whether a list names the group in more than one domain, and no identifier tells which is the one.
    fn is_ambiguous(&self, list: &AccessControlList) -> bool {
        let domains: std::collections::BTreeSet<String> = list
            .entries
            .iter()
            .filter(|entry| self.exchange_servers.iter().any(|group| same(group, &entry.trustee)))
            .filter_map(|entry| Some(entry.trustee.name.as_deref()?.rsplit_once('\\')?.0.to_lowercase()))
            .gather();
        domains.len() > 1
    }

    /// Whether an entry of a list may be about Exchange Servers though it shows only an identifier.
    fn may_be_meant(&self, list: &AccessControlList) -> bool {
        let known = self.exchange_servers.iter().any(|trustee| trustee.sid.is_some());
        let unresolved = |entry: &AccessEntry| {
            let of_domain = entry.trustee.sid.as_ref().is_some_and(|sid| sid.to_string().starts_with("S-1-5-21-"));
            entry.effect == Effect::Allow && entry.trustee.name.is_none() && of_domain
        };
        !known && list.entries.iter().any(unresolved)
    }

    /// Entries that deny a right to the group, to a group everybody is in, or to an identifier without a name: what decides may be one of
    /// them although the list does not tell.
    pub fn may_deny<'a>(&'a self, list: &'a AccessControlList, right: Uuid) -> impl Iterator<Item = usize> + 'a {
        let covers = move |entry: &AccessEntry| match &entry.object_type {
            Some(object) => guid_of(object) == Some(right),
            None => entry.rights.mapped().0 & Rights::CONTROL_ACCESS.0 != 0,
        };
        let concerns = |trustee: &Trustee| {
            let unresolved = trustee.name.is_none()
                && trustee.sid.as_ref().is_some_and(|sid| sid.to_string().starts_with("S-1-5-21-"))
                && !self.exchange_servers.iter().any(|group| group.sid.is_some());
            unresolved || self.exchange_servers.iter().any(|group| same(group, trustee)) || is_everybody(trustee)
        };
        let denies = move |entry: &AccessEntry| entry.effect == Effect::Deny && !entry.inherit_only && covers(entry);
        let entries = list.entries.iter().enumerate();
        entries.filter(move |(_, entry)| denies(entry) && concerns(&entry.trustee)).map(|(number, _)| number)
    }

    /// Whether any entry names the group.
    pub fn names_exchange_servers(&self, list: &AccessControlList) -> bool {
        list.entries.iter().any(|entry| self.exchange_servers.iter().any(|group| same(group, &entry.trustee)))
    }

    /// The lists of a server and of its stores.
    pub fn of_server<'a>(&'a self, server: &str) -> impl Iterator<Item = &'a ObjectPermissions> {
        let key = server_key(server);
        self.lists.iter().filter(move |object| object.target.server().is_some_and(|own| server_key(own) == key))
    }
}

impl Target {
    /// The server.
    pub fn server(&self) -> Option<&str> {
        match self {
            Target::Server { server } => Some(server),
            Target::Store { server, .. } => server.as_deref(),
        }
    }

    /// The name of the object.
    pub fn name(&self) -> &str {
        match self {
            Target::Server { server } => server,
            Target::Store { store, .. } => store,
        }
    }
}

fn target(object: &str, directory: &Directory, servers: &[String]) -> Option<(Target, Option<String>)> {
    // `AD:\CN=EX1,...`, `\\dc1\CN=EX1,...`, `LDAP://dc1/CN=EX1,...`
    let start = object.to_ascii_lowercase().find("cn=").unwrap_or(0);
    if let Some(name) = object.get(start..).and_then(DistinguishedName::parse) {
        let dn = object.get(start..).map(str::to_owned);
        // Other objects stand in containers of that name as well.
        let in_group = name.level_of("Administrative Groups") == Some(3);
        if in_group && name.level_of("Servers") == Some(1) {
            return Some((Target::Server { server: name.name().to_owned() }, dn));
        }
        let is_store = |class| directory.versions(object).any(|object| object.is_class(class));
        let below_store = name.level_of("InformationStore") == Some(2) || name.level_of("Databases") == Some(1);
        if below_store || is_store("msExchPrivateMDB") || is_store("msExchPublicMDB") {
            return Some((Target::Store { server: server_in(&name), store: name.name().to_owned() }, dn));
        }
        return None;
    }
    // `contoso.com/Configuration/Services/Microsoft Exchange/Contoso/Administrative Groups/Site1/Servers/EX1`
    let path: Vec<&str> = object.split('/').collect();
    let is_servers = |at: usize| {
        let is = |at: Option<usize>, name: &str| {
            at.and_then(|at| path.get(at)).is_some_and(|part| part.eq_ignore_ascii_case(name))
        };
        is(Some(at), "Servers") && is(at.checked_sub(2), "Administrative Groups")
    };
    if let Some(at) = (0..path.len()).find(|at| is_servers(*at)) {
        let server = (*path.get(at + 1)?).to_owned();
        return match path.get(at + 2..)? {
            [] => Some((Target::Server { server }, None)),
            [container, .., store] if container.eq_ignore_ascii_case("InformationStore") => {
                Some((Target::Store { server: Some(server), store: (*store).to_owned() }, None))
            }
            _ => None,
        };
    }
    let parts: Vec<&str> = object.split('\\').collect();
    match parts.as_slice() {
        [server] => {
            let known = servers.iter().any(|own| server_key(own) == server_key(server));
            let found = directory.server(server);
            let dn = found.and_then(name_of).map(|_| ()).and_then(|()| found?.distinguished_name.clone());
            (known || found.is_some()).then(|| (Target::Server { server: (*server).to_owned() }, dn.map(|dn| dn.value)))
        }
        [server, .., store] => {
            Some((Target::Store { server: Some((*server).to_owned()), store: (*store).to_owned() }, None))
        }
        [] => None,
    }
}

/// Everyone and Authenticated Users.
fn is_everybody(trustee: &Trustee) -> bool {
    let known = match &trustee.sid {
        Some(sid) => well_known_sids::by_sid(sid),
        None => trustee.name.as_deref().and_then(well_known_sids::by_name),
    };
    known.is_some_and(|known| known.members != Members::Listed)
}

/// Whether an entry is about a right that servers and stores have.
fn speaks_of_stores(list: &AccessControlList) -> bool {
    let rights = list
        .entries
        .iter()
        .filter_map(|entry| guid_of(entry.object_type.as_ref()?))
        .filter_map(extended_rights::by_guid);
    rights.into_iter().any(|right| right.group == "store")
}

/// The group by its name and identifier, and the groups it is a member of.
fn exchange_servers(directory: &Directory) -> Vec<Trustee> {
    let mut trustees = vec![Trustee { name: Some("Exchange Servers".to_owned()), sid: None }];
    for group in directory.of_class("group") {
        if !name_of(group).is_some_and(|name| name.name().eq_ignore_ascii_case("Exchange Servers")) {
            continue;
        }
        let sid = group.sid("objectSid").map(|sid| sid.value);
        trustees.push(Trustee { name: Some("Exchange Servers".to_owned()), sid });
        for parent in group.texts("memberOf") {
            let name = DistinguishedName::parse(parent.value).map(|name| name.name().to_owned());
            let sid = directory.object(parent.value).and_then(|object| object.sid("objectSid")).map(|sid| sid.value);
            trustees.push(Trustee { name, sid });
        }
    }
    trustees
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_known_in_every_spelling() {
        let none = Directory::default();
        let of = |text: &str| target(text, &none, &["MAIL2".to_owned()]).map(|(target, _)| target);
        let server = Target::Server { server: "MAIL2".to_owned() };
        let dn = "CN=MAIL2,CN=Servers,CN=Site1,CN=Administrative Groups,CN=Contoso,DC=contoso,DC=com";
        assert_eq!(of(dn), Some(server.clone()));
        assert_eq!(of("CN=FILE01,OU=Servers,DC=contoso,DC=com"), None);
        assert_eq!(of("contoso.com/Servers/FILE01"), None);
        assert_eq!(of(&format!("AD:\\{dn}")), Some(server.clone()));
        assert_eq!(of("MAIL2"), Some(server));
        let store = |server: Option<&str>| Target::Store {
            server: server.map(str::to_owned),
            store: "Mailbox Store (MAIL2)".to_owned(),
        };
        let dn = "CN=Mailbox Store (MAIL2),CN=First Storage Group,CN=InformationStore,CN=MAIL2,CN=Servers,CN=Site1,DC=contoso,DC=com";
        assert_eq!(of(dn), Some(store(Some("MAIL2"))));
        assert_eq!(of("MAIL2\\First Storage Group\\Mailbox Store (MAIL2)"), Some(store(Some("MAIL2"))));
        let path =
            "contoso.com/Configuration/Services/Microsoft Exchange/Contoso/Administrative Groups/Site1/Servers/MAIL2";
        assert_eq!(of(path), Some(Target::Server { server: "MAIL2".to_owned() }));
        assert_eq!(of(&format!("{path}/InformationStore/First Storage Group/Mailbox Store (MAIL2)")), of(dn));
        assert_eq!(of("Anna Berg"), None);
        assert_eq!(of("CN=Anna Berg,CN=Users,DC=contoso,DC=com"), None);
    }
}
