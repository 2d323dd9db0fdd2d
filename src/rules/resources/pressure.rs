//! Back pressure, shared by the rules for 2007 to 2010 and for 2013 and later: which server is under pressure at the end of
//! the evidence, of which resource, and who waits for it.
//!
//! Events 15001 to 15007 of MSExchangeTransport tell changes, and each lists all resources, so the newest one gives the state.
//! Traps: numbers differ in every text, so that not every text is kept and only the times of the group are exact; the first versions
//! write `Queue database and disk space ("path") = 64% [Medium]`, later ones the name; after event 15005 it may still be Medium.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::relief;
use crate::base::gather::Gather as _;
use crate::base::source::Span;
use crate::base::text::cut;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::databases::is_certainly_before;
use crate::facts::events::EventGroup;
use crate::model::event::Event;
use crate::model::pressure::{BackPressure, Pressure};
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;
use crate::model::version::ExchangeVersion;
use crate::report::{Confidence, Missing, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::refused::{Refused, refused};
use crate::rules::searching::{Hit, Pattern, effects, goes_on_without, settle_past};

/// Events of back pressure.
const EVENTS: &[u16] = &[15001, 15002, 15003, 15004, 15005, 15006, 15007];

/// Hours in which pressure that lasts is reported again, or mail is refused.
const DAY: i64 = 24;

/// Characters of a name of a resource that are shown.
const NAME: usize = 160;

/// What runs short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A disk.
    Disk,
    /// Open transactions of the queue database.
    VersionBuckets,
    /// Memory of the transport process.
    ProcessMemory,
    /// Memory of the machine.
    SystemMemory,
    /// Length of the submission queue.
    SubmissionQueue,
    /// Anything else.
    Other,
}

/// A resource over its threshold.
#[derive(Clone, Debug)]
pub(super) struct Scarce {
    pub kind: Kind,
    /// As printed.
    pub name: String,
    /// Its use, as printed.
    pub amount: Option<String>,
}

impl Scarce {
    fn new(name: &str, amount: Option<String>) -> Scarce {
        let name = cut::beginning(name.trim(), NAME).unwrap_or(name.trim()).to_owned();
        Scarce { kind: kind(&name), name, amount }
    }

    fn words(&self) -> String {
        match &self.amount {
            Some(amount) => format!("{} at {amount}", self.name),
            None => self.name.clone(),
        }
    }
}

fn kind(name: &str) -> Kind {
    let name = squeeze(name);
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["versionbucket", "batchpoint", "versionsbucket"]) {
        Kind::VersionBuckets
    } else if has(&["privatebytes", "privatebyte", "privatememory"]) {
        Kind::ProcessMemory
    } else if has(&["submissionqueue", "queuelength"]) {
        Kind::SubmissionQueue
    } else if has(&["disk", "database", "usedspace", "speicherplatz", "datenträger", "storage"]) {
        Kind::Disk
    } else if has(&["memory", "arbeitsspeicher"]) {
        Kind::SystemMemory
    } else {
        Kind::Other
    }
}

/// Which versions a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Era {
    /// 2007 and 2010.
    Hub,
    /// 2013 and later.
    Modern,
}

/// The state of a server by its events.
struct Log<'a> {
    level: Option<Pressure>,
    /// The newest event.
    newest: Option<(Option<Moment>, bool)>,
    /// Events that say there is pressure, and those that say it went back.
    up: Vec<Hit<'a>>,
    down: Vec<Hit<'a>>,
}

/// What is known of one server.
struct Server<'a> {
    name: Option<String>,
    log: Option<Log<'a>>,
    diagnostics: Vec<&'a BackPressure>,
}

/// The level that a word names.
fn level(word: &str) -> Option<Pressure> {
    Some(match word.to_lowercase().as_str() {
        "normal" | "low" | "niedrig" | "gering" => Pressure::Low,
        "medium" | "mediumhigh" | "mittel" => Pressure::Medium,
        "high" | "hoch" => Pressure::High,
        _ => return None,
    })
}

/// Levels that the first sentence of an event names, in order.
fn levels(event: &Event) -> Vec<Pressure> {
    let words = |text: &str| text.split(|c: char| !c.is_alphabetic()).filter_map(level).collect::<Vec<_>>();
    match event.message.as_deref().filter(|message| !message.trim().is_empty()) {
        Some(message) => words(message.split(['.', ':']).next().unwrap_or("")),
        None => event.strings.iter().take(2).flat_map(|text| words(text)).collect(),
    }
}

