//! No routing group connector leads to the older servers.

use super::unreachable::unreachable;
use crate::facts::Facts;
use crate::facts::directory::{is_deleted, is_deleted_name, name_of, server_in};
use crate::model::directory::DirectoryObject;
use crate::model::legacy_queue::LegacyQueueKind;
use crate::model::smtp_reply::UnreachableReason::NoRouteToMdb;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// All mail from Exchange 2007 or 2010 to older servers waits in Unreachable, and the older servers show messages with an unreachable
    /// destination in the other direction.
    ///
    /// # Cause
    /// Between the routing group of the newer servers (DWBGZMFD01QNBJR) and those of the older ones there is no routing group connector, or its
    /// servers do not exist any more: setup was run without a server to connect to, or a bridgehead was removed.
    ///
    /// # Resolution
    /// 1. Create a connector in both directions with New-RoutingGroupConnector, or replace its servers with Set-RoutingGroupConnector.
    /// 2. Restart the transport service.
    ///
    /// # More information
    /// A connector leads in one direction only; mail that arrives from the older servers does not prove the one back.
    id: "interop-rgc-missing",
    title: "No routing group connector leads to the older servers",
    area: Routing,
    severity: Critical,
    role: Cause,
    versions: V2007..=V2010,
    needs: [Directory],
    helps: [Queues, RoutingTables],
    explains: ["unreachable-no-route-to-mdb", "routing-mdb-missing"],
    sources: ["https://unifiedpeople.ru/exchhelp.en/html/7ee36983-335d-4c02-b72c-61b8cfd63017.htm"],
    check: check,
}

const NEW: &str = "DWBGZMFD01QNBJR";

fn is_new(object: &DirectoryObject) -> bool {
    object.distinguished_name.as_ref().is_some_and(|name| name.value.contains(NEW))
}

/// Whether a connector has a server at each end that exists in the dump, or that the dump does not show.
fn has_servers(facts: &Facts, connector: &DirectoryObject) -> bool {
    let living = |attribute: &str| {
        let names: Vec<_> = connector.texts(attribute).collect();
        let gone = |name: &str| {
            let server = crate::base::distinguished_name::DistinguishedName::parse(name).as_ref().and_then(server_in);
            let known = server.is_some_and(|server| facts.directory.server(&server).is_some());
            is_deleted_name(name) || (!known && facts.directory.of_class("msExchExchangeServer").count() > 1)
        };
        names.is_empty() || names.iter().any(|name| !gone(name.value))
    };
    living("msExchSourceBridgeheadServersDN") && living("msExchTargetBridgeheadServersDN")
}

fn check(facts: &Facts) -> Verdict {
    let groups: Vec<&DirectoryObject> =
        facts.directory.of_class("msExchRoutingGroup").filter(|o| !is_deleted(o)).collect();
    let Some(new) = groups.iter().find(|group| is_new(group)) else { return Verdict::NotApplicable };
    let older: Vec<String> = groups
        .iter()
        .filter(|group| !is_new(group))
        .filter_map(|group| Some(name_of(group)?.name().to_owned()))
        .collect();
    // What is below the routing groups must be in the dump, else nothing is known to be missing.
    let shown = groups.iter().filter(|g| name_of(g).is_some_and(|name| facts.directory.shows_below(&name))).count();
    // Old routing groups stay when their last server has gone.
    let old_server =
        |server: &DirectoryObject| server.text("serialNumber").is_some_and(|text| text.value.contains("Version 6."));
    if !facts.directory.of_class("msExchExchangeServer").any(|server| !is_deleted(server) && old_server(server)) {
        return Verdict::NotApplicable;
    }
    if older.is_empty() || shown < groups.len() {
        return Verdict::NotApplicable;
    }
    let connectors: Vec<&DirectoryObject> =
        facts.directory.of_class("msExchRoutingGroupConnector").filter(|o| !is_deleted(o)).collect();
    // Connectors of the new routing group stand below it; those towards it name its servers.
    let own: Vec<&&DirectoryObject> = connectors.iter().filter(|connector| is_new(connector)).collect();
    if own.iter().any(|connector| has_servers(facts, connector)) {
        let names: Vec<String> = own.iter().filter_map(|c| Some(name_of(c)?.name().to_owned())).collect();
        return Verdict::RuledOut(format!("A routing group connector exists: {}.", listed(&names, 3)));
    }
    let held = unreachable(facts, NoRouteToMdb);
    let mut found = Discovery::new(if held.is_empty() { Confidence::Likely } else { Confidence::Confirmed });
    let place = match own.first() {
        Some(connector) => {
            let note = "The servers of this connector do not exist any more";
            let at = connector.text("msExchSourceBridgeheadServersDN").map_or(connector.span, |text| text.span);
            found.cite(Proof::new(at, note))
        }
        None => {
            let searched = format!(
                "Searched: {} of class msExchRoutingGroupConnector in the files. None is below the routing group {NEW}.",
                count(connectors.len() as u64, "object")
            );
            found.cite(Proof::new(new.span, "No routing group connector").absent(searched))
        }
    };
    let (mut reasons, mut total) = (String::new(), 0);
    for one in &held {
        total += one.messages;
        if let Some(span) = one.queue.span().filter(|_| reasons.is_empty()) {
            reasons = found.cite(Proof::new(span, format!("The queue {}", one.queue.label())));
        }
        found.accounts_for(one.queue, one.messages, format!("Queue {}: no route", one.queue.label()));
    }
    // The older servers cannot find the way back.
    for queue in facts.legacy_queues.iter().filter(|q| q.kind == LegacyQueueKind::Unreachable && q.count() > 0) {
        found.accounts_for_legacy(queue, queue.count(), format!("Queue {}: the other direction", queue.label()));
    }
    let waiting = if total == 0 {
        String::new()
    } else {
        format!(
            ", so {} for them {} no route {reasons}",
            count(total, "message"),
            if total == 1 { "has" } else { "have" }
        )
    };
    found.statement = format!(
        "No usable routing group connector leads from Exchange 2007 to {} {place}{waiting}.",
        listed(&older, 3)
    );
    found.affects(older);
    let hub = held.first().and_then(|one| one.queue.server()).unwrap_or("<2007 hub server>");
    match own.first().and_then(|connector| Some(name_of(connector)?.name().to_owned())) {
        Some(name) => found.command(
            "Give the connector servers that exist.",
            format!("Set-RoutingGroupConnector -Identity {} -SourceTransportServers {} -TargetTransportServers '<2003 bridgehead>'", quoted(&name), quoted(hub)),
        ),
        None => found.command(
            "Create the connector in both directions.",
            format!(
                "New-RoutingGroupConnector -Name 'Interop RGC' -SourceTransportServers {} -TargetTransportServers '<2003 bridgehead>' -Cost 100 \
                 -Bidirectional $true",
                quoted(hub)
            ),
        ),
    }
    found.command(
        "Restart the transport service on the hub servers, which write new routing tables.",
        "Restart-Service MSExchangeTransport",
    );
    found.warn("Mail through that server pauses for about a minute.");
    found.verify.push("The newest routing table shows the connector, and both queues drain.".to_owned());
    Verdict::Found(vec![found])
}
