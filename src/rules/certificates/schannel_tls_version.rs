//! Two servers have no version of TLS, or no cipher, in common.

use super::schannel::is_mismatch;
use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::model::server::server_key;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::logged::{goes_on, logged};
use crate::rules::refused::{Refused, refused};
use crate::rules::searching::{Hit, effects, hits};

declare_rule! {
    /// # Symptoms
    /// Queues or send logs show that the TLS negotiation failed, with AlgorithmMismatch or IllegalMessage; Schannel reports 36871, 36874 or
    /// 36888 at these times.
    ///
    /// # Cause
    /// One side allows only versions or ciphers that the other side has switched off or does not know: TLS 1.0 off on one server only, TLS
    /// 1.3 forced, or an old device.
    ///
    /// # Resolution
    /// 1. Allow TLS 1.2 for client and server on both sides, and let .NET use it (SystemDefaultTlsVersions, SchUseStrongCrypto).
    /// 2. Restart the servers.
    ///
    /// # More information
    /// Events of Schannel without failures of SMTP are mostly strangers who try old versions, and mean nothing.
    id: "schannel-tls-version",
    title: "Two servers have no version of TLS in common",
    area: Certificates,
    severity: Medium,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Events, ProtocolLogs],
    explains: ["connect-reset-10054-dropped-442"],
    sources: [
        "https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/TLSConfigurationCheck/",
    ],
    check: check,
}

const EVENTS: &[u16] = &[36871, 36874, 36888];

fn check(facts: &Facts) -> Verdict {
    let waiting: Vec<Refused<'_>> = refused(facts, &is_mismatch);
    let history: Vec<&Reply> = facts
        .replies
        .all
        .iter()
        .filter(|reply| {
            matches!(reply.at, ReplyPlace::Send(_) | ReplyPlace::Connection { .. }) && is_mismatch(&reply.text)
        })
        .filter(|reply| goes_on(facts, reply))
        .collect();
    if waiting.is_empty() && history.is_empty() {
        return Verdict::NotApplicable;
    }
    let schannel = hits(facts, "Schannel", EVENTS);
    let senders = distinct(waiting.iter().filter_map(|refused| refused.queue.server().map(server_key)));
    let targets = distinct(waiting.iter().filter_map(|refused| refused.server.as_deref().map(server_key)));
    // Without a server in the errors any computer of the logs may be the one.
    let own: Vec<&Hit<'_>> = schannel
        .iter()
        .filter(|hit| {
            let key = hit.group.computer.as_deref().map(server_key);
            key.is_none_or(|key| {
                senders.contains(&key) || targets.contains(&key) || senders.is_empty() && targets.is_empty()
            })
        })
        .collect();
    let mut found = Discovery::new(if own.is_empty() { Confidence::Possible } else { Confidence::Likely });
    let (mut total, mut places, mut shown) = (0, String::new(), String::new());
    for (i, refused) in waiting.iter().enumerate() {
        total += refused.messages;
        if i < 3 {
            let note = format!("The error in queue {}", refused.queue.label());
            places += &found.cite(Proof::new(refused.span, note).mark([
                "AlgorithmMismatch",
                "IllegalMessage",
                "TLS negotiation failed",
                "TLS negotiation",
            ]));
        }
        found.accounts_for(
            refused.queue,
            refused.messages,
            format!("Queue {}: the TLS negotiation fails", refused.queue.label()),
        );
    }
    for reply in history.iter().take(2) {
        places += &found.cite(Proof::new(reply.span, logged(reply)).mark(["AlgorithmMismatch", "IllegalMessage"]));
    }
    for hit in own.iter().take(2) {
        shown += &hit.cite(
            &mut found,
            &["TLS", "SSL", "cipher"],
            "Windows reports that the two sides agree on no version or cipher.",
        );
    }
    let names = distinct(waiting.iter().filter_map(|refused| refused.server.clone()));
    let to = if names.is_empty() { "another server".to_owned() } else { listed(&names, 3) };
    let mail = match total {
        0 => "Connections fail".to_owned(),
        1 => "1 message waits".to_owned(),
        _ => format!("{} wait", count(total, "message")),
    };
    let windows =
        if shown.is_empty() { String::new() } else { format!(", and Schannel reports failed handshakes {shown}") };
    found.statement = format!(
        "{mail} because the TLS negotiation with {to} fails {places}{windows}: the two sides seem to have no version of TLS or cipher in common."
    );
    found.affects(names.iter().cloned());
    if total > 0 {
        found.severity = Some(Severity::High);
    }
    effects(&mut found, &own);
    found.unknown("Which versions each side allows: the registry of both servers shows it.");
    found.missing.push(Missing {
        what: "The versions of TLS that both servers allow".to_owned(),
        settles: "Whether a version is allowed on both sides.".to_owned(),
        command: "reg query HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols /s"
            .to_owned(),
    });
    found.command(
        "On both servers, see which versions are switched on or off. What is not there has the default of Windows.",
        "reg query HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols /s\nreg query HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319",
    );
    found.command(
        "Allow TLS 1.2 on both sides where it is off, and have .NET use what Windows uses. It counts after a restart of the server.",
        "$p = 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2'\n'Client','Server' | ForEach-Object { New-Item \"$p\\$_\" -Force | Out-Null; Set-ItemProperty \"$p\\$_\" Enabled 1 -Type DWord; Set-ItemProperty \"$p\\$_\" DisabledByDefault 0 -Type DWord }\nSet-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 SchUseStrongCrypto 1 -Type DWord\nSet-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 SystemDefaultTlsVersions 1 -Type DWord",
    );
    found.warn("Note the present values before. Exchange 2010 and older Windows need updates for TLS 1.2.");
    let queues: Vec<String> = waiting
        .iter()
        .filter(|refused| refused.queue.identity.is_some())
        .take(20)
        .map(|refused| quoted(&refused.queue.label()))
        .collect();
    if !queues.is_empty() {
        found.command(
            "Send the waiting mail.",
            format!("{} | ForEach-Object {{ Retry-Queue -Identity $_; Get-Queue -Identity $_ }}", queues.join(",")),
        );
    }
    found.verify.push("The send log shows a completed TLS negotiation, and the queues fall to 0.".to_owned());
    Verdict::Found(vec![found])
}
