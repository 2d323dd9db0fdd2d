//! The tables of known events and replies that are part of the program. [`crate::model::known_row`] describes
//! their columns.
//!
//! To add a table: one file below `events` or `replies`, and a line here. To add a row: a line in a table, and
//! evidence in `tests/known` that shows it at work.

use std::sync::LazyLock;

use crate::model::known_row::KnownRow;

/// The tables, by name.
pub const TABLES: &[(&str, &str)] = &[
    ("events/adaccess", include_str!("events/adaccess.tsv")),
    ("events/agents", include_str!("events/agents.tsv")),
    ("events/certificates", include_str!("events/certificates.tsv")),
    ("events/directory", include_str!("events/directory.tsv")),
    ("events/internet_mail", include_str!("events/internet_mail.tsv")),
    ("events/mta", include_str!("events/mta.tsv")),
    ("events/routing", include_str!("events/routing.tsv")),
    ("events/smtp", include_str!("events/smtp.tsv")),
    ("events/store", include_str!("events/store.tsv")),
    ("events/store_driver", include_str!("events/store_driver.tsv")),
    ("events/transport", include_str!("events/transport.tsv")),
    ("events/transport_2003", include_str!("events/transport_2003.tsv")),
    ("events/windows", include_str!("events/windows.tsv")),
    ("replies/certificates", include_str!("replies/certificates.tsv")),
    ("replies/connections", include_str!("replies/connections.tsv")),
    ("replies/delivery", include_str!("replies/delivery.tsv")),
    ("replies/limits", include_str!("replies/limits.tsv")),
    ("replies/recipients", include_str!("replies/recipients.tsv")),
    ("replies/relay", include_str!("replies/relay.tsv")),
];

static ROWS: LazyLock<Vec<KnownRow>> = LazyLock::new(|| {
    // A row that cannot be read is a mistake in a table, which the test below names.
    TABLES.iter().flat_map(|(_, table)| lines(table)).filter_map(|(_, line)| KnownRow::parse(line).ok()).collect()
});

/// The lines of a table that hold rows, with their numbers.
pub fn lines(table: &str) -> impl Iterator<Item = (u32, &str)> {
    let numbered = (1..).zip(table.lines());
    numbered.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#') && !KnownRow::is_header(line))
}

/// All rows, by table and line.
pub fn all() -> &'static [KnownRow] {
    &ROWS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_can_be_read_and_has_an_identifier_of_its_own() {
        let (mut wrong, mut ids) = (Vec::new(), BTreeSet::new());
        for (name, table) in TABLES {
            if !table.lines().any(KnownRow::is_header) {
                wrong.push(format!("{name} has no header"));
            }
            for (number, line) in lines(table) {
                match KnownRow::parse(line) {
                    Err(faults) => {
                        wrong.extend(
                            faults.iter().map(|fault| format!("{name}:{number} {}: {}", fault.column, fault.text)),
                        );
                    }
                    Ok(row) if !ids.insert(row.id.clone()) => {
                        wrong.push(format!("{name}:{number} {} is there twice", row.id))
                    }
                    Ok(_) => {}
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
