//! The SystemMailbox of a store of Exchange 2000 or 2003 is missing.

use crate::base::guid;
use crate::facts::Facts;
use crate::facts::directory::Store;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof};
use crate::rules::searching::{Hit, effects, hits};

declare_rule! {
    /// # Symptoms
    /// Event 116 of EXOLEDB: the event system of a store cannot be initialized, with 0x8004010f. Event sinks do not run, and mail
    /// flow may not come back after the SMTP mailbox was repaired.
    ///
    /// # Cause
    /// The object SystemMailbox{GUID} of the store is missing in `CN=Microsoft Exchange System Objects` of the domain.
    ///
    /// # Resolution
    /// 1. Create a new store and move the mailboxes, or create the object anew as KB316622 describes.
    ///
    /// # More information
    /// With 0x8007007e a library is not registered: `regsvr32 exodbprx.dll`.
    id: "systemmailbox-missing",
    title: "The SystemMailbox of a store is missing",
    area: Store,
    severity: High,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [Directory],
    explains: [],
    sources: ["https://mskb.pkisolutions.com/kb/316622"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "EXOLEDB", &[116]);
    let has = |text: &str, code: &str| text.to_lowercase().contains(code);
    let meant: Vec<&Hit<'_>> =
        all.iter().filter(|hit| has(hit.text, "8004010f") || has(hit.text, "8007007e")).collect();
    let Some(first) = meant.first() else { return Verdict::NotApplicable };
    let mut found = Discovery::new(Confidence::Likely);
    let place =
        first.cite(&mut found, &["0x8004010f", "0x8007007e"], "The event system of the store needs its SystemMailbox.");
    // Stores without their object, where the dump shows such objects at all.
    let objects: Vec<String> = facts
        .directory
        .objects()
        .iter()
        .filter_map(|object| Some(object.distinguished_name.as_ref()?.value.to_lowercase()))
        .filter(|name| name.starts_with("cn=systemmailbox{"))
        .collect();
    let mut lost = String::new();
    if !objects.is_empty() {
        let computers: Vec<String> = meant.iter().map(|hit| server_key(&hit.computer())).collect();
        let of_event = |store: &&Store<'_>| store.server().is_some_and(|own| computers.contains(&server_key(&own)));
        for store in facts.directory.stores().iter().filter(|store| !store.public).filter(of_event) {
            let Some(own) = store.object.guid("objectGUID") else { continue };
            let text = guid::braced(own.value).to_lowercase();
            if objects.iter().any(|name| name.contains(&text)) {
                continue;
            }
            let searched = format!(
                "Searched: {} objects SystemMailbox. None is named after {}.",
                objects.len(),
                guid::braced(own.value)
            );
            let note = format!("No SystemMailbox for {}", store.name());
            lost += &found.cite(Proof::new(own.span, note).absent(searched));
            found.affects([store.name()]);
            found.confidence = Confidence::Confirmed;
        }
    }
    let missing = if lost.is_empty() { String::new() } else { format!("; its object is not in the directory {lost}") };
    found.statement = format!(
        "The event system of a store on {} does not start, because its SystemMailbox is not found {place}{missing}.",
        first.computer()
    );
    effects(&mut found, &meant);
    if has(first.text, "8007007e") {
        found.command(
            "Register the library, and mount the store again.",
            "regsvr32 \"%ProgramFiles%\\Exchsrvr\\bin\\exodbprx.dll\"",
        );
    }
    found.step("Preferred: create a new mailbox store, move the mailboxes there, and delete the old one; the new store gets its own SystemMailbox.");
    found.step("Otherwise create the object SystemMailbox{GUID} anew as KB316622 describes, and mount the store.");
    found.verify.push("No event 116 after the mount.".to_owned());
    if objects.is_empty() {
        found.missing.push(Missing {
            what: "The system objects of the domain, and the stores".to_owned(),
            settles: "Which store has no SystemMailbox.".to_owned(),
            command: "ldifde -f system.ldf -d \"CN=Microsoft Exchange System Objects,DC=<your domain>\" -r \"(cn=SystemMailbox*)\"".to_owned(),
        });
    }
    Verdict::Found(vec![found])
}
