//! A receive connector of the back end listens on port 25, which belongs to the front end of the same server.

use std::net::IpAddr;

use crate::facts::Facts;
use crate::model::receive_connector::{ReceiveConnector, TransportRole};
use crate::model::server::server_key;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};
use crate::rules::searching::{Hit, effects, hits, note_past, settle_past};

declare_rule! {
    /// # Symptoms
    /// The Front End Transport service stops and does not start, or the Transport service does not; event 1019 (`Failed to start listening
    /// (Error: 10048)`) and 1018 (`The address is already in use`) name the binding 0.0.0.0:25.
    ///
    /// # Cause
    /// A receive connector with the role HubTransport is bound to port 25 on a server that runs the front end as well. Both services want the
    /// port, and whichever starts first gets it.
    ///
    /// # Resolution
    /// 1. Give the connector the role FrontendTransport, or another port.
    /// 2. Start both services.
    ///
    /// # More information
    /// New-ReceiveConnector without -TransportRole makes a connector of the role HubTransport. It can work for months, until the next restart.
    id: "port25-conflict-hub-vs-frontend",
    title: "A receive connector of the back end takes port 25 from the front end",
    area: Service,
    severity: Critical,
    role: Cause,
    versions: V2013..=Se,
    needs: [ReceiveConnectors],
    helps: [Events, Health],
    explains: ["transport-service-not-running", "connect-refused-10061", "connect-timeout-10060", "event-transport-1001", "event-transport-service-1046"],
    sources: [
        "https://learn.microsoft.com/exchange/troubleshoot/mailflow/front-end-microsoft-exchange-transport-service-stops",
    ],
    check: check,
}

fn overlap(a: IpAddr, b: IpAddr) -> bool {
    a == b || (a.is_ipv4() == b.is_ipv4() && (a.is_unspecified() || b.is_unspecified()))
}

/// The local addresses on which a connector listens on port 25.
fn on_25(connector: &ReceiveConnector) -> impl Iterator<Item = IpAddr> + '_ {
    let items = connector.bindings.iter().flat_map(|bindings| &bindings.value.items);
    items.filter(|binding| binding.port == 25).map(|binding| binding.address)
}

fn has_role(connector: &ReceiveConnector, role: TransportRole) -> bool {
    connector.is_enabled() && connector.role.as_ref().is_some_and(|own| own.value == role)
}

/// Pairs of connectors of one server that want the same port.
fn conflicts(facts: &Facts) -> Vec<(String, &ReceiveConnector, &ReceiveConnector)> {
    let mut all = Vec::new();
    for server in facts.connectors.servers() {
        let own = facts.connectors.of(server);
        let fronts: Vec<&ReceiveConnector> =
            own.iter().filter(|c| has_role(c, TransportRole::FrontendTransport)).take(64).collect();
        for hub in own.iter().filter(|c| has_role(c, TransportRole::HubTransport)) {
            let clash = |front: &&&ReceiveConnector| on_25(hub).any(|a| on_25(front).any(|b| overlap(a, b)));
            if let Some(front) = fronts.iter().find(clash) {
                all.push((server.to_owned(), hub, *front));
            }
        }
    }
    all
}

/// Events of a port that is taken. Port 25 must be named where the event names one.
fn taken(facts: &Facts) -> Vec<Hit<'_>> {
    let sources = ["MSExchangeTransport", "MSExchangeFrontEndTransport"];
    let all = sources.into_iter().flat_map(|source| hits(facts, source, &[1001, 1018, 1019]));
    all.filter(|hit| {
        let says = |text: &str| hit.text.contains(text) || hit.variant.event.says(text);
        let is_taken = says("10048") || says("already in use") || hit.group.id == 1001 && says("in use");
        let ports = ports(hit.text);
        is_taken && (ports.is_empty() || ports.contains(&25))
    })
    .collect()
}

/// The ports that a text names after an address: `0.0.0.0:25`.
fn ports(text: &str) -> Vec<u16> {
    let after = text.split(':').skip(1);
    let digits = after.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    digits.filter_map(|port| port.parse().ok()).collect()
}

