//! Tests of `evt`.

use std::ops::ControlFlow;

use super::*;
use crate::base::ledger::Ledger;
use crate::base::shown_records::Around;
use crate::base::source::SourceId;
use crate::model::event::{Event, Level};

#[path = "../../../tests/support/evt_writer.rs"]
mod evt_writer;

use evt_writer::{Ring, Written, make_dirty, write};

const START: u32 = 1_080_000_000;

fn events(count: u32, text: &str) -> Vec<Written> {
    let event =
        |i: u32| Written::new("MSExchangeTransport", 1706, START + i * 60, "EX03-BE1").strings(&[text, &i.to_string()]);
    (0..count).map(event).collect()
}

fn read_log(bytes: &[u8]) -> (Vec<Event>, Ledger) {
    let bytes = bytes.to_vec();
    let log = Log { id: SourceId(0), path: "AppEvent.Evt", bytes: &bytes };
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    READER.read_in_one(&log, &mut Output::new(&mut records, &mut ledger, &mut progress));
    let events: Vec<Event> = records
        .into_iter()
        .map(|r| match r {
            Record::Event(event) => event,
            other => panic!("{other:?}"),
        })
        .collect();
    let mut places: Vec<u64> = Vec::new();
    for event in &events {
        let Place::Record(place) = event.span.place else { panic!("{event:?}") };
        let lines = show(&log, place, Around::default()).unwrap().into_lines(place).expect("every place can be shown");
        assert!(lines.contains(&format!("Event ID: {}", event.id)), "{lines:?}");
        assert_eq!(lines.iter().any(|line| line.starts_with("State: older")), event.recovered);
        places.push(place);
    }
    if let Some(middle) = places.get(places.len() / 2) {
        let all = show(&log, *middle, Around { before: places.len(), after: places.len(), xml: true }).unwrap();
        let numbers: Vec<u64> = all.records.iter().map(|record| record.number.parse().unwrap()).collect();
        assert_eq!(
            (numbers, all.has_earlier, all.has_later),
            (places.clone(), false, false),
            "in the order of the log"
        );
    }
    places.sort_unstable();
    assert!(places.windows(2).all(|pair| pair[0] != pair[1]), "places are unique: {places:?}");
    (events, ledger)
}

fn numbers(events: &[Event], recovered: bool) -> Vec<u64> {
    let mut numbers: Vec<u64> =
        events.iter().filter(|e| e.recovered == recovered).filter_map(|event| event.record).collect();
    numbers.sort_unstable();
    numbers
}

fn said(ledger: &Ledger, text: &str) -> bool {
    ledger.notes.iter().any(|note| note.text.contains(text))
}

#[test]
fn a_record_gives_all_its_fields() {
    let event = Written::new("MSExchangeTransport", 1706, START, "EX03-BE1")
        .strings(&["", "Größe & <x>", "line\r\nbreak"])
        .data(&[0x0c, 0x03, 0x09, 0x80]);
    let (events, ledger) = read_log(&write(&[event.clone(), event.kind(1)], 7));
    assert_eq!((ledger.damaged, ledger.notes.len()), (0, 0), "{ledger:?}");
    let e = &events[0];
    assert_eq!(
        (e.source.as_str(), e.id, e.level, e.record),
        ("MSExchangeTransport", 1706, Some(Level::Warning), Some(7))
    );
    assert_eq!(e.time.unwrap().to_string(), "2004-03-23 00:00:00 UTC");
    assert_eq!((e.computer.as_deref(), e.category.as_deref()), (Some("EX03-BE1"), Some("1")));
    assert_eq!(e.strings, ["", "Größe & <x>", "line\r\nbreak"]);
    assert_eq!(e.data, [0x0c, 0x03, 0x09, 0x80]);
    assert_eq!(events[1].level, Some(Level::Error));
}

#[test]
fn a_record_split_over_the_end_of_the_file_is_whole() {
    for size in 2000..2080 {
        let mut ring = Ring::new(size / 4 * 4, 1);
        events(40, "a text of some length").iter().for_each(|event| ring.push(event));
        let file = ring.finish(1);
        let (events, ledger) = read_log(&file);
        let live = numbers(&events, false);
        assert_eq!(live.last(), Some(&40), "{size}");
        assert!(live.len() >= 7 && live.windows(2).all(|pair| pair[1] == pair[0] + 1), "{size}: {live:?}");
        assert!(events.iter().all(|e| e.strings[1] == (e.record.unwrap() - 1).to_string()), "{size}");
        assert!(ledger.damaged == 0 && !said(&ledger, "not up to date"), "{size}: {ledger:?}");
    }
}

#[test]
fn a_stale_header_hides_nothing() {
    let clean = write(&events(12, "x"), 1);
    for (oldest, next) in [(0, 1), (1, 1), (1, 6)] {
        let mut file = clean.clone();
        make_dirty(&mut file, oldest, next);
        // With the end record, and without.
        for end in [true, false] {
            if !end {
                let at = file.len() - 40;
                file[at..].fill(0);
            }
            let (events, ledger) = read_log(&file);
            assert_eq!(numbers(&events, false), (1..=12).collect::<Vec<_>>(), "{oldest} {next} {end}");
            assert!(said(&ledger, "not up to date") && ledger.damaged == 0, "{ledger:?}");
        }
    }
}

