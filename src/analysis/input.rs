//! The rows of the list of files: one per file and container, whatever became of it.

use super::expand::Entry;
use crate::base::container::Listing;
use crate::base::ledger::Ledger;
use crate::base::source::Source;
use crate::formats::Format;
use crate::report::{Input, InputNote, InputState};

/// Members named in the row of a container when they could not be read.
const NAMED: usize = 50;

/// The row of a file that was not read.
pub(super) fn not_read(source: &Source, format: Option<&Format>, reason: String) -> Input {
    Input {
        path: source.path.clone(),
        kind: format.map(|f| f.id.to_owned()),
        taken_for: format.map_or_else(|| "Not recognized".to_owned(), |f| f.title.to_owned()),
        near: None,
        reason,
        state: InputState::NotRead,
        size: source.bytes.size(),
        encoding: None,
        time_span: None,
        records: 0,
        skipped: 0,
        damaged: 0,
        notes: Vec::new(),
    }
}

/// The row of a file that was read.
pub(super) fn read(source: &Source, format: &Format, reason: String, ledger: &Ledger) -> Input {
    let mut input = not_read(source, Some(format), reason);
    (input.records, input.skipped, input.damaged) = (ledger.records, ledger.skipped, ledger.damaged);
    // The log of a collection holds no evidence; it is read for what it says about the other files.
    let has_records = format.id != "collect-log";
    input.state = match (ledger.records, ledger.is_incomplete()) {
        (0, _) if has_records => InputState::NotRead,
        (_, true) => InputState::Incomplete,
        (_, false) => InputState::Read,
    };
    input.notes = notes(ledger);
    if input.state == InputState::Incomplete && !input.notes.iter().any(|note| note.loss) {
        let left_out = ledger.skipped + ledger.damaged;
        let text = format!(
            "Entries in which nothing could be read, and which are left out: {}.",
            crate::report::grouped(left_out)
        );
        input.notes.push(InputNote { lines: None, loss: true, text });
    }
    input
}

/// The row of a container.
pub(super) fn container(entry: &Entry, kind: &str, listing: &Listing) -> Input {
    let opened = listing.members.iter().filter(|member| member.member.is_ok()).count();
    let refused = listing.members.len() - opened;
    let mut input = not_read(&entry.source, None, String::new());
    kind.clone_into(&mut input.taken_for);
    input.kind = Some("container".to_owned());
    input.reason = match opened {
        1 => "Opened; the file in it has a row of its own.".to_owned(),
        n => format!("Opened; the {n} files in it have rows of their own."),
    };
    (input.records, input.skipped) = (opened as u64, refused as u64);
    input.state = match (opened, refused + listing.remarks.len()) {
        (0, _) => InputState::NotRead,
        (_, 0) => InputState::Read,
        _ => InputState::Incomplete,
    };
    if opened == 0 {
        input.reason = "None of its files can be read.".to_owned();
    }
    let remark = |text: String| InputNote { lines: None, loss: true, text };
    input.notes.extend(listing.remarks.iter().cloned().map(remark));
    let whys = listing.members.iter().filter_map(|listed| Some((listed.member.as_ref().err()?, &listed.path)));
    input.notes.extend(whys.take(NAMED).map(|(why, path)| remark(format!("Not opened: {path}. {why}"))));
    if refused > NAMED {
        input.notes.push(remark(format!("{} more files were not opened.", refused - NAMED)));
    }
    input
}

fn notes(ledger: &Ledger) -> Vec<InputNote> {
    let mut notes: Vec<InputNote> = ledger
        .notes
        .iter()
        .map(|n| InputNote { lines: n.lines, loss: n.kind.is_loss(), text: n.text.clone() })
        .collect();
    if ledger.notes_left_out > 0 {
        let text = format!("{} more remarks of this kind.", ledger.notes_left_out);
        notes.push(InputNote { lines: None, loss: true, text });
    }
    notes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use std::ops::ControlFlow;

    use crate::analysis::analyze;
    use crate::base::source::Source;
    use crate::report::{Input, InputState};

    fn read(text: &str) -> Input {
        let report = Source::from_bytes("report.txt", text.to_owned());
        analyze(vec![report], &mut |_| ControlFlow::Continue(())).report.inputs.into_iter().next().unwrap()
    }

    const REPORT: &str = "Your message\r\n\r\n  To:      a.lind@fabrikam.example\r\n  Subject: Order\r\n\r\ndid not reach the following \
        recipient(s):\r\n\r\na.lind@fabrikam.example on Thu, 12 Mar 2009 16:51:51 -0500\r\n    The e-mail account does not exist.\r\n    \
        <ex1.contoso.com #5.1.1>\r\n\r\n";

    #[test]
    fn a_file_that_was_not_read_in_full_says_why() {
        let begun = read(&format!("{REPORT}Your message\r\n\r\n  To: b.kern@fabrikam.example\r\n"));
        assert_eq!((begun.state, begun.records), (InputState::Incomplete, 1));
        assert!(
            begun.notes.iter().any(|note| note.loss && note.text.starts_with("A report begins here")),
            "{:?}",
            begun.notes
        );
    }

    #[test]
    fn the_original_message_behind_a_report_is_no_loss() {
        let whole = read(&format!(
            "{REPORT}From: c.moss@contoso.com\r\nTo: a.lind@fabrikam.example\r\nSubject: Order\r\n\r\nHello\r\n"
        ));
        assert_eq!((whole.state, whole.records), (InputState::Read, 1), "{:?}", whole.notes);
        assert!(whole.notes.iter().all(|note| !note.loss));
    }
}
