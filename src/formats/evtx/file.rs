//! The file around the chunks: where they start, and what the header says about them.

use super::chunk::{CHUNK_MAGIC, CHUNK_SIZE, u16_at, u32_at, u64_at};
use crate::base::ledger::NoteKind;
use crate::base::source::{ReadAt, ReadError};
use crate::formats::Output;

/// The first bytes of the file header.
pub(super) const FILE_MAGIC: &[u8] = b"ElfFile\0";

/// Size of the file header with its padding.
const HEADER_SIZE: u64 = 4096;

/// Flag of the file header: the log was open when the file was copied.
const DIRTY: u32 = 1;

/// How the file is laid out.
#[derive(Debug)]
pub(super) struct Layout {
    /// Offset of the first chunk.
    pub first_chunk: u64,
    /// Size of the file.
    pub size: u64,
    /// What the header says, when it has one.
    pub header: Option<Header>,
}

/// The file header, as far as it can be believed.
#[derive(Debug)]
pub(super) struct Header {
    /// Number of chunks; too small when the log was open, and it wraps at 65536.
    pub chunks: u64,
    /// Id of the record that would come next.
    pub next_id: u64,
    /// Whether the log was open when it was copied.
    pub dirty: bool,
}

impl Layout {
    /// Looks at the beginning of the file. A missing or overwritten header costs nothing: chunks
    /// describe themselves.
    pub(super) fn locate(bytes: &dyn ReadAt) -> Result<Layout, ReadError> {
        let head = bytes.read_range(0, CHUNK_SIZE)?;
        let size = bytes.size();
        if head.starts_with(FILE_MAGIC) {
            let header = Header {
                chunks: u64::from(u16_at(&head, 42).unwrap_or(0)),
                next_id: u64_at(&head, 24).unwrap_or(0),
                dirty: u32_at(&head, 120).unwrap_or(0) & DIRTY != 0,
            };
            return Ok(Layout { first_chunk: HEADER_SIZE, size, header: Some(header) });
        }
        Ok(Layout { first_chunk: first_chunk(&head).unwrap_or(HEADER_SIZE), size, header: None })
    }

    /// Tells the ledger about the header.
    pub(super) fn note(&self, out: &mut Output<'_>) {
        match &self.header {
            None => out.note(
                NoteKind::Info,
                None,
                "The file header is missing or overwritten; the log was read chunk by chunk. Records that were lost with \
                 the end of the file cannot be told.",
            ),
            Some(header) if header.dirty => out.note(
                NoteKind::Info,
                None,
                "The log was in use when it was copied, so its header is not up to date; all chunks were read. To get a \
                 clean copy, use wevtutil epl.",
            ),
            Some(_) => {}
        }
    }

    /// Chunks that the file has room for; the last may be cut.
    pub(super) fn chunks(&self) -> u64 {
        self.size.saturating_sub(self.first_chunk).div_ceil(CHUNK_SIZE as u64)
    }

    /// Whether the file header says that the log ends before the chunk with this number.
    pub(super) fn is_behind(&self, number: u64) -> bool {
        // The count of chunks wraps at 65536.
        let counted = self.chunks() <= u64::from(u16::MAX);
        self.header.as_ref().is_some_and(|header| counted && !header.dirty && number > header.chunks)
    }

    /// The offset of the chunk whose header claims record `id`.
    pub(super) fn chunk_claiming(&self, bytes: &dyn ReadAt, id: u64) -> Option<u64> {
        let claims = |n: u64| -> Option<std::cmp::Ordering> {
            let head = bytes.read_range(self.offset(n), 40).ok()?;
            if !head.starts_with(CHUNK_MAGIC) {
                return None;
            }
            let (first, last) = (u64_at(&head, 24)?, u64_at(&head, 32)?);
            Some(if last < id {
                std::cmp::Ordering::Less
            } else if first > id {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            })
        };
        // Ids ascend with the chunks unless the log has wrapped around or is damaged.
        let (mut low, mut high) = (0, self.chunks());
        while low < high {
            let middle = low + (high - low) / 2;
            match claims(middle) {
                Some(std::cmp::Ordering::Equal) => return Some(self.offset(middle)),
                Some(std::cmp::Ordering::Less) => low = middle + 1,
                // Chunks that were never used lie at the end.
                Some(std::cmp::Ordering::Greater) | None => high = middle,
            }
        }
        (0..self.chunks()).find(|&n| claims(n) == Some(std::cmp::Ordering::Equal)).map(|n| self.offset(n))
    }

    fn offset(&self, chunk: u64) -> u64 {
        self.first_chunk + chunk * CHUNK_SIZE as u64
    }
}

/// Where the first chunk starts in a file whose header is not one.
pub(super) fn first_chunk(head: &[u8]) -> Option<u64> {
    let sectors = head.chunks(512).position(|sector| sector.starts_with(CHUNK_MAGIC))?;
    Some(sectors as u64 * 512)
}
