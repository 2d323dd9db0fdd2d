//! What the view of routing is told: a map of a routing table, what is known of a place on it, the way of mail over it, and
//! what two tables do differently.
//!
//! Routes are those of `tools/route_calculator`; nothing is worked out a second time here. What the view says about them in
//! its own words stays with the view: answers are values. Trap: a table can list a hundred thousand sites, each with itself;
//! the map draws what is near the beginning and says how much it leaves out.

pub mod changes;
mod graph;
mod labels;
mod layout;
mod places;
mod placing;
mod route;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::order::Order as _;

pub use labels::{LEVELS, frame_of};
pub(super) use places::ways;
pub use places::{PlaceTold, ServerTold};
pub use route::{End, Hop, OtherWay, RouteTold, Target};

use crate::analysis::tables::Cell;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::databases::local_name;
use crate::model::routing::entry::reference_key;
use crate::model::routing::{ObjectRef, RoutingServer, RoutingTable};
use crate::model::server::server_key;

/// Tables to choose from at most.
const MOST_TABLES: usize = 60;

/// Names that a search gives.
const MOST_HITS: usize = 12;

/// Which tables the view is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The one on the map, by its position among all tables; the newest when nothing was chosen.
    pub shown: Option<u32>,
    /// The two that are compared.
    pub pair: Option<(u32, u32)>,
}

/// Rows of the tables that are steps of the way that was asked for last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OnRoute {
    /// The table and where the row stands in the files.
    pub rows: BTreeSet<(String, Span)>,
    /// The address space by which a connector was chosen, which has a row of its own.
    pub space: String,
}

impl OnRoute {
    /// The word for a row in the column of the way.
    pub(super) fn cell(&self, table: &str, span: Span) -> Cell {
        if self.rows.contains(&(table.to_owned(), span)) { "Yes".into() } else { Cell::Unknown }
    }
}

/// A row of a table: its identifier and the number.
pub type Row = (String, u32);

/// Finds the row of a place in the files in a table.
pub(super) type Rows<'r> = &'r dyn Fn(&str, Span) -> Option<Row>;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// The map of a table.
    Map {
        /// Position of the table; none for the newest.
        table: Option<u32>,
        /// Whether sites stay apart however many there are.
        one_by_one: bool,
    },
    /// What is known of a place.
    Place {
        /// Its key.
        key: String,
    },
    /// Names of the table that hold a text.
    Find {
        /// The text.
        text: String,
    },
    /// The way of mail.
    Route(Question),
    /// The way that was asked for is not shown any more.
    Leave,
    /// What two tables do differently.
    Compare {
        /// The earlier one and the later one, by their positions; none for the oldest and the newest of the server.
        pair: Option<(u32, u32)>,
    },
}

/// From where, and to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// A server or a site; the server that wrote the table when empty.
    pub from: String,
    /// A database, a server, a site, a recipient or a domain.
    pub to: String,
    /// Keys of these two where they are places that were pointed at: several places can have one name.
    pub from_key: String,
    /// The same of where it leads.
    pub to_key: String,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// The map; `None` without a routing table.
    Map(Option<RoutingMap>),
    /// A place; `None` when the table does not have it.
    Place(Option<PlaceTold>),
    /// Names.
    Found {
        /// From the question.
        text: String,
        /// Where they are.
        hits: Vec<Hit>,
    },
    /// A way.
    Route(Box<RouteTold>),
    /// The tables mark no way any more.
    Left,
    /// A difference; `None` when there are no two tables.
    Compare(Option<changes::Compared>),
}

/// A table to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Its position among all tables.
    pub table: u32,
    /// The server that wrote it, as far as it says so.
    pub server: String,
    /// When, as far as that is known.
    pub written: String,
    /// The process that wrote it, unless it is that of the transport service.
    pub process: String,
}

/// A map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingMap {
    /// Tables to choose from, the newest of each server first.
    pub captures: Vec<Capture>,
    /// Tables that cannot be chosen because there are too many.
    pub more_captures: u32,
    /// The one that is drawn.
    pub table: u32,
    /// The server that wrote it.
    pub from: String,
    /// Whether its schema is the published one, and whether it was read to its end.
    pub is_exact: bool,
    /// Whether it was read to its end.
    pub is_complete: bool,
    /// Sites, routing groups, servers, databases, connectors.
    pub counts: Counts,
    /// Signs.
    pub nodes: Vec<Node>,
    /// Lines.
    pub edges: Vec<Edge>,
    /// Width and height at magnification 1.
    pub size: (u32, u32),
    /// Whether sites were drawn together.
    pub is_grouped: bool,
    /// Whether there are so many that they are drawn together unless asked otherwise.
    pub can_group: bool,
    /// What is not drawn.
    pub left_out: LeftOut,
}

/// How much a table lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Active Directory sites.
    pub sites: u32,
    /// Routing groups of 2003 and earlier.
    pub groups: u32,
    /// Servers.
    pub servers: u32,
    /// Databases.
    pub databases: u32,
    /// Connectors out of the organization.
    pub connectors: u32,
}

