//! What records show of a message, joined to steps in the order of time.
//!
//! An export prints seconds where a log has milliseconds, so two records are of one event when they are of one second, of two
//! files, and nothing that both say differs.

use std::collections::BTreeMap;

use super::{Aspect, Hop, MessagePath, PathStep, Seen, StepClock, StepPlace};
use crate::base::clocks::Clocks;
use crate::base::order::Order as _;
use crate::base::source::SourceId;
use crate::model::server::server_key;

/// A delay shorter than this is none that anybody asks about.
const DELAY: i64 = 1_000;

/// Records of one event.
struct Event {
    clock: StepClock,
    /// Place on the axis, in milliseconds.
    at: i64,
    /// Positions of the records, the one that was found first first.
    seen: Vec<usize>,
}

/// Joins records to steps.
pub(super) fn join(seen: &[Seen], clocks: &Clocks) -> MessagePath {
    let mut events = events(seen, clocks);
    let first = |event: &Event| event.seen.first().and_then(|at| seen.get(*at));
    events.order_by_key(|event| {
        let place = first(event).map(|seen| (seen.source, seen.evidence.lines, seen.evidence.record.clone()));
        (event.clock, event.at, place, event.seen.first().copied())
    });
    let mut steps: Vec<PathStep> = Vec::new();
    let mut before: Option<(StepClock, i64)> = None;
    for event in &events {
        let Some(mut step) = step(event, seen, clocks) else { continue };
        if step.clock != StepClock::Unknown {
            step.after = before.filter(|(clock, _)| *clock == step.clock).map(|(_, at)| event.at - at);
            before = Some((step.clock, event.at));
        }
        steps.push(step);
    }
    let longest = steps.iter().filter_map(|step| step.after).max().filter(|after| *after >= DELAY);
    if let Some(step) = steps.iter_mut().find(|step| longest.is_some() && step.after == longest) {
        step.is_longest = true;
    }
    let has = |clock: StepClock| events.iter().any(|event| event.clock == clock);
    let is_apart = has(StepClock::Axis) && has(StepClock::Printed);
    let timed: Vec<(i64, &str)> = events
        .iter()
        .zip(&steps)
        .filter(|(event, step)| event.clock != StepClock::Unknown && !step.is_other)
        .map(|(event, step)| (event.at, step.server.as_str()))
        .collect();
    let (hops, total) = if is_apart { (Vec::new(), None) } else { (hops(&timed), total(&timed)) };
    MessagePath { steps, hops, total, is_apart, ..MessagePath::default() }
}

/// Which records are of one event.
fn events(seen: &[Seen], clocks: &Clocks) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut known: BTreeMap<(StepClock, i64, &str, bool), Vec<usize>> = BTreeMap::new();
    for (number, record) in seen.iter().enumerate() {
        let (clock, at) = placed(record, clocks);
        let fits =
            |event: &Event| event.seen.iter().all(|other| seen.get(*other).is_some_and(|other| is_one(other, record)));
        let alike = known.entry((clock, at.div_euclid(1_000), &record.key, record.is_other)).or_default();
        let twin = alike.iter().copied().find(|at| events.get(*at).is_some_and(fits));
        match twin.and_then(|at| events.get_mut(at)).filter(|_| clock != StepClock::Unknown) {
            Some(event) => {
                event.seen.push(number);
                // The one that has parts of a second is more exact.
                if event.at.rem_euclid(1_000) == 0 {
                    event.at = at;
                }
            }
            None => {
                alike.push(events.len());
                events.push(Event { clock, at, seen: vec![number] });
            }
        }
    }
    events
}

fn placed(record: &Seen, clocks: &Clocks) -> (StepClock, i64) {
    match record.at {
        None => (StepClock::Unknown, 0),
        Some(at) => {
            let source = Some(record.source);
            let clock = if clocks.is_placed(at, source) { StepClock::Axis } else { StepClock::Printed };
            (clock, clocks.axis(at, source))
        }
    }
}

/// Whether two records of one second are of one event: of two files, with nothing that differs.
fn is_one(one: &Seen, other: &Seen) -> bool {
    let same_server =
        one.server.is_empty() || other.server.is_empty() || server_key(&one.server) == server_key(&other.server);
    let agree = |aspect: Aspect| match (one.said(aspect), other.said(aspect)) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => true,
    };
    let names = |aspect: Aspect| match (one.said(aspect), other.said(aspect)) {
        (Some(a), Some(b)) => server_key(a) == server_key(b),
        _ => true,
    };
    one.source != other.source
        && one.key == other.key
        && same_server
        && [Aspect::Part, Aspect::Connector, Aspect::Session].into_iter().all(agree)
        && [Aspect::From, Aspect::To].into_iter().all(names)
}

fn step(event: &Event, seen: &[Seen], clocks: &Clocks) -> Option<PathStep> {
    let records: Vec<&Seen> = event.seen.iter().filter_map(|at| seen.get(*at)).collect();
    let first = records.first()?;
    let at = first.at.map(|at| clocks.show(at, Some(first.source)));
    let named = records.iter().find(|record| !record.server.is_empty());
    // What one record leaves out the other may have.
    let mut aspects = first.aspects.clone();
    for record in &records {
        for (aspect, text) in &record.aspects {
            if first.said(*aspect).is_none() && !aspects.iter().any(|known| known.0 == *aspect) {
                aspects.push((*aspect, text.clone()));
            }
        }
    }
    aspects.order_by_key(|(aspect, _)| *aspect);
    let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
    let places = event.seen.iter().zip(&records);
    let mut sources: Vec<SourceId> = Vec::new();
    let places = places.filter(|(_, record)| {
        let is_new = !sources.contains(&record.source);
        sources.push(record.source);
        is_new
    });
    Some(PathStep {
        time: at.unwrap_or_else(|| first.printed.clone()),
        clock: event.clock,
        origin: first.origin,
        server: named.map(|record| record.server.clone()).unwrap_or_default(),
        event: first.event.clone(),
        aspects,
        after: None,
        is_longest: false,
        is_other: first.is_other,
        rows: records.iter().map(|record| record.rows).max().unwrap_or(1),
        places: places
            .map(|(at, record)| StepPlace { number: number(*at), evidence: record.evidence.clone() })
            .collect(),
    })
}

/// The servers by their first steps. A server to which the message comes back is one hop.
fn hops(steps: &[(i64, &str)]) -> Vec<Hop> {
    let mut first: Vec<(String, &str, i64, i64)> = Vec::new();
    for (at, server) in steps.iter().filter(|(_, server)| !server.is_empty()) {
        let key = server_key(server);
        match first.iter_mut().find(|(known, ..)| *known == key) {
            Some((.., last)) => *last = *at,
            None => first.push((key, server, *at, *at)),
        }
    }
    let next: Vec<Option<i64>> = first.iter().skip(1).map(|(_, _, came, _)| Some(*came)).chain([None]).collect();
    let hop = |((_, server, came, last), next): ((String, &str, i64, i64), Option<i64>)| Hop {
        server: server.to_owned(),
        took: next.unwrap_or(last) - came,
        is_last: next.is_none(),
    };
    first.into_iter().zip(next).map(hop).collect()
}

fn total(steps: &[(i64, &str)]) -> Option<i64> {
    let (first, last) = (steps.first()?, steps.last()?);
    (steps.len() > 1).then_some(last.0 - first.0)
}
