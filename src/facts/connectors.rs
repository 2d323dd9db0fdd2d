//! Receive connectors by server, each once.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::base::order::Order as _;
use crate::base::timestamp::{DateOrder, Moment, parse_moment};
use crate::model::Located;
use crate::model::receive_connector::ReceiveConnector;
use crate::model::server::server_key;

/// All receive connectors of the case.
pub struct Connectors {
    by_server: BTreeMap<String, Vec<ReceiveConnector>>,
    /// Connectors that two exports show with different settings, where nothing says which is newer.
    pub conflicts: Vec<String>,
}

impl Connectors {
    /// Groups connectors by server. Of one connector in several exports the one changed last is kept, and where that is
    /// not shown the fuller one.
    pub fn new(mut connectors: Vec<ReceiveConnector>) -> Connectors {
        connectors.order_by_key(|c| c.span);
        let mut by_server: BTreeMap<String, Vec<ReceiveConnector>> = BTreeMap::new();
        let mut conflicts = Vec::new();
        let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
        for connector in connectors {
            let key = (server_key(connector.server().unwrap_or("")), connector.name().to_ascii_lowercase());
            let list = by_server.entry(key.0.clone()).or_default();
            let place = *places.entry(key).or_insert(list.len());
            match list.get_mut(place) {
                Some(known) => match changed(&connector).partial_cmp(&changed(known)) {
                    Some(Ordering::Greater) => *known = connector,
                    Some(Ordering::Less) => {}
                    _ => {
                        if contradict(&connector, known) {
                            conflicts.push(known.identity.value.clone());
                        }
                        if fullness(&connector) > fullness(known) {
                            *known = connector;
                        }
                    }
                },
                None => list.push(connector),
            }
        }
        Connectors { by_server, conflicts }
    }

    /// All connectors, by server.
    pub fn all(&self) -> impl Iterator<Item = &ReceiveConnector> {
        self.by_server.values().flatten()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_server.is_empty()
    }

    /// A connector of a server that two exports show differently.
    pub fn conflict_on(&self, server: &str) -> Option<&str> {
        let of =
            |identity: &&String| identity.split_once('\\').is_some_and(|(s, _)| server_key(s) == server_key(server));
        self.conflicts.iter().find(of).map(String::as_str)
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

/// When it was changed; a date that can be read in two ways says nothing.
fn changed(connector: &ReceiveConnector) -> Changed {
    let text = connector.when_changed.as_ref().map_or("", |w| w.value.as_str());
    // Without the order of day and month only an unambiguous date is read.
    let first = parse_moment(text, DateOrder::MonthFirst);
    Changed(first.filter(|first| parse_moment(text, DateOrder::DayFirst) == Some(*first)))
}

/// Compares only where both times are known.
#[derive(PartialEq)]
struct Changed(Option<Moment>);

impl PartialOrd for Changed {
    fn partial_cmp(&self, other: &Changed) -> Option<Ordering> {
        self.0?.compare(other.0?)
    }
}

/// Whether two exports of a connector disagree in something that matters, where both show it.
fn contradict(a: &ReceiveConnector, b: &ReceiveConnector) -> bool {
    fn differ<T: PartialEq>(a: &Option<Located<T>>, b: &Option<Located<T>>) -> bool {
        matches!((a, b), (Some(a), Some(b)) if a.value != b.value)
    }
    let ranges = match (&a.remote_ip_ranges, &b.remote_ip_ranges) {
        (Some(a), Some(b)) => a.value.complete && b.value.complete && a.value.items != b.value.items,
        _ => false,
    };
    ranges
        || differ(&a.enabled, &b.enabled)
        || differ(&a.auth_mechanism, &b.auth_mechanism)
        || differ(&a.permission_groups, &b.permission_groups)
}

fn fullness(connector: &ReceiveConnector) -> usize {
    let ranges = connector.remote_ip_ranges.as_ref().map_or(0, |r| 1 + usize::from(r.value.complete) * 4);
    ranges
        + usize::from(connector.bindings.is_some())
        + usize::from(connector.auth_mechanism.is_some())
        + usize::from(connector.permission_groups.is_some())
        + usize::from(connector.role.is_some())
}
