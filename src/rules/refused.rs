//! Mail that waits because a server of the site turns it away: which queues show a reply, and which server gave it.
//!
//! A queue seldom names the server. The error does in its brackets, or its address is one that is known; queues of type
//! MapiDelivery and those to single servers have its name as next hop. Else the server stays unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::base::gather::Gather as _;
use crate::base::once::once_per_text;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::server::server_key;
use crate::model::smtp_reply::LastError;

/// A queue with an error.
pub(in crate::rules) struct Refused<'a> {
    /// The queue.
    pub queue: &'a WaitingQueue,
    /// Where it stands.
    pub span: Span,
    /// How many messages have it.
    pub messages: u64,
    /// The server that refuses, where it is known.
    pub server: Option<String>,
    /// The same as a key.
    key: Option<String>,
    /// Whether it is certain that the next hop is in the own organization.
    pub is_internal: bool,
}

impl Refused<'_> {
    /// Whether the server with this key refuses.
    pub fn is_by(&self, key: &str) -> bool {
        self.key.as_deref() == Some(key)
    }
}

/// Every queue that holds mail with such an error.
pub(in crate::rules) fn refused<'a>(facts: &'a Facts, matches: &dyn Fn(&str) -> bool) -> Vec<Refused<'a>> {
    let matches = &once_per_text(matches);
    let mut names: BTreeMap<IpAddr, &str> = BTreeMap::new();
    for address in facts.servers.exchange_addresses() {
        names.insert(address.address, &address.server);
    }
    let known: BTreeSet<String> = facts.servers.servers.iter().map(|server| server_key(&server.name)).gather();
    let mut all = Vec::new();
    for queue in facts.queues.waiting_queues().filter(|queue| queue.may_hold_mail()) {
        let Some(error) = queue.errors().find(|error| matches(&error.text)) else { continue };
        let kind = queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|kind| kind.value);
        let hop = queue.next_hop().filter(|hop| known.contains(&server_key(hop))).map(str::to_owned);
        let read: &LastError = &error.error;
        let named = read.host.clone().filter(|_| kind.is_none_or(|kind| !kind.is_external()));
        let by_address =
            read.address.and_then(|address| names.get(&address.to_canonical())).map(|name| (*name).to_owned());
        let server = named.or(by_address).or(hop);
        let key = server.as_deref().map(server_key);
        let is_internal =
            kind.map_or_else(|| key.as_ref().is_some_and(|key| known.contains(key)), |kind| !kind.is_external());
        all.push(Refused { queue, messages: queue.share(matches), span: error.span, server, key, is_internal });
    }
    all
}
