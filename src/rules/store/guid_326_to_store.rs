//! Which store event 326 means, and how each tool writes its GUID.

use super::smtp_mailbox::{refused, store_of, stores};
use crate::base::guid;
use crate::facts::Facts;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof};

declare_rule! {
    /// # Symptoms
    /// Event 326 names a store by a GUID in braces; ADSI Edit shows the bytes of objectGUID in another order, and LDIF shows
    /// base64.
    ///
    /// # Cause
    /// The first three parts of a GUID are stored low byte first.
    ///
    /// # Resolution
    /// 1. Compare the notations given here with what the tool at hand shows.
    ///
    /// # More information
    /// KB322308 describes the conversion.
    id: "guid-326-to-store",
    title: "The store that event 326 names",
    area: Store,
    severity: Info,
    role: Context,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [Directory],
    explains: [],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = refused(facts);
    let stores = stores(&all);
    if stores.is_empty() {
        return Verdict::NotApplicable;
    }
    let shown = facts.directory.stores();
    let mut findings = Vec::new();
    for guid in stores {
        let mut found = Discovery::new(Confidence::Confirmed);
        let Some(first) = all.iter().find(|r| r.store == guid) else { continue };
        let event = first.hit.cite(&mut found, &[&guid::braced(guid)], "");
        found.statement = match store_of(facts, guid) {
            Some(store) => {
                let span = store.object.guid("objectGUID").map_or(store.object.span, |own| own.span);
                let note = format!("objectGUID of {}", store.name());
                let place = found.cite(Proof::new(span, note).mark([guid::octet_text(guid), guid::base64(guid)]));
                found.affects([store.name()]);
                let kind = if store.public { "public folder store" } else { "mailbox store" };
                format!("The GUID in event 326 {event} is that of the {kind} {} {place}.", store.name())
            }
            None if shown.is_empty() => {
                found.missing.push(Missing {
                    what: "The stores in the directory".to_owned(),
                    settles: "Which store event 326 means.".to_owned(),
                    command: format!(
                        "ldifde -f store.ldf -d \"CN=Configuration,DC=<your forest>\" -r \"{}\"",
                        guid::ldap_filter("objectGUID", guid)
                    ),
                });
                format!(
                    "Event 326 {event} names the store by its GUID; no stores of the directory were brought to tell which it is."
                )
            }
            None => {
                let note = "The stores in the files";
                let searched =
                    format!("Searched: objectGUID of {} stores. None is {}.", shown.len(), guid::braced(guid));
                let span = shown.first().map_or(first.hit.variant.event.span, |store| store.object.span);
                let place = found.cite(Proof::new(span, note).absent(searched));
                format!(
                    "No store in the directory has the GUID of event 326 {event} {place}; it was deleted or created anew, and the \
                     object of its SMTP mailbox is stale."
                )
            }
        };
        found.held("KB322308 describes how the notations are converted.");
        found.held(format!("In Exchange: {}", guid::braced(guid)));
        found.held(format!("In ADSI Edit: {}", guid::octet_text(guid)));
        found.held(format!("As an LDAP filter: {}", guid::ldap_filter("objectGUID", guid)));
        found.held(format!("In LDIF: objectGUID:: {}", guid::base64(guid)));
        findings.push(found);
    }
    Verdict::Found(findings)
}
