//! The report as one self-contained page: no script, no request, light, dark and print.
//!
//! Its policy allows nothing but its own style, by hash. Everything from the customer's files passes
//! [`escape`]. Citations are links to the evidence on the same page.

use base64::Engine as _;
use sha2::Digest as _;

use super::compare::{Capture, Comparison};
use super::markdown::printable;
use super::{Considered, ConsideredVerdict, Finding, GroundKind, InputState, Missing, Problem, Report, grouped};

const STYLE: &str = include_str!("report.css");

/// Parts beside the problems: where they stand and what they are called.
const COMPARED: (&str, &str) = ("compared", "Before and after");
const UNDECIDED: (&str, &str) = ("undecided", "Could not be decided");
const RULED_OUT: (&str, &str) = ("ruled-out", "Ruled out");
const FILES: (&str, &str) = ("files", "Files");

/// Prints a report.
pub fn print(report: &Report) -> String {
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(STYLE.as_bytes()));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n<meta \
         name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light \
         dark\">\n<title>Queuescope report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Queuescope report</h1>\n"
    );
    if report.redacted {
        out += &format!("<p>{}</p>\n", super::REDACTED);
    }
    out += &summary(report);
    if let Some(compared) = &report.compared {
        out += &comparison(report, compared);
    }
    let (open, set_aside) = report.printed();
    open.into_iter().for_each(|problem| out += &section(report, problem));
    if !set_aside.is_empty() {
        out += &row("", "", &format!("<h2>Set aside</h2>\n<p>{}</p>", super::SET_ASIDE), "set-aside");
    }
    set_aside.into_iter().for_each(|problem| out += &section(report, problem));
    out += &considered(report, UNDECIDED, ConsideredVerdict::Undecided);
    out += &considered(report, RULED_OUT, ConsideredVerdict::RuledOut);
    out += &files(report);
    out += "</main>\n</body>\n</html>\n";
    out
}

fn summary(report: &Report) -> String {
    let summary = &report.summary;
    let mut body = format!("<p class=\"lead\">{}</p>\n", escape(&summary.text));
    if summary.waiting > 0 {
        body += &account_bar(report);
    }
    if !summary.caveats.is_empty() {
        let items: String = summary.caveats.iter().map(|c| format!("<li>{}</li>", escape(c))).collect();
        body += &format!("<ul class=\"caveats\">{items}</ul>\n");
    }
    body += &contents(report);
    let as_of = if summary.as_of.is_empty() {
        String::new()
    } else {
        format!("<small>as of {}</small>", escape(&summary.as_of))
    };
    row("Summary", &as_of, &body, "summary")
}

/// What became of the problems of an earlier capture.
fn comparison(report: &Report, compared: &Comparison) -> String {
    let mut body = String::new();
    if let Some(doubt) = compared.doubt() {
        body += &format!("<p class=\"warning\">{}</p>\n", escape(&doubt));
    }
    body += &format!("<p>{}</p>\n", escape(&compared.sentence()));
    let lines = compared.lines(report);
    if !lines.is_empty() {
        body += "<table><thead><tr><th>Change</th><th>Problem</th><th class=\"number\">Messages before</th><th class=\"number\">Messages \
                 now</th></tr></thead><tbody>\n";
        let number = |number: Option<u64>| number.map(grouped).unwrap_or_default();
        for line in &lines {
            let title = escape(line.title);
            let title = line
                .problem
                .map_or_else(|| title.clone(), |number| format!("{number}. <a href=\"#p{number}\">{title}</a>"));
            body += &format!(
                "<tr><td>{}</td><td>{title}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                line.word,
                number(line.before),
                number(line.now)
            );
        }
        body += "</tbody></table>\n";
    }
    if !compared.gone.is_empty() {
        body += &format!("<p class=\"rule\">{}</p>\n", super::compare::FIXED);
    }
    let side = |word: &str, capture: &Capture| format!("<small>{word}: {}</small>", escape(&capture.sentence()));
    let sides = side("Before", &compared.earlier) + &side("Now", &compared.later);
    part(COMPARED.0, &row(COMPARED.1, &sides, &body, "compared"))
}

