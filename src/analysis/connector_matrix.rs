//! Who answers whom: for each address that connects, which receive connector of each server and port answers, and whether it
//! offers what an Exchange server needs.
//!
//! The choice itself is that of the rules (`rules/authentication/exchange_auth`); here it is laid out. Traps: a connector that does not
//! authenticate is wrong only for an Exchange server and only on the port that this server calls; an address can be known only because
//! a queue tried it; what an export hides leaves a cell open.

mod choice;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::base::gather::Gather as _;
use crate::base::order::Order as _;

pub use choice::{Candidate, Choice, Setting, choice};

use crate::base::ip_range::parse_address;
use crate::facts::Facts;
use crate::facts::transport;
use crate::model::receive_connector::{AuthMechanism, PermissionGroups, ReceiveConnector, TransportRole};
use crate::model::server::server_key;
use crate::rules::exchange_auth::{Answer, answer_on, lacks, port_between};

/// Sources and columns that are shown at most.
pub const MOST_ROWS: usize = 60;
/// See [`MOST_ROWS`].
pub const MOST_COLUMNS: usize = 40;

/// What is to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Addresses that somebody typed.
    pub typed: Vec<String>,
    /// Part of the name or address of a source, or of the name of a server.
    pub filter: String,
    /// Whether ports are shown that no Exchange server calls.
    pub all_ports: bool,
}

/// The matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// Servers and ports.
    pub columns: Vec<MatrixColumn>,
    /// Who connects.
    pub rows: Vec<MatrixRow>,
    /// Columns that the filter wants; not all of them may be shown.
    pub all_columns: u32,
    /// Rows that the filter wants; not all of them may be shown.
    pub all_rows: u32,
    /// Ports that no Exchange server calls and that are left out.
    pub other_ports: u32,
    /// Whether addresses of Exchange servers are known.
    pub knows_servers: bool,
    /// Whether there are receive connectors at all.
    pub has_connectors: bool,
}

/// A server and a port of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixColumn {
    /// Server.
    pub server: String,
    /// Port.
    pub port: u16,
    /// The service behind the port, as the export names it; empty when it does not.
    pub service: String,
}

/// An address that connects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// The server, or what is known of it otherwise.
    pub name: String,
    /// Version of the server; empty when it is not known.
    pub version: String,
    /// Address.
    pub address: String,
    /// What it is.
    pub kind: SourceKind,
    /// One cell per column.
    pub cells: Vec<MatrixCell>,
}

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SourceKind {
    /// An Exchange server of the organization.
    Exchange,
    /// An address in the receive logs.
    Seen,
    /// An address that somebody typed.
    Typed,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCell {
    /// How it is.
    pub state: CellState,
    /// The connector without its server; empty when there is none.
    pub connector: String,
    /// What it offers or lacks.
    pub offer: String,
}

/// How a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellState {
    /// The server calls itself.
    Itself,
    /// An Exchange server gets what it needs.
    Fits,
    /// An Exchange server is authenticated and may not submit.
    Lacking,
    /// An Exchange server is answered without authentication, or not at all.
    Wrong,
    /// Somebody else, or a port that this server does not call.
    Other,
    /// Nobody answers.
    Nobody,
    /// The files do not tell.
    Open,
}

/// One cell asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who connects.
    pub address: String,
    /// To which server and port.
    pub column: MatrixColumn,
}

/// Somebody who connects.
struct Source {
    address: IpAddr,
    /// The Exchange server it is.
    server: Option<String>,
    kind: SourceKind,
}

