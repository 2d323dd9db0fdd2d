//! The address names the view: links, bookmarks, Back and Forward lead to views, and a view shown otherwise gets its address.
//!
//! Traps: drawing gives way to the browser in between, so effects may run late, and `hashchange` comes later still. So the
//! address is not written in an effect and never back to who just changed it, and what is written here is no change that
//! anybody hears of (`pushState` fires no `hashchange`, so each one is the reader's); otherwise who is quick is taken back.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::HashChangeEvent;
use yew::prelude::*;

use super::browser;
use super::state::Action;
use super::view::View;

/// Keeps the address and the view the same, whichever changes.
#[hook]
pub fn use_address(view: View, act: &Callback<Action>) {
    // The view that the address led to last, until another one is shown.
    let led_to = use_mut_ref(|| None::<View>);
    use_effect_with((), {
        let (led_to, act) = (led_to.clone(), act.clone());
        move |()| {
            let listener = browser::window().map(|window| {
                EventListener::new(&window, "hashchange", move |event| {
                    // What the event names, not what the address is by now: a drawing may have written there since.
                    let address = event.dyn_ref::<HashChangeEvent>().map(HashChangeEvent::new_url).unwrap_or_default();
                    let view = View::from_hash(address.split_once('#').map_or("", |(_, hash)| hash));
                    // An address of nothing is not kept.
                    browser::correct_hash(&view.hash());
                    led_to.replace(Some(view));
                    act.emit(Action::Show(view));
                })
            });
            move || drop(listener)
        }
    });
    // While drawing and not in an effect: once a view is seen, the address is its own.
    let drawn = use_mut_ref(|| None::<View>);
    match drawn.replace(Some(view)) {
        // An address of nothing that the page was opened with.
        None => browser::correct_hash(&view.hash()),
        Some(before) if before != view && *led_to.borrow() != Some(view) => {
            led_to.replace(None);
            browser::push_hash(&view.hash());
        }
        Some(_) => {}
    }
}
