//! The store refuses further RPC work, and delivery says that the server is offline although the database is mounted.

use super::offline::{Home, is_connection, is_dismounted, is_down, is_too_busy, queues};
use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::model::diagnostic_context::Cause;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Messages wait with `432 4.3.2 STOREDRV; mailbox server is offline; ...ConnectionFailedTransientException.MapiExceptionNetworkError`, and
    /// events or traces show MapiExceptionRpcServerTooBusy (ec=2419, RPC status 1723). The databases are mounted. A restart helps for some
    /// hours.
    ///
    /// # Cause
    /// The store has more RPC sessions or requests than it takes and refuses new ones. The database was never offline.
    ///
    /// # Resolution
    /// 1. Find the clients with very many sessions: archive, search, backup and mobile programs.
    /// 2. Review throttling policies and the speed of the disks.
    ///
    /// # More information
    /// Restarting the store only clears the sessions; they come back.
    id: "storedrv-rpc-server-too-busy",
    title: "The store is too busy to take delivered mail",
    area: Store,
    severity: High,
    role: Cause,
    versions: V2007..=V2016,
    needs: [Queues],
    helps: [Events, Traces, Databases],
    explains: ["event-store-9646"],
    sources: ["https://www.frankysweb.de/exchange-2016-storedrv-mailbox-server-is-offline-id-4009/"],
    check: check,
}

/// Places that are cited.
const MOST: usize = 3;

/// Hours between such an event and the newest time of the queues within which the one explains the other.
const NEAR: i64 = 12;

/// A place where it is said that a store is too busy.
struct Said {
    span: Span,
    note: String,
    /// Whether it is of the server of the queues, and near to their time.
    fits: bool,
}

/// Where it is said of these servers that the store is too busy, as far as that can be compared. What is of another server, or of another
/// day, says nothing.
fn busy(facts: &Facts, servers: &[String]) -> Vec<Said> {
    let keys: Vec<String> = servers.iter().map(|server| server_key(server)).collect();
    // `None`: nothing to compare with.
    let is_own = |name: Option<&str>| Some(keys.contains(&server_key(name?))).filter(|_| !keys.is_empty());
    let now = facts.queues.as_of();
    let is_near = |last: Option<Moment>| {
        let (last, now) = (last?, now?);
        last.compare(now)?;
        Some(last.at.duration_until(now.at).as_hours().abs() <= NEAR)
    };
    let groups = facts.events.iter().filter(|group| !group.recovered);
    let events = groups.filter_map(|group| {
        let own = is_own(group.computer.as_deref());
        let variants = group.variants.values().filter(|variant| {
            let event = &variant.event;
            event.message.iter().chain(&event.strings).any(|text| text.contains("TooBusy"))
        });
        let variant = variants.max_by_key(|variant| variant.last.map(|last| last.at))?;
        let near = is_near(variant.last);
        if own == Some(false) || near == Some(false) {
            return None;
        }
        let on = group.computer.as_ref().map_or_else(String::new, |computer| format!(" on {computer}"));
        let note = format!("Event {} of {}{on}, {}", group.id, group.source, count(group.count, "time"));
        Some(Said { span: variant.event.span, note, fits: own == Some(true) && near == Some(true) })
    });
    let traces = facts.traces.iter().filter_map(|entry| {
        let exception = entry.exception.as_ref().filter(|e| e.value.cause() == Some(Cause::ServerTooBusy))?;
        let is_other = is_own(entry.server.as_ref().map(|server| server.value.as_str())) == Some(false);
        // A trace has no date.
        let note = "The trace of the store driver".to_owned();
        (!is_other).then_some(Said { span: exception.span, note, fits: false })
    });
    let mut said: Vec<Said> = events.chain(traces).collect();
    said.order_by_key(|said| (!said.fits, said.span));
    said.truncate(MOST);
    said
}

