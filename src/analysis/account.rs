//! The account: every waiting message belongs to a problem or to "not explained", and the summary
//! says so in words.

use std::collections::BTreeMap;

use super::ranking::Ranking;
use super::row_problems::QueueShare;
use crate::facts::Facts;
use crate::facts::queues::Gone;
use crate::report::{Confidence, Explained, Finding, Input, InputState, Role, Severity, Summary, grouped};

/// Accounts for the waiting messages and writes the summary; also what each problem accounts for by queue.
pub fn summarize(
    facts: &Facts,
    ranking: &Ranking,
    findings: &[Finding],
    inputs: &[Input],
) -> (Summary, Vec<QueueShare>) {
    let mail = facts.waiting_mail();
    let waiting = mail.iter().fold(0_u64, |sum, queue| sum.saturating_add(queue.count));
    let mut left: BTreeMap<String, u64> = BTreeMap::new();
    for queue in &mail {
        let rest = left.entry(queue.label.clone()).or_default();
        *rest = rest.saturating_add(queue.count);
    }
    let (mut explained, mut by_queue) = (Vec::new(), Vec::new());
    for problem in &ranking.problems {
        // A symptom without its cause is reported, but nothing is explained by it.
        if ranking.findings.get(problem.main).is_none_or(|f| f.role != Role::Cause) {
            continue;
        }
        let mut messages = 0;
        for share in &ranking.shares(problem.main) {
            // Two problems can hold the same message back; it is counted once, for the first.
            if let Some(rest) = left.get_mut(&share.queue) {
                let taken = share.messages.min(*rest);
                *rest -= taken;
                messages += taken;
                if taken > 0 {
                    by_queue.push(QueueShare { problem: problem.number, queue: share.queue.clone(), messages: taken });
                }
            }
        }
        if messages > 0 {
            explained.push(Explained { problem: problem.number, messages });
        }
    }
    let unexplained = left.values().fold(0_u64, |sum, n| sum.saturating_add(*n));
    let moving: u64 = mail
        .iter()
        .filter(|queue| queue.is_moving)
        .map(|queue| queue.count.min(left.get(&queue.label).copied().unwrap_or(0)))
        .fold(0_u64, u64::saturating_add);
    let moving = moving.min(unexplained);
    let unknown = unknown(facts, inputs, waiting).unwrap_or_default();
    let mut text = text(ranking, findings, inputs, waiting, &explained, unexplained, moving);
    // Nothing reassures where it is not known what waits.
    if !unknown.is_empty() && inputs.iter().any(|input| input.state != InputState::NotRead) {
        let known = if waiting == 0 {
            "It is not known how many messages wait"
        } else {
            "More messages may wait than are known"
        };
        let text_of_rest =
            text.replacen("No problem was found in these files.", "What could be read shows no problem.", 1);
        text = format!("{known}: {unknown}. {text_of_rest}");
    }
    let as_of = as_of(facts);
    let caveats = caveats(facts, inputs);
    let counted = inputs.iter().any(|input| {
        input.state != InputState::NotRead && is_of_queues(input.kind.as_deref().or(input.near.as_deref()))
    });
    (Summary { text, as_of, unknown, waiting, counted, explained, unexplained, moving, caveats }, by_queue)
}

fn as_of(facts: &Facts) -> String {
    // What waits is as old as the queues; a log or a table may be newer or older.
    let events = facts.events.iter().filter_map(|g| g.last);
    let tables = facts.databases.tables.iter().filter_map(|t| t.written);
    let others = || events.chain(tables).max_by_key(|m| m.at);
    facts.queues.as_of().or_else(others).map_or_else(String::new, |m| m.to_string())
}

