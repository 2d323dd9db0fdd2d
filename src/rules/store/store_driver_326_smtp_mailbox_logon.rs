//! The store driver of Exchange 2000 or 2003 cannot log on to a store as its SMTP mailbox.

use super::smtp_mailbox::{CODES, Refused, connections, refused, store_of, stores};
use crate::base::guid;
use crate::facts::Facts;
use crate::model::legacy_queue::LegacyQueueKind;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed, quoted};
use crate::rules::searching::{Hit, effects, settle_past};

declare_rule! {
    /// # Symptoms
    /// Mail for a local mailbox or public folder store is not delivered and waits in the local delivery queue; mail of its
    /// users stays in the Outbox. When the store is mounted, event 326 of MSExchangeTransport names the store by its GUID, with
    /// the code 0x80040148 and then 0x80040158, and event 1194 of MSExchangeIS follows.
    ///
    /// # Cause
    /// The store driver delivers as the SMTP mailbox of the store. Its object in the directory is missing, or its mailbox is
    /// disconnected, or the object has wrong attributes.
    ///
    /// # Resolution
    /// 1. Find the store whose objectGUID the event names.
    /// 2. For a mailbox store run the Cleanup Agent and look whether `SMTP (<server>-{GUID})` is there and connected; a public
    ///    folder store shows no such mailbox.
    /// 3. Create or correct the mailGateway object in `CN=Connections`.
    /// 4. Dismount all stores, mount them, and purge the mailbox that stays disconnected.
    ///
    /// # More information
    /// The two codes are not in any public header; their meaning is that of the article. Other codes have other causes:
    /// 0x80040111 is a plain refusal of the logon (permissions, `setup /domainprep`). Event 326 of source ESE is the normal
    /// report of a database that was attached.
    id: "store-driver-326-smtp-mailbox-logon",
    title: "The SMTP mailbox of a store is missing or disconnected",
    area: Store,
    severity: Critical,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [Directory, LegacyQueues, Tracking],
    explains: ["event-1194-accept-clients-smtp", "tracking-local-delivery-retry-loop", "outbox-stuck-submission"],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = refused(facts);
    let stores = stores(&all);
    if stores.is_empty() {
        return match all.first() {
            Some(other) => Verdict::RuledOut(format!(
                "Event 326 has the code 0x{:08X}, which is another failure than that of a missing SMTP mailbox. For 0x80040111 \
                 check the permissions of the Exchange groups and run setup /domainprep.",
                other.code
            )),
            None => Verdict::NotApplicable,
        };
    }
    let of = |store| all.iter().filter(move |r| r.store == store && CODES.contains(&r.code)).collect::<Vec<_>>();
    Verdict::Found(stores.into_iter().map(|store| finding(facts, &of(store))).collect())
}

fn finding(facts: &Facts, refused: &[&Refused<'_>]) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let Some(first) = refused.first() else { return found };
    let (guid, server) = (first.store, first.server.clone());
    let codes = distinct(refused.iter().map(|r| format!("0x{:08X}", r.code)));
    let mut places = String::new();
    for one in refused.iter().take(4) {
        let code = format!("0x{:08x}", one.code);
        let why = "The store driver logs this when it cannot log on as the SMTP mailbox of the store.";
        places += &one.hit.cite(&mut found, &[&code, &guid::braced(guid)], why);
    }
    let store = store_of(facts, guid);
    let name = store.map_or_else(|| format!("the store {} of {server}", guid::braced(guid)), |s| s.name());
    let queues: Vec<_> = facts
        .legacy_queues
        .iter()
        .filter(|queue| queue.kind == LegacyQueueKind::LocalDelivery && queue.count() > 0)
        .filter(|queue| queue.server.as_ref().is_none_or(|own| server_key(&own.value) == server_key(&server)))
        .collect();
    let mut waiting = String::new();
    for queue in &queues {
        let place = found.cite(Proof::new(queue.span, format!("Mail waits in {}", queue.label())));
        waiting = format!(", and mail waits in the local delivery queue {place}");
        found.accounts_for_legacy(queue, queue.count(), format!("Queue {}: local delivery", queue.label()));
    }
    found.statement = format!(
        "The store driver of {server} cannot log on to {name} as its SMTP mailbox ({}) {places}, so no mail is delivered there{waiting}.",
        listed(&codes, 2)
    );
    found.affects([server.clone(), name.clone()]);
    let hits: Vec<&Hit<'_>> = refused.iter().map(|r| &r.hit).collect();
    effects(&mut found, &hits);
    settle_past(facts, &mut found, &hits);
    if codes.len() == 2 {
        found.held("Both codes occur, the first and the second attempt of one mount.");
    }
    let public = store.map(|s| s.public);
    if store.is_none() {
        found.command(
            format!(
                "Find the store whose objectGUID is {} (ADSI Edit shows it as {}).",
                guid::braced(guid),
                guid::octet_text(guid)
            ),
            format!(
                "ldifde -f store.ldf -d \"CN=Configuration,DC=<your forest>\" -r \"{}\"",
                guid::ldap_filter("objectGUID", guid)
            ),
        );
    }
    if public != Some(true) {
        found.step(format!(
            "If it is a mailbox store: in Exchange System Manager open Mailboxes below it, run the Cleanup Agent, and look for \"SMTP \
             ({server}-{})\". Not there, or with a red cross, is what event 326 means. A public folder store does not show this \
             mailbox; go on with the next step.",
            guid::braced(guid)
        ));
    }
    found.step(format!(
        "In ADSI Edit, below {}, look at the object \"SMTP ({server}-{})\" on the global catalog server that {server} uses (event \
         2080 of MSExchangeDSAccess names it). Missing: create it. Wrong homeMTA, homeMDB or legacyExchangeDN: correct it.",
        connections(facts).unwrap_or_else(|| "CN=Connections of the organization".to_owned()),
        guid::braced(guid)
    ));
    found.warn("Mistakes in ADSI Edit can make a reinstallation of Exchange necessary. Export the object first.");
    let purge = if public == Some(true) {
        ""
    } else {
        " A second SMTP mailbox that is connected appears; purge the disconnected one."
    };
    found.step(format!("Dismount all stores of {server}, not only this one, and mount them again.{purge}"));
    found.warn("Users of all these stores are cut off meanwhile.");
    found.verify.push("After the mount no event 326 or 1194, and the local delivery queue empties.".to_owned());
    if !facts.directory.is_empty() && super::smtp_mailbox::shows_connections(facts) {
        return found;
    }
    found.unknown(
        "Whether the object is missing or has wrong attributes: the objects below CN=Connections were not brought.",
    );
    found.missing.push(Missing {
        what: "The objects below CN=Connections, and the stores of the server".to_owned(),
        settles: "Whether the object of the SMTP mailbox is missing or has wrong attributes, and which store it is.".to_owned(),
        command: "ldifde -f connections.ldf -d \"CN=Services,CN=Configuration,DC=<your forest>\" -r \
                  \"(|(objectClass=mailGateway)(objectClass=msExchPrivateMDB)(objectClass=msExchPublicMDB)(cn=Connections))\""
            .to_owned(),
    });
    if queues.is_empty() && facts.legacy_queues.is_empty() {
        found.missing.push(Missing {
            what: "The list of queues".to_owned(),
            settles: "How much mail waits for local delivery.".to_owned(),
            command: format!("Exchange System Manager, {}, Queues: right click, Export List", quoted(&server)),
        });
    }
    found
}
