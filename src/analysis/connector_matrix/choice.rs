//! One cell of the matrix in full: the candidates, what the one that answers offers and lacks, and who answers after the remedy.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Asked, CellState, MatrixColumn, Source, SourceKind, cell, read_address, seen};
use crate::base::gather::Gather as _;
use crate::base::ip_range::IpRange;
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::receive_connector::{AuthMechanism, PermissionGroups, ReceiveConnector, TransportRole};
use crate::report::grouped;
use crate::rules::exchange_auth::{Answer, local_address, meetings};
use crate::rules::release::{plan, release};
use crate::tools::receive_connector_selector::{Selection, select};

/// Why a connector answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What was asked.
    pub asked: Asked,
    /// How the cell is.
    pub state: CellState,
    /// The answer in a sentence or two.
    pub statement: String,
    /// `Server\Name` of the connector that answers; empty when there is none.
    pub connector: String,
    /// All connectors of the server, those that match first, the smallest range first.
    pub candidates: Vec<Candidate>,
    /// What the one that answers offers.
    pub settings: Vec<Setting>,
    /// Who answers after the remedy: whether it is well, and a sentence.
    pub after: Vec<(bool, String)>,
}

/// A connector in the choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// Its smallest range that holds the address; empty when none does.
    pub range: String,
    /// How many addresses that is.
    pub size: String,
    /// Why it is not in question; empty for the others.
    pub out: String,
    /// Whether it answers.
    pub wins: bool,
    /// Its row in the table of receive connectors.
    pub row: Option<u32>,
}

/// A setting of the connector that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Name.
    pub name: String,
    /// Value as printed.
    pub value: String,
    /// What an Exchange server needs and it does not have; empty when nothing.
    pub lacks: String,
}

/// How a server chooses who answers an address. `row` finds the row of a connector in its table.
pub fn choice(facts: &Facts, asked: &Asked, row: &dyn Fn(Span) -> Option<u32>) -> Option<Choice> {
    let address = read_address(&asked.address)?;
    let column = &asked.column;
    let server = facts.servers.exchange_addresses().find(|known| known.address == address);
    let source = Source { address, server: server.map(|known| known.server.clone()), kind: SourceKind::Typed };
    let found = cell(facts, &source, column);
    let connectors: Vec<&ReceiveConnector> = facts.connectors.of(&column.server).iter().collect();
    if connectors.is_empty() {
        return None;
    }
    let role = TransportRole::parse(&column.service);
    let selected = select(&connectors, local_address(facts, &column.server, address), column.port, role, address);
    let answer = super::answer(facts, address, column);
    let winner = match selected {
        Selection::Answered { index, .. } => connectors.get(index).copied(),
        _ => None,
    };
    let mut candidates: Vec<(Option<IpRange>, Candidate)> = connectors
        .iter()
        .map(|connector| {
            let wins = winner.is_some_and(|winner| winner.span == connector.span) && found.state != CellState::Open;
            candidate(connector, column, role, address, wins, row(connector.span))
        })
        .collect();
    let key = |(range, candidate): &(Option<IpRange>, Candidate)| {
        let size = range.map_or(u128::MAX, |range| range.size_less_one());
        (!candidate.wins, !candidate.out.is_empty(), range.is_none(), size)
    };
    candidates.order_by_key(key);
    let is_exchange =
        source.server.is_some() && matches!(found.state, CellState::Wrong | CellState::Fits | CellState::Lacking);
    let mut settings = winner.map(|winner| settings(winner, is_exchange)).unwrap_or_default();
    settings.extend(in_logs(facts, address, column));
    let after = match (&source.server, found.state) {
        (Some(source), CellState::Wrong) => after(facts, source, address, column),
        _ => Vec::new(),
    };
    Some(Choice {
        asked: asked.clone(),
        state: found.state,
        statement: statement(&source, column, found.state, winner, &answer),
        connector: winner.map(|winner| winner.identity.value.clone()).unwrap_or_default(),
        candidates: candidates.into_iter().map(|(_, candidate)| candidate).collect(),
        settings,
        after,
    })
}

