//! Kerberos fails between Exchange servers.

use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use super::targets::{is_internal, targets};
use crate::base::once::once_per_text;
use crate::facts::Facts;
use crate::model::server::server_key;
use crate::model::smtp_reply::LastError;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::own::Own;
use crate::rules::searching::{Hit, Pattern, computers, effects, hits, settle_past};

declare_rule! {
    /// # Symptoms
    /// A queue to another Exchange server shows `454 4.7.0 Temporary authentication failure`. The receiving server logs event 1035 (inbound
    /// authentication failed, mechanism ExchangeAuth), the sending one event 2017.
    ///
    /// # Cause
    /// The receiving server offers Exchange Server authentication, and it fails: clocks that differ by more than five minutes, a service
    /// principal name that is missing or on two accounts, a computer password that was not replicated, or no way to a domain controller.
    ///
    /// # Resolution
    /// 1. Compare the clocks with a domain controller.
    /// 2. Check the service principal names SMTPSVC of the receiving server, and look for duplicates.
    /// 3. Check replication between domain controllers.
    /// 4. Restart the transport service on the sending server, which gets new tickets.
    ///
    /// # More information
    /// Event 1035 with the mechanism Login is a person or a program with a wrong password, and not this.
    id: "exch-auth-454-kerberos-1035-2017",
    title: "Kerberos authentication between Exchange servers fails",
    area: Authentication,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues, Events],
    helps: [ProtocolLogs],
    explains: ["failover-exhausted-wrapper", "target-host-responded-4-4-395-wrapper"],
    sources: ["https://learn.microsoft.com/troubleshoot/exchange/mailflow", "https://support.microsoft.com/kb/979175"],
    check: check,
}

const INBOUND: [&str; 4] = [
    "MSExchangeTransport",
    "MSExchangeFrontEndTransport",
    "MSExchangeTransportDelivery",
    "MSExchangeTransportSubmission",
];

static ERROR: Pattern = LazyLock::new(|| Regex::new(r"(?i)failed (?:with|because of) (?:the )?error (\w+)").ok());

fn is_meant(text: &str) -> bool {
    let error = LastError::read(text);
    text.contains("454 4.7.0") && error.reply.text.to_lowercase().contains("temporary authentication failure")
}

