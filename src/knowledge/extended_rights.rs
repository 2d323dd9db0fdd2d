//! Extended rights of Active Directory and Exchange by GUID, schema name and display name
//! (`extended_rights.tsv`).
//!
//! Described in [MS-ADTS] 5.1.3.2.1. Traps: the display name differs between versions and articles, and a
//! customer may see a localized one; ADSI Edit calls the impersonation right of the server Exchange Web
//! Services Impersonation, while ms-Exch-EPI-May-Impersonate is another right, of the mailbox.
//!
//! [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/1522b774-6464-41a3-87a5-1e5633c3fbbb

use std::collections::HashMap;
use std::sync::LazyLock;

use uuid::Uuid;

/// An extended right.
#[derive(Debug)]
pub struct ExtendedRight {
    /// Its GUID, the attribute `rightsGuid`.
    pub guid: Uuid,
    /// Its name in the schema, which cmdlets take.
    pub name: &'static str,
    /// Its display names, the usual one first.
    pub titles: Vec<&'static str>,
    /// What it is for, one of `server`, `store`, `connector`, `properties`, `directory`.
    pub group: &'static str,
    /// Where the row comes from.
    pub source: &'static str,
}

static RIGHTS: LazyLock<Vec<ExtendedRight>> = LazyLock::new(|| {
    let read = |row: Vec<&'static str>| match row.as_slice() {
        [guid, name, titles, group, source] => {
            let titles = titles.split('|').filter(|title| !title.is_empty()).collect();
            Some(ExtendedRight { guid: Uuid::try_parse(guid).ok()?, name, titles, group, source })
        }
        _ => None,
    };
    super::rows(include_str!("extended_rights.tsv")).filter_map(read).collect()
});

/// All rights of the table.
pub fn all() -> &'static [ExtendedRight] {
    &RIGHTS
}

/// A right by its GUID.
pub fn by_guid(guid: Uuid) -> Option<&'static ExtendedRight> {
    RIGHTS.iter().find(|right| right.guid == guid)
}

/// A right by its schema name or one of its display names; without case, hyphens and blanks.
pub fn by_name(name: &str) -> Option<&'static ExtendedRight> {
    BY_KEY.get(&key(name)).and_then(|at| RIGHTS.get(*at))
}

/// Rows by their names. Where two have a name in common, the first one has it.
static BY_KEY: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let mut keys = HashMap::new();
    for (at, right) in RIGHTS.iter().enumerate() {
        for name in std::iter::once(&right.name).chain(&right.titles) {
            keys.entry(key(name)).or_insert(at);
        }
    }
    keys
});

fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).take(100).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_read_and_no_name_is_used_twice() {
        assert_eq!(all().len(), super::super::rows(include_str!("extended_rights.tsv")).count());
        let guids: BTreeSet<Uuid> = all().iter().map(|right| right.guid).collect();
        assert_eq!(guids.len(), all().len());
        let mut names = BTreeSet::new();
        for right in all() {
            assert!(!right.source.is_empty(), "{}", right.name);
            for name in std::iter::once(&right.name).chain(&right.titles) {
                let twice = !names.insert(key(name)) && key(name) != key(right.name);
                assert!(!twice, "{name}");
            }
        }
    }

    #[test]
    fn the_rights_an_exchange_server_needs_are_known() {
        assert_eq!(all().iter().filter(|right| right.group == "store").count(), 4);
        assert_eq!(all().iter().filter(|right| right.group == "server").count(), 10);
        for title in ["Store Transport Access", "store read only access", "Open mail send queue", "Send As"] {
            assert!(by_name(title).is_some(), "{title}");
        }
        let impersonation = by_name("Exchange Web Services Impersonation").unwrap();
        assert_eq!(impersonation.name, "ms-Exch-EPI-Impersonation");
        assert_eq!(by_guid(impersonation.guid).unwrap().name, impersonation.name);
    }
}
