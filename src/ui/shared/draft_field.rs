//! A field whose text counts when it is done (Enter, Tab, or another place), not with each key.
//!
//! Trap: whatever is drawn meanwhile puts the value that is known back into a field, and so under the fingers of who writes. The
//! text that is begun is kept here until it counts; one that is refused stays, to be mended.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::language::use_words;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    /// What is known.
    pub value: AttrValue,
    /// Takes a text that is done; whether it is one.
    pub commit: Callback<String, bool>,
    #[prop_or_default]
    pub placeholder: AttrValue,
    /// For a number from 1 on: the highest.
    #[prop_or_default]
    pub most: Option<u32>,
}

/// The field.
#[function_component]
pub fn DraftField(props: &Props) -> Html {
    let _ = use_words();
    let draft = use_state_eq(|| None::<String>);
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| draft.set(Some(text(&event))))
    };
    let onchange = {
        let (draft, commit) = (draft.clone(), props.commit.clone());
        Callback::from(move |event: Event| {
            if commit.emit(text(&event)) {
                draft.set(None);
            }
        })
    };
    let value = draft.as_ref().map_or_else(|| props.value.clone(), |draft| draft.clone().into());
    let most = props.most.map(|most| most.to_string());
    let kind = if most.is_some() { "number" } else { "text" };
    html! {
        <input id={props.id.clone()} class="field" type={kind} {value} placeholder={props.placeholder.clone()} min={most.is_some().then_some("1")}
            max={most} {oninput} {onchange} spellcheck="false" autocomplete="off" />
    }
}

fn text(event: &Event) -> String {
    let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    field.map(|field| field.value()).unwrap_or_default()
}
