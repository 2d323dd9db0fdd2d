//! What stands above a table: the filter, values to pick, columns, and ways out.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::super::language::{column as title_of, grouped, use_words, words};
use super::super::session::Session;
use super::super::shared::icon::{Icon, icon};
use super::super::state::Action;
use super::super::table_state::{TableChange, TableState};
use super::range_chip::range_chip;
use crate::worker::protocol::{Query, Request, Table};

#[derive(Properties)]
pub struct Props {
    pub table: &'static Table,
    pub state: Rc<TableState>,
    pub act: Callback<Action>,
    pub session: Session,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        self.table.id == other.table.id && self.state == other.state && self.act == other.act
    }
}

/// The row.
#[function_component]
pub fn FilterRow(props: &Props) -> Html {
    let words = use_words().grid;
    let Props { table, state, act, session } = props;
    let table: &'static Table = table;
    let change = |query: Query| Action::Table(table.id, TableChange::Query(query));
    let typed = act.reform({
        let query = state.query.clone();
        move |event: InputEvent| {
            let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let filter = field.map(|field| field.value()).unwrap_or_default();
            change(Query { filter, ..query.clone() })
        }
    });
    let mark = act.reform({
        let query = state.query.clone();
        move |_: MouseEvent| change(Query { is_marking: !query.is_marking, ..query.clone() })
    });
    let csv = {
        let (session, query) = (session.clone(), state.query.clone());
        Callback::from(move |_: MouseEvent| {
            session.ask(&Request::Csv { table: table.id.to_owned(), query: query.clone() });
        })
    };
    let id = format!("filter-{}", table.id);
    html! {
        <div class="filter-row">
            { range_chip(table, &state.query, act) }
            <label class="visually-hidden" for={id.clone()}>{ words.filter }</label>
            <input {id} class="field filter" type="search" placeholder={words.hint} value={state.query.filter.clone()}
                oninput={typed} spellcheck="false" autocomplete="off" />
            <button type="button" class="button" onclick={mark} aria-pressed={state.query.is_marking.to_string()}
                title={words.mark_about}>{ words.mark }</button>
            { for state.page.iter().flat_map(|page| &page.values).filter(|(_, values)| values.len() > 1).map(|(column, values)| {
                picker(table, &state.query, *column, values, act)
            }) }
            <span class="filter-end">
                { columns(table, state, act) }
                <button type="button" class="button" data-csv={table.id} onclick={csv}>{ icon(Icon::Export) }<span>{ words.csv }</span></button>
            </span>
        </div>
    }
}

/// A list of values of a column to pick one from.
fn picker(table: &'static Table, query: &Query, column: u32, values: &[(String, u32)], act: &Callback<Action>) -> Html {
    let of = table.columns.get(column as usize);
    let (title, id) = of.map_or(("", ""), |of| (title_of(table, of), of.title));
    let picked = query.picked.iter().find(|(own, _)| *own == column).map(|(_, value)| value.clone());
    let onchange = act.reform({
        let query = query.clone();
        move |event: Event| {
            let list = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            let value = list.map(|list| list.value()).unwrap_or_default();
            let mut picked = query.picked.clone();
            picked.retain(|(own, _)| *own != column);
            if !value.is_empty() {
                picked.push((column, value));
            }
            Action::Table(table.id, TableChange::Query(Query { picked, ..query.clone() }))
        }
    });
    html! {
        <select class={classes!("field", picked.is_some().then_some("picked"))} aria-label={title} data-pick={id} {onchange}>
            <option value="" selected={picked.is_none()}>{ (words().grid.all)(title) }</option>
            { for values.iter().map(|(value, rows)| html! {
                <option lang="en" value={value.clone()} selected={picked.as_ref() == Some(value)}>{ format!("{value} ({})", grouped((*rows).into())) }</option>
            }) }
        </select>
    }
}

/// Which columns are shown.
fn columns(table: &'static Table, state: &TableState, act: &Callback<Action>) -> Html {
    let shown = state.columns(table.id);
    html! {
        <details class="menu-root columns">
            <summary class="button">{ words().grid.columns }</summary>
            <div class="menu">
                { for (0_u32..).zip(table.columns).map(|(at, column)| {
                    let onchange = act.reform(move |_: Event| Action::Table(table.id, TableChange::Turn(at)));
                    let last = shown.len() == 1 && shown.contains(&at);
                    html! {
                        <label class="check"><input type="checkbox" checked={shown.contains(&at)} disabled={last} {onchange} />{ title_of(table, column) }</label>
                    }
                }) }
            </div>
        </details>
    }
}
