//! A device between two Exchange servers takes the Exchange verbs out of SMTP.

use super::exchange_auth::refused;
use super::sessions::{Session, sessions, sign};
use super::targets::{is_internal, targets};
use crate::facts::Facts;
use crate::facts::transport::Capabilities;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed};

declare_rule! {
    /// # Symptoms
    /// `451 5.7.3 Cannot achieve Exchange Server authentication` although the right receive connector answers. The send log of the sending
    /// server shows a banner of asterisks and a reply to EHLO without X-ANONYMOUSTLS and X-EXPS, or with XXXXXXXX in their place.
    ///
    /// # Cause
    /// A firewall that inspects SMTP (inspect esmtp, fixup protocol smtp) rewrites what it does not know, so the sending server does not see
    /// that the other one offers Exchange Server authentication or STARTTLS.
    ///
    /// # Resolution
    /// 1. Exclude SMTP between Exchange servers from the inspection.
    ///
    /// # More information
    /// The receiving server's own log shows that it offered the verbs; only the sending side sees what arrives.
    id: "exch-auth-573-verbs-stripped-by-firewall",
    title: "A firewall takes the Exchange verbs out of SMTP",
    area: Authentication,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [ProtocolLogs],
    helps: [Queues, ReceiveConnectors],
    explains: ["failover-exhausted-wrapper", "target-host-responded-4-4-395-wrapper", "unrecognized-command-533"],
    sources: [
        "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/cannot-send-receive-email-behind-cisco-firewall.md",
    ],
    check: check,
}

/// Sessions with a server whose reply was rewritten.
fn rewritten(session: &Session) -> bool {
    session.marks & Capabilities::REWRITTEN != 0
}

/// Sessions between Exchange servers in which neither verb was offered.
fn bare(session: &Session) -> bool {
    let verbs = Capabilities::X_ANONYMOUSTLS | Capabilities::X_EXPS;
    session.marks & Capabilities::EHLO != 0 && session.marks & Capabilities::OFFERED != 0 && session.marks & verbs == 0
}

