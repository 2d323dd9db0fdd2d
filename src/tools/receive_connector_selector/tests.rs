//! Tests of `receive_connector_selector`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::*;
use crate::base::ip_range::Binding;
use crate::base::source::{SourceId, Span};
use crate::model::{Listed, Located};

const SPAN: Span = Span { source: SourceId(0), place: crate::base::source::Place::File };
const HUB: Option<TransportRole> = Some(TransportRole::HubTransport);
const FRONT: Option<TransportRole> = Some(TransportRole::FrontendTransport);

fn listed<T>(items: Vec<T>, complete: bool) -> Option<Located<Listed<T>>> {
    Some(Located::new(Listed { items, complete, unread: Vec::new() }, SPAN))
}

/// `bindings` and `ranges` joined by blanks; `...` at the end for a cut list.
fn connector(name: &str, role: Option<TransportRole>, bindings: &str, ranges: &str) -> ReceiveConnector {
    let words =
        |text: &str| text.split(' ').filter(|w| !w.is_empty() && *w != "...").map(str::to_owned).collect::<Vec<_>>();
    ReceiveConnector {
        span: SPAN,
        identity: Located::new(format!("EX1\\{name}"), SPAN),
        enabled: None,
        role: role.map(|role| Located::new(role, SPAN)),
        bindings: listed(words(bindings).iter().map(|w| w.parse().unwrap()).collect(), !bindings.ends_with("...")),
        remote_ip_ranges: listed(words(ranges).iter().map(|w| w.parse().unwrap()).collect(), !ranges.ends_with("...")),
        auth_mechanism: None,
        permission_groups: None,
        suppress_x_anonymous_tls: None,
        tls_domain_capabilities: None,
        fqdn: None,
        when_changed: None,
    }
}

const ALL: &str = "0.0.0.0-255.255.255.255 ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn answer(connectors: &[ReceiveConnector], local: Option<&str>, remote: &str) -> Selection {
    let list: Vec<&ReceiveConnector> = connectors.iter().collect();
    select(&list, local.map(ip), 25, None, ip(remote))
}

fn index(selection: &Selection) -> Option<usize> {
    match selection {
        Selection::Answered { index, .. } => Some(*index),
        _ => None,
    }
}

#[test]
fn the_most_specific_range_answers() {
    let list = [
        connector("Default", None, "0.0.0.0:25 [::]:25", ALL),
        connector("Relay", None, "0.0.0.0:25", "192.0.2.0/24"),
        connector("Relay 2", None, "0.0.0.0:25", "192.0.2.11"),
    ];
    let local = Some("192.0.2.21");
    assert_eq!(index(&answer(&list, local, "192.0.2.11")), Some(2));
    assert_eq!(index(&answer(&list, local, "192.0.2.12")), Some(1));
    assert_eq!(index(&answer(&list, None, "203.0.113.9")), Some(0));
    // IPv6 reaches only the connector that is bound to it.
    assert_eq!(index(&answer(&list, None, "2001:db8::11")), Some(0));
    assert_eq!(index(&answer(&list, None, "::ffff:192.0.2.11")), Some(2));
}

#[test]
fn the_exact_binding_only_breaks_ties() {
    let list = [
        connector("Default", None, "0.0.0.0:25", "0.0.0.0/0"),
        connector("Exact", None, "192.0.2.21:25", "0.0.0.0/0"),
        connector("Relay", None, "0.0.0.0:25", "192.0.2.0/24"),
    ];
    assert_eq!(index(&answer(&list, Some("192.0.2.21"), "203.0.113.9")), Some(1));
    assert_eq!(index(&answer(&list, Some("192.0.2.22"), "203.0.113.9")), Some(0));
    assert_eq!(index(&answer(&list, Some("192.0.2.21"), "192.0.2.11")), Some(2));
    assert!(matches!(answer(&list, None, "203.0.113.9"), Selection::CannotDecide { indexes, .. } if indexes == [0, 1]));
    assert_eq!(index(&answer(&list, None, "192.0.2.11")), Some(2));
    // Bound to one address only: that is the address that is called.
    assert_eq!(index(&answer(&list[1..2], None, "203.0.113.9")), Some(0));
}

#[test]
fn equal_ranges_on_one_binding_are_reported() {
    let list = [
        connector("A", None, "0.0.0.0:25", "192.0.2.0/24"),
        connector("B", None, "0.0.0.0:25", "192.0.2.0-192.0.2.255"),
        connector("C", None, "192.0.2.99:25", "192.0.2.0/24"),
    ];
    let got = answer(&list, Some("192.0.2.21"), "192.0.2.1");
    assert_eq!(got, Selection::Answered { index: 0, range: "192.0.2.0/24".parse().unwrap(), also: vec![1] });
}

