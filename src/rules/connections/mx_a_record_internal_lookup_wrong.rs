//! Mail for the internet is sent to an address inside.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::failures::hop;
use crate::base::gather::Gather as _;
use crate::base::ip_range::is_private;
use crate::facts::Facts;
use crate::model::queue::DeliveryType;
use crate::model::server::ServerAddress;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::waiting::{retry, transport_settings};

declare_rule! {
    /// # Symptoms
    /// A queue for a domain of the internet, delivered by DNS, fails at an address of a private network or at an own server.
    ///
    /// # Cause
    /// The DNS servers inside have a zone for that domain, and it lacks the public MX record, or its A record leads inside.
    ///
    /// # Resolution
    /// 1. Compare the answer of the internal DNS server with that of a public one.
    /// 2. Add the public MX record and its host to the internal zone, or let the send connector ask external DNS servers.
    ///
    /// # More information
    /// A domain without MX record is delivered to the host with the name of the domain, which inside is often the domain controllers.
    id: "mx-a-record-internal-lookup-wrong",
    title: "Mail for the internet is sent to an internal address",
    area: Connections,
    severity: Medium,
    role: Cause,
    versions: V2007..=V2019,
    needs: [Queues],
    helps: [ServerAddresses, SendConnectors, TransportServices],
    explains: ["connect-timeout-10060", "connect-refused-10061", "connect-reset-10054-dropped-442"],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
        "https://learn.microsoft.com/powershell/module/exchange/set-sendconnector",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let by_dns = |queue: &&crate::facts::queues::WaitingQueue| {
        let kind = queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value);
        kind == Some(DeliveryType::DnsConnectorDelivery) && queue.may_hold_mail()
    };
    let own: BTreeMap<IpAddr, &ServerAddress> =
        facts.servers.exchange_addresses().map(|known| (known.address, known)).gather();
    let mut hits = Vec::new();
    for queue in facts.queues.waiting_queues().filter(by_dns) {
        let inside = queue.errors().find_map(|error| {
            let address = error.error.address?;
            let server = own.get(&address).copied();
            (is_private(address) || server.is_some()).then_some((error, address, server))
        });
        hits.extend(inside.map(|(error, address, server)| (queue, error, address, server)));
    }
    if hits.is_empty() {
        return Verdict::NotApplicable;
    }
    let is_own = hits.iter().any(|(_, _, _, server)| server.is_some());
    // A private address may be that of a partner over a private line.
    let mut found = Discovery::new(if is_own { Confidence::Confirmed } else { Confidence::Possible });
    found.severity = (!is_own).then_some(Severity::Low);
    let (mut places, mut total) = (String::new(), 0);
    for (at, (queue, error, address, _)) in hits.iter().enumerate() {
        let messages = queue.share(|text| crate::model::smtp_reply::LastError::read(text).address == Some(*address));
        total += messages;
        if at < 4 {
            let proof =
                Proof::new(error.span, format!("The error in queue {}", queue.label())).mark([address.to_string()]);
            places += &found.cite(proof.why("The connector delivers by DNS, and DNS led to an address inside."));
        }
        found.accounts_for(queue, messages, format!("Queue {}", hop(queue)));
    }
    let domains = distinct(hits.iter().take(200).filter_map(|(queue, ..)| queue.next_hop().map(str::to_owned)));
    let addresses = distinct(hits.iter().take(200).map(|(_, _, address, _)| address.to_string()));
    found.statement = format!(
        "{} for the internet {} because DNS inside leads to an internal address {places}: {} at {}.",
        count(total, "message"),
        if total == 1 { "waits" } else { "wait" },
        listed(&domains, 3),
        listed(&addresses, 3)
    );
    if let Some((_, _, _, Some(server))) = hits.iter().find(|(_, _, _, server)| server.is_some()) {
        let place = found.cite(Proof::new(server.span, format!("The address of {}", server.server)));
        found.held(format!("The address is that of an own Exchange server {place}: {}.", server.server));
    } else {
        found.unknown("Whether the address is meant, for a partner over a private line.");
    }
    let server = hits.first().and_then(|(queue, ..)| queue.server());
    for domain in domains.iter().take(2) {
        found.command(
            format!("See what the DNS server inside answers for {domain}."),
            format!("nslookup -q=mx {}", quoted(domain)),
        );
    }
    found.step("If the DNS server inside has a zone for the domain, add the MX record that the internet knows, and the host that it names.");
    let connector = hits
        .iter()
        .find_map(|(queue, ..)| queue.queue.as_ref()?.next_hop_connector.as_ref())
        .and_then(|guid| facts.settings.outbound_connector(&guid.value.to_string()));
    let set = connector.map_or_else(
        || "Set-SendConnector -Identity <connector>".to_owned(),
        |connector| format!("Set-SendConnector -Identity {}", quoted(&connector.name.value)),
    );
    found.command(
        "Or let the connector ask external DNS servers, after they were entered in the settings of transport.",
        format!(
            "Get-{} | Format-List Name,ExternalDNS*\n{set} -UseExternalDNSServersEnabled $true",
            transport_settings(facts, server)
        ),
    );
    retry(&mut found, &hits.iter().map(|(queue, ..)| *queue).collect::<Vec<_>>());
    found.verify.push("The connectivity log shows the public address of the domain.".to_owned());
    Verdict::Found(vec![found])
}
