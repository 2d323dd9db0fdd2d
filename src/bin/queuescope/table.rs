//! `queuescope table`: a table of the case as CSV, all its rows and columns.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use queuescope::analysis::tables::{Query, TABLES, by_id};

use crate::diagnose::{left_over, status};
use crate::paths::analyze;
use crate::{Failure, USAGE};

/// Prints a table, or which ones there are.
pub fn run(arguments: &[String]) -> Result<ExitCode, Failure> {
    let (mut words, mut is_redacted): (Vec<&String>, bool) = (Vec::new(), false);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--" => words.extend(rest.by_ref()),
            "--redact" => is_redacted = true,
            option if option.starts_with("--") => return Err(format!("unknown option: {option}\n\n{USAGE}").into()),
            _ => words.push(argument),
        }
    }
    let Some((id, paths)) = words.split_first() else {
        let lines: String = TABLES.iter().map(|table| format!("{:<20}{}\n", table.id, table.about)).collect();
        let _ = std::io::stdout().write_all(lines.as_bytes());
        return Ok(ExitCode::SUCCESS);
    };
    if by_id(id).is_none() {
        let known: Vec<&str> = TABLES.iter().map(|table| table.id).collect();
        return Err(format!("unknown table: {id}; there are {}", known.join(", ")).into());
    }
    if paths.is_empty() {
        return Err(format!("no path given\n\n{USAGE}").into());
    }
    let analysis = analyze(&paths.iter().map(PathBuf::from).collect::<Vec<_>>())?;
    let csv = if is_redacted {
        let csv = analysis.redacted_table(id, &Query::default()).unwrap_or_else(|| Ok(String::new()));
        csv.map_err(|leaks| Failure { message: left_over(&leaks), status: 1 })?
    } else {
        analysis.table(id).map(|table| table.csv(&Query::default())).unwrap_or_default()
    };
    // A closed pipe (`| head`) is no error worth a message.
    let _ = std::io::stdout().write_all(csv.as_bytes());
    Ok(status(&analysis.report))
}
