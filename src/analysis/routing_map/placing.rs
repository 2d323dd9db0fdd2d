//! From places and links to a drawing: where signs stand, where their names and costs, and from which magnification on.

use super::labels::{self, Side};
use super::{Edge, EdgeKind, Node, PlaceKind, RoutingMap, layout};
use crate::base::order::Order as _;

/// Gives signs, names and costs their places.
pub(super) fn place(mut nodes: Vec<Node>, mut edges: Vec<Edge>, start: usize, map: &mut RoutingMap) {
    let mut count = nodes.len();
    let mut wished: Vec<layout::Line> = Vec::new();
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for edge in &edges {
        let (a, b) = (edge.ends.0 as usize, edge.ends.1 as usize);
        ends.push((a, b));
        if edge.kind == EdgeKind::GroupConnector {
            // What is written on it needs the room of a sign.
            wished.extend([(a, count, 2), (count, b, 2)]);
            count += 1;
        } else {
            wished.push((a, b, 2));
        }
    }
    let mut points = layout::place(count, &wished, start);
    points.truncate(nodes.len());
    let sizes: Vec<labels::Size> = nodes.iter().map(labels::size_of).collect();
    let marked: Vec<bool> = nodes.iter().map(|node| node.is_cut_off).collect();
    let mut joined = vec![0_usize; nodes.len()];
    for (a, b) in &ends {
        for end in [*a, *b] {
            if let Some(number) = joined.get_mut(end) {
                *number += 1;
            }
        }
    }
    let rank = |node: &Node| match node.kind {
        _ if node.is_start || node.is_cut_off => 0,
        PlaceKind::Hub | PlaceKind::Group => 1,
        PlaceKind::Site | PlaceKind::Several => 2,
        PlaceKind::Link => 3,
        PlaceKind::Exit => 4,
    };
    let mut order: Vec<(u8, usize, usize)> = (0_usize..)
        .zip(&nodes)
        .map(|(at, node)| (rank(node), usize::MAX - joined.get(at).copied().unwrap_or(0), at))
        .collect();
    order.order();
    let important = order.iter().filter(|(rank, ..)| *rank < 2).count();
    let order: Vec<usize> = order.into_iter().map(|(_, _, at)| at).collect();
    let texts: Vec<(usize, usize, f64, f64)> = edges
        .iter()
        .map(|edge| {
            let (a, b) = (edge.ends.0 as usize, edge.ends.1 as usize);
            match edge.kind {
                EdgeKind::GroupConnector => (a, b, labels::width(&edge.name).max(96.0) + 16.0, 34.0),
                EdgeKind::SiteLink => (a, b, 28.0, 16.0),
                EdgeKind::Exit => (a, b, 0.0, 0.0),
            }
        })
        .collect();
    let boxes: Vec<(layout::Point, f64, f64)> = texts
        .iter()
        .filter(|text| text.3 > 20.0)
        .filter_map(|(a, b, width, height)| {
            let (a, b) = (points.get(*a)?, points.get(*b)?);
            Some((((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0), *width, *height))
        })
        .collect();
    let around = labels::Around { points: &points, lines: &ends, boxes: &boxes, marked: &marked };
    let names = labels::names(&around, &sizes, &order, important);
    let frames: Vec<(labels::Frame, u8)> = sizes
        .iter()
        .zip(&names)
        .map(|(size, (side, level))| (labels::frame((0.0, 0.0), *size, *side), *level))
        .collect();
    let costs = labels::costs(&points, &texts, &frames);
    let low = points.iter().fold((0.0_f64, 0.0_f64), |low, p| (low.0.min(p.0), low.1.min(p.1)));
    let high = points.iter().fold((0.0_f64, 0.0_f64), |high, p| (high.0.max(p.0), high.1.max(p.1)));
    let whole = |point: layout::Point| ((point.0 - low.0).round() as i32, (point.1 - low.1).round() as i32);
    for ((node, point), (side, level)) in nodes.iter_mut().zip(&points).zip(names) {
        node.at = whole(*point);
        node.level = level;
        node.side = match side {
            Side::Right => 0,
            Side::Left => 1,
            Side::Below => 2,
            Side::Above => 3,
            Side::BelowRight => 4,
            Side::BelowLeft => 5,
            Side::AboveRight => 6,
            Side::AboveLeft => 7,
        };
    }
    for (edge, (at, level)) in edges.iter_mut().zip(costs) {
        (edge.label, edge.level) = (whole(at), level);
    }
    map.size = ((high.0 - low.0).round() as u32, (high.1 - low.1).round() as u32);
    map.nodes = nodes;
    map.edges = edges;
}
