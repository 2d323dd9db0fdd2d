//! Messages came back because every attempt failed until their time was over.

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::searching::span_of;

declare_rule! {
    /// # Symptoms
    /// Non-delivery reports with `550 4.4.7 QUEUE.Expired; message expired`, or FAIL with that text in message tracking.
    ///
    /// # Cause
    /// The message was tried again until it expired, by default for two days. The code says nothing about the reason; the last
    /// deferral before it does.
    ///
    /// # Resolution
    /// 1. Find the last deferral of the message in the tracking log of the server that gave up.
    /// 2. Correct what that says. Then the senders have to send again.
    ///
    /// # More information
    /// A report with `Action: delayed` and 4.4.7 is no end: the server still tries.
    id: "message-expired-447",
    title: "Messages expired after all attempts failed",
    area: Queue,
    severity: High,
    role: Symptom,
    versions: V2003..=Se,
    needs: [Reports],
    helps: [Tracking, Queues],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
    ],
    check: check,
}

/// Reports up to which, when all are for other organizations, this is the everyday failure of single destinations.
const FEW: usize = 3;

fn is_expiry(reply: &Reply) -> bool {
    reply.says("QUEUE.Expired") || reply.reply.enhanced.as_deref() == Some("4.4.7")
}

fn check(facts: &Facts) -> Verdict {
    let (mut reports, mut failed, mut delayed): (Vec<&Reply>, Vec<&Reply>, Vec<&Reply>) = (vec![], vec![], vec![]);
    for reply in facts.replies.all.iter().filter(|reply| is_expiry(reply)) {
        match &reply.at {
            ReplyPlace::Report(_, true) => delayed.push(reply),
            ReplyPlace::Report(_, false) => reports.push(reply),
            ReplyPlace::Tracking(event) if event.eq_ignore_ascii_case("FAIL") => failed.push(reply),
            _ => {}
        }
    }
    if reports.is_empty() && failed.is_empty() {
        return match delayed.first() {
            Some(_) => Verdict::RuledOut(format!(
                "{} with 4.4.7 only {} of a delay: the server still tries to deliver.",
                count(delayed.len() as u64, "report"),
                if delayed.len() == 1 { "tells" } else { "tell" }
            )),
            None => Verdict::NotApplicable,
        };
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for reply in reports.iter().take(3) {
        let proof =
            Proof::new(reply.span, "The status in a report").mark(["QUEUE.Expired", "message expired", "4.4.7"]);
        places += &found.cite(proof.why("The server gave up because the message was too old, whatever the reason."));
    }
    for reply in failed.iter().take(2) {
        let span = span_of(reply.times.map(|t| t.0), reply.times.map(|t| t.1));
        let note = format!("Message tracking, FAIL, {}{span}", count(reply.count, "time"));
        places += &found.cite(Proof::new(reply.span, note).mark(["QUEUE.Expired", "message expired"]));
    }
    let of_report = |reply: &&Reply| if let ReplyPlace::Report(at, _) = reply.at { Some(at) } else { None };
    let indices: BTreeSet<usize> = reports.iter().filter_map(of_report).collect();
    let meant: Vec<_> = indices.iter().filter_map(|at| facts.reports.get(*at)).collect();
    let recipients: Vec<String> = distinct(
        meant
            .iter()
            .flat_map(|report| &report.recipients)
            .take(1000)
            .filter_map(|recipient| Some(recipient.address.as_ref()?.value.clone())),
    );
    let servers =
        distinct(meant.iter().take(1000).filter_map(|report| {
            Some(report.generating_server.as_ref().or(report.reporting_mta.as_ref())?.value.clone())
        }));
    let amount = if meant.is_empty() {
        let times: u64 = failed.iter().map(|reply| reply.count).sum();
        format!("{} in message tracking ended", count(times, "delivery").replace("deliverys", "deliveries"))
    } else {
        format!("{} came back", count(meant.len() as u64, "message"))
    };
    let to = if recipients.is_empty() { String::new() } else { format!(": {}", listed(&recipients, 3)) };
    found.statement = format!("{amount} because every attempt had failed until the time for it was over {places}{to}.");
    found.affects(recipients.iter().take(10).cloned());
    found.affects(servers.iter().cloned());
    before(facts, &mut found);
    if !delayed.is_empty() {
        found.excluded(format!(
            "{} with 4.4.7 only about a delay: not counted here.",
            count(delayed.len() as u64, "report")
        ));
    }
    let own = |address: &String| {
        let domain = address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        facts.settings.accepted_domains.iter().any(|own| Some(own.domain.value.to_lowercase()) == domain)
    };
    if failed.iter().map(|reply| reply.count).sum::<u64>() as usize + meant.len() <= FEW && !recipients.iter().any(own)
    {
        found.severity = Some(Severity::Medium);
    }
    let id = meant.iter().find_map(|report| report.original.message_id.as_ref());
    let on = servers.first().map_or_else(String::new, |server| format!(" -Server {}", quoted(server)));
    let search = match id {
        Some(id) => format!(
            "Get-MessageTrackingLog{on} -ResultSize Unlimited -MessageId {} | Sort-Object Timestamp | Format-List Timestamp,EventId,Source,SourceContext,RecipientStatus",
            quoted(&id.value)
        ),
        None => format!(
            "Get-MessageTrackingLog{on} -ResultSize Unlimited -EventId DEFER -Start (Get-Date).AddDays(-3) | Sort-Object Timestamp | Format-List Timestamp,MessageId,Source,SourceContext,RecipientStatus"
        ),
    };
    found.step("Have the senders send again only after the reason is mended.");
    found.command("Find the last deferral before the end; it has the reason.", search.clone());
    if facts.replies.all.iter().all(|reply| !is_deferral(reply)) {
        found.missing.push(Missing {
            what: "What message tracking shows of the message".to_owned(),
            settles: "Why the attempts failed.".to_owned(),
            command: search,
        });
    }
    found.verify.push("A new message to the same recipient is delivered.".to_owned());
    Verdict::Found(vec![found])
}

fn is_deferral(reply: &Reply) -> bool {
    matches!(&reply.at, ReplyPlace::Tracking(event) if event.eq_ignore_ascii_case("DEFER"))
}

/// What stands in the evidence about the attempts before.
fn before(facts: &Facts, found: &mut Discovery) {
    let mut deferrals: Vec<&Reply> = facts.replies.all.iter().filter(|reply| is_deferral(reply)).collect();
    deferrals.sort_by_key(|reply| (std::cmp::Reverse(reply.count), reply.span));
    for reply in deferrals.iter().take(2) {
        let proof = Proof::new(reply.span, format!("Message tracking, DEFER, {}", count(reply.count, "time")));
        let place =
            found.cite(proof.mark(["LED="]).why("The reason of a deferral is the reason why a message expires later."));
        found.held(format!("Message tracking has deferrals, whose reason may be that of the expiry {place}."));
    }
    if deferrals.is_empty() {
        found.unknown("Why the attempts failed: the evidence has no deferral of these messages.");
    }
}
