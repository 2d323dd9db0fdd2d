//! What could not be done, kept as what it is and not as text: it stays when another language is chosen.

use super::language::words;
use crate::report::redaction::Leak;
use crate::worker::protocol::Taken;

/// What could not be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The browser kept what was dropped.
    NotHandedOver,
    /// Number of entries that could not be opened, and the first one.
    Refused(u64, String),
    NoFiles,
    /// A file that was opened for filters and holds none.
    NoFilters,
    /// A file of filters: how many were taken, and how many are of tables or columns that there are not.
    SomeFilters(Taken),
    /// A table that is not saved, because the check found this in what was redacted.
    NotRedacted(Vec<Leak>),
    /// Files were added that have the names of others of the case.
    LaterFiles,
    /// Files that were read before and could not be read again with those that were added: how many, and the first one.
    GoneSince(u64, String),
    /// The worker ended after the report was made; in the words of the browser.
    WorkerLost(String),
    /// In the words of the worker.
    Worker(String),
}

impl Notice {
    /// In the language that is shown.
    pub fn words(&self) -> String {
        let all = words();
        let words = all.frame;
        match self {
            Notice::NotHandedOver => words.not_handed_over.to_owned(),
            Notice::Refused(number, first) => (words.refused)(*number, first),
            Notice::NoFiles => words.no_files.to_owned(),
            Notice::NoFilters => all.grid.no_filters.to_owned(),
            Notice::SomeFilters(of) => (all.grid.some_filters)(of.taken as u64, of.unknown as u64, of.beyond as u64),
            Notice::NotRedacted(leaks) => {
                let first = leaks.first().map_or("", |leak| leak.text.as_str());
                (all.grid.not_redacted)(leaks.len() as u64, first)
            }
            Notice::LaterFiles => words.later_files.to_owned(),
            Notice::GoneSince(number, first) => (words.gone_since)(*number, first),
            Notice::WorkerLost(message) => (words.worker_lost)(message),
            Notice::Worker(message) => message.clone(),
        }
    }
}
