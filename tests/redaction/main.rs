//! Redaction over all cases, and over the corpus when it is there: nothing of the originals is printed, the same original
//! has one token, and the diagnosis is the same.
//!
//! What counts as an original is told here by means of its own: regular expressions over the report as it is and the files,
//! and the names of the companies of the samples.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail loudly"
)]

mod replies;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use queuescope::analysis::tables::{Query, TABLES};
use queuescope::analysis::{Analysis, analyze};
use queuescope::base::source::Source;
use queuescope::base::text::Text;
use queuescope::report::compare::compare;
use queuescope::report::redaction::{NameKind, Redacted, redact};
use queuescope::report::{Added, Report, SetAside, html, json, markdown, text};
use regex::Regex;

/// Words of the companies in the samples; none may be left anywhere.
const COMPANIES: [&str; 17] = [
    "contoso",
    "fabrikam",
    "adatum",
    "litware",
    "northwind",
    "proseware",
    "tailspin",
    "wingtip",
    "woodgrove",
    "lucerne",
    "blueyonder",
    "cohowinery",
    "treyresearch",
    "wideworld",
    "alpine",
    "southridge",
    "humongous",
];

/// Every so many tables are looked at in a case.
const TURNS: usize = 8;

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            if name != "case.md" && name != "expected.txt" {
                files.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut all = Vec::new();
    walk(folder, folder, &mut all);
    all.sort();
    all
}

fn diagnose(files: &[(String, Vec<u8>)]) -> Analysis {
    let sources = files.iter().map(|(path, bytes)| Source::from_bytes(path.clone(), bytes.clone())).collect();
    analyze(sources, &mut |_| ControlFlow::Continue(()))
}

fn printed(report: &Report) -> [(&'static str, String); 4] {
    [
        ("text", text::print(report)),
        ("json", json::print(report)),
        ("markdown", markdown::print(report)),
        ("html", html::print(report)),
    ]
}

struct Shapes {
    originals: Vec<Regex>,
    servers: Regex,
}

impl Shapes {
    fn new() -> Shapes {
        let new = |pattern: &str| Regex::new(pattern).unwrap();
        Shapes {
            originals: vec![
                new(r"[A-Za-z0-9._+-]{2,}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"),
                new(
                    r"\b(?:192\.0\.2|198\.51\.100|203\.0\.113|192\.168\.\d+|10\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+)\.\d{1,3}\b",
                ),
                new(r"\b2001:db8:[0-9a-f:]+"),
                new(r"\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b"),
                new(r"\b[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|example|local)\b"),
                new(r"\bS-1-5-21-\d+-\d+-\d+-\d{4,}\b"),
            ],
            servers: new(r"\b(?:[A-Z]{2,6}\d{0,2}|EX\d*[A-Z]?|FABEX)-[A-Z]{0,4}\d{1,2}[A-Z]?\b"),
        }
    }

    /// What must not be printed. Well-known ranges, rights and hosts of Microsoft stay.
    fn of(&self, text: &str) -> BTreeSet<String> {
        let stays = |found: &str| {
            let lower = found.to_lowercase();
            [
                "microsoft.com",
                "outlook.com",
                "office.com",
                "office365.com",
                "rfc-editor.org",
                "10.0.0.0",
                "192.168.0.0",
                "172.16.0.0",
                "10.255.255.255",
                "-11d0-",
                "-11d1-",
                "-11d2-",
                "4d1a-",
                "00000000-",
            ]
            .iter()
            .any(|known| lower.contains(known))
                || queuescope::knowledge::extended_rights::all().iter().any(|right| right.guid.to_string() == lower)
        };
        let all = self.originals.iter().flat_map(|shape| shape.find_iter(text)).map(|m| m.as_str());
        all.filter(|found| !stays(found)).map(str::to_lowercase).collect()
    }
}

fn is_whole(text: &str, at: usize, len: usize) -> bool {
    let before = text[..at].chars().next_back();
    let behind = text[at + len..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric)
}

fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| is_whole(text, at, word.len()))
}

