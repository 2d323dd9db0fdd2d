//! A button that copies text and says so for two seconds, without changing its width.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::ui::browser;
use crate::ui::language::{tag, use_words, words};

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What goes to the clipboard.
    pub text: AttrValue,
    /// Without one it says that it copies.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Without a frame.
    #[prop_or_default]
    pub quiet: bool,
    /// Called with what to announce.
    pub say: Callback<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Label,
    Copied,
    Refused,
}

/// Copies `text`.
#[function_component]
pub fn CopyButton(props: &Props) -> Html {
    let own = use_words().shared;
    let shown = use_state_eq(|| Shown::Label);
    let timer = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let (shown, timer, text, say) = (shown.clone(), timer, props.text.clone(), props.say.clone());
        Callback::from(move |_| {
            let (shown, timer, text, say) = (shown.clone(), timer.clone(), text.clone(), say.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let copied = browser::copy(&text).await;
                let words = words().shared;
                say.emit(if copied { words.copied } else { words.copy_refused }.to_owned());
                shown.set(if copied { Shown::Copied } else { Shown::Refused });
                timer.replace(Some(Timeout::new(2_000, move || shown.set(Shown::Label))));
            });
        })
    };
    let face = |which: Shown, drawing: Icon, label: AttrValue| {
        html! {
            <span class={classes!("face", (*shown != which).then_some("away"))} aria-hidden={(*shown != which).to_string()}>
                { icon(drawing) }<span>{ label }</span>
            </span>
        }
    };
    let class =
        classes!("button", "copy", props.quiet.then_some("quiet"), (*shown == Shown::Copied).then_some("copied"));
    html! {
        <button type="button" {class} {onclick} lang={tag()}>
            { face(Shown::Label, Icon::Copy, props.label.clone().unwrap_or(own.copy.into())) }
            { face(Shown::Copied, Icon::Tick, own.copied.into()) }
            { face(Shown::Refused, Icon::Cross, own.failed.into()) }
        </button>
    }
}
