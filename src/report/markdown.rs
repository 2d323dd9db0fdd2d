//! The report as Markdown (CommonMark with tables), for tickets and wikis.
//!
//! Names and excerpts come from the customer's files and may hold any character. In running text every
//! character with a meaning is escaped; excerpts and commands stand in fences longer than any run of
//! backticks inside them.

use super::compare::Comparison;
use super::{Finding, Missing, Problem, Report, grouped};

/// Prints a report, with a final line end.
pub fn print(report: &Report) -> String {
    let mut out = String::from("# Queuescope report\n\n");
    if report.redacted {
        out += &format!("{}\n\n", super::REDACTED);
    }
    let summary = &report.summary;
    out += &format!("{}\n\n", escape(&summary.text));
    if !summary.as_of.is_empty() {
        out += &format!("As of {}.\n\n", escape(&summary.as_of));
    }
    out += "| Waiting messages | |\n|---|---:|\n";
    for explained in &summary.explained {
        out += &format!("| Problem {} | {} |\n", explained.problem, grouped(explained.messages));
    }
    out += &format!("| Not explained | {} |\n| All | {} |\n\n", grouped(summary.unexplained), grouped(summary.waiting));
    for caveat in &summary.caveats {
        out += &format!("- {}\n", escape(caveat));
    }
    if let Some(compared) = &report.compared {
        out += &comparison(report, compared);
    }
    let (open, set_aside) = report.printed();
    open.into_iter().for_each(|problem| out += &section(report, problem));
    if !set_aside.is_empty() {
        out += &format!("\n## Set aside\n\n{}\n", super::SET_ASIDE);
    }
    set_aside.into_iter().for_each(|problem| out += &section(report, problem));
    for (heading, verdict) in [
        ("Could not be decided", super::ConsideredVerdict::Undecided),
        ("Ruled out", super::ConsideredVerdict::RuledOut),
    ] {
        let considered: Vec<_> = report.considered.iter().filter(|c| c.verdict == verdict).collect();
        if considered.is_empty() {
            continue;
        }
        out += &format!("\n## {heading}\n\n");
        for c in considered {
            out += &format!("- {}: {}\n", escape(&c.title), escape(&c.why));
            c.missing.iter().for_each(|m| out += &missing(m));
        }
    }
    out += "\n## Files\n\n| File | Taken for | State | Records | Remarks |\n|---|---|---|---:|---|\n";
    for input in &report.inputs {
        let mut remarks: Vec<String> = input.notes.iter().map(|n| n.text.clone()).collect();
        if input.state == super::InputState::NotRead {
            remarks.insert(0, input.reason.clone());
        }
        out += &format!(
            "| {} | {} | {} | {} | {} |\n",
            cell(&input.path),
            cell(&input.taken_for),
            input.state.word(),
            grouped(input.records),
            cell(&remarks.join(" "))
        );
    }
    out
}

/// What became of the problems of an earlier capture.
fn comparison(report: &Report, compared: &Comparison) -> String {
    let mut out = String::from("\n## Before and after\n\n");
    if let Some(doubt) = compared.doubt() {
        out += &format!("**Mind:** {}\n\n", escape(&doubt));
    }
    out += &format!("- Before: {}\n", escape(&compared.earlier.sentence()));
    out += &format!("- Now: {}\n\n", escape(&compared.later.sentence()));
    out += &format!("{}\n\n", escape(&compared.sentence()));
    let lines = compared.lines(report);
    if lines.is_empty() {
        return out;
    }
    out += "| Change | Problem | Messages before | Messages now |\n|---|---|---:|---:|\n";
    let number = |number: Option<u64>| number.map(grouped).unwrap_or_default();
    for line in lines {
        let problem = line.problem.map_or_else(String::new, |number| format!("{number}. "));
        let (before, now) = (number(line.before), number(line.now));
        out += &format!("| {} | {problem}{} | {before} | {now} |\n", line.word, cell(line.title));
    }
    if !compared.gone.is_empty() {
        out += &format!("\n{}\n", super::compare::FIXED);
    }
    out
}

fn section(report: &Report, problem: &Problem) -> String {
    let Some(main) = report.findings.get(problem.main) else { return String::new() };
    let mut out = format!("\n## {} {}: {}\n\n", main.noun(), problem.number, escape(&main.title));
    if let Some(note) = report.note(problem.number) {
        let note = if note.is_empty() { String::new() } else { format!(": {}", escape(note)) };
        out += &format!("**Set aside**{note}\n\n");
    }
    out += &finding(main);
    for explained in problem.explains.iter().filter_map(|i| report.findings.get(*i)) {
        out += &format!("\n### Explains: {}\n\n{}\n\n", escape(&explained.title), escape(&explained.statement));
        out += &evidence_list(explained);
    }
    out
}

