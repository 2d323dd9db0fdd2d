//! The directory object of the SMTP mailbox of a store has wrong attributes, or is there twice.

use super::smtp_mailbox::{gateways, ldif_line, mta_of, refused, stores};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::guid;
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::directory::{Directory, Store, is_deleted, is_deleted_name};
use crate::model::directory::DirectoryObject;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed};

declare_rule! {
    /// # Symptoms
    /// As with a missing object: event 326 of MSExchangeTransport, and mail that waits for local delivery.
    ///
    /// # Cause
    /// The object of class mailGateway is there, but homeMDB, homeMTA, legacyExchangeDN or deliveryMechanism is not that of the
    /// store, or there are two objects for one store. This happens when a store is moved or renamed, or a server restored.
    ///
    /// # Resolution
    /// 1. Correct the attributes on the global catalog server that the Exchange server uses, let it replicate, and mount the stores
    ///    again.
    ///
    /// # More information
    /// Directory names compare without case. The GUID in the name is that of the store; directory tools show it in another order
    /// of bytes.
    id: "smtp-mailbox-mailgateway-bad-attributes",
    title: "The directory object of a store's SMTP mailbox has wrong attributes",
    area: Store,
    severity: Critical,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Directory],
    helps: [Events, LegacyQueues],
    explains: [
        "store-driver-326-smtp-mailbox-logon", "event-1194-accept-clients-smtp", "tracking-local-delivery-retry-loop",
        "outbox-stuck-submission",
    ],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938"],
    check: check,
}

/// An attribute that is wrong: its place, what it is, what it should be, and why.
struct Wrong {
    span: Span,
    attribute: &'static str,
    is: String,
    should: String,
}

