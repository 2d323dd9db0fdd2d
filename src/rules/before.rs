//! What happened just before trouble began: commands, restarts, certificates that expired, and the errors that came first.
//!
//! This runs after the rules, for every problem whose beginning is known. It claims no cause; it shows what a person would
//! look for first. Times of different clocks are not compared.

use std::collections::BTreeSet;

use crate::base::gather::Gather as _;
use crate::base::order::Order as _;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::changes::{Change, ChangeKind};
use crate::knowledge::known;
use crate::model::event::Level;
use crate::model::server::server_key;
use crate::report::{GroundKind, Role, Severity};
use crate::rules::discovery::{Discovery, Proof};

/// Hours before the beginning in which a change of the configuration may matter.
const CHANGE: i64 = 24;

/// Minutes before the beginning in which a service, a restart, or another error may.
const MOMENT: i64 = 60;

/// Things that are told of each kind.
const TOLD: usize = 3;

/// Adds what happened before, when the beginning is known and it matters.
pub fn note_before(facts: &Facts, severity: Severity, role: Role, found: &mut Discovery) {
    let Some(onset) = found.onset.filter(|_| severity < Severity::Low && role != Role::Context) else { return };
    changes(facts, onset, found);
    certificates(facts, onset, found);
    first_errors(facts, onset, found);
}

/// Minutes from one time to a later one of the same clock.
fn minutes(from: Moment, to: Moment) -> Option<i64> {
    let order = from.compare(to)?;
    (order == std::cmp::Ordering::Less).then(|| from.at.duration_until(to.at).as_mins())
}

fn changes(facts: &Facts, onset: Moment, found: &mut Discovery) {
    let servers = servers(found);
    let is_near = |change: &&Change| {
        let Some(minutes) = minutes(change.at, onset).filter(|minutes| *minutes <= CHANGE * 60) else { return false };
        let on_it = change.computer.as_deref().is_some_and(|computer| servers.contains(&server_key(computer)));
        match change.kind {
            // Connectors and agents of one server serve others as well.
            ChangeKind::Command => minutes <= CHANGE * 60,
            ChangeKind::Update => minutes <= CHANGE * 60 && on_it,
            ChangeKind::Service | ChangeKind::Restart => minutes <= MOMENT && on_it,
        }
    };
    let near: Vec<Change> = facts.changes.iter().rev().filter(is_near).take(TOLD).cloned().collect();
    for change in near {
        let on = change.computer.as_deref().map_or_else(String::new, |computer| format!(" on {computer}"));
        let (note, words) = match change.kind {
            ChangeKind::Command => ("A command that changes the configuration", "somebody ran"),
            ChangeKind::Service => ("A service that started or stopped", "a service changed its state,"),
            ChangeKind::Restart => ("A restart", "there was a restart:"),
            ChangeKind::Update => ("An update", "an update was installed:"),
        };
        let what = plain(&change.what);
        let place = found.cite(
            Proof::new(change.span, format!("{note}{on}"))
                .mark(change.what.split(' ').next())
                .why("It came shortly before the trouble began."),
        );
        found.note(GroundKind::Before, format!("At {}{on} {words} {what} {place}.", change.at));
    }
}

/// The keys of the servers that a finding may be about.
fn servers(found: &Discovery) -> BTreeSet<String> {
    found.affected.iter().map(|name| server_key(name.split('\\').next().unwrap_or(name))).gather()
}

fn certificates(facts: &Facts, onset: Moment, found: &mut Discovery) {
    let mut expired: Vec<_> = facts
        .settings
        .certificates
        .iter()
        .filter(|certificate| {
            let serves =
                certificate.services.as_ref().is_some_and(|services| services.value.0.iter().any(|s| s == "SMTP"));
            let end = certificate.not_after.as_ref().map(|end| end.value);
            // The same day: certificates end at midnight of one clock, and events are written in another.
            serves && end.is_some_and(|end| (0..=CHANGE * 60).contains(&end.at.duration_until(onset.at).as_mins()))
        })
        .collect();
    expired.truncate(TOLD);
    for certificate in expired {
        let Some(end) = &certificate.not_after else { continue };
        let place = found.cite(
            Proof::new(end.span, "A certificate for SMTP that had just expired")
                .mark([certificate.thumbprint.value.as_str()]),
        );
        found.note(
            GroundKind::Before,
            format!(
                "At {} a certificate that serves SMTP expired: {} {place}.",
                end.value,
                plain(&certificate.thumbprint.value)
            ),
        );
    }
}

/// Errors that first came in the hour before: of what is known to matter, and only if there are few.
fn first_errors(facts: &Facts, onset: Moment, found: &mut Discovery) {
    let cited: Vec<_> = found.proofs.iter().map(|proof| proof.span).collect();
    let matters = |group: &&crate::facts::events::EventGroup| {
        let Some(event) = group.exemplars.first() else { return false };
        let grave = matches!(event.level, Some(Level::Critical | Level::Error | Level::Warning));
        let near = group.first.and_then(|first| minutes(first, onset)).is_some_and(|minutes| minutes <= MOMENT);
        let known = || {
            known::all().iter().any(|row| row.is_of_event(event) && !matches!(row.severity.as_str(), "note" | "info"))
        };
        grave && near && !group.recovered && !cited.contains(&event.span) && known()
    };
    let mut first: Vec<_> = servers(found).iter().flat_map(|server| facts.events_on(server)).filter(matters).collect();
    first.order_by_key(|group| (group.first, group.id, &group.source, &group.computer));
    for group in first.into_iter().take(TOLD) {
        let (Some(event), Some(at)) = (group.exemplars.first(), group.first) else { continue };
        let on = group.computer.as_deref().unwrap_or("the server");
        let place = found
            .cite(Proof::new(event.span, format!("Event {} of {} on {on}, which came first", group.id, group.source)));
        found.note(
            GroundKind::Before,
            format!("At {at} event {} of {} came first on {on} {place}.", group.id, plain(&group.source)),
        );
    }
}

/// Evidence may hold brackets; citations are ours alone.
fn plain(text: &str) -> String {
    text.replace(['[', ']'], "|")
}
