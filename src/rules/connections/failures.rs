//! What the rules about failed connections share: where a failure is shown, which way the mail goes, and how bad that is.
//!
//! Traps: every server has a few internet domains that do not answer just now, and logs are full of attempts that worked a
//! minute later. What the own server answers to strangers is no failure of a connection to the outside.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::xxh3_64;

use crate::base::gather::Gather as _;
use crate::base::once::once;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::facts::replies::{Reply, ReplyPlace};
use crate::model::queue::DeliveryType;
use crate::model::smtp_reply::LastError;
use crate::report::{Confidence, Role, Severity};
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::logged::{goes_on, place};
use crate::rules::searching::span_of;
use crate::rules::waiting::{Way, connect_command, retry, way, way_of_name};

/// Places that are cited.
const CITED: usize = 5;

/// External queues from which on a failure of all of them is one of the own side.
pub(super) const MANY: usize = 3;

/// Messages for single internet domains up to which nobody need to look.
const FEW: u64 = 10;

/// What to know before transport is told to ask the DNS servers of the network card for internal names.
pub(super) const ADAPTER_WARNING: &str = "Transport then asks only the DNS servers of the network card, and a list that was set in InternalDNSServers counts no more. Write the present settings down, and see first that those servers resolve internal names.";

/// Where a failure is shown.
pub(super) struct Failures<'a> {
    /// Queues with mail that show it now.
    pub queues: Vec<Failed<'a>>,
    /// Non-delivery reports.
    pub reports: Vec<&'a Reply>,
    /// Entries of logs.
    pub logs: Vec<&'a Reply>,
}

/// A queue that shows a failure.
pub(super) struct Failed<'a> {
    /// The queue.
    pub queue: &'a WaitingQueue,
    /// Its first reply of that kind.
    pub reply: &'a Reply,
    /// Messages that wait because of it.
    pub messages: u64,
    /// Where it leads.
    pub way: Way,
}

/// All places that show a failure. What is meant is known by the text and by whether it is history, so it is asked once for each.
pub(super) fn failures(facts: &Facts, is_meant: impl Fn(&Reply) -> bool) -> Failures<'_> {
    failures_at(facts, is_meant, |_| true)
}

/// The same, of some places only.
pub(super) fn failures_at(
    facts: &Facts,
    is_meant: impl Fn(&Reply) -> bool,
    is_here: impl Fn(&Reply) -> bool,
) -> Failures<'_> {
    let is_meant = once(|reply: &Reply| xxh3_64(reply.text.as_bytes()) ^ u64::from(reply.is_history()), is_meant);
    let mut by_queue: BTreeMap<usize, Vec<&Reply>> = BTreeMap::new();
    let (mut reports, mut logs) = (Vec::new(), Vec::new());
    for reply in facts.replies.all.iter().filter(|reply| is_meant(reply) && is_here(reply)) {
        match &reply.at {
            ReplyPlace::Queue(index) => by_queue.entry(*index).or_default().push(reply),
            ReplyPlace::Report(..) => reports.push(reply),
            ReplyPlace::Receive { .. } | ReplyPlace::Agent(_) => {}
            _ => logs.push(reply),
        }
    }
    let queues = by_queue.into_iter().filter_map(|(index, own)| {
        let queue = facts.queues.queues.get(index).filter(|queue| queue.may_hold_mail())?;
        let messages = queue.share(facts.replies.alike(&own));
        Some(Failed { queue, reply: own.first()?, messages, way: way(facts, queue) })
    });
    Failures { queues: queues.collect(), reports, logs }
}

