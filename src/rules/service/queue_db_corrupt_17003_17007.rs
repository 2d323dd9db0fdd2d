//! The queue database of the transport service is damaged or cannot be opened.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::facts::Facts;
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, distinct, listed, quoted};
use crate::rules::searching::{Hit, Pattern, effects, hits, settle_past};

declare_rule! {
    /// # Symptoms
    /// Events 17003, 17005 to 17007, 17011, 17014, 17015, 17019, 17021, 17023 or 17106 of MSExchangeTransport name the mail database, or events
    /// 447, 448, 454, 465, 467, 474 of ESE name mail.que. The transport service stops, or starts with an empty queue.
    ///
    /// # Cause
    /// The queue database (mail.que) or its logs are damaged, missing, or do not fit together: a disk, a crash, or an antivirus program that
    /// removed a file.
    ///
    /// # Resolution
    /// 1. Stop the transport service and move the folder of the queue aside as a whole; do not delete it, mail is in it.
    /// 2. Start the service; it makes a new database, and mail flows again.
    /// 3. Bring the old database to a clean state, and have its mail sent from a server without a load.
    ///
    /// # More information
    /// The same numbers are used for the database of the IP filter, which holds no mail. After 17102 the service moved the old database by
    /// itself; after 17103 it deleted it.
    id: "queue-db-corrupt-17003-17007",
    title: "The queue database of a server is damaged or cannot be opened",
    area: Service,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [Events],
    helps: [Health],
    explains: ["transport-service-not-running", "event-ese-454", "event-ese-474", "event-transport-17015", "event-transport-17021"],
    sources: [
        "https://microsoft.github.io/CSS-Exchange/Transport/ReplayQueueDatabases/",
        "https://learn.microsoft.com/previous-versions/office/exchange-server-2010/hh994900(v=exchg.141)",
    ],
    check: check,
}

/// Numbers of MSExchangeTransport, with what they say of the database.
const FAILURES: &[(u16, &str)] = &[
    (17003, "it may be corrupt"),
    (17005, "a log file of it is missing or damaged"),
    (17006, "its path cannot be used"),
    (17007, "the database and its logs do not match"),
    (17011, "its checkpoint file is damaged"),
    (17014, "it is not there"),
    (17015, "it does not belong to its log files"),
    (17019, "reading or writing it failed"),
    (17021, "a table of it is missing"),
    (17023, "one of its files is read-only"),
    (17106, "it was found damaged and is repaired or replaced at the next start"),
];

/// Numbers of the database engine about a file that is damaged.
const ENGINE: &[u16] = &[447, 448, 454, 465, 467, 474];

/// A new database, and what became of the old one.
const REPLACED: &[u16] = &[7005, 17102, 17103];

