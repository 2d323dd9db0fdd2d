//! What the formats of cmdlets share: judging the head of a file by classes and sets of properties, and
//! reading the properties of one object with the remarks that belong to them. Not a format itself.
//!
//! Traps: every column is optional, because exports with `Select-Object` are the rule; a column that is
//! cut, or that shows the name of a type, is no value; transcripts of screenshots have misspelled names.

mod addresses;
mod connector;
mod headers;
mod row;
mod transport_service;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::base::order::Order as _;

pub use self::addresses::{NAMES, addresses};
pub use self::connector::connector;
pub use self::headers::Headers;
pub use self::row::{Remark, Row, last_part};
pub use self::transport_service::transport_service;
use super::{Document, Head, Output, Probe};
use crate::base::ledger::NoteKind;
use crate::base::powershell::{self, Object, Property, Shape};
use crate::base::timestamp::{DateOrder, parse_moment};
use crate::model::Record;

/// How a cmdlet is recognized and read.
pub struct Cmdlet {
    /// What its output is called.
    pub title: &'static str,
    /// The command with its parameters, as it stands in front of a pipe.
    pub name: &'static str,
    /// Last parts of the names of its classes.
    pub classes: &'static [&'static str],
    /// Its properties. Those of six letters and more are also found when slightly misspelled.
    pub own: &'static [&'static str],
    /// Sets of properties; any whole set is enough to recognize it.
    pub sets: &'static [&'static [&'static str]],
    /// Properties that rule it out: other cmdlets print them.
    pub never: &'static [&'static str],
    /// Properties that make it look alike when two of them are there, but no set is.
    pub marks: &'static [&'static str],
    /// What to say then.
    pub near: &'static str,
    /// Its dates.
    pub dates: &'static [&'static str],
}

/// Sets of two properties: the name of an object and one of its own.
macro_rules! named {
    ($($property:literal),* $(,)?) => {
        &[$(&["Name", $property], &["Identity", $property]),*]
    };
}
pub(crate) use named;

/// How many objects of the head are judged.
const JUDGED: usize = 64;

/// Judges the head of a file.
pub fn probe(head: &Head<'_>, cmdlet: &Cmdlet) -> Probe {
    let Some(parsed) = head.powershell() else { return Probe::No };
    let mut objects = parsed.objects.as_slice();
    if head.size > head.bytes.len() as u64 && objects.len() > 1 {
        // The last one may be cut.
        objects = objects.get(..objects.len() - 1).unwrap_or(objects);
    }
    let (mut best, mut matches, mut total, mut near) = (0, 0, 0, false);
    for object in objects.iter().take(JUDGED) {
        total += 1;
        let names = Names::of(cmdlet, object, is_typed_by_hand(parsed.shape));
        match names.score(cmdlet, object) {
            0 => near |= names.is_near(cmdlet, object),
            score => {
                matches += 1;
                best = best.max(score);
            }
        }
    }
    if matches == 0 {
        return if near { Probe::Near(cmdlet.near.to_owned()) } else { Probe::No };
    }
    // A file with the output of several cmdlets belongs to the one that prints most of it.
    let others = u8::try_from((total - matches) * 40 / total).unwrap_or(40);
    Probe::Yes(best.saturating_sub(others).max(1), format!("{} as {}", cmdlet.title, parsed.shape))
}

/// Whether the names of properties may be misspelled: only people misspell.
fn is_typed_by_hand(shape: Shape) -> bool {
    matches!(shape, Shape::List | Shape::Table)
}

/// Which properties of a cmdlet an object has, exactly or nearly.
struct Names<'a> {
    exact: Vec<&'static str>,
    loose: Vec<(&'static str, &'a Property)>,
}

