//! The ledger while files are read: one bar for all, one for the file in work, and what stopped it.
//!
//! Rows never change their place. Speed and time left are shown only after a second: before that they
//! would be guesses.

use yew::prelude::*;

use super::browser;
use super::language::{grouped, words};
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::shared::verdict::{severity_shape, state as file_state};
use super::state::{Ledger, Phase, Row, RowState, State};
use super::text::{clip_middle, size, size_of};
use crate::report::Severity;

/// Rows that are drawn at once: each costs, several times a second.
const MOST_ROWS: usize = 300;

/// The view.
pub fn reading_view(state: &State, session: &Session) -> Html {
    let ledger = &state.ledger;
    let (done, all) = (ledger.bytes(), ledger.size());
    let first = first_row(ledger);
    let words = words().reading;
    let title = match state.phase {
        Phase::Cancelled => words.cancelled.to_owned(),
        Phase::Died { .. } => words.stopped.to_owned(),
        _ if ledger.rows.is_empty() => words.opening.to_owned(),
        _ => (words.reading)(ledger.rows.len() as u64),
    };
    let cancel = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.cancel())
    };
    html! {
        <div class="reading">
            <header class="view-head">
                <div>
                    <h1>{ title }</h1>
                    <p class="meta">{ speed(ledger, done, all) }</p>
                </div>
                if state.phase == Phase::Reading {
                    <button type="button" class="button" onclick={cancel}>{ words.cancel }{ " " }<kbd>{ "Esc" }</kbd></button>
                }
            </header>
            <div class="view-lead">
                <progress class="progress-all" max={all.max(1).to_string()} value={done.to_string()} aria-label={words.all_files}></progress>
                { stop(state, session) }
            </div>
            <div class="table-scroll">
                <table class="ledger">
                    <thead><tr>
                        <th scope="col">{ words.file }</th><th scope="col">{ words.taken_for }</th><th scope="col">{ words.state }</th>
                        <th scope="col">{ words.progress }</th><th scope="col" class="number">{ words.read }</th><th scope="col" class="number">{ words.records }</th>
                    </tr></thead>
                    <tbody>{ for ledger.rows.iter().enumerate().skip(first).take(MOST_ROWS).map(|(index, row)| one(index, row, &state.phase)) }</tbody>
                </table>
                if ledger.rows.len() > MOST_ROWS {
                    <p class="meta">{ (words.part_of)(first as u64 + 1, (first + MOST_ROWS).min(ledger.rows.len()) as u64, ledger.rows.len() as u64) }</p>
                }
            </div>
        </div>
    }
}

/// The first row that is drawn: what is in work is in view, with some of what is done before it.
fn first_row(ledger: &Ledger) -> usize {
    let open = ledger.rows.iter().position(|row| !matches!(row.state, RowState::Done(_))).unwrap_or(ledger.rows.len());
    open.saturating_sub(20).min(ledger.rows.len().saturating_sub(MOST_ROWS))
}

fn speed(ledger: &Ledger, done: u64, all: u64) -> String {
    let words = words().reading;
    let mut parts = vec![size_of(done, all)];
    let seconds = ledger.elapsed / 1000.0;
    if seconds > 1.0 && done > 0 && done < all {
        let rate = done as f64 / seconds;
        parts.push((words.per_second)(&size(rate as u64)));
        parts.push((words.time_left)((all - done) as f64 / rate));
    }
    let records = ledger.records();
    if records > 0 {
        parts.push((words.some_records)(records));
    }
    parts.join(" · ")
}

