//! What stands around a table; its titles are in `tables`. German.

use crate::ui::language::en::grid::GridWords;
use crate::ui::language::{count, grouped};

pub static WORDS: GridWords = GridWords {
    reading: "wird gelesen",
    rows: |rows| count(rows, "Zeile", "Zeilen"),
    rows_of: |shown, all| match all {
        1 => format!("{} von 1 Zeile", grouped(shown)),
        _ => format!("{} von {} Zeilen", grouped(shown), grouped(all)),
    },
    table: "Tabelle",
    hint: "Filter: Wörter, \"mehrere Wörter\", -ohne",
    filter: "Zeilen filtern",
    mark: "Markieren",
    mark_about: "Alle Zeilen behalten und die markieren, auf die der Filter zutrifft",
    csv: "CSV",
    all: |title| format!("{title}: alle"),
    columns: "Spalten",
    nothing: "Davon zeigen die Dateien nichts. Benötigt:",
    none_left: |all| format!("Keine Zeile enthält all das. Ohne Filter gibt es {}.", count(all, "Zeile", "Zeilen")),
    clear: "Filter löschen",
    all_times: "Alle Zeiten zeigen",
    range: |title, from, to| format!("{title}: {from} bis {to}"),
    row_copied: "Zeile kopiert",
};
