//! SMTP protocol logs of Exchange 2007 to SE: `RECV*.LOG` and `SEND*.LOG`.
//!
//! Documented in "Protocol logging" (learn.microsoft.com). The columns are the same in all versions. Lines of sessions
//! interleave; the session id is 16 hexadecimal digits. Times are UTC. The type in the header says whether the server received
//! or sent; without a header a connector named `SERVER\Connector` is one that receives.

use super::log::{self, LineLog};
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Part, Probe};
use crate::base::log_lines::Cells;
use crate::base::timestamp::unix_millis;
use crate::model::log_row::{LogKind, protocol as column};

/// SMTP protocol log.
pub static FORMAT: Format = Format {
    id: "smtp-protocol-log",
    title: "SMTP protocol log",
    how_to_collect: "robocopy \"$exinstall\\TransportRoles\\Logs\" logs RECV*.LOG SEND*.LOG /S",
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
    title: "an SMTP protocol log",
    log_types: &["SMTP Receive Protocol Log", "SMTP Send Protocol Log"],
    kind: |header, line| {
        let of_server = |line: &[u8]| line.split(|b| *b == b',').nth(1).is_some_and(|cell| cell.contains(&b'\\'));
        let kind = header.log_type.to_ascii_lowercase();
        if kind.contains("receive") || (kind.is_empty() && of_server(line)) {
            LogKind::SmtpReceive
        } else {
            LogKind::SmtpSend
        }
    },
    names: column::NAMES,
    delimiter: b',',
    columns_by_count: |count| if count == 9 { Some(column::NAMES) } else { None },
    time: |row, _| unix_millis(row.raw(column::DATE_TIME)),
    needs_time: true,
    continues: log::never_continues,
};

fn is_row(cells: &Cells, line: &[u8]) -> bool {
    let session = cells.raw(line, column::SESSION_ID);
    cells.len() == 9
        && unix_millis(cells.raw(line, 0)).is_some()
        && session.len() == 16
        && session.iter().all(u8::is_ascii_hexdigit)
        && matches!(cells.raw(line, column::EVENT), b"+" | b"-" | b">" | b"<" | b"*")
}

fn probe(head: &Head<'_>) -> Probe {
    log::probe(head, &LOG, &["session-id", "sequence-number", "remote-endpoint"], is_row)
}

fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>) -> Vec<u8> {
    log::read(log, part, out, &LOG)
}
