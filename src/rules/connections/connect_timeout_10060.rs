//! Nothing answers when a server opens a connection.

use super::failures::failures;
use crate::facts::Facts;
use crate::facts::replies::Reply;
use crate::report::Missing;
use crate::rules::Verdict;
use crate::rules::waiting::{Way, connect_command};

declare_rule! {
    /// # Symptoms
    /// `421 4.4.1 Connection timed out`, or `Failed to connect. Winsock error code: 10060`, in the last error of a queue, in the
    /// connectivity log (`TimedOut`) or in a report. Exchange 2007 to 2013 often say no more than `421 4.2.1 Unable to connect`.
    ///
    /// # Cause
    /// The attempt to open a connection gets no answer at all: a firewall or a provider drops it, the address is wrong, or the other
    /// host is down.
    ///
    /// # Resolution
    /// 1. Try the same connection from the server, by name and by address.
    /// 2. When no host of the internet answers: let port 25 out through the firewall, or ask the provider whether it is closed.
    /// 3. When one host does not answer: ask its administrator; send through a smart host meanwhile.
    /// 4. When a server of the organization does not answer: look at routing and firewalls between the two, and at the address that
    ///    its name is resolved to.
    ///
    /// # More information
    /// WSAETIMEDOUT, 10060, means silence. A host that answers and refuses gives 10061 instead. `Unable to connect` without a code stands
    /// for both.
    id: "connect-timeout-10060",
    title: "Connections cannot be opened",
    area: Connections,
    severity: Medium,
    role: Symptom,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [ConnectivityLogs, ProtocolLogs, Reports, Tracking],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
        "https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2",
    ],
    check: check,
}

/// Whether nothing answered.
fn is_silence(reply: &Reply) -> bool {
    let class = reply.reply.enhanced.as_deref();
    reply.says("error code: 10060")
        || reply.says("error code 10060")
        || reply.says("(TimedOut:")
        || (reply.says("connection timed out") && matches!(class, Some("4.4.1" | "4.4.0" | "5.4.1")))
}

/// Whether a connection did not come about, and the error does not say why.
fn is_bare(reply: &Reply) -> bool {
    let says_why = ["refused", "10061", "error code", "dropped", "DNS"].iter().any(|text| reply.says(text));
    let is_temporary = reply.reply.code.is_none_or(|code| (400..500).contains(&code));
    // A connectivity log says it at the end of every attempt, and why in the line before.
    !reply.is_history()
        && is_temporary
        && (reply.says("unable to connect") || reply.says("failed to connect"))
        && !says_why
}

fn check(facts: &Facts) -> Verdict {
    let failures = failures(facts, |reply| is_silence(reply) || is_bare(reply));
    if failures.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut shown = failures
        .queues
        .iter()
        .map(|failed| failed.reply)
        .chain(failures.reports.iter().copied())
        .chain(failures.logs.iter().copied());
    let is_silent = shown.all(is_silence);
    let (what, why) = if is_silent {
        (
            "the attempts to connect were not answered",
            "10060 is WSAETIMEDOUT: nothing came back, neither an answer nor a refusal.",
        )
    } else {
        ("no connection could be opened", "The error does not say whether the connection was refused or not answered.")
    };
    let marks: &[&str] = if is_silent {
        &["10060", "Connection timed out", "connection timed out", "TimedOut"]
    } else {
        &["Unable to connect", "unable to connect", "Failed to connect", "10060", "timed out"]
    };
    let mut found = failures.finding(facts, what, marks, why);
    if !is_silent {
        found.unknown("Whether all of the attempts were refused or not answered: the error does not always say.");
        found.missing.push(Missing {
            what: "The connectivity log of the sending server".to_owned(),
            settles: "Whether the other side refuses (ConnectionRefused) or nothing answers (TimedOut).".to_owned(),
            command: "Get-ChildItem \"$($env:ExchangeInstallPath)TransportRoles\\Logs\" -Recurse -Filter CONNECTLOG*.LOG | Sort-Object LastWriteTime | Select-Object -Last 5 FullName".to_owned(),
        });
    }
    let first = failures.queues.first();
    let server = first.and_then(|failed| failed.queue.server());
    let (host, port) = failures.host(facts);
    match failures.way(facts) {
        Way::Internal => {
            found.held("The queue leads to a server of the organization, so the line is the site's own.");
            found.command(
                "Resolve the name of the other server, and compare the address with its real one.",
                format!("nslookup {}", crate::rules::discovery::quoted(&host)),
            );
            found.command("Try the connection from the sending server.", connect_command(facts, server, &host, port));
            found.step("If the address is right, look at the firewall of the other server and at those between the two: port 25, between Exchange 2013 or later also 2525 and 475.");
        }
        _ => {
            if failures.is_every_external(facts) {
                found.held("Every queue to the internet fails in the same way, so the obstacle is on the own side or at the provider.");
                found.step("Find out whether port 25 is let out for this server: firewall, host antivirus with a rule against mass mailing, provider.");
            }
            let single =
                "Ask the administrator of the other side first, and whether it drops connections from your address.";
            failures.outside_steps(facts, &mut found, single);
        }
    }
    failures.retry(&mut found);
    found
        .verify
        .push("The connectivity log shows \"Established connection\" to the host, and the queue empties.".to_owned());
    Verdict::Found(vec![found])
}
