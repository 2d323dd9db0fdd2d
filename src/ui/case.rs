//! What the views need beyond the report itself, worked out once per report: one sequence of citation
//! numbers per problem, the tree of what follows, what is still missing, which problems start open.
//!
//! A problem shows the evidence of its main finding and of the findings it explains as one list. The
//! main finding keeps its own numbers; evidence of the others follows, without repeating a place that
//! is already cited. [`Footnotes::number`] turns a finding's own number into that of the list.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::language::words;
use super::state::ROW;
use crate::report::compare::{Became, Change, Comparison, compare, in_both};
use crate::report::{Confidence, ConsideredVerdict, Evidence, Finding, Missing, Problem, Report, Severity};
use crate::worker::protocol::{MessagePath, RowAnswer};

/// In the place of the number of a citation: what a place of the path of a message has in addition to its own number, so that it is
/// told from the place of the row.
pub const OF_PATH: u32 = 1;

/// A report with everything derived from it. Cheap to clone; equal only to itself.
#[derive(Clone, Debug)]
pub struct Case {
    pub report: Rc<Report>,
    footnotes: Rc<BTreeMap<u32, Footnotes>>,
    /// The row of a table that is open in the drawer.
    pub row: Option<Rc<RowAnswer>>,
    /// What became of the problems of an earlier report.
    pub comparison: Option<Rc<Comparison>>,
}

impl PartialEq for Case {
    fn eq(&self, other: &Case) -> bool {
        let same_row = match (&self.row, &other.row) {
            (Some(one), Some(other)) => Rc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        self.comparison == other.comparison && same_row && Rc::ptr_eq(&self.report, &other.report)
    }
}

impl Case {
    pub fn new(report: Report) -> Case {
        let footnotes =
            report.problems.iter().map(|problem| (problem.number, Footnotes::new(&report, problem))).collect();
        Case { report: Rc::new(report), footnotes: Rc::new(footnotes), row: None, comparison: None }
    }

    /// Compares with an earlier report, or no longer.
    pub fn compare(&mut self, before: Option<&Before>, name: &str) {
        self.comparison = before.map(|before| {
            let mut comparison = compare(&before.report, &self.report);
            comparison.earlier.name.clone_from(&before.name);
            comparison.later.name = name.to_owned();
            Rc::new(comparison)
        });
    }

    /// What became of a problem.
    pub fn became(&self, problem: u32) -> Option<&Became> {
        self.comparison.as_ref()?.now.iter().find(|became| became.number == problem)
    }

    /// Takes what else is known of the way of the message that is open.
    pub fn take_path(&mut self, path: MessagePath) {
        let known = self
            .row
            .as_ref()
            .filter(|row| row.path.as_ref().is_some_and(|known| known.message_id == path.message_id && *known != path));
        if let Some(row) = known {
            self.row = Some(Rc::new(RowAnswer { path: Some(path), ..RowAnswer::clone(row) }));
        }
    }

    /// Opens the row of a table in the drawer.
    ///
    /// The same row again keeps what was found of its message meanwhile: nobody searches anew.
    pub fn open_row(&mut self, mut row: RowAnswer) {
        let known = self.row.take().filter(|known| known.table == row.table && known.number == row.number);
        if let Some(known) = known.and_then(|known| known.path.clone()) {
            let path = row.path.take().filter(|path| path.message_id != known.message_id);
            row.path = Some(path.unwrap_or(known));
        }
        self.row = Some(Rc::new(row));
    }

    pub fn problem(&self, number: u32) -> Option<&Problem> {
        self.report.problems.iter().find(|problem| problem.number == number)
    }

    pub fn main_finding(&self, problem: &Problem) -> Option<&Finding> {
        self.report.findings.get(problem.main)
    }

    /// Number of citations of a problem.
    pub fn citations(&self, problem: u32) -> u32 {
        if problem == ROW {
            return 1;
        }
        self.footnotes.get(&problem).map_or(0, |notes| u32::try_from(notes.places.len()).unwrap_or(u32::MAX))
    }

    /// Numbers of all citations of a problem; of a row those of its path as well.
    pub fn numbers(&self, problem: u32) -> Vec<u32> {
        let path = self.row.as_ref().and_then(|row| row.path.as_ref()).filter(|_| problem == ROW);
        let places = path.into_iter().flat_map(|path| &path.steps).flat_map(|step| &step.places);
        let places = places.map(|place| place.number.saturating_add(OF_PATH));
        (1..=self.citations(problem)).chain(places).collect()
    }