/// What a map leaves out; the tables below it have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Places that are too far away.
    pub places: u32,
    /// Links that do not join two sites of the table.
    pub links: u32,
    /// Connectors whose servers are not in the table.
    pub connectors: u32,
}

/// What a sign stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlaceKind {
    /// An Active Directory site.
    Site,
    /// A hub site.
    Hub,
    /// A routing group.
    Group,
    /// A link that joins more than two sites.
    Link,
    /// Connectors out of the organization.
    Exit,
    /// Sites that are drawn as one.
    Several,
}

/// A sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Under which it is known.
    pub key: String,
    /// Its name; empty where the view has words of its own.
    pub name: String,
    /// What it stands for.
    pub kind: PlaceKind,
    /// Transport servers in it; of an exit or of several, how many they are.
    pub number: u32,
    /// Cost of the way there.
    pub cost: Option<u64>,
    /// Whether paths begin here.
    pub is_start: bool,
    /// Whether it has servers that no way leads to.
    pub is_cut_off: bool,
    /// Those that it stands for: key and name.
    pub members: Vec<(String, String)>,
    /// Of an exit, what its connectors take.
    pub spaces: String,
    /// Where it stands.
    pub at: (i32, i32),
    /// Where its name stands: 0 right, 1 left, 2 below, 3 above, then the corners below right, below left, above right, above left.
    pub side: u8,
    /// From which level on the name is shown.
    pub level: u8,
}

/// What a line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EdgeKind {
    /// A link between two sites, or a part of one that joins more.
    SiteLink,
    /// A connector between routing groups.
    GroupConnector,
    /// The way from a site to what leaves it.
    Exit,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// Positions of its ends.
    pub ends: (u32, u32),
    /// The name of the link.
    pub name: String,
    /// What it stands for.
    pub kind: EdgeKind,
    /// Lowest and highest cost.
    pub cost: Option<(u32, u32)>,
    /// Of a connector between routing groups: whether there is a way back.
    pub has_back: bool,
    /// What that costs.
    pub back: Option<u32>,
    /// Whether it has a cost that could not be read.
    pub is_unread: bool,
    /// Links of the same ends beyond the first.
    pub more: u32,
    /// Where its text stands, and from which level on.
    pub label: (i32, i32),
    /// From which level on the text is shown.
    pub level: u8,
}

/// A name that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The name.
    pub name: String,
    /// What has it.
    pub kind: HitKind,
    /// The key of the place where it is; empty when that is not known.
    pub key: String,
    /// The name of that place.
    pub place: String,
}

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HitKind {
    /// An Active Directory site.
    Site,
    /// A routing group.
    Group,
    /// A server.
    Server,
    /// A database.
    Database,
    /// A connector out of the organization.
    Connector,
    /// A site link.
    Link,
}

/// Answers what is asked.
pub(super) fn answer(facts: &Facts, chosen: &Chosen, ask: Ask, rows: Rows<'_>, kept: &changes::Kept) -> Told {
    match ask {
        Ask::Map { one_by_one, .. } => {
            Told::Map(shown(facts, chosen).map(|(at, table)| graph::map(facts, at, table, one_by_one)))
        }
        Ask::Place { key } => Told::Place(shown(facts, chosen).and_then(|(_, table)| places::place(table, &key, rows))),
        Ask::Find { text } => {
            let hits = shown(facts, chosen).map(|(_, table)| find(table, &text)).unwrap_or_default();
            Told::Found { text, hits }
        }
        Ask::Route(question) => {
            let told = shown(facts, chosen).map(|(_, table)| route::route(facts, table, question.clone(), rows));
            Told::Route(Box::new(told.unwrap_or_else(|| RouteTold { asked: question, ..RouteTold::default() })))
        }
        Ask::Compare { .. } => Told::Compare(changes::compared(facts, chosen, kept)),
        Ask::Leave => Told::Left,
    }
}

/// The table on the map, with its position.
pub(super) fn shown<'f>(facts: &'f Facts, chosen: &Chosen) -> Option<(u32, &'f RoutingTable)> {
    let tables = &facts.databases.tables;
    if let Some(table) = chosen.shown.and_then(|at| Some((at, tables.get(at as usize)?))) {
        return Some(table);
    }
    let newest = facts.databases.newest_table(None).or_else(|| tables.first())?;
    let at = tables.iter().position(|table| std::ptr::eq(table, newest))?;
    Some((u32::try_from(at).ok()?, newest))
}

