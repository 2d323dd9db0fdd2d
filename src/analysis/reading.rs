//! Reading: every file is recognized and read, and gets its row. One bad file never stops the others.

use std::ops::ControlFlow;

use super::{Progress, log};
use crate::base::ledger::{Ledger, NoteKind};
use crate::base::row_index::RowIndex;
use crate::base::source::{ReadError, Source, SourceId};
use crate::base::text::{Encoding, Text};
use crate::facts::Fold;
use crate::formats::{Detection, Document, Format, Head, Output, Parse, detect, read_head};
use crate::report::{Input, InputNote, InputState};

/// Largest text that is decoded as a whole. Logs have no limit.
const MAX_TEXT: u64 = 256 << 20;

/// A source after reading.
pub struct Read {
    /// Its number.
    pub id: SourceId,
    /// The source.
    pub source: Source,
    /// What it was taken for.
    pub format: Option<&'static Format>,
    /// Its text, for documents.
    pub text: Option<Text>,
    /// Where its lines are, for logs of text.
    pub rows: RowIndex,
    /// Its row.
    pub input: Input,
}

/// Reads all sources, which are in their final order.
pub fn read_all(sources: Vec<Source>, progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>) -> (Vec<Read>, Fold) {
    let mut fold = Fold::default();
    let mut all: Vec<Read> = Vec::new();
    let mut stopped = false;
    for (index, source) in sources.into_iter().enumerate() {
        let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
        let (read, own) = if stopped {
            (left_out(id, source), Fold::default())
        } else {
            read_one(id, source, progress, &mut stopped)
        };
        stopped |= progress(Progress::Done { source: id.0, input: &read.input }).is_break();
        fold = fold.merge(own);
        all.push(read);
    }
    note_duplicates(&mut all);
    (all, fold)
}

fn left_out(id: SourceId, source: Source) -> Read {
    let input = row(&source, None, "Not read: reading was canceled.".to_owned());
    Read { id, source, format: None, text: None, rows: RowIndex::default(), input }
}

fn read_one(
    id: SourceId,
    source: Source,
    progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    stopped: &mut bool,
) -> (Read, Fold) {
    let size = source.bytes.size();
    let head = match read_head(&*source.bytes) {
        Ok(head) => head,
        Err(error) => {
            let reason =
                format!("The file cannot be read. It may have been moved or changed; drop it again. ({error})");
            let input = row(&source, None, reason);
            return (Read { id, source, format: None, text: None, rows: RowIndex::default(), input }, Fold::default());
        }
    };
    let Detection { format, reason } = detect(&Head::new(&source.path, size, &head));
    let Some(format) = format else {
        let input = row(&source, None, reason);
        return (Read { id, source, format: None, text: None, rows: RowIndex::default(), input }, Fold::default());
    };
    if matches!(format.parse, Parse::Document(_)) && size > MAX_TEXT {
        let reason = format!(
            "Recognized as {}, but larger than {} MB. Export a shorter time or fewer objects.",
            format.title,
            MAX_TEXT >> 20
        );
        let input = row(&source, Some(format), reason);
        return (Read { id, source, format: None, text: None, rows: RowIndex::default(), input }, Fold::default());
    }
    let mut tell = |bytes: u64, records: u64| {
        let answer = progress(Progress::Reading { source: id.0, bytes, records });
        *stopped |= answer.is_break();
        answer
    };
    let result = match format.parse {
        Parse::Document(parse) => read_document(id, &source, format, parse, &mut tell),
        Parse::Log(reader) => Ok(log::read(id, &source, format, reader, &mut tell)),
    };
    let Content { fold: own, ledger, text, rows, taken_for } = match result {
        Ok(content) => content,
        Err(error) => {
            let input = row(&source, Some(format), format!("The file cannot be read. Drop it again. ({error})"));
            return (Read { id, source, format: None, text: None, rows: RowIndex::default(), input }, Fold::default());
        }
    };
    let mut input = row(&source, Some(format), reason);
    input.taken_for = taken_for.unwrap_or_else(|| format.title.to_owned());
    input.encoding = text.as_ref().map(|t| t.encoding.to_string());
    input.time_span = own.time_span(id).map(|(a, b)| (a.to_string(), b.to_string()));
    (input.records, input.skipped, input.damaged) = (ledger.records, ledger.skipped, ledger.damaged);
    input.state = match (ledger.records, ledger.is_incomplete()) {
        (0, _) => InputState::NotRead,
        (_, true) => InputState::Incomplete,
        (_, false) => InputState::Read,
    };
    if ledger.records == 0 && ledger.notes.is_empty() {
        input.reason = format!("Recognized as {}, but it holds no record.", input.taken_for);
    }
    input.notes = notes(&ledger);
    (Read { id, source, format: Some(format), text, rows, input }, own)
}

