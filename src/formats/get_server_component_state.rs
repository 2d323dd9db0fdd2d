//! `Get-ServerComponentState` (2013 to SE), in every shape that PowerShell prints.
//! <https://learn.microsoft.com/powershell/module/exchange/get-servercomponentstate>
//!
//! Traps: the table shows the identity under the heading `Server`; who asked for a state is there only in
//! `LocalStates` and `RemoteStates`; without a server column nothing says which server it is.

use super::cmdlet::{self, Cmdlet, Remark, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::model::health::{Activity, ComponentState, StateRequest};
use crate::model::{Listed, Located, Record};

/// `Get-ServerComponentState`.
pub static FORMAT: Format = Format {
    id: "get-server-component-state",
    title: "Get-ServerComponentState",
    how_to_collect: "Get-ServerComponentState EX1 | Export-Clixml components-ex1.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-ServerComponentState",
    name: "Get-ServerComponentState EX1",
    classes: &["ServerComponentStatePresentationObject", "ServerComponentState"],
    own: &[
        "Server",
        "ServerFqdn",
        "Identity",
        "Component",
        "State",
        "LocalStates",
        "RemoteStates",
        "ServerWideOfflineIsOffline",
        "PSComputerName",
    ],
    sets: &[&["Component", "State"], &["Component", "LocalStates"]],
    never: &["EventId", "ThreadId", "MessageCount", "HealthSet"],
    marks: &["LocalStates", "RemoteStates", "ServerWideOfflineIsOffline", "State"],
    near: "Looks like Get-ServerComponentState, but has no Component. Export with Get-ServerComponentState EX1 | Export-Clixml components-ex1.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| component(row).map(Record::ComponentState).into_iter().collect());
}

fn component(row: &mut Row<'_>) -> Option<ComponentState> {
    let server = ["ServerFqdn", "Server", "Identity", "PSComputerName"].iter().find_map(|name| row.last_part(name));
    let component = row.text("Component")?;
    let state = row.parsed("State", Activity::parse)?;
    if server.is_none() {
        let what = "Nothing in the export says which server the components belong to. Get-ServerComponentState EX1 | \
                    Export-Clixml keeps it";
        row.remark(Remark::Open, what, row.lines());
    }
    Some(ComponentState {
        span: row.span(),
        server,
        component,
        state,
        local: requests(row, "LocalStates"),
        remote: requests(row, "RemoteStates"),
    })
}

/// Elements print as `Requestor:Maintenance; State:Inactive; Timestamp:9/28/2021 5:32:01 PM`.
fn requests(row: &mut Row<'_>, name: &'static str) -> Option<Located<Listed<StateRequest>>> {
    row.listed_by(name, |item| vec![item.to_owned()], request)
}

fn request(text: &str) -> Option<StateRequest> {
    let part = |names: &[&str]| {
        text.split(';').find_map(|part| {
            let (name, value) = part.split_once([':', '='])?;
            let is_it = names.iter().any(|n| n.eq_ignore_ascii_case(name.trim()));
            is_it.then(|| value.trim().to_owned()).filter(|value| !value.is_empty())
        })
    };
    Some(StateRequest {
        requester: part(&["Requestor", "Requester"])?,
        state: Activity::parse(&part(&["State"])?)?,
        since: part(&["Timestamp"]),
    })
}
