//! Receive connectors by server, each once.

use std::collections::BTreeMap;

use crate::model::receive_connector::ReceiveConnector;
use crate::model::server::server_key;

/// All receive connectors of the case.
pub struct Connectors {
    by_server: BTreeMap<String, Vec<ReceiveConnector>>,
}

impl Connectors {
    /// Groups connectors by server; of one connector in several exports the fuller is kept.
    pub fn new(mut connectors: Vec<ReceiveConnector>) -> Connectors {
        connectors.sort_by_key(|c| c.span);
        let mut by_server: BTreeMap<String, Vec<ReceiveConnector>> = BTreeMap::new();
        for connector in connectors {
            let list = by_server.entry(server_key(connector.server().unwrap_or(""))).or_default();
            match list.iter_mut().find(|c| c.name().eq_ignore_ascii_case(connector.name())) {
                Some(known) if fullness(&connector) > fullness(known) => *known = connector,
                Some(_) => {}
                None => list.push(connector),
            }
        }
        Connectors { by_server }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_server.is_empty()
    }

    /// Connectors of a server.
    pub fn of(&self, server: &str) -> &[ReceiveConnector] {
        self.by_server.get(&server_key(server)).map_or(&[], Vec::as_slice)
    }

    /// Servers with connectors, by name as printed.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.by_server.values().filter_map(|list| list.first()?.server())
    }
}

fn fullness(connector: &ReceiveConnector) -> usize {
    let ranges = connector.remote_ip_ranges.as_ref().map_or(0, |r| 1 + usize::from(r.value.complete) * 4);
    ranges
        + usize::from(connector.bindings.is_some())
        + usize::from(connector.auth_mechanism.is_some())
        + usize::from(connector.permission_groups.is_some())
        + usize::from(connector.role.is_some())
}
