//! Mailboxes are moved while the message transfer agent of an Exchange 2003 server is off, and local delivery stands still.

use crate::facts::Facts;
use crate::facts::services::{MTA, ServiceStanding};
use crate::model::health::StartMode;
use crate::model::legacy_queue::{LegacyQueue, LegacyQueueKind, LegacyQueueState};
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count};
use crate::rules::searching::{Hit, effects, hits};

declare_rule! {
    /// # Symptoms
    /// While mailboxes are moved from or to an Exchange 2003 server, messages stay in the queue Local delivery, Outlook Web Access does not
    /// answer and SMTP slows down. The service Microsoft Exchange MTA Stacks is disabled or stopped. Events 326, 327 and 1194 do not occur.
    ///
    /// # Cause
    /// For each mailbox that is moved, the store has the message transfer agent flush mail in transit. When the agent does not run, that task
    /// waits for 150 minutes, and the threads of the store are used up.
    ///
    /// # Resolution
    /// 1. Let Microsoft Exchange MTA Stacks start by itself, and start it.
    /// 2. Move mailboxes after that.
    ///
    /// # More information
    /// Many guides switch the agent off on servers that need no X.400, which is harmless as long as no mailboxes are moved.
    id: "mta-disabled-during-moves-2003",
    title: "The message transfer agent is off while mailboxes are moved",
    area: Mta,
    severity: High,
    role: Cause,
    versions: V2003..=V2003,
    needs: [Events, LegacyQueues],
    helps: [Health],
    explains: [],
    sources: ["https://mskb.pkisolutions.com/kb/924567"],
    check: check,
}

fn is_own(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => server_key(a) == server_key(b),
        _ => true,
    }
}

/// Events about moves of mailboxes.
fn moves(facts: &Facts) -> Vec<Hit<'_>> {
    let mut all = hits(facts, "MSExchangeIS", &[9660]);
    let ids: Vec<u16> = (1000..=1020).chain(9350..=9365).collect();
    let groups: Vec<u16> = facts.events_of("MSExchangeAdmin", &ids).map(|group| group.id).collect();
    for group in facts
        .events
        .iter()
        .filter(|group| !group.recovered && group.is_of("MSExchangeAdmin") && groups.contains(&group.id))
    {
        for (text, variant) in &group.variants {
            let plain = text.to_lowercase();
            if plain.contains("mov") && plain.contains("mailbox") {
                all.push(Hit { group, text, variant });
            }
        }
    }
    all.retain(|hit| {
        hit.group.id != 9660 || hit.text.to_lowercase().contains("moved") || hit.variant.event.message.is_none()
    });
    all
}

/// Messages from which on a queue that is not in retry holds more than what passes through.
const MANY: u64 = 24;

/// Hours before the end of the evidence in which moves count.
const DAY: i64 = 24;

/// Whether a queue holds mail back: in retry, or with dozens of messages.
fn is_held(queue: &LegacyQueue) -> bool {
    queue.state.as_ref().is_some_and(|state| state.value == LegacyQueueState::Retry) || queue.count() >= MANY
}

/// Whether the last move was within a day of the newest time in the evidence of that server. Clocks that do not compare say nothing.
fn is_of_now(facts: &Facts, hit: &Hit<'_>, server: Option<&str>) -> bool {
    let Some(last) = hit.variant.last else { return true };
    let events = facts.events.iter().filter(|group| !group.recovered && is_own(group.computer.as_deref(), server));
    let queues = facts.legacy_queues.iter().flat_map(|queue| queue.oldest.iter().chain(&queue.next_retry));
    let times = events.filter_map(|group| group.last).chain(queues.map(|at| at.value));
    let newest = times.filter(|at| last.compare(*at).is_some()).max_by_key(|at| at.at);
    newest.is_none_or(|newest| last.at.duration_until(newest.at).as_hours() <= DAY)
}

