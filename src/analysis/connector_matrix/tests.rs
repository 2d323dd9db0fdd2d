//! The matrix of whole cases: what it says is what the rules say.

use super::*;
use crate::analysis::Analysis;
use crate::analysis::tables::cases::case;

fn asked(analysis: &Analysis, question: &Question) -> Matrix {
    analysis.connector_matrix(question)
}

fn at<'a>(matrix: &'a Matrix, address: &str, server: &str, port: u16) -> &'a MatrixCell {
    let column = matrix.columns.iter().position(|c| c.server == server && c.port == port).unwrap();
    &matrix.rows.iter().find(|row| row.address == address).unwrap().cells[column]
}

fn choose(analysis: &Analysis, matrix: &Matrix, address: &str, server: &str, port: u16) -> Choice {
    let column = matrix.columns.iter().find(|c| c.server == server && c.port == port).unwrap().clone();
    analysis.who_answers(&Asked { address: address.to_owned(), column }).unwrap()
}

#[test]
fn a_relay_connector_answers_older_servers_and_is_wrong_for_them() {
    let analysis = case("relay-connector-captures-2010-list");
    let matrix = asked(&analysis, &Question::default());
    let wrong: Vec<(&str, &str)> = matrix
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().zip(&matrix.columns).map(move |(cell, column)| (row, cell, column)))
        .filter(|(_, cell, _)| cell.state == CellState::Wrong)
        .map(|(row, _, column)| (row.name.as_str(), column.server.as_str()))
        .collect();
    assert!(wrong.iter().any(|(row, column)| row.starts_with("EX10") && column.starts_with("EX16")), "{wrong:?}");
    assert!(wrong.iter().all(|(row, column)| row.starts_with("EX10") && column.starts_with("EX16")), "{wrong:?}");
    let row = matrix.rows.iter().find(|row| row.name == "EX10-01").unwrap();
    let cell = at(&matrix, &row.address, "EX16-01", 25);
    assert!(cell.connector.contains("Relay"), "{cell:?}");
    assert_eq!(cell.offer, "lacks ExchangeServer");
    assert_eq!(at(&matrix, &row.address, "EX16-01", 2525).offer, "does not call this port");
    // The rules come to the same.
    let told = analysis.report.findings.iter().any(|f| f.affected.iter().any(|a| a.contains(&cell.connector)));
    assert!(told, "{:?}", analysis.report.findings);
    let choice = choose(&analysis, &matrix, &row.address, "EX16-01", 25);
    assert!(choice.candidates[0].wins && choice.candidates.iter().filter(|c| c.wins).count() == 1);
    assert!(choice.candidates[0].row.is_some());
    assert!(choice.settings.iter().any(|setting| setting.lacks == "ExchangeServer"), "{:?}", choice.settings);
    let last = choice.after.last().unwrap();
    assert!(last.0 && last.1.contains("then answers") && last.1.contains("Default Frontend"), "{:?}", choice.after);
}

#[test]
fn what_the_export_cut_stays_open() {
    let analysis = case("relay-ranges-truncated");
    let matrix = asked(&analysis, &Question::default());
    let open = matrix.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.state == CellState::Open).count();
    assert!(open > 0, "{matrix:?}");
    assert!(matrix.rows.iter().flat_map(|row| &row.cells).all(|cell| cell.state != CellState::Wrong));
}

#[test]
fn any_address_can_be_asked_about() {
    let analysis = case("relay-connector-captures-2010-list");
    let typed = vec!["203.0.113.7".to_owned(), "no address".to_owned(), " [203.0.113.7] ".to_owned()];
    let matrix = asked(&analysis, &Question { typed, ..Question::default() });
    assert_eq!(matrix.rows.iter().filter(|row| row.kind == SourceKind::Typed).count(), 1);
    assert_eq!(matrix.rows[0].address, "203.0.113.7");
    let cell = at(&matrix, "203.0.113.7", "EX16-01", 25);
    assert_eq!(cell.state, CellState::Other);
    assert!(cell.connector.contains("Default Frontend"), "{cell:?}");
    let none = Asked { address: "x".to_owned(), column: matrix.columns[0].clone() };
    assert_eq!(analysis.who_answers(&none), None);
}

#[test]
fn a_filter_names_sources_or_servers() {
    let analysis = case("relay-connector-captures-2010-list");
    let all = asked(&analysis, &Question::default());
    let of = |filter: &str| asked(&analysis, &Question { filter: filter.to_owned(), ..Question::default() });
    let row = &all.rows[0];
    let one = of(&row.address);
    assert_eq!((one.rows.len(), one.columns.len()), (1, all.columns.len()));
    assert_eq!(of("nowhere").rows.len(), 0);
    let wide = asked(&analysis, &Question { all_ports: true, ..Question::default() });
    assert_eq!(wide.columns.len(), all.columns.len() + all.other_ports as usize);
    assert!(all.columns.iter().all(|column| [25, 2525].contains(&column.port)));
}

#[test]
fn addresses_of_the_receive_log_are_rows() {
    let matrix = asked(&case("relay-connector-in-the-receive-log"), &Question::default());
    assert!(matrix.has_connectors);
    let kinds: Vec<SourceKind> = matrix.rows.iter().map(|row| row.kind).collect();
    assert!(kinds.contains(&SourceKind::Seen) || kinds.contains(&SourceKind::Exchange), "{matrix:?}");
    assert!(kinds.is_sorted());
}

#[test]
fn every_cell_can_be_opened() {
    for name in
        ["relay-connector-captures-ipv6", "relay-of-the-back-end-on-port-25", "two-connectors-for-the-same-hosts"]
    {
        let analysis = case(name);
        let matrix = asked(&analysis, &Question { all_ports: true, ..Question::default() });
        for row in &matrix.rows {
            for (cell, column) in row.cells.iter().zip(&matrix.columns) {
                let asked = Asked { address: row.address.clone(), column: column.clone() };
                let choice = analysis.who_answers(&asked).unwrap();
                assert_eq!(choice.state, cell.state, "{name}: {asked:?}");
                assert!(choice.statement.ends_with('.'), "{name}: {}", choice.statement);
            }
        }
    }
}

#[test]
fn without_connectors_nothing_is_claimed() {
    let matrix = asked(&case("recipient-without-mailbox-database"), &Question::default());
    assert!(!matrix.has_connectors && matrix.columns.is_empty());
}
