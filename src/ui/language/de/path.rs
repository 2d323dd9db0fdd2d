//! The way of a message over the servers, in the drawer. German.

use crate::ui::language::en::path::{PathWords, span};
use crate::ui::language::{count, grouped};
use crate::worker::protocol::{Aspect, Origin};

pub static WORDS: PathWords = PathWords {
    title: "Weg der Nachricht",
    own_row: "Fundstelle der Zeile",
    own_row_about: "Wieder die Fundstelle der Zeile selbst zeigen",
    searching: |percent| format!("Die Protokolle werden durchsucht: {percent} %"),
    found: |steps, servers| match (steps, servers) {
        (0, _) => "Es wurde kein Schritt gefunden".to_owned(),
        (steps, 0) => count(steps, "Schritt", "Schritte"),
        (steps, servers) => {
            format!("{} auf {}", count(steps, "Schritt", "Schritte"), count(servers, "Server", "Servern"))
        }
    },
    in_all: |span| format!("{span} vom ersten bis zum letzten"),
    searched: |logs| format!("{} durchsucht", count(logs, "Protokoll", "Protokolle")),
    no_logs: "keine Protokolle zu durchsuchen",
    opened: |place| format!("Gezeigt: {place}"),
    hops: "Zeit je Server",
    hops_about: "Vom ersten Schritt auf einem Server bis zum ersten auf dem nächsten; auf dem letzten Server bis zu dessen letztem Schritt",
    steps: "Schritte, der früheste zuerst. Jeder zeigt seine Fundstelle.",
    span: |milliseconds| span(milliseconds, ("Tag", "Tage")),
    after: |span| format!("{span} nach dem vorigen Schritt"),
    longest: "längste Wartezeit",
    origin: |origin| match origin {
        Origin::Tracking => "Nachrichtenverfolgung",
        Origin::History => "Verlauf",
        Origin::Queue => "Warteschlange",
        Origin::Receive => "SMTP-Empfangsprotokoll",
        Origin::Send => "SMTP-Sendeprotokoll",
        Origin::Agent => "Agentprotokoll",
        Origin::Service => "SMTP-Protokoll des IIS",
    },
    aspect: |aspect, text| match aspect {
        Aspect::Part => format!("durch {text}"),
        Aspect::From => format!("von {text}"),
        Aspect::To => format!("an {text}"),
        Aspect::Connector => format!("Connector {text}"),
        Aspect::Queue => format!("Warteschlange {text}"),
        Aspect::Recipients => format!("für {text}"),
        Aspect::Session => format!("Sitzung {text}"),
        Aspect::Remote => format!("Gegenstelle {text}"),
        Aspect::Local => format!("eigenes Ende {text}"),
        Aspect::Says => text.to_owned(),
    },
    rows: |rows| count(rows, "Zeile", "Zeilen"),
    other: "eine andere Nachricht, die sich auf diese bezieht",
    open: |place| format!("{place} zeigen"),
    also: |place| format!("auch {place}"),
    no_time: "Zeit unbekannt",
    apart: "Das sind Zeiten von zwei Uhren: erst die in UTC, dann Ortszeiten, wie sie gedruckt sind. Zwischen ihnen wird keine Dauer genannt.",
    to_timeline: "Auf der Zeitachse angeben, um wie viel die Ortszeit UTC voraus ist",
    untimed: "Schritte, deren Zeit nicht gezeigt wird oder auf zwei Arten gelesen werden kann, stehen am Ende.",
    beyond: |steps| {
        format!("{} über diese hinaus. Die Suche in allen Zeilen zeigt sie.", count(steps, "Schritt", "Schritte"))
    },
    damaged: |lines| {
        if lines == 1 {
            "1 Zeile nennt die Nachricht und ist beschädigt oder abgeschnitten, also kein Schritt.".to_owned()
        } else {
            format!(
                "{} Zeilen nennen die Nachricht und sind beschädigt oder abgeschnitten, also keine Schritte.",
                grouped(lines)
            )
        }
    },
    broken: |logs| {
        if logs == 1 {
            "1 Protokoll konnte nicht bis zum Ende gelesen werden.".to_owned()
        } else {
            format!("{} Protokolle konnten nicht bis zum Ende gelesen werden.", grouped(logs))
        }
    },
    scope: "Durchsucht werden Protokolle der Nachrichtenverfolgung, SMTP-Protokolle, Agentprotokolle und SMTP-Protokolle des IIS. Exporte zählen mit den Zeilen, die sie haben; andere Dateien werden nicht durchsucht.",
    no_id: "Diese Zeile zeigt die Kennung ihrer Nachricht nicht; deshalb lässt sich kein anderer Eintrag mit ihr verbinden.",
    bring: "Mitzubringen:",
    settles: "Es klärt:",
};
