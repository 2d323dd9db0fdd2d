//! What a cut left of a name: `mx.fabrik...`, `203.0.113.…`, `...gistik.example`. Consoles cut at the width of a column, and
//! nothing tells what a rest was, so it goes, unless it is a word of Exchange or begins like one.
//!
//! Trap: a name of several words can be cut at a blank, and what is left has no form: those are told by the names of the case.

use std::collections::BTreeSet;
use std::ops::Range;

use super::engine::fold;
use super::words;

/// How far before a sign the beginning of a name is looked for, in bytes.
const REACH: usize = 160;

/// Rests beside the signs of a cut.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for sign in signs(text) {
        found.extend(before(text, sign.start));
        found.extend(behind(text, sign.end));
    }
    found
}

/// Beginnings of names of several words before the signs of a cut. `names` are folded.
pub fn beginnings(text: &str, names: &BTreeSet<String>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for sign in signs(text) {
        let line = text.get(..sign.start).unwrap_or("").trim_end_matches(' ');
        let from = line.rfind('\n').map_or(0, |at| at + 1).max(line.len().saturating_sub(REACH));
        let from = (from..line.len()).find(|at| line.is_char_boundary(*at)).unwrap_or(line.len());
        let own = line.get(from..).unwrap_or("");
        let starts = own.char_indices().filter(|(at, c)| {
            let before = line.get(..from + at).and_then(|before| before.chars().next_back());
            c.is_alphanumeric() && !before.is_some_and(char::is_alphanumeric)
        });
        let whole = starts.map(|(at, _)| from + at..line.len()).find(|range| {
            let start = fold(line.get(range.clone()).unwrap_or(""));
            let next = names.range(start.clone()..).next();
            next.is_some_and(|name| name.starts_with(&start) && name.len() > start.len())
                && !words::is_common(&start, true)
        });
        found.extend(whole);
    }
    found
}

/// Where something was cut: `…`, `...`, and with the point of a number `....`; a longer row is none.
fn signs(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = text.match_indices('…').map(|(at, sign)| at..at + sign.len()).collect();
    let mut rest = 0;
    while let Some(at) = text.get(rest..).and_then(|rest| rest.find("...")).map(|at| rest + at) {
        let behind = text.get(at..).unwrap_or("");
        let end = text.len() - behind.trim_start_matches('.').len();
        if end - at < 5 {
            found.push(at..end);
        }
        rest = end;
    }
    found
}

fn is_of_rest(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+' | ':' | '=')
}

fn before(text: &str, sign: usize) -> Option<Range<usize>> {
    let line = text.get(..sign)?;
    let start = line.trim_end_matches(is_of_rest).len();
    let own = line.get(start..)?;
    let label = own.get(..5).filter(|label| label.eq_ignore_ascii_case("IPv6:")).map_or(0, str::len);
    let (start, own) = (start + label, own.get(label..)?);
    let start = if is_v6(own) { start } else { start + own.rfind([':', '=']).map_or(0, |at| at + 1) };
    trimmed(text, start..sign).filter(|range| is_telling(text.get(range.clone()).unwrap_or(""), true))
}

fn behind(text: &str, sign: usize) -> Option<Range<usize>> {
    let rest = text.get(sign..)?;
    let end = text.len() - rest.trim_start_matches(is_of_rest).len();
    let own = text.get(sign..end)?;
    let end = if is_v6(own) { end } else { sign + own.find([':', '=']).unwrap_or(own.len()) };
    trimmed(text, sign..end).filter(|range| is_telling(text.get(range.clone()).unwrap_or(""), false))
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let own = text.get(range.clone())?;
    let start = range.start + (own.len() - own.trim_start_matches(|c: char| !c.is_alphanumeric()).len());
    let end = range.end - (own.len() - own.trim_end_matches(|c: char| !c.is_alphanumeric()).len());
    (start < end).then_some(start..end)
}

/// A part of an IPv6 address; times have no letters and no long groups.
fn is_v6(text: &str) -> bool {
    text.matches(':').count() > 1
        && text.chars().all(|c| c.is_ascii_hexdigit() || c == ':')
        && text.split(':').any(|group| group.len() > 2 || group.chars().any(char::is_alphabetic))
}

/// Whether numbers with a dot between stand beside the cut, as those of an address do.
pub fn has_numbers(rest: &str, is_beginning: bool) -> bool {
    let is_number = |part: &&str| !part.is_empty() && part.len() < 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_sign = |c: char| !c.is_alphanumeric() && c != '.';
    let own = if is_beginning { rest.rsplit(is_sign).next() } else { rest.split(is_sign).next() };
    let mut parts = own.unwrap_or("").split('.').filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some() && own.is_some_and(|own| own.contains('.')) && parts.all(|part| is_number(&part))
}

/// Whether a rest says something about a site.
fn is_telling(rest: &str, is_beginning: bool) -> bool {
    if is_v6(rest) {
        return true;
    }
    let words: Vec<&str> = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.iter().all(|word| word.chars().all(|c| c.is_ascii_digit())) {
        return words.len() > 1 && words.iter().all(|word| word.len() < 4) && !rest.contains([':', '=']);
    }
    if has_numbers(rest, is_beginning) {
        return true;
    }
    let last = words.len().saturating_sub(1);
    words.iter().enumerate().any(|(at, word)| {
        let may_go_on = is_beginning && at == last && word.chars().count() > 3;
        !(words::is_common(word, true) || may_go_on && words::begins_one(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_of_names_are_found() {
        let of = |text: &'static str| find(text).into_iter().map(|range| &text[range]).collect::<Vec<_>>();
        assert_eq!(of("to mx.fabrik..., 203.0.113.… and 203.0.113.7..."), ["203.0.113", "mx.fabrik", "203.0.113.7"]);
        assert_eq!(of("anna.berg@fabrik…"), ["anna.berg@fabrik"]);
        assert_eq!(of("...gistik.example is"), ["gistik.example"]);
        assert_eq!(of("{5b1f7a4e-77aa-4c1b-9a75-0e61f2d9c3...}"), ["5b1f7a4e-77aa-4c1b-9a75-0e61f2d9c3"]);
        assert_eq!(of("EX1\\fabrik... IPv6:2a02:8109:16c..."), ["fabrik", "2a02:8109:16c"]);
    }

    #[test]
    fn words_of_exchange_stay() {
        for text in [
            "MapiDel...",
            "SmartHost…",
            "Retrieving the mess...",
            "a list ...",
            "12...",
            "{...}",
            "names, ...",
            "....A......b",
            "08:14:...",
        ] {
            assert!(find(text).is_empty(), "{text} {:?}", find(text));
        }
    }

    #[test]
    fn a_name_cut_at_a_blank_is_known_by_its_beginning() {
        let names = BTreeSet::from(["fabrik to internet".to_owned(), "default relay".to_owned()]);
        let of =
            |text: &'static str| beginnings(text, &names).into_iter().map(|range| &text[range]).collect::<Vec<_>>();
        assert_eq!(of("queue fabrik to ... and Fabrik …"), ["Fabrik", "fabrik to"]);
        assert_eq!(of("default ..., other …"), [""; 0]);
    }
}
