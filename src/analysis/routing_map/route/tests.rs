//! Ways over small tables.

use super::*;
use crate::analysis::tables::cases::case;
use crate::model::Located;
use crate::tools::route_calculator::tests::{OWN, connector, send, span, table};

/// The way from a server, or from the writer of the table when empty.
fn way(table: &RoutingTable, from: &str, to: &str) -> RouteTold {
    let facts = case("healthy-2019-newsletter-day").facts;
    let asked = Question { from: from.to_owned(), to: to.to_owned(), ..Question::default() };
    route(&facts, table, asked, &|_, _| None)
}

fn names_of(told: &RouteTold) -> Vec<&str> {
    told.hops.iter().map(|hop| hop.name.as_str()).collect()
}

#[test]
fn a_connector_whose_source_is_behind_itself_ends() {
    let mut table = table(&["A 15 s1", "OLD1 6 RG1"], &["s1-s2 5"]);
    table.servers[1].roles = None;
    table.routing_group_connectors = vec![connector(OWN, "RG1", "OLD1")];
    assert_eq!(way(&table, "", "DB-OLD1").to, "DB-OLD1");
    assert_eq!(way(&table, "", "RG1").target, Target::Place);
}

#[test]
fn the_server_of_a_connector_is_asked_before_its_home() {
    let mut table = table(&["A 15 s1", "B 15 s2", "OLD1 6 RG1"], &["s1-s2 5"]);
    table.routing_group_connectors = vec![connector(OWN, "RG1", "B")];
    table.routing_group_connectors[0].home_mta = Some(ObjectRef::named("A"));
    assert_eq!(names_of(&way(&table, "", "DB-OLD1")), ["A", "s2", "RG1", "DB-OLD1"]);
}

#[test]
fn a_group_is_entered_at_its_nearest_member() {
    let servers = ["A 15 s1 D1", "B 15 s2 D1", "C 15 s3 D2", "D 15 s2 D2"];
    let table = table(&servers, &["s1-s2 10", "s2-s3 10"]);
    // In the own group mail is delivered from here, wherever the owner is.
    for to in ["DB-B", "B"] {
        let own = way(&table, "", to);
        assert_eq!((names_of(&own), own.cost, own.why.len()), (vec!["A", to], Some(0), 2), "{own:?}");
    }
    for to in ["DB-C", "C"] {
        let other = way(&table, "", to);
        assert_eq!((names_of(&other), other.cost), (vec!["A", "s2", to], Some(10)));
        let text = other.why.join(" ");
        assert!(text.contains("The least-cost path leads through s2, cost 10."), "{text}");
    }
}

#[test]
fn the_address_space_that_was_chosen_is_shown() {
    let mut table = table(&["A 15 s1"], &["s1-s2 5"]);
    table.send_connectors = vec![
        send("Out", "SMTP:*;9|X400:*;2|SMTP:example;3|SMTP:partner.example;7", "A"),
        send("Rest", "SMTP:*;4", "A"),
    ];
    let told = way(&table, "", "partner.example");
    let last = told.hops.last().unwrap();
    assert_eq!((last.by.as_str(), last.added, told.cost), ("SMTP:partner.example;7", Some(7), Some(7)));
    // A name that only ends in the same letters is another domain.
    table.send_connectors.truncate(1);
    let told = way(&table, "", "notpartner.example");
    assert_eq!(told.hops.last().unwrap().by, "SMTP:*;9");
}

#[test]
fn smart_hosts_are_shown_where_mail_goes_to_them() {
    let mut table = table(&["A 15 s1"], &["s1-s2 5"]);
    table.send_connectors = vec![send("Out", "SMTP:*;9", "A")];
    table.send_connectors[0].dns_routing = None;
    table.send_connectors[0].smart_hosts = Some(Located::new("[192.0.2.1]".to_owned(), span()));
    assert_eq!(way(&table, "", "fabrikam.example").hops.last().unwrap().about, "[192.0.2.1]");
}