impl Failures<'_> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.queues.is_empty() && self.reports.is_empty() && self.logs.is_empty()
    }

    /// Whether there are reports, and all of them speak of a delay: the mail is still tried.
    pub fn is_only_delayed(&self) -> bool {
        !self.reports.is_empty() && self.reports.iter().all(|reply| is_delay(reply))
    }

    /// Messages that wait because of it.
    pub fn messages(&self) -> u64 {
        self.queues.iter().fold(0, |sum, failed| sum.saturating_add(failed.messages))
    }

    /// Queues that lead one way.
    pub fn to(&self, way: Way) -> impl Iterator<Item = &Failed<'_>> {
        self.queues.iter().filter(move |failed| failed.way == way)
    }

    /// Whether every queue to the internet fails so, and there are enough of them.
    pub fn is_every_external(&self, facts: &Facts) -> bool {
        let failed = self.to(Way::External).count();
        failed >= MANY && failed == externals(facts).count()
    }

    /// Whether a queue leads to a smart host, which carries the mail for many domains.
    pub fn is_to_smart_host(&self) -> bool {
        self.queues.iter().any(|failed| {
            let kind = failed.queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value);
            kind == Some(DeliveryType::SmartHostConnectorDelivery)
        })
    }

    /// The steps for a destination outside: whom to ask, which hosts there are, and a try.
    pub fn outside_steps(&self, facts: &Facts, found: &mut Discovery, single: &str) {
        let server = self.queues.first().and_then(|failed| failed.queue.server());
        let (host, port) = self.host(facts);
        let is_name = host.contains('.') && host.parse::<std::net::IpAddr>().is_err();
        if self.is_to_smart_host() {
            found.step("The queue leads to a smart host: see whether it runs, and whether its address or its rules for this server changed.");
            found.command(
                "See which connector names it.",
                "Get-SendConnector | Format-List Name,Enabled,SmartHosts,Port,AddressSpaces",
            );
        } else {
            if !self.is_every_external(facts) && !self.queues.is_empty() {
                found.step(single);
            }
            let hop = self.queues.first().and_then(|failed| failed.queue.next_hop()).filter(|hop| is_host_name(hop));
            if let Some(domain) = hop.or(is_name.then_some(host.as_str())) {
                found.command(
                    "Find the hosts that take the mail of the domain.",
                    format!("nslookup -q=mx {}", quoted(domain)),
                );
            }
        }
        found.command(
            "Try a connection from the sending server, and from another computer.",
            connect_command(facts, server, &host, port),
        );
    }

    /// The last step: try again at once. What is only reported as delayed is tried again anyhow.
    pub fn retry(&self, found: &mut Discovery) {
        if !self.queues.is_empty() || !self.is_only_delayed() {
            retry(found, &self.queues.iter().map(|failed| failed.queue).collect::<Vec<_>>());
        }
    }

    /// Which way most of it goes: what queues show, else the names in logs.
    pub fn way(&self, facts: &Facts) -> Way {
        let named = |reply: &&Reply| match &reply.at {
            ReplyPlace::Connection { destination, .. } => Some(way_of_name(facts, destination)),
            ReplyPlace::Send(connector) if connector.to_lowercase().starts_with("intra-organization") => {
                Some(Way::Internal)
            }
            _ => None,
        };
        let all: Vec<Way> =
            self.queues.iter().map(|failed| failed.way).chain(self.logs.iter().filter_map(named)).collect();
        if all.contains(&Way::Internal) {
            Way::Internal
        } else if all.contains(&Way::External) {
            Way::External
        } else {
            Way::Unknown
        }
    }

    /// The hosts and domains that could not be reached: what the errors name, else the next hops, else what logs name.
    pub fn targets(&self) -> Vec<String> {
        let queues = self.queues.iter().take(200).filter_map(|failed| {
            let host = failed.error().host;
            host.or_else(|| failed.queue.next_hop().map(str::to_owned))
        });
        let queues = distinct(queues.filter(|name| !name.trim().is_empty()));
        if !queues.is_empty() {
            return queues;
        }
        let logs = self.logs.iter().take(200).filter_map(|reply| match &reply.at {
            ReplyPlace::Connection { destination, .. } => Some(destination.clone()),
            _ => None,
        });
        distinct(logs.filter(|name| !name.trim().is_empty()))
    }

    /// A host to try, by name where that is known, and the port that was tried.
    pub fn host(&self, facts: &Facts) -> (String, u16) {
        let first = self.queues.iter().find(|failed| failed.way == Way::Internal).or(self.queues.first());
        let port = first.and_then(|failed| port(&failed.reply.text)).unwrap_or(25);
        let error = first.map(Failed::error).unwrap_or_default();
        let by_address = error.address.and_then(|address| {
            let known = facts.servers.exchange_addresses().find(|known| known.address == address);
            known.map(|known| known.server.clone())
        });
        let hop = first.and_then(|failed| failed.queue.next_hop()).unwrap_or("");
        let name = error
            .host
            .or(by_address)
            .or_else(|| server_of_site(facts, hop))
            .or_else(|| is_host_name(hop).then(|| hop.to_owned()))
            .or_else(|| smart_host(hop))
            .or_else(|| error.address.map(|address| address.to_string()))
            .or_else(|| self.targets().into_iter().find(|name| is_host_name(name)));
        (name.unwrap_or_else(|| "<server>".to_owned()), port)
    }

    /// A finding with what is shown, how often and how bad: `what` follows the number of messages.
    pub fn finding(&self, facts: &Facts, what: &str, marks: &[&str], why: &str) -> Discovery {
        let mut found = Discovery::new(Confidence::Confirmed);
        let mut places = String::new();
        for (at, failed) in self.queues.iter().enumerate() {
            if at < CITED {
                let note = format!("The error in queue {}", failed.queue.label());
                places += &found.cite(Proof::new(failed.reply.span, note).mark(marks.iter().copied()).why(why));
            }
            found.accounts_for(failed.queue, failed.messages, format!("Queue {}", hop(failed.queue)));
        }
        for reply in self.reports.iter().take(CITED.saturating_sub(self.queues.len())) {
            places +=
                &found.cite(Proof::new(reply.span, "The status in a report").mark(marks.iter().copied()).why(why));
        }
        let shown = if self.queues.is_empty() { CITED } else { 2 };
        for reply in self.logs.iter().take(shown) {
            let span = span_of(reply.times.map(|t| t.0), reply.times.map(|t| t.1));
            let note = format!("{}, {}{span}", place(reply), count(reply.count, "time"));
            places += &found.cite(Proof::new(reply.span, note).mark(marks.iter().copied()).why(why));
        }
        let targets = self.targets();
        let to = if targets.is_empty() { String::new() } else { format!(": {}", listed(&targets, 3)) };
        found.statement = if !self.queues.is_empty() {
            let messages = self.messages();
            let amount = if self.queues.iter().any(|failed| !failed.queue.is_counted()) && messages == 0 {
                "An unknown number of messages".to_owned()
            } else {
                count(messages, "message")
            };
            let waits = if messages == 1 { "waits" } else { "wait" };
            format!("{amount} in {} {waits} because {what} {places}{to}.", count(self.queues.len() as u64, "queue"))
        } else if !self.reports.is_empty() {
            format!("{} because {what} {places}{to}.", returned(&self.reports))
        } else {
            let times: u64 = self.logs.iter().map(|reply| reply.count).sum();
            format!("In the logs {what}, {} {places}{to}.", count(times, "time"))
        };
        found.affects(targets.into_iter().take(10));
        self.weigh(facts, &mut found);
        found
    }

    /// How bad it is. What only logs show is past unless it goes on at their end; a few messages for single internet domains
    /// are ordinary.
    fn weigh(&self, facts: &Facts, found: &mut Discovery) {
        if self.queues.is_empty() && self.is_only_delayed() {
            found.held("The reports speak of a delay: the messages are still tried, and need not be sent again.");
        }
        if self.queues.is_empty() && self.reports.is_empty() {
            let ongoing: Vec<&&Reply> = self.logs.iter().filter(|reply| goes_on(facts, reply)).collect();
            if ongoing.is_empty() {
                found.unknown("Whether mail waits because of it: the logs show attempts, and no queue of the evidence shows this error.");
                found.severity = Some(Severity::Info);
                found.role = Some(Role::Context);
                return;
            }
            found.held("The attempts go on until the end of the logs.");
            let places: BTreeSet<String> = ongoing.iter().map(|reply| place(reply)).gather();
            if self.way(facts) != Way::Internal && places.len() < MANY {
                found.severity = Some(Severity::Info);
            }
            return;
        }
        if self.queues.iter().any(|failed| failed.way == Way::Internal) || self.is_every_external(facts) {
            found.severity = Some(Severity::High);
        } else if self.queues.len() < MANY && self.messages() <= FEW && self.is_to_smart_host() {
            found.severity = Some(Severity::Low);
        } else if self.queues.len() < MANY && self.messages() <= FEW {
            found.severity = Some(Severity::Info);
            found.unknown(
                "Whether this is more than a domain of the internet that does not answer for a while: few messages wait, and few destinations are concerned.",
            );
        }
    }
}

