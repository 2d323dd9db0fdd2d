//! Samples that are made rather than collected. `UPDATE=1 cargo test --test make_samples` writes them;
//! without it this test checks that the committed files are what the writer makes, and that a reader
//! that is not ours takes them for what they are.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may fail loudly")]

use std::path::{Path, PathBuf};

#[path = "support/evtx_writer.rs"]
mod evtx_writer;

#[path = "support/evt_writer.rs"]
mod evt_writer;

#[path = "support/msg_writer.rs"]
mod msg_writer;

#[path = "support/msg_samples.rs"]
mod msg_samples;

use evtx_writer::{Written, write};

/// Six warnings of the Mail Submission service, and events that share their id or their hour.
fn mail_submission_1009() -> Vec<u8> {
    const SERVER: &str = "EX07-MBX1.fabrikam.example";
    let warning = |time: &str| Written::new("MSExchangeMailSubmission", 1009, time, SERVER);
    let events = [
        Written::new("ESE", 326, "2007-02-08T10:30:02Z", SERVER).level(4, 0).strings(&[
            "MSExchangeIS",
            "3456",
            "First Storage Group: ",
            "1",
            "D:\\Exchsrvr\\MDBDATA\\DB1.edb",
        ]),
        warning("2007-02-08T10:32:23Z"),
        warning("2007-02-08T10:37:23Z"),
        Written::new("MSExchangeTransport", 1009, "2007-02-08T10:38:00Z", SERVER).level(4, 0x4004),
        warning("2007-02-08T10:42:24Z"),
        warning("2007-02-08T10:47:24Z"),
        warning("2007-02-08T10:52:25Z"),
        warning("2007-02-08T10:57:25Z"),
    ];
    write(&events, 1, 100)
}

/// Failures of SMTP authentication and of the store driver on a back-end server of Exchange 2003.
fn exchange_2003(count: u32) -> Vec<evt_writer::Written> {
    const START: u32 = 1_080_000_000;
    let event = |i: u32| match i % 3 {
        0 => evt_writer::Written::new("MSExchangeTransport", 1706, START + i * 300, "EX03-BE1")
            .strings(&["AUTH", "0x8009030c"])
            .data(&[0x0c, 0x03, 0x09, 0x80]),
        1 => evt_writer::Written::new("MSExchangeTransport", 327, START + i * 300, "EX03-BE1").strings(&[
            "EcSaveChangesMessage",
            "-1017",
            "da99a83e-b5e7-4004-ae54-91dafa273a5d",
        ]),
        _ => evt_writer::Written::new("MSExchangeIS Mailbox Store", 1194, START + i * 300, "EX03-BE1")
            .kind(1)
            .strings(&["First Storage Group\\Gr\u{fc}\u{df}e"]),
    };
    (0..count).map(event).collect()
}

/// A log whose newest record goes on behind the header, with two older ones that are no longer part
/// of it.
fn wrapped() -> Vec<u8> {
    let mut ring = evt_writer::Ring::new(2048, 1);
    exchange_2003(21).iter().for_each(|event| ring.push(event));
    ring.finish(2)
}

/// A log copied while it was in use: its header says that it is empty.
fn in_use() -> Vec<u8> {
    let mut file = evt_writer::write(&exchange_2003(5), 1);
    evt_writer::make_dirty(&mut file, 0, 1);
    file
}

/// A log with one record overwritten by zeros.
fn damaged() -> Vec<u8> {
    let mut file = evt_writer::write(&exchange_2003(6), 41);
    let middle = file.len() / 2;
    if let Some(part) = file.get_mut(middle..middle + 64) {
        part.fill(0);
    }
    file
}

#[test]
fn made_samples_are_up_to_date() {
    for (name, made) in [
        ("evtx/mail-submission-1009.evtx", mail_submission_1009()),
        ("evt/exchange-2003.evt", evt_writer::write(&exchange_2003(6), 41)),
        ("evt/wrapped.evt", wrapped()),
        ("evt/in-use.evt", in_use()),
        ("evt/damaged.evt", damaged()),
        ("outlook-message/not-found-2010.msg", msg_samples::not_found_2010()),
        ("outlook-message/mailbox-disabled-2003.msg", msg_samples::mailbox_disabled_2003()),
        ("outlook-message/delayed-numbers-only.msg", msg_samples::delayed_numbers_only()),
        ("outlook-message/formatted-text-only.msg", msg_samples::formatted_text_only()),
        ("outlook-message/large-report.msg", msg_samples::large_report()),
        ("outlook-message/ordinary-message.msg", msg_samples::ordinary_message()),
        ("outlook-message/read-receipt.msg", msg_samples::read_receipt()),
        ("outlook-message/missing-recipient.msg", msg_samples::missing_recipient()),
        ("outlook-message/cut.msg", msg_samples::cut()),
        ("outlook-message/document-behind-a-long-stream.doc", msg_samples::late_document()),
        ("none/office-document.doc", msg_samples::document()),
    ] {
        let path = sample(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &made).unwrap();
        }
        let committed = std::fs::read(&path).expect("run UPDATE=1 cargo test --test make_samples");
        assert!(committed == made, "{} is out of date; run UPDATE=1 cargo test --test make_samples", path.display());
    }
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(name)
}

#[test]
fn the_writer_writes_what_the_evtx_crate_reads() {
    let data = [0x0c, 0x03, 0x09, 0x80];
    let events: Vec<Written> = (0..700)
        .map(|i| {
            let texts = [format!("first {i}"), String::new(), "Gr\u{fc}\u{df}e & <x>".to_owned()];
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            Written::new("MSExchangeTransport", 1706, "2007-02-08T10:32:23Z", "ex1").strings(&texts).data(&data)
        })
        .collect();
    for per_chunk in [usize::MAX, 50] {
        let file = write(&events, 41, per_chunk);
        let settings = evtx::ParserSettings::new().indent(false).validate_checksums(true);
        let mut parser = evtx::EvtxParser::from_buffer(file).unwrap().with_configuration(settings);
        let records: Vec<_> = parser.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 700);
        let last = records.last().unwrap();
        assert_eq!(last.event_record_id, 740);
        for part in [
            "<Provider Name=\"MSExchangeTransport\"",
            "<EventID Qualifiers=\"32772\">1706</EventID>",
            "<TimeCreated SystemTime=\"2007-02-08T10:32:23",
            "<EventRecordID>740</EventRecordID>",
            "<Channel>Application</Channel><Computer>ex1</Computer>",
            "<Data>first 699</Data><Data></Data><Data>Gr\u{fc}\u{df}e &amp; &lt;x&gt;</Data>",
            "<Binary>0C030980</Binary>",
        ] {
            assert!(last.data.contains(part), "{part} in {}", last.data);
        }
    }
}
