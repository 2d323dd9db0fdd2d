//! Small tables, before and after.

use super::*;
use crate::tools::route_calculator::tests::{send, table};

fn texts(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.cells.iter().map(Cell::text).collect::<Vec<_>>().join("|")).collect()
}

#[test]
fn equal_tables_have_no_difference() {
    let one = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
    assert!(between(&one, &one.clone()).0.is_empty());
}

#[test]
fn a_dearer_link_moves_the_way_and_is_itself_a_change() {
    let servers = ["EX1 15 a", "EX2 15 b", "EX3 15 c"];
    let (before, after) =
        (table(&servers, &["a-b 20", "a-c 30", "c-b 30"]), table(&servers, &["a-b 90", "a-c 30", "c-b 30"]));
    let rows = texts(&between(&before, &after).0);
    assert!(rows.contains(&"Site|b|Takes another way|through b|through c, b|20|60".to_owned()), "{rows:?}");
    assert!(
        rows.iter().any(|row| row.starts_with("Site link|a-b|Changed|cost 20; a, b|cost 90; a, b|20|90")),
        "{rows:?}"
    );
    assert!(rows[0].starts_with("Database|DB-EX2|Takes another way"), "{rows:?}");
    assert_eq!(rows.len(), 3, "{rows:?}");
}

#[test]
fn a_link_that_is_gone_takes_the_route_with_it() {
    let mut before = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
    before.databases.push(RoutingDatabase {
        span: before.span,
        object: ObjectRef::named("DB2"),
        owner: Some(ObjectRef::named("EX2")),
        owner_span: None,
    });
    let mut after = before.clone();
    after.site_links.clear();
    let rows = texts(&between(&before, &after).0);
    assert!(rows[1].starts_with("Database|DB2|Lost its route|SmtpRelayToMailboxDeliveryGroup"), "{rows:?}");
    assert!(
        rows.iter().any(|row| row.starts_with("Site|b|Lost its route|through b|no way leads there|20|")),
        "{rows:?}"
    );
    assert!(rows.iter().any(|row| row.starts_with("Site link|a-b|Removed")), "{rows:?}");
    // And the other way round.
    let back = texts(&between(&after, &before).0);
    assert!(back.iter().any(|row| row.starts_with("Database|DB2|Got a route")), "{back:?}");
}

#[test]
fn an_address_space_that_is_gone_leaves_by_what_is_less_specific() {
    let empty = table(&["EX1 15 a"], &["a-b 20"]);
    let (mut before, mut after) = (empty.clone(), empty.clone());
    before.send_connectors.push(send("Partner", "SMTP:contoso.com;5", "EX1"));
    before.send_connectors.push(send("Internet", "SMTP:*;1", "EX1"));
    after.send_connectors.push(send("Internet", "SMTP:*;1", "EX1"));
    let rows = texts(&between(&before, &after).0);
    assert!(
        rows.contains(
            &"Address space|smtp:contoso.com|Takes another way|connector Partner|connector Internet|5|1".to_owned()
        ),
        "{rows:?}"
    );
    let rows = texts(&between(&after, &empty).0);
    assert!(rows[0].starts_with("Address space|smtp:*|Lost its route|connector Internet"), "{rows:?}");
    let back = texts(&between(&empty, &after).0);
    assert!(back[0].starts_with("Address space|smtp:*|Got a route"), "{back:?}");
}

