//! Queues of many servers summed up, as `Get-QueueDigest` shows them (2013 to SE).

use serde::{Deserialize, Serialize};

use super::Located;
use crate::base::source::Span;

/// The sum of the queues that have one value in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QueueDigest {
    /// The whole record.
    pub span: Span,
    /// What they have in common: a next hop, an error, a server ..., depending on the command.
    pub value: Located<String>,
    /// Messages.
    pub messages: Option<Located<u64>>,
    /// Messages that wait.
    pub deferred: Option<Located<u64>>,
    /// Messages that are locked.
    pub locked: Option<Located<u64>>,
    /// Messages that are too old to be counted for sure.
    pub stale: Option<Located<u64>>,
    /// Single queues, as printed.
    pub details: Vec<String>,
}

impl super::Entry for QueueDigest {
    fn span(&self) -> Span {
        self.span
    }
}
