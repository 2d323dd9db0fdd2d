//! Traces of the Exchange Troubleshooting Assistant (ExTRA) as text, and exceptions of MAPI pasted from one.
//!
//! A line of a trace is `Component, Tag, text` or `<thread>, <context>, Component, Tag, text`. Lines of functional
//! probes (`PFD ESD 27547 ...`) follow a message; exceptions bring a diagnostic context (`model::diagnostic_context`)
//! and a stack. Components and tags are those of CSS-Exchange
//! (<https://github.com/microsoft/CSS-Exchange/tree/main/Diagnostics/ExTRA>).
//!
//! Traps: the context follows the exception without a line break, or on lines of its own; the stack follows after blank
//! lines; in tickets, prose stands between the lines; prose has commas, too, so a line counts only with a probe, a
//! thread or an exception; the trace itself (`.etl`) is binary and has to be formatted first.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use regex::Regex;

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::model::diagnostic_context::{DiagnosticContext, names_exception};
use crate::model::trace::TraceEntry;
use crate::model::{Located, Record};

/// Traces as text.
pub static FORMAT: Format = Format {
    id: "extra-trace",
    title: "Exchange trace (ExTRA) as text",
    how_to_collect: "Exchange Troubleshooting Assistant, Trace Control, tags Store Driver and Transport; save the trace as text",
    extensions: &["txt", "log", "csv"],
    probe,
    parse: Parse::Document(parse),
};

/// Longest exception with its context and stack, in bytes.
const LONGEST: usize = 256 * 1024;

/// Longest text of an entry, in characters.
const TEXT: usize = 8000;

static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:([0-9A-Fa-f]{8}),\s*[0-9A-Fa-f]{1,32},\s*)?([A-Z][\w.]*),\s*([A-Z][\w.]*),\s*(?:PFD\s+([A-Z]{2,4})\s+(\d{1,9})\b)?",
    )
    .ok()
});
const GUID: &str = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";
static MAILBOX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!(r"(?i)\bmailbox\s+({GUID})")).ok());
static MDB: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!(r"(?i)\bmdb\s+({GUID})")).ok());
/// `Opening mailbox <guid> on <guid>,<server>`.
static OPENING: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)\bon\s+({GUID})(?:,\s*([A-Za-z0-9][\w.-]*))?")).ok());

/// The beginning of a line of a trace.
#[derive(Debug, Default)]
struct Line<'a> {
    thread: Option<&'a str>,
    component: Option<&'a str>,
    tag: Option<&'a str>,
    probe: Option<(String, u32)>,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Line<'a>> {
        let found = LINE.as_ref()?.captures(line)?;
        let part = |index| found.get(index).map(|part| part.as_str());
        let probe = part(4).zip(part(5).and_then(|number| number.parse().ok()));
        Some(Line {
            thread: part(1),
            component: part(2),
            tag: part(3),
            probe: probe.map(|(area, number)| (area.to_owned(), number)),
            text: line.get(found.get(0)?.end()..)?.trim(),
        })
    }
}

/// Whether a text has the codes of an exception, or its context.
fn has_exception(text: &str) -> bool {
    names_exception(text) && (text.contains("(hr=") || text.contains("Diagnostic context") || has_step(text))
}

fn has_step(text: &str) -> bool {
    let digit = |rest: &str| rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
    text.split("Lid:").skip(1).any(digit)
}

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() || head.powershell().is_some() {
        return Probe::No;
    }
    let (mut probes, mut threads, mut exceptions, mut names) = (0, 0, 0, 0);
    for (_, text) in head.text.lines() {
        if let Some(line) = Line::read(text) {
            probes += u32::from(line.probe.is_some());
            threads += u32::from(line.thread.is_some());
        }
        exceptions += u32::from(has_exception(text));
        names += u32::from(names_exception(text));
    }
    // Events and reports carry exceptions, too, and are read as what they are: their marks weigh more.
    if probes + threads > 0 {
        return Probe::Yes(50, "lines of an Exchange trace".to_owned());
    }
    if exceptions > 0 || (names > 0 && head.text.lines().any(|(_, line)| has_step(line))) {
        return Probe::Yes(30, "an exception of MAPI with its codes".to_owned());
    }
    if names > 0 {
        return Probe::Near(
            "Names an exception of MAPI, but not its codes. Copy the whole text, with (hr=..., ec=...) and the diagnostic \
             context, or bring the trace as text."
                .to_owned(),
        );
    }
    Probe::No
}

