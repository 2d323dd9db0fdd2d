//! A deflated member, read by position.
//!
//! Deflate (RFC 1951, <https://www.rfc-editor.org/rfc/rfc1951>) can only be unpacked from the beginning, so the state of
//! the decoder is kept every few megabytes; a read goes on from the last one before it. Reading from front to back
//! unpacks every byte once.
//!
//! Trap: a stream that ends before the size that the container claims is an error, not a short file: what is missing must
//! not look like what was never there.

use std::cell::RefCell;
use std::rc::Rc;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::Member;
use crate::base::source::{ReadAt, ReadError};

/// Bytes unpacked at once.
const BLOCK: usize = 256 << 10;

/// Packed bytes read at once.
const INPUT: usize = 256 << 10;

/// A state of about 43 KB is kept for so many unpacked bytes, at first; the distance doubles when there are too many.
const DISTANCE: u64 = 4 << 20;

/// States kept.
const MOST_STATES: usize = 256;

/// A deflated member.
pub(super) struct Inflated {
    parent: Rc<dyn ReadAt>,
    member: Member,
    /// Made when it is read, and dropped by [`ReadAt::release`].
    cursor: RefCell<Option<Cursor>>,
}

struct Cursor {
    state: Box<InflateState>,
    /// Packed bytes taken.
    taken: u64,
    /// The unpacked block before `at`.
    block: Vec<u8>,
    /// Unpacked bytes so far.
    at: u64,
    ended: bool,
    /// Packed bytes read ahead, and how many of them are taken.
    ahead: Vec<u8>,
    used: usize,
    kept: Vec<Kept>,
    distance: u64,
}

struct Kept {
    state: Box<InflateState>,
    taken: u64,
    at: u64,
}

impl Inflated {
    pub(super) fn new(parent: Rc<dyn ReadAt>, member: Member) -> Inflated {
        Inflated { parent, member, cursor: RefCell::new(None) }
    }
}

impl ReadAt for Inflated {
    fn size(&self) -> u64 {
        self.member.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let left = usize::try_from(self.member.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buf.len().min(left);
        let mut place = self.cursor.borrow_mut();
        let cursor = place.get_or_insert_with(Cursor::new);
        cursor.go_before(offset);
        let mut done = 0;
        while done < wanted {
            let from = offset + done as u64;
            let start = cursor.at - cursor.block.len() as u64;
            let in_block = usize::try_from(from.saturating_sub(start)).unwrap_or(usize::MAX);
            match cursor.block.get(in_block..).filter(|rest| !rest.is_empty() && from >= start) {
                Some(rest) => {
                    let n = rest.len().min(wanted - done);
                    if let (Some(to), Some(from)) = (buf.get_mut(done..done + n), rest.get(..n)) {
                        to.copy_from_slice(from);
                    }
                    done += n;
                }
                None => {
                    if let Err(error) = cursor.next_block(&*self.parent, &self.member) {
                        // What was unpacked before the damage counts.
                        if done > 0 {
                            return Ok(done);
                        }
                        // Half a block was decoded: the next read begins anew.
                        *place = None;
                        return Err(error);
                    }
                }
            }
        }
        Ok(done)
    }

    fn defect(&self) -> Option<String> {
        let cursor = self.cursor.borrow();
        let cursor = cursor.as_ref()?;
        // Blocks are as large as they get, so a stream that is longer goes on behind the size.
        let longer = cursor.at > self.member.size;
        longer.then(|| {
            "The archive is damaged: this file is longer than the archive says, and its end was not read. Copy the archive \
             again."
                .to_owned()
        })
    }

    fn release(&self) {
        *self.cursor.borrow_mut() = None;
    }
}

impl Cursor {
    fn new() -> Cursor {
        Cursor {
            state: InflateState::new_boxed(DataFormat::Raw),
            taken: 0,
            block: Vec::new(),
            at: 0,
            ended: false,
            ahead: Vec::new(),
            used: 0,
            kept: Vec::new(),
            distance: DISTANCE,
        }
    }

