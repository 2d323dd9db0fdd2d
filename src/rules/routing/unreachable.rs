//! What the rules about unreachable mail share: the queues with a given reason, and the recipients and
//! databases that their messages need.

use crate::base::once::once_per_text;
use crate::facts::Facts;
use crate::facts::queues::{WaitingQueue, has_reason};
use crate::model::message::{Message, Recipient};
use crate::model::smtp_reply::UnreachableReason;
use crate::report::Missing;
use crate::rules::discovery::{Discovery, Proof, count, distinct, quoted};

/// A queue with messages that are unreachable for one reason.
pub struct Unreachable<'a> {
    /// The queue.
    pub queue: &'a WaitingQueue,
    /// Messages with the reason; the most there can be, when the queue only names several reasons.
    pub messages: u64,
    /// Whether it is known that so many have it.
    pub exact: bool,
}

/// `312 messages`, `Up to 500 messages`, `An unknown number of messages`.
pub fn messages_in_words(hits: &[&Unreachable<'_>]) -> String {
    let total: u64 = hits.iter().fold(0, |sum, hit| sum.saturating_add(hit.messages));
    if hits.iter().any(|hit| !hit.queue.is_counted()) {
        return if total == 0 {
            "An unknown number of messages".to_owned()
        } else {
            format!("At least {}", count(total, "message"))
        };
    }
    if hits.iter().all(|hit| hit.exact) {
        count(total, "message")
    } else {
        format!("Up to {}", count(total, "message"))
    }
}

/// Queues that state the reason, in their own text or in that of a message.
pub fn unreachable(facts: &Facts, reason: UnreachableReason) -> Vec<Unreachable<'_>> {
    let states = once_per_text(|text| reason.is_in(text));
    let hits = facts
        .queues
        .waiting_queues()
        .filter(|q| q.may_hold_mail())
        .filter(move |q| q.errors().any(|e| states(&e.text)) || q.messages.iter().any(|m| has_reason(m, reason)));
    let hit = |queue: &'_ WaitingQueue| (queue.unreachable_share(reason), !queue.has_mixed_reasons());
    hits.map(|queue| (queue, hit(queue)))
        .map(|(queue, (messages, exact))| Unreachable { queue, messages, exact })
        .collect()
}

/// Recipients with the reason; all recipients of a message whose own error states it when none is
/// marked by itself.
pub fn recipients(queue: &WaitingQueue, reason: UnreachableReason) -> impl Iterator<Item = (&Message, &Recipient)> {
    queue.messages.iter().filter(move |m| has_reason(m, reason)).flat_map(move |message| {
        let own = move |r: &Recipient| {
            r.last_error_code.is_some_and(|c| reason.is_in_code(c))
                || r.last_error.as_deref().is_some_and(|e| reason.is_in(e))
        };
        let marked = message.recipients.iter().any(own);
        message.recipients.iter().filter(move |r| !marked || own(r)).map(move |r| (message, r))
    })
}

/// Cites the reason in a queue: in its own error, else in its first message that shows it.
pub fn cite_reason(found: &mut Discovery, hit: &Unreachable<'_>, reason: UnreachableReason) -> String {
    let text = reason.text().trim_end_matches('.');
    let why = "Exchange prints this reason for mail that it could not give a next hop.";
    let error = hit.queue.errors().find(|e| reason.is_in(&e.text));
    let proof = match error {
        Some(error) if error.of_queue => {
            Proof::new(error.span, format!("The reason that queue {} gives", hit.queue.label()))
        }
        Some(error) => Proof::new(error.span, format!("The reason on a message in {}", hit.queue.label())),
        None => {
            let message = hit.queue.messages.iter().find(|m| has_reason(m, reason));
            let coded = message
                .and_then(|m| m.recipients.iter().find(|r| r.last_error_code.is_some_and(|c| reason.is_in_code(c))));
            match coded {
                Some(recipient) => {
                    Proof::new(recipient.span, format!("The reason code of a recipient in {}", hit.queue.label()))
                }
                None => return String::new(),
            }
        }
    };
    found.cite(proof.mark([text]).why(why))
}

/// Steps that route the waiting mail anew once the cause is mended.
pub fn resubmit_steps(found: &mut Discovery, hits: &[&Unreachable<'_>], restart: bool) {
    let hubs: Vec<&str> = distinct(hits.iter().filter_map(|h| h.queue.server()));
    let queue = |hub: &&str| quoted(&format!("{hub}\\Unreachable"));
    if hubs.is_empty() {
        found.command(
            "On the server that holds the queue, route the waiting mail anew.",
            "Retry-Queue -Identity Unreachable -Resubmit $true",
        );
        return;
    }
    if restart {
        let on = if hubs.len() == 1 {
            format!("On {}", hubs.join(""))
        } else {
            format!("On {}, one after the other,", hubs.join(", "))
        };
        found.command(
            format!("{on} restart the transport service, so that it writes a new routing table."),
            "Restart-Service MSExchangeTransport",
        );
        found.warn("Mail through that server pauses for about a minute.");
    }
    let retry: Vec<String> =
        hubs.iter().map(|hub| format!("Retry-Queue -Identity {} -Resubmit $true", queue(hub))).collect();
    found.command("Route the waiting mail anew.", retry.join("\n"));
    let check: Vec<String> = hubs
        .iter()
        .map(|hub| format!("Get-Queue -Identity {} | Format-List Identity,Status,MessageCount,LastError", queue(hub)))
        .collect();
    found.command("Check: the queue falls to 0.", check.join("\n"));
    found
        .verify
        .push("The queue Unreachable falls to 0, and message tracking shows the mail delivered or sent on.".to_owned());
}

/// What ties recipients to databases.
pub fn missing_mailboxes(settles: &str) -> Missing {
    Missing {
        what: "The mailboxes of the waiting recipients with their databases".to_owned(),
        settles: settles.to_owned(),
        command: "Get-Mailbox -ResultSize Unlimited | Select-Object Name,PrimarySmtpAddress,Database | Export-Csv \
                  mailboxes.csv -NoTypeInformation"
            .to_owned(),
    }
}

/// All databases that the directory knows, older versions included.
pub fn missing_databases(settles: &str) -> Missing {
    Missing {
        what: "The list of mailbox databases, those of older versions included".to_owned(),
        settles: settles.to_owned(),
        command: "Get-MailboxDatabase -IncludePreExchange2007 | Format-List Name,Server,Guid,DistinguishedName > \
                  databases.txt   # from Exchange 2013 on: -IncludePreExchange2013"
            .to_owned(),
    }
}

/// The newest routing table of the servers that hold the queues.
pub fn missing_table(hubs: &[&str], settles: &str) -> Missing {
    let mut once: Vec<&str> = Vec::new();
    for hub in hubs {
        if !once.iter().any(|known| known.eq_ignore_ascii_case(hub)) {
            once.push(hub);
        }
    }
    let on = if once.is_empty() { "the server that holds the queue".to_owned() } else { once.join(", ") };
    Missing {
        what: format!("The newest routing table of {on}"),
        settles: settles.to_owned(),
        // Setup sets the variable from 2010 on; the shell of every version has $exinstall.
        command:
            "Get-ChildItem \"$exinstall\\TransportRoles\\Logs\" -Recurse -Include *RoutingConfig*.xml | Sort-Object \
                  LastWriteTime | Select-Object -Last 2 | Copy-Item -Destination ."
                .to_owned(),
    }
}