fn check(facts: &Facts) -> Verdict {
    let pairs = conflicts(facts);
    let events = taken(facts);
    let mut findings = Vec::new();
    for (server, hub, front) in &pairs {
        let own: Vec<&Hit<'_>> = events
            .iter()
            .filter(|hit| {
                hit.group.computer.as_deref().is_none_or(|computer| server_key(computer) == server_key(server))
            })
            .collect();
        findings.push(finding(facts, server, hub, front, &own));
    }
    let open: Vec<&Hit<'_>> = events
        .iter()
        .filter(|hit| {
            let computer = hit.group.computer.as_deref().unwrap_or("");
            facts.connectors.of(computer).is_empty()
                && !pairs.iter().any(|(server, ..)| server_key(server) == server_key(computer))
        })
        .collect();
    if findings.is_empty() && !open.is_empty() {
        findings.push(of_events(facts, &open));
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if !events.is_empty() {
        return Verdict::RuledOut(
            "Port 25 was taken, but no connector of the back end is bound to it beside one of the front end; look for another program that listens on it.".to_owned(),
        );
    }
    Verdict::NotApplicable
}

fn finding(
    facts: &Facts,
    server: &str,
    hub: &ReceiveConnector,
    front: &ReceiveConnector,
    events: &[&Hit<'_>],
) -> Discovery {
    let seen = !events.is_empty();
    let mut found = Discovery::new(if seen { Confidence::Confirmed } else { Confidence::Likely });
    let mut places = String::new();
    for connector in [hub, front] {
        let role = connector.role.as_ref().map_or_else(String::new, |role| role.value.to_string());
        let note = format!("Receive connector {} ({role})", connector.identity.value);
        places += &found.cite(Proof::new(connector.span, note).mark([role.as_str(), ":25"]));
    }
    let name = &hub.identity.value;
    if seen {
        let mut shown = String::new();
        for hit in events.iter().take(3) {
            shown += &hit.cite(
                &mut found,
                &["10048", "already in use", "0.0.0.0:25"],
                "The port was taken when the service started.",
            );
        }
        found.statement = format!(
            "Two services of {server} want port 25, so one of them does not start {shown}: receive connector {name} belongs to the back end and is bound to port 25 like {} {places}.",
            front.name()
        );
        effects(&mut found, events);
        if note_past(facts, &mut found, events) {
            // The settings are still there, and the next start may fail.
            found.severity = Some(Severity::Medium);
        }
    } else {
        found.severity = Some(Severity::Medium);
        found.statement = format!(
            "Two services of {server} want port 25, so at the next restart one of them may not start: receive connector {name} belongs to the back end and is bound to port 25 like {} {places}.",
            front.name()
        );
        found.unknown("Whether a service is down already: no event of a taken port is in the evidence.");
    }
    found.affects([server.to_owned(), name.clone()]);
    found.command("Look at the connector first: note its addresses and permissions.", format!("Get-ReceiveConnector {} | Format-List Name,TransportRole,Bindings,RemoteIPRanges,PermissionGroups,AuthMechanism", quoted(name)));
    found.command(
        "Give it to the front end, where port 25 belongs.",
        format!("Set-ReceiveConnector {} -TransportRole FrontendTransport", quoted(name)),
    );
    found.warn("Clients of this connector talk to the front end afterwards; it hands their mail on. Restart the services at a quiet hour.");
    found.command(
        "Start both services, and check that both run.",
        format!(
            "Get-Service MSExchangeTransport,MSExchangeFrontEndTransport -ComputerName {0} | Restart-Service; Get-Service MSExchangeTransport,MSExchangeFrontEndTransport -ComputerName {0}",
            quoted(server)
        ),
    );
    found.verify.push("Both services run, and no event 1018 or 1019 comes at the next start.".to_owned());
    found
}

fn of_events(facts: &Facts, events: &[&Hit<'_>]) -> Discovery {
    let mut found = Discovery::new(Confidence::Possible);
    found.severity = Some(Severity::High);
    let servers = crate::rules::searching::computers(events);
    let mut places = String::new();
    for hit in events.iter().take(3) {
        places += &hit.cite(
            &mut found,
            &["10048", "already in use", "0.0.0.0:25"],
            "The port was taken when the service started.",
        );
    }
    let name = if servers.is_empty() { "a server".to_owned() } else { listed(&servers, 3) };
    found.statement = format!(
        "A transport service of {name} cannot listen on port 25, because something else has it {places}; mostly a receive connector of the back end."
    );
    effects(&mut found, events);
    settle_past(facts, &mut found, events);
    let server = servers.first().map_or_else(|| "<server>".to_owned(), |name| quoted(name));
    found.command(
        "Look for a connector of the role HubTransport that is bound to port 25.",
        format!("Get-ReceiveConnector -Server {server} | Where-Object {{ \"$($_.Bindings)\" -match ':25( |$)' }} | Format-Table Identity,TransportRole,Bindings -AutoSize"),
    );
    found.command("Else see which program has the port, on the server itself.", "netstat -ano | findstr \":25 \"");
    found.missing.push(Missing {
        what: "The receive connectors of the server".to_owned(),
        settles: "Which connector takes the port, or that it is another program.".to_owned(),
        command: format!("Get-ReceiveConnector -Server {server} | Export-Clixml receive-connectors.xml"),
    });
    found.verify.push("Both transport services run, and no event 1018 or 1019 comes at the next start.".to_owned());
    found
}
