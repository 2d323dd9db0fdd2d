//! Exchange servers and their addresses.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::{Located, version::ExchangeVersion};
use crate::base::source::Span;

/// A server, as `Get-ExchangeServer` shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeServer {
    /// The whole record.
    pub span: Span,
    /// NetBIOS name.
    pub name: String,
    /// Full name.
    pub fqdn: Option<String>,
    /// Active Directory site, last part of its path.
    pub site: Option<String>,
    /// Roles as printed, for example `Mailbox, ClientAccess, HubTransport`.
    pub roles: Option<String>,
    /// Version.
    pub version: Option<Located<ExchangeVersion>>,
}

/// An address of a server, from a list made by resolving names, or from another record that shows
/// both.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServerAddress {
    /// Where it stands.
    pub span: Span,
    /// Server, NetBIOS or full name.
    pub server: String,
    /// The address.
    pub address: IpAddr,
}

/// The form under which names of one server compare equal: the first label, in lower case.
/// Exchange prints NetBIOS names and full names of the same server side by side.
pub fn server_key(name: &str) -> String {
    name.trim().split('.').next().unwrap_or("").to_ascii_lowercase()
}

/// The full names of the servers of a case. Two organizations can each have an EX1; then only the full names tell them apart.
#[derive(Clone, Debug, Default)]
pub struct ServerNames {
    /// By the first label.
    full: BTreeMap<String, BTreeSet<String>>,
}

impl ServerNames {
    /// Takes the names that Exchange itself prints; short ones say nothing here. A name that was resolved can be an alias and does
    /// not belong in.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> ServerNames {
        let mut full: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for name in names.filter(|name| is_full(name)) {
            full.entry(server_key(name)).or_default().insert(name.trim().to_ascii_lowercase());
        }
        ServerNames { full }
    }

    /// The form under which names of one server compare equal: the first label, unless several servers have it. A short name that
    /// several servers have is none of them.
    pub fn key(&self, name: &str) -> String {
        if is_full(name) && self.is_shared(name) { name.trim().to_ascii_lowercase() } else { server_key(name) }
    }

    /// Whether several servers have the first label of this name.
    pub fn is_shared(&self, name: &str) -> bool {
        self.full.get(&server_key(name)).is_some_and(|full| full.len() > 1)
    }
}

/// Whether a name is more than the first label.
pub fn is_full(name: &str) -> bool {
    name.trim().trim_end_matches('.').contains('.')
}

impl super::Entry for ExchangeServer {
    fn span(&self) -> Span {
        self.span
    }
}

impl super::Entry for ServerAddress {
    fn span(&self) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::{ServerNames, server_key};

    #[test]
    fn short_and_full_names_are_one_server() {
        assert_eq!(server_key("EX10-01"), server_key("ex10-01.contoso.com "));
    }

    #[test]
    fn a_short_name_of_two_servers_is_neither() {
        let one = ServerNames::new(["EX1", "EX1.contoso.com", "ex1.contoso.com"].into_iter());
        assert_eq!(one.key("EX1"), one.key("EX1.contoso.com"));
        let two = ServerNames::new(["EX1.contoso.com", "EX1.fabrikam.example"].into_iter());
        assert_ne!(two.key("EX1.contoso.com"), two.key("ex1.fabrikam.example"));
        assert_ne!(two.key("EX1"), two.key("EX1.contoso.com"));
        assert_eq!(two.key("EX2"), two.key("EX2.contoso.com"));
    }
}