fn text(
    ranking: &Ranking,
    findings: &[Finding],
    inputs: &[Input],
    waiting: u64,
    explained: &[Explained],
    unexplained: u64,
    moving: u64,
) -> String {
    let read = inputs.iter().filter(|i| i.state != InputState::NotRead).count();
    if inputs.is_empty() {
        return "No files were brought.".to_owned();
    }
    if read == 0 {
        return "None of the files could be read; the list of files says why.".to_owned();
    }
    // Problems are numbered in their order.
    let problem = |number: u32| ranking.problems.get(usize::try_from(number).ok()?.checked_sub(1)?);
    let main = |number: u32| findings.get(problem(number)?.main);
    let mut sentences = Vec::new();
    if let Some(first) = explained.first().and_then(|e| main(e.problem)) {
        let kinds =
            |c: Confidence| explained.iter().filter(|e| main(e.problem).is_some_and(|f| f.confidence == c)).count();
        let causes = match (kinds(Confidence::Confirmed), explained.len()) {
            (1, 1) => "One confirmed cause explains".to_owned(),
            (0, 1) if first.confidence == Confidence::Possible => "One possible cause may explain".to_owned(),
            (0, 1) => format!("One {} cause explains", first.confidence.word().to_lowercase()),
            (c, n) if c == n => format!("{n} confirmed causes explain"),
            (0, n) => format!("{n} causes, none of them confirmed, may explain"),
            (c, n) => format!("{n} causes, {c} of them confirmed, explain"),
        };
        let messages: u64 = explained.iter().map(|e| e.messages).sum();
        let of = if messages == waiting {
            format!("all {} waiting {}", grouped(waiting), if waiting == 1 { "message" } else { "messages" })
        } else {
            format!("{} of {} waiting messages", grouped(messages), grouped(waiting))
        };
        sentences.push(format!("{causes} {of}: {}.", lower_first(&first.title)));
        let steps = first.remedy.iter().filter(|s| s.command.is_some()).count();
        if steps > 0 {
            sentences.push(format!(
                "The first problem lists {} with commands for this site.",
                if steps == 1 { "one step".to_owned() } else { format!("{steps} steps") }
            ));
        }
    } else {
        let problems: Vec<&Finding> = findings
            .iter()
            .filter(|f| {
                f.severity != Severity::Info
                    && f.role != Role::Context
                    && main(f.problem).is_some_and(|main| std::ptr::eq(main, *f))
            })
            .collect();
        match problems.first() {
            Some(first) if waiting > 0 => sentences.push(format!(
                "{} {} in these files, and none of the problems found explains them for certain; the first is: {}.",
                grouped(waiting),
                if waiting == 1 { "message waits" } else { "messages wait" },
                lower_first(&first.title)
            )),
            Some(first) => sentences.push(format!(
                "{} {} in these files; the first is: {}.",
                problems.len(),
                if problems.len() == 1 { "problem was found" } else { "problems were found" },
                lower_first(&first.title)
            )),
            None if waiting > 0 => sentences.push(format!(
                "{} {} in these files, and no problem was found that explains {}.",
                grouped(waiting),
                if waiting == 1 { "message waits" } else { "messages wait" },
                if waiting == 1 { "it" } else { "them" }
            )),
            None => sentences.push("No problem was found in these files.".to_owned()),
        }
    }
    if unexplained > 0 && (!explained.is_empty() || moving > 0) {
        let are = |n: u64| if n == 1 { "is" } else { "are" };
        sentences.push(if moving == unexplained {
            format!("{} {} in queues that report no error.", grouped(unexplained), are(unexplained))
        } else if moving > 0 {
            format!(
                "{} {} not explained; {} of them {} in queues that report no error.",
                grouped(unexplained),
                are(unexplained),
                grouped(moving),
                are(moving)
            )
        } else {
            format!("{} {} not explained.", grouped(unexplained), are(unexplained))
        });
    }
    sentences.join(" ")
}

/// Formats that tell what waits.
const QUEUES: [&str; 6] =
    ["get-queue", "get-message", "queue-list-2003", "mta-queue-list", "queue-viewer-list", "get-queue-digest"];

/// Those of them that say how many messages each queue holds.
const LISTS: [&str; 4] = ["get-queue", "queue-list-2003", "mta-queue-list", "queue-viewer-list"];

fn is_of_queues(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| QUEUES.contains(&kind))
}

/// Why it is not known how much waits, though lists of queues were brought.
fn unknown(facts: &Facts, inputs: &[Input], waiting: u64) -> Option<String> {
    let of = |input: &Input, kinds: &[&str]| {
        input.kind.as_deref().or(input.near.as_deref()).is_some_and(|kind| kinds.contains(&kind))
    };
    // Messages are counted by the lists of queues, where there are some.
    let has_lists = inputs.iter().any(|input| input.state != InputState::NotRead && of(input, &LISTS));
    let kinds = if has_lists { &LISTS[..] } else { &QUEUES[..] };
    let paths = |state: InputState| -> Vec<String> {
        let meant = inputs.iter().filter(|input| input.state == state && of(input, kinds));
        meant.map(|input| input.path.clone()).collect()
    };
    let (unread, partly) = (paths(InputState::NotRead), paths(InputState::Incomplete));
    let uncounted = facts.waiting_mail().iter().filter(|queue| !queue.is_counted).count();
    let mut why = Vec::new();
    if !unread.is_empty() {
        why.push(format!("the list in {} could not be read", crate::rules::discovery::listed(&unread, 3)));
    }
    if !partly.is_empty() && waiting == 0 {
        why.push(format!("the list in {} could not be read in full", crate::rules::discovery::listed(&partly, 3)));
    }
    match uncounted {
        0 => {}
        1 => why.push("no list shows how many messages one of the queues holds".to_owned()),
        n => why.push(format!("no list shows how many messages {} of the queues hold", grouped(n as u64))),
    }
    (!why.is_empty()).then(|| why.join(", and "))
}

