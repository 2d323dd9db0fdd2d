//! The rail: the views that exist for what is open, with their counts.

use yew::prelude::*;

use super::shared::icon::{Icon, icon};
use super::shared::verdict::{severity_shape, warning_shape};
use super::state::{Action, Phase, State, View};
use super::text::grouped;
use crate::report::InputState;

/// The navigation.
pub fn rail(state: &State, act: &Callback<Action>) -> Html {
    let worst = state.case.as_ref().and_then(|case| {
        let report = &case.report;
        report
            .problems
            .iter()
            .filter_map(|problem| report.findings.get(problem.main))
            .map(|finding| finding.severity)
            .min()
    });
    let problems = state.case.as_ref().map(|case| case.report.problems_to_solve());
    let files = state.case.as_ref().map_or(state.ledger.rows.len(), |case| case.report.inputs.len());
    let partly =
        state.case.as_ref().is_some_and(|case| case.report.inputs.iter().any(|input| input.state != InputState::Read));
    let open = state.phase != Phase::Empty;
    let shown = if open && state.view == View::Diagnosis && state.case.is_none() { View::Files } else { state.view };
    let item = |view: View, drawing: Icon, name: &'static str, shape: Html, count: Option<usize>| {
        let onclick = act.reform(move |event: MouseEvent| {
            event.prevent_default();
            Action::Show(view)
        });
        let current = (shown == view).then_some("page");
        html! {
            <li>
                <a href={view.hash()} {onclick} aria-current={current} title={name}>
                    { icon(drawing) }<span class="rail-name">{ name }</span>
                    { shape }
                    if let Some(count) = count.filter(|count| *count > 0) { <span class="count">{ grouped(count as u64) }</span> }
                </a>
            </li>
        }
    };
    html! {
        <nav class="rail" aria-label="Views">
            <ul>
                if !open {
                    { item(View::Diagnosis, Icon::Open, "Open files", Html::default(), None) }
                }
                if state.case.is_some() {
                    { item(View::Diagnosis, Icon::Diagnosis, "Diagnosis", worst.map(severity_shape).unwrap_or_default(), problems) }
                }
                if open {
                    { item(View::Files, Icon::File, "Files", if partly { warning_shape() } else { Html::default() }, Some(files)) }
                }
            </ul>
            <ul class="rail-end">
                { item(View::Tools, Icon::Tools, "Tools", Html::default(), None) }
                { item(View::Reference, Icon::Reference, "Reference", Html::default(), None) }
                { item(View::About, Icon::Info, "About", Html::default(), None) }
            </ul>
        </nav>
    }
}
