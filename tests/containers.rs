//! Zip archives and gzip files: what is in them is read as if it lay beside them, and what cannot be is named.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use queuescope::analysis::{Analysis, Reading, analyze, diagnose, read_here};
use queuescope::base::container::{Member, open};
use queuescope::base::source::{ReadAt, Source};
use queuescope::report::{Input, InputState, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const QUEUES: &str = "Identity      : EX1\\3\r\nDeliveryType  : DnsConnectorDelivery\r\nNextHopDomain : fabrikam.example\r\nStatus        : Retry\r\nMessageCount  : 3\r\nLastError     : 451 4.4.0 DNS query failed\r\n";

/// A tracking log of about `rows` × 150 bytes.
fn log(rows: u32) -> Vec<u8> {
    let mut text = String::from(
        "#Software: Microsoft Exchange Server\r\n#Log-type: Message Tracking Log\r\n#Fields: date-time,client-hostname,server-hostname,connector-id,source,event-id,message-id,recipient-address,recipient-status\r\n",
    );
    for n in 0..rows {
        let (h, m, s) = (n / 3600 % 24, n / 60 % 60, n % 60);
        write!(text, "2016-04-05T{h:02}:{m:02}:{s:02}.000Z,EX{},EX2,Relay,SMTP,DEFER,<{n}@contoso.com>,a@contoso.com,451 4.4.0 DNS {}\r\n", n % 3, n.wrapping_mul(2_654_435_761)).unwrap();
    }
    text.into_bytes()
}

fn zipped(files: &[(&str, &[u8], CompressionMethod)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes, method) in files {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(*method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn analyzed(files: Vec<(&str, Vec<u8>)>) -> Analysis {
    let sources = files.into_iter().map(|(path, bytes)| Source::from_bytes(path, bytes)).collect();
    analyze(sources, &mut |_| ControlFlow::Continue(()))
}

fn row<'a>(analysis: &'a Analysis, path: &str) -> &'a Input {
    let all = || analysis.report.inputs.iter().map(|i| i.path.as_str()).collect::<Vec<_>>();
    analysis.report.inputs.iter().find(|i| i.path == path).unwrap_or_else(|| panic!("{path} is not among {:?}", all()))
}

#[test]
fn files_in_a_zip_are_read_like_files_beside_it() {
    use CompressionMethod::{Deflated, Stored};
    let log = log(40_000);
    let archive = zipped(&[
        ("EX1/Logs/MSGTRK1.LOG", &log, Deflated),
        ("EX1/Logs/MSGTRK2.LOG", &log, Stored),
        ("EX1\\queues.txt", QUEUES.as_bytes(), Deflated),
        ("../../outside.txt", QUEUES.as_bytes(), Stored),
        ("EX1/empty/", b"", Stored),
    ]);
    let inside = analyzed(vec![("bundle.zip", archive)]);
    let beside = analyzed(vec![
        ("bundle.zip/EX1/Logs/MSGTRK1.LOG", log.clone()),
        ("bundle.zip/EX1/Logs/MSGTRK2.LOG", log),
        ("bundle.zip/EX1/queues.txt", QUEUES.into()),
        ("bundle.zip/outside.txt", QUEUES.into()),
    ]);
    let container = row(&inside, "bundle.zip");
    assert_eq!((container.state, container.records), (InputState::Read, 4), "{container:?}");
    for wanted in &beside.report.inputs {
        assert_eq!(row(&inside, &wanted.path), wanted);
    }
    assert_eq!(inside.report.inputs.len(), 5);
    assert_eq!(inside.report.summary.text, beside.report.summary.text);
    // Lines in the middle of a packed log.
    assert_eq!(inside.lines(1, 30_000, 2), beside.lines(0, 30_000, 2));
}

#[test]
fn archives_are_opened_two_deep_and_no_deeper() {
    let one = zipped(&[("queues.txt", QUEUES.as_bytes(), CompressionMethod::Deflated)]);
    let two = zipped(&[
        ("EX1.zip", &one, CompressionMethod::Deflated),
        ("old.log.gz", &gzipped(&log(10)), CompressionMethod::Stored),
    ]);
    let three = zipped(&[("all.zip", &two, CompressionMethod::Stored)]);
    let read = analyzed(vec![("two.zip", two), ("three.zip", three)]);
    assert_eq!(row(&read, "two.zip/EX1.zip/queues.txt").records, 1);
    assert_eq!(row(&read, "two.zip/old.log.gz/old.log").records, 10);
    assert_eq!(row(&read, "three.zip/all.zip").records, 2);
    let deep = row(&read, "three.zip/all.zip/EX1.zip");
    assert!(deep.state == InputState::NotRead && deep.reason.contains("Unpack it"), "{deep:?}");
}

#[test]
fn an_archive_that_was_cut_gives_what_is_whole() {
    let log = log(3000);
    let whole = zipped(&[
        ("queues.txt", QUEUES.as_bytes(), CompressionMethod::Deflated),
        ("MSGTRK.LOG", &log, CompressionMethod::Deflated),
    ]);
    let cut = analyzed(vec![("cut.zip", whole[..whole.len() * 2 / 3].to_vec())]);
    assert_eq!(row(&cut, "cut.zip/queues.txt").records, 1);
    let container = row(&cut, "cut.zip");
    assert_eq!(
        (container.state, container.records, container.skipped),
        (InputState::Incomplete, 1, 1),
        "{container:?}"
    );
    assert!(container.notes.iter().any(|n| n.text.contains("ends inside this file")), "{container:?}");
    // Every cut, and every flipped byte: no panic, and always a row.
    let small = zipped(&[
        ("a.txt", QUEUES.as_bytes(), CompressionMethod::Deflated),
        ("b.txt", QUEUES.as_bytes(), CompressionMethod::Stored),
    ]);
    for at in 0..small.len() {
        assert!(!analyzed(vec![("x.zip", small[..at].to_vec())]).report.inputs.is_empty());
        let mut flipped = small.clone();
        flipped[at] ^= 0x41;
        assert!(!analyzed(vec![("x.zip", flipped)]).report.inputs.is_empty());
    }
}

#[test]
fn sizes_that_follow_the_bytes_are_found_without_the_list() {
    // What a program writes that cannot go back in its output: the sizes stand behind the bytes.
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(QUEUES.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let mut archive = Vec::new();
    for name in ["one.txt", "two.txt"] {
        archive.extend(b"PK\x03\x04\x14\x00\x08\x00\x08\x00");
        archive.extend([0; 16]);
        archive.extend((name.len() as u16).to_le_bytes());
        archive.extend([0; 2]);
        archive.extend(name.as_bytes());
        archive.extend(&packed);
        archive.extend(b"PK\x07\x08");
        archive.extend([0; 4]);
        archive.extend((packed.len() as u32).to_le_bytes());
        archive.extend((QUEUES.len() as u32).to_le_bytes());
    }
    let read = analyzed(vec![("stream.zip", archive)]);
    assert_eq!(row(&read, "stream.zip/one.txt").records, 1);
    assert_eq!(row(&read, "stream.zip/two.txt").notes.len(), 1, "the same content as the first");
}

#[test]
fn what_cannot_or_should_not_be_unpacked_is_named() {
    let zeros = vec![0_u8; 70 << 20];
    let mut locked = zipped(&[("secret.txt", QUEUES.as_bytes(), CompressionMethod::Stored)]);
    // The bit for encryption, in the header of the file and in the list.
    locked[6] |= 1;
    let list = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    locked[list + 8] |= 1;
    let read = analyzed(vec![
        ("bomb.zip", zipped(&[("zeros.log", &zeros, CompressionMethod::Deflated)])),
        ("bomb.gz", gzipped(&zeros)),
        ("locked.zip", locked),
    ]);
    for (path, text) in
        [("bomb.zip", "-fold when unpacked"), ("bomb.gz", "-fold when unpacked"), ("locked.zip", "encrypted")]
    {
        let container = row(&read, path);
        assert_eq!((container.state, container.skipped), (InputState::NotRead, 1), "{container:?}");
        assert!(container.notes.iter().any(|n| n.text.contains(text)), "{container:?}");
    }
    assert_eq!(read.report.inputs.len(), 3);
}

#[test]
fn gzip_files_with_several_members_a_cut_or_padding_are_read() {
    let mut two = gzipped(&log(5));
    two.extend(gzipped(&log(7)));
    two.extend([0; 700]);
    let whole = gzipped(&log(2000));
    let read = analyzed(vec![
        ("MSGTRK.LOG.gz", two),
        ("cut.gz", whole[..whole.len() / 2].to_vec()),
        ("tail.gz", [&gzipped(QUEUES.as_bytes())[..], b"and more"].concat()),
    ]);
    assert_eq!(row(&read, "MSGTRK.LOG.gz/MSGTRK.LOG").records, 12);
    assert_eq!(row(&read, "MSGTRK.LOG.gz").state, InputState::Read);
    assert!(row(&read, "cut.gz/cut").records > 100);
    assert_eq!(row(&read, "cut.gz").state, InputState::Incomplete);
    assert!(row(&read, "tail.gz").notes[0].text.contains("no longer gzip"));
    assert_eq!(row(&read, "tail.gz/tail").records, 1);
    assert_eq!(read.report.inputs.len(), 6);
}

/// Compressed in pieces of some bytes each, as `cat` and block compressors leave them.
fn gzipped_in_pieces(bytes: &[u8], length: usize, names: bool) -> Vec<u8> {
    let mut all = Vec::new();
    for (n, piece) in bytes.chunks(length).enumerate() {
        let mut encoder = flate2::GzBuilder::new();
        if names {
            encoder = encoder.filename(format!("MSGTRK{n}.LOG"));
        }
        let mut encoder = encoder.write(Vec::new(), Compression::default());
        encoder.write_all(piece).unwrap();
        all.extend(encoder.finish().unwrap());
    }
    all
}

#[test]
fn gzip_members_put_together_are_one_file() {
    let log = log(30_000);
    // Pieces end in the middle of lines, and some are empty.
    let mut empty = gzipped(b"");
    empty.extend(gzipped_in_pieces(&log, 700_001, false));
    empty.extend(gzipped(b""));
    for packed in [gzipped_in_pieces(&log, 100_003, true), empty] {
        let joined = analyzed(vec![("MSGTRK.LOG.gz", packed)]);
        let beside = analyzed(vec![("MSGTRK.LOG.gz/MSGTRK.LOG", log.clone())]);
        assert_eq!(row(&joined, "MSGTRK.LOG.gz/MSGTRK.LOG"), row(&beside, "MSGTRK.LOG.gz/MSGTRK.LOG"));
        for line in [4, 29_000, 5, 15_000, 2] {
            assert_eq!(joined.lines(1, line, 2), beside.lines(0, line, 2));
        }
    }
    // Damage in the middle is said, and what lies before it is read.
    let mut wrong = gzipped_in_pieces(&log, 100_003, false);
    let end = gzipped(&log[..100_003]).len() - 8;
    wrong[end] ^= 1;
    let read = analyzed(vec![("a.gz", wrong)]);
    let own = row(&read, "a.gz/a");
    assert!(own.records == 30_000 && own.notes.iter().any(|n| n.text.contains("archive is damaged")), "{own:?}");
    let whole = gzipped_in_pieces(&log, 100_003, false);
    let read = analyzed(vec![("a.gz", whole[..whole.len() * 2 / 3].to_vec())]);
    assert!((15_000..25_000).contains(&row(&read, "a.gz/a").records));
    assert_eq!(row(&read, "a.gz").state, InputState::Incomplete);
}

#[test]
fn an_office_document_is_named_as_one() {
    let document = zipped(&[("[Content_Types].xml", b"<Types/>", CompressionMethod::Deflated)]);
    let read = analyzed(vec![("queues.docx", document)]);
    assert!(row(&read, "queues.docx").reason.contains("Office"));
    assert_eq!(read.report.inputs.len(), 1);
}

#[test]
fn a_packed_file_can_be_read_anywhere_in_any_order() {
    let log = log(200_000);
    assert!(log.len() > 20 << 20, "several kept states");
    let mut encoder = DeflateEncoder::new(b"before".to_vec(), Compression::fast());
    encoder.write_all(&log).unwrap();
    let packed = encoder.finish().unwrap();
    let member = Member {
        start: 6,
        packed: packed.len() as u64 - 6,
        size: log.len() as u64,
        deflated: true,
        checksum: None,
        more: Vec::new(),
    };
    let outer: Rc<dyn ReadAt> = Rc::new(packed);
    let opened = open(&outer, std::slice::from_ref(&member));
    let mut at = 12_345_usize;
    for n in 0..60 {
        at = (at * 7 + n * 1_000_003) % log.len();
        let length = (n * 37_501) % 900_000 + 1;
        let wanted = &log[at..log.len().min(at + length)];
        assert!(opened.read_range(at as u64, length).unwrap() == wanted, "{length} bytes at {at}");
    }
    // A size that is too large is damage, not the end.
    let wrong = open(&outer, &[Member { size: member.size + 10, ..member }]);
    assert_eq!(wrong.read_range(log.len() as u64 - 5, 100).unwrap().len(), 5);
    assert!(wrong.read_range(log.len() as u64, 100).is_err());
}

#[test]
fn a_report_with_archives_is_the_same_in_any_order_of_dropping() {
    let archive = zipped(&[("queues.txt", QUEUES.as_bytes(), CompressionMethod::Deflated)]);
    let files = || vec![("b.zip", archive.clone()), ("a.txt", QUEUES.into()), ("c.log", log(100))];
    let mut turned = files();
    turned.reverse();
    assert_eq!(json::print(&analyzed(files()).report), json::print(&analyzed(turned).report));
}

#[test]
fn bytes_that_do_not_fit_their_checksum_are_said_to_be_damaged() {
    use CompressionMethod::{Deflated, Stored};
    let damaged = |path: &str, bytes: Vec<u8>, inner: &str, records: u64| {
        let read = analyzed(vec![(path, bytes)]);
        let own = row(&read, inner);
        assert_eq!(own.records, records, "{own:?}");
        assert!(own.notes.iter().any(|n| n.loss && n.text.contains("archive is damaged")), "{own:?}");
        assert_eq!(own.state, InputState::Incomplete);
    };
    let mut stored = zipped(&[("queues.txt", QUEUES.as_bytes(), Stored)]);
    let at = stored.windows(20).position(|w| w == b"MessageCount  : 3\r\nL").unwrap() + 16;
    stored[at] = b'9';
    damaged("stored.zip", stored, "stored.zip/queues.txt", 1);
    let log = log(3000);
    let mut wrong = zipped(&[("MSGTRK.LOG", &log, Deflated)]);
    // The checksum, in the header of the file and in the list.
    wrong[14] ^= 1;
    let list = wrong.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    wrong[list + 16] ^= 1;
    damaged("log.zip", wrong, "log.zip/MSGTRK.LOG", 3000);
    let mut gz = gzipped(&log);
    let end = gz.len() - 8;
    gz[end] ^= 1;
    damaged("MSGTRK.LOG.gz", gz, "MSGTRK.LOG.gz/MSGTRK.LOG", 3000);
}

#[test]
fn many_small_files_in_an_archive_cost_little_memory() {
    let files: Vec<(String, String)> =
        (0..3000).map(|n| (format!("q{n}.txt"), QUEUES.replace("EX1\\3", &format!("EX{n}\\3")))).collect();
    let listed: Vec<_> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_bytes(), CompressionMethod::Deflated)).collect();
    let archive = zipped(&listed);
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0").to_owned();
        line.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0)
    };
    let before = peak();
    let read = analyzed(vec![("many.zip", archive)]);
    assert_eq!(read.report.inputs.iter().filter(|i| i.records == 1).count(), 3000);
    let grown = peak().saturating_sub(before);
    assert!(grown < 200 << 10, "{grown} KB for 3,000 small files");
}

