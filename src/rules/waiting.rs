//! What rules about waiting mail share: which way a queue leads, how old its mail is, and the commands to look at it.

use super::discovery::{Discovery, quoted};
use crate::facts::Facts;
use crate::facts::queues::{Snapshot, WaitingQueue};
use crate::model::queue::DeliveryType;
use crate::model::server::server_key;
use crate::model::version::ExchangeVersion;

/// Which way the mail of a queue goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Way {
    /// To servers of the organization.
    Internal,
    /// Out of it.
    External,
    /// The export does not tell.
    Unknown,
}

/// Which way a queue leads: by its delivery type, else by the form of its next hop.
pub(in crate::rules) fn way(facts: &Facts, queue: &WaitingQueue) -> Way {
    match queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value) {
        Some(DeliveryType::Undefined | DeliveryType::Unreachable | DeliveryType::Heartbeat) => Way::Unknown,
        Some(kind) if kind.is_external() => Way::External,
        Some(_) => Way::Internal,
        None => way_of_name(facts, queue.next_hop().unwrap_or("")),
    }
}

/// The same for the name of a next hop alone.
pub(in crate::rules) fn way_of_name(facts: &Facts, next_hop: &str) -> Way {
    let name = next_hop.trim().to_ascii_lowercase();
    let is_internal = name.starts_with("site:")
        || name.starts_with("hub version")
        || (!name.is_empty() && (facts.servers.server(&name).is_some() || facts.databases.database(&name).is_some()));
    if is_internal { Way::Internal } else { Way::Unknown }
}

/// Minutes between the oldest message of a queue and the newest time in the exports of queues and messages.
pub(in crate::rules) fn age(facts: &Facts, queue: &WaitingQueue) -> Option<i64> {
    let oldest =
        queue.messages.iter().filter_map(|m| m.date_received.as_ref()).map(|t| t.value).min_by_key(|t| t.at)?;
    let newest = facts.queues.as_of()?;
    oldest.compare(newest)?;
    Some(oldest.at.duration_until(newest.at).as_mins())
}

/// Hours between two lists of queues within which a difference tells how fast a queue grows.
const SPAN: i64 = 4;

/// How many messages more, and how many percent more, are growth and not the ups and downs of every queue.
const GROWTH: (u64, u64) = (50, 20);

/// The first and the last list of a queue that clearly grew between them, within some hours.
pub(in crate::rules) fn growth(queue: &WaitingQueue) -> Option<(&Snapshot, &Snapshot)> {
    let (first, last) = queue.change()?;
    let minutes = first.at?.at.duration_until(last.at?.at).as_mins();
    let more = last.count.checked_sub(first.count)?;
    let clearly = more >= GROWTH.0 && more.saturating_mul(100) >= first.count.saturating_mul(GROWTH.1);
    (clearly && minutes <= SPAN * 60).then_some((first, last))
}

/// Whether a server is known to run 2007 or 2010: by its version, by queues that later versions do not have, or by the folder
/// of its logs.
pub(in crate::rules) fn is_2010_or_older(facts: &Facts, server: Option<&str>) -> bool {
    let Some(server) = server else { return false };
    if let Some(version) = facts.servers.version(server) {
        return version <= ExchangeVersion::V2010;
    }
    let key = server_key(server);
    let mapi = |queue: &WaitingQueue| {
        let kind = queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value);
        kind == Some(DeliveryType::MapiDelivery) && queue.server().map(server_key).as_ref() == Some(&key)
    };
    let old_folder = |path: &str| path.contains("\\V14\\") || path.contains("\\Exchange Server\\TransportRoles");
    let paths =
        facts.settings.transport_of(server).flat_map(|service| &service.logs).filter_map(|log| log.path.as_ref());
    facts.queues.queues.iter().any(mapi) || paths.into_iter().any(|path| old_folder(&path.value))
}

/// `Get-TransportService "EX1"`; in 2007 and 2010 the cmdlet has another name. The verb is put in front.
pub(in crate::rules) fn transport_settings(facts: &Facts, server: Option<&str>) -> String {
    let noun = if is_2010_or_older(facts, server) { "TransportServer" } else { "TransportService" };
    match server {
        Some(server) => format!("{noun} {}", quoted(server)),
        None => noun.to_owned(),
    }
}

/// The last step of many remedies: try again at once, for up to five queues by name.
pub(in crate::rules) fn retry(found: &mut Discovery, queues: &[&WaitingQueue]) {
    let named: Vec<String> = queues
        .iter()
        .filter(|queue| queue.identity.is_some())
        .take(5)
        .map(|queue| format!("Retry-Queue -Identity {}", quoted(&queue.label())))
        .collect();
    if named.is_empty() {
        found.command(
            "Then have the mail sent again at once.",
            "Get-Queue | Where-Object { $_.Status -eq 'Retry' } | Retry-Queue",
        );
    } else {
        found.command("Then have the mail sent again at once.", named.join("\n"));
    }
}

/// A try to open a connection to a host, in the shell that the server has.
pub(in crate::rules) fn connect_command(facts: &Facts, server: Option<&str>, host: &str, port: u16) -> String {
    if is_2010_or_older(facts, server) {
        format!("telnet {} {port}", quoted(host))
    } else {
        format!("Test-NetConnection -ComputerName {} -Port {port}", quoted(host))
    }
}

/// Messages in the queues of a server itself, by its key.
pub(in crate::rules) fn held_by(facts: &Facts, key: &str) -> u64 {
    let own = |queue: &&WaitingQueue| queue.server().is_some_and(|server| server_key(server) == key);
    facts.queues.waiting_queues().filter(own).fold(0, |sum, queue| sum.saturating_add(queue.count()))
}

/// Whether mail of other servers fails on its way to a server, as far as queues name it.
pub(in crate::rules) fn is_waited_for(facts: &Facts, key: &str) -> bool {
    facts.queues.waiting_queues().filter(|queue| queue.may_hold_mail() && !queue.is_moving()).any(|queue| {
        queue.next_hop().is_some_and(|hop| server_key(hop) == key)
            || queue.errors().any(|error| error.error.host.as_deref().is_some_and(|host| server_key(host) == key))
    })
}

/// Another server whose transport moves mail: only a service that runs shows its queues.
pub(in crate::rules) fn other_at_work(facts: &Facts, key: &str, is_out: &dyn Fn(&str) -> bool) -> Option<String> {
    let moving = facts.queues.waiting_queues().filter(|queue| queue.is_moving()).filter_map(|queue| queue.server());
    moving.map(str::to_owned).find(|name| server_key(name) != key && !is_out(&server_key(name)))
}
