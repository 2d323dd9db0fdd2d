//! What the script and the instructions gather is what the formats read, and every format has a way to its files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::string_slice, reason = "a test may fail loudly")]

use queuescope::formats::{FORMATS, by_id};
use queuescope::rules;
use queuescope::tools::collect::{Generation, How, asked_by, entries, gathered};

/// Formats that nothing gathers: what people write themselves, and the log of the script.
const NOT_GATHERED: &[&str] = &["collect-log", "site-rows"];

#[test]
fn every_file_is_of_a_kind_that_is_read() {
    for entry in entries() {
        let kinds =
            entry.ways.iter().flat_map(|way| way.files).map(|(_, kind)| *kind).chain(entry.also.iter().copied());
        for kind in kinds {
            assert!(by_id(kind).is_some(), "{}: no format {kind}", entry.id);
        }
        for (file, kind) in entry.ways.iter().flat_map(|way| way.files) {
            let ending = file.rsplit('.').next().unwrap().to_lowercase();
            let usual = by_id(kind).unwrap().extensions;
            assert!(usual.contains(&ending.as_str()), "{}: {file} is no usual name of {kind}", entry.id);
        }
    }
}

#[test]
fn every_format_can_be_gathered() {
    for format in FORMATS.iter().filter(|format| !NOT_GATHERED.contains(&format.id)) {
        let known = entries().any(|entry| entry.is_brought_by(format.id));
        assert!(known, "{}: no entry of src/tools/collect gives it", format.id);
    }
}

#[test]
fn the_script_writes_the_files_that_the_table_names() {
    for generation in Generation::ALL {
        for (entry, way) in gathered(generation) {
            let How::Script(_, code) = way.how else { continue };
            for (file, kind) in way.files {
                // The name as the script puts it together: what comes before and behind the name of the server.
                let mut parts = file.split("SERVER").filter(|part| !part.is_empty());
                let there = |part: &str| code.contains(&format!("'{part}'"));
                let by_helper =
                    code.contains("Export-Events") && matches!(*kind, "evtx" | "get-win-event" | "get-event-log");
                assert!(by_helper || parts.all(there), "{}: {file} in {code}", entry.id);
            }
        }
    }
}

/// Commands of inputs that no entry gathers, by a word of them.
const BY_HAND: &[&str] = &["reg query", "UnifiedContent", "Diagnostics Logging", "Measure-Object", "Get-Recipient"];

#[test]
fn the_commands_in_the_rules_are_answered() {
    // Literal commands in the source of the rules; those put together at run time look alike.
    let mut unknown = Vec::new();
    let mut number = 0;
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules")];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            if file.is_dir() {
                folders.push(file);
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            for missing in text.split("Missing {").skip(1) {
                let Some((_, rest)) = missing.split_once("command:") else { continue };
                let Some(literal) = rest.trim_start().strip_prefix('"') else { continue };
                let end = literal.match_indices('"').find(|(at, _)| !literal[..*at].ends_with('\\')).unwrap().0;
                let command = literal[..end].replace("\\\"", "\"");
                number += 1;
                let asked = asked_by("", &command);
                if asked.entries.is_empty() && !BY_HAND.iter().any(|word| command.contains(word)) {
                    unknown.push(command);
                }
            }
        }
    }
    assert!(number > 30, "{number} commands");
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    assert!(rules::all().count() > 50);
}
