//! The sheet of keys. German.

use crate::ui::language::en::keyboard::KeyboardWords;

pub static WORDS: KeyboardWords = KeyboardWords {
    title: "Tastatur",
    off: "Buchstaben, Ziffern und ? sind unter Info ausgeschaltet.",
    keys: [
        (&["?"], "Diese Übersicht"),
        (&["j", "k"], "Nächstes, voriges Problem"),
        (&["1", "bis", "9"], "Beleg 1 bis 9 des aktuellen Problems öffnen"),
        (&["c"], "Das aktuelle Problem als Text kopieren"),
        (&["/"], "Alle Zeilen durchsuchen"),
        (&["b"], "Belege rechts oder unten"),
        (&["Esc"], "Belege schließen, Lesen abbrechen"),
        (&["Auf", "Ab", "Eingabe"], "In einer Tabelle: bewegen, Zeile öffnen"),
        (&["Tab", "Links", "Rechts", "Eingabe"], "In einer Tabelle: zu den Überschriften, an ihnen entlang, sortieren"),
        (&["e", "E"], "In einer Tabelle: nächste, vorige auffällige Zeile"),
        (&["Strg+C"], "In einer Tabelle: Zeile als Text kopieren"),
        (&["+", "-"], "In der Zeitachse: vergrößern, verkleinern; die Pfeiltasten verschieben den Zeitraum"),
        (
            &["+", "-", "0"],
            "Auf der Routingkarte: vergrößern, verkleinern, einpassen; die Pfeiltasten verschieben sie oder gehen zum nächsten Ort",
        ),
        (&["Tab"], "Nächstes Bedienelement; am Rand der Belege ändern die Pfeiltasten die Breite"),
    ],
    word_between: "bis",
    go_to: |view| format!("Ansicht „{view}“"),
};
