//! The keyboard: single letters, off inside fields and with Ctrl, Alt or Meta; and the sheet that lists them.
//!
//! Whoever speaks to the page or brushes keys switches them off in About: then letters, digits and `?` do nothing by themselves.
//!
//! Trap: a key comes to what has the focus first and to the window last, so a grid asks whether a `g` came before.

use std::cell::Cell;

use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::browser;
use super::case::Case;
use super::diagnosis::plain;
use super::language::{use_words, words};
use super::routing::state::RoutingChange;
use super::search::state::{FIELD, SearchChange};
use super::session::Session;
use super::state::{Action, Cite, Phase, State, problem_id};
use super::view::{VIEWS, View};

thread_local! {
    static AFTER_G: Cell<bool> = const { Cell::new(false) };
}

/// Whether the key before was `g`, so that this one names a view.
pub fn is_after_g() -> bool {
    AFTER_G.get()
}

/// Handles a key.
pub fn handle(event: &KeyboardEvent, state: &State, session: &Session, act: &Callback<Action>) {
    let after_g = AFTER_G.replace(false);
    // The export is a dialog of its own keys.
    if state.exporting || event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let key = event.key();
    // Behind the sheet nothing moves; it closes by the key that opens it.
    if state.keyboard && !matches!(key.as_str(), "Escape" | "?") {
        return;
    }
    // Whatever closes by itself has had its use of the key: a menu, a list of hits.
    if key == "Escape" && event.default_prevented() {
        return;
    }
    if in_field(event) {
        // A field keeps its keys; the drawer beside it can be closed from there.
        if key == "Escape" && state.has_drawer() {
            escape(state, session, act);
        }
        return;
    }
    if key == "Escape" {
        escape(state, session, act);
        return;
    }
    // Who writes on after `/` writes into the field, drawn or not.
    if state.goal.as_deref() == Some(FIELD) && key.chars().count() == 1 {
        event.prevent_default();
        act.emit(Action::Search(SearchChange::Type(format!("{}{key}", state.search.question.text))));
        return;
    }
    if !browser::single_keys() {
        return;
    }
    if after_g {
        let row = VIEWS.iter().find(|row| row.key == key);
        if let Some(view) = row.map(|row| row.view).filter(|view| state.case.is_some() || !view.needs_case()) {
            act.emit(Action::Show(view));
            return;
        }
    }
    match key.as_str() {
        "g" => AFTER_G.set(true),
        "?" => act.emit(Action::Keyboard(!state.keyboard)),
        "/" if state.case.is_some() => {
            // The sign does not go into the field, and no browser opens a search of its own.
            event.prevent_default();
            act.emit(Action::Show(View::Search));
            act.emit(Action::GoTo(FIELD.to_owned()));
        }
        "b" if state.has_drawer() => act.emit(Action::Dock),
        _ => {
            if let Some(case) = state.case.as_ref().filter(|_| is_at_hand(&key, state.view, state.has_drawer())) {
                in_case(&key, state, case, act);
            }
        }
    }
}

/// Whether what a key of the case is about can be seen: the current problem and its evidence stand in Diagnosis and the drawer.
fn is_at_hand(key: &str, view: View, has_drawer: bool) -> bool {
    matches!(key, "j" | "k") || view == View::Diagnosis || has_drawer
}

fn escape(state: &State, session: &Session, act: &Callback<Action>) {
    if state.keyboard {
        act.emit(Action::Keyboard(false));
    } else if state.cite.is_some() || state.row_wanted.is_some() {
        act.emit(Action::Cite(None));
    } else if state.has_drawer() {
        act.emit(Action::Routing(RoutingChange::Close));
    } else if state.phase == Phase::Reading {
        session.cancel();
    } else if state.notice.is_some() {
        act.emit(Action::Notice(None));
    }
}

fn in_case(key: &str, state: &State, case: &Case, act: &Callback<Action>) {
    let problems = &case.report.problems;
    match key {
        "j" | "k" => {
            let at = problems.iter().position(|problem| problem.number == state.current).unwrap_or(0);
            let next = if key == "j" { at + 1 } else { at.saturating_sub(1) };
            if let Some(problem) = problems.get(next.min(problems.len().saturating_sub(1))) {
                act.emit(Action::Show(View::Diagnosis));
                act.emit(Action::Current(problem.number));
                act.emit(Action::GoTo(problem_id(problem.number)));
            }
        }
        "c" => {
            let Some(problem) = case.problem(state.current) else { return };
            let (text, act) = (plain::problem(case, problem), act.clone());
            let number = problem.number;
            wasm_bindgen_futures::spawn_local(async move {
                let copied = browser::copy(&text).await;
                let words = words();
                let said = (words.diagnosis.copied_problem)(number);
                act.emit(Action::Say(if copied { said } else { words.shared.copy_refused.to_owned() }));
            });
        }
        _ => {
            let Some(number) =
                key.parse::<u32>().ok().filter(|number| (1..=case.citations(state.current)).contains(number))
            else {
                return;
            };
            act.emit(Action::Show(View::Diagnosis));
            browser::remember_opener();
            act.emit(Action::Cite(Some(Cite { problem: state.current, number })));
        }
    }
}

/// Whether a key goes into a field.
pub fn in_field(event: &KeyboardEvent) -> bool {
    let target = event.target_dyn_into::<Element>();
    target.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

#[derive(Properties, PartialEq)]
pub struct SheetProps {
    pub act: Callback<Action>,
}

/// The list of keys.
#[function_component]
pub fn Sheet(props: &SheetProps) -> Html {
    let all_words = use_words();
    let words = all_words.keyboard;
    let node = use_node_ref();
    use_effect_with((), {
        let node = node.clone();
        move |()| {
            if let Some(dialog) = node.cast::<web_sys::HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
        }
    });
    let close = props.act.reform(|_: MouseEvent| Action::Keyboard(false));
    let closed = props.act.reform(|_: Event| Action::Keyboard(false));
    html! {
        <dialog ref={node} class="sheet" aria-labelledby="sheet-title" onclose={closed}>
            <h2 id="sheet-title">{ words.title }</h2>
            if !browser::single_keys() {
                <p>{ words.off }</p>
            }
            <table>
                <tbody>
                    { for words.keys.iter().map(|(keys, what)| html! {
                        <tr><th scope="row">{ for keys.iter().map(|key| match *key {
                                word if word == words.word_between => html! { <>{ word }{ " " }</> },
                                key => html! { <><kbd>{ key }</kbd>{ " " }</> },
                            }) }</th><td>{ *what }</td></tr>
                    }) }
                    { for VIEWS.iter().map(|row| html! {
                        <tr><th scope="row"><kbd>{ "g" }</kbd>{ " " }<kbd>{ row.key }</kbd></th><td>{ (words.go_to)((all_words.views.name)(row.view)) }</td></tr>
                    }) }
                </tbody>
            </table>
            <button type="button" class="button" onclick={close}>{ all_words.shared.close }</button>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_about_the_current_problem_act_where_it_is_seen() {
        for key in ["c", "1", "9"] {
            assert!(is_at_hand(key, View::Diagnosis, false));
            assert!(is_at_hand(key, View::Queues, true));
            assert!(!is_at_hand(key, View::Queues, false));
        }
        assert!(is_at_hand("j", View::Queues, false), "goes to Diagnosis");
    }
}
