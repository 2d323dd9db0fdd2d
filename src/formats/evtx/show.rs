//! Records as they are shown: the one that was asked for and those beside it.
//!
//! Only the chunks that hold them are read. Ids ascend in the order of the log, which is that of the file except where the log
//! has wrapped around: there the newest record is in the middle, and the oldest behind it.

use std::collections::VecDeque;
use std::ops::{ControlFlow, Range};

use super::chunk::{self, CHUNK_SIZE, Examined};
use super::file::Layout;
use super::{Log, event_of};
use crate::base::shown_records::{Around, ShownRecord, ShownRecords};
use crate::model::event::fields;

/// Chunks that are looked at on each side, at most. Blank places between chunks count.
const MOST_CHUNKS: u32 = 16;

/// A chunk that holds records.
struct Found {
    /// Its bytes in the file.
    place: Range<u64>,
    examined: Examined,
}

impl Found {
    fn first(&self) -> u64 {
        self.examined.frames.first().map_or(0, |frame| frame.id)
    }

    fn last(&self) -> u64 {
        self.examined.frames.last().map_or(0, |frame| frame.id)
    }
}

/// A record with what lies around it; `None` when it cannot be read.
pub(super) fn show(log: &Log<'_>, record: u64, around: Around) -> Option<ShownRecords> {
    let layout = Layout::locate(log.bytes).ok()?;
    let (found, own, picked) = find(log, &layout, record, around)?;
    let at = found.examined.frames.iter().position(|frame| frame.id == record)?;
    let mut records: VecDeque<ShownRecord> = own.into();
    let is_alone = around.before == 0 && around.after == 0;
    let mut shown = ShownRecords { has_earlier: picked.start > 0, ..ShownRecords::default() };
    shown.has_later = picked.end < found.examined.frames.len();
    if is_alone {
        shown.records = records.into();
        return Some(shown);
    }
    let mut wanted = around.before - (at - picked.start).min(around.before);
    let mut next = if shown.has_earlier { None } else { before(log, &layout, &found) };
    while let Some(chunk) = next.take() {
        shown.has_earlier = true;
        if wanted == 0 {
            break;
        }
        let frames = chunk.examined.frames.len();
        let range = frames.saturating_sub(wanted)..frames;
        wanted -= range.len();
        shown.has_earlier = range.start > 0;
        for one in decoded(log, &chunk.examined, &range, around.xml).into_iter().rev() {
            records.push_front(one);
        }
        if !shown.has_earlier {
            next = before(log, &layout, &chunk);
        }
    }
    let mut wanted = around.after - (picked.end - 1 - at).min(around.after);
    let mut next = if shown.has_later { None } else { after(log, &layout, &found) };
    while let Some(chunk) = next.take() {
        shown.has_later = true;
        if wanted == 0 {
            break;
        }
        let frames = chunk.examined.frames.len();
        let range = 0..frames.min(wanted);
        wanted -= range.len();
        shown.has_later = range.end < frames;
        records.extend(decoded(log, &chunk.examined, &range, around.xml));
        if !shown.has_later {
            next = after(log, &layout, &chunk);
        }
    }
    shown.records = records.into();
    Some(shown)
}

/// The chunk of a record, with what is wanted of it: as records, and which of its frames these are.
fn find(
    log: &Log<'_>,
    layout: &Layout,
    record: u64,
    around: Around,
) -> Option<(Found, Vec<ShownRecord>, Range<usize>)> {
    let number = record.to_string();
    let here = |found: Found| {
        let at = found.examined.frames.iter().position(|frame| frame.id == record)?;
        let end = at.saturating_add(around.after).saturating_add(1).min(found.examined.frames.len());
        let range = at.saturating_sub(around.before)..end;
        let shown = decoded(log, &found.examined, &range, around.xml);
        shown.iter().any(|one| one.number == number).then_some((found, shown, range))
    };
    // The chunk whose header claims the record; if that is damaged, whichever holds its frame, found by the same steps as when
    // the log is read.
    let claimed = layout.chunk_claiming(log.bytes, record).and_then(|offset| chunk_at(log, offset).1);
    if let Some(found) = claimed.and_then(here) {
        return Some(found);
    }
    let mut offset = layout.first_chunk;
    while offset < layout.size {
        let (end, found) = chunk_at(log, offset);
        if let Some(found) = found.and_then(here) {
            return Some(found);
        }
        if end <= offset {
            break;
        }
        offset = end;
    }
    None
}

