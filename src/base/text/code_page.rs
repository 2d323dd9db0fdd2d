//! Single bytes: Windows-1252, which windows write, or code page 850, which consoles of Western Europe
//! write when `cmd` redirects a command into a file.
//!
//! Nothing in a file says which. What decides are bytes between two letters: a word has a letter there,
//! never a quotation mark or a currency sign, and most bytes are a letter in one of the two only.

use super::Encoding;

/// The upper half of code page 850 (<https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/PC/CP850.TXT>).
const CODE_PAGE_850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

/// Letters of code page 850 that are no letters in Windows-1252, nor the apostrophes and dashes that
/// stand between letters there.
const OEM_LETTERS: &[u8] = &[
    0x80, 0x81, 0x82, 0x83, 0x84, 0x87, 0x88, 0x89, 0x8B, 0x8D, 0x90, 0x93, 0x94, 0x95, 0x98, 0x99, 0xA1, 0xA2, 0xA3,
    0xA4,
];

/// Letters of Windows-1252 that are none, or rare ones, in code page 850.
const ANSI_LETTERS: &[u8] = &[
    0xC4, 0xC8, 0xC9, 0xCA, 0xCD, 0xDC, 0xDF, 0xE0, 0xE2, 0xE8, 0xE9, 0xEA, 0xEB, 0xED, 0xEE, 0xEF, 0xF1, 0xF3, 0xF4,
    0xF6, 0xF9, 0xFA, 0xFB, 0xFC,
];

/// Which of the two the bytes are in.
pub(super) fn guess(bytes: &[u8]) -> Encoding {
    let (mut oem, mut ansi) = (0_u64, 0_u64);
    for window in bytes.windows(3) {
        let [before, byte, after] = window else { continue };
        if byte.is_ascii() || !before.is_ascii_alphabetic() || !after.is_ascii_alphabetic() {
            continue;
        }
        oem += u64::from(OEM_LETTERS.contains(byte));
        ansi += u64::from(ANSI_LETTERS.contains(byte));
    }
    if oem > ansi { Encoding::Oem850 } else { Encoding::Windows1252 }
}

/// Decodes code page 850.
pub(super) fn decode_850(bytes: &[u8]) -> String {
    let upper: Vec<char> = CODE_PAGE_850.chars().collect();
    let character = |&byte: &u8| match byte.checked_sub(0x80) {
        Some(index) => upper.get(usize::from(index)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        None => char::from(byte),
    };
    bytes.iter().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_code_page() {
        for (bytes, encoding) in [
            (&b"Schl\x81sselw\x94rter"[..], Encoding::Oem850),
            (b"\x82v\x82nement", Encoding::Oem850),
            (b"Schl\xFCsselw\xF6rter", Encoding::Windows1252),
            (b"l\x92\xE9v\xE9nement", Encoding::Windows1252),
            (b"he said \x93no\x94 \x96 10\xA0GB", Encoding::Windows1252),
            (b"caf\xE9", Encoding::Windows1252),
        ] {
            assert_eq!(guess(bytes), encoding, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(decode_850(b"Gr\x94\xE1e \x99\xFF"), "Größe Ö\u{a0}");
        assert_eq!(CODE_PAGE_850.chars().count(), 128);
    }
}
