//! Public folder trees in the directory: the container, the MAPI tree in it, and the stores that belong to the tree.
//!
//! Documented in Microsoft's article on mail stuck between Exchange 2007 and 2003. Traps: an organization has one MAPI tree
//! (type 1) and may have general purpose trees (type 2) with stores of their own; a dump of a part of the organization does
//! not show that something is missing elsewhere.

use crate::facts::Facts;
use crate::facts::directory::{Store, is_deleted, is_deleted_name, name_of};
use crate::facts::queues::{WaitingQueue, has_reason};
use crate::model::directory::DirectoryObject;
use crate::model::smtp_reply::UnreachableReason::NoMdb;
use crate::rules::discovery::{Discovery, Proof, count, quoted};

pub(super) const TREE: &str = "msExchPFTree";
pub(super) const CONTAINER: &str = "msExchPublicFolderTreeContainer";

/// The public folder stores.
pub(super) fn stores(facts: &Facts) -> Vec<Store<'_>> {
    facts.directory.stores().into_iter().filter(|store| store.public).collect()
}

/// Objects of a class that are not deleted.
pub(super) fn living<'a>(facts: &'a Facts, class: &'static str) -> Vec<&'a DirectoryObject> {
    facts.directory.of_class(class).filter(|object| !is_deleted(object)).collect()
}

/// Whether a tree is the one for MAPI.
pub(super) fn is_mapi(tree: &DirectoryObject) -> bool {
    tree.text("msExchPFTreeType").is_some_and(|kind| kind.value.trim() == "1")
}

/// The administrative groups whose contents a dump shows.
pub(super) fn groups(facts: &Facts) -> Vec<&DirectoryObject> {
    let all = living(facts, "msExchAdminGroup");
    all.into_iter().filter(|group| name_of(group).is_some_and(|name| facts.directory.shows_below(&name))).collect()
}

/// Whether the dump shows all administrative groups: their container is there, and what is below every one of them.
pub(super) fn shows_organization(facts: &Facts) -> bool {
    let shown = groups(facts).len();
    let container = living(facts, "msExchAdminGroupContainer");
    shown > 0 && shown == living(facts, "msExchAdminGroup").len() && !container.is_empty()
}

/// What the link of a store to its tree comes to.
pub(super) enum Link<'a> {
    /// To a tree in the files.
    Tree,
    /// There is none.
    None,
    /// To an object that was deleted.
    Deleted(&'a str),
    /// To an object that is not in the files.
    NotShown,
}

pub(super) fn link<'a>(facts: &'a Facts, store: &Store<'a>) -> Link<'a> {
    let Some(tree) = store.object.text("msExchOwningPFTree").filter(|text| !text.value.trim().is_empty()) else {
        return Link::None;
    };
    if is_deleted_name(tree.value) {
        return Link::Deleted(tree.value);
    }
    match facts.directory.object(tree.value) {
        Some(object) if is_deleted(object) => Link::Deleted(tree.value),
        Some(_) => Link::Tree,
        None => Link::NotShown,
    }
}

/// Cites and accounts for the mail to public folders that has no database: recipients that the directory shows to be public
/// folders, or all of them when it shows no other recipient.
pub(super) fn mail(facts: &Facts, found: &mut Discovery) -> String {
    let folders: Vec<String> = living(facts, "publicFolder")
        .iter()
        .flat_map(|folder| folder.texts("proxyAddresses").chain(folder.texts("mail")).collect::<Vec<_>>())
        .map(|address| address.value.trim_start_matches("SMTP:").trim_start_matches("smtp:").to_lowercase())
        .collect();
    let is_folder = |address: &str| folders.iter().any(|folder| folder.eq_ignore_ascii_case(address.trim()));
    let (mut cited, mut total) = (String::new(), 0);
    for queue in facts.queues.waiting_queues().filter(|queue| queue.is_unreachable()) {
        let messages = share(queue, &is_folder);
        if messages == 0 {
            continue;
        }
        total += messages;
        if let Some(message) = queue.messages.iter().find(|message| has_reason(message, NoMdb))
            && cited.is_empty()
        {
            let span = message.errors().map(|(_, span)| span).next().unwrap_or(message.span);
            let why = "Mail to a public folder needs the home database that the tree gives it.";
            let proof =
                Proof::new(span, format!("A message to a public folder in {}", queue.label())).mark([NoMdb.text()]);
            cited = found.cite(proof.why(why));
        }
        found.accounts_for(queue, messages, format!("Queue {}: mail to public folders", queue.label()));
    }
    if total == 0 {
        return String::new();
    }
    format!(", and {} to public folders {} {cited}", count(total, "message"), if total == 1 { "waits" } else { "wait" })
}

/// Whether mail waits because its recipient has no mailbox database.
pub(super) fn waits_for_folders(facts: &Facts) -> bool {
    facts.queues.waiting_queues().any(|queue| queue.is_unreachable() && queue.unreachable_share(NoMdb) > 0)
}

fn share(queue: &WaitingQueue, is_folder: &dyn Fn(&str) -> bool) -> u64 {
    let meant = |message: &&crate::model::message::Message| {
        has_reason(message, NoMdb) && message.recipients.iter().any(|recipient| is_folder(&recipient.address))
    };
    queue.messages.iter().filter(meant).count() as u64
}

/// The steps that make the MAPI tree, in ADSI Edit and as a command.
pub(super) fn make_tree(found: &mut Discovery, container: &str) {
    found.step(format!(
        "In ADSI Edit right click {container}, New, Object, class msExchPFTree, value Public Folders. Before Finish, under More \
         Attributes, set msExchPFTreeType to 1: only then Exchange takes it for the MAPI tree."
    ));
    found.warn(
        "Mistakes in ADSI Edit can make a reinstallation of Exchange necessary. Export the administrative group first.",
    );
}

/// The steps that link the stores to a tree.
pub(super) fn link_stores(found: &mut Discovery, facts: &Facts, tree: Option<&str>) {
    let tree = tree.unwrap_or("<distinguishedName of the tree>");
    let names: Vec<String> = stores(facts)
        .iter()
        .filter_map(|store| store.object.distinguished_name.as_ref().map(|name| name.value.clone()))
        .take(8)
        .collect();
    let lines: Vec<String> = names
        .iter()
        .map(|store| {
            format!("Set-ADObject -Identity {} -Replace @{{msExchOwningPFTree={}}}", quoted(store), quoted(tree))
        })
        .collect();
    let text = "Link each public folder store to the tree: in ADSI Edit, properties of the store, msExchOwningPFTree, Edit, Clear, paste the \
                distinguishedName of the tree. The link back (msExchOwningPFTreeBL) fills itself.";
    if lines.is_empty() {
        found.step(text);
    } else {
        found.command(format!("{text} The same with the Active Directory module:"), lines.join("\n"));
    }
    found.command("Restart the information store on the servers of these stores.", "Restart-Service MSExchangeIS");
    found.warn("Users of the server are cut off for some minutes.");
    found.command(
        "Route the waiting mail anew, and check that the queue falls to 0.",
        "Get-Queue -Filter {Identity -like '*\\Unreachable'} | Retry-Queue -Resubmit $true; Get-Queue -Filter {Identity -like '*\\Unreachable'}",
    );
    found.verify.push("msExchOwningPFTreeBL of the tree lists every public folder store.".to_owned());
    found.verify.push("A message to a public folder is delivered.".to_owned());
}
