//! The transport service of a server is stopped, or does not start.

use std::collections::BTreeMap;

use super::stopped;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::services::{Change, FRONT_END, ServiceName, ServiceStanding, TRANSPORT};
use crate::model::health::StartMode;
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};
use crate::rules::refused::{Refused, refused};
use crate::rules::searching::{Hit, hits};
use crate::rules::waiting::{held_by, is_waited_for, other_at_work};

declare_rule! {
    /// # Symptoms
    /// `Get-Service` or `Test-ServiceHealth` shows MSExchangeTransport or MSExchangeFrontEndTransport as stopped, the System log ends with a stop
    /// of it, MSExchangeTransport reports 7001 (it stops) last, or 16017 or 7015 to 7017. Queues of that server cannot be listed; others get 10061 from it.
    ///
    /// # Cause
    /// The service was stopped, ended by itself, or does not start: a damaged queue database, an agent that cannot be loaded, a port that is
    /// taken, no memory.
    ///
    /// # Resolution
    /// 1. Start the service, and set it to start by itself.
    /// 2. If it stops again, read the events of MSExchangeTransport just before: 17003 to 17028 mean the queue database, 16023 an agent, 1018 or
    ///    1019 the port.
    ///
    /// # More information
    /// A stop followed by a start is a restart and no finding.
    id: "transport-service-not-running",
    title: "The transport service of a server does not run",
    area: Service,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [Health],
    helps: [Events],
    explains: ["mailsubmission-1009-no-hub", "connect-refused-10061", "connect-timeout-10060", "failover-exhausted-wrapper"],
    sources: [
        "https://learn.microsoft.com/previous-versions/office/exchange-server-2010/hh994900(v=exchg.141)",
    ],
    check: check,
}

/// The service could not start.
const FAILED: &[u16] = &[7015, 7016, 7017, 16017];

/// Events that say why: the queue database, agents, the port, memory.
const REASONS: &[(u16, u16, &str)] = &[
    (17003, 17028, "the queue database is damaged or cannot be opened"),
    (16023, 16023, "an agent cannot be loaded"),
    (1018, 1019, "the port is taken by another service"),
    (12034, 12034, "the machine lacks memory"),
];

