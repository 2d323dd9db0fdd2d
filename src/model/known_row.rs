//! Rows of what is known about events and replies: one event or one reply, and one explanation.
//!
//! The tables in `knowledge/events` and `knowledge/replies` have this form, and so have the tables that a site
//! brings with its evidence (`*.queuescope.tsv`). A row is data: lists are alternatives, and there is no way to
//! combine conditions. What needs a second condition is a rule in Rust.
//!
//! Columns, separated by tabs, in the order of [`COLUMNS`]; lists are separated by ` | `. `docs/rules/tables.md`
//! describes them for those who write rows.

use serde::{Deserialize, Serialize};

use super::event::{Event, is_source};
use super::message_shape::{MessageShape, names_in};
use super::smtp_reply::squeeze;
use super::version::ExchangeVersion;

/// The columns of a table of rows.
pub const COLUMNS: [&str; 18] = [
    "kind",
    "id",
    "area",
    "versions",
    "source",
    "codes",
    "phrases",
    "message",
    "severity",
    "role",
    "explains",
    "title",
    "statement",
    "cause",
    "steps",
    "verify",
    "standing",
    "references",
];

/// Words of the column `severity`. A `note` is never a finding of its own; it explains an event where it is shown.
pub const SEVERITIES: [&str; 6] = ["critical", "high", "medium", "low", "info", "note"];

/// Words of the column `role`.
pub const ROLES: [&str; 3] = ["cause", "symptom", "context"];

/// Words of the column `area`: the folders of the rules.
pub const AREAS: [&str; 15] = [
    "agents",
    "authentication",
    "certificates",
    "connections",
    "directory",
    "hybrid",
    "mta",
    "permissions",
    "queue",
    "recipients",
    "relay",
    "resources",
    "routing",
    "service",
    "store",
];

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRow {
    /// What it is about.
    pub kind: KnownKind,
    /// Identifier of the rule that it is.
    pub id: String,
    /// Where the cause lies, one of [`AREAS`].
    pub area: String,
    /// Versions of the server that shows it.
    pub versions: (ExchangeVersion, ExchangeVersion),
    /// Event sources, any of them; none for replies.
    pub sources: Vec<String>,
    /// Event ids (events), any of them.
    pub events: Vec<u16>,
    /// Codes (replies), any of them; none for any reply.
    pub replies: Vec<ReplyCode>,
    /// Texts of which one must be there, as printed; none when source and id suffice.
    pub phrases: Vec<String>,
    /// Shape of the message.
    pub message: Option<MessageShape>,
    /// How bad it is, one of [`SEVERITIES`].
    pub severity: String,
    /// What part it plays, one of [`ROLES`].
    pub role: String,
    /// Rules whose findings it can explain.
    pub explains: Vec<String>,
    /// One line.
    pub title: String,
    /// One sentence without full stop, with names of `message` in braces.
    pub statement: String,
    /// Why it happens.
    pub cause: String,
    /// What to do.
    pub steps: Vec<KnownStep>,
    /// How to see that it is fixed.
    pub verify: String,
    /// How well it is known.
    pub standing: Standing,
    /// Where the behavior is documented.
    pub references: Vec<String>,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KnownKind {
    /// An event of a Windows event log.
    Event,
    /// A reply of SMTP or of a store, wherever it is printed.
    Reply,
}

/// How well a row is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Standing {
    /// A primary source says it.
    Documented,
    /// Seen in the product or its logs.
    Observed,
    /// Not confirmed: what rests on it is likely at most.
    Inferred,
}

/// `451 4.4.0`, `5.7.54` or `550`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyCode {
    /// Three-digit code.
    pub code: Option<u16>,
    /// Enhanced status code.
    pub enhanced: Option<String>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownStep {
    /// What to do.
    pub text: String,
    /// Command to paste.
    pub command: Option<String>,
}

/// What is wrong with a row: the column, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// Name of the column, empty when it is the whole row.
    pub column: &'static str,
    /// What is wrong, and what is expected.
    pub text: String,
}

