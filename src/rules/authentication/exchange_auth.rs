//! What the rules about Exchange Server authentication share: which queues suffer from `451 5.7.3`,
//! which receive connector answers which server, and what that connector lacks.
//!
//! "Receive connectors" (learn.microsoft.com) describes how a connector is chosen; the exact steps are
//! in [`crate::tools::receive_connector_selector`]. The server never tries another connector when
//! authentication fails, so the one that answers decides.

use std::net::IpAddr;

use super::targets::{is_internal, targets};
use crate::base::once::once_per_text;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::queues::{QueueError, WaitingQueue};
use crate::model::queue::QueueStatus;
use crate::model::receive_connector::{AuthMechanism, PermissionGroups, ReceiveConnector, TransportRole};
use crate::model::smtp_reply::LastError;
use crate::model::version::ExchangeVersion;
use crate::report::Missing;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};
use crate::tools::receive_connector_selector::{Selection, exchange_port_of, select};

/// The reply that names this problem, as Exchange prints it.
pub const REPLY: &str = "451 5.7.3 Cannot achieve Exchange Server authentication";

/// A queue whose mail stops at Exchange Server authentication.
pub struct Refused<'a> {
    /// The queue.
    pub queue: &'a WaitingQueue,
    /// The error that says so.
    pub error: &'a QueueError,
    /// Messages it holds back.
    pub messages: u64,
}

/// All queues that stop at Exchange Server authentication.
pub fn refused(facts: &Facts) -> Vec<Refused<'_>> {
    let is_refusal = once_per_text(|text| LastError::read(text).is_exchange_auth_failure());
    let refused = facts.queues.waiting_queues().filter_map(|queue| {
        // An empty queue can keep the error of mail that has left.
        let error = queue.errors().find(|e| is_refusal(&e.text)).filter(|_| queue.may_hold_mail())?;
        Some(Refused { messages: queue.share(&is_refusal), queue, error })
    });
    refused.collect()
}

/// One server meeting another: which connector answers.
#[derive(Clone)]
pub struct Meeting<'a> {
    /// The server that connects.
    pub source: String,
    /// Its address.
    pub address: IpAddr,
    /// Where that address was read.
    pub address_span: Span,
    /// The server that answers, as its connectors name it.
    pub target: String,
    /// Who answers.
    pub answer: Answer<'a>,
    /// Whether the versions of both servers are known, so that the port is certain.
    pub port_is_certain: bool,
}

/// Who answers a server.
#[derive(Clone)]
pub enum Answer<'a> {
    /// A connector that authenticates Exchange servers.
    Able(&'a ReceiveConnector),
    /// A connector that does not.
    Unable(&'a ReceiveConnector),
    /// No connector at all.
    Nobody,
    /// The exports do not show enough; why.
    Unknown(String),
}

/// Version of a server: as listed, else what its connectors give away (roles exist since 2013).
pub fn version_of(facts: &Facts, server: &str) -> Option<ExchangeVersion> {
    facts
        .servers
        .version(server)
        .or_else(|| facts.connectors.of(server).iter().any(|c| c.role.is_some()).then_some(ExchangeVersion::V2013))
}

/// Plays through how the known addresses of `source` are answered on `target`.
pub fn meetings<'a>(facts: &'a Facts, source: &str, target: &str) -> Vec<Meeting<'a>> {
    let (port, role, certain) = port_between(facts, source, target);
    let meet = |address: &crate::model::server::ServerAddress| Meeting {
        source: source.to_owned(),
        address: address.address,
        address_span: address.span,
        target: target.to_owned(),
        answer: answer_on(facts, target, port, role, address.address),
        port_is_certain: certain,
    };
    facts.servers.addresses(source).iter().map(meet).collect()
}

