//! Tests: the table, the script, and what answers a question. The script is read by a small reader of PowerShell.

mod powershell;

use std::collections::BTreeSet;

use self::powershell::{Piece, pieces, words};
use super::*;

fn everything(generation: Generation) -> Request {
    let entries = gathered(generation).map(|(entry, _)| entry.id.to_owned()).collect();
    Request { entries, ..Request::basics(generation) }
}

fn scripts() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for generation in Generation::ALL.into_iter().filter(|generation| generation.has_script()) {
        all.push((format!("{generation:?}, everything"), everything(generation).text()));
        all.push((format!("{generation:?}, basics"), Request::basics(generation).text()));
        for (entry, way) in gathered(generation) {
            if matches!(way.how, How::Script(..)) {
                let one = Request { entries: vec![entry.id.to_owned()], ..Request::basics(generation) };
                all.push((format!("{generation:?}, {}", entry.id), one.text()));
            }
        }
    }
    all
}

#[test]
fn the_table_is_whole() {
    let mut ids = BTreeSet::new();
    for entry in entries() {
        assert!(ids.insert(entry.id), "{} twice", entry.id);
        assert!(entry.settles.ends_with('.') && !entry.title.ends_with('.'), "{}", entry.id);
        assert!(!entry.ways.is_empty(), "{}", entry.id);
        for way in entry.ways {
            assert!(!way.files.is_empty() && !way.size.is_empty() && !way.time.is_empty(), "{}", entry.id);
            for generation in way.generations {
                let ways = entry.ways.iter().filter(|other| other.generations.contains(generation)).count();
                assert_eq!(ways, 1, "{}: {generation:?} has {ways} ways", entry.id);
                let scripted = matches!(way.how, How::Script(..));
                assert!(!scripted || generation.has_script(), "{}: no script runs on {generation:?}", entry.id);
            }
        }
    }
    let groups: Vec<Group> = entries().map(|entry| entry.group).collect();
    assert!(groups.is_sorted(), "entries of one group stand together");
    for generation in Generation::ALL {
        assert!(!basics(generation).is_empty(), "{generation:?}");
        assert_eq!(Generation::of_word(generation.word()), Some(generation));
    }
}

#[test]
fn scripts_are_whole_and_plain() {
    for (which, script) in scripts() {
        let found = pieces(&script).unwrap_or_else(|error| panic!("{which}: {error}\n{script}"));
        assert!(script.is_ascii(), "{which}");
        assert!(script.lines().all(|line| line.len() < 260), "{which}: a line is too long");
        // The first thing that is no comment must be the parameters.
        let blank = |piece: &&Piece| matches!(piece, Piece::Code(code) if code.trim().is_empty());
        let first = found.iter().find(|piece| !matches!(piece, Piece::Comment(_)) && !blank(piece));
        assert!(matches!(first, Some(Piece::Code(code)) if code.trim().starts_with("param(")), "{which}");
        assert!(script.ends_with("Write-Output $Folder\n"), "{which}");
    }
}

/// Verbs that only read, print, or write into the new folder.
const VERBS: &[&str] =
    &["Get", "Test", "Select", "Sort", "Where", "ForEach", "Write", "Out", "Export", "Copy", "Join", "Compress"];

#[test]
fn scripts_hold_no_command_that_changes_anything() {
    for (which, script) in scripts() {
        for word in words(&script) {
            if let Some((verb, noun)) = word.split_once('-')
                && !verb.is_empty()
                && verb.chars().all(|c| c.is_ascii_alphabetic())
                && noun.chars().all(|c| c.is_ascii_alphabetic())
            {
                let makes_folder = word == "New-Item";
                assert!(VERBS.contains(&verb) || makes_folder, "{which}: {word}");
            }
        }
        // What is written goes into the folder: the only item that is made is a folder.
        for (at, _) in script.match_indices("New-Item") {
            assert!(script[at..].starts_with("New-Item -ItemType Directory -Path "), "{which}");
        }
        for (at, _) in script.match_indices("Copy-Item -") {
            assert!(
                script[at..].starts_with("Copy-Item -LiteralPath $File.FullName -Destination $File.Into"),
                "{which}"
            );
        }
        let code: String =
            pieces(&script).unwrap().into_iter().map(|p| if let Piece::Code(c) = p { c } else { " ".into() }).collect();
        let lower = code.to_ascii_lowercase();
        for wrong in [".delete(", ".invoke", "iex ", "start-", "add-", "%{", "|?", ".moveto(", "remove", "clear", "wmi"]
        {
            assert!(!lower.contains(wrong), "{which}: {wrong}");
        }
        for (at, _) in code.match_indices('&') {
            let after = code[at + 1..].trim_start();
            let known = ["$Command", "wevtutil.exe epl", "ldifde.exe -f $target", "1"];
            assert!(known.iter().any(|k| after.starts_with(k)), "{which}: & {}", &after[..after.len().min(30)]);
        }
        for (at, _) in code.match_indices('>') {
            assert!(code[..at].ends_with('2') && code[at + 1..].starts_with("&1"), "{which}: a redirection");
        }
    }
}

