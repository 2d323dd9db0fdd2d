//! For whom a receive connector answers: about every address, or chosen ones; and what anonymous clients may do there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use uuid::Uuid;

use crate::base::source::Span;
use crate::facts::Facts;
use crate::knowledge::{extended_rights, well_known_sids};
use crate::model::access::{AccessEntry, Effect, Trustee};
use crate::model::receive_connector::{PermissionGroups, ReceiveConnector};
use crate::tools::access_check::{Answer, Wanted, Who, check, guid_of};
use crate::tools::receive_connector_selector::{Selection, select};

/// The right that makes a connector a relay.
pub(super) const ANY_RECIPIENT: &str = "ms-Exch-SMTP-Accept-Any-Recipient";

/// Addresses that stand for any host outside: no site uses them itself.
const OUTSIDE: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 213)),
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 213)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 213)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xDB8, 0xFFFF, 0, 0, 0, 0, 0xD5)),
];

/// Something that the evidence may not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told<T> {
    /// It is so.
    Yes(T),
    /// It is not so.
    No,
    /// The evidence does not tell; why.
    Unknown(String),
}

/// Whether the ranges hold about every address.
pub(super) fn is_for_everybody(connector: &ReceiveConnector) -> Told<()> {
    let Some(ranges) = connector.remote_ip_ranges.as_ref().map(|ranges| &ranges.value) else {
        return Told::Unknown(format!("the export does not show RemoteIPRanges of {}", connector.identity.value));
    };
    let v4 = ranges.items.iter().filter(|range| range.is_ipv4());
    let held: u128 = v4.map(|range| range.size_less_one().saturating_add(1)).sum();
    if ranges.items.iter().any(crate::base::ip_range::IpRange::is_everything) || held >= 1 << 31 {
        Told::Yes(())
    } else if ranges.complete && ranges.unread.is_empty() {
        Told::No
    } else {
        Told::Unknown(format!("the export does not show all RemoteIPRanges of {}", connector.identity.value))
    }
}

/// Whether the connector is the one that answers some host outside, and on which port. Another connector may have smaller ranges there.
pub(super) fn answers_outside(facts: &Facts, connector: &ReceiveConnector) -> Told<u16> {
    let server = connector.server().unwrap_or("");
    let all: Vec<&ReceiveConnector> = facts.connectors.of(server).iter().collect();
    let Some(own) = all.iter().position(|other| other.span == connector.span) else { return Told::No };
    let Some(bindings) = connector.bindings.as_ref().map(|bindings| &bindings.value) else {
        return Told::Unknown(format!("the export does not show Bindings of {}", connector.identity.value));
    };
    let role = connector.role.as_ref().map(|role| role.value);
    let mut open = None;
    for binding in &bindings.items {
        for outside in OUTSIDE.iter().filter(|outside| outside.is_ipv4() == binding.address.is_ipv4()) {
            match select(&all, Some(binding.address), binding.port, role, *outside) {
                Selection::Answered { index, also, .. } if index == own || also.contains(&own) => {
                    return Told::Yes(binding.port);
                }
                Selection::CannotDecide { why, indexes } if indexes.contains(&own) => open = Some(why),
                _ => {}
            }
        }
    }
    match open {
        Some(why) => Told::Unknown(why),
        None if !bindings.complete => {
            Told::Unknown(format!("the export does not show all Bindings of {}", connector.identity.value))
        }
        None => Told::No,
    }
}

/// Whether anonymous clients may send to every recipient; the place that says so.
pub(super) fn anonymous_may_relay(facts: &Facts, connector: &ReceiveConnector) -> Told<Span> {
    let unknown = || Told::Unknown(format!("the permissions of {} are not in the evidence", connector.identity.value));
    let Some(right) = extended_rights::by_name(ANY_RECIPIENT).map(|right| right.guid) else { return unknown() };
    let anonymous = [Trustee {
        name: Some("NT AUTHORITY\\ANONYMOUS LOGON".to_owned()),
        sid: crate::base::sid::Sid::parse("S-1-5-7"),
    }];
    let who = Who { trustees: &anonymous, authenticated: false };
    let mut told = None;
    for list in facts.connector_rights.of(connector) {
        match answer(list, &who, right) {
            Told::Yes(span) => return Told::Yes(span),
            other => told = told.or(Some(other)),
        }
    }
    told.unwrap_or_else(unknown)
}

fn answer(list: &crate::model::access::AccessControlList, who: &Who<'_>, right: Uuid) -> Told<Span> {
    match check(list, who, &Wanted::extended(right)).answer {
        Answer::Allowed(entries) => {
            let place = entries.first().and_then(|number| list.entries.get(*number)).map(|entry| entry.span);
            Told::Yes(place.unwrap_or(list.span))
        }
        // An account of Windows under a name that is in no table may be the anonymous one.
        Answer::NotGranted => match list.entries.iter().find(|entry| grants_somebody(entry, right)) {
            Some(entry) => Told::Unknown(format!(
                "the export does not tell who {} is",
                entry.trustee.name.as_deref().unwrap_or("one of the accounts")
            )),
            None => Told::No,
        },
        Answer::Denied(_) => Told::No,
        Answer::Unknown(_) => Told::Unknown("the export of the permissions does not tell".to_owned()),
    }
}

/// Whether an entry gives the right to an account of Windows that its name alone does not tell.
fn grants_somebody(entry: &AccessEntry, right: Uuid) -> bool {
    let is_unknown = |name: &str| well_known_sids::is_of_windows(name) && well_known_sids::by_name(name).is_none();
    entry.effect == Effect::Allow
        && entry.trustee.sid.is_none()
        && entry.trustee.name.as_deref().is_some_and(is_unknown)
        && entry.object_type.as_ref().is_some_and(|object| guid_of(object) == Some(right))
}

/// Whether anonymous clients may use the connector at all. `Custom` may stand for that, too.
pub(super) fn admits_anonymous(connector: &ReceiveConnector) -> Option<bool> {
    Some(connector.permission_groups.as_ref()?.value.contains(PermissionGroups::ANONYMOUS_USERS))
}
