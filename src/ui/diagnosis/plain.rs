//! A problem as plain text, for a ticket or a mail. English like the report it is a part of.

use std::fmt::Write;

use crate::report::{Evidence, Problem};
use crate::ui::case::Case;
use crate::ui::text::{Piece, location, pieces};

/// The whole problem: claim, evidence, what to do, how to check. Without the raw files it can still be read.
pub fn problem(case: &Case, problem: &Problem) -> String {
    let Some(finding) = case.main_finding(problem) else { return String::new() };
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{} {}: {}, {}",
        finding.noun(),
        problem.number,
        finding.severity.word(),
        finding.confidence.word().to_lowercase()
    );
    let _ = writeln!(out, "{}\n\nEvidence", sentence(&finding.statement));
    for number in 1..=case.citations(problem.number) {
        if let Some(evidence) = case.evidence(problem.number, number) {
            let _ = writeln!(out, "[{number}] {} ({})", evidence.note, location(evidence));
            for line in evidence.excerpt.lines() {
                let _ = writeln!(out, "    {line}");
            }
        }
    }
    if !finding.remedy.is_empty() || !finding.verify.is_empty() {
        let _ = writeln!(out, "\nWhat to do");
    }
    let mut number = 0;
    for step in &finding.remedy {
        number += 1;
        let _ = writeln!(out, "{number}. {}", step.text);
        if let Some(warning) = &step.warning {
            let _ = writeln!(out, "   Warning: {warning}");
        }
        for line in step.command.iter().flat_map(|command| command.lines()) {
            let _ = writeln!(out, "   {line}");
        }
    }
    for check in &finding.verify {
        number += 1;
        let _ = writeln!(out, "{number}. Check: {check}");
    }
    for missing in &finding.missing {
        let _ = writeln!(out, "\nTo settle it: {} {}\n   {}", missing.what, missing.settles, missing.command);
    }
    out
}

/// Lines of evidence with the place they come from.
pub fn with_location(evidence: &Evidence, lines: &[&str]) -> String {
    let place = match evidence.lines {
        Some((first, last)) if first != last => format!("{}:{first}-{last}", evidence.input),
        Some((first, _)) => format!("{}:{first}", evidence.input),
        None => format!("{}, {}", evidence.input, evidence.locator),
    };
    format!("{place}\n{}\n", lines.join("\n"))
}

/// The sentence with `[1]` behind the word it follows.
fn sentence(text: &str) -> String {
    let parts = pieces(text, &[]).into_iter().map(|piece| match piece {
        Piece::Words(words) | Piece::Name(words) => words,
        Piece::Cite(number) => format!(" [{number}]"),
    });
    parts.collect()
}
