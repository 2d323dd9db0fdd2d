//! Antivirus on the server closes port 25 for the program that sends mail.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::failures::{Failures, externals, failures};
use crate::base::gather::Gather as _;
use crate::base::order::Order as _;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::events::{EventGroup, Variant};
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::searching::{Pattern, span_of};
use crate::rules::waiting::{Way, connect_command, retry};

declare_rule! {
    /// # Symptoms
    /// All queues of a server to the internet fail to connect, mail inside goes on, and a log of the antivirus on that server shows that
    /// port 25 was closed to `EdgeTransport.exe`.
    ///
    /// # Cause
    /// A rule against mass-mailing worms allows port 25 to known mail programs only, and the transport process is not on its list, often
    /// after an update of the antivirus or of its policy.
    ///
    /// # Resolution
    /// 1. Exclude the transport processes from that rule, in the policy, not on the server alone.
    /// 2. Retry the queues.
    ///
    /// # More information
    /// The same connection works when it is tried with another program or from another computer, which makes the network look innocent.
    id: "host-av-blocks-port25",
    title: "Antivirus on the server blocks outgoing mail",
    area: Connections,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues, Events],
    helps: [ConnectivityLogs],
    explains: ["connect-timeout-10060", "connect-refused-10061", "connect-reset-10054-dropped-442", "reply-proxy-session-setup-failed"],
    sources: ["https://learn.microsoft.com/exchange/antispam-and-antimalware/windows-antivirus-software"],
    check: check,
}

static PROGRAM: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b(edgetransport|inetinfo|msexchangetransport|msexchangefrontendtransport)(\.exe)?\b").ok()
});
static BLOCKED: Pattern = LazyLock::new(|| Regex::new(r"(?i)mass[- ]?mail|\bport\s*(number)?:?\s*25\b|:25\b").ok());
static DENIED: Pattern = LazyLock::new(|| Regex::new(r"(?i)block|prevent|denied|verhindert|gesperrt|blockiert").ok());

fn is_meant(text: &str) -> bool {
    [&PROGRAM, &BLOCKED, &DENIED].iter().all(|pattern| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text)))
}

fn is_connection(reply: &crate::facts::replies::Reply) -> bool {
    [
        "10060",
        "10061",
        "10013",
        "unable to connect",
        "failed to connect",
        "(TimedOut:",
        "(ConnectionRefused:",
        "(AccessDenied:",
        "connection refused",
        "connection timed out",
    ]
    .iter()
    .any(|text| reply.says(text))
}

fn check(facts: &Facts) -> Verdict {
    let mut blocks: Vec<(&EventGroup, &String, &Variant)> = Vec::new();
    for group in facts.events.iter().filter(|group| !group.recovered) {
        blocks.extend(
            group.variants.iter().filter(|(text, _)| is_meant(text)).map(|(text, variant)| (group, text, variant)),
        );
    }
    if blocks.is_empty() {
        return Verdict::NotApplicable;
    }
    blocks.order_by_key(|(_, _, variant)| (variant.first.is_none(), variant.first, variant.event.span));
    let mut failures = failures(facts, is_connection);
    let failed = failures.to(Way::External).count();
    if failed == 0 && externals(facts).next().is_some() {
        return Verdict::RuledOut(
            "Antivirus reported that it closed port 25, and queues to the internet show no failed connection."
                .to_owned(),
        );
    }
    if failed == 0 {
        return Verdict::Undecided(
            "Antivirus reported that it closed port 25 to the transport process; the queues were not brought."
                .to_owned(),
            vec![Missing {
                what: "The queues".to_owned(),
                settles: "Whether mail to the internet waits because of it.".to_owned(),
                command: "Get-Queue -ResultSize Unlimited | Export-Clixml queues.xml".to_owned(),
            }],
        );
    }
    // A block of another server, or of days ago, says nothing about these queues.
    let keys: BTreeSet<String> =
        failures.to(Way::External).filter_map(|failed| failed.queue.server()).map(server_key).gather();
    let computers = distinct(blocks.iter().take(1000).filter_map(|(group, ..)| group.computer.clone()));
    blocks.retain(|(group, ..)| match &group.computer {
        Some(computer) => keys.is_empty() || keys.contains(&server_key(computer)),
        None => true,
    });
    if blocks.is_empty() {
        return Verdict::RuledOut(format!(
            "Antivirus closed port 25 on {}, and the queues that fail are of another server.",
            listed(&computers, 3)
        ));
    }
    let last = blocks.iter().filter_map(|(.., variant)| variant.last).max_by_key(|last| last.at);
    let now = facts.queues.as_of();
    blocks.retain(|(.., variant)| !is_past(variant.last, now));
    if blocks.is_empty() {
        let last = last.map_or_else(String::new, |last| format!(" on {last}"));
        return Verdict::RuledOut(format!(
            "Antivirus closed port 25 for the last time{last}, long before the queues failed."
        ));
    }
    let certain: BTreeSet<String> =
        blocks.iter().filter_map(|(group, ..)| group.computer.as_deref()).map(server_key).gather();
    if !certain.is_empty() {
        failures.queues.retain(|failed| failed.queue.server().is_none_or(|own| certain.contains(&server_key(own))));
    }
    Verdict::Found(vec![finding(facts, &blocks, &failures, &certain)])
}

