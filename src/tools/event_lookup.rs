//! What an event means: by its id, with or without its source.
//!
//! The same id means different things under different sources, so without a source every known meaning is given.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::base::order::Order as _;
use crate::knowledge::known;
use crate::model::known_row::{KnownKind, KnownRow};

/// `Event ID 1722`, `event 1722`, `EventID=1722`, `Event-ID: 1722`, `Ereignis-ID 1722`.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:event|ereignis)[\s-]*(?:id|code|identifier|kennung|number)?\s*[:=#]?\s*(?P<id>\d{1,5})\b")
        .ok()
});

/// A number that a text calls the id of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedEvent {
    /// Its id.
    pub id: u16,
    /// Where it stands, with the word in front of it, in bytes.
    pub range: Range<usize>,
    /// What is known about it: of the sources that the text names, or of any.
    pub rows: Vec<&'static KnownRow>,
}

/// The numbers that a text calls ids of events, each once.
pub fn named(text: &str) -> Vec<NamedEvent> {
    let Some(regex) = NAMED.as_ref() else { return Vec::new() };
    let said = letters(text);
    let mut all: Vec<NamedEvent> = Vec::new();
    for found in regex.captures_iter(text) {
        let (Some(whole), Some(digits)) = (found.get(0), found.name("id")) else { continue };
        // A part of a version or an address is no id.
        let goes_on = text.get(whole.end()..).is_some_and(|rest| {
            let mut rest = rest.chars();
            matches!(rest.next(), Some('.' | ',')) && rest.next().is_some_and(|c| c.is_ascii_digit())
        });
        let Some(id) = digits.as_str().parse().ok().filter(|_| !goes_on) else { continue };
        let mut rows = of_id(id);
        let is_named = |row: &&KnownRow| row.sources.iter().any(|source| said.contains(&letters(source)));
        if rows.iter().any(is_named) {
            rows.retain(is_named);
        }
        if !all.iter().any(|known| known.id == id) {
            all.push(NamedEvent { id, range: whole.range(), rows });
        }
    }
    all
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

/// By source.
fn of_id(id: u16) -> Vec<&'static KnownRow> {
    let is_it = |row: &&KnownRow| row.kind == KnownKind::Event && row.events.contains(&id);
    let mut rows: Vec<&KnownRow> = known::all().iter().filter(is_it).collect();
    rows.order_by_key(|row| (row.sources.first().map(|own| own.to_lowercase()), row.id.as_str()));
    rows
}

/// The known events that a text names: `12014`, `event 12014`, `MSExchangeTransport 12014`, `MSExchangeTransport/12014`. By
/// source.
pub fn events(text: &str) -> Vec<&'static KnownRow> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let ids = || words.iter().filter(|word| word.len() <= 5 && word.bytes().all(|b| b.is_ascii_digit()));
    let Some(id) = ids().next().and_then(|word| word.parse::<u16>().ok()).filter(|_| ids().count() == 1) else {
        return Vec::new();
    };
    let is_filler = |word: &str| ["event", "id", "source", "of"].contains(&word.to_ascii_lowercase().as_str());
    let source: String = words
        .iter()
        .filter(|word| !is_filler(word) && word.parse::<u16>().is_err())
        .map(|word| word.to_lowercase())
        .collect();
    let mut rows = of_id(id);
    rows.retain(|row| source.is_empty() || row.sources.iter().any(|own| letters(own) == source));
    rows
}

#[cfg(test)]
mod tests {
    use super::{events, named};

    fn ids(text: &str) -> Vec<&'static str> {
        events(text).iter().map(|row| row.id.as_str()).collect()
    }

    #[test]
    fn a_number_that_is_called_an_event_is_one() {
        for text in ["Event ID 12014", "event 12014", "EventID=12014", "Event ID: 12014 came up", "Ereignis-ID: 12014"]
        {
            let found = named(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].id, found[0].rows[0].id.as_str()), (12014, "cert-12014-starttls-not-found"), "{text}");
        }
        // Of the sources that the text names.
        let found = named("Source MSExchangeMailSubmission, Event ID 1009: no server");
        assert!(found[0].rows.iter().all(|row| row.sources[0] == "MSExchangeMailSubmission"), "{found:?}");
        assert_eq!(named("event 1722")[0].rows.len(), 0);
        for text in ["1722", "eventually 1722", "event 15.1.2507", "event 99999", "events"] {
            assert!(named(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_event_is_found_by_id_and_by_source() {
        assert_eq!(ids("12014"), ["cert-12014-starttls-not-found"]);
        for text in ["MSExchangeTransport 12014", "MSExchangeTransport/12014", "event id 12014 of MSExchangeTransport"]
        {
            assert_eq!(ids(text), ["cert-12014-starttls-not-found"], "{text}");
        }
        assert!(ids("1009").len() >= 3, "{:?}", ids("1009"));
        assert!(ids("MSExchangeMailSubmission 1009").len() == 1);
        assert!(ids("ESE 12014").is_empty());
        assert!(
            ids("5.7.3").is_empty() && ids("0x80040111").is_empty() && ids("").is_empty() && ids("99999").is_empty()
        );
    }
}
