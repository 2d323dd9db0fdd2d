//! Lists of queues and messages that Queue Viewer (2007 to SE) writes with "Export List".
//!
//! The console writes the columns that are shown, separated by tabs or commas and without quotes
//! (<https://learn.microsoft.com/windows/win32/api/mmcobj/ne-mmcobj-_exportlistoptions>), in ANSI or UTF-16; the columns are
//! those of the queue properties (<https://learn.microsoft.com/exchange/mail-flow/queues/queue-properties>).
//!
//! Traps:
//! - Commas in smart hosts and errors move the cells behind them; see `base::console_list`.
//! - The list names neither the server nor the identity of a queue.
//! - Delivery types are display texts; sizes are whole KB; times are local, in the order of whoever saved the list.

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::console_list::rows::{self, Found, Kind, Row};
use crate::base::console_list::{
    Column, Delimiter, always, any_text, is_number, is_number_or_blank, is_time, never, whole_number,
};
use crate::base::ip_range::parse_address;
use crate::base::ledger::NoteKind;
use crate::base::source::Span;
use crate::model::message::Message;
use crate::model::queue::{DeliveryType, Queue, QueueStatus};
use crate::model::{Located, Record};

/// Lists of Queue Viewer.
pub static FORMAT: Format = Format {
    id: "queue-viewer-list",
    title: "Queue Viewer list",
    how_to_collect: "Queue Viewer, Action, Export List, type Unicode Text (Tab Delimited); better: Get-Queue | Export-Clixml queues.xml",
    extensions: &["txt", "csv"],
    probe,
    parse: Parse::Document(parse),
};

const BETTER: &str = "Export with Get-Queue or Get-Message and Export-Clixml, or tab delimited.";

const QUEUES: usize = 0;

/// Lines that may stand before the headings.
const PREAMBLE: usize = 12;

static KINDS: [Kind; 2] = [
    Kind { columns: &QUEUE, needed: &[NEXT_HOP, STATUS, COUNT], times: &[NEXT_RETRY, LAST_RETRY] },
    Kind { columns: &MESSAGE, needed: &[FROM, M_STATUS], times: &[EXPIRES, RECEIVED] },
];

const fn fixed(headings: &'static [&'static str], check: fn(&str) -> bool) -> Column {
    Column { headings, check, goes_on: never, grouped: false }
}

const fn text(headings: &'static [&'static str], check: fn(&str) -> bool) -> Column {
    Column { headings, check, goes_on: any_text, grouped: false }
}

const fn number(headings: &'static [&'static str], check: fn(&str) -> bool) -> Column {
    Column { headings, check, goes_on: never, grouped: true }
}

const NEXT_HOP: usize = 0;
const DELIVERY_TYPE: usize = 1;
const STATUS: usize = 2;
const COUNT: usize = 3;
const NEXT_RETRY: usize = 4;
const LAST_RETRY: usize = 5;
const Q_ERROR: usize = 6;

static QUEUE: [Column; 15] = [
    text(&["Next Hop Domain"], any_text),
    fixed(&["Delivery Type"], is_delivery_type),
    fixed(&["Status"], |text| queue_status(text).is_some()),
    number(&["Message Count"], is_number),
    fixed(&["Next Retry Time"], is_time),
    fixed(&["Last Retry Time"], is_time),
    text(&["Last Error"], always),
    number(&["Deferred Message Count"], is_number_or_blank),
    number(&["Locked Message Count"], is_number_or_blank),
    fixed(&["Velocity"], is_number_or_blank),
    fixed(&["Incoming Rate"], is_number_or_blank),
    fixed(&["Outgoing Rate"], is_number_or_blank),
    fixed(&["Risk Level"], |text| text.chars().all(|c| c.is_ascii_alphabetic())),
    fixed(&["Outbound IP Pool"], is_number_or_blank),
    fixed(&["TLS Domain"], |text| !text.contains(' ')),
];

const FROM: usize = 0;
const M_STATUS: usize = 1;
const SIZE: usize = 2;
const QUEUE_ID: usize = 4;
const SOURCE_NAME: usize = 5;
const M_ERROR: usize = 6;
const SUBJECT: usize = 7;
const SOURCE_IP: usize = 8;
const MESSAGE_ID: usize = 9;
const EXPIRES: usize = 10;
const RECEIVED: usize = 11;

