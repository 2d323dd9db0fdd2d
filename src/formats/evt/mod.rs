//! EVT: the event log of Windows NT, 2000, XP and 2003 (`AppEvent.Evt`).
//!
//! Documented by Microsoft (`Event Log File Format`, `ELF_LOGFILE_HEADER`, `EVENTLOGRECORD`,
//! <https://learn.microsoft.com/windows/win32/eventlog/event-log-file-format>) and by libevt. A header
//! of 48 bytes, records with their length at both ends, and an end record that says which numbers
//! are part of the log.
//!
//! Traps, each met in a real file:
//! - A log copied from a running system has a stale header: it says empty, or names a next record
//!   although newer ones are there.
//! - When the log wraps around, a record is split: it goes on behind the header.
//! - Records that were overwritten in part, or that are left from before the log was cleared, lie
//!   between and behind the others, under numbers that may be used again. They are read, too, and
//!   marked ([`Event::recovered`](crate::model::event::Event::recovered)).
//! - The offset of the strings is anything when there are none; so is that of the data.
//! - Message texts are not in the file; only insertion strings are. The log does not say its name.
//! - The same file ending is used for renamed EVTX files; only the signature counts.

mod frames;
mod record;

use std::ops::ControlFlow;

use self::frames::{Basis, MAGIC, Plan, Scan, Window, u32_at};
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Probe};
use crate::base::ledger::{Bytes, NoteKind};
use crate::base::record_ids::{gaps, ids};
use crate::base::shown_records::{Around, ShownRecords};
use crate::base::source::{Place, Span};
use crate::model::Record;
use crate::model::event::fields;

/// Event log of Windows 2003 and earlier.
pub static FORMAT: Format = Format {
    id: "evt",
    title: "Event log of Windows 2003 or earlier (EVT)",
    how_to_collect: "wmic nteventlog where \"LogFileName='Application'\" call BackupEventlog C:\\Temp\\Application.evt",
    extensions: &["evt"],
    probe,
    parse: Parse::Log(READER),
};

/// A log that wraps around has its end at its beginning, so it is read in one part.
const READER: LogReader = LogReader {
    grid: Grid::whole,
    read: |log, _, out| {
        read(log, out);
        Vec::new()
    },
    again: |_, _| None,
    skip: |before, _| before,
    join: |_, own| own,
    finish: |_, _, _| {},
    show,
};

fn probe(head: &Head<'_>) -> Probe {
    if head.bytes.get(4..8) == Some(MAGIC) && u32_at(head.bytes, 0) == Some(48) {
        return Probe::Yes(100, "event log signature LfLe".to_owned());
    }
    let bytes = head.bytes.to_vec();
    let mut on = |_| ControlFlow::Continue(());
    match Scan::run(&bytes, &mut on) {
        Ok(Some(scan)) if scan.has_frames() => {
            Probe::Yes(90, "records of an event log (LfLe) behind a damaged file header".to_owned())
        }
        _ if head.bytes.get(4..8) == Some(MAGIC) || head.bytes.starts_with(MAGIC) => Probe::Near(
            "Looks like an event log of Windows 2003 or earlier, but no record in it is whole. Save the log again in \
             Event Viewer, as .evt, or copy it again."
                .to_owned(),
        ),
        _ => Probe::No,
    }
}

fn read(log: &Log<'_>, out: &mut Output<'_>) {
    let size = log.bytes.size();
    // Finding the records and reading them take about half of the time each.
    let scan = Scan::run(log.bytes, &mut |at| out.progress(at / 2));
    let scan = match scan {
        Ok(Some(scan)) => scan,
        Ok(None) => return,
        Err(e) => {
            out.note(NoteKind::Damaged, None, format!("The log could not be read ({e}). Copy it again."));
            return;
        }
    };
    note_file(&scan, out);
    let plan = scan.plan();
    note_plan(&plan, out);
    let mut window = Window::new(log.bytes);
    let (mut unreadable, mut partial) = (Vec::new(), Vec::new());
    let mut bytes = Bytes::default();
    for (index, pick) in plan.picks.iter().enumerate() {
        let span = Span { source: log.id, place: Place::Record(pick.place) };
        let decoded = match window.frame(&pick.frame) {
            Ok(bytes) => record::decode(&bytes, span),
            Err(_) => None,
        };
        let Some(decoded) = decoded else {
            unreadable.push(u64::from(pick.frame.number));
            bytes.damaged += u64::from(pick.frame.len);
            continue;
        };
        if !decoded.whole {
            partial.push(u64::from(pick.frame.number));
        }
        bytes.records += u64::from(pick.frame.len);
        let mut event = decoded.event;
        event.recovered = pick.recovered;
        out.record(Record::Event(event));
        if index % 1024 == 1023 && out.progress(size / 2 + pick.frame.offset / 2) == ControlFlow::Break(()) {
            return;
        }
    }
    // Records that were overwritten in part share bytes with those that did it.
    bytes.records = bytes.records.min(size);
    bytes.damaged = bytes.damaged.min(size - bytes.records);
    bytes.other = size - bytes.records - bytes.damaged;
    out.ledger.bytes = bytes;
    note_records(unreadable, "found, but not readable; Windows would not show them either.", out);
    note_records(partial, "damaged inside: strings or data bytes are missing; the rest was read.", out);
}

