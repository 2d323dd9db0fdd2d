//! The registry blocks: what they list is what the folder holds.

use std::collections::BTreeSet;

use crate::tree::{files, root};

/// Modules of a folder whose file holds a mark: `x.rs`, or `x/mod.rs`.
fn modules(folder: &str, mark: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for (path, text) in files(folder, &[".rs"]) {
        let rest = path.strip_prefix(&format!("{folder}/")).unwrap();
        let name = match rest.split('/').collect::<Vec<_>>().as_slice() {
            [file] => file.strip_suffix(".rs").unwrap().to_owned(),
            [module, "mod.rs"] => (*module).to_owned(),
            _ => continue,
        };
        if name != "mod" && text.lines().any(|l| l.starts_with(mark)) {
            names.insert(name);
        }
    }
    names.into_iter().collect()
}

/// Modules and entries that stand between the markers of a file.
fn listed(text: &str) -> (Vec<String>, Vec<String>) {
    let block = text.split("// registry:begin").nth(1).unwrap().split("// registry:end").next().unwrap();
    let mods = block.lines().filter_map(|l| l.strip_prefix("mod ")?.strip_suffix(';')).map(str::to_owned).collect();
    let entries: Vec<String> = block
        .split(['&', ' ', ',', '[', ']', '\n'])
        .filter_map(|word| {
            word.strip_suffix("::FORMAT")
                .or_else(|| word.strip_suffix("::RULE"))
                .or_else(|| word.strip_suffix("::RULES"))
                .or_else(|| word.strip_suffix("::TABLE"))
        })
        .map(str::to_owned)
        .collect();
    (mods, entries)
}

fn block(doc: &str, item: &str, modules: &[String], suffix: &str) -> String {
    let mods: String = modules.iter().map(|m| format!("mod {m};\n")).collect();
    let entries: Vec<String> = modules
        .iter()
        .map(|m| if suffix == "RULES" { format!("{m}::{suffix}") } else { format!("&{m}::{suffix}") })
        .collect();
    let line = format!("{item} = &[{}];", entries.join(", "));
    let next = format!("    &[{}];", entries.join(", "));
    let list = if line.len() <= 120 {
        line
    } else if next.len() <= 120 {
        format!("{item} =\n{next}")
    } else {
        format!("{item} = &[\n{}];", entries.iter().map(|e| format!("    {e},\n")).collect::<String>())
    };
    format!("{mods}\n/// {doc}\n{list}\n")
}

fn check(path: &str, modules: &[String], doc: &str, item: &str, suffix: &str) -> Option<String> {
    let file = root().join(path);
    let text = std::fs::read_to_string(&file).unwrap();
    let (mods, entries) = listed(&text);
    if mods == modules && entries == modules {
        return None;
    }
    if std::env::var_os("UPDATE").is_some() {
        let (before, rest) = text.split_once("// registry:begin").unwrap();
        let (first, rest) = rest.split_once('\n').unwrap();
        let after = rest.split_once("// registry:end").unwrap().1;
        let new =
            format!("{before}// registry:begin{first}\n{}// registry:end{after}", block(doc, item, modules, suffix));
        std::fs::write(file, new).unwrap();
        return None;
    }
    Some(format!(
        "{path} lists {mods:?} and {entries:?}; the folder holds {modules:?}. Run UPDATE=1 cargo test --test tidy"
    ))
}

#[test]
fn registries_list_what_the_folders_hold() {
    let mut wrong = Vec::new();
    let formats = modules("src/formats", "pub static FORMAT: Format");
    wrong.extend(check(
        "src/formats/mod.rs",
        &formats,
        "All formats, by id.",
        "pub static FORMATS: &[&Format]",
        "FORMAT",
    ));
    let tables = modules("src/analysis/tables", "pub static TABLE: Table");
    let item = "pub static TABLES: &[&Table]";
    wrong.extend(check("src/analysis/tables/mod.rs", &tables, "Every table, by file name.", item, "TABLE"));
    let areas = modules("src/rules", "pub static RULES: &[&super::Rule]");
    wrong.extend(check("src/rules/mod.rs", &areas, "The areas and their rules.", "static AREAS: &[&[&Rule]]", "RULES"));
    for area in areas {
        let folder = format!("src/rules/{area}");
        let rules = modules(&folder, "declare_rule! {");
        let item = "pub static RULES: &[&super::Rule]";
        wrong.extend(check(&format!("{folder}/mod.rs"), &rules, "The rules of this area, by id.", item, "RULE"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_block_reads_back_as_it_was_written() {
    let names: Vec<String> = ["alpha", "beta"].map(str::to_owned).to_vec();
    let text = format!(
        "x\n// registry:begin (y)\n{}// registry:end\n",
        block("Doc.", "pub static FORMATS: &[&Format]", &names, "FORMAT")
    );
    assert_eq!(listed(&text), (names.clone(), names));
}
