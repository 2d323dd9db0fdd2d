//! Before and after: two reports of one site, and what became of each problem.
//!
//! A problem is the same when it has the same rule and concerns something that both reports name. Numbers of queues change with
//! every restart, so when each report has just one problem of a rule, that is the same one, too. What is only worth knowing
//! is not compared.
//!
//! Two captures that name no server and no domain in common are said to be such: what is new in the one was never looked for in
//! the other. Where a capture names none, nothing is said.

use serde::{Deserialize, Serialize};

use super::{Finding, Problem, Report, Scope, Severity};

/// What became of the problems of an earlier report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The earlier capture.
    pub earlier: Capture,
    /// The later one.
    pub later: Capture,
    /// When they have nothing in common: what each of them is about.
    pub apart: Option<(Scope, Scope)>,
    /// For each problem of the later report, in its order: what it was before.
    pub now: Vec<Became>,
    /// Problems of the earlier report that the later one does not have.
    pub gone: Vec<Gone>,
    /// Waiting messages before and now; nothing where no list of queues says how many there are.
    pub waiting: (Option<u64>, Option<u64>),
}

/// What is said of a capture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// What it is called; empty when nothing but the number of its files tells it.
    pub name: String,
    /// Number of its files.
    pub files: u64,
    /// Its newest time, as the summary says it; may be empty.
    pub as_of: String,
}

impl Capture {
    fn of(report: &Report) -> Capture {
        let files = report.inputs.len() as u64;
        Capture { name: String::new(), files, as_of: report.summary.as_of.clone() }
    }

    /// Name, number of files, time.
    pub fn sentence(&self) -> String {
        let files = format!("{} {}", super::grouped(self.files), if self.files == 1 { "file" } else { "files" });
        let mut text = if self.name.is_empty() { files } else { format!("{} ({files})", self.name) };
        if !self.as_of.is_empty() {
            text += &format!(", as of {}", self.as_of);
        }
        text
    }
}

/// A problem of the later report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Became {
    /// Its number in the later report.
    pub number: u32,
    /// What became of it.
    pub change: Change,
    /// Its messages before; `None` when it is new.
    pub before: Option<u64>,
    /// Its messages now.
    pub now: u64,
}

/// A problem that is no longer there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Identifier of its rule.
    pub rule: String,
    /// Title of its rule.
    pub title: String,
    /// Its messages before.
    pub before: u64,
    /// Whether the later report looked for it and excluded it. Without this it may only not be seen any more.
    pub is_excluded: bool,
}

impl Gone {
    /// The word for readers.
    pub fn word(&self) -> &'static str {
        if self.is_excluded { "Fixed" } else { "Not seen any more" }
    }
}

/// What became of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It was not there before.
    New,
    /// It is there as before.
    Unchanged,
    /// More mail waits for it, or it is more severe.
    Worse,
    /// Less mail waits for it, or it is less severe.
    Less,
}

impl Change {
    /// The word for readers.
    pub fn word(self) -> &'static str {
        match self {
            Change::New => "New",
            Change::Unchanged => "Unchanged",
            Change::Worse => "Worse",
            Change::Less => "Less",
        }
    }
}

/// The waiting messages of a report; nothing when no list of queues says how many there are.
fn counted(report: &Report) -> Option<u64> {
    Some(report.summary.waiting).filter(|_| report.summary.counted)
}

/// Compares two reports.
pub fn compare(before: &Report, now: &Report) -> Comparison {
    let old = problems(before);
    let new = problems(now);
    let (pairs, taken) = pairs(&old, &new);
    let became = new.iter().zip(&pairs).map(|((problem, finding), pair)| {
        let earlier = pair.and_then(|at| old.get(at));
        let change = match earlier {
            None => Change::New,
            Some(was) => change(was, &(problem, finding)),
        };
        Became {
            number: problem.number,
            change,
            before: earlier.map(|(other, _)| other.messages),
            now: problem.messages,
        }
    });
    let gone = old.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|((problem, finding), _)| Gone {
        rule: finding.rule.clone(),
        title: finding.title.clone(),
        before: problem.messages,
        is_excluded: now
            .considered
            .iter()
            .any(|check| check.rule == finding.rule && check.verdict == super::ConsideredVerdict::RuledOut),
    });
    Comparison {
        earlier: Capture::of(before),
        later: Capture::of(now),
        apart: before.scope.is_apart(&now.scope).then(|| (before.scope.clone(), now.scope.clone())),
        gone: gone.collect(),
        now: became.collect(),
        waiting: (counted(before), counted(now)),
    }
}

