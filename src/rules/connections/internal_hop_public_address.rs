//! Mail between own servers is sent to a public address.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::failures::{ADAPTER_WARNING, hop};
use crate::base::gather::Gather as _;
use crate::base::ip_range::is_private;
use crate::facts::Facts;
use crate::facts::queues::{QueueError, WaitingQueue};
use crate::model::queue::DeliveryType;
use crate::model::server::ServerAddress;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::waiting::{Way, retry, transport_settings, way};

declare_rule! {
    /// # Symptoms
    /// A queue to another server, site or database of the organization cannot connect, and the address it tried is a public one.
    ///
    /// # Cause
    /// Transport asks DNS servers of its own choice for internal names, and those answer with what the internet knows: the public
    /// address of the firewall. From inside, the firewall drops the connection.
    ///
    /// # Resolution
    /// 1. See which DNS servers transport asks for internal names.
    /// 2. Let it ask those of the directory again.
    /// 3. Remove public DNS servers from the network card of the server.
    /// 4. Restart the transport service.
    ///
    /// # More information
    /// nslookup asks the DNS servers of the network card, so a right answer there does not mean that transport gets it too.
    id: "internal-hop-public-address",
    title: "Mail between own servers goes to a public address",
    area: Connections,
    severity: High,
    role: Cause,
    versions: V2013..=Se,
    needs: [Queues],
    helps: [ServerAddresses, TransportServices, ConnectivityLogs],
    explains: ["connect-timeout-10060", "connect-refused-10061", "connect-reset-10054-dropped-442"],
    sources: [
        "https://learn.microsoft.com/powershell/module/exchange/set-transportservice",
        "https://learn.microsoft.com/exchange/mail-flow/queues/queues",
    ],
    check: check,
}

/// Whether an error is one of the connection, not an answer of the server that was reached.
fn is_of_connection(error: &QueueError) -> bool {
    let text = crate::model::smtp_reply::squeeze(&error.text);
    [
        "10060",
        "10061",
        "10051",
        "10065",
        "10054",
        "unabletoconnect",
        "connectiontimedout",
        "connectionrefused",
        "failedtoconnect",
        "connectiondropped",
        "errorcommunicating",
        "sockettimedout",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// Whether a queue leads to an Edge server, which often has a public address.
fn is_to_edge(queue: &WaitingQueue) -> bool {
    let kind = queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value);
    kind == Some(DeliveryType::SmtpRelayWithinAdSiteToEdge)
}

/// A queue to an own server that tried a public address.
struct Stray<'a> {
    queue: &'a WaitingQueue,
    error: &'a QueueError,
    address: IpAddr,
    host: Option<String>,
}

fn check(facts: &Facts) -> Verdict {
    let internal = || {
        facts
            .queues
            .waiting_queues()
            .filter(|queue| queue.may_hold_mail() && way(facts, queue) == Way::Internal && !is_to_edge(queue))
    };
    let mut strays: Vec<Stray<'_>> = Vec::new();
    for queue in internal() {
        let found =
            queue.errors().find(|error| error.error.address.is_some_and(|a| !is_private(a)) && is_of_connection(error));
        if let Some(error) = found
            && let Some(address) = error.error.address
        {
            let host = error.error.host.clone();
            strays.push(Stray { queue, error, address, host });
        }
    }
    if strays.is_empty() {
        return Verdict::NotApplicable;
    }
    // Errors of queues teach addresses too; here only what other evidence shows counts.
    let known: Vec<&ServerAddress> =
        facts.servers.exchange_addresses().filter(|own| !facts.servers.is_only_tried(own)).collect();
    let addresses: BTreeSet<IpAddr> = known.iter().map(|own| own.address).gather();
    strays.retain(|stray| !addresses.contains(&stray.address));
    if strays.is_empty() {
        return Verdict::RuledOut("The addresses that the queues tried are those of the servers.".to_owned());
    }
    let private = known.iter().any(|own| is_private(own.address))
        || internal().flat_map(WaitingQueue::errors).any(|error| error.error.address.is_some_and(is_private));
    let named = strays.iter().find_map(|stray| {
        let host = stray.host.as_deref()?;
        facts.servers.addresses(host).iter().find(|own| !facts.servers.is_only_tried(own) && is_private(own.address))
    });
    if named.is_none() && !private {
        let first = strays.first().map(|stray| hop(stray.queue)).unwrap_or_default();
        return Verdict::Undecided(
            format!("A queue inside the organization cannot connect to a public address, which may be that of the server: {first}."),
            vec![Missing {
                what: "The addresses of the servers".to_owned(),
                settles: "Whether the address is that of the server.".to_owned(),
                command: "Get-ExchangeServer | ForEach-Object { $n = $_.Fqdn; Resolve-DnsName $n | Where-Object IPAddress | Select-Object @{n='Server';e={$n}},@{n='Address';e={$_.IPAddress}} } | Export-Csv server-addresses.csv -NoTypeInformation".to_owned(),
            }],
        );
    }
    Verdict::Found(vec![finding(facts, &strays, named)])
}

