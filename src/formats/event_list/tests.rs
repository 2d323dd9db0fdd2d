//! Tests of `event_list`.

use super::*;
use crate::base::ledger::Ledger;
use crate::base::source::SourceId;
use crate::base::text::Text;

fn read(text: &str) -> (Vec<Event>, Ledger) {
    let text = Text::from_string(text.to_owned());
    let document = Document { id: SourceId(0), path: "events.csv", text: &text };
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    parse(&document, &mut Output::new(&mut records, &mut ledger, &mut progress));
    let events = records.into_iter().map(|r| match r {
        Record::Event(event) => event,
        other => panic!("{other:?}"),
    });
    (events.collect(), ledger)
}

const HEADINGS: &str = "Level,Date and Time,Source,Event ID,Task Category\r\n";

#[test]
fn the_cell_behind_the_headings_is_the_description() {
    let (events, ledger) = read(&format!(
        "{HEADINGS}Warning,3/12/2019 2:10:05 PM,MSExchangeTransport,15004,ResourceManager,\"It said: \"\"x\"\", and\r\n\r\nmore.\"\r\n\
         Information,3/13/2019 2:10:05 PM,ESE,326,General,short\r\n"
    ));
    assert_eq!(ledger.notes, []);
    assert_eq!(events[0].message.as_deref(), Some("It said: \"x\", and\n\nmore."));
    assert_eq!((events[0].level, events[0].id), (Some(Level::Warning), 15004));
    assert_eq!(events[0].time.unwrap().to_string(), "2019-03-12 14:10:05");
    assert_eq!(events[1].message.as_deref(), Some("short"));
}

#[test]
fn another_export_behind_a_list_is_no_description() {
    let (events, ledger) = read(&format!(
        "{HEADINGS}Error,3/13/2019 2:10:05 PM,ESE,474,General,text\r\n\r\n\"Identity\",\"Status\",\"MessageCount\"\r\n\
         \"EX1\\1\",\"Retry\",\"17\"\r\n"
    ));
    assert_eq!(events.iter().map(|event| event.message.as_deref()).collect::<Vec<_>>(), [Some("text")]);
    assert!(ledger.notes.iter().any(|note| note.text.starts_with("Another export begins here")), "{:?}", ledger.notes);
}

#[test]
fn damaged_dates_do_not_make_one_event_of_several() {
    let (events, ledger) = read(&format!(
        "{HEADINGS}Warning,3/13/2019 2:10:05 PM,ESE,326,General,first\r\nError,?/?/2019,ESE,474,General,second\r\n\
         Error,,ESE,475,General,third\r\nError,3/14/2019 2:10:05 PM,ESE,476,General,fourth\r\n"
    ));
    let found: Vec<_> = events.iter().map(|event| (event.id, event.time.is_some(), event.message.as_deref())).collect();
    let expected = [(326, true, "first"), (474, false, "second"), (475, false, "third"), (476, true, "fourth")];
    assert_eq!(found, expected.map(|(id, timed, text)| (id, timed, Some(text))));
    assert_eq!(ledger.notes.len(), 1);
    assert!(ledger.notes[0].text.ends_with("left out: 2."), "{:?}", ledger.notes);
    // Without headings too, and what only looks like a row stays in its description.
    let (events, _) = read(
        "3/13/2006,2:10:05 PM,ESE,Error,General,474,N/A,EX01,first\n?,2:11:05 PM,ESE,Error,General,475,N/A,EX01,second\n\
         see, also, ESE, Error, General, 476\n",
    );
    assert_eq!(events.iter().map(|event| event.id).collect::<Vec<_>>(), [474, 475]);
}

