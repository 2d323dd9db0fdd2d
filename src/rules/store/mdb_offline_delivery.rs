//! Mail waits because the mailbox database is not mounted.

use super::offline::{databases, is_connection, is_dismounted, is_offline, queues};
use crate::facts::Facts;
use crate::facts::queues::{QueueError, WaitingQueue};
use crate::model::database::MailboxDatabase;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Messages for the mailboxes of one database wait with `432 4.3.2 STOREDRV...; mailbox server is offline` or `432 4.2.0
    /// STOREDRV.Deliver.Exception:...MapiExceptionMdbOffline` (ec=1142, 0x476).
    ///
    /// # Cause
    /// The database is dismounted, or no server of its database availability group has mounted it.
    ///
    /// # Resolution
    /// 1. See why it is not mounted: a full disk, missing logs, a failed copy, or somebody's intention.
    /// 2. Mount it. The queue empties by itself.
    ///
    /// # More information
    /// The word "offline" alone does not prove it: the same reply stands for every failed connection to the store.
    id: "mdb-offline-delivery",
    title: "A mailbox database is not mounted",
    area: Store,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Databases, Messages, Events],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
        "https://learn.microsoft.com/powershell/module/exchange/mount-database",
    ],
    check: check,
}

fn matches(text: &str) -> bool {
    is_dismounted(text) || (is_offline(text) && !is_connection(text))
}

fn is_down(database: &MailboxDatabase) -> bool {
    database.mounted.as_ref().is_some_and(|mounted| !mounted.value)
}

fn check(facts: &Facts) -> Verdict {
    let all = queues(facts, &|text| is_dismounted(text) || is_offline(text));
    if all.is_empty() {
        return Verdict::NotApplicable;
    }
    // What only says offline counts with a database that is known not to be mounted.
    let meant: Vec<&(&WaitingQueue, QueueError)> = all
        .iter()
        .filter(|(queue, error)| {
            is_dismounted(&error.text) || databases(facts, queue).iter().any(|database| is_down(database))
        })
        .collect();
    if meant.is_empty() {
        return unclear(facts, &all);
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let (mut total, mut places, mut shown) = (0, String::new(), String::new());
    let mut names: Vec<String> = Vec::new();
    let mut mounted = Vec::new();
    for (i, (queue, error)) in meant.iter().enumerate() {
        let messages = queue.share(|text| matches(text) || is_offline(text));
        total += messages;
        if i < 3 {
            let proof = Proof::new(error.span, format!("The error in queue {}", queue.label()));
            let why = "The store says that the database is not mounted.";
            places +=
                &found.cite(proof.mark(["MapiExceptionMdbOffline", "MdbOffline", "is offline", "ec=1142"]).why(why));
        }
        found.accounts_for(queue, messages, format!("Queue {}: the database is offline", queue.label()));
        let own = databases(facts, queue);
        let down: Vec<_> = own.iter().filter(|database| is_down(database)).collect();
        for database in &down {
            if let Some(state) = database.mounted.as_ref().filter(|_| names.len() < 3) {
                let note = format!("Database {} is not mounted", database.name.value);
                shown += &found.cite(Proof::new(state.span, note).mark(["False"]));
            }
            names.push(database.name.value.clone());
        }
        if down.is_empty() {
            mounted.extend(
                own.iter().filter(|d| d.mounted.as_ref().is_some_and(|m| m.value)).map(|d| d.name.value.clone()),
            );
            names.extend(queue.next_hop().map(str::to_owned));
        }
    }
    let names = distinct(names);
    let verb = if names.len() > 1 { "are" } else { "is" };
    let what =
        if names.is_empty() { "A mailbox database".to_owned() } else { format!("Database {}", listed(&names, 3)) };
    let wait = if total == 1 { "waits" } else { "wait" };
    found.statement = format!(
        "{what} {verb} not mounted {shown}, so {} {wait} for {} mailboxes {places}.",
        count(total, "message"),
        if names.len() > 1 { "their" } else { "its" }
    )
    .replace(" ,", ",");
    found.affects(names.iter().cloned());
    if !mounted.is_empty() {
        found.confidence = Confidence::Likely;
        found.unknown(format!(
            "Whether it is mounted again: a list shows {} as mounted, and does not say when it was made.",
            listed(&distinct(mounted), 3)
        ));
    }
    let known: Vec<&String> = names.iter().filter(|name| facts.databases.database(name).is_some()).collect();
    let target = if known.len() == 1 { names.first().map(|name| quoted(name)) } else { None };
    found.command(
        "See which databases are not mounted, and in what state their copies are.",
        match &target {
            Some(name) => format!("Get-MailboxDatabase {name} -Status | Format-List Name,Server,Mounted; Get-MailboxDatabaseCopyStatus {name}"),
            None => "Get-MailboxDatabase -Status | Where-Object { -not $_.Mounted } | Format-List Name,Server,Mounted".to_owned(),
        },
    );
    found.step("Read the events of MSExchangeIS, ESE and MSExchangeRepl before the dismount: a full disk or missing log files must be mended first. Ask whether somebody dismounted it on purpose.");
    for name in names.iter().take(5) {
        found.command(format!("Mount {name}."), format!("Mount-Database {}", quoted(name)));
        found.warn("Do not use -Force or -AcceptDataLoss before the reason is known: they give up mail that is not yet in the database.");
    }
    found.verify.push("Get-MailboxDatabase -Status shows Mounted True, and the queue falls to 0.".to_owned());
    Verdict::Found(vec![found])
}

/// Something is said to be offline, and no more.
fn unclear(facts: &Facts, all: &[(&WaitingQueue, QueueError)]) -> Verdict {
    let labels: Vec<String> = all.iter().map(|(queue, _)| queue.label()).collect();
    let own: Vec<&MailboxDatabase> = all.iter().flat_map(|(queue, _)| databases(facts, queue)).collect();
    let known =
        !own.is_empty() && own.iter().all(|database| database.mounted.as_ref().is_some_and(|mounted| mounted.value));
    if known {
        return Verdict::RuledOut("The error says offline, but the databases are mounted: the connection to the store failed for another reason.".to_owned());
    }
    if all.iter().all(|(_, error)| is_connection(&error.text)) {
        return Verdict::RuledOut(
            "The error says offline, but its exception is a failed connection, not a database that is not mounted."
                .to_owned(),
        );
    }
    let missing = Missing {
        what: "Whether the databases are mounted".to_owned(),
        settles: "Whether a dismounted database or a failed connection to the store holds the mail.".to_owned(),
        command: "Get-MailboxDatabase -Status | Export-Clixml databases.xml".to_owned(),
    };
    Verdict::Undecided(
        format!(
            "Queue {} says that the mailbox server is offline, which also stands for a failed connection.",
            listed(&labels, 3)
        ),
        vec![missing],
    )
}
