//! Exchange servers and their addresses.

use serde::{Deserialize, Serialize};
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
    use super::server_key;

    #[test]
    fn short_and_full_names_are_one_server() {
        assert_eq!(server_key("EX10-01"), server_key("ex10-01.contoso.com "));
    }
}
