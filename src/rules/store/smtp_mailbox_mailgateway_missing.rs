//! The directory object of the SMTP mailbox of a store is missing.

use super::smtp_mailbox::{connections, gateways, ldif_line, mta_of, refused, shows_connections, store_of, stores};
use crate::base::guid;
use crate::facts::Facts;
use crate::facts::directory::{Store, is_deleted};
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count};

declare_rule! {
    /// # Symptoms
    /// Event 326 of MSExchangeTransport names a store, and mail for it stays in the local delivery queue.
    ///
    /// # Cause
    /// Below `CN=Connections` there is no object of class mailGateway for the store, so the store driver has nobody to log on
    /// as.
    ///
    /// # Resolution
    /// 1. Delete an object of the same name that is left over, if there is one.
    /// 2. Create the object with cn, homeMTA, homeMDB, deliveryMechanism 2 and legacyExchangeDN. It gets a new GUID, so the store
    ///    creates a new mailbox for it at the next mount.
    /// 3. Dismount all stores, mount them, and purge the old mailbox, which stays disconnected.
    ///
    /// # More information
    /// If it can't be repaired: for a mailbox store, create a new store, move the users there, and delete the old one. A public
    /// folder store does not replicate any more meanwhile; export the folders to .pst files and set the permissions again with
    /// PFAdmin.
    id: "smtp-mailbox-mailgateway-missing",
    title: "The directory object of a store's SMTP mailbox is missing",
    area: Store,
    severity: Critical,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Events, Directory],
    helps: [LegacyQueues],
    explains: [
        "store-driver-326-smtp-mailbox-logon", "event-1194-accept-clients-smtp", "tracking-local-delivery-retry-loop",
        "outbox-stuck-submission",
    ],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = refused(facts);
    let stores = stores(&all);
    if stores.is_empty() {
        return Verdict::NotApplicable;
    }
    if !shows_connections(facts) {
        return Verdict::Undecided(
            "The objects below CN=Connections were not brought.".to_owned(),
            vec![Missing {
                what: "The objects below CN=Connections".to_owned(),
                settles: "Whether the object of the SMTP mailbox is there.".to_owned(),
                command: "ldifde -f connections.ldf -d \"CN=Services,CN=Configuration,DC=<your forest>\" -r \
                          \"(|(objectClass=mailGateway)(cn=Connections))\""
                    .to_owned(),
            }],
        );
    }
    let mut findings = Vec::new();
    let mut present = String::new();
    for guid in stores {
        match gateways(facts, guid).into_iter().find(|object| !is_deleted(object)) {
            Some(object) => present = object.distinguished_name.as_ref().map_or_else(String::new, |n| n.value.clone()),
            None => {
                let server = all.iter().find(|r| r.store == guid).map_or_else(String::new, |r| r.server.clone());
                let legacy = all.iter().find(|r| r.store == guid).map_or_else(String::new, |r| r.legacy_dn.clone());
                findings.push(finding(facts, guid, &server, &legacy));
            }
        }
    }
    if findings.is_empty() {
        return Verdict::RuledOut(format!("The object is there: {present}."));
    }
    Verdict::Found(findings)
}

