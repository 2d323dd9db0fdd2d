//! Tests of `evtx`.

use std::ops::ControlFlow;

use super::*;
use crate::base::ledger::{Bytes, Ledger};
use crate::base::shown_records::Around;
use crate::base::source::SourceId;
use crate::model::event::Level;

#[path = "../../../tests/support/evtx_writer.rs"]
mod writer;

use writer::{CHUNK, FILE_HEADER, Written};

const SAMPLE: &[u8] = include_bytes!("../../../tests/formats/evtx/mail-submission-1009.evtx");

fn read_log(bytes: &[u8]) -> (Vec<Event>, Ledger) {
    let bytes = bytes.to_vec();
    let log = Log { id: SourceId(3), path: "Application.evtx", bytes: &bytes };
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    READER.read_in_one(&log, &mut Output::new(&mut records, &mut ledger, &mut progress));
    let events = records.into_iter().map(|r| match r {
        Record::Event(event) => event,
        other => panic!("{other:?}"),
    });
    (events.collect(), ledger)
}

fn shown(bytes: &[u8], record: u64) -> Option<Vec<String>> {
    let bytes = bytes.to_vec();
    let log = Log { id: SourceId(3), path: "Application.evtx", bytes: &bytes };
    show::show(&log, record, Around::default())?.into_lines(record)
}

/// 120 records, ids 1 to 120, 40 in each of three chunks.
fn three_chunks() -> Vec<u8> {
    let events: Vec<Written> = (0..120)
        .map(|i| {
            let text = format!("string of {i}");
            Written::new("MSExchangeTransport", 1035, "2016-08-24T11:21:43Z", "EX01").strings(&[&text, "b"])
        })
        .collect();
    writer::write(&events, 1, 40)
}

fn damage_notes(ledger: &Ledger) -> Vec<&str> {
    ledger.notes.iter().filter(|n| n.kind == NoteKind::Damaged).map(|n| n.text.as_str()).collect()
}

#[test]
fn reads_events_with_their_keys_and_places() {
    let (events, ledger) = read_log(SAMPLE);
    let bytes = Bytes { records: CHUNK as u64, other: FILE_HEADER as u64, damaged: 0 };
    assert_eq!(ledger, Ledger { records: 8, bytes, ..Ledger::default() });
    let wanted = events.iter().filter(|e| e.source == "MSExchangeMailSubmission" && e.id == 1009);
    assert_eq!(wanted.count(), 6);
    let e = &events[1];
    assert_eq!(e.level, Some(Level::Warning));
    assert_eq!(e.time.unwrap().to_string(), "2007-02-08 10:32:23 UTC");
    assert_eq!(e.computer.as_deref(), Some("EX07-MBX1.fabrikam.example"));
    assert_eq!(e.channel.as_deref(), Some("Application"));
    assert_eq!((e.record, e.span.place), (Some(2), Place::Record(2)));
    assert_eq!(events[0].strings[3..], ["1", "D:\\Exchsrvr\\MDBDATA\\DB1.edb"]);
    assert_eq!(events[3].level, Some(Level::Information));
}

#[test]
fn shows_a_record_field_by_field() {
    let lines = shown(SAMPLE, 2).unwrap();
    for line in [
        "Record: 2",
        "Source: MSExchangeMailSubmission",
        "Event ID: 1009",
        "Level: Warning",
        "Time (UTC): 2007-02-08 10:32:23",
        "Computer: EX07-MBX1.fabrikam.example",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line} in {lines:#?}");
    }
    let lines = shown(SAMPLE, 1).unwrap();
    assert!(lines.contains(&"String 5: D:\\Exchsrvr\\MDBDATA\\DB1.edb".to_owned()), "{lines:#?}");
    assert_eq!(shown(SAMPLE, 99), None);
    let log = three_chunks();
    for id in [1, 40, 41, 80, 120] {
        assert!(shown(&log, id).unwrap().contains(&format!("String 1: string of {}", id - 1)), "{id}");
    }
}

