//! Real event logs, intact and damaged: every record that can be read is read, every loss is said.
//! The samples are read in place (`QUEUESCOPE_CORPUS`) and are not part of the repository; without
//! them this test says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use queuescope::base::ledger::{Ledger, NoteKind};
use queuescope::base::shown_records::Around;
use queuescope::base::source::{FileBytes, Place, ReadAt, SourceId};
use queuescope::base::text::Text;
use queuescope::formats::{Document, Head, Log, Output, Parse, detect, read_head};
use queuescope::model::Record;
use queuescope::model::event::Event;

fn corpus() -> Option<PathBuf> {
    let path = std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let events = path.join("events");
    if events.is_dir() {
        return Some(events);
    }
    eprintln!("no corpus at {}; nothing was checked", path.display());
    None
}

struct Read {
    events: Vec<Event>,
    ledger: Ledger,
    seconds: f64,
}

fn read(path: &Path) -> Read {
    let bytes = FileBytes::new(path, std::fs::metadata(path).unwrap().len());
    let name = path.display().to_string();
    let head = read_head(&bytes).unwrap();
    let format = detect(&Head::new(&name, bytes.size(), &head)).format.expect("a format");
    assert_eq!(format.id, if name.ends_with(".evt") { "evt" } else { "evtx" }, "{name}");
    let Parse::Log(reader) = format.parse else { panic!("a log") };
    let show = reader.show;
    let log = Log { id: SourceId(0), path: &name, bytes: &bytes };
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let start = Instant::now();
    let mut progress = |_, _| ControlFlow::Continue(());
    reader.read_in_one(&log, &mut Output::new(&mut records, &mut ledger, &mut progress));
    let seconds = start.elapsed().as_secs_f64();
    let events: Vec<Event> = records
        .into_iter()
        .map(|record| match record {
            Record::Event(event) => event,
            other => panic!("not an event: {other:?}"),
        })
        .collect();
    for event in events.iter().step_by(97) {
        let Place::Record(id) = event.span.place else { panic!("a record number") };
        let lines = show(&log, id, Around::default())
            .and_then(|shown| shown.into_lines(id))
            .unwrap_or_else(|| panic!("{name}: record {id} is shown"));
        assert!(lines.contains(&format!("Source: {}", event.source)), "{name}: {lines:?}");
    }
    Read { events, ledger, seconds }
}

