//! Where the picture of the map stands: magnification and place. It is set on the elements themselves, not drawn anew:
//! nothing but a transform and a custom property changes while the map is dragged.
//!
//! Text and signs keep their size; the style sheet divides them by the custom property.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::browser;
use crate::worker::protocol::{MAP_LEVELS, Node, RoutingMap};

/// The smallest and the largest magnification, and the largest one that fitting gives.
const SMALLEST: f64 = 0.05;
const LARGEST: f64 = 4.0;
const FITTING: f64 = 1.15;

/// Below this magnification signs become smaller.
const ROOM: f64 = 0.6;

/// Free space around what fits, for names.
const MARGIN: (f64, f64) = (84.0, 46.0);

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
    /// All of a map in a window of this size.
    pub fn fit(map: &RoutingMap, (width, height): (f64, f64)) -> Motion {
        let (w, h) = (f64::from(map.size.0), f64::from(map.size.1));
        let room = ((width - 2.0 * MARGIN.0).max(40.0), (height - 2.0 * MARGIN.1).max(40.0));
        let zoom = (room.0 / w.max(1.0)).min(room.1 / h.max(1.0)).clamp(SMALLEST, FITTING);
        Motion { zoom, x: (width - w * zoom) / 2.0, y: (height - h * zoom) / 2.0, is_moved: false }
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
        let levels = MAP_LEVELS.iter().enumerate().filter(|(_, zoom)| **zoom <= self.zoom + 1e-6);
        let shown: Vec<String> = levels.map(|(level, _)| level.to_string()).collect();
        let _ = svg.set_attribute("data-shown", &shown.join(" "));
        // The frame around it is an element of the page, whose style can be set.
        if let Some(frame) = svg.parent_element().and_then(|frame| frame.dyn_into::<HtmlElement>().ok()) {
            let set = |name: &str, by: f64| frame.style().set_property(name, &format!("{by:.4}"));
            let _ = set("--routing-small", 1.0 / self.zoom);
            // Far away, signs become smaller, so that they do not cover each other.
            let _ = set("--routing-shapes", 1.0 / self.zoom.max(ROOM));
        }
    }
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

    fn map(width: u32, height: u32) -> RoutingMap {
        RoutingMap { size: (width, height), ..RoutingMap::default() }
    }

    #[test]
    fn all_of_a_map_fits_and_is_in_the_middle() {
        let motion = Motion::fit(&map(2_000, 500), (1_000.0, 400.0));
        assert!(
            motion.x >= MARGIN.0 - 1e-6 && motion.x + 2_000.0 * motion.zoom <= 1_000.0 - MARGIN.0 + 1e-6,
            "{motion:?}"
        );
        assert!((motion.y * 2.0 + 500.0 * motion.zoom - 400.0).abs() < 1e-6);
        assert_eq!(Motion::fit(&map(0, 0), (800.0, 400.0)).zoom, FITTING);
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
        let node = |x, y| Node {
            key: String::new(),
            name: String::new(),
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
        };
        let nodes = [node(0, 0), node(100, 10), node(60, 90), node(-50, 0)];
        assert_eq!(next_in(&nodes, 0, (1.0, 0.0)), Some(1));
        assert_eq!(next_in(&nodes, 0, (-1.0, 0.0)), Some(3));
        assert_eq!(next_in(&nodes, 0, (0.0, 1.0)), Some(2));
        assert_eq!(next_in(&nodes, 0, (0.0, -1.0)), None);
    }
}
