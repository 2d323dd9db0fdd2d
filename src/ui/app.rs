//! The frame: top bar, rail, main, drawer; and the listeners that belong to the whole window.

use std::collections::BTreeMap;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Interval;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::address::use_address;
use super::diagnosis;
use super::drawer::Drawer;
use super::export::Export;
use super::keyboard::{self, Sheet};
use super::language::{self, Language, words};
use super::notice::Notice;
use super::routing::drawer::RoutingDrawer;
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::state::{Action, Drag, Phase, State};
use super::view::View;
use super::{browser, drop, rail, top_bar, views};

/// The whole page.
#[function_component]
pub fn App() -> Html {
    let state = use_reducer_eq(|| State::new(View::from_hash(&browser::hash()), language::current()));
    // Before anything is drawn: all below speak the language of the state.
    language::set(state.language);
    let act = use_callback(state.dispatcher(), |action: Action, dispatcher| dispatcher.dispatch(action));
    let session = (*use_memo((), |()| Session::new(state.clone()))).clone();

    use_effect_with(session.clone(), {
        let act = act.clone();
        move |session| {
            session.start();
            let dropping = drop::listen(session, &act);
            let watch = Interval::new(1_000, {
                let session = session.clone();
                move || session.watch()
            });
            move || drop((dropping, watch))
        }
    });
    use_keyboard(&session, &act);
    use_effect_with(state.word(), |word| browser::set_body_state(word));
    use_effect_with(state.language, |language| browser::set_language(*language));
    use_effect_with(state.phase != Phase::Empty || state.before.is_some(), |open| {
        let warning = open.then(browser::warn_before_leaving);
        move || drop(warning)
    });
    use_address(state.view, &act);
    use_effect_with((state.view, state.language, state.case.is_some()), |(view, language, has_case)| {
        // What is shown before any files is the page itself.
        let name = (language.words().views.name)(*view);
        browser::set_title(if *has_case || *view != View::Diagnosis { name } else { "" });
    });
    use_scroll_per_view(state.view, &state.phase);
    use_goal(&state.goal, &act);
    use_effect_with(state.has_drawer(), |open| if *open { browser::hold_opener() } else { browser::focus_opener() });
    use_lost_focus(&state);

    let pick = {
        let session = session.clone();
        Callback::from(move |event: Event| session.add(drop::chosen(&event)))
    };
    let (name, content) = views::draw(&state, &session, &act);
    let class =
        classes!("frame", state.has_drawer().then_some("with-drawer"), state.drawer_below.then_some("drawer-below"));
    html! {
        <ContextProvider<Language> context={state.language}>
            <a class="skip" href="#main" onclick={skip()}>{ words().frame.skip }</a>
            <div {class}>
                { top_bar::top_bar(&state, &session, &act) }
                { rail::rail(&state, &act) }
                <main id="main" data-view={name} tabindex="-1">
                    { notice(&state, &session, &act) }
                    { content }
                </main>
                { drawer(&state, &session, &act) }
            </div>
            <input type="file" id="choose-files" class="visually-hidden" multiple=true tabindex="-1" aria-hidden="true" onchange={pick.clone()} />
            <input type="file" id="choose-folder" class="visually-hidden" webkitdirectory=true multiple=true tabindex="-1" aria-hidden="true" onchange={pick} />
            <p class="visually-hidden" aria-live="polite" role="status">{ said(&state) }</p>
            { drag(&state) }
            if state.exporting {
                <Export session={session.clone()} act={act.clone()} redaction={state.redaction.clone()}
                    acknowledged={state.acknowledged.clone()}
                    comparison={state.case.as_ref().and_then(|case| case.comparison.clone())} />
            }
            if state.keyboard {
                <Sheet act={act.clone()} />
            }
        </ContextProvider<Language>>
    }
}

fn drawer(state: &State, session: &Session, act: &Callback<Action>) -> Html {
    match (&state.case, state.cite) {
        (Some(case), Some(cite)) => html! {
            <Drawer footing={diagnosis::footing(state, case, act)} {cite} raw={state.raw.clone()} token={state.token}
                below={state.drawer_below} session={session.clone()} clocks={state.tables.clocks().clone()} />
        },
        (Some(case), None) if state.has_drawer() => html! {
            <RoutingDrawer routing={state.routing.clone()} case={case.clone()} act={act.clone()} below={state.drawer_below} session={session.clone()} />
        },
        _ => Html::default(),
    }
}

