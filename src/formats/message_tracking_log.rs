//! Message tracking logs of Exchange 2007 to SE: `MSGTRK*.LOG`.
//!
//! Documented in "Message tracking" (learn.microsoft.com). The header names the columns: 21 in 2007, 26 in 2010, 27 in
//! 2013 (one inserted in the middle), 30 from 2016 on. A log without header (cut, or lines taken out of it) is known by the
//! number of its cells and by known words in the columns of source and event. Line ends inside a cell are written as `\r\n`
//! in letters, so that a record is always one line. Times are UTC.

use std::sync::LazyLock;

use super::log::{self, LineLog};
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Part, Probe};
use crate::base::log_lines::Cells;
use crate::base::timestamp::unix_millis;
use crate::model::log_row::{LogKind, tracking};

/// Message tracking log.
pub static FORMAT: Format = Format {
    id: "message-tracking-log",
    title: "Message tracking log",
    how_to_collect: "Copy-Item \"$exinstall\\TransportRoles\\Logs\\MessageTracking\\MSGTRK*.LOG\" -Destination .",
    extensions: &["log", "csv"],
    probe,
    parse: Parse::Log(LogReader {
        grid: Grid::lines,
        read,
        again: log::again,
        join: log::join,
        skip: log::skip,
        finish: log::finish,
        show: log::show,
    }),
};

static LOG: LineLog = LineLog {
    title: "a message tracking log",
    log_types: &["Message Tracking Log"],
    kind: |_, _| LogKind::Tracking,
    names: tracking::NAMES,
    delimiter: b',',
    columns_by_count,
    time: |row, _| unix_millis(row.raw(tracking::DATE_TIME)),
    needs_time: true,
    continues: log::never_continues,
};

/// Columns by version, for logs without a header.
fn columns_by_count(count: usize) -> Option<&'static [&'static str]> {
    // Until 2010 there is no network-message-id.
    static EARLY: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let later = tracking::NAMES.iter().enumerate().filter(|(i, _)| *i != tracking::NETWORK_MESSAGE_ID);
        // The last of them came in updates of 2010 that also wrote a header.
        later.map(|(_, name)| *name).take(26).collect()
    });
    match count {
        21 => EARLY.get(..21),
        26 => EARLY.get(..26),
        27 => tracking::NAMES.get(..27),
        30 => Some(tracking::NAMES),
        _ => None,
    }
}

const SOURCES: &[&[u8]] = &[
    b"SMTP",
    b"PICKUP",
    b"DSN",
    b"AGENT",
    b"ADMIN",
    b"STOREDRIVER",
    b"ROUTING",
    b"DNS",
    b"GATEWAY",
    b"POISONMESSAGE",
    b"ORAR",
    b"REDUNDANCY",
    b"SAFETYNET",
    b"MAILBOXRULE",
    b"AGGREGATION",
    b"APPROVAL",
    b"MULTITENANCY",
    b"QUEUE",
    b"APPLICATION",
    b"STOREDRIVERSUBMISSION",
    b"PUBLICFOLDER",
    b"BOOTLOADER",
    b"MEETINGMESSAGEPROCESSOR",
    b"RESOLVER",
];

fn is_row(cells: &Cells, line: &[u8]) -> bool {
    columns_by_count(cells.len()).is_some()
        && unix_millis(cells.raw(line, 0)).is_some()
        && SOURCES.contains(&cells.raw(line, tracking::SOURCE))
}

fn probe(head: &Head<'_>) -> Probe {
    log::probe(head, &LOG, &["date-time", "event-id", "message-id"], is_row)
}

fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>) -> Vec<u8> {
    log::read(log, part, out, &LOG)
}
