//! Address ranges as `RemoteIPRanges` of receive connectors holds them: what they cover, where they overlap, and
//! which one counts where they do.
//!
//! Exchange takes a single address, `a-b`, `a/length` and `a(mask)`, IPv4 and IPv6. Where ranges of two connectors on one
//! binding hold an address, the smaller range wins, whatever else the connectors say. Traps: `192.0.2.77/24` is the
//! whole network; `Format-List` ends a long list with `...`; an address and a mask with a blank between are two addresses.

use std::fmt::{self, Write as _};
use std::net::IpAddr;

use crate::base::ip_range::{Binding, IpRange, is_private, parse_address};
use crate::base::order::Order as _;

/// Most ranges of one input that are looked at.
const RANGES: usize = 400;
/// Most overlaps that are listed.
const OVERLAPS: usize = 60;
/// Most networks that are listed for one range.
const NETWORKS: usize = 12;

/// What is accepted, for those who wrote something else.
pub const ACCEPTED: &str = "Accepted are an address, a range (192.0.2.1-192.0.2.9), a network (192.0.2.0/24) and an \
                            address with its mask (192.0.2.0(255.255.255.0)), IPv4 or IPv6; several divided by commas or lines.";

/// What is known about an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The ranges, each once, in the order of the input.
    pub ranges: Vec<Entry>,
    /// Where two of them share addresses.
    pub overlaps: Vec<Overlap>,
    /// Overlaps that are not listed.
    pub more_overlaps: usize,
    /// What is no range.
    pub wrong: Vec<Wrong>,
    /// Whether the list says that it goes on (`...`).
    pub cut: bool,
    /// Ranges beyond the most that are looked at.
    pub left_out: usize,
}

/// A range of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As written.
    pub text: String,
    /// The range.
    pub range: IpRange,
    /// The address within a network that it was written with, when that is not its first.
    pub written_within: Option<IpAddr>,
}

/// Two ranges that share addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The smaller range: the one that counts for the shared addresses.
    pub smaller: usize,
    /// The other one.
    pub larger: usize,
    /// The addresses that both hold.
    pub shared: IpRange,
    /// Whether both hold equally many addresses, so that size does not decide.
    pub equal: bool,
}

/// Something that is no range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// As written.
    pub text: String,
    /// Why not, and what to write instead.
    pub why: &'static str,
}

/// Where an address lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The ranges that hold it, the smallest first.
    pub within: Vec<usize>,
    /// Whether the smallest has others of its size.
    pub equal: bool,
}

/// Reads ranges in any notation.
pub fn look_up(text: &str) -> Answer {
    let mut answer = Answer::default();
    for word in words(text) {
        if word == "..." || word == "\u{2026}" {
            answer.cut = true;
            continue;
        }
        let (word, cut) = match word.strip_suffix("...") {
            Some(rest) => (rest.to_owned(), true),
            None => (word, false),
        };
        answer.cut |= cut;
        match word.parse::<IpRange>() {
            Ok(_) if answer.ranges.len() >= RANGES => answer.left_out += 1,
            Ok(range) => {
                if !answer.ranges.iter().any(|entry| entry.range == range) {
                    let address = word.split(['/', '(']).next().and_then(|text| parse_address(text).ok());
                    let within = address.filter(|address| word.contains(['/', '(']) && *address != range.low());
                    answer.ranges.push(Entry { text: word, range, written_within: within });
                }
            }
            Err(_) if answer.wrong.len() < RANGES => {
                let why = why_wrong(&word);
                answer.wrong.push(Wrong { text: word, why });
            }
            Err(_) => answer.left_out += 1,
        }
    }
    let overlaps = overlaps(&answer.ranges);
    answer.more_overlaps = overlaps.len().saturating_sub(OVERLAPS);
    answer.overlaps = overlaps.into_iter().take(OVERLAPS).collect();
    answer
}

