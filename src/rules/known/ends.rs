//! Events that end others: what says that a trouble is over.
//!
//! A row has no conditions, so these pairs stand here. Only events of which the product says by another one that all is well again are
//! listed; for the others time decides (see `event`).

use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::events::EventGroup;
use crate::model::server::server_key;
use crate::rules::searching::Hit;

/// Rows, and the events that end what they tell: source and id.
const ENDS: &[(&str, &[(&str, u16)])] = &[
    // A list of domain controllers that were found, and routing tables that were loaded.
    ("adaccess-2114-2102-2103", &[("MSExchange ADAccess", 2080), ("MSExchangeDSAccess", 2080)]),
    ("event-adaccess-2077", &[("MSExchange ADAccess", 2080)]),
    ("event-adaccess-2084", &[("MSExchange ADAccess", 2080)]),
    ("routing-config-unavailable-5002-5003-5023-5024", &[("MSExchangeTransport", 5044)]),
    // Stores and services that started.
    ("event-store-9518", &[("MSExchangeIS", 9523), ("MSExchangeIS", 9522)]),
    ("event-store-9519", &[("MSExchangeIS", 9523), ("MSExchangeIS", 9522)]),
    ("event-store-1159", &[("MSExchangeIS", 9523)]),
    ("event-store-1120", &[("MSExchangeIS", 1001)]),
    ("event-store-1121", &[("MSExchangeIS", 1001)]),
    ("event-store-5000", &[("MSExchangeIS", 1001)]),
    ("event-mta-4300", &[("MSExchangeMTA", 9298)]),
    ("event-mta-9405", &[("MSExchangeMTA", 9298)]),
    ("event-mta-9411", &[("MSExchangeMTA", 9298)]),
    ("event-mta-2152", &[("MSExchangeMTA", 9298)]),
    ("event-imc-4102", &[("MSExchangeIMC", 1000)]),
];

/// The event that came after the last of these on the same computer and says that it is over.
pub(super) fn ended<'a>(facts: &'a Facts, id: &str, hits: &[&Hit<'_>]) -> Option<(&'a EventGroup, Moment)> {
    let (_, ends) = ENDS.iter().find(|(row, _)| *row == id)?;
    // Every computer that had the trouble must have had its end.
    let mut last_end = None;
    for hit in hits {
        let (key, last) = (server_key(hit.group.computer.as_deref()?), hit.variant.last?);
        let own = |group: &&EventGroup| group.computer.as_deref().is_some_and(|computer| server_key(computer) == key);
        let end = ends
            .iter()
            .flat_map(|(source, id)| facts.events_of(source, std::slice::from_ref(id)))
            .filter(own)
            .flat_map(|group| [group.first, group.last].into_iter().flatten().map(move |at| (group, at)))
            .filter(|(_, at)| last.compare(*at) == Some(std::cmp::Ordering::Less))
            .min_by_key(|(_, at)| at.at)?;
        last_end = Some(end);
    }
    last_end
}
