//! What stands beside the map: the answer of the route calculator, or what is known of a place. It is not modal.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::answer::{answer, text};
use super::say::{self, sentence};
use super::state::{RoutingChange, RoutingState};
use crate::ui::browser;
use crate::ui::case::Case;
use crate::ui::drawer::Grip;
use crate::ui::language::{use_words, words};
use crate::ui::session::Session;
use crate::ui::shared::copy_button::CopyButton;
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::shared::sentence::with_names;
use crate::ui::state::Action;
use crate::worker::protocol::{Clocks, PlaceTold, Request, RoutingAsk, ServerTold};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub routing: Rc<RoutingState>,
    pub case: Case,
    pub act: Callback<Action>,
    pub below: bool,
    pub session: Session,
}

/// Up to this width of the window, in pixels, the drawer lies over the view (`www/style/media.css`).
const COVERS: f64 = 760.0;

/// The drawer of the view of routing.
#[function_component]
pub fn RoutingDrawer(props: &Props) -> Html {
    use_words();
    let Props { routing, case, act, below, session } = props;
    // When what stood here before took the focus with it, it goes on here; and in a narrow window this covers what had it.
    use_effect_with((), |()| {
        let active = browser::document().and_then(|document| document.active_element());
        let is_lost = active.is_none_or(|element: Element| element.tag_name() == "BODY");
        if (is_lost || browser::window_width().is_some_and(|width| width <= COVERS))
            && let Some(drawer) = browser::by_id("drawer")
        {
            let _ = drawer.focus();
        }
    });
    let close = act.reform(|_: MouseEvent| Action::Routing(RoutingChange::Close));
    let dock = act.reform(|_: MouseEvent| Action::Dock);
    let (title, copied) = match (&routing.route, &routing.place) {
        (Some(told), _) => (words().routing.answer, text(told)),
        (None, Some(place)) => (words().routing.place, place.name.clone()),
        (None, None) => return Html::default(),
    };
    let say = act.reform(Action::Say);
    html! {
        <aside id="drawer" class={classes!("drawer", "routing-drawer", below.then_some("below"))} aria-label={title} tabindex="-1">
            <Grip below={*below} />
            <header class="drawer-head">
                <h2>{ title }</h2>
                <button type="button" class="button quiet only-icon dock" onclick={dock}
                    aria-label={if *below { words().routing.dock_right } else { words().routing.dock_below }}>
                    { icon(if *below { Icon::DockRight } else { Icon::DockBelow }) }
                </button>
                <button type="button" class="button quiet only-icon" onclick={close} aria-label={words().routing.close} title="Esc">{ icon(Icon::Cross) }</button>
            </header>
            <div class="routing-answer" tabindex="0" role="region" aria-label={routing.route.as_ref().map_or_else(|| title.to_owned(), |told| sentence(told))}>
                if let Some(told) = &routing.route {
                    { answer(told, case, act, session) }
                } else if let Some(place) = &routing.place {
                    { about(place, case, act, session) }
                }
            </div>
            <footer class="drawer-foot">
                if routing.route.is_some() { <CopyButton label={words().routing.copy} text={copied} {say} /> }
                if let Some(place) = &routing.place { { ways(place, routing, act, session) } }
            </footer>
        </aside>
    }
}

/// A button that opens the lines of a row.
pub fn cite(row: &Option<(String, u32)>, session: &Session) -> Html {
    let Some((table, number)) = row.clone() else { return Html::default() };
    let session = session.clone();
    let onclick = Callback::from(move |_: MouseEvent| session.open_row(&table, number, &Clocks::default()));
    html! {
        <button type="button" class="button quiet only-icon routing-cite" {onclick} aria-label={words().routing.show_lines} title={words().routing.show_lines}>{ icon(Icon::File) }</button>
    }
}

/// The way to the problem that names one of these.
pub fn problem(case: &Case, act: &Callback<Action>, names: &[&str]) -> Html {
    let is_about = |affected: &String| names.iter().any(|name| !name.is_empty() && affected.eq_ignore_ascii_case(name));
    let found =
        case.report.findings.iter().find(|finding| finding.problem > 0 && finding.affected.iter().any(is_about));
    let Some(number) = found.map(|finding| finding.problem) else { return Html::default() };
    let onclick = act.reform(move |_: MouseEvent| Action::ShowProblem(number));
    html! { <p><button type="button" class="link" {onclick}>{ (words().routing.problem)(number) }</button>{ words().routing.problem_rest }</p> }
}

