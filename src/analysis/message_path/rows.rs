//! Steps of a message that rows of logs show.
//!
//! The search finds every line with the identifier in it; whether the row is about the message is asked of its columns, since a
//! longer identifier can hold a shorter one. Tracking of 5.5 names messages by an identifier of its message transfer agent; the one
//! of the Internet stands in the column of the remote identifier, if at all.

use std::net::IpAddr;

use super::exports::{Tracked, tracking};
use super::{Aspect, Origin, Seen, is_same, names, people};
use crate::base::timestamp::Moment;
use crate::facts::servers::Servers;
use crate::model::log_row::{LogKind, LogRow, agent, protocol, tracking as column, tracking_55, tracking_2003, w3c};
use crate::report::Evidence;
use crate::tools::code_lookup::tracking_event;

/// The step that a row shows of a message; `None` when the row is about another one.
pub(super) fn step(row: &LogRow<'_>, id: &str, servers: &Servers, evidence: Evidence) -> Option<Seen> {
    let mut seen = match row.kind {
        LogKind::Tracking => {
            let is_own = is_same(&row.text(column::MESSAGE_ID), id);
            let refers = || row.text(column::REFERENCE).split(';').any(|one| is_same(one, id));
            if !is_own && !refers() {
                return None;
            }
            let mut seen = Seen::new(Origin::Tracking, &row.text(column::EVENT_ID), evidence);
            seen.is_other = !is_own;
            tracking(
                &mut seen,
                &Tracked {
                    client: &row.text(column::CLIENT_HOSTNAME),
                    server: &row.text(column::SERVER_HOSTNAME),
                    part: &row.text(column::SOURCE),
                    connector: &row.text(column::CONNECTOR_ID),
                    recipients: &people(row.text(column::RECIPIENT_ADDRESS).split(';')),
                    status: &row.text(column::RECIPIENT_STATUS),
                    context: &row.text(column::SOURCE_CONTEXT),
                },
            );
            seen
        }
        LogKind::Tracking2003 => {
            let is_own = is_same(&row.text(tracking_2003::MSGID), id);
            if !is_own && !is_same(&row.text(tracking_2003::LINKED_MSGID), id) {
                return None;
            }
            let mut seen = numbered(false, &row.text(tracking_2003::EVENT_ID), evidence);
            seen.is_other = !is_own;
            seen.server = known(&row.text(tracking_2003::SERVER_HOSTNAME));
            seen.say(Aspect::To, row.text(tracking_2003::PARTNER_NAME));
            seen.say(Aspect::Recipients, row.text(tracking_2003::RECIPIENT_ADDRESS));
            seen
        }
        LogKind::Tracking55 => {
            let is = |at: usize| is_same(&row.text(at), id);
            let is_own = is(tracking_55::MESSAGE_ID) || is(tracking_55::REMOTE_ID);
            if !is_own && !is(tracking_55::SUBJECT_ID) {
                return None;
            }
            // The log does not say which server wrote it.
            let mut seen = numbered(true, &row.text(tracking_55::EVENT), evidence);
            seen.is_other = !is_own;
            seen.say(Aspect::Part, row.text(tracking_55::GATEWAY_NAME));
            seen.say(Aspect::To, row.text(tracking_55::PARTNER_NAME));
            if row.time.is_none() {
                seen.printed = known(&row.text(tracking_55::DATE_TIME));
            }
            seen
        }
        LogKind::SmtpReceive | LogKind::SmtpSend => session(row, id, servers, evidence)?,
        LogKind::Agent => {
            if !is_same(&row.text(agent::MESSAGE_ID), id) {
                return None;
            }
            let mut seen = Seen::new(Origin::Agent, &row.text(agent::ACTION), evidence);
            seen.say(Aspect::Part, row.text(agent::AGENT));
            seen.say(Aspect::Session, row.text(agent::SESSION_ID));
            seen.say(Aspect::Recipients, people(row.text(agent::RECIPIENT).split(';')));
            let reply = row.text(agent::SMTP_RESPONSE);
            seen.say(Aspect::Says, if reply.trim().is_empty() { row.text(agent::REASON) } else { reply });
            seen
        }
        LogKind::W3c => {
            let query = row.text(w3c::URI_QUERY);
            if !names(&query, id) {
                return None;
            }
            let mut seen = Seen::new(Origin::Service, &row.text(w3c::METHOD), evidence);
            seen.server = known(&row.text(w3c::COMPUTER_NAME));
            seen.say(Aspect::Remote, row.text(w3c::CLIENT_IP));
            seen.say(Aspect::Says, row.text(w3c::STATUS));
            seen
        }
        // Its rows name no messages.
        LogKind::Connectivity => return None,
    };
    seen.at = row.time.and_then(Moment::from_unix_millis);
    Some(seen)
}

/// A line of a session: the reply that takes a message in names it, and since 2013 a remark where sending it begins.
fn session(row: &LogRow<'_>, id: &str, servers: &Servers, evidence: Evidence) -> Option<Seen> {
    let (data, context) = (row.text(protocol::DATA), row.text(protocol::CONTEXT));
    let text = [data, context].into_iter().find(|text| names(text, id))?;
    let receives = row.kind == LogKind::SmtpReceive;
    let origin = if receives { Origin::Receive } else { Origin::Send };
    // The identifier stands above the steps.
    let mut seen = Seen::new(origin, &shortened(&text, id), evidence);
    let connector = row.text(protocol::CONNECTOR_ID);
    let local = row.text(protocol::LOCAL_ENDPOINT);
    let named = connector.split_once('\\').filter(|_| receives).map(|(server, _)| server.to_owned());
    match named.or_else(|| server_at(&local, servers)) {
        Some(server) => seen.server = server,
        None => seen.say(Aspect::Local, &local),
    }
    seen.say(Aspect::Connector, connector);
    seen.say(Aspect::Remote, row.text(protocol::REMOTE_ENDPOINT));
    seen.say(Aspect::Session, row.text(protocol::SESSION_ID));
    Some(seen)
}

/// The one server that is known to have the address of an endpoint.
fn server_at(endpoint: &str, servers: &Servers) -> Option<String> {
    let (address, _) = endpoint.rsplit_once(':')?;
    let address: IpAddr = address.trim_matches(['[', ']']).split('%').next()?.parse().ok()?;
    let address = address.to_canonical();
    let mut own = servers.exchange_addresses().filter(|own| own.address == address && !servers.is_only_tried(own));
    let first = own.next()?;
    let is_one = own.all(|other| servers.names.key(&other.server) == servers.names.key(&first.server));
    is_one.then(|| first.server.clone())
}

/// A text with a sign in place of the identifier.
fn shortened(text: &str, id: &str) -> String {
    let at = text.to_ascii_lowercase().find(&id.to_ascii_lowercase());
    let parts = at.and_then(|at| Some((text.get(..at)?, text.get(at + id.len()..)?)));
    parts.map_or_else(|| text.to_owned(), |(before, after)| format!("{before}\u{2026}{after}"))
}

/// An event of a log that numbers them, with what the number means.
fn numbered(is_55: bool, number: &str, evidence: Evidence) -> Seen {
    let number = number.trim();
    let known = number.parse().ok().and_then(|value| tracking_event(value, is_55));
    let event = known.map_or_else(|| number.to_owned(), |name| format!("{number} {name}"));
    Seen { key: number.to_ascii_lowercase(), ..Seen::new(Origin::Tracking, &event, evidence) }
}

/// A cell of a log that prints `-` for nothing.
fn known(cell: &str) -> String {
    let cell = cell.trim();
    if cell == "-" { String::new() } else { cell.to_owned() }
}
