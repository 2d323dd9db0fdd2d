//! One chunk: which records it really holds, a header repaired to say so, and their decoding.
//!
//! The crate walks a chunk from its header's numbers. Those are wrong in damaged and live logs, so
//! the frames are found first, by signature and by both copies of their size, and the header is then
//! rewritten to describe exactly them. Frames that are no longer part of the log (older passes, in
//! the free space) get their signature wiped, so that the crate cannot stumble over them.

use std::ops::ControlFlow;
use std::sync::Arc;

use evtx::{EvtxChunkData, ParserSettings};

/// Size of a chunk.
pub(super) const CHUNK_SIZE: usize = 65536;

/// The first bytes of a chunk.
pub(super) const CHUNK_MAGIC: &[u8] = b"ElfChnk\0";

const RECORD_MAGIC: &[u8] = b"\x2a\x2a\0\0";

/// Size of a chunk's header, as the header says it.
const HEADER: u32 = 128;

/// Where records start in a chunk.
const RECORDS: usize = 512;

/// A record is at least its header and the copy of its size.
const MIN_RECORD: usize = 28;

/// More records than any chunk can hold; what claims more is damaged.
pub(super) const MAX_RECORDS: u64 = (CHUNK_SIZE / MIN_RECORD) as u64;

/// A record found in a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Record id.
    pub id: u64,
    offset: usize,
    size: usize,
    /// Time of writing, for telling copies from namesakes.
    pub written: u64,
}

/// A chunk that holds something.
#[derive(Clone, Debug)]
pub(super) struct Examined {
    bytes: Vec<u8>,
    /// Its live records, by offset.
    pub frames: Vec<Frame>,
    /// Offsets of record signatures that are not live.
    stray: Vec<usize>,
    /// First and last id the header claims, if it can be believed.
    pub claimed: Option<(u64, u64)>,
    /// What is wrong with the chunk, in words for the ledger.
    pub faults: Vec<&'static str>,
}

/// What is left of an examined chunk when it is decoded.
#[derive(Debug)]
pub(super) struct Summary {
    /// Ids of the records found.
    pub ids: Vec<u64>,
    /// First and last id the header claims, if it can be believed.
    pub claimed: Option<(u64, u64)>,
    /// What is wrong with the chunk.
    pub faults: Vec<&'static str>,
    /// When its first record was written.
    pub first_written: u64,
}

/// A decoded record.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    /// Record id.
    pub id: u64,
    /// The event as XML.
    pub xml: &'a str,
}

impl Examined {
    /// Whether nothing in it is part of a log: no record, and no header that claims any.
    pub(super) fn is_blank(&self) -> bool {
        self.frames.is_empty() && self.claimed.is_none()
    }

    /// What the ledger needs to know.
    pub(super) fn summary(&self) -> Summary {
        Summary {
            ids: self.frames.iter().map(|frame| frame.id).collect(),
            claimed: self.claimed,
            faults: self.faults.clone(),
            first_written: self.frames.first().map_or(0, |frame| frame.written),
        }
    }
}

/// Examines the chunk at the start of `bytes`. Gives nothing for a chunk that was never used, and
/// the number of bytes it takes: fewer than a chunk when the next one starts early, because bytes
/// are missing from the file.
pub(super) fn examine(mut bytes: Vec<u8>) -> (Option<Examined>, u64) {
    let mut faults = Vec::new();
    let mut used = CHUNK_SIZE;
    if bytes.len() < CHUNK_SIZE {
        used = bytes.len();
        faults.push("the file ends inside it");
    }
    if bytes.iter().all(|&b| b == 0) {
        return (None, used as u64);
    }
    let signed = bytes.starts_with(CHUNK_MAGIC);
    bytes.resize(CHUNK_SIZE, 0);
    if !signed {
        faults.push("its signature is overwritten");
    }
    let free_space = u32_at(&bytes, 48).map_or(CHUNK_SIZE, |n| n as usize);
    let claimed = claimed_ids(&bytes);
    if claimed.is_none() && signed && free_space <= RECORDS {
        // Allocated and still empty.
        return (None, used as u64);
    }
    // The usual case: frames follow each other without a gap and add up to the header.
    if let Some((first, last)) = claimed
        && let Some(frames) = walk(&bytes, free_space).filter(|frames| adds_up(frames, first, last))
    {
        if faults.is_empty() {
            // The crate hands the bytes back; it only refuses what has no signature.
            let Ok(data) = EvtxChunkData::new(bytes, false) else { return (None, used as u64) };
            if !data.validate_checksum() {
                faults.push("its checksum does not match");
            }
            bytes = data.data;
        }
        // Bytes may be missing from the free space too, which costs no record of this chunk.
        used = early_chunk(&bytes, free_space).unwrap_or(used);
        return (Some(Examined { bytes, frames, stray: Vec::new(), claimed, faults }), used as u64);
    }
    // Where the file lost bytes, the next chunk starts early; read on from there.
    if let Some(next) = early_chunk(&bytes, RECORDS) {
        bytes.truncate(next);
        bytes.resize(CHUNK_SIZE, 0);
        used = next;
        faults.push("the next chunk starts inside it");
    }
    if faults.is_empty() {
        faults.push("its header and its records do not agree");
    }
    let (frames, stray) = select(carve(&bytes), claimed);
    // Any bytes claim something; without a chunk's signature and header, only a record confirms it.
    let is_header = signed && u32_at(&bytes, 40) == Some(HEADER);
    let claimed = claimed.filter(|_| is_header || !frames.is_empty());
    (Some(Examined { bytes, frames, stray, claimed, faults }), used as u64)
}

