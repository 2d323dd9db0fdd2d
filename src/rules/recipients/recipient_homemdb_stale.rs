//! Recipients point at a mailbox database that does not exist any more.

use std::collections::BTreeMap;

use crate::base::distinguished_name::{DistinguishedName, split_unescaped};
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::directory::{is_deleted, is_deleted_name, name_of};
use crate::model::directory::DirectoryObject;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Mail to some recipients waits in Unreachable or is returned, while others on the same server get theirs.
    ///
    /// # Cause
    /// Their attribute homeMDB names a database that was deleted, or one that is not in the configuration any more: the server or database was
    /// removed from the directory before its mailboxes were moved.
    ///
    /// # Resolution
    /// 1. Give the mailboxes a database that exists, or remove the mailbox attributes of recipients that are not needed.
    /// 2. Where only homeMTA is old, update the recipient.
    ///
    /// # More information
    /// What was in the old database is not brought back by this; it needs the database files or a backup.
    id: "recipient-homemdb-stale",
    title: "Recipients point at a database that does not exist",
    area: Recipients,
    severity: High,
    role: Cause,
    versions: V2003..=V2019,
    needs: [Directory],
    helps: [Queues, Messages],
    explains: ["recipient-has-no-mailbox-database", "unreachable-no-route-to-mdb"],
    sources: ["https://ilantz.com/category/exchange-2010/page/2/"],
    check: check,
}

/// What is known about the object that a link names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    There,
    /// The link itself says that the object was deleted.
    Deleted,
    /// The dump shows its surroundings, and not it.
    Absent,
    Unknown,
}

fn state(facts: &Facts, link: &str) -> State {
    if is_deleted_name(link) {
        return State::Deleted;
    }
    let shown: Vec<&DirectoryObject> = facts.directory.versions(link).collect();
    if !shown.is_empty() {
        return if shown.iter().all(|object| is_deleted(object)) { State::Deleted } else { State::There };
    }
    let listed = facts.databases.databases.iter();
    if listed.filter_map(|database| database.distinguished_name.as_deref()).any(|own| own.eq_ignore_ascii_case(link)) {
        return State::There;
    }
    // The nearest container that is shown must show what is below it.
    let parts = split_unescaped(link);
    let mut above = (1..parts.len()).filter_map(|at| DistinguishedName::parse(&parts.get(at..)?.join(",")));
    let nearest = above.find(|name| facts.directory.object(&name.key()).is_some());
    match nearest {
        Some(container) if facts.directory.shows_below(&container) => State::Absent,
        _ => State::Unknown,
    }
}

/// Recipients of one database.
#[derive(Default)]
struct Group<'a> {
    recipients: Vec<(&'a DirectoryObject, Span)>,
    messages: BTreeMap<usize, u64>,
}

/// Objects of recipients, without the mailboxes that Exchange keeps for itself.
fn is_recipient(object: &DirectoryObject) -> bool {
    let Some(name) = name_of(object) else { return false };
    let own = name.name().to_ascii_lowercase();
    name.level_of("Configuration").is_none()
        && !is_deleted(object)
        && !own.starts_with("systemmailbox{")
        && !object.is_class("mailGateway")
}

