//! One object of a cmdlet: its properties as values with places, and remarks about those that are cut,
//! hidden or not understood.

use uuid::Uuid;

use super::Undecided;
use crate::base::distinguished_name::DistinguishedName;
use crate::base::ledger::NoteKind;
use crate::base::powershell::{Object, Property, Value, is_type_name};
use crate::base::source::{SourceId, Span};
use crate::base::timestamp::{DateOrder, Moment, is_never, parse_decided, parse_moment};
use crate::model::limit::Limit;
use crate::model::{Listed, Located};

/// One object.
pub struct Row<'a> {
    source: SourceId,
    object: &'a Object,
    loose: Vec<(&'static str, &'a Property)>,
    order: DateOrder,
    undecided: Undecided,
    remarks: Vec<(Remark, String, (u32, u32))>,
}

/// A kind of remark about properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// A value is cut.
    Cut,
    /// A list is cut.
    CutList,
    /// The name of a type stands in place of a value.
    TypeName,
    /// The value is none of those known.
    Unknown,
    /// The name is misspelled.
    Misspelled,
    /// The object belongs to another cmdlet.
    Foreign,
    /// Nothing of the object is usable.
    Useless,
    /// Something that the export leaves open, as a sentence.
    Open,
    /// An address that says nothing about where a server is reached.
    LocalAddress,
}

impl Remark {
    /// The kind of note and its text. `command` is the cmdlet with its parameters.
    pub fn sentence(self, text: &str, count: u64, command: &str) -> (NoteKind, String) {
        let times = if count > 1 { format!(" in {count} records") } else { String::new() };
        match self {
            Remark::Cut => (
                NoteKind::Truncated,
                format!(
                    "{text} is cut off{times} and therefore left out. {command} | Format-List prints it in full, and \
                     {command} | Export-Clixml keeps everything."
                ),
            ),
            Remark::CutList => (
                NoteKind::Truncated,
                format!(
                    "The list {text} is cut{times}; PowerShell prints four elements. {command} | Export-Clixml keeps \
                     them all."
                ),
            ),
            Remark::TypeName => (
                NoteKind::Truncated,
                format!(
                    "{text} shows the name of a type instead of a value{times}, as CSV does with lists. {command} | \
                     Format-List prints it, and {command} | Export-Clixml keeps everything."
                ),
            ),
            Remark::Unknown => (NoteKind::Skipped, format!("A value that is not known is left out{times}: {text}")),
            Remark::Misspelled => (NoteKind::Info, format!("Read{times} by a misspelled name: {text}.")),
            Remark::Foreign => (
                NoteKind::Skipped,
                format!(
                    "Objects of other cmdlets are left out: {count}. Save the output of each cmdlet in its own file.{}{text}",
                    if text.is_empty() { "" } else { " Class: " }
                ),
            ),
            Remark::Useless => (
                NoteKind::Skipped,
                format!(
                    "Objects without any property that can be used are left out: {count}. Export with {command} | Export-Clixml."
                ),
            ),
            Remark::Open => (NoteKind::Ambiguous, format!("{text}. Records: {count}.")),
            Remark::LocalAddress => (
                NoteKind::Info,
                format!(
                    "Loopback and link-local addresses are left out{times}, because other servers do not use them."
                ),
            ),
        }
    }
}

