//! How numbers are spread, in little room and mergeable: a count per bucket, and buckets that grow with the numbers.
//!
//! Numbers below 16 have a bucket each. Above, every doubling is cut into 16 buckets, and a number is told as the middle of its
//! bucket: never more than 4 % away. No floating point, so the answers are
//! the same on every platform.

use serde::{Deserialize, Serialize};

/// Buckets of each doubling.
const CUTS: u64 = 16;

/// A spread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
    longest: u64,
}

impl Histogram {
    /// Adds a number, so many times.
    pub fn add(&mut self, number: u64, times: u32) {
        let at = bucket(number);
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(at) {
            *count = count.saturating_add(times);
        }
        self.total += u64::from(times);
        self.longest = self.longest.max(number);
    }

    /// Joins another one.
    pub fn merge(&mut self, other: Histogram) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (into, count) in self.counts.iter_mut().zip(other.counts) {
            *into = into.saturating_add(count);
        }
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }

    /// How many numbers there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The largest.
    pub fn longest(&self) -> u64 {
        self.longest
    }

    /// The number that so many of a hundred do not exceed.
    pub fn percentile(&self, of_hundred: u64) -> Option<u64> {
        let counted: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        let rank = counted.saturating_mul(of_hundred).div_ceil(100).max(1);
        let mut seen = 0;
        for (at, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= rank {
                return Some(middle(at).min(self.longest));
            }
        }
        None
    }
}

fn bucket(number: u64) -> usize {
    if number < CUTS {
        return usize::try_from(number).unwrap_or(0);
    }
    // The place of the highest bit, and the four bits below it.
    let doubling = u64::from(number.ilog2()) - 4;
    usize::try_from((doubling + 1) * CUTS + ((number >> doubling) - CUTS)).unwrap_or(0)
}

fn middle(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < CUTS * 2 {
        return bucket;
    }
    let doubling = bucket / CUTS - 1;
    let low = (CUTS + bucket % CUTS) << doubling;
    low + ((1_u64 << doubling) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_told_further_away_than_said() {
        for number in (0..5_000).chain((1..40).map(|bit| (1 << bit) + 12_345)).chain([u64::MAX]) {
            let told = middle(bucket(number));
            assert!(told.abs_diff(number) <= number / 25, "{number} as {told}");
        }
    }

    #[test]
    fn percentiles_are_those_of_the_numbers() {
        let mut all = Histogram::default();
        assert_eq!(all.percentile(50), None);
        for number in 1..=1_000 {
            all.add(number, 1);
        }
        assert_eq!(all.longest(), 1_000);
        for (of_hundred, exact) in [(50, 500_u64), (90, 900), (99, 990), (100, 1_000)] {
            let told = all.percentile(of_hundred).unwrap();
            assert!(told.abs_diff(exact) <= exact / 25, "{of_hundred}: {told}");
        }
        all.add(0, 9_000);
        assert_eq!((all.percentile(50), all.percentile(90), all.total()), (Some(0), Some(0), 10_000));
    }

    #[test]
    fn parts_joined_in_any_order_are_the_whole() {
        let part = |range: std::ops::Range<u64>| {
            let mut part = Histogram::default();
            range.for_each(|n| part.add(n * n, 1));
            part
        };
        let whole = part(0..300);
        for cut in [0, 7, 299] {
            let (mut a, mut b) = (part(0..cut), part(cut..300));
            a.merge(b.clone());
            assert_eq!(a, whole);
            b.merge(part(0..cut));
            assert_eq!(b, whole);
        }
    }
}
