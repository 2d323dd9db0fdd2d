//! `Test-ServiceHealth` (2007 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/test-servicehealth>
//!
//! Traps: names of roles are localized; lists of services are long, so that Format-List cuts them; the server is there
//! only as the computer that ran the command.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::Record;
use crate::model::health::ServiceHealth;

/// `Test-ServiceHealth`.
pub static FORMAT: Format = Format {
    id: "test-service-health",
    title: "Test-ServiceHealth",
    how_to_collect: "Test-ServiceHealth | Export-Clixml service-health.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Test-ServiceHealth",
    name: "Test-ServiceHealth",
    classes: &["ExchangeServicesStatus"],
    own: &["Role", "RequiredServicesRunning", "ServicesRunning", "ServicesNotRunning", "PSComputerName", "Server"],
    sets: &[&["RequiredServicesRunning"], &["ServicesNotRunning"], &["Role", "ServicesRunning"]],
    never: &["EventId", "NextHopDomain"],
    marks: &["Role", "ServicesRunning"],
    near: "Looks like Test-ServiceHealth. Export with Test-ServiceHealth | Export-Clixml service-health.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| health(row).map(Record::ServiceHealth).into_iter().collect());
}

fn health(row: &mut Row<'_>) -> Option<ServiceHealth> {
    let health = ServiceHealth {
        span: row.span(),
        server: row.any_text(&["Server", "PSComputerName"]),
        role: row.text("Role"),
        required_running: row.truth("RequiredServicesRunning"),
        running: row.listed("ServicesRunning", |name| Some(name.to_owned())),
        not_running: row.listed("ServicesNotRunning", |name| Some(name.to_owned())),
    };
    (health.required_running.is_some() || health.not_running.is_some() || health.running.is_some()).then_some(health)
}
