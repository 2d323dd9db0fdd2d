//! What is left when the SMTP mailbox of a store can't be repaired.

use super::smtp_mailbox::{gateways, refused, store_of, stores};
use crate::facts::Facts;
use crate::facts::directory::is_deleted;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::Discovery;

declare_rule! {
    /// # Symptoms
    /// Event 326 goes on although the object of the SMTP mailbox is there.
    ///
    /// # Cause
    /// The SMTP mailbox can't be repaired, or the SystemMailbox of the store is damaged as well.
    ///
    /// # Resolution
    /// 1. Mailbox store: create a new store, move all users there, and delete the old store.
    /// 2. Public folder store: its contents do not replicate to other servers any more. Export them to .pst files, and set the
    ///    permissions again with PFAdmin.
    /// 3. Repair or create anew the object SystemMailbox{GUID} (KB316622).
    ///
    /// # More information
    /// This is the last resort; it moves data.
    id: "local-delivery-new-store-workaround",
    title: "If the SMTP mailbox can't be repaired: a new store",
    area: Store,
    severity: Info,
    role: Context,
    versions: V2000..=V2003,
    needs: [Events, Directory],
    helps: [],
    explains: [],
    sources: [
        "https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938",
        "https://mskb.pkisolutions.com/kb/316622",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = refused(facts);
    let mut findings = Vec::new();
    for guid in stores(&all) {
        // Only when the object is there: a missing one is created first.
        if !gateways(facts, guid).iter().any(|object| !is_deleted(object)) {
            continue;
        }
        let Some(first) = all.iter().find(|r| r.store == guid) else { continue };
        let mut found = Discovery::new(Confidence::Possible);
        let event =
            first.hit.cite(&mut found, &[], "The failure goes on although the object of the SMTP mailbox is there.");
        let store = store_of(facts, guid);
        let name = store.map_or_else(|| "the store".to_owned(), |store| store.name());
        let what = if store.is_some_and(|store| store.public) { "has to be saved" } else { "can be replaced" };
        found.statement = format!(
            "If event 326 {event} comes again after the object of the SMTP mailbox was corrected and the stores were mounted, {name} {what}."
        );
        found.affects([name.clone()]);
        if store.is_none_or(|store| !store.public) {
            found.step(format!("Create a new mailbox store, move all users of {name} there, and delete {name}."));
            found.warn("Moving mailboxes takes hours. Mail that waits is delivered to the new place.");
        }
        if store.is_none_or(|store| store.public) {
            found.step(
                "A public folder store does not replicate its contents any more: export the folders to .pst files, and restore their \
                 permissions with PFAdmin.",
            );
        }
        if store.is_none_or(|store| !store.public) {
            found.step(
                "Check that the object SystemMailbox{GUID} of the store is there, and repair it (KB316622): without it event sinks fail.",
            );
        }
        findings.push(found);
    }
    if findings.is_empty() { Verdict::NotApplicable } else { Verdict::Found(findings) }
}
