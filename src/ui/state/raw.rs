//! What is open in the drawer: the piece of evidence, and the lines around it.

use std::rc::Rc;

use crate::report::Evidence;
use crate::worker::protocol::ShownRecords;

/// The piece of evidence that is open in the drawer: a citation of a problem, or with [`ROW`] the row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cite {
    pub problem: u32,
    pub number: u32,
}

/// In place of the number of a problem: the row of a table that is open.
pub const ROW: u32 = 0;

/// What the drawer shows of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// Lines of a text.
    Lines(Window),
    /// Records of a binary log.
    Records { source: u32, records: Rc<ShownRecords> },
}

impl Raw {
    /// Whether a piece of evidence lies in it.
    pub fn holds(&self, evidence: &Evidence) -> bool {
        match (self, &evidence.record) {
            (Raw::Lines(window), None) => window.holds(evidence),
            (Raw::Records { source, records }, Some(record)) => {
                *source == evidence.source && records.position(record).is_some()
            }
            _ => false,
        }
    }
}

/// Raw lines in the drawer: a window into one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub source: u32,
    /// Number of the first line in `lines`.
    pub first: u32,
    pub lines: Rc<Vec<String>>,
    /// Lines of the whole file.
    pub total: u32,
}

impl Window {
    /// Number after the last line of the window.
    pub fn end(&self) -> u32 {
        self.first.saturating_add(u32::try_from(self.lines.len()).unwrap_or(u32::MAX))
    }

    fn holds(&self, evidence: &Evidence) -> bool {
        let (first, last) = evidence.lines.unwrap_or((self.first, self.first));
        self.source == evidence.source && self.first <= first && (last < self.end() || evidence.lines.is_none())
    }

    /// Joins a window that touches this one; one that does not replaces it.
    pub(super) fn join(&self, first: u32, lines: Vec<String>) -> (u32, Vec<String>) {
        let end = first.saturating_add(u32::try_from(lines.len()).unwrap_or(u32::MAX));
        if end < self.first || first > self.end() {
            return (first, lines);
        }
        let before = self.lines.iter().take(first.saturating_sub(self.first) as usize);
        let after = self.lines.iter().skip(end.saturating_sub(self.first) as usize);
        let joined = before.cloned().chain(lines).chain(after.cloned()).collect();
        (first.min(self.first), joined)
    }
}

/// Where the lines in an answer come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    pub token: u32,
    pub source: u32,
    pub first: u32,
    pub lines: Vec<String>,
    pub total: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::protocol::ShownRecord;

    fn lines(numbers: std::ops::Range<u32>) -> Vec<String> {
        numbers.map(|number| number.to_string()).collect()
    }

    #[test]
    fn windows_that_touch_are_joined() {
        let raw = Window { source: 0, first: 10, lines: Rc::new(lines(10..20)), total: 99 };
        assert_eq!(raw.join(5, lines(5..10)), (5, lines(5..20)));
        assert_eq!(raw.join(15, lines(15..30)), (10, lines(10..30)));
        assert_eq!(raw.join(12, lines(12..14)), (10, lines(10..20)));
        assert_eq!(raw.join(50, lines(50..60)), (50, lines(50..60)));
    }

    #[test]
    fn a_window_holds_what_lies_in_it() {
        let raw = Raw::Lines(Window { source: 3, first: 10, lines: Rc::new(lines(10..20)), total: 99 });
        let at = |source, lines| evidence(source, lines, None);
        assert!(raw.holds(&at(3, Some((10, 19)))) && raw.holds(&at(3, None)));
        assert!(!raw.holds(&at(3, Some((19, 20)))) && !raw.holds(&at(3, Some((9, 10)))) && !raw.holds(&at(2, None)));
        assert!(!raw.holds(&evidence(3, None, Some("7"))));
        let one = ShownRecord { number: "7".to_owned(), ..ShownRecord::default() };
        let records = Rc::new(ShownRecords { records: vec![one], ..ShownRecords::default() });
        let raw = Raw::Records { source: 3, records };
        assert!(raw.holds(&evidence(3, None, Some("7"))) && !raw.holds(&evidence(3, None, Some("8"))));
    }

    fn evidence(source: u32, lines: Option<(u32, u32)>, record: Option<&str>) -> Evidence {
        Evidence {
            input: String::new(),
            source,
            locator: String::new(),
            lines,
            record: record.map(str::to_owned),
            note: String::new(),
            why: String::new(),
            excerpt: String::new(),
            marks: Vec::new(),
            marked_texts: Vec::new(),
            absent: false,
            codes: Vec::new(),
        }
    }
}