fn check(facts: &Facts) -> Verdict {
    let named = stores(&refused(facts));
    let mut findings = Vec::new();
    let mut right = Vec::new();
    // An organization of these versions has some hundred stores; each is compared with all objects.
    for store in facts.directory.stores().into_iter().take(1000) {
        let Some(guid) = store.object.guid("objectGUID").map(|guid| guid.value) else { continue };
        let objects: Vec<&DirectoryObject> =
            gateways(facts, guid).into_iter().filter(|object| !is_deleted(object)).collect();
        // One object in two dumps is one object.
        let mut names: Vec<String> =
            objects.iter().filter_map(|o| key(&o.distinguished_name.as_ref()?.value)).collect();
        names.order();
        names.dedup();
        let faults: Vec<(&DirectoryObject, Vec<Wrong>)> = objects
            .iter()
            .map(|object| (*object, faults(&store, object, guid)))
            .filter(|(_, w)| !w.is_empty())
            .collect();
        if faults.is_empty() && names.len() < 2 {
            if !objects.is_empty() {
                right.push(store.name());
            }
            continue;
        }
        findings.push(finding(facts, &store, guid, &objects, names.len(), &faults, named.contains(&guid)));
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    // Only worth saying where the question was raised.
    if named.is_empty() || right.is_empty() {
        return Verdict::NotApplicable;
    }
    Verdict::RuledOut(format!("The attributes of the object are those of the store: {}.", listed(&right, 4)))
}

fn key(name: &str) -> Option<String> {
    DistinguishedName::parse(name).map(|name| name.key())
}

/// Whether the agent that an object names was deleted.
fn is_gone(object: &DirectoryObject) -> bool {
    object.text("homeMTA").is_some_and(|text| is_deleted_name(text.value))
}

fn faults(store: &Store<'_>, object: &DirectoryObject, guid: uuid::Uuid) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let own = store.object.distinguished_name.as_ref().map_or("", |name| &name.value).to_owned();
    let mta = mta_of(store);
    for (attribute, should) in [("homeMDB", Some(own)), ("homeMTA", mta)] {
        let Some(should) = should else { continue };
        match object.text(attribute) {
            Some(is) if key(is.value) == key(&should) && !is_deleted_name(is.value) => {}
            Some(is) => wrong.push(Wrong { span: is.span, attribute, is: is.value.to_owned(), should }),
            // An export of a few attributes does not show the others.
            None if Directory::shows_all(object) => {
                wrong.push(Wrong { span: object.span, attribute, is: "nothing".to_owned(), should });
            }
            None => {}
        }
    }
    if let Some(mechanism) = object.text("deliveryMechanism").filter(|text| text.value.trim() != "2") {
        let (span, is) = (mechanism.span, mechanism.value.to_owned());
        wrong.push(Wrong { span, attribute: "deliveryMechanism", is, should: "2".to_owned() });
    }
    if let Some(legacy) = object.text("legacyExchangeDN") {
        let end = format!("/cn={}", guid::braced(guid)).to_lowercase();
        let server = store.server().map(|server| format!("/cn=smtp ({})", server.to_lowercase()));
        let is = legacy.value.to_lowercase();
        if !is.ends_with(&end) || server.is_some_and(|server| !is.contains(&server)) {
            let should = format!(
                "(...)/cn=Configuration/cn=Connections/cn=SMTP ({})/cn={}",
                store.server().unwrap_or_else(|| "<server>".to_owned()),
                guid::braced(guid)
            );
            wrong.push(Wrong { span: legacy.span, attribute: "legacyExchangeDN", is: legacy.value.to_owned(), should });
        }
    }
    wrong
}

fn finding(
    facts: &Facts,
    store: &Store<'_>,
    guid: uuid::Uuid,
    objects: &[&DirectoryObject],
    number: usize,
    faults: &[(&DirectoryObject, Vec<Wrong>)],
    named: bool,
) -> Discovery {
    let mut found = Discovery::new(if named { Confidence::Confirmed } else { Confidence::Likely });
    // A server of a cluster may use the agent of another one; its own agent in the files excludes that.
    let own_agent = mta_of(store).is_some_and(|mta| facts.directory.object(&mta).is_some());
    let only_agent = faults.iter().flat_map(|(_, wrong)| wrong).all(|one| one.attribute == "homeMTA");
    if only_agent && number < 2 && !own_agent && !faults.iter().any(|(object, _)| is_gone(object)) {
        found.confidence = Confidence::Likely;
        found.unknown("Whether the server has a message transfer agent of its own: the files do not show it, and a server of a cluster may use another one.");
    }
    if !named {
        found.severity = Some(Severity::Medium);
        found.unknown("Whether mail is held back: there is no event 326 for this store in the files.");
    }
    let server = store.server().unwrap_or_else(|| "its server".to_owned());
    let mut parts = Vec::new();
    if number > 1 {
        let mut places = String::new();
        for object in objects.iter().take(4) {
            places += &found.cite(Proof::new(object.span, format!("An object for {}", store.name())));
        }
        parts.push(format!("there are {number} objects for it {places}"));
    }
    for (object, wrong) in faults.iter().take(3) {
        for one in wrong {
            let note = format!("{} of the object is {}", one.attribute, one.is);
            let why = format!("It should be {}.", one.should);
            let place = found.cite(Proof::new(one.span, note).mark([one.is.clone()]).why(why));
            parts.push(format!("{} is wrong {place}", one.attribute));
        }
        let name = object.distinguished_name.as_ref().map_or("", |name| &name.value);
        let lines: Vec<String> = wrong
            .iter()
            .filter(|one| !one.should.starts_with('('))
            .map(|one| format!("replace: {}\n{}\n-", one.attribute, ldif_line(one.attribute, &one.should)))
            .collect();
        if !lines.is_empty() {
            found.command(
                "Review this change, save it as smtp-mailbox.ldf, and import it on the global catalog server that the Exchange server \
                 uses: ldifde -i -f smtp-mailbox.ldf -s <server>",
                format!("{}\nchangetype: modify\n{}", ldif_line("dn", name), lines.join("\n")),
            );
            found.warn("Mistakes here can make a reinstallation of Exchange necessary. Export the object first.");
        }
        for one in wrong.iter().filter(|one| one.should.starts_with('(')) {
            found.step(format!(
                "In ADSI Edit set {} of {name} so that it ends in {}.",
                one.attribute,
                one.should.trim_start_matches("(...)")
            ));
        }
    }
    if number > 1 {
        found.step("Delete the object whose attributes are not those of the store, and keep the other.");
    }
    let mut event = String::new();
    if let Some(first) = refused(facts).into_iter().find(|r| r.store == guid) {
        event =
            format!(", and the store driver cannot log on {}", first.hit.cite(&mut found, &[&guid::braced(guid)], ""));
    }
    found.statement = format!(
        "The directory object of the SMTP mailbox of {} on {server} is not right: {}{event}.",
        store.name(),
        parts.join("; ")
    );
    found.affects([store.name(), server.clone()]);
    found.step(format!("Let Active Directory replicate, then dismount all stores of {server} and mount them again."));
    found.warn("Users of these stores are cut off meanwhile.");
    found.verify.push(
        "A new dump of the object from that global catalog server shows the values, and event 326 does not come again."
            .to_owned(),
    );
    found
}
