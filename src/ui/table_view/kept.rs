//! The menu of kept filters of a table.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::super::browser;
use super::super::language::{column, words};
use super::super::shared::icon::{Icon, icon};
use super::super::shared::menu::Menu;
use super::super::state::Action;
use super::super::table_state::{KeptChange, TableChange};
use crate::worker::protocol::{KeptFilter, KeptFilters, LONGEST_FILE, Query, Table};

/// Name of the file.
const FILE: &str = "queuescope-filters.json";

/// The menu.
pub fn menu(table: &'static Table, query: &Query, kept: &KeptFilters, act: &Callback<Action>) -> Html {
    let words = words().grid;
    let now = KeptFilter::of(table, query);
    let own: Vec<&KeptFilter> = kept.of(table.id).collect();
    let is_kept = now.as_ref().is_some_and(|now| own.contains(&now));
    let keep = {
        let now = now.clone();
        let act = act.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(filter) = &now {
                act.emit(Action::Kept(KeptChange::Keep(filter.clone())));
            }
        })
    };
    let save = {
        let text = kept.clone();
        Callback::from(move |_: MouseEvent| {
            browser::save(FILE, &text.to_file(), "application/json");
        })
    };
    let open = {
        let act = act.clone();
        Callback::from(move |event: Event| {
            let Some(field) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
                return;
            };
            let act = act.clone();
            spawn_local(async move {
                let text = browser::chosen_text(field, LONGEST_FILE).await;
                act.emit(Action::Kept(text.map_or(KeptChange::NotRead, KeptChange::Read)));
            });
        })
    };
    let label = html! {
        <>{ words.filters }if !own.is_empty() { { " " }<span class="light">{ own.len() }</span> }</>
    };
    html! {
        <Menu class="columns kept" {label}>
            <div class="menu" tabindex="-1">
                <button type="button" class="keep" onclick={keep} disabled={now.is_none() || is_kept}
                    title={now.is_none().then_some(words.nothing_to_keep)}>{ words.keep_filter }</button>
                if !own.is_empty() {
                    <ul>{ for own.iter().map(|filter| row(table, filter, now.as_ref(), act)) }</ul>
                }
                <p class="meta">{ words.filters_about }</p>
                <button type="button" class="save" onclick={save} disabled={kept.is_empty()}>{ words.save_filters }</button>
                <label class="open">{ words.open_filters }
                    <input type="file" class="visually-hidden" accept=".json,application/json" onchange={open} />
                </label>
            </div>
        </Menu>
    }
}

/// One of them: a press shows what it shows.
fn row(table: &'static Table, filter: &KeptFilter, now: Option<&KeptFilter>, act: &Callback<Action>) -> Html {
    let label = label(table, filter);
    let show = {
        let query = filter.query(table);
        act.reform(move |event: MouseEvent| {
            close_menu(&event);
            Action::Table(table.id, TableChange::Query(query.clone()))
        })
    };
    let remove = {
        let filter = filter.clone();
        act.reform(move |_: MouseEvent| Action::Kept(KeptChange::Remove(filter.clone())))
    };
    let name = (words().grid.remove_filter)(&label);
    html! {
        <li key={label.clone()}>
            <button type="button" class="show" onclick={show} aria-pressed={(now == Some(filter)).to_string()}><bdi>{ label }</bdi></button>
            <button type="button" class="remove" onclick={remove} aria-label={name.clone()} title={name}>{ icon(Icon::Cross) }</button>
        </li>
    }
}

/// What a filter says: its words, and the values picked.
fn label(table: &Table, filter: &KeptFilter) -> String {
    let title = |own: &str| table.columns.iter().find(|of| of.title == own).map(|of| column(table, of));
    let words = Some(filter.filter.clone()).filter(|words| !words.is_empty());
    let picked = filter.picked.iter().map(|(own, value)| format!("{}: {value}", title(own).unwrap_or(own)));
    words.into_iter().chain(picked).collect::<Vec<_>>().join(" · ")
}

/// A choice was made: the menu closes, and the keyboard is where it was opened.
pub fn close_menu(event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(menu) = target.and_then(|target| target.closest("details").ok().flatten()) else { return };
    if let Some(summary) =
        menu.query_selector("summary").ok().flatten().and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = summary.focus();
    }
    let _ = menu.remove_attribute("open");
}
