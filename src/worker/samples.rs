//! The built-in sample cases: the same folders that the tests read.

use super::protocol::SampleInfo;
use crate::base::source::Source;

struct Sample {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

macro_rules! files {
    ($case:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/", $case, "/", $path)))),+]
    };
}

static SAMPLES: &[Sample] = &[
    Sample {
        name: "relay-connector-captures-2010-list",
        title: "Exchange 2010 to 2016",
        about: "Queues in Retry, 451 5.7.3.",
        files: files!("relay-connector-captures-2010-list":
            "EX16-01/receive-connectors.txt",
            "EX16-02/receive-connectors.txt",
            "exchange-servers.txt",
            "get-queue.txt",
            "server-addresses.csv",
        ),
    },
    Sample {
        name: "store-missing-from-routing-table",
        title: "Exchange 2007 to 2003",
        about: "No route to the mailbox database.",
        files: files!("store-missing-from-routing-table":
            "RoutingConfig#4@2_8_2007 7_41_07 AM.xml",
            "application-log.txt",
            "get-mailbox.txt",
            "get-mailboxdatabase.txt",
            "get-message.txt",
            "get-queue.txt",
        ),
    },
];

/// The samples, for the page.
pub fn all() -> Vec<SampleInfo> {
    SAMPLES
        .iter()
        .map(|s| SampleInfo {
            name: s.name.to_owned(),
            title: s.title.to_owned(),
            about: s.about.to_owned(),
            files: u32::try_from(s.files.len()).unwrap_or(u32::MAX),
            size: s.files.iter().map(|(_, bytes)| bytes.len() as u64).sum(),
        })
        .collect()
}

/// The files of a sample.
pub fn open(name: &str) -> Option<Vec<Source>> {
    let sample = SAMPLES.iter().find(|s| s.name == name)?;
    Some(sample.files.iter().map(|(path, bytes)| Source::from_bytes(*path, *bytes)).collect())
}
