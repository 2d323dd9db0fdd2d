//! A session was open and was closed from the other side or on the way.

use super::failures::{Failures, failures};
use crate::base::ip_range::parse_address;
use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::facts::transport::{Capabilities, Question};
use crate::rules::Verdict;
use crate::rules::discovery::quoted;
use crate::rules::waiting::{Way, transport_settings};

declare_rule! {
    /// # Symptoms
    /// `421 4.4.2 Connection dropped`, `ConnectionReset` or WinSock error 10054 in a queue, in a report or in a log.
    ///
    /// # Cause
    /// The other side, or a device between, closed a session that was open. Where in the session it happens tells which: after the
    /// greeting, filtering; after STARTTLS, certificates or TLS versions; while the message is sent, a limit, inspection or the line.
    ///
    /// # Resolution
    /// 1. Turn on protocol logging of the send connector and see which command comes last.
    /// 2. Go on by what comes last: greeting, STARTTLS, or the message itself.
    /// 3. Take devices that inspect SMTP out of the way for a test.
    ///
    /// # More information
    /// A peer that drops connections of a sender with a bad reputation looks the same. A session that ends with QUIT was not dropped.
    id: "connect-reset-10054-dropped-442",
    title: "Sessions are cut off",
    area: Connections,
    severity: Medium,
    role: Symptom,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [ProtocolLogs, SendConnectors, Reports],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
        "https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2",
    ],
    check: check,
}

fn is_meant(reply: &Reply) -> bool {
    reply.says("error code: 10054")
        || reply.says("error code 10054")
        || reply.says("(ConnectionReset:")
        || reply.says("connection dropped")
        || (reply.reply.enhanced.as_deref() == Some("4.4.2")
            && (reply.says("SocketError") || reply.says("ConnectionReset")))
}

/// Where in the session it ends, as the sessions of the same connector show.
enum Stage {
    Greeting,
    Tls,
    Message,
    Unknown,
}

/// The furthest that the sessions of the connectors with dropped connections got.
fn stage(facts: &Facts, failures: &Failures<'_>) -> Stage {
    let connectors: Vec<&str> = failures
        .logs
        .iter()
        .filter_map(|reply| if let ReplyPlace::Send(connector) = &reply.at { Some(connector.as_str()) } else { None })
        .collect();
    let addresses: Vec<std::net::IpAddr> =
        failures.queues.iter().take(50).filter_map(|failed| failed.error().address).collect();
    let mut marks: Option<u64> = None;
    for (key, tally) in facts.transport.counts(Question::SmtpEndpoints) {
        let [kind, connector, remote] = key.as_slice() else { continue };
        let is_peer = parse_address(remote).is_ok_and(|address| addresses.contains(&address));
        if kind == "send" && (is_peer || (addresses.is_empty() && connectors.contains(&connector.as_str()))) {
            marks = Some(marks.unwrap_or(0) | tally.marks);
        }
    }
    let Some(marks) = marks else { return Stage::Unknown };
    let has = |mark: u64| marks & mark != 0;
    // Sessions of one connector are counted together: one that ended well hides where others ended.
    if has(Capabilities::QUIT) {
        Stage::Unknown
    } else if has(Capabilities::DATA) {
        Stage::Message
    } else if has(Capabilities::STARTTLS | Capabilities::X_ANONYMOUSTLS) && !has(Capabilities::MAIL) {
        Stage::Tls
    } else if !has(Capabilities::MAIL) {
        Stage::Greeting
    } else {
        Stage::Unknown
    }
}

fn check(facts: &Facts) -> Verdict {
    let failures = failures(facts, is_meant);
    if failures.is_empty() {
        return Verdict::NotApplicable;
    }
    let why = "The session was open and ended without QUIT: the other side or something between closed it.";
    let marks = ["10054", "Connection dropped", "connection dropped", "ConnectionReset", "SocketError"];
    let mut found = failures.finding(facts, "open sessions were cut off", &marks, why);
    match stage(facts, &failures) {
        Stage::Greeting => {
            found
                .held("The sessions end after the greeting, before any message: that is filtering by address or name.");
            found.step(
                "Ask the other side whether it filters your address, and look the address up in the usual block lists.",
            );
        }
        Stage::Tls => {
            found.held("The send log shows that the sessions end after STARTTLS was offered and before the first message, where TLS begins.");
            found.step("Compare the TLS versions and ciphers of both sides, and the certificate of the other side; the System log of the server (source Schannel) often says what failed.");
        }
        Stage::Message => {
            found.held("The sessions end while the message is being sent: a size limit, inspection of contents, or packets that are too large for the line.");
            found.step("See whether only large messages fail. Compare the limit of the other side (SIZE in its reply to EHLO) with the message, and try without inspection between.");
        }
        Stage::Unknown => {
            found.unknown("After which command the sessions end: the send protocol log would show it.");
            found.missing.push(crate::report::Missing {
                what: "The send protocol log of the connector".to_owned(),
                settles: "Whether it ends at the greeting, at TLS or in the message.".to_owned(),
                command: "Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel Verbose".to_owned(),
            });
        }
    }
    let server = failures.queues.first().and_then(|failed| failed.queue.server());
    let connector = failures
        .queues
        .iter()
        .find_map(|failed| failed.queue.queue.as_ref()?.next_hop_connector.as_ref())
        .and_then(|guid| facts.settings.outbound_connector(&guid.value.to_string()));
    if failures.way(facts) == Way::Internal {
        found.step("Look for a firewall between the two servers that inspects SMTP, and take this traffic out of the inspection.");
        found.command(
            "The log of sessions between the own servers is switched on per server.",
            format!("Set-{} -IntraOrgConnectorProtocolLoggingLevel Verbose", transport_settings(facts, server)),
        );
    } else {
        let name = connector.map_or_else(
            || "Get-SendConnector | Set-SendConnector".to_owned(),
            |c| format!("Set-SendConnector {}", quoted(&c.name.value)),
        );
        found.command("Let the connector write its protocol log.", format!("{name} -ProtocolLoggingLevel Verbose"));
    }
    failures.retry(&mut found);
    found.verify.push("Sessions in the send log end with QUIT.".to_owned());
    Verdict::Found(vec![found])
}
