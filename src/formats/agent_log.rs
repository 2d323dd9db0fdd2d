//! Agent logs of Exchange 2007 to SE: what the anti-spam agents did to which message.
//!
//! Documented in "Anti-spam agent logging" (learn.microsoft.com). Columns were added over the versions; the header names them.
//! Times are UTC.

use super::log::{self, LineLog};
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Part, Probe};
use crate::base::timestamp::unix_millis;
use crate::model::log_row::{LogKind, agent as column};

/// Agent log.
pub static FORMAT: Format = Format {
    id: "agent-log",
    title: "Agent log",
    how_to_collect: "robocopy \"$exinstall\\TransportRoles\\Logs\" logs AGENTLOG*.LOG /S",
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
    title: "an agent log",
    log_types: &["Agent Log"],
    kind: |_, _| LogKind::Agent,
    names: column::NAMES,
    delimiter: b',',
    columns_by_count: log::no_guess,
    time: |row, _| unix_millis(row.raw(column::TIMESTAMP)),
    needs_time: true,
    continues: log::never_continues,
};

fn probe(head: &Head<'_>) -> Probe {
    log::probe(head, &LOG, &["timestamp", "agent", "action", "smtpresponse"], |_, _| false)
}

fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>) -> Vec<u8> {
    log::read(log, part, out, &LOG)
}
