//! How an input is read: which codes are in it, and in which notation.

use std::sync::LazyLock;

use regex::Regex;

use super::candidates::{self, Context};
use super::{Number, Reading, scan};
use crate::base::order::Order as _;
use crate::knowledge::codes::{self, Family};
use crate::model::queue::DeliveryType;
use crate::tools::event_lookup::NamedEvent;

const UNKNOWN_NUMBER: &str = "Not in any list here. The words around it settle whose code it is: look it up with them, for \
    example as ec=, hr= or with the whole line of the event.";
const UNKNOWN_WORD: &str = "Not in any list here. Paste the whole line or event it stands in, or the number beside it.";
const SEVERAL: &str = "The number has several meanings; the line it stands in tells which. Look it up with that line.";

/// `0000: 0c 03 09 80`, `0c 03 09 80`, `0C-03-09-80`.
static BYTES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:data:?\s*)?(?:[0-9a-f]{4,8}:\s*)?([0-9a-f]{2}(?:[\s-]+[0-9a-f]{2}){3,})(?:\s|$)").ok()
});
/// `ec=1010`, `hr=0x80040111`, `-1017`, `0x3F2`, `80040115`.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:(ec|StoreEc|hr|hresult|status|code|error)\s*[=:]\s*)?(0x[0-9a-f]{1,8}|-?\d{1,10}|[0-9a-f]{8})(?:[lu]|h)?$")
        .ok()
});

/// The codes of an input.
pub(super) fn read(input: &str) -> Vec<Reading> {
    if input.is_empty() {
        return Vec::new();
    }
    if let Some(readings) = whole(input) {
        return readings;
    }
    let notes = scan::found(input);
    if !notes.is_empty() {
        return notes.into_iter().map(|note| note.reading).collect();
    }
    // No context, so each word may be a code of its own.
    let known: Vec<Reading> = input
        .split_whitespace()
        .take(64)
        .filter_map(|word| whole(clean(word)))
        .flatten()
        .filter(|reading| !reading.candidates.is_empty())
        .collect();
    if known.is_empty() {
        return vec![unknown(input, "text", None)];
    }
    known
}

/// The codes of an input beside the numbers that it calls ids of events. Its other words are a sentence, not codes.
pub(super) fn beside(input: &str, events: &[NamedEvent]) -> Vec<Reading> {
    let mut rest = input.to_owned();
    for event in events {
        rest.replace_range(event.range.clone(), &" ".repeat(event.range.len()));
    }
    scan::found(&rest).into_iter().map(|note| note.reading).collect()
}

/// Without the signs that surround a code in a sentence.
fn clean(word: &str) -> &str {
    let word = word.trim_matches(|c: char| c.is_whitespace() || "\"'“”‘’()[]{}<>;,:".contains(c));
    word.strip_suffix('.').unwrap_or(word).trim_start_matches('#')
}

/// Reads an input that is one code as a whole; nothing when it is none.
fn whole(input: &str) -> Option<Vec<Reading>> {
    if let Some(bytes) = BYTES.as_ref().and_then(|regex| regex.captures(input)).and_then(|found| found.get(1)) {
        return Some(of_bytes(bytes.as_str()));
    }
    let text = clean(input);
    if let Some(status) = codes::enhanced(text) {
        let candidates = vec![candidates::of_enhanced(text, &status)];
        return Some(vec![reading(text, "enhanced status code of SMTP", None, candidates)]);
    }
    if let Some(found) = NUMBER.as_ref().and_then(|regex| regex.captures(text)) {
        let context = match found.get(1).map(|word| word.as_str().to_ascii_lowercase()).as_deref() {
            Some("ec" | "storeec") => Context::Store,
            Some("hr" | "hresult") => Context::Hresult,
            Some("status") => Context::Rpc,
            Some(_) => Context::Error,
            None => Context::None,
        };
        return of_digits(found.get(2)?.as_str(), context);
    }
    let named: Vec<_> = if text.contains(char::is_whitespace) { Vec::new() } else { of_word(text) };
    (!named.is_empty()).then(|| vec![reading(text, "symbol or word", None, named)])
}

