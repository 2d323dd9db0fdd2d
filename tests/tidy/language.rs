//! Texts of the page: all of them in `src/ui/language`, in every language, and shown by components that follow the choice.

use std::collections::BTreeSet;

use crate::tree::{files, without_tests};

/// Literals of views that are words and no texts of the page: file and literal.
const NO_TEXTS: &[(&str, &str)] = &[
    // What the browser calls things, and keys.
    ("src/ui/keyboard.rs", "g"),
    ("src/ui/drop.rs", "Files"),
    ("src/ui/keyboard.rs", "Escape"),
    ("src/ui/diagnosis/acknowledge.rs", "Escape"),
    ("src/ui/rail.rs", "Escape"),
    ("src/ui/shared/menu.rs", "Escape"),
    ("src/ui/timeline/overview.rs", "Home"),
    ("src/ui/timeline/overview.rs", "End"),
    ("src/ui/timeline/overview.rs", "Delete"),
    ("src/ui/timeline/overview.rs", "Backspace"),
    ("src/ui/path_list.rs", "Home"),
    ("src/ui/path_list.rs", "End"),
    ("src/ui/drawer.rs", "Home"),
    ("src/ui/drawer.rs", "End"),
    ("src/ui/connectors/matrix.rs", "Home"),
    ("src/ui/connectors/matrix.rs", "End"),
    ("src/ui/table_view/grid.rs", "Home"),
    ("src/ui/table_view/grid.rs", "End"),
    ("src/ui/table_view/grid.rs", "Enter"),
    ("src/ui/routing/map.rs", "Enter"),
    ("src/ui/routing/search.rs", "Enter"),
    ("src/ui/search/mod.rs", "Enter"),
    // The title of a column, which the worker names in English.
    ("src/ui/search/mod.rs", "Message ID"),
    ("src/ui/routing/search.rs", "Escape"),
    ("src/ui/tools_view/mod.rs", "Home"),
    ("src/ui/tools_view/mod.rs", "End"),
    // Names, the same in every language.
    ("src/ui/top_bar.rs", "Queuescope"),
    ("src/ui/reading_view.rs", "Esc"),
    ("src/ui/routing/drawer.rs", "Esc"),
    ("src/ui/export.rs", "Markdown"),
    ("src/ui/timeline/clock_row.rs", "UTC"),
    ("src/ui/tools_view/code_answer.rs", "HRESULT"),
    ("src/ui/connectors/matrix.rs", "Front End Transport"),
    ("src/ui/connectors/matrix.rs", "Transport"),
    // English findings, read or led in.
    ("src/ui/diagnosis/remedy.rs", "Check"),
    ("src/ui/diagnosis/remedy.rs", "Check: "),
    ("src/ui/diagnosis/problem.rs", "Ruled out"),
    ("src/ui/text.rs", "whole file"),
    ("src/ui/text.rs", " of "),
    ("src/ui/reference/rule_text.rs", "{} to {}"),
];

/// Files whose texts are English in every language: a problem as text is a part of the report.
const ENGLISH: &[&str] = &["src/ui/diagnosis/plain.rs"];

/// What is the same in German: names, words that German has, and keys that texts are found by.
const SAME: &[&str] = &[
    "CSV",
    "Code",
    "Codes",
    "Connector",
    "Connectors",
    "Esc",
    "Exchange",
    "Exchange 2007",
    "Exchange 2010",
    "Format",
    "GUID",
    "GUIDs",
    "Get-MailboxDatabase, Get-Mailbox",
    "Get-Queue, Get-Message",
    "Get-ReceiveConnector, Get-ExchangeServer",
    "IPv6",
    "LDIF",
    "Problem {number}",
    "Problem {problem} · {time}",
    "Problem",
    "Route",
    "Routing",
    "RoutingConfig*.xml",
    "Tab",
    "Text",
    "Version",
    "bytes",
    "connect-src 'none'",
    "form-action, frame-src, img-src",
    "local time",
    "relay-connector-captures-2010-list",
    "store-missing-from-routing-table",
    "{guids} GUIDs",
];