impl KnownRow {
    /// Reads a line.
    ///
    /// # Errors
    /// Every fault of the line, by column.
    pub fn parse(line: &str) -> Result<KnownRow, Vec<RowFault>> {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        if cells.len() != COLUMNS.len() {
            let text = format!("The row has {} columns; {} are expected", cells.len(), COLUMNS.len());
            return Err(vec![RowFault { column: "", text }]);
        }
        let mut read = Cells { cells, faults: Vec::new() };
        // Signs that steer a terminal or turn the direction of writing have no place in a table.
        let steers = |c: char| {
            c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        };
        if let Some(column) = COLUMNS.into_iter().find(|column| read.get(column).contains(steers)) {
            read.fault::<()>(column, "It holds a sign that cannot be shown".to_owned());
        }
        let kind = match read.get("kind") {
            "event" => Some(KnownKind::Event),
            "reply" => Some(KnownKind::Reply),
            other => read.fault("kind", format!("It is event or reply, not \"{other}\"")),
        };
        let is_id = |id: &str| {
            !id.ends_with('-')
                && !id.is_empty()
                && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !is_id(read.get("id")) {
            read.fault::<()>("id", "It has small letters, digits and hyphens only".to_owned());
        }
        for (column, words) in [("area", &AREAS[..]), ("severity", &SEVERITIES[..]), ("role", &ROLES[..])] {
            let word = read.get(column);
            if !words.contains(&word) {
                read.fault::<()>(column, format!("It is one of {}, not \"{word}\"", words.join(", ")));
            }
        }
        let versions = match parse_versions(read.get("versions")) {
            Some(versions) => Some(versions),
            None => read.fault("versions", "Versions are written as 2007-2019, 5.5-2003 or 2016-SE".to_owned()),
        };
        let (mut events, mut replies) = (Vec::new(), Vec::new());
        for code in read.list("codes") {
            let known = match kind {
                Some(KnownKind::Event) => code.parse().map(|id| events.push(id)).is_ok(),
                Some(KnownKind::Reply) => ReplyCode::parse(&code).map(|code| replies.push(code)).is_some(),
                None => true,
            };
            if !known {
                read.fault::<()>("codes", format!("\"{code}\" is no event id and no reply code"));
            }
        }
        let (sources, phrases) = (read.list("source"), read.list("phrases"));
        match kind {
            Some(KnownKind::Event) if sources.is_empty() => {
                read.fault("source", "An event needs its source".to_owned())
            }
            Some(KnownKind::Event) if read.get("codes").is_empty() => {
                read.fault("codes", "An event needs its id".to_owned())
            }
            Some(KnownKind::Reply) if read.get("codes").is_empty() && phrases.is_empty() => {
                read.fault("codes", "A reply needs a code or a phrase".to_owned())
            }
            _ => Some(()),
        };
        if phrases.iter().any(|phrase| phrase.chars().filter(|c| !c.is_whitespace()).count() < 3) {
            read.fault::<()>("phrases", "A phrase has three characters or more".to_owned());
        }
        for column in ["title", "statement", "cause", "steps"] {
            if read.get(column).is_empty() {
                read.fault::<()>(column, "It is empty".to_owned());
            }
        }
        for column in ["title", "statement", "cause"] {
            // Citations are made from evidence alone.
            if read.get(column).contains(['[', ']']) {
                read.fault::<()>(column, "It has no square brackets".to_owned());
            }
        }
        if kind == Some(KnownKind::Reply) && !sources.is_empty() {
            read.fault::<()>("source", "A reply has no source".to_owned());
        }
        let standing = match read.get("standing") {
            "documented" => Some(Standing::Documented),
            "observed" => Some(Standing::Observed),
            "inferred" => Some(Standing::Inferred),
            other => read.fault("standing", format!("It is documented, observed or inferred, not \"{other}\"")),
        };
        let references = read.list("references");
        if references.iter().any(|link| !link.starts_with("https://")) {
            read.fault::<()>("references", "Links begin with https://".to_owned());
        }
        let message = Some(read.get("message")).filter(|text| !text.is_empty()).map(MessageShape::parse);
        if let Some(shape) = &message {
            if shape.names().iter().any(|(number, _)| !(1..=40).contains(number)) {
                read.fault::<()>("message", "Insertion strings are counted from 1".to_owned());
            }
            if shape.text().contains("}{") {
                read.fault::<()>("message", "Between two names there is some text".to_owned());
            }
        }
        if !read.get("steps").matches('`').count().is_multiple_of(2) {
            read.fault::<()>("steps", "A command stands between two backticks".to_owned());
        }
        let named = |name: &str| {
            name == "server" || message.iter().flat_map(|shape| shape.names()).any(|(_, known)| known == name)
        };
        for column in ["statement", "cause", "steps", "verify"] {
            let unknown = names_in(read.get(column)).into_iter().find(|name| !named(name));
            if let Some(name) = unknown {
                read.fault::<()>(column, format!("{{{name}}} is no name of the column message"));
            }
        }
        let (Some(kind), Some(versions), Some(standing), true) = (kind, versions, standing, read.faults.is_empty())
        else {
            return Err(read.faults);
        };
        let text = |column: &str| read.get(column).to_owned();
        Ok(KnownRow {
            kind,
            id: text("id"),
            area: text("area"),
            versions,
            sources,
            events,
            replies,
            phrases,
            message,
            severity: text("severity"),
            role: text("role"),
            explains: read.list("explains"),
            title: text("title"),
            statement: text("statement").trim_end_matches('.').to_owned(),
            cause: text("cause"),
            steps: read.list("steps").iter().map(|step| KnownStep::parse(step)).collect(),
            verify: text("verify"),
            standing,
            references,
        })
    }

    /// Whether an event has the id, a source and one of the phrases of the row.
    pub fn is_of_event(&self, event: &Event) -> bool {
        let says = || {
            let texts = event.message.iter().chain(&event.strings).map(|text| squeeze(text)).collect::<Vec<_>>();
            self.phrases
                .iter()
                .map(|phrase| squeeze(phrase))
                .any(|phrase| texts.iter().any(|text| text.contains(&phrase)))
        };
        self.has_id_of(event) && (self.phrases.is_empty() || says())
    }

    /// Whether an event has the id and a source of the row.
    pub fn has_id_of(&self, event: &Event) -> bool {
        self.kind == KnownKind::Event
            && self.events.contains(&event.id)
            && self.sources.iter().any(|own| is_source(own, &event.source))
    }

    /// Whether the line is the header of a table.
    pub fn is_header(line: &str) -> bool {
        line.trim_start_matches('\u{FEFF}').split('\t').map(str::trim).eq(COLUMNS)
    }
}

struct Cells<'a> {
    cells: Vec<&'a str>,
    faults: Vec<RowFault>,
}

