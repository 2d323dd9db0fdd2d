//! The files of the case. German.

use crate::report::InputState;
use crate::ui::language::en::files::FilesWords;
use crate::ui::language::{count, grouped};
use crate::ui::text::size;

pub static WORDS: FilesWords = FilesWords {
    how_many: |files, bytes| format!("{}, {}", count(files, "Datei", "Dateien"), size(bytes)),
    tally: |state, files| {
        let words = match state {
            InputState::Read => "vollständig gelesen",
            InputState::Incomplete => "unvollständig",
            InputState::NotRead => "nicht gelesen",
        };
        format!("{} {words}", grouped(files))
    },
    lost: "Verloren, gekürzt",
    show_all: "Alle zeigen",
    time_span: "Zeitraum",
    text: "Text",
    size: "Größe",
    line: |line| format!("Zeile {}:", grouped(line.into())),
    lines: |first, last| format!("Zeilen {} bis {}:", grouped(first.into()), grouped(last.into())),
    missing_title: "Was noch fehlt",
    missing_about: "Diese Angaben würden klären, was offen ist; die wichtigste steht oben.",
    gather: "Alle auf einmal sammeln",
    bring: "Benötigt",
    settles: "Klärt",
    command: "Befehl",
    checks: |checks| count(checks, "Prüfung", "Prüfungen"),
};
