//! Which receive connector answers a connection, from local address, port and remote address.
//!
//! Exchange keeps a table per binding. In each table the smallest range that holds the remote address
//! wins, the first one added among equals; of the table of the exact local address and the one of all
//! addresses (`0.0.0.0`, `::`) the smaller range wins, and the exact binding among equals. Name, age and
//! authentication play no role, and there is no second choice when authentication fails. Only enabled
//! connectors of the service's own role are in its tables.
//!
//! An export may hide part of the lists. What is hidden counts only where it could change the answer:
//! the calculation then says so instead of guessing.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::base::gather::Gather as _;
use crate::base::ip_range::IpRange;
use crate::model::receive_connector::{ReceiveConnector, TransportRole};
use crate::model::version::ExchangeVersion;

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One connector answers.
    Answered {
        /// Its index.
        index: usize,
        /// Its range that holds the remote address.
        range: IpRange,
        /// Others with a range of the same size on the same binding. Cmdlets refuse such pairs; which of
        /// them wins is the order in which the directory lists them.
        also: Vec<usize>,
    },
    /// No connector: the connection is dropped.
    Nobody,
    /// What the export hides could change the answer.
    CannotDecide {
        /// What is missing.
        why: String,
        /// The connectors that come into question.
        indexes: Vec<usize>,
    },
}

/// The connector of one server that answers a connection from `remote` to `port`. Without `local` the
/// answer must be the same for every local address; without `role` connectors of every role count (2007
/// and 2010 have none).
pub fn select(
    connectors: &[&ReceiveConnector],
    local: Option<IpAddr>,
    port: u16,
    role: Option<TransportRole>,
    remote: IpAddr,
) -> Selection {
    let remote = remote.to_canonical();
    let listeners: Vec<Listener<'_>> = connectors
        .iter()
        .enumerate()
        .filter_map(|(index, connector)| Listener::new(index, connector, port, role, remote))
        .collect();
    if let Some(local) = local {
        return select_for(&listeners, Some(local.to_canonical()), remote);
    }
    let exact: BTreeSet<IpAddr> = listeners.iter().flat_map(|l| l.exact.iter().copied()).gather();
    let mut answers: Vec<Selection> = exact.iter().map(|&local| select_for(&listeners, Some(local), remote)).collect();
    // Any other local address, unless nothing listens there.
    if exact.is_empty() || listeners.iter().any(|l| l.any || !l.bindings_whole) {
        answers.push(select_for(&listeners, None, remote));
    }
    agree(answers)
}

/// The one answer that all give.
fn agree(answers: Vec<Selection>) -> Selection {
    let undecided = answers.iter().find(|a| matches!(a, Selection::CannotDecide { .. }));
    if let Some(undecided) = undecided {
        return undecided.clone();
    }
    let index = |selection: &Selection| match selection {
        Selection::Answered { index, .. } => Some(*index),
        _ => None,
    };
    let indexes: BTreeSet<Option<usize>> = answers.iter().map(index).gather();
    if indexes.len() > 1 {
        return Selection::CannotDecide {
            why: "connectors are bound to single local addresses, so the answer depends on the address that is called"
                .to_owned(),
            indexes: indexes.into_iter().flatten().collect(),
        };
    }
    answers.into_iter().next_back().unwrap_or(Selection::Nobody)
}

/// A connector that is, or may be, in the tables of the port.
struct Listener<'a> {
    index: usize,
    connector: &'a ReceiveConnector,
    /// Whether its role is known to be the right one.
    role_known: bool,
    /// Single local addresses it is bound to, of the family of the connection.
    exact: Vec<IpAddr>,
    /// Whether it is bound to all addresses of the family.
    any: bool,
    /// Whether all bindings are visible.
    bindings_whole: bool,
    /// Its smallest visible range that holds the remote address.
    range: Option<IpRange>,
    /// Whether all ranges are visible.
    ranges_whole: bool,
}

impl<'a> Listener<'a> {
    fn new(
        index: usize,
        connector: &'a ReceiveConnector,
        port: u16,
        role: Option<TransportRole>,
        remote: IpAddr,
    ) -> Option<Listener<'a>> {
        let own_role = connector.role.as_ref().map(|r| r.value);
        if !connector.is_enabled() || role.is_some_and(|role| own_role.is_some_and(|own| own != role)) {
            return None;
        }
        let bindings = connector.bindings.as_ref().map(|b| &b.value);
        let ranges = connector.remote_ip_ranges.as_ref().map(|r| &r.value);
        let local = bindings.iter().flat_map(|b| &b.items).filter(|b| b.port == port);
        let local: Vec<IpAddr> = local.map(|b| b.address).filter(|a| a.is_ipv4() == remote.is_ipv4()).collect();
        let holding = ranges.iter().flat_map(|r| &r.items).filter(|range| range.contains(remote));
        Some(Listener {
            index,
            connector,
            role_known: role.is_none() || own_role.is_some(),
            any: local.iter().any(IpAddr::is_unspecified),
            exact: local.into_iter().filter(|a| !a.is_unspecified()).collect(),
            bindings_whole: bindings.is_some_and(|b| b.complete && b.unread.is_empty()),
            range: holding.min_by_key(|range| range.size_less_one()).copied(),
            ranges_whole: ranges.is_some_and(|r| r.complete && r.unread.is_empty()),
        })
    }

    /// Whether it is visibly bound to the table: the exact one, or the one of all addresses.
    fn is_bound(&self, table: Table, local: Option<IpAddr>) -> bool {
        match table {
            Table::Exact => local.is_some_and(|local| self.exact.contains(&local)),
            Table::Any => self.any,
        }
    }

    /// What it may be: in which tables and with which smallest size, hidden parts taken at their best.
    fn could_be(&self, local: Option<IpAddr>) -> Option<(u128, Table)> {
        // A hidden range may be the remote address alone.
        let size = if self.ranges_whole { self.range?.size_less_one() } else { 0 };
        let table =
            [Table::Exact, Table::Any].into_iter().find(|t| self.is_bound(*t, local) || !self.bindings_whole)?;
        Some((size, table))
    }

    fn hidden(&self) -> String {
        let mut parts = Vec::new();
        if !self.ranges_whole {
            parts.push("RemoteIPRanges");
        }
        if !self.bindings_whole {
            parts.push("Bindings");
        }
        if !self.role_known {
            parts.push("TransportRole");
        }
        format!("{} of {}", parts.join(", "), self.connector.identity.value)
    }
}

