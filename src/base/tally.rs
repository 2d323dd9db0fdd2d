//! Counting what has too many values to be kept: bounded, mergeable, and independent of the order ([`Sample`]).

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::sample::Sample;
use super::source::Span;
use crate::base::order::Order as _;

/// Examples kept per key.
const EXAMPLES: usize = 3;

/// What was counted under one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The key.
    pub key: Box<[u8]>,
    /// How often.
    pub count: u64,
    /// First and last time, in milliseconds since 1970 (UTC), of those that have one.
    pub times: Option<(i64, i64)>,
    /// The first few places, by time and place.
    pub examples: Vec<(i64, Span)>,
    /// A sum or a set of marks that the caller keeps, see [`Tallies::mark`].
    pub marks: u64,
}

/// Counts per key, for at most a number of keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tallies {
    total: u64,
    kept: Sample<Tally>,
}

impl Tallies {
    /// Counts for at most `most` keys.
    pub fn new(most: usize) -> Tallies {
        Tallies { total: 0, kept: Sample::new(most) }
    }

    /// Counts one occurrence of a key. The time is in milliseconds since 1970.
    pub fn add(&mut self, key: &[u8], time: Option<i64>, place: Span) {
        self.mark(key, time, place, 0);
    }

    /// Counts one occurrence and sets marks on it.
    pub fn mark(&mut self, key: &[u8], time: Option<i64>, place: Span, marks: u64) {
        self.total += 1;
        let at = time.unwrap_or(i64::MAX);
        self.kept.put(xxh3_64(key), |known| {
            let Some(tally) = known else {
                let (times, examples) = (time.map(|t| (t, t)), vec![(at, place)]);
                return Some(Tally { key: key.into(), count: 1, times, examples, marks });
            };
            tally.count += 1;
            tally.marks |= marks;
            if let Some(time) = time {
                let (first, last) = tally.times.unwrap_or((time, time));
                tally.times = Some((first.min(time), last.max(time)));
            }
            let is_early = tally.examples.last().is_none_or(|latest| (at, place) < *latest);
            if is_early || tally.examples.len() < EXAMPLES {
                let to = tally.examples.partition_point(|known| *known < (at, place));
                tally.examples.insert(to, (at, place));
                tally.examples.truncate(EXAMPLES);
            }
            None
        });
    }

    /// Joins the counts of another part.
    pub fn merge(&mut self, other: Tallies) {
        self.total += other.total;
        self.kept.merge(other.kept, |into, tally| {
            into.count += tally.count;
            into.marks |= tally.marks;
            into.times = match (into.times, tally.times) {
                (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                (a, b) => a.or(b),
            };
            into.examples.extend(tally.examples);
            into.examples.order();
            into.examples.truncate(EXAMPLES);
        });
    }

    /// How many occurrences there were, how many of them under keys that were not kept, and the tallies in the order of
    /// their keys.
    pub fn finish(self) -> (u64, u64, Vec<Tally>) {
        let (mut tallies, _) = self.kept.finish();
        tallies.order_by(|a, b| a.key.cmp(&b.key));
        let kept: u64 = tallies.iter().map(|t| t.count).sum();
        (self.total, self.total - kept, tallies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{Place, SourceId};

    fn part(range: std::ops::Range<u64>) -> Tallies {
        let mut tallies = Tallies::new(20);
        for n in range {
            let place = Span { source: SourceId(0), place: Place::Row(n) };
            tallies.mark(
                format!("key {}", n * n % 97).as_bytes(),
                (n % 5 != 0).then_some(n as i64),
                place,
                1 << (n % 7),
            );
        }
        tallies
    }

    #[test]
    fn any_cut_and_order_keeps_the_same_keys_and_counts() {
        let whole = part(0..500).finish();
        assert!(whole.1 > 0);
        assert_eq!((whole.0, whole.2.len()), (500, 20));
        for cut in [1, 13, 250, 499] {
            for swap in [false, true] {
                let (mut a, mut b) = (part(0..cut), part(cut..500));
                if swap {
                    std::mem::swap(&mut a, &mut b);
                }
                a.merge(b);
                assert_eq!(a.finish(), whole, "cut at {cut}");
            }
        }
    }
}
