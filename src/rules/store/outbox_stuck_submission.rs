//! Mail stays in the Outbox because the way from the store to transport is broken.

use super::smtp_mailbox::{CODES, refused};
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::transport::Question;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count};

declare_rule! {
    /// # Symptoms
    /// Outlook logs on, but what users send stays in the Outbox. Message tracking shows no submission after a certain time although the log
    /// goes on.
    ///
    /// # Cause
    /// The local way from the store to transport is broken: with event 1009 of MSExchangeMailSubmission no hub server is found, with events
    /// 326 and 1194 the SMTP mailbox of the store is missing, with MapiExceptionLogonFailed a right is missing.
    ///
    /// # Resolution
    /// 1. Follow the problem that explains it.
    /// 2. If there is none, look for antivirus programs and event sinks in the store, and at the state of the database.
    ///
    /// # More information
    /// Submissions pause at night and on Sundays as well; without an event that says so, a pause is no finding.
    id: "outbox-stuck-submission",
    title: "Mail stays in the Outbox",
    area: Store,
    severity: High,
    role: Symptom,
    versions: V2000..=V2016,
    needs: [Tracking, Events],
    helps: [],
    explains: [],
    sources: [
        "https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)",
        "https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938",
    ],
    check: check,
}

/// Rows of submission, and of all tracking, in one kind of log.
struct Rows {
    submitted: u64,
    last_submitted: i64,
    last: i64,
    after: u64,
    span: crate::base::source::Span,
}

fn rows(facts: &Facts, era: &str, is_submission: impl Fn(&str, &str) -> bool) -> Option<Rows> {
    let mut rows: Option<Rows> = None;
    let all: Vec<_> = facts.transport.counts(Question::TrackingEvents).collect();
    for (key, tally) in all.iter().filter(|(key, _)| key.first().is_some_and(|own| own == era)) {
        let (Some(source), Some(event), Some((_, last)), Some((_, span))) =
            (key.get(1), key.get(2), tally.times, tally.examples.last())
        else {
            continue;
        };
        if is_submission(source, event) {
            let rows = rows.get_or_insert(Rows { submitted: 0, last_submitted: last, last, after: 0, span: *span });
            rows.submitted += tally.count;
            rows.last_submitted = rows.last_submitted.max(last);
        }
    }
    let mut rows = rows?;
    for (_, tally) in all.iter().filter(|(key, _)| key.first().is_some_and(|own| own == era)) {
        let Some((_, last)) = tally.times else { continue };
        rows.last = rows.last.max(last);
        if last > rows.last_submitted {
            rows.after += tally.count;
        }
    }
    Some(rows)
}

fn check(facts: &Facts) -> Verdict {
    let old = refused(facts).iter().any(|one| CODES.contains(&one.code));
    let new = facts.events_of("MSExchangeMailSubmission", &[1009]).next().is_some();
    let logs = [
        (old, rows(facts, "2003", |_, event| event == "1027")),
        (new, rows(facts, "2007", |source, event| source == "STOREDRIVER" && matches!(event, "RECEIVE" | "SUBMIT"))),
    ];
    for (explained, rows) in logs {
        let Some(rows) =
            rows.filter(|rows| explained && rows.last - rows.last_submitted >= 10 * 60_000 && rows.after > 0)
        else {
            continue;
        };
        let mut found = Discovery::new(Confidence::Likely);
        let place = found.cite(Proof::new(rows.span, "One of the last submissions from a mailbox"));
        let at = |ms| Moment::from_unix_millis(ms).map_or_else(String::new, |moment| moment.to_string());
        found.statement = format!(
            "No message was submitted from a mailbox after {} {place}, although the tracking log goes on until {}: what users send stays in the \
             Outbox.",
            at(rows.last_submitted),
            at(rows.last)
        );
        found.effect("Submissions before that", count(rows.submitted, "message"));
        let groups =
            facts.events_of("MSExchangeMailSubmission", &[1009]).chain(facts.events_of("MSExchangeTransport", &[326]));
        found.affects(groups.filter_map(|group| group.computer.clone()));
        found.step("Follow the problem that explains it, and let a user send a test message.");
        found.verify.push("A test message leaves the Outbox within a minute.".to_owned());
        return Verdict::Found(vec![found]);
    }
    Verdict::NotApplicable
}
