//! The mail submission service of a mailbox server finds no hub server.

use std::cmp::Ordering;

use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::changes::{Change, ChangeKind};
use crate::facts::events::EventGroup;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed};
use crate::rules::searching::{hits, settle_past};

declare_rule! {
    /// # Symptoms
    /// Outgoing mail stays in the Outbox. The mailbox server logs event 1009 of MSExchangeMailSubmission: it is currently
    /// unable to contact any Hub Transport servers in the local Active Directory site.
    ///
    /// # Cause
    /// No hub server of the site takes the submission: the transport service is stopped, too busy (back pressure), not
    /// reachable by RPC, in another site than the directory says, or its store driver cannot log on to the database of
    /// the sender.
    ///
    /// # Resolution
    /// 1. See that the transport service runs on a hub server of the same Active Directory site.
    /// 2. Look for events 15001 to 15007 there (back pressure) and free disk space or memory.
    /// 3. Test RPC between the two servers.
    /// 4. Check the Active Directory site of both servers.
    /// 5. Check the store rights of Exchange Servers.
    ///
    /// # More information
    /// Id 1009 has other meanings under other sources; MSExchangeTransport uses it for its connection limit.
    id: "mailsubmission-1009-no-hub",
    title: "The mail submission service finds no hub server",
    area: Store,
    severity: Critical,
    role: Symptom,
    versions: V2007..=V2010,
    needs: [Events],
    helps: [Queues, Servers],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn is_meant(group: &EventGroup) -> bool {
    // Copies from help pages print the source in several ways; the text settles it.
    let source: String = group.source.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    group.id == 1009
        && (source == "msexchangemailsubmission"
            || group.exemplars.iter().any(|e| e.says("unable to contact any Hub Transport servers")))
}

fn computer(group: &EventGroup) -> String {
    group.computer.clone().unwrap_or_else(|| "a server that the export does not name".to_owned())
}

/// Minutes within which a hub server that was restarted is back.
const RESTART: i64 = 30;

/// The start of a transport service shortly after the last event: a hub was restarted. And until when the logs go.
fn started_again(facts: &Facts, last: Moment) -> Option<(&Change, Moment)> {
    let minutes =
        |to: Moment| (last.compare(to) == Some(Ordering::Less)).then(|| last.at.duration_until(to.at).as_mins());
    let is_start = |change: &&Change| {
        let text = change.what.to_lowercase();
        change.kind == ChangeKind::Service
            && text.contains("exchange transport")
            && minutes(change.at).is_some_and(|m| m <= RESTART)
    };
    let change = facts.changes.iter().rfind(is_start)?;
    let until =
        facts.events.iter().filter(|group| !group.recovered).filter_map(|group| group.last).max_by_key(|at| at.at)?;
    Some((change, until))
}

fn check(facts: &Facts) -> Verdict {
    // What was overwritten or cleared long ago says nothing about today.
    let groups: Vec<&EventGroup> = facts.events.iter().filter(|g| is_meant(g) && !g.recovered).collect();
    if groups.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut citations = String::new();
    for group in groups.iter().take(4) {
        if let Some(event) = group.exemplars.first() {
            let note = format!("Event 1009 of {} on {}", group.source, computer(group));
            let why = "The mailbox server logs this when no hub server of its site takes a submission.";
            let marks = ["unable to contact any Hub Transport servers", "1009", "MSExchangeMailSubmission"];
            citations += &found.cite(Proof::new(event.span, note).mark(marks).why(why));
        }
    }
    let mut total = 0;
    let mut computers: Vec<String> = Vec::new();
    for group in &groups {
        // One export prints the short name of a computer, another its full name.
        let key = server_key(&computer(group));
        if computers.iter().any(|known| server_key(known) == key) {
            continue;
        }
        computers.push(computer(group));
        let same: Vec<&&EventGroup> = groups.iter().filter(|g| server_key(&computer(g)) == key).collect();
        // Two exports of one log overlap; the fullest counts.
        let most = same.iter().map(|g| g.count).max().unwrap_or(0);
        total += most;
        let at_least = if same.len() > 1 { "at least " } else { "" };
        let first = same.iter().filter_map(|g| g.first).min_by_key(|m| m.at);
        let last = same.iter().filter_map(|g| g.last).max_by_key(|m| m.at);
        let when = match (first, last) {
            (Some(a), Some(b)) if a != b => format!(", {a} to {b}"),
            (Some(a), _) => format!(", {a}"),
            _ => String::new(),
        };
        found.effect(format!("Event 1009 on {}{when}", computer(group)), format!("{at_least}{}", count(most, "event")));
    }
    let first = groups.iter().filter_map(|g| g.first).min_by_key(|m| m.at);
    let last = groups.iter().filter_map(|g| g.last).max_by_key(|m| m.at);
    let when = match (first, last) {
        (Some(a), Some(b)) if a != b => format!(", first at {a}, last at {b}"),
        (Some(a), _) => format!(", at {a}"),
        _ => String::new(),
    };
    found.statement = format!(
        "The mail submission service on {} found no hub server in its site {citations}{when}, so outgoing mail stayed in \
         the Outbox.",
        listed(&computers, 3),
    );
    found.affects(groups.iter().filter_map(|g| g.computer.clone()));
    found.began(first);
    if let Some((change, until)) = last.and_then(|last| started_again(facts, last)) {
        let place = found.cite(Proof::new(change.span, "A transport service that changed its state afterwards"));
        found.held(format!(
            "It is over: at {} {} was reported {place}, and the log goes on until {until} without event 1009.",
            change.at, change.what
        ));
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
    }
    let all = hits(facts, "MSExchangeMailSubmission", &[1009]);
    settle_past(facts, &mut found, &all.iter().collect::<Vec<_>>());
    found.command(
        "On each hub server of the site, see that the transport service runs, and start it if not.",
        "Get-Service MSExchangeTransport | Format-List Name,Status; Start-Service MSExchangeTransport",
    );
    found.command(
        "There, look for back pressure. Free disk space or memory if it is found.",
        "Get-EventLog Application -Newest 2000 | Where-Object { $_.Source -eq 'MSExchangeTransport' -and (15001..15007) \
         -contains $_.EventID } | Format-List TimeGenerated,EventID,Message",
    );
    found.command(
        "Check that mailbox server and hub server are in the same Active Directory site.",
        "Get-ExchangeServer | Format-Table Name,Site,ServerRole -AutoSize",
    );
    found.step(
        "If all three are well, check the four store rights of Exchange Servers on the object of the mailbox server.",
    );
    found.command(
        "Check: no new event 1009 within 15 minutes, and the Outbox empties.",
        "Get-EventLog Application -Newest 500 | Where-Object { $_.Source -eq 'MSExchangeMailSubmission' -and $_.TimeGenerated \
         -gt (Get-Date).AddMinutes(-15) } | Format-List TimeGenerated,Message",
    );
    found.verify.push("No event 1009 within 15 minutes.".to_owned());
    found.held(format!("{} of the right source; namesakes of other sources were left out.", count(total, "event")));
    found.missing.push(Missing {
        what: "The application log of the hub servers of the site".to_owned(),
        settles: "Whether the transport service was stopped or under back pressure.".to_owned(),
        command: "wevtutil epl Application hub-application.evtx   # Windows Server 2003: save the log in Event Viewer as .evt"
            .to_owned(),
    });
    Verdict::Found(vec![found])
}
