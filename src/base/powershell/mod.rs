//! What PowerShell prints. Five shapes (Format-List, Format-Table, CSV, CLIXML, JSON) give the same
//! generic [`Object`]s; a format then reads the objects of one cmdlet, whatever their shape.
//!
//! Traps common to all shapes: lists are cut after four elements (`{a, b, c, d...}`), CSV prints the
//! type instead of a list (`System.String[]`), Format-Table cuts cells (`Smtp...`). None of these is
//! a value: [`Value::Cut`] and [`Value::TypeName`] keep them apart, so that nothing is guessed.

mod clixml;
mod csv;
mod json;
mod list;
mod outline;
mod table;

use std::fmt;

use super::ledger::{Note, NoteKind};
use super::text::Text;

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `Format-List`
    List,
    /// `Format-Table`
    Table,
    /// `Export-Csv`, with its delimiter.
    Csv(char),
    /// `Export-Clixml`
    Clixml,
    /// `ConvertTo-Json`
    Json,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::List => f.write_str("Format-List"),
            Shape::Table => f.write_str("Format-Table"),
            Shape::Csv(',') => f.write_str("CSV, comma"),
            Shape::Csv(';') => f.write_str("CSV, semicolon"),
            Shape::Csv('\t') => f.write_str("CSV, tab"),
            Shape::Csv(other) => write!(f, "CSV, {other}"),
            Shape::Clixml => f.write_str("CLIXML"),
            Shape::Json => f.write_str("JSON"),
        }
    }
}

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Its class, without the prefixes `Deserialized.` and `Selected.`, when the shape states it.
    pub class: Option<String>,
    /// Its properties in their order.
    pub properties: Vec<Property>,
    /// First and last line, from 1.
    pub lines: (u32, u32),
}

/// One property of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Name as printed.
    pub name: String,
    /// Value.
    pub value: Value,
    /// First and last line, from 1.
    pub lines: (u32, u32),
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: `$null`, or an empty cell.
    Empty,
    /// Text, trimmed. Numbers, truth values and dates are text as well.
    Text(String),
    /// A value with a name and a number: an enumeration in CLIXML, or in JSON.
    Enum {
        /// The name; empty when only the number is there.
        name: String,
        /// The number.
        number: i64,
    },
    /// A list.
    List {
        /// Its elements, as text.
        items: Vec<String>,
        /// Whether all elements are shown.
        complete: bool,
    },
    /// The beginning of a text that the output cut; what is left of it, without the dots.
    Cut(String),
    /// The name of a type where a value should be.
    TypeName(String),
}

/// Everything read from one file.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The shape.
    pub shape: Shape,
    /// The objects in their order. Objects of several kinds can follow each other.
    pub objects: Vec<Object>,
    /// What was cut, damaged or not understood. Cut values of properties are noted by the formats,
    /// which know whether they matter.
    pub notes: Vec<Note>,
}

/// Whether names are the header of an export. Only those who know the exports can say.
pub type IsHeader<'a> = &'a mut dyn FnMut(&[&str]) -> bool;

/// Reads a file in whatever shape it is; `None` when it is none of the five. CSV begins anew at rows that `is_header` takes
/// for the header of another export.
pub fn read(text: &Text, is_header: IsHeader<'_>) -> Option<Parsed> {
    let shape = sniff(text)?;
    let mut notes = Vec::new();
    let objects = match shape {
        Shape::List => list::read(text, &mut notes),
        Shape::Table => table::read(text, &mut notes),
        Shape::Csv(delimiter) => csv::read(text, delimiter, is_header, &mut notes),
        Shape::Clixml => clixml::read(text, &mut notes),
        Shape::Json => json::read(text, &mut notes),
    };
    Some(Parsed { shape, objects, notes })
}

/// Reads the beginning of a file to recognize it. An object that is longer than the beginning comes
/// without values: only its class and the names of its properties.
pub fn read_beginning(text: &Text, is_header: IsHeader<'_>) -> Option<Parsed> {
    let mut parsed = read(text, is_header)?;
    if parsed.objects.is_empty() {
        let outline = outline::read(text.as_str(), parsed.shape);
        parsed.objects.extend((!outline.properties.is_empty()).then_some(outline));
    }
    Some(parsed)
}

