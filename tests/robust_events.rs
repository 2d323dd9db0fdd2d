//! Event logs cut at many points and with flipped bytes: no panic, bounded time, and every place
//! handed on can be shown.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail loudly")]

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use queuescope::base::ledger::Ledger;
use queuescope::base::source::{Place, SourceId};
use queuescope::base::text::Text;
use queuescope::formats::{Document, FORMATS, Format, Head, Log, Output, Parse};
use queuescope::model::Record;

#[path = "support/evt_writer.rs"]
mod evt_writer;
#[path = "support/evtx_writer.rs"]
mod evtx_writer;

use evtx_writer::{Written, write};

fn format(id: &str) -> &'static Format {
    FORMATS.iter().find(|format| format.id == id).unwrap()
}

/// Reads bytes as a format, whatever its probe says, and gives the number of records.
fn read(format: &Format, bytes: &[u8]) -> usize {
    (format.probe)(&Head::new("x", bytes.len() as u64, &bytes[..bytes.len().min(Head::BYTES)]));
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    let mut out = Output::new(&mut records, &mut ledger, &mut progress);
    match format.parse {
        Parse::Document(parse) => {
            let text = Text::decode(bytes);
            parse(&Document { id: SourceId(0), path: "x", text: &text }, &mut out);
            for record in &records {
                let Record::Event(event) = record else { panic!("{record:?}") };
                let Place::Lines { first, last } = event.span.place else { panic!("{event:?}") };
                assert!(first >= 1 && first <= last && last <= text.line_count(), "{event:?}");
            }
        }
        Parse::Log(reader) => {
            let show = reader.show;
            let bytes = bytes.to_vec();
            let log = Log { id: SourceId(0), path: "x", bytes: &bytes };
            reader.read_in_one(&log, &mut out);
            for record in records.iter().step_by(31) {
                let Record::Event(event) = record else { panic!("{record:?}") };
                let Place::Record(id) = event.span.place else { panic!("{event:?}") };
                assert!(show(&log, id, queuescope::base::shown_records::Around::default()).is_some(), "record {id}");
            }
        }
    }
    assert_eq!(ledger.records as usize, records.len());
    assert!(ledger.notes.len() <= Ledger::MAX_NOTES);
    records.len()
}

/// Cuts and damages a sample in ways that are the same in every run.
fn torture(name: &str, format: &Format, sample: &[u8]) {
    const BOUND: Duration = Duration::from_secs(5);
    let timed = |what: &str, bytes: &[u8]| {
        let start = Instant::now();
        read(format, bytes);
        assert!(start.elapsed() < BOUND, "{name}, {what}: {:?}", start.elapsed());
    };
    for i in 0..50 {
        let len = sample.len() * i / 50;
        timed(&format!("cut at {len}"), &sample[..len]);
        timed(&format!("without its first {len}"), &sample[len..]);
    }
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for round in 0..60 {
        let mut bytes = sample.to_vec();
        // A few flips, or many; most in the first part, where headers and templates are.
        for _ in 0..[1, 8, 64, 512][round % 4] {
            let range = if random() % 3 == 0 { bytes.len() } else { bytes.len().min(6144) };
            let at = random() % range;
            bytes[at] = [random() as u8, 0xFF, 0, bytes[at] ^ 1][random() % 4];
        }
        timed(&format!("round {round}"), &bytes);
    }
}

#[test]
fn damaged_samples_never_stop_the_reader() {
    for id in ["event-list", "event-text", "event-xml", "evt", "evtx", "get-event-log", "get-win-event"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(id);
        let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files.iter().filter(|path| !path.to_string_lossy().ends_with(".expected.txt")) {
            let sample = std::fs::read(path).unwrap();
            torture(&path.display().to_string(), format(id), &sample);
        }
    }
}

#[test]
fn a_damaged_log_of_several_chunks_never_stops_the_reader() {
    let events: Vec<Written> = (0..300)
        .map(|i| {
            let text = format!("string of {i}");
            Written::new("MSExchangeTransport", 1035, "2016-08-24T11:21:43Z", "EX01")
                .strings(&[&text, "b"])
                .data(&[1, 2])
        })
        .collect();
    let log = write(&events, 1, 150);
    assert_eq!(read(format("evtx"), &log), 300);
    torture("300 events", format("evtx"), &log);
}

#[test]
fn a_damaged_log_of_windows_2003_never_stops_the_reader() {
    let mut ring = evt_writer::Ring::new(20_000, 1);
    for i in 0..300 {
        let event = evt_writer::Written::new("MSExchangeTransport", 7002, 1_080_000_000 + i, "EX03")
            .strings(&[&format!("string of {i}"), "b"])
            .data(&[1, 2]);
        ring.push(&event);
    }
    let log = ring.finish(3);
    assert!(read(format("evt"), &log) > 100);
    torture("a ring", format("evt"), &log);
}

#[test]
fn real_logs_of_the_corpus_may_be_damaged_too() {
    let corpus = std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), std::path::PathBuf::from);
    for name in [
        "evtx_issue_201.evtx",
        "hayabusa_ID6-Failed_to_install_an_Exchange_transport_agent.evtx",
        "evtx_Application_no_crc32.evtx",
    ] {
        match std::fs::read(corpus.join("events").join(name)) {
            Ok(sample) => torture(name, format("evtx"), &sample),
            Err(_) => eprintln!("{name} is not here; not checked"),
        }
    }
}
