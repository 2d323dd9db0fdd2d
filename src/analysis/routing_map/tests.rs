//! What the view asks, over cases.

use super::*;
use crate::analysis::Analysis;
use crate::analysis::tables::cases::case;

fn ask(analysis: &Analysis, from: &str, to: &str) -> RouteTold {
    let question = Question { from: from.to_owned(), to: to.to_owned(), ..Question::default() };
    match analysis.routing(Ask::Route(question)) {
        Told::Route(told) => *told,
        other => panic!("{other:?}"),
    }
}

fn names(told: &RouteTold) -> Vec<&str> {
    told.hops.iter().map(|hop| hop.name.as_str()).collect()
}

#[test]
fn a_database_a_server_and_a_site_are_reached_over_the_same_sites() {
    let analysis = case("routing-table-weaknesses");
    let database = ask(&analysis, "", "db-nantes");
    assert_eq!((database.target, database.end, database.cost), (Target::Database, End::Goes, Some(40)), "{database:?}");
    assert_eq!(names(&database), ["EX16-01", "Paris", "Nantes", "DB-NANTES"]);
    assert_eq!(database.hops[1].added, Some(20));
    assert!(database.hops[1].row.is_some() && database.hops[1].by_row.is_some() && database.hops[3].row.is_some());
    assert_eq!(database.trail.iter().filter(|key| key.starts_with("site:")).count(), 3);
    assert!(database.is_local && database.from_elsewhere.iter().any(|other| other.place == "Nantes"));
    let server = ask(&analysis, "", "EX16-03");
    assert_eq!((server.target, server.cost), (Target::Server, Some(40)), "{server:?}");
    let site = ask(&analysis, "Lyon", "nantes");
    assert_eq!((site.target, site.end, site.cost), (Target::Place, End::Goes, Some(40)));
    // From the other side the same way back.
    let back = ask(&analysis, "EX16-03", "Lyon");
    assert_eq!((back.is_local, names(&back)), (false, vec!["EX16-03", "Paris", "Lyon"]));
}

#[test]
fn a_domain_leaves_by_a_connector_and_the_others_say_why_not() {
    let analysis = case("routing-table-weaknesses");
    let told = ask(&analysis, "", "anna@adatum.example");
    assert_eq!((told.target, told.end, told.to.as_str()), (Target::Domain, End::Goes, "adatum.example"));
    assert_eq!(told.hops.last().unwrap().name, "Internet");
    let lost = ask(&analysis, "", "mail.contoso.com");
    assert!(lost.others.iter().chain(&lost.why).any(|text| text.contains("Contoso by VPN")), "{lost:?}");
}

#[test]
fn what_is_not_known_stays_so() {
    let analysis = case("routing-table-weaknesses");
    let nothing = ask(&analysis, "", "nobody-knows");
    assert_eq!((nothing.target, nothing.end, nothing.hops.len()), (Target::Unknown, End::Unknown, 1));
    assert_eq!(ask(&analysis, "EX99", "DB-LYON").from, "");
    assert_eq!(ask(&case("healthy-2019-newsletter-day"), "", "x").from, "");
}

#[test]
fn a_database_that_is_not_listed_breaks_at_its_server() {
    let analysis = case("store-missing-from-routing-table-2013");
    let lost: Vec<String> = analysis.facts.databases.databases.iter().map(|d| d.name.value.clone()).collect();
    let told: Vec<RouteTold> = lost.iter().map(|name| ask(&analysis, "", name)).collect();
    let broken = told.iter().find(|told| told.end == End::NoRoute).unwrap_or_else(|| panic!("{told:?}"));
    assert!(broken.hops.last().unwrap().is_broken, "{broken:?}");
    assert_eq!(broken.queue, "Unreachable");
}

#[test]
fn the_oldest_and_the_newest_table_are_compared_unless_asked_otherwise() {
    let analysis = case("store-present-in-newest-table");
    let Told::Compare(Some(compared)) = analysis.routing(Ask::Compare { pair: None }) else { panic!() };
    assert!(compared.before.written < compared.after.written && compared.is_same_server, "{compared:?}");
    let rows = analysis.table("routing-changes").unwrap().rows.len() as u32;
    let (objects, routes) = (compared.objects, compared.routes);
    assert!(rows > 0 && rows >= objects.0 + objects.1 + objects.2 && routes.0 == 0, "{compared:?}");
    let (one, other) = (compared.before.table, compared.after.table);
    let Told::Compare(Some(back)) = analysis.routing(Ask::Compare { pair: Some((other, one)) }) else { panic!() };
    assert_eq!((back.objects.0, back.objects.1), (objects.1, objects.0));
    let Told::Compare(Some(same)) = analysis.routing(Ask::Compare { pair: Some((one, one)) }) else { panic!() };
    assert_eq!((same.routes, same.objects), ((0, 0, 0), (0, 0, 0, 0)));
    assert!(analysis.table("routing-changes").unwrap().rows.is_empty());
}

#[test]
fn rows_on_the_route_are_marked_until_it_is_left() {
    let analysis = case("routing-table-weaknesses");
    let marked = |table: &str| {
        let built = analysis.table(table).unwrap();
        let at = built.table.columns.iter().position(|column| column.title == "On the route").unwrap();
        let rows = built.rows.iter().filter(|row| row.cells[at].text() == "Yes");
        rows.map(|row| row.cells[0].text()).collect::<Vec<_>>()
    };
    assert!(marked("routing-links").is_empty());
    ask(&analysis, "", "db-nantes");
    assert_eq!(marked("routing-links"), ["Lyon-Paris", "Paris-Nantes"]);
    assert_eq!(marked("routing-places"), ["Lyon", "Nantes", "Paris"]);
    assert_eq!(marked("routing-databases"), ["DB-NANTES"]);
    ask(&analysis, "", "anna@adatum.example");
    assert_eq!(marked("routing-links"), ["Internet"]);
    assert_eq!(analysis.routing(Ask::Leave), Told::Left);
    assert!(marked("routing-links").is_empty() && marked("routing-places").is_empty());
}

#[test]
fn names_are_found_with_their_places() {
    let analysis = case("routing-table-weaknesses");
    let found = |text: &str| match analysis.routing(Ask::Find { text: text.to_owned() }) {
        Told::Found { hits, .. } => hits,
        other => panic!("{other:?}"),
    };
    assert_eq!(found("nan").iter().map(|hit| (hit.kind, hit.name.as_str())).next(), Some((HitKind::Site, "Nantes")));
    let database = found("db-nan").remove(0);
    assert_eq!((database.kind, database.place.as_str()), (HitKind::Database, "Nantes"));
    assert!(!database.key.is_empty() && found("").is_empty());
    let Told::Map(Some(map)) = analysis.routing(Ask::Map { table: None, one_by_one: false }) else { panic!() };
    assert!(map.nodes.iter().any(|node| node.key == database.key));
    let Told::Place(Some(place)) = analysis.routing(Ask::Place { key: database.key }) else { panic!() };
    assert_eq!((place.name.as_str(), place.cost, place.servers.len()), ("Nantes", Some(40), 2));
    assert!(place.row.is_some() && !place.links.is_empty() && !place.connectors.is_empty(), "{place:?}");
}
