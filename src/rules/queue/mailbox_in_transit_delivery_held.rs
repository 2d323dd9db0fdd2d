//! Delivery is held because the mailbox is being moved.

use crate::base::once::once_per_text;
use crate::facts::Facts;
use crate::model::diagnostic_context::{Cause, DiagnosticContext};
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count};

declare_rule! {
    /// # Symptoms
    /// Messages for one mailbox wait with MapiExceptionMailboxInTransit (ec=1292), `STOREDRV.Deliver`, 432 4.2.0.
    ///
    /// # Cause
    /// The mailbox is being moved. Delivery is held until the move ends, by design.
    ///
    /// # Resolution
    /// 1. Wait. If no move is running, a failed one has left its mark: complete or remove the move request.
    ///
    /// # More information
    /// Other mailboxes of the same database take mail meanwhile.
    id: "mailbox-in-transit-delivery-held",
    title: "Delivery is held while a mailbox moves",
    area: Queue,
    severity: Info,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Messages],
    explains: [],
    sources: ["https://learn.microsoft.com/archive/blogs/evand/funky-mail-routing-after-cross-site-mailbox-moves"],
    check: check,
}

fn is_in_transit(text: &str) -> bool {
    let context = DiagnosticContext::read(text);
    context.as_ref().and_then(DiagnosticContext::cause) == Some(Cause::MailboxInTransit)
        || crate::model::smtp_reply::squeeze(text).contains("mailboxintransit")
}

fn check(facts: &Facts) -> Verdict {
    let mut found = Discovery::new(Confidence::Confirmed);
    let (mut total, mut places) = (0, String::new());
    let is_in_transit = once_per_text(is_in_transit);
    for queue in facts.queues.waiting_queues() {
        let Some(error) = queue.errors().find(|error| is_in_transit(&error.text)) else { continue };
        let messages = queue.share(&is_in_transit);
        if messages == 0 {
            continue;
        }
        total += messages;
        let why = "ec=1292 (0x50C) is the answer of the store that the mailbox is in transit.";
        let proof = Proof::new(error.span, format!("The error in queue {}", queue.label()));
        places += &found.cite(proof.mark(["MailboxInTransit", "ec=1292"]).why(why));
        found.accounts_for(queue, messages, format!("Queue {}: the mailbox is being moved", queue.label()));
    }
    if total == 0 {
        return Verdict::NotApplicable;
    }
    found.statement = format!(
        "{} {} for a mailbox that is being moved {places}; delivery goes on by itself when the move ends.",
        count(total, "message"),
        if total == 1 { "waits" } else { "wait" }
    );
    found.command(
        "See whether a move is running. In Exchange 2007 moves run in the shell that started them.",
        "Get-MoveRequest | Get-MoveRequestStatistics | Format-Table DisplayName,Status,PercentComplete,SourceDatabase,TargetDatabase -AutoSize",
    );
    found.step("If one has failed, complete it (Resume-MoveRequest) or remove it (Remove-MoveRequest), which clears the mark of the mailbox.");
    found.verify.push("After the end of the move the messages leave the queue.".to_owned());
    Verdict::Found(vec![found])
}
