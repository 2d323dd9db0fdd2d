//! Sizes as Exchange prints them.

use serde::{Deserialize, Serialize};

/// An amount of bytes, or none: `35 MB (36,700,160 bytes)`, `Unlimited`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// No limit.
    Unlimited,
    /// So many bytes.
    Bytes(u64),
}

impl Limit {
    /// The digits in the last parentheses whatever separates them, a bare number, or `Unlimited`.
    pub fn parse(text: &str) -> Option<Limit> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("unlimited") {
            return Some(Limit::Unlimited);
        }
        // Exchange 2007 prints whole units alone.
        for (unit, bytes) in [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)] {
            if let Some(number) = text.strip_suffix(unit).and_then(|number| number.trim().parse::<u64>().ok()) {
                return number.checked_mul(bytes).map(Limit::Bytes);
            }
        }
        let exact = text.rsplit_once('(').map_or(text, |(_, inside)| inside);
        if exact.len() == text.len() && !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        exact.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok().map(Limit::Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Limit;

    #[test]
    fn sizes_are_exact_or_unknown() {
        assert_eq!(Limit::parse("35 MB (36,700,160 bytes)"), Some(Limit::Bytes(36_700_160)));
        assert_eq!(Limit::parse("36700160"), Some(Limit::Bytes(36_700_160)));
        assert_eq!(Limit::parse("unlimited"), Some(Limit::Unlimited));
        assert_eq!(Limit::parse("10MB"), Some(Limit::Bytes(10_485_760)));
        assert_eq!(Limit::parse("35.5 MB"), None);
        assert_eq!(Limit::parse(""), None);
    }
}
