//! Every message is deferred because transport or journal rules cannot be loaded.

use crate::base::once::once_per_text;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::queue::QueueName;
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};
use crate::rules::searching::{Hit, computers, effects, hits, settle_past};

declare_rule! {
    /// # Symptoms
    /// The submission queue grows with `Message deferred by categorizer agent`, and MSExchange Messaging Policies reports 4003 or 4004: a rule
    /// collection was not loaded, messages will be deferred.
    ///
    /// # Cause
    /// The Transport Rule agent or the Journaling agent cannot read its rules from the directory, or one of the rules is damaged. So that no
    /// rule is passed by, the agent defers every message.
    ///
    /// # Resolution
    /// 1. Check the access to directory servers. Event 4003 is about a passing failure, 4004 about the rules.
    /// 2. Repair or remove the damaged rule.
    /// 3. As first aid, disable that agent and restart the transport service. Its policy is not applied meanwhile.
    ///
    /// # More information
    /// The same deferral with event 5300 of FIPFS comes from the Malware agent. Event 4002 reports that the rules were loaded.
    id: "rules-agent-config-not-loaded",
    title: "Transport or journal rules cannot be loaded, so every message is deferred",
    area: Agents,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [Events],
    helps: [Queues, Messages, Agents],
    explains: ["submission-queue-growing"],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2010/ff985072(v=exchg.141)"],
    check: check,
}

const SOURCE: &str = "MSExchange Messaging Policies";

/// The text in the languages of the service.
const DEFERRED: [&str; 5] = [
    "deferredbycategorizeragent",
    "kategorisierungs-agent",
    "kategorisierungsagent",
    "agentdecatégorisation",
    "agentedecategorización",
];

fn is_deferred(text: &str) -> bool {
    let text = squeeze(text);
    DEFERRED.iter().any(|words| text.contains(words))
}

fn check(facts: &Facts) -> Verdict {
    let failures = hits(facts, SOURCE, &[4003, 4004]);
    let loaded = hits(facts, SOURCE, &[4002]);
    let malware =
        facts.events_of("FIPFS", &[5300]).chain(facts.events_of("Microsoft-Filtering-FIPFS", &[5300])).next().is_some();
    let is_deferred = once_per_text(is_deferred);
    let queues: Vec<(&WaitingQueue, _)> = facts
        .queues
        .waiting_queues()
        .filter(|queue| queue.may_hold_mail())
        .filter_map(|queue| Some((queue, deferral(queue, &is_deferred)?)))
        .collect();
    // A collection that was loaded after the last failure works again.
    let open: Vec<&Hit<'_>> = failures
        .iter()
        .filter(|hit| {
            let is_later = |other: &&Hit<'_>| {
                other.group.computer.as_deref().map(server_key) == hit.group.computer.as_deref().map(server_key)
                    && collection(other.text) == collection(hit.text)
                    && other.variant.last > hit.variant.last
            };
            !loaded.iter().any(|other| is_later(&other))
        })
        .collect();
    if open.is_empty() {
        if !failures.is_empty() {
            return Verdict::RuledOut(
                "The rules could not be loaded for a while; event 4002 reports that they were loaded later.".to_owned(),
            );
        }
        if !queues.is_empty() && !malware {
            let missing = Missing {
                what: "The application log of the server".to_owned(),
                settles: "Which agent defers the messages: Messaging Policies (4003, 4004), FIPFS (5300), or one of another maker.".to_owned(),
                command: "wevtutil epl Application application.evtx; Get-TransportAgent | Export-Clixml agents.xml".to_owned(),
            };
            return Verdict::Undecided(
                "An agent defers the messages of the submission queue, and nothing in these files says which."
                    .to_owned(),
                vec![missing],
            );
        }
        return Verdict::NotApplicable;
    }
    Verdict::Found(vec![finding(facts, &open, &queues, malware)])
}

/// The place that says that messages of a queue are deferred.
fn deferral(queue: &WaitingQueue, is_deferred: &dyn Fn(&str) -> bool) -> Option<crate::base::source::Span> {
    let by_error = queue.errors().find(|error| is_deferred(&error.text)).map(|error| error.span);
    by_error.or_else(|| {
        let mut reasons = queue.messages.iter().filter_map(|message| message.defer_reason.as_ref());
        reasons.find(|reason| is_deferred(&reason.value)).map(|reason| reason.span)
    })
}

/// The name in quotes that tells one collection of rules from another.
fn collection(text: &str) -> String {
    let name = text.split(['\'', '"']).nth(1).or_else(|| text.split(" | ").next()).unwrap_or("");
    squeeze(name)
}

