//! A public folder store does not belong to a public folder tree.

use super::public_folders::{Link, TREE, is_mapi, link, link_stores, living, mail, stores};
use crate::facts::Facts;
use crate::facts::directory::{Directory, Store};
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed};

declare_rule! {
    /// # Symptoms
    /// Mail to public folders is not delivered, and event 5009 or 5010 may name the hierarchy.
    ///
    /// # Cause
    /// msExchOwningPFTree of the public folder store is empty, or names a tree that was deleted.
    ///
    /// # Resolution
    /// 1. Copy the distinguished name of the MAPI tree into msExchOwningPFTree of every public folder store, and restart the information
    ///    store. The link back, msExchOwningPFTreeBL, fills itself.
    ///
    /// # More information
    /// A store of a general purpose tree (type 2) belongs to that tree, and not to the one of MAPI.
    id: "pf-store-owning-tree-missing",
    title: "A public folder store does not belong to a tree",
    area: Directory,
    severity: High,
    role: Cause,
    versions: V2000..=V2010,
    needs: [Directory],
    helps: [Queues],
    explains: ["recipient-has-no-mailbox-database", "routing-5009-5010-pf-tree-no-route"],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let stores = stores(facts);
    if stores.is_empty() {
        return Verdict::NotApplicable;
    }
    // An export of a few attributes does not show that one is empty.
    let tells = |store: &Store<'_>| Directory::shows_all(store.object);
    let mut broken: Vec<(&Store<'_>, &str)> = Vec::new();
    let (mut linked, mut open) = (Vec::new(), Vec::new());
    for store in &stores {
        match link(facts, store) {
            Link::None if tells(store) => broken.push((store, "")),
            Link::Deleted(name) => broken.push((store, name)),
            Link::Tree => linked.push(store.name()),
            Link::None | Link::NotShown => open.push(store.name()),
        }
    }
    if broken.is_empty() {
        return match (linked.is_empty(), open.is_empty()) {
            (_, false) => Verdict::Undecided(
                format!("The tree of {} is not in the files.", listed(&open, 3)),
                vec![crate::report::Missing {
                    what: "The whole administrative group".to_owned(),
                    settles: "Whether the tree that the store names exists.".to_owned(),
                    command: "ldifde -f organization.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=<your forest>\"".to_owned(),
                }],
            ),
            (false, _) => Verdict::RuledOut(format!("The tree of {} exists.", listed(&linked, 3))),
            _ => Verdict::NotApplicable,
        };
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for (store, name) in broken.iter().take(3) {
        let at = store.object.text("msExchOwningPFTree").map_or(store.object.span, |text| text.span);
        let proof = if name.is_empty() {
            let searched = format!(
                "Searched: the {} of {}. msExchOwningPFTree is not among them.",
                count(store.object.attributes.len() as u64, "attribute"),
                store.name()
            );
            Proof::new(store.object.span, format!("{} has no owning tree", store.name())).absent(searched)
        } else {
            Proof::new(at, format!("The owning tree of {} was deleted", store.name())).mark([*name])
        };
        places += &found.cite(proof);
    }
    let names: Vec<String> = broken.iter().map(|(store, _)| store.name()).collect();
    let waiting = mail(facts, &mut found);
    found.statement = format!(
        "{} {} to no public folder tree {places}{waiting}.",
        listed(&names, 3),
        if names.len() == 1 { "belongs" } else { "belong" }
    );
    found.affects(names);
    found.affects(broken.iter().filter_map(|(store, _)| store.server()));
    let tree = living(facts, TREE)
        .into_iter()
        .find(|tree| is_mapi(tree))
        .and_then(|tree| Some(tree.distinguished_name.as_ref()?.value.clone()));
    if tree.is_none() {
        found.step("Make the MAPI tree first: class msExchPFTree in the container Folder Hierarchies, with msExchPFTreeType 1.");
    }
    link_stores(&mut found, facts, tree.as_deref());
    Verdict::Found(vec![found])
}