#[test]
fn another_cost_alone_and_another_name_alone_are_no_other_way() {
    let servers = ["EX1 15 a", "EX2 15 b"];
    let (before, after) = (table(&servers, &["a-b 20"]), table(&servers, &["a-b 30"]));
    let rows = texts(&between(&before, &after).0);
    assert!(rows.contains(&"Site|b|Same way, another cost|through b|through b|20|30".to_owned()), "{rows:?}");
    let named = |name: &str| {
        let mut table = before.clone();
        let guid = uuid::Uuid::from_u128(7);
        let own = |object: &mut ObjectRef| {
            if object.name.as_deref() == Some("b") {
                (object.name, object.guid) = (Some(name.to_owned()), Some(guid));
            }
        };
        table.sites.iter_mut().for_each(|site| own(&mut site.object));
        table.site_links.iter_mut().flat_map(|link| &mut link.sites).for_each(own);
        table.servers.iter_mut().filter_map(|server| server.site.as_mut()).for_each(own);
        table
    };
    let rows = texts(&between(&named("Berlin"), &named("Potsdam")).0);
    assert!(!rows.iter().any(|row| row.contains(" way") || row.contains("|Changed|")), "{rows:?}");
    assert!(rows[0].starts_with("Site|Potsdam|Renamed|Berlin|Potsdam"), "{rows:?}");
    // What names the site is not changed by its new name.
    for of in [
        "Server|EX2|Names renamed objects|Berlin; version 15",
        "Site link|a-b|Names renamed objects|cost 20; Berlin, a",
    ] {
        assert!(rows.iter().any(|row| row.starts_with(of)), "{of}: {rows:?}");
    }
    assert_eq!(rows.len(), 3, "{rows:?}");
}

fn facts(tables: Vec<RoutingTable>) -> Facts {
    let mut facts = crate::analysis::tables::cases::case("healthy-2019-newsletter-day").facts;
    facts.databases.tables = tables;
    facts
}

fn positions(facts: &Facts, shown: u32) -> Option<(u32, u32)> {
    let chosen = Chosen { shown: Some(shown), pair: None };
    pair(facts, &chosen).map(|(one, _, other, _)| (one, other))
}

#[test]
fn any_table_can_be_compared_where_there_are_two() {
    let one = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
    let mut other = one.clone();
    other.local_server = Some(other.servers[1].object.clone());
    assert_eq!(positions(&facts(vec![one.clone()]), 0), None);
    let both = facts(vec![one, other]);
    assert!(positions(&both, 0).is_some() && positions(&both, 1).is_some());
    let compared = compared(&both, &Chosen { shown: Some(1), pair: None }, &Kept::default()).unwrap();
    assert!(!compared.is_same_server && compared.organizations.is_none(), "{compared:?}");
}

#[test]
fn tables_of_two_organizations_are_said_to_be_such() {
    let of = |name: &str, guid: u128| {
        let mut own = table(&["EX1 15 a", "EX2 15 b"], &["a-b 20"]);
        let object = &mut own.servers[0].object;
        let dn = "CN=EX1,CN=Servers,CN=Administrative Group,CN=Administrative Groups,CN=NAME,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=NAME,DC=example";
        (object.dn, object.guid) = (Some(dn.replace("NAME", name)), Some(uuid::Uuid::from_u128(guid)));
        own
    };
    let names = |one: &RoutingTable, other: &RoutingTable| organizations(one, other);
    let (contoso, fabrikam) = (of("contoso", 1), of("fabrikam", 2));
    let expected = ("contoso (contoso.example)".to_owned(), "fabrikam (fabrikam.example)".to_owned());
    assert_eq!(names(&contoso, &fabrikam), Some(expected));
    assert_eq!(names(&contoso, &of("Contoso", 3)), None);
    // An object that both have is of one organization.
    assert_eq!(names(&contoso, &of("fabrikam", 1)), None);
    assert_eq!(names(&contoso, &table(&["EX1 15 a"], &[])), None);
    // One of the own organization is compared first.
    let all = facts(vec![contoso, fabrikam, of("contoso", 9)]);
    assert_eq!(positions(&all, 0), Some((2, 0)));
    assert_eq!(positions(&all, 1).map(|(one, other)| one.min(other)), Some(0));
}

#[test]
fn what_a_cost_that_cannot_be_read_leaves_open_is_no_change() {
    let servers = ["EX1 15 a", "EX2 15 b", "EX3 15 c"];
    let before = table(&servers, &["a-b 20", "b-c 10"]);
    let mut after = table(&servers, &["a-b 20", "b-c 10"]);
    (after.site_links[1].ad_cost, after.site_links[1].exchange_cost) = (None, None);
    let rows = texts(&between(&before, &after).0);
    assert_eq!(rows, ["Site link|b-c|Changed|cost 10; b, c|cost not read; b, c|10|"]);
    let compared = compared(&facts(vec![before, after]), &Chosen { shown: None, pair: Some((0, 1)) }, &Kept::default());
    assert_eq!(compared.map(|compared| compared.unread), Some(1));
}
