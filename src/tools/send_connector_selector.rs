//! Which send connector takes mail for a domain, from the connectors alone.
//!
//! The most specific address space wins whatever it costs: the domain itself, then `*.` with the domain and its parents, then `*`; among
//! connectors of one address space the lowest cost. Disabled connectors do not take part. What only the place of the sending server
//! decides (the cost of the way, the site of a scoped connector) is not known here: a routing table tells it, and the route calculator
//! reads it. What an export cut could change the answer, and then there is none.

use std::cmp::Reverse;

use crate::base::order::Order as _;
use crate::model::outbound_connector::{ConnectorKind, OutboundConnector};

/// A connector at an address space that covers the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the connector.
    pub index: usize,
    /// The address space, without type and cost.
    pub space: String,
    /// Its cost.
    pub cost: u32,
    /// Whether the connector takes part in the choice.
    pub enabled: bool,
    /// Whether only servers of its own site use it.
    pub scoped: bool,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// All that cover the domain, in the order of the choice; disabled ones last.
    pub matches: Vec<Match>,
    /// How many of the first are equal: more than one when only the place of the sender decides. 0 when none can be used.
    pub first: usize,
    /// Connectors of which the export does not show all address spaces.
    pub hidden: Vec<usize>,
}

/// Which connectors take mail for a domain.
pub fn select(connectors: &[&OutboundConnector], domain: &str) -> Selection {
    let domain = domain.trim().trim_end_matches('.').to_lowercase();
    let mut selection = Selection::default();
    for (index, connector) in connectors.iter().enumerate() {
        if connector.kind == Some(ConnectorKind::RoutingGroup) {
            continue;
        }
        let enabled = connector.enabled.as_ref().is_none_or(|enabled| enabled.value);
        let scoped = connector.scoped.as_ref().is_some_and(|scoped| scoped.value);
        let spaces = connector.address_spaces.as_ref().map(|spaces| &spaces.value);
        if enabled && spaces.is_none_or(|spaces| !spaces.complete || !spaces.unread.is_empty()) {
            selection.hidden.push(index);
        }
        let own =
            spaces.into_iter().flat_map(|spaces| &spaces.items).filter(|space| space.kind.eq_ignore_ascii_case("smtp"));
        let covering = own.filter(|space| rank(&space.address, &domain).is_some());
        let best = covering.min_by_key(|space| (Reverse(rank(&space.address, &domain)), space.cost));
        if let Some(space) = best {
            let address = space.address.trim().to_lowercase();
            selection.matches.push(Match { index, space: address, cost: space.cost, enabled, scoped });
        }
    }
    let key = |one: &Match| (!one.enabled, Reverse(rank(&one.space, &domain)), one.cost);
    selection.matches.order_by_key(|one| (key(one), one.index));
    let best = selection.matches.first().filter(|best| best.enabled).map(key);
    selection.first = best.map_or(0, |best| selection.matches.iter().filter(|one| key(one) == best).count());
    selection
}

/// How specific an address space is for a domain; `None` when it does not cover it.
fn rank(space: &str, domain: &str) -> Option<usize> {
    let space = space.trim().to_lowercase();
    if space == domain {
        return Some(usize::MAX);
    }
    if space == "*" {
        return Some(0);
    }
    let parent = space.strip_prefix("*.")?;
    let below = domain.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    below.then(|| parent.len().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_address_space_comes_first() {
        let of = |space: &str| rank(space, "mail.contoso.com");
        let order = ["*", "*.com", "*.contoso.com", "*.mail.contoso.com", "Mail.Contoso.com"].map(of);
        assert!(order.iter().all(Option::is_some) && order.is_sorted() && order[0] != order[1], "{order:?}");
        for other in ["contoso.com", "*.oso.com", "--", ""] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
