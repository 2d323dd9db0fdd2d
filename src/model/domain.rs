//! Domains: those the organization accepts mail for, and settings for others (2007 to SE).

use serde::{Deserialize, Serialize};
use std::fmt;

use super::Located;
use crate::base::source::Span;

/// An accepted domain, as `Get-AcceptedDomain` shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AcceptedDomain {
    /// The whole record.
    pub span: Span,
    /// Name of the object.
    pub name: Option<String>,
    /// The domain; `*.contoso.com` with those below it, `*` for all.
    pub domain: Located<String>,
    /// What is done with mail for unknown recipients.
    pub kind: Option<Located<AcceptedDomainKind>>,
    /// Whether it is the default one.
    pub default: Option<Located<bool>>,
    /// Whether the domains below it belong to it.
    pub subdomains: Option<Located<bool>>,
}

/// What is done with mail for recipients that the organization does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AcceptedDomainKind {
    /// Rejected.
    Authoritative,
    /// Handed on by the Edge Transport server.
    ExternalRelay,
    /// Handed on through a send connector.
    InternalRelay,
}

impl AcceptedDomainKind {
    /// From the name, or its number.
    pub fn parse(text: &str) -> Option<AcceptedDomainKind> {
        match text.trim().to_ascii_lowercase().as_str() {
            "authoritative" | "0" => Some(AcceptedDomainKind::Authoritative),
            "externalrelay" | "1" => Some(AcceptedDomainKind::ExternalRelay),
            "internalrelay" | "2" => Some(AcceptedDomainKind::InternalRelay),
            _ => None,
        }
    }
}

impl fmt::Display for AcceptedDomainKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AcceptedDomainKind::Authoritative => "Authoritative",
            AcceptedDomainKind::ExternalRelay => "ExternalRelay",
            AcceptedDomainKind::InternalRelay => "InternalRelay",
        })
    }
}

/// A remote domain, as `Get-RemoteDomain` shows it; only what decides how mail is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemoteDomain {
    /// The whole record.
    pub span: Span,
    /// Name of the object.
    pub name: Option<String>,
    /// The domain.
    pub domain: Located<String>,
    /// Whether it is a part of the own organization.
    pub internal: Option<Located<bool>>,
    /// Whether mail to it goes to Exchange Online.
    pub target_delivery: Option<Located<bool>>,
    /// Whether automatic replies are sent.
    pub auto_reply: Option<Located<bool>>,
    /// Whether mail is forwarded automatically.
    pub auto_forward: Option<Located<bool>>,
    /// Whether non-delivery reports are sent.
    pub ndr: Option<Located<bool>>,
    /// Whether mail is sent in the format of Outlook; absent when each user decides.
    pub tnef: Option<Located<bool>>,
}

impl super::Entry for AcceptedDomain {
    fn span(&self) -> Span {
        self.span
    }
}

impl super::Entry for RemoteDomain {
    fn span(&self) -> Span {
        self.span
    }
}
