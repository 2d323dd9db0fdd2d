//! `queuescope ip`: remote IP ranges, and which of them counts for an address.

use std::io::Write;
use std::process::ExitCode;

use queuescope::tools::ip_ranges;

use crate::USAGE;

/// Answers all ranges together, because what matters is how they lie to each other.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
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
