//! Tools that need no case: what a code or an event means.
//!
//! A field, and the answer below it as it is typed. What the case shows of a code is one of the rows of the answer.

mod code_answer;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::shared::sentence::Footing;
use super::state::Action;

/// Inputs that show what the field takes.
const EXAMPLES: [&str; 7] =
    ["0x80040111", "ec=1010", "-1017", "550 5.7.54", "0c 03 09 80", "UntrustedRoot", "event 12014"];

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is looked up.
    pub code: AttrValue,
    pub act: Callback<Action>,
    /// The open case, to say where a code was seen.
    pub footing: Option<Footing>,
}

/// The view.
#[function_component]
pub fn Tools(props: &Props) -> Html {
    let Props { code, act, footing } = props;
    let typed = act.reform(|event: InputEvent| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        Action::LookUp(field.map(|field| field.value()).unwrap_or_default())
    });
    let example = |text: &'static str| {
        let onclick = act.reform(move |_: MouseEvent| Action::LookUp(text.to_owned()));
        html! { <li><button type="button" class="button" {onclick}>{ text }</button></li> }
    };
    html! {
        <div class="tools-view">
            <section class="row">
                <h1 class="margin margin-label">{ "Code" }</h1>
                <div class="content">
                    <label for="look-up">{ "A code in any notation, an event, or a line with codes in it" }</label>
                    <input id="look-up" class="field" type="text" value={code.clone()} oninput={typed} spellcheck="false"
                        autocomplete="off" autocapitalize="off" />
                    <ul class="examples" aria-label="Examples">{ for EXAMPLES.into_iter().map(example) }</ul>
                </div>
            </section>
            <div aria-live="polite">{ code_answer::answer(code, act, footing.as_ref()) }</div>
        </div>
    }
}
