//! Titles of tables and columns, and words of the timeline: declared in English below the page, shown in the language of the
//! page.
//!
//! They are found by the identifier of the table and by the English title of the column, so a new column without a title here
//! shows its English one, and a test fails.

use super::words;
use crate::worker::protocol::{Column, Table};

/// Titles of one language.
pub struct TableNames {
    /// Identifier, title, what a row is, what to bring.
    pub tables: &'static [TableName],
    /// English title and the one of this language.
    pub columns: &'static [(&'static str, &'static str)],
    /// The same for one table, where a word means something else there.
    pub exceptions: &'static [(&'static str, &'static str, &'static str)],
}

/// Texts of one table.
pub struct TableName {
    pub id: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    pub bring: &'static str,
}

fn of(table: &Table) -> Option<&'static TableName> {
    words().tables?.tables.iter().find(|name| name.id == table.id)
}

/// The title of a table.
pub fn table_title(table: &Table) -> &'static str {
    of(table).map_or(table.title, |name| name.title)
}

/// What a row of a table is.
pub fn table_about(table: &Table) -> &'static str {
    of(table).map_or(table.about, |name| name.about)
}

/// What to bring for a table.
pub fn table_bring(table: &Table) -> &'static str {
    of(table).map_or(table.bring, |name| name.bring)
}

/// The title of a column.
pub fn column(table: &Table, column: &Column) -> &'static str {
    named(table.id, column.title).unwrap_or(column.title)
}

fn named(table: &str, title: &str) -> Option<&'static str> {
    let names = words().tables?;
    let own = names.exceptions.iter().find(|(of, english, _)| *of == table && *english == title).map(|row| row.2);
    own.or_else(|| names.columns.iter().find(|(english, _)| *english == title).map(|row| row.1))
}

/// A word of the timeline: what a lane holds, and its clock.
pub fn lane_word(english: &str) -> &str {
    (words().timeline.lane)(english).unwrap_or(english)
}

#[cfg(test)]
mod tests {
    use super::super::{Language, set};
    use super::*;
    use crate::ui::view::VIEWS;
    use crate::worker::protocol;

    #[test]
    fn every_table_and_column_has_a_german_title() {
        set(Language::German);
        let tables = || VIEWS.iter().flat_map(|row| row.tables).filter_map(|id| protocol::table(id));
        for table in tables() {
            assert!(of(table).is_some(), "{} has no German title", table.id);
            for column in table.columns {
                assert!(named(table.id, column.title).is_some(), "{}: {} has no German title", table.id, column.title);
            }
        }
        assert_eq!(named("queues", "No such column"), None);
        // Nothing here is left over from a table that is gone.
        let names = Language::German.words().tables.unwrap();
        let there = |title: &str| tables().any(|table| table.columns.iter().any(|column| column.title == title));
        for (title, _) in names.columns {
            assert!(there(title), "{title} is the title of no column");
        }
        assert_eq!(names.tables.len(), tables().count());
        set(Language::English);
    }
}
