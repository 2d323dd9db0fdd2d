//! What the formats of directory objects and of permissions share: building an object, handing on the access
//! control list in its security descriptor, joining the entries that cmdlets print one by one. Not a format.
//!
//! Traps: values of megabytes (pictures, certificates) prove nothing and are left out, which is said;
//! `member;range=0-1499` is the beginning of a list.

use std::ops::ControlFlow;

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Output};
use crate::base::guid::hexadecimal;
use crate::base::ledger::{Ledger, NoteKind};
use crate::base::source::{SourceId, Span};
use crate::model::access::{AccessControlList, EntryOrder};
use crate::model::directory::{Attribute, AttributeValue, DESCRIPTORS, DirectoryObject, value_of_bytes};
use crate::model::{Located, Record};

/// The longest value that is kept, in bytes.
const LONGEST: usize = 256 * 1024;

/// An object that is being read.
pub struct Building {
    source: SourceId,
    object: DirectoryObject,
    lines: (u32, u32),
    too_long: u64,
}

impl Building {
    /// Begins an object.
    pub fn new(source: SourceId, first: u32) -> Building {
        let span = Span::lines(source, first, first);
        let object = DirectoryObject { span, distinguished_name: None, change: None, attributes: Vec::new() };
        Building { source, object, lines: (first, first), too_long: 0 }
    }

    /// Sets the name.
    pub fn name(&mut self, name: &str, lines: (u32, u32)) {
        self.lines.1 = self.lines.1.max(lines.1);
        let name = name.trim().to_owned();
        self.object.distinguished_name =
            Some(Located::new(name, Span::lines(self.source, lines.0, lines.1))).filter(|n| !n.value.is_empty());
    }

    /// Sets the kind of change.
    pub fn change(&mut self, change: &str) {
        self.object.change = Some(change.to_owned());
    }

    /// Adds a value; the name may carry options (`member;range=0-1499`).
    pub fn value(&mut self, name: &str, value: AttributeValue, lines: (u32, u32)) {
        self.lines.1 = self.lines.1.max(lines.1);
        let mut options = name.split(';');
        let name = options.next().unwrap_or("").trim();
        // The last range ends in a star, and only the first begins at 0.
        let whole = |option: &str| !option.to_ascii_lowercase().starts_with("range=") || option.ends_with("=0-*");
        let complete = options.all(whole);
        let size = match &value {
            AttributeValue::Text(text) | AttributeValue::Hidden(text) => text.len(),
            AttributeValue::Binary(octets) => octets.0.len(),
        };
        let value = if size > LONGEST {
            self.too_long += 1;
            AttributeValue::Hidden(format!("{size} bytes"))
        } else {
            value
        };
        let located = Located::new(value, Span::lines(self.source, lines.0, lines.1));
        let attributes = &mut self.object.attributes;
        // Values of one attribute stand together; looking further would take long in a hostile file.
        match attributes.iter_mut().rev().take(64).find(|attribute| attribute.name.eq_ignore_ascii_case(name)) {
            Some(attribute) => {
                attribute.values.push(located);
                attribute.complete &= complete;
            }
            None => attributes.push(Attribute { name: name.to_owned(), values: vec![located], complete }),
        }
    }

    /// Whether it has an attribute already.
    pub fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some()
    }

    /// Whether its distinguished name is known.
    pub fn is_named(&self) -> bool {
        self.object.distinguished_name.is_some() || self.has("distinguishedName")
    }

    /// The last value when it is text, to go on with it.
    pub fn last_text(&mut self) -> Option<&mut String> {
        match &mut self.object.attributes.last_mut()?.values.last_mut()?.value {
            AttributeValue::Text(text) if text.len() < LONGEST => Some(text),
            _ => None,
        }
    }

    /// Says that an attribute has no value, when a tool shows that.
    pub fn without_value(&mut self, name: &str, lines: (u32, u32)) {
        self.lines.1 = self.lines.1.max(lines.1);
        if !self.has(name) {
            self.object.attributes.push(Attribute { name: name.to_owned(), values: Vec::new(), complete: true });
        }
    }

    /// The last value, or the name when there is none yet, turned out to be cut.
    pub fn cut_last(&mut self) {
        match self.object.attributes.last_mut() {
            Some(attribute) => {
                attribute.complete = false;
                if let Some(last) = attribute.values.last_mut() {
                    last.value = AttributeValue::Hidden("cut".to_owned());
                }
            }
            None => self.object.distinguished_name = None,
        }
    }

    /// Hands on the object, and the access control lists in it.
    pub fn finish(mut self, out: &mut Output<'_>) {
        let lines = self.lines;
        if self.object.distinguished_name.is_none() {
            let name = self.object.text("distinguishedName").map(|name| (name.value.to_owned(), name.span));
            self.object.distinguished_name = name.map(|(name, span)| Located::new(name, span));
        }
        if self.object.attributes.is_empty() && self.object.distinguished_name.is_none() {
            return;
        }
        self.object.span = Span::lines(self.source, lines.0, lines.1);
        if self.too_long > 0 {
            out.note(
                NoteKind::Skipped,
                Some(lines),
                format!("Values longer than {} KB are left out; no rule needs them.", LONGEST / 1024),
            );
        }
        for attribute in self.object.attributes.iter().filter(|attribute| !attribute.complete).take(8) {
            let text = format!("Only a part of the values is in the export: {}", attribute.name);
            out.note(NoteKind::Truncated, Some(lines), text);
        }
        let lists: Vec<AccessControlList> =
            DESCRIPTORS.iter().filter_map(|name| access_control_list(&self.object, name, lines, out)).collect();
        out.record(Record::DirectoryObject(Box::new(self.object)));
        lists.into_iter().for_each(|list| out.record(Record::AccessControlList(Box::new(list))));
    }
}

