//! A custom receive connector would answer Exchange servers without authenticating them; no mail waits
//! for it yet.

use std::net::IpAddr;

use super::exchange_auth::{self as auth, Answer, Meeting};
use super::release::{plan, release_step};
use crate::facts::Facts;
use crate::model::receive_connector::{AuthMechanism, ReceiveConnector};
use crate::model::server::server_key;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed};

declare_rule! {
    /// # Symptoms
    /// None yet, or mail from some servers waits now and then. The remote IP ranges of a custom receive
    /// connector contain the address of an Exchange server of the organization.
    ///
    /// # Cause
    /// The range was written for a whole network, or Exchange servers were given addresses in it later. As soon
    /// as such a server has mail to deliver here, this connector answers instead of the default one and does not
    /// offer Exchange Server authentication.
    ///
    /// # Resolution
    /// 1. Take the addresses of the Exchange servers out of the ranges of the connector, or split the range.
    /// 2. Check that the default connector answers each Exchange server.
    ///
    /// # More information
    /// A connector that trusts its hosts without authentication (ExternalAuthoritative) is included: it accepts
    /// the mail, but as from outside its checks.
    id: "rcv-custom-connector-covers-exchange-server",
    title: "The ranges of a custom receive connector cover an Exchange server",
    area: Authentication,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [ReceiveConnectors, ServerAddresses],
    helps: [Servers],
    explains: [],
    sources: ["https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors"],
    check: check,
}

/// A connector, and the servers that it answers.
type Covering<'a> = (&'a ReceiveConnector, Vec<Meeting<'a>>);

fn check(facts: &Facts) -> Verdict {
    if facts.connectors.is_empty() {
        return Verdict::NotApplicable;
    }
    let told = auth::captors_of_waiting_mail(facts);
    let custom = |c: &&ReceiveConnector| !c.has_default_name() && c.is_enabled();
    if !facts.connectors.servers().any(|s| facts.connectors.of(s).iter().any(|c| custom(&c))) {
        return Verdict::NotApplicable;
    }
    let mut found: Vec<Covering<'_>> = Vec::new();
    let (mut met, mut open) = (0, Vec::new());
    let mut sources: Vec<&str> = facts.servers.exchange_addresses().map(|a| a.server.as_str()).collect();
    sources.dedup_by_key(|s| server_key(s));
    for target in facts.connectors.servers() {
        for source in sources.iter().filter(|s| server_key(s) != server_key(target)) {
            for meeting in auth::meetings(facts, source, target) {
                met += 1;
                let connector = match &meeting.answer {
                    Answer::Unable(c) if !c.has_default_name() => c,
                    Answer::Able(c) if !c.has_default_name() && is_external_authoritative(c) => c,
                    Answer::Unknown(why) => {
                        open.push(why.clone());
                        continue;
                    }
                    _ => continue,
                };
                // With mail stopped for it, the rule that explains the mail speaks.
                if told.contains(&connector.span) {
                    continue;
                }
                let entry = match found.iter_mut().find(|(c, _)| c.span == connector.span) {
                    Some(entry) => entry,
                    None => {
                        found.push((connector, Vec::new()));
                        match found.last_mut() {
                            Some(entry) => entry,
                            None => continue,
                        }
                    }
                };
                entry.1.push(meeting);
            }
        }
    }
    if !found.is_empty() {
        return Verdict::Found(found.iter().map(|(c, hits)| finding(facts, c, hits)).collect());
    }
    if !told.is_empty() {
        return Verdict::NotApplicable;
    }
    if met == 0 {
        return Verdict::Undecided(
            "The addresses of the Exchange servers are not in the evidence.".to_owned(),
            vec![auth::missing_addresses("Whether a custom connector covers an Exchange server.")],
        );
    }
    if let Some(why) = open.first() {
        return Verdict::Undecided(
            format!("Which connector answers cannot be told: {why}."),
            vec![auth::missing_connectors(&[], "Whether a custom connector covers an Exchange server.")],
        );
    }
    Verdict::RuledOut(format!(
        "The choice of connector was worked out for {met} pairs of address and server; none ends at a custom connector \
         without Exchange Server authentication."
    ))
}

fn is_external_authoritative(connector: &ReceiveConnector) -> bool {
    connector.auth_mechanism.as_ref().is_some_and(|a| a.value.contains(AuthMechanism::EXTERNAL_AUTHORITATIVE))
}

fn finding(facts: &Facts, connector: &ReceiveConnector, hits: &[Meeting<'_>]) -> Discovery {
    let certain = hits.iter().all(|m| m.port_is_certain);
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let servers: Vec<String> = distinct(hits.iter().map(|m| m.source.clone()));
    let addresses: Vec<IpAddr> = hits.iter().map(|m| m.address).collect();
    let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let mut ranges = String::new();
    if let Some(r) = &connector.remote_ip_ranges {
        let covering = || r.value.items.iter().filter(|range| addresses.iter().any(|a| range.contains(*a)));
        let marks: Vec<String> = covering()
            .map(ToString::to_string)
            .chain(covering().filter_map(|r| r.as_prefix()))
            .chain(names.clone())
            .collect();
        let shown: Vec<String> = covering().map(ToString::to_string).collect();
        let note = format!("{} covers {} with {}", connector.identity.value, listed(&names, 4), listed(&shown, 3));
        let why = "The most specific range that contains the address decides which connector answers.";
        ranges = found.cite(Proof::new(r.span, note).mark(marks).why(why));
    }
    let settings = auth::cite_settings(&mut found, connector);
    found.statement = format!(
        "Connector {} would answer {} {ranges} without Exchange Server authentication {settings}; their mail to this \
         server would stop.",
        connector.identity.value,
        listed(&servers, 4),
    );
    found.affects([connector.identity.value.clone()]);
    found.affects(connector.server());
    found.affects(servers);
    found.affects(names);
    let plan = plan(facts, connector.server().unwrap_or(""), &hits.iter().collect::<Vec<_>>());
    match (&plan.outcome, plan.changes.is_empty()) {
        // A connector that trusts its hosts authenticates no less; it is left by itself.
        (Ok(()), true) => release_step(facts, &mut found, connector, &addresses),
        (Ok(()), false) => {
            for (connector, addresses) in &plan.changes {
                release_step(facts, &mut found, connector, addresses);
            }
        }
        (Err(why), _) => found.step(format!(
            "Do not take the addresses out of {} yet: {why}. First give {} a default connector that answers Exchange servers with \
             Exchange Server authentication.",
            connector.identity.value, plan.server
        )),
    }
    found.step("Check: export the connectors again and drop them here; this finding must be gone.");
    found.verify.push("No range of a custom connector contains an Exchange server.".to_owned());
    found.held("The choice of connector was worked out for each known address of the Exchange servers.");
    if !certain {
        found.unknown("The versions of all servers are not known, so the port was assumed.");
    }
    found
}
