//! The rows of a table, drawn as far as they are seen.
//!
//! The grid has the focus and names the active row; the rows have none. Tab goes on to the headings, of which one is a stop; the
//! arrows go along them. Sizes are set through the object model, because the policy refuses style attributes.
//!
//! Trap: keys in the headings come to the grid as well, and there Enter opens a row.

use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::super::language::{column as title_of, table_title, use_words, words};
use super::super::session::Session;
use super::super::shared::icon::{Icon, icon};
use super::super::shared::verdict;
use super::super::state::Action;
use super::super::table_state::{self, ROW_HEIGHT, TableChange, TableState};
use super::super::text::clip_middle;
use super::super::{browser, files_view, keyboard};
use super::cell_class;
use crate::report::FileState;
use crate::worker::protocol::{self, Clocks, FILE_STATE, Kind, Page, PageRow, Query, Request, Table};

/// Characters of a path that are drawn; what is cut out of its middle is in its title and in the drawer.
const LONGEST_PATH: usize = 48;

#[derive(Properties)]
pub struct Props {
    pub table: &'static Table,
    pub state: Rc<TableState>,
    pub act: Callback<Action>,
    pub session: Session,
    /// Number of the row that is open in the drawer.
    pub open: Option<u32>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        self.table.id == other.table.id && self.state == other.state && self.open == other.open
    }
}

/// The grid.
#[function_component]
pub fn Grid(props: &Props) -> Html {
    let _ = use_words();
    let Props { table, state, act, session, open } = props;
    let table: &'static Table = table;
    let (scroller, space, body) = (use_node_ref(), use_node_ref(), use_node_ref());
    let rows = state.rows();
    let (first, count) = state.drawn();
    let (top, window) = state.scroll;

    // Sizes first: nothing can be scrolled further than it is high.
    let widths = widths(table, state);
    use_effect_with((rows, first, top as i64, window as i64, widths.clone()), {
        let (space, body, scroller) = (space.clone(), body.clone(), scroller.clone());
        move |(rows, first, top, window, widths)| {
            let (top, window) = (*top as f64, *window as f64);
            set(&space, "height", &format!("{}px", table_state::height(*rows)));
            set(&body, "transform", &format!("translateY({}px)", table_state::place(*first, top, window, *rows)));
            set(&scroller, "--columns", widths);
        }
    });
    // The height of the window is known only when it is there, and changes with the drawer.
    use_effect_with(table.id, {
        let (scroller, act, id, top) = (scroller.clone(), act.clone(), table.id, top);
        move |_| {
            let tell = move |act: &Callback<Action>, node: &HtmlElement| {
                let scroll = TableChange::Scroll(f64::from(node.scroll_top()), f64::from(node.client_height()));
                act.emit(Action::Table(id, scroll));
            };
            let mut listeners = Vec::new();
            if let Some(node) = scroller.cast::<HtmlElement>() {
                node.set_scroll_top(top as i32);
                tell(&act, &node);
                listeners.push(EventListener::new(&node, "scroll", {
                    let (act, node) = (act.clone(), node.clone());
                    move |_| tell(&act, &node)
                }));
                if let Some(all) = browser::window() {
                    listeners.push(EventListener::new(&all, "resize", move |_| tell(&act, &node)));
                }
            }
            move || drop(listeners)
        }
    });
    // What stands around the grid comes and goes, and nothing tells of it: so its height is looked at after each drawing.
    use_effect({
        let (scroller, act, id) = (scroller.clone(), act.clone(), table.id);
        move || {
            if let Some(node) = scroller.cast::<HtmlElement>() {
                let height = f64::from(node.client_height());
                if (height - window).abs() >= 1.0 {
                    act.emit(Action::Table(id, TableChange::Scroll(f64::from(node.scroll_top()), height)));
                }
            }
        }
    });
    use_effect_with(state.go_to, {
        let (scroller, state, act, id) = (scroller.clone(), Rc::clone(state), act.clone(), table.id);
        move |(position, times)| {
            // Once: a grid that is shown again stands where it stood.
            let Some(node) = scroller.cast::<HtmlElement>().filter(|_| *times != state.went) else { return };
            let (top, window) = (f64::from(node.scroll_top()), f64::from(node.client_height()) - ROW_HEIGHT);
            if let Some(to) = table_state::scroll_to(*position, top, window, state.rows()) {
                node.set_scroll_top(to as i32);
            }
            act.emit(Action::Table(id, TableChange::Went(*times)));
        }
    });

    let columns = state.columns(table.id);
    // The heading that Tab comes to: the one that had the focus last, while it is shown.
    let stop = use_state_eq(|| 0_u32);
    let tab = columns.iter().copied().find(|at| *at == *stop).or_else(|| columns.first().copied());
    let page = state.page.clone().unwrap_or_default();
    let active = state.selected.filter(|at| (first..first + count).contains(at) && row_at(&page, *at).is_some());
    let onkeydown = {
        let (act, session) = (act.clone(), session.clone());
        Callback::from(move |event: KeyboardEvent| key(&event, table, &act, &session))
    };
    html! {
        <div id={format!("grid-{}", table.id)} class="grid" ref={scroller} role="grid" tabindex="0" aria-label={table_title(table)} data-table={table.id}
            aria-rowcount={(u64::from(rows) + 1).to_string()} aria-colcount={columns.len().to_string()}
            aria-activedescendant={active.map(|at| row_id(table, at))} {onkeydown}>
            <div class="grid-head" role="row" aria-rowindex="1">
                { for columns.iter().map(|at| head(table, &state.query, *at, tab == Some(*at), &stop, act)) }
            </div>
            <div class="grid-space" ref={space} role="rowgroup">
                <div class="grid-rows" ref={body} role="presentation" lang="en">
                    { for (first..first.saturating_add(count)).filter_map(|at| Some((at, row_at(&page, at)?))).map(|(at, row)| {
                        let open = (active == Some(at), *open == Some(row.number));
                        one((table, &state.query.clocks), &columns, at, row, open, act, session)
                    }) }
                </div>
            </div>
        </div>
    }
}

