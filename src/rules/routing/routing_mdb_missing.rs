//! A database that mail needs is not in the routing table, or is there without a usable owner.

use std::collections::BTreeMap;

use super::lookup::{Entry, Lost, locate, needed};
use super::unreachable::{self, Unreachable, cite_reason, resubmit_steps};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::source::{Place, Span};
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::databases::{is_certainly_before, local_name};
use crate::model::database::{MailboxDatabase, database_name};
use crate::model::routing::entry::DatabaseRoute;
use crate::model::routing::{RoutingDatabase, RoutingTable};
use crate::model::server::server_key;
use crate::model::smtp_reply::UnreachableReason::NoRouteToMdb;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};
use crate::tools::route_calculator::RouteCalculator;

declare_rule! {
    /// # Symptoms
    /// Mail waits as unreachable with `There is currently no route to the mailbox database.` The database of the
    /// recipient is missing from the newest routing table of the server that holds the queue, or its entry leads
    /// nowhere.
    ///
    /// # Cause
    /// When the transport service computed its table it could not read the database or the server that owns it, or had
    /// no way to that server. Usually inheritable permissions were switched off on the object of the server or
    /// database, or Exchange Servers lacks or is denied a right there.
    ///
    /// # Resolution
    /// 1. Compare the databases of the directory with those of the table, grouped by server. One database missing points
    ///    at its object, all of one server at the server object, all older servers at the routing group connector.
    /// 2. Mend the permissions or what else keeps it out.
    /// 3. Restart the transport service so that it writes a new table, and route the waiting mail anew.
    ///
    /// # More information
    /// Only the newest table counts, and the time is in the name of the file (UTC). Tables of Exchange 2013 and later hold
    /// the objects that routing starts from, so a database can be listed and still have no next hop.
    id: "routing-mdb-missing",
    title: "The mailbox database is missing from the routing table",
    area: Routing,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [RoutingTables],
    helps: [Queues, Messages, Databases, Mailboxes],
    explains: ["unreachable-no-route-to-mdb"],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

/// A lost database, the queues that need it (by index, with their messages), and whether they are known
/// to need it.
type Hit<'a> = (Lost<'a>, Vec<(usize, u64)>, bool);

fn check(facts: &Facts) -> Verdict {
    let hits = unreachable::unreachable(facts, NoRouteToMdb);
    if hits.is_empty() {
        return without_mail(facts);
    }
    let mut found: Vec<Hit<'_>> = Vec::new();
    let mut stale = false;
    let (mut present, mut without_table, mut unknown) = (Vec::new(), Vec::new(), false);
    for (i, hit) in hits.iter().enumerate() {
        let hub = hit.queue.server();
        let Some(table) = facts.databases.newest_table(hub) else {
            without_table.extend(hub);
            continue;
        };
        let needed = needed(facts, hit);
        let known = !needed.databases.is_empty();
        let wanted = if known { needed.databases } else { every_known(facts, table, hit) };
        let located: Vec<_> = wanted.into_iter().map(|(r, messages)| (locate(facts, table, &r), r, messages)).collect();
        // Of all databases that the directory lists, one is lost and all others are well: it is that one.
        let is_lost = |entry: &Entry<'_>| matches!(entry, Entry::Lost(_));
        let sole = !facts.databases.databases.is_empty()
            && located.len() > 1
            && located.iter().filter(|(e, ..)| is_lost(e)).count() == 1
            && located.iter().all(|(e, ..)| is_lost(e) || matches!(e, Entry::Present));
        // Mail that may be unreachable for another reason, and a table that may be out of date, prove nothing.
        let current = is_current(facts, table, hit);
        stale |= !current;
        let certain = (known || sole) && hit.exact && current;
        for (entry, reference, messages) in located {
            match entry {
                Entry::Present => present.push((reference, table, known)),
                Entry::Unknown => unknown = true,
                Entry::Lost(lost) => match found.iter_mut().find(|(l, ..)| l.name.eq_ignore_ascii_case(&lost.name)) {
                    Some((_, shares, _)) => shares.push((i, messages)),
                    None => found.push((lost, vec![(i, messages)], certain)),
                },
            }
        }
    }
    if !found.is_empty() {
        let mut findings: Vec<Discovery> =
            found.iter().map(|(lost, shares, certain)| finding(facts, &hits, lost, shares, *certain)).collect();
        if stale {
            for found in &mut findings {
                found.unknown(
                    "The routing table has no time or is much older than the queues; a server writes one at least every 12 \
                     hours, so a newer one must be there.",
                );
                found.missing.push(unreachable::missing_table(&[], "Whether the database is missing still."));
            }
        }
        return Verdict::Found(findings);
    }
    if let Some((_, table, _)) =
        present.iter().find(|(.., certain)| *certain).filter(|_| !unknown && without_table.is_empty())
    {
        return Verdict::RuledOut(refutation(
            facts,
            &hits,
            &present.iter().map(|(r, ..)| r.clone()).collect::<Vec<_>>(),
            table,
        ));
    }
    let mut missing = Vec::new();
    let why = if without_table.is_empty() {
        "The routing table was brought, but which database the waiting mail needs cannot be told, or the table does not show \
         its databases."
    } else {
        "No routing table of the server that holds the queue was brought."
    };
    if !without_table.is_empty() || facts.databases.tables.is_empty() {
        missing.push(unreachable::missing_table(&without_table, "Whether the database is in the routing table."));
    }
    if facts.databases.mailboxes.is_empty() {
        missing.push(unreachable::missing_mailboxes("Which database the waiting mail needs."));
    }
    if facts.databases.databases.is_empty() {
        missing.push(unreachable::missing_databases("Which databases should be in the routing table."));
    }
    Verdict::Undecided(why.to_owned(), missing)
}

