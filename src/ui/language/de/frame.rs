//! The frame: top bar, rail, drag and drop, notices, and what is only said to screen readers. German.

use crate::ui::language::en::frame::FrameWords;
use crate::ui::language::{count, grouped};

pub static WORDS: FrameWords = FrameWords {
    skip: "Zum Inhalt springen",
    no_case: "Kein Fall geöffnet",
    nothing_leaves: "Nichts verlässt diesen Computer",
    add_files: "Dateien hinzufügen",
    compare: "Vergleichen",
    compare_about: "Diesen Bericht behalten und spätere Dateien ablegen, um sie damit zu vergleichen",
    export: "Exportieren",
    keyboard: "Tastatur",
    keyboard_about: "Tastatur (?)",
    language: "Sprache",
    reading: "wird gelesen",
    cancelled: "abgebrochen",
    as_of: |time| format!("Stand {time}"),
    files: |files| count(files, "Datei", "Dateien"),
    views: "Ansichten",
    close_notice: "Diese Meldung schließen",
    release: "Loslassen, um hinzuzufügen, was Sie halten",
    release_items: |items| format!("Loslassen, um {} hinzuzufügen", count(items, "Element", "Elemente")),
    listing: "Die Ordner werden durchgesehen",
    to_case: |name| format!("zum geöffneten Fall {name}"),
    to_new: "Dateien und Ordner, so viele Sie möchten",
    later_files: "Einige dieser Dateien heißen wie schon geöffnete; alle wurden zusammen gelesen. Wenn es spätere desselben Standorts sind, vergleichen Sie sie stattdessen.",
    compare_instead: "Stattdessen vergleichen",
    gone_since: |number, first| {
        if number == 1 {
            format!(
                "Eine schon gelesene Datei wurde inzwischen geändert oder entfernt; dieser Bericht kommt ohne sie aus. Legen Sie sie noch einmal ab: {first}"
            )
        } else {
            format!(
                "{number} schon gelesene Dateien wurden inzwischen geändert oder entfernt; dieser Bericht kommt ohne sie aus. Legen Sie sie noch einmal ab: {first} und andere"
            )
        }
    },
    worker_lost: |message| {
        format!(
            "Der Teil der Seite, der Dateien liest, wurde beendet. Die Diagnose bleibt stehen; für Tabellen, Rohzeilen und Berichte müssen die Dateien neu gelesen werden. Der Browser meldet: {message}"
        )
    },
    not_handed_over: "Der Browser hat nicht übergeben, was abgelegt wurde. Verwenden Sie stattdessen „Dateien auswählen“.",
    refused: |number, first| match number {
        1 => format!("Ein Eintrag ließ sich nicht öffnen und wird nicht gelesen: {first}."),
        _ => format!(
            "{} Einträge ließen sich nicht öffnen und werden nicht gelesen, der erste ist {first}.",
            grouped(number)
        ),
    },
    no_files: "Was abgelegt wurde, enthält keine Dateien.",
    said_reading: "Die Dateien werden gelesen",
    said_closed: "Dateien kommen hinzu, und alles wird neu gelesen; was geöffnet war, ist geschlossen",
    said_cancelled: "Das Lesen wurde abgebrochen",
    said_done: |problems| match problems {
        0 => "Alle Dateien sind gelesen. Es wurde kein Problem gefunden.".to_owned(),
        _ => format!("Alle Dateien sind gelesen. Gefunden: {}.", count(problems, "Problem", "Probleme")),
    },
    said_aside: |problem| format!("Problem {problem} ist zurückgestellt"),
    said_back: |problem| format!("Problem {problem} ist wieder da"),
    said_compare: "Legen Sie die späteren Dateien ab, um sie zu vergleichen",
    said_evidence: |number, place| format!("Beleg {number}: {place}"),
    said_language: "Die Seite ist jetzt auf Deutsch",
    saved: |name| format!("{name} gespeichert"),
    not_saved: "Der Browser hat das Speichern verweigert",
    no_further_row: "Keine weitere Zeile dieser Art",
};
