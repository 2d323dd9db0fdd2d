//! The diagnosis: what stands around the findings. German.

use crate::report::compare::Change;
use crate::report::{GroundKind, Role};
use crate::ui::language::en::diagnosis::DiagnosisWords;
use crate::ui::language::{count, grouped};

pub static WORDS: DiagnosisWords = DiagnosisWords {
    summary: "Überblick",
    as_of: |time| format!("Stand {time}"),
    waiting: |messages, parts| match messages {
        1 => format!("1 wartende Nachricht: {parts}"),
        _ => format!("{} wartende Nachrichten: {parts}", grouped(messages)),
    },
    of_problem: |problem| format!("Problem {problem}"),
    on_the_way: "unterwegs, kein Fehler gemeldet",
    not_explained: "nicht erklärt",
    others_not_explained: "weitere nicht erklärt",
    files: "Dateien",
    diagnosis: "Diagnose",
    none_read: "Keine dieser Dateien ließ sich lesen",
    none_read_about: "Die Liste der Dateien sagt zu jeder, als was sie erkannt wurde, warum sie nicht gelesen wurde und was stattdessen gebraucht wird.",
    see_files: "Dateien ansehen",
    no_problem: "In diesen Dateien wurde kein Problem gefunden",
    no_problem_read: "In dem, was gelesen werden konnte, wurde kein Problem gefunden",
    checks: |ran, open| match (ran, open) {
        (0, 0) => "Diese Dateien enthalten nichts, wovon eine Prüfung ausgehen könnte.".to_owned(),
        (1, 0) => "1 Prüfung hat nach einem Problem gesucht und es ausgeschlossen.".to_owned(),
        (ran, 0) => format!("{} Prüfungen haben nach einem Problem gesucht und es ausgeschlossen.", grouped(ran)),
        (0, 1) => "1 Prüfung ließ sich mit diesen Dateien nicht entscheiden.".to_owned(),
        (0, open) => format!("{} Prüfungen ließen sich mit diesen Dateien nicht entscheiden.", grouped(open)),
        (ran, open) => format!(
            "Prüfungen, die ein Problem ausgeschlossen haben: {}; Prüfungen, die sich nicht entscheiden ließen: {}.",
            grouped(ran),
            grouped(open)
        ),
    },
    unread: |files| {
        let files = count(files, "Datei wurde", "Dateien wurden");
        format!("{files} nicht oder nicht vollständig gelesen; in dem, was fehlt, kann das Problem liegen.")
    },
    bring_next: "Was als Nächstes gebraucht wird",
    note_label: "Notiz, wenn Sie möchten",
    set_aside: "Zurückstellen",
    cancel: "Abbrechen",
    acknowledge: "Als bekannt zurückstellen",
    acknowledged: "Zurückgestellt:",
    take_back: "Zurückholen",
    before_after: "Vorher und nachher",
    fixed: "Behoben",
    not_seen: "Nicht mehr zu sehen",
    messages_before: |messages| format!("vorher {}", count(messages, "Nachricht", "Nachrichten")),
    fixed_about: "„Behoben“ heißt, dass die späteren Dateien es ausschließen. Was nur nicht mehr zu sehen ist, lässt sich vielleicht erst mit Dateien wie den früheren sicher sagen.",
    stop_comparing: "Vergleich beenden",
    change: |change| match change {
        Change::New => "Neu",
        Change::Unchanged => "Unverändert",
        Change::Worse => "Schlechter",
        Change::Less => "Weniger",
    },
    change_numbers: |before, now| format!("{} auf {}", grouped(before), grouped(now)),
    undecided: "Nicht entscheidbar",
    undecided_about: |checks| match checks {
        1 => "1 Prüfung; sie nennt die Datei, die fehlt".to_owned(),
        _ => format!("{} Prüfungen; jede nennt die Datei, die fehlt", grouped(checks)),
    },
    ruled_out: "Ausgeschlossen",
    ruled_out_about: |checks| format!("{}, mit Begründung", count(checks, "Prüfung", "Prüfungen")),
    bring: "Benötigt:",
    more_evidence: |number| format!("{number} weitere"),
    about_rule: "Zu dieser Regel",
    copy_text: "Als Text kopieren",
    copied_problem: |number| format!("Problem {number} kopiert"),
    fold: "Dieses Problem zuklappen",
    unfold: "Dieses Problem aufklappen",
    evidence: "Belege",
    what_to_do: "Was zu tun ist",
    to_settle: "Zur Klärung",
    what_follows: "Was daraus folgt",
    how_sure: "Wie sicher",
    sources: "Quellen",
    role: |role, symptoms| match (role, symptoms) {
        (Role::Cause, 0) => "Ursache".to_owned(),
        (Role::Cause, 1) => "Ursache für 1 Symptom".to_owned(),
        (Role::Cause, symptoms) => format!("Ursache für {} Symptome", grouped(symptoms)),
        (Role::Symptom, _) => "Symptom; die Ursache steht nicht in diesen Dateien".to_owned(),
        (Role::Context, _) => "Hilft, das Übrige einzuordnen".to_owned(),
    },
    only_read: "Diese Befehle lesen nur. Legen Sie das Ergebnis auf dieser Seite ab.",
    ground: |ground| match ground {
        GroundKind::Held => "Trifft zu: ",
        GroundKind::RuledOut => "Ausgeschlossen: ",
        GroundKind::Unknown => "Nicht geprüft: ",
        GroundKind::Before => "Bevor es begann: ",
    },
    warning: "Warnung: ",
};
