//! The other side asks to come back later, and the sender comes back too early.

use std::sync::LazyLock;

use regex::Regex;

use super::failures::failures;
use crate::facts::Facts;
use crate::facts::replies::Reply;
use crate::report::{Confidence, Missing, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count};
use crate::rules::searching::Pattern;
use crate::rules::waiting::{age, transport_settings};

declare_rule! {
    /// # Symptoms
    /// Replies 450 or 451 that speak of greylisting and ask to come back after some time; the message arrives hours late, or its sender
    /// gets a report of delay.
    ///
    /// # Cause
    /// A server that greylists accepts a sender that it does not know only after a wait. The sender tries again sooner, and some servers
    /// start the wait anew each time.
    ///
    /// # Resolution
    /// 1. Compare the wait that the reply asks for with the interval of the sender.
    /// 2. Raise the interval above the wait: `TransientFailureRetryInterval`.
    ///
    /// # More information
    /// Greylisting as such is ordinary: the second or third attempt is accepted and the sender is known from then on.
    id: "greylist-retry-too-early",
    title: "Mail is tried again sooner than a greylist accepts",
    area: Connections,
    severity: Medium,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [TransportServices, ProtocolLogs, Tracking, Reports],
    explains: [],
    sources: [
        "https://learn.microsoft.com/previous-versions/office/exchange-server-2010/aa998043(v=exchg.141)",
        "https://datatracker.ietf.org/doc/html/rfc6647",
    ],
    check: check,
}

static WAIT: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b(\d{1,5})\s*(seconds?|secs?|s|minutes?|mins?)\b|\b(\d{1,2}):(\d{2}):(\d{2})\b").ok()
});

fn is_meant(reply: &Reply) -> bool {
    let is_temporary = reply.reply.code.is_none_or(|code| (400..500).contains(&code));
    let named = ["greylist", "graylist", "grey-list", "gray-list", "grey listed", "postgrey"];
    // Those that do not call it by its name.
    let is_later = matches!(reply.reply.code, Some(450 | 451))
        && matches!(reply.reply.enhanced.as_deref(), Some("4.7.1" | "4.2.0"))
        && reply.says("try again later");
    let told = ["triplet", "first time", "too early", "unknown sender", "temporarily deferred"];
    let says = |words: &[&str]| words.iter().any(|word| reply.says(word));
    is_temporary && (says(&named) || (is_later && says(&told)))
}

/// The wait that a reply asks for, in seconds.
fn wait(text: &str) -> Option<u64> {
    let found = WAIT.as_ref()?.captures(text)?;
    let number = |at: usize| found.get(at).and_then(|part| part.as_str().parse::<u64>().ok());
    match (number(1), found.get(2)) {
        (Some(amount), Some(unit)) if unit.as_str().to_lowercase().starts_with('m') => Some(amount * 60),
        (Some(amount), _) => Some(amount),
        _ => Some(number(3)? * 3600 + number(4)? * 60 + number(5)?),
    }
}

