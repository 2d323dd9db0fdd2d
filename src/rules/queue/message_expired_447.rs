//! Messages came back because every attempt failed until their time was over.

use std::collections::BTreeSet;

use crate::base::gather::Gather as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::facts::transport::{Lifecycle, Question};
use crate::model::smtp_reply::squeeze;
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

/// Words of reports of which the server still tries, in letters.
const TRYING: &[&str] = &[
    "delayed",
    "willcontinuetotry",
    "willcontinuetobeattempted",
    "continuetotryto",
    "stilltrying",
    "keeptrying",
    "willberetried",
    "noactionisrequired",
    "verzögert",
    "verzögerung",
    "wirdweiterhinversucht",
    "weiterhinversuch",
    "weitereversuche",
];

/// Words of reports about the end, in letters.
const ENDED: &[&str] = &[
    "queue.expired",
    "messageexpired",
    "hasexpired",
    "timeexpired",
    "deliverytimeexpired",
    "hasfailed",
    "deliveryfailed",
    "failedtodeliver",
    "undeliverable",
    "couldn'tbedelivered",
    "couldnotbedelivered",
    "wasnotdelivered",
    "notreachthefollowing",
    "notreachsomeorall",
    "fehlgeschlagen",
    "unzustellbar",
    "konntenichtzugestellt",
    "nichtzugestelltwerden",
    "nichterreicht",
];

/// Whether a report says that the delivery failed; 4.4.7 alone stands for a delay as well.
fn is_failure(facts: &Facts, reply: &Reply, at: usize) -> bool {
    let Some(report) = facts.reports.get(at) else { return false };
    let mut actions = report.recipients.iter().filter_map(|recipient| recipient.action.as_ref());
    if actions.any(|action| action.value.eq_ignore_ascii_case("failed")) {
        return true;
    }
    // Without the field the words decide: those of the answer first, then those for people.
    let (answer, subject, text) = (
        squeeze(&reply.text),
        report.subject.as_ref().map(|subject| squeeze(&subject.value)).unwrap_or_default(),
        report.text.as_ref().map(|text| squeeze(&text.value)).unwrap_or_default(),
    );
    let says = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| squeeze(word)).collect();
        move |text: &String| words.iter().any(|word| text.contains(word.as_str()))
    };
    let (trying, ended) = (says(TRYING), says(ENDED));
    if ["queue.expired", "messageexpired"].iter().any(|end| answer.contains(end)) {
        return true;
    }
    let told = [answer, subject, text];
    !told.iter().any(trying) && told.iter().any(ended)
}

fn check(facts: &Facts) -> Verdict {
    let (mut reports, mut failed, mut delayed): (Vec<&Reply>, Vec<&Reply>, Vec<&Reply>) = (vec![], vec![], vec![]);
    for reply in facts.replies.all.iter().filter(|reply| is_expiry(reply)) {
        match &reply.at {
            ReplyPlace::Report(at, false) if is_failure(facts, reply, *at) => reports.push(reply),
            ReplyPlace::Report(..) => delayed.push(reply),
            ReplyPlace::Tracking(event) if event.eq_ignore_ascii_case("FAIL") => failed.push(reply),
            _ => {}
        }
    }
    if reports.is_empty() && failed.is_empty() {
        return match delayed.first() {
            Some(_) => Verdict::RuledOut(format!(
                "{} with 4.4.7 {} of a delay at most, not that the delivery failed: the server may still try.",
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
    let indices: BTreeSet<usize> = reports.iter().filter_map(of_report).gather();
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
    let failing = facts.tracked.iter().filter(|event| {
        let says = |text: &str| squeeze(text).contains("queue.expired");
        let status = event.recipient_status.as_ref().is_some_and(|list| list.value.items.iter().any(|text| says(text)));
        event.event.value.eq_ignore_ascii_case("FAIL")
            && (status || event.source_context.as_ref().is_some_and(|context| says(&context.value)))
    });
    let ids: BTreeSet<String> = meant
        .iter()
        .filter_map(|report| report.original.message_id.as_ref())
        .chain(failing.filter_map(|event| event.message_id.as_ref()))
        .map(|id| id_key(&id.value))
        .filter(|id| !id.is_empty())
        .gather();
    let has_deferral = before(facts, &mut found, &ids, &recipients);
    if !delayed.is_empty() {
        found.excluded(format!(
            "{} with 4.4.7 about a delay at most: not counted here.",
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
    if meant.is_empty() && !recipients.iter().any(own) {
        // Every server gives up messages to domains that are gone; a log does not tell to whom these were.
        found.severity = Some(Severity::Low);
        found.unknown("Whether they were for own people or for domains that are gone: no report was brought, and the log names the reason only.");
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
    if !has_deferral {
        found.missing.push(Missing {
            what: "What message tracking shows of the message".to_owned(),
            settles: "Why the attempts failed.".to_owned(),
            command: search,
        });
    }
    found.verify.push("A new message to the same recipient is delivered.".to_owned());
    Verdict::Found(vec![found])
}

/// What stands in the evidence about the attempts before: deferrals of the same messages only.
fn before(facts: &Facts, found: &mut Discovery, ids: &BTreeSet<String>, recipients: &[String]) -> bool {
    // A report in words often has no id; then a message to the same recipient that was put off and failed later is meant.
    let failed: BTreeSet<String> = facts
        .transport
        .counts(Question::Messages)
        .filter(|(_, tally)| tally.marks & Lifecycle::FAILED != 0)
        .filter_map(|(key, _)| key.get(1).map(|id| id_key(id)))
        .gather();
    let to: BTreeSet<String> = recipients.iter().map(|address| address.to_lowercase()).gather();
    let mut deferrals: Vec<(Span, Option<String>)> = Vec::new();
    let of_log = facts.transport.counts(Question::Retries).filter_map(|(key, tally)| {
        let [_, id, recipient] = key.as_slice() else { return None };
        let id = id_key(id);
        let is_to = to.is_empty() || recipient.split(';').any(|one| to.contains(&one.trim().to_lowercase()));
        let meant = if ids.is_empty() { failed.contains(&id) && is_to } else { ids.contains(&id) };
        meant.then_some((tally.examples.first()?.1, Some(count(tally.count, "time"))))
    });
    deferrals.extend(of_log.take(TOLD));
    let of_list = facts
        .tracked
        .iter()
        .filter(|event| event.event.value.eq_ignore_ascii_case("DEFER"))
        .filter(|event| event.message_id.as_ref().is_some_and(|id| ids.contains(&id_key(&id.value))));
    deferrals.extend(of_list.take(TOLD).map(|event| (event.span, None)));
    let which = if ids.is_empty() { "a message to the same recipient that failed later" } else { "the same message" };
    for (span, times) in deferrals.iter().take(TOLD) {
        let times = times.as_ref().map_or_else(String::new, |times| format!(", {times}"));
        let proof = Proof::new(*span, format!("Message tracking, DEFER of {which}{times}"));
        let place =
            found.cite(proof.mark(["LED="]).why("The reason of a deferral is the reason why a message expires later."));
        found.held(format!("Message tracking has a deferral of {which}, with its reason {place}."));
    }
    if deferrals.is_empty() {
        found.unknown("Why the attempts failed: the evidence has no deferral that is known to be of these messages.");
    }
    !deferrals.is_empty()
}

/// Deferrals that are shown.
const TOLD: usize = 2;

/// Ids compare without brackets and case.
fn id_key(id: &str) -> String {
    id.trim().trim_matches(['<', '>']).to_ascii_lowercase()
}
