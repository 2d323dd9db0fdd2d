//! What each kind of record gives to the timeline.
//!
//! Which server a row of a log is about is known where the row names it: receive connectors carry the name of their server,
//! and an event of tracking names both sides. What names none stands in lanes without a server; the name of a file is no proof.

use std::collections::{BTreeMap, BTreeSet};

use super::{LaneKind, Maker, Mark, Weight};
use crate::base::gather::Gather as _;
use crate::base::mail_date;
use crate::base::tally::Tally;
use crate::base::text::cut;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::changes::ChangeKind;
use crate::facts::events::EventGroup;
use crate::facts::transport::{Lifecycle, Question, marks_of};
use crate::model::event::{Event, Level};
use crate::model::message::Message;
use crate::report::grouped;

/// Characters of a text that are kept.
const TEXT: usize = 400;

/// The lanes of what the files show.
pub(super) fn all(facts: &Facts) -> Maker {
    let mut maker = Maker::default();
    events(facts, &mut maker);
    changes(facts, &mut maker);
    tracking(facts, &mut maker);
    protocol(facts, &mut maker);
    connections(facts, &mut maker);
    reports(facts, &mut maker);
    headers(facts, &mut maker);
    queues(facts, &mut maker);
    maker
}

fn cut(text: &str) -> String {
    cut::beginning(text, TEXT).map_or_else(|| text.to_owned(), |shown| format!("{shown} …"))
}

impl Maker {
    fn on(&mut self, facts: &Facts, server: &str, kind: LaneKind, name: &str, mark: Mark) {
        let server = server.trim();
        self.add((&facts.servers.names.key(server), server, kind, name), mark);
    }

    fn tally(&mut self, facts: &Facts, server: &str, kind: LaneKind, weight: Weight, text: &str, tally: &Tally) {
        let times = tally.times.map(|(first, last)| (Moment::from_unix_millis(first), Moment::from_unix_millis(last)));
        let Some((Some(first), last)) = times else {
            self.untimed = self.untimed.saturating_add(tally.count);
            return;
        };
        let span = tally.examples.first().map(|(_, span)| *span);
        self.on(facts, server, kind, "", Mark { weight, span, ..Mark::between(first, last, tally.count, cut(text)) });
    }
}

// ---- Events ----

fn events(facts: &Facts, maker: &mut Maker) {
    for group in &facts.events {
        let mut counted = 0_u64;
        for variant in group.variants.values() {
            counted = counted.saturating_add(variant.count);
            event(facts, group, &variant.event, variant.count, (variant.first, variant.last), false, maker);
        }
        let rest = group.count.saturating_sub(counted);
        if rest > 0
            && let Some(example) = group.exemplars.first()
        {
            event(facts, group, example, rest, (group.first, group.last), true, maker);
        }
    }
}

fn event(
    facts: &Facts,
    group: &EventGroup,
    event: &Event,
    count: u64,
    (first, last): (Option<Moment>, Option<Moment>),
    is_rest: bool,
    maker: &mut Maker,
) {
    let Some(first) = first else {
        maker.untimed = maker.untimed.saturating_add(count);
        return;
    };
    let text = if is_rest { "other texts of this event".to_owned() } else { event.text() };
    let age = if group.recovered { " (an older record that was left in the file)" } else { "" };
    let weight = match event.level {
        Some(Level::Critical) => Weight::Critical,
        Some(Level::Error) => Weight::Error,
        Some(Level::Warning) => Weight::Warning,
        _ => Weight::Record,
    };
    let text = cut(&format!("{} {}{age}: {text}", group.source, group.id));
    let mark = Mark { weight, span: Some(event.span), ..Mark::between(first, last, count, text) };
    maker.on(facts, group.computer.as_deref().unwrap_or(""), LaneKind::Events, "", mark);
}

fn changes(facts: &Facts, maker: &mut Maker) {
    for change in &facts.changes {
        let kind = match change.kind {
            ChangeKind::Command => "Command",
            ChangeKind::Service => "Service",
            ChangeKind::Restart => "Restart",
            ChangeKind::Update => "Update",
        };
        let mark = Mark { span: Some(change.span), ..Mark::new(change.at, format!("{kind}: {}", change.what)) };
        maker.on(facts, change.computer.as_deref().unwrap_or(""), LaneKind::Changes, "", mark);
    }
}

// ---- Tracking ----

fn weight_of(marks: u64) -> Weight {
    if marks & Lifecycle::FAILED != 0 {
        Weight::Error
    } else if marks & Lifecycle::PUT_OFF != 0 {
        Weight::Warning
    } else {
        Weight::Record
    }
}