/// What is wrong with the redaction of a case.
fn faults(name: &str, files: &[(String, Vec<u8>)], shapes: &Shapes) -> Vec<String> {
    let analysis = diagnose(files);
    let report = &analysis.report;
    let redacted = redact(report, analysis.names());
    let mut faults = Vec::new();
    let public: String = report.findings.iter().flat_map(|finding| &finding.sources).map(String::as_str).collect();
    let before = text::print(report);
    let mut originals: BTreeSet<String> = shapes.of(&before);
    originals.retain(|original| !public.contains(original.as_str()));
    let mut servers: BTreeSet<String> = BTreeSet::new();
    for (path, bytes) in files.iter().filter(|(_, bytes)| bytes.len() < 1 << 20) {
        let decoded = Text::decode(bytes);
        let text = decoded.as_str();
        originals.extend(shapes.of(text).into_iter().filter(|original| !public.contains(original.as_str())));
        servers.extend(
            shapes.servers.find_iter(text).chain(shapes.servers.find_iter(path)).map(|m| m.as_str().to_lowercase()),
        );
    }
    for (format, printed) in printed(&redacted.report) {
        let lower = printed.to_lowercase();
        faults.extend(
            COMPANIES.iter().filter(|word| lower.contains(**word)).map(|word| format!("{name}: {format} holds {word}")),
        );
        faults.extend(
            originals.iter().filter(|word| holds(&lower, word)).map(|word| format!("{name}: {format} holds {word}")),
        );
        let left =
            servers.iter().filter(|word| !word.starts_with("kb-") && !word.starts_with("utf-") && holds(&lower, word));
        faults.extend(left.map(|word| format!("{name}: {format} holds the server {word}")));
        faults.extend(
            redacted.leaks(&printed).iter().map(|leak| format!("{name}: {format}, the check says {}", leak.text)),
        );
    }
    faults.extend(differences(report, &redacted).into_iter().map(|fault| format!("{name}: {fault}")));
    faults
}

