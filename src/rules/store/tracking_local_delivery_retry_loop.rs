//! Local delivery of Exchange 2000 or 2003 is tried again and again.

use std::collections::BTreeMap;

use crate::base::gather::Gather as _;
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::transport::{Lifecycle, Question};
use crate::model::legacy_queue::LegacyQueueKind;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count};

declare_rule! {
    /// # Symptoms
    /// The history of a message alternates: delivered locally, scheduled to retry local delivery, delivered locally again, always after the
    /// same time, often five minutes.
    ///
    /// # Cause
    /// The store rejects the message each time that it is handed over. With event 326 the SMTP mailbox of the store is missing; with event
    /// 327 the store is damaged; otherwise the store may be dismounted, or an antivirus program holds it.
    ///
    /// # Resolution
    /// 1. Follow events 326, 1194 and 327 of the application log.
    ///
    /// # More information
    /// "Message Delivered Locally" (1023) is written before the store has accepted the message; only what follows tells.
    id: "tracking-local-delivery-retry-loop",
    title: "Local delivery is tried again and again",
    area: Store,
    severity: High,
    role: Symptom,
    versions: V2000..=V2003,
    needs: [Tracking],
    helps: [Events, LegacyQueues],
    explains: [],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938"],
    check: check,
}

const DELIVERED: u16 = 1023;
const DELIVERED_TO_STORE: u16 = 1028;
const RETRY: u16 = 1037;

/// A message that goes round.
struct Loop {
    message: Option<String>,
    recipient: Option<String>,
    /// Attempts that were put off.
    rounds: u64,
    /// Between two attempts, in seconds, where it is constant.
    period: Option<i64>,
    first: Option<Moment>,
    last: Option<Moment>,
    span: Span,
}

fn seconds(a: Moment, b: Moment) -> Option<i64> {
    let at = |m: Moment| Some(m.at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second());
    Some(at(b)? - at(a)?)
}

/// Loops in pasted or exported histories.
fn in_histories(facts: &Facts) -> Vec<Loop> {
    let mut messages: BTreeMap<(u32, Option<&str>), Vec<&crate::model::message_history::HistoryEntry>> =
        BTreeMap::new();
    for entry in &facts.history {
        messages.entry((entry.span.source.0, entry.message_id.as_deref())).or_default().push(entry);
    }
    let mut loops = Vec::new();
    for ((_, message), mut entries) in messages {
        // The order of the text decides where times are equal.
        entries.order_by_key(|entry| (entry.time.as_ref().map(|time| time.value.at), entry.span));
        let event =
            |entry: &&crate::model::message_history::HistoryEntry| entry.event.as_ref().map(|event| event.value);
        let retries: Vec<_> = entries.iter().copied().filter(|entry| event(entry) == Some(RETRY)).collect();
        let delivered = entries.iter().copied().filter(|entry| event(entry) == Some(DELIVERED)).collect::<Vec<_>>();
        let ended = entries.iter().copied().rfind(|entry| matches!(event(entry), Some(RETRY | DELIVERED_TO_STORE)));
        let goes_on = ended.and_then(|entry| event(&entry)) == Some(RETRY);
        let Some(last) = retries.last().filter(|_| retries.len() >= 2 && delivered.len() >= 2 && goes_on) else {
            continue;
        };
        let times: Vec<Moment> = retries.iter().filter_map(|entry| Some(entry.time.as_ref()?.value)).collect();
        // Several recipients that were put off once, in the same second, are no rounds.
        if times.len() > 1 && times.first() == times.last() {
            continue;
        }
        let gaps: Vec<i64> = times.windows(2).filter_map(|pair| seconds(*pair.first()?, *pair.last()?)).collect();
        let period =
            gaps.first().copied().filter(|first| *first > 0 && gaps.iter().all(|gap| (gap - first).abs() <= 5));
        loops.push(Loop {
            message: message.map(str::to_owned),
            recipient: delivered.first().and_then(|entry| entry.recipient.clone()),
            rounds: retries.len() as u64,
            period,
            first: times.first().copied(),
            last: times.last().copied(),
            span: last.span,
        });
    }
    loops
}

