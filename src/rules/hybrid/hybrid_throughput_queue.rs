//! The queue to Exchange Online moves, but more slowly than it fills.

use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::queue::QueueStatus;
use crate::model::transport_service::TransportServiceKind;
use crate::report::{Confidence, Missing, Severity, grouped};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, quoted};
use crate::rules::waiting::{age, growth};

declare_rule! {
    /// # Symptoms
    /// One queue to Exchange Online holds hundreds of messages, is Active and reports no error.
    ///
    /// # Cause
    /// All mail to Exchange Online goes into one queue, and the number of connections to one domain is limited, by default to 20. What
    /// waits for its turn is not late because of an error.
    ///
    /// # Resolution
    /// 1. Raise the number of connections to one domain, and shorten the time after which deferred messages are tried again.
    /// 2. Watch the queue.
    ///
    /// # More information
    /// If the queue shows replies of class 4, Exchange Online slows the sender down, and more connections do not help.
    id: "hybrid-throughput-queue",
    title: "The queue to Exchange Online fills faster than it empties",
    area: Hybrid,
    severity: Medium,
    role: Cause,
    versions: V2013..=V2019,
    needs: [Queues],
    helps: [TransportServices, Messages],
    explains: [],
    sources: [
        "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/email-stuck-queues.md",
        "https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/TransportRetryConfigCheck",
    ],
    check: check,
}

/// Messages from which on the queue is taken for full.
const MANY: u64 = 200;

/// Queues to Exchange Online that are looked at; a server has one or two.
const MOST: usize = 10;

/// Minutes from which on a message has waited too long in a queue that moves.
const LATE: i64 = 15;

/// The number of connections to one domain that a server opens without being told.
const STANDARD: u64 = 20;

fn is_online(queue: &WaitingQueue) -> bool {
    let hop = queue.next_hop().unwrap_or("").to_ascii_lowercase();
    hop.contains(".mail.protection.outlook.") || hop.contains(".mail.onmicrosoft.") || hop.contains(".mail.eo.outlook.")
}

fn check(facts: &Facts) -> Verdict {
    let (mut findings, mut settled) = (Vec::new(), None);
    for queue in facts.queues.waiting_queues().filter(|queue| queue.count() >= MANY && is_online(queue)).take(MOST) {
        if !matches!(queue.status(), Some(QueueStatus::Active | QueueStatus::Ready | QueueStatus::Connecting))
            || queue.errors().next().is_some()
        {
            settled.get_or_insert(format!(
                "The queue to Exchange Online reports an error, so the number of connections is not what holds it: {}.",
                queue.label()
            ));
            continue;
        }
        match queue.change() {
            Some((first, last)) if last.count < first.count => {
                settled.get_or_insert(format!(
                    "The queue to Exchange Online empties, from {} to {} messages: {}.",
                    grouped(first.count),
                    grouped(last.count),
                    queue.label()
                ));
            }
            _ => findings.push(finding(facts, queue)),
        }
    }
    if findings.is_empty() {
        settled.map_or(Verdict::NotApplicable, Verdict::RuledOut)
    } else {
        Verdict::Found(findings)
    }
}

fn finding(facts: &Facts, queue: &WaitingQueue) -> Discovery {
    let mut found = Discovery::new(Confidence::Possible);
    let server = queue.server();
    let place = queue.span().map_or_else(String::new, |span| {
        found.cite(
            Proof::new(span, format!("The queue {}", queue.label()))
                .mark(["Active"])
                .why("It delivers, and no error is reported."),
        )
    });
    let mut grew = String::new();
    if let Some((first, last)) = queue.change() {
        let at = |moment: Option<crate::base::timestamp::Moment>| moment.map(|at| at.to_string()).unwrap_or_default();
        let earlier = found
            .cite(Proof::new(first.span, format!("{} in the list of {}", count(first.count, "message"), at(first.at))));
        if growth(queue).is_some() {
            grew = format!(", {} more than in an earlier list {earlier}", grouped(last.count - first.count));
            found.confidence = Confidence::Likely;
        }
    }
    let old = age(facts, queue).filter(|minutes| *minutes >= LATE);
    if let Some(minutes) = old {
        found.held(format!("Its oldest message has waited {}.", count(minutes.unsigned_abs(), "minute")));
        found.confidence = Confidence::Likely;
    }
    if found.confidence == Confidence::Possible {
        // One list of a queue that moves says nothing about how fast.
        found.severity = Some(Severity::Info);
        found.unknown("Whether the queue empties: one list of queues does not tell.");
        found.missing.push(Missing {
            what: "A second list of queues, some minutes later".to_owned(),
            settles: "Whether it fills faster than it empties.".to_owned(),
            command: format!("Get-Queue {} | Export-Clixml queues-later.xml", quoted(&queue.label())),
        });
    }
    let service = server.and_then(|server| {
        facts.settings.transport_of(server).find(|service| {
            service.kind.is_none_or(|kind| kind == TransportServiceKind::Transport)
                && service.delivery.outbound_connections_per_domain.is_some()
        })
    });
    let limit = service.and_then(|service| service.delivery.outbound_connections_per_domain.as_ref());
    match limit.map(|limit| (limit, limit.value.trim().parse::<u64>())) {
        Some((limit, Ok(number))) if number <= STANDARD => {
            let place = found.cite(Proof::new(limit.span, "The number of connections to one domain").mark([number.to_string()]));
            found.held(format!("The server opens at most {number} connections to one domain {place}."));
            if found.confidence == Confidence::Likely && !grew.is_empty() {
                found.confidence = Confidence::Confirmed;
            }
        }
        Some((limit, _)) => {
            let place = found.cite(Proof::new(limit.span, "The number of connections to one domain"));
            found.confidence = Confidence::Possible;
            found.severity = Some(Severity::Info);
            found.excluded(format!("The number of connections to one domain was raised already {place}."));
        }
        None => found.unknown("How many connections the server opens to one domain: the settings of its Transport service were not brought."),
    }
    found.statement = format!(
        "{} wait for their turn in the one queue to Exchange Online{grew}, which reports no error {place}: {}.",
        count(queue.count(), "message"),
        queue.label()
    );
    found.accounts_for(queue, queue.count(), format!("Waiting for a connection in {}", queue.label()));
    let name = server.map_or_else(String::new, |server| format!(" -Identity {}", quoted(server)));
    found.command("See the limits now.", format!("Get-TransportService{name} | Format-List Name,MaxPerDomainOutboundConnections,MaxOutboundConnections,MessageRetryInterval"));
    found.command(
        "Raise the number of connections to one domain and shorten the time after which messages are tried again.",
        if name.is_empty() {
            "Get-TransportService | Set-TransportService -MaxPerDomainOutboundConnections 40 -MessageRetryInterval 00:05:00".to_owned()
        } else {
            format!("Set-TransportService{name} -MaxPerDomainOutboundConnections 40 -MessageRetryInterval 00:05:00")
        },
    );
    found.verify.push("The queue gets shorter while mail flows.".to_owned());
    found
}
