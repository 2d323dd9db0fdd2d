//! What several views say: severity, confidence, states of files, copying, amounts. German.

use crate::report::{Confidence, InputState, Severity};
use crate::ui::language::en::shared::SharedWords;
use crate::ui::language::{count, grouped};

pub static WORDS: SharedWords = SharedWords {
    severity: |severity| match severity {
        Severity::Critical => "Kritisch",
        Severity::High => "Hoch",
        Severity::Medium => "Mittel",
        Severity::Low => "Niedrig",
        Severity::Info => "Hinweis",
    },
    severity_means: |severity| match severity {
        Severity::Critical => "Nachrichten werden nicht zugestellt",
        Severity::High => "Nachrichten verspäten sich oder werden teilweise nicht zugestellt",
        Severity::Medium => "Nachrichten werden sich unter Bedingungen verspäten, die wahrscheinlich eintreten",
        Severity::Low => "Eine Schwachstelle, die behoben werden sollte",
        Severity::Info => "Gut zu wissen",
    },
    confidence: |confidence| match confidence {
        Confidence::Confirmed => "Bestätigt",
        Confidence::Likely => "Wahrscheinlich",
        Confidence::Possible => "Möglich",
    },
    state: |state| match state {
        InputState::Read => "Gelesen",
        InputState::Incomplete => "Unvollständig",
        InputState::NotRead => "Nicht gelesen",
    },
    problem: |is_remark, number| format!("{} {number}", if is_remark { "Hinweis" } else { "Problem" }),
    evidence: |number, place| format!("Beleg {number}, {place}"),
    copy: "Kopieren",
    copied: "Kopiert",
    failed: "Fehler",
    copy_refused: "Der Browser hat das Kopieren verweigert",
    command: "Befehl",
    codes: "Codes",
    look_up: "Diesen Code nachschlagen",
    close: "Schließen",
    see_files: "Zeigen, was gelesen wurde",
    bytes: |bytes| format!("{} Byte", grouped(bytes)),
    size_of: |done, all, unit| format!("{done} von {all} {}", if unit == "bytes" { "Byte" } else { unit }),
    from_to: |first, last| format!("{first} bis {last}"),
    messages: |messages| count(messages, "Nachricht", "Nachrichten"),
};
