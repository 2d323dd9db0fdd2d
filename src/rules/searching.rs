//! What rules about events share: finding the text that matters, citing it, and saying when it happened.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::discovery::{Discovery, Proof, count};
use crate::base::gather::Gather as _;
use crate::base::order::Order as _;
use crate::base::source::SourceId;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::events::{EventGroup, Variant};
use crate::model::server::server_key;
use crate::report::{Confidence, Role, Severity};

/// Events of one group with the same text.
pub(in crate::rules) struct Hit<'a> {
    /// Their group.
    pub group: &'a EventGroup,
    /// Their text: the message, or the insertion strings.
    pub text: &'a str,
    /// The events.
    pub variant: &'a Variant,
}

/// All texts of the events with these ids of a source, in the order in which they first occurred.
pub(in crate::rules) fn hits<'a>(facts: &'a Facts, source: &'a str, ids: &'a [u16]) -> Vec<Hit<'a>> {
    let groups = facts.events_of(source, ids);
    let mut hits: Vec<Hit<'a>> = groups
        .flat_map(|group| group.variants.iter().map(move |(text, variant)| Hit { group, text, variant }))
        .collect();
    hits.order_by_key(|hit| (hit.variant.first.is_none(), hit.variant.first, hit.variant.event.span));
    hits
}

impl Hit<'_> {
    /// The computer, in words.
    pub fn computer(&self) -> String {
        self.group.computer.clone().unwrap_or_else(|| "a server that the export does not name".to_owned())
    }

    /// `Event 326 of MSExchangeTransport on EX1, 12 times`.
    pub fn label(&self) -> String {
        let times =
            if self.variant.count > 1 { format!(", {}", count(self.variant.count, "time")) } else { String::new() };
        format!("Event {} of {} on {}{times}", self.group.id, self.group.source, self.computer())
    }

    /// Cites the first of the events.
    pub fn cite(&self, found: &mut Discovery, marks: &[&str], why: &str) -> String {
        let proof = Proof::new(self.variant.event.span, self.label());
        if marks.is_empty() {
            // What the event says, not the lines above it that name source and time.
            let words: Vec<&str> = self.text.split_whitespace().take(4).collect();
            return found.cite(proof.mark([words.join(" ")]).why(why));
        }
        found.cite(proof.mark(marks.iter().copied()).why(why))
    }
}

/// Names of computers, each once, short and full names of one server being the same.
pub(in crate::rules) fn computers(hits: &[&Hit<'_>]) -> Vec<String> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let names = hits.iter().filter_map(|hit| hit.group.computer.as_ref());
    names.filter(|name| known.insert(server_key(name))).cloned().collect()
}

/// How many events there are: two exports of one log overlap, and then the fullest counts.
pub(in crate::rules) fn events(hits: &[&Hit<'_>]) -> u64 {
    let mut sources: std::collections::BTreeMap<(u16, String), std::collections::BTreeMap<SourceId, u64>> =
        std::collections::BTreeMap::new();
    for hit in hits {
        let key = (hit.group.id, hit.group.computer.as_deref().map(server_key).unwrap_or_default());
        *sources.entry(key).or_default().entry(hit.variant.event.span.source).or_default() += hit.variant.count;
    }
    sources.values().filter_map(|files| files.values().max()).sum()
}

/// States how often and when the events occurred.
pub(in crate::rules) fn effects(found: &mut Discovery, hits: &[&Hit<'_>]) {
    let mut groups: Vec<(u16, String)> = hits.iter().map(|hit| (hit.group.id, hit.computer())).collect();
    groups.order();
    groups.dedup();
    for (id, computer) in groups.into_iter().take(8) {
        let own = || hits.iter().filter(|hit| hit.group.id == id && hit.computer() == computer);
        let own_hits: Vec<&Hit<'_>> = own().copied().collect();
        let events = events(&own_hits);
        let first = own().filter_map(|hit| hit.variant.first).min();
        let last = own().filter_map(|hit| hit.variant.last).max();
        found.effect(format!("Event {id} on {computer}{}", span_of(first, last)), count(events, "event"));
    }
    found.began(hits.iter().filter_map(|hit| hit.variant.first).min_by_key(|first| first.at));
    found.affects(hits.iter().filter_map(|hit| hit.group.computer.clone()));
}

/// Days after which a failure that did not come again is taken for settled.
const LONG: i64 = 7;

/// Whether the log of the same computer, or the queues, go on for long after the last of these events: then nothing says that it still
/// happens. Lowers the confidence, says so, and returns whether it is so.
pub(in crate::rules) fn note_past(facts: &Facts, found: &mut Discovery, hits: &[&Hit<'_>]) -> bool {
    let Some((last, newest)) = goes_on_without(facts, hits, LONG * 24) else { return false };
    if found.confidence == Confidence::Confirmed {
        found.confidence = Confidence::Likely;
    }
    found.unknown(format!(
        "Whether it still happens: the last of these events is of {last}, and the evidence goes on until {newest}."
    ));
    true
}

/// The same; and what happened and did not come back for long is only worth knowing, unless mail that waits is put down to it.
pub(in crate::rules) fn settle_past(facts: &Facts, found: &mut Discovery, hits: &[&Hit<'_>]) -> bool {
    let past = note_past(facts, found, hits);
    if past && found.shares.is_empty() {
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
    }
    past
}

/// The last of these events and the newest time of the same computers or the queues, when that is more than some hours later: for so
/// long it did not come again.
pub(in crate::rules) fn goes_on_without(facts: &Facts, hits: &[&Hit<'_>], hours: i64) -> Option<(Moment, Moment)> {
    let last = hits.iter().filter_map(|hit| hit.variant.last).max_by_key(|m| m.at)?;
    let keys: BTreeSet<String> = hits.iter().filter_map(|hit| hit.group.computer.as_deref().map(server_key)).gather();
    // Another server's queues say nothing about this one, and times of two clocks nothing about each other.
    let events = keys.iter().filter_map(|key| facts.by_computer.newest(key, last.clock));
    let queues = keys.iter().filter_map(|key| facts.queues.newest(key, last.clock));
    let newest = events.chain(queues).filter(|newest| newest.at > last.at).max_by_key(|newest| newest.at);
    newest.filter(|newest| last.at.duration_until(newest.at).as_hours() >= hours).map(|newest| (last, newest))
}

/// `, 2003-09-12 22:53:18 to 2003-09-12 23:03:18`.
pub(in crate::rules) fn span_of(first: Option<Moment>, last: Option<Moment>) -> String {
    match (first, last) {
        (Some(a), Some(b)) if a.at != b.at => format!(", {a} to {b}"),
        (Some(a), _) => format!(", {a}"),
        _ => String::new(),
    }
}

/// A pattern that is part of the program; `None` would be a mistake in it, which its tests show.
pub(in crate::rules) type Pattern = LazyLock<Option<Regex>>;