/// The words that stand for ranges: without the marks of PowerShell and the name of the property.
fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let plain = text.replace("@(", " ").replace(['\u{2013}', '\u{2212}'], "-");
    for piece in plain.split([',', ';', '\n', '\r', '{', '}', '"', '\'']) {
        // Blanks around the marks of a range belong to it.
        let mut joined = String::new();
        for word in piece.split_whitespace() {
            let name = word.trim_matches(['-', ':', '=']);
            if name.is_empty() && word != "-" || name.eq_ignore_ascii_case("RemoteIPRanges") && !joined.contains('.') {
                continue;
            }
            if !(joined.is_empty() || joined.ends_with(['-', '/', '(']) || word.starts_with(['-', '/', '('])) {
                joined.push(' ');
            }
            joined.push_str(word);
        }
        // An address and its mask with a blank between stay together, so that they are not taken for two addresses.
        let mut parts: Vec<String> = Vec::new();
        for word in joined.split_whitespace() {
            match parts.last_mut() {
                Some(before) if is_mask(word) && parse_address(before).is_ok_and(|a| a.is_ipv4()) => {
                    before.push(' ');
                    before.push_str(word);
                }
                _ => parts.push(word.to_owned()),
            }
        }
        // The parenthesis that ends an array.
        all.extend(
            parts.into_iter().map(|word| if word.contains('(') { word } else { word.trim_end_matches(')').to_owned() }),
        );
    }
    all.retain(|word| !word.is_empty());
    all
}

/// The addresses in a text.
pub fn addresses_in(text: &str) -> Vec<IpAddr> {
    let words = text.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':')));
    let words = words.map(|word| word.trim_matches('.')).filter(|word| word.len() > 2);
    // `192.0.2.1:25` has a port behind it.
    words
        .filter_map(|word| {
            let without = word.rsplit_once(':').map(|(address, _)| address);
            word.parse().ok().or_else(|| without.filter(|address| address.contains('.'))?.parse().ok())
        })
        .collect()
}

fn is_mask(text: &str) -> bool {
    text.starts_with("255.") && format!("0.0.0.0({text})").parse::<IpRange>().is_ok()
}

fn why_wrong(text: &str) -> &'static str {
    let both = |text: &str, mark: char| {
        let (one, other) = text.split_once(mark)?;
        Some((parse_address(one).ok()?, other.to_owned()))
    };
    if text.contains(' ') {
        return "An address and a mask: write the mask in parentheses, as in 192.0.2.0(255.255.255.0), or its length behind a slash.";
    }
    if text.contains('*') {
        return "Exchange takes no wildcards. Write the network, as in 192.0.2.0/24.";
    }
    if let Some((low, high)) = both(text, '-')
        && let Ok(high) = parse_address(&high)
    {
        return if low.is_ipv4() == high.is_ipv4() {
            "The first address is above the last one."
        } else {
            "One end is IPv4, the other IPv6; a range is of one kind."
        };
    }
    if both(text, '/').is_some() {
        return "The length of a network is a number up to 32 for IPv4 and up to 128 for IPv6.";
    }
    if both(text, '(').is_some() {
        return "The mask has gaps or is none; in a mask all ones stand before all zeros.";
    }
    if text.parse::<Binding>().is_ok() {
        return "This is a local address with its port, as in Bindings; a range of remote addresses has no port.";
    }
    if text
        .split(['.', '-', '/'])
        .any(|part| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()))
    {
        return "Numbers with zeros in front are not read, because some programs take them as octal.";
    }
    if text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        && text.contains(char::is_alphabetic)
    {
        return "Exchange takes addresses here, no names.";
    }
    "This is no address and no range."
}

fn overlaps(ranges: &[Entry]) -> Vec<Overlap> {
    let mut all = Vec::new();
    for (one, a) in ranges.iter().enumerate() {
        for (other, b) in ranges.iter().enumerate().skip(one + 1) {
            let Some(shared) = a.range.shared(&b.range) else { continue };
            let (x, y) = (a.range.size_less_one(), b.range.size_less_one());
            let (smaller, larger) = if y < x { (other, one) } else { (one, other) };
            all.push(Overlap { smaller, larger, shared, equal: x == y });
        }
    }
    all
}

impl Entry {
    /// How many addresses it holds.
    pub fn count(&self) -> String {
        match self.range.size_less_one().checked_add(1) {
            Some(count) => {
                u64::try_from(count).map_or_else(|_| grouped(&count.to_string()), |n| grouped(&n.to_string()))
            }
            // One more than 128 bits hold.
            None => grouped("340282366920938463463374607431768211456"),
        }
    }

