//! `queuescope guid`: GUIDs in all notations.

use std::io::Write;
use std::process::ExitCode;

use queuescope::tools::guid_converter;

use crate::USAGE;

/// Answers each argument by itself, so that one may be octets with blanks between them.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let asked: Vec<&String> = arguments.iter().filter(|argument| *argument != "--").collect();
    if asked.is_empty() {
        return Err(format!("no GUID given\n\n{USAGE}"));
    }
    let answers: Vec<guid_converter::Answer> = asked.into_iter().map(|text| guid_converter::look_up(text)).collect();
    let printed: Vec<String> = answers.iter().map(guid_converter::Answer::to_string).collect();
    let _ = std::io::stdout().write_all(printed.join("\n").as_bytes());
    Ok(if answers.iter().any(guid_converter::Answer::is_known) { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