/// Whether an event says that there is pressure, and how much then.
fn state(id: u16, event: &Event) -> (bool, Option<Pressure>) {
    let levels = levels(event);
    let to = levels.last().copied();
    match id {
        15006 | 15007 => (true, Some(Pressure::High)),
        15004 => (true, to),
        15005 => (false, to),
        15001 => (levels.first() <= levels.last() && to != Some(Pressure::Low), to),
        _ => (to.is_some_and(|to| to > Pressure::Low), to),
    }
}

fn log<'a>(groups: &[&'a EventGroup]) -> Log<'a> {
    let mut log = Log { level: None, newest: None, up: Vec::new(), down: Vec::new() };
    let mut newest: Option<(Option<Moment>, bool, Option<Pressure>)> = None;
    // In the same second the way down comes last, which is the smaller claim.
    let mut offer = |at: Option<Moment>, up: bool, level: Option<Pressure>| {
        if newest.as_ref().is_none_or(|(known, was_up, _)| (at, !up) > (*known, !*was_up)) {
            newest = Some((at, up, level));
        }
    };
    for group in groups {
        let states: Vec<(bool, Option<Pressure>)> =
            group.variants.values().map(|variant| state(group.id, &variant.event)).collect();
        for (variant, (up, level)) in group.variants.values().zip(&states) {
            offer(variant.last, *up, *level);
        }
        // Texts beyond those that are kept: known by their number only, unless all that are kept agree.
        let last = group.variants.values().filter_map(|variant| variant.last).max();
        if group.last > last {
            let same = states.iter().all(|state| Some(state) == states.first());
            let common = states.first().copied().filter(|_| same);
            offer(group.last, common.map_or(group.id != 15005, |c| c.0), common.and_then(|c| c.1));
        }
    }
    for group in groups {
        for (text, variant) in &group.variants {
            let own = Hit { group, text, variant };
            if state(group.id, &variant.event).0 { log.up.push(own) } else { log.down.push(own) }
        }
    }
    if let Some((at, up, level)) = newest {
        log.newest = Some((at, up));
        log.level = match (up, level) {
            (true, None | Some(Pressure::Low)) => None,
            (_, level) => level,
        };
    }
    log
}

impl Log<'_> {
    /// Whether there is pressure at the end.
    fn is_on(&self) -> bool {
        self.newest.is_some_and(|(_, up)| up) || self.level == Some(Pressure::Medium)
    }

    /// The newest event that names what is short.
    fn telling(&self) -> Option<&Hit<'_>> {
        self.up.iter().max_by_key(|hit| (hit.variant.last, hit.group.id == 15004))
    }
}

static ITEM: Pattern = LazyLock::new(|| {
    Regex::new(
        r#"([A-Z][A-Za-z ]{2,60}?(?: ?\(["“”][^"“”)]{1,200}["“”]\))?) ?= ?(\d[\d.,]{0,12} ?%?) ?\[([A-Za-z]+)\]"#,
    )
    .ok()
});

/// What an event says is short.
fn scarce(hit: &Hit<'_>) -> Vec<Scarce> {
    match hit.group.id {
        15006 if !hit.text.contains("under pressure") => return vec![Scarce::new("Disk space", None)],
        15007 => return vec![Scarce::new("Private bytes", None)],
        _ => {}
    }
    let event = &hit.variant.event;
    let text = event.message.clone().filter(|m| !m.trim().is_empty()).unwrap_or_else(|| event.strings.join("\n"));
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found: Vec<Scarce> = Vec::new();
    for item in ITEM.iter().flat_map(|pattern| pattern.captures_iter(&plain)) {
        let part = |i: usize| item.get(i).map_or("", |part| part.as_str());
        if level(part(3)).is_some_and(|level| level > Pressure::Low) {
            found.push(Scarce::new(part(1), Some(format!("{} ({})", part(2).trim(), part(3)))));
        }
    }
    if found.is_empty() {
        // Only names, one in a line, between two headings.
        let after = text.split("under pressure:").nth(1).unwrap_or("");
        let lines = after.lines().map(str::trim).skip_while(|line| line.is_empty());
        let named =
            lines.take_while(|line| !line.is_empty() && !line.starts_with("The following") && !line.starts_with("No "));
        found.extend(named.filter(|line| !line.starts_with("Overall")).map(|line| Scarce::new(line, None)));
    }
    let mut kept: Vec<Scarce> = Vec::new();
    for one in found {
        if !kept.iter().any(|known| known.name == one.name) {
            kept.push(one);
        }
    }
    kept.truncate(8);
    kept
}

