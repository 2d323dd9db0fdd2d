//! SMTP logs of Internet Information Services in W3C extended format: Exchange 2000 and 2003, `ex*.log` in `SMTPSVC1`.
//!
//! Documented in "W3C Extended Log File Format" (learn.microsoft.com). An administrator chooses the columns; blanks in values are
//! written as `+`. When the rows have no date, that of the header counts. Times are UTC. Web sites write the same format; a log of
//! one of those is recognized and refused.

use super::log::{self, LineLog};
use super::{Format, Grid, Head, Log, LogReader, Output, Parse, Part, Probe};
use crate::base::timestamp::{unix_date, unix_time_of_day};
use crate::model::log_row::{LogKind, w3c as column};

/// SMTP log in W3C format.
pub static FORMAT: Format = Format {
    id: "smtp-w3c-log",
    title: "SMTP log (Exchange 2000, 2003)",
    how_to_collect: "copy %SystemRoot%\\System32\\LogFiles\\SMTPSVC1\\ex*.log .",
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
    title: "an SMTP log",
    log_types: &[],
    kind: |_, _| LogKind::W3c,
    names: column::NAMES,
    delimiter: b' ',
    columns_by_count: log::no_guess,
    time: |row, header| {
        let own = row.raw(column::DATE);
        let date = if own.is_empty() { header.date.as_bytes() } else { own };
        Some(unix_date(date.get(..10).unwrap_or(date))? + unix_time_of_day(row.raw(column::TIME))?)
    },
    needs_time: true,
    continues: log::never_continues,
};

fn probe(head: &Head<'_>) -> Probe {
    let text = head.text.as_str();
    let is_iis = text
        .lines()
        .take(5)
        .any(|l| l.starts_with("#Software: Microsoft") && l.contains("Internet Information Services"));
    if !is_iis {
        return Probe::No;
    }
    let rows = || text.lines().filter(|l| !l.starts_with('#')).take(200);
    let verbs = ["EHLO", "HELO", "MAIL", "RCPT", "DATA", "BDAT", "QUIT", "OutboundConnection", "SMTPSVC"];
    if rows().any(|row| verbs.iter().any(|verb| row.contains(verb))) {
        return Probe::Yes(92, "a log of Internet Information Services with SMTP commands".to_owned());
    }
    if rows().any(|row| row.contains(" GET ") || row.contains(" POST ") || row.contains("W3SVC")) {
        return Probe::Near(
            "This is the log of a web site, not of SMTP. The SMTP log is in the folder SMTPSVC1: copy \
             %SystemRoot%\\System32\\LogFiles\\SMTPSVC1\\ex*.log"
                .to_owned(),
        );
    }
    Probe::No
}

fn read(log: &Log<'_>, part: &Part, out: &mut Output<'_>) -> Vec<u8> {
    log::read(log, part, out, &LOG)
}