fn of_digits(digits: &str, context: Context) -> Option<Vec<Reading>> {
    let by = |value: u32, how| of_value(digits, how, value, context);
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return Some(vec![by(u32::from_str_radix(hex, 16).ok()?, "hexadecimal number")]);
    }
    let bare = (digits.len() == 8).then(|| u32::from_str_radix(digits, 16).ok()).flatten();
    let decimal = match digits.strip_prefix('-') {
        Some(_) => digits.parse::<i32>().ok().map(|value| (value.cast_unsigned(), "signed decimal number")),
        None => digits.parse::<u32>().ok().map(|value| (value, "decimal number")),
    };
    let mut all: Vec<Reading> = Vec::new();
    if let Some(value) = bare {
        all.push(by(value, "hexadecimal number without 0x"));
        all.push(by(value.swap_bytes(), "data bytes, lowest first"));
    }
    if let Some((value, how)) = decimal {
        all.push(by(value, how));
    }
    // Of several readings those count that mean something; without any, the first stands for all.
    if all.iter().any(|reading| !reading.candidates.is_empty()) {
        all.retain(|reading| !reading.candidates.is_empty());
    } else {
        all.truncate(1);
    }
    if all.is_empty() { Some(vec![unknown(digits, "number of more than 32 bits", None)]) } else { Some(all) }
}

fn of_bytes(text: &str) -> Vec<Reading> {
    let digits: Vec<u8> =
        text.split(|c: char| c.is_whitespace() || c == '-').filter_map(|b| u8::from_str_radix(b, 16).ok()).collect();
    let words: Vec<u32> =
        digits.chunks_exact(4).filter_map(|four| Some(u32::from_le_bytes(four.try_into().ok()?))).collect();
    let one = |value: &u32| of_value(text, "data bytes, lowest first", *value, Context::None);
    // Zeros beside a code are padding.
    let codes: Vec<Reading> = words.iter().filter(|value| **value != 0).map(one).collect();
    if codes.is_empty() { words.iter().take(1).map(one).collect() } else { codes }
}

/// The codes with a name, and the exceptions of the store that carry it.
pub(super) fn of_word(word: &str) -> Vec<super::Candidate> {
    let mut found: Vec<_> =
        codes::by_symbol(word).map(|code| candidates::candidate(code, "by its name".to_owned())).collect();
    if let Some(kind) = DeliveryType::parse(word)
        .filter(|_| found.is_empty() && !word.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit()))
    {
        let other = codes::of(Family::DeliveryType, u32::MAX).chain(codes::by_symbol(kind.name()));
        let own = other.filter(|code| code.family == Family::DeliveryType);
        found.extend(own.map(|code| candidates::candidate(code, "another spelling of this delivery type".to_owned())));
    }
    if let Some(name) = word.strip_prefix("MapiException").filter(|_| found.is_empty()) {
        let name = if name == "MdbOffline" { "MDBNotInit" } else { name };
        let same = ["ec", "MAPI_E_", ""]
            .into_iter()
            .flat_map(|start| codes::by_symbol(&format!("{start}{name}")).collect::<Vec<_>>());
        let jet = name
            .strip_prefix("JetError")
            .into_iter()
            .flat_map(|name| codes::by_symbol(&format!("JET_err{name}")).collect::<Vec<_>>());
        let own = same.chain(jet).filter(|code| matches!(code.family, Family::Store | Family::Mapi | Family::Jet));
        found.extend(own.map(|code| candidates::candidate(code, "the exception for this code".to_owned())));
    }
    found.order_by_key(|candidate| candidate.family);
    found
}

/// The reading of a number.
pub(super) fn of_value(part: &str, how: &'static str, value: u32, context: Context) -> Reading {
    let number = Number { unsigned: value };
    reading(part, how, Some(number), candidates::of_number(number, context))
}

/// A reading with the hint that belongs to it.
pub(super) fn reading(
    part: &str,
    how: &'static str,
    number: Option<Number>,
    candidates: Vec<super::Candidate>,
) -> Reading {
    let hint = match candidates.as_slice() {
        [] if number.is_some() => Some(UNKNOWN_NUMBER),
        [] => Some(UNKNOWN_WORD),
        // The wording of .NET is another name, no other meaning.
        [first, rest @ ..] => {
            let differs = |other: &super::Candidate| ![first.family, Family::Socket].contains(&other.family);
            (number.is_some() && rest.iter().any(differs)).then_some(SEVERAL)
        }
    };
    Reading { part: part.to_owned(), how, number, candidates, hint }
}

fn unknown(part: &str, how: &'static str, number: Option<Number>) -> Reading {
    reading(part, how, number, Vec::new())
}
