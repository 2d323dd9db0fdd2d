//! Typed lists of the queues of an Exchange MTA (5.5, and 2000/2003 for X.400): a line that names the MTA and its queues,
//! then one queue and its number of messages per line.
//!
//! Administrator shows one queue at a time and exports nothing (KB148284 shows its queues in `mtacheck`), so the lists are
//! typed by people. Traps: queues over RPC have the NetBIOS name of the other server, those of connectors the name of the
//! connector; numbers may be grouped by the comma that also separates; the number at the end of a date counts nothing.

use std::sync::LazyLock;

use regex::Regex;

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::console_list::whole_number;
use crate::base::ledger::NoteKind;
use crate::model::legacy_queue::{LegacyQueue, LegacyQueueKind};
use crate::model::{Located, Record};

/// Lists of queues of an MTA.
pub static FORMAT: Format = Format {
    id: "mta-queue-list",
    title: "MTA queue list (Exchange 5.5)",
    how_to_collect: "Administrator, the server, Message Transfer Agent, Queues: type a line \"MTA queues on SERVER\", then name and \
                     number of messages of each queue, one per line",
    extensions: &["txt"],
    probe,
    parse: Parse::Document(parse),
};

/// Lines that may stand before the title.
const PREAMBLE: usize = 12;

/// The longest name of a queue and its number.
const LONGEST: usize = 300;

/// The server in a title such as `MTA queues on EX55-A`, when the line is one.
fn title(line: &str) -> Option<Option<&str>> {
    let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || matches!(c, ':' | '(' | ')' | ',')).collect();
    let is = |names: &[&str]| words.iter().any(|word| names.iter().any(|name| word.eq_ignore_ascii_case(name)));
    let names_mta = is(&["mta"]) || (is(&["transfer"]) && is(&["agent"]));
    if line.len() > 120 || line.trim_end().ends_with('.') || !names_mta || !is(&["queue", "queues"]) {
        return None;
    }
    let mut after =
        words.iter().skip_while(|word| !["on", "server", "of"].iter().any(|w| word.eq_ignore_ascii_case(w)));
    after.next();
    let server = after.find(|word| !word.is_empty() && !["server", "the"].iter().any(|w| word.eq_ignore_ascii_case(w)));
    Some(server.copied().filter(|name| !name.eq_ignore_ascii_case("mta")))
}

/// A line of the list.
enum Line<'a> {
    Queue(&'a str, u64),
    /// The number can be read in two ways.
    Ambiguous(&'a str),
    No,
}

fn read(line: &str) -> Line<'_> {
    let line = line.trim().trim_matches('"');
    if line.len() > LONGEST || shows_time(line) {
        return Line::No;
    }
    let behind = ["messages", "message", "items", "item"];
    let lower = line.to_ascii_lowercase();
    let line = behind
        .iter()
        .find(|word| lower.ends_with(*word))
        .map_or(line, |word| line.get(..line.len() - word.len()).unwrap_or(line).trim_end());
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    let start = line.len() - line.chars().rev().take_while(|c| is_part(*c)).count();
    let (name, number) = (line.get(..start).unwrap_or(""), line.get(start..).unwrap_or(""));
    let comma = number.starts_with(',');
    let digits = number.trim_start_matches([',', '.']);
    // A hyphen without a space belongs to a name: EX55-12.
    let separated = comma || name.ends_with([' ', '\t', ':', '=', ';', '(', '[']);
    let name = name.trim_end_matches([' ', '\t', ':', '=', ';', '-', '(', '[', '"']).trim();
    if name.is_empty() || !name.chars().any(char::is_alphabetic) || !separated {
        return Line::No;
    }
    match whole_number(digits) {
        Some(_) if comma && digits.contains(',') => Line::Ambiguous(name),
        Some(number) => Line::Queue(name, number),
        None => Line::No,
    }
}

static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let months = "jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]";
    let forms = [
        // 04.03.2005, 3/4/2005, 2005-03-04
        r"\b\d{1,4}([./-])\d{1,2}[./-]\d{1,4}\b".to_owned(),
        // 09:15
        r"(?:^|[\s(,])(?:[01]?\d|2[0-3]):[0-5]\d\b".to_owned(),
        // 4 March 2005, March 4, 2005
        format!(r"\b\d{{1,2}}\.?\s+(?:{months})\w*\.?,?\s+(?:19|20)\d\d\b"),
        format!(r"\b(?:{months})\w*\.?\s+\d{{1,2}},?\s+(?:19|20)\d\d\b"),
    ];
    Regex::new(&format!("(?i){}", forms.join("|"))).ok()
});

