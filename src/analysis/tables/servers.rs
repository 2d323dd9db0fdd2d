//! Exchange servers: as the list of servers shows them, and those that only the directory shows.

use std::collections::BTreeSet;

use super::{Cell, Column, Order, Row, Table, no_notes};
use crate::base::gather::Gather as _;
use crate::facts::Facts;
use crate::facts::directory::{is_deleted, name_of};
use crate::model::directory::DirectoryObject;
use crate::model::server::{ExchangeServer, server_key};
use crate::model::version::ExchangeVersion;

/// The table.
pub static TABLE: Table = Table {
    id: "servers",
    title: "Servers",
    about: "Exchange servers, as their list or the directory shows them, with the addresses that the files tie to them.",
    columns: &[
        Column::printed("Server"),
        Column::words("Version").facet(),
        Column::printed("Site").facet(),
        Column::printed("Roles").facet(),
        Column::printed("Addresses"),
        Column::printed("Only tried by queues").extra(),
        Column::number("Receive connectors"),
        Column::number("Databases"),
        Column::printed("Full name").extra(),
        Column::words("Shown by").facet().extra(),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| row.cells.get(4) == Some(&Cell::Unknown),
    bring: "The list of servers: Get-ExchangeServer | Export-Clixml exchange-servers.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows: Vec<Row> = facts.servers.servers.iter().map(|server| listed(facts, server)).collect();
    let mut known: BTreeSet<String> = facts.servers.servers.iter().map(|server| server_key(&server.name)).gather();
    for object in facts.directory.of_class("msExchExchangeServer").filter(|object| !is_deleted(object)) {
        let Some(name) = name_of(object) else { continue };
        if known.insert(server_key(name.name())) {
            rows.push(in_directory(facts, name.name(), object));
        }
    }
    rows
}

fn listed(facts: &Facts, server: &ExchangeServer) -> Row {
    // Two organizations can each have a server of this name; only the full names tell them apart.
    let name = server.fqdn.as_deref().unwrap_or(&server.name);
    let version = server.version.as_ref().map(|version| version.value.to_string());
    let mut cells =
        vec![server.name.clone().into(), version.into(), server.site.clone().into(), server.roles.clone().into()];
    cells.extend(counted(facts, name));
    cells.extend([server.fqdn.clone().into(), "List of servers".into()]);
    Row { cells, span: Some(server.span) }
}

fn in_directory(facts: &Facts, name: &str, object: &DirectoryObject) -> Row {
    let version = object.text("serialNumber").and_then(|text| ExchangeVersion::parse(text.value));
    let version = version.map(|version| version.to_string());
    let mut cells = vec![name.into(), version.into(), Cell::Unknown, Cell::Unknown];
    cells.extend(counted(facts, name));
    cells.extend([Cell::Unknown, "Directory".into()]);
    Row { cells, span: Some(object.span) }
}

/// Addresses, addresses that are no more than tried, connectors, databases.
fn counted(facts: &Facts, name: &str) -> [Cell; 4] {
    let of = |tried: bool| -> Cell {
        let addresses = facts.servers.addresses(name).iter().filter(|a| facts.servers.is_only_tried(a) == tried);
        addresses.map(|a| a.address.to_string()).collect::<Vec<_>>().join(", ").into()
    };
    let some = |number: usize| if number == 0 { Cell::Unknown } else { Cell::Number(number as u64) };
    let key = server_key(name);
    let own = |server: Option<&str>| server.is_some_and(|server| server_key(server) == key);
    let databases = facts.databases.databases.iter().filter(|database| own(database.server.as_deref())).count();
    [of(false), of(true), some(facts.connectors.of(name).len()), some(databases)]
}
