//! Routing: the map, the route calculator, the comparison of two tables. German.

use crate::ui::language::en::routing::{Claim, RoutingWords, Said, Settle};
use crate::ui::language::{count, grouped};
use crate::worker::protocol::{End, HitKind, PlaceKind};

pub static WORDS: RoutingWords = RoutingWords {
    title: "Routing",
    drawing: "Die Karte wird gezeichnet.",
    nothing: "Unter den Dateien ist keine Routingtabelle. Benötigt wird die neueste RoutingConfig-Datei aus dem Ordner des Routingprotokolls eines Transportservers, TransportRoles\\Logs\\Routing unterhalb des Ordners von Exchange. Darin steht, wie dieser Server Standorte, Verknüpfungen, Connectors und Datenbanken sieht.",
    nothing_link: "Zeigen, was gesammelt wird",
    table: "Tabelle",
    compare: "Tabellen vergleichen",
    compare_missing: "Hier werden zwei Routingtabellen verglichen, am besten eines Servers, eine von vorher und eine von nachher. Die Dateien enthalten nur eine.",
    from: "Von",
    to: "Nach",
    to_hint: "Datenbank, Server, Standort, Domäne oder Adresse",
    find_route: "Route suchen",
    search: "Auf der Karte suchen",
    hits: "Auf der Karte gefunden",
    no_hits: "In der Tabelle heißt nichts so",
    map: "Routingkarte",
    map_keys: "Routingkarte. Die Pfeiltasten verschieben sie, Plus und Minus ändern die Vergrößerung, 0 zeigt alles. Die Tabulatortaste führt zu einem Ort; von dort führen die Pfeiltasten zum nächsten Ort, und die Eingabetaste öffnet ihn. Die Tabellen darunter enthalten dasselbe.",
    zoom_in: "Vergrößern",
    zoom_out: "Verkleinern",
    fit: "Einpassen",
    fit_title: "Alles zeigen (0)",
    together: "Standorte gruppieren",
    together_title: "Standorte, die an demselben Ort hängen, zusammengefasst zeichnen",
    not_exact: "Die Tabelle stammt aus Exchange 2007 oder 2010. Ihr Schema ist nicht veröffentlicht, daher wird sie gelesen, so gut es geht, und Wege werden aus ihr nicht ermittelt.",
    not_complete: "Die Tabelle wurde nicht bis zum Ende gelesen, daher können Orte und Verknüpfungen fehlen.",
    legend: "Zeichen",
    legend_start: "hier wurde die Tabelle geschrieben",
    legend_site: "Standort mit seinen Transportservern",
    legend_hub: "Hubstandort",
    legend_group: "Routinggruppe",
    legend_link: "Verknüpfung mehrerer Standorte",
    legend_exit: "Connector nach außen",
    legend_several: "mehrere Standorte",
    legend_route: "Route",
    legend_unread: "Kosten, die nicht lesbar waren",
    legend_cut_off: "dorthin führt kein Weg",
    no_way: "Kein Weg",
    breaks_here: "Keine Route",
    tables: "Tabellen zur Karte",
    before: "Vorher",
    after: "Nachher",
    unchanged: "Nichts hat sich geändert: Jedes Ziel hat denselben Weg zu denselben Kosten, und die Objekte sind dieselben.",
    objects_alone: "Eine der beiden stammt aus Exchange 2007 oder 2010, daher werden nur Objekte verglichen und keine Wege.",
    objects_same: "Die Objekte sind dieselben.",
    cut_off: "Eine der Tabellen ist unvollständig: Was ihr zu fehlen scheint, kann hinter der Schnittstelle stehen und zählt nicht als verloren.",
    other_servers: "Sie wurden auf verschiedenen Servern geschrieben; Wege unterscheiden sich daher auch, weil sie woanders beginnen.",
    answer: "Route",
    place: "Ort",
    close: "Schließen",
    dock_below: "Unten andocken",
    dock_right: "Rechts andocken",
    steps: "Schritte des Wegs und was jeder zu den Kosten beiträgt",
    start: "Ermittelt die Route",
    hub_stop: "Hubstandort, daher Zwischenstation",
    why: "Warum",
    other_connectors: "Andere Connectors",
    elsewhere: "Von anderen Servern",
    settle: "Zur Klärung",
    computed: "Aus der Routingtabelle ermittelt, als hätte dieser Server sie geschrieben. Seine eigene Tabelle kann abweichen, solange sie älter ist.",
    copy: "Als Text kopieren",
    show_lines: "Zeilen dazu zeigen",
    from_here: "Route von hier",
    to_here: "Route hierher",
    servers: "Server",
    links: "Verknüpfungen",
    exits: "Connectors nach außen",
    inactive: "der Transport ist inaktiv",
    route_no: "Keine Route",
    route_goes: "Geht weiter",
    route_back: "Geht an den Absender zurück",
    route_unknown: "Nicht zu sagen",
    route_empty: "Selbst kein Ziel von Nachrichten",
    more_captures: |number| {
        format!("{} nicht aufgeführt", count(number.into(), "ältere Tabelle ist", "ältere Tabellen sind"))
    },
    sites: |number| count(number.into(), "Standort", "Standorte"),
    groups: |number| count(number.into(), "Routinggruppe", "Routinggruppen"),
    unnamed_server: "ein nicht genannter Server",
    left_places: |number| {
        format!(
            "{} nicht gezeichnet; die Suche und die Tabellen enthalten alle.",
            count(number.into(), "weiter entfernter Ort ist", "weiter entfernte Orte sind")
        )
    },
    left_links: |number| {
        count(
            number.into(),
            "Verknüpfung ist nicht gezeichnet: Sie verbindet keine zwei bekannten Orte, oder es sind zu viele. Die Tabelle der Verknüpfungen enthält sie.",
            "Verknüpfungen sind nicht gezeichnet: Sie verbinden keine zwei bekannten Orte, oder es sind zu viele. Die Tabelle der Verknüpfungen enthält sie.",
        )
    },
    left_connectors: |number| {
        format!(
            "{} nicht gezeichnet: Die Tabelle führt keinen ihrer Quellserver auf.",
            count(number.into(), "Connector ist", "Connectors sind")
        )
    },
    place_kind: |kind, number| match kind {
        PlaceKind::Site => format!("Standort, {} Transportserver", grouped(number.into())),
        PlaceKind::Hub => format!("Hubstandort, {} Transportserver", grouped(number.into())),
        PlaceKind::Group => format!("Routinggruppe, {} Server", grouped(number.into())),
        PlaceKind::Link => format!("Verknüpfung von {}", count(number.into(), "Standort", "Standorten")),
        PlaceKind::Exit => "aus der Organisation hinaus".to_owned(),
        PlaceKind::Several => "zusammengefasst gezeichnet".to_owned(),
    },
    connectors: |number| count(number.into(), "Connector", "Connectors"),
    both_ways: "beide Richtungen",
    one_way: "eine Richtung",
    back: |cost| format!("zurück {cost}"),
    unread: "Kosten nicht lesbar",
    unread_links: |number| {
        count(
            number.into(),
            "Verknüpfung hat Kosten, die nicht lesbar sind; Ziele, zu denen der Weg darüber führen kann, werden nicht verglichen.",
            "Verknüpfungen haben Kosten, die nicht lesbar sind; Ziele, zu denen der Weg darüber führen kann, werden nicht verglichen.",
        )
    },
    hit_kind: |kind| match kind {
        HitKind::Site => "Standort",
        HitKind::Group => "Routinggruppe",
        HitKind::Server => "Server",
        HitKind::Database => "Datenbank",
        HitKind::Connector => "Connector",
        HitKind::Link => "Standortverknüpfung",
    },
    hit_in: |kind, place| format!("{kind} in {place}"),
    hits_number: |number| format!("{} gefunden", count(number.into(), "Name", "Namen")),
    about_place: |name| format!("Angaben zu {name}"),
    cost: |cost| format!("Kosten {cost}"),
    way: |path| format!("Weg dorthin: {path}"),
    place_cut_off: "Vom Server aus, der die Tabelle geschrieben hat, führt kein Weg dorthin.",
    place_unlisted: "Die Tabelle enthält dafür keinen Eintrag; nur Server nennen den Ort, daher ist keine Verknüpfung dorthin bekannt.",
    place_unread: |link| {
        format!(
            "Die Kosten der Verknüpfung {link} sind nicht lesbar, daher lässt sich ein Weg darüber nicht vergleichen."
        )
    },
    version_2003: "2003 oder älter",
    version_2007: "Exchange 2007",
    version_2010: "Exchange 2010",
    version_2013: "Exchange 2013 oder neuer",
    databases: |number| count(number.into(), "Datenbank", "Datenbanken"),
    more: |number| {
        format!(
            "{}; die Tabellen darunter enthalten alle.",
            count(number.into(), "weiterer Eintrag", "weitere Einträge")
        )
    },
    lost: |number| count(number.into(), "hat keine Route mehr", "haben keine Route mehr"),
    gained: |number| count(number.into(), "hat jetzt eine Route", "haben jetzt eine Route"),
    another: |number| {
        count(number.into(), "hat einen anderen Weg oder andere Kosten", "haben einen anderen Weg oder andere Kosten")
    },
    no_destination: "Kein Ziel lässt sich vergleichen.",
    same_ways: |number| match number {
        1 => "Das einzige Ziel hat denselben Weg zu denselben Kosten.".to_owned(),
        _ => format!("Alle {} Ziele haben denselben Weg zu denselben Kosten.", grouped(number.into())),
    },
    of_destinations: |number, what| format!("Von {}: {what}.", count(number.into(), "Ziel", "Zielen")),
    added: "hinzugekommen",
    removed: "weggefallen",
    changed: "geändert",
    renamed: "mit anderen Namen",
    objects: |what| format!("Objekte: {what}."),
    organizations: |one, other| {
        format!(
            "Diese Tabellen stammen aus verschiedenen Organisationen, {one} und {other}. Die Zeilen zeigen, was jede enthält; aus den Unterschieden folgt nichts."
        )
    },
    no_links: "Die vorliegende Tabelle führt keine Standortverknüpfungen und keine Connectors auf.",
    no_places: "Die vorliegende Tabelle führt keine Standorte, keine Routinggruppen und keine Server auf.",
    no_databases: "Die vorliegende Tabelle führt keine Datenbanken auf.",
    no_difference: "Die beiden Tabellen unterscheiden sich nicht.",
    lists_part: "Sie wurde nicht bis zum Ende gelesen; was fehlt, kann hinter der Schnittstelle stehen.",
    claim: |claim, said| {
        let Said { from, asked_from, to, asked, next, cost } = said;
        match claim {
            Claim::NoBeginning => "Die Tabelle nennt den Server nicht, der sie geschrieben hat, oder führt ihn nicht auf; geben Sie an, wo die Route beginnt.".to_owned(),
            Claim::UnknownBeginning => format!(
                "Die Tabelle enthält weder einen Server noch einen Standort {asked_from}, daher kann dort keine Route beginnen."
            ),
            Claim::UnknownInPart => format!(
                "Der lesbare Teil der Tabelle enthält keine Datenbank, keinen Server und keinen Standort {asked}; die Tabelle ist unvollständig."
            ),
            Claim::Unknown => format!(
                "Die Tabelle enthält weder eine Datenbank noch einen Server oder Standort {asked}, und eine Domäne ist das nicht."
            ),
            Claim::Leaves => {
                format!("Nachrichten von {from} an {to} verlassen die Organisation über den Connector {next}{cost}.")
            }
            Claim::ReachesMailbox => {
                format!("Nachrichten von {from} an {asked} erreichen die Datenbank des Postfachs{cost}.")
            }
            Claim::Reaches => format!("Nachrichten von {from} erreichen {to}{cost}."),
            Claim::NoConnector => format!(
                "Kein Connector, den {from} verwenden kann, übernimmt Nachrichten an {to}, daher kommen sie in die Warteschlange Unreachable."
            ),
            Claim::NotListedOpenPath => format!(
                "Der Weg zum Server von {to} ist frei, aber die Datenbank steht nicht in der Routingtabelle, daher kommen Nachrichten für sie in die Warteschlange Unreachable."
            ),
            Claim::NotListed => format!(
                "Die Routingtabelle führt {to} nicht auf, daher kommen Nachrichten dafür in die Warteschlange Unreachable."
            ),
            Claim::NoWay => format!("Von {from} führt kein Weg zu {to}."),
            Claim::NoNextHop => format!(
                "Die Routingtabelle führt {to} auf, enthält aber keinen nächsten Hop dafür, daher kommen Nachrichten in die Warteschlange Unreachable."
            ),
            Claim::Returned => format!("Nachrichten von {from} an {to} gehen an den Absender zurück."),
            Claim::EmptyServer => {
                format!("{to} ist kein Ziel von Nachrichten: Die Tabelle führt keine Datenbank dieses Servers auf.")
            }
            Claim::EmptyPlace => format!(
                "{to} ist kein Ziel von Nachrichten: Dort gibt es keinen Transportserver, der verwendet wird; der Weg zu anderen Standorten führt nur hindurch."
            ),
            Claim::NotExact => format!(
                "Ob Nachrichten von {from} bei {to} ankommen, lässt sich nicht sagen: Die Tabelle stammt aus Exchange 2007 oder 2010."
            ),
            Claim::CannotTell => {
                format!("Ob Nachrichten von {from} bei {to} ankommen, lässt sich mit dieser Tabelle nicht sagen.")
            }
        }
    },
    at_cost: |cost| format!(" (Kosten {cost})"),
    settles: |what, from| {
        match what {
            Settle::NamedWriter => "Eine Routingtabelle, die den Server nennt, der sie geschrieben hat, und ihn aufführt.",
            Settle::OwnTable => {
                return format!(
                    "Die neueste RoutingConfig-Datei von {from} oder der Name, wie ihn die Tabelle schreibt; die Suche zeigt ihn."
                );
            }
            Settle::WholeTable => "Die vollständige RoutingConfig-Datei: Was gelesen wurde, bricht mittendrin ab.",
            Settle::QueuesOrUnreachable => {
                "Die Warteschlangen des Servers: Get-Queue zeigt den nächsten Hop, den er gewählt hat, und Unreachable, wo er keinen gefunden hat."
            }
            Settle::Databases => {
                "Die Liste der Datenbanken, Get-MailboxDatabase, falls es eine Datenbank ist: Eine, die es gibt und die nicht in der Tabelle steht, hat keine Route."
            }
            Settle::Queues => "Die Warteschlangen des Servers: Get-Queue zeigt den nächsten Hop, den er gewählt hat.",
        }
        .to_owned()
    },
    ends: |end| match end {
        End::Goes => "geht weiter",
        End::NoRoute => "keine Route",
        End::Returned => "geht an den Absender zurück",
        End::Unknown => "nicht zu sagen",
    },
    queue: |queue| format!("Warteschlange {queue}"),
    problem: |number| format!("Problem {number}"),
    problem_rest: " unter „Diagnose“ handelt davon und nennt die Schritte.",
};
