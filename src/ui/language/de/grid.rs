//! What stands around a table; its titles are in `tables`. German.

use crate::ui::language::en::grid::GridWords;
use crate::ui::language::{count, grouped};

pub static WORDS: GridWords = GridWords {
    reading: "wird gelesen",
    printed: "Gedruckt sind die Zeilen, die auf dem Bildschirm waren; als CSV erhalten Sie alle.",
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
    ways_out: "CSV, Kopie",
    csv: "CSV",
    csv_about: "Die gezeigten Zeilen mit allen Spalten, für eine Tabellenkalkulation",
    csv_redacted: "CSV, unkenntlich gemacht",
    csv_redacted_about: "Namen und Adressen ersetzt wie im Bericht, und geprüft",
    not_redacted: |leaks, first| {
        let found = if leaks == 1 { "einen Text, der" } else { "Texte, die" };
        let may = if leaks == 1 { "darf" } else { "dürfen" };
        format!(
            "Die Prüfung der unkenntlich gemachten Tabelle fand {found} nicht darin stehen {may}: {first}. Sie wird nicht gespeichert."
        )
    },
    copy_rows: "Als Text kopieren",
    copy_rows_about: "Die gezeigten Zeilen und Spalten zum Einfügen; höchstens 10,000 Zeilen",
    rows_copied: |rows, all| {
        if rows == all {
            format!("{} kopiert", count(rows, "Zeile", "Zeilen"))
        } else {
            format!("{} von {} Zeilen kopiert. Als CSV erhalten Sie alle.", grouped(rows), grouped(all))
        }
    },
    all: |title| format!("{title}: alle"),
    columns: "Spalten",
    nothing: "Davon zeigen die Dateien nichts. Benötigt:",
    counted: "Nachrichtenverfolgungsprotokolle wurden gelesen. Sie werden gezählt und nicht Zeile für Zeile gehalten: Wie lange Nachrichten brauchten, steht unter Laufzeiten und Langsamste Nachrichten, was wann geschah, unter Zeitachse, und jede Zeile dort öffnet ihre Stelle im Protokoll. Eine Nachricht, die dort oder unter Nachrichten geöffnet wird, zeigt ihren Weg aus allen Protokollen. Ihre Zeilen kommen mit Get-MessageTrackingLog -MessageId <id> hierher.",
    gather: "Ein Skript, das es sammelt",
    none_left: |all| format!("Keine Zeile enthält all das. Ohne Filter gibt es {}.", count(all, "Zeile", "Zeilen")),
    clear: "Filter löschen",
    all_times: "Alle Zeiten zeigen",
    range: |title, from, to| format!("{title}: {from} bis {to}"),
    not_narrowed: "Nicht zeitlich eingegrenzt",
    not_narrowed_about: "Die Zeilen dieser Tabelle haben keine Zeit, die sich mit dem Zeitraum der Zeitachse vergleichen ließe; deshalb werden alle gezeigt.",
    untimed: |rows| match rows {
        1 => "1 Zeile ohne Zeit ist ausgelassen".to_owned(),
        _ => format!("{} Zeilen ohne Zeit sind ausgelassen", grouped(rows)),
    },
    row_copied: "Zeile kopiert",
    filters: "Gemerkte Filter",
    filters_about: "Gemerkte Filter bleiben, solange diese Seite offen ist, auch für andere Fälle. Als Datei haben Sie sie auch beim nächsten Mal.",
    keep_filter: "Diesen Filter merken",
    nothing_to_keep: "Geben Sie zuerst einen Filter ein, oder wählen Sie einen Wert",
    remove_filter: |filter| format!("Filter {filter} entfernen"),
    filter_kept: "Filter gemerkt",
    filter_removed: "Filter entfernt",
    filters_taken: |taken| format!("{} geöffnet", count(taken, "Filter", "Filter")),
    save_filters: "Alle als Datei speichern",
    open_filters: "Datei öffnen",
    no_filters: "Diese Datei enthält keine Filter von Queuescope; es wurde keiner übernommen. Wählen Sie eine, die hier unter Gemerkte Filter mit Alle als Datei speichern entstanden ist.",
    some_filters: |taken, unknown, beyond| {
        let mut said = format!("{} geöffnet.", count(taken, "Filter", "Filter"));
        if unknown > 0 {
            said += &format!(
                " {} ausgelassen: Diese Version hat die Tabelle oder Spalte nicht. Die Version von Queuescope, mit der sie gespeichert wurden, übernimmt alle.",
                grouped(unknown)
            );
        }
        if beyond > 0 {
            said += &format!(" {} ausgelassen: Mehr werden nicht gemerkt.", grouped(beyond));
        }
        said
    },
};
