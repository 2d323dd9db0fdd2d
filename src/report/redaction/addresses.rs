//! IP addresses under other numbers, so that the networks stay: addresses that share a network share one afterwards, and
//! what lies in a range lies in it still.
//!
//! IPv4: the last number of an address stays. The private ranges stay themselves; within them, and within each `/16`
//! outside, the bits of a network are kept where two networks of the report differ and are filled up where they do not, which keeps
//! order and prefixes. Each public `/16` becomes one of `240.0.0.0/4`, which nobody uses. IPv6: each `/48` becomes one of
//! `2001:db8::/32` or `fd00::/16`, the subnets and the hosts are numbered in their order.
//!
//! Nothing of the old numbers can be computed from the new ones, but for what is said to stay.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;

use crate::base::gather::Gather as _;

/// The private ranges of IPv4, with the bits that stay.
const PRIVATE: [(u32, u8); 5] =
    [(0x0A00_0000, 8), (0xAC10_0000, 12), (0xC0A8_0000, 16), (0xA9FE_0000, 16), (0x6440_0000, 10)];

/// Where public networks go, and how many `/16` it holds.
const PUBLIC: u32 = 0xF000;
const PUBLIC_NETWORKS: u32 = 0x0FFF;

/// The widest range between two addresses whose networks are all kept apart, in networks of 256.
const WIDEST: u32 = 4096;

/// The addresses of a report and what they become.
#[derive(Default)]
pub struct Addresses {
    v4: BTreeSet<u32>,
    v6: BTreeSet<u128>,
    /// Those that stand alone, so that the order of their numbers is known.
    literal: BTreeSet<Ipv4Addr>,
    networks: BTreeMap<u32, u32>,
    to_v6: BTreeMap<u128, u128>,
}

/// Whether an address says nothing about a site: loopback, all addresses, masks.
pub fn is_common(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let mask = ipnet::ipv4_mask_to_prefix(v4).is_ok();
            v4.is_loopback() || mask || v4.octets().first() == Some(&0) || v4.is_multicast()
        }
        IpAddr::V6(v6) => {
            let empty = v6.segments().iter().filter(|part| **part != 0 && **part != 0xFFFF).count() == 0;
            empty || v6.is_loopback() || v6.is_multicast()
        }
    }
}

/// Whether a range is one that every site has: all addresses, or all of a private range.
pub fn is_common_range(range: &str) -> bool {
    const RANGES: [&str; 10] = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "10.0.0.0-10.255.255.255",
        "172.16.0.0-172.31.255.255",
        "192.168.0.0-192.168.255.255",
        "fc00::/7",
        "fd00::/8",
        "fe80::/10",
        "fe80::/64",
    ];
    let packed: String = range.chars().filter(|c| !c.is_whitespace()).collect();
    RANGES.contains(&packed.to_ascii_lowercase().as_str())
}

impl Addresses {
    /// Takes note of an address.
    pub fn add(&mut self, address: IpAddr) {
        match address.to_canonical() {
            _ if is_common(address) => {}
            IpAddr::V4(v4) => {
                self.v4.insert(u32::from(v4));
            }
            IpAddr::V6(v6) => {
                self.v6.insert(u128::from(v6));
            }
        }
    }

    /// Takes note of an address that stands alone.
    pub fn add_literal(&mut self, address: IpAddr) {
        if let IpAddr::V4(v4) = address.to_canonical() {
            self.literal.insert(v4);
        }
        self.add(address);
    }

    /// Takes note of numbers of which nothing says in which order they stand.
    pub fn add_numbers(&mut self, address: Ipv4Addr) {
        self.add(address.into());
        self.add(turned(address).into());
    }

    /// What numbers of an address in a name become, in the order in which they stand. `is_turned` when they are likely in reverse.
    pub fn numbers(&self, address: Ipv4Addr, is_turned: bool) -> Option<Ipv4Addr> {
        let other = turned(address);
        let (here, there) = (self.literal.contains(&address), self.literal.contains(&other));
        let is_turned = if here == there { is_turned } else { there };
        match self.replacement(if is_turned { other } else { address }.into())? {
            IpAddr::V4(new) => Some(if is_turned { turned(new) } else { new }),
            IpAddr::V6(_) => None,
        }
    }

    /// All that can have been put in.
    pub fn replacements(&self) -> BTreeSet<IpAddr> {
        let v4 = self.v4.iter().map(|address| IpAddr::V4(Ipv4Addr::from(*address)));
        let v6 = self.v6.iter().map(|address| IpAddr::V6(Ipv6Addr::from(*address)));
        v4.chain(v6).filter_map(|address| self.replacement(address)).gather()
    }