/// Reading goes on without a file that stops it, wherever that lies; the report still has its row.
#[test]
fn a_file_that_is_left_out_is_not_read_and_not_forgotten() {
    use CompressionMethod::Stored;
    let archive = zipped(&[("queues.txt", QUEUES.as_bytes(), Stored), ("bad.LOG", &log(10), Stored)]);
    let read_without = |left_out: &[&str]| {
        let sources = [("bundle.zip", archive.clone()), ("queues.txt", QUEUES.into())];
        let sources = sources.into_iter().map(|(path, bytes)| Source::from_bytes(path, bytes)).collect();
        let left_out: Vec<String> = left_out.iter().map(|path| (*path).to_owned()).collect();
        let mut reading = Reading::without(sources, &left_out);
        let _ = read_here(&mut reading, &mut |_| ControlFlow::Continue(()));
        diagnose(reading)
    };
    let rows = |analysis: &Analysis| -> Vec<(String, InputState)> {
        analysis.report.inputs.iter().map(|input| (input.path.clone(), input.state)).collect()
    };
    let states = |bad, container| {
        vec![
            ("bundle.zip".to_owned(), container),
            ("bundle.zip/bad.LOG".to_owned(), bad),
            ("bundle.zip/queues.txt".to_owned(), InputState::Read),
            ("queues.txt".to_owned(), InputState::Read),
        ]
    };
    assert_eq!(rows(&read_without(&[])), states(InputState::Read, InputState::Read));
    let member = read_without(&["bundle.zip/bad.LOG"]);
    assert_eq!(rows(&member), states(InputState::NotRead, InputState::Read));
    assert!(row(&member, "bundle.zip/bad.LOG").reason.contains("Left out by you"));
    assert!(member.report.summary.caveats.iter().any(|caveat| caveat.contains("Of 4 files, 1 not read")));
    // An archive that is left out is not opened either.
    let container = read_without(&["bundle.zip"]);
    assert_eq!(
        rows(&container),
        [("bundle.zip".to_owned(), InputState::NotRead), ("queues.txt".to_owned(), InputState::Read)]
    );
}
