//! The report as JSON: the contract that other tools may rely on (schema 1).
//!
//! Fields are added, never changed or removed, within a schema. The structures here are the
//! contract; [`super::Report`] may change freely.

use serde::Serialize;

use super::compare::{Capture, Comparison};
use super::{Considered, ExplainedCode, Finding, Input, Missing, Report, SetAside, Step};

#[derive(Serialize)]
struct Contract<'a> {
    schema: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
    summary: SummaryOut<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<ComparedOut<'a>>,
    inputs: Vec<InputOut<'a>>,
    findings: Vec<FindingOut<'a>>,
    considered: Vec<ConsideredOut<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    set_aside: &'a [SetAside],
}

#[derive(Serialize)]
struct SummaryOut<'a> {
    text: &'a str,
    as_of: &'a str,
    waiting: u64,
    explained: &'a [super::Explained],
    unexplained: u64,
}

#[derive(Serialize)]
struct ComparedOut<'a> {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<String>,
    earlier: CaptureOut<'a>,
    later: CaptureOut<'a>,
    gone: Vec<GoneOut<'a>>,
    problems: Vec<BecameOut>,
}

#[derive(Serialize)]
struct CaptureOut<'a> {
    name: &'a str,
    files: u64,
    as_of: &'a str,
    waiting: Option<u64>,
}

#[derive(Serialize)]
struct GoneOut<'a> {
    rule: &'a str,
    title: &'a str,
    change: &'static str,
    messages: u64,
}

#[derive(Serialize)]
struct BecameOut {
    problem: u32,
    change: String,
    before: Option<u64>,
    now: u64,
}

#[derive(Serialize)]
struct InputOut<'a> {
    path: &'a str,
    kind: Option<&'a str>,
    records: u64,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    rule: &'a str,
    severity: super::Severity,
    role: super::Role,
    confidence: super::Confidence,
    problem: u32,
    title: &'a str,
    statement: &'a str,
    affected: &'a [String],
    evidence: Vec<EvidenceOut<'a>>,
    explains: &'a [String],
    remedy: Vec<String>,
    verify: &'a [String],
    missing: Vec<String>,
    sources: &'a [String],
}

#[derive(Serialize)]
struct EvidenceOut<'a> {
    input: &'a str,
    locator: &'a str,
    excerpt: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    codes: &'a [ExplainedCode],
}

#[derive(Serialize)]
struct ConsideredOut<'a> {
    rule: &'a str,
    verdict: super::ConsideredVerdict,
    why: &'a str,
    missing: Vec<String>,
}

/// Prints a report, indented, with a final line end.
pub fn print(report: &Report) -> String {
    let contract = Contract {
        schema: 1,
        redacted: report.redacted,
        summary: SummaryOut {
            text: &report.summary.text,
            as_of: &report.summary.as_of,
            waiting: report.summary.waiting,
            explained: &report.summary.explained,
            unexplained: report.summary.unexplained,
        },
        compared: report.compared.as_deref().map(compared),
        inputs: report.inputs.iter().map(input).collect(),
        findings: report.findings.iter().map(finding).collect(),
        considered: report.considered.iter().map(considered).collect(),
        set_aside: &report.set_aside,
    };
    // Plain data of strings and numbers always serializes; an error would be a bug of ours.
    let mut text = serde_json::to_string_pretty(&contract).unwrap_or_default();
    text.push('\n');
    text
}

fn side(capture: &Capture, waiting: Option<u64>) -> CaptureOut<'_> {
    CaptureOut { name: &capture.name, files: capture.files, as_of: &capture.as_of, waiting }
}

fn compared(compared: &Comparison) -> ComparedOut<'_> {
    ComparedOut {
        text: compared.sentence(),
        doubt: compared.doubt(),
        earlier: side(&compared.earlier, compared.waiting.0),
        later: side(&compared.later, compared.waiting.1),
        gone: compared
            .gone
            .iter()
            .map(|gone| GoneOut {
                rule: &gone.rule,
                title: &gone.title,
                change: if gone.is_excluded { "fixed" } else { "not-seen" },
                messages: gone.before,
            })
            .collect(),
        problems: compared
            .now
            .iter()
            .map(|became| BecameOut {
                problem: became.number,
                change: became.change.word().to_lowercase(),
                before: became.before,
                now: became.now,
            })
            .collect(),
    }
}

fn input(input: &Input) -> InputOut<'_> {
    let not_read = (input.state == super::InputState::NotRead).then(|| input.reason.clone());
    let notes = input.notes.iter().map(|note| match note.lines {
        Some((first, last)) if first == last => format!("line {first}: {}", note.text),
        Some((first, last)) => format!("lines {first}-{last}: {}", note.text),
        None => note.text.clone(),
    });
    InputOut {
        path: &input.path,
        kind: input.kind.as_deref(),
        records: input.records,
        warnings: not_read.into_iter().chain(notes).collect(),
    }
}

fn finding(finding: &Finding) -> FindingOut<'_> {
    FindingOut {
        rule: &finding.rule,
        severity: finding.severity,
        role: finding.role,
        confidence: finding.confidence,
        problem: finding.problem,
        title: &finding.title,
        statement: &finding.statement,
        affected: &finding.affected,
        evidence: finding
            .evidence
            .iter()
            .map(|e| EvidenceOut { input: &e.input, locator: &e.locator, excerpt: &e.excerpt, codes: &e.codes })
            .collect(),
        explains: &finding.explains,
        remedy: finding.remedy.iter().map(step).collect(),
        verify: &finding.verify,
        missing: finding.missing.iter().map(missing).collect(),
        sources: &finding.sources,
    }
}

fn considered(considered: &Considered) -> ConsideredOut<'_> {
    ConsideredOut {
        rule: &considered.rule,
        verdict: considered.verdict,
        why: &considered.why,
        missing: considered.missing.iter().map(missing).collect(),
    }
}

fn step(step: &Step) -> String {
    let mut text = step.text.clone();
    if let Some(warning) = &step.warning {
        text += "\nMind: ";
        text += warning;
    }
    if let Some(command) = &step.command {
        text.push('\n');
        text += command;
    }
    text
}

fn missing(missing: &Missing) -> String {
    let mut text = format!("{}. It settles: {}", missing.what, missing.settles);
    if !missing.command.is_empty() {
        text.push('\n');
        text += &missing.command;
    }
    text
}
