//! The address that mail leaves from is on a block list.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use super::failures::{Failures, failures, failures_at, hop};
use crate::base::gather::Gather as _;
use crate::base::ip_range::is_private;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::facts::transport::{Capabilities, Question};
use crate::model::ndr::NonDeliveryReport;
use crate::model::server::server_key;
use crate::model::smtp_reply::LastError;
use crate::report::{Confidence, Missing, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::logged::{goes_on, place};
use crate::rules::searching::{Pattern, span_of};
use crate::rules::waiting::{Way, retry};

declare_rule! {
    /// # Symptoms
    /// Servers of different organizations refuse mail or drop connections, and their replies name a list of addresses or the reputation of
    /// the sending address.
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
    /// mail from there has to go through the provider. Lists of domains and of links in messages are another matter. Some cloud services
    /// offer no STARTTLS to addresses with a bad reputation, and then refuse mail for the lack of it.
    id: "own-ip-blocklisted",
    title: "The address that mail leaves from is on a block list",
    area: Connections,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Reports, ProtocolLogs, Tracking],
    explains: ["connect-reset-10054-dropped-442"],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
    ],
    check: check,
}

/// Lists of addresses, and words of their keepers that stand for nothing else.
static BY_NAME: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:zen|sbl|xbl|pbl|sbl-xbl)\.spamhaus|spamcop|barracudacentral|\bdnsbl\.sorbs|uceprotect|abuseat|banned sending ip|\bS31(?:40|50)\b",
    )
    .ok()
});
/// Words of a list or a reputation, which can be that of an address or of something else.
static LISTED: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?i)spamhaus|sorbs\.net|dnsbl|\brbl\b|block ?list|black ?list|poor reputation|bad reputation|low reputation|blocked using|listed (?:at|in|by|on) [a-z0-9.-]+\.[a-z]{2,}",
    )
    .ok()
});
/// What speaks of the address that mail comes from, whatever else is said.
static BY_ADDRESS: Pattern =
    LazyLock::new(|| Regex::new(r"(?i)\bclient host\b|\byour ip\b|\bsending ip\b|\bip address\b").ok());
/// What may speak of it.
static ABOUT_ADDRESS: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bips?\b|\bclient\b|\bhost\b|\b(?:your|sending|source|connecting|remote) (?:mail ?)?(?:address|server|mta|network)\b|\b(?:\d{1,3}\.){3}\d{1,3}\b",
    )
    .ok()
});
/// What speaks of the message, its sender or its recipient instead.
static ABOUT_OTHER: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?i)surbl|uribl|\bdbl\.|rhsbl|\bur[li]s?\b|\blinks?\b|\bdomains?\b|attachment|\bfile ?types?\b|sender address|\bfrom address\b|recipient'?s? (?:block|black)",
    )
    .ok()
});
static ADDRESS: Pattern = LazyLock::new(|| Regex::new(r"\b(?:\d{1,3}\.){3}\d{1,3}\b").ok());
static LIST: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b((?:[a-z0-9-]+\.)*(?:spamhaus\.org|spamcop\.net|barracudacentral\.org|sorbs\.net|uceprotect\.net|abuseat\.org))\b").ok()
});

fn is_meant(reply: &Reply) -> bool {
    let is_refusal = reply.reply.code.is_none_or(|code| (400..600).contains(&code));
    is_refusal && says_listed(words(&reply.text))
}

/// What the other side said, without what Exchange puts around it, which speaks of hosts and addresses, too.
fn words(text: &str) -> &str {
    let start = ["LED=", "responded with:", "->"].iter().filter_map(|mark| Some(text.rfind(mark)? + mark.len())).max();
    let inner = text.get(start.unwrap_or(0)..).unwrap_or(text);
    let end = ["Attempted failover", "{FQDN=", "{IP="].iter().filter_map(|mark| inner.find(mark)).min();
    inner.get(..end.unwrap_or(inner.len())).unwrap_or(inner)
}

/// Whether a reply says that the address of the sender is on a list or has a bad reputation. Lists of domains, links and attachments have
/// similar names.
fn says_listed(text: &str) -> bool {
    let is = |pattern: &Pattern| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
    if is(&BY_ADDRESS) {
        return is(&BY_NAME) || is(&LISTED);
    }
    !is(&ABOUT_OTHER) && (is(&BY_NAME) || (is(&LISTED) && is(&ABOUT_ADDRESS)))
}

/// What of the reply says so.
fn mark(reply: &Reply) -> Option<String> {
    let find = |pattern: &Pattern| Some(pattern.as_ref()?.find(&reply.text)?.as_str().to_owned());
    find(&BY_NAME).or_else(|| find(&LISTED))
}

