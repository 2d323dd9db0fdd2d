//! Messages were set aside because they are suspected of having crashed transport.

use crate::facts::Facts;
use crate::model::queue::QueueName;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::searching::hits;

declare_rule! {
    /// # Symptoms
    /// Messages are in the queue `Poison`. The queue is only listed while it holds some. Event 10001 of MSExchangeTransport announces
    /// that messages reached the count at which they are set aside.
    ///
    /// # Cause
    /// The transport service ended unexpectedly while it worked on these messages, more than once. A message may be malformed, or a
    /// transport agent cannot cope with it.
    ///
    /// # Resolution
    /// 1. Look at the messages, and export them for the maker of the agent.
    /// 2. Find the agent: the events about the crash name it, and so does the list of agents that are not of Exchange.
    /// 3. Correct or update the agent, then let the messages go on, or remove them.
    ///
    /// # More information
    /// Messages stay in this queue, suspended, until somebody decides; they do not expire there.
    id: "poison-queue-nonempty",
    title: "Messages were set aside as harmful to transport",
    area: Queue,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Events, Messages, Agents],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/queues/queues",
        "https://learn.microsoft.com/previous-versions/office/exchange-server-2007/bb218218(v=exchg.80)",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let held: Vec<_> = facts
        .queues
        .waiting_queues()
        .filter(|queue| {
            matches!(queue.identity.as_ref().map(|identity| &identity.name), Some(QueueName::Poison))
                || queue.next_hop().is_some_and(|hop| hop.trim().eq_ignore_ascii_case("Poison Message"))
        })
        .filter(|queue| queue.count() > 0)
        .collect();
    if held.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    let total: u64 = held.iter().fold(0, |sum, queue| sum.saturating_add(queue.count()));
    for queue in &held {
        if let Some(span) = queue.span().filter(|_| found.proofs.len() < 3) {
            let proof = Proof::new(span, format!("The queue {}", queue.label())).mark(["Poison"]);
            places += &found.cite(proof.why("The queue exists only while messages are set aside in it."));
        }
        found.accounts_for(queue, queue.count(), format!("Set aside in {}", queue.label()));
    }
    let servers = distinct(held.iter().take(200).filter_map(|queue| queue.server().map(str::to_owned)));
    found.statement = format!(
        "{} on {} {} set aside because transport crashed while working on {}, and will stay until somebody decides {places}.",
        count(total, "message"),
        if servers.is_empty() { "a server that the export does not name".to_owned() } else { listed(&servers, 3) },
        if total == 1 { "was" } else { "were" },
        if total == 1 { "it" } else { "them" },
    );
    let events = hits(facts, "MSExchangeTransport", &[10001, 10003, 17025]);
    match events.first() {
        Some(first) => {
            let place = first.cite(&mut found, &["oison"], "Transport says which messages it suspects.");
            found.held(format!("The application log speaks of it as well {place}."));
        }
        None => {
            found.unknown("What crashed: the application log was not brought, or has no events about poison messages.")
        }
    }
    let foreign = facts.settings.agents.iter().filter(|agent| is_foreign(&agent.name.value));
    let foreign = distinct(foreign.map(|agent| agent.name.value.clone()));
    let first = held.first().map(|queue| queue.label()).unwrap_or_default();
    found.command(
        "Look at the messages.",
        format!(
            "Get-Message -Queue {} | Format-List Identity,FromAddress,Subject,Size,DateReceived,LastError",
            quoted(&first)
        ),
    );
    if foreign.is_empty() {
        found.command(
            "List the agents; those of other makers are the first suspects.",
            "Get-TransportAgent | Format-Table Identity,Enabled,Priority -AutoSize",
        );
    } else {
        found.step(format!(
            "Ask the makers of these agents first, which are not part of Exchange: {}.",
            listed(&foreign, 5)
        ));
    }
    found.command(
        "Export the messages before anything else, for the maker of the agent.",
        format!("Get-Message -Queue {} | ForEach-Object {{ Export-Message -Identity $_.Identity | AssembleMessage -Path (Join-Path $env:TEMP (\"{{0}}.eml\" -f ($_.Identity.ToString() -replace '\\W','_'))) }}", quoted(&first)),
    );
    found.command(
        "When the agent was corrected, let the messages go on.",
        format!("Get-Message -Queue {} | Resume-Message", quoted(&first)),
    );
    found.warn("A message that still crashes transport stops all mail of the server for a moment, and comes back to this queue. Resume one first.");
    found.verify.push("Get-Queue does not list the poison queue any more.".to_owned());
    Verdict::Found(vec![found])
}

/// Whether an agent is not one of Exchange.
fn is_foreign(name: &str) -> bool {
    const OWN: &[&str] = &[
        "transport rule agent",
        "malware agent",
        "text messaging routing agent",
        "text messaging delivery agent",
        "system probe drop smtp agent",
        "system probe drop routing agent",
        "dlp policy agent",
        "retention policy agent",
        "supervisory review agent",
        "journaling agent",
        "journal agent",
        "connection filtering agent",
        "content filter agent",
        "sender id agent",
        "sender filter agent",
        "recipient filter agent",
        "protocol analysis agent",
        "attachment filtering agent",
        "address rewriting inbound agent",
        "address rewriting outbound agent",
        "edge rule agent",
        "prelicensing agent",
        "prelicense agent",
        "rms encryption agent",
        "rms decryption agent",
        "rms protocol decryption agent",
        "journal report decryption agent",
        "fips agent",
        "redirection agent",
        "shadow redundancy agent",
    ];
    !OWN.contains(&name.trim().to_lowercase().as_str())
}
