//! Layer 2: bytes become records. One file per input format.
//!
//! A format declares its own recognizer ([`Format::probe`]) beside its reader ([`Format::parse`]);
//! content decides, a name is at most a hint. Every format probes every file and the best score
//! wins, so the order of the registry never matters. A reader never fails: it hands on what it can
//! read and writes into the ledger what it cannot.
//!
//! To add a format: write one file with a `FORMAT`, add its two lines to the registry below, and put
//! a sample into `tests/formats/<id>/`. Formats do not see each other; what two of them share belongs
//! in `base`.

use std::cell::OnceCell;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::base::ledger::{Ledger, NoteKind};
use crate::base::powershell::{self, Parsed};
use crate::base::row_index::RowIndex;
use crate::base::shown_records::{Around, ShownRecords};
use crate::base::source::{ReadAt, ReadError, SourceId, Span, file_name};
use crate::base::text::Text;
use crate::model::log_row::LogRow;
use crate::model::{Record, Sink};

/// What the formats of cmdlets share; not a format.
mod cmdlet;
/// What the formats of directory objects and permissions share; not a format.
mod directory;
/// Where another export begins in a file; not a format.
mod joined;
/// What the row-by-row logs share; not a format.
mod log;
/// What the formats of mail share; not a format.
mod mail;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod adsi_edit;
mod agent_log;
mod collect_log;
mod connectivity_log;
mod csvde;
mod dsacls;
mod esm_mailbox_list;
mod event_list;
mod event_text;
mod event_xml;
mod evt;
mod evtx;
mod extra_trace;
mod get_accepted_domain;
mod get_acl;
mod get_ad_permission;
mod get_delivery_agent_connector;
mod get_event_log;
mod get_exchange_certificate;
mod get_exchange_diagnostic_info;
mod get_exchange_server;
mod get_foreign_connector;
mod get_frontend_transport_service;
mod get_mailbox;
mod get_mailbox_database;
mod get_mailbox_transport_service;
mod get_message;
mod get_message_tracking_log;
mod get_network_connection_info;
mod get_public_folder_database;
mod get_queue;
mod get_queue_digest;
mod get_receive_connector;
mod get_remote_domain;
mod get_routing_group_connector;
mod get_send_connector;
mod get_server_component_state;
mod get_service;
mod get_transport_agent;
mod get_transport_service;
mod get_win_event;
mod ldif;
mod ldp_dump;
mod mail_header;
mod message_tracking_center;
mod message_tracking_log;
mod message_tracking_log_2003;
mod message_tracking_log_55;
mod mta_queue_list;
mod ndr_message;
mod ndr_text;
mod org_info;
mod outlook_message;
mod queue_list_2003;
mod queue_viewer_list;
mod routing_config;
mod sddl;
mod server_addresses;
mod site_rows;
mod smtp_protocol_log;
mod smtp_w3c_log;
mod test_service_health;

