//! Text decoding. A source is decoded once; everything after works on `&str` and line numbers.
//!
//! Windows tools write many encodings (`about_Character_Encoding`): `>` and `Export-Clixml` of
//! Windows PowerShell give UTF-16LE with a mark, `Export-Csv` gives ASCII with `?` for the rest,
//! PowerShell 7 gives UTF-8 without a mark, `cmd` redirection gives the OEM code page. Order of
//! trial: byte order mark, UTF-16 by its zero bytes, strict UTF-8, then Windows-1252 or code page 850.
//!
//! Traps: UTF-16 cut at an odd byte; an ASCII log to which UTF-16 was appended by `>>`; NUL bytes in
//! a file that is not text at all; UTF-8 that was taken for Windows-1252 and saved so. Each is noted in the
//! ledger, none is an error. Where files were put together, a byte order mark stands before a line in the
//! midst; it belongs to no name.

mod code_page;
pub mod cut;
mod mixed;
mod twice;

use std::fmt;

use self::mixed::Part;

/// Decoded text with its lines.
#[derive(Clone, Debug)]
pub struct Text {
    content: String,
    /// Byte offset of each line start in `content`. Never empty.
    line_starts: Vec<usize>,
    /// How the bytes were read.
    pub encoding: Encoding,
    /// Replacement characters put in for bytes that are not text.
    pub replaced: usize,
    /// Whether parts of the source are in UTF-16 and others are not.
    pub mixed: bool,
    /// Whether letters were encoded twice, and were read as they were meant.
    pub twice: bool,
    /// The source ends in the middle of a character (UTF-16 with an odd number of bytes).
    pub cut: bool,
}

/// A text encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8 {
        /// Whether the mark is there.
        bom: bool,
    },
    /// UTF-16, little endian.
    Utf16Le {
        /// Whether the mark is there.
        bom: bool,
    },
    /// UTF-16, big endian.
    Utf16Be {
        /// Whether the mark is there.
        bom: bool,
    },
    /// Windows-1252, the fallback for single bytes.
    Windows1252,
    /// Code page 850, of Western European consoles.
    Oem850,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 { bom: true } => "UTF-8 BOM",
            Encoding::Utf8 { bom: false } => "UTF-8",
            Encoding::Utf16Le { .. } => "UTF-16 LE",
            Encoding::Utf16Be { .. } => "UTF-16 BE",
            Encoding::Windows1252 => "Windows-1252",
            Encoding::Oem850 => "code page 850",
        })
    }
}

impl Text {
    /// Decodes bytes; never fails.
    pub fn decode(bytes: &[u8]) -> Text {
        let encoding = sniff(bytes);
        let parts = match encoding {
            Encoding::Utf16Le { bom: true } | Encoding::Utf16Be { .. } => None,
            // Most of the file is UTF-16, but it does not begin so: the shorter part came first.
            Encoding::Utf16Le { bom: false } if bytes.iter().take(8).any(|b| *b == 0) => None,
            _ => mixed::parts(bytes),
        };
        if let Some(parts) = parts {
            // Without the other parts the bytes may be UTF-8 after all.
            let plain: Vec<u8> =
                parts.iter().flat_map(|part| if let Part::Plain(b) = part { *b } else { &[] }).copied().collect();
            let encoding = sniff(&plain);
            let decoded = parts.iter().map(|part| match part {
                Part::Plain(bytes) => decode_plain(bytes, encoding).0,
                Part::Wide(bytes) => decode_utf16(bytes, false, u16::from_le_bytes).0,
            });
            return Text { mixed: true, ..Text::whole(decoded.collect(), encoding, false) };
        }
        let (decoded, cut) = decode_plain(bytes, encoding);
        Text::whole(decoded, encoding, cut)
    }

    fn whole(decoded: String, encoding: Encoding, cut: bool) -> Text {
        let replaced = decoded.matches('\u{FFFD}').count();
        let decoded = without_marks(decoded);
        match twice::undone(&decoded) {
            Some(meant) => Text { twice: true, ..Text::new(meant, encoding, replaced, cut) },
            None => Text::new(decoded, encoding, replaced, cut),
        }
    }

