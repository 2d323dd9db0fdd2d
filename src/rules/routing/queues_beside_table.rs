//! Weaknesses that show only when a routing table is held against the queues of the same server: R37, R43 and R44 of the list of
//! checks (see `tools::routing_lint`).
//!
//! Trap: the identifier of the next hop is that of a connector or a database only for some types of queues; for the others it is of a
//! delivery group, or zero.

use uuid::Uuid;

use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::databases::{is_certainly_before, local_name};
use crate::facts::queues::WaitingQueue;
use crate::model::queue::DeliveryType;
use crate::model::routing::{ObjectRef, RoutingTable};
use crate::model::server::server_key;
use crate::tools::route_calculator::external::size_text;
use crate::tools::routing_lint::{Lint, Weight};

/// A table is written anew at least every 12 hours; two more are allowed for.
const OLD_HOURS: i64 = 14;

/// All of them for one table.
pub(super) fn lints(facts: &Facts, table: &RoutingTable) -> Vec<Lint> {
    let Some(server) = local_name(table).map(server_key) else { return Vec::new() };
    let queues: Vec<&WaitingQueue> = facts
        .queues
        .waiting_queues()
        .filter(|queue| queue.server().is_some_and(|own| server_key(own) == server))
        .collect();
    let mut found: Vec<Lint> = old(table, &queues).into_iter().collect();
    for queue in queues {
        found.extend(gone(table, queue));
        found.extend(too_large(table, queue));
    }
    found
}

/// R37: the newest table is older than the server lets one get.
fn old(table: &RoutingTable, queues: &[&WaitingQueue]) -> Option<Lint> {
    let written = table.written?;
    let retries = queues.iter().filter_map(|queue| queue.queue.as_ref()?.last_retry.as_ref()).map(|time| time.value);
    let messages =
        queues.iter().flat_map(|queue| &queue.messages).filter_map(|m| m.date_received.as_ref()).map(|time| time.value);
    let seen = retries.chain(messages).max_by_key(|m| m.at)?;
    let due = Moment { at: written.at.saturating_add(jiff::Span::new().hours(OLD_HOURS)), clock: written.clock };
    (is_certainly_before(due, seen) == Some(true)).then(|| Lint {
        id: "R37",
        weight: Weight::Low,
        title: "The newest routing table is older than it should be",
        meaning: "A server writes a table at least every 12 hours. Either a newer one was not brought, or the server does not load its \
                  configuration any more.",
        remedy: "Bring the newest file of the folder. If this is it, look for events 5002, 5003, 5024 and 5030 of MSExchangeTransport, and \
                 restart the transport service.",
        detail: format!("The table was written {written}, the queues of the server are of {seen}"),
        span: table.span,
        names: local_name(table).map(str::to_owned).into_iter().collect(),
    })
}

/// R43: a queue leads to a connector or database that the table does not have.
fn gone(table: &RoutingTable, queue: &WaitingQueue) -> Option<Lint> {
    let own = queue.queue.as_ref()?;
    let kind = own.delivery_type.as_ref()?.value;
    let id = own.next_hop_connector.as_ref().filter(|id| !id.value.is_nil())?;
    let objects: Vec<&ObjectRef> = match kind {
        DeliveryType::DnsConnectorDelivery | DeliveryType::SmartHostConnectorDelivery => {
            table.send_connectors.iter().map(|connector| &connector.object).collect()
        }
        DeliveryType::SmtpDeliveryToMailbox => table.databases.iter().map(|database| &database.object).collect(),
        _ => return None,
    };
    let known: Vec<Uuid> = objects.iter().filter_map(|object| object.guid).collect();
    let whole = table.exact && table.complete && !known.is_empty() && known.len() == objects.len();
    (whole && queue.count() > 0 && !known.contains(&id.value)).then(|| Lint {
        id: "R43",
        weight: Weight::Medium,
        title: "A queue leads to an object that routing does not have any more",
        meaning: "Its mail was routed before the object was removed, and is not routed anew by itself.",
        remedy: "Route its mail anew: Retry-Queue -Identity <queue> -Resubmit $true",
        detail: format!("{} leads to {}, which the table does not list", queue.label(), id.value),
        span: id.span,
        names: vec![queue.label(), queue.next_hop().unwrap_or("").to_owned(), id.value.to_string()],
    })
}

/// R44: a message in a queue is larger than the connector of the queue takes.
fn too_large(table: &RoutingTable, queue: &WaitingQueue) -> Option<Lint> {
    let id = queue.queue.as_ref()?.next_hop_connector.as_ref()?.value;
    let connector = table.send_connectors.iter().find(|connector| connector.object.guid == Some(id))?;
    let limit = connector.max_message_size?;
    let message = queue.messages.iter().find(|message| message.size.is_some_and(|size| size > limit))?;
    let size = message.size?;
    Some(Lint {
        id: "R44",
        weight: Weight::Low,
        title: "A message is larger than its connector takes",
        meaning: "It is returned with 550 5.3.4 when it is routed the next time; smaller limits than elsewhere surprise senders.",
        remedy: "Set-SendConnector <connector> -MaxMessageSize <limit>, or tell the sender.",
        detail: format!(
            "A message of {} in {}; {} takes {}",
            size_text(size),
            queue.label(),
            connector.object,
            size_text(limit)
        ),
        span: message.span,
        names: vec![connector.object.to_string(), queue.label()],
    })
}
