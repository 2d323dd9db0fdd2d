//! Imports go one way. One crate has no boundaries that the compiler enforces; this is the substitute.

use crate::tree::{files, without_tests};

/// What each layer may use of the crate, besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("model", &["base"]),
    ("knowledge", &["base", "model"]),
    ("formats", &["base", "model", "knowledge"]),
    ("tools", &["base", "model", "knowledge"]),
    ("facts", &["base", "model", "knowledge", "tools"]),
    ("report", &["base"]),
    ("rules", &["base", "model", "knowledge", "facts", "tools", "report"]),
    ("analysis", &["base", "model", "formats", "facts", "tools", "report", "rules"]),
    ("worker", &["base", "report", "analysis"]),
    ("ui", &["report", "worker"]),
];

/// Views that show what the program knows, not what a case holds, and read it where it is. What is typed or pasted into a
/// tool is small, and read in the page.
const KNOWING: &[(&str, &[&str])] = &[
    ("src/ui/reference/", &["rules"]),
    ("src/ui/tools_view/", &["base", "model", "tools", "analysis"]),
    ("src/ui/collect_view/", &["analysis", "tools"]),
    // The German names of the areas of rules and of the groups of what can be gathered.
    ("src/ui/language/", &["rules", "tools"]),
    // What is a name and what a word of Exchange is said by the tables and the records.
    ("src/report/redaction/", &["model", "knowledge", "formats", "facts"]),
];

/// Crates that only the page and its worker may use.
const WEB: &[&str] = &["wasm_bindgen", "web_sys", "js_sys", "gloo", "yew", "serde_wasm_bindgen"];

fn layer(path: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    LAYERS.iter().find(|(name, _)| path.starts_with(&format!("src/{name}/")) || path == format!("src/{name}.rs"))
}

fn uses(code: &str) -> impl Iterator<Item = &str> {
    code.split("crate::").skip(1).filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next())
}

fn violations(path: &str, text: &str) -> Vec<String> {
    let Some((own, allowed)) = layer(path) else { return Vec::new() };
    // Tests may call anything; those of a file of their own are the same as those below the code.
    if path.ends_with("/tests.rs") {
        return Vec::new();
    }
    // Comments may speak of anything; links in documentation are no imports.
    let code: String =
        without_tests(text).lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut wrong = Vec::new();
    let more = KNOWING.iter().find(|(folder, _)| path.starts_with(folder)).map_or(&[][..], |(_, more)| more);
    for used in uses(&code).filter(|u| LAYERS.iter().any(|(name, _)| name == u)) {
        if used != *own && !allowed.contains(&used) && !more.contains(&used) {
            wrong.push(format!("{path} uses {used}; {own} may use only {allowed:?}"));
        }
    }
    if !matches!(*own, "worker" | "ui") {
        let hits = WEB.iter().filter(|w| code.contains(&format!("{w}::")) || code.contains(&format!("use {w}")));
        wrong.extend(hits.map(|w| format!("{path} uses the web crate {w}; only worker and ui may")));
    }
    // What the parts of a log gave travels from the workers that read to the one that judges: within one build, so nothing
    // is frozen by it.
    let travels = matches!(*own, "base" | "model" | "formats" | "facts" | "report" | "analysis" | "worker");
    if !travels && code.contains("derive(") && code.contains("Serialize") {
        wrong.push(format!(
            "{path} derives Serialize; only folded facts, the report and the messages of workers travel"
        ));
    }
    if *own == "ui" && (code.contains("worker::server") || code.contains("worker::samples")) {
        wrong
            .push(format!("{path} sees the worker's side; the page talks through worker::client and worker::protocol"));
    }
    wrong
}

#[test]
fn imports_go_one_way() {
    let wrong: Vec<String> = files("src", &[".rs"]).iter().flat_map(|(path, text)| violations(path, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn formats_do_not_see_each_other() {
    let mut wrong = Vec::new();
    let all = files("src/formats", &[".rs"]);
    let formats: Vec<String> = all
        .iter()
        .filter(|(_, text)| text.lines().any(|l| l.starts_with("pub static FORMAT: Format")))
        .map(|(path, _)| {
            path.trim_start_matches("src/formats/").trim_end_matches("/mod.rs").trim_end_matches(".rs").to_owned()
        })
        .collect();
    for (path, text) in &all {
        for other in formats.iter().filter(|f| !path.starts_with(&format!("src/formats/{f}"))) {
            let seen = [format!("formats::{other}::"), format!("super::{other}::")];
            if path != "src/formats/mod.rs" && seen.iter().any(|s| without_tests(text).contains(s)) {
                wrong.push(format!(
                    "{path} sees the format {other}; what two formats share belongs in base or formats/cmdlet"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_import_is_found() {
    assert_eq!(violations("src/base/x.rs", "use crate::model::queue::Queue;").len(), 1);
    assert_eq!(violations("src/facts/x.rs", "use crate::formats::Head;").len(), 1);
    assert_eq!(violations("src/model/x.rs", "use wasm_bindgen::JsValue;").len(), 1);
    assert_eq!(violations("src/rules/x.rs", "#[derive(Serialize)]").len(), 1);
    assert!(violations("src/rules/x.rs", "use crate::facts::Facts;\n//! crate::ui").is_empty());
}
