//! Stand-in until the exact selector lands.
use crate::base::ip_range::IpRange;
use crate::model::receive_connector::{ReceiveConnector, TransportRole};
use crate::model::version::ExchangeVersion;
use std::net::IpAddr;
pub enum Selection {
    Answered { index: usize, range: IpRange, also: Vec<usize> },
    Nobody,
    CannotDecide { why: String, indexes: Vec<usize> },
}
pub fn select(
    connectors: &[&ReceiveConnector],
    _local: Option<IpAddr>,
    port: u16,
    role: Option<TransportRole>,
    remote: IpAddr,
) -> Selection {
    let mut best: Option<(u128, usize, IpRange)> = None;
    for (index, c) in connectors.iter().enumerate() {
        if !c.is_enabled() || role.is_some() && c.role.as_ref().is_some_and(|r| Some(r.value) != role) {
            continue;
        }
        let Some(b) = &c.bindings else { continue };
        if !b.value.items.iter().any(|b| b.port == port && b.address.is_ipv4() == remote.is_ipv4()) {
            continue;
        }
        let Some(r) = &c.remote_ip_ranges else { continue };
        if !r.value.complete && !r.value.items.iter().any(|r| r.contains(remote)) {
            return Selection::CannotDecide { why: format!("{} is cut", c.name()), indexes: vec![index] };
        }
        for r in &r.value.items {
            if r.contains(remote) && best.as_ref().is_none_or(|b| r.size_less_one() < b.0) {
                best = Some((r.size_less_one(), index, *r));
            }
        }
    }
    match best {
        Some((_, index, range)) => Selection::Answered { index, range, also: vec![] },
        None => Selection::Nobody,
    }
}
pub fn exchange_port(target: ExchangeVersion, source: ExchangeVersion) -> (u16, Option<TransportRole>) {
    match (target >= ExchangeVersion::V2013, source >= ExchangeVersion::V2013) {
        (true, true) => (2525, Some(TransportRole::HubTransport)),
        (true, false) => (25, Some(TransportRole::FrontendTransport)),
        _ => (25, None),
    }
}
