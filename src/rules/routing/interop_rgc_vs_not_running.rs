//! A routing group connector between old and new servers is bound to an SMTP virtual server that does not carry mail.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::distinguished_name::DistinguishedName;
use crate::base::gather::Gather as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::directory::{is_deleted, is_deleted_name, name_of, server_in};
use crate::model::directory::DirectoryObject;
use crate::model::queue::DeliveryType;
use crate::model::server::server_key;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Mail between Exchange 2007 or 2010 and older servers waits, often in one direction only. The older server answers on port 25, and mail
    /// through its other connectors flows. Typical for clusters.
    ///
    /// # Cause
    /// The connector names an SMTP virtual server of the older bridgehead that does not run. Setup takes the default one, and on a cluster, or
    /// on a server with a second instance, mail runs over another.
    ///
    /// # Resolution
    /// 1. Create new connectors between servers whose virtual server runs, and remove the old ones; or start the virtual server.
    ///
    /// # More information
    /// The directory does not say whether a virtual server runs; System Manager shows a red mark, the metabase ServerState 4. What the
    /// directory says is whether it starts by itself.
    id: "interop-rgc-vs-not-running",
    title: "The connector to the older servers ends at a virtual server that does not run",
    area: Routing,
    severity: Critical,
    role: Cause,
    versions: V2003..=V2010,
    needs: [Directory],
    helps: [Queues, LegacyQueues],
    explains: ["one-way-failure-2007-to-legacy", "connect-timeout-10060"],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/aa998574(v=exchg.80)"],
    check: check,
}

/// A virtual server that a connector names.
struct End<'a> {
    connector: &'a DirectoryObject,
    /// Where the connector names it.
    place: Span,
    /// The server.
    server: String,
    /// Whether mail leaves the routing group of the connector from it.
    is_source: bool,
    link: String,
}

/// The attributes that name virtual servers.
const ENDS: [(&str, bool); 2] = [("msExchSourceBridgeheadServersDN", true), ("msExchTargetBridgeheadServersDN", false)];

fn check(facts: &Facts) -> Verdict {
    // Without a newer server there is no such connector to be wrong.
    let is_new = |object: &&DirectoryObject| {
        object.distinguished_name.as_ref().is_some_and(|name| name.value.contains("DWBGZMFD01QNBJR"))
    };
    if !facts.directory.of_class("msExchRoutingGroup").any(|group| is_new(&group)) {
        return Verdict::NotApplicable;
    }
    let ends = ends(facts);
    if ends.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut bad: BTreeMap<String, (Vec<&End<'_>>, &'static str, Span)> = BTreeMap::new();
    let mut unknown = Vec::new();
    for end in &ends {
        match fault(facts, end) {
            Some((why, place)) => {
                bad.entry(end.link.to_lowercase()).or_insert_with(|| (Vec::new(), why, place)).0.push(end)
            }
            None if facts.directory.object(&end.link).is_none_or(|own| own.get("msExchServerAutoStart").is_none()) => {
                unknown.push(end.server.clone());
            }
            None => {}
        }
    }
    if !bad.is_empty() {
        return Verdict::Found(bad.values().map(|(ends, why, place)| finding(facts, ends, why, *place)).collect());
    }
    if !unknown.is_empty() {
        return Verdict::NotApplicable;
    }
    Verdict::RuledOut("The virtual servers that the routing group connectors name start by themselves, and nothing shows that mail runs over another.".to_owned())
}

/// The virtual servers of older servers that routing group connectors name.
fn ends(facts: &Facts) -> Vec<End<'_>> {
    let mut ends = Vec::new();
    for connector in facts.directory.of_class("msExchRoutingGroupConnector").filter(|object| !is_deleted(object)) {
        for (attribute, is_source) in ENDS {
            for link in connector.texts(attribute).filter(|link| !is_deleted_name(link.value)).take(64) {
                let Some(name) = DistinguishedName::parse(link.value) else { continue };
                let Some(server) = server_in(&name).filter(|_| name.level_of("SMTP") == Some(1)) else { continue };
                let version = facts.directory.server(&server).and_then(|server| server.text("serialNumber"));
                if version.is_none_or(|version| version.value.contains("Version 6.")) {
                    ends.push(End { connector, place: link.span, server, is_source, link: link.value.to_owned() });
                }
            }
        }
    }
    ends
}

/// Why a virtual server does not seem to carry mail, and where that shows.
fn fault(facts: &Facts, end: &End<'_>) -> Option<(&'static str, Span)> {
    let object = facts.directory.object(&end.link)?;
    let starts = object.text("msExchServerAutoStart");
    if let Some(starts) = starts.filter(|starts| starts.value.eq_ignore_ascii_case("false") || starts.value == "0") {
        return Some(("does not start by itself", starts.span));
    }
    // The queues of the server name the virtual servers that carry them.
    let own = titles(object);
    let mut others: BTreeSet<String> = BTreeSet::new();
    let mut elsewhere: BTreeSet<String> = BTreeSet::new();
    for other in facts.directory.of_class("protocolCfgSMTPServer").filter(|other| !is_deleted(other)) {
        let server = name_of(other).as_ref().and_then(server_in);
        let here = server.is_some_and(|server| server_key(&server) == server_key(&end.server));
        if here { &mut others } else { &mut elsewhere }.extend(titles(other));
    }
    // A list of System Manager does not name its server; a virtual server that only this one has tells it.
    let queues = facts.legacy_queues.iter().filter(|queue| match &queue.server {
        Some(server) => server_key(&server.value) == server_key(&end.server),
        None => queue.source.as_ref().is_some_and(|source| !elsewhere.contains(&source.value.to_lowercase())),
    });
    let queues: Vec<(String, Span)> =
        queues.filter_map(|queue| Some((queue.source.as_ref()?.value.to_lowercase(), queue.span))).collect();
    let is_own = queues.iter().any(|(source, _)| own.contains(source));
    let other = queues.iter().find(|(source, _)| others.contains(source) && !own.contains(source));
    other.filter(|_| !is_own && !own.is_empty()).map(|(_, span)| ("does not carry the queues of its server", *span))
}

