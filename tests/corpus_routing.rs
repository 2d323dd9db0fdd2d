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
use queuescope::tools::route_calculator::external::Outcome;
use queuescope::tools::routing_lint::lint;

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

const MB: u64 = 1 << 20;

#[test]
fn recipients_elsewhere_take_the_expected_connectors() {
    let Some((table, _)) = read("SYNTHETIC_HRoutingConfig#1@11_21_2014 02_31_07.xml") else { return };
    let calculator = RouteCalculator::new(&table);
    let shown = |kind: &str, address: &str, size: u64| {
        let route = calculator.external(kind, address, size);
        let by = route.connector.map_or_else(|| "-".to_owned(), |connector| connector.object.to_string());
        match &route.outcome {
            Outcome::Next(hop) => format!("{by}: {:?} {}", hop.delivery_type, hop.domain),
            other => format!("{by}: {other:?}"),
        }
    };
    let backup = "Internet-Backup: SmartHostConnectorDelivery [192.0.2.25],relay.contoso.test";
    for (kind, address, size, expected) in [
        ("SMTP", "somebody@elsewhere.example", MB, backup),
        ("SMTP", "elsewhere.example", 15 * MB, "Internet: SmtpRelayToRemoteAdSite FRA"),
        // Internet takes 35 MB, but the site link FRA-LON only 20 MB.
        ("SMTP", "elsewhere.example", 25 * MB, "Internet: TooLarge"),
        ("SMTP", "elsewhere.example", 40 * MB, "-: TooLarge"),
        ("SMTP", "partner.example", MB, backup),
        ("SMTP", "x.fabrikam.example", MB, backup),
        ("SMTP", "bad.example", MB, backup),
        ("SMTP", "ghost.example", MB, backup),
        ("FAX", "+1 555 0100", MB, "-: NoConnectorForType"),
        ("SMTP", "x.legacy.example", MB, "Legacy SMTP: SmtpRelayToConnectorSourceServers RGC New-to-Legacy"),
    ] {
        assert_eq!(shown(kind, address, size), expected, "{kind}:{address} of {size} bytes");
    }
    let reasons = |address: &str, size: u64| calculator.external("SMTP", address, size).reasons;
    assert_eq!(
        reasons("x.fabrikam.example", MB),
        [
            "Connector Internet-Backup takes it: address space SMTP:*;10, cost 10.",
            "Connector Fabrikam off with address space *.fabrikam.example is not used: it is disabled.",
            "Connector Internet-Backup, cost 10, beats Internet, cost 26 (1 + 25 to site LON).",
        ]
    );
    assert_eq!(
        reasons("elsewhere.example", 25 * MB),
        [
            "Connector Internet takes it: address space SMTP:*;1, cost 26 (1 + 25 to site LON).",
            "Connector Internet-Backup is passed over: it takes at most 10 MB.",
            "The way to EX15-LON1 leads through hub site FRA.",
            "On the way to EX15-LON1 the site link FRA-LON lets at most 20 MB pass; no other connector is looked for.",
        ]
    );
    assert_eq!(
        reasons("x.legacy.example", MB),
        [
            "Connector Legacy SMTP takes it: address space SMTP:*.legacy.example;1, cost 2 (1 + 1 to routing group \
             First Routing Group).",
            "Address space *.legacy.example cost 1 of Legacy SMTP beats * cost 10 of Internet-Backup: it is more \
             specific.",
            "Its source server EX03-A is in another routing group; routing group connector RGC New-to-Legacy leads \
             there.",
        ]
    );
    let fax = calculator.external("FAX", "+1 555 0100", MB);
    assert_eq!(
        fax.reasons,
        [
            "Connector Fax with address space * is not used: none of its source servers can be used: EX07-GONE is not in \
          the list of servers."
        ]
    );
    assert!(fax.outcome.reply().is_some_and(|reply| reply.starts_with("550 5.4.4")));
}

#[test]
fn the_synthetic_tables_have_the_seeded_weaknesses() {
    let shown = |name: &str| -> Option<Vec<String>> {
        let (table, _) = read(name)?;
        let found = lint(&table, &[]);
        assert!(found.iter().all(|lint| !lint.names.is_empty() && lint.detail.ends_with('.')), "{name}");
        Some(found.iter().map(|lint| format!("{} {:?} {}", lint.id, lint.weight, lint.names.join(", "))).collect())
    };
    if let Some(found) = shown("SYNTHETIC_HRoutingConfig#1@11_21_2014 02_31_07.xml") {
        assert_eq!(
            found,
            [
                "R01 High DB-GHOST, EX10-REMOVED",
                "R03 High DB-LON14, EX14-LON9",
                "R05 High EX14-NOSITE",
                "R07 Medium EX15-HQ2",
                "R08 High ISO, ISO-SELF",
                "R09 Info ISO-SELF",
                "R11 Low BR2",
                "R12 Info FRA, EX14-FRA1",
                "R14 Info HQ-FRA",
                "R15 Medium FRA-LON, Internet",
                "R17 Info Fabrikam off",
                "R18 Low Ghost source",
                "R19 Low Internet-Backup, EX15-HQ2",
                "R19 Medium Fax, EX07-GONE",
                "R20 Medium Bad smarthost",
                "R21 Info Partner scoped, EX14-NYC1",
                "R24 Info Internet-Backup, Internet",
                "R25 Medium Bad smarthost, Internet-Backup",
                "R25 Medium Ghost source, Internet-Backup",
                "R26 Info Internet-Backup, Internet",
                "R29 High Stranded RG, EX03-B",
                "R34 Low Public Folders, PFDB-DELETED",
                "R34 Medium Empty Tree",
                "R42 Info LON",
            ]
        );
    }
    if let Some(found) = shown("SYNTHETIC_RoutingConfig#1@11_21_2014 02_31_07_edge.xml") {
        assert_eq!(found, ["R07 Medium EX15-HQ2"]);
    }
    // What is not in a guessed table proves nothing.
    if let Some(found) = shown("SYNTHETIC_2007_style_GUESS.xml") {
        assert_eq!(found, Vec::<String>::new());
    }
}
