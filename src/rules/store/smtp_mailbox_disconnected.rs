//! The SMTP mailbox of a store is disconnected, there twice, or not there.

use uuid::Uuid;

use super::smtp_mailbox::{refused, store_of, stores};
use crate::base::guid;
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::model::store_mailbox::{StoreMailbox, StoreMailboxKind};
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof};

declare_rule! {
    /// # Symptoms
    /// After the Cleanup Agent was run, the list of mailboxes of a store shows `SMTP (<server>-{GUID})` with a red cross (deleted), twice, or
    /// not at all. Event 326 may name the same GUID.
    ///
    /// # Cause
    /// The mailbox that the store driver uses has lost its object in the directory.
    ///
    /// # Resolution
    /// 1. Create the mailGateway object anew in the directory; its new GUID makes the store create a new mailbox at the next mount.
    /// 2. Purge the old mailbox.
    ///
    /// # More information
    /// A public folder store shows no such list.
    id: "smtp-mailbox-disconnected",
    title: "The SMTP mailbox of a store is disconnected",
    area: Store,
    severity: High,
    role: Cause,
    versions: V2000..=V2003,
    needs: [StoreMailboxes],
    helps: [Events, Directory],
    explains: [
        "store-driver-326-smtp-mailbox-logon", "event-1194-accept-clients-smtp", "tracking-local-delivery-retry-loop",
        "outbox-stuck-submission",
    ],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938"],
    check: check,
}

/// The SMTP mailboxes of the lists, with server and store.
fn listed(facts: &Facts) -> Vec<(&StoreMailbox, String, Uuid)> {
    facts
        .store_mailboxes
        .iter()
        .filter_map(|mailbox| match mailbox.kind() {
            StoreMailboxKind::Smtp { server, store } => Some((mailbox, server, store)),
            _ => None,
        })
        .collect()
}

fn check(facts: &Facts) -> Verdict {
    let all = listed(facts);
    let named = stores(&refused(facts));
    let mut findings = Vec::new();
    let mut seen: Vec<Uuid> = all.iter().map(|(.., store)| *store).collect();
    seen.order();
    seen.dedup();
    for store in &seen {
        let of_store: Vec<_> = all.iter().filter(|(.., other)| other == store).collect();
        // The same list saved twice shows the same mailboxes; the last file counts.
        let last = of_store.iter().map(|(mailbox, ..)| mailbox.span.source).max();
        let own: Vec<_> = of_store.into_iter().filter(|(mailbox, ..)| Some(mailbox.span.source) == last).collect();
        let deleted = own.iter().filter(|(mailbox, ..)| mailbox.deleted.is_some()).count();
        // After a repair the new one is connected and the old one is left: then it is only purged.
        if deleted > 0 || own.len() > 1 {
            let connected = own.len() - deleted;
            findings.push(finding(facts, *store, &own, connected, named.contains(store)));
        }
    }
    // A list of the store that event 326 names, without its SMTP mailbox.
    if let [store] = named.as_slice()
        && !seen.contains(store)
        && let Some(of_store) = list_of(facts, *store)
    {
        let mut found = Discovery::new(Confidence::Likely);
        let number = facts.store_mailboxes.iter().filter(|m| m.span.source == of_store.span.source).count();
        let searched = format!("Searched: {number} mailboxes. None is named SMTP (...-{}).", guid::braced(*store));
        let proof =
            Proof::new(of_store.span, "The list of mailboxes has no SMTP mailbox of the store").absent(searched);
        let place = found.cite(proof);
        found.statement =
            format!("The SMTP mailbox of {} is not in the list of its mailboxes {place}.", name(facts, *store));
        affect(facts, &mut found, *store);
        repair(&mut found, facts, *store);
        findings.push(found);
    }
    match (findings.is_empty(), all.is_empty()) {
        (false, _) => Verdict::Found(findings),
        (true, false) if !named.is_empty() => {
            Verdict::RuledOut("The SMTP mailboxes in the list are there once and connected.".to_owned())
        }
        _ => Verdict::NotApplicable,
    }
}

/// A list that is known to be of a store: it holds the SystemMailbox of the store.
fn list_of(facts: &Facts, store: Uuid) -> Option<&StoreMailbox> {
    facts.store_mailboxes.iter().find(|mailbox| mailbox.kind() == StoreMailboxKind::System { store })
}

fn name(facts: &Facts, store: Uuid) -> String {
    store_of(facts, store).map_or_else(|| format!("the store {}", guid::braced(store)), |own| own.name())
}

fn affect(facts: &Facts, found: &mut Discovery, store: Uuid) {
    found.affects([name(facts, store)]);
    found.affects(refused(facts).iter().filter(|r| r.store == store).map(|r| r.server.clone()));
}

fn finding(
    facts: &Facts,
    store: Uuid,
    own: &[&(&StoreMailbox, String, Uuid)],
    connected: usize,
    named: bool,
) -> Discovery {
    let mut found = Discovery::new(if named { Confidence::Confirmed } else { Confidence::Likely });
    let mut places = String::new();
    for (mailbox, ..) in own.iter().take(3) {
        let (span, note) = match &mailbox.deleted {
            Some(deleted) => (deleted.span, format!("{} is disconnected since {}", mailbox.name.value, deleted.value)),
            None => (mailbox.name.span, format!("{} is connected", mailbox.name.value)),
        };
        places += &found.cite(Proof::new(span, note).mark([mailbox.name.value.clone()]));
    }
    let what = match (connected, own.len()) {
        (0, _) => "is disconnected",
        (1, 2..) => "is there a second time, disconnected",
        _ => "is there more than once",
    };
    found.statement = format!("The SMTP mailbox of {} {what} {places}.", name(facts, store));
    affect(facts, &mut found, store);
    found.affects(own.iter().map(|(_, server, _)| server.clone()));
    if !named {
        found.severity = Some(Severity::Medium);
        found.unknown("Whether mail is held back: there is no event 326 for this store in the files.");
    }
    if connected == 1 && own.len() > 1 {
        found.severity = Some(Severity::Low);
        found.held("One of them is connected, as after a repair; the other is left over.");
        found.step(
            "In Exchange System Manager, Mailboxes below the store, right click the one with the red cross, Purge.",
        );
        found.verify.push("Exactly one SMTP mailbox, connected, is in the list.".to_owned());
        return found;
    }
    repair(&mut found, facts, store);
    found
}

fn repair(found: &mut Discovery, facts: &Facts, store: Uuid) {
    let container =
        super::smtp_mailbox::connections(facts).unwrap_or_else(|| "CN=Connections of the organization".to_owned());
    found.step(format!(
        "In ADSI Edit, below {container}, delete the object \"SMTP (<server>-{})\" if it is there, and create it anew (class mailGateway; cn, \
         homeMTA, deliveryMechanism 2, homeMDB, legacyExchangeDN).",
        guid::braced(store)
    ));
    found.warn("Mistakes in ADSI Edit can make a reinstallation of Exchange necessary. Export the object first.");
    found.step(
        "Dismount all stores of the server, not only this one, and mount them. A new SMTP mailbox appears, connected.",
    );
    found.warn("Users of all these stores are cut off meanwhile.");
    found.step("Right click the one with the red cross, Purge.");
    found
        .verify
        .push("Exactly one SMTP mailbox, connected, is in the list, and event 326 does not come again.".to_owned());
}