fn row_id(table: &Table, position: u32) -> String {
    format!("{}-{position}", table.id)
}

fn row_at(page: &Page, position: u32) -> Option<&PageRow> {
    page.rows.get(position.checked_sub(page.first)? as usize)
}

fn set(node: &NodeRef, name: &str, value: &str) {
    if let Some(node) = node.cast::<HtmlElement>() {
        let _ = node.style().set_property(name, value);
    }
}

/// Each column as wide as its longest text, within limits; what is left goes to the texts.
fn widths(table: &Table, state: &TableState) -> String {
    let longest = |at: u32| state.page.as_ref().and_then(|page| page.widths.get(at as usize)).copied().unwrap_or(12);
    // In tenths of a rem, because header and rows have different type: a character takes half a rem, and a cell has padding.
    let rem = |characters: u32| format!("{}.{}rem", (characters * 5 + 12) / 10, (characters * 5 + 12) % 10);
    // The ledger is seen whole in the narrowest window; see `Column::path`.
    let is_ledger = table.columns.iter().any(|column| column.kind == Kind::Path);
    let width = |at: u32| {
        let column = table.columns.get(at as usize);
        // The worker counts the English title; another language's may be longer.
        let title = column.map_or(0, |of| u32::try_from(title_of(table, of).chars().count()).unwrap_or(0));
        let longest = longest(at).max(title);
        match column.map(|column| column.kind) {
            Some(Kind::Number | Kind::Duration | Kind::Size) => rem(longest.clamp(6, 16)),
            Some(Kind::Time) => rem(if longest > 19 { 23 } else { 19 }),
            // Before the word stands its shape, and German says "Nicht gelesen" for "Not read"; the ledger gives way in a narrow window.
            Some(Kind::State) => format!("minmax(6.5rem, {})", rem((longest + 8).min(18))),
            Some(Kind::Path) => format!("minmax(8rem, {}fr)", longest.clamp(16, 48)),
            Some(Kind::Words) if is_ledger => format!("minmax(5rem, {})", rem(longest.clamp(6, 14))),
            _ if is_ledger => format!("minmax(5rem, {}fr)", longest.clamp(12, 48)),
            Some(Kind::Words) => rem(longest.clamp(8, 26)),
            _ if longest <= 16 => rem(longest.max(6)),
            // Grows before the long texts do: a name in full is worth more than another word of a reply.
            _ if longest <= 32 => format!("minmax({}, {})", rem(16), rem(longest)),
            _ => format!("minmax({}, {}fr)", rem(16), longest.min(90)),
        }
    };
    state.columns(table.id).into_iter().map(width).collect::<Vec<_>>().join(" ")
}