/// The matrix.
pub fn matrix(facts: &Facts, question: &Question) -> Matrix {
    let sources = sources(facts, question);
    let every = columns(facts);
    let called = called(facts, &sources);
    let (used, others): (Vec<MatrixColumn>, Vec<MatrixColumn>) = every
        .into_iter()
        .partition(|column| column.port == 25 || called.contains(&(server_key(&column.server), column.port)));
    let other_ports = u32::try_from(others.len()).unwrap_or(u32::MAX);
    let mut columns = used;
    if question.all_ports || columns.is_empty() {
        columns.extend(others);
        columns.order_by_key(|column| (server_key(&column.server), column.port, column.service.clone()));
    }
    let word = question.filter.trim().to_lowercase();
    let rows: Vec<(MatrixRow, Source)> = sources.into_iter().map(|source| (head(facts, &source), source)).collect();
    let named = |row: &MatrixRow| row.name.to_lowercase().contains(&word) || row.address.contains(&word);
    let (rows, columns) = kept(rows, columns, &|(row, _)| named(row), &|c| c.server.to_lowercase().contains(&word));
    let (all_rows, all_columns) = (rows.len(), columns.len());
    let columns: Vec<MatrixColumn> = columns.into_iter().take(MOST_COLUMNS).collect();
    let shown = rows.into_iter().take(MOST_ROWS);
    Matrix {
        rows: shown
            .map(|(mut row, source)| {
                row.cells = columns.iter().map(|column| cell(facts, &source, column)).collect();
                row
            })
            .collect(),
        columns,
        all_columns: u32::try_from(all_columns).unwrap_or(u32::MAX),
        all_rows: u32::try_from(all_rows).unwrap_or(u32::MAX),
        other_ports,
        knows_servers: facts.servers.exchange_addresses().next().is_some(),
        has_connectors: !facts.connectors.is_empty(),
    }
}

/// Rows and columns that a filter wants. A word that names only rows keeps all columns, and the other way round.
fn kept<R, C>(
    rows: Vec<R>,
    columns: Vec<C>,
    row: &dyn Fn(&R) -> bool,
    column: &dyn Fn(&C) -> bool,
) -> (Vec<R>, Vec<C>) {
    let (of_rows, of_columns) = (rows.iter().any(row), columns.iter().any(column));
    let keep_rows = of_rows || !of_columns;
    let keep_columns = of_columns || !of_rows;
    (
        rows.into_iter().filter(|one| !keep_rows || row(one)).collect(),
        columns.into_iter().filter(|one| !keep_columns || column(one)).collect(),
    )
}

/// Who connects: what was typed, Exchange servers, then addresses in receive logs.
fn sources(facts: &Facts, question: &Question) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    let mut known: BTreeSet<IpAddr> = BTreeSet::new();
    let servers: BTreeMap<IpAddr, &str> =
        facts.servers.exchange_addresses().map(|a| (a.address, a.server.as_str())).gather();
    let name = |address: &IpAddr| servers.get(address).map(|server| (*server).to_owned());
    for text in &question.typed {
        if let Some(address) = read_address(text)
            && known.insert(address)
        {
            sources.push(Source { server: name(&address), address, kind: SourceKind::Typed });
        }
    }
    for known_address in facts.servers.exchange_addresses() {
        if known.insert(known_address.address) {
            let server = Some(known_address.server.clone());
            sources.push(Source { address: known_address.address, server, kind: SourceKind::Exchange });
        }
    }
    let seen: BTreeSet<IpAddr> = seen(facts).map(|(_, address)| address).gather();
    let others = seen.into_iter().filter(|address| !address.is_loopback() && !known.contains(address));
    sources.extend(others.map(|address| Source { address, server: None, kind: SourceKind::Seen }));
    sources
}

/// An address as people and programs write it.
pub fn read_address(text: &str) -> Option<IpAddr> {
    parse_address(text.trim().trim_matches(['[', ']'])).ok().map(|address| address.to_canonical())
}

/// Connectors and addresses that met in receive logs.
fn seen(facts: &Facts) -> impl Iterator<Item = (String, IpAddr)> {
    facts.transport.counts(transport::Question::SmtpEndpoints).filter_map(|(key, _)| match key.as_slice() {
        [kind, connector, remote] if kind == "receive" => Some((connector.clone(), read_address(remote)?)),
        _ => None,
    })
}

/// Servers with the ports on which they listen. Where two services share a port, each is a column of its own.
fn columns(facts: &Facts) -> Vec<MatrixColumn> {
    let mut columns: BTreeSet<(String, u16, String, String)> = BTreeSet::new();
    for server in facts.connectors.servers() {
        for connector in facts.connectors.of(server).iter().filter(|connector| connector.is_enabled()) {
            let service = connector.role.as_ref().map(|role| role.value.to_string()).unwrap_or_default();
            for binding in connector.bindings.iter().flat_map(|bindings| &bindings.value.items) {
                columns.insert((server_key(server), binding.port, service.clone(), server.to_owned()));
            }
        }
    }
    columns.into_iter().map(|(_, port, service, server)| MatrixColumn { server, port, service }).collect()
}