fn check(facts: &Facts) -> Verdict {
    let standings = facts.service(MTA);
    let off: Vec<&ServiceStanding<'_>> = standings
        .iter()
        .filter(|standing| !standing.is_listed_running() && (standing.is_listed_stopped() || standing.ends_stopped()))
        .collect();
    let Some(standing) = off.first() else {
        return if standings.iter().any(|standing| standing.stopped.is_some()) && !moves(facts).is_empty() {
            Verdict::RuledOut("The message transfer agent was stopped and runs again.".to_owned())
        } else {
            Verdict::NotApplicable
        };
    };
    let all = moves(facts);
    let moves: Vec<&Hit<'_>> =
        all.iter().filter(|hit| is_own(hit.group.computer.as_deref(), standing.server)).collect();
    let waiting: Vec<&LegacyQueue> = facts
        .legacy_queues
        .iter()
        .filter(|queue| queue.kind == LegacyQueueKind::LocalDelivery && queue.count() > 0)
        .filter(|queue| is_own(queue.server.as_ref().map(|server| server.value.as_str()), standing.server))
        .collect();
    if moves.is_empty() || waiting.is_empty() {
        return Verdict::NotApplicable;
    }
    // Old moves, or a few messages that pass through, say nothing.
    let (moves, waiting): (Vec<&Hit<'_>>, Vec<&LegacyQueue>) = (
        moves.into_iter().filter(|hit| is_of_now(facts, hit, standing.server)).collect(),
        waiting.into_iter().filter(|queue| is_held(queue)).collect(),
    );
    if moves.is_empty() || waiting.is_empty() {
        return Verdict::NotApplicable;
    }
    // Damage of the store or a refused logon explains local delivery better.
    let rivals = facts.events_of("MSExchangeTransport", &[326, 327]).chain(facts.events_of("MSExchangeIS", &[1194]));
    if rivals.into_iter().any(|group| is_own(group.computer.as_deref(), standing.server)) {
        return Verdict::RuledOut("Events 326, 327 or 1194 explain why local delivery stands still.".to_owned());
    }
    Verdict::Found(vec![finding(standing, &moves, &waiting)])
}

fn finding(standing: &ServiceStanding<'_>, moves: &[&Hit<'_>], waiting: &[&LegacyQueue]) -> Discovery {
    let disabled = standing.start() == Some(StartMode::Disabled);
    let mut found =
        Discovery::new(if standing.is_listed_stopped() { Confidence::Confirmed } else { Confidence::Likely });
    let mut places = String::new();
    if let Some(list) = standing.lists.iter().find(|list| list.runs == Some(false)) {
        places += &found.cite(
            Proof::new(list.span, "The message transfer agent in the list of services").mark(["Stopped", "Disabled"]),
        );
    }
    if let Some(change) = standing.stopped.filter(|_| standing.ends_stopped()) {
        let hit = Hit { group: change.group, text: "", variant: change.variant };
        places += &hit.cite(&mut found, &[MTA.shown, "stopped"], "The last change of state in the log.");
    }
    let mut moved = String::new();
    for hit in moves.iter().take(2) {
        moved += &hit.cite(&mut found, &["moved", "move"], "A mailbox is being moved.");
    }
    let (mut total, mut mail) = (0, String::new());
    for queue in waiting {
        total += queue.count();
        mail += &found
            .cite(Proof::new(queue.span, format!("The queue {}", queue.label())).mark([queue.name.value.clone()]));
        found.accounts_for_legacy(
            queue,
            queue.count(),
            format!("Queue {}: the store waits for the message transfer agent", queue.label()),
        );
    }
    let server = standing.server.unwrap_or("the server");
    found.statement = format!(
        "Mailboxes are moved on {server} {moved} while its message transfer agent is {} {places}, so the store waits and {} {} in local delivery {mail}.",
        if disabled { "disabled" } else { "stopped" },
        count(total, "message"),
        if total == 1 { "stays" } else { "stay" }
    );
    found.affects(standing.server);
    effects(&mut found, moves);
    found.held("Events 326, 327 and 1194, which stand for a refused or damaged store, do not occur.");
    found.step("Stop moving mailboxes until the agent runs.");
    found.command(
        "On the server, let the message transfer agent start by itself, and start it.",
        "sc config MSExchangeMTA start= auto\nnet start MSExchangeMTA",
    );
    found.step("Tasks that wait already time out after 150 minutes. If mail has to move sooner, restart Microsoft Exchange Information Store at a quiet hour.");
    found.warn("Restarting the store disconnects all users of the server.");
    found.command(
        "Check that it runs, and that the queue Local delivery falls to 0 in System Manager.",
        "sc query MSExchangeMTA",
    );
    found.missing.extend((!standing.is_listed_stopped()).then(|| Missing {
        what: "The services of the server".to_owned(),
        settles: "Whether the message transfer agent is disabled.".to_owned(),
        command: "Get-WmiObject Win32_Service -Filter \"Name='MSExchangeMTA'\" | Select-Object PSComputerName,Name,State,StartMode | Export-Csv services.csv -NoTypeInformation".to_owned(),
    }));
    found.verify.push("Moves end at their normal speed, and the queue Local delivery falls to 0.".to_owned());
    found
}