fn check(facts: &Facts) -> Verdict {
    let all = sessions(facts);
    let internal: Vec<&Session> = all.iter().filter(|session| session.sends && session.is_internal).collect();
    let stripped: Vec<&&Session> = internal.iter().filter(|session| rewritten(session) || bare(session)).collect();
    let refused = refused(facts);
    // Without a rewritten word the connector that answers is the nearer reason.
    let bare_only = !stripped.iter().any(|session| rewritten(session));
    if bare_only && !stripped.is_empty() && !super::exchange_auth::captors_of_waiting_mail(facts).is_empty() {
        return Verdict::RuledOut(
            "The receive connector that answers does not offer the verbs, which explains their absence.".to_owned(),
        );
    }
    if stripped.is_empty() {
        if refused.is_empty() {
            return Verdict::NotApplicable;
        }
        let shown = internal.iter().any(|s| s.marks & (Capabilities::X_ANONYMOUSTLS | Capabilities::X_EXPS) != 0);
        if internal.is_empty() || !shown {
            return Verdict::Undecided(
                "What the sending server gets to see of the other one's reply to EHLO is in its send protocol log, which was not brought.".to_owned(),
                vec![Missing {
                    what: "The send protocol log of a server that holds the queue".to_owned(),
                    settles: "Whether something between the servers takes the Exchange verbs out of SMTP.".to_owned(),
                    command: "Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel Verbose; Set-TransportServer <server> \
                              -IntraOrgConnectorProtocolLoggingLevel Verbose; then copy the files of \
                              TransportRoles\\Logs\\ProtocolLog\\SmtpSend"
                        .to_owned(),
                }],
            );
        }
        return Verdict::RuledOut(
            "The send log shows X-ANONYMOUSTLS or X-EXPS in the replies of the other servers.".to_owned(),
        );
    }
    // Only queues that may lead to these servers, and no mail that a receive connector explains.
    let is_of = |one: &super::exchange_auth::Refused<'_>| {
        let targets = targets(facts, one.queue);
        is_internal(facts, one.queue)
            && (targets.servers.is_empty()
                || targets
                    .servers
                    .iter()
                    .any(|server| stripped.iter().any(|s| server_key(&s.name) == server_key(server))))
    };
    let refused: Vec<_> = refused.into_iter().filter(is_of).collect();
    let clear = stripped.iter().any(|session| rewritten(session));
    // A connector that does not offer the verbs looks the same, so without asterisks or X it stays likely.
    let certain = clear && !refused.is_empty();
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let mut places = String::new();
    for session in stripped.iter().take(3) {
        let Some(span) = sign(facts, session, "rewritten").or(session.span) else { continue };
        let note = format!("A session with {} ({})", session.name, session.address);
        let why = "Between Exchange servers the reply to EHLO offers X-ANONYMOUSTLS and X-EXPS.";
        places += &found.cite(
            Proof::new(span, note)
                .mark(["XXXXXXX".to_owned(), "******".to_owned(), session.address.to_string()])
                .why(why),
        );
    }
    let names = distinct(stripped.iter().map(|session| session.name.clone()));
    let mut held = String::new();
    for one in refused.iter().take(8) {
        let note = format!("The error in queue {}", one.queue.label());
        held += &found.cite(Proof::new(one.error.span, note).mark([super::exchange_auth::REPLY]));
        found.accounts_for(one.queue, one.messages, format!("Queue {}: 5.7.3", one.queue.label()));
    }
    found.statement = format!(
        "On the way to {} SMTP arrives without the verbs of Exchange {places}{}.",
        listed(&names, 3),
        if held.is_empty() {
            String::new()
        } else {
            format!(", so Exchange Server authentication cannot begin {held}")
        }
    );
    found.affects(names.iter().cloned());
    if refused.is_empty() {
        // The sender may do without them; nobody is known to wait.
        found.severity = Some(if clear { Severity::Medium } else { Severity::Low });
        found.unknown("Whether mail waits because of it: no queue of the evidence shows 5.7.3 on this way.");
    }
    let sound: Vec<&&Session> =
        internal.iter().filter(|s| !rewritten(s) && !bare(s) && s.marks & Capabilities::X_EXPS != 0).collect();
    if let Some(other) = sound.first()
        && let Some(span) = sign(facts, other, "x-exps").or(other.span)
    {
        let place = found.cite(Proof::new(span, format!("A session with {}", other.name)).mark(["X-EXPS"]));
        found.held(format!(
            "In sessions with {} the verbs are there {place}: that way does not pass the device.",
            other.name
        ));
    }
    if clear {
        found.held("Words of the reply are replaced by X or asterisks, as firewalls do that inspect SMTP.");
    } else {
        found.unknown("Whether a device takes the verbs out or the connector that answers does not offer them: compare with its receive log.");
    }
    found.step(
        "On the firewall between the servers, exclude their SMTP traffic (port 25) from inspection: on Cisco ASA \"no inspect esmtp\" for this \
         traffic, on PIX \"no fixup protocol smtp 25\"; other products call it SMTP proxy or application inspection.",
    );
    found.warn("Keep the inspection for mail from the Internet if it is wanted there.");
    let target: String = names
        .first()
        .map_or("<target server>", String::as_str)
        .chars()
        .filter(|c| c.is_alphanumeric() || "<> .:-_".contains(*c))
        .collect();
    found.command(
        "Check from the sending server what arrives: X-ANONYMOUSTLS and X-EXPS must be in the reply to EHLO.",
        format!(
            "$c=New-Object Net.Sockets.TcpClient('{target}',25); $s=$c.GetStream(); $r=New-Object IO.StreamReader($s); $r.ReadLine(); \
             $b=[Text.Encoding]::ASCII.GetBytes(\"EHLO test`r`n\"); $s.Write($b,0,$b.Length); do {{ $l=$r.ReadLine(); $l }} while ($l -like \
             '250-*'); $c.Close()"
        ),
    );
    found.command(
        "Send the waiting mail.",
        "Get-Queue | Where-Object { $_.Status -eq 'Retry' } | Retry-Queue; Get-Queue",
    );
    found
        .verify
        .push("The reply to EHLO shows X-ANONYMOUSTLS and X-EXPS GSSAPI NTLM, and the queue falls to 0.".to_owned());
    Verdict::Found(vec![found])
}
