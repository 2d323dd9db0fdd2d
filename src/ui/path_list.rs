//! The way of a message in the drawer: its steps with what they took, each a button that shows its line below.
//!
//! The worker searches the logs while this is on the page: it is asked when a message is shown, again when the reader says something
//! else about clocks, and told to stop when this goes. Steps come in where they belong, so the list has a place of its own that does
//! not grow (`www/style/path.css`). The arrow keys go from one place to the next; the key of tabulation stops once.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::case::{Case, OF_PATH};
use super::language::{use_words, words};
use super::session::Session;
use super::shared::command_box::CommandBox;
use super::state::{Action, Cite, ROW};
use super::text::location;
use super::view::View;
use crate::report::Missing;
use crate::worker::protocol::{Clocks, LogsSearched, MessagePath, PathStep, Request, StepClock, StepPlace};

/// Names the place that a button shows.
const PLACE: &str = "data-place";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub case: Case,
    pub cite: Cite,
    pub clocks: Clocks,
    pub act: Callback<Action>,
    pub session: Session,
}

/// The path of the message that is open.
#[function_component]
pub fn PathList(props: &Props) -> Html {
    let words = use_words().path;
    let Props { case, cite, clocks, act, session } = props;
    let row = case.row.as_ref();
    let path = row.and_then(|row| row.path.as_ref());
    let asked = row.map(|row| (row.table.clone(), row.number, path.map(|path| path.message_id.clone())));
    use_effect_with((asked, clocks.clone()), {
        let session = session.clone();
        move |(asked, clocks)| {
            let id = asked.as_ref().and_then(|(.., id)| id.clone()).filter(|id| !id.is_empty());
            let is_asked = id.is_some();
            if let Some(message_id) = id {
                session.ask(&Request::Path { message_id, clocks: clocks.clone() });
            }
            move || {
                if is_asked {
                    session.ask(&Request::StopPath);
                }
            }
        }
    });
    let Some(path) = path else { return Html::default() };
    let show_row = act.reform(|_: MouseEvent| Action::Cite(Some(Cite { problem: ROW, number: OF_PATH })));
    let is_own = cite.number <= OF_PATH;
    html! {
        <section id="path" class="message-path" aria-labelledby="path-title">
            <header class="path-head">
                <h3 id="path-title">{ words.title }</h3>
                <button type="button" class="button" id="path-row" aria-pressed={is_own.to_string()} title={words.own_row_about}
                    onclick={show_row}>{ words.own_row }</button>
            </header>
            if path.message_id.is_empty() {
                <p class="path-said">{ words.no_id }</p>
            } else {
                <p class="path-said" id="path-said">{ said(path) }</p>
                { hops(path) }
                <div class="path-all">{ steps(path, *cite, act) }</div>
            }
            <div class="path-remarks">{ remarks(path, act) }</div>
        </section>
    }
}

/// How far it is, and what it comes to.
fn said(path: &MessagePath) -> String {
    let words = words().path;
    let found = (words.found)(path.steps.len() as u64, path.hops.len() as u64);
    let mut parts = vec![found];
    if !path.logs.is_done {
        parts.insert(0, (words.searching)(percent(&path.logs)));
        return parts.join(" · ");
    }
    parts.extend(path.total.map(|total| (words.in_all)(&(words.span)(total))));
    parts.push(match path.logs.files {
        0 => words.no_logs.to_owned(),
        logs => (words.searched)(logs.into()),
    });
    parts.join(" · ")
}

fn percent(logs: &LogsSearched) -> u64 {
    logs.bytes.saturating_mul(100).checked_div(logs.of).unwrap_or(0).min(99)
}

fn hops(path: &MessagePath) -> Html {
    let words = words().path;
    html! {
        <ol class="path-hops" aria-label={words.hops} title={words.hops_about}>
            { for path.hops.iter().map(|hop| html! {
                <li key={hop.server.clone()}><span class="path-server">{ &hop.server }</span>{ " " }<span class="path-took">{ if hop.took > 0 { (words.span)(hop.took) } else { String::new() } }</span></li>
            }) }
        </ol>
    }
}

fn steps(path: &MessagePath, cite: Cite, act: &Callback<Action>) -> Html {
    let open = cite.number.checked_sub(OF_PATH).filter(|number| *number > 0);
    let places: Vec<u32> = path.steps.iter().flat_map(|step| &step.places).map(|place| place.number).collect();
    // The one that the key of tabulation stops at.
    let stop = open.filter(|open| places.contains(open)).or_else(|| places.first().copied());
    let onkeydown = Callback::from(move |event: KeyboardEvent| key(&event, &places));
    html! {
        <ol class="path-steps" aria-label={words().path.steps} {onkeydown}>
            { for path.steps.iter().map(|step| one(step, open, stop, act)) }
        </ol>
    }
}

