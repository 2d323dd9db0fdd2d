//! One of the four store rights is not given on the object of a server.

use super::required::{
    affect, cite_absent, described, four, has_newer_exchange, identity, inherits, is_whole, names, restart, titles,
};
use crate::facts::Facts;
use crate::facts::permissions::{Granted, ObjectPermissions, Target};
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, listed};

declare_rule! {
    /// # Symptoms
    /// As with a denied store right: `430 4.2.0 STOREDRV; mailbox logon failure`, event 1009, mail in the Outbox.
    ///
    /// # Cause
    /// The entry that allows Exchange Servers one of the four store rights was removed from the object of the server, or does
    /// not arrive there.
    ///
    /// # Resolution
    /// 1. Give the rights back on the server object, or run `setup /PrepareAD`.
    /// 2. Wait for replication, and restart the transport service.
    ///
    /// # More information
    /// The four are Store Constrained Delegation, Store Read and Write Access, Store Read only Access and Store Transport Access.
    id: "exchange-server-store-rights-missing",
    title: "A store right of Exchange Servers is missing on the server object",
    area: Permissions,
    severity: Critical,
    role: Cause,
    versions: V2000..=V2010,
    needs: [Permissions],
    helps: [Queues, Events, Traces],
    explains: [
        "storedrv-mailbox-logon-failure", "mailsubmission-1009-no-hub", "trace-mapi-logon-failed-1010",
        "outbox-stuck-submission", "smtp-auth-basic-spa-fails",
    ],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let is_server = |object: &&ObjectPermissions| matches!(object.target, Target::Server { .. });
    // Where inheritance is off, that is the cause and has a finding of its own.
    let is_open = |object: &&ObjectPermissions| !object.list.protected.as_ref().is_some_and(|p| p.value);
    let servers: Vec<&ObjectPermissions> = facts.permissions.lists.iter().filter(is_server).collect();
    if servers.is_empty() || !has_newer_exchange(facts) {
        return Verdict::NotApplicable;
    }
    let (mut findings, mut unknown, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for object in servers.into_iter().filter(is_open) {
        let judged = four(facts, object);
        let missing = titles(&judged, |granted| *granted == Granted::Missing);
        if !missing.is_empty() && !is_whole(object) {
            unknown.push(object);
        } else if !missing.is_empty() {
            let rights = names(&judged, |granted| *granted == Granted::Missing);
            findings.push(finding(facts, object, &missing, &rights));
        } else if judged.iter().any(|right| right.granted == Granted::Unknown) {
            unknown.push(object);
        } else if judged.iter().all(|right| right.granted == Granted::Yes) {
            whole.push(described(&object.target));
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    match unknown.first() {
        Some(object) => Verdict::Undecided(
            format!("Whether {} gives Exchange Servers the store rights cannot be told.", described(&object.target)),
            vec![super::required::missing_list(object.target.name())],
        ),
        None if whole.is_empty() => {
            Verdict::RuledOut("No store right is missing; see the rights that are denied.".to_owned())
        }
        None => Verdict::RuledOut(format!("Exchange Servers has the four store rights on {}.", listed(&whole, 4))),
    }
}

fn finding(facts: &Facts, object: &ObjectPermissions, missing: &[String], rights: &[&str]) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let server = object.target.name().to_owned();
    let place = cite_absent(&mut found, object, missing);
    found.statement = format!(
        "On {} no entry gives Exchange Servers {} {place}, so the store refuses the logon of the hub servers.",
        described(&object.target),
        listed(missing, 4)
    );
    affect(facts, &mut found, &object.target);
    match inherits(object) {
        Some(words) => found.held(words),
        None => found.unknown("Whether inheritance is on at this object: the export does not show it. Look at \"Allow inheritable permissions\" first."),
    }
    found.command(
        format!("Give Exchange Servers the rights on {}.", described(&object.target)),
        format!(
            "Add-ADPermission -Identity {} -User 'Exchange Servers' -ExtendedRights {}",
            identity(object),
            rights.join(",")
        ),
    );
    found.command("If several servers are concerned, let setup give the rights again instead.", "setup /PrepareAD");
    restart(&mut found, &server, false);
    found.verify.push("Messages leave the Outbox and the MapiDelivery queue.".to_owned());
    found
}
