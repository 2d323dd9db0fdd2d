//! What can be told by its form: mail addresses, host names, IP addresses, GUIDs, security identifiers, distinguished
//! names, accounts, paths, labeled subjects.
//!
//! Forms overlap; whoever asks takes the first and of those the longest.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::addresses::is_common_range;
pub use super::hosts::{is_certain_host, is_dotted, is_host, is_microsoft, is_plain_top, tenant_suffix};
use super::{literals, rests, words};
use crate::base::ip_range::parse_address;
use crate::facts::names::NameKind;

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// `anna.berg@contoso.com`.
    Mail,
    /// `<0123abc@ex1.contoso.com>`.
    MessageId,
    /// `ex1.contoso.com`.
    Host,
    /// An address.
    Ip(IpAddr),
    /// An address in reverse before the name of a list: `4.3.2.1.zen.example.org`.
    Reverse(Ipv4Addr),
    /// The numbers of an address within a name or with other signs between: `203-0-113-77`.
    Quad(Ipv4Addr),
    /// A GUID in one of its forms.
    Guid,
    /// A security identifier of a domain.
    Sid,
    /// The fingerprint of a certificate.
    Thumbprint,
    /// `DC=contoso,DC=com`.
    Domain,
    /// A value that is a name.
    Name(NameKind),
    /// What a cut left of something, beside `...`.
    Rest,
}

/// A place in a text.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub form: Form,
}

struct Patterns {
    mail: Regex,
    host: Regex,
    guid: Regex,
    hexadecimal: Regex,
    octets: Regex,
    base64: Regex,
    sid: Regex,
    thumbprint: Regex,
    domain: Regex,
    attribute: Regex,
    account: Regex,
    path: Regex,
    site: Regex,
    label: Regex,
    range: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let new = |pattern: &str| Regex::new(pattern).ok();
    Some(Patterns {
        mail: new(
            r"(?:IMCEA[A-Z0-9]*-[^@\s<>\x22]+|[\p{L}\p{N}_.!#$%&+^~={}-]+)@\[?[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}])?",
        )?,
        host: new(r"(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?\.)+\p{L}(?:[\p{L}\p{N}-]*[\p{L}\p{N}])?")?,
        guid: new(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")?,
        hexadecimal: new(r"[0-9A-Fa-f]{32}")?,
        octets: new(r"(?:\\[0-9A-Fa-f]{2}){16}|(?:[0-9A-Fa-f]{2} ){15}[0-9A-Fa-f]{2}")?,
        base64: new(r"[A-Za-z0-9+/]{22}==")?,
        sid: new(r"(?i)S-1-5-21(?:-\d+){3,4}")?,
        thumbprint: new(r"[0-9A-Fa-f]{40}")?,
        domain: new(r"(?i)DC=[\p{L}\p{N}_-]+(?: *[,/] *DC=[\p{L}\p{N}_-]+)*")?,
        attribute: new(r"(?i)(?:^|[^\p{L}\p{N}])((?:CN|OU|UID|O|L|A|P|S|G|E)=)")?,
        account: new(r"([\p{L}\p{N}_][\p{L}\p{N}_.$-]*)\\{1,2}([\p{L}\p{N}_$][\p{L}\p{N}_.$-]*)")?,
        path: new(r#"(?:[A-Za-z]:|\\\\?)\\{1,2}(?:[^\\/:*?"<>|\r\n,;=()]+\\{1,2})*[^\\/:*?"<>|\r\n\s,;=()]+"#)?,
        site: new(r"(?i)\bSite:\s*([^;\x22'\n]+)")?,
        label: new(
            r#"(?im)^[\s|"]*(?:Subject|Betreff|Objet|Asunto|Oggetto|message-subject|MessageSubject)"?\s*:\s*"?(.+)$"#,
        )?,
        range: new(r"([0-9A-Fa-f.:]+)(?:\s?-\s?([0-9A-Fa-f.:]+)|/(\d{1,3}))")?,
    })
});

/// Whether letters and digits end before and behind a place.
pub fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let behind = text.get(range.end..).and_then(|behind| behind.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric)
}

