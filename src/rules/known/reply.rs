//! Replies that say what is wrong by themselves.
//!
//! Traps: a log of a healthy server is full of replies of class 4 and 5. Attempts are put off and work a minute later,
//! and strangers are refused. So a reply that only logs show is worth knowing, no more, unless it still comes at the end
//! of the log, again and again; and what an own server answers to the internet is never a problem of the server.

use std::collections::BTreeMap;

use super::fill::Names;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::model::known_row::KnownRow;
use crate::model::queue::DeliveryType;
use crate::report::{Role, Severity};
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::logged::{goes_on, logged};
use crate::rules::waiting::{Way, way};

/// Places that are cited.
const CITED: usize = 5;

/// Queues to domains of the internet, and messages in them, up to which only those domains are concerned.
const MANY: usize = 3;
const FEW: u64 = 10;

/// Whether a queue leads to one domain of the internet, by its own mail servers.
fn is_to_a_domain(queue: &WaitingQueue) -> bool {
    let kind = queue.queue.as_ref().and_then(|queue| queue.delivery_type.as_ref()).map(|kind| kind.value);
    kind == Some(DeliveryType::DnsConnectorDelivery)
}

/// What was found of a row.
pub(super) fn check(row: &KnownRow, facts: &Facts) -> Option<Discovery> {
    let meant: Vec<&Reply> = facts.replies.of_row(row).collect();
    if meant.is_empty() {
        return None;
    }
    let mut found = Discovery::new(super::confidence(row));
    let mut names = Names::default();
    let (mut places, mut cited) = (String::new(), 0);
    let mut cite = |found: &mut Discovery, proof: Proof| {
        cited += 1;
        if cited <= CITED {
            places += &found.cite(proof.why(row.cause.clone()));
        }
    };
    let mut amounts: Vec<String> = Vec::new();
    let (mut messages, mut queues) = (0, Vec::new());
    let mut by_queue: BTreeMap<usize, Vec<&Reply>> = BTreeMap::new();
    for reply in &meant {
        if let ReplyPlace::Queue(index) = reply.at {
            by_queue.entry(index).or_default().push(reply);
        }
    }
    let (mut foreign, mut single) = (0, 0);
    for (index, own) in by_queue {
        let Some(queue) = facts.queues.queues.get(index).filter(|queue| queue.may_hold_mail()) else { continue };
        let Some(first) = own.first() else { continue };
        let share = queue.share(facts.replies.alike(&own));
        messages += share;
        foreign += u64::from(is_of_own_site(row) && way(facts, queue) == Way::External);
        single += usize::from(is_to_a_domain(queue));
        queues.push(queue.label());
        if let Some(server) = queue.server() {
            names.add("server", server);
        }
        let note = format!("The error in queue {}", queue.label());
        cite(&mut found, Proof::new(first.span, note).mark([first.reply.text.trim_end_matches('.')]));
        found.accounts_for(queue, share, format!("Queue {}", queue.label()));
    }
    if !queues.is_empty() {
        amounts.push(format!("{} in {}", count(messages, "message"), count(queues.len() as u64, "queue")));
    }
    let reports: Vec<&&Reply> = meant.iter().filter(|reply| matches!(reply.at, ReplyPlace::Report(..))).collect();
    for reply in &reports {
        cite(
            &mut found,
            Proof::new(reply.span, "The status in a report").mark([reply.reply.text.trim_end_matches('.')]),
        );
        let report = if let ReplyPlace::Report(index, _) = reply.at { facts.reports.get(index) } else { None };
        found.affects(
            report
                .into_iter()
                .flat_map(|r| &r.recipients)
                .filter_map(|r| Some(r.address.as_ref()?.value.clone()))
                .take(5),
        );
    }
    let is_delay = |reply: &Reply| matches!(reply.at, ReplyPlace::Report(_, true));
    let delays = distinct(reports.iter().filter(|reply| is_delay(reply)).map(|r| r.span)).len() as u64;
    let returned = distinct(reports.iter().filter(|reply| !is_delay(reply)).map(|r| r.span)).len() as u64;
    if returned > 0 {
        amounts.push(count(returned, "report"));
    }
    if delays > 0 {
        amounts.push(format!("{} of a delay", count(delays, "report")));
    }
    let history: Vec<&&Reply> = meant.iter().filter(|reply| reply.is_history()).collect();
    found.began(history.iter().filter_map(|reply| Some(reply.times?.0)).min_by_key(|first| first.at));
    for reply in history.iter().take(CITED) {
        cite(&mut found, Proof::new(reply.span, logged(reply)));
    }
    if !history.is_empty() {
        let times: u64 = history.iter().map(|reply| reply.count).sum();
        amounts.push(format!("{} in logs", count(times, "entry").replace("entrys", "entries")));
    }
    if queues.is_empty() && reports.is_empty() {
        tone_down(row, facts, &mut found, &history);
    } else if queues.is_empty()
        && returned == 0
        && super::severity(row).is_some_and(|severity| severity < Severity::Low)
    {
        // The message is late, and is tried again.
        found.severity = Some(Severity::Low);
    }
    if foreign == 0
        && !queues.is_empty()
        && single == queues.len()
        && queues.len() < MANY
        && messages <= FEW
        && super::severity(row).is_some_and(|severity| severity < Severity::Medium)
    {
        found.severity = Some(Severity::Medium);
        found.unknown(
            "Whether more than one destination is concerned: few messages wait, and only for single domains of the internet.",
        );
    }
    found.statement = format!("{}: {} {places}.", names.sentence(&row.statement), listed(&amounts, 3));
    if foreign > 0 && foreign == queues.len() as u64 {
        // What a server says of itself is a matter of those who run it.
        found.statement =
            format!("A server of another organization says so of itself: {}", lower_first(&found.statement));
        found.role = Some(Role::Context);
        found.severity = Some(Severity::Info);
    }
    add_steps(&mut found, row, &names);
    Some(found)
}

/// Rows about the state of the server that answers: its disks, stores, services and directory.
fn is_of_own_site(row: &KnownRow) -> bool {
    const OWN: [&str; 6] = ["resources", "store", "service", "directory", "permissions", "queue"];
    OWN.contains(&row.area.as_str()) || row.id == "frontend-proxy-451-470-prx"
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// What only logs show is past, unless it goes on at their end.
fn tone_down(row: &KnownRow, facts: &Facts, found: &mut Discovery, history: &[&&Reply]) {
    let goes_on = history.iter().any(|reply| goes_on(facts, reply));
    if goes_on {
        found.held("The entries go on until the end of the logs.");
        return;
    }
    found.unknown(
        "Whether mail waits because of it: the logs show attempts, and no queue of the evidence shows this error.",
    );
    if super::severity(row).is_some_and(|severity| severity < Severity::Info) {
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
    }
}

/// The steps of a row and how to check them, with names filled in.
pub(super) fn add_steps(found: &mut Discovery, row: &KnownRow, names: &Names) {
    if !row.verify.is_empty() {
        found.verify.push(names.sentence(&row.verify));
    }
    for step in &row.steps {
        match &step.command {
            Some(command) => found.command(names.sentence(&step.text), names.command(command)),
            None => found.step(names.sentence(&step.text)),
        }
    }
}
