//! The units of work of an analysis. A job needs nothing but itself and the bytes of its file, and what it gives can
//! travel as bytes; so jobs can be done by any worker, in any order.

use std::ops::{ControlFlow, Range};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::log::{self, PartRead};
use crate::base::container::Member;
use crate::base::ledger::{Ledger, NoteKind};
use crate::base::read_ahead::ReadAhead;
use crate::base::source::{ReadAt, ReadError, SourceId};
use crate::base::text::{Encoding, Text};
use crate::facts::Fold;
use crate::formats::{Detection, Document, Format, Head, Log, Output, Parse, Part, by_id, detect, read_head};

/// Largest text that is decoded as a whole. Logs have no limit.
const MAX_TEXT: u64 = 256 << 20;

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Which source.
    pub source: SourceId,
    /// Its path.
    pub path: String,
    /// [`crate::base::source::Source::handle`].
    pub handle: u32,
    /// [`crate::base::source::Source::members`].
    pub members: Vec<Member>,
    /// What to do with it.
    pub task: Task,
}

/// What to do with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Recognize it, and read it when it is a document. Of a log the parts are found.
    Open,
    /// Read a part of a log.
    Part {
        /// Id of the format.
        format: String,
        /// Which part.
        part: Part,
    },
}

impl Job {
    /// Where the work begins, in bytes.
    pub fn start(&self) -> u64 {
        match &self.task {
            Task::Open => 0,
            Task::Part { part, .. } => part.range.start,
        }
    }
}

/// What a job gave.
#[derive(Serialize, Deserialize)]
pub enum Done {
    /// The file is not read.
    Refused {
        /// Id of the format, when it was recognized.
        format: Option<String>,
        /// Id of the format that it is close to.
        near: Option<String>,
        /// Why, and what to do.
        reason: String,
    },
    /// A document was read.
    Document(Box<DocumentRead>),
    /// A log was recognized.
    Log {
        /// Id of the format.
        format: String,
        /// Why it was taken for this format.
        reason: String,
        /// Encoding of its beginning, as shown, when it is text.
        encoding: Option<String>,
        /// A number that files with another beginning do not have.
        content: u128,
        /// The parts to read.
        parts: Vec<Range<u64>>,
    },
    /// A part of a log was read.
    Part(Box<PartRead>),
}

/// What reading a document gave.
#[derive(Serialize, Deserialize)]
pub struct DocumentRead {
    /// Id of the format.
    pub format: String,
    /// Why it was taken for this format.
    pub reason: String,
    /// What the format calls this file.
    pub taken_for: Option<String>,
    /// Its encoding, as shown.
    pub encoding: String,
    /// A number that files of other content do not have.
    pub content: u128,
    /// The records.
    pub fold: Fold,
    /// What happened.
    pub ledger: Ledger,
}

/// Does a job. `tell` is told the offset reached and the records read; `Break` asks to stop.
pub fn run(job: &Job, bytes: &dyn ReadAt, tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>) -> Done {
    let range = match &job.task {
        Task::Open => 0..0,
        Task::Part { part, .. } => part.range.clone(),
    };
    let bytes = &ReadAhead::new(bytes, range);
    match &job.task {
        Task::Open => open(job, bytes, tell).unwrap_or_else(|error| unreadable(&error)),
        Task::Part { format, part } => {
            let Some((format, reader)) = by_id(format).and_then(|format| Some((format, format.log_reader()?))) else {
                return Done::Part(Box::new(PartRead::lost(&part.range, "its format is not known here")));
            };
            let log = Log { id: job.source, path: &job.path, bytes };
            let mut read = log::read_part(&log, format, reader, part, tell);
            if let Some(defect) = log.bytes.defect() {
                read.note(NoteKind::Damaged, defect);
            }
            Done::Part(Box::new(read))
        }
    }
}

fn unreadable(error: &ReadError) -> Done {
    let reason = format!("The file cannot be read. It may have been moved or changed; drop it again. ({error})");
    Done::Refused { format: None, near: None, reason }
}