#[test]
fn every_sample_gives_its_records_and_says_what_is_lost() {
    let Some(corpus) = corpus() else { return };
    // File, records at least, whether records are lost.
    let samples = [
        ("evtx_Application_no_crc32.evtx", 17, false),
        ("evtx_MSExchange_Management_wec.evtx", 1, false),
        ("evtx_issue_201.evtx", 1, false),
        ("evtx_system.evtx", 1881, false),
        ("evtx_sample_with_a_bad_chunk_magic.evtx", 270, true),
        ("evtx_sample-with-zero-data-size-event.evtx", 335, true),
        ("evtx_security_bad_string_cache.evtx", 2261, false),
        ("evtx_Security_with_size_t.evtx", 636, false),
        ("hayabusa_ID6-Failed_to_install_an_Exchange_transport_agent.evtx", 4, false),
        ("hayabusa_ID325-327-ESENT.evtx", 4, false),
        ("plaso_System2_truncated.evtx", 194, true),
        ("dissect_TestLog.evt", 5, false),
        ("dissect_TestLog-dirty.evt", 5, false),
        ("plaso_SysEvent.Evt", 6300, false),
        ("derived/few_chunks_dirty.evtx", 1881, false),
        ("derived/zero_header.evtx", 1881, false),
        ("derived/no_header.evtx", 1881, false),
        ("derived/bad_chunk2_magic.evtx", 1881, false),
        ("derived/bad_chunk2_crc.evtx", 1881, false),
        ("derived/chunk2_free_space_wrong.evtx", 1881, false),
        ("derived/zero_mid_chunk2.evtx", 1786, true),
        ("derived/truncated.evtx", 352, true),
    ];
    let mut wrong = Vec::new();
    for (name, at_least, lossy) in samples {
        let path = corpus.join(name);
        if !path.exists() {
            eprintln!("{name} is not here");
            continue;
        }
        let Read { events, ledger, seconds } = read(&path);
        println!("{name}: {} events, {} damaged, {seconds:.3} s", events.len(), ledger.damaged);
        for note in &ledger.notes {
            println!("    {:?} {}", note.kind, note.text);
        }
        let said = ledger.notes.iter().any(|note| note.kind == NoteKind::Damaged);
        if events.len() < at_least || said != lossy || (ledger.damaged > 0) != lossy {
            wrong.push(format!("{name}: {} of {at_least} events, damage said: {said}", events.len()));
        }
        assert!(events.iter().all(|event| event.time.is_some() && !event.source.is_empty()), "{name}");
        assert!(Duration::from_secs_f64(seconds) < Duration::from_secs(10), "{name}: {seconds} s");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn events_of_exchange_keep_their_strings_in_order() {
    let Some(corpus) = corpus() else { return };
    let agent = read(&corpus.join("hayabusa_ID6-Failed_to_install_an_Exchange_transport_agent.evtx"));
    for event in &agent.events {
        assert_eq!((event.source.as_str(), event.id), ("MSExchange CmdletLogs", 6));
        assert!(event.strings[0].contains("TransportAgent"), "{:?}", event.strings);
    }
    let ese = read(&corpus.join("hayabusa_ID325-327-ESENT.evtx"));
    let ids: Vec<u16> = ese.events.iter().map(|event| event.id).collect();
    assert!(ids.contains(&325) && ids.contains(&327), "{ids:?}");
    assert!(ese.events.iter().all(|event| event.strings.len() > 3));
}

#[test]
fn a_log_of_windows_2003_gives_its_five_records() {
    let Some(corpus) = corpus() else { return };
    let Read { events, ledger, .. } = read(&corpus.join("dissect_TestLog.evt"));
    let ids: Vec<u16> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids, [1, 2, 3, 65534, 5]);
    assert!(events.iter().all(|e| e.source == "TestApp" && !e.recovered && e.strings.len() == 1));
    assert_eq!(ledger.notes, []);
}

/// The events that the articles about stuck mail quote, with their broken labels and hex dumps.
#[test]
fn events_quoted_in_articles_are_read() {
    let Some(seeds) = corpus().and_then(|corpus| Some(corpus.parent()?.parent()?.join("seeds"))) else { return };
    type Quoted = (&'static str, u16, &'static str);
    let expected: [(&str, &[Quoted]); 3] = [
        (
            "000-exchange-2007-to-2003-stuck-queue.txt",
            &[("MSExchangeMailSubmission", 1009, "unable to contact any Hub")],
        ),
        (
            "001-kb828938-local-delivery-queue.txt",
            &[
                ("MSExchangeTransport", 326, "0x80040148"),
                ("MSExchangeTransport", 326, "0x80040158"),
                ("MSExchangeIS", 1194, "0x80004005"),
            ],
        ),
        (
            "002-kb328671-ndr-store-damage.txt",
            &[
                ("MSExchangeTransport", 1706, "0x8009030c"),
                ("MSExchangeTransport", 327, "-1017"),
                ("MSExchangeTransport", 327, "-1310"),
            ],
        ),
    ];
    for (name, wanted) in expected {
        let Ok(bytes) = std::fs::read(seeds.join(name)) else {
            eprintln!("{name} is not here; not checked");
            continue;
        };
        let format = detect(&Head::new(name, bytes.len() as u64, &bytes)).format.expect("a format");
        assert_eq!(format.id, "event-text", "{name}");
        let Parse::Document(parse) = format.parse else { panic!("a document") };
        let (mut records, mut ledger) = (Vec::new(), Ledger::default());
        let mut progress = |_, _| ControlFlow::Continue(());
        let text = Text::decode(&bytes);
        let document = Document { id: SourceId(0), path: name, text: &text };
        parse(&document, &mut Output::new(&mut records, &mut ledger, &mut progress));
        assert_eq!(records.len(), wanted.len(), "{name}: {records:?}");
        for (record, (source, id, says)) in records.iter().zip(wanted) {
            let Record::Event(event) = record else { panic!("{record:?}") };
            assert_eq!((event.source.as_str(), event.id), (*source, *id), "{name}");
            assert!(event.says(says), "{name}: {event:?}");
            assert!(event.id != 1706 || event.data == [0x0c, 0x03, 0x09, 0x80], "{event:?}");
        }
        assert_eq!(ledger.notes, [], "{name}");
    }
}
