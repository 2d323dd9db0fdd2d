//! Receive connectors, as `Get-ReceiveConnector` shows them (2007 to SE).

use serde::{Deserialize, Serialize};
use std::fmt;

use super::{Listed, Located, server::server_key};
use crate::base::ip_range::{Binding, IpRange};
use crate::base::source::Span;

/// One receive connector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReceiveConnector {
    /// The whole record.
    pub span: Span,
    /// `Server\Name` as printed.
    pub identity: Located<String>,
    /// Whether it listens.
    pub enabled: Option<Located<bool>>,
    /// Which service it belongs to; absent in 2007 and 2010.
    pub role: Option<Located<TransportRole>>,
    /// Local addresses and ports.
    pub bindings: Option<Located<Listed<Binding>>>,
    /// Remote addresses it answers.
    pub remote_ip_ranges: Option<Located<Listed<IpRange>>>,
    /// Authentication it offers.
    pub auth_mechanism: Option<Located<AuthMechanism>>,
    /// Who may submit.
    pub permission_groups: Option<Located<PermissionGroups>>,
    /// Whether it hides the TLS variant that Exchange servers use among themselves (2010 and later).
    pub suppress_x_anonymous_tls: Option<Located<bool>>,
    /// What hosts may do that prove a name by a certificate: `mail.protection.outlook.com:AcceptCloudServicesMail` (2010 and later).
    pub tls_domain_capabilities: Option<Located<Listed<String>>>,
    /// Name in its greeting.
    pub fqdn: Option<Located<String>>,
    /// When it was last changed, as printed.
    pub when_changed: Option<Located<String>>,
}

impl ReceiveConnector {
    /// The server part of the identity.
    pub fn server(&self) -> Option<&str> {
        self.identity.value.split_once('\\').map(|(server, _)| server)
    }

    /// The name without the server.
    pub fn name(&self) -> &str {
        self.identity.value.split_once('\\').map_or(self.identity.value.as_str(), |(_, name)| name)
    }

    /// Whether it carries a name that setup gives to its own connectors, the name of the server
    /// included: `Default SRV`, `Default Frontend SRV`, `Client Frontend SRV` ... A relay may be called
    /// `Client Relay`.
    pub fn has_default_name(&self) -> bool {
        let server = server_key(self.server().unwrap_or(""));
        let name = self.name().to_ascii_lowercase();
        ["default frontend ", "default ", "client frontend ", "client proxy ", "client ", "outbound proxy frontend "]
            .iter()
            .any(|prefix| name.strip_prefix(prefix).is_some_and(|rest| server_key(rest) == server))
    }

    /// Whether it listens; an export without the property is taken for enabled, as created.
    pub fn is_enabled(&self) -> bool {
        self.enabled.as_ref().is_none_or(|e| e.value)
    }

    /// Whether it hides X-ANONYMOUSTLS, without which Exchange servers do not authenticate by default.
    pub fn hides_x_anonymous_tls(&self) -> bool {
        self.suppress_x_anonymous_tls.as_ref().is_some_and(|s| s.value)
    }

    /// Whether it offers the method by which Exchange servers authenticate. `None` when the export does
    /// not show it. (A missing permission group shows later in the conversation, with other replies.)
    pub fn offers_exchange_auth(&self) -> Option<bool> {
        if self.hides_x_anonymous_tls() {
            return Some(false);
        }
        Some(self.auth_mechanism.as_ref()?.value.contains(AuthMechanism::EXCHANGE_SERVER))
    }
}

/// The service a connector belongs to (2013 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TransportRole {
    /// Front End Transport, port 25 for other organizations and older versions.
    FrontendTransport,
    /// Transport on the back end, port 2525.
    HubTransport,
}

impl TransportRole {
    /// From the name, or the number of the server role bit.
    pub fn parse(text: &str) -> Option<TransportRole> {
        match text.trim().to_ascii_lowercase().as_str() {
            "frontendtransport" | "16384" => Some(TransportRole::FrontendTransport),
            "hubtransport" | "32" => Some(TransportRole::HubTransport),
            _ => None,
        }
    }
}

impl fmt::Display for TransportRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TransportRole::FrontendTransport => "FrontendTransport",
            TransportRole::HubTransport => "HubTransport",
        })
    }
}

