//! Connectivity logs of Exchange 2007 to SE: `CONNECTLOG*.LOG`.
//!
//! Documented in "Connectivity logging" (learn.microsoft.com). The header writes `Destination` with a capital letter.
//! Descriptions hold commas and are quoted then. Times are UTC.

use super::log::{self, LineLog};
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Part, Probe};
use crate::base::log_lines::Cells;
use crate::base::timestamp::unix_millis;
use crate::model::log_row::{LogKind, connectivity as column};

/// Connectivity log.
pub static FORMAT: Format = Format {
    id: "connectivity-log",
    title: "Connectivity log",
    how_to_collect: "robocopy \"$exinstall\\TransportRoles\\Logs\" logs CONNECTLOG*.LOG /S",
    extensions: &["log"],
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
    title: "a connectivity log",
    log_types: &["Transport Connectivity Log"],
    kind: |_, _| LogKind::Connectivity,
    names: column::NAMES,
    delimiter: b',',
    columns_by_count: |count| if count == 6 { Some(column::NAMES) } else { None },
    time: |row, _| unix_millis(row.raw(column::DATE_TIME)),
    needs_time: true,
    continues: log::never_continues,
};

fn is_row(cells: &Cells, line: &[u8]) -> bool {
    let session = cells.raw(line, column::SESSION);
    cells.len() == 6
        && unix_millis(cells.raw(line, 0)).is_some()
        && session.len() == 16
        && session.iter().all(u8::is_ascii_hexdigit)
        && matches!(cells.raw(line, column::DIRECTION), b"+" | b"-" | b">" | b"*")
}

fn probe(head: &Head<'_>) -> Probe {
    log::probe(head, &LOG, &["session", "destination", "direction", "description"], is_row)
}

fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>) -> Vec<u8> {
    log::read(log, part, out, &LOG)
}
