//! Routing: the map, the route calculator, the comparison of two tables. English.

use crate::ui::language::{count, grouped};
use crate::worker::protocol::{End, HitKind, PlaceKind};

/// Routing: the map, the route calculator, the comparison of two tables.
pub struct RoutingWords {
    pub title: &'static str,
    pub drawing: &'static str,
    pub nothing: &'static str,
    pub nothing_link: &'static str,
    pub table: &'static str,
    pub compare: &'static str,
    pub compare_missing: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub to_hint: &'static str,
    pub find_route: &'static str,
    pub search: &'static str,
    pub hits: &'static str,
    pub no_hits: &'static str,
    pub map: &'static str,
    pub map_keys: &'static str,
    pub zoom_in: &'static str,
    pub zoom_out: &'static str,
    pub fit: &'static str,
    pub fit_title: &'static str,
    pub together: &'static str,
    pub together_title: &'static str,
    pub not_exact: &'static str,
    pub not_complete: &'static str,
    pub legend: &'static str,
    pub legend_start: &'static str,
    pub legend_site: &'static str,
    pub legend_hub: &'static str,
    pub legend_group: &'static str,
    pub legend_link: &'static str,
    pub legend_exit: &'static str,
    pub legend_several: &'static str,
    pub legend_route: &'static str,
    pub legend_unread: &'static str,
    pub legend_cut_off: &'static str,
    pub no_way: &'static str,
    pub breaks_here: &'static str,
    pub tables: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    pub unchanged: &'static str,
    pub objects_alone: &'static str,
    pub objects_same: &'static str,
    pub other_servers: &'static str,
    pub cut_off: &'static str,
    pub answer: &'static str,
    pub place: &'static str,
    pub close: &'static str,
    pub dock_below: &'static str,
    pub dock_right: &'static str,
    pub steps: &'static str,
    pub start: &'static str,
    pub hub_stop: &'static str,
    pub why: &'static str,
    pub other_connectors: &'static str,
    pub elsewhere: &'static str,
    pub settle: &'static str,
    pub computed: &'static str,
    pub copy: &'static str,
    pub show_lines: &'static str,
    pub from_here: &'static str,
    pub to_here: &'static str,
    pub servers: &'static str,
    pub links: &'static str,
    pub exits: &'static str,
    pub inactive: &'static str,
    pub route_no: &'static str,
    pub route_goes: &'static str,
    pub route_back: &'static str,
    pub route_unknown: &'static str,
    pub route_empty: &'static str,
    pub more_captures: fn(u32) -> String,
    pub sites: fn(u32) -> String,
    pub groups: fn(u32) -> String,
    pub unnamed_server: &'static str,
    pub left_places: fn(u32) -> String,
    pub left_links: fn(u32) -> String,
    pub left_connectors: fn(u32) -> String,
    pub place_kind: fn(PlaceKind, u32) -> String,
    pub connectors: fn(u32) -> String,
    pub both_ways: &'static str,
    pub one_way: &'static str,
    pub back: fn(&str) -> String,
    pub unread: &'static str,
    pub unread_links: fn(u32) -> String,
    pub hit_kind: fn(HitKind) -> &'static str,
    pub hit_in: fn(&str, &str) -> String,
    pub hits_number: fn(u32) -> String,
    pub about_place: fn(&str) -> String,
    pub cost: fn(&str) -> String,
    pub way: fn(&str) -> String,
    pub place_cut_off: &'static str,
    pub place_unlisted: &'static str,
    pub place_unread: fn(&str) -> String,
    pub version_2003: &'static str,
    pub version_2007: &'static str,
    pub version_2010: &'static str,
    pub version_2013: &'static str,
    pub databases: fn(u32) -> String,
    pub more: fn(u32) -> String,
    pub lost: fn(u32) -> String,
    pub gained: fn(u32) -> String,
    pub another: fn(u32) -> String,
    pub no_destination: &'static str,
    pub same_ways: fn(u32) -> String,
    pub of_destinations: fn(u32, &str) -> String,
    pub added: &'static str,
    pub removed: &'static str,
    pub changed: &'static str,
    pub renamed: &'static str,
    pub objects: fn(&str) -> String,
    pub organizations: fn(&str, &str) -> String,
    pub no_links: &'static str,
    pub no_places: &'static str,
    pub no_databases: &'static str,
    pub no_difference: &'static str,
    pub lists_part: &'static str,
    pub claim: fn(Claim, &Said<'_>) -> String,
    pub at_cost: fn(&str) -> String,
    pub settles: fn(Settle, &str) -> String,
    pub ends: fn(End) -> &'static str,
    pub queue: fn(&str) -> String,
    pub problem: fn(u32) -> String,
    pub problem_rest: &'static str,
}

/// What an answer claims; which one is true is worked out in one place for all languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    NoBeginning,
    UnknownBeginning,
    UnknownInPart,
    Unknown,
    Leaves,
    ReachesMailbox,
    Reaches,
    NoConnector,
    NotListedOpenPath,
    NotListed,
    NoWay,
    NoNextHop,
    Returned,
    EmptyServer,
    EmptyPlace,
    NotExact,
    CannotTell,
}

