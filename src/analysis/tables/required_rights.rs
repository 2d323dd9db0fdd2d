//! The rights that Exchange Servers needs on servers and stores of older versions, and what their lists say.

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes};
use crate::facts::Facts;
use crate::facts::permissions::{Granted, ObjectPermissions, Target};
use crate::model::version::ExchangeVersion;
use crate::rules::required::{self, Judged};

/// The table.
pub static TABLE: Table = Table {
    id: "required-rights",
    title: "Required rights",
    about: "What the group Exchange Servers needs on servers and stores up to Exchange 2010 so that mail is delivered to them, and what their permissions say.",
    columns: &[
        Column::words("Kind").facet(),
        Column::printed("Object").facet(),
        Column::printed("Server").facet().extra(),
        Column::words("Right").facet(),
        Column::words("Exchange Servers").facet(),
        Column::printed("Name of the right"),
        Column::words("Inheritance").facet().extra(),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| is_one_of(row, 4, &["Missing", "Denied"]),
    bring: "The permissions of a server object: dsacls with its distinguished name, or Get-ADPermission | Export-Clixml permissions.xml.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    if !required::has_newer_exchange(facts) {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for object in &facts.permissions.lists {
        let version = object.target.server().and_then(|server| facts.servers.version(server));
        if version.is_some_and(|version| version >= ExchangeVersion::V2013) {
            continue;
        }
        // Newer servers have other rights; the four store rights are theirs as well.
        if version.is_none_or(|version| version < ExchangeVersion::V2007) {
            rows.extend(required::eleven(facts, object).iter().map(|right| row(object, right)));
        }
        if matches!(object.target, Target::Server { .. }) {
            rows.extend(required::four(facts, object).iter().map(|right| row(object, right)));
        }
    }
    rows
}

fn row(object: &ObjectPermissions, right: &Judged) -> Row {
    let entry = match right.granted {
        Granted::Denied(entry) => object.list.entries.get(entry).map(|entry| entry.span),
        _ => None,
    };
    let verdict = match right.granted {
        Granted::Yes => Cell::from("Given"),
        Granted::Denied(_) => "Denied".into(),
        // An export of some entries says nothing about the others.
        Granted::Missing if required::is_whole(object) => "Missing".into(),
        Granted::Missing | Granted::Unknown => "Not shown".into(),
    };
    let inheritance = object.list.protected.as_ref().map(|off| if off.value { "Off" } else { "On" });
    Row {
        cells: vec![
            super::permissions::kind(&object.target).into(),
            object.target.name().into(),
            object.target.server().into(),
            right.title.into(),
            verdict,
            right.name.into(),
            inheritance.into(),
        ],
        span: Some(entry.unwrap_or(object.list.span)),
    }
}
