//! A custom receive connector answers Exchange servers and does not authenticate them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::exchange_auth::{self as auth, Answer, Meeting, Refused};
use super::release::{Plan, plan, release_step};
use super::targets::{Targets, is_internal, targets};
use crate::base::source::Span;
use crate::base::timestamp::{DateOrder, parse_moment};
use crate::facts::Facts;
use crate::model::receive_connector::ReceiveConnector;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed};

declare_rule! {
    /// # Symptoms
    /// Mail between Exchange servers waits in Retry. The last error contains
    /// `451 5.7.3 Cannot achieve Exchange Server authentication`, usually inside
    /// `451 4.4.0 Primary target IP address responded with`. Mail in the other direction flows.
    ///
    /// # Cause
    /// The answering server has a receive connector, often made for relaying, whose remote IP ranges contain
    /// the address of the sending Exchange server. The most specific range wins, so this connector answers
    /// instead of the default one. It does not offer Exchange Server authentication, and the server does not
    /// try another connector.
    ///
    /// # Resolution
    /// 1. Take the addresses of the Exchange servers out of the remote IP ranges of that connector, on every
    ///    answering server. Split a range that covers them.
    /// 2. Retry the queues.
    /// 3. Check that the default connector answers and that the queues empty.
    ///
    /// # More information
    /// Do not add Exchange Server authentication to the relay connector instead: it would then treat relaying
    /// hosts and Exchange servers alike. IPv4 and IPv6 ranges are chosen apart from each other. The reply 5.7.3
    /// is made by the sender; the receive log of the other server shows only EHLO and QUIT.
    id: "exch-auth-573-custom-connector-captures-exchange-ip",
    title: "A custom receive connector answers Exchange servers without Exchange Server authentication",
    area: Authentication,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues, ReceiveConnectors],
    helps: [ServerAddresses, Servers],
    explains: ["failover-exhausted-wrapper"],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors",
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let refused: Vec<Refused<'_>> = auth::refused(facts).into_iter().filter(|r| is_internal(facts, r.queue)).collect();
    if refused.is_empty() {
        return Verdict::NotApplicable;
    }
    if facts.connectors.is_empty() {
        let missing = vec![auth::missing_connectors(&[], "Whether a custom connector answers the sending servers.")];
        return Verdict::Undecided(
            "Mail stops at Exchange Server authentication, and no receive connectors were brought.".to_owned(),
            missing,
        );
    }
    let by_queue: Vec<QueueTargets<'_>> = refused.iter().map(|r| of_queue(facts, r)).collect();
    if by_queue.iter().all(|q| q.targets.servers.is_empty()) {
        let wanted: Vec<String> = distinct(by_queue.iter().flat_map(|q| q.targets.wanted.clone()));
        let why = by_queue.first().map_or("", |q| q.targets.unknown.as_str());
        let settles = "Whether a custom connector answers the sending servers.";
        return Verdict::Undecided(
            format!("Mail stops at Exchange Server authentication, and {why}."),
            vec![auth::missing_connectors(&wanted, settles)],
        );
    }
    let mut meetings: Vec<Meeting<'_>> = Vec::new();
    for meeting in by_queue.iter().flat_map(|q| &q.meetings) {
        if !meetings.iter().any(|m| m.address == meeting.address && m.target == meeting.target) {
            meetings.push(meeting.clone());
        }
    }
    if meetings.is_empty() {
        return without_addresses(facts, refused);
    }
    let captured: Vec<&Meeting<'_>> =
        meetings.iter().filter(|m| matches!(m.answer, Answer::Unable(c) if !c.has_default_name())).collect();
    if !captured.is_empty() {
        return Verdict::Found(vec![captured_finding(facts, refused, &by_queue, &meetings, &captured)]);
    }
    let open: Vec<&str> = meetings
        .iter()
        .filter_map(|m| if let Answer::Unknown(why) = &m.answer { Some(why.as_str()) } else { None })
        .collect();
    if let Some(why) = open.first() {
        let mut servers: Vec<String> = Vec::new();
        for meeting in meetings.iter().filter(|m| matches!(m.answer, Answer::Unknown(_))) {
            if !servers.contains(&meeting.target) {
                servers.push(meeting.target.clone());
            }
        }
        let missing =
            vec![auth::missing_connectors(&servers, "Whether a custom connector answers the sending servers.")];
        return Verdict::Undecided(format!("Which connector answers cannot be told: {why}."), missing);
    }
    let names: Vec<String> = meetings.iter().map(|m| format!("{} on {}", m.address, m.target)).collect();
    Verdict::RuledOut(format!(
        "For every known address of the sending servers, no custom connector answers ({}). If the default connector is \
         intact as well, something between the servers takes the offer away (a firewall that inspects SMTP), the sender \
         arrives from another address (address translation, IPv6), or the answering server has no valid internal transport \
         certificate.",
        listed(&names, 4)
    ))
}

