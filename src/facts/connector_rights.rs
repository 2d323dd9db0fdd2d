//! Permissions of receive connectors.
//!
//! Trap: `Get-ADPermission` names a connector `EX1\Relay`, in the same form as a store of Exchange 2007. It is a connector when the
//! connectors show one of this name, or when the list speaks of rights that only connectors have.

use std::collections::BTreeMap;

use super::connectors::Connectors;
use super::directory::server_in;
use crate::base::distinguished_name::DistinguishedName;
use crate::knowledge::extended_rights;
use crate::model::access::AccessControlList;
use crate::model::receive_connector::ReceiveConnector;
use crate::model::server::server_key;
use crate::tools::access_check::guid_of;

/// The container of receive connectors below a server.
const CONTAINER: &str = "SMTP Receive Connectors";

/// The lists of receive connectors.
#[derive(Default)]
pub struct ConnectorRights {
    /// By server and connector in small letters.
    lists: BTreeMap<(String, String), Vec<AccessControlList>>,
}

impl ConnectorRights {
    /// Takes the lists of connectors out of all lists.
    pub fn take(lists: Vec<AccessControlList>, connectors: &Connectors) -> (ConnectorRights, Vec<AccessControlList>) {
        let (mut rights, mut rest) = (ConnectorRights::default(), Vec::new());
        for list in lists {
            let object = list.object.as_ref().map(|object| object.value.as_str());
            match object.and_then(|object| connector(object, &list, connectors)) {
                Some((server, name)) if list.attribute.is_none() => {
                    rights.lists.entry((server_key(&server), name.to_lowercase())).or_default().push(list);
                }
                _ => rest.push(list),
            }
        }
        (rights, rest)
    }

    /// The lists of a connector.
    pub fn of<'a>(&'a self, connector: &ReceiveConnector) -> impl Iterator<Item = &'a AccessControlList> {
        let key = (server_key(connector.server().unwrap_or("")), connector.name().to_lowercase());
        self.lists.get(&key).into_iter().flatten()
    }

    /// All lists, each with the server and the connector in small letters.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, &AccessControlList)> {
        let pairs = self.lists.iter().flat_map(|(key, lists)| lists.iter().map(move |list| (key, list)));
        pairs.map(|((server, name), list)| (server.as_str(), name.as_str(), list))
    }
}

/// Server and name of the connector that an object is.
fn connector(object: &str, list: &AccessControlList, connectors: &Connectors) -> Option<(String, String)> {
    let start = object.to_ascii_lowercase().find("cn=").unwrap_or(0);
    if let Some(name) = object.get(start..).and_then(DistinguishedName::parse) {
        return (name.level_of(CONTAINER) == Some(1)).then(|| Some((server_in(&name)?, name.name().to_owned())))?;
    }
    let path: Vec<&str> = object.split('/').collect();
    if let Some(at) = path.iter().position(|part| part.eq_ignore_ascii_case(CONTAINER)) {
        let server = path.iter().position(|part| part.eq_ignore_ascii_case("Servers")).and_then(|s| path.get(s + 1))?;
        return Some(((*server).to_owned(), path.get(at + 1..)?.join("/")));
    }
    let (server, name) = object.split_once('\\').filter(|(_, name)| !name.contains('\\'))?;
    let is_known = connectors.of(server).iter().any(|own| own.name().eq_ignore_ascii_case(name));
    let speaks_of_it = || {
        let rights = list.entries.iter().filter_map(|entry| guid_of(entry.object_type.as_ref()?));
        rights.filter_map(extended_rights::by_guid).any(|right| right.group == "connector")
    };
    (is_known || speaks_of_it()).then(|| (server.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{SourceId, Span};
    use crate::model::Located;
    use crate::model::access::{AccessEntry, Effect, EntryOrder, ObjectType, Rights, Trustee};

    fn list(object: &str, right: &str) -> AccessControlList {
        let span = Span::file(SourceId(0));
        let entry = AccessEntry {
            span,
            effect: Effect::Allow,
            trustee: Trustee { name: Some("NT AUTHORITY\\ANONYMOUS LOGON".to_owned()), sid: None },
            rights: Rights::CONTROL_ACCESS,
            object_type: Some(ObjectType { guid: None, name: Some(right.to_owned()) }),
            inherited: None,
            applies_to: None,
            inherit_only: false,
            conditional: false,
        };
        AccessControlList {
            span,
            object: Some(Located::new(object.to_owned(), span)),
            attribute: None,
            owner: None,
            protected: None,
            entries: vec![entry],
            order: EntryOrder::Unknown,
            open_to_all: false,
            complete: true,
        }
    }

    #[test]
    fn a_list_of_a_connector_is_not_that_of_a_store() {
        let none = Connectors::new(Vec::new());
        let of = |object: &str, right: &str| connector(object, &list(object, right), &none);
        let relay = Some(("EX1".to_owned(), "Relay".to_owned()));
        assert_eq!(of("EX1\\Relay", "ms-Exch-SMTP-Accept-Any-Recipient"), relay);
        assert_eq!(of("EX1\\Mailbox Database", "ms-Exch-Store-Admin"), None);
        assert_eq!(of("contoso.com/X/Servers/EX1/Protocols/SMTP Receive Connectors/Relay", "Send-As"), relay);
        let dn = "CN=Relay,CN=SMTP Receive Connectors,CN=Protocols,CN=EX1,CN=Servers,CN=A,DC=contoso,DC=com";
        assert_eq!(of(dn, "Send-As"), relay);
    }
}