impl<'a> Cells<'a> {
    fn get(&self, column: &str) -> &'a str {
        let position = COLUMNS.iter().position(|name| *name == column);
        position.and_then(|at| self.cells.get(at)).copied().unwrap_or("")
    }

    fn list(&self, column: &str) -> Vec<String> {
        // A command between backticks has pipes of its own.
        let mut items = vec![String::new()];
        for (number, part) in self.get(column).split('`').enumerate() {
            let (is_text, mut pieces) = (number % 2 == 0, part.split(" | "));
            let mut add = |text: &str| items.last_mut().into_iter().for_each(|item| item.push_str(text));
            if number > 0 {
                add("`");
            }
            if is_text {
                add(pieces.next().unwrap_or(""));
                items.extend(pieces.map(str::to_owned));
            } else {
                add(part);
            }
        }
        items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
    }

    fn fault<T>(&mut self, column: &'static str, text: String) -> Option<T> {
        self.faults.push(RowFault { column, text });
        None
    }
}

fn parse_versions(text: &str) -> Option<(ExchangeVersion, ExchangeVersion)> {
    let version = |text: &str| {
        Some(match text.trim() {
            "4.0" | "5.0" | "5.5" => ExchangeVersion::V55,
            "2000" => ExchangeVersion::V2000,
            "2003" => ExchangeVersion::V2003,
            "2007" => ExchangeVersion::V2007,
            "2010" => ExchangeVersion::V2010,
            "2013" => ExchangeVersion::V2013,
            "2016" => ExchangeVersion::V2016,
            "2019" => ExchangeVersion::V2019,
            "SE" => ExchangeVersion::Se,
            _ => return None,
        })
    };
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (version(from)?, version(to)?);
    (from <= to).then_some((from, to))
}

impl ReplyCode {
    /// From `451 4.4.0`, `5.7.54` or `550`.
    pub fn parse(text: &str) -> Option<ReplyCode> {
        let code = |text: &str| text.parse::<u16>().ok().filter(|code| text.len() == 3 && (400..600).contains(code));
        let is_enhanced = |text: &str| {
            let parts: Vec<&str> = text.split('.').collect();
            parts.len() == 3
                && parts
                    .iter()
                    .all(|part| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit()))
        };
        match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            [one] if is_enhanced(one) => Some(ReplyCode { code: None, enhanced: Some((*one).to_owned()) }),
            [one] => Some(ReplyCode { code: Some(code(one)?), enhanced: None }),
            [first, second] if is_enhanced(second) => {
                Some(ReplyCode { code: Some(code(first)?), enhanced: Some((*second).to_owned()) })
            }
            _ => None,
        }
    }

    /// Whether a reply has this code.
    pub fn is(&self, code: Option<u16>, enhanced: Option<&str>) -> bool {
        (self.code.is_none() || self.code == code) && (self.enhanced.is_none() || self.enhanced.as_deref() == enhanced)
    }
}

