//! How fast the formats read and the rules judge, on generated data.
//!
//! `make bench` runs this and then the page in browsers (`tests/browser/bench.mjs`), which prints one table of all.
//! Speeds of one run are compared with each other and with the floor (decoding the same bytes as text), never with another
//! run: machines differ and are busy. What was tried and found is in `docs/performance.md`.
//!
//! - without arguments: documents and logs of a few megabytes, one table;
//! - `--write FOLDER MEGABYTES`: generates the mixed folder for the browsers;
//! - `--rules FOLDER`: what the rules cost: the whole folder with all of them and with none, in turns;
//! - `--measure FOLDER`: reads each file of it in a process of its own and prints a line of JSON with seconds and peak memory.

#![allow(clippy::indexing_slicing, clippy::expect_used, reason = "a measurement may fail loudly")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Instant;

use queuescope::analysis::{Reading, analyze, diagnose_by, read_here};
use queuescope::base::source::{FileBytes, ReadAt, Source};
use queuescope::base::text::Text;

mod generate;

use generate::KINDS;

/// Bytes of a generated document, and of a log when only the native table is wanted.
const SIZE: u64 = 24 << 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => table(),
        ["--write", folder, megabytes] => write(Path::new(folder), megabytes.parse().expect("a number of megabytes")),
        ["--measure", folder] => measure_all(Path::new(folder)),
        ["--rules", folder] => rules(Path::new(folder)),
        ["--one", path] => measure_one(Path::new(path)),
        _ => {
            eprintln!("usage: reading [--write FOLDER MEGABYTES | --measure FOLDER | --rules FOLDER]");
            std::process::exit(2);
        }
    }
}

fn table() {
    let folder = std::env::temp_dir().join(format!("queuescope-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    println!("| input | MB | records | read, MB/s | decode only, MB/s | ratio |");
    println!("|---|---:|---:|---:|---:|---:|");
    for kind in KINDS {
        let path = folder.join(kind.file.replace('#', "1"));
        kind.write(&path, SIZE).expect("room for a temporary file");
        measure(kind.name, &path);
        let _ = std::fs::remove_file(&path);
    }
    let _ = std::fs::remove_dir(&folder);
    let corpus = std::env::var_os("QUEUESCOPE_CORPUS").map(PathBuf::from);
    let corpus = corpus.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus").into());
    let real = corpus.join("events/evtx_security_bad_string_cache.evtx");
    if real.exists() {
        measure("Event log, EVTX (a real one)", &real);
    } else {
        println!("| Event log, EVTX (a real one) | the corpus is not here | | | | |");
    }
}

/// One document of each kind, as large as sites have them; the rest is logs in files of up to 100 MB.
fn write(folder: &Path, megabytes: u64) {
    std::fs::create_dir_all(folder).expect("a folder to write to");
    let logs = KINDS.iter().filter(|kind| kind.is_log).count() as u64;
    let document = (megabytes * 1_000_000 / 10 / (KINDS.len() as u64 - logs)).min(4 << 20);
    let documents = document * (KINDS.len() as u64 - logs);
    let per_log = (megabytes * 1_000_000).saturating_sub(documents) / logs;
    for kind in KINDS {
        let total = if kind.is_log { per_log } else { document };
        let files = total.div_ceil(100_000_000).max(1);
        for number in 1..=files {
            let path = folder.join(kind.file.replace('#', &number.to_string()));
            kind.write(&path, total / files).expect("room for the files");
        }
    }
}

/// Diagnoses a folder with all rules and with none, five times in turns. Reading is the same for both, so its median counts once,
/// and the ratio does not depend on how busy the machine was while it read.
fn rules(folder: &Path) {
    let run = |with: bool| {
        let start = Instant::now();
        let files = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
        let sources = files.map(|path| {
            let size = std::fs::metadata(&path).expect("the file").len();
            Source::new(path.to_string_lossy(), Rc::new(FileBytes::new(&path, size)) as Rc<dyn ReadAt>)
        });
        let mut reading = Reading::new(sources.collect());
        let _ = read_here(&mut reading, &mut |_| ControlFlow::Continue(()));
        let read = start.elapsed().as_secs_f64();
        let findings = diagnose_by(reading, &|_| with).report.findings.len();
        (read, start.elapsed().as_secs_f64() - read, findings)
    };
    let (mut read, mut without, mut with, mut found) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for turn in 0..10 {
        let (reading, diagnosing, findings) = run(turn % 2 == 1);
        read.push(reading);
        if turn % 2 == 1 {
            with.push(diagnosing);
            found = findings;
        } else {
            without.push(diagnosing);
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let (read, without, with) = (median(&mut read), median(&mut without), median(&mut with));
    println!(
        "reading {read:.2} s, diagnosing without rules {without:.2} s, with all of them {with:.2} s ({found} findings): {:.3}",
        (read + with) / (read + without)
    );
}

/// Prints one line of JSON per first file of each kind.
fn measure_all(folder: &Path) {
    let me = std::env::current_exe().expect("this program");
    for kind in KINDS {
        let path = folder.join(kind.file.replace('#', "1"));
        let output = Command::new(&me).arg("--one").arg(&path).output().expect("a second process");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        println!("{{\"name\": \"{}\", \"file\": \"{}\", {text}", kind.name, path.display());
    }
}

/// Reads a file once, in a process that does nothing else, so that its peak memory is that of reading.
fn measure_one(path: &Path) {
    let size = std::fs::metadata(path).expect("the file").len();
    let start = Instant::now();
    let bytes: Rc<dyn ReadAt> = Rc::new(FileBytes::new(path, size));
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let report = analyze(vec![Source::new(name, bytes)], &mut |_| ControlFlow::Continue(())).report;
    let seconds = start.elapsed().as_secs_f64();
    let records: u64 = report.inputs.iter().map(|i| i.records).sum();
    println!("\"bytes\": {size}, \"records\": {records}, \"seconds\": {seconds:.4}, \"peak_bytes\": {}}}", peak());
}

/// The most memory this process had, in bytes; 0 where the system does not tell.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kilobytes| kilobytes * 1024)
}

fn measure(name: &str, path: &Path) {
    let bytes = std::fs::read(path).expect("the file");
    let floor = best(|| {
        std::hint::black_box(Text::decode(&bytes));
        0
    });
    let read = best(|| {
        let source = Source::from_bytes(path.to_string_lossy(), bytes.as_slice());
        let report = analyze(vec![source], &mut |_| ControlFlow::Continue(())).report;
        report.inputs.iter().map(|i| i.records).sum()
    });
    let megabytes = bytes.len() as f64 / 1e6;
    let (fast, slow) = (megabytes / floor.0, megabytes / read.0);
    println!("| {name} | {megabytes:.1} | {} | {slow:.0} | {fast:.0} | {:.2} |", read.1, slow / fast);
}

/// The best of three, in seconds, and the count of the last.
fn best(mut run: impl FnMut() -> u64) -> (f64, u64) {
    let mut best = f64::MAX;
    let mut count = 0;
    for _ in 0..3 {
        let start = Instant::now();
        count = run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    (best, count)
}
