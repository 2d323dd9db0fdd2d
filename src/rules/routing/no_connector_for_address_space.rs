//! Mail for external recipients waits because no connector takes it.

use super::unreachable::{self, cite_reason, messages_in_words, recipients, resubmit_steps};
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::model::limit::Limit;
use crate::model::outbound_connector::{ConnectorKind, OutboundConnector};
use crate::model::smtp_reply::UnreachableReason::NoMatchingConnector;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Messages are in the queue Unreachable with `A matching connector cannot be found to route the external recipient`, or come back with
    /// `5.4.4 ROUTING.NoConnectorForAddressType`.
    ///
    /// # Cause
    /// No enabled connector has an address space that covers the recipient and a size limit that lets the message through, or the one
    /// that has is scoped to another site.
    ///
    /// # Resolution
    /// 1. List the connectors with address spaces, state, scope and size limit.
    /// 2. Enable the one that should take the mail, widen it, or create one.
    /// 3. Route the waiting mail anew.
    ///
    /// # More information
    /// An organization has no connector to the internet until one is created, or until an Edge server is subscribed.
    id: "no-connector-for-address-space",
    title: "No connector takes mail for these external recipients",
    area: Routing,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Messages, SendConnectors, Reports],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/queues/queues",
        "https://learn.microsoft.com/exchange/mail-flow/connectors/send-connectors",
    ],
    check: check,
}

/// Domains that are named.
const NAMED: usize = 5;

fn is_reported(reply: &Reply) -> bool {
    matches!(reply.at, ReplyPlace::Report(_, false)) && reply.says("NoConnectorForAddressType")
}

fn check(facts: &Facts) -> Verdict {
    let hits = unreachable::unreachable(facts, NoMatchingConnector);
    let reports: Vec<&Reply> = facts.replies.all.iter().filter(|reply| is_reported(reply)).collect();
    if hits.is_empty() && reports.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for (at, hit) in hits.iter().enumerate() {
        if at < 3 {
            places += &cite_reason(&mut found, hit, NoMatchingConnector);
        }
        found.accounts_for(hit.queue, hit.messages, format!("Queue {}: no matching connector", hit.queue.label()));
    }
    for reply in reports.iter().take(2) {
        let proof = Proof::new(reply.span, "The status in a report").mark(["NoConnectorForAddressType"]);
        places += &found.cite(proof.why("Routing found no connector for the kind of address."));
    }
    let mut domains: Vec<String> = Vec::new();
    let mut largest = 0;
    for hit in &hits {
        for (message, recipient) in recipients(hit.queue, NoMatchingConnector).take(2000) {
            largest = largest.max(message.size.unwrap_or(0));
            domains.extend(recipient.address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()));
        }
    }
    domains.order();
    domains.dedup();
    domains.truncate(200);
    let to = if domains.is_empty() { String::new() } else { format!(" ({})", listed(&domains, 3)) };
    found.statement = if hits.is_empty() {
        format!(
            "{} came back because no connector takes mail for that kind of address {places}.",
            count(reports.len() as u64, "message")
        )
    } else {
        let refs: Vec<_> = hits.iter().collect();
        format!(
            "{} for external recipients{to} cannot be sent because no connector takes the mail {places}.",
            messages_in_words(&refs)
        )
    };
    if hits.iter().any(|hit| !hit.exact) {
        found.unknown("The queue names several reasons, and the export does not show which message has which.");
    }
    found.affects(domains.iter().take(NAMED).cloned());
    let connectors: Vec<&OutboundConnector> =
        facts.settings.outbound_connectors.iter().filter(|c| c.kind != Some(ConnectorKind::RoutingGroup)).collect();
    let server = hits.first().and_then(|hit| hit.queue.server());
    found.command(
        "List the connectors with all that decides.",
        "Get-SendConnector | Format-List Name,Enabled,AddressSpaces,IsScopedConnector,MaxMessageSize,SourceTransportServers",
    );
    if connectors.is_empty() {
        found.missing.push(Missing {
            what: "The send connectors".to_owned(),
            settles: "Which connector should take this mail, and why it does not.".to_owned(),
            command: "Get-SendConnector | Export-Clixml send-connectors.xml".to_owned(),
        });
        found.step("Enable or widen the connector that should take the mail; if there is none, create one.");
    } else {
        explain(&mut found, &connectors, &domains, largest, server);
    }
    if !hits.is_empty() {
        resubmit_steps(&mut found, &hits.iter().collect::<Vec<_>>(), false);
    }
    Verdict::Found(vec![found])
}

