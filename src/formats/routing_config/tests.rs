//! Each test reads one of the samples in `tests/formats/routing-config/`.

use std::ops::ControlFlow;

use super::FORMAT;
use crate::base::ledger::Ledger;
use crate::base::source::{Place, SourceId};
use crate::base::text::Text;
use crate::formats::{Document, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::routing::RoutingTable;

macro_rules! sample {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../tests/formats/routing-config/", $name)).as_slice())
    };
}

struct Read {
    tables: Vec<RoutingTable>,
    ledger: Ledger,
    taken_for: Option<String>,
}

fn read((name, bytes): (&str, &[u8])) -> Read {
    let text = Text::decode(bytes);
    let document = Document { id: SourceId(0), path: name, text: &text };
    let (mut records, mut ledger): (Vec<Record>, Ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    let mut out = Output::new(&mut records, &mut ledger, &mut progress);
    let Parse::Document(parse) = FORMAT.parse else { panic!("a document") };
    parse(&document, &mut out);
    let taken_for = out.taken_for.take();
    let tables = records
        .into_iter()
        .filter_map(|record| match record {
            Record::RoutingTable(table) => Some(*table),
            _ => None,
        })
        .collect();
    Read { tables, ledger, taken_for }
}

fn notes(read: &Read) -> String {
    read.ledger.notes.iter().map(|note| format!("{:?} {:?} {}\n", note.kind, note.lines, note.text)).collect()
}

/// `name <- owner` of each database.
fn databases(table: &RoutingTable) -> Vec<String> {
    let shown = |object: &Option<_>| object.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string);
    table.databases.iter().map(|db| format!("{} <- {}", db.object, shown(&db.owner))).collect()
}

const EXACT: (&str, &[u8]) = sample!("HRoutingConfig#1@03_14_2019 08_00_12.xml");

#[test]
fn a_table_of_2013_and_later_is_read_exactly() {
    let read = read(EXACT);
    assert_eq!(notes(&read), "");
    assert_eq!(read.taken_for.as_deref(), Some("Routing table, 2013 and later (exact)"));
    let [table] = read.tables.as_slice() else { panic!("one table") };
    assert!(table.exact && table.complete && table.lists_servers && table.lists_databases);
    assert_eq!(table.written.map(|at| at.to_string()).as_deref(), Some("2019-03-14 08:00:12 UTC"));
    assert_eq!((table.sequence, table.process.as_deref()), (Some(1), Some("Hub")));
    assert_eq!(table.local_server.as_ref().map(ToString::to_string).as_deref(), Some("EX16-01"));
    let counts = [table.servers.len(), table.sites.len(), table.site_links.len(), table.routing_groups.len()];
    assert_eq!(counts, [5, 3, 1, 2]);
    assert_eq!(
        databases(table),
        [
            "DB01 <- EX16-01",
            "DB02 <- EX10-02",
            "DB03 <- EX10-03",
            "DB04 <- EX16-04",
            "Mailbox Store (EX03-05) <- EX03-05",
            "DB06 <- EX10-GONE",
            "DB07 <- nobody",
        ]
    );
    let link = &table.site_links[0];
    assert_eq!((link.cost(), link.max_message_size, link.sites.len()), (Some(5), Some(20_971_520), 2));
    let connector = &table.send_connectors[0];
    assert_eq!(connector.address_spaces[0].value.to_string(), "SMTP:*;1");
    assert_eq!((connector.enabled, connector.dns_routing), (Some(true), Some(false)));
    assert_eq!(connector.smart_hosts.as_ref().unwrap().value, "[192.0.2.25],relay.contoso.com");
    assert!(table.flag("DagRoutingEnabled", false) && !table.flag("Unknown", false));
    // Evidence points at the entry and, in it, at the owner.
    let text = Text::decode(EXACT.1);
    let Place::Lines { first, last } = table.databases[5].span.place else { panic!("lines") };
    assert_eq!((text.line(first).trim(), text.line(last).trim()), ("<Database>", "</Database>"));
    let Some(Place::Lines { first, .. }) = table.databases[5].owner_span.map(|span| span.place) else {
        panic!("lines")
    };
    assert_eq!((text.line(first).trim(), text.line(first + 1).trim()), ("<OwningServerId>", "<Name>EX10-GONE</Name>"));
}

