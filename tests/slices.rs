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

use queuescope::analysis::job::{Job, Task, run};
use queuescope::analysis::log::{Joined, PartRead, parts, read_part};
use queuescope::analysis::search::{Hits, Query, Refusal, Search};
use queuescope::analysis::{Analysis, Reading, analyze, diagnose};
use queuescope::base::source::{ReadError, Source, SourceId};
use queuescope::formats::{FORMATS, Format, Head, Log, LogReader, Parse, Part, detect};
use queuescope::report::json;

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
        let mut result = joined.append(reader, first, None);
        let mut rounds = 0;
        while let Err(carry) = result {
            part.carry = Some(carry);
            let again = read_part(&log, format, reader, &part, &mut tell);
            result = joined.append(reader, again, part.carry.as_deref());
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
fn analyzed() -> Analysis {
    let log = Source::from_bytes("MSGTRK.LOG", made());
    let queues = "Identity      : EX1\\3\r\nDeliveryType  : DnsConnectorDelivery\r\nNextHopDomain : fabrikam.example\r\nStatus        : Retry\r\nMessageCount  : 3\r\n";
    let document = Source::from_bytes("queues.txt", queues);
    analyze(vec![log, document], &mut |_| ControlFlow::Continue(()))
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
    let query = |text: &str, is_regex, case_sensitive| Query { text: text.to_owned(), is_regex, case_sensitive };
    let search = |source: u32, query: &Query| found(&analysis, query, Some(source)).map(|mut all| all.remove(0).1);
    let hits = search(0, &query("<17@CONTOSO.com>", false, false)).unwrap();
    assert_eq!((hits.total, hits.complete, hits.first.len()), (7, true, 5));
    for hit in &hits.first {
        assert_eq!(lines[hit.line as usize - 1], hit.text);
        assert_eq!(hit.text.get(hit.range.0..hit.range.1).unwrap(), "<17@contoso.com>");
    }
    assert_eq!(search(0, &query("<17@CONTOSO.com>", false, true)).unwrap().total, 0);
    assert_eq!(search(0, &query(r"<1[78]@contoso\.com>", true, true)).unwrap().total, 14);
    assert_eq!(search(1, &query("retry", false, false)).unwrap().first[0].line, 4);
    assert_eq!(search(0, &query("(", true, true)).unwrap_err(), Refusal::Pattern("unclosed group".to_owned()));
    assert!(search(0, &query("(", false, true)).is_ok());
    let all = found(&analysis, &query("contoso|Retry", true, true), None).unwrap();
    let totals: Vec<_> = all.iter().map(|(source, hits)| (*source, hits.total)).collect();
    assert_eq!(totals, [(0, 3000), (1, 1)]);
}

#[test]
fn a_search_in_pieces_finds_each_line_once() {
    let mut large = made();
    while large.len() < 20 << 20 {
        large.extend(made());
    }
    let text = String::from_utf8(large.clone()).unwrap();
    let wanted: Vec<u32> =
        (1..).zip(text.split('\n')).filter(|(_, l)| l.contains("<5@contoso")).map(|(n, _)| n).collect();
    let analysis = analyze(vec![Source::from_bytes("large.log", large)], &mut |_| ControlFlow::Continue(()));
    let query = Query { text: "<5@contoso".to_owned(), is_regex: false, case_sensitive: true };
    let mut search = Search::new(&analysis, &query, None, 10_000).unwrap();
    let (mut lines, mut pieces) = (Vec::new(), 0);
    while let Some((_, hits)) = search.step(&analysis) {
        lines.extend(hits.first.iter().map(|hit| hit.line));
        pieces += 1;
        assert_eq!(hits.total as usize, lines.len());
    }
    assert!(pieces >= 3, "{pieces} pieces");
    assert_eq!(lines, wanted);
}

/// All that a search finds, by file.
fn found(analysis: &Analysis, query: &Query, source: Option<u32>) -> Result<Vec<(u32, Hits)>, Refusal> {
    let mut search = Search::new(analysis, query, source, 5)?;
    let mut all: Vec<(u32, Hits)> = Vec::new();
    while let Some((source, hits)) = search.step(analysis) {
        match all.last_mut().filter(|(known, _)| *known == source) {
            Some((_, known)) => {
                known.first.extend(hits.first);
                (known.total, known.complete) = (hits.total, hits.complete);
            }
            None => all.push((source, hits)),
        }
    }
    Ok(all)
}

/// Reads all with several jobs in work at a time, which end in an order of their own; what they give travels as bytes.
/// Jobs for which `dies` is true end their worker.
fn read_by_many(sources: Vec<Source>, at_once: usize, seed: u64, dies: fn(&Job) -> bool) -> Analysis {
    let mut reading = Reading::new(sources);
    let (mut in_work, mut dice) = (Vec::new(), seed);
    let mut last_bytes = std::collections::BTreeMap::new();
    loop {
        while in_work.len() < at_once
            && let Some(job) = reading.next()
        {
            let packed = postcard::to_stdvec(&job).unwrap();
            in_work.push(postcard::from_bytes::<Job>(&packed).unwrap());
        }
        if in_work.is_empty() {
            break;
        }
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let job = in_work.remove((dice >> 33) as usize % in_work.len());
        if dies(&job) {
            reading.lose(&job, "memory access out of bounds");
            continue;
        }
        let bytes = reading.bytes(job.source).unwrap();
        let done = run(&job, &*bytes, &mut |bytes, records| {
            let step = reading.advance(&job, bytes, records);
            let before = last_bytes.insert(step.source.0, step.bytes).unwrap_or(0);
            assert!(step.bytes >= before || matches!(job.task, Task::Part { .. }), "progress goes back");
            ControlFlow::Continue(())
        });
        let done = postcard::from_bytes(&postcard::to_stdvec(&done).unwrap()).unwrap();
        reading.give(&job, done);
    }
    assert!(reading.is_finished());
    diagnose(reading)
}

fn many_files() -> Vec<Source> {
    let mut large = made();
    // Several parts.
    while large.len() < 20 << 20 {
        large.extend(made());
    }
    let events = evtx_writer::write(
        &(0..200)
            .map(|n| {
                let time = format!("2007-02-08T10:{:02}:00Z", n % 60);
                evtx_writer::Written::new("MSExchangeTransport", 1000 + n % 7, &time, "EX1")
            })
            .collect::<Vec<_>>(),
        1,
        40,
    );
    let queues = "Identity      : EX1\\3\r\nDeliveryType  : DnsConnectorDelivery\r\nNextHopDomain : fabrikam.example\r\nStatus        : Retry\r\nMessageCount  : 3\r\n";
    vec![
        Source::from_bytes("large.log", large),
        Source::from_bytes("small.log", made()),
        Source::from_bytes("Application.evtx", events),
        Source::from_bytes("queues.txt", queues),
        Source::from_bytes("again/queues.txt", queues),
        Source::from_bytes("empty.txt", ""),
        Source::from_bytes("unknown.bin", vec![0_u8, 1, 2, 3]),
    ]
}

#[test]
fn several_workers_give_the_report_of_one() {
    let one = analyze(many_files(), &mut |_| ControlFlow::Continue(()));
    let report = json::print(&one.report);
    assert!(report.contains("its records count once"));
    for (at_once, seed) in [(1, 1), (2, 2), (4, 3), (4, 4), (30, 5)] {
        let many = read_by_many(many_files(), at_once, seed, |_| false);
        assert!(json::print(&many.report) == report, "{at_once} at once, seed {seed}");
        assert_eq!(many.lines(3, 12_345, 3), one.lines(3, 12_345, 3));
    }
}

#[test]
fn a_worker_that_dies_takes_one_piece_with_it() {
    fn second_part(job: &Job) -> bool {
        job.path == "large.log" && job.start() == 8 << 20
    }
    fn document(job: &Job) -> bool {
        job.path == "queues.txt"
    }
    let whole = analyze(many_files(), &mut |_| ControlFlow::Continue(())).report.inputs;
    for seed in 0..3 {
        for (hit, dies) in [("large.log", second_part as fn(&Job) -> bool), ("queues.txt", document)] {
            let read = read_by_many(many_files(), 3, seed, dies).report.inputs;
            for (own, wanted) in read.iter().zip(&whole) {
                if own.path != hit {
                    assert_eq!((own.records, own.state), (wanted.records, wanted.state), "{}", wanted.path);
                } else if hit == "queues.txt" {
                    assert!(own.reason.contains("ended the program"), "{own:?}");
                } else {
                    assert!(own.records < wanted.records && own.records > wanted.records / 3, "{own:?}");
                    assert!(own.notes.iter().any(|n| n.loss && n.text.contains("were left out")), "{own:?}");
                }
            }
        }
    }
}

#[test]
fn a_part_of_an_event_log_that_kills_its_reader_is_tried_once() {
    let events: Vec<_> = (0..700)
        .map(|n| {
            let time = format!("2007-02-08T10:{:02}:00Z", n % 60);
            evtx_writer::Written::new("MSExchangeTransport", 1000 + n % 7, &time, "EX1")
        })
        .collect();
    // Two records in a chunk, so that the log has several parts.
    let log = evtx_writer::write(&events, 1, 2);
    assert!(log.len() > 17 << 20);
    for seed in 0..4 {
        let mut deaths = 0;
        let mut reading = Reading::new(vec![Source::from_bytes("Application.evtx", log.clone())]);
        let mut held: Vec<Job> = Vec::new();
        loop {
            while held.len() < 3
                && let Some(job) = reading.next()
            {
                held.push(job);
            }
            if held.is_empty() {
                break;
            }
            let job = held.remove(seed % held.len());
            let deadly = match &job.task {
                Task::Part { part, .. } => part.range.contains(&(9 << 20)),
                Task::Open => false,
            };
            if deadly {
                deaths += 1;
                reading.lose(&job, "unreachable");
                continue;
            }
            let bytes = reading.bytes(job.source).unwrap();
            let done = run(&job, &*bytes, &mut |_, _| ControlFlow::Continue(()));
            reading.give(&job, done);
        }
        let row = &diagnose(reading).report.inputs[0];
        assert_eq!(deaths, 1, "seed {seed}");
        assert!(row.records > 400 && row.records < 500, "{row:?}");
        assert!(row.notes.iter().any(|n| n.loss && n.text.contains("were left out")), "{row:?}");
    }
}

/// Can be opened, and later no longer be read.
struct Vanishing(Vec<u8>, std::cell::Cell<u32>);

impl queuescope::base::source::ReadAt for Vanishing {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let left = self.1.get();
        if left == 0 {
            return Err(ReadError { reason: "the device is gone".to_owned() });
        }
        self.1.set(left - 1);
        self.0.read_at(offset, buf)
    }
}

