//! What has too many keys to be kept: the values of those with the smallest hashes.
//!
//! That is a fair sample of all keys, and the same one however the input was cut and in whichever order the parts were merged: a key
//! among the smallest of all is among the smallest of every part it occurs in, so it was kept from its first occurrence on. Keys
//! are told apart by a 64-bit hash (XXH3, the same on every platform); two keys meet in one by chance once in billions of billions.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use serde::{Deserialize, Serialize};

/// Values of at most a number of keys; up to twice as many while counting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample<T> {
    most: usize,
    threshold: u64,
    kept: HashMap<u64, T, BuildHasherDefault<Identity>>,
}

impl<T> Sample<T> {
    /// Values of at most `most` keys.
    pub fn new(most: usize) -> Sample<T> {
        Sample { most: most.max(1), threshold: u64::MAX, kept: HashMap::default() }
    }

    /// Changes the value of a key, by its hash; the first time, makes it. A key that is not kept is passed over.
    pub fn put(&mut self, hash: u64, change: impl FnOnce(Option<&mut T>) -> Option<T>) {
        if hash > self.threshold {
            return;
        }
        match self.kept.get_mut(&hash) {
            Some(value) => {
                change(Some(value));
            }
            None => {
                if let Some(value) = change(None) {
                    self.kept.insert(hash, value);
                    if self.kept.len() > self.most.saturating_mul(2) {
                        self.shrink();
                    }
                }
            }
        }
    }

    /// Joins the values of another part.
    pub fn merge(&mut self, other: Sample<T>, join: fn(&mut T, T)) {
        self.threshold = self.threshold.min(other.threshold);
        for (hash, value) in other.kept {
            match self.kept.get_mut(&hash) {
                None => {
                    self.kept.insert(hash, value);
                }
                Some(into) => join(into, value),
            }
        }
        let threshold = self.threshold;
        self.kept.retain(|hash, _| *hash <= threshold);
        self.shrink();
    }

    /// Keeps the keys with the smallest hashes.
    fn shrink(&mut self) {
        if self.kept.len() <= self.most {
            return;
        }
        let mut hashes: Vec<u64> = self.kept.keys().copied().collect();
        let (_, last, _) = hashes.select_nth_unstable(self.most - 1);
        let threshold = *last;
        self.threshold = threshold;
        self.kept.retain(|hash, _| *hash <= threshold);
    }

    /// The values in no order, and whether they are those of all keys.
    pub fn finish(mut self) -> (Vec<T>, bool) {
        self.shrink();
        (self.kept.into_values().collect(), self.threshold == u64::MAX)
    }
}

/// The keys are hashes already.
#[derive(Clone, Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
