//! Headers of CSV in the middle of a file: the exports of several cmdlets behind each other (`type *.csv > all.csv`).
//!
//! Without a type line nothing but the names tells a header from a row. So names are judged as if a file began with them,
//! by the cmdlets that are read here. Trap: a component or a service is a name as well, so rows are judged often; how
//! often is bounded.

use std::collections::BTreeMap;

use super::{Cmdlet, Head, Names, Probe};
use crate::base::powershell::Object;
use crate::formats::FORMATS;

/// Rows of names that are judged in one file.
const MOST: usize = 1000;

/// What rows of names were taken for.
#[derive(Default)]
pub struct Headers {
    /// The title of the cmdlet, when they are a header.
    judged: BTreeMap<Vec<String>, Option<&'static str>>,
    /// Whether any were.
    found: bool,
}

impl Headers {
    /// Whether names are the header of a cmdlet.
    pub fn are_one(&mut self, names: &[&str]) -> bool {
        self.title(names).is_some()
    }

    fn title(&mut self, names: &[&str]) -> Option<&'static str> {
        let key: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        if let Some(known) = self.judged.get(&key) {
            return *known;
        }
        if self.judged.len() >= MOST {
            return None;
        }
        let cmdlet = cmdlet_of(names);
        self.found |= cmdlet.is_some();
        self.judged.insert(key, cmdlet);
        cmdlet
    }

    /// Whether an object stands below the header of another cmdlet.
    pub fn are_of_another(&mut self, cmdlet: &Cmdlet, object: &Object) -> bool {
        if !self.found {
            return false;
        }
        let names: Vec<&str> = object.properties.iter().map(|property| property.name.as_str()).collect();
        // The first header is judged only here: without another one it is no question.
        match self.title(&names) {
            Some(title) => title != cmdlet.title,
            None => Names::of(cmdlet, object, false).score(cmdlet, object) == 0,
        }
    }
}

/// The cmdlet whose export begins with these names.
fn cmdlet_of(names: &[&str]) -> Option<&'static str> {
    let text = format!("{}\n{}\n", names.join(","), vec!["x"; names.len()].join(","));
    let head = Head::new("", text.len() as u64, text.as_bytes());
    let cmdlets = FORMATS.iter().filter(|format| format.id.starts_with("get-") || format.id.starts_with("test-"));
    let found = cmdlets.filter_map(|format| match (format.probe)(&head) {
        Probe::Yes(score, _) => Some((score, format.title)),
        _ => None,
    });
    // Of equal ones the first, as everywhere.
    found.rev().max_by_key(|(score, _)| *score).map(|(_, title)| title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_told_from_rows() {
        for (names, cmdlet) in [
            (&["Identity", "Status", "MessageCount"][..], Some("Get-Queue")),
            (&["Identity", "FromAddress", "Queue", "Recipients"], Some("Get-Message")),
            (&["HubTransport", "Active", "Functional"], None),
            (&["MSExchangeTransport", "Running"], None),
            (&["EX1", "Identity"], None),
        ] {
            assert_eq!(cmdlet_of(names), cmdlet, "{names:?}");
        }
    }
}