fn check(facts: &Facts) -> Verdict {
    let mut findings = Vec::new();
    let mut running = Vec::new();
    for service in [TRANSPORT, FRONT_END] {
        for standing in facts.service(service) {
            match finding(facts, service, &standing) {
                Some(found) => findings.push(found),
                None if standing.stopped.is_some() || standing.is_listed_running() => {
                    running.push(standing.server.unwrap_or("the server").to_owned());
                }
                None => {}
            }
        }
    }
    let standings = facts.service(TRANSPORT);
    let failed = hits(facts, "MSExchangeTransport", FAILED);
    if findings.is_empty()
        && let Some(hit) = failed.iter().max_by_key(|hit| hit.variant.last)
        && stays_down(facts, hit)
        && !standings
            .iter()
            .any(|standing| standing.is_listed_running() && is_of(standing.server, hit.group.computer.as_deref()))
    {
        findings.push(not_started(facts, hit));
    }
    if findings.is_empty() {
        findings.extend(last_words(facts, &standings));
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    let open = standings.iter().find(|standing| stopped::is_open(facts, TRANSPORT, standing));
    if let Some(standing) = open {
        let server = standing.server.unwrap_or("the server");
        let target = standing.server.map_or_else(String::new, |name| format!(" -ComputerName {}", quoted(name)));
        let missing = Missing {
            what: "The state of the services of the server".to_owned(),
            settles: "Whether the service runs again.".to_owned(),
            command: format!("Get-Service *Exchange*{target} | Export-Clixml services.xml"),
        };
        let why = format!(
            "The transport service of {server} ended, and the export shows no starts of services, such as one of errors only."
        );
        return Verdict::Undecided(why, vec![missing]);
    }
    // Only a stop or a failed start raises the question.
    let raised = !failed.is_empty() || standings.iter().any(|standing| standing.stopped.is_some());
    if !raised {
        return Verdict::NotApplicable;
    }
    running.dedup();
    Verdict::RuledOut(format!(
        "The transport service runs again on {}.",
        if running.is_empty() { "the server".to_owned() } else { listed(&running, 3) }
    ))
}

fn is_of(server: Option<&str>, computer: Option<&str>) -> bool {
    match (server, computer) {
        (Some(a), Some(b)) => server_key(a) == server_key(b),
        _ => true,
    }
}

/// Whether the service says nothing more in the log after a failed start.
fn stays_down(facts: &Facts, hit: &Hit<'_>) -> bool {
    let own = |group: &&crate::facts::events::EventGroup| {
        !group.recovered
            && group.is_of("MSExchangeTransport")
            && is_of(group.computer.as_deref(), hit.group.computer.as_deref())
    };
    let fatal = |id: u16| FAILED.contains(&id) || REASONS.iter().any(|(from, to, _)| (*from..=*to).contains(&id));
    !facts.events.iter().filter(own).any(|group| !fatal(group.id) && group.last > hit.variant.last)
}

fn finding(facts: &Facts, service: ServiceName, standing: &ServiceStanding<'_>) -> Option<Discovery> {
    let mut found = stopped::found(facts, service, standing)?;
    let server = standing.server.unwrap_or("The server").to_owned();
    let is_front = service.name == FRONT_END.name;
    if is_front {
        found.severity = Some(Severity::High);
    }
    if let Some(other) = unmissed(facts, standing) {
        // Somebody switched it off, or it is a spare one; else mail would wait.
        let disabled = standing.start() == Some(StartMode::Disabled);
        found.severity = Some(if disabled { Severity::Low } else { Severity::Medium });
        found.held(format!("No message waits for the server in the queues that were brought, and {other} moves mail."));
        found.unknown("Whether the service was stopped on purpose, as on a server that is taken out of use, and what its own queues hold: they can only be listed while it runs.");
    }
    let what = if is_front { "takes no mail on port 25" } else { "moves no mail" };
    let when = standing.stopped.filter(|_| standing.ends_stopped()).and_then(|change| change.at);
    let since = when.map_or_else(String::new, |at| format!(" since {at}"));
    let places = stopped::places(&mut found, service, standing);
    let (why, reason) = reason(facts, &mut found, standing);
    found.statement = format!("{server} {what}: the service {} does not run{since} {places}{why}.", service.shown);
    found.affects(standing.server);
    let target = standing.server.map_or_else(String::new, |name| format!(" -ComputerName {}", quoted(name)));
    if let Some(reason) = reason {
        found.step(format!("First mend what stopped it: {reason}. Else it stops again."));
    } else {
        found.command(
            "See what the service reported last, and whether somebody stopped it on purpose.",
            format!("Get-EventLog Application{target} -Source MSExchange* -EntryType Error,Warning -Newest 50 | Format-List TimeGenerated,Source,EventID,Message"),
        );
    }
    if standing.start() == Some(StartMode::Disabled) {
        found.command(
            "The service is disabled. Ask why; then let it start by itself again.",
            format!("Set-Service{target} -Name {} -StartupType Automatic", service.name),
        );
    }
    found.command(
        "Start the service, and look again after ten minutes.",
        format!(
            "Get-Service {}{target} | Start-Service; Get-Service {}{target} | Format-List Name,Status",
            service.name, service.name
        ),
    );
    found.verify.push(format!("{} still runs after ten minutes, and Get-Queue answers for the server.", service.name));
    Some(found)
}

/// Another server that moves mail, when queues were brought and none of them holds mail on this server or for it.
fn unmissed(facts: &Facts, standing: &ServiceStanding<'_>) -> Option<String> {
    let key = server_key(standing.server?);
    let other = other_at_work(facts, &key, &|_| false)?;
    (held_by(facts, &key) == 0 && !is_waited_for(facts, &key)).then_some(other)
}

/// Minutes for which the log of a server goes on without the service.
const SILENT: i64 = 15;

/// Servers of which the service itself said last that it stops, while their logs go on.
fn last_words(facts: &Facts, standings: &[ServiceStanding<'_>]) -> Vec<Discovery> {
    let stops = hits(facts, "MSExchangeTransport", &[7001]);
    let says_stop = |hit: &&Hit<'_>| {
        let text = hit.text.to_lowercase();
        hit.variant.event.message.is_none() || ["stop", "beend", "angehalten"].iter().any(|word| text.contains(word))
    };
    let mut last: BTreeMap<String, &Hit<'_>> = BTreeMap::new();
    for hit in stops.iter().filter(says_stop).filter(|hit| hit.variant.last.is_some()) {
        let Some(computer) = hit.group.computer.as_deref() else { continue };
        let known = last.entry(server_key(computer)).or_insert(hit);
        if hit.variant.last > known.variant.last {
            *known = hit;
        }
    }
    let turned_away = refused(facts, &|text| squeeze(text).contains("10061"));
    last.iter()
        .filter_map(|(key, hit)| {
            let stop = hit.variant.last?;
            let own =
                || facts.events.iter().filter(|group| !group.recovered && is_of(Some(key), group.computer.as_deref()));
            let later =
                |at: Option<Moment>| at.is_some_and(|at| at.compare(stop).is_none_or(std::cmp::Ordering::is_gt));
            // Another event of the service means that it runs again; so do a list and the log of the system.
            let runs = own().any(|group| {
                group.is_of("MSExchangeTransport")
                    && !(group.id == 7001 || FAILED.contains(&group.id))
                    && group.last.is_some_and(|at| at >= stop)
            }) || standings.iter().filter(|standing| is_of(standing.server, Some(key))).any(|standing| {
                standing.is_listed_running()
                    || standing.started.is_some_and(|change| change.at.is_none() || later(change.at))
            });
            let others = own()
                .filter(|group| group.computer.is_some() && !group.is_of("MSExchangeTransport"))
                .filter_map(|group| group.last);
            let end = others.filter(|at| at.compare(stop).is_some()).max_by_key(|at| at.at)?;
            let silent = stop.at.duration_until(end.at).as_mins() >= SILENT;
            let waiting: Vec<&Refused<'_>> = turned_away
                .iter()
                .filter(|refused| {
                    let to = refused.queue.next_hop().map(server_key);
                    refused.is_by(key) || (refused.is_internal && to.as_ref() == Some(key))
                })
                .collect();
            (silent && !runs).then(|| gone_silent(facts, hit, stop, end, &waiting))
        })
        .collect()
}

fn gone_silent(facts: &Facts, hit: &Hit<'_>, stop: Moment, end: Moment, waiting: &[&Refused<'_>]) -> Discovery {
    let mut found = Discovery::new(if waiting.is_empty() { Confidence::Likely } else { Confidence::Confirmed });
    let place = hit.cite(&mut found, &["StopService", "stop"], "The last that the service wrote.");
    let (mut total, mut mail) = (0, String::new());
    for (i, refused) in waiting.iter().enumerate() {
        total += refused.messages;
        if i < 3 {
            let note = format!("The error in queue {}", refused.queue.label());
            mail += &found.cite(Proof::new(refused.span, note).mark(["10061"]).why("Nothing listens on the port."));
        }
        let text = format!("Queue {}: {} refuses connections", refused.queue.label(), hit.computer());
        found.accounts_for(refused.queue, refused.messages, text);
    }
    let mail = match total {
        _ if waiting.is_empty() => String::new(),
        1 => format!("; 1 message waits for it on another server, whose connections are refused {mail}"),
        _ => {
            format!("; {} wait for it on other servers, whose connections are refused {mail}", count(total, "message"))
        }
    };
    let stopped = Change { at: Some(stop), unexpected: false, group: hit.group, variant: hit.variant };
    let standing =
        ServiceStanding { server: hit.group.computer.as_deref(), stopped: Some(stopped), ..ServiceStanding::default() };
    let (why, _) = reason(facts, &mut found, &standing);
    found.statement = format!(
        "{} moves no mail: its transport service stopped at {stop} and wrote nothing after that {place}{why}{mail}.",
        hit.computer()
    );
    found.held(format!("The log of the server goes on until {end} without a word of the service."));
    found.began(Some(stop));
    found.affects(hit.group.computer.iter().cloned());
    restart(&mut found, hit);
    found
}

