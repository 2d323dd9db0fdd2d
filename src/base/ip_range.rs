//! Addresses, address ranges and bindings as Exchange prints them.
//!
//! A range is `a`, `a-b`, `a/length` or `a(mask)`; it is printed back in the form it was entered.
//! Addresses in ranges are bare; bindings are `ip:port` with brackets around IPv6, the port after
//! the last `:`. IPv4 and IPv6 never match each other.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base::order::Order as _;

/// An inclusive range of addresses of one family.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct IpRange {
    low: IpAddr,
    high: IpAddr,
    /// Whether it was written as `a/length` or `a(mask)` and is shown as `a/length`.
    is_prefix: bool,
}

/// How a range is written does not make it another one.
impl PartialEq for IpRange {
    fn eq(&self, other: &IpRange) -> bool {
        (self.low, self.high) == (other.low, other.high)
    }
}

impl Eq for IpRange {}

/// Text that is not an address range or a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an address, a range a-b, a/length or a(mask)")
    }
}

impl std::error::Error for NotAnAddress {}

impl IpRange {
    /// The range `low` to `high`.
    ///
    /// # Errors
    /// When the families differ or `low` is above `high`.
    pub fn new(low: IpAddr, high: IpAddr) -> Result<IpRange, NotAnAddress> {
        if low.is_ipv4() == high.is_ipv4() && number(low) <= number(high) {
            Ok(IpRange { low, high, is_prefix: false })
        } else {
            Err(NotAnAddress)
        }
    }

    /// The range of one address.
    pub fn single(address: IpAddr) -> IpRange {
        IpRange { low: address, high: address, is_prefix: false }
    }

    /// First address.
    pub fn low(&self) -> IpAddr {
        self.low
    }

    /// Last address.
    pub fn high(&self) -> IpAddr {
        self.high
    }

    /// Whether the range is IPv4.
    pub fn is_ipv4(&self) -> bool {
        self.low.is_ipv4()
    }

    /// Whether `address` is in the range. Never across families.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.is_ipv4() == address.is_ipv4() && (number(self.low)..=number(self.high)).contains(&number(address))
    }

    /// Whether the two ranges share an address.
    pub fn overlaps(&self, other: &IpRange) -> bool {
        self.is_ipv4() == other.is_ipv4()
            && number(self.low) <= number(other.high)
            && number(other.low) <= number(self.high)
    }

    /// Number of addresses **less one**, so that all of IPv6 fits. Smaller is more specific.
    pub fn size_less_one(&self) -> u128 {
        number(self.high) - number(self.low)
    }

    /// Whether the range is a single address.
    pub fn is_single(&self) -> bool {
        self.low == self.high
    }

    /// Whether the range is every address of its family.
    pub fn is_everything(&self) -> bool {
        self.size_less_one() == if self.is_ipv4() { u128::from(u32::MAX) } else { u128::MAX }
    }

    /// The range as `address/length`, when it is one.
    pub fn as_prefix(&self) -> Option<String> {
        let size = self.size_less_one();
        let bits = if self.is_ipv4() { 32 } else { 128 };
        let free = (0..=bits).find(|n| size == if *n == 128 { u128::MAX } else { (1_u128 << n) - 1 })?;
        (number(self.low) & size == 0).then(|| format!("{}/{}", self.low, bits - free))
    }

    /// The netmask, of a range of IPv4 that is a network.
    pub fn mask(&self) -> Option<Ipv4Addr> {
        let size = u32::try_from(self.size_less_one()).ok()?;
        (self.is_ipv4() && self.as_prefix().is_some()).then(|| Ipv4Addr::from(!size))
    }

    /// The networks that make up the range, in ascending order; as few as can be.
    pub fn networks(&self) -> Vec<IpRange> {
        let (mut next, end) = (number(self.low), number(self.high));
        let bits = if self.is_ipv4() { 32 } else { 128 };
        let mut all = Vec::new();
        loop {
            // The largest network that begins here and ends within the range.
            let fits = |size: u128| next & size == 0 && next.checked_add(size).is_some_and(|last| last <= end);
            let sizes = (0..=bits).rev().map(|n| if n == 128 { u128::MAX } else { (1_u128 << n) - 1 });
            let size = sizes.into_iter().find(|size| fits(*size)).unwrap_or(0);
            all.push(IpRange { is_prefix: true, ..self.part(next, next + size) });
            match next.checked_add(size).and_then(|last| last.checked_add(1)) {
                Some(after) if after <= end => next = after,
                _ => return all,
            }
        }
    }

    /// The addresses that are in both ranges.
    pub fn shared(&self, other: &IpRange) -> Option<IpRange> {
        let low = number(self.low).max(number(other.low));
        let high = number(self.high).min(number(other.high));
        self.overlaps(other).then(|| self.part(low, high))
    }

    /// The fewest ranges that hold the same addresses, IPv4 first, in ascending order.
    pub fn joined(ranges: &[IpRange]) -> Vec<IpRange> {
        let mut sorted = ranges.to_vec();
        sorted.order_by_key(|range| (!range.is_ipv4(), number(range.low), number(range.high)));
        let mut all: Vec<IpRange> = Vec::new();
        for range in sorted {
            match all.last_mut() {
                Some(last)
                    if last.is_ipv4() == range.is_ipv4()
                        && number(range.low) <= number(last.high).saturating_add(1) =>
                {
                    if number(range.high) > number(last.high) {
                        *last = last.part(number(last.low), number(range.high));
                    }
                }
                _ => all.push(range),
            }
        }
        all.into_iter()
            .map(|range| IpRange { is_prefix: range.as_prefix().is_some() && !range.is_single(), ..range })
            .collect()
    }

    /// What is left of the range when `addresses` are taken out, in ascending order.
    pub fn without(&self, addresses: &[IpAddr]) -> Vec<IpRange> {
        let mut out: Vec<u128> = addresses.iter().filter(|a| self.contains(**a)).map(|a| number(*a)).collect();
        out.order();
        out.dedup();
        let mut rest = Vec::new();
        let mut next = Some(number(self.low));
        let end = number(self.high);
        for n in out {
            if let Some(start) = next.filter(|&start| start < n) {
                rest.push(self.part(start, n - 1));
            }
            next = n.checked_add(1);
        }
        if let Some(start) = next.filter(|&start| start <= end) {
            rest.push(self.part(start, end));
        }
        rest
    }

    fn part(&self, low: u128, high: u128) -> IpRange {
        IpRange { low: self.address(low), high: self.address(high), is_prefix: false }
    }

    fn address(&self, n: u128) -> IpAddr {
        match u32::try_from(n) {
            Ok(v4) if self.is_ipv4() => IpAddr::V4(Ipv4Addr::from(v4)),
            _ => IpAddr::V6(Ipv6Addr::from(n)),
        }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_prefix().filter(|_| self.is_prefix) {
            Some(prefix) => f.write_str(&prefix),
            None if self.is_single() => write!(f, "{}", self.low),
            None => write!(f, "{}-{}", self.low, self.high),
        }
    }
}