fn check(facts: &Facts) -> Verdict {
    let mut states: BTreeMap<String, State> = BTreeMap::new();
    let mut stale: BTreeMap<String, Group<'_>> = BTreeMap::new();
    let mut of_mta: Vec<(&DirectoryObject, Span)> = Vec::new();
    let (mut fine, mut open) = (0u64, None);
    for object in facts.directory.objects().iter().filter(|object| is_recipient(object)) {
        let Some(home) = object.text("homeMDB").filter(|home| !home.value.trim().is_empty()) else { continue };
        let key = home.value.to_lowercase();
        let is = *states.entry(key.clone()).or_insert_with(|| state(facts, home.value));
        match is {
            State::There => {
                fine += 1;
                if let Some(mta) = object.text("homeMTA").filter(|mta| is_deleted_name(mta.value)) {
                    of_mta.push((object, mta.span));
                }
            }
            State::Unknown => open = open.or(Some(home.value.to_owned())),
            State::Deleted | State::Absent => stale.entry(key).or_default().recipients.push((object, home.span)),
        }
    }
    if stale.is_empty() && of_mta.is_empty() {
        // Recipients in an export are no question by themselves; mail without a route to a mailbox is one.
        let raised = facts.queues.waiting_queues().any(|queue| queue.is_unreachable() && queue.may_hold_mail());
        if !raised {
            return Verdict::NotApplicable;
        }
        return match (open, fine) {
            (Some(home), _) => Verdict::Undecided(
                "Recipients have a database that the directory export does not show.".to_owned(),
                vec![Missing {
                    what: "The configuration of Exchange in the directory".to_owned(),
                    settles: format!("Whether the database exists: {home}."),
                    command: "ldifde -f organization.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=<your forest>\"".to_owned(),
                }],
            ),
            (None, 0) => Verdict::NotApplicable,
            (None, fine) => {
                Verdict::RuledOut(format!("Every database that a recipient names exists: looked at {}.", count(fine, "recipient")))
            }
        };
    }
    assign(facts, &mut stale);
    let mut findings: Vec<Discovery> =
        stale.iter().filter_map(|(key, group)| finding(facts, *states.get(key)?, group)).collect();
    findings.extend(of_old_mta(&of_mta));
    Verdict::Found(findings)
}

/// Counts the waiting messages to the recipients of each group.
fn assign(facts: &Facts, stale: &mut BTreeMap<String, Group<'_>>) {
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for (key, group) in stale.iter() {
        for (object, _) in &group.recipients {
            let proxies = object.texts("proxyAddresses").filter_map(|text| {
                let (kind, address) = text.value.split_once(':')?;
                kind.eq_ignore_ascii_case("smtp").then(|| address.to_lowercase())
            });
            for address in proxies.chain(object.text("mail").map(|mail| mail.value.to_lowercase())) {
                homes.insert(address, key.clone());
            }
        }
    }
    for (at, queue) in
        facts.queues.queues.iter().enumerate().filter(|(_, queue)| !queue.is_shadow() && !queue.is_moving())
    {
        for message in &queue.messages {
            let home = message.recipients.iter().find_map(|one| homes.get(&one.address.to_lowercase()));
            if let Some(group) = home.and_then(|home| stale.get_mut(home)) {
                *group.messages.entry(at).or_default() += 1;
            }
        }
    }
}

fn display(object: &DirectoryObject) -> String {
    name_of(object).map_or_else(|| "an unnamed recipient".to_owned(), |name| name.name().to_owned())
}

