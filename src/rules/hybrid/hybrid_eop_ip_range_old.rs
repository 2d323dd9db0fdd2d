//! The receive connector for Exchange Online on Exchange 2010 does not know all of its addresses.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::base::ip_range::is_private;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::replies::ReplyPlace;
use crate::facts::transport::Question;
use crate::model::receive_connector::ReceiveConnector;
use crate::model::version::ExchangeVersion;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Mail from mailboxes in Exchange Online to Exchange 2010 is returned now and then, and more often with time: 5.7.1 or 5.7.64.
    ///
    /// # Cause
    /// The hybrid configuration wizard of Exchange 2010 gives the receive connector for Exchange Online the addresses it has on that day.
    /// Exchange Online gets new ones, and these are answered by another connector, without the trust.
    ///
    /// # Resolution
    /// 1. Run the hybrid configuration wizard again, or add the addresses that Microsoft publishes for Exchange Online Protection.
    ///
    /// # More information
    /// From Exchange 2013 on there is no such connector: Exchange Online is known by its certificate.
    id: "hybrid-eop-ip-range-old",
    title: "The connector for Exchange Online lacks addresses of it",
    area: Hybrid,
    severity: Medium,
    role: Cause,
    versions: V2010..=V2010,
    needs: [ReceiveConnectors, ProtocolLogs],
    helps: [Reports],
    explains: [],
    sources: ["https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeHybrid/email-delivery/emails-are-rejected-and-receive-ndrs.md"],
    check: check,
}

/// Ends of the names with which Exchange Online greets.
const GREETINGS: [&str; 2] = [".outbound.protection.outlook.com", ".outbound.messaging.microsoft.com"];

