//! The view of connectors: who answers whom, which connector takes a domain, and the tables of connectors.

mod choice_panel;
mod domain_pane;
mod matrix;
pub mod state;

use std::rc::Rc;

use yew::prelude::*;

use super::case::Case;
use super::language::use_words;
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
    let words = use_words().connectors;
    let Props { tables, connectors, case, act, session } = props;
    // What is shown besides the tables.
    let panes = vec![(MATRIX, words.matrix), (BY_DOMAIN, words.by_domain)];
    let view = View::Connectors;
    let shown = tables.chosen(view).unwrap_or(MATRIX);
    if protocol::table(shown).is_some() {
        return html! {
            <TableView {view} tables={tables.clone()} case={case.clone()} act={act.clone()} session={session.clone()} {panes} />
        };
    }
    let by_domain = shown == BY_DOMAIN;
    html! {
        <div class="table-view">
            <header class="view-head">
                <h1>{ words.title }{ " " }<span class="light">{ if by_domain { words.title_domain } else { words.title_matrix } }</span></h1>
                { tabs(view, &panes, if by_domain { BY_DOMAIN } else { MATRIX }, act) }
            </header>
            if by_domain {
                <DomainPane state={connectors.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
            } else {
                <MatrixPane state={connectors.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
            }
        </div>
    }
}