/// All places that can be told by their form, in no order.
pub fn find(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let Some(p) = PATTERNS.as_ref() else { return found };
    let mut push = |range: Range<usize>, form: Form| found.push(Found { range, form });
    for m in p.mail.find_iter(text) {
        // What is quoted in brackets begins behind the bracket: `{a@b`.
        let own = m.as_str();
        let cut = own.len() - own.trim_start_matches(['{', '.', '-', '$', '%', '&', '+', '!', '#', '=']).len();
        let cut = cut + label_before(own.get(cut..).unwrap_or(""));
        let own = own.get(cut..).unwrap_or("");
        let (local, domain) = own.rsplit_once('@').unwrap_or((own, ""));
        // `RoutingConfig#9@05_21_2019` is the name of a file.
        if !domain.chars().any(char::is_alphabetic) && !domain.contains('.') {
            continue;
        }
        let id = text.get(..m.start() + cut).is_some_and(|before| before.ends_with('<'))
            && (local.len() >= 18 || local.contains('$') || local.bytes().filter(u8::is_ascii_digit).count() >= 6);
        push(m.start() + cut..m.end(), if id { Form::MessageId } else { Form::Mail });
    }
    for m in p.host.find_iter(text) {
        let before = text.get(..m.start()).unwrap_or("");
        // `$_.Id` is a member, `MSExchange.Transport` a name of .NET.
        let behind = text.get(m.end()..).unwrap_or("");
        // The end of a name that was cut is no last label, and its rest no host.
        let is_rest = behind.starts_with("...") || behind.starts_with('…');
        let is_member = before.ends_with(").") || before.ends_with("].");
        let is_end = before.ends_with("...") || before.ends_with('…');
        let is_name = if is_rest || is_member { is_certain_host(m.as_str()) } else { is_host(m.as_str()) };
        if is_end || !is_name || before.ends_with('$') {
            continue;
        }
        if let Some(address) = reversed(m.as_str()) {
            let length = m.as_str().splitn(5, '.').take(4).map(|label| label.len() + 1).sum::<usize>() - 1;
            push(m.start()..m.start() + length, Form::Reverse(address));
            push(m.start() + length + 1..m.end(), Form::Host);
        } else {
            push(m.range(), Form::Host);
        }
    }
    addresses(text, p, &mut push);
    rests::find(text).into_iter().for_each(|range| push(range, Form::Rest));
    let whole = |regex: &Regex| -> Vec<Range<usize>> {
        regex.find_iter(text).map(|m| m.range()).filter(|range| is_whole(text, range)).collect()
    };
    for regex in [&p.guid, &p.hexadecimal, &p.base64] {
        whole(regex).into_iter().for_each(|range| push(range, Form::Guid));
    }
    p.octets.find_iter(text).for_each(|m| push(m.range(), Form::Guid));
    // In SDDL a letter follows.
    p.sid.find_iter(text).for_each(|m| push(m.range(), Form::Sid));
    whole(&p.thumbprint).into_iter().for_each(|range| push(range, Form::Thumbprint));
    whole(&p.domain).into_iter().for_each(|range| push(range, Form::Domain));
    values(text, p, &mut push);
    accounts(text, p, &mut push);
    for captures in p.site.captures_iter(text) {
        captures.get(1).into_iter().for_each(|m| push(trimmed(text, m.range()), Form::Name(NameKind::Site)));
    }
    for captures in p.label.captures_iter(text) {
        let value = captures.get(1).map(|m| trimmed(text, m.range()));
        value.into_iter().for_each(|range| push(range, Form::Name(NameKind::Subject)));
    }
    found
}

