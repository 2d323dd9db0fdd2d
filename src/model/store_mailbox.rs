//! Mailboxes as a store of Exchange 2000 or 2003 holds them, those of the system included.
//!
//! Unlike the directory, the store shows the mailboxes that it uses itself: `SMTP (SERVER-{GUID})` for mail that goes out
//! through the SMTP service, and `SystemMailbox{GUID}`; the GUID is that of the store.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Located;
use crate::base::{guid, source::Span, timestamp::Moment};

/// One mailbox at the time of the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoreMailbox {
    /// The whole record.
    pub span: Span,
    /// Its name, as printed.
    pub name: Located<String>,
    /// The server, when the list says it.
    pub server: Option<Located<String>>,
    /// The store, when the list says it.
    pub store: Option<Located<String>>,
    /// When it was deleted, as printed; `None` when it was not, or when the list does not show it.
    pub deleted: Option<Located<String>>,
    /// The limit it has reached, as printed: `Below Limit`, `Mailbox Disabled`.
    pub storage_limit: Option<Located<String>>,
    /// Items.
    pub items: Option<Located<u64>>,
    /// Size in KB.
    pub size_kb: Option<Located<u64>>,
    /// The account that logged on last, as printed.
    pub last_logged_on_by: Option<Located<String>>,
    /// When it did.
    pub last_logon: Option<Located<Moment>>,
}

/// What a mailbox is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreMailboxKind {
    /// Someone's.
    Person,
    /// `SMTP (SERVER-{GUID})`.
    Smtp {
        /// The server in its name.
        server: String,
        /// The store in its name.
        store: Uuid,
    },
    /// `SystemMailbox{GUID}`.
    System {
        /// The store in its name.
        store: Uuid,
    },
}

impl StoreMailboxKind {
    /// From the name.
    pub fn of_name(name: &str) -> StoreMailboxKind {
        let name = name.trim();
        let behind = |start: &str| {
            let head = name.get(..start.len()).filter(|head| head.eq_ignore_ascii_case(start))?;
            name.get(head.len()..)
        };
        let smtp = behind("SMTP").and_then(|rest| {
            let inside = rest.trim_start().strip_prefix('(')?.strip_suffix(')')?;
            let (server, id) = inside.split_once("-{")?;
            let store = read_guid(id.strip_suffix('}')?)?;
            Some(StoreMailboxKind::Smtp { server: server.trim().to_owned(), store })
        });
        let system = || {
            let id = behind("SystemMailbox")?.trim().strip_prefix('{')?.strip_suffix('}')?;
            Some(StoreMailboxKind::System { store: read_guid(id)? })
        };
        smtp.or_else(system).unwrap_or(StoreMailboxKind::Person)
    }
}

fn read_guid(text: &str) -> Option<Uuid> {
    // With hyphens there is only one reading.
    match guid::readings(text).as_slice() {
        [(guid, _)] => Some(*guid),
        _ => None,
    }
}

impl StoreMailbox {
    /// What it is for.
    pub fn kind(&self) -> StoreMailboxKind {
        StoreMailboxKind::of_name(&self.name.value)
    }
}

impl super::Entry for StoreMailbox {
    fn span(&self) -> Span {
        self.span
    }

    // A mailbox may not have been used for years, so its logons say nothing about the time of the list.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_of_the_system_are_known_by_their_names() {
        let store = Uuid::try_parse("37C1C681-D0CF-4E2E-B464-41FC38A8B11B").unwrap();
        for (name, kind) in [
            (
                "SMTP (EX-03-{37C1C681-D0CF-4E2E-B464-41FC38A8B11B})",
                StoreMailboxKind::Smtp { server: "EX-03".to_owned(), store },
            ),
            ("SystemMailbox{37c1c681-d0cf-4e2e-b464-41fc38a8b11b}", StoreMailboxKind::System { store }),
            ("SystemMailbox{37c1c681}", StoreMailboxKind::Person),
            ("SMTP (EX03)", StoreMailboxKind::Person),
            ("Smith, Pat", StoreMailboxKind::Person),
            ("", StoreMailboxKind::Person),
        ] {
            assert_eq!(StoreMailboxKind::of_name(name), kind, "{name}");
        }
    }
}