fn check(facts: &Facts) -> Verdict {
    let hits = queues(facts, &|text: &str| text.to_ascii_lowercase().contains("storedrv") && is_connection(text));
    if hits.is_empty() {
        return Verdict::NotApplicable;
    }
    // A queue whose database is not mounted is explained by that; the others are not.
    let (down, hits): (Vec<_>, Vec<_>) = hits
        .into_iter()
        .map(|(queue, error)| (queue, error, Home::of(facts, queue)))
        .partition(|(.., home)| home.dismounted().is_some());
    if hits.is_empty() {
        let names = distinct(down.iter().filter_map(|(.., home)| Some(home.dismounted()?.name.value.clone())));
        let verb = if names.len() == 1 { "is" } else { "are" };
        return Verdict::RuledOut(format!(
            "Database {} {verb} not mounted, which explains the failed connections.",
            listed(&names, 3)
        ));
    }
    let own: Vec<_> = hits.iter().flat_map(|(.., home)| home.databases()).collect();
    let mounted = hits.iter().all(|(.., home)| home.is_mounted());
    let named =
        hits.iter().filter_map(|(queue, ..)| queue.next_hop().filter(|hop| facts.servers.server(hop).is_some()));
    let servers = own.iter().filter_map(|database| database.server.clone()).chain(named.map(str::to_owned));
    let servers = distinct(servers);
    let said = busy(facts, &servers);
    let direct = hits.iter().any(|(_, error, _)| is_too_busy(&error.text));
    let proven = direct || said.iter().any(|said| said.fits);
    let mut found = Discovery::new(match (proven, mounted || direct) {
        (true, true) => Confidence::Confirmed,
        (true, false) => Confidence::Likely,
        _ => Confidence::Possible,
    });
    let (mut total, mut places, mut shown) = (0, String::new(), String::new());
    for (i, (queue, error, _)) in hits.iter().enumerate() {
        let messages = queue.share(|text| is_connection(text) && !is_dismounted(text));
        total += messages;
        if i < 3 {
            let proof = Proof::new(error.span, format!("The error in queue {}", queue.label()));
            places +=
                &found.cite(proof.mark(["is offline", "MapiExceptionNetworkError", "MapiExceptionRpcServerTooBusy"]));
        }
        found.accounts_for(queue, messages, format!("Queue {}: no connection to the store", queue.label()));
    }
    let loose = !said.is_empty() && !proven;
    for said in said {
        shown += &found.cite(
            Proof::new(said.span, said.note)
                .mark(["MapiExceptionRpcServerTooBusy", "ec=2419", "1723"])
                .why("The store refuses further work over RPC."),
        );
    }
    let store =
        if servers.is_empty() { "The store".to_owned() } else { format!("The store of {}", listed(&servers, 3)) };
    let wait = if total == 1 { "waits" } else { "wait" };
    found.statement = if proven {
        format!(
            "{store} takes no more calls because it is too busy {shown}, so {} {wait}; the error calls the server offline, which it is not {places}.",
            count(total, "message")
        )
    } else {
        format!(
            "{} {wait} because calls to the store fail {places}; the error says offline, but names no database that is not mounted. A store with too many sessions does this.",
            count(total, "message")
        )
    };
    found.affects(servers.iter().cloned());
    if mounted {
        found.held("The databases are mounted, so the word offline in the error is not meant literally.");
    } else if let Some(name) = own.iter().find(|database| is_down(database)).map(|database| &database.name.value) {
        found.unknown(format!("Whether the mail is for database {name}, which is not mounted: the queue is named after the server, and the store has other databases."));
    } else {
        found.unknown("Whether the databases are mounted: no list shows it.");
        found.missing.push(Missing {
            what: "Whether the databases are mounted".to_owned(),
            settles: "Whether the store is busy or a database is offline.".to_owned(),
            command: "Get-MailboxDatabase -Status | Export-Clixml databases.xml".to_owned(),
        });
    }
    if loose {
        found.unknown(format!("Whether what says that a store is too busy {shown} is of the same server and the same hours: the evidence does not tell."));
    }
    if !proven {
        found.missing.push(Missing {
            what: "The application log of the mailbox server".to_owned(),
            settles: "Whether MapiExceptionRpcServerTooBusy (ec=2419) is reported at these times.".to_owned(),
            command: "wevtutil epl Application application.evtx".to_owned(),
        });
    }
    let server = servers.first().map_or_else(|| "<mailbox server>".to_owned(), |name| quoted(name));
    found.command(
        "Find who uses up the sessions: the accounts and programs with the most of them. In Exchange 2013 and later look at the RPC and MAPI logs in the folder Logging instead.",
        format!("Get-LogonStatistics -Server {server} | Group-Object UserName | Sort-Object Count -Descending | Select-Object -First 20 Count,Name"),
    );
    found.step("Stop or slow down the programs that stand out (archive, search, backup, mobile devices), and see whether a throttling policy without limits was given to their account.");
    found.step("Look at the disks and the processor of the server at that time: a slow store collects requests.");
    found.command("Send the waiting mail.", "Get-Queue | Where-Object { $_.Status -eq 'Retry' -and \"$($_.LastError)\" -like '*STOREDRV*' } | Retry-Queue; Get-Queue");
    found.warn("Restarting the Information Store clears the sessions, but disconnects everybody, and the problem comes back after some hours.");
    found.verify.push(
        "No event names MapiExceptionRpcServerTooBusy any more, and the queue empties without a restart.".to_owned(),
    );
    Verdict::Found(vec![found])
}