    /// The networks that make it up, and how many are not listed.
    pub fn networks(&self) -> (String, usize) {
        let all = self.range.networks();
        let shown: Vec<String> = all.iter().take(NETWORKS).map(ToString::to_string).collect();
        (shown.join(", "), all.len().saturating_sub(NETWORKS))
    }

    /// What is worth knowing about it.
    pub fn remark(&self) -> Option<String> {
        if let Some(address) = self.written_within {
            return Some(format!(
                "Written with {address}, which is not its first address; Exchange takes the whole network {}.",
                self.range
            ));
        }
        if self.range.is_everything() {
            return Some("Every address of its kind; any smaller range goes before it.".to_owned());
        }
        (is_private(self.range.low()) && is_private(self.range.high()))
            .then(|| "Private addresses: nobody outside can connect from them.".to_owned())
    }
}

impl Answer {
    /// Whether a range was read.
    pub fn is_known(&self) -> bool {
        !self.ranges.is_empty()
    }

    /// Where an address lies.
    pub fn place(&self, address: IpAddr) -> Placed {
        let address = address.to_canonical();
        let size = |at: &usize| self.ranges.get(*at).map(|entry| entry.range.size_less_one());
        let mut within: Vec<usize> = (0..self.ranges.len())
            .filter(|at| self.ranges.get(*at).is_some_and(|e| e.range.contains(address)))
            .collect();
        within.order_by_key(|at| (size(at), *at));
        let equal = within.first().and_then(size) == within.get(1).and_then(size) && within.len() > 1;
        Placed { within, equal }
    }

    /// The text of a range, as it is printed back.
    pub fn name(&self, at: usize) -> String {
        self.ranges.get(at).map(|entry| entry.range.to_string()).unwrap_or_default()
    }

    /// An overlap in a sentence.
    pub fn sentence(&self, overlap: &Overlap) -> String {
        let (smaller, larger) = (self.name(overlap.smaller), self.name(overlap.larger));
        let whole = self.ranges.get(overlap.smaller).is_some_and(|entry| entry.range == overlap.shared);
        if overlap.equal {
            return format!(
                "{smaller} and {larger} share {} and hold equally many addresses, so size does not decide between them.",
                overlap.shared
            );
        }
        if whole {
            format!("{smaller} lies within {larger} and is more specific: it counts for all of its addresses.")
        } else {
            format!("{smaller} and {larger} share {}; there {smaller} counts, because it is smaller.", overlap.shared)
        }
    }

    /// Where an address lies, in a sentence.
    pub fn placed_sentence(&self, address: IpAddr) -> String {
        let placed = self.place(address);
        let names: Vec<String> = placed.within.iter().map(|at| self.name(*at)).collect();
        let cut = if self.cut { " The list was cut, so others may hold it." } else { "" };
        match names.as_slice() {
            [] => format!("{address} is in none of the ranges.{cut}"),
            [one] => format!("{address} is in {one}.{cut}"),
            [before @ .., last] => {
                let all = format!("{address} is in {} and {last}.", before.join(", "));
                let first = before.first().map_or("", String::as_str);
                if placed.equal {
                    return format!("{all} The smallest are equally large, so size does not decide.{cut}");
                }
                format!("{all} {first} counts, because it is the smallest.{cut}")
            }
        }
    }

    /// The parameter for `Set-ReceiveConnector`, with the ranges as they are.
    pub fn argument(&self) -> String {
        argument(self.ranges.iter().map(|entry| entry.range))
    }

    /// The same addresses in fewer ranges, when that can be.
    pub fn joined_argument(&self) -> Option<String> {
        let ranges: Vec<IpRange> = self.ranges.iter().map(|entry| entry.range).collect();
        let joined = IpRange::joined(&ranges);
        (joined.len() < ranges.len()).then(|| argument(joined.into_iter()))
    }
}

/// Quotation marks keep PowerShell from reading `::` and `a-b` in its own way.
fn argument(ranges: impl Iterator<Item = IpRange>) -> String {
    let all: Vec<String> = ranges.map(|range| format!("\"{range}\"")).collect();
    format!("-RemoteIPRanges {}", all.join(","))
}

fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.ranges {
            let range = &entry.range;
            writeln!(f, "{range}")?;
            writeln!(f, "  From {} to {}, {} addresses", range.low(), range.high(), entry.count())?;
            if let Some(mask) = range.mask() {
                writeln!(f, "  Mask {mask}")?;
            }
            let (networks, more) = entry.networks();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            writeln!(f, "  Networks: {networks}{more}")?;
            if let Some(remark) = entry.remark() {
                writeln!(f, "  {remark}")?;
            }
        }
        let mut rest = String::new();
        for overlap in &self.overlaps {
            let _ = writeln!(rest, "{}", self.sentence(overlap));
        }
        if self.more_overlaps > 0 {
            let _ = writeln!(rest, "{} more overlaps are not listed.", self.more_overlaps);
        }
        for wrong in &self.wrong {
            let shown: String = wrong.text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect();
            let _ = writeln!(rest, "{shown}: {}", wrong.why);
        }
        if !self.is_known() || !self.wrong.is_empty() {
            let _ = writeln!(rest, "{ACCEPTED}");
        }
        for remark in self.remarks() {
            let _ = writeln!(rest, "{remark}");
        }
        if self.is_known() {
            let _ = writeln!(rest, "{}", self.argument());
            if let Some(joined) = self.joined_argument() {
                let _ = writeln!(rest, "The same addresses: {joined}");
            }
        }
        f.write_str(&rest)
    }
}

impl Answer {
    /// What limits the answer.
    pub fn remarks(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.cut {
            all.push(
                "The list ends in ...: PowerShell cut it. Set $FormatEnumerationLimit = -1 before Format-List to see all of it."
                    .to_owned(),
            );
        }
        if self.left_out > 0 {
            all.push(format!("Only the first {RANGES} ranges are looked at; {} more are left out.", self.left_out));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let answer = look_up(text);
        assert_eq!(answer.wrong, [], "{text}");
        answer.ranges.iter().map(|entry| entry.range.to_string()).collect()
    }

    #[test]
    fn lists_in_any_notation_are_read() {
        assert_eq!(
            names("192.0.2.0(255.255.255.0), 192.0.2.5\n2001:db8::/32"),
            ["192.0.2.0/24", "192.0.2.5", "2001:db8::/32"]
        );
        assert_eq!(
            names("RemoteIPRanges : {0.0.0.0-255.255.255.255, ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff}").len(),
            2
        );
        assert_eq!(
            names("-RemoteIPRanges \"192.0.2.1 - 192.0.2.9\",'192.0.2.20'"),
            ["192.0.2.1-192.0.2.9", "192.0.2.20"]
        );
        assert_eq!(names("@(\"192.0.2.1\",\"192.0.2.0 (255.255.255.128)\")"), ["192.0.2.1", "192.0.2.0/25"]);
        assert_eq!(names("192.0.2.1 192.0.2.2; 192.0.2.1/32"), ["192.0.2.1", "192.0.2.2"]);
        let cut = look_up("{192.0.2.1, 192.0.2.2...}");
        assert!(cut.cut && cut.ranges.len() == 2 && cut.wrong.is_empty(), "{cut}");
    }

    #[test]
    fn wrong_input_says_what_is_wrong() {
        for (text, part) in [
            ("192.0.2.9-192.0.2.1", "above the last"),
            ("192.0.2.1-::1", "one kind"),
            ("192.0.2.0/33", "up to 32"),
            ("192.0.2.0(255.0.255.0)", "gaps"),
            ("192.0.2.0 255.255.255.0", "in parentheses"),
            ("192.0.2.*", "wildcards"),
            ("0.0.0.0:25", "port"),
            ("192.0.2.010", "octal"),
            ("ex1.contoso.com", "no names"),
            ("?!", "no address"),
        ] {
            let answer = look_up(text);
            assert!(answer.wrong.len() == 1 && answer.wrong[0].why.contains(part), "{text}: {answer:?}");
            assert!(answer.to_string().contains("Accepted are"));
        }
        assert!(look_up(" \n").wrong.is_empty());
    }

    #[test]
    fn a_range_is_described() {
        let answer = look_up("192.0.2.77/24, ::/0, 192.0.2.1-192.0.2.6");
        let first = &answer.ranges[0];
        assert_eq!((first.count().as_str(), first.networks().0.as_str()), ("256", "192.0.2.0/24"));
        assert!(first.remark().unwrap().contains("192.0.2.77"));
        assert_eq!(answer.ranges[1].count(), "340,282,366,920,938,463,463,374,607,431,768,211,456");
        assert_eq!(answer.ranges[2].networks().0, "192.0.2.1/32, 192.0.2.2/31, 192.0.2.4/31, 192.0.2.6/32");
        assert!(look_up("10.0.0.0/8").ranges[0].remark().unwrap().contains("Private"));
        let many = look_up("::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe");
        assert_eq!(many.ranges[0].networks().1, 254 - NETWORKS);
    }

    #[test]
    fn the_smaller_range_counts_where_two_overlap() {
        let answer = look_up("192.0.2.0/24, 192.0.2.64/26, 192.0.2.100-192.0.2.140, 198.51.100.0/24");
        let all: Vec<String> = answer.overlaps.iter().map(|overlap| answer.sentence(overlap)).collect();
        assert_eq!(all.len(), 3, "{all:?}");
        assert!(all[0].starts_with("192.0.2.64/26 lies within 192.0.2.0/24"), "{}", all[0]);
        assert!(all[2].contains("share 192.0.2.100-192.0.2.127; there 192.0.2.100-192.0.2.140 counts"), "{}", all[2]);
        let placed = answer.place("192.0.2.101".parse().unwrap());
        assert_eq!((placed.within, placed.equal), (vec![2, 1, 0], false));
        assert!(answer.placed_sentence("192.0.2.101".parse().unwrap()).contains("192.0.2.100-192.0.2.140 counts"));
        assert!(answer.placed_sentence("203.0.113.1".parse().unwrap()).contains("none"));
        assert!(answer.place("::ffff:192.0.2.1".parse().unwrap()).within == [0]);
        let equal = look_up("192.0.2.0-192.0.2.9, 192.0.2.5-192.0.2.14");
        assert!(equal.overlaps[0].equal && equal.place("192.0.2.7".parse().unwrap()).equal);
    }

    #[test]
    fn addresses_are_found_in_evidence() {
        let text = "From 192.0.2.7:2525 to [2001:db8::25]:25 at 08:00:02 on EX1 15.1.2507.39, 198.51.100.9.";
        let found: Vec<String> = addresses_in(text).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["192.0.2.7", "2001:db8::25", "198.51.100.9"]);
    }

