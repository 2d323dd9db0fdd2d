//! What is missing: record ids that should be there and are not.
//!
//! Ids of a log are consecutive, within a chunk and from chunk to chunk. Every id that a chunk claims
//! or that lies between two chunks, and that was not handed on, is a lost record and is said so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chunk::{Examined, MAX_RECORDS, Summary};
use super::file::Layout;
use crate::base::ledger::NoteKind;
use crate::base::record_ids::{gaps, ids};
use crate::formats::Output;

/// Ids met in a part of a log. A few dozen bytes per chunk.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Loss {
    /// Ids of each chunk, by the first.
    chunks: BTreeMap<u64, Range>,
    /// Where the part began to read and how far it came.
    read: (u64, u64),
    /// Places for chunks that were read, used or not.
    slots: u64,
    /// Places that hold bytes but no chunk: number, and how many bytes.
    blank: Vec<(u64, u64)>,
    /// Chunks of the parts before, when this part was told of them.
    #[serde(skip)]
    before: BTreeMap<u64, Range>,
    /// How many chunks it was told of.
    told: Option<usize>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Range {
    last: u64,
    chunk: u64,
    written: u64,
}

impl Loss {
    /// For a part that begins at `start`; `before` is what is known of the parts before.
    pub(super) fn new(start: u64, before: Option<Loss>) -> Loss {
        let told = before.as_ref().map(|loss| loss.chunks.len());
        let before = before.map(|loss| loss.chunks).unwrap_or_default();
        Loss { read: (start, start), before, told, ..Loss::default() }
    }

    /// Accounts for one place for a chunk.
    pub(super) fn slot(&mut self) {
        self.slots += 1;
    }

    /// Accounts for a place that holds bytes but no chunk.
    pub(super) fn blank(&mut self, number: u64, bytes: u64) {
        self.blank.push((number, bytes));
    }

    /// Says where the part stopped.
    pub(super) fn reached(&mut self, offset: u64) {
        self.read.1 = offset;
    }

    /// Where the part stopped.
    pub(super) fn end(&self) -> u64 {
        self.read.1
    }

    /// Whether this part read something else than it would have, knowing what lies before it: a chunk that is a copy,
    /// or bytes that belong to the last chunk before.
    pub(super) fn disagrees_with(&self, before: &Loss) -> bool {
        if self.read.0 != before.read.1 {
            return true;
        }
        let overlaps = |(first, range): (&u64, &Range)| {
            before.chunks.range(..=range.last).next_back().is_some_and(|(_, known)| known.last >= *first)
        };
        self.told != Some(before.chunks.len()) && self.chunks.iter().any(overlaps)
    }

    /// Appends what the next part found.
    pub(super) fn append(&mut self, next: Loss) {
        for (first, range) in next.chunks {
            self.chunks.entry(first).or_insert(range);
        }
        self.slots += next.slots;
        self.blank.extend(next.blank);
        self.read.1 = next.read.1;
    }

