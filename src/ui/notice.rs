//! What could not be done, kept as what it is and not as text: it stays when another language is chosen.

use super::language::words;

/// What could not be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The browser kept what was dropped.
    NotHandedOver,
    /// Number of entries that could not be opened, and the first one.
    Refused(u64, String),
    NoFiles,
    /// In the words of the worker.
    Worker(String),
}

impl Notice {
    /// In the language that is shown.
    pub fn words(&self) -> String {
        let words = words().frame;
        match self {
            Notice::NotHandedOver => words.not_handed_over.to_owned(),
            Notice::Refused(number, first) => (words.refused)(*number, first),
            Notice::NoFiles => words.no_files.to_owned(),
            Notice::Worker(message) => message.clone(),
        }
    }
}
