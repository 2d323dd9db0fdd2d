//! Steps of a message that exports show: tracking events, histories, messages in queues.

use super::{Aspect, Origin, Seen, is_same, people};
use crate::analysis::{Analysis, evidence};
use crate::base::source::Span;
use crate::facts::latency::own_server;
use crate::facts::transport::marks_of;
use crate::model::message_history::HistoryEntry;
use crate::model::tracking_event::TrackingEvent;
use crate::model::{Located, server::server_key};
use crate::report::Evidence;
use crate::rules::Proof;

/// Hands on what exports show of a message.
pub(super) fn each(analysis: &Analysis, id: &str, take: &mut dyn FnMut(Seen)) {
    let place = |span: Span, title: &str| -> Evidence {
        let proof = Proof { marks: vec![id.to_owned()], ..Proof::new(span, title) };
        evidence(&proof, &analysis.sources, &analysis.shelf)
    };
    let facts = &analysis.facts;
    for event in &facts.tracked {
        let is_own = event.message_id.as_ref().is_some_and(|own| is_same(&own.value, id));
        let refers =
            || event.reference.as_ref().is_some_and(|list| list.value.items.iter().any(|one| is_same(one, id)));
        if is_own || refers() {
            take(Seen { is_other: !is_own, ..tracked(event, place(event.span, "Tracking")) });
        }
    }
    for entry in &facts.history {
        let is = |own: &Option<String>| own.as_deref().is_some_and(|own| is_same(own, id));
        let is_own = is(&entry.message_id);
        if is_own || is(&entry.linked_message_id) {
            take(Seen { is_other: !is_own, ..history(entry, place(entry.span, "Tracking")) });
        }
    }
    for queue in &facts.queues.queues {
        let own = |own: &Option<String>| own.as_deref().is_some_and(|own| is_same(own, id));
        for message in queue.messages.iter().filter(|message| own(&message.internet_message_id)) {
            let mut seen = Seen::new(Origin::Queue, "DateReceived", place(message.span, "Messages"));
            seen.at = message.date_received.as_ref().map(|at| at.value);
            seen.server = queue.server().unwrap_or_default().to_owned();
            seen.say(Aspect::Queue, queue.label());
            if let Some(status) = &message.status {
                seen.say(Aspect::Says, &status.value);
            }
            if let Some((error, _)) = message.errors().next() {
                seen.say(Aspect::Says, error);
            }
            take(seen);
        }
    }
}

fn tracked(event: &TrackingEvent, evidence: Evidence) -> Seen {
    let text = |value: &Option<Located<String>>| value.as_ref().map(|value| value.value.clone()).unwrap_or_default();
    let mut seen = Seen::new(Origin::Tracking, &event.event.value, evidence);
    seen.at = event.at.as_ref().map(|at| at.value);
    let list = |list: &Option<Located<crate::model::Listed<String>>>| {
        list.as_ref().map(|list| list.value.items.clone()).unwrap_or_default()
    };
    tracking(
        &mut seen,
        &Tracked {
            client: &text(&event.client),
            server: &text(&event.server),
            part: &text(&event.source),
            connector: &text(&event.connector),
            recipients: &people(list(&event.recipients).iter().map(String::as_str)),
            status: &list(&event.recipient_status).join("; "),
            context: &text(&event.source_context),
        },
    );
    seen
}

/// What a row of message tracking (2007 and later) says, whichever way it came.
pub(super) struct Tracked<'a> {
    pub client: &'a str,
    pub server: &'a str,
    pub part: &'a str,
    pub connector: &'a str,
    pub recipients: &'a str,
    pub status: &'a str,
    pub context: &'a str,
}

/// Fills in what such a row says.
pub(super) fn tracking(seen: &mut Seen, row: &Tracked<'_>) {
    let event = seen.event.to_ascii_uppercase();
    let hands_on = matches!(event.as_str(), "SEND" | "SENDEXTERNAL" | "DELIVER" | "DUPLICATEDELIVER");
    let (client, server) = (row.client.trim(), row.server.trim());
    let own = if hands_on {
        let own = own_server(marks_of(event.as_bytes()), client.as_bytes(), server.as_bytes());
        if own == client.as_bytes() { client } else { server }
    } else if server.is_empty() {
        client
    } else {
        server
    };
    own.clone_into(&mut seen.server);
    let is_other = |name: &str| server_key(name) != server_key(own);
    seen.say(Aspect::Part, row.part);
    if hands_on && is_other(server) {
        seen.say(Aspect::To, server);
    } else if is_other(client) {
        seen.say(Aspect::From, client);
    }
    seen.say(Aspect::Connector, row.connector);
    seen.say(Aspect::Recipients, row.recipients);
    // The status of a row without recipients is a pair of quotes.
    let status = row.status.trim().trim_matches('\'');
    // Of a message that comes in it says only how a recipient is addressed: To, Cc, Bcc.
    let status = if event == "RECEIVE" { "" } else { status };
    let failed = matches!(event.as_str(), "FAIL" | "DEFER" | "DSN" | "BADMAIL" | "SUBMITFAIL" | "SUBMITDEFER");
    seen.say(Aspect::Says, if status.is_empty() && failed { row.context } else { status });
}

fn history(entry: &HistoryEntry, evidence: Evidence) -> Seen {
    let number = entry.event.as_ref().map(|event| event.value.to_string());
    let event = entry.text.clone().or_else(|| number.clone()).unwrap_or_default();
    let mut seen = Seen::new(Origin::History, &event, evidence);
    if let Some(number) = number {
        seen.key = number;
    }
    seen.at = entry.time.as_ref().map(|time| time.value);
    seen.server = entry.server.clone().unwrap_or_default();
    seen.say(Aspect::To, entry.partner.as_deref().unwrap_or_default());
    seen.say(Aspect::Recipients, entry.recipient.as_deref().unwrap_or_default());
    seen
}