    /// Takes note of a range: all its networks are kept apart, so that it stays a range.
    pub fn add_range(&mut self, low: IpAddr, high: IpAddr) {
        if let (IpAddr::V4(low), IpAddr::V4(high)) = (low, high) {
            let (low, high) = (u32::from(low) >> 8, u32::from(high) >> 8);
            if low < high && high - low < WIDEST {
                self.v4.extend((low..=high).map(|network| network << 8));
            }
        }
    }

    /// Takes note of a network by its first address and the length of its prefix.
    pub fn add_prefix(&mut self, address: IpAddr, length: u8) {
        if let IpAddr::V4(v4) = address
            && let Ok(net) = Ipv4Net::new(v4, length)
        {
            self.add_range(IpAddr::V4(net.network()), IpAddr::V4(net.broadcast()));
        }
    }

    /// Works out what the addresses become. Addresses that come later are not known.
    pub fn settle(&mut self) {
        let networks: Vec<u32> =
            self.v4.iter().map(|address| address >> 8).gather::<BTreeSet<_>>().into_iter().collect();
        // A filler under which no network becomes one that the report has.
        let fillers = [0_u32, 0xFF_FFFF, 0x55_5555, 0xAA_AAAA, 0x33_3333, 0xCC_CCCC, 0x0F_0F0F, 0xF0_F0F0];
        let known: BTreeSet<u32> = networks.iter().copied().gather();
        let clash = |to: &BTreeMap<u32, u32>| to.values().filter(|network| known.contains(network)).count();
        for filler in fillers {
            let to = Self::embed_all(&networks, filler);
            if self.networks.is_empty() || clash(&to) < clash(&self.networks) {
                self.networks = to;
            }
            if clash(&self.networks) == 0 {
                break;
            }
        }
        self.settle_v6();
    }

    fn embed_all(networks: &[u32], filler: u32) -> BTreeMap<u32, u32> {
        let mut to = BTreeMap::new();
        let mut rest: Vec<u32> = networks.to_vec();
        for (base, length) in PRIVATE {
            let (inside, outside) =
                rest.into_iter().partition(|network| (network << 8) >> (32 - length) == base >> (32 - length));
            rest = outside;
            embed(&inside, length, base >> 8, filler, &mut to);
        }
        // What is left is public and sorted: its first 16 bits are numbered.
        let mut number = 0_u32;
        while let Some(first) = rest.first().map(|network| network >> 8) {
            let (inside, outside) = rest.into_iter().partition(|network| network >> 8 == first);
            rest = outside;
            let taken = networks.iter().any(|network| network >> 8 == PUBLIC + (number & PUBLIC_NETWORKS));
            number += u32::from(taken);
            embed(&inside, 16, (PUBLIC + (number & PUBLIC_NETWORKS)) << 8, filler, &mut to);
            number += 1;
        }
        to
    }

    fn settle_v6(&mut self) {
        let observed: BTreeSet<u128> = self.v6.iter().map(|address| address >> 80).gather();
        let mut sites: BTreeMap<u128, u128> = BTreeMap::new();
        let mut subnets: BTreeMap<u128, u128> = BTreeMap::new();
        let mut hosts: BTreeMap<u128, u128> = BTreeMap::new();
        let (mut global, mut own) = (0x2001_0DB8_F000_u128, 0xFD00_0000_0001_u128);
        for address in &self.v6 {
            let (site, subnet) = (address >> 80, address >> 64);
            let is_link = address >> 118 == 0xFE80 >> 6;
            let is_own = address >> 121 == 0xFC00 >> 9;
            let new_site = *sites.entry(site).or_insert_with(|| {
                if is_link {
                    return site;
                }
                let next = if is_own { &mut own } else { &mut global };
                while observed.contains(next) {
                    *next += 1;
                }
                *next += 1;
                *next - 1
            });
            let number = subnets.entry(site).or_insert(0);
            let host = hosts.entry(subnet).or_insert_with(|| {
                *number += u128::from(!is_link);
                0
            });
            // The lowest address stands for the network and stays it.
            let own_part = address & u128::from(u64::MAX);
            if own_part != 0 {
                *host += 1;
                while is_link && self.v6.contains(&((new_site << 80) | *host)) {
                    *host += 1;
                }
            }
            let shown = if own_part == u128::from(u64::MAX) || own_part == 0 { own_part } else { *host };
            self.to_v6.insert(*address, (new_site << 80) | ((*number & 0xFFFF) << 64) | shown);
        }
    }

