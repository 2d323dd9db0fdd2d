//! The tables of `docs/seed-coverage.md`: every statement of the five articles has a rule, a tool or a format, and a case
//! that shows it.
//!
//! The second column names what covers a statement, in backticks: `rule:<id>`, `tool:<module>`, `format:<id>`. Words in
//! quotes behind `shows` stand in the printed report of every case of the row (or in the file of the unit test), behind
//! `reads` in its evidence, behind `says` in the source of a rule of the row, behind `text` in the text of the rule. Double
//! quotes within the words are written as simple ones.

use std::collections::BTreeSet;

use queuescope::formats::FORMATS;
use queuescope::rules::all;

use crate::tree::{files, root};

/// A row of a table.
#[derive(Debug)]
struct Row {
    line: usize,
    cells: Vec<String>,
}

impl Row {
    fn cell(&self, n: usize) -> &str {
        self.cells.get(n).map_or("", String::as_str)
    }

    /// What stands in backticks in a cell.
    fn names(&self, n: usize) -> Vec<&str> {
        self.cell(n).split('`').skip(1).step_by(2).collect()
    }

    /// The identifiers of a kind in the second cell.
    fn of_kind(&self, kind: &str) -> Vec<&str> {
        self.names(1).into_iter().filter_map(|name| name.strip_prefix(kind)?.strip_prefix(':')).collect()
    }

    /// The quoted words behind a word.
    fn quoted(&self, word: &str) -> Vec<String> {
        let start = format!("{word} \"");
        self.cell(1).split(&start).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }
}

/// The rows of the tables, and what is wrong with their form.
fn rows(text: &str) -> (Vec<Row>, Vec<String>) {
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for (n, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with('|')) {
        let line = line.replace("\\|", "\u{1}");
        let cells: Vec<String> = line
            .trim()
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace('\u{1}', "|").replace("&lt;", "<"))
            .collect();
        if cells.iter().all(|cell| cell == "---") || cells == ["statement", "where", "case"] {
            continue;
        }
        let row = Row { line: n + 1, cells };
        if row.cells.len() != 3 || row.cells.iter().any(String::is_empty) {
            wrong.push(format!("line {}: three cells with something in them are wanted: {:?}", row.line, row.cells));
        } else {
            rows.push(row);
        }
    }
    (rows, wrong)
}

/// Text in one line, without the bytes 0 of UTF-16, and with simple quotes, since the cells quote with double ones.
fn squeezed(text: &str) -> String {
    text.replace('\0', "").replace('"', "'").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same of a source file, with the strings that go over several lines put together.
fn source(text: &str) -> String {
    let mut joined = String::new();
    for part in text.split("\\\n") {
        joined += if joined.is_empty() { part } else { part.trim_start() };
    }
    squeezed(&joined.replace("\\\"", "'").replace("\\\\", "\\").replace("///", ""))
}

/// What a case holds: its expectations, its report, and its evidence.
struct Case {
    expectation: String,
    report: String,
    evidence: String,
}

fn case(name: &str) -> Option<Case> {
    let folder = root().join("tests/cases").join(name);
    let expectation = std::fs::read_to_string(folder.join("case.md")).ok()?;
    let report = std::fs::read_to_string(folder.join("expected.txt")).unwrap_or_default();
    let mut evidence = String::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name != "case.md" && name != "expected.txt" {
                evidence += &squeezed(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
                evidence.push('\n');
            }
        }
    }
    Some(Case { expectation, report: squeezed(&report), evidence })
}

/// Whether a case expects something of a rule, or its report names it.
fn occurs(rule: &str, case: &Case) -> bool {
    let expected = case.expectation.lines().any(|line| line.split(": ").nth(1) == Some(rule) && line.starts_with("- "));
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-');
    let printed = case.report.match_indices(rule).any(|(at, _)| {
        ends(case.report[..at].chars().next_back()) && ends(case.report[at + rule.len()..].chars().next())
    });
    expected || printed
}

/// What is wrong with one row.
fn faults(row: &Row) -> Vec<String> {
    let mut wrong = Vec::new();
    let rules = row.of_kind("rule");
    let known: BTreeSet<&str> = all().map(|rule| rule.id).collect();
    for id in &rules {
        if !known.contains(id) {
            wrong.push(format!("there is no rule {id}"));
        }
    }
    for module in row.of_kind("tool") {
        let path = root().join("src/tools").join(module);
        if !path.is_dir() && !path.with_extension("rs").is_file() {
            wrong.push(format!("there is no tool {module}"));
        }
    }
    for id in row.of_kind("format") {
        if !FORMATS.iter().any(|format| format.id == id) {
            wrong.push(format!("there is no format {id}"));
        }
    }
    let named = rules.len() + row.of_kind("tool").len() + row.of_kind("format").len();
    if named == 0 {
        wrong.push("no rule, tool or format is named".to_owned());
    }
    if named != row.names(1).len() {
        wrong.push(format!("one of these is neither rule, tool nor format: {:?}", row.names(1)));
    }
    for cell in &row.cells {
        if let Some((_, what)) = cell.split_once("missing:") {
            wrong.push(format!("missing:{what}"));
        }
    }
    wrong.extend(unproven(row, &rules));
    wrong
}

/// Whether a file is that of one of the rules, or one that the rules of an area share.
fn belongs(path: &str, text: &str, rules: &[&str]) -> bool {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let is_own = |path: &str| rules.iter().any(|id| path.ends_with(&format!("/{}.rs", id.replace('-', "_"))));
    let in_area =
        || files("src/rules", &[".rs"]).iter().any(|(other, _)| is_own(other) && folder(other) == folder(path));
    is_own(path) || !text.contains("declare_rule! {") && in_area()
}

