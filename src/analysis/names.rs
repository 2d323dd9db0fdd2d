//! The names of a site that may stand in a report: those of the records, and those in the rows of logs that are quoted.
//!
//! Rows are folded as they are read, so what stood in their cells is no longer known; the header of the log says which
//! cell of a quoted row is a subject or a name.

use std::collections::BTreeSet;

use super::reading::Read;
use crate::base::log_lines::{Cells, unquoted};
use crate::facts::Facts;
use crate::facts::names::{Name, NameKind, Names};
use crate::report::redaction::Beside;
use crate::report::{Evidence, Report};

/// Where the header of a log is looked for.
const HEAD: usize = 64 << 10;

/// The names that may stand in a report, or in texts beside it, in their order.
pub fn of_case(facts: &Facts, report: &Report, sources: &[Read], beside: &[Beside]) -> Vec<Name> {
    let words = words(report, beside);
    let seen = |text: &str| {
        let mut all = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        all.next().is_some_and(|word| words.contains(word.to_lowercase().as_str()))
    };
    let mut names = Names::new(&seen);
    facts.collect_names(&mut names);
    for evidence in report.findings.iter().flat_map(|finding| &finding.evidence) {
        if let Some(read) =
            sources.get(evidence.source as usize).filter(|read| read.format.is_some_and(|f| f.log_reader().is_some()))
        {
            add_cells(evidence, read, &mut names);
        }
    }
    names.finish()
}

/// All words of these, in small letters.
fn words(report: &Report, beside: &[Beside]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut copy = report.clone();
    let mut add = |text: &str| {
        words.extend(text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase));
    };
    crate::report::redaction::each_text(&mut copy, &mut add);
    beside.iter().for_each(|own| add(&own.text));
    words
}

/// The cells of a quoted row that are names by the header of their log.
fn add_cells(evidence: &Evidence, read: &Read, names: &mut Names<'_>) {
    let Some((line, _)) = evidence.lines else { return };
    let Ok(head) = read.source.bytes.read_range(0, HEAD) else { return };
    let head = String::from_utf8_lossy(&head);
    let header =
        head.lines().take_while(|line| line.starts_with('#') || line.trim().is_empty() || line.contains("-ip"));
    let header = header.filter(|line| line.contains("client") || line.contains("Fields:")).last().unwrap_or("");
    let columns = header.trim_start_matches('#').trim().trim_start_matches("Fields:").trim();
    let delimiter = if columns.contains(',') {
        ','
    } else if columns.contains('\t') {
        '\t'
    } else {
        return;
    };
    for row in super::log::lines(&*read.source.bytes, &read.rows, u64::from(line) - 1, 1) {
        let mut cells = Cells::default();
        cells.split(row.as_bytes(), delimiter as u8);
        for (i, column) in columns.split(delimiter).enumerate() {
            let cell = unquoted(cells.raw(row.as_bytes(), i));
            let column = column.trim().to_lowercase();
            let kind = match column.as_str() {
                "message-subject" => NameKind::Subject,
                "client-hostname" | "server-hostname" | "partner-name" | "s-computername" | "cs-host" => {
                    NameKind::Server
                }
                "connector-id" => NameKind::Connector,
                "cs-username" | "sender-address" | "recipient-address" => NameKind::Person,
                _ => continue,
            };
            names.add(kind, &String::from_utf8_lossy(&cell));
        }
    }
}