fn about(place: &PlaceTold, case: &Case, act: &Callback<Action>, session: &Session) -> Html {
    let pairs = |title: &'static str, list: Vec<(String, Html)>| {
        if list.is_empty() {
            return Html::default();
        }
        html! {
            <>
                <h3>{ title }</h3>
                <dl class="routing-pairs">{ for list.into_iter().map(|(name, text)| html! { <><dt>{ name }</dt><dd>{ text }</dd></> }) }</dl>
            </>
        }
    };
    let server = |server: &ServerTold| {
        let own = say::server(server);
        let inactive = if server.is_inactive { words().routing.inactive } else { "" };
        // Why it is not used comes in English.
        let parts = [(own.as_str(), None), (server.refused.as_str(), Some("en")), (inactive, None)];
        let parts = parts.into_iter().filter(|(text, _)| !text.is_empty()).enumerate();
        let text = parts.map(|(at, (text, lang))| {
            html! { <>{ if at == 0 { "" } else { "; " } }<span {lang}>{ text.to_owned() }</span></> }
        });
        (server.name.clone(), text.collect::<Html>())
    };
    let link = |(name, to, cost): &(String, String, Option<u32>)| {
        let cost = cost.map_or_else(|| words().routing.unread.to_owned(), |cost| say::cost(cost.into()));
        (to.clone(), html! { <>if !name.is_empty() { <bdi>{ name }</bdi>{ ", " } }{ cost }</> })
    };
    let is_link = place.key.starts_with("link:");
    html! {
        <>
            <p class="routing-sentence"><bdi>{ &place.name }</bdi>{ cite(&place.row, session) }</p>
            if let Some(cost) = place.cost { <p class="meta">{ say::cost(cost) }</p> }
            if is_link && place.cost.is_none() { <p class="meta">{ words().routing.unread }</p> }
            if !place.path.is_empty() { <p>{ with_names(&(words().routing.way)(&place.path.join(", ")), &place.path) }</p> }
            if place.is_cut_off { <p>{ words().routing.place_cut_off }</p> }
            if place.is_unlisted { <p>{ words().routing.place_unlisted }</p> }
            if !place.unread.is_empty() {
                <p>{ with_names(&(words().routing.place_unread)(&place.unread), std::slice::from_ref(&place.unread)) }</p>
            }
            { problem(case, act, &place.servers.iter().map(|s| s.name.as_str()).chain([place.name.as_str()]).collect::<Vec<_>>()) }
            { pairs(words().routing.servers, place.servers.iter().map(server).collect()) }
            { pairs(words().routing.links, place.links.iter().map(link).collect()) }
            { pairs(words().routing.exits, place.connectors.iter().map(|(name, spaces)| (name.clone(), html! { { spaces } })).collect()) }
            if place.more > 0 { <p class="meta">{ (words().routing.more)(place.more) }</p> }
        </>
    }
}

/// Buttons that ask for a route from or to a place.
fn ways(place: &PlaceTold, routing: &RoutingState, act: &Callback<Action>, session: &Session) -> Html {
    if !place.key.starts_with("site:") && !place.key.starts_with("group:") {
        return Html::default();
    }
    let ask = |is_to: bool| {
        let (act, session) = (act.clone(), session.clone());
        let (name, key) = (place.name.clone(), place.key.clone());
        let mut question = routing.question();
        if is_to {
            (question.to, question.to_key) = (name.clone(), key.clone());
        } else {
            (question.from, question.from_key) = (name.clone(), key.clone());
        }
        Callback::from(move |_: MouseEvent| {
            let (name, key) = (name.clone(), key.clone());
            let change = if is_to { RoutingChange::ToPlace(name, key) } else { RoutingChange::FromPlace(name, key) };
            act.emit(Action::Routing(change));
            if !question.to.trim().is_empty() {
                session.ask(&Request::Routing { ask: RoutingAsk::Route(question.clone()) });
            } else if let Some(field) = browser::by_id("routing-to") {
                let _ = field.focus();
            }
        })
    };
    html! {
        <>
            <button type="button" class="button" onclick={ask(true)}>{ words().routing.to_here }</button>
            <button type="button" class="button" onclick={ask(false)}>{ words().routing.from_here }</button>
        </>
    }
}
