//! Collecting into ordered maps and sets, small in code.
//!
//! `collect` of the standard library sorts all entries first and builds the tree from them: that is a sort of its own for each
//! type of entry (see [`order`](super::order)), 5 KB of code each. Entries that are put in one by one need none, and take
//! about the time that sorting would.
//!
//! Trap: as with `collect`, the last of several values of one key counts; but of the keys themselves the first stays.

/// Collecting that puts in one entry after the other.
pub trait Gather: Iterator + Sized {
    /// All that comes, in a map or set.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C {
        let mut all = C::default();
        all.extend(self);
        all
    }
}

impl<I: Iterator> Gather for I {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn the_same_comes_out_as_of_collect() {
        let entries = [(3, 'a'), (1, 'b'), (3, 'c')];
        let map: BTreeMap<i32, char> = entries.into_iter().gather();
        assert_eq!(map, entries.into_iter().collect());
        assert_eq!(map.get(&3), Some(&'c'));
        let set: BTreeSet<i32> = entries.into_iter().map(|(key, _)| key).gather();
        assert_eq!(set.into_iter().collect::<Vec<_>>(), [1, 3]);
    }
}
