//! Runs every format over its samples in `tests/formats/<id>/` and compares what it makes of them with
//! `<sample>.expected.txt` beside them. `UPDATE=1` rewrites the expectations.
//!
//! A sample must be recognized as the format of its folder whatever its name, and by no other format as
//! surely. Samples in `tests/formats/none/` belong to nobody; their expectation is the reason given.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use queuescope::base::ledger::Ledger;
use queuescope::base::source::SourceId;
use queuescope::base::text::Text;
use queuescope::base::timestamp::Moment;
use queuescope::formats::{Document, FORMATS, Format, Head, Log, Output, Parse, Probe, detect};
use queuescope::model::log_row::{self, LogKind, LogRow};
use queuescope::model::{Record, Sink};

mod dump;

/// The longest expectation; the rest is counted.
const MOST_LINES: usize = 500;

fn folders() -> Vec<PathBuf> {
    sorted(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats"))
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of samples");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// All samples with the name of their folder.
fn samples() -> Vec<(String, PathBuf, Vec<u8>)> {
    let mut samples = Vec::new();
    for folder in folders().iter().filter(|path| path.is_dir()) {
        for path in sorted(folder) {
            if path.is_file() && !name(&path).ends_with(".expected.txt") && !name(&path).starts_with('.') {
                let bytes = std::fs::read(&path).expect("a sample");
                samples.push((name(folder), path, bytes));
            }
        }
    }
    samples
}

fn head<'a>(path: &'a str, bytes: &'a [u8]) -> Head<'a> {
    let beginning = &bytes[..bytes.len().min(Head::BYTES)];
    Head::new(path, bytes.len() as u64, beginning)
}

/// Records, and rows of logs as text.
#[derive(Default)]
struct Collected {
    records: Vec<Record>,
    rows: Vec<String>,
}

impl Sink for Collected {
    fn record(&mut self, record: Record) {
        self.records.push(record);
    }

    fn row(&mut self, row: &LogRow<'_>) {
        let time = row.time.and_then(Moment::from_unix_millis).map_or_else(|| "no time".to_owned(), |t| t.to_string());
        let mut text = format!("{:?} @{} {time}\n", row.kind, row.span.place);
        for column in 0..row.columns.len() {
            let cell = row.text(column);
            if !cell.is_empty() {
                writeln!(text, "  {}: {cell}", names(row.kind)[column]).unwrap();
            }
        }
        self.rows.push(text);
    }
}

fn names(kind: LogKind) -> &'static [&'static str] {
    match kind {
        LogKind::Tracking => log_row::tracking::NAMES,
        LogKind::Tracking2003 => log_row::tracking_2003::NAMES,
        LogKind::Tracking55 => log_row::tracking_55::NAMES,
        LogKind::SmtpReceive | LogKind::SmtpSend => log_row::protocol::NAMES,
        LogKind::Connectivity => log_row::connectivity::NAMES,
        LogKind::Agent => log_row::agent::NAMES,
        LogKind::W3c => log_row::w3c::NAMES,
    }
}

fn read(format: &Format, path: &str, bytes: &[u8]) -> (Collected, Ledger, Option<String>) {
    let (mut records, mut ledger) = (Collected::default(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    let mut out = Output::new(&mut records, &mut ledger, &mut progress);
    let id = SourceId(0);
    match format.parse {
        Parse::Document(parse) => parse(&Document { id, path, text: &Text::decode(bytes) }, &mut out),
        Parse::Log(reader) => reader.read_in_one(&Log { id, path, bytes: &bytes.to_vec() }, &mut out),
    }
    let taken_for = out.taken_for.take();
    (records, ledger, taken_for)
}

fn dumped(format: &Format, path: &str, bytes: &[u8]) -> String {
    let (records, ledger, taken_for) = read(format, path, bytes);
    let mut text = format!("{}\n", taken_for.as_deref().unwrap_or(format.title));
    writeln!(text, "{} records, {} skipped, {} damaged", ledger.records, ledger.skipped, ledger.damaged).unwrap();
    for note in &ledger.notes {
        let lines = note.lines.map_or_else(String::new, |(first, last)| format!(" {first}-{last}"));
        writeln!(text, "note {:?}{lines}: {}", note.kind, note.text).unwrap();
    }
    for row in &records.rows {
        text.push('\n');
        text.push_str(row);
    }
    for record in &records.records {
        text.push('\n');
        text.push_str(&dump::dump(&format!("{record:?}")));
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        text = text.lines().take(MOST_LINES).fold(String::new(), |all, line| all + line + "\n");
        writeln!(text, "... {} more lines", lines - MOST_LINES).unwrap();
    }
    text
}

fn compare(path: &Path, actual: &str, failures: &mut Vec<String>) {
    let mut expected_path = path.as_os_str().to_owned();
    expected_path.push(".expected.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&expected_path, actual).expect("write an expectation");
        return;
    }
    let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
    if expected.trim_end() != actual.trim_end() {
        let differs = expected.lines().zip(actual.lines()).position(|(a, b)| a != b);
        let at = differs.unwrap_or(expected.lines().count().min(actual.lines().count()));
        failures.push(format!(
            "{} line {}:\n  expected {:?}\n  actual   {:?}",
            path.display(),
            at + 1,
            expected.lines().nth(at),
            actual.lines().nth(at)
        ));
    }
}

#[test]
fn every_sample_reads_as_expected() {
    let mut failures = Vec::new();
    for (id, path, bytes) in samples() {
        let (full, file) = (format!("drop/{}", name(&path)), path.display());
        if id == "none" {
            let detection = detect(&head(&full, &bytes));
            assert!(detection.format.is_none(), "{file} is taken for {:?}", detection.format);
            compare(&path, &format!("{}\n", detection.reason), &mut failures);
            continue;
        }
        let format = FORMATS.iter().find(|format| format.id == id).expect("a folder is named after a format");
        let actual = dumped(format, &full, &bytes);
        compare(&path, &actual, &mut failures);
        // What is read must not depend on the name; a routing table has its time there and nowhere else.
        let unnamed = dumped(format, "unknown", &bytes);
        let comparable = |text: &str| -> Vec<String> {
            let by_name = |line: &&str| {
                let named = ["written: ", "sequence: ", "process: ", "note "];
                id == "routing-config" && named.iter().any(|start| line.trim_start().starts_with(start))
            };
            text.lines().filter(|line| !by_name(line)).map(str::to_owned).collect()
        };
        assert_eq!(comparable(&unnamed), comparable(&actual), "{file} reads differently without its name");
    }
    assert!(failures.is_empty(), "run with UPDATE=1 after checking:\n{}", failures.join("\n"));
}

#[test]
fn every_sample_is_recognized_by_its_content() {
    let mut failures = Vec::new();
    for (id, path, bytes) in samples() {
        for named in [name(&path), "unknown".to_owned(), "queues.csv".to_owned()] {
            let head = head(&named, &bytes);
            let mut scores: Vec<(u8, &str)> = Vec::new();
            for format in FORMATS {
                if let Probe::Yes(score, _) = (format.probe)(&head) {
                    scores.push((score, format.id));
                }
            }
            scores.sort_unstable_by(|a, b| b.cmp(a));
            let alone = match scores.as_slice() {
                [] => id == "none",
                [(_, best)] => *best == id,
                [(first, best), (second, _), ..] => *best == id && first > second,
            };
            if !alone {
                failures.push(format!("{} as {named}: {scores:?}", path.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_format_has_a_sample() {
    let present: Vec<String> = folders().iter().map(|path| name(path)).collect();
    let missing: Vec<&str> = FORMATS.iter().map(|f| f.id).filter(|id| !present.iter().any(|p| p == id)).collect();
    // The samples of binary logs are made by their own tests.
    assert!(missing.iter().all(|id| matches!(*id, "evtx" | "event-xml")), "no samples of {missing:?}");
}

/// A sample that ends anywhere is read without panic, and what is left is not taken for something else
/// of the same weight.
#[test]
fn a_sample_cut_anywhere_does_no_harm() {
    for (id, path, bytes) in samples() {
        let Some(format) = FORMATS.iter().find(|format| format.id == id) else { continue };
        let steps = if bytes.len() > 20_000 { 5 } else { 23 };
        for step in 1..steps {
            let cut = &bytes[..bytes.len() * step / steps];
            let (records, ledger, _) = read(format, &name(&path), cut);
            assert_eq!(ledger.records, (records.records.len() + records.rows.len()) as u64, "{}", path.display());
            detect(&head("unknown", cut));
        }
    }
}
