//! The ledger while files are read. German.

use crate::ui::language::en::reading::ReadingWords;
use crate::ui::language::{count, grouped};
use crate::ui::text::seconds_or_minutes;

pub static WORDS: ReadingWords = ReadingWords {
    cancelled: "Das Lesen wurde abgebrochen",
    stopped: "Das Lesen wurde unerwartet beendet",
    opening: "Wird geöffnet",
    reading: |files| {
        if files == 1 {
            "1 Datei wird gelesen".to_owned()
        } else {
            format!("{} Dateien werden gelesen", grouped(files))
        }
    },
    cancel: "Abbrechen",
    all_files: "Alle Dateien",
    file: "Datei",
    taken_for: "Erkannt als",
    state: "Zustand",
    progress: "Fortschritt",
    read: "Gelesen",
    records: "Datensätze",
    per_second: |size| format!("{size}/s"),
    time_left: |seconds| match seconds_or_minutes(seconds) {
        (number, false) => format!("noch etwa {number} s"),
        (number, true) => format!("noch etwa {number} min"),
    },
    some_records: |records| count(records, "Datensatz", "Datensätze"),
    read_of: |read, all| match all {
        1 => "Die Datei wurde nicht vollständig gelesen.".to_owned(),
        _ => format!("{} von {} Dateien wurden vollständig gelesen. Sie stehen unten.", grouped(read), grouped(all)),
    },
    again: "Alle neu lesen",
    only_these: "Nur diese auswerten",
    part_of: |first, last, all| format!("Dateien {} bis {} von {}.", grouped(first), grouped(last), grouped(all)),
    without_added: "Zurück, ohne die neuen Dateien",
    close: "Fall schließen",
    file_stopped: "Das Lesen wurde hier unerwartet beendet.",
    worker_stopped: "Der Hintergrundprozess von Queuescope wurde beendet.",
    could_not_handle: "Beim Lesen kam etwas vor, womit das Programm nicht umgehen konnte; Ihre Dateien wurden nicht verändert. Der Browser meldet:",
    without: "Ohne diese Datei weiterlesen",
    start_again: "Neu beginnen",
    stalled: "Seit 20 Sekunden kein Fortschritt",
    wait: "Weiter warten",
    then: "Die Diagnose öffnet sich, sobald die letzte Datei gelesen ist.",
    waiting: "Wartet",
    not_begun: "Nicht begonnen",
    stopped_at: "Abgebrochen",
    in_work: "Wird gelesen",
    not_finished: "Nicht fertig",
};
