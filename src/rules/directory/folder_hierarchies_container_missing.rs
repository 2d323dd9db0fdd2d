//! The container of public folder trees is missing.

use super::public_folders::{
    CONTAINER, Link, groups, link, link_stores, living, mail, make_tree, shows_organization, stores,
};
use crate::facts::Facts;
use crate::facts::directory::name_of;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed};

declare_rule! {
    /// # Symptoms
    /// Mail to public folders waits in Unreachable: the mailbox recipient does not have a mailbox database. Mail to mailboxes flows.
    ///
    /// # Cause
    /// The container Folder Hierarchies is missing under the administrative group, usually since the last older server and its
    /// administrative group were removed. Without it and the tree in it, public folders get no home database.
    ///
    /// # Resolution
    /// 1. In ADSI Edit, right click the administrative group, New, Object, class msExchPublicFolderTreeContainer, value Folder
    ///    Hierarchies.
    /// 2. Look at msExchOwningPFTree of the public folder store. If it names a tree elsewhere, move that tree into the container.
    /// 3. If there is no tree, create one of class msExchPFTree with msExchPFTreeType 1.
    /// 4. Write the distinguished name of the tree into msExchOwningPFTree of every public folder store.
    /// 5. Restart the information store.
    ///
    /// # More information
    /// Mail to mailboxes is not concerned. Each administrative group can have such a container; one with the MAPI tree is enough.
    id: "folder-hierarchies-container-missing",
    title: "The container of public folder trees is missing",
    area: Directory,
    severity: High,
    role: Cause,
    versions: V2007..=V2010,
    needs: [Directory],
    helps: [Queues, Messages],
    explains: [
        "pf-store-owning-tree-missing", "pf-tree-missing-or-not-mapi", "recipient-has-no-mailbox-database",
        "routing-5009-5010-pf-tree-no-route",
    ],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let shown = groups(facts);
    if shown.is_empty() || stores(facts).is_empty() {
        return Verdict::NotApplicable;
    }
    let containers = living(facts, CONTAINER);
    if !containers.is_empty() {
        let names: Vec<String> =
            containers.iter().filter_map(|c| Some(c.distinguished_name.as_ref()?.value.clone())).collect();
        return Verdict::RuledOut(format!("The container is there: {}.", listed(&names, 2)));
    }
    // A store that names a tree in the container shows that it is there; a dump of one kind of objects shows nothing.
    let names_tree = stores(facts).iter().any(|store| matches!(link(facts, store), Link::NotShown));
    let varied = shown.iter().all(|group| name_of(group).is_some_and(|name| facts.directory.children(&name) > 1));
    let whole = shows_organization(facts) && varied && !names_tree;
    let mut found = Discovery::new(if whole { Confidence::Confirmed } else { Confidence::Possible });
    let names: Vec<String> =
        shown.iter().filter_map(|group| name_of(group).map(|name| name.name().to_owned())).collect();
    let mut places = String::new();
    for group in shown.iter().take(2) {
        let searched = format!(
            "Searched: all objects below {} in the files. None is of class msExchPublicFolderTreeContainer.",
            group.distinguished_name.as_ref().map_or("the administrative group", |name| &name.value)
        );
        places += &found.cite(Proof::new(group.span, "No container of public folder trees").absent(searched));
    }
    let waiting = mail(facts, &mut found);
    found.statement = format!(
        "The container Folder Hierarchies is missing under {} {places}, so public folders have no home database{waiting}.",
        listed(&names, 2)
    );
    found.affects(stores(facts).iter().map(|store| store.name()));
    if !whole {
        found.unknown("Whether another administrative group has the container: the files do not show all of them.");
    }
    // Preferably where the newest servers are.
    let own = |group: &&&crate::model::directory::DirectoryObject| {
        group.distinguished_name.as_ref().is_some_and(|name| name.value.contains("FYDIBOHF23SPDLT"))
    };
    let group = shown.iter().find(own).or(shown.first());
    let group = group.and_then(|g| Some(g.distinguished_name.as_ref()?.value.clone())).unwrap_or_default();
    let container = format!("CN=Folder Hierarchies,{group}");
    found.step(format!(
        "In ADSI Edit right click {group}, New, Object, class msExchPublicFolderTreeContainer, value Folder Hierarchies, Finish."
    ));
    found.warn(
        "Mistakes in ADSI Edit can make a reinstallation of Exchange necessary. Export the administrative group first.",
    );
    found.step(
        "If a public folder store names a tree in msExchOwningPFTree that exists elsewhere: right click that tree, Move, and choose Folder \
         Hierarchies. Otherwise make a new one as follows.",
    );
    make_tree(&mut found, &container);
    link_stores(&mut found, facts, Some(&format!("CN=Public Folders,{container}")));
    Verdict::Found(vec![found])
}
