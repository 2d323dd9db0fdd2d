//! The drawer of evidence and rows, with the raw lines. German.

use crate::ui::language::en::drawer::DrawerWords;
use crate::ui::language::grouped;

pub static WORDS: DrawerWords = DrawerWords {
    row: "Zeile",
    of_problem: |problem| format!("Belege zu Problem {problem}"),
    dock_about: "Unten oder rechts andocken (b)",
    dock_right: "Rechts andocken",
    dock_below: "Unten andocken",
    close: "Belege schließen",
    close_about: "Schließen (Esc)",
    copy: "Mit Fundstelle kopieren",
    open_in_files: "Unter „Dateien“ zeigen",
    all_of_row: "Die ganze Zeile",
    problems_of_row: "Probleme dieser Zeile",
    quotes_row: "Diese Zeile ist ein Beleg dafür.",
    holds_messages: |messages| match messages {
        1 => "Es hält 1 Nachricht dieser Warteschlange auf.".to_owned(),
        messages => format!("Es hält {} Nachrichten dieser Warteschlange auf.", grouped(messages)),
    },
    evidence: "Belege",
    previous: "Voriger Beleg",
    next: "Nächster Beleg",
    line: |line| format!("Zeile {}", grouped(line.into())),
    line_of: |line, all| format!("Zeile {} von {}", grouped(line.into()), grouped(all.into())),
    width: "Breite der Belege",
    lines_of: |file| format!("Zeilen von {file}"),
    records_of: |file| format!("Datensätze von {file}"),
    form: "Wie Datensätze gezeigt werden",
    as_fields: "Felder",
    earlier: "Frühere Datensätze",
    later: "Spätere Datensätze",
    no_earlier: "kein früherer Datensatz",
    no_later: "kein späterer Datensatz",
    above: |lines| {
        if lines == 1 { "1 Zeile darüber".to_owned() } else { format!("{} Zeilen darüber", grouped(lines.into())) }
    },
    below: |lines| {
        if lines == 1 { "1 Zeile darunter".to_owned() } else { format!("{} Zeilen darunter", grouped(lines.into())) }
    },
    end: "Ende der Datei",
    reading_around: |line| format!("Die Umgebung von Zeile {} wird gelesen", grouped(line.into())),
    reading: "Wird gelesen",
};
