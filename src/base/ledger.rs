//! The ledger: what was read of a source and what was not. Nothing is dropped in silence; whatever
//! a parser leaves out it says here, with the place and the next step for the reader.

use serde::{Deserialize, Serialize};

/// What happened to one source. One row of the list of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Records handed on.
    pub records: u64,
    /// Records or blocks that were recognized as not belonging here and left out.
    pub skipped: u64,
    /// Records that were damaged or cut and could not be used in full.
    pub damaged: u64,
    /// Where the bytes of a log went.
    pub bytes: Bytes,
    /// What the reader should know, in the order it was met.
    pub notes: Vec<Note>,
    /// Notes beyond [`Ledger::MAX_NOTES`], only counted.
    pub notes_left_out: u64,
}

/// Bytes of a log by what became of them. The sum is the size of what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// In records that were handed on.
    pub records: u64,
    /// In headers, blank lines and what else holds no record.
    pub other: u64,
    /// In what could not be read.
    pub damaged: u64,
}

/// One remark about a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// Where, when it has a place: first and last line, from 1.
    pub lines: Option<(u32, u32)>,
    /// What it means for the reader.
    pub kind: NoteKind,
    /// One sentence or two: what, where, what to do. Customer data last.
    pub text: String,
}

/// How a note counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NoteKind {
    /// Worth knowing, nothing is lost.
    Info,
    /// Values were cut by the export (`...`, `System.String[]`).
    Truncated,
    /// A value can be read in two ways, for example a date.
    Ambiguous,
    /// Bytes could not be read as text or as a record.
    Damaged,
    /// Content was recognized and left out.
    Skipped,
}

impl NoteKind {
    /// Whether evidence is missing because of it.
    pub fn is_loss(self) -> bool {
        matches!(self, NoteKind::Truncated | NoteKind::Damaged | NoteKind::Skipped)
    }
}

impl Ledger {
    /// Notes kept per source. A file that is wrong throughout is wrong in the same way.
    pub const MAX_NOTES: usize = 50;

    /// Adds a note.
    pub fn note(&mut self, kind: NoteKind, lines: Option<(u32, u32)>, text: impl Into<String>) {
        let note = Note { lines, kind, text: text.into() };
        if self.notes.contains(&note) {
            return;
        }
        if self.notes.len() < Self::MAX_NOTES {
            self.notes.push(note);
        } else {
            self.notes_left_out += 1;
        }
    }

    /// Appends the ledger of the part that follows; `lines` is the number of lines before that part.
    pub fn append(&mut self, next: Ledger, lines: u64) {
        self.records += next.records;
        self.skipped += next.skipped;
        self.damaged += next.damaged;
        self.bytes.records += next.bytes.records;
        self.bytes.other += next.bytes.other;
        self.bytes.damaged += next.bytes.damaged;
        let moved = |line: u32| u32::try_from(u64::from(line) + lines).unwrap_or(u32::MAX);
        for note in next.notes {
            self.note(note.kind, note.lines.map(|(a, b)| (moved(a), moved(b))), note.text);
        }
        self.notes_left_out += next.notes_left_out;
    }

    /// Whether anything of the source is missing from the records.
    pub fn is_incomplete(&self) -> bool {
        self.damaged > 0 || self.skipped > 0 || self.notes.iter().any(|n| n.kind.is_loss())
    }
}
