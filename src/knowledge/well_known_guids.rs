//! GUIDs that are the same in every forest: well-known containers and groups, classes of the schema, property sets
//! (`well_known_guids.tsv`).
//!
//! Described in [MS-ADTS] 6.1.1.4. Trap: values of `wellKnownObjects` are the octets as they are stored
//! (`B:32:A9D1CA15...`), but the same digits are quoted with hyphens between them, as if they were text.
//!
//! [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/5a00c890-6be5-4575-93c4-8bf8be0ca8d8

use std::sync::LazyLock;

use uuid::Uuid;

/// A GUID that every forest has.
#[derive(Debug)]
pub struct WellKnownGuid {
    /// The GUID.
    pub guid: Uuid,
    /// Whether the table writes it as the octets of `wellKnownObjects`.
    pub is_stored: bool,
    /// What it names: `container`, `group`, `class` or `properties`.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Where the row comes from.
    pub source: &'static str,
}

static GUIDS: LazyLock<Vec<WellKnownGuid>> = LazyLock::new(|| {
    let read = |row: Vec<&'static str>| match row.as_slice() {
        [guid, kind, name, source] => {
            let is_stored = !guid.contains('-');
            let as_text = Uuid::try_parse(guid).ok()?;
            let guid = if is_stored { Uuid::from_bytes_le(*as_text.as_bytes()) } else { as_text };
            Some(WellKnownGuid { guid, is_stored, kind, name, source })
        }
        _ => None,
    };
    super::rows(include_str!("well_known_guids.tsv")).filter_map(read).collect()
});

/// All rows.
pub fn all() -> &'static [WellKnownGuid] {
    &GUIDS
}

/// What a GUID names; also when hyphens were put between the digits of `wellKnownObjects`.
pub fn by_guid(guid: Uuid) -> Option<&'static WellKnownGuid> {
    let other = Uuid::from_bytes(guid.to_bytes_le());
    GUIDS
        .iter()
        .find(|known| known.guid == guid)
        .or_else(|| GUIDS.iter().find(|known| known.is_stored && known.guid == other))
}

impl WellKnownGuid {
    /// What it names, in words.
    pub fn title(&self) -> String {
        let name = self.name;
        match self.kind {
            "container" => format!("Well-known container {name} of a domain (wellKnownObjects)"),
            "group" => format!("Well-known group {name} of Exchange (otherWellKnownObjects)"),
            "class" => format!("Class {name} of the schema (schemaIDGUID)"),
            _ => format!("Property set {name} (rightsGuid)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_found() {
        assert_eq!(all().len(), super::super::rows(include_str!("well_known_guids.tsv")).count());
        for known in all() {
            let found = by_guid(known.guid).map(|found| found.name);
            assert_eq!(found, Some(known.name));
            assert!(["container", "group", "class", "properties"].contains(&known.kind), "{}", known.name);
            assert!(!known.source.is_empty() && !known.title().is_empty());
        }
    }

    #[test]
    fn digits_of_well_known_objects_are_found_in_both_orders() {
        for text in ["aa312825-7688-11d1-aded-00c04fd8d5cd", "252831aa-8876-d111-aded-00c04fd8d5cd"] {
            assert_eq!(by_guid(Uuid::try_parse(text).unwrap()).unwrap().name, "Computers", "{text}");
        }
        let servers = by_guid(Uuid::try_parse("6c01d2a7-f083-4503-8132-789eeb127b84").unwrap()).unwrap();
        assert_eq!((servers.name, servers.kind), ("Exchange Servers", "group"));
    }
}
