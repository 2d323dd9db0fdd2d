//! What the view says: which claim is true, which parts a mark has, in which form a cost stands. Pure. The words are those of
//! the language; here is what is the same in all of them.
//!
//! Trap: names come from files and can hold marks that turn the direction of what follows. Where a name stands within a
//! sentence, the sentence is shown by [`crate::ui::shared::sentence::with_names`].

use crate::ui::language::{RouteClaim as Claim, RouteSaid as Said, RouteSettle as Settle, grouped, words};
use crate::worker::protocol::{
    Capture, Edge, EdgeKind, End, Hit, LeftOut, MapCounts, Node, OtherWay, PlaceKind, RouteTold, RoutingCompared,
    RoutingMap, ServerTold, Target,
};

/// What stands on the map for a cost that could not be read.
const UNREAD: &str = "?";

/// A cost in words; all costs of the view have this form.
pub fn cost(cost: u64) -> String {
    (words().routing.cost)(&grouped(cost))
}

/// Parts that hold something, with commas between them.
fn listed(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What a map lists.
pub fn counts(counts: &MapCounts) -> String {
    let groups = if counts.groups > 0 { (words().routing.groups)(counts.groups) } else { String::new() };
    listed([(words().routing.sites)(counts.sites), groups])
}

/// A table to choose. The name is kept apart by marks, since the text of a choice can hold no elements.
pub fn capture(capture: &Capture) -> String {
    let server = match capture.server.as_str() {
        "" => words().routing.unnamed_server.to_owned(),
        server => format!("\u{2068}{server}\u{2069}"),
    };
    listed([server, capture.process.clone(), capture.written.clone()])
}

/// What is not drawn.
pub fn left_out(left: &LeftOut) -> Vec<String> {
    let words = words().routing;
    let all =
        [(left.places, words.left_places), (left.links, words.left_links), (left.connectors, words.left_connectors)];
    all.into_iter().filter(|(number, _)| *number > 0).map(|(number, say)| say(number)).collect()
}

/// The name of a sign.
pub fn name(node: &Node) -> String {
    match node.kind {
        PlaceKind::Several => (words().routing.sites)(node.number),
        PlaceKind::Exit if node.name.is_empty() => (words().routing.connectors)(node.number),
        _ => node.name.clone(),
    }
}

/// A sign for those who do not see it.
pub fn node(node: &Node, is_bad: bool) -> String {
    let words = words().routing;
    let at_cost = match node.cost {
        Some(number) => cost(number),
        None if node.kind == PlaceKind::Link => words.unread.to_owned(),
        None => String::new(),
    };
    let start = if node.is_start { words.legend_start } else { "" };
    let bad = if is_bad { words.legend_cut_off } else { "" };
    listed([name(node), (words.place_kind)(node.kind, node.number), at_cost, start.to_owned(), bad.to_owned()])
}

/// What stands on a line; nothing where it has no cost of its own.
pub fn edge(edge: &Edge) -> Option<String> {
    let words = words().routing;
    let own = match edge.cost {
        Some((low, high)) if low == high => grouped(low.into()),
        Some((low, high)) => format!("{}–{}", grouped(low.into()), grouped(high.into())),
        // The legend says what it stands for.
        None if edge.is_unread => UNREAD.to_owned(),
        None => return None,
    };
    if edge.kind != EdgeKind::GroupConnector {
        return Some(own);
    }
    let back = edge.back.map(|back| grouped(back.into()));
    let ways = match (edge.has_back, back) {
        (false, _) => words.one_way.to_owned(),
        (true, Some(back)) if back == own => words.both_ways.to_owned(),
        (true, Some(back)) => (words.back)(&back),
        (true, None) if edge.is_unread => words.both_ways.to_owned(),
        (true, None) => (words.back)(UNREAD),
    };
    Some(listed([own, ways]))
}

/// What a name of the search stands for.
pub fn hit(hit: &Hit) -> String {
    let kind = (words().routing.hit_kind)(hit.kind);
    if hit.place.is_empty() { kind.to_owned() } else { (words().routing.hit_in)(kind, &hit.place) }
}

/// A server of a place: its version and its databases.
pub fn server(server: &ServerTold) -> String {
    let version = match server.version {
        None => "",
        Some(..8) => words().routing.version_2003,
        Some(8) => words().routing.version_2007,
        Some(14) => words().routing.version_2010,
        Some(_) => words().routing.version_2013,
    };
    let databases = if server.databases > 0 { (words().routing.databases)(server.databases) } else { String::new() };
    listed([version.to_owned(), databases])
}

/// How many destinations and objects differ.
pub fn changed(compared: &RoutingCompared) -> String {
    let words = words().routing;
    let (lost, gained, another) = compared.routes;
    let ways = [(lost, words.lost), (gained, words.gained), (another, words.another)];
    let ways = listed(ways.into_iter().filter(|(number, _)| *number > 0).map(|(number, say)| say(number)));
    let first = match (ways.is_empty(), compared.destinations) {
        (false, number) => (words.of_destinations)(number, &ways),
        (true, 0) => words.no_destination.to_owned(),
        (true, number) => (words.same_ways)(number),
    };
    let objects = objects(compared);
    if objects.is_empty() { first } else { format!("{first} {objects}") }
}

/// How many objects differ; nothing when none does.
pub fn objects(compared: &RoutingCompared) -> String {
    let words = words().routing;
    let (added, removed, changed, renamed) = compared.objects;
    let all = [(added, words.added), (removed, words.removed), (changed, words.changed), (renamed, words.renamed)];
    let number = |(number, what): (u32, &str)| format!("{} {what}", grouped(number.into()));
    let text = listed(all.into_iter().filter(|(number, _)| *number > 0).map(number));
    if text.is_empty() { text } else { (words.objects)(&text) }
}

/// Why a table of the view has no rows though a routing table is there; nothing where that is not known.
pub fn lists_none(table: &str, map: &RoutingMap, compared: Option<&RoutingCompared>) -> Option<String> {
    let is_changes = table == super::state::CHANGES;
    if is_changes && compared.is_none() {
        return None;
    }
    let words = words().routing;
    let text = match table {
        "routing-links" => words.no_links,
        "routing-places" => words.no_places,
        "routing-databases" => words.no_databases,
        _ if is_changes => words.no_difference,
        _ => return None,
    };
    let is_part = !is_changes && !map.is_complete;
    Some(if is_part { format!("{text} {}", words.lists_part) } else { text.to_owned() })
}

/// What an answer claims.
fn claim(told: &RouteTold) -> Claim {
    let is_database = matches!(told.target, Target::Database | Target::Mailbox);
    let has_path = told.hops.len() > 2 || told.hops.iter().any(|hop| hop.is_broken && !hop.about.is_empty());
    match (told.end, told.target) {
        _ if told.from.is_empty() && told.asked.from.is_empty() => Claim::NoBeginning,
        _ if told.from.is_empty() => Claim::UnknownBeginning,
        (_, Target::Unknown) if told.is_cut => Claim::UnknownInPart,
        (_, Target::Unknown) => Claim::Unknown,
        (End::Goes, Target::Domain) => Claim::Leaves,
        (End::Goes, Target::Mailbox) => Claim::ReachesMailbox,
        (End::Goes, _) => Claim::Reaches,
        (End::NoRoute, Target::Domain) => Claim::NoConnector,
        (End::NoRoute, _) if is_database && !told.is_listed && has_path => Claim::NotListedOpenPath,
        (End::NoRoute, _) if is_database && !told.is_listed => Claim::NotListed,
        (End::NoRoute, Target::Place | Target::Server) => Claim::NoWay,
        (End::NoRoute, _) => Claim::NoNextHop,
        (End::Returned, _) => Claim::Returned,
        (End::Unknown, Target::Server) if told.is_empty => Claim::EmptyServer,
        (End::Unknown, Target::Place) if told.is_empty => Claim::EmptyPlace,
        (End::Unknown, _) if !told.is_exact => Claim::NotExact,
        (End::Unknown, _) => Claim::CannotTell,
    }
}

/// The answer in one sentence.
pub fn sentence(told: &RouteTold) -> String {
    let cost = told.cost.filter(|cost| *cost > 0).map(|cost| (words().routing.at_cost)(&grouped(cost)));
    let said = Said {
        from: &told.from,
        asked_from: &told.asked.from,
        to: &told.to,
        asked: &told.asked.to,
        next: told.hops.last().map_or("", |hop| &hop.name),
        cost: cost.as_deref().unwrap_or_default(),
    };
    (words().routing.claim)(claim(told), &said)
}

/// What settles an answer that cannot be told.
pub fn settles(told: &RouteTold) -> String {
    let what = match told.target {
        _ if told.from.is_empty() && told.asked.from.is_empty() => Settle::NamedWriter,
        _ if told.from.is_empty() => Settle::OwnTable,
        _ if told.is_cut => Settle::WholeTable,
        _ if !told.is_exact => Settle::QueuesOrUnreachable,
        Target::Unknown => Settle::Databases,
        _ => Settle::Queues,
    };
    (words().routing.settles)(what, &told.asked.from)
}

/// The same from another server.
pub fn other_way(other: &OtherWay) -> String {
    let end = (words().routing.ends)(other.end).to_owned();
    if other.end != End::Goes {
        return end;
    }
    let queue = if other.queue.is_empty() { String::new() } else { (words().routing.queue)(&other.queue) };
    listed([end, other.cost.map(cost).unwrap_or_default(), queue])
}

/// The queue that mail waits in, and how it is sent.
pub fn queue(told: &RouteTold) -> String {
    let text = listed([(words().routing.queue)(&told.queue), told.delivery.clone()]);
    // It stands alone, so it begins like a sentence.
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// Names from the files that an answer holds.
pub fn names(told: &RouteTold) -> Vec<String> {
    let mut names = vec![told.from.clone(), told.to.clone(), told.asked.from.clone(), told.asked.to.clone()];
    names.push(told.queue.clone());
    for hop in &told.hops {
        names.extend([hop.name.clone(), hop.by.clone()]);
        names.extend(hop.about.split(", ").map(str::to_owned));
    }
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::language::{Language, set};

    fn line(cost: Option<u32>, kind: EdgeKind) -> Edge {
        Edge {
            ends: (0, 1),
            name: "Link".to_owned(),
            kind,
            cost: cost.map(|cost| (cost, cost)),
            has_back: false,
            back: None,
            is_unread: cost.is_none(),
            more: 0,
            label: (0, 0),
            level: 0,
        }
    }

    #[test]
    fn costs_have_one_form_and_what_was_not_read_is_said() {
        assert_eq!(cost(1_204), "cost 1,204");
        assert_eq!(edge(&line(Some(1_204), EdgeKind::SiteLink)).as_deref(), Some("1,204"));
        assert_eq!(edge(&line(None, EdgeKind::SiteLink)).as_deref(), Some("?"));
        assert_eq!(edge(&line(None, EdgeKind::GroupConnector)).as_deref(), Some("?, one way"));
        let back = Edge { has_back: true, back: Some(7), ..line(Some(7), EdgeKind::GroupConnector) };
        assert_eq!(edge(&back).as_deref(), Some("7, both ways"));
        assert_eq!(edge(&Edge { back: None, ..back }).as_deref(), Some("7, back ?"));
        assert_eq!(edge(&Edge { is_unread: false, ..line(None, EdgeKind::Exit) }), None);
        let told = RouteTold {
            from: "A".to_owned(),
            to: "B".to_owned(),
            target: Target::Place,
            end: End::Goes,
            cost: Some(1_204),
            ..RouteTold::default()
        };
        assert_eq!(sentence(&told), "Mail from A reaches B at cost 1,204.");
    }

    #[test]
    fn what_differs_is_counted_in_both_languages() {
        let capture = |table| Capture { table, server: String::new(), written: String::new(), process: String::new() };
        let compared = RoutingCompared {
            before: capture(0),
            after: capture(1),
            is_same_server: true,
            is_worked_out: true,
            is_cut: false,
            routes: (1, 2, 0),
            objects: (0, 3, 0, 2),
            organizations: None,
            destinations: 12,
            unread: 0,
        };
        assert_eq!(
            changed(&compared),
            "Of 12 destinations, 1 lost its route, 2 got a route. Objects: 3 removed, 2 with other names."
        );
        set(Language::German);
        assert_eq!(
            changed(&compared),
            "Von 12 Zielen: 1 hat keine Route mehr, 2 haben jetzt eine Route. Objekte: 3 weggefallen, 2 mit anderen Namen."
        );
        set(Language::English);
    }

    #[test]
    fn a_table_without_rows_is_said_to_list_none() {
        let map = RoutingMap { is_complete: true, ..RoutingMap::default() };
        assert_eq!(
            lists_none("routing-databases", &map, None).as_deref(),
            Some("The table at hand lists no databases.")
        );
        let part = RoutingMap::default();
        assert!(lists_none("routing-databases", &part, None).is_some_and(|text| text.contains("behind the cut")));
        assert_eq!(lists_none("routing-changes", &map, None), None);
    }
}
