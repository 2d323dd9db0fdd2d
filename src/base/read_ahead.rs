//! Reading ahead: whoever reads a source from front to back in small pieces gets them out of large ones.
//!
//! Each read of a browser's file handle costs about a millisecond, whatever its size; so an event log read by its chunks
//! of 64 KB takes longer to fetch than to decode.

use std::cell::RefCell;
use std::ops::Range;

use super::source::{ReadAt, ReadError};

/// Bytes read at once: with what lies beyond it, a part of a log is one read.
const BLOCK: u64 = 8 << 20;

/// What a reader may need beyond the range: the rest of its last record.
const BEYOND: u64 = 64 << 10;

/// A source of which a range is read from front to back.
pub struct ReadAhead<'a> {
    inner: &'a dyn ReadAt,
    range: Range<u64>,
    block: RefCell<Block>,
}

#[derive(Default)]
struct Block {
    start: u64,
    bytes: Vec<u8>,
}

impl<'a> ReadAhead<'a> {
    /// Reads ahead in a range of `inner`; other reads are passed on.
    pub fn new(inner: &'a dyn ReadAt, range: Range<u64>) -> ReadAhead<'a> {
        ReadAhead { inner, range, block: RefCell::default() }
    }
}

impl ReadAt for ReadAhead<'_> {
    fn size(&self) -> u64 {
        self.inner.size()
    }

    fn defect(&self) -> Option<String> {
        self.inner.defect()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let mut block = self.block.borrow_mut();
        if let Some(n) = block.copy(offset, buf, self.size()) {
            return Ok(n);
        }
        // Whoever looks for the first line looks at the byte before the range, too.
        let inside = offset.saturating_add(4) >= self.range.start && offset < self.range.end;
        // What is left behind a block is not worth a read of its own.
        let left = self.range.end.saturating_sub(offset).saturating_add(BEYOND);
        let length = if left < BLOCK + BLOCK / 4 { left } else { BLOCK };
        if !inside || buf.len() as u64 >= length {
            return self.inner.read_at(offset, buf);
        }
        block.start = offset;
        block.bytes.resize(usize::try_from(length).unwrap_or(0), 0);
        let read = self.inner.read_at(offset, &mut block.bytes);
        block.bytes.truncate(*read.as_ref().unwrap_or(&0));
        read?;
        match block.copy(offset, buf, self.size()) {
            Some(n) => Ok(n),
            // The source gave less than it has: as much of it as there is.
            None => self.inner.read_at(offset, buf),
        }
    }
}

impl Block {
    /// Copies what is wanted when it is all here.
    fn copy(&self, offset: u64, buf: &mut [u8], size: u64) -> Option<usize> {
        let wanted = usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX).min(buf.len());
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let here = self.bytes.get(from..from.checked_add(wanted)?)?;
        buf.get_mut(..wanted)?.copy_from_slice(here);
        Some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    struct Counted(Vec<u8>, Cell<u32>);

    impl ReadAt for Counted {
        fn size(&self) -> u64 {
            self.0.size()
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
            self.1.set(self.1.get() + 1);
            self.0.read_at(offset, buf)
        }
    }

    #[test]
    fn small_reads_from_front_to_back_are_few_large_ones() {
        let bytes: Vec<u8> = (0..18_000_000_u32).map(|n| (n % 251) as u8).collect();
        let counted = Counted(bytes.clone(), Cell::new(0));
        let ahead = ReadAhead::new(&counted, 0..bytes.len() as u64);
        let mut at = 0;
        while at < bytes.len() {
            let read = ahead.read_range(at as u64, 65536).unwrap();
            assert!(read == bytes[at..bytes.len().min(at + 65536)], "at {at}");
            at += read.len();
        }
        assert_eq!(counted.1.get(), 2);
        assert!(ahead.read_range(bytes.len() as u64, 10).unwrap().is_empty());
    }

    #[test]
    fn jumps_and_large_reads_are_exact() {
        let bytes: Vec<u8> = (0..18_000_000_u32).map(|n| (n % 251) as u8).collect();
        let counted = Counted(bytes.clone(), Cell::new(0));
        let ahead = ReadAhead::new(&counted, 1_000_000..15_000_000);
        let mut at = 77_777;
        for n in 0..200 {
            at = (at * 31 + 1_012_345) % bytes.len();
            let length = [1, 40, 5000, 6 << 20][n % 4];
            assert!(ahead.read_range(at as u64, length).unwrap() == bytes[at..bytes.len().min(at + length)], "at {at}");
        }
    }
}