/// The local address on which `target` is met from `remote`: where it has one address of the family, that one. A server with
/// several may be met on any of them.
pub fn local_address(facts: &Facts, target: &str, remote: IpAddr) -> Option<IpAddr> {
    let mut local =
        facts.servers.addresses(target).iter().map(|a| a.address).filter(|a| a.is_ipv4() == remote.is_ipv4());
    local.next().filter(|_| local.next().is_none())
}

/// Which connector of `target` answers a connection from `remote` to a port, and whether it authenticates Exchange servers.
pub fn answer_on<'a>(
    facts: &'a Facts,
    target: &str,
    port: u16,
    role: Option<TransportRole>,
    remote: IpAddr,
) -> Answer<'a> {
    if let Some(conflict) = facts.connectors.conflict_on(target) {
        return Answer::Unknown(format!(
            "two exports show connector {conflict} with different settings, and nothing says which is newer"
        ));
    }
    let connectors: Vec<&ReceiveConnector> = facts.connectors.of(target).iter().collect();
    match select(&connectors, local_address(facts, target, remote), port, role, remote) {
        Selection::Answered { index, also, .. } => match connectors.get(index) {
            Some(connector) if also.iter().any(|i| offer(&connectors, *i) != offer(&connectors, index)) => {
                Answer::Unknown(format!(
                    "connector {} and another one have ranges of the same size, and their order in the directory decides",
                    connector.identity.value
                ))
            }
            Some(connector) => match connector.offers_exchange_auth() {
                Some(true) => Answer::Able(connector),
                Some(false) => Answer::Unable(connector),
                None => Answer::Unknown(format!(
                    "connector {} answers, but the export does not show its AuthMechanism and PermissionGroups",
                    connector.identity.value
                )),
            },
            None => Answer::Nobody,
        },
        Selection::Nobody => Answer::Nobody,
        Selection::CannotDecide { why, .. } => Answer::Unknown(why),
    }
}

fn offer(connectors: &[&ReceiveConnector], index: usize) -> Option<bool> {
    connectors.get(index)?.offers_exchange_auth()
}

/// Connectors that answer the servers of refused queues without authenticating them.
pub fn captors_of_waiting_mail(facts: &Facts) -> Vec<Span> {
    let mut captors = Vec::new();
    for r in refused(facts).iter().filter(|r| is_internal(facts, r.queue)) {
        let Some(source) = r.queue.server() else { continue };
        for meeting in targets(facts, r.queue).servers.into_iter().flat_map(|t| meetings(facts, source, t)) {
            if let Answer::Unable(connector) = meeting.answer {
                captors.push(connector.span);
            }
        }
    }
    captors
}

/// Port and service on which `source` reaches `target`, and whether both versions are known.
pub fn port_between(facts: &Facts, source: &str, target: &str) -> (u16, Option<TransportRole>, bool) {
    let of_target = version_of(facts, target);
    let of_source = facts.servers.version(source);
    let connectors: Vec<&ReceiveConnector> = facts.connectors.of(target).iter().collect();
    let (port, role) = match (of_target, of_source) {
        (Some(target), Some(source)) => exchange_port_of(target, source, &connectors),
        // Older servers use port 25; so do all towards 2007 and 2010.
        (Some(target), None) => exchange_port_of(target, ExchangeVersion::V2010, &connectors),
        (None, _) => (25, None),
    };
    (port, role, of_target.is_some() && of_source.is_some())
}

/// Whether a connector listens where `source` meets `target`, as far as the export shows.
pub fn listens(facts: &Facts, connector: &ReceiveConnector, source: &str, target: &str) -> bool {
    let (port, role, _) = port_between(facts, source, target);
    connector.bindings.as_ref().is_none_or(|b| b.value.items.iter().any(|b| b.port == port))
        && (role.is_none() || connector.role.as_ref().is_none_or(|r| Some(r.value) == role))
}

