//! The address that mail leaves from is on a block list.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use super::failures::{Failures, failures, hop};
use crate::base::ip_range::is_private;
use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::report::{Confidence, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::logged::{goes_on, place};
use crate::rules::searching::{Pattern, span_of};
use crate::rules::waiting::{Way, retry};

declare_rule! {
    /// # Symptoms
    /// Servers of different organizations refuse mail or drop connections, and their replies name a block list or the reputation of the
    /// sending address.
    ///
    /// # Cause
    /// The public address that mail leaves from is on a block list, mostly because spam was sent from behind it.
    ///
    /// # Resolution
    /// 1. Find and stop the source of the spam: an account that was taken over, an infected computer, an open relay.
    /// 2. Look the address up at the list that the replies name, and ask for its removal.
    /// 3. Meanwhile send through a smart host or another address. Never switch TLS off because of it.
    ///
    /// # More information
    /// A removal without having stopped the spam does not last. Lists of addresses that providers give to homes hold whole networks;
    /// mail from there has to go through the provider.
    id: "own-ip-blocklisted",
    title: "The address that mail leaves from is on a block list",
    area: Connections,
    severity: High,
    role: Cause,
    versions: V2003..=Se,
    needs: [Queues],
    helps: [Reports, ProtocolLogs, Tracking],
    explains: ["connect-reset-10054-dropped-442"],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
    ],
    check: check,
}

/// Names of lists, and words that say the same. The name of a list alone may stand in a link; so a reply must be one of refusal.
static LISTED: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?i)spamhaus|spamcop|barracudacentral|sorbs\.net|uceprotect|abuseat|surbl|dnsbl|\brbl\b|block ?list|black ?list|banned sending ip|poor reputation|bad reputation|low reputation|\bS31(40|50)\b|blocked using|listed (at|in|by) [a-z0-9.-]+\.[a-z]{2,}",
    )
    .ok()
});
static ADDRESS: Pattern = LazyLock::new(|| Regex::new(r"\b(?:\d{1,3}\.){3}\d{1,3}\b").ok());
static LIST: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b((?:[a-z0-9-]+\.)*(?:spamhaus\.org|spamcop\.net|barracudacentral\.org|sorbs\.net|uceprotect\.net|abuseat\.org))\b").ok()
});

fn is_meant(reply: &Reply) -> bool {
    let is_refusal = reply.reply.code.is_none_or(|code| (400..600).contains(&code));
    is_refusal && LISTED.as_ref().is_some_and(|listed| listed.is_match(&reply.text))
}

fn check(facts: &Facts) -> Verdict {
    let failures = failures(facts, |reply| is_meant(reply) && is_of_peer(reply));
    if failures.is_empty() {
        return Verdict::NotApplicable;
    }
    Verdict::Found(vec![finding(facts, &failures)])
}

/// Whether it is the answer of another organization: what tracking tells of messages that the own filter refused is not.
fn is_of_peer(reply: &Reply) -> bool {
    match &reply.at {
        ReplyPlace::Tracking(event) => {
            !event.eq_ignore_ascii_case("FAIL") || reply.says("remote server") || reply.says("LED=")
        }
        ReplyPlace::Send(connector) => !connector.to_lowercase().starts_with("intra-organization"),
        _ => true,
    }
}

