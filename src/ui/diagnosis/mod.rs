//! The diagnosis: the summary, the problems best first, and the checks that found nothing.

mod acknowledge;
mod comparison;
mod considered;
mod evidence_list;
pub mod plain;
mod problem;
mod remedy;
mod summary;
mod tree;

use yew::prelude::*;

use super::case;
use super::language::{use_words, words};
use super::shared::icon::{Icon, icon};
use super::shared::sentence::Footing;
use super::state::{Action, State};
use super::view::View;
use crate::report::{ConsideredVerdict, InputState, Report};
use comparison::Compared;
use considered::ConsideredList;
use problem::ProblemArticle;
use summary::Summary;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub footing: Footing,
    pub open: std::rc::Rc<std::collections::BTreeSet<u32>>,
    pub current: u32,
    pub acknowledged: std::rc::Rc<std::collections::BTreeMap<u32, String>>,
    /// Notes that were begun.
    pub drafts: std::rc::Rc<std::collections::BTreeMap<u32, String>>,
}

/// The view.
#[function_component]
pub fn Diagnosis(props: &Props) -> Html {
    let _ = use_words();
    let Props { footing, open, current, acknowledged, drafts } = props;
    let report = &footing.case.report;
    let say = footing.act.reform(Action::Say);
    html! {
        <div class="diagnosis">
            <Summary footing={footing.clone()} />
            if report.problems.is_empty() {
                { nothing_found(report, &footing.act) }
            }
            <Compared footing={footing.clone()} />
            { for report.problems.iter().filter(|problem| !acknowledged.contains_key(&problem.number)).map(|problem| html! {
                <ProblemArticle key={problem.number} footing={footing.clone()} number={problem.number}
                    open={open.contains(&problem.number)} current={*current == problem.number}
                    draft={drafts.get(&problem.number).cloned().map(AttrValue::from)} />
            }) }
            { for acknowledged.iter().filter_map(|(number, note)| {
                let finding = footing.case.main_finding(footing.case.problem(*number)?)?;
                Some(acknowledge::line(*number, finding, note, &footing.act))
            }) }
            <ConsideredList verdict={ConsideredVerdict::Undecided} footing={footing.clone()} say={say.clone()} />
            <ConsideredList verdict={ConsideredVerdict::RuledOut} footing={footing.clone()} {say} />
        </div>
    }
}

/// Citations of a state, for the views.
pub fn footing(state: &State, case: &case::Case, act: &Callback<Action>) -> Footing {
    Footing { case: case.clone(), open: state.cite, act: act.clone() }
}

fn nothing_found(report: &Report, act: &Callback<Action>) -> Html {
    let words = words().diagnosis;
    let files = act.reform(|_: MouseEvent| Action::Show(View::Files));
    if report.inputs.iter().all(|input| input.state == InputState::NotRead) {
        return html! {
            <section class="row nothing">
                <p class="margin-label">{ words.diagnosis }</p>
                <div class="content">
                    <h2 class="statement">{ icon(Icon::Cross) }{ words.none_read }</h2>
                    <p>{ words.none_read_about }</p>
                    <button type="button" class="button primary" onclick={files}>{ words.see_files }</button>
                </div>
            </section>
        };
    }
    let undecided =
        report.considered.iter().filter(|check| check.verdict == ConsideredVerdict::Undecided).count() as u64;
    let ran = report.considered.len() as u64 - undecided;
    let unread = report.inputs.iter().filter(|input| input.state != InputState::Read).count() as u64;
    html! {
        <section class="row nothing">
            <p class="margin-label">{ words.diagnosis }</p>
            <div class="content">
                if report.summary.unknown.is_empty() {
                    <h2 class="statement ok-statement"><span class="ok">{ icon(Icon::Tick) }</span>{ words.no_problem }</h2>
                } else {
                    <h2 class="statement">{ words.no_problem_read }</h2>
                }
                <p>{ (words.checks)(ran, undecided) }</p>
                if unread > 0 {
                    <p>{ (words.unread)(unread) }</p>
                }
                if undecided > 0 || unread > 0 {
                    <button type="button" class="link" onclick={files}>{ if undecided > 0 { words.bring_next } else { words.see_files } }</button>
                }
            </div>
        </section>
    }
}
