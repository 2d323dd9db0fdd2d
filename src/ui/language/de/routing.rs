//! Routing: the map, the route calculator, the comparison of two tables. German.

use crate::ui::language::en::routing::{RoutingWords, Sentence};
use crate::ui::language::{count, grouped};
use crate::worker::protocol::{EdgeKind, End, HitKind, PlaceKind, Target};

pub static WORDS: RoutingWords = RoutingWords {
    title: "Routing",
    drawing: "Die Karte wird gezeichnet.",
    nothing: "Unter den Dateien ist keine Routingtabelle. Benötigt wird die neueste RoutingConfig-Datei aus dem Ordner des Routingprotokolls eines Transportservers, TransportRoles\\Logs\\Routing unterhalb des Ordners von Exchange. Darin steht, wie dieser Server Standorte, Verknüpfungen, Connectors und Datenbanken sieht.",
    nothing_link: "Zeigen, was gesammelt wird",
    table: "Tabelle",
    compare: "Tabellen vergleichen",
    compare_missing: "Hier werden zwei Routingtabellen eines Servers verglichen, eine von vorher und eine von nachher. Die Dateien enthalten nur eine.",
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
    counts: |sites, groups| {
        let sites = count(sites.into(), "Standort", "Standorte");
        if groups == 0 {
            sites
        } else {
            format!("{sites}, {}", count(groups.into(), "Routinggruppe", "Routinggruppen"))
        }
    },
    capture: |server, written, process| {
        let mut text = if server.is_empty() { "ein nicht genannter Server".to_owned() } else { server.to_owned() };
        for part in [process, written].into_iter().filter(|part| !part.is_empty()) {
            text.push_str(", ");
            text.push_str(part);
        }
        text
    },
    left_out: |places, links, connectors| {
        let mut all = Vec::new();
        if places > 0 {
            all.push(format!(
                "{} nicht gezeichnet; die Suche und die Tabellen enthalten alle.",
                count(places.into(), "weiter entfernter Ort ist", "weiter entfernte Orte sind")
            ));
        }
        if links > 0 {
            all.push(format!(
                "{} nicht gezeichnet, weil sie keine zwei bekannten Orte verbinden oder weil es zu viele sind.",
                count(links.into(), "Verknüpfung ist", "Verknüpfungen sind")
            ));
        }
        if connectors > 0 {
            all.push(format!(
                "{} nicht gezeichnet: Die Tabelle führt keinen der Quellserver auf.",
                count(connectors.into(), "Connector ist", "Connectors sind")
            ));
        }
        all
    },
    node: |name, kind, number, cost, is_start, is_cut_off| {
        let what = match kind {
            PlaceKind::Site => format!("Standort, {} Transportserver", grouped(number.into())),
            PlaceKind::Hub => format!("Hubstandort, {} Transportserver", grouped(number.into())),
            PlaceKind::Group => format!("Routinggruppe, {} Server", grouped(number.into())),
            PlaceKind::Link => format!("Verknüpfung von {}", count(number.into(), "Standort", "Standorten")),
            PlaceKind::Exit => "aus der Organisation hinaus".to_owned(),
            PlaceKind::Several => "zusammengefasst gezeichnet".to_owned(),
        };
        let mut text = format!("{name}, {what}");
        if let Some(cost) = cost {
            text.push_str(&format!(", Kosten {}", grouped(cost)));
        }
        if is_start {
            text.push_str(", hier wurde die Tabelle geschrieben");
        }
        if is_cut_off {
            text.push_str(", dorthin führt kein Weg");
        }
        text
    },
    several: |number| count(number.into(), "Standort", "Standorte"),
    connectors: |number| count(number.into(), "Connector", "Connectors"),
    edge: |cost, kind, back| match (kind, back) {
        (EdgeKind::GroupConnector, Some(back)) if cost == back.to_string() => format!("{cost}, beide Richtungen"),
        (EdgeKind::GroupConnector, Some(back)) => format!("{cost}, zurück {back}"),
        (EdgeKind::GroupConnector, None) => format!("{cost}, eine Richtung"),
        _ => cost.to_owned(),
    },
    hit: |kind, place| {
        let what = match kind {
            HitKind::Site => "Standort",
            HitKind::Group => "Routinggruppe",
            HitKind::Server => "Server",
            HitKind::Database => "Datenbank",
            HitKind::Connector => "Connector",
            HitKind::Link => "Standortverknüpfung",
        };
        if place.is_empty() { what.to_owned() } else { format!("{what} in {place}") }
    },
    about_place: |name| format!("Angaben zu {name}"),
    cost: |cost| format!("Kosten {}", grouped(cost)),
    at_cost: |cost| format!("+{}", grouped(cost)),
    way: |path| format!("Weg dorthin: {}", path.join(", ")),
    server: |version, databases| {
        let version = match version {
            None => String::new(),
            Some(..8) => "2003 oder älter".to_owned(),
            Some(8) => "Exchange 2007".to_owned(),
            Some(14) => "Exchange 2010".to_owned(),
            Some(_) => "Exchange 2013 oder neuer".to_owned(),
        };
        let databases = (databases > 0).then(|| count(databases.into(), "Datenbank", "Datenbanken"));
        [Some(version).filter(|text| !text.is_empty()), databases].into_iter().flatten().collect::<Vec<_>>().join(", ")
    },
    more: |number| {
        format!(
            "{}; die Tabellen darunter enthalten alle.",
            count(number.into(), "weiterer Eintrag", "weitere Einträge")
        )
    },
    changed: |(lost, gained, another), (added, removed, changed), destinations| {
        let routes: Vec<String> = [
            (lost, "hat keine Route mehr", "haben keine Route mehr"),
            (gained, "hat jetzt eine Route", "haben jetzt eine Route"),
            (another, "hat einen anderen Weg oder andere Kosten", "haben einen anderen Weg oder andere Kosten"),
        ]
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(number.into(), one, many))
        .collect();
        let first = match (routes.is_empty(), destinations) {
            (true, 0) => "Kein Ziel lässt sich vergleichen.".to_owned(),
            (true, 1) => "Das einzige Ziel hat denselben Weg zu denselben Kosten.".to_owned(),
            (true, _) => {
                format!("Alle {} Ziele haben denselben Weg zu denselben Kosten.", grouped(destinations.into()))
            }
            (false, _) => format!("Von {}: {}.", count(destinations.into(), "Ziel", "Zielen"), routes.join(", ")),
        };
        let objects: Vec<String> = [(added, "hinzugekommen"), (removed, "weggefallen"), (changed, "geändert")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", grouped(number.into())))
            .collect();
        if objects.is_empty() { first } else { format!("{first} Objekte: {}.", objects.join(", ")) }
    },
    sentence: |said| {
        let Sentence { from, to, .. } = said;
        let cost = said.cost.filter(|cost| *cost > 0).map(|cost| format!(" (Kosten {})", grouped(cost)));
        let cost = cost.unwrap_or_default();
        match (said.end, said.target) {
            _ if from.is_empty() && said.asked_from.is_empty() => {
                "Die Tabelle nennt den Server nicht, der sie geschrieben hat, oder führt ihn nicht auf; geben Sie an, wo die Route beginnt."
                    .to_owned()
            }
            _ if from.is_empty() => format!(
                "Die Tabelle enthält weder einen Server noch einen Standort {}, daher kann dort keine Route beginnen.",
                said.asked_from
            ),
            (_, Target::Unknown) if said.is_cut => format!("Der lesbare Teil der Tabelle enthält keine Datenbank, keinen Server und keinen Standort {}; die Tabelle ist unvollständig.", said.asked),
            (_, Target::Unknown) => format!(
                "Die Tabelle enthält weder eine Datenbank noch einen Server oder Standort {}, und eine Domäne ist das nicht.",
                said.asked
            ),
            (End::Goes, Target::Domain) => format!(
                "Nachrichten von {from} an {to} verlassen die Organisation über den Connector {}{cost}.",
                said.next
            ),
            (End::Goes, Target::Mailbox) => {
                format!("Nachrichten von {from} an {} erreichen die Datenbank des Postfachs{cost}.", said.asked)
            }
            (End::Goes, _) => format!("Nachrichten von {from} erreichen {to}{cost}."),
            (End::NoRoute, Target::Domain) => format!(
                "Kein Connector, den {from} verwenden kann, übernimmt Nachrichten an {to}, daher kommen sie in die Warteschlange Unreachable."
            ),
            (End::NoRoute, Target::Database | Target::Mailbox) if !said.is_listed && said.has_path => format!(
                "Der Weg zum Server von {to} ist frei, aber die Datenbank steht nicht in der Routingtabelle, daher kommen Nachrichten für sie in die Warteschlange Unreachable."
            ),
            (End::NoRoute, Target::Database | Target::Mailbox) if !said.is_listed => format!(
                "Die Routingtabelle führt {to} nicht auf, daher kommen Nachrichten dafür in die Warteschlange Unreachable."
            ),
            (End::NoRoute, Target::Place | Target::Server) => format!("Von {from} führt kein Weg zu {to}."),
            (End::NoRoute, _) => format!(
                "Die Routingtabelle führt {to} auf, enthält aber keinen nächsten Hop dafür, daher kommen Nachrichten in die Warteschlange Unreachable."
            ),
            (End::Returned, _) => format!("Nachrichten von {from} an {to} gehen an den Absender zurück."),
            (End::Unknown, Target::Server) if said.is_empty => {
                format!("{to} ist kein Ziel von Nachrichten: Die Tabelle führt keine Datenbank dieses Servers auf.")
            }
            (End::Unknown, Target::Place) if said.is_empty => format!(
                "{to} ist kein Ziel von Nachrichten: Dort gibt es keinen Transportserver, der verwendet wird; der Weg zu anderen Standorten führt nur hindurch."
            ),
            (End::Unknown, _) if !said.is_exact => format!(
                "Ob Nachrichten von {from} bei {to} ankommen, lässt sich nicht sagen: Die Tabelle stammt aus Exchange 2007 oder 2010."
            ),
            (End::Unknown, _) => {
                format!("Ob Nachrichten von {from} bei {to} ankommen, lässt sich mit dieser Tabelle nicht sagen.")
            }
        }
    },
    settles: |target, is_exact, is_cut, from, asked_from| {
        match (target, is_exact) {
        _ if from.is_empty() && asked_from.is_empty() => {
            "Eine Routingtabelle, die den Server nennt, der sie geschrieben hat, und ihn aufführt.".to_owned()
        }
        _ if from.is_empty() => format!(
            "Die neueste RoutingConfig-Datei von {asked_from} oder der Name, wie ihn die Tabelle schreibt; die Suche zeigt ihn."
        ),
        _ if is_cut => "Die vollständige RoutingConfig-Datei: Was gelesen wurde, bricht mittendrin ab.".to_owned(),
        (_, false) => "Die Warteschlangen des Servers: Get-Queue zeigt den nächsten Hop, den er gewählt hat, und Unreachable, wo er keinen gefunden hat.".to_owned(),
        (Target::Unknown, true) => "Die Liste der Datenbanken, Get-MailboxDatabase, falls es eine Datenbank ist: Eine, die es gibt und die nicht in der Tabelle steht, hat keine Route.".to_owned(),
        _ => "Die Warteschlangen des Servers: Get-Queue zeigt den nächsten Hop, den er gewählt hat.".to_owned(),
    }
    },
    other_way: |end, cost, queue| {
        let what = match end {
            End::Goes => "geht weiter",
            End::NoRoute => "keine Route",
            End::Returned => "geht an den Absender zurück",
            End::Unknown => "nicht zu sagen",
        };
        let mut text = what.to_owned();
        if let Some(cost) = cost.filter(|_| end == End::Goes) {
            text.push_str(&format!(", Kosten {}", grouped(cost)));
        }
        if !queue.is_empty() && end == End::Goes {
            text.push_str(&format!(", Warteschlange {queue}"));
        }
        text
    },
    queue: |queue, delivery| {
        if delivery.is_empty() {
            format!("Warteschlange {queue}")
        } else {
            format!("Warteschlange {queue}, {delivery}")
        }
    },
    problem: |number| format!("Problem {number}"),
    problem_rest: " unter „Diagnose“ handelt davon und nennt die Schritte.",
};