impl std::fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map(|code| code.to_string());
        f.write_str(&[code.as_deref(), self.enhanced.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

impl KnownStep {
    /// `What to do. `command``: the command stands at the end, between backticks, and may stand alone.
    fn parse(text: &str) -> KnownStep {
        if let Some(command) =
            text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).filter(|c| !c.contains('`'))
        {
            return KnownStep { text: "Run this.".to_owned(), command: Some(command.to_owned()) };
        }
        let whole = || KnownStep { text: text.to_owned(), command: None };
        let Some(inner) = text.strip_suffix('`') else { return whole() };
        // A command may have a doubled backtick of PowerShell in it; the last single one begins it.
        let Some((before, command)) = inner.rsplit_once(" `") else { return whole() };
        KnownStep { text: before.trim().to_owned(), command: Some(command.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(change: &[(&str, &str)]) -> String {
        let cells = COLUMNS.map(|column| {
            let usual = match column {
                "kind" => "event",
                "id" => "site-gateway-down",
                "area" => "connections",
                "versions" => "2013-SE",
                "source" => "Contoso Gateway",
                "codes" => "100 | 101",
                "severity" => "high",
                "role" => "cause",
                "title" => "The fax gateway is down",
                "statement" => "The fax gateway {gateway} does not answer",
                "message" => "Gateway {1:gateway} is down since {2:time}.",
                "cause" => "Its service has stopped.",
                "steps" => "Start it. `Get-Service FaxGateway | Restart-Service` | Look at {server}.",
                "standing" => "observed",
                "references" => "https://example.com/gateway",
                _ => "",
            };
            change.iter().find(|(name, _)| *name == column).map_or(usual, |(_, value)| value)
        });
        cells.join("\t")
    }

    #[test]
    fn a_row_is_read() {
        let read = KnownRow::parse(&row(&[])).unwrap();
        assert_eq!((read.kind, read.events.as_slice()), (KnownKind::Event, &[100, 101][..]));
        assert_eq!(read.versions, (ExchangeVersion::V2013, ExchangeVersion::Se));
        assert_eq!(
            read.steps[0],
            KnownStep { text: "Start it.".into(), command: Some("Get-Service FaxGateway | Restart-Service".into()) }
        );
        assert_eq!(read.steps[1].command, None);
    }

    #[test]
    fn every_fault_is_named_with_its_column() {
        for (column, value) in [
            ("kind", "events"),
            ("id", "Site Row"),
            ("area", "mail"),
            ("versions", "2019-2007"),
            ("versions", "12"),
            ("source", ""),
            ("codes", "abc"),
            ("codes", ""),
            ("phrases", "x"),
            ("severity", "bad"),
            ("role", "because"),
            ("title", ""),
            ("statement", "The gateway {unknown} is down"),
            ("statement", "All mail [9] is lost"),
            ("standing", "sure"),
            ("references", "http://example.com"),
        ] {
            let faults = KnownRow::parse(&row(&[(column, value)])).unwrap_err();
            assert!(faults.iter().any(|fault| fault.column == column), "{column} = {value}: {faults:?}");
        }
        assert_eq!(KnownRow::parse("event\tx").unwrap_err()[0].column, "");
        let many = KnownRow::parse(&row(&[("kind", "x"), ("area", "y"), ("title", "")])).unwrap_err();
        assert_eq!(many.len(), 3);
    }

    #[test]
    fn codes_of_replies_have_three_forms() {
        let code = |text: &str| ReplyCode::parse(text);
        assert!(code("451 4.4.0").unwrap().is(Some(451), Some("4.4.0")));
        assert!(!code("451 4.4.0").unwrap().is(Some(450), Some("4.4.0")));
        assert!(code("5.7.54").unwrap().is(Some(550), Some("5.7.54")));
        assert!(code("5.7.54").unwrap().is(None, Some("5.7.54")));
        assert!(code("550").unwrap().is(Some(550), None));
        assert_eq!((code("55"), code("4.4"), code("x")), (None, None, None));
        assert_eq!((code("250"), code("999")), (None, None));
    }
}
