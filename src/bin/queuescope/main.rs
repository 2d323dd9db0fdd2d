//! The command line: the same analysis as the page, for scripts.
//!
//! `queuescope diagnose [--format text|json|markdown|html] [--redact] PATH...` reads files and whole folders.
//! `queuescope table ID PATH...` prints one of the tables of the page.
//! `queuescope code CODE...` says what codes mean, in any notation; `guid` and `ip` do the same for GUIDs and address
//! ranges, `headers` for the header of a message or a report about one.
//! `queuescope collect` prints a script or instructions that gather the files; with paths, what is missing for that case.
//! Exit status: 0 analyzed, 1 the check of a redacted report found something, 2 nothing could be read or wrong usage.

mod code;
mod collect;
mod diagnose;
mod guid;
mod headers;
mod ip;
mod paths;
mod table;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: queuescope diagnose [--format text|json|markdown|html] [--redact] PATH...
       queuescope table [[--redact] ID PATH...]
       queuescope code CODE...
       queuescope collect [--generation any|2013|2007|2003|5.5|online] [--days N] [--server NAME]... [PATH...]
       queuescope guid GUID...
       queuescope ip [--address ADDRESS] RANGE...
       queuescope headers FILE

diagnose: reads what Exchange servers exported (files or whole folders) and says which mail is
stuck, why, on what evidence, and what to do. Nothing is sent anywhere.

--redact (diagnose, table): replaces names, addresses, domains, IP addresses, GUIDs and subjects, the same original
by the same token, and then looks for what is left of them. When something is left, nothing is
written and the list goes to the error output. Read the file before you send it.

table: prints a table of the case as CSV, as the page saves it: queues, messages, latency, ...
Without arguments, says which tables there are.

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
    let Some((command, rest)) = arguments.split_first() else { return Err(USAGE.to_owned().into()) };
    match command.as_str() {
        "diagnose" => diagnose::run(rest),
        "table" => table::run(rest),
        "code" => Ok(code::run(rest)?),
        "collect" => Ok(collect::run(rest)?),
        "guid" => Ok(guid::run(rest)?),
        "ip" => Ok(ip::run(rest)?),
        "headers" => Ok(headers::run(rest)?),
        _ => Err(USAGE.to_owned().into()),
    }
}
