//! A transport agent holds messages up.
//!
//! Trap: a busy server logs event 1050 now and then for a single large message. Only many of them, or a Submission queue that grows
//! meanwhile, delay mail.

use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::model::message_shape::MessageShape;
use crate::model::queue::QueueName;
use crate::report::{Confidence, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::searching::{Hit, computers, effects, events, hits, settle_past};

declare_rule! {
    /// # Symptoms
    /// Event 1050 of MSExchange Extensibility says that an agent took longer than it should for a message. The Submission queue grows.
    ///
    /// # Cause
    /// Transport works on a message only when each agent is done with it. Rules with patterns, virus scanners and programs that add
    /// footers to large messages take long.
    ///
    /// # Resolution
    /// 1. See how often the event comes, and which agent it names.
    /// 2. For Transport Rule Agent look for rules with patterns, and use words instead.
    /// 3. For another agent update its program, or switch it off for a test.
    ///
    /// # More information
    /// The limit is 90 seconds. Single events come on busy servers too.
    id: "agent-slow-1050",
    title: "A transport agent is slow",
    area: Agents,
    severity: Medium,
    role: Cause,
    versions: V2007..=Se,
    needs: [Events],
    helps: [Queues, Agents],
    explains: ["submission-queue-growing"],
    sources: ["https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/mail-delivery-delay-exchange.md"],
    check: check,
}

/// So many events in a day are no longer those of single messages.
const MANY: u64 = 3;

/// Messages in the Submission queue from which on a few events matter, too.
const WAITING: u64 = 100;

/// The time in which they come, in seconds.
const DAY: u64 = 24 * 3600;

/// Texts of events that are compared with each other.
const COMPARED: usize = 500;

/// Whether so many events come within a day. Events without a time do not tell.
fn is_frequent(all: &[&Hit<'_>]) -> bool {
    let Some(start) = all.iter().filter_map(|hit| hit.variant.first).min_by_key(|first| first.at) else {
        return false;
    };
    let seconds = |at: Moment| start.at.duration_until(at.at).as_secs();
    let times = |hit: &&Hit<'_>| Some((seconds(hit.variant.first?), seconds(hit.variant.last?), hit.variant.count));
    let spans: Vec<(i64, i64, u64)> = all.iter().filter_map(times).take(COMPARED).collect();
    spans.iter().any(|(first, last, count)| {
        // Many of one text over a longer time come several times a day as well.
        let days = last.saturating_sub(*first).max(1).unsigned_abs().div_ceil(DAY);
        let end = first.saturating_add_unsigned(DAY);
        let within = spans.iter().filter(|other| other.0 >= *first && other.1 <= end).map(|other| other.2);
        *count >= MANY.saturating_mul(days) || within.sum::<u64>() >= MANY
    })
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "MSExchange Extensibility", &[1050]);
    let all: Vec<&Hit<'_>> = all.iter().collect();
    if all.is_empty() {
        return Verdict::NotApplicable;
    }
    let shape = MessageShape::parse("The execution time of agent '{1:agent}' exceeded");
    let agent_of = |hit: &Hit<'_>| {
        let event = &hit.variant.event;
        shape.values(&event.strings, event.message.as_deref()).into_iter().map(|(_, agent)| agent).next()
    };
    let agents = distinct(all.iter().filter_map(|hit| agent_of(hit)));
    let servers = computers(&all);
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for hit in all.iter().take(3) {
        let agent = agent_of(hit).unwrap_or_default();
        let place = hit.cite(
            &mut found,
            &[agent.as_str(), "1050"],
            "Transport waits for the agent before it goes on with the message.",
        );
        if !places.contains(&place) {
            places += &place;
        }
    }
    let number = events(&all);
    let submission: Vec<_> = facts
        .queues
        .waiting_queues()
        .filter(|queue| {
            queue.identity.as_ref().is_some_and(|identity| identity.name == QueueName::Submission)
                && queue.count() >= WAITING
        })
        .collect();
    let mut waiting = String::new();
    for queue in submission.iter().take(3) {
        let Some(span) = queue.span() else { continue };
        let place = found.cite(Proof::new(span, format!("The queue {}", queue.label())).mark(["Submission"]));
        waiting += &format!(", and {} wait in {} {place}", count(queue.count(), "message"), queue.label());
        found.affects([queue.label()]);
    }
    found.statement = format!(
        "{} on {} held {} up for an unusually long time {places}{waiting}.",
        if agents.is_empty() { "An agent".to_owned() } else { format!("The agent {}", listed(&agents, 3)) },
        if servers.is_empty() { "a server that the export does not name".to_owned() } else { listed(&servers, 3) },
        count(number, "message"),
    );
    effects(&mut found, &all);
    found.affects(agents.iter().cloned());
    let is_frequent = is_frequent(&all);
    if !is_frequent && submission.is_empty() {
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
        found.unknown("Whether it delays mail: single events come on busy servers too, these are fewer than three a day, and no Submission queue of the evidence is long.");
    }
    if !is_frequent && !submission.is_empty() {
        found.confidence = Confidence::Likely;
        found.unknown("Whether the messages wait because of it: there are fewer than three such events a day.");
    }
    settle_past(facts, &mut found, &all);
    found.command(
        "See the agents and their order.",
        "Get-TransportAgent | Format-Table Identity,Enabled,Priority -AutoSize",
    );
    if agents.iter().any(|agent| agent.to_lowercase().contains("rule")) {
        found.command(
            "Look for rules with patterns; words are much faster.",
            "Get-TransportRule | Where-Object { $_.Description -match 'match' } | Format-List Name,State,Priority,Description",
        );
    } else {
        found.step("Update the program of the agent, or switch the agent off for a test with Disable-TransportAgent and restart the transport service.");
        found.warn("What the agent does, such as scanning for viruses, is then not done.");
    }
    found.command(
        "Look at the queues that wait for the agents.",
        "Get-Queue -Filter \"Identity -like '*Submission*'\" | Format-List Identity,MessageCount,Velocity,LastError",
    );
    found.verify.push("No event 1050 names the agent, and the Submission queue stays small.".to_owned());
    Verdict::Found(vec![found])
}
