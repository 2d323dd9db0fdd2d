//! Events of Exchange 2000 and 2003 that point at permissions on Exchange objects.

use crate::facts::Facts;
use crate::model::server::server_key;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::Discovery;
use crate::rules::searching::{Hit, effects, hits};

declare_rule! {
    /// # Symptoms
    /// Event 929 or 9035 of MSExchangeTransport on an Exchange 2000 or 2003 server, or mail in the queue of messages awaiting directory lookup.
    ///
    /// # Cause
    /// The server cannot read an object of its own: inheritance of permissions is off at a container of the organization.
    ///
    /// # Resolution
    /// 1. Switch inheritance on again, from the organization down to the server and its stores.
    ///
    /// # More information
    /// Microsoft describes it in KB907969.
    id: "inheritance-929-2003",
    title: "An older server cannot read objects of its own",
    area: Permissions,
    severity: High,
    role: Symptom,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [Permissions],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-analyzer/aa998034(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "MSExchangeTransport", &[929, 9035]);
    let meant: Vec<&Hit<'_>> = all.iter().collect();
    let Some(first) = meant.first() else { return Verdict::NotApplicable };
    // Of the server that logs it, or one that the text names.
    let concerns = |server: &str| {
        let key = server_key(server);
        meant.iter().any(|hit| {
            hit.group.computer.as_deref().is_some_and(|own| server_key(own) == key)
                || hit.text.to_lowercase().contains(&key)
        })
    };
    let blocked = facts.permissions.lists.iter().find(|object| {
        object.list.protected.as_ref().is_some_and(|p| p.value) && object.target.server().is_some_and(concerns)
    });
    let mut found = Discovery::new(if blocked.is_some() { Confidence::Likely } else { Confidence::Possible });
    let place = first.cite(&mut found, &[], "The transport service could not read what it needs.");
    found.statement = format!(
        "{} cannot read objects of its own in the directory {place}, which inherited permissions should allow.",
        first.computer()
    );
    effects(&mut found, &meant);
    found.affects(blocked.and_then(|object| object.target.server().map(str::to_owned)));
    found.command(
        "Look for objects that do not inherit their permissions, from the organization down.",
        "dsacls \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=<your forest>\" > organization-rights.txt",
    );
    found.verify.push("The events do not come again.".to_owned());
    if blocked.is_none() {
        found.missing.push(crate::report::Missing {
            what: "The permissions of the server object and of the containers above it".to_owned(),
            settles: "Whether inheritance is off.".to_owned(),
            command: "dsacls \"CN=<server>,CN=Servers,...\" > dsacls-server.txt".to_owned(),
        });
    }
    Verdict::Found(vec![found])
}
