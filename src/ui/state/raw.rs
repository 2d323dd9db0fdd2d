//! What is open in the drawer: the piece of evidence, and the lines around it.

use std::rc::Rc;

use crate::report::Evidence;

/// The piece of evidence that is open in the drawer: a citation of a problem, or with [`ROW`] the row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cite {
    pub problem: u32,
    pub number: u32,
}

/// In place of the number of a problem: the row of a table that is open.
pub const ROW: u32 = 0;

/// Raw lines in the drawer: a window into one file or record.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    pub source: u32,
    pub record: Option<String>,
    /// Number of the first line in `lines`.
    pub first: u32,
    pub lines: Rc<Vec<String>>,
    /// Lines of the whole file or record.
    pub total: u32,
}

impl Raw {
    /// Number after the last line of the window.
    pub fn end(&self) -> u32 {
        self.first.saturating_add(u32::try_from(self.lines.len()).unwrap_or(u32::MAX))
    }

    /// Whether a piece of evidence lies in the window.
    pub fn holds(&self, evidence: &Evidence) -> bool {
        let (first, last) = evidence.lines.unwrap_or((self.first, self.first));
        let is_same = self.source == evidence.source && self.record == evidence.record;
        is_same && self.first <= first && (last < self.end() || evidence.lines.is_none())
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

    fn lines(numbers: std::ops::Range<u32>) -> Vec<String> {
        numbers.map(|number| number.to_string()).collect()
    }

    #[test]
    fn windows_that_touch_are_joined() {
        let raw = Raw { source: 0, record: None, first: 10, lines: Rc::new(lines(10..20)), total: 99 };
        assert_eq!(raw.join(5, lines(5..10)), (5, lines(5..20)));
        assert_eq!(raw.join(15, lines(15..30)), (10, lines(10..30)));
        assert_eq!(raw.join(12, lines(12..14)), (10, lines(10..20)));
        assert_eq!(raw.join(50, lines(50..60)), (50, lines(50..60)));
    }

    #[test]
    fn a_window_holds_what_lies_in_it() {
        let raw = Raw { source: 3, record: None, first: 10, lines: Rc::new(lines(10..20)), total: 99 };
        let at = |source, lines| Evidence {
            input: String::new(),
            source,
            locator: String::new(),
            lines,
            record: None,
            note: String::new(),
            why: String::new(),
            excerpt: String::new(),
            marks: Vec::new(),
            marked_texts: Vec::new(),
            absent: false,
            codes: Vec::new(),
        };
        assert!(raw.holds(&at(3, Some((10, 19)))) && raw.holds(&at(3, None)));
        assert!(!raw.holds(&at(3, Some((19, 20)))) && !raw.holds(&at(3, Some((9, 10)))) && !raw.holds(&at(2, None)));
    }
}
