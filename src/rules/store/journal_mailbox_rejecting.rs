//! Journal reports wait because the journal mailbox, or the archive behind it, does not take them.

use std::collections::BTreeMap;

use super::offline::is_connection;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::message::Message;
use crate::model::queue::QueueStatus;
use crate::model::smtp_reply::{LastError, squeeze};
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, quoted};

declare_rule! {
    /// # Symptoms
    /// A queue fills with journal reports: sender `<>` or `MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@...`, all for one recipient. They
    /// are retried without end, and no non-delivery report is ever sent for them.
    ///
    /// # Cause
    /// The journal mailbox is full or not available, or the archive behind its address refuses. Journal reports do not expire, so the queue only
    /// grows. When reports about them go to the journal mailbox itself, they make it worse.
    ///
    /// # Resolution
    /// 1. Make the journal mailbox take mail again: its quota, its database, the archive.
    /// 2. Give reports about undeliverable journal reports a mailbox of their own, which is not journaled.
    ///
    /// # More information
    /// Do not delete the messages: for many they must be kept by law.
    id: "journal-mailbox-rejecting",
    title: "The journal mailbox does not take journal reports",
    area: Store,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [Messages],
    helps: [Queues, Directory],
    explains: [],
    sources: ["https://unifiedpeople.ru/exch2010help.en/html/b2645f9a-166a-4c6d-8816-f7d1ec5bd9a0.htm"],
    check: check,
}

/// The sender of journal reports since 2010.
const SENDER: &str = "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e";

/// Messages that make a crowd where nothing but the empty sender speaks for journal reports.
const MANY: u64 = 10;

/// How sure it is that a message is a journal report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Maybe,
    Sure,
}

fn likeness(message: &Message) -> Option<Likeness> {
    let source = message.source_name.as_deref().unwrap_or("").to_lowercase();
    let from = message.from.as_deref().unwrap_or("").trim().to_lowercase();
    if source.contains("journal") {
        return Some(Likeness::Sure);
    }
    // The same sender signs reports and the mail of agents, so it is not enough alone.
    let empty = from == "<>" || from.contains(SENDER);
    (empty && !source.contains("dsn")).then_some(Likeness::Maybe)
}

/// Whether a mailbox, its store or the archive was reached and refused: a connection that fails is another matter.
fn is_refusal(text: &str) -> bool {
    let reply = LastError::read(text).reply;
    let plain = squeeze(text);
    let is_connection_class = reply.enhanced.as_deref().is_some_and(|status| status.get(1..4) == Some(".4."));
    let says_connection = [
        "unabletoconnect",
        "failedtoconnect",
        "connectiontimedout",
        "connectionrefused",
        "connectiondropped",
        "dnsquery",
    ]
    .iter()
    .any(|word| plain.contains(word));
    let is_reply = reply.code.is_some_and(|code| (400..600).contains(&code));
    is_reply && !is_connection_class && !says_connection && !is_connection(text)
}

/// The address that most of the reports go to.
fn recipient(messages: &[&Message]) -> Option<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for recipient in messages.iter().filter_map(|message| message.recipients.first()) {
        *counts.entry(recipient.address.to_lowercase()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, times)| *times)
}

