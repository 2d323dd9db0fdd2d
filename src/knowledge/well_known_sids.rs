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
pub fn by_name(name: &str) -> Option<&'static WellKnown> {
    let wanted = name.trim().to_lowercase();
    let (domain, account) = wanted.rsplit_once('\\').map_or((None, wanted.as_str()), |(d, a)| (Some(d), a));
    SIDS.iter().find(|known| {
        known.names.iter().any(|name| {
            let name = name.to_lowercase();
            let own = name.rsplit('\\').next().unwrap_or("");
            if known.relative.is_some() || domain.is_none() { own == account } else { name == wanted }
        })
    })
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
}
