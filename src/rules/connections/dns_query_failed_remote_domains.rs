//! The look-up of a next hop in DNS fails.

use super::failures::{ADAPTER_WARNING, Failed, MANY, externals, failures, is_host_name};
use crate::facts::Facts;
use crate::facts::replies::Reply;
use crate::model::queue::DeliveryType;
use crate::report::{Confidence, Severity};
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
    /// No SMTP session is opened, so protocol logs show nothing; the connectivity log shows which DNS server answered what.
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

fn is_meant(reply: &Reply) -> bool {
    reply.says("DNS query failed") || reply.says("DNS server returned")
}

fn is_missing_name(reply: &Reply) -> bool {
    reply.says("NonExistentDomain") || reply.says("non-existent domain")
}

fn check(facts: &Facts) -> Verdict {
    let mut failures = failures(facts, is_meant);
    // For servers of the organization `submission-dns-errorretry` says what to do.
    failures.queues.retain(|failed| failed.way != Way::Internal || !failed.reply.says("ErrorRetry"));
    if failures.is_empty() {
        return Verdict::NotApplicable;
    }
    let why = "The name of the next hop was not resolved, so no connection was opened.";
    let mut found = failures.finding(facts, "DNS look-ups fail", &["DNS query failed", "DNS server returned"], why);
    if failures.queues.is_empty() {
        // Names that are mistyped are looked up in vain every day.
        found.severity = Some(Severity::Info);
        found.role = Some(crate::report::Role::Context);
    }
    let targets = failures.targets();
    let server = failures.queues.first().and_then(|failed| failed.queue.server());
    let failed: Vec<&Failed<'_>> = failures.to(Way::External).collect();
    let total = externals(facts).count();
    let working = total.saturating_sub(failed.len());
    let hosts = failures.queues.iter().filter(|failed| is_to_smart_host(failed)).count();
    let all_missing = !failures.queues.is_empty() && failures.queues.iter().all(|failed| is_missing_name(failed.reply));
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
    } else if all_missing {
        found.held("DNS answered that the name does not exist: it is mistyped in the address or in the smart hosts of a connector.");
        found.step("Correct the address or the smart host. If the name exists, the DNS server that transport asks has a zone of its own that hides it.");
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
    Verdict::Found(vec![found])
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
