//! The start page: where to drop, what it takes, what happens to the files, and samples to try.

use yew::prelude::*;

use super::browser;
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::state::{Action, State};
use super::text::{count, size};
use super::view::View;
use crate::worker::protocol::SampleInfo;

const TAKES: [(&str, &str); 6] = [
    ("Queues, messages", "Get-Queue, Get-Message"),
    ("Connectors, servers", "Get-ReceiveConnector, Get-ExchangeServer"),
    ("Databases, mailboxes", "Get-MailboxDatabase, Get-Mailbox"),
    ("Routing tables", "RoutingConfig*.xml"),
    ("Transport logs", "Message tracking, SMTP protocol, connectivity, any size"),
    ("Event logs", ".evtx, .evt, saved as CSV, XML or text"),
];

const PROMISES: [&str; 3] = [
    "They are read on this computer, by this page, and go nowhere.",
    "The page forbids itself every connection. You can pull the network cable; it works the same.",
    "Nothing is stored. Close the tab and the case is gone. Only the theme is remembered.",
];

/// The view.
pub fn start_view(state: &State, session: &Session, act: &Callback<Action>) -> Html {
    let files = Callback::from(|_: MouseEvent| browser::click("choose-files"));
    let folder = Callback::from(|_: MouseEvent| browser::click("choose-folder"));
    let about = act.reform(|event: MouseEvent| {
        event.prevent_default();
        Action::Show(View::About)
    });
    let collect = act.reform(|event: MouseEvent| {
        event.prevent_default();
        Action::Show(View::Collect)
    });
    let keyboard = act.reform(|_: MouseEvent| Action::Keyboard(true));
    html! {
        <div class="start">
            { comparing(state, session) }
            <h1>{ "Drop what the Exchange servers exported." }</h1>
            <p class="lead">{ "Queuescope reads it, says which mail is stuck and why, shows the lines that prove it, and lists the commands that fix it." }</p>
            <div class="drop-frame">
                <div class="buttons">
                    <button type="button" class="button primary" onclick={files}>{ icon(Icon::File) }<span>{ "Choose files" }</span></button>
                    <button type="button" class="button" onclick={folder}>{ icon(Icon::Folder) }<span>{ "Choose a folder" }</span></button>
                </div>
                <p>{ "or drop files and folders anywhere on this page. Names do not matter, order does not matter." }</p>
            </div>
            <div class="start-columns">
                <section aria-labelledby="takes-title">
                    <h2 id="takes-title">{ "What it takes" }</h2>
                    <dl class="takes">
                        { for TAKES.iter().map(|(what, how)| html! { <div><dt>{ *what }</dt><dd>{ *how }</dd></div> }) }
                    </dl>
                    <p class="meta">{ "PowerShell output in any shape: list, table, CSV, CLIXML, JSON." }</p>
                    <p class="meta"><a href={View::Collect.hash()} onclick={collect}>{ "A script that gathers it" }</a></p>
                </section>
                <div>
                    <section aria-labelledby="happens-title">
                        <h2 id="happens-title">{ "What happens to your files" }</h2>
                        <ul class="promises">
                            { for PROMISES.iter().map(|promise| html! { <li><span class="ok">{ icon(Icon::Lock) }</span><span>{ *promise }</span></li> }) }
                        </ul>
                        <p class="meta"><a href={View::About.hash()} onclick={about}>{ "What enforces this, and how to check it" }</a></p>
                    </section>
                    if !state.samples.is_empty() {
                        <section aria-labelledby="samples-title">
                            <h2 id="samples-title">{ "Try it first" }</h2>
                            <ul class="samples">
                                { for state.samples.iter().map(|sample| one_sample(sample, session)) }
                            </ul>
                        </section>
                    }
                </div>
            </div>
            <footer>
                <p class="meta">
                    { format!("Queuescope {} · press ", env!("CARGO_PKG_VERSION")) }
                    <button type="button" class="key" onclick={keyboard} aria-label="Show the keyboard sheet">{ "?" }</button>
                    { " for the keyboard" }
                </p>
            </footer>
        </div>
    }
}

/// While later files are waited for.
fn comparing(state: &State, session: &Session) -> Html {
    let Some(before) = &state.before else { return Html::default() };
    let back = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.go_back())
    };
    html! {
        <div class="comparing" role="status">
            <p><b>{ "Comparing with " }{ &before.name }{ "." }</b>{ " Drop the later files of the same site: the diagnosis then says what is fixed, what is new, and what grew." }</p>
            <button type="button" class="button" onclick={back}>{ "Back to the earlier files" }</button>
        </div>
    }
}

fn one_sample(sample: &SampleInfo, session: &Session) -> Html {
    let (name, title, session) = (sample.name.clone(), sample.title.clone(), session.clone());
    let onclick = Callback::from(move |_: MouseEvent| session.sample(&name, &title));
    html! {
        <li>
            <div>
                <p>{ &sample.title }</p>
                <p class="about">{ format!("{}. {}, {}", sample.about.trim_end_matches('.'), count(sample.files.into(), "file", "files"), size(sample.size)) }</p>
            </div>
            <button type="button" class="button" data-sample={sample.name.clone()} {onclick} aria-label={format!("Open sample: {}", sample.title)}>
                { "Open sample" }
            </button>
        </li>
    }
}