/// First and last number, how many, and whether more lies before and behind.
fn window(bytes: &[u8], record: u64, before: usize, after: usize) -> (u64, u64, usize, bool, bool) {
    let bytes = bytes.to_vec();
    let log = Log { id: SourceId(3), path: "Application.evtx", bytes: &bytes };
    let shown = show::show(&log, record, Around { before, after, xml: false }).unwrap();
    let numbers: Vec<u64> = shown.records.iter().map(|record| record.number.parse().unwrap()).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    (numbers[0], numbers[numbers.len() - 1], numbers.len(), shown.has_earlier, shown.has_later)
}

#[test]
fn records_are_shown_with_those_beside_them() {
    let log = three_chunks();
    assert_eq!(window(&log, 60, 5, 5), (55, 65, 11, true, true));
    assert_eq!(window(&log, 42, 5, 50), (37, 92, 56, true, true));
    assert_eq!(window(&log, 60, 500, 500), (1, 120, 120, false, false));
    assert_eq!(window(&log, 1, 3, 0), (1, 1, 1, false, true));
    assert_eq!(window(&log, 120, 0, 3), (120, 120, 1, true, false));
    assert_eq!(window(&log, 41, 0, 1), (41, 42, 2, true, true));
    assert_eq!(window(&log, 80, 1, 0), (79, 80, 2, true, true));
}

#[test]
fn records_beside_others_are_found_in_logs_that_wrapped_and_in_damaged_ones() {
    // The newest chunk was written over the oldest: 81 to 120, then 1 to 40, 41 to 80.
    let good = three_chunks();
    let mut wrapped = good[..FILE_HEADER].to_vec();
    wrapped.extend_from_slice(&good[FILE_HEADER + 2 * CHUNK..]);
    wrapped.extend_from_slice(&good[FILE_HEADER..FILE_HEADER + 2 * CHUNK]);
    assert_eq!(window(&wrapped, 60, 500, 500), (1, 120, 120, false, false));
    assert_eq!(window(&wrapped, 82, 5, 0), (77, 82, 6, true, true));
    // A chunk that is lost is a gap, not an end.
    let mut lost = good.clone();
    lost[FILE_HEADER + CHUNK..FILE_HEADER + 2 * CHUNK].fill(0);
    assert_eq!(window(&lost, 82, 5, 0), (37, 82, 6, true, true));
    // Bytes that are missing from the middle move what follows.
    let mut moved = good;
    moved.drain(FILE_HEADER + CHUNK - 4096..FILE_HEADER + CHUNK - 2048);
    assert_eq!(window(&moved, 60, 500, 500).1, 120);
    assert_eq!(window(&moved, 100, 30, 0), (70, 100, 31, true, true));
}

#[test]
fn a_record_is_shown_as_xml_too() {
    let bytes = SAMPLE.to_vec();
    let log = Log { id: SourceId(3), path: "Application.evtx", bytes: &bytes };
    let shown = show::show(&log, 2, Around { before: 1, after: 1, xml: true }).unwrap();
    assert_eq!(shown.records.len(), 3);
    let record = &shown.records[1];
    assert_eq!(record.brief, "2007-02-08 10:32:23 UTC · Warning · MSExchangeMailSubmission 1009");
    let xml = record.xml.as_deref().unwrap();
    assert!(xml.contains("\n  <System>") && xml.trim_end().ends_with("</Event>"), "{xml}");
    assert!(show::show(&log, 2, Around::default()).unwrap().records[0].xml.is_none(), "only when asked for");
}

#[test]
fn a_lost_file_header_costs_nothing() {
    let mut zeroed = three_chunks();
    zeroed[..FILE_HEADER].fill(0);
    for bytes in [zeroed.as_slice(), &zeroed[FILE_HEADER..]] {
        let (events, ledger) = read_log(bytes);
        assert_eq!(events.len(), 120);
        assert_eq!(ledger.damaged, 0);
        assert!(ledger.notes[0].text.contains("file header is missing"));
        assert!(matches!(probe(&Head::new("x", bytes.len() as u64, bytes)), Probe::Yes(95, _)));
        assert!(shown(bytes, 77).is_some());
    }
}

