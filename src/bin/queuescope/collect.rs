//! `queuescope collect`: a script that gathers the files, or what is missing for a case.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use queuescope::analysis::wanted::wanted;
use queuescope::tools::collect::{Generation, Request};

use crate::USAGE;
use crate::paths::analyze;

/// Prints what to run at the site: the basics, or what is missing for the case in the paths.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
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
        wanted(&analyze(&paths)?.report, generation).request()
    };
    request.days = days.unwrap_or(request.days);
    request.servers = servers;
    let _ = std::io::stdout().write_all(request.file().as_bytes());
    Ok(ExitCode::SUCCESS)
}
