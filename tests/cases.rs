//! The cases: folders with the evidence a consultant would bring, and what must come of it.
//!
//! `case.md` holds the expectation in a few reviewed lines, `expected.txt` the whole report
//! (`UPDATE=1 cargo test --test cases` rewrites it). Every case also runs with its files renamed, in other
//! orders, and with each file taken away in turn: a verdict may become undecided then, but no other cause
//! may become certain.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use queuescope::analysis::analyze;
use queuescope::base::source::Source;
use queuescope::report::{Confidence, ConsideredVerdict, GroundKind, Report, Role, Severity, json, text};

struct Case {
    name: String,
    folder: PathBuf,
    files: Vec<(String, Vec<u8>)>,
    expect: Vec<(String, String)>,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "there are no cases");
    folders.into_iter().map(read_case).collect()
}

fn read_case(folder: PathBuf) -> Case {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let case = std::fs::read_to_string(folder.join("case.md")).unwrap_or_else(|_| panic!("{name} has no case.md"));
    let expect: Vec<(String, String)> = case
        .lines()
        .skip_while(|l| l.trim() != "## Expect")
        .filter_map(|l| l.strip_prefix("- "))
        .map(|l| {
            let (key, value) =
                l.split_once(": ").unwrap_or_else(|| panic!("{name}: expected `- key: value`, found {l}"));
            (key.to_owned(), value.trim().trim_matches('`').to_owned())
        })
        .collect();
    assert!(!expect.is_empty(), "{name}: case.md expects nothing");
    let mut files = Vec::new();
    collect(&folder, &folder, &mut files);
    files.sort();
    Case { name, folder, files, expect }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
            continue;
        }
        let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if relative != "case.md" && relative != "expected.txt" {
            files.push((relative, std::fs::read(&path).unwrap()));
        }
    }
}

fn diagnose(files: &[(String, Vec<u8>)]) -> Report {
    let sources = files.iter().map(|(path, bytes)| Source::from_bytes(path.clone(), bytes.clone())).collect();
    analyze(sources, &mut |_| ControlFlow::Continue(())).report
}

