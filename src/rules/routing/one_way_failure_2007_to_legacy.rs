//! Mail flows from an older server and not to it.

use super::unreachable::unreachable;
use crate::facts::Facts;
use crate::facts::transport::Question;
use crate::model::server::server_key;
use crate::model::smtp_reply::UnreachableReason::NoRouteToMdb;
use crate::model::version::ExchangeVersion;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed};

declare_rule! {
    /// # Symptoms
    /// Mail from an Exchange 2000 or 2003 server arrives at Exchange 2007 or 2010, and mail in the other direction waits without a route.
    ///
    /// # Cause
    /// The direction narrows the cause. One way without a route: permissions or the routing table. Both ways without a route: the routing group
    /// connector. One way with 5.7.3: the receive connector that answers.
    ///
    /// # Resolution
    /// 1. Look at the permissions of the older server and at the routing table, not at the network.
    ///
    /// # More information
    /// This is a step of the reasoning, and no problem of its own.
    id: "one-way-failure-2007-to-legacy",
    title: "Mail flows in one direction only",
    area: Routing,
    severity: Info,
    role: Context,
    versions: V2007..=V2010,
    needs: [Queues, Tracking],
    helps: [Servers],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let held = unreachable(facts, NoRouteToMdb);
    if held.is_empty() {
        return Verdict::NotApplicable;
    }
    let is_older = |name: &str| {
        let listed = facts.servers.version(name).is_some_and(|version| version < ExchangeVersion::V2007);
        let in_directory = facts.directory.server(name).and_then(|server| server.text("serialNumber"));
        let version = in_directory.is_some_and(|text| text.value.contains("Version 6."));
        listed || version
    };
    // Mail that an older server handed over: event RECEIVE, client and server.
    let hops: Vec<_> = facts.transport.counts(Question::TrackingHops).collect();
    let arrived: Vec<_> = hops
        .iter()
        .filter(|(key, _)| key.first().is_some_and(|event| event == "RECEIVE"))
        .filter_map(|(key, tally)| Some((key.get(2)?.clone(), tally)))
        .filter(|(client, _)| is_older(client))
        .collect();
    let Some((_, tally)) = arrived.first() else { return Verdict::NotApplicable };
    let mut found = Discovery::new(Confidence::Confirmed);
    let names = distinct(arrived.iter().map(|(client, _)| server_key(client).to_uppercase()));
    let place = tally.examples.first().map_or_else(String::new, |(_, span)| {
        found.cite(Proof::new(*span, format!("Mail from {} arrives", listed(&names, 2))).mark(["RECEIVE"]))
    });
    let reason = held
        .first()
        .and_then(|one| one.queue.span())
        .map_or_else(String::new, |span| found.cite(Proof::new(span, "Mail in the other direction has no route")));
    found.statement = format!(
        "Mail from {} arrives {place} while mail to older servers has no route {reason}, so the servers reach each other; look at permissions, the routing table, and the connector from 2007 to the older servers.",
        listed(&names, 3)
    );
    found.affects(names);
    Verdict::Found(vec![found])
}
