//! A transport component of a server is switched off: left in maintenance, or taken out by Managed Availability.

use std::collections::BTreeMap;

use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::model::health::{Activity, ComponentState};
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;
use crate::model::version::ExchangeVersion;
use crate::report::{Confidence, Missing, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::logged::{goes_on, logged as log_of};
use crate::rules::refused::{Refused, refused};
use crate::rules::searching::{Hit, hits, settle_past};
use crate::rules::waiting::{held_by, other_at_work};

declare_rule! {
    /// # Symptoms
    /// A server answers `4.3.2 Service not active`, its connectivity log shows `Retry : Service not active`, event 7009, 7011 or 7012 is
    /// logged, and mail of its users stays in the Outbox or in Drafts, or waits on other servers. All services run.
    ///
    /// # Cause
    /// The component HubTransport, FrontendTransport or ServerWideOffline of the server is Inactive or Draining: it was left in maintenance, or
    /// Managed Availability took it out because a check failed.
    ///
    /// # Resolution
    /// 1. See which component is not active, and which requesters want it so.
    /// 2. Set it to Active once for every such requester. A component is active only when all of them agree.
    /// 3. Restart the transport services.
    ///
    /// # More information
    /// ServerWideOffline takes nearly all components with it, so it comes first. For requester HealthAPI find the failed check first, or it is
    /// taken out again. A server in maintenance on purpose shows the same, and is none: then no mail waits on it or for it.
    id: "component-inactive-432",
    title: "A transport component of a server is not active",
    area: Service,
    severity: Critical,
    role: Cause,
    versions: V2013..=Se,
    needs: [Health],
    helps: [Events, Queues, ConnectivityLogs, ProtocolLogs],
    explains: ["failover-exhausted-wrapper", "connect-refused-10061", "connect-timeout-10060"],
    sources: [
        "https://learn.microsoft.com/exchange/troubleshoot/mailflow/event-7009-send-receive-emails",
        "https://learn.microsoft.com/powershell/module/exchange/set-servercomponentstate",
    ],
    check: check,
}

/// The components that mail passes, in the order in which they are set right.
const PARTS: [&str; 3] = ["ServerWideOffline", "HubTransport", "FrontendTransport"];

/// Who can ask for a state. Other names in an export are no requesters and never get into a command.
const REQUESTERS: [&str; 5] = ["HealthAPI", "Maintenance", "Sidelined", "Functional", "Deployment"];

fn requester(text: &str) -> Option<&'static str> {
    REQUESTERS.into_iter().find(|known| known.eq_ignore_ascii_case(text.trim()))
}

const EVENTS: &[u16] = &[7009, 7011, 7012];
const SOURCES: [&str; 2] = ["MSExchangeTransport", "MSExchangeFrontEndTransport"];

fn says_inactive(text: &str) -> bool {
    let text = squeeze(text);
    text.contains("servicenotactive") || text.contains("servernotactive")
}

/// One component of a server over all exports.
struct Part<'a> {
    name: &'static str,
    states: Vec<&'a ComponentState>,
}

impl Part<'_> {
    /// The export that shows it switched off.
    fn off(&self) -> Option<&ComponentState> {
        self.states.iter().copied().find(|state| state.state.value != Activity::Active)
    }

    /// Whether another export shows it active.
    fn is_disputed(&self) -> bool {
        self.states.iter().any(|state| state.state.value == Activity::Active)
    }

    /// The wishes for a state other than active, and whether all are known.
    fn requests(&self) -> (Vec<&'static str>, bool) {
        let lists = || self.states.iter().flat_map(|state| state.local.iter().chain(&state.remote));
        let wishes = lists().flat_map(|list| &list.value.items).filter(|wish| wish.state != Activity::Active);
        let asked: Vec<Option<&'static str>> = distinct(wishes.map(|wish| requester(&wish.requester)));
        let known = lists().next().is_some()
            && lists().all(|list| list.value.complete && list.value.unread.is_empty())
            && !asked.contains(&None);
        (asked.into_iter().flatten().collect(), known)
    }
}

