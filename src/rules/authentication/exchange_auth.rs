//! What the rules about Exchange Server authentication share: which queues suffer from `451 5.7.3`,
//! which receive connector answers which server, and what that connector lacks.
//!
//! "Receive connectors" (learn.microsoft.com) describes how a connector is chosen; the exact steps are
//! in [`crate::tools::receive_connector_selector`]. The server never tries another connector when
//! authentication fails, so the one that answers decides.

use std::net::IpAddr;

use crate::base::ip_range::IpRange;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::queues::{QueueError, WaitingQueue};
use crate::model::queue::{DeliveryType, QueueStatus};
use crate::model::receive_connector::{AuthMechanism, PermissionGroups, ReceiveConnector, TransportRole};
use crate::model::server::server_key;
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
    pub error: QueueError,
    /// Messages it holds back.
    pub messages: u64,
}

/// All queues that stop at Exchange Server authentication.
pub fn refused(facts: &Facts) -> Vec<Refused<'_>> {
    let refused = facts.queues.waiting_queues().filter_map(|queue| {
        // An empty queue can keep the error of mail that has left.
        let error = queue.errors().find(|e| e.error.is_exchange_auth_failure()).filter(|_| queue.count() > 0)?;
        let matches = |text: &str| crate::model::smtp_reply::LastError::read(text).is_exchange_auth_failure();
        Some(Refused { messages: queue.share(matches), queue, error })
    });
    refused.collect()
}

/// One server meeting another: which connector answers.
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

/// Servers that a queue delivers to, as far as the exports show: those with connectors, of the version
/// and of the names that the next hop gives.
pub fn targets<'a>(facts: &'a Facts, queue: &WaitingQueue) -> Vec<&'a str> {
    let own = queue.server().map(server_key);
    let next_hop = queue.next_hop().unwrap_or("").to_ascii_lowercase();
    let version = next_hop.split_once("version").and_then(|(_, rest)| {
        rest.trim_start_matches([':', ' ']).split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()
    });
    let others = || facts.connectors.servers().filter(|s| Some(server_key(s)) != own);
    let named: Vec<&str> = others().filter(|s| names_server(&next_hop, s)).collect();
    if !named.is_empty() {
        return named;
    }
    let site = site_of(facts, queue, &next_hop);
    others()
        .filter(|s| version.is_none_or(|wanted| version_of(facts, s).is_none_or(|v| major(v) == wanted)))
        .filter(|s| {
            let own = facts.servers.server(s).and_then(|s| s.site.as_deref());
            site.as_deref().is_none_or(|wanted| own.is_none_or(|own| own.eq_ignore_ascii_case(wanted)))
        })
        .collect()
}

/// The Active Directory site that a queue delivers to, when its next hop tells.
fn site_of(facts: &Facts, queue: &WaitingQueue, next_hop: &str) -> Option<String> {
    if let Some(rest) = next_hop.strip_prefix("site:") {
        return Some(rest.split(';').next().unwrap_or(rest).trim().to_owned());
    }
    if next_hop.starts_with("hub version") {
        return facts.servers.server(queue.server()?)?.site.clone();
    }
    let kind = queue.queue.as_ref()?.delivery_type.as_ref()?.value;
    (kind == DeliveryType::SmtpRelayToRemoteAdSite).then(|| next_hop.trim().to_owned())
}

/// Whether a next hop such as `ex1.contoso.com;ex2.contoso.com` names the server.
fn names_server(next_hop: &str, server: &str) -> bool {
    let key = server_key(server);
    next_hop.split([';', ',', ' ']).any(|part| part.contains('.') && server_key(part) == key)
}

