//! What draws each view.

use yew::prelude::*;

use super::about_view::About;
use super::case::Case;
use super::collect_view::Collect;
use super::connectors::Connectors;
use super::diagnosis::{self, Diagnosis};
use super::files_view::Files;
use super::reference::Reference;
use super::routing::Routing;
use super::search::Search;
use super::session::Session;
use super::state::{Action, Phase, State};
use super::table_view::TableView;
use super::timeline::Timeline;
use super::tools_view::Tools;
use super::view::View;
use super::{reading_view, start_view};

/// What is to be shown now, and its name in `main[data-view]`.
pub fn draw(state: &State, session: &Session, act: &Callback<Action>) -> (&'static str, Html) {
    let name = state.view.row().map_or("", |row| row.hash);
    match state.view {
        View::About => return (name, html! { <About act={act.clone()} /> }),
        View::Collect => {
            let (case, choice) = (state.case.clone(), state.collect.as_deref().cloned());
            return (name, html! { <Collect {case} {choice} act={act.clone()} /> });
        }
        View::Tools => {
            let footing = state.case.as_ref().map(|case| diagnosis::footing(state, case, act));
            return (name, html! { <Tools inputs={state.tools.clone()} act={act.clone()} {footing} /> });
        }
        View::Reference => return (name, html! { <Reference shown={state.shown_rule.clone()} act={act.clone()} /> }),
        _ => {}
    }
    match (&state.phase, &state.case) {
        (Phase::Empty, _) => ("start", start_view::start_view(state, session, act)),
        (_, None) | (Phase::Died { .. }, _) => ("reading", reading_view::reading_view(state, session)),
        (_, Some(case)) => (name, of_case(state, case, session, act)),
    }
}

fn of_case(state: &State, case: &Case, session: &Session, act: &Callback<Action>) -> Html {
    match state.view {
        View::Timeline => html! {
            <TableView view={state.view} tables={state.tables.clone()} case={case.clone()} act={act.clone()} session={session.clone()}>
                <Timeline tables={state.tables.clone()} picture={state.picture.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
            </TableView>
        },
        View::Files => html! {
           <Files tables={state.tables.clone()} case={case.clone()} act={act.clone()} session={session.clone()} shown={state.shown_file.clone()} />
        },
        View::Search => html! {
            <Search search={state.search.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
        },
        View::Routing => html! {
            <Routing tables={state.tables.clone()} routing={state.routing.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
        },
        View::Connectors => html! {
            <Connectors tables={state.tables.clone()} connectors={state.connectors.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
        },
        view => match view.row().filter(|row| !row.tables.is_empty()) {
            Some(row) => html! {
                <TableView key={row.hash} view={view} tables={state.tables.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
            },
            None => {
                let footing = diagnosis::footing(state, case, act);
                html! { <Diagnosis {footing} open={state.open.clone()} current={state.current} acknowledged={state.acknowledged.clone()} drafts={state.drafts.clone()} /> }
            }
        },
    }
}