/// An entry while its lines are read.
struct Open<'a> {
    line: Line<'a>,
    first: u32,
    last: u32,
    lines: Vec<(u32, &'a str)>,
    len: usize,
    cut: bool,
}

#[derive(Default)]
struct Reader<'a> {
    open: Option<Open<'a>>,
    /// Lines of the trace that are neither a probe nor an exception.
    others: u64,
    /// The first line that belongs to nothing, and how many there are.
    outside: Option<(u32, u64)>,
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut reader = Reader::default();
    let mut done = 0;
    for (number, text) in document.text.lines() {
        reader.line(document, number, text, out);
        done += text.len() as u64 + 1;
        if number % 4096 == 0 && out.progress(done) == ControlFlow::Break(()) {
            return;
        }
    }
    reader.close(document, out);
    if reader.others > 0 {
        let text = format!(
            "Lines of the trace that are neither a step of a message (PFD) nor an exception were not used: {}.",
            reader.others
        );
        out.note(NoteKind::Info, None, text);
    }
    if let Some((first, count)) = reader.outside {
        let text = format!("Lines that belong to no entry of the trace: {count}, the first at {first}.");
        out.note(NoteKind::Info, Some((first, first)), text);
    }
}

impl<'a> Reader<'a> {
    fn line(&mut self, document: &'a Document<'_>, number: u32, text: &'a str, out: &mut Output<'_>) {
        if text.trim().is_empty() {
            return;
        }
        let line = Line::read(text).filter(|line| line.probe.is_some() || line.thread.is_some() || is_tag(line));
        // An exception within prose, or one that follows another.
        let begins = line.is_some() || (names_exception(text) && !self.awaits_codes());
        if begins {
            self.close(document, out);
            let line = line.unwrap_or(Line { text: text.trim(), ..Line::default() });
            let lines = vec![(number, text)];
            self.open = Some(Open { line, first: number, last: number, lines, len: text.len(), cut: false });
            return;
        }
        let awaits = self.awaits_codes();
        if let Some(open) = &mut self.open
            && (continues(text) || awaits)
        {
            open.len += text.len() + 1;
            open.last = number;
            if open.len <= LONGEST {
                open.lines.push((number, text));
            } else {
                open.cut = true;
            }
            return;
        }
        self.close(document, out);
        let (first, count) = self.outside.unwrap_or((number, 0));
        self.outside = Some((first, count + 1));
    }

    /// Whether the open entry names an exception whose codes are still to come: a wrapped line.
    fn awaits_codes(&self) -> bool {
        let Some(open) = &self.open else { return false };
        // Messages of exceptions are short; further on it is prose.
        open.lines.len() <= 6
            && open.lines.iter().any(|(_, text)| names_exception(text))
            && !open.lines.iter().any(|(_, text)| text.contains("ec=") || continues(text) || text.contains("Lid:"))
    }

