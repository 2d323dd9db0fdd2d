//! Reports of long ago: what only they show is past, whatever it was.
//!
//! People bring the report that they kept, and forward old ones as proof of an old matter. This runs after the rules, over all
//! findings. Trap: a report that is forwarded bears the date of the letter it is in, so the way of its message counts as well.

use std::cmp::Reverse;

use super::discovery::Discovery;
use crate::base::mail_date::of_message;
use crate::base::source::{Place, Span};
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::model::ndr::NonDeliveryReport;
use crate::report::{Role, Severity};

/// Days by which a report is older than the newest other evidence when it is taken for past.
const LONG: i64 = 7;

/// Days for which a message is tried at most before most servers give it up.
const TRIED: i64 = 5;

/// Lowers what rests on old reports alone, and says so.
pub fn note_past_reports(facts: &Facts, found: &mut Discovery) {
    if facts.reports.is_empty() || found.proofs.is_empty() || !found.shares.is_empty() {
        return;
    }
    let mut last: Option<Moment> = None;
    for proof in &found.proofs {
        let Some(report) = facts.reports.iter().find(|report| holds(report.span, proof.span)) else { return };
        let Some(at) = written(report) else { return };
        if last.is_none_or(|last| at.at > last.at) {
            last = Some(at);
        }
    }
    let (Some(last), Some(newest)) = (last, newest(facts)) else { return };
    if last.at.duration_until(newest.at).as_hours() <= LONG * 24 {
        return;
    }
    found.severity = Some(Severity::Info);
    found.role = Some(Role::Context);
    found.statement += &format!(
        " This is past: the report that shows it is of {last} or before, and the other evidence goes on until {newest} without it."
    );
}

/// Whether a place lies in a report.
fn holds(report: Span, place: Span) -> bool {
    let lines = |span: Span| if let Place::Lines { first, last } = span.place { Some((first, last)) } else { None };
    report.source == place.source
        && match (lines(report), lines(place)) {
            (Some((from, to)), Some((first, last))) => from <= first && last <= to,
            _ => true,
        }
}

/// When a report was written, or not long after: its date, or the last time on the way of the message that it is about.
fn written(report: &NonDeliveryReport) -> Option<Moment> {
    let own = report.date.as_ref().and_then(|date| of_message(&date.value));
    let hops = report.original.received.iter().filter_map(|hop| of_message(hop.value.rsplit_once(';')?.1));
    let tried = jiff::Span::new().days(TRIED);
    let original = hops.max_by_key(|at| at.at).map(|at| Moment { at: at.at.saturating_add(tried), clock: at.clock });
    match (own, original) {
        (Some(own), Some(original)) if original.at < own.at => Some(original),
        (own, original) => own.or(original),
    }
}

/// The newest time of all evidence.
fn newest(facts: &Facts) -> Option<Moment> {
    let events = facts.events.iter().filter(|group| !group.recovered).filter_map(|group| group.last);
    let tracked = facts.tracked.iter().filter_map(|event| Some(event.at.as_ref()?.value));
    let reports = facts.reports.iter().filter_map(written);
    let others = facts.queues.as_of().into_iter().chain(facts.transport.until());
    events.chain(tracked).chain(reports).chain(others).min_by_key(|at| Reverse(at.at))
}
