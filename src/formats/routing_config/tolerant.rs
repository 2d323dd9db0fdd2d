//! The tables of Exchange 2007 and 2010: computed routes, in a form that is not published.
//!
//! What is known: the names of the sections, from "Understanding Routing Table Logging" and "Viewing
//! the Routing Table Log" (Exchange 2007 and 2010), and that `HomeMdbRouting` lists every mailbox store
//! that routing knows ("Troubleshooting Mail Flow from Exchange 2007 to Exchange 2003"). What is not:
//! the root, what is an attribute and what an element, and how deep things nest. So nothing here
//! depends on that:
//!
//! - A node is classed by a known name in its own name, in an attribute or a leading child that names
//!   a type, or by the list that holds it.
//! - A field is an attribute or a child without children; names compare in lower case without `_`, `-`.
//! - Objects are recognized by the containers in their distinguished names, wherever these stand.
//! - Numbers called ID join nodes within one file, never between files: they change with every run.
//!
//! What is not found cannot be checked, and the ledger says so; it is never taken for absent.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::tolerant_databases;
use crate::base::ledger::NoteKind;
use crate::base::source::{SourceId, Span};
use crate::base::timestamp::{DateOrder, Moment, parse_moment};
use crate::base::xml::{Item, Open, Xml};
use crate::formats::Output;
use crate::model::routing::{ObjectRef, RoutingServer, RoutingSite, RoutingTable};

/// Elements kept of one file. A table of a thousand servers stays below a tenth of it.
const MAX_NODES: usize = 500_000;

/// Sections and object classes, as the documentation names them.
pub const CLASSES: [&str; 10] = [
    "RoutingTables",
    "ExchangeTopology",
    "TopologyServer",
    "TopologySite",
    "TopologySiteLink",
    "ADSiteRelayMap",
    "RoutingGroupRelayMap",
    "HomeMdbRouting",
    "ConnectorRouting",
    "ServerRoute",
];

/// Fields that name the class of the node they are in.
const CLASS_FIELDS: [&str; 9] =
    ["class", "heading", "kind", "name", "objectclass", "objecttype", "section", "title", "type"];

/// An element, its fields, and where its descendants end.
pub struct FlatNode<'a> {
    /// Local name.
    pub name: &'a str,
    /// Attributes.
    pub attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// Own text.
    pub text: Cow<'a, str>,
    /// Position of the parent.
    pub parent: Option<usize>,
    /// Position behind the last descendant.
    pub end: usize,
    /// First and last line.
    pub lines: (u32, u32),
    /// Without child elements.
    pub leaf: bool,
    /// Position in [`CLASSES`].
    pub class: Option<usize>,
}

/// All elements of one document in their order.
pub struct Flat<'a> {
    /// The elements; the root first.
    pub nodes: Vec<FlatNode<'a>>,
    /// Read to the end of the root.
    pub complete: bool,
    /// Elements left out beyond [`MAX_NODES`].
    pub left_out: usize,
}

impl<'a> Flat<'a> {
    /// Positions of the children of a node.
    pub fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes.get(at).map_or(0, |node| node.end);
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.nodes.get(child)?.end.max(child + 1);
            Some(child)
        })
    }

    /// Fields of a node: plain name, value, lines.
    pub fn fields(&self, at: usize) -> impl Iterator<Item = (String, &str, (u32, u32))> + '_ {
        let node = self.nodes.get(at);
        let attributes = node.into_iter().flat_map(|node| {
            node.attributes.iter().map(|(name, value)| (plain(name), value.as_ref(), (node.lines.0, node.lines.0)))
        });
        let leaves = self.children(at).filter_map(|child| self.nodes.get(child)).filter(|child| child.leaf);
        let leaves = leaves
            .filter(|child| !child.text.is_empty())
            .map(|child| (plain(child.name), child.text.as_ref(), child.lines));
        attributes.chain(leaves).filter(|(_, value, _)| *value != "null" && !value.is_empty())
    }

    fn field(&self, at: usize, names: &[&str]) -> Option<&str> {
        self.fields(at).find(|(name, ..)| names.contains(&name.as_str())).map(|(_, value, _)| value)
    }

    fn id(&self, at: usize) -> Option<&str> {
        self.field(at, &["id", "key", "ref", "hash", "hashcode", "objectid", ""])
    }

    fn of_class<'b>(&'b self, class: &'b str) -> impl Iterator<Item = usize> + 'b {
        let is = move |node: &FlatNode<'_>| node.class.and_then(|c| CLASSES.get(c)) == Some(&class);
        self.nodes.iter().enumerate().filter(move |(_, node)| is(node)).map(|(at, _)| at)
    }

    /// Whether a node says more than which object it means.
    fn is_definition(&self, at: usize) -> bool {
        let id = self.id(at);
        let own = |name: &str| !CLASS_FIELDS.contains(&name) || name == "name";
        let told =
            self.fields(at).filter(|(name, value, _)| own(name) && class_named(value).is_none() && Some(*value) != id);
        told.take(1).count() > 0
            || self.children(at).any(|child| self.nodes.get(child).is_some_and(|child| !child.leaf))
    }
}

