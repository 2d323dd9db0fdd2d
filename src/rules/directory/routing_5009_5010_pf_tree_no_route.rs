//! Routing says itself that public folders have no route: events 5009 and 5010.

use super::public_folders::{TREE, groups, is_mapi, living, mail, stores};
use crate::facts::Facts;
use crate::model::server::server_key;
use crate::report::{Confidence, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof};
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
    explains: ["recipient-has-no-mailbox-database"],
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
    // With the stores of the organization in the files and none of public folders among them, that is the reason.
    let shown = !groups(facts).is_empty() && !facts.directory.stores().is_empty();
    if shown && stores(facts).is_empty() && living(facts, TREE).iter().any(|tree| is_mapi(tree)) {
        found.role = Some(Role::Cause);
        found.severity = Some(Severity::High);
        let waiting = mail(facts, &mut found);
        let tree = living(facts, TREE).into_iter().find(|tree| is_mapi(tree)).map(|tree| tree.span);
        let none = tree.map_or_else(String::new, |span| {
            let searched = "Searched: the stores of the administrative groups in the files. None is of public folders.";
            found.cite(Proof::new(span, "The tree has no database").absent(searched))
        });
        found.statement = format!(
            "Routing on {} has no route to the public folders {place}: the files show no public folder database {none}{waiting}.",
            first.computer()
        );
        found.affects([server_key(&first.computer()).to_uppercase()]);
        found.command(
            "Create a public folder database on a server, and restore the folders from a backup, or move them from a server that has replicas.",
            "New-PublicFolderDatabase -Name PF01 -Server <server>",
        );
    }
    found.affects(stores(facts).iter().map(|store| store.name()));
    found.command(
        "Export the administrative group, and look at the container Folder Hierarchies, the tree in it and the stores.",
        "ldifde -f organization.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=<your forest>\"",
    );
    found.verify.push("Event 5010 does not come again after the transport service is restarted.".to_owned());
    Verdict::Found(vec![found])
}
