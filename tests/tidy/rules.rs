//! Rules: identifiers, texts, and the cases that show them at work.

use std::collections::BTreeSet;

use queuescope::rules::{Rule, Words, all, rows};

use crate::tree::{files, root};

fn faults(rule: &Rule<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let id = rule.id;
    if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        wrong.push(format!("{id} is not kebab-case"));
    }
    for heading in ["# Symptoms", "# Cause", "# Resolution", "# More information"] {
        if !rule.text.lines().any(|l| l.trim() == heading) {
            wrong.push(format!("{id} has no heading {heading}"));
        }
    }
    let resolution = rule.text.split("# Resolution").nth(1).unwrap_or("").split("# ").next().unwrap_or("");
    if !resolution.lines().any(|l| l.trim_start().starts_with("1. ")) {
        wrong.push(format!("{id}: the resolution has no numbered steps"));
    }
    if rule.title.ends_with('.') || !rule.title.chars().next().is_some_and(char::is_uppercase) {
        wrong.push(format!("{id}: the title should be a sentence without its full stop: {}", rule.title));
    }
    if !rule.sources.iter().all(|s| s.starts_with("https://")) {
        wrong.push(format!("{id}: a source is no https address"));
    }
    if rule.versions.0 > rule.versions.1 {
        wrong.push(format!("{id}: the versions are the wrong way round"));
    }
    wrong
}

#[test]
fn rules_say_what_readers_need() {
    let wrong: Vec<String> = all().flat_map(faults).chain(rows().iter().flat_map(faults)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn identifiers_are_unique_and_name_their_files() {
    let mut seen = BTreeSet::new();
    let paths: Vec<String> = files("src/rules", &[".rs"]).into_iter().map(|(p, _)| p).collect();
    for rule in all() {
        assert!(seen.insert(rule.id), "{} is declared twice", rule.id);
        let file = format!("/{}.rs", rule.id.replace('-', "_"));
        assert!(paths.iter().any(|p| p.ends_with(&file)), "no file {file} for the rule");
    }
    for row in rows() {
        assert!(seen.insert(row.id), "{} is declared twice", row.id);
    }
    for rule in all().chain(rows()) {
        for other in rule.explains.iter() {
            assert!(seen.contains(other), "{} explains a rule that does not exist: {other}", rule.id);
            let back = all().chain(rows()).find(|r| r.id == other).unwrap();
            assert!(!back.explains.has(rule.id), "{} and {other} explain each other", rule.id);
        }
    }
}

/// A circle of rules that explain each other, if there is one.
fn circle<'a>(explains: &dyn Fn(&str) -> Vec<&'a str>, from: &'a str, path: &mut Vec<&'a str>) -> Option<String> {
    if let Some(at) = path.iter().position(|id| *id == from) {
        return Some([&path[at..], &[from]].concat().join(" explains "));
    }
    path.push(from);
    let found = explains(from).into_iter().find_map(|next| circle(explains, next, path));
    path.pop();
    found
}

#[test]
fn no_rules_explain_each_other_in_a_circle() {
    let explains =
        |id: &str| all().find(|rule| rule.id == id).map_or_else(Vec::new, |rule| rule.explains.iter().collect());
    let circles: Vec<String> =
        all().chain(rows()).filter_map(|rule| circle(&explains, rule.id, &mut Vec::new())).collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let explains = |id: &str| -> Vec<&'static str> {
        match id {
            "a" => vec!["b", "c"],
            "c" => vec!["d"],
            "d" => vec!["c"],
            _ => Vec::new(),
        }
    };
    assert_eq!(circle(&explains, "a", &mut Vec::new()).as_deref(), Some("c explains d explains c"));
    assert_eq!(circle(&explains, "b", &mut Vec::new()), None);
}

