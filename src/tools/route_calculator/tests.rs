//! Small tables and the routes that follow from them.

use super::external::Outcome;
use super::*;
use crate::base::source::{SourceId, Span};
use crate::model::Located;
use crate::model::routing::{AddressSpace, RoutingGroup, RoutingSendConnector, RoutingSite, SiteLink};

pub(crate) const OWN: &str = "Exchange Routing Group (DWBGZMFD01QNBJR)";

pub(crate) fn span() -> Span {
    Span::file(SourceId(0))
}

/// `name version site [dag]`; a server of 2003 has its routing group in place of the site.
pub(crate) fn server(text: &str) -> RoutingServer {
    let words: Vec<&str> = text.split(' ').collect();
    let version: u32 = words[1].parse().unwrap();
    let place = Some(ObjectRef::named(words[2]));
    let mut server = RoutingServer::new(span(), ObjectRef::named(words[0]));
    server.fqdn = Some(format!("{}.contoso.test", words[0]));
    server.major_version = Some(version);
    if version >= 8 {
        server.roles = Some("Mailbox, HubTransport".to_owned());
        server.site = place;
    } else {
        server.routing_group = place;
    }
    server.dag = words.get(3).map(|dag| ObjectRef::named(*dag));
    server
}

/// A table written on the first server. Sites that begin with `h` are hubs; links are `a-b cost`.
pub(crate) fn table(servers: &[&str], links: &[&str]) -> RoutingTable {
    let mut table = RoutingTable::new(span());
    (table.exact, table.lists_servers, table.lists_databases) = (true, true, true);
    table.servers = servers.iter().map(|text| server(text)).collect();
    table.local_server = Some(table.servers[0].object.clone());
    let mut names: Vec<&str> = Vec::new();
    for link in links {
        let (sites, cost) = link.split_once(' ').unwrap();
        names.extend(sites.split('-'));
        table.site_links.push(SiteLink {
            span: span(),
            object: ObjectRef::named(sites),
            ad_cost: Some(1_000),
            exchange_cost: Some(cost.parse().unwrap()),
            max_message_size: None,
            sites: sites.split('-').map(ObjectRef::named).collect(),
        });
    }
    names.sort_unstable();
    names.dedup();
    let site = |name: &&str| RoutingSite {
        span: span(),
        object: ObjectRef::named(*name),
        hub: Some(name.starts_with('h')),
        inbound_mail: Some(true),
    };
    table.sites = names.iter().map(site).collect();
    table.routing_groups =
        [OWN, "RG1", "RG2"].map(|name| RoutingGroup { span: span(), object: ObjectRef::named(name) }).to_vec();
    table.databases = table
        .servers
        .iter()
        .map(|server| RoutingDatabase {
            span: span(),
            object: ObjectRef::named(format!("DB-{}", server.object)),
            owner: Some(server.object.clone()),
            owner_span: None,
        })
        .collect();
    table
}

pub(crate) fn connector(source: &str, target: &str, server: &str) -> RoutingGroupConnector {
    RoutingGroupConnector {
        span: span(),
        object: ObjectRef::named(format!("{source} to {target}")),
        source_group: Some(ObjectRef::named(source)),
        source_servers: vec![ObjectRef::named(server)],
        home_mta: None,
        cost: Some(1),
        target_group: Some(ObjectRef::named(target)),
        target_servers: vec![ObjectRef::named("OLD1")],
        max_message_size: None,
    }
}

/// `kind:address;cost`, several with `|`, sent by servers separated by spaces.
pub(crate) fn send(name: &str, spaces: &str, sources: &str) -> RoutingSendConnector {
    let spaces = spaces.split('|').filter_map(AddressSpace::parse);
    RoutingSendConnector {
        span: span(),
        object: ObjectRef::named(name),
        source_group: Some(ObjectRef::named(OWN)),
        source_servers: sources.split_whitespace().map(ObjectRef::named).collect(),
        home_mta: None,
        kind: Some("SmtpSendConnectorConfig".to_owned()),
        enabled: Some(true),
        scoped: Some(false),
        address_spaces: spaces.map(|space| Located::new(space, span())).collect(),
        dns_routing: Some(true),
        smart_hosts: None,
        connected_domains: Vec::new(),
        max_message_size: None,
    }
}