    /// Text that is a string already.
    pub fn from_string(content: String) -> Text {
        Text::new(content, Encoding::Utf8 { bom: false }, 0, false)
    }

    fn new(content: String, encoding: Encoding, replaced: usize, cut: bool) -> Text {
        let mut line_starts = vec![0];
        let bytes = content.as_bytes();
        for (i, &b) in bytes.iter().enumerate() {
            // A lone carriage return ends a line as well (old Macintosh tools, broken transfers).
            // Two of them before a line feed are what a text-mode copy made of one.
            let next = (bytes.get(i + 1), bytes.get(i + 2));
            let before_feed = matches!(next, (Some(b'\n'), _) | (Some(b'\r'), Some(b'\n')));
            if b == b'\n' || (b == b'\r' && !before_feed) {
                line_starts.push(i + 1);
            }
        }
        if line_starts.len() > 1 && line_starts.last() == Some(&content.len()) {
            line_starts.pop();
        }
        Text { content, line_starts, encoding, replaced, mixed: false, twice: false, cut }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.content
    }

    /// Number of lines; 1 for an empty text.
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.line_starts.len()).unwrap_or(u32::MAX)
    }

    /// Line `number` (from 1) without its line end; empty when there is no such line.
    pub fn line(&self, number: u32) -> &str {
        let Some(index) = (number as usize).checked_sub(1) else { return "" };
        let Some(&start) = self.line_starts.get(index) else { return "" };
        let end = self.line_starts.get(index + 1).copied().unwrap_or(self.content.len());
        self.content.get(start..end).unwrap_or("").trim_end_matches(['\r', '\n'])
    }

    /// All lines with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..=self.line_count()).map(|n| (n, self.line(n)))
    }

    /// The number (from 1) of the line that holds byte `offset` of [`Text::as_str`].
    pub fn line_of(&self, offset: usize) -> u32 {
        let index = self.line_starts.partition_point(|&start| start <= offset);
        u32::try_from(index.max(1)).unwrap_or(u32::MAX)
    }
}

/// Takes byte order marks from the starts of lines.
fn without_marks(text: String) -> String {
    const MARK: char = '\u{FEFF}';
    if !text.contains(MARK) {
        return text;
    }
    let mut starts = true;
    let keep = |c: &char| {
        let is_mark = starts && *c == MARK;
        starts = is_mark || matches!(c, '\r' | '\n');
        !is_mark
    };
    text.chars().filter(keep).collect()
}

fn sniff(bytes: &[u8]) -> Encoding {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8 { bom: true },
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le { bom: true },
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be { bom: true },
        _ => {}
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
    let pairs = head.len() / 2;
    if pairs >= 4 {
        let zero_at = |odd: usize| head.chunks_exact(2).filter(|p| p.get(odd) == Some(&0)).count();
        let (even_zeros, odd_zeros) = (zero_at(0), zero_at(1));
        // Western text in UTF-16 has a zero in nearly every pair, always on the same side. It has them
        // from the start; otherwise UTF-16 was appended to something else.
        let starts_plain = head.chunks_exact(2).take(4).all(|p| !p.contains(&0));
        if starts_plain {
            return sniff_single(bytes);
        }
        if odd_zeros * 10 >= pairs * 6 && even_zeros * 10 <= pairs {
            return Encoding::Utf16Le { bom: false };
        }
        if even_zeros * 10 >= pairs * 6 && odd_zeros * 10 <= pairs {
            return Encoding::Utf16Be { bom: false };
        }
    }
    sniff_single(bytes)
}

/// The encoding of bytes that are not UTF-16.
fn sniff_single(bytes: &[u8]) -> Encoding {
    match std::str::from_utf8(bytes) {
        Ok(_) => Encoding::Utf8 { bom: false },
        // Cut in the middle of its last character: still UTF-8.
        Err(e) if e.error_len().is_none() => Encoding::Utf8 { bom: false },
        Err(_) => code_page::guess(bytes),
    }
}