fn servers(facts: &Facts) -> BTreeMap<String, Server<'_>> {
    let mut all: BTreeMap<String, Server<'_>> = BTreeMap::new();
    let blank = || Server { name: None, log: None, diagnostics: Vec::new() };
    let mut groups: BTreeMap<String, Vec<&EventGroup>> = BTreeMap::new();
    for group in facts.events_of("MSExchangeTransport", EVENTS) {
        groups.entry(group.computer.as_deref().map(server_key).unwrap_or_default()).or_default().push(group);
    }
    for (key, own) in groups {
        let server = all.entry(key).or_insert_with(blank);
        server.name = own.iter().find_map(|group| group.computer.clone());
        server.log = Some(log(&own));
    }
    for diagnostics in &facts.settings.back_pressure {
        let name = diagnostics.server.as_ref().map(|name| name.value.clone());
        let server = all.entry(name.as_deref().map(server_key).unwrap_or_default()).or_insert_with(blank);
        server.name = server.name.take().or(name);
        server.diagnostics.push(diagnostics);
    }
    all
}

impl Server<'_> {
    /// Which versions the server is of: as listed, else as its texts tell.
    fn era(&self, facts: &Facts) -> Era {
        if !self.diagnostics.is_empty() {
            return Era::Modern;
        }
        if let Some(version) = self.name.as_deref().and_then(|name| facts.servers.version(name)) {
            return if version >= ExchangeVersion::V2013 { Era::Modern } else { Era::Hub };
        }
        let hits = || self.log.iter().flat_map(|log| log.up.iter().chain(&log.down));
        let says = |words: &[&str]| {
            hits().any(|hit| words.iter().any(|word| hit.text.contains(word) || hit.variant.event.says(word)))
        };
        let old = hits().any(|hit| matches!(hit.group.id, 15001..=15003)) || says(&["\\V14\\", "MediumHigh"]);
        let new = says(&["\\V15\\", "UsedDiskSpace", "Used disk space", "Overall Resources", "from Low", "to Low"]);
        if old || (!new && says(&["[Normal="])) { Era::Hub } else { Era::Modern }
    }

    /// The newest look at the resources.
    fn latest(&self) -> Option<&BackPressure> {
        self.diagnostics
            .iter()
            .copied()
            .max_by_key(|one| (one.at.as_ref().map(|at| at.value.at), std::cmp::Reverse(one.span)))
    }
}

/// How much of the resources is used, by the look at them. The sum of all is what the server goes by: memory of the machine
/// alone may be High, as on every small server, and then messages are put to disk but none is refused.
fn use_of(diagnostics: &BackPressure) -> Option<Pressure> {
    let counts = |name: &str| kind(name) != Kind::SystemMemory;
    let own = diagnostics.resources.iter().filter(|resource| counts(&resource.name.value));
    let worst = own.filter_map(|resource| resource.current.as_ref()).map(|current| current.value).max();
    diagnostics.aggregate.as_ref().map(|aggregate| aggregate.value).or(worst)
}

/// The reply of a server that refuses mail.
pub(super) fn is_refusal(text: &str) -> bool {
    squeeze(text).contains("insufficientsystemresources")
}

