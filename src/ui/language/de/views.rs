//! Names of the views, and what would fill those that need a case. German.

use crate::ui::language::en::views::ViewsWords;
use crate::ui::view::View;

pub static WORDS: ViewsWords = ViewsWords {
    open_files: "Dateien öffnen",
    name: |view| match view {
        View::Diagnosis => "Diagnose",
        View::Timeline => "Zeitachse",
        View::Queues => "Warteschlangen",
        View::Events => "Ereignisse",
        View::Routing => "Routing",
        View::Connectors => "Connectors",
        View::Permissions => "Rechte und Verzeichnis",
        View::Files => "Dateien",
        View::Search => "Suche",
        View::Collect => "Daten sammeln",
        View::Tools => "Werkzeuge",
        View::Reference => "Referenz",
        View::About => "Info",
    },
    needs: |view| match view {
        View::Diagnosis => "Öffnen Sie Dateien, um zu sehen, was festhängt und warum",
        View::Timeline => "Ereignisprotokolle, Transportprotokolle und Listen von Warteschlangen füllen sie",
        View::Queues => "Listen von Warteschlangen und Nachrichten füllen sie",
        View::Events => "Ereignisprotokolle füllen sie",
        View::Routing => "Routingtabellen füllen diese Ansicht",
        View::Connectors => "Listen von Connectors füllen sie",
        View::Permissions => "Berechtigungen, Server, Datenbanken und Dienste füllen sie",
        View::Files => "Öffnen Sie Dateien, um zu sehen, was davon gelesen wurde",
        View::Search => "Öffnen Sie Dateien, um ihre Zeilen zu durchsuchen",
        View::Collect | View::Tools | View::Reference | View::About => "",
    },
};
