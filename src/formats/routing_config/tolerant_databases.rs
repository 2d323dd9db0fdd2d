//! `HomeMdbRouting` of a table of Exchange 2007 or 2010: which mailbox stores routing knows.
//!
//! The section is any node that `HomeMdb` names. Its entries are in it, or, when the file is a flat list
//! of headings and items, behind it up to the next heading. A store is recognized by its distinguished
//! name, or, in a section without any, by a GUID in a field that speaks of a database. Its entry is the
//! outermost node that holds no other store. The owner of a store before 2010 is in its distinguished
//! name; for 2010 an entry may name it.
//!
//! A store that is not found here has no route, so nodes that stand where entries stand and hold no
//! store are counted: the one that is looked for may be among them.

use std::collections::HashSet;
use std::ops::Range;

use uuid::Uuid;

use super::tolerant::{CLASSES, DnClass, Flat, class_named, dn_class, plain, reference};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::ledger::NoteKind;
use crate::base::source::{SourceId, Span};
use crate::formats::Output;
use crate::model::routing::{ObjectRef, RoutingDatabase, RoutingTable};

/// Reads the section into a table.
pub fn read(flat: &Flat<'_>, source: SourceId, table: &mut RoutingTable, out: &mut Output<'_>) {
    let mut known = HashSet::new();
    let mut unread: Vec<Lines> = Vec::new();
    let mut section_lines = None;
    let mut at = 0;
    while at < flat.nodes.len() {
        if !is_section(flat, at) {
            at += 1;
            continue;
        }
        section_lines = section_lines.or(flat.nodes.get(at).map(|node| node.lines));
        let range = extent(flat, at);
        let stores = stores(flat, range.clone());
        for store in &stores {
            let key = store.dn_key.clone().or_else(|| store.guid.map(|guid| guid.to_string()));
            if key.is_some_and(|key| known.insert(key)) {
                table.databases.push(database(flat, store, source));
            }
        }
        unread.extend(without_store(flat, range.clone(), &stores));
        // A section inside one that was read is part of it.
        at = range.end.max(at + 1);
    }
    // A section in which nothing was recognized may be written in a way not known here.
    table.lists_databases = !table.databases.is_empty();
    table.unread_databases = u32::try_from(unread.len()).unwrap_or(u32::MAX);
    if let Some(lines) = section_lines.filter(|_| table.databases.is_empty()) {
        let text = "There is a HomeMdbRouting section, but no mailbox store was recognized in it.";
        out.note(NoteKind::Skipped, Some(lines), text);
    } else if let Some(first) = unread.first() {
        out.ledger.skipped += unread.len() as u64;
        let text = format!("Entries of HomeMdbRouting without a recognizable mailbox store: {}.", unread.len());
        out.note(NoteKind::Skipped, Some(*first), text);
    }
}

/// Values of one node that are looked at. An entry has a handful.
const MAX_VALUES: usize = 32;

type Lines = (u32, u32);

/// A store that was recognized in a section.
struct Store<'b> {
    /// The node with the distinguished name or GUID.
    node: usize,
    /// The outermost node that holds no other store.
    entry: usize,
    dn: Option<&'b str>,
    dn_key: Option<String>,
    guid: Option<Uuid>,
}

/// A node that `HomeMdb` names, or a heading with that text.
fn is_section(flat: &Flat<'_>, at: usize) -> bool {
    let is = |class: Option<usize>| class.and_then(|class| CLASSES.get(class)) == Some(&"HomeMdbRouting");
    flat.nodes.get(at).is_some_and(|node| is(node.class) || node.leaf && is(class_named(&node.text)))
}

fn is_heading(flat: &Flat<'_>, at: usize) -> bool {
    flat.nodes.get(at).is_some_and(|node| node.class.is_some() || node.leaf && class_named(&node.text).is_some())
}

/// The nodes of a section.
fn extent(flat: &Flat<'_>, at: usize) -> Range<usize> {
    let Some(node) = flat.nodes.get(at) else { return at..at + 1 };
    if node.attributes.iter().any(|(_, value)| dn_class(value) == Some(DnClass::Database)) {
        return at..node.end;
    }
    if !node.leaf {
        return at + 1..node.end;
    }
    // A heading: what follows it up to the next one; when nothing follows, what follows its parent.
    let mut heading = at;
    for _ in 0..2 {
        let Some(parent) = flat.nodes.get(heading).and_then(|node| node.parent) else { break };
        let Some(from) = flat.nodes.get(heading).map(|node| node.end) else { break };
        let to = flat.nodes.get(parent).map_or(from, |node| node.end);
        let mut end = from;
        while end < to && !is_heading(flat, end) {
            end = flat.nodes.get(end).map_or(to, |node| node.end);
        }
        if end > from || to > from {
            return from..end;
        }
        heading = parent;
    }
    at..at + 1
}

/// Values that a node itself carries: its attributes and its text.
fn own_values<'b>(flat: &'b Flat<'_>, at: usize) -> impl Iterator<Item = (String, &'b str)> {
    flat.nodes.get(at).into_iter().flat_map(|node| {
        let attributes = node.attributes.iter().map(|(name, value)| (plain(name), value.as_ref()));
        attributes.chain((!node.text.is_empty()).then(|| (plain(node.name), node.text.as_ref())))
    })
}

