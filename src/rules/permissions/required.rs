//! The rights that Exchange Servers needs on server and store objects of older versions, and what a list gives of them.
//!
//! Documented in Microsoft's article on mail stuck between Exchange 2007 and 2003: eleven rights on the objects of servers
//! and stores, and four store rights on the object of the server.

use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::permissions::{Granted, ObjectPermissions, Target};
use crate::knowledge::extended_rights::{self, ExtendedRight};
use crate::model::access::Rights;
use crate::model::version::ExchangeVersion;
use crate::report::Missing;
use crate::rules::discovery::{Discovery, Proof, quoted};
use crate::tools::access_check::Wanted;

/// One right, in words, and what a list says about it.
pub(crate) struct Judged {
    /// Display name.
    pub title: &'static str,
    /// The name that cmdlets take; nothing for plain reading.
    pub name: Option<&'static str>,
    /// The verdict.
    pub granted: Granted,
    /// The entries that may deny it although the list does not tell.
    pub doubts: Vec<usize>,
}

/// Whether a list shows as much as lists of Exchange objects do: entries of its own and inherited ones (or whether it inherits at all), for
/// more than one trustee. An export of some entries says nothing about the others.
pub(crate) fn is_whole(object: &ObjectPermissions) -> bool {
    let entries = &object.list.entries;
    let inherited = entries.iter().any(|entry| entry.inherited == Some(true));
    let explicit = entries.iter().any(|entry| entry.inherited != Some(true));
    let allows = entries.iter().filter(|entry| entry.effect == crate::model::access::Effect::Allow).count();
    allows > 2 && (object.list.protected.is_some() || (inherited && explicit))
}

/// Whether anything in the case is of Exchange 2007 or later: before that there is no group Exchange Servers that could lack rights.
pub(crate) fn has_newer_exchange(facts: &Facts) -> bool {
    let named = facts.permissions.lists.iter().any(|object| facts.permissions.names_exchange_servers(&object.list));
    let version = |server: &crate::model::server::ExchangeServer| {
        server.version.as_ref().is_some_and(|version| version.value >= ExchangeVersion::V2007)
    };
    named
        || facts.permissions.exchange_servers.iter().any(|group| group.sid.is_some())
        || !facts.queues.queues.is_empty()
        || !facts.databases.tables.is_empty()
        || !facts.traces.is_empty()
        || facts.events_of("MSExchangeMailSubmission", &[1009]).next().is_some()
        || facts.servers.servers.iter().any(version)
}

/// Whether another list of the same object gives all that this one lacks: then one of them is out of date.
pub(super) fn contradicted(
    facts: &Facts,
    object: &ObjectPermissions,
    judge: &dyn Fn(&ObjectPermissions) -> bool,
) -> bool {
    facts
        .permissions
        .lists
        .iter()
        .any(|other| other.target == object.target && other.list.span != object.list.span && judge(other))
}

/// What a list shows about inheritance, in words; `None` when it does not.
pub(super) fn inherits(object: &ObjectPermissions) -> Option<&'static str> {
    let shown = object.list.protected.as_ref().is_some_and(|protected| !protected.value)
        || object.list.entries.iter().any(|entry| entry.inherited == Some(true));
    shown.then_some("Inheritance is on at this object.")
}

/// Whether a list gives the eleven rights: reading, and ten extended rights.
pub(crate) fn eleven(facts: &Facts, object: &ObjectPermissions) -> Vec<Judged> {
    let granted = facts.permissions.of_exchange_servers(&object.list, &Wanted::rights(Rights::READ));
    let read = Judged { title: "Read", name: None, granted, doubts: Vec::new() };
    std::iter::once(read).chain(extended(facts, object, "server")).collect()
}

/// Whether a list gives the four store rights.
pub(crate) fn four(facts: &Facts, object: &ObjectPermissions) -> Vec<Judged> {
    extended(facts, object, "store").collect()
}

fn extended<'a>(
    facts: &'a Facts,
    object: &'a ObjectPermissions,
    group: &'static str,
) -> impl Iterator<Item = Judged> + 'a {
    let judge = move |right: &'static ExtendedRight| Judged {
        title: right.titles.first().copied().unwrap_or(right.name),
        name: Some(right.name),
        granted: facts.permissions.of_exchange_servers(&object.list, &Wanted::extended(right.guid)),
        doubts: facts.permissions.may_deny(&object.list, right.guid).collect(),
    };
    extended_rights::all().iter().filter(move |right| right.group == group).map(judge)
}

/// The titles of the rights about which a list says this.
pub(super) fn titles(judged: &[Judged], is: impl Fn(&Granted) -> bool) -> Vec<String> {
    judged.iter().filter(|right| is(&right.granted)).map(|right| right.title.to_owned()).collect()
}

/// The names for cmdlets of the rights about which a list says this.
pub(super) fn names(judged: &[Judged], is: impl Fn(&Granted) -> bool) -> Vec<&'static str> {
    judged.iter().filter(|right| is(&right.granted)).filter_map(|right| right.name).collect()
}

/// `the server object MAIL2`, `the store object Mailbox Store (MAIL2)`.
pub(super) fn described(target: &Target) -> String {
    match target {
        Target::Server { server } => format!("the server object {server}"),
        Target::Store { store, .. } => format!("the store object {store}"),
    }
}

