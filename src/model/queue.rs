//! Queues, as `Get-Queue` shows them (2007 to SE).

use serde::{Deserialize, Serialize};
use std::fmt;

use uuid::Uuid;

use super::Located;
use crate::base::{source::Span, timestamp::Moment};

/// One queue at the time of the export. Every property is optional: exports with `Select-Object`
/// are the rule in practice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Queue {
    /// The whole record.
    pub span: Span,
    /// `Server\41`, `Server\Unreachable`, `41` ...
    pub identity: Option<Located<QueueIdentity>>,
    /// What kind of next hop.
    pub delivery_type: Option<Located<DeliveryType>>,
    /// The name of the queue: domain, smart hosts, server, site, database, `hub version 15` ...
    pub next_hop_domain: Option<Located<String>>,
    /// Identifier of the send connector, site, group or database; `None` for zeros.
    pub next_hop_connector: Option<Located<Uuid>>,
    /// Active, Ready, Retry ...
    pub status: Option<Located<QueueStatus>>,
    /// Messages in the queue.
    pub message_count: Option<Located<u64>>,
    /// The last error, as printed; lines joined.
    pub last_error: Option<Located<String>>,
    /// When delivery was last tried.
    pub last_retry: Option<Located<Moment>>,
    /// When delivery will be tried next.
    pub next_retry: Option<Located<Moment>>,
    /// Messages that leave in a second less those that come, over the last minute (2013 and later): below zero it grows.
    pub velocity: Option<Located<f64>>,
}

impl Queue {
    /// The server part of the identity.
    pub fn server(&self) -> Option<&str> {
        self.identity.as_ref()?.value.server.as_deref()
    }

    /// The identity as text, or the next hop when there is none.
    pub fn label(&self) -> String {
        match (&self.identity, &self.next_hop_domain) {
            (Some(identity), _) => identity.value.to_string(),
            (None, Some(next_hop)) => next_hop.value.clone(),
            (None, None) => "unnamed queue".to_owned(),
        }
    }

    /// Whether this is a shadow queue: copies kept for safety, not waiting mail.
    pub fn is_shadow(&self) -> bool {
        matches!(self.identity.as_ref().map(|i| &i.value.name), Some(QueueName::Shadow(_)))
            || self.delivery_type.as_ref().is_some_and(|d| d.value == DeliveryType::ShadowRedundancy)
    }

    /// Whether this is the unreachable queue.
    pub fn is_unreachable(&self) -> bool {
        matches!(self.identity.as_ref().map(|i| &i.value.name), Some(QueueName::Unreachable))
            || self.delivery_type.as_ref().is_some_and(|d| d.value == DeliveryType::Unreachable)
            || self
                .next_hop_domain
                .as_ref()
                .is_some_and(|n| n.value.trim().to_ascii_lowercase().starts_with("unreachable"))
    }
}

/// `[Server\]` and the name of the queue on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QueueIdentity {
    /// Server, NetBIOS or full name; may be missing.
    pub server: Option<String>,
    /// The rest.
    pub name: QueueName,
}

/// Name of a queue on its server. Row numbers do not survive a restart of the transport service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum QueueName {
    /// Messages waiting for the categorizer.
    Submission,
    /// Messages without a route.
    Unreachable,
    /// Messages set aside as harmful.
    Poison,
    /// Copies kept for another server.
    Shadow(String),
    /// A delivery queue by row number.
    Row(u64),
    /// A delivery queue by next hop.
    NextHop(String),
}

impl QueueIdentity {
    /// Parses the text of an identity; `None` when it is empty.
    pub fn parse(text: &str) -> Option<QueueIdentity> {
        let text = text.trim();
        let (server, rest) = match text.split_once('\\') {
            // `Shadow\3` without a server.
            Some((first, _)) if first.eq_ignore_ascii_case("shadow") => (None, text),
            Some((server, rest)) => (Some(server.trim().to_owned()).filter(|s| !s.is_empty()), rest),
            None => (None, text),
        };
        let rest = rest.trim();
        let shadow = rest.get(..7).filter(|p| p.eq_ignore_ascii_case("shadow\\")).and(rest.get(7..));
        let name = match rest.to_ascii_lowercase().as_str() {
            "" => return None,
            "submission" => QueueName::Submission,
            "unreachable" => QueueName::Unreachable,
            "poison" => QueueName::Poison,
            _ => match (shadow, rest.parse()) {
                (Some(primary), _) => QueueName::Shadow(primary.to_owned()),
                (None, Ok(row)) => QueueName::Row(row),
                (None, Err(_)) => QueueName::NextHop(rest.to_owned()),
            },
        };
        Some(QueueIdentity { server, name })
    }
}

