//! A server is not a member of the groups that give it its rights.

use std::collections::BTreeSet;

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
    explains: ["storedrv-mailbox-logon-failure", "mailsubmission-1009-no-hub", "trace-mapi-logon-failed-1010", "event-sa-9186", "event-sa-9187"],
    sources: ["https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/ExchangeComputerMembership/"],
    check: check,
}

/// What the dump says about the membership of a computer.
enum Membership {
    /// A member.
    Yes,
    /// Not a member: the group shows all its members.
    No(String),
    /// Not among the groups that the account shows. A domain controller shows only those of its own domain.
    NotShown(String),
    /// Nothing.
    Unknown,
}

fn is_exchange_servers(name: &str) -> bool {
    name.eq_ignore_ascii_case("Exchange Servers")
}

/// The groups Exchange Servers of the files, with their members.
struct Groups {
    /// The domain components of each.
    forests: Vec<String>,
    /// Keys of the names of all members, and their own names in lower case.
    members: BTreeSet<String>,
    /// Whether a group shows all of its members.
    whole: bool,
}

fn forest(key: &str) -> String {
    key.find("dc=").and_then(|at| key.get(at..)).unwrap_or("").to_owned()
}

fn groups(facts: &Facts) -> Groups {
    let mut groups = Groups { forests: Vec::new(), members: BTreeSet::new(), whole: false };
    for group in facts.directory.of_class("group").filter(|object| !is_deleted(object)) {
        let Some(name) = name_of(group).filter(|name| is_exchange_servers(name.name())) else { continue };
        groups.forests.push(forest(&name.key()));
        groups.whole |= group.get("member").is_some_and(|member| member.complete);
        for member in group.texts("member").filter_map(|text| DistinguishedName::parse(text.value)) {
            // An account that was moved between two dumps is still the same one.
            groups.members.insert(member.name().to_lowercase());
            groups.members.insert(member.key());
        }
    }
    groups
}

fn membership(exchange: &Groups, computer: &DirectoryObject, server: &DirectoryObject) -> Membership {
    let Some(own) = name_of(computer) else { return Membership::Unknown };
    // The group is in the root domain of the forest, which the configuration is named after.
    let own_forest = name_of(server).map(|name| forest(&name.key())).unwrap_or_default();
    let other_forest = !exchange.forests.is_empty() && !exchange.forests.contains(&own_forest);
    let named: Vec<String> = computer
        .texts("memberOf")
        .filter_map(|text| DistinguishedName::parse(text.value).map(|name| name.name().to_owned()))
        .collect();
    let listed = exchange.members.contains(&own.key()) || exchange.members.contains(&own.name().to_lowercase());
    if listed || named.iter().any(|name| is_exchange_servers(name)) {
        return Membership::Yes;
    }
    // Setup puts Exchange Install Domain Servers of each domain into Exchange Servers.
    if named.iter().any(|name| name.eq_ignore_ascii_case("Exchange Install Domain Servers")) {
        return Membership::Yes;
    }
    let whole = exchange.whole && !other_forest;
    let groups = if named.is_empty() { String::new() } else { format!(" Its groups: {}.", named.join(", ")) };
    match (whole, computer.get("memberOf").is_some_and(|attribute| attribute.complete)) {
        (true, _) => {
            Membership::No(format!("Searched: the members of Exchange Servers. The account is not among them.{groups}"))
        }
        (false, true) => Membership::NotShown(format!(
            "Searched: the groups of the account. Exchange Servers is not among them.{groups}"
        )),
        (false, false) => Membership::Unknown,
    }
}

fn check(facts: &Facts) -> Verdict {
    let exchange = groups(facts);
    let (mut findings, mut members) = (Vec::new(), Vec::new());
    for computer in facts.directory.of_class("computer").filter(|object| !is_deleted(object)) {
        let Some(name) = name_of(computer).map(|name| name.name().to_owned()) else { continue };
        // Only computers that are Exchange servers of 2007 or later for certain.
        let Some(server) = facts.directory.server(&name) else { continue };
        let version = server.text("serialNumber").map_or("", |text| text.value);
        if !["Version 8.", "Version 14.", "Version 15."].iter().any(|known| version.starts_with(known)) {
            continue;
        }
        // Edge servers belong to no domain group; bit 64 of the roles.
        let roles = server.text("msExchCurrentServerRoles").and_then(|text| text.value.trim().parse::<u32>().ok());
        if roles.is_some_and(|roles| roles & 64 != 0) {
            continue;
        }
        let (searched, certain) = match membership(&exchange, computer, server) {
            Membership::Yes => {
                members.push(name);
                continue;
            }
            Membership::Unknown => continue,
            Membership::No(searched) => (searched, true),
            Membership::NotShown(searched) => (searched, false),
        };
        let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
        let place = found.cite(Proof::new(computer.span, format!("The computer account of {name}")).absent(searched));
        found.statement = format!(
            "The computer account of {name} is not a member of Exchange Servers {place}, so it has none of the rights of Exchange."
        );
        if !certain {
            found.unknown("Whether the group is of another domain, whose groups the account does not show: the group itself was not brought.");
        }
        found.affects([name.clone()]);
        let key = crate::model::server::server_key(&name);
        let suffers = facts.queues.waiting_queues().any(|queue| {
            let own = queue.server().is_some_and(|own| crate::model::server::server_key(own) == key);
            let towards = queue.next_hop().is_some_and(|hop| crate::model::server::server_key(hop) == key);
            (own || towards) && !queue.is_moving() && queue.may_hold_mail()
        });
        if !suffers {
            found.severity = Some(Severity::Medium);
        }
        // In single quotes, where `$` is only a character.
        let account =
            format!("'{}$'", name.chars().filter(|c| !c.is_control()).collect::<String>().replace('\'', "''"));
        found.command(
            "Add it to the group, in Active Directory Users and Computers or with the Active Directory module.",
            format!(
                "Add-ADGroupMember -Identity 'Exchange Servers' -Members {account}{}",
                if version.starts_with("Version 8.") {
                    // Exchange 2007 has no other group.
                    String::new()
                } else {
                    format!("; Add-ADGroupMember -Identity 'Exchange Trusted Subsystem' -Members {account}")
                }
            ),
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