/// The access control list in an attribute.
fn access_control_list(
    object: &DirectoryObject,
    attribute: &'static str,
    lines: (u32, u32),
    out: &mut Output<'_>,
) -> Option<AccessControlList> {
    // What the export hides was said when it was read.
    if matches!(object.get(attribute)?.values.first()?.value, AttributeValue::Hidden(_)) {
        return None;
    }
    let descriptor = object.descriptor(attribute)?;
    match descriptor.value {
        Ok(read) => {
            note_unread(&read.unread, lines, out);
            let Some(mut list) = AccessControlList::from_descriptor(&read, descriptor.span) else {
                out.ledger.skipped += 1;
                let text = format!(
                    "The security descriptor in {attribute} was exported without its access control list and says nothing \
                     about rights. Run dsacls on the object instead."
                );
                out.note(NoteKind::Skipped, Some(lines), text);
                return None;
            };
            list.object = object.distinguished_name.clone();
            list.attribute = (attribute != "nTSecurityDescriptor").then(|| attribute.to_owned());
            Some(list)
        }
        Err(reason) => {
            out.ledger.damaged += 1;
            out.note(
                NoteKind::Damaged,
                Some(lines),
                format!(
                    "The security descriptor in {attribute} could not be read. Run dsacls on the object instead. {reason}"
                ),
            );
            None
        }
    }
}

/// Notes entries of a descriptor that are not understood.
pub fn note_unread(unread: &[String], lines: (u32, u32), out: &mut Output<'_>) {
    if let Some(first) = unread.first() {
        out.note(
            NoteKind::Skipped,
            Some(lines),
            format!("Entries of a security descriptor are not understood and left out: {}. {first}", unread.len()),
        );
    }
}

/// A value as csvde, LDP and ADSI Edit write it: text, octets in hexadecimal, or a placeholder.
pub fn value_of_text(attribute: &str, text: &str) -> AttributeValue {
    let text = text.trim();
    let octets = ["X'", "x'", "0x", "\\"].iter().any(|start| text.starts_with(start));
    if octets
        && (text.len() > 10 || text.ends_with('\''))
        && let Some(bytes) = hexadecimal(text)
    {
        return value_of_bytes(attribute, bytes);
    }
    if text.starts_with("<ldp:") || text.starts_with("<ldp ") {
        return AttributeValue::Hidden(text.to_owned());
    }
    AttributeValue::Text(text.to_owned())
}

/// Reads the output of a cmdlet that prints one object per entry, and joins the entries of one object.
pub fn parse_permissions(
    document: &Document<'_>,
    out: &mut Output<'_>,
    cmdlet: &Cmdlet,
    records: impl Fn(&mut Row<'_>) -> Vec<Record>,
) {
    let (mut read, mut ledger): (Vec<Record>, Ledger) = (Vec::new(), Ledger::default());
    let taken_for = {
        let mut progress = |bytes, _| out.progress(bytes);
        let mut inner = Output::new(&mut read, &mut ledger, &mut progress);
        cmdlet::parse(document, &mut inner, cmdlet, records);
        inner.taken_for
    };
    out.taken_for = taken_for;
    out.ledger.skipped += ledger.skipped;
    out.ledger.damaged += ledger.damaged;
    ledger.notes.into_iter().for_each(|note| out.note(note.kind, note.lines, note.text));
    let lost = ledger.skipped > 0 || ledger.damaged > 0;
    let mut current: Option<Box<AccessControlList>> = None;
    for record in read {
        let Record::AccessControlList(mut list) = record else { continue };
        list.complete &= !lost;
        let name = |list: &AccessControlList| list.object.as_ref().map(|object| object.value.clone());
        match &mut current {
            Some(open) if open.protected.is_none() && list.protected.is_none() && name(open) == name(&list) => {
                let last = document.text.line_count();
                open.span = joined(open.span, list.span, last);
                open.complete &= list.complete;
                open.entries.append(&mut list.entries);
            }
            _ => {
                hand_on(current.take(), out);
                current = Some(list);
            }
        }
        if out.ledger.records % 1024 == 1023 && out.progress(0) == ControlFlow::Break(()) {
            break;
        }
    }
    hand_on(current, out);
}

fn hand_on(list: Option<Box<AccessControlList>>, out: &mut Output<'_>) {
    let Some(mut list) = list else { return };
    // Explicit entries behind inherited ones: somebody sorted them.
    let mut inherited = list.entries.iter().map(|entry| entry.inherited);
    if !inherited.by_ref().skip_while(|i| *i == Some(false)).all(|i| i == Some(true)) {
        list.order = EntryOrder::Unknown;
    }
    if list.object.is_none() {
        let text =
            "Entries do not say which object they belong to. Export the property Sddl together with Path instead.";
        out.note(NoteKind::Info, None, text);
    }
    out.record(Record::AccessControlList(list));
}

fn joined(a: Span, b: Span, last: u32) -> Span {
    use crate::base::source::Place;
    match (a.place, b.place) {
        (Place::Lines { first, .. }, Place::Lines { last: end, .. }) => Span::lines(a.source, first, end.min(last)),
        _ => a,
    }
}
