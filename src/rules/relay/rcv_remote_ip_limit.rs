//! A receive connector has as many remote ranges as the directory can hold.

use std::net::IpAddr;

use crate::base::ip_range::IpRange;
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::model::receive_connector::ReceiveConnector;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, quoted};

/// Where the limit begins; it lies between this and 1,300, depending on the object.
const LIMIT: usize = 1_200;

/// From how many entries on the question arises.
const MANY: usize = 900;

declare_rule! {
    /// # Symptoms
    /// A further address cannot be added to a receive connector: "The administrative limit for this request was exceeded"
    /// (AdminLimitExceededException).
    ///
    /// # Cause
    /// The ranges are values of one attribute in Active Directory, which holds 1,200 to 1,300 of them. Single addresses, ranges and prefixes
    /// count as one each.
    ///
    /// # Resolution
    /// 1. Write neighboring addresses as ranges or prefixes.
    /// 2. Or move some of them to a second connector with the same settings.
    ///
    /// # More information
    /// Mail of the hosts that are already listed is not concerned.
    id: "rcv-remote-ip-limit",
    title: "A receive connector cannot take further addresses",
    area: Relay,
    severity: Low,
    role: Cause,
    versions: V2013..=Se,
    needs: [ReceiveConnectors],
    helps: [],
    explains: [],
    sources: ["https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/connector-remote-ip-address-limit-exceeded.md"],
    check: check,
}

fn entries(connector: &ReceiveConnector) -> usize {
    connector.remote_ip_ranges.as_ref().map_or(0, |ranges| ranges.value.items.len() + ranges.value.unread.len())
}

fn check(facts: &Facts) -> Verdict {
    let all = || facts.connectors.servers().flat_map(|server| facts.connectors.of(server));
    let full: Vec<&ReceiveConnector> = all().filter(|connector| entries(connector) >= LIMIT).collect();
    if !full.is_empty() {
        return Verdict::Found(full.into_iter().map(finding).collect());
    }
    match all().map(|connector| (entries(connector), connector)).max_by_key(|(entries, _)| *entries) {
        Some((entries, connector)) if entries >= MANY => Verdict::RuledOut(format!(
            "{} has the most ranges, {entries}; there is room for 1,200 at least.",
            connector.identity.value
        )),
        _ => Verdict::NotApplicable,
    }
}

fn finding(connector: &ReceiveConnector) -> Discovery {
    let name = &connector.identity.value;
    let entries = entries(connector);
    let mut found = Discovery::new(Confidence::Confirmed);
    let span = connector.remote_ip_ranges.as_ref().map_or(connector.span, |ranges| ranges.span);
    let place = found.cite(
        Proof::new(span, format!("The ranges of {name}"))
            .mark(["RemoteIPRanges"])
            .why("The directory holds 1,200 to 1,300 of them."),
    );
    found.statement = format!(
        "{name} has {} of remote addresses {place}, as many as the directory can hold, so further hosts may be refused when they are added.",
        count(entries as u64, "range")
    );
    found.affects([name.clone()]);
    found.affects(connector.server());
    let merged = connector.remote_ip_ranges.as_ref().map(|ranges| merged(&ranges.value.items)).unwrap_or_default();
    found.command("Count the ranges.", format!("(Get-ReceiveConnector {}).RemoteIPRanges.Count", quoted(name)));
    if merged.len() < entries {
        found.effect(
            "The same addresses can be written with neighbors joined into ranges",
            count(merged.len() as u64, "range"),
        );
    }
    if merged.len() <= 60 {
        let texts: Vec<String> = merged.iter().map(ToString::to_string).collect();
        found.command(
            "Write the same addresses as ranges.",
            format!("Set-ReceiveConnector {} -RemoteIPRanges {}", quoted(name), texts.join(",")),
        );
        found.warn("Keep a copy of the list first: (Get-ReceiveConnector ...).RemoteIPRanges | Out-File ranges.txt");
    } else {
        found.command(
            "Join neighboring addresses into ranges, or create a second connector with the same settings for new hosts. Look at both sets of settings first.",
            format!("Get-ReceiveConnector {} | Format-List Bindings,TransportRole,AuthMechanism,PermissionGroups", quoted(name)),
        );
    }
    found.verify.push("The number of ranges is well below 1,200, and a further address can be added.".to_owned());
    found
}

/// The same addresses with neighbors joined. A range keeps its own entry when it lies inside of another one, because smaller ranges decide.
fn merged(ranges: &[IpRange]) -> Vec<IpRange> {
    let number = |address: IpAddr| match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    };
    let mut sorted: Vec<IpRange> = ranges.to_vec();
    sorted.order_by_key(|range| (range.is_ipv4(), number(range.low()), number(range.high())));
    sorted.dedup();
    let mut joined: Vec<IpRange> = Vec::new();
    for range in sorted {
        let follows = joined.last().filter(|last| {
            last.is_ipv4() == range.is_ipv4() && number(last.high()).checked_add(1) == Some(number(range.low()))
        });
        match follows.and_then(|last| IpRange::new(last.low(), range.high()).ok()) {
            Some(wider) => {
                joined.pop();
                joined.push(wider);
            }
            None => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbors_are_joined() {
        let one = |text: &str| IpRange::single(text.parse().unwrap());
        let all = [one("10.0.0.2"), one("10.0.0.1"), one("10.0.0.5"), one("10.0.0.1"), one("2001:db8::1")];
        let texts: Vec<String> = merged(&all).iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["2001:db8::1", "10.0.0.1-10.0.0.2", "10.0.0.5"]);
    }
}
