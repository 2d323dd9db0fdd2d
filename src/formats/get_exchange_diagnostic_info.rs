//! `Get-ExchangeDiagnosticInfo -Process EdgeTransport -Component ResourceThrottling` (2013 to SE): the XML itself, or the
//! object that holds it, in every shape that PowerShell prints.
//! <https://learn.microsoft.com/exchange/mail-flow/back-pressure>
//!
//! Traps: the same command with another component prints XML that says nothing about resources; an object holds the XML
//! as text, and consoles wrap it; names of resources carry a path in brackets.

use std::cell::RefCell;

use super::cmdlet::{self, Cmdlet, Remark, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::source::Span;
use crate::base::text::Text;
use crate::base::timestamp::{DateOrder, parse_moment};
use crate::base::xml::{Item, Node, Xml};
use crate::model::pressure::{BackPressure, PressedComponent, Pressure, Resource};
use crate::model::{Located, Record};

/// `Get-ExchangeDiagnosticInfo`, resources.
pub static FORMAT: Format = Format {
    id: "get-exchange-diagnostic-info",
    title: "Get-ExchangeDiagnosticInfo",
    how_to_collect: "Get-ExchangeDiagnosticInfo -Server EX1 -Process EdgeTransport -Component ResourceThrottling | Export-Clixml resources-ex1.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-ExchangeDiagnosticInfo",
    name: "Get-ExchangeDiagnosticInfo -Process EdgeTransport -Component ResourceThrottling",
    classes: &["ExchangeDiagnosticInfoResult"],
    own: &["Result"],
    sets: &[],
    never: &[],
    marks: &[],
    near: "",
    dates: &[],
};

/// What to say of another component.
const OTHER: &str = "Get-ExchangeDiagnosticInfo, but not of the component that tells about resources. Export with \
                     Get-ExchangeDiagnosticInfo -Server EX1 -Process EdgeTransport -Component ResourceThrottling | \
                     Export-Clixml resources-ex1.xml";

fn probe(head: &Head<'_>) -> Probe {
    if head.xml_root.as_deref() == Some("Diagnostics") {
        return judge(head.text.as_str(), head, "XML");
    }
    let results = || head.powershell().into_iter().flat_map(|p| &p.objects).filter_map(|object| object.get("Result"));
    let Some(text) = results().find_map(|result| result.text().filter(|text| is_diagnostics(text))) else {
        return Probe::No;
    };
    judge(&text, head, "an object with XML")
}

fn is_diagnostics(text: &str) -> bool {
    text.trim_start().starts_with("<Diagnostics")
}

fn judge(text: &str, head: &Head<'_>, shape: &str) -> Probe {
    // The component may begin behind what a recognizer sees.
    let is_cut = head.size > head.bytes.len() as u64 && !text.contains("<Components");
    if text.contains("<ResourceThrottling") || is_cut {
        return Probe::Yes(98, format!("resources of transport as {shape}"));
    }
    let other = text.contains("<ProcessInfo") || text.contains("<Components");
    if other { Probe::Near(OTHER.to_owned()) } else { Probe::No }
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let starts_with_xml = Head::new(document.path, 0, document.text.as_str().as_bytes());
    if starts_with_xml.xml_root.as_deref() != Some("Diagnostics") {
        return cmdlet::parse(document, out, &CMDLET, |row| from_object(row).into_iter().collect());
    }
    out.taken_for = Some("Get-ExchangeDiagnosticInfo, XML".to_owned());
    let Reading { record, is_whole, unread } = read(document.text, &|first, last| document.span(first, last));
    for (lines, text) in unread {
        out.note(NoteKind::Skipped, Some(lines), format!("A value that is not known is left out: {text}"));
    }
    if !is_whole {
        out.ledger.damaged += 1;
        out.note(NoteKind::Damaged, None, DAMAGED);
    }
    match record {
        Some(record) => out.record(record),
        None => {
            out.ledger.skipped += 1;
            out.note(NoteKind::Skipped, None, NOTHING);
        }
    }
}

const DAMAGED: &str = "The XML is cut or damaged; what could be read of it is shown.";
const NOTHING: &str = "The XML has no resources. Export with Get-ExchangeDiagnosticInfo -Server EX1 -Process EdgeTransport \
                       -Component ResourceThrottling | Export-Clixml resources-ex1.xml";

fn from_object(row: &mut Row<'_>) -> Option<Record> {
    let text = row.raw("Result").filter(|text| is_diagnostics(text))?;
    let result = row.get("Result")?;
    let span = row.span_of(result);
    let Reading { record, is_whole, unread } = read(&Text::decode(text.as_bytes()), &|_, _| span);
    for (_, text) in unread {
        row.unknown("Result", &text, row.lines());
    }
    if !is_whole {
        row.remark(Remark::Open, DAMAGED.trim_end_matches('.'), row.lines());
    }
    record
}

/// How many values that are not known are named.
const MOST_UNREAD: usize = 50;

/// What is read of the XML.
struct Reading {
    /// The resources, when there are any.
    record: Option<Record>,
    /// Whether the XML is sound.
    is_whole: bool,
    /// Values that are not known, with their lines in the XML.
    unread: Vec<((u32, u32), String)>,
}

fn read(text: &Text, span: &dyn Fn(u32, u32) -> Span) -> Reading {
    let at = |node: &Node<'_>| span(node.first, node.last);
    let located = |node: &Node<'_>| Some(Located::new(node.text.to_string(), at(node))).filter(|l| !l.value.is_empty());
    let mut record = BackPressure {
        span: span(1, u32::try_from(text.as_str().lines().count()).unwrap_or(u32::MAX).max(1)),
        server: None,
        at: None,
        aggregate: None,
        resources: Vec::new(),
        components: Vec::new(),
    };
    let unread = RefCell::new(Vec::new());
    let unknown = |node: &Node<'_>| {
        let value: String = node.text.chars().take(80).collect();
        let mut unread = unread.borrow_mut();
        // Enough to see that the file is damaged.
        match unread.len() {
            0..MOST_UNREAD => unread.push(((node.first, node.last), format!("{}: {value}", node.name))),
            MOST_UNREAD => unread.push(((node.first, node.last), "more of them from here on".to_owned())),
            _ => {}
        }
    };
    let level_of = |node: &Node<'_>| {
        let level = Pressure::parse(&node.text);
        if level.is_none() {
            unknown(node);
        }
        Some(Located::new(level?, at(node)))
    };
    let mut xml = Xml::new(text);
    while let Some(item) = xml.next() {
        let Item::Open(open) = item else { continue };
        let is_leaf = matches!(open.name, "serverName" | "currentTime" | "AggregateUse");
        if !is_leaf && !matches!(open.name, "ResourceMeter" | "ResourceLevelObserver") {
            continue;
        }
        let name =
            |key: &str| open.attributes().find(|(attribute, _)| *attribute == key).map(|(_, name)| name.into_owned());
        let (resource, component) = (name("Resource"), name("Name"));
        let node = xml.subtree(open);
        let level = |name: &str| node.child(name).and_then(level_of);
        let number = |node: &Node<'_>| {
            let number = node.text.parse().ok();
            if number.is_none() {
                unknown(node);
            }
            Some(Located::new(number?, at(node)))
        };
        match node.name {
            "serverName" => record.server = located(&node),
            "currentTime" => match parse_moment(&node.text, DateOrder::MonthFirst) {
                Some(time) => record.at = Some(Located::new(time, at(&node))),
                None => unknown(&node),
            },
            "AggregateUse" => record.aggregate = level_of(&node),
            "ResourceMeter" => record.resources.extend(resource.map(|resource| Resource {
                name: Located::new(resource, at(&node)),
                current: level("CurrentResourceUse"),
                previous: level("PreviousResourceUse"),
                pressure: node.child("Pressure").and_then(number),
                transitions: node.child("PressureTransitions").map(|t| t.text.to_string()),
            })),
            _ => record.components.extend(component.and_then(|name| {
                let name = Located::new(name, at(&node));
                let paused = node.child("Paused").is_some_and(|paused| paused.text.eq_ignore_ascii_case("true"));
                let status = node.child("SubStatus").map(|s| s.text.to_string()).filter(|s| !s.is_empty());
                (paused || status.is_some()).then_some(PressedComponent { name, paused, status })
            })),
        }
    }
    let is_whole = xml.faults().is_clear();
    let has_any = record.aggregate.is_some() || !record.resources.is_empty();
    Reading { record: has_any.then(|| Record::BackPressure(Box::new(record))), is_whole, unread: unread.into_inner() }
}
