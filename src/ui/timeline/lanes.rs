//! The lanes: by server, then by kind. Names are text beside the drawings; the drawings hold marks alone and are hidden from
//! assistive technology, because the table below holds the same.
//!
//! A click on a mark selects its row in the table and opens it. A dashed line over all lanes says when a problem had begun.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::overview::axis;
use super::scale::{percent, percent_text, ticks};
use super::{BINS, TABLE, marks, part_of, plot_of};
use crate::ui::language::{grouped, lane_word, use_words, words};
use crate::ui::session::Session;
use crate::ui::state::Action;
use crate::ui::view::View;
use crate::worker::protocol::{Flag, LanePicture, Picture, Query, Request};

/// Height of a lane in pixels.
const HEIGHT: f64 = 42.0;

/// How far from a mark a click still means it, in bins.
const NEAR: u32 = 4;

/// Rows of flags at most; one that finds no room is counted at the one that is in its way.
const FLAG_ROWS: usize = 6;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub picture: Rc<Picture>,
    pub query: Query,
    pub act: Callback<Action>,
    pub session: Session,
}

/// The lanes with their axis, and what there is to know about them.
#[function_component]
pub fn Lanes(props: &Props) -> Html {
    let _ = use_words();
    let Props { picture, query, act, session } = props;
    let mut before: Option<&str> = None;
    let lanes = picture.lanes.iter().enumerate().map(|(number, lane)| {
        let is_first = before.replace(&lane.server) != Some(&lane.server);
        let onclick = {
            let (picture, query, session) = (Rc::clone(picture), query.clone(), session.clone());
            Callback::from(move |event: MouseEvent| {
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                let Some(plot) = target.and_then(|target| plot_of(&target)) else { return };
                let at = (part_of(&plot, event.client_x()) * f64::from(BINS)) as u32;
                if let Some(row) = picture.lanes.get(number).and_then(|lane| row_near(lane, at)) {
                    open(row, &query, &session);
                }
            })
        };
        one(lane, is_first, picture, onclick)
    });
    let lanes: Html = lanes.collect();
    let (placed, rows) = flag_rows(&picture.flags);
    html! {
        <>
            <div class="tl-row tl-head">
                <div class="tl-label"><span>{ zone(picture) }</span></div>
                <div class="tl-drawing">
                    { axis(picture.range, picture) }
                    { flags(&placed, rows, act) }
                </div>
            </div>
            <div class="tl-lanes">
                { lanes }
                <div class="tl-over" aria-hidden="true">{ lines(picture) }</div>
            </div>
            { legend(picture) }
        </>
    }
}

fn zone(picture: &Picture) -> String {
    if picture.has_unplaced { words().timeline.as_printed.to_owned() } else { picture.frame.clocks.zone_name() }
}

/// The row of what lies nearest to a bin; of equally near ones the worst.
fn row_near(lane: &LanePicture, at: u32) -> Option<u32> {
    let bins = lane.bins.iter().map(|bin| (bin.at.abs_diff(at), std::cmp::Reverse(bin.weight), bin.row));
    let steps = lane.steps.iter().map(|step| (step.at.abs_diff(at), std::cmp::Reverse(Default::default()), step.row));
    bins.chain(steps).filter(|(far, ..)| *far <= NEAR).min().map(|(.., row)| row)
}

/// Selects a row of the table and opens it in the drawer.
fn open(number: u32, query: &Query, session: &Session) {
    session.ask(&Request::Position { table: TABLE.to_owned(), query: query.clone(), number });
    session.open_row(TABLE, number, &query.clocks);
}

