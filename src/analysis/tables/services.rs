//! What runs on the servers: Windows services, the services that roles require, and components.

use super::{Cell, Column, Order, Row, Table, is_one_of, no_notes, shown};
use crate::facts::Facts;
use crate::model::health::{ComponentState, ServiceHealth, StateRequest};
use crate::model::{Listed, Located};

/// The table.
pub static TABLE: Table = Table {
    id: "services",
    title: "Services",
    about: "Windows services, services that roles require, and components of servers, in the state that the files show.",
    columns: &[
        Column::printed("Server").facet(),
        Column::words("Kind").facet(),
        Column::printed("Name"),
        Column::words("State").facet(),
        Column::words("Starts").facet(),
        Column::printed("Asked for by"),
    ],
    rows,
    order: Order::Rows,
    notes: no_notes,
    stands_out: |row| {
        is_one_of(row, 3, &["Stopped", "Inactive", "Draining", "Paused", "Not running"])
            && !is_one_of(row, 4, &["Disabled", "Manual"])
    },
    bring: "The services: Get-Service MSExchange* | Export-Clixml services.xml, and Get-ServerComponentState for Exchange 2013 and later.",
};

fn rows(facts: &Facts) -> Vec<Row> {
    let settings = &facts.settings;
    let services = settings.windows_services.iter().map(|service| Row {
        cells: vec![
            shown::text(service.server.as_ref()),
            "Windows service".into(),
            service.name.value.clone().into(),
            service.state.as_ref().map(|state| state.value.to_string()).into(),
            service.start.as_ref().map(|start| start.value.to_string()).into(),
            Cell::Unknown,
        ],
        span: Some(service.span),
    });
    let required = settings.service_health.iter().flat_map(required);
    services.chain(required).chain(settings.components.iter().map(component)).collect()
}

/// A row for each service that a role requires; for a role that shows none, one row about the role.
fn required(health: &ServiceHealth) -> Vec<Row> {
    let row = |name: Cell, state: Cell, at: Option<&Located<Listed<String>>>| Row {
        cells: vec![
            shown::text(health.server.as_ref()),
            "Required by a role".into(),
            name,
            state,
            Cell::Unknown,
            shown::text(health.role.as_ref()),
        ],
        span: Some(at.map_or(health.span, |list| list.span)),
    };
    let mut rows = Vec::new();
    for (list, state) in [(&health.not_running, "Not running"), (&health.running, "Running")] {
        for name in list.iter().flat_map(|list| &list.value.items) {
            rows.push(row(name.as_str().into(), state.into(), list.as_ref()));
        }
    }
    if rows.is_empty() {
        let state = health.required_running.as_ref().map(|all| if all.value { "Running" } else { "Not running" });
        rows.push(row("all of them".into(), state.into(), None));
    }
    rows
}

fn component(component: &ComponentState) -> Row {
    let mut wishes: Vec<String> = Vec::new();
    for request in [&component.local, &component.remote].into_iter().flatten().flat_map(|list| &list.value.items) {
        let wish = wish(request);
        if !wishes.contains(&wish) {
            wishes.push(wish);
        }
    }
    Row {
        cells: vec![
            shown::text(component.server.as_ref()),
            "Component".into(),
            component.component.value.clone().into(),
            component.state.value.to_string().into(),
            Cell::Unknown,
            wishes.join("; ").into(),
        ],
        span: Some(component.span),
    }
}

fn wish(request: &StateRequest) -> String {
    let since = request.since.as_ref().map(|since| format!(", {since}")).unwrap_or_default();
    format!("{}: {}{since}", request.requester, request.state)
}
