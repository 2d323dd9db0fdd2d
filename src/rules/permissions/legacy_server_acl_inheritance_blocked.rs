//! A server or store object of Exchange 2000 or 2003 does not inherit permissions.

use super::required::{
    affect, cite_absent, cite_list, described, eleven, four, has_newer_exchange, identity, keep, restart, titles,
};
use crate::facts::Facts;
use crate::facts::permissions::{Granted, ObjectPermissions, Target};
use crate::model::server::server_key;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, listed};

declare_rule! {
    /// # Symptoms
    /// Mail from Exchange 2007 to mailboxes on an older server waits in the queue Unreachable (no route to the mailbox
    /// database), or in a MapiDelivery queue (mailbox logon failure). Mail in the other direction flows.
    ///
    /// # Cause
    /// Inheritable permissions were removed from the object of the older server or of one of its stores. The rights of the
    /// group Exchange Servers are given at the organization and never arrive, so the hub servers cannot read the store and
    /// leave it out of their routing table.
    ///
    /// # Resolution
    /// 1. In Exchange System Manager, open the properties of the server, Security, Advanced, and tick "Allow inheritable
    ///    permissions".
    /// 2. Do the same for every store of the server.
    /// 3. Check that Exchange Servers has the eleven rights.
    /// 4. Restart the transport service on the Exchange 2007 hub servers, which writes new routing tables.
    ///
    /// # More information
    /// The state is a flag of the security descriptor (SE_DACL_PROTECTED, `P` in SDDL, "protected from inheriting
    /// permissions" in dsacls). An object that is protected and has all rights as entries of its own works.
    id: "legacy-server-acl-inheritance-blocked",
    title: "A server or store object does not inherit its permissions",
    area: Permissions,
    severity: Critical,
    role: Cause,
    versions: V2000..=V2010,
    needs: [Permissions],
    helps: [Queues, RoutingTables, Directory],
    explains: ["routing-mdb-missing", "unreachable-no-route-to-mdb", "storedrv-mailbox-logon-failure", "mailsubmission-1009-no-hub", "trace-mapi-logon-failed-1010", "routing-5006-mdb-owner-missing", "inheritance-929-2003", "outbox-stuck-submission", "recipient-has-no-mailbox-database", "smtp-auth-basic-spa-fails", "directory-lookup-queue-2003"],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    // Recovery storage groups take no mail.
    let recovers = |object: &ObjectPermissions| {
        object.dn.as_deref().is_some_and(|dn| dn.to_lowercase().contains("cn=recovery storage group"))
    };
    let is_blocked =
        |object: &&ObjectPermissions| object.list.protected.as_ref().is_some_and(|p| p.value) && !recovers(object);
    let mut servers: Vec<(Option<String>, Vec<&ObjectPermissions>)> = Vec::new();
    for object in facts.permissions.lists.iter().filter(is_blocked) {
        let key = object.target.server().map(server_key);
        match servers.iter_mut().find(|(known, _)| *known == key) {
            Some((_, objects)) => objects.push(object),
            None => servers.push((key, vec![object])),
        }
    }
    if servers.is_empty() || !has_newer_exchange(facts) {
        let shown: Vec<&ObjectPermissions> =
            facts.permissions.lists.iter().filter(|object| object.list.protected.is_some()).collect();
        if shown.is_empty() {
            return Verdict::NotApplicable;
        }
        let names: Vec<String> = shown.iter().map(|object| object.target.name().to_owned()).collect();
        return Verdict::RuledOut(format!("Inheritance is on at {}.", listed(&names, 4)));
    }
    let mut findings = Vec::new();
    let mut whole = Vec::new();
    for (_, objects) in &servers {
        match finding(facts, objects) {
            Some(found) => findings.push(found),
            None => whole.extend(objects.iter().map(|object| described(&object.target))),
        }
    }
    if findings.is_empty() {
        return Verdict::RuledOut(format!(
            "Inheritance is off at {}, but all rights of Exchange Servers are there as entries of its own.",
            listed(&whole, 3)
        ));
    }
    Verdict::Found(findings)
}

