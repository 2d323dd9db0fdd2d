//! Routing says itself that public folders have no route: events 5009 and 5010.

use crate::facts::Facts;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::Discovery;
use crate::rules::searching::{Hit, effects, hits};

declare_rule! {
    /// # Symptoms
    /// Event 5009 or 5010 of MSExchangeTransport: no route has been created for a public folder hierarchy.
    ///
    /// # Cause
    /// The hierarchy has no store that can be reached: the stores do not belong to the tree, the tree is missing, or there is no public folder
    /// store left.
    ///
    /// # Resolution
    /// 1. Check the container Folder Hierarchies, the tree and the stores in the directory.
    /// 2. Move or add replicas when there is no store left.
    ///
    /// # More information
    /// Mail to public folders then waits with "The mailbox recipient does not have a mailbox database".
    id: "routing-5009-5010-pf-tree-no-route",
    title: "Routing reports public folders without a route",
    area: Directory,
    severity: Medium,
    role: Symptom,
    versions: V2007..=V2010,
    needs: [Events],
    helps: [Directory],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2010/ff985865(v=exchg.141)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "MSExchangeTransport", &[5009, 5010]);
    let meant: Vec<&Hit<'_>> = all.iter().filter(|hit| hit.text.to_lowercase().contains("public folder")).collect();
    let Some(first) = meant.first() else { return Verdict::NotApplicable };
    let mut found = Discovery::new(Confidence::Confirmed);
    let place = first.cite(&mut found, &["public folder hierarchy"], "Routing writes this when it builds its tables.");
    found.statement = format!(
        "Routing on {} has no route to a public folder hierarchy {place}, so mail to its folders waits.",
        first.computer()
    );
    effects(&mut found, &meant);
    found.affects(super::public_folders::stores(facts).iter().map(|store| store.name()));
    found.command(
        "Export the administrative group, and look at the container Folder Hierarchies, the tree in it and the stores.",
        "ldifde -f organization.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=<your forest>\"",
    );
    found.verify.push("Event 5010 does not come again after the transport service is restarted.".to_owned());
    Verdict::Found(vec![found])
}
