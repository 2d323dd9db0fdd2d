//! The reply in a queue of Exchange 2016 or later is an envelope; the reply inside it is what counts.

use crate::facts::Facts;
use crate::model::smtp_reply::Envelope;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed};

declare_rule! {
    /// # Symptoms
    /// The last error of a queue begins with `451 4.4.395 Target host responded with error. ->`.
    ///
    /// # Cause
    /// The text is only the envelope; the reply behind the arrow is the one that matters.
    ///
    /// # Resolution
    /// 1. Read the reply behind the arrow, and look for the cause of that one.
    ///
    /// # More information
    /// Fields in brackets name the host (FQDN), its address (IP) and the last error (LED).
    id: "target-host-responded-4-4-395-wrapper",
    title: "The queue error wraps the reply of the target host",
    area: Queue,
    severity: Info,
    role: Context,
    versions: V2016..=Se,
    needs: [Queues],
    helps: [],
    explains: [],
    sources: ["https://frankysweb.de/en/exchange-server-451-5-7-3-cannot-achieve-exchange-server-authentication"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let mut found = Discovery::new(Confidence::Confirmed);
    let (mut places, mut replies, mut queues) = (String::new(), Vec::new(), 0);
    for queue in facts.queues.waiting_queues().filter(|queue| queue.may_hold_mail()) {
        let is_meant =
            |e: &&crate::facts::queues::QueueError| e.error.envelopes.contains(&Envelope::TargetHostResponded);
        let Some(error) = queue.errors().find(is_meant) else { continue };
        queues += 1;
        let reply = &error.error.reply;
        let code = reply.code.map_or_else(String::new, |code| format!("{code} "));
        let enhanced = reply.enhanced.as_deref().map_or_else(String::new, |enhanced| format!("{enhanced} "));
        replies.push(format!("\"{code}{enhanced}{}\"", reply.text.trim_end_matches('.')));
        found.affects([queue.label()]);
        if queues <= 4 {
            let proof = Proof::new(error.span, format!("The error in queue {}", queue.label()));
            let why = "Only the reply behind the arrow says why.";
            places += &found.cite(proof.mark([reply.text.trim_end_matches('.')]).why(why));
        }
    }
    if queues == 0 {
        return Verdict::NotApplicable;
    }
    found.statement = format!(
        "{} the reply of another server in an envelope {places}; the reply that matters is {}.",
        if queues == 1 { "One queue shows".to_owned() } else { format!("{queues} queues show") },
        listed(&distinct(replies), 3)
    );
    found.step("Look for the problem that explains the reply behind the arrow.");
    Verdict::Found(vec![found])
}