/// Whether a table is about as old as the queues it is held against. Tables are written anew at least every 12 hours, and
/// one clock may be local.
fn is_current(facts: &Facts, table: &RoutingTable, hit: &Unreachable<'_>) -> bool {
    let own = hit.queue.queue.as_ref().and_then(|q| q.last_retry.as_ref()).map(|t| t.value);
    let messages = hit.queue.messages.iter().filter_map(|m| m.date_received.as_ref()).map(|t| t.value);
    let seen = messages.chain(own).max_by_key(|m| m.at).or_else(|| facts.queues.as_of());
    let (Some(written), Some(seen)) = (table.written, seen) else { return table.written.is_some() };
    let day_later = Moment { at: written.at.saturating_add(jiff::Span::new().hours(12)), clock: written.clock };
    is_certainly_before(day_later, seen) != Some(true)
}

/// Without waiting mail only an exact table proves a fault: a database whose entry leads nowhere.
fn without_mail(facts: &Facts) -> Verdict {
    let Some(table) = facts.databases.newest_table(None).filter(|t| t.exact && t.complete) else {
        return Verdict::NotApplicable;
    };
    let calculator = RouteCalculator::new(table);
    let mut groups: BTreeMap<(Option<String>, String), Vec<Lost<'_>>> = BTreeMap::new();
    for entry in &table.databases {
        let Some(route) = calculator.database(entry).err().filter(DatabaseRoute::is_without_route) else { continue };
        let name = entry.object.to_string();
        let reason = route.to_string();
        let lost = Lost { known: facts.databases.database(&name), name, entry: Some((entry, route)), table };
        groups.entry((owner(&lost), reason)).or_default().push(lost);
    }
    let groups = groups.into_values().filter_map(|group| {
        let (first, others) = group.split_first()?;
        let mut discovery = finding(facts, &[], first, &[], true);
        discovery.severity = Some(Severity::High);
        if !others.is_empty() {
            let names: Vec<String> = others.iter().map(|l| l.name.clone()).collect();
            let same = format!("The same holds for {} of the same server", listed(&names, 10));
            discovery.effect(same, count(names.len() as u64, "further database"));
            discovery.affects(names.into_iter().take(50));
        }
        Some(discovery)
    });
    let lost: Vec<Discovery> = groups.collect();
    if lost.is_empty() { Verdict::NotApplicable } else { Verdict::Found(lost) }
}

