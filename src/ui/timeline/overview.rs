//! The strip with all sources, and the range in it: dragged, moved and resized with pointer or keys.
//!
//! The range is changed when the pointer is let go; until then only the strip shows it.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::scale::{self, Range, percent, percent_text};
use super::{BINS, marks, part_of};
use crate::ui::language::use_words;
use crate::ui::state::Action;
use crate::worker::protocol::Picture;

/// Height in pixels.
const HEIGHT: f64 = 44.0;

/// How near a pointer has to be to an end to take it, as a part of the strip.
const NEAR: f64 = 0.012;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub picture: Rc<Picture>,
    /// What is asked for.
    pub range: Range,
    pub act: Callback<Action>,
}

/// What a pointer holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hold {
    /// One end; the other one stays there.
    End(i64),
    /// The whole range, by this place of it.
    All(f64, Range),
}

/// The strip.
#[function_component]
pub fn Overview(props: &Props) -> Html {
    let all_words = use_words();
    let words = all_words.timeline;
    let Props { picture, range: asked, act } = props;
    let asked = *asked;
    let held = use_state_eq(|| None::<(Hold, Range)>);
    let whole = picture.whole;
    let range = held.as_ref().map_or(asked, |(_, range)| *range);
    let down = {
        let (held, range) = (held.clone(), asked);
        Callback::from(move |event: PointerEvent| {
            let Some(strip) = strip_of(&event).filter(|_| event.button() == 0) else { return };
            let _ = strip.set_pointer_capture(event.pointer_id());
            let part = part_of(&strip, event.client_x());
            let (from, to) = (percent(range.0, whole) / 100.0, percent(range.1, whole) / 100.0);
            let at = scale::place(part, whole);
            let hold = if range == whole {
                Hold::End(at)
            } else if (part - from).abs() < NEAR {
                Hold::End(range.1)
            } else if (part - to).abs() < NEAR {
                Hold::End(range.0)
            } else if (from..=to).contains(&part) {
                Hold::All(part, range)
            } else {
                Hold::End(at)
            };
            held.set(Some((hold, range)));
        })
    };
    let drag = {
        let held = held.clone();
        Callback::from(move |event: PointerEvent| {
            let (Some((hold, _)), Some(strip)) = (*held, strip_of(&event)) else { return };
            if event.buttons() & 1 == 0 {
                return;
            }
            let part = part_of(&strip, event.client_x());
            let next = match hold {
                Hold::End(other) => {
                    let at = scale::place(part, whole);
                    scale::cut((other, at), whole)
                }
                Hold::All(begun, range) => {
                    let way = ((part - begun) * (whole.1 as f64 - whole.0 as f64)) as i64;
                    scale::within((range.0.saturating_add(way), range.1.saturating_add(way)), whole)
                }
            };
            held.set(Some((hold, next.unwrap_or(whole))));
        })
    };
    let up = {
        let (held, act, before) = (held.clone(), act.clone(), asked);
        Callback::from(move |_: PointerEvent| {
            let Some((_, range)) = *held else { return };
            held.set(None);
            if range != before {
                act.emit(Action::Range(scale::within(range, whole)));
            }
        })
    };
    let cancel = {
        let held = held.clone();
        Callback::from(move |_: PointerEvent| held.set(None))
    };
    let key = |what: Grip| {
        let (act, now) = (act.clone(), asked);
        Callback::from(move |event: KeyboardEvent| {
            if let Some(next) = keyed(&event, what, now, whole) {
                event.prevent_default();
                event.stop_propagation();
                act.emit(Action::Range(next));
            }
        })
    };
    let clocks = &picture.frame.clocks;
    let (left, right) = (percent(range.0, whole), percent(range.1, whole));
    let grip = |what: Grip, at: i64, place: f64, name: &'static str| {
        html! {
            <svg class="tl-grip" x={percent_text(place)} y="0" width="1" height={HEIGHT.to_string()} overflow="visible" tabindex="0"
                role="slider" aria-label={name} aria-valuemin="0" aria-valuemax="100" aria-valuenow={(place.clamp(0.0, 100.0) as u32).to_string()}
                aria-valuetext={clocks.digits(at)} onkeydown={key(what)}>
                <rect class="tl-target" x="-12" y="0" width="24" height={HEIGHT.to_string()} />
                <rect class="tl-handle" x="-3" y="14" width="6" height="16" rx="1" />
            </svg>
        }
    };
    let box_of = format!("0 0 {BINS} {HEIGHT}");
    let text = (all_words.shared.from_to)(&clocks.digits(range.0), &clocks.digits(range.1));
    let width = (right - left).max(0.0);
    html! {
        <div class="tl-row tl-overview">
            <div class="tl-label"><b>{ words.all_sources }</b><span>{ (words.rows)(picture.marks.0.into()) }</span></div>
            <div class="tl-drawing">
                { axis(picture.whole, picture) }
                <svg class="tl-strip" width="100%" height={HEIGHT.to_string()} onpointerdown={down} onpointermove={drag} onpointerup={up}
                    onpointercancel={cancel} role="group" aria-label={words.strip}>
                    <svg viewBox={box_of} preserveAspectRatio="none" width="100%" height={HEIGHT.to_string()} aria-hidden="true">
                        <path class="tl-bars" d={marks::bars(&picture.overview, HEIGHT, (3.0, HEIGHT - 4.0), |bin| bin.count)} />
                        <path class="tl-bars bad" d={marks::bars(&picture.overview, HEIGHT, (3.0, HEIGHT - 4.0), |bin| bin.errors)} />
                    </svg>
                    if range != whole {
                        <rect class="tl-outside" x="0" y="0" width={percent_text(left)} height="100%" />
                        <rect class="tl-outside" x={percent_text(right)} y="0" width={percent_text(100.0 - right)} height="100%" />
                    }
                    <rect class={classes!("tl-brush", (range == whole).then_some("whole"))} x={percent_text(left)} y="0.5" width={percent_text(width)} height={(HEIGHT - 1.0).to_string()}
                        tabindex="0" role="slider" aria-label={words.brush} aria-valuemin="0" aria-valuemax="100"
                        aria-valuenow={(((left + right) / 2.0).clamp(0.0, 100.0) as u32).to_string()} aria-valuetext={text} onkeydown={key(Grip::All)} />
                    { grip(Grip::From, range.0, left, words.begin) }
                    { grip(Grip::To, range.1, right, words.end) }
                </svg>
            </div>
        </div>
    }
}