fn lower_first(title: &str) -> String {
    // Names keep their capital, and so do abbreviations.
    let names = ["Exchange", "Kerberos", "Outlook", "Queuescope", "Windows"];
    let word = title.split([' ', '\'']).next().unwrap_or(title);
    if names.contains(&word) || word.chars().nth(1).is_some_and(char::is_uppercase) {
        return title.to_owned();
    }
    let mut chars = title.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn caveats(facts: &Facts, inputs: &[Input]) -> Vec<String> {
    let mut caveats = Vec::new();
    let not_read = inputs.iter().filter(|i| i.state == InputState::NotRead).count();
    let incomplete = inputs.iter().filter(|i| i.state == InputState::Incomplete).count();
    if not_read + incomplete > 0 {
        let parts: Vec<String> = [(not_read, "not read"), (incomplete, "not read in full")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{n} {what}"))
            .collect();
        caveats.push(format!(
            "Of {} {}, {}; the list of files says why.",
            inputs.len(),
            if inputs.len() == 1 { "file" } else { "files" },
            parts.join(", ")
        ));
    }
    let has_queues = inputs.iter().any(|input| is_of_queues(input.kind.as_deref().or(input.near.as_deref())));
    if !has_queues && inputs.iter().any(|i| i.state != InputState::NotRead) {
        caveats.push("No queue export was brought, so this report cannot say how many messages wait.".to_owned());
    }
    let local = inputs.iter().filter_map(|i| i.time_span.as_ref()).any(|(a, _)| !a.ends_with(" UTC"));
    let utc = inputs.iter().filter_map(|i| i.time_span.as_ref()).any(|(a, _)| a.ends_with(" UTC"));
    if local && utc {
        caveats.push(
            "Some files show UTC, others the local time of the exporting computer without its zone; the two are not compared."
                .to_owned(),
        );
    } else if local {
        caveats.push("Times are the local time of the exporting computer; no file states its zone.".to_owned());
    }
    let uncounted: Vec<String> =
        facts.waiting_mail().into_iter().filter(|queue| !queue.is_counted).map(|queue| queue.label).collect();
    if !uncounted.is_empty() {
        caveats.push(format!(
            "The exports do not show how many messages wait in {}; they are not in the sum. Export with Get-Queue | Export-Clixml \
             queues.xml",
            crate::rules::discovery::listed(&uncounted, 4)
        ));
    }
    for conflict in facts.queues.conflicts.iter().take(5) {
        caveats.push(format!("{conflict}, and no time says which is newer."));
    }
    caveats.extend(gone(&facts.queues.gone));
    caveats.extend(unseen(&facts.queues.unseen));
    if !facts.connectors.conflicts.is_empty() {
        caveats.push(format!(
            "Two exports show {} with different settings, and nothing says which is newer. Export the connectors anew.",
            crate::rules::discovery::listed(&facts.connectors.conflicts, 4)
        ));
    }
    if facts.queues.repeated > 0 {
        caveats.push(format!(
            "{} {} in more than one export; the newest one counts, and where no time is shown the fuller one.",
            grouped(facts.queues.repeated as u64),
            if facts.queues.repeated == 1 { "queue is" } else { "queues are" }
        ));
    }
    caveats
}

/// Queues that were there and are no longer.
fn gone(queues: &[Gone]) -> Option<String> {
    let messages: u64 = queues.iter().map(|queue| queue.count).sum();
    let held = match (queues.len(), messages) {
        (_, 0) => "What they held is".to_owned(),
        (1, 1) => "Its message is".to_owned(),
        (1, n) => format!("Its {} messages are", grouped(n)),
        (_, 1) => "Their message is".to_owned(),
        (_, n) => format!("Their {} messages are", grouped(n)),
    };
    let (older, newer) = lists(queues)?;
    let named = listed(queues);
    let are = are(queues);
    Some(format!("{named} of {older} {are} no longer in {newer}. {held} not counted as waiting."))
}

/// Queues of which a newer list may just not tell.
fn unseen(queues: &[Gone]) -> Option<String> {
    let messages: u64 = queues.iter().map(|queue| queue.count).sum();
    let (older, newer) = lists(queues)?;
    let still = match messages {
        0 => "they still hold messages is unknown".to_owned(),
        1 => "the message still waits is unknown; it is counted".to_owned(),
        n => format!("the {} messages still wait is unknown; they are counted", grouped(n)),
    };
    let named = listed(queues);
    let are = are(queues);
    Some(format!(
        "{named} of {older} {are} not in {newer}, which may not show all queues. Whether {still}. Export whole lists with Get-Queue \
         -ResultSize Unlimited | Export-Clixml queues.xml"
    ))
}

fn are(queues: &[Gone]) -> &'static str {
    if queues.len() == 1 { "is" } else { "are" }
}

/// `2 queues (EX1\7, EX1\9)`
fn listed(queues: &[Gone]) -> String {
    let labels: Vec<String> = queues.iter().map(|queue| queue.label.clone()).collect();
    let noun = if queues.len() == 1 { "queue" } else { "queues" };
    format!("{} {noun} ({})", grouped(queues.len() as u64), crate::rules::discovery::listed(&labels, 4))
}

/// The older and the newer list, with their newest times where all are of one pair.
fn lists(queues: &[Gone]) -> Option<(String, String)> {
    let first = queues.first()?;
    let one = queues.iter().all(|queue| queue.older == first.older && queue.newer == first.newer);
    Some(if one {
        (format!("the older list (times up to {})", first.older), format!("the newer one (up to {})", first.newer))
    } else {
        ("older lists".to_owned(), "a newer one of the same server".to_owned())
    })
}