/// Flags printed as names, or as their sum.
macro_rules! flags {
    ($(#[$doc:meta])* $name:ident { $($(#[$flag_doc:meta])* $constant:ident = $bit:literal, $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            $($(#[$flag_doc])* pub const $constant: u32 = $bit;)*
            const NAMES: &'static [(u32, &'static str)] = &[$(($bit, $text)),*];

            /// From names joined by commas in any order and case, or from the number. `None` when a
            /// name is unknown or the text is empty.
            pub fn parse(text: &str) -> Option<$name> {
                let text = text.trim().trim_start_matches('{').trim_end_matches('}');
                if let Ok(number) = text.parse() {
                    return Some($name(number));
                }
                let mut sum = 0;
                for word in text.split(',') {
                    let word = word.trim();
                    if word.eq_ignore_ascii_case("none") {
                        continue;
                    }
                    sum |= Self::NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(word))?.0;
                }
                Some($name(sum))
            }

            /// Whether all of `flags` are set.
            pub fn contains(self, flags: u32) -> bool {
                self.0 & flags == flags
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let names: Vec<_> = Self::NAMES.iter().filter(|(bit, _)| self.contains(*bit)).map(|n| n.1).collect();
                f.write_str(if names.is_empty() { "None".to_owned() } else { names.join(", ") }.as_str())
            }
        }
    };
}

flags! {
    /// Authentication a connector offers.
    AuthMechanism {
        /// Transport Layer Security.
        TLS = 1, "Tls";
        /// NTLM and Kerberos.
        INTEGRATED = 2, "Integrated";
        /// User name and password.
        BASIC_AUTH = 4, "BasicAuth";
        /// User name and password only over TLS.
        BASIC_AUTH_REQUIRE_TLS = 8, "BasicAuthRequireTLS";
        /// The authentication between Exchange servers.
        EXCHANGE_SERVER = 16, "ExchangeServer";
        /// Trusted without authentication.
        EXTERNAL_AUTHORITATIVE = 32, "ExternalAuthoritative";
    }
}

flags! {
    /// Who may submit through a connector.
    PermissionGroups {
        /// Anyone.
        ANONYMOUS_USERS = 1, "AnonymousUsers";
        /// Users with a mailbox.
        EXCHANGE_USERS = 2, "ExchangeUsers";
        /// Exchange 2007 and later.
        EXCHANGE_SERVERS = 4, "ExchangeServers";
        /// Exchange 2003 and earlier.
        EXCHANGE_LEGACY_SERVERS = 8, "ExchangeLegacyServers";
        /// Domain-secure partners.
        PARTNERS = 16, "Partners";
        /// Edited by hand in the directory.
        CUSTOM = 32, "Custom";
    }
}

impl PermissionGroups {
    /// Whether other Exchange servers may submit. `Custom` may hide further rights, so it does not
    /// say no, but neither does it say yes.
    pub fn admits_exchange_servers(self) -> bool {
        self.contains(Self::EXCHANGE_SERVERS)
    }
}

impl super::Entry for ReceiveConnector {
    fn span(&self) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_setup_are_default_names() {
        let span = Span::file(crate::base::source::SourceId(0));
        let named = |identity: &str| ReceiveConnector {
            span,
            identity: Located::new(identity.to_owned(), span),
            enabled: None,
            role: None,
            bindings: None,
            remote_ip_ranges: None,
            auth_mechanism: None,
            permission_groups: None,
            suppress_x_anonymous_tls: None,
            tls_domain_capabilities: None,
            fqdn: None,
            when_changed: None,
        };
        for identity in ["EX1\\Default EX1", "EX1\\Default Frontend EX1", "ex1.contoso.com\\Client Proxy EX1"] {
            assert!(named(identity).has_default_name(), "{identity}");
        }
        for identity in ["EX1\\Client Relay", "EX1\\Default Relay", "EX1\\Default EX2", "EX1\\Relay"] {
            assert!(!named(identity).has_default_name(), "{identity}");
        }
    }

    #[test]
    fn reads_flags_by_name_and_by_number() {
        let all = AuthMechanism::parse("Tls, Integrated, BasicAuth, BasicAuthRequireTLS, ExchangeServer");
        assert_eq!(all, Some(AuthMechanism(31)));
        assert_eq!(AuthMechanism::parse("31"), all);
        assert_eq!(AuthMechanism::parse("exchangeserver,TLS"), Some(AuthMechanism(17)));
        assert_eq!(AuthMechanism::parse("None"), Some(AuthMechanism(0)));
        assert_eq!(AuthMechanism::parse("Tls, Int..."), None);
        assert_eq!(all.unwrap().to_string(), "Tls, Integrated, BasicAuth, BasicAuthRequireTLS, ExchangeServer");
    }
}
