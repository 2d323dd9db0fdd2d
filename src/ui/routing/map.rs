//! The map with its controls: it is dragged, moved with the arrow keys and magnified; each place is a button.
//!
//! One place is in the order of the Tab key; the arrow keys go on from there.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent, WheelEvent};
use yew::prelude::*;

use super::motion::{self, Motion, size};
use super::picture::{Picture, Seen};
use super::sign;
use super::state::RoutingChange;
use crate::ui::browser;
use crate::ui::language::{use_words, words};
use crate::ui::session::Session;
use crate::ui::state::Action;
use crate::worker::protocol::{PlaceKind, PlaceTold, Request, RouteTold, RoutingAsk, RoutingMap};

/// How much a step of the keys and of the buttons magnifies, and how far an arrow moves.
const STEP: f64 = 1.25;
const ARROW: f64 = 60.0;

/// So far a pointer moves before it drags.
const STILL: i32 = 3;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub map: Rc<RoutingMap>,
    pub place: Option<Rc<PlaceTold>>,
    pub route: Option<Rc<RouteTold>>,
    pub go_to: (String, u32),
    pub one_by_one: bool,
    pub act: Callback<Action>,
    pub session: Session,
}

/// What is kept between events.
#[derive(Default)]
struct Kept {
    motion: Motion,
    /// Where the pointer went down and was last, and whether it drags.
    pointer: Option<(i32, i32, bool)>,
    /// Whether the click that comes after a drag is to be passed over.
    dragged: bool,
    /// How often a place had to come into view when that was done last, and when it was within a sign of several.
    gone: u32,
    waits: u32,
    /// The sign that takes the focus as soon as it is drawn.
    wish: Option<usize>,
    /// What of the map has its names drawn, and who is to know when that is something else.
    seen: Seen,
    tell: Option<Callback<Seen>>,
}

type Shared = Rc<RefCell<Kept>>;

fn change(kept: &Shared, to: impl FnOnce(Motion, (f64, f64)) -> Motion) {
    if let Some(svg) = motion::svg() {
        let now = to(kept.borrow().motion, size(&svg));
        kept.borrow_mut().motion = now;
        now.apply(&svg);
        let (seen, tell) = (kept.borrow().seen, kept.borrow().tell.clone());
        let next = seen.follow(now, size(&svg));
        if next != seen {
            kept.borrow_mut().seen = next;
            if let Some(tell) = tell {
                tell.emit(next);
            }
        }
    }
}