    /// What an address becomes; `None` when it stays.
    pub fn replacement(&self, address: IpAddr) -> Option<IpAddr> {
        if is_common(address) {
            return None;
        }
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let number = u32::from(v4);
                let network = self.networks.get(&(number >> 8))?;
                Some(IpAddr::V4(Ipv4Addr::from((network << 8) | (number & 0xFF))))
            }
            IpAddr::V6(v6) => self.to_v6.get(&u128::from(v6)).map(|n| IpAddr::V6(Ipv6Addr::from(*n))),
        }
    }
}

/// `77.113.0.203` for `203.0.113.77`.
pub fn turned(address: Ipv4Addr) -> Ipv4Addr {
    let [a, b, c, d] = address.octets();
    Ipv4Addr::new(d, c, b, a)
}

/// Puts sorted networks of 24 bits below `base`: bits after `depth` are kept where networks differ, and come from `filler`
/// where they do not.
fn embed(networks: &[u32], depth: u8, base: u32, filler: u32, to: &mut BTreeMap<u32, u32>) {
    let Some(first) = networks.first() else { return };
    if depth >= 24 {
        to.insert(*first, base);
        return;
    }
    let bit = 1_u32 << (23 - depth);
    let (high, low): (Vec<u32>, Vec<u32>) = networks.iter().partition(|network| **network & bit != 0);
    let both = !high.is_empty() && !low.is_empty();
    for (side, set) in [(low, false), (high, true)] {
        let up = if both { set } else { filler & bit != 0 };
        embed(&side, depth + 1, if up { base | bit } else { base }, filler, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(texts: &[&str]) -> Addresses {
        let mut addresses = Addresses::default();
        texts.iter().for_each(|text| addresses.add(text.parse().unwrap()));
        addresses.settle();
        addresses
    }

    fn to(addresses: &Addresses, text: &str) -> String {
        addresses.replacement(text.parse().unwrap()).map_or_else(|| text.to_owned(), |address| address.to_string())
    }

    #[test]
    fn networks_and_order_stay() {
        let known = ["192.0.2.11", "192.0.2.200", "192.0.3.1", "203.0.113.4", "10.1.2.3", "10.1.9.3", "192.168.0.7"];
        let addresses = settled(&known);
        let network = |text: &str| to(&addresses, text).rsplit_once('.').unwrap().0.to_owned();
        assert_eq!(network("192.0.2.11"), network("192.0.2.200"));
        assert_ne!(network("192.0.2.11"), network("192.0.3.1"));
        for text in known {
            let new: Ipv4Addr = to(&addresses, text).parse().unwrap();
            assert!(!known.contains(&new.to_string().as_str()), "{text} is {new}");
            assert_eq!(new.is_private(), text.parse::<Ipv4Addr>().unwrap().is_private(), "{text}");
            assert_eq!(new.octets()[3], text.parse::<Ipv4Addr>().unwrap().octets()[3]);
        }
        assert!(
            to(&addresses, "10.1.2.3").parse::<Ipv4Addr>().unwrap()
                < to(&addresses, "10.1.9.3").parse::<Ipv4Addr>().unwrap()
        );
        assert_eq!(to(&addresses, "127.0.0.1"), "127.0.0.1");
        assert_eq!(to(&addresses, "255.255.255.0"), "255.255.255.0");
    }

    #[test]
    fn ranges_stay_ranges() {
        let mut addresses = Addresses::default();
        let (low, high) = ("198.51.100.0".parse().unwrap(), "198.51.103.255".parse().unwrap());
        for address in [low, high, "198.51.102.9".parse().unwrap(), "198.51.104.9".parse().unwrap()] {
            addresses.add(address);
        }
        addresses.add_range(low, high);
        addresses.settle();
        let (low, high) = (addresses.replacement(low).unwrap(), addresses.replacement(high).unwrap());
        let inside = addresses.replacement("198.51.102.9".parse().unwrap()).unwrap();
        let outside = addresses.replacement("198.51.104.9".parse().unwrap()).unwrap();
        assert!(low < inside && inside < high && high < outside, "{low} {inside} {high} {outside}");
    }

    #[test]
    fn ipv6_keeps_sites_and_subnets() {
        let addresses =
            settled(&["2001:db8:20::21", "2001:db8:20::22", "2001:db8:20:1::21", "fe80::1", "fd12:3456:789a::1"]);
        assert_eq!(to(&addresses, "2001:db8:20::21"), "2001:db8:f000:1::1");
        assert_eq!(to(&addresses, "2001:db8:20::22"), "2001:db8:f000:1::2");
        assert_eq!(to(&addresses, "2001:db8:20:1::21"), "2001:db8:f000:2::1");
        assert_eq!(to(&addresses, "fe80::1"), "fe80::2");
        assert_eq!(to(&addresses, "fd12:3456:789a::1"), "fd00:0:1:1::1");
        assert_eq!(to(&addresses, "::1"), "::1");
    }
}
