//! What an event means: by its id, with or without its source.
//!
//! The same id means different things under different sources, so without a source every known meaning is given.

use crate::knowledge::known;
use crate::model::known_row::{KnownKind, KnownRow};

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
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let mut rows: Vec<&KnownRow> = known::all()
        .iter()
        .filter(|row| row.kind == KnownKind::Event && row.events.contains(&id))
        .filter(|row| source.is_empty() || row.sources.iter().any(|own| letters(own) == source))
        .collect();
    rows.sort_by_key(|row| (row.sources.first().map(|own| own.to_lowercase()), row.id.as_str()));
    rows
}

#[cfg(test)]
mod tests {
    use super::events;

    fn ids(text: &str) -> Vec<&'static str> {
        events(text).iter().map(|row| row.id.as_str()).collect()
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