fn major(version: ExchangeVersion) -> u32 {
    match version {
        ExchangeVersion::V55 => 5,
        ExchangeVersion::V2000 | ExchangeVersion::V2003 => 6,
        ExchangeVersion::V2007 => 8,
        ExchangeVersion::V2010 => 14,
        ExchangeVersion::V2013 | ExchangeVersion::V2016 | ExchangeVersion::V2019 | ExchangeVersion::Se => 15,
    }
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
    let addresses = facts.servers.addresses(source);
    let connectors: Vec<&ReceiveConnector> = facts.connectors.of(target).iter().collect();
    let (port, role, certain) = port_between(facts, source, target);
    let meet = |address: &crate::model::server::ServerAddress| {
        let same_family = |a: &&crate::model::server::ServerAddress| a.address.is_ipv4() == address.address.is_ipv4();
        let local: Vec<IpAddr> =
            facts.servers.addresses(target).iter().filter(same_family).map(|a| a.address).collect();
        // A server with several addresses may be met on any of them.
        let local = match local.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        let answer = match select(&connectors, local, port, role, address.address) {
            Selection::Answered { index, .. } => match connectors.get(index) {
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
        };
        Meeting {
            source: source.to_owned(),
            address: address.address,
            address_span: address.span,
            target: target.to_owned(),
            answer,
            port_is_certain: certain,
        }
    };
    addresses.iter().map(meet).collect()
}

/// Connectors that answer the servers of refused queues without authenticating them.
pub fn captors_of_waiting_mail(facts: &Facts) -> Vec<Span> {
    let mut captors = Vec::new();
    for r in refused(facts).iter().filter(|r| is_internal(r.queue)) {
        let Some(source) = r.queue.server() else { continue };
        for meeting in targets(facts, r.queue).into_iter().flat_map(|t| meetings(facts, source, t)) {
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

/// The step that sends the waiting mail, and the one that checks it.
pub fn retry_and_check(discovery: &mut Discovery, refused: &[Refused<'_>]) {
    let queues: Vec<String> =
        refused.iter().filter(|r| r.queue.identity.is_some()).map(|r| quoted(&r.queue.label())).collect();
    let next = refused.iter().filter_map(|r| r.queue.queue.as_ref()?.next_retry.as_ref()).map(|t| t.value).max();
    let wait = match next {
        Some(time) => format!(", or wait for the next retry ({time}, as the export shows it)"),
        None => ", or wait for the next retry".to_owned(),
    };
    if queues.is_empty() {
        discovery.command(
            format!("Send the waiting mail now{wait}."),
            "Get-Queue | Where-Object { $_.Status -eq 'Retry' -and $_.LastError -like '*5.7.3*' } | Retry-Queue",
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

/// The step that takes addresses out of a connector: by removing single addresses, or by writing the
/// list anew when an address lies inside a wider range.
pub fn release_step(facts: &Facts, discovery: &mut Discovery, connector: &ReceiveConnector, addresses: &[IpAddr]) {
    let identity = quoted(&connector.identity.value);
    let Some(ranges) = &connector.remote_ip_ranges else { return };
    let covering: Vec<&IpRange> =
        ranges.value.items.iter().filter(|r| addresses.iter().any(|a| r.contains(*a))).collect();
    let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let kept: Vec<String> = ranges
        .value
        .items
        .iter()
        .flat_map(|range| if covering.contains(&range) { range.without(addresses) } else { vec![*range] })
        .map(|r| quoted(&r.to_string()))
        .collect();
    let takes_effect = match connector.server() {
        Some(server) => {
            format!("Run it in the Exchange shell on {server}; it takes effect at once, without a restart.")
        }
        None => "It takes effect at once, without a restart.".to_owned(),
    };
    let is_whole = ranges.value.complete && ranges.value.unread.is_empty();
    if kept.is_empty() && is_whole {
        discovery.command(
            format!(
                "Connector {} lists nothing but Exchange servers. Switch it off; a connector cannot be left without \
                 ranges. {takes_effect}",
                connector.identity.value
            ),
            format!("Set-ReceiveConnector {identity} -Enabled $false"),
        );
    } else if covering.iter().all(|r| r.is_single()) && (!is_whole || knows_remove(facts, connector)) {
        let list: Vec<String> = names.iter().map(|n| quoted(n)).collect();
        discovery.command(
            format!(
                "Take {} out of {}. Everything else in its ranges keeps using it. {takes_effect}",
                listed(&names, 4),
                connector.identity.value
            ),
            format!("Set-ReceiveConnector {identity} -RemoteIPRanges @{{Remove={}}}", list.join(",")),
        );
    } else if is_whole {
        discovery.command(
            format!(
                "Write the ranges of {} anew, so that they leave out {}. Everything else in them keeps using it. \
                 {takes_effect}",
                connector.identity.value,
                listed(&names, 4)
            ),
            format!("Set-ReceiveConnector {identity} -RemoteIPRanges {}", kept.join(",")),
        );
        discovery.warn(
            "This replaces the whole list. If somebody changed the connector since the export, export it again first.",
        );
    } else {
        discovery.step(format!(
            "Split the range of {} so that it leaves out {}. The export does not show all its ranges, so the command \
             cannot be written from it: export the connector with Export-Clixml first.",
            connector.identity.value,
            listed(&names, 4)
        ));
    }
}

/// Whether the shell of the server understands `@{Remove=...}`: from Exchange 2010 on. The cmdlet changes
/// only servers of its own version, so it runs there.
fn knows_remove(facts: &Facts, connector: &ReceiveConnector) -> bool {
    connector.server().and_then(|s| version_of(facts, s)).is_some_and(|v| v >= ExchangeVersion::V2010)
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

/// Whether a delivery type goes to other Exchange servers of the organization.
pub fn is_internal(queue: &WaitingQueue) -> bool {
    let kind = queue.queue.as_ref().and_then(|q| q.delivery_type.as_ref()).map(|d| d.value);
    !kind.is_some_and(DeliveryType::is_external)
}

/// `1 server`, `2 servers`.
pub fn servers(number: usize) -> String {
    count(number as u64, "server")
}
