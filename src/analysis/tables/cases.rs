//! Tables of whole cases: what the files show is in them with its place, and nothing else.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::super::{Analysis, analyze};
use super::{Cell, Query, TABLES};
use crate::base::clocks::millis;
use crate::base::gather::Gather as _;
use crate::base::order::Order as _;
use crate::base::source::Source;
use crate::base::timestamp::{DateOrder, parse_moment};

/// A case of `tests/cases`.
pub(in crate::analysis) fn case(name: &str) -> Analysis {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let (mut folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.retain(|path| !path.ends_with("case.md") && !path.ends_with("expected.txt"));
    files.order();
    let named = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    let sources = files.iter().map(|path| Source::from_bytes(named(path), std::fs::read(path).unwrap()));
    analyze(sources.collect(), &mut |_| ControlFlow::Continue(()))
}

/// The cells of a column, by its title.
fn column(analysis: &Analysis, table: &str, title: &str) -> Vec<String> {
    let built = analysis.table(table).unwrap();
    let at = built.table.columns.iter().position(|column| column.title == title).unwrap();
    built.rows.iter().map(|row| row.cells[at].text()).collect()
}

#[test]
fn receive_connectors_show_who_they_answer_and_how() {
    let analysis = case("relay-connector-captures-2010-list");
    let connectors = column(&analysis, "receive-connectors", "Connector");
    assert!(connectors.iter().any(|name| name.contains("Relay")), "{connectors:?}");
    let exchange = column(&analysis, "receive-connectors", "Exchange servers");
    let relay = connectors.iter().position(|name| name.contains("Relay")).unwrap();
    assert_eq!(exchange[relay], "Not authenticated");
    // A list that PowerShell cut says that it goes on.
    let ranges = column(&case("relay-ranges-truncated"), "receive-connectors", "Remote IP ranges");
    assert!(ranges.iter().any(|text| text.ends_with("more, not shown")), "{ranges:?}");
}

#[test]
fn each_address_space_is_a_row() {
    let analysis = case("healthy-2016-hybrid-connectors");
    let spaces = column(&analysis, "send-connectors", "Address space");
    assert!(spaces.len() > 1 && spaces.contains(&"*".to_owned()), "{spaces:?}");
    assert!(!column(&analysis, "domains", "Domain").is_empty());
    assert!(!column(&analysis, "certificates", "Thumbprint").is_empty());
    assert!(column(&analysis, "permissions", "Kind").iter().all(|kind| kind == "Receive connector"));
    assert!(!column(&analysis, "permissions", "Kind").is_empty());
    assert!(!column(&analysis, "servers", "Server").is_empty());
}

#[test]
fn required_rights_are_given_missing_or_not_shown() {
    let lost = column(&case("legacy-server-permissions-cut"), "required-rights", "Exchange Servers");
    assert!(lost.contains(&"Missing".to_owned()), "{lost:?}");
    let whole = column(&case("permissions-and-trees-in-order"), "required-rights", "Exchange Servers");
    assert!(!whole.is_empty() && whole.iter().all(|verdict| verdict == "Given"), "{whole:?}");
    let denied = column(&case("store-rights-denied"), "required-rights", "Exchange Servers");
    assert!(denied.contains(&"Denied".to_owned()) && !denied.contains(&"Missing".to_owned()), "{denied:?}");
}

#[test]
fn services_and_components_show_who_asked_for_what() {
    let analysis = case("maintenance-mode-left-on");
    let kinds = column(&analysis, "services", "Kind");
    assert!(kinds.contains(&"Component".to_owned()) && kinds.contains(&"Windows service".to_owned()), "{kinds:?}");
    assert!(column(&analysis, "services", "Asked for by").iter().any(|text| text.contains("Maintenance: Inactive")));
}

/// How many rows of a table a range of the clock of a case leaves, as it says how many have no time.
fn within(analysis: &Analysis, table: &str, range: (&str, &str)) -> (u32, u32, bool) {
    let at = |text: &str| millis(parse_moment(text, DateOrder::Unknown).unwrap().at);
    let query = Query { range: Some((at(range.0), at(range.1))), ..Query::default() };
    let page = analysis.table(table).unwrap().page(&query, 0, 9);
    (page.shown, page.untimed, page.is_narrowed)
}

#[test]
fn a_range_of_time_asks_for_queues_by_their_list_and_leaves_certificates_alone() {
    let analysis = case("relay-connector-captures-2010-list");
    let all = analysis.table("queues").unwrap().rows.len() as u32;
    let listed: BTreeSet<String> = column(&analysis, "queues", "Listed").into_iter().gather();
    assert_eq!(listed.len(), 1, "{listed:?}");
    let listed = listed.first().unwrap();
    assert!(all > 2);
    assert_eq!(within(&analysis, "queues", (listed, listed)), (all, 0, true));
    assert_eq!(within(&analysis, "queues", ("2001-01-01", "2001-01-02")), (0, 0, true));
    assert!(!within(&analysis, "next-hops", ("2001-01-01", "2001-01-02")).2);
    let analysis = case("healthy-2016-hybrid-connectors");
    let all = analysis.table("certificates").unwrap().rows.len() as u32;
    assert_eq!(within(&analysis, "certificates", ("2001-01-01", "2001-01-02")), (all, 0, false));
}

#[test]
fn totals_by_server_are_those_of_the_queues() {
    let analysis = case("relay-connector-captures-2010-list");
    let sum = |table: &str, title: &str| -> u64 {
        column(&analysis, table, title).iter().filter_map(|number| number.parse::<u64>().ok()).sum()
    };
    let servers = column(&analysis, "queues-by-server", "Server");
    assert!(!servers.is_empty() && servers.iter().all(|name| name.starts_with("EX")), "{servers:?}");
    for title in ["Queues", "Messages", "In retry"] {
        assert_eq!(sum("queues-by-server", title), sum("next-hops", title), "{title}");
    }
    assert!(column(&analysis, "queues-by-server", "Reply").iter().any(|reply| !reply.is_empty()));
    // Queues of System Manager count as well.
    let legacy = case("frozen-queue-2003");
    let messages = column(&legacy, "queues-by-server", "Messages");
    assert!(messages.iter().any(|number| number != "0"), "{messages:?}");
}

#[test]
fn every_row_opens_in_its_place_and_has_all_cells() {
    for name in ["healthy-2016-hybrid-connectors", "permissions-and-trees-in-order", "two-causes-store-and-relay"] {
        let analysis = case(name);
        for table in TABLES {
            let built = analysis.table(table.id).unwrap();
            for row in &built.rows {
                assert_eq!(row.cells.len(), table.columns.len(), "{name}: {}", table.id);
                assert!(row.span.is_some(), "{name}: {}", table.id);
                assert!(row.cells.iter().any(|cell| *cell != Cell::Unknown), "{name}: {}", table.id);
            }
        }
    }
}
