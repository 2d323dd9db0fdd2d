//! Servers, their sites, and mailboxes that were moved between them, as the directory of a mixed organization shows them.
//!
//! A site of Exchange 5.5 is an administrative group in Active Directory. Traps: the directories of 5.5 have names of their own
//! (`cn=Recipients,ou=SITE,o=ORG`); which bit of msExchADCGlobalNames marks a move is not published, so only the other signs count.

use crate::facts::Facts;
use crate::facts::directory::{is_deleted, name_of};
use crate::model::directory::DirectoryObject;
use crate::model::server::server_key;

/// The site of a server: its administrative group.
pub(super) fn site_of(facts: &Facts, server: &str) -> Option<String> {
    let name = name_of(facts.directory.server(server)?)?;
    let level = name.level_of("Servers")?;
    Some(name.above(level + 1)?.to_owned())
}

/// A mailbox that was moved between sites.
pub(super) struct Moved<'a> {
    /// Its object in Active Directory.
    pub object: &'a DirectoryObject,
    /// Its name.
    pub name: String,
    /// The site it was in: from the legacy name that is kept as an X500 address.
    pub from: String,
    /// The site it is in: from its legacy name.
    pub to: String,
    /// Its server now.
    pub server: Option<String>,
    /// The legacy name it had.
    pub old: String,
}

/// `/o=Contoso/ou=BERLIN/cn=Recipients/cn=KWolf` is in BERLIN.
fn site_in(legacy: &str) -> Option<String> {
    let (_, rest) = legacy.split_once("/ou=").or_else(|| legacy.split_once("/OU="))?;
    Some(rest.split('/').next()?.to_owned())
}

fn organization_in(legacy: &str) -> Option<String> {
    let rest = legacy.get(3..).filter(|_| legacy.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("/o=")))?;
    Some(rest.split('/').next()?.to_lowercase())
}

/// All mailboxes whose legacy name is of another site than one they had.
pub(super) fn moved(facts: &Facts) -> Vec<Moved<'_>> {
    let is_meant = |object: &&DirectoryObject| object.get("legacyExchangeDN").is_some() && !is_deleted(object);
    let all = facts.directory.objects().iter().filter(is_meant);
    all.filter_map(|object| {
        let current = object.text("legacyExchangeDN")?.value;
        let to = site_in(current)?;
        let old = object.texts("proxyAddresses").find_map(|address| {
            let kind = address.value.get(..5)?;
            let legacy = address.value.get(5..)?;
            let from = site_in(legacy)?;
            // A name of another organization comes from a migration.
            let one = organization_in(legacy) == organization_in(current);
            (kind.eq_ignore_ascii_case("x500:") && one && !from.eq_ignore_ascii_case(&to))
                .then(|| (from, legacy.to_owned()))
        })?;
        let server =
            object.text("msExchHomeServerName").and_then(|text| Some(text.value.rsplit_once('=')?.1.to_owned()));
        let name = object
            .text("displayName")
            .or_else(|| object.text("cn"))
            .map_or_else(String::new, |text| text.value.to_owned());
        Some(Moved { object, name, from: old.0, to, server, old: old.1 })
    })
    .collect()
}

/// Objects of a directory of Exchange 5.5 in a site: below `cn=Recipients,ou=SITE,o=ORG`.
pub(super) fn recipients_55<'a>(facts: &'a Facts, site: &'a str) -> impl Iterator<Item = &'a DirectoryObject> {
    let tail = format!(",ou={},o=", site.to_lowercase());
    facts.directory.objects().iter().filter(move |object| {
        let name = object.distinguished_name.as_ref().map(|name| name.value.to_lowercase().replace(", ", ","));
        name.is_some_and(|name| name.contains(&tail) && !name.contains(",dc="))
    })
}

/// Whether the two are one recipient: by address.
pub(super) fn is_same(moved: &Moved<'_>, other: &DirectoryObject) -> bool {
    let address = |object: &DirectoryObject| object.text("mail").map(|mail| mail.value.to_lowercase());
    let (a, b) = (address(moved.object), address(other));
    a.is_some() && a == b
}

/// Whether a connector of a class leads from a site to another one: its name places it in the first, and its address space
/// names the second.
pub(super) fn connectors<'a>(facts: &'a Facts, class: &'static str, from: &str, to: &str) -> Vec<&'a DirectoryObject> {
    let leads = |object: &&DirectoryObject| {
        let Some(name) = &object.distinguished_name else { return false };
        let within = name.value.to_lowercase().contains(&format!(",cn={},", from.to_lowercase()));
        let spaces: Vec<String> = object.texts("routingList").map(|text| text.value.to_lowercase()).collect();
        let named = |text: &str| {
            let text = text.to_lowercase();
            text.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == to.to_lowercase())
        };
        within && (spaces.iter().any(|space| named(space)) || (spaces.is_empty() && named(&name.value)))
    };
    facts.directory.of_class(class).filter(|object| !is_deleted(object)).filter(leads).collect()
}

/// Whether two names are one server.
pub(super) fn same(a: &str, b: &str) -> bool {
    server_key(a) == server_key(b)
}