/// Problems and remarks that both reports have: number before, number now, and what became of it. For what a reader noted on
/// them.
pub fn in_both(before: &Report, now: &Report) -> Vec<(u32, u32, Change)> {
    let (old, new) = (with_findings(before), with_findings(now));
    let (pairs, _) = pairs(&old, &new);
    let both = new.iter().zip(&pairs).filter_map(|(new, pair)| Some((old.get((*pair)?)?, new)));
    both.map(|(old, new)| (old.0.number, new.0.number, change(old, new))).collect()
}

/// A problem with its main finding.
type Told<'r> = (&'r Problem, &'r Finding);

/// For each new one the old one that it is, and of the old ones whether they are one.
fn pairs(old: &[Told<'_>], new: &[Told<'_>]) -> (Vec<Option<usize>>, Vec<bool>) {
    let mut taken = vec![false; old.len()];
    // First those that name the same things, so that none is taken away by one that only has the same rule.
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    for is_sure in [true, false] {
        for (at, (_, finding)) in new.iter().enumerate() {
            if pairs.get(at).is_some_and(Option::is_some) {
                continue;
            }
            let alone = |all: &[Told<'_>]| all.iter().filter(|(_, f)| f.rule == finding.rule).count() == 1;
            let is_same = |other: &Finding| {
                other.rule == finding.rule
                    && if is_sure { share_a_name(other, finding) } else { alone(old) && alone(new) }
            };
            let free = |at: usize| taken.get(at) == Some(&false);
            let found = old.iter().enumerate().position(|(at, (_, other))| free(at) && is_same(other));
            if let (Some(found), Some(pair)) = (found, pairs.get_mut(at)) {
                *pair = Some(found);
                taken.get_mut(found).into_iter().for_each(|taken| *taken = true);
            }
        }
    }
    (pairs, taken)
}

/// What became of a problem that is in both.
fn change((old, was): &Told<'_>, (new, is): &Told<'_>) -> Change {
    // The most severe comes first in the order of severities.
    match (new.messages.cmp(&old.messages), was.severity.cmp(&is.severity)) {
        (std::cmp::Ordering::Greater, _) => Change::Worse,
        (std::cmp::Ordering::Less, _) => Change::Less,
        (_, std::cmp::Ordering::Greater) => Change::Worse,
        (_, std::cmp::Ordering::Less) => Change::Less,
        _ => Change::Unchanged,
    }
}

/// Problems and remarks with their main findings.
fn with_findings(report: &Report) -> Vec<Told<'_>> {
    report.problems.iter().filter_map(|problem| Some((problem, report.findings.get(problem.main)?))).collect()
}

/// Those that need to be solved.
fn problems(report: &Report) -> Vec<Told<'_>> {
    with_findings(report).into_iter().filter(|(_, finding)| finding.severity != Severity::Info).collect()
}

fn share_a_name(one: &Finding, other: &Finding) -> bool {
    one.affected.iter().any(|name| other.affected.iter().any(|own| own.eq_ignore_ascii_case(name)))
}

/// A line of a printed comparison.
pub struct Line<'r> {
    /// What became of it.
    pub word: &'static str,
    /// Its number in the later report.
    pub problem: Option<u32>,
    /// Title of its rule.
    pub title: &'r str,
    /// Its messages before.
    pub before: Option<u64>,
    /// Its messages now.
    pub now: Option<u64>,
}

/// What the words of a printed comparison mean.
pub const FIXED: &str = "Fixed means that the later files exclude it. What is only not seen any more may need files like those of before to be certain.";

