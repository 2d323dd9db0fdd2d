//! The frames of a log file: where its records lie, and which of them are still part of the log.
//!
//! The header is a hint only. Frames are found by their signature and by both copies of their length,
//! wherever they lie, so that a stale or overwritten header costs nothing; then the header, the end
//! record or, without both, the run of numbers that ends with the newest record says which are live.

use std::ops::ControlFlow;

use crate::base::order::Order as _;
use crate::base::source::{ReadAt, ReadError};

/// Size of the file header; the continuation of a record that wraps around lies behind it.
pub(super) const HEADER: u64 = 48;

/// The signature in the header and in every record, at offset 4.
pub(super) const MAGIC: &[u8] = b"LfLe";

/// Size of a record without any text.
const MIN_RECORD: u32 = 56;

/// Windows takes no event of more than 64 KB.
const MAX_RECORD: u32 = 256 << 10;

/// Bytes read at once.
const BLOCK: usize = 1 << 20;

/// Frames kept: a hundred megabytes of them, more than a log can grow on Windows 2003.
const MAX_FRAMES: usize = 4_000_000;

/// Size of the record at the end of a log.
const END_SIZE: usize = 0x28;

/// How the record at the end of a log begins: its size and three marks.
const END_RECORD: [u32; 4] = [0x28, 0x1111_1111, 0x2222_2222, 0x3333_3333];

/// The header was not brought up to date when the file was copied.
const DIRTY: u32 = 1;

/// A record in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Record number.
    pub number: u32,
    /// When it was generated, in seconds since 1970.
    generated: u32,
    /// Where it starts.
    pub offset: u64,
    /// Its length.
    pub len: u32,
}

/// What the header or an end record says: numbers from `oldest` to before `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Claim {
    oldest: u32,
    next: u32,
}

/// The file header.
#[derive(Clone, Copy, Debug)]
struct Header {
    claim: Claim,
    /// Where the end record should be.
    end: u64,
    dirty: bool,
}

/// All frames of a file.
#[derive(Debug, Default)]
pub(super) struct Scan {
    header: Option<Header>,
    /// End records with the time of the record before each.
    ends: Vec<(u32, Claim)>,
    frames: Vec<Frame>,
    /// Numbers of records that begin and do not end.
    broken: Vec<u32>,
    size: u64,
    /// Whether there were more frames than are kept.
    pub overflow: bool,
    /// Whether the file is shorter than its header says.
    pub cut: bool,
}

/// Which frames are to be read, and what to say about the others.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Frames by offset, with the number of their place and whether they are remnants.
    pub picks: Vec<Pick>,
    /// Numbers that the log should hold.
    pub expected: Option<(u32, u32)>,
    /// Numbers of the live records that were found, in order.
    pub live: Vec<u64>,
    /// Remnants.
    pub recovered: u64,
    /// Frames that occur twice.
    pub copies: u64,
    /// Records newer than the header knows.
    pub newer: u64,
    /// Records that begin and do not end, outside of the live numbers.
    pub broken: u64,
    /// How the range of live numbers is known.
    pub basis: Basis,
}

/// A frame to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pick {
    /// The frame.
    pub frame: Frame,
    /// The number of its place: its own, or one above all others when that is taken.
    pub place: u64,
    /// Whether it is no longer part of the log.
    pub recovered: bool,
}

/// What the range of live numbers rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Basis {
    /// Header and end record agree.
    #[default]
    Header,
    /// The header is stale, the end record or the header with newer records behind it.
    Stale,
    /// Neither can be used.
    Run,
}

/// Reads the file block by block.
pub(super) struct Window<'a> {
    bytes: &'a dyn ReadAt,
    start: u64,
    block: Vec<u8>,
}