/// Ranges and networks, for the numbers of which room must be made.
pub fn ranges(text: &str) -> Vec<(IpAddr, Result<IpAddr, u8>)> {
    let Some(p) = PATTERNS.as_ref() else { return Vec::new() };
    let read = |c: regex::Captures<'_>| {
        let low = parse_address(c.get(1)?.as_str()).ok()?;
        match (c.get(2), c.get(3)) {
            (Some(high), _) => Some((low, Ok(parse_address(high.as_str()).ok()?))),
            (_, Some(length)) => Some((low, Err(length.as_str().parse().ok()?))),
            _ => None,
        }
    };
    p.range.captures_iter(text).filter_map(read).collect()
}

fn addresses(text: &str, p: &Patterns, push: &mut impl FnMut(Range<usize>, Form)) {
    // Ranges that every site has are left as they are.
    let common: Vec<Range<usize>> =
        p.range.find_iter(text).filter(|m| is_common_range(m.as_str())).map(|m| m.range()).collect();
    let mut push = |range: Range<usize>, form: Form| {
        if !common.iter().any(|own| own.start <= range.start && range.end <= own.end) {
            push(range, form);
        }
    };
    for quad in literals::quads(text) {
        // `4.3.2.1.zen.example.org` says nothing about the order of its numbers.
        let form = if quad.is_literal { Form::Ip(quad.address.into()) } else { Form::Quad(quad.address) };
        push(quad.range, form);
    }
    literals::v6(text).into_iter().for_each(|(range, address)| push(range, Form::Ip(address.into())));
}

/// The length of `from=` and its like before an address. `prvs=`, `bounce=` and what stands in `=` belong to it.
fn label_before(mail: &str) -> usize {
    const OF_ADDRESS: [&str; 7] = ["prvs", "msprvs", "btv", "srs", "bounce", "bounces", "return"];
    let Some((label, rest)) = mail.split_once('=') else { return 0 };
    let lower = label.to_lowercase();
    let is_part = OF_ADDRESS.iter().any(|own| lower.trim_end_matches(|c: char| c.is_ascii_digit()) == *own);
    if rest.starts_with('=') || is_part || !label.chars().all(char::is_alphabetic) || !words::is_common(label, true) {
        return 0;
    }
    rest.find('@').map_or(0, |at| if at > 0 { label.len() + 1 } else { 0 })
}

fn reversed(host: &str) -> Option<Ipv4Addr> {
    let labels: Vec<&str> = host.split('.').take(4).collect();
    let [a, b, c, d] = labels.as_slice() else { return None };
    Some(Ipv4Addr::new(d.parse().ok()?, c.parse().ok()?, b.parse().ok()?, a.parse().ok()?))
}

/// The values of distinguished names, with commas or with slashes.
fn values(text: &str, p: &Patterns, push: &mut impl FnMut(Range<usize>, Form)) {
    for captures in p.attribute.captures_iter(text) {
        let Some(attribute) = captures.get(1) else { continue };
        let slash = text.get(..attribute.start()).is_some_and(|before| before.ends_with('/'));
        let rest = text.get(attribute.end()..).unwrap_or("");
        let mut end = rest.len();
        let mut escaped = false;
        for (i, c) in rest.char_indices() {
            let ends = matches!(c, '"' | '\n' | ';' | '<' | '>' | '|' | '*')
                || if slash { matches!(c, '/' | ',' | ')') } else { c == ',' };
            if ends && !escaped {
                end = i;
                break;
            }
            escaped = c == '\\' && !escaped;
        }
        let value = rest.get(..end).unwrap_or("");
        let closed = rest.get(end..).is_some_and(|behind| behind.starts_with([',', '/']) && behind.contains('='));
        // The last value in a sentence ends where the sentence goes on.
        let value = match (closed, slash) {
            (true, _) => value,
            (false, true) => value.split(char::is_whitespace).next().unwrap_or(""),
            (false, false) => [" for ", " to ", " in ", " on ", ". ", "  ", " is ", " has ", " and ", " could "]
                .iter()
                .filter_map(|stop| value.find(stop))
                .min()
                .and_then(|stop| value.get(..stop))
                .unwrap_or(value),
        };
        let value = value.trim_end_matches(['.', '\'', ' ']);
        let open = value.matches('(').count() < value.matches(')').count();
        let value = if open { value.trim_end_matches(')') } else { value };
        let start = attribute.end() + (value.len() - value.trim_start().len());
        push(start..start + value.trim().len(), Form::Name(NameKind::Object));
    }
}