#[test]
fn without_a_header_records_are_found_by_their_signature() {
    let clean = write(&events(12, "x"), 500);
    let mut wiped = clean.clone();
    wiped[..48].fill(0);
    // The file starts anywhere; the first record is cut.
    for file in [&wiped[..], &clean[48..], &clean[53..]] {
        let (events, ledger) = read_log(file);
        assert!(events.len() >= 11 && events.iter().all(|e| !e.recovered));
        assert!(said(&ledger, "header") || said(&ledger, "not up to date"), "{ledger:?}");
        let head = Head::new("x", file.len() as u64, file);
        assert!(matches!(probe(&head), Probe::Yes(90, _)));
    }
}

#[test]
fn older_records_are_read_and_marked() {
    // The log was cleared after ten records, and three new ones were written over the first.
    let mut file = write(&events(10, "of the log before"), 1);
    let mut ring = Ring::new(file.len(), 1);
    let later = Written::new("MSExchangeIS", 9175, START + 90_000, "EX03-BE1");
    (0..3).for_each(|_| ring.push(&later));
    let new = ring.finish(0);
    let used = new.iter().rposition(|&b| b != 0).unwrap() + 1;
    file[..used].copy_from_slice(&new[..used]);
    let (events, ledger) = read_log(&file);
    assert_eq!(numbers(&events, false), [1, 2, 3]);
    let old = numbers(&events, true);
    assert!(old.len() >= 5 && old.last() == Some(&10), "{old:?}");
    assert!(events.iter().all(|e| e.recovered == (e.id == 1706)));
    assert!(said(&ledger, "marked as such") && ledger.damaged == 0, "{ledger:?}");
}

#[test]
fn a_number_used_twice_keeps_two_places() {
    // Both passes of a cleared log are whole: the second lies behind the first.
    let mut file = write(&events(3, "before"), 1);
    let second: Vec<u8> =
        (1..=3).flat_map(|n| Written::new("MSExchangeIS", 9175, START + 90_000 + n, "EX03-BE1").bytes(n)).collect();
    let end = file.split_off(file.len() - 40);
    file.extend(second);
    let at = u32::try_from(file.len()).unwrap();
    file.extend(end);
    file[20..24].copy_from_slice(&at.to_le_bytes());
    let (events, _) = read_log(&file);
    assert_eq!((numbers(&events, false), numbers(&events, true)), (vec![1, 2, 3], vec![1, 2, 3]));
    assert!(events.iter().all(|e| e.recovered == (e.id == 1706)));
}

#[test]
fn what_is_damaged_costs_only_itself_and_is_said() {
    let clean = write(&events(12, "x"), 1);
    let len = events(1, "x")[0].bytes(1).len();
    let mut file = clean.clone();
    // The third record lost its length, the fifth its source, the seventh a string.
    file[48 + 2 * len..48 + 2 * len + 4].fill(0xFF);
    file[48 + 4 * len + 56..48 + 4 * len + 58].fill(0);
    file[48 + 6 * len + 26] = 9;
    let (events, ledger) = read_log(&file);
    assert_eq!(numbers(&events, false), [1, 2, 4, 6, 7, 8, 9, 10, 11, 12]);
    assert!(said(&ledger, "Record id 3 is missing") && said(&ledger, "Record id 5 is found"), "{ledger:?}");
    assert!(said(&ledger, "Record id 7 is damaged inside"), "{ledger:?}");
    assert_eq!(ledger.damaged, 3);
    // Cut in the middle of a record.
    let (events, ledger) = read_log(&clean[..48 + 7 * len + 30]);
    assert_eq!(events.len(), 7);
    assert!(said(&ledger, "The file is cut") && said(&ledger, "Record ids 8 to 12 are missing"), "{ledger:?}");
    assert_eq!(ledger.damaged, 5);
}

#[test]
fn what_has_no_whole_record_is_no_log() {
    let mut head = write(&events(1, "x"), 1)[..60].to_vec();
    head[0] = 0;
    let near = probe(&Head::new("x.evt", 60, &head));
    assert!(matches!(near, Probe::Near(_)), "{near:?}");
    assert_eq!(probe(&Head::new("x.txt", 20, b"A text that has LfLe in it.")), Probe::No);
    let empty = write(&[], 1);
    let (events, ledger) = read_log(&empty);
    assert!(events.is_empty() && ledger.damaged == 0);
}

#[test]
fn hostile_signatures_take_linear_time() {
    let start = std::time::Instant::now();
    let mut candidate = vec![0x00, 0x00, 0x02, 0x00];
    candidate.extend(b"LfLe");
    let file = candidate.repeat((4 << 20) / 8);
    read_log(&file);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
