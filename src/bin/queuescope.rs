//! The command line: the same analysis as the page, for scripts.
//!
//! `queuescope diagnose [--format text|json|markdown|html] [--redact] PATH...` reads files and whole folders.
//! `queuescope code CODE...` says what codes mean, in any notation.
//! Exit status: 0 analyzed, 1 the check of a redacted report found something, 2 nothing could be read or wrong usage.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use queuescope::base::source::{FileBytes, Source};
use queuescope::report::redaction::{Leak, redact};
use queuescope::report::{InputState, Report, html, json, markdown, text};
use queuescope::tools::code_lookup::{Answer, look_up};

const USAGE: &str = "\
Usage: queuescope diagnose [--format text|json|markdown|html] [--redact] PATH...
       queuescope code CODE...

diagnose: reads what Exchange servers exported (files or whole folders) and says which mail is
stuck, why, on what evidence, and what to do. Nothing is sent anywhere.

--redact: replaces names, addresses, domains, IP addresses, GUIDs and subjects, the same original
by the same token, and then looks for what is left of them. When something is left, nothing is
written and the list goes to the error output. Read the report before you send it.

code: says what codes mean, in any notation: 0x80040111, -1017, ec=1010, \"0c 03 09 80\",
5.7.3, WSAECONNREFUSED, UntrustedRoot; or a line in quotation marks with codes in it.

Exit status: 0 analyzed or known, 1 not redacted in full, 2 nothing could be read, nothing is known, or wrong usage.";

enum Format {
    Text,
    Json,
    Markdown,
    Html,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(Failure { message, status }) => {
            eprintln!("{message}");
            ExitCode::from(status)
        }
    }
}

/// Why nothing was written.
struct Failure {
    message: String,
    status: u8,
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure { message, status: 2 }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode, Failure> {
    if arguments.iter().any(|a| a == "--help" || a == "-h") {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.iter().any(|a| a == "--version" || a == "-V") {
        println!("queuescope {}", env!("CARGO_PKG_VERSION"));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(("code", rest)) = arguments.split_first().map(|(c, r)| (c.as_str(), r)) {
        return Ok(codes(rest)?);
    }
    let Some(("diagnose", rest)) = arguments.split_first().map(|(c, r)| (c.as_str(), r)) else {
        return Err(USAGE.to_owned().into());
    };
    let Options { format, redacted, paths } = options(rest)?;
    let mut sources = Vec::new();
    for path in &paths {
        collect(path, &mut sources)?;
    }
    let analysis = queuescope::analysis::analyze(sources, &mut |_| ControlFlow::Continue(()));
    let report = &analysis.report;
    let printed = if redacted {
        let redacted = redact(report, &analysis.names);
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
    let nothing = report.inputs.iter().all(|i| i.state == InputState::NotRead);
    Ok(if nothing { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn print(report: &Report, format: &Format) -> String {
    match format {
        Format::Text => text::print(report),
        Format::Json => json::print(report),
        Format::Markdown => markdown::print(report),
        Format::Html => html::print(report),
    }
}

fn left_over(leaks: &[Leak]) -> String {
    let mut message = "not written: the check of the redacted report found what should not be in it".to_owned();
    for leak in leaks {
        message += &format!("\n  {} ({} times)", leak.text, leak.times);
    }
    message
}

/// Answers each argument by itself, so that one may be a whole line.
fn codes(arguments: &[String]) -> Result<ExitCode, String> {
    let asked: Vec<&String> = arguments.iter().filter(|argument| *argument != "--").collect();
    if asked.is_empty() {
        return Err(format!("no code given\n\n{USAGE}"));
    }
    let answers: Vec<Answer> = asked.into_iter().map(|code| look_up(code)).collect();
    let printed: Vec<String> = answers.iter().map(Answer::to_string).collect();
    let _ = std::io::stdout().write_all(printed.join("\n").as_bytes());
    Ok(if answers.iter().any(Answer::is_known) { ExitCode::SUCCESS } else { ExitCode::from(2) })
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

/// Adds a file, or all files of a folder. Paths are kept relative to what was named, so that a report
/// does not depend on where the folder lies.
fn collect(path: &Path, sources: &mut Vec<Source>) -> Result<(), String> {
    let about = |e: &std::io::Error| format!("failed to open: {e}: {}", path.display());
    let kind = std::fs::metadata(path).map_err(|e| about(&e))?;
    if kind.is_dir() {
        return walk(path, path, 0, sources);
    }
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |n| n.to_string_lossy());
    // A named file that cannot be opened is worth stopping for.
    std::fs::File::open(path).map_err(|e| about(&e))?;
    sources.push(Source::new(name.replace(char::is_control, "\u{FFFD}"), Rc::new(FileBytes::new(path, kind.len()))));
    Ok(())
}

fn walk(root: &Path, folder: &Path, depth: usize, sources: &mut Vec<Source>) -> Result<(), String> {
    // Links can make circles; no export nests this deep.
    if depth > 32 {
        eprintln!("left out, too deep: {}", folder.display());
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).map_err(|e| format!("failed to list: {e}: {}", folder.display()))?;
    let mut entries: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    entries.sort();
    for entry in entries {
        // Links can lead out of the folder or in circles, and a pipe never ends: only files and folders count.
        let Ok(kind) = std::fs::symlink_metadata(&entry) else { continue };
        if kind.is_dir() {
            walk(root, &entry, depth + 1, sources)?;
            continue;
        }
        if !kind.is_file() {
            eprintln!("left out, neither a file nor a folder: {}", entry.display());
            continue;
        }
        let relative = entry.strip_prefix(root).unwrap_or(&entry);
        let path: Vec<_> = relative.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        sources.push(Source::new(
            path.join("/").replace(char::is_control, "\u{FFFD}"),
            Rc::new(FileBytes::new(&entry, kind.len())),
        ));
    }
    Ok(())
}
