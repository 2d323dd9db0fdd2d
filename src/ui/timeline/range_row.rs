//! The range as text: two fields and its length.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::scale;
use crate::ui::language::use_words;
use crate::ui::state::Action;
use crate::worker::protocol::Picture;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub picture: Rc<Picture>,
    /// What is asked for.
    pub range: scale::Range,
    pub act: Callback<Action>,
}

/// The row.
#[function_component]
pub fn RangeRow(props: &Props) -> Html {
    let words = use_words().timeline;
    let Props { picture, range, act } = props;
    let range = *range;
    let wrong = use_state_eq(|| false);
    // Another range puts times into the fields that can be read.
    use_effect_with(range, {
        let wrong = wrong.clone();
        move |_| wrong.set(false)
    });
    let field = |is_end: bool| {
        let own = if is_end { range.1 } else { range.0 };
        let (picture, act, wrong) = (Rc::clone(picture), act.clone(), wrong.clone());
        let onchange = Callback::from(move |event: Event| {
            let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let typed = field.map(|field| field.value()).unwrap_or_default();
            let Some(at) = picture.frame.clocks.read(&typed, own) else {
                wrong.set(true);
                return;
            };
            wrong.set(false);
            let range = if is_end { (range.0, at) } else { (at, range.1) };
            act.emit(Action::Range(scale::cut(range, picture.whole)));
        });
        (props.picture.frame.clocks.digits(own), onchange)
    };
    let ((from, on_from), (to, on_to)) = (field(false), field(true));
    let rows = (picture.marks.1.into(), picture.marks.0.into());
    let about = (words.about_range)(&scale::length(range), rows, picture.errors.into());
    html! {
        <div class="tl-range">
            <label for="tl-from">{ words.from }</label>
            <input id="tl-from" class="field" type="text" value={from} onchange={on_from} spellcheck="false" autocomplete="off" />
            <label for="tl-to">{ words.to }</label>
            <input id="tl-to" class="field" type="text" value={to} onchange={on_to} spellcheck="false" autocomplete="off" />
            <span class="meta">{ about }</span>
            <span class="tl-wrong" role="status">{ if *wrong { words.write_time } else { "" } }</span>
        </div>
    }
}
