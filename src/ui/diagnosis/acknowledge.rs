//! A problem that somebody knows: set aside with a note, and taken back.
//!
//! It shrinks to one line at the end and leaves the count of the rail; the evidence and the account of the mail stay as they are.
//! Nothing is stored, so it lasts as long as the page.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::report::{Finding, Severity};
use crate::ui::language::{use_words, words};
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::shared::verdict::severity;
use crate::ui::state::{Action, problem_id};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub number: u32,
    /// A note that was begun.
    pub draft: Option<AttrValue>,
    pub act: Callback<Action>,
}

/// The button, and the form it opens in place.
#[function_component]
pub fn Acknowledge(props: &Props) -> Html {
    let words = use_words().diagnosis;
    let open = use_state_eq(|| props.draft.is_some());
    // What was begun elsewhere is opened again, but takes the focus only when it is asked for.
    let asked = use_state_eq(|| false);
    let field = use_node_ref();
    use_effect_with(*asked, {
        let field = field.clone();
        move |open| {
            if let Some(field) = field.cast::<HtmlInputElement>().filter(|_| *open) {
                let _ = field.focus();
            }
        }
    });
    let toggle = {
        let (open, asked, act, number) = (open.clone(), asked.clone(), props.act.clone(), props.number);
        Callback::from(move |_: MouseEvent| {
            if *open {
                act.emit(Action::Draft(number, None));
            }
            asked.set(!*open);
            open.set(!*open);
        })
    };
    let typed = {
        let (act, number) = (props.act.clone(), props.number);
        Callback::from(move |event: Event| {
            let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let text = field.map(|field| field.value()).filter(|text| !text.is_empty());
            act.emit(Action::Draft(number, text));
        })
    };
    let done = {
        let (act, number, field) = (props.act.clone(), props.number, field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let note = field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default();
            act.emit(Action::Acknowledge(number, Some(note.trim().to_owned())));
        })
    };
    let escape = {
        let (open, asked, act, number) = (open.clone(), asked.clone(), props.act.clone(), props.number);
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                act.emit(Action::Draft(number, None));
                asked.set(false);
                open.set(false);
            }
        })
    };
    let id = format!("note-{}", props.number);
    html! {
        if *open {
            <form class="acknowledge" onsubmit={done} onkeydown={escape}>
                <label for={id.clone()}>{ words.note_label }</label>
                <input {id} ref={field} class="field" type="text" maxlength="200" autocomplete="off"
                    value={props.draft.clone()} onchange={typed} />
                <button type="submit" class="button">{ words.set_aside }</button>
                <button type="button" class="button quiet" onclick={toggle}>{ words.cancel }</button>
            </form>
        } else {
            <button type="button" class="button quiet" data-acknowledge={props.number.to_string()} onclick={toggle}>{ words.acknowledge }</button>
        }
    }
}

/// The one line of a problem that was set aside.
pub fn line(number: u32, finding: &Finding, note: &str, act: &Callback<Action>) -> Html {
    let undo = act.reform(move |_: MouseEvent| Action::Acknowledge(number, None));
    html! {
        <article class="row acknowledged" id={problem_id(number)} data-acknowledged={number.to_string()} tabindex="-1">
            <div class="margin">
                <p class="meta">{ (words().shared.problem)(finding.severity == Severity::Info, number) }</p>
                { severity(finding.severity) }
            </div>
            <div class="content">
                <p>
                    <span class="gray">{ icon(Icon::Tick) }</span>
                    { " " }{ words().diagnosis.acknowledged }{ " " }<span lang="en">{ &finding.title }</span>
                    if !note.is_empty() { { ". " }<q>{ note }</q> }
                </p>
                <button type="button" class="link" onclick={undo}>{ words().diagnosis.take_back }</button>
            </div>
        </article>
    }
}