/// The shape of a file, from its first lines. Unambiguous marks first: CLIXML and JSON by their
/// first character, CSV by its type line, then a table by its row of dashes, a list by aligned
/// colons, and CSV by a header row.
pub fn sniff(text: &Text) -> Option<Shape> {
    if clixml::sniff(text) {
        return Some(Shape::Clixml);
    }
    if json::sniff(text) {
        return Some(Shape::Json);
    }
    if let Some(delimiter) = csv::sniff_type_line(text) {
        return Some(Shape::Csv(delimiter));
    }
    if table::sniff(text) {
        return Some(Shape::Table);
    }
    if list::sniff(text) {
        return Some(Shape::List);
    }
    csv::sniff_header(text).map(Shape::Csv)
}

impl Object {
    /// The property with this name, in any case.
    pub fn get(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|p| p.name.eq_ignore_ascii_case(name))
    }

    /// The first of several names that is there.
    pub fn get_any(&self, names: &[&str]) -> Option<&Property> {
        names.iter().find_map(|name| self.get(name))
    }

    /// Whether the class ends with this name: `QueueInfo` matches
    /// `Microsoft.Exchange.Data.QueueViewer.QueueInfo`.
    pub fn is_class(&self, name: &str) -> bool {
        // `EventLogEntry#Application/Source/1035`: what is behind the mark is of the one object.
        let own = self.class.as_deref().map(|class| class.split('#').next().unwrap_or(class));
        own.is_some_and(|c| c.rsplit('.').next().unwrap_or(c).eq_ignore_ascii_case(name))
    }
}

impl Property {
    /// The value as text; `None` when it is empty, cut, a list or only a type name. An enumeration
    /// without a name gives its number.
    pub fn text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) if !text.is_empty() => Some(text.clone()),
            Value::Enum { name, number } => Some(if name.is_empty() { number.to_string() } else { name.clone() }),
            Value::List { items, complete: true } if items.len() == 1 => items.first().cloned(),
            _ => None,
        }
    }

    /// The value as a list and whether it is complete; one value is a list of one. `None` when
    /// nothing of it can be seen.
    pub fn items(&self) -> Option<(Vec<String>, bool)> {
        match &self.value {
            Value::Empty => Some((Vec::new(), true)),
            Value::Text(text) => Some((vec![text.clone()], true)),
            Value::Enum { .. } => self.text().map(|t| (vec![t], true)),
            Value::List { items, complete } => Some((items.clone(), *complete)),
            Value::Cut(_) | Value::TypeName(_) => None,
        }
    }

    /// The value as a truth value.
    pub fn truth(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "$true" | "1" => Some(true),
            "false" | "$false" | "0" => Some(false),
            _ => None,
        }
    }

    /// Whether nothing can be concluded from the value: cut, or only a type name.
    pub fn is_hidden(&self) -> bool {
        matches!(self.value, Value::Cut(_) | Value::TypeName(_))
    }
}

/// Interprets a value as the text shapes print it: `{a, b, c...}` as a list, a type name as such.
fn value_of(text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() {
        return Value::Empty;
    }
    // `{LRT=..};{LED=..}` is an error text of Exchange 2013: no list has braces inside.
    if let Some(inner) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).filter(|t| !t.contains("};{")) {
        return list_of(inner);
    }
    if is_type_name(text) {
        return Value::TypeName(text.to_owned());
    }
    Value::Text(text.to_owned())
}

fn list_of(inner: &str) -> Value {
    let inner = inner.trim();
    let kept = inner.strip_suffix("...").or_else(|| inner.strip_suffix('…'));
    let items = kept.unwrap_or(inner).split(", ").map(str::trim).filter(|i| !i.is_empty() && *i != ",");
    // `{a, b, c, d...}`: the dots follow the last element shown, which is whole.
    Value::List { items: items.map(|i| i.trim_end_matches(',').to_owned()).collect(), complete: kept.is_none() }
}

