//! `Get-QueueDigest` (2013 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-queuedigest>
//!
//! Traps: it counts queues of at least ten messages as they were one or two minutes ago, without Edge Transport servers; what
//! the value is (next hop, error, server ...) depends on the command and is not in its output.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::queue_digest::QueueDigest;

/// `Get-QueueDigest`.
pub static FORMAT: Format = Format {
    id: "get-queue-digest",
    title: "Get-QueueDigest",
    how_to_collect: "Get-QueueDigest -Forest -DetailsLevel Verbose | Export-Clixml queue-digest.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-QueueDigest",
    name: "Get-QueueDigest -DetailsLevel Verbose",
    classes: &["QueueDigestPresentationObject"],
    own: &[
        "GroupByValue",
        "MessageCount",
        "DeferredMessageCount",
        "LockedMessageCount",
        "StaleMessageCount",
        "Details",
    ],
    sets: &[&["GroupByValue", "MessageCount"], &["GroupByValue", "DeferredMessageCount"], &["GroupByValue", "Details"]],
    never: &["NextHopConnector", "DeliveryType"],
    marks: &["StaleMessageCount", "DeferredMessageCount", "Details"],
    near: "Looks like Get-QueueDigest, but has no GroupByValue, so nothing says what was counted. Export with Get-QueueDigest -Forest -DetailsLevel Verbose | Export-Clixml queue-digest.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| digest(row).map(Record::QueueDigest).into_iter().collect());
}

fn digest(row: &mut Row<'_>) -> Option<QueueDigest> {
    Some(QueueDigest {
        span: row.span(),
        value: row.text("GroupByValue")?,
        messages: row.number("MessageCount"),
        deferred: row.number("DeferredMessageCount"),
        locked: row.number("LockedMessageCount"),
        stale: row.number("StaleMessageCount"),
        details: row.whole_list("Details").unwrap_or_default(),
    })
}
