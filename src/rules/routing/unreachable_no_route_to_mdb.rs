//! Mail waits as unreachable because there is no route to its mailbox database.

use super::lookup::{Entry, locate, needed};
use super::unreachable::{self, Unreachable, cite_reason, resubmit_steps};
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::smtp_reply::UnreachableReason::NoRouteToMdb;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Messages wait in the queue Unreachable with `There is currently no route to the mailbox database.` Mail in
    /// the other direction flows.
    ///
    /// # Cause
    /// The transport service could not place the database of the recipient when it computed its routing table:
    /// the database, its server, or a way to that server is missing from the table. Often the service cannot read
    /// the database or server object because inheritable permissions were switched off or a right was denied.
    ///
    /// # Resolution
    /// 1. Look the database up in the newest routing table of the server that holds the queue.
    /// 2. Mend what keeps it out of the table: permissions on the server and database objects, a missing site, a
    ///    missing connector between routing groups.
    /// 3. Restart the transport service and route the waiting mail anew.
    ///
    /// # More information
    /// A message leaves this queue when the configuration changes, when it is resubmitted, or when it expires.
    id: "unreachable-no-route-to-mdb",
    title: "Mail is unreachable because there is no route to the mailbox database",
    area: Routing,
    severity: Critical,
    role: Symptom,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Messages, RoutingTables, Databases, Mailboxes],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let hits = unreachable::unreachable(facts, NoRouteToMdb);
    if hits.is_empty() {
        return without_reason(facts);
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut citations = String::new();
    let mut hubs: Vec<&str> = Vec::new();
    for hit in &hits {
        citations += &cite_reason(&mut found, hit, NoRouteToMdb);
        found.accounts_for(
            hit.queue,
            hit.messages,
            format!("Queue {}: no route to the mailbox database", hit.queue.label()),
        );
        if let Some(hub) = hit.queue.server().filter(|h| !hubs.contains(h)) {
            hubs.push(hub);
        }
    }
    let queues: Vec<String> = hits.iter().map(|h| h.queue.label()).collect();
    let one = matches!(hits.as_slice(), [hit] if hit.messages == 1 && hit.queue.is_counted());
    found.statement = format!(
        "{} in {} {} no route to {} mailbox database {citations}.",
        unreachable::messages_in_words(&hits.iter().collect::<Vec<_>>()),
        listed(&queues, 4),
        if one { "has" } else { "have" },
        if one { "its" } else { "their" },
    );
    if hits.iter().any(|hit| !hit.exact) {
        found.unknown("The queue names several reasons, and the export does not show which message has which.");
    }
    found.affects(hubs.iter().copied());
    let held_back: Vec<&Unreachable<'_>> = hits.iter().collect();
    if listed_by_now(facts, &hits) {
        found.held("The newest routing table lists the databases that the waiting mail needs, so it only has to be routed anew.");
        resubmit_steps(&mut found, &held_back, false);
    } else {
        found.step(
            "Find what keeps the database out of the routing table; the commands under \"To settle it\" collect it.",
        );
        resubmit_steps(&mut found, &held_back, true);
    }
    let has_table = hubs.iter().any(|hub| facts.databases.newest_table(Some(hub)).is_some());
    if !has_table {
        found.missing.push(unreachable::missing_table(&hubs, "Whether the database is in the routing table."));
    }
    if facts.databases.databases.is_empty() {
        found.missing.push(unreachable::missing_databases("Which databases should be in the routing table."));
    }
    if facts.databases.mailboxes.is_empty() {
        found.missing.push(unreachable::missing_mailboxes("Which database the waiting mail needs."));
    }
    Verdict::Found(vec![found])
}

/// Whether the newest tables list every database that the mail needs.
fn listed_by_now(facts: &Facts, hits: &[Unreachable<'_>]) -> bool {
    hits.iter().all(|hit| {
        let needed = needed(facts, hit);
        let table = facts.databases.newest_table(hit.queue.server());
        needed.all_known
            && !needed.databases.is_empty()
            && table.is_some_and(|t| {
                needed.databases.iter().all(|(database, _)| matches!(locate(facts, t, database), Entry::Present))
            })
    })
}

/// Mail is unreachable, and the export does not say for what reason.
fn without_reason(facts: &Facts) -> Verdict {
    let silent = |q: &&WaitingQueue| q.is_unreachable() && q.may_hold_mail() && q.errors().next().is_none();
    let queues: Vec<String> = facts.queues.waiting_queues().filter(silent).map(WaitingQueue::label).collect();
    let Some(first) = queues.first() else { return Verdict::NotApplicable };
    let why = format!("Messages wait in {}, and the export does not show for what reason.", listed(&queues, 4));
    let command = format!(
        "Get-Message -Queue {} -ResultSize Unlimited -IncludeRecipientInfo | Export-Clixml messages.xml",
        quoted(first)
    );
    let what = "The unreachable messages with their recipients".to_owned();
    Verdict::Undecided(why, vec![Missing { what, settles: "Why each of them is unreachable.".to_owned(), command }])
}