fn finding(facts: &Facts, guid: uuid::Uuid, server: &str, legacy: &str) -> Discovery {
    let store = store_of(facts, guid);
    let container = connections(facts).unwrap_or_default();
    // With the container itself in the files, all that is below it was asked for.
    let whole = facts.directory.object(&container).is_some();
    let certain = store.is_some() && whole;
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    if !whole {
        found.unknown("Whether the object is there after all: the container CN=Connections is not in the files, so they may be a part of it.");
    }
    let shown = facts.directory.of_class("mailGateway").filter(|object| !is_deleted(object)).count();
    let span =
        facts.directory.object(&container).or_else(|| facts.directory.of_class("mailGateway").next()).map(|o| o.span);
    let name = store.map_or_else(|| format!("the store {}", guid::braced(guid)), |s| s.name());
    let absent = span.map_or_else(String::new, |span| {
        let searched = format!(
            "Searched: {} of class mailGateway below {container}. None is named after {}.",
            count(shown as u64, "object"),
            guid::braced(guid)
        );
        found.cite(Proof::new(span, format!("No object of an SMTP mailbox for {name}")).absent(searched))
    });
    let mut which = String::new();
    if let Some(store) = &store
        && let Some(own) = store.object.guid("objectGUID")
    {
        let note = format!("{name} has the GUID {}", guid::braced(guid));
        which = found.cite(Proof::new(own.span, note).mark([guid::octet_text(guid), guid::base64(guid)]));
    }
    let mut event = String::new();
    if let Some(first) = refused(facts).into_iter().find(|r| r.store == guid) {
        let why = "The store driver logs on as the object that is missing.";
        event = first.hit.cite(&mut found, &[&guid::braced(guid)], why);
    }
    found.statement = format!(
        "The directory has no object for the SMTP mailbox of {name} {which} on {server} {absent}, so the store driver cannot log on \
         to it {event}."
    );
    found.affects([name.clone(), server.to_owned()]);
    let deleted = gateways(facts, guid).into_iter().find(|object| is_deleted(object));
    if let Some(object) = deleted {
        let place = found.cite(Proof::new(object.span, "The object was deleted".to_owned()));
        found.held(format!("It was deleted: its remains are among the deleted objects {place}."));
    }
    match &store {
        Some(store) => create(&mut found, store, &container, server, legacy, guid),
        None => {
            found.unknown(format!(
                "Which store it is: none of those in the files has the GUID {}. It may have been deleted and created anew.",
                guid::braced(guid)
            ));
            found.command(
                "Find the store first.",
                format!(
                    "ldifde -f store.ldf -d \"CN=Configuration,DC=<your forest>\" -r \"{}\"",
                    guid::ldap_filter("objectGUID", guid)
                ),
            );
        }
    }
    found.step(format!(
        "After replication to the global catalog server that {server} uses: dismount all stores of {server}, not only this one, and \
         mount them."
    ));
    found.warn("Users of all these stores are cut off meanwhile.");
    if store.is_none_or(|store| !store.public) {
        found.step(format!(
            "In Exchange System Manager, Mailboxes below {name}: a second SMTP mailbox appears that is connected. Purge the one with the \
             red cross."
        ));
    }
    if store.is_some_and(|store| store.public) {
        found
            .held("It is a public folder store: it has no system mailbox to look at, so the directory object decides.");
    }
    found.verify.push("After the mount no event 326 or 1194, and the local delivery queue empties.".to_owned());
    found
}

/// The new object, ready to import after review.
fn create(found: &mut Discovery, store: &Store<'_>, container: &str, server: &str, legacy: &str, guid: uuid::Uuid) {
    let name = format!("SMTP ({server}-{})", guid::braced(guid));
    let lines = [
        ("dn", format!("CN={name},{container}")),
        ("changetype", "add".to_owned()),
        ("objectClass", "mailGateway".to_owned()),
        ("cn", name.clone()),
        ("homeMTA", mta_of(store).unwrap_or_default()),
        ("homeMDB", store.object.distinguished_name.as_ref().map_or_else(String::new, |n| n.value.clone())),
        ("deliveryMechanism", "2".to_owned()),
        ("legacyExchangeDN", legacy.to_owned()),
    ];
    let text: Vec<String> = lines.iter().map(|(name, value)| ldif_line(name, value)).collect();
    found.step(format!(
        "In ADSI Edit, below {container}, delete an object of the name \"{name}\" if one is left over (it is not in the files)."
    ));
    found.warn("Mistakes in ADSI Edit can make a reinstallation of Exchange necessary. Export the object first.");
    found.command(
        "Review this object, save it as smtp-mailbox.ldf, and import it with: ldifde -i -f smtp-mailbox.ldf. Its new GUID makes the store create \
         a new mailbox at the next mount.",
        text.join("\n"),
    );
    found.warn("The values come from the files that were brought. Compare homeMTA and homeMDB with ADSI Edit before the import.");
}
