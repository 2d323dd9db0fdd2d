//! The export dialog. German.

use crate::report::redaction::NameKind;
use crate::ui::language::en::export::ExportWords;
use crate::ui::language::{count, grouped};

pub static WORDS: ExportWords = ExportWords {
    title: "Bericht exportieren",
    format: "Format",
    html: "Eine Seite zum Lesen, Drucken oder Senden.",
    markdown: "Für ein Ticket oder ein Wiki.",
    json: "Für andere Werkzeuge.",
    redact: "Unkenntlich machen: Namen, Adressen, Domänen, IP-Adressen, GUIDs und Betreffzeilen ersetzen",
    as_is: "Der Bericht zitiert Ihre Dateien. Namen und Adressen bleiben darin, wie sie sind.",
    in_english: Some("Der Bericht ist auf Englisch."),
    save: "Speichern",
    cancel: "Abbrechen",
    looking: "Namen werden gesucht",
    checked: |originals, format| {
        let originals = count(originals, "Original", "Originalen");
        format!(
            "Geprüft: Von {originals} kommt keines in der {format}-Datei vor, auch kein anderer bekannter Name und keine andere Adresse."
        )
    },
    leaks: |leaks| match leaks {
        1 => "Die Prüfung hat einen Text gefunden, der nicht im Bericht stehen darf. Er wird nicht gespeichert."
            .to_owned(),
        many => format!(
            "Die Prüfung hat {many} Texte gefunden, die nicht im Bericht stehen dürfen. Er wird nicht gespeichert."
        ),
    },
    limits: "Die Prüfung vergleicht Namen, die in den Dateien vorkommen, und die Form von Adressen. Ein Name im Fließtext, der in keiner Liste steht, kann ihr entgehen: Lesen Sie die Datei, bevor Sie sie weitergeben.",
    found: "Im Bericht gefunden",
    times: |times| format!("{}-mal", grouped(times)),
    nothing: "Im Bericht muss nichts ersetzt werden.",
    replacements: "Ersetzungen",
    in_files: "In Ihren Dateien",
    in_report: "Im Bericht",
    what: "Was es ist",
    how_often: "Anzahl",
    fewer: "Weniger zeigen",
    all: |all| format!("Alle {all} Ersetzungen zeigen"),
    kind: |kind| match kind {
        NameKind::Server => "Server",
        NameKind::Domain => "Domäne",
        NameKind::Person => "Person",
        NameKind::Connector => "Connector",
        NameKind::Database => "Datenbank",
        NameKind::Site => "Standort",
        NameKind::Subject => "Betreff",
        NameKind::File => "Datei",
        NameKind::Address => "E-Mail-Adresse",
        NameKind::Ip => "IP-Adresse",
        NameKind::Guid => "GUID",
        NameKind::Sid => "SID",
        NameKind::Thumbprint => "Fingerabdruck",
        NameKind::Object => "Objekt",
        NameKind::Word => "unbekanntes Wort",
    },
};
