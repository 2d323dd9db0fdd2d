//! The command line: exit status, formats, and the JSON contract.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let case = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/relay-connector-captures-2010-list");
    let arguments = arguments.iter().map(|a| if *a == "CASE" { case } else { a });
    Command::new(env!("CARGO_BIN_EXE_queuescope")).args(arguments).output().unwrap()
}

#[test]
fn wrong_usage_and_unreadable_input_exit_with_2() {
    for arguments in [
        &[][..],
        &["diagnose"],
        &["explain", "CASE"],
        &["diagnose", "--format", "yaml", "CASE"],
        &["diagnose", "--format"],
        &["diagnose", "--unknown", "CASE"],
        &["diagnose", "/nowhere/at/all"],
        &["table", "nowhere", "CASE"],
        &["table", "queues"],
        &["table", "queues", "CASE", "--colour"],
        &["code"],
        &["code", "0xDEADBEEF"],
        &["guid"],
        &["guid", "hello"],
        &["headers"],
        &["headers", "/nowhere/at/all"],
        &["headers", concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE-MIT")],
        &["ip"],
        &["ip", "192.0.2.300"],
        &["ip", "--address", "hello", "192.0.2.0/24"],
        &["diagnose", concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE-MIT")],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!(output.stderr.is_empty() && output.stdout.is_empty()), "{arguments:?} says nothing");
    }
    assert_eq!(run(&["--help"]).status.code(), Some(0));
    assert_eq!(run(&["diagnose", "CASE"]).status.code(), Some(0));
}

#[test]
fn a_script_is_printed_for_a_generation_and_for_a_case() {
    let printed = |arguments: &[&str]| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let basics = printed(&["collect", "--days", "7", "--server", "O'Hara"]);
    assert!(basics.contains("[int]$Days = 7,") && basics.contains("@('O''Hara')"), "{basics}");
    assert!(printed(&["collect", "--generation=2003"]).contains("WinRoute"));
    assert!(printed(&["collect", "--generation", "online"]).contains("Get-AcceptedDomain"));
    let case = printed(&["collect", "CASE"]);
    assert!(case.contains("RECV*.LOG") && case != printed(&["collect"]), "{case}");
    for wrong in [&["collect", "--generation", "4.0"][..], &["collect", "--days", "0"], &["collect", "--colour"]] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_table_is_printed_as_the_page_saves_it() {
    let listed = String::from_utf8(run(&["table"]).stdout).unwrap();
    let ids: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(
        ids.contains(&"queues") && ids.contains(&"latency") && listed.lines().all(|line| line.ends_with('.')),
        "{listed}"
    );
    let output = run(&["table", "queues", "CASE"]);
    assert_eq!(output.status.code(), Some(0));
    let csv = String::from_utf8(output.stdout).unwrap();
    assert!(csv.starts_with("\u{feff}Queue,") && csv.contains("\r\nEX10-01\\3518,"), "{csv}");
    let redacted = String::from_utf8(run(&["table", "--redact", "queues", "CASE"]).stdout).unwrap();
    assert!(redacted.starts_with("\u{feff}Queue,") && redacted.contains("\r\nserver"), "{redacted}");
    assert!(redacted.lines().count() == csv.lines().count() && !redacted.contains("EX10"), "{redacted}");
}

#[test]
fn json_keeps_its_contract() {
    let output = run(&["diagnose", "--format", "json", "CASE"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let sorted = |mut names: Vec<&str>| {
        names.sort_unstable();
        names.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let is = |value: &serde_json::Value, names: Vec<&str>| {
        let mut found = keys(value);
        found.sort();
        assert_eq!(found, sorted(names));
    };
    is(&report, vec!["schema", "summary", "inputs", "findings", "considered"]);
    assert_eq!(report["schema"], 1);
    is(&report["summary"], vec!["text", "as_of", "waiting", "explained", "unexplained"]);
    is(&report["inputs"][0], vec!["path", "kind", "records", "warnings"]);
    let finding = &report["findings"][0];
    is(
        finding,
        vec![
            "rule",
            "severity",
            "role",
            "confidence",
            "problem",
            "title",
            "statement",
            "affected",
            "evidence",
            "explains",
            "remedy",
            "verify",
            "missing",
            "sources",
        ],
    );
    assert_eq!(
        (&finding["severity"], &finding["role"], &finding["confidence"]),
        (&"critical".into(), &"cause".into(), &"confirmed".into())
    );
    is(&finding["evidence"][0], vec!["input", "locator", "excerpt"]);
    is(&report["considered"][0], vec!["rule", "verdict", "why", "missing"]);
    assert_eq!(report["considered"][0]["verdict"], "ruled-out");
}

#[test]
fn every_format_prints_the_same_diagnosis() {
    for (format, mark) in
        [("text", "Problem 1"), ("markdown", "## Problem 1"), ("html", "<!doctype html>"), ("json", "\"schema\": 1")]
    {
        let output = run(&["diagnose", &format!("--format={format}"), "CASE"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(mark), "{format}");
        assert!(text.contains("Set-ReceiveConnector"), "{format}");
        assert!(text.ends_with('\n'), "{format}");
    }
}

#[test]
fn a_redacted_report_names_nobody() {
    for format in ["text", "markdown", "html", "json"] {
        let output = run(&["diagnose", "--redact", &format!("--format={format}"), "CASE"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert!(!text.contains("EX16-01") && !text.contains("192.0.2.11"), "{format}");
        assert!(text.contains("server1") && text.to_lowercase().contains("redacted"), "{format}");
    }
    let json = run(&["diagnose", "--redact", "--format=json", "CASE"]);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&report["redacted"], &report["schema"]), (&true.into(), &1.into()));
}

#[test]
fn codes_are_explained_in_any_notation() {
    for (code, mark) in [
        ("0x80040111", "MAPI_E_LOGON_FAILED"),
        ("-1017", "JET_errRecordDeleted"),
        ("ec=1010", "ecLoginPerm"),
        ("0c 03 09 80", "SEC_E_LOGON_DENIED"),
        ("451 5.7.3 Cannot achieve Exchange Server authentication", "Authentication failed"),
    ] {
        let output = run(&["code", code]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{code}");
        assert!(text.starts_with(code) && text.contains(mark) && text.ends_with('\n'), "{text}");
    }
    let both = run(&["code", "1722", "UntrustedRoot"]);
    let text = String::from_utf8(both.stdout).unwrap();
    assert!(text.contains("RPC_S_SERVER_UNAVAILABLE") && text.contains("root certificate"), "{text}");
}

#[test]
fn guids_and_ranges_are_answered() {
    let guid = run(&["guid", "(objectGUID=\\e6\\3b\\cf\\cc\\9c\\21\\79\\43\\98\\5d\\85\\1b\\76\\6e\\dd\\c7)"]);
    assert_eq!(guid.status.code(), Some(0));
    assert!(String::from_utf8(guid.stdout).unwrap().contains("{CCCF3BE6-219C-4379-985D-851B766EDDC7}"));
    let ip = run(&["ip", "--address", "192.0.2.5", "192.0.2.0/24", "192.0.2.0-192.0.2.9"]);
    assert_eq!(ip.status.code(), Some(0));
    let text = String::from_utf8(ip.stdout).unwrap();
    assert!(text.contains("192.0.2.0-192.0.2.9 counts, because it is the smallest"), "{text}");
}

#[test]
fn headers_are_read_from_a_file() {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/mail-header/outlook-2016.txt");
    let output = run(&["headers", sample]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("5 min 28 s") && text.contains("Exchange 2016"), "{text}");
}
