//! The Mailbox Transport Delivery service of a server does not take mail for its databases.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::stopped;
use crate::base::ip_range::is_private;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::facts::services::DELIVERY;
use crate::model::queue::DeliveryType;
use crate::model::server::{ServerAddress, server_key};
use crate::model::smtp_reply::squeeze;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Queues of type SmtpDeliveryToMailbox are in Retry with a failed connection to port 475. Mail to the databases of one server waits,
    /// everything else moves.
    ///
    /// # Cause
    /// The service MSExchangeDelivery (Microsoft Exchange Mailbox Transport Delivery) of the server that holds the active copy does not run, or
    /// its port 475 is blocked.
    ///
    /// # Resolution
    /// 1. Start MSExchangeDelivery on that server, and see what stopped it.
    /// 2. Retry the queues.
    ///
    /// # More information
    /// After two days the senders get 4.4.7 reports.
    id: "mailbox-transport-delivery-stopped",
    title: "The Mailbox Transport Delivery service does not take mail",
    area: Service,
    severity: High,
    role: Cause,
    versions: V2013..=Se,
    needs: [Queues],
    helps: [Health, Events, Databases],
    explains: ["failover-exhausted-wrapper", "connect-refused-10061", "connect-timeout-10060"],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/mail-routing/mail-routing",
    ],
    check: check,
}

/// Words for a connection that did not come about.
const FAILED: [&str; 8] = [
    "10061",
    "10060",
    "10065",
    "unabletoconnect",
    "failedtoconnect",
    "connectionrefused",
    "activelyrefused",
    "connectiontimedout",
];

fn is_failed(text: &str) -> bool {
    let text = squeeze(text);
    let store = text.contains("storedrv");
    // A session that was open and was cut off.
    let open = text.contains("connectiondropped") || text.contains("4.4.2");
    !store && !open && FAILED.iter().any(|word| text.contains(word))
}

fn is_delivery(queue: &WaitingQueue) -> bool {
    let kind = queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value);
    kind == Some(DeliveryType::SmtpDeliveryToMailbox)
}

