//! Tests of `outlook_message`.

use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;

use super::*;
use crate::base::ledger::Ledger;
use crate::base::source::{ReadAt, ReadError, SourceId};

fn sample(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/outlook-message");
    std::fs::read(folder.join(name)).unwrap()
}

fn run(bytes: &dyn ReadAt) -> (Vec<Record>, Ledger) {
    let (mut records, mut ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    let mut out = Output::new(&mut records, &mut ledger, &mut progress);
    READER.read_in_one(&Log { id: SourceId(0), path: "x", bytes }, &mut out);
    (records, ledger)
}

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, bytes) in streams {
        file.create_stream(path).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn shown(log: &Log<'_>, record: u64) -> Option<Vec<String>> {
    show(log, record, Around::default())?.into_lines(record)
}

#[test]
fn evidence_is_shown_as_properties() {
    let bytes = sample("not-found-2010.msg");
    let log = Log { id: SourceId(0), path: "x", bytes: &bytes };
    let message = shown(&log, 1).unwrap();
    assert!(message.contains(&"PR_MESSAGE_CLASS (0x001A): REPORT.IPM.Note.NDR".to_owned()), "{message:#?}");
    assert!(message.contains(&"PR_BODY (0x1000):".to_owned()), "{message:#?}");
    assert!(message.contains(&"  Generating server: EX10-HUB1.contoso.com".to_owned()), "{message:#?}");
    let recipient = shown(&log, 2).unwrap();
    assert!(recipient.contains(&"PR_NDR_STATUS_CODE (0x0C20): 511".to_owned()), "{recipient:#?}");
    let attachment = shown(&log, 3).unwrap();
    assert!(attachment.contains(&"PR_ATTACH_DATA (0x3701): 9 bytes, not read".to_owned()), "{attachment:#?}");
    let all = show(&log, 2, Around { before: 9, after: 9, xml: true }).unwrap();
    let briefs: Vec<&str> = all.records.iter().map(|record| record.brief.as_str()).collect();
    assert_eq!(
        (briefs.as_slice(), all.has_earlier, all.has_later),
        (&["Message", "Recipient", "Attachment"][..], false, false)
    );
    assert_eq!(shown(&log, 0), None);
    assert_eq!(shown(&log, 4), None);
}

/// Every byte is accounted for, whatever is damaged; and nothing panics or takes long.
#[test]
fn damage_anywhere_is_survived_and_accounted_for() {
    let good = sample("not-found-2010.msg");
    let (mut seed, mut broken) = (1_u64, 0);
    for round in 0..600 {
        let mut bytes = good.clone();
        for _ in 0..=round % 7 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (seed >> 33) as usize % bytes.len();
            // Half of the damage goes into the header, the first table and the directory.
            let at = if seed & 1 == 0 { at % 1536 } else { at };
            bytes[at] = (seed >> 24) as u8;
        }
        let (records, ledger) = run(&bytes);
        let sum = ledger.bytes.records + ledger.bytes.other + ledger.bytes.damaged;
        assert_eq!(sum, bytes.len() as u64, "round {round}");
        assert!(!records.is_empty() || !ledger.notes.is_empty(), "round {round} says nothing");
        broken += usize::from(records.is_empty());
        show(&Log { id: SourceId(0), path: "x", bytes: &bytes }, 2, Around::default());
    }
    assert!((20..580).contains(&broken), "{broken} of 600 could not be read; the test tries too little or too much");
}

/// A file that is only as large as it says.
struct Large(u64);

impl ReadAt for Large {
    fn size(&self) -> u64 {
        self.0
    }

    fn read_at(&self, _: u64, _: &mut [u8]) -> Result<usize, ReadError> {
        Err(ReadError { reason: "must not be read".to_owned() })
    }
}

#[test]
fn what_is_too_large_is_refused_unread() {
    let (records, ledger) = run(&Large((64 << 20) + 1));
    assert!(records.is_empty() && ledger.skipped == 1 && ledger.bytes.other == (64 << 20) + 1);
    assert!(ledger.notes.iter().any(|note| note.text.contains("64 MB")), "{ledger:?}");
    let (_, ledger) = run(&Large(64 << 20));
    assert!(ledger.notes.iter().any(|note| note.text.contains("must not be read")), "{ledger:?}");
}

#[test]
fn a_long_text_is_cut_and_said() {
    let body = wide(&"x".repeat(3 << 20));
    let list = [[0; 32].as_slice(), &0x001F_u16.to_le_bytes(), &0x1000_u16.to_le_bytes(), &[0; 12]].concat();
    let class = wide("REPORT.IPM.Note.NDR");
    let bytes = compound(&[
        ("/__properties_version1.0", &list),
        ("/__substg1.0_001A001F", &class),
        ("/__substg1.0_1000001F", &body),
    ]);
    let (records, ledger) = run(&bytes);
    let [Record::NonDeliveryReport(report)] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(report.text.as_ref().unwrap().value.len(), 64 * 1024);
    for part in ["longer than 4 MB", "longer than 64 KB", "names no recipient"] {
        assert!(ledger.notes.iter().any(|note| note.text.contains(part)), "{part}: {ledger:?}");
    }
}

/// Thousands of streams that all claim the same long text cost no more than the properties that are read.
#[test]
fn unknown_properties_are_not_read() {
    let names: Vec<String> = (0..3000).map(|n| format!("/__substg1.0_{n:04X}0102")).collect();
    let zeros = vec![0; 5000];
    let streams: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), zeros.as_slice())).collect();
    let (records, ledger) = run(&compound(&streams));
    assert!(records.is_empty() && ledger.bytes.records == 0, "{ledger:?}");
    assert!(ledger.notes.iter().any(|note| note.text.contains("does not say of which class")), "{ledger:?}");
}

#[test]
fn office_documents_are_no_messages() {
    let bytes = compound(&[("/WordDocument", &[0; 600])]);
    assert_eq!(probe(&Head::new("x.msg", bytes.len() as u64, &bytes)), Probe::No);
    let (records, ledger) = run(&bytes);
    assert!(records.is_empty() && ledger.skipped == 1, "{ledger:?}");
    // A file whose directory is said to lie nowhere.
    let mut broken = bytes.clone();
    broken[48..52].fill(0xFF);
    broken[30] = 0xFF;
    assert_eq!(probe(&Head::new("x.msg", broken.len() as u64, &broken)), Probe::No);
}
