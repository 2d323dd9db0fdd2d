//! Transport agents, as `Get-TransportAgent` shows them (2007 to SE).

use serde::{Deserialize, Serialize};

use super::Located;
use crate::base::source::Span;

/// One agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransportAgent {
    /// The whole record.
    pub span: Span,
    /// Name.
    pub name: Located<String>,
    /// Whether it runs.
    pub enabled: Option<Located<bool>>,
    /// Its place among the agents of its service.
    pub priority: Option<Located<u64>>,
    /// Assembly it is in.
    pub assembly: Option<Located<String>>,
    /// Class that creates it.
    pub factory: Option<Located<String>>,
}

impl super::Entry for TransportAgent {
    fn span(&self) -> Span {
        self.span
    }
}
