//! Events, counted by source, id and computer. A log of millions of events becomes a few hundred
//! groups with counts, first and last time, and a few exemplars.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::gather::Gather as _;
use crate::base::order::Order as _;
use crate::base::source::{SourceId, Span};
use crate::base::timestamp::{Clock, Moment};
use crate::model::event::{Event, is_source};
use crate::model::server::server_key;

/// Exemplars kept per group and file.
const EXEMPLARS: usize = 3;

/// Different texts kept per group and file: those that come first in their order, so that the counts of the kept ones are
/// exact however the log was cut.
const VARIANTS: usize = 64;

/// The same for the Service Control Manager, which names every service of a server, started and stopped.
const SERVICE_VARIANTS: usize = 1024;

/// Characters of a text that tell it from others.
const VARIANT: usize = 400;

/// Events of one source and id on one computer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventGroup {
    /// Event source as first printed.
    pub source: String,
    /// Event id.
    pub id: u16,
    /// Computer, when known.
    pub computer: Option<String>,
    /// Whether these are older records that were left in the file, no longer part of the log.
    pub recovered: bool,
    /// Number of events.
    pub count: u64,
    /// First time.
    pub first: Option<Moment>,
    /// Last time.
    pub last: Option<Moment>,
    /// The first few, by time and place.
    pub exemplars: Vec<Event>,
    /// Events with the same text, by text. An event names what it is about, so one log has few texts of an event that matters.
    pub variants: BTreeMap<String, Variant>,
}

/// Events of one group with the same text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// Number of events.
    pub count: u64,
    /// First time.
    pub first: Option<Moment>,
    /// Last time.
    pub last: Option<Moment>,
    /// The first of them.
    pub event: Event,
}

/// Which groups are of which computer, and how late they go.
#[derive(Default)]
pub struct ByComputer {
    groups: BTreeMap<String, Vec<usize>>,
    /// The newest time of each computer by each clock, older records left out.
    newest: BTreeMap<(String, Clock), Moment>,
}

impl ByComputer {
    /// Looks at all groups.
    pub fn new(groups: &[EventGroup]) -> ByComputer {
        let mut all = ByComputer::default();
        for (at, group) in groups.iter().enumerate() {
            let Some(key) = group.computer.as_deref().map(server_key) else { continue };
            if let Some(last) = group.last.filter(|_| !group.recovered) {
                let newest = all.newest.entry((key.clone(), last.clock)).or_insert(last);
                *newest = (*newest).max(last);
            }
            all.groups.entry(key).or_default().push(at);
        }
        all
    }

    /// Places of the groups of a computer, by its key.
    pub fn places(&self, key: &str) -> &[usize] {
        self.groups.get(key).map_or(&[], Vec::as_slice)
    }

    /// The newest time of a computer by a clock.
    pub fn newest(&self, key: &str, clock: Clock) -> Option<Moment> {
        self.newest.get(&(key.to_owned(), clock)).copied()
    }
}

/// Folds events. A group is kept per file, so that a file read twice can be told apart.
#[derive(Default, Serialize, Deserialize)]
pub struct EventFold {
    groups: BTreeMap<Key, EventGroup>,
}

/// Source and computer in lower case, so that two exports of one log meet. Older records are counted apart.
type Key = (String, u16, String, bool, SourceId);

impl EventFold {
    /// Counts an event. Most events of a log repeat a text that is known; those are counted and not kept.
    pub fn add(&mut self, event: Event) {
        let key = (
            event.source.to_ascii_lowercase(),
            event.id,
            event.computer.as_deref().unwrap_or("").to_ascii_lowercase(),
            event.recovered,
            event.span.source,
        );
        let text = text_of(&event);
        match self.groups.get_mut(&key) {
            Some(group) => group.add(text, event),
            None => {
                let variant = Variant { count: 1, first: event.time, last: event.time, event: event.clone() };
                let group = EventGroup {
                    source: event.source.clone(),
                    id: event.id,
                    computer: event.computer.clone(),
                    recovered: event.recovered,
                    count: 1,
                    first: event.time,
                    last: event.time,
                    exemplars: vec![event],
                    // `BTreeMap::from` would bring a sort.
                    variants: std::iter::once((text, variant)).gather(),
                };
                self.groups.insert(key, group);
            }
        }
    }

    /// Joins another fold.
    pub fn merge(&mut self, other: EventFold) {
        for (key, group) in other.groups {
            join(&mut self.groups, key, group);
        }
    }

    /// First and last time in a source.
    pub fn time_span(&self, source: SourceId) -> Option<(Moment, Moment)> {
        let groups = || self.groups.iter().filter(|((.., s), _)| *s == source).map(|(_, g)| g);
        Some((
            groups().filter_map(|g| g.first).min_by_key(|m| m.at)?,
            groups().filter_map(|g| g.last).max_by_key(|m| m.at)?,
        ))
    }

