//! Calls of the store driver of Exchange 2000 and 2003 that the store refused: event 327 of MSExchangeTransport.
//!
//! Documented in KB328671. Traps: the code is decimal for errors of the database (JET) and hexadecimal for others; in an
//! export without messages only the insertion strings are left, the call, the code and the database in this order; event
//! 327 of source ESE is the normal report of a database that was detached.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::facts::Facts;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, count, listed};
use crate::rules::searching::{Hit, Pattern, hits};

/// A call that failed.
pub(super) struct Failed<'a> {
    /// The events.
    pub hit: Hit<'a>,
    /// The call: `EcSaveChangesMessage`.
    pub call: String,
    /// The code as printed.
    pub code: String,
    /// The code as a number: JET errors are negative.
    pub number: i64,
    /// GUID of the database, as printed.
    pub database: Option<String>,
}

/// Databases that get a finding of their own; a server of these versions has 20 at most.
pub(super) const MOST: usize = 40;

/// `JET_errRecordDeleted`
pub(super) const RECORD_DELETED: i64 = -1017;
/// `JET_errInvalidTableId`
pub(super) const INVALID_TABLE: i64 = -1310;

/// Errors of the database that mean damage of its pages, with their names: then it is restored, not repaired.
const PHYSICAL: [(i64, &str); 3] =
    [(-1018, "JET_errReadVerifyFailure"), (-1019, "JET_errPageNotInitialized"), (-1022, "JET_errDiskIO")];

static CALL: Pattern = LazyLock::new(|| Regex::new(r"\b(Ec[A-Z]\w+)").ok());
static CODE: Pattern = LazyLock::new(|| Regex::new(r"(?:^|[\s:|])(-\d{3,10}|0x[0-9A-Fa-f]{8})\b").ok());
static DATABASE: Pattern = LazyLock::new(|| Regex::new(r"(?i)\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b").ok());

/// All failed calls.
pub(super) fn failed(facts: &Facts) -> Vec<Failed<'_>> {
    let first = |pattern: &Pattern, text: &str| {
        pattern.as_ref().and_then(|p| p.captures(text)).and_then(|c| c.get(1)).map(|part| part.as_str().to_owned())
    };
    let all = hits(facts, "MSExchangeTransport", &[327]);
    all.into_iter()
        .filter_map(|hit| {
            let (call, code) = (first(&CALL, hit.text)?, first(&CODE, hit.text)?);
            let number = number_of(&code)?;
            Some(Failed { database: first(&DATABASE, hit.text), call, code, number, hit })
        })
        .collect()
}

/// A code as a number; `0xFFFFFC07` is -1017.
fn number_of(code: &str) -> Option<i64> {
    let number = match code.strip_prefix("0x") {
        Some(digits) => i64::from(u32::from_str_radix(digits, 16).ok()?),
        None => code.parse().ok()?,
    };
    Some(if number > 0xFFFF_0000 { number - 0x1_0000_0000 } else { number })
}

/// The failed calls by the database they were about.
pub(super) fn by_database<'a>(failed: &[&'a Failed<'a>]) -> BTreeMap<Option<String>, Vec<&'a Failed<'a>>> {
    let mut databases: BTreeMap<Option<String>, Vec<&Failed<'_>>> = BTreeMap::new();
    for one in failed {
        databases.entry(one.database.as_ref().map(|d| d.to_lowercase())).or_default().push(one);
    }
    databases
}