/// Links to all parts: the problems by their numbers, then what stands behind them.
fn contents(report: &Report) -> String {
    let problems = report.problems.iter().filter_map(|p| {
        let title = escape(&report.findings.get(p.main)?.title);
        let aside = if report.note(p.number).is_some() { " (set aside)" } else { "" };
        Some(format!("<li><a href=\"#p{}\">{title}</a>{aside}</li>", p.number))
    });
    let problems: String = problems.collect();
    let has = |verdict: ConsideredVerdict| report.considered.iter().any(|check| check.verdict == verdict);
    let parts = [
        (report.compared.is_some(), COMPARED),
        (has(ConsideredVerdict::Undecided), UNDECIDED),
        (has(ConsideredVerdict::RuledOut), RULED_OUT),
        (!report.inputs.is_empty(), FILES),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(is_there, _)| *is_there)
        .map(|(_, (id, title))| format!("<a href=\"#{id}\">{title}</a>"))
        .collect();
    let problems = if problems.is_empty() { problems } else { format!("<ol class=\"contents\">{problems}</ol>\n") };
    format!("<nav aria-label=\"Contents\">\n{problems}<p class=\"contents\">{}</p>\n</nav>\n", parts.join(" · "))
}

/// The bar of the account: one segment per problem, the rest hollow. Drawn, so that no style attribute
/// is needed.
fn account_bar(report: &Report) -> String {
    let summary = &report.summary;
    let total = summary.waiting.max(1);
    let mut at = 0.0;
    let mut bar = String::new();
    let mut legend = String::new();
    let parts = summary.explained.iter().map(|e| (Some(e.problem), e.messages)).chain([(None, summary.unexplained)]);
    for (problem, messages) in parts.filter(|(_, m)| *m > 0) {
        let width = (messages as f64 / total as f64 * 700.0).max(4.0);
        let class = if problem.is_some() { "explained" } else { "open" };
        bar += &format!("<rect class=\"{class}\" x=\"{at:.1}\" y=\"1\" width=\"{width:.1}\" height=\"9\"/>");
        at += width + 2.0;
        let name = problem.map_or_else(|| "not explained".to_owned(), |p| format!("<a href=\"#p{p}\">problem {p}</a>"));
        legend += &format!("<li><b>{}</b> {name}</li>", grouped(messages));
    }
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 720 11\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{} waiting messages\">{bar}</svg>\n<ul \
         class=\"legend\">{legend}</ul>\n",
        grouped(summary.waiting)
    )
}

fn section(report: &Report, problem: &Problem) -> String {
    let Some(main) = report.findings.get(problem.main) else { return String::new() };
    let number = problem.number;
    let margin = format!(
        "<span class=\"severity {}\" title=\"{}\">{} {}</span><span class=\"confidence\">{} {}</span>",
        main.severity.word().to_lowercase(),
        main.severity.meaning(),
        shape(main.severity),
        main.severity.word(),
        meter(main.confidence),
        main.confidence.word()
    );
    let prefix = format!("p{number}");
    let heading = format!(
        "<h2 class=\"statement\">{}</h2>\n<p class=\"rule\">{}</p>\n",
        cited(&main.statement, &prefix),
        escape(&main.title)
    );
    let mut out = format!("<section id=\"p{number}\" class=\"problem\">\n");
    out += &row(&format!("{} {number}", main.noun()), &margin, &heading, "head");
    if let Some(note) = report.note(number) {
        let note = if note.is_empty() { "Without a note." } else { note };
        out += &row("Set aside", "", &format!("<p>{}</p>", escape(note)), "");
    }
    out += &row("Evidence", "", &evidence(main, &prefix), "");
    out += &parts(main, &prefix);
    for (i, explained) in problem.explains.iter().filter_map(|i| report.findings.get(*i)).enumerate() {
        let prefix = format!("p{number}s{}", i + 1);
        let body = format!("<p>{}</p>\n{}", cited(&explained.statement, &prefix), evidence(explained, &prefix));
        out += &row("Explains", &escape(&explained.title), &body, "");
    }
    if !main.sources.is_empty() {
        let items: String = main.sources.iter().map(|s| format!("<li>{}</li>", escape(s))).collect();
        out += &row("Sources", "", &format!("<ul class=\"sources\">{items}</ul>"), "");
    }
    out += "</section>\n";
    out
}

