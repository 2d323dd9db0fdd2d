//! The signs and lines of the map as they are drawn.

use yew::prelude::*;

use super::say;
use crate::ui::language::words;
use crate::worker::protocol::{Edge, EdgeKind, Node, PlaceKind, RouteTold, RoutingMap};

/// Characters of a name on the map.
const MOST: usize = 40;

/// The position of the sign that stands for a key.
pub fn of_key(map: &RoutingMap, key: &str) -> Option<usize> {
    let is = |node: &Node| node.key == key || node.members.iter().any(|(own, _)| own == key);
    if key.is_empty() { None } else { map.nodes.iter().position(is) }
}

/// The signs that a way passes, in its order, each step once.
pub fn trail(map: &RoutingMap, route: Option<&RouteTold>) -> Vec<usize> {
    let mut found: Vec<usize> =
        route.into_iter().flat_map(|told| &told.trail).filter_map(|key| of_key(map, key)).collect();
    found.dedup();
    found
}

/// Whether a line is a step of a way.
pub fn is_step(edge: &Edge, trail: &[usize]) -> bool {
    let (a, b) = (edge.ends.0 as usize, edge.ends.1 as usize);
    trail.windows(2).any(|pair| pair == [a, b] || pair == [b, a])
}

/// How a sign is drawn.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Marks {
    /// Whether its name stands beside it, and its number in it.
    pub has_name: bool,
    pub has_number: bool,
    pub is_open: bool,
    pub is_on_route: bool,
    pub is_broken: bool,
    pub is_active: bool,
}

/// A sign.
pub fn sign(at: usize, node: &Node, marks: Marks) -> Html {
    // A sign has as few elements as it can: there are hundreds of them.
    let shape = "routing-scaled routing-shape";
    let drawing = match node.kind {
        PlaceKind::Site => html! { <circle class={shape} r="14" /> },
        PlaceKind::Hub => {
            html! { <><circle class={shape} r="18" /><circle class="routing-scaled routing-ring" r="13.5" /></> }
        }
        PlaceKind::Group => html! { <rect class={shape} x="-15" y="-15" width="30" height="30" /> },
        PlaceKind::Link => html! { <circle class="routing-scaled routing-joint" r="5" /> },
        PlaceKind::Exit => html! { <path class={shape} d="M-14 -10H5L15 0 5 10H-14z" /> },
        PlaceKind::Several => html! {
            <><circle class={shape} cx="6" cy="-5" r="14" /><circle class={shape} cx="3" cy="-2.5" r="14" /><circle class={shape} r="14" /></>
        },
    };
    let is_bad = marks.is_broken || node.is_cut_off;
    let number = match node.kind {
        _ if !marks.has_number => String::new(),
        PlaceKind::Link => String::new(),
        PlaceKind::Exit if node.number < 2 => String::new(),
        _ => node.number.to_string(),
    };
    let full = say::name(node);
    let shown =
        if full.chars().count() > MOST { full.chars().take(MOST - 1).chain(['…']).collect() } else { full.clone() };
    let label = say::node(node, is_bad);
    let (x, y, anchor) = match node.side {
        0 => ("23", 4, "start"),
        1 => ("-23", 4, "end"),
        2 => ("0", 35, "middle"),
        3 => ("0", -24, "middle"),
        4 => ("12", 24, "start"),
        5 => ("-12", 24, "end"),
        6 => ("12", -15, "start"),
        _ => ("-12", -15, "end"),
    };
    let is_above = matches!(node.side, 3 | 6 | 7);
    let above = if is_above { 34 } else { -26 };
    let below = if is_above { y - 15 } else { y + 15 };
    let class = classes!(
        "routing-node",
        (node.kind == PlaceKind::Site && node.number == 0).then_some("empty"),
        node.is_start.then_some("start"),
        marks.is_open.then_some("open"),
        marks.is_on_route.then_some("on-route"),
        is_bad.then_some("broken"),
    );
    let beside = match (node.kind, node.cost) {
        (PlaceKind::Exit, _) => node.spaces.clone(),
        (PlaceKind::Link, Some(cost)) => say::cost(cost),
        (PlaceKind::Link, None) => words().routing.unread.to_owned(),
        _ => String::new(),
    };
    html! {
        <g key={node.key.clone()} {class} transform={format!("translate({} {})", node.at.0, node.at.1)} data-node={at.to_string()} role="button"
            tabindex={if marks.is_active { "0" } else { "-1" }} aria-label={label} aria-pressed={marks.is_open.to_string()}>
            { drawing }
            if is_bad { <rect class="routing-scaled routing-frame" x="-20" y="-20" width="40" height="40" /> }
            if !number.is_empty() { <text class="routing-scaled routing-number" y="4">{ number }</text> }
            if marks.has_name {
                <text class="routing-name" {x} y={y.to_string()} text-anchor={anchor}>{ shown }</text>
                if !beside.is_empty() {
                    <text class="routing-spaces" {x} y={below.to_string()} text-anchor={anchor}>{ beside }</text>
                }
            }
            if is_bad {
                <g class="routing-sign">
                    <g class="routing-break" transform={format!("translate(0 {above})")}>
                        <path d="M-54 -9h6l4 4v6l-4 4h-6l-4 -4v-6z" /><path class="cut" d="M-51 -6v4M-51 .5v1.5" />
                        <text x="-39" y="2">{ if marks.is_broken { words().routing.breaks_here } else { words().routing.no_way } }</text>
                    </g>
                </g>
            }
        </g>
    }
}

