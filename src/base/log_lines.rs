//! Lines and cells of text logs, from a part of a file of any size.
//!
//! A part owns the lines that *begin* in it, so that any cut of a file gives each line to exactly one
//! part. Lines are found with `memchr`; a cell is a range of its line, and nothing is copied for cells
//! nobody asks for. Quoting is that of Exchange's logs and of Python's `csv`: a cell is quoted when it
//! holds the delimiter or a quote, quotes inside are doubled, and a line end never stands in a cell.
//!
//! Logs are UTF-8 or a single-byte code page. A log that was saved anew as UTF-16 is turned into UTF-8
//! line by line; offsets stay those of the file.

use std::borrow::Cow;
use std::ops::Range;

use super::source::{ReadAt, ReadError};

/// Bytes read at once.
const BLOCK: usize = 4 << 20;

/// The longest line that is read, in bytes; what is longer is damaged.
pub const MAX_LINE: usize = 1 << 20;

/// How the characters of a log are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One byte per unit: UTF-8 and code pages.
    Byte,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
}

impl Unit {
    /// Looks at the first bytes of a file.
    pub fn of(head: &[u8]) -> Unit {
        match head {
            [0xFF, 0xFE, ..] => Unit::Utf16Le,
            [0xFE, 0xFF, ..] => Unit::Utf16Be,
            [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Unit::Utf16Le,
            [0, a, 0, b, ..] if *a != 0 && *b != 0 => Unit::Utf16Be,
            _ => Unit::Byte,
        }
    }

    fn size(self) -> usize {
        if self == Unit::Byte { 1 } else { 2 }
    }
}

/// A line and where it begins in the file.
pub struct Line<'a> {
    /// Offset of its first byte in the file.
    pub offset: u64,
    /// Bytes it takes in the file, its line end included.
    pub size: u64,
    /// The text in UTF-8 or a code page, without its line end.
    pub text: &'a [u8],
    /// Whether it is longer than [`MAX_LINE`] and was cut.
    pub cut: bool,
    /// Whether a line end closes it; the last line of a log that is being written may have none.
    pub ended: bool,
}

/// Reads the lines of `part` of a file, block by block.
pub struct Lines<'a> {
    bytes: &'a dyn ReadAt,
    unit: Unit,
    part: Range<u64>,
    buffer: Vec<u8>,
    /// Offset in the file of the first byte of `buffer`.
    start: u64,
    /// Position in `buffer` behind the last line handed out.
    at: usize,
    utf8: Vec<u8>,
    block: usize,
    /// Whether the last piece handed out was of a line that goes on.
    inside: bool,
}

impl<'a> Lines<'a> {
    /// The lines that begin in `part`.
    pub fn new(bytes: &'a dyn ReadAt, unit: Unit, part: Range<u64>) -> Lines<'a> {
        Lines {
            bytes,
            unit,
            start: part.start,
            part,
            buffer: Vec::new(),
            at: 0,
            utf8: Vec::new(),
            block: BLOCK,
            inside: false,
        }
    }

    /// Reads so many bytes at once; fewer when only a few lines are wanted.
    pub fn in_blocks_of(self, bytes: usize) -> Lines<'a> {
        Lines { block: bytes.max(1024), ..self }
    }