#[test]
fn mail_to_own_domains_is_not_said_to_leave() {
    let mut table = table(&["A 15 s1"], &["s1-s2 5"]);
    table.send_connectors = vec![send("Internet", "SMTP:*;9", "A")];
    let mut facts = case("healthy-2019-newsletter-day").facts;
    let own = |domain: &str, kind| AcceptedDomain {
        span: span(),
        name: None,
        domain: Located::new(domain.to_owned(), span()),
        kind: Some(Located::new(kind, span())),
        default: None,
        subdomains: None,
    };
    facts.settings.accepted_domains = vec![
        own("*.wingtip.example", AcceptedDomainKind::InternalRelay),
        own("mail.wingtip.example", AcceptedDomainKind::Authoritative),
    ];
    let ask = |to: &str| {
        let asked = Question { to: to.to_owned(), ..Question::default() };
        route(&facts, &table, asked, &|_, _| None)
    };
    for to in ["anna@mail.wingtip.example", "Mail.wingtip.example"] {
        let told = ask(to);
        assert_eq!((told.target, told.end, told.cost), (Target::Domain, End::Unknown, None), "{told:?}");
        assert!(told.why[0].starts_with("The organization is authoritative for mail.wingtip.example"), "{told:?}");
    }
    let relayed = ask("other.wingtip.example");
    assert_eq!(relayed.end, End::Goes);
    assert!(relayed.why.iter().any(|why| why.starts_with("The organization relays for")), "{relayed:?}");
    assert!(ask("notwingtip.example").why.iter().all(|why| !why.starts_with("The organization")));
}

#[test]
fn ways_from_servers_that_the_table_says_nothing_of_are_not_told() {
    let mut table = table(&["A 15 s1", "B 15 s2", "OLD1 6 RG1", "EDGE1 15 s1"], &["s1-s2 5"]);
    table.servers[3].roles = Some("Edge".to_owned());
    for from in ["OLD1", "RG1", "EDGE1"] {
        let told = way(&table, from, "DB-B");
        assert_eq!((told.target, told.end, told.cost, told.why.len()), (Target::Database, End::Unknown, None, 1));
        assert!(told.from_elsewhere.is_empty() && !told.from.is_empty(), "{told:?}");
    }
    assert_eq!(way(&table, "B", "DB-A").end, End::Goes);
    table.process = Some("Edge".to_owned());
    assert_eq!((way(&table, "B", "A").end, way(&table, "B", "A").why.len()), (End::Unknown, 1));
}

#[test]
fn nothing_is_concluded_from_a_table_that_is_not_exact() {
    let mut table = table(&["A 14 s1", "B 14 s2", "OLD1 6 RG1"], &["s1-s2 5"]);
    table.routing_group_connectors = vec![connector(OWN, "RG1", "A")];
    assert_eq!((way(&table, "", "s2").end, way(&table, "", "RG1").end), (End::Goes, End::Goes));
    table.exact = false;
    for to in ["s2", "RG1"] {
        let told = way(&table, "", to);
        assert_eq!((told.end, told.cost), (End::Unknown, None), "{told:?}");
    }
}

#[test]
fn mail_stops_only_in_hub_sites_that_have_servers() {
    let with = table(&["A 15 s1", "H 15 h1", "T 15 t"], &["s1-h1 5", "h1-t 5"]);
    assert!(way(&with, "", "DB-T").hops[1].is_hub);
    let without = table(&["A 15 s1", "T 15 t"], &["s1-h1 5", "h1-t 5"]);
    assert!(!way(&without, "", "DB-T").hops[1].is_hub);
}

#[test]
fn steps_name_a_few_servers_of_each_site() {
    let servers = ["A 15 s1", "B 15 s2", "C 15 s2", "D 15 s2", "E 15 s2", "F 15 s2"];
    let table = table(&servers, &["s1-s2 5"]);
    assert_eq!(way(&table, "", "DB-F").hops[1].about, "B, C, D, ...");
}

#[test]
fn the_others_are_those_nearest_to_where_mail_starts() {
    let servers = ["A 15 s1", "B 15 s2", "C 15 s3", "D 15 s4", "E 15 s5", "F 15 s6"];
    let table = table(&servers, &["s1-s2 1", "s2-s3 1", "s3-s4 1", "s4-s5 1", "s5-s6 1"]);
    let told = way(&table, "F", "DB-A");
    assert_eq!(told.from_elsewhere.iter().map(|other| other.from.as_str()).collect::<Vec<_>>(), ["E", "D", "C", "B"]);
}

#[test]
fn nothing_follows_from_what_a_table_that_was_cut_off_lacks() {
    let mut table = table(&["A 15 s1", "B 15 s2"], &[]);
    assert_eq!(way(&table, "", "DB-B").end, End::NoRoute);
    table.complete = false;
    let told = way(&table, "", "DB-B");
    assert_eq!((told.end, told.is_cut, told.queue.as_str()), (End::Unknown, true, ""));
    assert!(told.why.join(" ").contains("behind the cut"), "{told:?}");
}