/// The map.
#[function_component]
pub fn MapPane(props: &Props) -> Html {
    use_words();
    let Props { map, place, route, go_to, one_by_one, act, session } = props;
    let kept: Shared = use_mut_ref(Kept::default);
    let active = use_state_eq(|| 0_usize);
    let (seen_now, hovered) = (use_state_eq(Seen::default), use_state_eq(|| None::<usize>));
    kept.borrow_mut().tell = Some(Callback::from({
        let seen_now = seen_now.clone();
        move |seen| seen_now.set(seen)
    }));
    let is_open = place.is_some() || route.is_some();
    let seen = use_mut_ref(|| 0_usize);
    // Another map is shown whole; a drawer that opens changes the width.
    use_effect_with((Rc::as_ptr(map) as usize, is_open), {
        let (kept, map) = (kept.clone(), Rc::clone(map));
        move |(now, _)| {
            let is_other = seen.replace(*now) != *now;
            if is_other || !kept.borrow().motion.is_moved {
                change(&kept, |_, size| Motion::fit(&map, size));
            }
        }
    });
    use_effect_with(Rc::as_ptr(map) as usize, {
        let (kept, map, active) = (kept.clone(), Rc::clone(map), active.clone());
        move |_| {
            active.set(map.nodes.iter().position(|node| node.is_start).unwrap_or(0));
            let resized = browser::window().map(|window| {
                EventListener::new(&window, "resize", {
                    let kept = kept.clone();
                    move |_| {
                        if !kept.borrow().motion.is_moved {
                            change(&kept, |_, size| Motion::fit(&map, size));
                        }
                    }
                })
            });
            // Without this option the page would scroll all the same.
            let options = EventListenerOptions::enable_prevent_default();
            let wheel = motion::svg().map(|svg| {
                EventListener::new_with_options(&svg.clone(), "wheel", options, move |event| wheel(event, &svg, &kept))
            });
            move || drop((resized, wheel))
        }
    });
    // After the effects above, which show another map whole: a place within a sign of several waits for the next map.
    use_effect_with((go_to.clone(), Rc::as_ptr(map) as usize), {
        let (kept, map, active) = (kept.clone(), Rc::clone(map), active.clone());
        move |((key, times), _)| {
            if *times == 0 || kept.borrow().gone == *times {
                return;
            }
            let waited = kept.borrow().waits == *times;
            let found = sign::of_key(&map, key);
            let node = found.and_then(|at| map.nodes.get(at));
            let is_within = node.is_some_and(|node| node.kind == PlaceKind::Several);
            if is_within && !waited {
                kept.borrow_mut().waits = *times;
            } else {
                kept.borrow_mut().gone = *times;
            }
            if let (Some(at), Some(node)) = (found, node) {
                active.set(at);
                change(&kept, |motion, size| motion.centered(node.at, size));
                if waited {
                    go(&kept, &map, at);
                }
            }
        }
    });
    let trail = Rc::new(sign::trail(map, route.as_deref()));
    // A way comes into view with both its ends.
    use_effect_with(route.as_ref().map(|route| Rc::as_ptr(route) as usize), {
        let (kept, map, trail) = (kept.clone(), Rc::clone(map), trail.clone());
        move |_| {
            if trail.is_empty() {
                return;
            }
            change(&kept, |motion, size| {
                let ends = [trail.first(), trail.last()];
                let points = ends.into_iter().flatten().filter_map(|at| map.nodes.get(*at)).map(|node| node.at);
                let is_in_view = points.clone().all(|point| motion.with_in_view(point, size) == motion);
                if is_in_view { motion } else { Motion::fit(&map, size) }
            });
        }
    });
    let open = {
        let (session, map, active) = (session.clone(), Rc::clone(map), active.clone());
        Callback::from(move |at: usize| {
            let Some(node) = map.nodes.get(at) else { return };
            active.set(at);
            let key = if node.kind == PlaceKind::Exit || node.members.is_empty() { &node.key } else { return };
            browser::remember_opener();
            session.ask(&Request::Routing { ask: RoutingAsk::Place { key: key.clone() } });
        })
    };
    let broken = route.as_ref().and_then(|told| sign::of_key(map, &told.broken));
    let opened = place.as_ref().and_then(|place| sign::of_key(map, &place.key));
    let onclick = {
        let (kept, open, act) = (kept.clone(), open.clone(), act.clone());
        let map = Rc::clone(map);
        Callback::from(move |event: MouseEvent| {
            if std::mem::take(&mut kept.borrow_mut().dragged) {
                return;
            }
            if let Some(at) = node_at(event.target()) {
                apart(&map, at, &act);
                open.emit(at);
            }
        })
    };
    let onpointerover = Callback::from({
        let hovered = hovered.clone();
        move |event: PointerEvent| hovered.set(node_at(event.target()))
    });
    let onpointerleave = Callback::from({
        let hovered = hovered.clone();
        move |_: PointerEvent| hovered.set(None)
    });
    let ready = Callback::from({
        let kept = kept.clone();
        move |()| {
            let wish = kept.borrow_mut().wish.take();
            if let Some(to) = wish {
                focus(&kept, to);
            }
        }
    });
    let onkeydown = keys(&kept, map, &active, &open, act);
    let (down, drag, up) = dragging(&kept);
    let step = |factor: f64| {
        let kept = kept.clone();
        Callback::from(move |_: MouseEvent| {
            change(&kept, |motion, size| motion.zoomed(factor, (size.0 / 2.0, size.1 / 2.0)))
        })
    };
    let fit = {
        let (kept, map) = (kept.clone(), Rc::clone(map));
        Callback::from(move |_: MouseEvent| change(&kept, |_, size| Motion::fit(&map, size)))
    };
    let one_by_one = *one_by_one;
    let together = act.reform(move |_: MouseEvent| Action::Routing(RoutingChange::OneByOne(!one_by_one)));
    html! {
        <section class="routing-map" aria-label={words().routing.map}>
            <div class="routing-window">
                <svg id="routing-svg" role="group" aria-label={words().routing.map_keys} tabindex="0" {onclick} {onkeydown}
                    onpointerdown={down} onpointermove={drag} onpointerup={up.clone()} onpointercancel={up} {onpointerover} {onpointerleave}>
                    <g class="routing-world"><Picture map={map.clone()} open={opened} {broken} active={*active} hovered={*hovered} {trail} seen={*seen_now} {ready} /></g>
                </svg>
                <div class="routing-controls">
                    <button type="button" class="button" onclick={step(STEP)} data-zoom="in" aria-label={words().routing.zoom_in} title="+">{ "+" }</button>
                    <button type="button" class="button" onclick={step(1.0 / STEP)} data-zoom="out" aria-label={words().routing.zoom_out} title="-">{ "−" }</button>
                    <button type="button" class="button" onclick={fit} data-zoom="fit" title={words().routing.fit_title}>{ words().routing.fit }</button>
                    if map.can_group {
                        <button type="button" class="button" onclick={together} data-zoom="together" aria-pressed={(!one_by_one).to_string()} title={words().routing.together_title}>{ words().routing.together }</button>
                    }
                </div>
            </div>
            { legend(map, route.is_some()) }
        </section>
    }
}