/// How commands name an object: by its distinguished name, else by its name.
pub(super) fn identity(object: &ObjectPermissions) -> String {
    quoted(object.dn.as_deref().unwrap_or_else(|| object.target.name()))
}

/// The step that keeps the present permissions.
pub(super) fn keep(found: &mut Discovery, object: &ObjectPermissions) {
    // The whole name, as far as a file can have it: a name that is run together is not found by redaction.
    let forbidden = |c: char| c.is_control() || "<>:\"/\\|?*$%`'".contains(c);
    let name: String = object.target.name().chars().filter(|c| !forbidden(*c)).collect();
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    let file = |ending: &str| {
        let file = format!("before-{name}.{ending}");
        if is_plain { file } else { quoted(&file) }
    };
    let command = match &object.dn {
        Some(dn) => format!("dsacls {} > {}", quoted(dn), file("txt")),
        None => format!("Get-ADPermission -Identity {} | Export-Clixml {}", identity(object), file("xml")),
    };
    found.command(
        format!(
            "Keep the present permissions of {} for the case that they were meant. All steps need an account that is a local administrator \
             and may administer the Exchange organization.",
            described(&object.target)
        ),
        command,
    );
}

/// Cites the beginning of a list.
pub(super) fn cite_list(found: &mut Discovery, object: &ObjectPermissions, note: String, marks: &[&str]) -> String {
    let span = object.list.protected.as_ref().map_or(object.list.span, |protected| protected.span);
    found.cite(Proof::new(span, note).mark(marks.iter().copied()))
}

/// Cites what is not in a list.
pub(super) fn cite_absent(found: &mut Discovery, object: &ObjectPermissions, what: &[String]) -> String {
    let searched = format!(
        "Searched: {} entries of {}. None gives Exchange Servers: {}.",
        object.list.entries.len(),
        described(&object.target),
        what.join(", ")
    );
    let note = format!("No entry of {} allows it", described(&object.target));
    found.cite(Proof::new(object.list.span, note).absent(searched))
}

/// The place of an entry.
pub(super) fn place(object: &ObjectPermissions, entry: usize) -> Span {
    object.list.entries.get(entry).map_or(object.list.span, |entry| entry.span)
}

/// Names a server and its stores as affected, so that the symptoms at them are recognized.
pub(super) fn affect(facts: &Facts, found: &mut Discovery, target: &Target) {
    found.affects([target.name()]);
    let Some(server) = target.server() else { return };
    if matches!(target, Target::Server { .. }) {
        found.affects([server]);
        let key = crate::model::server::server_key(server);
        let is_own = |own: Option<&str>| own.is_some_and(|own| crate::model::server::server_key(own) == key);
        let databases = &facts.databases.databases;
        found.affects(databases.iter().filter(|d| is_own(d.server.as_deref())).map(|d| d.name.value.clone()));
        let stores = facts.directory.stores();
        found.affects(stores.iter().filter(|s| is_own(s.server().as_deref())).map(|store| store.name()));
    }
}

/// The last steps of every repair of rights: the service that reads them anew, and the mail sent again. `routes` when the routing table
/// is what was wrong.
pub(super) fn restart(found: &mut Discovery, server: &str, routes: bool) {
    found.command(
        "Wait until Active Directory has replicated the change to the site of the hub servers. Then restart the transport \
         service on each hub server whose queue holds the mail, so that it reads the objects again and writes a new \
         routing table.",
        "Restart-Service MSExchangeTransport",
    );
    found.warn("Mail through that server pauses for about a minute.");
    found.command(
        "Route the waiting mail anew on these hub servers, and check that the queues fall to 0.",
        "Get-Queue -Filter {Identity -like '*\\Unreachable'} | Retry-Queue -Resubmit $true; Get-Queue | Where-Object { $_.Status \
         -eq 'Retry' } | Retry-Queue; Get-Queue | Format-Table \
         Identity,DeliveryType,Status,MessageCount",
    );
    if routes {
        found.verify.push(format!(
            "The newest routing table of the hub servers lists every store of {server} under HomeMdbRouting, and the queues fall to 0."
        ));
    } else {
        found.verify.push("The queues fall to 0.".to_owned());
    }
}

/// What to bring when a list does not show which entry counts.
pub(super) fn missing_order(object: &ObjectPermissions) -> Missing {
    Missing {
        what: format!("The permissions of {} in the order in which they count", described(&object.target)),
        settles: "Which of the entries that deny and allow is nearer to the object.".to_owned(),
        command: match &object.dn {
            Some(dn) => format!("dsacls {} > dsacls-server.txt", quoted(dn)),
            None => format!(
                "dsacls (Get-ExchangeServer {}).DistinguishedName > dsacls-server.txt",
                quoted(object.target.server().unwrap_or_else(|| object.target.name()))
            ),
        },
    }
}

/// What to bring when no list of a server was brought.
pub(super) fn missing_list(server: &str) -> Missing {
    Missing {
        what: format!("The permissions of the object of {server}"),
        settles: "Whether inheritance is off, or a right is missing or denied.".to_owned(),
        command: format!("Get-ExchangeServer {} | Get-ADPermission | Export-Clixml server-rights.xml", quoted(server)),
    }
}
