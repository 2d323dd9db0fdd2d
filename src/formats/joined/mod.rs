//! Where another export begins in a file: `type * > all.txt` and `>>` put several into one, and texts of events would take all
//! that follows for their own.
//!
//! Only beginnings that no message of an event has. They count behind a blank line, or as the first line.

use crate::base::ledger::NoteKind;
use crate::formats::Output;

/// Beginnings of exports.
const BEGINNINGS: &[&str] =
    &["#TYPE ", "#Software:", "#Fields:", "<?xml", "<Objs ", "<RoutingConfig", "dn: ", "RunspaceId "];

/// Whether a line begins another export.
pub(super) fn begins_another(line: &str) -> bool {
    let line = line.trim_start_matches('\u{FEFF}').trim_end();
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
        || matches!(line, "[" | "[{")
        || is_quoted_header(line)
        || line.split_once(" : ").is_some_and(|(name, _)| name.trim_end() == "Identity")
}

/// Whether a line is what `Export-Csv` writes first: names in quotes, and commas between them.
fn is_quoted_header(line: &str) -> bool {
    let Some(inner) = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')) else { return false };
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    let names = ["\",\"", "\";\"", "\"\t\""].into_iter().find(|between| inner.contains(between));
    names.is_some_and(|between| inner.split(between).all(is_name) && inner.split(between).count() > 2)
}

/// Says that what begins in these lines is not read.
pub(super) fn note(lines: &[u32], out: &mut Output<'_>) {
    let Some(&first) = lines.first() else { return };
    let text = "Another export begins here and is not read. Save each export in a file of its own.";
    out.note(NoteKind::Damaged, Some((first, first)), text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_begin_as_no_message_does() {
        for line in [
            "#TYPE Selected.System.String",
            "\"Identity\",\"Status\",\"MessageCount\"",
            "\u{FEFF}<?xml version=\"1.0\"?>",
            "Identity           : EX1\\3",
            "#Software: Microsoft Exchange Server",
            "[",
        ] {
            assert!(begins_another(line), "{line}");
        }
        for line in [
            "\"EX1\", \"EX2\" and \"EX3\"",
            "\"The store\",\"could not be mounted.\",\"x\"",
            "Identity of the caller: EX1",
            "The following error occurred:",
            "{0x80040111}",
            "<event data>",
        ] {
            assert!(!begins_another(line), "{line}");
        }
    }
}
