//! Databases, mailboxes, and the routing tables that should list them.

use crate::base::timestamp::{Clock, Moment};
use crate::model::database::{Mailbox, MailboxDatabase, database_name};
use crate::model::routing::RoutingTable;
use crate::model::server::server_key;

/// Everything known about databases.
pub struct Databases {
    /// As `Get-MailboxDatabase` shows them.
    pub databases: Vec<MailboxDatabase>,
    /// As `Get-Mailbox` shows them.
    pub mailboxes: Vec<Mailbox>,
    /// Routing tables of all servers and times.
    pub tables: Vec<RoutingTable>,
}

impl Databases {
    /// The mailbox with this address.
    pub fn mailbox(&self, address: &str) -> Option<&Mailbox> {
        let address = address.trim();
        self.mailboxes.iter().find(|m| m.addresses.iter().any(|a| a.eq_ignore_ascii_case(address)))
    }

    /// The database that a reference means; `None` when it is unknown or ambiguous.
    pub fn database(&self, reference: &str) -> Option<&MailboxDatabase> {
        let by_dn = self
            .databases
            .iter()
            .find(|d| d.distinguished_name.as_deref().is_some_and(|dn| dn.eq_ignore_ascii_case(reference.trim())));
        by_dn.or_else(|| {
            let name = database_name(reference);
            let mut hits = self.databases.iter().filter(|d| d.name.value.eq_ignore_ascii_case(name));
            let first = hits.next()?;
            hits.next().is_none().then_some(first)
        })
    }

    /// The newest routing table written on a server by its transport service. Tables that do not say
    /// which server wrote them count for every server. The newest is the one with the latest time; a
    /// table without a time is only taken when no other is there.
    pub fn newest_table(&self, server: Option<&str>) -> Option<&RoutingTable> {
        let of_transport = |t: &&RoutingTable| t.process.as_deref().is_none_or(|p| p.eq_ignore_ascii_case("Hub"));
        let newest = |wanted: &dyn Fn(&RoutingTable) -> bool| {
            let tables = self.tables.iter().filter(of_transport).filter(|t| wanted(t));
            tables.max_by_key(|t| (t.written.map(|w| w.at), std::cmp::Reverse(t.span)))
        };
        if server.is_none() {
            return newest(&|_| true);
        }
        newest(&|t| is_local(t, server)).or_else(|| newest(&|t| local_name(t).is_none()))
    }

    /// Other tables of the same server that do not say when they were written.
    pub fn undated<'a>(&'a self, table: &'a RoutingTable) -> impl Iterator<Item = &'a RoutingTable> {
        self.tables.iter().filter(move |t| {
            t.span != table.span
                && t.written.is_none()
                && local_name(t).map(server_key) == local_name(table).map(server_key)
        })
    }

    /// Tables of a server that are older than `newest`.
    pub fn older_tables<'a>(&'a self, newest: &'a RoutingTable) -> impl Iterator<Item = &'a RoutingTable> {
        self.tables.iter().filter(move |t| {
            t.span != newest.span
                && local_name(t).map(server_key) == local_name(newest).map(server_key)
                && matches!((t.written, newest.written), (Some(a), Some(b)) if a.at < b.at)
        })
    }
}

/// Whether a table was written on a server.
fn is_local(table: &RoutingTable, server: Option<&str>) -> bool {
    match (local_name(table), server) {
        (Some(local), Some(server)) => server_key(local) == server_key(server),
        _ => false,
    }
}

/// The server that wrote a table.
pub fn local_name(table: &RoutingTable) -> Option<&str> {
    table.local_server.as_ref()?.name.as_deref()
}

/// Whether `a` is before `b`, where that is certain: both are of one clock, or they lie further apart
/// than any local time from UTC (12 hours behind to 14 hours ahead).
pub fn is_certainly_before(a: Moment, b: Moment) -> Option<bool> {
    if let Some(order) = a.compare(b) {
        return Some(order.is_lt());
    }
    let seconds = |m: Moment| Some(m.at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second());
    let hours = (seconds(b)? - seconds(a)?) / 3600;
    let (behind, ahead) = if a.clock == Clock::Local { (12, -14) } else { (14, -12) };
    match hours {
        h if h > behind => Some(true),
        h if h < ahead => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::timestamp::{DateOrder, parse_moment};

    #[test]
    fn an_order_is_certain_only_beyond_every_time_zone() {
        let at = |text: &str| parse_moment(text, DateOrder::Unknown).unwrap();
        let utc = at("2019-03-12T20:00:00Z");
        assert_eq!(is_certainly_before(at("2019-03-12T06:59:00"), utc), Some(true));
        assert_eq!(is_certainly_before(at("2019-03-12T08:00:00"), utc), None);
        assert_eq!(is_certainly_before(at("2019-03-13T12:00:00"), utc), Some(false));
        assert_eq!(is_certainly_before(at("2019-03-12T19:00:00Z"), utc), Some(true));
    }
}
