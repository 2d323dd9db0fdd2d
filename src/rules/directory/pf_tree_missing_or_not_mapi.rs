//! The organization has no MAPI tree of public folders.

use super::public_folders::{
    CONTAINER, Link, TREE, groups, is_mapi, link, link_stores, living, mail, make_tree, shows_organization, stores,
    waits_for_folders,
};
use crate::facts::Facts;
use crate::facts::directory::Directory;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Mail to public folders is not delivered although the container Folder Hierarchies is there.
    ///
    /// # Cause
    /// There is no tree in it, or its msExchPFTreeType is missing or not 1, so that Exchange does not take it for the MAPI tree.
    ///
    /// # Resolution
    /// 1. Create an object of class msExchPFTree in Folder Hierarchies, or correct its type to 1.
    /// 2. Link the public folder stores to it, and restart the information store.
    ///
    /// # More information
    /// A tree of type 2 beside the MAPI tree is a general purpose tree and in order.
    id: "pf-tree-missing-or-not-mapi",
    title: "There is no MAPI tree of public folders",
    area: Directory,
    severity: High,
    role: Cause,
    versions: V2000..=V2010,
    needs: [Directory],
    helps: [Queues],
    explains: [
        "pf-store-owning-tree-missing", "recipient-has-no-mailbox-database", "routing-5009-5010-pf-tree-no-route",
    ],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    // Without the container, that is the finding.
    let containers = living(facts, CONTAINER);
    if groups(facts).is_empty() || stores(facts).is_empty() || containers.is_empty() {
        return Verdict::NotApplicable;
    }
    let trees = living(facts, TREE);
    if let Some(tree) = trees.iter().find(|tree| is_mapi(tree)) {
        return Verdict::RuledOut(format!(
            "{} is the MAPI tree.",
            tree.distinguished_name.as_ref().map_or("A tree of type 1", |name| &name.value)
        ));
    }
    // A tree elsewhere that a store names, and that is not shown, may be the one.
    if stores(facts).iter().any(|store| matches!(link(facts, store), Link::NotShown)) {
        return Verdict::Undecided("The tree that a store names is not in the files.".to_owned(), Vec::new());
    }
    // A type or a tree that a partial export does not show is not missing.
    let partial = match trees.first() {
        Some(_) => trees.iter().any(|tree| tree.get("msExchPFTreeType").is_none() && !Directory::shows_all(tree)),
        None => !containers.iter().all(|container| Directory::shows_all(container)),
    };
    if partial {
        return Verdict::Undecided(
            "The files show a choice of attributes or objects, and the type of the tree is not among them.".to_owned(),
            Vec::new(),
        );
    }
    let certain = shows_organization(facts) || waits_for_folders(facts);
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let container =
        containers.first().and_then(|c| Some(c.distinguished_name.as_ref()?.value.clone())).unwrap_or_default();
    let what = match trees.first() {
        Some(tree) => {
            let name = tree.distinguished_name.as_ref().map_or("the tree", |name| &name.value).to_owned();
            let kind = tree.text("msExchPFTreeType");
            let said =
                kind.as_ref().map_or_else(|| "has no type".to_owned(), |kind| format!("is of type {}", kind.value));
            let span = kind.as_ref().map_or(tree.span, |kind| kind.span);
            let mark = kind.map(|kind| kind.value.to_owned());
            let place = found
                .cite(Proof::new(span, "msExchPFTreeType of the tree").mark(mark).why("The MAPI tree is of type 1."));
            found.command(
                format!("Make {name} the MAPI tree: in ADSI Edit set msExchPFTreeType to 1."),
                format!("Set-ADObject -Identity {} -Replace @{{msExchPFTreeType=1}}", quoted(&name)),
            );
            found.warn("Only when no other tree is meant for MAPI: a general purpose tree of Exchange 2000 or 2003 is of type 2 on purpose.");
            link_stores(&mut found, facts, Some(&name));
            format!(
                "The public folder tree {said} and not of type 1 {place}, so Exchange does not take it for the MAPI tree"
            )
        }
        None => {
            let searched =
                format!("Searched: all objects below {container} in the files. None is of class msExchPFTree.");
            let span = containers.first().map(|c| c.span);
            let place = span.map_or_else(String::new, |span| {
                found.cite(Proof::new(span, "No tree in the container").absent(searched))
            });
            make_tree(&mut found, &container);
            link_stores(&mut found, facts, Some(&format!("CN=Public Folders,{container}")));
            format!("There is no public folder tree in Folder Hierarchies {place}")
        }
    };
    let waiting = mail(facts, &mut found);
    found.statement = format!("{what}{waiting}.");
    let names: Vec<String> = stores(facts).iter().map(|store| store.name()).collect();
    found.held(format!("Public folder stores: {}.", listed(&names, 3)));
    found.affects(names);
    Verdict::Found(vec![found])
}
