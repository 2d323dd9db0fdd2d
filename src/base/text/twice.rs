//! Letters that were encoded twice: UTF-8 that a tool took for Windows-1252 and saved again, so that `Köln` became `KÃ¶ln`.
//!
//! Nothing in a file says so. What decides is that all its letters outside ASCII, taken as bytes of Windows-1252, are UTF-8: a
//! text that was written so has hardly a letter of which that is true, and never only such letters.

/// The text as it was meant; nothing when it was not encoded twice.
pub(super) fn undone(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    // The library's own way back would bring the tables of all character sets into the page.
    let others: Vec<u8> = (0x80..0xA0).collect();
    let (known, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&others);
    let byte = |c: char| {
        let own = known.chars().zip(&others).find(|(known, _)| *known == c).map(|(_, byte)| *byte);
        own.or_else(|| u8::try_from(u32::from(c)).ok().filter(|byte| *byte >= 0xA0))
    };
    let mut meant = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| !c.is_ascii()) {
        let (plain, tail) = rest.split_at(at);
        let (letters, tail) = tail.split_at(tail.find(|c: char| c.is_ascii()).unwrap_or(tail.len()));
        let bytes: Vec<u8> = letters.chars().map(byte).collect::<Option<_>>()?;
        meant.push_str(plain);
        meant.push_str(std::str::from_utf8(&bytes).ok()?);
        rest = tail;
    }
    meant.push_str(rest);
    Some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_twice_is_read_as_it_was_meant() {
        for (text, meant) in [
            ("K\u{C3}\u{B6}ln", Some("Köln")),
            ("NT-AUTORIT\u{C3}\u{201E}T, \u{E2}\u{20AC}\u{201C}", Some("NT-AUTORITÄT, –")),
            ("Köln", None),
            ("NÃO", None),
            ("K\u{C3}\u{B6}ln und Köln", None),
            ("Кёльн", None),
            ("東京", None),
            ("plain", None),
        ] {
            assert_eq!(undone(text).as_deref(), meant, "{text}");
        }
    }
}