/// `System.String[]`, `Microsoft.Exchange.Data.QueueViewer.RecipientInfo[]` and the like; not
/// `Microsoft.com`, which is a host.
pub fn is_type_name(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("System.").or_else(|| text.strip_prefix("Microsoft.")) else { return false };
    let (name, arguments) = rest.split_once('[').map_or((rest, None), |(name, arguments)| (name, Some(arguments)));
    let is_word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '`' | '+'))
    };
    name.split('.').all(is_word)
        && arguments.map_or(name.contains('.') || text.starts_with("System."), |arguments| arguments.ends_with(']'))
}

/// A class name without the prefixes that say how the object travelled.
fn class_name(text: &str) -> String {
    let mut name = text.trim();
    for prefix in ["Selected.", "Deserialized."] {
        name = name.strip_prefix(prefix).unwrap_or(name);
    }
    name.to_owned()
}

/// The text of an object that prints none, from its properties: bounds of a range, an address with its
/// port, or the one property that names it.
fn object_text(get: impl Fn(&str) -> Option<String>) -> Option<String> {
    if let (Some(low), Some(high)) = (get("LowerBound"), get("UpperBound")) {
        return Some(if low == high { low } else { format!("{low}-{high}") });
    }
    if let (Some(address), Some(port)) = (get("Address"), get("Port")) {
        let plain = !address.contains(':') || address.starts_with('[');
        return Some(if plain { format!("{address}:{port}") } else { format!("[{address}]:{port}") });
    }
    if let (Some(kind), Some(address), Some(cost)) = (get("Type"), get("Address"), get("Cost")) {
        return Some(format!("{kind}:{address};{cost}"));
    }
    // A time span.
    if let (Some(ticks), Some(_)) = (get("Ticks").and_then(|ticks| ticks.parse::<u64>().ok()), get("TotalSeconds")) {
        let seconds = ticks / 10_000_000;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        return Some(format!("{days}.{hours:02}:{minutes:02}:{:02}", seconds % 60));
    }
    ["IPAddressToString", "Value", "DistinguishedName", "Name", "ToString", "DisplayName", "Identity"]
        .iter()
        .find_map(|name| get(name))
}

fn text_value(text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() { Value::Empty } else { Value::Text(text.to_owned()) }
}

/// An element of a list as text; `None` when it shows nothing of itself.
fn item_text(value: Value) -> Option<String> {
    match value {
        Value::Empty => Some(String::new()),
        Value::Text(text) => Some(text),
        Value::Enum { name, number } => Some(if name.is_empty() { number.to_string() } else { name }),
        Value::List { items, complete: true } => Some(items.join(", ")),
        Value::List { .. } | Value::Cut(_) | Value::TypeName(_) => None,
    }
}

fn note(notes: &mut Vec<Note>, kind: NoteKind, lines: Option<(u32, u32)>, text: impl Into<String>) {
    // One remark per kind of trouble is enough; the ledger has its own limit as well.
    if notes.len() < 200 {
        notes.push(Note { lines, kind, text: text.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_list_is_not_complete() {
        assert_eq!(
            value_of("{192.0.2.11, 192.0.2.12...}"),
            Value::List { items: vec!["192.0.2.11".to_owned(), "192.0.2.12".to_owned()], complete: false }
        );
        assert_eq!(value_of("{}"), Value::List { items: Vec::new(), complete: true });
    }

    #[test]
    fn a_type_name_is_not_a_value() {
        for text in
            ["System.String[]", "System.Collections.ArrayList", "Microsoft.Exchange.Data.QueueViewer.RecipientInfo[]"]
        {
            assert_eq!(value_of(text), Value::TypeName(text.to_owned()));
        }
        for text in ["Microsoft Exchange", "Microsoft.com", "System.contoso.com"] {
            assert!(matches!(value_of(text), Value::Text(_)), "{text}");
        }
        assert!(matches!(value_of("System.Collections.Generic.List`1[System.String]"), Value::TypeName(_)));
        assert!(matches!(value_of("System. What now?"), Value::Text(_)));
    }
}