fn one(lane: &LanePicture, is_first: bool, picture: &Picture, onclick: Callback<MouseEvent>) -> Html {
    let words = words().timeline;
    let server = if lane.server.is_empty() { words.no_server } else { &lane.server };
    let kind = lane_word(&lane.title);
    let title = if lane.queue.is_empty() { kind.to_owned() } else { short(&lane.queue, &lane.server) };
    let in_range = (words.in_range)(if lane.queue.is_empty() { kind } else { &lane.queue }, lane.marks.into());
    let is_empty = lane.bins.is_empty() && lane.stretches.is_empty() && lane.steps.is_empty();
    html! {
        <div class={classes!("tl-row", "tl-lane", is_first.then_some("first"))}>
            <div class="tl-label">
                if is_first { <b title={server.to_owned()}>{ server }</b> }
                <span title={in_range}>
                    { title }
                    if picture.is_mixed { { " · " }<span class="tl-clock">{ lane_word(&lane.clock).to_owned() }</span> }
                </span>
            </div>
            <div class="tl-drawing">
                <svg class="tl-plot" width="100%" height={HEIGHT.to_string()} {onclick} aria-hidden="true">
                    <rect class="tl-target" width="100%" height="100%" />
                    { drawing(lane) }
                </svg>
                if is_empty { <p class="tl-empty">{ elsewhere(lane, picture) }</p> }
            </div>
        </div>
    }
}

/// A queue without the name of its server, which stands above it.
fn short(queue: &str, server: &str) -> String {
    let own = queue.split_once('\\').filter(|(first, _)| first.eq_ignore_ascii_case(server)).map(|(_, own)| own);
    (words().timeline.queue)(own.unwrap_or(queue))
}

/// Where the marks of an empty lane are.
fn elsewhere(lane: &LanePicture, picture: &Picture) -> String {
    let digits = |at: i64| picture.frame.clocks.digits(at);
    (words().timeline.elsewhere)(lane.nearest.0.map(digits), lane.nearest.1.map(digits))
}

fn drawing(lane: &LanePicture) -> Html {
    let box_of = format!("0 0 {BINS} {HEIGHT}");
    if lane.longest > 0 {
        return queue(lane, box_of);
    }
    html! {
        <>
            <svg viewBox={box_of} preserveAspectRatio="none" width="100%" height={HEIGHT.to_string()}>
                <path class="tl-stretch" d={marks::stretches(&lane.stretches, 22.0)} />
                <path class="tl-bars" d={marks::bars(&lane.bins, 22.0, (5.0, 17.0), |bin| bin.count)} />
            </svg>
            { for marks::worst(&lane.bins).iter().map(|bin| marks::sign(bin.weight, marks::middle(bin.at, BINS), 32)) }
        </>
    }
}

/// The length of a queue as steps: from each list to the next one, and not beyond the last.
fn queue(lane: &LanePicture, box_of: String) -> Html {
    let y = |length: u64| HEIGHT - 5.0 - length as f64 / lane.longest as f64 * (HEIGHT - 18.0);
    let (mut line, mut area) = (String::new(), String::new());
    for (step, next) in lane.steps.iter().zip(lane.steps.iter().skip(1)) {
        let (from, to, y) = (f64::from(step.at) + 0.5, f64::from(next.at) + 0.5, y(step.length));
        line += &format!("{}{from} {y:.1}H{to}", if line.is_empty() { "M" } else { "L" });
        area += &format!("M{from} {}V{y:.1}H{to}V{}z", HEIGHT - 5.0, HEIGHT - 5.0);
    }
    if let (Some(last), false) = (lane.steps.last(), line.is_empty()) {
        line += &format!("V{:.1}", y(last.length));
    }
    html! {
        <>
            <svg viewBox={box_of} preserveAspectRatio="none" width="100%" height={HEIGHT.to_string()}>
                <path class="tl-area" d={area} /><path class="tl-steps" d={line} />
            </svg>
            { for lane.steps.iter().filter(|step| step.is_inside).map(|step| {
                let (x, y) = (marks::middle(step.at, BINS), y(step.length));
                // A number at the right end would be cut off.
                let (anchor, dx) = if x > 50.0 { ("end", "-5") } else { ("start", "5") };
                html! {
                    <>
                        <circle class="tl-dot" cx={percent_text(x)} cy={format!("{y:.1}")} r="3" />
                        <text x={percent_text(x)} y={format!("{:.1}", y - 4.0)} {dx} text-anchor={anchor}>{ grouped(step.length) }</text>
                    </>
                }
            }) }
        </>
    }
}

