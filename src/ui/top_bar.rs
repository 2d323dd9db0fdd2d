//! The top bar: what is open, that nothing leaves, and what can be done with the whole case.

use yew::prelude::*;

use super::browser;
use super::language::{ALL, Language, words};
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::state::{Action, Phase, State};
use super::view::View;

/// The bar.
pub fn top_bar(state: &State, session: &Session, act: &Callback<Action>) -> Html {
    let words = words().frame;
    let open = state.phase != Phase::Empty;
    let keyboard = act.reform(|_: MouseEvent| Action::Keyboard(true));
    let about = act.reform(|event: MouseEvent| {
        event.prevent_default();
        Action::Show(View::About)
    });
    let export = act.reform(|_: MouseEvent| Action::Export(true));
    let add = Callback::from(|_: MouseEvent| browser::click("choose-files"));
    let compare = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.compare())
    };
    html! {
        <header class="top">
            <p class="brand">{ icon(Icon::Mark) }<span>{ "Queuescope" }</span></p>
            <p class="case">
                if open {
                    <b title={state.case_name()}>{ state.case_name() }</b>{ " " }<span class="meta">{ about_case(state) }</span>
                } else {
                    <span class="no-case">{ words.no_case }</span>
                }
            </p>
            <div class="top-actions">
                <a class="button quiet lock" href={View::About.hash()} onclick={about} title={words.nothing_leaves}>{ icon(Icon::Lock) }<span>{ words.nothing_leaves }</span></a>
                if open {
                    <button type="button" class="button add" onclick={add} title={words.add_files}>{ icon(Icon::Plus) }<span>{ words.add_files }</span></button>
                }
                if state.case.is_some() {
                    <button type="button" class="button" data-compare="" onclick={compare} title={words.compare_about}>
                        { icon(Icon::Compare) }<span>{ words.compare }</span>
                    </button>
                    <button type="button" class="button" data-menu="export" onclick={export} aria-haspopup="dialog">
                        { icon(Icon::Export) }<span>{ words.export }</span>
                    </button>
                }
                <div class="language" role="group" aria-label={words.language}>{ for ALL.map(|language| choice(language, act)) }</div>
                <button type="button" class="button quiet only-icon" onclick={keyboard} aria-label={words.keyboard} title={words.keyboard_about}>
                    { icon(Icon::Keyboard) }
                </button>
            </div>
        </header>
    }
}

/// A button for a language, in that language.
fn choice(language: Language, act: &Callback<Action>) -> Html {
    let onclick = choose(language, act);
    let pressed = language == crate::ui::language::current();
    // What is said begins with what is seen, for those who speak to the page.
    let code = language.tag().to_uppercase();
    let label = format!("{code} {}", language.name());
    html! {
        <button type="button" class="button quiet" lang={language.tag()} aria-label={label} title={language.name()}
            aria-pressed={pressed.to_string()} data-language={language.tag()} {onclick}>{ code }</button>
    }
}

/// Shows a language and remembers it.
pub fn choose(language: Language, act: &Callback<Action>) -> Callback<MouseEvent> {
    act.reform(move |_: MouseEvent| {
        browser::remember_language(language);
        Action::Language(language)
    })
}

fn about_case(state: &State) -> String {
    let words = words().frame;
    // A case without a better name is called after the number of its files.
    let files = (!state.name.is_empty()).then(|| (words.files)(state.files() as u64));
    let more = match (&state.phase, &state.case) {
        (Phase::Reading, _) => Some(words.reading.to_owned()),
        (Phase::Cancelled, _) => Some(words.cancelled.to_owned()),
        (_, Some(case)) if !case.report.summary.as_of.is_empty() => Some((words.as_of)(&case.report.summary.as_of)),
        _ => None,
    };
    files.into_iter().chain(more).collect::<Vec<_>>().join(" · ")
}
