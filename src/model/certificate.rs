//! Certificates of Exchange servers, as `Get-ExchangeCertificate` shows them (2007 to SE).

use serde::{Deserialize, Serialize};

use super::{Listed, Located};
use crate::base::source::Span;
use crate::base::timestamp::Moment;

/// One certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// The whole record.
    pub span: Span,
    /// Server, when shown.
    pub server: Option<Located<String>>,
    /// Thumbprint in upper case.
    pub thumbprint: Located<String>,
    /// Services it is used for: `SMTP`, `IIS` ...
    pub services: Option<Located<Services>>,
    /// `Valid`, `DateInvalid`, `Untrusted`, `RevocationCheckFailure` ... as printed.
    pub status: Option<Located<String>>,
    /// Subject.
    pub subject: Option<Located<String>>,
    /// Issuer.
    pub issuer: Option<Located<String>>,
    /// Names it is valid for.
    pub domains: Option<Located<Listed<String>>>,
    /// From when it is valid.
    pub not_before: Option<Located<Moment>>,
    /// Until when it is valid.
    pub not_after: Option<Located<Moment>>,
    /// Whether its private key is there.
    pub has_private_key: Option<Located<bool>>,
    /// Whether it was issued by itself.
    pub self_signed: Option<Located<bool>>,
}

/// What a certificate is used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services(pub Vec<String>);

/// Letters of the short form, bits of the number, and names.
const SERVICES: &[(char, u32, &str)] = &[
    ('I', 1, "IMAP"),
    ('P', 2, "POP"),
    ('U', 4, "UM"),
    ('W', 8, "IIS"),
    ('S', 16, "SMTP"),
    ('F', 32, "Federation"),
    ('C', 64, "UMCallRouter"),
];

impl Services {
    /// From names (`IIS, SMTP`), letters (`...WS..`) or the sum of the bits.
    pub fn parse(text: &str) -> Option<Services> {
        let text = text.trim().trim_start_matches('{').trim_end_matches('}').trim();
        let chosen = |is_in: &dyn Fn(&(char, u32, &str)) -> bool| {
            Services(SERVICES.iter().filter(|service| is_in(service)).map(|(_, _, name)| (*name).to_owned()).collect())
        };
        if let Ok(sum) = text.parse::<u32>() {
            return Some(chosen(&|(_, bit, _)| sum & bit != 0)).filter(|_| sum < 128);
        }
        if text.eq_ignore_ascii_case("none") {
            return Some(Services(Vec::new()));
        }
        let is_letter = |c: char| c == '.' || SERVICES.iter().any(|(letter, ..)| *letter == c);
        if text.contains('.') && (5..=8).contains(&text.len()) && text.chars().all(is_letter) {
            return Some(chosen(&|(letter, ..)| text.contains(*letter)));
        }
        let mut names = Vec::new();
        for word in text.split(',') {
            names.push(SERVICES.iter().find(|(_, _, name)| name.eq_ignore_ascii_case(word.trim()))?.2.to_owned());
        }
        Some(Services(names))
    }
}

impl super::Entry for Certificate {
    fn span(&self) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::Services;

    #[test]
    fn services_are_read_in_three_forms() {
        let of = |text: &str| Services::parse(text).map(|s| s.0.join(" "));
        assert_eq!(of("IMAP, POP, IIS, SMTP").as_deref(), Some("IMAP POP IIS SMTP"));
        assert_eq!(of("IP.WS..").as_deref(), Some("IMAP POP IIS SMTP"));
        assert_eq!(of("....S").as_deref(), Some("SMTP"));
        assert_eq!(of("24").as_deref(), Some("IIS SMTP"));
        assert_eq!(of("None").as_deref(), Some(""));
        assert_eq!(of("......").as_deref(), Some(""));
        assert_eq!(of("...").as_deref(), None);
        assert_eq!(of("Fax"), None);
    }
}