    #[test]
    fn the_parameter_can_be_pasted() {
        let answer = look_up("192.0.2.0/25, 192.0.2.128(255.255.255.128), ::1");
        assert_eq!(answer.argument(), "-RemoteIPRanges \"192.0.2.0/25\",\"192.0.2.128/25\",\"::1\"");
        assert_eq!(answer.joined_argument().unwrap(), "-RemoteIPRanges \"192.0.2.0/24\",\"::1\"");
        assert_eq!(look_up("192.0.2.1, 192.0.2.3").joined_argument(), None);
    }

    #[test]
    fn any_text_is_answered_within_bounds() {
        let long: Vec<String> = (0..2000_u32).map(|n| format!("10.{}.{}.0/8", n / 250, n % 250)).collect();
        let answer = look_up(&long.join(","));
        assert_eq!(answer.ranges.len(), 1);
        let many: Vec<String> = (0..2000_u32).map(|n| format!("10.0.0.0-10.0.{}.{}", n / 250, n % 250)).collect();
        let answer = look_up(&many.join(","));
        assert_eq!((answer.ranges.len(), answer.overlaps.len()), (RANGES, OVERLAPS));
        assert!(answer.left_out > 0 && answer.to_string().len() < 200_000);
        for text in ["{", "-", "--", "(", ")", "...", "-/-", "1-", "/", "\u{1F600}-", "::-", "%", "[", "(((", "- - -"] {
            assert!(!look_up(text).is_known(), "{text}");
            let _ = look_up(text).to_string();
        }
    }
}
