//! The start page. German.

use crate::ui::language::count;
use crate::ui::language::en::start::StartWords;
use crate::ui::text::size;

pub static WORDS: StartWords = StartWords {
    title: "Legen Sie hier ab, was die Exchange-Server exportiert haben.",
    lead: "Queuescope liest es, sagt, welche Nachrichten festhängen und warum, zeigt die Zeilen, die es belegen, und nennt die Befehle, die es beheben.",
    choose_files: "Dateien auswählen",
    choose_folder: "Ordner auswählen",
    or_drop: "oder legen Sie Dateien und Ordner irgendwo auf dieser Seite ab. Auf Namen und Reihenfolge kommt es nicht an.",
    takes_title: "Was es liest",
    takes: [
        ("Warteschlangen, Nachrichten", "Get-Queue, Get-Message"),
        ("Connectors, Server", "Get-ReceiveConnector, Get-ExchangeServer"),
        ("Datenbanken, Postfächer", "Get-MailboxDatabase, Get-Mailbox"),
        ("Routingtabellen", "RoutingConfig*.xml"),
        ("Transportprotokolle", "Nachrichtenverfolgung, SMTP-Protokoll, Konnektivität, in jeder Größe"),
        ("Ereignisprotokolle", ".evtx, .evt, als CSV, XML oder Text gespeichert"),
    ],
    any_shape: "Ausgaben von PowerShell in jeder Form: Liste, Tabelle, CSV, CLIXML, JSON.",
    gather: "Ein Skript, das alles sammelt",
    happens_title: "Was mit Ihren Dateien geschieht",
    promises: [
        "Diese Seite liest sie auf diesem Computer; sie gehen nirgendwohin.",
        "Die Seite verbietet sich jede Verbindung. Sie können das Netzwerkkabel ziehen, es ändert nichts.",
        "Nichts davon wird gespeichert. Schließen Sie die Registerkarte, und der Fall ist weg. Gemerkt werden nur Farbschema, Sprache und Tastenwahl.",
    ],
    enforced: "Was dies erzwingt und wie Sie es prüfen",
    samples_title: "Erst einmal ausprobieren",
    version: |version| format!("Queuescope {version} · Tastatur:"),
    show_keys: "Tastenübersicht anzeigen",
    comparing: |before| format!("Vergleich mit {before}."),
    comparing_about: "Legen Sie die späteren Dateien derselben Organisation ab: Die Diagnose sagt dann, was behoben ist, was neu ist und was zugenommen hat.",
    back: "Zurück zu den früheren Dateien",
    sample_size: |files, bytes| format!("{}, {}", count(files, "Datei", "Dateien"), size(bytes)),
    open_sample: "Beispiel öffnen",
    open_sample_of: |title| format!("Beispiel öffnen: {title}"),
    sample: |name| match name {
        "relay-connector-captures-2010-list" => {
            Some(("Exchange 2010 an 2016", "Warteschlangen im Status Retry, 451 5.7.3."))
        }
        "store-missing-from-routing-table" => Some(("Exchange 2007 an 2003", "Keine Route zur Postfachdatenbank.")),
        _ => None,
    },
};