fn differences(report: &Report, redacted: &Redacted) -> Vec<String> {
    let mut faults = Vec::new();
    let new = &redacted.report;
    let numbers = |report: &Report| {
        let summary = &report.summary;
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|f| (f.severity, f.role, f.confidence, f.problem, f.evidence.len(), f.remedy.len(), f.title.clone()))
            .collect();
        let inputs: Vec<_> =
            report.inputs.iter().map(|i| (i.kind.clone(), i.state, i.records, i.size, i.notes.len())).collect();
        (summary.waiting, summary.unexplained, summary.explained.clone(), findings, inputs, report.problems.clone())
    };
    if numbers(report) != numbers(new) && !report.findings.iter().any(|finding| finding.rule.starts_with("site-")) {
        faults.push("the diagnosis is another one".to_owned());
    }
    for (old, new) in report.findings.iter().zip(&new.findings) {
        if !old.rule.starts_with("site-") && old.rule != new.rule {
            faults.push(format!("the rule {} became {}", old.rule, new.rule));
        }
        for (old, new) in old.evidence.iter().zip(&new.evidence) {
            if old.excerpt.lines().count() != new.excerpt.lines().count() {
                faults.push(format!("lines of an excerpt are lost: {:?} {:?}", old.excerpt, new.excerpt));
            }
            if old.marks.is_empty() != new.marks.is_empty()
                || new.marks.iter().any(|(a, b)| new.excerpt.get(*a..*b).is_none_or(str::is_empty))
            {
                faults.push(format!("marks {:?} of {:?}", new.marks, new.excerpt));
            }
        }
    }
    let mut tokens: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in &redacted.replacements {
        // Accounts and parts of names keep their case where they stay, so compare without.
        tokens.entry(row.original.to_lowercase()).or_default().insert(row.token.to_lowercase());
    }
    faults.extend(
        tokens
            .iter()
            .filter(|(_, tokens)| tokens.len() > 1)
            .map(|(original, tokens)| format!("{original} has {tokens:?}")),
    );
    let mut back: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in redacted.replacements.iter().filter(|row| !matches!(row.kind, NameKind::Guid | NameKind::Domain)) {
        back.entry(row.token.to_lowercase())
            .or_default()
            .insert(row.original.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "));
    }
    faults.extend(
        back.iter()
            .filter(|(_, originals)| originals.len() > 1)
            .map(|(token, originals)| format!("{token} stands for {originals:?}")),
    );
    faults
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Says the faults of a case: its name and its files.
type Check<'c> = dyn Fn(&str, &[(String, Vec<u8>)]) -> Vec<String> + Sync + 'c;

/// The faults of all folders, two at a time.
fn run(folders: &[PathBuf], check: &Check<'_>) -> Vec<String> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let found = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(folder) = folders.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
                    let faults = check(&name, &files(folder));
                    found.lock().unwrap().extend(faults);
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    found
}

#[test]
fn nothing_of_the_originals_is_printed() {
    let shapes = Shapes::new();
    let faults = run(&cases(), &|name, files| faults(name, files, &shapes));
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// Every so many cases are looked at under other endings, which cost as much as the cases as they are.
const ENDINGS: usize = 3;

/// The companies under endings that no list knows: a name is one wherever its domain is registered.
#[test]
fn names_go_whatever_their_domains_end_in() {
    let domains = Regex::new(
        r"(?i)\b(contoso|fabrikam|adatum|litware|northwind|proseware|tailspin)\.(?:com|example|local|net|org)\b",
    )
    .unwrap();
    let is_told = |(at, _): &(usize, PathBuf)| at % ENDINGS == 0;
    let folders: Vec<PathBuf> = cases().into_iter().enumerate().filter(is_told).map(|(_, folder)| folder).collect();
    let faults = run(&folders, &|name, files| {
        let ending = ["gmbh", "bank", "health"][name.len() % 3];
        let is_plain = |bytes: &[u8]| bytes.len() < 1 << 20 && bytes.is_ascii();
        let other = |bytes: &[u8]| {
            domains.replace_all(std::str::from_utf8(bytes).unwrap(), format!("$1.{ending}")).into_owned()
        };
        let files: Vec<(String, Vec<u8>)> = files
            .iter()
            .filter(|(_, bytes)| is_plain(bytes))
            .map(|(path, bytes)| (path.clone(), other(bytes).into_bytes()))
            .collect();
        let analysis = diagnose(&files);
        let redacted = redact(&analysis.report, analysis.names());
        let printed = text::print(&redacted.report);
        let lower = printed.to_lowercase();
        let left = COMPANIES.iter().filter(|company| lower.contains(**company));
        let mut faults: Vec<String> = left.map(|company| format!("{name}: {company} is left")).collect();
        faults.extend(redacted.leaks(&printed).iter().map(|leak| format!("{name}: the check says {}", leak.text)));
        faults
    });
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// A table that is saved redacted holds no company either, and the check finds nothing in what is right. Each case has its
/// turn with some of the tables: all of them would take a minute.
fn faults_of_tables(name: &str, files: &[(String, Vec<u8>)]) -> Vec<String> {
    let analysis = diagnose(files);
    let mut faults = Vec::new();
    let turn = name.len() % TURNS;
    for table in TABLES.iter().enumerate().filter(|(at, _)| at % TURNS == turn).map(|(_, table)| table) {
        if analysis.table(table.id).is_none_or(|built| built.rows.is_empty()) {
            continue;
        }
        match analysis.redacted_table(table.id, &Query::default()).unwrap() {
            Ok(csv) => {
                let lower = csv.to_lowercase();
                let left = COMPANIES.iter().filter(|company| lower.contains(**company));
                faults.extend(left.map(|company| format!("{name}: the table {} holds {company}", table.id)));
            }
            Err(leaks) => faults.extend(
                leaks.iter().map(|leak| format!("{name}: the table {}, the check says {}", table.id, leak.text)),
            ),
        }
    }
    faults
}

#[test]
fn tables_lose_the_names_too() {
    let faults = run(&cases(), &|name, files| faults_of_tables(name, files));
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// A word such as "Offer" stays where it says nothing; as a subject it goes.
#[test]
fn a_subject_of_one_common_word_goes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/mailboxes-of-a-removed-server");
    let csv = diagnose(&files(&folder)).redacted_table("messages", &Query::default()).unwrap().ok().unwrap();
    assert!(csv.contains(",subject1,") && !csv.contains("Offer"), "{csv}");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/relay-connector-captures-2010-list");
    let files = files(&folder);
    let (one, other) = (diagnose(&files), diagnose(&files.iter().rev().cloned().collect::<Vec<_>>()));
    let (one, other) = (redact(&one.report, one.names()), redact(&other.report, other.names()));
    assert_eq!(printed(&one.report), printed(&other.report));
    assert_eq!(one.replacements, other.replacements);
    let text = text::print(&one.report);
    assert!(text.contains("Redacted:") && text.contains("Set-ReceiveConnector \"server"), "{text}");
    let again = redact(&one.report, &[]);
    assert_eq!(again.report.findings.len(), one.report.findings.len());
}

#[test]
fn a_problem_that_was_set_aside_keeps_its_note_and_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/two-causes-store-and-relay");
    let analysis = diagnose(&files(&folder));
    let server = analysis.names().iter().find(|name| name.kind == NameKind::Server).unwrap().text.clone();
    let note = format!("Known since Monday: {server}, ask Svensson (svensson@contoso.com, 192.0.2.200)");
    let aside = |problem: u32| SetAside { problem, note: note.clone() };
    assert!(analysis.report.problems.len() > 1);
    let report = analysis.report.with(Added { set_aside: vec![aside(99), aside(1), aside(1)], compared: None });
    assert_eq!(report.set_aside, [aside(1)], "others than its own are none");
    for (format, printed) in printed(&report) {
        let at = |text: &str| printed.find(text).unwrap_or_else(|| panic!("{format}: {text}"));
        assert!(printed.contains("Known since Monday"), "{format}");
        match format {
            "json" => {
                let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
                assert_eq!((json["schema"].as_u64(), json["set_aside"][0]["problem"].as_u64()), (Some(1), Some(1)));
                assert_eq!(json["set_aside"][0]["note"], note.as_str());
                assert_eq!(json["findings"].as_array().unwrap().len(), report.findings.len());
            }
            "markdown" => assert!(at("## Problem 2") < at("## Set aside") && at("## Set aside") < at("## Problem 1:")),
            "html" => assert!(at("id=\"p2\"") < at("<h2>Set aside") && at("<h2>Set aside") < at("id=\"p1\"")),
            _ => assert!(at("Problem 2: ") < at("Set aside: Known") && at("Set aside: Known") < at("Problem 1: ")),
        }
    }
    let kept: Report = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(kept, report);
    let redacted = analysis.redacted(Added { set_aside: vec![aside(1)], compared: None });
    for (format, printed) in printed(&redacted.report) {
        assert!(printed.contains("Known since Monday: server"), "{format}");
        for original in [server.as_str(), "Svensson", "svensson", "contoso", "192.0.2.200"] {
            let at =
                printed.find(original).map(|at| printed[at.saturating_sub(80)..].chars().take(160).collect::<String>());
            assert_eq!(at, None, "{format} holds {original}");
        }
        assert!(redacted.leaks(&printed).is_empty(), "{format}");
        let put_back = printed.replacen("Monday", &server, 1);
        assert!(!redacted.leaks(&put_back).is_empty(), "{format}");
    }
}

#[test]
fn a_comparison_is_printed_near_the_top_and_redacted_with_the_rest() {
    let case = |name: &str| diagnose(&files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)));
    let (earlier, later) = (case("relay-connector-captures-2010-list"), case("two-causes-store-and-relay"));
    let mut compared = compare(&earlier.report, &later.report);
    compared.earlier.name = "Svensson before".to_owned();
    compared.later.name = "Svensson after".to_owned();
    assert!(!compared.now.is_empty());
    let added = Added { set_aside: Vec::new(), compared: Some(Box::new(compared.clone())) };
    let report = later.report.with(added.clone());
    for (format, printed) in printed(&report) {
        let at = |text: &str| printed.find(text).unwrap_or_else(|| panic!("{format}: {text}"));
        match format {
            "json" => {
                let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
                let out = &json["compared"];
                assert_eq!(out["earlier"]["name"], "Svensson before");
                assert_eq!(out["later"]["waiting"].as_u64(), Some(later.report.summary.waiting));
                assert_eq!(out["problems"].as_array().unwrap().len(), compared.now.len());
                assert_eq!(out["gone"].as_array().unwrap().len(), compared.gone.len());
                assert_eq!(out["problems"][0]["change"], compared.now[0].change.word().to_lowercase());
            }
            "markdown" => assert!(at("## Before and after") < at("## Problem 1:")),
            "html" => assert!(at("id=\"compared\"") < at("id=\"p1\"") && at("href=\"#compared\"") < at("id=\"p1\"")),
            _ => assert!(at("Before and after") < at("Problem 1: ")),
        }
        let doubt = compared.doubt();
        assert!(
            printed.contains("Svensson before")
                && (format == "text" || doubt.is_none_or(|text| printed.contains(&text))),
            "{format}\n{printed}"
        );
    }
    let kept: Report = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(kept, report);
    let redacted = later.redacted(added);
    assert_eq!(redacted.report.scope, queuescope::report::Scope::default());
    for (format, printed) in printed(&redacted.report) {
        assert!(!printed.contains("Svensson"), "{format}");
        assert!(redacted.leaks(&printed).is_empty(), "{format}: {:?}", redacted.leaks(&printed));
        let put_back = printed.replacen("Messages", "Svensson", 1).replacen("queuescope", "Svensson", 1);
        assert!(format != "html" || !redacted.leaks(&put_back).is_empty(), "{format}");
    }
}

