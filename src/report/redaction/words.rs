//! The words that say nothing about a site: those of Exchange, Windows and mail. Names that consist of them stay.
//!
//! Two sets: the words of names (`words.txt`), such as `Default Frontend`; and a larger one for quoted lines, to which
//! the tables of the program add theirs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::base::gather::Gather as _;
use crate::formats::FORMATS;
use crate::knowledge::{codes, extended_rights, known, well_known_sids};
use crate::model::event::labels::LABELS;

const WORDS: &str = include_str!("words.txt");

static OF_NAMES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let mut words: BTreeSet<&str> = WORDS.split("---").next().unwrap_or("").split_whitespace().gather();
    // Well-known accounts and groups have names of more than one word.
    for name in well_known_sids::all().iter().flat_map(|known| &known.names) {
        words.extend(
            name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().all(|c| c.is_ascii_lowercase())),
        );
    }
    words
});

static OF_LINES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut words = BTreeSet::new();
    let mut add = |text: &str| {
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic)) {
            words.insert(word.to_lowercase());
            words.extend(parts(word).into_iter().map(str::to_lowercase));
        }
    };
    add(WORDS);
    known::TABLES.iter().for_each(|(_, table)| add(table));
    for code in codes::all() {
        add(code.symbol);
        code.meaning.into_iter().chain(code.action).for_each(&mut add);
    }
    extended_rights::all().iter().for_each(|right| {
        add(right.name);
        right.titles.iter().for_each(|title| add(title));
    });
    well_known_sids::all().iter().flat_map(|known| &known.names).for_each(|name| add(name));
    FORMATS.iter().for_each(|format| {
        add(format.id);
        add(format.title);
    });
    LABELS.iter().for_each(|label| add(label.text));
    // In the texts of events it stands for a customer.
    words.remove("contoso");
    words
});

/// Whether a word may stay in a name.
fn of_names(word: &str) -> bool {
    let lower = word.to_lowercase();
    word.chars().count() < 2 || OF_NAMES.contains(lower.as_str())
}

/// Whether a word may stay in a quoted line: it, or what it is put together from.
pub fn of_lines(word: &str) -> bool {
    let known = |word: &str| of_names(word) || OF_LINES.contains(word.to_lowercase().as_str());
    if known(word) {
        return true;
    }
    let parts = parts(word);
    // `TLS12` is in the list; `EX13` is a server.
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if word.chars().any(|c| c.is_ascii_digit()) && letters < 4 {
        return false;
    }
    parts.len() > 1 && parts.iter().all(|part| part.chars().all(|c| c.is_ascii_digit()) || known(part))
}

/// Whether a name says nothing about a site. `weak` names come from places that hold other things as well.
pub fn is_common(name: &str, weak: bool) -> bool {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| {
        // The names that Exchange gives to databases end in ten digits, which are theirs alone.
        let number = word.len() < 6 && word.chars().all(|c| c.is_ascii_digit());
        number || of_names(word) || (weak && of_lines(word))
    })
}

/// Whether a word that is kept begins so.
pub fn begins_one(start: &str) -> bool {
    let lower = start.to_lowercase();
    OF_LINES.range(lower.clone()..).next().is_some_and(|word| word.starts_with(&lower))
        || OF_NAMES.range(lower.as_str()..).next().is_some_and(|word| word.starts_with(&lower))
}

/// `MSExchangeTransport` as `MS`, `Exchange`, `Transport`.
fn parts(word: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut cuts = vec![0];
    for (at, pair) in chars.windows(2).enumerate() {
        if let [(_, a), (i, b)] = pair {
            let next = chars.get(at + 2).map(|(_, c)| *c);
            let case = a.is_lowercase() && b.is_uppercase();
            let end = a.is_uppercase() && b.is_uppercase() && next.is_some_and(char::is_lowercase);
            if case || end || a.is_ascii_digit() != b.is_ascii_digit() {
                cuts.push(*i);
            }
        }
    }
    cuts.push(word.len());
    cuts.windows(2).filter_map(|pair| word.get(*pair.first()?..*pair.get(1)?)).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_exchange_stay_and_names_do_not() {
        for name in ["Default Frontend", "Mailbox Store", "First Administrative Group", "Inbound from Office 365"] {
            assert!(is_common(name, false), "{name}");
        }
        for word in ["AnonymousUsers", "MSExchangeTransport", "Retry", "MapiExceptionLogonFailed", "authentication"] {
            assert!(of_lines(word), "{word}");
        }
        for name in ["Contoso", "Fabrikam", "Adatum", "EX1", "Anna", "Berg", "Berlin", "Litware"] {
            assert!(!is_common(name, true) && !of_lines(name), "{name}");
        }
        assert!(!is_common("Mailbox Database 0123456789", false));
        assert_eq!(parts("MSExchangeTransport"), ["MS", "Exchange", "Transport"]);
        assert_eq!(parts("TLS12"), ["TLS", "12"]);
    }
}
