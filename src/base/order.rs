//! Sorting that is compiled once.
//!
//! The standard library compiles a merge sort, a quicksort and their small cases anew for each element type and each closure;
//! some 120 of them were a tenth of the page's code. Here the elements are sorted by their positions, with one sort for all,
//! and each type only brings its comparison and its swap. All of it is stable, like `sort_by`.
//!
//! Traps: it allocates a list of positions, and calls through a pointer. Where millions of plain numbers are sorted,
//! `sort_unstable` is the better choice.

use std::cmp::Ordering;

/// Sorting for slices; stable, and small in code.
pub trait Order<T> {
    /// Sorts by the elements' own order.
    fn order(&mut self)
    where
        T: Ord;

    /// Sorts by what `compare` says of two elements; it has to be a total order.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Sorts by a key, which is made anew for each comparison.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);

    /// Sorts by a key that is dear to make, and is made once for each element.
    fn order_by_cached_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

impl<T> Order<T> for [T] {
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }

    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let order = positions(self.len(), &mut |a, b| match (self.get(a), self.get(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        });
        arrange(order, &mut |a, b| self.swap(a, b));
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    fn order_by_cached_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        let order = positions(keys.len(), &mut |a, b| match (keys.get(a), keys.get(b)) {
            (Some(a), Some(b)) => a.cmp(b),
            _ => Ordering::Equal,
        });
        arrange(order, &mut |a, b| self.swap(a, b));
    }
}

/// The positions `0..len` in the order that `compare` gives them.
fn positions(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    // What is sorted already, as most lists are, is seen without a sort.
    if !order.is_sorted_by(|a, b| compare(*a, *b).is_le()) {
        order.sort_by(|a, b| compare(*a, *b));
    }
    order
}

/// Puts the element of `order[i]` at place `i`, for each `i`: every cycle of the permutation is walked once.
fn arrange(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut here = start;
        while let Some(place) = order.get_mut(here) {
            let from = std::mem::replace(place, here);
            if from == start || from == here {
                break;
            }
            swap(here, from);
            here = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    /// Numbers that look random and are the same in every run.
    fn numbers(count: usize) -> Vec<u32> {
        let mut seed = 1_u32;
        (0..count)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed >> 20
            })
            .collect()
    }

    #[test]
    fn sorts_as_the_standard_library_does() {
        for count in [0, 1, 2, 3, 10, 100, 5000] {
            let given: Vec<(u32, usize)> = numbers(count).into_iter().map(|n| n % 97).zip(0..).collect();
            let mut expected = given.clone();
            expected.sort_by_key(|(number, _)| *number);
            let mut by_key = given.clone();
            by_key.order_by_key(|(number, _)| *number);
            assert_eq!(by_key, expected, "equal keys keep their order, {count}");
            let mut cached = given.clone();
            cached.order_by_cached_key(|(number, _)| *number);
            assert_eq!(cached, expected);
            let mut down = given.clone();
            down.order_by(|a, b| b.cmp(a));
            expected.sort_by(|a, b| b.cmp(a));
            assert_eq!(down, expected);
        }
    }

    #[test]
    fn elements_that_cannot_be_copied_are_moved() {
        let mut words: Vec<String> = numbers(300).into_iter().map(|n| n.to_string()).collect();
        let mut expected = words.clone();
        expected.sort();
        words.order();
        assert_eq!(words, expected);
        words.order();
        assert_eq!(words, expected);
    }
}