/// What a connector lacks to authenticate Exchange servers, in words.
pub fn lacks(connector: &ReceiveConnector) -> Vec<&'static str> {
    let mut lacks = Vec::new();
    if connector.auth_mechanism.as_ref().is_some_and(|a| !a.value.contains(AuthMechanism::EXCHANGE_SERVER)) {
        lacks.push("Exchange Server authentication");
    }
    if connector.hides_x_anonymous_tls() {
        lacks.push("X-ANONYMOUSTLS");
    }
    if connector.permission_groups.as_ref().is_some_and(|g| !g.value.contains(PermissionGroups::EXCHANGE_SERVERS)) {
        lacks.push("the permission group for Exchange servers");
    }
    lacks
}

/// Whether the connector cannot even offer the method; a missing permission group alone shows later
/// in the conversation, with other replies.
pub fn lacks_method(connector: &ReceiveConnector) -> bool {
    connector.auth_mechanism.as_ref().is_some_and(|a| !a.value.contains(AuthMechanism::EXCHANGE_SERVER))
}

/// Cites the settings that a connector lacks.
pub fn cite_settings(discovery: &mut Discovery, connector: &ReceiveConnector) -> String {
    let mut citations = String::new();
    let server = connector.server().unwrap_or("its server");
    if let Some(auth) = &connector.auth_mechanism {
        let note = if lacks_method(connector) {
            format!("{} on {server} does not offer the method of Exchange servers", connector.name())
        } else {
            format!("{} on {server} offers the method of Exchange servers", connector.name())
        };
        let why = "Exchange servers authenticate only where AuthMechanism contains ExchangeServer.";
        citations += &discovery.cite(Proof::new(auth.span, note).mark([auth.value.to_string()]).why(why));
    }
    if let Some(suppressed) = connector.suppress_x_anonymous_tls.as_ref().filter(|s| s.value) {
        let note = format!("{} on {server} hides X-ANONYMOUSTLS", connector.name());
        let why = "Exchange servers encrypt with X-ANONYMOUSTLS before they authenticate; without it they give up, unless \
                   the sender is set to use the weaker method.";
        citations +=
            &discovery.cite(Proof::new(suppressed.span, note).mark(["SuppressXAnonymousTls", "True"]).why(why));
    }
    if let Some(groups) = &connector.permission_groups
        && !groups.value.admits_exchange_servers()
    {
        let note = format!("{} on {server} does not admit Exchange servers", connector.name());
        let why = "Exchange servers may submit only where PermissionGroups contains ExchangeServers.";
        citations += &discovery.cite(Proof::new(groups.span, note).mark([groups.value.to_string()]).why(why));
    }
    citations
}

