//! `Get-TransportAgent` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-transportagent>
//!
//! Trap: without `-TransportService` it lists the agents of the Transport service alone; the output does not say of which
//! service and server.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::transport_agent::TransportAgent;

/// `Get-TransportAgent`.
pub static FORMAT: Format = Format {
    id: "get-transport-agent",
    title: "Get-TransportAgent",
    how_to_collect: "Get-TransportAgent | Export-Clixml transport-agents.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-TransportAgent",
    name: "Get-TransportAgent",
    classes: &["TransportAgent"],
    own: &["Identity", "Name", "Enabled", "Priority", "TransportAgentFactory", "AssemblyPath"],
    sets: &[
        &["Identity", "Enabled", "Priority"],
        &["Name", "Enabled", "Priority"],
        &["Identity", "TransportAgentFactory"],
        &["Identity", "AssemblyPath"],
    ],
    never: &[
        "AddressSpaces",
        "Bindings",
        "Conditions",
        "Actions",
        "State",
        "Mode",
        "FromScope",
        "RuleVersion",
        "RuleIdentity",
        "PrimarySmtpAddress",
        "Mailbox",
    ],
    marks: &["TransportAgentFactory", "AssemblyPath", "Priority"],
    near: "Looks like Get-TransportAgent, but has no Identity. Export with Get-TransportAgent | Export-Clixml transport-agents.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| agent(row).map(Record::TransportAgent).into_iter().collect());
}

fn agent(row: &mut Row<'_>) -> Option<TransportAgent> {
    Some(TransportAgent {
        span: row.span(),
        name: row.any_text(&["Identity", "Name"])?,
        enabled: row.truth("Enabled"),
        priority: row.number("Priority"),
        assembly: row.text("AssemblyPath"),
        factory: row.text("TransportAgentFactory"),
    })
}