#[test]
fn listed_databases_without_a_next_hop_say_why() {
    let read = read(EXACT);
    let table = &read.tables[0];
    let events: Vec<&[u32]> = table.databases.iter().map(|db| table.database_route(db).events()).collect();
    // DB03 is on an unlinked site and the old store in a routing group without connector; both need
    // the route calculator.
    assert_eq!(events, [&[][..], &[5035], &[], &[5005, 5006], &[], &[5006], &[5006]]);
    let why = table.database_route(&table.databases[1]).to_string();
    assert_eq!(why, "its owner EX10-02 is in site BRANCH, which has no transport server of its version (14)");
}

#[test]
fn a_cut_table_keeps_what_was_whole() {
    let read = read(sample!("HRoutingConfig#2@03_14_2019 08_05_40.xml"));
    let [table] = read.tables.as_slice() else { panic!("one table") };
    assert!(!table.complete && table.lists_servers && table.lists_databases);
    assert_eq!(databases(table), ["DB01 <- EX16-01", "DB02 <- EX10-02"]);
    assert_eq!((table.servers.len(), table.unread_databases, read.ledger.damaged), (5, 1, 1));
    assert!(notes(&read).contains("The file ends in the middle"), "{}", notes(&read));
}

#[test]
fn null_is_no_value_and_unknown_elements_are_named_once() {
    let read = read(sample!("nulls.xml"));
    let table = &read.tables[0];
    assert!(table.complete);
    let server = &table.servers[0];
    assert_eq!((&server.fqdn, &server.site, &server.object.dn), (&None, &None, &None));
    assert_eq!(table.databases[0].owner, None);
    assert!(table.databases[0].owner_span.is_some());
    let notes = notes(&read);
    for text in ["Weather (1)", "Server/Shoe (1)", "The schema version is 15.02.0999.000", "in the name of the file"] {
        assert_eq!(notes.matches(text).count(), 1, "{text} in {notes}");
    }
    assert!(!read.ledger.is_incomplete());
}

#[test]
fn utf16_and_a_copy_from_a_browser_read_the_same() {
    let wide = read(sample!("HRoutingConfig#3@03_14_2019 20_00_12 utf-16.xml"));
    assert_eq!(databases(&wide.tables[0]), databases(&read(EXACT).tables[0]));
    assert_eq!(wide.tables[0].written.map(|at| at.to_string()).as_deref(), Some("2019-03-14 20:00:12 UTC"));
    let folded = read(sample!("browser-copy.xml"));
    assert!(folded.tables[0].exact && folded.tables[0].complete);
    assert_eq!(databases(&folded.tables[0]), ["DB01 <- nobody"]);
}

#[test]
fn entities_are_refused() {
    let read = read(sample!("entities.xml"));
    assert!(read.tables.is_empty());
    assert!(notes(&read).contains("declares entities"));
}

#[test]
fn several_tables_in_one_file_have_no_time() {
    let once = EXACT.1;
    let twice = [once, once].concat();
    let read = read((EXACT.0, &twice));
    assert_eq!(read.tables.len(), 2);
    assert!(read.tables.iter().all(|table| table.written.is_none() && table.databases.len() == 7));
    assert_ne!(read.tables[0].span, read.tables[1].span);
}

#[test]
fn tables_of_2007_are_read_by_names_and_places() {
    let read = read(sample!("RoutingConfig#1@3_2_2009 8_14_55 AM.xml"));
    assert_eq!(read.taken_for.as_deref(), Some("Routing table, 2007/2010 (best effort)"));
    let table = &read.tables[0];
    assert!(!table.exact && table.complete && table.lists_databases && table.lists_servers);
    assert_eq!(databases(table), ["Mailbox Database <- EX07-01", "Mailbox Store (EX03-05) <- EX03-05"]);
    assert_eq!(table.databases[0].span.place, Place::Lines { first: 6, last: 6 });
    let servers: Vec<&str> = table.servers.iter().filter_map(|server| server.fqdn.as_deref()).collect();
    assert_eq!(servers, ["ex07-01.contoso.com", "ex03-05.contoso.com"]);
    assert_eq!(table.servers[0].site.as_ref().and_then(|site| site.name.as_deref()), Some("HQ"));
    assert_eq!(table.servers[1].routing_group.as_ref().unwrap().to_string(), "First Routing Group");
    assert_eq!(table.local_server.as_ref().unwrap().to_string(), "ex07-01");
    assert_eq!(table.sites.iter().map(|site| site.hub).collect::<Vec<_>>(), [Some(false), Some(true)]);
    assert_eq!(table.written.map(|at| at.to_string()).as_deref(), Some("2009-03-02 08:14:55 UTC"));
    assert_eq!(table.unread_databases, 0);
    assert!(notes(&read).contains("TopologyServer 2"), "{}", notes(&read));
}