/// Where a queue delivers to, and who answers its server there.
struct QueueTargets<'a> {
    targets: Targets<'a>,
    meetings: Vec<Meeting<'a>>,
}

fn of_queue<'a>(facts: &'a Facts, refused: &Refused<'a>) -> QueueTargets<'a> {
    let targets = targets(facts, refused.queue);
    let source = refused.queue.server().unwrap_or("");
    let meetings = targets.servers.iter().flat_map(|t| auth::meetings(facts, source, t)).collect();
    QueueTargets { targets, meetings }
}

impl QueueTargets<'_> {
    /// Whether a custom connector answers: `None` when at none of the known addresses, else whether at all of them and on all
    /// servers that the queue delivers to.
    fn captured(&self) -> Option<bool> {
        let hit = |m: &&Meeting<'_>| is_captured(m);
        let any = self.meetings.iter().any(|m| hit(&m));
        any.then(|| self.targets.certain && self.meetings.iter().all(|m| hit(&m)))
    }
}

fn is_captured(meeting: &Meeting<'_>) -> bool {
    matches!(meeting.answer, Answer::Unable(c) if !c.has_default_name())
}

/// Connectors that capture, each with the addresses it captures.
type Captors<'a> = BTreeMap<String, (&'a ReceiveConnector, Vec<(IpAddr, Span)>)>;

fn captors<'a>(captured: &[&Meeting<'a>]) -> Captors<'a> {
    let mut captors: Captors<'a> = BTreeMap::new();
    for meeting in captured {
        if let Answer::Unable(connector) = &meeting.answer {
            let entry = captors.entry(connector.identity.value.to_ascii_lowercase()).or_insert((connector, Vec::new()));
            if !entry.1.iter().any(|(a, _)| *a == meeting.address) {
                entry.1.push((meeting.address, meeting.address_span));
            }
        }
    }
    captors
}

