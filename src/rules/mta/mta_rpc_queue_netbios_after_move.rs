//! Mail that was held while a mailbox moved to another site waits for an RPC connection that cannot be made.

use super::moved::{connectors, moved, same, site_of};
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::model::legacy_queue::{LegacyQueue, LegacyQueueKind};
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count};

declare_rule! {
    /// # Symptoms
    /// On an Exchange 5.5 server that mailboxes were moved away from, a queue of the message transfer agent with the NetBIOS name of the
    /// new server holds messages, while new mail for the same server leaves over the connector. Events 9318 may name that server.
    ///
    /// # Cause
    /// During a move, mail for the mailbox is held. Afterwards the MTA releases it and takes the new server for one of its own site, so it
    /// wants to hand the mail over by RPC. Sites that are joined by X.400 connectors and have different service accounts have no RPC.
    ///
    /// # Resolution
    /// 1. Create a site connector between the two sites, if only for a time, so that the queue drains. Remove it afterwards.
    ///
    /// # More information
    /// Only mail of the time of the move is concerned. Where a site connector exists, this does not happen.
    id: "mta-rpc-queue-netbios-after-move",
    title: "Mail held during a move between sites waits for RPC",
    area: Mta,
    severity: High,
    role: Cause,
    versions: V55..=V2003,
    needs: [LegacyQueues, Directory],
    helps: [Events, Tracking],
    explains: ["mta-9318-rpc-bind-failure"],
    sources: ["https://learn.microsoft.com/archive/blogs/evand/funky-mail-routing-after-cross-site-mailbox-moves"],
    check: check,
}

/// What is known of a queue with the name of a server.
enum State<'a> {
    /// The server is in another site, and no site connector leads there: the two sites.
    Elsewhere(String, String),
    /// A site connector leads there.
    Joined(&'a crate::model::directory::DirectoryObject),
    /// The server is in the own site.
    Own,
    /// The sites are not known.
    Unknown,
}

fn is_internal_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !name.is_empty() && name.len() <= 15 && name.chars().all(word) && !name.eq_ignore_ascii_case("xapi")
}

/// Queues that are looked at; an agent has one per server of its site.
const MOST: usize = 200;

/// Queues of the MTA named after a server.
fn queues(facts: &Facts) -> Vec<&LegacyQueue> {
    let named = |queue: &&LegacyQueue| {
        queue.kind == LegacyQueueKind::Mta && queue.count() > 0 && is_internal_name(&queue.name.value)
    };
    facts.legacy_queues.iter().filter(named).take(MOST).collect()
}

/// The server that holds a queue: named by the list, or the only one whose MTA logged events.
fn holder(facts: &Facts, queue: &LegacyQueue) -> Option<String> {
    let said = queue.server.as_ref().or(queue.source.as_ref()).map(|server| server.value.clone());
    said.or_else(|| {
        let names = facts.events_of("MSExchangeMTA", &[9318, 9322, 9215]).filter_map(|group| group.computer.clone());
        let mut names: Vec<String> = names.collect();
        names.order();
        names.dedup();
        (names.len() == 1).then(|| names.remove(0))
    })
}

fn state<'a>(facts: &'a Facts, queue: &LegacyQueue) -> State<'a> {
    let Some(from) = holder(facts, queue).and_then(|server| site_of(facts, &server)) else { return State::Unknown };
    let Some(to) = site_of(facts, &queue.name.value) else { return State::Unknown };
    if from.eq_ignore_ascii_case(&to) {
        return State::Own;
    }
    // A routing group connector to a server of 5.5 is RPC as well.
    let bridges = |connector: &&crate::model::directory::DirectoryObject| {
        let own = connector
            .distinguished_name
            .as_ref()
            .is_some_and(|name| name.value.to_lowercase().contains(&format!(",cn={},", from.to_lowercase())));
        let target = format!(",cn={},cn=administrative groups,", to.to_lowercase());
        own && connector
            .texts("msExchTargetBridgeheadServersDN")
            .any(|text| text.value.to_lowercase().contains(&target))
    };
    let group = facts.directory.of_class("msExchRoutingGroupConnector").find(bridges);
    match connectors(facts, "siteConnector", &from, &to).first().copied().or(group) {
        Some(connector) => State::Joined(connector),
        None => State::Elsewhere(from, to),
    }
}

