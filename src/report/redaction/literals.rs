//! Addresses as texts write them: alone, in brackets, behind a letter, and as parts of names, as providers name the lines of
//! their customers: `203-0-113-77.dyn.example.org`, `p203.0.113.77.example.org`.
//!
//! Trap: versions and object identifiers are numbers with dots as well. A version stands behind a word that says so and
//! begins like those of Exchange and Windows; longer rows of numbers are none of addresses.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::base::order::Order as _;

/// Four numbers that are an address.
#[derive(Debug)]
pub struct Quad {
    /// Where.
    pub range: Range<usize>,
    /// Read from left to right.
    pub address: Ipv4Addr,
    /// Dots between, and no name around.
    pub is_literal: bool,
}

/// First numbers of versions of Exchange and Windows.
const MAJORS: [u8; 6] = [4, 5, 6, 8, 14, 15];

static VERSION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(?:version|build)['"]?\s*[:=]?\s*['"]?v?$"#).ok());
static V6: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(IPv6:)?([0-9A-F]*:[0-9A-F:]*:(?:[0-9A-F:]*[0-9A-F])?(?:(?:\.\d{1,3}){3})?)").ok()
});

/// The numbers of IPv4 addresses, whatever stands beside and between them.
pub fn quads(text: &str) -> Vec<Quad> {
    let mut found: Vec<Quad> = Vec::new();
    if text.bytes().filter(u8::is_ascii_digit).count() < 4 {
        return found;
    }
    let runs = runs(text);
    for sign in [".", "-", "_"] {
        let mut at = 0;
        while let Some(first) = runs.get(at) {
            let mut chain = vec![first.clone()];
            while let (Some(last), Some(next)) = (chain.last(), runs.get(at + chain.len())) {
                if text.get(last.end..next.start) != Some(sign) {
                    break;
                }
                chain.push(next.clone());
            }
            at += chain.len();
            found.extend(quad(text, sign, &chain).filter(|quad| {
                !found.iter().any(|own| own.range.start < quad.range.end && quad.range.start < own.range.end)
            }));
        }
    }
    found
}

