//! The SMTP mailbox of a store of Exchange 2000 and 2003, as event 326 and the directory show it.
//!
//! The store driver logs on to each store with an account of its own, the object `SMTP (<server>-{GUID of the store})` of
//! class mailGateway below `CN=Connections`. Documented in KB828938. Traps: the name is printed with and without the
//! hyphen; the GUID of the event is that of the store, which directory tools show in another order of bytes.

use std::sync::LazyLock;

use regex::Regex;
use uuid::Uuid;

use crate::base::distinguished_name::{DistinguishedName, split_unescaped};
use crate::facts::Facts;
use crate::facts::directory::{Store, name_of};
use crate::model::directory::DirectoryObject;
use crate::rules::discovery::distinct;
use crate::rules::searching::{Hit, Pattern, hits};

/// A logon that the store refused: event 326 of MSExchangeTransport.
pub(super) struct Refused<'a> {
    /// The events.
    pub hit: Hit<'a>,
    /// The name under which the store driver logged on.
    pub legacy_dn: String,
    /// The server in that name.
    pub server: String,
    /// The store in that name.
    pub store: Uuid,
    /// The code.
    pub code: u32,
}

/// The two codes of a missing or disconnected SMTP mailbox. No public header names them.
pub(super) const CODES: [u32; 2] = [0x8004_0148, 0x8004_0158];

static NAME: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)(/o=[^|]*?/cn=SMTP \(([^)|]{1,64})\)/cn=(\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}))").ok()
});
static CODE: Pattern = LazyLock::new(|| Regex::new(r"(?i)\b0x([0-9a-f]{8})\b").ok());

/// All refused logons.
pub(super) fn refused(facts: &Facts) -> Vec<Refused<'_>> {
    let all = hits(facts, "MSExchangeTransport", &[326]);
    all.into_iter()
        .filter_map(|hit| {
            let found = NAME.as_ref()?.captures(hit.text)?;
            let part = |n| found.get(n).map_or("", |part| part.as_str()).to_owned();
            let rest = hit.text.get(found.get(0)?.end()..)?;
            let code = CODE.as_ref()?.captures(rest)?.get(1)?.as_str();
            let (legacy_dn, server) = (part(1), part(2));
            let store = Uuid::try_parse(part(3).trim_matches(['{', '}'])).ok()?;
            Some(Refused { code: u32::from_str_radix(code, 16).ok()?, legacy_dn, server, store, hit })
        })
        .collect()
}

/// The stores of refused logons with the codes of a missing SMTP mailbox, each once.
pub(super) fn stores(refused: &[Refused<'_>]) -> Vec<Uuid> {
    let mut stores = distinct(refused.iter().filter(|r| CODES.contains(&r.code)).map(|r| r.store));
    // A server of these versions has 20 at most.
    stores.truncate(40);
    stores
}

/// The objects of SMTP mailboxes for a store: those whose name or legacy name carries its GUID.
pub(super) fn gateways(facts: &Facts, store: Uuid) -> Vec<&DirectoryObject> {
    let text = store.hyphenated().to_string();
    let carries = |value: &str| value.to_ascii_lowercase().contains(&text);
    let is_meant = |object: &&DirectoryObject| {
        let by_name = object.distinguished_name.as_ref().is_some_and(|name| carries(&name.value));
        let named = |attribute| object.texts(attribute).any(|text| carries(text.value));
        by_name || named("cn") || named("legacyExchangeDN")
    };
    // Of several dumps the latest state counts.
    let is_latest = |object: &&DirectoryObject| {
        let name = object.distinguished_name.as_ref();
        let latest = name.and_then(|name| facts.directory.object(&name.value));
        latest.is_none_or(|latest| std::ptr::eq(latest, *object))
    };
    facts.directory.of_class("mailGateway").filter(is_meant).filter(is_latest).collect()
}

/// The store with this GUID.
pub(super) fn store_of(facts: &Facts, store: Uuid) -> Option<Store<'_>> {
    let stores = facts.directory.stores();
    stores.into_iter().find(|own| own.object.guid("objectGUID").is_some_and(|guid| guid.value == store))
}

/// The container of the objects: `CN=Connections,CN=<organization>,CN=Microsoft Exchange,...`, of an object of the
/// organization.
pub(super) fn connections(facts: &Facts) -> Option<String> {
    facts.directory.objects().iter().find_map(|object| {
        let name = &object.distinguished_name.as_ref()?.value;
        let parsed = DistinguishedName::parse(name)?;
        let level = parsed.level_of("Microsoft Exchange")?;
        // The organization is the level below.
        let parts = split_unescaped(name);
        let organization = parts.get(level.checked_sub(1)?..)?.join(",");
        (level > 0 && parsed.level_of("Services") == Some(level + 1)).then(|| format!("CN=Connections,{organization}"))
    })
}

/// Whether the dump shows what is below the container.
pub(super) fn shows_connections(facts: &Facts) -> bool {
    // Any other SMTP mailbox object shows that they were asked for.
    let gateways = facts.directory.of_class("mailGateway");
    let of_stores = gateways
        .filter_map(name_of)
        .filter(|name| name.level_of("Connections") == Some(1) && name.name().to_uppercase().starts_with("SMTP ("));
    let container = connections(facts).and_then(|name| DistinguishedName::parse(&name));
    of_stores.count() > 0 || container.is_some_and(|name| facts.directory.shows_below(&name))
}

/// The distinguished name of the message transfer agent of the server that a store belongs to.
pub(super) fn mta_of(store: &Store<'_>) -> Option<String> {
    let name = &store.object.distinguished_name.as_ref()?.value;
    let parts = split_unescaped(name);
    let level = name_of(store.object)?.level_of("Servers")?.checked_sub(1)?;
    Some(format!("CN=Microsoft MTA,{}", parts.get(level..)?.join(",")))
}

/// A line of LDIF, RFC 2849: what is not plain ASCII is base64.
pub(super) fn ldif_line(name: &str, value: &str) -> String {
    use base64::Engine as _;
    let plain = value.bytes().all(|b| (0x20..0x7F).contains(&b))
        && !value.starts_with([' ', ':', '<'])
        && !value.ends_with(' ');
    if plain {
        format!("{name}: {value}")
    } else {
        format!("{name}:: {}", base64::engine::general_purpose::STANDARD.encode(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_the_event_is_taken_apart() {
        let text = "Service Account failed to logon to the store as /o=Contoso/ou=First Administrative Group/cn=Configuration/cn=Connections/\
            cn=SMTP (LON-EX1)/cn={CCCF3BE6-219C-4379-985D-851B766EDDC7}. Error code : 0x80040148.";
        let found = NAME.as_ref().unwrap().captures(text).unwrap();
        assert_eq!(&found[2], "LON-EX1");
        assert_eq!(&found[3], "{CCCF3BE6-219C-4379-985D-851B766EDDC7}");
        assert_eq!(&CODE.as_ref().unwrap().captures(&text[found[0].len()..]).unwrap()[1], "80040148");
    }

    #[test]
    fn values_that_are_not_plain_are_encoded() {
        assert_eq!(ldif_line("cn", "SMTP (EX1)"), "cn: SMTP (EX1)");
        assert_eq!(ldif_line("cn", "Größe"), "cn:: R3LDtsOfZQ==");
        assert_eq!(ldif_line("cn", " x"), "cn:: IHg=");
        assert_eq!(ldif_line("dn", "CN=a\nchangetype: delete"), "dn:: Q049YQpjaGFuZ2V0eXBlOiBkZWxldGU=");
    }
}
