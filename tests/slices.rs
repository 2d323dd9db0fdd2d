//! Any cut of a log gives what reading it whole gives, and every byte of it is accounted for.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::fmt::Write as _;
use std::ops::ControlFlow;

use queuescope::analysis::log::{Joined, PartRead, parts, read_part};
use queuescope::base::source::SourceId;
use queuescope::formats::{FORMATS, Format, Head, Log, LogReader, Parse, Part, detect};

#[path = "support/evtx_writer.rs"]
mod evtx_writer;

fn reader(bytes: &[u8]) -> (&'static Format, LogReader) {
    let head = Head::new("log", bytes.len() as u64, &bytes[..bytes.len().min(Head::BYTES)]);
    let format = detect(&head).format.expect("a format");
    let Parse::Log(reader) = format.parse else { panic!("{} is a log", format.id) };
    (format, reader)
}

/// What reading in parts of `length` gives, as text. Parts are read in reverse order, and travel as bytes.
fn read(bytes: &[u8], length: u64) -> String {
    let (format, reader) = reader(bytes);
    let bytes = bytes.to_vec();
    let log = Log { id: SourceId(0), path: "log", bytes: &bytes };
    let mut tell = |_, _| ControlFlow::Continue(());
    let ranges = parts(&log, reader, length);
    let mut read: Vec<(Part, PartRead)> = Vec::new();
    for range in ranges.into_iter().rev() {
        let part = Part { range, carry: None };
        let packed = postcard::to_stdvec(&read_part(&log, format, reader, &part, &mut tell)).unwrap();
        read.push((part, postcard::from_bytes(&packed).unwrap()));
    }
    let mut joined = Joined::default();
    for (mut part, first) in read.into_iter().rev() {
        let mut result = joined.append(reader, first);
        let mut rounds = 0;
        while let Err(carry) = result {
            part.carry = Some(carry);
            result = joined.append(reader, read_part(&log, format, reader, &part, &mut tell));
            rounds += 1;
            assert!(rounds < 3, "a part was read again and again");
        }
    }
    let (facts, ledger, lines) = joined.finish_as_facts(&log, reader);
    let account = ledger.bytes.records + ledger.bytes.other + ledger.bytes.damaged;
    assert_eq!(account, bytes.len() as u64, "every byte is accounted for, in parts of {length}: {ledger:?}");
    format!("{ledger:#?}\n{lines} lines\n{:#?}\n{:#?}", facts.transport, facts.events)
}

fn assert_same(name: &str, bytes: &[u8], lengths: &[u64]) {
    let whole = read(bytes, u64::MAX / 4);
    for &length in lengths {
        let cut = read(bytes, length);
        let differs = whole.lines().zip(cut.lines()).position(|(a, b)| a != b);
        let shown = differs.map(|at| (whole.lines().nth(at), cut.lines().nth(at)));
        assert!(whole == cut, "{name} in parts of {length} differs: {shown:?}");
    }
}

#[test]
fn samples_of_logs_can_be_cut_anywhere() {
    let mut count = 0;
    for format in FORMATS.iter().filter(|f| matches!(f.parse, Parse::Log(_))) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(format.id);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.is_file() || path.to_string_lossy().ends_with(".expected.txt") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            assert_same(&path.display().to_string(), &bytes, &[1, 7, 64, 150, 333, 1024, 5000, 65536]);
            count += 1;
        }
    }
    assert!(count >= 12, "{count} samples");
}

/// A tracking log whose header changes in the middle, with damaged rows, a line that is too long, and half a line at the
/// end.
fn made() -> Vec<u8> {
    let mut text = String::from("\u{FEFF}");
    let header = |columns: &str| {
        format!("#Software: Microsoft Exchange Server\r\n#Log-type: Message Tracking Log\r\n#Fields: {columns}\r\n")
    };
    let early = "date-time,client-hostname,server-hostname,connector-id,source,event-id,message-id,recipient-address,recipient-status";
    let late = "date-time,client-hostname,server-hostname,connector-id,source,event-id,message-id,network-message-id,recipient-address,recipient-status";
    text += &header(early);
    for n in 0..3000_u32 {
        if n == 1200 {
            text += &header(late);
        }
        let event = ["RECEIVE", "SEND", "DELIVER", "DEFER", "FAIL"][(n % 5) as usize];
        let extra = if n >= 1200 { "guid," } else { "" };
        let (minute, second) = (n / 60 % 60, n % 60);
        write!(
            text,
            "2016-04-05T0{}:{minute:02}:{second:02}.{:03}Z,EX{},\"EX{},x\",Relay,SMTP,{event},<{}@contoso.com>,{extra}a{}@contoso.com,451 4.4.0 \
             DNS query {n}\r\n",
            n / 3600,
            n % 1000,
            n % 3,
            n % 4,
            n / 7,
            n % 11
        )
        .unwrap();
        match n {
            700 => text += "no time,at,all\r\n\r\n",
            900 => text += &("2016-04-05T00:00:00.000Z,".to_owned() + &"x".repeat(3 << 20) + "\n"),
            2000 => text += "2016-04-05T00:00:00.000Z,a,b,c,d,e,f,g,h,i,j,k,l\n",
            _ => {}
        }
    }
    text += "2016-04-05T00:0";
    text.into_bytes()
}

