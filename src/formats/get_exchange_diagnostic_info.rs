//! `Get-ExchangeDiagnosticInfo -Process EdgeTransport -Component ResourceThrottling` (2013 to SE): the XML itself, or the
//! object that holds it, in every shape that PowerShell prints.
//! <https://learn.microsoft.com/exchange/mail-flow/back-pressure>
//!
//! Traps: the same command with another component prints XML that says nothing about resources; an object holds the XML
//! as text, and consoles wrap it; names of resources carry a path in brackets.

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
    let (found, is_whole) = read(document.text, &|first, last| document.span(first, last));
    if !is_whole {
        out.ledger.damaged += 1;
        out.note(NoteKind::Damaged, None, DAMAGED);
    }
    match found {
        Some(found) => out.record(found),
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
    let (found, is_whole) = read(&Text::decode(text.as_bytes()), &|_, _| span);
    if !is_whole {
        row.remark(Remark::Open, DAMAGED.trim_end_matches('.'), row.lines());
    }
    found
}

/// The resources in the XML, and whether all of it was sound.
fn read(text: &Text, span: &dyn Fn(u32, u32) -> Span) -> (Option<Record>, bool) {
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
        let level = |name: &str| {
            let child = node.child(name)?;
            Some(Located::new(Pressure::parse(&child.text)?, at(child)))
        };
        match node.name {
            "serverName" => record.server = located(&node),
            "currentTime" => {
                record.at = parse_moment(&node.text, DateOrder::MonthFirst).map(|time| Located::new(time, at(&node)));
            }
            "AggregateUse" => {
                record.aggregate = Pressure::parse(&node.text).map(|level| Located::new(level, at(&node)));
            }
            "ResourceMeter" => record.resources.extend(resource.map(|resource| Resource {
                name: Located::new(resource, at(&node)),
                current: level("CurrentResourceUse"),
                previous: level("PreviousResourceUse"),
                pressure: node.child("Pressure").and_then(|p| Some(Located::new(p.text.parse().ok()?, at(p)))),
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
    (has_any.then(|| Record::BackPressure(Box::new(record))), is_whole)
}
