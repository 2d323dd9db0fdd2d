//! A view of tables: one of them at a time, with its filter, its columns and its totals.
//!
//! The rows are the worker's; the page holds a window of them and asks for another one when it is scrolled out of it.

mod filter_row;
mod grid;
mod kept;
mod range_chip;

use std::rc::Rc;

use yew::prelude::*;

use super::case::Case;
use super::language::{column, table_about, table_bring, table_title, use_words, words};
use super::session::Session;
use super::state::Action;
use super::table_state::{Copied, TableChange, TableState, Tables};
use super::view::View;
use crate::report::Input;
use crate::worker::protocol::{self, Kind, Request, Table};
use filter_row::FilterRow;
use grid::Grid;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: View,
    pub tables: Rc<Tables>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
    /// What the view shows besides tables, before them: identifier and title.
    #[prop_or_default]
    pub panes: Vec<(&'static str, &'static str)>,
    /// Whether what stands above the table has the title and the choice of tables.
    #[prop_or_default]
    pub bare: bool,
    /// Why the table has no rows, when the view knows better than the table.
    #[prop_or_default]
    pub empty: Option<AttrValue>,
    /// What stands above the table.
    #[prop_or_default]
    pub children: Html,
}

/// The view.
#[function_component]
pub fn TableView(props: &Props) -> Html {
    let words = use_words();
    let Props { view, tables, case, act, session, panes, bare, empty, children } = props;
    let shown = tables.shown(*view).and_then(protocol::table);
    let state = shown.map(|table| tables.get(table.id)).unwrap_or_default();
    // Asked anew when the query changes, when the window is left, and when there is another report.
    let report = Rc::as_ptr(&case.report) as usize;
    let id = shown.map_or("", |table| table.id);
    let before = use_mut_ref(|| None);
    use_effect_with((id, state.query.clone(), state.wanted(), state.is_there(), (report, state.version)), {
        let session = session.clone();
        move |(id, query, (first, count), is_there, report)| {
            let question = (*id, query.clone(), *report);
            if !*is_there || before.borrow().as_ref() != Some(&question) {
                before.replace(Some(question));
                let (table, query) = ((*id).to_owned(), query.clone());
                session.ask(&Request::Page { table, query, first: *first, count: *count });
            }
        }
    });
    let Some(table) = shown else { return Html::default() };
    let empty = empty.clone().or_else(|| is_counted(table, &case.report.inputs).then_some(words.grid.counted.into()));
    html! {
        <div class="table-view">
            if !bare {
                <header class="view-head">
                    <h1>{ (words.views.name)(*view) }{ " " }<span class="light">{ how_many(&state) }</span></h1>
                    { tabs(*view, panes, table.id, act) }
                </header>
            }
            { children.clone() }
            <p class="meta table-about">{ table_about(table) }</p>
            <FilterRow {table} state={state.clone()} kept={tables.kept.clone()} act={act.clone()} session={session.clone()} />
            if state.page.as_ref().is_some_and(|page| page.shown == 0) {
                { nothing(table, &state, empty.as_ref(), act) }
            } else {
                <Grid key={table.id} {table} state={state.clone()} act={act.clone()} session={session.clone()}
                    open={case.row.as_ref().filter(|row| row.table == table.id).map(|row| row.number)} />
            }
            { footer(table, &state) }
        </div>
    }
}

/// Whether logs were read that would fill the table, but are counted and not kept row by row.
fn is_counted(table: &Table, inputs: &[Input]) -> bool {
    let is_log = |kind: &str| kind.starts_with("message-tracking-log");
    table.id == "tracking" && inputs.iter().any(|input| input.records > 0 && input.kind.as_deref().is_some_and(is_log))
}

fn how_many(state: &TableState) -> String {
    state.page.as_ref().map_or_else(|| words().grid.reading.to_owned(), |page| (words().grid.rows)(page.all.into()))
}