fn finding(finding: &Finding) -> String {
    let mut out = format!(
        "**{}, {}.** {}\n\n",
        finding.severity.word(),
        finding.confidence.word().to_lowercase(),
        escape(&finding.statement)
    );
    if !finding.affected.is_empty() {
        let names: Vec<String> = finding.affected.iter().map(|a| escape(a)).collect();
        out += &format!("Affected: {}.\n\n", names.join(", "));
    }
    out += "### Evidence\n\n";
    out += &evidence_list(finding);
    if !finding.remedy.is_empty() {
        out += "### What to do\n\n";
    }
    for (i, step) in finding.remedy.iter().enumerate() {
        out += &format!("{}. {}\n", i + 1, escape(&step.text));
        if let Some(warning) = &step.warning {
            out += &format!("\n   **Mind:** {}\n", escape(warning));
        }
        if let Some(command) = &step.command {
            out += &fenced(command, "powershell", "   ");
        }
    }
    out.push('\n');
    for check in &finding.verify {
        out += &format!("Fixed when: {}\n\n", escape(check));
    }
    if !finding.missing.is_empty() {
        out += "### To settle it\n\n";
        finding.missing.iter().for_each(|m| out += &missing(m));
        out.push('\n');
    }
    if !finding.effects.is_empty() {
        out += "### What follows\n\n";
        for effect in &finding.effects {
            let amount = if effect.amount.is_empty() { String::new() } else { format!(": {}", escape(&effect.amount)) };
            out += &format!("- {}{amount}\n", escape(&effect.text));
        }
        out.push('\n');
    }
    if !finding.grounds.is_empty() {
        out += "### How sure\n\n";
        for ground in &finding.grounds {
            let word = match ground.held {
                super::GroundKind::Held => "Held",
                super::GroundKind::RuledOut => "Ruled out",
                super::GroundKind::Unknown => "Unknown",
                super::GroundKind::Before => "Before",
            };
            out += &format!("- {word}: {}\n", escape(&ground.text));
        }
        out.push('\n');
    }
    if !finding.sources.is_empty() {
        let sources: Vec<String> = finding.sources.iter().map(|s| format!("<{s}>")).collect();
        out += &format!("Sources: {}\n", sources.join(", "));
    }
    out
}

fn evidence_list(finding: &Finding) -> String {
    let mut out = String::new();
    for (i, evidence) in finding.evidence.iter().enumerate() {
        out += &format!(
            "{}. {} ({}, {})\n",
            i + 1,
            escape(&evidence.note),
            escape(&evidence.input),
            escape(&evidence.locator)
        );
        if !evidence.excerpt.is_empty() {
            out += &fenced(&evidence.excerpt, "text", "   ");
        }
        for code in finding.new_codes(i) {
            out += &format!("   - {}: {}\n", escape(&code.code), escape(&code.text));
        }
    }
    out.push('\n');
    out
}

fn missing(missing: &Missing) -> String {
    let mut out = format!("- {}. {}\n", escape(&missing.what), escape(&missing.settles));
    if !missing.command.is_empty() {
        out += &fenced(&missing.command, "powershell", "  ");
    }
    out
}

/// A fenced block, indented to belong to its list item.
fn fenced(text: &str, language: &str, indent: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut out = format!("\n{indent}{fence}{language}\n");
    for line in text.lines() {
        out += &format!("{indent}{}\n", printable(line));
    }
    out += &format!("{indent}{fence}\n\n");
    out
}

/// Text without any meaning in Markdown or HTML, on one line.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).chars() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    // A text that begins a line must not begin a list, a heading or a table.
    match out.chars().next() {
        Some('-' | '+' | '=' | ':') => format!("\\{out}"),
        Some(c) if c.is_ascii_digit() => out.replacen(". ", "\\. ", 1),
        _ => out,
    }
}

fn cell(text: &str) -> String {
    escape(text)
}

/// Control characters and those that turn the direction of text are shown as replacement characters.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' => ' ',
            '\t' => '\t',
            c if c.is_control() => '\u{FFFD}',
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' => '\u{FFFD}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_change_the_structure() {
        assert_eq!(escape("<script>[a](javascript:b)*x*"), "&lt;script&gt;\\[a\\](javascript:b)\\*x\\*");
        assert_eq!(escape("- item"), "\\- item");
        assert_eq!(escape("# a\n# b"), "\\# a \\# b");
        assert_eq!(escape("12. x"), "12\\. x");
        assert_eq!(escape("a\u{202E}b\u{1b}c"), "a\u{FFFD}b\u{FFFD}c");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert!(fenced("a ``` b", "text", "").contains("\n````text\n"));
    }
}
