//! Reads the synthetic routing tables of the corpus in place and compares with the expected results that
//! were worked out by hand for them.
//!
//! The corpus is not part of the repository: `QUEUESCOPE_CORPUS` names its folder, and without it the
//! tests say so and pass.

#![allow(clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use queuescope::base::ledger::Ledger;
use queuescope::base::source::SourceId;
use queuescope::base::text::Text;
use queuescope::formats::{Document, FORMATS, Head, Output, Parse, Probe};
use queuescope::model::Record;
use queuescope::model::routing::{ObjectRef, RoutingTable};
use queuescope::tools::route_calculator::RouteCalculator;

fn read(name: &str) -> Option<(RoutingTable, Ledger)> {
    let corpus = std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let path = corpus.join("routing").join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        println!("not there, skipped: {}", path.display());
        return None;
    };
    let format = FORMATS.iter().find(|format| format.id == "routing-config").expect("the format is registered");
    assert!(matches!((format.probe)(&Head::new("unknown", bytes.len() as u64, &bytes)), Probe::Yes(..)), "{name}");
    let text = Text::decode(&bytes);
    let document = Document { id: SourceId(0), path: name, text: &text };
    let (mut records, mut ledger): (Vec<Record>, Ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    let Parse::Document(parse) = format.parse else { panic!("a routing table is a document") };
    parse(&document, &mut Output::new(&mut records, &mut ledger, &mut progress));
    match records.pop() {
        Some(Record::RoutingTable(table)) if records.is_empty() => Some((*table, ledger)),
        _ => panic!("one routing table in {name}"),
    }
}

#[test]
fn the_table_of_a_hub_has_the_expected_routes() {
    let Some((table, ledger)) = read("SYNTHETIC_HRoutingConfig#1@11_21_2014 02_31_07.xml") else { return };
    assert_eq!(ledger.notes, []);
    assert!(table.exact && table.complete);
    assert_eq!(table.written.map(|at| at.to_string()).as_deref(), Some("2014-11-21 02:31:07 UTC"));
    let calculator = RouteCalculator::new(&table);

    let cost = |site: &str| {
        let site = table.sites.iter().find(|s| s.object.name.as_deref() == Some(site)).expect("site");
        calculator.site_cost(&site.object)
    };
    let costs = ["HQ", "FRA", "NYC", "LON", "BR2", "BR1", "ISO"].map(cost);
    // BR1 has no transport servers and is no target; ISO is linked to nothing.
    assert_eq!(costs, [Some(0), Some(5), Some(20), Some(25), Some(50), None, None]);

    let shown: Vec<String> = table
        .databases
        .iter()
        .map(|database| match calculator.database(database) {
            Ok(hop) => format!("{}: {:?} {}", database.object, hop.delivery_type, hop.domain),
            Err(why) => format!("{}: {:?} {why}", database.object, why.events()),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "DB-HQ: SmtpDeliveryToMailbox DB-HQ",
            "DB-LON: SmtpDeliveryToMailbox DB-LON",
            "DB-BR2: SmtpRelayToRemoteAdSite BR2",
            "DB-FRA14: SmtpRelayToRemoteAdSite FRA",
            "DB-NYC14: SmtpRelayToMailboxDeliveryGroup site:nyc; version:14",
            "DB-LON14: [5035] its owner EX14-LON9 is in site LON, which has no transport server of its version (14)",
            "DB-NOSITE: [5005, 5006] its owner EX14-NOSITE has no Active Directory site",
            "DB-ISO: [5007, 5035] its owner EX15-ISO1 is in site ISO, to which no site links lead",
            "PRIV-03: SmtpRelayToConnectorSourceServers RGC New-to-Legacy",
            "PRIV-03B: [5036] its owner EX03-B is in routing group Stranded RG, to which no routing group \
             connectors lead",
            "DB-GHOST: [5006] its owner EX10-REMOVED is not in the list of servers",
            "PFDB-03: SmtpRelayToConnectorSourceServers RGC New-to-Legacy",
        ]
    );
    let hq2 = table.servers.iter().find(|server| server.object.name.as_deref() == Some("EX15-HQ2"));
    assert_eq!(hq2.and_then(|server| server.hub_active), Some(false));
    let trees: Vec<usize> = table.public_folder_trees.iter().map(|tree| tree.databases.len()).collect();
    assert_eq!(trees.len(), 2);
    assert!(trees.contains(&0));
}

#[test]
fn the_table_of_an_edge_server_has_connectors_and_no_databases() {
    let Some((table, ledger)) = read("SYNTHETIC_RoutingConfig#1@11_21_2014 02_31_07_edge.xml") else { return };
    assert_eq!(ledger.notes, []);
    assert_eq!(table.process.as_deref(), Some("Edge"));
    assert!(!table.lists_databases && !table.send_connectors.is_empty() && !table.servers.is_empty());
}

#[test]
fn the_guessed_table_of_2007_yields_its_databases() {
    let Some((table, _)) = read("SYNTHETIC_2007_style_GUESS.xml") else { return };
    let owners: Vec<Option<String>> =
        table.databases.iter().map(|db| db.owner.as_ref().and_then(ObjectRef::own_name)).collect();
    assert_eq!(owners, [Some("EX07-HQ1".to_owned()), Some("EX03-A".to_owned())]);
    assert!(!table.exact && table.lists_databases && table.unread_databases == 0);
}
