//! The rule reference, `docs/rules`: written from what the rules say about themselves.
//!
//! One page per area, and one for the events that are explained without being a finding. The page of Queuescope shows the same
//! texts from the same place.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use queuescope::knowledge::known;
use queuescope::model::known_row::KnownRow;
use queuescope::rules::{Area, Check, Rule, all, rows};

use crate::tree::root;

const HEAD: &str = "# Rules

What Queuescope looks for, by the area where the cause lies. Every finding in a report names its rule; its text is here and in
the page under Reference. Rules are written in Rust or are rows of tables (one event or one reply, and one explanation);
[tables.md](tables.md) says how a site can bring rows of its own.

- **Critical**: mail is stopped. **High**: mail is delayed or partly stopped. **Medium**: it will delay mail under conditions that
  are likely to come. **Low**: a weakness worth mending. **Info**: worth knowing.
- **Cause**: explains symptoms. **Symptom**: is explained by a cause. **Context**: neither; it helps to read the rest.

`UPDATE=1 cargo test --test tidy` writes these pages from the rules.
";

/// Pages by name.
fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut index = format!("{HEAD}\n| Area | Rules | Rows |\n|---|---|---|\n");
    for area in Area::ALL {
        let mut own: Vec<&Rule<'_>> = all().chain(rows()).filter(|rule| rule.area == *area && !is_note(rule)).collect();
        own.sort_by_key(|rule| (matches!(rule.check, Check::Row(..)), rule.id));
        let in_rust = own.iter().filter(|rule| matches!(rule.check, Check::Code(_))).count();
        let _ = writeln!(index, "| [{}]({}.md) | {in_rust} | {} |", area.title(), area.word(), own.len() - in_rust);
        let mut page = format!("# {}\n", area.title());
        own.iter().for_each(|rule| page += &section(rule));
        pages.insert(format!("{}.md", area.word()), page);
    }
    let _ = writeln!(
        index,
        "\n[Events that are explained](events.md) lists the events that are no finding by themselves, because another rule reads them or \
         because healthy servers log them."
    );
    pages.insert("README.md".to_owned(), index);
    pages.insert("events.md".to_owned(), events());
    pages
}

fn is_note(rule: &Rule<'_>) -> bool {
    matches!(rule.check, Check::Row(row, _) if row.severity == "note")
}

/// Text with what Markdown would take for HTML made plain; code between backticks stays.
fn escaped(line: &str) -> String {
    let parts = line.split('`').enumerate();
    parts
        .map(|(i, part)| if i % 2 == 0 { part.replace('<', "&lt;") } else { part.to_owned() })
        .collect::<Vec<_>>()
        .join("`")
}

fn section(rule: &Rule<'_>) -> String {
    let list =
        |inputs: &[queuescope::rules::Input]| inputs.iter().map(|input| input.title()).collect::<Vec<_>>().join(", ");
    let (from, to) = rule.versions;
    let versions = if from == to { from.short().to_owned() } else { format!("{} to {}", from.short(), to.short()) };
    let mut text = format!(
        "\n## {}\n\n`{}` · {} · {} · Exchange {versions}\n",
        rule.title,
        rule.id,
        rule.severity.word(),
        rule.role.word()
    );
    let _ = write!(text, "\nNeeds {}.", list(rule.needs));
    if !rule.helps.is_empty() {
        let _ = write!(text, " Helped by {}.", list(rule.helps));
    }
    text.push('\n');
    for line in rule.text.lines() {
        // Headings of the rule stand two levels below the title of the page.
        let line = line.trim_end();
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.strip_prefix("# ") {
            Some(heading) => {
                let gap = if text.ends_with("\n\n") { "" } else { "\n" };
                let _ = write!(text, "{gap}### {heading}\n\n");
            }
            None if line.is_empty() && text.ends_with("\n\n") => {}
            None => drop(writeln!(text, "{}", escaped(line))),
        }
    }
    let explains: Vec<String> = rule.explains.iter().map(|id| format!("`{id}`")).collect();
    if !explains.is_empty() {
        let _ = write!(text, "\nExplains {}.\n", explains.join(", "));
    }
    let sources: Vec<String> = rule.sources.iter().map(|link| format!("<{link}>")).collect();
    if !sources.is_empty() {
        let _ = write!(text, "\nSources: {}\n", sources.join(", "));
    }
    text
}

fn events() -> String {
    let mut text =
        String::from("# Events that are explained\n\n| Source | Event | What it says | Why |\n|---|---|---|---|\n");
    let mut notes: Vec<&KnownRow> = known::all().iter().filter(|row| row.severity == "note").collect();
    notes.sort_by_key(|row| {
        (row.sources.first().map(|source| source.to_lowercase()), row.events.first().copied(), row.id.as_str())
    });
    for row in notes {
        let cell = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
        let ids: Vec<String> = row.events.iter().map(u16::to_string).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            cell(&row.sources.join(", ")),
            ids.join(", "),
            cell(&row.title),
            cell(&row.cause)
        );
    }
    text
}

#[test]
fn the_reference_says_what_the_rules_say() {
    let folder = root().join("docs/rules");
    let pages = pages();
    let on_disk = || -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| !path.ends_with("tables.md")).collect()
    };
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        on_disk()
            .iter()
            .filter(|path| !pages.keys().any(|name| path.ends_with(name)))
            .for_each(|path| std::fs::remove_file(path).unwrap());
        for (name, text) in &pages {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let stale: Vec<&String> = pages
        .iter()
        .filter(|(name, text)| std::fs::read_to_string(folder.join(name)).unwrap_or_default() != **text)
        .map(|(name, _)| name)
        .collect();
    assert!(stale.is_empty(), "docs/rules is out of date ({stale:?}): UPDATE=1 cargo test --test tidy");
    let extra: Vec<PathBuf> =
        on_disk().into_iter().filter(|path| !pages.keys().any(|name| path.ends_with(name))).collect();
    assert!(extra.is_empty(), "{extra:?} is written by nothing");
}

#[test]
fn the_reference_of_tables_names_every_column() {
    let text = std::fs::read_to_string(root().join("docs/rules/tables.md")).unwrap();
    for column in queuescope::model::known_row::COLUMNS {
        assert!(text.contains(&format!("| `{column}` |")), "tables.md does not describe {column}");
    }
}