#[test]
fn a_cut_file_is_read_to_its_last_whole_record_and_the_rest_is_counted() {
    let whole = three_chunks();
    let (events, ledger) = read_log(&whole[..FILE_HEADER + CHUNK + 4000]);
    let read = events.len() as u64;
    assert!(read > 40 && read < 80, "{read}");
    let notes = damage_notes(&ledger);
    assert_eq!(notes.len(), 2, "{notes:#?}");
    assert!(notes[0].starts_with(&format!("Record ids {} to 80 are missing", read + 1)), "{notes:#?}");
    assert!(notes[1].contains("announces 3 chunks, 2 are here. Record ids 81 to 120 are missing"), "{notes:#?}");
    assert_eq!(ledger.damaged, 120 - read);
}

#[test]
fn a_broken_chunk_signature_and_a_wrong_free_space_offset_cost_nothing() {
    let second = FILE_HEADER + CHUNK;
    let mut unsigned = three_chunks();
    unsigned[second..second + 8].fill(0);
    let mut short = three_chunks();
    short[second + 48..second + 52].copy_from_slice(&1024u32.to_le_bytes());
    let mut long = three_chunks();
    long[second + 48..second + 52].copy_from_slice(&65536u32.to_le_bytes());
    let mut headless = three_chunks();
    headless[second..second + 512].fill(0);
    for bytes in [unsigned, short, long, headless] {
        let (events, ledger) = read_log(&bytes);
        assert_eq!(events.len(), 120);
        assert_eq!(ledger.damaged, 0);
        assert!(ledger.notes.iter().any(|n| n.text.starts_with("Chunk 2 is damaged")), "{:?}", ledger.notes);
    }
}

#[test]
fn a_wrong_checksum_is_said() {
    let mut bytes = three_chunks();
    bytes[FILE_HEADER + 52] ^= 1;
    let (events, ledger) = read_log(&bytes);
    assert_eq!(events.len(), 120);
    assert!(ledger.notes[0].text.contains("checksum"));
}

#[test]
fn overwritten_records_and_chunks_are_counted() {
    let mut bytes = three_chunks();
    // The template stands in the first record; overwrite some in the middle.
    let middle = FILE_HEADER + 8192;
    bytes[middle..middle + 1024].fill(0);
    let (events, ledger) = read_log(&bytes);
    assert_eq!(ledger.damaged + events.len() as u64, 120);
    assert!(ledger.damaged > 0 && events.len() > 110, "{}", events.len());
    assert!(damage_notes(&ledger)[0].contains("missing; chunk 1"));

    let mut bytes = three_chunks();
    bytes[FILE_HEADER + CHUNK..FILE_HEADER + 2 * CHUNK].fill(0);
    let (events, ledger) = read_log(&bytes);
    assert_eq!((events.len(), ledger.damaged), (80, 40));
    assert_eq!(damage_notes(&ledger), ["Record ids 41 to 80 are missing between chunk 1 and chunk 3."]);
}

#[test]
fn bytes_lost_in_the_middle_shift_the_rest_but_lose_one_chunk_only() {
    let mut bytes = three_chunks();
    bytes.drain(FILE_HEADER + CHUNK + 20_000..FILE_HEADER + CHUNK + 20_512);
    let (events, ledger) = read_log(&bytes);
    assert!(events.len() >= 80, "{}", events.len());
    assert_eq!(events.last().unwrap().record, Some(120));
    assert!(events.len() == 120 || ledger.damaged > 0);
}