#[test]
fn scripts_use_nothing_that_powershell_2_lacks() {
    for (which, script) in scripts() {
        let code: String =
            pieces(&script).unwrap().into_iter().map(|p| if let Piece::Code(c) = p { c } else { " ".into() }).collect();
        for newer in [
            "::new(",
            "[pscustomobject]",
            "[ordered]",
            "$PSItem",
            " -in ",
            " -notin ",
            "-Raw",
            " -File ",
            ".Where(",
            ".ForEach(",
            "&&",
            "||",
            "$using:",
            "-shl ",
            "Unblock-",
            "class ",
        ] {
            assert!(!code.contains(newer), "{which}: {newer}");
        }
        // Its short forms of commands came with 3.0: each has a script block.
        for name in ["Where-Object", "ForEach-Object"] {
            for (at, _) in code.match_indices(name) {
                assert!(code[at + name.len()..].trim_start().starts_with('{'), "{which}: {name} without a block");
            }
        }
    }
}

#[test]
fn every_function_that_is_called_is_there_and_none_is_idle() {
    const OWN: &[&str] = &[
        "Write-Log",
        "Export-Answer",
        "Export-File",
        "Export-Events",
        "Test-Parameter",
        "Get-LogFile",
        "Get-RecentLog",
        "Copy-LogFile",
    ];
    for (which, script) in scripts() {
        let words = words(&script);
        for name in OWN {
            let uses = words.iter().filter(|word| *word == name).count();
            let there = script.contains(&format!("function {name}("));
            assert!(
                (uses == 0 && !there) || (uses >= 2 && there),
                "{which}: {name} is used {uses} times, there: {there}"
            );
        }
        for variable in ["$services", "$chosen", "$names", "$transport", "$wanted", "$exchange"] {
            assert!(!script.contains(variable) || script.contains(&format!("{variable} = @(")), "{which}: {variable}");
        }
    }
}

#[test]
fn each_command_is_explained_above_it() {
    for (which, script) in scripts() {
        let lines: Vec<&str> = script.lines().collect();
        for (number, line) in
            lines.iter().enumerate().filter(|(_, line)| line.starts_with("Export-") || line.starts_with("foreach"))
        {
            let above = lines[..number].iter().rev().find(|above| !above.starts_with("Export-")).unwrap();
            let known = above.starts_with("# ")
                || above.starts_with("$detail")
                || above.starts_with("if (Test-Parameter")
                || above.starts_with("$left");
            assert!(known, "{which}: {line} stands below {above}");
        }
    }
}

#[test]
fn names_do_not_break_out_of_their_quotes() {
    let names = [
        "EX1",
        "O'Brien",
        "a'; Remove-Item C:\\ -Recurse; '",
        "\u{2019}; x \u{2018}",
        "''",
        "'",
        "a\n'b\r\n\u{2028}c",
        "$(Get-Date)",
        "`'",
        "\u{201A}\u{201B}",
        "M\u{fc}nchen",
        "#>",
        "\"",
        "@'",
        "'@",
    ];
    for name in names {
        let text = quoted(name);
        let found = pieces(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kept: String = name.chars().filter(|c| !c.is_control() && *c != '\u{2028}').collect();
        assert_eq!(found, [Piece::Text(kept)], "{name}");
    }
    // Any mixture of the characters that matter.
    let alphabet = ['\'', '\u{2018}', '\u{2019}', '\u{201A}', '\u{201B}', '"', '`', '$', '(', ';', '\n', 'x'];
    let mut state = 7_u32;
    let plain = words(&Request::basics(Generation::Any).text());
    for round in 0..5_000 {
        let mut name = String::new();
        for _ in 0..8 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            name.push(alphabet[(state >> 24) as usize % alphabet.len()]);
        }
        let kept: String = name.chars().filter(|c| *c != '\n').collect();
        assert_eq!(pieces(&quoted(&name)), Ok(vec![Piece::Text(kept)]), "{name:?}");
        if round % 100 == 0 {
            let names = vec![name.clone()];
            let request = Request { servers: names.clone(), by_hand: names, ..Request::basics(Generation::Any) };
            assert_eq!(words(&request.text()), plain, "{name:?}");
        }
    }
}

