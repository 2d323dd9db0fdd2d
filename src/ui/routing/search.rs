//! The search of the map: a field with a list below it. The arrow keys go through the list while the field keeps the focus;
//! it closes when the focus leaves it.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent};
use yew::prelude::*;

use super::say;
use super::sign;
use super::state::{RoutingChange, RoutingState};
use crate::ui::browser;
use crate::ui::language::{use_words, words};
use crate::ui::session::Session;
use crate::ui::state::Action;
use crate::ui::table_state::TableChange;
use crate::ui::view::View;
use crate::worker::protocol::{Hit, HitKind, Query, Request, RoutingAsk};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub routing: Rc<RoutingState>,
    pub act: Callback<Action>,
    pub session: Session,
    pub oninput: Callback<InputEvent>,
}

/// The table that lists what has a name.
fn table_of(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Database => "routing-databases",
        HitKind::Connector | HitKind::Link => "routing-links",
        HitKind::Site | HitKind::Group | HitKind::Server => "routing-places",
    }
}

fn option_id(at: usize) -> String {
    format!("routing-hit-{at}")
}

/// The next option in a direction; beyond the last one comes the first.
fn step(at: Option<usize>, count: usize, forwards: bool) -> Option<usize> {
    match (count, at, forwards) {
        (0, ..) => None,
        (_, None, true) => Some(0),
        (_, None | Some(0), false) => Some(count - 1),
        (_, Some(at), true) => Some((at + 1) % count),
        (_, Some(at), false) => Some(at - 1),
    }
}

/// The search: it jumps to a place and opens it.
#[function_component]
pub fn Search(props: &Props) -> Html {
    use_words();
    let Props { routing, act, session, oninput } = props;
    let active = use_state_eq(|| None::<usize>);
    // The text stays when the list is closed.
    let is_shut = use_state_eq(|| false);
    let is_for = |hits: &&Rc<(String, Vec<Hit>)>| hits.0 == routing.search && !routing.search.trim().is_empty();
    let found = routing.hits.as_ref().filter(is_for);
    let hits = found.filter(|_| !*is_shut);
    let shown = hits.map_or(&[][..], |hits| hits.1.as_slice());
    // Other hits begin without a choice.
    use_effect_with(hits.map(|hits| Rc::as_ptr(hits) as usize), {
        let active = active.clone();
        move |_| active.set(None)
    });
    let close = Callback::from({
        let is_shut = is_shut.clone();
        move |()| is_shut.set(true)
    });
    let open = Callback::from({
        let is_shut = is_shut.clone();
        move |()| is_shut.set(false)
    });
    let oninput = {
        let (open, oninput) = (open.clone(), oninput.clone());
        Callback::from(move |event: InputEvent| {
            open.emit(());
            oninput.emit(event);
        })
    };
    let go = {
        let (act, session, map) = (act.clone(), session.clone(), routing.drawn().cloned());
        Callback::from(move |Hit { key, name, kind, .. }: Hit| {
            let is_drawn = map.as_ref().is_some_and(|map| sign::of_key(map, &key).is_some());
            if is_drawn {
                browser::remember_opener();
                session.ask(&Request::Routing { ask: RoutingAsk::Place { key: key.clone() } });
            } else {
                // What is not on the map is in the tables.
                let query = Query { filter: format!("\"{name}\""), ..Query::default() };
                act.emit(Action::ShowTable(View::Routing, table_of(kind)));
                act.emit(Action::Table(table_of(kind), TableChange::Query(query)));
            }
            act.emit(Action::Routing(RoutingChange::GoTo(key)));
        })
    };
    let onkeydown = {
        let (shown, go, close, active) = (shown.to_vec(), go.clone(), close.clone(), active.clone());
        let (is_open, can_open, act) = (hits.is_some(), found.is_some(), act.clone());
        Callback::from(move |event: KeyboardEvent| {
            let key = event.key();
            match key.as_str() {
                "ArrowDown" | "ArrowUp" if !shown.is_empty() => {
                    let next = step(*active, shown.len(), key == "ArrowDown");
                    let option = next.and_then(|at| browser::by_id(&option_id(at)));
                    if let Some(option) = option {
                        option.scroll_into_view_with_bool(false);
                    }
                    active.set(next);
                }
                "Enter" => match shown.get(active.unwrap_or(0)) {
                    Some(hit) => go.emit(hit.clone()),
                    None => return,
                },
                "ArrowDown" if can_open => open.emit(()),
                "Escape" if is_open => close.emit(()),
                "Escape" if can_open => act.emit(Action::Routing(RoutingChange::Search(String::new()))),
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let onfocusout = {
        let (close, is_open) = (close.clone(), hits.is_some());
        Callback::from(move |event: FocusEvent| {
            // The event's own element is that of the whole page: it is heard there.
            let to = event.related_target().and_then(|target| target.dyn_into::<Element>().ok());
            let is_inside = to.is_some_and(|to| to.closest(".routing-search").ok().flatten().is_some());
            if is_open && !is_inside {
                close.emit(());
            }
        })
    };
    // The field keeps the focus while an option is clicked.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    let is_list = !shown.is_empty();
    html! {
        <div class="routing-search" role="search" {onfocusout}>
            <input id="routing-search" class="field" type="text" role="combobox" placeholder={words().routing.search} aria-label={words().routing.search}
                aria-autocomplete="list" aria-expanded={is_list.to_string()} aria-controls="routing-hits"
                aria-activedescendant={active.filter(|at| *at < shown.len()).map(option_id)}
                value={routing.search.clone()} {oninput} {onkeydown} autocomplete="off" autocapitalize="off" spellcheck="false" />
            <div class="menu" hidden={hits.is_none()} {onmousedown}>
                <ul id="routing-hits" class="routing-hits" role="listbox" aria-label={words().routing.hits}>
                    { for shown.iter().enumerate().map(|(at, hit)| {
                        let onclick = go.reform({
                            let hit = hit.clone();
                            move |_: MouseEvent| hit.clone()
                        });
                        html! {
                            <li id={option_id(at)} class="routing-hit" role="option" aria-selected={(*active == Some(at)).to_string()} {onclick}>
                                <b><bdi>{ &hit.name }</bdi></b><span class="light">{ " " }<bdi>{ say::hit(hit) }</bdi></span>
                            </li>
                        }
                    }) }
                </ul>
                <p class={classes!("meta", is_list.then_some("visually-hidden"))} role="status">
                    if hits.is_some() && !is_list { { words().routing.no_hits } }
                    if is_list { { (words().routing.hits_number)(u32::try_from(shown.len()).unwrap_or(u32::MAX)) } }
                </p>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrow_keys_go_round() {
        assert_eq!((step(None, 3, true), step(Some(2), 3, true)), (Some(0), Some(0)));
        assert_eq!(
            (step(None, 3, false), step(Some(0), 3, false), step(Some(2), 3, false)),
            (Some(2), Some(2), Some(1))
        );
        assert_eq!(step(None, 0, true), None);
    }
}