impl fmt::Display for QueueIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(server) = &self.server {
            write!(f, "{server}\\")?;
        }
        match &self.name {
            QueueName::Submission => f.write_str("Submission"),
            QueueName::Unreachable => f.write_str("Unreachable"),
            QueueName::Poison => f.write_str("Poison"),
            QueueName::Shadow(primary) => write!(f, "Shadow\\{primary}"),
            QueueName::Row(row) => write!(f, "{row}"),
            QueueName::NextHop(next_hop) => f.write_str(next_hop),
        }
    }
}

/// Status of a queue. The numbers are those of the enumeration, as JSON prints them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum QueueStatus {
    /// 1: delivering.
    Active,
    /// 2: waiting for a connection slot; can hold stuck mail all the same.
    Ready,
    /// 3: the last attempt failed.
    Retry,
    /// 4: suspended by an administrator.
    Suspended,
    /// 5: connecting.
    Connecting,
}

impl QueueStatus {
    /// From the name in any case, or the number.
    pub fn parse(text: &str) -> Option<QueueStatus> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "active" | "1" => QueueStatus::Active,
            "ready" | "2" => QueueStatus::Ready,
            "retry" | "3" => QueueStatus::Retry,
            "suspended" | "4" => QueueStatus::Suspended,
            "connecting" | "5" => QueueStatus::Connecting,
            _ => return None,
        })
    }
}

impl fmt::Display for QueueStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            QueueStatus::Active => "Active",
            QueueStatus::Ready => "Ready",
            QueueStatus::Retry => "Retry",
            QueueStatus::Suspended => "Suspended",
            QueueStatus::Connecting => "Connecting",
        })
    }
}

/// Delivery type of a queue: what kind of next hop its messages have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variants are Exchange's own names; see `NAMES`")]
pub enum DeliveryType {
    Undefined,
    DnsConnectorDelivery,
    MapiDelivery,
    NonSmtpGatewayDelivery,
    SmartHostConnectorDelivery,
    SmtpRelayToRemoteAdSite,
    SmtpRelayToTiRg,
    SmtpRelayWithinAdSite,
    SmtpRelayWithinAdSiteToEdge,
    Unreachable,
    ShadowRedundancy,
    Heartbeat,
    DeliveryAgent,
    SmtpDeliveryToMailbox,
    SmtpRelayToDag,
    SmtpRelayToMailboxDeliveryGroup,
    SmtpRelayToConnectorSourceServers,
    SmtpRelayToServers,
}

impl DeliveryType {
    /// Number, name, and the text Queue Viewer shows where it differs.
    const NAMES: [(u8, DeliveryType, &'static str, &'static str); 18] = {
        use DeliveryType as D;
        [
            (0, D::Undefined, "Undefined", ""),
            (1, D::DnsConnectorDelivery, "DnsConnectorDelivery", ""),
            (2, D::MapiDelivery, "MapiDelivery", ""),
            (3, D::NonSmtpGatewayDelivery, "NonSmtpGatewayDelivery", ""),
            (4, D::SmartHostConnectorDelivery, "SmartHostConnectorDelivery", ""),
            (5, D::SmtpRelayToRemoteAdSite, "SmtpRelayToRemoteAdSite", "SMTP Relay to Remote Active Directory Site"),
            (6, D::SmtpRelayToTiRg, "SmtpRelayToTiRg", ""),
            (7, D::SmtpRelayWithinAdSite, "SmtpRelayWithinAdSite", "SMTP Relay in Active Directory Site"),
            (
                8,
                D::SmtpRelayWithinAdSiteToEdge,
                "SmtpRelayWithinAdSiteToEdge",
                "SMTP Relay in Active Directory Site to Edge Transport Server",
            ),
            (9, D::Unreachable, "Unreachable", ""),
            (10, D::ShadowRedundancy, "ShadowRedundancy", "Shadow Redundancy"),
            (11, D::Heartbeat, "Heartbeat", ""),
            (12, D::DeliveryAgent, "DeliveryAgent", "Delivery Agent"),
            (13, D::SmtpDeliveryToMailbox, "SmtpDeliveryToMailbox", "SMTP Delivery to Mailbox"),
            (14, D::SmtpRelayToDag, "SmtpRelayToDag", "SMTP Relay to Database Availability Group"),
            (
                15,
                D::SmtpRelayToMailboxDeliveryGroup,
                "SmtpRelayToMailboxDeliveryGroup",
                "SMTP Relay to Mailbox Delivery Group",
            ),
            (
                16,
                D::SmtpRelayToConnectorSourceServers,
                "SmtpRelayToConnectorSourceServers",
                "SMTP Relay to Send Connector Source Servers",
            ),
            (17, D::SmtpRelayToServers, "SmtpRelayToServers", "SMTP Relay to specified Exchange Servers"),
        ]
    };

