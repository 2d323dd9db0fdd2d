//! Where the lines of a log are: enough to find any line, and the number of any line, without keeping them.

use serde::{Deserialize, Serialize};

/// One entry for so many lines.
const STRIDE: u64 = 512;

/// Offsets of some lines of a log, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowIndex {
    lines: u64,
    /// Number of a line, from 0, and its offset.
    known: Vec<(u64, u64)>,
}

impl RowIndex {
    /// Notes the next line, which begins at `offset`.
    pub fn line(&mut self, offset: u64) {
        if self.lines.is_multiple_of(STRIDE) {
            self.known.push((self.lines, offset));
        }
        self.lines += 1;
    }

    /// Appends the lines of the part that follows.
    pub fn append(&mut self, next: RowIndex) {
        let before = self.lines;
        self.known.extend(next.known.into_iter().map(|(line, offset)| (line + before, offset)));
        self.lines += next.lines;
    }

    /// Number of lines.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The last known line at or before a line (from 0): its number and its offset.
    pub fn before_line(&self, line: u64) -> (u64, u64) {
        let at = self.known.partition_point(|(known, _)| *known <= line);
        at.checked_sub(1).and_then(|i| self.known.get(i)).copied().unwrap_or((0, 0))
    }

    /// The last known line that begins at or before an offset: its number, from 0, and its offset.
    pub fn before_offset(&self, offset: u64) -> (u64, u64) {
        let at = self.known.partition_point(|(_, known)| *known <= offset);
        at.checked_sub(1).and_then(|i| self.known.get(i)).copied().unwrap_or((0, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_appended_find_the_same_lines() {
        let mut whole = RowIndex::default();
        (0..2000).for_each(|n| whole.line(n * 10));
        for cut in [0, 1, 511, 512, 1300] {
            let (mut a, mut b) = (RowIndex::default(), RowIndex::default());
            (0..cut).for_each(|n| a.line(n * 10));
            (cut..2000).for_each(|n| b.line(n * 10));
            a.append(b);
            assert_eq!(a.lines(), 2000);
            for line in [0, 1, 511, 512, 1299, 1300, 1301, 1999] {
                let (known, offset) = a.before_line(line);
                assert!(known <= line && line - known <= STRIDE && offset == known * 10);
                assert_eq!(a.before_offset(line * 10 + 3), a.before_line(line));
            }
        }
        assert_eq!(whole.before_line(0), (0, 0));
    }
}