impl Comparison {
    /// All problems of both: what is gone, then what is new, worse, less and unchanged. `report` is the later one.
    pub fn lines<'r>(&'r self, report: &'r Report) -> Vec<Line<'r>> {
        let gone = self.gone.iter().map(|gone| Line {
            word: gone.word(),
            problem: None,
            title: &gone.title,
            before: Some(gone.before),
            now: None,
        });
        let mut lines: Vec<Line<'r>> = gone.collect();
        for change in [Change::New, Change::Worse, Change::Less, Change::Unchanged] {
            for became in self.now.iter().filter(|became| became.change == change) {
                let problem = report.problems.iter().find(|problem| problem.number == became.number);
                let Some(main) = problem.and_then(|problem| report.findings.get(problem.main)) else { continue };
                lines.push(Line {
                    word: change.word(),
                    problem: Some(became.number),
                    title: &main.title,
                    before: became.before,
                    now: Some(became.now),
                });
            }
        }
        lines
    }

    /// That the captures have nothing in common, and what that means.
    pub fn doubt(&self) -> Option<String> {
        let (before, now) = self.apart.as_ref()?;
        let side = |names: &[String]| match names {
            [one, other, third, rest @ ..] if !rest.is_empty() => {
                format!("{one}, {other}, {third} and {} more", super::grouped(rest.len() as u64))
            }
            few => few.join(", "),
        };
        let all = [("server", &before.servers, &now.servers), ("domain", &before.domains, &now.domains)];
        let parts = all.iter().filter(|(_, before, now)| !before.is_empty() && !now.is_empty());
        let parts: Vec<String> = parts
            .map(|(what, before, now)| format!("no {what} ({} before, {} now)", side(before), side(now)))
            .collect();
        Some(format!(
            "These two captures share {}: they may be of two sites. What is new or fixed says little then.",
            parts.join(" and ")
        ))
    }

