//! The view of connectors: who answers whom, which connector takes a domain, and the tables of connectors.

mod choice_panel;
mod domain_pane;
mod matrix;
pub mod state;

use std::rc::Rc;

use yew::prelude::*;

use super::case::Case;
use super::session::Session;
use super::state::Action;
use super::table_state::Tables;
use super::table_view::{TableView, tabs};
use super::view::View;
use crate::worker::protocol;
use domain_pane::DomainPane;
use matrix::MatrixPane;
use state::ConnectorsState;

/// The pane that is shown first.
const MATRIX: &str = "matrix";

/// The pane that is asked with a domain.
const BY_DOMAIN: &str = "by-domain";

/// What is shown besides the tables.
const PANES: &[(&str, &str)] = &[(MATRIX, "Who answers whom"), (BY_DOMAIN, "By domain")];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub tables: Rc<Tables>,
    pub connectors: Rc<ConnectorsState>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
}

/// The view.
#[function_component]
pub fn Connectors(props: &Props) -> Html {
    let Props { tables, connectors, case, act, session } = props;
    let view = View::Connectors;
    let shown = tables.chosen(view).unwrap_or(MATRIX);
    if protocol::table(shown).is_some() {
        return html! {
            <TableView {view} tables={tables.clone()} case={case.clone()} act={act.clone()} session={session.clone()} panes={PANES} />
        };
    }
    let by_domain = shown == BY_DOMAIN;
    html! {
        <div class="table-view">
            <header class="view-head">
                <h1>{ "Connectors " }<span class="light">{ if by_domain { "which one takes a domain" } else { "who answers whom" } }</span></h1>
                { tabs(view, PANES, if by_domain { BY_DOMAIN } else { MATRIX }, act) }
            </header>
            if by_domain {
                <DomainPane state={connectors.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
            } else {
                <MatrixPane state={connectors.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
            }
        </div>
    }
}