fn candidate(
    connector: &ReceiveConnector,
    column: &MatrixColumn,
    role: Option<TransportRole>,
    address: IpAddr,
    wins: bool,
    row: Option<u32>,
) -> (Option<IpRange>, Candidate) {
    let ranges = connector.remote_ip_ranges.as_ref().map(|ranges| &ranges.value);
    let holding = ranges.into_iter().flat_map(|ranges| &ranges.items).filter(|range| range.contains(address));
    let range = holding.min_by_key(|range| range.size_less_one()).copied();
    let bindings = connector.bindings.as_ref().map(|bindings| &bindings.value);
    let listens = bindings.is_none_or(|bindings| {
        let on_port = bindings.items.iter().any(|binding| binding.port == column.port);
        on_port || !bindings.complete || !bindings.unread.is_empty()
    });
    let is_whole = ranges.is_some_and(|ranges| ranges.complete && ranges.unread.is_empty());
    let out = if !connector.is_enabled() {
        "it is disabled".to_owned()
    } else if connector.role.as_ref().is_some_and(|own| role.is_some_and(|role| own.value != role)) {
        "it belongs to the other service".to_owned()
    } else if !listens {
        let ports: std::collections::BTreeSet<u16> =
            bindings.iter().flat_map(|bindings| &bindings.items).map(|binding| binding.port).gather();
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        format!("it listens on {}", ports.join(", "))
    } else if range.is_none() && is_whole {
        "no range holds the address".to_owned()
    } else if !is_whole {
        "the file does not show all its ranges".to_owned()
    } else {
        String::new()
    };
    let candidate = Candidate {
        name: connector.name().to_owned(),
        range: range.map(|range| range.to_string()).unwrap_or_default(),
        size: range.map(|range| size(&range)).unwrap_or_default(),
        out,
        wins,
        row,
    };
    (range, candidate)
}

/// How many addresses a range has, in words.
fn size(range: &IpRange) -> String {
    if range.is_everything() {
        return "all".to_owned();
    }
    match u64::try_from(range.size_less_one().saturating_add(1)) {
        Ok(number) => grouped(number),
        Err(_) => range.as_prefix().unwrap_or_else(|| "very many".to_owned()),
    }
}

fn statement(
    source: &Source,
    column: &MatrixColumn,
    state: CellState,
    winner: Option<&ReceiveConnector>,
    answer: &Answer<'_>,
) -> String {
    let place = format!("On {}, port {},", column.server, column.port);
    let name = winner.map_or("", |winner| winner.name());
    match (state, answer) {
        (CellState::Itself, _) => format!("{} is an address of {} itself.", source.address, column.server),
        (_, Answer::Unknown(why)) => {
            format!("Who answers on {}, port {}, cannot be told: {why}.", column.server, column.port)
        }
        (_, Answer::Nobody) => format!("{place} no connector answers {}: the connection is dropped.", source.address),
        (CellState::Fits, _) => format!("{place} {name} answers. It offers what an Exchange server needs."),
        (CellState::Lacking, _) => {
            format!("{place} {name} answers. It authenticates Exchange servers, but they may not submit.")
        }
        (CellState::Wrong, _) => format!("{place} {name} answers. It does not offer what an Exchange server needs."),
        _ if source.server.is_some() => {
            format!("{place} {name} answers. Exchange servers of this version do not call this port.")
        }
        _ => format!("{place} {name} answers."),
    }
}

