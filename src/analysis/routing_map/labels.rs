//! Where names and costs stand beside the signs, and from which magnification on they are shown.
//!
//! Text keeps its size whatever the magnification, so there is room for more of it the further a reader goes in. A name that
//! is shown once stays.

use super::layout::Point;
use super::{Node, PlaceKind};

/// Magnifications from which on one more level of text is shown; the page has the same list.
pub const LEVELS: [f64; 16] = [0.25, 0.35, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.25, 1.6, 2.2, 3.0];

/// Width of a character of a name, its height, and the distance from the middle of a sign.
const CHARACTER: f64 = 7.4;
const HEIGHT: f64 = 17.0;
const BESIDE: f64 = 22.0;

/// The same for a name that stands at a corner.
const ASIDE: f64 = 11.0;

/// Half of a sign.
const SIGN: f64 = 18.0;

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Right,
    Left,
    Below,
    Above,
    BelowRight,
    BelowLeft,
    AboveRight,
    AboveLeft,
}

const SIDES: [Side; 8] = [
    Side::Below,
    Side::Right,
    Side::Left,
    Side::Above,
    Side::BelowRight,
    Side::AboveRight,
    Side::BelowLeft,
    Side::AboveLeft,
];

/// Left, top, right, bottom.
pub type Frame = (f64, f64, f64, f64);

/// Width, and number of lines.
pub(super) type Size = (f64, f64);

/// The frame of a name of this width and so many lines.
pub(super) fn frame(at: Point, (width, lines): Size, side: Side) -> Frame {
    let (x, y) = at;
    let height = HEIGHT * lines;
    let (left, right) = match side {
        Side::Right => (x + BESIDE, x + BESIDE + width),
        Side::Left => (x - BESIDE - width, x - BESIDE),
        Side::Below | Side::Above => (x - width / 2.0, x + width / 2.0),
        Side::BelowRight | Side::AboveRight => (x + ASIDE, x + ASIDE + width),
        Side::BelowLeft | Side::AboveLeft => (x - ASIDE - width, x - ASIDE),
    };
    let top = match side {
        Side::Right | Side::Left => y - HEIGHT / 2.0,
        Side::Below => y + BESIDE - 2.0,
        Side::Above => y - BESIDE + 2.0 - height,
        Side::BelowRight | Side::BelowLeft => y + ASIDE,
        Side::AboveRight | Side::AboveLeft => y - ASIDE - height,
    };
    (left, top, right, top + height)
}

/// Width of a character of an address space, which is set in a narrower type.
const NARROW: f64 = 7.3;

/// Width and lines of what stands beside a sign.
pub(super) fn size_of(node: &Node) -> Size {
    let lines = if matches!(node.kind, PlaceKind::Exit | PlaceKind::Link) { 2.0 } else { 1.0 };
    let spaces = node.spaces.chars().count() as f64 * NARROW;
    (width(&node.name).max(spaces).max(56.0), lines)
}

/// How far a sign with its name reaches from its middle: left, top, right, bottom. The magnification is of no matter.
pub fn frame_of(node: &Node, has_name: bool) -> Frame {
    let top = if node.is_cut_off { -46.0 } else { -SIGN - 2.0 };
    let half = if node.is_cut_off { 58.0 } else { SIGN + 2.0 };
    let name = if has_name { frame((0.0, 0.0), size_of(node), side_of(node.side)) } else { (0.0, 0.0, 0.0, 0.0) };
    (name.0.min(-half), name.1.min(top), name.2.max(half), name.3.max(SIGN + 2.0))
}

/// As in [`Node::side`].
pub(super) fn side_of(number: u8) -> Side {
    use Side::{Above, AboveLeft, AboveRight, Below, BelowLeft, BelowRight, Left, Right};
    let all = [Right, Left, Below, Above, BelowRight, BelowLeft, AboveRight, AboveLeft];
    all.get(usize::from(number)).copied().unwrap_or(Below)
}

/// The frame of a sign; far away, signs are smaller.
fn sign(at: Point, zoom: f64) -> Frame {
    let half = SIGN * (zoom / 0.6).min(1.0);
    (at.0 - half, at.1 - half, at.0 + half, at.1 + half)
}

fn meet(a: Frame, b: Frame) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// Whether a line passes through a frame.
fn crosses(frame: Frame, from: Point, to: Point) -> bool {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (start, by, low, high) in [(from.0, to.0 - from.0, frame.0, frame.2), (from.1, to.1 - from.1, frame.1, frame.3)]
    {
        if by.abs() < 1e-9 {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let (one, other) = ((low - start) / by, (high - start) / by);
        enter = enter.max(one.min(other));
        leave = leave.min(one.max(other));
    }
    enter < leave
}

/// Width of a name on the map.
pub(super) fn width(text: &str) -> f64 {
    text.chars().count().min(40) as f64 * CHARACTER
}

/// What names keep clear of.
pub(super) struct Around<'m> {
    /// Where the signs stand.
    pub points: &'m [Point],
    /// Lines between them.
    pub lines: &'m [(usize, usize)],
    /// Texts on lines: their middle, width and height.
    pub boxes: &'m [(Point, f64, f64)],
    /// Signs with a mark above them, where no name can stand.
    pub marked: &'m [bool],
}