fn finding(facts: &Facts, failures: &Failures<'_>) -> Discovery {
    let all = || {
        failures
            .queues
            .iter()
            .map(|failed| failed.reply)
            .chain(failures.reports.iter().copied())
            .chain(failures.logs.iter().copied())
    };
    let hops = failures.queues.iter().take(200).filter_map(|failed| failed.queue.next_hop());
    let mut peers: BTreeSet<String> = hops.map(str::to_lowercase).collect();
    for reply in &failures.reports {
        let report = if let ReplyPlace::Report(at, _) = reply.at { facts.reports.get(at) } else { None };
        let recipients = report.into_iter().flat_map(|report| &report.recipients);
        peers.extend(recipients.filter_map(|r| Some(r.address.as_ref()?.value.rsplit_once('@')?.1.to_lowercase())));
    }
    let lists = distinct(
        all()
            .take(1000)
            .filter_map(|reply| Some(LIST.as_ref()?.captures(&reply.text)?.get(1)?.as_str().to_lowercase())),
    );
    // One peer may keep a list of its own; a public list, or several peers, is more.
    let certain = !lists.is_empty() || peers.len() > 1;
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let (mut places, mut total) = (String::new(), 0);
    let mark = |reply: &Reply| LISTED.as_ref().and_then(|listed| Some(listed.find(&reply.text)?.as_str().to_owned()));
    for (at, failed) in failures.queues.iter().enumerate() {
        total += failed.messages;
        if at < 3 {
            let proof = Proof::new(failed.reply.span, format!("The error in queue {}", failed.queue.label()));
            places += &found.cite(
                proof.mark(mark(failed.reply)).why("The other side says that the address of the sender is listed."),
            );
        }
        found.accounts_for(failed.queue, failed.messages, format!("Queue {}", hop(failed.queue)));
    }
    for reply in failures.reports.iter().take(2) {
        places += &found.cite(Proof::new(reply.span, "The reply in a report").mark(mark(reply)));
    }
    for reply in failures.logs.iter().take(2) {
        let span = span_of(reply.times.map(|t| t.0), reply.times.map(|t| t.1));
        places += &found.cite(
            Proof::new(reply.span, format!("{}, {}{span}", place(reply), count(reply.count, "time"))).mark(mark(reply)),
        );
    }
    let peers: Vec<String> = peers.into_iter().collect();
    let by = if peers.is_empty() {
        "Other organizations refuse".to_owned()
    } else {
        format!(
            "{} organization{} refuse{}",
            peers.len(),
            if peers.len() == 1 { "" } else { "s" },
            if peers.len() == 1 { "s" } else { "" }
        )
    };
    let addresses: Vec<String> = distinct(all().take(1000).filter_map(|reply| own_address(&reply.text)));
    let of = if addresses.is_empty() { String::new() } else { format!(": {}", listed(&addresses, 2)) };
    found.statement = format!("{by} mail because the address it is sent from is on a block list {places}{of}.");
    if total > 0 {
        found.held(format!("{} {} because of it.", count(total, "message"), if total == 1 { "waits" } else { "wait" }));
    }
    if !lists.is_empty() {
        found.held(format!("The replies name a public list: {}.", listed(&lists, 3)));
    } else if !certain {
        found
            .unknown("Whether a public list is meant or one that the other side keeps: only one organization refuses.");
        found.severity = Some(Severity::Medium);
    }
    found.affects(peers.iter().take(10).cloned());
    if failures.queues.is_empty()
        && failures.reports.is_empty()
        && !failures.logs.iter().any(|reply| goes_on(facts, reply))
    {
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
        found.unknown("Whether it still is so: only logs show it, and not until their end.");
    }
    found.step("Find the source of the spam first: accounts that send more than they should, computers behind the same address, connectors that relay for anybody.");
    found.command(
        "See who has sent the most through this organization in the last two days.",
        "Get-MessageTrackingLog -ResultSize Unlimited -Start (Get-Date).AddDays(-2) -EventId RECEIVE | Group-Object Sender | Sort-Object Count -Descending | Select-Object -First 20 Count,Name",
    );
    match addresses.first().and_then(|address| address.parse::<std::net::Ipv4Addr>().ok()) {
        Some(address) => {
            let [a, b, c, d] = address.octets();
            let zone = lists.first().filter(|list| list.contains("spamcop") || list.contains("barracuda")).map_or(
                "zen.spamhaus.org",
                |list| {
                    if list.contains("spamcop") { "bl.spamcop.net" } else { "b.barracudacentral.org" }
                },
            );
            found.command(
                "Look the address up; an answer of the form 127.0.0.x means that it is listed.",
                format!("nslookup {d}.{c}.{b}.{a}.{zone}"),
            );
        }
        None => found.step("Look up the public address of the site at the list that the replies name."),
    }
    found.step("Ask the list for the removal of the address, and let mail leave through a smart host or another address meanwhile. Leave TLS as it is.");
    let queues: Vec<_> = failures.to(Way::External).map(|failed| failed.queue).collect();
    if !queues.is_empty() {
        retry(&mut found, &queues);
    }
    found.verify.push("The look-up finds the address no more, and other organizations accept mail again.".to_owned());
    found
}

/// The public address that a reply names as that of the sender: the first one that stands in its words.
fn own_address(text: &str) -> Option<String> {
    let reply = crate::model::smtp_reply::LastError::read(text);
    let found = ADDRESS.as_ref()?.find_iter(&reply.reply.text).filter_map(|hit| hit.as_str().parse::<IpAddr>().ok());
    let peer = reply.address;
    found
        .filter(|address| !is_private(*address) && Some(*address) != peer && !address.is_loopback())
        .map(|address| address.to_string())
        .next()
}

#[cfg(test)]
mod tests {
    use super::{LISTED, own_address};

    #[test]
    fn replies_that_name_a_list_or_a_reputation_are_known() {
        let meant = |text: &str| LISTED.as_ref().unwrap().is_match(text);
        assert!(meant("554 5.7.1 Service unavailable; Client host [203.0.113.80] blocked using zen.spamhaus.org"));
        assert!(meant("550 5.7.606 Access denied, banned sending IP [203.0.113.80]"));
        assert!(!meant("550 5.7.1 Unable to relay"));
        assert!(!meant("451 4.7.1 Greylisted, try again later"));
        assert_eq!(
            own_address("554 5.7.1 Client host [203.0.113.80] blocked using x").as_deref(),
            Some("203.0.113.80")
        );
        assert_eq!(
            own_address("[{LED=554 5.7.1 Host 203.0.113.80 blocked};{FQDN=mx.x.example};{IP=198.51.100.1}]").as_deref(),
            Some("203.0.113.80")
        );
    }
}
