//! The range of time that narrows a table, and the way out of it.

use yew::prelude::*;

use super::super::language::{column, words};
use super::super::shared::icon::{Icon, icon};
use super::super::state::Action;
use crate::worker::protocol::{Query, Table};

/// The chip; nothing for a table without times, and without a range.
pub fn range_chip(table: &'static Table, query: &Query, act: &Callback<Action>) -> Html {
    let (Some((from, to)), Some((at, _))) = (query.range, table.times()) else { return Html::default() };
    let words = words().grid;
    let title = table.columns.get(at).map_or("", |of| column(table, of));
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