    fn close(&mut self, document: &Document<'_>, out: &mut Output<'_>) {
        let Some(open) = self.open.take() else { return };
        if open.cut {
            out.ledger.skipped += 1;
            let text = "An exception is longer than 256 KB; the rest of it was left out.";
            out.note(NoteKind::Skipped, Some((open.first, open.last)), text);
        }
        let whole: Vec<&str> = open.lines.iter().map(|(_, text)| *text).collect();
        let whole = whole.join("\n");
        let span = document.span(open.first, open.last);
        let exception = names_exception(&whole).then(|| DiagnosticContext::read(&whole)).flatten();
        if exception.is_none() && open.line.probe.is_none() {
            self.others += 1;
            return;
        }
        if exception.as_ref().is_some_and(|exception| exception.cut) {
            out.ledger.damaged += 1;
            let text = "A diagnostic context is not read to its end: its text is cut, or it has more than 1,000 steps. Copy \
                        the whole exception.";
            out.note(NoteKind::Damaged, Some((open.first, open.last)), text);
        }
        let here = document.span(open.first, open.first);
        let find = |regex: &Option<Regex>, group: usize| {
            let found = regex.as_ref()?.captures(open.line.text)?.get(group)?;
            Some(Located::new(found.as_str().to_ascii_lowercase(), here))
        };
        let called = exception.as_ref().and_then(|exception| {
            let server = exception.rpc_parameters().first().map(|server| (*server).to_owned())?;
            let line = open.lines.iter().find(|(_, text)| text.contains(&server)).map_or(open.first, |(line, _)| *line);
            Some(Located::new(server, document.span(line, line)))
        });
        // A wrapped message goes on until its context or its stack.
        let ends = |text: &str| ["Diagnostic context", "Lid:", "at "].iter().any(|end| text.trim().starts_with(end));
        let wrapped = open.lines.iter().skip(1).map(|(_, text)| text.trim()).take_while(|text| !ends(text));
        let text = [open.line.text].into_iter().chain(wrapped).collect::<Vec<_>>().join(" ");
        let text = text.split_once("Diagnostic context").map_or(text.as_str(), |(before, _)| before);
        let text = text.split_once("Lid:").map_or(text, |(before, _)| before);
        let end = text.char_indices().nth(TEXT).map_or(text.len(), |(end, _)| end);
        if end < text.len() {
            out.ledger.skipped += 1;
            let text = "A line of the trace is longer than 8,000 characters; the rest of it was left out.";
            out.note(NoteKind::Skipped, Some((open.first, open.first)), text);
        }
        out.record(Record::TraceEntry(Box::new(TraceEntry {
            span,
            thread: open.line.thread.map(str::to_owned),
            component: open.line.component.map(str::to_owned),
            tag: open.line.tag.map(str::to_owned),
            probe: open.line.probe.clone(),
            text: text.get(..end).unwrap_or(text).trim().to_owned(),
            mailbox: find(&MAILBOX, 1),
            database: find(&MDB, 1).or_else(|| find(&OPENING, 1)),
            server: find(&OPENING, 2).or(called),
            exception: exception.map(|exception| Located::new(exception, span)),
        })));
    }
}

/// Whether a line without a thread and a probe is one of a trace: what it says is an exception, or both words are
/// names in the way of components, which prose does not have.
fn is_tag(line: &Line<'_>) -> bool {
    let camel = |word: &str| word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    names_exception(line.text)
        || (line.component.is_some_and(camel) && line.tag.is_some_and(|tag| camel(tag) || tag.len() > 3))
}

/// Whether a line goes on with an exception: its context or its stack.
fn continues(text: &str) -> bool {
    let text = text.trim();
    let starts = ["Lid:", "Diagnostic context", "at ", "......", "--- End of", "Remote exception", "(hr=", "[ec="];
    starts.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn both_forms_of_a_line_are_read() {
        let line = Line::read("StoreDriver, MapiSubmit, PFD ESD 27547 Processing Rpc SubmitMessage").unwrap();
        assert_eq!((line.thread, line.component, line.tag), (None, Some("StoreDriver"), Some("MapiSubmit")));
        assert_eq!(line.probe, Some(("ESD".to_owned(), 27547)));
        assert_eq!(line.text, "Processing Rpc SubmitMessage");
        let line = Line::read("000002E6, 2C0067006E0069, StoreDriver, ExceptionHandling, Exception, again").unwrap();
        assert_eq!((line.thread, line.tag), (Some("000002E6"), Some("ExceptionHandling")));
        assert_eq!((line.probe, line.text), (None, "Exception, again"));
        assert!(Line::read("first, second, third").is_none());
    }
}
