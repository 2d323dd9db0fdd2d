//! Redaction over real exports: nothing of the originals is left in any printed form or table, the same original has one
//! token, networks stay networks, and what is redacted once stays as it is.
//!
//! The corpus is not part of the repository: `QUEUESCOPE_CORPUS` names its folder, and without it the test says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use queuescope::analysis::tables::{Query, TABLES};
use queuescope::analysis::{Analysis, analyze};
use queuescope::base::source::Source;
use queuescope::report::redaction::{NameKind, Redacted, redact};
use queuescope::report::{Report, html, json, markdown, text};

/// Larger files are event logs that others have read; the test has to be quick.
const LARGEST: u64 = 1 << 20;

fn corpus() -> PathBuf {
    std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from)
}

fn case(folder: &Path) -> Analysis {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::metadata(&path).unwrap().len() <= LARGEST {
                files.push(path);
            }
        }
    }
    files.sort();
    let named = |path: &PathBuf| path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
    let sources = files.iter().map(|path| Source::from_bytes(named(path), std::fs::read(path).unwrap()));
    analyze(sources.collect(), &mut |_| ControlFlow::Continue(()))
}

fn printed(report: &Report) -> [(&'static str, String); 4] {
    [
        ("text", text::print(report)),
        ("json", json::print(report)),
        ("markdown", markdown::print(report)),
        ("html", html::print(report)),
    ]
}

/// Whether a text stands in another one as a whole word.
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric)
    })
}

/// Originals that were replaced and must not be printed: those that cannot be an ordinary word.
fn originals(redacted: &Redacted) -> BTreeSet<String> {
    let strong = |kind: NameKind| {
        matches!(
            kind,
            NameKind::Address | NameKind::Ip | NameKind::Guid | NameKind::Sid | NameKind::Thumbprint | NameKind::Server
        )
    };
    let rows = redacted.replacements.iter().filter(|row| strong(row.kind) && row.original.chars().count() > 3);
    rows.map(|row| row.original.to_lowercase()).collect()
}

/// The same original has one token, and addresses of one network stay in one network.
fn tokens(name: &str, redacted: &Redacted) -> Vec<String> {
    let mut faults = Vec::new();
    let mut tokens: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in &redacted.replacements {
        tokens.entry(row.original.to_lowercase()).or_default().insert(row.token.to_lowercase());
    }
    let several = tokens.iter().filter(|(_, tokens)| tokens.len() > 1);
    faults.extend(several.map(|(original, tokens)| format!("{name}: {original} has {tokens:?}")));
    let network = |text: &str| text.parse::<Ipv4Addr>().ok().map(|address| address.octets()[..3].to_vec());
    let mut networks: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for row in redacted.replacements.iter().filter(|row| row.kind == NameKind::Ip) {
        if let (Some(old), Some(new)) = (network(&row.original), network(&row.token)) {
            networks.entry(old).or_default().insert(new);
        }
    }
    let torn = networks.iter().filter(|(_, new)| new.len() > 1);
    faults.extend(torn.map(|(old, new)| format!("{name}: the network {old:?} became {new:?}")));
    faults
}

fn faults(name: &str, analysis: &Analysis) -> Vec<String> {
    let redacted = analysis.redacted(Default::default());
    let originals = originals(&redacted);
    let mut faults = tokens(name, &redacted);
    for (format, printed) in printed(&redacted.report) {
        let lower = printed.to_lowercase();
        let left = originals.iter().filter(|original| holds(&lower, original));
        faults.extend(left.map(|original| format!("{name}: {format} holds {original}")));
        let leaks = redacted.leaks(&printed);
        faults.extend(leaks.iter().map(|leak| format!("{name}: {format}, the check says {}", leak.text)));
    }
    let again = redact(&redacted.report, analysis.names());
    if printed(&again.report) != printed(&redacted.report) {
        faults.push(format!("{name}: redacting twice changes something"));
    }
    for table in TABLES {
        match analysis.redacted_table(table.id, &Query::default()).unwrap() {
            Ok(csv) => {
                let lower = csv.to_lowercase();
                let left = originals.iter().filter(|original| holds(&lower, original));
                faults.extend(left.map(|original| format!("{name}: the table {} holds {original}", table.id)));
                let rows = analysis.table(table.id).unwrap().rows.len();
                let read = csv::Reader::from_reader(csv.as_bytes()).records().count();
                if rows != read {
                    faults.push(format!("{name}: the table {} has {read} rows of {rows}", table.id));
                }
            }
            Err(leaks) => faults.extend(
                leaks.iter().map(|leak| format!("{name}: the table {}, the check says {}", table.id, leak.text)),
            ),
        }
    }
    faults
}

#[test]
fn nothing_of_real_exports_is_left() {
    let corpus = corpus();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&corpus)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    if folders.is_empty() {
        println!("not there, skipped: {}", corpus.display());
    }
    let mut all = Vec::new();
    for folder in &folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        all.extend(faults(&name, &case(folder)));
    }
    assert!(all.is_empty(), "{} faults\n{}", all.len(), all.join("\n"));
}
