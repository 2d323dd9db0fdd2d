//! A host answers that it takes no connections on the port.

use super::failures::failures;
use crate::facts::Facts;
use crate::facts::replies::Reply;
use crate::rules::Verdict;
use crate::rules::discovery::quoted;
use crate::rules::waiting::{Way, is_2010_or_older};

declare_rule! {
    /// # Symptoms
    /// `Winsock error code: 10061`, `450 4.4.316 Connection refused`, or `ConnectionRefused` in the connectivity log.
    ///
    /// # Cause
    /// The host is there, but nothing listens on the port: the service is stopped, listens on another address or port, or a firewall
    /// refuses in its place.
    ///
    /// # Resolution
    /// 1. In the organization: see that the transport services of the other server run and which ports they listen on.
    /// 2. On the internet: ask the administrator of the other side.
    /// 3. When every destination refuses: look for a firewall or antivirus on or before the own server.
    ///
    /// # More information
    /// Between servers of Exchange 2013 and later the Transport service listens on port 2525 where the Front End Transport service
    /// holds port 25. A device that refuses for others looks the same; then the port is open when tried from elsewhere.
    id: "connect-refused-10061",
    title: "Connections are refused because nothing listens",
    area: Connections,
    severity: Medium,
    role: Symptom,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [ConnectivityLogs, Events, Health],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
        "https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2",
    ],
    check: check,
}

fn is_meant(reply: &Reply) -> bool {
    let class = reply.reply.enhanced.as_deref();
    reply.says("error code: 10061")
        || reply.says("error code 10061")
        || reply.says("(ConnectionRefused:")
        || class == Some("4.4.316")
        || (reply.says("connection refused") && class.is_some_and(|class| class.starts_with("4.4.")))
}

fn check(facts: &Facts) -> Verdict {
    let failures = failures(facts, is_meant);
    if failures.is_empty() {
        return Verdict::NotApplicable;
    }
    let why =
        "10061 is WSAECONNREFUSED: the host, or a firewall in its place, answers that nothing listens on the port.";
    let what = "the connections were refused";
    let mut found = failures.finding(facts, what, &["10061", "Connection refused", "ConnectionRefused"], why);
    let server = failures.queues.first().and_then(|failed| failed.queue.server());
    let (host, _) = failures.host(facts);
    match failures.way(facts) {
        Way::Internal => {
            let services = if is_2010_or_older(facts, server) {
                "Get-Service MSExchangeTransport"
            } else {
                "Get-Service MSExchangeTransport,MSExchangeFrontEndTransport,MSExchangeDelivery"
            };
            found.command(
                "See on the other server which transport services run.",
                format!("{services} -ComputerName {}", quoted(&host)),
            );
            found.command(
                "See which addresses and ports its connectors listen on.",
                format!(
                    "Get-ReceiveConnector -Server {} | Format-Table Identity,Enabled,TransportRole,Bindings -AutoSize",
                    quoted(&host)
                ),
            );
            found.step("Start what is stopped. If it does not start, the events 1001, 1018, 1019 and 1036 of its application log say what holds the port.");
        }
        _ => {
            if failures.is_every_external(facts) {
                found.held("Every queue to the internet is refused, so what refuses is on the own side.");
                found.step("Look for a program or device that closes outgoing connections to port 25: host antivirus with a rule against mass mailing, Windows Firewall, the firewall of the site.");
            }
            let single = "Ask the administrator of the other side whether its mail service runs.";
            failures.outside_steps(facts, &mut found, single);
        }
    }
    failures.retry(&mut found);
    found
        .verify
        .push("The connectivity log shows \"Established connection\" to the host, and the queue empties.".to_owned());
    Verdict::Found(vec![found])
}
