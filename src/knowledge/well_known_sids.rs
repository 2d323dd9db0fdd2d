//! Security principals that are the same everywhere, by identifier and by name in the languages of Windows
//! (`well_known_sids.tsv`).
//!
//! Described in [MS-DTYP] 2.4.2.4. Trap: the names are translated, the identifiers are not, so an export of a
//! German server says `Jeder` where another says `Everyone`.
//!
//! [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/81d92bba-d22b-4a8c-908a-554ab29148ab

use std::sync::LazyLock;

use crate::base::sid::Sid;

/// A well-known principal.
#[derive(Debug)]
pub struct WellKnown {
    /// Its identifier; nothing for a group that each domain has.
    pub sid: Option<Sid>,
    /// The number within a domain, for those that each domain has.
    pub relative: Option<u32>,
    /// Names, English first.
    pub names: Vec<&'static str>,
    /// Who is in it without being listed.
    pub members: Members,
    /// Where the row comes from.
    pub source: &'static str,
}

/// Who is in a group without being listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    /// Everybody.
    All,
    /// Everybody who logged on over the network.
    Authenticated,
    /// Only who is listed.
    Listed,
}

static SIDS: LazyLock<Vec<WellKnown>> = LazyLock::new(|| {
    let read = |row: Vec<&'static str>| match row.as_slice() {
        [id, names, members, source] => {
            let relative = id.strip_prefix("*-").and_then(|number| number.parse().ok());
            let sid = Sid::parse(id);
            let members = match *members {
                "all" => Members::All,
                "authenticated" => Members::Authenticated,
                _ => Members::Listed,
            };
            (sid.is_some() || relative.is_some()).then(|| WellKnown {
                sid,
                relative,
                names: names.split('|').collect(),
                members,
                source,
            })
        }
        _ => None,
    };
    super::rows(include_str!("well_known_sids.tsv")).filter_map(read).collect()
});

/// All rows.
pub fn all() -> &'static [WellKnown] {
    &SIDS
}

/// The principal with this identifier.
pub fn by_sid(sid: &Sid) -> Option<&'static WellKnown> {
    let relative = sid.is_of_domain().then(|| sid.relative()).flatten();
    SIDS.iter().find(|known| known.sid.as_ref() == Some(sid) || relative.is_some() && known.relative == relative)
}

/// The principal with this name, in any language. The authority in front may be missing, and a domain in
/// front of a group that each domain has is ignored.
///
/// Trap: `Export-Csv` of Windows PowerShell writes `?` for each letter that is not ASCII.
pub fn by_name(name: &str) -> Option<&'static WellKnown> {
    let wanted = name.trim().to_lowercase();
    let (domain, account) = wanted.rsplit_once('\\').map_or((None, wanted.as_str()), |(d, a)| (Some(d), a));
    SIDS.iter().find(|known| {
        known.names.iter().any(|name| {
            let name = name.to_lowercase();
            let (authority, own) = name.rsplit_once('\\').unwrap_or(("", &name));
            let any_domain = known.relative.is_some() || domain.is_none();
            let of_windows = || is_authority(authority) && domain.is_some_and(is_authority);
            is_as_printed(account, own) && (any_domain || of_windows()) || is_as_printed(&wanted, &name)
        })
    })
}

/// Whether a name is of an account of Windows itself, in any language; which one, its own name says.
pub fn is_of_windows(name: &str) -> bool {
    name.rsplit_once('\\').is_some_and(|(domain, _)| is_authority(&domain.to_lowercase()))
}

/// Whether a domain is the authority NT in some language: `NT AUTHORITY`, `NT-AUTORITÄT`, `AUTORITE NT`. In lower case.
fn is_authority(domain: &str) -> bool {
    let words = || domain.split([' ', '-']);
    words().any(|word| word == "nt") && words().any(|word| word.starts_with("aut"))
}

/// Whether a name as printed may stand for a known one: letter by letter, `?` for any that is not ASCII.
fn is_as_printed(printed: &str, known: &str) -> bool {
    let is_it = |(printed, known): (char, char)| printed == known || printed == '?' && !known.is_ascii();
    printed.chars().count() == known.chars().count() && printed.chars().zip(known.chars()).all(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_by_identifier_and_by_name_in_any_language() {
        assert_eq!(all().len(), super::super::rows(include_str!("well_known_sids.tsv")).count());
        let everyone = by_name("jeder").unwrap();
        assert_eq!((everyone.names[0], everyone.members), ("Everyone", Members::All));
        assert_eq!(by_sid(&Sid::parse("S-1-5-21-1-2-3-512").unwrap()).unwrap().names[0], "Domain Admins");
        assert_eq!(by_name("CONTOSO\\Domänen-Admins").unwrap().relative, Some(512));
        assert!(by_name("CONTOSO\\Everyone").is_none() && by_name("CONTOSO\\Exchange Servers").is_none());
    }

    #[test]
    fn lost_letters_and_the_authority_of_another_language_hide_nobody() {
        for name in [
            "NT-AUTORIT?T\\ANONYMOUS-ANMELDUNG",
            "AUTORITE NT\\ANONYMOUS LOGON",
            "AUTORIT? NT\\ANONYMOUS LOGON",
            "nt authority\\anonymous logon",
        ] {
            assert_eq!(by_name(name).map(|known| known.names[0]), Some("NT AUTHORITY\\ANONYMOUS LOGON"), "{name}");
        }
        assert_eq!(by_name("CONTOSO\\Dom?nen-Admins").unwrap().relative, Some(512));
        assert!(by_name("CONTOSO\\ANONYMOUS LOGON").is_none() && by_name("NT AUTHORITY\\Everyon?").is_none());
        assert!(is_of_windows("NT AUTHORITY\\ACCESSO ANONIMO") && by_name("NT AUTHORITY\\ACCESSO ANONIMO").is_none());
        assert!(!is_of_windows("CONTOSO\\Anna") && !is_of_windows("Jeder"));
    }
}