impl FromStr for IpRange {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<IpRange, NotAnAddress> {
        let text = text.trim();
        if let Some((low, high)) = text.split_once('-') {
            return IpRange::new(parse_address(low)?, parse_address(high)?);
        }
        if let Some((address, length)) = text.split_once('/') {
            let length: u8 = length.trim().parse().map_err(|_| NotAnAddress)?;
            return from_prefix(parse_address(address)?, length);
        }
        if let Some((address, mask)) = text.strip_suffix(')').and_then(|t| t.split_once('(')) {
            let (IpAddr::V4(_), Ok(IpAddr::V4(mask))) = (parse_address(address)?, parse_address(mask)) else {
                return Err(NotAnAddress);
            };
            let net = ipnet::ipv4_mask_to_prefix(mask).map_err(|_| NotAnAddress)?;
            return from_prefix(parse_address(address)?, net);
        }
        parse_address(text).map(IpRange::single)
    }
}

fn from_prefix(address: IpAddr, length: u8) -> Result<IpRange, NotAnAddress> {
    let net = ipnet::IpNet::new(address, length).map_err(|_| NotAnAddress)?;
    Ok(IpRange { is_prefix: true, ..IpRange::new(net.network(), net.broadcast())? })
}

/// Whether nobody outside can reach the address: private networks (RFC 1918, RFC 4193), the link, the machine itself.
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// Parses one address, with or without brackets, and without its zone (`fe80::1%11`).
///
/// # Errors
/// When the text is not an address.
pub fn parse_address(text: &str) -> Result<IpAddr, NotAnAddress> {
    let text = text.trim().trim_start_matches('[').trim_end_matches(']');
    let text = text.split('%').next().unwrap_or(text);
    text.parse().map_err(|_| NotAnAddress)
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// A local address and port that a connector listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Binding {
    /// The local address; unspecified (`0.0.0.0`, `::`) for all of its family.
    pub address: IpAddr,
    /// The TCP port.
    pub port: u16,
}