/// What the application log says about the reason.
fn reason(facts: &Facts, found: &mut Discovery, standing: &ServiceStanding<'_>) -> (String, Option<&'static str>) {
    for (from, to, words) in REASONS {
        let ids: Vec<u16> = (*from..=*to).collect();
        let own = hits(facts, "MSExchangeTransport", &ids);
        let last = own
            .iter()
            .filter(|hit| is_of(standing.server, hit.group.computer.as_deref()))
            .max_by_key(|hit| hit.variant.last);
        let Some(hit) = last else { continue };
        let stop = standing.stopped.and_then(|change| change.at);
        // An event long before the stop is about something else.
        let near = match (hit.variant.last, stop) {
            (Some(event), Some(stop)) => {
                event.compare(stop).is_none() || event.at.duration_until(stop.at).as_mins().abs() <= 60
            }
            _ => true,
        };
        if near {
            let place = hit.cite(found, &[], "What the service reported about the reason.");
            return (format!(", because {words} {place}"), Some(words));
        }
    }
    (String::new(), None)
}

/// Only the service itself says that it did not start.
fn not_started(facts: &Facts, hit: &Hit<'_>) -> Discovery {
    let mut found = Discovery::new(Confidence::Likely);
    let place = hit.cite(&mut found, &[], "The service could not start, and the log holds nothing of it after that.");
    let blank = ServiceStanding { server: hit.group.computer.as_deref(), ..ServiceStanding::default() };
    let (why, _) = reason(facts, &mut found, &blank);
    found.statement = format!("{} moves no mail: its transport service did not start {place}{why}.", hit.computer());
    found.affects(hit.group.computer.iter().cloned());
    found.step("Read the error just before the failed start in the application log; it names the reason, such as an agent or the queue database.");
    restart(&mut found, hit);
    found
}

/// The last steps where only the service itself told of its end.
fn restart(found: &mut Discovery, hit: &Hit<'_>) {
    let target =
        hit.group.computer.as_deref().map_or_else(String::new, |name| format!(" -ComputerName {}", quoted(name)));
    found.command(
        "See whether the service runs, and start it if not.",
        format!("Get-Service MSExchangeTransport{target} | Format-List Name,Status; Get-Service MSExchangeTransport{target} | Start-Service"),
    );
    found.missing.push(Missing {
        what: "The state of the services of the server".to_owned(),
        settles: "Whether the service runs now.".to_owned(),
        command: format!("Get-Service *Exchange*{target} | Export-Clixml services.xml"),
    });
    found.verify.push("MSExchangeTransport still runs after ten minutes.".to_owned());
}