    /// Hands the lines to `take` until it answers `false`. `block` is told the offset reached after each
    /// block and may end the reading by answering `false`.
    ///
    /// # Errors
    /// When the file can no longer be read; the lines before were handed out.
    pub fn each(
        &mut self,
        mut take: impl FnMut(&Line<'_>),
        mut block: impl FnMut(u64) -> bool,
    ) -> Result<(), ReadError> {
        let size = self.bytes.size();
        self.find_first_line(size)?;
        loop {
            let filled = self.fill(size)?;
            let done = self.hand_out(size, &mut take);
            if !block(self.position().min(self.part.end)) || done || !filled {
                return Ok(());
            }
        }
    }

    fn position(&self) -> u64 {
        self.start + self.at as u64
    }

    /// Moves to the first line that begins in the part: behind the first line end at or before its start.
    fn find_first_line(&mut self, size: u64) -> Result<(), ReadError> {
        let unit = self.unit.size() as u64;
        // Parts may be cut anywhere; units may not.
        self.part.start = self.part.start.next_multiple_of(unit);
        self.start = self.part.start;
        if self.part.start == 0 {
            return Ok(());
        }
        // The line end right before the start counts: then a line begins exactly here.
        self.start = self.part.start - unit;
        loop {
            let window = self.bytes.read_range(self.start, 64 << 10)?;
            if window.is_empty() {
                self.start = size;
                return Ok(());
            }
            match self.line_end(&window, 0) {
                Some(end) => {
                    self.start += end as u64;
                    return Ok(());
                }
                None => self.start += (window.len() - window.len() % unit as usize).max(1) as u64,
            }
            if self.start >= self.part.end {
                return Ok(());
            }
        }
    }

    /// Drops what was handed out and reads on. `false` at the end of the file.
    fn fill(&mut self, size: u64) -> Result<bool, ReadError> {
        self.buffer.drain(..self.at);
        self.start += self.at as u64;
        self.at = 0;
        let have = self.buffer.len();
        let next = self.start + have as u64;
        let left = usize::try_from(size.saturating_sub(next)).unwrap_or(usize::MAX).min(self.block);
        if left == 0 {
            return Ok(false);
        }
        self.buffer.resize(have + left, 0);
        let target = self.buffer.get_mut(have..).unwrap_or_default();
        let read = self.bytes.read_at(next, target)?;
        self.buffer.truncate(have + read);
        Ok(read > 0 && next + (read as u64) < size)
    }

    /// The position behind the first line end at or after `from`.
    fn line_end(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        match self.unit {
            Unit::Byte => memchr::memchr(b'\n', rest).map(|i| from + i + 1),
            Unit::Utf16Le => pairs(rest).position(|p| p == [b'\n', 0]).map(|i| from + 2 * i + 2),
            Unit::Utf16Be => pairs(rest).position(|p| p == [0, b'\n']).map(|i| from + 2 * i + 2),
        }
    }

    /// Hands out the whole lines in the buffer; `true` when the part is done.
    fn hand_out(&mut self, size: u64, take: &mut impl FnMut(&Line<'_>)) -> bool {
        let buffer = std::mem::take(&mut self.buffer);
        let mut utf8 = std::mem::take(&mut self.utf8);
        let at_end = self.start + buffer.len() as u64 >= size;
        let mut done = false;
        loop {
            let offset = self.start + self.at as u64;
            // A line that began in this part is this part's to its end.
            if (offset >= self.part.end && !self.inside) || self.at >= buffer.len() {
                done = offset >= self.part.end && !self.inside;
                break;
            }
            let (end, ended) = match self.line_end(&buffer, self.at) {
                Some(end) => (end, true),
                // A line that is too long is handed out in pieces, each marked as cut.
                None if buffer.len() - self.at > MAX_LINE => (self.at + MAX_LINE, false),
                None if at_end => (buffer.len(), false),
                None => break,
            };
            let raw = buffer.get(self.at..end).unwrap_or_default();
            let cut = !ended && end < buffer.len() || raw.len() > MAX_LINE;
            let raw_text = match self.unit {
                Unit::Byte => raw,
                Unit::Utf16Le => decoded(raw, u16::from_le_bytes, &mut utf8),
                Unit::Utf16Be => decoded(raw, u16::from_be_bytes, &mut utf8),
            };
            let text = raw_text.strip_suffix(b"\n").unwrap_or(raw_text);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            let text = if offset == 0 { text.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(text) } else { text };
            take(&Line { offset, size: (end - self.at) as u64, text, cut, ended });
            self.inside = cut && !ended;
            self.at = end;
        }
        self.buffer = buffer;
        self.utf8 = utf8;
        done
    }
}

fn pairs(bytes: &[u8]) -> impl Iterator<Item = [u8; 2]> {
    bytes.chunks_exact(2).map(|p| [p.first().copied().unwrap_or(0), p.get(1).copied().unwrap_or(0)])
}

fn decoded<'b>(raw: &[u8], unit: fn([u8; 2]) -> u16, into: &'b mut Vec<u8>) -> &'b [u8] {
    into.clear();
    for c in char::decode_utf16(pairs(raw).map(unit)) {
        let mut bytes = [0; 4];
        into.extend_from_slice(c.unwrap_or('\u{FFFD}').encode_utf8(&mut bytes).as_bytes());
    }
    into
}

