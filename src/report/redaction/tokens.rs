//! What stands in for an original: the same original has the same token, whatever its case and wherever it stands. A host
//! name is put together from the tokens of its labels, so that a server shares its token with its full name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use uuid::Uuid;

use super::addresses::{Addresses, turned};
use super::patterns::{Form, is_microsoft, tenant_suffix};
use super::{literals, words};
use crate::base::guid;
use crate::facts::names::NameKind;
use crate::knowledge::extended_rights;

/// Gives out tokens.
#[derive(Default)]
pub struct Tokens {
    /// By the original in small letters, with single blanks.
    given: BTreeMap<String, String>,
    /// What the names of the case are the names of, by the same key.
    pub kinds: BTreeMap<String, NameKind>,
    /// By the word that they begin with.
    numbers: BTreeMap<&'static str, u32>,
    /// Words of the report, which no token may be.
    pub taken: BTreeSet<String>,
    /// Domains that are none of hosts, in small letters.
    pub domains: BTreeSet<String>,
    /// Hosts that stay, with all below them.
    pub public: BTreeSet<String>,
    /// First domain of each label before the last, and how many others there are.
    bases: BTreeMap<String, Vec<String>>,
    /// IP addresses.
    pub addresses: Addresses,
    guids: BTreeMap<Uuid, Uuid>,
    sids: BTreeMap<String, String>,
}