fn hops(table: &RoutingTable) -> Vec<String> {
    let calculator = RouteCalculator::new(table);
    let shown = |database| match calculator.database(database) {
        Ok(hop) => format!("{:?} {} {}", hop.delivery_type, hop.domain, hop.cost),
        Err(why) => format!("{:?}", why.events()),
    };
    table.databases.iter().map(shown).collect()
}

#[test]
fn each_owner_has_the_next_hop_of_its_group() {
    let servers = ["A 15 s1 D1", "B 15 s2 D1", "C 15 s2 D2", "D 14 s3", "E 14 s4", "F 15 h5", "G 15 s6"];
    let table = table(&servers, &["s1-s2 10", "s2-s3 10", "s1-h5 3", "h5-s6 3", "s4-s7 1"]);
    assert_eq!(
        hops(&table),
        [
            "SmtpDeliveryToMailbox DB-A 0",
            "SmtpDeliveryToMailbox DB-B 0",
            "SmtpRelayToDag D2 10",
            "SmtpRelayToMailboxDeliveryGroup site:s3; version:14 20",
            "[5007, 5035]",
            "SmtpRelayToRemoteAdSite h5 3",
            "SmtpRelayToRemoteAdSite h5 6",
        ]
    );
}

#[test]
fn of_equal_costs_the_fewer_hops_win_and_then_the_lower_name() {
    let servers = ["A 15 s1", "H1 15 h1", "H2 15 h2", "T 15 t"];
    let by_name = table(&servers, &["s1-h2 5", "s1-h1 5", "h2-t 5", "h1-t 5"]);
    assert_eq!(hops(&by_name)[3], "SmtpRelayToRemoteAdSite h1 10");
    let by_hops = table(&servers, &["s1-h2 5", "s1-h1 5", "h2-t 5", "h1-t 5", "s1-t 10"]);
    assert_eq!(hops(&by_hops)[3], "SmtpRelayToMailboxDeliveryGroup site:t; version:15 10");
}

#[test]
fn a_hub_site_without_transport_servers_is_passed() {
    let table = table(&["A 15 s1", "T 15 t"], &["s1-h1 5", "h1-t 5"]);
    assert_eq!(hops(&table)[1], "SmtpRelayToMailboxDeliveryGroup site:t; version:15 10");
}

#[test]
fn old_servers_are_reached_over_routing_group_connectors() {
    let mut table = table(&["A 15 s1", "B 14 s2", "OLD1 6 RG1", "OLD2 6 RG2"], &["s1-s2 5"]);
    let own = OWN;
    assert_eq!(hops(&table)[2..], ["[5036]", "[5036]"]);
    table.routing_group_connectors = vec![connector(own, "RG1", "B"), connector("RG1", "RG2", "OLD1")];
    let by_b = format!("SmtpRelayToConnectorSourceServers {own} to RG1");
    assert_eq!(hops(&table)[2..], [format!("{by_b} 1"), format!("{by_b} 2")]);
    // A source server that is gone, or that is set inactive, leaves the connector without a source.
    table.routing_group_connectors[0].source_servers = vec![ObjectRef::named("GONE")];
    assert_eq!(hops(&table)[2..], ["[5036]", "[5036]"]);
    table.routing_group_connectors[0].source_servers = vec![ObjectRef::named("A")];
    assert_eq!(hops(&table)[2], format!("SmtpRelayToTiRg {own} to RG1 1"));
    table.servers[0].hub_active = Some(false);
    assert_eq!(hops(&table)[2], "[5036]");
}