fn parts(finding: &Finding, prefix: &str) -> String {
    let mut out = String::new();
    if !finding.remedy.is_empty() {
        let mut items = String::new();
        for step in &finding.remedy {
            let warning = step
                .warning
                .as_ref()
                .map_or_else(String::new, |w| format!("<p class=\"warning\">Mind: {}</p>", escape(w)));
            let command = step.command.as_ref().map_or_else(String::new, |c| format!("<pre>{}</pre>", escape_lines(c)));
            items += &format!("<li>{}{warning}{command}</li>\n", escape(&step.text));
        }
        let verify: String = finding.verify.iter().map(|v| format!("<p>Fixed when: {}</p>", escape(v))).collect();
        out += &row("What to do", "", &format!("<ol>{items}</ol>{verify}"), "");
    }
    if !finding.missing.is_empty() {
        out += &row("To settle it", "", &missing(&finding.missing), "");
    }
    if !finding.effects.is_empty() {
        let items: String = finding
            .effects
            .iter()
            .map(|e| {
                format!("<li><span>{}</span> <span class=\"amount\">{}</span></li>", escape(&e.text), escape(&e.amount))
            })
            .collect();
        out += &row("What follows", "", &format!("<ul class=\"follows\">{items}</ul>"), "");
    }
    if !finding.grounds.is_empty() {
        let items: String = finding
            .grounds
            .iter()
            .map(|g| {
                let word = match g.held {
                    GroundKind::Held => "Held",
                    GroundKind::RuledOut => "Ruled out",
                    GroundKind::Unknown => "Unknown",
                    GroundKind::Before => "Before",
                };
                format!("<li><b>{word}.</b> {}</li>", cited(&g.text, prefix))
            })
            .collect();
        out += &row("How sure", "", &format!("<ul>{items}</ul>"), "");
    }
    out
}

fn evidence(finding: &Finding, prefix: &str) -> String {
    let mut items = String::new();
    for (i, e) in finding.evidence.iter().enumerate() {
        let body = if e.absent {
            format!("<p class=\"absent\">{}</p>", escape(&e.excerpt))
        } else if e.excerpt.is_empty() {
            String::new()
        } else {
            format!("<pre>{}</pre>", marked(&e.excerpt, &e.marks))
        };
        let codes: String = finding
            .new_codes(i)
            .map(|code| format!("<li><code>{}</code> {}</li>", escape(&code.code), escape(&code.text)))
            .collect();
        let codes = if codes.is_empty() { codes } else { format!("<ul class=\"codes\">{codes}</ul>") };
        items += &format!(
            "<li id=\"{prefix}e{}\"><span class=\"note\">{}</span> <span class=\"place\">{}, {}</span>{body}{codes}</li>\n",
            i + 1,
            escape(&e.note),
            escape(&e.input),
            escape(&e.locator)
        );
    }
    format!("<ol class=\"evidence\">{items}</ol>\n")
}

fn missing(list: &[Missing]) -> String {
    let items: String = list
        .iter()
        .map(|m| {
            let command =
                if m.command.is_empty() { String::new() } else { format!("<pre>{}</pre>", escape_lines(&m.command)) };
            format!("<li><b>{}.</b> {}{command}</li>", escape(&m.what), escape(&m.settles))
        })
        .collect();
    format!("<ul>{items}</ul>\n")
}

fn considered(report: &Report, (id, heading): (&str, &str), verdict: ConsideredVerdict) -> String {
    let list: Vec<&Considered> = report.considered.iter().filter(|c| c.verdict == verdict).collect();
    if list.is_empty() {
        return String::new();
    }
    let items: String = list
        .iter()
        .map(|c| {
            let bring = if c.missing.is_empty() { String::new() } else { missing(&c.missing) };
            format!("<li><b>{}.</b> {}{bring}</li>\n", escape(&c.title), escape(&c.why))
        })
        .collect();
    part(id, &row(heading, "", &format!("<ul>{items}</ul>"), "considered"))
}

fn files(report: &Report) -> String {
    let mut rows = String::new();
    for input in &report.inputs {
        let mut remarks: Vec<String> = input.notes.iter().map(|n| escape(&n.text)).collect();
        if input.state == InputState::NotRead {
            remarks.insert(0, escape(&input.reason));
        }
        rows += &format!(
            "<tr><td class=\"path\">{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
            escape(&input.path),
            escape(&input.taken_for),
            input.state.word(),
            grouped(input.records),
            remarks.join("<br>")
        );
    }
    let table = format!(
        "<table><thead><tr><th>File</th><th>Taken for</th><th>State</th><th>Records</th><th>Remarks</th></tr></thead><tbody>\n\
         {rows}</tbody></table>\n"
    );
    part(FILES.0, &row(FILES.1, "", &table, "files"))
}

