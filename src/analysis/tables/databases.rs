//! Mailbox and public folder databases, as cmdlets show them, and stores that only the directory shows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes, shown};
use crate::facts::Facts;
use crate::model::database::database_name;
use crate::model::server::server_key;

/// The table.
pub static TABLE: Table = Table {
    id: "databases",
    title: "Databases",
    about: "Mailbox and public folder databases; mailboxes are those that the files list for them.",
    columns: &[
        Column::printed("Database"),
        Column::words("Kind").facet(),
        Column::printed("Server").facet(),
        Column::words("Mounted").facet(),
        Column::words("For recovery").facet().extra(),
        Column::number("Mailboxes").summed(),
        Column::printed("Identifier").extra(),
        Column::printed("Distinguished name").extra(),
        Column::words("Shown by").facet().extra(),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 3, &["No"]),
    bring: "The databases: Get-MailboxDatabase -Status | Export-Clixml databases.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let mailboxes = mailboxes(facts);
    let mut rows = Vec::new();
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    let mut key =
        |name: &str, server: Option<&str>| known.insert((name.to_lowercase(), server_key(server.unwrap_or(""))));
    for database in &facts.databases.databases {
        let name = &database.name.value;
        key(name, database.server.as_deref());
        // Several databases of one name: which one a mailbox means is not known.
        let of_name =
            facts.databases.databases.iter().filter(|d| d.name.value.eq_ignore_ascii_case(name)).take(2).count();
        let count = mailboxes.get(&name.to_lowercase()).filter(|_| of_name == 1);
        rows.push(Row {
            cells: vec![
                name.clone().into(),
                "Mailboxes".into(),
                database.server.clone().into(),
                shown::yes(database.mounted.as_ref()),
                shown::yes(database.recovery.as_ref()),
                count.copied().into(),
                database.guid.map(|guid| guid.to_string()).into(),
                database.distinguished_name.clone().into(),
                "Cmdlet".into(),
            ],
            span: Some(database.span),
        });
    }
    for database in &facts.settings.public_folder_databases {
        key(&database.name.value, database.server.as_deref());
        rows.push(Row {
            cells: vec![
                database.name.value.clone().into(),
                "Public folders".into(),
                database.server.clone().into(),
                shown::yes(database.mounted.as_ref()),
                Cell::Unknown,
                Cell::Unknown,
                database.guid.map(|guid| guid.to_string()).into(),
                database.distinguished_name.clone().into(),
                "Cmdlet".into(),
            ],
            span: Some(database.span),
        });
    }
    for store in facts.directory.stores() {
        let (name, server) = (store.name(), store.server());
        if !key(&name, server.as_deref()) {
            continue;
        }
        rows.push(Row {
            cells: vec![
                name.into(),
                if store.public { "Public folders" } else { "Mailboxes" }.into(),
                server.into(),
                Cell::Unknown,
                Cell::Unknown,
                Cell::Unknown,
                store.object.guid("objectGUID").map(|guid| guid.value.to_string()).into(),
                store.object.distinguished_name.as_ref().map(|name| name.value.clone()).into(),
                "Directory".into(),
            ],
            span: Some(store.object.span),
        });
    }
    rows
}

/// Number of mailboxes by the name of their database.
fn mailboxes(facts: &Facts) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for database in facts.databases.mailboxes.iter().filter_map(|mailbox| mailbox.database.as_ref()) {
        let name = database_name(&database.value).to_lowercase();
        if !name.is_empty() {
            *all.entry(name).or_default() += 1;
        }
    }
    all
}