impl<'a> Names<'a> {
    fn of(cmdlet: &Cmdlet, object: &'a Object, by_hand: bool) -> Names<'a> {
        let mut names = Names { exact: Vec::new(), loose: Vec::new() };
        names.exact.extend(cmdlet.own.iter().filter(|name| object.get(name).is_some()));
        if !by_hand || names.exact.len() == object.properties.len() {
            return names;
        }
        let known = |name: &str| cmdlet.own.iter().any(|own| own.eq_ignore_ascii_case(name));
        let unknown = object.properties.iter().filter(|p| !known(&p.name));
        let unknown: Vec<(u32, &Property)> = unknown.map(|property| (letters(&property.name), property)).collect();
        for &own in cmdlet.own.iter().filter(|own| own.len() >= 6 && !names.exact.contains(own)) {
            // Every pair of names of a file and all cmdlets comes here, and nearly all differ in more letters than two edits
            // can bring in or take out.
            let set = letters(own);
            let close = unknown.iter().filter(|(other, _)| (set ^ other).count_ones() <= 4);
            let found = close.map(|(_, property)| *property).find(|property| is_nearly(own, &property.name));
            names.loose.extend(found.map(|property| (own, property)));
        }
        names
    }

    fn has(&self, name: &str) -> bool {
        self.exact.iter().any(|n| n.eq_ignore_ascii_case(name))
            || self.loose.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }

    /// How certainly the object is of this cmdlet; 0 when it is not.
    fn score(&self, cmdlet: &Cmdlet, object: &Object) -> u8 {
        if is_foreign(cmdlet, object) {
            return 0;
        }
        if cmdlet.classes.iter().any(|class| object.is_class(class)) {
            return if self.exact.is_empty() { 0 } else { 97 };
        }
        if !cmdlet.sets.iter().any(|set| set.iter().all(|name| self.has(name))) {
            return 0;
        }
        let found = u8::try_from(self.exact.len() + self.loose.len()).unwrap_or(u8::MAX);
        60_u8.saturating_add(found.saturating_mul(3)).min(95)
    }

    fn is_near(&self, cmdlet: &Cmdlet, object: &Object) -> bool {
        !is_foreign(cmdlet, object) && cmdlet.marks.iter().filter(|name| self.has(name)).count() >= 2
    }
}

/// Whether the object is of another cmdlet: a class of Exchange that is not its own, or a property
/// that rules it out.
fn is_foreign(cmdlet: &Cmdlet, object: &Object) -> bool {
    let own_class = cmdlet.classes.iter().any(|class| object.is_class(class));
    let exchange_class = object.class.as_deref().is_some_and(|class| class.starts_with("Microsoft.Exchange."));
    let other_class = exchange_class && !own_class && !cmdlet.classes.is_empty();
    other_class || (!own_class && cmdlet.never.iter().any(|name| object.get(name).is_some()))
}

/// Whether two names differ by at most two letters, and by more than a plural.
fn is_nearly(name: &str, other: &str) -> bool {
    let other = other.trim_end_matches([':', ' ']);
    if name.len().abs_diff(other.len()) > 2 || other.len() < 4 {
        return false;
    }
    let (name, other) = (name.to_ascii_lowercase(), other.to_ascii_lowercase());
    let is_plural = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| matches!(rest, "s" | "es"));
    !is_plural(&name, &other) && !is_plural(&other, &name) && edit_distance(&name, &other) <= 2
}

/// The letters of a name, one bit each.
fn letters(name: &str) -> u32 {
    name.bytes().filter(u8::is_ascii_alphabetic).fold(0, |set, b| set | 1 << (b.to_ascii_lowercase() - b'a'))
}

/// The number of letters to insert, delete or replace.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (&up, &to) in row.iter().skip(1).zip(&b) {
            left = (diagonal + usize::from(from != to)).min(up + 1).min(left + 1);
            diagonal = up;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// What becomes of dates when nothing in the file shows whether day or month comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// Read month first, and said so.
    MonthFirst,
    /// Left out, and said so: the order of events rests on them.
    LeftOut,
}