/// Codes of physical damage in events 327 and of the database engine itself, with their names.
pub(super) fn physical(facts: &Facts, computer: &str) -> Vec<(String, &'static str)> {
    let is_own = |own: Option<&str>| own.is_none_or(|own| server_key(own) == server_key(computer));
    let own: Vec<Failed<'_>> =
        failed(facts).into_iter().filter(|one| is_own(one.hit.group.computer.as_deref())).collect();
    let named: Vec<(String, &'static str)> = PHYSICAL
        .iter()
        .filter(|(number, _)| own.iter().any(|one| one.number == *number))
        .map(|(number, name)| (number.to_string(), *name))
        .collect();
    let engine = |group: &&crate::facts::events::EventGroup| {
        let source = group.source.to_ascii_lowercase();
        let engine =
            matches!(source.as_str(), "ese" | "ese97" | "ese98" | "ese bcli") || source.starts_with("msexchangeis");
        !group.recovered && engine && is_own(group.computer.as_deref())
    };
    let said = facts.events.iter().filter(engine).flat_map(|group| group.variants.keys());
    let mut all = named;
    for text in said {
        for (number, name) in &PHYSICAL {
            let code = number.to_string();
            let is_there = text.match_indices(&code).any(|(at, _)| {
                text.get(at + code.len()..).and_then(|rest| rest.chars().next()).is_none_or(|c| !c.is_ascii_digit())
            });
            if is_there && !all.iter().any(|(known, _)| *known == code) {
                all.push((code, *name));
            }
        }
    }
    all
}

/// The verdict about databases that answer with one of the two codes of damage.
pub(super) fn damaged(facts: &Facts, number: i64, symbol: &str) -> Verdict {
    let all = failed(facts);
    let meant: Vec<_> = all.iter().filter(|one| one.number == number).collect();
    let mut findings = Vec::new();
    for calls in by_database(&meant).into_values().take(MOST) {
        let server = calls.first().map_or_else(String::new, |one| one.hit.computer());
        let mut found = Discovery::new(Confidence::Confirmed);
        describe(&mut found, facts, &calls, symbol);
        let pages: Vec<String> =
            physical(facts, &server).into_iter().map(|(code, name)| format!("{code} ({name})")).collect();
        if pages.is_empty() {
            found.excluded("Damage of pages on the disk: none of -1018, -1019 and -1022 occurs in these files.");
        } else {
            found.held(format!("The database reports damage of its pages as well: {}.", listed(&pages, 3)));
        }
        repair(&mut found, facts, &server);
        if facts.reports.is_empty() {
            found.missing.push(missing_log());
        }
        findings.push(found);
    }
    if findings.is_empty() { Verdict::NotApplicable } else { Verdict::Found(findings) }
}

/// The finding about one database.
pub(super) fn describe(found: &mut Discovery, facts: &Facts, calls: &[&Failed<'_>], symbol: &str) {
    let Some(first) = calls.first() else { return };
    let computer = first.hit.computer();
    let name = database_name(facts, first.database.as_deref());
    let mut places = String::new();
    for one in calls.iter().take(3) {
        let why = format!("The database answers {} ({symbol}).", one.code);
        places += &one.hit.cite(found, &[&one.call, &one.code], &why);
    }
    let names: Vec<String> = crate::rules::discovery::distinct(calls.iter().map(|one| one.call.clone()));
    let hits: Vec<&Hit<'_>> = calls.iter().map(|one| &one.hit).collect();
    let times = count(crate::rules::searching::events(&hits), "time");
    let is_damage =
        [RECORD_DELETED, INVALID_TABLE].contains(&first.number) || PHYSICAL.iter().any(|(n, _)| *n == first.number);
    let calls = listed(&names, 3);
    found.statement = if is_damage {
        format!(
            "The store on {computer} cannot read or write {name} consistently: {calls} failed {times} with {} ({symbol}) {places}.",
            first.number
        )
    } else {
        format!("On {computer} calls to {name} fail: {calls} failed {times} with {} ({symbol}) {places}.", first.code)
    };
    found.affects([computer, name]);
    found.affects(first.database.clone());
    crate::rules::searching::effects(found, &hits);
    crate::rules::searching::settle_past(facts, found, &hits);
}

/// The database of a GUID, by its name in the directory.
pub(super) fn database_name(facts: &Facts, guid: Option<&str>) -> String {
    let Some(text) = guid else { return "a database that the event does not name".to_owned() };
    let known = uuid::Uuid::try_parse(text).ok().and_then(|guid| super::smtp_mailbox::store_of(facts, guid));
    known.map_or_else(|| format!("database {text}"), |store| store.name())
}

/// The steps of the repair: exclude the scanner, back up, dismount, defragment, check, mount; or restore.
pub(super) fn repair(found: &mut Discovery, facts: &Facts, server: &str) {
    found.step(
        "First exclude the \\Exchsrvr folder and its subfolders, and drive M: (ExIFS), from the file-level antivirus program and from \
         file-level backup (KB298924); else the damage comes back. Use an antivirus program for the store instead.",
    );
    let physical = physical(facts, server);
    if !physical.is_empty() {
        let codes: Vec<String> = physical.iter().map(|(code, name)| format!("{code} ({name})")).collect();
        found.step(format!(
            "Restore the database from the last good backup and let the transaction logs be replayed, instead of repairing it: {} means \
             that pages on the disk are damaged. Have the disks and their controller checked before.",
            listed(&codes, 3)
        ));
        found.warn("Do not run eseutil /p or /d on a database with damaged pages while a backup exists: it discards what it can't read.");
        found
            .verify
            .push("No event 327, and the next full online backup ends without -1018, -1019 or -1022.".to_owned());
        return;
    }
    found.step(
        "Make an offline copy or a backup of the database. Check that the disk has free space for a second copy of it (its size and about \
         10 %), and that the Microsoft Exchange Information Store service runs; start it in Services if not.",
    );
    found.warn("The store is offline for the following steps, several hours for a large database. Do not run two eseutil at a time.");
    found.step("In Exchange System Manager, below the server and its storage group, right click the store and choose Dismount Store.");
    found.command(
        "Defragment the database in the folder Exchsrvr\\Bin. The path is that of the database of this store, shown on its Database tab. It \
         may look as if it had stopped; let it end.",
        "eseutil /d \"<path of the database, for example C:\\Exchsrvr\\Mdbdata\\Priv1.edb>\"",
    );
    found.command(
        "Check and repair the store. Run this again until no errors or warnings are reported, or their number does not change any more.",
        format!("isinteg -s {} -fix -test alltests", short(server)),
    );
    found.step("Mount the store.");
    found.verify.push("isinteg reports 0 warnings and 0 errors, and no event 327 comes after the mount.".to_owned());
    found.verify.push("A test message to a mailbox of this store arrives, and no report 5.0.0 comes back.".to_owned());
}

/// The short name of a server for a command, or a place for it.
fn short(server: &str) -> String {
    let name = server.split('.').next().unwrap_or(server);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if is_name { name.to_owned() } else { "<server>".to_owned() }
}

/// The full log, with diagnostic logging raised.
pub(super) fn missing_log() -> Missing {
    Missing {
        what: "The application log, with diagnostic logging of MSExchangeTransport at Maximum".to_owned(),
        settles: "Whether events 327 and 1706 occur: they are only written at that level, so their absence proves nothing.".to_owned(),
        command: "Exchange System Manager, server, Properties, Diagnostics Logging, MSExchangeTransport, Maximum; send a test message; \
                  then save the application log"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_same_in_both_notations() {
        assert_eq!(number_of("0xfffffc07"), Some(RECORD_DELETED));
        assert_eq!(number_of("0xfffffae2"), Some(INVALID_TABLE));
        assert_eq!(number_of("-1310"), Some(INVALID_TABLE));
        assert_eq!(number_of("0x80040115"), Some(0x8004_0115));
    }

    #[test]
    fn codes_are_found_in_messages_and_in_strings() {
        let code = |text: &str| CODE.as_ref().unwrap().captures(text).map(|c| c[1].to_owned());
        let message = "The following call : EcDeleteMessages to the store failed. Error code : -1310. MDB : \
            da99a83e-b5e7-4004-ae54-91dafa273a5d. FID : 1-31. MID : 1-2733. File : .";
        assert_eq!(code(message).as_deref(), Some("-1310"));
        assert_eq!(
            code("EcSaveChangesMessage | -1017 | da99a83e-b5e7-4004-ae54-91dafa273a5d").as_deref(),
            Some("-1017")
        );
        assert_eq!(code("EcOpen | 0x80040115").as_deref(), Some("0x80040115"));
        assert_eq!(code("MDB : da99a83e-b5e7-4004-ae54-91dafa273a5d"), None);
        let database = DATABASE.as_ref().unwrap().captures(message).unwrap();
        assert_eq!(&database[1], "da99a83e-b5e7-4004-ae54-91dafa273a5d");
    }
}
