//! Questions that are asked once per text.
//!
//! Evidence repeats itself: ten thousand queues have one error. A rule asks about each of them, so answers are kept, by a
//! hash of 64 bits of the text (two texts of one case that share it are less likely than a fault of the memory).

use std::cell::RefCell;
use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

/// The same question, asked once per key.
pub fn once<T: ?Sized>(key: impl Fn(&T) -> u64, ask: impl Fn(&T) -> bool) -> impl Fn(&T) -> bool {
    let answers: RefCell<HashMap<u64, bool>> = RefCell::default();
    move |about| {
        let key = key(about);
        if let Some(answer) = answers.borrow().get(&key) {
            return *answer;
        }
        let answer = ask(about);
        answers.borrow_mut().insert(key, answer);
        answer
    }
}

/// The same question about a text, asked once per text.
pub fn once_per_text(ask: impl Fn(&str) -> bool) -> impl Fn(&str) -> bool {
    once(|text: &str| xxh3_64(text.as_bytes()), ask)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn asks_once_per_text() {
        let asked = Cell::new(0);
        let is_long = once_per_text(|text| {
            asked.set(asked.get() + 1);
            text.len() > 3
        });
        for _ in 0..5 {
            assert!(is_long("long") && !is_long("low"));
        }
        assert_eq!(asked.get(), 2);
    }
}
