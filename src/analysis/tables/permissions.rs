//! Entries of the permissions of servers, stores and receive connectors, each with its place.

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes};
use crate::facts::Facts;
use crate::facts::permissions::Target;
use crate::model::access::{AccessControlList, AccessEntry, Effect};
use crate::tools::access_check::{schema_name, title};

/// The table.
pub static TABLE: Table = Table {
    id: "permissions",
    title: "Permissions",
    about: "The entries of servers, stores and receive connectors, in the order of the files; whether an entry is inherited is shown, not from where.",
    columns: &[
        Column::words("Kind").facet(),
        Column::printed("Object").facet(),
        Column::printed("Server").facet().extra(),
        Column::printed("For whom").facet(),
        Column::words("Effect").facet(),
        Column::words("Right"),
        Column::words("Inherited").facet(),
        Column::words("Only below").facet().extra(),
        Column::printed("Only for").extra(),
        Column::printed("Name of the right").extra(),
        Column::words("Condition").facet().extra(),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 4, &["Deny"]),
    bring: "The permissions of a server object: dsacls with its distinguished name, or Get-ADPermission | Export-Clixml permissions.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows = Vec::new();
    for object in &facts.permissions.lists {
        let kind = kind(&object.target);
        let head = [kind.into(), object.target.name().into(), object.target.server().into()];
        add(&mut rows, &head, &object.list);
    }
    for (server, name, list) in facts.connector_rights.all() {
        let shown = list.object.as_ref().map_or(name, |object| &object.value);
        add(&mut rows, &["Receive connector".into(), shown.into(), server.into()], list);
    }
    rows
}

pub(super) fn kind(target: &Target) -> &'static str {
    match target {
        Target::Server { .. } => "Server",
        Target::Store { .. } => "Store",
    }
}

fn add(rows: &mut Vec<Row>, head: &[Cell; 3], list: &AccessControlList) {
    if list.open_to_all {
        let all = ["Everyone".into(), "Allow".into(), "Everything: there is no list".into()];
        let rest = std::iter::repeat_n(Cell::Unknown, 5);
        rows.push(Row { cells: head.iter().cloned().chain(all).chain(rest).collect(), span: Some(list.span) });
    }
    for entry in &list.entries {
        let own = cells(entry);
        rows.push(Row { cells: head.iter().cloned().chain(own).collect(), span: Some(entry.span) });
    }
}

fn cells(entry: &AccessEntry) -> [Cell; 8] {
    let effect = match entry.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let name = entry.object_type.as_ref().and_then(schema_name);
    [
        entry.trustee.label().into(),
        effect.into(),
        right(entry).into(),
        entry.inherited.map(|inherited| if inherited { "Yes" } else { "No" }).into(),
        if entry.inherit_only { Cell::from("Yes") } else { Cell::from("No") },
        entry.applies_to.as_ref().map(title).into(),
        name.into(),
        if entry.conditional { Cell::from("Yes") } else { Cell::Unknown },
    ]
}

/// The right of an entry: the extended right or property it is about, else the rights on the whole object.
fn right(entry: &AccessEntry) -> String {
    match &entry.object_type {
        Some(object) => title(object),
        None => entry.rights.mapped().to_string(),
    }
}