fn finding(facts: &Facts, state: State, group: &Group<'_>) -> Option<Discovery> {
    let (first, span) = group.recipients.first()?;
    let home = first.text("homeMDB")?;
    let parsed = DistinguishedName::parse(home.value);
    let database = parsed.as_ref().map_or(home.value, DistinguishedName::name);
    let database = database.split(['\n', '\\']).next().unwrap_or(database).to_owned();
    // What a dump does not show may have been left out of it; when the server is gone as well, it was not.
    let home_server =
        first.text("msExchHomeServerName").map(|name| name.value.rsplit_once('=').map_or(name.value, |(_, n)| n));
    let server_gone = home_server.is_some_and(|name| facts.directory.server(name).is_none())
        && facts.directory.of_class("msExchExchangeServer").next().is_some();
    let certain = state == State::Deleted || server_gone;
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    if !certain {
        found.unknown("Whether the export of the configuration is whole.");
    }
    let mut places = String::new();
    let why = match state {
        State::Deleted => "The name says that the object was deleted.",
        _ => "The export shows its surroundings, and no such database.",
    };
    let proof = Proof::new(*span, format!("The database of {}", display(first))).why(why);
    places += &found.cite(proof.mark(["Deleted Objects", "DEL:", "homeMDB"]));
    let names: Vec<String> = group.recipients.iter().map(|(object, _)| display(object)).collect();
    let total: u64 = group.messages.values().sum();
    for (at, messages) in &group.messages {
        if let Some(queue) = facts.queues.queues.get(*at) {
            if let Some(message) = queue.messages.first().filter(|_| found.proofs.len() < 3) {
                places += &found.cite(Proof::new(message.span, format!("Mail that waits in {}", queue.label())));
            }
            found.accounts_for(
                queue,
                *messages,
                format!("Queue {}: recipients of a database that does not exist", queue.label()),
            );
        }
    }
    let people = count(names.len() as u64, "recipient");
    let verb = if names.len() == 1 { "points" } else { "point" };
    let mail = if total == 0 {
        "so their mail cannot be delivered".to_owned()
    } else {
        format!("and {} for them cannot be delivered", count(total, "message"))
    };
    found.statement = format!(
        "{people} still {verb} at a mailbox database that {} {places}, {mail}: {database}.",
        match state {
            State::Deleted => "was deleted",
            _ => "does not exist",
        }
    );
    found.affects(names.iter().take(50).cloned());
    found.affects([database.clone()]);
    found.effect("Recipients", listed(&names, 5));
    if let Some(server) = home_server.filter(|_| server_gone) {
        found.held(format!("The server that {} belongs to does not exist either: {server}.", display(first)));
    }
    let stores = facts.directory.stores();
    let other = stores.iter().find(|store| !store.public).map(crate::facts::directory::Store::name);
    let target = other.map_or_else(|| "<database>".to_owned(), |name| quoted(&name));
    let name = |object: &DirectoryObject| {
        let text = object.text("mail").or_else(|| object.text("mailNickname")).map(|text| text.value.to_owned());
        quoted(&text.unwrap_or_else(|| display(object)))
    };
    found.step(
        "If the files of the database or a backup are there, decide first whether the contents are to be brought back.",
    );
    let all: Vec<String> = group.recipients.iter().take(10).map(|(object, _)| name(object)).collect();
    found.command(
        "Look at the mailboxes.",
        format!("{} | Get-Mailbox | Format-Table Name,Database,ServerName", all.join(",")),
    );
    found.command(
        "Give them a database that exists (Exchange 2007 and later; on 2003 use Remove Exchange Attributes and Create Mailbox of Exchange Tasks).",
        format!("{} | ForEach-Object {{ Set-Mailbox $_ -Database {target} }}", all.join(",")),
    );
    found.warn("The mailboxes start empty in the new database. Moving them in this way works only because the old database is gone.");
    for at in group.messages.keys() {
        if let Some(queue) = facts.queues.queues.get(*at).filter(|queue| queue.is_unreachable()) {
            found.command(
                "Route the waiting mail anew.",
                format!("Retry-Queue -Identity {} -Resubmit $true", quoted(&queue.label())),
            );
        }
    }
    found.verify.push("The mailboxes open, and their mail leaves the queue.".to_owned());
    Some(found)
}

fn of_old_mta(all: &[(&DirectoryObject, Span)]) -> Option<Discovery> {
    let (first, span) = all.first()?;
    let mut found = Discovery::new(Confidence::Confirmed);
    found.severity = Some(Severity::Low);
    let proof = Proof::new(*span, format!("homeMTA of {}", display(first)));
    let place = found.cite(proof.mark(["Deleted Objects", "DEL:"]).why("The name says that the object was deleted."));
    let names: Vec<String> = all.iter().map(|(object, _)| display(object)).collect();
    found.statement = format!(
        "{} still {} the message transfer agent of a server that was removed {place}; their database exists.",
        count(names.len() as u64, "recipient"),
        if names.len() == 1 { "names" } else { "name" }
    );
    found.effect("Recipients", listed(&names, 5));
    found.affects(names.iter().take(50).cloned());
    let text = first.text("mail").or_else(|| first.text("mailNickname")).map(|text| text.value.to_owned());
    found.command(
        "Let Exchange write the attribute anew.",
        format!("Update-Recipient {}", quoted(&text.unwrap_or_else(|| display(first)))),
    );
    found.verify.push("homeMTA names a server that exists.".to_owned());
    Some(found)
}