fn check(facts: &Facts) -> Verdict {
    let failures = failures_at(facts, is_meant, |reply| is_of_peer(facts, reply));
    if !failures.is_empty() {
        return Verdict::Found(vec![finding(facts, &failures)]);
    }
    match without_tls(facts) {
        Some(found) => Verdict::Found(vec![found]),
        None => Verdict::NotApplicable,
    }
}

/// Whether it is the answer of another organization: what tracking tells of messages that the own filter refused is not, nor is what
/// others report of mail to this organization.
fn is_of_peer(facts: &Facts, reply: &Reply) -> bool {
    match &reply.at {
        ReplyPlace::Tracking(event) => {
            !event.eq_ignore_ascii_case("FAIL") || reply.says("remote server") || reply.says("LED=")
        }
        ReplyPlace::Send(connector) => !connector.to_lowercase().starts_with("intra-organization"),
        ReplyPlace::Report(at, _) => facts.reports.get(*at).is_none_or(|report| !is_of_own_filter(facts, report)),
        _ => true,
    }
}

/// Whether a report is about mail that a server of this organization refused.
fn is_of_own_filter(facts: &Facts, report: &NonDeliveryReport) -> bool {
    let is_own_domain = |name: &str| {
        facts.settings.accepted_domains.iter().any(|own| {
            let own = own.domain.value.trim_start_matches("*.").to_lowercase();
            let name = name.trim_end_matches('.').to_lowercase();
            !own.is_empty() && (name == own || name.strip_suffix(&own).is_some_and(|rest| rest.ends_with('.')))
        })
    };
    report.recipients.iter().any(|recipient| match &recipient.remote_mta {
        Some(remote) => facts.servers.server(&remote.value).is_some() || is_own_domain(&remote.value),
        None => recipient
            .address
            .as_ref()
            .and_then(|address| address.value.rsplit_once('@'))
            .is_some_and(|(_, domain)| is_own_domain(domain)),
    })
}

/// Whether it is known that a report is about mail that left here: an own server wrote it, or the own domains are known.
fn is_of_own_mail(facts: &Facts, reply: &Reply) -> bool {
    let ReplyPlace::Report(at, _) = reply.at else { return true };
    let report = facts.reports.get(at);
    let writers = report.into_iter().flat_map(|report| [&report.reporting_mta, &report.generating_server]);
    let is_own = |name: &str| {
        let key = server_key(name);
        facts.servers.server(name).is_some()
            || facts.queues.queues.iter().filter_map(WaitingQueue::server).any(|own| server_key(own) == key)
    };
    !facts.settings.accepted_domains.is_empty() || writers.flatten().any(|name| is_own(&name.value))
}

/// Hosts of cloud services that keep lists of addresses of their own.
const CLOUD: [&str; 5] = ["mail.protection.outlook.com", "mx.microsoft", "google.com", "mimecast.com", "pphosted.com"];

