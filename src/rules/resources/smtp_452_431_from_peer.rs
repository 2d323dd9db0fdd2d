//! Another server says that it lacks resources.
//!
//! Traps: the server of another organization may say so, too, and then nothing can be done here; and a reply that only logs
//! show has mostly passed.

use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::report::{Confidence, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::logged::{goes_on, logged};
use crate::rules::refused::{Refused, refused};
use crate::rules::waiting::{Way, way};

declare_rule! {
    /// # Symptoms
    /// Queues wait with `452 4.3.1 Insufficient system resources`.
    ///
    /// # Cause
    /// The server that answers is under back pressure: mostly the disk of its queue database or of its logs is nearly full, or memory is
    /// short. In Exchange 2003 the disk of the queue folder is full.
    ///
    /// # Resolution
    /// 1. Find the server that gives the reply.
    /// 2. Look for events 15004, 15006 and 15007 there.
    /// 3. Free space on the disk that they name.
    ///
    /// # More information
    /// A server of another organization can answer so, too; mail to it waits until it has mended itself.
    id: "smtp-452-431-from-peer",
    title: "A server refuses mail because its resources are short",
    area: Resources,
    severity: High,
    role: Symptom,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Events, BackPressure, ProtocolLogs],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/back-pressure",
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
    ],
    check: check,
}

/// What the reply says, whatever its code.
const TEXT: &str = "4.3.1 Insufficient system resources";

fn check(facts: &Facts) -> Verdict {
    let matches = |text: &str| crate::model::smtp_reply::squeeze(text).contains("4.3.1insufficientsystemresources");
    let all = refused(facts, &matches);
    let (foreign, own): (Vec<&Refused<'_>>, Vec<&Refused<'_>>) =
        all.iter().partition(|one| !one.is_internal && way(facts, one.queue) == Way::External);
    let mut found: Vec<Discovery> = [(own, false), (foreign, true)]
        .into_iter()
        .filter(|(queues, _)| !queues.is_empty())
        .map(|(queues, is_foreign)| of_queues(&queues, is_foreign))
        .collect();
    if found.is_empty() {
        let logs: Vec<&Reply> =
            facts.replies.saying(&[TEXT]).filter(|reply| !matches!(reply.at, ReplyPlace::Queue(_))).collect();
        found.extend(of_logs(facts, &logs));
    }
    if found.is_empty() { Verdict::NotApplicable } else { Verdict::Found(found) }
}

fn of_queues(queues: &[&Refused<'_>], is_foreign: bool) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let (mut places, mut total) = (String::new(), 0);
    for (index, one) in queues.iter().enumerate() {
        total += one.messages;
        if index < 4 {
            let proof = Proof::new(one.span, format!("The error in queue {}", one.queue.label()));
            places += &found.cite(proof.mark([TEXT]).why("The server that answers is short of disk space or memory."));
        }
        found.accounts_for(
            one.queue,
            one.messages,
            format!("Queue {}: the next server lacks resources", one.queue.label()),
        );
    }
    let servers = distinct(queues.iter().filter_map(|one| one.server.clone()));
    found.affects(servers.iter().cloned());
    let who = match (is_foreign, servers.as_slice()) {
        (true, _) => "the servers of other organizations".to_owned(),
        (false, []) => "the next server".to_owned(),
        (false, servers) => listed(servers, 3),
    };
    let (verb, lack) = if total == 1 { ("waits", "lacks") } else { ("wait", "lacks") };
    let lack = if is_foreign || servers.len() > 1 { "lack" } else { lack };
    found.statement = format!(
        "{} {verb} because {who} {lack} system resources and take no mail for the time being {places}.",
        count(total, "message")
    );
    if servers.len() <= 1 && !is_foreign {
        found.statement = found.statement.replace(" and take no mail", " and takes no mail");
    }
    if is_foreign {
        found.severity = Some(Severity::Low);
        found.role = Some(Role::Context);
        found.step("Nothing can be done here: the mail is sent again by itself. If it lasts for hours, tell the other side by telephone.");
        found.command(
            "See when the queues are tried next.",
            "Get-Queue | Where-Object { $_.LastError -like '*4.3.1*' } | Format-List Identity,NextHopDomain,LastError,NextRetryTime",
        );
    } else {
        let server = servers.first().map_or_else(|| "<server>".to_owned(), |server| quoted(server));
        found.command(
            "On the server that answers, look for back pressure: which resource is short.",
            format!(
                "Get-WinEvent -ComputerName {server} -FilterHashtable @{{LogName='Application';ProviderName='MSExchangeTransport';Id=15004,15006,15007}} \
                 -MaxEvents 10 | Format-List TimeCreated,Id,Message"
            ),
        );
        found.command(
            "See how full its disks are, and free space on the one that the events name.",
            format!("Get-WmiObject Win32_LogicalDisk -ComputerName {server} -Filter 'DriveType=3' | Format-Table DeviceID,FreeSpace,Size -AutoSize"),
        );
        found.command(
            "Send the waiting mail when the server takes mail again.",
            "Get-Queue | Where-Object { $_.Status -eq 'Retry' } | Retry-Queue; Get-Queue",
        );
    }
    found.verify.push("The server answers 250 again, and the queues to it drain.".to_owned());
    found
}

/// What only logs and reports tell.
fn of_logs(facts: &Facts, replies: &[&Reply]) -> Option<Discovery> {
    replies.first()?;
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for reply in replies.iter().take(4) {
        places += &found.cite(Proof::new(reply.span, logged(reply)).mark([TEXT]));
    }
    found.began(replies.iter().filter_map(|reply| Some(reply.times?.0)).min_by_key(|first| first.at));
    let times: u64 = replies.iter().map(|reply| reply.count).sum();
    found.statement = format!(
        "A server answered {} that it lacks system resources {places}.",
        if times == 1 { "once".to_owned() } else { count(times, "time") }
    );
    if !replies.iter().any(|reply| goes_on(facts, reply)) {
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
        found.unknown("Whether mail waits because of it: no queue of the evidence shows this error, and the logs do not end with it.");
    }
    found.command(
        "On the server that answers, look for back pressure.",
        "Get-WinEvent -FilterHashtable @{LogName='Application';ProviderName='MSExchangeTransport';Id=15004,15006,15007} -MaxEvents 10",
    );
    Some(found)
}
