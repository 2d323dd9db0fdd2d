//! The newest routing table is too old to conclude from.
//!
//! Trap: the time of a table stands only in the name of its file; a table without a time is never called old.

use super::routing_table_lint::newest_tables;
use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::databases::{is_certainly_before, local_name};
use crate::model::routing::RoutingTable;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed};

declare_rule! {
    /// # Symptoms
    /// The newest RoutingConfig file of a server is more than half a day older than its queues.
    ///
    /// # Cause
    /// A server writes a table when it starts, when the configuration changes, and at least every 12 hours. Either a newer file was not
    /// brought, or the server does not load its configuration or cannot write the file any more.
    ///
    /// # Resolution
    /// 1. Bring the newest file of the folder.
    /// 2. If this is it, look for events 5002, 5024 and 5030 of MSExchangeTransport.
    /// 3. Restart the transport service, which writes a new table, and export again.
    ///
    /// # More information
    /// What other findings say about routing rests on this table.
    id: "routing-evidence-stale",
    title: "The newest routing table is older than it should be",
    area: Routing,
    severity: Info,
    role: Context,
    versions: V2007..=Se,
    needs: [RoutingTables, Queues],
    helps: [Events],
    explains: [],
    sources: ["https://learn.microsoft.com/exchange/configure-routing-table-logging-exchange-2013-help"],
    check: check,
}

/// A table is written anew at least every 12 hours; two more are allowed for.
const OLD_HOURS: i64 = 14;

/// When a server was seen alive certainly later than its table should have been replaced, and where that stands.
pub(super) fn seen_after(facts: &Facts, table: &RoutingTable) -> Option<(Moment, Span)> {
    let (written, server) = (table.written?, server_key(local_name(table)?));
    let own =
        facts.queues.waiting_queues().filter(|queue| queue.server().is_some_and(|name| server_key(name) == server));
    let times = own.flat_map(|queue| {
        let retry = queue.queue.iter().filter_map(|q| q.last_retry.as_ref());
        retry.chain(queue.messages.iter().filter_map(|m| m.date_received.as_ref())).map(|time| (time.value, time.span))
    });
    let (seen, span) = times.max_by_key(|(time, span)| (time.at, *span))?;
    let due = Moment { at: written.at.saturating_add(jiff::Span::new().hours(OLD_HOURS)), clock: written.clock };
    (is_certainly_before(due, seen) == Some(true)).then_some((seen, span))
}

fn check(facts: &Facts) -> Verdict {
    let tables = newest_tables(facts);
    let old: Vec<(&RoutingTable, Moment, Span)> =
        tables.iter().filter_map(|table| seen_after(facts, table).map(|(seen, span)| (*table, seen, span))).collect();
    if old.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let (mut places, mut servers) = (String::new(), Vec::new());
    for (table, seen, span) in &old {
        let (Some(name), Some(written)) = (local_name(table), table.written) else { continue };
        servers.push(name.to_owned());
        if servers.len() <= 3 {
            places += &found.cite(Proof::new(table.span, format!("The newest table of {name}, written {written}")));
            places += &found.cite(Proof::new(*span, format!("A queue of {name} at {seen}")));
        }
    }
    let (first, seen) = old.first().map_or((None, None), |(table, seen, _)| (table.written, Some(*seen)));
    let times = first
        .zip(seen)
        .map_or_else(String::new, |(first, seen)| format!(", written {first}, while its queues are of {seen}"));
    found.statement =
        format!("The newest routing table of {} is older than it should be{times} {places}.", listed(&servers, 3));
    found.affects(servers.iter().cloned());
    found.missing.push(Missing {
        what: "The newest RoutingConfig file of the server".to_owned(),
        settles: "What routing knew when the mail was queued.".to_owned(),
        command: "Get-ChildItem \"$exinstall\\TransportRoles\\Logs\" -Recurse -Filter 'RoutingConfig*.xml' | Sort-Object LastWriteTime | \
                  Select-Object -Last 3 FullName,LastWriteTime"
            .to_owned(),
    });
    found.step("Bring the newest file of the folder, and look at it again.");
    found.step("If there is none, look for events 5002, 5024 and 5030 of MSExchangeTransport: the configuration could not be read, or the file not written.");
    found.command("Restart the transport service, which writes a new table.", "Restart-Service MSExchangeTransport");
    found.warn("Mail stands still for a minute or two.");
    found.verify.push("A file newer than the queues is in the folder.".to_owned());
    Verdict::Found(vec![found])
}