fn settings(connector: &ReceiveConnector, is_exchange: bool) -> Vec<Setting> {
    let setting = |name: &str, value: Option<String>, lacks: &str| Setting {
        name: name.to_owned(),
        value: value.unwrap_or_else(|| "not shown by the files".to_owned()),
        lacks: if is_exchange { lacks.to_owned() } else { String::new() },
    };
    let auth = connector.auth_mechanism.as_ref().map(|auth| auth.value);
    let groups = connector.permission_groups.as_ref().map(|groups| groups.value);
    let no_method = auth.is_some_and(|auth| !auth.contains(AuthMechanism::EXCHANGE_SERVER));
    let no_group = groups.is_some_and(|groups| !groups.contains(PermissionGroups::EXCHANGE_SERVERS));
    let bindings = connector.bindings.as_ref().map(|bindings| {
        let mut all: Vec<String> = bindings.value.items.iter().map(ToString::to_string).collect();
        all.extend((!bindings.value.complete).then(|| "more, not shown".to_owned()));
        all.join(", ")
    });
    let mut all = vec![
        setting("AuthMechanism", auth.map(|auth| auth.to_string()), if no_method { "ExchangeServer" } else { "" }),
        setting(
            "PermissionGroups",
            groups.map(|groups| groups.to_string()),
            if no_group { "ExchangeServers" } else { "" },
        ),
        setting("Bindings", bindings, ""),
    ];
    if connector.hides_x_anonymous_tls() {
        all.push(setting("SuppressXAnonymousTls", Some("True".to_owned()), "X-ANONYMOUSTLS"));
    }
    all
}

/// Connectors of the server that the receive log names for the address.
fn in_logs(facts: &Facts, address: IpAddr, column: &MatrixColumn) -> Option<Setting> {
    let key = crate::model::server::server_key(&column.server);
    let own = |connector: &String| {
        connector.split_once('\\').is_some_and(|(server, _)| crate::model::server::server_key(server) == key)
    };
    let met = seen(facts).filter(|(connector, remote)| *remote == address && own(connector));
    let mut met: Vec<String> = met.map(|(connector, _)| connector).collect();
    met.order();
    met.dedup();
    (!met.is_empty()).then(|| Setting {
        name: "In the receive log".to_owned(),
        value: format!("answered by {}", met.join(", ")),
        lacks: String::new(),
    })
}

/// Plays the remedy through: the addresses of Exchange servers are taken out of custom connectors until another one answers.
fn after(facts: &Facts, source: &str, address: IpAddr, column: &MatrixColumn) -> Vec<(bool, String)> {
    let all = meetings(facts, source, &column.server);
    let Some(meeting) = all.iter().find(|meeting| meeting.address == address) else { return Vec::new() };
    let plan = plan(facts, &column.server, &[meeting]);
    if let Err(why) = &plan.outcome {
        return vec![(false, format!("Taking addresses out of ranges is not enough: {why}."))];
    }
    let mut now: Vec<ReceiveConnector> = facts.connectors.of(&column.server).to_vec();
    let mut lines = Vec::new();
    for (connector, addresses) in &plan.changes {
        for own in now.iter_mut().filter(|own| own.span == connector.span) {
            release(own, addresses);
            let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let left = own.remote_ip_ranges.as_ref().map_or(0, |ranges| ranges.value.items.len());
            lines.push((
                true,
                match left {
                    0 => format!("{} has no other range than {}: it is switched off.", own.name(), names.join(", ")),
                    1 => format!("{} gives up {} and keeps one range.", own.name(), names.join(", ")),
                    _ => format!("{} gives up {} and keeps {left} ranges.", own.name(), names.join(", ")),
                },
            ));
        }
    }
    let view: Vec<&ReceiveConnector> = now.iter().collect();
    let role = TransportRole::parse(&column.service);
    if let Selection::Answered { index, .. } =
        select(&view, local_address(facts, &column.server, address), column.port, role, address)
        && let Some(connector) = view.get(index)
        && connector.offers_exchange_auth() == Some(true)
    {
        lines
            .push((true, format!("{} then answers {address}, with Exchange Server authentication.", connector.name())));
    }
    lines
}
