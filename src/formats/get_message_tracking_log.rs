//! `Get-MessageTrackingLog` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-messagetrackinglog>
//!
//! Traps: times are in the local time of the reader, unlike those of the log itself, and are left out when nothing decides
//! the order of day and month; recipients are a list, cut by Format-List after four; without `-ResultSize Unlimited` there
//! are a thousand events at most.

use super::cmdlet::{self, Cmdlet, Row, Undecided};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::tracking_event::TrackingEvent;

/// `Get-MessageTrackingLog`.
pub static FORMAT: Format = Format {
    id: "get-message-tracking-log",
    title: "Get-MessageTrackingLog",
    how_to_collect: "Get-MessageTrackingLog -ResultSize Unlimited -MessageId '<id>' | Export-Clixml tracking.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-MessageTrackingLog",
    name: "Get-MessageTrackingLog -ResultSize Unlimited",
    classes: &["MessageTrackingEvent"],
    own: &[
        "Timestamp",
        "EventId",
        "Source",
        "SourceContext",
        "ClientHostname",
        "ClientIp",
        "ServerHostname",
        "ServerIp",
        "ConnectorId",
        "MessageId",
        "InternalMessageId",
        "Recipients",
        "RecipientStatus",
        "Sender",
        "ReturnPath",
        "Reference",
        "MessageInfo",
        "MessageSubject",
        "TotalBytes",
        "RecipientCount",
    ],
    sets: &[
        &["EventId", "Recipients"],
        &["EventId", "RecipientStatus"],
        &["EventId", "Source", "Sender"],
        &["EventId", "Sender", "MessageSubject"],
        &["EventId", "Source", "MessageId"],
        &["EventId", "ConnectorId"],
        &["EventId", "SourceContext"],
        &["EventId", "MessageSubject"],
    ],
    never: &["ProviderName", "LogName", "EntryType", "InstanceId", "NextHopDomain", "LevelDisplayName"],
    marks: &[
        "Recipients",
        "RecipientStatus",
        "SourceContext",
        "MessageSubject",
        "ConnectorId",
        "ServerHostname",
        "ClientHostname",
    ],
    near: "Looks like Get-MessageTrackingLog, but has no EventId, so nothing says what happened. Export with Get-MessageTrackingLog -ResultSize Unlimited | Export-Clixml tracking.xml",
    dates: &["Timestamp"],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse_with(document, out, &CMDLET, Undecided::LeftOut, |row| {
        event(row).map(Box::new).map(Record::TrackingEvent).into_iter().collect()
    });
}

fn event(row: &mut Row<'_>) -> Option<TrackingEvent> {
    let whole = |item: &str| vec![item.to_owned()];
    Some(TrackingEvent {
        span: row.span(),
        at: row.moment("Timestamp"),
        event: row.text("EventId")?,
        source: row.text("Source"),
        source_context: row.text("SourceContext"),
        client: row.any_text(&["ClientHostname", "ClientIp"]),
        server: row.any_text(&["ServerHostname", "ServerIp"]),
        connector: row.text("ConnectorId"),
        message_id: row.text("MessageId"),
        internal_message_id: row.text("InternalMessageId"),
        recipients: row.listed("Recipients", |address| Some(address.to_owned())),
        recipient_status: row.listed_by("RecipientStatus", whole, |status| Some(status.to_owned())),
        sender: row.text("Sender"),
        reference: row.listed_by("Reference", whole, |reference| Some(reference.to_owned())),
        message_info: row.text("MessageInfo"),
    })
}