/// `None` when all rights are there all the same.
fn finding(facts: &Facts, objects: &[&ObjectPermissions]) -> Option<Discovery> {
    let lost = |object: &ObjectPermissions| {
        let mut judged = eleven(facts, object);
        if matches!(object.target, Target::Server { .. }) {
            judged.extend(four(facts, object));
        }
        (
            titles(&judged, |granted| *granted == Granted::Missing),
            titles(&judged, |granted| *granted == Granted::Unknown),
        )
    };
    let judged: Vec<_> = objects.iter().map(|object| (*object, lost(object))).collect();
    let certain = judged.iter().any(|(_, (missing, _))| !missing.is_empty());
    if !certain && judged.iter().all(|(_, (_, unknown))| unknown.is_empty()) {
        return None;
    }
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let (mut places, mut absent) = (String::new(), String::new());
    for (object, (missing, unknown)) in judged.iter().take(6) {
        let note = format!("Inheritance is off at {}", described(&object.target));
        places += &cite_list(&mut found, object, note, &["protected from inheriting permissions", "D:P", "True"]);
        if !missing.is_empty() {
            absent += &cite_absent(&mut found, object, missing);
        } else if !unknown.is_empty() {
            found.unknown(format!(
                "Whether {} gives Exchange Servers: {}. The export shows identifiers without names, or not all entries.",
                described(&object.target),
                listed(unknown, 4)
            ));
        }
        affect(facts, &mut found, &object.target);
    }
    let names: Vec<String> = objects.iter().map(|object| described(&object.target)).collect();
    let server = objects.iter().find_map(|object| object.target.server()).unwrap_or("the server").to_owned();
    let consequence = if certain {
        let count = judged.iter().map(|(_, (missing, _))| missing.len()).max().unwrap_or(0);
        let rights = if count == 1 { "a right".to_owned() } else { format!("{count} rights") };
        format!("so the group Exchange Servers lacks {rights} there {absent}")
    } else {
        "so the rights of Exchange Servers may not arrive there".to_owned()
    };
    found.statement = format!(
        "Inheritance of permissions is off at {} {places}, {consequence}; Exchange 2007 can neither route to the stores of \
         {server} nor log on to them.",
        listed(&names, 3)
    );
    found.affects([server.clone()]);
    for (object, _) in &judged {
        keep(&mut found, object);
    }
    found.step(format!(
        "In Exchange System Manager (or ADSI Edit) open the properties of {server}, Security, Advanced, and tick \"Allow \
         inheritable permissions\". Repeat this for every mailbox and public folder store of {server}."
    ));
    found.warn("Inheritance may have been switched off on purpose; ask who is responsible for the directory first.");
    for (object, _) in judged.iter().filter(|(object, _)| object.dn.is_some()) {
        found.command(
            format!("The same from a shell, for {}: inheritance on, nothing else changed.", described(&object.target)),
            format!("dsacls {} /P:N", identity(object)),
        );
    }
    found.command(
        "Check that Exchange Servers has the eleven rights now, and none is denied: Read, Access Recipient Update Service, \
         Administer information store, Create named properties in the information store, Exchange Web Services \
         Impersonation, Exchange Web Services Token Serialization, Modify public folder replica list, Open mail send \
         queue, Read metabase properties, Send As, View information store status.",
        format!(
            "Get-ADPermission -Identity {} | Where-Object {{ $_.User -like '*Exchange Servers' }} | Format-Table \
             User,Deny,IsInherited,AccessRights,ExtendedRights -AutoSize -Wrap",
            judged.first().map_or_else(|| quoted_server(&server), |(object, _)| identity(object))
        ),
    );
    restart(&mut found, &server, true);
    Some(found)
}

fn quoted_server(server: &str) -> String {
    crate::rules::discovery::quoted(server)
}
