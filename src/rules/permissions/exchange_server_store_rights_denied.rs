//! One of the four store rights is denied on the object of a server.

use super::required::{affect, contradicted, described, four, identity, keep, place, restart};
use crate::facts::Facts;
use crate::facts::permissions::{Granted, ObjectPermissions, Target};
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};
use crate::tools::access_check::same;

declare_rule! {
    /// # Symptoms
    /// Mail waits in a MapiDelivery queue with `430 4.2.0 STOREDRV; mailbox logon failure`, sent mail stays in the Outbox, and
    /// the mailbox server logs event 1009 of MSExchangeMailSubmission.
    ///
    /// # Cause
    /// On the object of the server, or above it, an entry denies Exchange Servers (or a group that every computer belongs to)
    /// one of: Store Constrained Delegation, Store Read and Write Access, Store Read only Access, Store Transport Access.
    ///
    /// # Resolution
    /// 1. In ADSI Edit open the properties of the server object, Security, Advanced, and sort by name.
    /// 2. Among the entries of Exchange Servers, change the four rights from Deny to Allow; an inherited entry is changed on the
    ///    object it comes from.
    /// 3. Wait for replication, and restart the transport service.
    ///
    /// # More information
    /// An explicit entry wins over an inherited one, and at the same level a denial wins.
    id: "exchange-server-store-rights-denied",
    title: "A store right of Exchange Servers is denied on the server object",
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
    let servers: Vec<&ObjectPermissions> =
        facts.permissions.lists.iter().filter(|object| matches!(object.target, Target::Server { .. })).collect();
    if servers.is_empty() {
        return Verdict::NotApplicable;
    }
    let denied = |object: &ObjectPermissions| -> Vec<(usize, &'static str)> {
        four(facts, object)
            .iter()
            .filter_map(
                |right| if let Granted::Denied(entry) = right.granted { Some((entry, right.title)) } else { None },
            )
            .collect()
    };
    let findings: Vec<Discovery> = servers
        .iter()
        .map(|object| (*object, denied(object)))
        .filter(|(_, denied)| !denied.is_empty())
        .map(|(object, denied)| finding(facts, object, &denied))
        .collect();
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    let judged = |object: &ObjectPermissions| {
        four(facts, object).iter().all(|right| right.doubts.is_empty() || right.granted == Granted::Yes)
    };
    if let Some(object) = servers.iter().find(|object| !judged(object)) {
        return Verdict::Undecided(
            format!(
                "On {} a store right is both denied and allowed, or denied to an identifier without a name; this export does not show which \
                 entry counts.",
                described(&object.target)
            ),
            vec![super::required::missing_order(object)],
        );
    }
    let names: Vec<String> = servers.iter().map(|object| object.target.name().to_owned()).collect();
    Verdict::RuledOut(format!("No entry on {} denies Exchange Servers a store right.", listed(&names, 4)))
}

fn finding(facts: &Facts, object: &ObjectPermissions, denied: &[(usize, &'static str)]) -> Discovery {
    let clean = |other: &ObjectPermissions| four(facts, other).iter().all(|right| right.granted == Granted::Yes);
    let contradicted = contradicted(facts, object, &clean);
    let mut found = Discovery::new(if contradicted { Confidence::Likely } else { Confidence::Confirmed });
    if contradicted {
        found.unknown("Whether it is so still: another list of the same object allows all four rights. One of them is out of date.");
    }
    let server = object.target.name().to_owned();
    let (mut places, mut inherited, mut trustees) = (String::new(), false, Vec::new());
    for (entry, title) in denied {
        let Some(own) = object.list.entries.get(*entry) else { continue };
        inherited |= own.inherited == Some(true);
        let known = facts.permissions.exchange_servers.iter().find(|group| same(group, &own.trustee));
        let name = own.trustee.name.clone().or_else(|| known?.name.clone());
        let name = name.or_else(|| own.trustee.sid.as_ref().map(ToString::to_string));
        trustees.extend(name);
        let note = format!("Denied on {}: {title}", described(&object.target));
        let why = "A denial wins over every entry of the same level that allows.";
        places += &found.cite(Proof::new(place(object, *entry), note).mark(["Deny", "DENY", title]).why(why));
    }
    trustees.dedup();
    let titles: Vec<String> = denied.iter().map(|(_, title)| (*title).to_owned()).collect();
    found.statement = format!(
        "On {} {} is denied {} {places}, so the store refuses the logon of the hub servers.",
        described(&object.target),
        if trustees.is_empty() { "Exchange Servers".to_owned() } else { listed(&trustees, 3) },
        listed(&titles, 4),
    );
    affect(facts, &mut found, &object.target);
    keep(&mut found, object);
    if inherited {
        found.step(format!(
            "The denial is inherited: find it on an object above {server} (the administrative group, the organization) with \
             dsacls, and change it there. ADSI Edit names the object under Advanced, column \"Inherited from\"."
        ));
    }
    let names = super::required::names(&four(facts, object), |granted| matches!(granted, Granted::Denied(_)));
    let (id, rights) = (identity(object), names.join(","));
    let allow = format!("Add-ADPermission -Identity {id} -User 'Exchange Servers' -ExtendedRights {rights}");
    if inherited {
        found.command(
            format!(
                "Until then, allow the rights on {server} itself: an entry of its own wins over an inherited one. In ADSI Edit: properties of \
                 {server}, Security, Advanced, sort by name, entries that begin with Exchange Servers, Edit, Allow."
            ),
            allow,
        );
    } else {
        // One command per trustee that is denied, with the rights that its entries name.
        let mut lines: Vec<String> = Vec::new();
        for trustee in &trustees {
            lines.push(format!(
                "Remove-ADPermission -Identity {id} -User {} -Deny -ExtendedRights {rights}",
                quoted(trustee)
            ));
        }
        lines.push(allow);
        found.command(
            format!(
                "Remove the denial, and allow the rights. In ADSI Edit: properties of {server}, Security, Advanced, sort by name, entries that begin with Exchange \
                 Servers, Edit, Allow. An entry for all rights is changed there, because a command that names four rights leaves it."
            ),
            lines.join("\n"),
        );
    }
    found.warn("A hardening script may have set the denial; it would set it again.");
    restart(&mut found, &server, false);
    found
        .verify
        .push("No new event 1009 of MSExchangeMailSubmission, and the Outbox of a test mailbox empties.".to_owned());
    found
}
