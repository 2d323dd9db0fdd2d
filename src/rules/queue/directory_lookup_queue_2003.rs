//! Mail waits for the categorizer of Exchange 2000 or 2003.

use crate::facts::Facts;
use crate::model::legacy_queue::{LegacyQueue, LegacyQueueKind, LegacyQueueState};
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::searching::{Hit, effects, hits, settle_past};

/// From how many messages on the queue is not what passes through in a moment.
const MANY: u64 = 100;

/// Events of the categorizer that keep messages in the queue.
const EVENTS: [u16; 5] = [929, 6004, 9003, 9004, 9035];

declare_rule! {
    /// # Symptoms
    /// The queue "Messages awaiting directory lookup" grows, and nothing or little arrives.
    ///
    /// # Cause
    /// The categorizer cannot look up what it needs: a journal recipient that was deleted, objects that the server may not read, a store of the
    /// server that is not mounted, a global catalog that does not answer, or a very large group.
    ///
    /// # Resolution
    /// 1. Read the events of the categorizer: 9035 names the store, 9003 and 9004 the function that failed.
    /// 2. Check the global catalogs, the stores of the server, its permissions, and the journal recipients.
    /// 3. Restart the SMTP service.
    ///
    /// # More information
    /// A few messages in this queue are normal; each message passes through it.
    id: "directory-lookup-queue-2003",
    title: "Mail waits for the categorizer",
    area: Queue,
    severity: High,
    role: Symptom,
    versions: V2000..=V2003,
    needs: [LegacyQueues],
    helps: [Events, Directory],
    explains: [],
    sources: ["https://mskb.pkisolutions.com/kb/251746", "https://mskb.pkisolutions.com/kb/884996"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let is_meant = |queue: &&LegacyQueue| queue.kind == LegacyQueueKind::DirectoryLookup;
    let waiting: Vec<&LegacyQueue> =
        facts.legacy_queues.iter().filter(is_meant).filter(|queue| queue.count() > 0).collect();
    if waiting.is_empty() {
        let empty = facts.legacy_queues.iter().filter(is_meant).any(|queue| queue.messages.is_some());
        let logged = hits(facts, "MSExchangeTransport", &[6004, 9003, 9035]);
        return if empty && !logged.is_empty() {
            Verdict::RuledOut("The queue of messages awaiting directory lookup is empty.".to_owned())
        } else {
            Verdict::NotApplicable
        };
    }
    let events = hits(facts, "MSExchangeTransport", &EVENTS);
    let (mut findings, mut few) = (Vec::new(), Vec::new());
    for queue in &waiting {
        let own: Vec<&Hit<'_>> = events
            .iter()
            .filter(|hit| match (&queue.server, &hit.group.computer) {
                (Some(server), Some(computer)) => server_key(&server.value) == server_key(computer),
                _ => true,
            })
            .collect();
        let stopped = [LegacyQueueState::Retry, LegacyQueueState::Frozen];
        let is_stopped = queue.state.as_ref().is_some_and(|state| stopped.contains(&state.value));
        if own.is_empty() && queue.count() < MANY && !is_stopped {
            few.push(format!("{} in {}", count(queue.count(), "message"), queue.label()));
        } else {
            findings.push(finding(facts, queue, &own));
        }
    }
    if findings.is_empty() {
        return Verdict::RuledOut(format!(
            "No event of the categorizer, and so few messages may just be passing through: {}.",
            listed(&few, 3)
        ));
    }
    Verdict::Found(findings)
}

fn finding(facts: &Facts, queue: &LegacyQueue, own: &[&Hit<'_>]) -> Discovery {
    let mut found = Discovery::new(if own.is_empty() { Confidence::Possible } else { Confidence::Confirmed });
    let number = count(queue.count(), "message");
    let place =
        found.cite(Proof::new(queue.span, format!("The queue {}", queue.label())).mark([queue.name.value.as_str()]));
    let mut cited = String::new();
    let ids = distinct(own.iter().map(|hit| hit.group.id));
    for id in ids.iter().take(3) {
        if let Some(hit) = own.iter().find(|hit| hit.group.id == *id) {
            cited += &hit.cite(
                &mut found,
                &["retryable error", "SetTargetServer", "journaling"],
                "An event of the categorizer.",
            );
        }
    }
    let reason = if cited.is_empty() { String::new() } else { format!(", which reports errors {cited}") };
    let verb = if queue.count() == 1 { "waits" } else { "wait" };
    found.statement = format!("{number} {verb} for the categorizer {place}{reason}: {}.", queue.label());
    found.accounts_for_legacy(queue, queue.count(), format!("Queue {}: waits for the categorizer", queue.label()));
    found.affects(queue.server.as_ref().map(|server| server.value.clone()));
    effects(&mut found, own);
    if ids.contains(&9035) {
        found.held("Event 9035: archiving to a recipient that was deleted, or objects that were renamed.");
    }
    if ids.contains(&929) {
        found.held("Event 929: objects that the server may not read.");
    }
    if own.is_empty() {
        found.unknown("Whether the queue grows: one list does not show it.");
        found.missing.push(Missing {
            what: "The application log of the server, and the list of queues a quarter of an hour later".to_owned(),
            settles: "Whether the categorizer reports errors, and whether the queue grows.".to_owned(),
            command: String::new(),
        });
    }
    found.command("Check that the server finds a global catalog.", "nltest /dsgetdc: /gc");
    found.step("In System Manager look at the stores of the server: all must be mounted, also on a bridgehead without mailboxes.");
    found.command(
        "List the journal recipients of the stores; each must exist and have a mailbox.",
        "ldifde -f journal.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=<your forest>\" -r \"(msExchMessageJournalRecipient=*)\" -l msExchMessageJournalRecipient",
    );
    found.command("Restart the service when the cause is gone.", "net stop smtpsvc && net start smtpsvc");
    found.warn("Mail through the server pauses for about a minute.");
    found.verify.push("The queue falls to 0 and stays there.".to_owned());
    settle_past(facts, &mut found, own);
    found
}