/// Which part has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grip {
    From,
    To,
    All,
}

/// The range after a key; nothing for other keys.
fn keyed(event: &KeyboardEvent, what: Grip, now: Range, whole: Range) -> Option<Option<Range>> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    next(&event.key(), event.shift_key(), what, now, whole)
}

fn next(key: &str, shift: bool, what: Grip, now: Range, whole: Range) -> Option<Option<Range>> {
    let sign = match key {
        "ArrowLeft" | "ArrowDown" => -1.0,
        "ArrowRight" | "ArrowUp" => 1.0,
        "PageDown" => -5.0,
        "PageUp" => 5.0,
        "Home" if what == Grip::From => return Some(scale::cut((whole.0, now.1), whole)),
        "End" if what == Grip::To => return Some(scale::cut((now.0, whole.1), whole)),
        "Home" if what == Grip::All => return Some(scale::within((whole.0, whole.0 + (now.1 - now.0)), whole)),
        "End" if what == Grip::All => return Some(scale::within((whole.1 - (now.1 - now.0), whole.1), whole)),
        "Delete" | "Backspace" => return Some(None),
        _ => return None,
    };
    let step = (((now.1 - now.0) as f64 / 10.0).max(1_000.0) * sign) as i64;
    Some(match what {
        Grip::All if shift => scale::cut((now.0, now.1.saturating_add(step).max(now.0)), whole),
        Grip::All => scale::moved(now, whole, 0.1 * sign),
        Grip::From => scale::cut((now.0.saturating_add(step).min(now.1), now.1), whole),
        Grip::To => scale::cut((now.0, now.1.saturating_add(step).max(now.0)), whole),
    })
}

/// Ticks with their texts, above what is drawn.
pub fn axis(range: Range, picture: &Picture) -> Html {
    let clocks = &picture.frame.clocks;
    let ticks = scale::ticks(range, clocks.zone() * 60_000, 9, |at| clocks.digits(at));
    html! {
        <svg class="tl-axis" width="100%" height="18" aria-hidden="true">
            { for ticks.iter().map(|tick| (percent(tick.at, range), tick)).filter(|(at, _)| *at < 93.0).map(|(at, tick)| html! {
                <><line x1={percent_text(at)} x2={percent_text(at)} y1="4" y2="18" /><text x={percent_text(at)} y="12" dx="4">{ &tick.text }</text></>
            }) }
        </svg>
    }
}

fn strip_of(event: &PointerEvent) -> Option<Element> {
    event.target().and_then(|target| target.dyn_into::<Element>().ok())?.closest(".tl-strip").ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Range = (0, 100_000);

    #[test]
    fn keys_move_and_resize_the_range() {
        let key = |key: &str, shift: bool, what: Grip| next(key, shift, what, (40_000, 60_000), WHOLE);
        assert_eq!(key("ArrowRight", false, Grip::All), Some(Some((42_000, 62_000))));
        assert_eq!(key("ArrowRight", true, Grip::All), Some(Some((40_000, 62_000))));
        assert_eq!(key("ArrowLeft", false, Grip::From), Some(Some((38_000, 60_000))));
        assert_eq!(key("ArrowLeft", false, Grip::To), Some(Some((40_000, 58_000))));
        assert_eq!(key("End", false, Grip::All), Some(Some((80_000, 100_000))));
        assert_eq!(key("Home", false, Grip::From), Some(Some((0, 60_000))));
        assert_eq!(key("Delete", false, Grip::All), Some(None));
        assert_eq!(key("x", false, Grip::All), None);
        // All of it is resized and not moved.
        assert_eq!(next("ArrowRight", false, Grip::All, WHOLE, WHOLE), Some(None));
        assert_eq!(next("ArrowLeft", true, Grip::All, WHOLE, WHOLE), Some(Some((0, 90_000))));
    }
}
