//! Where the signs of the map stand.
//!
//! Distances on the map follow the number of links between two signs (stress, a fixed number of rounds, from a tree around
//! the beginning). There is no clock and no chance in it, and nothing but plain arithmetic and roots, which every machine
//! rounds the same way; so equal tables give equal maps.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::base::order::Order as _;

/// One step of a link on the map, across and down; names are wider than high.
const STEP: (f64, f64) = (148.0, 112.0);

/// Signs closer than this are pushed apart.
const ROOM: (f64, f64) = (92.0, 60.0);

/// Rounds of stress are as many as so many pairs of signs come to, within bounds.
const PAIRS: usize = 5_000_000;

/// Free space between parts that no link joins.
const GAP: f64 = 88.0;

/// The same beside each other, where what is said of a part that no way leads to has room.
const BESIDE: f64 = 200.0;

/// From so many signs on, those that hang on one sign stand in rings around it.
const MOST_FREE: usize = 100;

/// Radius of the first ring, and the distance between rings and between the signs of one.
const RING: (f64, f64, f64) = (84.0, 58.0, 70.0);

/// A point on the map.
pub(super) type Point = (f64, f64);

/// A line: its two ends, and how long it is wished to be, in half steps.
pub(super) type Line = (usize, usize, u32);

/// Places `count` signs that `lines` join, the part of `start` first.
pub(super) fn place(count: usize, lines: &[Line], start: usize) -> Vec<Point> {
    let mut next: Vec<Vec<(usize, u32)>> = vec![Vec::new(); count];
    for (a, b, length) in lines.iter().filter(|(a, b, _)| a != b) {
        for (from, to) in [(*a, *b), (*b, *a)] {
            if let Some(list) = next.get_mut(from).filter(|_| to < count) {
                list.push((to, (*length).max(1)));
            }
        }
    }
    let mut points = vec![(0.0, 0.0); count];
    let mut part_of: Vec<bool> = vec![false; count];
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for root in std::iter::once(start).chain(0..count) {
        if part_of.get(root) != Some(&false) {
            continue;
        }
        let part = reach(&next, root, &mut part_of);
        parts.push(part);
    }
    // The part of the beginning stays first; the others by their size.
    if let Some(rest) = parts.get_mut(1..) {
        rest.order_by_key(|part| (Reverse(part.len()), part.first().copied()));
    }
    let mut shelf = Shelf::default();
    for part in &parts {
        let own = one_part(part, &next);
        for (at, point) in part.iter().zip(shelf.put(own)) {
            if let Some(slot) = points.get_mut(*at) {
                *slot = point;
            }
        }
    }
    points
}

/// The signs that can be reached, the root first, in order of their distance.
fn reach(next: &[Vec<(usize, u32)>], root: usize, seen: &mut [bool]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut queue = VecDeque::from([root]);
    while let Some(at) = queue.pop_front() {
        let Some(known) = seen.get_mut(at).filter(|known| !**known) else { continue };
        *known = true;
        found.push(at);
        queue.extend(next.get(at).into_iter().flatten().map(|(to, _)| *to));
    }
    found
}

fn one_part(part: &[usize], next: &[Vec<(usize, u32)>]) -> Vec<Point> {
    let mut position = vec![usize::MAX; next.len()];
    for (own, at) in part.iter().enumerate() {
        if let Some(slot) = position.get_mut(*at) {
            *slot = own;
        }
    }
    let local: Vec<Vec<(usize, u32)>> = part
        .iter()
        .map(|at| {
            let list = next.get(*at).into_iter().flatten();
            list.filter_map(|(to, length)| Some((*position.get(*to)?, *length))).collect()
        })
        .collect();
    if local.len() > MOST_FREE { in_rings(&local) } else { core(&local, &vec![0.0; local.len()]) }
}

/// Signs with the room that each needs around it.
fn core(next: &[Vec<(usize, u32)>], radii: &[f64]) -> Vec<Point> {
    let mut points = tree(next);
    stress(&mut points, next);
    turn(&mut points);
    for point in &mut points {
        *point = (point.0 * STEP.0, point.1 * STEP.1);
    }
    push_apart(&mut points, radii);
    points
}

