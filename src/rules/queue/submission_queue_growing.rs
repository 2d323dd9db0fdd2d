//! Messages pile up before the categorizer.

use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::Located;
use crate::model::queue::QueueName;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing, Severity, grouped};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, quoted};
use crate::rules::searching::{Hit, hits};
use crate::rules::waiting::{age, growth};

declare_rule! {
    /// # Symptoms
    /// The submission queue of a server holds more than 100 messages and grows, or its messages are older than some minutes.
    ///
    /// # Cause
    /// The categorizer does not keep up: a transport agent is slow, the directory answers slowly, or transport holds itself back for lack
    /// of memory or disk.
    ///
    /// # Resolution
    /// 1. Compare the number twice, some minutes apart.
    /// 2. Look for the reason in the application log: events 1050 (slow agent), 2114 (directory), 15004 to 15007 (resources).
    ///
    /// # More information
    /// Every message passes this queue. For a moment it may hold many; what matters is that it empties.
    id: "submission-queue-growing",
    title: "Messages pile up before they are categorized",
    area: Queue,
    severity: High,
    role: Symptom,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Messages, Events, BackPressure],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/back-pressure",
        "https://learn.microsoft.com/exchange/mail-flow/queues/queues",
    ],
    check: check,
}

/// Messages up to which the queue is taken for busy, no more.
const BUSY: u64 = 100;

/// Queues that are looked at; a server has one.
const MOST: usize = 200;

/// Age in minutes from which on a message has waited too long for the categorizer.
const OLD: i64 = 10;

/// Messages of that age that are needed: a single one was sent anew, perhaps.
const SOME: usize = 10;

/// How long before or after the queues were listed an event may be about them, in minutes: on the same clock, and on others.
const NEAR: (i64, i64) = (120, 14 * 60);

/// What shows that messages pile up.
enum Sign {
    /// Two lists.
    Lists,
    /// The age of many of the messages.
    Age,
    /// The velocity of the queue.
    Velocity,
}

/// Whether many of the messages have waited too long, not one that was sent anew.
fn are_old(facts: &Facts, queue: &WaitingQueue) -> bool {
    let Some(newest) = facts.queues.as_of().filter(|_| age(facts, queue).is_some_and(|minutes| minutes >= OLD)) else {
        return false;
    };
    let received = queue.messages.iter().filter_map(|message| message.date_received.as_ref());
    let old = received
        .filter(|at| at.value.compare(newest).is_some() && at.value.at.duration_until(newest.at).as_mins() >= OLD);
    let old = old.count();
    old >= SOME && old.saturating_mul(2) >= queue.messages.len()
}

/// The velocity, when it says that more messages come than go.
fn velocity(queue: &WaitingQueue) -> Option<&Located<f64>> {
    let velocity = queue.queue.as_ref()?.velocity.as_ref()?;
    (velocity.value < 0.0 && queue.count() > BUSY).then_some(velocity)
}

