//! `Get-Service` and `Get-CimInstance Win32_Service`, in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/microsoft.powershell.management/get-service>
//!
//! Traps: the table cuts names after 18 characters, so that several services of Exchange look the same; a table of name
//! and status alone may be about anything, unless a service of Exchange is among the names.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::powershell::{Object, Property};
use crate::model::health::{ServiceState, StartMode, WindowsService};
use crate::model::{Located, Record};

/// `Get-Service`.
pub static FORMAT: Format = Format {
    id: "get-service",
    title: "Get-Service",
    how_to_collect: "Get-Service *Exchange* | Select-Object MachineName, Name, Status, StartType | Export-Csv services.csv -NoTypeInformation",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-Service",
    name: "Get-Service *Exchange*",
    classes: &["ServiceController", "Win32_Service"],
    own: &[
        "Name",
        "ServiceName",
        "DisplayName",
        "Status",
        "State",
        "StartType",
        "StartMode",
        "MachineName",
        "SystemName",
        "PSComputerName",
    ],
    sets: &[
        &["Name", "DisplayName", "Status"],
        &["Name", "Status", "StartType"],
        &["Name", "StartType"],
        &["DisplayName", "StartType"],
        &["DisplayName", "Status", "StartType"],
        &["Name", "State", "StartMode"],
        &["Name", "StartMode"],
        &["ServiceName", "Status"],
        &["Name", "Status", "MachineName"],
    ],
    never: &[
        "NextHopDomain",
        "MessageCount",
        "CopyQueueLength",
        "Role",
        "Component",
        "EventId",
        "DomainName",
        "RecipientTypeDetails",
        "ContentIndexState",
        "Handles",
    ],
    marks: &["DisplayName", "Status", "StartType", "StartMode"],
    near: "Looks like Get-Service, but has no names of services. Export with Get-Service *Exchange* | Select-Object MachineName, Name, Status, StartType | Export-Csv services.csv -NoTypeInformation",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    match cmdlet::probe(head, &CMDLET) {
        Probe::No if is_of_exchange(head) => Probe::Yes(60, "names and states of services".to_owned()),
        probe => probe,
    }
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| service(row).map(Record::WindowsService).into_iter().collect());
}

fn service(row: &mut Row<'_>) -> Option<WindowsService> {
    let name = row.any_text(&["Name", "ServiceName", "DisplayName"])?;
    let server = row.any_text(&["MachineName", "SystemName", "PSComputerName"]);
    // `State` of WMI is text, its `Status` is `OK`.
    let state = if row.is("Win32_Service", &["State"]) { "State" } else { "Status" };
    let service = WindowsService {
        span: row.span(),
        server: server.filter(|server: &Located<String>| server.value != "." && server.value != "localhost"),
        name,
        state: row.parsed(state, ServiceState::parse),
        start: row.parsed("StartType", StartMode::parse).or_else(|| row.parsed("StartMode", start_mode)),
    };
    (service.state.is_some() || service.start.is_some()).then_some(service)
}

/// WMI says `Auto`.
fn start_mode(text: &str) -> Option<StartMode> {
    if text.eq_ignore_ascii_case("auto") { Some(StartMode::Automatic) } else { StartMode::parse(text) }
}

/// Name and status alone, with a service of Exchange among the names.
fn is_of_exchange(head: &Head<'_>) -> bool {
    let is_service = |object: &Object| {
        let name = object.get("Name").and_then(Property::text).unwrap_or_default();
        object.get("Status").is_some() && name.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("MSExchange"))
    };
    head.powershell().is_some_and(|parsed| parsed.objects.iter().any(is_service))
}