fn runs(text: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (i, byte) in text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        let _ = byte;
        match runs.last_mut() {
            Some(last) if last.end == i => last.end = i + 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}

/// The address in numbers with one sign between them.
fn quad(text: &str, sign: &str, chain: &[Range<usize>]) -> Option<Quad> {
    let before = |at: usize| text.get(..at).and_then(|before| before.chars().next_back());
    let start = chain.first()?.start;
    let joined = before(start).is_some_and(char::is_alphanumeric);
    let own = match chain.len() {
        4 => chain,
        // `ec2-203-0-113-77`: the first number belongs to a word. `203.0.113.77.25`: the last one is a port.
        5 if joined => chain.get(1..)?,
        5 if sign == "." && text.get(chain.first()?.clone())?.parse::<u32>().is_ok_and(|number| number > 2) => {
            chain.get(..4)?
        }
        _ => return None,
    };
    let mut octets = [0_u8; 4];
    for (octet, run) in octets.iter_mut().zip(own) {
        *octet = text.get(run.clone()).filter(|run| run.len() < 4)?.parse().ok()?;
    }
    let (start, end) = (own.first()?.start, own.last()?.end);
    let is_version = sign == "."
        && octets.first().is_some_and(|first| MAJORS.contains(first))
        && VERSION
            .as_ref()
            .is_some_and(|version| version.is_match(text.get(start.saturating_sub(24)..start).unwrap_or("")));
    if is_version {
        return None;
    }
    let behind = text.get(end..).unwrap_or("");
    let in_name = behind.starts_with(char::is_alphanumeric)
        || behind.strip_prefix(['.', '-', '_']).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
        || before(start).is_some_and(|c| c.is_alphanumeric() || c == '_');
    let range_behind =
        behind.starts_with('-') && behind.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    Some(Quad {
        range: start..end,
        address: Ipv4Addr::from(octets),
        is_literal: sign == "." && (!in_name || range_behind),
    })
}

/// IPv6 addresses. What stands before or behind with a colon, such as `IPv6:`, a label or a port, is not part of them.
pub fn v6(text: &str) -> Vec<(Range<usize>, Ipv6Addr)> {
    let mut found = Vec::new();
    let Some(pattern) = V6.as_ref() else { return found };
    for captures in pattern.captures_iter(text) {
        let Some(own) = captures.get(2) else { continue };
        let before = text.get(..own.start()).and_then(|before| before.chars().next_back());
        let behind = text.get(own.end()..).and_then(|behind| behind.chars().next());
        let beside = captures.get(1).is_none() && before.is_some_and(|c| c.is_alphanumeric() || c == '.');
        let all = own.as_str();
        // From each colon on: a label may stand before it.
        let starts = std::iter::once(0)
            .chain(all.match_indices(':').map(|(at, _)| at + 1))
            .chain(all.match_indices("::").map(|(at, _)| at));
        let ends = [all.len(), all.trim_end_matches(':').len(), all.find('.').unwrap_or(all.len())];
        let mut read: Vec<(Range<usize>, Ipv6Addr)> = starts
            .flat_map(|start| ends.iter().map(move |end| start..*end))
            .filter_map(|range| Some((range.clone(), all.get(range)?.parse().ok()?)))
            .collect();
        read.order_by_key(|(range, _)| std::cmp::Reverse(range.len()));
        let Some((range, address)) = read.into_iter().next() else { continue };
        // `Namespace::Bed` is none: beside a letter only what has many groups.
        let groups = all.get(range.clone()).unwrap_or("").split(':').filter(|group| !group.is_empty()).count();
        let ends_word = range.end == all.len() && behind.is_some_and(char::is_alphanumeric);
        if groups < 4 && ((beside && range.start == 0) || ends_word || (captures.get(1).is_none() && range.start > 0)) {
            continue;
        }
        found.push((own.start() + range.start..own.start() + range.end, address));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        let quads = quads(text).into_iter().map(|quad| quad.range);
        quads.chain(v6(text).into_iter().map(|(range, _)| range)).map(|range| &text[range]).collect()
    }

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        for text in [
            "203.0.113.77",
            "x203.0.113.77",
            "203.0.113.77a",
            "v203.0.113.77",
            "version 203.0.113.77 refused",
            "[203.0.113.77]:25",
            "p203.0.113.77.dip0.isp.example",
            "anna@203.0.113.77>",
            "at 203.0.113.77.",
            "...203.0.113.77...",
            "203.0.113.77.25",
        ] {
            assert_eq!(of(text), ["203.0.113.77"], "{text}");
        }
        for text in ["203-0-113-77", "ip-203-0-113-77.fabrikam.example", "ec2-203-0-113-77", "203-0-113-77.dyn"] {
            assert_eq!(of(text), ["203-0-113-77"], "{text}");
        }
        assert_eq!(of("203.0.113.5-203.0.113.9"), ["203.0.113.5", "203.0.113.9"]);
        assert!(quads("203.0.113.5-203.0.113.9 203.0.113.7-").iter().all(|quad| quad.is_literal));
        for text in ["[IPv6:2a02:8109:16c0:1::77]", "ipv6:2a02:8109:16c0:1::77", "x2a02:8109:16c0:1::77"] {
            assert!(
                of(text)[0].ends_with("2a02:8109:16c0:1::77") || of(text)[0].ends_with("a02:8109:16c0:1::77"),
                "{text}"
            );
        }
        assert_eq!(of("addr:2001:db8:0:1::77, fe80::1%12"), ["2001:db8:0:1::77", "fe80::1"]);
        assert_eq!(of("[2001:db8::1]:25"), ["2001:db8::1"]);
        assert!(of("::ffff:203.0.113.77").contains(&"::ffff:203.0.113.77"));
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "Version 14.3.123.4",
            "Version=14.0.0.0, Culture",
            "Build 8.3.83.6",
            "1.3.6.1.4.1.311",
            "S-1-5-21-0-0-1",
            "2019-03-12-1",
            "08:14:55",
            "5.7.3",
            "[Convert]::FromBase64",
            "System::Add",
            "00000000-0000-4000-8000-000000000001",
            "Class::Bed",
            "15.01.2507.006",
        ] {
            assert_eq!(of(text), [""; 0], "{text}");
        }
    }
}
