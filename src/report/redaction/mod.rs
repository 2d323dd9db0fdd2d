//! A report without the names of the site: what can be told by its form and what the case knows as a name is replaced,
//! everywhere alike, and a check looks for what is left.
//!
//! Marks of excerpts move with the text. What stays on purpose: the words of Exchange and Windows ([`words`]), hosts of
//! Microsoft, codes, well-known identifiers, numbers and times.
//!
//! Trap: order matters for the numbers of tokens, so texts are visited in the order of [`visit`].

mod addresses;
mod engine;
mod hosts;
mod leaks;
mod literals;
mod patterns;
mod rests;
mod tokens;
mod words;

use serde::{Deserialize, Serialize};

pub use leaks::Leak;

use super::compare::Comparison;
use super::{Considered, Evidence, Finding, Missing, Report, Step};
use crate::base::order::Order as _;
pub use crate::facts::names::{Name, NameKind};

/// A redacted report, what was replaced in it, and what the check needs to know.
pub struct Redacted {
    /// The report.
    pub report: Report,
    /// What was replaced, by kind and original.
    pub replacements: Vec<Replacement>,
    /// All originals and names that must not be printed.
    forbidden: Vec<String>,
    /// The same of a few letters, which are words in another case.
    short: std::collections::BTreeSet<String>,
    /// What was put in, in small letters.
    tokens: std::collections::BTreeSet<String>,
    /// Addresses that were put in.
    addresses: std::collections::BTreeSet<std::net::IpAddr>,
    /// Names of several words, folded: a printed text may hold their beginnings.
    long: std::collections::BTreeSet<String>,
    /// Links that stay.
    sources: std::collections::BTreeSet<String>,
    /// Hosts that stay.
    public: std::collections::BTreeSet<String>,
}

/// One original and what stands in for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Replacement {
    /// What it is.
    pub kind: NameKind,
    /// As the files write it where it comes first.
    pub original: String,
    /// In the report.
    pub token: String,
    /// How often it was replaced.
    pub times: u32,
}

/// Where a text of a report comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Our words, with names in them.
    Own,
    /// A line of a file.
    Quoted,
    /// The path of a file.
    Path,
}

/// Redacts a report. `names` are those that the case knows.
pub fn redact(report: &Report, names: &[Name]) -> Redacted {
    redact_with(report, names, &mut [])
}

/// A text beside a report.
pub struct Beside {
    /// The text.
    pub text: String,
    /// Whose words it is.
    pub voice: Voice,
}

/// Whose words a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Ours, with names in them.
    Ours,
    /// Quoted from a file.
    Quoted,
    /// The path of a file.
    Path,
    /// The whole subject of a message. It goes whatever it says: a single word of it may be one that stays elsewhere.
    Subject,
}

/// Redacts a report and texts beside it, such as the cells of a table, with the same tokens.
pub fn redact_with(report: &Report, names: &[Name], beside: &mut [Beside]) -> Redacted {
    let mut redacted = report.clone();
    let mut engine = engine::Engine::new(&mut redacted, names, beside);
    // What was redacted stays as it is: its tokens are no names.
    let is_new = !report.redacted;
    visit(&mut redacted, &mut |text, mode, marks| {
        if !is_new {
            return;
        }
        let (new, moves) = engine.redact(text, mode);
        if let Some(marks) = marks {
            move_marks(marks, &moves);
        }
        *text = new;
    });
    for own in beside {
        own.text = match own.voice {
            Voice::Subject => engine.whole(&own.text, NameKind::Subject),
            Voice::Ours | Voice::Quoted | Voice::Path => engine.redact(&own.text, own.mode()).0,
        };
    }
    redacted.redacted = true;
    redacted.scope = super::Scope::default();
    engine.finish(redacted)
}

impl Beside {
    fn mode(&self) -> Mode {
        match self.voice {
            Voice::Ours => Mode::Own,
            Voice::Quoted | Voice::Subject => Mode::Quoted,
            Voice::Path => Mode::Path,
        }
    }
}

/// Hands out every text of a report that can hold a name.
pub fn each_text(report: &mut Report, f: &mut dyn FnMut(&str)) {
    visit(report, &mut |text, _, _| f(text));
}

/// A replaced range, before and after.
type Move = ((usize, usize), (usize, usize));

/// Marks follow the text; one that begins or ends within a replaced range takes all of it.
fn move_marks(marks: &mut Vec<(usize, usize)>, moves: &[Move]) {
    let at = |offset: usize, is_end: bool| {
        let mut shift = (0, 0);
        for ((from, to), (new_from, new_to)) in moves {
            if offset >= *to {
                shift = (*to, *new_to);
            } else if offset > *from || (offset == *from && !is_end) {
                return if is_end { *new_to } else { *new_from };
            }
        }
        offset - shift.0 + shift.1
    };
    for mark in marks.iter_mut() {
        *mark = (at(mark.0, false), at(mark.1, true));
    }
    marks.order();
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for mark in marks.drain(..) {
        match kept.last_mut() {
            Some(last) if mark.0 < last.1 => last.1 = last.1.max(mark.1),
            _ => kept.push(mark),
        }
    }
    *marks = kept;
}