/// The key of an original: the case, the number of blanks, and what cannot stand in the name of a file do not matter.
pub fn key(text: &str) -> String {
    let text = text.to_lowercase().replace([':', '?', '"', '*'], "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Tokens {
    /// What an original becomes; `None` when it stays.
    pub fn of(&mut self, text: &str, form: &Form) -> Option<String> {
        match form {
            Form::Mail => self.mail(text, None),
            Form::MessageId => self.mail(text, Some("message")),
            Form::Host => self.host(text),
            Form::Ip(address) => self.addresses.replacement(*address).map(|new| same_family(text, new)),
            // The pattern hands it out in its right order.
            Form::Reverse(address) => self.addresses.numbers(turned(*address), true).map(|new| new.to_string()),
            Form::Quad(address) => self.quad(text, *address),
            Form::Rest => Some(self.numbered("word", text, |number| format!("word{number}"))),
            Form::Guid => self.guid(text),
            Form::Sid => Some(self.sid(text)),
            Form::Thumbprint => Some(self.numbered("", text, |number| format!("{number:040}"))),
            Form::Domain => self.components(text),
            Form::Name(kind) => self.name(*kind, text),
        }
    }

    /// A token that is known from elsewhere.
    pub fn preset(&mut self, text: &str, token: String) {
        self.given.insert(key(text), token);
    }

    /// Whether a preset token is its original.
    pub fn stays(&self, text: &str) -> bool {
        self.given.get(&key(text)).is_some_and(|token| token == text)
    }

    fn name(&mut self, kind: NameKind, text: &str) -> Option<String> {
        let weak = matches!(kind, NameKind::Object | NameKind::Word | NameKind::File);
        if let Some(token) = self.given.get(&key(text)) {
            return Some(token.clone());
        }
        // Subjects are texts: whatever they say, they go.
        if kind != NameKind::Subject && !self.kinds.contains_key(&key(text)) && words::is_common(text, weak) {
            return None;
        }
        let form = super::patterns::is_host(text)
            || (matches!(kind, NameKind::Domain | NameKind::Server) && super::patterns::is_dotted(text));
        if form && !text.contains(' ') && kind != NameKind::File {
            return self.host(text);
        }
        Some(self.label(kind, text))
    }

    /// The token of a single name.
    fn label(&mut self, kind: NameKind, text: &str) -> String {
        let kind = self.kinds.get(&key(text)).copied().unwrap_or(kind);
        let prefix = match kind {
            NameKind::Server => "server",
            NameKind::Domain => "domain",
            NameKind::Person | NameKind::Address => "user",
            NameKind::Connector => "connector",
            NameKind::Database => "database",
            NameKind::Site => "site",
            NameKind::Subject => "subject",
            NameKind::File => "file",
            NameKind::Word => "word",
            NameKind::Ip | NameKind::Guid | NameKind::Sid | NameKind::Thumbprint | NameKind::Object => "object",
        };
        self.numbered(prefix, text, |number| format!("{prefix}{number}"))
    }

    fn numbered(&mut self, prefix: &'static str, text: &str, print: impl Fn(u32) -> String) -> String {
        let key = key(text);
        if let Some(token) = self.given.get(&key) {
            return token.clone();
        }
        let number = self.numbers.entry(prefix).or_insert(0);
        let token = loop {
            *number = number.saturating_add(1);
            let token = print(*number);
            if !self.taken.contains(&token) {
                break token;
            }
        };
        self.given.insert(key, token.clone());
        token
    }

    fn mail(&mut self, text: &str, prefix: Option<&'static str>) -> Option<String> {
        let (local, domain) = text.rsplit_once('@')?;
        let bracket = if domain.starts_with('[') { "[" } else { "" };
        let domain = domain.trim_start_matches('[');
        let new_domain = if let Ok(address) = domain.parse::<IpAddr>() {
            self.addresses.replacement(address).map_or_else(|| domain.to_owned(), |new| same_family(domain, new))
        } else if domain.contains('.') {
            self.host(domain).unwrap_or_else(|| domain.to_owned())
        } else {
            self.name(NameKind::Server, domain).unwrap_or_else(|| domain.to_owned())
        };
        let new_local = if words::is_common(local, false) || local.to_lowercase().starts_with("microsoftexchange") {
            local.to_owned()
        } else {
            match prefix {
                Some(prefix) => self.numbered(prefix, local, |number| format!("{prefix}{number}")),
                None => self.label(NameKind::Person, local),
            }
        };
        let new = format!("{new_local}@{bracket}{new_domain}");
        (new != text).then_some(new)
    }

    /// `ex1.berlin.contoso.com` as `server1.sub1.domain1.example`.
    pub fn host(&mut self, text: &str) -> Option<String> {
        let lower = text.to_lowercase();
        if is_microsoft(&lower) || self.is_public(&lower) {
            return None;
        }
        if let Some(suffix) = tenant_suffix(&lower) {
            let own = lower.strip_suffix(suffix)?.trim_end_matches('.');
            let labels: Vec<String> = own.split('.').map(|label| self.label(NameKind::Domain, label)).collect();
            return Some(format!("{}.{suffix}", labels.join(".")));
        }
        let labels: Vec<&str> = lower.split('.').collect();
        let base_at = labels.len().checked_sub(suffix_labels(&labels) + 1)?;
        let base = self.base(labels.get(base_at..)?);
        let is_domain = self.domains.contains(&lower);
        let own = labels.get(..base_at)?.join(".");
        let mut new = Vec::new();
        // The digits of an address within a name have the digits of its token.
        if let Some(quad) = literals::quads(&own).into_iter().next() {
            let token = self.quad(own.get(quad.range.clone())?, quad.address);
            new.extend(self.beside(own.get(..quad.range.start)?, true));
            new.push(token.unwrap_or_else(|| own.get(quad.range.clone()).unwrap_or("").to_owned()));
            new.extend(self.beside(own.get(quad.range.end..)?, false));
        } else if lower.ends_with(".ip6.arpa") {
            new.push(self.numbered("sub", &own, |number| format!("sub{number}")) + ".");
        } else {
            for (i, label) in labels.iter().take(base_at).enumerate() {
                new.push(self.host_label(label, i == 0 && !is_domain) + ".");
            }
        }
        let joint = if new.last().is_none_or(|last| last.ends_with(['.', '-'])) { "" } else { "." };
        Some(format!("{}{joint}{base}.example", new.concat()))
    }

    fn host_label(&mut self, label: &str, is_first: bool) -> String {
        let is_number = label.chars().all(|c| c.is_ascii_digit()) && label.len() < 4;
        if is_number || (words::is_common(label, false) && label.matches('-').count() < 2) {
            label.to_owned()
        } else if is_first {
            self.label(NameKind::Server, label)
        } else {
            self.numbered("sub", label, |number| format!("sub{number}"))
        }
    }

    /// What stands in a name before or behind the numbers of an address, sign by sign.
    fn beside(&mut self, text: &str, is_before: bool) -> Option<String> {
        let is_sign = |c: char| matches!(c, '.' | '-' | '_');
        let new = text.split_inclusive(is_sign).map(|part| {
            let word = part.trim_end_matches(is_sign);
            let sign = part.get(word.len()..).unwrap_or("");
            if word.is_empty() || (words::is_common(word, false) && word.chars().all(char::is_alphabetic)) {
                part.to_owned()
            } else {
                let token = self.numbered("sub", word, |number| format!("sub{number}"));
                // No digit of a token stands before those of an address.
                format!("{token}{}", if sign.is_empty() && is_before { "-" } else { sign })
            }
        });
        let new: String = new.collect();
        (!new.is_empty()).then_some(new)
    }

    /// The numbers of an address with the signs that stand between them.
    fn quad(&self, text: &str, address: Ipv4Addr) -> Option<String> {
        let sign = text.chars().find(|c| !c.is_ascii_digit()).unwrap_or('.');
        let new = self.addresses.numbers(address, false)?;
        Some(new.to_string().replace('.', &sign.to_string()))
    }

    fn is_public(&self, host: &str) -> bool {
        self.public
            .iter()
            .any(|public| host.strip_suffix(public.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }

    /// The token of a domain. `contoso.com` and `contoso.de` are two.
    fn base(&mut self, labels: &[&str]) -> String {
        let label = labels.first().copied().unwrap_or("");
        let token = self.numbered("domain", label, |number| format!("domain{number}"));
        let domain = labels.join(".");
        let others = self.bases.entry(label.to_owned()).or_default();
        let at = others.iter().position(|other| *other == domain).unwrap_or_else(|| {
            others.push(domain);
            others.len() - 1
        });
        if at == 0 { token } else { format!("{token}-{}", at + 1) }
    }

    /// `DC=emea,DC=contoso,DC=com`, in either order.
    fn components(&mut self, text: &str) -> Option<String> {
        let values: Vec<&str> =
            text.split([',', '/']).filter_map(|part| part.split_once('=').map(|(_, value)| value)).collect();
        let turned = text.contains('/');
        let mut parts: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
        if turned {
            parts.reverse();
        }
        let new = if parts.len() > 1 {
            let host = parts.join(".");
            self.domains.insert(host.clone());
            self.host(&host)?
        } else {
            let label = parts.first()?;
            // The end of a name that is cut, or the name of a domain without a dot.
            if super::patterns::is_plain_top(label) || label.len() == 2 {
                "example".to_owned()
            } else {
                self.label(NameKind::Domain, label)
            }
        };
        let mut new: Vec<&str> = new.split('.').collect();
        if turned {
            new.reverse();
        }
        let named = text.get(..2).unwrap_or("DC");
        let between = if turned { "/" } else { "," };
        Some(new.iter().map(|part| format!("{named}={part}")).collect::<Vec<_>>().join(between))
    }

    fn guid(&mut self, text: &str) -> Option<String> {
        let readings = guid::readings(text);
        if readings.iter().any(|(guid, _)| guid.is_nil() || extended_rights::by_guid(*guid).is_some()) {
            return None;
        }
        let known = readings.iter().find(|(guid, _)| self.guids.contains_key(guid)).or_else(|| readings.first());
        let (original, form) = known.copied()?;
        let next = self.guids.len() as u128 + 1;
        let new = *self.guids.entry(original).or_insert_with(|| stand_in(next));
        let lower = !text.chars().any(|c| c.is_ascii_uppercase());
        let octets = guid::octets(new);
        let printed = match form {
            guid::Form::Text if text.contains('-') => new.hyphenated().to_string(),
            guid::Form::Text => new.simple().to_string(),
            guid::Form::Base64 => return Some(guid::base64(new)),
            guid::Form::Octets if text.contains('\\') => octets.iter().map(|b| format!("\\{b:02x}")).collect(),
            guid::Form::Octets if text.contains(' ') => guid::octet_text(new),
            guid::Form::Octets => octets.iter().map(|b| format!("{b:02x}")).collect(),
        };
        Some(if lower { printed.to_lowercase() } else { printed.to_uppercase() })
    }

    /// The domain is numbered; well-known accounts of it stay, others are numbered as well.
    fn sid(&mut self, text: &str) -> String {
        let upper = text.to_uppercase();
        let parts: Vec<&str> = upper.split('-').collect();
        let domain = parts.iter().take(7).copied().collect::<Vec<_>>().join("-");
        let next = self.sids.len() + 1;
        let new = self.sids.entry(domain).or_insert_with(|| format!("S-1-5-21-0-0-{next}")).clone();
        match parts.get(7) {
            Some(account) if account.len() > 3 => {
                let next = self.sids.len() + 1000;
                let account = self.sids.entry(upper.clone()).or_insert_with(|| next.to_string());
                format!("{new}-{account}")
            }
            Some(account) => format!("{new}-{account}"),
            None => new,
        }
    }
}

/// GUIDs that stand in for others: `00000000-0000-4000-8000-` and a number.
fn stand_in(number: u128) -> Uuid {
    Uuid::from_u128((0x4000_8000 << 48) | number)
}

/// Whether a GUID is one that stands in for another.
pub fn is_stand_in(guid: Uuid) -> bool {
    guid.as_u128() >> 48 == 0x4000_8000
}

/// How many labels stand behind the name of a domain: `com`, `co.uk`.
fn suffix_labels(labels: &[&str]) -> usize {
    let country = labels.last().is_some_and(|last| last.len() == 2);
    let second = labels.len().checked_sub(2).and_then(|at| labels.get(at)).copied().unwrap_or("");
    let common = ["co", "com", "org", "net", "ac", "gov", "gv", "or", "edu", "govt"].contains(&second);
    if labels.len() > 2 && country && common { 2 } else { 1 }
}

/// `::ffff:192.0.2.1` stays in that form.
fn same_family(text: &str, new: IpAddr) -> String {
    match new {
        IpAddr::V4(v4) if text.contains(':') => v4.to_ipv6_mapped().to_string(),
        new => new.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_addresses_share_their_parts() {
        let mut tokens = Tokens::default();
        tokens.kinds.insert("ex1".to_owned(), NameKind::Server);
        let mut of = |text: &str, form: Form| tokens.of(text, &form).unwrap_or_else(|| text.to_owned());
        assert_eq!(of("EX1", Form::Name(NameKind::Object)), "server1");
        assert_eq!(of("ex1.contoso.com", Form::Host), "server1.domain1.example");
        assert_eq!(of("Anna.Berg@contoso.com", Form::Mail), "user1@domain1.example");
        assert_eq!(of("anna.berg@emea.contoso.com", Form::Mail).split('@').next(), Some("user1"));
        assert_eq!(of("DC=contoso,DC=com", Form::Domain), "DC=domain1,DC=example");
        assert_eq!(of("/DC=COM/DC=CONTOSO".trim_start_matches('/'), Form::Domain), "DC=example/DC=domain1");
        assert_eq!(of("contoso.de", Form::Host), "domain1-2.example");
        assert_eq!(of("CONTOSO", Form::Name(NameKind::Domain)), "domain1");
        assert_eq!(of("postmaster@contoso.com", Form::Mail), "postmaster@domain1.example");
        assert_eq!(of("outlook.office365.com", Form::Host), "outlook.office365.com");
        assert_eq!(of("contoso-com.mail.protection.outlook.com", Form::Host), "domain2.mail.protection.outlook.com");
    }

    #[test]
    fn guids_keep_their_form() {
        let mut tokens = Tokens::default();
        let guid = Uuid::try_parse("CCCF3BE6-219C-4379-985D-851B766EDDC7").unwrap();
        let text = tokens.of(&guid.to_string(), &Form::Guid).unwrap();
        let new = Uuid::try_parse(&text).unwrap();
        assert_ne!(new, guid);
        assert_eq!(tokens.of(&guid::octet_text(guid), &Form::Guid), Some(guid::octet_text(new)));
        assert_eq!(tokens.of(&guid::base64(guid), &Form::Guid), Some(guid::base64(new)));
        assert_eq!(tokens.of("ab721a56-1e2f-11d0-9819-00aa0040529b", &Form::Guid), None, "a right is no secret");
    }

    #[test]
    fn no_token_is_a_word_of_the_report() {
        let mut tokens = Tokens::default();
        tokens.taken.insert("server1".to_owned());
        assert_eq!(tokens.of("BERLIN1", &Form::Name(NameKind::Server)).as_deref(), Some("server2"));
    }

    #[test]
    fn accounts_of_a_domain_are_numbered() {
        let mut tokens = Tokens::default();
        let mut of = |text: &str| tokens.of(text, &Form::Sid).unwrap();
        assert_eq!(of("S-1-5-21-11-22-33-512"), "S-1-5-21-0-0-1-512");
        assert_eq!(of("S-1-5-21-11-22-33-1105"), of("S-1-5-21-11-22-33-1105"));
        assert_ne!(of("S-1-5-21-11-22-33-1105"), of("S-1-5-21-11-22-33-1106"));
        assert!(of("S-1-5-21-44-55-66").starts_with("S-1-5-21-0-0-"));
    }
}
