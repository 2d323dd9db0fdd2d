//! Where the picture of the map stands: magnification and place. It is set on the elements themselves, not drawn anew:
//! nothing but a transform and a custom property changes while the map is dragged.
//!
//! Text and signs keep their size; the style sheet divides them by the custom property.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::browser;
use crate::worker::protocol::{MAP_LEVELS, Node, RoutingMap, map_frame};

/// The smallest and the largest magnification, and the largest one that fitting gives.
const SMALLEST: f64 = 0.05;
const LARGEST: f64 = 4.0;
const FITTING: f64 = 1.15;

/// Below this magnification signs become smaller.
const ROOM: f64 = 0.6;

/// Free space around what fits, and above it, where the buttons are.
const MARGIN: (f64, f64) = (12.0, 40.0);

/// Steps in which the magnification that fits is found.
const HALVES: u32 = 12;

/// The magnification and the place of the map's corner in the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    pub zoom: f64,
    pub x: f64,
    pub y: f64,
    /// Whether the reader moved it; then it stays when the window changes.
    pub is_moved: bool,
}

impl Default for Motion {
    fn default() -> Motion {
        Motion { zoom: 1.0, x: MARGIN.0, y: MARGIN.1, is_moved: false }
    }
}

impl Motion {
    /// All of a map in a window of this size, with the names that are shown there: the largest magnification at which they
    /// have room, found by halving.
    pub fn fit(map: &RoutingMap, (width, height): (f64, f64)) -> Motion {
        let reach = |zoom: f64| {
            let shown = level(zoom);
            let frames = map.nodes.iter().map(|node| {
                let frame = map_frame(node, node.level < shown || node.is_start || node.is_cut_off);
                let (x, y) = (f64::from(node.at.0) * zoom, f64::from(node.at.1) * zoom);
                (x + frame.0, y + frame.1, x + frame.2, y + frame.3)
            });
            frames.reduce(|a, b| (a.0.min(b.0), a.1.min(b.1), a.2.max(b.2), a.3.max(b.3))).unwrap_or_default()
        };
        let room = (width - 2.0 * MARGIN.0, height - MARGIN.1 - MARGIN.0);
        let fits = |(left, top, right, bottom): (f64, f64, f64, f64)| right - left <= room.0 && bottom - top <= room.1;
        let (mut small, mut large) = (SMALLEST, FITTING);
        if fits(reach(large)) {
            small = large;
        }
        for _ in 0..HALVES {
            let zoom = (small + large) / 2.0;
            if fits(reach(zoom)) { small = zoom } else { large = zoom }
        }
        let (left, top, right, bottom) = reach(small);
        let y = MARGIN.1 + (room.1 - (bottom - top)) / 2.0 - top;
        Motion { zoom: small, x: (width - left - right) / 2.0, y, is_moved: false }
    }

    /// What of the map is in a window of this size: left, top, right, bottom.
    pub fn seen(self, (width, height): (f64, f64)) -> (f64, f64, f64, f64) {
        let (x, y) = (-self.x / self.zoom, -self.y / self.zoom);
        (x, y, x + width / self.zoom, y + height / self.zoom)
    }

    /// Another magnification that keeps a point of the window where it is.
    pub fn zoomed(self, factor: f64, at: (f64, f64)) -> Motion {
        let zoom = (self.zoom * factor).clamp(SMALLEST, LARGEST);
        let by = zoom / self.zoom;
        Motion { zoom, x: at.0 - (at.0 - self.x) * by, y: at.1 - (at.1 - self.y) * by, is_moved: true }
    }

    /// Moved by so many pixels.
    pub fn moved(self, dx: f64, dy: f64) -> Motion {
        Motion { x: self.x + dx, y: self.y + dy, is_moved: true, ..self }
    }

    /// A place in the middle of the window, near enough to read.
    pub fn centered(self, at: (i32, i32), (width, height): (f64, f64)) -> Motion {
        let zoom = self.zoom.max(1.0);
        let (x, y) = (width / 2.0 - f64::from(at.0) * zoom, height / 2.0 - f64::from(at.1) * zoom);
        Motion { zoom, x, y, is_moved: true }
    }

    /// The same, only when the place is out of the window.
    pub fn with_in_view(self, at: (i32, i32), size: (f64, f64)) -> Motion {
        let (x, y) = (self.x + f64::from(at.0) * self.zoom, self.y + f64::from(at.1) * self.zoom);
        if x > 24.0 && y > 24.0 && x < size.0 - 24.0 && y < size.1 - 24.0 { self } else { self.centered(at, size) }
    }