/// Every database that could be meant: those of the directory, else those of the table.
fn every_known(facts: &Facts, table: &RoutingTable, hit: &Unreachable<'_>) -> Vec<(String, u64)> {
    let reference = |d: &MailboxDatabase| d.distinguished_name.clone().unwrap_or_else(|| d.name.value.clone());
    // Databases for recovery take no mail, and no routing table holds them.
    let takes_mail = |d: &&MailboxDatabase| d.recovery.as_ref().is_none_or(|recovery| !recovery.value);
    let known: Vec<_> =
        facts.databases.databases.iter().filter(takes_mail).map(|d| (reference(d), hit.messages)).collect();
    if !known.is_empty() {
        return known;
    }
    let own = |d: &RoutingDatabase| d.object.dn.clone().unwrap_or_else(|| d.object.to_string());
    table.databases.iter().map(|d| (own(d), hit.messages)).collect()
}

fn finding(
    facts: &Facts,
    hits: &[Unreachable<'_>],
    lost: &Lost<'_>,
    shares: &[(usize, u64)],
    certain: bool,
) -> Discovery {
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let hub = local_name(lost.table).map_or_else(|| "the server that holds the queue".to_owned(), str::to_owned);
    let place = cite_place(&mut found, facts, lost, &hub);
    let mut reasons = String::new();
    let mut total = 0;
    for (i, messages) in shares {
        let Some(hit) = hits.get(*i) else { continue };
        reasons += &cite_reason(&mut found, hit, NoRouteToMdb);
        total += messages;
        found.accounts_for(
            hit.queue,
            *messages,
            format!("Queue {}: no route to the mailbox database", hit.queue.label()),
        );
    }
    let consequence = if total == 0 {
        "mail for it will have no route".to_owned()
    } else {
        let messages = count(total, "message");
        let have = if total == 1 { "has" } else { "have" };
        match (certain, total) {
            (true, _) => format!("{messages} for it {have} no route {reasons}"),
            (false, 1) => format!("a message without a route may be for it {reasons}"),
            (false, _) => format!("some of {messages} without a route are for it {reasons}"),
        }
    };
    found.statement = match &lost.entry {
        None => {
            format!("Database {} is not in the newest routing table of {hub} {place}, so {consequence}.", lost.name)
        }
        Some((_, route)) => {
            format!(
                "Database {} is in the newest routing table of {hub}, but {route} {place}, so {consequence}.",
                lost.name
            )
        }
    };
    found.affects([lost.name.clone()]);
    let server = owner(lost);
    found.affects(server.clone());
    found.affects([hub.clone()]);
    if let Some(known) = lost.known {
        let proof = Proof::new(known.name.span, format!("The directory lists {}", lost.name)).mark([lost.name.clone()]);
        let cite = found.cite(proof.why("The database exists, so the table should list it."));
        found.held(format!("The directory lists the database {cite}."));
    }
    remedy(&mut found, lost, server.as_deref());
    let held_back: Vec<&Unreachable<'_>> = shares.iter().filter_map(|(i, _)| hits.get(*i)).collect();
    if held_back.is_empty() {
        found.command(
            format!("On {hub} restart the transport service, so that it writes a new routing table."),
            "Restart-Service MSExchangeTransport",
        );
        found.warn("Mail through that server pauses for about a minute.");
    } else {
        resubmit_steps(&mut found, &held_back, true);
    }
    found.verify.push(format!(
        "A newer routing table of {hub} lists {}{}. Drop it here to see the difference.",
        lost.name,
        if lost.table.exact { " with an owner that can be used" } else { "" }
    ));
    before(facts, &mut found, lost);
    if !certain {
        found.unknown("Which database the waiting mail needs.");
        found.missing.push(unreachable::missing_mailboxes("Which database the waiting mail needs."));
    }
    found.missing.push(missing_rights(lost));
    found
}

fn cite_place(found: &mut Discovery, facts: &Facts, lost: &Lost<'_>, hub: &str) -> String {
    if let Some((entry, route)) = &lost.entry {
        let span = entry.owner_span.unwrap_or(entry.span);
        let owner = entry.owner.as_ref().map(ToString::to_string).unwrap_or_default();
        let note = format!("The entry of {} in the newest routing table of {hub}", lost.name);
        return found.cite(Proof::new(span, note).mark([owner, lost.name.clone()]).why(format!("Here {route}.")));
    }
    let table = lost.table;
    let lines = |s: &Span| if let Place::Lines { first, last } = s.place { Some((first, last)) } else { None };
    let first = table.databases.iter().filter_map(|d| lines(&d.span)).map(|l| l.0).min();
    let last = table.databases.iter().filter_map(|d| lines(&d.span)).map(|l| l.1).max();
    let span = match (first, last) {
        (Some(first), Some(last)) => Span::lines(table.span.source, first, last),
        _ => Span::file(table.span.source),
    };
    let searched = format!(
        "Searched: {} {} of the routing table{}. {} is not among them.{}",
        table.databases.len(),
        if table.databases.len() == 1 { "database" } else { "databases" },
        table.written.map_or_else(String::new, |w| format!(", written {w}")),
        lost.name,
        neighbors(facts, lost)
    );
    let note = format!("{} is not in the newest routing table of {hub}", lost.name);
    let why = "A database that the transport service can read and reach is listed here.";
    found.cite(Proof::new(span, note).absent(searched).why(why))
}

/// Which other databases of the same server, and of others, are in the table.
fn neighbors(facts: &Facts, lost: &Lost<'_>) -> String {
    let Some(server) = owner(lost) else { return String::new() };
    let of_server: Vec<String> = lost
        .table
        .databases
        .iter()
        .filter(|d| owner_in_table(lost.table, d).is_some_and(|o| server_key(&o) == server_key(&server)))
        .map(|d| d.object.to_string())
        .collect();
    let known = facts
        .databases
        .databases
        .iter()
        .filter(|d| d.server.as_deref().is_some_and(|s| server_key(s) == server_key(&server)));
    let known = known.count();
    if of_server.is_empty() {
        format!(
            " Of {server} there is none{}.",
            if known > 1 { format!(" of its {known} databases") } else { String::new() }
        )
    } else {
        format!(" Of {server} there {} {}.", if of_server.len() == 1 { "is" } else { "are" }, listed(&of_server, 4))
    }
}

/// The server that owns a lost database, from the directory, its entry, or its distinguished name.
fn owner(lost: &Lost<'_>) -> Option<String> {
    let from_directory = lost.known.and_then(|k| k.server.clone());
    let from_entry = || lost.entry.as_ref().and_then(|(e, _)| e.owner.as_ref()).and_then(|o| o.own_name());
    let from_dn = || owner_in_dn(lost.known?.distinguished_name.as_deref()?);
    from_directory.or_else(from_entry).or_else(from_dn)
}

fn owner_in_table(table: &RoutingTable, database: &RoutingDatabase) -> Option<String> {
    let owner = database.owner.as_ref().and_then(|o| o.own_name());
    owner
        .or_else(|| table.server_of(database).map(|s| s.object.to_string()))
        .or_else(|| owner_in_dn(database.object.dn.as_deref()?))
}

/// `CN=<store>,CN=<group>,CN=InformationStore,CN=<server>,...`
fn owner_in_dn(dn: &str) -> Option<String> {
    let (_, above) = dn.split_once(",CN=InformationStore,CN=")?;
    Some(above.split(',').next()?.to_owned())
}

fn remedy(found: &mut Discovery, lost: &Lost<'_>, server: Option<&str>) {
    let events = lost.entry.as_ref().map_or(&[][..], |(_, route)| route.events());
    let server = server.unwrap_or("the server that owns it");
    if events.contains(&5005) {
        found.step(format!(
            "Give {server} an Active Directory site: its subnet must be assigned to one, and the service Microsoft Exchange \
             Active Directory Topology must have noticed."
        ));
        found.command(
            "See which site it has.",
            format!("Get-ExchangeServer {} | Format-List Name,Site", quoted(server)),
        );
        return;
    }
    if events.contains(&5035) || events.contains(&5037) {
        found.step(format!(
            "Keep a transport server of the version of {server} in its site, or move the mailboxes of {} to a newer server.",
            lost.name
        ));
        return;
    }
    if events.contains(&5036) || events.contains(&5013) {
        found.step(format!(
            "See that a routing group connector leads from the routing group of the newer servers to that of {server}, and \
             back."
        ));
        found.command(
            "List the connectors between routing groups.",
            "Get-RoutingGroupConnector | Format-List Name,Source*,Target*,Cost",
        );
        return;
    }
    let dn = lost.known.and_then(|k| k.distinguished_name.clone()).or_else(|| lost.entry.as_ref()?.0.object.dn.clone());
    let server_dn = dn.as_deref().and_then(|dn| server_dn(dn, server));
    match (&dn, &server_dn) {
        (Some(dn), Some(server_dn)) => found.command(
            format!(
                "Read the permissions of the objects of {server} and {}. Look for the line \"protected from inheriting \
                 permissions\" and for entries that deny Exchange Servers. The command only reads.",
                lost.name
            ),
            format!("dsacls {} > dsacls-server.txt\ndsacls {} > dsacls-database.txt", quoted(server_dn), quoted(dn)),
        ),
        _ => found.step(format!(
            "Read the permissions of the objects of {server} and {}: inheritance must be on, and Exchange Servers must not be \
             denied anything.",
            lost.name
        )),
    }
    found.step(format!(
        "Where inheritance is off, switch it on: in ADSI Edit (for Exchange 2003 in Exchange System Manager) open the properties \
         of {server}, then of {} and of every other store the table lacks, Security, Advanced, and tick \"Allow inheritable \
         permissions\". Where inheritance is on, remove what denies Exchange Servers a right, on the object it comes from; the \
         group needs to read the object and its permissions, and the four store rights.",
        lost.name
    ));
    found.warn(
        "It may have been switched off on purpose. Keep the output of the first step before you change anything.",
    );
}

/// The object of the server that owns a database: above its stores until 2007, beside the databases
/// since 2010.
fn server_dn(dn: &str, server: &str) -> Option<String> {
    let above = match dn.split_once(",CN=InformationStore,") {
        Some((_, above)) => above.to_owned(),
        None => format!("CN={server},CN=Servers,{}", dn.split_once(",CN=Databases,")?.1),
    };
    DistinguishedName::parse(&above)?;
    Some(above)
}

fn missing_rights(lost: &Lost<'_>) -> Missing {
    let dn = lost
        .known
        .and_then(|k| k.distinguished_name.clone())
        .unwrap_or_else(|| "<distinguished name of the database>".to_owned());
    Missing {
        what: format!("The permissions of {}", lost.name),
        settles: "Whether inheritance is off or a right is denied, which is the usual reason.".to_owned(),
        command: format!("dsacls {} > dsacls-database.txt", quoted(&dn)),
    }
}

/// States whether an older table of the same server still had the database.
fn before(facts: &Facts, found: &mut Discovery, lost: &Lost<'_>) {
    let had = facts.databases.older_tables(lost.table).filter(|t| {
        let reference = lost.known.and_then(|k| k.distinguished_name.as_deref()).unwrap_or(&lost.name);
        !t.database(reference).is_empty() || !t.database(&lost.name).is_empty()
    });
    if let Some(table) = had.max_by_key(|t| t.written.map(|w| w.at))
        && let Some(written) = table.written
        && lost.entry.is_none()
    {
        let proof =
            Proof::new(Span::file(table.span.source), format!("An older table, written {written}, still has it"));
        let cite = found.cite(proof);
        found.held(format!("The table of {written} still lists it {cite}; it was lost after that."));
    }
}

fn refutation(facts: &Facts, hits: &[Unreachable<'_>], references: &[String], table: &RoutingTable) -> String {
    let mut names: Vec<String> = references.iter().map(|r| database_name(r).to_owned()).collect();
    names.dedup();
    let queued: Vec<_> =
        hits.iter().flat_map(|h| &h.queue.messages).filter_map(|m| m.date_received.as_ref()).map(|t| t.value).collect();
    let before = table.written.map(|written| queued.iter().all(|q| is_certainly_before(*q, written) == Some(true)));
    let older = facts.databases.older_tables(table).any(|t| references.iter().all(|r| t.database(r).is_empty()));
    format!(
        "{} {} in the newest routing table{}{}.{} Route the waiting mail anew: Retry-Queue -Identity {} -Resubmit $true.",
        listed(&names, 3),
        if names.len() == 1 { "is" } else { "are" },
        local_name(table).map_or_else(String::new, |n| format!(" of {n}")),
        table.written.map_or_else(String::new, |w| format!(", written {w}")),
        match (before, queued.is_empty(), older) {
            (Some(true), false, true) =>
                " The messages were queued before it was written, and an older table did not list it.",
            (Some(true), false, false) => " The messages were queued before it was written.",
            (_, _, true) => " An older table did not list it.",
            _ => "",
        },
        quoted(&format!("{}\\Unreachable", hits.first().and_then(|h| h.queue.server()).unwrap_or("<server>"))),
    )
}