/// Sites that are drawn as one are drawn one by one when their sign is opened.
fn apart(map: &RoutingMap, at: usize, act: &Callback<Action>) {
    let Some(node) = map.nodes.get(at).filter(|node| node.kind == PlaceKind::Several) else { return };
    act.emit(Action::Routing(RoutingChange::OneByOne(true)));
    if let Some((key, _)) = node.members.first() {
        act.emit(Action::Routing(RoutingChange::GoTo(key.clone())));
    }
}

/// The number of the sign around a target.
fn node_at(target: Option<web_sys::EventTarget>) -> Option<usize> {
    let element = target?.dyn_into::<Element>().ok()?;
    element.closest("[data-node]").ok().flatten()?.get_attribute("data-node")?.parse().ok()
}

fn keys(
    kept: &Shared,
    map: &Rc<RoutingMap>,
    active: &UseStateHandle<usize>,
    open: &Callback<usize>,
    act: &Callback<Action>,
) -> Callback<KeyboardEvent> {
    let (kept, map, active, open, act) = (kept.clone(), Rc::clone(map), active.clone(), open.clone(), act.clone());
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let on_node = node_at(event.target());
        match (event.key().as_str(), on_node) {
            ("+" | "=", _) => change(&kept, |motion, size| motion.zoomed(STEP, (size.0 / 2.0, size.1 / 2.0))),
            ("-", _) => change(&kept, |motion, size| motion.zoomed(1.0 / STEP, (size.0 / 2.0, size.1 / 2.0))),
            ("0", _) => change(&kept, |_, size| Motion::fit(&map, size)),
            ("Enter" | " ", Some(at)) => {
                apart(&map, at, &act);
                open.emit(at);
            }
            (key, on_node) => {
                let Some(direction) = motion::direction(key) else { return };
                match on_node {
                    None => change(&kept, |motion, _| motion.moved(-direction.0 * ARROW, -direction.1 * ARROW)),
                    Some(from) => {
                        if let Some(to) = motion::next_in(&map.nodes, from, direction) {
                            active.set(to);
                            go(&kept, &map, to);
                        }
                    }
                }
            }
        }
        event.prevent_default();
        event.stop_propagation();
    })
}

/// Gives a sign the focus and brings it into view.
fn go(kept: &Shared, map: &RoutingMap, to: usize) {
    if let Some(node) = map.nodes.get(to) {
        change(kept, |motion, size| motion.with_in_view(node.at, size));
    }
    focus(kept, to);
}

/// Gives a sign the focus, as soon as it is drawn.
fn focus(kept: &Shared, to: usize) {
    let sign = motion::svg().and_then(|svg| svg.query_selector(&format!("[data-node=\"{to}\"]")).ok().flatten());
    match sign {
        // A sign is no element of the page's own kind, but takes the focus the same way.
        Some(sign) => {
            let _ = sign.unchecked_into::<HtmlElement>().focus();
        }
        None => kept.borrow_mut().wish = Some(to),
    }
}