    /// Evidence behind a citation of a problem; of a row its own place, and from [`OF_PATH`] on the places of its path.
    pub fn evidence(&self, problem: u32, number: u32) -> Option<&Evidence> {
        if problem == ROW {
            let row = self.row.as_ref()?;
            let Some(place) = number.checked_sub(OF_PATH).filter(|place| *place > 0) else {
                return row.evidence.as_ref();
            };
            let mut places = row.path.as_ref()?.steps.iter().flat_map(|step| &step.places);
            return places.find(|known| known.number == place).map(|known| &known.evidence);
        }
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        let (finding, evidence) = *self.footnotes.get(&problem)?.places.get(index)?;
        self.report.findings.get(finding)?.evidence.get(evidence)
    }

    /// Number of a finding's citation in the list of its problem.
    pub fn number(&self, problem: u32, finding: usize, own: u32) -> Option<u32> {
        self.footnotes.get(&problem)?.number(finding, own)
    }
}

#[derive(Debug)]
struct Footnotes {
    /// Finding and evidence, in the order of the list.
    places: Vec<(usize, usize)>,
    numbers: BTreeMap<(usize, u32), u32>,
}

impl Footnotes {
    fn new(report: &Report, problem: &Problem) -> Footnotes {
        let mut notes = Footnotes { places: Vec::new(), numbers: BTreeMap::new() };
        let mut known: Vec<(&Evidence, u32)> = Vec::new();
        for index in std::iter::once(problem.main).chain(problem.explains.iter().copied()) {
            for (own, evidence) in (1u32..).zip(report.findings.get(index).map_or(&[][..], |finding| &finding.evidence))
            {
                let twin = known.iter().find(|(other, _)| index != problem.main && same_place(other, evidence));
                let number = match twin {
                    Some((_, number)) => *number,
                    None => {
                        notes.places.push((index, own as usize - 1));
                        let number = u32::try_from(notes.places.len()).unwrap_or(u32::MAX);
                        known.push((evidence, number));
                        number
                    }
                };
                notes.numbers.insert((index, own), number);
            }
        }
        notes
    }

    fn number(&self, finding: usize, own: u32) -> Option<u32> {
        self.numbers.get(&(finding, own)).copied()
    }
}

fn same_place(one: &Evidence, other: &Evidence) -> bool {
    one.source == other.source
        && one.lines == other.lines
        && one.record == other.record
        && one.locator == other.locator
        && one.absent == other.absent
        && one.excerpt == other.excerpt
}

/// An earlier report, what the case was called then, and the notes on its problems that were acknowledged.
#[derive(Clone, Debug)]
pub struct Before {
    pub name: String,
    pub report: Rc<Report>,
    pub acknowledged: Rc<BTreeMap<u32, String>>,
}

impl Before {
    /// The notes as they stand beside the problems of a later report. A problem that became worse is not known any more: who
    /// acknowledged it has to see it again.
    pub fn notes_on(&self, later: &Report) -> BTreeMap<u32, String> {
        if self.acknowledged.is_empty() {
            return BTreeMap::new();
        }
        let still = in_both(&self.report, later).into_iter().filter(|(_, _, change)| *change != Change::Worse);
        still.filter_map(|(was, now, _)| Some((now, self.acknowledged.get(&was)?.clone()))).collect()
    }

    /// What the case was called.
    pub fn name(&self) -> String {
        case_name(&self.name, self.report.inputs.len())
    }
}

/// A name, or the number of files.
pub fn case_name(name: &str, files: usize) -> String {
    if name.is_empty() { (words().frame.files)(files as u64) } else { name.to_owned() }
}

impl PartialEq for Before {
    fn eq(&self, other: &Before) -> bool {
        Rc::ptr_eq(&self.report, &other.report) && self.acknowledged == other.acknowledged
    }
}

/// A branch of what follows from a problem's cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branch {
    /// An effect of a finding: its text, its amount, and the finding for citations.
    Effect { finding: usize, text: String, amount: String },
    /// A finding that another explains, with what follows from it.
    Explained { finding: usize, follows: Vec<Branch> },
}

impl Branch {
    /// Number of what follows, with this branch.
    pub fn size(&self) -> u64 {
        match self {
            Branch::Effect { .. } => 1,
            Branch::Explained { follows, .. } => 1 + follows.iter().map(Branch::size).sum::<u64>(),
        }
    }
}

/// What follows from the main finding of a problem.
pub fn tree(report: &Report, problem: &Problem) -> Vec<Branch> {
    let mut left: BTreeSet<usize> = problem.explains.iter().copied().filter(|index| *index != problem.main).collect();
    let mut listed = BTreeSet::new();
    let mut branches = follows(report, problem.main, &problem.explains, &mut left, &mut listed);
    // Findings whose explanation is not itself in the problem hang on the main one.
    for index in &problem.explains {
        if left.remove(index) {
            let below = follows(report, *index, &problem.explains, &mut left, &mut listed);
            branches.push(Branch::Explained { finding: *index, follows: below });
        }
    }
    branches
}