#[test]
fn every_case_comes_out_as_expected() {
    let mut failures = Vec::new();
    for case in cases() {
        let report = diagnose(&case.files);
        for (key, value) in &case.expect {
            if let Some(failure) = unmet(&report, key, value) {
                failures.push(format!("{}: expected {key}: {value}; {failure}", case.name));
            }
        }
        if let Err(wrong) = check_account(&report) {
            failures.push(format!("{}: {wrong}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn unmet(report: &Report, key: &str, value: &str) -> Option<String> {
    let found = report.findings.iter().filter(|f| f.rule == value).min_by_key(|f| f.confidence);
    let considered = report.considered.iter().find(|c| c.rule == value);
    let is = match (found, considered) {
        (Some(f), _) => f.confidence.word().to_lowercase(),
        (None, Some(c)) => format!("{}, {}", c.verdict.word().to_lowercase(), c.why),
        (None, None) => "not applicable".to_owned(),
    };
    let held = match key {
        "confirmed" => found.is_some_and(|f| f.confidence == Confidence::Confirmed),
        "likely" => found.is_some_and(|f| f.confidence == Confidence::Likely),
        "possible" => found.is_some_and(|f| f.confidence == Confidence::Possible),
        "ruled out" => found.is_none() && considered.is_some_and(|c| c.verdict == ConsideredVerdict::RuledOut),
        "undecided" => found.is_none() && considered.is_some_and(|c| c.verdict == ConsideredVerdict::Undecided),
        "not" => found.is_none(),
        // How bad the worst finding of a rule is.
        "critical" | "high" | "medium" | "low" | "info" => {
            let worst = report.findings.iter().filter(|f| f.rule == value).map(|f| f.severity).min();
            let word = worst.map_or_else(|| "not found".to_owned(), |severity| format!("{severity:?}").to_lowercase());
            return (word != key).then(|| format!("it is {word}"));
        }
        "waiting" => {
            return (report.summary.waiting.to_string() != value).then(|| format!("it is {}", report.summary.waiting));
        }
        "unexplained" => {
            return (report.summary.unexplained.to_string() != value)
                .then(|| format!("it is {}", report.summary.unexplained));
        }
        "affected" => {
            let first = report.findings.first();
            let held = first.is_some_and(|f| f.affected.iter().any(|a| a == value));
            return (!held).then(|| format!("the top finding affects {:?}", first.map(|f| &f.affected)));
        }
        "before" => {
            // What is told to have happened just before.
            let grounds = report.findings.iter().flat_map(|f| &f.grounds);
            let texts: Vec<&str> =
                grounds.filter(|g| g.held == GroundKind::Before).map(|ground| ground.text.as_str()).collect();
            return (!texts.iter().any(|text| text.contains(value))).then(|| format!("it says {texts:#?}"));
        }
        // For the test that takes files away: this one shows that a trouble of another file is over.
        "over" => {
            let held = report.inputs.iter().any(|input| input.path == value);
            return (!held).then(|| "no file has this name".to_owned());
        }
        "remedy" => {
            // Readers see the steps of the finding that stands for a problem.
            let mains = report.problems.iter().filter_map(|problem| report.findings.get(problem.main));
            let steps = mains.flat_map(|f| &f.remedy);
            let verdicts = report.considered.iter().map(|c| c.why.as_str());
            let texts = steps.flat_map(|s| [s.text.as_str(), s.command.as_deref().unwrap_or("")]).chain(verdicts);
            let texts: Vec<&str> = texts.collect();
            return (!texts.iter().any(|t| t.contains(value))).then(|| format!("the steps are {texts:#?}"));
        }
        other => panic!("unknown expectation: {other}"),
    };
    (!held).then(|| format!("it is {is}"))
}

/// A case whose name begins with `healthy` is one of ordinary, busy evidence.
#[test]
fn healthy_sites_stay_quiet() {
    let healthy: Vec<Case> = cases().into_iter().filter(|case| case.name.starts_with("healthy")).collect();
    assert!(!healthy.is_empty());
    let mut loud = Vec::new();
    for case in healthy {
        for finding in diagnose(&case.files).findings.iter().filter(|finding| finding.severity < Severity::Info) {
            loud.push(format!("{}: {:?} {} {}", case.name, finding.severity, finding.rule, finding.statement));
        }
    }
    assert!(loud.is_empty(), "{}", loud.join("\n"));
}

/// Every waiting message belongs to a problem or to "not explained", and every citation has evidence.
fn check_account(report: &Report) -> Result<(), String> {
    let summary = &report.summary;
    let explained: u64 = summary.explained.iter().map(|e| e.messages).sum();
    if explained + summary.unexplained != summary.waiting {
        return Err(format!(
            "{explained} explained and {} not explained are not {}",
            summary.unexplained, summary.waiting
        ));
    }
    for finding in &report.findings {
        let mut cited = BTreeSet::new();
        for part in finding.statement.split('[').skip(1) {
            if let Some(number) = part.split(']').next().and_then(|n| n.parse::<usize>().ok()) {
                cited.insert(number);
                if number == 0 || number > finding.evidence.len() {
                    return Err(format!("{} cites [{number}] of {}", finding.rule, finding.evidence.len()));
                }
            }
        }
        if cited.is_empty() {
            return Err(format!("{} cites nothing: {}", finding.rule, finding.statement));
        }
        for evidence in &finding.evidence {
            if evidence.excerpt.trim().is_empty() && evidence.locator != "whole file" {
                return Err(format!("{} has evidence without an excerpt: {}", finding.rule, evidence.note));
            }
            for (a, b) in &evidence.marks {
                if evidence.excerpt.get(*a..*b).is_none() {
                    return Err(format!("{} marks outside of the excerpt", finding.rule));
                }
            }
        }
        if finding.role == Role::Cause && finding.remedy.is_empty() {
            return Err(format!("{} has no remedy", finding.rule));
        }
    }
    Ok(())
}

#[test]
fn the_printed_report_is_the_expected_one() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let printed = text::print(&diagnose(&case.files));
        let path = case.folder.join("expected.txt");
        if update {
            std::fs::write(&path, &printed).unwrap();
            continue;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if expected != printed {
            let first = expected.lines().zip(printed.lines()).find(|(a, b)| a != b);
            wrong.push(format!("{}: first difference: {first:#?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}\nUPDATE=1 rewrites expected.txt; read the difference first", wrong.join("\n"));
}

/// What a report says, without names of files.
fn essence(report: &Report) -> BTreeMap<String, String> {
    report
        .findings
        .iter()
        .enumerate()
        .map(|(i, f)| (format!("{i} {}", f.rule), format!("{:?} {} {:?}", f.confidence, f.statement, f.affected)))
        .collect()
}

#[test]
fn the_order_of_dropping_does_not_show() {
    for case in cases() {
        let plain = json::print(&diagnose(&case.files));
        let mut files = case.files.clone();
        for turn in 0..files.len().min(3) {
            files.rotate_left(1);
            if turn == 1 {
                files.reverse();
            }
            assert_eq!(json::print(&diagnose(&files)), plain, "{}", case.name);
        }
    }
}

#[test]
fn names_of_files_do_not_matter() {
    for case in cases() {
        let plain = diagnose(&case.files);
        // The time of a routing table stands only in the name of its file, so that part is kept.
        let renamed: Vec<(String, Vec<u8>)> = case
            .files
            .iter()
            .enumerate()
            .map(|(i, (path, bytes))| {
                let name = if path.contains("RoutingConfig") {
                    path.rsplit('/').next().unwrap_or(path).to_owned()
                } else {
                    format!("unknown-{i:02}")
                };
                (format!("{i:02}/{name}"), bytes.clone())
            })
            .collect();
        let other = diagnose(&renamed);
        assert_eq!(essence(&other), essence(&plain), "{}", case.name);
        let kinds = |r: &Report| r.inputs.iter().map(|i| (i.kind.clone(), i.records)).collect::<Vec<_>>();
        assert_eq!(kinds(&other), kinds(&plain), "{}", case.name);
    }
}

#[test]
fn a_missing_file_never_makes_another_cause_certain() {
    let mut wrong = Vec::new();
    for case in cases() {
        let certain = |r: &Report| -> BTreeSet<String> {
            let causes = r.findings.iter().filter(|f| f.role == Role::Cause && f.confidence == Confidence::Confirmed);
            // What is told without being a problem claims nothing about the waiting mail.
            causes.filter(|f| f.severity != Severity::Info).map(|f| f.rule.clone()).collect()
        };
        let whole = certain(&diagnose(&case.files));
        // A latent fault is only reported while no mail waits for it, so taking the queues away may show it.
        let latent =
            |rule: &str| rule == "rcv-custom-connector-covers-exchange-server" || rule == "routing-mdb-missing";
        for left_out in 0..case.files.len() {
            let mut files = case.files.clone();
            let (path, _) = files.remove(left_out);
            // Without the file that shows the end, the trouble is rightly told as it was before.
            if case.expect.iter().any(|(key, value)| key == "over" && *value == path) {
                continue;
            }
            let report = diagnose(&files);
            check_account(&report).unwrap_or_else(|wrong| panic!("{} without {path}: {wrong}", case.name));
            let new: Vec<String> = certain(&report).difference(&whole).filter(|rule| !latent(rule)).cloned().collect();
            if !new.is_empty() {
                wrong.push(format!("{} without {path}: {new:?} became certain", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