/// Reads one document whose root was just opened.
pub fn read<'a>(xml: &mut Xml<'a>, root: Open<'a>, source: SourceId, out: &mut Output<'_>) -> RoutingTable {
    let flat = flatten(xml, root);
    let mut table = RoutingTable::new(Span::file(source));
    if let Some(node) = flat.nodes.first() {
        table.span = Span::lines(source, node.lines.0, node.lines.1);
    }
    table.complete = flat.complete && flat.left_out == 0;
    if flat.left_out > 0 {
        let text = format!("The table has more than {MAX_NODES} elements; {} were left out.", flat.left_out);
        out.note(NoteKind::Skipped, None, text);
    }
    table.written = created(&flat);
    let names = site_names(&flat);
    read_sites(&flat, source, &mut table);
    read_servers(&flat, source, &names, &mut table);
    table.lists_servers = table.complete && !table.servers.is_empty();
    table.local_server = local_server(&flat, &table);
    tolerant_databases::read(&flat, source, &mut table, out);
    report(&flat, &table, out);
    table
}

fn flatten<'a>(xml: &mut Xml<'a>, root: Open<'a>) -> Flat<'a> {
    let mut flat = Flat { nodes: Vec::new(), complete: false, left_out: 0 };
    let mut path: Vec<Option<usize>> = Vec::new();
    push(&mut flat, &mut path, &root);
    for item in xml.by_ref() {
        match item {
            Item::Open(open) => push(&mut flat, &mut path, &open),
            Item::Close(close) => {
                let at = path.pop().flatten();
                let end = flat.nodes.len();
                if let Some(node) = at.and_then(|at| flat.nodes.get_mut(at)) {
                    node.text = close.text;
                    node.lines.1 = close.last;
                    node.leaf = close.leaf;
                    node.end = end;
                }
                if let Some(at) = at {
                    classify(&mut flat, at);
                }
                if path.is_empty() {
                    flat.complete = !close.cut;
                    break;
                }
            }
        }
    }
    flat
}

fn push<'a>(flat: &mut Flat<'a>, path: &mut Vec<Option<usize>>, open: &Open<'a>) {
    if flat.nodes.len() >= MAX_NODES {
        flat.left_out += 1;
        path.push(None);
        return;
    }
    let at = flat.nodes.len();
    flat.nodes.push(FlatNode {
        name: open.name,
        attributes: open.attributes().collect(),
        text: Cow::Borrowed(""),
        parent: path.last().copied().flatten(),
        end: at + 1,
        lines: (open.line, open.line),
        leaf: true,
        class: None,
    });
    path.push(Some(at));
}

/// Classes a node once its children are known.
fn classify(flat: &mut Flat<'_>, at: usize) {
    let Some(node) = flat.nodes.get(at) else { return };
    let own = class_named(node.name);
    let by_attribute = || {
        let names = node.attributes.iter().filter(|(name, _)| CLASS_FIELDS.contains(&plain(name).as_str()));
        names.filter_map(|(_, value)| class_named(value)).next()
    };
    let by_child = || {
        let child = flat.nodes.get(at + 1).filter(|child| !node.leaf && child.leaf && child.parent == Some(at))?;
        CLASS_FIELDS.contains(&plain(child.name).as_str()).then(|| class_named(&child.text)).flatten()
    };
    // `<TopologyServers><Item .../></TopologyServers>`
    let by_list = || {
        let list = flat.nodes.get(node.parent?)?;
        let singular = plain(list.name);
        class_named(singular.strip_suffix('s').filter(|name| *name != "routingtable")?)
    };
    let class = own
        .or_else(by_attribute)
        .or_else(by_child)
        .or_else(|| if node.leaf && node.attributes.is_empty() { None } else { by_list() });
    if let Some(node) = flat.nodes.get_mut(at) {
        node.class = class;
    }
}

/// The class that a name or heading means: `TopologyServer`, `a.b+TopologyServer`, `TopologyServer ID 501`.
pub fn class_named(text: &str) -> Option<usize> {
    let word = text.split_whitespace().next()?;
    let name = plain(word.rsplit(['.', '+', ':']).next().unwrap_or(word));
    if name.len() > 40 {
        return None;
    }
    if name.contains("homemdb") {
        return CLASSES.iter().position(|class| *class == "HomeMdbRouting");
    }
    let name = name.strip_suffix("id").unwrap_or(&name);
    CLASSES.iter().position(|class| class.eq_ignore_ascii_case(name))
}