fn one(step: &PathStep, open: Option<u32>, stop: Option<u32>, act: &Callback<Action>) -> Html {
    let words = words().path;
    let Some((place, others)) = step.places.split_first() else { return Html::default() };
    let class = classes!("path-step", step.is_longest.then_some("longest"), step.is_other.then_some("other"));
    let is_open = |place: &StepPlace| open == Some(place.number);
    let tab = |place: &StepPlace| if stop == Some(place.number) { "0" } else { "-1" };
    let show = |place: &StepPlace| {
        let cite = Cite { problem: ROW, number: place.number.saturating_add(OF_PATH) };
        act.reform(move |_: MouseEvent| Action::Cite(Some(cite)))
    };
    let name = location(&place.evidence);
    html! {
        <li key={place.number} {class}>
            <button type="button" class="path-open" data-place={place.number.to_string()} aria-pressed={is_open(place).to_string()}
                tabindex={tab(place)} title={(words.open)(&name)} onclick={show(place)}>
                <span class="path-time">{ if step.time.is_empty() { words.no_time } else { &step.time } }</span>{ " " }
                <span class="path-server">{ &step.server }</span>{ " " }
                <span class="path-event" lang="en">{ &step.event }</span>{ " " }
                { after(step) }{ " " }
                <span class="path-rest">{ rest(step) }</span>
            </button>
            <div class="path-also">
                { for others.iter().map(|place| html! {
                    <button type="button" key={place.number} class="path-open link plain" data-place={place.number.to_string()} tabindex={tab(place)}
                        aria-pressed={is_open(place).to_string()} onclick={show(place)}>{ (words.also)(&location(&place.evidence)) }</button>
                }) }
            </div>
        </li>
    }
}

/// What a step took. What is shown is short, and what is read out is a sentence.
fn after(step: &PathStep) -> Html {
    let words = words().path;
    let Some(after) = step.after.filter(|after| *after > 0) else { return Html::default() };
    let span = (words.span)(after);
    html! {
        <span class="path-after">
            if step.is_longest { <b>{ words.longest }</b>{ " " } }
            <span aria-hidden="true">{ format!("+{span}") }</span><span class="visually-hidden">{ (words.after)(&span) }</span>
        </span>
    }
}

/// What else the record says, and what kind of record that is.
fn rest(step: &PathStep) -> String {
    let words = words().path;
    let mut parts: Vec<String> = step.aspects.iter().map(|(aspect, text)| (words.aspect)(*aspect, text)).collect();
    if step.rows > 1 {
        parts.push((words.rows)(step.rows.into()));
    }
    if step.is_other {
        parts.push(words.other.to_owned());
    }
    parts.push((words.origin)(step.origin).to_owned());
    parts.join(" · ")
}

fn remarks(path: &MessagePath, act: &Callback<Action>) -> Html {
    let words = words().path;
    let to_timeline = act.reform(|_: MouseEvent| Action::Show(View::Timeline));
    let is_untimed = path.steps.iter().any(|step| step.clock == StepClock::Unknown);
    let counts =
        [(path.beyond, words.beyond), (path.logs.damaged, words.damaged), (path.logs.broken.into(), words.broken)];
    html! {
        <>
            if path.is_apart {
                <p>{ words.apart }{ " " }<button type="button" class="link" id="path-clocks" onclick={to_timeline}>{ words.to_timeline }</button></p>
            }
            if is_untimed { <p>{ words.untimed }</p> }
            <div class="path-counts">
                { for counts.into_iter().filter(|(number, _)| *number > 0).map(|(number, text)| html! { <p>{ text(number) }</p> }) }
            </div>
            if path.logs.files > 0 { <p>{ words.scope }</p> }
            <div class="path-missing">{ for path.missing.iter().map(|missing| bring(missing, act)) }</div>
        </>
    }
}

/// What would show more, with the command that brings it. It comes from below the page.
fn bring(missing: &Missing, act: &Callback<Action>) -> Html {
    let words = words().path;
    html! {
        <div class="path-bring">
            <p>{ words.bring }{ " " }<span lang="en">{ &missing.what }</span>{ ". " }{ words.settles }{ " " }<span lang="en">{ &missing.settles }</span>{ "." }</p>
            if !missing.command.is_empty() {
                <CommandBox command={missing.command.clone()} say={act.reform(Action::Say)} />
            }
        </div>
    }
}

/// Goes from one place to the next.
fn key(event: &KeyboardEvent, places: &[u32]) {
    let from = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(from) = from.and_then(|at| at.closest(".path-open").ok().flatten()) else { return };
    let Some(list) = from.closest(".path-steps").ok().flatten() else { return };
    let number = from.get_attribute(PLACE).and_then(|number| number.parse::<u32>().ok());
    let at = places.iter().position(|place| Some(*place) == number).unwrap_or(0);
    let to = match event.key().as_str() {
        "ArrowDown" => places.get(at + 1),
        "ArrowUp" => places.get(at.saturating_sub(1)),
        "Home" => places.first(),
        "End" => places.last(),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let to = to.and_then(|to| list.query_selector(&format!("[{PLACE}=\"{to}\"]")).ok().flatten());
    if let Some(to) = to.and_then(|to| to.dyn_into::<HtmlElement>().ok()) {
        let _ = to.focus();
    }
}