/// Hours between such an event and the queues after which it says nothing about them.
const DAY: i64 = 24;

/// Whether an event is too old to be about the queues. Two clocks differ by less than a day.
fn is_past(last: Option<Moment>, now: Option<Moment>) -> bool {
    let (Some(last), Some(now)) = (last, now) else { return false };
    let most = if last.clock == now.clock { DAY } else { 2 * DAY };
    last.at.duration_until(now.at).as_hours() > most
}

fn finding(
    facts: &Facts,
    blocks: &[(&EventGroup, &String, &Variant)],
    failures: &Failures<'_>,
    on: &BTreeSet<String>,
) -> Discovery {
    let own = externals(facts)
        .filter(|queue| on.is_empty() || queue.server().is_none_or(|own| on.contains(&server_key(own))));
    let all = failures.to(Way::External).count() == own.count();
    let inside = failures.queues.iter().any(|failed| failed.way == Way::Internal);
    let mut found = Discovery::new(if all && !inside { Confidence::Confirmed } else { Confidence::Likely });
    let last = blocks.iter().filter_map(|(.., variant)| variant.last).max_by_key(|last| last.at);
    let compared = last.zip(facts.queues.as_of()).is_some_and(|(last, now)| last.compare(now).is_some());
    let named = blocks.iter().any(|(group, ..)| group.computer.is_some())
        && failures.to(Way::External).any(|failed| failed.queue.server().is_some());
    if !named {
        found.confidence = Confidence::Possible;
        found
            .unknown("Whether the antivirus is that of the server with these queues: the evidence does not name both.");
    } else if !compared {
        found.confidence = Confidence::Likely;
        found.unknown("Whether it is of the same day: the times of the events and of the queues cannot be compared.");
    } else if let Some(last) = last {
        found.held(format!("The antivirus of the same server did so last on {last}, not more than a day before the newest time of the queues."));
    }
    let mut places = String::new();
    for (group, _, variant) in blocks.iter().take(2) {
        let on = group.computer.clone().unwrap_or_else(|| "a server that the export does not name".to_owned());
        let times = span_of(variant.first, variant.last);
        let proof = Proof::new(
            variant.event.span,
            format!("Event {} of {} on {on}, {}{times}", group.id, group.source, count(variant.count, "time")),
        );
        places += &found.cite(
            proof
                .mark(["EdgeTransport.exe", "inetinfo.exe", ":25", "mass mailing", "mass-mailing"])
                .why("The antivirus says itself that it closed the port to the process that sends mail."),
        );
    }
    let mut total = 0;
    for (at, failed) in failures.to(Way::External).enumerate() {
        total += failed.messages;
        if at < 3 {
            places +=
                &found.cite(Proof::new(failed.reply.span, format!("The error in queue {}", failed.queue.label())));
        }
        found.accounts_for(failed.queue, failed.messages, format!("Queue {}", super::failures::hop(failed.queue)));
    }
    let makers = distinct(blocks.iter().take(1000).map(|(group, ..)| group.source.clone()));
    found.statement = format!(
        "{} to the internet {} because the antivirus on the server closes port 25 to the process that sends mail {places}: {}.",
        count(total, "message"),
        if total == 1 { "waits" } else { "wait" },
        listed(&makers, 2)
    );
    found.affects(blocks.iter().filter_map(|(group, ..)| group.computer.clone()));
    if all {
        found.held("Every queue to the internet fails to connect, to different hosts.");
    } else {
        found.unknown("Other queues to the internet show no failed connection, so something may have changed since, or the rule has exceptions.");
    }
    if inside {
        found.unknown(
            "Queues inside the organization fail as well, which this rule of the antivirus may or may not explain.",
        );
    } else {
        found.held("No queue inside the organization fails to connect.");
    }
    found.step("In the policy of the antivirus, exclude EdgeTransport.exe and MSExchangeFrontendTransport.exe from the rule against mass-mailing worms, and let the server take the policy.");
    let (host, _) = failures.host(facts);
    let server = failures.queues.first().and_then(|failed| failed.queue.server());
    found.command("See that the connection works when another program opens it; it will, because only the transport process is kept out.", connect_command(facts, server, &host, 25));
    let queues: Vec<_> = failures.to(Way::External).map(|failed| failed.queue).collect();
    retry(&mut found, &queues);
    found.verify.push("The antivirus writes no new event of this kind, and the queues empty.".to_owned());
    found
}

#[cfg(test)]
mod tests {
    use super::is_meant;

    #[test]
    fn only_a_closed_port_25_of_the_transport_process_counts() {
        assert!(is_meant(
            "Blocked by port blocking rule C:\\\\Exchange\\\\EdgeTransport.exe Anti-virus Standard Protection:Prevent mass mailing worms from sending mail 198.51.100.9:25"
        ));
        assert!(!is_meant("The process EdgeTransport.exe listens on port 25."));
        assert!(!is_meant(
            "Blocked by port blocking rule C:\\\\Temp\\\\bot.exe Prevent mass mailing worms from sending mail 198.51.100.9:25"
        ));
    }
}