/// Whether a line shows a date or a time of day: its last number counts no messages.
fn shows_time(line: &str) -> bool {
    TIME.as_ref().is_some_and(|time| time.is_match(line))
}

/// Whether a line without a queue and its number can be told from a queue whose number is missing.
fn is_note(line: &str) -> bool {
    let line = line.trim();
    line.len() > LONGEST || shows_time(line) || line.ends_with(['.', '!', '?']) || line.split_whitespace().count() > 6
}

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let lines: Vec<&str> = head.text.lines().map(|(_, line)| line).filter(|line| !line.trim().is_empty()).collect();
    let Some(at) = lines.iter().take(PREAMBLE).position(|line| title(line).is_some()) else { return Probe::No };
    let below = lines.get(at + 1..).unwrap_or_default();
    let queues = below.iter().filter(|line| !matches!(read(line), Line::No)).count();
    let others = below.iter().filter(|line| matches!(read(line), Line::No) && !is_note(line) && !is_headings(line));
    if queues > 0 && queues >= others.count() && below.len() <= queues * 4 + PREAMBLE {
        return Probe::Yes(60, "a title that names the MTA and its queues, and numbers below it".to_owned());
    }
    if below.is_empty() {
        return Probe::Near(
            "Names the queues of an MTA, but lists none. Type name and number of messages of each queue below it, one per \
             line."
                .to_owned(),
        );
    }
    Probe::No
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut begun = false;
    let mut server: Option<Located<String>> = None;
    let (mut strays, mut notes) = (Vec::new(), Vec::new());
    for (number, line) in document.text.lines() {
        if line.trim().is_empty() || line.trim().chars().all(|c| matches!(c, '-' | '=' | ' ' | '\t')) {
            continue;
        }
        let span = document.span(number, number);
        if let Some(named) = title(line) {
            begun = true;
            server = named.map(|name| Located::new(name.to_owned(), span));
            continue;
        }
        let (name, messages) = match read(line) {
            Line::Queue(name, messages) if begun => (name, Some(messages)),
            Line::Ambiguous(name) if begun => {
                let text = "The number of messages can be read in two ways and is left out. Separate it by a colon.";
                out.note(NoteKind::Ambiguous, Some((number, number)), text);
                (name, None)
            }
            other => {
                let above = !begun && matches!(other, Line::No);
                if above || is_note(line) {
                    notes.push(number);
                } else if !is_headings(line) {
                    strays.push(number);
                }
                continue;
            }
        };
        let mut queue = LegacyQueue::new(span, name, LegacyQueueKind::Mta);
        queue.server.clone_from(&server);
        queue.messages = messages.map(|value| Located::new(value, span));
        out.record(Record::LegacyQueue(queue));
    }
    if let Some(&line) = notes.first() {
        let text = format!("Lines that name no queue, such as notes and dates: {}.", notes.len());
        out.note(NoteKind::Info, Some((line, line)), text);
    }
    if let Some(&line) = strays.first() {
        out.ledger.skipped += strays.len() as u64;
        let text = format!("Lines without a queue and its number of messages were left out: {}.", strays.len());
        out.note(NoteKind::Skipped, Some((line, line)), text);
    }
}

fn is_headings(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.trim_start().starts_with("queue") && ["messages", "count", "number", "items"].iter().any(|w| line.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_grouped_by_the_separator_is_not_guessed() {
        assert!(matches!(read("EX55-B: 1,234"), Line::Queue("EX55-B", 1234)));
        assert!(matches!(read("EX55-B,412"), Line::Queue("EX55-B", 412)));
        assert!(matches!(read("EX55-B,1,234"), Line::Ambiguous("EX55-B")));
        assert!(matches!(read("X400 to Berlin - 12 messages"), Line::Queue("X400 to Berlin", 12)));
        assert!(matches!(read("EX55-12"), Line::No));
    }

    #[test]
    fn a_date_counts_no_messages() {
        for line in ["Friday, 4 March 2005", "March 4, 2005", "as of 04.03.2005", "2005-03-04", "Looked again at 09:40"]
        {
            assert!(matches!(read(line), Line::No) && is_note(line), "{line}");
        }
        for line in ["MAR: 5", "May 12", "X400 to Berlin 1.204", "EX55-12-34 5", "Marburg 2005", "EX55-B:12"] {
            assert!(matches!(read(line), Line::Queue(..)), "{line}");
        }
    }

    #[test]
    fn a_title_names_the_server() {
        assert_eq!(title("MTA queues on EX55-A"), Some(Some("EX55-A")));
        assert_eq!(title("Message Transfer Agent queues"), Some(None));
        assert_eq!(title("The MTA has a queue that does not move."), None);
    }
}
