//! The matrix: sources, servers with their ports, and in each cell the connector that answers.
//!
//! One cell of it is in the order of the Tab key; the arrows move from there.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::choice_panel::ChoicePanel;
use super::state::{ConnectorsChange, ConnectorsState};
use crate::report::Severity;
use crate::ui::browser;
use crate::ui::case::Case;
use crate::ui::language::{tag, use_words, words};
use crate::ui::session::Session;
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::shared::verdict::severity_shape;
use crate::ui::state::Action;
use crate::ui::view::View;
use crate::worker::protocol::{Asked, CellState, Matrix, MatrixCell, MatrixColumn, MatrixRow, Request};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub state: Rc<ConnectorsState>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
}

/// The pane.
#[function_component]
pub fn MatrixPane(props: &Props) -> Html {
    let words = use_words().connectors;
    let Props { state, case, act, session } = props;
    let report = Rc::as_ptr(&case.report) as usize;
    use_effect_with((state.question.clone(), report), {
        let session = session.clone();
        move |(question, _)| session.ask(&Request::Matrix { question: question.clone() })
    });
    let active = use_state_eq(|| (0, 0));
    let Some(matrix) = &state.matrix else { return html! { <p class="table-about">{ words.working }</p> } };
    if !matrix.has_connectors {
        return nothing(act);
    }
    html! {
        <>
            { controls(state, matrix, act) }
            { remarks(matrix, act) }
            <div class={classes!("matrix-body", state.choice.is_some().then_some("with-choice"))}>
                <div class="matrix-scroll">
                    if matrix.rows.is_empty() || matrix.columns.is_empty() {
                        { none_left(state, act) }
                    } else {
                        { table(state, matrix, act, session, &active) }
                    }
                </div>
                if let Some(choice) = &state.choice {
                    <ChoicePanel choice={choice.clone()} case={case.clone()} act={act.clone()} session={session.clone()} />
                }
            </div>
        </>
    }
}

fn connectors(act: &Callback<Action>, change: ConnectorsChange) {
    act.emit(Action::Connectors(change));
}

fn value(event: &InputEvent) -> String {
    let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    field.map(|field| field.value()).unwrap_or_default()
}

fn controls(state: &ConnectorsState, matrix: &Matrix, act: &Callback<Action>) -> Html {
    let typed = act.reform(|event: InputEvent| Action::Connectors(ConnectorsChange::Type(value(&event))));
    let filtered = act.reform(|event: InputEvent| Action::Connectors(ConnectorsChange::Filter(value(&event))));
    let submitted = act.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Connectors(ConnectorsChange::Add)
    });
    let words = words().connectors;
    let all_ports = state.question.all_ports;
    let turned = act.reform(move |_: MouseEvent| Action::Connectors(ConnectorsChange::AllPorts(!all_ports)));
    html! {
        <div class="filter-row">
            <form class="ask" onsubmit={submitted}>
                <label for="source-address">{ words.address }</label>
                <input id="source-address" class="field" type="text" value={state.typing.clone()} oninput={typed} spellcheck="false"
                    autocomplete="off" aria-invalid={state.is_refused.to_string()} aria-describedby="source-refused" />
                <button type="submit" class="button primary">{ words.who_answers }</button>
            </form>
            <input class="field filter" type="search" value={state.question.filter.clone()} oninput={filtered}
                placeholder={words.filter} aria-label={words.filter} spellcheck="false" />
            if matrix.other_ports > 0 {
                <button type="button" class="button" onclick={turned} aria-pressed={all_ports.to_string()}
                    title={words.all_ports_about}>{ (words.all_ports)(matrix.other_ports) }</button>
            }
            <p id="source-refused" class="refused" role="status">
                if state.is_refused {
                    { words.no_address }
                }
            </p>
        </div>
    }
}