/// What the cases and unit tests of a row do not prove.
fn unproven(row: &Row, rules: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut cases = Vec::new();
    let proofs = row.names(2);
    if proofs.is_empty() {
        wrong.push("no case is named".to_owned());
    }
    for name in proofs {
        if name.ends_with(".rs") {
            match std::fs::read_to_string(root().join(name)) {
                Ok(text) if text.contains("#[test]") => {
                    let text = source(&text);
                    let missing = |words: &&String| !text.contains(words.as_str());
                    wrong.extend(row.quoted("shows").iter().filter(missing).map(|w| format!("{name} has no \"{w}\"")));
                }
                _ => wrong.push(format!("there are no unit tests {name}")),
            }
            continue;
        }
        match case(name) {
            Some(case) => cases.push((name, case)),
            None => wrong.push(format!("there is no case {name}")),
        }
    }
    for (name, case) in &cases {
        if !rules.is_empty() && !rules.iter().any(|rule| occurs(rule, case)) {
            wrong.push(format!("the case {name} knows none of {rules:?}"));
        }
        for words in row.quoted("shows").iter().filter(|words| !case.report.contains(words.as_str())) {
            wrong.push(format!("the report of {name} does not show \"{words}\""));
        }
        for words in row.quoted("reads").iter().filter(|words| !case.evidence.contains(words.as_str())) {
            wrong.push(format!("the evidence of {name} does not hold \"{words}\""));
        }
    }
    for rule in rules {
        if !cases.is_empty() && !cases.iter().any(|(_, case)| occurs(rule, case)) {
            wrong.push(format!("no case of the row knows {rule}"));
        }
    }
    let texts: Vec<String> = all().filter(|rule| rules.contains(&rule.id)).map(|rule| squeezed(&rule.text)).collect();
    for words in row.quoted("text").iter().filter(|words| !texts.iter().any(|text| text.contains(words.as_str()))) {
        wrong.push(format!("no rule of the row has \"{words}\" in its text"));
    }
    let says = row.quoted("says");
    if !says.is_empty() {
        let sources = files("src/rules", &[".rs"]);
        let own: Vec<String> =
            sources.iter().filter(|(path, text)| belongs(path, text, rules)).map(|(_, text)| source(text)).collect();
        for words in says.iter().filter(|words| !own.iter().any(|text| text.contains(words.as_str()))) {
            wrong.push(format!("no rule of the row says \"{words}\""));
        }
    }
    wrong
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/seed-coverage.md")).unwrap()
}

#[test]
fn every_statement_is_covered() {
    let (rows, mut wrong) = rows(&page());
    assert!(rows.len() > 200, "only {} rows", rows.len());
    wrong.extend(rows.iter().flat_map(|row| {
        faults(row).into_iter().map(move |fault| format!("line {} ({}): {fault}", row.line, row.cell(0)))
    }));
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_that_an_article_asks_for_is_in_the_tables() {
    let Ok(catalog) = std::fs::read_to_string(root().join("../shared/knowledge/rules.tsv")) else {
        println!("the catalog of rules is not here; the tables were not compared with it");
        return;
    };
    let (rows, _) = rows(&page());
    let named: BTreeSet<&str> = rows.iter().flat_map(|row| row.of_kind("rule")).collect();
    let mut wanted = 0;
    for line in catalog.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let articles = cells.get(10).copied().unwrap_or("");
        let is_article = |word: &str| matches!(word.trim(), "000" | "001" | "002" | "003" | "004");
        if articles.contains("neighbour") || !articles.split(',').any(is_article) {
            continue;
        }
        wanted += 1;
        let id = cells[0];
        assert!(named.contains(id), "{id} is in no table");
    }
    assert!(wanted >= 35, "only {wanted} rules of the catalog belong to an article");
}

#[test]
fn a_bad_row_is_found() {
    let good = "| Messages wait | `rule:unreachable-no-route-to-mdb`, shows \"no route\", text \"no route\" | \
                `store-missing-from-routing-table` |";
    let one = |text: &str| {
        let (rows, wrong) = rows(text);
        let faults: Vec<String> = rows.iter().flat_map(faults).collect();
        wrong.into_iter().chain(faults).collect::<Vec<_>>()
    };
    assert_eq!(one(good), Vec::<String>::new());
    for (from, to) in [
        ("| Messages wait |", "| |"),
        ("unreachable-no-route-to-mdb", "unreachable-no-route"),
        ("rule:", "tool:"),
        ("rule:", "format:"),
        ("rule:", ""),
        ("Messages", "missing: messages"),
        ("shows \"no route\"", "shows \"no rout e\""),
        ("shows \"no route\"", "reads \"no rout e\""),
        ("text \"no route\"", "text \"no rout e\""),
        ("text \"no route\"", "says \"no rout e\""),
        ("`store-missing-from-routing-table`", "`store-missing`"),
        ("`store-missing-from-routing-table`", "`src/rules/mod.rs`"),
        ("`store-missing-from-routing-table`", "`submission-1009-evtx`, `healthy-2019`"),
        ("`store-missing-from-routing-table`", "somewhere"),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good, "{from}");
        assert!(!one(&bad).is_empty(), "{bad}");
    }
    assert!(!one("| a | b |").is_empty());
}
