//! A smart host is set at an SMTP virtual server of Exchange 2000 or 2003.

use crate::facts::Facts;
use crate::facts::directory::{is_deleted, name_of, server_in};
use crate::facts::transport::Question;
use crate::model::directory::DirectoryObject;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed};

declare_rule! {
    /// # Symptoms
    /// Mail leaves the organization over another gateway than the connectors say, or waits for a host that nobody expected.
    ///
    /// # Cause
    /// The virtual server itself has a smart host (Delivery, Advanced). It takes all mail for remote domains that no connector with settings of
    /// its own takes.
    ///
    /// # Resolution
    /// 1. Create an SMTP connector with this smart host and the domains it is meant for.
    /// 2. Remove the smart host of the virtual server.
    ///
    /// # More information
    /// A smart host at a connector is the way Microsoft recommends: it serves chosen domains and can have several source servers.
    id: "smtpvs-smarthost-bypasses-connectors",
    title: "A smart host is set at an SMTP virtual server",
    area: Routing,
    severity: Medium,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Directory],
    helps: [ProtocolLogs],
    explains: [],
    sources: [
        "https://technet.microsoft.com/en-us/library/aa997387(v=exchg.80).aspx",
        "https://unifiedpeople.ru/extra.en/html/8e853999-f072-466f-bd72-923c6d7447a6.htm",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all: Vec<&DirectoryObject> =
        facts.directory.of_class("protocolCfgSMTPServer").filter(|object| !is_deleted(object)).collect();
    let set = |object: &&&DirectoryObject| {
        object.text("msExchSmtpSmartHost").is_some_and(|host| !host.value.trim().is_empty())
    };
    let mut seen = std::collections::BTreeSet::new();
    let findings: Vec<Discovery> = all
        .iter()
        .filter(set)
        .filter(|object| name_of(object).is_some_and(|name| seen.insert(name.key())))
        .map(|object| finding(facts, object))
        .collect();
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if !all.is_empty() && all.iter().all(|object| crate::facts::directory::Directory::shows_all(object)) {
        return Verdict::RuledOut(format!(
            "No smart host is set at {}.",
            count(all.len() as u64, "SMTP virtual server")
        ));
    }
    Verdict::NotApplicable
}

fn finding(facts: &Facts, object: &DirectoryObject) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let host = object.text("msExchSmtpSmartHost").map_or_else(String::new, |host| host.value.trim().to_owned());
    let span = object.text("msExchSmtpSmartHost").map_or(object.span, |host| host.span);
    let server = name_of(object).as_ref().and_then(server_in).unwrap_or_else(|| "a server".to_owned());
    let title = ["displayName", "adminDisplayName", "cn"].iter().find_map(|name| object.text(name));
    let title = title.map_or_else(|| "SMTP virtual server".to_owned(), |title| title.value.to_owned());
    let place = found.cite(
        Proof::new(span, format!("The smart host of {title} on {server}"))
            .mark(["msExchSmtpSmartHost"])
            .why("It stands at the virtual server, not at a connector."),
    );
    let mut used = String::new();
    let address = host.trim_matches(['[', ']']);
    for (key, tally) in facts.transport.counts(Question::W3cCommands) {
        let [direction, remote, ..] = key.as_slice() else { continue };
        if direction.starts_with("OutboundConnection")
            && remote == address
            && used.is_empty()
            && let Some((_, span)) = tally.examples.first()
        {
            used = format!(
                ", as the log shows {}",
                found.cite(Proof::new(*span, "A session with the smart host").mark([address]))
            );
        }
    }
    let takes = if used.is_empty() { "can take" } else { "takes" };
    found.statement = format!(
        "The SMTP virtual server of {server} has a smart host of its own {place}, which {takes} mail to other organizations past the \
         connectors{used}: {host}."
    );
    found.affects([server.clone(), host.clone()]);
    let connectors = facts.directory.of_class("msExchRoutingSMTPConnector").filter(|object| !is_deleted(object));
    let names: Vec<String> = connectors.filter_map(|c| Some(name_of(c)?.name().to_owned())).collect();
    if names.is_empty() {
        found.unknown("Whether SMTP connectors are there that the mail should use: the export shows none.");
    } else {
        found.effect("SMTP connectors of the organization, which the mail may not use", listed(&names, 4));
    }
    found.step("Note which domains the smart host is needed for, and whether mail to own servers in other routing groups leaves through this virtual server.");
    found.step(format!(
        "In System Manager create an SMTP connector: Connectors, New, SMTP Connector; \"Forward all mail through this connector to the following smart hosts\": {host}; local bridgehead {server}; on Address Space the domains, * for all."
    ));
    found.step(format!(
        "In System Manager open Servers, {server}, Protocols, SMTP, {title}, Properties, Delivery, Advanced, and empty the field Smart host."
    ));
    found.warn("Mail takes another way at once: create the connector first.");
    found.command(
        "Restart the service, so that waiting mail takes the new way.",
        "net stop smtpsvc && net start smtpsvc",
    );
    found.warn("Mail through the server pauses for about a minute.");
    found.verify.push("Mail to other organizations leaves through the queue of the connector.".to_owned());
    found
}