fn tracking(facts: &Facts, maker: &mut Maker) {
    for (key, tally) in facts.transport.counts(Question::Messages) {
        let went: Vec<&str> = [
            (Lifecycle::RECEIVED, "received"),
            (Lifecycle::SENT, "sent"),
            (Lifecycle::DELIVERED, "delivered"),
            (Lifecycle::PUT_OFF, "put off"),
            (Lifecycle::FAILED, "failed"),
        ]
        .into_iter()
        .filter(|(mark, _)| tally.marks & mark != 0)
        .map(|(_, word)| word)
        .collect();
        let went = if went.is_empty() { "seen".to_owned() } else { went.join(", ") };
        let text = format!("Message {}: {went}", key.get(1).map_or("", String::as_str));
        maker.tally(facts, "", LaneKind::Tracking, weight_of(tally.marks), &text, tally);
    }
    maker.left_out += facts.transport.answer(Question::Messages).map_or(0, |answer| answer.left_out);
    for (key, tally) in facts.transport.counts(Question::TrackingFailures) {
        let [_, event, reason] = key.as_slice() else { continue };
        let is_failure = marks_of(event.as_bytes()) == Lifecycle::FAILED
            || matches!(event.as_str(), "1021" | "1022" | "1026" | "1030");
        let weight = if is_failure { Weight::Error } else { Weight::Warning };
        let text = if reason.is_empty() { event.clone() } else { format!("{event}: {reason}") };
        maker.tally(facts, "", LaneKind::Tracking, weight, &text, tally);
    }
    for event in &facts.tracked {
        let Some(at) = &event.at else {
            maker.untimed += 1;
            continue;
        };
        let name = event.event.value.as_str();
        // Who took a message wrote that it was received; who handed it over wrote that it was sent or delivered.
        let server = match name {
            "RECEIVE" => &event.server,
            "SEND" | "DELIVER" => &event.client,
            _ => &None,
        };
        let id = event.message_id.as_ref().map_or("", |id| id.value.as_str());
        let context = event.source_context.as_ref().map_or("", |context| context.value.as_str());
        let text = cut(format!("{name} {id} {context}").trim());
        let mark =
            Mark { weight: weight_of(marks_of(name.as_bytes())), span: Some(event.span), ..Mark::new(at.value, text) };
        maker.on(facts, server.as_ref().map_or("", |server| server.value.as_str()), LaneKind::Tracking, "", mark);
    }
    for entry in &facts.history {
        let Some(at) = &entry.time else {
            maker.untimed += 1;
            continue;
        };
        let text = entry.text.clone().or_else(|| Some(format!("Event {}", entry.event.as_ref()?.value)));
        let text = cut(&text.unwrap_or_else(|| "Entry of a history".to_owned()));
        let mark = Mark { span: Some(entry.span), ..Mark::new(at.value, text) };
        maker.on(facts, entry.server.as_deref().unwrap_or(""), LaneKind::Tracking, "", mark);
    }
}

// ---- Logs of connections ----

/// The server of a receive connector, which its name begins with.
fn server_of(kind: &str, connector: &str) -> String {
    let server = connector.split_once('\\').filter(|_| kind == "receive").map_or("", |(server, _)| server);
    server.to_owned()
}

fn log_of(kind: &str) -> &'static str {
    if kind == "receive" { "Receive log" } else { "Send log" }
}

fn weight_of_reply(reply: &str) -> Weight {
    match reply.as_bytes().first() {
        Some(b'5') => Weight::Error,
        Some(b'4') => Weight::Warning,
        _ => Weight::Record,
    }
}

fn protocol(facts: &Facts, maker: &mut Maker) {
    for (key, tally) in facts.transport.counts(Question::SmtpEndpoints) {
        let [kind, connector, remote] = key.as_slice() else { continue };
        let text = format!("{}: lines of {remote} on {connector}", log_of(kind));
        maker.tally(facts, &server_of(kind, connector), LaneKind::Protocol, Weight::Record, &text, tally);
    }
    for (key, tally) in facts.transport.counts(Question::SmtpReplies) {
        let [kind, connector, reply] = key.as_slice() else { continue };
        let text = format!("{}: {reply} ({connector})", log_of(kind));
        maker.tally(facts, &server_of(kind, connector), LaneKind::Protocol, weight_of_reply(reply), &text, tally);
    }
    for (key, tally) in facts.transport.counts(Question::SmtpRemarks) {
        let [kind, connector, remark] = key.as_slice() else { continue };
        let text = format!("{}: {remark} ({connector})", log_of(kind));
        maker.tally(facts, &server_of(kind, connector), LaneKind::Protocol, Weight::Record, &text, tally);
    }
    for (key, tally) in facts.transport.counts(Question::W3cCommands) {
        let [direction, address, command, status] = key.as_slice() else { continue };
        let text = format!("SMTP log: {command} {status} {address} ({direction})");
        // Other numbers are codes of Windows, not replies.
        let weight = if status.len() == 3 { weight_of_reply(status) } else { Weight::Record };
        maker.tally(facts, "", LaneKind::Protocol, weight, &text, tally);
    }
    for question in [Question::SmtpEndpoints, Question::SmtpReplies, Question::SmtpRemarks, Question::W3cCommands] {
        maker.left_out += facts.transport.answer(question).map_or(0, |answer| answer.left_out);
    }
}

