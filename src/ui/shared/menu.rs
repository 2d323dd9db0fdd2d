//! A menu below its button: it closes on Escape, on a click outside and when the focus leaves it.
//!
//! Traps: whether it is open is the element's own affair (`open`), so drawing again does not close it. A focus that goes nowhere
//! is no focus that leaves: a click on plain text inside takes it to nothing, and so does another window.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, KeyboardEvent, Node};
use yew::prelude::*;

use super::super::browser;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What its button says.
    pub label: Html,
    pub class: Classes,
    pub children: Html,
}

/// The button and what it opens.
#[function_component]
pub fn Menu(props: &Props) -> Html {
    let root = use_node_ref();
    use_effect_with((), {
        let root = root.clone();
        move |()| {
            let outside = browser::window().map(|window| {
                EventListener::new(&window, "pointerdown", move |event| {
                    let at = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                    close_unless_inside(&root, at);
                })
            });
            move || drop(outside)
        }
    });
    let onkeydown = {
        let root = root.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && close(&root) {
                // The drawer behind it stays.
                event.prevent_default();
                let button = root.cast::<Element>().and_then(|root| root.query_selector("summary").ok().flatten());
                if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                    let _ = button.focus();
                }
            }
        })
    };
    let onfocusout = {
        let root = root.clone();
        Callback::from(move |event: FocusEvent| {
            if let Some(to) = event.related_target().and_then(|target| target.dyn_into::<Node>().ok()) {
                close_unless_inside(&root, Some(to));
            }
        })
    };
    html! {
        <details ref={root} class={classes!("menu-root", props.class.clone())} {onkeydown} {onfocusout}>
            <summary class="button">{ props.label.clone() }</summary>
            { props.children.clone() }
        </details>
    }
}

fn close_unless_inside(root: &NodeRef, at: Option<Node>) {
    if root.get().is_some_and(|own| !own.contains(at.as_ref())) {
        close(root);
    }
}

/// Whether it was open.
fn close(root: &NodeRef) -> bool {
    let open = root.cast::<Element>().filter(|root| root.has_attribute("open"));
    open.is_some_and(|root| root.remove_attribute("open").is_ok())
}
