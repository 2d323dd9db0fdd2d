//! Traces of Exchange, made with the Troubleshooting Assistant (ExTRA).

use serde::{Deserialize, Serialize};

use super::Located;
use super::diagnostic_context::DiagnosticContext;
use crate::base::source::Span;

/// One line of a trace with what belongs to it, when it is a step of a message or an exception.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TraceEntry {
    /// All of its lines.
    pub span: Span,
    /// Number of the thread, as printed.
    pub thread: Option<String>,
    /// `StoreDriver`.
    pub component: Option<String>,
    /// `MapiSubmit`.
    pub tag: Option<String>,
    /// Area and number of a functional probe: `ESD` and 27547.
    pub probe: Option<(String, u32)>,
    /// What it says, without a context and a stack.
    pub text: String,
    /// GUID of the mailbox it is about.
    pub mailbox: Option<Located<String>>,
    /// GUID of the database it is about.
    pub database: Option<Located<String>>,
    /// The server it is about: the one that is called.
    pub server: Option<Located<String>>,
    /// The exception.
    pub exception: Option<Located<DiagnosticContext>>,
}

impl super::Entry for TraceEntry {
    fn span(&self) -> Span {
        self.span
    }
}