/// A part that the contents lead to.
fn part(id: &str, html: &str) -> String {
    format!("<div id=\"{id}\">{html}</div>\n")
}

fn row(label: &str, below: &str, body: &str, class: &str) -> String {
    format!("<div class=\"row {class}\"><div class=\"margin\"><b>{label}</b>{below}</div><div>{body}</div></div>\n")
}

/// A sentence with its citations as links.
fn cited(text: &str, prefix: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out += &escape(before);
        match after.split_once(']') {
            Some((number, tail)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
                out += &format!("<a class=\"cite\" href=\"#{prefix}e{number}\">{number}</a>");
                rest = tail;
            }
            _ => {
                out.push('[');
                rest = after;
            }
        }
    }
    out += &escape(rest);
    out
}

/// An excerpt with its marks.
fn marked(text: &str, marks: &[(usize, usize)]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (start, end) in marks {
        if let (Some(before), Some(inside)) = (text.get(at..*start), text.get(*start..*end)) {
            out += &escape_lines(before);
            out += &format!("<mark>{}</mark>", escape_lines(inside));
            at = *end;
        }
    }
    out += &escape_lines(text.get(at..).unwrap_or(""));
    out
}

fn escape_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escape).collect();
    lines.join("\n")
}

/// Text that has no meaning in HTML, in content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).chars() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}

fn shape(severity: super::Severity) -> &'static str {
    use super::Severity as S;
    match severity {
        S::Critical => "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path d=\"M4 0h4l4 4v4l-4 4H4L0 8V4z\"/></svg>",
        S::High => "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path d=\"M6 0l6 12H0z\"/></svg>",
        S::Medium => "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path d=\"M6 0l6 6-6 6-6-6z\"/></svg>",
        S::Low => "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path class=\"hollow\" d=\"M1 2h10L6 11z\"/></svg>",
        S::Info => {
            "<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><circle class=\"hollow\" cx=\"6\" cy=\"6\" r=\"5\"/></svg>"
        }
    }
}

fn meter(confidence: super::Confidence) -> String {
    use super::Confidence as C;
    let filled = match confidence {
        C::Confirmed => 3,
        C::Likely => 2,
        C::Possible => 1,
    };
    let bars: String = (0..3)
        .map(|i| {
            let class = if i < filled { "" } else { " class=\"hollow\"" };
            format!("<rect{class} x=\"{}\" y=\"1.5\" width=\"4\" height=\"9\"/>", i * 6 + 1)
        })
        .collect();
    format!("<svg viewBox=\"0 0 18 12\" aria-hidden=\"true\">{bars}</svg>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_evidence_becomes_markup() {
        let hostile = "<script>x</script>\"><img onerror='a'>&\u{202E}\u{0}";
        let text = escape(hostile);
        assert!(!text.contains(['<', '>', '"', '\'', '\u{202E}', '\u{0}']));
        assert!(!cited(&format!("{hostile} [1]"), "p1").contains("<script"));
        assert!(!marked(hostile, &[(0, 8)]).contains("<script"));
    }

    #[test]
    fn citations_become_links_and_other_brackets_stay() {
        assert_eq!(
            cited("a [1][12] b [x] c [", "p1"),
            "a <a class=\"cite\" href=\"#p1e1\">1</a><a class=\"cite\" href=\"#p1e12\">12</a> b [x] c ["
        );
    }

    #[test]
    fn the_style_holds_no_request() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains('<'));
    }

    #[test]
    fn every_link_leads_to_a_part_of_the_report() {
        let queue = "Identity      : EX1\\3\r\nDeliveryType  : DnsConnectorDelivery\r\nNextHopDomain : fabrikam.example\r\nStatus        : Retry\r\nMessageCount  : 3\r\nLastError     : 451 4.4.0 DNS query failed. The error was: SMTPSEND.DNS.NonExistentDomain; nonexistent domain\r\n";
        let sources = vec![crate::base::source::Source::from_bytes("queues.txt", queue)];
        let report = crate::analysis::analyze(sources, &mut |_| std::ops::ControlFlow::Continue(())).report;
        let page = print(&report);
        let links: Vec<&str> =
            page.split("href=\"#").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
        for part in ["p1", FILES.0] {
            assert!(links.contains(&part), "{part} is not in {links:?}");
        }
        for link in links {
            assert_eq!(page.matches(&format!("id=\"{link}\"")).count(), 1, "{link}");
        }
    }
}
