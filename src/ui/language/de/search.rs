//! The search in the lines of all files. German.

use crate::ui::language::en::search::SearchWords;
use crate::ui::language::{count, grouped};

pub static WORDS: SearchWords = SearchWords {
    scope: "in den Zeilen aller Dateien",
    field: "Suchen nach",
    is_regex: "Regulärer Ausdruck",
    case_sensitive: "Groß- und Kleinschreibung unterscheiden",
    stop: "Anhalten",
    hint: "Eine Warteschlange, eine Adresse, eine Nachrichten-ID, eine Antwort: Jede Zeile der Textdateien und Protokolle dieses Falls wird durchsucht.",
    progress: |done, all| {
        if all == 1 {
            format!("{} von 1 Datei durchsucht", grouped(done))
        } else {
            format!("{} von {} Dateien durchsucht", grouped(done), grouped(all))
        }
    },
    found: |lines, files| format!("{} in {}", count(lines, "Zeile", "Zeilen"), count(files, "Datei", "Dateien")),
    stopped: |lines, done, all| {
        format!(
            "Angehalten: bisher {}, {} von {} durchsucht",
            count(lines, "Zeile", "Zeilen"),
            grouped(done),
            count(all, "Datei", "Dateien")
        )
    },
    nothing: |files| {
        if files == 1 {
            "Keine Zeile der einen durchsuchten Datei enthält das.".to_owned()
        } else {
            format!("Keine Zeile der {} durchsuchten Dateien enthält das.", grouped(files))
        }
    },
    case_counted: "Groß- und Kleinschreibung wurden unterschieden.",
    wrong_pattern: "Dieses Muster kann nicht verwendet werden",
    no_lines: "Es gibt keine Zeilen zu durchsuchen: Von diesem Fall wurde weder eine Textdatei noch ein Protokoll gelesen.",
    lines: |lines| count(lines, "Zeile", "Zeilen"),
    more: |lines| count(lines, "weitere Zeile zeigen", "weitere Zeilen zeigen"),
    first_only: |shown, all| {
        format!("Die ersten {} von {}; gezählt sind alle.", grouped(shown), count(all, "Zeile", "Zeilen"))
    },
    beyond: |files, lines| {
        format!(
            "{} mit {}. Eine engere Suche zeigt sie.",
            count(files, "weitere Datei", "weitere Dateien"),
            count(lines, "Zeile", "Zeilen")
        )
    },
    not_searched: |files| {
        if files == 1 {
            "1 Datei wurde nicht durchsucht".to_owned()
        } else {
            format!("{} Dateien wurden nicht durchsucht", grouped(files))
        }
    },
    not_searched_about: "Binäre Protokolle haben Datensätze statt Zeilen; diese stehen in den Tabellen der Ereignisse. Dateien in Archiven werden für sich durchsucht. Was nicht erkannt oder nicht gelesen wurde, wird nicht durchsucht.",
    broken: |files| {
        if files == 1 {
            "1 Datei konnte nicht bis zum Ende durchsucht werden:".to_owned()
        } else {
            format!("{} Dateien konnten nicht bis zum Ende durchsucht werden:", grouped(files))
        }
    },
    others: |files| format!("und {}", count(files, "weitere", "weitere")),
    open_line: |line| format!("Zeile {} öffnen", grouped(line.into())),
    found_line: "Gefundene Zeile",
    for_message: "Diese Nachricht in allen Zeilen suchen",
};