/// Places what has several neighbors first, and around each sign those that hang on it alone.
fn in_rings(next: &[Vec<(usize, u32)>]) -> Vec<Point> {
    let is_end = |at: usize| at > 0 && next.get(at).is_some_and(|list| list.len() == 1);
    let kept: Vec<usize> = (0..next.len()).filter(|at| !is_end(*at)).collect();
    let mut position = vec![usize::MAX; next.len()];
    for (own, at) in kept.iter().enumerate() {
        if let Some(slot) = position.get_mut(*at) {
            *slot = own;
        }
    }
    let mut hanging: Vec<Vec<usize>> = vec![Vec::new(); kept.len()];
    for at in (0..next.len()).filter(|at| is_end(*at)) {
        let parent = next.get(at).and_then(|list| position.get(list.first()?.0));
        if let Some(list) = parent.and_then(|parent| hanging.get_mut(*parent)) {
            list.push(at);
        }
    }
    let between: Vec<Vec<(usize, u32)>> = kept
        .iter()
        .map(|at| {
            let list = next.get(*at).into_iter().flatten();
            list.filter_map(|(to, length)| Some((*position.get(*to)?, *length)))
                .filter(|(to, _)| *to != usize::MAX)
                .collect()
        })
        .collect();
    let radii: Vec<f64> = hanging.iter().map(|own| ring_of(own.len()).1).collect();
    let placed = core(&between, &radii);
    let mut points = vec![(0.0, 0.0); next.len()];
    for ((at, point), own) in kept.iter().zip(&placed).zip(&hanging) {
        if let Some(slot) = points.get_mut(*at) {
            *slot = *point;
        }
        for (number, end) in own.iter().enumerate() {
            let (by, _) = ring_of(number);
            if let Some(slot) = points.get_mut(*end) {
                *slot = (point.0 + by.0, point.1 + by.1);
            }
        }
    }
    points
}

/// Where the sign of a number stands around the middle, and how far out the rings before it reach.
fn ring_of(number: usize) -> (Point, f64) {
    let (mut left, mut radius) = (number, RING.0);
    // Six times the radius is the way around, near enough.
    let mut room = (radius * 6.0 / RING.2) as usize;
    while left >= room {
        left -= room;
        radius += RING.1;
        room = (radius * 6.0 / RING.2) as usize;
    }
    let (x, y) = on_circle((left as f64 + 0.5) / room as f64);
    ((x * radius, y * radius), if number == 0 { 0.0 } else { radius + RING.1 / 2.0 })
}

/// A tree around the first sign: each branch has as much of the circle as it has ends.
fn tree(next: &[Vec<(usize, u32)>]) -> Vec<Point> {
    let mut parent: Vec<Option<usize>> = vec![None; next.len()];
    let mut depth = vec![0_u32; next.len()];
    let mut order = Vec::with_capacity(next.len());
    let mut seen = vec![false; next.len()];
    let mut queue = VecDeque::from([0]);
    if let Some(first) = seen.first_mut() {
        *first = true;
    }
    while let Some(at) = queue.pop_front() {
        order.push(at);
        for (to, _) in next.get(at).into_iter().flatten() {
            let Some(known) = seen.get_mut(*to).filter(|known| !**known) else { continue };
            *known = true;
            let below = depth.get(at).map_or(1, |depth| depth + 1);
            if let (Some(parent), Some(depth)) = (parent.get_mut(*to), depth.get_mut(*to)) {
                (*parent, *depth) = (Some(at), below);
            }
            queue.push_back(*to);
        }
    }
    let mut ends = vec![0.0_f64; next.len()];
    for at in order.iter().rev() {
        let own = ends.get(*at).copied().unwrap_or(0.0).max(1.0);
        if let Some(slot) = ends.get_mut(*at) {
            *slot = own;
        }
        if let Some(slot) = parent.get(*at).copied().flatten().and_then(|parent| ends.get_mut(parent)) {
            *slot += own;
        }
    }
    // Where the share of each sign begins on the circle, and how much of it is given away to its branches.
    let all = ends.first().copied().unwrap_or(1.0);
    let (mut begin, mut given) = (vec![0.0_f64; next.len()], vec![0.0_f64; next.len()]);
    let mut points = vec![(0.0, 0.0); next.len()];
    for at in order {
        let own = ends.get(at).copied().unwrap_or(1.0);
        if let Some(parent) = parent.get(at).copied().flatten() {
            let from = begin.get(parent).zip(given.get(parent)).map_or(0.0, |(begin, given)| begin + given);
            if let Some(slot) = begin.get_mut(at) {
                *slot = from;
            }
            if let Some(slot) = given.get_mut(parent) {
                *slot += own;
            }
        }
        let middle = (begin.get(at).copied().unwrap_or(0.0) + own / 2.0) / all;
        let far = f64::from(depth.get(at).copied().unwrap_or(0));
        let (x, y) = on_circle(middle);
        if let Some(slot) = points.get_mut(at) {
            *slot = (x * far, y * far);
        }
    }
    points
}

