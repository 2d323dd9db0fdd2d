//! Taking Exchange servers out of the ranges of custom connectors, played through before it is proposed: when one
//! connector lets go of an address, the next one may catch it, and the last must not leave nobody to answer.

use std::net::IpAddr;

use super::exchange_auth::{Meeting, port_between, version_of};
use crate::base::ip_range::IpRange;
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::model::receive_connector::ReceiveConnector;
use crate::model::server::server_key;
use crate::model::version::ExchangeVersion;
use crate::rules::discovery::{Discovery, distinct, listed, quoted};
use crate::tools::receive_connector_selector::{Selection, select};

/// What has to change on one server so that it authenticates the senders it refuses today.
pub struct Plan<'a> {
    /// The server.
    pub server: String,
    /// Connectors, each with the addresses to take out.
    pub changes: Vec<(&'a ReceiveConnector, Vec<IpAddr>)>,
    /// Whether a connector that authenticates Exchange servers answers afterwards; otherwise what does.
    pub outcome: Result<(), String>,
}

/// Plays through which connectors of `server` must let go of which addresses, until the default connector answers.
pub fn plan<'a>(facts: &'a Facts, server: &str, meetings: &[&Meeting<'_>]) -> Plan<'a> {
    let originals: Vec<&'a ReceiveConnector> = facts.connectors.of(server).iter().collect();
    let mut now: Vec<ReceiveConnector> = originals.iter().map(|c| (*c).clone()).collect();
    let mut changes: Vec<(&'a ReceiveConnector, Vec<IpAddr>)> = Vec::new();
    let mut outcome = Ok(());
    // Each round takes addresses out of one connector; more rounds than connectors and senders cannot be needed.
    for meeting in meetings.iter().filter(|m| server_key(&m.target) == server_key(server)) {
        let (port, role, _) = port_between(facts, &meeting.source, server);
        for _ in 0..=originals.len() {
            let view: Vec<&ReceiveConnector> = now.iter().collect();
            let index = match select(&view, None, port, role, meeting.address) {
                Selection::Answered { index, .. } => index,
                Selection::Nobody => {
                    outcome = Err(format!("no connector of {server} would answer {}", meeting.address));
                    break;
                }
                Selection::CannotDecide { why, .. } => {
                    outcome = Err(format!("which connector of {server} answers then cannot be told: {why}"));
                    break;
                }
            };
            let (Some(connector), Some(original)) = (now.get_mut(index), originals.get(index)) else { break };
            if connector.offers_exchange_auth() == Some(true) {
                break;
            }
            if connector.has_default_name() {
                outcome = Err(format!(
                    "{} would answer then, and it does not authenticate Exchange servers either",
                    connector.identity.value
                ));
                break;
            }
            let addresses = exchange_addresses(facts, server, original, meeting.address);
            release(connector, &addresses);
            match changes.iter_mut().find(|(c, _)| c.span == original.span) {
                Some((_, known)) => known.extend(addresses),
                None => changes.push((original, addresses)),
            }
        }
    }
    for (_, addresses) in &mut changes {
        *addresses = distinct(std::mem::take(addresses));
        addresses.order();
    }
    Plan { server: server.to_owned(), changes, outcome }
}

/// All Exchange servers that a connector covers, not only the one that fails today.
fn exchange_addresses(facts: &Facts, server: &str, connector: &ReceiveConnector, address: IpAddr) -> Vec<IpAddr> {
    let others = facts.servers.exchange_addresses().filter(|a| server_key(&a.server) != server_key(server));
    let covered = |a: &IpAddr| {
        connector.remote_ip_ranges.as_ref().is_some_and(|r| r.value.items.iter().any(|range| range.contains(*a)))
    };
    distinct(others.map(|a| a.address).filter(covered).chain([address]))
}

/// Takes addresses out of the ranges of a connector; one without ranges is off.
pub fn release(connector: &mut ReceiveConnector, addresses: &[IpAddr]) {
    let Some(ranges) = &mut connector.remote_ip_ranges else { return };
    ranges.value.items = ranges.value.items.iter().flat_map(|range| range.without(addresses)).collect();
    if ranges.value.items.is_empty()
        && let Some(enabled) = &mut connector.enabled
    {
        enabled.value = false;
    }
}

/// The step that takes addresses out of a connector: by removing single addresses, or by writing the
/// list anew when an address lies inside a wider range.
pub fn release_step(facts: &Facts, discovery: &mut Discovery, connector: &ReceiveConnector, addresses: &[IpAddr]) {
    let identity = quoted(&connector.identity.value);
    let Some(ranges) = &connector.remote_ip_ranges else { return };
    let covering: Vec<&IpRange> =
        ranges.value.items.iter().filter(|r| addresses.iter().any(|a| r.contains(*a))).collect();
    let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let kept: Vec<String> = ranges
        .value
        .items
        .iter()
        .flat_map(|range| if covering.contains(&range) { range.without(addresses) } else { vec![*range] })
        .map(|r| quoted(&r.to_string()))
        .collect();
    let takes_effect = match connector.server() {
        Some(server) => {
            format!("Run it in the Exchange shell on {server}; it takes effect at once, without a restart.")
        }
        None => "It takes effect at once, without a restart.".to_owned(),
    };
    let is_whole = ranges.value.complete && ranges.value.unread.is_empty();
    if !is_whole {
        discovery.command(
            format!(
                "Leave {} out of the ranges of {}. The export does not show all of them, and a wider one may hold the same \
                 addresses: export the connector anew and drop it here for the exact command.",
                listed(&names, 4),
                connector.identity.value
            ),
            format!("Get-ReceiveConnector {identity} | Export-Clixml receive-connectors.xml"),
        );
    } else if kept.is_empty() {
        discovery.command(
            format!(
                "Connector {} lists nothing but Exchange servers. Switch it off; a connector cannot be left without \
                 ranges. {takes_effect}",
                connector.identity.value
            ),
            format!("Set-ReceiveConnector {identity} -Enabled $false"),
        );
    } else if covering.iter().all(|r| r.is_single()) && knows_remove(facts, connector) {
        let list: Vec<String> = names.iter().map(|n| quoted(n)).collect();
        discovery.command(
            format!(
                "Take {} out of {}. Everything else in its ranges keeps using it. {takes_effect}",
                listed(&names, 4),
                connector.identity.value
            ),
            format!("Set-ReceiveConnector {identity} -RemoteIPRanges @{{Remove={}}}", list.join(",")),
        );
    } else {
        discovery.command(
            format!(
                "Write the ranges of {} anew, so that they leave out {}. Everything else in them keeps using it. \
                 {takes_effect}",
                connector.identity.value,
                listed(&names, 4)
            ),
            format!("Set-ReceiveConnector {identity} -RemoteIPRanges {}", kept.join(",")),
        );
        discovery.warn(
            "This replaces the whole list. If somebody changed the connector since the export, export it again first.",
        );
    }
}

/// Whether the shell of the server understands `@{Remove=...}`: from Exchange 2010 on. The cmdlet changes
/// only servers of its own version, so it runs there.
fn knows_remove(facts: &Facts, connector: &ReceiveConnector) -> bool {
    connector.server().and_then(|s| version_of(facts, s)).is_some_and(|v| v >= ExchangeVersion::V2010)
}
