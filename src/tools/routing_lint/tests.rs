//! Each check fires on a table made for it and keeps quiet on a healthy one.

use super::*;
use crate::model::Located;
use crate::model::routing::{AddressSpace, PublicFolderTree, RoutingDatabase, RoutingGroupConnector, Setting};
use crate::tools::route_calculator::tests::{OWN, connector, send, server, span, table};

/// Two servers in a group at `s1`, two more at `s2`, behind it `s3`; two old ones with connectors both ways.
fn healthy() -> RoutingTable {
    let servers =
        ["A 15 s1 D1", "B 15 s1 D1", "C 15 s2 D2", "D 15 s2 D2", "E 15 s3", "F 15 s3", "OLD1 6 RG1", "OLD2 6 RG2"];
    let mut table = table(&servers, &["s1-s2 10", "s2-s3 10"]);
    for link in &mut table.site_links {
        link.ad_cost = link.exchange_cost.take();
    }
    let mut back = connector("RG1", OWN, "OLD1");
    back.target_servers = ["A", "B"].map(ObjectRef::named).to_vec();
    let mut out = connector(OWN, "RG1", "A");
    out.source_servers.push(ObjectRef::named("B"));
    table.routing_group_connectors = vec![out, back, connector("RG1", "RG2", "OLD1"), connector("RG2", "RG1", "OLD2")];
    table.routing_group_connectors[3].target_servers = vec![ObjectRef::named("OLD1")];
    table.send_connectors =
        vec![send("Internet", "SMTP:*;1", "A B"), send("Partner", "SMTP:*.fabrikam.example;1", "C D")];
    table.public_folder_trees = vec![PublicFolderTree {
        span: span(),
        object: ObjectRef::named("Public Folders"),
        databases: vec![ObjectRef::named("DB-OLD1")],
    }];
    for (name, value) in [("DagRoutingEnabled", "True"), ("ConfigReloadInterval", "12:00:00")] {
        table.settings.push(Setting { name: name.to_owned(), value: Located::new(value.to_owned(), span()) });
    }
    table
}

/// `id weight detail` of each lint.
fn all(table: &RoutingTable) -> Vec<String> {
    lint(table, &[]).iter().map(|lint| format!("{} {:?} {}", lint.id, lint.weight, lint.detail)).collect()
}

/// Changes a healthy table and gives what a check then says.
fn after(id: &str, change: impl FnOnce(&mut RoutingTable)) -> Vec<String> {
    let mut table = healthy();
    change(&mut table);
    let found: Vec<String> =
        all(&table).into_iter().filter_map(|l| Some(l.strip_prefix(id)?.trim().to_owned())).collect();
    assert!(!found.is_empty(), "{id} is silent; others: {:#?}", all(&table));
    found
}

fn set_owner(table: &mut RoutingTable, database: &str, owner: &str) {
    let found = table.databases.iter_mut().find(|db| db.object.to_string() == database).unwrap();
    found.owner = (!owner.is_empty()).then(|| ObjectRef::named(owner));
}

fn named<'t>(table: &'t mut RoutingTable, server: &str) -> &'t mut crate::model::routing::RoutingServer {
    table.servers.iter_mut().find(|s| s.object.to_string() == server).unwrap()
}

#[test]
fn a_healthy_table_gives_nothing() {
    assert_eq!(all(&healthy()), Vec::<String>::new());
}

#[test]
fn every_check_has_texts_and_an_identifier_of_its_own() {
    let mut seen = BTreeSet::new();
    let rows = CHECKS.iter().map(|c| (c.id, c.title, c.meaning, c.remedy));
    for (id, title, meaning, remedy) in
        rows.chain(LINK_STATE_CHECKS.iter().map(|c| (c.id, c.title, c.meaning, c.remedy)))
    {
        assert!(seen.insert(id), "{id} stands twice");
        assert!(!title.ends_with('.') && meaning.ends_with('.') && remedy.ends_with('.'), "{id}");
    }
}

