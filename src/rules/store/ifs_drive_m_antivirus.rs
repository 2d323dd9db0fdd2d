//! A file-level scanner or backup works on the databases of Exchange 2000 or on drive M:.

use super::store_call::{INVALID_TABLE, RECORD_DELETED, failed, repair};
use crate::facts::Facts;
use crate::facts::events::EventGroup;
use crate::model::server::server_key;
use crate::model::version::ExchangeVersion;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, listed};
use crate::rules::searching::{Hit, computers, effects};

declare_rule! {
    /// # Symptoms
    /// Events of an antivirus or backup program name files on drive M: or in `\Exchsrvr\Mdbdata`. Event 327 with -1017 or -1310
    /// follows.
    ///
    /// # Cause
    /// Drive M: (ExIFS) shows the contents of the stores as files, and a program that scans, cleans or backs up files there works
    /// past the store and damages it. The same holds for the database files themselves.
    ///
    /// # Resolution
    /// 1. Exclude the `\Exchsrvr` folders and drive M: from file-level antivirus and backup (KB298924).
    /// 2. Hide drive M: (KB305145).
    /// 3. Use an antivirus program that works through the store.
    ///
    /// # More information
    /// Drive M: exists by default in Exchange 2000, and in Exchange 2003 only where it was switched on.
    id: "ifs-drive-m-antivirus",
    title: "A file-level scanner works on the Exchange databases",
    area: Store,
    severity: High,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [],
    explains: [
        "store-driver-327-jet-record-deleted", "store-driver-327-jet-invalid-table", "ndr-5-0-0-no-reason-ex2000",
    ],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/328671"],
    check: check,
}

/// Whether a text names a file of the stores.
fn names_store_files(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    // `M:\`, and not the end of another word such as `from:\`.
    let drive = text.match_indices("m:\\").any(|(at, _)| {
        text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_ascii_alphanumeric())
    });
    drive || text.contains("\\mdbdata\\") || text.contains("\\exchsrvr\\mdbdata")
}

/// Exchange and the database engine name their own files.
fn is_foreign(group: &EventGroup) -> bool {
    let source = group.source.to_ascii_lowercase();
    let own = ["msexchange", "exchange", "exoledb", "exifs", "service control", "eventlog"];
    let engine = source == "edb" || source.starts_with("ese");
    !group.recovered && !engine && !own.iter().any(|own| source.starts_with(own))
}

fn check(facts: &Facts) -> Verdict {
    let foreign = facts.events.iter().filter(|group| is_foreign(group));
    let all: Vec<Hit<'_>> = foreign
        .flat_map(|group| group.variants.iter().map(move |(text, variant)| Hit { group, text, variant }))
        .filter(|hit| names_store_files(hit.text))
        .collect();
    // A report that says that the folder is left out is not a scan of it.
    let is_scan = |hit: &&Hit<'_>| {
        let text = hit.text.to_lowercase();
        !["exclu", "ausgelassen", "ausgeschlossen", "skipped"].iter().any(|word| text.contains(word))
    };
    // Only where Exchange of these versions runs: its transport or information store writes to the same log.
    let runs_exchange = |hit: &&Hit<'_>| {
        let key = server_key(&hit.computer());
        facts.events.iter().any(|group| {
            let source = group.source.to_ascii_lowercase();
            (source.starts_with("msexchangetransport") || source.starts_with("msexchangeis"))
                && group.computer.as_deref().is_some_and(|own| server_key(own) == key)
        }) && facts.servers.version(&key).is_none_or(|version| version < ExchangeVersion::V2007)
    };
    let hits: Vec<&Hit<'_>> = all.iter().filter(is_scan).filter(runs_exchange).collect();
    let Some(first) = hits.first() else { return Verdict::NotApplicable };
    let keys: Vec<String> = hits.iter().map(|hit| server_key(&hit.computer())).collect();
    let jet: Vec<_> = failed(facts).into_iter().filter(|one| keys.contains(&server_key(&one.hit.computer()))).collect();
    let damaged = jet.iter().any(|one| [RECORD_DELETED, INVALID_TABLE].contains(&one.number));
    let mut found = Discovery::new(if damaged { Confidence::Confirmed } else { Confidence::Likely });
    let mut places = String::new();
    for hit in hits.iter().take(3) {
        places += &hit.cite(
            &mut found,
            &["M:\\", "\\mdbdata", "\\Mdbdata"],
            "The program works on files that belong to the store.",
        );
    }
    let names = computers(&hits);
    found.statement = format!(
        "{} on {} works on files of the Exchange store {places}, which damages the databases.",
        first.group.source,
        if names.is_empty() { "a server that the export does not name".to_owned() } else { listed(&names, 3) }
    );
    effects(&mut found, &hits);
    for one in jet.iter().filter(|one| [RECORD_DELETED, INVALID_TABLE].contains(&one.number)).take(1) {
        let place = one.hit.cite(&mut found, &[&one.code], "What the damage looks like from the store.");
        found.held(format!("The store reports {} afterwards {place}.", one.code));
        found.affects(one.database.clone());
    }
    if !damaged {
        found.severity = Some(crate::report::Severity::Medium);
        found.unknown("Whether a database is damaged already: no event 327 with -1017 or -1310 is in the files.");
    }
    if damaged {
        // The exclusion is its first step.
        repair(&mut found, facts, names.first().map_or("<server>", String::as_str));
    } else {
        found.step(
            "Exclude the \\Exchsrvr folder with its subfolders, the folders of databases and transaction logs, and drive M: from the \
             file-level antivirus program and from file-level backup (KB298924).",
        );
        found.warn("Until this is done every repair of a database can be undone by the next scan.");
    }
    found.step(
        "Hide drive M: (KB305145), so that no other program finds it, and use an antivirus program made for the store.",
    );
    found.verify.push("No new event 327 over several scans.".to_owned());
    Verdict::Found(vec![found])
}

#[cfg(test)]
mod tests {
    use super::names_store_files;

    #[test]
    fn only_files_of_the_store_count() {
        assert!(names_store_files("The file M:\\CONTOSO.COM\\MBX\\anna\\Inbox\\a.EML is infected"));
        assert!(names_store_files("D:\\Exchsrvr\\mdbdata\\E00.log moved to quarantine"));
        assert!(!names_store_files("from:\\ C:\\Temp\\a.exe"));
        assert!(!names_store_files("C:\\Program Files\\Exchsrvr\\bin\\store.exe"));
    }
}
