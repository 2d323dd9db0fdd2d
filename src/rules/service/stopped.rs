//! What rules about stopped services share: how sure it is that a service does not run, and where that stands.

use crate::facts::Facts;
use crate::facts::services::{ServiceName, ServiceStanding};
use crate::report::{Confidence, Missing};
use crate::rules::discovery::{Discovery, Proof, quoted};
use crate::rules::searching::Hit;

/// A discovery for a service that does not run; nothing when it does, or when nothing says so.
pub(in crate::rules) fn found(
    facts: &Facts,
    service: ServiceName,
    standing: &ServiceStanding<'_>,
) -> Option<Discovery> {
    let by_list = standing.is_listed_stopped();
    let by_log = standing.ends_stopped();
    let by_log = by_log && !standing.may_have_started();
    if standing.is_listed_running() || !(by_list || by_log) || (!by_list && !is_known(facts, service, standing)) {
        return None;
    }
    let started = standing.started.and_then(|change| change.at).filter(|_| !by_log);
    let mut found = Discovery::new(if by_list { Confidence::Confirmed } else { Confidence::Likely });
    if let (true, Some(started)) = (by_list, started) {
        found.confidence = Confidence::Likely;
        found.unknown(format!("Whether the list is newer than the start of the service at {started}."));
    }
    if !by_list {
        let stop = standing.stopped.and_then(|change| change.at);
        let end = standing.stopped.and_then(|change| facts.log_end(&change));
        // A log that goes on for hours without a start leaves little doubt.
        if let (Some(stop), Some(end)) = (stop, end)
            && stop.at.duration_until(end.at).as_mins() >= 30
        {
            found.confidence = Confidence::Confirmed;
            found.held(format!("The log goes on until {end} without a start."));
        } else {
            found.unknown("Whether it was started again after the end of the log.");
        }
        found.missing.push(Missing {
            what: format!("The state of {}", service.name),
            settles: "Whether it runs now.".to_owned(),
            command: match standing.server {
                Some(server) => format!(
                    "Get-Service {} -ComputerName {} | Export-Clixml services.xml",
                    service.name,
                    quoted(server)
                ),
                None => format!("Get-Service {} | Export-Clixml services.xml", service.name),
            },
        });
    }
    Some(found)
}

/// Whether the log would show a start, and nothing else says that the service ran again.
fn is_known(facts: &Facts, service: ServiceName, standing: &ServiceStanding<'_>) -> bool {
    standing.stopped.is_some_and(|change| facts.shows_starts(&change) && !facts.ran_after(service, &change))
}

/// Whether the log ends with a stop and could not show a start, or shows a change that may have been one.
pub(in crate::rules) fn is_open(facts: &Facts, service: ServiceName, standing: &ServiceStanding<'_>) -> bool {
    let blind = |change| !facts.shows_starts(&change) && !facts.ran_after(service, &change);
    let is_unsure = standing.may_have_started() || standing.stopped.is_some_and(blind);
    standing.lists.is_empty() && standing.ends_stopped() && is_unsure
}

/// Cites the list and the stop.
pub(in crate::rules) fn places(found: &mut Discovery, service: ServiceName, standing: &ServiceStanding<'_>) -> String {
    let mut places = String::new();
    if let Some(list) = standing.lists.iter().find(|list| list.runs == Some(false)) {
        let note = format!("{} in the list of services", service.name);
        places += &found.cite(Proof::new(list.span, note).mark(["Stopped", service.name]));
    }
    if let Some(change) = standing.stopped.filter(|_| standing.ends_stopped()) {
        let hit = Hit { group: change.group, text: "", variant: change.variant };
        let why =
            if change.unexpected { "The service ended by itself." } else { "The last change of state in the log." };
        let note = format!("{}{}", hit.label(), change.at.map_or_else(String::new, |at| format!(", the last at {at}")));
        places += &found.cite(Proof::new(change.variant.event.span, note).mark([service.shown]).why(why));
    }
    places
}
