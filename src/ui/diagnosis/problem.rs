//! One problem: the claim first, then evidence, what to do, what follows, how sure.
//!
//! A folded problem keeps its body in the document, so that print shows all of it.

use yew::prelude::*;

use super::acknowledge::Acknowledge;
use super::comparison::change;
use super::evidence_list::EvidenceList;
use super::{plain, remedy, tree};
use crate::report::{Confidence, Finding, Ground, GroundKind, Problem, Severity};
use crate::ui::case::{Branch, tree as branches};
use crate::ui::language::{use_words, words};
use crate::ui::shared::command_box::CommandBox;
use crate::ui::shared::copy_button::CopyButton;
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::shared::sentence::Footing;
use crate::ui::shared::verdict::{confidence, severity};
use crate::ui::state::{Action, problem_id};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub footing: Footing,
    pub number: u32,
    pub open: bool,
    pub current: bool,
    /// A note on it that was begun.
    pub draft: Option<AttrValue>,
}

/// The article of a problem.
#[function_component]
pub fn ProblemArticle(props: &Props) -> Html {
    let words = use_words();
    let Props { footing, number, open, current, draft } = props;
    let case = &footing.case;
    let Some(problem) = case.problem(*number) else { return Html::default() };
    let Some(finding) = case.main_finding(problem) else { return Html::default() };
    let id = problem_id(*number);
    let title = format!("{id}-title");
    let body = format!("{id}-body");
    let say = footing.act.reform(Action::Say);
    let fold = {
        let (number, open) = (*number, *open);
        footing.act.reform(move |_: MouseEvent| if open { Action::Fold(number) } else { Action::Unfold(number) })
    };
    let about = {
        let rule = finding.rule.clone();
        footing.act.reform(move |_: MouseEvent| Action::ShowRule(rule.clone()))
    };
    html! {
        <article {id} class={classes!("problem", current.then_some("current"))} data-rule={finding.rule.clone()} data-open={open.to_string()}
            tabindex="-1" aria-labelledby={title.clone()}>
            <header class="row">
                <div class="margin">
                    <p class="meta">{ (words.shared.problem)(finding.severity == Severity::Info, *number) }</p>
                    { severity(finding.severity) }
                    { confidence(finding.confidence) }
                    { for case.became(*number).map(change) }
                </div>
                <div class="content">
                    <h2 id={title} class="statement" lang="en">{ footing.sentence(problem.main, &finding.statement) }</h2>
                    <div class="role-line">
                        <p class="meta">{ (words.diagnosis.role)(finding.role, branches(&case.report, problem).iter().map(Branch::size).sum()) }</p>
                        <button type="button" class="link rule-link" onclick={about}>{ words.diagnosis.about_rule }</button>
                        <Acknowledge number={*number} draft={draft.clone()} act={footing.act.clone()} />
                        <CopyButton quiet={true} label={words.diagnosis.copy_text} text={plain::problem(case, problem)} say={say.clone()} />
                        <button type="button" class="button quiet only-icon" onclick={fold} aria-expanded={open.to_string()}
                            aria-controls={body.clone()} aria-label={if *open { words.diagnosis.fold } else { words.diagnosis.unfold }}>
                            { icon(if *open { Icon::Up } else { Icon::Down }) }
                        </button>
                    </div>
                </div>
            </header>
            <div id={body} class="problem-body">
                { sections(footing, problem, finding, &say) }
            </div>
        </article>
    }
}

fn sections(footing: &Footing, problem: &Problem, finding: &Finding, say: &Callback<String>) -> Html {
    let words = words().diagnosis;
    let follows = branches(&footing.case.report, problem);
    let settled = finding.confidence == Confidence::Confirmed || finding.missing.is_empty();
    html! {
        <>
            if footing.case.citations(problem.number) > 0 {
                { section(words.evidence, html! { <EvidenceList footing={footing.clone()} problem={problem.number} /> }) }
            }
            if !finding.remedy.is_empty() || !finding.verify.is_empty() {
                { section(words.what_to_do, remedy::steps(footing, problem.main, finding, say)) }
            }
            if !settled {
                { section(words.to_settle, to_settle(finding, say)) }
            }
            if !follows.is_empty() {
                { section(words.what_follows, tree::follows(footing, problem, finding, &follows)) }
            }
            if !finding.grounds.is_empty() {
                { section(words.how_sure, html! {
                    <ul class="grounds">{ for finding.grounds.iter().map(|ground| checked(footing, problem.main, ground)) }</ul>
                }) }
            }
            if !finding.sources.is_empty() {
                { section(words.sources, html! {
                    <ul class="sources" lang="en">{ for finding.sources.iter().map(|source| html! { <li>{ source }</li> }) }</ul>
                }) }
            }
        </>
    }
}

fn section(label: &'static str, content: Html) -> Html {
    html! {
        <section class="row part">
            <h3 class="margin margin-label">{ label }</h3>
            <div class="content">{ content }</div>
        </section>
    }
}

fn to_settle(finding: &Finding, say: &Callback<String>) -> Html {
    html! {
        <>
            { for finding.missing.iter().map(|missing| html! {
                <div class="settle">
                    <p lang="en"><b>{ &missing.what }</b>{ if missing.settles.is_empty() { String::new() } else { format!(": {}", missing.settles) } }</p>
                    if !missing.command.is_empty() {
                        <CommandBox command={missing.command.clone()} say={say.clone()} />
                    }
                </div>
            }) }
            <p class="meta">{ words().diagnosis.only_read }</p>
        </>
    }
}

fn checked(footing: &Footing, finding: usize, ground: &Ground) -> Html {
    let (class, drawing) = match ground.held {
        GroundKind::Held => ("ok", Icon::Tick),
        GroundKind::RuledOut => ("gray", Icon::RuledOut),
        GroundKind::Unknown => ("gray", Icon::Undecided),
        GroundKind::Before => ("gray", Icon::Left),
    };
    let spoken = ground.held == GroundKind::Held;
    let repeated = ground.text.starts_with("Ruled out");
    html! {
        <li>
            <span class={class}>{ icon(drawing) }</span>
            <span>
                if !repeated {
                    <span class={classes!(spoken.then_some("visually-hidden"))}>{ (words().diagnosis.ground)(ground.held) }</span>
                }
                <span lang="en">{ footing.sentence(finding, &ground.text) }</span>
            </span>
        </li>
    }
}