/// Components without a text of their own, and the one that holds the language.
const SPEECHLESS: &[&str] = &["App", "Menu", "Segment"];

/// A literal, with what stands before it.
struct Literal<'a> {
    before: &'a str,
    text: &'a str,
}

/// The texts between quotes, without those in comments.
fn literals(code: &str) -> Vec<Literal<'_>> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => at += code[at..].find('\n').unwrap_or(code.len() - at),
            b'\'' => {
                // A character, or the name of a lifetime.
                let end = code[at + 1..].char_indices().nth(1).map_or(0, |(end, _)| at + 1 + end);
                at = match bytes.get(at + 1) {
                    Some(b'\\') => code[at + 2..].find('\'').map_or(at + 1, |end| at + end + 3),
                    _ if bytes.get(end) == Some(&b'\'') => end + 1,
                    _ => at + 1,
                };
            }
            b'"' => {
                let start = at + 1;
                at = start;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                found.push(Literal { before: &code[..start - 1], text: &code[start..at.min(code.len())] });
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// The text without what is put in, and without escapes.
fn bare(text: &str) -> String {
    let mut bare = String::new();
    let mut depth = 0;
    for c in text.replace("\\n", " ").replace("\\\"", "").chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            c if depth <= 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

/// Whether a literal is something that a person reads.
fn is_text(literal: &Literal<'_>) -> bool {
    let text = bare(&literal.text.replace("\\u{a0}", " "));
    let before = literal.before.trim_end();
    // Line by line, so that a word of an earlier line does not count.
    let line = before.rsplit('\n').next().unwrap_or(before);
    let names_classes = line.ends_with("class=")
        || line.rsplit("classes!(").next().is_some_and(|rest| rest.len() < line.len() && !rest.contains(')'));
    if names_classes || line.ends_with("reason =") || !text.chars().any(char::is_alphabetic) {
        return false;
    }
    let is_shown = before.ends_with('{') && before[..before.len() - 1].trim_end().ends_with(['>', '}', '{'])
        || ["aria-label=", "title=", "placeholder=", "alt="].iter().any(|name| before.ends_with(name));
    let words: Vec<&str> = text.split(' ').map(|word| word.trim_matches(['.', ',', ';', ':', '?', '!', '"'])).collect();
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(char::is_alphabetic);
    let several =
        words.windows(2).any(|pair| pair.iter().all(is_word) && pair.concat().chars().any(char::is_lowercase));
    let mut letters = text.trim().chars();
    let begins = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    let is_name = text.trim().chars().skip(1).any(char::is_uppercase);
    is_shown || several || text.starts_with(' ') && text.len() > 3 && is_word(&text.trim()) || begins && !is_name
}

fn texts_of<'a>(path: &'a str, code: &'a str) -> impl Iterator<Item = String> + 'a {
    literals(code)
        .into_iter()
        .filter(move |literal| !NO_TEXTS.contains(&(path, literal.text)) && is_text(literal))
        .map(move |literal| format!("{path}: {:?} belongs to src/ui/language", literal.text))
}

#[test]
fn texts_of_the_page_stand_in_one_place() {
    let mut wrong = Vec::new();
    let mut left = NO_TEXTS.to_vec();
    for (path, text) in files("src/ui", &[".rs"]).into_iter().filter(|(path, _)| !path.ends_with("/tests.rs")) {
        let code = without_tests(&text);
        left.retain(|(file, known)| {
            *file != path || !literals(code).iter().any(|literal| literal.text == *known && is_text(literal))
        });
        if !path.starts_with("src/ui/language/") && !ENGLISH.contains(&path.as_str()) {
            wrong.extend(texts_of(&path, code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(left.is_empty(), "no longer needed in NO_TEXTS: {left:?}");
}

#[test]
fn a_text_in_a_view_is_found() {
    let found = |code: &str| texts_of("src/ui/some.rs", code).count();
    assert_eq!(found(r#"html! { <p>{ "Nothing was read." }</p> }"#), 1);
    assert_eq!(found(r#"html! { <p>{ "file" }</p> }"#), 1);
    assert_eq!(found(r#"html! { <p title="file">{ words.file }</p> }"#), 1);
    assert_eq!(found(r#"format!("{} rows of {all}", shown)"#), 1);
    assert_eq!(found(r#"let word = "Reading";"#), 1);
    assert_eq!(found("let mark = '\"'; // it's \"not a text\"\nlet word = \"Reading\";"), 1);
    assert_eq!(found(r#"html! { <p class="button quiet">{ words.file }</p> }"#), 0);
    assert_eq!(found(r#"classes!("drawer", "far below")"#), 0);
    assert_eq!(found(r#"html! { <path d="M1 8.5h3L6 3l3.5 10.5L11.5 8.5H15" /> }"#), 0);
    assert_eq!(found(r#"format!("{a}, {b}") + "ArrowLeft" + "problem-1""#), 0);
}

#[test]
fn german_is_german() {
    let english = files("src/ui/language/en", &[".rs"]);
    let german = files("src/ui/language/de", &[".rs"]);
    let mut wrong = Vec::new();
    let mut same = BTreeSet::new();
    for (path, text) in &english {
        let Some((other, translated)) = german.iter().find(|(other, _)| other.replace("/de/", "/en/") == *path) else {
            wrong.push(format!("{path} has no German twin"));
            continue;
        };
        wrong.extend(untranslated(text, translated, &mut same).map(|text| format!("{other}: {text:?} is English")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let needless: Vec<_> = SAME.iter().filter(|text| !same.contains(**text)).collect();
    assert!(needless.is_empty(), "no longer needed in SAME: {needless:?}");
}

/// Texts that stand in both, and those of [`SAME`] that are met.
fn untranslated(english: &str, german: &str, same: &mut BTreeSet<String>) -> impl Iterator<Item = String> {
    let words = |code: &str| -> BTreeSet<String> {
        let texts = literals(code).into_iter().map(|literal| literal.text.to_owned());
        texts.filter(|text| bare(text).chars().filter(|c| c.is_alphabetic()).count() > 2).collect()
    };
    let both: Vec<String> = words(english).intersection(&words(german)).cloned().collect();
    let (known, left): (Vec<String>, Vec<String>) = both.into_iter().partition(|text| SAME.contains(&text.as_str()));
    same.extend(known);
    left.into_iter()
}

#[test]
fn an_english_text_among_german_ones_is_found() {
    let found = |english, german| untranslated(english, german, &mut BTreeSet::new()).count();
    assert_eq!(found(r#"a: "Read all again","#, r#"a: "Read all again","#), 1);
    assert_eq!(found(r#"a: "Read all again", b: "{a}: {b}""#, r#"a: "Alle neu lesen", b: "{a}: {b}""#), 0);
}

fn deaf_components(path: &str, text: &str) -> Vec<String> {
    let components = text.split("#[function_component]").skip(1);
    components
        .filter_map(|rest| {
            let name = rest.split("fn ").nth(1)?.split('(').next()?;
            let body = rest.split("\n}\n").next()?;
            (!body.contains("use_words()") && !SPEECHLESS.contains(&name))
                .then(|| format!("{path}: {name} does not follow the language; begin with use_words()"))
        })
        .collect()
}

#[test]
fn components_follow_the_language() {
    let wrong: Vec<String> = files("src/ui", &[".rs"])
        .into_iter()
        .flat_map(|(path, text)| deaf_components(&path, without_tests(&text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let deaf = "#[function_component]\npub fn Box() -> Html {\n    html! {}\n}\n";
    assert_eq!(deaf_components("src/ui/some.rs", deaf).len(), 1);
    assert!(deaf_components("src/ui/some.rs", &deaf.replace("html!", "use_words(); html!")).is_empty());
}
