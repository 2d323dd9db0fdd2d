//! RoutingConfig XML: the routing table that the transport service logs.
//!
//! Where it comes from: every transport process writes one when it computes its table, at start, on a
//! change of the configuration and every 12 hours; described in "Managing Routing Table Logging" and
//! "Configure routing table logging" (the folder, ages and sizes) and "Understanding Routing Table
//! Logging" (what it holds). Exchange 2013 and later log their input exactly ([`exact`]), 2007 and 2010
//! their results in a form that is not published ([`tolerant`]).
//!
//! Encoding: UTF-8 with a byte order mark; after an editor also UTF-16 or without the mark.
//!
//! Traps: the time of a table is in the file's name only ([`file_name`]); a file is written under its
//! final name, so a copy may end in the middle; browsers save fold marks with it; several files may
//! have been joined. A document type definition with entities is refused (`base/xml.rs`).
//!
//! Absent on purpose: the computed routes, which are `tools/route_calculator`, and the `.rte` files of
//! WinRoute for 2000 and 2003, which are another format.

mod exact;
pub mod file_name;
mod tolerant;
mod tolerant_databases;

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::source;
use crate::base::xml::{Faults, Item, Xml};
use crate::model::Record;
use crate::model::routing::RoutingTable;
use file_name::{FileName, Written};

/// The format.
pub static FORMAT: Format = Format {
    id: "routing-config",
    title: "Routing table (RoutingConfig XML)",
    how_to_collect: "On the server where the mail waits, copy the newest RoutingConfig*.xml under its own name, which \
                     holds the time. Exchange 2007: <Exchange folder>\\TransportRoles\\Logs\\Routing. 2010: <Exchange \
                     folder>\\V14\\TransportRoles\\Logs\\Routing. 2013 and later: the folder that Get-TransportService \
                     <server> | Format-List RoutingTableLogPath shows.",
    extensions: &["xml"],
    probe,
    parse: Parse::Document(parse),
};

/// Elements that only a table of 2013 and later has at its top.
const TOP: [&str; 4] = ["<RoutingTopology", "<EdgeRoutingTopology", "<SchemaVersion", "<ProcessRole"];

fn probe(head: &Head<'_>) -> Probe {
    let text = head.text.as_str();
    if !head.is_text() {
        return Probe::No;
    }
    let named_like = file_name::is_named_like(source::file_name(head.path));
    let has_root = text.contains("<RoutingConfiguration");
    let is_xml = head.xml_root.is_some();
    if head.xml_root.as_deref() == Some(exact::ROOT) || has_root && TOP.iter().any(|top| text.contains(top)) {
        return Probe::Yes(95, "its root element is RoutingConfiguration".to_owned());
    }
    if is_xml {
        let found: Vec<&str> = tolerant::CLASSES.into_iter().filter(|class| names_element(text, class)).collect();
        let shown = || found.get(..3).unwrap_or(&found).join(", ");
        match found.len() {
            0 => {}
            1 if !named_like => {}
            1 => return Probe::Yes(60, format!("its name is that of a routing table and it has {}", shown())),
            _ => return Probe::Yes(85, format!("it has sections of a routing table: {}", shown())),
        }
    }
    match head.xml_root.as_deref() {
        Some("RoutingTopology" | "EdgeRoutingTopology" | "ExchangeServers" | "SendConnectors" | "Databases") => {
            Probe::Near(
                "This looks like a part of a routing table without its beginning. Bring the whole RoutingConfig file."
                    .to_owned(),
            )
        }
        Some(root) if named_like => Probe::Near(format!(
            "The file has the name of a routing table, but neither its root element nor its sections (TopologyServer, \
             HomeMdbRouting ...). Its root element is {root}."
        )),
        None if named_like && !text.trim().is_empty() => Probe::Near(
            "The file has the name of a routing table, but its content is not XML. Copy it from the routing log folder \
             again."
                .to_owned(),
        ),
        _ => Probe::No,
    }
}

