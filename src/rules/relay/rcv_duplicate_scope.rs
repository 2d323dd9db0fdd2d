//! Two receive connectors of a server answer the same addresses on the same port.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Facts;
use crate::model::receive_connector::ReceiveConnector;
use crate::model::server::server_key;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};
use crate::rules::searching::hits;

declare_rule! {
    /// # Symptoms
    /// A host is answered by a connector that nobody meant for it: it is refused, or allowed more than it should be. Changes to a connector
    /// have no effect, and event 1003 of MSExchangeTransport says that its configuration is not valid.
    ///
    /// # Cause
    /// Two enabled connectors of one service have the same local address and port and the same range of remote addresses. The cmdlets refuse
    /// that, so one of them was written to the directory in another way.
    ///
    /// # Resolution
    /// 1. Decide which of the two should answer the range, and take it out of the other.
    ///
    /// # More information
    /// Ranges may overlap as long as they are of different size: the smaller one wins then.
    id: "rcv-duplicate-scope",
    title: "Two receive connectors answer the same addresses",
    area: Relay,
    severity: Medium,
    role: Cause,
    versions: V2007..=Se,
    needs: [ReceiveConnectors],
    helps: [Events],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors",
        "https://learn.microsoft.com/previous-versions/office/exchange-server-2010/hh994900(v=exchg.141)",
    ],
    check: check,
}

/// What two connectors have in common: bindings and ranges.
type Shared = (BTreeSet<String>, Vec<crate::base::ip_range::IpRange>);