/// The legend, and what the matrix does not show.
fn remarks(matrix: &Matrix, act: &Callback<Action>) -> Html {
    let files = act.reform(|_: MouseEvent| Action::Show(View::Files));
    let words = words().connectors;
    let part = |shown: usize, all: u32, words: fn(u64, u64) -> String| {
        let (shown, all) = (u64::try_from(shown).unwrap_or(u64::MAX), u64::from(all));
        (shown < all).then(|| words(shown, all))
    };
    html! {
        <div class="matrix-remarks">
            <ul class="legend" aria-label={words.signs}>
                <li>{ sign(CellState::Wrong) }{ words.sign_wrong }</li>
                <li>{ sign(CellState::Fits) }{ words.sign_fits }</li>
                <li>{ sign(CellState::Lacking) }{ words.sign_lacking }</li>
                <li>{ sign(CellState::Open) }{ words.sign_open }</li>
            </ul>
            if !matrix.knows_servers {
                <p>
                    { words.no_servers }{ " " }
                    <button type="button" class="link" onclick={files}>{ words.what_to_bring }</button>
                </p>
            }
            if let Some(some) = part(matrix.rows.len(), matrix.all_rows, words.some_sources) { <p>{ some }</p> }
            if let Some(some) = part(matrix.columns.len(), matrix.all_columns, words.some_ports) { <p>{ some }</p> }
        </div>
    }
}

fn nothing(act: &Callback<Action>) -> Html {
    let words = words();
    let files = act.reform(|_: MouseEvent| Action::Show(View::Files));
    html! {
        <div class="table-nothing">
            <p>{ words.connectors.nothing }</p>
            <button type="button" class="link" onclick={files}>{ words.shared.see_files }</button>
        </div>
    }
}

fn none_left(state: &ConnectorsState, act: &Callback<Action>) -> Html {
    let words = words().connectors;
    if state.question.filter.is_empty() {
        return html! {
            <div class="table-nothing"><p>{ words.no_source }</p></div>
        };
    }
    let clear = act.reform(|_: MouseEvent| Action::Connectors(ConnectorsChange::Filter(String::new())));
    html! {
        <div class="table-nothing">
            <p>{ words.none_left }</p>
            <button type="button" class="button" onclick={clear}>{ words.clear }</button>
        </div>
    }
}

fn table(
    state: &ConnectorsState,
    matrix: &Matrix,
    act: &Callback<Action>,
    session: &Session,
    active: &UseStateHandle<(usize, usize)>,
) -> Html {
    let (rows, columns) = (matrix.rows.len(), matrix.columns.len());
    let (row, column) = **active;
    let at = (row.min(rows.saturating_sub(1)), column.min(columns.saturating_sub(1)));
    let onkeydown = {
        let active = active.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            // As it is now: keys come faster than drawings.
            let at = (active.0.min(rows - 1), active.1.min(columns - 1));
            let to = match event.key().as_str() {
                "ArrowDown" => (at.0.saturating_add(1).min(rows - 1), at.1),
                "ArrowUp" => (at.0.saturating_sub(1), at.1),
                "ArrowRight" => (at.0, at.1.saturating_add(1).min(columns - 1)),
                "ArrowLeft" => (at.0, at.1.saturating_sub(1)),
                "Home" => (at.0, 0),
                "End" => (at.0, columns - 1),
                _ => return,
            };
            event.prevent_default();
            active.set(to);
            if let Some(cell) = browser::by_id(&cell_id(to)) {
                let _ = cell.focus();
            }
        })
    };
    html! {
        <table class="matrix" {onkeydown}>
            <caption class="visually-hidden">{ words().connectors.caption }</caption>
            <thead>
                <tr>
                    <th scope="col">{ words().connectors.source }</th>
                    { for matrix.columns.iter().map(head) }
                </tr>
            </thead>
            <tbody>
                { for matrix.rows.iter().enumerate().map(|(number, row)| html! {
                    <tr key={row.address.clone()}>
                        <th scope="row">
                            <span>{ &row.name }if !row.version.is_empty() { { ", " }{ &row.version } }</span>
                            <span class="printed">{ &row.address }</span>
                        </th>
                        { for row.cells.iter().zip(&matrix.columns).enumerate().map(|(place, (cell, column))| {
                            let here = (number, place);
                            one(row, column, cell, here, (here == at, is_open(state, row, column)), act, session, active)
                        }) }
                    </tr>
                }) }
            </tbody>
        </table>
    }
}