    /// The groups, by source, id, computer and file.
    pub fn finish(self) -> Vec<EventGroup> {
        self.groups.into_values().collect()
    }
}

fn join(groups: &mut BTreeMap<Key, EventGroup>, key: Key, group: EventGroup) {
    match groups.entry(key) {
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(group);
        }
        std::collections::btree_map::Entry::Occupied(mut entry) => {
            let into = entry.get_mut();
            into.count += group.count;
            into.first = earliest(into.first, group.first);
            into.last = latest(into.last, group.last);
            into.exemplars.extend(group.exemplars);
            for (text, variant) in group.variants {
                into.add_variant(text, variant);
            }
            into.settle();
        }
    }
}

/// The text that tells an event from others of its group.
fn text_of(event: &Event) -> String {
    let mut text = event.text();
    // Each failed call of the store driver names another message; the database and the code are what matters.
    for mark in [" FID :", " MID :"] {
        if let Some(at) = text.find(mark) {
            text.truncate(at);
        }
    }
    text.truncate((0..=VARIANT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0));
    text
}

impl EventGroup {
    /// Counts one more event, as [`join`] would do with a group of it alone.
    fn add(&mut self, text: String, event: Event) {
        self.count += 1;
        self.first = earliest(self.first, event.time);
        self.last = latest(self.last, event.time);
        if let Some(known) = self.variants.get_mut(&text) {
            known.count += 1;
            known.first = earliest(known.first, event.time);
            known.last = latest(known.last, event.time);
            if order(&event) < order(&known.event) {
                known.event = event.clone();
            }
        } else if self.variants.len() < self.most_variants()
            || self.variants.last_key_value().is_some_and(|(last, _)| text < *last)
        {
            let variant = Variant { count: 1, first: event.time, last: event.time, event: event.clone() };
            self.add_variant(text, variant);
        }
        // Logs are read in the order of time, so a full list is rarely touched.
        if self.exemplars.len() < EXEMPLARS || self.exemplars.last().is_some_and(|last| order(&event) < order(last)) {
            self.exemplars.push(event);
            self.settle();
        }
    }

    /// Keeps the first exemplars, and the spelling of the first one, whichever half it was in.
    fn settle(&mut self) {
        self.exemplars.order_by_key(order);
        self.exemplars.truncate(EXEMPLARS);
        if let Some(first) = self.exemplars.first() {
            self.source = first.source.clone();
            self.computer = first.computer.clone();
        }
    }

    /// How many texts are kept. The spelling of a source in one log does not change, and case is ignored.
    fn most_variants(&self) -> usize {
        if self.source.eq_ignore_ascii_case("Service Control Manager") { SERVICE_VARIANTS } else { VARIANTS }
    }

    fn add_variant(&mut self, text: String, variant: Variant) {
        use std::collections::btree_map::Entry;
        match self.variants.entry(text) {
            Entry::Vacant(entry) => {
                entry.insert(variant);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.count += variant.count;
                known.first = earliest(known.first, variant.first);
                known.last = latest(known.last, variant.last);
                if order(&variant.event) < order(&known.event) {
                    known.event = variant.event;
                }
            }
        }
        if self.variants.len() > self.most_variants() {
            self.variants.pop_last();
        }
    }

    /// Whether the group is of a source, in whatever way the export spells it: copies of texts print it with blanks, or run
    /// together with what stands before it.
    pub fn is_of(&self, source: &str) -> bool {
        is_source(source, &self.source)
    }
}

fn order(event: &Event) -> (bool, Option<Moment>, Span) {
    (event.time.is_none(), event.time, event.span)
}

fn earliest(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    a.into_iter().chain(b).min()
}

fn latest(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    a.into_iter().chain(b).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Place;

    fn event(n: u64) -> Event {
        let span = Span { source: SourceId(0), place: Place::Record(n) };
        let mut event = Event::new(span, if n.is_multiple_of(3) { "ESE" } else { "ese" }, (n % 5) as u16);
        event.time = Moment::from_unix_millis((n as i64 * 7919) % 100_000);
        event.computer = Some(format!("EX{}", n % 2));
        event.strings = vec![format!("text {}", (n * n) % 131)];
        event
    }

    fn shown(fold: EventFold) -> String {
        format!("{:?}", fold.finish())
    }

    #[test]
    fn any_cut_and_any_order_of_merging_gives_the_same_groups() {
        let whole = || {
            let mut fold = EventFold::default();
            (0..200).map(event).for_each(|e| fold.add(e));
            fold
        };
        for cut in [1, 7, 100, 199] {
            let part = |range: std::ops::Range<u64>| {
                let mut fold = EventFold::default();
                range.map(event).for_each(|e| fold.add(e));
                fold
            };
            let mut forward = part(0..cut);
            forward.merge(part(cut..200));
            let mut backward = part(cut..200);
            backward.merge(part(0..cut));
            assert_eq!(shown(forward), shown(whole()));
            assert_eq!(shown(backward), shown(whole()));
        }
    }
}
