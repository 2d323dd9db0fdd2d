//! The store driver of a hub server may not log on to a mailbox database.

use crate::base::once::once_per_text;
use crate::facts::Facts;
use crate::facts::queues::{QueueError, WaitingQueue};
use crate::model::database::MailboxDatabase;
use crate::model::queue::{DeliveryType, QueueStatus};
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Messages wait in a queue of type MapiDelivery with `430 4.2.0 STOREDRV; mailbox logon failure`. The queue can be
    /// Ready all the time. Outlook can log on, but mail neither arrives nor leaves the Outbox.
    ///
    /// # Cause
    /// The store driver logs on to the database with the account of the hub server, which has its rights through the
    /// group Exchange Servers. One of the four store rights is missing or denied on the server object, or the hub is
    /// not a member of the group.
    ///
    /// # Resolution
    /// 1. On the object of the mailbox server, check that Exchange Servers is allowed, and nowhere denied: Store Constrained
    ///    Delegation, Store Read and Write Access, Store Read only Access, Store Transport Access.
    /// 2. Check that the hub server is a member of Exchange Servers, and restart it after a change.
    /// 3. Retry the queue.
    ///
    /// # More information
    /// The state of the queue is not a condition: Ready queues hold this mail as well. One mailbox only points at the
    /// mailbox, all of a database at the database, all of a server at the server object.
    id: "storedrv-mailbox-logon-failure",
    title: "The store driver cannot log on to the mailbox database",
    area: Store,
    severity: Critical,
    role: Cause,
    versions: V2007..=V2010,
    needs: [Queues],
    helps: [Messages, Events, Databases],
    explains: ["mailsubmission-1009-no-hub"],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

const REPLY: &str = "STOREDRV; mailbox logon failure";

fn matches(text: &str) -> bool {
    squeeze(text).contains(&squeeze(REPLY))
}