static MESSAGE: [Column; 12] = [
    text(&["From Address"], any_text),
    fixed(&["Status"], |text| message_status(text).is_some()),
    number(&["Size (KB)", "Size"], is_number_or_blank),
    fixed(&["SCL"], |text| text.trim().is_empty() || text.trim().parse().is_ok_and(|n: i8| (-1..=9).contains(&n))),
    fixed(&["Queue ID", "Queue"], |text| text.trim().is_empty() || text.contains('\\')),
    // Only the names of connectors can hold a comma: SMTP:Relay, old.
    Column {
        headings: &["Message Source Name"],
        check: |text| is_connector(text) || !text.contains(' '),
        goes_on: is_connector,
        grouped: false,
    },
    text(&["Last Error"], always),
    text(&["Subject"], always),
    fixed(&["Source IP"], |text| text.trim().is_empty() || parse_address(text.trim()).is_ok()),
    fixed(&["Internet Message ID"], |text| {
        text.trim().is_empty() || (text.trim().starts_with('<') && text.trim().ends_with('>'))
    }),
    fixed(&["Expiration Time"], is_time),
    fixed(&["Date Received"], is_time),
];

fn is_connector(text: &str) -> bool {
    text.trim().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("smtp:"))
}

/// A delivery type, also one that is newer than the list of them.
fn is_delivery_type(text: &str) -> bool {
    let text = text.trim();
    let words = text.chars().all(|c| c.is_ascii_alphabetic() || c == ' ') && !text.is_empty();
    words
        && (DeliveryType::parse(text).is_some()
            || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("smtp")))
}

/// By name; a number would be another column.
fn queue_status(text: &str) -> Option<QueueStatus> {
    text.trim().bytes().all(|b| b.is_ascii_alphabetic()).then(|| QueueStatus::parse(text))?
}

fn message_status(text: &str) -> Option<&'static str> {
    ["None", "Active", "Pending Remove", "Pending Suspend", "Ready", "Retry", "Suspended", "Locked"]
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(text.trim()) || name.replace(' ', "").eq_ignore_ascii_case(text.trim()))
}

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    if is_of_cmdlet(head) {
        return Probe::No;
    }
    let found = rows::find(&head.text, &KINDS);
    let Some(list) = found.lists.first() else { return near(head) };
    if found.before.len() > PREAMBLE {
        return Probe::No;
    }
    let what = if list.kind == QUEUES { "queues" } else { "messages" };
    if found.rows.is_empty() {
        return Probe::Near(format!(
            "Headings of a Queue Viewer list of {what} without any row below them. Export again while the list shows \
             them, or use Get-Queue | Export-Clixml queues.xml"
        ));
    }
    Probe::Yes(90, format!("headings and rows of a list of {what} in Queue Viewer"))
}

/// The cmdlets print the same columns, but the names of properties (`FromAddress`), a class, and an identity.
fn is_of_cmdlet(head: &Head<'_>) -> bool {
    let joined = |cell: &str| {
        let headings = || QUEUE.iter().chain(&MESSAGE).flat_map(|column| column.headings);
        headings().any(|h| h.contains(' ') && h.replace(' ', "").eq_ignore_ascii_case(cell))
    };
    let lines = head.text.lines().map(|(_, line)| line.trim_start_matches('\u{FEFF}').trim());
    lines.filter(|line| !line.is_empty()).take(PREAMBLE).any(|line| {
        let is_type = line.trim_start_matches('"').get(..5).is_some_and(|start| start.eq_ignore_ascii_case("#TYPE"));
        let name = |cell: &str| {
            let cell = cell.trim().trim_matches('"');
            cell.eq_ignore_ascii_case("identity") || joined(cell)
        };
        is_type || (line.len() <= 1000 && line.split([',', '\t', ';']).any(name))
    })
}