/// `connector: how next` for mail of a size, and the reasons.
fn external(table: &RoutingTable, kind: &str, address: &str, size: u64) -> (String, Vec<String>) {
    let calculator = RouteCalculator::new(table);
    let route = calculator.external(kind, address, size);
    let by = route.connector.map_or_else(|| "-".to_owned(), |connector| connector.object.to_string());
    let next = match &route.outcome {
        Outcome::Next(hop) => format!("{:?} {}", hop.delivery_type, hop.domain),
        other => format!("{other:?}"),
    };
    (format!("{by}: {next}"), route.reasons)
}

fn chosen(table: &RoutingTable, address: &str) -> String {
    let route = external(table, "SMTP", address, 0).0;
    route.split_once(':').unwrap().0.to_owned()
}

#[test]
fn the_most_specific_address_space_wins_whatever_it_costs() {
    let mut table = table(&["A 15 s1"], &["s1-s2 5"]);
    table.send_connectors = vec![
        send("All", "SMTP:*;1", "A"),
        send("Tree", "SMTP:*.fabrikam.example;50", "A"),
        send("Exact", "SMTP:mail.fabrikam.example;90", "A"),
        send("Branch", "SMTP:*.mail.fabrikam.example;10", "A"),
    ];
    assert_eq!(chosen(&table, "contoso.com"), "All");
    assert_eq!(chosen(&table, "fabrikam.example"), "Tree");
    assert_eq!(chosen(&table, "X.Fabrikam.Example"), "Tree");
    assert_eq!(chosen(&table, "notfabrikam.example"), "All");
    assert_eq!(chosen(&table, "mail.fabrikam.example"), "Exact");
    assert_eq!(chosen(&table, "a.b.mail.fabrikam.example"), "Branch");
    assert_eq!(
        external(&table, "SMTP", "x.fabrikam.example", 0).1[1],
        "Address space *.fabrikam.example cost 50 of Tree beats * cost 1 of All: it is more specific."
    );
    // A connector that is off leaves its domain to the next one.
    table.send_connectors[2].enabled = Some(false);
    assert_eq!(chosen(&table, "mail.fabrikam.example"), "Branch");
}

#[test]
fn of_one_address_space_cost_then_nearness_then_name_decide() {
    let mut table = table(&["A 15 s1", "B 15 s1", "C 15 s2", "OLD1 6 RG1"], &["s1-s2 5"]);
    table.routing_group_connectors = vec![connector(OWN, "RG1", "A")];
    table.send_connectors = vec![
        send("Old", "SMTP:*;1", "OLD1"),
        send("Far", "SMTP:*;3", "C"),
        send("Near", "SMTP:*;8", "B"),
        send("Own", "SMTP:*;8", "A"),
        send("Also", "SMTP:*;8", "A"),
    ];
    let (route, reasons) = external(&table, "SMTP", "contoso.com", 0);
    assert_eq!(route, "Also: DnsConnectorDelivery contoso.com");
    assert_eq!(
        reasons,
        [
            "Connector Also takes it: address space SMTP:*;8, cost 8.",
            "Connector Also beats Own at equal cost 8: its name comes first.",
            "Connector Also beats Near at equal cost 8: its source server is nearer.",
            "Connector Also beats Far at equal cost 8: its source server is nearer.",
            "Connector Also beats Old: servers of older routing groups come last, whatever they cost.",
        ]
    );
    table.send_connectors.truncate(3);
    assert_eq!(external(&table, "SMTP", "contoso.com", 0).0, "Near: SmtpRelayToConnectorSourceServers Near");
    table.send_connectors.truncate(2);
    assert_eq!(external(&table, "SMTP", "contoso.com", 0).0, "Far: SmtpRelayToConnectorSourceServers Far");
    table.send_connectors[1].scoped = Some(true);
    assert_eq!(external(&table, "SMTP", "contoso.com", 0).0, format!("Old: SmtpRelayToTiRg {OWN} to RG1"));
    table.send_connectors.truncate(0);
    assert_eq!(external(&table, "SMTP", "contoso.com", 0).0, "-: NoConnector");
}