/// What stopped reading, and what can be done; or what happens next.
fn stop(state: &State, session: &Session) -> Html {
    let words = words().reading;
    let again = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.read_all_again())
    };
    let close = Callback::from(|_: MouseEvent| browser::reload());
    let without = |paths: Vec<String>| {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.read_without(&paths))
    };
    let in_work = state.ledger.in_work().map(str::to_owned);
    match &state.phase {
        Phase::Cancelled => {
            let unread: Vec<String> = unread(&state.ledger);
            let read = state.ledger.rows.len() - unread.len();
            let added = state.added();
            html! {
                <div class="stop" role="status">
                    <p>{ (words.read_of)(read as u64, state.ledger.rows.len() as u64) }</p>
                    <div class="buttons">
                        <button type="button" class="button primary" onclick={again}>{ words.again }</button>
                        if !added.is_empty() && added.len() < state.ledger.rows.len() {
                            <button type="button" class="button" onclick={without(added)}>{ words.without_added }</button>
                        }
                        if read > 0 && !unread.is_empty() {
                            <button type="button" class="button" onclick={without(unread)}>{ words.only_these }</button>
                        }
                        <button type="button" class="button quiet" onclick={close}>{ words.close }</button>
                    </div>
                </div>
            }
        }
        Phase::Died { path, message } => html! {
            <div class="stop" role="alert">
                <p>
                    { severity_shape(Severity::High) }
                    if let Some(path) = path {
                        <b><span class="name">{ path }</span>{ ": " }{ words.file_stopped }</b>
                    } else {
                        <b>{ words.worker_stopped }</b>
                    }
                    { " " }{ words.could_not_handle }{ " " }<q lang="en">{ message }</q>
                </p>
                <div class="buttons">
                    if let Some(path) = path {
                        if state.ledger.rows.len() > 1 {
                            <button type="button" class="button primary" onclick={without(vec![path.clone()])}>{ words.without }</button>
                        }
                    }
                    if state.ledger.rows.is_empty() {
                        <button type="button" class="button primary" onclick={close}>{ words.start_again }</button>
                    } else {
                        <button type="button" class="button" onclick={again}>{ words.again }</button>
                        <button type="button" class="button quiet" onclick={close}>{ words.close }</button>
                    }
                </div>
            </div>
        },
        Phase::Reading if state.stalled => {
            let wait = {
                let session = session.clone();
                Callback::from(move |_: MouseEvent| session.keep_waiting())
            };
            html! {
                <div class="stop" role="alert">
                    <p>{ severity_shape(Severity::Medium) }{ words.stalled }
                        if let Some(path) = &in_work { { ": " }<span class="name">{ path }</span> }</p>
                    <div class="buttons">
                        <button type="button" class="button" onclick={wait}>{ words.wait }</button>
                        if let Some(path) = in_work.clone() {
                            <button type="button" class="button" onclick={without(vec![path])}>{ words.without }</button>
                        }
                    </div>
                </div>
            }
        }
        _ => html! { <p class="meta">{ words.then }</p> },
    }
}

fn unread(ledger: &Ledger) -> Vec<String> {
    ledger.rows.iter().filter(|row| !matches!(row.state, RowState::Done(_))).map(|row| row.path.clone()).collect()
}

fn one(index: usize, row: &Row, phase: &Phase) -> Html {
    let words = words().reading;
    let (word, taken_for, shape) = match &row.state {
        RowState::Waiting => (
            "waiting",
            String::new(),
            plain_state(Icon::Ring, "gray", if *phase == Phase::Reading { words.waiting } else { words.not_begun }),
        ),
        RowState::Reading => (
            "reading",
            String::new(),
            match phase {
                Phase::Died { .. } => plain_state(Icon::Cross, "high", words.stopped_at),
                Phase::Reading => plain_state(Icon::Dot, "low", words.in_work),
                _ => plain_state(Icon::Dot, "gray", words.not_finished),
            },
        ),
        RowState::Done(input) => {
            (super::files_view::state_word(input.state), input.taken_for.clone(), file_state(input.state))
        }
    };
    let read = match row.state {
        RowState::Done(_) => size(row.size),
        _ => size_of(row.bytes, row.size),
    };
    html! {
        <tr key={index} data-input={row.path.clone()} data-state={word}>
            <th scope="row" class="path" title={row.path.clone()}>{ clip_middle(&row.path, 56) }</th>
            <td lang="en">{ taken_for }</td>
            <td>{ shape }</td>
            <td class="progress-cell">
                if row.state == RowState::Reading {
                    <progress max={row.size.max(1).to_string()} value={row.bytes.to_string()} aria-label={row.path.clone()}></progress>
                }
            </td>
            <td class="number">{ read }</td>
            <td class="number">{ if row.records > 0 { grouped(row.records) } else { String::new() } }</td>
        </tr>
    }
}

fn plain_state(drawing: Icon, class: &'static str, word: &'static str) -> Html {
    html! { <span class="verdict"><span class={classes!("state-shape", class)}>{ icon(drawing) }</span><span>{ word }</span></span> }
}
