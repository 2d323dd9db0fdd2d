//! Security identifiers: `S-1-5-21-...-1123`, and their binary form in descriptors and LDIF.
//!
//! Described in [MS-DTYP] 2.4.2. Traps: the authority is stored high byte first, the parts behind it low
//! byte first; an authority above 32 bits is written in hexadecimal.
//!
//! [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/78eb9013-1c3a-4970-ad1f-2b1dad588a25

use serde::{Deserialize, Serialize};
use std::fmt;

/// A security identifier.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sid {
    authority: u64,
    parts: Vec<u32>,
}

impl Sid {
    /// Most parts behind the authority.
    const MOST_PARTS: usize = 15;

    /// Parses `S-1-5-18`.
    pub fn parse(text: &str) -> Option<Sid> {
        let mut words = text.trim().split('-');
        if !words.next()?.eq_ignore_ascii_case("S") || words.next()? != "1" {
            return None;
        }
        let authority = words.next()?;
        let authority = match authority.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok()?,
            None => authority.parse().ok()?,
        };
        let parts: Vec<u32> = words.take(Self::MOST_PARTS + 1).map(|word| word.parse().ok()).collect::<Option<_>>()?;
        (authority < 1 << 48 && parts.len() <= Self::MOST_PARTS).then_some(Sid { authority, parts })
    }

    /// Reads the binary form from the beginning of `bytes`; what follows is ignored.
    pub fn from_bytes(bytes: &[u8]) -> Option<Sid> {
        let (&[revision, count], rest) = bytes.split_first_chunk::<2>()?;
        let (high, rest) = rest.split_first_chunk::<6>()?;
        let count = usize::from(count);
        if revision != 1 || count > Self::MOST_PARTS {
            return None;
        }
        let authority = high.iter().fold(0, |all, b| all << 8 | u64::from(*b));
        let parts = rest.get(..count * 4)?.chunks_exact(4).map(|part| part.try_into().map(u32::from_le_bytes));
        Some(Sid { authority, parts: parts.collect::<Result<_, _>>().ok()? })
    }

    /// The last part: the number within the domain.
    pub fn relative(&self) -> Option<u32> {
        self.parts.last().copied()
    }

    /// Whether it belongs to a domain (`S-1-5-21-...`), so that its number says nothing by itself.
    pub fn is_of_domain(&self) -> bool {
        self.authority == 5 && self.parts.first() == Some(&21) && self.parts.len() == 5
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.authority < 1 << 32 {
            write!(f, "S-1-{}", self.authority)?;
        } else {
            write!(f, "S-1-0x{:012x}", self.authority)?;
        }
        self.parts.iter().try_for_each(|part| write!(f, "-{part}"))
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_agree() {
        let bytes = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0, 99];
        let sid = Sid::from_bytes(&bytes).unwrap();
        assert_eq!(sid.to_string(), "S-1-5-32-544");
        assert_eq!(Sid::parse("s-1-5-32-544"), Some(sid));
        assert_eq!(Sid::parse("S-1-0x100000000000-1").unwrap().to_string(), "S-1-0x100000000000-1");
        assert!(Sid::parse("S-1-5-21-1-2-3-1123").unwrap().is_of_domain());
    }

    #[test]
    fn other_text_and_cut_bytes_are_none() {
        for text in ["", "S-1", "S-1-", "S-2-5", "S-1-5-x", "CONTOSO\\S-1", "S-1-5-99999999999"] {
            assert_eq!(Sid::parse(text), None, "{text}");
        }
        assert_eq!(Sid::from_bytes(&[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0]), None);
        assert_eq!(Sid::from_bytes(&[1, 200, 0, 0, 0, 0, 0, 5]), None);
    }
}
