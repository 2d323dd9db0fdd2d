//! Events that say what is wrong by themselves.

use super::ends::ended;
use super::fill::Names;
use crate::facts::Facts;
use crate::knowledge::known;
use crate::model::event::{Event, is_source};
use crate::model::known_row::KnownRow;
use crate::model::version::ExchangeVersion;
use crate::report::{Role, Severity};
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::searching::{Hit, computers, effects, events, goes_on_without, hits, note_past, span_of};

/// Events that are cited.
const CITED: usize = 4;

/// So many events are few, when the log goes on for so many hours without another one.
const FEW: u64 = 2;
const QUIET: i64 = 4;

/// What was found of a row.
pub(super) fn check(row: &KnownRow, facts: &Facts) -> Option<Discovery> {
    // Two spellings of one source find the same events.
    let mut sources: Vec<&String> = Vec::new();
    for source in &row.sources {
        if !sources.iter().any(|known| is_source(known, source)) {
            sources.push(source);
        }
    }
    let of_sources = sources.iter().flat_map(|source| hits(facts, source, &row.events));
    let meant: Vec<Hit<'_>> = of_sources.filter(|hit| is_meant(row, facts, hit)).collect();
    let all: Vec<&Hit<'_>> = meant.iter().collect();
    if all.is_empty() {
        return None;
    }
    let mut found = Discovery::new(super::confidence(row));
    let mut names = Names::default();
    let servers = computers(&all);
    for server in &servers {
        names.add("server", server);
    }
    let values_of = |hit: &Hit<'_>| {
        let event = &hit.variant.event;
        row.message.as_ref().map(|shape| shape.values(&event.strings, event.message.as_deref())).unwrap_or_default()
    };
    for (name, value) in all.iter().flat_map(|hit| values_of(hit)) {
        names.add(&name, &value);
    }
    let mut places = String::new();
    for hit in all.iter().take(CITED) {
        let values = values_of(hit);
        let marks = row.phrases.iter().map(String::as_str).chain(values.iter().map(|(_, value)| value.as_str()));
        let place = hit.cite(&mut found, &marks.collect::<Vec<_>>(), &names.sentence(&row.cause));
        // Records that one export runs together share a place.
        if !places.contains(&place) {
            places += &place;
        }
    }
    let first = all.iter().filter_map(|hit| hit.variant.first).min();
    let last = all.iter().filter_map(|hit| hit.variant.last).max();
    let on = if servers.is_empty() { String::new() } else { format!(" on {}", listed(&servers, 3)) };
    found.statement = format!(
        "{}: {}{on}{} {places}.",
        names.sentence(&row.statement),
        count(events(&all), "event"),
        span_of(first, last)
    );
    effects(&mut found, &all);
    found.affects(distinct(names.used(row)).into_iter().take(12));
    super::reply::add_steps(&mut found, row, &names);
    // What happened and did not come back for long is history, however bad it was; and what happened once or twice in hours is
    // nothing to worry about unless it is bad.
    let past = note_past(facts, &mut found, &all);
    let mild = super::severity(row).is_some_and(|severity| severity >= Severity::Medium);
    let over = ended(facts, &row.id, &all);
    if let Some((end, at)) = over {
        let note = format!("Event {} of {}, which came afterwards", end.id, end.source);
        let place = end.exemplars.first().map_or_else(String::new, |event| found.cite(Proof::new(event.span, note)));
        found.statement += &format!(" It is over: event {} came afterwards, at {at} {place}.", end.id);
    }
    if past || over.is_some() || (mild && events(&all) <= FEW && is_isolated(facts, &mut found, &all)) {
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
    }
    Some(found)
}

/// Whether the log goes on for hours without these events; says so.
fn is_isolated(facts: &Facts, found: &mut Discovery, hits: &[&Hit<'_>]) -> bool {
    let Some((_, newest)) = goes_on_without(facts, hits, QUIET) else { return false };
    found.unknown(format!("Whether it matters: the evidence goes on until {newest} without another one."));
    true
}

/// Whether an event is the one of the row, and its server is not known to be of another version.
fn is_meant(row: &KnownRow, facts: &Facts, hit: &Hit<'_>) -> bool {
    let version = hit.group.computer.as_deref().and_then(|computer| facts.servers.version(computer));
    let fits = version.is_none_or(|version| (row.versions.0..=row.versions.1).contains(&version));
    let event = &hit.variant.event;
    fits && (row.is_of_event(event) || is_unmistakable(row, event))
}

/// Whether source and id suffice although the row wants a phrase. Logs of Windows 2008 and later hold no texts, only the insertion
/// strings; but no Exchange before 2007 writes there, so an id that has one meaning since then needs no phrase.
fn is_unmistakable(row: &KnownRow, event: &Event) -> bool {
    let modern = |row: &KnownRow| row.versions.1 >= ExchangeVersion::V2007;
    let alone = || !known::all().iter().any(|other| other.id != row.id && modern(other) && other.has_id_of(event));
    event.message.is_none() && event.channel.is_some() && modern(row) && row.has_id_of(event) && alone()
}