/// A point on the circle, by how much of it was walked. Near enough, and the same on every machine.
fn on_circle(part: f64) -> Point {
    // Half a wave over 0 to 1.
    let half = |x: f64| {
        let p = x * (1.0 - x);
        16.0 * p / (5.0 - 4.0 * p)
    };
    let wave = |part: f64| {
        let part = part - part.floor();
        if part < 0.5 { half(part * 2.0) } else { -half(part * 2.0 - 1.0) }
    };
    (wave(part + 0.25), wave(part))
}

/// Moves the signs until their distances fit the number of steps between them.
fn stress(points: &mut [Point], next: &[Vec<(usize, u32)>]) {
    let count = points.len();
    if count < 3 {
        return;
    }
    let steps: Vec<Vec<f64>> = (0..count).map(|from| distances(from, next)).collect();
    let rounds = (PAIRS / (count * count)).clamp(6, 120);
    for _ in 0..rounds {
        for (at, wished) in steps.iter().enumerate() {
            let Some(&(x, y)) = points.get(at) else { continue };
            let (mut sum, mut weights) = ((0.0, 0.0), 0.0);
            for (other, (wish, point)) in wished.iter().zip(points.iter()).enumerate() {
                if other == at {
                    continue;
                }
                let (dx, dy) = (x - point.0, y - point.1);
                let long = (dx * dx + dy * dy).sqrt();
                // Two signs at one place part in a direction of their own.
                let (ux, uy) =
                    if long > 1e-9 { (dx / long, dy / long) } else { on_circle((at * 7 + other * 3) as f64 / 41.0) };
                let weight = 1.0 / (wish * wish);
                sum = (sum.0 + weight * (point.0 + wish * ux), sum.1 + weight * (point.1 + wish * uy));
                weights += weight;
            }
            if let Some(slot) = points.get_mut(at).filter(|_| weights > 0.0) {
                *slot = (sum.0 / weights, sum.1 / weights);
            }
        }
    }
}

/// Steps from one sign to each.
fn distances(from: usize, next: &[Vec<(usize, u32)>]) -> Vec<f64> {
    let mut found: Vec<u32> = vec![u32::MAX; next.len()];
    if let Some(slot) = found.get_mut(from) {
        *slot = 0;
    }
    let mut heap = BinaryHeap::from([Reverse((0_u32, from))]);
    while let Some(Reverse((far, at))) = heap.pop() {
        if found.get(at) != Some(&far) {
            continue;
        }
        for (to, length) in next.get(at).into_iter().flatten() {
            let far = far.saturating_add(*length);
            if let Some(slot) = found.get_mut(*to).filter(|known| far < **known) {
                *slot = far;
                heap.push(Reverse((far, *to)));
            }
        }
    }
    found.into_iter().map(|far| f64::from(far.clamp(1, 2_000)) / 2.0).collect()
}

/// Turns the longest extent level, and the beginning to the left.
fn turn(points: &mut [Point]) {
    let count = points.len().max(1) as f64;
    let sum = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
    let middle = (sum.0 / count, sum.1 / count);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for point in points.iter_mut() {
        *point = (point.0 - middle.0, point.1 - middle.1);
        (xx, yy, xy) = (xx + point.0 * point.0, yy + point.1 * point.1, xy + point.0 * point.1);
    }
    let half = ((xx - yy) * (xx - yy) / 4.0 + xy * xy).sqrt();
    let along = if xy.abs() > 1e-9 {
        (xy, (xx + yy) / 2.0 + half - xx)
    } else if yy > xx {
        (0.0, 1.0)
    } else {
        (1.0, 0.0)
    };
    let long = (along.0 * along.0 + along.1 * along.1).sqrt().max(1e-12);
    let (c, s) = (along.0 / long, along.1 / long);
    for point in points.iter_mut() {
        *point = (point.0 * c + point.1 * s, point.1 * c - point.0 * s);
    }
    let (left, up) = points
        .first()
        .map_or((1.0, 1.0), |first| (if first.0 > 0.0 { -1.0 } else { 1.0 }, if first.1 > 0.0 { -1.0 } else { 1.0 }));
    for point in points.iter_mut() {
        *point = (point.0 * left, point.1 * up);
    }
}