/// All formats, by id.
pub static FORMATS: &[&Format] = &[
    &adsi_edit::FORMAT,
    &agent_log::FORMAT,
    &collect_log::FORMAT,
    &connectivity_log::FORMAT,
    &csvde::FORMAT,
    &dsacls::FORMAT,
    &esm_mailbox_list::FORMAT,
    &event_list::FORMAT,
    &event_text::FORMAT,
    &event_xml::FORMAT,
    &evt::FORMAT,
    &evtx::FORMAT,
    &extra_trace::FORMAT,
    &get_accepted_domain::FORMAT,
    &get_acl::FORMAT,
    &get_ad_permission::FORMAT,
    &get_delivery_agent_connector::FORMAT,
    &get_event_log::FORMAT,
    &get_exchange_certificate::FORMAT,
    &get_exchange_diagnostic_info::FORMAT,
    &get_exchange_server::FORMAT,
    &get_foreign_connector::FORMAT,
    &get_frontend_transport_service::FORMAT,
    &get_mailbox::FORMAT,
    &get_mailbox_database::FORMAT,
    &get_mailbox_transport_service::FORMAT,
    &get_message::FORMAT,
    &get_message_tracking_log::FORMAT,
    &get_network_connection_info::FORMAT,
    &get_public_folder_database::FORMAT,
    &get_queue::FORMAT,
    &get_queue_digest::FORMAT,
    &get_receive_connector::FORMAT,
    &get_remote_domain::FORMAT,
    &get_routing_group_connector::FORMAT,
    &get_send_connector::FORMAT,
    &get_server_component_state::FORMAT,
    &get_service::FORMAT,
    &get_transport_agent::FORMAT,
    &get_transport_service::FORMAT,
    &get_win_event::FORMAT,
    &ldif::FORMAT,
    &ldp_dump::FORMAT,
    &mail_header::FORMAT,
    &message_tracking_center::FORMAT,
    &message_tracking_log::FORMAT,
    &message_tracking_log_2003::FORMAT,
    &message_tracking_log_55::FORMAT,
    &mta_queue_list::FORMAT,
    &ndr_message::FORMAT,
    &ndr_text::FORMAT,
    &org_info::FORMAT,
    &outlook_message::FORMAT,
    &queue_list_2003::FORMAT,
    &queue_viewer_list::FORMAT,
    &routing_config::FORMAT,
    &sddl::FORMAT,
    &server_addresses::FORMAT,
    &site_rows::FORMAT,
    &smtp_protocol_log::FORMAT,
    &smtp_w3c_log::FORMAT,
    &test_service_health::FORMAT,
];
// registry:end

/// An input format.
pub struct Format {
    /// Stable identifier, kebab-case; shown in reports and used in `tests/formats/`.
    pub id: &'static str,
    /// What a person calls it: `Get-Queue`, `Event log (EVTX)`.
    pub title: &'static str,
    /// One command or path that yields such a file; it only reads.
    pub how_to_collect: &'static str,
    /// Usual endings of the file name, a hint for the file picker only.
    pub extensions: &'static [&'static str],
    /// Judges the beginning of a file.
    pub probe: fn(&Head<'_>) -> Probe,
    /// Reads a whole file.
    pub parse: Parse,
}

/// How a format reads.
#[derive(Clone, Copy)]
pub enum Parse {
    /// Text of megabytes, decoded as a whole. Its evidence is shown as lines.
    Document(fn(&Document<'_>, &mut Output<'_>)),
    /// A log of any size, read by position and part by part.
    Log(LogReader),
}

/// How a log is read. Parts can be read in any order and by several workers; what they give is then joined in
/// the order of the file.
#[derive(Clone, Copy)]
pub struct LogReader {
    /// Where the log may be cut.
    pub grid: fn(&Log<'_>) -> Grid,
    /// Reads the records that begin in a part. What it returns is its state, which only this format understands.
    pub read: fn(&Log<'_>, &Part, &mut Output<'_>) -> Vec<u8>,
    /// Given the joined state of all parts before and that of the next one: what the next one must be told, when it
    /// was read with a wrong assumption and has to be read again.
    pub again: fn(before: &[u8], own: &[u8]) -> Option<Vec<u8>>,
    /// Joins the state of all parts before with that of the next one.
    pub join: fn(before: Vec<u8>, own: Vec<u8>) -> Vec<u8>,
    /// The state behind a part that was lost and ended at an offset, given that before it.
    pub skip: fn(before: Vec<u8>, to: u64) -> Vec<u8>,
    /// Says what can be said only of the whole log.
    pub finish: fn(&Log<'_>, state: &[u8], &mut Output<'_>),
    /// For a binary log: the record with the given number, and some beside it.
    pub show: fn(&Log<'_>, u64, Around) -> Option<ShownRecords>,
}

impl LogReader {
    /// Reads a whole log in one part.
    pub fn read_in_one(self, log: &Log<'_>, out: &mut Output<'_>) {
        let state = (self.read)(log, &Part { range: 0..log.bytes.size(), carry: None }, out);
        (self.finish)(log, &state, out);
    }
}

/// Where a log may be cut: at `first`, and from there at every multiple of `unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Offset of the first cut.
    pub first: u64,
    /// Distance of the cuts in bytes.
    pub unit: u64,
}

impl Grid {
    /// Text may be cut anywhere: a line belongs to the part in which it begins.
    pub fn lines(_: &Log<'_>) -> Grid {
        Grid { first: 0, unit: 1 }
    }