    /// Goes back to the last kept state when the block in hand lies behind an offset, or forward to one.
    fn go_before(&mut self, offset: u64) {
        let start = self.at - self.block.len() as u64;
        let best = self.kept.iter().rfind(|kept| kept.at <= offset);
        let ahead = best.is_some_and(|kept| kept.at > self.at);
        if offset >= start && !ahead {
            return;
        }
        let (state, taken, at) = match best {
            Some(kept) => (kept.state.clone(), kept.taken, kept.at),
            None => (InflateState::new_boxed(DataFormat::Raw), 0, 0),
        };
        (self.state, self.taken, self.at, self.ended) = (state, taken, at, false);
        self.block.clear();
        self.ahead.clear();
        self.used = 0;
    }

    fn next_block(&mut self, parent: &dyn ReadAt, member: &Member) -> Result<(), ReadError> {
        if self.ended {
            return Err(cut(self.at, member.size));
        }
        let next = self.kept.last().map_or(0, |kept| kept.at) + self.distance;
        if self.at >= next {
            self.kept.push(Kept { state: self.state.clone(), taken: self.taken, at: self.at });
            if self.kept.len() > MOST_STATES {
                let mut n = 0;
                self.kept.retain(|_| {
                    n += 1;
                    n % 2 == 0
                });
                self.distance *= 2;
            }
        }
        self.block.resize(BLOCK, 0);
        let mut filled = 0;
        while filled < BLOCK && !self.ended {
            if self.used == self.ahead.len() {
                let left = member.packed.saturating_sub(self.taken);
                let length = usize::try_from(left).unwrap_or(usize::MAX).min(INPUT);
                self.ahead = parent.read_range(member.start.saturating_add(self.taken), length)?;
                self.used = 0;
            }
            let input = self.ahead.get(self.used..).unwrap_or_default();
            let output = self.block.get_mut(filled..).unwrap_or_default();
            let result = inflate(&mut self.state, input, output, MZFlush::None);
            self.used += result.bytes_consumed;
            self.taken += result.bytes_consumed as u64;
            filled += result.bytes_written;
            match result.status {
                Ok(MZStatus::StreamEnd) => self.ended = true,
                // No progress with nothing left to read: the archive ends too early.
                Ok(_) | Err(MZError::Buf) if result.bytes_consumed + result.bytes_written > 0 => {}
                _ => {
                    self.ended = true;
                    if filled == 0 {
                        self.block.clear();
                        return Err(cut(self.at, member.size));
                    }
                }
            }
        }
        self.block.truncate(filled);
        self.at += filled as u64;
        Ok(())
    }
}

fn cut(at: u64, size: u64) -> ReadError {
    ReadError { reason: format!("the archive is damaged: only {at} of {size} bytes of this file can be unpacked") }
}

/// Unpacks a stream without keeping it.
///
/// Gives the packed and the unpacked size, and whether the end of the stream was found. Stops after `most` bytes, and when
/// `go_on` answers `false`.
///
/// # Errors
/// When the container cannot be read.
pub(super) fn measure(
    parent: &dyn ReadAt,
    start: u64,
    most: u64,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<(u64, u64, bool), ReadError> {
    let mut state = InflateState::new_boxed(DataFormat::Raw);
    let mut block = vec![0; BLOCK];
    let (mut taken, mut size) = (0_u64, 0_u64);
    loop {
        let input = parent.read_range(start.saturating_add(taken), INPUT)?;
        let mut used = 0;
        while used < input.len() {
            let result = inflate(&mut state, input.get(used..).unwrap_or_default(), &mut block, MZFlush::None);
            used += result.bytes_consumed;
            taken += result.bytes_consumed as u64;
            size += result.bytes_written as u64;
            match result.status {
                Ok(MZStatus::StreamEnd) => return Ok((taken, size, true)),
                Ok(_) | Err(MZError::Buf) if result.bytes_consumed + result.bytes_written > 0 => {}
                _ => return Ok((taken, size, false)),
            }
            if size > most || !go_on(start + taken) {
                return Ok((taken, size, false));
            }
        }
        if input.is_empty() {
            return Ok((taken, size, false));
        }
    }
}
