//! The timeline: an overview with the range that is shown, lanes by server, and what is known of clocks. Its records are the
//! table below.
//!
//! The worker draws (bins of what lies in a range); the page asks for another picture when the range or the clocks change. The
//! range narrows the tables of all views.

mod clock_row;
mod lanes;
mod marks;
mod overview;
mod range_row;
mod scale;

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, WheelEvent};
use yew::prelude::*;

use super::browser;
use super::case::Case;
use super::keyboard;
use super::language::{use_words, words};
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::state::Action;
use super::table_state::Tables;
use crate::worker::protocol::{Frame, Picture, Request};

/// Bins of a picture: enough that a bin is two or three pixels.
const BINS: u32 = 480;

/// How much shorter a range becomes with each step.
const ZOOM: f64 = 0.5;

/// The table with its records.
const TABLE: &str = "timeline";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub tables: Rc<Tables>,
    pub picture: Option<Rc<Picture>>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
}

/// What stands above the table.
#[function_component]
pub fn Timeline(props: &Props) -> Html {
    let words = use_words().timeline;
    let Props { tables, picture, case, act, session } = props;
    let root = use_node_ref();
    let report = Rc::as_ptr(&case.report) as usize;
    use_effect_with((tables.range(), tables.clocks().clone(), report), {
        let session = session.clone();
        move |(range, clocks, _)| {
            let frame = Frame { range: *range, bins: BINS, clocks: clocks.clone() };
            session.ask(&Request::Timeline { frame });
        }
    });
    use_zoom(&root, picture, session, act);
    let Some(picture) = picture else {
        return html! { <div class="timeline" ref={root}><p class="meta">{ words.being_drawn }</p></div> };
    };
    if picture.marks.0 == 0 {
        return Html::default();
    }
    // What was asked for; the picture of it may be on its way.
    let range = tables.range().unwrap_or(picture.whole);
    html! {
        <div class="timeline" ref={root}>
            <div class="tl-controls">
                <range_row::RangeRow picture={picture.clone()} {range} act={act.clone()} />
                { buttons(tables, picture, act, session) }
            </div>
            <clock_row::ClockRow picture={picture.clone()} clocks={tables.clocks().clone()} case={case.clone()} act={act.clone()} />
            <overview::Overview picture={picture.clone()} {range} act={act.clone()} />
            <lanes::Lanes picture={picture.clone()} query={tables.get(TABLE).query.clone()} act={act.clone()} session={session.clone()} />
        </div>
    }
}

/// The range after a step of zoom; none is the whole.
fn stepped(picture: &Picture, range: Option<scale::Range>, factor: f64, part: f64) -> Option<scale::Range> {
    scale::zoom(range.unwrap_or(picture.whole), picture.whole, factor, part)
}

fn buttons(tables: &Tables, picture: &Rc<Picture>, act: &Callback<Action>, session: &Session) -> Html {
    let zoom = |factor: f64| {
        let (picture, session) = (Rc::clone(picture), session.clone());
        act.reform(move |_: MouseEvent| Action::Range(stepped(&picture, session.now().tables.range(), factor, 0.5)))
    };
    let find = |forwards: bool| {
        let (session, state) = (session.clone(), tables.get(TABLE));
        Callback::from(move |_: MouseEvent| {
            let from = state.selected.unwrap_or(if forwards { u32::MAX } else { 0 });
            let (table, query) = (TABLE.to_owned(), state.query.clone());
            session.ask(&Request::Find { table, query, from, forwards });
        })
    };
    let words = words().timeline;
    let is_whole = tables.range().is_none();
    let all = act.reform(|_: MouseEvent| Action::Range(None));
    html! {
        <div class="buttons">
            <button type="button" class="button" data-zoom="in" onclick={zoom(ZOOM)} title={words.zoom_in_about}>{ words.zoom_in }</button>
            <button type="button" class="button" data-zoom="out" onclick={zoom(1.0 / ZOOM)} disabled={is_whole} title={words.zoom_out_about}>{ words.zoom_out }</button>
            <button type="button" class="button" data-zoom="all" onclick={all} disabled={is_whole}>{ words.all_times }</button>
            <button type="button" class="button" onclick={find(false)} title={words.previous_about}>{ icon(Icon::Left) }<span>{ words.previous }</span></button>
            <button type="button" class="button" onclick={find(true)} title={words.next_about}><span>{ words.next }</span>{ icon(Icon::Right) }</button>
        </div>
    }
}

/// Keys + and -, and the wheel with Ctrl over the lanes.
#[hook]
fn use_zoom(root: &NodeRef, picture: &Option<Rc<Picture>>, session: &Session, act: &Callback<Action>) {
    use_effect_with((picture.clone(), root.clone(), session.clone()), {
        let act = act.clone();
        move |(picture, root, session): &(Option<Rc<Picture>>, NodeRef, Session)| {
            // Steps come faster than drawings: each goes on from the last.
            let range = |session: &Session| session.now().tables.range();
            let mut listeners = Vec::new();
            if let (Some(picture), Some(window)) = (picture, browser::window()) {
                let (picture, act, session) = (Rc::clone(picture), act.clone(), session.clone());
                listeners.push(EventListener::new(&window, "keydown", move |event| {
                    let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                    if event.ctrl_key() || event.alt_key() || event.meta_key() || keyboard::in_field(event) {
                        return;
                    }
                    let factor = match event.key().as_str() {
                        "+" | "=" => ZOOM,
                        "-" => 1.0 / ZOOM,
                        _ => return,
                    };
                    act.emit(Action::Range(stepped(&picture, range(&session), factor, 0.5)));
                }));
            }
            if let (Some(picture), Some(root)) = (picture, root.cast::<Element>()) {
                let (picture, act, session) = (Rc::clone(picture), act.clone(), session.clone());
                // Without this option the browser would zoom the page all the same.
                let options = EventListenerOptions::enable_prevent_default();
                listeners.push(EventListener::new_with_options(&root, "wheel", options, move |event| {
                    let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
                    let plot = event.target().and_then(|t| t.dyn_into::<Element>().ok()).and_then(|t| plot_of(&t));
                    let (true, Some(plot)) = (event.ctrl_key(), plot) else { return };
                    event.prevent_default();
                    let factor = if event.delta_y() < 0.0 { ZOOM.sqrt() } else { 1.0 / ZOOM.sqrt() };
                    act.emit(Action::Range(stepped(
                        &picture,
                        range(&session),
                        factor,
                        part_of(&plot, event.client_x()),
                    )));
                }));
            }
            move || drop(listeners)
        }
    });
}

/// The drawing of a lane around an element.
fn plot_of(element: &Element) -> Option<Element> {
    element.closest(".tl-plot").ok().flatten()
}

/// Where in a drawing a pointer is, from 0 to 1.
fn part_of(plot: &Element, x: i32) -> f64 {
    let bounds = plot.get_bounding_client_rect();
    ((f64::from(x) - bounds.left()) / bounds.width().max(1.0)).clamp(0.0, 1.0)
}