fn cell_id((row, column): (usize, usize)) -> String {
    format!("answer-{row}-{column}")
}

fn is_open(state: &ConnectorsState, row: &MatrixRow, column: &MatrixColumn) -> bool {
    state.asked.as_ref().is_some_and(|asked| asked.address == row.address && asked.column == *column)
}

fn head(column: &MatrixColumn) -> Html {
    let service = match column.service.as_str() {
        // Names of services: the same in every language.
        "FrontendTransport" => "Front End Transport",
        "HubTransport" => "Transport",
        _ => "",
    };
    html! {
        <th scope="col">
            <span>{ &column.server }{ " " }<span class="port">{ format!(":{}", column.port) }</span></span>
            if !service.is_empty() { <span class="light">{ service }</span> }
        </th>
    }
}

#[allow(clippy::too_many_arguments, reason = "a cell is drawn from all that surrounds it")]
fn one(
    row: &MatrixRow,
    column: &MatrixColumn,
    cell: &MatrixCell,
    here: (usize, usize),
    (is_active, is_open): (bool, bool),
    act: &Callback<Action>,
    session: &Session,
    active: &UseStateHandle<(usize, usize)>,
) -> Html {
    let asked = Asked { address: row.address.clone(), column: column.clone() };
    let onclick = {
        let (act, session, active) = (act.clone(), session.clone(), active.clone());
        Callback::from(move |_: MouseEvent| {
            active.set(here);
            connectors(&act, ConnectorsChange::Ask(asked.clone()));
            session.ask(&Request::WhoAnswers { asked: asked.clone() });
        })
    };
    let (name, offer) = match cell.state {
        CellState::Itself => ("", words().connectors.itself),
        _ => (cell.connector.as_str(), cell.offer.as_str()),
    };
    html! {
        <td class={class(cell.state)}>
            <button type="button" id={cell_id(here)} class="matrix-cell" {onclick} tabindex={if is_active { "0" } else { "-1" }}
                aria-pressed={is_open.to_string()} title={name.to_owned()}>
                { sign(cell.state) }
                <span class="matrix-words">
                    if let Some(word) = word(cell.state) { <span class="visually-hidden">{ word }{ ": " }</span> }
                    if !name.is_empty() { <span class="matrix-name">{ name }{ " " }</span> }
                    <span class="matrix-offer" lang={if cell.state == CellState::Itself { tag() } else { "en" }}>{ offer }</span>
                </span>
            </button>
        </td>
    }
}

fn class(state: CellState) -> Option<&'static str> {
    match state {
        CellState::Wrong => Some("wrong"),
        CellState::Itself | CellState::Other | CellState::Nobody => Some("aside"),
        CellState::Fits | CellState::Lacking | CellState::Open => None,
    }
}

/// The shape of a state; those that are neither good nor bad have none.
pub fn sign(state: CellState) -> Html {
    match state {
        CellState::Wrong => severity_shape(Severity::Critical),
        CellState::Lacking => severity_shape(Severity::Medium),
        CellState::Fits => html! { <span class="ok">{ icon(Icon::Tick) }</span> },
        CellState::Open => html! { <span class="light">{ icon(Icon::Undecided) }</span> },
        CellState::Itself | CellState::Other | CellState::Nobody => Html::default(),
    }
}

/// A shape in a word.
pub fn word(state: CellState) -> Option<&'static str> {
    let words = words().connectors;
    match state {
        CellState::Wrong => Some(words.wrong),
        CellState::Lacking => Some(words.lacking),
        CellState::Fits => Some(words.fits),
        CellState::Open => Some(words.open),
        CellState::Itself | CellState::Other | CellState::Nobody => None,
    }
}