/// A cloud service that demands STARTTLS, which it always offers, but not to addresses with a bad reputation. A device that hides the
/// command does the same; where a log shows that one does, this stays silent.
fn without_tls(facts: &Facts) -> Option<Discovery> {
    let demands = |reply: &Reply| {
        reply.says("must issue a STARTTLS command first")
            || (reply.says("STARTTLS is required") && reply.reply.enhanced.as_deref() == Some("5.7.3"))
    };
    let is_cloud = |name: &str| {
        let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
        CLOUD.iter().any(|host| name.ends_with(host))
    };
    let mut failures = failures(facts, demands);
    failures.queues.retain(|failed| {
        failed.error().host.as_deref().is_some_and(is_cloud)
            || failed.queue.next_hop().is_some_and(|hop| hop.split([',', ';']).any(is_cloud))
    });
    let first = failures.queues.first()?;
    let rewritten = facts.transport.counts(Question::SmtpEndpoints).any(|(key, tally)| {
        key.first().is_some_and(|kind| kind == "send") && tally.marks & Capabilities::REWRITTEN != 0
    });
    if rewritten {
        return None;
    }
    let host = first.error().host.or_else(|| first.queue.next_hop().map(str::to_owned)).unwrap_or_default();
    let mut found = Discovery::new(Confidence::Possible);
    found.severity = Some(Severity::Medium);
    let mut places = String::new();
    for (at, failed) in failures.queues.iter().enumerate() {
        if at < 3 {
            let proof = Proof::new(failed.reply.span, format!("The error in queue {}", failed.queue.label()));
            places += &found.cite(proof.mark(["STARTTLS"]).why("The other side demands what it offers to everybody."));
        }
        found.accounts_for(failed.queue, failed.messages, format!("Queue {}", hop(failed.queue)));
    }
    let total = failures.messages();
    found.statement = format!(
        "{} {} because a cloud service demands STARTTLS {places}; such services do not offer it to addresses that are on a block list, so this can be the reason: {host}.",
        count(total, "message"),
        if total == 1 { "waits" } else { "wait" },
    );
    found.affects([host]);
    found.unknown("Whether the other side offers STARTTLS to this address: the send log shows its reply to EHLO. A connector that ignores STARTTLS gives the same error.");
    found.missing.push(Missing {
        what: "The send protocol log with the reply to EHLO".to_owned(),
        settles: "Whether STARTTLS is missing in it: then look the address up in block lists. If it is there, the connector ignores it. If it is masked with X, a device between does it.".to_owned(),
        command: "Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel Verbose".to_owned(),
    });
    found.command(
        "See whether the connectors ignore STARTTLS.",
        "Get-SendConnector | Format-List Name,Enabled,IgnoreSTARTTLS,RequireTLS,SmartHosts",
    );
    found.step("Look up the public address that mail leaves from in the usual block lists, for example at check.spamhaus.org, and ask for its removal where it is listed. Leave TLS as it is.");
    found.verify.push("The reply to EHLO in the send log offers STARTTLS, and the queue empties.".to_owned());
    Some(found)
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
    let mut peers: BTreeSet<String> = hops.map(str::to_lowercase).gather();
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
    // Others may keep lists of their own, for reasons of their own; a list that is named is more.
    let certain = !lists.is_empty()
        || all().take(1000).any(|reply| BY_NAME.as_ref().is_some_and(|name| name.is_match(&reply.text)));
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let (mut places, mut total) = (String::new(), 0);
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
        found.unknown("Whether a public list is meant or one that the other side keeps: no reply names one.");
        if peers.len() < 2 {
            found.severity = Some(Severity::Medium);
        }
    }
    if failures.queues.is_empty() && failures.is_only_delayed() {
        found.severity = Some(Severity::Medium);
        found.held("The reports speak of a delay: the messages are still tried, and need not be sent again.");
    }
    let only_reports = failures.queues.is_empty() && failures.logs.is_empty();
    if only_reports && !failures.reports.iter().take(1000).any(|reply| is_of_own_mail(facts, reply)) {
        found.confidence = Confidence::Possible;
        found.unknown("Whether the reports are about mail that left here: a report of others about mail to this organization shows what its own filter says of them.");
        found.missing.push(Missing {
            what: "The accepted domains".to_owned(),
            settles: "Whether the mail was for this organization.".to_owned(),
            command: "Get-AcceptedDomain | Export-Clixml accepted-domains.xml".to_owned(),
        });
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
    let reply = LastError::read(text);
    let found = ADDRESS.as_ref()?.find_iter(&reply.reply.text).filter_map(|hit| hit.as_str().parse::<IpAddr>().ok());
    let peer = reply.address;
    found
        .filter(|address| !is_private(*address) && Some(*address) != peer && !address.is_loopback())
        .map(|address| address.to_string())
        .next()
}

#[cfg(test)]
mod tests {
    use super::{own_address, says_listed, words};

    #[test]
    fn what_is_put_around_a_reply_is_left_out() {
        assert_eq!(
            words(
                "451 4.4.0 Primary target IP address responded with: \"550 Blocked.\" Attempted failover to alternate host"
            ),
            " \"550 Blocked.\" "
        );
        assert_eq!(
            words("[{LRT=1};{LED=550 Host [192.0.2.1] blocked};{FQDN=x};{IP=192.0.2.2}]"),
            "550 Host [192.0.2.1] blocked};"
        );
    }

    #[test]
    fn replies_that_name_a_list_or_a_reputation_are_known() {
        let meant = says_listed;
        assert!(meant("554 5.7.1 Service unavailable; Client host [203.0.113.80] blocked using zen.spamhaus.org"));
        assert!(meant("550 5.7.606 Access denied, banned sending IP [203.0.113.80]"));
        assert!(meant(
            "550 5.7.1 Unfortunately, messages from [203.0.113.80] weren't sent. Your network is on our block list (S3150)."
        ));
        assert!(meant("554 5.7.1 Your IP has a poor reputation"));
        assert!(!meant("550 5.7.1 Unable to relay"));
        assert!(!meant("451 4.7.1 Message contains a URL listed by multi.surbl.org"));
        assert!(!meant("450 4.7.1 Sender address rejected: domain contoso.com listed in dbl.spamhaus.org"));
        assert!(!meant("550 5.7.1 Attachment is on our block list"));
        assert!(!meant("550 5.7.1 You are on the black list of the recipient"));
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