/// The two tables of a local address; the exact one wins among equals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Exact,
    Any,
}

fn select_for(listeners: &[Listener<'_>], local: Option<IpAddr>, remote: IpAddr) -> Selection {
    // A local address of the other family has no part in the connection.
    if local.is_some_and(|local| local.is_ipv4() != remote.is_ipv4()) {
        return Selection::Nobody;
    }
    let best = |table: Table| {
        let mut best: Option<(&Listener<'_>, IpRange)> = None;
        for listener in listeners.iter().filter(|l| l.role_known && l.is_bound(table, local)) {
            let Some(range) = listener.range else { continue };
            if best.is_none_or(|(_, other)| range.size_less_one() < other.size_less_one()) {
                best = Some((listener, range));
            }
        }
        best
    };
    let chosen = match (best(Table::Exact), best(Table::Any)) {
        (Some((_, exact)), Some((any, range))) if range.size_less_one() < exact.size_less_one() => {
            Some((any, range, Table::Any))
        }
        (Some((exact, range)), _) => Some((exact, range, Table::Exact)),
        (None, Some((any, range))) => Some((any, range, Table::Any)),
        (None, None) => None,
    };
    let mark = chosen.map(|(listener, range, table)| (listener.index, (range.size_less_one(), table)));
    let rivals: Vec<&Listener<'_>> = listeners
        .iter()
        .filter(|l| mark.is_none_or(|(index, _)| index != l.index))
        .filter(|l| l.could_be(local).is_some_and(|best| mark.is_none_or(|(_, chosen)| best < chosen)))
        .collect();
    if !rivals.is_empty() {
        let hidden: Vec<String> = rivals.iter().map(|l| l.hidden()).collect();
        let indexes: BTreeSet<usize> = rivals.iter().map(|l| l.index).chain(mark.map(|(index, _)| index)).gather();
        return Selection::CannotDecide {
            why: format!("the export does not show {}", hidden.join("; ")),
            indexes: indexes.into_iter().collect(),
        };
    }
    let Some((winner, range, table)) = chosen else { return Selection::Nobody };
    let ties = listeners.iter().filter(|l| l.index != winner.index && l.role_known && l.is_bound(table, local));
    let same = |l: &&Listener<'_>| l.range.is_some_and(|other| other.size_less_one() == range.size_less_one());
    Selection::Answered { index: winner.index, range, also: ties.filter(same).map(|l| l.index).collect() }
}

/// The ports on which enabled connectors of a role listen, ascending.
pub fn ports(connectors: &[&ReceiveConnector], role: Option<TransportRole>) -> Vec<u16> {
    let own = |c: &&&ReceiveConnector| {
        c.is_enabled() && role.is_none_or(|role| c.role.as_ref().is_none_or(|own| own.value == role))
    };
    let bindings = connectors.iter().filter(own).filter_map(|c| c.bindings.as_ref());
    let ports: BTreeSet<u16> = bindings.flat_map(|b| b.value.items.iter().map(|binding| binding.port)).gather();
    ports.into_iter().collect()
}

/// The port, and the service behind it, that a server of version `source` calls on one of version
/// `target`. See [`exchange_port_of`] for servers of 2013 without the Client Access role.
pub fn exchange_port(target: ExchangeVersion, source: ExchangeVersion) -> (u16, Option<TransportRole>) {
    if target < ExchangeVersion::V2013 {
        (25, None)
    } else if source < ExchangeVersion::V2013 {
        (25, Some(TransportRole::FrontendTransport))
    } else {
        (2525, Some(TransportRole::HubTransport))
    }
}

/// As [`exchange_port`], for a server with these connectors. Without a connector of the front end the
/// server has only the Mailbox role of 2013, whose transport service listens on port 25 itself. An
/// export that does not show roles gives none: two services cannot share a port.
pub fn exchange_port_of(
    target: ExchangeVersion,
    source: ExchangeVersion,
    connectors: &[&ReceiveConnector],
) -> (u16, Option<TransportRole>) {
    let has = |role| connectors.iter().any(|c| c.role.as_ref().is_some_and(|own| own.value == role));
    let (frontend, hub) = (has(TransportRole::FrontendTransport), has(TransportRole::HubTransport));
    match exchange_port(target, source) {
        (port, Some(_)) if !frontend && !hub => (port, None),
        (25, Some(TransportRole::FrontendTransport)) if !frontend => (25, Some(TransportRole::HubTransport)),
        // Mailbox role alone: nothing listens on 2525.
        (2525, role) if !frontend && !ports(connectors, role).contains(&2525) => (25, role),
        answer => answer,
    }
}

#[cfg(test)]
mod tests;
