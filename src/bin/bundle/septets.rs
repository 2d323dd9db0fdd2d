//! Bytes as text of a UTF-8 page, seven bits to a byte: a seventh more than the bytes, where base64 takes a third.
//!
//! All 128 characters of one byte carry seven bits each, except the three that a page cannot hold in a script as they are:
//! NUL is replaced, CR becomes LF, and `<` may begin an end tag. One of those and the seven bits after it together are one
//! character of two bytes, U+0080 to U+01FF: so nothing is lost on them either. `www/septets.js` reads it back.
//!
//! Traps: the page has to be read as UTF-8 whatever a server says, so it begins with a byte order mark; the text must not be
//! trimmed. There is no length in it, and what fills the last character can look like one more byte: the length stands beside
//! the text.

/// What a script of a page cannot hold, by number.
const UNFIT: [u8; 3] = [0, b'\r', b'<'];

/// These bytes as text.
pub fn septets(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() / 7 * 8 + 8);
    let mut rest = Bits { bytes: bytes.iter(), held: 0, count: 0 };
    while let Some(seven) = rest.next() {
        match UNFIT.iter().position(|unfit| *unfit == seven) {
            None => text.push(char::from(seven)),
            Some(number) => {
                let pair = (number as u32) << 7 | u32::from(rest.next().unwrap_or(0));
                text.extend(char::from_u32(0x80 + pair));
            }
        }
    }
    text
}

/// Seven bits after seven bits, the highest first; the last ones are filled with zeros.
struct Bits<'a> {
    bytes: std::slice::Iter<'a, u8>,
    held: u32,
    count: u32,
}

impl Iterator for Bits<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.count < 7 {
            match self.bytes.next() {
                Some(byte) => {
                    self.held = (self.held << 8 | u32::from(*byte)) & 0x7fff;
                    self.count += 8;
                }
                None if self.count == 0 => return None,
                None => {
                    self.held <<= 7 - self.count;
                    self.count = 7;
                }
            }
        }
        self.count -= 7;
        Some((self.held >> self.count & 0x7f) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::{UNFIT, septets};

    /// What `www/septets.js` does.
    fn read(text: &str) -> Vec<u8> {
        let (mut bytes, mut held, mut count) = (Vec::new(), 0_u32, 0);
        let mut push = |seven: u32| {
            held = (held << 7 | seven) & 0x7fff;
            count += 7;
            if count >= 8 {
                count -= 8;
                bytes.push((held >> count & 0xff) as u8);
            }
        };
        for c in text.chars().map(u32::from) {
            if c < 0x80 {
                push(c);
            } else {
                push(u32::from(UNFIT.get((c as usize - 0x80) >> 7).copied().unwrap_or(0)));
                push(c & 0x7f);
            }
        }
        bytes
    }

    #[test]
    fn bytes_come_back_and_nothing_that_a_page_changes_stands_in_the_text() {
        let every: Vec<u8> =
            (0..=255).cycle().take(2000).chain([0; 40]).chain([255; 40]).chain([0x1a, 0x34, 0x3c, 0x0d]).collect();
        for length in 0..every.len() {
            for bytes in [&every[..length], &every[every.len() - length..]] {
                let text = septets(bytes);
                assert!(!text.contains(['\0', '\r', '<']));
                let mut back = read(&text);
                // One more byte of zero can come out of the bits that fill the last character.
                back.truncate(bytes.len());
                assert_eq!(back, bytes);
                assert!(text.len() <= bytes.len() * 8 / 7 + 2, "{} for {length}", text.len());
            }
        }
    }
}
