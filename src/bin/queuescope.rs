//! The command line: the same analysis as the page, for scripts.
//!
//! `queuescope diagnose [--format text|json|markdown|html] [--redact] PATH...` reads files and whole folders.
//! `queuescope code CODE...` says what codes mean, in any notation; `guid` and `ip` do the same for GUIDs and address
//! ranges, `headers` for the header of a message or a report about one.
//! `queuescope collect` prints a script or instructions that gather the files; with paths, what is missing for that case.
//! Exit status: 0 analyzed, 1 the check of a redacted report found something, 2 nothing could be read or wrong usage.

use queuescope::base::order::Order as _;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use queuescope::analysis::pasted;
use queuescope::analysis::wanted::wanted;
use queuescope::base::source::{FileBytes, Source};
use queuescope::report::redaction::{Leak, redact};
use queuescope::report::{InputState, Report, html, json, markdown, text};
use queuescope::tools::code_lookup::{Answer, look_up};
use queuescope::tools::collect::{Generation, Request};
use queuescope::tools::{guid_converter, ip_ranges};

const USAGE: &str = "\
Usage: queuescope diagnose [--format text|json|markdown|html] [--redact] PATH...
       queuescope code CODE...
       queuescope collect [--generation any|2013|2007|2003|5.5|online] [--days N] [--server NAME]... [PATH...]
       queuescope guid GUID...
       queuescope ip [--address ADDRESS] RANGE...
       queuescope headers FILE

diagnose: reads what Exchange servers exported (files or whole folders) and says which mail is
stuck, why, on what evidence, and what to do. Nothing is sent anywhere.

--redact: replaces names, addresses, domains, IP addresses, GUIDs and subjects, the same original
by the same token, and then looks for what is left of them. When something is left, nothing is
written and the list goes to the error output. Read the report before you send it.

code: says what codes mean, in any notation: 0x80040111, -1017, ec=1010, \"0c 03 09 80\",
5.7.3, WSAECONNREFUSED, UntrustedRoot; or a line in quotation marks with codes in it.

collect: prints a PowerShell script that gathers what is read here, or numbered steps for 5.5 to 2003. It only reads.
With paths, it gathers only what is missing for that case. Save it: queuescope collect > queuescope-collect.ps1

guid: shows GUIDs in all notations, what they name, and how to find the object.

ip: describes remote IP ranges of receive connectors and where they overlap; with --address
also which of them counts for that address.

headers: shows the path of a message with the time of each hop, and who gave it up and why, from
its header or from a non-delivery report (.eml, .msg, text; - reads what is piped in).

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
    match arguments.split_first().map(|(c, r)| (c.as_str(), r)) {
        Some(("code", rest)) => return Ok(codes(rest)?),
        Some(("guid", rest)) => return Ok(guids(rest)?),
        Some(("ip", rest)) => return Ok(ranges(rest)?),
        Some(("headers", rest)) => return Ok(headers(rest)?),
        _ => {}
    }
    if let Some(("collect", rest)) = arguments.split_first().map(|(c, r)| (c.as_str(), r)) {
        return Ok(gather(rest)?);
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

/// Prints what to run at the site: the basics, or what is missing for the case in the paths.
fn gather(arguments: &[String]) -> Result<ExitCode, String> {
    let (mut generation, mut days, mut servers, mut paths) = (None, None, Vec::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            paths.extend(rest.by_ref().map(PathBuf::from));
            continue;
        }
        if !argument.starts_with("--") {
            paths.push(PathBuf::from(argument));
            continue;
        }
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (argument.as_str(), rest.next().cloned().unwrap_or_default()),
        };
        match name {
            "--generation" => {
                let known = Generation::of_word(&value);
                generation = Some(known.ok_or_else(|| format!("unknown generation: {value}\n\n{USAGE}"))?);
            }
            "--days" => {
                let number = value.parse().ok().filter(|days| (1..=Request::MOST_DAYS).contains(days));
                days = Some(number.ok_or_else(|| format!("--days takes 1 to {}: {value}", Request::MOST_DAYS))?);
            }
            "--server" if !value.is_empty() => servers.push(value),
            _ => return Err(format!("unknown option: {argument}\n\n{USAGE}")),
        }
    }
    let mut request = if paths.is_empty() {
        Request::basics(generation.unwrap_or(Generation::Any))
    } else {
        let mut sources = Vec::new();
        for path in &paths {
            collect(path, &mut sources)?;
        }
        let analysis = queuescope::analysis::analyze(sources, &mut |_| ControlFlow::Continue(()));
        wanted(&analysis.report, generation).request()
    };
    request.days = days.unwrap_or(request.days);
    request.servers = servers;
    let _ = std::io::stdout().write_all(request.file().as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// Answers each argument by itself, so that one may be octets with blanks between them.
fn guids(arguments: &[String]) -> Result<ExitCode, String> {
    let asked: Vec<&String> = arguments.iter().filter(|argument| *argument != "--").collect();
    if asked.is_empty() {
        return Err(format!("no GUID given\n\n{USAGE}"));
    }
    let answers: Vec<guid_converter::Answer> = asked.into_iter().map(|text| guid_converter::look_up(text)).collect();
    let printed: Vec<String> = answers.iter().map(guid_converter::Answer::to_string).collect();
    let _ = std::io::stdout().write_all(printed.join("\n").as_bytes());
    Ok(if answers.iter().any(guid_converter::Answer::is_known) { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Answers all ranges together, because what matters is how they lie to each other.
fn ranges(arguments: &[String]) -> Result<ExitCode, String> {
    let (mut text, mut address) = (Vec::new(), None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value = match argument.strip_prefix("--address=") {
            Some(value) => Some(value.to_owned()),
            None if argument == "--address" => Some(rest.next().cloned().unwrap_or_default()),
            None => None,
        };
        match value {
            Some(value) => match queuescope::base::ip_range::parse_address(&value) {
                Ok(parsed) => address = Some(parsed),
                Err(_) => return Err(format!("not an address: {value}\n\n{USAGE}")),
            },
            None if argument == "--" => {}
            None => text.push(argument.as_str()),
        }
    }
    if text.is_empty() {
        return Err(format!("no range given\n\n{USAGE}"));
    }
    let answer = ip_ranges::look_up(&text.join("\n"));
    let mut printed = answer.to_string();
    if let Some(address) = address.filter(|_| answer.is_known()) {
        printed.push_str(&answer.placed_sentence(address));
        printed.push('\n');
    }
    let _ = std::io::stdout().write_all(printed.as_bytes());
    Ok(if answer.is_known() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Reads one file as mail. No more of it than the reader looks at, and one byte by which it sees that there is more.
fn headers(arguments: &[String]) -> Result<ExitCode, String> {
    let [path] = arguments else { return Err(format!("give one file\n\n{USAGE}")) };
    let most = pasted::MOST as u64 + 1;
    let mut bytes = Vec::new();
    let read = match path.as_str() {
        "-" => std::io::stdin().take(most).read_to_end(&mut bytes),
        path => std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    read.map_err(|e| format!("failed to open: {e}: {path}"))?;
    let answer = pasted::read_mail(&bytes);
    if answer.is_known() {
        let _ = std::io::stdout().write_all(answer.to_string().as_bytes());
        return Ok(ExitCode::SUCCESS);
    }
    let mut lines = vec!["This is no header of a message and no report about one.".to_owned()];
    lines.extend(answer.remarks);
    lines.push(pasted::ACCEPTED.to_owned());
    Err(lines.join("\n"))
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
    entries.order();
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
