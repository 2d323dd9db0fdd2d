//! The files of the case. German.

use crate::report::FileState;
use crate::ui::language::en::files::FilesWords;
use crate::ui::language::{count, grouped};
use crate::ui::text::size;

pub static WORDS: FilesWords = FilesWords {
    how_many: |files, bytes| format!("{}, {}", count(files, "Datei", "Dateien"), size(bytes)),
    state: |state| match state {
        FileState::Read => "Gelesen",
        FileState::Incomplete => "Unvollständig",
        FileState::NotRecognized => "Nicht erkannt",
        FileState::NotRead => "Nicht gelesen",
        FileState::LeftOut => "Ausgelassen",
    },
    tally: |state, files| {
        let words = match state {
            FileState::Read => "vollständig gelesen",
            FileState::Incomplete => "unvollständig",
            FileState::NotRecognized => "nicht erkannt",
            FileState::NotRead => "nicht gelesen",
            FileState::LeftOut => "ausgelassen",
        };
        format!("{} {words}", grouped(files))
    },
    still_missing: |missing| format!("{} {} noch", grouped(missing), if missing == 1 { "fehlt" } else { "fehlen" }),
    missing_title: "Was noch fehlt",
    missing_about: "Diese Angaben würden klären, was offen ist; die wichtigste steht oben.",
    gather: "Alle auf einmal sammeln",
    bring: "Benötigt",
    settles: "Klärt",
    command: "Befehl",
    checks: |checks| count(checks, "Prüfung", "Prüfungen"),
};