/// The names under which System Manager shows a virtual server.
fn titles(object: &DirectoryObject) -> BTreeSet<String> {
    let names = ["adminDisplayName", "displayName"].into_iter().filter_map(|name| object.text(name));
    names.map(|name| name.value.to_lowercase()).gather()
}

fn finding(facts: &Facts, ends: &[&End<'_>], why: &str, place: Span) -> Discovery {
    let mut found = Discovery::new(Confidence::Likely);
    let Some(first) = ends.first() else { return found };
    let object = facts.directory.object(&first.link);
    let title = object.and_then(|object| object.text("adminDisplayName").or_else(|| object.text("displayName")));
    let title = title.map_or("the virtual server", |title| title.value).to_owned();
    let mut places = String::new();
    for end in ends.iter().take(2) {
        let name = name_of(end.connector).map_or_else(|| "a connector".to_owned(), |name| name.name().to_owned());
        let side = if end.is_source { "starts" } else { "ends" };
        places += &found.cite(
            Proof::new(end.place, format!("{name} {side} at a virtual server of {}", end.server)).mark(["CN=SMTP"]),
        );
    }
    let shown = found.cite(Proof::new(place, format!("{title} {why}")).mark(["msExchServerAutoStart"]));
    let names: BTreeSet<String> =
        ends.iter().filter_map(|end| Some(name_of(end.connector)?.name().to_owned())).gather();
    let names: Vec<String> = names.into_iter().collect();
    // Mail that waits for the way over these connectors.
    let (mut total, mut stuck) = (0, String::new());
    for queue in facts.queues.waiting_queues().filter(|queue| !queue.is_moving() && queue.may_hold_mail()) {
        let kind = queue.queue.as_ref().and_then(|queue| queue.delivery_type.as_ref()).map(|kind| kind.value);
        if kind == Some(DeliveryType::SmtpRelayToTiRg) && ends.iter().any(|end| !end.is_source) {
            total += queue.count();
            if let Some(span) = queue.span().filter(|_| stuck.is_empty()) {
                stuck = found.cite(Proof::new(span, format!("The queue {}", queue.label())));
            }
            found.accounts_for(queue, queue.count(), format!("Queue {}: toward the older servers", queue.label()));
        }
    }
    for queue in facts.legacy_queues.iter().filter(|queue| queue.count() > 0 && !queue.is_moving()) {
        let is_own = names.iter().any(|name| queue.name.value.to_lowercase().contains(&name.to_lowercase()));
        if is_own && ends.iter().any(|end| end.is_source) {
            total += queue.count();
            if stuck.is_empty() {
                stuck = found.cite(Proof::new(queue.span, format!("The queue {}", queue.label())));
            }
            found.accounts_for_legacy(
                queue,
                queue.count(),
                format!("Queue {}: toward the newer servers", queue.label()),
            );
        }
    }
    let mail =
        if total == 0 { String::new() } else { format!(", and {} for this way wait {stuck}", count(total, "message")) };
    found.statement = format!(
        "The connector between old and new servers is bound to a virtual server of {} {places} that {why} {shown}{mail}: {title}.",
        first.server
    );
    found.affects([first.server.clone(), title.clone()]);
    found.affects(names.iter().cloned());
    found.unknown(format!("Whether {title} runs at this moment: look at its symbol in System Manager, or at ServerState in the metabase (2 runs, 4 stopped)."));
    found.command("See which virtual servers run.", "cscript %SystemDrive%\\Inetpub\\AdminScripts\\adsutil.vbs enum_all SMTPSVC | findstr /i \"ServerState ServerBindings\"");
    found.step(format!(
        "If {title} should run, start it: System Manager, {}, Protocols, SMTP, {title}, Start. Otherwise bind the connectors to another one as follows.",
        first.server
    ));
    // The newer server that the connector names at its other end.
    let hub = ends.iter().find_map(|end| {
        let links = ENDS.iter().flat_map(|(attribute, _)| end.connector.texts(attribute));
        links
            .filter_map(|link| server_in(&DistinguishedName::parse(link.value)?))
            .find(|server| server_key(server) != server_key(&first.server))
    });
    let hub = hub.map_or_else(|| "<hub server>".to_owned(), |server| quoted(&server));
    found.command(
        "Create connectors in both directions between servers whose virtual server runs.",
        format!("New-RoutingGroupConnector -Name 'Interop RGC 2' -SourceTransportServers {hub} -TargetTransportServers '<2003 bridgehead>' -Cost 100 -Bidirectional $true"),
    );
    let removals: Vec<String> =
        names.iter().map(|name| format!("Remove-RoutingGroupConnector {}", quoted(name))).collect();
    found.command(
        format!("When mail flows over the new ones, remove the old: {}.", listed(&names, 3)),
        format!("Get-RoutingGroupConnector; {}", removals.join("; ")),
    );
    found.warn("Without a connector in a direction all mail in that direction waits.");
    found.verify.push("The queue toward the other routing group drains.".to_owned());
    found
}
