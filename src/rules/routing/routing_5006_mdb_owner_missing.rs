//! Routing says itself that a store has no route: event 5006.

use crate::facts::Facts;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::Discovery;
use crate::rules::searching::{Hit, effects, hits};

declare_rule! {
    /// # Symptoms
    /// Event 5006 of MSExchangeTransport: cannot find route to Mailbox Server for a store in routing tables; recipients will not be routed to
    /// this store.
    ///
    /// # Cause
    /// The server that owns the database is not known to routing: its object cannot be read (permissions), was deleted, or has not replicated.
    ///
    /// # Resolution
    /// 1. Read the permissions of the server and the store.
    /// 2. Check replication of Active Directory, and that the server object exists.
    ///
    /// # More information
    /// It is the event of the message status "There is currently no route to the mailbox database".
    id: "routing-5006-mdb-owner-missing",
    title: "Routing reports a store without a route",
    area: Routing,
    severity: High,
    role: Symptom,
    versions: V2007..=V2010,
    needs: [Events],
    helps: [RoutingTables, Permissions],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2010/ff980754(v=exchg.141)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "MSExchangeTransport", &[5006]);
    let Some(first) = all.first() else { return Verdict::NotApplicable };
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for hit in all.iter().take(3) {
        places += &hit.cite(
            &mut found,
            &["Cannot find route to Mailbox Server"],
            "Routing writes this when it builds its tables.",
        );
    }
    // Databases and servers that the text names.
    let named: Vec<String> = facts
        .databases
        .databases
        .iter()
        .map(|database| &database.name.value)
        .filter(|name| all.iter().any(|hit| hit.text.to_lowercase().contains(&name.to_lowercase())))
        .cloned()
        .collect();
    let what = if named.is_empty() { "a store".to_owned() } else { crate::rules::discovery::listed(&named, 3) };
    found.statement =
        format!("Routing on {} has no route to the server of {what} {places}, so mail for it waits.", first.computer());
    found.affects(named);
    let hits: Vec<&Hit<'_>> = all.iter().collect();
    effects(&mut found, &hits);
    found.step("Read the permissions of the server and of the store that the event names; Exchange Servers must be able to read both.");
    found.command("See that the directory knows the server and its databases.", "Get-ExchangeServer | Format-Table Name,Site,ServerRole; Get-MailboxDatabase -IncludePreExchange2007 | Format-Table Name,Server");
    found.command("Check that the domain controllers replicate.", "repadmin /replsummary");
    found.verify.push("The next routing table lists the store, and event 5006 does not come again.".to_owned());
    Verdict::Found(vec![found])
}