fn check(facts: &Facts) -> Verdict {
    let mut findings = Vec::new();
    let mut moving = false;
    for queue in facts.queues.waiting_queues().filter(|queue| !queue.messages.is_empty()) {
        let reports: Vec<&Message> = queue.messages.iter().filter(|message| likeness(message).is_some()).collect();
        if reports.is_empty() {
            continue;
        }
        let sure = reports.iter().any(|message| likeness(message) == Some(Likeness::Sure));
        let held = queue.status() == Some(QueueStatus::Retry)
            || reports.iter().any(|message| message.errors().any(|(text, _)| !text.trim().is_empty()));
        let own =
            queue.queue.as_ref().and_then(|q| q.last_error.as_ref()).is_some_and(|error| is_refusal(&error.value));
        let refused = own || reports.iter().any(|message| message.errors().any(|(text, _)| is_refusal(text)));
        let crowd = reports.len() as u64 >= MANY && reports.len() * 10 >= queue.messages.len() * 9;
        let one = recipient(&reports).is_none_or(|(_, times)| {
            times as usize * 10 >= reports.iter().filter(|m| !m.recipients.is_empty()).count() * 9
        });
        if !held {
            moving = true;
        } else if refused && one && (sure || crowd) {
            findings.push(finding(facts, queue, &reports, sure));
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if moving {
        Verdict::RuledOut("Journal reports are on their way, and their queue reports no error.".to_owned())
    } else {
        Verdict::NotApplicable
    }
}

fn finding(facts: &Facts, queue: &WaitingQueue, reports: &[&Message], sure: bool) -> Discovery {
    let mut found = Discovery::new(if sure { Confidence::Confirmed } else { Confidence::Likely });
    // When all that was exported are reports, the queue holds nothing else as far as is known.
    let listed = reports.len() as u64;
    let all = listed == queue.messages.len() as u64 && listed >= queue.count();
    let messages = if all { queue.count().max(listed) } else { listed };
    let target = recipient(reports).map(|(address, _)| address);
    let mut places = String::new();
    for message in reports.iter().take(2) {
        let proof = Proof::new(message.span, format!("A journal report in queue {}", queue.label()));
        places += &found.cite(proof.mark(["<>", "Journal", "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"]));
    }
    let error = queue.errors().find(|error| is_refusal(&error.text));
    let mut why = String::new();
    if let Some(error) = &error {
        let text: String = error.error.reply.text.chars().take(120).collect();
        let code = error.error.reply.code.map_or_else(String::new, |code| format!("{code} "));
        let status = error.error.reply.enhanced.as_deref().map_or_else(String::new, |status| format!("{status} "));
        let place =
            found.cite(Proof::new(error.span, format!("The error in queue {}", queue.label())).mark([text.clone()]));
        why = format!(
            "; the answer is \"{code}{status}{}\" {place}",
            text.trim_end_matches('.').replace(['[', ']'], "|")
        );
    }
    let to = target.as_ref().map_or_else(String::new, |address| format!(" for {address}"));
    let (noun, verb) = (
        if messages == 1 { "journal report" } else { "journal reports" },
        if messages == 1 { "waits" } else { "wait" },
    );
    found.statement = format!(
        "{} {noun}{to} {verb} in queue {} {places} and never {}{why}.",
        crate::report::grouped(messages),
        queue.label(),
        if messages == 1 { "expires" } else { "expire" }
    );
    found.accounts_for(queue, messages, format!("Queue {}: journal reports{to}", queue.label()));
    found.affects(target.iter().cloned());
    if !sure {
        found.unknown("Whether all of them are journal reports: their sender is empty, and the export does not show where they come from.");
        found.missing.push(Missing {
            what: "The messages of the queue with their source and recipients".to_owned(),
            settles: "Whether they come from the Journaling agent.".to_owned(),
            command: format!(
                "Get-Message -Queue {} -IncludeRecipientInfo -ResultSize 1000 | Export-Clixml messages.xml",
                quoted(&queue.label())
            ),
        });
    }
    let setting = facts.directory.objects().iter().find_map(|object| object.text("msExchJournalingReportNdrTo"));
    match setting {
        Some(value) if target.as_deref().is_some_and(|own| value.value.to_lowercase().contains(own)) => {
            let proof = Proof::new(value.span, "Where reports about journal reports go").mark([value.value]);
            let place = found.cite(proof);
            found
                .held(format!("Reports about undeliverable journal reports go to the journal mailbox itself {place}."));
        }
        Some(_) => {}
        None => found.unknown("Where reports about undeliverable journal reports go (JournalingReportNdrTo)."),
    }
    let mailbox = target.as_ref().map_or_else(|| "<journal mailbox>".to_owned(), |address| quoted(address));
    found.command(
        "See whether the mailbox is full. If it is an address outside, ask those who run the archive.",
        format!("Get-MailboxStatistics {mailbox} | Format-List Database,TotalItemSize,StorageLimitStatus; Get-Mailbox {mailbox} | Format-List *Quota*"),
    );
    found.command("Take the limits off the journal mailbox, or move it to a database with room.", format!("Set-Mailbox {mailbox} -UseDatabaseQuotaDefaults $false -ProhibitSendReceiveQuota Unlimited -ProhibitSendQuota Unlimited"));
    found.warn("Check that the disk of the database can hold what waits.");
    found.command(
        "See where reports about undeliverable journal reports go. It should be a mailbox of its own that is not journaled.",
        "Get-TransportConfig | Format-List JournalingReportNdrTo   # Set-TransportConfig -JournalingReportNdrTo <mailbox>",
    );
    found.command(
        "Send the waiting reports, and check that the queue falls to 0. Do not delete them.",
        format!("Retry-Queue -Identity {0}; Get-Queue -Identity {0}", quoted(&queue.label())),
    );
    found.verify.push("The queue falls to 0 and stays there for a day.".to_owned());
    found
}

#[cfg(test)]
mod tests {
    use super::is_refusal;

    #[test]
    fn only_what_answered_refuses() {
        assert!(is_refusal("452 4.2.2 STOREDRV.Deliver.Exception:QuotaExceededException; mailbox full"));
        assert!(is_refusal("550 5.7.1 Not accepted by the archive"));
        assert!(!is_refusal("421 4.4.1 Connection timed out"));
        assert!(!is_refusal("421 4.2.1 Unable to connect"));
        assert!(!is_refusal(
            "432 4.3.2 STOREDRV; mailbox server is offline; ConnectionFailedTransientException.MapiExceptionNetworkError"
        ));
        assert!(!is_refusal(""));
    }
}