fn parts(facts: &Facts) -> BTreeMap<String, Vec<Part<'_>>> {
    let mut servers: BTreeMap<String, Vec<Part<'_>>> = BTreeMap::new();
    for state in &facts.settings.components {
        let Some(name) = PARTS.into_iter().find(|part| part.eq_ignore_ascii_case(&state.component.value)) else {
            continue;
        };
        let key = state.server.as_ref().map(|server| server_key(&server.value)).unwrap_or_default();
        let own = servers.entry(key).or_default();
        match own.iter_mut().find(|part| part.name == name) {
            Some(part) => part.states.push(state),
            None => own.push(Part { name, states: vec![state] }),
        }
    }
    for own in servers.values_mut() {
        own.order_by_key(|part| PARTS.iter().position(|name| *name == part.name));
    }
    servers
}

fn check(facts: &Facts) -> Verdict {
    let servers = parts(facts);
    let waiting = refused(facts, &says_inactive);
    let events: Vec<Hit<'_>> =
        SOURCES.into_iter().flat_map(|source| hits(facts, source, EVENTS)).filter(fits_of(facts)).collect();
    let mut findings = Vec::new();
    for (key, own) in &servers {
        if own.iter().any(|part| part.off().is_some()) {
            let standing = Standing::of(facts, key, &servers);
            findings.push(of_states(key, own, &waiting, &events, &standing));
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    let logged: Vec<_> =
        facts.replies.all.iter().filter(|reply| reply.is_history() && says_inactive(&reply.text)).collect();
    let last = events.iter().max_by_key(|hit| hit.variant.last.map(|last| last.at));
    let is_off = last.is_some_and(|hit| state_in(hit.text).is_none_or(|state| state != Activity::Active));
    let suspects = distinct(
        waiting
            .iter()
            .filter(|refused| refused.is_internal)
            .filter_map(|refused| refused.server.clone())
            .chain(last.filter(|_| is_off).and_then(|hit| hit.group.computer.clone())),
    );
    let all_known = !suspects.is_empty() && suspects.iter().all(|name| servers.contains_key(&server_key(name)));
    let stands =
        waiting.iter().any(|refused| refused.is_internal) || is_off || logged.iter().any(|reply| goes_on(facts, reply));
    if all_known {
        return Verdict::RuledOut(format!(
            "The components for transport of {} are Active in the export, so the replies or events are of an earlier time.",
            listed(&suspects, 3)
        ));
    }
    if stands {
        return Verdict::Found(vec![of_traces(facts, &waiting, last.filter(|_| is_off), &suspects)]);
    }
    if !logged.is_empty() || !events.is_empty() {
        return Verdict::RuledOut(
            "A server was not active for a while and took mail again later, as after maintenance.".to_owned(),
        );
    }
    Verdict::NotApplicable
}

/// Before Exchange 2013 these numbers mean something else.
fn fits_of<'a>(facts: &'a Facts) -> impl Fn(&Hit<'_>) -> bool + 'a {
    move |hit| {
        let version = hit.group.computer.as_deref().and_then(|computer| facts.servers.version(computer));
        let message = hit.text.to_ascii_lowercase();
        version.map_or_else(
            || message.contains("state") && (message.contains("active") || message.contains("draining")),
            |version| version >= ExchangeVersion::V2013,
        )
    }
}

/// The state that an event ends with.
fn state_in(text: &str) -> Option<Activity> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter_map(|word| match word.to_ascii_lowercase().as_str() {
        "active" => Some(Activity::Active),
        "inactive" => Some(Activity::Inactive),
        "draining" => Some(Activity::Draining),
        _ => None,
    });
    let states = distinct(words);
    let text = text.to_ascii_lowercase();
    // With two states only `from one to the other` says which is the new one.
    if states.len() == 1 || text.contains("from") { states.last().copied() } else { None }
}

/// How mail stands apart from a server whose components are switched off.
struct Standing {
    /// Another server whose transport is at work.
    other: Option<String>,
    /// Messages in the queues of the server itself.
    own: u64,
    /// Whether its own queues were brought.
    own_listed: bool,
    /// Whether queues were brought at all.
    listed: bool,
}

impl Standing {
    fn of(facts: &Facts, key: &str, servers: &BTreeMap<String, Vec<Part<'_>>>) -> Standing {
        let is_on = |parts: &Vec<Part<'_>>| parts.iter().all(|part| part.off().is_none());
        let by_list = servers.iter().filter(|(other, parts)| *other != key && is_on(parts)).find_map(|(_, parts)| {
            parts.iter().flat_map(|part| &part.states).find_map(|state| Some(state.server.as_ref()?.value.clone()))
        });
        let is_out = |other: &str| servers.get(other).is_some_and(|parts| !is_on(parts));
        Standing {
            other: by_list.or_else(|| other_at_work(facts, key, &is_out)),
            own: held_by(facts, key),
            own_listed: facts.queues.queues.iter().filter_map(|queue| queue.server()).any(|own| server_key(own) == key),
            listed: !facts.queues.queues.is_empty(),
        }
    }
}

fn of_states(
    key: &str,
    parts: &[Part<'_>],
    waiting: &[Refused<'_>],
    events: &[Hit<'_>],
    standing: &Standing,
) -> Discovery {
    let off: Vec<&Part<'_>> = parts.iter().filter(|part| part.off().is_some()).collect();
    let disputed = off.iter().any(|part| part.is_disputed());
    let mut found = Discovery::new(if disputed { Confidence::Possible } else { Confidence::Confirmed });
    let name = off.iter().find_map(|part| part.off()?.server.as_ref()).map(|server| server.value.clone());
    let server = name.clone().unwrap_or_else(|| "the server".to_owned());
    let mut shown = String::new();
    let mut words: Vec<String> = Vec::new();
    let mut requesters: Vec<String> = Vec::new();
    for part in &off {
        let Some(state) = part.off() else { continue };
        let note = format!("Component {} of {server}", part.name);
        let (wishes, _) = part.requests();
        let marks = [state.state.value.to_string()].into_iter().chain(wishes.iter().map(|wish| (*wish).to_owned()));
        shown += &found.cite(Proof::new(state.span, note).mark(marks));
        words.push(format!("{} ({})", part.name, state.state.value));
        requesters.extend(wishes.iter().map(|wish| (*wish).to_owned()));
    }
    let requesters = distinct(requesters);
    let by = if requesters.is_empty() { String::new() } else { format!(", asked for by {}", listed(&requesters, 5)) };
    let mut mail = String::new();
    let mut total = 0;
    let own: Vec<&Refused<'_>> = waiting.iter().filter(|refused| refused.is_by(key)).collect();
    for (i, refused) in own.iter().enumerate() {
        total += refused.messages;
        if i < 3 {
            let note = format!("The error in queue {}", refused.queue.label());
            mail += &found.cite(Proof::new(refused.span, note).mark(["Service not active"]));
        }
        found.accounts_for(
            refused.queue,
            refused.messages,
            format!("Queue {}: {server} is not active", refused.queue.label()),
        );
    }
    if !own.is_empty() {
        let verb = if total == 1 { "waits" } else { "wait" };
        mail = format!("; {} {verb} for it on other servers {mail}", count(total, "message"));
    }
    found.statement = format!(
        "{server} takes no mail: {} {} switched off {shown}{by}{mail}.",
        listed(&words, 3),
        if words.len() == 1 { "is" } else { "are" }
    );
    found.affects(name.iter().cloned());
    for hit in
        events.iter().filter(|hit| hit.group.computer.as_deref().is_some_and(|own| server_key(own) == key)).take(2)
    {
        let place = hit.cite(&mut found, &["Inactive", "Draining"], "");
        found.held(format!("Event {} reports the change of state {place}.", hit.group.id));
    }
    if disputed {
        found.unknown("Which of the exports is newer: one shows the component active, another does not.");
    }
    if own.is_empty() {
        // Managed Availability does not put a server into maintenance: it takes out what failed.
        let is_health = requesters.iter().any(|requester| requester == "HealthAPI");
        match &standing.other {
            Some(other) if standing.own == 0 && standing.listed && !is_health => {
                found.severity = Some(Severity::Info);
                found.role = Some(Role::Context);
                found.statement = format!(
                    "{server} is in maintenance: {} {} switched off {shown}{by}, and no message waits {}.",
                    listed(&words, 3),
                    if words.len() == 1 { "is" } else { "are" },
                    if standing.own_listed { "on it or for it" } else { "for it" }
                );
                if !standing.own_listed {
                    found.unknown("Whether mail waits on the server itself: its own queues were not brought.");
                }
                found.held(format!("The transport of {other} is at work."));
                found.held(
                    "It becomes a problem when mail waits on the server or for it, when a mailbox database is active on it, or when \
                     nobody works on it any more.",
                );
            }
            other => quiet(&mut found, &server, other.as_deref(), standing),
        }
    }
    remedy(&mut found, name.as_deref(), &off, &requesters);
    found
}

/// A server that is switched off, for which no mail of other servers waits.
fn quiet(found: &mut Discovery, server: &str, other: Option<&str>, standing: &Standing) {
    if standing.own > 0 {
        found.severity = Some(if other.is_some() { Severity::Medium } else { Severity::High });
        found.held(format!("{} in the queues of {server} itself.", count(standing.own, "message")));
    } else if let Some(other) = other {
        // Nobody is known to miss it.
        found.severity = Some(Severity::Low);
        found.confidence = found.confidence.max(Confidence::Likely);
        found.held(format!("The transport of {other} is at work."));
    } else {
        found.severity = Some(if standing.listed { Severity::Medium } else { Severity::High });
    }
    found.unknown(if standing.listed {
        "Whether the server is in maintenance on purpose: no queue of the evidence waits for it."
    } else {
        "Whether the server is in maintenance on purpose, and whether mail waits for it: no list of queues was brought."
    });
}

fn identity(name: Option<&str>) -> String {
    name.map_or_else(|| "<server>".to_owned(), quoted)
}

fn remedy(found: &mut Discovery, name: Option<&str>, off: &[&Part<'_>], requesters: &[String]) {
    let server = identity(name);
    let is_health = requesters.iter().any(|requester| requester.eq_ignore_ascii_case("HealthAPI"));
    if requesters.iter().any(|requester| requester.eq_ignore_ascii_case("Maintenance")) || requesters.is_empty() {
        found.step(
            "Ask whether somebody works on the server right now. If so, it comes back with the end of the maintenance.",
        );
    }
    if is_health {
        found.command(
            "Managed Availability took the component out. Find the check that failed and mend its cause, or the component is taken out again.",
            format!("Get-ServerHealth {server} | Where-Object {{ $_.AlertValue -ne 'Healthy' }} | Format-Table Name,HealthSetName,AlertValue -AutoSize"),
        );
    }
    let mut sets: Vec<String> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    let offline = off.iter().any(|part| part.name == "ServerWideOffline");
    for part in off {
        let (wishes, known) = part.requests();
        sets.extend(wishes.iter().map(|wish| {
            format!("Set-ServerComponentState {server} -Component {} -State Active -Requester {wish}", part.name)
        }));
        // A component without a wish of its own follows ServerWideOffline.
        if !(known && (offline || !wishes.is_empty())) {
            unknown.push(part.name);
        }
    }
    if !unknown.is_empty() {
        let components: Vec<String> = unknown.iter().map(|part| quoted(part)).collect();
        found.command(
            "See who asked for the state; the export does not show all of it. Set the component to Active once for each requester that is listed.",
            format!(
                "{} | ForEach-Object {{ $c = Get-ServerComponentState {server} -Component $_; $c.LocalStates + $c.RemoteStates }} | Format-Table Component,Requester,State,Timestamp",
                components.join(",")
            ),
        );
        if sets.is_empty() {
            sets.extend(unknown.iter().map(|part| {
                format!("Set-ServerComponentState {server} -Component {part} -State Active -Requester Maintenance")
            }));
        }
    }
    found.command("Set the components to Active, for every requester that switched them off.", sets.join("\n"));
    let target = name.map_or_else(String::new, |name| format!(" -ComputerName {}", quoted(name)));
    found.command(
        "Restart the transport services, and check that all three components are Active.",
        format!(
            "Get-Service MSExchangeTransport,MSExchangeFrontEndTransport{target} | Restart-Service; Get-ServerComponentState {server} | Where-Object {{ {} }} | Format-Table Component,State",
            "$_.Component -in 'ServerWideOffline','HubTransport','FrontendTransport'"
        ),
    );
    found.warn("Mail that is being handed over is sent again by the other side. If the server is in maintenance on purpose, leave it.");
    found.verify.push(
        "Get-ServerComponentState shows Active for the three components, and a test message leaves the Outbox."
            .to_owned(),
    );
}

/// What replies and events say where no list of components was brought.
fn of_traces(facts: &Facts, waiting: &[Refused<'_>], event: Option<&Hit<'_>>, suspects: &[String]) -> Discovery {
    let mut found = Discovery::new(Confidence::Likely);
    let mut places = String::new();
    let mut total = 0;
    for (i, refused) in waiting.iter().filter(|refused| refused.is_internal).enumerate() {
        total += refused.messages;
        if i < 3 {
            let note = format!("The error in queue {}", refused.queue.label());
            places += &found.cite(Proof::new(refused.span, note).mark(["Service not active"]));
        }
        found.accounts_for(
            refused.queue,
            refused.messages,
            format!("Queue {}: the service is not active", refused.queue.label()),
        );
    }
    if let Some(hit) = event {
        places += &hit.cite(&mut found, &["Inactive", "Draining"], "The last change of state in the log.");
    }
    let logged = facts.replies.all.iter().filter(|reply| reply.is_history() && says_inactive(&reply.text));
    for reply in logged.take(2) {
        places += &found.cite(Proof::new(reply.span, log_of(reply)).mark(["Service not active"]));
    }
    let server = if suspects.is_empty() { "A server".to_owned() } else { listed(suspects, 3) };
    let mail = match total {
        0 => String::new(),
        1 => "; 1 message waits for it".to_owned(),
        _ => format!("; {} wait for it", count(total, "message")),
    };
    let verb = if suspects.len() > 1 { "refuse" } else { "refuses" };
    found.statement =
        format!("{server} {verb} mail because a transport component is not active, as in maintenance {places}{mail}.");
    found.affects(suspects.iter().cloned());
    if total == 0 {
        weigh_traces(facts, &mut found, event);
    }
    if let Some(hit) = event {
        settle_past(facts, &mut found, &[hit]);
    }
    found.unknown("Which component it is and who switched it off: no list of components was brought.");
    let server = suspects.first().map(String::as_str);
    found.step(
        "Ask whether somebody works on the server right now. If so, it comes back with the end of the maintenance.",
    );
    found.command(
        "See which component is not active, and who asked for it.",
        format!("Get-ServerComponentState {} | Where-Object {{ $_.State -ne 'Active' }} | Format-List Component,State,LocalStates,RemoteStates", identity(server)),
    );
    found.command(
        "Set it to Active for each requester that is shown; HubTransport and Maintenance are what a forgotten maintenance leaves.",
        format!("Set-ServerComponentState {} -Component HubTransport -State Active -Requester Maintenance", identity(server)),
    );
    found.missing.push(Missing {
        what: "The states of the components of the server".to_owned(),
        settles: "Which component is not active, and for which requester.".to_owned(),
        command: format!("Get-ServerComponentState {} | Export-Clixml components.xml", identity(server)),
    });
    found.verify.push("Get-ServerComponentState shows Active, and the queues fall to 0.".to_owned());
    found
}

/// An event alone says that a server went off, as for maintenance. Replies that go on say that somebody misses it.
fn weigh_traces(facts: &Facts, found: &mut Discovery, event: Option<&Hit<'_>>) {
    let missed =
        facts.replies.all.iter().any(|reply| reply.is_history() && says_inactive(&reply.text) && goes_on(facts, reply));
    let key = event.and_then(|hit| hit.group.computer.as_deref()).map(server_key);
    let Some(key) = key.filter(|_| !missed) else {
        found.severity = Some(Severity::High);
        return;
    };
    let standing = Standing::of(facts, &key, &BTreeMap::new());
    match &standing.other {
        Some(other) if standing.own == 0 && standing.listed => {
            found.severity = Some(Severity::Info);
            found.role = Some(Role::Context);
            found.held(format!(
                "No message waits for the server in these queues, and the transport of {other} is at work."
            ));
            if !standing.own_listed {
                found.unknown("Whether mail waits on the server itself: its own queues were not brought.");
            }
        }
        _ => found.severity = Some(Severity::Medium),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requesters_that_exist_get_into_commands() {
        assert_eq!(requester("maintenance"), Some("Maintenance"));
        assert_eq!(requester("HealthAPI "), Some("HealthAPI"));
        assert_eq!(requester("Maintenance -WhatIf:$false|Remove-Mailbox"), None);
    }

    #[test]
    fn the_state_is_the_one_that_an_event_ends_with() {
        assert_eq!(state_in("The service state changed from Active to Inactive."), Some(Activity::Inactive));
        assert_eq!(state_in("The service state changed from Inactive to Active."), Some(Activity::Active));
        assert_eq!(state_in("Service state is now Draining."), Some(Activity::Draining));
        assert_eq!(state_in("Active | Inactive"), None);
    }
}