impl Failed<'_> {
    /// The error, taken apart.
    pub fn error(&self) -> LastError {
        LastError::read(&self.reply.text)
    }
}

/// Queues to the internet that hold mail, by DNS or through smart hosts.
pub(super) fn externals(facts: &Facts) -> impl Iterator<Item = &WaitingQueue> {
    let smtp = |queue: &&WaitingQueue| {
        let kind = queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value);
        matches!(kind, Some(DeliveryType::DnsConnectorDelivery | DeliveryType::SmartHostConnectorDelivery))
    };
    facts.queues.waiting_queues().filter(smtp).filter(|queue| queue.may_hold_mail())
}

/// `EX1\41 to fabrikam.example`.
pub(super) fn hop(queue: &WaitingQueue) -> String {
    match queue.next_hop() {
        Some(hop) if !hop.trim().is_empty() => format!("{} to {hop}", queue.label()),
        _ => queue.label(),
    }
}

/// Whether a report speaks of a delay.
pub(super) fn is_delay(reply: &Reply) -> bool {
    matches!(reply.at, ReplyPlace::Report(_, true))
}

/// What became of the messages that reports are about.
fn returned(reports: &[&Reply]) -> String {
    let late = reports.iter().filter(|reply| is_delay(reply)).count();
    let lost = reports.len() - late;
    let of = |number: usize, one: &str, many: &str| match number {
        1 => format!("A message {one}"),
        _ => format!("{} {many}", count(number as u64, "message")),
    };
    let delayed = || of(late, "is delayed", "are delayed");
    let failed = || of(lost, "was not delivered", "were not delivered");
    match (late, lost) {
        (_, 0) => delayed(),
        (0, _) => failed(),
        _ => format!("{}, and {},", failed(), delayed().to_lowercase()),
    }
}

