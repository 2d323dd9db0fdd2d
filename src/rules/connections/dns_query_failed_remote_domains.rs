//! The look-up of a next hop in DNS fails.

use super::failures::{ADAPTER_WARNING, Failed, Failures, MANY, externals, failures, is_host_name};
use crate::facts::Facts;
use crate::facts::replies::Reply;
use crate::model::queue::DeliveryType;
use crate::report::{Confidence, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};
use crate::rules::waiting::{Way, transport_settings};

declare_rule! {
    /// # Symptoms
    /// Queues to domains of the internet are in Retry with `451 4.4.0 DNS query failed`.
    ///
    /// # Cause
    /// Single domains: their DNS servers do not answer every kind of query as they should, often those for IPv6 addresses. All domains:
    /// the DNS servers that the transport service asks do not resolve names of the internet.
    ///
    /// # Resolution
    /// 1. Compare the domains that fail with those that work.
    /// 2. Single domains: send them through a smart host with a send connector of their own, and tell the other side.
    /// 3. All domains: correct the DNS servers of the transport service, or set external DNS servers and let the send connector use them.
    ///
    /// # More information
    /// No SMTP session is opened, so protocol logs show nothing; the connectivity log shows which DNS server answered what. A definite answer
    /// that the domain does not exist is no failure of a DNS server: the address is wrong.
    id: "dns-query-failed-remote-domains",
    title: "Names of the next hop cannot be resolved in DNS",
    area: Connections,
    severity: Medium,
    role: Cause,
    versions: V2007..=V2016,
    needs: [Queues],
    helps: [ConnectivityLogs, TransportServices, SendConnectors],
    explains: [],
    sources: [
        "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/dns-query-failed.md",
    ],
    check: check,
}

/// Domains that do not exist, and no other in the queues, from which on they may all be right.
const EVERY: usize = 5;

fn is_meant(reply: &Reply) -> bool {
    reply.says("DNS query failed") || reply.says("DNS server returned")
}

/// A definite answer: the name does not exist. That is no failure of DNS servers.
fn is_missing_name(reply: &Reply) -> bool {
    const WORDS: [&str; 5] =
        ["NonExistentDomain", "non-existent domain", "DomainNonexistent", "DnsDomainDoesNotExist", "NXDOMAIN"];
    WORDS.iter().any(|words| reply.says(words))
}

/// Whether a look-up asked for the domain of an address: the names of own servers and smart hosts should exist.
fn is_of_address(failed: &Failed<'_>) -> bool {
    failed.way != Way::Internal && !is_to_smart_host(failed)
}

fn check(facts: &Facts) -> Verdict {
    let mut failures = failures(facts, is_meant);
    // For servers of the organization `submission-dns-errorretry` says what to do.
    failures.queues.retain(|failed| failed.way != Way::Internal || !failed.reply.says("ErrorRetry"));
    let (mut missing, mut failing) = (Vec::new(), Vec::new());
    for failed in std::mem::take(&mut failures.queues) {
        let is_missing = is_missing_name(failed.reply) && is_of_address(&failed);
        if is_missing { &mut missing } else { &mut failing }.push(failed);
    }
    let missing = Failures { queues: missing, reports: Vec::new(), logs: Vec::new() };
    failures.queues = failing;
    // Reports and logs of such answers are told by the row about names that do not exist.
    failures.reports.retain(|reply| !is_missing_name(reply));
    failures.logs.retain(|reply| !is_missing_name(reply));
    let mut findings = Vec::new();
    if !missing.is_empty() {
        findings.push(of_missing(facts, &missing));
    }
    if !failures.is_empty() {
        findings.push(of_failures(facts, &failures, missing.queues.len()));
    }
    if findings.is_empty() { Verdict::NotApplicable } else { Verdict::Found(findings) }
}

/// Mail for domains that do not exist.
fn of_missing(facts: &Facts, missing: &Failures<'_>) -> Discovery {
    let marks = ["NonExistentDomain", "non-existent domain", "InfoDomainNonexistent", "DNS query failed"];
    let why = "DNS gave a definite answer: there is no such name.";
    let mut found = missing.finding(facts, "the domain does not exist in DNS", &marks, why);
    // Few messages are not worth a look; the others are explained by it, and only the senders can help.
    found.severity = found.severity.filter(|severity| *severity == Severity::Info).or(Some(Severity::Low));
    found.held("DNS answered that the name does not exist: it is mistyped in the address, or the domain was given up. The DNS servers work.");
    for name in missing.targets().iter().filter(|name| is_host_name(name)).take(3) {
        found.command(format!("Look up {name} on the sending server."), format!("nslookup -q=mx {}", quoted(name)));
    }
    found.step("If the domain exists after all, the DNS servers that transport asks have a zone of their own that hides it. Else the sender corrects the address.");
    if missing.queues.len() >= EVERY && missing.queues.len() == externals(facts).count() {
        found.severity = Some(Severity::Medium);
        found.confidence = Confidence::Possible;
        found.unknown("Whether these domains are mistyped: no queue to the internet is answered otherwise, as when the DNS server has a zone of its own for all names.");
        settings(facts, &mut found, missing.queues.first().and_then(|failed| failed.queue.server()));
    }
    found.verify.push("A new message to the corrected address leaves the queue.".to_owned());
    found
}

