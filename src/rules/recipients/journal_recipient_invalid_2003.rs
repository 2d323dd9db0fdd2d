//! A store of Exchange 2000 or 2003 sends copies to a journal recipient that cannot receive mail.

use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::directory::{Directory, Store, is_deleted, is_deleted_name, name_of};
use crate::model::directory::DirectoryObject;
use crate::model::legacy_queue::LegacyQueueKind;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed};
use crate::rules::searching::{Hit, effects, hits, note_past};

declare_rule! {
    /// # Symptoms
    /// Mail to or from the mailboxes of a store stays in the queue of messages awaiting directory lookup. Events 6004 and 9035, or 9003 and
    /// 9004, of MSExchangeTransport.
    ///
    /// # Cause
    /// The store archives all messages, and the recipient for the copies was deleted, is disabled, or has no mailbox attributes. The
    /// categorizer cannot address the copy and keeps the message.
    ///
    /// # Resolution
    /// 1. In System Manager open the store and choose a valid recipient under "Archive all messages", or switch archiving off.
    /// 2. Restart the SMTP service.
    ///
    /// # More information
    /// The attribute of the store is msExchMessageJournalRecipient.
    id: "journal-recipient-invalid-2003",
    title: "The journal recipient of a store cannot receive mail",
    area: Recipients,
    severity: High,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Directory],
    helps: [Events, LegacyQueues],
    explains: ["directory-lookup-queue-2003", "inheritance-929-2003"],
    sources: [
        "https://unifiedpeople.ru/extra.en/html/116423b4-e142-4327-b375-be34fb71f27f.htm",
        "https://mskb.pkisolutions.com/kb/251746",
    ],
    check: check,
}