/// A field name for comparison.
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '#')).map(|c| c.to_ascii_lowercase()).collect()
}

/// When the table was made, in UTC as the documentation says. The file writes it beside its sections.
fn created(flat: &Flat<'_>) -> Option<Moment> {
    let at = flat.of_class("RoutingTables").find(|at| flat.is_definition(*at))?;
    let is_time = |name: &str| name.contains("created") || name.contains("time");
    let (_, value, _) = flat.fields(at).find(|(name, ..)| is_time(name))?;
    let order = DateOrder::infer([value]);
    let iso = value.get(4..5) == Some("-");
    (iso || order != DateOrder::Unknown).then(|| parse_moment(value, order)).flatten().map(|m| Moment::utc(m.at))
}

fn site_names<'b>(flat: &'b Flat<'_>) -> HashMap<&'b str, &'b str> {
    let sites = flat.of_class("TopologySite").filter_map(|at| Some((flat.id(at)?, flat.field(at, NAME)?)));
    sites.collect()
}

const NAME: &[&str] = &["name", "sitename", "servername", "cn"];

fn read_sites(flat: &Flat<'_>, source: SourceId, table: &mut RoutingTable) {
    let mut known = HashMap::new();
    for at in flat.of_class("TopologySite") {
        let Some(node) = flat.nodes.get(at) else { continue };
        let Some(name) = flat.field(at, NAME) else { continue };
        if class_named(name).is_some() || known.insert(name.to_lowercase(), ()).is_some() {
            continue;
        }
        let hub = flat.fields(at).find(|(name, ..)| name.contains("hub")).and_then(|(_, value, _)| truth(value));
        let inbound = flat.fields(at).find(|(name, ..)| name.contains("inbound")).and_then(|(_, v, _)| truth(v));
        table.sites.push(RoutingSite {
            span: Span::lines(source, node.lines.0, node.lines.1),
            object: ObjectRef::named(name),
            hub,
            inbound_mail: inbound,
        });
    }
}

fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn read_servers(flat: &Flat<'_>, source: SourceId, sites: &HashMap<&str, &str>, table: &mut RoutingTable) {
    let mut known = HashMap::new();
    for at in flat.of_class("TopologyServer").filter(|at| flat.is_definition(*at)) {
        let Some(node) = flat.nodes.get(at) else { continue };
        let dn = flat.fields(at).find(|(_, value, _)| dn_class(value) == Some(DnClass::Server)).map(|(_, v, _)| v);
        let fqdn = flat.field(at, &["fqdn", "fullname", "dnshostname", "networkaddress", "fullyqualifieddomainname"]);
        let name = flat.field(at, NAME).filter(|name| class_named(name).is_none());
        let object = ObjectRef {
            name: name.map(str::to_owned),
            guid: flat.field(at, &["guid", "objectguid"]).and_then(|text| uuid::Uuid::parse_str(text).ok()),
            dn: dn.map(str::to_owned),
        };
        let mut server = RoutingServer::new(Span::lines(source, node.lines.0, node.lines.1), object);
        server.fqdn = fqdn.map(str::to_owned);
        let Some(key) = server.fqdn.clone().or_else(|| server.object.own_name()) else { continue };
        if known.insert(key.to_lowercase(), ()).is_some() {
            continue;
        }
        if server.object.own_name().is_none() {
            server.object.name = fqdn.and_then(|fqdn| fqdn.split('.').next()).map(str::to_owned);
        }
        server.major_version = flat
            .field(at, &["majorversion", "version", "versionnumber", "serverversion", "admindisplayversion"])
            .and_then(major_version);
        server.roles = flat.field(at, &["roles", "serverroles", "serverrole", "currentserverrole"]).map(str::to_owned);
        server.site = server_site(flat, at, sites).map(ObjectRef::named);
        let group = flat
            .fields(at)
            .find(|(name, value, _)| dn_class(value) == Some(DnClass::RoutingGroup) || name.contains("routinggroup"));
        server.routing_group = group.map(|(_, value, _)| reference(value));
        table.servers.push(server);
    }
}

fn server_site(flat: &Flat<'_>, at: usize, sites: &HashMap<&str, &str>) -> Option<String> {
    let by_field = flat.fields(at).find(|(name, ..)| name.contains("site")).map(|(_, value, _)| value);
    let by_child = || {
        let is_site = |child: &usize| {
            flat.nodes.get(*child).and_then(|child| child.class).and_then(|c| CLASSES.get(c)) == Some(&"TopologySite")
        };
        let child = flat.children(at).find(is_site)?;
        flat.field(child, NAME).or_else(|| flat.id(child))
    };
    let value = by_field.or_else(by_child)?;
    let last = value.split_whitespace().last().unwrap_or(value);
    match sites.get(value).or_else(|| sites.get(last)) {
        Some(name) => Some((*name).to_owned()),
        // An ID that nothing defines is no name.
        None if last.bytes().all(|b| b.is_ascii_digit()) => None,
        None => reference(value).own_name(),
    }
}