fn open(job: &Job, bytes: &dyn ReadAt, tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>) -> Result<Done, ReadError> {
    let head = read_head(bytes)?;
    let size = bytes.size();
    let looked = Head::new(&job.path, size, &head);
    let Detection { format, near, reason } = detect(&looked);
    let Some(format) = format else {
        return Ok(Done::Refused { format: None, near: near.map(|near| near.id.to_owned()), reason });
    };
    match format.parse {
        Parse::Document(_) if size > MAX_TEXT => {
            let reason = format!(
                "Recognized as {}, but larger than {} MB. Export a shorter time or fewer objects.",
                format.title,
                MAX_TEXT >> 20
            );
            Ok(Done::Refused { format: Some(format.id.to_owned()), near: None, reason })
        }
        Parse::Document(parse) => read_document(job, bytes, format, reason, parse, tell),
        Parse::Log(reader) => {
            let log = Log { id: job.source, path: &job.path, bytes };
            // What has to be unpacked is read from front to back by one worker.
            let length = if job.members.iter().any(|member| member.deflated) { 1 << 61 } else { log::PART };
            let parts = log::parts(&log, reader, length);
            let encoding = looked.is_text().then(|| looked.text.encoding.to_string());
            Ok(Done::Log { format: format.id.to_owned(), reason, encoding, content: xxh3_128(&head), parts })
        }
    }
}

fn read_document(
    job: &Job,
    bytes: &dyn ReadAt,
    format: &'static Format,
    reason: String,
    parse: fn(&Document<'_>, &mut Output<'_>),
    tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Done, ReadError> {
    let size = bytes.size();
    let raw = bytes.read_range(0, usize::try_from(size).unwrap_or(usize::MAX))?;
    let (content, text) = (xxh3_128(&raw), Text::decode(&raw));
    let (mut fold, mut ledger) = (Fold::default(), Ledger::default());
    if (raw.len() as u64) < size {
        let text =
            format!("Only {} of {size} bytes could be read; the rest is damaged. Copy the file again.", raw.len());
        ledger.note(NoteKind::Damaged, None, text);
    }
    if let Some(defect) = bytes.defect() {
        ledger.note(NoteKind::Damaged, None, defect);
    }
    drop(raw);
    note_text(&text, &mut ledger);
    let mut output = Output::new(&mut fold, &mut ledger, tell);
    guard(format, &mut output, |output| {
        parse(&Document { id: job.source, path: &job.path, text: &text }, output);
        let _ = output.progress(size);
    });
    let taken_for = output.taken_for.take();
    Ok(Done::Document(Box::new(DocumentRead {
        format: format.id.to_owned(),
        reason,
        taken_for,
        encoding: text.encoding.to_string(),
        content,
        fold,
        ledger,
    })))
}

/// Runs a reader. One that panics is a bug of ours; what it handed on is kept, and the row says so. (On wasm32 a
/// panic ends the worker, and what it had in work is lost: see [`PartRead::lost`].)
pub(super) fn guard(format: &Format, output: &mut Output<'_>, run: impl FnOnce(&mut Output<'_>)) {
    let run = std::panic::AssertUnwindSafe(|| run(&mut *output));
    if std::panic::catch_unwind(run).is_err() {
        let text = format!(
            "Reading stopped early. This is a fault of the program; please report the name of the format, {}.",
            format.id
        );
        output.note(NoteKind::Damaged, None, text);
    }
}

fn note_text(text: &Text, ledger: &mut Ledger) {
    let end = text.line_count();
    if text.cut {
        ledger.note(
            NoteKind::Damaged,
            Some((end, end)),
            "The file ends in the middle of a character: it was cut when it was copied. Everything before it was used.",
        );
    }
    if text.mixed {
        ledger.note(
            NoteKind::Info,
            None,
            "Parts of the file are in UTF-16 and others are not, as when PowerShell appends with >>; all were read.",
        );
    }
    if text.twice {
        ledger.note(
            NoteKind::Info,
            None,
            "The letters outside ASCII were encoded twice, as when UTF-8 is taken for Windows-1252; they were read as they \
             were meant.",
        );
    }
    if text.encoding == Encoding::Oem850 {
        ledger.note(
            NoteKind::Info,
            None,
            "The letters show that a console wrote this file in its own code page; it was read as code page 850. Compare \
             names with unusual letters.",
        );
    }
    if text.replaced > 0 {
        ledger.note(
            NoteKind::Damaged,
            None,
            format!("{} characters could not be read as {} and are shown as \u{FFFD}.", text.replaced, text.encoding),
        );
    }
}