fn finding(
    facts: &Facts,
    open: &[&Hit<'_>],
    queues: &[(&WaitingQueue, crate::base::source::Span)],
    malware: bool,
) -> Discovery {
    let waits = !queues.is_empty();
    let mut found = Discovery::new(if waits && !malware { Confidence::Confirmed } else { Confidence::Likely });
    let (mut places, mut mail, mut total) = (String::new(), String::new(), 0);
    for hit in open.iter().take(3) {
        places += &hit.cite(
            &mut found,
            &["Journaling", "Transport", "could not be loaded", "deferred"],
            "The agent has no rules it may go by.",
        );
    }
    for (i, (queue, span)) in queues.iter().enumerate() {
        let by_error = queue.share(is_deferred);
        let by_reason =
            queue.messages.iter().filter(|m| m.defer_reason.as_ref().is_some_and(|r| is_deferred(&r.value))).count()
                as u64;
        let messages = by_error.max(by_reason);
        total += messages;
        if i < 2 {
            let note = format!("Messages of queue {} are deferred", queue.label());
            mail +=
                &found.cite(Proof::new(*span, note).mark(["deferred by categorizer agent", "Kategorisierungs-Agent"]));
        }
        found.accounts_for(queue, messages, format!("Queue {}: deferred by an agent", queue.label()));
    }
    let servers = computers(open);
    let on = if servers.is_empty() { String::new() } else { format!(" on {}", listed(&servers, 3)) };
    let journal = open.iter().any(|hit| squeeze(hit.text).contains("journal"));
    let what = if journal { "The journal rules" } else { "The transport rules" };
    let agent = if journal { "Journaling Agent" } else { "Transport Rule Agent" };
    let effect = match total {
        _ if !waits => ", so messages are deferred".to_owned(),
        1 => format!(", so 1 message is deferred {mail}"),
        _ => format!(", so {} are deferred {mail}", count(total, "message")),
    };
    found.statement = format!("{what} cannot be loaded{on} {places}{effect}.");
    effects(&mut found, open);
    if malware {
        found
            .unknown("Whether the Malware agent defers the mail: event 5300 of FIPFS occurs as well. Mend that first.");
    } else {
        found.excluded("The Malware agent: event 5300 of FIPFS does not occur.");
    }
    if !waits {
        let is_submission =
            |queue: &&WaitingQueue| queue.identity.as_ref().is_some_and(|i| i.name == QueueName::Submission);
        if facts
            .queues
            .waiting_queues()
            .find(is_submission)
            .is_some_and(|queue| queue.is_counted() && queue.count() == 0)
        {
            found.severity = Some(crate::report::Severity::Medium);
            found.confidence = Confidence::Possible;
        }
        found.unknown("Whether mail waits for it: no queue of the evidence shows the deferral.");
    }
    settle_past(facts, &mut found, open);
    remedy(&mut found, servers.first().map(String::as_str), agent, journal);
    found
}

fn remedy(found: &mut Discovery, server: Option<&str>, agent: &str, journal: bool) {
    found.command(
        "See whether directory servers answer, and what the event says about the rules.",
        format!(
            "Get-EventLog Application{} -Source 'MSExchange Messaging Policies','MSExchange ADAccess' -Newest 50 | Format-List TimeGenerated,Source,EventID,Message",
            server.map_or_else(String::new, |name| format!(" -ComputerName {}", quoted(name)))
        ),
    );
    let rules = if journal {
        "Get-JournalRule | Format-List Name,Enabled,Recipient,JournalEmailAddress"
    } else {
        "Get-TransportRule | Format-Table Name,State,Priority,WhenChanged -AutoSize"
    };
    found.command("Look for a rule that is damaged or was changed last; a rule that cannot be shown is the one. Repair or remove it.", rules);
    found.command(
        "See which agents are there.",
        "Get-TransportAgent | Format-Table Identity,Enabled,Priority -AutoSize",
    );
    found.command(
        "As first aid, on the server itself: disable the agent, restart the service, and enable the agent again as soon as the rules are mended.",
        format!("Disable-TransportAgent {}; Restart-Service MSExchangeTransport; Get-Queue", quoted(agent)),
    );
    found.warn("While the agent is off its policy is not applied: mail is not journaled, disclaimers and blocks do not work. Ask who is responsible for compliance first.");
    found.verify.push("Event 4002 reports that the rules were loaded, and the submission queue falls to 0.".to_owned());
}
