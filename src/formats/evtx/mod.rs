//! EVTX: the event log of Windows Vista, Server 2008 and later.
//!
//! Documented by libevtx (`documentation/Windows XML Event Log (EVTX).asciidoc`) and MS-EVEN6. A file
//! header of 4096 bytes, then chunks of 65536 bytes, each with its own strings and templates, so that
//! a chunk can be read alone; a record is a frame (`2a 2a 00 00`, size, id, time, binary XML, size
//! again). The binary XML is decoded by the `evtx` crate, one chunk at a time.
//!
//! Traps, each met in a real file:
//! - Message texts are not in the file; only insertion strings are.
//! - The crate, like the tools of Windows, loses records of damaged files without a word. So every
//!   chunk is examined first (`chunk`), its header repaired from the frames that are really there,
//!   and the ids that come out are compared with those that should (`loss`).
//! - The header of a log copied from a running system is stale: chunk count and next id are wrong.
//! - Behind the free space offset lie old records of earlier passes; exported logs keep them too.
//! - A log that has wrapped around holds its oldest chunk in the middle. Events are handed on in the
//!   order of the file, which is not always that of time.
//! - Exported and forwarded logs number their records anew. Places use that number, which is unique
//!   in the file; [`Event::record`] is the number that Event Viewer shows.

mod chunk;
mod file;
mod loss;

use std::ops::ControlFlow;

use self::chunk::{CHUNK_SIZE, Decoded, Examined};
use self::file::Layout;
use self::loss::Loss;
use super::{Format, Head, Log, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::markup::Scanner;
use crate::base::source::{Place, Span};
use crate::model::Record;
use crate::model::event::{Event, assembly::Assembly, fields};

/// Event log (EVTX).
pub static FORMAT: Format = Format {
    id: "evtx",
    title: "Event log (EVTX)",
    how_to_collect: "wevtutil epl Application C:\\Temp\\Application.evtx",
    extensions: &["evtx"],
    probe,
    parse: Parse::Log { read, show },
};

fn probe(head: &Head<'_>) -> Probe {
    if head.bytes.starts_with(file::FILE_MAGIC) {
        return Probe::Yes(100, "event log signature ElfFile".to_owned());
    }
    if file::first_chunk(head.bytes).is_some() {
        return Probe::Yes(95, "event log chunks (ElfChnk) behind a damaged file header".to_owned());
    }
    Probe::No
}

/// Read errors after which the source is given up.
const MAX_READ_ERRORS: u32 = 8;

fn read(log: &Log<'_>, out: &mut Output<'_>) {
    let layout = match Layout::locate(log.bytes) {
        Ok(layout) => layout,
        Err(e) => {
            out.note(NoteKind::Damaged, None, format!("The log could not be read ({e})."));
            return;
        }
    };
    layout.note(out);
    let mut loss = Loss::default();
    let mut read_errors = 0;
    let mut number = 0;
    let mut offset = layout.first_chunk;
    while offset < layout.size {
        let bytes = match log.bytes.read_range(offset, CHUNK_SIZE) {
            Ok(bytes) => bytes,
            Err(e) => {
                out.note(NoteKind::Damaged, None, format!("Chunk {} could not be read ({e}).", number + 1));
                read_errors += 1;
                if read_errors >= MAX_READ_ERRORS {
                    out.note(NoteKind::Damaged, None, "Too many read errors; the rest of the log was not read.");
                    break;
                }
                offset += CHUNK_SIZE as u64;
                number += 1;
                continue;
            }
        };
        if bytes.is_empty() {
            break;
        }
        number += 1;
        let (examined, used) = chunk::examine(bytes);
        offset += used;
        if let Some(examined) = examined {
            read_chunk(log, out, number, examined, &mut loss);
        }
        if out.progress(offset.min(layout.size)) == ControlFlow::Break(()) {
            return;
        }
    }
    loss.report(&layout, number, out);
}

fn read_chunk(log: &Log<'_>, out: &mut Output<'_>, number: u64, examined: Examined, loss: &mut Loss) {
    if loss.is_copy(number, &examined, out) {
        return;
    }
    let mut delivered = Vec::with_capacity(examined.frames.len());
    let summary = examined.summary();
    chunk::decode(examined, |decoded: &Decoded<'_>| {
        if let Some(event) = event_of(log, decoded) {
            delivered.push(decoded.id);
            out.record(Record::Event(event));
        }
        ControlFlow::Continue(())
    });
    loss.chunk(number, &summary, delivered, out);
}

fn event_of(log: &Log<'_>, decoded: &Decoded<'_>) -> Option<Event> {
    let mut assembly = Assembly::default();
    for (_, token) in Scanner::new(decoded.xml) {
        assembly.token(&token);
    }
    assembly.finish(Span { source: log.id, place: Place::Record(decoded.id) })
}

fn show(log: &Log<'_>, record: u64) -> Option<Vec<String>> {
    let layout = Layout::locate(log.bytes).ok()?;
    // The chunk whose header claims the record; if that is damaged, whichever holds its frame, found
    // by the same steps as in `read`.
    if let Some(offset) = layout.chunk_claiming(log.bytes, record) {
        let bytes = log.bytes.read_range(offset, CHUNK_SIZE).ok()?;
        if let Some(lines) = chunk::examine(bytes).0.and_then(|examined| show_in(log, examined, record)) {
            return Some(lines);
        }
    }
    let mut offset = layout.first_chunk;
    while offset < layout.size {
        let (examined, used) = match log.bytes.read_range(offset, CHUNK_SIZE) {
            Ok(bytes) if bytes.is_empty() => return None,
            Ok(bytes) => chunk::examine(bytes),
            Err(_) => (None, CHUNK_SIZE as u64),
        };
        if let Some(lines) = examined.and_then(|examined| show_in(log, examined, record)) {
            return Some(lines);
        }
        offset += used;
    }
    None
}

fn show_in(log: &Log<'_>, examined: Examined, record: u64) -> Option<Vec<String>> {
    if !examined.frames.iter().any(|frame| frame.id == record) {
        return None;
    }
    let mut lines = None;
    chunk::decode(examined, |decoded| {
        if decoded.id != record {
            return ControlFlow::Continue(());
        }
        lines = event_of(log, decoded).map(|event| fields::lines(&event, record));
        ControlFlow::Break(())
    });
    lines
}

#[cfg(test)]
mod tests;
