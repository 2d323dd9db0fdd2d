//! The table of inputs for users, `docs/inputs.md`: written from what the formats say about themselves.

use std::fmt::Write as _;

use queuescope::formats::{FORMATS, Parse};

use crate::tree::root;

const HEAD: &str = "# What Queuescope reads

One row per kind of file. Content decides what a file is; names, folders and order do not matter. Each command only reads.
Output of PowerShell is read as Format-List, Format-Table, CSV, CLIXML and JSON; `| Export-Clixml file.xml` keeps the most.
Text may be in UTF-8, UTF-16, Windows-1252 or code page 850. Logs may have any size.

Zip archives and gzip files are opened, two deep, with up to 20,000 files and 64 GB; what is encrypted, packed with another
method than deflate, or grows more than 400-fold is named and left out. The archives that collectors write, such as
ExchangeLogCollector with one zip per server, can be dropped as they are.

`UPDATE=1 cargo test --test tidy` writes this table.
";

fn table() -> String {
    let mut text = HEAD.to_owned();
    for (title, is_log) in [("Logs", true), ("Documents", false)] {
        let _ = write!(text, "\n## {title}\n\n| Kind | How to get it | Usual names |\n|---|---|---|\n");
        let mut rows: Vec<_> =
            FORMATS.iter().filter(|format| matches!(format.parse, Parse::Log(_)) == is_log).collect();
        rows.sort_by_key(|format| (format.title.to_lowercase(), format.id));
        for format in rows {
            let cell = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
            let endings: Vec<String> = format.extensions.iter().map(|ending| format!("`.{ending}`")).collect();
            let _ =
                writeln!(text, "| {} | {} | {} |", cell(format.title), cell(format.how_to_collect), endings.join(", "));
        }
    }
    text
}

#[test]
fn the_table_of_inputs_lists_every_format() {
    let path = root().join("docs/inputs.md");
    let wanted = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let own = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(own == wanted, "docs/inputs.md is out of date: UPDATE=1 cargo test --test tidy");
}

#[test]
fn every_format_says_how_to_get_it() {
    for format in FORMATS {
        assert!(format.how_to_collect.len() > 10, "{}: how_to_collect says too little", format.id);
        assert!(!format.extensions.is_empty(), "{}: no usual ending", format.id);
    }
}