/// All tables, the newest of each server first, then the second of each.
fn captures(facts: &Facts) -> Vec<Capture> {
    let mut all: Vec<(String, &RoutingTable, usize)> = facts
        .databases
        .tables
        .iter()
        .enumerate()
        .map(|(at, table)| (local_name(table).map(server_key).unwrap_or_default(), table, at))
        .collect();
    all.order_by(|a, b| {
        let time = |t: &RoutingTable| t.written.map(|written| written.at);
        a.0.cmp(&b.0).then(time(b.1).cmp(&time(a.1))).then(b.1.sequence.cmp(&a.1.sequence)).then(a.2.cmp(&b.2))
    });
    let mut ranked: Vec<(usize, Capture)> = Vec::new();
    let mut rank = (String::new(), 0);
    for (server, table, at) in all {
        rank = if rank.0 == server { (server, rank.1 + 1) } else { (server, 0) };
        let process = table.process.clone().filter(|process| process != "Hub").unwrap_or_default();
        let capture = Capture {
            table: u32::try_from(at).unwrap_or(u32::MAX),
            server: table.local_server.as_ref().map(ToString::to_string).unwrap_or_default(),
            written: table.written.map(|written| written.to_string()).unwrap_or_default(),
            process,
        };
        ranked.push((rank.1, capture));
    }
    ranked.order_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, capture)| capture).collect()
}

/// The place of a server: its site, or its routing group.
fn place_of(server: &RoutingServer) -> Option<String> {
    match (&server.site, &server.routing_group) {
        (Some(site), _) => Some(site_key(site)),
        (None, Some(group)) => Some(group_key(group)),
        (None, None) => None,
    }
}

fn site_key(site: &ObjectRef) -> String {
    format!("site:{}", reference_key(site))
}

fn group_key(group: &ObjectRef) -> String {
    format!("group:{}", reference_key(group))
}

fn link_key(at: usize) -> String {
    format!("link:{at}")
}

fn exit_key(at: usize) -> String {
    format!("exit:{at}")
}

/// Connectors that are drawn as one, by the first of them.
fn exits_key(at: usize) -> String {
    format!("exits:{at}")
}

/// An Edge server, which is in no site.
const EDGE_KEY: &str = "edge";

/// The places of a table with their keys: those that it lists, each by its first entry, then those that only servers name. True
/// for sites, and for those that are listed.
pub(super) fn places_of(table: &RoutingTable) -> Vec<(String, &ObjectRef, bool, bool)> {
    let sites = table.sites.iter().map(|site| (site_key(&site.object), &site.object, true, true));
    let groups = table.routing_groups.iter().map(|group| (group_key(&group.object), &group.object, false, true));
    let of_servers = table.servers.iter().filter_map(|server| {
        let is_site = server.site.is_some();
        Some((place_of(server)?, server.site.as_ref().or(server.routing_group.as_ref())?, is_site, false))
    });
    let mut seen = BTreeSet::new();
    sites.chain(groups).chain(of_servers).filter(|place| seen.insert(place.0.clone())).collect()
}

/// The server that a reference means, by the servers' own way of comparing.
fn server_of<'t>(table: &'t RoutingTable, reference: &ObjectRef) -> Option<&'t RoutingServer> {
    table.servers.iter().find(|server| server.is(reference))
}

/// Names that hold a text: sites first, then what is in them.
fn find(table: &RoutingTable, text: &str) -> Vec<Hit> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Vec::new();
    }
    let mut hits: Vec<(bool, HitKind, String, String, String)> = Vec::new();
    let mut take = |name: String, kind, key: Option<String>, place: String| {
        let lower = name.to_lowercase();
        if lower.contains(&text) {
            hits.push((!lower.starts_with(&text), kind, name, key.unwrap_or_default(), place));
        }
    };
    let in_place = |server: Option<&RoutingServer>| {
        let place = server.and_then(|server| server.site.as_ref().or(server.routing_group.as_ref()));
        (server.and_then(place_of), place.map(ToString::to_string).unwrap_or_default())
    };
    for (key, object, is_site, _) in places_of(table) {
        take(object.to_string(), if is_site { HitKind::Site } else { HitKind::Group }, Some(key), String::new());
    }
    for server in &table.servers {
        let (key, place) = in_place(Some(server));
        take(server.object.to_string(), HitKind::Server, key, place);
    }
    for (at, connector) in table.send_connectors.iter().enumerate() {
        take(connector.object.to_string(), HitKind::Connector, Some(exit_key(at)), String::new());
    }
    for (at, link) in table.site_links.iter().enumerate() {
        let end = link.sites.first().map(site_key);
        take(
            link.object.to_string(),
            HitKind::Link,
            if link.sites.len() > 2 { Some(link_key(at)) } else { end },
            String::new(),
        );
    }
    let index = crate::model::routing::entry::ServerIndex::new(table);
    for database in &table.databases {
        let (key, place) = in_place(database.owner.as_ref().and_then(|owner| index.server(owner)));
        take(database.object.to_string(), HitKind::Database, key, place);
    }
    hits.order();
    hits.truncate(MOST_HITS);
    hits.into_iter().map(|(_, kind, name, key, place)| Hit { name, kind, key, place }).collect()
}

#[cfg(test)]
mod tests;