fn head(
    table: &'static Table,
    query: &Query,
    at: u32,
    is_stop: bool,
    stop: &UseStateHandle<u32>,
    act: &Callback<Action>,
) -> Html {
    let Some(column) = table.columns.get(at as usize) else { return Html::default() };
    let own = query.sort.iter().find(|(own, _)| *own == at).map(|(_, downwards)| *downwards);
    let onclick =
        act.reform(move |event: MouseEvent| Action::Table(table.id, TableChange::Sort(at, event.shift_key())));
    let onfocusin = {
        let stop = stop.clone();
        Callback::from(move |_: FocusEvent| stop.set(at))
    };
    let tabindex = if is_stop { "0" } else { "-1" };
    let sorted = match own {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    html! {
        <div role="columnheader" class={classes!("grid-cell", cell_class(column.kind))} aria-sort={sorted}>
            <button type="button" class="sort" {onclick} {onfocusin} {tabindex}>
                <span>{ title_of(table, column) }</span>
                if let Some(downwards) = own { { icon(if downwards { Icon::Down } else { Icon::Up }) } }
            </button>
        </div>
    }
}

fn one(
    (table, clocks): (&'static Table, &Clocks),
    columns: &[u32],
    at: u32,
    row: &PageRow,
    (active, open): (bool, bool),
    act: &Callback<Action>,
    session: &Session,
) -> Html {
    let onclick = {
        let (act, session, number, clocks) = (act.clone(), session.clone(), row.number, clocks.clone());
        Callback::from(move |_: MouseEvent| {
            act.emit(Action::Table(table.id, TableChange::Select(Some(at))));
            session.open_row(table.id, number, &clocks);
        })
    };
    let is_file = table.id == protocol::FILES;
    let cell = |at: usize| row.cells.get(at).cloned().unwrap_or_default();
    let class =
        classes!("grid-row", active.then_some("active"), open.then_some("open"), row.is_hit.then_some("marked"));
    html! {
        <div key={row.number} id={row_id(table, at)} {class} role="row" aria-rowindex={(u64::from(at) + 2).to_string()}
            aria-selected={active.to_string()} data-input={is_file.then(|| cell(0))} data-state={is_file.then(|| state_of(&cell(FILE_STATE)))} {onclick}>
            { for columns.iter().map(|column| {
                let kind = table.columns.get(*column as usize).map(|column| column.kind);
                let text = row.cells.get(*column as usize).cloned().unwrap_or_default();
                let class = classes!("grid-cell", kind.and_then(cell_class));
                let face = match kind {
                    Some(Kind::State) => FileState::of_word(&text).map(verdict::file_state),
                    Some(Kind::Path) => Some(clip_middle(&text, LONGEST_PATH).into()),
                    _ => None,
                };
                html! { <div role="gridcell" {class} title={text.clone()}>{ face.unwrap_or_else(|| text.into()) }</div> }
            }) }
        </div>
    }
}

/// What became of a file, as its row is marked.
fn state_of(word: &str) -> &'static str {
    FileState::of_word(word).map_or("", |state| files_view::state_word(state.input_state()))
}

/// Handles a key while a heading has the focus; whether it is one of its own. Enter and space press it.
fn key_in_head(event: &KeyboardEvent) -> bool {
    let target = event.target_dyn_into::<Element>();
    let Some(head) = target.as_ref().and_then(|at| at.closest(".grid-head").ok().flatten()) else { return false };
    let key = event.key();
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return false;
    }
    if key == "Enter" || key == " " {
        return true;
    }
    let cell = target.and_then(|at| at.closest("[role=columnheader]").ok().flatten());
    let to = match key.as_str() {
        "ArrowRight" => cell.and_then(|cell| cell.next_element_sibling()),
        "ArrowLeft" => cell.and_then(|cell| cell.previous_element_sibling()),
        "Home" => head.first_element_child(),
        "End" => head.last_element_child(),
        "ArrowDown" => head.parent_element(),
        _ => return false,
    };
    // The grid itself is what it goes down to; it has buttons inside, too.
    let to = to.and_then(|to| if key == "ArrowDown" { Some(to) } else { to.query_selector(".sort").ok().flatten() });
    if let Some(to) = to.and_then(|to| to.dyn_into::<HtmlElement>().ok()) {
        let _ = to.focus();
    }
    event.prevent_default();
    true
}

