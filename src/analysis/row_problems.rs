//! Which problems a row of a table belongs to: those that account for the messages of its queue, and those that quote it as
//! evidence.
//!
//! Trap: a problem accounts for so many messages of a queue, not for single ones; what is said at a message is about its queue.

use serde::{Deserialize, Serialize};

use crate::report::{Evidence, Problem, Report};

/// A problem that a row belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// Number of the problem.
    pub number: u32,
    /// What it is, as a title.
    pub title: String,
    /// Messages of the row's queue that it accounts for; 0 when the row is evidence only.
    pub messages: u64,
}

/// What a problem accounts for in one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueShare {
    /// Number of the problem.
    pub problem: u32,
    /// The queue, as it is named everywhere.
    pub queue: String,
    /// Messages.
    pub messages: u64,
}

/// The problems of a row, by their numbers: `queue` is the one that it is about, `place` where it stands.
pub fn of(report: &Report, shares: &[QueueShare], queue: Option<&str>, place: Option<&Evidence>) -> Vec<RowProblem> {
    let of_problem = |problem: &Problem| {
        let own = |share: &&QueueShare| share.problem == problem.number && Some(share.queue.as_str()) == queue;
        let messages = shares.iter().filter(own).fold(0_u64, |sum, share| sum.saturating_add(share.messages));
        let mut findings =
            std::iter::once(&problem.main).chain(&problem.explains).filter_map(|at| report.findings.get(*at));
        let title = report.findings.get(problem.main)?.title.clone();
        let mut is_quoted = || {
            findings.any(|finding| place.is_some_and(|place| finding.evidence.iter().any(|own| is_same(own, place))))
        };
        (messages > 0 || is_quoted()).then_some(RowProblem { number: problem.number, title, messages })
    };
    report.problems.iter().filter_map(of_problem).collect()
}

/// Whether a piece of evidence quotes what stands in a place. That something is missing from a file is not about its rows.
fn is_same(evidence: &Evidence, place: &Evidence) -> bool {
    evidence.source == place.source
        && !evidence.absent
        && match ((evidence.lines, place.lines), (&evidence.record, &place.record)) {
            ((Some((first, last)), Some((from, to))), _) => first <= to && from <= last,
            (_, (Some(record), Some(other))) => record == other,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::analysis::{Analysis, analyze};
    use crate::base::clocks::Clocks;
    use crate::base::source::Source;

    fn case(name: &str) -> Analysis {
        let mut files: Vec<_> = std::fs::read_dir(format!("tests/cases/{name}"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !["case.md", "expected.txt"].contains(&path.file_name().unwrap().to_str().unwrap()))
            .collect();
        files.sort();
        let source = |path: &std::path::PathBuf| {
            Source::from_bytes(path.file_name().unwrap().to_str().unwrap(), std::fs::read(path).unwrap())
        };
        analyze(files.iter().map(source).collect(), &mut |_| ControlFlow::Continue(()))
    }

    fn row_with(analysis: &Analysis, table: &str, text: &str) -> u32 {
        let rows = &analysis.table(table).unwrap().rows;
        rows.iter().position(|row| row.cells.iter().any(|cell| cell.text().contains(text))).unwrap() as u32
    }

    #[test]
    fn a_queue_and_its_messages_lead_to_what_holds_them() {
        let analysis = case("store-missing-from-routing-table");
        let title = analysis.report.findings[analysis.report.problems[0].main].title.clone();
        let expected = [RowProblem { number: 1, title, messages: 41 }];
        for table in ["queues", "messages"] {
            let row = analysis.row(table, row_with(&analysis, table, "Unreachable"), &Clocks::default()).unwrap();
            assert_eq!(row.problems, expected, "{table}");
        }
        let idle =
            analysis.row("queues", row_with(&analysis, "queues", r"LON-HUB1\Poison"), &Clocks::default()).unwrap();
        assert_eq!(idle.problems, []);
    }

    #[test]
    fn what_is_quoted_leads_to_where_it_is_quoted() {
        let analysis = case("submission-1009-evtx");
        let row = analysis
            .row("events", row_with(&analysis, "events", "MSExchangeMailSubmission"), &Clocks::default())
            .unwrap();
        let numbers: Vec<(u32, u64)> = row.problems.iter().map(|problem| (problem.number, problem.messages)).collect();
        assert_eq!(numbers, [(1, 0)]);
        let other = analysis.row("events", row_with(&analysis, "events", "ESE"), &Clocks::default()).unwrap();
        assert_eq!(other.problems, []);
    }
}