#[test]
fn databases_without_a_route_are_told_apart() {
    assert_eq!(
        after("R01", |t| set_owner(t, "DB-A", "GONE")),
        ["High Database DB-A: its owner GONE is not in the list of servers."]
    );
    assert_eq!(after("R01", |t| set_owner(t, "DB-A", "")), ["High Database DB-A: its entry names no owning server."]);
    let mailbox_only = |t: &mut RoutingTable| {
        let mut server = server("OLD14 14 s3");
        server.roles = Some("Mailbox".to_owned());
        t.servers.push(server);
        set_owner(t, "DB-E", "OLD14");
    };
    assert_eq!(
        after("R03", mailbox_only),
        ["High Database DB-E: its owner OLD14 is in site s3, which has no transport server of its version (14)."]
    );
    let without_transport = |t: &mut RoutingTable| {
        for name in ["C", "D"] {
            named(t, name).roles = Some("Mailbox".to_owned());
        }
    };
    let found = after("R04", without_transport);
    assert_eq!(found.len(), 2);
    assert!(found[0].contains("database availability group D2, which has no usable transport server"), "{found:?}");
}

#[test]
fn servers_that_routing_refuses_or_avoids() {
    assert_eq!(
        after("R05", |t| named(t, "E").site = None),
        ["High Server E has no Active Directory site. One database has no route with it."]
    );
    assert_eq!(
        after("R06", |t| named(t, "E").fqdn = None),
        ["High Server E has no full name (FQDN). One database has no route with it."]
    );
    assert_eq!(after("R06", |t| named(t, "E").fqdn = Some("f.contoso.test".to_owned())).len(), 2);
    assert_eq!(
        after("R07", |t| named(t, "B").hub_active = Some(false)),
        ["Medium Server B has HubTransport inactive."]
    );
    assert_eq!(
        after("R35", |t| t.local_server = Some(ObjectRef::named("GONE"))),
        ["High The table was written on GONE, which is not in its list of servers."]
    );
    assert_eq!(
        after("R42", |t| t.servers.push(server("OLD14 14 s1"))),
        ["Info Site s1 has servers of several versions (version 14: OLD14; version 15: A and B)."]
    );
    let conflict = |t: &mut RoutingTable| t.servers[4].object.name = Some("E\nCNF:1234".to_owned());
    assert_eq!(
        after("R41", conflict)[0],
        "Low E CNF:1234 is a conflict object, left over when two were created at once."
    );
}

#[test]
fn public_folder_trees_need_databases() {
    let lost = |t: &mut RoutingTable| t.public_folder_trees[0].databases.push(ObjectRef::named("GONE"));
    assert_eq!(
        after("R34", lost),
        ["Low Public folder tree Public Folders names GONE, which is not in the list of databases."]
    );
    assert_eq!(
        after("R34", |t| t.public_folder_trees[0].databases.clear()),
        ["Medium Public folder tree Public Folders has no databases."]
    );
    assert_eq!(
        after("R34", |t| t.public_folder_trees.clear()),
        ["Info No public folder tree is listed, and OLD1 and OLD2 may hold public folders."]
    );
}

