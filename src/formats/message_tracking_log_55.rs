//! Message tracking logs of Exchange 4.0 to 5.5: `yyyymmdd.log` in `Exchsrvr\Tracking.log`.
//!
//! Documented in KB Q173280 and Q173364. There is no header. A record is a line of 13 cells separated by tabs, then a line of
//! two cells for each recipient: its name and whether it was delivered. Times are GMT; how the date is written depends on the
//! computer, so a time that can be read in two ways is left out.

use super::log::{self, LineLog};
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Part, Probe};
use crate::base::log_lines::Cells;
use crate::base::timestamp::unix_millis;
use crate::model::log_row::{LogKind, tracking_55 as column};

/// Message tracking log of 4.0 to 5.5.
pub static FORMAT: Format = Format {
    id: "message-tracking-log-55",
    title: "Message tracking log (Exchange 5.5)",
    how_to_collect: "copy C:\\Exchsrvr\\Tracking.log\\*.log .",
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
    title: "a message tracking log of Exchange 5.5",
    log_types: &[],
    kind: |_, _| LogKind::Tracking55,
    names: column::NAMES,
    delimiter: b'\t',
    columns_by_count: |count| if (11..=15).contains(&count) { Some(column::NAMES) } else { None },
    time: |row, _| unix_millis(row.raw(column::DATE_TIME)),
    needs_time: false,
    // A recipient and its status.
    continues: |cells| matches!(cells.len(), 1 | 2),
};

/// Event numbers of 4.0 to 5.5.
fn is_event(cell: &[u8]) -> bool {
    let number = std::str::from_utf8(cell).ok().and_then(|t| t.trim().parse::<u32>().ok());
    number.is_some_and(|n| n <= 60 || (1000..=1018).contains(&n))
}

fn is_row(cells: &Cells, line: &[u8]) -> bool {
    let count = cells.len();
    ((11..=15).contains(&count) && is_event(cells.raw(line, column::EVENT)) && cells.raw(line, 0).contains(&b'='))
        || (count == 2 && matches!(cells.raw(line, 1), b"0" | b"1"))
}

fn probe(head: &Head<'_>) -> Probe {
    log::probe(head, &LOG, &["mts-id", "event number"], is_row)
}

fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>) -> Vec<u8> {
    log::read(log, part, out, &LOG)
}
