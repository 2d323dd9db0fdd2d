//! The top bar: what is open, that nothing leaves, and what can be done with the whole case.

use yew::prelude::*;

use super::browser;
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::state::{Action, Phase, State};
use super::text::count;
use super::view::View;
use crate::worker::protocol::PrintFormat;

/// The bar.
pub fn top_bar(state: &State, session: &Session, act: &Callback<Action>) -> Html {
    let open = state.phase != Phase::Empty;
    let keyboard = act.reform(|_: MouseEvent| Action::Keyboard(true));
    let about = act.reform(|event: MouseEvent| {
        event.prevent_default();
        Action::Show(View::About)
    });
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
                    <b title={state.name.clone()}>{ &state.name }</b>{ " " }<span class="meta">{ about_case(state) }</span>
                } else {
                    <span class="no-case">{ "No case open" }</span>
                }
            </p>
            <div class="top-actions">
                <a class="button quiet lock" href={View::About.hash()} onclick={about}>{ icon(Icon::Lock) }<span>{ "Nothing leaves this computer" }</span></a>
                if open {
                    <button type="button" class="button add" onclick={add}>{ icon(Icon::Plus) }<span>{ "Add files" }</span></button>
                }
                if state.case.is_some() {
                    <button type="button" class="button" data-compare="" onclick={compare} title="Keep this report, and drop later files to compare them with it">
                        { icon(Icon::Compare) }<span>{ "Compare" }</span>
                    </button>
                    <ExportMenu session={session.clone()} />
                }
                <button type="button" class="button quiet only-icon" onclick={keyboard} aria-label="Keyboard" title="Keyboard (?)">
                    { icon(Icon::Keyboard) }
                </button>
            </div>
        </header>
    }
}

fn about_case(state: &State) -> String {
    let files = state.case.as_ref().map_or(state.ledger.rows.len(), |case| case.report.inputs.len());
    let files = count(files as u64, "file", "files");
    // A case without a better name is called after the number of its files.
    let files = (state.name != files).then_some(files);
    let more = match (&state.phase, &state.case) {
        (Phase::Reading, _) => Some("reading".to_owned()),
        (Phase::Cancelled, _) => Some("cancelled".to_owned()),
        (_, Some(case)) if !case.report.summary.as_of.is_empty() => {
            Some(format!("as of {}", case.report.summary.as_of))
        }
        _ => None,
    };
    files.into_iter().chain(more).collect::<Vec<_>>().join(" · ")
}

#[derive(Properties, PartialEq)]
struct ExportProps {
    session: Session,
}

const FORMATS: [(PrintFormat, &str, &str, &str); 3] = [
    (PrintFormat::Html, "html", "HTML", "one page to read, print or send"),
    (PrintFormat::Markdown, "markdown", "Markdown", "for a ticket or a wiki"),
    (PrintFormat::Json, "json", "JSON", "for other tools"),
];

/// The report as a file, in three formats.
#[function_component]
fn ExportMenu(props: &ExportProps) -> Html {
    let open = use_state_eq(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close_on_escape = {
        let open = open.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                event.stop_propagation();
                open.set(false);
            }
        })
    };
    html! {
        <div class="menu-root" onkeydown={close_on_escape}>
            <button type="button" class="button" data-menu="export" onclick={toggle} aria-expanded={open.to_string()} aria-controls="export-menu">
                { icon(Icon::Export) }<span>{ "Export" }</span>
            </button>
            <div id="export-menu" class="menu" hidden={!*open}>
                { for FORMATS.iter().map(|(format, name, title, about)| {
                    let (session, open, format) = (props.session.clone(), open.clone(), *format);
                    let onclick = Callback::from(move |_: MouseEvent| { session.print(format); open.set(false); });
                    html! {
                        <button type="button" data-export={*name} {onclick}><b>{ *title }</b><span class="meta">{ *about }</span></button>
                    }
                }) }
                <p class="meta">{ "The report quotes your files. Names and addresses stay in it as they are." }</p>
            </div>
        </div>
    }
}