#[test]
fn sites_and_links() {
    assert_eq!(after("R08", |t| t.site_links.truncate(1)), ["High Site s3 is in no site link."]);
    let unknown = |t: &mut RoutingTable| t.site_links[1].sites.push(ObjectRef::named("s9"));
    assert_eq!(after("R09", unknown), ["Low Site link s2-s3 names s9, not in the list of sites."]);
    let alone = |t: &mut RoutingTable| {
        let mut link = t.site_links[0].clone();
        link.object = ObjectRef::named("ALONE");
        link.sites.truncate(1);
        t.site_links.push(link);
    };
    assert_eq!(after("R09", alone), ["Info Site link ALONE joins only s1."]);
    let empty_hub = |t: &mut RoutingTable| {
        t.sites[1].hub = Some(true);
        t.servers.retain(|s| s.site.as_ref().is_none_or(|site| site.to_string() != "s2"));
    };
    assert_eq!(after("R10", empty_hub), ["Low Hub site s2 has no transport servers that routing uses."]);
    assert_eq!(
        after("R11", |t| t.sites[2].hub = Some(true)),
        ["Low Hub site s3 lies on no least-cost path between other sites."]
    );
    let single = |t: &mut RoutingTable| {
        t.sites[1].hub = Some(true);
        named(t, "C").hub_active = Some(false);
    };
    assert_eq!(after("R12", single), ["Info Mail to sites behind hub site s2 depends on D alone."]);
    assert_eq!(
        after("R14", |t| t.site_links[0].exchange_cost = Some(5)),
        ["Info Site link s1-s2 costs 5 for Exchange instead of 10."]
    );
    assert_eq!(after("R16", |t| t.sites[1].inbound_mail = Some(false)), ["Medium Site s2 takes no mail in."]);
    let direct = |t: &mut RoutingTable| {
        let mut link = t.site_links[0].clone();
        link.sites = ["s1", "s3"].map(ObjectRef::named).to_vec();
        link.ad_cost = Some(20);
        t.site_links.push(link);
    };
    assert_eq!(
        after("R13", direct),
        ["Info Site s3 is as near by way of s1 as of s2; s1 is taken because there are fewer hops."]
    );
    assert_eq!(
        after("R15", |t| t.site_links[0].max_message_size = Some(10 << 20)),
        ["Medium Connector Partner takes messages of any size, but site link s1-s2 on the way to it lets 10 MB pass."]
    );
}

#[test]
fn routing_groups() {
    assert_eq!(
        after("R28", |t| t.routing_group_connectors.clear()),
        [format!("High No routing group connector joins {OWN} with the groups of OLD1 and OLD2.")]
    );
    let one_way = |t: &mut RoutingTable| drop(t.routing_group_connectors.remove(1));
    assert_eq!(
        after("R28", one_way),
        [format!("Medium No routing group connector leads from the groups of OLD1 and OLD2 back to {OWN}.")]
    );
    assert_eq!(
        after("R29", |t| drop(t.routing_group_connectors.remove(2))),
        ["High No routing group connectors lead to RG2, the group of OLD2."]
    );
    assert_eq!(
        after("R29", |t| t.routing_group_connectors[3].target_servers.clear()),
        ["Medium Routing group connector RG2 to RG1 has no target bridgehead."]
    );
    let second = |t: &mut RoutingTable| {
        let mut back = t.routing_group_connectors[1].clone();
        back.object = ObjectRef::named("Second");
        t.routing_group_connectors.push(back);
    };
    assert_eq!(after("R30", second), [format!("Low RG1 to {OWN} and Second lead from older routing groups to {OWN}.")]);
    assert_eq!(
        after("R31", |t| named(t, "A").hub_active = Some(false))[0],
        format!(
            "Low Routing group connector {OWN} to RG1: source bridgehead A has its component HubTransport inactive."
        )
    );
    assert_eq!(
        after("R32", |t| t.send_connectors[0].connected_domains.push("x".to_owned())),
        [format!("Low Connector Internet of {OWN} has connected domains.")]
    );
    let found = after("R33", |t| t.servers.retain(|s| s.major_version == Some(15)));
    assert_eq!(found[0], "Info Routing group RG1 is left, and no server of 2003 or earlier is.");
}