fn finding(facts: &Facts, strays: &[Stray<'_>], named: Option<&ServerAddress>) -> Discovery {
    let mut found = Discovery::new(if named.is_some() { Confidence::Confirmed } else { Confidence::Likely });
    let mut places = String::new();
    let mut total = 0;
    for (at, stray) in strays.iter().enumerate() {
        let messages =
            stray.queue.share(|text| crate::model::smtp_reply::LastError::read(text).address == Some(stray.address));
        total += messages;
        if at < 4 {
            let proof = Proof::new(stray.error.span, format!("The error in queue {}", stray.queue.label()));
            let why = "The queue leads to a server of the organization, and the address is one of the internet.";
            places += &found.cite(proof.mark([stray.address.to_string()]).why(why));
        }
        found.accounts_for(stray.queue, messages, format!("Queue {}", hop(stray.queue)));
    }
    let addresses = distinct(strays.iter().take(200).map(|stray| stray.address.to_string()));
    let hops = distinct(
        strays
            .iter()
            .take(200)
            .map(|stray| stray.host.clone().unwrap_or_else(|| stray.queue.next_hop().unwrap_or("").to_owned())),
    );
    found.statement = format!(
        "{} for own servers {} because transport tries to reach them at a public address {places}: {} at {}.",
        count(total, "message"),
        if total == 1 { "waits" } else { "wait" },
        listed(&hops, 3),
        listed(&addresses, 3)
    );
    match named {
        Some(own) => {
            let place = found
                .cite(Proof::new(own.span, format!("The address of {}", own.server)).mark([own.address.to_string()]));
            found.held(format!("The server really is at {} {place}.", own.address));
        }
        None => {
            found.unknown("The real address of that server; other servers of the organization have private addresses.")
        }
    }
    let server = strays.iter().find_map(|stray| stray.queue.server());
    let service = server
        .and_then(|server| facts.settings.transport_of(server).find(|s| s.dns.internal_adapter_enabled.is_some()));
    if let Some(service) = service
        && let Some(enabled) = &service.dns.internal_adapter_enabled
    {
        let list = service.dns.internal_servers.as_ref().map_or(&[][..], |list| list.value.items.as_slice());
        let place =
            found.cite(Proof::new(enabled.span, format!("How {} resolves internal names", service.server.value)));
        if enabled.value {
            found.held(format!("Transport asks the DNS servers of the network card for internal names {place}, so look for a public DNS server there."));
        } else {
            found.held(format!(
                "Transport asks a list of its own for internal names, not the network card {place}: {}.",
                listed(list, 3)
            ));
        }
    } else {
        found.unknown("Which DNS servers transport asks for internal names: its settings were not brought.");
    }
    let settings = transport_settings(facts, server);
    found.command(
        "See which DNS servers transport asks for internal names.",
        format!("Get-{settings} | Format-List Name,InternalDNS*"),
    );
    found.command(
        "See the DNS servers of the network cards; none of them should be one of the internet.",
        "Get-DnsClientServerAddress -AddressFamily IPv4 | Format-Table InterfaceAlias,ServerAddresses -AutoSize",
    );
    if let Some(host) = hops.iter().find(|host| host.contains('.')) {
        found.command("See what the DNS of the directory answers.", format!("nslookup {}", quoted(host)));
    }
    found.command(
        "Let transport ask the DNS servers of the network card for internal names.",
        format!("Set-{settings} -InternalDNSAdapterEnabled $true"),
    );
    found.warn(ADAPTER_WARNING);
    found.command("Restart transport, so that it forgets the old answers.", "Restart-Service MSExchangeTransport");
    found.warn("Mail through that server pauses for about a minute.");
    retry(&mut found, &strays.iter().map(|stray| stray.queue).collect::<Vec<_>>());
    found.verify.push("The connectivity log shows the internal address, and the queue empties.".to_owned());
    found
}