fn check(facts: &Facts) -> Verdict {
    let is_meant = once_per_text(matches);
    let hits: Vec<(&WaitingQueue, &QueueError)> = facts
        .queues
        .waiting_queues()
        .filter(|queue| queue.may_hold_mail())
        .filter_map(|queue| queue.errors().find(|e| is_meant(&e.text)).map(|e| (queue, e)))
        .collect();
    if hits.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let (mut errors, mut states) = (String::new(), String::new());
    let mut stores: Vec<String> = Vec::new();
    let mut total = 0;
    for (i, (queue, error)) in hits.iter().enumerate() {
        let messages = queue.share(matches);
        total += messages;
        let state = queue.status().map_or_else(|| "status unknown".to_owned(), |s| s.to_string());
        found.accounts_for(queue, messages, format!("Queue {}: {state}, mailbox logon failure", queue.label()));
        if let Some(next_hop) = queue.next_hop().filter(|n| !stores.iter().any(|s| s == n)) {
            stores.push(next_hop.to_owned());
        }
        if i < 3 {
            let note = format!("The error in queue {}", queue.label());
            let why = "The store refuses the logon of the store driver, so its mail cannot be delivered.";
            errors += &found.cite(Proof::new(error.span, note).mark([REPLY]).why(why));
            if queue.status() == Some(QueueStatus::Ready)
                && let Some(status) = queue.queue.as_ref().and_then(|q| q.status.as_ref())
            {
                let note = format!("Queue {} is Ready although its mail does not move", queue.label());
                states += &found.cite(Proof::new(status.span, note).mark(["Ready"]));
            }
        }
    }
    let hubs: Vec<String> =
        distinct(hits.iter().filter_map(|(q, _)| q.server())).into_iter().map(str::to_owned).collect();
    let towards = if stores.is_empty() { "the mailbox database".to_owned() } else { listed(&stores, 3) };
    let ready =
        if states.is_empty() { String::new() } else { format!("; the queue stays Ready all the same {states}") };
    found.statement = format!(
        "{} {} the logon of {} {errors}, so {} {}{ready}.",
        upper_first(&towards),
        if stores.len() > 1 { "refuse" } else { "refuses" },
        if hubs.is_empty() { "the hub server".to_owned() } else { listed(&hubs, 3) },
        count(total, "message"),
        if total == 1 { "waits" } else { "wait" },
    );
    found.affects(hubs.iter().cloned());
    found.affects(stores.iter().cloned());
    let is_mapi = hits.iter().any(|(q, _)| {
        q.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).is_some_and(|d| d.value == DeliveryType::MapiDelivery)
    });
    let servers = distinct(stores.iter().filter_map(|store| owner(facts, store, is_mapi)));
    dismounted(facts, &mut found, &stores, &servers);
    for server in servers.iter().take(4) {
        found.command(
            format!(
                "On the object of {server}, look at the four store rights of Exchange Servers. Each must be allowed and none \
                 denied. The command only reads."
            ),
            format!(
                "Get-ExchangeServer {} | Get-ADPermission | Where-Object {{ $_.User -like '*Exchange Servers' -and \
                 \"$($_.ExtendedRights)\" -like '*ms-Exch-Store-*' }} | Format-Table User,Deny,IsInherited,ExtendedRights \
                 -AutoSize -Wrap",
                quoted(server)
            ),
        );
        found.command(
            format!(
                "Give {server} the rights back where one is missing. Where one is denied, remove the entry that denies it first, \
                 on the object it is inherited from."
            ),
            format!(
                "Get-ExchangeServer {} | Add-ADPermission -User 'Exchange Servers' -ExtendedRights \
                 ms-Exch-Store-Transport-Access,ms-Exch-Store-Constrained-Delegation,ms-Exch-Store-Read-Access,ms-Exch-Store-Read-Write-Access",
                quoted(server)
            ),
        );
        found.warn("Somebody may have set the denial on purpose. Note the present entries before you change them.");
    }
    if servers.is_empty() {
        // Without a name the commands would run on every server of the organization.
        found.command(
            "Find out which mailbox server the queue delivers to; the four store rights of Exchange Servers must be allowed on \
             its object, and none denied.",
            "Get-Queue | Where-Object { $_.DeliveryType -eq 'MapiDelivery' } | Format-List Identity,NextHopDomain,Status,MessageCount",
        );
    }
    found.step(
        "Check that the hub servers are members of the group Exchange Servers. After a change of membership restart the \
         hub, because it has to log on again.",
    );
    let queues: Vec<String> =
        hits.iter().filter(|(q, _)| q.identity.is_some()).map(|(q, _)| quoted(&q.label())).collect();
    if !queues.is_empty() {
        found.command(
            "Send the waiting mail, and check that the queues fall to 0.",
            format!("{} | ForEach-Object {{ Retry-Queue -Identity $_; Get-Queue -Identity $_ }}", queues.join(",")),
        );
    }
    found
        .verify
        .push("The queues fall to 0, and message tracking shows STOREDRIVER DELIVER for their messages.".to_owned());
    found.effect("Outgoing mail of these mailboxes stays in the Outbox (expected; these files cannot show it)", "");
    let brought = servers.iter().any(|server| facts.permissions.of_server(server).next().is_some());
    if brought {
        found.unknown("Which right is missing or denied: see what the permissions of the server show. If all four are allowed, look at the membership of the hub servers.");
        return Verdict::Found(vec![found]);
    }
    found.unknown("Which right is missing or denied: no permissions were brought.");
    found.missing.push(Missing {
        what: "The rights on the object of the mailbox server".to_owned(),
        settles: "Which of the four store rights is missing or denied.".to_owned(),
        command: match servers.first() {
            Some(server) => {
                format!("Get-ExchangeServer {} | Get-ADPermission | Export-Clixml server-rights.xml", quoted(server))
            }
            None => "Get-Queue | Export-Clixml queues.xml".to_owned(),
        },
    });
    Verdict::Found(vec![found])
}

/// The server behind a next hop: a server by its full name, or the owner of a database.
fn owner(facts: &Facts, next_hop: &str, is_mapi: bool) -> Option<String> {
    if let Some(database) = facts.databases.database(next_hop) {
        return database.server.clone();
    }
    let is_name = !next_hop.contains([' ', '\\', '/']);
    let known = facts.servers.server(next_hop).is_some();
    // MapiDelivery queues are named after the mailbox server.
    (is_name && (known || (is_mapi && next_hop.contains('.')))).then(|| next_hop.to_owned())
}

/// A database that is not mounted refuses every logon; then rights are not the first thing to look at.
fn dismounted(facts: &Facts, found: &mut Discovery, stores: &[String], servers: &[String]) {
    let concerned = |d: &&MailboxDatabase| {
        stores.iter().any(|s| d.name.value.eq_ignore_ascii_case(s))
            || d.server.as_deref().is_some_and(|own| servers.iter().any(|s| server_key(s) == server_key(own)))
    };
    for database in facts.databases.databases.iter().filter(concerned) {
        let Some(mounted) = database.mounted.as_ref().filter(|m| !m.value) else { continue };
        let name = &database.name.value;
        let cite = found.cite(Proof::new(mounted.span, format!("Database {name} is not mounted")).mark(["False"]));
        found.confidence = Confidence::Possible;
        found.unknown(format!("Database {name} is not mounted {cite}, which alone explains a refused logon."));
        found.command(
            format!("Mount {name} first, and see whether the mail moves before you look at rights."),
            format!("Mount-Database {}", quoted(name)),
        );
    }
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if text.starts_with("the ") => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}
