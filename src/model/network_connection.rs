//! Network cards of a server, as `Get-NetworkConnectionInfo` shows them (2007 to SE).

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use super::{Listed, Located};
use crate::base::source::Span;

/// One network card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NetworkConnection {
    /// The whole record.
    pub span: Span,
    /// Name of the card.
    pub name: Option<Located<String>>,
    /// Identifier; the DNS settings of transport services name it.
    pub adapter: Option<Located<String>>,
    /// DNS servers it is set to use.
    pub dns_servers: Option<Located<Listed<IpAddr>>>,
    /// Its addresses.
    pub addresses: Option<Located<Listed<IpAddr>>>,
}

impl super::Entry for NetworkConnection {
    fn span(&self) -> Span {
        self.span
    }
}
