//! Tests of `event_xml`.

use std::ops::ControlFlow;

use super::*;
use crate::base::ledger::Ledger;
use crate::base::source::{Place, SourceId};
use crate::base::text::Text;
use crate::model::event::{Event, Level};

fn read(text: &str) -> (Vec<Event>, Ledger) {
    let text = Text::from_string(text.to_owned());
    let document = Document { id: SourceId(0), path: "events.xml", text: &text };
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    parse(&document, &mut Output::new(&mut records, &mut ledger, &mut progress));
    let events = records.into_iter().map(|r| match r {
        Record::Event(event) => event,
        other => panic!("{other:?}"),
    });
    (events.collect(), ledger)
}

fn score(text: &str) -> u8 {
    match probe(&Head::new("x.xml", text.len() as u64, text.as_bytes())) {
        Probe::Yes(score, _) => score,
        _ => 0,
    }
}

const SAVED: &str = include_str!("../../../tests/formats/event-xml/saved-with-messages.xml");
const WEVTUTIL: &str = include_str!("../../../tests/formats/event-xml/wevtutil-no-root.xml");
const VIEW: &str = include_str!("../../../tests/formats/event-xml/xml-view-folded.xml");
const WEB_QUOTES: &str = include_str!("../../../tests/formats/event-xml/web-copy-quotes.xml");
const WEB_SYSTEM: &str = include_str!("../../../tests/formats/event-xml/web-copy-without-system.xml");

#[test]
fn saved_events_have_messages_levels_and_lines() {
    let (events, ledger) = read(SAVED);
    assert_eq!(events.len(), 2);
    let e = &events[0];
    assert_eq!((e.source.as_str(), e.id, e.level), ("MSExchangeMailSubmission", 1009, Some(Level::Warning)));
    assert!(e.says("unable to contact any Hub Transport servers"));
    assert_eq!(e.category.as_deref(), Some("MSExchangeMailSubmission"));
    assert_eq!(e.span.place, Place::Lines { first: 2, last: 2 });
    assert_eq!(e.time.unwrap().to_string(), "2007-02-08 10:32:23 UTC");
    let german = &events[1];
    assert_eq!(german.level, Some(Level::Error));
    assert_eq!(german.strings, ["mail.fabrikam.example"]);
    assert_eq!(ledger.notes, []);
}

#[test]
fn wevtutil_output_has_no_root() {
    let (events, ledger) = read(WEVTUTIL);
    let ids: Vec<u16> = events.iter().map(|e| e.id).collect();
    assert_eq!(ids, [1706, 327, 4]);
    assert_eq!(events[0].data, [0x0c, 0x03, 0x09, 0x80]);
    assert_eq!(events[0].strings[1], "a <b> & \u{1}c");
    assert_eq!(events[1].span.place, Place::Lines { first: 2, last: 2 });
    assert_eq!(events[2].strings, ["leaf", "7"]);
    assert_eq!(ledger.notes, []);
}

#[test]
fn three_copies_of_one_event_give_the_same_parameters() {
    let expected = ["LogonDenied", "Default EX01", "Ntlm", "192.0.2.25"];
    for sample in [VIEW, WEB_QUOTES, WEB_SYSTEM] {
        let (events, _) = read(sample);
        let [e] = events.as_slice() else { panic!("{sample}: {events:?}") };
        assert_eq!((e.source.as_str(), e.id), ("MSExchangeTransport", 1035), "{sample}");
        assert_eq!(e.strings, expected, "{sample}");
        assert_eq!(e.level, Some(Level::Warning), "{sample}");
    }
}

#[test]
fn a_cut_file_gives_what_is_there_and_says_where_it_ends() {
    let whole = read(WEVTUTIL).0.len();
    let cut = WEVTUTIL.rfind("<UserData>").unwrap();
    let (events, ledger) = read(&WEVTUTIL[..cut]);
    assert_eq!(events.len(), whole);
    assert_eq!(ledger.notes[0].kind, NoteKind::Damaged);
    assert_eq!(ledger.notes[0].lines, Some((3, 3)));
    let (events, ledger) = read("<Events><Event><System><Provider Na");
    assert!(events.is_empty());
    assert_eq!(ledger.damaged, 1);
}

#[test]
fn a_lost_end_tag_costs_no_event() {
    let (events, ledger) = read(&WEVTUTIL.replacen("</EventData></Event>", "", 1));
    assert_eq!(events.iter().map(|e| e.id).collect::<Vec<_>>(), [1706, 327, 4]);
    assert_eq!(ledger.notes.len(), 1);
}

#[test]
fn a_document_type_is_never_expanded() {
    let text = format!("<!DOCTYPE Events [<!ENTITY x \"boom\">]>{}", SAVED.replace("Hub Transport", "&x;"));
    let (events, ledger) = read(&text);
    assert!(events[0].says("&x;") && !events[0].says("boom"));
    assert_eq!(ledger.notes[0].kind, NoteKind::Skipped);
}

#[test]
fn recognizes_events_and_nothing_else() {
    for sample in [SAVED, WEVTUTIL, VIEW, WEB_QUOTES, WEB_SYSTEM] {
        assert!(score(sample) >= 60, "{sample}");
    }
    for other in
        ["<Objs Version='1.1.0.1'><Event/></Objs>", "<Events><Event name='party'/></Events>", "Event ID: 5", ""]
    {
        assert_eq!(score(other), 0, "{other}");
    }
}

#[test]
fn long_inputs_take_linear_time() {
    for unit in ["<Event><System>", "<Event xmlns='", "<Data>&", "<", "<!--", "<![CDATA[", "&", "<a b='", "</Event>"] {
        let text = format!("<Event>{}", unit.repeat(1_000_000 / unit.len()));
        let start = std::time::Instant::now();
        read(&text);
        assert!(start.elapsed().as_secs() < 10, "{unit}");
    }
}