/// Loops in tracking logs, where only the retries are counted.
fn in_logs(facts: &Facts) -> Vec<Loop> {
    let counts = facts.transport.counts(Question::Retries);
    // A message that was delivered or returned in the end does not go round any more.
    let ended: std::collections::BTreeSet<String> = facts
        .transport
        .counts(Question::Messages)
        .filter(|(_, tally)| tally.marks & (Lifecycle::DELIVERED | Lifecycle::FAILED) != 0)
        .filter_map(|(key, _)| key.get(1).cloned())
        .gather();
    counts
        .filter(|(key, _)| key.get(1).is_none_or(|message| !ended.contains(message)))
        .filter(|(key, tally)| key.first().is_some_and(|era| era == "2003") && tally.count >= 2)
        .filter_map(|(key, tally)| {
            let (first, last) = tally.times?;
            let rounds = i64::try_from(tally.count).ok()?;
            let period = (last - first) / 1000 / (rounds - 1).max(1);
            Some(Loop {
                message: key.get(1).cloned(),
                recipient: key.get(2).cloned(),
                rounds: tally.count,
                period: (period > 0).then_some(period),
                first: Moment::from_unix_millis(first),
                last: Moment::from_unix_millis(last),
                span: tally.examples.first()?.1,
            })
        })
        .collect()
}

fn check(facts: &Facts) -> Verdict {
    let mut loops = in_histories(facts);
    loops.extend(in_logs(facts));
    loops.order_by_key(|one| std::cmp::Reverse((one.rounds, one.span)));
    let Some(worst) = loops.first() else { return Verdict::NotApplicable };
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for one in loops.iter().take(3) {
        let note = format!("The {} attempt that was put off", ordinal(one.rounds));
        let why = "Each line \"delivered\" before it was only the hand-over, which the store rejected.";
        let mark = ["Scheduled to Retry Local Delivery", "1037"];
        places += &found.cite(Proof::new(one.span, note).mark(mark).why(why));
    }
    let every = worst.period.map_or_else(String::new, |period| {
        if period % 60 == 0 {
            format!(", every {}", count((period / 60).unsigned_abs(), "minute"))
        } else {
            format!(", every {period} seconds")
        }
    });
    let to = worst.recipient.as_ref().map_or_else(String::new, |recipient| format!(" to {recipient}"));
    let more = if loops.len() > 1 {
        format!(" So do {}.", count(loops.len() as u64 - 1, "other message"))
    } else {
        String::new()
    };
    found.statement = format!(
        "Local delivery of a message{to} was put off {}{every} {places}: the store rejects it each time.{more}",
        count(worst.rounds, "time")
    );
    found.effect(
        format!("Attempts at local delivery{}", crate::rules::searching::span_of(worst.first, worst.last)),
        count(worst.rounds, "retry").replace("retrys", "retries"),
    );
    if let Some(message) = &worst.message {
        found.held(format!("All of them are of one message, {message}."));
    }
    for queue in facts.legacy_queues.iter().filter(|q| q.kind == LegacyQueueKind::LocalDelivery && q.count() > 0) {
        found.accounts_for_legacy(queue, queue.count(), format!("Queue {}: local delivery", queue.label()));
    }
    found.affects(facts.events_of("MSExchangeTransport", &[326, 327]).filter_map(|group| group.computer.clone()));
    found.affects(facts.history.iter().filter_map(|entry| entry.server.clone()).take(5));
    found.step(
        "In the application log of the server, look for events 326 and 327 of MSExchangeTransport and 1194 of MSExchangeIS. If there are none, check \
         that the store is mounted, and whether an antivirus program for the store fails.",
    );
    found.verify.push(
        "The history of the message ends in \"Message Delivered Locally to Store\" without another retry.".to_owned(),
    );
    if facts.events_of("MSExchangeTransport", &[326, 327]).next().is_none() {
        found.missing.push(Missing {
            what: "The application log of the server that delivers".to_owned(),
            settles: "Why the store rejects the mail: events 326, 327 or 1194.".to_owned(),
            command: "Event Viewer, Application, Save Log File As application.evt".to_owned(),
        });
    }
    Verdict::Found(vec![found])
}

fn ordinal(number: u64) -> String {
    let end = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}