impl<'a> Row<'a> {
    /// A row of an object; `loose` are properties with misspelled names.
    pub fn new(
        source: SourceId,
        object: &'a Object,
        loose: Vec<(&'static str, &'a Property)>,
        order: DateOrder,
        undecided: Undecided,
    ) -> Row<'a> {
        Row { source, object, loose, order, undecided, remarks: Vec::new() }
    }

    /// Adds a remark about a property.
    pub fn remark(&mut self, remark: Remark, text: &str, lines: (u32, u32)) {
        if !self.remarks.iter().any(|(r, t, _)| *r == remark && t == text) {
            self.remarks.push((remark, text.to_owned(), lines));
        }
    }

    /// Whether there is a remark of this kind.
    pub fn has(&self, remark: Remark) -> bool {
        self.remarks.iter().any(|(r, ..)| *r == remark)
    }

    /// All remarks, in the order they were made.
    pub fn into_remarks(self) -> Vec<(Remark, String, (u32, u32))> {
        self.remarks
    }

    /// The place of the whole object.
    pub fn span(&self) -> Span {
        Span::lines(self.source, self.object.lines.0, self.object.lines.1)
    }

    /// The lines of the whole object.
    pub fn lines(&self) -> (u32, u32) {
        self.object.lines
    }

    /// Whether the object is of a class, or has one of the properties.
    pub fn is(&self, class: &str, properties: &[&str]) -> bool {
        self.object.is_class(class) || self.object.get_any(properties).is_some()
    }

    /// The place of a property.
    pub fn span_of(&self, property: &Property) -> Span {
        Span::lines(self.source, property.lines.0, property.lines.1)
    }

    /// A property by its exact name, or by the nearest misspelled one.
    pub fn get(&mut self, name: &'static str) -> Option<&'a Property> {
        if let Some(property) = self.object.get(name) {
            return Some(property);
        }
        let property = self.loose.iter().find(|(own, _)| *own == name)?.1;
        self.remark(Remark::Misspelled, &format!("{} is taken for {name}", property.name), property.lines);
        Some(property)
    }

    /// A property as text, lines joined. Notes what is hidden.
    pub fn text(&mut self, name: &'static str) -> Option<Located<String>> {
        let property = self.get(name)?;
        let text = match &property.value {
            Value::List { items, complete } => {
                if !complete {
                    self.remark(Remark::CutList, name, property.lines);
                }
                Some(items.join(", ")).filter(|t| *complete && !t.is_empty())
            }
            _ => property.text(),
        };
        if text.is_none() {
            self.hidden(name, property);
        }
        let text = text?.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then(|| Located::new(text, self.span_of(property)))
    }

    /// As [`Row::text`]; an empty text when the export shows that there is nothing.
    pub fn text_or_empty(&mut self, name: &'static str) -> Option<Located<String>> {
        let property = self.get(name)?;
        match property.value {
            Value::Empty => Some(Located::new(String::new(), self.span_of(property))),
            _ => self.text(name),
        }
    }

    /// The first of several properties that has a value.
    pub fn any_text(&mut self, names: &[&'static str]) -> Option<Located<String>> {
        names.iter().find_map(|name| self.text(name))
    }

    /// A property as text without its place.
    pub fn plain(&mut self, name: &'static str) -> Option<String> {
        self.text(name).map(|text| text.value)
    }

    /// A property in a form of its own; a text that is not of this form is noted and left out. The
    /// number of an enumeration is tried behind its name.
    pub fn parsed<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<Located<T>> {
        let text = self.text(name)?;
        if let Some(value) = parse(&text.value) {
            return Some(Located::new(value, text.span));
        }
        let property = self.get(name)?;
        if let Value::Enum { number, .. } = &property.value
            && let Some(value) = parse(&number.to_string())
        {
            return Some(Located::new(value, text.span));
        }
        self.unknown(name, &text.value, property.lines);
        None
    }

    /// A count; cultures print `12,595`, `12.595` or `12 595`. What has no groups of three digits is something else.
    pub fn number(&mut self, name: &'static str) -> Option<Located<u64>> {
        self.parsed(name, grouped_number)
    }

    /// A duration in seconds: `1.00:00:00` is a day.
    pub fn seconds(&mut self, name: &'static str) -> Option<Located<u64>> {
        self.parsed(name, time_span)
    }

    /// An amount of bytes, or `Unlimited`.
    pub fn limit(&mut self, name: &'static str) -> Option<Located<Limit>> {
        self.parsed(name, Limit::parse)
    }

    /// The last part of a reference to an object.
    pub fn last_part(&mut self, name: &'static str) -> Option<Located<String>> {
        let text = self.text(name)?;
        Some(Located::new(last_part(&text.value), text.span)).filter(|part| !part.value.is_empty())
    }

    /// An identifier that is not all zeros.
    pub fn guid(&mut self, name: &'static str) -> Option<Uuid> {
        self.parsed(name, |text| Uuid::try_parse(text).ok()).map(|guid| guid.value).filter(|guid| !guid.is_nil())
    }

    /// A date.
    pub fn moment(&mut self, name: &'static str) -> Option<Located<Moment>> {
        let order = self.order;
        if self.get(name).is_some_and(|property| property.text().is_some_and(|text| is_never(&text))) {
            return None;
        }
        if self.undecided == Undecided::LeftOut {
            // What is left out has been said for the whole file.
            let (moment, ambiguous) = parse_decided(&self.text(name)?.value, order);
            if moment.is_none() && ambiguous {
                return None;
            }
        }
        self.parsed(name, |text| parse_moment(text, order))
    }

    /// A truth value.
    pub fn truth(&mut self, name: &'static str) -> Option<Located<bool>> {
        let property = self.get(name)?;
        match property.truth() {
            Some(value) => Some(Located::new(value, self.span_of(property))),
            // Notes what is hidden or not understood.
            None => self.parsed(name, |_| None),
        }
    }

    /// The elements of a list; also of lists that somebody joined by commas, semicolons or blanks.
    pub fn listed<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<Located<Listed<T>>> {
        let separator = |c: char| matches!(c, ',' | ';' | '{' | '}') || c.is_whitespace();
        let words = |item: &str| item.split(separator).map(str::to_owned).collect();
        self.listed_by(name, words, parse)
    }

    /// The names in a list of servers: the last part of a path, the first of a distinguished name.
    pub fn servers(&mut self, name: &'static str) -> Option<Located<Listed<String>>> {
        let separator = |c: char| matches!(c, ',' | ';' | '{' | '}') || c.is_whitespace();
        let words = |item: &str| match DistinguishedName::parse(item) {
            Some(_) => vec![item.to_owned()],
            None if item.contains(['/', '\\']) => vec![item.to_owned()],
            None => item.split(separator).map(str::to_owned).collect(),
        };
        self.listed_by(name, words, |word| Some(last_part(word)).filter(|part| !part.is_empty()))
    }

    /// The elements of a list, each cut into words.
    pub fn listed_by<T>(
        &mut self,
        name: &'static str,
        words: impl Fn(&str) -> Vec<String>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Located<Listed<T>>> {
        let property = self.get(name)?;
        let Some((items, mut complete)) = property.items() else {
            self.hidden(name, property);
            return None;
        };
        let mut listed = Listed { items: Vec::new(), complete: true, unread: Vec::new() };
        for item in items.iter().map(|item| item.trim()).filter(|item| !item.is_empty()) {
            let whole = item.strip_suffix("...").or_else(|| item.strip_suffix('…'));
            complete &= whole.is_none();
            let item = whole.unwrap_or(item).trim();
            if is_type_name(item) {
                complete = false;
                self.remark(Remark::TypeName, name, property.lines);
                continue;
            }
            let words = words(item);
            match words.iter().filter(|word| !word.is_empty()).map(|w| parse(w)).collect::<Option<Vec<T>>>() {
                Some(values) => listed.items.extend(values),
                None => {
                    self.unknown(name, item, property.lines);
                    listed.unread.push(item.to_owned());
                }
            }
        }
        if !complete {
            self.remark(Remark::CutList, name, property.lines);
        }
        listed.complete = complete;
        Some(Located::new(listed, self.span_of(property)))
    }

    /// The elements of a list as they are, and whether they are all. Notes what is hidden.
    pub fn items(&mut self, name: &'static str) -> Option<(Vec<String>, bool, &'a Property)> {
        let property = self.get(name)?;
        let Some((items, complete)) = property.items() else {
            self.hidden(name, property);
            return None;
        };
        if !complete {
            self.remark(Remark::CutList, name, property.lines);
        }
        Some((items, complete, property))
    }

    /// The elements of a list when all of them are shown as values. Notes what is cut or hidden.
    pub fn whole_list(&mut self, name: &'static str) -> Option<Vec<String>> {
        let (items, complete, property) = self.items(name)?;
        if items.iter().any(|item| is_type_name(item)) {
            self.remark(Remark::TypeName, name, property.lines);
            return None;
        }
        complete.then_some(items)
    }

    /// A property as it is, with its line ends. Notes what is hidden.
    pub fn raw(&mut self, name: &'static str) -> Option<String> {
        self.text(name)?;
        self.get(name)?.text()
    }

    /// Notes a value that is not understood.
    pub fn unknown(&mut self, name: &str, text: &str, lines: (u32, u32)) {
        // Garbage can be long.
        let shown: String = text.chars().take(80).collect();
        self.remark(Remark::Unknown, &format!("{name}: {shown}"), lines);
    }

    /// Notes a value that is cut, or only the name of a type.
    pub fn hidden(&mut self, name: &str, property: &Property) {
        match property.value {
            Value::Cut(_) => self.remark(Remark::Cut, name, property.lines),
            Value::TypeName(_) => self.remark(Remark::TypeName, name, property.lines),
            _ => {}
        }
    }
}

/// `[days.]hours:minutes:seconds[.fraction]`, or `PT15M` as in CLIXML, in whole seconds.
fn time_span(text: &str) -> Option<u64> {
    if text.starts_with('P') {
        let span: jiff::Span = text.parse().ok()?;
        let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
        return u64::try_from(duration.as_secs()).ok();
    }
    let (days, clock) = match text.split_once(':')?.0.split_once('.') {
        Some((days, _)) => (days.parse::<u64>().ok()?, text.get(days.len() + 1..)?),
        None => (0, text),
    };
    let mut parts = clock.split(':');
    let (hours, minutes) = (parts.next()?.parse::<u64>().ok()?, parts.next()?.parse::<u64>().ok()?);
    let seconds = parts.next()?.split('.').next()?.parse::<u64>().ok()?;
    let sound = hours < 24 && minutes < 60 && seconds < 60 && days < 1_000_000 && parts.next().is_none();
    sound.then(|| ((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

/// The name at the end of a path, or at the beginning of a distinguished name.
pub fn last_part(reference: &str) -> String {
    match DistinguishedName::parse(reference) {
        Some(dn) => dn.name().to_owned(),
        None => reference.rsplit(['/', '\\']).next().unwrap_or(reference).trim().to_owned(),
    }
}

/// A number with or without separators between groups of three digits. Numbers beyond a billion are not counts of an
/// Exchange server.
fn grouped_number(text: &str) -> Option<u64> {
    let is_separator = |c: char| matches!(c, ',' | '.' | '\'' | '’') || c.is_whitespace();
    let mut groups = text.split(is_separator);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let sound = rest.iter().all(|g| g.len() == 3) && (rest.is_empty() || (1..=3).contains(&first.len()));
    let digits: String = [first].into_iter().chain(rest).collect();
    let is_count = sound && digits.len() <= 10 && digits.chars().all(|c| c.is_ascii_digit());
    digits.parse().ok().filter(|_| is_count)
}

#[cfg(test)]
mod number_tests {
    use super::{grouped_number, last_part, time_span};

    #[test]
    fn durations_and_names_are_read() {
        for (text, seconds) in [
            ("00:15:00", Some(900)),
            ("2.00:00:00", Some(172_800)),
            ("00:00:01.5000000", Some(1)),
            ("PT15M", Some(900)),
            ("P2DT1S", Some(172_801)),
            ("24:00:00", None),
            ("15", None),
            ("1:2:3:4", None),
            ("-00:01:00", None),
        ] {
            assert_eq!(time_span(text), seconds, "{text}");
        }
        assert_eq!(last_part("contoso.com/Configuration/Sites/Ghent"), "Ghent");
        assert_eq!(last_part("CN=EX1,CN=Servers,DC=contoso,DC=com"), "EX1");
    }

    #[test]
    fn only_whole_groups_are_a_number() {
        for (text, number) in [
            ("7", Some(7)),
            ("12,595", Some(12_595)),
            ("12.595", Some(12_595)),
            ("1\u{202F}012\u{202F}595", Some(1_012_595)),
            ("10.5", None),
            ("5 451", Some(5451)),
            ("-3", None),
            ("18446744073709551615", None),
            ("", None),
        ] {
            assert_eq!(grouped_number(text), number, "{text}");
        }
    }
}