/// What is wrong with a recipient; why, and where it shows.
enum State {
    Fine,
    Wrong(&'static str, Span),
    Unknown,
}

/// Events of the categorizer that speak of a recipient it cannot resolve.
const EVENTS: [u16; 4] = [6004, 9003, 9004, 9035];

fn check(facts: &Facts) -> Verdict {
    let events = hits(facts, "MSExchangeTransport", &EVENTS);
    let (mut findings, mut fine, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for store in facts.directory.stores().iter().filter(|store| is_old(facts, store)) {
        let Some(link) =
            store.object.text("msExchMessageJournalRecipient").filter(|link| !link.value.trim().is_empty())
        else {
            continue;
        };
        match state(facts, link.value, link.span) {
            State::Fine => fine.push(store.name()),
            State::Unknown => unknown.push((store.name(), link.value.to_owned())),
            State::Wrong(why, span) => findings.push(finding(facts, store, why, (link.span, span), &events)),
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    let names_journaling = events.iter().any(|hit| hit.group.id == 9035);
    if let Some((store, link)) = unknown.first() {
        return Verdict::Undecided(
            format!("The journal recipient of {store} is not in the evidence."),
            vec![Missing {
                what: "The journal recipient with its attributes".to_owned(),
                settles: "Whether it can receive mail.".to_owned(),
                command: format!(
                    "ldifde -f journal-recipient.ldf -p base -d \"{}\"",
                    link.replace(|c: char| c.is_control() || matches!(c, '"' | '%'), "")
                ),
            }],
        );
    }
    if !fine.is_empty() {
        return Verdict::RuledOut(format!("The journal recipient of {} is there and has a mailbox.", listed(&fine, 3)));
    }
    if names_journaling && facts.directory.stores().is_empty() {
        return Verdict::Undecided(
            "Event 9035 can be about a journal recipient, and no store is in the evidence.".to_owned(),
            vec![Missing {
                what: "The stores with their attributes".to_owned(),
                settles: "Whether a store archives to a recipient that was deleted.".to_owned(),
                command: "ldifde -f stores.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=<your forest>\" -r \"(objectClass=msExchPrivateMDB)\"".to_owned(),
            }],
        );
    }
    Verdict::NotApplicable
}

/// Whether the store is of 2000 or 2003, as far as the export shows its server.
fn is_old(facts: &Facts, store: &Store<'_>) -> bool {
    let server = store
        .server()
        .and_then(|server| facts.directory.server(&server)?.text("serialNumber").map(|t| t.value.to_owned()));
    server.is_none_or(|version| version.contains("Version 6."))
}

fn state(facts: &Facts, link: &str, span: Span) -> State {
    if is_deleted_name(link) {
        return State::Wrong("was deleted", span);
    }
    let Some(object) = facts.directory.object(link) else { return State::Unknown };
    if is_deleted(object) {
        return State::Wrong("was deleted", object.span);
    }
    let control = object.text("userAccountControl");
    if let Some(control) = control.filter(|control| control.value.parse::<u32>().is_ok_and(|flags| flags & 2 != 0))
        && object.get("msExchMasterAccountSid").is_none()
    {
        return State::Wrong("is disabled", control.span);
    }
    if object.get("mailNickname").is_none() && (Directory::shows_all(object) || is_mailless(object)) {
        return State::Wrong("has no mailbox attributes", object.span);
    }
    if object.get("mailNickname").is_some() { State::Fine } else { State::Unknown }
}

/// Whether an export that shows addresses of others shows none of this one.
fn is_mailless(object: &DirectoryObject) -> bool {
    object.get("mail").is_none() && object.get("proxyAddresses").is_none() && object.get("sAMAccountName").is_some()
}

fn finding(facts: &Facts, store: &Store<'_>, why: &str, (link, place): (Span, Span), events: &[Hit<'_>]) -> Discovery {
    let server = store.server();
    let own: Vec<&Hit<'_>> = events
        .iter()
        .filter(|hit| match (&server, &hit.group.computer) {
            (Some(server), Some(computer)) => server_key(server) == server_key(computer),
            _ => true,
        })
        .collect();
    let mut found = Discovery::new(if own.is_empty() { Confidence::Likely } else { Confidence::Confirmed });
    let name = store.name();
    let recipient = store.object.text("msExchMessageJournalRecipient").map_or("", |link| link.value);
    let recipient = crate::base::distinguished_name::DistinguishedName::parse(recipient)
        .map_or_else(|| recipient.to_owned(), |name| name.name().to_owned());
    let recipient = recipient.split(['\n', '\\']).next().unwrap_or("").to_owned();
    let mut places = found.cite(Proof::new(link, format!("The journal recipient of {name}")).mark([
        "msExchMessageJournalRecipient",
        "DEL:",
        "Deleted Objects",
    ]));
    if place != link {
        places += &found
            .cite(Proof::new(place, format!("The journal recipient {why}")).mark(["userAccountControl", "isDeleted"]));
    }
    // 9035 speaks of the journal recipient itself.
    let telling = own.iter().max_by_key(|hit| (hit.group.id == 9035, hit.group.id != 6004));
    let logged = match telling {
        Some(first) => format!(
            "; the categorizer puts off its mail {}",
            first.cite(
                &mut found,
                &["journal", "retryable error"],
                "The categorizer keeps the message and tries again."
            )
        ),
        None => ", so mail of its mailboxes stops at the categorizer".to_owned(),
    };
    found.statement = format!(
        "A store sends copies of all messages to a recipient that {why} {places}{logged}: {name}, {recipient}."
    );
    found.affects([name.clone()]);
    found.affects(server.clone());
    effects(&mut found, &own);
    let is_own = |queue: &&crate::model::legacy_queue::LegacyQueue| {
        let of = queue.server.as_ref().map(|own| server_key(&own.value));
        queue.kind == LegacyQueueKind::DirectoryLookup
            && queue.count() > 0
            && (of.is_none() || of == server.as_deref().map(server_key))
    };
    if !own.is_empty() {
        for queue in facts.legacy_queues.iter().filter(is_own) {
            found.accounts_for_legacy(
                queue,
                queue.count(),
                format!("Queue {}: waits for the categorizer", queue.label()),
            );
        }
    } else {
        found.unknown("Whether mail waits for it: no event of the categorizer is in the evidence.");
    }
    if name_of(store.object).is_some() {
        found.step(format!(
            "In System Manager open {}, the store {name}, Properties, General, and choose a valid recipient under \"Archive all messages sent or received by mailboxes on this store\", or clear the check box.",
            server.as_deref().unwrap_or("the server")
        ));
    }
    found.command(
        "Restart the service, so that the categorizer tries the waiting mail again.",
        "net stop smtpsvc && net start smtpsvc",
    );
    found.warn("Mail through the server pauses for about a minute.");
    found
        .verify
        .push("The queue of messages awaiting directory lookup empties, and the events do not come again.".to_owned());
    note_past(facts, &mut found, &own);
    found
}
