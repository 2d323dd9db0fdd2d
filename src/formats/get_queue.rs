//! `Get-Queue` (2007 to SE), in every shape that PowerShell prints.
//!
//! Traps: delivery types are spelled in several ways and cut by Format-Table, which is resolved only
//! when one type alone can be meant; the connector of zeros is none; identities lack the server in
//! some exports. Dates are local times of whoever ran the cmdlet.

use uuid::Uuid;

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::powershell::Value;
use crate::model::queue::{DeliveryType, Queue, QueueIdentity, QueueStatus};
use crate::model::{Located, Record};

/// `Get-Queue`.
pub static FORMAT: Format = Format {
    id: "get-queue",
    title: "Get-Queue",
    how_to_collect: "Get-Queue -Server SERVER -ResultSize Unlimited | Export-Clixml queues-SERVER.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-Queue",
    name: "Get-Queue",
    classes: &["QueueInfo", "ExtensibleQueueInfo", "PropertyBagBasedQueueInfo", "QueueInfoPresentationObject"],
    own: &[
        "Identity",
        "DeliveryType",
        "NextHopDomain",
        "NextHopConnector",
        "NextHopCategory",
        "Status",
        "MessageCount",
        "LastError",
        "LastRetryTime",
        "NextRetryTime",
        "FirstRetryTime",
        "DeferredMessageCount",
        "RetryCount",
        "TlsDomain",
        "Velocity",
        "QueueIdentity",
    ],
    sets: &[
        &["NextHopDomain", "DeliveryType"],
        &["NextHopDomain", "Status"],
        &["NextHopDomain", "MessageCount"],
        &["NextHopDomain", "LastError"],
        &["NextHopDomain", "Identity"],
        &["Identity", "MessageCount"],
        &["Identity", "DeliveryType"],
        &["Identity", "NextHopConnector"],
        &["Identity", "NextRetryTime"],
        &["Identity", "LastRetryTime"],
    ],
    never: &[
        "Bindings",
        "RemoteIPRanges",
        "FromAddress",
        "InternetMessageId",
        "MessageSourceName",
        "ServerRole",
        "EdbFilePath",
        "PrimarySmtpAddress",
        "EventId",
        "GroupByValue",
    ],
    marks: &["DeliveryType", "Status", "MessageCount", "LastRetryTime", "NextRetryTime", "NextHopConnector"],
    near: "Looks like Get-Queue, but has neither Identity nor NextHopDomain, so nothing tells the queues apart. Export \
           with Get-Queue | Format-List, or Get-Queue | Export-Clixml queues.xml",
    dates: &["LastRetryTime", "NextRetryTime", "FirstRetryTime"],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| queue(row).map(Record::Queue).into_iter().collect());
}

fn queue(row: &mut Row<'_>) -> Option<Queue> {
    let queue = Queue {
        span: row.span(),
        identity: row
            .parsed("Identity", QueueIdentity::parse)
            .or_else(|| row.parsed("QueueIdentity", QueueIdentity::parse)),
        delivery_type: delivery_type(row),
        next_hop_domain: row.text("NextHopDomain"),
        next_hop_connector: row.parsed("NextHopConnector", identifier).filter(|id| !id.value.is_nil()),
        status: row.parsed("Status", QueueStatus::parse),
        message_count: row.number("MessageCount"),
        last_error: row.text("LastError"),
        last_retry: row.moment("LastRetryTime"),
        next_retry: row.moment("NextRetryTime"),
        velocity: row.parsed("Velocity", velocity),
    };
    let usable = queue.identity.is_some()
        || queue.next_hop_domain.is_some()
        || queue.message_count.is_some()
        || queue.last_error.is_some();
    usable.then_some(queue)
}

/// `-12.5`, or `-12,5` in other cultures.
fn velocity(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").replace('\u{2212}', "-").parse().ok().filter(|number: &f64| number.is_finite())
}

/// An identifier; people mask parts of it, but zeros are still recognized.
fn identifier(text: &str) -> Option<Uuid> {
    let masked_zeros = text.starts_with("00000000") && text.chars().all(|c| matches!(c, '0' | '-' | '*' | 'x' | 'X'));
    if masked_zeros { Some(Uuid::nil()) } else { Uuid::try_parse(text).ok() }
}

/// A cut name counts when only one type begins like that.
fn delivery_type(row: &mut Row<'_>) -> Option<Located<DeliveryType>> {
    let property = row.get("DeliveryType")?;
    if let Value::Cut(start) = &property.value
        && let Some(whole) = DeliveryType::parse_cut(&format!("{start}..."))
    {
        return Some(Located::new(whole, row.span_of(property)));
    }
    row.parsed("DeliveryType", |text| DeliveryType::parse(text).or_else(|| DeliveryType::parse_cut(text)))
}