/// Where the chunk at an offset ends, and the chunk when it holds records.
fn chunk_at(log: &Log<'_>, offset: u64) -> (u64, Option<Found>) {
    let (examined, used) = match log.bytes.read_range(offset, CHUNK_SIZE) {
        Ok(bytes) if bytes.is_empty() => return (offset, None),
        Ok(bytes) => chunk::examine(bytes),
        Err(_) => (None, CHUNK_SIZE as u64),
    };
    let place = offset..offset.saturating_add(used);
    let end = place.end;
    (end, examined.filter(|examined| !examined.frames.is_empty()).map(|examined| Found { place, examined }))
}

/// The chunk with the records before those of another one.
fn before(log: &Log<'_>, layout: &Layout, found: &Found) -> Option<Found> {
    let mut end = found.place.start;
    for _ in 0..MOST_CHUNKS {
        if end <= layout.first_chunk {
            // The oldest records of a log that has wrapped around follow those at the end of the file.
            end = layout.size.max(found.place.end);
        }
        let start = start_before(log, layout, end);
        if start == found.place.start {
            return None;
        }
        match chunk_at(log, start).1 {
            Some(chunk) if chunk.last() < found.first() => return Some(chunk),
            // A copy, as some tools append it.
            Some(chunk) if chunk.first() == found.first() => {}
            Some(_) => return None,
            None => {}
        }
        end = start;
    }
    None
}

/// The chunk with the records behind those of another one.
fn after(log: &Log<'_>, layout: &Layout, found: &Found) -> Option<Found> {
    let mut offset = found.place.end;
    for _ in 0..MOST_CHUNKS {
        if offset >= layout.size {
            offset = layout.first_chunk;
        }
        if offset == found.place.start {
            return None;
        }
        let (end, chunk) = chunk_at(log, offset);
        match chunk {
            Some(chunk) if chunk.first() > found.last() => return Some(chunk),
            Some(chunk) if chunk.first() == found.first() => {}
            Some(_) => return None,
            None => {}
        }
        if end <= offset {
            return None;
        }
        offset = end;
    }
    None
}

/// Where the chunk before an offset starts: at a whole chunk's distance unless bytes of it are missing from the file.
fn start_before(log: &Log<'_>, layout: &Layout, end: u64) -> u64 {
    let behind = end.saturating_sub(layout.first_chunk) % CHUNK_SIZE as u64;
    let cut = if end >= layout.size && behind > 0 { behind } else { CHUNK_SIZE as u64 };
    let start = end.saturating_sub(cut).max(layout.first_chunk);
    let bytes = log.bytes.read_range(start, (end - start) as usize).unwrap_or_default();
    chunk::last_start(&bytes).map_or(start, |at| start + at as u64)
}

/// Frames of a chunk, from one number to another, as they are shown.
fn decoded(log: &Log<'_>, examined: &Examined, range: &Range<usize>, xml: bool) -> Vec<ShownRecord> {
    let frames = examined.frames.get(range.clone()).unwrap_or_default();
    let mut all: Vec<ShownRecord> = Vec::with_capacity(frames.len());
    let each = |is_indented: bool, take: &mut dyn FnMut(&chunk::Decoded<'_>)| {
        let mut left = frames.len();
        chunk::decode(examined.clone(), is_indented, |decoded| {
            if frames.iter().any(|frame| frame.id == decoded.id) {
                take(decoded);
                left = left.saturating_sub(1);
            }
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    };
    // Read as it is read for the diagnosis, and once more with line breaks for who looks at it.
    each(false, &mut |decoded| {
        if let Some(event) = event_of(log, decoded) {
            all.push(fields::shown(&event, decoded.id));
        }
    });
    if xml {
        each(true, &mut |decoded| {
            let number = decoded.id.to_string();
            if let Some(one) = all.iter_mut().find(|one| one.number == number) {
                one.xml = Some(decoded.xml.trim().to_owned());
            }
        });
    }
    all
}
