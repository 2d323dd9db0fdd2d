//! The summary: at most three sentences, the account of all waiting messages, and what limits the answer.
//!
//! The bar has one segment per problem, in the order of the legend. Its pattern is the confidence: solid,
//! hatched, dotted; hollow is not explained. Widths go through the object model, because the policy
//! forbids style attributes.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::report::{Confidence, InputState};
use crate::ui::browser;
use crate::ui::language::{grouped, use_words, words};
use crate::ui::shared::sentence::Footing;
use crate::ui::shared::verdict::warning_shape;
use crate::ui::state::{Action, problem_id};
use crate::ui::text;
use crate::ui::view::View;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub footing: Footing,
}

struct Part {
    messages: u64,
    class: Classes,
    label: String,
    problem: Option<u32>,
}

/// The section at the top.
#[function_component]
pub fn Summary(props: &Props) -> Html {
    let words = use_words().diagnosis;
    let report = &props.footing.case.report;
    let summary = &report.summary;
    let parts = parts(&props.footing);
    let files = props.footing.act.reform(|_: MouseEvent| Action::Show(View::Files));
    let partly = report.inputs.iter().any(|input| input.state != InputState::Read);
    let label: Vec<String> = parts.iter().map(|part| format!("{} {}", grouped(part.messages), part.label)).collect();
    html! {
        <section class="summary row" aria-labelledby="summary-title">
            <div class="margin">
                <h1 id="summary-title" class="margin-label">{ words.summary }</h1>
                if !summary.as_of.is_empty() {
                    <p class="meta">{ (words.as_of)(&summary.as_of) }</p>
                }
            </div>
            <div class="content">
                <p class="summary-text" lang="en">{ with_numbers(&summary.text) }</p>
                if summary.waiting > 0 {
                    <div class="account" role="img"
                        aria-label={(words.waiting)(summary.waiting, &label.join(", "))}>
                        { for parts.iter().map(|part| html! { <Segment class={part.class.clone()} messages={part.messages} /> }) }
                    </div>
                    <ul class="legend">
                        { for parts.iter().map(legend) }
                    </ul>
                }
                { for summary.caveats.iter().enumerate().map(|(index, caveat)| html! {
                    <p class="caveat">
                        { warning_shape() }
                        <span>
                            <span lang="en">{ caveat }</span>
                            if index == 0 && partly {
                                { " " }<button type="button" class="link" onclick={files.clone()}>{ words.files }</button>
                            }
                        </span>
                    </p>
                }) }
            </div>
        </section>
    }
}

fn parts(footing: &Footing) -> Vec<Part> {
    let report = &footing.case.report;
    let summary = &report.summary;
    let words = words().diagnosis;
    let mut solid = 0;
    let mut parts = Vec::new();
    for explained in &summary.explained {
        let finding = footing.case.problem(explained.problem).and_then(|problem| footing.case.main_finding(problem));
        let class = match finding.map(|finding| finding.confidence) {
            Some(Confidence::Confirmed) => {
                solid += 1;
                if solid % 2 == 1 { classes!("solid", "d1") } else { classes!("solid", "d3") }
            }
            Some(Confidence::Likely) => classes!("hatched"),
            _ => classes!("dotted"),
        };
        parts.push(Part {
            messages: explained.messages,
            class,
            label: (words.of_problem)(explained.problem),
            problem: Some(explained.problem),
        });
    }
    let moving = summary.moving.min(summary.unexplained);
    // The sentence above counts those on the way as not explained: beside them the rest are the others.
    let others = if moving > 0 { words.others_not_explained } else { words.not_explained };
    let rest = [(words.on_the_way, "moving", moving), (others, "hollow", summary.unexplained - moving)];
    for (label, class, messages) in rest {
        if messages > 0 {
            parts.push(Part { messages, class: classes!(class), label: label.to_owned(), problem: None });
        }
    }
    parts
}

fn legend(part: &Part) -> Html {
    let name = match part.problem {
        Some(problem) => {
            let onclick = Callback::from(move |_: MouseEvent| browser::go_to(&problem_id(problem)));
            html! { <button type="button" class="link plain" {onclick}>{ &part.label }</button> }
        }
        None => html! { { &part.label } },
    };
    html! {
        <li><span class={classes!("swatch", part.class.clone())}></span><b>{ grouped(part.messages) }</b>{ " " }{ name }</li>
    }
}

#[derive(Properties, PartialEq)]
struct SegmentProps {
    class: Classes,
    messages: u64,
}

#[function_component]
fn Segment(props: &SegmentProps) -> Html {
    let node = use_node_ref();
    use_effect_with(props.messages, {
        let node = node.clone();
        move |messages| {
            if let Some(element) = node.cast::<HtmlElement>() {
                let _ = element.style().set_property("flex-grow", &messages.to_string());
            }
        }
    });
    html! { <span ref={node} class={classes!("segment", props.class.clone())}></span> }
}

/// The text with its amounts and times in bold.
fn with_numbers(text: &str) -> Html {
    text::amounts(text)
        .into_iter()
        .map(|(amount, part)| {
            if amount {
                html! { <b>{ part }</b> }
            } else {
                html! { { part } }
            }
        })
        .collect()
}