/// What settles an answer that cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    NamedWriter,
    OwnTable,
    WholeTable,
    QueuesOrUnreachable,
    Databases,
    Queues,
}

/// The names that a claim is about. `cost` is the end of the sentence, or empty.
pub struct Said<'a> {
    pub from: &'a str,
    pub asked_from: &'a str,
    pub to: &'a str,
    pub asked: &'a str,
    pub next: &'a str,
    pub cost: &'a str,
}

pub static WORDS: RoutingWords = RoutingWords {
    title: "Routing",
    drawing: "The map is being drawn.",
    nothing: "No routing table is among the files. Bring the newest RoutingConfig file from the folder of the routing log of a transport server, TransportRoles\\Logs\\Routing below the folder of Exchange. It says how that server sees sites, links, connectors and databases.",
    nothing_link: "What to gather",
    table: "Table",
    compare: "Compare tables",
    compare_missing: "Two routing tables are compared here, best of one server, written before and after. The files hold one only.",
    from: "From",
    to: "To",
    to_hint: "Database, server, site, domain or address",
    find_route: "Find route",
    search: "Find on the map",
    hits: "Found on the map",
    no_hits: "Nothing of this name in the table",
    map: "Map of routing",
    map_keys: "Map of routing. Arrow keys move it, plus and minus change the magnification, 0 fits all. Tab goes to a place; from there the arrow keys go to the next place and Enter opens it. The tables below hold the same.",
    zoom_in: "Zoom in",
    zoom_out: "Zoom out",
    fit: "Fit",
    fit_title: "Show all (0)",
    together: "Group sites",
    together_title: "Draw sites that hang on the same place as one",
    not_exact: "The table is of Exchange 2007 or 2010. Its schema is not published, so it is read by best effort and ways are not worked out from it.",
    not_complete: "The table was not read to its end, so places and links may be missing.",
    legend: "Signs",
    legend_start: "the table was written here",
    legend_site: "site, with its transport servers",
    legend_hub: "hub site",
    legend_group: "routing group",
    legend_link: "link of several sites",
    legend_exit: "connector out",
    legend_several: "several sites",
    legend_route: "route",
    legend_unread: "cost that could not be read",
    legend_cut_off: "no way leads there",
    no_way: "No way",
    breaks_here: "No route",
    tables: "Tables of the map",
    before: "Before",
    after: "After",
    unchanged: "Nothing changed: each destination takes the same way at the same cost, and the objects are the same.",
    objects_alone: "One of the two is of Exchange 2007 or 2010, so objects are compared and ways are not.",
    objects_same: "The objects are the same.",
    cut_off: "One of the tables was cut off: what it seems to lack may stand behind the cut, so it is not counted as lost.",
    other_servers: "They were written on different servers, so ways differ by where they begin as well.",
    answer: "Route",
    place: "Place",
    close: "Close",
    dock_below: "Dock below",
    dock_right: "Dock at the right",
    steps: "Steps of the way, with what each adds to the cost",
    start: "Works out the route",
    hub_stop: "Hub site, so mail stops here",
    why: "Why",
    other_connectors: "Other connectors",
    elsewhere: "From other servers",
    settle: "To settle it",
    computed: "Worked out from the routing table as if this server had written it. A table of its own can differ for as long as it is older.",
    copy: "Copy as text",
    show_lines: "Show its lines",
    from_here: "Route from here",
    to_here: "Route to here",
    servers: "Servers",
    links: "Links",
    exits: "Connectors out of the organization",
    inactive: "transport is inactive",
    route_no: "No route",
    route_goes: "Goes on",
    route_back: "Returned to the sender",
    route_unknown: "Cannot be told",
    route_empty: "Takes no mail itself",
    more_captures: |number| format!("{} not listed", count(number.into(), "older table is", "older tables are")),
    sites: |number| count(number.into(), "site", "sites"),
    groups: |number| count(number.into(), "routing group", "routing groups"),
    unnamed_server: "a server it does not name",
    left_places: |number| {
        format!(
            "{} farther away and not drawn; search and the tables have all.",
            count(number.into(), "place is", "places are")
        )
    },
    left_links: |number| {
        count(
            number.into(),
            "link is not drawn: it joins no two known places, or there are too many. The table of links has it.",
            "links are not drawn: they join no two known places, or there are too many. The table of links has them.",
        )
    },
    left_connectors: |number| {
        count(
            number.into(),
            "connector is not drawn: the table lists none of its source servers.",
            "connectors are not drawn: the table lists none of their source servers.",
        )
    },
    place_kind: |kind, number| match kind {
        PlaceKind::Site => format!("site, {}", count(number.into(), "transport server", "transport servers")),
        PlaceKind::Hub => format!("hub site, {}", count(number.into(), "transport server", "transport servers")),
        PlaceKind::Group => format!("routing group, {}", count(number.into(), "server", "servers")),
        PlaceKind::Link => format!("link of {} sites", grouped(number.into())),
        PlaceKind::Exit => "out of the organization".to_owned(),
        PlaceKind::Several => "drawn as one".to_owned(),
    },
    connectors: |number| count(number.into(), "connector", "connectors"),
    both_ways: "both ways",
    one_way: "one way",
    back: |cost| format!("back {cost}"),
    unread: "cost not read",
    unread_links: |number| {
        count(
            number.into(),
            "link has a cost that cannot be read; destinations that mail may reach over it are not compared.",
            "links have a cost that cannot be read; destinations that mail may reach over them are not compared.",
        )
    },
    hit_kind: |kind| match kind {
        HitKind::Site => "site",
        HitKind::Group => "routing group",
        HitKind::Server => "server",
        HitKind::Database => "database",
        HitKind::Connector => "connector",
        HitKind::Link => "site link",
    },
    hit_in: |kind, place| format!("{kind} in {place}"),
    hits_number: |number| format!("{} found", count(number.into(), "name", "names")),
    about_place: |name| format!("About {name}"),
    cost: |cost| format!("cost {cost}"),
    way: |path| format!("Way there: {path}"),
    place_cut_off: "No way leads there from the server that wrote the table.",
    place_unlisted: "The table has no entry of it; only servers name it, so no link is known there.",
    place_unread: |link| format!("The cost of link {link} cannot be read, so a way over it cannot be compared."),
    version_2003: "2003 or earlier",
    version_2007: "Exchange 2007",
    version_2010: "Exchange 2010",
    version_2013: "Exchange 2013 or later",
    databases: |number| count(number.into(), "database", "databases"),
    more: |number| format!("{} more; the tables below have all.", grouped(number.into())),
    lost: |number| count(number.into(), "lost its route", "lost their route"),
    gained: |number| count(number.into(), "got a route", "got a route"),
    another: |number| {
        count(number.into(), "takes another way or has another cost", "take another way or have another cost")
    },
    no_destination: "No destination can be compared.",
    same_ways: |number| match number {
        1 => "The only destination takes the same way at the same cost.".to_owned(),
        _ => format!("All {} destinations take the same way at the same cost.", grouped(number.into())),
    },
    of_destinations: |number, what| format!("Of {}, {what}.", count(number.into(), "destination", "destinations")),
    added: "added",
    removed: "removed",
    changed: "changed",
    renamed: "with other names",
    objects: |what| format!("Objects: {what}."),
    organizations: |one, other| {
        format!(
            "These tables are of different organizations, {one} and {other}. The rows say what each of them has; nothing follows from how they differ."
        )
    },
    no_links: "The table at hand lists no site links and no connectors.",
    no_places: "The table at hand lists no sites, no routing groups and no servers.",
    no_databases: "The table at hand lists no databases.",
    no_difference: "The two tables do not differ.",
    lists_part: "It was not read to its end, so they may stand behind the cut.",
    claim: |claim, said| {
        let Said { from, asked_from, to, asked, next, cost } = said;
        match claim {
            Claim::NoBeginning => {
                "The table does not name the server that wrote it or does not list it, so say where the route begins."
                    .to_owned()
            }
            Claim::UnknownBeginning => {
                format!("The table has no server or site {asked_from}, so no route can begin there.")
            }
            Claim::UnknownInPart => {
                format!("What could be read of the table has no database, server or site {asked}, and it was cut off.")
            }
            Claim::Unknown => format!("The table has no database, server or site {asked}, and it is no domain."),
            Claim::Leaves => format!("Mail from {from} to {to} leaves by connector {next}{cost}."),
            Claim::ReachesMailbox => format!("Mail from {from} for {asked} reaches its database{cost}."),
            Claim::Reaches => format!("Mail from {from} reaches {to}{cost}."),
            Claim::NoConnector => {
                format!("No connector that {from} can use takes mail to {to}, so it goes to Unreachable.")
            }
            Claim::NotListedOpenPath => format!(
                "The path to the server of {to} is open, but the database is not in the routing table, so mail for it goes to Unreachable."
            ),
            Claim::NotListed => format!("The routing table does not list {to}, so mail for it goes to Unreachable."),
            Claim::NoWay => format!("No way leads from {from} to {to}."),
            Claim::NoNextHop => {
                format!("The routing table lists {to} but has no next hop for it, so mail goes to Unreachable.")
            }
            Claim::Returned => format!("Mail from {from} to {to} is returned to its sender."),
            Claim::EmptyServer => format!("{to} takes no mail: the table lists no database of it."),
            Claim::EmptyPlace => format!(
                "{to} takes no mail: it has no transport server that is used, and is passed on the way to other sites."
            ),
            Claim::NotExact => {
                format!("Whether mail from {from} reaches {to} cannot be told: the table is of Exchange 2007 or 2010.")
            }
            Claim::CannotTell => format!("Whether mail from {from} reaches {to} cannot be told from this table."),
        }
    },
    at_cost: |cost| format!(" at cost {cost}"),
    settles: |what, from| {
        match what {
            Settle::NamedWriter => "A routing table that names the server that wrote it and lists it.",
            Settle::OwnTable => {
                return format!("The newest RoutingConfig file of {from}, or its name as the table writes it; the search shows how.");
            }
            Settle::WholeTable => "The whole RoutingConfig file: what was read ends in the middle.",
            Settle::QueuesOrUnreachable => {
                "The queues of the server: Get-Queue shows the next hop that it chose, and Unreachable where it found none."
            }
            Settle::Databases => {
                "The list of databases, Get-MailboxDatabase, if it is a database: one that exists and is not in the table has no route."
            }
            Settle::Queues => "The queues of the server: Get-Queue shows the next hop that it chose.",
        }
        .to_owned()
    },
    ends: |end| match end {
        End::Goes => "goes on",
        End::NoRoute => "no route",
        End::Returned => "returned to the sender",
        End::Unknown => "cannot be told",
    },
    queue: |queue| format!("queue {queue}"),
    problem: |number| format!("Problem {number}"),
    problem_rest: " in Diagnosis is about this, with the steps.",
};
