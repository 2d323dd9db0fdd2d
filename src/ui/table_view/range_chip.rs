//! The range of time that narrows a table, and the way out of it; or that it does not narrow this one.

use yew::prelude::*;

use super::super::language::{column, words};
use super::super::shared::icon::{Icon, icon};
use super::super::state::Action;
use super::super::table_state::TableState;
use crate::worker::protocol::Table;

/// Whether a range is set and narrows the table: it has times, and some rows have one.
pub fn is_narrowed(table: &'static Table, state: &TableState) -> bool {
    let has_times = table.times().is_some() && state.page.as_ref().is_none_or(|page| page.is_narrowed);
    state.query.range.is_some() && has_times
}

/// The chip; nothing without a range.
pub fn range_chip(table: &'static Table, state: &TableState, act: &Callback<Action>) -> Html {
    let query = &state.query;
    let Some((from, to)) = query.range else { return Html::default() };
    let words = words().grid;
    if !is_narrowed(table, state) {
        return html! { <span class="chip is-off" data-range="none" title={words.not_narrowed_about}>{ words.not_narrowed }</span> };
    }
    let axis = table.times().and_then(|(at, _)| table.columns.get(at));
    let title = axis.map_or("", |of| column(table, of));
    let clear = act.reform(|_: MouseEvent| Action::Range(None));
    let range = (words.range)(title, &query.clocks.digits(from), &query.clocks.digits(to));
    html! {
        <span class="chip" data-range="">
            <span>{ range }</span>
            <button type="button" class="button quiet only-icon" onclick={clear} aria-label={words.all_times} title={words.all_times}>
                { icon(Icon::Cross) }
            </button>
        </span>
    }
}
