//! Files on their way in: the whole window is the drop target, and two pickers do the same.
//!
//! `queuescopeDroppedFiles` (`www/drop.js`) lists what was dropped; it has to be called while the event
//! lasts. Traps: `dragleave` comes for every element that is left, so a leave counts only when the pointer
//! goes to nothing; without `preventDefault` on `dragover` the browser opens the file in place of the page.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, DragEvent, Event, File, HtmlInputElement};
use yew::prelude::*;

use super::browser;
use super::notice::Notice;
use super::session::{Dropped, Session};
use super::state::{Action, Drag};

/// Listens on the whole window, for as long as the result lives.
pub fn listen(session: &Session, act: &Callback<Action>) -> Vec<EventListener> {
    let Some(window) = browser::window() else { return Vec::new() };
    let options = EventListenerOptions::enable_prevent_default();
    let on = |name: &'static str, run: Box<dyn Fn(&DragEvent)>| {
        EventListener::new_with_options(&window, name, options, move |event| {
            if let Some(event) = event.dyn_ref::<DragEvent>() {
                run(event);
            }
        })
    };
    let over = {
        let act = act.clone();
        move |event: &DragEvent| {
            if let Some(transfer) = event.data_transfer().filter(has_files) {
                event.prevent_default();
                transfer.set_drop_effect("copy");
                act.emit(Action::Drag(Some(Drag::Over(number_of_files(&transfer)))));
            }
        }
    };
    let leave = {
        let act = act.clone();
        move |event: &DragEvent| {
            if event.related_target().is_none() {
                act.emit(Action::Drag(None));
            }
        }
    };
    let dropped = {
        let (act, session) = (act.clone(), session.clone());
        move |event: &DragEvent| {
            let Some(transfer) = event.data_transfer().filter(has_files) else { return };
            event.prevent_default();
            act.emit(Action::Drag(Some(Drag::Listing)));
            let listing = list(&transfer);
            let (act, session) = (act.clone(), session.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let outcome = match listing {
                    Ok(promise) => JsFuture::from(promise).await,
                    Err(error) => Err(error),
                };
                act.emit(Action::Drag(None));
                receive(outcome, &session, &act);
            });
        }
    };
    vec![
        on("dragenter", Box::new(over.clone())),
        on("dragover", Box::new(over)),
        on("dragleave", Box::new(leave)),
        on("drop", Box::new(dropped)),
    ]
}

fn has_files(transfer: &DataTransfer) -> bool {
    transfer.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files"))
}

fn number_of_files(transfer: &DataTransfer) -> u32 {
    let items = transfer.items();
    let files = (0..items.length()).filter(|index| items.get(*index).is_some_and(|item| item.kind() == "file")).count();
    u32::try_from(files).unwrap_or(u32::MAX)
}

fn list(transfer: &DataTransfer) -> Result<Promise, JsValue> {
    let function: Function = Reflect::get(&js_sys::global(), &"queuescopeDroppedFiles".into())?.dyn_into()?;
    function.call1(&JsValue::UNDEFINED, transfer)?.dyn_into()
}

fn receive(outcome: Result<JsValue, JsValue>, session: &Session, act: &Callback<Action>) {
    let Ok(found) = outcome else {
        act.emit(Action::Notice(Some(Notice::NotHandedOver)));
        return;
    };
    let entries = |name: &str| -> Array {
        Reflect::get(&found, &name.into()).ok().and_then(|list| list.dyn_into().ok()).unwrap_or_default()
    };
    let files: Vec<Dropped> = entries("files")
        .iter()
        .filter_map(|entry| {
            let path = Reflect::get(&entry, &"path".into()).ok()?.as_string()?;
            Some((path, Reflect::get(&entry, &"file".into()).ok()?.dyn_into::<File>().ok()?))
        })
        .collect();
    let refused: Vec<String> =
        entries("problems").iter().filter_map(|entry| Reflect::get(&entry, &"path".into()).ok()?.as_string()).collect();
    let empty = files.is_empty();
    session.add(files);
    // After the case is open: opening one takes earlier notices away.
    if let Some(first) = refused.first() {
        act.emit(Action::Notice(Some(Notice::Refused(refused.len() as u64, first.clone()))));
    } else if empty {
        act.emit(Action::Notice(Some(Notice::NoFiles)));
    }
}

/// Takes the files out of a picker, and empties it so that the same files can be chosen again.
pub fn chosen(event: &Event) -> Vec<Dropped> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
        return Vec::new();
    };
    let list = input.files();
    let files = list.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.get(index)));
    let files = files
        .map(|file| {
            let relative = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
            (relative.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name()), file)
        })
        .collect();
    input.set_value("");
    files
}
