//! The group Exchange Servers lacks rights on a server or store object of Exchange 2000 or 2003.

use super::required::place;
use super::required::{
    affect, cite_absent, described, eleven, has_newer_exchange, identity, inherits, is_whole, missing_list, names,
    restart, titles,
};
use crate::facts::Facts;
use crate::facts::permissions::{Granted, ObjectPermissions, Target};
use crate::knowledge::extended_rights;
use crate::model::version::ExchangeVersion;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed};
use crate::tools::access_check::guid_of;

declare_rule! {
    /// # Symptoms
    /// As with blocked inheritance: mail from Exchange 2007 to an older server has no route, or the store refuses the logon.
    ///
    /// # Cause
    /// The group Exchange Servers has no entry, or not enough of them, on the object of the older server or of a store,
    /// although inheritance is on: an entry was removed above, or setup never prepared the permissions for older versions.
    ///
    /// # Resolution
    /// 1. Grant the rights that are missing, or run `setup /PrepareLegacyExchangePermissions` again.
    /// 2. Restart the transport service on the Exchange 2007 hub servers.
    ///
    /// # More information
    /// Eleven rights are needed: Read, Access Recipient Update Service, Administer information store, Create named properties
    /// in the information store, Exchange Web Services Impersonation, Exchange Web Services Token Serialization, Modify
    /// public folder replica list, Open mail send queue, Read metabase properties, Send As, View information store status.
    id: "legacy-server-acl-missing-exchange-servers-rights",
    title: "Exchange Servers lacks rights on the object of an older server",
    area: Permissions,
    severity: Critical,
    role: Cause,
    versions: V2000..=V2010,
    needs: [Permissions],
    helps: [Queues, RoutingTables, Directory],
    explains: [
        "routing-mdb-missing", "unreachable-no-route-to-mdb", "storedrv-mailbox-logon-failure", "mailsubmission-1009-no-hub",
        "trace-mapi-logon-failed-1010", "routing-5006-mdb-owner-missing", "outbox-stuck-submission",
        "smtp-auth-basic-spa-fails",
    ],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    // Where inheritance is off, that is the cause and has a finding of its own. Newer servers have other rights.
    let is_newer = |object: &ObjectPermissions| {
        let version = object.target.server().and_then(|server| facts.servers.version(server));
        let shown = object.list.object.as_ref().map_or("", |object| &object.value);
        version.map_or(shown.contains("FYDIBOHF23SPDLT"), |version| version >= ExchangeVersion::V2007)
    };
    // An export of some rights only says nothing about the others.
    let is_filtered = |object: &ObjectPermissions| {
        let right = |entry: &crate::model::access::AccessEntry| {
            entry.object_type.as_ref().and_then(guid_of).and_then(extended_rights::by_guid).map(|right| right.group)
        };
        object.list.entries.iter().all(|entry| right(entry) == Some("store"))
    };
    let is_open = |object: &&ObjectPermissions| !object.list.protected.as_ref().is_some_and(|p| p.value);
    let lists: Vec<&ObjectPermissions> = facts
        .permissions
        .lists
        .iter()
        .filter(is_open)
        .filter(|object| !is_newer(object) && !is_filtered(object))
        .collect();
    if lists.is_empty() || !has_newer_exchange(facts) {
        return Verdict::NotApplicable;
    }
    let (mut findings, mut open, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for object in lists {
        let judged = eleven(facts, object);
        let lost = |granted: &Granted| matches!(granted, Granted::Missing | Granted::Denied(_));
        if judged.iter().any(|right| lost(&right.granted)) && !is_whole(object) {
            open.push(object);
        } else if judged.iter().any(|right| lost(&right.granted)) {
            findings.push(finding(facts, object, &judged));
        } else if judged.iter().any(|right| right.granted == Granted::Unknown) {
            open.push(object);
        } else {
            whole.push(described(&object.target));
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if let Some(object) = open.first() {
        let server = object.target.server().unwrap_or("the server");
        return Verdict::Undecided(
            format!(
                "The permissions of {} show identifiers without names, or not all entries, so what Exchange Servers has there \
                 cannot be told.",
                described(&object.target)
            ),
            vec![missing_list(server)],
        );
    }
    Verdict::RuledOut(format!("Exchange Servers has all rights on {}.", listed(&whole, 4)))
}

fn finding(facts: &Facts, object: &ObjectPermissions, judged: &[super::required::Judged]) -> Discovery {
    let missing = titles(judged, |granted| *granted == Granted::Missing);
    let denied: Vec<(usize, &str)> = judged
        .iter()
        .filter_map(|right| if let Granted::Denied(entry) = right.granted { Some((entry, right.title)) } else { None })
        .collect();
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut parts = Vec::new();
    if !missing.is_empty() {
        let place = cite_absent(&mut found, object, &missing);
        let absent =
            if facts.permissions.names_exchange_servers(&object.list) { "lacks" } else { "is not listed and lacks" };
        parts.push(format!("{absent} {} {place}", listed(&missing, 4)));
    }
    if !denied.is_empty() {
        let mut places = String::new();
        for (entry, title) in denied.iter().take(4) {
            let note = format!("Denied on {}: {title}", described(&object.target));
            places += &found.cite(Proof::new(place(object, *entry), note).mark(["Deny", "DENY"]));
        }
        let titles: Vec<String> = denied.iter().map(|(_, title)| (*title).to_owned()).collect();
        parts.push(format!("is denied {} {places}", listed(&titles, 4)));
    }
    let server = object.target.server().unwrap_or("the server").to_owned();
    found.statement = format!(
        "On {} the group Exchange Servers {}, so Exchange 2007 cannot work with the stores of {server}.",
        described(&object.target),
        parts.join(" and ")
    );
    affect(facts, &mut found, &object.target);
    found.affects([server.clone()]);
    match inherits(object) {
        Some(words) => found.held(words),
        None => found.unknown("Whether inheritance is on at this object: the export does not show it. Look at \"Allow inheritable permissions\" first."),
    }
    // Mail needs the others; these serve web services and address lists.
    let minor = [
        "Access Recipient Update Service",
        "Exchange Web Services Impersonation",
        "Exchange Web Services Token Serialization",
    ];
    if missing.iter().all(|title| minor.contains(&title.as_str())) && denied.is_empty() {
        found.confidence = Confidence::Possible;
        found.severity = Some(Severity::Low);
        found.statement = format!(
            "On {} the group Exchange Servers lacks {} of the documented list, which mail flow itself does not need.",
            described(&object.target),
            listed(&missing, 4)
        );
        let place = cite_absent(&mut found, object, &missing);
        found.statement = format!("{} {place}.", found.statement.trim_end_matches('.'));
    }
    let needed = names(judged, |granted| matches!(granted, Granted::Missing | Granted::Denied(_)));
    if !denied.is_empty() {
        found.step(
            "Remove the entries that deny first, on the object they are inherited from: a denial wins over what is allowed \
             at the same level.",
        );
    }
    let rights = if needed.is_empty() {
        "-AccessRights GenericRead".to_owned()
    } else {
        format!("-AccessRights ExtendedRight,GenericRead -ExtendedRights {}", needed.join(","))
    };
    let children = if matches!(object.target, Target::Server { .. }) { " -InheritanceType All" } else { "" };
    found.command(
        format!(
            "Give Exchange Servers the rights on {}. In Exchange System Manager the same is done in the properties of the object, \
             Security.",
            described(&object.target)
        ),
        format!("Add-ADPermission -Identity {} -User 'Exchange Servers' {rights}{children}", identity(object)),
    );
    found.command(
        "If several servers are concerned, let setup of Exchange 2007 give the rights again instead, once per domain.",
        "setup /PrepareLegacyExchangePermissions",
    );
    restart(&mut found, &server, true);
    found
}
