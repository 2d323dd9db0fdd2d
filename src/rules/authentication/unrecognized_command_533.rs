//! A server does not recognize a command of Exchange that it offered, or should offer.

use super::sessions::{Session, sessions, sign};
use super::targets::is_internal;
use crate::base::once::once_per_text;
use crate::facts::Facts;
use crate::facts::transport::Capabilities;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed};

declare_rule! {
    /// # Symptoms
    /// `500 5.3.3 Unrecognized command` in reply to X-EXPS, X-ANONYMOUSTLS, XEXCH50 or BDAT between Exchange servers.
    ///
    /// # Cause
    /// A device between the servers changes the command on its way, or the receive connector that answers does not have Exchange Server
    /// authentication.
    ///
    /// # Resolution
    /// 1. Exclude the traffic from SMTP inspection, and check which receive connector answers.
    ///
    /// # More information
    /// The same reply to a made-up command of a scanner or a person is harmless.
    id: "unrecognized-command-533",
    title: "Commands of Exchange are not recognized",
    area: Authentication,
    severity: Medium,
    role: Symptom,
    versions: V2007..=Se,
    needs: [ProtocolLogs],
    helps: [Queues, ReceiveConnectors],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
    ],
    check: check,
}

fn is_meant(text: &str) -> bool {
    let reply = crate::model::smtp_reply::LastError::read(text).reply;
    reply.text.to_lowercase().contains("unrecognized command")
        || text.to_lowercase().contains("5.3.3 unrecognized command")
}

fn check(facts: &Facts) -> Verdict {
    let all = sessions(facts);
    let meant: Vec<&Session> =
        all.iter().filter(|s| s.is_internal && s.marks & Capabilities::UNRECOGNIZED != 0).collect();
    let is_meant = once_per_text(is_meant);
    let queues: Vec<_> = facts
        .queues
        .waiting_queues()
        .filter(|queue| queue.may_hold_mail() && is_internal(facts, queue))
        .filter_map(|queue| Some((queue, queue.errors().find(|error| is_meant(&error.text))?)))
        .collect();
    if meant.is_empty() && queues.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(if meant.is_empty() { Confidence::Likely } else { Confidence::Confirmed });
    let mut places = String::new();
    for session in meant.iter().take(3) {
        if let Some(span) = sign(facts, session, "unrecognized").or(session.span) {
            places += &found.cite(Proof::new(span, format!("A session with {} ({})", session.name, session.address)));
        }
    }
    for (queue, error) in queues.iter().take(4) {
        let proof = Proof::new(error.span, format!("The error in queue {}", queue.label()));
        places += &found.cite(proof.mark(["500 5.3.3 Unrecognized command", "Unrecognized command"]));
        let messages = queue.share(&is_meant);
        found.accounts_for(queue, messages, format!("Queue {}: a command was not recognized", queue.label()));
    }
    let names = distinct(meant.iter().map(|session| session.name.clone()));
    let offered = meant.iter().any(|session| session.marks & Capabilities::X_EXPS != 0);
    found.statement = format!(
        "{} not recognize a command of Exchange{} {places}.",
        if names.is_empty() {
            "The other server does".to_owned()
        } else {
            format!("{} {}", listed(&names, 3), if names.len() == 1 { "does" } else { "do" })
        },
        if offered { " that was offered" } else { "" }
    );
    found.affects(names.iter().cloned());
    if offered {
        found.held("The reply to EHLO offers X-EXPS, so the connector that answers has Exchange Server authentication; the command was changed on its way.");
    } else {
        found.unknown(
            "Whether the connector that answers offers the command: look at the reply to EHLO in the send log.",
        );
    }
    found.step("Look for a firewall or mail gateway between the two servers that inspects SMTP, and exclude this traffic from the inspection.");
    found.command(
        "Check which connectors could answer, and whether they have Exchange Server authentication.",
        "Get-ReceiveConnector | Format-List Identity,Bindings,RemoteIPRanges,AuthMechanism,PermissionGroups,TransportRole",
    );
    found.command(
        "Send the waiting mail.",
        "Get-Queue | Where-Object { $_.Status -eq 'Retry' } | Retry-Queue; Get-Queue",
    );
    found.verify.push("The send log shows 235 or 334 after X-EXPS instead of 500.".to_owned());
    Verdict::Found(vec![found])
}
