//! Events that say what is wrong by themselves.

use std::cmp::Ordering;

use super::ends::ended;
use super::fill::Names;
use super::settled;
use crate::facts::Facts;
use crate::facts::events::EventGroup;
use crate::knowledge::known;
use crate::model::event::{Event, Level, is_source};
use crate::model::health::{ServiceState, WindowsService};
use crate::model::known_row::KnownRow;
use crate::model::message_shape::MessageShape;
use crate::model::server::server_key;
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
    let (settled, all) = settled::split(facts, row, &all);
    if all.is_empty() {
        return (!settled.is_empty()).then(|| settled::finding(settled));
    }
    let mut found = Discovery::new(super::confidence(row));
    let mut names = Names::default();
    let servers = computers(&all);
    for server in &servers {
        names.add("server", server);
    }
    let reader = row.message.as_ref().map(MessageShape::reader);
    let values_of = |hit: &Hit<'_>| {
        let event = &hit.variant.event;
        reader.as_ref().map(|reader| reader.values(&event.strings, event.message.as_deref())).unwrap_or_default()
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
    settled::tell(&mut found, settled);
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
    let alive = if over.is_none() { life_sign(facts, row, &all) } else { None };
    if let Some(sign) = &alive {
        found.unknown(format!(
            "Whether it still holds: {sign}, and the event did not come again for {QUIET} hours or more."
        ));
    }
    if past
        || over.is_some()
        || alive.is_some()
        || (mild && events(&all) <= FEW && is_isolated(facts, &mut found, &all))
    {
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

/// What speaks against a trouble that was logged once or twice, hours before the end of the log: the server moves mail or logs that it is
/// at work.
fn life_sign(facts: &Facts, row: &KnownRow, hits: &[&Hit<'_>]) -> Option<String> {
    if events(hits) > FEW {
        return None;
    }
    goes_on_without(facts, hits, QUIET)?;
    let keys: Vec<String> = hits.iter().filter_map(|hit| hit.group.computer.as_deref().map(server_key)).collect();
    let of_server = |name: Option<&str>| name.is_some_and(|name| keys.contains(&server_key(name)));
    let queues: Vec<_> = facts.queues.waiting_queues().filter(|queue| of_server(queue.server())).collect();
    if !queues.is_empty() && queues.iter().all(|queue| queue.is_moving()) {
        return Some("no queue of the server reports an error".to_owned());
    }
    let is_running = |service: &WindowsService| {
        service.state.as_ref().is_some_and(|state| state.value == ServiceState::Running)
            && service.name.value.to_ascii_lowercase().contains("msexchangetransport")
            && of_server(service.server.as_ref().map(|server| server.value.as_str()))
    };
    if facts.settings.windows_services.iter().any(is_running) {
        return Some("the transport service of the server runs".to_owned());
    }
    // A service that logs ordinary events hours later was started again.
    let last = hits.iter().filter_map(|hit| hit.variant.last).max_by_key(|at| at.at)?;
    let works = |group: &&EventGroup| {
        let source = row.sources.iter().any(|source| group.is_of(source));
        let ordinary = group.exemplars.first().is_some_and(|event| event.level == Some(Level::Information));
        let later = group.last.is_some_and(|at| last.compare(at) == Some(Ordering::Less));
        source
            && ordinary
            && later
            && !group.recovered
            && of_server(group.computer.as_deref())
            && !row.events.contains(&group.id)
    };
    let is_service = matches!(row.area.as_str(), "service" | "resources" | "mta");
    let group = facts.events.iter().find(works).filter(|_| is_service)?;
    Some(format!("event {} of {} came later", group.id, group.source))
}

/// The database engine writes for every program that uses it; only what Exchange keeps is meant.
fn is_of_exchange(hit: &Hit<'_>) -> bool {
    let source = hit.group.source.to_ascii_lowercase();
    if !source.starts_with("ese") {
        return true;
    }
    const OWN: [&str; 8] =
        ["information store", "edgetransport", "msexchange", "exchsrvr", "exchange", "mdbdata", "mail.que", "inetinfo"];
    let text = hit.text.to_ascii_lowercase();
    let names = ["svchost", "wuau", "certsrv", "ntfrs", "searchindexer", "windows\\", "taskhost", "catroot", "eseutil"];
    OWN.iter().any(|own| text.contains(own)) || !names.iter().any(|other| text.contains(other))
}

/// Whether an event is the one of the row, and its server is not known to be of another version.
fn is_meant(row: &KnownRow, facts: &Facts, hit: &Hit<'_>) -> bool {
    let version = hit.group.computer.as_deref().and_then(|computer| facts.servers.version(computer));
    let fits = version.is_none_or(|version| (row.versions.0..=row.versions.1).contains(&version));
    let event = &hit.variant.event;
    fits && is_of_exchange(hit) && (row.is_of_event(event) || is_unmistakable(row, event))
}

/// Whether source and id suffice although the row wants a phrase. Logs of Windows 2008 and later hold no texts, only the insertion
/// strings; but no Exchange before 2007 writes there, so an id that has one meaning since then needs no phrase.
fn is_unmistakable(row: &KnownRow, event: &Event) -> bool {
    let modern = |row: &KnownRow| row.versions.1 >= ExchangeVersion::V2007;
    let alone = || !known::all().iter().any(|other| other.id != row.id && modern(other) && other.has_id_of(event));
    event.message.is_none() && event.channel.is_some() && modern(row) && row.has_id_of(event) && alone()
}
