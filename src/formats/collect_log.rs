//! The log of the script that gathers files for a case: what it saved, and what it could not.
//!
//! One line per command: time, what happened, to what, words; separated by tabs. Nothing in it is evidence; what failed is
//! told in the row of the file, so that a gap in the evidence is not taken for an empty answer.
//!
//! Traps: PowerShell puts a byte order mark in front; a script that was stopped has no last line.

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;

/// The log of the script.
pub static FORMAT: Format = Format {
    id: "collect-log",
    title: "Log of the collection",
    how_to_collect: "The script of the view Collect, or of queuescope collect, writes it: queuescope-collect-log.txt",
    extensions: &["txt"],
    probe,
    parse: Parse::Document(parse),
};

/// The first line.
const FIRST: &str = "Queuescope collect log 1";

fn probe(head: &Head<'_>) -> Probe {
    let first = head.text.lines().map(|(_, line)| line.trim_start_matches('\u{FEFF}').trim()).find(|l| !l.is_empty());
    match first {
        Some(FIRST) => Probe::Yes(99, "the log that the script for gathering files writes".to_owned()),
        _ => Probe::No,
    }
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    out.taken_for = Some(FORMAT.title.to_owned());
    let (mut done, mut saved, mut empty, mut absent) = (false, 0_u64, Vec::new(), Vec::new());
    for (number, line) in document.text.lines() {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [_, state, what, words] = cells.as_slice() else { continue };
        let place = Some((number, number));
        match *state {
            "saved" => saved += 1,
            "empty" => empty.push(*what),
            "absent" => absent.push(*what),
            "failed" => out.note(NoteKind::Skipped, place, format!("Not gathered: {what}. {words}")),
            "cut" => out.note(NoteKind::Truncated, place, format!("Cut: {what}. {words}")),
            "done" => done = true,
            _ => {}
        }
    }
    if !empty.is_empty() {
        out.note(NoteKind::Info, None, format!("Answered with nothing, so there was nothing: {}.", empty.join(", ")));
    }
    if !absent.is_empty() {
        out.note(NoteKind::Info, None, format!("Unknown to this version of Exchange: {}.", absent.join(", ")));
    }
    if !done {
        let text = "The script did not come to its end, so more may be missing. Run it again.";
        out.note(NoteKind::Truncated, None, text);
    } else if saved == 0 {
        out.note(NoteKind::Skipped, None, "The script saved nothing.");
    }
}