    /// Puts it on the elements.
    pub fn apply(self, svg: &Element) {
        if let Some(world) = svg.query_selector(".routing-world").ok().flatten() {
            let transform = format!("translate({:.2} {:.2}) scale({:.4})", self.x, self.y, self.zoom);
            let _ = world.set_attribute("transform", &transform);
        }
        // The frame around it is an element of the page, whose style can be set.
        if let Some(frame) = svg.parent_element().and_then(|frame| frame.dyn_into::<HtmlElement>().ok()) {
            let set = |name: &str, by: f64| frame.style().set_property(name, &format!("{by:.4}"));
            let _ = set("--routing-small", 1.0 / self.zoom);
            // Far away, signs become smaller, so that they do not cover each other.
            let _ = set("--routing-shapes", 1.0 / self.zoom.max(ROOM));
        }
    }
}

/// How many levels of text are shown at a magnification.
pub fn level(zoom: f64) -> u8 {
    u8::try_from(MAP_LEVELS.iter().filter(|from| **from <= zoom + 1e-6).count()).unwrap_or(u8::MAX)
}

/// Width and height of the window of the map.
pub fn size(svg: &Element) -> (f64, f64) {
    let bounds = svg.get_bounding_client_rect();
    (bounds.width().max(1.0), bounds.height().max(1.0))
}

/// The place next to one in a direction; what lies straight ahead comes first.
pub fn next_in(nodes: &[Node], from: usize, (dx, dy): (f64, f64)) -> Option<usize> {
    let here = nodes.get(from)?.at;
    let cost = |node: &Node| {
        let (x, y) = (f64::from(node.at.0 - here.0), f64::from(node.at.1 - here.1));
        let (along, across) = (x * dx + y * dy, (x * dy - y * dx).abs());
        (along > 1.0 && across <= along * 2.0).then_some(along + across * 2.0)
    };
    let found = nodes.iter().enumerate().filter_map(|(at, node)| Some((at, cost(node)?)));
    found.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

/// The direction of an arrow key.
pub fn direction(key: &str) -> Option<(f64, f64)> {
    Some(match key {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        _ => return None,
    })
}

/// The drawing.
pub fn svg() -> Option<Element> {
    browser::document()?.get_element_by_id("routing-svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(x: i32, y: i32) -> Node {
        Node {
            key: String::new(),
            name: "A place with a name".to_owned(),
            kind: crate::worker::protocol::PlaceKind::Site,
            number: 0,
            cost: None,
            is_start: false,
            is_cut_off: false,
            members: Vec::new(),
            spaces: String::new(),
            at: (x, y),
            side: 0,
            level: 0,
        }
    }

    #[test]
    fn all_of_a_map_fits_with_its_names() {
        for (size, nodes) in [
            ((1_000.0, 400.0), vec![node(0, 0), node(2_000, 500)]),
            ((300.0, 200.0), vec![node(0, 0), node(2_000, 20), node(40, 900)]),
        ] {
            let map = RoutingMap { nodes, ..RoutingMap::default() };
            let motion = Motion::fit(&map, size);
            for node in &map.nodes {
                let frame = map_frame(node, motion.zoom >= MAP_LEVELS[0]);
                let (x, y) =
                    (f64::from(node.at.0) * motion.zoom + motion.x, f64::from(node.at.1) * motion.zoom + motion.y);
                assert!(x + frame.0 >= 0.0 && x + frame.2 <= size.0, "{motion:?}");
                assert!(y + frame.1 >= 0.0 && y + frame.3 <= size.1, "{motion:?}");
            }
        }
        assert!((Motion::fit(&RoutingMap::default(), (800.0, 400.0)).zoom - FITTING).abs() < 1e-9);
    }

    #[test]
    fn a_point_stays_under_the_pointer() {
        let motion = Motion { zoom: 1.0, x: 10.0, y: 20.0, is_moved: false };
        let nearer = motion.zoomed(2.0, (110.0, 120.0));
        // What was at (100, 100) of the map is at the same point of the window.
        assert_eq!((nearer.x + 100.0 * nearer.zoom, nearer.y + 100.0 * nearer.zoom), (110.0, 120.0));
        assert_eq!(motion.zoomed(1e9, (0.0, 0.0)).zoom, LARGEST);
    }

    #[test]
    fn arrows_go_to_the_next_place_ahead() {
        let nodes = [node(0, 0), node(100, 10), node(60, 90), node(-50, 0)];
        assert_eq!(next_in(&nodes, 0, (1.0, 0.0)), Some(1));
        assert_eq!(next_in(&nodes, 0, (-1.0, 0.0)), Some(3));
        assert_eq!(next_in(&nodes, 0, (0.0, 1.0)), Some(2));
        assert_eq!(next_in(&nodes, 0, (0.0, -1.0)), None);
    }
}
