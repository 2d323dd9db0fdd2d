//! `queuescope diagnose`: the report, in a format and redacted if asked for.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use queuescope::report::redaction::{Leak, redact};
use queuescope::report::{InputState, Report, html, json, markdown, text};

use crate::paths::analyze;
use crate::{Failure, USAGE};

enum Format {
    Text,
    Json,
    Markdown,
    Html,
}

/// Prints the report of the files.
pub fn run(arguments: &[String]) -> Result<ExitCode, Failure> {
    let Options { format, redacted, paths } = options(arguments)?;
    let analysis = analyze(&paths)?;
    let report = &analysis.report;
    let printed = if redacted {
        let redacted = redact(report, analysis.names());
        let printed = print(&redacted.report, &format);
        let leaks = redacted.leaks(&printed);
        if !leaks.is_empty() {
            return Err(Failure { message: left_over(&leaks), status: 1 });
        }
        printed
    } else {
        print(report, &format)
    };
    // A closed pipe (`| head`) is no error worth a message.
    let _ = std::io::stdout().write_all(printed.as_bytes());
    Ok(status(report))
}

/// Whether anything could be read.
pub fn status(report: &Report) -> ExitCode {
    let nothing = report.inputs.iter().all(|i| i.state == InputState::NotRead);
    if nothing { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

fn print(report: &Report, format: &Format) -> String {
    match format {
        Format::Text => text::print(report),
        Format::Json => json::print(report),
        Format::Markdown => markdown::print(report),
        Format::Html => html::print(report),
    }
}

/// What the check found, in words.
pub fn left_over(leaks: &[Leak]) -> String {
    let mut message = "not written: the check of what was redacted found what should not be in it".to_owned();
    for leak in leaks {
        message += &format!("\n  {} ({} times)", leak.text, leak.times);
    }
    message
}

struct Options {
    format: Format,
    redacted: bool,
    paths: Vec<PathBuf>,
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut format = Format::Text;
    let mut redacted = false;
    let mut paths = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value = match argument.strip_prefix("--format=") {
            Some(value) => Some(value.to_owned()),
            None if argument == "--format" => Some(rest.next().cloned().unwrap_or_default()),
            None => None,
        };
        match value.as_deref() {
            Some("text") => format = Format::Text,
            Some("json") => format = Format::Json,
            Some("markdown") => format = Format::Markdown,
            Some("html") => format = Format::Html,
            Some(other) => {
                return Err(format!("unknown format; choose text, json, markdown or html: {other}\n\n{USAGE}"));
            }
            None if argument == "--redact" => redacted = true,
            None if argument == "--" => paths.extend(rest.by_ref().map(PathBuf::from)),
            None if argument.starts_with("--") => return Err(format!("unknown option: {argument}\n\n{USAGE}")),
            None => paths.push(PathBuf::from(argument)),
        }
    }
    if paths.is_empty() {
        return Err(format!("no path given\n\n{USAGE}"));
    }
    Ok(Options { format, redacted, paths })
}