    /// The log is never cut.
    pub fn whole(_: &Log<'_>) -> Grid {
        Grid { first: 0, unit: 1 << 62 }
    }

    /// The parts of a log of `size` bytes, each of about `length` bytes.
    pub fn parts(self, size: u64, length: u64) -> Vec<std::ops::Range<u64>> {
        let unit = self.unit.max(1);
        let length = length.max(unit).next_multiple_of(unit);
        let mut parts = Vec::new();
        let mut start = 0;
        while start < size {
            let end = if start == 0 { self.first + length } else { start + length };
            parts.push(start..end.min(size));
            start = end;
        }
        parts
    }
}

/// A part of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Offsets in the file.
    pub range: std::ops::Range<u64>,
    /// What [`LogReader::again`] said; `None` when the part is read for the first time.
    pub carry: Option<Vec<u8>>,
}

/// A text file handed to a format.
pub struct Document<'a> {
    /// Which source.
    pub id: SourceId,
    /// Its path.
    pub path: &'a str,
    /// Its text.
    pub text: &'a Text,
}

impl Document<'_> {
    /// The file name.
    pub fn name(&self) -> &str {
        file_name(self.path)
    }

    /// Lines of this document.
    pub fn span(&self, first: u32, last: u32) -> Span {
        Span::lines(self.id, first, last)
    }
}

/// A log handed to a format.
pub struct Log<'a> {
    /// Which source.
    pub id: SourceId,
    /// Its path.
    pub path: &'a str,
    /// Its bytes.
    pub bytes: &'a dyn ReadAt,
}

/// Where a format puts what it reads.
pub struct Output<'a> {
    sink: &'a mut dyn Sink,
    /// What happened to the source.
    pub ledger: &'a mut Ledger,
    /// What the format calls this file, when more exact than its title: `Get-Queue, Format-List`.
    pub taken_for: Option<String>,
    /// For a text log: where its lines are.
    pub rows: RowIndex,
    progress: &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>,
}

impl<'a> Output<'a> {
    /// An output into `sink` and `ledger`. `progress` takes bytes and records done so far.
    pub fn new(
        sink: &'a mut dyn Sink,
        ledger: &'a mut Ledger,
        progress: &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Output<'a> {
        Output { sink, ledger, taken_for: None, rows: RowIndex::default(), progress }
    }

    /// Hands on a record.
    pub fn record(&mut self, record: Record) {
        self.ledger.records += 1;
        self.sink.record(record);
    }

    /// Hands on a row of a log.
    pub fn row(&mut self, row: &LogRow<'_>) {
        self.ledger.records += 1;
        self.sink.row(row);
    }

    /// Adds a remark to the ledger.
    pub fn note(&mut self, kind: NoteKind, lines: Option<(u32, u32)>, text: impl Into<String>) {
        self.ledger.note(kind, lines, text);
    }

    /// Says how far the reader is, in bytes of the source. `Break` asks it to stop.
    pub fn progress(&mut self, bytes: u64) -> ControlFlow<()> {
        (self.progress)(bytes, self.ledger.records)
    }
}

/// The verdict of a recognizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Not this format.
    No,
    /// Not this format, but close: what is missing and how to export it instead.
    Near(String),
    /// This format, with a certainty from 1 to 100 and the reason in a few words.
    Yes(u8, String),
}

/// The beginning of a file, looked at once for all formats.
pub struct Head<'a> {
    /// Path; only a hint.
    pub path: &'a str,
    /// Size of the whole file in bytes.
    pub size: u64,
    /// The first bytes, at most [`Head::BYTES`].
    pub bytes: &'a [u8],
    /// The same, decoded. The last character may be cut.
    pub text: Text,
    /// Name of the first XML element without its prefix, when the text starts like XML.
    pub xml_root: Option<String>,
    /// The objects of PowerShell, read once for all formats of cmdlets.
    powershell: OnceCell<Option<Parsed>>,
}