fn captured_finding(
    facts: &Facts,
    all: Vec<Refused<'_>>,
    by_queue: &[QueueTargets<'_>],
    meetings: &[Meeting<'_>],
    captured: &[&Meeting<'_>],
) -> Discovery {
    let captors = captors(captured);
    let targets: Vec<&str> = distinct(meetings.iter().map(|m| m.target.as_str()));
    let every_target = targets.iter().all(|t| captured.iter().any(|m| m.target == *t));
    // Only the mail of a server that is known to be answered so is explained by it.
    let verdicts: Vec<Option<bool>> = by_queue.iter().map(QueueTargets::captured).collect();
    let whole = verdicts.iter().flatten().all(|whole| *whole);
    let (refused, others): (Vec<_>, Vec<_>) = all.into_iter().zip(verdicts).partition(|(_, v)| v.is_some());
    let refused: Vec<Refused<'_>> = refused.into_iter().map(|(r, _)| r).collect();
    let certain = captured.iter().all(|m| m.port_is_certain)
        && captors.values().all(|(c, _)| auth::lacks_method(c) && c.enabled.is_some());
    let plans: Vec<Plan<'_>> = targets.iter().map(|t| plan(facts, t, captured)).collect();
    let fits = plans.iter().all(|p| p.outcome.is_ok());
    let confidence = if every_target && certain && whole && fits { Confidence::Confirmed } else { Confidence::Likely };
    let mut found = Discovery::new(confidence);

    let sources: Vec<String> = distinct(captured.iter().map(|m| m.source.clone()));
    let (mut ranges, mut settings) = (String::new(), String::new());
    for (connector, addresses) in captors.values() {
        ranges += &cite_ranges(&mut found, connector, addresses);
    }
    for (connector, _) in captors.values() {
        settings += &auth::cite_settings(&mut found, connector);
    }
    let queues = auth::cite_queues(&mut found, &refused);
    let (words, one) = connectors_in_words(&captors);
    found.statement = format!(
        "{} {} {} {ranges} but {} not offer Exchange Server authentication {settings}, so their mail does not \
         move {queues}.",
        words,
        if one { "answers" } else { "answer" },
        auth::call(facts, &sources),
        if one { "does" } else { "do" },
    );

    found.affects(captors.values().map(|(c, _)| c.identity.value.clone()));
    found.affects(captors.values().filter_map(|(c, _)| c.server()));
    found.affects(sources.iter().cloned());
    found.affects(captors.values().flat_map(|(_, a)| a).map(|(a, _)| a.to_string()));

    for plan in &plans {
        for (connector, addresses) in &plan.changes {
            found.affects([connector.identity.value.clone()]);
            match &plan.outcome {
                Ok(()) => release_step(facts, &mut found, connector, addresses),
                Err(why) => found.step(format!(
                    "Do not take the addresses out of {} yet: {why}. First give {} a default connector that answers Exchange \
                     servers with Exchange Server authentication.",
                    connector.identity.value, plan.server
                )),
            }
        }
    }
    auth::retry_and_check(&mut found, &refused);
    if !whole {
        found.unknown(
            "Not every address of the sending servers and not every server they deliver to is known to end there.",
        );
    }
    for (other, _) in others.iter().take(5) {
        found.unknown(format!(
            "Queue {} shows the same error; which connector answers its server is not known.",
            other.queue.label()
        ));
    }
    if captors.values().any(|(c, _)| c.enabled.is_none()) {
        found.unknown("The export does not show whether the connector is enabled.");
    }

    let hosts = if targets.len() == 1 {
        "The only answering server in the evidence has such a connector".to_owned()
    } else if every_target {
        "Failover fails as well: every answering server in the evidence has such a connector".to_owned()
    } else {
        "Some answering servers have no such connector; failover to them should work".to_owned()
    };
    let hit = targets.iter().filter(|t| captured.iter().any(|m| m.target == **t)).count();
    found.effect(hosts, format!("{hit} of {}", auth::servers(targets.len())));
    found.held(format!(
        "The choice of connector was worked out for {} on {}: a custom connector answers in {} of {} cases.",
        addresses_in_words(meetings),
        auth::servers(targets.len()),
        captured.len(),
        meetings.len()
    ));
    let answered: Vec<(&str, Vec<IpAddr>)> = captors
        .values()
        .map(|(connector, addresses)| (connector.identity.value.as_str(), addresses.iter().map(|(a, _)| *a).collect()))
        .collect();
    super::log_proof::add(facts, &mut found, &answered);
    for (connector, _) in captors.values() {
        if let Some(changed) = &connector.when_changed {
            let proof = Proof::new(changed.span, format!("When {} was last changed", connector.identity.value));
            let cite = found.cite(proof.mark([changed.value.clone()]));
            // JSON prints milliseconds since 1970; everything else is shown as the export prints it.
            let is_number = changed.value.contains("/Date(");
            let time = parse_moment(&changed.value, DateOrder::Unknown).filter(|_| is_number);
            let time = time.map_or_else(|| changed.value.clone(), |t| t.to_string());
            found.held(format!("{} was last changed {time} {cite}.", connector.identity.value));
        }
    }
    let source = sources.first().map_or("", String::as_str);
    for target in &targets {
        if let Some(default) = intact_default(facts, source, target) {
            found.excluded(format!(
                "A changed default connector: {} still offers Exchange Server authentication.",
                default.identity.value
            ));
        }
    }
    if !captured.iter().all(|m| m.port_is_certain) {
        found.unknown("The versions of all servers are not known, so the port was assumed.".to_owned());
        found.missing.push(crate::report::Missing {
            what: "The list of Exchange servers with their versions".to_owned(),
            settles: "On which port the servers meet.".to_owned(),
            command:
                "Get-ExchangeServer | Format-List Name,Fqdn,Site,ServerRole,AdminDisplayVersion > exchange-servers.txt"
                    .to_owned(),
        });
    }
    found
}

fn cite_ranges(found: &mut Discovery, connector: &ReceiveConnector, addresses: &[(IpAddr, Span)]) -> String {
    let Some(ranges) = &connector.remote_ip_ranges else { return String::new() };
    let names: Vec<String> = addresses.iter().map(|(a, _)| a.to_string()).collect();
    let covering: Vec<String> = ranges
        .value
        .items
        .iter()
        .filter(|r| addresses.iter().any(|(a, _)| r.contains(*a)))
        .map(ToString::to_string)
        .collect();
    let server = connector.server().unwrap_or("its server");
    let listed_singly = names.iter().all(|n| covering.contains(n));
    let note = if listed_singly {
        format!("{} on {server} lists {}", connector.name(), listed(&names, 4))
    } else {
        format!("{} on {server} covers {} with {}", connector.name(), listed(&names, 4), listed(&covering, 3))
    };
    // Ranges are marked as printed: an address range may stand there as a prefix or with a mask.
    let marks =
        names.iter().cloned().chain(covering).chain(ranges.value.items.iter().filter_map(|r| prefix(r, addresses)));
    let why = "The most specific range that contains the address decides which connector answers; the default \
               connector accepts every address and comes last.";
    found.cite(Proof::new(ranges.span, note).mark(marks).why(why))
}

/// A range in prefix notation, when it is one and covers one of the addresses.
fn prefix(range: &crate::base::ip_range::IpRange, addresses: &[(IpAddr, Span)]) -> Option<String> {
    addresses.iter().any(|(a, _)| range.contains(*a)).then(|| range.as_prefix()).flatten()
}

/// The connectors by name, and whether that is one name (on however many servers).
fn connectors_in_words(captors: &Captors<'_>) -> (String, bool) {
    let connectors: Vec<&ReceiveConnector> = captors.values().map(|(c, _)| *c).collect();
    let names = distinct(connectors.iter().map(|c| c.name().to_owned()));
    let servers = distinct(connectors.iter().filter_map(|c| c.server()).map(str::to_owned));
    match names.as_slice() {
        [one] => (format!("Connector {one} on {}", listed(&servers, 4)), true),
        _ => {
            let full: Vec<String> = connectors.iter().map(|c| c.identity.value.clone()).collect();
            (format!("Connectors {}", listed(&full, 4)), false)
        }
    }
}

fn intact_default<'a>(facts: &'a Facts, source: &str, target: &str) -> Option<&'a ReceiveConnector> {
    facts.connectors.of(target).iter().find(|c| {
        c.has_default_name()
            && c.is_enabled()
            && c.offers_exchange_auth() == Some(true)
            && auth::listens(facts, c, source, target)
    })
}

/// No address of a sending server is known. If every answering server has an intact default connector
/// and custom connectors that could answer instead, one of those does: nothing else on that port lacks
/// the method.
fn without_addresses(facts: &Facts, refused: Vec<Refused<'_>>) -> Verdict {
    let sources = distinct(refused.iter().filter_map(|r| r.queue.server()).map(str::to_owned));
    let targets = distinct(refused.iter().flat_map(|r| targets(facts, r.queue).servers));
    let missing = auth::missing_addresses("Which connector answers each sending server.");
    let source = sources.first().map_or("", String::as_str);
    let suspects_of = |target: &str| -> Vec<&ReceiveConnector> {
        let is_partial = |c: &&ReceiveConnector| {
            c.remote_ip_ranges.as_ref().is_none_or(|r| r.value.items.iter().any(|range| !range.is_everything()))
        };
        let connectors = facts.connectors.of(target).iter().filter(|c| c.is_enabled() && !c.has_default_name());
        connectors
            .filter(|c| auth::listens(facts, c, source, target))
            .filter(is_partial)
            .filter(|c| auth::lacks_method(c))
            .collect()
    };
    let suspects: Vec<(&str, Vec<&ReceiveConnector>)> = targets.iter().map(|t| (*t, suspects_of(t))).collect();
    let explains_all = !suspects.is_empty()
        && suspects.iter().all(|(target, s)| !s.is_empty() && intact_default(facts, source, target).is_some());
    if !explains_all {
        return Verdict::Undecided(
            "The addresses of the sending servers are not in the evidence, so it cannot be told which connector \
             answers them."
                .to_owned(),
            vec![missing],
        );
    }
    let connectors: Vec<&ReceiveConnector> = suspects.iter().flat_map(|(_, s)| s.iter().copied()).collect();
    let mut found = Discovery::new(Confidence::Likely);
    let (mut ranges, mut settings) = (String::new(), String::new());
    for connector in &connectors {
        if let Some(r) = &connector.remote_ip_ranges {
            let note = format!("The remote addresses that {} answers", connector.identity.value);
            let why = "If the address of a sending server is among them, this connector answers it instead of the default one.";
            let singles: Vec<String> =
                r.value.items.iter().filter(|r| !r.is_everything()).map(ToString::to_string).collect();
            ranges += &found.cite(Proof::new(r.span, note).mark(singles).why(why));
        }
        settings += &auth::cite_settings(&mut found, connector);
    }
    let queues = auth::cite_queues(&mut found, &refused);
    let names: Vec<String> = connectors.iter().map(|c| c.identity.value.clone()).collect();
    found.statement = format!(
        "{} {} {} {ranges} instead of the default connector, without Exchange Server authentication {settings}, so \
         {} mail does not move {queues}; the addresses of the servers are not in the evidence.",
        listed(&names, 4),
        if names.len() == 1 { "probably answers" } else { "probably answer" },
        auth::call(facts, &sources),
        if sources.len() == 1 { "its" } else { "their" },
    );
    found.affects(names.iter().cloned());
    found.affects(connectors.iter().filter_map(|c| c.server()));
    found.affects(sources.iter().cloned());
    found.command(
        format!("Find the addresses of {}.", auth::call(facts, &sources)),
        format!(
            "{} | ForEach-Object {{ [Net.Dns]::GetHostAddresses($_) | Select-Object IPAddressToString }}",
            sources.iter().map(|s| crate::rules::discovery::quoted(s)).collect::<Vec<_>>().join(",")
        ),
    );
    for connector in &connectors {
        found.command(
            format!(
                "If one of them lies in a range of {}, take it out of that range: remove the entry, or write the list of \
                 ranges anew without it. This shows the list.",
                connector.identity.value
            ),
            format!(
                "(Get-ReceiveConnector {}).RemoteIPRanges",
                crate::rules::discovery::quoted(&connector.identity.value)
            ),
        );
    }
    auth::retry_and_check(&mut found, &refused);
    for (target, suspects) in &suspects {
        if let Some(default) = intact_default(facts, source, target) {
            found.excluded(format!(
                "A changed default connector: {} still offers Exchange Server authentication.",
                default.identity.value
            ));
        }
        let names: Vec<String> = suspects.iter().map(|c| c.name().to_owned()).collect();
        found.held(format!("On {target} only {} could answer without it.", listed(&names, 4)));
    }
    found.unknown("The addresses of the sending servers are not in the evidence.");
    found.missing.push(missing);
    Verdict::Found(vec![found])
}

fn addresses_in_words(meetings: &[Meeting<'_>]) -> String {
    match distinct(meetings.iter().map(|m| m.address)).len() {
        1 => "1 address".to_owned(),
        n => format!("{n} addresses"),
    }
}