fn dragging(kept: &Shared) -> (Callback<PointerEvent>, Callback<PointerEvent>, Callback<PointerEvent>) {
    let down = {
        let kept = kept.clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                let mut kept = kept.borrow_mut();
                kept.pointer = Some((event.client_x(), event.client_y(), false));
                kept.dragged = false;
            }
        })
    };
    let drag = {
        let kept = kept.clone();
        Callback::from(move |event: PointerEvent| {
            let Some((x, y, drags)) = kept.borrow().pointer else { return };
            if event.buttons() & 1 == 0 {
                kept.borrow_mut().pointer = None;
                return;
            }
            let (dx, dy) = (event.client_x() - x, event.client_y() - y);
            if !drags && dx.abs() < STILL && dy.abs() < STILL {
                return;
            }
            if !drags && let Some(svg) = motion::svg() {
                // From now on the pointer is the map's, also outside of it.
                let _ = svg.set_pointer_capture(event.pointer_id());
            }
            kept.borrow_mut().pointer = Some((event.client_x(), event.client_y(), true));
            kept.borrow_mut().dragged = true;
            change(&kept, |motion, _| motion.moved(f64::from(dx), f64::from(dy)));
        })
    };
    let up = {
        let kept = kept.clone();
        Callback::from(move |_: PointerEvent| kept.borrow_mut().pointer = None)
    };
    (down, drag, up)
}

/// The wheel magnifies with Ctrl, or when the map has the focus; else the page scrolls.
fn wheel(event: &Event, svg: &Element, kept: &Shared) {
    let Some(event) = event.dyn_ref::<WheelEvent>().filter(|event| event.delta_y() != 0.0) else { return };
    let active = browser::document().and_then(|document| document.active_element());
    let has_focus = active.is_some_and(|element| svg.contains(Some(&element)));
    if !event.ctrl_key() && !has_focus {
        return;
    }
    event.prevent_default();
    let factor = if event.delta_y() < 0.0 { STEP.sqrt() } else { 1.0 / STEP.sqrt() };
    let bounds = svg.get_bounding_client_rect();
    let at = (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top());
    change(kept, |motion, _| motion.zoomed(factor, at));
}

/// What the signs mean; those that are not on the map are left out.
fn legend(map: &RoutingMap, has_route: bool) -> Html {
    let has = |kind: PlaceKind| map.nodes.iter().any(|node| node.kind == kind);
    let item = |shown: bool, drawing: Html, text: &'static str| {
        if !shown {
            return Html::default();
        }
        html! { <li><svg viewBox="-9 -9 18 18" width="16" height="16" aria-hidden="true" focusable="false">{ drawing }</svg>{ text }</li> }
    };
    html! {
        <ul class="routing-legend" aria-label={words().routing.legend}>
            { item(has(PlaceKind::Site), html! { <circle r="6" /> }, words().routing.legend_site) }
            { item(has(PlaceKind::Hub), html! { <><circle r="7.5" /><circle r="4.5" /></> }, words().routing.legend_hub) }
            { item(has(PlaceKind::Group), html! { <path d="M-6 -6H6V6H-6z" /> }, words().routing.legend_group) }
            { item(has(PlaceKind::Link), html! { <circle class="fill" r="4" /> }, words().routing.legend_link) }
            { item(has(PlaceKind::Several), html! { <><circle cx="2" cy="-2" r="6" /><circle class="over" cx="-1" cy="1" r="6" /></> }, words().routing.legend_several) }
            { item(has(PlaceKind::Exit), html! { <path d="M-7 -5H2L7 0 2 5H-7z" /> }, words().routing.legend_exit) }
            { item(map.nodes.iter().any(|node| node.is_start), html! { <circle class="start" r="6" /> }, words().routing.legend_start) }
            { item(map.edges.iter().any(|edge| edge.is_unread), html! { <text class="sign" x="-3" y="5">{ "?" }</text> }, words().routing.legend_unread) }
            { item(has_route, html! { <path class="way" d="M-8 0H8" /> }, words().routing.legend_route) }
            { item(map.nodes.iter().any(|node| node.is_cut_off), html! { <path class="bad" d="M-7 -7H7V7H-7z" /> }, words().routing.legend_cut_off) }
        </ul>
    }
}
