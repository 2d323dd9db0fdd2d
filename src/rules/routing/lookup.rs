//! Which databases unreachable mail needs, and what became of them in a routing table.

use super::unreachable::{Unreachable, recipients};
use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::database::{MailboxDatabase, database_name};
use crate::model::routing::entry::DatabaseRoute;
use crate::model::routing::{RoutingDatabase, RoutingTable};
use crate::model::smtp_reply::UnreachableReason::NoRouteToMdb;
use crate::tools::route_calculator::RouteCalculator;

/// A database that has no place in a table.
pub struct Lost<'a> {
    /// Its name.
    pub name: String,
    /// As the directory lists it.
    pub known: Option<&'a MailboxDatabase>,
    /// Its entry in the table, and why that leads nowhere.
    pub entry: Option<(&'a RoutingDatabase, DatabaseRoute<'a>)>,
    /// The table.
    pub table: &'a RoutingTable,
}

/// What became of a reference in a table.
pub enum Entry<'a> {
    /// It is listed, and mail for it has a next hop.
    Present,
    /// It is not listed, or its entry leads nowhere.
    Lost(Lost<'a>),
    /// The table does not show enough, or several entries could be meant.
    Unknown,
}

/// What the messages of a queue need.
pub struct Needed {
    /// Databases with the number of messages that need them.
    pub databases: Vec<(String, u64)>,
    /// Whether the database of every message in the queue is known.
    pub all_known: bool,
}

/// The databases that the messages of a queue need: from the destination that routing noted, else from
/// the mailbox of the recipient.
pub fn needed(facts: &Facts, hit: &Unreachable<'_>) -> Needed {
    let mut needed: Vec<(String, Vec<Span>)> = Vec::new();
    let mut open = false;
    for (message, recipient) in recipients(hit.queue, NoRouteToMdb) {
        let noted =
            recipient.final_destination.as_deref().map(str::trim).filter(|d| !d.is_empty() && !d.starts_with('<'));
        let mailbox = || facts.databases.mailbox(&recipient.address)?.database.as_ref().map(|d| d.value.trim());
        // A destination is a database only if it is known as one; it may as well be a server.
        let reference = noted
            .filter(|d| d.contains("CN=") || facts.databases.database(d).is_some() || in_any_table(facts, d))
            .or_else(mailbox)
            .filter(|d| !d.is_empty());
        let Some(reference) = reference else {
            open = true;
            continue;
        };
        match needed.iter_mut().find(|(r, _)| r.eq_ignore_ascii_case(reference)) {
            Some((_, messages)) => {
                if !messages.contains(&message.span) {
                    messages.push(message.span);
                }
            }
            None => needed.push((reference.to_owned(), vec![message.span])),
        }
    }
    // The rest of the queue goes with the listed messages only when those leave no doubt.
    let one = needed.len() == 1 && !open;
    let databases = needed.into_iter().map(|(reference, messages)| {
        let listed = messages.len() as u64;
        (reference, if one { hit.messages.max(listed) } else { listed })
    });
    Needed { databases: databases.collect(), all_known: !open }
}

fn in_any_table(facts: &Facts, reference: &str) -> bool {
    facts.databases.tables.iter().any(|t| !t.database(reference).is_empty())
}

/// Looks a database up in a table, under every name that the directory gives it.
pub fn locate<'a>(facts: &'a Facts, table: &'a RoutingTable, reference: &str) -> Entry<'a> {
    let known = facts.databases.database(reference);
    let mut references: Vec<String> = vec![reference.to_owned()];
    if let Some(database) = known {
        references.extend(database.distinguished_name.clone());
        references.extend(database.guid.map(|g| g.to_string()));
        references.push(database.name.value.clone());
    }
    let name = known.map_or_else(|| database_name(reference).to_owned(), |d| d.name.value.clone());
    let entries: Vec<&RoutingDatabase> =
        references.iter().map(|r| table.database(r)).find(|hits| !hits.is_empty()).unwrap_or_default();
    // A table without a time may be the newer one.
    let is_well = |t: &RoutingTable, r: &String| match t.database(r).as_slice() {
        [entry] => !RouteCalculator::new(t).database(entry).is_err_and(|route| route.is_without_route()),
        _ => false,
    };
    let elsewhere = || facts.databases.undated(table).any(|t| references.iter().any(|r| is_well(t, r)));
    match entries.as_slice() {
        [] if elsewhere() || table.databases.iter().any(|d| may_be_the_same(&d.object.to_string(), &name)) => {
            Entry::Unknown
        }
        [] if table.lists_databases && table.complete && table.unread_databases == 0 => {
            Entry::Lost(Lost { name, known, entry: None, table })
        }
        [] => Entry::Unknown,
        [entry] => match RouteCalculator::new(table).database(entry) {
            Err(route) if route.is_without_route() && elsewhere() => Entry::Unknown,
            Err(route) if route.is_without_route() => {
                Entry::Lost(Lost { name, known, entry: Some((entry, route)), table })
            }
            _ => Entry::Present,
        },
        _ => Entry::Unknown,
    }
}

/// Whether two names differ only in characters that an export may have lost: `Export-Csv` of Windows PowerShell writes `?` for
/// every letter that is not ASCII, and a console code page other letters.
fn may_be_the_same(a: &str, b: &str) -> bool {
    let lossy = |c: char| c == '?' || !c.is_ascii();
    let plain =
        |text: &str| -> String { text.to_lowercase().chars().map(|c| if lossy(c) { '?' } else { c }).collect() };
    b.contains(lossy) && plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::may_be_the_same;

    #[test]
    fn letters_that_an_export_lost_match_any_letter() {
        assert!(may_be_the_same("K\u{F6}ln", "K?ln"));
        assert!(may_be_the_same("K\u{F6}ln", "k\u{201D}ln"));
        assert!(!may_be_the_same("Koeln", "K?ln"));
        assert!(!may_be_the_same("Berlin", "Bonn"));
    }
}
