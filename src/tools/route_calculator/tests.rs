//! Small tables and the routes that follow from them.

use super::*;
use crate::base::source::{SourceId, Span};
use crate::model::routing::{RoutingGroup, RoutingSite, SiteLink};

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
    table.routing_groups = ["Exchange Routing Group (DWBGZMFD01QNBJR)", "RG1", "RG2"]
        .map(|name| RoutingGroup { span: span(), object: ObjectRef::named(name) })
        .to_vec();
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
    let own = "Exchange Routing Group (DWBGZMFD01QNBJR)";
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
