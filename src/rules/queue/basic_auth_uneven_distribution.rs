//! Mail that is submitted with Basic authentication gathers on one server.

use std::collections::BTreeMap;

use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::facts::transport::{Capabilities, Question};
use crate::model::receive_connector::{AuthMechanism, PermissionGroups, ReceiveConnector, TransportRole};
use crate::model::server::server_key;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, quoted};

/// From how many messages on one server the question arises.
const MANY: u64 = 300;

/// How many times as many as on the next server.
const TIMES: u64 = 5;

declare_rule! {
    /// # Symptoms
    /// One of several servers holds nearly all waiting mail and its queue database grows, though applications send to all of them.
    ///
    /// # Cause
    /// The Front End Transport service hands mail of a client that authenticated to the server where the mailbox of the account is active; for
    /// an account without a mailbox, to that of the arbitration mailbox. All applications with one account end on one server. This is by design.
    ///
    /// # Resolution
    /// 1. Set ClientProxyPreferMailboxMountedServer to false for the Front End Transport service of each server.
    /// 2. Or give applications different accounts, or let them send without authentication from chosen addresses.
    ///
    /// # More information
    /// The mail moves; it is only badly spread.
    id: "basic-auth-uneven-distribution",
    title: "Authenticated mail gathers on one server",
    area: Queue,
    severity: Low,
    role: Context,
    versions: V2013..=V2019,
    needs: [ReceiveConnectors, Queues],
    helps: [ProtocolLogs],
    explains: [],
    sources: ["https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/uneven-distribution-messages-basicauth-basicauthrequiretls.md"],
    check: check,
}

/// Connectors for applications that log on: made by somebody, for the front end.
fn is_meant(connector: &&ReceiveConnector) -> bool {
    let basic = connector.auth_mechanism.as_ref().is_some_and(|auth| {
        auth.value.contains(AuthMechanism::BASIC_AUTH) || auth.value.contains(AuthMechanism::BASIC_AUTH_REQUIRE_TLS)
    });
    let users = connector.permission_groups.as_ref().is_some_and(|groups| {
        groups.value.contains(PermissionGroups::EXCHANGE_USERS)
            && !groups.value.contains(PermissionGroups::ANONYMOUS_USERS)
    });
    let front = connector.role.as_ref().is_some_and(|role| role.value == TransportRole::FrontendTransport);
    connector.is_enabled() && !connector.has_default_name() && basic && users && front
}

fn check(facts: &Facts) -> Verdict {
    let connectors: Vec<&ReceiveConnector> =
        facts.connectors.servers().flat_map(|server| facts.connectors.of(server)).filter(is_meant).collect();
    if connectors.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut servers: BTreeMap<String, (u64, u64, Option<&WaitingQueue>)> = BTreeMap::new();
    for queue in facts.queues.waiting_queues() {
        let Some(server) = queue.server() else { continue };
        let entry = servers.entry(server_key(server)).or_default();
        entry.0 = entry.0.saturating_add(queue.count());
        if queue.is_moving() {
            entry.1 = entry.1.saturating_add(queue.count());
        }
        if entry.2.is_none_or(|known| known.count() < queue.count()) {
            entry.2 = Some(queue);
        }
    }
    let mut order: Vec<_> = servers.values().collect();
    order.order_by_key(|(all, ..)| std::cmp::Reverse(*all));
    let [(most, moving, Some(queue)), (next, ..), ..] = order.as_slice() else { return Verdict::NotApplicable };
    // Mail that is held back by an error has another reason.
    if *most < MANY || *moving < most / 2 {
        return Verdict::NotApplicable;
    }
    if *most < next.saturating_mul(TIMES) {
        return Verdict::RuledOut("The waiting mail is spread over the servers.".to_owned());
    }
    let Some(server) = queue.server() else { return Verdict::NotApplicable };
    // A logon on the connector of any server counts: the front end of each hands the mail on.
    let logons = logons(facts);
    let seen = connectors.iter().find_map(|connector| {
        logons.get(&connector.identity.value.to_lowercase()).map(|span| (*connector, Some(*span)))
    });
    let Some((connector, logon)) = seen.or(connectors.first().map(|connector| (*connector, None))) else {
        return Verdict::NotApplicable;
    };
    Verdict::Found(vec![finding(connector, logon, server, (*most, *next), queue)])
}

/// Sessions with a logon, by connector in small letters.
fn logons(facts: &Facts) -> BTreeMap<String, Span> {
    let mut logons = BTreeMap::new();
    for (key, tally) in facts.transport.counts(Question::SmtpEndpoints) {
        let [kind, own, _] = key.as_slice() else { continue };
        if kind == "receive"
            && tally.marks & Capabilities::LOGGED_ON != 0
            && let Some((_, span)) = tally.examples.first()
        {
            logons.entry(own.to_lowercase()).or_insert(*span);
        }
    }
    logons
}

fn finding(
    connector: &ReceiveConnector,
    logged_on: Option<Span>,
    server: &str,
    (most, next): (u64, u64),
    queue: &WaitingQueue,
) -> Discovery {
    let name = &connector.identity.value;
    let mut found = Discovery::new(if logged_on.is_some() { Confidence::Likely } else { Confidence::Possible });
    if logged_on.is_none() {
        found.severity = Some(Severity::Info);
    }
    let mut places = String::new();
    if let Some(span) = queue.span() {
        places += &found.cite(Proof::new(span, format!("The largest queue of {server}")));
    }
    let mut how = String::new();
    if let Some(auth) = &connector.auth_mechanism {
        how += &found.cite(
            Proof::new(auth.span, format!("{name} lets clients log on")).mark(["BasicAuth", "BasicAuthRequireTLS"]),
        );
    }
    if let Some(span) = logged_on {
        how += &found.cite(Proof::new(span, "A session with a logon on this connector"));
    }
    found.statement = format!(
        "Nearly all waiting mail is on {server}, {} of which most move, against {} on the next server {places}; mail of clients that log on \
         goes to the server of their mailbox {how}.",
        count(most, "message"),
        crate::report::grouped(next)
    );
    found.affects([server.to_owned(), name.clone()]);
    found.effect(format!("Waiting on {server}"), count(most, "message"));
    if logged_on.is_none() {
        found.unknown(format!("Whether clients log on at {name}: its receive log is not in the evidence."));
    }
    found.command(
        "Count where the mail of the connector went.",
        format!("Get-MessageTrackingLog -Server {} -EventId RECEIVE -Start (Get-Date).AddHours(-1) -ResultSize Unlimited | Group-Object ClientHostname,Sender | Sort-Object Count -Descending | Select-Object -First 20 Count,Name", quoted(server)),
    );
    found.step("If one account sends nearly all of it, add <add key=\"ClientProxyPreferMailboxMountedServer\" value=\"false\" /> below <appSettings> in MSExchangeFrontendTransport.exe.config (folder Bin) of each server.");
    found.command("Restart the service on each server.", "Restart-Service MSExchangeFrontEndTransport");
    found.warn("New connections to that server are refused for some seconds.");
    found.verify.push("The numbers of waiting messages of the servers come near to each other.".to_owned());
    found
}
