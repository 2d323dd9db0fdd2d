//! `queuescope code`: what codes mean.

use std::io::Write;
use std::process::ExitCode;

use queuescope::tools::code_lookup::{Answer, look_up};

use crate::USAGE;

/// Answers each argument by itself, so that one may be a whole line.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let asked: Vec<&String> = arguments.iter().filter(|argument| *argument != "--").collect();
    if asked.is_empty() {
        return Err(format!("no code given\n\n{USAGE}"));
    }
    let answers: Vec<Answer> = asked.into_iter().map(|code| look_up(code)).collect();
    let printed: Vec<String> = answers.iter().map(Answer::to_string).collect();
    let _ = std::io::stdout().write_all(printed.join("\n").as_bytes());
    Ok(if answers.iter().any(Answer::is_known) { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