/// `listed`: effects that a finding above has named already; they are not named again.
fn follows<'a>(
    report: &'a Report,
    index: usize,
    order: &[usize],
    left: &mut BTreeSet<usize>,
    listed: &mut BTreeSet<&'a str>,
) -> Vec<Branch> {
    let Some(finding) = report.findings.get(index) else { return Vec::new() };
    let mut branches: Vec<Branch> = finding
        .effects
        .iter()
        .filter(|effect| listed.insert(effect.text.as_str()))
        .map(|effect| Branch::Effect { finding: index, text: effect.text.clone(), amount: effect.amount.clone() })
        .collect();
    // The deepest explanation wins: a finding hangs on a symptom rather than on the cause of both.
    let direct: Vec<usize> = order
        .iter()
        .copied()
        .filter(|other| left.contains(other) && explains(report, index, *other))
        .filter(|other| {
            !order.iter().any(|between| {
                *between != *other
                    && left.contains(between)
                    && explains(report, index, *between)
                    && explains(report, *between, *other)
            })
        })
        .collect();
    for child in direct {
        if left.remove(&child) {
            let below = follows(report, child, order, left, listed);
            branches.push(Branch::Explained { finding: child, follows: below });
        }
    }
    branches
}

fn explains(report: &Report, cause: usize, symptom: usize) -> bool {
    match (report.findings.get(cause), report.findings.get(symptom)) {
        (Some(cause), Some(symptom)) => cause.explains.contains(&symptom.rule),
        _ => false,
    }
}

/// An input that no file has brought yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StillMissing {
    pub missing: Missing,
    /// Problems that it settles.
    pub problems: Vec<u32>,
    /// Titles of the checks that it decides.
    pub checks: Vec<String>,
}

/// What to bring, best first: what settles a problem stands before what only decides a check.
pub fn still_missing(report: &Report) -> Vec<StillMissing> {
    let mut rows: Vec<StillMissing> = Vec::new();
    let mut row = |missing: &Missing| -> usize {
        let same = |row: &StillMissing| row.missing.what == missing.what && row.missing.command == missing.command;
        rows.iter().position(same).unwrap_or_else(|| {
            rows.push(StillMissing { missing: missing.clone(), problems: Vec::new(), checks: Vec::new() });
            rows.len() - 1
        })
    };
    let mut links: Vec<(usize, Result<u32, String>)> = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.confidence != Confidence::Confirmed) {
        links.extend(finding.missing.iter().map(|missing| (row(missing), Ok(finding.problem))));
    }
    for check in report.considered.iter().filter(|check| check.verdict == ConsideredVerdict::Undecided) {
        links.extend(check.missing.iter().map(|missing| (row(missing), Err(check.title.clone()))));
    }
    for (index, link) in links {
        let Some(row) = rows.get_mut(index) else { continue };
        match link {
            Ok(problem) if !row.problems.contains(&problem) => row.problems.push(problem),
            Err(check) if !row.checks.contains(&check) => row.checks.push(check),
            _ => {}
        }
    }
    rows.sort_by_key(|row| {
        (row.problems.is_empty(), row.problems.first().copied(), std::cmp::Reverse(row.checks.len()))
    });
    rows
}

/// Problems that are open at first: the first one, and others while they fit on about two screens.
/// What is low or only worth knowing stays folded.
pub fn open_at_first(report: &Report) -> BTreeSet<u32> {
    const TWO_SCREENS: usize = 1900;
    let mut used = 0;
    let mut open = BTreeSet::new();
    for (index, problem) in report.problems.iter().enumerate() {
        let Some(finding) = report.findings.get(problem.main) else { continue };
        used += height(finding, problem.explains.len());
        let minor = matches!(finding.severity, Severity::Low | Severity::Info);
        if index == 0 || (!minor && used <= TWO_SCREENS) {
            open.insert(problem.number);
        }
    }
    open
}

/// Rough height of an open problem in pixels.
fn height(finding: &Finding, explained: usize) -> usize {
    let command_lines: usize =
        finding.remedy.iter().filter_map(|step| step.command.as_ref()).map(|command| command.lines().count() + 2).sum();
    160 + finding.evidence.len().min(4) * 64
        + (finding.remedy.len() + finding.verify.len()) * 36
        + command_lines * 18
        + (finding.effects.len() + explained) * 26
        + finding.grounds.len() * 24
        + 120
}