/// Why none of the connectors takes the mail, and what to change.
fn explain(
    found: &mut Discovery,
    connectors: &[&OutboundConnector],
    domains: &[String],
    largest: u64,
    server: Option<&str>,
) {
    let covering: Vec<&&OutboundConnector> = connectors
        .iter()
        .filter(|connector| domains.iter().any(|domain| covers(connector, domain) == Some(true)))
        .collect();
    let open = domains.is_empty()
        || connectors.iter().any(|c| c.address_spaces.as_ref().is_none_or(|spaces| !spaces.value.complete));
    for connector in covering.iter().take(3) {
        let name = &connector.name.value;
        if let Some(enabled) = connector.enabled.as_ref().filter(|enabled| !enabled.value) {
            let place =
                found.cite(Proof::new(enabled.span, format!("Send connector {name} is disabled")).mark(["False"]));
            found.held(format!("The connector that covers these recipients is disabled {place}: {name}."));
            found.command(
                "Enable it, if it was not switched off on purpose.",
                format!("Set-SendConnector -Identity {} -Enabled $true", quoted(name)),
            );
        } else if let Some(limit) = &connector.max_message_size
            && let Limit::Bytes(bytes) = limit.value
            && largest > bytes
        {
            let place = found.cite(Proof::new(limit.span, format!("The size limit of {name}")));
            found.held(format!(
                "The largest of these messages, {} bytes, is above the limit of the connector {place}: {name}.",
                crate::report::grouped(largest)
            ));
            found.command(
                "Raise the limit, or tell the sender.",
                format!(
                    "Set-SendConnector -Identity {} -MaxMessageSize {}MB",
                    quoted(name),
                    largest.div_ceil(1 << 20).saturating_mul(2)
                ),
            );
        } else if let Some(scoped) = connector.scoped.as_ref().filter(|scoped| scoped.value) {
            let place = found.cite(Proof::new(scoped.span, format!("Send connector {name} is scoped")).mark(["True"]));
            found.held(format!("The connector that covers these recipients is scoped, so only servers of its own site use it {place}: {name}."));
            found.command(
                "Let all servers use it.",
                format!("Set-SendConnector -Identity {} -IsScopedConnector $false", quoted(name)),
            );
        } else {
            found.unknown(format!("Why this connector does not take the mail: it is enabled and covers the recipients now. It may have been created or enabled since: {name}."));
        }
    }
    if !covering.is_empty() {
        return;
    }
    let names = distinct(connectors.iter().map(|connector| connector.name.value.clone()));
    if open {
        found.unknown(
            "Which connector should take this mail: the export does not show all recipients and all address spaces.",
        );
    } else if let Some(first) = connectors.first() {
        let place = found.cite(
            Proof::new(first.span, "The connectors that were brought")
                .absent(format!("the address spaces of {}", listed(&names, 3))),
        );
        found.held(format!(
            "None of the {} has an address space for {} {place}.",
            count(names.len() as u64, "connector"),
            listed(domains, 3)
        ));
    }
    let source = server.map_or_else(String::new, |server| format!(" -SourceTransportServers {}", quoted(server)));
    found.command(
        "If no connector to the internet is there, create one that delivers by DNS; with a smart host use -SmartHosts in place of -DNSRoutingEnabled.",
        format!("New-SendConnector -Name \"Internet\" -Usage Internet -AddressSpaces \"*\" -DNSRoutingEnabled $true{source}"),
    );
    found.warn("Mail to every domain without a more specific connector goes out through it.");
}

/// Whether an address space of a connector covers a domain; `None` when the list is cut.
fn covers(connector: &OutboundConnector, domain: &str) -> Option<bool> {
    let spaces = &connector.address_spaces.as_ref()?.value;
    let hit = spaces.items.iter().filter(|space| space.kind.eq_ignore_ascii_case("smtp")).any(|space| {
        let pattern = space.address.trim().to_lowercase();
        match pattern.strip_prefix("*.") {
            Some(parent) => domain == parent || domain.ends_with(&format!(".{parent}")),
            None => pattern == "*" || pattern == domain,
        }
    });
    if hit { Some(true) } else { spaces.complete.then_some(false) }
}
