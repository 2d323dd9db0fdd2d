//! Objects of the directory, to look up by name and GUID, and what Exchange means by them: stores, servers, groups.
//!
//! Traps: several dumps can hold the same object, of several domain controllers and times, and then all of them are kept;
//! an object that is not in a dump is only absent when the dump shows its surroundings ([`Directory::shows_below`]).

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::base::distinguished_name::{DistinguishedName, split_unescaped};
use crate::base::order::Order as _;
use crate::model::directory::DirectoryObject;
use crate::model::server::server_key;

/// All objects of the case.
#[derive(Default)]
pub struct Directory {
    objects: Vec<DirectoryObject>,
    by_name: BTreeMap<String, Vec<usize>>,
    by_guid: BTreeMap<Uuid, Vec<usize>>,
    /// Exchange servers by [`server_key`].
    servers: BTreeMap<String, usize>,
    /// Names of containers with the number of objects shown right below them.
    children: BTreeMap<String, usize>,
}

/// A mailbox or public folder store.
#[derive(Clone, Copy)]
pub struct Store<'a> {
    /// The object.
    pub object: &'a DirectoryObject,
    /// Whether it holds public folders.
    pub public: bool,
}

impl Directory {
    /// Takes all objects.
    pub fn new(objects: Vec<DirectoryObject>) -> Directory {
        let mut directory = Directory::default();
        for (at, object) in objects.iter().enumerate() {
            if let Some(name) = name_of(object) {
                directory.by_name.entry(name.key()).or_default().push(at);
                if let Some(parent) = parent_key(&name) {
                    *directory.children.entry(parent).or_default() += 1;
                }
            }
            if object.is_class("msExchExchangeServer")
                && !is_deleted(object)
                && let Some(name) = name_of(object)
            {
                directory.servers.entry(server_key(name.name())).or_insert(at);
            }
            if let Some(guid) = object.guid("objectGUID") {
                directory.by_guid.entry(guid.value).or_default().push(at);
            }
        }
        // Of several dumps the latest state of an object comes first; those that do not show when it was changed come last.
        let changed = |at: &usize| {
            objects.get(*at).and_then(|object| object.text("whenChanged")).map(|text| text.value.to_owned())
        };
        for places in directory.by_name.values_mut().filter(|places| places.len() > 1) {
            places.order_by_key(|at| (std::cmp::Reverse(changed(at)), *at));
        }
        directory.objects = objects;
        directory
    }

    /// Whether any object was brought.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// All objects, in the order of files.
    pub fn objects(&self) -> &[DirectoryObject] {
        &self.objects
    }

    /// Objects of a class.
    pub fn of_class(&self, class: &'static str) -> impl Iterator<Item = &DirectoryObject> {
        self.objects.iter().filter(move |object| object.is_class(class))
    }

    /// The object with this distinguished name, in its latest state.
    pub fn object(&self, name: &str) -> Option<&DirectoryObject> {
        self.versions(name).next()
    }

    /// The object with this distinguished name in every dump that shows it.
    pub fn versions(&self, name: &str) -> impl Iterator<Item = &DirectoryObject> {
        let key = DistinguishedName::parse(name).map(|name| name.key());
        let places = key.and_then(|key| self.by_name.get(&key)).into_iter().flatten();
        places.filter_map(|at| self.objects.get(*at))
    }

    /// The object with this GUID.
    pub fn by_guid(&self, guid: Uuid) -> Option<&DirectoryObject> {
        let places = self.by_guid.get(&guid).into_iter().flatten();
        places.filter_map(|at| self.objects.get(*at)).find(|object| !is_deleted(object))
    }

    /// Whether a dump shows what is below a container: the container itself and at least one object in it.
    pub fn shows_below(&self, container: &DistinguishedName) -> bool {
        let key = container.key();
        self.by_name.contains_key(&key) && self.children.contains_key(&key)
    }

    /// Number of objects shown right below a container.
    pub fn children(&self, container: &DistinguishedName) -> usize {
        self.children.get(&container.key()).copied().unwrap_or(0)
    }

    /// Whether an export shows all attributes of an object, and not a choice of them.
    pub fn shows_all(object: &DirectoryObject) -> bool {
        let common = ["instanceType", "objectCategory", "whenCreated"];
        object.attributes.len() > 9 && common.iter().filter(|name| object.get(name).is_some()).count() >= 2
    }

