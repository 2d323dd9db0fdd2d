//! The reference: what stands around the rules, whose texts are English. German.

use crate::rules::Area;
use crate::ui::language::count;
use crate::ui::language::en::reference::ReferenceWords;

pub static WORDS: ReferenceWords = ReferenceWords {
    title: "Referenz",
    rules: |rules| count(rules, "Regel", "Regeln"),
    find: "Wörter in den Regeln",
    hint: "Wörter, Codes, Ereignisse",
    none: "Keine Regel enthält alle diese Wörter.",
    area: |area| {
        match area {
            Area::Agents => "Agents",
            Area::Authentication => "Authentifizierung",
            Area::Certificates => "Zertifikate",
            Area::Connections => "Verbindungen",
            Area::Directory => "Verzeichnis",
            Area::Hybrid => "Hybrid",
            Area::Mta => "MTA",
            Area::Permissions => "Berechtigungen",
            Area::Queue => "Warteschlange",
            Area::Recipients => "Empfänger",
            Area::Relay => "Relay",
            Area::Resources => "Ressourcen",
            Area::Routing => "Routing",
            Area::Service => "Dienste",
            Area::Store => "Informationsspeicher",
        }
        .to_owned()
    },
    needs: "Benötigt",
    helped_by: "Hilfreich",
    explains: "Erklärt",
    sources: "Quellen",
};