#[test]
fn old_records_behind_the_free_space_are_not_events() {
    // As an exported log keeps them: the second chunk's records behind those of the first.
    let mut bytes = three_chunks();
    let (first, second) = (FILE_HEADER, FILE_HEADER + CHUNK);
    let free = u32::from_le_bytes(bytes[first + 48..first + 52].try_into().unwrap()) as usize;
    let old = bytes[second + 2048..second + 6000].to_vec();
    bytes[first + free..first + free + old.len()].copy_from_slice(&old);
    let (events, ledger) = read_log(&bytes);
    assert_eq!((events.len(), ledger.notes.len()), (120, 0));
}

#[test]
fn a_chunk_that_stands_twice_counts_once() {
    let mut bytes = three_chunks();
    let copy = bytes[FILE_HEADER..FILE_HEADER + CHUNK].to_vec();
    bytes.extend(copy);
    let (events, ledger) = read_log(&bytes);
    assert_eq!((events.len(), ledger.skipped), (120, 40));
    assert!(ledger.notes[0].text.contains("repeats 40 records of chunk 1"));
}

#[test]
fn stops_when_asked_to() {
    let bytes = three_chunks();
    let log = Log { id: SourceId(0), path: "x", bytes: &bytes };
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let mut at = Vec::new();
    let mut progress = |bytes, _| {
        at.push(bytes);
        ControlFlow::Break(())
    };
    READER.read_in_one(&log, &mut Output::new(&mut records, &mut ledger, &mut progress));
    assert_eq!(records.len(), 40);
    assert_eq!(at, [(FILE_HEADER + CHUNK) as u64]);
}

#[test]
fn bytes_behind_the_last_chunk_are_no_events() {
    let text = b"Dear all, this is the log that you asked for.\r\n".as_slice();
    for pattern in [&[0xFF][..], b"A", b" ", b"\x01\0\0\0\0\0\0\0", text, chunk::CHUNK_MAGIC] {
        for length in [700, CHUNK - 1, CHUNK, 3 * CHUNK + 100] {
            let mut bytes = three_chunks();
            let whole = bytes.len() as u64;
            bytes.extend(pattern.iter().cycle().take(length));
            let (events, ledger) = read_log(&bytes);
            let text = format!("{} {length}: {:?}", pattern.escape_ascii(), ledger.notes);
            assert_eq!((events.len(), ledger.damaged), (120, 0), "{text}");
            let notes: Vec<_> = ledger.notes.iter().map(|note| note.text.as_str()).collect();
            let wanted = format!("{length} bytes behind the last chunk are no events.");
            assert_eq!(notes, [wanted], "{text}");
            assert_eq!(
                ledger.bytes.records + ledger.bytes.other + ledger.bytes.damaged,
                whole + length as u64,
                "{text}"
            );
        }
    }
}

#[test]
fn an_overwritten_chunk_of_the_log_is_damage() {
    let mut bytes = three_chunks();
    let second = FILE_HEADER + CHUNK;
    bytes[second..second + CHUNK].fill(b'A');
    let (events, ledger) = read_log(&bytes);
    assert_eq!((events.len(), ledger.damaged), (80, 40), "{:?}", ledger.notes);
    assert!(damage_notes(&ledger).iter().any(|note| note.contains("Chunk 2 holds no readable record")), "{ledger:?}");
    assert_eq!(ledger.bytes.damaged, CHUNK as u64);
}

#[test]
fn numbers_that_jump_are_not_counted_as_missing() {
    let mut bytes = three_chunks();
    let far = writer::write(&[Written::new("a", 1, "2016-08-24T11:21:43Z", "EX01")], 900_000_000_000, 40);
    bytes.extend(&far[FILE_HEADER..]);
    let (events, ledger) = read_log(&bytes);
    assert_eq!((events.len(), ledger.damaged), (121, 0), "{:?}", ledger.notes);
    let notes = damage_notes(&ledger);
    assert!(notes.len() == 1 && notes[0].contains("jump from 120 to 900000000000"), "{notes:?}");
}
