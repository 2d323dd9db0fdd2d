//! The files of the case: the table of them, with what each was taken for and what of it was used; and what to bring.

use std::rc::Rc;

use yew::prelude::*;

use super::browser;
use super::case::{Case, StillMissing, still_missing};
use super::language::{tag, use_words, words};
use super::session::Session;
use super::shared::copy_button::CopyButton;
use super::shared::icon::{Icon, icon};
use super::shared::verdict::state_shape;
use super::state::Action;
use super::table_state::{TableChange, Tables};
use super::table_view::TableView;
use super::view::View;
use crate::report::{FileState, InputState};
use crate::worker::protocol::{FILE_STATE, FILES, Request};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub tables: Rc<Tables>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
    /// File to bring into view.
    pub shown: Option<String>,
}

/// The word in `[data-state]`.
pub fn state_word(state: InputState) -> &'static str {
    match state {
        InputState::Read => "read",
        InputState::Incomplete => "incomplete",
        InputState::NotRead => "not-read",
    }
}

/// The view.
#[function_component]
pub fn Files(props: &Props) -> Html {
    let words = use_words();
    let Props { tables, case, act, session, shown } = props;
    let report = &case.report;
    let state = tables.get(FILES);
    // A file that somebody was led to comes into view, once.
    use_effect_with((shown.clone(), state.page.is_some()), {
        let (act, session, report, query) = (act.clone(), session.clone(), Rc::clone(report), state.query.clone());
        move |(shown, is_there)| {
            let Some(path) = shown.as_ref().filter(|_| *is_there) else { return };
            act.emit(Action::FileIsShown);
            let at = report.inputs.iter().position(|input| input.path == *path);
            if let Some(number) = at.and_then(|at| u32::try_from(at).ok()) {
                session.ask(&Request::Position { table: FILES.to_owned(), query, number });
            }
        }
    });
    // As high as its rows, so that what is missing stands below them, and no higher than a window.
    use_effect_with(report.inputs.len(), |rows| browser::set_property("--ledger-rows", &rows.to_string()));
    let all: u64 = report.inputs.iter().map(|input| input.size).sum();
    let add = Callback::from(|_: MouseEvent| browser::click("choose-files"));
    let missing_rows = still_missing(report);
    html! {
        <div class="files">
            <header class="view-head">
                <h1>{ (words.views.name)(View::Files) }{ " " }<span class="light">{ (words.files.how_many)(report.inputs.len() as u64, all) }</span></h1>
                <div class="buttons">
                    <span class="buttons tallies" role="group" aria-label={words.reading.state}>
                        { for FileState::ALL.into_iter().filter_map(|state| tally(state, props)) }
                    </span>
                    if !missing_rows.is_empty() {
                        <button type="button" class="link" id="to-missing" onclick={|_: MouseEvent| browser::go_to("missing-title")}>
                            { (words.files.still_missing)(missing_rows.len() as u64) }
                        </button>
                    }
                    <button type="button" class="button" onclick={add}>{ icon(Icon::Plus) }<span>{ words.frame.add_files }</span></button>
                </div>
            </header>
            <TableView view={View::Files} tables={tables.clone()} case={case.clone()} act={act.clone()} session={session.clone()} bare={true} />
            { missing(&missing_rows, act) }
        </div>
    }
}

/// How many files are in a state, as a button that picks them; nothing when none is.
fn tally(state: FileState, props: &Props) -> Option<Html> {
    let number = props.case.report.inputs.iter().filter(|input| input.file_state() == state).count() as u64;
    let column = u32::try_from(FILE_STATE).unwrap_or(u32::MAX);
    let is_picked = props.tables.get(FILES).query.picked.contains(&(column, state.word().to_owned()));
    let onclick = props.act.reform(move |_: MouseEvent| {
        Action::Table(FILES, TableChange::Pick(column, (!is_picked).then(|| state.word().to_owned())))
    });
    let text = (words().files.tally)(state, number);
    (number > 0).then(|| {
        html! {
            <button type="button" class="button quiet tally" data-tally={state.word()} aria-pressed={is_picked.to_string()} {onclick}>
                { state_shape(state.input_state()) }<span>{ text }</span>
            </button>
        }
    })
}

fn missing(rows: &[StillMissing], act: &Callback<Action>) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    let words = words();
    let say = act.reform(Action::Say);
    let collect = act.reform(|_: MouseEvent| Action::Show(View::Collect));
    html! {
        <section class="missing" aria-labelledby="missing-title">
            <h2 id="missing-title" tabindex="-1">{ words.files.missing_title }</h2>
            <p class="meta">
                { words.files.missing_about }{ " " }
                <button type="button" class="link" id="collect-missing" onclick={collect}>{ words.files.gather }</button>
            </p>
            <div class="table-scroll">
                <table class="ledger">
                    <thead><tr>
                        <th scope="col">{ words.files.bring }</th><th scope="col">{ words.files.settles }</th><th scope="col">{ words.files.command }</th>
                        <th scope="col"><span class="visually-hidden">{ words.shared.copy }</span></th>
                    </tr></thead>
                    <tbody>{ for rows.iter().map(|row| html! {
                        <tr>
                            <th scope="row" lang="en">{ &row.missing.what }</th>
                            <td>{ settles(row, act) }</td>
                            <td class="command-cell">{ &row.missing.command }</td>
                            <td class="number">
                                if !row.missing.command.is_empty() {
                                    <CopyButton text={row.missing.command.clone()} say={say.clone()} />
                                }
                            </td>
                        </tr>
                    }) }</tbody>
                </table>
            </div>
        </section>
    }
}

fn settles(row: &StillMissing, act: &Callback<Action>) -> Html {
    let words = words();
    let links = row.problems.iter().enumerate().map(|(index, problem)| {
        let problem = *problem;
        let onclick = act.reform(move |_: MouseEvent| Action::ShowProblem(problem));
        html! {
            <>{ if index > 0 { ", " } else { "" } }<button type="button" class="link" {onclick}>{ (words.shared.problem)(false, problem) }</button></>
        }
    });
    let checks = match row.checks.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        many => (words.files.checks)(many.len() as u64),
    };
    html! {
        <>
            { for links }
            { if !row.problems.is_empty() && !checks.is_empty() { "; " } else { "" } }
            <span lang={if row.checks.len() == 1 { "en" } else { tag() }} title={row.checks.join("\n")}>{ checks }</span>
        </>
    }
}
