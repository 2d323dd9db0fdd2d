//! A message transfer agent cannot reach another one over RPC.

use std::sync::LazyLock;

use regex::Regex;

use super::moved::same;
use crate::facts::Facts;
use crate::model::legacy_queue::{LegacyQueue, LegacyQueueKind};
use crate::report::{Confidence, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::searching::{Hit, Pattern, effects, hits, settle_past};

declare_rule! {
    /// # Symptoms
    /// Event 9318 of MSExchangeMTA: an RPC communications error, unable to bind to a server it names; often with 9215 (sockets error
    /// 10061), 9266, 9297 or 9322. A queue of the MTA named after that server grows.
    ///
    /// # Cause
    /// The other server is down, its name is resolved wrongly, a firewall or address translation is between (1722, 1753, 10061), or the
    /// service account is refused (5, event 9297).
    ///
    /// # Resolution
    /// 1. Reach the server by name and by address, and with `net use \\server\IPC$` under the service account.
    /// 2. Correct WINS, DNS or hosts; open RPC between the servers; use one service account or a trust.
    ///
    /// # More information
    /// If the server is in another site and mailboxes were moved there, see the queue of moved mail.
    id: "mta-9318-rpc-bind-failure",
    title: "A message transfer agent cannot reach another server over RPC",
    area: Mta,
    severity: High,
    role: Cause,
    versions: V55..=V2003,
    needs: [Events],
    helps: [LegacyQueues, Directory],
    explains: [],
    sources: ["https://mskb.pkisolutions.com/kb/824054"],
    check: check,
}

static CODE: Pattern = LazyLock::new(|| Regex::new(r"(?i)(?:error code: ?|comms error )(\d{1,5})").ok());
static PEER: Pattern = LazyLock::new(|| Regex::new(r"(?i)remote server name:? *([\w-]{1,63})").ok());

/// The server that an event names, and the code.
pub(super) fn peer(hit: &Hit<'_>) -> Option<(String, Option<u32>)> {
    let named = PEER.as_ref()?.captures(hit.text).and_then(|c| Some(c.get(1)?.as_str().to_owned()));
    let code = CODE.as_ref()?.captures(hit.text).and_then(|c| c.get(1)?.as_str().parse().ok());
    // Without the message: the locality, the error, the comms error, the bind error, the name.
    let from_strings = || {
        let strings = &hit.variant.event.strings;
        let name = strings.iter().find(|text| {
            text.chars().next().is_some_and(|c| c.is_ascii_alphabetic())
                && text.chars().all(|c| c.is_alphanumeric() || c == '-')
        })?;
        let code = strings
            .iter()
            .filter_map(|text| text.trim().parse::<u32>().ok())
            .find(|code| [5, 14, 1722, 1753, 10061].contains(code));
        Some((name.clone(), code))
    };
    match named {
        Some(name) => Some((name, code)),
        None if hit.variant.event.message.is_none() => from_strings(),
        None => None,
    }
}

/// What the codes mean.
fn meaning(code: u32) -> Option<(&'static str, &'static str)> {
    Some(match code {
        5 => ("ERROR_ACCESS_DENIED", "the service account is refused"),
        14 => ("ERROR_OUTOFMEMORY", "this server lacks memory"),
        1722 => ("RPC_S_SERVER_UNAVAILABLE", "the server does not answer"),
        1753 => ("EPT_S_NOT_REGISTERED", "the server answers, but its message transfer agent does not run"),
        10061 => ("WSAECONNREFUSED", "the connection is refused"),
        _ => return None,
    })
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "MSExchangeMTA", &[9318, 9322]);
    let meant: Vec<(&Hit<'_>, String, Option<u32>)> =
        all.iter().filter_map(|hit| peer(hit).map(|(name, code)| (hit, name, code))).collect();
    let mut findings = Vec::new();
    for name in distinct(meant.iter().map(|(_, name, _)| name.to_uppercase())) {
        let own: Vec<_> = meant.iter().filter(|(_, other, _)| other.eq_ignore_ascii_case(&name)).collect();
        findings.push(finding(facts, &name, &own));
    }
    if findings.is_empty() { Verdict::NotApplicable } else { Verdict::Found(findings) }
}

fn finding(facts: &Facts, name: &str, own: &[&(&Hit<'_>, String, Option<u32>)]) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let codes = distinct(own.iter().filter_map(|(.., code)| *code));
    let mut places = String::new();
    for (hit, peer, code) in own.iter().take(2) {
        let why = code.and_then(|code| meaning(code).map(|(symbol, words)| format!("{code} is {symbol}: {words}.")));
        let shown = code.map(|code| code.to_string()).unwrap_or_default();
        places += &hit.cite(&mut found, &[peer, &shown], why.as_deref().unwrap_or(""));
    }
    let computers = distinct(own.iter().map(|(hit, ..)| hit.computer()));
    let words =
        codes.iter().find_map(|code| meaning(*code)).map_or_else(String::new, |(_, words)| format!(": {words}"));
    let mut waiting = String::new();
    for queue in facts.legacy_queues.iter().filter(|q| q.kind == LegacyQueueKind::Mta && q.count() > 0) {
        if !same(&queue.name.value, name) {
            continue;
        }
        let place =
            found.cite(Proof::new(queue.span, format!("The queue {}", queue.label())).mark([queue.name.value.clone()]));
        let number = count(queue.count(), "message");
        waiting = format!(", and {number} for it {} {place}", if queue.count() == 1 { "waits" } else { "wait" });
        found.accounts_for_legacy(
            queue,
            queue.count(),
            format!("Queue {} of the message transfer agent", queue.label()),
        );
    }
    found.statement = format!(
        "The message transfer agent of {} cannot reach {name} over RPC{words} {places}{waiting}.",
        listed(&computers, 3)
    );
    found.affects([name.to_owned()]);
    let meant: Vec<&Hit<'_>> = own.iter().map(|(hit, ..)| *hit).collect();
    effects(&mut found, &meant);
    settle_past(facts, &mut found, &meant);
    // A queue that was seen empty afterwards: the connection has worked since.
    let is_empty = |queue: &&LegacyQueue| {
        queue.kind == LegacyQueueKind::Mta
            && same(&queue.name.value, name)
            && queue.messages.as_ref().is_some_and(|m| m.value == 0)
    };
    if let Some(queue) = facts.legacy_queues.iter().find(is_empty) {
        let place = found.cite(
            Proof::new(queue.span, format!("The queue {}, empty", queue.label())).mark([queue.name.value.clone()]),
        );
        found.held(format!("Nothing waits for it: its queue is empty {place}, so the connection works again."));
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
    }
    let account = codes.contains(&5) || facts.events_of("MSExchangeMTA", &[9297]).next().is_some();
    for group in facts.events_of("MSExchangeMTA", &[9297, 9215, 9266]) {
        if let Some(event) = group.exemplars.first() {
            let note = format!("Event {} of MSExchangeMTA", group.id);
            let place = found.cite(Proof::new(event.span, note));
            found.held(format!("Event {} occurs as well {place}.", group.id));
        }
    }
    if codes.contains(&14) {
        found.step("Free memory on this server and restart Microsoft Exchange MTA Stacks: code 14 is a lack of memory here, not the network.");
    }
    if account {
        found.step(format!(
            "Check the service account: {name} and this server must run Exchange under the same service account, or its password was changed on \
             one side only. Correct it in the properties of the site (Service Account Password) and in Services."
        ));
        found.command("Try the account, run as the service account.", format!("net use \\\\{name}\\IPC$"));
    } else {
        found.command(
            "See whether the name is resolved to the right address.",
            format!("ping {name}\nnbtstat -a {name}"),
        );
        found.command("Try RPC as the service account.", format!("net view \\\\{name}\nnet use \\\\{name}\\IPC$"));
        found.step(
            "Correct WINS, DNS, LMHOSTS or hosts where the name is wrong. See that the service Microsoft Exchange MTA Stacks runs there, and that \
             no firewall or address translation stands between the two servers: RPC needs port 135 and dynamic ports.",
        );
    }
    found.verify.push(format!("No new event 9318 about {name}, and its queue empties."));
    found
}