#[test]
fn of_two_places_of_one_name_the_one_that_was_pointed_at_is_meant() {
    let mut table = table(&["A 15 s1", "B 15 b", "C 15 c"], &["s1-b 10", "b-c 10"]);
    // Both are called `twin`, and have identifiers of their own.
    let mut twin = |old: &str, number: u128| {
        let new = |object: &mut ObjectRef| {
            if object.name.as_deref() == Some(old) {
                (object.name, object.guid) = (Some("twin".to_owned()), Some(uuid::Uuid::from_u128(number)));
            }
        };
        table.sites.iter_mut().for_each(|site| new(&mut site.object));
        table.site_links.iter_mut().flat_map(|link| &mut link.sites).for_each(new);
        table.servers.iter_mut().filter_map(|server| server.site.as_mut()).for_each(new);
    };
    twin("b", 1);
    twin("c", 2);
    let facts = case("healthy-2019-newsletter-day").facts;
    let ask = |from_key: &str, to_key: &str| {
        let (from_key, to_key) = (from_key.to_owned(), to_key.to_owned());
        let asked = Question { to: "twin".to_owned(), from_key, to_key, ..Question::default() };
        route(&facts, &table, asked, &|_, _| None)
    };
    let keys: Vec<String> = table.sites.iter().map(|site| site_key(&site.object)).collect();
    assert_eq!((ask("", &keys[0]).cost, ask("", &keys[1]).cost), (Some(10), Some(20)));
    assert_eq!((ask(&keys[0], &keys[1]).from.as_str(), ask(&keys[1], &keys[0]).from.as_str()), ("B", "C"));
    assert_eq!(ask("", "site:gone").target, Target::Unknown);
    // Who types the name learns that there are two.
    let typed = ask("", "");
    assert_eq!(typed.cost, Some(10));
    assert!(typed.why.iter().any(|why| why.contains("2 places of the name twin")), "{typed:?}");
}

#[test]
fn a_site_that_only_servers_name_is_answered_and_not_denied() {
    let table = table(&["A 15 s1", "B 15 s2", "C 15 lone"], &["s1-s2 10"]);
    let told = way(&table, "", "lone");
    assert_eq!((told.target, told.end, told.to.as_str()), (Target::Place, End::NoRoute, "lone"), "{told:?}");
    assert!(told.why.iter().any(|why| why.contains("does not list a site lone")), "{told:?}");
    assert!(told.hops.last().is_some_and(|hop| hop.is_broken && hop.key == "site:lone"), "{told:?}");
    // The own site is at hand all the same.
    let own = way(&table, "lone", "lone");
    assert_eq!((own.from.as_str(), own.end, own.cost), ("C", End::Goes, Some(0)), "{own:?}");
}

#[test]
fn a_link_whose_cost_cannot_be_read_is_said_and_proves_nothing() {
    let mut table = table(&["A 15 s1", "B 15 s2", "C 15 s3", "OLD1 6 RG1"], &["s1-s2 10", "s1-s3 50", "s2-s3 5"]);
    (table.site_links[0].ad_cost, table.site_links[0].exchange_cost) = (None, None);
    // Over the other two it is reached; the one between might be cheaper.
    let told = way(&table, "", "s3");
    assert_eq!((told.end, told.cost), (End::Goes, Some(50)), "{told:?}");
    assert!(told.why.iter().any(|why| why.contains("s1-s2 cannot be read")), "{told:?}");
    assert!(way(&table, "", "DB-C").why.iter().any(|why| why.contains("s1-s2 cannot be read")));
    // Without them nobody can tell whether mail gets there.
    table.site_links.truncate(1);
    let told = way(&table, "", "s2");
    assert_eq!((told.end, told.cost, told.queue.as_str()), (End::Unknown, None, ""), "{told:?}");
    assert!(told.why.iter().any(|why| why.contains("s1-s2 cannot be read")), "{told:?}");
    assert_eq!(way(&table, "", "DB-B").end, End::Unknown);
    // What no link leads to is cut off all the same.
    assert_eq!(way(&table, "", "s3").end, End::NoRoute);
    // And so for connectors between routing groups.
    table.routing_group_connectors = vec![connector(OWN, "RG1", "A")];
    assert_eq!(way(&table, "", "RG1").end, End::Goes);
    table.routing_group_connectors[0].cost = None;
    let told = way(&table, "", "RG1");
    assert_eq!((told.end, told.cost), (End::Unknown, None), "{told:?}");
}
