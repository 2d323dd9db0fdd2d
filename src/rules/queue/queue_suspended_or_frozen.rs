//! Somebody has stopped a queue or messages in it.

use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::legacy_queue::LegacyQueueState;
use crate::model::queue::{QueueName, QueueStatus};
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// A queue, or messages in it, have the status Suspended; in Exchange 2000 and 2003 a queue is Frozen.
    ///
    /// # Cause
    /// An administrator stopped them and did not let them go on. Exchange never suspends a queue by itself.
    ///
    /// # Resolution
    /// 1. Ask who stopped it, and why: sometimes a message was held on purpose.
    /// 2. Let it go on: `Resume-Queue` or `Resume-Message`; in System Manager, Unfreeze.
    ///
    /// # More information
    /// Messages in the poison queue are always suspended; that is how the queue works.
    id: "queue-suspended-or-frozen",
    title: "A queue or messages in it were stopped by hand",
    area: Queue,
    severity: Medium,
    role: Cause,
    versions: V2000..=Se,
    needs: [Queues],
    helps: [Messages, LegacyQueues],
    explains: [],
    sources: ["https://learn.microsoft.com/exchange/mail-flow/queues/queues"],
    check: check,
}

/// Queues that are named one by one.
const NAMED: usize = 5;

fn is_stopped(status: &str) -> bool {
    let status = status.trim();
    ["Suspended", "PendingSuspend", "6", "3"].iter().any(|word| status.eq_ignore_ascii_case(word))
}

fn is_poison(queue: &WaitingQueue) -> bool {
    matches!(queue.identity.as_ref().map(|identity| &identity.name), Some(QueueName::Poison))
        || queue.next_hop().is_some_and(|hop| hop.trim().eq_ignore_ascii_case("Poison Message"))
}

fn check(facts: &Facts) -> Verdict {
    let mut found = Discovery::new(Confidence::Confirmed);
    let (mut places, mut total, mut cited) = (String::new(), 0_u64, 0);
    let (mut whole, mut single, mut frozen) = (Vec::new(), Vec::new(), Vec::new());
    for queue in facts.queues.waiting_queues().filter(|queue| !is_poison(queue)) {
        let record = queue.queue.as_ref();
        let status = record.and_then(|q| q.status.as_ref()).filter(|status| status.value == QueueStatus::Suspended);
        if let Some(status) = status.filter(|_| queue.may_hold_mail()) {
            total = total.saturating_add(queue.count());
            cited += 1;
            if cited <= NAMED {
                let proof =
                    Proof::new(status.span, format!("The status of queue {}", queue.label())).mark(["Suspended"]);
                places += &found.cite(proof.why("Exchange does not suspend a queue by itself."));
            }
            found.accounts_for(queue, queue.count(), format!("Queue {} is suspended", queue.label()));
            whole.push(queue);
            continue;
        }
        let mut stopped =
            queue.messages.iter().filter_map(|m| m.status.as_ref()).filter(|status| is_stopped(&status.value));
        let Some(first) = stopped.next() else { continue };
        let messages = 1 + stopped.count() as u64;
        total = total.saturating_add(messages);
        cited += 1;
        if cited <= NAMED {
            let note = format!("The status of a message in {}", queue.label());
            places += &found.cite(Proof::new(first.span, note).mark(["Suspended"]));
        }
        found.accounts_for(queue, messages, format!("Suspended messages in {}", queue.label()));
        single.push(queue);
    }
    for queue in &facts.legacy_queues {
        let Some(state) = queue.state.as_ref().filter(|state| state.value == LegacyQueueState::Frozen) else {
            continue;
        };
        if queue.messages.as_ref().is_some_and(|messages| messages.value == 0) {
            continue;
        }
        total = total.saturating_add(queue.count());
        cited += 1;
        if cited <= NAMED {
            let proof =
                Proof::new(state.span, format!("The state of queue {}", queue.label())).mark(["Frozen", "frozen"]);
            places += &found.cite(proof.why("A queue is frozen by an administrator."));
        }
        found.accounts_for_legacy(queue, queue.count(), format!("Queue {} is frozen", queue.label()));
        frozen.push(queue.label());
    }
    if cited == 0 {
        return Verdict::NotApplicable;
    }
    let amount = if total == 0 { "An unknown number of messages".to_owned() } else { count(total, "message") };
    let waits = if total == 1 { "waits" } else { "wait" };
    let labels: Vec<String> =
        whole.iter().chain(&single).map(|queue| queue.label()).chain(frozen.iter().cloned()).collect();
    let how =
        if whole.is_empty() && frozen.is_empty() { "messages were suspended by hand in" } else { "somebody stopped" };
    found.statement = format!(
        "{amount} {waits} because {how} {} {places}; nothing leaves until it is let go on.",
        listed(&labels, 3)
    );
    found.step("Ask who stopped it, and why. If mail was held on purpose, let go on only what should.");
    if !frozen.is_empty() {
        found.step(format!(
            "In System Manager, under Queues of the server, choose Unfreeze for {}.",
            listed(&frozen, NAMED)
        ));
    }
    if let Some(first) = single.first().or(whole.first()) {
        found.command(
            "Look at what is held.",
            format!(
                "Get-Message -Queue {} | Format-Table Identity,Status,FromAddress,Subject,DateReceived -AutoSize",
                quoted(&first.label())
            ),
        );
    }
    if !single.is_empty() {
        let commands: Vec<String> = single
            .iter()
            .take(NAMED)
            .map(|queue| {
                format!(
                    "Get-Message -Queue {} | Where-Object {{ $_.Status -eq 'Suspended' }} | Resume-Message",
                    quoted(&queue.label())
                )
            })
            .collect();
        found.command("Let the messages go on.", commands.join("\n"));
    }
    if !whole.is_empty() {
        let commands: Vec<String> = whole
            .iter()
            .take(NAMED)
            .map(|queue| format!("Resume-Queue -Identity {}", quoted(&queue.label())))
            .collect();
        found.command("Let the queue go on.", commands.join("\n"));
    }
    found.verify.push("The status is Active or Ready, and the number of messages falls.".to_owned());
    Verdict::Found(vec![found])
}
