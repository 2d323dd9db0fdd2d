//! The tracking logs that were brought do not know the messages that wait.

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::facts::transport::Question;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Waiting messages were exported, and so were message tracking logs, but the logs have no line about these messages.
    ///
    /// # Cause
    /// The logs are of another server, of another time, or were overwritten. This is missing evidence, no fault.
    ///
    /// # Resolution
    /// 1. Collect the tracking logs of the server that holds the queue, from the time the messages arrived.
    ///
    /// # More information
    /// Each server logs only what passes it, and keeps its logs for 30 days by default.
    id: "tracking-gap-evidence",
    title: "The tracking logs do not cover the waiting messages",
    area: Queue,
    severity: Info,
    role: Context,
    versions: V2007..=Se,
    needs: [Messages, Tracking],
    helps: [],
    explains: [],
    sources: ["https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    // Only logs of the versions that have Get-Message, and only when every message of them was kept.
    let Some(answer) = facts.transport.answer(Question::Messages).filter(|answer| answer.left_out == 0) else {
        return Verdict::NotApplicable;
    };
    if answer.tallies.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut first_line = None;
    for (key, tally) in facts.transport.counts(Question::Messages) {
        if let [era, id] = key.as_slice()
            && era == "2007"
        {
            known.insert(id.trim().to_lowercase());
            first_line = first_line.or(tally.examples.first().map(|(_, span)| *span));
        }
    }
    let Some(first_line) = first_line else { return Verdict::NotApplicable };
    known.extend(facts.tracked.iter().filter_map(|event| Some(event.message_id.as_ref()?.value.trim().to_lowercase())));
    let (mut seen, mut missing, mut oldest) = (0_u64, 0_u64, None);
    let mut queues = Vec::new();
    for queue in facts.queues.waiting_queues() {
        for message in &queue.messages {
            let Some(id) = message.internet_message_id.as_deref().filter(|id| !id.trim().is_empty()) else { continue };
            if known.contains(&id.trim().to_lowercase()) {
                seen += 1;
                continue;
            }
            missing += 1;
            oldest = [oldest, message.date_received.as_ref().map(|time| time.value)]
                .into_iter()
                .flatten()
                .min_by_key(|m| m.at);
            if queues.len() < 50 && queues.last().is_none_or(|(label, _)| *label != queue.label()) {
                queues.push((queue.label(), message));
            }
        }
    }
    let Some((label, example)) = queues.first().filter(|_| seen == 0 && missing > 0) else {
        return if seen > 0 {
            Verdict::RuledOut(format!(
                "The tracking logs have {} of the {} that were exported.",
                seen,
                count(seen + missing, "waiting message")
            ))
        } else {
            Verdict::NotApplicable
        };
    };
    let mut found = Discovery::new(Confidence::Confirmed);
    let log = found.cite(
        Proof::new(first_line, "The tracking logs")
            .absent(format!("the identifiers of {}", count(missing, "waiting message"))),
    );
    let id = example.internet_message_id.clone().unwrap_or_default();
    let note = format!("One of the waiting messages, in {label}");
    let message = found.cite(Proof::new(example.span, note).mark([id.trim_matches(['<', '>'])]));
    found.statement = format!(
        "The tracking logs {log} have no line about any of the {} that {} exported {message}, so they say nothing about why {} waits.",
        count(missing, "waiting message"),
        if missing == 1 { "was" } else { "were" },
        if missing == 1 { "it" } else { "this mail" },
    );
    found.affects(queues.iter().map(|(label, _)| label.clone()).take(5));
    let servers =
        distinct(queues.iter().filter_map(|(label, _)| label.split_once('\\').map(|(server, _)| server.to_owned())));
    let on = servers.first().map_or_else(String::new, |server| format!(" -Server {}", quoted(server)));
    let command = format!(
        "Get-MessageTrackingLog{on} -ResultSize Unlimited -MessageId {} | Sort-Object Timestamp | Export-Clixml tracking.xml",
        quoted(&id)
    );
    let since = oldest.map_or_else(String::new, |oldest| format!(", from {oldest} on"));
    let of = if servers.is_empty() { "the server that holds the queue".to_owned() } else { listed(&servers, 3) };
    found.missing.push(Missing {
        what: format!("The tracking logs of {of}{since}"),
        settles: "What became of the messages before they waited.".to_owned(),
        command: command.clone(),
    });
    found.command(format!("Collect what {of} logged about them."), command);
    Verdict::Found(vec![found])
}
