//! A button that copies text and says so for two seconds, without changing its width.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::ui::browser;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What goes to the clipboard.
    pub text: AttrValue,
    #[prop_or(AttrValue::Static("Copy"))]
    pub label: AttrValue,
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
    let shown = use_state_eq(|| Shown::Label);
    let timer = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let (shown, timer, text, say) = (shown.clone(), timer, props.text.clone(), props.say.clone());
        Callback::from(move |_| {
            let (shown, timer, text, say) = (shown.clone(), timer.clone(), text.clone(), say.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let copied = browser::copy(&text).await;
                say.emit(if copied { "Copied" } else { "The browser refused to copy" }.to_owned());
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
        <button type="button" {class} {onclick}>
            { face(Shown::Label, Icon::Copy, props.label.clone()) }
            { face(Shown::Copied, Icon::Tick, "Copied".into()) }
            { face(Shown::Refused, Icon::Cross, "Failed".into()) }
        </button>
    }
}