impl<'a> Head<'a> {
    /// How much of a file recognizers see.
    pub const BYTES: usize = 64 * 1024;

    /// Looks at the beginning of a file.
    pub fn new(path: &'a str, size: u64, bytes: &'a [u8]) -> Head<'a> {
        let text = Text::decode(bytes);
        let xml_root = first_element(text.as_str());
        Head { path, size, bytes, text, xml_root, powershell: OnceCell::new() }
    }

    /// Whether the bytes look like text: no zero bytes once decoded.
    pub fn is_text(&self) -> bool {
        !self.text.as_str().bytes().take(4096).any(|b| b == 0)
    }

    /// The beginning as output of PowerShell, when it is some. The last object may be cut.
    pub fn powershell(&self) -> Option<&Parsed> {
        let read = || {
            let mut headers = cmdlet::Headers::default();
            self.is_text().then(|| powershell::read_beginning(&self.text, &mut |names| headers.are_one(names)))?
        };
        self.powershell.get_or_init(read).as_ref()
    }
}

/// What a file was taken for.
#[derive(Clone, Debug)]
pub struct Detection {
    /// The format, when one recognized it.
    pub format: Option<&'static Format>,
    /// Where none did, the one that it is close to.
    pub near: Option<&'static Format>,
    /// Why, or why not and what to do.
    pub reason: String,
}

impl Format {
    /// How it is read part by part, when it is a log.
    pub fn log_reader(&self) -> Option<LogReader> {
        match self.parse {
            Parse::Log(reader) => Some(reader),
            Parse::Document(_) => None,
        }
    }
}

/// The format with an id.
pub fn by_id(id: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.id == id)
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Format({})", self.id)
    }
}