impl<'a> Window<'a> {
    pub(super) fn new(bytes: &'a dyn ReadAt) -> Window<'a> {
        Window { bytes, start: 0, block: Vec::new() }
    }

    /// What is in memory from `offset` on, at least `len` bytes unless the file ends.
    fn from(&mut self, offset: u64, len: usize) -> Result<&[u8], ReadError> {
        let inside = offset.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
        let ready = inside.filter(|at| at.saturating_add(len) <= self.block.len());
        let at = match ready {
            Some(at) => at,
            None => {
                self.block = self.bytes.read_range(offset, BLOCK.max(len))?;
                self.start = offset;
                0
            }
        };
        Ok(self.block.get(at..).unwrap_or(&[]))
    }

    /// The bytes of a frame.
    pub(super) fn frame(&mut self, frame: &Frame) -> Result<Vec<u8>, ReadError> {
        self.around(frame.offset, frame.len as usize)
    }

    /// Bytes, joined when they wrap around the end of the file.
    fn around(&mut self, offset: u64, len: usize) -> Result<Vec<u8>, ReadError> {
        let here = self.from(offset, len)?;
        let mut bytes = here.get(..len.min(here.len())).unwrap_or(&[]).to_vec();
        if bytes.len() < len {
            bytes.extend(self.bytes.read_range(HEADER, len - bytes.len())?);
        }
        Ok(bytes)
    }

    /// Where the signature stands next.
    fn next_magic(&mut self, from: u64) -> Result<Option<u64>, ReadError> {
        let mut at = from;
        loop {
            let block = self.from(at, MAGIC.len())?;
            if block.len() < MAGIC.len() {
                return Ok(None);
            }
            if let Some(found) = block.windows(MAGIC.len()).position(|w| w == MAGIC) {
                return Ok(Some(at + found as u64));
            }
            at += (block.len() - MAGIC.len() + 1) as u64;
        }
    }
}

impl Scan {
    /// Finds all frames. `tell` takes how far it is; `None` when it asks to stop.
    pub(super) fn run(
        bytes: &dyn ReadAt,
        tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<Scan>, ReadError> {
        let size = bytes.size();
        let mut window = Window::new(bytes);
        let header = header(window.from(0, HEADER as usize)?);
        let mut scan = Scan { header, size, ..Scan::default() };
        scan.cut = header.is_some_and(|header| header.end >= size && header.end > HEADER);
        let mut at = if header.is_some() { HEADER } else { 0 };
        let mut told = 0;
        if let Some(header) = header.filter(|header| header.end < size) {
            scan.ends.extend(end_record(&window.around(header.end, END_SIZE)?).map(|claim| (0, claim)));
        }
        while let Some(magic) = window.next_magic(at)? {
            at = magic + 4;
            if magic >= told + BLOCK as u64 {
                told = magic;
                if tell(magic).is_break() {
                    return Ok(None);
                }
            }
            let Some(offset) = magic.checked_sub(4) else { continue };
            match scan.frame_at(&mut window, bytes, offset)? {
                Found::Frame(frame) => {
                    if scan.frames.len() >= MAX_FRAMES {
                        scan.overflow = true;
                        break;
                    }
                    scan.frames.push(frame);
                    at = offset + u64::from(frame.len);
                    let behind = if at < size { at } else { at - size + HEADER };
                    scan.ends
                        .extend(end_record(&window.around(behind, END_SIZE)?).map(|claim| (frame.generated, claim)));
                }
                // The rest of a record that was overwritten is no start of one.
                Found::Broken(number) if scan.broken.len() < MAX_FRAMES => scan.broken.push(number),
                _ => {}
            }
        }
        Ok(Some(scan))
    }

    /// Whether any record was found.
    pub(super) fn has_frames(&self) -> bool {
        !self.frames.is_empty()
    }

    fn frame_at(&self, window: &mut Window<'_>, bytes: &dyn ReadAt, offset: u64) -> Result<Found, ReadError> {
        let head = window.from(offset, 28)?;
        let (Some(len), Some(number), Some(generated)) = (u32_at(head, 0), u32_at(head, 8), u32_at(head, 12)) else {
            return Ok(Found::Nothing);
        };
        if !(MIN_RECORD..=MAX_RECORD).contains(&len) || len % 4 != 0 {
            return Ok(if len == HEADER as u32 || number == 0 { Found::Nothing } else { Found::Broken(number) });
        }
        let (end, size) = (offset + u64::from(len), self.size);
        let copy = if end <= size {
            let record = window.from(offset, len as usize)?;
            u32_at(record, len as usize - 4)
        } else {
            // Wraps around: the copy of the length lies behind the header, or across the end.
            let over = usize::try_from(end - size).unwrap_or(usize::MAX);
            let mut tail = bytes.read_range(end - 4, 4.min(4_usize.saturating_sub(over)))?;
            let rest = over.min(4);
            tail.extend(bytes.read_range(HEADER + (over - rest) as u64, rest)?);
            u32_at(&tail, 0)
        };
        Ok(if copy == Some(len) {
            Found::Frame(Frame { number, generated, offset, len })
        } else {
            Found::Broken(number)
        })
    }

    /// Separates live records from remnants.
    pub(super) fn plan(mut self) -> Plan {
        self.frames.order_by_key(|f| (f.number, f.generated, f.offset));
        let before = self.frames.len();
        self.frames.dedup_by_key(|f| (f.number, f.generated));
        let mut plan = Plan { copies: (before - self.frames.len()) as u64, ..Plan::default() };
        let (claim, basis) = self.claim(&mut plan);
        plan.basis = basis;
        plan.expected = claim.filter(|c| c.next > c.oldest).map(|c| (c.oldest, c.next - 1));
        let is_live = |number: u32| plan.expected.is_some_and(|(first, last)| (first..=last).contains(&number));
        plan.broken = self.broken.iter().filter(|&&number| !is_live(number)).count() as u64;
        let mut free = u64::from(self.frames.last().map_or(0, |f| f.number)) + 1;
        for (index, frame) in self.frames.iter().enumerate() {
            // Of several records with one number the newest is live; the others are from before the
            // log was cleared.
            let last = self.frames.get(index + 1).is_none_or(|next| next.number != frame.number);
            let live = last && is_live(frame.number);
            let mut place = u64::from(frame.number);
            if !last {
                place = free;
                free += 1;
            }
            if live {
                plan.live.push(u64::from(frame.number));
            } else {
                plan.recovered += 1;
            }
            plan.picks.push(Pick { frame: *frame, place, recovered: !live });
        }
        plan.picks.order_by_key(|pick| pick.frame.offset);
        plan
    }

    /// The numbers that are live, and what that rests on. Frames are sorted.
    fn claim(&self, plan: &mut Plan) -> (Option<Claim>, Basis) {
        // More records than the file has room for: a damaged header.
        let room = self.header.filter(|_| self.cut).map_or(self.size, |header| header.end);
        let possible = |c: &Claim| u64::from(c.next) <= u64::from(c.oldest) + room / u64::from(MIN_RECORD) + 1;
        let header = self.header.filter(|h| possible(&h.claim));
        let agrees = |h: &Header| self.ends.iter().any(|(_, end)| end.next == h.claim.next);
        if let Some(header) = header.filter(|h| !h.dirty && (agrees(h) || self.cut)) {
            return (Some(header.claim), Basis::Header);
        }
        let newest_end = self.ends.iter().filter(|(_, c)| possible(c)).max_by_key(|(time, c)| (*time, c.next));
        let claimed = newest_end.map(|(_, claim)| *claim).or(header.map(|h| h.claim));
        if let Some(mut claim) = claimed.filter(|c| self.find(c.next.saturating_sub(1)).is_some() || self.is_new(c)) {
            let mut time = self.find(claim.next.saturating_sub(1)).map_or(0, |f| f.generated);
            if claim.oldest == 0 || claim.oldest == claim.next {
                claim.oldest = claim.next.max(1);
                claim.next = claim.oldest;
            }
            while let Some(frame) = self.find(claim.next).filter(|f| f.generated >= time) {
                time = frame.generated;
                claim.next = claim.next.saturating_add(1);
                plan.newer += 1;
            }
            // What newer records have overwritten since then is not lost.
            let first = self.frames.partition_point(|f| f.number < claim.oldest);
            claim.oldest = self.frames.get(first).map_or(claim.oldest, |f| f.number.min(claim.next));
            return (Some(claim), Basis::Stale);
        }
        // The run of numbers around the newest record.
        let newest = self.frames.iter().max_by_key(|f| (f.generated, f.number));
        let run = newest.map(|newest| {
            let mut claim = Claim { oldest: newest.number, next: newest.number.saturating_add(1) };
            while claim.oldest > 1 && self.find(claim.oldest - 1).is_some() {
                claim.oldest -= 1;
            }
            claim
        });
        (run, Basis::Run)
    }

    /// Whether a header is that of a log that had no record when it was opened.
    fn is_new(&self, claim: &Claim) -> bool {
        claim.next <= claim.oldest.saturating_add(1) && self.find(claim.next.max(1)).is_some()
    }

    /// The newest frame with a number.
    fn find(&self, number: u32) -> Option<&Frame> {
        let end = self.frames.partition_point(|f| f.number <= number);
        self.frames.get(end.checked_sub(1)?).filter(|f| f.number == number)
    }
}

enum Found {
    Frame(Frame),
    /// A record begins here and does not end where it says.
    Broken(u32),
    Nothing,
}

fn header(head: &[u8]) -> Option<Header> {
    let size = u32_at(head, 0)?;
    if size != HEADER as u32 || head.get(4..8) != Some(MAGIC) {
        return None;
    }
    Some(Header {
        claim: Claim { next: u32_at(head, 24)?, oldest: u32_at(head, 28)? },
        end: u64::from(u32_at(head, 20)?),
        dirty: u32_at(head, 36)? & DIRTY != 0,
    })
}

fn end_record(bytes: &[u8]) -> Option<Claim> {
    let marks = END_RECORD.iter().enumerate().all(|(i, mark)| u32_at(bytes, i * 4) == Some(*mark));
    let (next, oldest) = (u32_at(bytes, 28)?, u32_at(bytes, 32)?);
    marks.then_some(Claim { oldest, next })
}

/// A little-endian number at an offset.
pub(super) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..offset.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

/// A little-endian number at an offset.
pub(super) fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    bytes.get(offset..offset.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}
