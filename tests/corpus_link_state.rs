//! Reads the link state table of the corpus in place: the packet printed in Microsoft's transport and routing guide.
//!
//! The corpus is not part of the repository: `QUEUESCOPE_CORPUS` names its folder, and without it the test says so and
//! passes.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail loudly")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use queuescope::base::ledger::Ledger;
use queuescope::base::source::SourceId;
use queuescope::base::text::Text;
use queuescope::formats::{Document, Head, Output, Parse, detect};
use queuescope::model::Record;
use queuescope::tools::routing_lint::lint_link_state;

#[test]
fn the_documented_packet_is_read_whole() {
    let corpus = std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let path = corpus.join("routing/orginfo_packet_e2003_docsample.txt");
    let Ok(bytes) = std::fs::read(&path) else {
        println!("not there, skipped: {}", path.display());
        return;
    };
    let format = detect(&Head::new("unknown", bytes.len() as u64, &bytes)).format.expect("a format");
    assert_eq!(format.id, "org-info");
    let text = Text::decode(&bytes);
    let (mut records, mut ledger): (Vec<Record>, Ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    let Parse::Document(parse) = format.parse else { panic!("a link state table is a document") };
    let document = Document { id: SourceId(0), path: "unknown", text: &text };
    parse(&document, &mut Output::new(&mut records, &mut ledger, &mut progress));
    assert_eq!((ledger.skipped, ledger.damaged), (0, 0), "{:?}", ledger.notes);
    let Some(Record::LinkStateTable(table)) = records.pop() else { panic!("a link state table") };
    assert!(table.complete);
    assert_eq!(table.digest.value, "a9c421ebe14f06710f6ab596345ac615");
    assert_eq!(table.groups.len(), 1);
    let group = &table.groups[0];
    let versions = [&group.major, &group.minor, &group.user].map(|n| n.as_ref().map(|n| n.value));
    assert_eq!(versions, [Some(10), Some(0), Some(0)]);
    assert_eq!(group.smtp_address.as_deref(), Some("*.A2A0F896-D197-B849-9955-7850AC796258"));
    // The lengths of the addresses are wrong here, because names were replaced.
    assert!(group.x400_address.as_deref().is_some_and(|address| address.ends_with(";*")), "{:?}", group.x400_address);
    assert_eq!(group.members.len(), 2);
    assert!(group.members.iter().all(|member| member.connected == Some(true) && member.build == Some(0x1aae)));
    assert_eq!(group.master, Some(group.members[0].id));
    assert_eq!(group.connectors.len(), 1);
    let connector = &group.connectors[0];
    assert_eq!(connector.kind.as_deref(), Some("SMTP"));
    // Its length is that of the name before it was replaced, and happens to end at a separator further on.
    assert!(connector.legacy_dn.as_deref().is_some_and(|dn| dn.contains("/cn=JUNK")), "{:?}", connector.legacy_dn);
    assert_eq!(connector.restrictions, 6);
    assert_eq!(connector.address_spaces.len(), 1);
    assert_eq!((connector.address_spaces[0].address.as_str(), connector.address_spaces[0].cost), ("*", Some(1)));
    assert_eq!(connector.bridgeheads.len(), 1);
    assert_eq!(connector.bridgeheads[0].state.as_deref(), Some("CONN_AVAIL"));
    assert_eq!(connector.bridgeheads[0].fqdn.as_deref(), Some("RGR-65-02.domain.com"));
    assert_eq!(connector.up.as_ref().map(|up| up.value), Some(true));
    // Both servers are connected to their master and the connector is up: nothing to say.
    assert_eq!(lint_link_state(&[&table]), []);
}
