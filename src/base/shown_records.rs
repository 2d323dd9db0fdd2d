//! Records of a binary log as somebody looks at them: one that was asked for, and some beside it.
//!
//! Only these are read and kept, however large the log is.

use serde::{Deserialize, Serialize};

/// How much is wanted around a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Records before it.
    pub before: usize,
    /// Records after it.
    pub after: usize,
    /// Whether the records are wanted as XML, too, where the log holds XML.
    pub xml: bool,
}

/// A record that is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRecord {
    /// The number of its place.
    pub number: String,
    /// When, how severe and what, in one line.
    pub brief: String,
    /// Its fields, one per line.
    pub lines: Vec<String>,
    /// The record as XML; `None` when it was not asked for, and when the log holds no XML.
    pub xml: Option<String>,
}

/// Records that follow each other, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRecords {
    /// The records. Those that cannot be read are not among them.
    pub records: Vec<ShownRecord>,
    /// Whether there are records before them.
    pub has_earlier: bool,
    /// Whether there are records behind them.
    pub has_later: bool,
}

impl ShownRecords {
    /// Where a record is among them.
    pub fn position(&self, number: &str) -> Option<usize> {
        self.records.iter().position(|record| record.number == number)
    }

    /// The fields of a record, one per line.
    pub fn into_lines(self, number: u64) -> Option<Vec<String>> {
        let number = number.to_string();
        self.records.into_iter().find(|record| record.number == number).map(|record| record.lines)
    }

    /// These with others that touch them, that is, share the first or the last record. Others take their place.
    #[must_use]
    pub fn join(&self, other: ShownRecords) -> ShownRecords {
        let place = |record: Option<&ShownRecord>| record.and_then(|record| self.position(&record.number));
        match (place(other.records.first()), place(other.records.last())) {
            (Some(_), Some(_)) => self.clone(),
            (None, Some(at)) => {
                let mut records = other.records;
                records.extend(self.records.iter().skip(at + 1).cloned());
                ShownRecords { records, has_earlier: other.has_earlier, has_later: self.has_later }
            }
            (Some(at), None) => {
                let mut records: Vec<ShownRecord> = self.records.iter().take(at).cloned().collect();
                records.extend(other.records);
                ShownRecords { records, has_earlier: self.has_earlier, has_later: other.has_later }
            }
            (None, None) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(numbers: std::ops::RangeInclusive<u64>) -> ShownRecords {
        let one = |number: u64| ShownRecord { number: number.to_string(), ..ShownRecord::default() };
        ShownRecords {
            has_earlier: *numbers.start() > 1,
            has_later: *numbers.end() < 99,
            records: numbers.map(one).collect(),
        }
    }

    #[test]
    fn records_that_touch_are_joined() {
        let shown = records(10..=20);
        assert_eq!(shown.join(records(1..=10)), records(1..=20));
        assert_eq!(shown.join(records(20..=99)), records(10..=99));
        assert_eq!(shown.join(records(12..=14)), shown);
        assert_eq!(shown.join(records(40..=50)), records(40..=50), "what lies apart takes their place");
    }
}