#[test]
fn a_file_that_vanishes_while_it_is_read_ends() {
    let events: Vec<_> = (0..700)
        .map(|_| evtx_writer::Written::new("MSExchangeTransport", 1009, "2007-02-08T10:00:00Z", "EX1"))
        .collect();
    let log = evtx_writer::write(&events, 1, 2);
    let mut text = made();
    while text.len() < 20 << 20 {
        text.extend(made());
    }
    for bytes in [log, text] {
        for reads in 0..6 {
            let source = Vanishing(bytes.clone(), std::cell::Cell::new(reads));
            let sources = vec![Source::new("log", std::rc::Rc::new(source))];
            let row = analyze(sources, &mut |_| ControlFlow::Continue(())).report.inputs.remove(0);
            assert!(row.reason.contains("cannot be read") || row.notes.iter().any(|n| n.loss), "{reads}: {row:?}");
        }
    }
}

#[test]
fn columns_without_a_name_keep_their_place_in_every_part() {
    let mut text = String::from(
        "#Log-type: Message Tracking Log\r\n#Fields: date-time,,server-hostname,source,event-id,message-id,\r\n",
    );
    for n in 0..3000 {
        write!(text, "2016-04-05T00:00:00.000Z,x,EX1,SMTP,DEFER,<{n}@contoso.com>,\r\n").unwrap();
        if n == 1500 {
            text += "#Fields: date-time,client-ip,,source,event-id,message-id,\r\n";
        }
    }
    assert_same("a log with nameless columns", text.as_bytes(), &[5000, 50_000]);
}