impl FromStr for Binding {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Binding, NotAnAddress> {
        let (address, port) = text.trim().rsplit_once(':').ok_or(NotAnAddress)?;
        Ok(Binding { address: parse_address(address)?, port: port.parse().map_err(|_| NotAnAddress)? })
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(v4) => write!(f, "{v4}:{}", self.port),
            IpAddr::V6(v6) => write!(f, "[{v6}]:{}", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> IpRange {
        text.parse().unwrap()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn reads_every_form_that_exchange_prints() {
        assert_eq!(range("192.0.2.11").to_string(), "192.0.2.11");
        assert_eq!(range("192.0.2.0/24").to_string(), "192.0.2.0/24", "as it was written");
        assert_eq!(range("192.0.2.0-192.0.2.255").to_string(), "192.0.2.0-192.0.2.255");
        assert_eq!(range("192.0.2.77/24"), range("192.0.2.0/24"));
        assert_eq!(range("192.0.2.0(255.255.255.0)"), range("192.0.2.0/24"));
        assert!(range("0.0.0.0-255.255.255.255").is_everything());
        assert!(range("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").is_everything());
        for wrong in ["", "192.0.2.9-192.0.2.1", "192.0.2.0/33", "192.0.2.1-::1", "192.0.2.0(255.0.255.0)", "..."] {
            assert_eq!(wrong.parse::<IpRange>(), Err(NotAnAddress), "{wrong}");
        }
    }

    #[test]
    fn families_never_match_each_other() {
        assert!(!range("0.0.0.0-255.255.255.255").contains(address("::1")));
        assert!(!range("::/0").contains(address("192.0.2.1")));
    }

    #[test]
    fn taking_addresses_out_splits_the_range() {
        let rest =
            range("192.0.2.0/24").without(&[address("192.0.2.11"), address("192.0.2.12"), address("203.0.113.1")]);
        let text: Vec<_> = rest.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["192.0.2.0-192.0.2.10", "192.0.2.13-192.0.2.255"]);
        assert_eq!(range("192.0.2.5").without(&[address("192.0.2.5")]), []);
        let edge = range("::/0").without(&[address("::"), address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]);
        assert_eq!(edge.len(), 1);
    }

    #[test]
    fn ranges_are_taken_apart_and_joined() {
        let text = |ranges: Vec<IpRange>| ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(
            text(range("192.0.2.1-192.0.2.6").networks()),
            "192.0.2.1/32 192.0.2.2/31 192.0.2.4/31 192.0.2.6/32"
        );
        assert_eq!(text(range("0.0.0.0-255.255.255.255").networks()), "0.0.0.0/0");
        assert_eq!(text(range("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").networks()), "::/0");
        assert_eq!(range("::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe").networks().len(), 254);
        assert_eq!(range("192.0.2.0-192.0.2.127").mask().map(|m| m.to_string()).as_deref(), Some("255.255.255.128"));
        assert_eq!(range("0.0.0.0/0").mask().map(|m| m.to_string()).as_deref(), Some("0.0.0.0"));
        assert_eq!((range("::/64").mask(), range("192.0.2.1-192.0.2.2").mask()), (None, None));
        let shared = range("192.0.2.0/25").shared(&range("192.0.2.100-192.0.2.200"));
        assert_eq!(shared.map(|r| r.to_string()).as_deref(), Some("192.0.2.100-192.0.2.127"));
        let all = ["192.0.2.128/25", "::1", "192.0.2.0/25", "192.0.2.9", "198.51.100.7", "::-::1"].map(range);
        assert_eq!(text(IpRange::joined(&all)), "192.0.2.0/24 198.51.100.7 ::/127");
        assert_eq!(text(IpRange::joined(&[range("255.255.255.255"), range("::")])), "255.255.255.255 ::");
    }

    #[test]
    fn prints_prefixes_only_for_whole_networks() {
        assert_eq!(range("192.0.2.64-192.0.2.127").as_prefix().as_deref(), Some("192.0.2.64/26"));
        assert_eq!(range("192.0.2.5").as_prefix().as_deref(), Some("192.0.2.5/32"));
        assert_eq!(range("192.0.2.1-192.0.2.64").as_prefix(), None);
        assert_eq!(range("::/0").as_prefix().as_deref(), Some("::/0"));
    }

    #[test]
    fn reads_bindings() {
        for text in ["0.0.0.0:25", "[::]:2525", "192.0.2.21:587"] {
            assert_eq!(text.parse::<Binding>().unwrap().to_string(), text);
        }
        assert!("25".parse::<Binding>().is_err());
    }
}