/// A side and a level for each name. `order` is that of importance; the first `important` ones may cover signs from far away.
pub(super) fn names(around: &Around<'_>, sizes: &[Size], order: &[usize], important: usize) -> Vec<(Side, u8)> {
    let Around { points, lines, boxes, marked } = around;
    let mut found: Vec<Option<(Side, u8)>> = vec![None; points.len()];
    // Of many names a few levels are tried: each costs a look at all signs.
    let step = if points.len() > 150 { 4 } else { 1 };
    for (level, zoom) in LEVELS.into_iter().enumerate().step_by(step) {
        let scaled: Vec<Point> = points.iter().map(|point| (point.0 * zoom, point.1 * zoom)).collect();
        let own = |at: usize, side: Side| Some(frame(*scaled.get(at)?, *sizes.get(at)?, side));
        let mut taken: Vec<Frame> =
            found.iter().enumerate().filter_map(|(at, known)| own(at, known.as_ref()?.0)).collect();
        taken.extend(boxes.iter().map(|(middle, width, height)| {
            let (x, y) = (middle.0 * zoom, middle.1 * zoom);
            (x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0)
        }));
        // What is said of a place that no way leads to stands above it.
        let marks = scaled.iter().zip(marked.iter()).filter(|(_, marked)| **marked);
        taken.extend(marks.map(|((x, y), _)| (x - 56.0, y - 46.0, x + 56.0, y - 20.0)));
        for (rank, at) in order.iter().enumerate() {
            if found.get(*at).is_none_or(Option::is_some) {
                continue;
            }
            let mut best: Option<(f64, Side, Frame)> = None;
            for (order, side) in SIDES.into_iter().enumerate() {
                let Some(mine) = own(*at, side) else { continue };
                let covers =
                    || scaled.iter().enumerate().any(|(other, point)| other != *at && meet(mine, sign(*point, zoom)));
                if taken.iter().any(|other| meet(mine, *other)) || !(rank < important && zoom < 0.6) && covers() {
                    continue;
                }
                // From far away it may cover a sign, but not one that it would cover from near as well.
                let near = || {
                    let (Some(point), Some(size)) = (points.get(*at), sizes.get(*at)) else { return false };
                    let mine = frame(*point, *size, side);
                    points.iter().enumerate().any(|(other, point)| other != *at && meet(mine, sign(*point, 1.0)))
                };
                if zoom < 0.6 && near() {
                    continue;
                }
                let ends = lines.iter().filter_map(|(a, b)| Some((*scaled.get(*a)?, *scaled.get(*b)?)));
                let crossed = ends.filter(|(a, b)| crosses(mine, *a, *b)).count();
                let cost = crossed as f64 * 4.0 + order as f64 * 0.5;
                if best.is_none_or(|(known, ..)| cost < known) {
                    best = Some((cost, side, mine));
                }
            }
            if let (Some((_, side, mine)), Some(slot)) = (best, found.get_mut(*at)) {
                taken.push(mine);
                *slot = Some((side, level as u8));
            }
        }
    }
    found.into_iter().map(|known| known.unwrap_or((Side::Below, LEVELS.len() as u8))).collect()
}

