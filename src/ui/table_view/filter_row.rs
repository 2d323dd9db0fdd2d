//! What stands above a table: the filter, values to pick, columns, and ways out.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::super::language::{column as title_of, grouped, use_words, words};
use super::super::session::Session;
use super::super::shared::icon::{Icon, icon};
use super::super::shared::menu::Menu;
use super::super::state::Action;
use super::super::table_state::{TableChange, TableState};
use super::kept::{close_menu, menu};
use super::range_chip::range_chip;
use crate::worker::protocol::{KeptFilters, Query, Request, Table, TableForm};

#[derive(Properties)]
pub struct Props {
    pub table: &'static Table,
    pub state: Rc<TableState>,
    pub kept: KeptFilters,
    pub act: Callback<Action>,
    pub session: Session,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        self.table.id == other.table.id && self.state == other.state && self.kept == other.kept && self.act == other.act
    }
}

/// The row.
#[function_component]
pub fn FilterRow(props: &Props) -> Html {
    let words = use_words().grid;
    let Props { table, state, kept, act, session } = props;
    let table: &'static Table = table;
    let typed = act.reform(|event: InputEvent| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let filter = field.map(|field| field.value()).unwrap_or_default();
        Action::Table(table.id, TableChange::Filter(filter))
    });
    let mark = act.reform(|_: MouseEvent| Action::Table(table.id, TableChange::Mark));
    let id = format!("filter-{}", table.id);
    html! {
        <div class="filter-row">
            { range_chip(table, state, act) }
            <label class="visually-hidden" for={id.clone()}>{ words.filter }</label>
            <input {id} class="field filter" type="search" placeholder={words.hint} value={state.query.filter.clone()}
                oninput={typed} spellcheck="false" autocomplete="off" />
            <button type="button" class="button" onclick={mark} aria-pressed={state.query.is_marking.to_string()}
                title={words.mark_about}>{ words.mark }</button>
            // In an element of its own: in one list with the menus, the first rows would draw those anew and close them.
            <span class="pickers">
            { for state.page.iter().flat_map(|page| &page.values).filter(|(at, values)| values.len() > 1 || !values.is_empty() && is_mark(table, *at)).map(|(column, values)| {
                picker(table, &state.query, *column, values, act)
            }) }
            </span>
            <span class="filter-end">
                { menu(table, &state.query, kept, act) }
                { columns(table, state, act) }
                { ways_out(table, state, act, session) }
            </span>
        </div>
    }
}

/// Menu of what the rows are given out as: CSV, redacted or not, and text to paste.
fn ways_out(table: &'static Table, state: &TableState, act: &Callback<Action>, session: &Session) -> Html {
    let words = words().grid;
    let ask = |form: TableForm| {
        let (session, query, act) = (session.clone(), state.query.clone(), act.clone());
        Callback::from(move |event: MouseEvent| {
            close_menu(&event);
            // What was said last is taken back, so that the same is said again.
            act.emit(Action::Table(table.id, TableChange::Copied(None)));
            session.ask(&Request::Csv { table: table.id.to_owned(), query: query.clone(), form: form.clone() });
        })
    };
    let titles = state.columns(table.id).into_iter().filter_map(|at| {
        let column = table.columns.get(at as usize)?;
        Some((at, title_of(table, column).to_owned()))
    });
    let choices = [
        ("csv", words.csv, words.csv_about, TableForm::Csv),
        ("redacted", words.csv_redacted, words.csv_redacted_about, TableForm::Redacted),
        ("text", words.copy_rows, words.copy_rows_about, TableForm::Text(titles.collect())),
    ];
    let label = html! { <>{ icon(Icon::Export) }<span>{ words.ways_out }</span></> };
    html! {
        <Menu class="columns ways-out" {label}>
            <div class="menu" tabindex="-1">
                { for choices.into_iter().map(|(way, name, about, form)| html! {
                    <button type="button" data-way={way} onclick={ask(form)}>{ name }<span class="meta">{ about }</span></button>
                }) }
            </div>
        </Menu>
    }
}

/// Whether a column marks rows.
fn is_mark(table: &Table, column: u32) -> bool {
    table.columns.get(column as usize).is_some_and(|column| column.is_mark)
}

/// A list of values of a column to pick one from.
fn picker(table: &'static Table, query: &Query, column: u32, values: &[(String, u32)], act: &Callback<Action>) -> Html {
    let of = table.columns.get(column as usize);
    let (title, id) = of.map_or(("", ""), |of| (title_of(table, of), of.title));
    let picked = query.picked.iter().find(|(own, _)| *own == column).map(|(_, value)| value.clone());
    let onchange = act.reform(move |event: Event| {
        let list = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        let value = list.map(|list| list.value()).filter(|value| !value.is_empty());
        Action::Table(table.id, TableChange::Pick(column, value))
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
        <Menu class="columns" label={html! { { words().grid.columns } }}>
            <div class="menu" tabindex="-1">
                { for (0_u32..).zip(table.columns).map(|(at, column)| {
                    let onchange = act.reform(move |_: Event| Action::Table(table.id, TableChange::Turn(at)));
                    let last = shown.len() == 1 && shown.contains(&at);
                    html! {
                        <label class="check"><input type="checkbox" checked={shown.contains(&at)} disabled={last} {onchange} />{ title_of(table, column) }</label>
                    }
                }) }
            </div>
        </Menu>
    }
}
