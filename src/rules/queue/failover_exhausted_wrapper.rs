//! The reply in a queue is an envelope; the reply inside it is what counts.

use crate::facts::Facts;
use crate::model::smtp_reply::Envelope;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed};

declare_rule! {
    /// # Symptoms
    /// The last error of a queue begins with `451 4.4.0 Primary target IP address responded with` and goes on with
    /// `Attempted failover to alternate host, but that did not succeed`.
    ///
    /// # Cause
    /// The sender tried every host of the next hop, and none took the mail. The text is only the envelope; the
    /// reply in quotes is the one that matters.
    ///
    /// # Resolution
    /// 1. Read the reply inside the quotes, and look for the cause of that one.
    ///
    /// # More information
    /// The inner reply may be made by the sender itself although the text says that the other side responded.
    id: "failover-exhausted-wrapper",
    title: "The queue error wraps the reply that matters",
    area: Queue,
    severity: Info,
    role: Context,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [],
    explains: [],
    sources: ["https://learn.microsoft.com/exchange/mail-flow/queues/queues"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let hits: Vec<_> = facts
        .queues
        .waiting_queues()
        .filter(|queue| queue.may_hold_mail())
        .filter_map(|queue| {
            let error = queue.errors().find(|e| e.error.envelopes.contains(&Envelope::FailoverExhausted))?;
            Some((queue, error))
        })
        .collect();
    if hits.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut replies: Vec<String> = Vec::new();
    let mut citations = String::new();
    for (i, (queue, error)) in hits.iter().enumerate() {
        let reply = &error.error.reply;
        let code = reply.code.map_or_else(String::new, |c| format!("{c} "));
        let enhanced = reply.enhanced.as_deref().map_or_else(String::new, |e| format!("{e} "));
        let inner = format!("\"{code}{enhanced}{}\"", reply.text.trim_end_matches('.'));
        if !replies.contains(&inner) {
            replies.push(inner.clone());
        }
        found.affects([queue.label()]);
        if i < 4 {
            let note = format!("Queue {} wraps the reply {inner}", queue.label());
            let why = "Only the reply inside the quotes says why; the rest says that every host was tried.";
            let mark =
                format!("{code}{} {}", reply.enhanced.as_deref().unwrap_or(""), reply.text.trim_end_matches('.'));
            citations += &found.cite(Proof::new(error.span, note).mark([mark.trim()]).why(why));
        }
    }
    found.statement = format!(
        "{} tried every server of the next hop without success {citations}; the reply that matters is {}.",
        if hits.len() == 1 { "One queue".to_owned() } else { format!("{} queues", hits.len()) },
        listed(&replies, 3)
    );
    found.step(
        "Look for the problem that explains the reply inside the quotes. If none of those found here does, the SMTP send log of \
         the sending server shows where the conversation ended.",
    );
    Verdict::Found(vec![found])
}
