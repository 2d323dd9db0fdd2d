//! The drawing on the map: lines, costs and signs.
//!
//! A table can have hundreds of places, and a page that draws them all at once does not answer meanwhile. So signs are drawn
//! part by part, one part in each frame; a part is drawn anew only when something in it changes; lines that are of no way are
//! one element; and names, numbers and costs are there only where they can be read: at this magnification, in and around the
//! window. Every sign is there: each is a button.

use std::rc::Rc;

use gloo::render::request_animation_frame;
use yew::prelude::*;

use super::motion::{Motion, level};
use super::sign::{self, Marks};
use crate::ui::language::use_words;
use crate::worker::protocol::{EdgeKind, RoutingMap};

/// Signs of a part.
const PART: usize = 32;

/// Maps with more signs than this have names in and around the window alone.
const FEW: usize = 120;

/// Numbers in signs are shown from this level on.
const NUMBERS: u8 = 3;

/// The part of the map whose names are drawn, and the levels of text that are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    level: u8,
    /// Left, top, right, bottom, in the measure of the map.
    frame: (i32, i32, i32, i32),
}

impl Seen {
    /// What is seen after a motion: the same as before while the window is within it.
    pub fn follow(self, motion: Motion, size: (f64, f64)) -> Seen {
        let (left, top, right, bottom) = motion.seen(size);
        let level = level(motion.zoom);
        let known =
            (f64::from(self.frame.0), f64::from(self.frame.1), f64::from(self.frame.2), f64::from(self.frame.3));
        let is_within = left >= known.0 && top >= known.1 && right <= known.2 && bottom <= known.3;
        if is_within && level == self.level {
            return self;
        }
        // Half a window more on each side.
        let (x, y) = ((right - left) / 2.0, (bottom - top) / 2.0);
        let frame = ((left - x) as i32, (top - y) as i32, (right + x) as i32, (bottom + y) as i32);
        Seen { level, frame }
    }

    fn has(self, (x, y): (i32, i32)) -> bool {
        let (left, top, right, bottom) = self.frame;
        (left..=right).contains(&x) && (top..=bottom).contains(&y)
    }
}

#[derive(Properties, PartialEq)]
pub struct PictureProps {
    pub map: Rc<RoutingMap>,
    pub open: Option<usize>,
    pub broken: Option<usize>,
    pub active: usize,
    pub hovered: Option<usize>,
    pub trail: Rc<Vec<usize>>,
    pub seen: Seen,
    /// Told whenever a part is drawn.
    pub ready: Callback<()>,
}

/// Lines, costs and signs. A component of its own, so that hundreds of signs are not drawn anew while somebody types.
#[function_component]
pub fn Picture(props: &PictureProps) -> Html {
    use_words();
    let PictureProps { map, open, broken, active, hovered, trail, seen, ready } = props;
    let own = Rc::as_ptr(map) as usize;
    let parts = map.nodes.len().div_ceil(PART).max(1);
    // Which map was begun, and how many of its parts are drawn.
    let begun = use_state_eq(|| (0_usize, 0_usize));
    let drawn = if begun.0 == own { begun.1 } else { 1 };
    use_effect_with((own, drawn), {
        let (begun, ready) = (begun.clone(), ready.clone());
        move |(own, drawn)| {
            ready.emit(());
            let next = (*own, drawn + 1);
            let frame = (*drawn < parts).then(|| request_animation_frame(move |_| begun.set(next)));
            move || drop(frame)
        }
    });
    let is_few = map.nodes.len() <= FEW;
    let marks = |at: usize| {
        let node = map.nodes.get(at)?;
        let is_near = is_few || seen.has(node.at);
        let is_at = *open == Some(at) || *broken == Some(at) || *active == at || *hovered == Some(at);
        let is_on_route = trail.contains(&at);
        Some(Marks {
            has_name: is_at || is_on_route || node.is_start || node.is_cut_off || is_near && node.level < seen.level,
            has_number: is_near && seen.level >= NUMBERS,
            is_open: *open == Some(at),
            is_on_route,
            is_broken: *broken == Some(at),
            is_active: *active == at,
        })
    };
    let costs = map.edges.iter().filter_map(|edge| {
        let is_step = sign::is_step(edge, trail);
        let is_shown = edge.level < seen.level && (is_few || seen.has(edge.label));
        (is_step || is_shown).then(|| sign::cost(edge, is_step))
    });
    html! {
        <>
            <g aria-hidden="true">
                <Lines map={map.clone()} trail={trail.clone()} />
                { for costs }
            </g>
            { for (0..drawn).map(|part| {
                let first = part * PART;
                let marks: Vec<Marks> = (first..first + PART).map_while(marks).collect();
                html! { <Part key={part} map={map.clone()} {first} {marks} /> }
            }) }
        </>
    }
}

#[derive(Properties)]
struct LinesProps {
    map: Rc<RoutingMap>,
    trail: Rc<Vec<usize>>,
}

impl PartialEq for LinesProps {
    fn eq(&self, other: &LinesProps) -> bool {
        Rc::ptr_eq(&self.map, &other.map) && self.trail == other.trail
    }
}

#[function_component]
fn Lines(props: &LinesProps) -> Html {
    use_words();
    let LinesProps { map, trail } = props;
    html! {
        <>
            { for [EdgeKind::SiteLink, EdgeKind::GroupConnector, EdgeKind::Exit].map(|kind| sign::lines(map, kind, trail)) }
            { for map.edges.iter().filter(|edge| sign::is_step(edge, trail)).map(|edge| sign::step(map, edge)) }
        </>
    }
}

#[derive(Properties)]
struct PartProps {
    map: Rc<RoutingMap>,
    first: usize,
    marks: Vec<Marks>,
}

impl PartialEq for PartProps {
    fn eq(&self, other: &PartProps) -> bool {
        Rc::ptr_eq(&self.map, &other.map) && self.first == other.first && self.marks == other.marks
    }
}

/// Some of the signs.
#[function_component]
fn Part(props: &PartProps) -> Html {
    use_words();
    let PartProps { map, first, marks } = props;
    let nodes = map.nodes.iter().enumerate().skip(*first).zip(marks);
    html! { <>{ for nodes.map(|((at, node), marks)| sign::sign(at, node, *marks)) }</> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_stays_while_the_window_is_within_it() {
        let size = (1_000.0, 400.0);
        let motion = Motion { zoom: 1.0, x: 0.0, y: 0.0, is_moved: true };
        let seen = Seen::default().follow(motion, size);
        assert!(seen.has((500, 200)) && seen.has((-400, 0)) && !seen.has((1_700, 0)));
        assert_eq!(seen.follow(motion.moved(300.0, -100.0), size), seen);
        let other = seen.follow(motion.moved(-700.0, 0.0), size);
        assert!(other.has((1_700, 0)) && !other.has((-400, 0)));
        assert_ne!(seen.follow(motion.zoomed(1.3, (0.0, 0.0)), size), seen);
    }
}