/// A flag that is shown.
#[derive(Debug, PartialEq)]
struct Placed<'f> {
    flag: &'f Flag,
    row: usize,
    /// The problems that had begun by then and found no room.
    more: Vec<&'f Flag>,
}

/// Each flag with its row, so that texts do not lie on each other; and the number of rows.
fn flag_rows(flags: &[Flag]) -> (Vec<Placed<'_>>, usize) {
    // In percent of the width; a flag takes about a fifth.
    const WIDTH: f64 = 20.0;
    let mut sorted: Vec<&Flag> = flags.iter().collect();
    sorted.sort_by_key(|flag| (flag.bin, flag.problem));
    let mut ends = [f64::NEG_INFINITY; FLAG_ROWS];
    let mut placed: Vec<Placed<'_>> = Vec::new();
    for flag in sorted {
        let at = marks::middle(flag.bin, BINS);
        // Flags near the right end hang to the left.
        let begin = if at > 80.0 { at - WIDTH } else { at };
        match ends.iter_mut().enumerate().find(|(_, end)| **end <= begin) {
            Some((row, end)) => {
                *end = begin + WIDTH;
                placed.push(Placed { flag, row, more: Vec::new() });
            }
            None => {
                if let Some(last) = placed.iter_mut().rev().find(|placed| placed.row + 1 == FLAG_ROWS) {
                    last.more.push(flag);
                }
            }
        }
    }
    let rows = placed.iter().map(|placed| placed.row + 1).max().unwrap_or(0);
    (placed, rows)
}

