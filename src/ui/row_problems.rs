//! From a row of a table to the problems that it belongs to: what holds its queue's messages, and what quotes it.

use yew::prelude::*;

use super::case::Case;
use super::language::words;
use super::state::Action;
use super::view::View;
use crate::report::Severity;
use crate::worker::protocol::{RowAnswer, RowProblem};

/// A link to each problem of a row, and what it has to do with the row.
pub fn links(case: &Case, row: &RowAnswer, act: &Callback<Action>) -> Html {
    if row.problems.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="row-problems" aria-label={words().drawer.problems_of_row}>
            { for row.problems.iter().map(|problem| link(case, problem, act)) }
        </ul>
    }
}

fn link(case: &Case, problem: &RowProblem, act: &Callback<Action>) -> Html {
    let (drawer, number) = (words().drawer, problem.number);
    let finding = case.problem(number).and_then(|problem| case.main_finding(problem));
    let name = (words().shared.problem)(finding.is_some_and(|finding| finding.severity == Severity::Info), number);
    let onclick = act.reform(move |event: MouseEvent| {
        event.prevent_default();
        Action::ShowProblem(number)
    });
    let why = match problem.messages {
        0 => drawer.quotes_row.to_owned(),
        messages => (drawer.holds_messages)(messages),
    };
    html! {
        <li>
            <a href={View::Diagnosis.hash()} {onclick}>{ name }</a>{ ": " }<span lang="en">{ &problem.title }</span>
            <span class="meta">{ why }</span>
        </li>
    }
}