#[test]
fn role_port_and_state_count() {
    let mut list = [
        connector("Default", HUB, "0.0.0.0:2525", ALL),
        connector("Default Frontend", FRONT, "0.0.0.0:25", ALL),
        connector("Relay", FRONT, "0.0.0.0:25", "192.0.2.11"),
    ];
    let pick = |list: &[ReceiveConnector], port, role| {
        select(&list.iter().collect::<Vec<_>>(), None, port, role, ip("192.0.2.11"))
    };
    assert_eq!(index(&pick(&list, 25, FRONT)), Some(2));
    assert_eq!(index(&pick(&list, 2525, HUB)), Some(0));
    assert_eq!(pick(&list, 25, HUB), Selection::Nobody);
    list[2].enabled = Some(Located::new(false, SPAN));
    assert_eq!(index(&pick(&list, 25, FRONT)), Some(1));
    // An unknown role may be the right one.
    list[1].role = None;
    assert!(
        matches!(pick(&list, 25, FRONT), Selection::CannotDecide { why, .. } if why.contains("TransportRole of EX1\\Default Frontend"))
    );
    let all: Vec<&ReceiveConnector> = list.iter().collect();
    assert_eq!(ports(&all, None), [25, 2525]);
    assert_eq!(ports(&all, HUB), [25, 2525]);
}

#[test]
fn hidden_parts_matter_only_where_they_could_win() {
    let list = [
        connector("Default", None, "0.0.0.0:25", ALL),
        connector("Relay", None, "0.0.0.0:25", "198.51.100.1 198.51.100.2 ..."),
        connector("Single", None, "0.0.0.0:25", "192.0.2.11"),
        connector("Other port", None, "0.0.0.0:587", "198.51.100.1 ..."),
    ];
    // A visible single address cannot be beaten on the same binding.
    assert_eq!(index(&answer(&list, None, "192.0.2.11")), Some(2));
    assert_eq!(index(&answer(&list, None, "198.51.100.1")), Some(1));
    let Selection::CannotDecide { why, indexes } = answer(&list, None, "192.0.2.12") else { panic!() };
    assert_eq!((why.as_str(), indexes), ("the export does not show RemoteIPRanges of EX1\\Relay", vec![0, 1]));
    // Nothing of it is bound to IPv6, so it cannot answer there.
    assert_eq!(answer(&list, None, "2001:db8::1"), Selection::Nobody);

    let mut list = list;
    list[3].bindings = None;
    list[3].remote_ip_ranges = listed(vec!["203.0.113.0/24".parse().unwrap()], true);
    // Its ranges do not hold the address, whatever it is bound to.
    assert_eq!(index(&answer(&list, None, "192.0.2.11")), Some(2));
    assert!(
        matches!(answer(&list[2..], None, "203.0.113.1"), Selection::CannotDecide { indexes, .. } if indexes == [1])
    );
}

#[test]
fn versions_call_each_other_on_known_ports() {
    use ExchangeVersion as V;
    assert_eq!(exchange_port(V::V2016, V::V2019), (2525, HUB));
    assert_eq!(exchange_port(V::V2016, V::V2010), (25, FRONT));
    assert_eq!(exchange_port(V::V2010, V::V2016), (25, None));
    let both = [connector("D", HUB, "0.0.0.0:2525", ALL), connector("F", FRONT, "0.0.0.0:25", ALL)];
    let both: Vec<&ReceiveConnector> = both.iter().collect();
    assert_eq!(exchange_port_of(V::V2013, V::V2010, &both), (25, FRONT));
    assert_eq!(exchange_port_of(V::V2013, V::V2013, &both), (2525, HUB));
    let mailbox = [connector("Default", HUB, "0.0.0.0:25", ALL)];
    let mailbox: Vec<&ReceiveConnector> = mailbox.iter().collect();
    assert_eq!(exchange_port_of(V::V2013, V::V2010, &mailbox), (25, HUB));
    assert_eq!(exchange_port_of(V::V2013, V::V2013, &mailbox), (25, HUB));
    assert_eq!(exchange_port_of(V::V2013, V::V2010, &[]), (25, None));
}

/// A linear congruential generator: the same cases in every run.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn address(lcg: &mut Lcg) -> IpAddr {
    let last = u8::try_from(lcg.below(8)).unwrap();
    if lcg.below(3) == 0 {
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last.into()))
    } else {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }
}