#[test]
fn names_of_another_site_are_replaced_where_two_captures_are_told_apart() {
    let case = |name: &str| diagnose(&files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)));
    let (earlier, later) = (case("relay-connector-captures-2010-list"), case("healthy-2013-site-in-german"));
    let compared = compare(&earlier.report, &later.report);
    let (before, now) = compared.apart.clone().expect("two sites");
    assert!(!before.servers.is_empty() && !now.servers.is_empty(), "{before:?} {now:?}");
    let redacted = later.redacted(Added { set_aside: Vec::new(), compared: Some(Box::new(compared)) });
    for (format, printed) in printed(&redacted.report) {
        for name in before.servers.iter().chain(&now.servers).chain(&before.domains).chain(&now.domains) {
            assert!(!printed.to_lowercase().contains(&name.to_lowercase()), "{format} holds {name}");
        }
        assert!(redacted.leaks(&printed).is_empty(), "{format}: {:?}", redacted.leaks(&printed));
    }
}

#[test]
fn the_check_finds_what_was_put_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/relay-connector-captures-2010-list");
    let analysis = diagnose(&files(&folder));
    let redacted = redact(&analysis.report, analysis.names());
    for (format, clean) in printed(&redacted.report) {
        assert!(redacted.leaks(&clean).is_empty(), "{format}");
        for original in
            ["EX16-01", "192.0.2.11", "someone@contoso.com", "mail.contoso.com", "5c0f7a1e-2b64-5d83-9a17-e46f03c8d2b5"]
        {
            let printed = clean.replacen("Exchange", original, 1);
            assert!(!redacted.leaks(&printed).is_empty(), "{format}, {original}");
        }
    }
    for (format, printed) in printed(&analysis.report) {
        assert!(redacted.leaks(&printed).len() > 5, "{format}");
    }
}

/// Prints the redacted text of one case: `QUEUESCOPE_SHOW=name cargo test --test redaction -- --nocapture show`.
#[test]
fn show() {
    let Some(name) = std::env::var_os("QUEUESCOPE_SHOW") else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let analysis = diagnose(&files(&folder));
    let redacted = redact(&analysis.report, analysis.names());
    println!("{}", text::print(&redacted.report));
    for row in &redacted.replacements {
        println!("{} | {} | {} | {}", row.kind.word(), row.original, row.token, row.times);
    }
}
