//! Tests of `event_text`.

use std::ops::ControlFlow;

use super::*;
use crate::base::ledger::{Ledger, NoteKind};
use crate::base::source::{Place, SourceId};
use crate::base::text::Text;
use crate::model::Record;
use crate::model::event::{Event, Level};

fn read(text: &str) -> (Vec<Event>, Ledger) {
    let text = Text::from_string(text.to_owned());
    let document = Document { id: SourceId(0), path: "events.txt", text: &text };
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    parse(&document, &mut Output::new(&mut records, &mut ledger, &mut progress));
    let events = records.into_iter().map(|r| match r {
        Record::Event(event) => event,
        other => panic!("{other:?}"),
    });
    (events.collect(), ledger)
}

fn keys(events: &[Event]) -> Vec<(&str, u16)> {
    events.iter().map(|e| (e.source.as_str(), e.id)).collect()
}

fn score(text: &str) -> u8 {
    match probe(&Head::new("x.txt", text.len() as u64, text.as_bytes())) {
        Probe::Yes(score, _) => score,
        _ => 0,
    }
}

/// The block of the article about mail stuck between Exchange 2007 and 2003, line broken in two words.
const BROKEN_LABELS: &str = include_str!("../../../tests/formats/event-text/mom-broken-labels.txt");
const WINDOWS_2003: &str = include_str!("../../../tests/formats/event-text/windows-2003-local-delivery.txt");
const WITH_DATA: &str = include_str!("../../../tests/formats/event-text/windows-2000-data-bytes.txt");
const WINDOWS_2008: &str = include_str!("../../../tests/formats/event-text/windows-2008-clipboard.txt");
const WEVTUTIL: &str = include_str!("../../../tests/formats/event-text/wevtutil.txt");
const GERMAN: &str = include_str!("../../../tests/formats/event-text/german-2008.txt");
const FRENCH: &str = include_str!("../../../tests/formats/event-text/french-2003.txt");
const LOOSE: &str = include_str!("../../../tests/formats/event-text/article-fragments.txt");
const PLACEHOLDERS: &str = include_str!("../../../tests/formats/event-text/missing-library.txt");

#[test]
fn labels_broken_in_the_middle_of_a_word_are_joined() {
    let (events, ledger) = read(BROKEN_LABELS);
    let [e] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((e.source.as_str(), e.id, e.level), ("MSExchangeMailSubmission", 1009, Some(Level::Warning)));
    assert_eq!(e.category.as_deref(), Some("MSExchangeMailSubmission"));
    assert_eq!(e.computer.as_deref(), Some("EX07-MBX1"));
    assert!(e.says("unable to contact any Hub Transport servers in the local Active Directory site"));
    assert!(e.says("too busy to accept new connections at this time."));
    assert!(!e.says("Troubleshooting Assistant"), "the text after the event is not part of it");
    assert_eq!(ledger.notes, []);
}

#[test]
fn three_events_of_windows_2003_keep_apart() {
    let (events, _) = read(WINDOWS_2003);
    let transport = ("MSExchangeTransport", 326);
    assert_eq!(keys(&events), [transport, transport, ("MSExchangeIS", 1194)]);
    assert!(events[0].says("Error code : 0x80040148.") && events[1].says("0x80040158"));
    assert!(events.iter().all(|e| !e.says("For more information") && !e.says("If you track")));
    assert_eq!(events[0].category.as_deref(), Some("Exchange Store Driver"));
    assert_eq!(events[2].level, Some(Level::Error));
    assert_eq!(events[2].time, None);
    assert_eq!(events[1].span.place, Place::Lines { first: 14, last: 22 });
}

#[test]
fn the_hex_dump_becomes_bytes() {
    let (events, _) = read(WITH_DATA);
    assert_eq!(
        keys(&events),
        [("MSExchangeTransport", 1706), ("MSExchangeTransport", 327), ("MSExchangeTransport", 327)]
    );
    assert_eq!(events[0].data, [0x0c, 0x03, 0x09, 0x80]);
    assert!(events[0].says("failed with error code 0x8009030c"));
    assert!(events[1].says("EcSaveChangesMessage") && events[1].says("MDB : da99a83e-b5e7-4004-ae54-91dafa273a5d"));
    assert!(events[2].says("-1310") && !events[2].says("Error Converter"));
}

#[test]
fn clipboard_text_of_2008_takes_strings_and_time_from_its_xml() {
    let (events, ledger) = read(WINDOWS_2008);
    assert_eq!(
        keys(&events),
        [("MSExchangeTransport", 1035), ("MSExchangeTransport", 1035), ("MSExchangeTransport", 12014)]
    );
    let e = &events[0];
    assert_eq!(e.strings, ["LogonDenied", "Default EX01", "Ntlm", "192.0.2.25"]);
    assert_eq!(e.time.unwrap().to_string(), "2016-08-24 11:21:43 UTC");
    assert_eq!((e.level, e.record), (Some(Level::Warning), Some(88123)));
    assert!(e.says("Inbound authentication failed with error LogonDenied for Receive connector Default EX01."));
    let line = &events[1];
    assert_eq!(line.time.unwrap().to_string(), "2016-08-24 13:22:00");
    assert!(line.says("Receive connector Default EX01.") && line.channel.as_deref() == Some("Application"));
    let long = &events[2];
    assert!(long.says("second paragraph") && long.level == Some(Level::Error));
    assert_eq!(ledger.notes, []);
}

#[test]
fn wevtutil_prints_numbered_events() {
    let (events, _) = read(WEVTUTIL);
    assert_eq!(keys(&events), [("MSExchangeTransport", 15004), ("ESE", 326)]);
    assert_eq!(events[0].time.unwrap().to_string(), "2019-03-12 14:10:05");
    assert!(events[0].says("Version buckets = 1200 [High]") && events[0].says("Source: pickup"));
}

