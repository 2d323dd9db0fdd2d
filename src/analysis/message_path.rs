//! The way of one message over all servers: what tracking, histories and queues show of it, in the order of time.
//!
//! Traps: tracking is in UTC or in the local time of whoever exported it, queues are in local time; steps of two clocks are not
//! put into one order, but stand one clock after the other. The clocks of two servers may differ, so a step can seem to come
//! before the one that caused it.

use crate::base::order::Order as _;
use crate::base::timestamp::{Clock, Moment};
use crate::facts::Facts;
use crate::report::grouped;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// When; `None` when the files do not show it.
    pub at: Option<Moment>,
    /// What happened, and where.
    pub what: String,
    /// Seconds since the step before, when both are of one clock.
    pub after: Option<i64>,
}

/// Steps of a message that are listed.
const STEPS: usize = 60;

/// The way of the message with this identifier; empty when the files show nothing of it.
pub fn path(facts: &Facts, message_id: &str) -> Vec<PathStep> {
    let is_it = |id: &str| bare(id).eq_ignore_ascii_case(bare(message_id));
    if bare(message_id).is_empty() {
        return Vec::new();
    }
    let mut steps: Vec<PathStep> = Vec::new();
    let mut add = |at: Option<Moment>, what: String| steps.push(PathStep { at, what, after: None });
    for event in facts.tracked.iter().filter(|event| event.message_id.as_ref().is_some_and(|id| is_it(&id.value))) {
        let mut what = event.event.value.clone();
        if let Some(source) = &event.source {
            what += &format!(" by {}", source.value);
        }
        if let Some(server) = &event.server {
            what += &format!(" on {}", server.value);
        }
        if let Some(client) = event.client.as_ref().filter(|client| !client.value.is_empty()) {
            what += &format!(" from {}", client.value);
        }
        if let Some(connector) = event.connector.as_ref().filter(|connector| !connector.value.is_empty()) {
            what += &format!(" through {}", connector.value);
        }
        add(event.at.as_ref().map(|at| at.value), what);
    }
    for entry in facts.history.iter().filter(|entry| entry.message_id.as_deref().is_some_and(is_it)) {
        let Some(text) = &entry.text else { continue };
        let server = entry.server.as_ref().map(|server| format!(" on {server}")).unwrap_or_default();
        add(entry.time.as_ref().map(|time| time.value), format!("{text}{server}"));
    }
    for queue in &facts.queues.queues {
        let own = |id: &Option<String>| id.as_deref().is_some_and(is_it);
        for message in queue.messages.iter().filter(|message| own(&message.internet_message_id)) {
            let status = message.status.as_ref().map(|s| format!(", {}", s.value)).unwrap_or_default();
            add(
                message.date_received.as_ref().map(|at| at.value),
                format!("Received into the queue {}{status}", queue.label()),
            );
        }
    }
    let clock = |at: &Option<Moment>| match at.map(|at| at.clock) {
        Some(Clock::Utc) => 0,
        Some(Clock::Local) => 1,
        None => 2,
    };
    steps.order_by(|a, b| (clock(&a.at), a.at, &a.what).cmp(&(clock(&b.at), b.at, &b.what)));
    steps.dedup();
    let mut before: Option<Moment> = None;
    for step in &mut steps {
        if let (Some(at), Some(before)) =
            (step.at, before.filter(|before| step.at.is_some_and(|at| at.clock == before.clock)))
        {
            step.after = Some(before.at.duration_until(at.at).as_secs());
        }
        before = step.at;
    }
    steps
}

fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// The steps as lines: when, and what with how long it took. Of many the first ones, and how many more there are.
pub fn lines(steps: &[PathStep]) -> Vec<(String, String)> {
    let more = match steps.len().saturating_sub(STEPS) {
        0 => None,
        1 => Some("1 more step".to_owned()),
        more => Some(format!("{} more steps", grouped(more as u64))),
    };
    steps
        .iter()
        .take(STEPS)
        .map(|step| {
            let at = step.at.map_or_else(|| "time unknown".to_owned(), |at| at.to_string());
            let after = match step.after {
                Some(seconds) if seconds > 0 => format!(", {} after the step before", span(seconds)),
                _ => String::new(),
            };
            (at, format!("{}{after}", step.what))
        })
        .chain(
            more.map(|more| {
                (more, "Not listed here; the table Tracking shows all, filtered by the message ID".to_owned())
            }),
        )
        .collect()
}

/// `4 s`, `12 min`, `6 h 14 min`, `3 days 2 h`.
fn span(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{minutes} min"),
        7_200..172_800 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} days {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::analysis::{Analysis, analyze};
    use crate::base::source::Source;

    fn case() -> Analysis {
        let tracking = "\"Timestamp\",\"EventId\",\"Source\",\"ClientHostname\",\"ServerHostname\",\"ConnectorId\",\"MessageId\",\"Recipients\",\"Sender\"\r\n\
            \"3/12/2019 8:00:00 AM\",\"RECEIVE\",\"STOREDRIVER\",\"EX1\",\"EX1\",\"\",\"<a1@contoso.com>\",\"b@contoso.com\",\"a@contoso.com\"\r\n\
            \"3/12/2019 8:00:04 AM\",\"SEND\",\"SMTP\",\"EX1\",\"EX2\",\"Intra\",\"<a1@contoso.com>\",\"b@contoso.com\",\"a@contoso.com\"\r\n\
            \"3/12/2019 8:15:00 AM\",\"DELIVER\",\"STOREDRIVER\",\"EX2\",\"EX2\",\"\",\"<A1@contoso.com>\",\"b@contoso.com\",\"a@contoso.com\"\r\n\
            \"3/12/2019 8:16:00 AM\",\"DELIVER\",\"STOREDRIVER\",\"EX2\",\"EX2\",\"\",\"<b2@contoso.com>\",\"b@contoso.com\",\"a@contoso.com\"\r\n";
        analyze(vec![Source::from_bytes("tracking.csv", tracking.as_bytes())], &mut |_| ControlFlow::Continue(()))
    }

    #[test]
    fn the_way_has_its_steps_in_order_with_what_they_took() {
        let case = case();
        let steps = path(&case.facts, "a1@contoso.com");
        let told: Vec<(Option<i64>, &str)> = steps.iter().map(|step| (step.after, step.what.as_str())).collect();
        assert_eq!(
            told,
            [
                (None, "RECEIVE by STOREDRIVER on EX1 from EX1"),
                (Some(4), "SEND by SMTP on EX2 from EX1 through Intra"),
                (Some(896), "DELIVER by STOREDRIVER on EX2 from EX2"),
            ]
        );
        assert!(lines(&steps)[2].1.ends_with("14 min after the step before"));
        assert!(path(&case.facts, "").is_empty() && path(&case.facts, "<>").is_empty());
        assert!(path(&case.facts, "nobody@contoso.com").is_empty());
    }

    #[test]
    fn steps_beyond_those_listed_are_counted() {
        let step = |n: usize| PathStep { at: None, what: format!("step {n}"), after: None };
        let lines_of = |n: usize| lines(&(0..n).map(step).collect::<Vec<_>>());
        assert_eq!(lines_of(60).len(), 60);
        assert_eq!(lines_of(61).last().unwrap().0, "1 more step");
        let many = lines_of(1_300);
        assert_eq!((many.len(), many.last().unwrap().0.as_str()), (61, "1,240 more steps"));
    }

    #[test]
    fn waits_are_told_in_units_that_fit() {
        assert_eq!(
            [4, 119, 120, 7_199, 7_200, 22_440, 200_000].map(span),
            ["4 s", "119 s", "2 min", "119 min", "2 h 0 min", "6 h 14 min", "2 days 7 h"]
        );
    }
}