fn check(facts: &Facts) -> Verdict {
    let hits: Vec<_> = facts
        .queues
        .waiting_queues()
        .filter(|queue| queue.may_hold_mail() && is_delivery(queue))
        .filter_map(|queue| {
            let error = queue.errors().find(|error| is_failed(&error.text))?;
            let server = target(facts, queue, error);
            // Where another address than that of the server was tried, its service is not to blame.
            let strays = error.error.address.is_some_and(|tried| is_other(facts, server.as_deref(), tried));
            (!strays).then_some((queue, error, server))
        })
        .collect();
    let standings = facts.service(DELIVERY);
    let mut findings = Vec::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for standing in &standings {
        let Some(mut found) = stopped::found(facts, DELIVERY, standing) else { continue };
        let key = standing.server.map(server_key);
        let own = hits.iter().filter(|(.., server)| match (&key, server) {
            (Some(key), Some(server)) => *key == server_key(server),
            _ => standings.len() == 1,
        });
        let own: Vec<_> = own.collect();
        let places = stopped::places(&mut found, DELIVERY, standing);
        let mail = cite(&mut found, &own.iter().map(|(queue, error, _)| (*queue, *error)).collect::<Vec<_>>());
        taken.extend(own.iter().map(|(queue, ..)| queue.label()));
        let server = standing.server.unwrap_or("The server");
        found.statement = format!(
            "{server} delivers nothing to its mailboxes: the service {} does not run {places}{mail}.",
            DELIVERY.shown
        );
        found.affects(standing.server);
        remedy(&mut found, standing.server, &own.iter().map(|(queue, ..)| *queue).collect::<Vec<_>>());
        findings.push(found);
    }
    let left = || hits.iter().filter(|(queue, ..)| !taken.contains(&queue.label()));
    let rest: Vec<_> = left().map(|(queue, error, _)| (*queue, *error)).collect();
    if !rest.is_empty() {
        let runs = distinct(left().filter_map(|(.., server)| server.clone()));
        let known_running = !runs.is_empty()
            && runs.iter().all(|name| {
                standings
                    .iter()
                    .any(|s| s.is_listed_running() && s.server.is_some_and(|own| server_key(own) == server_key(name)))
            });
        findings.push(of_queues(&rest, &runs, known_running));
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if standings.iter().any(|standing| standing.stopped.is_some()) {
        return Verdict::RuledOut("The service was stopped and started again.".to_owned());
    }
    Verdict::NotApplicable
}

/// Whether an address is not that of a server, whose addresses other evidence shows; where that shows only those of other servers, whether
/// it is a public one among private ones.
fn is_other(facts: &Facts, server: Option<&str>, tried: IpAddr) -> bool {
    let listed = |own: &&ServerAddress| !facts.servers.is_only_tried(own);
    let own: Vec<IpAddr> = server
        .into_iter()
        .flat_map(|server| facts.servers.addresses(server))
        .filter(listed)
        .map(|own| own.address)
        .collect();
    if !own.is_empty() {
        return !own.contains(&tried.to_canonical());
    }
    !is_private(tried)
        && facts.servers.exchange_addresses().filter(listed).any(|own| is_private(own.address))
        && !facts.servers.exchange_addresses().filter(listed).any(|own| own.address == tried)
}

/// The server that the queue delivers to: named in the error, by address, or as owner of the database.
fn target(facts: &Facts, queue: &WaitingQueue, error: &crate::facts::queues::QueueError) -> Option<String> {
    let by_address = || {
        let address = error.error.address?;
        facts.servers.exchange_addresses().find(|known| known.address == address).map(|known| known.server.clone())
    };
    let by_database = || facts.databases.database(queue.next_hop()?)?.server.clone();
    error.error.host.clone().or_else(by_address).or_else(by_database)
}

fn cite(found: &mut Discovery, hits: &[(&WaitingQueue, &crate::facts::queues::QueueError)]) -> String {
    let (mut total, mut places) = (0, String::new());
    for (i, (queue, error)) in hits.iter().enumerate() {
        let messages = queue.share(is_failed);
        total += messages;
        if i < 4 {
            let proof = Proof::new(error.span, format!("The error in queue {}", queue.label()));
            places += &found.cite(proof.mark([":475", "10061", "10060", "Unable to connect", "Failed to connect"]));
        }
        found.accounts_for(queue, messages, format!("Queue {}: no connection to the delivery service", queue.label()));
    }
    match total {
        _ if hits.is_empty() => String::new(),
        1 => format!(", and 1 message waits {places}"),
        _ => format!(", and {} wait {places}", count(total, "message")),
    }
}

fn of_queues(hits: &[(&WaitingQueue, &crate::facts::queues::QueueError)], servers: &[String], runs: bool) -> Discovery {
    let mut found = Discovery::new(if runs { Confidence::Possible } else { Confidence::Likely });
    let mail = cite(&mut found, hits);
    let server = if servers.is_empty() { "the server of the database".to_owned() } else { listed(servers, 3) };
    found.statement = format!("The delivery service of {server} takes no connection{mail}.");
    found.affects(servers.iter().cloned());
    if runs {
        found.unknown("Why, for a list shows the service as running: port 475 can be blocked, or the service hangs.");
    } else {
        found.unknown("Whether the service runs: no list of services of that server was brought.");
    }
    let name = servers.first().map(String::as_str);
    let target = name.map_or_else(String::new, |name| format!(" -ComputerName {}", quoted(name)));
    found.missing.push(Missing {
        what: "The state of MSExchangeDelivery on that server".to_owned(),
        settles: "Whether the service is stopped, or port 475 is blocked on the way.".to_owned(),
        command: format!("Get-Service MSExchangeDelivery{target} | Export-Clixml services.xml"),
    });
    remedy(&mut found, name, &hits.iter().map(|(queue, _)| *queue).collect::<Vec<_>>());
    found
}

fn remedy(found: &mut Discovery, server: Option<&str>, queues: &[&WaitingQueue]) {
    let target = server.map_or_else(String::new, |name| format!(" -ComputerName {}", quoted(name)));
    found.command(
        "See whether the service runs.",
        format!("Get-Service MSExchangeDelivery{target} | Format-List Name,Status"),
    );
    found.command(
        "Start it. If it stops again, read the events of MSExchange in the application log just before.",
        format!("Get-Service MSExchangeDelivery{target} | Start-Service"),
    );
    let names: Vec<String> =
        queues.iter().filter(|queue| queue.identity.is_some()).take(20).map(|queue| quoted(&queue.label())).collect();
    if names.is_empty() {
        found.command(
            "Send the waiting mail.",
            "Get-Queue -Filter \"DeliveryType -eq 'SmtpDeliveryToMailbox'\" | Retry-Queue; Get-Queue",
        );
    } else {
        found.command(
            "Send the waiting mail, and check that the queues fall to 0.",
            format!("{} | ForEach-Object {{ Retry-Queue -Identity $_; Get-Queue -Identity $_ }}", names.join(",")),
        );
    }
    found.verify.push("The queues of type SmtpDeliveryToMailbox fall to 0.".to_owned());
}

#[cfg(test)]
mod tests {
    use super::is_failed;

    #[test]
    fn a_session_that_was_open_is_no_failed_connection() {
        assert!(!is_failed("421 4.4.2 Connection dropped due to TimedOut"));
        assert!(is_failed("421 4.4.1 Connection timed out"));
        assert!(is_failed("421 4.2.1 Unable to connect"));
    }
}
