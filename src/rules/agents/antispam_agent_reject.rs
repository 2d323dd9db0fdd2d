//! A filter agent of the own server refuses mail that was wanted.

use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::logged::logged;
use crate::rules::searching::{Hit, computers, hits, settle_past};
use crate::rules::waiting::{Way, way};

declare_rule! {
    /// # Symptoms
    /// A report or a queue shows the same refusal that an agent of the own server gave (agent log: RejectMessage, RejectCommand), such as
    /// `550 5.7.1 Message rejected as spam by Content Filtering`. Or event 1022 says that no internal SMTP servers are listed while agents refuse
    /// mail.
    ///
    /// # Cause
    /// Sender, recipient, connection or content filter, or Sender ID, judged the message as unwanted. Without a list of internal SMTP servers the
    /// filters take the last relay for the origin of every message.
    ///
    /// # Resolution
    /// 1. See which agent refused, and why. Allow the sender or the address, or raise the threshold.
    /// 2. List the internal SMTP servers.
    ///
    /// # More information
    /// Refused spam is what the agents are for: an agent log full of refusals means nothing by itself.
    id: "antispam-agent-reject",
    title: "A filter agent of the own server refuses mail",
    area: Agents,
    severity: Low,
    role: Cause,
    versions: V2007..=Se,
    needs: [AgentLogs],
    helps: [Reports, Queues, Events, Agents],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
        "https://learn.microsoft.com/exchange/antispam-and-antimalware/antispam-protection/antispam-protection",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let refusals: Vec<&Reply> =
        facts.replies.all.iter().filter(|reply| matches!(reply.at, ReplyPlace::Agent(_))).collect();
    let refusals: Vec<&Reply> =
        refusals.into_iter().filter(|reply| reply.reply.code.is_some_and(|code| code >= 500)).take(256).collect();
    if refusals.is_empty() {
        return Verdict::NotApplicable;
    }
    let reports: Vec<&Reply> = facts.replies.all.iter().filter(|reply| is_own(facts, reply)).collect();
    let pairs: Vec<(&Reply, &Reply)> = refusals
        .iter()
        .filter_map(|refusal| {
            // A bare code says too little to be the same refusal.
            let own = &refusal.reply.text;
            let same = |other: &&&Reply| own.split_whitespace().count() >= 3 && other.says(own);
            reports.iter().find(same).map(|other| (*refusal, *other))
        })
        .collect();
    let unlisted = hits(facts, "MSExchangeTransport", &[1022]);
    if pairs.is_empty() && unlisted.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(if pairs.is_empty() { Confidence::Likely } else { Confidence::Confirmed });
    let agents = distinct(
        refusals
            .iter()
            .filter(|refusal| pairs.is_empty() || pairs.iter().any(|(own, _)| std::ptr::eq(*own, **refusal)))
            .filter_map(|reply| agent(reply)),
    );
    if pairs.is_empty() {
        of_event(facts, &mut found, &refusals, &agents, &unlisted);
    } else {
        of_pairs(facts, &mut found, &pairs, &agents);
    }
    found.affects(agents.iter().cloned());
    found.command(
        "See which agents refused, whom, and why.",
        "& \"$env:ExchangeInstallPath\\Scripts\\Get-AgentLog.ps1\" -StartDate (Get-Date).AddDays(-2) | Where-Object { $_.Action -like 'Reject*' } | Select-Object -Last 50 | Format-List Timestamp,IPAddress,P1FromAddress,Recipients,Agent,Reason,ReasonData",
    );
    found.command(
        "See what the filters go by.",
        "Get-ContentFilterConfig | Format-List SCL*,Bypassed*; Get-SenderFilterConfig | Format-List Blocked*; Get-RecipientFilterConfig | Format-List Block*,RecipientValidationEnabled; Get-IPBlockListProvider",
    );
    found.step("Allow the sender or its server where the mail is wanted: BypassedSenders of the content filter, or Add-IPAllowListEntry for its address.");
    found.command(
        "Check that all own servers and gateways that hand in mail from the internet are listed; if not, add them.",
        "Get-TransportConfig | Format-List InternalSMTPServers   # Set-TransportConfig -InternalSMTPServers @{Add='<address of the gateway>'}",
    );
    found
        .verify
        .push("A test message from the same sender arrives, and the agent log shows it as accepted.".to_owned());
    Verdict::Found(vec![found])
}

