//! The report as plain text, for the console and for the expectations of the test cases.

use super::{Evidence, Finding, Missing, Report, grouped};

/// Prints a report, lines up to about 100 characters, with a final line end.
pub fn print(report: &Report) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    if report.redacted {
        wrap(super::REDACTED, "", "").into_iter().for_each(&mut line);
        line(String::new());
    }
    let summary = &report.summary;
    line(if summary.as_of.is_empty() { "Summary".to_owned() } else { format!("Summary, as of {}", summary.as_of) });
    wrap(&summary.text, "  ", "  ").into_iter().for_each(&mut line);
    let parts: Vec<String> = summary
        .explained
        .iter()
        .map(|e| format!("{} by problem {}", grouped(e.messages), e.problem))
        .chain([format!("{} not explained", grouped(summary.unexplained))])
        .collect();
    line(format!("  Waiting messages: {} = {}", grouped(summary.waiting), parts.join(" + ")));
    for caveat in &summary.caveats {
        wrap(caveat, "  Note: ", "        ").into_iter().for_each(&mut line);
    }
    if let Some(compared) = &report.compared {
        line(String::new());
        line("Before and after".to_owned());
        let doubt = compared.doubt();
        let sides = [format!("Before: {}", compared.earlier.sentence()), format!("Now: {}", compared.later.sentence())];
        for text in doubt.into_iter().chain(sides).chain([compared.sentence()]) {
            wrap(&text, "  ", "  ").into_iter().for_each(&mut line);
        }
        for one in compared.lines(report) {
            let problem = one.problem.map_or_else(String::new, |number| format!("problem {number}, "));
            line(format!("  {}: {problem}{}", one.word, one.title));
        }
    }
    let (open, set_aside) = report.printed();
    for problem in open.into_iter().chain(set_aside) {
        let Some(main) = report.findings.get(problem.main) else { continue };
        line(String::new());
        if let Some(note) = report.note(problem.number) {
            wrap(&format!("Set aside: {note}"), "", "  ").into_iter().for_each(&mut line);
        }
        let kind = format!("{}, {}", main.severity.word(), main.confidence.word().to_lowercase());
        line(format!("{} {}: {kind} ({})", main.noun(), problem.number, main.rule));
        print_finding(main, &mut line);
        for explained in problem.explains.iter().filter_map(|i| report.findings.get(*i)) {
            let name = format!("  Explains: {} ({})", explained.rule, explained.confidence.word().to_lowercase());
            line(name);
            wrap(&explained.statement, "    ", "    ").into_iter().for_each(&mut line);
            for (i, evidence) in explained.evidence.iter().enumerate() {
                print_evidence(explained, i, evidence, &mut line);
            }
        }
    }
    if !report.considered.is_empty() {
        line(String::new());
        line("Considered".to_owned());
        for considered in &report.considered {
            line(format!("  {}: {}", considered.verdict.word(), considered.rule));
            wrap(&considered.why, "    ", "    ").into_iter().for_each(&mut line);
            considered.missing.iter().for_each(|m| print_missing(m, &mut line));
        }
    }
    line(String::new());
    line("Files".to_owned());
    for input in &report.inputs {
        let kind = if input.kind.is_some() { input.taken_for.as_str() } else { "not recognized" };
        line(format!(
            "  {}: {kind}; {}, {} records",
            input.path,
            input.state.word().to_lowercase(),
            grouped(input.records)
        ));
        if input.state == super::InputState::NotRead {
            wrap(&input.reason, "    ", "    ").into_iter().for_each(&mut line);
        }
        for note in &input.notes {
            let place = match note.lines {
                Some((a, b)) if a == b => format!("line {a}: "),
                Some((a, b)) => format!("lines {a}-{b}: "),
                None => String::new(),
            };
            wrap(&format!("{place}{}", note.text), "    - ", "      ").into_iter().for_each(&mut line);
        }
    }
    out
}

fn print_finding(finding: &Finding, line: &mut impl FnMut(String)) {
    wrap(&finding.statement, "  ", "  ").into_iter().for_each(&mut *line);
    if !finding.affected.is_empty() {
        wrap(&finding.affected.join(", "), "  Affected: ", "            ").into_iter().for_each(&mut *line);
    }
    line("  Evidence".to_owned());
    for (i, evidence) in finding.evidence.iter().enumerate() {
        print_evidence(finding, i, evidence, line);
    }
    if !finding.remedy.is_empty() {
        line("  What to do".to_owned());
    }
    for (i, step) in finding.remedy.iter().enumerate() {
        wrap(&step.text, &format!("    {}. ", i + 1), "       ").into_iter().for_each(&mut *line);
        if let Some(warning) = &step.warning {
            wrap(warning, "       Mind: ", "             ").into_iter().for_each(&mut *line);
        }
        // Commands are never wrapped: they are there to be copied.
        step.command.iter().flat_map(|c| c.lines()).for_each(|c| line(format!("         {c}")));
    }
    for check in &finding.verify {
        wrap(check, "    Fixed when: ", "                ").into_iter().for_each(&mut *line);
    }
    if !finding.missing.is_empty() {
        line("  To settle it".to_owned());
        finding.missing.iter().for_each(|m| print_missing(m, line));
    }
    if !finding.effects.is_empty() {
        line("  What follows".to_owned());
        for effect in &finding.effects {
            let amount = if effect.amount.is_empty() { String::new() } else { format!(": {}", effect.amount) };
            wrap(&format!("{}{amount}", effect.text), "    - ", "      ").into_iter().for_each(&mut *line);
        }
    }
    if !finding.grounds.is_empty() {
        line("  How sure".to_owned());
        for ground in &finding.grounds {
            let sign = match ground.held {
                super::GroundKind::Held => "held",
                super::GroundKind::RuledOut => "ruled out",
                super::GroundKind::Unknown => "unknown",
                super::GroundKind::Before => "before",
            };
            wrap(&format!("{sign}: {}", ground.text), "    - ", "      ").into_iter().for_each(&mut *line);
        }
    }
}

fn print_evidence(finding: &Finding, index: usize, evidence: &Evidence, line: &mut impl FnMut(String)) {
    wrap(
        &format!("{} ({}, {})", evidence.note, evidence.input, evidence.locator),
        &format!("    [{}] ", index + 1),
        "        ",
    )
    .into_iter()
    .for_each(&mut *line);
    evidence.excerpt.lines().for_each(|l| line(format!("        | {}", printable(l))));
    for code in finding.new_codes(index) {
        wrap(&format!("{}: {}", code.code, code.text), "        ", "          ").into_iter().for_each(&mut *line);
    }
}

fn print_missing(missing: &Missing, line: &mut impl FnMut(String)) {
    wrap(&format!("Bring: {}. {}", missing.what, missing.settles), "    - ", "      ").into_iter().for_each(&mut *line);
    missing.command.lines().for_each(|c| line(format!("         {c}")));
}

/// Control characters in evidence must not reach a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{FFFD}' } else { c }).collect()
}

/// Breaks a text at blanks into lines of about 100 characters.
fn wrap(text: &str, first: &str, other: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in printable(text).split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > 100 {
            lines.push(std::mem::replace(&mut line, other.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}