    /// As bytes that travel.
    pub(super) fn pack(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// From bytes; empty ones stand for nothing read.
    pub(super) fn unpack(bytes: &[u8]) -> Loss {
        postcard::from_bytes(bytes).unwrap_or_default()
    }

    /// Whether a chunk is a copy of one that was read: same ids, same time of the first record.
    pub(super) fn is_copy(&self, number: u64, examined: &Examined, out: &mut Output<'_>) -> bool {
        let Some(first) = examined.frames.first() else { return false };
        let known = |chunks: &BTreeMap<u64, Range>| {
            let (start, range) = chunks.range(..=first.id).next_back()?;
            (range.last >= first.id).then(|| (*start, range.clone()))
        };
        let Some((start, range)) = known(&self.before).or_else(|| known(&self.chunks)) else { return false };
        let copy = start == first.id && range.written == first.written;
        let (before, count) = (range.chunk, examined.frames.len());
        if copy {
            out.ledger.skipped += count as u64;
            let text = format!("Chunk {number} repeats {count} records of chunk {before}; they were read once.");
            out.note(NoteKind::Info, None, text);
        } else {
            let text = format!(
                "Chunks {before} and {number} hold different records under the same numbers; the log was cleared \
                 or is put together from two."
            );
            out.note(NoteKind::Info, None, text);
        }
        copy
    }

    /// Accounts for one chunk.
    pub(super) fn chunk(&mut self, number: u64, summary: &Summary, mut delivered: Vec<u64>, out: &mut Output<'_>) {
        delivered.sort_unstable();
        let (found, read) = (summary.ids.len(), delivered.len());
        let found_range = summary.ids.iter().min().copied().zip(summary.ids.iter().max().copied());
        // A header whose claim no record confirms is not believed.
        let claimed =
            summary.claimed.filter(|&(first, last)| found_range.is_none_or(|(low, high)| first <= low && high <= last));
        let Some((first, last)) = claimed.or(found_range) else {
            let why = reason(&summary.faults);
            out.note(NoteKind::Damaged, None, format!("Chunk {number} holds no readable record{why}."));
            return;
        };
        let missing = gaps(first, last, &delivered);
        let lost: u64 = missing.iter().map(|(a, b)| b - a + 1).sum();
        let why = reason(&summary.faults);
        if lost > 0 {
            out.ledger.damaged += lost;
            let undecoded = found.saturating_sub(read);
            let undecoded =
                if undecoded > 0 { format!(" ({undecoded} found but not readable)") } else { String::new() };
            let text =
                format!("{} missing{undecoded}; chunk {number}{why}. {read} of its records were read.", ids(&missing));
            out.note(NoteKind::Damaged, None, text);
        } else if !summary.faults.is_empty() {
            let text = format!("Chunk {number} is damaged{why}; all of its {read} records were read.");
            out.note(NoteKind::Info, None, text);
        }
        self.chunks.entry(first).or_insert(Range { last, chunk: number, written: summary.first_written });
    }

    /// Says which places hold bytes but no chunk. Those behind the last chunk may never have been part of the log.
    fn report_blank(&self, layout: &Layout, out: &mut Output<'_>) {
        let last = self.chunks.values().map(|range| range.chunk).max().unwrap_or(0);
        let (mut behind, mut unclear) = (0, 0);
        for (number, bytes) in &self.blank {
            if layout.is_behind(*number) {
                behind += bytes;
            } else if *number > last && layout.header.as_ref().is_none_or(|header| header.dirty) {
                unclear += bytes;
            } else {
                let text = format!("Chunk {number} holds no readable record; its bytes are overwritten or cut.");
                out.note(NoteKind::Damaged, None, text);
            }
        }
        if behind > 0 {
            out.note(NoteKind::Info, None, format!("{behind} bytes behind the last chunk are no events."));
        }
        if unclear > 0 {
            let text = format!(
                "{unclear} bytes behind the last chunk hold no readable record. Whether they were events cannot be told: \
                 the file header does not say where the log ends."
            );
            out.note(NoteKind::Damaged, None, text);
        }
    }

    /// Looks for ids missing between chunks and behind the last one.
    pub(super) fn report(&self, layout: &Layout, out: &mut Output<'_>) {
        self.report_blank(layout, out);
        let chunks_read = self.slots;
        // More than the log has room for cannot be missing: the numbers are those of another log, or damaged.
        let room = MAX_RECORDS.saturating_mul(layout.chunks());
        let mut before: Option<&Range> = None;
        for (&first, range) in &self.chunks {
            if let Some(before) = before
                && first > before.last.saturating_add(1)
            {
                let (a, b) = (before.last + 1, first - 1);
                let text = if b - a < room {
                    out.ledger.damaged += b - a + 1;
                    format!("{} missing between chunk {} and chunk {}.", ids(&[(a, b)]), before.chunk, range.chunk)
                } else {
                    format!(
                        "Record ids jump from {} to {first} between chunk {} and chunk {}, further than the log has room for: \
                         it is put together from two, or the ids are damaged. What is missing cannot be told.",
                        before.last, before.chunk, range.chunk
                    )
                };
                out.note(NoteKind::Damaged, None, text);
            }
            if before.is_none_or(|before| before.last <= range.last) {
                before = Some(range);
            }
        }
        let Some(header) = &layout.header else { return };
        if header.chunks > chunks_read {
            let lost = before
                .map(|range| (range.last.saturating_add(1), header.next_id.saturating_sub(1)))
                .filter(|(a, b)| a <= b);
            let room = MAX_RECORDS.saturating_mul(header.chunks);
            let which = match lost {
                Some(lost) if lost.1 - lost.0 < room => {
                    out.ledger.damaged += lost.1 - lost.0 + 1;
                    format!(" {} missing.", ids(&[lost]))
                }
                _ => String::new(),
            };
            let text = format!(
                "The file is cut: its header announces {} chunks, {chunks_read} are here.{which} Copy the log again.",
                header.chunks
            );
            out.note(NoteKind::Damaged, None, text);
        }
    }
}

fn reason(faults: &[&str]) -> String {
    if faults.is_empty() { String::new() } else { format!(" ({})", faults.join("; ")) }
}
