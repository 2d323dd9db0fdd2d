//! `queuescope headers`: the path of a message, and why it came back.

use std::io::{Read, Write};
use std::process::ExitCode;

use queuescope::analysis::pasted;

use crate::USAGE;

/// Reads one file as mail. No more of it than the reader looks at, and one byte by which it sees that there is more.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
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
