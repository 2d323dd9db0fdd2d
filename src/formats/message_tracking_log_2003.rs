//! Message tracking logs of Exchange 2000 and 2003: `yyyymmdd.log` in the folder `<SERVER>.log`.
//!
//! Documented in KB246965. Cells are separated by tabs, blanks are `-`, there is a line for each recipient, and the date is
//! written without leading zeros. Events are numbers; their meaning is in `knowledge`. Times are GMT.

use super::log::{self, LineLog};
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Part, Probe};
use crate::base::log_lines::Cells;
use crate::base::timestamp::{unix_date, unix_time_of_day};
use crate::model::log_row::{LogKind, tracking_2003 as column};

/// Message tracking log of 2000 and 2003.
pub static FORMAT: Format = Format {
    id: "message-tracking-log-2003",
    title: "Message tracking log (Exchange 2000, 2003)",
    how_to_collect: "copy \"C:\\Program Files\\Exchsrvr\\%COMPUTERNAME%.log\\*.log\" .",
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
    title: "a message tracking log of Exchange 2003",
    log_types: &[],
    kind: |_, _| LogKind::Tracking2003,
    names: column::NAMES,
    delimiter: b'\t',
    columns_by_count: |count| if (18..=20).contains(&count) { Some(column::NAMES) } else { None },
    time: |row, _| Some(unix_date(row.raw(column::DATE))? + unix_time_of_day(row.raw(column::TIME))?),
    needs_time: true,
    continues: log::never_continues,
};

fn is_row(cells: &Cells, line: &[u8]) -> bool {
    (18..=20).contains(&cells.len())
        && unix_date(cells.raw(line, 0)).is_some()
        && unix_time_of_day(cells.raw(line, 1)).is_some()
        && cells.raw(line, column::EVENT_ID).iter().all(u8::is_ascii_digit)
}

fn probe(head: &Head<'_>) -> Probe {
    log::probe(head, &LOG, &["date", "time", "event-id", "msgid"], is_row)
}

fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>) -> Vec<u8> {
    log::read(log, part, out, &LOG)
}
