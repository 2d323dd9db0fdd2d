//! The shape of an event's message, with names where insertion strings stand: what an event is about, whichever form the export
//! has.
//!
//! Binary logs hold the strings and no text, text exports the text and no strings; a localized text gives nothing.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

/// The shape of a message: its text with `{number:name}` where an insertion string stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageShape {
    text: String,
    names: Vec<(usize, String)>,
}

/// Reads messages of one shape; the pattern is made once.
pub struct ShapeReader<'a> {
    names: &'a [(usize, String)],
    pattern: Option<Regex>,
}

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{(?:(\d{1,2}):)?([a-z]+)\}").ok());

/// Names in braces.
pub fn names_in(text: &str) -> Vec<&str> {
    let Some(regex) = NAME.as_ref() else { return Vec::new() };
    regex.captures_iter(text).filter(|c| c.get(1).is_none()).filter_map(|c| Some(c.get(2)?.as_str())).collect()
}

impl MessageShape {
    /// The names with the numbers of their insertion strings.
    pub fn names(&self) -> &[(usize, String)] {
        &self.names
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// From the text of a message with names in braces.
    pub fn parse(text: &str) -> MessageShape {
        let mut names = Vec::new();
        if let Some(regex) = NAME.as_ref() {
            for found in regex.captures_iter(text) {
                let number = found.get(1).and_then(|n| n.as_str().parse::<usize>().ok()).unwrap_or(names.len() + 1);
                names.push((number, found.get(2).map_or("", |m| m.as_str()).to_owned()));
            }
        }
        MessageShape { text: text.to_owned(), names }
    }

    /// The values of the names, as [`ShapeReader::values`] gives them.
    pub fn values(&self, strings: &[String], message: Option<&str>) -> Vec<(String, String)> {
        self.reader().values(strings, message)
    }

    /// A reader of many messages.
    pub fn reader(&self) -> ShapeReader<'_> {
        ShapeReader { names: &self.names, pattern: self.pattern() }
    }

    /// The shape as a pattern: what stands between the names must be there, whatever the white space.
    fn pattern(&self) -> Option<Regex> {
        let regex = NAME.as_ref()?;
        let mut pattern = String::from("(?is)");
        let mut end = 0;
        let plain = |text: &str| text.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(r"\s+");
        let edge = |text: &str, at_end: bool| {
            let c = if at_end { text.chars().next_back() } else { text.chars().next() };
            if c.is_some_and(char::is_whitespace) { r"\s+" } else { "" }
        };
        let matches: Vec<_> = regex.find_iter(&self.text).collect();
        for (i, found) in matches.iter().enumerate() {
            let between = self.text.get(end..found.start())?;
            pattern += &format!(
                "{}{}{}",
                if end == 0 { "" } else { edge(between, false) },
                plain(between),
                edge(between, true)
            );
            end = found.end();
            let is_last = i + 1 == matches.len() && self.text.get(end..).is_none_or(|rest| rest.trim().is_empty());
            pattern += if is_last { "(.+)" } else { "(.{1,300}?)" };
        }
        let rest = self.text.get(end..)?;
        pattern += &format!("{}{}", edge(rest, false), plain(rest));
        Regex::new(&pattern).ok()
    }
}

impl ShapeReader<'_> {
    /// The values of the names: from the insertion strings, or out of a message in English; whichever of both
    /// the export holds. Names without a value are left out.
    pub fn values(&self, strings: &[String], message: Option<&str>) -> Vec<(String, String)> {
        let out_of_message = || {
            let message = message?;
            let found = self.pattern.as_ref()?.captures(message)?;
            let value = |i: usize| found.get(i + 1).map(|m| m.as_str().trim().to_owned());
            Some(self.names.iter().enumerate().filter_map(|(i, (_, name))| Some((name.clone(), value(i)?))).collect())
        };
        let values: Vec<(String, String)> = out_of_message().unwrap_or_else(|| {
            let string = |number: usize| strings.get(number.checked_sub(1)?).map(|text| text.trim().to_owned());
            self.names.iter().filter_map(|(number, name)| Some((name.clone(), string(*number)?))).collect()
        });
        let mut seen = std::collections::BTreeSet::new();
        values.into_iter().filter(|(name, value)| !value.is_empty() && seen.insert(name.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_strings_or_from_the_message() {
        let shape = MessageShape::parse("The account '{1:account}' cannot use connector '{2:connector}'; failing.");
        let strings = ["CONTOSO\\app".to_owned(), "Default EX1".to_owned()];
        let expected =
            vec![("account".to_owned(), "CONTOSO\\app".to_owned()), ("connector".to_owned(), "Default EX1".to_owned())];
        assert_eq!(shape.values(&strings, None), expected);
        let message = "The account 'CONTOSO\\app' cannot use\n connector 'Default EX1'; failing.";
        assert_eq!(shape.values(&[], Some(message)), expected);
        // A message in another language, or a cut one, gives nothing.
        assert_eq!(shape.values(&[], Some("Das Konto 'x' darf den Connector 'y' nicht nutzen.")), Vec::new());
        assert_eq!(MessageShape::parse("ends with {1:name}").values(&[], Some("It ends with a b c")).len(), 1);
    }
}