#[test]
fn rows_of_windows_2003_need_no_quotes() {
    let (events, ledger) = read(
        "3/12/2006,2:10:05 PM,MSExchangeTransport,Warning,SMTP Protocol,7002,N/A,EX01,This is \"odd\", with a comma\n\
         and a line end. For more information, click http://www.microsoft.com/contentredirect.asp.\n\
         3/13/2006,2:10:05 PM,ESE,Error,(3),474,NT AUTHORITY\\SYSTEM,EX01,\"quoted, too\"\n",
    );
    assert_eq!(ledger.notes, []);
    let first = &events[0];
    assert_eq!(first.message.as_deref(), Some("This is \"odd\", with a comma\nand a line end."));
    assert_eq!((first.computer.as_deref(), first.category.as_deref()), (Some("EX01"), Some("SMTP Protocol")));
    assert_eq!(events[1].message.as_deref(), Some("quoted, too"));
    assert_eq!(events[1].category.as_deref(), Some("3"));
}

#[test]
fn placeholders_give_their_strings_back() {
    let (events, _) = read(&format!(
        "{HEADINGS}Error,3/13/2019 2:10:05 PM,MSExchangeTransport,327,None,\"The description for Event ID 327 from source \
         MSExchangeTransport cannot be found.\r\n\r\nThe following information was included with the event: \r\n\r\na\r\nb, c\r\n\"\r\n"
    ));
    assert_eq!((events[0].strings.as_slice(), &events[0].category), (&["a".to_owned(), "b, c".to_owned()][..], &None));
}

#[test]
fn dates_are_read_only_when_the_file_decides() {
    let row = |date: &str| format!("Fehler;{date} 10:00:00;ESE;474;Allgemein;x\n");
    let headings = "Ebene;Datum und Uhrzeit;Quelle;Ereignis-ID;Aufgabenkategorie\n";
    let (events, ledger) = read(&format!("{headings}{}", row("03/04/2019")));
    assert_eq!(events[0].time, None);
    assert_eq!(ledger.notes[0].kind, NoteKind::Ambiguous);
    let (events, ledger) = read(&format!("{headings}{}{}", row("03/04/2019"), row("23/04/2019")));
    assert_eq!(events[0].time.unwrap().to_string(), "2019-04-03 10:00:00");
    assert_eq!(ledger.notes, []);
}

#[test]
fn lists_in_one_file_and_what_is_between_them_keep_apart() {
    let (events, ledger) = read(&format!(
        "{HEADINGS}Error,3/13/2019 2:10:05 PM,ESE,474,General,one\n\
         Type\tDate\tTime\tSource\tCategory\tEvent\tUser\tComputer\nstray\n\
         Error\t3/13/2019\t2:10:05 PM\tESE\tGeneral\t475\tN/A\tEX01\n"
    ));
    assert_eq!(events.iter().map(|e| e.id).collect::<Vec<_>>(), [474, 475]);
    assert_eq!(events[1].computer.as_deref(), Some("EX01"));
    assert_eq!((ledger.skipped, ledger.notes.len()), (1, 1));
}

#[test]
fn a_list_cut_in_a_description_says_so() {
    let (events, ledger) = read(&format!("{HEADINGS}Error,3/13/2019 2:10:05 PM,ESE,474,General,\"one\ntwo"));
    assert_eq!(events[0].message.as_deref(), Some("one\ntwo"));
    assert_eq!(ledger.notes[0].kind, NoteKind::Damaged);
}

#[test]
fn hostile_lists_take_linear_time() {
    let start = std::time::Instant::now();
    for unit in ["\",", ",", "Error,3/13/2019 1:00:00 PM,ESE,474,General,\"x\n", "x\n", "\"\"\n"] {
        read(&format!("{HEADINGS}{}", unit.repeat((1 << 18) / unit.len())));
        let row = "Error,3/13/2019 1:00:00 PM,ESE,474,General,";
        read(&format!("{HEADINGS}{row}{}", unit.repeat((1 << 18) / unit.len())));
        assert!(start.elapsed().as_secs() < 30, "{unit}: {:?}", start.elapsed());
    }
}