/// Cites the errors of queues and accounts for their messages.
pub fn cite_queues(discovery: &mut Discovery, refused: &[Refused<'_>]) -> String {
    let mut citations = String::new();
    for (i, r) in refused.iter().enumerate() {
        let status = r.queue.status().map_or_else(|| "status unknown".to_owned(), |s| s.to_string());
        let towards = r.queue.next_hop().map_or_else(String::new, |n| format!(" to {n}"));
        let text = format!("Queue {}{towards}: {status}, 5.7.3", r.queue.label());
        discovery.accounts_for(r.queue, r.messages, text);
        if i < 3 {
            let note = format!("The error in queue {} on the sending side", r.queue.label());
            let why = "The sender makes this reply itself when the other side does not offer Exchange Server \
                       authentication, so the log of the receiver does not show it.";
            citations += &discovery.cite(Proof::new(r.error.span, note).mark([REPLY]).why(why));
        }
    }
    citations
}

/// Queues that are listed one by one in a command; more are selected by their error.
const MOST_QUEUES: usize = 20;

/// The step that sends the waiting mail, and the one that checks it.
pub fn retry_and_check(discovery: &mut Discovery, refused: &[Refused<'_>]) {
    let queues: Vec<String> =
        refused.iter().filter(|r| r.queue.identity.is_some()).map(|r| quoted(&r.queue.label())).collect();
    let next = refused.iter().filter_map(|r| r.queue.queue.as_ref()?.next_retry.as_ref()).map(|t| t.value).max();
    let wait = match next {
        Some(time) => format!(", or wait for the next retry ({time}, as the export shows it)"),
        None => ", or wait for the next retry".to_owned(),
    };
    if queues.is_empty() || queues.len() > MOST_QUEUES {
        discovery.command(
            format!("On each sending server, send the waiting mail now{wait}."),
            "Get-Queue -ResultSize Unlimited | Where-Object { $_.Status -eq 'Retry' -and $_.LastError -like '*5.7.3*' } | \
             Retry-Queue",
        );
        return;
    }
    let list = queues.join(",");
    let is_retry = refused.iter().all(|r| matches!(r.queue.status(), Some(QueueStatus::Retry) | None));
    let state = if is_retry { "" } else { " A queue that is Suspended stays so until it is resumed." };
    discovery.command(
        format!("Send the waiting mail now{wait}.{state}"),
        format!("{list} | ForEach-Object {{ Retry-Queue -Identity $_ }}"),
    );
    discovery.command(
        "Check: the queues fall to 0 within one retry.",
        format!(
            "{list} | ForEach-Object {{ Get-Queue -Identity $_ | Format-List Identity,Status,MessageCount,LastError }}"
        ),
    );
    let names: Vec<String> = refused.iter().map(|r| r.queue.label()).collect();
    let (queue, falls) = if names.len() == 1 { ("Queue", "falls") } else { ("Queues", "fall") };
    discovery.verify.push(
        format!("{queue} {} {falls} to 0 without an error, or are gone.", listed(&names, 4))
            .replace("falls to 0 without an error, or are gone", "falls to 0 without an error, or is gone"),
    );
}

/// The command that resolves the addresses of all Exchange servers into a file the product reads.
pub fn missing_addresses(settles: &str) -> Missing {
    Missing {
        what: "The addresses of the Exchange servers".to_owned(),
        settles: settles.to_owned(),
        command: "Get-ExchangeServer | ForEach-Object { $s = $_; [Net.Dns]::GetHostAddresses($s.Fqdn) | Select-Object \
                  @{n='Name';e={$s.Name}}, @{n='IPAddress';e={$_.IPAddressToString}} } | Export-Csv \
                  server-addresses.csv -NoTypeInformation"
            .to_owned(),
    }
}

/// The command that exports the connectors of the targets in full.
pub fn missing_connectors(servers: &[String], settles: &str) -> Missing {
    let command = match servers {
        [] => "Get-ReceiveConnector | Export-Clixml receive-connectors.xml".to_owned(),
        [one] => format!("Get-ReceiveConnector -Server {} | Export-Clixml receive-connectors.xml", quoted(one)),
        _ => {
            let list: Vec<String> = servers.iter().map(|s| quoted(s)).collect();
            format!(
                "{} | ForEach-Object {{ Get-ReceiveConnector -Server $_ }} | Export-Clixml receive-connectors.xml",
                list.join(",")
            )
        }
    };
    Missing {
        what: "The receive connectors of the answering servers, with all ranges".to_owned(),
        settles: settles.to_owned(),
        command,
    }
}

/// How to call a group of servers: `the Exchange 2010 servers`, or by name.
pub fn call(facts: &Facts, servers: &[String]) -> String {
    let versions: Vec<_> = servers.iter().map(|s| facts.servers.version(s)).collect();
    match (servers, versions.first()) {
        ([one], Some(Some(version))) => format!("{version} server {one}"),
        (_, Some(Some(version))) if servers.len() > 1 && versions.iter().all(|v| v == &Some(*version)) => {
            format!("the {version} servers {}", listed(servers, 4))
        }
        _ => listed(servers, 4),
    }
}

/// `1 server`, `2 servers`.
pub fn servers(number: usize) -> String {
    count(number as u64, "server")
}
