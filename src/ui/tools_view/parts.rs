//! What the tools have in common: fields, examples, sections, and the row that says where something was seen.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::inputs::Typed;
use crate::report::Evidence;
use crate::ui::language::{tag, words};
use crate::ui::shared::command_box::CommandBox;
use crate::ui::shared::copy_button::CopyButton;
use crate::ui::shared::sentence::Footing;
use crate::ui::state::{Action, Cite};

/// What a change of a field does.
pub type Change = fn(String) -> Typed;

/// A field of one line with its label.
pub fn field(id: &'static str, label: &str, value: &AttrValue, change: Change, act: &Callback<Action>) -> Html {
    let typed = act.reform(move |event: InputEvent| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        Action::Tool(change(field.map(|field| field.value()).unwrap_or_default()))
    });
    html! {
        <>
            <label for={id}>{ label }</label>
            <input {id} class="field" type="text" value={value.clone()} oninput={typed} spellcheck="false" autocomplete="off"
                autocapitalize="off" />
        </>
    }
}

/// A field of several lines with its label.
pub fn area(
    id: &'static str,
    label: &str,
    rows: &'static str,
    value: &AttrValue,
    change: Change,
    act: &Callback<Action>,
) -> Html {
    let typed = act.reform(move |event: InputEvent| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
        Action::Tool(change(field.map(|field| field.value()).unwrap_or_default()))
    });
    html! {
        <>
            <label for={id}>{ label }</label>
            <textarea {id} class="field area" {rows} value={value.clone()} oninput={typed} spellcheck="false" autocomplete="off"
                autocapitalize="off" />
        </>
    }
}

/// Buttons that put an input into the field: the inputs, and what the buttons say when that is not the input itself.
pub fn examples(all: &[&'static str], names: &[&'static str], change: Change, act: &Callback<Action>) -> Html {
    let button = |(at, text): (usize, &&'static str)| {
        let (text, name) = (*text, names.get(at).copied());
        let class = classes!("button", name.map(|_| "words"));
        let onclick = act.reform(move |_: MouseEvent| Action::Tool(change(text.to_owned())));
        html! { <li><button type="button" {class} {onclick}>{ name.unwrap_or(text) }</button></li> }
    };
    html! { <ul class="examples" aria-label={words().tools.examples}>{ for all.iter().enumerate().map(button) }</ul> }
}

/// A section of an answer.
pub fn section(label: &str, content: Html) -> Html {
    html! {
        <section class="row part">
            <h3 class="margin margin-label">{ label }</h3>
            <div class="content">{ content }</div>
        </section>
    }
}

/// A row of a definition list; what stands in it comes from the tools, and is English.
pub fn row(name: Html, value: Html) -> Html {
    html! { <div><dt>{ name }</dt><dd lang="en">{ value }</dd></div> }
}

/// A row whose value is something to copy.
pub fn copied(name: &str, value: &str, act: &Callback<Action>) -> Html {
    let label = (words().tools.copy)(name);
    html! {
        <div class="with-copy">
            <dt lang="en">{ name }</dt>
            <dd>
                <span class="code">{ value }</span>
                <span role="group" aria-label={label}>
                    <CopyButton text={value.to_owned()} quiet=true say={act.reform(Action::Say)} />
                </span>
            </dd>
        </div>
    }
}

/// A command, or a part of one, to paste.
pub fn command(text: &str, act: &Callback<Action>) -> Html {
    html! { <CommandBox command={text.to_owned()} say={act.reform(Action::Say)} /> }
}

/// The row that says where the open case shows something; nothing without a case.
pub fn in_this_case(footing: Option<&Footing>, is_it: &dyn Fn(&Evidence) -> bool) -> Html {
    const MOST: usize = 12;
    let Some(footing) = footing else { return Html::default() };
    let words = words().tools;
    let mut found: Vec<Html> = Vec::new();
    for problem in &footing.case.report.problems {
        for number in 1..=footing.case.citations(problem.number) {
            let Some(evidence) = footing.case.evidence(problem.number, number) else { continue };
            if found.len() < MOST && is_it(evidence) {
                let cite = Cite { problem: problem.number, number };
                let label = (words.seen)(problem.number, number);
                found.push(html! { <><button type="button" class="link" lang={tag()} onclick={footing.opener(cite)}>{ label }</button>{ " " }</> });
            }
        }
    }
    if found.is_empty() {
        return row(html! { { words.in_case } }, html! { <span lang={tag()}>{ words.not_in_case }</span> });
    }
    row(html! { { words.in_case } }, found.into_iter().collect())
}

/// The beginning of a text, when it is long.
pub fn clipped(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        short.push_str(" ...");
    }
    short
}