fn check(facts: &Facts) -> Verdict {
    let mut findings = Vec::new();
    let mut cut = false;
    for server in facts.connectors.servers() {
        let own: Vec<&ReceiveConnector> = facts.connectors.of(server).iter().filter(|c| c.is_enabled()).collect();
        cut |= own.iter().any(|c| !c.remote_ip_ranges.as_ref().is_some_and(|ranges| ranges.value.complete));
        for ((a, b), shared) in pairs(&own) {
            if let (Some(a), Some(b)) = (own.get(a), own.get(b)) {
                findings.push(finding(facts, server, a, b, &shared));
            }
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    let events = hits(facts, "MSExchangeTransport", &[1003]);
    let is_about = |text: &str| text.to_lowercase().contains("receive connector");
    if facts.connectors.is_empty() || !events.iter().any(|hit| is_about(hit.text)) {
        return Verdict::NotApplicable;
    }
    if cut {
        return Verdict::Undecided(
            "An event says that a receive connector is not valid, and the export does not show all ranges.".to_owned(),
            vec![crate::report::Missing {
                what: "The receive connectors with all ranges".to_owned(),
                settles: "Whether two connectors answer the same addresses.".to_owned(),
                command: "Get-ReceiveConnector | Export-Clixml receive-connectors.xml".to_owned(),
            }],
        );
    }
    Verdict::RuledOut("No two enabled connectors of a server share a local address, a port and a range.".to_owned())
}

/// Pairs of connectors that share a binding and a range, by their places in the list.
fn pairs(own: &[&ReceiveConnector]) -> BTreeMap<(usize, usize), Shared> {
    let mut first: BTreeMap<(Option<u8>, String, String), usize> = BTreeMap::new();
    let mut pairs: BTreeMap<(usize, usize), Shared> = BTreeMap::new();
    for (at, connector) in own.iter().enumerate() {
        let role = connector.role.as_ref().map(|role| role.value as u8);
        let (Some(bindings), Some(ranges)) = (&connector.bindings, &connector.remote_ip_ranges) else { continue };
        for binding in &bindings.value.items {
            let socket = std::net::SocketAddr::new(binding.address, binding.port).to_string();
            for range in &ranges.value.items {
                let key = (role, socket.clone(), range.to_string());
                match first.get(&key) {
                    Some(other) if *other != at => {
                        let shared = pairs.entry((*other, at)).or_default();
                        shared.0.insert(socket.clone());
                        if !shared.1.contains(range) && shared.1.len() < 64 {
                            shared.1.push(*range);
                        }
                    }
                    Some(_) => {}
                    None => {
                        first.insert(key, at);
                    }
                }
            }
        }
    }
    pairs
}

fn is_alike(a: &ReceiveConnector, b: &ReceiveConnector) -> bool {
    let settings = |c: &ReceiveConnector| {
        (c.auth_mechanism.as_ref().map(|auth| auth.value), c.permission_groups.as_ref().map(|groups| groups.value))
    };
    settings(a) == settings(b) && a.auth_mechanism.is_some() && a.permission_groups.is_some()
}

fn finding(facts: &Facts, server: &str, a: &ReceiveConnector, b: &ReceiveConnector, shared: &Shared) -> Discovery {
    // A connector of setup stays as it is; the other one gives way.
    let (keep, change) = if b.has_default_name() && !a.has_default_name() { (b, a) } else { (a, b) };
    // In exports of two days a connector that was renamed in between looks like two.
    let one_export = a.span.source == b.span.source;
    let mut found = Discovery::new(if one_export { Confidence::Confirmed } else { Confidence::Likely });
    if !one_export {
        found.unknown("Whether both exist at the same time: they are in two exports.");
    }
    let ranges: Vec<String> = shared.1.iter().map(ToString::to_string).collect();
    let prefixes: Vec<String> = shared.1.iter().filter_map(crate::base::ip_range::IpRange::as_prefix).collect();
    let mut places = String::new();
    for connector in [keep, change] {
        let span = connector.remote_ip_ranges.as_ref().map_or(connector.span, |ranges| ranges.span);
        let proof = Proof::new(span, format!("The ranges of {}", connector.identity.value));
        places += &found.cite(proof.mark(ranges.iter().chain(&prefixes).cloned()));
    }
    let sockets: Vec<String> = shared.0.iter().cloned().collect();
    let alike = is_alike(a, b);
    found.statement = format!(
        "Two connectors of {server} answer the same hosts {places}, so it is left to their order in the directory which one does: {} and {}, \
         for {} on {}.",
        keep.identity.value,
        change.identity.value,
        listed(&ranges, 3),
        listed(&sockets, 2),
    );
    found.affects([keep.identity.value.clone(), change.identity.value.clone()]);
    found.affects([server]);
    if alike {
        found.severity = Some(Severity::Low);
        found.held("Both offer the same authentication to the same groups, so clients notice little.");
    } else {
        let words = |c: &ReceiveConnector| {
            let auth = c.auth_mechanism.as_ref().map_or_else(|| "not shown".to_owned(), |auth| auth.value.to_string());
            let groups =
                c.permission_groups.as_ref().map_or_else(|| "not shown".to_owned(), |groups| groups.value.to_string());
            format!("{}: AuthMechanism {auth}; PermissionGroups {groups}", c.identity.value)
        };
        found.effect(words(keep), "");
        found.effect(words(change), "");
    }
    for hit in hits(facts, "MSExchangeTransport", &[1003]).iter().take(8) {
        let is_own = hit.group.computer.as_deref().is_some_and(|own| server_key(own) == server_key(server));
        if is_own && hit.text.to_lowercase().contains("receive connector") {
            let place = hit.cite(
                &mut found,
                &["Receive connector"],
                "The transport service does not take such a configuration.",
            );
            found.held(format!("The transport service reports a receive connector that is not valid {place}."));
            break;
        }
    }
    found.command(
        "Look at both connectors.",
        format!(
            "{},{} | Get-ReceiveConnector | Format-List Identity,Enabled,Bindings,RemoteIPRanges,AuthMechanism,PermissionGroups,WhenCreated",
            quoted(&keep.identity.value),
            quoted(&change.identity.value)
        ),
    );
    let left: Option<Vec<String>> =
        change.remote_ip_ranges.as_ref().filter(|all| all.value.complete).map(|all| {
            all.value.items.iter().filter(|range| !shared.1.contains(range)).map(ToString::to_string).collect()
        });
    match left {
        Some(left) if !left.is_empty() && left.len() <= 40 && shared.1.len() < 64 => found.command(
            format!("Take the shared ranges out of {}.", change.identity.value),
            format!("Set-ReceiveConnector {} -RemoteIPRanges {}", quoted(&change.identity.value), left.join(",")),
        ),
        _ => found.command(
            format!(
                "Give {} other ranges, or switch it off if {} can answer its hosts.",
                change.identity.value, keep.identity.value
            ),
            format!("Set-ReceiveConnector {} -Enabled $false", quoted(&change.identity.value)),
        ),
    }
    found.warn(format!(
        "{} answers these hosts afterwards: check first that it lets them send what they must.",
        keep.identity.value
    ));
    found.verify.push("Export the connectors again and drop them here; this finding must be gone.".to_owned());
    found
}
