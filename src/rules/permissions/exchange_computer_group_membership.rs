//! A server is not a member of the groups that give it its rights.

use crate::base::distinguished_name::DistinguishedName;
use crate::facts::Facts;
use crate::facts::directory::{is_deleted, name_of};
use crate::model::directory::DirectoryObject;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// A server behaves as if it had no rights: its store driver may not log on to databases, its queues show refused logons.
    ///
    /// # Cause
    /// The computer account of the server is not a member of Exchange Servers (or of Exchange Trusted Subsystem): it was restored, joined the
    /// domain anew, or was removed from the groups.
    ///
    /// # Resolution
    /// 1. Add the computer account to the groups.
    /// 2. Restart the server, because it has to log on again.
    ///
    /// # More information
    /// Membership counts from the next logon of the computer; purging its Kerberos tickets may be enough.
    id: "exchange-computer-group-membership",
    title: "A server is not a member of Exchange Servers",
    area: Permissions,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [Directory],
    helps: [Queues],
    explains: ["storedrv-mailbox-logon-failure", "mailsubmission-1009-no-hub", "trace-mapi-logon-failed-1010"],
    sources: ["https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/ExchangeComputerMembership/"],
    check: check,
}

/// The groups of a computer by name; `None` when the dump does not show them.
fn groups(facts: &Facts, computer: &DirectoryObject) -> Option<Vec<String>> {
    let name = |text: &str| DistinguishedName::parse(text).map(|name| name.name().to_owned());
    let own = computer.get("memberOf").filter(|attribute| attribute.complete);
    if own.is_some() {
        return Some(computer.texts("memberOf").filter_map(|text| name(text.value)).collect());
    }
    // The groups themselves, when the dump shows their members.
    let key = name_of(computer)?.key();
    let exchange: Vec<&DirectoryObject> = facts
        .directory
        .of_class("group")
        .filter(|group| name_of(group).is_some_and(|name| name.name().eq_ignore_ascii_case("Exchange Servers")))
        .filter(|group| group.get("member").is_some_and(|member| member.complete))
        .collect();
    if exchange.is_empty() {
        return None;
    }
    let is_member = |group: &&&DirectoryObject| {
        group.texts("member").any(|text| DistinguishedName::parse(text.value).is_some_and(|name| name.key() == key))
    };
    Some(exchange.iter().filter(is_member).filter_map(|group| Some(name_of(group)?.name().to_owned())).collect())
}

fn check(facts: &Facts) -> Verdict {
    let (mut findings, mut members) = (Vec::new(), Vec::new());
    for computer in facts.directory.of_class("computer").filter(|object| !is_deleted(object)) {
        let Some(name) = name_of(computer).map(|name| name.name().to_owned()) else { continue };
        // Only computers that are Exchange servers of 2007 or later for certain.
        let Some(server) = facts.directory.server(&name) else { continue };
        let version = server.text("serialNumber").map_or("", |text| text.value);
        if !["Version 8.", "Version 14.", "Version 15."].iter().any(|known| version.starts_with(known)) {
            continue;
        }
        let Some(groups) = groups(facts, computer) else { continue };
        if groups.iter().any(|group| group.eq_ignore_ascii_case("Exchange Servers")) {
            members.push(name);
            continue;
        }
        let mut found = Discovery::new(Confidence::Confirmed);
        let searched = if groups.is_empty() {
            format!("Searched: the groups of {name}. There is none beside the primary group.")
        } else {
            format!("Searched: the groups of {name}: {}. Exchange Servers is not among them.", groups.join(", "))
        };
        let place = found.cite(Proof::new(computer.span, format!("The computer account of {name}")).absent(searched));
        found.statement = format!(
            "The computer account of {name} is not a member of Exchange Servers {place}, so it has none of the rights of Exchange."
        );
        found.affects([name.clone()]);
        let suffers = facts.queues.waiting_queues().any(|queue| !queue.is_moving() && queue.may_hold_mail());
        if !suffers {
            found.severity = Some(Severity::Medium);
        }
        found.command(
            "Add it to the group.",
            format!("Add-ADGroupMember -Identity \"Exchange Servers\" -Members {}; Add-ADGroupMember -Identity \"Exchange Trusted Subsystem\" -Members {}", quoted(&format!("{name}$")), quoted(&format!("{name}$"))),
        );
        found.command(
            "Restart the server, so that it logs on with the new groups.",
            format!("Restart-Computer -ComputerName {}", quoted(&name)),
        );
        found.warn("Mail and mailboxes of the server are not available meanwhile.");
        found.verify.push(format!("On {name}, run as Local System, \"whoami /groups\" lists Exchange Servers."));
        findings.push(found);
    }
    match (findings.is_empty(), members.is_empty()) {
        (false, _) => Verdict::Found(findings),
        (true, false) => Verdict::RuledOut(format!("Members of Exchange Servers: {}.", listed(&members, 4))),
        (true, true) => Verdict::NotApplicable,
    }
}