/// A place and a level for what stands on each line; widths and heights are those of the text. `names` are those beside the
/// signs, from their middle, with their levels.
pub(super) fn costs(points: &[Point], lines: &[(usize, usize, f64, f64)], names: &[(Frame, u8)]) -> Vec<(Point, u8)> {
    let at_zoom = |point: &Point, (name, _): &(Frame, u8), zoom: f64| {
        let (x, y) = (point.0 * zoom, point.1 * zoom);
        (x + name.0, y + name.1, x + name.2, y + name.3)
    };
    let mut placed: Vec<Frame> = points.iter().zip(names).map(|(point, name)| at_zoom(point, name, 1.0)).collect();
    let mut found = Vec::with_capacity(lines.len());
    // Of many lines a few levels are tried, and the first place that is free is taken.
    let step = if points.len() > 150 { 4 } else { 1 };
    for (a, b, width, height) in lines {
        let (Some(&from), Some(&to)) = (points.get(*a), points.get(*b)) else {
            found.push(((0.0, 0.0), LEVELS.len() as u8));
            continue;
        };
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let long = (dx * dx + dy * dy).sqrt();
        // From where on the line is long enough and no name that is shown stands in the way.
        let free = |at: Point| {
            let is_free = |level: usize, zoom: f64| {
                let (x, y) = (at.0 * zoom, at.1 * zoom);
                let (w, h) = (width / 2.0 - 4.0, height / 2.0 - 3.0);
                let own = (x - w, y - h, x + w, y + h);
                let mut shown = points.iter().zip(names).filter(|(_, name)| usize::from(name.1) <= level);
                !shown.any(|(point, name)| meet(own, at_zoom(point, name, zoom)))
            };
            let levels = LEVELS.iter().enumerate().step_by(step);
            let mut enough = levels.filter(|(_, zoom)| long * **zoom > width + 2.0 * SIGN - 12.0);
            enough.find(|(level, zoom)| is_free(*level, **zoom)).map_or(LEVELS.len(), |(level, _)| level)
        };
        let mut best: Option<((usize, usize, usize), Point, Frame)> = None;
        for (rank, part) in [0.5, 0.42, 0.58, 0.35, 0.65].into_iter().enumerate() {
            let at = (from.0 + dx * part, from.1 + dy * part);
            let own = (at.0 - width / 2.0, at.1 - height / 2.0, at.0 + width / 2.0, at.1 + height / 2.0);
            let over = placed.iter().filter(|other| meet(own, **other)).count()
                + points.iter().filter(|point| meet(own, sign(**point, 1.0))).count();
            let cost = (over, free(at), rank);
            if best.as_ref().is_none_or(|(known, ..)| cost < *known) {
                best = Some((cost, at, own));
            }
            if cost.0 == 0 && step > 1 {
                break;
            }
        }
        let Some(((_, level, _), at, own)) = best else { continue };
        placed.push(own);
        found.push((at, level as u8));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(points: &[Point], width: f64, lines: &[(usize, usize)], order: &[usize]) -> Vec<(Side, u8)> {
        let sizes = vec![(width, 1.0); points.len()];
        names(&Around { points, lines, boxes: &[], marked: &[] }, &sizes, order, 0)
    }

    #[test]
    fn names_stand_where_no_line_is() {
        let points = [(0.0, 0.0), (0.0, 400.0), (800.0, 0.0)];
        let sides = placed(&points, 60.0, &[(0, 1), (0, 2)], &[0, 1, 2]);
        // Down and to the right of the first there are lines.
        assert!(matches!(sides[0].0, Side::Left | Side::Above), "{sides:?}");
        assert_eq!(sides[1].0, Side::Below);
        assert!(sides.iter().all(|(_, level)| *level == 0), "{sides:?}");
    }

    #[test]
    fn a_name_keeps_clear_of_what_stands_on_a_line() {
        let around = Around { points: &[(0.0, 0.0)], lines: &[], boxes: &[((0.0, 40.0), 400.0, 60.0)], marked: &[] };
        assert_eq!(names(&around, &[(60.0, 1.0)], &[0], 0), [(Side::Above, 0)]);
    }

    #[test]
    fn the_less_important_of_close_names_come_later() {
        let points: Vec<Point> = (0..12).map(|at| (f64::from(at) * 24.0, 0.0)).collect();
        let order: Vec<usize> = std::iter::once(6).chain((0..12).filter(|at| *at != 6)).collect();
        let found = placed(&points, 240.0, &[], &order);
        assert!(found.iter().all(|(_, level)| found[6].1 <= *level), "{found:?}");
        assert!(found.iter().any(|(_, level)| found[6].1 < *level), "{found:?}");
    }

    #[test]
    fn a_line_crosses_a_frame_or_not() {
        let frame = (0.0, 0.0, 10.0, 10.0);
        assert!(crosses(frame, (-5.0, 5.0), (15.0, 5.0)));
        assert!(!crosses(frame, (-5.0, 15.0), (15.0, 15.0)));
        assert!(!crosses(frame, (-5.0, -5.0), (-1.0, 20.0)));
        assert!(crosses(frame, (2.0, 2.0), (3.0, 3.0)));
    }

    #[test]
    fn a_cost_waits_until_no_name_stands_in_its_way() {
        let points = [(0.0, 0.0), (100.0, 0.0)];
        let level = |name: Frame| costs(&points, &[(0, 1, 28.0, 16.0)], &[(name, 0), ((0.0, 0.0, 0.0, 0.0), 0)])[0].1;
        let free = level((0.0, 30.0, 60.0, 46.0));
        assert!(free < level((22.0, -8.0, 62.0, 8.0)), "{free}");
    }

    #[test]
    fn what_is_said_above_a_sign_has_room() {
        let around = Around { points: &[(0.0, 0.0), (0.0, -60.0)], lines: &[], boxes: &[], marked: &[true, false] };
        let sides = names(&around, &[(60.0, 1.0), (60.0, 1.0)], &[0, 1], 0);
        assert!(!matches!(sides[0].0, Side::Above | Side::AboveLeft | Side::AboveRight), "{sides:?}");
    }
}