/// Reads a whole file. `records` makes the records of one object; none when nothing of it is usable.
pub fn parse(
    document: &Document<'_>,
    out: &mut Output<'_>,
    cmdlet: &Cmdlet,
    records: impl Fn(&mut Row<'_>) -> Vec<Record>,
) {
    parse_with(document, out, cmdlet, Undecided::MonthFirst, records);
}

/// As [`parse`], with a choice about dates.
pub fn parse_with(
    document: &Document<'_>,
    out: &mut Output<'_>,
    cmdlet: &Cmdlet,
    undecided: Undecided,
    records: impl Fn(&mut Row<'_>) -> Vec<Record>,
) {
    let mut headers = Headers::default();
    let Some(parsed) = powershell::read(document.text, &mut |names| headers.are_one(names)) else { return };
    out.taken_for = Some(format!("{}, {}", cmdlet.title, parsed.shape));
    for note in parsed.notes {
        out.ledger.damaged += u64::from(note.kind == NoteKind::Damaged);
        out.note(note.kind, note.lines, note.text);
    }
    let by_hand = is_typed_by_hand(parsed.shape);
    let order = date_order(cmdlet, &parsed.objects, undecided, out);
    let mut remarks: BTreeMap<(Remark, String), (u64, (u32, u32))> = BTreeMap::new();
    for (number, object) in parsed.objects.iter().enumerate() {
        let mut row = Row::new(document.id, object, Names::of(cmdlet, object, by_hand).loose, order, undecided);
        if is_foreign(cmdlet, object) || headers.are_of_another(cmdlet, object) {
            row.remark(Remark::Foreign, object.class.as_deref().unwrap_or(""), object.lines);
            out.ledger.skipped += 1;
        } else {
            let made = records(&mut row);
            // A server with loopback addresses alone was read in full.
            if made.is_empty() && !row.has(Remark::LocalAddress) {
                row.remark(Remark::Useless, "", object.lines);
                out.ledger.skipped += 1;
            }
            made.into_iter().for_each(|record| out.record(record));
        }
        for (remark, text, lines) in row.into_remarks() {
            remarks.entry((remark, text)).or_insert((0, lines)).0 += 1;
        }
        if number % 1024 == 1023 {
            let share = document.text.as_str().len() as u64 * number as u64 / parsed.objects.len().max(1) as u64;
            if out.progress(share) == ControlFlow::Break(()) {
                break;
            }
        }
    }
    // Once per property and kind of trouble, in the order of the file.
    let mut remarks: Vec<_> =
        remarks.into_iter().map(|((remark, text), (n, lines))| (lines, remark, text, n)).collect();
    remarks.order();
    for (lines, remark, text, count) in remarks {
        let (kind, sentence) = remark.sentence(&text, count, cmdlet.name);
        out.note(kind, Some(lines), sentence);
    }
}

/// The order of day and month over all dates of the file; says so when nothing decides and it matters.
fn date_order(cmdlet: &Cmdlet, objects: &[Object], undecided: Undecided, out: &mut Output<'_>) -> DateOrder {
    let properties = || objects.iter().flat_map(|o| cmdlet.dates.iter().filter_map(|name| o.get(name)));
    let dates: Vec<(String, (u32, u32))> = properties().filter_map(|p| Some((p.text()?, p.lines))).collect();
    let order = DateOrder::infer(dates.iter().map(|(text, _)| text.as_str()));
    if order == DateOrder::Unknown {
        let unclear = dates
            .iter()
            .find(|(text, _)| parse_moment(text, DateOrder::MonthFirst) != parse_moment(text, DateOrder::DayFirst));
        if let Some((text, lines)) = unclear {
            let done = match undecided {
                Undecided::MonthFirst => "read as month first".to_owned(),
                Undecided::LeftOut => format!("left out. {} | Export-Clixml keeps them", cmdlet.name),
            };
            out.note(
                NoteKind::Ambiguous,
                Some(*lines),
                format!("Dates such as {text} do not show whether day or month comes first; {done}."),
            );
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelled_names_are_near_and_plurals_are_not() {
        assert!(is_nearly("NextHopConnector", "SNextHopConnector"));
        assert!(is_nearly("Status", "Status:"));
        assert!(!is_nearly("Server", "Servers"));
        assert!(!is_nearly("LastRetryTime", "NextRetryTime"));
        assert!(!is_nearly("LastRetryTime", "FirstRetryTime"));
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "ab"), 2);
    }
}