fn check(facts: &Facts) -> Verdict {
    let failures = failures(facts, is_meant);
    if failures.is_empty() {
        return Verdict::NotApplicable;
    }
    let all = || {
        failures
            .queues
            .iter()
            .map(|failed| failed.reply)
            .chain(failures.reports.iter().copied())
            .chain(failures.logs.iter().copied())
    };
    let asked =
        all().filter_map(|reply| wait(&crate::model::smtp_reply::LastError::read(&reply.text).reply.text)).max();
    let server = failures.queues.first().and_then(|failed| failed.queue.server());
    let service = facts.settings.transport_services.iter().find(|service| {
        service.delivery.transient_failure_retry.is_some()
            && server.is_none_or(|server| {
                crate::model::server::server_key(server) == crate::model::server::server_key(&service.server.value)
            })
    });
    let interval = service.and_then(|service| service.delivery.transient_failure_retry.as_ref());
    if let (Some(asked), Some(interval)) = (asked, interval)
        && interval.value >= asked
    {
        return Verdict::RuledOut(format!(
            "A server greylists and asks for {asked} seconds; the next attempt comes after {} seconds, which is late enough.",
            interval.value
        ));
    }
    match asked {
        // An ordinary greylist: nothing says that its wait is longer than that of the sender.
        None if failures.reports.is_empty() => return Verdict::NotApplicable,
        Some(asked) if interval.is_none() && failures.reports.is_empty() => {
            return Verdict::Undecided(
                format!(
                    "A server greylists and asks for a wait of {asked} seconds; how long the sender waits is not known."
                ),
                vec![Missing {
                    what: "The settings of the Transport service".to_owned(),
                    settles: "Whether it tries again too early.".to_owned(),
                    command: format!("Get-{} | Export-Clixml transport.xml", transport_settings(facts, server)),
                }],
            );
        }
        _ => {}
    }
    let what = match (asked, interval) {
        (Some(asked), Some(interval)) => format!(
            "a greylist asks for a wait of {}, and the sender comes back after {} already",
            count(asked, "second"),
            count(interval.value, "second")
        ),
        _ => "the other side greylists a sender that it does not know yet".to_owned(),
    };
    let why = "The other side will accept the message after a wait.";
    let mut found = failures.finding(facts, &what, &["Greylist", "greylist", "Graylist", "graylist"], why);
    // Of a greylist it is known what becomes of it.
    found.grounds.clear();
    found.role = failures.queues.is_empty().then_some(Role::Context);
    found.severity = failures.queues.is_empty().then_some(Severity::Info);
    found.confidence = Confidence::Likely;
    let is_late = asked.is_some_and(|asked| {
        let seconds = i64::try_from(asked).unwrap_or(i64::MAX);
        failures
            .queues
            .iter()
            .any(|failed| age(facts, failed.queue).is_some_and(|age| age.saturating_mul(60) > seconds))
    });
    if !failures.queues.is_empty() && failures.messages() <= 1 && !is_late {
        // A later attempt is accepted: the third or fourth comes after the wait, too.
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
        found.unknown("Whether the message waits longer than the greylist asks for: it is one, and a later attempt is accepted as a rule.");
    }
    match (asked, interval) {
        (Some(asked), Some(interval)) => {
            let place = found.cite(
                Proof::new(interval.span, "The time between the first attempts")
                    .mark(["TransientFailureRetryInterval"]),
            );
            found.held(format!("The first attempts are {} apart {place}.", count(interval.value, "second")));
            steps(facts, &mut found, server, asked);
        }
        _ => {
            // An ordinary greylist, as far as is known.
            found.confidence = Confidence::Possible;
            found.severity = Some(Severity::Info);
            found.role = Some(Role::Context);
            match asked {
                Some(asked) => found.unknown(format!("Whether the sender waits for the {asked} seconds that are asked for: its settings were not brought.")),
                None => found.unknown("How long the wait is: the reply does not say."),
            }
            if interval.is_none() {
                found.missing.push(Missing {
                    what: "The settings of the Transport service".to_owned(),
                    settles: "Whether it tries again too early.".to_owned(),
                    command: format!("Get-{} | Export-Clixml transport.xml", transport_settings(facts, server)),
                });
            }
            found.step("Wait for the next attempts first: most greylists accept the second or third one.");
            steps(facts, &mut found, server, asked.unwrap_or(300));
        }
    }
    found.verify.push("The attempt after the wait is accepted.".to_owned());
    Verdict::Found(vec![found])
}

fn steps(facts: &Facts, found: &mut Discovery, server: Option<&str>, asked: u64) {
    let settings = transport_settings(facts, server);
    found.command(
        "See the intervals.",
        format!("Get-{settings} | Format-List Name,Transient*,Message*Retry*,Outbound*Retry*"),
    );
    let minutes = asked.div_ceil(60).saturating_add(1).min(720);
    found.command(
        "If messages keep being refused, let the first attempts be further apart than the greylist asks for.",
        format!("Set-{settings} -TransientFailureRetryInterval {:02}:{:02}:00", minutes / 60, minutes % 60),
    );
}

#[cfg(test)]
mod tests {
    use super::wait;

    #[test]
    fn the_wait_is_read_in_every_form() {
        assert_eq!(wait("Greylisted, please try again in 900 seconds"), Some(900));
        assert_eq!(wait("greylisting in action, come back in 00:09:58"), Some(598));
        assert_eq!(wait("Greylisted for 5 minutes (see http://example.org)"), Some(300));
        assert_eq!(wait("Greylisted, try again later"), None);
    }
}
