//! The raw lines in the drawer: line numbers, the numbers of all citations of the problem in this file, marks.
//!
//! Lines of the open citation have a soft fill and full marks, those of others a dotted underline. Trap: when
//! lines come in above, the list must not jump; the browser's own anchoring does not help at the very top,
//! so it is switched off and done here.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::case::{Case, OF_PATH};
use super::drawer::{hits, marked_texts};
use super::language::{use_words, words};
use super::shared::excerpt::with_marks;
use super::state::{Cite, ROW, Window};
use super::text::occurrences;
use crate::report::Evidence;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub case: Case,
    pub cite: Cite,
    pub raw: Option<Window>,
    /// Asks for more lines: first and number.
    pub more: Callback<(u32, u32)>,
    /// How many lines a link brings.
    pub step: u32,
}

/// What the list looked like after the last change.
#[derive(Clone, Copy, Default, PartialEq)]
struct Seen {
    cite: Option<Cite>,
    first: u32,
    height: i32,
}

/// The list.
#[function_component]
pub fn RawLines(props: &Props) -> Html {
    let words = use_words().drawer;
    let Props { case, cite, raw, more, step } = props;
    let node = use_node_ref();
    let seen = use_mut_ref(Seen::default);
    let window = raw.as_ref().map(|raw| (raw.first, raw.lines.len()));
    use_effect_with((*cite, window), {
        let node = node.clone();
        move |(cite, window)| {
            let (Some(list), Some((first, _))) = (node.cast::<HtmlElement>(), *window) else { return };
            let before = *seen.borrow();
            if before.cite != Some(*cite) {
                center(&list);
            } else if first < before.first {
                list.set_scroll_top(list.scroll_top() + list.scroll_height() - before.height);
            }
            seen.replace(Seen { cite: Some(*cite), first, height: list.scroll_height() });
        }
    });
    let Some(evidence) = case.evidence(cite.problem, cite.number) else { return Html::default() };
    let Some(raw) = raw else { return waiting(evidence) };
    let hits = hits(case, *cite, evidence.source);
    let above = raw.first.saturating_sub(1);
    let below = raw.total.saturating_sub(raw.end().saturating_sub(1));
    let ask_above = {
        let (more, count, first) = (more.clone(), above.min(*step), raw.first);
        Callback::from(move |_: MouseEvent| more.emit((first - count, count)))
    };
    let ask_below = {
        let (more, count, end) = (more.clone(), below.min(*step), raw.end());
        Callback::from(move |_: MouseEvent| more.emit((end, count)))
    };
    let lines = (raw.first..).zip(raw.lines.iter());
    html! {
        <div class="raw-frame">
            <div class="raw-scroll" ref={node} tabindex="0" role="region" aria-label={(words.lines_of)(&evidence.input)}>
                if above > 0 {
                    <button type="button" class="link plain raw-more" onclick={ask_above}>{ (words.above)(above) }</button>
                }
                <ol class="raw">
                    { for lines.map(|(number, line)| one(case, *cite, &hits, number, line)) }
                </ol>
                if below > 0 {
                    <button type="button" class="link plain raw-more" onclick={ask_below}>{ (words.below)(below) }</button>
                } else {
                    <p class="meta raw-end">{ words.end }</p>
                }
            </div>
            { strip(&hits, *cite, raw) }
        </div>
    }
}

/// What stands here until the file was read.
pub fn waiting(evidence: &Evidence) -> Html {
    let words = words().drawer;
    let text = match evidence.lines {
        Some((line, _)) => (words.reading_around)(line),
        None => words.reading.to_owned(),
    };
    html! { <div class="raw-frame" aria-busy="true"><p class="meta raw-wait">{ text }</p></div> }
}

fn one(case: &Case, cite: Cite, hits: &[(u32, (u32, u32))], number: u32, line: &str) -> Html {
    let here: Vec<u32> =
        hits.iter().filter(|(_, (first, last))| (*first..=*last).contains(&number)).map(|(hit, _)| *hit).collect();
    let current = here.contains(&cite.number);
    // Places of a path have no numbers that anybody sees.
    let is_shown = |hit: u32| cite.problem != ROW || hit <= OF_PATH;
    let begins = hits.iter().filter(|(hit, (first, _))| *first == number && here.contains(hit) && is_shown(*hit));
    let begins = begins.map(|(hit, _)| *hit);
    let shown: Vec<u32> = if current { vec![cite.number] } else { here.clone() };
    let texts: Vec<String> =
        shown.iter().filter_map(|hit| case.evidence(cite.problem, *hit)).flat_map(marked_texts).collect();
    let marks = occurrences(line, &texts);
    let class = classes!("line", (!here.is_empty()).then_some("hit"), current.then_some("current"));
    html! {
        <li key={number} data-line={number.to_string()} {class} aria-current={current.then_some("true")}>
            <span class="cites">{ for begins.map(|hit| html! {
                <span class={classes!("cite", (hit == cite.number).then_some("open"))}>{ hit }</span>
            }) }</span>
            <span class="line-number">{ number }</span>
            <span class="line-text">{ with_marks(line, &marks) }</span>
        </li>
    }
}

/// Where the hits lie in the whole file, and which part of it the list holds.
fn strip(hits: &[(u32, (u32, u32))], cite: Cite, raw: &Window) -> Html {
    let total = f64::from(raw.total.max(1));
    let at = |line: u32| (f64::from(line.saturating_sub(1)) / total * 1000.0).round();
    let window = (at(raw.first), (at(raw.end()) - at(raw.first)).max(12.0));
    html! {
        <svg class="strip" viewBox="0 0 8 1000" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect class="strip-window" x="0.5" y={window.0.to_string()} width="7" height={window.1.to_string()} />
            { for hits.iter().map(|(hit, (line, _))| html! {
                <rect class={classes!("strip-hit", (*hit == cite.number).then_some("open"))} x="0" y={at(*line).to_string()} width="8" height="5" />
            }) }
        </svg>
    }
}

/// Brings the open citation to the upper third.
pub fn center(list: &HtmlElement) {
    let hit = list.query_selector("li.current").ok().flatten();
    let Some(hit) = hit else { return list.set_scroll_top(0) };
    let offset = hit.get_bounding_client_rect().top() - list.get_bounding_client_rect().top();
    list.set_scroll_top(list.scroll_top() + offset as i32 - list.client_height() / 3);
}
