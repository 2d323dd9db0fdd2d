//! The view of routing: a map of a routing table, the route calculator, and the tables that hold the same as the map.
//!
//! The worker places the signs; the page draws them and moves the picture. Answers stand in the drawer.

pub mod answer;
pub mod drawer;
mod map;
mod motion;
mod picture;
pub mod say;
mod search;
mod sign;
pub mod state;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::browser;
use super::case::Case;
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::shared::sentence::with_names;
use super::state::Action;
use super::table_state::Tables;
use super::table_view::{TableView, tabs};
use super::view::View;
use crate::ui::language::{use_words, words};
use crate::worker::protocol::{Capture, HitKind, Request, RoutingAsk, RoutingCompared, RoutingMap};
use map::MapPane;
use search::Search;
use state::{CHANGES, RoutingChange, RoutingState};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub tables: Rc<Tables>,
    pub routing: Rc<RoutingState>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
}

/// The view.
#[function_component]
pub fn Routing(props: &Props) -> Html {
    use_words();
    let Props { tables, routing, case, act, session } = props;
    let report = Rc::as_ptr(&case.report) as usize;
    use_effect_with((routing.table, routing.one_by_one, report), {
        let session = session.clone();
        move |(table, one_by_one, _)| {
            session.ask(&Request::Routing { ask: RoutingAsk::Map { table: *table, one_by_one: *one_by_one } });
        }
    });
    let is_comparing = tables.shown(View::Routing) == Some(CHANGES);
    let drawn = routing.drawn().map(|map| map.table);
    use_effect_with((is_comparing, routing.pair, drawn, report), {
        let session = session.clone();
        move |(is_comparing, pair, drawn, _)| {
            if *is_comparing && drawn.is_some() {
                session.ask(&Request::Routing { ask: RoutingAsk::Compare { pair: *pair } });
            }
        }
    });
    // A way that is not shown any more is not marked in the tables.
    let had_route = use_mut_ref(|| false);
    use_effect_with(routing.route.is_some(), {
        let session = session.clone();
        move |has_route| {
            if had_route.replace(*has_route) && !has_route {
                session.ask(&Request::Routing { ask: RoutingAsk::Leave });
            }
        }
    });
    let map = match &routing.map {
        None => {
            return html! { <div class="table-view">{ head(None, act) }<p class="table-about">{ words().routing.drawing }</p></div> };
        }
        Some(None) => return nothing(act),
        Some(Some(map)) => map,
    };
    let compared = routing.compared.as_ref().and_then(|compared| compared.as_deref());
    let empty = say::lists_none(tables.shown(View::Routing).unwrap_or_default(), map, compared);
    html! {
        <TableView view={View::Routing} bare=true empty={empty.map(AttrValue::from)} tables={tables.clone()} case={case.clone()} act={act.clone()} session={session.clone()}>
            { head(Some(map), act) }
            <Calculator routing={routing.clone()} act={act.clone()} session={session.clone()} />
            { remarks(map) }
            <MapPane map={map.clone()} place={routing.place.clone()} route={routing.route.clone()} go_to={routing.go_to.clone()}
                one_by_one={routing.one_by_one} act={act.clone()} session={session.clone()} />
            <div class="routing-tables" role="group" aria-label={words().routing.tables}>
                { tabs(View::Routing, &[], tables.shown(View::Routing).unwrap_or_default(), act) }
            </div>
            if is_comparing { { comparison(routing, map, act) } }
        </TableView>
    }
}

fn head(map: Option<&Rc<RoutingMap>>, act: &Callback<Action>) -> Html {
    let counts = map.map(|map| say::counts(&map.counts)).unwrap_or_default();
    html! {
        <header class="view-head">
            <h1>{ words().routing.title }{ " " }<span class="light">{ counts }</span></h1>
            if let Some(map) = map {
                <div class="buttons">
                    { choice("routing-table", words().routing.table, &map.captures, map.table, act, RoutingChange::Table) }
                    <button type="button" class="button" onclick={act.reform(|_: MouseEvent| Action::ShowTable(View::Routing, CHANGES))}>
                        { icon(Icon::Compare) }<span>{ words().routing.compare }</span>
                    </button>
                </div>
            }
        </header>
    }
}

/// A list of tables to choose from.
fn choice(
    id: &'static str,
    label: &'static str,
    captures: &[Capture],
    now: u32,
    act: &Callback<Action>,
    change: impl Fn(u32) -> RoutingChange + 'static,
) -> Html {
    let onchange = act.reform(move |event: Event| {
        let list = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        Action::Routing(change(list.and_then(|list| list.value().parse().ok()).unwrap_or(now)))
    });
    html! {
        <label class="routing-choice" for={id}>
            <span>{ label }</span>
            <select {id} class="field" {onchange}>
                { for captures.iter().map(|capture| html! {
                    <option value={capture.table.to_string()} selected={capture.table == now}>
                        { say::capture(capture) }
                    </option>
                }) }
            </select>
        </label>
    }
}

fn nothing(act: &Callback<Action>) -> Html {
    let collect = act.reform(|_: MouseEvent| Action::Show(View::Collect));
    html! {
        <div class="table-view">
            { head(None, act) }
            <div class="table-nothing">
                <p class="routing-nothing">{ words().routing.nothing }</p>
                <button type="button" class="link" onclick={collect}>{ words().routing.nothing_link }</button>
            </div>
        </div>
    }
}