#[test]
fn every_rule_is_shown_to_fire_and_to_keep_quiet() {
    let cases = files("tests/cases", &["case.md"]);
    let has = |keys: &[&str], id: &str| {
        cases.iter().any(|(_, text)| text.lines().any(|l| keys.iter().any(|k| l == format!("- {k}: {id}"))))
    };
    let sources = files("src/rules", &[".rs"]);
    let mut wrong = Vec::new();
    for rule in all() {
        // A rule that is never certain is shown at its best.
        let file = rule.id.replace('-', "_");
        let certain = sources
            .iter()
            .any(|(path, text)| path.ends_with(&format!("/{file}.rs")) && text.contains("Confidence::Confirmed"));
        if !has(&["confirmed"], rule.id) && (certain || !has(&["likely", "possible"], rule.id)) {
            wrong.push(format!("no case confirms {}", rule.id));
        }
        if !has(&["not", "ruled out"], rule.id) {
            wrong.push(format!("no case shows that {} keeps quiet", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rules that are not in the catalog, whose entries are single causes and symptoms: one gathers many, one tells ahead of a fault.
const GATHERED: &[&str] = &["routing-table-lint", "hybrid-certificate-expires"];

/// Entries of the catalog that are no rule, and why.
const LEFT_OUT: &[(&str, &str)] = &[(
    "routing-evidence-stale",
    "routing-table-lint says it: a table that is older than the queues or than its log keeps files",
)];

#[test]
fn identifiers_are_those_of_the_catalog_and_none_is_missing() {
    let catalog = root().join("../shared/knowledge/rules.tsv");
    let Ok(catalog) = std::fs::read_to_string(catalog) else {
        println!("the catalog of rules is not here; identifiers were not compared");
        return;
    };
    let known: BTreeSet<&str> = catalog.lines().skip(1).filter_map(|l| l.split('\t').next()).collect();
    let own: BTreeSet<&str> = all().chain(rows()).map(|rule| rule.id).collect();
    // Rows for single events and replies beyond the catalog say so in their identifier.
    let is_further =
        |id: &str| rows().iter().any(|row| row.id == id) && (id.starts_with("event-") || id.starts_with("reply-"));
    for id in own.iter().filter(|id| !GATHERED.contains(id) && !is_further(id)) {
        assert!(known.contains(id), "{id} is not in the catalog");
    }
    for id in GATHERED {
        assert!(own.contains(id), "{id} is no rule any more");
    }
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().map(|(id, _)| *id).collect();
    let missing: Vec<&&str> = known.iter().filter(|id| !own.contains(**id) && !left_out.contains(**id)).collect();
    assert!(missing.is_empty(), "entries of the catalog without a rule: {missing:?}");
}

/// Sources of events whose identifier stands in the catalog under another name.
fn is_source(own: &str, listed: &str) -> bool {
    let plain = |text: &str| {
        text.split('(').next().unwrap_or("").chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    plain(own) == plain(listed)
}

#[test]
fn every_event_of_the_catalog_is_explained() {
    let catalog = root().join("../shared/knowledge/event-catalog.tsv");
    let Ok(catalog) = std::fs::read_to_string(catalog) else {
        println!("the catalog of events is not here; events were not compared");
        return;
    };
    let mut missing = Vec::new();
    for line in catalog.lines().skip(1) {
        let mut cells = line.split('\t');
        let (source, id) = (cells.next().unwrap(), cells.next().unwrap());
        let Ok(id) = id.parse::<u16>() else { continue };
        let sources: Vec<&str> = source.split(['|', '/']).map(str::trim).collect();
        let known = queuescope::knowledge::known::all().iter().any(|row| {
            row.events.contains(&id)
                && row.sources.iter().any(|own| sources.iter().any(|listed| is_source(own, listed)))
        });
        if !known && !UNKNOWN_EVENTS.contains(&(sources[0], id)) {
            missing.push(format!("{source} {id}"));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Events of the catalog of which neither name nor text could be found anywhere.
const UNKNOWN_EVENTS: &[(&str, u16)] = &[("MSExchangeTransport", 5020)];

#[test]
fn a_rule_without_its_texts_is_found() {
    let good = all().next().unwrap();
    let bad = Rule {
        id: "Bad_Id",
        title: "ends with a dot.",
        text: "# Symptoms".into(),
        sources: Words::Written(&["http://x"]),
        check: good.check,
        ..*good
    };
    assert!(faults(&bad).len() >= 6, "{:?}", faults(&bad));
}