/// Servers with the ports that Exchange servers call on them.
fn called(facts: &Facts, sources: &[Source]) -> BTreeSet<(String, u16)> {
    // The port depends on the version of the source alone, so one source of each version tells all.
    let mut by_version: BTreeMap<Option<crate::model::version::ExchangeVersion>, &str> = BTreeMap::new();
    for server in sources.iter().filter_map(|source| source.server.as_deref()) {
        by_version.entry(facts.servers.version(server)).or_insert(server);
    }
    let mut called = BTreeSet::new();
    for target in facts.connectors.servers() {
        called.extend(by_version.values().map(|source| (server_key(target), port_between(facts, source, target).0)));
    }
    called
}

fn head(facts: &Facts, source: &Source) -> MatrixRow {
    let listed = source.server.as_deref().map(|server| (server, facts.servers.server(server)));
    let name = match listed {
        Some((server, known)) => known.map_or_else(|| server.to_owned(), |known| known.name.clone()),
        None if source.kind == SourceKind::Typed => "Typed address".to_owned(),
        None => "In the receive log".to_owned(),
    };
    let version = listed.and_then(|(server, _)| facts.servers.version(server));
    MatrixRow {
        name,
        version: version.map(|version| version.to_string()).unwrap_or_default(),
        address: source.address.to_string(),
        kind: source.kind,
        cells: Vec::new(),
    }
}

/// Whether an Exchange server calls another one on this port.
fn is_called(facts: &Facts, source: &str, column: &MatrixColumn) -> bool {
    let (port, role, _) = port_between(facts, source, &column.server);
    let own = TransportRole::parse(&column.service);
    port == column.port && (role.is_none() || own.is_none() || role == own)
}

fn answer<'a>(facts: &'a Facts, address: IpAddr, column: &MatrixColumn) -> Answer<'a> {
    answer_on(facts, &column.server, column.port, TransportRole::parse(&column.service), address)
}

fn cell(facts: &Facts, source: &Source, column: &MatrixColumn) -> MatrixCell {
    let of = |state, connector: &str, offer: &str| MatrixCell {
        state,
        connector: connector.to_owned(),
        offer: offer.to_owned(),
    };
    let server = source.server.as_deref();
    if server.is_some_and(|server| server_key(server) == server_key(&column.server)) {
        return of(CellState::Itself, "", "");
    }
    let needs_exchange = server.is_some_and(|server| is_called(facts, server, column));
    match answer(facts, source.address, column) {
        Answer::Nobody if needs_exchange => of(CellState::Wrong, "", "no connector answers"),
        Answer::Nobody => of(CellState::Nobody, "", "no connector answers"),
        Answer::Unknown(_) => of(CellState::Open, "", "not shown by the files"),
        Answer::Able(connector) | Answer::Unable(connector) if !needs_exchange => {
            let offer = if server.is_some() { "does not call this port" } else { admits(connector) };
            of(CellState::Other, connector.name(), offer)
        }
        Answer::Able(connector) if lacks(connector).is_empty() => {
            of(CellState::Fits, connector.name(), "ExchangeServer")
        }
        Answer::Able(connector) => of(CellState::Lacking, connector.name(), "lacks ExchangeServers"),
        Answer::Unable(connector) => of(CellState::Wrong, connector.name(), missing(connector)),
    }
}

/// What a connector lacks first.
fn missing(connector: &ReceiveConnector) -> &'static str {
    if connector.hides_x_anonymous_tls() { "hides X-ANONYMOUSTLS" } else { "lacks ExchangeServer" }
}

/// How a connector takes others than Exchange servers.
fn admits(connector: &ReceiveConnector) -> &'static str {
    if connector.auth_mechanism.as_ref().is_some_and(|auth| auth.value.contains(AuthMechanism::EXTERNAL_AUTHORITATIVE))
    {
        return "trusted without authentication";
    }
    match connector.permission_groups.as_ref().map(|groups| groups.value) {
        Some(groups) if groups.contains(PermissionGroups::ANONYMOUS_USERS) => "anonymous",
        Some(groups) if groups.contains(PermissionGroups::CUSTOM) => "rights set by hand",
        Some(_) => "refuses anonymous",
        None => "",
    }
}

#[cfg(test)]
mod tests;