/// Look-ups that fail; beside them, so many queues to domains that do not exist.
fn of_failures(facts: &Facts, failures: &Failures<'_>, missing: usize) -> Discovery {
    let why = "The name of the next hop was not resolved, so no connection was opened.";
    let mut found = failures.finding(facts, "DNS look-ups fail", &["DNS query failed", "DNS server returned"], why);
    if failures.queues.is_empty() {
        // Names that are mistyped are looked up in vain every day.
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
    }
    let targets = failures.targets();
    let server = failures.queues.first().and_then(|failed| failed.queue.server());
    let failed: Vec<&Failed<'_>> = failures.to(Way::External).collect();
    // A definite answer is neither a failure nor a sign that mail to others goes.
    let total = externals(facts).count().saturating_sub(missing);
    let working = total.saturating_sub(failed.len());
    let hosts = failures.queues.iter().filter(|failed| is_to_smart_host(failed)).count();
    let inside = failures.queues.iter().any(|failed| failed.way == Way::Internal);
    for name in targets.iter().filter(|name| is_host_name(name)).take(3) {
        let kind = if hosts > 0 || inside { "" } else { "-q=mx " };
        found.command(format!("Look up {name} on the sending server."), format!("nslookup {kind}{}", quoted(name)));
    }
    if inside {
        found.held("A next hop inside the organization cannot be resolved either, so the DNS servers that transport asks are at fault, or its choice of them.");
        settings(facts, &mut found, server);
        found.command(
            "Let transport resolve names of the organization with the DNS servers of the network card again.",
            format!("Set-{} -InternalDNSAdapterEnabled $true", transport_settings(facts, server)),
        );
        found.warn(ADAPTER_WARNING);
    } else if hosts > 0 && hosts == failed.len() {
        found.held("The queue leads to a smart host, so it is the name of that host that is not resolved.");
        found.command(
            "See which smart hosts the connectors name, and correct the one that is wrong or gone.",
            "Get-SendConnector | Format-List Name,Enabled,SmartHosts,UseExternalDNSServersEnabled",
        );
    } else if failed.len() >= MANY && working == 0 {
        found.held(format!(
            "All {total} queues to the internet fail in this way, so the DNS servers on the own side are at fault."
        ));
        found.severity = Some(Severity::High);
        settings(facts, &mut found, server);
        found.command(
            "If they cannot resolve names of the internet, give transport DNS servers that do, here with two of the provider filled in by you.",
            format!("Set-{} -ExternalDNSAdapterEnabled $false -ExternalDNSServers <address>,<address>\nGet-SendConnector | Where-Object {{ $_.DNSRoutingEnabled }} | Set-SendConnector -UseExternalDNSServersEnabled $true", transport_settings(facts, server)),
        );
        found.warn("This changes how all mail to the internet is sent. Try the addresses with nslookup first.");
    } else {
        if working > 0 {
            found.held(format!("{working} other queue{} to the internet {} not fail in this way, so the DNS servers of {} are the likely reason.", if working == 1 { "" } else { "s" }, if working == 1 { "does" } else { "do" }, listed(&targets, 3)));
        } else if !failed.is_empty() {
            found.confidence = Confidence::Likely;
            found.unknown("Whether other domains can be resolved: the export shows no other queue to the internet.");
        }
        found.step("If MX answers and AAAA does not, the other side ignores queries for IPv6 addresses: tell its administrator.");
        if let Some(name) = targets.first() {
            found.command(
                "Until then send the domain through a smart host that you have; put its name in.",
                format!(
                    "New-SendConnector -Name {} -AddressSpaces {} -DNSRoutingEnabled $false -SmartHosts <smart host>",
                    quoted(&format!("To {name}")),
                    quoted(name)
                ),
            );
        }
    }
    failures.retry(&mut found);
    found.verify.push("nslookup answers, and the queue is Active or gone.".to_owned());
    found
}

fn is_to_smart_host(failed: &Failed<'_>) -> bool {
    let kind = failed.queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value);
    kind == Some(DeliveryType::SmartHostConnectorDelivery)
}

/// Which DNS servers transport asks, where the settings were brought.
fn settings(facts: &Facts, found: &mut Discovery, server: Option<&str>) {
    let service = server.and_then(|server| {
        facts.settings.transport_of(server).find(|service| service.dns.external_adapter_enabled.is_some())
    });
    match service {
        Some(service) => {
            let place =
                found.cite(Proof::new(service.span, format!("The settings of transport on {}", service.server.value)));
            let list = service.dns.external_servers.as_ref().map_or(&[][..], |list| list.value.items.as_slice());
            if list.is_empty() {
                found.held(format!(
                    "Transport asks the DNS servers of the network card for names of the internet {place}."
                ));
            } else {
                found.held(format!(
                    "Transport asks its own list of DNS servers for names of the internet, {} {place}.",
                    list.join(", ")
                ));
            }
        }
        None => {
            found.unknown("Which DNS servers transport asks: the settings of the transport service were not brought.")
        }
    }
    found.command(
        "See which DNS servers transport asks.",
        format!("Get-{} | Format-List Name,*DNS*", transport_settings(facts, server)),
    );
}