/// Gives each sign its room.
fn push_apart(points: &mut [Point], radii: &[f64]) {
    let count = points.len();
    let rounds = if count > 250 { 12 } else { 40 };
    for _ in 0..rounds {
        let mut moved = false;
        for one in 0..count {
            for other in one + 1..count {
                let (Some(&a), Some(&b)) = (points.get(one), points.get(other)) else { continue };
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let both = radii.get(one).zip(radii.get(other)).map_or(0.0, |(a, b)| a + b);
                let over = (ROOM.0.max(both) - dx.abs(), ROOM.1.max(both) - dy.abs());
                if over.0 <= 0.5 || over.1 <= 0.5 {
                    continue;
                }
                moved = true;
                let by = if over.0 < over.1 {
                    (over.0 / 2.0 * if dx < 0.0 { -1.0 } else { 1.0 }, 0.0)
                } else {
                    (0.0, over.1 / 2.0 * if dy < 0.0 { -1.0 } else { 1.0 })
                };
                if let Some(slot) = points.get_mut(one) {
                    *slot = (a.0 - by.0, a.1 - by.1);
                }
                if let Some(slot) = points.get_mut(other) {
                    *slot = (b.0 + by.0, b.1 + by.1);
                }
            }
        }
        if !moved {
            break;
        }
    }
}

/// Puts the parts of a map side by side, in rows that are about as wide as the first one.
#[derive(Default)]
struct Shelf {
    widest: f64,
    /// Where the next part goes, and where the next row begins.
    at: Point,
    below: f64,
}

impl Shelf {
    fn put(&mut self, points: Vec<Point>) -> Vec<Point> {
        let low = points.iter().fold((f64::MAX, f64::MAX), |low, point| (low.0.min(point.0), low.1.min(point.1)));
        let high = points.iter().fold((f64::MIN, f64::MIN), |high, point| (high.0.max(point.0), high.1.max(point.1)));
        let size = (high.0 - low.0, high.1 - low.1);
        if self.widest == 0.0 {
            self.widest = size.0.max(6.0 * STEP.0);
        } else if self.at.0 > 0.0 && self.at.0 + size.0 > self.widest {
            self.at = (0.0, self.below);
        }
        let by = (self.at.0 - low.0, self.at.1 - low.1);
        self.below = self.below.max(self.at.1 + size.1 + GAP);
        self.at.0 += size.0 + BESIDE;
        points.into_iter().map(|point| (point.0 + by.0, point.1 + by.1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(count: usize) -> Vec<Line> {
        (1..count).map(|at| (at - 1, at, 2)).collect()
    }

    #[test]
    fn equal_questions_have_equal_answers_and_no_sign_covers_another() {
        let mut lines = chain(12);
        lines.extend((12..40).map(|at| (at % 12, at, 2)));
        let points = place(44, &lines, 3);
        assert_eq!(points, place(44, &lines, 3));
        for (one, a) in points.iter().enumerate() {
            assert!(a.0.is_finite() && a.1.is_finite(), "{a:?}");
            for b in &points[one + 1..] {
                assert!((a.0 - b.0).abs() > 40.0 || (a.1 - b.1).abs() > 30.0, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn what_hangs_on_one_sign_stands_around_it() {
        let lines: Vec<Line> = (1..400).map(|at| (if at < 8 { at - 1 } else { at % 8 }, at, 2)).collect();
        let points = place(400, &lines, 0);
        for at in 8..400 {
            let (hub, own) = (points[at % 8], points[at]);
            let far = ((hub.0 - own.0).powi(2) + (hub.1 - own.1).powi(2)).sqrt();
            assert!((RING.0 - 2.0..400.0).contains(&far), "{at}: {far}");
        }
        for (one, a) in points.iter().enumerate() {
            for b in &points[one + 1..] {
                assert!((a.0 - b.0).abs() > 20.0 || (a.1 - b.1).abs() > 20.0, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_chain_lies_level_and_begins_at_the_left() {
        let points = place(5, &chain(5), 0);
        assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0), "{points:?}");
        let (low, high) = points.iter().fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p.1), h.max(p.1)));
        assert!(high - low < 60.0, "{points:?}");
    }

    #[test]
    fn absurd_lines_are_no_trouble() {
        assert!(place(0, &[], 0).is_empty());
        assert_eq!(place(1, &[(0, 0, 0), (0, 9, 2), (7, 8, u32::MAX)], 5).len(), 1);
        let points = place(3, &[(0, 1, u32::MAX), (1, 0, 1), (1, 2, u32::MAX)], 2);
        assert!(points.iter().all(|p| p.0.is_finite() && p.1.is_finite()), "{points:?}");
    }

    #[test]
    fn the_circle_is_near_enough() {
        for (part, x, y) in [(0.0, 1.0, 0.0), (0.25, 0.0, 1.0), (0.5, -1.0, 0.0), (1.0 / 12.0, 0.866, 0.5)] {
            let (a, b) = on_circle(part);
            assert!((a - x).abs() < 0.01 && (b - y).abs() < 0.01, "{part}: {a} {b}");
        }
    }
}
