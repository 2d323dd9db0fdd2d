//! Routing: the map, the route calculator, the comparison of two tables. English.

use crate::ui::language::{count, grouped};
use crate::worker::protocol::{EdgeKind, End, HitKind, PlaceKind, Target};

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
    pub counts: fn(u32, u32) -> String,
    pub capture: fn(&str, &str, &str) -> String,
    pub left_out: fn(u32, u32, u32) -> Vec<String>,
    pub node: fn(&str, PlaceKind, u32, Option<u64>, bool, bool) -> String,
    pub several: fn(u32) -> String,
    pub connectors: fn(u32) -> String,
    pub edge: fn(&str, EdgeKind, Option<u32>) -> String,
    pub hit: fn(HitKind, &str) -> String,
    pub about_place: fn(&str) -> String,
    pub cost: fn(u64) -> String,
    pub at_cost: fn(u64) -> String,
    pub way: fn(&[String]) -> String,
    pub server: fn(Option<u32>, u32) -> String,
    pub more: fn(u32) -> String,
    pub changed: fn(Three, Three, u32) -> String,
    pub sentence: fn(&Sentence<'_>) -> String,
    pub settles: fn(Target, bool, bool, &str, &str) -> String,
    pub other_way: fn(End, Option<u64>, &str) -> String,
    pub queue: fn(&str, &str) -> String,
    pub problem: fn(u32) -> String,
    pub problem_rest: &'static str,
}

/// Numbers of what was lost, came, and changed; or came, went, and changed.
type Three = (u32, u32, u32);

/// What an answer says first.
pub struct Sentence<'a> {
    pub from: &'a str,
    pub asked_from: &'a str,
    pub to: &'a str,
    pub asked: &'a str,
    pub target: Target,
    pub end: End,
    pub is_listed: bool,
    pub has_path: bool,
    pub next: &'a str,
    pub cost: Option<u64>,
    pub is_exact: bool,
    pub is_empty: bool,
    pub is_cut: bool,
}