#[test]
fn german_and_french_labels_are_known() {
    let (german, _) = read(GERMAN);
    assert_eq!(keys(&german), [("MSExchangeTransport", 12014)]);
    assert_eq!(german[0].level, Some(Level::Error));
    assert_eq!(german[0].time.unwrap().to_string(), "2016-09-04 13:22:00");
    let (french, _) = read(FRENCH);
    assert_eq!(keys(&french), [("MSExchangeTransport", 7002)]);
    assert_eq!((french[0].level, french[0].computer.as_deref()), (Some(Level::Warning), Some("EX01")));
    assert_eq!(french[0].time.unwrap().to_string(), "2006-02-27 09:14:05");
}

#[test]
fn loose_layouts_of_articles_are_read() {
    let (events, _) = read(LOOSE);
    assert_eq!(
        keys(&events),
        [
            ("MSExchangeMTA", 178),
            ("MSExchangeSA", 9175),
            ("MSExchangeIS", 12800),
            ("MSExchangeMTA", 2075),
            ("MSExchangeTransport", 4006),
            ("MSExchangeTransport", 4007),
        ]
    );
    assert_eq!(events[0].category.as_deref(), Some("X400 Service"));
    assert!(events[1].says("The MAPI call 'OpenMsgStore' failed"));
    assert_eq!(events[4].level, Some(Level::Error));
}

#[test]
fn placeholders_give_their_strings_back() {
    let (events, _) = read(PLACEHOLDERS);
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].strings, ["0x80040111", "EX01"]);
    assert_eq!(events[1].strings, ["EcSaveChangesMessage", "-1017"]);
    assert_eq!(events[2].strings, ["EX01.fabrikam.example", "Default EX01, second"]);
    assert!(events.iter().all(|e| e.message.is_none()));
}

#[test]
fn dates_that_can_be_read_in_two_ways_are_noted() {
    let block = "Event Type: Error\nEvent Source: ESE\nEvent ID: 1\nDate: 3/4/2007\nTime: 10:00:00\n";
    let (events, ledger) = read(block);
    assert_eq!(events[0].time, None);
    assert_eq!(ledger.notes[0].kind, NoteKind::Ambiguous);
    let decided = format!("{block}\n{}", block.replace("3/4/2007", "23/4/2007"));
    let (events, ledger) = read(&decided);
    assert_eq!(events[0].time.unwrap().to_string(), "2007-04-03 10:00:00");
    assert_eq!(ledger.notes, []);
}

#[test]
fn another_export_behind_an_event_is_no_part_of_it() {
    let text = "Event Type:\tError\nEvent Source:\tMSExchangeTransport\nEvent ID:\t7004\nDate:\t\t3/12/2006\nTime:\t\t2:10:05 PM\n\
        Computer:\tEX1\nDescription:\nThis is the text.\n\nIts second paragraph.\n\n\
        \"Identity\",\"Status\",\"MessageCount\"\n\"EX1\\1\",\"Retry\",\"17\"\n";
    let (events, ledger) = read(text);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].message.as_deref(), Some("This is the text.\n\nIts second paragraph."));
    assert_eq!(ledger.notes.len(), 1, "{:?}", ledger.notes);
    assert!(ledger.notes[0].text.starts_with("Another export begins here"), "{:?}", ledger.notes);
}

#[test]
fn a_label_that_lost_its_letters_hides_no_computer() {
    let text = "Protokollname: System\nQuelle: Service Control Manager\nDatum: 12.03.2019 14:10:05\nEreignis-ID: 7036\n\
        Schl?sselw?rter:Klassisch\nBenutzer: Nicht zutreffend\nComputer: EX1.contoso.com\nBeschreibung:\nDer Text.\n";
    let (events, _) = read(text);
    assert_eq!((events.len(), events[0].computer.as_deref()), (1, Some("EX1.contoso.com")));
    assert_eq!(events[0].message.as_deref(), Some("Der Text."));
}

#[test]
fn an_event_without_its_source_is_left_out_and_said() {
    let (events, ledger) = read("Event Type: Error\nEvent ID: 5\n\ntext\ntext\n");
    assert!(events.is_empty());
    assert_eq!((ledger.skipped, ledger.notes.len()), (1, 1));
}

#[test]
fn recognizes_events_and_nothing_else() {
    for sample in [BROKEN_LABELS, WINDOWS_2003, WITH_DATA, WINDOWS_2008, WEVTUTIL, GERMAN, FRENCH, LOOSE, PLACEHOLDERS]
    {
        assert!(score(sample) >= 55, "{sample}");
    }
    for other in [
        "Identity : EX1\\Submission\nStatus : Retry\nMessageCount : 3\n",
        "Index : 1\nEntryType : Error\nInstanceId : 5\nMessage : x\nSource : MSExchangeIS\nEventID : 5\n",
        "Source: the manual\nDate: today\nIt says nothing about events.",
        "From: a@fabrikam.example\nDate: 1/2/2019\nMessage-ID: <5@x>\nSource: x\n",
    ] {
        assert_eq!(score(other), 0, "{other}");
    }
}

#[test]
fn long_lines_take_linear_time() {
    for unit in
        ["Source: x Event ID: 5 ", "Event Source: x Event ID: 5 Description: y ", ":", "a: ", "Source", "\u{e9}:"]
    {
        let text = unit.repeat(250_000 / unit.len());
        let start = std::time::Instant::now();
        read(&text);
        assert!(start.elapsed().as_secs() < 10, "{unit}");
        let lines = text.replace(' ', "\n");
        read(&lines);
        assert!(start.elapsed().as_secs() < 25, "{unit}");
    }
}