#[test]
fn a_log_with_changing_headers_can_be_cut_anywhere() {
    assert_same("a tracking log", &made(), &[5000, 100_000, 1 << 20]);
}

#[test]
fn a_binary_log_with_a_repeated_chunk_can_be_cut_at_every_chunk() {
    let events: Vec<_> = (0..200)
        .map(|n| {
            evtx_writer::Written::new(
                "MSExchangeTransport",
                1000 + n % 7,
                &format!("2007-02-08T10:{:02}:00Z", n % 60),
                "EX1",
            )
        })
        .collect();
    let mut bytes = evtx_writer::write(&events, 1, 40);
    let copied = bytes[evtx_writer::FILE_HEADER..evtx_writer::FILE_HEADER + evtx_writer::CHUNK].to_vec();
    bytes.extend(copied);
    assert_same("an event log", &bytes, &[1, 65536, 65536 * 2, 65536 * 3]);
}

/// A document and a log, analyzed.
fn analyzed() -> queuescope::analysis::Analysis {
    let log = queuescope::base::source::Source::from_bytes("MSGTRK.LOG", made());
    let queues = "Identity      : EX1\\3\r\nDeliveryType  : DnsConnectorDelivery\r\nNextHopDomain : fabrikam.example\r\nStatus        : Retry\r\nMessageCount  : 3\r\n";
    let document = queuescope::base::source::Source::from_bytes("queues.txt", queues);
    queuescope::analysis::analyze(vec![log, document], &mut |_| ControlFlow::Continue(()))
}

#[test]
fn lines_and_hits_of_a_log_have_the_same_numbers() {
    let analysis = analyzed();
    let text = String::from_utf8(made()).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{FEFF}').split('\n').map(|l| l.trim_end_matches('\r')).collect();
    let total = analysis.lines(0, 1, 1).unwrap().1;
    assert_eq!(total as usize, lines.len());
    for first in [1, 2, 500, 512, 513, 1500, lines.len() as u32 - 1] {
        let (shown, _) = analysis.lines(0, first, 3).unwrap();
        for (i, line) in shown.iter().enumerate() {
            let wanted = lines[first as usize - 1 + i];
            assert!(wanted.starts_with(line.as_str()) && !line.is_empty(), "line {}", first as usize + i);
        }
    }
    let query = |text: &str, is_regex, case_sensitive| queuescope::analysis::search::Query {
        text: text.to_owned(),
        is_regex,
        case_sensitive,
    };
    let search = |source, query: &queuescope::analysis::search::Query| {
        analysis.search(source, query, 5, &mut |_| ControlFlow::Continue(()))
    };
    let hits = search(0, &query("<17@CONTOSO.com>", false, false)).unwrap().unwrap();
    assert_eq!((hits.total, hits.complete, hits.first.len()), (7, true, 5));
    for hit in &hits.first {
        assert_eq!(lines[hit.line as usize - 1], hit.text);
        assert_eq!(hit.text.get(hit.range.0..hit.range.1).unwrap(), "<17@contoso.com>");
    }
    assert_eq!(search(0, &query("<17@CONTOSO.com>", false, true)).unwrap().unwrap().total, 0);
    assert_eq!(search(0, &query(r"<1[78]@contoso\.com>", true, true)).unwrap().unwrap().total, 14);
    assert_eq!(search(1, &query("retry", false, false)).unwrap().unwrap().first[0].line, 4);
    assert!(search(0, &query("(", true, true)).unwrap_err().contains("pattern"));
    assert!(search(0, &query("(", false, true)).is_ok());
    let stopped = analysis.search(0, &query("x", false, true), 5, &mut |_| ControlFlow::Break(())).unwrap().unwrap();
    assert!(!stopped.complete);
}
