//! Mail waits because the mailbox database is not mounted.

use super::offline::{Home, is_connection, is_dismounted, is_down, is_offline, queues};
use crate::facts::Facts;
use crate::facts::queues::{QueueError, WaitingQueue};
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
    /// The word "offline" alone does not prove it: the same reply stands for every failed connection to the store. A queue that is named
    /// after a server holds mail for all of its databases, so a list with one that is not mounted proves nothing for it.
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

fn check(facts: &Facts) -> Verdict {
    let mut all = queues(facts, &|text| is_dismounted(text) || is_offline(text));
    if all.is_empty() {
        return Verdict::NotApplicable;
    }
    // A queue can show several errors; the one that is plain counts.
    for (queue, error) in &mut all {
        if !is_dismounted(&error.text)
            && let Some(plain) = queue.errors().find(|error| is_dismounted(&error.text))
        {
            *error = plain;
        }
    }
    // What only says offline counts with the database that the queue is named after, when it is known not to be mounted.
    let meant: Vec<(&WaitingQueue, &QueueError, Home<'_>)> = all
        .iter()
        .map(|(queue, error)| (*queue, *error, Home::of(facts, queue)))
        .filter(|(_, error, home)| {
            is_dismounted(&error.text) || matches!(home, Home::Own(database) if is_down(database))
        })
        .collect();
    if meant.is_empty() {
        return unclear(facts, &all);
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let (mut total, mut places, mut shown) = (0, String::new(), String::new());
    let mut names: Vec<String> = Vec::new();
    let mut mounted = Vec::new();
    let mut servers: Vec<String> = Vec::new();
    for (i, (queue, error, home)) in meant.iter().enumerate() {
        // In a queue of a server other messages may fail for other reasons.
        let is_own = matches!(home, Home::Own(database) if is_down(database));
        let messages = queue.share(|text| is_dismounted(text) || (is_own && is_offline(text)));
        total += messages;
        if i < 3 {
            let proof = Proof::new(error.span, format!("The error in queue {}", queue.label()));
            let why = "The store says that the database is not mounted.";
            places +=
                &found.cite(proof.mark(["MapiExceptionMdbOffline", "MdbOffline", "is offline", "ec=1142"]).why(why));
        }
        found.accounts_for(queue, messages, format!("Queue {}: the database is offline", queue.label()));
        let own = home.databases();
        let down: Vec<_> = own.iter().filter(|database| is_down(database)).collect();
        match (home, down.as_slice()) {
            // Which of the databases of a server is meant is known only when there is one.
            (Home::Own(_), [database]) | (Home::OfServer(_), [database]) => {
                if let Some(state) = database.mounted.as_ref().filter(|_| names.len() < 3) {
                    let note = format!("Database {} is not mounted", database.name.value);
                    shown += &found.cite(Proof::new(state.span, note).mark(["False"]));
                }
                names.push(database.name.value.clone());
            }
            (Home::OfServer(_), _) => {
                servers.extend(queue.next_hop().map(str::to_owned));
                mounted.extend(own.iter().filter(|_| home.is_mounted()).map(|database| database.name.value.clone()));
            }
            (Home::Own(database), _) => {
                mounted.extend(home.is_mounted().then(|| database.name.value.clone()));
                names.push(database.name.value.clone());
            }
            // Exchange 2007 names the queue after the server, later versions after the database.
            (Home::Unknown, _) => match queue.next_hop() {
                Some(hop) if facts.servers.server(hop).is_some() || hop.matches('.').count() > 1 => {
                    servers.push(hop.to_owned())
                }
                hop => names.extend(hop.map(str::to_owned)),
            },
        }
    }
    let (names, servers) = (distinct(names), distinct(servers));
    let verb = if names.len() > 1 { "are" } else { "is" };
    let what = if !names.is_empty() {
        format!("Database {}", listed(&names, 3))
    } else if !servers.is_empty() {
        format!("A mailbox database of {}", listed(&servers, 3))
    } else {
        "A mailbox database".to_owned()
    };
    let wait = if total == 1 { "waits" } else { "wait" };
    found.statement = format!(
        "{what} {verb} not mounted {shown}, so {} {wait} for {} mailboxes {places}.",
        count(total, "message"),
        if names.len() > 1 { "their" } else { "its" }
    )
    .replace(" ,", ",");
    found.affects(names.iter().chain(&servers).cloned());
    if meant.iter().any(|(_, _, home)| matches!(home, Home::OfServer(all) if all.len() > 1 && all.iter().filter(|database| is_down(database)).count() == 1)) {
        found.held("The queue is named after its server; of the databases there the list shows only this one as not mounted.");
    }
    if names.is_empty() && !servers.is_empty() {
        found.unknown("Which of its databases: the queue is named after the server.");
    }
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
fn unclear(facts: &Facts, all: &[(&WaitingQueue, &QueueError)]) -> Verdict {
    let labels: Vec<String> = all.iter().map(|(queue, _)| queue.label()).collect();
    let homes: Vec<Home<'_>> = all.iter().map(|(queue, _)| Home::of(facts, queue)).collect();
    if homes.iter().all(Home::is_mounted) {
        return Verdict::RuledOut("The error says offline, but the databases are mounted: the connection to the store failed for another reason.".to_owned());
    }
    let down: Vec<String> = distinct(
        homes
            .iter()
            .flat_map(Home::databases)
            .filter(|database| is_down(database))
            .map(|database| database.name.value.clone()),
    );
    if !down.is_empty() {
        let missing = Missing {
            what: "The waiting messages with their recipients".to_owned(),
            settles: "Whether they are for mailboxes of the database that is not mounted.".to_owned(),
            command: "Get-Message -ResultSize Unlimited -IncludeRecipientInfo | Export-Clixml messages.xml".to_owned(),
        };
        return Verdict::Undecided(
            format!(
                "Queue {} is named after a server and says that it is offline; {} is not mounted there, and whether the mail is for it is not shown.",
                listed(&labels, 3),
                listed(&down, 3)
            ),
            vec![missing],
        );
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
