//! The files of the case: what each was taken for, what of it was used, what is missing; and what to bring.

use yew::prelude::*;

use super::browser;
use super::case::{Case, StillMissing, still_missing};
use super::language::{Words, grouped, tag, use_words, words};
use super::shared::copy_button::CopyButton;
use super::shared::icon::{Icon, icon};
use super::shared::verdict::{state, state_shape};
use super::state::Action;
use super::text::{self, clip_middle, size};
use super::view::View;
use crate::report::{Input, InputState};

/// Rows that are drawn before all are asked for.
const MOST_ROWS: usize = 500;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub case: Case,
    pub act: Callback<Action>,
    /// Row to bring into view.
    pub shown: Option<String>,
}

/// The word in `tr[data-state]`.
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
    let report = &props.case.report;
    use_effect_with(props.shown.clone(), |shown| {
        if shown.is_some() {
            browser::go_to("shown-file");
        }
    });
    let all_shown = use_state_eq(|| false);
    // A file that somebody was led to is in view wherever it stands.
    let asked = report.inputs.iter().position(|input| Some(&input.path) == props.shown.as_ref());
    let most = if *all_shown || asked.is_some_and(|at| at >= MOST_ROWS) { report.inputs.len() } else { MOST_ROWS };
    let more = Callback::from(move |_: MouseEvent| all_shown.set(true));
    let all: u64 = report.inputs.iter().map(|input| input.size).sum();
    let number = |state: InputState| report.inputs.iter().filter(|input| input.state == state).count() as u64;
    let add = Callback::from(|_: MouseEvent| browser::click("choose-files"));
    let states = [InputState::Read, InputState::Incomplete, InputState::NotRead];
    html! {
        <div class="files">
            <header class="view-head">
                <h1>{ (words.views.name)(View::Files) }{ " " }<span class="light">{ (words.files.how_many)(report.inputs.len() as u64, all) }</span></h1>
                <div class="buttons">
                    { for states.into_iter().filter(|state| number(*state) > 0).map(|state| html! {
                        <span class="verdict">{ state_shape(state) }<span>{ (words.files.tally)(state, number(state)) }</span></span>
                    }) }
                    <button type="button" class="button" onclick={add}>{ icon(Icon::Plus) }<span>{ words.frame.add_files }</span></button>
                </div>
            </header>
            <div class="table-scroll">
                <table class="ledger">
                    <thead><tr>
                        <th scope="col">{ words.reading.file }</th><th scope="col">{ words.reading.taken_for }</th><th scope="col">{ words.reading.state }</th>
                        <th scope="col" class="number">{ words.reading.records }</th><th scope="col">{ words.files.lost }</th>
                        <th scope="col">{ words.files.time_span }</th><th scope="col">{ words.files.text }</th><th scope="col" class="number">{ words.files.size }</th>
                    </tr></thead>
                    <tbody>{ for report.inputs.iter().take(most).map(|input| rows(input, props.shown.as_deref() == Some(&input.path), words)) }</tbody>
                </table>
            </div>
            if most < report.inputs.len() {
                <p class="files-more">
                    { (words.reading.part_of)(1, most as u64, report.inputs.len() as u64) }{ " " }
                    <button type="button" class="link" onclick={more}>{ words.files.show_all }</button>
                </p>
            }
            { missing(&still_missing(report), &props.act) }
        </div>
    }
}

fn rows(input: &Input, shown: bool, words: &Words) -> Html {
    let mut remarks: Vec<Html> = input
        .notes
        .iter()
        .map(|note| match note.lines {
            Some((first, last)) if first == last => remark((words.files.line)(first), &note.text),
            Some((first, last)) => remark((words.files.lines)(first, last), &note.text),
            None => remark(String::new(), &note.text),
        })
        .collect();
    if input.state == InputState::NotRead && !input.reason.is_empty() {
        remarks.insert(0, remark(String::new(), &input.reason));
    }
    let lost = if input.damaged > 0 { (words.reading.some_records)(input.damaged) } else { String::new() };
    let nothing = input.state == InputState::NotRead;
    html! {
        <>
            <tr data-input={input.path.clone()} data-state={state_word(input.state)} id={shown.then_some("shown-file")}
                tabindex={shown.then_some("-1")} class={classes!((!remarks.is_empty()).then_some("has-remarks"), shown.then_some("shown"))}>
                <th scope="row" class="path" title={input.path.clone()}>{ clip_middle(&input.path, 40) }</th>
                <td class="ledger-kind" lang="en" title={input.reason.clone()}>{ &input.taken_for }</td>
                <td>{ state(input.state) }</td>
                <td class="number">{ if nothing { String::new() } else { grouped(input.records) } }</td>
                <td class="whole">{ lost }</td>
                <td class="ledger-span">{ time_span(input) }</td>
                <td class="whole">{ input.encoding.clone().unwrap_or_default() }</td>
                <td class="number">{ size(input.size) }</td>
            </tr>
            if !remarks.is_empty() {
                <tr class="remarks"><td colspan="8">{ for remarks }</td></tr>
            }
        </>
    }
}

/// What there is to know about a file, or about lines of it.
fn remark(lines: String, text: &str) -> Html {
    html! { <p>if !lines.is_empty() { { lines }{ " " } }<span lang="en">{ text.to_owned() }</span></p> }
}

fn time_span(input: &Input) -> String {
    input.time_span.as_ref().map(|(first, last)| text::time_span(first, last)).unwrap_or_default()
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
            <h2 id="missing-title">{ words.files.missing_title }</h2>
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
        let act = act.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            act.emit(Action::Show(View::Diagnosis));
            gloo::timers::callback::Timeout::new(0, move || browser::go_to(&format!("problem-{problem}"))).forget();
        });
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