/// Some columns of the list, but not those that tell what waits.
fn near(head: &Head<'_>) -> Probe {
    let few = |line: &str| {
        KINDS.iter().any(|kind| {
            let layout = crate::base::console_list::Layout::of_headings(line, kind.columns);
            layout
                .is_some_and(|layout| layout.unknown.is_empty() && (layout.has(NEXT_HOP) || layout.columns.len() >= 3))
        })
    };
    match head.text.lines().map(|(_, line)| line).find(|line| !line.trim().is_empty()) {
        Some(line) if few(line) => Probe::Near(
            "Looks like a Queue Viewer list, but the columns Next Hop Domain, Status and Message Count (or From Address \
             and Status) are not all there. Show them with View, Add/Remove Columns and export again, or use Get-Queue | \
             Export-Clixml queues.xml"
                .to_owned(),
        ),
        _ => Probe::No,
    }
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut found = rows::find(document.text, &KINDS);
    let mut of_queues = false;
    for row in found.take_rows() {
        let span = document.span(row.first, row.last);
        found.remember_unknown(&row, &KINDS);
        if found.lists.get(row.list).is_some_and(|list| list.kind == QUEUES) {
            of_queues = true;
            let queue = queue(&mut found, &row, span);
            if let (None, Some(text)) = (&queue.delivery_type, found.value(&row, DELIVERY_TYPE)) {
                let text = format!("This delivery type is not known here and left out: {text}");
                out.note(NoteKind::Skipped, Some((row.first, row.last)), text);
            }
            out.record(Record::Queue(queue));
        } else {
            let message = message(&mut found, &row, span);
            out.record(Record::Message(message));
        }
    }
    if let Some(&line) = found.before.first() {
        let text = format!("Lines before the headings belong to no list: {}.", found.before.len());
        out.note(NoteKind::Info, Some((line, line)), text);
    }
    if let Some(list) = found.lists.iter().find(|list| list.kind == QUEUES).filter(|_| of_queues) {
        let text = "Queue Viewer names no server in its list, so these queues belong to no known server. Export with \
                    Get-Queue -Server SERVER | Export-Clixml queues-SERVER.xml";
        out.note(NoteKind::Info, Some((list.line, list.line)), text);
    }
    found.write(out.ledger, BETTER);
    out.taken_for = found.lists.first().map(|list| {
        let what = if list.kind == QUEUES { "queues" } else { "messages" };
        let shape = match list.layout.delimiter {
            Delimiter::Tab => "tab delimited",
            Delimiter::Comma => "comma delimited",
            Delimiter::Semicolon => "semicolon delimited",
            Delimiter::Spaces => "pasted",
        };
        format!("Queue Viewer list of {what}, {shape}")
    });
}

fn queue(found: &mut Found, row: &Row, span: Span) -> Queue {
    let status = found.value(row, STATUS).and_then(|text| queue_status(&text));
    let delivery_type = found.value(row, DELIVERY_TYPE).and_then(|text| DeliveryType::parse(&text));
    Queue {
        span,
        identity: None,
        delivery_type: delivery_type.map(|value| Located::new(value, span)),
        next_hop_domain: found.value(row, NEXT_HOP).map(|value| Located::new(value, span)),
        next_hop_connector: None,
        status: status.map(|value| Located::new(value, span)),
        message_count: found
            .value(row, COUNT)
            .and_then(|text| whole_number(&text))
            .map(|value| Located::new(value, span)),
        last_error: found.value(row, Q_ERROR).map(|value| Located::new(value, span)),
        last_retry: found.time(row, LAST_RETRY).map(|value| Located::new(value, span)),
        next_retry: found.time(row, NEXT_RETRY).map(|value| Located::new(value, span)),
        velocity: None,
    }
}

fn message(found: &mut Found, row: &Row, span: Span) -> Message {
    let status = found.value(row, M_STATUS).and_then(|text| message_status(&text).map(|name| name.replace(' ', "")));
    let source_ip = found.value(row, SOURCE_IP).and_then(|text| parse_address(&text).ok());
    Message {
        span,
        identity: None,
        queue: found.value(row, QUEUE_ID).map(|value| Located::new(value, span)),
        subject: found.value(row, SUBJECT),
        internet_message_id: found.value(row, MESSAGE_ID),
        from: found.value(row, FROM),
        status: status.map(|value| Located::new(value, span)),
        // The list shows whole KB.
        size: found.value(row, SIZE).and_then(|text| whole_number(&text)).and_then(|kb| kb.checked_mul(1024)),
        source_name: found.value(row, SOURCE_NAME),
        source_ip: source_ip.map(|value| Located::new(value, span)),
        date_received: found.time(row, RECEIVED).map(|value| Located::new(value, span)),
        last_error: found.value(row, M_ERROR).map(|value| Located::new(value, span)),
        defer_reason: None,
        retry_count: None,
        recipients: Vec::new(),
        recipients_complete: false,
    }
}
