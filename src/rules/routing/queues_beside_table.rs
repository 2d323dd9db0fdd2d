//! Weaknesses that show only when a routing table is held against the queues of the same server: R43 and R44 of the list of
//! checks (see `tools::routing_lint`).
//!
//! Trap: the identifier of the next hop is that of a connector or a database only for some types of queues; for the others it is of a
//! delivery group, or zero.

use uuid::Uuid;

use super::routing_evidence_stale::seen_after;
use crate::facts::Facts;
use crate::facts::databases::local_name;
use crate::facts::queues::WaitingQueue;
use crate::model::queue::DeliveryType;
use crate::model::routing::{ObjectRef, RoutingTable};
use crate::model::server::server_key;
use crate::tools::route_calculator::external::size_text;
use crate::tools::routing_lint::{Lint, Weight};

/// All of them for one table.
pub(super) fn lints(facts: &Facts, table: &RoutingTable) -> Vec<Lint> {
    let Some(server) = local_name(table).map(server_key) else { return Vec::new() };
    let queues: Vec<&WaitingQueue> = facts
        .queues
        .waiting_queues()
        .filter(|queue| queue.server().is_some_and(|own| server_key(own) == server))
        .collect();
    // An object that an old table does not know may be newer than the table.
    let is_old = seen_after(facts, table).is_some();
    let mut found: Vec<Lint> = Vec::new();
    for queue in queues {
        found.extend(gone(table, queue, is_old));
        found.extend(too_large(table, queue));
    }
    found
}

/// R43: a queue leads to a connector or database that the table does not have.
fn gone(table: &RoutingTable, queue: &WaitingQueue, is_old: bool) -> Option<Lint> {
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
        weight: if is_old { Weight::Info } else { Weight::Medium },
        title: "A queue leads to an object that routing does not have any more",
        meaning: "Its mail was routed before the object was removed, and is not routed anew by itself.",
        remedy: "Route its mail anew: Retry-Queue -Identity <queue> -Resubmit $true",
        detail: format!(
            "{} leads to {}, which the table does not list{}",
            queue.label(),
            id.value,
            if is_old { "; the table is old, so the object may be newer" } else { "" }
        ),
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