/// Decodes bytes that are all in one encoding, with their mark.
fn decode_plain(bytes: &[u8], encoding: Encoding) -> (String, bool) {
    match encoding {
        Encoding::Utf8 { .. } => {
            let rest = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
            (String::from_utf8_lossy(rest).into_owned(), false)
        }
        Encoding::Utf16Le { bom } => decode_utf16(bytes, bom, u16::from_le_bytes),
        Encoding::Utf16Be { bom } => decode_utf16(bytes, bom, u16::from_be_bytes),
        Encoding::Windows1252 => (encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(), false),
        Encoding::Oem850 => (code_page::decode_850(bytes), false),
    }
}

fn decode_utf16(bytes: &[u8], bom: bool, unit: fn([u8; 2]) -> u16) -> (String, bool) {
    let rest = bytes.get(if bom { 2 } else { 0 }..).unwrap_or(&[]);
    let pairs = rest.chunks_exact(2);
    let cut = !pairs.remainder().is_empty();
    let units = pairs.map(|p| match p {
        [a, b] => unit([*a, *b]),
        _ => 0,
    });
    let text = char::decode_utf16(units).map(|r| r.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    (text, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn reads_the_encodings_that_windows_tools_write() {
        let mut marked = vec![0xFF, 0xFE];
        marked.extend(utf16le("Größe"));
        for (bytes, encoding) in [
            (marked, Encoding::Utf16Le { bom: true }),
            ("\u{FEFF}Größe".as_bytes().to_vec(), Encoding::Utf8 { bom: true }),
            ("Größe".as_bytes().to_vec(), Encoding::Utf8 { bom: false }),
            (b"Gr\xF6\xDFe".to_vec(), Encoding::Windows1252),
        ] {
            let text = Text::decode(&bytes);
            assert_eq!((text.as_str(), text.encoding), ("Größe", encoding));
        }
        let unmarked = Text::decode(&utf16le("Identity : EX1"));
        assert_eq!((unmarked.as_str(), unmarked.encoding), ("Identity : EX1", Encoding::Utf16Le { bom: false }));
    }

    #[test]
    fn marks_of_files_that_were_put_together_belong_to_no_name() {
        let text = Text::decode("\u{FEFF}a,b\r\n\u{FEFF}\u{FEFF}c,\u{FEFF}d\n".as_bytes());
        assert_eq!(text.as_str(), "a,b\r\nc,\u{FEFF}d\n");
        assert_eq!(text.line(2), "c,\u{FEFF}d");
    }

    #[test]
    fn utf16_cut_at_an_odd_byte_is_reported_and_the_rest_is_read() {
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend(utf16le("Status : Retry"));
        bytes.push(b'x');
        let text = Text::decode(&bytes);
        assert_eq!(text.as_str(), "Status : Retry");
        assert!(text.cut);
    }

    #[test]
    fn utf16_appended_to_single_bytes_is_read() {
        let mut bytes = "Grö\u{df}e\r\n".as_bytes().to_vec();
        bytes.extend(utf16le("Größe und mehr\r\n"));
        let text = Text::decode(&bytes);
        assert_eq!(text.as_str(), "Größe\r\nGröße und mehr\r\n");
        assert!(text.mixed && text.encoding == Encoding::Utf8 { bom: false });
        let text = Text::decode(b"Schl\x81ssel");
        assert_eq!((text.as_str(), text.encoding), ("Schlüssel", Encoding::Oem850));
    }

    #[test]
    fn counts_lines_with_all_line_ends() {
        let text = Text::from_string("a\r\nb\nc\rd\n".to_owned());
        assert_eq!(text.lines().collect::<Vec<_>>(), [(1, "a"), (2, "b"), (3, "c"), (4, "d")]);
        assert_eq!(text.line_of(0), 1);
        assert_eq!(text.line_of(3), 2);
        assert_eq!(text.line(9), "");
        assert_eq!(Text::from_string(String::new()).line_count(), 1);
    }
}