static FOLDER: Pattern =
    LazyLock::new(|| Regex::new(r#"(?i)\b([a-z]:\\(?:[^\\/:*?"<>|\r\n]{1,80}\\){1,12})mail\.que"#).ok());

/// The same numbers stand for the databases of agents.
fn is_mail(hit: &Hit<'_>) -> bool {
    let text = squeeze(hit.text);
    !(text.contains("ipfilter") || text.contains("senderreputation") || text.contains("addressbook"))
}

fn is_of_queue(hit: &Hit<'_>) -> bool {
    let text = hit.text.to_lowercase();
    text.contains("mail.que") || (text.contains("\\queue\\") && text.contains("trn"))
}

/// Minutes between the start without a database and the new one.
const AT_ONCE: i64 = 10;

/// Whether all that is reported is that the database was not there, and a new one was made at the same time: then no mail is in an old one.
fn is_first_start(own: &[&Hit<'_>], new: &[&Hit<'_>]) -> bool {
    let made = |hit: &&Hit<'_>| {
        let times = new.iter().filter(|new| new.group.id == 7005).filter_map(|new| new.variant.last);
        let Some(absent) = hit.variant.last else { return false };
        times.into_iter().any(|new| absent.at.duration_until(new.at).as_mins().abs() <= AT_ONCE)
    };
    let only =
        own.iter().all(|hit| hit.group.id == 17014) && !new.iter().any(|hit| matches!(hit.group.id, 17102 | 17103));
    !own.is_empty() && only && own.iter().all(made)
}

fn check(facts: &Facts) -> Verdict {
    let ids: Vec<u16> = FAILURES.iter().map(|(id, _)| *id).collect();
    let transport = hits(facts, "MSExchangeTransport", &ids);
    let engine = hits(facts, "ESE", ENGINE);
    let all: Vec<&Hit<'_>> =
        transport.iter().filter(|hit| is_mail(hit)).chain(engine.iter().filter(|hit| is_of_queue(hit))).collect();
    let replaced = hits(facts, "MSExchangeTransport", REPLACED);
    let key = |hit: &Hit<'_>| hit.group.computer.as_deref().map(server_key).unwrap_or_default();
    let mut servers: BTreeMap<String, (Vec<&Hit<'_>>, Vec<&Hit<'_>>)> = BTreeMap::new();
    for hit in &all {
        servers.entry(key(hit)).or_default().0.push(hit);
    }
    for hit in &replaced {
        servers.entry(key(hit)).or_default().1.push(hit);
    }
    let absent = servers.values().find(|(own, new)| is_first_start(own, new)).and_then(|(own, _)| own.first());
    let absent = absent.map(|hit| hit.computer());
    let damaged = servers.values().filter(|(own, new)| !own.is_empty() && !is_first_start(own, new));
    let findings: Vec<Discovery> = damaged.map(|(own, new)| finding(facts, own, new)).collect();
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if let Some(server) = absent {
        return Verdict::RuledOut(format!(
            "The queue database of {server} was not there when the service started, and a new one was made at once, as at a first start or after its folder was moved."
        ));
    }
    if !transport.is_empty() {
        return Verdict::RuledOut("The events are about the database of an agent, such as the IP filter; the queue database is not concerned.".to_owned());
    }
    Verdict::NotApplicable
}

fn finding(facts: &Facts, own: &[&Hit<'_>], replaced: &[&Hit<'_>]) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for hit in own.iter().take(4) {
        places += &hit.cite(
            &mut found,
            &["mail.que", "Mail Database"],
            "The service or the database engine reports the damage.",
        );
    }
    let words = distinct(own.iter().filter_map(|hit| {
        let own =
            FAILURES.iter().find(|(id, _)| *id == hit.group.id).filter(|_| hit.group.is_of("MSExchangeTransport"));
        own.map(|(_, words)| (*words).to_owned())
    }));
    let what = if words.is_empty() { "the database engine reports damage".to_owned() } else { listed(&words, 3) };
    let server = own.first().map_or_else(|| "the server".to_owned(), |hit| hit.computer());
    let last = own.iter().filter_map(|hit| hit.variant.last).max();
    let after = replaced
        .iter()
        .filter(|hit| hit.variant.last >= last && last.is_some())
        .max_by_key(|hit| (hit.variant.last, hit.group.id));
    let aside = replaced.iter().find(|hit| hit.group.id == 17102);
    let deleted = replaced.iter().any(|hit| hit.group.id == 17103);
    if let Some(hit) = after {
        let place = hit.cite(&mut found, &["mail.que"], "The service goes on with a new database.");
        let fate = if deleted {
            "the old one was deleted, so the mail that was in it is lost"
        } else if aside.is_some() {
            "the mail in the old one was moved aside and is not delivered"
        } else {
            "mail in the old one is not delivered until it is replayed"
        };
        found.severity = Some(Severity::High);
        found.statement = format!(
            "The queue database of {server} was damaged ({what}) {places}; the service goes on with a new one {place}, and {fate}."
        );
    } else {
        found.statement = format!(
            "The queue database of {server} is damaged or cannot be opened: {what} {places}. While that lasts the server moves no mail."
        );
        goes_on(facts, &mut found, &server, last);
    }
    effects(&mut found, own);
    if settle_past(facts, &mut found, own) && after.is_none() {
        found.statement = format!(
            "The queue database of {server} was damaged or could not be opened: {what} {places}. It has not been reported for long."
        );
    }
    let folder = own.iter().chain(replaced).find_map(|hit| {
        let text = hit.variant.event.message.clone().unwrap_or_else(|| hit.variant.event.strings.join("\n"));
        Some(FOLDER.as_ref()?.captures(&text)?.get(1)?.as_str().trim_end_matches('\\').to_owned())
    });
    remedy(&mut found, &server, folder.as_deref(), after.is_some());
    found
}

/// Ordinary events of the service after the failure say that it runs.
fn goes_on(facts: &Facts, found: &mut Discovery, server: &str, last: Option<crate::base::timestamp::Moment>) {
    let own = |group: &&crate::facts::events::EventGroup| {
        !group.recovered
            && group.is_of("MSExchangeTransport")
            && !(7000..=7020).contains(&group.id)
            && !(16000..=17999).contains(&group.id)
    };
    let later = facts.events_on(server).filter(own).filter_map(|group| group.last).max();
    if let (Some(later), Some(last)) = (later, last)
        && later.at > last.at
    {
        found.confidence = Confidence::Likely;
        found.severity = Some(Severity::High);
        found.unknown(format!("Whether the service runs again: it reports other things until {later}."));
    }
}

fn remedy(found: &mut Discovery, server: &str, folder: Option<&str>, replaced: bool) {
    let path = folder.map_or_else(|| "\"$env:ExchangeInstallPath\\TransportRoles\\data\\Queue\"".to_owned(), quoted);
    found.step(format!("Exclude the folder {path} from antivirus programs, and look at the disk: events of source Disk, NTFS or of the storage in the System log."));
    if !replaced {
        found.command(
            format!("On {server}, stop the service, move the folder of the queue aside as a whole, and start the service. It makes a new database, and mail flows again."),
            format!("Stop-Service MSExchangeTransport; Rename-Item {path} -NewName (\"Queue-old-\" + (Get-Date -Format yyyyMMdd)); Start-Service MSExchangeTransport"),
        );
        found.warn("Mail that waits is in the old folder. Do not delete it, and do not run eseutil on the only copy.");
    }
    found.command(
        "See whether the old database was shut down cleanly. If it says Dirty Shutdown, work on a copy: eseutil /r trn with all logs, and only if that fails eseutil /p.",
        "eseutil /mh \"<folder of the old queue>\\mail.que\"",
    );
    found.step("Have the mail of the old database sent: put it into the queue folder of a server that takes no new mail, or use ReplayQueueDatabases.ps1 of CSS-Exchange.");
    found.command(
        "Check that the service runs and mail moves.",
        format!("Get-Service MSExchangeTransport; Get-Queue -Server {}", quoted(server)),
    );
    found.verify.push("Event 7005 reports a new database, the service still runs after ten minutes, and the mail of the old database was delivered.".to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_queue_is_found() {
        let text =
            "edgetransport (4711) Transport Mail Database: file \"D:\\Exchange data\\Queue\\mail.que\" at offset 1";
        let folder = FOLDER.as_ref().unwrap().captures(text).unwrap();
        assert_eq!(&folder[1], "D:\\Exchange data\\Queue\\");
    }
}