fn key(event: &KeyboardEvent, table: &'static Table, act: &Callback<Action>, session: &Session) {
    // Keys come faster than drawings: Enter opens the row that the arrow before it went to.
    let state = session.now().tables.get(table.id);
    let page = state.page.clone().unwrap_or_default();
    let row = state.selected.and_then(|at| row_at(&page, at));
    if (event.ctrl_key() || event.meta_key()) && event.key() == "c" {
        let selected = browser::window().and_then(|w| w.get_selection().ok().flatten());
        // What is selected with the mouse is what the browser copies.
        if selected.is_none_or(|selection| selection.is_collapsed())
            && let Some(row) = row
        {
            event.prevent_default();
            copy(table, &state.columns(table.id), row, act);
        }
        return;
    }
    if key_in_head(event) || event.ctrl_key() || event.alt_key() || event.meta_key() || state.rows() == 0 {
        return;
    }
    let at = state.selected;
    let screen = ((state.scroll.1 / ROW_HEIGHT) as i64 - 2).max(1);
    let by = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "PageDown" => screen,
        "PageUp" => -screen,
        "Home" => i64::MIN,
        "End" => i64::MAX,
        "Enter" => {
            if let Some(row) = row {
                session.open_row(table.id, row.number, &state.query.clocks);
            }
            event.prevent_default();
            return;
        }
        // After a `g` the letter names a view.
        next @ ("e" | "E") if browser::single_keys() && !keyboard::is_after_g() => {
            let (table, query, forwards) = (table.id.to_owned(), state.query.clone(), next == "e");
            // Nothing is selected yet: the first row counts, too.
            let from = at.unwrap_or(if forwards { u32::MAX } else { 0 });
            session.ask(&Request::Find { table, query, from, forwards });
            event.prevent_default();
            return;
        }
        _ => return,
    };
    event.prevent_default();
    act.emit(Action::Table(table.id, TableChange::Step(by)));
}

/// Copies a row: a line for each column that is shown.
fn copy(table: &'static Table, columns: &[u32], row: &PageRow, act: &Callback<Action>) {
    let lines = columns.iter().filter_map(|at| {
        let (column, text) = (table.columns.get(*at as usize)?, row.cells.get(*at as usize)?);
        (!text.is_empty()).then(|| format!("{}: {text}", title_of(table, column)))
    });
    let (text, act) = (lines.collect::<Vec<_>>().join("\n"), act.clone());
    wasm_bindgen_futures::spawn_local(async move {
        let words = words();
        let said = if browser::copy(&text).await { words.grid.row_copied } else { words.shared.copy_refused };
        act.emit(Action::Say(said.to_owned()));
    });
}