    /// Other spellings met in documentation and transcripts.
    const ALIASES: [(&'static str, DeliveryType); 2] = [
        ("SmtpRelayToRemoteActiveDirectorySite", DeliveryType::SmtpRelayToRemoteAdSite),
        ("SmtpRelayMailboxDeliveryGroup", DeliveryType::SmtpRelayToMailboxDeliveryGroup),
    ];

    /// From the name in any case, the text Queue Viewer shows, or the number.
    pub fn parse(text: &str) -> Option<DeliveryType> {
        let text = text.trim();
        Self::NAMES
            .iter()
            .find(|(number, _, name, shown)| {
                name.eq_ignore_ascii_case(text)
                    || (!shown.is_empty() && shown.eq_ignore_ascii_case(text))
                    || text.parse() == Ok(*number)
            })
            .map(|(_, value, ..)| *value)
            .or_else(|| Self::ALIASES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|a| a.1))
    }

    /// The one type that a name cut by Format-Table can stand for: `MapiDel...`. `None` when it is
    /// not cut, unknown, or could be several (`SmtpRelay...`).
    pub fn parse_cut(text: &str) -> Option<DeliveryType> {
        let prefix = text.trim().strip_suffix("...").or_else(|| text.trim().strip_suffix('…'))?;
        let mut hits = Self::NAMES
            .iter()
            .filter(|(_, _, name, _)| name.get(..prefix.len()).is_some_and(|p| p.eq_ignore_ascii_case(prefix)));
        let first = hits.next()?;
        hits.next().is_none().then_some(first.1)
    }

    /// The name of the enumeration.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, value, ..)| *value == self).map_or("Undefined", |(_, _, name, _)| *name)
    }

    /// Whether the next hop lies outside the organization.
    pub fn is_external(self) -> bool {
        matches!(
            self,
            DeliveryType::DeliveryAgent
                | DeliveryType::DnsConnectorDelivery
                | DeliveryType::NonSmtpGatewayDelivery
                | DeliveryType::SmartHostConnectorDelivery
        )
    }
}

impl fmt::Display for DeliveryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl super::Entry for Queue {
    fn span(&self) -> Span {
        self.span
    }

    fn times(&self) -> Vec<Moment> {
        self.last_retry.as_ref().map(|t| t.value).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_identities() {
        for (text, server, name) in [
            ("EX10-01\\41", Some("EX10-01"), QueueName::Row(41)),
            ("lon-hub1.contoso.com\\unreachable", Some("lon-hub1.contoso.com"), QueueName::Unreachable),
            ("EX1\\Shadow\\ex2.contoso.com", Some("EX1"), QueueName::Shadow("ex2.contoso.com".to_owned())),
            ("Shadow\\3", None, QueueName::Shadow("3".to_owned())),
            ("EX1\\contoso.com", Some("EX1"), QueueName::NextHop("contoso.com".to_owned())),
            ("Submission", None, QueueName::Submission),
        ] {
            let identity = QueueIdentity::parse(text).unwrap();
            assert_eq!((identity.server.as_deref(), identity.name), (server, name), "{text}");
        }
        assert_eq!(QueueIdentity::parse("EX1\\"), None);
        assert_eq!(QueueIdentity::parse("Shadöw\\x").unwrap().server.as_deref(), Some("Shadöw"));
    }

    #[test]
    fn a_cut_delivery_type_is_never_guessed() {
        assert_eq!(DeliveryType::parse_cut("MapiDel..."), Some(DeliveryType::MapiDelivery));
        assert_eq!(DeliveryType::parse_cut("SmartHost…"), Some(DeliveryType::SmartHostConnectorDelivery));
        assert_eq!(DeliveryType::parse_cut("SmtpRelay..."), None);
        assert_eq!(DeliveryType::parse_cut("MapiDelivery"), None);
    }

    #[test]
    fn reads_delivery_types_in_all_spellings() {
        for text in ["SmtpRelayToTiRg", "SmtpRelaytoTiRg", "6"] {
            assert_eq!(DeliveryType::parse(text), Some(DeliveryType::SmtpRelayToTiRg));
        }
        assert_eq!(
            DeliveryType::parse("SMTP Relay to Mailbox Delivery Group"),
            Some(DeliveryType::SmtpRelayToMailboxDeliveryGroup)
        );
        assert_eq!(DeliveryType::parse(""), None);
    }
}