/// Finds the format of a file by its content.
pub fn detect(head: &Head<'_>) -> Detection {
    if head.size == 0 {
        return Detection {
            format: None,
            near: None,
            reason: "The file is empty. PowerShell writes an empty file when a command fails or finds nothing; \
                     run it without the redirection to see why."
                .to_owned(),
        };
    }
    let mut best: Option<(u8, &'static Format, String)> = None;
    let mut near = Vec::new();
    for format in FORMATS {
        match (format.probe)(head) {
            Probe::Yes(score, reason) => {
                // Equal scores: the first by id, so that the answer does not depend on the registry.
                let better = best.as_ref().is_none_or(|(s, f, _)| (score, f.id) > (*s, format.id));
                if better {
                    best = Some((score, format, reason));
                }
            }
            Probe::Near(reason) => near.push((format, reason)),
            Probe::No => {}
        }
    }
    if let Some((_, format, reason)) = best {
        return Detection { format: Some(format), near: None, reason };
    }
    match near.into_iter().min_by(|(a, x), (b, y)| (a.id, x).cmp(&(b.id, y))) {
        Some((format, reason)) => Detection { format: None, near: Some(format), reason },
        None => Detection { format: None, near: None, reason: known_stranger(head) },
    }
}

/// Names files that are no evidence by what they are, so that the reader knows what to do instead.
fn known_stranger(head: &Head<'_>) -> String {
    if head.bytes.starts_with(b"PK\x03\x04") {
        let office = memchr::memmem::find(head.bytes, b"[Content_Types].xml").is_some();
        return if office {
            "This is an Office document. Save pasted output as plain text instead."
        } else {
            "This is a zip archive that cannot be opened here: it is damaged, or lies inside of other archives. Unpack it \
             and drop the folder."
        }
        .to_owned();
    }
    let signature: &[(&[u8], &str)] = &[
        (b"\x89PNG", "This is a PNG picture. Bring the text itself, not a screenshot of it."),
        (b"\xFF\xD8\xFF", "This is a JPEG picture. Bring the text itself, not a screenshot of it."),
        (b"%PDF", "This is a PDF document. Save the output as plain text instead."),
        (b"\xD0\xCF\x11\xE0", "This is an older Office document. Save the output as plain text instead."),
        (
            b"\x1F\x8B",
            "This is a gzip file that cannot be opened here: it is damaged, or lies inside of other archives. Unpack it first.",
        ),
        (b"MZ", "This is a program, not evidence."),
    ];
    if let Some((_, text)) = signature.iter().find(|(magic, _)| head.bytes.starts_with(magic)) {
        return (*text).to_owned();
    }
    if !head.is_text() {
        return "Not text and not a known binary format.".to_owned();
    }
    if let Some(reason) = head.powershell().and_then(|parsed| parsed.objects.iter().find_map(stranger)) {
        return reason;
    }
    match &head.xml_root {
        Some(root) => format!("XML, but none that Exchange or Event Viewer writes. Its root element is {root}."),
        None => {
            "Text that no known export starts with. Export with Format-List, CSV or Export-Clixml, without cutting \
                 the head of the output."
                .to_owned()
        }
    }
}

/// Names an object of PowerShell that no format reads: by its class, or by its first properties.
fn stranger(object: &powershell::Object) -> Option<String> {
    let what = match &object.class {
        Some(class) => format!("are of the class {}.", class.rsplit('.').next().unwrap_or(class)),
        None if object.properties.len() >= 3 => {
            let names: Vec<&str> = object.properties.iter().take(5).map(|property| property.name.as_str()).collect();
            format!("have the properties {} ...", names.join(", "))
        }
        None => return None,
    };
    Some(format!("Output of PowerShell, but of no cmdlet that is read here. Its objects {what}"))
}

fn first_element(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    // What `powershell -OutputFormat XML` prints first.
    let text = text.strip_prefix("#< CLIXML").map_or(text, str::trim_start);
    // Pages saved from a browser's XML view carry a fold mark before the first element.
    let mut rest = text.strip_prefix("- ").unwrap_or(text);
    loop {
        rest = rest.trim_start().strip_prefix('<')?;
        if rest.starts_with(['?', '!']) {
            let end = if rest.starts_with("!--") {
                rest.find("-->")? + 3
            } else if rest.starts_with("!DOCTYPE")
                && rest.find('[').is_some_and(|b| rest.find('>').is_none_or(|e| b < e))
            {
                rest.find("]>")? + 2
            } else {
                rest.find('>')? + 1
            };
            rest = rest.get(end..)?;
            continue;
        }
        let name: String =
            rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')).collect();
        let local = name.rsplit(':').next().unwrap_or("").to_owned();
        return (!local.is_empty()).then_some(local);
    }
}

/// Reads the head of a source for [`detect`].
///
/// # Errors
/// When the source cannot be read.
pub fn read_head(bytes: &dyn ReadAt) -> Result<Vec<u8>, ReadError> {
    bytes.read_range(0, Head::BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_root_element_behind_declarations_and_comments() {
        for (text, root) in [
            ("<?xml version=\"1.0\"?><!-- x --><a:Objs/>", Some("Objs")),
            ("- <RoutingConfiguration>", Some("RoutingConfiguration")),
            ("<!DOCTYPE a [<!ENTITY b \"c>d\">]><a>", Some("a")),
            ("<!DOCTYPE html><html>", Some("html")),
            ("Identity : x", None),
            ("< >", None),
            ("<?xml", None),
        ] {
            assert_eq!(first_element(text).as_deref(), root, "{text}");
        }
    }

    #[test]
    fn an_empty_file_and_a_picture_get_a_next_step() {
        let empty = detect(&Head::new("empty.txt", 0, b""));
        assert!(empty.format.is_none() && empty.reason.contains("empty"));
        let picture = detect(&Head::new("queue.csv", 8, b"\x89PNG\r\n\x1a\n"));
        assert!(picture.format.is_none() && picture.reason.contains("PNG"));
    }
}