fn check(facts: &Facts) -> Verdict {
    let connectors: Vec<&ReceiveConnector> = facts
        .connectors
        .servers()
        .flat_map(|server| facts.connectors.of(server))
        .filter(|connector| is_meant(facts, connector))
        .collect();
    if connectors.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut online: BTreeMap<IpAddr, (String, Span)> = BTreeMap::new();
    for (key, tally) in facts.transport.counts(Question::SmtpGreetings) {
        let [name, address] = key.as_slice() else { continue };
        let lower = name.to_lowercase();
        let address = address.trim_matches(['[', ']']).parse::<IpAddr>().ok().filter(|address| !is_private(*address));
        if let (Some(address), Some((_, span)), true) =
            (address, tally.examples.first(), GREETINGS.iter().any(|end| lower.ends_with(end)))
        {
            online.entry(address.to_canonical()).or_insert_with(|| (name.clone(), *span));
        }
    }
    if online.is_empty() {
        return Verdict::NotApplicable;
    }
    let (mut findings, mut fine, mut cut) = (Vec::new(), 0, None);
    for connector in connectors {
        let Some(ranges) = connector.remote_ip_ranges.as_ref() else { continue };
        let outside: Vec<(&IpAddr, &(String, Span))> = online
            .iter()
            .filter(|(address, _)| !ranges.value.items.iter().any(|range| range.contains(**address)))
            .collect();
        if outside.is_empty() {
            fine += 1;
        } else if ranges.value.complete {
            findings.push(finding(facts, connector, &outside));
        } else {
            cut = Some(connector);
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    match cut {
        Some(connector) => Verdict::Undecided(
            format!("The export does not show all addresses of {}.", connector.identity.value),
            vec![Missing {
                what: "The connector with all ranges".to_owned(),
                settles: "Whether it knows the addresses from which Exchange Online connects.".to_owned(),
                command: format!(
                    "Get-ReceiveConnector {} | Export-Clixml receive-connector.xml",
                    quoted(&connector.identity.value)
                ),
            }],
        ),
        None if fine > 0 => Verdict::RuledOut(format!(
            "The ranges of the connector hold every address that greets as Exchange Online in the receive log: {}.",
            listed(&online.keys().map(ToString::to_string).collect::<Vec<_>>(), 3)
        )),
        None => Verdict::NotApplicable,
    }
}

/// Whether a connector is the one that the wizard of Exchange 2010 makes.
fn is_meant(facts: &Facts, connector: &ReceiveConnector) -> bool {
    let version = connector.server().and_then(|server| facts.servers.version(server));
    let is_2010 = version.map_or(connector.role.is_none(), |version| version == ExchangeVersion::V2010);
    let name = connector.name().to_lowercase();
    let words = ["office 365", "exchange online", "eop", "fope"];
    let is_named = words.iter().any(|word| name.split(['(', ')', '-']).any(|part| part.contains(word)));
    let is_narrow = connector
        .remote_ip_ranges
        .as_ref()
        .is_some_and(|ranges| !ranges.value.items.iter().any(|range| range.is_everything()));
    connector.is_enabled() && is_2010 && is_named && is_narrow
}

fn finding(facts: &Facts, connector: &ReceiveConnector, outside: &[(&IpAddr, &(String, Span))]) -> Discovery {
    let name = &connector.identity.value;
    // Which connectors answered these addresses instead.
    let mut others: Vec<String> = Vec::new();
    for (key, _) in facts.transport.counts(Question::SmtpEndpoints) {
        let [kind, own, remote] = key.as_slice() else { continue };
        let address = remote.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let is_outside = address.is_some_and(|address| outside.iter().any(|(own, _)| **own == address.to_canonical()));
        if kind == "receive" && is_outside && !own.eq_ignore_ascii_case(name) && !others.contains(own) {
            others.push(own.clone());
        }
    }
    let refused = facts.replies.all.iter().find(|reply| {
        let is_refusal = reply.reply.enhanced.as_deref().is_some_and(|code| code.starts_with("5.7."));
        let is_here = match &reply.at {
            ReplyPlace::Receive { connector, .. } => others.contains(connector),
            ReplyPlace::Report(_, delayed) => !delayed && reply.reply.enhanced.as_deref() == Some("5.7.64"),
            _ => false,
        };
        // Strangers are refused on the same connector for other reasons.
        let text = reply.text.to_lowercase();
        is_refusal && is_here && !text.contains("relay") && !text.contains("authentication unsuccessful")
    });
    let mut found = Discovery::new(if refused.is_some() { Confidence::Likely } else { Confidence::Possible });
    if refused.is_none() {
        found.severity = Some(Severity::Low);
    }
    let mut places = String::new();
    for (address, (greeting, span)) in outside.iter().take(2) {
        let proof = Proof::new(*span, format!("{address} greets as Exchange Online"));
        places += &found.cite(proof.mark([greeting.clone(), address.to_string()]));
    }
    if let Some(ranges) = &connector.remote_ip_ranges {
        let proof = Proof::new(ranges.span, format!("The ranges of {name}"));
        places += &found.cite(proof.mark(["RemoteIPRanges"]).why("None of them holds the address."));
    }
    let answer = match refused {
        Some(reply) => {
            format!(", and mail is refused {}", found.cite(Proof::new(reply.span, "A refusal").mark(["5.7."])))
        }
        None => String::new(),
    };
    let addresses: Vec<String> = outside.iter().map(|(address, _)| address.to_string()).collect();
    found.statement = format!(
        "Exchange Online connects from addresses that its receive connector does not know {places}{answer}: {name}, {}.",
        listed(&addresses, 4)
    );
    found.affects([name.clone()]);
    found.affects(addresses.iter().cloned());
    if !others.is_empty() {
        found.effect("Connectors that answered instead", listed(&others, 3));
    }
    found.unknown("Whether these hosts belong to Exchange Online: anybody can greet with its name. Compare them with the addresses that Microsoft publishes.");
    if refused.is_none() {
        found.unknown("Whether mail is refused for it: neither the receive log nor a report shows that.");
    }
    found.command("See what the connector knows.", format!("(Get-ReceiveConnector {}).RemoteIPRanges", quoted(name)));
    found.command(
        "Run the hybrid configuration wizard again; or add the published addresses of Exchange Online Protection, these among them.",
        format!("Set-ReceiveConnector {} -RemoteIPRanges @{{Add={}}}", quoted(name), addresses.iter().take(20).map(|a| quoted(a)).collect::<Vec<_>>().join(",")),
    );
    found.warn("The connector trusts whoever connects from these addresses. Add only what Microsoft publishes.");
    found.verify.push("The receive log shows the connections of Exchange Online on this connector.".to_owned());
    found
}