fn notice(state: &State, session: &Session, act: &Callback<Action>) -> Html {
    let Some(notice) = &state.notice else { return Html::default() };
    let again = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.read_all_again())
    };
    let compare = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.compare_added())
    };
    let close = act.reform(|_: MouseEvent| Action::Notice(None));
    html! {
        <div class="notice" role="alert">
            <span class="high">{ icon(Icon::Info) }</span>
            // What the worker says comes from below the page.
            if let Notice::Worker(message) = notice {
                <p lang="en">{ message }</p>
            } else {
                <p>{ notice.words() }</p>
            }
            if *notice == Notice::LaterFiles && state.phase == Phase::Done {
                <button type="button" class="button" onclick={compare}>{ words().frame.compare_instead }</button>
            }
            if let Notice::WorkerLost(_) = notice {
                <button type="button" class="button" onclick={again}>{ words().reading.again }</button>
            }
            <button type="button" class="button quiet only-icon" onclick={close} aria-label={words().frame.close_notice}>{ icon(Icon::Cross) }</button>
        </div>
    }
}

fn drag(state: &State) -> Html {
    let words = words().frame;
    let what = match state.drag {
        None => return Html::default(),
        Some(Drag::Over(0)) => words.release.to_owned(),
        Some(Drag::Over(number)) => (words.release_items)(number.into()),
        Some(Drag::Listing) => words.listing.to_owned(),
    };
    let to = if state.case.is_some() { (words.to_case)(&state.case_name()) } else { words.to_new.to_owned() };
    html! { <div class="drag" role="status"><p class="drag-words">{ what }</p><p class="meta">{ to }</p></div> }
}

/// The same words twice are announced twice: a space at the end makes them differ.
fn said(state: &State) -> String {
    let (times, words) = &state.spoken;
    if times % 2 == 0 { words.clone() } else { format!("{words}\u{a0}") }
}

fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        if let Some(main) = browser::by_id("main") {
            let _ = main.focus();
        }
    })
}

/// What was open and had the focus can go without its opener: new files take both away. The focus then goes to the heading of
/// what is shown instead, and once more when the report comes; a focus that is somewhere is left there.
#[hook]
fn use_lost_focus(state: &State) {
    let was_open = use_mut_ref(|| false);
    let is_open = state.has_drawer() || state.exporting || state.keyboard;
    use_effect_with((is_open, state.word()), move |(is_open, word)| {
        if *is_open {
            was_open.replace(true);
        } else if *was_open.borrow() {
            browser::focus_heading_if_lost();
            was_open.replace(*word == "reading");
        }
    });
}

/// Goes where somebody is led to, as soon as that is drawn. Declared behind the scrolling, which it has the last word over.
#[hook]
fn use_goal(goal: &Option<String>, act: &Callback<Action>) {
    let (goal, act) = (goal.clone(), act.clone());
    use_effect(move || {
        let Some(id) = goal else { return };
        let is_given_up = browser::writes_elsewhere(&id);
        if is_given_up || browser::by_id(&id).is_some() {
            if !is_given_up {
                browser::go_to(&id);
            }
            act.emit(Action::Gone);
        }
    });
}

#[hook]
fn use_keyboard(session: &Session, act: &Callback<Action>) {
    use_effect_with((session.clone(), act.clone()), move |(session, act)| {
        let (session, act) = (session.clone(), act.clone());
        let listener = browser::window().map(|window| {
            // What a key does here, the browser does not do besides.
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&window, "keydown", options, move |event| {
                if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                    keyboard::handle(event, &session.now(), &session, &act);
                }
            })
        });
        move || drop(listener)
    });
}

/// Each view keeps its place while another is shown. A new case starts at the top.
#[hook]
fn use_scroll_per_view(view: View, phase: &Phase) {
    let places = use_mut_ref(BTreeMap::<View, i32>::new);
    let reading = *phase == Phase::Reading;
    use_effect_with((view, reading), move |(view, reading)| {
        if *reading {
            places.borrow_mut().clear();
        }
        let main = browser::by_id("main");
        if let Some(main) = &main {
            main.set_scroll_top(places.borrow().get(view).copied().unwrap_or(0));
        }
        let view = *view;
        let listener = main.map(|main| {
            let places = places.clone();
            let shown = main.get_attribute("data-view");
            EventListener::new(&main.clone(), "scroll", move |_| {
                // The next view may be drawn already, and shorter.
                if main.get_attribute("data-view") == shown {
                    places.borrow_mut().insert(view, main.scroll_top());
                }
            })
        });
        move || drop(listener)
    });
}