fn stores<'b>(flat: &'b Flat<'_>, range: Range<usize>) -> Vec<Store<'b>> {
    let mut stores: Vec<Store<'b>> = Vec::new();
    for node in range.clone() {
        for (_, value) in own_values(flat, node).take(MAX_VALUES) {
            let Some(DnClass::Database) = dn_class(value) else { continue };
            let dn_key = DistinguishedName::parse(value).map(|dn| dn.key());
            // One entry may show its store twice.
            if stores.last().is_none_or(|last| last.dn_key != dn_key) {
                stores.push(Store { node, entry: node, dn: Some(value.trim()), dn_key, guid: None });
            }
        }
    }
    if stores.is_empty() {
        for node in range.clone() {
            let guid = own_values(flat, node).find_map(|(name, value)| {
                let speaks = name.contains("mdb") || name.contains("database");
                speaks.then(|| Uuid::parse_str(value.trim()).ok()).flatten()
            });
            if guid.is_some() {
                stores.push(Store { node, entry: node, dn: None, dn_key: None, guid });
            }
        }
    }
    // Stores are in the order of their nodes, so those inside a node are a run of them.
    let at: Vec<usize> = stores.iter().map(|store| store.node).collect();
    let inside = |node: usize, end: usize| at.partition_point(|s| *s < end) - at.partition_point(|s| *s < node);
    for store in &mut stores {
        while let Some((parent, node)) = parent_of(flat, store.entry)
            && parent >= range.start
            && inside(parent, node) == 1
        {
            store.entry = parent;
        }
    }
    stores
}

/// The parent of a node and where it ends.
fn parent_of(flat: &Flat<'_>, at: usize) -> Option<(usize, usize)> {
    let parent = flat.nodes.get(at)?.parent?;
    Some((parent, flat.nodes.get(parent)?.end))
}

/// Nodes of a section that have the name and the parent of a node with a store and hold none.
fn without_store(flat: &Flat<'_>, range: Range<usize>, stores: &[Store<'_>]) -> Vec<Lines> {
    let mut with: HashSet<usize> = HashSet::new();
    let mut places: HashSet<(usize, &str)> = HashSet::new();
    for store in stores {
        let mut at = Some(store.node);
        while let Some(node) = at.filter(|at| *at >= range.start && with.insert(*at)).and_then(|at| flat.nodes.get(at))
        {
            at = node.parent;
            places.extend(at.map(|parent| (parent, node.name)));
        }
    }
    let mut found = Vec::new();
    for at in range {
        let Some(node) = flat.nodes.get(at) else { continue };
        if !with.contains(&at) && node.parent.is_some_and(|parent| places.contains(&(parent, node.name))) {
            found.push(node.lines);
        }
    }
    found
}

/// All values in an entry with their plain names and lines: its own text, attributes and descendants.
fn values<'b>(flat: &'b Flat<'_>, entry: usize) -> impl Iterator<Item = (String, &'b str, (u32, u32))> + 'b {
    let end = flat.nodes.get(entry).map_or(entry, |node| node.end);
    flat.nodes.get(entry..end).unwrap_or(&[]).iter().flat_map(|node| {
        let attributes = node.attributes.iter().map(|(name, value)| (plain(name), value.as_ref(), node.lines));
        let own = (!node.text.is_empty()).then(|| (plain(node.name), node.text.as_ref(), node.lines));
        attributes.chain(own)
    })
}

fn database(flat: &Flat<'_>, store: &Store<'_>, source: SourceId) -> RoutingDatabase {
    let lines = flat.nodes.get(store.entry).map_or((1, 1), |node| node.lines);
    let guid = store.guid.or_else(|| {
        values(flat, store.entry).find_map(|(name, value, _)| {
            let speaks = name.contains("mdb") || name.contains("database") || name == "guid" || name == "objectguid";
            speaks.then(|| Uuid::parse_str(value.trim()).ok()).flatten()
        })
    });
    let name = values(flat, store.entry)
        .find(|(name, value, _)| {
            matches!(name.as_str(), "name" | "mdbname" | "databasename") && dn_class(value).is_none()
        })
        .map(|(_, value, _)| value.to_owned());
    let (owner, owner_lines) = owner(flat, store);
    RoutingDatabase {
        span: Span::lines(source, lines.0, lines.1),
        object: ObjectRef { name, guid, dn: store.dn.map(str::to_owned) },
        owner,
        owner_span: owner_lines.map(|(first, last)| Span::lines(source, first, last)),
    }
}

/// The owner in the store's own name, `CN=<store>,CN=<group>,CN=InformationStore,CN=<server>`, or in
/// another value of the entry.
fn owner(flat: &Flat<'_>, store: &Store<'_>) -> (Option<ObjectRef>, Option<Lines>) {
    if let Some(parsed) = store.dn.and_then(DistinguishedName::parse)
        && let Some(level) = parsed.level_of("InformationStore")
        && let Some(server) = parsed.above(level + 1)
        && parsed.above(level + 2).is_some_and(|container| container.eq_ignore_ascii_case("Servers"))
    {
        return (Some(ObjectRef::named(server)), flat.nodes.get(store.node).map(|node| node.lines));
    }
    let named = |(name, value, _): &(String, &str, Lines)| {
        dn_class(value) == Some(DnClass::Server)
            || matches!(name.as_str(), "server" | "servername" | "owningserver" | "serverfqdn" | "fqdn")
                && !value.bytes().all(|b| b.is_ascii_digit())
    };
    match values(flat, store.entry).find(named) {
        Some((_, value, lines)) => (Some(reference(value)), Some(lines)),
        None => (None, None),
    }
}
