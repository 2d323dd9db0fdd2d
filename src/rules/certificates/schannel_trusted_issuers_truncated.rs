//! A server trusts so many authorities that the list it sends in the TLS handshake is cut.

use super::schannel::{is_dropped, is_tls_failure};
use crate::facts::Facts;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, quoted};
use crate::rules::refused::{Refused, refused};
use crate::rules::searching::{Hit, computers, effects, hits, settle_past};

declare_rule! {
    /// # Symptoms
    /// The System log of a receiving server has Schannel event 36885, often with 36887; senders that use TLS get `421 4.4.2 Connection
    /// dropped` from it right after STARTTLS or X-ANONYMOUSTLS.
    ///
    /// # Cause
    /// The store of trusted root authorities has grown so much that the list of them which the server sends in the handshake is cut. When the
    /// authority of the other side is among those left out, the handshake fails.
    ///
    /// # Resolution
    /// 1. Remove authorities that are not needed from the trusted roots of the computer.
    /// 2. Or set SendTrustedIssuerList to 0, so that no list is sent (not on Windows 8 and Server 2012, where it is off already).
    /// 3. Restart the transport service.
    ///
    /// # More information
    /// Many servers have event 36885 without harm. Look in the System log of the server that the error names, not of the sender.
    id: "schannel-trusted-issuers-truncated",
    title: "The list of trusted authorities is too long for the TLS handshake",
    area: Certificates,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [Events],
    helps: [Queues, ProtocolLogs],
    explains: ["connect-reset-10054-dropped-442"],
    sources: [
        "https://support.microsoft.com/help/2464556",
        "https://jaapwesselius.com/2013/02/07/exchange-2010-um-a-tls-api-failure-occurred/",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "Schannel", &[36885]);
    if all.is_empty() {
        return Verdict::NotApplicable;
    }
    let waiting = refused(facts, &|text| is_dropped(text) || is_tls_failure(text));
    let events: Vec<&Hit<'_>> = all.iter().collect();
    let servers = computers(&events);
    let own: Vec<&Refused<'_>> = waiting
        .iter()
        .filter(|refused| refused.is_internal && servers.iter().any(|server| refused.is_by(&server_key(server))))
        .collect();
    let server = servers.first().cloned().unwrap_or_else(|| "a server that the export does not name".to_owned());
    let mut found = Discovery::new(if own.is_empty() { Confidence::Possible } else { Confidence::Likely });
    let mut places = String::new();
    for hit in events.iter().take(2) {
        places += &hit.cite(
            &mut found,
            &["truncated", "too long"],
            "The list that the server sends in the handshake is cut.",
        );
    }
    let (mut total, mut mail) = (0, String::new());
    for (i, refused) in own.iter().enumerate() {
        total += refused.messages;
        if i < 3 {
            let note = format!("The error in queue {}", refused.queue.label());
            mail += &found.cite(Proof::new(refused.span, note).mark(["421 4.4.2", "TLS negotiation"]));
        }
        found.accounts_for(
            refused.queue,
            refused.messages,
            format!("Queue {}: the connection ends in the handshake", refused.queue.label()),
        );
    }
    if own.is_empty() {
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
        found.statement = format!(
            "{server} trusts more authorities than fit into its TLS handshake {places}; no queue in these files shows that mail suffers from it."
        );
        found.unknown("Whether a sender is turned away: look for dropped connections to this server in the queues and send logs of others.");
    } else {
        let verb = if total == 1 { "waits" } else { "wait" };
        found.statement = format!(
            "{server} trusts more authorities than fit into its TLS handshake {places}, and {} {verb} because connections to it are dropped {mail}.",
            count(total, "message")
        );
        found.unknown("Whether the connection ends right after STARTTLS or X-ANONYMOUSTLS: the send log of the sending server shows it.");
        found.missing.push(Missing {
            what: "The SMTP send log of a server whose mail waits".to_owned(),
            settles: "Whether the conversation ends right after STARTTLS or X-ANONYMOUSTLS.".to_owned(),
            command: "Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel Verbose   # then collect the logs of an hour".to_owned(),
        });
    }
    found.affects(servers.iter().cloned());
    effects(&mut found, &events);
    settle_past(facts, &mut found, &events);
    found.command(
        format!("On {server}, count the trusted authorities; more than about 100 is suspicious. Remove those that nobody needs with certlm.msc or the group policy that spreads them."),
        "(Get-ChildItem Cert:\\LocalMachine\\Root).Count; Get-ChildItem Cert:\\LocalMachine\\Root | Sort-Object NotAfter | Format-Table Subject,NotAfter -AutoSize",
    );
    found.warn("Do not remove the authorities that Windows needs (KB 293781), nor your own.");
    found.command(
        "Or, on that server, have no list sent at all.",
        "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL /v SendTrustedIssuerList /t REG_DWORD /d 0",
    );
    let target = servers.first().map_or_else(String::new, |name| format!(" -ComputerName {}", quoted(name)));
    found.command("Restart the transport service, and look for new events.", format!("Get-Service MSExchangeTransport{target} | Restart-Service; Get-EventLog System{target} -Source Schannel -Newest 20"));
    found.verify.push("No new event 36885, and the send logs of the others show a complete handshake.".to_owned());
    Verdict::Found(vec![found])
}
