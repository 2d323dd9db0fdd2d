//! Queues of Exchange 5.5, 2000 and 2003: those of System Manager, and those of the MTA.

use serde::{Deserialize, Serialize};

use super::Located;
use crate::base::{source::Span, timestamp::Moment};

/// One queue at the time of the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LegacyQueue {
    /// The whole record.
    pub span: Span,
    /// Its name, as printed: a domain, a connector, `Local delivery`, a server for queues over RPC ...
    pub name: Located<String>,
    /// What it is for.
    pub kind: LegacyQueueKind,
    /// The server, when the list says it.
    pub server: Option<Located<String>>,
    /// SMTP, X400 ... as printed.
    pub protocol: Option<String>,
    /// The virtual server or MTA it belongs to.
    pub source: Option<Located<String>>,
    /// State.
    pub state: Option<Located<LegacyQueueState>>,
    /// Messages in the queue.
    pub messages: Option<Located<u64>>,
    /// Their size in KB.
    pub size_kb: Option<u64>,
    /// When the oldest message was submitted.
    pub oldest: Option<Located<Moment>>,
    /// When the connection will be tried next.
    pub next_retry: Option<Located<Moment>>,
}

/// What a queue is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LegacyQueueKind {
    /// To a domain, server or connector.
    Delivery,
    /// To stores on this server.
    LocalDelivery,
    /// Waiting for the categorizer.
    DirectoryLookup,
    /// Waiting for routing.
    Routing,
    /// Without a route.
    Unreachable,
    /// Accepted, not yet categorized.
    PendingSubmission,
    /// Reports, not yet categorized.
    ReportsPendingSubmission,
    /// Set aside after a failure.
    FailedRetry,
    /// Held until a given time.
    Deferred,
    /// Waiting to be routed again.
    PendingReroute,
    /// A queue of the MTA.
    Mta,
}

impl LegacyQueueKind {
    /// The names of the queues that every server has, in the words of System Manager and of its documentation.
    const NAMES: [(&'static str, LegacyQueueKind); 14] = {
        use LegacyQueueKind as K;
        [
            ("local delivery", K::LocalDelivery),
            ("messages awaiting directory lookup", K::DirectoryLookup),
            ("messages waiting to be routed", K::Routing),
            ("messages with an unreachable destination", K::Unreachable),
            ("final destination currently unreachable", K::Unreachable),
            ("final destination unreachable", K::Unreachable),
            ("currently unreachable", K::Unreachable),
            ("dsn messages pending submission", K::ReportsPendingSubmission),
            ("messages pending submission", K::PendingSubmission),
            ("failed message retry queue", K::FailedRetry),
            ("messages queued for deferred delivery", K::Deferred),
            ("messages pending reroute", K::PendingReroute),
            ("pendingrerouteq", K::PendingReroute),
            ("precategorization queue", K::DirectoryLookup),
        ]
    };

    /// From the name of a queue, which may have more behind it: `Local delivery (EX1)`.
    pub fn of_name(name: &str) -> LegacyQueueKind {
        Self::of_start(name).map_or(LegacyQueueKind::Delivery, |(kind, _)| kind)
    }

    /// The queue whose name a line begins with, and what follows the name.
    pub fn of_start(line: &str) -> Option<(LegacyQueueKind, &str)> {
        let line = line.trim_start();
        let (name, kind) = Self::NAMES
            .iter()
            .find(|(name, _)| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))?;
        let rest = line.get(name.len()..)?;
        rest.chars().next().is_none_or(|c| !c.is_alphanumeric()).then_some((*kind, rest))
    }
}

/// State of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LegacyQueueState {
    /// Delivering.
    Active,
    /// Ready for a connection.
    Ready,
    /// The last attempt failed.
    Retry,
    /// Waiting for the schedule of the connector.
    Scheduled,
    /// Waiting for the other side to ask.
    Remote,
    /// Frozen by an administrator.
    Frozen,
}

impl LegacyQueueState {
    /// The word that System Manager shows.
    pub fn name(self) -> &'static str {
        match self {
            LegacyQueueState::Active => "Active",
            LegacyQueueState::Ready => "Ready",
            LegacyQueueState::Retry => "Retry",
            LegacyQueueState::Scheduled => "Scheduled",
            LegacyQueueState::Remote => "Remote",
            LegacyQueueState::Frozen => "Frozen",
        }
    }

    /// From the name in any case.
    pub fn parse(text: &str) -> Option<LegacyQueueState> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "active" => LegacyQueueState::Active,
            "ready" => LegacyQueueState::Ready,
            "retry" => LegacyQueueState::Retry,
            "scheduled" => LegacyQueueState::Scheduled,
            "remote" => LegacyQueueState::Remote,
            "frozen" => LegacyQueueState::Frozen,
            _ => return None,
        })
    }
}

impl LegacyQueue {
    /// A queue of which only the name is known.
    pub fn new(span: Span, name: &str, kind: LegacyQueueKind) -> LegacyQueue {
        LegacyQueue {
            span,
            name: Located::new(name.to_owned(), span),
            kind,
            server: None,
            protocol: None,
            source: None,
            state: None,
            messages: None,
            size_kb: None,
            oldest: None,
            next_retry: None,
        }
    }
}

impl LegacyQueue {
    /// How to name it: with its server, when the list says it.
    pub fn label(&self) -> String {
        match &self.server {
            Some(server) => format!("{}\\{}", server.value, self.name.value),
            None => self.name.value.clone(),
        }
    }

    /// Number of messages; 0 when the list does not show it.
    pub fn count(&self) -> u64 {
        self.messages.as_ref().map_or(0, |messages| messages.value)
    }

    /// Whether nothing in the list says that its mail does not move.
    pub fn is_moving(&self) -> bool {
        let stopped = [LegacyQueueState::Retry, LegacyQueueState::Frozen];
        let kinds = [LegacyQueueKind::Unreachable, LegacyQueueKind::FailedRetry];
        !self.state.as_ref().is_some_and(|state| stopped.contains(&state.value)) && !kinds.contains(&self.kind)
    }
}

impl super::Entry for LegacyQueue {
    fn span(&self) -> Span {
        self.span
    }

    // The time of the oldest message says nothing about the time of the list, and the next retry lies ahead.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_of_every_server_are_known_by_their_names() {
        for (name, kind) in [
            ("Local delivery", LegacyQueueKind::LocalDelivery),
            ("Local Delivery (EX1)", LegacyQueueKind::LocalDelivery),
            ("DSN messages pending submission", LegacyQueueKind::ReportsPendingSubmission),
            ("Messages pending submission", LegacyQueueKind::PendingSubmission),
            ("local deliveryman.example", LegacyQueueKind::Delivery),
            ("fabrikam.example", LegacyQueueKind::Delivery),
        ] {
            assert_eq!(LegacyQueueKind::of_name(name), kind, "{name}");
        }
    }
}
