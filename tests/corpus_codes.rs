//! Every code of the real samples, of the cases, and of the catalogs of events and rules has an answer.
//!
//! Codes are found twice: by the product (`codes_in`), and by a plain scan here that knows nothing of the product, so that
//! a code that the product overlooks is missed. Corpus and catalogs are not part of the repository:
//! `QUEUESCOPE_CORPUS` names the folder of the first, the second stand beside it, and without them the tests say so.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use queuescope::base::text::Text;
use queuescope::tools::code_lookup::{codes_in, look_up};
use regex::Regex;

/// Numbers of the form of a code that are none, or that no public list explains.
const NO_CODES: &[(&str, &str)] = &[
    ("0x80000000", "a mask"),
    ("0x8e2287cd", "a checksum of a damaged page"),
    ("0x8e2287d1", "a checksum of a damaged page"),
];

fn corpus() -> PathBuf {
    std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from)
}

/// Text files below a folder, with their texts; binary ones are left out.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let name = path.to_string_lossy().into_owned();
            if bytes.len() > 8 << 20 || [".evtx", ".evt", ".zip", ".gz", ".msg"].iter().any(|end| name.ends_with(end)) {
                continue;
            }
            found.push((name, Text::decode(&bytes).as_str().to_owned()));
        }
    }
    found.sort();
    found
}

/// The plain scan: codes by their form and the word in front of them.
struct Plain(Vec<Regex>);

impl Plain {
    fn new() -> Plain {
        let patterns = [
            r"(?i)\b(0x[8c][0-9a-f]{7}|0xffff[ef][0-9a-f]{3})(?:[^0-9a-z]|$)",
            r"\bec=(\d{3,5}|-\d{4,10}|0x[1-9A-F][0-9A-Fa-f]*)\b",
            r"(?i)winsock error code: (\d+)",
            r#"(?:^|[ "'#;=(])[45]\d\d ([45]\.\d{1,3}\.\d{1,3})[ ."']"#,
            r"(?i)Error code ?: ?(-\d+)",
        ];
        Plain(patterns.iter().map(|pattern| Regex::new(pattern).unwrap()).collect())
    }

    /// Codes with their places.
    fn codes<'t>(&self, text: &'t str) -> Vec<(usize, &'t str)> {
        let hits = self.0.iter().flat_map(|regex| regex.captures_iter(text));
        hits.filter_map(|hit| hit.get(1)).map(|code| (code.start(), code.as_str())).collect()
    }
}

fn is_no_code(code: &str) -> bool {
    NO_CODES.iter().any(|(other, _)| other.eq_ignore_ascii_case(code))
}

/// What is wrong with the codes of a text: without an answer, or overlooked in their line.
fn faults(plain: &Plain, text: &str) -> (usize, BTreeMap<String, String>) {
    let (mut count, mut wrong) = (0, BTreeMap::new());
    for line in text.lines() {
        let codes = plain.codes(line);
        if codes.is_empty() {
            continue;
        }
        let notes = codes_in(line);
        for (at, code) in codes {
            count += 1;
            if is_no_code(code) {
                continue;
            }
            let shown: String = line.chars().take(200).collect();
            if !look_up(code).is_known() {
                wrong.insert(format!("{code} has no answer"), shown);
            } else if at < 60_000 && !notes.iter().any(|note| note.range.contains(&at)) {
                wrong.insert(format!("{code} is overlooked"), shown);
            }
        }
    }
    (count, wrong)
}

fn check(folder: &Path, least: usize) {
    let plain = Plain::new();
    let (mut count, mut marked, mut wrong) = (0, 0, Vec::new());
    for (name, text) in texts(folder) {
        let (codes, faults) = faults(&plain, &text);
        count += codes;
        marked += text.lines().map(|line| codes_in(line).len()).sum::<usize>();
        wrong.extend(faults.into_iter().map(|(fault, line)| format!("{name}: {fault}: {line}")));
    }
    println!("{}: {count} codes by the plain scan, {marked} marked", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= least, "only {count} codes in {}", folder.display());
}

#[test]
fn every_code_of_the_corpus_has_an_answer() {
    let corpus = corpus();
    if !corpus.is_dir() {
        println!("the corpus is not here; its codes were not looked up");
        return;
    }
    check(&corpus, 20);
}

#[test]
fn every_code_of_the_cases_has_an_answer() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"), 100);
}

#[test]
fn every_code_of_the_catalogs_has_an_answer() {
    let plain = Plain::new();
    // The catalogs list codes without the words that would tell whose they are.
    let number = Regex::new(r"(?:^|[\s,;/(])(-\d{3,4})(?:[\s,;/)]|$)").unwrap();
    for name in ["event-catalog.tsv", "rules.tsv"] {
        let path = corpus().join("../knowledge").join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("not here, its codes were not looked up: {name}");
            continue;
        };
        let codes = plain.codes(&text).into_iter().map(|(_, code)| code);
        let jet = number.captures_iter(&text).filter_map(|hit| hit.get(1)).map(|code| code.as_str());
        let all: Vec<&str> = codes.chain(jet).collect();
        let unknown: Vec<&&str> = all.iter().filter(|code| !is_no_code(code) && !look_up(code).is_known()).collect();
        println!("{name}: {} codes", all.len());
        assert!(unknown.is_empty() && all.len() > 10, "{name}: {unknown:?}");
    }
}

#[test]
fn a_code_without_an_answer_is_found() {
    let plain = Plain::new();
    let keys = |text: &str| faults(&plain, text).1.into_keys().collect::<Vec<_>>();
    assert_eq!(keys("failed with 0x8ABCDEF1 today"), ["0x8ABCDEF1 has no answer"]);
    assert_eq!(keys("ec=9998"), ["9998 has no answer"]);
    assert!(keys("failed with 0x80040111, 550 5.7.1 no").is_empty());
}