#[test]
fn a_message_that_is_too_large_takes_the_next_connector() {
    let mut table = table(&["A 15 s1", "C 15 s2"], &["s1-s2 5"]);
    table.send_connectors = vec![send("Tree", "SMTP:*.example;1", "A"), send("All", "SMTP:*;1", "C")];
    table.send_connectors[0].max_message_size = Some(10);
    let at = |table: &RoutingTable, size| external(table, "SMTP", "x.example", size).0;
    assert_eq!(at(&table, 10), "Tree: DnsConnectorDelivery x.example");
    assert_eq!(at(&table, 11), "All: SmtpRelayToConnectorSourceServers All");
    // The limit of the way is final: a connector with no limit on its way is not looked for.
    table.site_links[0].max_message_size = Some(20);
    assert_eq!(at(&table, 20), "All: SmtpRelayToConnectorSourceServers All");
    assert_eq!(at(&table, 21), "All: TooLarge");
    table.send_connectors[1].max_message_size = Some(15);
    assert_eq!(at(&table, 16), "-: TooLarge");
}

#[test]
fn other_types_and_what_cannot_be_told() {
    let mut table = table(&["A 15 s1", "EDGE1 15 s1", "EDGE2 15 s2"], &["s1-s2 5"]);
    table.servers[1].roles = Some("Edge".to_owned());
    table.servers[2].roles = Some("Edge".to_owned());
    table.servers.push(server("B 15 s2"));
    table.send_connectors = vec![
        send("Fax", "FAX:+49*;1", "A"),
        send("Any fax", "FAX:*;1", "A"),
        send("Here", "SMTP:here.example;1", "EDGE1"),
        send("There", "SMTP:there.example;1", "EDGE2"),
    ];
    table.send_connectors[0].kind = Some("ForeignConnector".to_owned());
    table.send_connectors[1].kind = Some("DeliveryAgentConnector".to_owned());
    assert_eq!(external(&table, "fax", "+49 30 1", 0).0, "Fax: NonSmtpGatewayDelivery Fax");
    assert_eq!(external(&table, "FAX", "+33 1", 0).0, "Any fax: DeliveryAgent +33 1");
    assert_eq!(external(&table, "NOTES", "x", 0).0, "-: NoConnectorForType");
    assert_eq!(external(&table, "SMTP", "here.example", 0).0, "Here: SmtpRelayWithinAdSiteToEdge Here");
    assert_eq!(external(&table, "SMTP", "there.example", 0).0, "There: SmtpRelayToRemoteAdSite s2");
    assert_eq!(external(&table, "SMTP", "no one", 0).0, "-: InvalidAddress");
    for change in [
        |t: &mut RoutingTable| t.exact = false,
        |t: &mut RoutingTable| t.complete = false,
        |t: &mut RoutingTable| t.process = Some("FrontEnd".to_owned()),
        |t: &mut RoutingTable| t.local_server = None,
    ] {
        let mut other = table.clone();
        change(&mut other);
        assert!(external(&other, "SMTP", "here.example", 0).0.starts_with("-: NotChecked"));
    }
}

#[test]
fn an_edge_server_sends_through_its_own_connectors() {
    let mut table = table(&["A 15 s1"], &["s1-s2 5"]);
    (table.process, table.local_server) = (Some("Edge".to_owned()), None);
    table.send_connectors = vec![send("Out", "SMTP:*;100", "EDGE1"), send("In", "smtp:--;100", "EDGE1")];
    table.send_connectors[1].dns_routing = Some(false);
    table.send_connectors[1].smart_hosts = Some(Located::new("--".to_owned(), span()));
    assert_eq!(external(&table, "SMTP", "contoso.com", 0).0, "Out: DnsConnectorDelivery contoso.com");
    let reasons = external(&table, "SMTP", "contoso.com", 0).1;
    assert_eq!(reasons[1], "If contoso.com is an accepted domain of the organization, connector In takes it instead.");
}
