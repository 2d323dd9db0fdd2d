//! The range of time that narrows a table, and the way out of it.

use yew::prelude::*;

use super::super::shared::icon::{Icon, icon};
use super::super::state::Action;
use crate::worker::protocol::{Query, Table};

/// The chip; nothing for a table without times, and without a range.
pub fn range_chip(table: &'static Table, query: &Query, act: &Callback<Action>) -> Html {
    let (Some((from, to)), Some((column, _))) = (query.range, table.times()) else { return Html::default() };
    let title = table.columns.get(column).map_or("Time", |column| column.title);
    let clear = act.reform(|_: MouseEvent| Action::Range(None));
    let range = format!("{title}: {} to {}", query.clocks.digits(from), query.clocks.digits(to));
    html! {
        <span class="chip" data-range="">
            <span>{ range }</span>
            <button type="button" class="button quiet only-icon" onclick={clear} aria-label="Show all times" title="Show all times">
                { icon(Icon::Cross) }
            </button>
        </span>
    }
}