fn check(facts: &Facts) -> Verdict {
    let is_meant = once_per_text(is_meant);
    let queues: Vec<_> = facts
        .queues
        .waiting_queues()
        .filter(|queue| queue.may_hold_mail() && is_internal(facts, queue))
        .filter_map(|queue| Some((queue, queue.errors().find(|error| is_meant(&error.text))?)))
        .collect();
    let inbound: Vec<Hit<'_>> = INBOUND.iter().flat_map(|source| hits(facts, source, &[1035])).collect();
    let mut inbound: Vec<&Hit<'_>> = inbound.iter().filter(|hit| hit.text.contains("ExchangeAuth")).collect();
    let outbound: Vec<Hit<'_>> = INBOUND.iter().flat_map(|source| hits(facts, source, &[2017])).collect();
    let outbound: Vec<&Hit<'_>> = outbound.iter().collect();
    if queues.is_empty() && inbound.is_empty() {
        return Verdict::NotApplicable;
    }
    // The event must be of a server that the mail goes to, or name one that sends it.
    let senders: Vec<String> = queues.iter().filter_map(|(queue, _)| queue.server().map(server_key)).collect();
    let addresses: Vec<String> = queues
        .iter()
        .filter_map(|(queue, _)| queue.server())
        .flat_map(|server| facts.servers.addresses(server))
        .map(|known| known.address.to_string())
        .collect();
    let meant = |hit: &&&Hit<'_>| {
        let text = hit.text.to_lowercase();
        let receives = hit.group.computer.as_deref().is_some_and(|computer| {
            queues.iter().any(|(queue, _)| {
                targets(facts, queue).servers.iter().any(|server| server_key(server) == server_key(computer))
            })
        });
        receives || senders.iter().any(|name| text.contains(name)) || addresses.iter().any(|own| text.contains(own))
    };
    let tied = inbound.iter().any(|hit| meant(&hit)) || outbound.iter().any(|hit| meant(&hit));
    let certain = !queues.is_empty() && !inbound.is_empty() && tied;
    if queues.is_empty() && !tied {
        let own = Own::of(facts);
        let all = inbound.len();
        inbound.retain(|hit| !own.is_foreign(None, client(hit)));
        if all > 0 && inbound.is_empty() {
            return Verdict::RuledOut(
                "Somebody who is none of the own servers tried to log on as one and was refused, which is right."
                    .to_owned(),
            );
        }
    }
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let (mut places, mut events, mut total) = (String::new(), String::new(), 0);
    for (queue, error) in &queues {
        let messages = queue.share(&is_meant);
        total += messages;
        if places.len() < 12 {
            let why = "The other server offered Exchange Server authentication, and it failed.";
            let proof = Proof::new(error.span, format!("The error in queue {}", queue.label()));
            places += &found.cite(proof.mark(["454 4.7.0 Temporary authentication failure"]).why(why));
        }
        found.accounts_for(queue, messages, format!("Queue {}: authentication failed", queue.label()));
    }
    for hit in inbound.iter().take(2).chain(outbound.iter().take(1)) {
        let why = "ExchangeAuth is the authentication between Exchange servers, by Kerberos.";
        events += &hit.cite(
            &mut found,
            &["ExchangeAuth", "454 4.7.0"],
            if hit.group.id == 1035 { why } else { "The same from the sending side." },
        );
    }
    let named = |hit: &&Hit<'_>| ERROR.as_ref()?.captures(hit.text).and_then(|c| Some(c.get(1)?.as_str().to_owned()));
    let errors = distinct(inbound.iter().filter_map(named));
    let receivers = computers(&inbound);
    found.statement = match (total, receivers.is_empty()) {
        (0, _) => format!(
            "Exchange servers do not authenticate themselves to {}: Kerberos fails {events}.",
            listed(&receivers, 3)
        ),
        (_, true) => format!(
            "{} {} because the authentication between Exchange servers fails {places}.",
            count(total, "message"),
            waits(total)
        ),
        (_, false) => format!(
            "{} {} {places} because the authentication between Exchange servers fails at {}{} {events}.",
            count(total, "message"),
            waits(total),
            listed(&receivers, 3),
            if errors.is_empty() { String::new() } else { format!(" ({})", listed(&errors, 3)) }
        ),
    };
    if queues.is_empty() {
        // Nobody is known to wait for it.
        found.severity = Some(Severity::High);
        found.unknown("Whether mail waits because of it: no queue of the evidence shows this error.");
    }
    found.affects(receivers.iter().cloned());
    effects(&mut found, &inbound);
    settle_past(facts, &mut found, &inbound);
    if certain {
        found.excluded(
            "The receive connector: it offered Exchange Server authentication, else the reply would be 5.7.3.",
        );
    }
    for group in INBOUND.iter().flat_map(|source| facts.events_of(source, &[12011])) {
        if let Some(event) = group.exemplars.first() {
            let place =
                found.cite(Proof::new(event.span, "Event 12011: a service principal name could not be registered"));
            found.held(format!("A service principal name could not be registered {place}."));
        }
    }
    found.command(
        "On both servers compare the clock with a domain controller, and set it; more than five minutes break Kerberos.",
        "w32tm /stripchart \"/computer:$($env:LOGONSERVER.TrimStart('\\'))\" /samples:3 /dataonly; w32tm /resync",
    );
    let server = receivers.first().map_or("<receiving server>", |name| name.split('.').next().unwrap_or(name));
    found.command(
        format!("Look whether {server} has the service principal names SMTPSVC with its short and full name, and look for duplicates."),
        format!("setspn -L {}; setspn -X", quoted(server)),
    );
    found.command("Check that the domain controllers replicate.", "repadmin /replsummary");
    found.command(
        "On the sending servers, drop the old tickets, and send the waiting mail.",
        "klist -li 0x3e7 purge; Restart-Service MSExchangeTransport; Get-Queue | Where-Object { $_.Status -eq 'Retry' } | Retry-Queue",
    );
    found.warn("Mail through that server pauses for about a minute.");
    found.verify.push("No new events 1035 with ExchangeAuth or 2017, and the queues fall to 0.".to_owned());
    if !certain && !inbound.is_empty() && !queues.is_empty() {
        found.unknown(
            "Whether the events belong to this mail: they name neither a server that sends it nor one it goes to.",
        );
    }
    if inbound.is_empty() {
        found.unknown("How the authentication fails: the application log of the receiving server was not brought.");
        found.missing.push(Missing {
            what: "The application log of the receiving server".to_owned(),
            settles: "Which error event 1035 names.".to_owned(),
            command: "wevtutil epl Application receiver-application.evtx".to_owned(),
        });
    }
    Verdict::Found(vec![found])
}

static CLIENT: Pattern = LazyLock::new(|| Regex::new(r"\[([0-9A-Fa-f:.]{3,45})(?:%\d+)?\]").ok());

/// Who tried to log on.
fn client(hit: &Hit<'_>) -> Option<IpAddr> {
    let said = CLIENT.as_ref()?.captures(hit.text).and_then(|found| found.get(1)?.as_str().parse().ok());
    said.or_else(|| hit.variant.event.strings.iter().find_map(|text| text.trim().parse().ok()))
}

fn waits(number: u64) -> &'static str {
    if number == 1 { "waits" } else { "wait" }
}
