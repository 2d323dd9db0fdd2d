//! Reads real transport logs and access lists in place, through the whole analysis.
//!
//! The corpus is not part of the repository: `QUEUESCOPE_CORPUS` names its folder, and without it the
//! test says so and passes.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail loudly")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use queuescope::analysis::analyze;
use queuescope::base::source::Source;

#[test]
fn real_logs_are_read_to_the_last_row() {
    let corpus = std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    for (name, format, records, loss) in [
        ("msgtrk_2010_header_and_notifymapi.log", "message-tracking-log", 2, false),
        ("msgtrk_2016_2019_lines.csv", "message-tracking-log", 4, false),
        ("smtp_protocol_lines_2019.csv", "smtp-protocol-log", 7, false),
        ("smtpreceive_2010_bot_session.csv", "smtp-protocol-log", 13, false),
        // An excerpt: its end is missing, and the report says so.
        ("dsacls_exchange_forest_excerpt.txt", "dsacls", 1, true),
    ] {
        let path = corpus.join("transport").join(name);
        let Ok(bytes) = std::fs::read(&path) else {
            println!("not there, skipped: {}", path.display());
            continue;
        };
        let source = Source::from_bytes("file", bytes);
        let row = &analyze(vec![source], &mut |_| ControlFlow::Continue(())).report.inputs[0];
        assert_eq!((row.kind.as_deref(), row.records), (Some(format), records), "{name}: {row:?}");
        assert_eq!(row.notes.iter().any(|note| note.loss), loss, "{name}: {row:?}");
    }
}
