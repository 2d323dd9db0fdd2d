//! Nothing answers when a server opens a connection.

use super::failures::failures;
use crate::facts::Facts;
use crate::facts::replies::Reply;
use crate::rules::Verdict;
use crate::rules::waiting::{Way, connect_command, retry};

declare_rule! {
    /// # Symptoms
    /// `421 4.4.1 Connection timed out`, or `Failed to connect. Winsock error code: 10060`, in the last error of a queue, in the
    /// connectivity log (`TimedOut`) or in a report.
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
    /// WSAETIMEDOUT, 10060, means silence. A host that answers and refuses gives 10061 instead.
    id: "connect-timeout-10060",
    title: "Connections are not answered",
    area: Connections,
    severity: Medium,
    role: Symptom,
    versions: V2003..=Se,
    needs: [Queues],
    helps: [ConnectivityLogs, ProtocolLogs, Reports, Tracking],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
        "https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2",
    ],
    check: check,
}

fn is_meant(reply: &Reply) -> bool {
    let class = reply.reply.enhanced.as_deref();
    reply.says("error code: 10060")
        || reply.says("error code 10060")
        || reply.says("(TimedOut:")
        || (reply.says("connection timed out") && matches!(class, Some("4.4.1" | "4.4.0" | "5.4.1")))
}

fn check(facts: &Facts) -> Verdict {
    let failures = failures(facts, is_meant);
    if failures.is_empty() {
        return Verdict::NotApplicable;
    }
    let why = "10060 is WSAETIMEDOUT: nothing came back, neither an answer nor a refusal.";
    let what = "the attempts to connect were not answered";
    let mut found =
        failures.finding(facts, what, &["10060", "Connection timed out", "connection timed out", "TimedOut"], why);
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
    retry(&mut found, &failures.queues.iter().map(|failed| failed.queue).collect::<Vec<_>>());
    found
        .verify
        .push("The connectivity log shows \"Established connection\" to the host, and the queue empties.".to_owned());
    Verdict::Found(vec![found])
}