/// Whether a reply is known to come from the own organization: others refuse in the same words.
fn is_own(facts: &Facts, reply: &Reply) -> bool {
    let domains = &facts.settings.accepted_domains;
    let accepted = |domain: &str| domains.iter().any(|own| own.domain.value.trim().eq_ignore_ascii_case(domain.trim()));
    // Only the name of the server in full tells whose it is, unless the evidence lists the server.
    let server = |name: &str| {
        let name = name.trim();
        match name.split_once('.') {
            Some((_, domain)) => accepted(domain),
            None => facts.servers.server(name).is_some(),
        }
    };
    match reply.at {
        ReplyPlace::Queue(at) => facts.queues.queues.get(at).is_some_and(|queue| way(facts, queue) == Way::Internal),
        ReplyPlace::Report(at, _) => facts.reports.get(at).is_some_and(|report| {
            let alike = facts.replies.alike(&[reply]);
            let meant = report.recipients.iter().take(1000).filter(|recipient| {
                let text = recipient.diagnostic_code.as_ref().or(recipient.status.as_ref());
                text.is_some_and(|text| alike(&text.value))
            });
            let giving_up = report.generating_server.as_ref().or(report.reporting_mta.as_ref());
            meant.into_iter().any(|recipient| {
                let domain = recipient.address.as_ref().and_then(|address| address.value.rsplit_once('@'));
                let by = recipient.remote_mta.as_ref().or(giving_up);
                domain.is_some_and(|(_, domain)| accepted(domain)) || by.is_some_and(|by| server(&by.value))
            })
        }),
        _ => false,
    }
}

fn agent(reply: &Reply) -> Option<String> {
    match &reply.at {
        ReplyPlace::Agent(name) => Some(name.clone()),
        _ => None,
    }
}

fn of_pairs(facts: &Facts, found: &mut Discovery, pairs: &[(&Reply, &Reply)], agents: &[String]) {
    let (mut places, mut shown) = (String::new(), String::new());
    for (refusal, other) in pairs.iter().take(2) {
        places += &found.cite(Proof::new(refusal.span, logged(refusal)).mark([refusal.reply.text.as_str()]));
        let note = if let ReplyPlace::Queue(_) = other.at {
            "The same refusal in a queue"
        } else {
            "The same refusal in a report"
        };
        shown += &found.cite(Proof::new(other.span, note).mark([refusal.reply.text.as_str()]));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (refusal, other) in pairs {
        if let ReplyPlace::Queue(index) = other.at
            && seen.insert(index)
            && let Some(queue) = facts.queues.queues.get(index)
        {
            let share = queue.share(|text| {
                crate::model::smtp_reply::squeeze(text)
                    .contains(&crate::model::smtp_reply::squeeze(&refusal.reply.text))
            });
            found.accounts_for(queue, share, format!("Queue {}: refused by an agent", queue.label()));
        }
    }
    let times: u64 = pairs.iter().map(|(refusal, _)| refusal.count).sum();
    found.statement = format!(
        "{} of the own server refused mail {places}, {}, and the message of the report is one of them {shown}.",
        listed(agents, 3),
        count(times, "time")
    );
}

fn of_event(facts: &Facts, found: &mut Discovery, refusals: &[&Reply], agents: &[String], unlisted: &[Hit<'_>]) {
    let events: Vec<&Hit<'_>> = unlisted.iter().collect();
    let mut places = String::new();
    for hit in events.iter().take(2) {
        places += &hit.cite(found, &["InternalSMTPServers"], "The filters do not know which servers are own ones.");
    }
    let mut shown = String::new();
    for refusal in refusals.iter().take(2) {
        shown += &found.cite(Proof::new(refusal.span, logged(refusal)).mark([refusal.reply.text.as_str()]));
    }
    let servers = computers(&events);
    let on = if servers.is_empty() { String::new() } else { format!(" on {}", listed(&servers, 3)) };
    found.severity = Some(Severity::Low);
    found.statement = format!(
        "No internal SMTP servers are listed{on} {places}, while {} refuse mail {shown}: behind a gateway the filters judge the gateway instead of the sender.",
        listed(agents, 3)
    );
    settle_past(facts, found, &events);
    found.unknown("Whether wanted mail was refused: no report or queue of the evidence shows such a refusal.");
}
