//! The files of the case: what each was taken for, what of it was used, what is missing; and what to bring.

use yew::prelude::*;

use super::browser;
use super::case::{Case, StillMissing, still_missing};
use super::shared::copy_button::CopyButton;
use super::shared::icon::{Icon, icon};
use super::shared::verdict::{state, state_shape};
use super::state::Action;
use super::text::{self, clip_middle, count, grouped, size};
use super::view::View;
use crate::report::{Input, InputState};

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
    let report = &props.case.report;
    use_effect_with(props.shown.clone(), |shown| {
        if shown.is_some() {
            browser::go_to("shown-file");
        }
    });
    let all: u64 = report.inputs.iter().map(|input| input.size).sum();
    let number = |state: InputState| report.inputs.iter().filter(|input| input.state == state).count() as u64;
    let add = Callback::from(|_: MouseEvent| browser::click("choose-files"));
    let tally =
        [(InputState::Read, "read in full"), (InputState::Incomplete, "incomplete"), (InputState::NotRead, "not read")];
    html! {
        <div class="files">
            <header class="view-head">
                <h1>{ "Files " }<span class="light">{ format!("{} files, {}", grouped(report.inputs.len() as u64), size(all)) }</span></h1>
                <div class="buttons">
                    { for tally.into_iter().filter(|(state, _)| number(*state) > 0).map(|(state, words)| html! {
                        <span class="verdict">{ state_shape(state) }<span>{ format!("{} {words}", grouped(number(state))) }</span></span>
                    }) }
                    <button type="button" class="button" onclick={add}>{ icon(Icon::Plus) }<span>{ "Add files" }</span></button>
                </div>
            </header>
            <div class="table-scroll">
                <table class="ledger">
                    <thead><tr>
                        <th scope="col">{ "File" }</th><th scope="col">{ "Taken for" }</th><th scope="col">{ "State" }</th>
                        <th scope="col" class="number">{ "Records" }</th><th scope="col">{ "Lost or cut" }</th>
                        <th scope="col">{ "Time span" }</th><th scope="col">{ "Text" }</th><th scope="col" class="number">{ "Size" }</th>
                    </tr></thead>
                    <tbody>{ for report.inputs.iter().map(|input| rows(input, props.shown.as_deref() == Some(&input.path))) }</tbody>
                </table>
            </div>
            { missing(&still_missing(report), &props.act) }
        </div>
    }
}

fn rows(input: &Input, shown: bool) -> Html {
    let mut remarks: Vec<String> = input
        .notes
        .iter()
        .map(|note| match note.lines {
            Some((first, last)) if first == last => format!("Line {}: {}", grouped(first.into()), note.text),
            Some((first, last)) => {
                format!("Lines {} to {}: {}", grouped(first.into()), grouped(last.into()), note.text)
            }
            None => note.text.clone(),
        })
        .collect();
    if input.state == InputState::NotRead && !input.reason.is_empty() {
        remarks.insert(0, input.reason.clone());
    }
    let lost = if input.damaged > 0 { count(input.damaged, "record", "records") } else { String::new() };
    let nothing = input.state == InputState::NotRead;
    html! {
        <>
            <tr data-input={input.path.clone()} data-state={state_word(input.state)} id={shown.then_some("shown-file")}
                tabindex={shown.then_some("-1")} class={classes!((!remarks.is_empty()).then_some("has-remarks"), shown.then_some("shown"))}>
                <th scope="row" class="path" title={input.path.clone()}>{ clip_middle(&input.path, 40) }</th>
                <td class="whole" title={input.reason.clone()}>{ &input.taken_for }</td>
                <td>{ state(input.state) }</td>
                <td class="number">{ if nothing { String::new() } else { grouped(input.records) } }</td>
                <td class="whole">{ lost }</td>
                <td class="whole">{ time_span(input) }</td>
                <td class="whole">{ input.encoding.clone().unwrap_or_default() }</td>
                <td class="number">{ size(input.size) }</td>
            </tr>
            if !remarks.is_empty() {
                <tr class="remarks"><td colspan="8">{ for remarks.into_iter().map(|remark| html! { <p>{ remark }</p> }) }</td></tr>
            }
        </>
    }
}

fn time_span(input: &Input) -> String {
    input.time_span.as_ref().map(|(first, last)| text::time_span(first, last)).unwrap_or_default()
}

fn missing(rows: &[StillMissing], act: &Callback<Action>) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    let say = act.reform(Action::Say);
    let collect = act.reform(|_: MouseEvent| Action::Show(View::Collect));
    html! {
        <section class="missing" aria-labelledby="missing-title">
            <h2 id="missing-title">{ "Still missing" }</h2>
            <p class="meta">
                { "These inputs would settle what is open, best first. " }
                <button type="button" class="link" id="collect-missing" onclick={collect}>{ "Gather them all at once" }</button>
            </p>
            <div class="table-scroll">
                <table class="ledger">
                    <thead><tr>
                        <th scope="col">{ "Bring" }</th><th scope="col">{ "Settles" }</th><th scope="col">{ "Command" }</th>
                        <th scope="col"><span class="visually-hidden">{ "Copy" }</span></th>
                    </tr></thead>
                    <tbody>{ for rows.iter().map(|row| html! {
                        <tr>
                            <th scope="row">{ &row.missing.what }</th>
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
    let links = row.problems.iter().enumerate().map(|(index, problem)| {
        let problem = *problem;
        let act = act.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            act.emit(Action::Show(View::Diagnosis));
            gloo::timers::callback::Timeout::new(0, move || browser::go_to(&format!("problem-{problem}"))).forget();
        });
        html! {
            <>{ if index > 0 { ", " } else { "" } }<button type="button" class="link" {onclick}>{ format!("Problem {problem}") }</button></>
        }
    });
    let checks = match row.checks.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        many => count(many.len() as u64, "check", "checks"),
    };
    html! {
        <>
            { for links }
            { if !row.problems.is_empty() && !checks.is_empty() { "; " } else { "" } }
            <span title={row.checks.join("\n")}>{ checks }</span>
        </>
    }
}