fn check(facts: &Facts) -> Verdict {
    let full: Vec<&WaitingQueue> = facts
        .queues
        .waiting_queues()
        .filter(|queue| matches!(queue.identity.as_ref().map(|identity| &identity.name), Some(QueueName::Submission)))
        .filter(|queue| queue.count() > BUSY || queue.snapshots.iter().any(|snapshot| snapshot.count > BUSY))
        .take(MOST)
        .collect();
    let (mut findings, mut settled, mut open) = (Vec::new(), None, None);
    for queue in full {
        match queue.change() {
            Some((_, last)) if last.count > BUSY && growth(queue).is_some() => {
                findings.push(finding(facts, queue, &Sign::Lists));
            }
            Some((first, last)) if last.count < first.count && velocity(queue).is_none() => {
                settled.get_or_insert_with(|| {
                    format!(
                        "The submission queue of {} empties: {} first, {} later.",
                        name(queue),
                        grouped(first.count),
                        grouped(last.count)
                    )
                });
            }
            _ if are_old(facts, queue) => findings.push(finding(facts, queue, &Sign::Age)),
            _ if velocity(queue).is_some() => findings.push(finding(facts, queue, &Sign::Velocity)),
            _ => {
                open.get_or_insert(queue);
            }
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if let Some(queue) = open {
        let why = format!(
            "The submission queue of {} holds {}; {} whether it empties.",
            name(queue),
            count(queue.count(), "message"),
            if queue.change().is_some() { "the lists do not tell" } else { "one list does not tell" }
        );
        return Verdict::Undecided(why, vec![again(queue)]);
    }
    settled.map_or(Verdict::NotApplicable, Verdict::RuledOut)
}

/// What shows whether the queue empties.
fn again(queue: &WaitingQueue) -> Missing {
    Missing {
        what: "A second list of queues, some minutes later".to_owned(),
        settles: "Whether the queue grows.".to_owned(),
        command: format!("Get-Queue {} | Export-Clixml queues-later.xml", quoted(&queue.label())),
    }
}

fn name(queue: &WaitingQueue) -> String {
    queue.server().unwrap_or("a server that the export does not name").to_owned()
}

fn finding(facts: &Facts, queue: &WaitingQueue, sign: &Sign) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let how = match (sign, growth(queue), velocity(queue)) {
        (Sign::Lists, Some((first, last)), _) => {
            let (a, b) = (first.at.map(|at| at.to_string()), last.at.map(|at| at.to_string()));
            let note = |messages: u64, at: &Option<String>| {
                format!("{} in the list of {}", count(messages, "message"), at.clone().unwrap_or_default())
            };
            let one = found.cite(Proof::new(first.span, note(first.count, &a)).mark([first.count.to_string()]));
            let two = found.cite(Proof::new(last.span, note(last.count, &b)).mark([last.count.to_string()]));
            let minutes = first.at.zip(last.at).map_or(0, |(x, y)| x.at.duration_until(y.at).as_mins());
            let within = if minutes > 0 {
                format!(" within {}", count(minutes.unsigned_abs(), "minute"))
            } else {
                String::new()
            };
            found.held("Two lists of the queue show that it grows.");
            format!("grew from {} to {} messages{within} {one}{two}", grouped(first.count), grouped(last.count))
        }
        (Sign::Velocity, _, Some(velocity)) => {
            found.confidence = Confidence::Likely;
            found.severity = Some(Severity::Medium);
            found.unknown("Whether it goes on: the velocity is that of one minute only.");
            found.missing.push(again(queue));
            let place = found.cite(
                Proof::new(velocity.span, "The velocity of the submission queue")
                    .mark([velocity.value.to_string()])
                    .why("Below zero, more messages come than go."),
            );
            format!("holds {} and grows {place}", count(queue.count(), "message"))
        }
        _ => {
            let minutes = age(facts, queue).unwrap_or(0);
            let oldest =
                queue.messages.iter().filter_map(|m| m.date_received.as_ref()).min_by_key(|t| (t.value.at, t.span));
            let place = oldest.map_or_else(String::new, |oldest| {
                found.cite(
                    Proof::new(oldest.span, "The oldest of its messages")
                        .why("A message should pass this queue within seconds."),
                )
            });
            let size =
                queue.span().map_or_else(String::new, |span| found.cite(Proof::new(span, "The submission queue")));
            format!(
                "holds {} {size}, the oldest for {} {place}",
                count(queue.count(), "message"),
                count(minutes.unsigned_abs(), "minute")
            )
        }
    };
    found.statement =
        format!("The submission queue of {} {how}: messages pile up before they are given a next hop.", name(queue));
    found.accounts_for(queue, queue.count(), format!("Waiting for the categorizer in {}", queue.label()));
    let at = growth(queue).and_then(|(_, last)| last.at).or_else(|| facts.queues.as_of());
    let is_near = |hit: &Hit<'_>| {
        let server = hit.group.computer.as_deref().map(server_key);
        let (Some(last), Some(at)) = (hit.variant.last, at) else { return false };
        let minutes = last.at.duration_until(at.at).as_mins().abs();
        let most = if last.compare(at).is_some() { NEAR.0 } else { NEAR.1 };
        server.is_some() && server == queue.server().map(server_key) && minutes <= most
    };
    // 15005 tells that resources are free again.
    let events: Vec<Hit<'_>> = [
        ("MSExchangeTransport", &[15004_u16, 15006, 15007][..]),
        ("MSExchange Extensibility", &[1050]),
        ("MSExchange ADAccess", &[2114, 2102]),
    ]
    .iter()
    .flat_map(|(source, ids)| hits(facts, source, ids))
    .filter(is_near)
    .collect();
    for hit in events.iter().take(3) {
        let place = hit.cite(&mut found, &[], "It can slow the categorizer down.");
        found.held(format!("The application log has event {} of {} {place}.", hit.group.id, hit.group.source));
    }
    if events.is_empty() {
        found.unknown("Why: the application log of the server was not brought, or has no events of that time about slow agents, the directory or resources.");
    }
    found.command(
        "See whether transport holds itself back, and over which resource.",
        format!("Get-EventLog -LogName Application -ComputerName {} -Newest 2000 | Where-Object {{ @(1050,2102,2114,15004,15005,15006,15007) -contains $_.EventID }} | Format-List TimeGenerated,Source,EventID,Message", quoted(&name(queue))),
    );
    found.command(
        "See which agents work on every message.",
        "Get-TransportAgent | Format-Table Identity,Enabled,Priority -AutoSize",
    );
    found.command(
        "Watch the queue for some minutes.",
        format!("1..10 | ForEach-Object {{ Get-Queue {}; Start-Sleep 30 }}", quoted(&queue.label())),
    );
    found.verify.push("The submission queue holds fewer than ten messages.".to_owned());
    found
}