/// `CONTOSO\anna`, `D:\Mail\priv1.edb`, `\\ex1\share`.
fn accounts(text: &str, p: &Patterns, push: &mut impl FnMut(Range<usize>, Form)) {
    let paths: Vec<Range<usize>> = p.path.find_iter(text).map(|m| m.range()).collect();
    for range in &paths {
        let mut at = range.start;
        for part in text.get(range.clone()).unwrap_or("").split('\\') {
            let name = part.trim();
            // A drive, and files by their ending.
            let stem = name.rsplit_once('.').map_or(name, |(stem, ending)| if ending.len() <= 4 { stem } else { name });
            if !name.ends_with(':') && !name.starts_with(['$', '%']) && !words::is_common(stem, true) {
                let start = at + (part.len() - part.trim_start().len());
                push(start..start + stem.len(), Form::Name(NameKind::File));
            }
            at += part.len() + 1;
        }
    }
    for captures in p.account.captures_iter(text) {
        let (Some(domain), Some(own)) = (captures.get(1), captures.get(2)) else { continue };
        let inside = paths.iter().any(|range| range.start <= domain.start() && own.end() <= range.end);
        if inside
            || text.get(..domain.start()).is_some_and(|before| before.ends_with(['\\', '$']))
            || domain.as_str().contains('$')
        {
            continue;
        }
        if !own.as_str().contains('$') || own.as_str().ends_with('$') {
            let range = trimmed(text, own.range());
            if !words::is_common(text.get(range.clone()).unwrap_or(""), true) {
                push(range, Form::Name(NameKind::Person));
            }
        }
        if !words::is_common(domain.as_str(), true) && !is_host(domain.as_str()) {
            push(domain.range(), Form::Name(NameKind::Domain));
        }
    }
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let own = text.get(range.clone()).unwrap_or("");
    let start = range.start + (own.len() - own.trim_start().len());
    let end = start + own.trim().trim_end_matches(['"', ',', '.', '$', '-']).len();
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<(String, Form)> {
        let mut all: Vec<Found> = find(text);
        all.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end)));
        let mut at = 0;
        all.retain(|found| {
            let free = found.range.start >= at && !found.range.is_empty();
            at = if free { found.range.end } else { at };
            free
        });
        all.into_iter().map(|found| (text[found.range].to_owned(), found.form)).collect()
    }

    #[test]
    fn forms_are_told() {
        let texts = |text: &str| forms(text).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(texts("SMTP:anna.berg@contoso.com, 5.7.3"), ["anna.berg@contoso.com"]);
        assert_eq!(texts("EX1.contoso.com and get-queue.txt, e.g. System.String"), ["EX1.contoso.com"]);
        assert_eq!(
            texts("Version 14.3.123.4 at 192.0.2.11:25 [2001:db8::1]:25 08:14:55"),
            ["192.0.2.11", "2001:db8::1"]
        );
        assert_eq!(texts("10.0.0.0/8, 192.0.2.0/24"), ["192.0.2.0"]);
        assert_eq!(texts("CN=A,CN=B C,DC=contoso,DC=com"), ["A", "B C", "DC=contoso,DC=com"]);
        assert_eq!(texts("/o=Alpine Ski/ou=X/cn=Recipients/cn=anna was"), ["Alpine Ski", "X", "Recipients", "anna"]);
        assert_eq!(texts("EX10-01\\3518 and CONTOSO\\anna, TransportRoles\\Logs"), ["EX10-01", "CONTOSO", "anna"]);
        assert_eq!(texts("D:\\Contoso\\priv1.edb"), ["Contoso"]);
        assert_eq!(texts("Subject : The budget of 2019"), ["The budget of 2019"]);
        assert_eq!(texts("4.2.0.192.zen.example.org"), ["4.2.0.192", "zen.example.org"]);
    }
}