fn remarks(map: &RoutingMap) -> Html {
    let mut all = Vec::new();
    if !map.is_exact {
        all.push(words().routing.not_exact.to_owned());
    }
    if !map.is_complete {
        all.push(words().routing.not_complete.to_owned());
    }
    all.extend(say::left_out(&map.left_out));
    if map.more_captures > 0 {
        all.push((words().routing.more_captures)(map.more_captures));
    }
    html! { <>{ for all.into_iter().map(|text| html! { <p class="meta routing-remark">{ text }</p> }) }</> }
}

/// What two tables do differently, and which two.
fn comparison(routing: &RoutingState, map: &RoutingMap, act: &Callback<Action>) -> Html {
    let compared: &RoutingCompared = match &routing.compared {
        None => return Html::default(),
        Some(None) => {
            let collect = act.reform(|_: MouseEvent| Action::Show(View::Collect));
            return html! {
                <p class="routing-compared">
                    { words().routing.compare_missing }{ " " }
                    <button type="button" class="link" onclick={collect}>{ words().routing.nothing_link }</button>
                </p>
            };
        }
        Some(Some(compared)) => compared,
    };
    let (before, after) = (compared.before.table, compared.after.table);
    // One that is too old for the list is in it while it is chosen.
    let mut captures = map.captures.clone();
    for own in [&compared.before, &compared.after] {
        if !captures.iter().any(|capture| capture.table == own.table) {
            captures.push(own.clone());
        }
    }
    let is_same = compared.routes == (0, 0, 0) && compared.objects == (0, 0, 0, 0);
    html! {
        <div class="routing-compared">
            <div class="buttons">
                { choice("routing-before", words().routing.before, &captures, before, act, move |table| RoutingChange::Pair(table, after)) }
                { choice("routing-after", words().routing.after, &captures, after, act, move |table| RoutingChange::Pair(before, table)) }
            </div>
            if let Some((one, other)) = &compared.organizations {
                <p role="status"><b>{ with_names(&(words().routing.organizations)(one, other), &[one.clone(), other.clone()]) }</b></p>
                <p class="meta">{ say::objects(compared) }</p>
            } else {
                <p role="status"><b>
                    if !compared.is_worked_out {
                        { words().routing.objects_alone }{ " " }
                        { if is_same { words().routing.objects_same.to_owned() } else { say::objects(compared) } }
                    } else if is_same {
                        { words().routing.unchanged }
                    } else {
                        { say::changed(compared) }
                    }
                </b></p>
            }
            if compared.unread > 0 { <p class="meta">{ (words().routing.unread_links)(compared.unread) }</p> }
            if compared.is_cut { <p class="meta">{ words().routing.cut_off }</p> }
            if !compared.is_same_server && compared.organizations.is_none() { <p class="meta">{ words().routing.other_servers }</p> }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct CalculatorProps {
    routing: Rc<RoutingState>,
    act: Callback<Action>,
    session: Session,
}

/// Whether a route can begin there.
fn is_beginning(kind: HitKind) -> bool {
    matches!(kind, HitKind::Server | HitKind::Site | HitKind::Group)
}

/// Whether a route can lead there.
fn is_destination(kind: HitKind) -> bool {
    is_beginning(kind) || kind == HitKind::Database
}

/// From where, to what, and the search.
#[function_component]
fn Calculator(props: &CalculatorProps) -> Html {
    use_words();
    let CalculatorProps { routing, act, session } = props;
    let onsubmit = {
        let session = session.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            // As it is now: Enter can come before the last letter is drawn.
            let routing = Rc::clone(&session.now().routing);
            if routing.to.trim().is_empty() {
                if let Some(field) = browser::by_id("routing-to") {
                    let _ = field.focus();
                }
                return;
            }
            browser::remember_opener();
            session.ask(&Request::Routing { ask: RoutingAsk::Route(routing.question()) });
        })
    };
    let typed = |change: fn(String) -> RoutingChange| {
        let (act, session) = (act.clone(), session.clone());
        Callback::from(move |event: InputEvent| {
            let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let text = field.map(|field| field.value()).unwrap_or_default();
            act.emit(Action::Routing(change(text.clone())));
            if !text.trim().is_empty() {
                session.ask(&Request::Routing { ask: RoutingAsk::Find { text } });
            }
        })
    };
    let first = routing.drawn().map(|map| map.from.clone()).unwrap_or_default();
    let hits = routing.hits.as_ref();
    let names = |text: &str, can_be: fn(HitKind) -> bool| {
        let found = hits.filter(|hits| hits.0 == *text).map_or(&[][..], |hits| &hits.1);
        found
            .iter()
            .filter(|hit| can_be(hit.kind))
            .map(|hit| html! { <option value={hit.name.clone()} /> })
            .collect::<Html>()
    };
    html! {
        <div class="routing-bar">
            <form class="routing-ask" {onsubmit}>
                <label for="routing-from">{ words().routing.from }</label>
                <input id="routing-from" class="field" type="text" list="routing-from-names" placeholder={first} value={routing.from.clone()}
                    oninput={typed(RoutingChange::From)} autocomplete="off" autocapitalize="off" spellcheck="false" />
                <datalist id="routing-from-names">{ names(&routing.from, is_beginning) }</datalist>
                <label for="routing-to">{ words().routing.to }</label>
                <input id="routing-to" class="field wide" type="text" list="routing-to-names" placeholder={words().routing.to_hint} value={routing.to.clone()}
                    oninput={typed(RoutingChange::To)} autocomplete="off" autocapitalize="off" spellcheck="false" />
                <datalist id="routing-to-names">{ names(&routing.to, is_destination) }</datalist>
                <button type="submit" class="button primary">{ words().routing.find_route }</button>
            </form>
            <Search routing={routing.clone()} act={act.clone()} session={session.clone()} oninput={typed(RoutingChange::Search)} />
        </div>
    }
}