/// Whether a text has this name as an element, as the end of a type name, or as a value.
fn names_element(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|t| t.chars().next());
        matches!(before, Some('<' | ':' | '.' | '+' | '"' | '\'' | '>')) && after.is_none_or(|c| !c.is_alphanumeric())
    })
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let is_exact = TOP.iter().any(|top| document.text.as_str().contains(top));
    let mut xml = Xml::new(document.text);
    let mut tables: Vec<RoutingTable> = Vec::new();
    while let Some(item) = xml.next() {
        let Item::Open(root) = item else { continue };
        // `is_exact` keeps a table of 2007 or 2010 that should have the same root from being misread.
        tables.push(if root.name == exact::ROOT && is_exact {
            exact::read(&mut xml, root, document.id, out)
        } else {
            tolerant::read(&mut xml, root, document.id, out)
        });
        if out.progress(xml.offset()).is_break() {
            break;
        }
    }
    report_faults(xml.faults(), out);
    let whole = *xml.faults() == Faults::default();
    if xml.faults().entities.is_some() {
        return;
    }
    if tables.is_empty() {
        out.note(NoteKind::Damaged, None, "No element was found that could be a routing table.");
        return;
    }
    if tables.len() > 1 {
        let text =
            format!("The file holds {} documents; the time in its name can be that of one of them only.", tables.len());
        out.note(NoteKind::Ambiguous, None, text);
    }
    let single = tables.len() == 1;
    out.taken_for = Some(title(&tables).to_owned());
    for mut table in tables {
        // A wrong tag anywhere may have cost an object that a rule then misses.
        table.complete &= whole;
        table.lists_servers &= whole || table.exact;
        let name = file_name::read(document.name(), table.exact);
        apply_name(&mut table, &name, single, out);
        out.record(Record::RoutingTable(Box::new(table)));
    }
}

fn title(tables: &[RoutingTable]) -> &'static str {
    match (tables.iter().any(|table| table.exact), tables.iter().any(|table| !table.exact)) {
        (true, false) => "Routing table, 2013 and later (exact)",
        (true, true) => "Routing tables, 2013 and later (exact) and 2007/2010 (best effort)",
        _ => "Routing table, 2007/2010 (best effort)",
    }
}

fn report_faults(faults: &Faults, out: &mut Output<'_>) {
    if let Some(line) = faults.entities {
        out.ledger.skipped += 1;
        out.note(
            NoteKind::Skipped,
            Some((line, line)),
            "The file declares entities in a document type definition. Exchange never writes one, and it is not \
             expanded: nothing was read from there on.",
        );
    } else if let Some(line) = faults.cut {
        out.note(
            NoteKind::Damaged,
            Some((line, line)),
            "The file ends in the middle; what begins at this line has no end. It may have been copied while it was \
             written: copy it again. Everything before was read.",
        );
    }
    if let Some(line) = faults.mismatched_line {
        let text = format!(
            "Tags that do not match: {}; the first is here. The objects around them were left out.",
            faults.mismatched
        );
        out.note(NoteKind::Damaged, Some((line, line)), text);
    }
    if faults.too_deep > 0 {
        let text = format!("Elements nested deeper than any known table has them were left out: {}.", faults.too_deep);
        out.note(NoteKind::Skipped, None, text);
    }
}

/// Adds what the name of the file says. The content wins where both speak.
fn apply_name(table: &mut RoutingTable, name: &FileName, single: bool, out: &mut Output<'_>) {
    if let (Some(by_name), Some(by_content)) = (name.process, table.process.as_deref())
        && by_name != by_content
    {
        let text = format!("The name of the file says {by_name}, the table says {by_content}; the file was renamed.");
        out.note(NoteKind::Ambiguous, None, text);
    }
    if table.process.is_none() {
        table.process = name.process.map(str::to_owned);
    }
    if !single {
        return;
    }
    table.sequence = name.sequence;
    match (&name.written, table.written) {
        (Written::At(at), _) if table.exact => table.written = Some(*at),
        // A table of 2007 or 2010 states its time, and a name in an unknown regional format does not win.
        (_, Some(_)) => {}
        (Written::At(at), None) => table.written = Some(*at),
        (Written::Either(a, b), None) => out.note(
            NoteKind::Ambiguous,
            None,
            format!("The time in the name of the file can be {a} or {b}, so the age of the table is not used."),
        ),
        (Written::Absent, None) => out.note(
            NoteKind::Ambiguous,
            None,
            "The time of the table is only in the name of the file, which was changed. Keep the name that Exchange \
             gave it, for example HRoutingConfig#1@11_21_2014 02_31_07.xml.",
        ),
    }
}

#[cfg(test)]
mod tests;
