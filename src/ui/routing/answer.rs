//! The answer of the route calculator: a sentence, the steps with what they cost, why, and the other ways in.

use yew::prelude::*;

use super::drawer::{cite, problem};
use super::say::{self, sentence};
use crate::report::Severity;
use crate::ui::case::Case;
use crate::ui::language::{grouped, words};
use crate::ui::session::Session;
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::shared::sentence::with_names;
use crate::ui::shared::verdict::severity_shape;
use crate::ui::state::Action;
use crate::worker::protocol::{End, Hop, RouteTold};

/// The answer as text, to copy.
pub fn text(told: &RouteTold) -> String {
    let mut lines = vec![sentence(told), String::new()];
    for (at, hop) in told.hops.iter().enumerate() {
        lines.push([added(at, hop).as_str(), &hop.name, &parts(at, hop).join(" · ")].join("\t"));
    }
    for (title, sentences) in [(words().routing.why, &told.why), (words().routing.other_connectors, &told.others)] {
        if !sentences.is_empty() {
            lines.extend([String::new(), title.to_owned()]);
            lines.extend(sentences.iter().cloned());
        }
    }
    lines.join("\n")
}

fn added(at: usize, hop: &Hop) -> String {
    if at == 0 { say::cost(0) } else { hop.added.map(|cost| format!("+{}", grouped(cost))).unwrap_or_default() }
}

/// What is said of a step, part by part.
fn parts(at: usize, hop: &Hop) -> Vec<String> {
    let mut parts = Vec::new();
    if at == 0 {
        parts.push(hop.about.clone());
        parts.push(words().routing.start.to_owned());
    } else {
        parts.push(hop.by.clone());
        parts.push(hop.about.clone());
    }
    if hop.is_hub {
        parts.push(words().routing.hub_stop.to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The answer.
pub fn answer(told: &RouteTold, case: &Case, act: &Callback<Action>, session: &Session) -> Html {
    let names = say::names(told);
    html! {
        <>
            <p class="routing-verdict">{ verdict(told) }</p>
            <p class="routing-sentence">{ with_names(&sentence(told), &names) }</p>
            if !told.queue.is_empty() && told.end == End::Goes {
                <p class="meta routing-queue">{ with_names(&say::queue(told), &names) }</p>
            }
            if !told.reply.is_empty() { <p class="printed routing-queue" lang="en">{ &told.reply }</p> }
            if told.hops.len() > 1 {
                <ol class="routing-hops" aria-label={words().routing.steps}>
                    { for told.hops.iter().enumerate().map(|(at, hop)| step(at, hop, session)) }
                </ol>
            }
            if !told.is_local && !told.from.is_empty() { <p class="meta">{ words().routing.computed }</p> }
            { list(words().routing.why, &told.why, &names) }
            { list(words().routing.other_connectors, &told.others, &names) }
            if told.end == End::Unknown && !told.is_empty {
                <h3>{ words().routing.settle }</h3>
                <p>{ with_names(&say::settles(told), &names) }</p>
            }
            { problem(case, act, &[&told.to, told.hops.last().map_or("", |hop| hop.about.as_str())]) }
            if !told.from_elsewhere.is_empty() {
                <h3>{ words().routing.elsewhere }</h3>
                <dl class="routing-pairs">
                    { for told.from_elsewhere.iter().map(|other| html! {
                        <>
                            <dt><bdi>{ &other.from }</bdi><span class="light">{ " " }<bdi>{ &other.place }</bdi></span></dt>
                            <dd>{ with_names(&say::other_way(other), std::slice::from_ref(&other.queue)) }</dd>
                        </>
                    }) }
                </dl>
            }
        </>
    }
}

fn verdict(told: &RouteTold) -> Html {
    let unknown = if told.is_empty { words().routing.route_empty } else { words().routing.route_unknown };
    match told.end {
        End::NoRoute => {
            html! { <span class="critical">{ severity_shape(Severity::Critical) }<b>{ words().routing.route_no }</b></span> }
        }
        End::Returned => {
            html! { <span class="high">{ severity_shape(Severity::High) }<b>{ words().routing.route_back }</b></span> }
        }
        End::Goes => html! { <span class="ok">{ icon(Icon::Tick) }<b>{ words().routing.route_goes }</b></span> },
        End::Unknown => html! { <span class="light">{ icon(Icon::Undecided) }<b>{ unknown }</b></span> },
    }
}

fn step(at: usize, hop: &Hop, session: &Session) -> Html {
    html! {
        <li class={hop.is_broken.then_some("broken")}>
            <span class="routing-added">{ added(at, hop) }</span>
            <span class="routing-spine" aria-hidden="true">
                if hop.is_broken { { icon(Icon::Cross) } } else { <i /> }
            </span>
            <span class="routing-hop">
                <b><bdi>{ &hop.name }</bdi></b>
                if hop.is_broken { <span class="visually-hidden">{ ": " }{ words().routing.breaks_here }</span> }
                { cite(&hop.row, session) }
                <span class="routing-about">{ for parts(at, hop).into_iter().enumerate().map(|(at, part)| html! { <>{ if at == 0 { "" } else { " · " } }<bdi>{ part }</bdi></> }) }{ cite(&hop.by_row, session) }</span>
            </span>
        </li>
    }
}

fn list(title: &'static str, sentences: &[String], names: &[String]) -> Html {
    if sentences.is_empty() {
        return Html::default();
    }
    html! {
        <>
            <h3>{ title }</h3>
            <ul class="routing-list" lang="en">{ for sentences.iter().map(|sentence| html! { <li>{ with_names(sentence, names) }</li> }) }</ul>
        </>
    }
}