fn flags(placed: &[Placed<'_>], rows: usize, act: &Callback<Action>) -> Html {
    if placed.is_empty() {
        return Html::default();
    }
    let height = rows * 24 + 2;
    html! {
        <svg class="tl-flags" width="100%" height={height.to_string()} role="group" aria-label={words().timeline.flags}>
            { for placed.iter().map(|Placed { flag, row, more }| {
                let problem = flag.problem;
                let told = std::iter::once(flag).chain(more).map(|flag| format!("{}, {}", flag.text, flag.time));
                let onclick = act.reform(move |event: MouseEvent| {
                    event.prevent_default();
                    Action::ShowProblem(problem)
                });
                let at = marks::middle(flag.bin, BINS);
                let (anchor, dx) = if at > 80.0 { ("end", "-6") } else { ("start", "6") };
                let class = classes!("tl-flag", marks::weight_class(flag.weight));
                let y = row * 24;
                html! {
                    <g {class}>
                        <title lang="en">{ told.collect::<Vec<_>>().join("\n") }</title>
                        <line x1={percent_text(at)} x2={percent_text(at)} y1={y.to_string()} y2={height.to_string()} />
                        <a href={View::Diagnosis.hash()} {onclick}>
                            <text x={percent_text(at)} y={(y + 15).to_string()} {dx} text-anchor={anchor}>{ (words().timeline.flag)(problem, time_of(&flag.time), more.len()) }</text>
                        </a>
                    </g>
                }
            }) }
        </svg>
    }
}

/// The time of day of `2019-03-12 07:52:07 UTC`.
fn time_of(time: &str) -> &str {
    time.split(' ').nth(1).unwrap_or(time)
}

/// Lines over all lanes: round times, and where problems had begun.
fn lines(picture: &Picture) -> Html {
    let clocks = &picture.frame.clocks;
    let ticks = ticks(picture.range, clocks.zone() * 60_000, 9, |_| String::new());
    html! {
        <svg width="100%" height="100%">
            { for ticks.iter().map(|tick| percent_text(percent(tick.at, picture.range))).map(|x| html! {
                <line class="tl-gridline" x1={x.clone()} x2={x} y1="0" y2="100%" />
            }) }
            { for picture.flags.iter().map(|flag| (flag, percent_text(marks::middle(flag.bin, BINS)))).map(|(flag, x)| html! {
                <line class={classes!("tl-begins", marks::weight_class(flag.weight))} x1={x.clone()} x2={x} y1="0" y2="100%" />
            }) }
        </svg>
    }
}

/// What the signs mean, and what is not drawn.
fn legend(picture: &Picture) -> Html {
    use crate::worker::protocol::Weight;
    let sign = |weight: Weight, words: &'static str| {
        html! { <li><svg width="14" height="14" aria-hidden="true">{ marks::sign(weight, 50.0, 7) }</svg>{ words }</li> }
    };
    let texts = words().timeline;
    let mut notes = vec![texts.counted.to_owned()];
    if picture.undrawn > 0 {
        notes.push((texts.undrawn)(picture.undrawn.into()));
    }
    if picture.untimed > 0 {
        notes.push((texts.untimed)(picture.untimed));
    }
    if picture.left_out > 0 {
        notes.push((texts.left_out)(picture.left_out));
    }
    html! {
        <div class="tl-legend">
            <ul>
                <li><svg width="14" height="14" aria-hidden="true"><path class="tl-bars" d="M3 12v-5h2v5zM8 12v-10h2v10z" /></svg>{ texts.records }</li>
                { sign(Weight::Warning, texts.warning) }
                { sign(Weight::Error, texts.error) }
                { sign(Weight::Critical, texts.critical) }
            </ul>
            <p class="meta">{ notes.join(" ") }</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::protocol::{Bin, Weight};

    fn flag(problem: u32, bin: u32) -> Flag {
        Flag {
            problem,
            at: 0,
            bin,
            time: "2019-03-12 07:52:07 UTC".to_owned(),
            weight: Weight::Error,
            text: String::new(),
        }
    }

    #[test]
    fn flags_do_not_lie_on_each_other() {
        let shown = |flags: &[Flag]| -> (Vec<(u32, usize, usize)>, usize) {
            let (placed, rows) = flag_rows(flags);
            (placed.iter().map(|placed| (placed.flag.problem, placed.row, placed.more.len())).collect(), rows)
        };
        let few = [flag(1, 100), flag(2, 110), flag(3, 300), flag(4, 120), flag(5, 130)];
        assert_eq!(shown(&few), (vec![(1, 0, 0), (2, 1, 0), (4, 2, 0), (5, 3, 0), (3, 0, 0)], 4));
        let many: Vec<Flag> = (1..=9).map(|problem| flag(problem, 100)).collect();
        let mut expected: Vec<(u32, usize, usize)> = (1..=6).zip(0..).map(|(problem, row)| (problem, row, 0)).collect();
        expected[5].2 = 3;
        assert_eq!(shown(&many), (expected, 6));
        assert_eq!(time_of("2019-03-12 07:52:07 UTC"), "07:52:07");
    }

    #[test]
    fn a_click_means_the_nearest_mark() {
        let bin = |at: u32, weight: Weight| Bin { at, count: 1, errors: 0, weight, row: at * 10 };
        let bins = vec![bin(10, Weight::Record), bin(14, Weight::Error), bin(90, Weight::Record)];
        let lane = LanePicture { bins, ..LanePicture::default() };
        assert_eq!([row_near(&lane, 12), row_near(&lane, 11), row_near(&lane, 40)], [Some(140), Some(100), None]);
    }

    #[test]
    fn a_queue_is_called_without_its_server() {
        assert_eq!(short(r"EX1\3518", "ex1"), "Queue 3518");
        assert_eq!(short("smtp.contoso.com", "EX1"), "Queue smtp.contoso.com");
    }
}
