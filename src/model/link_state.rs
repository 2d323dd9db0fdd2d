//! The link state table of Exchange 2000 and 2003 (OrgInfo): what a server believes about routing groups, their servers,
//! and which connectors are up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Located;
use crate::base::source::Span;

/// One table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkStateTable {
    /// Where it stands.
    pub span: Span,
    /// MD5 digest of the content; servers with the same digest agree.
    pub digest: Located<String>,
    /// Whether it was read to its end.
    pub complete: bool,
    /// Routing groups.
    pub groups: Vec<LinkStateGroup>,
}

/// A routing group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkStateGroup {
    /// Where it stands.
    pub span: Span,
    /// Its identifier.
    pub id: LinkStateId,
    /// The server that is the master.
    pub master: Option<LinkStateId>,
    /// Changes by administrators.
    pub major: Option<Located<u32>>,
    /// Changes of links between up and down.
    pub minor: Option<Located<u32>>,
    /// Changes of servers: services, members, the master.
    pub user: Option<Located<u32>>,
    /// `*.GUID`
    pub smtp_address: Option<String>,
    /// X.400 address.
    pub x400_address: Option<String>,
    /// `/o=.../ou=.../*/...`
    pub x500_address: Option<String>,
    /// Its servers.
    pub members: Vec<LinkStateMember>,
    /// Its connectors.
    pub connectors: Vec<LinkStateConnector>,
}

/// A server of a routing group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkStateMember {
    /// Where it stands.
    pub span: Span,
    /// Its identifier.
    pub id: LinkStateId,
    /// Whether it is connected to the master.
    pub connected: Option<bool>,
    /// Build of Exchange.
    pub build: Option<u32>,
}

/// A connector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkStateConnector {
    /// Where it stands.
    pub span: Span,
    /// Its identifier.
    pub id: LinkStateId,
    /// SMTP, X400, Notes ...
    pub kind: Option<String>,
    /// The routing group it leads to, as written; none for a connector out of the organization.
    pub target_group: Option<String>,
    /// `legacyExchangeDN`
    pub legacy_dn: Option<String>,
    /// How many senders and groups its restrictions list.
    pub restrictions: u32,
    /// What it can deliver to.
    pub address_spaces: Vec<LinkStateAddressSpace>,
    /// Its bridgehead servers.
    pub bridgeheads: Vec<LinkStateBridgehead>,
    /// Those on the other side.
    pub target_bridgeheads: Vec<LinkStateBridgehead>,
    /// Up or down; `None` when the table does not say.
    pub up: Option<Located<bool>>,
}

/// An address space of a connector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkStateAddressSpace {
    /// SMTP, X400 ...
    pub kind: String,
    /// `*`, `*.contoso.com` ...
    pub address: String,
    /// Cost.
    pub cost: Option<u32>,
}

/// A bridgehead server of a connector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkStateBridgehead {
    /// Where it stands.
    pub span: Span,
    /// The virtual server.
    pub id: LinkStateId,
    /// `CONN_AVAIL`, `CONN_NOT_AVAIL`, `VS_NOT_STARTED` ..., as written.
    pub state: Option<String>,
    /// Full name of the server.
    pub fqdn: Option<String>,
}

/// An identifier as the table writes it: the bytes of `objectGUID` in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LinkStateId(pub Uuid);

impl LinkStateId {
    /// The identifier as the directory prints it, with the first three fields turned.
    pub fn directory(self) -> Uuid {
        Uuid::from_bytes_le(*self.0.as_bytes())
    }
}

impl super::Entry for LinkStateTable {
    fn span(&self) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_prints_the_first_three_fields_turned() {
        let id = LinkStateId(Uuid::parse_str("00112233445566778899aabbccddeeff").unwrap());
        assert_eq!(id.directory().to_string(), "33221100-5544-7766-8899-aabbccddeeff");
    }
}