    /// The stores of Exchange 2000 to 2010, each once.
    pub fn stores(&self) -> Vec<Store<'_>> {
        let kind = |object: &DirectoryObject| {
            let public = object.is_class("msExchPublicMDB");
            (public || object.is_class("msExchPrivateMDB")).then_some(public)
        };
        let mut places: Vec<usize> = self.by_name.values().filter_map(|places| places.first().copied()).collect();
        places.order();
        let all = places.iter().filter_map(|at| self.objects.get(*at)).filter(|object| !is_deleted(object));
        all.filter_map(|object| Some(Store { object, public: kind(object)? })).collect()
    }

    /// The object of an Exchange server.
    pub fn server(&self, name: &str) -> Option<&DirectoryObject> {
        self.objects.get(*self.servers.get(&server_key(name))?)
    }
}

impl Store<'_> {
    /// Its name.
    pub fn name(&self) -> String {
        name_of(self.object).map_or_else(|| "an unnamed store".to_owned(), |name| name.name().to_owned())
    }

    /// The server that its name places it under.
    pub fn server(&self) -> Option<String> {
        server_in(&name_of(self.object)?)
    }
}

/// The distinguished name of an object, taken apart.
pub fn name_of(object: &DirectoryObject) -> Option<DistinguishedName> {
    DistinguishedName::parse(&object.distinguished_name.as_ref()?.value)
}

/// The server that an object of the configuration belongs to: the level below `CN=Servers`.
pub fn server_in(name: &DistinguishedName) -> Option<String> {
    Some(name.above(name.level_of("Servers")?.checked_sub(1)?)?.to_owned())
}

/// Whether an object is a tombstone, or the loser of a replication conflict.
pub fn is_deleted(object: &DirectoryObject) -> bool {
    let by_name = object.distinguished_name.as_ref().is_some_and(|name| is_deleted_name(&name.value));
    by_name || object.text("isDeleted").is_some_and(|text| text.value.eq_ignore_ascii_case("true"))
}

/// Whether a distinguished name is that of a deleted object: `CN=EX1\0ADEL:...,CN=Deleted Objects,...`.
pub fn is_deleted_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["\\0adel:", "\ndel:", "\\0acnf:", "\ncnf:", "cn=deleted objects,"].iter().any(|mark| name.contains(mark))
}

fn parent_key(name: &DistinguishedName) -> Option<String> {
    let key = name.key();
    let own = split_unescaped(&key).first()?.len();
    key.get(own + 1..).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{SourceId, Span};
    use crate::model::Located;
    use crate::model::directory::{Attribute, AttributeValue};

    fn object(name: &str, class: &str) -> DirectoryObject {
        let span = Span::lines(SourceId(0), 1, 1);
        let values = vec![Located::new(AttributeValue::Text(class.to_owned()), span)];
        DirectoryObject {
            span,
            distinguished_name: Some(Located::new(name.to_owned(), span)),
            change: None,
            attributes: vec![Attribute { name: "objectClass".to_owned(), values, complete: true }],
        }
    }

    #[test]
    fn a_container_is_shown_with_what_is_below_it() {
        let directory = Directory::new(vec![
            object("CN=Connections,DC=contoso,DC=com", "msExchConnectors"),
            object("CN=SMTP \\(EX1\\, old\\),CN=Connections,DC=contoso,DC=com", "mailGateway"),
            object("CN=Other,DC=contoso,DC=com", "container"),
        ]);
        let shown = |name| directory.shows_below(&DistinguishedName::parse(name).unwrap());
        assert!(shown("cn=connections, dc=contoso, dc=com"));
        assert!(!shown("CN=Other,DC=contoso,DC=com"));
        assert!(!shown("DC=contoso,DC=com"));
        assert!(directory.object("CN=other,DC=CONTOSO,DC=com").is_some());
    }

    #[test]
    fn stores_know_their_server_and_tombstones_do_not_count() {
        let above = "CN=First Storage Group,CN=InformationStore,CN=EX1,CN=Servers,CN=Site1,DC=contoso,DC=com";
        let directory = Directory::new(vec![
            object(&format!("CN=Mailbox Store (EX1),{above}"), "msExchPrivateMDB"),
            object(&format!("CN=Public\\0ADEL:0,{above}"), "msExchPublicMDB"),
            object(&format!("CN=mailbox store (ex1),{above}"), "msExchPrivateMDB"),
        ]);
        let stores = directory.stores();
        assert_eq!(stores.len(), 1);
        assert_eq!((stores[0].name().as_str(), stores[0].server().as_deref()), ("Mailbox Store (EX1)", Some("EX1")));
    }
}