/// Offset of a chunk header in `bytes`, searched from an offset on.
fn early_chunk(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = bytes.get(at..)?.windows(8).position(|w| w == CHUNK_MAGIC) {
        let start = at + found;
        let head = bytes.get(start..)?;
        // Header size 128 as well, since event data may quote the signature.
        if u32_at(head, 40) == Some(HEADER) && claimed_ids(head).is_some() {
            return Some(start);
        }
        at = start + 1;
    }
    None
}

/// The ids a chunk header claims, when they make sense.
fn claimed_ids(bytes: &[u8]) -> Option<(u64, u64)> {
    let (first, last) = (u64_at(bytes, 24)?, u64_at(bytes, 32)?);
    (first > 0 && last >= first && last - first < MAX_RECORDS).then_some((first, last))
}

/// The frame at `offset`, if its size is possible. `checked` asks for the copy of the size as well.
fn frame_at(bytes: &[u8], offset: usize, checked: bool) -> Option<Frame> {
    let head = bytes.get(offset..)?;
    if !head.starts_with(RECORD_MAGIC) {
        return None;
    }
    let size = u32_at(head, 4)? as usize;
    if size < MIN_RECORD || size > head.len() {
        return None;
    }
    let copied = u32_at(head, size - 4)? as usize == size;
    // A record whose copy is wrong still counts when another follows right behind it.
    if checked && !copied && !head.get(size..)?.starts_with(RECORD_MAGIC) {
        return None;
    }
    Some(Frame { id: u64_at(head, 8)?, offset, size, written: u64_at(head, 16)? })
}

/// Walks from frame to frame up to the free space; nothing when the chain breaks.
fn walk(bytes: &[u8], free_space: usize) -> Option<Vec<Frame>> {
    let mut frames = Vec::new();
    let mut offset = RECORDS;
    while offset < free_space {
        let frame = frame_at(bytes, offset, true)?;
        offset += frame.size;
        frames.push(frame);
    }
    (offset == free_space).then_some(frames)
}

fn adds_up(frames: &[Frame], first: u64, last: u64) -> bool {
    frames.len() as u64 == last - first + 1 && (first..=last).eq(frames.iter().map(|frame| frame.id))
}

/// All frames that can be found, live or not, and the signatures that lead to none.
fn carve(bytes: &[u8]) -> (Vec<Frame>, Vec<usize>) {
    let (mut frames, mut stray) = (Vec::new(), Vec::new());
    let mut offset = RECORDS;
    while let Some(found) = bytes.get(offset..).and_then(|rest| rest.windows(4).position(|w| w == RECORD_MAGIC)) {
        offset += found;
        match frame_at(bytes, offset, true) {
            Some(frame) => {
                offset += frame.size;
                frames.push(frame);
            }
            None => {
                stray.push(offset);
                offset += 1;
            }
        }
    }
    (frames, stray)
}

