//! The rail: the views that exist for what is open, with their counts.

use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::language::{grouped, use_words, words};
use super::shared::icon::{Icon, icon};
use super::shared::verdict::{severity_shape, warning_shape};
use super::state::{Action, Phase, State};
use super::view::{Group, VIEWS, View, ViewRow};
use crate::report::{InputState, Severity};

/// The navigation.
pub fn rail(state: &State, act: &Callback<Action>) -> Html {
    let worst = state.case.as_ref().and_then(|case| {
        let report = &case.report;
        report
            .problems
            .iter()
            .filter(|problem| !state.acknowledged.contains_key(&problem.number))
            .filter_map(|problem| report.findings.get(problem.main))
            .map(|finding| finding.severity)
            .min()
    });
    // What was set aside is not counted.
    let problems = state.case.as_ref().map(|case| {
        let report = &case.report;
        let is_open = |number: u32| !state.acknowledged.contains_key(&number);
        let to_solve = report.problems.iter().filter(|problem| is_open(problem.number));
        to_solve.filter(|p| report.findings.get(p.main).is_some_and(|f| f.severity != Severity::Info)).count()
    });
    let files = state.files();
    let partly =
        state.case.as_ref().is_some_and(|case| case.report.inputs.iter().any(|input| input.state != InputState::Read));
    let open = state.phase != Phase::Empty;
    let shown = if open && state.view == View::Diagnosis && state.case.is_none() { View::Files } else { state.view };
    let words = words();
    let item = |row: &'static ViewRow| {
        let view = row.view;
        let is_dim = row.view.needs_case() && state.case.is_none() && !(view == View::Files && open);
        // Without a case the diagnosis is where files are opened.
        let start = view == View::Diagnosis && !open;
        let (drawing, name) =
            if start { (Icon::Open, words.views.open_files) } else { (row.icon, (words.views.name)(view)) };
        let needs = (words.views.needs)(view);
        let is_dim = is_dim && !start;
        let onclick = act.reform(move |event: MouseEvent| {
            event.prevent_default();
            if is_dim { Action::Say(needs.to_owned()) } else { Action::Show(view) }
        });
        let (shape, count) = match view {
            View::Diagnosis => (worst.map(severity_shape).unwrap_or_default(), problems),
            View::Files => (if partly { warning_shape() } else { Html::default() }, open.then_some(files)),
            _ => (Html::default(), None),
        };
        let current = (shown == view).then_some("page");
        let title = if is_dim { format!("{name}: {needs}") } else { name.to_owned() };
        html! {
            <li>
                <a href={view.hash()} {onclick} aria-current={current} aria-disabled={is_dim.then_some("true")} {title}>
                    { icon(drawing) }<span class="rail-name">{ name }</span>
                    { shape }
                    if let Some(count) = count.filter(|count| *count > 0) { <span class="count">{ grouped(count as u64) }</span> }
                </a>
            </li>
        }
    };
    let group = |group: Group| VIEWS.iter().filter(|row| row.group == group).map(item).collect::<Html>();
    html! {
        <Shell view={shown} start={shown == View::Diagnosis && !open}>
            <div class="rail-groups">
                <ul>{ group(Group::Answer) }</ul>
                <ul>{ group(Group::Evidence) }</ul>
                <ul>{ group(Group::Files) }</ul>
            </div>
            <ul class="rail-end">{ group(Group::Help) }</ul>
        </Shell>
    }
}

#[derive(Properties, PartialEq)]
struct ShellProps {
    view: View,
    /// Whether there is no case, so that the diagnosis is where files are opened.
    start: bool,
    children: Html,
}

/// The list of views; in a narrow window it stands behind a button, which says what is shown.
#[function_component]
fn Shell(props: &ShellProps) -> Html {
    let words = use_words();
    let open = use_state_eq(|| false);
    let button = use_node_ref();
    use_effect_with(props.view, {
        let open = open.clone();
        move |_| open.set(false)
    });
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let onkeydown = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                event.prevent_default();
                open.set(false);
                if let Some(button) = button.cast::<HtmlElement>() {
                    let _ = button.focus();
                }
            }
        })
    };
    let name = if props.start { words.views.open_files } else { (words.views.name)(props.view) };
    html! {
        <nav class={classes!("rail", open.then_some("rail-shown"))} aria-label={words.frame.views} {onkeydown}>
            <button type="button" class="button rail-open" ref={button} aria-expanded={open.to_string()} aria-controls="rail-list" onclick={toggle}>
                <span>{ words.frame.views }</span><b>{ name }</b>{ icon(if *open { Icon::Up } else { Icon::Down }) }
            </button>
            <div class="rail-list" id="rail-list">{ props.children.clone() }</div>
        </nav>
    }
}