    /// One sentence about all of it.
    pub fn sentence(&self) -> String {
        let of = |change: Change| self.now.iter().filter(|became| became.change == change).count();
        let mut parts: Vec<String> = Vec::new();
        let mut say = |number: usize, words: &str| {
            if number > 0 {
                parts.push(format!("{number} {words}"));
            }
        };
        say(self.gone.len(), "no longer there");
        say(of(Change::New), "new");
        say(of(Change::Worse), "worse");
        say(of(Change::Less), "less");
        say(of(Change::Unchanged), "unchanged");
        let problems = if parts.is_empty() { "no problem in either".to_owned() } else { parts.join(", ") };
        let waiting = match self.waiting {
            (Some(before), Some(now)) => format!("{} before, {} now", super::grouped(before), super::grouped(now)),
            (Some(before), None) => {
                format!("{} before, now not known; the later files hold no list of queues", super::grouped(before))
            }
            (None, Some(now)) => {
                format!("{} now, before not known; the earlier files hold no list of queues", super::grouped(now))
            }
            (None, None) => "not known, neither before nor now; no list of queues is among the files".to_owned(),
        };
        format!("Against the earlier files: {problems}. Waiting messages: {waiting}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Confidence, Considered, ConsideredVerdict, Role, Summary};

    fn report(waiting: u64, all: &[(&str, &[&str], u64, Severity)]) -> Report {
        let finding = |(number, (rule, affected, _, severity)): (u32, &(&str, &[&str], u64, Severity))| Finding {
            rule: (*rule).to_owned(),
            severity: *severity,
            role: Role::Cause,
            confidence: Confidence::Confirmed,
            problem: number,
            title: (*rule).to_owned(),
            statement: String::new(),
            affected: affected.iter().map(|name| (*name).to_owned()).collect(),
            evidence: Vec::new(),
            explains: Vec::new(),
            effects: Vec::new(),
            grounds: Vec::new(),
            remedy: Vec::new(),
            verify: Vec::new(),
            missing: Vec::new(),
            sources: Vec::new(),
        };
        let problem = |(at, (_, _, messages, _)): (usize, &(&str, &[&str], u64, Severity))| Problem {
            number: u32::try_from(at + 1).unwrap(),
            main: at,
            explains: Vec::new(),
            messages: *messages,
        };
        Report {
            summary: Summary { waiting, counted: true, ..Summary::default() },
            inputs: Vec::new(),
            problems: all.iter().enumerate().map(problem).collect(),
            findings: (1_u32..).zip(all).map(finding).collect(),
            considered: Vec::new(),
            redacted: false,
            set_aside: Vec::new(),
            scope: Scope::default(),
            compared: None,
        }
    }

    #[test]
    fn mail_that_nobody_counted_is_not_none() {
        let known = report(315, &[]);
        let mut unknown = report(0, &[]);
        unknown.summary.counted = false;
        let told = |before: &Report, now: &Report| compare(before, now).sentence();
        assert!(
            told(&known, &unknown)
                .ends_with("Waiting messages: 315 before, now not known; the later files hold no list of queues.")
        );
        assert!(told(&unknown, &known).contains("315 now, before not known"));
        assert!(told(&unknown, &unknown).contains("not known, neither before nor now"));
    }

    #[test]
    fn each_problem_finds_what_it_was() {
        use Severity::{High, Info, Medium};
        let before = report(
            100,
            &[
                ("dns", &["EX1\\7"], 60, High),
                ("dns", &["EX2\\9"], 30, High),
                ("cert", &["EX1"], 0, Medium),
                ("relay", &["EX3"], 10, High),
                ("note", &["EX1"], 0, Info),
            ],
        );
        let now =
            report(80, &[("dns", &["ex2\\9"], 50, High), ("cert", &["EX9"], 0, High), ("full", &["EX1"], 30, High)]);
        let all = compare(&before, &now);
        let changes: Vec<(u32, Change, Option<u64>)> = all.now.iter().map(|b| (b.number, b.change, b.before)).collect();
        assert_eq!(changes, [(1, Change::Worse, Some(30)), (2, Change::Worse, Some(0)), (3, Change::New, None)]);
        assert_eq!(
            all.gone.iter().map(|g| (g.rule.as_str(), g.before)).collect::<Vec<_>>(),
            [("dns", 60), ("relay", 10)]
        );
        assert_eq!(
            all.sentence(),
            "Against the earlier files: 2 no longer there, 1 new, 2 worse. Waiting messages: 100 before, 80 now."
        );
    }

    #[test]
    fn what_is_excluded_now_is_told_from_what_is_only_not_seen() {
        let before = report(5, &[("dns", &["EX1\\7"], 5, Severity::High)]);
        let mut now = report(0, &[]);
        assert!(!compare(&before, &now).gone[0].is_excluded);
        now.considered.push(Considered {
            rule: "dns".to_owned(),
            title: String::new(),
            verdict: ConsideredVerdict::RuledOut,
            why: String::new(),
            missing: Vec::new(),
        });
        assert!(compare(&before, &now).gone[0].is_excluded);
        assert_eq!(compare(&before, &before).now[0].change, Change::Unchanged);
    }

    #[test]
    fn captures_without_a_common_name_are_said_to_be_apart() {
        let scope = |servers: &[&str], domains: &[&str]| {
            let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            Scope { servers: list(servers), domains: list(domains) }
        };
        let with = |scope: Scope| Report { scope, ..report(0, &[]) };
        let doubt = |before: Scope, now: Scope| compare(&with(before), &with(now)).doubt();
        assert_eq!(
            doubt(scope(&["EX1", "EX2", "EX3", "EX4"], &["contoso.com"]), scope(&["FAB1"], &["fabrikam.com"])).unwrap(),
            "These two captures share no server (EX1, EX2, EX3 and 1 more before, FAB1 now) and no domain (contoso.com \
             before, fabrikam.com now): they may be of two sites. What is new or fixed says little then."
        );
        let text = doubt(scope(&["EX1"], &["contoso.com"]), scope(&["FAB1"], &[])).unwrap();
        assert!(text.starts_with("These two captures share no server (EX1 before, FAB1 now): "), "{text}");
        // One of them is enough; and what names nothing is not apart from anything.
        assert_eq!(doubt(scope(&["EX1"], &["contoso.com"]), scope(&["EX2"], &["Contoso.com"])), None);
        assert_eq!(doubt(scope(&["EX1.contoso.com"], &[]), scope(&["ex1"], &["fabrikam.com"])), None);
        assert_eq!(doubt(scope(&["EX1"], &[]), scope(&[], &["fabrikam.com"])), None);
        assert_eq!(doubt(Scope::default(), scope(&["EX1"], &["contoso.com"])), None);
    }
}
