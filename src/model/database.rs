//! Mailbox databases and the mailboxes in them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Located;
use crate::base::source::Span;

/// A database, as `Get-MailboxDatabase` shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailboxDatabase {
    /// The whole record.
    pub span: Span,
    /// Name.
    pub name: Located<String>,
    /// Identifier of the directory object.
    pub guid: Option<Uuid>,
    /// Server that owns it.
    pub server: Option<String>,
    /// Distinguished name.
    pub distinguished_name: Option<String>,
    /// Whether it is mounted, when shown.
    pub mounted: Option<Located<bool>>,
    /// Whether it is there for recovery only and takes no mail, when shown.
    pub recovery: Option<Located<bool>>,
}

/// A public folder database, as `Get-PublicFolderDatabase` shows it (2007 and 2010).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublicFolderDatabase {
    /// The whole record.
    pub span: Span,
    /// Name.
    pub name: Located<String>,
    /// Identifier of the directory object.
    pub guid: Option<Uuid>,
    /// Server that owns it.
    pub server: Option<String>,
    /// Distinguished name.
    pub distinguished_name: Option<String>,
    /// The tree of public folders it holds.
    pub hierarchy: Option<Located<String>>,
    /// Whether it is mounted, when shown.
    pub mounted: Option<Located<bool>>,
}

/// A mailbox, as `Get-Mailbox` shows it; only what ties a recipient to a database.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mailbox {
    /// The whole record.
    pub span: Span,
    /// Display or directory name.
    pub name: Option<String>,
    /// Every address printed, without prefix.
    pub addresses: Vec<String>,
    /// The database, as printed: `SRV\Group\Name`, `Name` or a distinguished name. `None` when the
    /// export does not show the property, `Some` of an empty text when it is empty.
    pub database: Option<Located<String>>,
}

/// The name of a database from any form of reference: distinguished name, `SRV\Group\Name`, name.
pub fn database_name(reference: &str) -> &str {
    let reference = reference.trim();
    if let Some(rest) = reference.get(3..).filter(|_| reference.get(..3).is_some_and(|p| p.eq_ignore_ascii_case("cn=")))
    {
        return rest.split(',').next().unwrap_or(rest).trim();
    }
    reference.rsplit('\\').next().unwrap_or(reference)
}

impl super::Entry for MailboxDatabase {
    fn span(&self) -> Span {
        self.span
    }
}

impl super::Entry for PublicFolderDatabase {
    fn span(&self) -> Span {
        self.span
    }
}

impl super::Entry for Mailbox {
    fn span(&self) -> Span {
        self.span
    }
}