/// The cells of one line. Reused from line to line.
#[derive(Debug, Default)]
pub struct Cells {
    /// End of each cell in its line; the delimiter follows.
    ends: Vec<u32>,
}

impl Cells {
    /// Splits a line at `delimiter`, which does not count between quotes.
    pub fn split(&mut self, line: &[u8], delimiter: u8) {
        self.ends.clear();
        let mut quoted = false;
        if memchr::memchr(b'"', line).is_none() {
            self.ends.extend(memchr::memchr_iter(delimiter, line).map(|i| i as u32));
        } else {
            for i in memchr::memchr2_iter(delimiter, b'"', line) {
                if line.get(i) == Some(&b'"') {
                    quoted = !quoted;
                } else if !quoted {
                    self.ends.push(i as u32);
                }
            }
        }
        self.ends.push(line.len() as u32);
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A cell of `line` as it stands there, quotes included; empty when the line is shorter.
    pub fn raw<'l>(&self, line: &'l [u8], index: usize) -> &'l [u8] {
        let Some(end) = self.ends.get(index) else { return b"" };
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).map_or(0, |e| *e as usize + 1),
            None => 0,
        };
        line.get(start..*end as usize).unwrap_or_default()
    }
}

/// The text of a cell: quotes taken off, doubled quotes made single.
pub fn unquoted(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = raw.strip_prefix(b"\"") else { return Cow::Borrowed(raw) };
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    if memchr::memchr(b'"', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner.iter();
    while let Some(byte) = rest.next() {
        text.push(*byte);
        if *byte == b'"' && rest.as_slice().first() == Some(&b'"') {
            rest.next();
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], part: Range<u64>) -> Vec<(u64, String)> {
        let bytes = bytes.to_vec();
        let mut all = Vec::new();
        let unit = Unit::of(&bytes);
        Lines::new(&bytes, unit, part)
            .each(|l| all.push((l.offset, String::from_utf8_lossy(l.text).into_owned())), |_| true)
            .unwrap();
        all
    }

    #[test]
    fn every_cut_gives_each_line_to_one_part() {
        let utf16: Vec<u8> = "\u{FEFF}one\r\ntwo\n\n\u{E9}nd".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for text in [&b"one\r\ntwo\n\nfour"[..], b"\xEF\xBB\xBFa\nb\n", b"", b"\n", &utf16] {
            let whole = lines(text, 0..text.len() as u64);
            for cut in 0..=text.len() as u64 {
                let mut parts = lines(text, 0..cut);
                parts.extend(lines(text, cut..text.len() as u64));
                assert_eq!(parts, whole, "cut at {cut}");
            }
        }
        assert_eq!(
            lines(&utf16, 0..99).iter().map(|l| l.1.as_str()).collect::<Vec<_>>(),
            ["one", "two", "", "\u{E9}nd"]
        );
    }

    #[test]
    fn a_line_without_end_is_handed_out_in_pieces() {
        let text = vec![b'x'; 3 * MAX_LINE + 5];
        let mut pieces = Vec::new();
        Lines::new(&text, Unit::Byte, 0..text.len() as u64)
            .each(|l| pieces.push((l.size, l.cut, l.ended)), |_| true)
            .unwrap();
        assert_eq!(pieces.iter().map(|p| p.0).sum::<u64>(), text.len() as u64);
        assert!(pieces.iter().rev().skip(1).all(|p| p.1));
        // Cut in two, all of it is the first part's.
        let mut sizes = [0, 0];
        for (i, part) in [0..1000, 1000..text.len() as u64].into_iter().enumerate() {
            Lines::new(&text, Unit::Byte, part).each(|l| sizes[i] += l.size, |_| true).unwrap();
        }
        assert_eq!(sizes, [text.len() as u64, 0]);
    }

    #[test]
    fn cells_are_split_and_unquoted() {
        let line = b"a,\"b,\"\"c\"\"\",,d";
        let mut cells = Cells::default();
        cells.split(line, b',');
        assert_eq!(cells.len(), 4);
        let text = |i| String::from_utf8(unquoted(cells.raw(line, i)).into_owned()).unwrap();
        assert_eq!([text(0), text(1), text(2), text(3), text(9)], ["a", "b,\"c\"", "", "d", ""]);
    }
}
