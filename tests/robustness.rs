//! Damaged input: whatever is dropped, nothing panics or hangs, and every file has its row.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use queuescope::analysis::analyze;
use queuescope::base::source::Source;
use queuescope::report::{InputState, Report, json};

/// Longest time for one small file, in a debug build on a busy machine.
const BOUND: Duration = Duration::from_secs(10);

fn diagnose(files: Vec<(String, Vec<u8>)>) -> Report {
    let count = files.len();
    let sources = files.into_iter().map(|(path, bytes)| Source::from_bytes(path, bytes)).collect();
    let start = Instant::now();
    let report = analyze(sources, &mut |_| ControlFlow::Continue(())).report;
    assert!(start.elapsed() < BOUND * u32::try_from(count.max(1)).unwrap(), "took {:?}", start.elapsed());
    assert_eq!(report.inputs.len(), count, "every file has a row");
    for input in &report.inputs {
        let silent = input.state == InputState::NotRead && input.reason.trim().is_empty() && input.notes.is_empty();
        assert!(!silent, "{} was not read and no reason is given", input.path);
    }
    // A reader or rule that fails is caught and named; that must not happen at all.
    let text = json::print(&report);
    assert!(!text.contains("fault of the program"), "a reader or a rule failed: {text}");
    report
}

fn samples() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for folder in ["tests/cases", "tests/formats"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    found.sort();
    assert!(found.len() > 50, "the samples are missing");
    found
        .into_iter()
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&p).unwrap()))
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            walk(&path, found);
        } else if !name.ends_with("expected.txt") && name != "case.md" {
            found.push(path);
        }
    }
}

/// A small generator of a fixed seed; no run differs from another.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

#[test]
fn files_cut_anywhere_are_read_as_far_as_they_go() {
    let mut numbers = Numbers(1);
    for (name, bytes) in samples() {
        for _ in 0..3 {
            let cut = numbers.below(bytes.len());
            diagnose(vec![(name.clone(), bytes[..cut].to_vec())]);
        }
    }
}

#[test]
fn flipped_bytes_do_no_harm() {
    let mut numbers = Numbers(2);
    for (name, bytes) in samples().into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let mut broken = bytes;
        for _ in 0..40 {
            let at = numbers.below(broken.len());
            broken[at] = u8::try_from(numbers.below(256)).unwrap();
        }
        diagnose(vec![(name, broken)]);
    }
}

#[test]
fn one_line_of_a_megabyte_is_read_in_time() {
    let long = "x".repeat(1 << 20);
    let words = "ab, ".repeat(1 << 18);
    for text in [
        long.clone(),
        format!("Identity : {long}"),
        format!("Identity : A\nStatus : Retry\nMessageCount : 1\nNextHopDomain : {words}\nLastError : {long}\n"),
        format!("Identity,Status,MessageCount,LastError\nA,Retry,1,\"{long}\"\n"),
        format!("Identity Status\n-------- ------\n{long} Retry\n"),
        format!("[{{\"Identity\":\"A\",\"Status\":3,\"NextHopDomain\":\"{long}\"}}]"),
        format!(
            "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><Obj RefId=\"0\"><MS><S N=\"Identity\">{long}</S></MS></Obj></Objs>"
        ),
        format!("<RoutingConfiguration><SchemaVersion>{long}</SchemaVersion></RoutingConfiguration>"),
        format!(
            "<Events><Event><System><Provider Name='x'/><EventID>1</EventID></System><EventData><Data>{long}</Data></EventData></Event></Events>"
        ),
        format!("Log Name: Application\nSource: x\nEvent ID: 1\nDescription:\n{words}\n"),
        "{".repeat(1 << 20),
        "[".repeat(1 << 20),
        "<a>".repeat(300_000),
    ] {
        diagnose(vec![("long".to_owned(), text.into_bytes())]);
    }
}

#[test]
fn entities_are_refused_and_never_expanded() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \
                \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    for root in ["RoutingConfiguration", "Objs", "Events", "x"] {
        let text = format!("{bomb}<{root}><SchemaVersion>&c;</SchemaVersion></{root}>");
        let report = diagnose(vec![("bomb.xml".to_owned(), text.into_bytes())]);
        assert!(!json::print(&report).contains("hahahaha"), "an entity was expanded in {root}");
        assert_eq!(report.inputs[0].records, 0, "{root}");
    }
}

#[test]
fn a_bad_file_never_stops_the_others() {
    let good =
        samples().into_iter().filter(|(name, _)| name == "get-queue.txt").map(|(_, bytes)| bytes).next().unwrap();
    let alone = diagnose(vec![("good.txt".to_owned(), good.clone())]);
    let mut files = vec![
        ("empty.txt".to_owned(), Vec::new()),
        ("zeros.evtx".to_owned(), vec![0; 65536]),
        ("picture.csv".to_owned(), b"\x89PNG\r\n\x1a\n".to_vec()),
        ("archive.txt".to_owned(), b"PK\x03\x04rest".to_vec()),
        ("odd.txt".to_owned(), b"\xFF\xFEI\0d\0e".to_vec()),
        ("log.evtx".to_owned(), b"ElfFile\0".to_vec()),
        ("<script>alert(1)</script>.txt".to_owned(), b"Identity : <script>alert(1)</script>".to_vec()),
    ];
    files.push(("good.txt".to_owned(), good));
    let together = diagnose(files);
    assert_eq!(together.summary.waiting, alone.summary.waiting);
    let rules = |r: &Report| r.findings.iter().map(|f| f.rule.clone()).collect::<Vec<_>>();
    assert_eq!(rules(&together), rules(&alone));
}

#[test]
fn two_runs_give_the_same_bytes() {
    let files: Vec<_> =
        samples().into_iter().enumerate().map(|(i, (name, bytes))| (format!("{i:03}/{name}"), bytes)).collect();
    assert_eq!(json::print(&diagnose(files.clone())), json::print(&diagnose(files)));
}
