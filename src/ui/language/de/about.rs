//! About: privacy, policy, language, theme, version. German.

use crate::ui::language::count;
use crate::ui::language::en::about::AboutWords;

pub static WORDS: AboutWords = AboutWords {
    privacy: "Datenschutz",
    claim: "Nichts verlässt diesen Computer. Der Browser erzwingt das, und Sie können es prüfen.",
    enforced: [
        (
            "connect-src 'none'",
            "Der Browser verweigert jede Anforderung, die ein Skript stellen könnte, an jede Adresse, von der Seite und von ihrem Hintergrundprozess aus.",
        ),
        (
            "script-src mit Hash",
            "Es laufen nur die Skripts, mit denen diese Seite erstellt wurde. Text aus Ihren Dateien kann nicht zu Code werden.",
        ),
        ("form-action, frame-src, img-src", "Auch Formulare, Frames oder Bilder können nichts nach außen tragen."),
        (
            "Nichts gespeichert",
            "Dateien werden dort gelesen, wo sie liegen. Kein Inhalt wird aufbewahrt; gemerkt werden nur Farbschema, Sprache und Tastenwahl (siehe unten).",
        ),
    ],
    not_covered: "Was keine Richtlinie abdeckt: einen Link, dem Sie selbst folgen. Diese Seite verweist auf keine andere Website.",
    policy: "Richtlinie",
    in_force: "Auf dieser Seite in Kraft:",
    no_policy: "Diese Kopie hat keine Richtlinie: Sie ist ein Entwicklungsstand. Verwenden Sie sie nur für Beispiele.",
    requests: "Anforderungen",
    recorded: |requests| {
        let requests = if requests == 0 {
            "keine Anforderung".to_owned()
        } else {
            count(requests, "Anforderung", "Anforderungen")
        };
        format!("Der Browser hat {requests} aufgezeichnet, seit diese Seite geöffnet wurde.")
    },
    check: "Selbst prüfen",
    checks: [
        (
            "Ziehen Sie das Kabel.",
            "Trennen Sie das Netzwerk, bevor Sie diese Seite aus einer Datei öffnen, und lassen Sie es getrennt. Alles funktioniert.",
        ),
        (
            "Sehen Sie zu.",
            "Öffnen Sie die Entwicklertools (F12), dort „Netzwerk“, und legen Sie Ihre Dateien ab. Die Liste bleibt leer.",
        ),
        (
            "Lesen Sie die Richtlinie.",
            "Zeigen Sie den Quelltext dieser Seite an: Die Content-Security-Policy steht ganz oben, vor jedem Skript.",
        ),
        (
            "Vergleichen Sie die Datei.",
            "Der SHA-256-Wert der einzelnen Datei wird mit jeder Version veröffentlicht: Get-FileHash queuescope.html",
        ),
    ],
    language: "Sprache",
    language_about: "Die Seite spricht Deutsch und Englisch. Befunde, Schritte, Regelreferenz, Berichte, Inhalte von Tabellen, Antworten der Werkzeuge und das Sammelskript sind in beiden Sprachen englisch: Sie zitieren, was Exchange ausgibt, und werden in Tickets eingefügt. Zahlen sind wie in den Befunden gegliedert (1,204 ist eintausendzweihundertvier, 1.5 MB sind anderthalb), Daten beginnen mit dem Jahr.",
    theme: "Farbschema",
    as_system: "Systemeinstellung",
    light: "Hell",
    dark: "Dunkel",
    keys: "Einzelne Tasten",
    keys_on: "Ein",
    keys_off: "Aus",
    keys_about: "Aus: Buchstaben, Ziffern und ? bewirken für sich allein nichts, etwa wenn Sie den Computer mit der Stimme bedienen oder Tasten versehentlich berühren. Pfeiltasten, Eingabe und Escape bleiben, ebenso die Tasten zum Vergrößern, die nur wirken, wenn Zeitachse oder Karte den Fokus hat.",
    without_network: "Ohne Netzwerk",
    from_file: "Diese Kopie wurde aus einer Datei geöffnet: Sie liegt bereits auf diesem Computer und braucht kein Netzwerk.",
    can_keep: "Der Browser kann diese Seite aufbewahren, sodass ihre Adresse sich ohne Netzwerk öffnet. Eine neuere Version wird dort angeboten und nie von selbst eingesetzt. Dateien, die hier geöffnet sind, müssen danach erneut abgelegt werden.",
    keep: "Queuescope auf diesem Computer aufbewahren",
    version: "Version",
    licensed: |version, license| format!("Queuescope {version}, Lizenz: {license}"),
};
