//! Rows of known events and replies: each is shown to fire, and to keep quiet.
//!
//! `tests/known/confirm/<folder>` holds evidence as a site would bring it, `tests/known/quiet/<folder>` look-alikes: the same
//! ids of other sources, the same codes with other texts. Every row must be found in `confirm`; none may be found in `quiet`.
//! Rows that only explain (`note`) have no findings; that they match is shown by the explanation of the event.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use queuescope::analysis::analyze;
use queuescope::base::ledger::Ledger;
use queuescope::base::source::{Source, SourceId};
use queuescope::base::text::Text;
use queuescope::formats::{Document, FORMATS, Head, Log, Output, Parse, Probe};
use queuescope::knowledge::known;
use queuescope::model::event::Event;
use queuescope::model::known_row::KnownKind;
use queuescope::model::log_row::LogRow;
use queuescope::model::{Record, Sink};
use queuescope::report::{InputState, Report, Severity};

fn folders(kind: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/known").join(kind);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

fn files(folder: &Path, into: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if !path.ends_with(RIGHTLY) {
            let name = path.to_string_lossy().into_owned();
            into.push(Source::from_bytes(name, std::fs::read(&path).unwrap()));
        }
    }
}

/// In a quiet folder: rows that another text of the same id rightly gives, one per line.
const RIGHTLY: &str = "rightly-found.txt";

fn report(folder: &Path) -> Report {
    let mut sources = Vec::new();
    files(folder, &mut sources);
    analyze(sources, &mut |_| ControlFlow::Continue(())).report
}

fn rows() -> BTreeSet<&'static str> {
    known::all().iter().filter(|row| row.severity != "note").map(|row| row.id.as_str()).collect()
}

#[test]
fn every_row_is_found_where_it_should_be() {
    let (mut found, mut wrong) = (BTreeMap::new(), Vec::new());
    for folder in folders("confirm") {
        let report = report(&folder);
        for input in report.inputs.iter().filter(|input| input.state != InputState::Read) {
            wrong.push(format!("{} is not read in full: {:?}", input.path, input.notes));
        }
        for finding in report.findings {
            found.insert(finding.rule.clone(), finding);
        }
    }
    wrong.extend(rows().into_iter().filter(|id| !found.contains_key(*id)).map(|id| format!("nothing confirms {id}")));
    for finding in found.values().filter(|finding| rows().contains(finding.rule.as_str())) {
        let text = &finding.statement;
        if text.contains(['{', '}']) || !text.contains("[1]") || text.contains("  ") {
            wrong.push(format!("{}: {text}", finding.rule));
        }
        let commands = finding.remedy.iter().filter_map(|step| step.command.as_ref());
        wrong.extend(
            commands.filter(|c| c.contains('{') && c.contains("server}")).map(|c| format!("{}: {c}", finding.rule)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_row_is_found_where_it_should_not() {
    let mut wrong = Vec::new();
    for folder in folders("quiet") {
        let rightly = std::fs::read_to_string(folder.join(RIGHTLY)).unwrap_or_default();
        let report = report(&folder);
        for id in rightly.lines().filter(|id| !report.findings.iter().any(|finding| finding.rule == *id)) {
            wrong.push(format!("{}: {id} is not found", folder.display()));
        }
        let meant = |id: &str| rows().contains(id) && !rightly.lines().any(|line| line == id);
        for finding in report.findings.iter().filter(|finding| meant(&finding.rule)) {
            wrong.push(format!("{}: {} {}", folder.display(), finding.rule, finding.statement));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Replies that only logs show are past or those of strangers.
#[test]
fn logs_alone_give_nothing_to_worry_about() {
    let mut wrong = Vec::new();
    for folder in folders("confirm").into_iter().filter(|folder| folder.to_string_lossy().contains("replies")) {
        for finding in report(&folder).findings {
            let is_row = known::all().iter().any(|row| row.id == finding.rule && row.kind == KnownKind::Reply);
            let from_logs = finding.evidence.iter().all(|e| e.input.to_lowercase().contains("log"));
            if is_row && from_logs && finding.severity < Severity::Info {
                wrong.push(format!("{} {:?}", finding.rule, finding.severity));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The events of a file.
struct Events(Vec<Event>);

impl Sink for Events {
    fn record(&mut self, record: Record) {
        if let Record::Event(event) = record {
            self.0.push(event);
        }
    }

    fn row(&mut self, _: &LogRow<'_>) {}
}

fn events(folder: &Path) -> Vec<Event> {
    let mut sources = Vec::new();
    files(folder, &mut sources);
    let mut events = Events(Vec::new());
    for source in sources {
        let bytes = source.bytes.read_range(0, usize::MAX).unwrap();
        let head = Head::new(&source.path, bytes.len() as u64, bytes.get(..Head::BYTES.min(bytes.len())).unwrap());
        let format = FORMATS.iter().max_by_key(|format| match (format.probe)(&head) {
            Probe::Yes(score, _) => score,
            _ => 0,
        });
        let format = format.unwrap();
        let (mut ledger, mut progress) = (Ledger::default(), |_, _| ControlFlow::Continue(()));
        let mut out = Output::new(&mut events, &mut ledger, &mut progress);
        let (id, path) = (SourceId(0), source.path.as_str());
        match format.parse {
            Parse::Document(parse) => parse(&Document { id, path, text: &Text::decode(&bytes) }, &mut out),
            Parse::Log(reader) => reader.read_in_one(&Log { id, path, bytes: &bytes }, &mut out),
        }
    }
    events.0
}

#[test]
fn every_note_explains_an_event() {
    let shown: Vec<Event> = folders("confirm").iter().flat_map(|folder| events(folder)).collect();
    assert!(shown.len() > 300, "{}", shown.len());
    let notes = known::all().iter().filter(|row| row.severity == "note");
    let unshown: Vec<&str> =
        notes.filter(|row| !shown.iter().any(|event| row.is_of_event(event))).map(|row| row.id.as_str()).collect();
    assert!(unshown.is_empty(), "no sample shows the events of {unshown:?}");
}