fn connections(facts: &Facts, maker: &mut Maker) {
    for (kind, question) in [(LaneKind::Connections, Question::Connections), (LaneKind::Agents, Question::AgentActions)]
    {
        for (key, tally) in facts.transport.counts(question) {
            let text = key.iter().map(String::as_str).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
            let weight = if kind == LaneKind::Agents {
                weight_of_reply(key.get(2).map_or("", String::as_str))
            } else {
                Weight::Record
            };
            maker.tally(facts, "", kind, weight, &text, tally);
        }
        maker.left_out += facts.transport.answer(question).map_or(0, |answer| answer.left_out);
    }
}

// ---- Mail that somebody kept ----

fn reports(facts: &Facts, maker: &mut Maker) {
    for report in &facts.reports {
        let Some(at) = report.date.as_ref().and_then(|date| mail_date::of_message(&date.value)) else {
            maker.untimed += 1;
            continue;
        };
        let codes: BTreeSet<&str> =
            report.recipients.iter().filter_map(|recipient| Some(recipient.status.as_ref()?.value.as_str())).gather();
        let codes: Vec<&str> = codes.into_iter().collect();
        let recipients = match report.recipients.as_slice() {
            [one] => one.address.as_ref().map_or("", |address| address.value.as_str()).to_owned(),
            all => format!("{} recipients", grouped(all.len() as u64)),
        };
        let text = cut(format!("Report {} for {recipients}", codes.join(", ")).trim_end_matches(" for "));
        // A report of a delay, or that something was delivered, is no failure.
        let failed = report.recipients.iter().any(|recipient| {
            let code = recipient.status.as_ref().map_or("", |status| status.value.as_str());
            let action = recipient.action.as_ref().map_or("", |action| action.value.as_str());
            code.starts_with('5') || action.eq_ignore_ascii_case("failed")
        });
        let weight = if failed { Weight::Error } else { Weight::Warning };
        let mark = Mark { weight, span: Some(report.span), ..Mark::new(at, text) };
        let server = report.reporting_mta.as_ref().or(report.generating_server.as_ref());
        maker.on(facts, server.map_or("", |server| server.value.as_str()), LaneKind::Reports, "", mark);
    }
}

fn headers(facts: &Facts, maker: &mut Maker) {
    for header in &facts.headers {
        let id = header.message_id.as_ref().map_or("", |id| id.value.as_str());
        for hop in &header.hops {
            let Some(at) = hop.at else {
                maker.untimed += 1;
                continue;
            };
            let from = hop.from.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
            let mark = Mark { span: Some(hop.span), ..Mark::new(at, cut(format!("Received{from} {id}").trim_end())) };
            // `EX2.contoso.com (192.0.2.12)`: the lane is that of the server, whatever address it had.
            let by = hop.by.as_deref().and_then(|by| by.split([' ', '(']).next()).unwrap_or("");
            maker.on(facts, by, LaneKind::Headers, "", mark);
        }
    }
}

// ---- Queues ----

fn queues(facts: &Facts, maker: &mut Maker) {
    for queue in facts.queues.waiting_queues() {
        let (server, label) = (queue.server().unwrap_or(""), queue.label());
        for snapshot in &queue.snapshots {
            let Some(at) = snapshot.at else {
                maker.untimed += 1;
                continue;
            };
            let messages = if snapshot.count == 1 { "message" } else { "messages" };
            let text = format!("{label}: {} {messages}", snapshot.count);
            let mark = Mark { length: Some(snapshot.count), span: Some(snapshot.span), ..Mark::new(at, text) };
            maker.on(facts, server, LaneKind::Queue, &label, mark);
        }
        // A queue can hold a hundred thousand messages; those of one minute are one mark.
        let mut minutes: BTreeMap<Moment, (Moment, Moment, u64, &Message)> = BTreeMap::new();
        for message in &queue.messages {
            let Some(received) = &message.date_received else {
                maker.untimed += 1;
                continue;
            };
            let at = received.value;
            let minute = at.at.with().second(0).subsec_nanosecond(0).build().unwrap_or(at.at);
            let known = minutes.entry(Moment { at: minute, clock: at.clock }).or_insert((at, at, 0, message));
            if at < known.0 {
                known.3 = message;
            }
            *known = (known.0.min(at), known.1.max(at), known.2 + 1, known.3);
        }
        for (first, last, count, message) in minutes.into_values() {
            let text = if count == 1 {
                format!("A message came that waits in {label}")
            } else {
                format!("{} messages came that wait in {label}", grouped(count))
            };
            let mark = Mark { span: Some(message.span), ..Mark::between(first, Some(last), count, text) };
            maker.on(facts, server, LaneKind::Waiting, "", mark);
        }
    }
}