/// The port of `The last endpoint attempted was 192.0.2.1:2525`.
fn port(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("endpoint attempted was ")?;
    let endpoint = rest.split_whitespace().next()?;
    endpoint.rsplit_once(':')?.1.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// The first of the smart hosts that a next hop names: `[10.0.0.9],[10.0.0.10]`.
fn smart_host(hop: &str) -> Option<String> {
    let first = hop.split([',', ';']).next()?.trim();
    let bare = first.trim_start_matches('[').trim_end_matches(']').trim();
    (bare.parse::<std::net::IpAddr>().is_ok() || is_host_name(bare)).then(|| bare.to_owned())
}

/// Whether a next hop can be the name of a host or a domain.
pub(super) fn is_host_name(hop: &str) -> bool {
    hop.contains('.') && hop.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// A server of the site that `Site:Bonn;Version:15` names.
fn server_of_site(facts: &Facts, hop: &str) -> Option<String> {
    let site = hop.get(..5).filter(|start| start.eq_ignore_ascii_case("site:")).and(hop.get(5..))?;
    let site = site.split(';').next()?.trim();
    let mut servers = facts.servers.servers.iter();
    let found = servers.find(|server| server.site.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(site)))?;
    Some(found.fqdn.clone().unwrap_or_else(|| found.name.clone()))
}

#[cfg(test)]
mod tests {
    use super::{is_host_name, port, smart_host};

    #[test]
    fn a_smart_host_in_brackets_is_a_host_to_try() {
        assert_eq!(smart_host("[10.0.0.9]").as_deref(), Some("10.0.0.9"));
        assert_eq!(smart_host("relay.contoso.com,[192.0.2.9]").as_deref(), Some("relay.contoso.com"));
        assert_eq!(smart_host("Site:Bonn;Version:15"), None);
    }

    #[test]
    fn the_port_of_the_last_attempt_is_read() {
        assert_eq!(port("The last endpoint attempted was 10.20.0.14:2525"), Some(2525));
        assert_eq!(port("The last endpoint attempted was [fd00::1]:25\"."), Some(25));
        assert_eq!(port("421 4.2.1 Unable to connect"), None);
        assert!(
            is_host_name("mx.fabrikam.example")
                && !is_host_name("Site:Bonn;Version:15")
                && !is_host_name("hub version 15")
        );
    }
}
