//! Much of the stuck mail has one thing in common.

use std::collections::BTreeMap;

use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::queue::QueueStatus;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, quoted};

declare_rule! {
    /// # Symptoms
    /// Half or more of the messages that are stuck, or a quarter of a hundred and more, have the same recipient or sender, or wait in
    /// several queues to the same next hop.
    ///
    /// # Cause
    /// What they have in common is the place to look: a mailbox, a program that sends in masses, a server or a database.
    ///
    /// # Resolution
    /// 1. Look at what the messages have in common first.
    ///
    /// # More information
    /// The queue tool of the Exchange Troubleshooting Assistant warned from a quarter on. Messages that move are not counted.
    id: "queue-concentration",
    title: "Much of the stuck mail has one thing in common",
    area: Queue,
    severity: Info,
    role: Context,
    versions: V2000..=V2019,
    needs: [Queues],
    helps: [Messages],
    explains: [],
    sources: ["https://unifiedpeople.ru/extra.en/html/d5a02814-ee16-4f0b-9f1c-f8d2a850c56f.htm"],
    check: check,
}

/// Messages from which on shares are worth telling.
const MANY: u64 = 20;

/// Messages from which on a quarter is worth telling.
const VERY_MANY: u64 = 100;

/// Different values that are told apart.
const KINDS: usize = 10_000;

/// Messages by what they have in common.
#[derive(Default)]
struct Shares {
    counts: BTreeMap<String, (u64, Option<Span>, String)>,
    total: u64,
}

impl Shares {
    fn add(&mut self, name: &str, messages: u64, span: Option<Span>) {
        let (shown, name) = (name.trim(), name.trim().to_lowercase());
        if name.is_empty() || messages == 0 {
            return;
        }
        self.total = self.total.saturating_add(messages);
        if self.counts.len() < KINDS || self.counts.contains_key(&name) {
            let entry = self.counts.entry(name).or_insert_with(|| (0, span, shown.to_owned()));
            entry.0 = entry.0.saturating_add(messages);
        }
    }

    /// The largest, when it is half of all or more; of very many a quarter is worth telling, too.
    fn top(&self) -> Option<(&str, u64, Option<Span>)> {
        let (_, (messages, span, shown)) =
            self.counts.iter().max_by_key(|(name, (messages, ..))| (*messages, std::cmp::Reverse(*name)))?;
        let parts = if self.total >= VERY_MANY { 4 } else { 2 };
        let enough = self.total >= MANY && messages.saturating_mul(parts) >= self.total;
        enough.then_some((shown.as_str(), *messages, *span))
    }
}

fn is_stuck(queue: &&WaitingQueue) -> bool {
    let status = queue.status();
    (matches!(status, Some(QueueStatus::Retry | QueueStatus::Suspended))
        || queue.is_unreachable()
        || queue.errors().next().is_some())
        && queue.count() > 0
}

fn check(facts: &Facts) -> Verdict {
    let (mut senders, mut recipients, mut hops) = (Shares::default(), Shares::default(), Shares::default());
    let mut queues: BTreeMap<String, u64> = BTreeMap::new();
    for queue in facts.queues.waiting_queues().filter(is_stuck) {
        let hop = queue.next_hop().unwrap_or("");
        *queues.entry(hop.trim().to_lowercase()).or_default() += 1_u64;
        hops.add(hop, queue.count(), queue.span());
        for message in &queue.messages {
            senders.add(message.from.as_deref().unwrap_or(""), 1, Some(message.span));
            // A message to many recipients has none that stands out.
            if let [recipient] = message.recipients.as_slice() {
                recipients.add(&recipient.address, 1, Some(recipient.span));
            }
        }
    }
    let found: Vec<Discovery> = [("sender", &senders), ("recipient", &recipients), ("next hop", &hops)]
        .into_iter()
        .filter_map(|(kind, shares)| Some((kind, shares, shares.top()?)))
        // One large queue is seen in the list of queues; several to one next hop are not.
        .filter(|(kind, _, (name, ..))| {
            // Where all mail goes the same way, the queue itself tells that.
            *kind != "next hop"
                || hops.counts.len() > 1 && queues.get(&name.to_lowercase()).is_some_and(|queues| *queues > 1)
        })
        .map(|(kind, shares, (name, messages, span))| finding(kind, shares, name, messages, span))
        .collect();
    if found.is_empty() { Verdict::NotApplicable } else { Verdict::Found(found) }
}

fn finding(kind: &str, shares: &Shares, name: &str, messages: u64, span: Option<Span>) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let place = span.map_or_else(String::new, |span| {
        let why = "What many of the stuck messages have in common is where to look first.";
        found.cite(Proof::new(span, format!("The first place with this {kind}")).mark([name]).why(why))
    });
    let percent = messages.saturating_mul(100) / shares.total.max(1);
    let (number, total) = (crate::report::grouped(messages), crate::report::grouped(shares.total));
    found.statement = if messages == shares.total {
        format!("All {total} stuck messages that are listed have the same {kind} {place}: {name}.")
    } else {
        format!("{percent} percent of the stuck messages, {number} of {total}, have the same {kind} {place}: {name}.")
    };
    found.effect(format!("Different {kind}s among the stuck messages"), shares.counts.len().to_string());
    match kind {
        "sender" => {
            found.step("See whether this sender is a program that sends in masses, or an account that was taken over.");
            found.command("List its messages.", format!("Get-Message -Filter {{FromAddress -eq {}}} -ResultSize Unlimited | Format-Table Identity,Subject,Size,DateReceived -AutoSize", quoted(name)));
        }
        "recipient" => {
            found.command(
                "See what the recipient is, and where its mailbox lies.",
                format!(
                    "Get-Recipient {} | Format-List Name,RecipientType,Database,ServerName,EmailAddresses",
                    quoted(name)
                ),
            );
        }
        _ => {
            found.command(
                "Compare the queues to this next hop.",
                format!(
                    "Get-Queue -Filter {{NextHopDomain -eq {}}} | Format-List Identity,Status,MessageCount,LastError",
                    quoted(name)
                ),
            );
        }
    }
    found
}