fn check(facts: &Facts) -> Verdict {
    let (mut findings, mut excluded, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for queue in queues(facts) {
        match state(facts, queue) {
            State::Elsewhere(from, to) => findings.push(finding(facts, queue, &from, &to)),
            State::Joined(connector) => excluded.push(format!(
                "A connector over RPC leads to the site of {}: {}. A queue with its name is the normal way there.",
                queue.name.value,
                connector.distinguished_name.as_ref().map_or("", |name| &name.value)
            )),
            State::Own => excluded.push(format!(
                "{} is in the own site, where a queue with the name of the server is the normal way.",
                queue.name.value
            )),
            State::Unknown => unknown.push(queue.name.value.clone()),
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if let Some(name) = unknown.first() {
        return Verdict::Undecided(
            format!("Mail waits in a queue named {name}; whether that server is in another site is not in the files."),
            vec![Missing {
                what: "Servers and connectors of the organization, from Active Directory".to_owned(),
                settles: format!("Whether {name} is in another site, and whether a site connector leads there."),
                command: "ldifde -f servers.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=<your forest>\" -r \
                          \"(|(objectClass=msExchExchangeServer)(objectClass=msExchConnector))\""
                    .to_owned(),
            }],
        );
    }
    match excluded.first() {
        Some(why) => Verdict::RuledOut(why.clone()),
        None => Verdict::NotApplicable,
    }
}

fn finding(facts: &Facts, queue: &LegacyQueue, from: &str, to: &str) -> Discovery {
    let name = queue.name.value.clone();
    let moves: Vec<_> = moved(facts)
        .into_iter()
        .filter(|one| {
            one.server.as_deref().is_some_and(|server| same(server, &name)) && one.from.eq_ignore_ascii_case(from)
        })
        .collect();
    let bind = crate::rules::searching::hits(facts, "MSExchangeMTA", &[9318, 9322]);
    let refused =
        bind.iter().find(|hit| super::mta_9318_rpc_bind_failure::peer(hit).is_some_and(|(peer, _)| same(&peer, &name)));
    let certain = refused.is_some() && !moves.is_empty();
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let place = found.cite(
        Proof::new(queue.span, format!("The queue {}", queue.label()))
            .mark([name.clone()])
            .why("A queue with the NetBIOS name of a server is for RPC, which only servers of one site use."),
    );
    let server = facts.directory.server(&name).map_or_else(String::new, |object| {
        let dn = object.distinguished_name.as_ref().map(|dn| dn.value.clone()).unwrap_or_default();
        found.cite(Proof::new(object.span, format!("{name} is in the site {to}")).mark([dn]))
    });
    let number = count(queue.count(), "message");
    found.statement = format!(
        "{number} in the queue {name} {place} {} for an RPC connection to a server of another site, {to} {server}, which the site {from} does \
         not have.",
        if queue.count() == 1 { "waits" } else { "wait" }
    );
    found.accounts_for_legacy(queue, queue.count(), format!("Queue {}: held during a move", queue.label()));
    found.affects([name.clone()]);
    if let Some(hit) = refused {
        let place = hit.cite(&mut found, &[&name], "The message transfer agent tries RPC and fails.");
        found.held(format!("The message transfer agent cannot bind to {name} {place}."));
    }
    for one in moves.iter().take(2) {
        let at = one.object.text("legacyExchangeDN").map_or(one.object.span, |text| text.span);
        let place = found.cite(Proof::new(at, format!("{} was in {} and is in {}", one.name, one.from, one.to)));
        found.held(format!("Mailboxes were moved from {from} to {to}: {} {place}.", one.name));
    }
    if moves.is_empty() {
        found.unknown("Whether mailboxes were moved between these sites: no account in the files shows it.");
    }
    for connector in connectors(facts, "x400Link", from, to).iter().take(1) {
        let place = found.cite(Proof::new(connector.span, "The connector between the sites"));
        found.held(format!("The sites are joined by an X.400 connector, which carries new mail {place}."));
    }
    found.held("No site connector between the two sites is in the files.");
    found.step(format!(
        "In Exchange Administrator of a 5.5 server, below the site {from}, Connections, New Other, Site Connector: create a site connector from \
         {from} to {to}, and let it create the one back. The servers need RPC between each other for this time, and each side the account of the \
         other (Override page)."
    ));
    found.warn("New mail may take the site connector as well while it exists; give it a high cost.");
    found.step(format!("Wait until the queue {name} is empty, then remove the site connector on both sides."));
    found.step(
        "If RPC is not to be had at all: once the directory knows the new home of the mailboxes, rebuild the routing table on the server (MTA, \
         Recalculate Routing) and restart the MTA, which routes what it holds anew.",
    );
    found.warn("Save the folder mtadata before, with the MTA stopped.");
    found.verify.push(format!("The queue {name} is empty, and tracking shows the messages delivered on {name}."));
    if refused.is_none() {
        found.missing.push(Missing {
            what: "The application log of the server that holds the queue".to_owned(),
            settles: format!("Whether the message transfer agent fails to reach {name} (event 9318)."),
            command: "Event Viewer, Application, Save Log File As application.evt".to_owned(),
        });
    }
    found
}