/// What reading a file gave.
pub(super) struct Content {
    /// The records.
    pub fold: Fold,
    /// What happened.
    pub ledger: Ledger,
    /// The text, for documents.
    pub text: Option<Text>,
    /// Where the lines are, for logs of text.
    pub rows: RowIndex,
    /// What the format calls this file.
    pub taken_for: Option<String>,
}

fn read_document(
    id: SourceId,
    source: &Source,
    format: &'static Format,
    parse: fn(&Document<'_>, &mut Output<'_>),
    tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Content, ReadError> {
    let size = source.bytes.size();
    let text = Text::decode(&source.bytes.read_range(0, usize::try_from(size).unwrap_or(usize::MAX))?);
    let (mut fold, mut ledger) = (Fold::default(), Ledger::default());
    note_text(&text, &mut ledger);
    let mut output = Output::new(&mut fold, &mut ledger, tell);
    guard(format, &mut output, |output| {
        parse(&Document { id, path: &source.path, text: &text }, output);
        let _ = output.progress(size);
    });
    let taken_for = output.taken_for.take();
    Ok(Content { fold, ledger, text: Some(text), rows: RowIndex::default(), taken_for })
}

/// Runs a reader. One that panics is a bug of ours; what it handed on is kept, and the row says so. (On wasm32 a
/// panic ends the worker, and the page says so.)
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

fn notes(ledger: &Ledger) -> Vec<InputNote> {
    let mut notes: Vec<InputNote> = ledger
        .notes
        .iter()
        .map(|n| InputNote { lines: n.lines, loss: n.kind.is_loss(), text: n.text.clone() })
        .collect();
    if ledger.notes_left_out > 0 {
        let text = format!("{} more remarks of this kind.", ledger.notes_left_out);
        notes.push(InputNote { lines: None, loss: true, text });
    }
    notes
}

fn row(source: &Source, format: Option<&Format>, reason: String) -> Input {
    Input {
        path: source.path.clone(),
        kind: format.map(|f| f.id.to_owned()),
        taken_for: format.map_or_else(|| "Not recognized".to_owned(), |f| f.title.to_owned()),
        reason,
        state: InputState::NotRead,
        size: source.bytes.size(),
        encoding: None,
        time_span: None,
        records: 0,
        skipped: 0,
        damaged: 0,
        notes: Vec::new(),
    }
}

/// The same file dropped twice is read twice; its row says so, and the facts count it once.
fn note_duplicates(all: &mut [Read]) {
    let mut seen: Vec<(u64, Vec<u8>, String)> = Vec::new();
    for read in all {
        let size = read.input.size;
        if size == 0 || read.format.is_none() {
            continue;
        }
        let Ok(head) = read_head(&*read.source.bytes) else { continue };
        match seen.iter().find(|(s, h, _)| *s == size && *h == head) {
            Some((_, _, path)) => {
                let text = format!("The same content as {path}, as far as the beginning and the size tell.");
                read.input.notes.push(InputNote { lines: None, loss: false, text });
            }
            None => seen.push((size, head, read.input.path.clone())),
        }
    }
}
