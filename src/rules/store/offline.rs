//! Delivery that fails because a database or its server is said to be offline, shared by the rules about it.
//!
//! The reply `432 4.3.2 STOREDRV; mailbox server is offline` stands for every failed connection to the store, so the
//! word alone proves nothing: the exception and the state of the database decide.

use crate::base::once::once_per_text;
use crate::facts::Facts;
use crate::facts::queues::{QueueError, WaitingQueue};
use crate::model::database::MailboxDatabase;
use crate::model::diagnostic_context::{Cause, DiagnosticContext};
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;

/// Whether an error of the store driver says that something is offline.
pub(super) fn is_offline(text: &str) -> bool {
    let text = squeeze(text);
    text.contains("storedrv") && (text.contains("isoffline") || text.contains("mdboffline"))
}

/// Whether the store itself said that the database is not mounted.
pub(super) fn is_dismounted(text: &str) -> bool {
    let cause = DiagnosticContext::read(text).and_then(|context| context.cause());
    cause == Some(Cause::DatabaseOffline) || squeeze(text).contains("mdboffline") || text.contains("ec=1142")
}

/// Whether the store took no more calls.
pub(super) fn is_too_busy(text: &str) -> bool {
    let cause = DiagnosticContext::read(text).and_then(|context| context.cause());
    cause == Some(Cause::ServerTooBusy) || squeeze(text).contains("rpcservertoobusy")
}

/// Whether the connection to the store failed, without a word about the database.
pub(super) fn is_connection(text: &str) -> bool {
    let plain = squeeze(text);
    !is_dismounted(text)
        && (plain.contains("connectionfailedtransientexception")
            || plain.contains("mapiexceptionnetworkerror")
            || is_too_busy(text))
}

/// Queues with such an error.
pub(super) fn queues<'a>(facts: &'a Facts, matches: &dyn Fn(&str) -> bool) -> Vec<(&'a WaitingQueue, &'a QueueError)> {
    let matches = once_per_text(matches);
    let waiting = facts.queues.waiting_queues().filter(|queue| queue.may_hold_mail());
    waiting.filter_map(|queue| Some((queue, queue.errors().find(|error| matches(&error.text))?))).collect()
}

/// What is known of the databases a queue delivers to.
pub(super) enum Home<'a> {
    /// The queue is named after this one.
    Own(&'a MailboxDatabase),
    /// It is named after a server, which has these; the mail is for any of them.
    OfServer(Vec<&'a MailboxDatabase>),
    /// Neither is known.
    Unknown,
}

impl<'a> Home<'a> {
    /// The home of a queue.
    pub fn of(facts: &'a Facts, queue: &WaitingQueue) -> Home<'a> {
        let Some(hop) = queue.next_hop() else { return Home::Unknown };
        if let Some(database) = facts.databases.database(hop) {
            return Home::Own(database);
        }
        let key = server_key(hop);
        let own = |database: &&MailboxDatabase| {
            !database.recovery.as_ref().is_some_and(|recovery| recovery.value)
                && database.server.as_deref().is_some_and(|own| server_key(own) == key)
        };
        let all: Vec<&MailboxDatabase> = facts.databases.databases.iter().filter(own).collect();
        if all.is_empty() { Home::Unknown } else { Home::OfServer(all) }
    }

    /// All of them.
    pub fn databases(&self) -> Vec<&'a MailboxDatabase> {
        match self {
            Home::Own(database) => vec![database],
            Home::OfServer(all) => all.clone(),
            Home::Unknown => Vec::new(),
        }
    }

    /// Whether all of them are known to be mounted.
    pub fn is_mounted(&self) -> bool {
        let all = self.databases();
        !all.is_empty() && all.iter().all(|database| database.mounted.as_ref().is_some_and(|mounted| mounted.value))
    }

    /// The database that is known not to be mounted, where every message of the queue is for such a one.
    pub fn dismounted(&self) -> Option<&'a MailboxDatabase> {
        let all = self.databases();
        let first = all.first().copied()?;
        all.iter().all(|database| is_down(database)).then_some(first)
    }
}

/// Whether a list shows that a database is not mounted. Those for recovery take no mail.
pub(super) fn is_down(database: &MailboxDatabase) -> bool {
    !database.recovery.as_ref().is_some_and(|recovery| recovery.value)
        && database.mounted.as_ref().is_some_and(|mounted| !mounted.value)
}