pub static WORDS: RoutingWords = RoutingWords {
    title: "Routing",
    drawing: "The map is being drawn.",
    nothing: "No routing table is among the files. Bring the newest RoutingConfig file from the folder of the routing log of a transport server, TransportRoles\\Logs\\Routing below the folder of Exchange. It says how that server sees sites, links, connectors and databases.",
    nothing_link: "What to gather",
    table: "Table",
    compare: "Compare tables",
    compare_missing: "Two routing tables of one server, written before and after, are compared here. The files hold one only.",
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
    legend_cut_off: "no way leads there",
    no_way: "No way there",
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
    counts: |sites, groups| {
        let sites = count(sites.into(), "site", "sites");
        if groups == 0 {
            sites
        } else {
            format!("{sites}, {}", count(groups.into(), "routing group", "routing groups"))
        }
    },
    capture: |server, written, process| {
        let mut text = if server.is_empty() { "a server it does not name".to_owned() } else { server.to_owned() };
        for part in [process, written].into_iter().filter(|part| !part.is_empty()) {
            text.push_str(", ");
            text.push_str(part);
        }
        text
    },
    left_out: |places, links, connectors| {
        let mut all = Vec::new();
        if places > 0 {
            all.push(format!(
                "{} farther away and not drawn; search and the tables have all.",
                count(places.into(), "place is", "places are")
            ));
        }
        if links > 0 {
            all.push(format!(
                "{} not drawn, because they do not join two known places or there are too many.",
                count(links.into(), "link is", "links are")
            ));
        }
        if connectors > 0 {
            all.push(format!(
                "{} not drawn: the table lists none of their source servers.",
                count(connectors.into(), "connector is", "connectors are")
            ));
        }
        all
    },
    node: |name, kind, number, cost, is_start, is_cut_off| {
        let what = match kind {
            PlaceKind::Site => format!("site, {}", count(number.into(), "transport server", "transport servers")),
            PlaceKind::Hub => format!("hub site, {}", count(number.into(), "transport server", "transport servers")),
            PlaceKind::Group => format!("routing group, {}", count(number.into(), "server", "servers")),
            PlaceKind::Link => format!("link of {} sites", grouped(number.into())),
            PlaceKind::Exit => "out of the organization".to_owned(),
            PlaceKind::Several => "drawn as one".to_owned(),
        };
        let mut text = format!("{name}, {what}");
        if let Some(cost) = cost {
            text.push_str(&format!(", cost {}", grouped(cost)));
        }
        if is_start {
            text.push_str(", the table was written here");
        }
        if is_cut_off {
            text.push_str(", no way leads there");
        }
        text
    },
    several: |number| count(number.into(), "site", "sites"),
    connectors: |number| count(number.into(), "connector", "connectors"),
    edge: |cost, kind, back| match (kind, back) {
        (EdgeKind::GroupConnector, Some(back)) if cost == back.to_string() => format!("{cost}, both ways"),
        (EdgeKind::GroupConnector, Some(back)) => format!("{cost}, back {back}"),
        (EdgeKind::GroupConnector, None) => format!("{cost}, one way"),
        _ => cost.to_owned(),
    },
    hit: |kind, place| {
        let what = match kind {
            HitKind::Site => "site",
            HitKind::Group => "routing group",
            HitKind::Server => "server",
            HitKind::Database => "database",
            HitKind::Connector => "connector",
            HitKind::Link => "site link",
        };
        if place.is_empty() { what.to_owned() } else { format!("{what} in {place}") }
    },
    about_place: |name| format!("About {name}"),
    cost: |cost| format!("cost {}", grouped(cost)),
    at_cost: |cost| format!("+{}", grouped(cost)),
    way: |path| format!("Way there: {}", path.join(", ")),
    server: |version, databases| {
        let version = match version {
            None => String::new(),
            Some(..8) => "2003 or earlier".to_owned(),
            Some(8) => "Exchange 2007".to_owned(),
            Some(14) => "Exchange 2010".to_owned(),
            Some(_) => "Exchange 2013 or later".to_owned(),
        };
        let databases = (databases > 0).then(|| count(databases.into(), "database", "databases"));
        [Some(version).filter(|text| !text.is_empty()), databases].into_iter().flatten().collect::<Vec<_>>().join(", ")
    },
    more: |number| format!("{} more; the tables below have all.", grouped(number.into())),
    changed: |(lost, gained, another), (added, removed, changed), destinations| {
        let routes: Vec<String> = [
            (lost, "destination lost its route", "destinations lost their route"),
            (gained, "got a route", "got a route"),
            (another, "takes another way or another cost", "take another way or another cost"),
        ]
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(number.into(), one, many))
        .collect();
        let first = if routes.is_empty() {
            match destinations {
                0 => "No destination can be compared.".to_owned(),
                1 => "The only destination takes the same way at the same cost.".to_owned(),
                _ => format!("All {} destinations take the same way at the same cost.", grouped(destinations.into())),
            }
        } else {
            format!("Of {}: {}.", count(destinations.into(), "destination", "destinations"), routes.join(", "))
        };
        let objects: Vec<String> = [(added, "added"), (removed, "removed"), (changed, "changed")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", grouped(number.into())))
            .collect();
        if objects.is_empty() { first } else { format!("{first} Objects: {}.", objects.join(", ")) }
    },
    sentence: |said| {
        let Sentence { from, to, .. } = said;
        let cost =
            said.cost.filter(|cost| *cost > 0).map(|cost| format!(" at cost {}", grouped(cost))).unwrap_or_default();
        match (said.end, said.target) {
            _ if from.is_empty() && said.asked_from.is_empty() => {
                "The table does not name the server that wrote it or does not list it, so say where the route begins."
                    .to_owned()
            }
            _ if from.is_empty() => {
                format!("The table has no server or site {}, so no route can begin there.", said.asked_from)
            }
            (_, Target::Unknown) if said.is_cut => format!(
                "What could be read of the table has no database, server or site {}, and it was cut off.",
                said.asked
            ),
            (_, Target::Unknown) => {
                format!("The table has no database, server or site {}, and it is no domain.", said.asked)
            }
            (End::Goes, Target::Domain) => format!("Mail from {from} to {to} leaves by connector {}{cost}.", said.next),
            (End::Goes, Target::Mailbox) => format!("Mail from {from} for {} reaches its database{cost}.", said.asked),
            (End::Goes, _) => format!("Mail from {from} reaches {to}{cost}."),
            (End::NoRoute, Target::Domain) => {
                format!("No connector that {from} can use takes mail to {to}, so it goes to Unreachable.")
            }
            (End::NoRoute, Target::Database | Target::Mailbox) if !said.is_listed && said.has_path => {
                format!(
                    "The path to the server of {to} is open, but the database is not in the routing table, so mail for it goes to Unreachable."
                )
            }
            (End::NoRoute, Target::Database | Target::Mailbox) if !said.is_listed => {
                format!("The routing table does not list {to}, so mail for it goes to Unreachable.")
            }
            (End::NoRoute, Target::Place | Target::Server) => format!("No way leads from {from} to {to}."),
            (End::NoRoute, _) => {
                format!("The routing table lists {to} but has no next hop for it, so mail goes to Unreachable.")
            }
            (End::Returned, _) => format!("Mail from {from} to {to} is returned to its sender."),
            (End::Unknown, Target::Server) if said.is_empty => {
                format!("{to} takes no mail: the table lists no database of it.")
            }
            (End::Unknown, Target::Place) if said.is_empty => {
                format!(
                    "{to} takes no mail: it has no transport server that is used, and is passed on the way to other sites."
                )
            }
            (End::Unknown, _) if !said.is_exact => {
                format!("Whether mail from {from} reaches {to} cannot be told: the table is of Exchange 2007 or 2010.")
            }
            (End::Unknown, _) => format!("Whether mail from {from} reaches {to} cannot be told from this table."),
        }
    },
    settles: |target, is_exact, is_cut, from, asked_from| {
        match (target, is_exact) {
        _ if from.is_empty() && asked_from.is_empty() => {
            "A routing table that names the server that wrote it and lists it.".to_owned()
        }
        _ if from.is_empty() => {
            format!("The newest RoutingConfig file of {asked_from}, or its name as the table writes it; the search shows how.")
        }
        _ if is_cut => "The whole RoutingConfig file: what was read ends in the middle.".to_owned(),
        (_, false) => {
            "The queues of the server: Get-Queue shows the next hop that it chose, and Unreachable where it found none.".to_owned()
        }
        (Target::Unknown, true) => {
            "The list of databases, Get-MailboxDatabase, if it is a database: one that exists and is not in the table has no route.".to_owned()
        }
        _ => "The queues of the server: Get-Queue shows the next hop that it chose.".to_owned(),
    }
    },
    other_way: |end, cost, queue| {
        let what = match end {
            End::Goes => "goes on",
            End::NoRoute => "no route",
            End::Returned => "returned to the sender",
            End::Unknown => "cannot be told",
        };
        let mut text = what.to_owned();
        if let Some(cost) = cost.filter(|_| end == End::Goes) {
            text.push_str(&format!(", cost {}", grouped(cost)));
        }
        if !queue.is_empty() && end == End::Goes {
            text.push_str(&format!(", queue {queue}"));
        }
        text
    },
    queue: |queue, delivery| {
        if delivery.is_empty() { format!("Queue {queue}") } else { format!("Queue {queue}, {delivery}") }
    },
    problem: |number| format!("Problem {number}"),
    problem_rest: " in Diagnosis is about this, with the steps.",
};
