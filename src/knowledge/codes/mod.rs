//! Codes of Windows, of the store, of SMTP and of Exchange itself: value and symbol of all, and for those that matter
//! for mail what they mean and what to do.
//!
//! The tables of Windows (`win32`, `hresult`, `ntstatus`, `rpc`, `sspi`, `winsock`, `dns`, `ldap`) are generated, see
//! `src/bin/codes.rs`; `jet` and `mapi` hold symbols and values of published headers; `store`, `smtp`, `enhanced`, `words`
//! and `explanations` are written by hand. Each table says at its top where it comes from.
//!
//! Traps: one number has many meanings (1722 is a failed RPC, a lock of the store, and more), so every look-up gives
//! several codes; several symbols share a value; JET errors are negative and often printed without their sign; simple
//! MAPI has symbols of nearly the same name with small values, which are not here.

mod enhanced;
mod family;

pub use enhanced::{Enhanced, enhanced};
pub use family::Family;

use std::collections::HashMap;
use std::sync::LazyLock;

/// A code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Whose code it is.
    pub family: Family,
    /// Its value; nothing for a word. Negative values as two's complement.
    pub value: Option<u32>,
    /// Its symbol, word or name.
    pub symbol: &'static str,
    /// What it means.
    pub meaning: Option<&'static str>,
    /// What to do.
    pub action: Option<&'static str>,
}

/// The tables with two columns.
const SYMBOLS: &[(Family, &str)] = &[
    (Family::Win32, include_str!("win32.tsv")),
    (Family::Hresult, include_str!("hresult.tsv")),
    (Family::Ntstatus, include_str!("ntstatus.tsv")),
    (Family::Rpc, include_str!("rpc.tsv")),
    (Family::Sspi, include_str!("sspi.tsv")),
    (Family::Winsock, include_str!("winsock.tsv")),
    (Family::Dns, include_str!("dns.tsv")),
    (Family::Ldap, include_str!("ldap.tsv")),
    (Family::Jet, include_str!("jet.tsv")),
    (Family::Mapi, include_str!("mapi.tsv")),
];

/// The tables that explain what they list.
const EXPLAINED: &[(Family, &str)] =
    &[(Family::Store, include_str!("store.tsv")), (Family::SmtpReply, include_str!("smtp.tsv"))];
const WORDS: &str = include_str!("words.tsv");
const EXPLANATIONS: &str = include_str!("explanations.tsv");

/// All codes, and their order by value and by the hash of their name. It is built when a code is first looked up, on the page while
/// somebody types: so it copies no text.
struct Index {
    codes: Vec<Code>,
    values: Vec<(u32, usize)>,
    names: Vec<(u64, usize)>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let codes = read();
    let mut values: Vec<_> = codes.iter().enumerate().filter_map(|(at, code)| Some((code.value?, at))).collect();
    values.sort_unstable();
    let mut names: Vec<_> = codes
        .iter()
        .enumerate()
        .filter(|(_, code)| code.family.has_symbols())
        .map(|(at, code)| (hash(code.symbol), at))
        .collect();
    names.sort_unstable();
    Index { codes, values, names }
});

fn read() -> Vec<Code> {
    let explanations: HashMap<&str, (&str, &str)> = super::rows(EXPLANATIONS)
        .filter_map(|row| match row.as_slice() {
            [symbol, meaning, action] => Some((*symbol, (*meaning, *action))),
            _ => None,
        })
        .collect();
    let mut codes = Vec::new();
    for (family, table) in SYMBOLS {
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let Some((value, symbol)) = line.split_once('\t') else { continue };
            let Some(value) = number(value) else { continue };
            let (meaning, action) = explanations.get(symbol).copied().unwrap_or(("", ""));
            codes.push(code(*family, Some(value), symbol, meaning, action));
        }
    }
    for (family, table) in EXPLAINED {
        for row in super::rows(table) {
            let [value, symbol, meaning, action] = row.as_slice() else { continue };
            codes.push(code(*family, number(value), symbol, meaning, action));
        }
    }
    for row in super::rows(WORDS) {
        let [family, value, word, meaning, action] = row.as_slice() else { continue };
        let Some(family) = Family::of_words(family) else { continue };
        codes.push(code(family, number(value), word, meaning, action));
    }
    codes
}

fn code(family: Family, value: Option<u32>, symbol: &'static str, meaning: &'static str, action: &'static str) -> Code {
    let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    Code { family, value, symbol, meaning: some(meaning), action: some(action) }
}

/// A value as the tables print it: `1722`, `-1018`, `0x8009030C`.
fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if text.starts_with('-') => text.parse::<i32>().ok().map(i32::cast_unsigned),
        None => text.parse().ok(),
    }
}

/// A name as it compares: without case and without what separates words.
fn key(name: &str) -> impl Iterator<Item = u8> + '_ {
    name.bytes().filter(u8::is_ascii_alphanumeric).take(100).map(|b| b.to_ascii_lowercase())
}

/// FNV-1a of a name: the same on every platform.
fn hash(name: &str) -> u64 {
    key(name).fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

/// All codes, by family.
pub fn all() -> &'static [Code] {
    &INDEX.codes
}

/// The codes with this value, by family.
pub fn by_value(value: u32) -> impl Iterator<Item = &'static Code> {
    let from = INDEX.values.partition_point(|(other, _)| *other < value);
    let rest = INDEX.values.get(from..).unwrap_or(&[]);
    rest.iter().take_while(move |(other, _)| *other == value).filter_map(|(_, at)| INDEX.codes.get(*at))
}

/// The codes of a family with this value.
pub fn of(family: Family, value: u32) -> impl Iterator<Item = &'static Code> {
    by_value(value).filter(move |code| code.family == family)
}

/// The codes with this symbol or word, in any case and with or without underscores.
pub fn by_symbol(name: &str) -> impl Iterator<Item = &'static Code> {
    let wanted: Vec<u8> = key(name).collect();
    let hash = hash(name);
    let from = INDEX.names.partition_point(|(other, _)| *other < hash);
    let rest = if wanted.is_empty() { &[] } else { INDEX.names.get(from..).unwrap_or(&[]) };
    let same = rest.iter().take_while(move |(other, _)| *other == hash).filter_map(|(_, at)| INDEX.codes.get(*at));
    // Two names may meet in one hash.
    same.filter(move |code| key(code.symbol).eq(wanted.iter().copied()))
}

#[cfg(test)]
mod tests;
