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
//! - Behind the last chunk of a copied file may lie bytes that never were part of the log.
//! - A log that has wrapped around holds its oldest chunk in the middle. Events are handed on in the
//!   order of the file, which is not always that of time.
//! - Exported and forwarded logs number their records anew. Places use that number, which is unique
//!   in the file; [`Event::record`] is the number that Event Viewer shows.

mod chunk;
mod file;
mod loss;
mod show;

use std::ops::ControlFlow;

use self::chunk::{CHUNK_SIZE, Decoded, Examined};
use self::file::Layout;
use self::loss::Loss;
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Part, Probe};
use crate::base::ledger::NoteKind;
use crate::base::markup::Scanner;
use crate::base::source::{Place, Span};
use crate::model::Record;
use crate::model::event::{Event, assembly::Assembly};

/// Event log (EVTX).
pub static FORMAT: Format = Format {
    id: "evtx",
    title: "Event log (EVTX)",
    how_to_collect: "wevtutil epl Application C:\\Temp\\Application.evtx",
    extensions: &["evtx"],
    probe,
    parse: Parse::Log(READER),
};

const READER: LogReader = LogReader { grid, read, again, join, skip, finish, show: show::show };

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

/// Chunks are never cut.
fn grid(log: &Log<'_>) -> Grid {
    let first = Layout::locate(log.bytes).map_or(0, |layout| layout.first_chunk);
    Grid { first, unit: CHUNK_SIZE as u64 }
}

fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>) -> Vec<u8> {
    let layout = match Layout::locate(log.bytes) {
        Ok(layout) => layout,
        Err(e) => {
            out.note(NoteKind::Damaged, None, format!("The log could not be read ({e})."));
            return Vec::new();
        }
    };
    if part.range.start == 0 {
        layout.note(out);
        out.ledger.bytes.other += layout.first_chunk.min(layout.size);
    }
    let before = part.carry.as_deref().map(Loss::unpack);
    let start = before.as_ref().map_or(part.range.start, Loss::end).max(layout.first_chunk);
    let mut loss = Loss::new(start, before);
    let mut read_errors = 0;
    let mut offset = start;
    while offset < part.range.end {
        let number = (offset - layout.first_chunk) / CHUNK_SIZE as u64 + 1;
        let bytes = match log.bytes.read_range(offset, CHUNK_SIZE) {
            Ok(bytes) => bytes,
            Err(e) => {
                out.note(NoteKind::Damaged, None, format!("Chunk {number} could not be read ({e})."));
                read_errors += 1;
                if read_errors >= MAX_READ_ERRORS {
                    out.note(NoteKind::Damaged, None, "Too many read errors; the rest of the log was not read.");
                    break;
                }
                out.ledger.bytes.damaged += CHUNK_SIZE as u64;
                offset += CHUNK_SIZE as u64;
                continue;
            }
        };
        if bytes.is_empty() {
            break;
        }
        loss.slot();
        let (examined, used) = chunk::examine(bytes);
        offset += used;
        match examined {
            Some(examined) if examined.is_blank() => {
                loss.blank(number, used);
                let bytes = &mut out.ledger.bytes;
                *(if layout.is_behind(number) { &mut bytes.other } else { &mut bytes.damaged }) += used;
            }
            Some(examined) => {
                let (records, damaged) = (out.ledger.records, out.ledger.damaged);
                read_chunk(log, out, number, examined, &mut loss);
                let lost = out.ledger.damaged > damaged && out.ledger.records == records;
                let bytes = &mut out.ledger.bytes;
                *(if lost { &mut bytes.damaged } else { &mut bytes.records }) += used;
            }
            None => out.ledger.bytes.other += used,
        }
        if out.progress(offset.min(layout.size)) == ControlFlow::Break(()) {
            break;
        }
    }
    loss.reached(offset);
    loss.pack()
}

fn read_chunk(log: &Log<'_>, out: &mut Output<'_>, number: u64, examined: Examined, loss: &mut Loss) {
    if loss.is_copy(number, &examined, out) {
        return;
    }
    let mut delivered = Vec::with_capacity(examined.frames.len());
    let summary = examined.summary();
    chunk::decode(examined, false, |decoded: &Decoded<'_>| {
        if let Some(event) = event_of(log, decoded) {
            delivered.push(decoded.id);
            out.record(Record::Event(event));
        }
        ControlFlow::Continue(())
    });
    loss.chunk(number, &summary, delivered, out);
}

fn again(before: &[u8], own: &[u8]) -> Option<Vec<u8>> {
    Loss::unpack(own).disagrees_with(&Loss::unpack(before)).then(|| before.to_vec())
}

fn join(before: Vec<u8>, own: Vec<u8>) -> Vec<u8> {
    let mut all = Loss::unpack(&before);
    all.append(Loss::unpack(&own));
    all.pack()
}

/// The next part begins behind what was lost.
fn skip(before: Vec<u8>, to: u64) -> Vec<u8> {
    let mut all = Loss::unpack(&before);
    all.reached(to);
    all.pack()
}

fn finish(log: &Log<'_>, state: &[u8], out: &mut Output<'_>) {
    if let Ok(layout) = Layout::locate(log.bytes) {
        Loss::unpack(state).report(&layout, out);
    }
}

fn event_of(log: &Log<'_>, decoded: &Decoded<'_>) -> Option<Event> {
    let mut assembly = Assembly::default();
    for (_, token) in Scanner::new(decoded.xml) {
        assembly.token(&token);
    }
    assembly.finish(Span { source: log.id, place: Place::Record(decoded.id) })
}

#[cfg(test)]
mod tests;