fn random_connector(lcg: &mut Lcg) -> ReceiveConnector {
    let mut connector = connector("x", [HUB, FRONT][usize::try_from(lcg.below(2)).unwrap()], "", "");
    let binding = |lcg: &mut Lcg| {
        let address = match lcg.below(4) {
            0 => address(lcg),
            1 => ip("::"),
            _ => ip("0.0.0.0"),
        };
        Binding { address, port: if lcg.below(4) == 0 { 587 } else { 25 } }
    };
    let range = |lcg: &mut Lcg| loop {
        let (a, b) = (address(lcg), address(lcg));
        match lcg.below(5) {
            0 => break "0.0.0.0/0".parse().unwrap(),
            1 => break "::/0".parse().unwrap(),
            2 => break IpRange::single(a),
            _ => match IpRange::new(a, b) {
                Ok(range) => break range,
                Err(_) => continue,
            },
        }
    };
    let (bindings, ranges) = (1 + lcg.below(2), lcg.below(4));
    connector.bindings = listed((0..bindings).map(|_| binding(lcg)).collect(), true);
    connector.remote_ip_ranges = listed((0..ranges).map(|_| range(lcg)).collect(), true);
    connector.enabled = (lcg.below(6) == 0).then(|| Located::new(false, SPAN));
    connector
}

/// Every pair of binding and range, sorted by size, then exact before any, then order.
fn oracle(list: &[ReceiveConnector], local: IpAddr, role: Option<TransportRole>, remote: IpAddr) -> Option<usize> {
    let mut all = Vec::new();
    for (index, c) in list.iter().enumerate() {
        let right = role.is_none_or(|r| c.role.as_ref().unwrap().value == r);
        if c.enabled.as_ref().is_some_and(|e| !e.value) || !right || local.is_ipv4() != remote.is_ipv4() {
            continue;
        }
        for binding in &c.bindings.as_ref().unwrap().value.items {
            for range in &c.remote_ip_ranges.as_ref().unwrap().value.items {
                let any = binding.address.is_unspecified() && binding.address.is_ipv4() == local.is_ipv4();
                if binding.port == 25 && (any || binding.address == local) && range.contains(remote) {
                    all.push((range.size_less_one(), any, index));
                }
            }
        }
    }
    all.into_iter().min().map(|best| best.2)
}

#[test]
fn agrees_with_trying_every_pair() {
    let mut lcg = Lcg(7);
    let mut answered = 0;
    for _ in 0..20_000 {
        let list: Vec<_> = (0..1 + lcg.below(5)).map(|_| random_connector(&mut lcg)).collect();
        let refs: Vec<_> = list.iter().collect();
        let (local, remote) = (address(&mut lcg), address(&mut lcg));
        let role = [None, HUB, FRONT][usize::try_from(lcg.below(3)).unwrap()];
        let got = select(&refs, Some(local), 25, role, remote);
        assert_eq!(index(&got), oracle(&list, local, role, remote), "{list:#?} {local} {remote}");
        assert!(!matches!(got, Selection::CannotDecide { .. }));
        answered += usize::from(index(&got).is_some());
        // Without the local address an answer holds for all of them.
        if let Some(index) = index(&select(&refs, None, 25, role, remote)) {
            let answers = (0..8).filter_map(|n| {
                let local = if remote.is_ipv4() { format!("192.0.2.{n}") } else { format!("2001:db8::{n}") };
                oracle(&list, ip(&local), role, remote)
            });
            assert!(answers.into_iter().all(|other| other == index));
        }
    }
    assert!(answered > 3_000, "{answered}");
}

#[test]
fn an_answer_over_hidden_parts_is_the_answer_without_them() {
    let mut lcg = Lcg(11);
    let (mut answered, mut undecided) = (0, 0);
    for _ in 0..20_000 {
        let list: Vec<_> = (0..1 + lcg.below(5)).map(|_| random_connector(&mut lcg)).collect();
        let mut cut = list.clone();
        for c in &mut cut {
            match lcg.below(6) {
                0 => c.bindings = None,
                1 => c.remote_ip_ranges = None,
                2 => {
                    let ranges = &mut c.remote_ip_ranges.as_mut().unwrap().value;
                    ranges.complete = ranges.items.pop().is_none();
                }
                3 => {
                    let bindings = &mut c.bindings.as_mut().unwrap().value;
                    bindings.complete = bindings.items.pop().is_none();
                }
                4 => c.role = None,
                _ => {}
            }
        }
        let refs: Vec<_> = cut.iter().collect();
        let (local, remote) = (address(&mut lcg), address(&mut lcg));
        let truth = oracle(&list, local, HUB, remote);
        match select(&refs, Some(local), 25, HUB, remote) {
            Selection::CannotDecide { indexes, .. } => {
                undecided += 1;
                assert!(truth.is_none_or(|t| indexes.contains(&t)), "{indexes:?} {truth:?}");
            }
            Selection::Nobody => assert_eq!(truth, None),
            Selection::Answered { index, range, .. } => {
                answered += 1;
                // Hidden parts may tie with it on the same binding, never beat it.
                let Some(other) = truth.filter(|t| *t != index) else { continue };
                let ranges = &list[other].remote_ip_ranges.as_ref().unwrap().value.items;
                assert!(ranges.iter().any(|r| r.size_less_one() == range.size_less_one() && r.contains(remote)));
            }
        }
    }
    assert!(answered > 500 && undecided > 1_000, "{answered} {undecided}");
}