#[test]
fn connectors_that_are_passed_over() {
    assert_eq!(
        after("R17", |t| t.send_connectors[1].enabled = Some(false)),
        ["Info Connector Partner is disabled; mail for *.fabrikam.example goes to Internet."]
    );
    assert_eq!(
        after("R18", |t| t.send_connectors[1].source_servers.clear()),
        ["Low Connector Partner is passed over: it has no source server."]
    );
    let gone = |t: &mut RoutingTable| t.send_connectors[1].source_servers = vec![ObjectRef::named("GONE")];
    assert_eq!(
        after("R19", gone),
        [
            "Medium Connector Partner: source server GONE is not in the list of servers; no other source server is left, so it is not used."
        ]
    );
    assert_eq!(
        after("R25", gone),
        [
            "Medium Connector Partner is not used (none of its source servers can be used: GONE is not in the list of servers); \
          mail for *.fabrikam.example goes to Internet."
        ]
    );
    assert_eq!(
        after("R19", |t| t.send_connectors[1].source_servers.push(ObjectRef::named("GONE"))),
        ["Low Connector Partner: source server GONE is not in the list of servers."]
    );
    let hosts = |list: &'static str| {
        move |t: &mut RoutingTable| {
            t.send_connectors[1].dns_routing = Some(false);
            t.send_connectors[1].smart_hosts = Some(Located::new(list.to_owned(), span()));
        }
    };
    assert_eq!(
        after("R20", hosts("not a host")),
        ["Medium Connector Partner: not a host is neither a name nor an address in brackets."]
    );
    assert_eq!(after("R20", hosts("[192.0.2.300],relay.contoso.test")).len(), 1);
    let mut fine = healthy();
    hosts("[192.0.2.25],[2001:db8::1],relay.contoso.test")(&mut fine);
    assert_eq!(all(&fine), Vec::<String>::new());
    assert_eq!(
        after("R21", |t| t.send_connectors[1].scoped = Some(true)),
        ["Info Connector Partner is only for servers near C in site s2; mail for *.fabrikam.example goes to Internet."]
    );
    assert_eq!(
        after("R22", |t| drop(t.send_connectors.remove(0))),
        ["Medium No connector has the address space SMTP:*."]
    );
    assert_eq!(
        after("R22", |t| t.send_connectors[0].enabled = Some(false)),
        ["Medium No connector with the address space SMTP:* can be used (Internet: it is disabled)."]
    );
}

#[test]
fn connectors_that_compete() {
    let second = |space: &'static str, sources: &'static str, limit: Option<u64>| {
        move |t: &mut RoutingTable| {
            let mut other = send("Other", space, sources);
            other.max_message_size = limit;
            t.send_connectors.push(other);
        }
    };
    assert_eq!(
        after("R23", second("SMTP:*;1", "A", None)),
        ["Info Internet and Other all serve SMTP:* at cost 1; Internet takes all mail because its name comes first."]
    );
    let costly = |t: &mut RoutingTable| {
        t.send_connectors[0].address_spaces[0].value.cost = 5;
        second("SMTP:*;1", "C", None)(t);
    };
    assert_eq!(
        after("R24", costly),
        ["Info For SMTP:* connector Internet (cost 5 + 0 for the path = 5) comes before Other (1 + 10 = 11)."]
    );
    assert_eq!(
        after("R26", second("SMTP:*;9", "A", Some(10 << 20))),
        ["Info For SMTP:* connector Other takes at most 10 MB, Internet any size; larger mail has no other connector \
          where the other fails."]
    );
    assert_eq!(
        after("R27", second("SMTP:*;1", "OLD1", None)),
        ["Info For SMTP:* connector Other of an older routing group comes after Internet, whatever it costs."]
    );
}

#[test]
fn settings_edge_servers_and_other_tables() {
    assert_eq!(
        after("R39", |t| t.settings[0].value.value = "False".to_owned()),
        ["Info DagRoutingEnabled is False, by itself True."]
    );
    let mut edge = RoutingTable::new(span());
    (edge.exact, edge.complete, edge.process) = (true, true, Some("Edge".to_owned()));
    edge.send_connectors = vec![
        send("EdgeSync - Inbound to HQ", "smtp:--;100", "EDGE1"),
        send("EdgeSync - HQ to Internet", "SMTP:*;100", "EDGE1"),
    ];
    edge.send_connectors[0].dns_routing = Some(false);
    edge.send_connectors[0].smart_hosts = Some(Located::new("--".to_owned(), span()));
    assert_eq!(
        all(&edge),
        [
            "R40 Medium Connector EdgeSync - Inbound to HQ sends to the servers of the organization, and the table has none."
        ]
    );
    edge.servers.push(server("A 15 s1"));
    assert_eq!(all(&edge), Vec::<String>::new());
    edge.send_connectors[1].enabled = Some(false);
    assert_eq!(
        all(&edge),
        ["R40 Low No connector with the address space SMTP:* can be used (EdgeSync - HQ to Internet: it is disabled)."]
    );
    edge.send_connectors[1].enabled = Some(true);
    edge.send_connectors[0].address_spaces.push(Located::new(AddressSpace::parse("SMTP:x.example;1").unwrap(), span()));
    assert_eq!(
        all(&edge),
        ["R40 Medium Connector EdgeSync - Inbound to HQ mixes the automatic entry -- with others, so -- is ignored."]
    );
}