/// Buttons for what a view shows, one of which is pressed.
pub fn tabs(view: View, panes: &[(&'static str, &'static str)], shown: &'static str, act: &Callback<Action>) -> Html {
    let ids = view.row().map_or(&[][..], |row| row.tables);
    if panes.len() + ids.len() < 2 {
        return Html::default();
    }
    let tables = ids.iter().filter_map(|id| protocol::table(id)).map(|table| (table.id, table_title(table)));
    html! {
        <div class="buttons segments" role="group" aria-label={words().grid.table}>
            { for panes.iter().copied().chain(tables).map(|(id, title)| {
                let onclick = act.reform(move |_: MouseEvent| Action::ShowTable(view, id));
                let pressed = id == shown;
                html! { <button type="button" class="button" data-table={id} {onclick} aria-pressed={pressed.to_string()}>{ title }</button> }
            }) }
        </div>
    }
}

/// Why there are no rows, and the way out.
fn nothing(table: &'static Table, state: &TableState, empty: Option<&AttrValue>, act: &Callback<Action>) -> Html {
    let all_words = words();
    let words = all_words.grid;
    let all = state.page.as_ref().map_or(0, |page| page.all);
    let clear = act.reform(|_: MouseEvent| Action::Table(table.id, TableChange::Clear));
    let files = act.reform(|_: MouseEvent| Action::Show(View::Files));
    let collect = act.reform(|_: MouseEvent| Action::Show(View::Collect));
    let all_times = act.reform(|_: MouseEvent| Action::Range(None));
    html! {
        <div class="table-nothing">
            if let Some(empty) = empty.filter(|_| all == 0) {
                <p>{ empty }</p>
                <button type="button" class="link" onclick={files}>{ all_words.shared.see_files }</button>
            } else if all == 0 {
                <p>{ words.nothing }{ " " }{ table_bring(table) }</p>
                <p class="buttons">
                    <button type="button" class="link" onclick={collect}>{ words.gather }</button>
                    <button type="button" class="link" onclick={files}>{ all_words.shared.see_files }</button>
                </p>
            } else {
                <p>{ (words.none_left)(all.into()) }</p>
                <div class="buttons">
                    <button type="button" class="button" onclick={clear}>{ words.clear }</button>
                    if range_chip::is_narrowed(table, state) {
                        <button type="button" class="button" onclick={all_times}>{ words.all_times }</button>
                    }
                </div>
            }
        </div>
    }
}

fn footer(table: &'static Table, state: &TableState) -> Html {
    let Some(page) = &state.page else { return Html::default() };
    let of = if page.shown == page.all {
        (words().grid.rows)(page.all.into())
    } else {
        (words().grid.rows_of)(page.shown.into(), page.all.into())
    };
    let copied = state.copied.map(|copied| match copied {
        Copied::Rows(rows, all) => (words().grid.rows_copied)(rows.into(), all.into()),
        Copied::Refused => words().shared.copy_refused.to_owned(),
    });
    let totals = table.columns.iter().zip(&page.totals).filter(|(of, total)| of.is_summed && !total.is_empty());
    html! {
        <p class="table-foot" role="status">
            <span>{ of }</span>
            if page.untimed > 0 {
                <span>{ (words().grid.untimed)(page.untimed.into()) }</span>
            }
            { for totals.map(|(of, total)| html! { <span>{ format!("{}: ", column(table, of)) }<b>{ total }</b></span> }) }
            <span class="print-only">{ words().grid.printed }</span>
            if let Some(copied) = copied {
                <b class="copied">{ copied }</b>
            }
        </p>
    }
}

/// How a cell is set.
fn cell_class(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Words | Kind::State => None,
        Kind::Printed | Kind::Subject | Kind::Path => Some("printed"),
        Kind::Number | Kind::Duration | Kind::Size => Some("number"),
        Kind::Time => Some("time"),
    }
}
