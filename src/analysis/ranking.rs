//! Ranking: findings become problems. A cause stands for a problem, with the symptoms it explains
//! below it; a symptom whose cause is not in the files is a problem of its own.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::report::{Confidence, Problem, Role, Severity};
use crate::rules::{Discovery, Rule, Share};

/// A finding in its place.
pub struct Ranked<'a> {
    /// The rule.
    pub rule: &'a Rule<'a>,
    /// What it found.
    pub discovery: Discovery,
    /// Severity, after the discovery's own say.
    pub severity: Severity,
    /// Role, after the discovery's own say.
    pub role: Role,
    /// Number of the problem.
    pub problem: u32,
    /// Rules whose findings it explains here.
    pub explains: Vec<&'a str>,
}

/// Findings and problems, best first.
pub struct Ranking<'a> {
    /// Findings.
    pub findings: Vec<Ranked<'a>>,
    /// Problems; their messages are filled in by the account.
    pub problems: Vec<Problem>,
    /// Of each finding the one that explains it.
    parents: Vec<Option<usize>>,
}

impl Ranking<'_> {
    /// The waiting messages that a finding accounts for: its own, or where it is about an object that no queue names (the
    /// rights of a server, say), those of the causes it explains, and failing these of the symptoms.
    pub fn shares(&self, index: usize) -> Vec<Share> {
        shares(&self.findings, &self.parents, index, self.findings.len())
    }
}

fn shares(findings: &[Ranked<'_>], parents: &[Option<usize>], index: usize, depth: usize) -> Vec<Share> {
    let Some(own) = findings.get(index).filter(|_| depth > 0) else { return Vec::new() };
    if !own.discovery.shares.is_empty() {
        return own.discovery.shares.clone();
    }
    for role in [Role::Cause, Role::Symptom] {
        let mut most: BTreeMap<String, u64> = BTreeMap::new();
        let children = parents.iter().enumerate().filter(|(_, parent)| **parent == Some(index)).map(|(child, _)| child);
        for child in children.filter(|child| findings.get(*child).is_some_and(|f| f.role == role)) {
            for share in shares(findings, parents, child, depth - 1) {
                let known = most.entry(share.queue).or_default();
                *known = (*known).max(share.messages);
            }
        }
        if !most.is_empty() {
            return most.into_iter().map(|(queue, messages)| Share { queue, messages }).collect();
        }
    }
    Vec::new()
}

/// Ranks discoveries and ties symptoms to causes.
pub fn rank<'a>(found: Vec<(&'a Rule<'a>, Discovery)>) -> Ranking<'a> {
    let mut findings: Vec<Ranked<'a>> = found
        .into_iter()
        .map(|(rule, discovery)| Ranked {
            rule,
            severity: discovery.severity.unwrap_or(rule.severity),
            role: discovery.role.unwrap_or(rule.role),
            problem: 0,
            explains: Vec::new(),
            discovery,
        })
        .collect();
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    let parents: Vec<Option<usize>> = (0..findings.len()).map(|i| parent(&findings, i)).collect();
    let messages =
        |i: usize| -> u64 { shares(&findings, &parents, i, findings.len()).iter().map(|s| s.messages).sum() };
    // Of problems that are equally bad the one that holds more mail comes first, whichever finding of it names the mail.
    let mut mains: Vec<(usize, u64)> =
        (0..findings.len()).filter(|i| root(&parents, *i) == *i).map(|i| (i, messages(i))).collect();
    let rank = |(i, messages): (usize, u64)| {
        findings.get(i).map(|f| (f.severity, f.discovery.confidence, f.role, Reverse(messages), i))
    };
    mains.sort_by_key(|main| rank(*main));
    let mut order: Vec<usize> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for (main, messages) in mains {
        let number = u32::try_from(problems.len() + 1).unwrap_or(u32::MAX);
        let place = order.len();
        order.push(main);
        order.extend((0..findings.len()).filter(|j| root(&parents, *j) == main && *j != main));
        problems.push(Problem { number, main: place, explains: (place + 1..order.len()).collect(), messages });
    }
    // Findings follow the problems they belong to.
    let mut places = vec![0; findings.len()];
    for (place, index) in order.iter().enumerate() {
        if let Some(own) = places.get_mut(*index) {
            *own = place;
        }
    }
    let moved: Vec<Option<usize>> = order
        .iter()
        .map(|index| parents.get(*index).copied().flatten().and_then(|parent| places.get(parent).copied()))
        .collect();
    let mut ordered: Vec<(usize, Ranked<'a>)> = places.into_iter().zip(findings).collect();
    ordered.sort_by_key(|(place, _)| *place);
    let mut findings: Vec<Ranked<'a>> = ordered.into_iter().map(|(_, finding)| finding).collect();
    for problem in &problems {
        let mut ids: Vec<&'a str> = problem.explains.iter().filter_map(|j| Some(findings.get(*j)?.rule.id)).collect();
        let mut seen = std::collections::BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        for index in problem.explains.iter().copied().chain([problem.main]) {
            if let Some(finding) = findings.get_mut(index) {
                finding.problem = problem.number;
            }
        }
        if let Some(finding) = findings.get_mut(problem.main) {
            finding.explains = ids;
        }
    }
    Ranking { findings, problems, parents: moved }
}

/// Worst first; of equals the surer, causes before symptoms, more messages first, then by id.
fn key<'a>(finding: &'a Ranked<'_>) -> (Severity, Confidence, Role, Reverse<u64>, &'a str, &'a str) {
    let messages: u64 = finding.discovery.shares.iter().map(|s| s.messages).sum();
    (
        finding.severity,
        finding.discovery.confidence,
        finding.role,
        Reverse(messages),
        finding.rule.id,
        &finding.discovery.statement,
    )
}

/// The best finding that explains the one at `index`: its rule declares it, and both concern the same
/// queue, server or database.
fn parent(findings: &[Ranked<'_>], index: usize) -> Option<usize> {
    let child = findings.get(index)?;
    findings.iter().enumerate().find_map(|(i, cause)| {
        let declared = i != index && cause.role == Role::Cause && cause.rule.explains.has(child.rule.id);
        (declared && concern_the_same(cause, child)).then_some(i)
    })
}

fn concern_the_same(a: &Ranked<'_>, b: &Ranked<'_>) -> bool {
    let same = |x: &str, y: &str| {
        let is_address = |text: &str| text.parse::<std::net::IpAddr>().is_ok();
        x.eq_ignore_ascii_case(y)
            || (!is_address(x)
                && !is_address(y)
                && crate::model::server::server_key(x) == crate::model::server::server_key(y))
    };
    let queues = |f: &Ranked<'_>| f.discovery.shares.iter().map(|s| s.queue.clone()).collect::<Vec<_>>();
    let (qa, qb) = (queues(a), queues(b));
    if !qa.is_empty() && !qb.is_empty() {
        return qa.iter().any(|q| qb.contains(q));
    }
    a.discovery.affected.iter().any(|x| b.discovery.affected.iter().any(|y| same(x, y)))
}

fn root(parents: &[Option<usize>], index: usize) -> usize {
    let mut at = index;
    // Rules declare no circles; the bound keeps a mistake from hanging the program.
    for _ in 0..parents.len() {
        match parents.get(at).copied().flatten() {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
