//! Ranking: findings become problems. A cause stands for a problem, with the symptoms it explains
//! below it; a symptom whose cause is not in the files is a problem of its own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::base::order::Order as _;
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
    /// Of each finding those that it explains.
    children: Vec<Vec<usize>>,
}

impl Ranking<'_> {
    /// The waiting messages that a finding accounts for: its own, or where it is about an object that no queue names (the
    /// rights of a server, say), those of the causes it explains, and failing these of the symptoms.
    pub fn shares(&self, index: usize) -> Vec<Share> {
        shares(&self.findings, &self.children, index, self.findings.len())
    }
}

/// Of each finding those that it explains, in their order.
fn children(parents: &[Option<usize>]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); parents.len()];
    for (child, parent) in parents.iter().enumerate() {
        if let Some(own) = parent.and_then(|parent| children.get_mut(parent)) {
            own.push(child);
        }
    }
    children
}

fn shares(findings: &[Ranked<'_>], children: &[Vec<usize>], index: usize, depth: usize) -> Vec<Share> {
    let Some(own) = findings.get(index).filter(|_| depth > 0) else { return Vec::new() };
    if !own.discovery.shares.is_empty() {
        return own.discovery.shares.clone();
    }
    for role in [Role::Cause, Role::Symptom] {
        let mut most: BTreeMap<String, u64> = BTreeMap::new();
        let own = children.get(index).map_or(&[][..], Vec::as_slice);
        for child in own.iter().filter(|child| findings.get(**child).is_some_and(|f| f.role == role)) {
            for share in shares(findings, children, *child, depth - 1) {
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
    findings.order_by(|a, b| key(a).cmp(&key(b)));
    let parents = parents(&findings);
    let explained = children(&parents);
    let messages =
        |i: usize| -> u64 { shares(&findings, &explained, i, findings.len()).iter().map(|s| s.messages).sum() };
    let mut trees: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..findings.len() {
        trees.entry(root(&parents, index)).or_default().push(index);
    }
    // Of problems that are equally bad the one that holds more mail comes first, whichever finding of it names the mail.
    let mut mains: Vec<(usize, u64)> =
        trees.keys().filter(|i| root(&parents, **i) == **i).map(|i| (*i, messages(*i))).collect();
    let rank = |(i, messages): (usize, u64)| {
        findings.get(i).map(|f| (f.severity, f.discovery.confidence, f.role, Reverse(messages), i))
    };
    mains.order_by_key(|main| rank(*main));
    let mut order: Vec<usize> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for (main, messages) in mains {
        let number = u32::try_from(problems.len() + 1).unwrap_or(u32::MAX);
        let place = order.len();
        order.push(main);
        order.extend(trees.get(&main).into_iter().flatten().filter(|j| **j != main));
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
    ordered.order_by_key(|(place, _)| *place);
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
    Ranking { findings, problems, children: children(&moved) }
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

/// Where causes are found: by their rule and what they concern. Of each only the first two count, since the first may be the one
/// that is asked for.
#[derive(Default)]
struct Places<'a>(HashMap<(&'a str, String), [Option<usize>; 2]>);

impl<'a> Places<'a> {
    fn add(&mut self, rule: &'a str, name: String, index: usize) {
        match self.0.entry((rule, name)).or_default() {
            [first @ None, _] => *first = Some(index),
            [Some(first), second @ None] if *first != index => *second = Some(index),
            _ => {}
        }
    }

    fn first(&self, rule: &'a str, name: &str, other_than: usize) -> Option<usize> {
        self.0.get(&(rule, name.to_owned()))?.iter().flatten().copied().find(|index| *index != other_than)
    }
}

/// For each finding the best one that explains it: its rule declares it, and both concern the same queue, server or database.
/// Where both name queues, these decide.
fn parents(findings: &[Ranked<'_>]) -> Vec<Option<usize>> {
    let (mut queues, mut names, mut names_without_queue) = (Places::default(), Places::default(), Places::default());
    let mut rules: BTreeMap<&str, &Rule<'_>> = BTreeMap::new();
    for (index, cause) in findings.iter().enumerate().filter(|(_, finding)| finding.role == Role::Cause) {
        rules.insert(cause.rule.id, cause.rule);
        for share in &cause.discovery.shares {
            queues.add(cause.rule.id, share.queue.clone(), index);
        }
        for name in &cause.discovery.affected {
            names.add(cause.rule.id, name_key(name), index);
            if cause.discovery.shares.is_empty() {
                names_without_queue.add(cause.rule.id, name_key(name), index);
            }
        }
    }
    let mut explaining: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut parents = Vec::with_capacity(findings.len());
    for (index, child) in findings.iter().enumerate() {
        let explaining = explaining.entry(child.rule.id).or_insert_with(|| {
            rules.values().filter(|rule| rule.explains.has(child.rule.id)).map(|rule| rule.id).collect()
        });
        if explaining.is_empty() {
            parents.push(None);
            continue;
        }
        let keys: Vec<String> = child.discovery.affected.iter().map(|name| name_key(name)).collect();
        let shares = &child.discovery.shares;
        let by_name = if shares.is_empty() { &names } else { &names_without_queue };
        let best = explaining.iter().filter_map(|rule| {
            let by_queue = shares.iter().filter_map(|share| queues.first(rule, &share.queue, index));
            by_queue.chain(keys.iter().filter_map(|key| by_name.first(rule, key, index))).min()
        });
        parents.push(best.min());
    }
    parents
}

/// The form under which two names of one thing are equal: of servers the short name, of addresses all of it.
fn name_key(name: &str) -> String {
    if name.parse::<std::net::IpAddr>().is_ok() {
        name.to_ascii_lowercase()
    } else {
        crate::model::server::server_key(name)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of many findings is tied to the one about the same server, in a time that does not grow with the square of their
    /// number: that would be minutes here.
    #[test]
    fn many_findings_are_tied_quickly() {
        const MANY: usize = 30_000;
        let all: Vec<&Rule<'_>> = crate::rules::every(&[]).collect();
        let cause = all.iter().find(|rule| all.iter().any(|other| rule.explains.has(other.id))).unwrap();
        let child = all.iter().find(|rule| cause.explains.has(rule.id)).unwrap();
        let about = |name: String, role| {
            let mut found = Discovery::new(Confidence::Likely);
            found.role = Some(role);
            found.affects([name]);
            found
        };
        let mut found: Vec<(&Rule<'_>, Discovery)> = Vec::new();
        for n in 0..MANY {
            found.push((cause, about(format!("EX{n}.contoso.com"), Role::Cause)));
            found.push((child, about(format!("EX{n}"), Role::Symptom)));
        }
        let ranking = rank(found);
        assert_eq!(ranking.problems.len(), MANY);
        for problem in &ranking.problems {
            let name = |at: usize| name_key(&ranking.findings[at].discovery.affected[0]);
            assert!(problem.explains.iter().all(|at| name(*at) == name(problem.main)) && problem.explains.len() == 1);
        }
    }
}