#[test]
fn a_name_that_is_not_plain_gets_a_mark() {
    let request = Request { servers: vec!["M\u{fc}nchen".to_owned()], ..Request::basics(Generation::Any) };
    assert!(request.file().starts_with('\u{FEFF}'));
    assert!(Request::basics(Generation::Any).file().starts_with('#'));
}

#[test]
fn days_and_order_are_fixed() {
    let mut request = everything(Generation::Any);
    let text = request.text();
    request.entries.reverse();
    assert_eq!(request.text(), text);
    request.days = 0;
    assert!(request.text().contains("[int]$Days = 1,"));
    request.days = u32::MAX;
    assert!(request.text().contains("[int]$Days = 90,"));
}

#[test]
fn old_servers_get_numbered_steps() {
    for generation in [Generation::Exchange2003, Generation::Exchange55] {
        let text = everything(generation).text();
        assert!(text.contains("\n   1.1 ") && text.contains("eventvwr"), "{text}");
        assert!(!text.contains("Get-Queue"), "{text}");
    }
    assert!(everything(Generation::Exchange2003).text().contains("WinRoute"));
    assert!(!everything(Generation::Exchange55).text().contains("WinRoute"));
}

#[test]
fn a_missing_input_is_answered_by_its_kind() {
    for (command, ids) in [
        ("Get-Queue \"EX1\\14\" | Export-Clixml queues-later.xml", &["queues"][..]),
        ("Get-ExchangeServer | ForEach-Object { $s = $_; [Net.Dns]::GetHostAddresses($s.Fqdn) }", &["addresses"]),
        ("Get-ExchangeServer \"EX1\" | Get-ADPermission | Export-Clixml server-rights.xml", &["permissions-servers"]),
        ("Get-ReceiveConnector \"EX1\\From the internet\" | Get-ADPermission -User x", &["permissions-connectors"]),
        ("dsacls \"CN=DB-SALES,CN=Databases,...\" > dsacls-database.txt", &["permissions-databases"]),
        ("dsacls \"CN=<server>,CN=Servers,...\" > dsacls-server.txt", &["permissions-servers"]),
        (
            "wevtutil epl Application application.evtx; Get-TransportAgent | Export-Clixml agents.xml",
            &["events", "agents"],
        ),
        ("wevtutil epl Application hub.evtx   # Windows Server 2003: save the log; then Get-Queue", &["events"]),
        ("Get-MailboxDatabase -Status | Export-Clixml databases.xml", &["databases"]),
        ("Get-Mailbox -ResultSize Unlimited | Select-Object Name,Database", &["mailboxes"]),
        ("Get-Message -Queue \"EX1\\Unreachable\" -IncludeRecipientInfo", &["messages"]),
        ("Get-MessageTrackingLog -Server \"EX1\" | Sort-Object Timestamp", &["tracking-logs"]),
        ("Exchange System Manager, \"ARVIKA\", Queues: right click, Export List", &["queues"]),
        (
            "Get-ChildItem \"$exinstall\\TransportRoles\\Logs\" -Recurse -Include *RoutingConfig*.xml",
            &["routing-tables"],
        ),
        ("Get-Service MSExchangeTransport -ComputerName \"EX1\"", &["services"]),
    ] {
        assert_eq!(asked_by("", command), Asked { entries: ids.to_vec(), by_hand: false }, "{command}");
        assert!(ids.iter().all(|id| entry(id).is_some()), "{command}");
    }
    let changing = asked_by("", "Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel Verbose");
    assert_eq!(changing, Asked { entries: vec!["protocol-logs"], by_hand: true });
    assert_eq!(asked_by("A non-delivery report", "").entries, ["reports"]);
    assert!(asked_by("The versions of TLS", "reg query HKLM\\SYSTEM /s").by_hand);
    assert!(asked_by("", "Get-Queue; reg query HKLM").by_hand);
}

#[test]
fn formats_tell_the_generation() {
    assert_eq!(Generation::of_formats(["evt", "org-info"]), Generation::Exchange2003);
    assert_eq!(Generation::of_formats(["mta-queue-list"]), Generation::Exchange55);
    assert_eq!(Generation::of_formats(["org-info", "get-queue"]), Generation::Any);
    assert_eq!(Generation::of_formats([]), Generation::Any);
}
