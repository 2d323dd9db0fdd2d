//! The timeline: controls, lanes, clocks. German.

use crate::ui::language::en::timeline::TimelineWords;
use crate::ui::language::{count, grouped};

pub static WORDS: TimelineWords = TimelineWords {
    being_drawn: "Die Zeitachse wird gezeichnet.",
    zoom_in: "Vergrößern",
    zoom_in_about: "Vergrößern (+ oder Strg und Mausrad)",
    zoom_out: "Verkleinern",
    zoom_out_about: "Verkleinern (-)",
    all_times: "Alle Zeiten",
    previous: "Voriger Fehler",
    previous_about: "In der Tabelle: E",
    next: "Nächster Fehler",
    next_about: "In der Tabelle: e",
    from: "Von",
    to: "bis",
    about_range: |length, (shown, all), errors| {
        let rows = match (shown == all, all) {
            (true, _) => count(all, "Zeile", "Zeilen"),
            (false, 1) => format!("{} von 1 Zeile", grouped(shown)),
            (false, _) => format!("{} von {} Zeilen", grouped(shown), grouped(all)),
        };
        format!("{length} · {rows} · {} Fehler", grouped(errors))
    },
    write_time: "Schreiben Sie eine Zeit wie 2019-03-12 07:30 oder nur 07:30.",
    all_sources: "Alle Quellen",
    rows: |rows| count(rows, "Zeile", "Zeilen"),
    strip: "Zeitraum, den alle Ansichten zeigen",
    brush: "Zeitraum: Die Pfeiltasten verschieben ihn, mit der Umschalttaste ändern sie seine Länge",
    begin: "Anfang des Zeitraums",
    end: "Ende des Zeitraums",
    local_is: "Ortszeit ist UTC",
    times_in: "Zeiten in",
    local_time: "Ortszeit",
    by_file: |files| format!("Je Datei ({} in Ortszeit)", grouped(files)),
    write_offset: "Schreiben Sie Stunden und Minuten vor UTC, etwa +01:00 oder -05:00.",
    two_clocks: "Zwei Uhren: Einige Dateien sind in UTC, andere in der Ortszeit eines Servers ohne Angabe der Zeitzone. Jede Spur sagt, welche es ist. Sie werden erst aufeinander abgestimmt, wenn Sie angeben, wie weit die Ortszeit vorausgeht.",
    no_zone: "Alle Zeiten sind Ortszeiten von Servern; die Dateien nennen die Zeitzone nicht.",
    as_printed: "wie angegeben",
    no_server: "Kein Server genannt",
    in_range: |lane, rows| format!("{lane}: {} im Zeitraum", count(rows, "Zeile", "Zeilen")),
    queue: |queue| format!("Warteschlange {queue}"),
    elsewhere: |before, after| match (before, after) {
        (Some(before), Some(after)) => {
            format!("nichts im Zeitraum; zuletzt davor {before}, als Nächstes danach {after}")
        }
        (Some(before), None) => format!("nichts im Zeitraum; zuletzt davor {before}"),
        (None, Some(after)) => format!("nichts im Zeitraum; als Nächstes danach {after}"),
        (None, None) => "nichts im Zeitraum".to_owned(),
    },
    flags: "Wann Probleme begonnen hatten",
    flag: |problem, time, more| match more {
        0 => format!("Problem {problem} · {time}"),
        more => format!("Problem {problem} · {time} und {more} weitere"),
    },
    counted: "Protokolle werden gezählt: Von gleichen Einträgen sind die erste und die letzte Zeit bekannt, und eine Linie verbindet sie.",
    undrawn: |lanes| {
        format!("{} nicht gezeichnet; die Tabelle enthält alles.", count(lanes, "Spur ist", "Spuren sind"))
    },
    untimed: |records| match records {
        1 => "1 Eintrag hat keine Zeit und lässt sich hier nicht zeigen.".to_owned(),
        _ => format!("{} Einträge haben keine Zeit und lassen sich hier nicht zeigen.", grouped(records)),
    },
    left_out: |rows| match rows {
        1 => "1 Protokollzeile gehörte zu so vielen verschiedenen Arten, dass sie nicht einzeln gehalten wurden."
            .to_owned(),
        _ => format!(
            "{} Protokollzeilen gehörten zu so vielen verschiedenen Arten, dass sie nicht einzeln gehalten wurden.",
            grouped(rows)
        ),
    },
    records: "Einträge",
    warning: "Warnung, zurückgestellt, Antwort 4xx",
    error: "Fehler, gescheitert, Antwort 5xx",
    critical: "kritisches Ereignis",
    lane: |title| {
        Some(match title {
            "Problem" => "Problem",
            "Events" => "Ereignisse",
            "Changes" => "Änderungen",
            "Tracking" => "Nachrichtenverfolgung",
            "SMTP protocol" => "SMTP-Protokoll",
            "Connectivity" => "Konnektivität",
            "Agents" => "Agents",
            "Reports" => "Berichte",
            "Message headers" => "Nachrichtenköpfe",
            "Waiting mail" => "Wartende Nachrichten",
            "Queue" => "Warteschlange",
            "UTC" => "UTC",
            "local time" => "Ortszeit",
            "UTC and local time" => "UTC und Ortszeit",
            _ => return None,
        })
    },
};