fn note_file(scan: &Scan, out: &mut Output<'_>) {
    if scan.overflow {
        out.note(
            NoteKind::Skipped,
            None,
            "The file holds more records than are read at once; the rest of it was left out. Save a shorter time.",
        );
    }
    if scan.cut {
        out.note(
            NoteKind::Damaged,
            None,
            "The file is cut: its header places the end of the log behind the end of the file. Copy the log again.",
        );
    }
}

fn note_plan(plan: &Plan, out: &mut Output<'_>) {
    match plan.basis {
        Basis::Header => {}
        Basis::Stale => {
            let newer = match plan.newer {
                0 => String::new(),
                1 => " 1 record is newer than its header.".to_owned(),
                n => format!(" {n} records are newer than its header."),
            };
            out.note(
                NoteKind::Info,
                None,
                format!(
                    "The header of the log is not up to date, as when a log is copied while it is in use; all records were \
                     read.{newer}"
                ),
            );
        }
        Basis::Run => out.note(
            NoteKind::Info,
            None,
            "The header cannot be used; records were found by their signature. Which of them were still part of the log \
             was told by their numbers, and records lost at its beginning or end cannot be told.",
        ),
    }
    if plan.recovered > 0 {
        let (be, them) = if plan.recovered == 1 { ("record is", "It was") } else { ("records are", "They were") };
        out.note(
            NoteKind::Info,
            None,
            format!(
                "{} older {be} left in the file from before it was cleared or overwritten. {them} read and marked as such.",
                plan.recovered
            ),
        );
    }
    if plan.copies > 0 {
        out.ledger.skipped += plan.copies;
        out.note(NoteKind::Info, None, format!("Records that occur twice were read once: {}.", plan.copies));
    }
    let missing = plan.expected.map(|(first, last)| gaps(u64::from(first), u64::from(last), &plan.live));
    let missing = missing.unwrap_or_default();
    if !missing.is_empty() {
        out.ledger.damaged += missing.iter().map(|(a, b)| b - a + 1).sum::<u64>();
        let text =
            format!("{} missing; the log is damaged there. Copy it again, if the server still has it.", ids(&missing));
        out.note(NoteKind::Damaged, None, text);
    }
    if plan.broken > 0 {
        // With a good header these are what the newer records have left of older ones.
        let lost = plan.basis == Basis::Run;
        out.ledger.damaged += if lost { plan.broken } else { 0 };
        let text = format!("Records that begin but do not end, and were not read: {}.", plan.broken);
        out.note(if lost { NoteKind::Damaged } else { NoteKind::Info }, None, text);
    }
}

fn note_records(mut numbers: Vec<u64>, what: &str, out: &mut Output<'_>) {
    numbers.sort_unstable();
    numbers.dedup();
    let (Some(first), Some(last)) = (numbers.first().copied(), numbers.last().copied()) else { return };
    out.ledger.damaged += numbers.len() as u64;
    // The runs of these numbers are the gaps between the others.
    let others = gaps(first, last, &numbers);
    let mut runs = Vec::new();
    let mut start = first;
    for (a, b) in others {
        runs.push((start, a - 1));
        start = b + 1;
    }
    runs.push((start, last));
    out.note(NoteKind::Damaged, None, format!("{} {what}", ids(&runs)));
}

/// The whole log is looked at, since what is live and what is left over is told by all of it; only what is shown is decoded.
fn show(log: &Log<'_>, record: u64, around: Around) -> Option<ShownRecords> {
    let scan = Scan::run(log.bytes, &mut |_| ControlFlow::Continue(())).ok()??;
    let plan = scan.plan();
    let at = plan.picks.iter().position(|pick| pick.place == record)?;
    let first = at.saturating_sub(around.before);
    let end = at.saturating_add(around.after).saturating_add(1).min(plan.picks.len());
    let mut window = Window::new(log.bytes);
    let mut records = Vec::new();
    for pick in plan.picks.get(first..end).unwrap_or_default() {
        let Ok(bytes) = window.frame(&pick.frame) else { continue };
        let span = Span { source: log.id, place: Place::Record(pick.place) };
        let Some(decoded) = record::decode(&bytes, span) else { continue };
        let mut event = decoded.event;
        event.recovered = pick.recovered;
        records.push(fields::shown(&event, pick.place));
    }
    let number = record.to_string();
    let shown = ShownRecords { records, has_earlier: first > 0, has_later: end < plan.picks.len() };
    shown.position(&number).is_some().then_some(shown)
}

#[cfg(test)]
mod tests;