#[test]
fn objects_with_a_type_attribute_are_recognized() {
    let read = read(sample!("tolerant-typed-objects.xml"));
    let table = &read.tables[0];
    assert_eq!(databases(table), ["Mailbox Database <- EX07-01", "Store with a comma, escaped <- EX03-05"]);
    // The third item names its store in a way that cannot be read.
    assert_eq!((table.unread_databases, read.ledger.skipped), (1, 1));
    assert_eq!(table.servers.len(), 1);
    assert_eq!(
        (table.servers[0].major_version, table.servers[0].site.as_ref().unwrap().to_string()),
        (Some(8), "HQ".to_owned())
    );
    assert!(notes(&read).contains("Cannot be checked with this table: sites (TopologySite), on which server"));
}

#[test]
fn a_flat_list_with_headings_ends_its_section_at_the_next_one() {
    let read = read(sample!("RoutingConfig@02.03.2009 08_14_55.xml"));
    let table = &read.tables[0];
    assert_eq!(databases(table), ["DB01 <- nobody", "DB02 <- nobody"]);
    assert_eq!(table.unread_databases, 0);
    assert_eq!(table.written.map(|at| at.to_string()).as_deref(), Some("2009-03-02 08:14:55 UTC"));
}

#[test]
fn a_cut_table_of_2007_with_an_ambiguous_time_says_both() {
    let read = read(sample!("RoutingConfig#4@02_03_2009 08_14_55 part.xml"));
    let table = &read.tables[0];
    assert!(!table.complete && !table.lists_servers && table.written.is_none());
    assert_eq!(databases(table), ["Mailbox Database <- EX07-01"]);
    assert!(notes(&read).contains("can be 2009-02-03 08:14:55 UTC or 2009-03-02 08:14:55 UTC"), "{}", notes(&read));
}

#[test]
fn tables_are_recognized_by_content() {
    let probe = |name: &str, bytes: &[u8]| (FORMAT.probe)(&Head::new(name, bytes.len() as u64, bytes));
    for (name, bytes) in [
        EXACT,
        sample!("HRoutingConfig#2@03_14_2019 08_05_40.xml"),
        sample!("HRoutingConfig#3@03_14_2019 20_00_12 utf-16.xml"),
        sample!("RoutingConfig#1@3_2_2009 8_14_55 AM.xml"),
        sample!("RoutingConfig@02.03.2009 08_14_55.xml"),
        sample!("tolerant-typed-objects.xml"),
        sample!("browser-copy.xml"),
        sample!("entities.xml"),
        sample!("nulls.xml"),
    ] {
        assert!(matches!(probe("unknown-1", bytes), Probe::Yes(85.., _)), "{name}");
    }
    assert_eq!(probe("a.xml", b"<Events><Event>TopologyServer HomeMdbRouting</Event></Events>"), Probe::No);
    assert!(
        matches!(probe("RoutingConfig#1@x.xml", b"<html><body/></html>"), Probe::Near(text) if text.contains("html"))
    );
    assert!(matches!(probe("RoutingConfig#1@x.xml", b"ServerRoute"), Probe::Near(text) if text.contains("not XML")));
    assert!(matches!(probe("a.xml", b"<Databases><Database/></Databases>"), Probe::Near(_)));
}

#[test]
fn no_cut_of_a_sample_loses_its_whole_objects_or_stops_the_reader() {
    for (name, bytes) in
        [EXACT, sample!("RoutingConfig#1@3_2_2009 8_14_55 AM.xml"), sample!("tolerant-typed-objects.xml")]
    {
        for end in (0..bytes.len()).step_by(97) {
            let part = &bytes[..end];
            for table in read((name, part)).tables {
                assert!(!table.complete, "{name} at {end}");
            }
        }
    }
}