/// `8`, `Version 8.1 (Build 240.6)`, or the packed number that Active Directory holds.
fn major_version(text: &str) -> Option<u32> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
    let number: u32 = digits.parse().ok()?;
    Some(if number > 1_000 { (number >> 22) & 0x3F } else { number })
}

/// A reference from a distinguished name or a name.
pub fn reference(value: &str) -> ObjectRef {
    match dn_class(value) {
        Some(_) => ObjectRef { name: None, guid: None, dn: Some(value.trim().to_owned()) },
        None => ObjectRef::named(value.trim()),
    }
}

fn local_server(flat: &Flat<'_>, table: &RoutingTable) -> Option<ObjectRef> {
    let found = (0..flat.nodes.len()).find_map(|at| {
        let node = flat.nodes.get(at)?;
        if plain(node.name).contains("localserver") && !node.leaf {
            return flat.id(at).or_else(|| flat.field(at, &["fqdn", "name"]));
        }
        if plain(node.name).contains("localserver") && node.text.is_empty() {
            return flat.id(at);
        }
        flat.fields(at).find(|(name, ..)| name.contains("localserver")).map(|(_, value, _)| value)
    })?;
    let last = found.split_whitespace().last().unwrap_or(found);
    let defined =
        flat.of_class("TopologyServer").filter(|at| flat.is_definition(*at)).find(|at| flat.id(*at) == Some(last));
    let lines = defined.and_then(|at| flat.nodes.get(at)).map(|node| node.lines);
    let by_id = lines
        .and_then(|(first, last)| table.servers.iter().find(|s| s.span == Span::lines(s.span.source, first, last)));
    match by_id.or_else(|| table.servers.iter().find(|server| server.is(&reference(found)))) {
        Some(server) => Some(server.object.clone()),
        None if last.bytes().all(|b| b.is_ascii_digit()) => None,
        None => Some(reference(found)),
    }
}

/// What kind of object a distinguished name means, by the containers it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnClass {
    /// A mailbox or public folder store.
    Database,
    /// An Exchange server.
    Server,
    /// A routing group.
    RoutingGroup,
    /// Anything else in the directory.
    Other,
}

/// Classes a distinguished name; `None` for other text.
pub fn dn_class(text: &str) -> Option<DnClass> {
    let starts = text.trim_start().get(..3).is_some_and(|start| start.eq_ignore_ascii_case("cn="));
    let dn = crate::base::distinguished_name::DistinguishedName::parse(text).filter(|_| starts)?;
    Some(if dn.level_of("InformationStore").is_some_and(|level| level >= 2) || dn.level_of("Databases") == Some(1) {
        DnClass::Database
    } else if dn.level_of("Servers") == Some(1) {
        DnClass::Server
    } else if dn.level_of("Routing Groups") == Some(1) {
        DnClass::RoutingGroup
    } else {
        DnClass::Other
    })
}

/// Says what was found and what can therefore not be checked.
fn report(flat: &Flat<'_>, table: &RoutingTable, out: &mut Output<'_>) {
    let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
    for class in flat.nodes.iter().filter_map(|node| node.class) {
        *counts.entry(class).or_default() += 1;
    }
    let found: Vec<String> =
        counts.iter().filter_map(|(class, count)| Some(format!("{} {count}", CLASSES.get(*class)?))).collect();
    out.note(
        NoteKind::Info,
        None,
        format!(
            "The form of routing tables of Exchange 2007 and 2010 is not published, so this one was read by names and \
             places. Found: {}; databases {}, servers {}, sites {}.",
            if found.is_empty() { "no known section".to_owned() } else { found.join(", ") },
            table.databases.len(),
            table.servers.len(),
            table.sites.len()
        ),
    );
    let missing: Vec<&str> = [
        (!table.lists_databases, "whether a database is listed (HomeMdbRouting)"),
        (table.servers.is_empty(), "servers (TopologyServer)"),
        (table.sites.is_empty(), "sites (TopologySite)"),
        (table.local_server.is_none(), "on which server it was written"),
    ]
    .into_iter()
    .filter_map(|(missing, what)| missing.then_some(what))
    .collect();
    if !missing.is_empty() {
        out.note(NoteKind::Info, None, format!("Cannot be checked with this table: {}.", missing.join(", ")));
    }
}