/// A line of the way that is shown.
pub fn step(map: &RoutingMap, edge: &Edge) -> Html {
    let Some((a, b)) = ends(map, edge) else { return Html::default() };
    let class = classes!("routing-line", "on-route", class_of(edge.kind));
    html! { <line {class} x1={a.0.to_string()} y1={a.1.to_string()} x2={b.0.to_string()} y2={b.1.to_string()} /> }
}

fn ends(map: &RoutingMap, edge: &Edge) -> Option<((i32, i32), (i32, i32))> {
    Some((map.nodes.get(edge.ends.0 as usize)?.at, map.nodes.get(edge.ends.1 as usize)?.at))
}

fn class_of(kind: EdgeKind) -> Option<&'static str> {
    match kind {
        EdgeKind::SiteLink => None,
        EdgeKind::GroupConnector => Some("between-groups"),
        EdgeKind::Exit => Some("exit"),
    }
}

/// All lines of a kind that are no steps of a way: one element, since there can be thousands.
pub fn lines(map: &RoutingMap, kind: EdgeKind, trail: &[usize]) -> Html {
    let mut d = String::new();
    for edge in map.edges.iter().filter(|edge| edge.kind == kind && !is_step(edge, trail)) {
        if let Some((a, b)) = ends(map, edge) {
            d.push_str(&format!("M{} {}L{} {}", a.0, a.1, b.0, b.1));
        }
    }
    if d.is_empty() {
        return Html::default();
    }
    html! { <path class={classes!("routing-line", class_of(kind))} {d} /> }
}

/// The cost on a line.
pub fn cost(edge: &Edge, is_on_route: bool) -> Html {
    let Some(text) = say::edge(edge) else { return Html::default() };
    let class = classes!("routing-cost", is_on_route.then_some("on-route"));
    let transform = format!("translate({} {})", edge.label.0, edge.label.1);
    if edge.kind == EdgeKind::GroupConnector {
        let characters = edge.name.chars().count().max(text.chars().count()).min(MOST) as f64;
        let width = characters * 7.0 + 16.0;
        return html! {
            <g {class} {transform}>
                <g class="routing-sign">
                    <rect class="routing-box" x={(-width / 2.0).to_string()} y="-17" width={width.to_string()} height="34" />
                    <text class="routing-by" y="-3">{ edge.name.chars().take(MOST).collect::<String>() }</text>
                    <text y="11">{ text }</text>
                </g>
            </g>
        };
    }
    html! { <g {class} {transform}><text class="routing-sign" y="4">{ text }</text></g> }
}
