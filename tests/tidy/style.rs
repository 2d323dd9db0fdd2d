//! Files: size, front matter, words that must not occur, and the contrast of the page's colors.

use std::collections::BTreeMap;

use crate::tree::{files, root, without_tests};

/// Longest file, in lines.
const MOST_LINES: usize = 600;

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for (path, text) in files("src", &[".rs"]).into_iter().chain(files("tests", &[".rs"])) {
        wrong.extend(front(&path, &text));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn front(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES {
        wrong.push(format!("{path} has {lines} lines; split it"));
    }
    if !text.starts_with("//!") {
        wrong.push(format!("{path} does not begin with what is in it (//!)"));
    }
    wrong
}

#[test]
fn the_page_asks_nothing_of_the_network() {
    let mut wrong = Vec::new();
    // The programs in src/bin run outside the browser; the packer names what it removes.
    let source = files("src", &[".rs"]).into_iter().filter(|(path, _)| !path.starts_with("src/bin/"));
    for (path, text) in source.chain(files("www", &[".html", ".css", ".js"])) {
        wrong.extend(network(&path, without_tests(&text)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn network(path: &str, text: &str) -> Vec<String> {
    let code = text.lines().map(str::trim_start).filter(|l| !l.starts_with("//"));
    let words = [
        "XMLHttpRequest",
        "WebSocket(",
        "EventSource(",
        "sendBeacon(",
        "fetch(",
        "from_html_unchecked",
        "style=\"",
        "innerHTML =",
    ];
    code.flat_map(|line| {
        words.iter().filter(move |w| line.contains(**w)).map(move |w| format!("{path} has {w} in: {line}"))
    })
    .collect()
}

#[test]
fn maps_and_sets_of_the_page_bring_no_sort() {
    // Programs are not in the page; views see no layer below the report; the tests of `base/gather` compare it with `collect`.
    let others = ["src/bin/", "src/ui/", "src/base/gather.rs"];
    let source = files("src", &[".rs"]).into_iter();
    let wrong: Vec<String> = source
        .filter(|(path, _)| !others.iter().any(|other| path.starts_with(other)))
        .flat_map(|(path, text)| {
            sorting(without_tests(&text)).map(|line| format!("{path}: {line}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "base/gather says why these are gathered:\n{}", wrong.join("\n"));
}

/// First lines of what is collected into an ordered map or set.
fn sorting(text: &str) -> impl Iterator<Item = String> {
    text.split_inclusive(';').filter_map(|statement| {
        let (_, binding) = statement.rsplit_once("let ")?;
        let (kind, value) = binding.split_once('=')?;
        let is_ordered = kind.contains(": BTree") || kind.contains("::BTree");
        let collects = is_ordered && value.trim_end().ends_with(".collect();");
        let named =
            ["BTree", "std::collections::BTree"].iter().any(|kind| value.contains(&format!(".collect::<{kind}")));
        let is_one = collects || named;
        is_one.then(|| binding.lines().next().unwrap_or_default().to_owned())
    })
}

#[test]
fn every_block_of_a_style_sheet_is_closed() {
    let wrong: Vec<String> = files("www", &[".css"])
        .into_iter()
        .filter_map(|(path, text)| unclosed(&text).map(|at| format!("{path}: {at}")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_style_sheet_is_linked_and_says_what_it_is() {
    let page = std::fs::read_to_string(root().join("www/index.html")).unwrap();
    let linked: Vec<&str> =
        page.split("href=\"style/").skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name).collect();
    let mut wrong = Vec::new();
    let sheets = files("www/style", &[".css"]);
    for (path, text) in &sheets {
        let name = path.rsplit('/').next().unwrap();
        if linked.iter().filter(|l| **l == name).count() != 1 {
            wrong.push(format!("{path} is not linked once in www/index.html"));
        }
        if !text.starts_with("/*") {
            wrong.push(format!("{path} does not begin with what it styles"));
        }
        if name != "tokens.css" && text.contains("\n  --") {
            wrong.push(format!("{path} defines a token; they stand in tokens.css"));
        }
    }
    assert_eq!(linked.len(), sheets.len(), "{linked:?}");
    assert_eq!((linked.first(), linked.last()), (Some(&"tokens.css"), Some(&"media.css")), "tokens first, widths last");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a block is closed too often, or the end when one is open there. A browser says nothing of it and applies what
/// follows under the condition of that block.
fn unclosed(text: &str) -> Option<String> {
    let mut depth = 0_i64;
    for line in text.lines() {
        if !line.trim_start().starts_with("/*") {
            depth += line.matches('{').count() as i64 - line.matches('}').count() as i64;
        }
        if depth < 0 {
            return Some(line.to_owned());
        }
    }
    (depth != 0).then(|| "the end".to_owned())
}

#[test]
fn sample_data_uses_documentation_addresses() {
    let mut wrong = Vec::new();
    for (path, text) in files("tests/cases", &[".txt", ".csv", ".json", ".xml", ".md"]) {
        wrong.extend(addresses(&text).into_iter().map(|a| format!("{path} has the address {a}")));
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// IPv4 addresses that belong to somebody; those of private networks belong to everybody. Versions have four numbers as well; they begin below 20.
fn addresses(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter(|word| word.matches('.').count() == 3)
        .filter_map(|word| word.trim_matches('.').parse::<std::net::Ipv4Addr>().ok())
        .filter(|a| {
            let o = a.octets();
            let documentation = matches!(o, [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _]);
            !(documentation
                || o[0] < 20
                || a.is_private()
                || o == [255, 255, 255, 255]
                || a.is_loopback()
                || o[0] == 255)
        })
        .map(|a| a.to_string())
        .collect()
}

/// Pairs of tokens that stand on each other, and the least contrast (WCAG 2.2: 4.5 for text, 3 for parts).
const PAIRS: &[(&str, &str, f64)] = &[
    ("ink", "surface", 4.5),
    ("ink", "ground", 4.5),
    ("ink", "sunken", 4.5),
    ("ink", "hover", 4.5),
    ("ink-2", "surface", 4.5),
    ("ink-2", "ground", 4.5),
    ("ink-2", "sunken", 4.5),
    ("ink-2", "hover", 4.5),
    ("ink-3", "surface", 4.5),
    ("ink-3", "ground", 4.5),
    ("ink-3", "sunken", 4.5),
    ("ink-3", "hover", 4.5),
    ("ink", "accent-soft", 4.5),
    ("ink-2", "accent-soft", 4.5),
    ("ink", "mark", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "sunken", 4.5),
    ("accent", "accent-soft", 4.5),
    ("accent", "ground", 4.5),
    ("accent-ink", "accent", 4.5),
    ("critical", "surface", 4.5),
    ("critical", "ground", 4.5),
    ("critical", "accent-soft", 4.5),
    ("high", "surface", 4.5),
    ("high", "ground", 4.5),
    ("high", "accent-soft", 4.5),
    ("medium", "surface", 4.5),
    ("medium", "ground", 4.5),
    ("low", "surface", 4.5),
    ("info", "surface", 4.5),
    ("ok", "surface", 4.5),
    ("control", "surface", 3.0),
    ("control", "ground", 3.0),
    ("control", "sunken", 3.0),
    ("control", "hover", 3.0),
    ("focus", "surface", 3.0),
    ("focus", "ground", 3.0),
    ("mark-edge", "surface", 3.0),
    ("mark-edge", "mark", 3.0),
];

#[test]
fn every_pair_of_colors_has_its_contrast_in_both_themes() {
    let css = std::fs::read_to_string(root().join("www/style/tokens.css")).unwrap();
    // The light set stands first; the dark one repeats the same names below it.
    let (light, dark) = themes(&css);
    let mut wrong = Vec::new();
    for (theme, tokens) in [("light", &light), ("dark", &dark)] {
        for (front, back, least) in PAIRS {
            match (tokens.get(*front), tokens.get(*back)) {
                (Some(a), Some(b)) if contrast(*a, *b) >= *least => {}
                (Some(a), Some(b)) => {
                    wrong.push(format!("{theme}: {front} on {back} has {:.2}, needs {least}", contrast(*a, *b)))
                }
                _ => wrong.push(format!("{theme}: --{front} or --{back} is not defined")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

type Tokens = BTreeMap<String, [u8; 3]>;

fn themes(css: &str) -> (Tokens, Tokens) {
    let (mut light, mut dark) = (Tokens::new(), Tokens::new());
    for part in css.split("--").skip(1) {
        let Some((name, rest)) = part.split_once(':') else { continue };
        let Some(hex) = rest.trim_start().strip_prefix('#').and_then(|h| h.get(..6)) else { continue };
        let Ok(number) = u32::from_str_radix(hex, 16) else { continue };
        let color = [(number >> 16) as u8, (number >> 8) as u8, number as u8];
        let name = name.trim().to_owned();
        if light.contains_key(&name) {
            dark.entry(name).or_insert(color)
        } else {
            light.entry(name).or_insert(color)
        };
    }
    (light, dark)
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let luminance = |c: [u8; 3]| {
        let part = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2])
    };
    let (x, y) = (luminance(a), luminance(b));
    (x.max(y) + 0.05) / (x.min(y) + 0.05)
}

#[test]
fn these_checks_can_fail() {
    assert_eq!(unclosed("a { b: c; }\n}\n").as_deref(), Some("}"));
    assert_eq!(unclosed("a { b: c; }\n@media print { a { b: c; }\n"), Some("the end".to_owned()));
    assert!(unclosed("a { b: c; }\n\n/* Next { */\nb { c: d; }\n").is_none());
    let bad = "let a: BTreeSet<u8> = b\n.iter().collect();\nlet c: std::collections::BTreeMap<u8, u8> = d.collect();\nlet e = f.collect::<BTreeSet<_>>();";
    assert_eq!(sorting(bad).count(), 3);
    assert_eq!(sorting("let a: BTreeSet<u8> = b.gather();\nlet c: Vec<u8> = d.collect();").count(), 0);
    assert_eq!(front("x.rs", "fn main() {}").len(), 1);
    assert_eq!(front("x.rs", &format!("//! x\n{}", "\n".repeat(MOST_LINES))).len(), 1);
    assert_eq!(network("x.js", "fetch('/a')").len(), 1);
    assert!(network("x.js", "// fetch('/a')").is_empty());
    assert_eq!(
        addresses("at 72.16.0.9 and 25.1.2.3, not 10.1.2.3 nor 192.0.2.1 nor 15.1.2507.6 nor 8.0.535.0"),
        ["72.16.0.9", "25.1.2.3"]
    );
    assert!(contrast([255, 255, 255], [250, 250, 250]) < 1.1 && contrast([0, 0, 0], [255, 255, 255]) > 20.9);
    let (light, dark) = themes(":root{--a:#000000;} dark{--a:#ffffff;}");
    assert_eq!((light["a"], dark["a"]), ([0, 0, 0], [255, 255, 255]));
}