/// Separates live frames from those of earlier passes: by the ids the header claims, or, without a
/// header, as long as ids ascend. Each id counts once.
fn select(carved: (Vec<Frame>, Vec<usize>), claimed: Option<(u64, u64)>) -> (Vec<Frame>, Vec<usize>) {
    let (all, mut stray) = carved;
    let mut frames: Vec<Frame> = Vec::with_capacity(all.len());
    // The claim is itself suspect when no frame agrees with it.
    let claimed = claimed.filter(|&(first, last)| all.iter().any(|f| (first..=last).contains(&f.id)));
    let start = all.first().map_or(0, |frame| frame.id);
    for frame in all {
        let above = frames.last().is_none_or(|last| frame.id > last.id);
        let live = match claimed {
            Some((first, last)) => above && (first..=last).contains(&frame.id),
            None => above && frame.id - start < MAX_RECORDS,
        };
        if live {
            frames.push(frame);
        } else {
            stray.push(frame.offset);
        }
    }
    (frames, stray)
}

/// Where the last chunk starts whose header lies in `bytes`.
pub(super) fn last_start(bytes: &[u8]) -> Option<usize> {
    let starts = bytes.windows(8).enumerate().rev().filter(|(_, window)| *window == CHUNK_MAGIC).map(|(at, _)| at);
    { starts }.find(|at| {
        let head = bytes.get(*at..).unwrap_or_default();
        u32_at(head, 40) == Some(HEADER) && claimed_ids(head).is_some()
    })
}

/// Decodes the live records of a chunk, in their order, until `take` breaks. With line breaks and indents the XML is for
/// readers; they would become part of texts.
pub(super) fn decode(examined: Examined, is_indented: bool, mut take: impl FnMut(&Decoded<'_>) -> ControlFlow<()>) {
    let Examined { mut bytes, frames, stray, .. } = examined;
    let (Some(first), Some(last)) = (frames.first(), frames.last()) else { return };
    let end = last.offset + last.size;
    put(&mut bytes, 0, CHUNK_MAGIC);
    // The widest range, so that nothing but the end of the last frame stops the walk.
    put(&mut bytes, 24, &first.id.to_le_bytes());
    put(&mut bytes, 32, &u64::MAX.to_le_bytes());
    put(&mut bytes, 44, &u32::try_from(last.offset).unwrap_or(0).to_le_bytes());
    put(&mut bytes, 48, &u32::try_from(end).unwrap_or(0).to_le_bytes());
    for offset in stray {
        put(&mut bytes, offset, &[0; 4]);
    }
    // The crate resyncs by both size copies; give those it shall find a good one.
    for frame in &frames {
        let size = u32::try_from(frame.size).unwrap_or(0);
        put(&mut bytes, frame.offset + frame.size - 4, &size.to_le_bytes());
    }
    let settings = Arc::new(ParserSettings::new().indent(is_indented));
    let Ok(mut data) = EvtxChunkData::new(bytes, false) else { return };
    if render(&mut data, &settings, &frames, &mut take) {
        return;
    }
    // A broken string table fails the whole chunk, although names can be read in place without it.
    put(&mut data.data, 128, &[0; 256]);
    if let Ok(mut data) = EvtxChunkData::new(data.data, false) {
        render(&mut data, &settings, &frames, &mut take);
    }
}

/// Renders the records of a chunk; false when the chunk as a whole was refused.
fn render(
    data: &mut EvtxChunkData,
    settings: &Arc<ParserSettings>,
    frames: &[Frame],
    take: &mut impl FnMut(&Decoded<'_>) -> ControlFlow<()>,
) -> bool {
    let Ok(mut chunk) = data.parse(Arc::clone(settings)) else { return false };
    for record in chunk.iter().flatten() {
        let offset = record.binxml_offset.saturating_sub(24);
        let Ok(index) = frames.binary_search_by(|frame| (frame.offset as u64).cmp(&offset)) else { continue };
        let Some(id) = frames.get(index).map(|frame| frame.id) else { continue };
        let Ok(record) = record.into_xml() else { continue };
        if take(&Decoded { id, xml: &record.data }).is_break() {
            break;
        }
    }
    true
}

fn put(bytes: &mut [u8], offset: usize, value: &[u8]) {
    if let Some(to) = bytes.get_mut(offset..offset + value.len()) {
        to.copy_from_slice(value);
    }
}

/// A little-endian number at an offset.
pub(super) fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    bytes.get(offset..offset + 2)?.try_into().ok().map(u16::from_le_bytes)
}

/// A little-endian number at an offset.
pub(super) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..offset + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// A little-endian number at an offset.
pub(super) fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    bytes.get(offset..offset + 8)?.try_into().ok().map(u64::from_le_bytes)
}