type Marks<'a> = Option<&'a mut Vec<(usize, usize)>>;

/// Hands out every text that can hold a name, in the order in which a reader meets them.
fn visit(report: &mut Report, f: &mut dyn FnMut(&mut String, Mode, Marks<'_>)) {
    f(&mut report.summary.text, Mode::Own, None);
    f(&mut report.summary.unknown, Mode::Own, None);
    report.summary.caveats.iter_mut().for_each(|text| f(text, Mode::Own, None));
    if let Some(compared) = &mut report.compared {
        visit_comparison(compared, f);
    }
    report.findings.iter_mut().for_each(|finding| visit_finding(finding, f));
    // A note can hold any name, as a line of a file can.
    report.set_aside.iter_mut().for_each(|own| f(&mut own.note, Mode::Quoted, None));
    report.considered.iter_mut().for_each(|considered| visit_considered(considered, f));
    for input in &mut report.inputs {
        f(&mut input.path, Mode::Path, None);
        f(&mut input.taken_for, Mode::Own, None);
        f(&mut input.reason, Mode::Own, None);
        input.notes.iter_mut().for_each(|note| f(&mut note.text, Mode::Own, None));
    }
}

/// The earlier capture may be of a site whose names nothing here knows, so what is told of it is taken for names as paths and quoted
/// lines are.
fn visit_comparison(compared: &mut Comparison, f: &mut dyn FnMut(&mut String, Mode, Marks<'_>)) {
    f(&mut compared.earlier.name, Mode::Path, None);
    f(&mut compared.later.name, Mode::Path, None);
    for scope in compared.apart.iter_mut().flat_map(|(before, now)| [before, now]) {
        scope.servers.iter_mut().for_each(|name| f(name, Mode::Path, None));
        scope.domains.iter_mut().for_each(|name| f(name, Mode::Quoted, None));
    }
    for gone in compared.gone.iter_mut().filter(|gone| is_of_site(&gone.rule)) {
        f(&mut gone.rule, Mode::Quoted, None);
        f(&mut gone.title, Mode::Quoted, None);
    }
}

fn visit_finding(finding: &mut Finding, f: &mut dyn FnMut(&mut String, Mode, Marks<'_>)) {
    let of_site = is_of_site(&finding.rule);
    if of_site {
        f(&mut finding.rule, Mode::Own, None);
        finding.sources.iter_mut().for_each(|text| f(text, Mode::Own, None));
    }
    f(&mut finding.title, Mode::Own, None);
    f(&mut finding.statement, Mode::Own, None);
    finding.affected.iter_mut().for_each(|text| f(text, Mode::Own, None));
    finding.evidence.iter_mut().for_each(|evidence| visit_evidence(evidence, f));
    finding.explains.iter_mut().filter(|rule| is_of_site(rule)).for_each(|rule| f(rule, Mode::Own, None));
    for effect in &mut finding.effects {
        f(&mut effect.text, Mode::Own, None);
        f(&mut effect.amount, Mode::Own, None);
    }
    finding.grounds.iter_mut().for_each(|ground| f(&mut ground.text, Mode::Own, None));
    for Step { text, command, warning } in &mut finding.remedy {
        f(text, Mode::Own, None);
        command.iter_mut().chain(warning).for_each(|text| f(text, Mode::Own, None));
    }
    finding.verify.iter_mut().for_each(|text| f(text, Mode::Own, None));
    finding.missing.iter_mut().for_each(|missing| visit_missing(missing, f));
}

fn visit_evidence(evidence: &mut Evidence, f: &mut dyn FnMut(&mut String, Mode, Marks<'_>)) {
    f(&mut evidence.note, Mode::Own, None);
    f(&mut evidence.why, Mode::Own, None);
    f(&mut evidence.input, Mode::Path, None);
    f(&mut evidence.locator, Mode::Own, None);
    // What was searched is said in our words.
    let mode = if evidence.absent { Mode::Own } else { Mode::Quoted };
    f(&mut evidence.excerpt, mode, Some(&mut evidence.marks));
    evidence.marked_texts.iter_mut().for_each(|text| f(text, Mode::Own, None));
    for code in &mut evidence.codes {
        f(&mut code.code, Mode::Own, None);
        f(&mut code.text, Mode::Own, None);
    }
}

fn visit_considered(considered: &mut Considered, f: &mut dyn FnMut(&mut String, Mode, Marks<'_>)) {
    if is_of_site(&considered.rule) {
        f(&mut considered.rule, Mode::Own, None);
    }
    f(&mut considered.title, Mode::Own, None);
    f(&mut considered.why, Mode::Own, None);
    considered.missing.iter_mut().for_each(|missing| visit_missing(missing, f));
}

fn visit_missing(missing: &mut Missing, f: &mut dyn FnMut(&mut String, Mode, Marks<'_>)) {
    f(&mut missing.what, Mode::Own, None);
    f(&mut missing.settles, Mode::Own, None);
    f(&mut missing.command, Mode::Own, None);
}

/// Rows of known events and replies that the site brought are its own words.
fn is_of_site(rule: &str) -> bool {
    rule.starts_with("site-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Confidence, Role, Severity, Summary};

    /// A report of one sentence and one excerpt.
    fn report(own: &str, excerpt: &str) -> Report {
        let evidence = Evidence {
            input: "EX16-01/queue Kiel.txt".to_owned(),
            source: 0,
            locator: "line 1".to_owned(),
            lines: Some((1, 1)),
            record: None,
            note: String::new(),
            why: String::new(),
            excerpt: excerpt.to_owned(),
            marks: crate::report::excerpt::find_marks(excerpt, "EX16-01"),
            marked_texts: vec!["EX16-01".to_owned()],
            absent: false,
            codes: Vec::new(),
        };
        let finding = Finding {
            rule: "x".to_owned(),
            severity: Severity::High,
            role: Role::Cause,
            confidence: Confidence::Confirmed,
            problem: 1,
            title: String::new(),
            statement: String::new(),
            affected: Vec::new(),
            evidence: vec![evidence],
            explains: Vec::new(),
            effects: Vec::new(),
            grounds: Vec::new(),
            remedy: Vec::new(),
            verify: Vec::new(),
            missing: Vec::new(),
            sources: Vec::new(),
        };
        Report {
            summary: Summary { text: own.to_owned(), ..Summary::default() },
            inputs: Vec::new(),
            problems: Vec::new(),
            findings: vec![finding],
            considered: Vec::new(),
            redacted: false,
            set_aside: Vec::new(),
            scope: crate::report::Scope::default(),
            compared: None,
        }
    }

    fn names() -> Vec<Name> {
        let name = |text: &str, kind| Name { text: text.to_owned(), kind };
        vec![
            name("EX16-01", NameKind::Server),
            name("HQ", NameKind::Site),
            name("Relay Berlin", NameKind::Connector),
            name("Default Frontend EX16-01", NameKind::Connector),
        ]
    }

    fn redacted(own: &str, excerpt: &str) -> Redacted {
        redact(&report(own, excerpt), &names())
    }

    #[test]
    fn names_are_replaced_alike_and_as_whole_words() {
        let own = "Connector Relay Berlin on ex16-01.contoso.com (EX16-01) in site HQ: it is not EX16-011. CONTOSO\\anna, \
                   Default Frontend EX16-01, 192.0.2.1 and 192.0.2.2.";
        let redacted = redacted(own, "");
        assert_eq!(
            redacted.report.summary.text,
            "Connector connector1 on server1.domain1.example (server1) in site site1: it is not EX16-011. domain1\\user1, \
             Default Frontend server1, 240.0.0.1 and 240.0.0.2."
        );
        assert_eq!(redacted.report.findings[0].evidence[0].input, "server1/queue object1.txt");
    }

    #[test]
    fn names_that_are_cut_or_wrapped_are_found() {
        let text = redacted("", "Error : EX16-\n        01 at EX16-01, Relay Ber... by Berger\n192.0.2.\n  77").report;
        let evidence = &text.findings[0].evidence[0];
        let excerpt = &evidence.excerpt;
        for left in ["EX16", "Ber", "192.0"] {
            assert!(!excerpt.contains(left), "{left} in {excerpt}");
        }
        assert_eq!(evidence.marks.len(), 2, "{excerpt}");
        assert!(evidence.marks.iter().all(|(a, b)| excerpt[*a..*b].trim() == "server1"), "{excerpt}");
        assert_eq!(evidence.marked_texts, ["server1"]);
    }

    #[test]
    fn marks_follow_the_text() {
        // "EX1 at 192.0.2.1 x" -> "server1 at 240.0.0.1 x"
        let moves = [((0, 3), (0, 7)), ((7, 16), (11, 20))];
        let mut marks = vec![(0, 3), (4, 6), (7, 16), (17, 18)];
        move_marks(&mut marks, &moves);
        assert_eq!(marks, [(0, 7), (8, 10), (11, 20), (21, 22)]);
        let mut inside = vec![(1, 2), (2, 3)];
        move_marks(&mut inside, &moves);
        assert_eq!(inside, [(0, 7)]);
    }
}
