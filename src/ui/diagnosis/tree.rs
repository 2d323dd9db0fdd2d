//! What follows: the cause on a spine, its effects and the findings it explains as rings.
//!
//! At most three levels are drawn; what lies deeper follows on the third.

use yew::prelude::*;

use crate::report::{Finding, Problem};
use crate::ui::case::Branch;
use crate::ui::language::words;
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::shared::sentence::Footing;
use crate::ui::shared::verdict::severity_shape;

/// The tree below a problem's main finding.
pub fn follows(footing: &Footing, problem: &Problem, finding: &Finding, branches: &[Branch]) -> Html {
    html! {
        <ul class="tree">
            <li class="root">
                <div class="branch parent">
                    { severity_shape(finding.severity) }
                    <b class="branch-text" lang="en">{ &finding.title }</b>
                    if problem.messages > 0 {
                        <b class="amount">{ (words().shared.messages)(problem.messages) }</b>
                    }
                </div>
                { level(footing, branches) }
            </li>
        </ul>
    }
}

fn level(footing: &Footing, branches: &[Branch]) -> Html {
    html! { <ul>{ for branches.iter().map(|branch| one(footing, branch)) }</ul> }
}

fn one(footing: &Footing, branch: &Branch) -> Html {
    match branch {
        Branch::Effect { finding, text, amount } => html! {
            <li>
                <div class="branch">
                    { icon(Icon::Ring) }
                    <span class="branch-text" lang="en">{ footing.sentence(*finding, text) }</span>
                    <span class="amount" lang="en">{ amount }</span>
                </div>
            </li>
        },
        Branch::Explained { finding, follows } => {
            let Some(explained) = footing.case.report.findings.get(*finding) else { return Html::default() };
            html! {
                <li data-rule={explained.rule.clone()}>
                    <div class={classes!("branch", (!follows.is_empty()).then_some("parent"))}>
                        { icon(Icon::Ring) }
                        <span class="branch-text statement-small statement" lang="en">{ footing.sentence(*finding, &explained.statement) }</span>
                        <span class="amount">{ (words().shared.confidence)(explained.confidence).to_lowercase() }</span>
                    </div>
                    if !follows.is_empty() {
                        { level(footing, follows) }
                    }
                </li>
            }
        }
    }
}