/// The verdict for the servers of one era.
pub(super) fn verdict(facts: &Facts, era: Era) -> Verdict {
    let waiting: Vec<Refused<'_>> =
        refused(facts, &is_refusal).into_iter().filter(|refused| refused.is_internal).collect();
    let (all, starts) = (servers(facts), starts(facts));
    let mut findings = Vec::new();
    let mut ended = Vec::new();
    for (key, server) in all.iter().filter(|(_, server)| server.era(facts) == era) {
        let own: Vec<&Refused<'_>> = waiting.iter().filter(|refused| refused.is_by(key)).collect();
        match finding(facts, server, &starts, &own) {
            Ok(found) => findings.push(found),
            Err(text) => ended.push(text),
        }
    }
    let others: Vec<&Refused<'_>> = waiting
        .iter()
        .filter(|refused| match refused.server.as_deref() {
            Some(name) => {
                let version = facts.servers.version(name);
                let own =
                    version.map_or(Era::Modern, |v| if v >= ExchangeVersion::V2013 { Era::Modern } else { Era::Hub });
                own == era && !all.contains_key(&server_key(name))
            }
            None => era == Era::Modern && findings.is_empty() && ended.is_empty(),
        })
        .collect();
    if !others.is_empty() {
        findings.push(of_refusals(&others, era));
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if ended.is_empty() { Verdict::NotApplicable } else { Verdict::RuledOut(ended.join(" ")) }
}

/// A server under pressure, or why it is not.
fn finding(
    facts: &Facts,
    server: &Server<'_>,
    starts: &BTreeMap<String, Moment>,
    waiting: &[&Refused<'_>],
) -> Result<Discovery, String> {
    let name = server.name.clone().unwrap_or_else(|| "a server that the export does not name".to_owned());
    let latest = server.latest();
    let last_event = server.log.as_ref().and_then(|log| log.newest).and_then(|(at, _)| at);
    let seen = latest.and_then(|one| one.at.as_ref()).map(|at| at.value);
    // A look at the resources counts unless the events are known to be newer.
    let by_look = latest.filter(|_| match (seen, last_event) {
        (Some(seen), Some(event)) => is_certainly_before(seen, event) != Some(true),
        _ => true,
    });
    let is_on = match by_look.and_then(use_of) {
        Some(used) => used > Pressure::Low,
        None => server.log.as_ref().is_some_and(Log::is_on),
    };
    if !is_on {
        let when = last_event.map_or_else(String::new, |at| format!(", the last change is of {at}"));
        return Err(format!("{name} is not under back pressure at the end of the evidence{when}."));
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    let (mut short, mut level) = (Vec::new(), None);
    if let Some(look) = by_look {
        level = use_of(look);
        for resource in look.resources.iter().filter(|r| r.current.as_ref().is_some_and(|c| c.value > Pressure::Low)) {
            let amount = resource.current.as_ref().map(|current| match &resource.pressure {
                Some(pressure) => format!("{} ({})", pressure.value, current.value),
                None => current.value.to_string(),
            });
            short.push(Scarce::new(&resource.name.value, amount));
            if short.len() <= 3
                && let Some(current) = &resource.current
            {
                let note = format!("Use of {} on {name}", resource.name.value);
                places += &found.cite(Proof::new(current.span, note).mark([current.value.to_string()]));
            }
        }
        if let (true, Some(aggregate)) = (short.is_empty(), &look.aggregate) {
            let note = format!("Use of all resources of {name}");
            places += &found.cite(Proof::new(aggregate.span, note).mark([aggregate.value.to_string()]));
        }
        let paused: Vec<String> = look.components.iter().filter(|c| c.paused).map(|c| c.name.value.clone()).collect();
        if !paused.is_empty() {
            found.held(format!("Paused because of it: {}.", listed(&paused, 6)));
        }
    }
    let (mut since, mut over) = (String::new(), None);
    if let Some(log) = server.log.as_ref().filter(|log| log.is_on()) {
        level = level.or(log.level);
        if let Some(hit) = log.telling() {
            if short.is_empty() {
                short = scarce(hit);
            }
            let own = scarce(hit);
            let marks: Vec<&str> =
                own.iter().map(|one| one.name.as_str()).chain(["to High", "to Medium", "[High]", "[Medium]"]).collect();
            places += &hit.cite(&mut found, &marks, "The newest event that reports pressure.");
        }
        let back = log.down.iter().filter(|hit| state(hit.group.id, &hit.variant.event).1 == Some(Pressure::Low));
        let back = back.filter_map(|hit| hit.variant.last).max();
        let start =
            log.up.iter().flat_map(|hit| [hit.variant.first, hit.variant.last]).flatten().filter(|at| Some(*at) > back);
        if let Some(start) = start.min() {
            since = format!(" since {start}");
        }
        let all: Vec<&Hit<'_>> = log.up.iter().chain(&log.down).collect();
        effects(&mut found, &all);
        if by_look.is_none() {
            over = goes_on_without(facts, &all, DAY - 1);
            settle_past(facts, &mut found, &log.up.iter().collect::<Vec<_>>());
            started_again(starts, &mut found, server.name.as_deref(), last_event);
        }
    }
    let mail = mail(&mut found, waiting, &name);
    let names: Vec<String> = short.iter().map(Scarce::words).collect();
    let what = if names.is_empty() { String::new() } else { format!(" ({})", listed(&names, 3)) };
    let effect = match level {
        Some(Pressure::Medium) => "so it slows down or refuses mail from outside",
        _ => "so it refuses new mail",
    };
    found.statement =
        format!("{name} is under back pressure{since}, {effect}{mail}: {}{what} {places}.", reason(&short));
    if level == Some(Pressure::Medium) {
        found.severity = Some(Severity::High);
    }
    found.affects(server.name.iter().cloned());
    if let Some((last, newest)) = over.filter(|_| waiting.is_empty()) {
        found.confidence = Confidence::Likely;
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
        found.statement = format!(
            "{name} was under back pressure at {last}, and nothing of it has been logged until {newest}: {}{what} {places}.",
            reason(&short)
        );
        found.unknown("When it ended: the log has no event that says so, as after a restart of the service.");
    }
    relief::steps(&mut found, server.era(facts), server.name.as_deref(), &short);
    Ok(found)
}

/// What is short, in words for everybody.
fn reason(short: &[Scarce]) -> String {
    let kinds: BTreeSet<Kind> = short.iter().map(|one| one.kind).gather();
    let words: Vec<String> = kinds
        .iter()
        .map(|kind| {
            match kind {
                Kind::Disk => "a disk is nearly full",
                Kind::VersionBuckets => "too many changes wait to be written to the queue database",
                Kind::ProcessMemory => "the transport process uses too much memory",
                Kind::SystemMemory => "the machine lacks memory",
                Kind::SubmissionQueue => "too many messages wait to be categorized",
                Kind::Other => "a resource is used up",
            }
            .to_owned()
        })
        .collect();
    if words.is_empty() { "a resource is used up".to_owned() } else { listed(&words, 4) }
}

/// The messages that wait for the server, cited and counted.
fn mail(found: &mut Discovery, waiting: &[&Refused<'_>], name: &str) -> String {
    let (mut total, mut places) = (0, String::new());
    for (i, refused) in waiting.iter().enumerate() {
        total += refused.messages;
        if i < 3 {
            let note = format!("The error in queue {}", refused.queue.label());
            places += &found.cite(Proof::new(refused.span, note).mark(["Insufficient system resources"]));
        }
        let text = format!("Queue {}: {name} refuses mail", refused.queue.label());
        found.accounts_for(refused.queue, refused.messages, text);
    }
    match total {
        _ if waiting.is_empty() => String::new(),
        1 => format!(", and 1 message waits for it on another server {places}"),
        _ => format!(", and {} wait for it on other servers {places}", count(total, "message")),
    }
}

/// The last start of the transport service of each server.
fn starts(facts: &Facts) -> BTreeMap<String, Moment> {
    let standings = facts.service(crate::facts::services::TRANSPORT);
    standings.iter().filter_map(|own| Some((server_key(own.server?), own.started?.at?))).gather()
}

/// A start of the service after the last event begins at normal again.
fn started_again(starts: &BTreeMap<String, Moment>, found: &mut Discovery, name: Option<&str>, last: Option<Moment>) {
    let (Some(name), Some(last)) = (name, last) else { return };
    if let Some(started) = starts.get(&server_key(name)).filter(|at| at.at > last.at) {
        found.confidence = Confidence::Likely;
        found.unknown(format!("Whether it still holds: the service was started again at {started}, and the pressure is measured anew then."));
    }
}

/// Servers of which only the refusals are known.
fn of_refusals(waiting: &[&Refused<'_>], era: Era) -> Discovery {
    let names = distinct(waiting.iter().filter_map(|refused| refused.server.clone()));
    let mut found = Discovery::new(if names.is_empty() { Confidence::Possible } else { Confidence::Likely });
    let (mut total, mut places) = (0, String::new());
    let server = if names.is_empty() { "A server of the own organization".to_owned() } else { listed(&names, 3) };
    for (i, refused) in waiting.iter().enumerate() {
        total += refused.messages;
        if i < 4 {
            let note = format!("The error in queue {}", refused.queue.label());
            places += &found.cite(Proof::new(refused.span, note).mark(["Insufficient system resources"]));
        }
        found.accounts_for(
            refused.queue,
            refused.messages,
            format!("Queue {}: refused for lack of resources", refused.queue.label()),
        );
    }
    let (verb, wait) = (if names.len() > 1 { "refuse" } else { "refuses" }, if total == 1 { "waits" } else { "wait" });
    found.statement = format!(
        "{server} {verb} mail for lack of disk space or memory (back pressure) {places}, so {} {wait}.",
        count(total, "message")
    );
    found.affects(names.iter().cloned());
    found.unknown("Which resource is short: neither events nor the use of resources of that server were brought.");
    let name = names.first().map(String::as_str);
    relief::steps(&mut found, era, name, &[]);
    found.missing.push(Missing {
        what: "The events of back pressure of the server that refuses".to_owned(),
        settles: "Which resource is over its threshold, since when, and whether it went back.".to_owned(),
        command: format!(
            "Get-EventLog Application -ComputerName {} -Source MSExchangeTransport | Where-Object {{ (15001..15007) -contains $_.EventID }} | Export-Clixml pressure.xml",
            name.map_or_else(|| "<server>".to_owned(), quoted)
        ),
    });
    found
}

/// Where a resource of a disk stands in the evidence: for the rule about what fills it.
pub(super) fn full_disks(facts: &Facts) -> Vec<(Option<String>, Span, String)> {
    let mut all = Vec::new();
    let starts = starts(facts);
    for server in servers(facts).values().filter(|server| server.era(facts) == Era::Modern) {
        if !finding(facts, server, &starts, &[]).is_ok_and(|found| found.severity != Some(Severity::Info)) {
            continue;
        }
        if let Some(look) = server.latest() {
            let short =
                |r: &&crate::model::pressure::Resource| r.current.as_ref().is_some_and(|c| c.value > Pressure::Low);
            let disks = look.resources.iter().filter(short).filter(|r| kind(&r.name.value) == Kind::Disk);
            all.extend(disks.map(|r| (server.name.clone(), r.name.span, r.name.value.clone())));
        }
        if let Some(hit) = server.log.as_ref().filter(|log| log.is_on()).and_then(Log::telling) {
            let disks = scarce(hit).into_iter().filter(|one| one.kind == Kind::Disk);
            all.extend(disks.map(|one| (server.name.clone(), hit.variant.event.span, one.name)));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{Place, SourceId};

    fn event(id: u16, message: Option<&str>, strings: &[&str]) -> Event {
        let mut event = Event::new(Span { source: SourceId(0), place: Place::Record(1) }, "MSExchangeTransport", id);
        event.message = message.map(str::to_owned);
        event.strings = strings.iter().map(|text| (*text).to_owned()).collect();
        event
    }

    #[test]
    fn the_level_is_the_one_it_went_to() {
        let up = "The resource pressure increased from Medium to High.\n\nVersion buckets = 212 [High] [Normal=80 Medium=120 High=200]";
        assert_eq!(state(15004, &event(15004, Some(up), &[])), (true, Some(Pressure::High)));
        let down = "Die Ressourcenauslastung ist von 'Hoch' auf 'Mittel' gesunken.";
        assert_eq!(state(15005, &event(15005, Some(down), &[])), (false, Some(Pressure::Medium)));
        assert_eq!(state(15004, &event(15004, None, &["Low", "Medium", "x"])), (true, Some(Pressure::Medium)));
        let constant = "The resource pressure is constant at High. Statistics: Private bytes = 5% [Normal]";
        assert_eq!(state(15002, &event(15002, Some(constant), &[])), (true, Some(Pressure::High)));
        let changed = "The resource pressure changed from High to Normal. Statistics: ...";
        assert_eq!(state(15001, &event(15001, Some(changed), &[])), (false, Some(Pressure::Low)));
    }

    #[test]
    fn resources_are_told_apart() {
        assert_eq!(kind("QueueLength[SubmissionQueue]"), Kind::SubmissionQueue);
        assert_eq!(kind("UsedVersionBuckets[C:\\Queue\\mail.que]"), Kind::VersionBuckets);
        assert_eq!(kind("DatabaseUsedSpace[C:\\Queue]"), Kind::Disk);
        assert_eq!(kind("Physical memory load"), Kind::SystemMemory);
        assert_eq!(kind("PrivateBytes"), Kind::ProcessMemory);
    }
}