#[test]
fn tables_beside_each_other() {
    use crate::base::source::SourceId;
    use crate::base::timestamp::{DateOrder, parse_moment};
    let table = healthy();
    let mut other = healthy();
    other.span = Span::file(SourceId(1));
    other.local_server = Some(ObjectRef::named("B"));
    let found = |table: &RoutingTable, others: &[&RoutingTable]| -> Vec<String> {
        lint(table, others).iter().map(|l| format!("{} {}", l.id, l.detail)).collect()
    };
    assert_eq!(found(&table, &[&other]), Vec::<String>::new());
    other.send_connectors.remove(1);
    assert_eq!(found(&table, &[&other]), ["R36 The tables of A and B differ: only one has connector Partner."]);
    assert_eq!(found(&other, &[&table]), Vec::<String>::new());

    let starts = |hours: &[u32]| -> Vec<RoutingTable> {
        let at = |hour: &u32| {
            let mut table = healthy();
            table.sequence = Some(1);
            table.written = parse_moment(&format!("2019-03-12T{hour:02}:00:00Z"), DateOrder::Unknown);
            table
        };
        hours.iter().map(at).collect()
    };
    let often = starts(&[1, 3, 5, 7]);
    let others: Vec<&RoutingTable> = often[..3].iter().collect();
    assert_eq!(
        found(&often[3], &others),
        ["R38 On A the service started 4 times within 24 hours before 2019-03-12 07:00:00 UTC."]
    );
    assert_eq!(found(&often[3], &others[1..]), Vec::<String>::new());
    assert_eq!(found(&often[0], &[&often[1], &often[2], &often[3]]), Vec::<String>::new());
}

#[test]
fn a_table_that_was_cut_off_or_guessed_proves_nothing_missing() {
    for change in [|t: &mut RoutingTable| t.complete = false, |t: &mut RoutingTable| t.exact = false] {
        let mut table = healthy();
        change(&mut table);
        table.databases.push(RoutingDatabase {
            span: span(),
            object: ObjectRef::named("DB9"),
            owner: Some(ObjectRef::named("GONE")),
            owner_span: None,
        });
        table.routing_group_connectors = Vec::<RoutingGroupConnector>::new();
        table.send_connectors.clear();
        assert_eq!(all(&table), Vec::<String>::new());
    }
}

/// Ten thousand of everything, each thing faulty: the work must not grow with the square.
#[test]
fn a_huge_table_is_looked_through_in_time() {
    let many = 10_000;
    let mut table = healthy();
    for i in 0..many {
        let mut server = server("OLD14 14 s1");
        server.object = ObjectRef::named(format!("X{i}"));
        server.fqdn = Some(format!("x{i}.contoso.test"));
        server.hub_active = Some(i % 2 == 0);
        table.servers.push(server);
        let mut off = send(&format!("C{i}"), &format!("SMTP:*.d{i}.example;1|SMTP:*;1"), "GONE A");
        off.enabled = Some(i % 2 == 0);
        table.send_connectors.push(off);
        let mut link = table.site_links[0].clone();
        link.object = ObjectRef::named(format!("L{i}"));
        table.site_links.push(link);
    }
    let mut hosts = table.sites[0].clone();
    for i in 0..2_000 {
        hosts.object = ObjectRef::named(format!("site{i}"));
        hosts.hub = Some(true);
        table.site_links[0].sites.push(hosts.object.clone());
        table.sites.push(hosts.clone());
    }
    let found = lint(&table, &[]);
    for id in ["R07", "R10", "R17", "R19", "R23", "R42"] {
        assert!(found.iter().any(|lint| lint.id == id), "{id}");
    }
}
